// Package container writes encoded temporal units to files: IVF, plain OBU streams,
// Matroska and WebM.
package container

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
)

// Format is a kind of file.
type Format string

// Formats and the file extensions that select them.
const (
	IVF      Format = "ivf"
	OBU      Format = "obu" // low-overhead or Annex B, as the temporal units are
	Matroska Format = "mkv"
	WebM     Format = "webm"
)

// ErrFormat is a file name that selects no format.
var ErrFormat = errors.New("container: the file name must end in .ivf, .obu, .mkv or .webm")

// FormatOf returns the format a file name's extension selects.
func FormatOf(name string) (Format, error) {
	switch f := Format(strings.ToLower(strings.TrimPrefix(filepath.Ext(name), "."))); f {
	case IVF, OBU, Matroska, WebM:
		return f, nil
	}
	return "", ErrFormat
}

// Rational is a fraction.
type Rational struct{ Num, Den int }

// Stream describes the one video stream of a file.
type Stream struct {
	Width, Height  int
	FrameRate      Rational // time stamps count periods of it; Num 0: 1/1000 s
	PixelAspect    Rational // 0/0: square
	SequenceHeader []byte   // the OBU, with header and size field
	BitDepth       int
	Color          Color
}

// Color is what Matroska repeats of the colour description, in units a person reads.
type Color struct {
	Primaries, Transfer, Matrix int // CICP; 2: unspecified
	FullRange                   bool
	MaxCLL, MaxFALL             int // cd/m²; 0: none
	Mastering                   *Mastering
}

// Mastering is SMPTE ST 2086: CIE 1931 chromaticities of R, G, B and white, luminance in cd/m².
type Mastering struct {
	PrimaryX, PrimaryY         [3]float64
	WhitePointX, WhitePointY   float64
	LuminanceMax, LuminanceMin float64
}

// Packet is one temporal unit.
type Packet struct {
	Data []byte
	PTS  int64 // periods of the frame rate
	Key  bool
}

// Writer writes packets in presentation order.
type Writer interface {
	WritePacket(p Packet) error
	// Close completes the file; it doesn't close the underlying writer.
	Close() error
}

// New returns a Writer of the given format over w. What needs seeking (frame count,
// duration, index) is left out when w isn't an io.WriteSeeker.
func New(f Format, w io.Writer, s Stream) (Writer, error) {
	switch f {
	case IVF:
		return newIVF(w, s)
	case OBU:
		return &obuWriter{w: w}, nil
	case Matroska, WebM:
		return newMatroska(w, f, s)
	}
	return nil, fmt.Errorf("container: unknown format %q", f)
}

// timeBase returns the length of one PTS period in seconds, as a fraction.
func (s *Stream) timeBase() (num, den int64) {
	if s.FrameRate.Num <= 0 || s.FrameRate.Den <= 0 {
		return 1, 1000
	}
	return int64(s.FrameRate.Den), int64(s.FrameRate.Num)
}

// obuWriter writes temporal units one behind the other.
type obuWriter struct{ w io.Writer }

func (o *obuWriter) WritePacket(p Packet) error {
	_, err := o.w.Write(p.Data)
	return err
}

func (o *obuWriter) Close() error { return nil }
