// Package frame holds pictures and per-frame records: padded planes, the mode
// info grid, and the arena all of it is cut from.
package frame

import "github.com/grav1e/grav1e/internal/simd"

// Pad is the number of samples around the luma plane of a reference picture on every
// side. It covers the farthest an inter block of up to 64x64 samples may reach (block
// size, filter taps, and the clamp of section 7.11.3.3), so that no kernel clamps
// a coordinate.
const Pad = 96

// blockAlign is the side of the largest block: pictures end at multiples of it.
const blockAlign = 64

// Border is the number of samples around the AllocW x AllocH samples of a plane.
type Border struct{ Left, Right, Top, Bottom int }

// borderOf returns the border of a plane of a w x h picture.
type borderOf func(w, h, subX, subY int) Border

// referenceBorder surrounds a plane that is predicted from; chroma planes need as
// much as their sampling leaves of Pad.
func referenceBorder(_, _, subX, subY int) Border {
	return Border{Pad >> subX, Pad >> subX, Pad >> subY, Pad >> subY}
}

// sourceBorder completes the last blocks.
func sourceBorder(w, h, subX, subY int) Border {
	right := (w + blockAlign - 1) &^ (blockAlign - 1) >> subX
	bottom := (h + blockAlign - 1) &^ (blockAlign - 1) >> subY
	return Border{Right: right - align8((w+subX)>>subX), Bottom: bottom - align8((h+subY)>>subY)}
}

// workBorder completes the last blocks, and has room for what filters and intra
// prediction look at around a block.
func workBorder(w, h, subX, subY int) Border {
	b := sourceBorder(w, h, subX, subY)
	return Border{Left: 32, Right: b.Right + 32, Top: 16, Bottom: b.Bottom + 16}
}

func align8(n int) int { return (n + 7) &^ 7 }

// Plane is one colour plane of 16-bit samples (8, 10 or 12 bit content alike),
// with a border on all sides. Sample (x, y) is Data[Origin + y*Stride + x];
// x and y may run into the border.
// Width and Height are the coded size; AllocW and AllocH, multiples of 8 ≥ Width,
// Height, are the size up to which blocks may be written by the decoder process.
type Plane struct {
	Data           []uint16
	Origin         int
	Stride         int
	Width, Height  int
	AllocW, AllocH int
	Border         Border
}

// Row returns the samples of row y from column x on, up to the end of the padded row.
func (p *Plane) Row(x, y int) []uint16 {
	o := p.Origin + y*p.Stride
	return p.Data[o+x : o+p.Stride-p.Border.Left]
}

// At returns the slice that starts at sample (x, y) and runs to the end of the plane,
// for kernels that take a base and a stride.
func (p *Plane) At(x, y int) []uint16 { return p.Data[p.Origin+y*p.Stride+x:] }

// lumaBorder is that of luma planes to predict from.
var lumaBorder = referenceBorder(0, 0, 0, 0)

// PlaneSize returns the number of samples a luma plane of w x h needs in a reference
// picture, and its stride.
func PlaneSize(w, h int) (samples, stride int) { return planeSize(w, h, lumaBorder) }

func planeSize(w, h int, b Border) (samples, stride int) {
	stride = (b.Left + align8(w) + b.Right + 31) &^ 31
	// The tail lets kernels read a few samples past the last row.
	return stride*(b.Top+align8(h)+b.Bottom) + 64, stride
}

// NewPlane lays a luma plane of w x h of a reference picture over data, which must
// hold PlaneSize samples.
func NewPlane(data []uint16, w, h int) Plane { return newPlane(data, w, h, lumaBorder) }

func newPlane(data []uint16, w, h int, b Border) Plane {
	_, stride := planeSize(w, h, b)
	return Plane{Data: data, Origin: b.Top*stride + b.Left, Stride: stride, Width: w, Height: h, AllocW: align8(w), AllocH: align8(h), Border: b}
}

// Extend replicates the picture's border samples into the padding (section 7.11.3.3's clamp),
// for the rows from y0 up to y1; the rows above and below the picture are filled when
// the range touches them.
func (p *Plane) Extend(y0, y1 int) {
	left := p.Border.Left
	simd.Ingest.Border16(p.At(-left, y0), p.Stride, left, p.Width, p.Stride-left-p.Width, y1-y0)
	if y0 == 0 {
		for y := 1; y <= p.Border.Top; y++ {
			copy(p.line(-y), p.line(0))
		}
	}
	if y1 == p.Height {
		for y := p.Height; y < p.AllocH+p.Border.Bottom; y++ {
			copy(p.line(y), p.line(p.Height-1))
		}
	}
}

// line is the whole padded row y.
func (p *Plane) line(y int) []uint16 {
	o := p.Origin + y*p.Stride - p.Border.Left
	return p.Data[o : o+p.Stride]
}

// Picture is a frame's planes: Planes[0] luma, [1] U, [2] V. NumPlanes is 1 for 4:0:0.
type Picture struct {
	Planes     [3]Plane
	NumPlanes  int
	SubX, SubY int // subsampling_x, subsampling_y
	BitDepth   int
}
