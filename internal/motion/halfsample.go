package motion

import (
	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/frame"
	"github.com/grav1e/grav1e/internal/simd"
)

// HalfSample is a reconstructed luma plane at 8 bits with its interpolations at half
// samples (EIGHTTAP): as it is, half a sample to the right, half below, and both. What
// a block predicted at a quarter sample would look like is the average of two of them,
// near enough to rank vectors.
type HalfSample struct {
	Plane [4]Level
}

// halfPad is the padding of the planes: a 64x64 block may lie beside the picture, where
// all samples of a row are the same, with halfGap samples between them.
const (
	halfGap = 8
	halfPad = 64 + 2*halfGap
)

// halfBand is the height of the bands BuildRows works in, and the side of its tiles.
const halfBand = simd.HalfBand

// HalfScratch is the working memory of BuildRows.
type HalfScratch struct {
	half [simd.HalfTmpLen]int16
	out  [halfBand * halfBand]uint16
	tmp  [simd.MCTmpLen]int16
	dst  [4][]uint8
}

func halfSize(w, h int) (stride, bytes int) {
	stride = ((w+63)&^63 + 2*halfPad + 31) &^ 31
	return stride, stride*(h+2*halfPad) + 64
}

// HalfSampleSize is the number of bytes the planes of a w x h picture need.
func HalfSampleSize(w, h int) int {
	_, n := halfSize(w, h)
	return 4 * n
}

// NewHalfSample lays the planes over data, which must hold HalfSampleSize bytes.
func NewHalfSample(data []uint8, w, h int) (s HalfSample) {
	stride, n := halfSize(w, h)
	for i := range s.Plane {
		s.Plane[i] = Level{Data: data[i*n : (i+1)*n : (i+1)*n], Origin: halfPad*stride + halfPad, Stride: stride, Width: w, Height: h}
	}
	return s
}

// BuildRows fills the rows y0 up to y1 (y0 a multiple of 64; y1 too, or the height)
// from luma, whose borders are extended. Ranges may be built in parallel.
func (s *HalfSample) BuildRows(luma *frame.Plane, bitDepth, y0, y1 int, scratch *HalfScratch) {
	for y := y0; y < y1; y += halfBand {
		for x := 0; x < luma.Width; x += halfBand {
			for i := range s.Plane {
				scratch.dst[i] = s.Plane[i].At(x, y)
			}
			src, h := luma.At(x-simd.MCMargin, y-simd.MCMargin), min(halfBand, y1-y)
			if bitDepth == 8 {
				simd.HalfSample.Planes(&scratch.dst, s.Plane[0].Stride, src, luma.Stride, halfBand, h, &scratch.half)
			} else {
				s.buildTile(src, luma.Stride, bitDepth, h, scratch)
			}
		}
	}
	for i := range s.Plane {
		s.Plane[i].extend(y0, y1, halfPad)
	}
}

// buildTile interpolates h rows of samples of more than 8 bits into scratch.dst.
func (s *HalfSample) buildTile(src []uint16, srcStride, bitDepth, h int, scratch *HalfScratch) {
	half := &av1.SubpelFilters[av1.EightTap][8]
	filters := [4][2]*[8]int16{1: {half, nil}, 2: {nil, half}, 3: {half, half}}
	for i, f := range filters {
		simd.MC.Put8Tap(scratch.out[:], halfBand, src, srcStride, halfBand, h, f[0], f[1], bitDepth, &scratch.tmp)
		for j := range h {
			simd.ME.Narrow(scratch.dst[i][j*s.Plane[i].Stride:][:halfBand], scratch.out[j*halfBand:], uint(bitDepth-8))
		}
	}
}

// nearest[i] are the planes whose average stands for the quarter sample position
// i = y*4 + x; the first is taken a row lower at y = 3, the second a column further at x = 3.
var nearest = [16][2]uint8{
	{0, 0}, {1, 0}, {1, 1}, {1, 0},
	{0, 2}, {1, 2}, {1, 3}, {1, 2},
	{2, 2}, {3, 2}, {3, 3}, {3, 2},
	{0, 2}, {1, 2}, {1, 3}, {1, 2},
}

// At returns the two planes whose average approximates the w x h block at luma
// sample x, y moved by mv, quarter samples rounded down, and their stride.
func (s *HalfSample) At(x, y, w, h int, mv av1.MV) (a, b []uint8, stride int) {
	p := &s.Plane[0]
	px, py := x+int(mv.Col)>>3, y+int(mv.Row)>>3
	px = min(max(px, -halfGap-w), p.Width+halfGap)
	py = min(max(py, -halfGap-h), p.Height+halfGap)
	fx, fy := int(mv.Col)>>1&3, int(mv.Row)>>1&3
	n := &nearest[fy*4+fx]
	ax, ay, bx, by := px, py, px, py
	if fy == 3 {
		ay++
	}
	if fx == 3 {
		bx++
	}
	return s.Plane[n[0]].At(ax, ay), s.Plane[n[1]].At(bx, by), p.Stride
}
