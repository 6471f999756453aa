package simd

func init() {
	if CPU >= AVX2 {
		Subpel = SubpelTable{SAD2: sad2AVX2, SAD4: sad4AVX2}
	}
}

//go:noescape
func sadAvg2AVX2(src *uint8, srcStride int, a, b *uint8, refStride, w, h int) uint32

//go:noescape
func sadAvg4AVX2(src *uint8, srcStride int, a0, a1, b0, b1 *uint8, refStride, w, h int) uint32

func sad2AVX2(src []uint8, srcStride int, a, b []uint8, refStride, w, h int) uint32 {
	last := (h-1)*refStride + w - 1
	_, _, _ = src[(h-1)*srcStride+w-1], a[last], b[last]
	return sadAvg2AVX2(&src[0], srcStride, &a[0], &b[0], refStride, w, h)
}

func sad4AVX2(src []uint8, srcStride int, a0, a1, b0, b1 []uint8, refStride, w, h int) uint32 {
	last := (h-1)*refStride + w - 1
	_, _, _, _, _ = src[(h-1)*srcStride+w-1], a0[last], a1[last], b0[last], b1[last]
	return sadAvg4AVX2(&src[0], srcStride, &a0[0], &a1[0], &b0[0], &b1[0], refStride, w, h)
}
