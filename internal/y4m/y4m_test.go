package y4m

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
)

func TestHeader(t *testing.T) {
	base := Header{Width: 5, Height: 3, BitDepth: 8}
	with := func(f func(*Header)) Header { h := base; f(&h); return h }
	for _, c := range []struct {
		in    string
		want  Header
		bytes int
	}{
		{"W5 H3", base, 15 + 2*6},
		{"W5 H3 F30000:1001 Ip A1:1 C420jpeg", with(func(h *Header) { h.FrameRate, h.PixelAspect = Rational{30000, 1001}, Rational{1, 1} }), 27},
		{"W5 H3 F0:0 I? A0:0 C420", base, 27},
		{"W5 H3 C420mpeg2", with(func(h *Header) { h.Siting = SitingVertical }), 27},
		{"W5 H3 C420paldv XCOLORRANGE=FULL", with(func(h *Header) { h.Siting, h.FullRange = SitingColocated, true }), 27},
		{"W5 H3 C422", with(func(h *Header) { h.Chroma = Chroma422 }), 15 + 2*9},
		{"W5 H3 C444", with(func(h *Header) { h.Chroma = Chroma444 }), 45},
		{"W5 H3 Cmono", with(func(h *Header) { h.Chroma = Mono }), 15},
		{"W5 H3 C420p10 XYSCSS=420P10", with(func(h *Header) { h.BitDepth = 10 }), 54},
		{"W5 H3 XYSCSS=420P10", with(func(h *Header) { h.BitDepth = 10 }), 54},
		{"W5 H3 XYSCSS=420JPEG", base, 27},
		{"W5 H3 C422p12", with(func(h *Header) { h.Chroma, h.BitDepth = Chroma422, 12 }), 66},
		{"W5 H3 C444p10", with(func(h *Header) { h.Chroma, h.BitDepth = Chroma444, 10 }), 90},
		{"W5 H3 Cmono12", with(func(h *Header) { h.Chroma, h.BitDepth = Mono, 12 }), 30},
		{"W5 H3 Cmonop10 XUNKNOWN=1 Zwhat", with(func(h *Header) { h.Chroma, h.BitDepth = Mono, 10 }), 30},
	} {
		r, err := NewReader(strings.NewReader("YUV4MPEG2 " + c.in + "\n"))
		if err != nil {
			t.Errorf("%s: %v", c.in, err)
			continue
		}
		if r.Header != c.want {
			t.Errorf("%s: got %+v, want %+v", c.in, r.Header, c.want)
		}
		if n := r.Header.FrameBytes(); n != c.bytes {
			t.Errorf("%s: %d bytes per frame, want %d", c.in, n, c.bytes)
		}
		if _, err := r.ReadFrame(); err != io.EOF {
			t.Errorf("%s: no frames: %v, want EOF", c.in, err)
		}
	}
}

func TestHeaderErrors(t *testing.T) {
	for _, c := range []struct {
		in        string
		want      error  // compared with errors.Is, or
		parameter string // of an *Error
	}{
		{in: "", want: ErrNotY4M},
		{in: "YUV4", want: ErrNotY4M},
		{in: "RIFF1234AVI LIST1234", want: ErrNotY4M},
		{in: "YUV4MPEG2X W1 H1\n", want: ErrNotY4M},
		{in: "YUV4MPEG2 W1 H1", want: ErrTruncated},
		{in: "YUV4MPEG2 W1 H1 X" + strings.Repeat("a", maxHeaderLine) + "\n", want: ErrLongLine},
		{in: "YUV4MPEG2 W1 H1 X" + strings.Repeat("a", 1<<17), want: ErrLongLine},
		{in: "YUV4MPEG2 W1 H1 It\n", want: ErrInterlaced},
		{in: "YUV4MPEG2 W1 H1 Ib\n", want: ErrInterlaced},
		{in: "YUV4MPEG2 W1 H1 Im\n", want: ErrInterlaced},
		{in: "YUV4MPEG2 W1 H1 Iz\n", parameter: "interlacing"},
		{in: "YUV4MPEG2\n", parameter: "picture size"},
		{in: "YUV4MPEG2 W8\n", parameter: "picture size"},
		{in: "YUV4MPEG2 W0 H8\n", parameter: "width"},
		{in: "YUV4MPEG2 W65537 H8\n", parameter: "width"},
		{in: "YUV4MPEG2 W8 H-8\n", parameter: "height"},
		{in: "YUV4MPEG2 W8 H\n", parameter: "height"},
		{in: "YUV4MPEG2 W8 H99999999999999999999\n", parameter: "height"},
		{in: "YUV4MPEG2 W8 H8 F30\n", parameter: "frame rate"},
		{in: "YUV4MPEG2 W8 H8 F30:0\n", parameter: "frame rate"},
		{in: "YUV4MPEG2 W8 H8 F-30:1\n", parameter: "frame rate"},
		{in: "YUV4MPEG2 W8 H8 A:\n", parameter: "pixel aspect ratio"},
		{in: "YUV4MPEG2 W8 H8 C411\n", parameter: "colour space"},
		{in: "YUV4MPEG2 W8 H8 C420p16\n", parameter: "colour space"},
		{in: "YUV4MPEG2 W8 H8 C444alpha\n", parameter: "colour space"},
	} {
		_, err := NewReader(strings.NewReader(c.in))
		var e *Error
		switch {
		case c.want != nil && !errors.Is(err, c.want):
			t.Errorf("%.40q: %v, want %v", c.in, err, c.want)
		case c.want == nil && (!errors.As(err, &e) || e.Parameter != c.parameter):
			t.Errorf("%.40q: %v, want an error about %s", c.in, err, c.parameter)
		}
	}
}

func TestFrameErrors(t *testing.T) {
	const head = "YUV4MPEG2 W2 H2 Cmono\nFRAME\nabcd"
	for _, c := range []struct {
		tail string
		want error // nil: an *Error
	}{
		{"", io.EOF},
		{"FRAME\nab", ErrTruncated},
		{"FRAME\n", ErrTruncated},
		{"FRAM", ErrTruncated},
		{"FRAME " + strings.Repeat("x", maxHeaderLine) + "\nabcd", ErrLongLine},
		{"FRAME Itic\nabcd", ErrInterlaced},
		{"GRAME\nabcd", nil},
		{"\nabcd", nil},
	} {
		r, err := NewReader(strings.NewReader(head + c.tail))
		if err != nil {
			t.Fatal(err)
		}
		if f, err := r.ReadFrame(); err != nil || string(f) != "abcd" {
			t.Fatalf("first frame: %q, %v", f, err)
		}
		_, err = r.ReadFrame()
		var e *Error
		if c.want != nil && !errors.Is(err, c.want) || c.want == nil && !errors.As(err, &e) {
			t.Errorf("%.20q: %v, want %v", c.tail, err, c.want)
		}
	}
	broken := errors.New("broken pipe")
	if _, err := NewReader(io.MultiReader(strings.NewReader("YUV"), iotest.ErrReader(broken))); err != broken {
		t.Errorf("header: %v, want the reader's error", err)
	}
	r, _ := NewReader(io.MultiReader(strings.NewReader(head+"FRAME\na"), iotest.ErrReader(broken)))
	r.ReadFrame()
	if _, err := r.ReadFrame(); err != broken {
		t.Errorf("frame: %v, want the reader's error", err)
	}
}

// A header that promises a huge picture must not cost more than the data that follows.
func TestBoundedAllocation(t *testing.T) {
	in := "YUV4MPEG2 W65536 H65536 C444p12\nFRAME\nabc"
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	r, err := NewReader(strings.NewReader(in))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.ReadFrame(); !errors.Is(err, ErrTruncated) {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if got := after.TotalAlloc - before.TotalAlloc; got > 64<<20 {
		t.Errorf("%d bytes allocated for 3 bytes of data", got)
	}
}

func TestSkip(t *testing.T) {
	r, _ := NewReader(strings.NewReader("YUV4MPEG2 W1 H1 Cmono\nFRAME\naFRAME Xy\nbFRAME Ippp\nc"))
	if err := r.Skip(2); err != nil {
		t.Fatal(err)
	}
	if f, err := r.ReadFrame(); err != nil || string(f) != "c" {
		t.Errorf("%q, %v", f, err)
	}
	if err := r.Skip(1); err != io.EOF {
		t.Errorf("%v, want EOF", err)
	}
}

// Everything a Writer writes, a Reader reads back.
func TestRoundTrip(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, space := range colorSpaces {
		for _, size := range [][2]int{{1, 1}, {2, 1}, {3, 5}, {17, 16}, {64, 33}} {
			h := Header{Width: size[0], Height: size[1], Chroma: space.chroma, BitDepth: space.bitDepth, Siting: space.siting,
				FrameRate: Rational{25, 1}, PixelAspect: Rational{4, 3}, FullRange: rng.IntN(2) == 1}
			var out bytes.Buffer
			w, err := NewWriter(&out, h)
			if err != nil {
				t.Fatal(err)
			}
			var want [][]byte
			for range 2 {
				planes, stride := randomPicture(rng, &h)
				if err := w.WriteFrame(planes, stride); err != nil {
					t.Fatal(err)
				}
				want = append(want, packed(&h, planes, stride))
			}
			if err := w.WriteBytes(want[0]); err != nil {
				t.Fatal(err)
			}
			if err := w.Flush(); err != nil {
				t.Fatal(err)
			}
			r, err := NewReader(iotest.OneByteReader(&out))
			if err != nil {
				t.Fatal(err)
			}
			if r.Header != h {
				t.Errorf("%s: got %+v, want %+v", space.tag, r.Header, h)
			}
			for i, f := range [][]byte{want[0], want[1], want[0]} {
				got, err := r.ReadFrame()
				if err != nil || !bytes.Equal(got, f) {
					t.Errorf("%s %dx%d frame %d differs (%v)", space.tag, h.Width, h.Height, i, err)
				}
			}
			if _, err := r.ReadFrame(); err != io.EOF {
				t.Errorf("%v, want EOF", err)
			}
		}
	}
	for _, h := range []Header{{Width: 0, Height: 1, BitDepth: 8}, {Width: 1, Height: 1, BitDepth: 9}} {
		var e *Error
		if _, err := NewWriter(io.Discard, h); !errors.As(err, &e) {
			t.Errorf("%+v: %v, want *Error", h, err)
		}
	}
}

func randomPicture(rng *rand.Rand, h *Header) (planes [3][]uint16, stride [3]int) {
	for p := range h.NumPlanes() {
		w, hh := h.PlaneSize(p)
		stride[p] = w + rng.IntN(9)
		planes[p] = make([]uint16, stride[p]*hh)
		for i := range planes[p] {
			planes[p][i] = uint16(rng.IntN(1 << h.BitDepth))
		}
	}
	return planes, stride
}

// packed is a picture's bytes in the stream, written down the plain way.
func packed(h *Header, planes [3][]uint16, stride [3]int) []byte {
	var out []byte
	for p := range h.NumPlanes() {
		w, hh := h.PlaneSize(p)
		for y := range hh {
			for x := range w {
				v := planes[p][y*stride[p]+x]
				out = append(out, byte(v))
				if h.BitDepth > 8 {
					out = append(out, byte(v>>8))
				}
			}
		}
	}
	return out
}

func FuzzReader(f *testing.F) {
	f.Add([]byte("YUV4MPEG2 W4 H4 F25:1 Ip A1:1 C420jpeg XCOLORRANGE=FULL\nFRAME\n0123456789abcdef01234567FRAME Ippp\n"))
	f.Add([]byte("YUV4MPEG2 W1 H1 Cmono12\nFRAME\nab"))
	f.Add([]byte("YUV4MPEG2 \nFRAME"))
	f.Add([]byte("YUV4MPEG2 W65536 H65536 C444p12\nFRAME\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := NewReader(bytes.NewReader(data))
		if err != nil {
			return
		}
		h := r.Header
		if h.Width < 1 || h.Width > MaxDimension || h.Height < 1 || h.Height > MaxDimension || h.FrameBytes() < 1 {
			t.Fatalf("accepted %+v", h)
		}
		for {
			frame, err := r.ReadFrame()
			if err != nil {
				return
			}
			if len(frame) != h.FrameBytes() {
				t.Fatalf("%d bytes, want %d", len(frame), h.FrameBytes())
			}
			h.Planes(frame)
		}
	})
}
