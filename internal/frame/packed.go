package frame

import "github.com/grav1e/grav1e/internal/simd"

// Packed is a picture that waits to be coded: planes without borders, in as little
// memory as the samples need. Its planes are those of a Picture.
type Packed struct {
	Planes    [3]PackedPlane
	NumPlanes int
}

// PackedPlane is a plane of a Packed picture: bytes at 8 bits, otherwise 16-bit samples.
// Sample (x, y) is Bytes[y*Stride + x] or Words[y*Stride + x].
type PackedPlane struct {
	Bytes         []uint8
	Words         []uint16
	Stride        int
	Width, Height int
}

// TakePacked reserves a picture that waits.
func TakePacked(p *Planner, purpose Purpose, f *Format) Packed {
	pic := Packed{NumPlanes: f.NumPlanes}
	for i := range pic.NumPlanes {
		subX, subY := 0, 0
		if i > 0 {
			subX, subY = f.SubX, f.SubY
		}
		w, h := (f.Width+subX)>>subX, (f.Height+subY)>>subY
		q := PackedPlane{Stride: (w + 31) &^ 31, Width: w, Height: h}
		if f.BitDepth == 8 {
			q.Bytes = Take[uint8](p, purpose, q.Stride*h)
		} else {
			q.Words = Take[uint16](p, purpose, q.Stride*h)
		}
		pic.Planes[i] = q
	}
	return pic
}

// UnpackRows writes the row'th band of blockAlign luma rows of src, and what belongs to
// it in the other planes, into p, and completes its last blocks by repeating the border.
// Bands may be unpacked in parallel.
func (p *Picture) UnpackRows(src *Packed, row int) {
	for i := range p.NumPlanes {
		w, h := blockAlign, blockAlign
		if i > 0 {
			w, h = w>>p.SubX, h>>p.SubY
		}
		to, from := &p.Planes[i], &src.Planes[i]
		y0, y1 := row*h, min(row*h+h, to.Height)
		for y := y0; y < y1; y++ {
			if from.Bytes != nil {
				simd.Ingest.Widen(to.Row(0, y)[:to.Width], from.Bytes[y*from.Stride:])
			} else {
				copy(to.Row(0, y)[:to.Width], from.Words[y*from.Stride:])
			}
		}
		width := (to.Width + w - 1) / w * w
		simd.Ingest.Border16(to.At(0, y0), to.Stride, 0, to.Width, width-to.Width, y1-y0)
		for y := to.Height; y < row*h+h; y++ {
			copy(to.Row(0, y)[:width], to.Row(0, to.Height-1))
		}
	}
}
