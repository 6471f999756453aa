package decide

import (
	"math"

	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/bitstream"
	"github.com/grav1e/grav1e/internal/tile"
)

// Decisions drawn at random instead of by rate-distortion: every legal syntax
// element in every combination, to hold the encoder against real decoders.

// randomSource is xorshift64*, seeded per superblock so that the outcome doesn't
// depend on the order superblocks are coded in.
type randomSource uint64

func (r *randomSource) seed(seed, place uint64) {
	*r = randomSource(seed*0x9E3779B97F4A7C15 ^ (place+1)*0xBF58476D1CE4E5B9)
	if *r == 0 {
		*r = 1
	}
	for range 4 {
		r.next()
	}
}

func (r *randomSource) next() uint64 {
	x := uint64(*r)
	x ^= x >> 12
	x ^= x << 25
	x ^= x >> 27
	*r = randomSource(x)
	return x * 0x2545F4914F6CDD1D
}

// n returns a number below n.
func (r *randomSource) n(n int) int { return int(r.next() >> 33 % uint64(n)) }

// oneIn is true once in n times.
func (r *randomSource) oneIn(n int) bool { return r.n(n) == 0 }

// RandomQIdx draws, for one frame in two, quantiser indexes by superblock: it sets
// delta_q_present and delta_q_res of h and fills qIdx. base_q_idx must not be 0.
func RandomQIdx(h *bitstream.FrameHeader, qIdx []uint8, seed uint64) {
	var r randomSource
	r.seed(seed, uint64(h.OrderHint)<<32|math.MaxUint32)
	if h.DeltaQPresent = r.oneIn(2); !h.DeltaQPresent {
		return
	}
	h.DeltaQRes = uint8(r.n(4))
	base, grid := int(h.BaseQIdx), 1<<h.DeltaQRes
	first := (base-1)%grid + 1
	last := first + (255-first)/grid*grid
	for i := range qIdx {
		q := first + r.n((last-first)/grid+1)*grid
		if !r.oneIn(4) {
			q = min(max(base+(r.n(9)-4)*grid, first), last)
		}
		qIdx[i] = uint8(q)
	}
}

// randomPartition keeps one of the legal partitions of a node.
func (w *Worker) randomPartition(list []av1.Partition) []av1.Partition {
	list[0] = list[w.random.n(len(list))]
	return list[:1]
}

// randomBlock codes b in a random legal way.
func (w *Worker) randomBlock(b *tile.Block, best *bestBlock) {
	w.rewind(b, best)
	if w.f.Hdr.FrameIsIntra || w.random.oneIn(4) || !w.randomInter(b) {
		w.randomIntra(b)
		total := w.codeIntraLuma(b)
		if b.HasChroma {
			total.add(w.codeChromaUnits(b))
		}
		if w.random.oneIn(8) {
			b.Skip = true
			w.rewind(b, best)
			w.codeWithoutResidual(b)
		}
		w.offer(b, w.rd(total.dist, total.rate+w.rateModeInfo(b)), best)
		return
	}
	w.predictInter(b)
	if b.SkipMode || w.random.oneIn(4) {
		w.offerSkip(b, w.skipCost(b), best)
		return
	}
	b.TxSplit = 0
	for depth := w.random.n(w.interDepths(b)); depth > 0; depth-- {
		b.TxSplit = b.TxSplit<<1 | uint32(w.random.n(16))<<1 | 1
	}
	b.TxSplit &= splitMask(w.interDepths(b) - 1)
	total := w.codeInterLuma(b)
	if b.HasChroma {
		total.add(w.codeInterChroma(b))
	}
	w.offer(b, w.rd(total.dist, total.rate+w.rateModeInfo(b)), best)
}

// codeWithoutResidual predicts an intra block that has Skip.
func (w *Worker) codeWithoutResidual(b *tile.Block) {
	w.units = w.syn.Layout(w.units, b)
	for i := range w.units {
		u := &w.units[i]
		ib := w.intraBlock(b, int(u.Plane), int(u.X4)*4, int(u.Y4)*4, u.Tx)
		w.predictUnit(b, u, &ib)
		w.decoded.Mark(int(u.Plane), ib.X, ib.Y, u.Tx)
	}
	w.syn.ResetBlockContext(b)
}

// randomIntra draws the modes of an intra block.
func (w *Worker) randomIntra(b *tile.Block) {
	r := &w.random
	asIntra(b)
	b.YMode = av1.PredictionMode(r.n(int(av1.IntraModes)))
	b.UVMode = av1.PredictionMode(r.n(int(av1.IntraModes)))
	b.AngleDeltaY, b.AngleDeltaUV, b.FilterIntra = 0, 0, 0
	if b.BlockSize >= av1.Block8x8 {
		if b.YMode >= av1.VPred && b.YMode <= av1.D67Pred {
			b.AngleDeltaY = int8(r.n(7) - 3)
		}
		if b.UVMode >= av1.VPred && b.UVMode <= av1.D67Pred {
			b.AngleDeltaUV = int8(r.n(7) - 3)
		}
	}
	if w.syn.FilterIntraAllowed(b.BlockSize, b.YMode) && !r.oneIn(3) {
		b.FilterIntra = uint8(r.n(int(av1.FilterIntraModes))) + 1
	}
	b.CflAlphaU, b.CflAlphaV = 0, 0
	if w.syn.CflAllowed(b.BlockSize) && r.oneIn(3) {
		b.UVMode, b.AngleDeltaUV = av1.UVCflPred, 0
		b.CflAlphaU, b.CflAlphaV = int8(r.n(33)-16), int8(r.n(33)-16)
		if b.CflAlphaU == 0 && b.CflAlphaV == 0 {
			b.CflAlphaU = 1
		}
	}
	b.TxSize = w.txAtDepth(b.BlockSize, r.n(w.intraDepths(b)))
}

// randomInter draws the motion of an inter block; false: nothing usable was drawn.
func (w *Worker) randomInter(b *tile.Block) bool {
	r, s := &w.random, &w.inter
	b.IsInter = true
	s.lo, s.hi = w.mvRange(b)
	st := &s.stacks[0]
	c := interCandidate{refs: [2]int8{w.f.Search[r.n(len(w.f.Search))].Ref, av1.NoneFrame}}
	modes := [...]av1.PredictionMode{av1.NearestMV, av1.NearMV, av1.GlobalMV, av1.NewMV}
	c.mode = modes[r.n(len(modes))]
	if w.compoundAllowed(b) && len(w.f.Pairs) > 0 && r.oneIn(2) {
		c.refs = w.f.Pairs[r.n(len(w.f.Pairs))]
		c.mode = av1.NearestNearestMV + av1.PredictionMode(r.n(8))
	}
	w.mvs.Find(c.refs, st)
	first, last := st.RefMvIdxRange(c.mode)
	c.refMvIdx = uint8(first + r.n(last-first+1))
	c.mvs = st.PredMv(c.mode, int(c.refMvIdx))
	w.drawNewMVs(b, &c)
	if !s.usable(c.mvs[0]) || !s.usable(c.mvs[1]) {
		return false
	}
	w.setInter(b, &c)
	if av1.InterpFilter(w.f.Hdr.InterpolationFilter) == av1.Switchable && w.syn.NeedsInterpFilter(b) {
		b.InterpFilter = [2]uint8{uint8(r.n(3)), uint8(r.n(3))}
		if !w.f.Seq.EnableDualFilter {
			b.InterpFilter[1] = b.InterpFilter[0]
		}
	} else if av1.InterpFilter(w.f.Hdr.InterpolationFilter) != av1.Switchable {
		b.InterpFilter = [2]uint8{uint8(w.f.Hdr.InterpolationFilter), uint8(w.f.Hdr.InterpolationFilter)}
	}
	return true
}
