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

// pricing is the constant part of optimising one block.
type pricing struct {
	params  *simd.QuantParams
	shape   *tile.Shape
	base    *[42][16]uint16
	baseEob *[4][16]uint16
	br      *[21][16]uint16
	eobPt   *[11]uint16
	extra   *[9][2]uint16
	lambda  int64
}

func (q *Quantizer) pricing(b *Block, t *tile.RateTables, lambda int64) pricing {
	sh, ptype := tile.ShapeOf(b.Tx, b.Type), 0
	if b.Chroma {
		ptype = 1
	}
	return pricing{
		params:  &q.params[Intra][dqShift[b.Tx]],
		shape:   sh,
		base:    &t.Base[sh.SizeCtx][ptype],
		baseEob: &t.BaseEob[sh.SizeCtx][ptype],
		br:      &t.Br[sh.BrCtx][ptype],
		eobPt:   &t.Eob[sh.EobMulti][ptype][min(av1.TxClassOf[b.Type], 1)],
		extra:   &t.Extra[sh.SizeCtx][ptype],
		lambda:  lambda,
	}
}

// weigh is the weight of the error that magnitude abs leaves for a coefficient of
// magnitude coef.
func weigh(abs, coef, step int32, p *simd.QuantParams) int64 {
	err := int64(coef - min(magnitude(abs, step, p.DqShift), p.DqMax)<<p.DqShift)
	return err * err << lambdaShift
}

// magnitudes prices the two magnitudes a coefficient may take: its own and one less.
type magnitudes struct {
	own, less   int64 // what no context changes: distortion, Golomb code
	iOwn, iLess uint8 // into rate tables
}

func (p *pricing) magnitudes(abs, coef, step int32) (m magnitudes) {
	m.own, m.less = weigh(abs, coef, step, p.params), weigh(abs-1, coef, step, p.params)
	m.iOwn, m.iLess = uint8(min(abs, 15)), uint8(min(abs-1, 15))
	if abs > 14 {
		m.own += p.lambda * golombRate(abs)
		if abs > 15 {
			m.less += p.lambda * golombRate(abs-1)
		}
	}
	return m
}

// golombRate is the cost of the Golomb code of a magnitude above 14.
func golombRate(abs int32) int64 { return int64(512 * (2*bits.Len32(uint32(abs-14)) - 1)) }

// price is the weight of both magnitudes where base and br hold.
func (m *magnitudes) price(base, br *[16]uint16, lambda int64) (own, less int64) {
	own = m.own + lambda*(int64(base[m.iOwn&15])+int64(br[m.iOwn&15]))
	less = m.less + lambda*(int64(base[m.iLess&15])+int64(br[m.iLess&15]))
	return own, less
}

// eobRate is the cost of coding an end of block.
func (p *pricing) eobRate(eob int) int64 {
	if eob <= 2 {
		return int64(p.eobPt[eob-1])
	}
	pt := bits.Len(uint(eob - 1))
	extra := (eob - 1) >> (pt - 2) & 1
	return int64(p.eobPt[pt]) + int64(p.extra[pt-2][extra]) + int64(512*(pt-2))
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
	scan, levels := p.shape.Scan[:r.Eob], b.Levels[:r.Eob]
	class1D := p.shape.Class1D
	eob, changes := 0, 0
	// best is the cost of the coefficients from i on as decided, zeroed that of dropping them all.
	var best, zeroed int64
	for i := len(scan) - 1; i >= 0; i-- {
		e, v := scan[i], levels[i]
		coef := abs32(b.Coefs[e.Pos])
		drop := int64(coef) * int64(coef) << lambdaShift
		near, all := s.around.Neighbours(e, class1D)
		k, step := e.BaseCtx(all), p.params.Step[min(i, 1)]
		if i == 0 && !class1D {
			k = 0
		}
		base := &p.base[k]
		if v == 0 {
			best += drop + lambda*int64(base[0])
			zeroed += drop
			continue
		}
		abs := abs32(v)
		m := p.magnitudes(abs, coef, step)
		keep, lower := m.price(base, &p.br[e.BrCtx(near)], lambda)
		level := abs - isLess(lower, keep)
		best += min(keep, lower)
		// Ending the block here makes all later levels, and their contexts, zero. That can
		// only pay if it does so before its rate is counted.
		if eob == 0 || zeroed+min(m.own, m.less) < best {
			end, last := p.end(&m, abs, i, e)
			if end += zeroed; eob == 0 || end < best {
				s.around.Clear(scan[i+1 : max(eob, i+1)])
				clear(levels[i+1 : max(eob, i+1)])
				eob, level, best = i+1, last, end
			}
		}
		zeroed += drop
		s.around.Set(e, uint(min(level, 15)))
		sign := v >> 31
		levels[i] = level ^ sign - sign
		s.changed[changes&1023] = uint16(i)
		changes += int(abs - level)
	}
	s.around.Clear(scan[:eob])
	if zeroed+lambda*int64(b.SkipRate) <= best {
		eob = 0
	}
	return settle(b, r, eob, s.changed[:changes], &p)
}

// isLess is 1 if a < b: a comparison nobody can predict.
func isLess(a, b int64) int32 { return int32(uint64(a-b) >> 63) }

// end is the weight of making the coefficient at scan position i the last one, and the
// better of its magnitudes.
func (p *pricing) end(m *magnitudes, abs int32, i int, e tile.ScanEntry) (int64, int32) {
	own, less := m.price(&p.baseEob[p.shape.EobBaseCtx(i)], &p.br[e.BrCtx(0)], p.lambda)
	eob := p.lambda * p.eobRate(i+1)
	if abs > 1 && less < own {
		return less + eob, abs - 1
	}
	return own + eob, abs
}

// settle makes b.Dq and the distortion agree with the levels up to eob, of which those
// at the scan positions in changed are not what they were.
func settle(b *Block, r Result, eob int, changed []uint16, p *pricing) Result {
	scan, shift := p.shape.Scan, p.params.DqShift
	dist := int64(r.Dist)
	for _, i := range changed {
		if int(i) < eob {
			pos := scan[i].Pos
			dq := dequantise(b.Levels[i], p.params.Step[min(i, 1)], p.params)
			c, old := int64(b.Coefs[pos]), b.Dq[pos]
			was, is := c-int64(old)<<shift, c-int64(dq)<<shift
			dist += is*is - was*was
			b.Dq[pos] = dq
		}
	}
	for _, e := range scan[eob:r.Eob] {
		c, old := int64(b.Coefs[e.Pos]), int64(b.Dq[e.Pos])<<shift
		dist += old * (2*c - old) // c² less the square of c - old
		b.Dq[e.Pos] = 0
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
	p := pricing{params: &q.params[Intra][dqShift[b.Tx]], shape: tile.ShapeOf(b.Tx, b.Type)}
	eob := r.Eob
	for eob > 0 && abs32(b.Levels[eob-1]) == 1 {
		before := eob - 1
		for before > 0 && b.Levels[before-1] == 0 {
			before--
		}
		pos := p.shape.Scan[eob-1].Pos
		coef := abs32(b.Coefs[pos])
		added := int64(coef)*int64(coef)<<lambdaShift - weigh(1, coef, p.params.Step[min(pos, 1)], p.params)
		if added > lambda*int64(lastRate+zeroRate*(eob-1-before)) {
			break
		}
		eob = before
	}
	if eob == r.Eob {
		return r
	}
	return settle(b, r, eob, nil, &p)
}

// abs32 is |v|, without a branch: signs can't be predicted.
func abs32(v int32) int32 { return (v ^ v>>31) - v>>31 }
