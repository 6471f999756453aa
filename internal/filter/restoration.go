package filter

import (
	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/frame"
	"github.com/grav1e/grav1e/internal/simd"
)

// RestorationUnit is what read_lr_unit (section 5.11.58) codes of one unit.
type RestorationUnit struct {
	Type   av1.RestorationType // RestoreNone, RestoreWiener or RestoreSgrproj
	Wiener [2][3]int8          // LrWiener: coefficients of the vertical, then of the horizontal filter
	SgrSet uint8               // LrSgrSet
	SgrXqd [2]int8             // LrSgrXqd
}

// PlaneRestoration is a plane's part of lr_params (section 5.9.20) and its units, row-major.
type PlaneRestoration struct {
	Type     av1.RestorationType // FrameRestorationType
	UnitSize int                 // LoopRestorationSize, 32..256 samples of the plane
	Rows     int                 // unitRows
	Cols     int                 // unitCols
	Units    []RestorationUnit
}

// Restoration has the loop restoration parameters of a frame.
type Restoration [av1.MaxPlanes]PlaneRestoration

// Used is UsesLr.
func (r *Restoration) Used() bool {
	return r[0].Type|r[1].Type|r[2].Type != av1.RestoreNone
}

// UnitCount is count_units_in_frame (section 5.11.57).
func UnitCount(unitSize, frameSize int) int { return max((frameSize+unitSize>>1)/unitSize, 1) }

// SetUnitSize sets the geometry of a plane of w x h samples. units must hold
// UnitCount(unitSize, w) * UnitCount(unitSize, h) units; it is cut to that length.
func (p *PlaneRestoration) SetUnitSize(unitSize, w, h int, units []RestorationUnit) {
	p.UnitSize, p.Rows, p.Cols = unitSize, UnitCount(unitSize, h), UnitCount(unitSize, w)
	p.Units = units[:p.Rows*p.Cols]
}

// StripeCount is the number of stripes of a frame, StripeRows the luma rows [y0, y1) of one:
// 64 rows, offset upwards by 8 (section 7.17.1).
func StripeCount(frameHeight int) int { return (frameHeight + 8 + 63) >> 6 }

// StripeRows returns the luma rows of a stripe; see StripeCount.
func StripeRows(stripe, frameHeight int) (y0, y1 int) {
	return max(stripe*64-8, 0), min(stripe*64+56, frameHeight)
}

// A tile is the piece of a stripe the kernels work on at once.
const (
	tileSize   = 64
	tileBorder = 3 // samples around a tile the filters read
	tileStride = tileSize + 2*tileBorder + 2
	tileRows   = tileSize + 2*tileBorder
)

// RestorationScratch is the working memory of restoration and of its search, about 100 KB.
type RestorationScratch struct {
	tile       [tileRows * tileStride]uint16
	taps       [2][8]int16                  // Wiener filters, vertical and horizontal
	mid        [tileRows * tileStride]int16 // after the first Wiener filter
	a, b       [(tileSize + 2) * simd.SgrStride]int32
	flt        [2][tileSize * tileSize]int32
	out        [tileSize * tileSize]uint16 // a trial of the search
	wienerSums [9]int64
	sgrSums    [5]int64
}

// Rows restores the stripes [stripe0, stripe1) of a frame (section 7.17): cdef is the picture after CDEF, which may be
// dst itself; deblocked the picture before CDEF. Of a stripe's own rows cdef is read, of the two
// rows above and below it deblocked. Ranges may run concurrently, also in place.
func (r *Restoration) Rows(dst, cdef, deblocked *frame.Picture, stripe0, stripe1 int, s *RestorationScratch) {
	for plane := range dst.NumPlanes {
		for stripe := stripe0; stripe < stripe1; stripe++ {
			st := newStripe(cdef, deblocked, plane, stripe)
			if dst != cdef {
				for y := st.y0; y < st.y1; y++ {
					copy(dst.Planes[plane].Row(0, y)[:st.cdef.AllocW], st.cdef.Row(0, y)[:st.cdef.AllocW])
				}
			}
			if r[plane].Type != av1.RestoreNone {
				r[plane].stripe(&dst.Planes[plane], &st, s)
			}
		}
	}
}

// stripe restores one stripe of one plane.
func (p *PlaneRestoration) stripe(dst *frame.Plane, st *stripe, s *RestorationScratch) {
	// Stripes and unit rows are offset alike, and unit sizes are multiples of the stripe's height.
	units := p.Units[min(p.Rows-1, st.unitY/p.UnitSize)*p.Cols:][:p.Cols]
	loaded := false // the tile to the left is in s.tile, and perhaps no longer in the picture
	for col := range units {
		u := &units[col]
		x0, x1 := p.unitColumns(col, st.cdef.Width)
		if u.Type == av1.RestoreNone {
			loaded = false
			continue
		}
		for x := x0; x < x1; x += tileSize {
			w := min(tileSize, x1-x)
			st.load(s, x, w, loaded)
			loaded = true
			u.filter(dst.At(x, st.y0), dst.Stride, w, st.y1-st.y0, st.bitDepth, s)
			s.keepRight(w, st.y1-st.y0)
		}
	}
}

// unitColumns returns the columns of a unit; the last one takes what is left of the plane.
func (p *PlaneRestoration) unitColumns(col, width int) (x0, x1 int) {
	if col == p.Cols-1 {
		return col * p.UnitSize, width
	}
	return col * p.UnitSize, (col + 1) * p.UnitSize
}

// stripe is a stripe's geometry in one plane (section 7.17.1).
type stripe struct {
	cdef, deblocked *frame.Plane
	bitDepth        int
	start, end      int // StripeStartY, StripeEndY + 1
	y0, y1          int // the rows inside the plane
	unitY           int // start without the offset
}

func newStripe(cdef, deblocked *frame.Picture, plane, index int) stripe {
	subY := 0
	if plane > 0 {
		subY = cdef.SubY
	}
	st := stripe{cdef: &cdef.Planes[plane], deblocked: &deblocked.Planes[plane], bitDepth: cdef.BitDepth}
	st.start, st.unitY = (index*64-8)>>subY, index*64>>subY
	st.end = st.start + 64>>subY
	st.y0, st.y1 = max(st.start, 0), min(st.end, st.cdef.Height)
	return st
}

// load copies the w columns from x on, and their surroundings, to s.tile (section 7.17.6). With
// keep the columns to the left are there already (see keepRight).
func (st *stripe) load(s *RestorationScratch, x, w int, keep bool) {
	left := tileBorder
	if keep || x == 0 {
		left = 0
	}
	right := min(tileBorder, st.cdef.Width-x-w)
	for y := st.y0 - tileBorder; y < st.y1+tileBorder; y++ {
		row := s.tile[(y-st.y0+tileBorder)*tileStride:][:tileStride]
		copy(row[tileBorder-left:], st.sourceRow(y, x-left)[:left+w+right])
		if x == 0 {
			row[0], row[1], row[2] = row[3], row[3], row[3]
		}
		for i := tileBorder + w + right; i < w+2*tileBorder; i++ {
			row[i] = row[tileBorder+w+right-1]
		}
	}
}

// sourceRow returns the row that stands for row y, from column x on.
func (st *stripe) sourceRow(y, x int) []uint16 {
	y = max(0, min(y, st.cdef.Height-1))
	if y < st.start {
		return st.deblocked.Row(x, max(y, st.start-2))
	}
	if y >= st.end {
		return st.deblocked.Row(x, min(y, st.end+1))
	}
	return st.cdef.Row(x, y)
}

// keepRight moves the last columns of the tile to where the next tile expects its left
// surroundings, so that filtering in place reads no filtered sample.
func (s *RestorationScratch) keepRight(w, h int) {
	for y := range h + 2*tileBorder {
		row := s.tile[y*tileStride:][:tileStride]
		copy(row[:tileBorder], row[w:])
	}
}

// filter restores the w x h samples of the loaded tile.
func (u *RestorationUnit) filter(dst []uint16, stride, w, h, bitDepth int, s *RestorationScratch) {
	if u.Type == av1.RestoreWiener {
		s.wiener(dst, stride, w, h, bitDepth, &u.Wiener)
		return
	}
	s.boxes(u.SgrSet, w, h, bitDepth)
	w0, w1 := int(u.SgrXqd[0]), int(u.SgrXqd[1])
	s.blend(dst, stride, w, h, bitDepth, u.SgrSet, w0, 128-w0-w1)
}

// wiener is the Wiener filter process (section 7.17.4) for the loaded tile.
func (s *RestorationScratch) wiener(dst []uint16, stride, w, h, bitDepth int, coeff *[2][3]int8) {
	s.taps = [2][8]int16{wienerTaps(&coeff[0]), wienerTaps(&coeff[1])}
	simd.LoopRestoration.WienerH(s.mid[:], tileSize, s.tile[:], tileStride, w, h+2*tileBorder, &s.taps[1], bitDepth)
	simd.LoopRestoration.WienerV(dst, stride, s.mid[:], tileSize, w, h, &s.taps[0], bitDepth)
}

// wienerTaps is the Wiener coefficient process (section 7.17.5), with an eighth tap of 0.
func wienerTaps(coeff *[3]int8) (filter [8]int16) {
	filter[3] = 128
	for i, c := range coeff {
		filter[i], filter[6-i] = int16(c), int16(c)
		filter[3] -= 2 * int16(c)
	}
	return
}

// sgrScale[set][pass] is the variable s of section 7.17.3.
var sgrScale = func() (t [16][2]uint32) {
	for set, p := range av1.SgrParams {
		for pass := range 2 {
			if r := uint32(p[2*pass]); r > 0 {
				n := (2*r + 1) * (2*r + 1)
				n2e := n * n * uint32(p[2*pass+1])
				t[set][pass] = (1<<20 + n2e/2) / n2e
			}
		}
	}
	return
}()

// boxes fills s.flt for the loaded tile (section 7.17.3); passes of radius 0 are left out.
func (s *RestorationScratch) boxes(set uint8, w, h, bitDepth int) {
	inside := s.tile[tileBorder*tileStride+tileBorder:]
	if av1.SgrParams[set][0] != 0 {
		simd.LoopRestoration.SgrCoef(s.a[:], s.b[:], s.tile[:], tileStride, w, h, 2, 2, sgrScale[set][0], bitDepth)
		simd.LoopRestoration.SgrFilter5(s.flt[0][:], s.a[:], s.b[:], inside, tileStride, w, h)
	}
	if av1.SgrParams[set][2] != 0 {
		simd.LoopRestoration.SgrCoef(s.a[:], s.b[:], s.tile[:], tileStride, w, h, 1, 1, sgrScale[set][1], bitDepth)
		simd.LoopRestoration.SgrFilter3(s.flt[1][:], s.a[:], s.b[:], inside, tileStride, w, h)
	}
}

// blend writes the loaded tile, restored with the weights w0 and w2 of s.flt.
func (s *RestorationScratch) blend(dst []uint16, stride, w, h, bitDepth int, set uint8, w0, w2 int) {
	if av1.SgrParams[set][0] == 0 {
		w0 = 0
	}
	if av1.SgrParams[set][2] == 0 {
		w2 = 0
	}
	inside := s.tile[tileBorder*tileStride+tileBorder:]
	simd.LoopRestoration.SgrBlend(dst, stride, inside, tileStride, s.flt[0][:], s.flt[1][:], w0, w2, w, h, bitDepth)
}
