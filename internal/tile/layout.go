package tile

import "github.com/grav1e/grav1e/internal/av1"

// TxUnit is the place of one transform block.
type TxUnit struct {
	X4, Y4 uint16     // startX, startY in units of 4 samples of the plane
	Luma   uint16     // chroma of inter blocks: index of the luma unit that gives the transform type
	Tx     av1.TxSize // transform size
	Plane  uint8
}

// MaxTxUnits is the largest number of units a block has: 128x128, 4:4:4, lossless.
const MaxTxUnits = 3 * 1024

// Layout lists the transform blocks of b inside the frame in the order of residual()
// (section 5.11.34), whether or not b has Skip. It overwrites dst, whose capacity
// should be MaxTxUnits, and is the only place that walks transforms: reconstruction
// and syntax both follow the list.
func (s *Syntax) Layout(dst []TxUnit, b *Block) []TxUnit {
	dst = dst[:0]
	w4, h4 := int(av1.Num4x4BlocksWide[b.BlockSize]), int(av1.Num4x4BlocksHigh[b.BlockSize])
	planes := 1
	if b.HasChroma {
		planes = s.numPlanes
	}
	tree := b.IsInter && !s.lossless
	unit := 0
	for chunkY := 0; chunkY < h4; chunkY += 16 {
		for chunkX := 0; chunkX < w4; chunkX += 16 {
			luma := len(dst)
			if tree {
				root := av1.MaxTxSizeRect[b.BlockSize]
				dst = s.treeUnits(dst, b.Row+chunkY, b.Col+chunkX, root, b.TxSplit>>(5*unit))
			} else {
				dst = s.gridUnits(dst, b, 0, chunkX, chunkY, min(w4, 16), min(h4, 16))
			}
			unit++
			if planes == 1 {
				continue
			}
			chroma := len(dst)
			dst = s.gridUnits(dst, b, 1, chunkX, chunkY, min(w4, 16), min(h4, 16))
			if tree {
				s.linkChroma(dst, b, luma, chroma)
			}
			for _, u := range dst[chroma:] {
				u.Plane = 2
				dst = append(dst, u)
			}
		}
	}
	return dst
}

// planeTxSize is get_tx_size (section 5.11.37), 4x4 when lossless.
func (s *Syntax) planeTxSize(b *Block, plane int) av1.TxSize {
	switch {
	case s.lossless:
		return av1.Tx4x4
	case plane == 0:
		return b.TxSize
	}
	return av1.GetTxSizeUV(b.BlockSize, s.subX, s.subY)
}

// gridUnits appends the equal transform blocks of one chunk, whose place and size
// are given in luma cells relative to the block.
func (s *Syntax) gridUnits(dst []TxUnit, b *Block, plane, chunkX, chunkY, w4, h4 int) []TxUnit {
	tx := s.planeTxSize(b, plane)
	subX, subY := s.sub(plane)
	stepX, stepY := int(av1.TxWidth[tx])>>2, int(av1.TxHeight[tx])>>2
	x0, y0 := b.Col>>subX+chunkX>>subX, b.Row>>subY+chunkY>>subY
	x1 := min(x0+(w4+subX)>>subX, s.maxX4[plane])
	y1 := min(y0+(h4+subY)>>subY, s.maxY4[plane])
	for y := y0; y < y1; y += stepY {
		for x := x0; x < x1; x += stepX {
			dst = append(dst, TxUnit{X4: uint16(x), Y4: uint16(y), Tx: tx, Plane: uint8(plane)})
		}
	}
	return dst
}

// treeUnits appends the leaves of one transform tree (transform_tree, section 5.11.36).
// Bit 0 of split splits the root, bits 1.. its parts.
func (s *Syntax) treeUnits(dst []TxUnit, row, col int, tx av1.TxSize, split uint32) []TxUnit {
	if row >= s.Grid.Rows || col >= s.Grid.Cols {
		return dst
	}
	if split&1 == 0 {
		return append(dst, TxUnit{X4: uint16(col), Y4: uint16(row), Tx: tx})
	}
	sub := av1.SplitTxSize[tx]
	w4, h4 := int(av1.TxWidth[tx])>>2, int(av1.TxHeight[tx])>>2
	stepX, stepY := int(av1.TxWidth[sub])>>2, int(av1.TxHeight[sub])>>2
	for y := 0; y < h4; y += stepY {
		for x := 0; x < w4; x += stepX {
			split >>= 1
			dst = s.treeUnits(dst, row+y, col+x, sub, split&1)
		}
	}
	return dst
}

// linkChroma finds the luma unit that covers the origin of each chroma unit, or of
// the block where the chroma block starts before it (compute_tx_type, section 5.11.40).
func (s *Syntax) linkChroma(units []TxUnit, b *Block, luma, chroma int) {
	for i := chroma; i < len(units); i++ {
		u := &units[i]
		u.Luma = uint16(luma)
		if chroma == luma+1 {
			continue // most blocks have one transform
		}
		x := max(b.Col, int(u.X4)<<s.subX)
		y := max(b.Row, int(u.Y4)<<s.subY)
		for j := luma; j < chroma; j++ {
			l := &units[j]
			dx, dy := x-int(l.X4), y-int(l.Y4)
			if uint(dx) < uint(av1.TxWidth[l.Tx]>>2) && uint(dy) < uint(av1.TxHeight[l.Tx]>>2) {
				u.Luma = uint16(j)
				break
			}
		}
	}
}

// ChromaTxType is compute_tx_type (section 5.11.40) of chroma unit u of block b. lumaType
// is the type of luma unit u.Luma: DCTDCT when that one has no coefficients. Intra
// blocks don't use it.
func (s *Syntax) ChromaTxType(b *Block, u *TxUnit, lumaType av1.TxType) av1.TxType {
	if s.lossless {
		return av1.WHT
	}
	set := av1.GetTxSet(u.Tx, b.IsInter, s.Hdr.ReducedTxSet)
	typ := lumaType
	if !b.IsInter {
		typ = av1.ModeToTxfm[b.UVMode]
	}
	if !av1.IsTxTypeInSet(set, b.IsInter, typ) {
		return av1.DCTDCT
	}
	return typ
}

// LumaTxSet is the set the transform type of a luma unit is coded from: TxSetDCTOnly
// when no type is coded and DCTDCT (WHT when lossless) is all there is (transform_type, section 5.11.47).
func (s *Syntax) LumaTxSet(b *Block, tx av1.TxSize) av1.TxSet {
	if !s.codeTxTypes {
		return av1.TxSetDCTOnly
	}
	return av1.GetTxSet(tx, b.IsInter, s.Hdr.ReducedTxSet)
}

// Commit writes b's mode info into the grid, each cell with its own transform size,
// as later blocks need it (section 5.11.5).
func (s *Syntax) Commit(b *Block) {
	w4, h4 := int(av1.Num4x4BlocksWide[b.BlockSize]), int(av1.Num4x4BlocksHigh[b.BlockSize])
	s.Grid.Splat(b.Row, b.Col, w4, h4, &b.ModeInfo)
	if b.TxSplit == 0 {
		return
	}
	units := s.Layout(s.units[:0], b)
	for i := range units {
		if u := &units[i]; u.Plane == 0 && u.Tx != b.TxSize {
			s.setTxSize(u)
		}
	}
}

// setTxSize writes the transform size of a luma unit into its cells.
func (s *Syntax) setTxSize(u *TxUnit) {
	w4 := min(int(av1.TxWidth[u.Tx])>>2, s.Grid.Cols-int(u.X4))
	h4 := min(int(av1.TxHeight[u.Tx])>>2, s.Grid.Rows-int(u.Y4))
	for y := range h4 {
		row := s.Grid.Cells[(int(u.Y4)+y)*s.Grid.Stride+int(u.X4):][:w4]
		for x := range row {
			row[x].TxSize = u.Tx
		}
	}
}
