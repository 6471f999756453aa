package decide

import (
	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/quant"
	"github.com/grav1e/grav1e/internal/simd"
	"github.com/grav1e/grav1e/internal/tile"
	"github.com/grav1e/grav1e/internal/transform"
)

// Fast presets code an inter block once: the candidate with the least estimated cost, one
// transform per unit, one decision between residual and skip, both from the transform
// domain. Nothing is saved and put back. The light path does so for whole frames, with
// rougher estimates.

// tryLight codes the best inter candidate in place, or intra where that looks better.
func (w *Worker) tryLight(b *tile.Block, best *bestBlock) {
	w.listInter(b)
	s := &w.inter
	c := &s.list[0]
	for i := range s.list {
		if s.list[i].cost < c.cost {
			c = &s.list[i]
		}
	}
	if !w.f.IsLeaf() && w.intraLooksBetter(b, c.satd) {
		w.tryIntra(b, maxCost, best)
		return
	}
	b.IsInter, b.UVMode = true, av1.DCPred
	w.codeOnce(b, c, best)
}

// intraLooksBetter compares the DC prediction of an intra block with the difference
// sad inter prediction leaves (of 8-bit samples).
func (w *Worker) intraLooksBetter(b *tile.Block, sad int64) bool {
	f := w.f
	tx := av1.MaxTxSizeRect[b.BlockSize]
	tw, th := int(av1.TxWidth[tx]), int(av1.TxHeight[tx])
	if sad < int64(tw*th) {
		return false
	}
	ib := w.intraBlock(b, 0, b.Col*4, b.Row*4, tx)
	w.pred.PrepareEdges(&f.Cur.Planes[0], &ib)
	w.pred.PredictInto(w.candidate, tw, av1.DCPred, 0)
	src := &f.Src.Planes[0]
	intra := int64(simd.Dist.SAD(src.At(b.Col*4, b.Row*4), src.Stride, w.candidate, tw, tw, th)) >> (f.Cur.BitDepth - 8)
	return intra < sad
}

// codeOnce codes b as candidate c in place; nothing may have been coded for b before.
func (w *Worker) codeOnce(b *tile.Block, c *interCandidate, best *bestBlock) {
	f, sb := w.f, w.sb
	w.setInter(b, c)
	b.Skip = false
	w.pred.PredictBlock(f.Cur, &f.Refs, f.Grid, b.Row, b.Col, &b.ModeInfo, 0, f.Cur.NumPlanes-1)
	w.units = w.syn.Layout(w.units, b)
	var dist, energy uint64
	rate, skipRate, eobs := c.rate, c.rate-w.inter.head+w.inter.skip, 0
	for i := range w.units {
		u := &w.units[i]
		r := w.quantiseOnce(b, u)
		dist, energy, eobs = dist+r.Dist, energy+r.Energy, eobs+r.Eob
		levels := sb.Coefs[len(sb.Coefs)-r.Eob:]
		if w.light {
			rate += estimateRate(levels)
		} else {
			rate += w.syn.CoeffRate(f.Rates, b, u, av1.DCTDCT, levels)
		}
		w.syn.SetCoefContext(u, tile.CoefContext(levels))
	}
	w.markSkipMode(b)
	if b.SkipMode {
		b.Skip = true
		skipRate = w.rateModeInfo(b)
	}
	cost, skipCost := int64(maxCost), int64(energy)<<(distShift-quant.DistShift)+w.lambda*int64(skipRate)
	if eobs > 0 {
		cost = int64(dist)<<(distShift-quant.DistShift) + w.lambda*int64(rate)
	}
	b.Skip = skipCost <= cost
	b.SkipMode = b.SkipMode && b.Skip
	if b.Skip {
		cost = skipCost
		best.mark.rewind(sb)
		w.syn.ResetBlockContext(b)
	} else if !w.light || !f.Unseen {
		// Leaves of the light path have no intra blocks.
		w.reconstructOnce(best.mark)
	}
	best.block, best.cost, best.inPlace = *b, cost, true
}

// estimateRate is about what coding levels costs, in 1/512 bit: a line through the exact
// rates of many blocks, some 20 % off for one of them.
func estimateRate(levels []int32) uint32 {
	const zeroBlock, block, position, level, magnitude = 100, 1800, 200, 1350, 210
	if len(levels) == 0 {
		return zeroBlock
	}
	rate := block + position*len(levels)
	for _, v := range levels {
		if v != 0 {
			rate += level + magnitude*int(max(v, -v))
		}
	}
	return uint32(rate)
}

// quantiseOnce transforms and quantises unit u of the prediction in place, and
// appends it to the record.
func (w *Worker) quantiseOnce(b *tile.Block, u *tile.TxUnit) (r quant.Result) {
	f, sb := w.f, w.sb
	tw, th := int(av1.TxWidth[u.Tx]), int(av1.TxHeight[u.Tx])
	x, y := int(u.X4)*4, int(u.Y4)*4
	src, cur := &f.Src.Planes[u.Plane], &f.Cur.Planes[u.Plane]
	off := len(sb.Coefs)
	// CoefScale squared is DistShift.
	sse := simd.Dist.SSE(src.At(x, y), src.Stride, cur.At(x, y), cur.Stride, tw, th) << quant.DistShift
	if sse < w.quality.zeroEnergy {
		// No coefficient can be large enough to survive.
		r.Dist, r.Energy = sse, sse
	} else {
		w.takeResidual(u)
		r = w.quantise(b, u, av1.DCTDCT, 0)
		// A side of 64 has coefficients that are never coded.
		lost := max(sse, r.Energy) - r.Energy
		r.Dist, r.Energy = r.Dist+lost, sse
	}
	sb.TxBlocks = append(sb.TxBlocks, tile.TxBlock{Off: uint32(off), Eob: uint16(r.Eob), TxType: av1.DCTDCT})
	sb.Coefs = append(sb.Coefs, w.quantised[0][:r.Eob]...)
	return r
}

// reconstructOnce adds the residual recorded since mark to the prediction in place.
func (w *Worker) reconstructOnce(mark tapeMark) {
	f, sb := w.f, w.sb
	blocks := sb.TxBlocks[mark.txBlocks:]
	dq := w.coefs[0]
	clear(dq)
	for i := range w.units {
		u, t := &w.units[i], &blocks[i]
		if t.Eob == 0 {
			continue
		}
		w.quality.quant.Dequantize(dq, sb.Coefs[t.Off:][:t.Eob], u.Tx, av1.DCTDCT)
		cur := &f.Cur.Planes[u.Plane]
		transform.Inverse(cur.At(int(u.X4)*4, int(u.Y4)*4), cur.Stride, dq, int(t.Eob), u.Tx, av1.DCTDCT, f.Cur.BitDepth, &w.tx)
	}
}

// markSkipMode turns a skipped block into skip mode where it is the same prediction.
func (w *Worker) markSkipMode(b *tile.Block) {
	h := w.f.Hdr
	b.SkipMode = h.SkipModePresent && b.YMode == av1.NearestNearestMV && w.skipModeAllowed(b) &&
		b.InterpFilter == [2]uint8{} && b.RefFrame == [2]int8{h.SkipModeFrame[0], h.SkipModeFrame[1]}
}
