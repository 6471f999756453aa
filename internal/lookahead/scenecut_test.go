package lookahead

import (
	"testing"

	"github.com/grav1e/grav1e/internal/frame"
)

// sample is a picture's content, luma at 8 bits.
type sample func(x, y int) int

func plane(w, h, bitDepth int, s sample) *frame.Plane {
	n, _ := frame.PlaneSize(w, h)
	p := frame.NewPlane(make([]uint16, n), w, h)
	for y := range h {
		row := p.Row(0, y)
		for x := range w {
			row[x] = uint16(s(x, y) << (bitDepth - 8))
		}
	}
	return &p
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
