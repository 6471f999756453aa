package simd

// DeblockLimits are the thresholds of one filter level (section 7.14.4), scaled to
// the bit depth: what the filter mask process compares sample differences with.
type DeblockLimits struct {
	Blimit uint16 // blimit << (BitDepth - 8)
	Limit  uint16 // limit << (BitDepth - 8)
	Thresh uint16 // thresh << (BitDepth - 8)
	Flat   uint16 // 1 << (BitDepth - 8)
	Max    uint16 // (1 << BitDepth) - 1
}

// DeblockKernel filters n samples along one edge (section 7.14.6). pix[off] is the
// first sample behind the edge (q0), stride the distance between rows; n is a
// multiple of 4. At most 7 samples before and after the edge are read.
type DeblockKernel func(pix []uint16, off, stride, n int, lim *DeblockLimits)

// Filter lengths: indexes of Deblock.Vert and Deblock.Horz.
const (
	Deblock4  = iota // filterSize 4
	Deblock6         // chroma, filterSize 8
	Deblock8         // luma, filterSize 8
	Deblock14        // luma, filterSize 16
	DeblockLengths
)

// Deblock holds the kernels of the deblocking filter: Vert filters across vertical
// edges (n counts rows), Horz across horizontal edges (n counts columns).
var Deblock = struct {
	Vert, Horz [DeblockLengths]DeblockKernel
}{
	Vert: [DeblockLengths]DeblockKernel{deblockVert4, deblockVert6, deblockVert8, deblockVert14},
	Horz: [DeblockLengths]DeblockKernel{deblockHorz4, deblockHorz6, deblockHorz8, deblockHorz14},
}

func deblockVert4(pix []uint16, off, stride, n int, lim *DeblockLimits) {
	deblock4(pix, off, 1, stride, n, lim)
}

func deblockVert6(pix []uint16, off, stride, n int, lim *DeblockLimits) {
	deblock6(pix, off, 1, stride, n, lim)
}

func deblockVert8(pix []uint16, off, stride, n int, lim *DeblockLimits) {
	deblock8(pix, off, 1, stride, n, lim)
}

func deblockVert14(pix []uint16, off, stride, n int, lim *DeblockLimits) {
	deblock14(pix, off, 1, stride, n, lim)
}

func deblockHorz4(pix []uint16, off, stride, n int, lim *DeblockLimits) {
	deblock4(pix, off, stride, 1, n, lim)
}

func deblockHorz6(pix []uint16, off, stride, n int, lim *DeblockLimits) {
	deblock6(pix, off, stride, 1, n, lim)
}

func deblockHorz8(pix []uint16, off, stride, n int, lim *DeblockLimits) {
	deblock8(pix, off, stride, 1, n, lim)
}

func deblockHorz14(pix []uint16, off, stride, n int, lim *DeblockLimits) {
	deblock14(pix, off, stride, 1, n, lim)
}

// deblock4 filters with filterSize 4. across is the step over the edge, along the
// step to the next sample of the edge; so it is in the functions below.
func deblock4(pix []uint16, off, across, along, n int, lim *DeblockLimits) {
	limit, blimit := int32(lim.Limit), int32(lim.Blimit)
	for ; n > 0; n, off = n-1, off+along {
		p1, p0 := int32(pix[off-2*across]), int32(pix[off-across])
		q0, q1 := int32(pix[off]), int32(pix[off+across])
		if lfDiff(p1, p0) > limit || lfDiff(q1, q0) > limit ||
			lfDiff(p0, q0)*2+lfDiff(p1, q1)>>1 > blimit {
			continue
		}
		deblockNarrow(pix, off, across, p1, p0, q0, q1, lim)
	}
}

// deblock6 filters chroma with filterSize 8.
func deblock6(pix []uint16, off, across, along, n int, lim *DeblockLimits) {
	limit, blimit, flat := int32(lim.Limit), int32(lim.Blimit), int32(lim.Flat)
	for ; n > 0; n, off = n-1, off+along {
		p2, p1, p0 := int32(pix[off-3*across]), int32(pix[off-2*across]), int32(pix[off-across])
		q0, q1, q2 := int32(pix[off]), int32(pix[off+across]), int32(pix[off+2*across])
		if lfDiff(p1, p0) > limit || lfDiff(q1, q0) > limit ||
			lfDiff(p2, p1) > limit || lfDiff(q2, q1) > limit ||
			lfDiff(p0, q0)*2+lfDiff(p1, q1)>>1 > blimit {
			continue
		}
		if lfDiff(p1, p0) > flat || lfDiff(q1, q0) > flat || lfDiff(p2, p0) > flat || lfDiff(q2, q0) > flat {
			deblockNarrow(pix, off, across, p1, p0, q0, q1, lim)
			continue
		}
		pix[off-2*across] = uint16((3*p2 + 2*p1 + 2*p0 + q0 + 4) >> 3)
		pix[off-across] = uint16((p2 + 2*p1 + 2*p0 + 2*q0 + q1 + 4) >> 3)
		pix[off] = uint16((p1 + 2*p0 + 2*q0 + 2*q1 + q2 + 4) >> 3)
		pix[off+across] = uint16((p0 + 2*q0 + 2*q1 + 3*q2 + 4) >> 3)
	}
}

// deblock8 filters luma with filterSize 8.
func deblock8(pix []uint16, off, across, along, n int, lim *DeblockLimits) {
	limit, blimit := int32(lim.Limit), int32(lim.Blimit)
	for ; n > 0; n, off = n-1, off+along {
		p3, p2, p1, p0 := int32(pix[off-4*across]), int32(pix[off-3*across]), int32(pix[off-2*across]), int32(pix[off-across])
		q0, q1, q2, q3 := int32(pix[off]), int32(pix[off+across]), int32(pix[off+2*across]), int32(pix[off+3*across])
		if deblockMasked(p3, p2, p1, p0, q0, q1, q2, q3, limit, blimit) {
			continue
		}
		if !isFlat(p3, p2, p1, p0, q0, q1, q2, q3, int32(lim.Flat)) {
			deblockNarrow(pix, off, across, p1, p0, q0, q1, lim)
			continue
		}
		deblockWide8(pix, off, across, p3, p2, p1, p0, q0, q1, q2, q3)
	}
}

// deblock14 filters luma with filterSize 16.
func deblock14(pix []uint16, off, across, along, n int, lim *DeblockLimits) {
	limit, blimit, flat := int32(lim.Limit), int32(lim.Blimit), int32(lim.Flat)
	for ; n > 0; n, off = n-1, off+along {
		p3, p2, p1, p0 := int32(pix[off-4*across]), int32(pix[off-3*across]), int32(pix[off-2*across]), int32(pix[off-across])
		q0, q1, q2, q3 := int32(pix[off]), int32(pix[off+across]), int32(pix[off+2*across]), int32(pix[off+3*across])
		if deblockMasked(p3, p2, p1, p0, q0, q1, q2, q3, limit, blimit) {
			continue
		}
		if !isFlat(p3, p2, p1, p0, q0, q1, q2, q3, flat) {
			deblockNarrow(pix, off, across, p1, p0, q0, q1, lim)
			continue
		}
		p6, p5, p4 := int32(pix[off-7*across]), int32(pix[off-6*across]), int32(pix[off-5*across])
		q4, q5, q6 := int32(pix[off+4*across]), int32(pix[off+5*across]), int32(pix[off+6*across])
		if !isFlat(p6, p5, p4, p0, q0, q4, q5, q6, flat) {
			deblockWide8(pix, off, across, p3, p2, p1, p0, q0, q1, q2, q3)
			continue
		}
		// Thirteen taps, 1 1 1 1 1 2 2 2 1 1 1 1 1, as a window that slides over p6..q6
		// with both ends repeated.
		pix[off-6*across] = uint16((7*p6 + 2*p5 + 2*p4 + p3 + p2 + p1 + p0 + q0 + 8) >> 4)
		pix[off-5*across] = uint16((5*p6 + 2*p5 + 2*p4 + 2*p3 + p2 + p1 + p0 + q0 + q1 + 8) >> 4)
		pix[off-4*across] = uint16((4*p6 + p5 + 2*p4 + 2*p3 + 2*p2 + p1 + p0 + q0 + q1 + q2 + 8) >> 4)
		pix[off-3*across] = uint16((3*p6 + p5 + p4 + 2*p3 + 2*p2 + 2*p1 + p0 + q0 + q1 + q2 + q3 + 8) >> 4)
		pix[off-2*across] = uint16((2*p6 + p5 + p4 + p3 + 2*p2 + 2*p1 + 2*p0 + q0 + q1 + q2 + q3 + q4 + 8) >> 4)
		pix[off-across] = uint16((p6 + p5 + p4 + p3 + p2 + 2*p1 + 2*p0 + 2*q0 + q1 + q2 + q3 + q4 + q5 + 8) >> 4)
		pix[off] = uint16((p5 + p4 + p3 + p2 + p1 + 2*p0 + 2*q0 + 2*q1 + q2 + q3 + q4 + q5 + q6 + 8) >> 4)
		pix[off+across] = uint16((p4 + p3 + p2 + p1 + p0 + 2*q0 + 2*q1 + 2*q2 + q3 + q4 + q5 + 2*q6 + 8) >> 4)
		pix[off+2*across] = uint16((p3 + p2 + p1 + p0 + q0 + 2*q1 + 2*q2 + 2*q3 + q4 + q5 + 3*q6 + 8) >> 4)
		pix[off+3*across] = uint16((p2 + p1 + p0 + q0 + q1 + 2*q2 + 2*q3 + 2*q4 + q5 + 4*q6 + 8) >> 4)
		pix[off+4*across] = uint16((p1 + p0 + q0 + q1 + q2 + 2*q3 + 2*q4 + 2*q5 + 5*q6 + 8) >> 4)
		pix[off+5*across] = uint16((p0 + q0 + q1 + q2 + q3 + 2*q4 + 2*q5 + 7*q6 + 8) >> 4)
	}
}

// deblockMasked tells that filterMask is 0 for filterLen >= 8: the edge is real.
func deblockMasked(p3, p2, p1, p0, q0, q1, q2, q3, limit, blimit int32) bool {
	return lfDiff(p1, p0) > limit || lfDiff(q1, q0) > limit ||
		lfDiff(p2, p1) > limit || lfDiff(q2, q1) > limit ||
		lfDiff(p3, p2) > limit || lfDiff(q3, q2) > limit ||
		lfDiff(p0, q0)*2+lfDiff(p1, q1)>>1 > blimit
}

// isFlat tells that three samples of each side differ from p0 or q0 by at most flat.
func isFlat(p3, p2, p1, p0, q0, q1, q2, q3, flat int32) bool {
	return lfDiff(p1, p0) <= flat && lfDiff(q1, q0) <= flat &&
		lfDiff(p2, p0) <= flat && lfDiff(q2, q0) <= flat &&
		lfDiff(p3, p0) <= flat && lfDiff(q3, q0) <= flat
}

// deblockWide8 is the wide filter with log2Size 3 for luma (section 7.14.6.4).
func deblockWide8(pix []uint16, off, across int, p3, p2, p1, p0, q0, q1, q2, q3 int32) {
	pix[off-3*across] = uint16((3*p3 + 2*p2 + p1 + p0 + q0 + 4) >> 3)
	pix[off-2*across] = uint16((2*p3 + p2 + 2*p1 + p0 + q0 + q1 + 4) >> 3)
	pix[off-across] = uint16((p3 + p2 + p1 + 2*p0 + q0 + q1 + q2 + 4) >> 3)
	pix[off] = uint16((p2 + p1 + p0 + 2*q0 + q1 + q2 + q3 + 4) >> 3)
	pix[off+across] = uint16((p1 + p0 + q0 + 2*q1 + q2 + 2*q3 + 4) >> 3)
	pix[off+2*across] = uint16((p0 + q0 + q1 + 2*q2 + 3*q3 + 4) >> 3)
}

// deblockNarrow is the narrow filter (section 7.14.6.3). The specification centres
// samples on zero first; that only moves the bounds of the clamps.
func deblockNarrow(pix []uint16, off, across int, p1, p0, q0, q1 int32, lim *DeblockLimits) {
	top := int32(lim.Max)
	hi := top >> 1
	lo := -hi - 1
	thresh := int32(lim.Thresh)
	hev := lfDiff(p1, p0) > thresh || lfDiff(q1, q0) > thresh
	var f int32
	if hev {
		f = lfClip3(p1-q1, lo, hi)
	}
	f = lfClip3(f+3*(q0-p0), lo, hi)
	f1 := min(f+4, hi) >> 3
	f2 := min(f+3, hi) >> 3
	pix[off] = uint16(lfClip3(q0-f1, 0, top))
	pix[off-across] = uint16(lfClip3(p0+f2, 0, top))
	if !hev {
		f = (f1 + 1) >> 1
		pix[off+across] = uint16(lfClip3(q1-f, 0, top))
		pix[off-2*across] = uint16(lfClip3(p1+f, 0, top))
	}
}

func lfDiff(a, b int32) int32 { return max(a-b, b-a) }

func lfClip3(v, lo, hi int32) int32 { return max(lo, min(v, hi)) }
