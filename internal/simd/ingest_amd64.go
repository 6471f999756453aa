package simd

func init() {
	if CPU >= AVX2 {
		Ingest = IngestTable{
			Widen: widenRowAVX2, Split: splitRowAVX2, Clip: clipRowAVX2, SplitClip: splitClipRowAVX2, Border8: border8AVX2, Border16: border16AVX2,
			Sum8: sum8AVX2, Sum16: sum16AVX2, Deviation8x8: deviation8x8AVX2, Search8x8: search8x8AVX2,
		}
	}
}

// The assembly writes whole vectors: multiples of 32 bytes or 16 words of each output. A row
// that ends between two of them ends with a vector that overlaps the one before.

//go:noescape
func widenVectorsAVX2(dst *uint16, src *uint8, n int)

//go:noescape
func splitVectorsAVX2(u, v, src *uint8, n int)

//go:noescape
func clipVectorsAVX2(dst *uint16, src *uint8, n int, shift uint64, limit uint16)

//go:noescape
func splitClipVectorsAVX2(u, v *uint16, src *uint8, n int, shift uint64, limit uint16)

//go:noescape
func borderRows8AVX2(row *uint8, stride, left, width, right, rows int)

//go:noescape
func borderRows16AVX2(row *uint16, stride, left, width, right, rows int)

// The sums come in vectors of 8.

//go:noescape
func sumColumns8AVX2(dst *uint32, src *uint8, stride, rows, n int)

//go:noescape
func sumColumns16AVX2(dst *uint32, src *uint16, stride, rows, n int)

//go:noescape
func deviationBlock8x8AVX2(src *uint8, stride int) uint32

//go:noescape
func searchBlock8x8AVX2(src, ref *uint8, stride, cols, rows int) uint32

func widenRowAVX2(dst []uint16, src []uint8) {
	src = src[:len(dst)]
	n, last := len(dst)&^15, len(dst)-16
	if last < 0 {
		widenRow(dst, src)
		return
	}
	widenVectorsAVX2(&dst[0], &src[0], n)
	if n < len(dst) {
		widenVectorsAVX2(&dst[last], &src[last], 16)
	}
}

func splitRowAVX2(u, v, src []uint8) {
	v, src = v[:len(u)], src[:2*len(u)]
	n, last := len(u)&^31, len(u)-32
	if last < 0 {
		splitRow(u, v, src)
		return
	}
	splitVectorsAVX2(&u[0], &v[0], &src[0], n)
	if n < len(u) {
		splitVectorsAVX2(&u[last], &v[last], &src[2*last], 32)
	}
}

func clipRowAVX2(dst []uint16, src []uint8, shift uint, limit uint16) {
	src = src[:2*len(dst)]
	n, last := len(dst)&^15, len(dst)-16
	if last < 0 {
		clipRow(dst, src, shift, limit)
		return
	}
	clipVectorsAVX2(&dst[0], &src[0], n, uint64(shift), limit)
	if n < len(dst) {
		clipVectorsAVX2(&dst[last], &src[2*last], 16, uint64(shift), limit)
	}
}

func splitClipRowAVX2(u, v []uint16, src []uint8, shift uint, limit uint16) {
	v, src = v[:len(u)], src[:4*len(u)]
	n, last := len(u)&^15, len(u)-16
	if last < 0 {
		splitClipRow(u, v, src, shift, limit)
		return
	}
	splitClipVectorsAVX2(&u[0], &v[0], &src[0], n, uint64(shift), limit)
	if n < len(u) {
		splitClipVectorsAVX2(&u[last], &v[last], &src[4*last], 16, uint64(shift), limit)
	}
}

func border8AVX2(row []uint8, stride, left, width, right, rows int) {
	if rows == 0 {
		return
	}
	_ = row[(rows-1)*stride+left+width+right-1]
	borderRows8AVX2(&row[0], stride, left, width, right, rows)
}

func border16AVX2(row []uint16, stride, left, width, right, rows int) {
	if rows == 0 {
		return
	}
	_ = row[(rows-1)*stride+left+width+right-1]
	borderRows16AVX2(&row[0], stride, left, width, right, rows)
}

func sum8AVX2(dst []uint32, src []uint8, stride, rows int) {
	if len(dst) < 8 {
		columnSums(dst, src, stride, rows)
		return
	}
	n, last := len(dst)&^7, len(dst)-8
	_ = src[(rows-1)*stride+4*len(dst)-1]
	sumColumns8AVX2(&dst[0], &src[0], stride, rows, n)
	if n < len(dst) {
		sumColumns8AVX2(&dst[last], &src[4*last], stride, rows, 8)
	}
}

func sum16AVX2(dst []uint32, src []uint16, stride, rows int) {
	if len(dst) < 8 {
		columnSums(dst, src, stride, rows)
		return
	}
	n, last := len(dst)&^7, len(dst)-8
	_ = src[(rows-1)*stride+4*len(dst)-1]
	sumColumns16AVX2(&dst[0], &src[0], 2*stride, rows, n)
	if n < len(dst) {
		sumColumns16AVX2(&dst[last], &src[4*last], 2*stride, rows, 8)
	}
}

func deviation8x8AVX2(src []uint8, stride int) uint32 {
	_ = src[7*stride+7]
	return deviationBlock8x8AVX2(&src[0], stride)
}

func search8x8AVX2(src, ref []uint8, stride, cols, rows int) uint32 {
	_, _ = src[7*stride+7], ref[(rows+6)*stride+cols+6]
	return searchBlock8x8AVX2(&src[0], &ref[0], stride, cols, rows)
}
