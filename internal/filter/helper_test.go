package filter

import (
	"math/rand"

	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/frame"
)

// format is a sampling format under test.
type format struct {
	name       string
	numPlanes  int
	subX, subY int
}

var formats = []format{{"400", 1, 1, 1}, {"420", 3, 1, 1}, {"422", 3, 1, 0}, {"444", 3, 0, 0}}

var sizes = [][2]int{{1, 1}, {2, 3}, {8, 8}, {9, 17}, {16, 16}, {33, 65}, {64, 64}, {65, 58}, {130, 70}, {200, 130}}

func newPicture(w, h, bitDepth int, f format) *frame.Picture {
	p := &frame.Picture{NumPlanes: f.numPlanes, SubX: f.subX, SubY: f.subY, BitDepth: bitDepth}
	for i := range f.numPlanes {
		pw, ph := w, h
		if i > 0 {
			pw, ph = (w+f.subX)>>f.subX, (h+f.subY)>>f.subY
		}
		n, _ := frame.PlaneSize(pw, ph)
		p.Planes[i] = frame.NewPlane(make([]uint16, n), pw, ph)
	}
	return p
}

func clonePicture(p *frame.Picture) *frame.Picture {
	q := *p
	for i := range p.NumPlanes {
		q.Planes[i].Data = append([]uint16(nil), p.Planes[i].Data...)
	}
	return &q
}

// fillPicture draws blocks of slightly different flat colours, ramps and noise, so that
// every branch of the filters is taken. Everything outside the written area is garbage.
func fillPicture(rng *rand.Rand, p *frame.Picture) {
	top := 1<<p.BitDepth - 1
	scale := 1 << (p.BitDepth - 8)
	for i := range p.NumPlanes {
		plane := &p.Planes[i]
		for j := range plane.Data {
			plane.Data[j] = uint16(rng.Intn(top + 1))
		}
		mid := rng.Intn(top + 1)
		for y := 0; y < plane.AllocH; y += 4 {
			for x := 0; x < plane.AllocW; x += 4 {
				kind, base, slope := rng.Intn(10), mid+(rng.Intn(9)-4)*scale*rng.Intn(3), rng.Intn(5)-2
				if rng.Intn(40) == 0 {
					mid = rng.Intn(top + 1)
				}
				for dy := range 4 {
					row := plane.Row(x, y+dy)
					for dx := range 4 {
						v := base
						switch {
						case kind == 0:
							v = rng.Intn(top + 1)
						case kind == 1:
							v = rng.Intn(2) * top
						case kind < 4:
							v += slope * (dx + dy) * scale
						case kind < 6:
							v += rng.Intn(5*scale) - 2*scale
						case kind < 8:
							v += rng.Intn(2*scale+1) - scale
						}
						row[dx] = uint16(max(0, min(v, top)))
					}
				}
			}
		}
	}
}

// randomFrame is a mode grid with the transform sizes of every plane as the
// specification stores them.
type randomFrame struct {
	grid    frame.ModeGrid
	txSizes [3][]av1.TxSize // LoopfilterTxSizes, row-major with grid.Stride
	f       format
	rng     *rand.Rand
	inter   bool
}

func newRandomFrame(rng *rand.Rand, w, h int, f format) *randomFrame {
	rows, cols := 2*((h+7)>>3), 2*((w+7)>>3)
	stride := (cols + 31) &^ 31
	n := stride * ((rows + 31) &^ 31)
	r := &randomFrame{f: f, rng: rng, inter: rng.Intn(4) > 0}
	r.grid = frame.ModeGrid{Cells: make([]frame.ModeInfo, n), Rows: rows, Cols: cols, Stride: stride}
	for i := range r.txSizes {
		r.txSizes[i] = make([]av1.TxSize, n)
	}
	sb := []av1.BlockSize{av1.Block64x64, av1.Block128x128}[rng.Intn(2)]
	step := int(av1.Num4x4BlocksWide[sb])
	for row := 0; row < rows; row += step {
		for col := 0; col < cols; col += step {
			r.partition(row, col, sb)
		}
	}
	return r
}

func (r *randomFrame) partition(row, col int, size av1.BlockSize) {
	if row >= r.grid.Rows || col >= r.grid.Cols {
		return
	}
	n := int(av1.Num4x4BlocksWide[size])
	half, quarter := n/2, n/4
	p := av1.Partition(r.rng.Intn(int(av1.PartitionTypes)))
	if size == av1.Block8x8 && p > av1.PartitionSplit || size == av1.Block128x128 && p >= av1.PartitionHorz4 {
		p = av1.PartitionSplit
	}
	if size == av1.Block4x4 {
		p = av1.PartitionNone
	}
	if half > 0 && (row+half >= r.grid.Rows || col+half >= r.grid.Cols) {
		p = av1.PartitionSplit
	}
	sub := av1.PartitionSubsize[p][size]
	if av1.SubsampledSize[sub][r.f.subX][r.f.subY] == av1.BlockInvalid {
		p, sub = av1.PartitionNone, size
	}
	split := av1.PartitionSubsize[av1.PartitionSplit][size]
	switch p {
	case av1.PartitionNone:
		r.block(row, col, sub)
	case av1.PartitionHorz:
		r.block(row, col, sub)
		r.block(row+half, col, sub)
	case av1.PartitionVert:
		r.block(row, col, sub)
		r.block(row, col+half, sub)
	case av1.PartitionSplit:
		r.partition(row, col, sub)
		r.partition(row, col+half, sub)
		r.partition(row+half, col, sub)
		r.partition(row+half, col+half, sub)
	case av1.PartitionHorzA:
		r.block(row, col, split)
		r.block(row, col+half, split)
		r.block(row+half, col, sub)
	case av1.PartitionHorzB:
		r.block(row, col, sub)
		r.block(row+half, col, split)
		r.block(row+half, col+half, split)
	case av1.PartitionVertA:
		r.block(row, col, split)
		r.block(row+half, col, split)
		r.block(row, col+half, sub)
	case av1.PartitionVertB:
		r.block(row, col, sub)
		r.block(row, col+half, split)
		r.block(row+half, col+half, split)
	case av1.PartitionHorz4:
		for i := range 4 {
			r.block(row+i*quarter, col, sub)
		}
	case av1.PartitionVert4:
		for i := range 4 {
			r.block(row, col+i*quarter, sub)
		}
	}
}

func (r *randomFrame) block(row, col int, size av1.BlockSize) {
	if row >= r.grid.Rows || col >= r.grid.Cols {
		return
	}
	rng := r.rng
	m := frame.ModeInfo{BlockSize: size, RefFrame: [2]int8{av1.IntraFrame, av1.NoneFrame}, YMode: av1.PredictionMode(rng.Intn(13)), Skip: rng.Intn(3) == 0}
	if r.inter && rng.Intn(3) > 0 {
		m.IsInter = true
		m.RefFrame[0] = int8(1 + rng.Intn(7))
		m.YMode = av1.NearestMV + av1.PredictionMode(rng.Intn(12))
		m.Skip = rng.Intn(2) == 0
	}
	w, h := int(av1.Num4x4BlocksWide[size]), int(av1.Num4x4BlocksHigh[size])
	m.TxSize = av1.MaxTxSizeRect[size]
	if !m.IsInter {
		for range rng.Intn(3) {
			m.TxSize = av1.SplitTxSize[m.TxSize]
		}
	}
	r.grid.Splat(row, col, w, h, &m)
	txW, txH := int(av1.TxWidth[m.TxSize]/4), int(av1.TxHeight[m.TxSize]/4)
	for y := 0; y < h; y += txH {
		for x := 0; x < w; x += txW {
			r.transform(row+y, col+x, m.TxSize, m.IsInter && !m.Skip, 0)
		}
	}
	if r.f.numPlanes == 1 || !av1.HasChroma(size, row, col, r.f.subX, r.f.subY) {
		return
	}
	// Chroma, as residual() (section 5.11.34) and transform_block() walk it.
	uv := av1.GetTxSizeUV(size, r.f.subX, r.f.subY)
	plane := av1.SubsampledSize[size][r.f.subX][r.f.subY]
	for y := range int(av1.Num4x4BlocksHigh[plane]) {
		for x := range int(av1.Num4x4BlocksWide[plane]) {
			i := (row>>r.f.subY+y)*r.grid.Stride + col>>r.f.subX + x
			if i < len(r.txSizes[1]) {
				r.txSizes[1][i], r.txSizes[2][i] = uv, uv
			}
		}
	}
}

// transform sets the transform size of an area, splitting it at random as read_block_tx_size does.
func (r *randomFrame) transform(row, col int, tx av1.TxSize, mayGoOn bool, depth int) {
	if row >= r.grid.Rows || col >= r.grid.Cols {
		return
	}
	w, h := int(av1.TxWidth[tx]/4), int(av1.TxHeight[tx]/4)
	if mayGoOn && depth < 2 && tx != av1.Tx4x4 && r.rng.Intn(2) == 0 {
		sub := av1.SplitTxSize[tx]
		for y := 0; y < h; y += int(av1.TxHeight[sub] / 4) {
			for x := 0; x < w; x += int(av1.TxWidth[sub] / 4) {
				r.transform(row+y, col+x, sub, true, depth+1)
			}
		}
		return
	}
	for y := row; y < min(row+h, r.grid.Rows); y++ {
		for x := col; x < min(col+w, r.grid.Cols); x++ {
			r.grid.At(y, x).TxSize = tx
			r.txSizes[0][y*r.grid.Stride+x] = tx
		}
	}
}

// firstDifference returns where two pictures differ inside the written area (cells of
// the mode grid), or ok.
func firstDifference(a, b *frame.Picture, visible bool) (plane, x, y int, ok bool) {
	for i := range a.NumPlanes {
		w, h := (a.Planes[0].Width+7)&^7, (a.Planes[0].Height+7)&^7
		if i > 0 {
			w, h = w>>a.SubX, h>>a.SubY
		}
		if visible {
			w, h = a.Planes[i].Width, a.Planes[i].Height
		}
		for y := range h {
			ra, rb := a.Planes[i].Row(0, y), b.Planes[i].Row(0, y)
			for x := range w {
				if ra[x] != rb[x] {
					return i, x, y, false
				}
			}
		}
	}
	return 0, 0, 0, true
}

// at returns sample (x, y) of a plane.
func at(p *frame.Plane, x, y int) int { return int(p.Data[p.Origin+y*p.Stride+x]) }

func set(p *frame.Plane, x, y, v int) { p.Data[p.Origin+y*p.Stride+x] = uint16(v) }

func abs(v int) int { return max(v, -v) }

func clip3(lo, hi, v int) int { return max(lo, min(v, hi)) }

func round2(v, n int) int {
	if n == 0 {
		return v
	}
	return (v + 1<<(n-1)) >> n
}
