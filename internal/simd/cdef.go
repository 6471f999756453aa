package simd

import "math/bits"

// CdefLarge marks samples that are not available to CDEF: input samples ≥ CdefLarge
// contribute nothing. It is above every 12-bit sample, and so far above that the
// constrain function yields 0 for it with every strength and damping. As a signed
// number it is below them, which keeps it out of maxima in assembly.
const CdefLarge = 0x8000

// Block sizes: indexes of Cdef.Filter.
const (
	Cdef8x8 = iota // luma, 4:4:4 chroma
	Cdef4x8        // 4:2:2 chroma, 4 wide
	Cdef4x4        // 4:2:0 chroma
	CdefSizes
)

// CdefFilterKernel filters one block (section 7.15.3) from src to dst. src[off] is the
// block's first sample; two samples around the block are read in all directions.
// pri and sec are the strengths shifted to the bit depth, pri after its adjustment by
// the variance; dir is 0..7; coeffShift is BitDepth - 8.
type CdefFilterKernel func(dst []uint16, dstStride int, src []uint16, off, stride int, pri, sec, dir, damping, coeffShift int)

// Cdef holds the kernels of CDEF.
var Cdef = struct {
	Filter [CdefSizes]CdefFilterKernel
	// Direction is the direction process (section 7.15.2) for the 8x8 luma block at
	// src: yDir (0..7) and var.
	Direction func(src []uint16, stride, coeffShift int) (dir, variance int)
	// Try adds to sums the squared error of a block under every pair of strengths of t, first by primary strength,
	// against the samples at want.
	Try [CdefSizes]func(sums []uint64, src []uint16, off, stride int, want []uint16, wantStride int, t *CdefTrial)
	// SSE is the sum of squared differences of two w x h blocks; w <= 64, h <= 64.
	SSE func(a []uint16, aStride int, b []uint16, bStride, w, h int) uint64
}{
	Filter: [CdefSizes]CdefFilterKernel{
		func(dst []uint16, dstStride int, src []uint16, off, stride int, pri, sec, dir, damping, coeffShift int) {
			cdefFilter(dst, dstStride, src, off, stride, 8, 8, pri, sec, dir, damping, coeffShift)
		},
		func(dst []uint16, dstStride int, src []uint16, off, stride int, pri, sec, dir, damping, coeffShift int) {
			cdefFilter(dst, dstStride, src, off, stride, 4, 8, pri, sec, dir, damping, coeffShift)
		},
		func(dst []uint16, dstStride int, src []uint16, off, stride int, pri, sec, dir, damping, coeffShift int) {
			cdefFilter(dst, dstStride, src, off, stride, 4, 4, pri, sec, dir, damping, coeffShift)
		},
	},
	Try:       [CdefSizes]func(sums []uint64, src []uint16, off, stride int, want []uint16, wantStride int, t *CdefTrial){cdefTry8x8, cdefTry4x8, cdefTry4x4},
	Direction: cdefDirection,
	SSE:       cdefSSE,
}

// CdefTrial is what Try tries on a block: NPri primary strengths from Pri[First] on, each with NSec secondary strengths.
type CdefTrial struct {
	Pri                    [17]CdefStrength
	Sec                    [4]CdefStrength
	First, NPri, NSec, Dir int
	Damping, CoeffShift    int
	W, H                   int // the part of the block that counts

	offsets [6]int // bytes to the taps
}

// CdefStrength is a strength, as CdefFilterKernel has it, with the shift and the weights that go with it.
type CdefStrength struct{ strength, shift, tap0, tap1 uint16 }

// NewCdefStrength returns a primary or secondary strength.
func NewCdefStrength(strength, damping, coeffShift int) CdefStrength {
	s := CdefStrength{uint16(strength), uint16(cdefShift(strength, damping)), 4, 2}
	if strength>>coeffShift&1 != 0 {
		s.tap0, s.tap1 = 3, 3
	}
	return s
}

func cdefTry8x8(sums []uint64, src []uint16, off, stride int, want []uint16, wantStride int, t *CdefTrial) {
	cdefTry(sums, src, off, stride, 8, 8, want, wantStride, t)
}

func cdefTry4x8(sums []uint64, src []uint16, off, stride int, want []uint16, wantStride int, t *CdefTrial) {
	cdefTry(sums, src, off, stride, 4, 8, want, wantStride, t)
}

func cdefTry4x4(sums []uint64, src []uint16, off, stride int, want []uint16, wantStride int, t *CdefTrial) {
	cdefTry(sums, src, off, stride, 4, 4, want, wantStride, t)
}

func cdefTry(sums []uint64, src []uint16, off, stride, w, h int, want []uint16, wantStride int, t *CdefTrial) {
	var out [64]uint16
	for i, pri := range t.Pri[t.First:][:t.NPri] {
		for j, sec := range t.Sec[:t.NSec] {
			cdefFilter(out[:], 8, src, off, stride, w, h, int(pri.strength), int(sec.strength), t.Dir, t.Damping, t.CoeffShift)
			sums[i*t.NSec+j] += cdefSSE(out[:], 8, want, wantStride, t.W, t.H)
		}
	}
}

// cdefOffsets are Cdef_Directions (section 7.15.3) with two entries repeated at both
// ends, so that entries dir, dir+2 and dir+4 are the directions dir-2, dir and dir+2.
var cdefOffsets = [12][2][2]int{
	{{1, 0}, {2, 0}},
	{{1, 0}, {2, -1}},
	{{-1, 1}, {-2, 2}},
	{{0, 1}, {-1, 2}},
	{{0, 1}, {0, 2}},
	{{0, 1}, {1, 2}},
	{{1, 1}, {2, 2}},
	{{1, 0}, {2, 1}},
	{{1, 0}, {2, 0}},
	{{1, 0}, {2, -1}},
	{{-1, 1}, {-2, 2}},
	{{0, 1}, {-1, 2}},
}

// cdefFilter dispatches on the strengths that are not 0. The clip to the range of the taps
// is needed only with both: the weights of one kind add up to 12/16, which cannot
// leave the range.
func cdefFilter(dst []uint16, dstStride int, src []uint16, off, stride, w, h int, pri, sec, dir, damping, coeffShift int) {
	var o [6]int
	for i := range 3 {
		for k, d := range cdefOffsets[dir+[3]int{2, 0, 4}[i]] {
			o[2*i+k] = d[0]*stride + d[1]
		}
	}
	priShift, secShift := cdefShift(pri, damping), cdefShift(sec, damping)
	tap0, tap1 := int32(4), int32(2)
	if pri>>coeffShift&1 != 0 {
		tap0, tap1 = 3, 3
	}
	p, s := int32(pri), int32(sec)
	for y := range h {
		row := dst[y*dstStride:][:w]
		base := off + y*stride
		switch {
		case pri != 0 && sec != 0:
			for x := range row {
				row[x] = cdefBoth(src, base+x, &o, p, s, tap0, tap1, priShift, secShift)
			}
		case pri != 0:
			for x := range row {
				i := base + x
				c := int32(src[i])
				sum := tap0*(cdefConstrain(src[i+o[0]], c, p, priShift)+cdefConstrain(src[i-o[0]], c, p, priShift)) +
					tap1*(cdefConstrain(src[i+o[1]], c, p, priShift)+cdefConstrain(src[i-o[1]], c, p, priShift))
				row[x] = uint16(cdefRound(c, sum))
			}
		case sec != 0:
			for x := range row {
				i := base + x
				c := int32(src[i])
				row[x] = uint16(cdefRound(c, cdefSecondary(src, i, &o, c, s, secShift)))
			}
		default:
			copy(row, src[base:])
		}
	}
}

// cdefBoth filters the sample at i with both kinds of taps. o has the offsets of the primary
// taps, then those of the two secondary directions.
func cdefBoth(src []uint16, i int, o *[6]int, pri, sec, tap0, tap1 int32, priShift, secShift uint) uint16 {
	c := int32(src[i])
	sum := tap0*(cdefConstrain(src[i+o[0]], c, pri, priShift)+cdefConstrain(src[i-o[0]], c, pri, priShift)) +
		tap1*(cdefConstrain(src[i+o[1]], c, pri, priShift)+cdefConstrain(src[i-o[1]], c, pri, priShift)) +
		cdefSecondary(src, i, o, c, sec, secShift)
	lo, hi := c, c
	for _, d := range o {
		a, b := int32(src[i+d]), int32(src[i-d])
		lo = min(lo, a, b)
		if a < CdefLarge {
			hi = max(hi, a)
		}
		if b < CdefLarge {
			hi = max(hi, b)
		}
	}
	return uint16(max(lo, min(cdefRound(c, sum), hi)))
}

// cdefSecondary is the weighted sum of the eight secondary taps.
func cdefSecondary(src []uint16, i int, o *[6]int, c, sec int32, shift uint) int32 {
	near := cdefConstrain(src[i+o[2]], c, sec, shift) + cdefConstrain(src[i-o[2]], c, sec, shift) +
		cdefConstrain(src[i+o[4]], c, sec, shift) + cdefConstrain(src[i-o[4]], c, sec, shift)
	far := cdefConstrain(src[i+o[3]], c, sec, shift) + cdefConstrain(src[i-o[3]], c, sec, shift) +
		cdefConstrain(src[i+o[5]], c, sec, shift) + cdefConstrain(src[i-o[5]], c, sec, shift)
	return 2*near + far
}

// cdefRound adds the weighted sum, rounded with halves away from zero.
func cdefRound(c, sum int32) int32 { return c + (8+sum+sum>>31)>>4 }

// cdefShift is dampingAdj of the constrain function.
func cdefShift(strength, damping int) uint {
	return uint(max(0, damping+1-bits.Len(uint(strength))))
}

// constrain is the function of section 7.15.3, for a threshold that is not 0.
func cdefConstrain(p uint16, c, threshold int32, shift uint) int32 {
	diff := int32(p) - c
	a := max(diff, -diff)
	v := min(a, max(0, threshold-a>>shift))
	if diff < 0 {
		return -v
	}
	return v
}

// cdefWeight[n] is 840 / n (Div_Table, section 7.15.2).
var cdefWeight = [9]int32{0, 840, 420, 280, 210, 168, 140, 120, 105}

func cdefDirection(src []uint16, stride, coeffShift int) (dir, variance int) {
	var partial [8][15]int32
	for i := range 8 {
		row := src[i*stride:][:8]
		for j := range 8 {
			x := int32(row[j]>>coeffShift) - 128
			partial[0][i+j] += x
			partial[1][i+j/2] += x
			partial[2][i] += x
			partial[3][3+i-j/2] += x
			partial[4][7+i-j] += x
			partial[5][3-i/2+j] += x
			partial[6][j] += x
			partial[7][i/2+j] += x
		}
	}
	var cost [8]int32
	for i := range 8 {
		cost[2] += partial[2][i] * partial[2][i]
		cost[6] += partial[6][i] * partial[6][i]
	}
	cost[2] *= cdefWeight[8]
	cost[6] *= cdefWeight[8]
	for d := 0; d < 8; d += 4 {
		p := &partial[d]
		for i := range 7 {
			cost[d] += (p[i]*p[i] + p[14-i]*p[14-i]) * cdefWeight[i+1]
		}
		cost[d] += p[7] * p[7] * cdefWeight[8]
	}
	for d := 1; d < 8; d += 2 {
		p := &partial[d]
		for j := range 5 {
			cost[d] += p[3+j] * p[3+j]
		}
		cost[d] *= cdefWeight[8]
		for j := range 3 {
			cost[d] += (p[j]*p[j] + p[10-j]*p[10-j]) * cdefWeight[2*j+2]
		}
	}
	best := int32(0)
	for d, c := range cost {
		if c > best {
			best, dir = c, d
		}
	}
	return dir, int((best - cost[(dir+4)&7]) >> 10)
}

func cdefSSE(a []uint16, aStride int, b []uint16, bStride, w, h int) uint64 {
	var total uint64
	for y := range h {
		ra, rb := a[y*aStride:][:w], b[y*bStride:][:w]
		for x, v := range ra {
			d := int64(v) - int64(rb[x])
			total += uint64(d * d)
		}
	}
	return total
}
