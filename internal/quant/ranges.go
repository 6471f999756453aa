package quant

import (
	"math"

	"github.com/grav1e/grav1e/internal/tile"
	"github.com/grav1e/grav1e/internal/transform"
)

// Confine lowers levels where the inverse transform of the block would leave the ranges that
// bitstream conformance demands, which coarse steps can bring about on residuals of nearly full
// amplitude. b and r are as for Optimize; the block must not be lossless.
func (q *Quantizer) Confine(b *Block, r Result, s *Scratch, ts *transform.Scratch) Result {
	// The norm of the dequantised coefficients is at most that of the coefficients and that of
	// the error together, which in turn is at most the root of twice the sum of their squares.
	safe := transform.SafeEnergy(b.Tx, b.Type, q.BitDepth) << (2 * dqShift[b.Tx])
	if 2*(r.Energy+r.Dist) <= safe ||
		math.Sqrt(float64(r.Energy))+math.Sqrt(float64(r.Dist)) <= math.Sqrt(float64(safe)) {
		return r
	}
	for r.Eob > 0 && !transform.Fits(b.Dq, r.Eob, b.Tx, b.Type, q.BitDepth, ts) {
		r = q.lower(b, r, s)
	}
	return r
}

// lower takes an eighth of their magnitude off the levels. Where all are too small for that,
// the last eighth of them goes.
func (q *Quantizer) lower(b *Block, r Result, s *Scratch) Result {
	eob, changes := r.Eob, 0
	for i, v := range b.Levels[:eob] {
		if v/8 != 0 {
			b.Levels[i] -= v / 8
			s.changed[changes] = uint16(i)
			changes++
		}
	}
	if changes == 0 {
		eob -= (eob + 7) / 8
		for eob > 0 && b.Levels[eob-1] == 0 {
			eob--
		}
	}
	p := pricing{params: &q.params[Intra][dqShift[b.Tx]], shape: tile.ShapeOf(b.Tx, b.Type)}
	return settle(b, r, eob, s.changed[:changes], &p)
}
