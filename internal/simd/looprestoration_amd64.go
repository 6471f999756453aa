package simd

import "unsafe"

func init() {
	if CPU >= AVX2 {
		k := &LoopRestoration
		k.WienerH, k.WienerV, k.WienerMidV, k.WienerStats = wienerHAVX2, wienerVAVX2, wienerMidVAVX2, wienerStatsAVX2
		k.SgrCoef, k.SgrFilter5, k.SgrFilter3 = sgrCoefAVX2, sgrFilter5AVX2, sgrFilter3AVX2
		k.SgrBlend, k.SgrStats = sgrBlendAVX2, sgrStatsAVX2
	}
}

// wienerPass is one direction of the Wiener filter. Two samples less 2 * bias fit 16 bits.
type wienerPass struct {
	taps         [4]int16
	bias2, bias  int16
	round        int32
	shift        uint64
	least, great int16
}

// sgrScale has the constants of the box filter process.
type sgrScale struct {
	shift, shift2 uint64
	half, halfSq  uint32
	n, s          uint32
	oneOverN      uint32
}

// Strides and steps are in bytes. Loads reach up to the next multiple of 16 samples or 8 32-bit values past w, stores don't.

//go:noescape
func wienerFIR(dst *uint16, dstStride int, src *uint16, stride, w, h, step int, p *wienerPass)

//go:noescape
func wienerSums(sums *[9]int64, src *int16, step, stride int, want *uint16, wantStride, w, h int, shift uint64)

// sgrCoef5 and sgrCoef3 compute w coefficients from five or three rows starting at src.
//
//go:noescape
func sgrCoef5(a, b *int32, src *uint16, stride, w int, p *sgrScale)

//go:noescape
func sgrCoef3(a, b *int32, src *uint16, stride, w int, p *sgrScale)

//go:noescape
func sgrBox5(flt, a, b *int32, src *uint16, stride, w, h int)

//go:noescape
func sgrBox3(flt, a, b *int32, src *uint16, stride, w, h int)

//go:noescape
func sgrMix(dst *uint16, dstStride int, src *uint16, stride int, flt0, flt1 *int32, w0, w2, w, h int, maxV uint16)

//go:noescape
func sgrSums(sums *[5]int64, flt0, flt1 *int32, src *uint16, stride int, want *uint16, wantStride, w, h int)

// fits tells that rows read in whole multiples of n stay inside of a slice.
func fits(length, stride, w, h, n int) bool { return (h-1)*stride+(w+n-1)&^(n-1) <= length }

// wienerBias centres the intermediate samples, -8192..24575.
const wienerBias = 8192

// wienerInner returns the pass whose result is intermediate.
func wienerInner(filter *[8]int16, bitDepth int) wienerPass {
	round, _ := wienerRound(bitDepth)
	least := -1 << (bitDepth + 7 - round - 1)
	return wienerPass{
		taps: [4]int16(filter[:4]), round: 1 << (round - 1), shift: uint64(round),
		least: int16(least), great: int16(1<<(bitDepth+8-round) - 1 + least),
	}
}

func wienerHAVX2(dst []int16, dstStride int, src []uint16, stride, w, h int, filter *[8]int16, bitDepth int) {
	if !fits(len(src)-6, stride, w, h, 16) {
		wienerH(dst, dstStride, src, stride, w, h, filter, bitDepth)
		return
	}
	_ = dst[(h-1)*dstStride+w-1]
	p := wienerInner(filter, bitDepth)
	wienerFIR((*uint16)(unsafe.Pointer(&dst[0])), 2*dstStride, &src[0], 2*stride, w, h, 2, &p)
}

func wienerMidVAVX2(dst []int16, dstStride int, src []uint16, stride, w, h int, filter *[8]int16, bitDepth int) {
	if !fits(len(src), stride, w, h+6, 16) {
		wienerMidV(dst, dstStride, src, stride, w, h, filter, bitDepth)
		return
	}
	_ = dst[(h-1)*dstStride+w-1]
	p := wienerInner(filter, bitDepth)
	wienerFIR((*uint16)(unsafe.Pointer(&dst[0])), 2*dstStride, &src[0], 2*stride, w, h, 2*stride, &p)
}

func wienerVAVX2(dst []uint16, dstStride int, src []int16, stride, w, h int, filter *[8]int16, bitDepth int) {
	if !fits(len(src), stride, w, h+6, 16) {
		wienerV(dst, dstStride, src, stride, w, h, filter, bitDepth)
		return
	}
	_ = dst[(h-1)*dstStride+w-1]
	_, round := wienerRound(bitDepth)
	p := wienerPass{
		taps: [4]int16(filter[:4]), bias2: 2 * wienerBias, bias: wienerBias, round: 128*wienerBias + 1<<(round-1), shift: uint64(round),
		least: 0, great: 1<<bitDepth - 1,
	}
	wienerFIR(&dst[0], 2*dstStride, (*uint16)(unsafe.Pointer(&src[0])), 2*stride, w, h, 2*stride, &p)
}

func wienerStatsAVX2(sums *[9]int64, src []int16, step, stride int, want []uint16, wantStride, w, h, shift int) {
	if !fits(len(src)-6*step, stride, w, h, 8) || !fits(len(want), wantStride, w, h, 8) {
		wienerStats(sums, src, step, stride, want, wantStride, w, h, shift)
		return
	}
	wienerSums(sums, &src[0], 2*step, 2*stride, &want[0], 2*wantStride, w, h, uint64(shift))
}

func sgrCoefAVX2(a, b []int32, src []uint16, stride, w, h, step, r int, s uint32, bitDepth int) {
	if !fits(len(src), stride, 2-r+(w+2+2*r+7)&^7, h+4+r, 1) {
		sgrCoef(a, b, src, stride, w, h, step, r, s, bitDepth)
		return
	}
	n := uint32((2*r + 1) * (2*r + 1))
	shift := uint(bitDepth - 8)
	p := sgrScale{
		shift: uint64(shift), shift2: uint64(2 * shift), half: 1 << shift >> 1, halfSq: 1 << (2 * shift) >> 1,
		n: n, s: s, oneOverN: (1<<12 + n/2) / n,
	}
	for i := -1; i <= h; i += step {
		rowA, rowB := a[(i+1)*SgrStride:][:w+2], b[(i+1)*SgrStride:][:w+2]
		if r == 2 {
			sgrCoef5(&rowA[0], &rowB[0], &src[(i+1)*stride], 2*stride, w+2, &p)
		} else {
			sgrCoef3(&rowA[0], &rowB[0], &src[(i+2)*stride+1], 2*stride, w+2, &p)
		}
	}
}

func sgrFilter5AVX2(flt []int32, a, b []int32, src []uint16, stride, w, h int) {
	rows := h + 2&^1 // of a and b
	if !fits(len(a)-2, SgrStride, w, rows, 8) || !fits(len(b)-2, SgrStride, w, rows, 8) || !fits(len(src), stride, w, h, 8) {
		sgrFilter5(flt, a, b, src, stride, w, h)
		return
	}
	_ = flt[w*h-1]
	sgrBox5(&flt[0], &a[0], &b[0], &src[0], 2*stride, w, h)
}

func sgrFilter3AVX2(flt []int32, a, b []int32, src []uint16, stride, w, h int) {
	if !fits(len(a)-2, SgrStride, w, h+2, 8) || !fits(len(b)-2, SgrStride, w, h+2, 8) || !fits(len(src), stride, w, h, 8) {
		sgrFilter3(flt, a, b, src, stride, w, h)
		return
	}
	_ = flt[w*h-1]
	sgrBox3(&flt[0], &a[0], &b[0], &src[0], 2*stride, w, h)
}

func sgrBlendAVX2(dst []uint16, dstStride int, src []uint16, stride int, flt0, flt1 []int32, w0, w2, w, h, bitDepth int) {
	if !fits(len(flt0), w, w, h, 8) || !fits(len(flt1), w, w, h, 8) || !fits(len(src), stride, w, h, 8) {
		sgrBlend(dst, dstStride, src, stride, flt0, flt1, w0, w2, w, h, bitDepth)
		return
	}
	_ = dst[(h-1)*dstStride+w-1]
	sgrMix(&dst[0], 2*dstStride, &src[0], 2*stride, &flt0[0], &flt1[0], w0, w2, w, h, 1<<bitDepth-1)
}

func sgrStatsAVX2(sums *[5]int64, flt0, flt1 []int32, src []uint16, stride int, want []uint16, wantStride, w, h int) {
	if !fits(len(flt0), w, w, h, 8) || !fits(len(flt1), w, w, h, 8) || !fits(len(src), stride, w, h, 8) || !fits(len(want), wantStride, w, h, 8) {
		sgrStats(sums, flt0, flt1, src, stride, want, wantStride, w, h)
		return
	}
	sgrSums(sums, &flt0[0], &flt1[0], &src[0], 2*stride, &want[0], 2*wantStride, w, h)
}
