// Package frame holds pictures and per-frame records: padded planes, the mode
// info grid, and the arena all of it is cut from.
package frame

// Pad is the number of samples around a luma plane on every side. It covers the
// farthest an inter block may reach (block size + filter taps + the clamp of
// section 7.11.3.3), so that no kernel clamps a coordinate. Chroma planes use
// the same padding.
const Pad = 160

// Plane is one colour plane of 16-bit samples (8, 10 or 12 bit content alike),
// with Pad samples on all sides. Sample (x, y) is Data[Origin + y*Stride + x];
// x and y may run from -Pad to Width+Pad-1 (Height likewise).
// Width and Height are the coded size; AllocW and AllocH, multiples of 8 ≥ Width,
// Height, are the size up to which blocks may be written by the decoder process.
type Plane struct {
	Data           []uint16
	Origin         int
	Stride         int
	Width, Height  int
	AllocW, AllocH int
}

// Row returns the samples of row y from column x on, up to the end of the padded row.
func (p *Plane) Row(x, y int) []uint16 {
	o := p.Origin + y*p.Stride
	return p.Data[o+x : o+p.Stride-Pad]
}

// At returns the slice that starts at sample (x, y) and runs to the end of the plane,
// for kernels that take a base and a stride.
func (p *Plane) At(x, y int) []uint16 { return p.Data[p.Origin+y*p.Stride+x:] }

// PlaneSize returns the number of samples a plane of w x h needs with padding, and its stride.
func PlaneSize(w, h int) (samples, stride int) {
	aw, ah := (w+7)&^7, (h+7)&^7
	stride = (aw + 2*Pad + 31) &^ 31
	// The tail lets kernels read a few samples past the last row.
	return stride*(ah+2*Pad) + 64, stride
}

// NewPlane lays a plane of w x h over data, which must hold PlaneSize samples.
func NewPlane(data []uint16, w, h int) Plane {
	_, stride := PlaneSize(w, h)
	return Plane{Data: data, Origin: Pad*stride + Pad, Stride: stride, Width: w, Height: h, AllocW: (w + 7) &^ 7, AllocH: (h + 7) &^ 7}
}

// Extend replicates the picture's border samples into the padding (section 7.11.3.3's clamp),
// for the rows from y0 up to y1; the rows above and below the picture are filled when
// the range touches them.
func (p *Plane) Extend(y0, y1 int) {
	for y := y0; y < y1; y++ {
		o := p.Origin + y*p.Stride
		left, right := p.Data[o], p.Data[o+p.Width-1]
		fill(p.Data[o-Pad:o], left)
		fill(p.Data[o+p.Width:o-Pad+p.Stride], right)
	}
	if y0 == 0 {
		for y := 1; y <= Pad; y++ {
			copy(p.line(-y), p.line(0))
		}
	}
	if y1 == p.Height {
		for y := p.Height; y < p.AllocH+Pad; y++ {
			copy(p.line(y), p.line(p.Height-1))
		}
	}
}

// line is the whole padded row y.
func (p *Plane) line(y int) []uint16 {
	o := p.Origin + y*p.Stride - Pad
	return p.Data[o : o+p.Stride]
}

func fill(d []uint16, v uint16) {
	for i := range d {
		d[i] = v
	}
}

// Picture is a frame's planes: Planes[0] luma, [1] U, [2] V. NumPlanes is 1 for 4:0:0.
type Picture struct {
	Planes     [3]Plane
	NumPlanes  int
	SubX, SubY int // subsampling_x, subsampling_y
	BitDepth   int
}
