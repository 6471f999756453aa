package simd

import (
	"math"
	"unsafe"
)

// The assembly filters w x h samples, w 8 or more, by n (6 or 8) taps: the sums plus round, shifted right
// and limited. Strides are in bytes; src is at the sample of the first tap. Down, h is a multiple of 4.

//go:noescape
func firAcrossAVX512(dst *int16, dstStride int, src *uint16, srcStride, w, h int, taps *int16, n int, round, shift int32, least, most int16)

//go:noescape
func firDownAVX512(dst *int16, dstStride int, src *uint16, srcStride, w, h int, taps *int16, n int, round, shift int32, least, most int16)

// Averages and whole-sample positions, w 32 or more.

//go:noescape
func averageAVX512(dst *uint16, dstStride int, a, b *int16, w, h int, round int16, maxV uint16, shift uint32)

//go:noescape
func scaleAVX512(dst *int16, src *uint16, srcStride, w, h int, shift uint32, bias int16)

// widerTaps is tapRange for at least 6 taps.
func widerTaps(f *[8]int16) (first, n int) {
	if f[0]|f[7] != 0 {
		return 0, 8
	}
	return 1, 6
}

func put8TapAVX512(dst []uint16, dstStride int, src []uint16, srcStride, w, h int, fx, fy *[8]int16, bitDepth int, tmp *[MCTmpLen]int16) {
	if w < 8 || h&3 != 0 {
		put8TapAVX2(dst, dstStride, src, srcStride, w, h, fx, fy, bitDepth, tmp)
		return
	}
	_, _ = dst[(h-1)*dstStride+w-1], src[(h+6)*srcStride+w+6]
	out, maxV := (*int16)(unsafe.Pointer(&dst[0])), int16(1)<<bitDepth-1
	round0 := interRound0(bitDepth)
	switch {
	case fx == nil && fy == nil:
		copyAVX2(&dst[0], 2*dstStride, &src[MCMargin*srcStride+MCMargin], 2*srcStride, w, h)
	case fy == nil:
		// Rounding by round0 and then by 7-round0 bits is one rounding with both halves.
		first, n := widerTaps(fx)
		firAcrossAVX512(out, 2*dstStride, &src[MCMargin*srcStride+first], 2*srcStride, w, h, &fx[first], n, 64+1<<(round0-1), 7, 0, maxV)
	case fx == nil:
		first, n := widerTaps(fy)
		firDownAVX512(out, 2*dstStride, &src[first*srcStride+MCMargin], 2*srcStride, w, h, &fy[first], n, 64, 7, 0, maxV)
	default:
		first, n := widerTaps(fy)
		filterRowsAVX512(tmp, src[first*srcStride:], srcStride, w, h+n-1, fx, round0)
		round1 := 14 - round0
		firDownAVX512(out, 2*dstStride, (*uint16)(unsafe.Pointer(tmp)), 2*w, w, h, &fy[first], n, 1<<(round1-1), int32(round1), 0, maxV)
	}
}

func prep8TapAVX512(dst []int16, src []uint16, srcStride, w, h int, fx, fy *[8]int16, bitDepth int, tmp *[MCTmpLen]int16) {
	if w < 8 || h&3 != 0 {
		prep8TapAVX2(dst, src, srcStride, w, h, fx, fy, bitDepth, tmp)
		return
	}
	_, _ = dst[h*w-1], src[(h+6)*srcStride+w+6]
	round0 := interRound0(bitDepth)
	round := int32(1)<<(round0-1) - PrepBias<<round0
	switch {
	case fx == nil && fy == nil && w >= 32:
		scaleAVX512(&dst[0], &src[MCMargin*srcStride+MCMargin], 2*srcStride, w, h, uint32(7-round0), PrepBias)
	case fx == nil && fy == nil:
		scaleAVX2(&dst[0], &src[MCMargin*srcStride+MCMargin], 2*srcStride, w, h, uint32(7-round0), PrepBias)
	case fy == nil:
		first, n := widerTaps(fx)
		firAcrossAVX512(&dst[0], 2*w, &src[MCMargin*srcStride+first], 2*srcStride, w, h, &fx[first], n, round, int32(round0), math.MinInt16, math.MaxInt16)
	case fx == nil:
		first, n := widerTaps(fy)
		firDownAVX512(&dst[0], 2*w, &src[first*srcStride+MCMargin], 2*srcStride, w, h, &fy[first], n, round, int32(round0), math.MinInt16, math.MaxInt16)
	default:
		first, n := widerTaps(fy)
		filterRowsAVX512(tmp, src[first*srcStride:], srcStride, w, h+n-1, fx, round0)
		firDownAVX512(&dst[0], 2*w, (*uint16)(unsafe.Pointer(tmp)), 2*w, w, h, &fy[first], n, 64-PrepBias<<7, 7, math.MinInt16, math.MaxInt16)
	}
}

// filterRowsAVX512 is filterRows.
func filterRowsAVX512(tmp *[MCTmpLen]int16, src []uint16, srcStride, w, h int, f *[8]int16, round int) {
	first, n := widerTaps(f)
	firAcrossAVX512(&tmp[0], 2*w, &src[first], 2*srcStride, w, h, &f[first], n, 1<<(round-1), int32(round), math.MinInt16, math.MaxInt16)
}

func avgAVX512(dst []uint16, dstStride int, a, b []int16, w, h, bitDepth int) {
	_, _, _ = dst[(h-1)*dstStride+w-1], a[w*h-1], b[w*h-1]
	shift := 8 - interRound0(bitDepth)
	if w >= 32 {
		averageAVX512(&dst[0], 2*dstStride, &a[0], &b[0], w, h, 2*PrepBias+1<<(shift-1), uint16(1)<<bitDepth-1, uint32(shift))
	} else {
		averageAVX2(&dst[0], 2*dstStride, &a[0], &b[0], w, h, 2*PrepBias+1<<(shift-1), uint16(1)<<bitDepth-1, uint32(shift))
	}
}
