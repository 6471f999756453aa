package encoder

import (
	"encoding/binary"
	"errors"
	"fmt"
	"testing"
)

// layoutOf says how a test lays out a frame.
type layoutOf struct {
	interleaved bool
	shift       uint
	padding     int // bytes behind each row
}

// sampleValue is what a test picture has at x, y of a plane; it exceeds every bit depth at some places.
func sampleValue(plane, x, y int) uint16 { return uint16(x*37 + y*101 + plane*7919) }

// frameOf lays the test picture out.
func frameOf(c *Config, l layoutOf) *Frame {
	f := &Frame{Interleaved: l.interleaved, SampleShift: l.shift}
	subX, subY, planes := c.subsampling()
	for p := range planes {
		w, h := c.Width, c.Height
		if p > 0 {
			w, h = (w+subX)>>subX, (h+subY)>>subY
		}
		into, step, first := p, 1, 0
		if l.interleaved && p > 0 {
			into, step, first = 1, 2, p-1
		}
		size := 1
		if c.BitDepth > 8 {
			size = 2
		}
		stride := w*step*size + l.padding
		if f.Planes[into] == nil {
			f.Planes[into], f.Stride[into] = make([]byte, stride*h), stride
		}
		for y := range h {
			for x := range w {
				v := sampleValue(p, x, y)
				at := y*stride + (x*step+first)*size
				if size == 1 {
					f.Planes[into][at] = byte(v)
				} else {
					binary.LittleEndian.PutUint16(f.Planes[into][at:], v)
				}
			}
		}
	}
	return f
}

func TestIngest(t *testing.T) {
	for _, chroma := range []ChromaFormat{Chroma420, Chroma422, Chroma444, Chroma400} {
		for _, bitDepth := range []int{8, 10, 12} {
			for _, size := range [][2]int{{1, 1}, {17, 9}, {64, 48}} {
				for _, l := range []layoutOf{{}, {padding: 6}, {interleaved: true}, {interleaved: true, padding: 10}, {shift: 6}, {interleaved: true, shift: 6}} {
					if l.shift > 0 && bitDepth == 8 {
						continue
					}
					c := base(func(c *Config) { c.Width, c.Height, c.Chroma, c.BitDepth = size[0], size[1], chroma, bitDepth })
					t.Run(fmt.Sprintf("%v-%d-%v-%+v", chroma, bitDepth, size, l), func(t *testing.T) { testIngest(t, c, l) })
				}
			}
		}
	}
}

func testIngest(t *testing.T, c Config, l layoutOf) {
	e := open(t, c)
	f := frameOf(&c, l)
	if err := e.checkFrame(f); err != nil {
		t.Fatal(err)
	}
	packed, pic := &e.inputs[0].picture, &e.coder.references[0].picture
	ingest(packed, f, c.BitDepth)
	for row := range e.coder.sbRows {
		pic.UnpackRows(packed, row)
	}
	limit := uint16(1)<<c.BitDepth - 1
	for i := range pic.NumPlanes {
		p := &pic.Planes[i]
		for y := range p.AllocH {
			for x := range p.AllocW {
				want := sampleValue(i, min(x, p.Width-1), min(y, p.Height-1))
				if c.BitDepth == 8 {
					want &= 0xFF
				} else {
					want = min(want>>l.shift, limit)
				}
				if got := p.At(x, y)[0]; got != want {
					t.Fatalf("plane %d, sample %d,%d: %d, want %d", i, x, y, got, want)
				}
			}
		}
	}
}

// The last row needs no padding behind it; one byte less is refused, by name.
func TestCheckFrame(t *testing.T) {
	c := base()
	e := open(t, c)
	f := frameOf(&c, layoutOf{padding: 5})
	for i := range f.Planes {
		f.Planes[i] = f.Planes[i][:len(f.Planes[i])-5]
	}
	if err := e.checkFrame(f); err != nil {
		t.Error(err)
	}
	for i := range f.Planes {
		g := *f
		g.Planes[i] = g.Planes[i][:len(g.Planes[i])-1]
		var bad *FrameError
		if err := e.checkFrame(&g); !errors.As(err, &bad) || bad.What != fmt.Sprintf("len(Planes[%d])", i) {
			t.Errorf("short plane %d: %v", i, err)
		}
		g = *f
		g.Stride[i] = 3
		if err := e.checkFrame(&g); !errors.As(err, &bad) || bad.What != fmt.Sprintf("Stride[%d]", i) || bad.Value != "3" {
			t.Errorf("stride of plane %d: %v", i, err)
		}
	}
	for _, shift := range []uint{1, 9} {
		g := *f
		g.SampleShift = shift
		var bad *FrameError
		if err := e.checkFrame(&g); !errors.As(err, &bad) || bad.What != "SampleShift" {
			t.Errorf("shift %d: %v", shift, err)
		}
	}
}
