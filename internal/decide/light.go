package decide

import (
	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/quant"
	"github.com/grav1e/grav1e/internal/simd"
	"github.com/grav1e/grav1e/internal/tile"
	"github.com/grav1e/grav1e/internal/transform"
)

// The light path codes a block in one way only: the candidate with the least
// estimated cost, one transform per unit, one decision between residual and skip,
// both from the transform domain. Nothing is saved and put back.

// tryLight codes the best inter candidate in place, or intra where that looks better.
func (w *Worker) tryLight(b *tile.Block, best *bestBlock) {
	w.listLight(b)
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
	w.setInter(b, c)
	w.codeLight(b, c.rate, best)
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

// codeLight predicts and codes b, whose mode info costs rate (in 1/512 bit) if there is a residual.
func (w *Worker) codeLight(b *tile.Block, rate uint32, best *bestBlock) {
	f, sb := w.f, w.sb
	w.pred.PredictBlock(f.Cur, &f.Refs, f.Grid, b.Row, b.Col, &b.ModeInfo, 0, f.Cur.NumPlanes-1)
	w.units = w.syn.Layout(w.units, b)
	var dist, energy uint64
	skipRate, eobs := rate-w.inter.head+w.inter.skip, 0
	for i := range w.units {
		u := &w.units[i]
		r := w.quantiseLight(b, u)
		dist, energy, eobs = dist+r.Dist, energy+r.Energy, eobs+r.Eob
		levels := sb.Coefs[len(sb.Coefs)-r.Eob:]
		rate += estimateRate(levels)
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
	} else {
		w.reconstructLight(b, best.mark)
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

// quantiseLight transforms and quantises unit u of the prediction in place, and
// appends it to the record.
func (w *Worker) quantiseLight(b *tile.Block, u *tile.TxUnit) (r quant.Result) {
	f, sb := w.f, w.sb
	tw, th := int(av1.TxWidth[u.Tx]), int(av1.TxHeight[u.Tx])
	x, y := int(u.X4)*4, int(u.Y4)*4
	src, cur := &f.Src.Planes[u.Plane], &f.Cur.Planes[u.Plane]
	off := len(sb.Coefs)
	sse := simd.Dist.SSE(src.At(x, y), src.Stride, cur.At(x, y), cur.Stride, tw, th) * transform.CoefScale * transform.CoefScale
	if sse < f.zeroEnergy {
		// No coefficient can be large enough to survive.
		r.Energy = sse << quant.DistShift
		r.Dist = r.Energy
	} else {
		simd.Dist.Residual(w.residual, tw, src.At(x, y), src.Stride, cur.At(x, y), cur.Stride, tw, th)
		transform.Forward(w.raw, w.residual, tw, u.Tx, av1.DCTDCT, f.Cur.BitDepth, &w.tx)
		levels := w.quantised[0]
		r = f.quant.Quantize(levels, w.coefs[0], w.raw, u.Tx, av1.DCTDCT, quant.Inter, &w.quant)
		if r.Eob > 0 {
			blk := quant.Block{Tx: u.Tx, Type: av1.DCTDCT, Chroma: u.Plane > 0, Levels: levels, Coefs: w.raw, Dq: w.coefs[0]}
			r = f.quant.Shave(&blk, r, w.lambda)
		}
	}
	sb.TxBlocks = append(sb.TxBlocks, tile.TxBlock{Off: uint32(off), Eob: uint16(r.Eob), TxType: av1.DCTDCT})
	sb.Coefs = append(sb.Coefs, w.quantised[0][:r.Eob]...)
	return r
}

// reconstructLight adds the residual recorded since mark to the prediction in place.
func (w *Worker) reconstructLight(b *tile.Block, mark tapeMark) {
	f, sb := w.f, w.sb
	blocks := sb.TxBlocks[mark.txBlocks:]
	dq := w.coefs[0]
	clear(dq)
	for i := range w.units {
		u, t := &w.units[i], &blocks[i]
		if t.Eob == 0 {
			continue
		}
		f.quant.Dequantize(dq, sb.Coefs[t.Off:][:t.Eob], u.Tx, av1.DCTDCT)
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
