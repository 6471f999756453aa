package decide

import (
	"math/bits"

	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/motion"
	"github.com/grav1e/grav1e/internal/mvpred"
	"github.com/grav1e/grav1e/internal/simd"
	"github.com/grav1e/grav1e/internal/tile"
)

// Motion at fast presets: vectors and candidates are ranked by differences of 8-bit samples
// to planes interpolated once per reference picture. Only the best few are predicted, on the
// light path one.

// referenceWorthTrying compares the open-loop search of b in a reference with that in the
// best. Where references lie on both sides, their average may be better than either.
func (w *Worker) referenceWorthTrying(b *tile.Block, rs *RefSearch) bool {
	gate := w.f.refGate
	if gate == 0 {
		return true
	}
	x, y, sizeLog2 := b.Col*4, b.Row*4, searchedSizeLog2(b.BlockSize)
	sad := rs.Results.At(x, y).Sad[motion.BlockIndex(sizeLog2, x, y)]
	return uint64(sad)*100 <= uint64(w.leastSAD(b.Row, b.Col, sizeLog2))*gate
}

// searchedSizeLog2 is the size of the square whose open-loop motion stands for a block.
func searchedSizeLog2(bs av1.BlockSize) int {
	return max(bits.Len(uint(min(av1.BlockWidth[bs], av1.BlockHeight[bs])))-1, 3)
}

// lightSAD is the approximate difference candidate c leaves.
func (w *Worker) lightSAD(b *tile.Block, c *interCandidate) uint32 {
	x, y := b.Col*4, b.Row*4
	bw, bh := int(av1.BlockWidth[b.BlockSize]), int(av1.BlockHeight[b.BlockSize])
	src := w.f.Src8
	a0, a1, stride := w.f.Half[c.refs[0]].At(x, y, bw, bh, c.mvs[0])
	if c.refs[1] <= av1.IntraFrame {
		return simd.Subpel.SAD2(src.At(x, y), src.Stride, a0, a1, stride, bw, bh)
	}
	b0, b1, _ := w.f.Half[c.refs[1]].At(x, y, bw, bh, c.mvs[1])
	return simd.Subpel.SAD4(src.At(x, y), src.Stride, a0, a1, b0, b1, stride, bw, bh)
}

// lightSearch is the state of one search.
type lightSearch struct {
	half             *motion.HalfSample
	x, y, w, h       int
	pred, lo, hi, mv av1.MV
	cost             int64

	near [8]av1.MV // neighbours of mv, the planes to average for them and their differences
	refs [8][2]*uint8
	sads [8]uint32
}

// searchLight finds b's vector in a reference: the best of the open-loop vector and
// the predictions, then steps of a half and a quarter sample to the best of eight neighbours.
func (w *Worker) searchLight(b *tile.Block, rs *RefSearch, st *mvpred.Stack) av1.MV {
	q := &w.lightSearch
	q.half, q.x, q.y = w.f.Half[rs.Ref], b.Col*4, b.Row*4
	q.w, q.h = int(av1.BlockWidth[b.BlockSize]), int(av1.BlockHeight[b.BlockSize])
	q.pred, q.mv, q.cost = st.PredMv(av1.NewMV, 0)[0], av1.MV{}, maxCost
	q.lo, q.hi = w.inter.lo, w.inter.hi
	sb := rs.Results.At(q.x, q.y)
	w.tryVector(sb.Mv[motion.BlockIndex(searchedSizeLog2(b.BlockSize), q.x, q.y)])
	w.tryVector(st.Mvs[0][0])
	w.tryVector(st.Mvs[1][0])
	for step := int16(4); step >= 2; step /= 2 {
		w.tryNeighbours(step)
	}
	return q.mv
}

var neighbours8 = [8]av1.MV{{Row: -1}, {Col: -1}, {Col: 1}, {Row: 1}, {Row: -1, Col: -1}, {Row: -1, Col: 1}, {Row: 1, Col: -1}, {Row: 1, Col: 1}}

// tryNeighbours is tryVector for the eight neighbours of the vector of the search, all measured
// at once, where the vector itself stands in for those not allowed.
func (w *Worker) tryNeighbours(step int16) {
	q := &w.lightSearch
	at := q.mv
	var stride int
	for i, d := range neighbours8 {
		mv := av1.MV{Row: at.Row + d.Row*step, Col: at.Col + d.Col*step}
		if !q.allowed(mv) {
			mv = at
		}
		var a, b []uint8
		a, b, stride = q.half.At(q.x, q.y, q.w, q.h, mv)
		q.near[i], q.refs[i] = mv, [2]*uint8{&a[0], &b[0]}
	}
	simd.Subpel.SAD2x8(&q.sads, w.f.Src8.At(q.x, q.y), w.f.Src8.Stride, &q.refs, stride, q.w, q.h)
	for i, mv := range q.near {
		if mv != at {
			w.compareVector(mv, q.sads[i])
		}
	}
}

func (q *lightSearch) allowed(mv av1.MV) bool {
	return mv.Row >= q.lo.Row && mv.Row <= q.hi.Row && mv.Col >= q.lo.Col && mv.Col <= q.hi.Col
}

// tryVector replaces the vector of the search by mv if that costs less.
func (w *Worker) tryVector(mv av1.MV) {
	q := &w.lightSearch
	mv.Row, mv.Col = mv.Row&^1, mv.Col&^1
	if !q.allowed(mv) || mv == q.mv && q.cost < maxCost {
		return
	}
	a, b, stride := q.half.At(q.x, q.y, q.w, q.h, mv)
	w.compareVector(mv, simd.Subpel.SAD2(w.f.Src8.At(q.x, q.y), w.f.Src8.Stride, a, b, stride, q.w, q.h))
}

func (w *Worker) compareVector(mv av1.MV, sad uint32) {
	q := &w.lightSearch
	if cost := int64(sad)<<satdShift + w.sadLambda*int64(w.f.MvCosts.Cost(mv, q.pred)); cost < q.cost {
		q.mv, q.cost = mv, cost
	}
}
