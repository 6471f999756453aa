package simd

// MCTmpLen is the number of samples a block's horizontally filtered rows need: 128 columns, 128+7 rows.
const MCTmpLen = 128 * (128 + 7)

// PrepBias is subtracted from the intermediate samples of compound prediction so
// that they fit in 16 bits at every bit depth.
const PrepBias = 8192

// MCMargin is the number of samples before and above a block at which the source
// window of Put8Tap and Prep8Tap starts: the taps before the centre one.
const MCMargin = 3

// MCTable holds the kernels of motion compensation (section 7.11.3.4, unscaled).
//
// src starts MCMargin rows above and MCMargin columns left of the block at integer
// position and holds h+7 rows of w+7 columns (for w = 2 two columns more may be read, never used).
// fx and fy are the taps of the horizontal and vertical filter; nil stands for
// the integer position, taps {0, 0, 0, 128, 0, 0, 0, 0}.
// w is 2, 4, 8, 16, 32, 64 or 128; h from 1 to 128; bitDepth 8, 10 or 12.
type MCTable struct {
	// Put8Tap writes a single prediction, rounded and clipped to bitDepth.
	Put8Tap func(dst []uint16, dstStride int, src []uint16, srcStride, w, h int, fx, fy *[8]int16, bitDepth int, tmp *[MCTmpLen]int16)
	// Prep8Tap writes one half of a compound prediction, less PrepBias, in rows of w.
	Prep8Tap func(dst []int16, src []uint16, srcStride, w, h int, fx, fy *[8]int16, bitDepth int, tmp *[MCTmpLen]int16)
	// Avg writes the average of two results of Prep8Tap, rounded and clipped.
	Avg func(dst []uint16, dstStride int, a, b []int16, w, h, bitDepth int)
}

// MC is the table in use.
var MC = MCTable{Put8Tap: put8Tap, Prep8Tap: prep8Tap, Avg: avg}

// interRound0 is InterRound0 (section 7.11.3.2). InterRound1 is 7 for compound prediction and
// 14-interRound0 for single prediction, which leaves no InterPostRound.
func interRound0(bitDepth int) int {
	if bitDepth == 12 {
		return 5
	}
	return 3
}

func put8Tap(dst []uint16, dstStride int, src []uint16, srcStride, w, h int, fx, fy *[8]int16, bitDepth int, tmp *[MCTmpLen]int16) {
	maxV := int32(1)<<bitDepth - 1
	round0 := interRound0(bitDepth)
	round1 := 14 - round0
	switch {
	case fx == nil && fy == nil:
		src = src[MCMargin*srcStride+MCMargin:]
		for y := range h {
			copy(dst[y*dstStride:][:w], src[y*srcStride:][:w])
		}
	case fy == nil:
		// The vertical filter only undoes the gain of 128: a second rounding by round1-7 bits.
		src = src[MCMargin*srcStride:]
		half := int32(1) << (round1 - 8)
		for y := range h {
			d := dst[y*dstStride:][:w]
			s := src[y*srcStride:][:w+7]
			for x := range d {
				v := round2(dot8(s[x:x+8], fx), round0)
				d[x] = uint16(clip((v+half)>>(round1-7), maxV))
			}
		}
	case fx == nil:
		for y := range h {
			d := dst[y*dstStride:][:w]
			s := src[y*srcStride+MCMargin:]
			for x := range d {
				d[x] = uint16(clip(round2(column8(s[x:], srcStride, fy), 7), maxV))
			}
		}
	default:
		filterRows(tmp, src, srcStride, w, h+7, fx, round0)
		for y := range h {
			d := dst[y*dstStride:][:w]
			s := tmp[y*w:]
			for x := range d {
				d[x] = uint16(clip(round2(column8(s[x:], w, fy), round1), maxV))
			}
		}
	}
}

func prep8Tap(dst []int16, src []uint16, srcStride, w, h int, fx, fy *[8]int16, bitDepth int, tmp *[MCTmpLen]int16) {
	round0 := interRound0(bitDepth)
	switch {
	case fx == nil && fy == nil:
		src = src[MCMargin*srcStride+MCMargin:]
		for y := range h {
			d := dst[y*w:][:w]
			s := src[y*srcStride:][:w]
			for x := range d {
				d[x] = int16(int32(s[x])<<(7-round0) - PrepBias)
			}
		}
	case fy == nil:
		src = src[MCMargin*srcStride:]
		for y := range h {
			d := dst[y*w:][:w]
			s := src[y*srcStride:][:w+7]
			for x := range d {
				d[x] = int16(round2(dot8(s[x:x+8], fx), round0) - PrepBias)
			}
		}
	case fx == nil:
		for y := range h {
			d := dst[y*w:][:w]
			s := src[y*srcStride+MCMargin:]
			for x := range d {
				d[x] = int16(round2(column8(s[x:], srcStride, fy), round0) - PrepBias)
			}
		}
	default:
		filterRows(tmp, src, srcStride, w, h+7, fx, round0)
		for y := range h {
			d := dst[y*w:][:w]
			s := tmp[y*w:]
			for x := range d {
				d[x] = int16(round2(column8(s[x:], w, fy), 7) - PrepBias)
			}
		}
	}
}

func avg(dst []uint16, dstStride int, a, b []int16, w, h, bitDepth int) {
	maxV := int32(1)<<bitDepth - 1
	shift := 8 - interRound0(bitDepth) // 1 + InterPostRound
	for y := range h {
		d := dst[y*dstStride:][:w]
		p, q := a[y*w:][:w], b[y*w:][:w]
		for x := range d {
			d[x] = uint16(clip(round2(int32(p[x])+int32(q[x])+2*PrepBias, shift), maxV))
		}
	}
}

// filterRows writes the horizontally filtered rows of a block, in rows of w. The
// rounding keeps them within 16 bits.
func filterRows(tmp *[MCTmpLen]int16, src []uint16, srcStride, w, h int, f *[8]int16, round int) {
	for y := range h {
		d := tmp[y*w:][:w]
		s := src[y*srcStride:][:w+7]
		for x := range d {
			d[x] = int16(round2(dot8(s[x:x+8], f), round))
		}
	}
}

// dot8 is the sum of 8 neighbouring samples times f.
func dot8(s []uint16, f *[8]int16) int32 {
	_ = s[7]
	return int32(s[0])*int32(f[0]) + int32(s[1])*int32(f[1]) + int32(s[2])*int32(f[2]) + int32(s[3])*int32(f[3]) +
		int32(s[4])*int32(f[4]) + int32(s[5])*int32(f[5]) + int32(s[6])*int32(f[6]) + int32(s[7])*int32(f[7])
}

// column8 is the sum of 8 samples below each other times f.
func column8[T int16 | uint16](s []T, stride int, f *[8]int16) int32 {
	_ = s[7*stride]
	return int32(s[0])*int32(f[0]) + int32(s[stride])*int32(f[1]) + int32(s[2*stride])*int32(f[2]) + int32(s[3*stride])*int32(f[3]) +
		int32(s[4*stride])*int32(f[4]) + int32(s[5*stride])*int32(f[5]) + int32(s[6*stride])*int32(f[6]) + int32(s[7*stride])*int32(f[7])
}

func round2(v int32, n int) int32 { return (v + int32(1)<<(n-1)) >> n }

func clip(v, maxV int32) int32 { return max(0, min(v, maxV)) }
