package simd

// DeblockSharpness is what the thresholds of section 7.14.4 depend on besides the level.
type DeblockSharpness struct {
	Shift uint64 // limit is level >> Shift, within 1..Cap
	Scale uint64 // BitDepth - 8
	Cap   uint16
	Max   uint16 // (1 << BitDepth) - 1
}

// NewDeblockSharpness returns the values for loop_filter_sharpness, 0..7.
func NewDeblockSharpness(sharpness uint8, bitDepth int) DeblockSharpness {
	s := DeblockSharpness{Scale: uint64(bitDepth - 8), Cap: 63, Max: 1<<bitDepth - 1}
	if sharpness > 0 {
		s.Shift, s.Cap = 1, uint16(9-sharpness)
	}
	if sharpness > 4 {
		s.Shift = 2
	}
	return s
}

// deblockLimits are the thresholds of one level, scaled to the bit depth.
type deblockLimits struct {
	blimit, limit, thresh int32
	flat                  int32 // 1 << (BitDepth - 8)
	max                   int32
}

func (s *DeblockSharpness) limits(level uint8) deblockLimits {
	limit := max(min(int32(level)>>s.Shift, int32(s.Cap)), 1)
	return deblockLimits{
		blimit: (2*(int32(level)+2) + limit) << s.Scale,
		limit:  limit << s.Scale,
		thresh: int32(level) >> 4 << s.Scale,
		flat:   1 << s.Scale,
		max:    int32(s.Max),
	}
}

// DeblockKernel filters the samples along one line of edges (section 7.14.6), four for each byte of edges: 0 for
// no edge, else filter length << 6 | level (1..63). pix[off] is the first sample behind the first edge (q0), stride the
// distance between rows; the number of edges is a multiple of 4. At most 8 samples before and after the edges are read.
type DeblockKernel func(pix []uint16, off, stride int, edges []uint8, s *DeblockSharpness)

// Filter lengths in edge bytes.
const (
	Deblock4  = 0 // filterSize 4
	Deblock6  = 1 // chroma, filterSize 8
	Deblock8  = 2 // luma, filterSize 8
	Deblock14 = 3 // luma, filterSize 16
)

// Deblock holds the kernels of the deblocking filter, for luma and for chroma: Vert filters across vertical
// edges, from top to bottom, Horz across horizontal ones.
var Deblock = struct {
	Vert, Horz [2]DeblockKernel
}{
	Vert: [2]DeblockKernel{deblockVert, deblockVert},
	Horz: [2]DeblockKernel{deblockHorz, deblockHorz},
}

func deblockVert(pix []uint16, off, stride int, edges []uint8, s *DeblockSharpness) {
	deblockEdges(pix, off, 1, stride, edges, s)
}

func deblockHorz(pix []uint16, off, stride int, edges []uint8, s *DeblockSharpness) {
	deblockEdges(pix, off, stride, 1, edges, s)
}

// deblockEdges filters equal edges at once.
func deblockEdges(pix []uint16, off, across, along int, edges []uint8, s *DeblockSharpness) {
	for i := 0; i < len(edges); {
		e, start := edges[i], i
		for i++; i < len(edges) && edges[i] == e; i++ {
		}
		if e == 0 {
			continue
		}
		lim := s.limits(e & 63)
		at, n := off+4*start*along, 4*(i-start)
		switch e >> 6 {
		case Deblock4:
			deblock4(pix, at, across, along, n, &lim)
		case Deblock6:
			deblock6(pix, at, across, along, n, &lim)
		case Deblock8:
			deblock8(pix, at, across, along, n, &lim)
		case Deblock14:
			deblock14(pix, at, across, along, n, &lim)
		}
	}
}

// deblock4 filters with filterSize 4. across is the step over the edge, along the
// step to the next sample of the edge; so it is in the functions below.
func deblock4(pix []uint16, off, across, along, n int, lim *deblockLimits) {
	limit, blimit := lim.limit, lim.blimit
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
func deblock6(pix []uint16, off, across, along, n int, lim *deblockLimits) {
	limit, blimit, flat := lim.limit, lim.blimit, lim.flat
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
func deblock8(pix []uint16, off, across, along, n int, lim *deblockLimits) {
	limit, blimit := lim.limit, lim.blimit
	for ; n > 0; n, off = n-1, off+along {
		p3, p2, p1, p0 := int32(pix[off-4*across]), int32(pix[off-3*across]), int32(pix[off-2*across]), int32(pix[off-across])
		q0, q1, q2, q3 := int32(pix[off]), int32(pix[off+across]), int32(pix[off+2*across]), int32(pix[off+3*across])
		if deblockMasked(p3, p2, p1, p0, q0, q1, q2, q3, limit, blimit) {
			continue
		}
		if !isFlat(p3, p2, p1, p0, q0, q1, q2, q3, lim.flat) {
			deblockNarrow(pix, off, across, p1, p0, q0, q1, lim)
			continue
		}
		deblockWide8(pix, off, across, p3, p2, p1, p0, q0, q1, q2, q3)
	}
}

// deblock14 filters luma with filterSize 16.
func deblock14(pix []uint16, off, across, along, n int, lim *deblockLimits) {
	limit, blimit, flat := lim.limit, lim.blimit, lim.flat
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
func deblockNarrow(pix []uint16, off, across int, p1, p0, q0, q1 int32, lim *deblockLimits) {
	top := lim.max
	hi := top >> 1
	lo := -hi - 1
	thresh := lim.thresh
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
