package simd

func init() {
	if CPU >= AVX2 {
		Dist = vectorDist()
	}
}

func vectorDist() DistTable {
	return DistTable{
		Residual: func(dst []int16, dstStride int, src []uint16, srcStride int, pred []uint16, predStride, w, h int) {
			if isRagged(w) {
				residual(dst, dstStride, src, srcStride, pred, predStride, w, h)
				return
			}
			_, _, _ = dst[(h-1)*dstStride+w-1], src[(h-1)*srcStride+w-1], pred[(h-1)*predStride+w-1]
			if isWide(w) {
				residualAVX512(&dst[0], dstStride*2, &src[0], srcStride*2, &pred[0], predStride*2, w, h)
				return
			}
			residualAVX2(&dst[0], dstStride*2, &src[0], srcStride*2, &pred[0], predStride*2, w, h)
		},
		SAD: func(a []uint16, aStride int, b []uint16, bStride, w, h int) uint32 {
			if isRagged(w) {
				return sad(a, aStride, b, bStride, w, h)
			}
			_, _ = a[(h-1)*aStride+w-1], b[(h-1)*bStride+w-1]
			if isWide(w) {
				return sad16AVX512(&a[0], aStride*2, &b[0], bStride*2, w, h)
			}
			return sad16AVX2(&a[0], aStride*2, &b[0], bStride*2, w, h)
		},
		SSE: func(a []uint16, aStride int, b []uint16, bStride, w, h int) uint64 {
			if isRagged(w) {
				return sse(a, aStride, b, bStride, w, h)
			}
			_, _ = a[(h-1)*aStride+w-1], b[(h-1)*bStride+w-1]
			if isWide(w) {
				return sseAVX512(&a[0], aStride*2, &b[0], bStride*2, w, h)
			}
			return sseAVX2(&a[0], aStride*2, &b[0], bStride*2, w, h)
		},
		SATD: func(a []uint16, aStride int, b []uint16, bStride, w, h int) uint32 {
			_, _ = a[(h-1)*aStride+w-1], b[(h-1)*bStride+w-1]
			if (w|h)&7 != 0 {
				return (satd4AVX2(&a[0], aStride*2, &b[0], bStride*2, w, h) + 2) >> 2
			}
			if isWide(w) || CPU >= AVX512 && w == 16 && h&15 == 0 {
				return (satd8AVX512(&a[0], aStride*2, &b[0], bStride*2, w, h) + 4) >> 3
			}
			return (satd8AVX2(&a[0], aStride*2, &b[0], bStride*2, w, h) + 4) >> 3
		},
		Moments: func(a []uint16, stride, w, h int) (sum uint32, squares uint64) {
			if isRagged(w) {
				return moments(a, stride, w, h)
			}
			_ = a[(h-1)*stride+w-1]
			if isWide(w) {
				return momentsAVX512(&a[0], stride*2, w, h)
			}
			return momentsAVX2(&a[0], stride*2, w, h)
		},
	}
}

// isRagged tells whether a row of w samples is no whole number of vectors, as at
// the border of a picture.
func isRagged(w int) bool { return w&15 != 0 && w != 8 && w != 4 }

// isWide tells whether a row of w samples is a whole number of the registers of AVX-512, and there are such.
func isWide(w int) bool { return w&31 == 0 && CPU >= AVX512 }

// Strides of the assembly are in bytes.

//go:noescape
func residualAVX2(dst *int16, dstStride int, src *uint16, srcStride int, pred *uint16, predStride, w, h int)

//go:noescape
func residualAVX512(dst *int16, dstStride int, src *uint16, srcStride int, pred *uint16, predStride, w, h int)

//go:noescape
func sad16AVX2(a *uint16, aStride int, b *uint16, bStride, w, h int) uint32

//go:noescape
func sad16AVX512(a *uint16, aStride int, b *uint16, bStride, w, h int) uint32

//go:noescape
func sseAVX2(a *uint16, aStride int, b *uint16, bStride, w, h int) uint64

//go:noescape
func sseAVX512(a *uint16, aStride int, b *uint16, bStride, w, h int) uint64

//go:noescape
func momentsAVX2(a *uint16, stride, w, h int) (sum uint32, squares uint64)

//go:noescape
func momentsAVX512(a *uint16, stride, w, h int) (sum uint32, squares uint64)

// satd4AVX2 and satd8AVX2 return sums of unscaled magnitudes of 4x4 and 8x8 transforms.
//
//go:noescape
func satd4AVX2(a *uint16, aStride int, b *uint16, bStride, w, h int) uint32

//go:noescape
func satd8AVX2(a *uint16, aStride int, b *uint16, bStride, w, h int) uint32

//go:noescape
func satd8AVX512(a *uint16, aStride int, b *uint16, bStride, w, h int) uint32
