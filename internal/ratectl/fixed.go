package ratectl

import "math/bits"

// lg is a logarithm to base 2 with 8 fraction bits. Everything that bears on a
// quantiser is integer arithmetic: floating point may round differently where the
// compiler fuses operations, and streams have to be the same everywhere.
type lg int32

// octave is lg's 1.
const octave lg = 256

// log2 is the logarithm of v, rounded down; v = 0 counts as 1.
func log2(v int64) lg {
	if v <= 1 {
		return 0
	}
	n := bits.Len64(uint64(v)) - 1
	// The mantissa, 1 ≤ m < 2, with 31 fraction bits. Squaring it yields bit after bit.
	m := uint64(v) << (63 - n) >> 32
	out := lg(n)
	for range 8 {
		m = m * m >> 31
		out <<= 1
		if m >= 1<<32 {
			m >>= 1
			out |= 1
		}
	}
	return out
}

// roots are 2^(1/2), 2^(1/4), … 2^(1/256) with 31 fraction bits.
var roots = [8]uint64{3037000500, 2553802834, 2341847524, 2242560872, 2194507417, 2170868212, 2159144272, 2153306067}

// fractions are 2^(i/256), with 31 fraction bits.
var fractions = func() (f [256]uint64) {
	for i := range f {
		f[i] = 1 << 31
		for j, r := range roots {
			if i>>(7-j)&1 == 1 {
				f[i] = f[i] * r >> 31
			}
		}
	}
	return f
}()

// exp2 is 2^v, rounded down: 0 below 0, and no more than 1 << 61.
func exp2(v lg) int64 { return scaleExp2(1, v) }

// scaleExp2 is x · 2^v for x ≥ 0, limited to 1 << 61.
func scaleExp2(x int64, v lg) int64 {
	hi, lo := bits.Mul64(uint64(x), fractions[v&255]) // x · 2^fraction, with 31 fraction bits
	shift := 31 - int(v>>8)                           // v >> 8 is the floor
	switch {
	case shift >= 128:
		return 0
	case shift >= 64:
		return int64(min(hi>>(shift-64), uint64(limit)))
	case shift > 0:
		if hi>>shift != 0 {
			return limit
		}
		return int64(min(hi<<(64-shift)|lo>>shift, uint64(limit)))
	case hi != 0 || bits.Len64(lo)-shift > 61:
		return limit
	}
	return int64(lo << -shift)
}

// limit is more bits than anything has.
const limit int64 = 1 << 61
