package mvpred

import (
	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/frame"
)

// Limits of the motion field (section 3).
const (
	maxOffsetWidth  = 8         // MAX_OFFSET_WIDTH, in 8x8 cells; MAX_OFFSET_HEIGHT is 0
	refMvsLimit     = 1<<12 - 1 // REFMVS_LIMIT
	maxProjected    = 1<<14 - 1 // largest component of a projected vector
	fieldBandRows   = 8         // rows of cells that a vector can't leave: one row of 64x64 blocks
	fieldDistances  = 32        // 0 (no vector) .. MAX_FRAME_DISTANCE
	maxFieldSources = 5         // LAST, BWDREF, ALTREF2, ALTREF, LAST2
	projectionShift = 3 + 1 + 2 // 1/8 samples to 8x8 cells: 3 + 1 + MI_SIZE_LOG2
	projectionRound = 1 << 13   // half of the projection's unit, 1 << 14
)

// RelativeDist is get_relative_dist (section 5.9.3): the signed distance from order hint b to a;
// bits is OrderHintBits, 0 when order hints are disabled.
func RelativeDist(a, b, bits int) int {
	if bits == 0 {
		return 0
	}
	m := 1 << (bits - 1)
	diff := a - b
	return diff&(m-1) - diff&m
}

// Ref describes a reference frame to motion field estimation.
type Ref struct {
	MVs            *frame.SavedMVs            // what SaveRows left when the frame was finished; nil counts as Intra
	MiRows, MiCols int                        // RefMiRows, RefMiCols
	Intra          bool                       // RefFrameType is KEY_FRAME or INTRA_ONLY_FRAME
	OrderHint      int                        // OrderHints[ref]
	OrderHints     [av1.TotalRefsPerFrame]int // SavedOrderHints, indexed by LastFrame..AltrefFrame
}

// FieldParams is what motion field estimation knows of the current frame.
type FieldParams struct {
	MiRows, MiCols int
	OrderHint      int
	OrderHintBits  int                        // 0: order hints are disabled
	Refs           [av1.TotalRefsPerFrame]Ref // indexed by LastFrame..AltrefFrame
}

// FieldMV is one 8x8 cell of a motion field: a vector of a reference frame, and
// the number of frames it spans. The vector towards any reference is derived on use.
type FieldMV struct {
	Mv   av1.MV
	Dist int16 // 1..MaxFrameDistance; 0: no vector
}

// MotionField is the result of motion field estimation (section 7.9), MotionFieldMvs
// with one vector per cell instead of one per cell and reference: the projections
// towards the seven references differ only in the scale.
type MotionField struct {
	Cells      []FieldMV // Rows x Cols, row-major
	Rows, Cols int       // MiRows >> 1, MiCols >> 1

	scale   [av1.TotalRefsPerFrame][fieldDistances]int32 // numerator * Div_Mult, by reference and distance
	sources [maxFieldSources]fieldSource
	count   int
}

// fieldSource is one run of the projection process (section 7.9.2).
type fieldSource struct {
	mvs     *frame.SavedMVs
	dist    [av1.TotalRefsPerFrame]int16 // refOffset of each of the source's references, 0: not usable
	toCur   [fieldDistances]int32        // scale of the projection on the current frame
	dstSign int
}

// FieldCells is the number of FieldMV a frame of miRows x miCols needs.
func FieldCells(miRows, miCols int) int { return (miRows >> 1) * (miCols >> 1) }

// Setup chooses the reference frames to project (section 7.9.1). cells must hold
// FieldCells values; their contents don't matter. EstimateRows does the work.
func (f *MotionField) Setup(p *FieldParams, cells []FieldMV) {
	f.Rows, f.Cols = p.MiRows>>1, p.MiCols>>1
	f.Cells = cells[:f.Rows*f.Cols]
	f.count = 0
	for ref := av1.LastFrame; ref <= av1.AltrefFrame; ref++ {
		setScale(&f.scale[ref], RelativeDist(p.OrderHint, p.Refs[ref].OrderHint, p.OrderHintBits))
	}
	ahead := func(ref int8) bool {
		return RelativeDist(p.Refs[ref].OrderHint, p.OrderHint, p.OrderHintBits) > 0
	}
	if p.Refs[av1.LastFrame].OrderHints[av1.AltrefFrame] != p.Refs[av1.GoldenFrame].OrderHint {
		f.addSource(p, av1.LastFrame, -1)
	}
	stamp := av1.MfmvStackSize - 2
	if ahead(av1.BwdrefFrame) && f.addSource(p, av1.BwdrefFrame, 1) {
		stamp--
	}
	if ahead(av1.Altref2Frame) && f.addSource(p, av1.Altref2Frame, 1) {
		stamp--
	}
	if ahead(av1.AltrefFrame) && stamp >= 0 && f.addSource(p, av1.AltrefFrame, 1) {
		stamp--
	}
	if stamp >= 0 {
		f.addSource(p, av1.Last2Frame, -1)
	}
}

// addSource prepares the projection of src and tells whether src is valid for it.
func (f *MotionField) addSource(p *FieldParams, src int8, dstSign int) bool {
	r := &p.Refs[src]
	if r.MVs == nil || r.Intra || r.MiRows != p.MiRows || r.MiCols != p.MiCols {
		return false
	}
	s := &f.sources[f.count]
	f.count++
	*s = fieldSource{mvs: r.MVs, dstSign: dstSign}
	toCur := RelativeDist(r.OrderHint, p.OrderHint, p.OrderHintBits)
	setScale(&s.toCur, toCur*dstSign)
	if max(toCur, -toCur) > av1.MaxFrameDistance {
		return true
	}
	for ref := av1.LastFrame; ref <= av1.AltrefFrame; ref++ {
		if d := RelativeDist(r.OrderHint, r.OrderHints[ref], p.OrderHintBits); d > 0 && d <= av1.MaxFrameDistance {
			s.dist[ref] = int16(d)
		}
	}
	return true
}

// setScale tabulates clippedNumerator * Div_Mult[denominator] (section 7.9.3).
func setScale(t *[fieldDistances]int32, numerator int) {
	n := int32(min(max(numerator, -av1.MaxFrameDistance), av1.MaxFrameDistance))
	for d := range t {
		t[d] = n * int32(av1.DivMult[d])
	}
}

// project is the rest of get_mv_projection (section 7.9.3) for one scale.
func project(mv av1.MV, scale int32) av1.MV {
	return av1.MV{Row: projectComponent(int32(mv.Row) * scale), Col: projectComponent(int32(mv.Col) * scale)}
}

func projectComponent(v int32) int16 {
	// Round2Signed: the magnitude is rounded, the sign kept.
	sign := v >> 31
	v = ((v ^ sign - sign + projectionRound) >> 14) ^ sign - sign
	return int16(min(max(v, -maxProjected), maxProjected))
}

// EstimateRows fills the rows y0 up to y1 of the field (section 7.9.2). y0 is a
// multiple of 8, y1 too unless it is Rows: vectors don't leave their row of 64x64
// blocks, so such bands may be estimated in parallel.
func (f *MotionField) EstimateRows(y0, y1 int) {
	clear(f.Cells[y0*f.Cols : y1*f.Cols])
	for y := y0; y < y1; y += fieldBandRows {
		for i := range f.count {
			f.projectBand(&f.sources[i], y, min(y+fieldBandRows, y1))
		}
	}
}

// projectBand projects the rows base up to end, which are in one row of 64x64 blocks.
func (f *MotionField) projectBand(s *fieldSource, base, end int) {
	for y := base; y < end; y++ {
		mvs := s.mvs.Mv[y*s.mvs.Stride:][:f.Cols]
		refs := s.mvs.RefFrame[y*s.mvs.Stride:][:f.Cols]
		for x, ref := range refs {
			if ref <= av1.IntraFrame {
				continue
			}
			dist := s.dist[ref&7]
			if dist == 0 {
				continue
			}
			to := project(mvs[x], s.toCur[dist])
			px := x + s.dstSign*cellOffset(to.Col)
			py := y + s.dstSign*cellOffset(to.Row)
			left := x &^ 7
			if py < base || py >= base+fieldBandRows || py >= f.Rows ||
				px < max(left-maxOffsetWidth, 0) || px >= min(left+8+maxOffsetWidth, f.Cols) {
				continue
			}
			f.Cells[py*f.Cols+px] = FieldMV{Mv: mvs[x], Dist: dist}
		}
	}
}

// cellOffset converts a vector component to 8x8 cells, rounding towards zero (section 7.9.4).
func cellOffset(v int16) int {
	if v >= 0 {
		return int(v) >> projectionShift
	}
	return -(-int(v) >> projectionShift)
}

// At returns MotionFieldMvs[ref][y][x]; ok is false where the field has no vector.
func (f *MotionField) At(ref int8, y, x int) (mv av1.MV, ok bool) {
	c := f.Cells[y*f.Cols+x]
	return project(c.Mv, f.scale[ref][c.Dist&31]), c.Dist != 0
}

// SaveRows stores the motion vectors of a finished frame for later motion fields
// (section 7.19), rows y0 up to y1 of dst, in 8x8 cells. past[ref] tells for
// LastFrame..AltrefFrame whether the reference's order hint lies before the
// current frame's: only such vectors are kept.
func SaveRows(dst *frame.SavedMVs, grid *frame.ModeGrid, past *[av1.TotalRefsPerFrame]bool, y0, y1 int) {
	cols := grid.Cols >> 1
	for y := y0; y < y1; y++ {
		cells := grid.Cells[(2*y+1)*grid.Stride:][:2*cols]
		mvs := dst.Mv[y*dst.Stride:][:cols]
		refs := dst.RefFrame[y*dst.Stride:][:cols]
		for x := range refs {
			c := &cells[2*x+1]
			mvs[x], refs[x] = av1.MV{}, av1.NoneFrame
			for list, ref := range c.RefFrame {
				if ref > av1.IntraFrame && past[ref&7] && saveable(c.Mv[list]) {
					mvs[x], refs[x] = c.Mv[list], ref
				}
			}
		}
	}
}

func saveable(mv av1.MV) bool {
	return max(mv.Row, -mv.Row) <= refMvsLimit && max(mv.Col, -mv.Col) <= refMvsLimit
}
