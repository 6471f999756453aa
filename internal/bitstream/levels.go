package bitstream

import "math/bits"

// A Token is a symbol of coeff_base or coeff_br with its context.
type Token uint16

// BaseToken is symbol s of coeff_base in a context.
func BaseToken(ctx, s uint) Token { return Token(ctx<<3 | s) }

// BrToken is symbol s of coeff_br in a context.
func BrToken(ctx, s uint) Token { return Token(ctx<<3 | 4 | s) }

// Levels codes tokens with the CDFs of coeff_base and coeff_br: Symbol in a loop that keeps
// the coder's state in registers.
func (c *Coder) Levels(base *[42][5]uint16, br *[21][5]uint16, tokens []Token) {
	if c.counting || !c.adapt {
		for _, t := range tokens {
			c.Symbol(t.cdf(base, br)[:], int(t&3))
		}
		return
	}
	low, rng, count := c.low, c.rng, c.count
	for _, t := range tokens {
		s, cdf := int(t&3), t.cdf(base, br)
		before, after := (1<<15-uint32(cdf[(s-1)&3]))>>probShift, (1<<15-uint32(cdf[s]))>>probShift
		coded := cdf[4]
		p := uint64(cdf[0]) | uint64(cdf[1])<<16 | uint64(cdf[2])<<32 | uint64(cdf[3])<<48
		p = adapted4(p, ^uint64(0)<<(16*s&63), 5+coded>>4)
		cdf[0], cdf[1], cdf[2], cdf[3] = uint16(p), uint16(p>>16), uint16(p>>32), uint16(p>>48)
		cdf[4] = coded + 1 - coded>>5
		if count >= flushedBits {
			c.low, c.count = low, count
			c.flush()
			low, count = c.low, c.count
		}
		bottom := rng>>8*after>>(7-probShift) + minProb*uint32(3-s)
		top := rng>>8*before>>(7-probShift) + minProb*uint32(4-s)
		if s == 0 {
			top = rng
		}
		low, rng, count = narrow(low, rng, count, top, bottom)
	}
	c.low, c.rng, c.count = low, rng, count
	if count >= flushedBits {
		c.flush()
	}
}

// cdf returns the CDF of a token.
func (t Token) cdf(base *[42][5]uint16, br *[21][5]uint16) *[5]uint16 {
	if t&4 != 0 {
		return &br[t>>3]
	}
	return &base[t>>3]
}

// Signs codes sign_bit of levels, none of which is zero, and the Golomb part of those
// whose magnitudes are above base. The levels are given last coefficient first, and coded
// in the opposite order.
func (c *Coder) Signs(levels []int32, base uint32) {
	if c.counting {
		c.cost += uint32(len(levels)) << costBits
		for _, v := range levels {
			c.Golomb(v, base)
		}
		return
	}
	low, rng, count := c.low, c.rng, c.count
	for i := len(levels) - 1; i >= 0; i-- {
		v := levels[i]
		low, rng, count = halve(low, rng, count, uint32(v)>>31)
		if count >= flushedBits || magnitude(v) > base {
			c.low, c.rng, c.count = low, rng, count
			if count >= flushedBits {
				c.flush()
			}
			c.Golomb(v, base)
			low, rng, count = c.low, c.rng, c.count
		}
	}
	c.low, c.rng, c.count = low, rng, count
}

// Golomb codes what the magnitude of v has above base, if anything: golomb_length_bit and
// golomb_data_bit.
func (c *Coder) Golomb(v int32, base uint32) {
	level := magnitude(v)
	if level <= base {
		return
	}
	x := level - base
	n := bits.Len32(x)
	c.Literal(1, n) // n-1 zeros and a one
	c.Literal(x&(1<<(n-1)-1), n-1)
}

// magnitude is |v|, without a branch: signs can't be predicted.
func magnitude(v int32) uint32 { return uint32((v ^ v>>31) - v>>31) }
