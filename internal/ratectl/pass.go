package ratectl

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
)

// Pass is the statistics of a pass: what frames were, and what they took.
type Pass struct {
	Shape
	Frames []PassFrame // in coding order
}

// Shape is what two passes have to have in common.
type Shape struct {
	Width, Height int
	BitDepth      int
	MiniGOP       int
	LowDelay      bool
}

// PassFrame is the statistics of a frame.
type PassFrame struct {
	Class    Class
	QIdx     uint16 // up to Coarsest
	RefQIdx  uint8
	Bits     int64
	Spectrum Spectrum
}

// PassError is pass data that can't be used.
type PassError struct {
	What, Value, Wanted string
}

func (e *PassError) Error() string {
	return fmt.Sprintf("grav1e: pass data: %s %s, want %s", e.What, e.Value, e.Wanted)
}

// The format: magic, version, Shape, number of frames, frames, CRC-32 (IEEE) of all
// before. Numbers are unsigned varints, but for single bytes and the checksum.
const (
	passMagic   = "grav1e pass"
	passVersion = 2
)

// maxPassFrames bounds what a header may claim.
const maxPassFrames = 1 << 28

// Append appends the statistics in their binary form.
func (p *Pass) Append(b []byte) []byte {
	start := len(b)
	b = append(append(b, passMagic...), passVersion)
	for _, v := range p.Shape.numbers() {
		b = binary.AppendUvarint(b, v)
	}
	b = binary.AppendUvarint(b, uint64(len(p.Frames)))
	for i := range p.Frames {
		b = p.Frames[i].append(b)
	}
	return binary.LittleEndian.AppendUint32(b, crc32.ChecksumIEEE(b[start:]))
}

func (s *Shape) numbers() [5]uint64 {
	low := uint64(0)
	if s.LowDelay {
		low = 1
	}
	return [5]uint64{uint64(s.Width), uint64(s.Height), uint64(s.BitDepth), uint64(s.MiniGOP), low}
}

// append appends a frame: the spectrum as its first bin, the number of bins, and counts.
func (f *PassFrame) append(b []byte) []byte {
	b = append(b, byte(f.Class), f.RefQIdx)
	b = binary.AppendUvarint(b, uint64(f.QIdx))
	b = binary.AppendUvarint(b, uint64(f.Bits))
	first, end := 0, spectrumBins
	for first < end && f.Spectrum[first] == 0 {
		first++
	}
	for end > first && f.Spectrum[end-1] == 0 {
		end--
	}
	b = append(b, byte(first), byte(end-first))
	for _, n := range f.Spectrum[first:end] {
		b = binary.AppendUvarint(b, uint64(n))
	}
	return b
}

// ParsePass reads statistics and checks that they belong to a stream of a shape.
func ParsePass(data []byte, want Shape) (*Pass, error) {
	if len(data) < len(passMagic)+1+4 || string(data[:len(passMagic)]) != passMagic {
		return nil, &PassError{"beginning", fmt.Sprintf("%q", data[:min(len(data), len(passMagic))]), fmt.Sprintf("%q and statistics", passMagic)}
	}
	if v := data[len(passMagic)]; v != passVersion {
		return nil, &PassError{"version", fmt.Sprint(v), fmt.Sprint(passVersion)}
	}
	body := data[:len(data)-4]
	if sum, stored := crc32.ChecksumIEEE(body), binary.LittleEndian.Uint32(data[len(body):]); sum != stored {
		return nil, &PassError{"checksum", fmt.Sprintf("%08x", stored), fmt.Sprintf("%08x: the data is damaged or incomplete", sum)}
	}
	r := passReader{b: body[len(passMagic)+1:]}
	p := &Pass{Shape: want}
	names := [5]string{"width", "height", "bit depth", "mini-GOP", "low delay"}
	for i, v := range want.numbers() {
		if got := r.number(1 << 32); got != v && r.err == nil {
			return nil, &PassError{names[i], fmt.Sprint(got), fmt.Sprintf("%d, as the stream to be encoded", v)}
		}
	}
	n := r.number(maxPassFrames)
	blocks := int64((want.Width+15)/16) * int64((want.Height+15)/16)
	for i := uint64(0); i < n && r.err == nil; i++ {
		p.Frames = append(p.Frames, r.frame(blocks))
	}
	if r.err == nil && len(r.b) > 0 {
		r.fail("length", fmt.Sprintf("%d bytes too many", len(r.b)), fmt.Sprintf("%d frames", n))
	}
	return p, r.err
}

// passReader reads numbers until something is wrong.
type passReader struct {
	b   []byte
	err error
}

func (r *passReader) fail(what, value, wanted string) {
	if r.err == nil {
		r.err = &PassError{what, value, wanted}
	}
}

func (r *passReader) number(most uint64) uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 || v > most {
		r.fail("number", fmt.Sprint(v), fmt.Sprintf("at most %d", most))
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *passReader) byte() byte {
	if len(r.b) == 0 {
		r.fail("length", "0 bytes left", "more")
		return 0
	}
	v := r.b[0]
	r.b = r.b[1:]
	return v
}

func (r *passReader) frame(blocks int64) (f PassFrame) {
	f.Class, f.RefQIdx = Class(r.byte()), r.byte()
	f.QIdx = uint16(r.number(Coarsest))
	f.Bits = int64(r.number(1 << 40))
	first, n := int(r.byte()), int(r.byte())
	if f.Class >= NumClasses || first+n > spectrumBins {
		r.fail("frame", fmt.Sprintf("of class %d with %d bins from %d", f.Class, n, first), fmt.Sprintf("classes below %d, bins below %d", NumClasses, spectrumBins))
		return f
	}
	for i := range n {
		f.Spectrum[first+i] = uint32(r.number(uint64(blocks)))
	}
	if got := f.Spectrum.Blocks(); got != blocks {
		r.fail("frame", fmt.Sprintf("of %d blocks", got), fmt.Sprint(blocks))
	}
	return f
}
