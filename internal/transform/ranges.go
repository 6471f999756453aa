package transform

import (
	"math"

	"github.com/grav1e/grav1e/internal/av1"
)

// Bitstream conformance demands that the intermediate values of the inverse transform
// fit BitDepth+8 bits in row transforms and max(BitDepth+6, 16) bits in column transforms
// (section 7.13.2). What Hadamard rotations and the row pass put out is clipped, what butterflies
// put out isn't: there decoders differ once a value doesn't fit.

// safe are bounds of dequantised coefficients below which everything fits.
type safe struct {
	energy uint64 // sum of squares
	sum    uint64 // sum of magnitudes
}

// safes[depth][tx][typ] follow from what an input of a 1-D transform of length N can do to a value
// inside of it:
//
//   - A value is at most sqrt(N/2) times the norm of the inputs. Butterflies are rotations and
//     keep the energy of a pair; Hadamard rotations double it, log2(N)-1 of them at most lead to
//     any value, and they and the butterflies join values that as many lead to. Identity
//     transforms scale by just that. The exception is b7 of the ADST of length 4, the sum of
//     three inputs: sqrt(3).
//   - A value is at most the sum of the magnitudes of the inputs, as none has a weight above 1,
//     but for identity transforms, where it is sqrt(N/2). (TestWeights has all weights.)
//
// Factors of both passes multiply; the row shift divides, and rectangles are scaled by 1/sqrt(2)
// first.
//
// A sixteenth is left for rounding. A butterfly layer, of log2(N)-1 at most, errs by
// 1/2 in N values, which later layers turn into sqrt(N/2)/2 sqrt(N) at most, 113 for all five
// of N = 64. Up to 32 rows bring that and the halves of the shift and of the factor of rectangles
// into a column: at most 1520, for 64x32, of the 2048 there are. (TestRounding does all sizes.)
// Constants, of 12 bits, change rotations' energy by at most 0.00035: 0.2 % in all.
var safes = makeSafes()

const depths = 3 // 8, 10, 12 bit

func makeSafes() (t [depths][av1.TxSizesAll][av1.TxTypes]safe) {
	for d := range t {
		bitDepth := 8 + 2*d
		rowLimit := math.Ldexp(15./16, rowBits(bitDepth)-1)
		colLimit := math.Ldexp(15./16, colBits(bitDepth)-1)
		for tx := range av1.TxSizesAll {
			w, h := int(av1.TxWidth[tx]), int(av1.TxHeight[tx])
			rows, cols := rowLimit, math.Ldexp(colLimit, int(av1.TransformRowShift[tx]))
			if isRect(int(av1.TxWidthLog2[tx]), int(av1.TxHeightLog2[tx])) {
				rows, cols = rows*math.Sqrt2, cols*math.Sqrt2
			}
			for typ, k := range typeShapes {
				vert, horz := k[0].kernel, k[1].kernel
				norm := min(rows/horz.norm(w), cols/(vert.norm(h)*horz.norm(w)))
				t[d][tx][typ].energy = uint64(norm * norm)
				t[d][tx][typ].sum = uint64(min(rows/horz.weight(w), cols/(vert.weight(h)*horz.weight(w))))
			}
		}
	}
	return t
}

// norm2 is how much larger than the energy of n inputs the square of a value can be.
func (k kernel1D) norm2(n int) int64 {
	if k == kernelADST && n == 4 {
		return 3
	}
	return int64(n) / 2
}

// norm is the square root of norm2.
func (k kernel1D) norm(n int) float64 { return math.Sqrt(float64(k.norm2(n))) }

// weight is how much larger than the sum of magnitudes of n inputs a value can be.
func (k kernel1D) weight(n int) float64 {
	if k == kernelIdentity {
		return math.Sqrt(float64(n) / 2)
	}
	return 1
}

func rowBits(bitDepth int) int { return bitDepth + 8 }
func colBits(bitDepth int) int { return max(bitDepth+6, 16) }

// SafeEnergy is a sum of squares of dequantised coefficients up to which Fits is true.
func SafeEnergy(tx av1.TxSize, typ av1.TxType, bitDepth int) uint64 {
	return safes[(bitDepth-8)>>1][tx][typ].energy
}

// Fits tells whether all intermediate values of the inverse transform of coefs are in the
// ranges that bitstream conformance demands. coefs and eob are as for Inverse, eob at least 1;
// coefs is kept. Lossless blocks are exact and have no such ranges.
func Fits(coefs []int32, eob int, tx av1.TxSize, typ av1.TxType, bitDepth int, s *Scratch) bool {
	b := boxes[tx][av1.TxClassOf[typ]][boxIndex(eob)]
	sum := uint64(0)
	for _, v := range coefs[:(1<<b.rows-1)*min(int(av1.TxWidth[tx]), 32)+1<<b.cols] {
		sum += uint64(max(v, -v))
	}
	return sum <= safes[(bitDepth-8)>>1][tx][typ].sum || s.follow(coefs, b, tx, typ, bitDepth)
}

// follow is Fits, transform by transform, for the coefficients in box b.
func (s *Scratch) follow(coefs []int32, b box, tx av1.TxSize, typ av1.TxType, bitDepth int) bool {
	log2W, log2H := int(av1.TxWidthLog2[tx]), int(av1.TxHeightLog2[tx])
	tw, inW, inH := min(1<<log2W, 32), 1<<b.cols, 1<<b.rows
	rect := isRect(log2W, log2H)
	v := values{limit: int64(1)<<(rowBits(bitDepth)-1) - 1}
	for i := range inH {
		for j, c := range coefs[i*tw:][:inW] {
			if rect {
				c = scaleSqrtHalf(c)
			}
			v.t[j] = int64(c)
		}
		if !v.inverseFits(typeShapes[typ][1].kernel, log2W, inW) {
			return false
		}
	}
	// The kernels are exact for rows that fit.
	outW := s.rowPass(coefs, b, tx, typ, bitDepth)
	v.limit = int64(1)<<(colBits(bitDepth)-1) - 1
	for j := range outW {
		column := s.cols[j/panel*panel<<log2H+j%panel:]
		for i := range inH {
			v.t[i] = int64(column[i*panel])
		}
		if !v.inverseFits(typeShapes[typ][0].kernel, log2H, inH) {
			return false
		}
	}
	return true
}

// values are the array T of section 7.13.2, with a record of what it has held.
type values struct {
	t     [64]int64
	limit int64 // the range is -limit-1..limit
	seen  int64 // all values that must fit, negative ones inverted, combined by OR
}

// inverseFits tells whether the inverse transform k of t, which has length 1<<n and is zero
// from element used on, keeps within the range. It leaves t undefined.
func (v *values) inverseFits(k kernel1D, n, used int) bool {
	if k == kernelIdentity {
		return true // makes nothing but its outputs, which are clipped
	}
	sum, energy := int64(0), int64(0)
	for _, x := range v.t[:used] {
		sum += max(x, -x)
		energy += x * x
	}
	// What safes says of both passes holds for each.
	if most := v.limit - v.limit>>4; sum <= most || energy*k.norm2(1<<n) <= most*most {
		return true
	}
	clear(v.t[used:])
	v.seen = 0
	switch {
	case k == kernelDCT:
		v.inverseDCT(n)
	case n == 2:
		v.inverseADST4()
	default:
		v.inverseADST(n)
	}
	return v.seen <= v.limit
}

// see notes a value that must fit.
func (v *values) see(x int64) { v.seen |= x ^ x>>63 }

func round2(x int64, n int) int64 { return (x + 1<<n>>1) >> n }

// cos128 is the function of section 7.13.2.1, times 4096, for all angles.
var cos128 = func() (t [256]int64) {
	for i := range t {
		switch v := av1.Cos128Lookup[:]; {
		case i <= 64:
			t[i] = int64(v[i])
		case i <= 128:
			t[i] = -int64(v[128-i])
		case i <= 192:
			t[i] = -int64(v[i-128])
		default:
			t[i] = int64(v[256-i])
		}
	}
	return t
}()

// butterfly is B(a, b, angle, 0, r).
func (v *values) butterfly(a, b, angle int) {
	x, y := v.t[a], v.t[b]
	cos, sin := cos128[angle&255], cos128[(angle-64)&255]
	v.t[a], v.t[b] = round2(x*cos-y*sin, 12), round2(x*sin+y*cos, 12)
	v.see(v.t[a])
	v.see(v.t[b])
}

// butterflyFlip is B(a, b, angle, 1, r).
func (v *values) butterflyFlip(a, b, angle int) {
	v.butterfly(a, b, angle)
	v.t[a], v.t[b] = v.t[b], v.t[a]
}

// hadamard is H(a, b, 0, r).
func (v *values) hadamard(a, b int) {
	x, y := v.t[a], v.t[b]
	v.t[a] = min(max(x+y, -v.limit-1), v.limit)
	v.t[b] = min(max(x-y, -v.limit-1), v.limit)
}

// brev reverses the lowest n bits of x.
func brev(n, x int) (r int) {
	for range n {
		r, x = r<<1|x&1, x>>1
	}
	return r
}

// inverseDCT is section 7.13.2.3 for length 1<<n.
func (v *values) inverseDCT(n int) {
	in := v.t
	for i := range 1 << n {
		v.t[i] = in[brev(n, i)]
	}
	v.butterflyFlip(0, 1, 32)
	for k := 2; k <= n; k++ {
		v.oddHalf(k)
		for i := range 1 << (k - 1) {
			v.hadamard(i, 1<<k-1-i)
		}
	}
}

// oddHalf does the steps of the inverse DCT of length 1<<n on what its odd inputs became,
// which the process has interleaved with those of shorter transforms.
func (v *values) oddHalf(n int) {
	m := 1 << (n - 1)
	for i := range m / 2 {
		v.butterfly(m+i, 2*m-1-i, 64-brev(n, m+i)<<6>>n)
	}
	for l := range n - 2 {
		s := 1 << l
		for p := range m / 2 {
			i, j := p/s, p%s
			a, b := m+2*s*i+j, m+2*s*(i+1)-1-j
			if i&1 == 1 {
				a, b = b, a
			}
			v.hadamard(a, b)
		}
		for p := range m / 4 {
			i, j := p/(2*s), p%(2*s)
			angle := 64 - 32*(1+4*brev(n-4-l, i))>>(n-3-l) + j/s<<6
			v.butterflyFlip(2*m-1-s-4*s*i-j, m+s+4*s*i+j, angle)
		}
	}
}

// inverseADST4 is section 7.13.2.6. Its sums have 12 bits more.
func (v *values) inverseADST4() {
	t := &v.t
	sum := func(a, b int64) int64 {
		v.see((a + b) >> 12)
		return a + b
	}
	a7 := t[0] - t[2]
	b7 := a7 + t[3]
	v.see(a7 >> 1)
	v.see(b7)
	s0 := sum(sum(1321*t[0], 3803*t[2]), 2482*t[3])
	s1 := sum(sum(2482*t[0], -1321*t[2]), -3803*t[3])
	s3 := sum(3344*t[1], 0)
	x0, x1, x2, x3 := sum(s0, s3), sum(s1, s3), sum(3344*b7, 0), sum(sum(s0, s1), -s3)
	t[0], t[1], t[2], t[3] = round2(x0, 12), round2(x1, 12), round2(x2, 12), round2(x3, 12)
}

// inverseADST is sections 7.13.2.7 and 7.13.2.8, for length 1<<n of 8 and 16.
func (v *values) inverseADST(n int) {
	size := 1 << n
	in := v.t
	for i := 0; i < size; i += 2 {
		v.t[i], v.t[i+1] = in[size-1-i], in[i]
	}
	for i := range size / 2 {
		v.butterflyFlip(2*i, 2*i+1, 64-(1+4*i)<<5>>n)
	}
	for i := range size / 2 {
		v.hadamard(i, size/2+i)
	}
	if n == 4 {
		for i := range 2 {
			v.butterflyFlip(8+2*i, 9+2*i, 56-32*i)
			v.butterflyFlip(13+2*i, 12+2*i, 8+32*i)
		}
		for i := range 8 {
			v.hadamard(i/4*8+i%4, i/4*8+i%4+4)
		}
	}
	for i := 0; i < size; i += 8 {
		v.butterflyFlip(4+i, 5+i, 48)
		v.butterflyFlip(7+i, 6+i, 16)
	}
	for i := 0; i < size; i += 4 {
		v.hadamard(i, i+2)
		v.hadamard(i+1, i+3)
		v.butterflyFlip(2+i, 3+i, 32)
	}
	v.adstOut(n)
}

// adstOut is section 7.13.2.5.
func (v *values) adstOut(n int) {
	in := v.t
	for i := range 1 << n {
		v.t[i] = in[brev(4, i^i>>1)>>(4-n)]
		if i&1 == 1 {
			v.t[i] = -v.t[i]
		}
	}
}
