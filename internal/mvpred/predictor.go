// Package mvpred predicts motion vectors as the decoder does, bit for bit: motion
// field estimation (section 7.9), the motion vector stack (section 7.10.2), the
// assignment of vectors to modes (section 5.11.26) and what a finished frame
// saves for later ones (section 7.19). Global motion is always the identity,
// and there is no intra block copy.
package mvpred

import (
	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/frame"
)

// Params is what prediction needs to know of a frame and of the tile being coded.
type Params struct {
	MiRows, MiCols       int
	MiRowStart, MiRowEnd int // tile, in units of 4 luma samples
	MiColStart, MiColEnd int
	Use128x128Superblock bool
	AllowHighPrecisionMv bool
	ForceIntegerMv       bool
	UseRefFrameMvs       bool                        // use_ref_frame_mvs; needs Field
	Field                *MotionField                // estimated for this frame, read only
	RefFrameSignBias     [av1.TotalRefsPerFrame]bool // indexed by LastFrame..AltrefFrame
}

// Groups of candidates in the order of section 7.10.2. Temporal samples, which
// depend on the reference, stand between groupTopRight and groupTopLeft.
const (
	groupRow1 = iota
	groupCol1
	groupTopRight
	groupTopLeft
	groupRow3
	groupCol3
	groupRow5
	groupCol5
	groups
)

// Most candidates: 16 in the nearest row and column each, 2 corners, 8 in each of the others.
const maxCandidates = 16 + 16 + 2 + 4*8

// Most temporal samples: a grid of 4 x 4 and 3 around the block.
const maxTemporal = 16 + 3

// candidate is what the stack needs of an inter block next to the current one.
type candidate struct {
	mv     [2]uint32 // packed, in the frame's precision
	refs   uint16    // packRefs
	weight uint8     // weight of one match
	newMv  uint8     // has_newmv
}

// Predictor finds motion vector stacks. The neighbourhood of a block is read once,
// by Scan; Find then builds the stack for any number of reference pairs.
// A Predictor is used by one goroutine.
type Predictor struct {
	Params

	grid     *frame.ModeGrid
	row, col int
	bs       av1.BlockSize
	bw4, bh4 int

	cands [maxCandidates]candidate
	ends  [groups + 1]int // cands[ends[g]:ends[g+1]] is group g
	n     int

	temporal  [maxTemporal]FieldMV
	nTemporal int
	center    bool // temporal[0] is the sample at the block's own position

	extra       [2 * 16]extraCandidate // above, then left; gathered when first needed
	nExtra      int
	extraLoaded bool

	build builder
}

// extraCandidate is a block of the extra search (section 7.10.2.12), vectors unaltered.
type extraCandidate struct {
	mv   [2]av1.MV
	refs [2]int8
}

// SetParams starts a tile.
func (p *Predictor) SetParams(params *Params) { p.Params = *params }

func pack(mv av1.MV) uint32 { return uint32(uint16(mv.Row)) | uint32(uint16(mv.Col))<<16 }

func unpack(v uint32) av1.MV { return av1.MV{Row: int16(v), Col: int16(v >> 16)} }

func packRefs(refs [2]int8) uint16 { return uint16(uint8(refs[0])) | uint16(uint8(refs[1]))<<8 }

// Lower is the lower precision process (section 7.10.2.10).
func (p *Params) Lower(mv av1.MV) av1.MV {
	if p.AllowHighPrecisionMv {
		return mv
	}
	if p.ForceIntegerMv {
		return av1.MV{Row: toInteger(mv.Row), Col: toInteger(mv.Col)}
	}
	return av1.MV{Row: toQuarter(mv.Row), Col: toQuarter(mv.Col)}
}

func toInteger(v int16) int16 {
	if v > 0 {
		return (v + 3) >> 3 << 3
	}
	return -((-v + 3) >> 3 << 3)
}

// toQuarter clears the lowest bit of the magnitude.
func toQuarter(v int16) int16 {
	sign := v >> 15
	return (v^sign-sign)&^1 ^ sign - sign
}

// hasNewMv is has_newmv (section 7.10.2.9) as 0 or 1.
var hasNewMv = [av1.NewNewMV + 1]uint8{
	av1.NewMV: 1, av1.NewNewMV: 1, av1.NearNewMV: 1, av1.NewNearMV: 1, av1.NearestNewMV: 1, av1.NewNearestMV: 1,
}

// Scan reads the neighbourhood of the block of size bs at row, col (units of 4 luma
// samples): everything left of it and above it must be final in grid, what follows
// in coding order may hold anything. part is the partition that made the block:
// it decides whether the block to its upper right has been coded.
func (p *Predictor) Scan(grid *frame.ModeGrid, row, col int, bs av1.BlockSize, part av1.Partition) {
	p.grid, p.row, p.col, p.bs = grid, row, col, bs
	p.bw4, p.bh4 = int(av1.Num4x4BlocksWide[bs]), int(av1.Num4x4BlocksHigh[bs])
	p.n, p.extraLoaded = 0, false

	p.scanRow(row-1, col)
	p.ends[groupCol1] = p.n
	p.scanCol(row, col-1)
	p.ends[groupTopRight] = p.n
	if p.hasTopRight(part) {
		p.scanPoint(row-1, col+p.bw4)
	}
	p.ends[groupTopLeft] = p.n
	p.scanPoint(row-1, col-1)
	p.ends[groupRow3] = p.n
	// Farther rows and columns are read at odd positions only.
	p.scanRow(row-3+row&1, col+1-col&1)
	p.ends[groupCol3] = p.n
	p.scanCol(row+1-row&1, col-3+col&1)
	p.ends[groupRow5] = p.n
	if p.bh4 > 1 {
		p.scanRow(row-5+row&1, col+1-col&1)
	}
	p.ends[groupCol5] = p.n
	if p.bw4 > 1 {
		p.scanCol(row+1-row&1, col-5+col&1)
	}
	p.ends[groups] = p.n

	p.nTemporal, p.center = 0, false
	if p.UseRefFrameMvs {
		p.scanTemporal()
	}
}

// push is the part of the add reference motion vector process (section 7.10.2.7)
// that doesn't depend on the reference searched for.
func (p *Predictor) push(m *frame.ModeInfo, weight int) {
	if !m.IsInter {
		return
	}
	c := &p.cands[p.n]
	p.n++
	c.mv[0] = pack(p.Lower(m.Mv[0]))
	c.mv[1] = pack(p.Lower(m.Mv[1]))
	c.refs = packRefs(m.RefFrame)
	c.weight = uint8(weight)
	c.newMv = hasNewMv[m.YMode]
}

// scanRow is the scan row process (section 7.10.2.2) along row, from col on.
func (p *Predictor) scanRow(row, col int) {
	if row < p.MiRowStart {
		return
	}
	end := min(p.bw4, p.MiCols-p.col, 16)
	shortest := p.shortest(p.bw4, p.row-row)
	inside := min(end, p.MiColEnd-col)
	if inside <= 0 {
		return
	}
	line := p.grid.Cells[row*p.grid.Stride+col:][:inside]
	for i := 0; i < len(line); {
		m := &line[i]
		n := max(min(p.bw4, int(av1.Num4x4BlocksWide[m.BlockSize])), shortest)
		p.push(m, 2*n)
		i += n
	}
}

// scanCol is the scan col process (section 7.10.2.3) along col, from row on.
func (p *Predictor) scanCol(row, col int) {
	if col < p.MiColStart {
		return
	}
	end := min(p.bh4, p.MiRows-p.row, 16, p.MiRowEnd-row)
	shortest := p.shortest(p.bh4, p.col-col)
	for i := 0; i < end; {
		m := p.grid.At(row+i, col)
		n := max(min(p.bh4, int(av1.Num4x4BlocksHigh[m.BlockSize])), shortest)
		p.push(m, 2*n)
		i += n
	}
}

// shortest is the least step of a scan along a side of size4, at some distance from the block.
func (p *Predictor) shortest(size4, distance int) int {
	switch {
	case size4 >= 16:
		return 4
	case distance > 1:
		return 2
	}
	return 1
}

// scanPoint is the scan point process (section 7.10.2.4) for a position that has been coded.
func (p *Predictor) scanPoint(row, col int) {
	if row >= p.MiRowStart && col >= p.MiColStart && col < p.MiColEnd {
		p.push(p.grid.At(row, col), 4)
	}
}

// hasTopRight tells whether the cell above and to the right of the block precedes
// it in coding order, and is to be looked at. The specification asks whether the
// cell "has been written"; here that follows from the geometry, because the grid
// may hold leftovers.
func (p *Predictor) hasTopRight(part av1.Partition) bool {
	size := max(p.bw4, p.bh4)
	if size > 16 {
		return false
	}
	// The square node that holds the block, and the cell in question.
	nodeRow, nodeCol := p.row&^(size-1), p.col&^(size-1)
	row, col := p.row-1, p.col+p.bw4
	if row >= nodeRow {
		return false // right of the node, in its rows
	}
	if col < nodeCol+size {
		return true // above the node
	}
	if part == av1.PartitionVertA && p.bw4 == p.bh4 && nodeRow&size != 0 {
		return false // the lower one of two squares: what lies right of them comes third
	}
	// Above and to the right: the first level of the quadtree that separates the two
	// decides; it is an earlier cell if they differ in rows there.
	sbLog2 := uint(4)
	if p.Use128x128Superblock {
		sbLog2 = 5
	}
	dRow, dCol := uint(row^nodeRow), uint(col^nodeCol)
	if dRow>>sbLog2 != 0 {
		return true // in the row of superblocks above
	}
	return dRow >= dCol || dRow >= dRow^dCol
}

// scanTemporal is the temporal scan process (section 7.10.2.5).
func (p *Predictor) scanTemporal() {
	stepH, stepW := 2, 2
	if p.bh4 >= 16 {
		stepH = 4
	}
	if p.bw4 >= 16 {
		stepW = 4
	}
	for dr := 0; dr < min(p.bh4, 16); dr += stepH {
		for dc := 0; dc < min(p.bw4, 16); dc += stepW {
			p.temporalSample(dr, dc)
		}
	}
	if min(p.bw4, p.bh4) >= 2 && max(p.bw4, p.bh4) < 16 {
		p.temporalAround(p.bh4, -2)
		p.temporalAround(p.bh4, p.bw4)
		p.temporalAround(p.bh4-2, p.bw4)
	}
}

// temporalAround reads a sample outside the block if it is in the same 64x64 block.
func (p *Predictor) temporalAround(dr, dc int) {
	if row, col := p.row&15+dr, p.col&15+dc; row < 16 && col >= 0 && col < 16 {
		p.temporalSample(dr, dc)
	}
}

// temporalSample reads one cell of the motion field (section 7.10.2.6).
func (p *Predictor) temporalSample(dr, dc int) {
	row, col := (p.row+dr)|1, (p.col+dc)|1
	if col < p.MiColStart || col >= p.MiColEnd || row >= p.MiRowEnd {
		return
	}
	c := p.Field.Cells[(row>>1)*p.Field.Cols+col>>1]
	if c.Dist == 0 {
		return
	}
	if dr|dc == 0 {
		p.center = true
	}
	p.temporal[p.nTemporal] = c
	p.nTemporal++
}

// loadExtra gathers the blocks of the extra search process (section 7.10.2.12).
func (p *Predictor) loadExtra() {
	p.extraLoaded, p.nExtra = true, 0
	n := min(p.bw4, p.bh4, 16, p.MiCols-p.col, p.MiRows-p.row)
	if p.row > p.MiRowStart {
		for i := 0; i < n && p.col+i < p.MiColEnd; {
			m := p.grid.At(p.row-1, p.col+i)
			p.pushExtra(m)
			i += int(av1.Num4x4BlocksWide[m.BlockSize])
		}
	}
	if p.col > p.MiColStart {
		for i := 0; i < n && p.row+i < p.MiRowEnd; {
			m := p.grid.At(p.row+i, p.col-1)
			p.pushExtra(m)
			i += int(av1.Num4x4BlocksHigh[m.BlockSize])
		}
	}
}

func (p *Predictor) pushExtra(m *frame.ModeInfo) {
	if m.IsInter {
		p.extra[p.nExtra] = extraCandidate{m.Mv, m.RefFrame}
		p.nExtra++
	}
}
