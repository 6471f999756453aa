// Package motion finds motion: exhaustive and hierarchical search on source
// pictures, once for all block sizes, and refinement of single blocks against
// reconstructed pictures.
package motion

import (
	"github.com/grav1e/grav1e/internal/frame"
	"github.com/grav1e/grav1e/internal/simd"
)

// Levels of a pyramid: full size, half and a quarter of it in both directions.
const Levels = 3

// levelPad is the padding of each level: a 64x64 block may lie outside the picture
// with 16 samples between them, and kernels look at up to 8 positions more.
var levelPad = [Levels]int{96, 64, 48}

// Level is one plane of a pyramid, padded by repeating its border. Sample (x, y) is
// Data[Origin + y*Stride + x].
type Level struct {
	Data          []uint8
	Origin        int
	Stride        int
	Width, Height int
}

// At returns the slice that starts at sample (x, y) and runs to the end of the plane.
func (l *Level) At(x, y int) []uint8 { return l.Data[l.Origin+y*l.Stride+x:] }

// Pyramid is the luma of a picture at 8 bits in several sizes, what motion search on
// source pictures works with. Level i is scaled by 1 >> i in both directions, sizes rounded up.
type Pyramid struct {
	Level [Levels]Level
}

// levelSize returns the geometry of a level of a w x h picture.
func levelSize(i, w, h int) (lw, lh, stride, bytes int) {
	lw, lh = (w+1<<i-1)>>i, (h+1<<i-1)>>i
	pad := levelPad[i]
	// A picture is searched in whole 64x64 blocks.
	block := 64 >> i
	aw, ah := (lw+block-1)&^(block-1), (lh+block-1)&^(block-1)
	stride = (aw + 2*pad + 31) &^ 31
	return lw, lh, stride, stride*(ah+2*pad) + 64
}

// PyramidSize is the number of bytes a pyramid of a w x h picture needs.
func PyramidSize(w, h int) (bytes int) {
	for i := range Levels {
		_, _, _, n := levelSize(i, w, h)
		bytes += n
	}
	return bytes
}

// NewPyramid lays a pyramid of a w x h picture over data, which must hold PyramidSize bytes.
func NewPyramid(data []uint8, w, h int) (p Pyramid) {
	for i := range Levels {
		lw, lh, stride, n := levelSize(i, w, h)
		p.Level[i] = Level{Data: data[:n:n], Origin: levelPad[i]*stride + levelPad[i], Stride: stride, Width: lw, Height: lh}
		data = data[n:]
	}
	return p
}

// Build fills the pyramid from luma samples of the given bit depth.
func (p *Pyramid) Build(luma *frame.PackedPlane, bitDepth int) {
	p.BuildRows(luma, bitDepth, 0, luma.Height)
}

// BuildRows fills what depends on the luma rows y0 up to y1, both multiples of 4
// (y1 may be the height instead). Such ranges may be built in parallel.
func (p *Pyramid) BuildRows(luma *frame.PackedPlane, bitDepth, y0, y1 int) {
	full := &p.Level[0]
	for y := y0; y < y1; y++ {
		if row := full.At(0, y)[:full.Width]; luma.Bytes != nil {
			copy(row, luma.Bytes[y*luma.Stride:])
		} else {
			simd.ME.Narrow(row, luma.Words[y*luma.Stride:], uint(bitDepth-8))
		}
	}
	full.extend(y0, y1, levelPad[0])
	for i := 1; i < Levels; i++ {
		from, to := &p.Level[i-1], &p.Level[i]
		y0, y1 = y0>>1, (y1+1)>>1
		for y := y0; y < y1; y++ {
			// Odd sizes take the last column or row twice: it is in the padding.
			simd.ME.Halve(to.At(0, y), from.At(0, 2*y), from.At(0, 2*y+1), to.Width)
		}
		to.extend(y0, y1, levelPad[i])
	}
}

// extend fills the padding next to the rows y0 up to y1.
func (l *Level) extend(y0, y1, pad int) {
	simd.Ingest.Border8(l.At(-pad, y0), l.Stride, pad, l.Width, l.Stride-pad-l.Width, y1-y0)
	if y0 == 0 {
		top := l.line(0, pad)
		for y := -pad; y < 0; y++ {
			copy(l.line(y, pad), top)
		}
	}
	if y1 == l.Height {
		bottom := l.line(l.Height-1, pad)
		// The tail of 64 bytes is no full line.
		for y := l.Height; l.Origin+y*l.Stride-pad+l.Stride <= len(l.Data); y++ {
			copy(l.line(y, pad), bottom)
		}
	}
}

// line is the whole padded row y.
func (l *Level) line(y, pad int) []uint8 {
	o := l.Origin + y*l.Stride - pad
	return l.Data[o : o+l.Stride]
}
