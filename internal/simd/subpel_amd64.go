package simd

func init() {
	if CPU >= AVX2 {
		Subpel = SubpelTable{SAD2: sad2AVX2, SAD2x8: sad2x8AVX2, SAD4: sad4AVX2}
	}
	if CPU >= AVX512 {
		Subpel = SubpelTable{SAD2: sad2AVX512, SAD2x8: sad2x8AVX512, SAD4: sad4AVX512}
	}
}

//go:noescape
func sadAvg2AVX2(src *uint8, srcStride int, a, b *uint8, refStride, w, h int) uint32

//go:noescape
func sadAvg4AVX2(src *uint8, srcStride int, a0, a1, b0, b1 *uint8, refStride, w, h int) uint32

// The sums to eight single references are those to pairs of equal ones, with half the loads.

//go:noescape
func sadAvg2x8AVX2(sads *[8]uint32, src *uint8, srcStride int, refs *[8][2]*uint8, refStride, w, h int)

//go:noescape
func sadOne8AVX2(sads *[8]uint32, src *uint8, srcStride int, refs *[8][2]*uint8, refStride, w, h int)

// The forms for AVX-512 are of blocks of 64 columns; below, loads are what limits.

//go:noescape
func sadAvg2AVX512(src *uint8, srcStride int, a, b *uint8, refStride, h int) uint32

//go:noescape
func sadAvg4AVX512(src *uint8, srcStride int, a0, a1, b0, b1 *uint8, refStride, h int) uint32

//go:noescape
func sadAvg2x8AVX512(sads *[8]uint32, src *uint8, srcStride int, refs *[8][2]*uint8, refStride, h int)

//go:noescape
func sadOne8AVX512(sads *[8]uint32, src *uint8, srcStride int, refs *[8][2]*uint8, refStride, h int)

// singles tells whether all pairs are of equal references, as they are at whole and half samples.
func singles(refs *[8][2]*uint8) bool {
	for i := range refs {
		if refs[i][0] != refs[i][1] {
			return false
		}
	}
	return true
}

func sad2x8AVX2(sads *[8]uint32, src []uint8, srcStride int, refs *[8][2]*uint8, refStride, w, h int) {
	_ = src[(h-1)*srcStride+w-1]
	if singles(refs) {
		sadOne8AVX2(sads, &src[0], srcStride, refs, refStride, w, h)
	} else {
		sadAvg2x8AVX2(sads, &src[0], srcStride, refs, refStride, w, h)
	}
}

func sad2x8AVX512(sads *[8]uint32, src []uint8, srcStride int, refs *[8][2]*uint8, refStride, w, h int) {
	_ = src[(h-1)*srcStride+w-1]
	switch {
	case w != 64:
		sad2x8AVX2(sads, src, srcStride, refs, refStride, w, h)
	case singles(refs):
		sadOne8AVX512(sads, &src[0], srcStride, refs, refStride, h)
	default:
		sadAvg2x8AVX512(sads, &src[0], srcStride, refs, refStride, h)
	}
}

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

func sad2AVX512(src []uint8, srcStride int, a, b []uint8, refStride, w, h int) uint32 {
	last := (h-1)*refStride + w - 1
	_, _, _ = src[(h-1)*srcStride+w-1], a[last], b[last]
	if w == 64 {
		return sadAvg2AVX512(&src[0], srcStride, &a[0], &b[0], refStride, h)
	}
	return sadAvg2AVX2(&src[0], srcStride, &a[0], &b[0], refStride, w, h)
}

func sad4AVX512(src []uint8, srcStride int, a0, a1, b0, b1 []uint8, refStride, w, h int) uint32 {
	last := (h-1)*refStride + w - 1
	_, _, _, _, _ = src[(h-1)*srcStride+w-1], a0[last], a1[last], b0[last], b1[last]
	if w == 64 {
		return sadAvg4AVX512(&src[0], srcStride, &a0[0], &a1[0], &b0[0], &b1[0], refStride, h)
	}
	return sadAvg4AVX2(&src[0], srcStride, &a0[0], &a1[0], &b0[0], &b1[0], refStride, w, h)
}
