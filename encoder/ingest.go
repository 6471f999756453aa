package encoder

import (
	"encoding/binary"
	"fmt"

	"github.com/grav1e/grav1e/internal/frame"
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
	return nil
}

// ingest copies f's samples into pic and extends its borders: the only copy of the input.
func ingest(pic *frame.Picture, f *Frame) {
	for i := range pic.NumPlanes {
		p := &pic.Planes[i]
		src, step := f.Planes[i], 1
		if f.Interleaved && i > 0 {
			src, step = f.Planes[1], 2
		}
		stride := f.Stride[i]
		if step == 2 {
			stride = f.Stride[1]
		}
		for y := range p.Height {
			dst := p.Row(0, y)[:p.Width]
			line := src[y*stride:]
			if pic.BitDepth == 8 {
				copyRow8(dst, line, step, i)
			} else {
				copyRow16(dst, line, step, i, f.SampleShift, uint16(1)<<pic.BitDepth-1)
			}
		}
		p.Extend(0, p.Height)
	}
}

// copyRow8 widens bytes; with step 2 plane 1 takes the even and plane 2 the odd ones.
func copyRow8(dst []uint16, src []byte, step, plane int) {
	if step == 1 {
		src = src[:len(dst)]
		for x, v := range src {
			dst[x] = uint16(v)
		}
		return
	}
	src = src[plane-1:]
	for x := range dst {
		dst[x] = uint16(src[2*x])
	}
}

// copyRow16 reads little-endian samples; values above the bit depth are clipped.
func copyRow16(dst []uint16, src []byte, step, plane int, shift uint, limit uint16) {
	if step == 2 {
		src = src[2*(plane-1):]
	}
	for x := range dst {
		dst[x] = min(binary.LittleEndian.Uint16(src[2*step*x:])>>shift, limit)
	}
}
