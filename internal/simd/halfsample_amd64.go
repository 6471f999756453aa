package simd

func init() {
	if CPU >= AVX2 {
		HalfSample = HalfSampleTable{Planes: halfPlanesAVX2}
	}
	if CPU >= AVX512 {
		HalfSample.Planes = halfPlanesAVX512
	}
}

// The assembly takes src at the first sample its filters look at, strides in bytes.

//go:noescape
func halfAcrossAVX2(tmp *int16, src *uint16, srcStride, w, rows int)

//go:noescape
func halfDownAVX2(dst0, dst1, dst2, dst3 *uint8, dstStride int, src *uint16, srcStride int, tmp *int16, w, h int)

// halfPlanesStripsAVX512 takes widths that are multiples of 32.
//
//go:noescape
func halfPlanesStripsAVX512(dst0, dst1, dst2, dst3 *uint8, dstStride int, src *uint16, srcStride, w, h int)

func halfPlanesAVX2(dst *[4][]uint8, dstStride int, src []uint16, srcStride, w, h int, tmp *[HalfTmpLen]int16) {
	last := (h-1)*dstStride + w - 1
	_, _, _, _, _ = dst[0][last], dst[1][last], dst[2][last], dst[3][last], src[(h+5)*srcStride+w+5]
	_ = tmp[(h+4)*HalfBand+w-1]
	const first = MCMargin - 2
	halfAcrossAVX2(&tmp[0], &src[first*srcStride+first], 2*srcStride, w, h+5)
	halfDownAVX2(&dst[0][0], &dst[1][0], &dst[2][0], &dst[3][0], dstStride, &src[first*srcStride+MCMargin], 2*srcStride, &tmp[0], w, h)
}

func halfPlanesAVX512(dst *[4][]uint8, dstStride int, src []uint16, srcStride, w, h int, tmp *[HalfTmpLen]int16) {
	if w&31 != 0 {
		halfPlanesAVX2(dst, dstStride, src, srcStride, w, h, tmp)
		return
	}
	last := (h-1)*dstStride + w - 1
	_, _, _, _, _ = dst[0][last], dst[1][last], dst[2][last], dst[3][last], src[(h+5)*srcStride+w+5]
	const first = MCMargin - 2
	halfPlanesStripsAVX512(&dst[0][0], &dst[1][0], &dst[2][0], &dst[3][0], dstStride, &src[first*srcStride+first], 2*srcStride, w, h)
}
