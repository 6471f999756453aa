package quant

import (
	"math/bits"

	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/simd"
	"github.com/grav1e/grav1e/internal/tile"
)

// Block is a quantised block that is to be optimised.
type Block struct {
	Tx     av1.TxSize
	Type   av1.TxType
	Chroma bool
	Levels []int32 // in scan order, up to the end of block
	Coefs  []int32 // the coefficients before quantisation, row-major
	Dq     []int32 // the dequantised coefficients, row-major; must not be Coefs
	// SkipRate is the rate of a block without coefficients less that of announcing
	// one with (all_zero, transform type), in 1/512 bit.
	SkipRate int32
}

// lambdaShift is the binary point of λ relative to Result's distortions: λ is
// the squared error of samples, times 1<<14, that 1/512 bit is worth.
const lambdaShift = 14 - DistShift

// levelPad is how far contexts look to the right and below.
const levelPad = 4

// levelMap holds min(level, 15) | min(level, 3)<<8 of the levels decided so far,
// at row*(width+levelPad) + column; it is zero between blocks.
type levelMap [(32 + levelPad) * (32 + levelPad)]uint16

// place is what contexts derive from a scan position.
type place struct {
	at   uint16 // index into levelMap
	pos  uint16 // row-major position
	base uint8  // part of the context of coeff_base
	br   uint8  // part of the context of coeff_br
}

// places[class][tx] is in scan order.
var places = makePlaces()

func makePlaces() (t [3][av1.TxSizesAll][]place) {
	for class, typ := range classTypes {
		for tx := range av1.TxSizesAll {
			adjusted := av1.AdjustedTxSize[tx]
			log2W := av1.TxWidthLog2[adjusted]
			for _, pos := range av1.GetScan(tx, typ) {
				row, col := pos>>log2W, pos&(1<<log2W-1)
				t[class][tx] = append(t[class][tx], newPlace(tx, av1.TxClass(class), pos, row, col, 1<<log2W+levelPad))
			}
		}
	}
	return t
}

func newPlace(tx av1.TxSize, class av1.TxClass, pos, row, col, stride uint16) place {
	p := place{at: row*stride + col, pos: pos, br: 14}
	first := false
	switch class {
	case av1.TxClassHoriz:
		p.base = av1.CoeffBasePosCtxOffset[min(col, 2)]
		first = col == 0
	case av1.TxClassVert:
		p.base = av1.CoeffBasePosCtxOffset[min(row, 2)]
		first = row == 0
	default:
		p.base = av1.CoeffBaseCtxOffset[tx][min(row, 4)][min(col, 4)]
		first = row < 2 && col < 2
	}
	switch {
	case pos == 0:
		p.br = 0
	case first:
		p.br = 7
	}
	return p
}

// pricing is the constant part of optimising one block.
type pricing struct {
	base    *[42][16]uint16
	baseEob *[4][16]uint16
	br      *[21][16]uint16
	params  *simd.QuantParams
	lambda  int64
	near    [5]int // distances in levelMap of the neighbours that contexts depend on
	quarter int    // number of coefficients / 4
}

// cost is the weight of coding magnitude abs where base and br hold, for a
// coefficient of magnitude coef.
func (p *pricing) cost(abs, coef, step int32, base, br *[16]uint16) int64 {
	l := min(abs, 15)
	rate := int64(base[l]) + int64(br[l])
	if abs > 14 {
		rate += int64(512 * (2*bits.Len32(uint32(abs-14)) - 1))
	}
	return p.distortion(abs, coef, step)<<lambdaShift + p.lambda*rate
}

func (p *pricing) distortion(abs, coef, step int32) int64 {
	err := int64(coef - min(magnitude(abs, step, p.params.DqShift), p.params.DqMax)<<p.params.DqShift)
	return err * err
}

// txSizeContext is txSzCtx of section 5.11.39.
func txSizeContext(tx av1.TxSize) int { return int(av1.TxSizeSqr[tx]+av1.TxSizeSqrUp[tx]+1) >> 1 }

func (q *Quantizer) pricing(b *Block, t *tile.RateTables, lambda int64) pricing {
	ctx, ptype := txSizeContext(b.Tx), 0
	if b.Chroma {
		ptype = 1
	}
	adjusted := av1.AdjustedTxSize[b.Tx]
	p := pricing{
		base:    &t.Base[ctx][ptype],
		baseEob: &t.BaseEob[ctx][ptype],
		br:      &t.Br[min(ctx, 3)][ptype],
		params:  &q.params[Intra][dqShift[b.Tx]],
		lambda:  lambda,
		quarter: int(av1.TxWidth[adjusted]) * int(av1.TxHeight[adjusted]) / 4,
	}
	for i, d := range av1.SigRefDiffOffset[av1.TxClassOf[b.Type]] {
		p.near[i] = int(d[0])*(int(av1.TxWidth[adjusted])+levelPad) + int(d[1])
	}
	return p
}

// eobContext is the context of coeff_base_eob at scan position i.
func (p *pricing) eobContext(i int) int {
	switch {
	case i == 0:
		return 0
	case i <= p.quarter/2:
		return 1
	case i <= p.quarter:
		return 2
	}
	return 3
}

// Optimize lowers levels towards zero, and the end of block, where distortion plus
// λ times rate falls. Coefficients are decided one by one in coding order,
// with the contexts that the decided ones give; each may keep its magnitude, lose
// one, or become the last. It does best with levels quantised with kind Nearest. b.Levels and b.Dq are updated, r is what Quantize returned;
// the result has the new end of block and distortion. lambda is the squared error of samples
// times 1<<14 that 1/512 bit is worth.
func (q *Quantizer) Optimize(b *Block, r Result, t *tile.RateTables, lambda int64, s *Scratch) Result {
	if r.Eob == 0 {
		return r
	}
	p := q.pricing(b, t, lambda)
	list := places[av1.TxClassOf[b.Type]][b.Tx][:r.Eob]
	twoD := av1.TxClassOf[b.Type] == av1.TxClass2D
	buf := &s.around
	eob := 0
	// best is the cost of the coefficients from i on as decided, zeroed that of dropping them all.
	var best, zeroed int64
	for i := len(list) - 1; i >= 0; i-- {
		e := list[i]
		step := p.params.Step[min(e.pos, 1)]
		abs, coef := abs32(b.Levels[i]), abs32(b.Coefs[e.pos])
		drop := int64(coef) * int64(coef) << lambdaShift
		at := int(e.at)
		near := buf[at+p.near[0]] + buf[at+p.near[1]] + buf[at+p.near[2]]
		mag := near + buf[at+p.near[3]] + buf[at+p.near[4]]
		k := int(e.base) + int(min((mag>>8+1)>>1, 4))
		if i == 0 && twoD {
			k = 0
		}
		base := &p.base[k]
		if abs == 0 {
			best += drop + p.lambda*int64(base[0])
			zeroed += drop
			continue
		}
		br := &p.br[int(e.br)+int(min((near&255+1)>>1, 6))]
		level := abs
		keep := p.cost(abs, coef, step, base, br)
		if lower := p.cost(abs-1, coef, step, base, br); lower < keep {
			level, keep = abs-1, lower
		}
		// Ending the block here makes all later levels, and their contexts, zero.
		end, last := p.costLast(abs, coef, step, i, e.br)
		end += zeroed + p.lambda*int64(q.eobRate(b, t, i+1))
		if eob == 0 || end < best+keep {
			for j := i + 1; j < eob; j++ {
				buf[list[j].at] = 0
			}
			clear(b.Levels[i+1 : max(eob, i+1)])
			eob, level, best = i+1, last, end
		} else {
			best += keep
		}
		zeroed += drop
		buf[at] = uint16(min(level, 15)) | uint16(min(level, 3))<<8
		if b.Levels[i] < 0 {
			level = -level
		}
		b.Levels[i] = level
	}
	for _, e := range list {
		buf[e.at] = 0
	}
	if zeroed+p.lambda*int64(b.SkipRate) <= best {
		eob = 0
	}
	return q.settle(b, r, 0, eob, &p)
}

// costLast is the cost of the coefficient at scan position i when it is the last
// one, with its magnitude abs or one less, and the better magnitude.
func (p *pricing) costLast(abs, coef, step int32, i int, br uint8) (int64, int32) {
	base, brCost := &p.baseEob[p.eobContext(i)], &p.br[br]
	best := p.cost(abs, coef, step, base, brCost)
	if abs > 1 {
		if lower := p.cost(abs-1, coef, step, base, brCost); lower < best {
			return lower, abs - 1
		}
	}
	return best, abs
}

// eobRate is the cost of coding an end of block.
func (q *Quantizer) eobRate(b *Block, t *tile.RateTables, eob int) uint32 {
	ptype := 0
	if b.Chroma {
		ptype = 1
	}
	multi := min(av1.TxWidthLog2[b.Tx], 5) + min(av1.TxHeightLog2[b.Tx], 5) - 4
	table := &t.Eob[multi][ptype][min(av1.TxClassOf[b.Type], 1)]
	if eob <= 2 {
		return uint32(table[eob-1])
	}
	pt := bits.Len(uint(eob - 1))
	extra := (eob - 1) >> (pt - 2) & 1
	return uint32(table[pt]) + uint32(t.Extra[txSizeContext(b.Tx)][ptype][pt-2][extra]) + 512*uint32(pt-2)
}

// settle makes b.Dq and the distortion agree with the levels up to eob, of which
// those from position from on have changed.
func (q *Quantizer) settle(b *Block, r Result, from, eob int, p *pricing) Result {
	dist := int64(r.Dist)
	scan := av1.GetScan(b.Tx, b.Type)
	for i := from; i < r.Eob; i++ {
		pos, level := scan[i], int32(0)
		if i < eob {
			level = b.Levels[i]
		}
		dq := dequantise(level, p.params.Step[min(pos, 1)], p.params)
		if old := b.Dq[pos]; dq != old {
			c := int64(b.Coefs[pos])
			was, is := c-int64(old)<<p.params.DqShift, c-int64(dq)<<p.params.DqShift
			dist += is*is - was*was
			b.Dq[pos] = dq
		}
	}
	r.Eob, r.Dist = eob, uint64(dist)
	return r
}

// Shave is the cheap form of Optimize: it drops trailing levels of ±1, which stand
// alone behind a run of zeros, as long as the distortion that adds is worth less than
// the bits a typical block saves.
func (q *Quantizer) Shave(b *Block, r Result, lambda int64) Result {
	const (
		lastRate = 3 * 512 // a last coefficient: coeff_base_eob, sign, eob
		zeroRate = 512 / 4 // each zero before it
	)
	p := pricing{params: &q.params[Intra][dqShift[b.Tx]]}
	scan := av1.GetScan(b.Tx, b.Type)
	eob := r.Eob
	for eob > 0 && abs32(b.Levels[eob-1]) == 1 {
		before := eob - 1
		for before > 0 && b.Levels[before-1] == 0 {
			before--
		}
		pos := scan[eob-1]
		coef := abs32(b.Coefs[pos])
		added := int64(coef)*int64(coef) - p.distortion(1, coef, p.params.Step[min(pos, 1)])
		if added<<lambdaShift > lambda*int64(lastRate+zeroRate*(eob-1-before)) {
			break
		}
		eob = before
	}
	if eob == r.Eob {
		return r
	}
	return q.settle(b, r, eob, eob, &p)
}

func abs32(v int32) int32 { return max(v, -v) }
