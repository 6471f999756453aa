package simd

import (
	"math"
	"unsafe"
)

// The assembly filters w x h samples, w 8 or more, by n (6 or 8) taps: the sums plus round, shifted right
// and limited. Strides are in bytes; src is at the sample of the first tap.

//go:noescape
func firAcrossAVX512(dst *int16, dstStride int, src *uint16, srcStride, w, h int, taps *int16, n int, round, shift int32, least, most int16)

// widerTaps is tapRange for at least 6 taps.
func widerTaps(f *[8]int16) (first, n int) {
	if f[0]|f[7] != 0 {
		return 0, 8
	}
	return 1, 6
}

func put8TapAVX512(dst []uint16, dstStride int, src []uint16, srcStride, w, h int, fx, fy *[8]int16, bitDepth int, tmp *[MCTmpLen]int16) {
	if w < 8 || fx == nil {
		put8TapAVX2(dst, dstStride, src, srcStride, w, h, fx, fy, bitDepth, tmp)
		return
	}
	_, _ = dst[(h-1)*dstStride+w-1], src[(h+6)*srcStride+w+6]
	maxV := int16(1)<<bitDepth - 1
	round0 := interRound0(bitDepth)
	first, n := widerTaps(fx)
	if fy == nil {
		// Rounding by round0 and then by 7-round0 bits is one rounding with both halves.
		firAcrossAVX512((*int16)(unsafe.Pointer(&dst[0])), 2*dstStride, &src[MCMargin*srcStride+first], 2*srcStride, w, h, &fx[first], n, 64+1<<(round0-1), 7, 0, maxV)
		return
	}
	top, m := tapRange(fy)
	firAcrossAVX512(&tmp[0], 2*w, &src[top*srcStride+first], 2*srcStride, w, h+m-1, &fx[first], n, 1<<(round0-1), int32(round0), math.MinInt16, math.MaxInt16)
	round1 := 14 - round0
	firClipAVX2(&dst[0], 2*dstStride, (*uint16)(unsafe.Pointer(tmp)), 2*w, w, h, 2*w, &fy[top], m, 1<<(round1-1), int32(round1), uint16(maxV))
}

func prep8TapAVX512(dst []int16, src []uint16, srcStride, w, h int, fx, fy *[8]int16, bitDepth int, tmp *[MCTmpLen]int16) {
	if w < 8 || fx == nil {
		prep8TapAVX2(dst, src, srcStride, w, h, fx, fy, bitDepth, tmp)
		return
	}
	_, _ = dst[h*w-1], src[(h+6)*srcStride+w+6]
	round0 := interRound0(bitDepth)
	first, n := widerTaps(fx)
	if fy == nil {
		firAcrossAVX512(&dst[0], 2*w, &src[MCMargin*srcStride+first], 2*srcStride, w, h, &fx[first], n, 1<<(round0-1)-PrepBias<<round0, int32(round0), math.MinInt16, math.MaxInt16)
		return
	}
	top, m := tapRange(fy)
	firAcrossAVX512(&tmp[0], 2*w, &src[top*srcStride+first], 2*srcStride, w, h+m-1, &fx[first], n, 1<<(round0-1), int32(round0), math.MinInt16, math.MaxInt16)
	firAVX2(&dst[0], 2*w, (*uint16)(unsafe.Pointer(tmp)), 2*w, w, h, 2*w, &fy[top], m, 64-PrepBias<<7, 7, 0)
}
