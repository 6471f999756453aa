package lookahead

import (
	"testing"

	"github.com/grav1e/grav1e/internal/frame"
)

// sample is a picture's content, luma at 8 bits.
type sample func(x, y int) int

func plane(w, h, bitDepth int, s sample) *frame.PackedPlane {
	p := &frame.PackedPlane{Stride: w + 3, Width: w, Height: h}
	if bitDepth == 8 {
		p.Bytes = make([]uint8, p.Stride*h)
	} else {
		p.Words = make([]uint16, p.Stride*h)
	}
	for y := range h {
		for x := range w {
			if o, v := y*p.Stride+x, s(x, y); bitDepth == 8 {
				p.Bytes[o] = uint8(v)
			} else {
				p.Words[o] = uint16(v << (bitDepth - 8))
			}
		}
	}
	return p
}

// noise is a texture that is the same at every call.
func noise(seed int) sample {
	return func(x, y int) int {
		v := uint32(x/8*73856093 ^ y/8*19349663 ^ seed*83492791)
		v = v * 2654435761 >> 9
		return int(v & 255)
	}
}

func moved(s sample, dx, dy int) sample { return func(x, y int) int { return s(x+dx, y+dy) } }

func brighter(s sample, by int) sample { return func(x, y int) int { return min(s(x, y)+by, 255) } }

func flat(v int) sample { return func(int, int) int { return v } }

func TestSceneCut(t *testing.T) {
	for _, c := range []struct {
		name   string
		before sample
		after  sample
		cut    bool
	}{
		{"the same", noise(1), noise(1), false},
		{"another scene", noise(1), noise(2), true},
		{"pan", noise(1), moved(noise(1), 8, 4), false},
		{"a little brighter", noise(1), brighter(noise(1), 2), false},
		{"flat", flat(100), flat(100), false},
		{"flat, a little darker", flat(100), flat(98), false},
		{"texture after black", flat(0), noise(3), true},
	} {
		for _, bitDepth := range []int{8, 10, 12} {
			var a, b Analysis
			if a.Analyse(plane(640, 360, bitDepth, c.before), bitDepth, nil) {
				t.Errorf("%s: the first picture is a cut", c.name)
			}
			if got := b.Analyse(plane(640, 360, bitDepth, c.after), bitDepth, &a); got != c.cut {
				t.Errorf("%s, %d bit: cut %v, want %v", c.name, bitDepth, got, c.cut)
			}
		}
	}
}

// Pictures far from square, and tiny ones, have a thumbnail too.
func TestSceneCutSizes(t *testing.T) {
	for _, size := range [][2]int{{1, 1}, {3, 5000}, {5000, 1}, {160, 160}, {161, 2}, {7680, 8}} {
		var a, b Analysis
		a.Analyse(plane(size[0], size[1], 8, flat(255)), 8, nil)
		for y := range a.h {
			for x := range a.w {
				if v := a.thumb[y*thumbMax+x]; v != 255 {
					t.Fatalf("%v: thumbnail sample %d,%d is %d", size, x, y, v)
				}
			}
		}
		if b.Analyse(plane(size[0], size[1], 8, flat(255)), 8, &a) {
			t.Errorf("%v: a cut between equal pictures", size)
		}
	}
}

// A thumbnail sample is the mean of its square, at every size of the squares.
func TestThumbnail(t *testing.T) {
	for _, size := range [][2]int{{100, 90}, {301, 77}, {416, 240}, {1280, 720}, {2000, 30}, {6, 900}, {8200, 70}} {
		for _, bitDepth := range []int{8, 10} {
			p := plane(size[0], size[1], bitDepth, func(x, y int) int { return (x*7 + y*13 + x*y) & 255 })
			var a Analysis
			a.Analyse(p, bitDepth, nil)
			side := 1
			for max(size[0], size[1])/side > thumbMax {
				side *= 2
			}
			w, h := min(side, size[0]), min(side, size[1])
			for y := range a.h {
				for x := range a.w {
					sum := 0
					for j := range h {
						for i := range w {
							sum += ((x*side+i)*7 + (y*side+j)*13 + (x*side+i)*(y*side+j)) & 255
						}
					}
					if got := int(a.thumb[y*thumbMax+x]); got != sum/(w*h) {
						t.Fatalf("%v, %d bit: sample %d,%d is %d, want %d", size, bitDepth, x, y, got, sum/(w*h))
					}
				}
			}
		}
	}
}
