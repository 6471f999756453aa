package element

import (
	"testing"
	"time"
)

const frameTime = time.Second / 30

// machine codes frames, each in this share of the time it lasts, by preset.
type machine map[int]float64

// times returns a machine slower by a factor.
func (m machine) times(factor float64) machine {
	slower := machine{}
	for preset, load := range m {
		slower[preset] = load * factor
	}
	return slower
}

// code has frames coded; it returns how many until the preset was p's choice that it has in
// the end, and how often that changed. lost is said of the preset in force only.
func (m machine) code(t *testing.T, p *pace, frames int) (settled, changes int) {
	t.Helper()
	for n := range frames {
		preset, _, lost := p.state()
		if lost && m[preset] <= 1 && n >= p.window {
			t.Fatalf("frame %d: lost at preset %d, which takes %.2f", n, preset, m[preset])
		}
		p.coded(preset, time.Duration(m[preset]*float64(frameTime)), frameTime)
		if now, _, _ := p.state(); now != preset {
			settled = n + 1
			changes++
		}
	}
	return settled, changes
}

// quick keeps up with 30 frames a second at any preset.
var quick = machine{6: .4, 7: .35, 8: .28, 9: .21, 10: .17}

func TestPace(t *testing.T) {
	for _, tc := range []struct {
		name    string
		m       machine
		preset  int // in the end
		settled int // frames until then, at most
		lost    bool
	}{
		{"time to spare", quick, 6, 0, false},
		{"just enough", quick.times(2.2), 6, 0, false},
		{"a little too slow", quick.times(2.8), 8, 16, false},
		{"much too slow", quick.times(5.2), 10, 8, false},
		{"too slow at any speed", quick.times(8), 10, 8, true},
	} {
		var p pace
		p.restart(true, 6, 0)
		settled, _ := tc.m.code(t, &p, 300)
		preset, load, lost := p.state()
		if preset != tc.preset || settled > tc.settled || lost != tc.lost {
			t.Errorf("%s: preset %d after %d frames, load %.2f, lost %v", tc.name, preset, settled, load, lost)
		}
	}
}

// When a burden is gone the preset goes back, step by step, and no farther than allowed.
func TestPaceRecovers(t *testing.T) {
	for _, slowest := range []int{6, 8} {
		var p pace
		p.restart(true, slowest, 0)
		quick.times(8).code(t, &p, 100)
		settled, changes := quick.code(t, &p, 1500)
		if preset, _, lost := p.state(); preset != slowest || changes != 10-slowest || settled > (10-slowest)*least*shortest || lost {
			t.Errorf("preset %d after %d frames and %d changes, lost %v", preset, settled, changes, lost)
		}
	}
}

// Where no preset suits, because one has half the time to spare and the next has too
// little, changes become rare.
func TestPaceDoesNotFlap(t *testing.T) {
	var p pace
	p.restart(true, 6, 0)
	cliff := machine{6: 2, 7: 1.8, 8: 1.2, 9: .3, 10: .2}
	_, first := cliff.code(t, &p, 2000)
	_, later := cliff.code(t, &p, 2000)
	if preset, _, _ := p.state(); preset < 8 || later > 8 || first <= later {
		t.Errorf("preset %d after %d and %d changes", preset, first, later)
	}
}

// A frame of the preset before says nothing of the one chosen, nor does anything without realtime.
func TestPaceIgnores(t *testing.T) {
	var p pace
	p.restart(true, 6, 0)
	for range 100 {
		p.coded(7, time.Second, frameTime)
	}
	if preset, load, _ := p.state(); preset != 6 || load != 0 {
		t.Fatal("judged by frames of another preset")
	}
	p.restart(false, 6, 0)
	if _, changes := quick.times(8).code(t, &p, 100); changes > 0 {
		t.Error("adapts without being asked to")
	}
	if _, load, lost := p.state(); load < 3 || lost {
		t.Errorf("load %.2f, lost %v", load, lost)
	}
}

// What the application sets while frames are coded is the slowest from then on.
func TestPaceAllow(t *testing.T) {
	var p pace
	p.restart(true, 6, 15)
	for _, tc := range []struct{ set, want int }{{9, 9}, {7, 9}, {10, 10}} {
		p.allow(tc.set)
		if preset, _, _ := p.state(); preset != tc.want {
			t.Errorf("%d set: preset %d, want %d", tc.set, preset, tc.want)
		}
	}
}

// Where the preset can't change after all, what is left is to tell that it is too slow.
func TestPaceConfine(t *testing.T) {
	var p pace
	p.restart(true, 6, 0)
	slow := quick.times(8)
	slow.code(t, &p, 20)
	p.confine(6)
	slow.code(t, &p, 100)
	if preset, _, lost := p.state(); preset != 6 || !lost {
		t.Errorf("preset %d, lost %v", preset, lost)
	}
}
