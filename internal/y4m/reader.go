package y4m

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"
)

// Reader reads pictures from a stream.
type Reader struct {
	Header Header
	r      *bufio.Reader
	buf    []byte
}

// NewReader reads the header from r. It returns ErrNotY4M, ErrLongLine,
// ErrInterlaced, *Error, or the error of r.
func NewReader(r io.Reader) (*Reader, error) {
	br := bufio.NewReaderSize(r, 1<<16)
	magic, err := br.Peek(len("YUV4MPEG2"))
	if string(magic) != "YUV4MPEG2" {
		if err != nil && err != io.EOF {
			return nil, err
		}
		return nil, ErrNotY4M
	}
	line, err := readLine(br)
	if err != nil {
		return nil, err
	}
	fields := strings.Fields(line)
	if fields[0] != "YUV4MPEG2" {
		return nil, ErrNotY4M
	}
	h, err := parseHeader(fields[1:])
	if err != nil {
		return nil, err
	}
	return &Reader{Header: h, r: br}, nil
}

// readLine returns a line of at most maxHeaderLine bytes without its newline.
func readLine(r *bufio.Reader) (string, error) {
	line, err := r.ReadSlice('\n')
	switch {
	case len(line) > maxHeaderLine || errors.Is(err, bufio.ErrBufferFull):
		return "", ErrLongLine
	case err == io.EOF:
		return "", ErrTruncated
	case err != nil:
		return "", err
	}
	return string(bytes.TrimRight(line, "\r\n")), nil
}

// parseHeader reads the parameters behind the magic word. Without a C parameter
// a stream is 420jpeg; XYSCSS, an older spelling, counts only where C is missing.
func parseHeader(fields []string) (Header, error) {
	h := Header{}
	space, oldSpace := "", ""
	for _, f := range fields {
		var err error
		switch v := f[1:]; f[0] {
		case 'W':
			h.Width, err = parseDimension("width", v)
		case 'H':
			h.Height, err = parseDimension("height", v)
		case 'F':
			h.FrameRate, err = parseRational("frame rate", v)
		case 'A':
			h.PixelAspect, err = parseRational("pixel aspect ratio", v)
		case 'I':
			err = parseInterlace(v)
		case 'C':
			space = v
		case 'X':
			if s, ok := strings.CutPrefix(v, "YSCSS="); ok {
				oldSpace = s
			} else if v == "COLORRANGE=FULL" {
				h.FullRange = true
			}
		}
		if err != nil {
			return h, err
		}
	}
	if h.Width == 0 || h.Height == 0 {
		return h, &Error{"picture size", strings.Join(fields, " "), "W and H parameters"}
	}
	if space == "" {
		space = oldSpace
	}
	return h, h.parseColorSpace(space)
}

func parseDimension(name, v string) (int, error) {
	n, err := strconv.Atoi(v)
	if err != nil || n < 1 || n > MaxDimension {
		return 0, &Error{name, v, "1.." + strconv.Itoa(MaxDimension)}
	}
	return n, nil
}

func parseRational(name, v string) (Rational, error) {
	a, b, ok := strings.Cut(v, ":")
	num, err1 := strconv.ParseInt(a, 10, 32)
	den, err2 := strconv.ParseInt(b, 10, 32)
	if !ok || err1 != nil || err2 != nil || num < 0 || den < 0 || den == 0 && num != 0 {
		return Rational{}, &Error{name, v, "N:D, or 0:0 for unknown"}
	}
	if num == 0 {
		return Rational{}, nil
	}
	return Rational{int(num), int(den)}, nil
}

func parseInterlace(v string) error {
	switch v {
	case "p", "?", "":
		return nil
	case "t", "b", "m":
		return ErrInterlaced
	}
	return &Error{"interlacing", v, "p"}
}

func (h *Header) parseColorSpace(tag string) error {
	if tag == "" {
		tag = "420jpeg"
	}
	norm := strings.ToLower(tag)
	if s, ok := strings.CutPrefix(norm, "monop"); ok {
		norm = "mono" + s
	}
	for _, c := range colorSpaces {
		if c.tag == norm {
			h.Chroma, h.BitDepth, h.Siting = c.chroma, c.bitDepth, c.siting
			return nil
		}
	}
	return &Error{"colour space", tag, "420, 420jpeg, 420mpeg2, 420paldv, 422, 444, mono and their p10, p12 forms"}
}

// ReadFrame returns the next picture, Header.FrameBytes bytes that stay valid until
// the next call; io.EOF after the last one, ErrTruncated when the stream ends inside
// a picture. Memory grows with the bytes that are really there, not with what the
// header promises.
func (r *Reader) ReadFrame() ([]byte, error) {
	if err := r.readFrameLine(); err != nil {
		return nil, err
	}
	const step = 1 << 24
	need := r.Header.FrameBytes()
	for got := 0; got < need; {
		if got == len(r.buf) {
			r.buf = append(r.buf, make([]byte, min(need-got, max(step, got)))...)
		}
		n, err := io.ReadFull(r.r, r.buf[got:min(len(r.buf), need)])
		got += n
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			return nil, ErrTruncated
		}
		if err != nil {
			return nil, err
		}
	}
	return r.buf[:need], nil
}

// Skip passes over n pictures; it stops with io.EOF where there are fewer.
func (r *Reader) Skip(n int) error {
	for range n {
		if err := r.readFrameLine(); err != nil {
			return err
		}
		if _, err := r.r.Discard(r.Header.FrameBytes()); err == io.EOF {
			return ErrTruncated
		} else if err != nil {
			return err
		}
	}
	return nil
}

// readFrameLine reads "FRAME" and its parameters, of which only interlacing matters.
func (r *Reader) readFrameLine() error {
	if _, err := r.r.Peek(1); err != nil {
		return err
	}
	line, err := readLine(r.r)
	if err != nil {
		return err
	}
	fields := strings.Fields(line)
	if len(fields) == 0 || fields[0] != "FRAME" {
		return &Error{"picture header", line[:min(len(line), 32)], "FRAME"}
	}
	for _, f := range fields[1:] {
		// Ixyz: presentation, temporal and chroma sampling; p in the second and third place is progressive.
		if f[0] == 'I' && len(f) >= 3 && f[2] == 'i' {
			return ErrInterlaced
		}
	}
	return nil
}
