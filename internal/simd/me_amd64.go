package simd

func init() {
	if CPU >= AVX2 {
		ME = METable{Narrow: narrowAVX2, Halve: halveAVX2, Window: windowAVX2, Grid: gridAVX2, Variance: diffVarianceAVX2}
	}
	if CPU >= AVX512 {
		ME.Narrow, ME.Grid, ME.Window = narrowAVX512, gridAVX512, windowAVX512
	}
}

// The assembly of narrow and halve writes multiples of 32 samples, narrow64AVX512 of 64.

//go:noescape
func narrow32AVX2(dst *uint8, src *uint16, n int, shift uint64)

//go:noescape
func narrow64AVX512(dst *uint8, src *uint16, n int, shift uint64)

//go:noescape
func halve32AVX2(dst, a, b *uint8, n int)

//go:noescape
func searchWindowAVX2(src *uint8, srcStride int, ref *uint8, refStride, w, h, step, cols, rows int) (sad uint32, x, y int)

// searchWindow16AVX512 searches blocks of 16x16; cols is a multiple of 8. It returns sad<<32 + y<<16 + x.
//
//go:noescape
func searchWindow16AVX512(src *uint8, srcStride int, ref *uint8, refStride, step, cols, rows int) uint64

//go:noescape
func searchWindow32AVX512(src *uint8, srcStride int, ref *uint8, refStride, w, h, step, cols, rows int) (sad uint32, x, y int)

//go:noescape
func searchGridAVX2(best *GridBest, src *uint8, srcStride int, ref *uint8, refStride, step, cols, rows, blocks int, pos uint32)

//go:noescape
func searchGridAVX512(best *GridBest, src *uint8, srcStride int, ref *uint8, refStride, step, cols, rows, blocks int, pos uint32)

//go:noescape
func diffMomentsAVX2(a *uint16, aStride int, b *uint16, bStride, w, h int) (sum int32, squares uint64)

func narrowAVX2(dst []uint8, src []uint16, shift uint) {
	src = src[:len(dst)]
	n := len(dst) &^ 31
	if n > 0 {
		narrow32AVX2(&dst[0], &src[0], n, uint64(shift))
	}
	narrow(dst[n:], src[n:], shift)
}

func narrowAVX512(dst []uint8, src []uint16, shift uint) {
	src = src[:len(dst)]
	n := len(dst) &^ 63
	if n > 0 {
		narrow64AVX512(&dst[0], &src[0], n, uint64(shift))
	}
	narrow(dst[n:], src[n:], shift)
}

func halveAVX2(dst []uint8, a, b []uint8, w int) {
	dst, a, b = dst[:w], a[:2*w], b[:2*w]
	n := w &^ 31
	if n > 0 {
		halve32AVX2(&dst[0], &a[0], &b[0], n)
	}
	halve(dst[n:], a[2*n:], b[2*n:], w-n)
}

func windowAVX2(src []uint8, srcStride int, ref []uint8, refStride, w, h, step, cols, rows int) (sad uint32, x, y int) {
	_, _ = src[(h-1)*srcStride+w-1], ref[(h+rows-2)*refStride+w+cols-2]
	return searchWindowAVX2(&src[0], srcStride, &ref[0], refStride, w, h, step, cols, rows)
}

func windowAVX512(src []uint8, srcStride int, ref []uint8, refStride, w, h, step, cols, rows int) (sad uint32, x, y int) {
	_, _ = src[(h-1)*srcStride+w-1], ref[(h+rows-2)*refStride+w+cols-2]
	n := cols &^ 7
	if w == 32 {
		return searchWindow32AVX512(&src[0], srcStride, &ref[0], refStride, w, h, step, cols, rows)
	}
	if w != 16 || n == 0 {
		return searchWindowAVX2(&src[0], srcStride, &ref[0], refStride, w, h, step, cols, rows)
	}
	best := searchWindow16AVX512(&src[0], srcStride, &ref[0], refStride, step, n, rows)
	if n < cols {
		sad, x, y := searchWindowAVX2(&src[0], srcStride, &ref[n], refStride, w, h, step, cols-n, rows)
		best = min(best, uint64(sad)<<32+uint64(y)<<16+uint64(n+x))
	}
	return uint32(best >> 32), int(best & 0xffff), int(best >> 16 & 0xffff)
}

func gridAVX2(best *GridBest, src []uint8, srcStride int, ref []uint8, refStride, step, cols, rows, blocks int, pos uint32) {
	_, _ = src[63*srcStride+63], ref[(63+rows-1)*refStride+63+cols-1]
	searchGridAVX2(best, &src[0], srcStride, &ref[0], refStride, step, cols, rows, blocks, pos)
}

// gridAVX512 may read a sample more than it needs.
func gridAVX512(best *GridBest, src []uint8, srcStride int, ref []uint8, refStride, step, cols, rows, blocks int, pos uint32) {
	end := (63+rows-1)*refStride + 63 + cols
	_, _ = src[63*srcStride+63], ref[end-1]
	if end < len(ref) {
		searchGridAVX512(best, &src[0], srcStride, &ref[0], refStride, step, cols, rows, blocks, pos)
	} else {
		searchGridAVX2(best, &src[0], srcStride, &ref[0], refStride, step, cols, rows, blocks, pos)
	}
}

func diffVarianceAVX2(a []uint16, aStride int, b []uint16, bStride, w, h int) uint64 {
	if w < 8 {
		return diffVariance(a, aStride, b, bStride, w, h)
	}
	_, _ = a[(h-1)*aStride+w-1], b[(h-1)*bStride+w-1]
	sum, squares := diffMomentsAVX2(&a[0], 2*aStride, &b[0], 2*bStride, w, h)
	return squares - uint64(int64(sum)*int64(sum))/uint64(w*h)
}
