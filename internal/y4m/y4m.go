// Package y4m reads and writes YUV4MPEG2 streams of 8, 10 and 12 bits.
//
// A stream is a text header, then for every picture a line that starts with FRAME
// and the planes, without padding; samples above 8 bits take two bytes, little endian.
package y4m

import (
	"errors"
	"fmt"
	"io"
)

// Limits on what a header may ask for; they keep hostile input from costing memory.
const (
	MaxDimension  = 65536 // luma samples per side, AV1's own limit
	maxHeaderLine = 4096  // bytes
)

// Errors of a Reader besides *Error; compare with errors.Is.
var (
	ErrNotY4M     = errors.New("y4m: not a YUV4MPEG2 stream")
	ErrLongLine   = errors.New("y4m: header line too long")
	ErrInterlaced = errors.New("y4m: interlaced pictures are not supported")
	ErrTruncated  = fmt.Errorf("y4m: the last picture is cut off: %w", io.ErrUnexpectedEOF)
)

// Error is a header parameter that is malformed or not supported.
type Error struct {
	Parameter, Value, Allowed string
}

func (e *Error) Error() string {
	return fmt.Sprintf("y4m: %s = %q, allowed: %s", e.Parameter, e.Value, e.Allowed)
}

// Chroma is the sampling of the two colour-difference planes.
type Chroma uint8

// Chroma samplings.
const (
	Chroma420 Chroma = iota
	Chroma422
	Chroma444
	Mono
)

// Subsampling returns the shifts that turn luma into chroma coordinates.
func (c Chroma) Subsampling() (x, y int) {
	switch c {
	case Chroma420:
		return 1, 1
	case Chroma422:
		return 1, 0
	}
	return 0, 0
}

// Siting is where 4:2:0 chroma samples lie between luma samples.
type Siting uint8

// Sitings and the tags that say them.
const (
	SitingUnknown   Siting = iota // 420, 420jpeg: in the middle of four, what AV1 calls unknown
	SitingVertical                // 420mpeg2: at the left, between two rows
	SitingColocated               // 420paldv: at the top left
)

// Rational is a fraction; 0/0 means unknown.
type Rational struct{ Num, Den int }

// Header is a stream's header.
type Header struct {
	Width, Height int
	Chroma        Chroma
	BitDepth      int // 8, 10 or 12
	Siting        Siting
	FullRange     bool     // XCOLORRANGE=FULL
	FrameRate     Rational // frames per second
	PixelAspect   Rational
}

// NumPlanes is 1 for Mono, otherwise 3.
func (h *Header) NumPlanes() int {
	if h.Chroma == Mono {
		return 1
	}
	return 3
}

// SampleBytes is the number of bytes of a sample.
func (h *Header) SampleBytes() int {
	if h.BitDepth > 8 {
		return 2
	}
	return 1
}

// PlaneSize returns the size of plane p in samples.
func (h *Header) PlaneSize(p int) (width, height int) {
	if p == 0 {
		return h.Width, h.Height
	}
	x, y := h.Chroma.Subsampling()
	return (h.Width + x) >> x, (h.Height + y) >> y
}

// FrameBytes is the number of bytes of one picture without its FRAME line.
func (h *Header) FrameBytes() int {
	n := 0
	for p := range h.NumPlanes() {
		w, hh := h.PlaneSize(p)
		n += w * hh
	}
	return n * h.SampleBytes()
}

// Planes cuts a picture of FrameBytes bytes into its planes, and returns the bytes from row to row.
func (h *Header) Planes(frame []byte) (planes [3][]byte, stride [3]int) {
	for p := range h.NumPlanes() {
		w, hh := h.PlaneSize(p)
		stride[p] = w * h.SampleBytes()
		n := stride[p] * hh
		planes[p], frame = frame[:n:n], frame[n:]
	}
	return planes, stride
}

// colorSpace is one value of the C parameter.
type colorSpace struct {
	tag      string
	chroma   Chroma
	bitDepth int
	siting   Siting
}

// colorSpaces holds every tag read; of those that say the same, the first is written.
var colorSpaces = []colorSpace{
	{"420jpeg", Chroma420, 8, SitingUnknown},
	{"420", Chroma420, 8, SitingUnknown},
	{"420mpeg2", Chroma420, 8, SitingVertical},
	{"420paldv", Chroma420, 8, SitingColocated},
	{"422", Chroma422, 8, SitingUnknown},
	{"444", Chroma444, 8, SitingUnknown},
	{"mono", Mono, 8, SitingUnknown},
	{"420p10", Chroma420, 10, SitingUnknown},
	{"422p10", Chroma422, 10, SitingUnknown},
	{"444p10", Chroma444, 10, SitingUnknown},
	{"mono10", Mono, 10, SitingUnknown},
	{"420p12", Chroma420, 12, SitingUnknown},
	{"422p12", Chroma422, 12, SitingUnknown},
	{"444p12", Chroma444, 12, SitingUnknown},
	{"mono12", Mono, 12, SitingUnknown},
}
