package predict

import (
	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/frame"
)

// BlockDecoded tells which 4x4 cells of the current superblock and of the border
// around it are decoded (section 5.11.3). It is a value: a search that codes an
// area several times may save and restore it by assignment, or use Unmark.
type BlockDecoded struct {
	// Bit x+1 of rows[plane][y+1] is BlockDecoded[plane][y][x], x and y from -1 to 32.
	rows       [3][34]uint64
	sbMask     int // superblock size in 4x4 cells, less one
	subX, subY int
}

// Clear is clear_block_decoded_flags for the superblock of sbSize4 (16 or 32) cells
// whose first cell is row, col, in a tile that ends before miRowEnd, miColEnd.
func (d *BlockDecoded) Clear(row, col, miRowEnd, miColEnd, sbSize4, numPlanes, subX, subY int) {
	d.sbMask, d.subX, d.subY = sbSize4-1, subX, subY
	for plane := range numPlanes {
		sx, sy := d.sub(plane)
		sbWidth4, sbHeight4 := (miColEnd-col)>>sx, (miRowEnd-row)>>sy
		lastX, lastY := sbSize4>>sx, sbSize4>>sy
		rows := &d.rows[plane]
		rows[0] = ones(min(lastX+1, sbWidth4) + 1)
		for y := 0; y <= lastY; y++ {
			rows[y+1] = 0
			if y < sbHeight4 {
				rows[y+1] = 1
			}
		}
		rows[lastY+1] &^= 1
	}
}

// Mark notes that the transform block at sample x, y of the plane is decoded (the end of section 5.11.35).
func (d *BlockDecoded) Mark(plane, x, y int, tx av1.TxSize) {
	x4, y4 := d.cell(plane, x, y)
	d.set(plane, x4, y4, int(av1.TxWidth[tx])>>2, int(av1.TxHeight[tx])>>2)
}

// MarkBlock marks a whole block at cell row, col: all its transform blocks in luma, and in chroma if it has any.
// Parts of the block outside the picture are marked too, where nothing looks.
func (d *BlockDecoded) MarkBlock(row, col int, size av1.BlockSize, hasChroma bool) {
	for plane := range 3 {
		if plane == 0 || hasChroma {
			x4, y4, w4, h4 := d.area(plane, row, col, size)
			d.set(plane, x4, y4, w4, h4)
		}
	}
}

// Unmark takes back what was marked inside the area of a block in all planes, to code it anew.
func (d *BlockDecoded) Unmark(row, col int, size av1.BlockSize) {
	for plane := range 3 {
		x4, y4, w4, h4 := d.area(plane, row, col, size)
		mask := ones(w4) << (x4 + 1)
		for y := y4; y < y4+h4; y++ {
			d.rows[plane][y+1] &^= mask
		}
	}
}

// AboveRight is haveAboveRt and BelowLeft is haveBelowLft of a transform block (section 5.11.35).
func (d *BlockDecoded) AboveRight(plane, x, y int, tx av1.TxSize) bool {
	x4, y4 := d.cell(plane, x, y)
	return d.rows[plane][y4]>>(x4+int(av1.TxWidth[tx])>>2+1)&1 != 0
}

// BelowLeft is described at AboveRight.
func (d *BlockDecoded) BelowLeft(plane, x, y int, tx av1.TxSize) bool {
	x4, y4 := d.cell(plane, x, y)
	return d.rows[plane][y4+int(av1.TxHeight[tx])>>2+1]>>x4&1 != 0
}

// Fill sets HaveAboveRt and HaveBelowLft of b from its X, Y and Tx.
func (d *BlockDecoded) Fill(plane int, b *IntraBlock) {
	b.HaveAboveRt = d.AboveRight(plane, b.X, b.Y, b.Tx)
	b.HaveBelowLft = d.BelowLeft(plane, b.X, b.Y, b.Tx)
}

func (d *BlockDecoded) set(plane, x4, y4, w4, h4 int) {
	mask := ones(w4) << (x4 + 1)
	rows := d.rows[plane][y4+1:][:h4]
	for y := range rows {
		rows[y] |= mask
	}
}

func (d *BlockDecoded) sub(plane int) (sx, sy int) {
	if plane == 0 {
		return 0, 0
	}
	return d.subX, d.subY
}

// cell is the 4x4 cell of the plane's sample x, y, counted from the superblock's first.
func (d *BlockDecoded) cell(plane, x, y int) (x4, y4 int) {
	sx, sy := d.sub(plane)
	return x >> 2 & (d.sbMask >> sx), y >> 2 & (d.sbMask >> sy)
}

// area is the part of the plane a block at cell row, col covers, in cells of the plane from the superblock's first.
func (d *BlockDecoded) area(plane, row, col int, size av1.BlockSize) (x4, y4, w4, h4 int) {
	sx, sy := d.sub(plane)
	w4 = max(1, int(av1.Num4x4BlocksWide[size])>>sx)
	h4 = max(1, int(av1.Num4x4BlocksHigh[size])>>sy)
	return (col & d.sbMask) >> sx, (row & d.sbMask) >> sy, w4, h4
}

func ones(n int) uint64 { return uint64(1)<<max(0, n) - 1 }

// FilterType is get_filter_type (section 7.11.2.8) for the block at cell row, col: 1 if
// the block above or to the left uses a smooth mode. availU and availL are
// AvailU, AvailL for luma, AvailUChroma, AvailLChroma for chroma.
func FilterType(grid *frame.ModeGrid, plane, row, col int, availU, availL bool, subX, subY int) int {
	if plane == 0 {
		subX, subY = 0, 0
	}
	if availU {
		r, c := row-1, col
		if subX != 0 && col&1 == 0 {
			c++
		}
		if subY != 0 && row&1 != 0 {
			r--
		}
		if isSmooth(grid.At(r, c), plane) {
			return 1
		}
	}
	if availL {
		r, c := row, col-1
		if subX != 0 && col&1 != 0 {
			c--
		}
		if subY != 0 && row&1 == 0 {
			r++
		}
		if isSmooth(grid.At(r, c), plane) {
			return 1
		}
	}
	return 0
}

func isSmooth(m *frame.ModeInfo, plane int) bool {
	mode := m.YMode
	if plane > 0 {
		if m.RefFrame[0] > av1.IntraFrame {
			return false
		}
		mode = m.UVMode
	}
	return mode >= av1.SmoothPred && mode <= av1.SmoothHPred
}
