package encoder

import (
	"fmt"

	"github.com/grav1e/grav1e/internal/frame"
	"github.com/grav1e/grav1e/internal/simd"
)

// checkFrame verifies that f's planes hold what the configuration says.
func (e *Encoder) checkFrame(f *Frame) error {
	c := &e.cfg
	_, _, planes := c.subsampling()
	bytesPerSample := 1
	if c.BitDepth > 8 {
		bytesPerSample = 2
	}
	if f.SampleShift > 8 || f.SampleShift > 0 && bytesPerSample == 1 {
		return &FrameError{"SampleShift", fmt.Sprint(f.SampleShift), "0..8, and 0 at 8 bit"}
	}
	for i := range planes {
		if f.Interleaved && i == 2 {
			break
		}
		p := &e.inputs[0].picture.Planes[i]
		w := p.Width * bytesPerSample
		if f.Interleaved && i == 1 {
			w *= 2
		}
		if f.Stride[i] < w {
			return &FrameError{fmt.Sprintf("Stride[%d]", i), fmt.Sprint(f.Stride[i]), fmt.Sprintf("at least %d bytes", w)}
		}
		if n := len(f.Planes[i]); n < w || (n-w)/f.Stride[i] < p.Height-1 {
			return &FrameError{fmt.Sprintf("len(Planes[%d])", i), fmt.Sprint(n), fmt.Sprintf("%d rows of %d bytes, %d apart", p.Height, w, f.Stride[i])}
		}
	}
	return e.checkRegions(f)
}

// ingest copies f's samples into pic, as they are at 8 bits, shifted and clipped above:
// little work, as it is done on the caller's goroutine. Workers unpack pictures when
// their turn comes, see unpackRow.
func ingest(pic *frame.Packed, f *Frame, bitDepth int) {
	limit := uint16(1)<<bitDepth - 1
	for i := range pic.NumPlanes {
		p, src, stride := &pic.Planes[i], f.Planes[i], f.Stride[i]
		if f.Interleaved && i > 0 {
			ingestInterleaved(&pic.Planes[1], &pic.Planes[2], f, limit)
			return
		}
		for y := range p.Height {
			if line := src[y*stride:]; p.Bytes != nil {
				copy(p.Bytes[y*p.Stride:][:p.Width], line)
			} else {
				simd.Ingest.Clip(p.Words[y*p.Stride:][:p.Width], line, f.SampleShift, limit)
			}
		}
	}
}

// ingestInterleaved takes both chroma planes from f's second one.
func ingestInterleaved(u, v *frame.PackedPlane, f *Frame, limit uint16) {
	for y := range u.Height {
		o, line := y*u.Stride, f.Planes[1][y*f.Stride[1]:]
		if u.Bytes != nil {
			simd.Ingest.Split(u.Bytes[o:][:u.Width], v.Bytes[o:][:u.Width], line)
		} else {
			simd.Ingest.SplitClip(u.Words[o:][:u.Width], v.Words[o:][:u.Width], line, f.SampleShift, limit)
		}
	}
}
