package simd

import "math/bits"

func init() {
	if CPU >= AVX2 {
		IPred.Fill, IPred.V, IPred.H, IPred.Paeth = ipredFillAVX2, ipredVAVX2, ipredHAVX2, ipredPaethAVX2
		IPred.Smooth, IPred.SmoothV, IPred.SmoothH = ipredSmoothAVX2, ipredSmoothVAVX2, ipredSmoothHAVX2
		IPred.Z1, IPred.Z2, IPred.Z3 = ipredZ1AVX2, ipredZ2AVX2, ipredZ3AVX2
		IPred.Recursive, IPred.CflAC, IPred.CflPred = ipredRecursiveAVX2, cflACWhole, cflPredAVX2
	}
}

// In the assembly, strides are in bytes and edges start at index 0.

//go:noescape
func fillAVX2(dst *uint16, stride, w, h int, v uint16)

//go:noescape
func verticalAVX2(dst *uint16, stride, w, h int, above *uint16)

//go:noescape
func horizontalAVX2(dst *uint16, stride, w, h int, left *uint16)

//go:noescape
func paethAVX2(dst *uint16, stride, w, h int, above, left *uint16)

//go:noescape
func smoothAVX2(dst *uint16, stride, w, h int, above, left *uint16, wx *uint8, wy *[64]uint32)

//go:noescape
func smoothVAVX2(dst *uint16, stride, w, h int, above, left *uint16, wy *[64]uint32)

//go:noescape
func smoothHAVX2(dst *uint16, stride, w, h int, above, left *uint16, wx *uint8)

//go:noescape
func zone1AVX2(dst *uint16, stride, w, h int, above *uint16, dx, maxBase int)

//go:noescape
func zone2AVX2(dst *uint16, stride, w, h int, above *uint16, dx int)

//go:noescape
func zone3AVX2(dst *uint16, stride, w, h int, left *uint16, dy int)

//go:noescape
func recursiveAVX2(dst *uint16, stride, w, h int, above, left *uint16, taps *[32]uint32, maxV uint16)

//go:noescape
func cflAVX2(dst *uint16, stride, w, h int, ac *int16, dc uint16, alpha int16, maxV uint16)

//go:noescape
func cflACAVX2(ac *int16, luma *uint16, lumaStride, w, h, below int, gain int16, log2Size uint32)

func ipredFillAVX2(dst []uint16, stride, w, h int, v uint16) {
	_ = dst[(h-1)*stride+w-1]
	fillAVX2(&dst[0], 2*stride, w, h, v)
}

func ipredVAVX2(dst []uint16, stride, w, h int, above *Edge) {
	_ = dst[(h-1)*stride+w-1]
	verticalAVX2(&dst[0], 2*stride, w, h, &above[EdgeBase])
}

func ipredHAVX2(dst []uint16, stride, w, h int, left *Edge) {
	_ = dst[(h-1)*stride+w-1]
	horizontalAVX2(&dst[0], 2*stride, w, h, &left[EdgeBase])
}

func ipredPaethAVX2(dst []uint16, stride, w, h int, above, left *Edge) {
	_ = dst[(h-1)*stride+w-1]
	paethAVX2(&dst[0], 2*stride, w, h, &above[EdgeBase], &left[EdgeBase])
}

func ipredSmoothAVX2(dst []uint16, stride, w, h int, above, left *Edge, wx, wy []uint8) {
	_ = dst[(h-1)*stride+w-1]
	var columns [64]uint8
	var rows [64]uint32
	copy(columns[:], wx)
	weightPairs(rows[:h], wy)
	smoothAVX2(&dst[0], 2*stride, w, h, &above[EdgeBase], &left[EdgeBase], &columns[0], &rows)
}

func ipredSmoothVAVX2(dst []uint16, stride, w, h int, above, left *Edge, wy []uint8) {
	_ = dst[(h-1)*stride+w-1]
	var rows [64]uint32
	weightPairs(rows[:h], wy)
	smoothVAVX2(&dst[0], 2*stride, w, h, &above[EdgeBase], &left[EdgeBase], &rows)
}

func ipredSmoothHAVX2(dst []uint16, stride, w, h int, above, left *Edge, wx []uint8) {
	_ = dst[(h-1)*stride+w-1]
	var columns [64]uint8
	copy(columns[:], wx)
	smoothHAVX2(&dst[0], 2*stride, w, h, &above[EdgeBase], &left[EdgeBase], &columns[0])
}

// weightPairs puts a weight and its complement to 256 into the halves of each element.
func weightPairs(rows []uint32, weights []uint8) {
	weights = weights[:len(rows)]
	for i, v := range weights {
		rows[i] = uint32(v) | (256-uint32(v))<<16
	}
}

func ipredZ1AVX2(dst []uint16, stride, w, h int, above *Edge, dx, upAbove int) {
	if upAbove != 0 {
		ipredZ1(dst, stride, w, h, above, dx, upAbove)
		return
	}
	_ = dst[(h-1)*stride+w-1]
	maxBase := w + h - 1
	tail := above[EdgeBase+maxBase:][:w+1]
	for i := range tail {
		tail[i] = tail[0]
	}
	zone1AVX2(&dst[0], 2*stride, w, h, &above[EdgeBase], dx, maxBase)
}

func ipredZ2AVX2(dst []uint16, stride, w, h int, above, left *Edge, dx, dy, upAbove, upLeft int) {
	if upAbove|upLeft != 0 {
		ipredZ2(dst, stride, w, h, above, left, dx, dy, upAbove, upLeft)
		return
	}
	_ = dst[(h-1)*stride+w-1]
	zone3AVX2(&dst[0], 2*stride, w, h, &left[EdgeBase], -dy)
	zone2AVX2(&dst[0], 2*stride, w, h, &above[EdgeBase], dx)
}

func ipredZ3AVX2(dst []uint16, stride, w, h int, left *Edge, dy, upLeft int) {
	if upLeft != 0 {
		ipredZ3(dst, stride, w, h, left, dy, upLeft)
		return
	}
	_ = dst[(h-1)*stride+w-1]
	zone3AVX2(&dst[0], 2*stride, w, h, &left[EdgeBase], dy)
}

func ipredRecursiveAVX2(dst []uint16, stride, w, h int, above, left *Edge, taps *[8][7]int8, bitDepth int) {
	_ = dst[(h-1)*stride+w-1]
	var pairs [32]uint32 // taps 2k, 2k+1 of sample i at 8k+i
	for i := range taps {
		t := &taps[i]
		pairs[i] = uint32(uint16(t[0])) | uint32(t[1])<<16
		pairs[8+i] = uint32(uint16(t[2])) | uint32(t[3])<<16
		pairs[16+i] = uint32(uint16(t[4])) | uint32(t[5])<<16
		pairs[24+i] = uint32(uint16(t[6]))
	}
	recursiveAVX2(&dst[0], 2*stride, w, h, &above[EdgeBase], &left[EdgeBase], &pairs, uint16(1)<<bitDepth-1)
}

// cflACWhole leaves blocks across the picture's border and 4:4:4 to the scalar kernel.
func cflACWhole(ac []int16, luma []uint16, lumaStride, w, h, visW, visH, subX, subY int) {
	if subX == 0 || visW < w || visH < h {
		cflAC(ac, luma, lumaStride, w, h, visW, visH, subX, subY)
		return
	}
	_, _ = ac[w*h-1], luma[((h<<subY)-1)*lumaStride+2*w-1]
	log2Size := uint32(bits.TrailingZeros(uint(w * h)))
	cflACAVX2(&ac[0], &luma[0], 2*lumaStride<<subY, w, h, 2*lumaStride*subY, int16(4>>subY), log2Size)
}

func cflPredAVX2(dst []uint16, stride int, ac []int16, w, h int, dc uint16, alpha, bitDepth int) {
	_, _ = dst[(h-1)*stride+w-1], ac[w*h-1]
	cflAVX2(&dst[0], 2*stride, w, h, &ac[0], dc, int16(alpha), uint16(1)<<bitDepth-1)
}
