package decide

import (
	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/quant"
	"github.com/grav1e/grav1e/internal/simd"
	"github.com/grav1e/grav1e/internal/tile"
	"github.com/grav1e/grav1e/internal/transform"
)

// coded is what a transform block or a block costs: squared error and 1/512 bits.
type coded struct {
	dist int64
	rate uint32
	eobs int // sum of the ends of block
}

func (c *coded) add(d coded) {
	c.dist += d.dist
	c.rate += d.rate
	c.eobs += d.eobs
}

// txTypesFew are the types a fast search tries.
var txTypesFew = [...]av1.TxType{av1.DCTDCT, av1.ADSTADST, av1.ADSTDCT, av1.DCTADST}

// txTypesOf lists the transform types to try for luma unit u.
func (w *Worker) txTypesOf(b *tile.Block, u *tile.TxUnit, effort TxTypeSearch) []av1.TxType {
	switch {
	case w.f.Hdr.CodedLossless:
		return losslessTypes
	case w.syn.LumaTxSet(b, u.Tx) == av1.TxSetDCTOnly:
		return dctOnly
	}
	set := w.syn.LumaTxSet(b, u.Tx)
	switch effort {
	case TxTypeEvery:
		return av1.TxTypesOfSet(set, b.IsInter)
	case TxTypeFew:
		if av1.IsTxTypeInSet(set, b.IsInter, av1.ADSTADST) {
			return txTypesFew[:]
		}
		return av1.TxTypesOfSet(set, b.IsInter)
	}
	if !b.IsInter {
		if typ := av1.ModeToTxfm[b.YMode]; av1.IsTxTypeInSet(set, false, typ) {
			return modeTypes[typ][:]
		}
	}
	return dctOnly
}

var (
	losslessTypes = []av1.TxType{av1.WHT}
	dctOnly       = []av1.TxType{av1.DCTDCT}
	modeTypes     = makeModeTypes()
)

func makeModeTypes() (t [av1.TxTypes][1]av1.TxType) {
	for i := range t {
		t[i][0] = av1.TxType(i)
	}
	return t
}

// codeLuma codes luma unit u of b on the prediction that lies in the picture: chooses a
// transform type, quantises, reconstructs, and appends to the record.
func (w *Worker) codeLuma(b *tile.Block, u *tile.TxUnit, effort TxTypeSearch) (coded, av1.TxType) {
	w.takeResidual(u)
	types := w.txTypesOf(b, u, effort)
	bestCost, best := int64(maxCost), 0
	var kept transformed
	for _, typ := range types {
		t := w.transformAndQuantise(b, u, typ, 1-best)
		if t.cost < bestCost {
			bestCost, kept, best = t.cost, t, 1-best
		}
	}
	c := w.reconstruct(u, kept.typ, kept.eob, best)
	c.rate = kept.rate
	if kept.eob == 0 {
		return c, av1.DCTDCT
	}
	return c, kept.typ
}

// codeChroma is codeLuma for a chroma unit, whose type follows from the luma.
func (w *Worker) codeChroma(b *tile.Block, u *tile.TxUnit, typ av1.TxType) coded {
	w.takeResidual(u)
	t := w.transformAndQuantise(b, u, typ, 0)
	c := w.reconstruct(u, typ, t.eob, 0)
	c.rate = t.rate
	return c
}

// takeResidual computes source minus prediction of unit u.
func (w *Worker) takeResidual(u *tile.TxUnit) {
	tw, th := int(av1.TxWidth[u.Tx]), int(av1.TxHeight[u.Tx])
	x, y := int(u.X4)*4, int(u.Y4)*4
	src, cur := &w.f.Src.Planes[u.Plane], &w.f.Cur.Planes[u.Plane]
	simd.Dist.Residual(w.residual, tw, src.At(x, y), src.Stride, cur.At(x, y), cur.Stride, tw, th)
}

// transformed is the outcome of one transform type.
type transformed struct {
	typ  av1.TxType
	eob  int
	rate uint32
	cost int64
}

// transformAndQuantise tries one transform type: levels go to quantised[slot], the
// dequantised coefficients to coefs[slot]. The cost is in the transform domain.
func (w *Worker) transformAndQuantise(b *tile.Block, u *tile.TxUnit, typ av1.TxType, slot int) transformed {
	r := w.quantise(b, u, typ, slot)
	t := transformed{typ: typ, eob: r.Eob}
	t.rate = w.syn.CoeffRate(w.f.Rates, b, u, typ, w.quantised[slot][:r.Eob])
	t.cost = int64(r.Dist)<<(distShift-quant.DistShift) + w.lambda*int64(t.rate)
	return t
}

// quantise transforms and quantises the residual of unit u into slot.
func (w *Worker) quantise(b *tile.Block, u *tile.TxUnit, typ av1.TxType, slot int) quant.Result {
	f := w.f
	levels, dq := w.quantised[slot], w.coefs[slot]
	transform.Forward(w.raw, w.residual, int(av1.TxWidth[u.Tx]), u.Tx, typ, f.Cur.BitDepth, &w.tx)
	rdoq := f.Speed.RDOQ && !w.light
	kind := quant.Intra
	switch {
	case rdoq:
		kind = quant.Nearest
	case b.IsInter:
		kind = quant.Inter
	}
	q := &w.quality.quant
	r := q.Quantize(levels, dq, w.raw, u.Tx, typ, kind, &w.quant)
	if r.Eob == 0 || f.Hdr.CodedLossless {
		return r
	}
	blk := quant.Block{Tx: u.Tx, Type: typ, Chroma: u.Plane > 0, Levels: levels, Coefs: w.raw, Dq: dq}
	if rdoq {
		blk.SkipRate = w.skipRate(b, u, typ)
		r = q.Optimize(&blk, r, f.Rates, w.lambda, &w.quant)
	} else {
		r = q.Shave(&blk, r, w.lambda)
	}
	return q.Confine(&blk, r, &w.quant, &w.tx)
}

// skipRate is what a block without coefficients costs beyond announcing one that has some.
func (w *Worker) skipRate(b *tile.Block, u *tile.TxUnit, typ av1.TxType) int32 {
	zero := &w.f.Rates.AllZero[txSzCtx(u.Tx)][w.syn.AllZeroCtx(b, u)]
	rate := int32(zero[1]) - int32(zero[0])
	if u.Plane == 0 {
		rate -= int32(w.syn.TxTypeRate(w.f.Rates, b, u.Tx, typ))
	}
	return rate
}

// reconstruct adds the inverse transform of coefs[slot] to the prediction, and
// appends unit u to the record and the contexts.
func (w *Worker) reconstruct(u *tile.TxUnit, typ av1.TxType, eob, slot int) coded {
	f, sb := w.f, w.sb
	x, y := int(u.X4)*4, int(u.Y4)*4
	cur, src := &f.Cur.Planes[u.Plane], &f.Src.Planes[u.Plane]
	dst := cur.At(x, y)
	levels := w.quantised[slot][:eob]
	if eob > 0 {
		transform.Inverse(dst, cur.Stride, w.coefs[slot], eob, u.Tx, typ, f.Cur.BitDepth, &w.tx)
	}
	sb.TxBlocks = append(sb.TxBlocks, tile.TxBlock{Off: uint32(len(sb.Coefs)), Eob: uint16(eob), TxType: typ})
	sb.Coefs = append(sb.Coefs, levels...)
	w.syn.SetCoefContext(u, tile.CoefContext(levels))
	tw, th := int(av1.TxWidth[u.Tx]), int(av1.TxHeight[u.Tx])
	return coded{dist: int64(simd.Dist.SSE(src.At(x, y), src.Stride, dst, cur.Stride, tw, th)), eobs: eob}
}

// txSzCtx is the transform size context of coefficients (section 5.11.39).
func txSzCtx(tx av1.TxSize) int { return int(av1.TxSizeSqr[tx]+av1.TxSizeSqrUp[tx]+1) >> 1 }
