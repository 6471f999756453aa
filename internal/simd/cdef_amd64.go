package simd

func init() {
	if CPU >= AVX2 {
		Cdef.Filter = [CdefSizes]CdefFilterKernel{cdefFilter8x8AVX2, cdefFilter4x8AVX2, cdefFilter4x4AVX2}
		Cdef.Try = [CdefSizes]func(sums []uint64, src []uint16, off, stride int, want []uint16, wantStride int, t *CdefTrial){cdefTry8x8AVX2, cdefTry4x8AVX2, cdefTry4x4AVX2}
		Cdef.Direction = cdefDirectionAVX2
		Cdef.SSE = cdefSSEAVX2
	}
}

// cdefTaps is what a block's filter needs besides samples.
type cdefTaps struct {
	offsets            [6]int // bytes to the primary taps, then to those of both secondary directions
	pri, sec           uint16
	tap0, tap1         uint16 // weights of the primary taps
	priShift, secShift uint64
}

// Strides are in bytes; rows is even, or a multiple of 4 in blocks of 4 columns. Not both strengths are 0.
//
//go:noescape
func cdefFilter8(dst *uint16, dstStride int, src *uint16, stride, rows int, t *cdefTaps)

//go:noescape
func cdefFilter4(dst *uint16, dstStride int, src *uint16, stride, rows int, t *cdefTaps)

//go:noescape
func cdefFindDirection(src *uint16, stride int, coeffShift uint64) (dir, variance int)

// The sums of squared differences of blocks of 4 (rows: a multiple of 4), of 8 (rows even), and of any number of columns,
// of which those past w are read up to the next multiple of 16.
//
//go:noescape
func sse4(a *uint16, aStride int, b *uint16, bStride, h int) uint64

//go:noescape
func sse8(a *uint16, aStride int, b *uint16, bStride, h int) uint64

//go:noescape
func sseAny(a *uint16, aStride int, b *uint16, bStride, w, h int) uint64

// The assembly tries nPri strengths from pri on with nSec from sec on, on blocks of 16 * chunks samples.
// Strides are in bytes; want has all of the block.
//
//go:noescape
func cdefTry8(sums *uint64, src *uint16, stride int, want *uint16, wantStride int, offsets *[6]int, pri, sec *CdefStrength, nPri, nSec, chunks int)

//go:noescape
func cdefTry8AVX512(sums *uint64, src *uint16, stride int, want *uint16, wantStride int, offsets *[6]int, pri, sec *CdefStrength, nPri, nSec, chunks int)

//go:noescape
func cdefTry4(sums *uint64, src *uint16, stride int, want *uint16, wantStride int, offsets *[6]int, pri, sec *CdefStrength, nPri, nSec, chunks int)

//go:noescape
func cdefTry4AVX512(sums *uint64, src *uint16, stride int, want *uint16, wantStride int, offsets *[6]int, pri, sec *CdefStrength, nPri, nSec, chunks int)

// cdefTapOffsets returns the distances in bytes of the six pairs of taps.
func cdefTapOffsets(stride, dir int) (offsets [6]int) {
	for i, at := range [3]int{dir + 2, dir, dir + 4} {
		d := &cdefOffsets[at]
		offsets[2*i] = 2 * (d[0][0]*stride + d[0][1])
		offsets[2*i+1] = 2 * (d[1][0]*stride + d[1][1])
	}
	return
}

func cdefTry8x8AVX2(sums []uint64, src []uint16, off, stride int, want []uint16, wantStride int, s *CdefTrial) {
	if s.W < 8 || s.H < 8 || s.NPri*s.NSec == 0 {
		cdefTry8x8(sums, src, off, stride, want, wantStride, s)
		return
	}
	s.offsets = cdefTapOffsets(stride, s.Dir)
	_, _, _, _ = sums[s.NPri*s.NSec-1], want[7*wantStride+7], src[off-2*stride-2], src[off+9*stride+9]
	if CPU >= AVX512 {
		cdefTry8AVX512(&sums[0], &src[off], 2*stride, &want[0], 2*wantStride, &s.offsets, &s.Pri[s.First], &s.Sec[0], s.NPri, s.NSec, 4)
		return
	}
	cdefTry8(&sums[0], &src[off], 2*stride, &want[0], 2*wantStride, &s.offsets, &s.Pri[s.First], &s.Sec[0], s.NPri, s.NSec, 4)
}

func cdefTry4x8AVX2(sums []uint64, src []uint16, off, stride int, want []uint16, wantStride int, s *CdefTrial) {
	cdefTry4AVX2(sums, src, off, stride, 8, want, wantStride, s)
}

func cdefTry4x4AVX2(sums []uint64, src []uint16, off, stride int, want []uint16, wantStride int, s *CdefTrial) {
	cdefTry4AVX2(sums, src, off, stride, 4, want, wantStride, s)
}

func cdefTry4AVX2(sums []uint64, src []uint16, off, stride, h int, want []uint16, wantStride int, s *CdefTrial) {
	if s.W < 4 || s.H < h || s.NPri*s.NSec == 0 {
		cdefTry(sums, src, off, stride, 4, h, want, wantStride, s)
		return
	}
	s.offsets = cdefTapOffsets(stride, s.Dir)
	_, _, _, _ = sums[s.NPri*s.NSec-1], want[(h-1)*wantStride+3], src[off-2*stride-2], src[off+(h+1)*stride+5]
	if CPU >= AVX512 {
		cdefTry4AVX512(&sums[0], &src[off], 2*stride, &want[0], 2*wantStride, &s.offsets, &s.Pri[s.First], &s.Sec[0], s.NPri, s.NSec, h/4)
		return
	}
	cdefTry4(&sums[0], &src[off], 2*stride, &want[0], 2*wantStride, &s.offsets, &s.Pri[s.First], &s.Sec[0], s.NPri, s.NSec, h/4)
}

func (t *cdefTaps) set(stride, pri, sec, dir, damping, coeffShift int) {
	t.offsets = cdefTapOffsets(stride, dir)
	t.pri, t.sec = uint16(pri), uint16(sec)
	t.priShift, t.secShift = uint64(cdefShift(pri, damping)), uint64(cdefShift(sec, damping))
	t.tap0, t.tap1 = 4, 2
	if pri>>coeffShift&1 != 0 {
		t.tap0, t.tap1 = 3, 3
	}
}

func cdefFilter8x8AVX2(dst []uint16, dstStride int, src []uint16, off, stride int, pri, sec, dir, damping, coeffShift int) {
	if pri|sec == 0 {
		cdefFilter(dst, dstStride, src, off, stride, 8, 8, pri, sec, dir, damping, coeffShift)
		return
	}
	var t cdefTaps
	t.set(stride, pri, sec, dir, damping, coeffShift)
	_, _, _ = dst[7*dstStride+7], src[off-2*stride-2], src[off+9*stride+9]
	cdefFilter8(&dst[0], 2*dstStride, &src[off], 2*stride, 8, &t)
}

func cdefFilter4x8AVX2(dst []uint16, dstStride int, src []uint16, off, stride int, pri, sec, dir, damping, coeffShift int) {
	cdefFilter4AVX2(dst, dstStride, src, off, stride, 8, pri, sec, dir, damping, coeffShift)
}

func cdefFilter4x4AVX2(dst []uint16, dstStride int, src []uint16, off, stride int, pri, sec, dir, damping, coeffShift int) {
	cdefFilter4AVX2(dst, dstStride, src, off, stride, 4, pri, sec, dir, damping, coeffShift)
}

func cdefFilter4AVX2(dst []uint16, dstStride int, src []uint16, off, stride, h int, pri, sec, dir, damping, coeffShift int) {
	if pri|sec == 0 {
		cdefFilter(dst, dstStride, src, off, stride, 4, h, pri, sec, dir, damping, coeffShift)
		return
	}
	var t cdefTaps
	t.set(stride, pri, sec, dir, damping, coeffShift)
	_, _, _ = dst[(h-1)*dstStride+3], src[off-2*stride-2], src[off+(h+1)*stride+5]
	cdefFilter4(&dst[0], 2*dstStride, &src[off], 2*stride, h, &t)
}

func cdefDirectionAVX2(src []uint16, stride, coeffShift int) (dir, variance int) {
	_ = src[7*stride+7]
	return cdefFindDirection(&src[0], 2*stride, uint64(coeffShift))
}

func cdefSSEAVX2(a []uint16, aStride int, b []uint16, bStride, w, h int) uint64 {
	switch {
	case w == 8 && h&1 == 0:
		_, _ = a[(h-1)*aStride+7], b[(h-1)*bStride+7]
		return sse8(&a[0], 2*aStride, &b[0], 2*bStride, h)
	case w == 4 && h&3 == 0:
		_, _ = a[(h-1)*aStride+3], b[(h-1)*bStride+3]
		return sse4(&a[0], 2*aStride, &b[0], 2*bStride, h)
	}
	if end := (w + 15) &^ 15; (h-1)*aStride+end > len(a) || (h-1)*bStride+end > len(b) {
		return cdefSSE(a, aStride, b, bStride, w, h)
	}
	return sseAny(&a[0], 2*aStride, &b[0], 2*bStride, w, h)
}
