package ratectl

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"reflect"
	"strings"
	"testing"
)

var shape = Shape{Width: 100, Height: 50, BitDepth: 8, MiniGOP: 16}

func somePass() *Pass {
	p := &Pass{Shape: shape}
	for i := range 40 {
		f := PassFrame{Class: Class(i % NumClasses), QIdx: uint16(i * Coarsest / 39), RefQIdx: uint8(2 * i), Bits: int64(i*i*1000 + 8)}
		for b := range 7 * 4 {
			f.Spectrum[(b*i)%spectrumBins]++
		}
		p.Frames = append(p.Frames, f)
	}
	return p
}

func TestPassRoundTrip(t *testing.T) {
	p := somePass()
	got, err := ParsePass(p.Append(nil), shape)
	if err != nil || !reflect.DeepEqual(got, p) {
		t.Errorf("%v, %+v", err, got)
	}
}

// Pass data of another stream, another version, and damaged data are told apart.
func TestPassErrors(t *testing.T) {
	good := somePass().Append(nil)
	resum := func(b []byte) []byte {
		return binary.LittleEndian.AppendUint32(b[:len(b)-4], crc32.ChecksumIEEE(b[:len(b)-4]))
	}
	for _, c := range []struct {
		name, want string
		change     func([]byte) ([]byte, Shape)
	}{
		{"empty", "beginning", func(b []byte) ([]byte, Shape) { return nil, shape }},
		{"something else", "beginning", func(b []byte) ([]byte, Shape) { return []byte(strings.Repeat("x", 100)), shape }},
		{"version", "version 9, want 2", func(b []byte) ([]byte, Shape) { b[len(passMagic)] = 9; return resum(b), shape }},
		{"truncated", "checksum", func(b []byte) ([]byte, Shape) { return b[:len(b)-9], shape }},
		{"damaged", "checksum", func(b []byte) ([]byte, Shape) { b[40] ^= 1; return b, shape }},
		{"too long", "bytes too many", func(b []byte) ([]byte, Shape) { return resum(append(b, 0, 0, 0)), shape }},
		{"width", "width 100, want 104", func(b []byte) ([]byte, Shape) { s := shape; s.Width = 104; return b, s }},
		{"bit depth", "bit depth 8, want 10", func(b []byte) ([]byte, Shape) { s := shape; s.BitDepth = 10; return b, s }},
		{"mini-GOP", "mini-GOP 16, want 1", func(b []byte) ([]byte, Shape) { s := shape; s.MiniGOP = 1; return b, s }},
		{"low delay", "low delay 0, want 1", func(b []byte) ([]byte, Shape) { s := shape; s.LowDelay = true; return b, s }},
	} {
		data, s := c.change(append([]byte(nil), good...))
		_, err := ParsePass(data, s)
		var e *PassError
		if !errors.As(err, &e) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}

// Any bytes are parsed to statistics that a controller can work with, or refused.
func FuzzPass(f *testing.F) {
	f.Add(somePass().Append(nil))
	f.Add([]byte(passMagic))
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 4 {
			// Most inputs are to get past the checksum.
			data = binary.LittleEndian.AppendUint32(data[:len(data)-4:len(data)-4], crc32.ChecksumIEEE(data[:len(data)-4]))
		}
		p, err := ParsePass(data, shape)
		if err != nil {
			var e *PassError
			if !errors.As(err, &e) {
				t.Fatalf("%v is no *PassError", err)
			}
			return
		}
		if again, err := ParsePass(p.Append(nil), shape); err != nil || !reflect.DeepEqual(p, again) {
			t.Fatalf("%v, %+v, want %+v", err, again, p)
		}
		c := New(Settings{Mode: VariableBitrate, Rate: Rate{Bitrate: 1_000_000, MaxQuantizer: Coarsest}, Num: 30, Den: 1, Buffer: 1000, BitDepth: 8, Pass: p})
		for i := range p.Frames {
			d := c.Choose(&Frame{Class: p.Frames[i].Class, Shown: true, First: true, Spectrum: &Spectrum{}})
			if d.QIdx < 1 || d.QIdx > Coarsest || c.Err() != nil {
				t.Fatalf("quantiser %d, error %v", d.QIdx, c.Err())
			}
			c.Written(1000)
		}
		if err := c.Finish(); err != nil {
			t.Fatal(err)
		}
	})
}
