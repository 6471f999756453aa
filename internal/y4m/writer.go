package y4m

import (
	"bufio"
	"fmt"
	"io"
)

// Writer writes pictures to a stream.
type Writer struct {
	h    Header
	w    *bufio.Writer
	line []byte
}

// NewWriter writes the header to w. It returns *Error for a header that has no spelling.
func NewWriter(w io.Writer, h Header) (*Writer, error) {
	if h.Width < 1 || h.Height < 1 || h.Width > MaxDimension || h.Height > MaxDimension {
		return nil, &Error{"picture size", fmt.Sprintf("%dx%d", h.Width, h.Height), "1..65536"}
	}
	tag, ok := h.tag()
	if !ok {
		return nil, &Error{"bit depth", fmt.Sprint(h.BitDepth), "8, 10, 12"}
	}
	wr := &Writer{h: h, w: bufio.NewWriterSize(w, 1<<16), line: make([]byte, h.Width*h.SampleBytes())}
	fmt.Fprintf(wr.w, "YUV4MPEG2 W%d H%d F%d:%d Ip A%d:%d C%s", h.Width, h.Height,
		h.FrameRate.Num, h.FrameRate.Den, h.PixelAspect.Num, h.PixelAspect.Den, tag)
	if h.FullRange {
		wr.w.WriteString(" XCOLORRANGE=FULL")
	}
	return wr, wr.w.WriteByte('\n')
}

// tag returns the C parameter. Siting has a spelling at 8 bits 4:2:0 only and is dropped elsewhere.
func (h *Header) tag() (string, bool) {
	siting := h.Siting
	if h.Chroma != Chroma420 || h.BitDepth != 8 {
		siting = SitingUnknown
	}
	for _, c := range colorSpaces {
		if c.chroma == h.Chroma && c.bitDepth == h.BitDepth && c.siting == siting {
			return c.tag, true
		}
	}
	return "", false
}

// WriteFrame writes one picture of 16-bit samples, whatever the bit depth.
// stride is in samples; planes beyond NumPlanes are ignored.
func (w *Writer) WriteFrame(planes [3][]uint16, stride [3]int) error {
	w.w.WriteString("FRAME\n")
	for p := range w.h.NumPlanes() {
		width, height := w.h.PlaneSize(p)
		for y := range height {
			row := planes[p][y*stride[p]:][:width]
			line := w.line[:0]
			if w.h.BitDepth == 8 {
				for _, v := range row {
					line = append(line, byte(v))
				}
			} else {
				for _, v := range row {
					line = append(line, byte(v), byte(v>>8))
				}
			}
			if _, err := w.w.Write(line); err != nil {
				return err
			}
		}
	}
	return nil
}

// WriteBytes writes one picture that already has the stream's form, Header.FrameBytes bytes.
func (w *Writer) WriteBytes(frame []byte) error {
	w.w.WriteString("FRAME\n")
	_, err := w.w.Write(frame)
	return err
}

// Flush writes out what is buffered.
func (w *Writer) Flush() error { return w.w.Flush() }
