package filter

import (
	"math"
	"math/bits"

	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/frame"
	"github.com/grav1e/grav1e/internal/simd"
)

// RestorationOptions say how thorough the search is.
type RestorationOptions struct {
	WienerRounds int     // times the vertical and the horizontal filter are solved for in turn; 0: no Wiener filter
	WienerRefine int     // rounds of trying every coefficient ± 1 on the samples
	SgrSets      []uint8 // values of lr_sgr_set that are tried; none: no self-guided filter
}

// RestorationSearch finds the parameters of one frame's units by trial against Source: Unit per unit, in any
// order and concurrently, then Decide per plane.
type RestorationSearch struct {
	Source, Cdef, Deblocked *frame.Picture
	Options                 RestorationOptions
}

// UnitTrial is what the search found for one unit: the squared error without restoration and with the
// best filter of each type, by RestorationType (math.MaxUint64: not tried).
type UnitTrial struct {
	SSE    [3]uint64
	Wiener RestorationUnit
	Sgr    RestorationUnit
}

// RestorationUnitSize is the usual LoopRestorationSize of luma: large units cost few bits, small frames need small ones.
func RestorationUnitSize(w, h int) int {
	if w*h > 352*288 {
		return 256
	}
	return 128
}

// Unit searches the unit at row, col of a plane whose geometry is set in p.
func (r *RestorationSearch) Unit(p *PlaneRestoration, plane, row, col int, t *UnitTrial, s *RestorationScratch) {
	u := r.unit(p, plane, row, col, s)
	*t = UnitTrial{SSE: [3]uint64{math.MaxUint64, math.MaxUint64, math.MaxUint64}}
	t.SSE[av1.RestoreNone] = u.identity()
	if r.Options.WienerRounds > 0 {
		t.Wiener = u.searchWiener(&r.Options)
		t.SSE[av1.RestoreWiener] = u.trial(&t.Wiener)
		u.refineWiener(&t.Wiener, &t.SSE[av1.RestoreWiener], r.Options.WienerRefine)
	}
	if len(r.Options.SgrSets) > 0 {
		t.Sgr = u.searchSgr(r.Options.SgrSets)
		t.SSE[av1.RestoreSgrproj] = u.trial(&t.Sgr)
	}
}

// unitSearch is the work on one unit: its rectangle and the stripes it covers.
type unitSearch struct {
	search           *RestorationSearch
	s                *RestorationScratch
	plane            int
	x0, x1           int
	stripe0, stripe1 int
}

func (r *RestorationSearch) unit(p *PlaneRestoration, plane, row, col int, s *RestorationScratch) unitSearch {
	u := unitSearch{search: r, s: s, plane: plane}
	u.x0, u.x1 = p.unitColumns(col, r.Cdef.Planes[plane].Width)
	perUnit := p.UnitSize >> 6
	if plane > 0 {
		perUnit = p.UnitSize << r.Cdef.SubY >> 6
	}
	u.stripe0, u.stripe1 = row*perUnit, (row+1)*perUnit
	if row == p.Rows-1 {
		u.stripe1 = StripeCount(r.Cdef.Planes[0].Height)
	}
	return u
}

// unitTile is a loaded tile: its size and the source's samples for it.
type unitTile struct {
	w, h   int
	want   []uint16
	stride int
}

// tiles is an iterator over the tiles of the unit; it loads each into the scratch.
func (u *unitSearch) tiles(yield func(unitTile) bool) {
	source := &u.search.Source.Planes[u.plane]
	for index := u.stripe0; index < u.stripe1; index++ {
		st := newStripe(u.search.Cdef, u.search.Deblocked, u.plane, index)
		for x := u.x0; x < u.x1 && st.y0 < st.y1; x += tileSize {
			w := min(tileSize, u.x1-x)
			st.load(u.s, x, w, false)
			if !yield(unitTile{w, st.y1 - st.y0, source.At(x, st.y0), source.Stride}) {
				return
			}
		}
	}
}

func (u *unitSearch) bitDepth() int { return u.search.Cdef.BitDepth }

// inside is the loaded tile without its surroundings.
func (u *unitSearch) inside() []uint16 { return u.s.tile[tileBorder*tileStride+tileBorder:] }

// identity is the unit's squared error without restoration.
func (u *unitSearch) identity() (total uint64) {
	for t := range u.tiles {
		total += simd.Cdef.SSE(u.inside(), tileStride, t.want, t.stride, t.w, t.h)
	}
	return
}

// trial is the unit's squared error when it is restored with unit.
func (u *unitSearch) trial(unit *RestorationUnit) (total uint64) {
	for t := range u.tiles {
		unit.filter(u.s.out[:], tileSize, t.w, t.h, u.bitDepth(), u.s)
		total += simd.Cdef.SSE(u.s.out[:], tileSize, t.want, t.stride, t.w, t.h)
	}
	return
}

// searchWiener solves for the horizontal filter given the vertical one, then the other way round, and so
// on: each step is a linear least squares problem in at most three coefficients.
func (u *unitSearch) searchWiener(o *RestorationOptions) RestorationUnit {
	unit := RestorationUnit{Type: av1.RestoreWiener}
	first := 0
	if u.plane > 0 {
		first = 1
	}
	for range o.WienerRounds {
		for pass := 1; pass >= 0; pass-- {
			u.wienerStats(pass, &unit.Wiener)
			unit.Wiener[pass] = solveWiener(&u.s.wienerSums, first)
		}
	}
	return unit
}

// wienerStats collects the normal equations of one pass (0 vertical, 1 horizontal) after the other one's filter.
func (u *unitSearch) wienerStats(pass int, coeff *[2][3]int8) {
	s, k, bitDepth := u.s, &simd.LoopRestoration, u.bitDepth()
	s.wienerSums = [9]int64{}
	shift := 4 // of the intermediate samples: FILTER_BITS - InterRound0
	if bitDepth == 12 {
		shift = 2
	}
	s.taps[0] = wienerTaps(&coeff[1-pass])
	for t := range u.tiles {
		if pass == 1 {
			k.WienerMidV(s.mid[:], tileStride, s.tile[:], tileStride, t.w+2*tileBorder, t.h, &s.taps[0], bitDepth)
			k.WienerStats(&s.wienerSums, s.mid[:], 1, tileStride, t.want, t.stride, t.w, t.h, shift)
		} else {
			k.WienerH(s.mid[:], tileSize, s.tile[:], tileStride, t.w, t.h+2*tileBorder, &s.taps[0], bitDepth)
			k.WienerStats(&s.wienerSums, s.mid[:], tileSize, tileSize, t.want, t.stride, t.w, t.h, shift)
		}
	}
}

// solveWiener returns the legal coefficients first..2 that minimise the squared error whose
// normal equations are sums: the real minimum, rounded, then moved by ±1 while that helps.
func solveWiener(sums *[9]int64, first int) (coeff [3]int8) {
	var q [3][3]float64
	var b [3]float64
	for i, k := 0, 0; i < 3; i++ {
		b[i] = float64(128 * float64(sums[6+i]))
		for j := i; j < 3; j, k = j+1, k+1 {
			q[i][j] = float64(sums[k])
			q[j][i] = q[i][j]
		}
	}
	x := solve3(q, b, first)
	var c [3]int
	for i := first; i < 3; i++ {
		c[i] = clipRound(x[i], int(av1.WienerTapsMin[i]), int(av1.WienerTapsMax[i]))
	}
	for moved := true; moved; {
		moved = false
		for i := first; i < 3; i++ {
			for _, d := range [2]int{-1, 1} {
				// The change of c'qc - 2b'c when c[i] changes by d.
				slope := -b[i]
				for j := range 3 {
					slope += float64(q[i][j] * float64(c[j]))
				}
				if next := c[i] + d; q[i][i]+float64(2*float64(d)*slope) < 0 && next >= int(av1.WienerTapsMin[i]) && next <= int(av1.WienerTapsMax[i]) {
					c[i], moved = next, true
				}
			}
		}
	}
	for i := range coeff {
		coeff[i] = int8(c[i])
	}
	return
}

// solve3 solves the positive semidefinite system qx = b in the unknowns first..2 by elimination;
// unknowns without information are 0. Every product is converted explicitly: no fused operation, so the same
// result on every machine.
func solve3(q [3][3]float64, b [3]float64, first int) (x [3]float64) {
	var used [3]bool
	for i := first; i < 3; i++ {
		if used[i] = q[i][i] >= 1; !used[i] {
			continue
		}
		for j := i + 1; j < 3; j++ {
			f := q[j][i] / q[i][i]
			for k := i; k < 3; k++ {
				q[j][k] -= float64(f * q[i][k])
			}
			b[j] -= float64(f * b[i])
		}
	}
	for i := 2; i >= first; i-- {
		if used[i] {
			v := b[i]
			for k := i + 1; k < 3; k++ {
				v -= float64(q[i][k] * x[k])
			}
			x[i] = v / q[i][i]
		}
	}
	return
}

// clipRound rounds to the nearest integer in lo..hi.
func clipRound(v float64, lo, hi int) int {
	return int(math.Max(float64(lo), math.Min(math.Round(v), float64(hi))))
}

// refineWiener tries every coefficient ± 1 on the samples, in up to rounds rounds.
func (u *unitSearch) refineWiener(best *RestorationUnit, sse *uint64, rounds int) {
	first := 0
	if u.plane > 0 {
		first = 1
	}
	for moved := true; moved && rounds > 0; rounds-- {
		moved = false
		for pass := range 2 {
			for i := first; i < 3; i++ {
				for _, d := range [2]int8{-1, 1} {
					unit := *best
					unit.Wiener[pass][i] += d
					if v := unit.Wiener[pass][i]; v < av1.WienerTapsMin[i] || v > av1.WienerTapsMax[i] {
						continue
					}
					if e := u.trial(&unit); e < *sse {
						*best, *sse, moved = unit, e, true
					}
				}
			}
		}
	}
}

// searchSgr finds the best of the sets and its weights by least squares.
func (u *unitSearch) searchSgr(sets []uint8) (best RestorationUnit) {
	least := math.Inf(1)
	for _, set := range sets {
		u.s.sgrSums = [5]int64{}
		for t := range u.tiles {
			u.sgrStats(set, t)
		}
		xqd, cost := solveSgr(&u.s.sgrSums, set)
		if cost < least {
			least, best = cost, RestorationUnit{Type: av1.RestoreSgrproj, SgrSet: set, SgrXqd: xqd}
		}
	}
	return
}

func (u *unitSearch) sgrStats(set uint8, t unitTile) {
	s := u.s
	s.boxes(set, t.w, t.h, u.bitDepth())
	simd.LoopRestoration.SgrStats(&s.sgrSums, s.flt[0][:], s.flt[1][:], u.inside(), tileStride, t.want, t.stride, t.w, t.h)
}

// sgrQuadratic is the squared error in the weights w0, w2 (scaled by 128 * 128 * 256, up to a constant).
type sgrQuadratic struct{ q00, q01, q11, b0, b1 float64 }

func (q *sgrQuadratic) at(w0, w2 float64) float64 {
	return float64(w0*(float64(q.q00*w0)-float64(2*q.b0))) + float64(w2*(float64(q.q11*w2)-float64(2*q.b1))) + float64(2*float64(w0*float64(w2*q.q01)))
}

// solveSgr returns the legal weights (as coded: w0 and w1 = 128 - w0 - w2) that minimise the squared error
// whose normal equations are sums, and that error up to a constant.
func solveSgr(sums *[5]int64, set uint8) (xqd [2]int8, cost float64) {
	q := sgrQuadratic{float64(sums[0]), float64(sums[1]), float64(sums[2]), 128 * float64(sums[3]), 128 * float64(sums[4])}
	params := &av1.SgrParams[set]
	if params[2] == 0 {
		// The second weight isn't coded: the decoder infers 128 - w0, which the clip makes 95.
		w0 := clipXqd(0, q.b0/math.Max(q.q00, 1))
		return [2]int8{int8(w0), av1.SgrprojXqdMax[1]}, q.at(float64(w0), 0)
	}
	if params[0] == 0 {
		w1 := clipXqd(1, 128-q.b1/math.Max(q.q11, 1))
		return [2]int8{0, int8(w1)}, q.at(0, float64(128-w1))
	}
	w0, w1 := 0, 0
	if det := float64(q.q00*q.q11) - float64(q.q01*q.q01); det > 0 {
		w0 = clipXqd(0, (float64(q.b0*q.q11)-float64(q.b1*q.q01))/det)
	}
	w1 = clipXqd(1, 128-float64(w0)-(q.b1-float64(q.q01*float64(w0)))/math.Max(q.q11, 1))
	cost = q.at(float64(w0), float64(128-w0-w1))
	for moved := true; moved; {
		moved = false
		for _, d := range [...][2]int{{-1, 0}, {1, 0}, {0, -1}, {0, 1}, {-1, 1}, {1, -1}} {
			n0, n1 := w0+d[0], w1+d[1]
			if n0 != clipXqd(0, float64(n0)) || n1 != clipXqd(1, float64(n1)) {
				continue
			}
			if c := q.at(float64(n0), float64(128-n0-n1)); c < cost {
				w0, w1, cost, moved = n0, n1, c, true
			}
		}
	}
	return [2]int8{int8(w0), int8(w1)}, cost
}

func clipXqd(i int, v float64) int {
	return clipRound(v, int(av1.SgrprojXqdMin[i]), int(av1.SgrprojXqdMax[i]))
}

// RestorationRates are the costs of the symbols of read_lr_unit (section 5.11.58), in 1/512 bit.
type RestorationRates struct {
	RestorationType [3]uint32 // restoration_type, by RestorationType
	UseWiener       [2]uint32
	UseSgrproj      [2]uint32
}

// Decide chooses the type of the plane and of its units so that squared error + lambda * rate is least, lambda in
// squared error per bit, and sets p.Type and p.Units. The references of the coefficients are followed in raster
// order from the values at the start of a tile, which is exact for one tile whose units are superblocks.
func (p *PlaneRestoration) Decide(plane int, trials []UnitTrial, rates *RestorationRates, lambda float64) {
	bestType, best := av1.RestoreNone, p.cost(plane, av1.RestoreNone, trials, rates, lambda)
	for _, typ := range [3]av1.RestorationType{av1.RestoreWiener, av1.RestoreSgrproj, av1.RestoreSwitchable} {
		if cost := p.cost(plane, typ, trials, rates, lambda); cost < best {
			bestType, best = typ, cost
		}
	}
	p.cost(plane, bestType, trials, rates, lambda)
	p.Type = bestType
}

// cost chooses the units for a type of the plane, and returns what they cost.
func (p *PlaneRestoration) cost(plane int, typ av1.RestorationType, trials []UnitTrial, rates *RestorationRates, lambda float64) (total float64) {
	refs := newRestorationRefs()
	for i := range p.Units {
		t := &trials[i]
		candidates := [3]*RestorationUnit{{}, &t.Wiener, &t.Sgr}
		var unit *RestorationUnit
		least := math.Inf(1)
		for k, c := range candidates {
			symbol, ok := rates.symbol(typ, av1.RestorationType(k))
			if !ok || t.SSE[k] == math.MaxUint64 {
				continue
			}
			rate := int(symbol) + refs.bits(c, plane)<<rateShift
			if cost := rdCost(t.SSE[k], rate, lambda); cost < least {
				least, unit = cost, c
			}
		}
		p.Units[i] = *unit
		refs.update(unit)
		total += least
	}
	return total
}

// symbol is the rate of a unit's type in a plane of type typ; false if the type isn't possible.
func (r *RestorationRates) symbol(typ, unit av1.RestorationType) (uint32, bool) {
	switch {
	case typ == av1.RestoreSwitchable:
		return r.RestorationType[unit], true
	case unit != av1.RestoreNone && unit != typ:
		return 0, false
	case typ == av1.RestoreWiener:
		return r.UseWiener[unit], true
	case typ == av1.RestoreSgrproj:
		return r.UseSgrproj[unit>>1], true
	}
	return 0, true
}

// restorationRefs are RefLrWiener and RefSgrXqd of one plane (section 5.11.2).
type restorationRefs struct {
	wiener [2][3]int8
	xqd    [2]int8
}

func newRestorationRefs() restorationRefs {
	return restorationRefs{[2][3]int8{av1.WienerTapsMid, av1.WienerTapsMid}, av1.SgrprojXqdMid}
}

func (r *restorationRefs) update(u *RestorationUnit) {
	switch u.Type {
	case av1.RestoreWiener:
		r.wiener = u.Wiener
	case av1.RestoreSgrproj:
		r.xqd = u.SgrXqd
	}
}

// bits is the number of bits read_lr_unit takes for a unit's coefficients.
func (r *restorationRefs) bits(u *RestorationUnit, plane int) (n int) {
	switch u.Type {
	case av1.RestoreWiener:
		for pass := range 2 {
			for i := min(plane, 1); i < 3; i++ {
				n += signedSubexpBits(av1.WienerTapsMin[i], av1.WienerTapsMax[i], int(av1.WienerTapsK[i]), r.wiener[pass][i], u.Wiener[pass][i])
			}
		}
	case av1.RestoreSgrproj:
		n = 4
		for i := range 2 {
			if av1.SgrParams[u.SgrSet][2*i] != 0 {
				n += signedSubexpBits(av1.SgrprojXqdMin[i], av1.SgrprojXqdMax[i], 4, r.xqd[i], u.SgrXqd[i])
			}
		}
	}
	return n
}

// signedSubexpBits is the length of v as decode_signed_subexp_with_ref_bool(lo, hi + 1, k, ref)
// reads it (section 5.11.58).
func signedSubexpBits(lo, hi int8, k int, ref, v int8) int {
	mx, r, x := int(hi)+1-int(lo), int(ref)-int(lo), int(v)-int(lo)
	if r<<1 > mx {
		r, x = mx-1-r, mx-1-x
	}
	switch {
	case x > 2*r:
	case x >= r:
		x = 2 * (x - r)
	default:
		x = 2*(r-x) - 1
	}
	mk := 0
	for i := 0; ; i++ {
		b2 := k + max(0, i-1)
		a := 1 << b2
		if mx <= mk+3*a {
			return i + nonSymmetricBits(mx-mk, x-mk)
		}
		if x < mk+a {
			return i + 1 + b2
		}
		mk += a
	}
}

// nonSymmetricBits is the length of v coded as NS(n) (section 4.10.10).
func nonSymmetricBits(n, v int) int {
	w := bits.Len(uint(n))
	if v < 1<<w-n {
		return w - 1
	}
	return w
}
