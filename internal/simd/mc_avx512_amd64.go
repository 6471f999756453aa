package simd

import (
	"math"
	"unsafe"
)

// The assembly filters w x h samples; w is at least 8. Sums of products plus round, shifted right, are bounded by low
// and high. Strides are in bytes. firRowsAVX512 takes n (4, 6 or 8) taps and starts at the sample of the first;
// firColumnsAVX512 takes all eight and starts at the line of the first, h is a multiple of 4.

//go:noescape
func firRowsAVX512(dst *int16, dstStride int, src *uint16, srcStride, w, h int, taps *int16, n int, round, shift int32, low, high int16)

//go:noescape
func firColumnsAVX512(dst *int16, dstStride int, src *uint16, srcStride, w, h int, taps *[8]int16, round, shift int32, low, high int16)

// averageAVX512 takes any h of 32 columns or more.
//
//go:noescape
func averageAVX512(dst *uint16, dstStride int, a, b *int16, w, h int, round int16, maxV uint16, shift uint32)

// scaleAVX512 takes 32 columns or more.
//
//go:noescape
func scaleAVX512(dst *int16, src *uint16, srcStride, w, h int, shift uint32, bias int16)

func put8TapAVX512(dst []uint16, dstStride int, src []uint16, srcStride, w, h int, fx, fy *[8]int16, bitDepth int, tmp *[MCTmpLen]int16) {
	if w < 8 || h&3 != 0 {
		put8TapAVX2(dst, dstStride, src, srcStride, w, h, fx, fy, bitDepth, tmp)
		return
	}
	maxV := int16(1)<<bitDepth - 1
	round0 := interRound0(bitDepth)
	_, _ = dst[(h-1)*dstStride+w-1], src[(h+6)*srcStride+w+6]
	d := (*int16)(unsafe.Pointer(&dst[0]))
	switch {
	case fx == nil && fy == nil:
		copyAVX2(&dst[0], 2*dstStride, &src[MCMargin*srcStride+MCMargin], 2*srcStride, w, h)
	case fy == nil:
		// Rounding by round0 and then by 7-round0 bits is one rounding with both halves.
		first, n := tapRange(fx)
		firRowsAVX512(d, 2*dstStride, &src[MCMargin*srcStride+first], 2*srcStride, w, h, &fx[first], n, 64+1<<(round0-1), 7, 0, maxV)
	case fx == nil:
		firColumnsAVX512(d, 2*dstStride, &src[MCMargin], 2*srcStride, w, h, fy, 64, 7, 0, maxV)
	default:
		filterRowsAVX512(tmp, src, srcStride, w, h, fx, fy, round0)
		round1 := 14 - round0
		firColumnsAVX512(d, 2*dstStride, (*uint16)(unsafe.Pointer(tmp)), 2*w, w, h, fy, 1<<(round1-1), int32(round1), 0, maxV)
	}
}

func prep8TapAVX512(dst []int16, src []uint16, srcStride, w, h int, fx, fy *[8]int16, bitDepth int, tmp *[MCTmpLen]int16) {
	if w < 8 || h&3 != 0 {
		prep8TapAVX2(dst, src, srcStride, w, h, fx, fy, bitDepth, tmp)
		return
	}
	round0 := interRound0(bitDepth)
	_, _ = dst[h*w-1], src[(h+6)*srcStride+w+6]
	round := int32(1)<<(round0-1) - PrepBias<<round0
	switch {
	case fx == nil && fy == nil && w >= 32:
		scaleAVX512(&dst[0], &src[MCMargin*srcStride+MCMargin], 2*srcStride, w, h, uint32(7-round0), PrepBias)
	case fx == nil && fy == nil:
		scaleAVX2(&dst[0], &src[MCMargin*srcStride+MCMargin], 2*srcStride, w, h, uint32(7-round0), PrepBias)
	case fy == nil:
		first, n := tapRange(fx)
		firRowsAVX512(&dst[0], 2*w, &src[MCMargin*srcStride+first], 2*srcStride, w, h, &fx[first], n, round, int32(round0), math.MinInt16, math.MaxInt16)
	case fx == nil:
		firColumnsAVX512(&dst[0], 2*w, &src[MCMargin], 2*srcStride, w, h, fy, round, int32(round0), math.MinInt16, math.MaxInt16)
	default:
		filterRowsAVX512(tmp, src, srcStride, w, h, fx, fy, round0)
		firColumnsAVX512(&dst[0], 2*w, (*uint16)(unsafe.Pointer(tmp)), 2*w, w, h, fy, 64-PrepBias<<7, 7, math.MinInt16, math.MaxInt16)
	}
}

// filterRowsAVX512 is filterRows for the h+7 rows above taps fy; those that only meet taps of 0 are left as they are.
func filterRowsAVX512(tmp *[MCTmpLen]int16, src []uint16, srcStride, w, h int, fx, fy *[8]int16, round int) {
	first, n := tapRange(fx)
	row, rows := tapRange(fy)
	firRowsAVX512(&tmp[row*w], 2*w, &src[row*srcStride+first], 2*srcStride, w, h+rows-1, &fx[first], n, 1<<(round-1), int32(round), math.MinInt16, math.MaxInt16)
}

func avgAVX512(dst []uint16, dstStride int, a, b []int16, w, h, bitDepth int) {
	if w < 8 || h&3 != 0 {
		avgAVX2(dst, dstStride, a, b, w, h, bitDepth)
		return
	}
	_, _, _ = dst[(h-1)*dstStride+w-1], a[w*h-1], b[w*h-1]
	shift := 8 - interRound0(bitDepth)
	averageAVX512(&dst[0], 2*dstStride, &a[0], &b[0], w, h, 2*PrepBias+1<<(shift-1), uint16(1)<<bitDepth-1, uint32(shift))
}
