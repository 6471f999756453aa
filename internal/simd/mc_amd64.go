package simd

import "unsafe"

func init() {
	if CPU >= AVX2 {
		MC = MCTable{Put8Tap: put8TapAVX2, Prep8Tap: prep8TapAVX2, Avg: avgAVX2}
	}
	if CPU >= AVX512 {
		MC = MCTable{Put8Tap: put8TapAVX512, Prep8Tap: prep8TapAVX512, Avg: avgAVX512}
	}
}

// The assembly filters w x h samples by n (4, 6 or 8) taps, step bytes apart, starting at src: the
// sums plus round, shifted right. Strides are in bytes. firClipAVX2 clips to 0..maxV; firAVX2 must not overflow 16 bits.

//go:noescape
func firClipAVX2(dst *uint16, dstStride int, src *uint16, srcStride, w, h, step int, taps *int16, n int, round, shift int32, maxV uint16)

//go:noescape
func firAVX2(dst *int16, dstStride int, src *uint16, srcStride, w, h, step int, taps *int16, n int, round, shift int32, maxV uint16)

//go:noescape
func averageAVX2(dst *uint16, dstStride int, a, b *int16, w, h int, round int16, maxV uint16, shift uint32)

//go:noescape
func scaleAVX2(dst *int16, src *uint16, srcStride, w, h int, shift uint32, bias int16)

//go:noescape
func copyAVX2(dst *uint16, dstStride int, src *uint16, srcStride, w, h int)

// tapRange returns the first of the n taps of f that aren't all zero: 8, 6 or 4 taps around the centre.
func tapRange(f *[8]int16) (first, n int) {
	if f[0]|f[7] != 0 {
		return 0, 8
	}
	if f[1]|f[6] != 0 {
		return 1, 6
	}
	return 2, 4
}

func put8TapAVX2(dst []uint16, dstStride int, src []uint16, srcStride, w, h int, fx, fy *[8]int16, bitDepth int, tmp *[MCTmpLen]int16) {
	maxV := uint16(1)<<bitDepth - 1
	round0 := interRound0(bitDepth)
	_, _ = dst[(h-1)*dstStride+w-1], src[(h+6)*srcStride+w+6]
	switch {
	case fx == nil && fy == nil:
		copyAVX2(&dst[0], 2*dstStride, &src[MCMargin*srcStride+MCMargin], 2*srcStride, w, h)
	case fy == nil:
		// Rounding by round0 and then by 7-round0 bits is one rounding with both halves.
		first, n := tapRange(fx)
		firClipAVX2(&dst[0], 2*dstStride, &src[MCMargin*srcStride+first], 2*srcStride, w, h, 2, &fx[first], n, 64+1<<(round0-1), 7, maxV)
	case fx == nil:
		first, n := tapRange(fy)
		firClipAVX2(&dst[0], 2*dstStride, &src[first*srcStride+MCMargin], 2*srcStride, w, h, 2*srcStride, &fy[first], n, 64, 7, maxV)
	default:
		first, n := tapRange(fy)
		filterRowsAVX2(tmp, src[first*srcStride:], srcStride, w, h+n-1, fx, round0)
		round1 := 14 - round0
		firClipAVX2(&dst[0], 2*dstStride, (*uint16)(unsafe.Pointer(tmp)), 2*w, w, h, 2*w, &fy[first], n, 1<<(round1-1), int32(round1), maxV)
	}
}

func prep8TapAVX2(dst []int16, src []uint16, srcStride, w, h int, fx, fy *[8]int16, bitDepth int, tmp *[MCTmpLen]int16) {
	round0 := interRound0(bitDepth)
	_, _ = dst[h*w-1], src[(h+6)*srcStride+w+6]
	round := int32(1)<<(round0-1) - PrepBias<<round0
	switch {
	case fx == nil && fy == nil:
		scaleAVX2(&dst[0], &src[MCMargin*srcStride+MCMargin], 2*srcStride, w, h, uint32(7-round0), PrepBias)
	case fy == nil:
		first, n := tapRange(fx)
		firAVX2(&dst[0], 2*w, &src[MCMargin*srcStride+first], 2*srcStride, w, h, 2, &fx[first], n, round, int32(round0), 0)
	case fx == nil:
		first, n := tapRange(fy)
		firAVX2(&dst[0], 2*w, &src[first*srcStride+MCMargin], 2*srcStride, w, h, 2*srcStride, &fy[first], n, round, int32(round0), 0)
	default:
		first, n := tapRange(fy)
		filterRowsAVX2(tmp, src[first*srcStride:], srcStride, w, h+n-1, fx, round0)
		firAVX2(&dst[0], 2*w, (*uint16)(unsafe.Pointer(tmp)), 2*w, w, h, 2*w, &fy[first], n, 64-PrepBias<<7, 7, 0)
	}
}

// filterRowsAVX2 is filterRows.
func filterRowsAVX2(tmp *[MCTmpLen]int16, src []uint16, srcStride, w, h int, f *[8]int16, round int) {
	first, n := tapRange(f)
	firAVX2(&tmp[0], 2*w, &src[first], 2*srcStride, w, h, 2, &f[first], n, 1<<(round-1), int32(round), 0)
}

func avgAVX2(dst []uint16, dstStride int, a, b []int16, w, h, bitDepth int) {
	_, _, _ = dst[(h-1)*dstStride+w-1], a[w*h-1], b[w*h-1]
	shift := 8 - interRound0(bitDepth)
	averageAVX2(&dst[0], 2*dstStride, &a[0], &b[0], w, h, 2*PrepBias+1<<(shift-1), uint16(1)<<bitDepth-1, uint32(shift))
}
