package decide

import (
	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/mvpred"
	"github.com/grav1e/grav1e/internal/simd"
	"github.com/grav1e/grav1e/internal/tile"
)

// maxInterCandidates is 7 references with NEAREST, 3 NEAR, GLOBAL and 3 NEW, and compound pairs.
const maxInterCandidates = 7*8 + 32

// interCandidate is a way to predict a block from references, with its estimated cost.
type interCandidate struct {
	mode     av1.PredictionMode
	refs     [2]int8
	mvs      [2]av1.MV
	refMvIdx uint8
	stack    uint8  // index into interScratch.stacks
	rate     uint32 // of its mode info, 1/512 bit
	satd     int64  // the difference it leaves
	cost     int64
}

// interScratch is what the inter decision of one block works on.
type interScratch struct {
	list     []interCandidate
	stacks   [maxStacks]mvpred.Stack
	rates    [maxStacks]uint32             // of what precedes the mode with a stack's references, 1/512 bit
	n        int                           // stacks in use
	head     uint32                        // rate of what precedes the references, with residual
	skip     uint32                        // the same without residual
	searched uint8                         // references, a bit each
	lo, hi   av1.MV                        // how far the block's vectors may point
	newMVs   [av1.TotalRefsPerFrame]av1.MV // what the search found, by reference
}

// maxStacks is one per reference and one per compound pair searched.
const maxStacks = 7 + 8

// startInter prepares the list of b's inter candidates.
func (w *Worker) startInter(b *tile.Block) {
	s := &w.inter
	b.IsInter, b.SkipMode = true, false
	b.YMode, b.UVMode = av1.NearestMV, av1.DCPred
	s.list, s.n, s.searched = s.list[:0], 0, 0
	s.lo, s.hi = w.mvRange(b)
	s.skip, s.head = w.rateHead(b, true), w.rateHead(b, false)
}

// rateHead sets b.Skip and is the cost of what precedes the references.
func (w *Worker) rateHead(b *tile.Block, skip bool) uint32 {
	b.Skip = skip
	w.count.StartCounting(w.f.CDF)
	w.syn.InterHead(b)
	return w.count.Cost()
}

// nextStack finds the vector stack of refs and the rate of naming them; since is where
// their candidates start in the list.
func (w *Worker) nextStack(b *tile.Block, refs [2]int8) (st *mvpred.Stack, index uint8, since int) {
	s := &w.inter
	st = &s.stacks[s.n]
	w.mvs.Find(refs, st)
	b.RefFrame = refs
	w.count.StartCounting(w.f.CDF)
	w.syn.InterRefs(b)
	s.rates[s.n] = s.head + w.count.Cost()
	s.n++
	return st, uint8(s.n - 1), len(s.list)
}

// listInter estimates the inter candidates of b; on the light path only the nearest and the new vectors.
func (w *Worker) listInter(b *tile.Block) {
	w.startInter(b)
	s := &w.inter
	for i := range w.f.Search {
		if rs := &w.f.Search[i]; w.referenceWorthTrying(b, rs) {
			s.searched |= 1 << rs.Ref
			w.searchReference(b, rs)
		}
	}
	if !w.compoundAllowed(b) {
		return
	}
	for _, pair := range w.f.Pairs {
		if s.searched>>pair[0]&1 == 1 && s.searched>>pair[1]&1 == 1 {
			w.searchPair(b, pair)
		}
	}
}

// nearMVs is how many NEARMV candidates a stack gives.
func (w *Worker) nearMVs(st *mvpred.Stack) int {
	if w.light {
		return 0
	}
	return min(w.f.Speed.NearMVs, max(int(st.NumMvFound), 2)-1)
}

// tryInter offers the best inter ways to code b.
func (w *Worker) tryInter(b *tile.Block, best *bestBlock) {
	s := &w.inter
	w.listInter(b)
	if w.f.Speed.FastMotion {
		w.estimateBest(b, w.f.Speed.InterSATD)
		if w.f.codesOnce() {
			w.codeOnce(b, &s.list[0], best)
			b.SkipMode, b.IsInter = false, false
			return
		}
	} else {
		sortInter(s.list)
	}
	n := min(len(s.list), w.f.Speed.InterRD)
	for i := range n {
		w.setInter(b, &s.list[i])
		if i == 0 || w.f.Speed.Filters == FilterDual {
			w.searchFilter(b)
		}
		w.codeInter(b, best)
	}
	if w.f.Hdr.SkipModePresent && w.skipModeAllowed(b) {
		w.trySkipMode(b, best)
	}
	b.SkipMode = false
	b.IsInter = false
}

// codesOnce tells that inter blocks need no comparison of fully coded ways.
func (f *Frame) codesOnce() bool {
	s := f.Speed
	return s.FastMotion && s.InterRD == 1 && s.TxDepthInter == 0 && s.TxTypes == TxTypeDefault && s.Filters == FilterRegular && !f.Hdr.CodedLossless
}

// compoundAllowed tells whether a block may use two references (read_ref_frames, section 5.11.25).
func (w *Worker) compoundAllowed(b *tile.Block) bool {
	return w.f.Hdr.ReferenceSelect && min(av1.BlockWidth[b.BlockSize], av1.BlockHeight[b.BlockSize]) >= 8
}

// searchReference adds the candidates that predict from one reference.
func (w *Worker) searchReference(b *tile.Block, rs *RefSearch) {
	s := &w.inter
	refs := [2]int8{rs.Ref, av1.NoneFrame}
	st, si, firstOfRef := w.nextStack(b, refs)
	w.addInter(b, av1.NearestMV, refs, st.PredMv(av1.NearestMV, 0), 0, si, firstOfRef)
	for i := 1; i <= w.nearMVs(st); i++ {
		w.addInter(b, av1.NearMV, refs, st.PredMv(av1.NearMV, i), uint8(i), si, firstOfRef)
	}
	if !w.light {
		w.addInter(b, av1.GlobalMV, refs, st.GlobalMvs, 0, si, firstOfRef)
	}
	mv := w.searchMotion(b, rs, st)
	s.newMVs[rs.Ref] = mv
	w.addInter(b, av1.NewMV, refs, [2]av1.MV{mv}, w.newMvIdx(st, mv), si, firstOfRef)
}

// newMvIdx chooses the prediction whose difference to mv costs least.
func (w *Worker) newMvIdx(st *mvpred.Stack, mv av1.MV) uint8 {
	first, last := st.RefMvIdxRange(av1.NewMV)
	best, bestCost := first, uint32(1)<<31
	for i := first; i <= last; i++ {
		cost := w.f.MvCosts.Cost(mv, st.PredMv(av1.NewMV, i)[0]) + uint32(i-first)*512
		if cost < bestCost {
			best, bestCost = i, cost
		}
	}
	return uint8(best)
}

// searchPair adds the candidates that average two references.
func (w *Worker) searchPair(b *tile.Block, pair [2]int8) {
	s := &w.inter
	st, si, firstOfPair := w.nextStack(b, pair)
	w.addInter(b, av1.NearestNearestMV, pair, st.PredMv(av1.NearestNearestMV, 0), 0, si, firstOfPair)
	for i := 1; i <= w.nearMVs(st); i++ {
		w.addInter(b, av1.NearNearMV, pair, st.PredMv(av1.NearNearMV, i), uint8(i), si, firstOfPair)
	}
	new0, new1 := s.newMVs[pair[0]], s.newMVs[pair[1]]
	w.addInter(b, av1.NewNewMV, pair, [2]av1.MV{new0, new1}, 0, si, firstOfPair)
	if w.light {
		return
	}
	w.addInter(b, av1.NearestNewMV, pair, [2]av1.MV{st.PredMv(av1.NearestNewMV, 0)[0], new1}, 0, si, firstOfPair)
	w.addInter(b, av1.NewNearestMV, pair, [2]av1.MV{new0, st.PredMv(av1.NewNearestMV, 0)[1]}, 0, si, firstOfPair)
}

// addInter estimates a candidate by the difference its luma prediction leaves (the SATD, or
// with FastMotion about the SAD) and the cost of its mode info, and adds it unless the list
// from since on has one with the same motion.
func (w *Worker) addInter(b *tile.Block, mode av1.PredictionMode, refs [2]int8, mvs [2]av1.MV, refMvIdx, stack uint8, since int) {
	c := interCandidate{mode: mode, refs: refs, mvs: mvs, refMvIdx: refMvIdx, stack: stack}
	if !w.admit(b, &c, since) {
		return
	}
	if w.f.Speed.FastMotion {
		c.satd = int64(w.lightSAD(b, &c))
		c.cost = c.satd<<satdShift + w.sadLambda*int64(c.rate)
	} else {
		c.satd = w.interSATD(b)
		c.cost = w.satdCost(c.satd, c.rate)
	}
	w.inter.list = append(w.inter.list, c)
}

// admit makes b the candidate c and counts its mode info, unless the list from since
// on has one with the same motion, or a vector reaches too far.
func (w *Worker) admit(b *tile.Block, c *interCandidate, since int) bool {
	list := w.inter.list
	if c.refs[1] <= av1.IntraFrame {
		c.mvs[1] = av1.MV{}
	}
	for i := since; i < len(list); i++ {
		if list[i].mvs == c.mvs {
			return false
		}
	}
	if len(list) == cap(list) || !w.inter.usable(c.mvs[0]) || !w.inter.usable(c.mvs[1]) {
		return false
	}
	w.setInter(b, c)
	c.rate = w.inter.rates[c.stack] + w.rateMotion(b)
	return true
}

// rateMotion is the cost of b's mode and vectors, 1/512 bit.
func (w *Worker) rateMotion(b *tile.Block) uint32 {
	w.count.StartCounting(w.f.CDF)
	w.syn.InterMotion(b)
	rate := w.count.Cost()
	for list := range 2 {
		if b.RefFrame[list] > av1.IntraFrame && mvpred.ListMode(b.YMode, list) == av1.NewMV {
			rate += w.f.MvCosts.Cost(b.Mv[list], b.PredMv[list])
		}
	}
	return rate
}

// usable tells whether a vector may be coded and reaches no farther than the padding.
func (s *interScratch) usable(mv av1.MV) bool {
	return mv.Row >= s.lo.Row && mv.Row <= s.hi.Row && mv.Col >= s.lo.Col && mv.Col <= s.hi.Col
}

// setInter makes b the candidate c, with the regular interpolation filter.
func (w *Worker) setInter(b *tile.Block, c *interCandidate) {
	st := &w.inter.stacks[c.stack]
	b.YMode, b.RefFrame, b.Mv, b.RefMvIdx = c.mode, c.refs, c.mvs, c.refMvIdx
	b.InterpFilter = [2]uint8{}
	b.TxSize, b.TxSplit = w.txAtDepth(b.BlockSize, 0), 0
	b.FilterIntra, b.AngleDeltaY, b.AngleDeltaUV, b.CflAlphaU, b.CflAlphaV = 0, 0, 0, 0, 0
	b.NumMvFound, b.NewMvContext, b.RefMvContext, b.ZeroMvContext = st.NumMvFound, st.NewMvContext, st.RefMvContext, st.ZeroMvContext
	copy(b.DrlCtxStack[:], st.DrlCtx[:len(b.DrlCtxStack)])
	b.PredMv = st.PredMv(c.mode, int(c.refMvIdx))
}

// interSATD predicts b's luma and returns its SATD to the source.
func (w *Worker) interSATD(b *tile.Block) int64 {
	f := w.f
	bw, bh := int(av1.BlockWidth[b.BlockSize]), int(av1.BlockHeight[b.BlockSize])
	x, y := b.Col*4, b.Row*4
	ref0 := &f.Refs[b.RefFrame[0]].Planes[0]
	if b.IsCompound() {
		w.pred.PrepareCompound(0, ref0, x, y, bw, bh, b.Mv[0], 0, 0, b.InterpFilter, f.Cur.BitDepth)
		w.pred.PrepareCompound(1, &f.Refs[b.RefFrame[1]].Planes[0], x, y, bw, bh, b.Mv[1], 0, 0, b.InterpFilter, f.Cur.BitDepth)
		w.pred.FinishCompound(w.candidate, bw, bw, bh, f.Cur.BitDepth)
	} else {
		w.pred.PredictInter(w.candidate, bw, ref0, x, y, bw, bh, b.Mv[0], 0, 0, b.InterpFilter, f.Cur.BitDepth)
	}
	src := &f.Src.Planes[0]
	return int64(simd.Dist.SATD(src.At(x, y), src.Stride, w.candidate, bw, bw, bh))
}

// estimateBest keeps the n candidates that cost least, and orders them by the SATD of
// their real prediction.
func (w *Worker) estimateBest(b *tile.Block, n int) {
	s := &w.inter
	s.list = s.list[:keepBest(s.list, n)]
	for i := range s.list {
		c := &s.list[i]
		w.setInter(b, c)
		c.satd = w.interSATD(b)
		c.cost = w.satdCost(c.satd, c.rate)
	}
	sortInter(s.list)
}

// keepBest moves the n candidates that cost least to the front, in order, and returns how many that is.
func keepBest(list []interCandidate, n int) int {
	n = min(n, len(list))
	for i := range n {
		least := i
		for j := i + 1; j < len(list); j++ {
			if list[j].cost < list[least].cost {
				least = j
			}
		}
		list[i], list[least] = list[least], list[i]
	}
	return n
}

func sortInter(list []interCandidate) {
	for i := 1; i < len(list); i++ {
		for j := i; j > 0 && list[j].cost < list[j-1].cost; j-- {
			list[j], list[j-1] = list[j-1], list[j]
		}
	}
}

// searchFilter chooses b's interpolation filters by SATD.
func (w *Worker) searchFilter(b *tile.Block) {
	if av1.InterpFilter(w.f.Hdr.InterpolationFilter) != av1.Switchable || w.f.Speed.Filters == FilterRegular || !w.syn.NeedsInterpFilter(b) {
		return
	}
	best, bestCost := b.InterpFilter, int64(maxCost)
	for v := range uint8(3) {
		for h := range uint8(3) {
			if v != h && (w.f.Speed.Filters != FilterDual || !w.f.Seq.EnableDualFilter) {
				continue
			}
			b.InterpFilter = [2]uint8{v, h}
			w.count.StartCounting(w.f.CDF)
			w.syn.ModeInfo(b)
			if cost := w.satdCost(w.interSATD(b), w.count.Cost()); cost < bestCost {
				best, bestCost = b.InterpFilter, cost
			}
		}
	}
	b.InterpFilter = best
}

// codeInter predicts b, codes its residual in the cheapest transform sizes, and
// offers it with or without residual.
func (w *Worker) codeInter(b *tile.Block, best *bestBlock) {
	w.rewind(b, best)
	w.predictInter(b)
	skipCost := w.skipCost(b)
	total := w.codeInterResidual(b, best)
	if total.eobs > 0 {
		if cost := w.rd(total.dist, total.rate+w.rateModeInfo(b)); cost < skipCost {
			w.offer(b, cost, best)
			return
		}
	}
	if skipCost < maxCost {
		w.restoreAll(b)
		w.offerSkip(b, skipCost, best)
	} else if best.cost == maxCost {
		w.offer(b, w.rd(total.dist, total.rate+w.rateModeInfo(b)), best)
	}
}

// codeInterResidual codes b's residual on the prediction in place.
func (w *Worker) codeInterResidual(b *tile.Block, best *bestBlock) coded {
	b.Skip = false
	lumaBest := int64(maxCost)
	var total coded
	var lumaSplit uint32
	depths := w.interDepths(b)
	for depth := range depths {
		b.TxSplit = splitMask(depth)
		if depth > 0 {
			w.rewind(b, best)
			w.restorePrediction(b, 0)
		}
		c := w.codeInterLuma(b)
		if cost := w.rd(c.dist, c.rate+w.rateModeInfo(b)); cost < lumaBest {
			lumaBest, total, lumaSplit = cost, c, b.TxSplit
			if depth+1 < depths {
				w.save(&w.luma, best.mark, b.Row, b.Col, b.BlockSize)
				copy(w.chosenTypes, w.lumaTypes)
			}
		}
	}
	if b.TxSplit != lumaSplit {
		b.TxSplit = lumaSplit
		w.restore(&w.luma, best.mark, b.Row, b.Col, b.BlockSize)
		copy(w.lumaTypes, w.chosenTypes)
	}
	if b.HasChroma {
		total.add(w.codeInterChroma(b))
	}
	return total
}

// splitMask is Block.TxSplit of transform trees split uniformly depth times.
func splitMask(depth int) uint32 {
	return [...]uint32{0, 1, 31}[depth]
}

func (w *Worker) interDepths(b *tile.Block) int {
	if w.f.Hdr.CodedLossless || w.f.Hdr.TxMode != av1.TxModeSelect {
		return 1
	}
	depths, tx := 1, av1.MaxTxSizeRect[b.BlockSize]
	for depths <= w.f.Speed.TxDepthInter && tx != av1.Tx4x4 {
		tx = av1.SplitTxSize[tx]
		depths++
	}
	return depths
}

// predictInter predicts all planes of b in place and keeps a copy.
func (w *Worker) predictInter(b *tile.Block) {
	f := w.f
	w.pred.PredictBlock(f.Cur, &f.Refs, f.Grid, b.Row, b.Col, &b.ModeInfo, 0, f.Cur.NumPlanes-1)
	for p := range w.planesOf(b) {
		plane, x, y, bw, bh := w.area(p, b.Row, b.Col, b.BlockSize)
		for j := range bh {
			copy(w.predicted[p][j*bw:(j+1)*bw], plane.At(x, y+j))
		}
	}
}

// restorePrediction puts the prediction of plane p back.
func (w *Worker) restorePrediction(b *tile.Block, p int) {
	plane, x, y, bw, bh := w.area(p, b.Row, b.Col, b.BlockSize)
	for j := range bh {
		copy(plane.At(x, y+j)[:bw], w.predicted[p][j*bw:])
	}
}

// restoreAll puts the prediction of all planes back.
func (w *Worker) restoreAll(b *tile.Block) {
	for p := range w.planesOf(b) {
		w.restorePrediction(b, p)
	}
}

// planesOf is how many planes b covers.
func (w *Worker) planesOf(b *tile.Block) int {
	if b.HasChroma {
		return w.f.Cur.NumPlanes
	}
	return 1
}

// skipCost is the cost of b without residual, whose prediction lies in place. In
// lossless frames only a perfect prediction may go without.
func (w *Worker) skipCost(b *tile.Block) int64 {
	dist := int64(0)
	for p := range w.planesOf(b) {
		plane, x, y, bw, bh := w.area(p, b.Row, b.Col, b.BlockSize)
		src := &w.f.Src.Planes[p]
		dist += int64(simd.Dist.SSE(src.At(x, y), src.Stride, plane.At(x, y), plane.Stride, bw, bh))
	}
	if w.f.Hdr.CodedLossless && dist > 0 && w.f.RandomModes == 0 {
		return maxCost
	}
	b.Skip, b.TxSplit = true, 0
	return w.rd(dist, w.rateModeInfo(b))
}

// offerSkip offers b without residual; its prediction lies in place.
func (w *Worker) offerSkip(b *tile.Block, cost int64, best *bestBlock) {
	w.rewind(b, best)
	b.Skip, b.TxSplit = true, 0
	w.syn.ResetBlockContext(b)
	w.offer(b, cost, best)
}

// codeInterLuma codes the luma transform blocks of b on the prediction in place.
func (w *Worker) codeInterLuma(b *tile.Block) (total coded) {
	w.units = w.syn.Layout(w.units, b)
	for i := range w.units {
		u := &w.units[i]
		if u.Plane > 0 {
			continue
		}
		c, typ := w.codeLuma(b, u, w.f.Speed.TxTypes)
		w.lumaTypes[i] = typ
		total.add(c)
	}
	return total
}

// codeInterChroma codes the chroma transform blocks of b on the prediction in place.
func (w *Worker) codeInterChroma(b *tile.Block) (total coded) {
	w.units = w.syn.Layout(w.units, b)
	for i := range w.units {
		u := &w.units[i]
		if u.Plane > 0 {
			total.add(w.codeChroma(b, u, w.syn.ChromaTxType(b, u, w.lumaTypes[u.Luma])))
		}
	}
	return total
}

// skipModeAllowed is the condition of skip_mode (section 5.11.10).
func (w *Worker) skipModeAllowed(b *tile.Block) bool {
	return min(av1.BlockWidth[b.BlockSize], av1.BlockHeight[b.BlockSize]) >= 8
}

// trySkipMode offers skip mode: both references' nearest vectors, averaged, no residual.
func (w *Worker) trySkipMode(b *tile.Block, best *bestBlock) {
	s := &w.inter
	pair := [2]int8{int8(w.f.Hdr.SkipModeFrame[0]), int8(w.f.Hdr.SkipModeFrame[1])}
	st := &s.stacks[maxStacks-1]
	w.mvs.Find(pair, st)
	c := interCandidate{mode: av1.NearestNearestMV, refs: pair, mvs: st.PredMv(av1.NearestNearestMV, 0), stack: maxStacks - 1}
	if !s.usable(c.mvs[0]) || !s.usable(c.mvs[1]) {
		return
	}
	w.setInter(b, &c)
	b.SkipMode = true
	w.rewind(b, best)
	w.predictInter(b)
	if cost := w.skipCost(b); cost < maxCost {
		w.offerSkip(b, cost, best)
	}
	b.SkipMode = false
}
