package predict

import (
	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/frame"
	"github.com/grav1e/grav1e/internal/simd"
)

// reach is how far outside the picture a block may start or end: the padding less the
// taps of the filter, rounded up.
const reach = frame.Pad - 8

// MVRange returns the motion vectors with which a luma block of w x h at luma sample
// x, y stays inside the padding of a reference of width x height samples, taps included; chroma
// is covered by luma. It also respects the values a motion vector may take (section 6.10.26, |component| < 2^14).
// Candidates of motion vector prediction are clamped by section 7.10.2.14 and
// always in range, so only new motion vectors need the check.
func MVRange(x, y, w, h, width, height int) (lo, hi av1.MV) {
	const limit = 1<<14 - 1
	bound := func(pos, size, pictureSize int) (int16, int16) {
		low := max(-limit, -8*(pos+reach))
		high := min(limit, 8*(pictureSize+reach-size-pos))
		return int16(low), int16(high)
	}
	lo.Col, hi.Col = bound(x, w, width)
	lo.Row, hi.Row = bound(y, h, height)
	return lo, hi
}

// ClampMV clamps mv to what MVRange returned.
func ClampMV(mv, lo, hi av1.MV) av1.MV {
	return av1.MV{Row: max(lo.Row, min(mv.Row, hi.Row)), Col: max(lo.Col, min(mv.Col, hi.Col))}
}

// PredictInter writes the single prediction (section 7.11.3) of the w x h block at
// sample x, y of the plane to dst. subX and subY are 0 for luma, the format's for chroma. filter is
// interp_filter, [0] vertical, [1] horizontal. The block moved by mv must lie within ref's padding: see MVRange.
func (s *Scratch) PredictInter(dst []uint16, dstStride int, ref *frame.Plane, x, y, w, h int, mv av1.MV, subX, subY int, filter [2]uint8, bitDepth int) {
	src, fx, fy := locate(ref, x, y, w, h, mv, subX, subY, filter)
	simd.MC.Put8Tap(dst, dstStride, src, ref.Stride, w, h, fx, fy, bitDepth, &s.tmp)
}

// PredictCompound writes the average of two predictions (COMPOUND_AVERAGE, section 7.11.3.1); otherwise as PredictInter.
func (s *Scratch) PredictCompound(dst []uint16, dstStride int, ref [2]*frame.Plane, x, y, w, h int, mv [2]av1.MV, subX, subY int, filter [2]uint8, bitDepth int) {
	s.PrepareCompound(0, ref[0], x, y, w, h, mv[0], subX, subY, filter, bitDepth)
	s.PrepareCompound(1, ref[1], x, y, w, h, mv[1], subX, subY, filter, bitDepth)
	s.FinishCompound(dst, dstStride, w, h, bitDepth)
}

// PrepareCompound computes one half (list 0 or 1) of a compound prediction and keeps it, so that a
// search may replace the other half only.
func (s *Scratch) PrepareCompound(list int, ref *frame.Plane, x, y, w, h int, mv av1.MV, subX, subY int, filter [2]uint8, bitDepth int) {
	src, fx, fy := locate(ref, x, y, w, h, mv, subX, subY, filter)
	simd.MC.Prep8Tap(s.prep[list][:w*h], src, ref.Stride, w, h, fx, fy, bitDepth, &s.tmp)
}

// FinishCompound averages the two halves kept by PrepareCompound into dst.
func (s *Scratch) FinishCompound(dst []uint16, dstStride, w, h, bitDepth int) {
	simd.MC.Avg(dst, dstStride, s.prep[0][:w*h], s.prep[1][:w*h], w, h, bitDepth)
}

// locate is the motion vector scaling process (section 7.11.3.3) for a reference of the same size, where it leaves
// positions in 1/16 sample, and the selection of filters of section 7.11.3.4. src
// starts at the block's first tap.
func locate(ref *frame.Plane, x, y, w, h int, mv av1.MV, subX, subY int, filter [2]uint8) (src []uint16, fx, fy *[8]int16) {
	posX := x<<4 + 2*int(mv.Col)>>subX
	posY := y<<4 + 2*int(mv.Row)>>subY
	if f := posX & 15; f != 0 {
		fx = &av1.SubpelFilters[filterForSide(filter[1], w)][f]
	}
	if f := posY & 15; f != 0 {
		fy = &av1.SubpelFilters[filterForSide(filter[0], h)][f]
	}
	return ref.At(posX>>4-simd.MCMargin, posY>>4-simd.MCMargin), fx, fy
}

// filterForSide is the row of SubpelFilters for an interp_filter along a side of n samples.
func filterForSide(filter uint8, n int) uint8 {
	if n > 4 {
		return filter
	}
	return [4]uint8{4, 5, 4, 3}[filter]
}
