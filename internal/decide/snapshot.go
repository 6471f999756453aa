package decide

import (
	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/frame"
	"github.com/grav1e/grav1e/internal/predict"
	"github.com/grav1e/grav1e/internal/tile"
)

// tapeMark is a position in a superblock's record; everything after it can be dropped.
type tapeMark struct {
	partitions, blocks, txBlocks, coefs int
}

func markOf(sb *tile.Superblock) tapeMark {
	return tapeMark{len(sb.Partitions), len(sb.Blocks), len(sb.TxBlocks), len(sb.Coefs)}
}

func (m tapeMark) rewind(sb *tile.Superblock) {
	sb.Partitions = sb.Partitions[:m.partitions]
	sb.Blocks = sb.Blocks[:m.blocks]
	sb.TxBlocks = sb.TxBlocks[:m.txBlocks]
	sb.Coefs = sb.Coefs[:m.coefs]
}

// snapshot is the outcome of one way to code an area: what it wrote to the record,
// the pictures, the grid and the contexts. The search tries a way, keeps the
// outcome if it is the best so far, and puts the best one back in the end.
type snapshot struct {
	partitions []av1.Partition
	blocks     []tile.Block
	txBlocks   []tile.TxBlock
	coefs      []int32
	cells      []frame.ModeInfo
	recon      [3][]uint16
	context    tile.SavedContext
	decoded    predict.BlockDecoded
}

// takeSnapshot reserves a snapshot for areas of side samples, up to one superblock.
func takeSnapshot(p *frame.Planner, side, numPlanes, subX, subY int) snapshot {
	np, nb, nt, nc := tile.SuperblockCaps(false, numPlanes, subX, subY)
	const purpose = "decisions: snapshots"
	s := snapshot{
		partitions: frame.Take[av1.Partition](p, purpose, np),
		blocks:     frame.Take[tile.Block](p, purpose, nb),
		txBlocks:   frame.Take[tile.TxBlock](p, purpose, nt),
		coefs:      frame.Take[int32](p, purpose, nc),
		cells:      frame.Take[frame.ModeInfo](p, purpose, side*side/16),
	}
	for i := range numPlanes {
		n := side * side
		if i > 0 {
			n >>= subX + subY
		}
		s.recon[i] = frame.Take[uint16](p, purpose, n)
	}
	return s
}

// save keeps what was coded since mark for the area of size bs at row, col.
func (w *Worker) save(s *snapshot, mark tapeMark, row, col int, bs av1.BlockSize) {
	sb := w.sb
	s.partitions = append(s.partitions[:0], sb.Partitions[mark.partitions:]...)
	s.blocks = append(s.blocks[:0], sb.Blocks[mark.blocks:]...)
	s.txBlocks = append(s.txBlocks[:0], sb.TxBlocks[mark.txBlocks:]...)
	s.coefs = append(s.coefs[:0], sb.Coefs[mark.coefs:]...)
	w.syn.SaveContext(&s.context, row, col, bs)
	s.decoded = w.decoded
	for p := range w.f.Cur.NumPlanes {
		plane, x, y, bw, bh := w.area(p, row, col, bs)
		for j := range bh {
			copy(s.recon[p][j*bw:(j+1)*bw], plane.At(x, y+j))
		}
	}
	w4, h4 := w.cells(row, col, bs)
	for j := range h4 {
		copy(s.cells[j*w4:(j+1)*w4], w.f.Grid.Cells[(row+j)*w.f.Grid.Stride+col:])
	}
}

// restore puts the outcome back.
func (w *Worker) restore(s *snapshot, mark tapeMark, row, col int, bs av1.BlockSize) {
	sb := w.sb
	mark.rewind(sb)
	sb.Partitions = append(sb.Partitions, s.partitions...)
	sb.Blocks = append(sb.Blocks, s.blocks...)
	sb.TxBlocks = append(sb.TxBlocks, s.txBlocks...)
	sb.Coefs = append(sb.Coefs, s.coefs...)
	w.syn.RestoreContext(&s.context, row, col, bs)
	w.decoded = s.decoded
	for p := range w.f.Cur.NumPlanes {
		plane, x, y, bw, bh := w.area(p, row, col, bs)
		for j := range bh {
			copy(plane.At(x, y+j)[:bw], s.recon[p][j*bw:(j+1)*bw])
		}
	}
	w4, h4 := w.cells(row, col, bs)
	for j := range h4 {
		copy(w.f.Grid.Cells[(row+j)*w.f.Grid.Stride+col:], s.cells[j*w4:(j+1)*w4])
	}
}

// area is the part of plane p that a block of size bs at row, col covers. For a
// chroma plane of a block smaller than 8 samples it is the whole chroma block,
// which starts at the even cell.
func (w *Worker) area(p, row, col int, bs av1.BlockSize) (plane *frame.Plane, x, y, bw, bh int) {
	plane = &w.f.Cur.Planes[p]
	bw, bh = int(av1.BlockWidth[bs]), int(av1.BlockHeight[bs])
	if p == 0 {
		return plane, col * 4, row * 4, bw, bh
	}
	subX, subY := w.f.Cur.SubX, w.f.Cur.SubY
	if subX == 1 && bw == 4 {
		col &^= 1
		bw = 8
	}
	if subY == 1 && bh == 4 {
		row &^= 1
		bh = 8
	}
	return plane, col * 4 >> subX, row * 4 >> subY, bw >> subX, bh >> subY
}

// cells is the size of a block in 4x4 cells, clipped to the grid.
func (w *Worker) cells(row, col int, bs av1.BlockSize) (w4, h4 int) {
	return min(int(av1.Num4x4BlocksWide[bs]), w.f.Grid.Cols-col), min(int(av1.Num4x4BlocksHigh[bs]), w.f.Grid.Rows-row)
}
