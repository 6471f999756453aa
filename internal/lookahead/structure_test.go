package lookahead

import (
	"fmt"
	"math/bits"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/grav1e/grav1e/internal/av1"
)

// decoder follows the steps the way a decoder does, and checks each.
type decoder struct {
	t     *testing.T
	slots [av1.NumRefFrames]int64 // display index, -1: empty
	types map[int64]Step          // of the frames coded
	shown int64                   // frames shown so far
	kept  int                     // most different frames in the slots
}

func newDecoder(t *testing.T) *decoder {
	d := &decoder{t: t, types: map[int64]Step{}}
	for i := range d.slots {
		d.slots[i] = -1
	}
	return d
}

func (d *decoder) step(st *Step) {
	d.t.Helper()
	if st.Shown {
		if st.Display != d.shown {
			d.t.Fatalf("frame %d shown, want %d", st.Display, d.shown)
		}
		d.shown++
	}
	if st.ShowExisting >= 0 {
		d.showExisting(st)
		return
	}
	if _, ok := d.types[st.Display]; ok {
		d.t.Fatalf("frame %d coded twice", st.Display)
	}
	d.types[st.Display] = *st
	if st.Type != av1.KeyFrame {
		d.references(st)
	}
	different := map[int64]bool{}
	for i := range d.slots {
		if st.RefreshMask>>i&1 == 1 {
			d.slots[i] = st.Display
		}
		different[d.slots[i]] = true
	}
	d.kept = max(d.kept, len(different))
	if !st.Shown && st.RefreshMask == 0 {
		d.t.Fatalf("hidden frame %d is not kept", st.Display)
	}
}

func (d *decoder) showExisting(st *Step) {
	d.t.Helper()
	if got := d.slots[st.ShowExisting]; got != st.Display {
		d.t.Fatalf("slot %d holds frame %d, frame %d should be shown", st.ShowExisting, got, st.Display)
	}
	if d.types[st.Display].Shown {
		d.t.Fatalf("frame %d shown twice", st.Display)
	}
	if d.types[st.Display].Type == av1.KeyFrame || st.RefreshMask != 0 {
		d.t.Fatalf("step %+v", st)
	}
}

func (d *decoder) references(st *Step) {
	d.t.Helper()
	for name, s := range st.RefSlot {
		ref := d.slots[s]
		if ref < 0 || ref == st.Display {
			d.t.Fatalf("frame %d, reference %d: slot %d holds %d", st.Display, name, s, ref)
		}
		if abs(ref-st.Display) > 127 {
			d.t.Fatalf("frame %d refers to frame %d", st.Display, ref)
		}
	}
	switch {
	case st.ErrorResilient && st.PrimaryRef != av1.PrimaryRefNone:
		d.t.Fatalf("frame %d: error resilient with primary reference %d", st.Display, st.PrimaryRef)
	case !st.ErrorResilient && int(st.PrimaryRef) >= len(st.RefSlot):
		d.t.Fatalf("frame %d: primary reference %d", st.Display, st.PrimaryRef)
	}
}

// run codes frames until display reaches total, in mini-GOPs of n, with key frames at keys.
func run(t *testing.T, s *Structure, n int, total int64, key func(int64) bool) (*decoder, []Step) {
	t.Helper()
	d := newDecoder(t)
	var all, steps []Step
	for first := int64(0); first < total; {
		if first == 0 || key(first) {
			steps = s.Key(steps[:0], first)
			first++
		} else {
			m := 1
			for m < n && first+int64(m) < total && !key(first+int64(m)) {
				m++
			}
			steps = s.MiniGOP(steps[:0], first, m)
			first += int64(m)
		}
		for i := range steps {
			d.step(&steps[i])
		}
		if d.shown != first {
			t.Fatalf("%d frames shown after the group that ends before %d", d.shown, first)
		}
		all = append(all, steps...)
	}
	return d, all
}

func never(int64) bool { return false }

func TestEveryMiniGOPLength(t *testing.T) {
	for n := 1; n <= MaxMiniGOP; n++ {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			_, steps := run(t, &Structure{}, n, 300, never)
			for i := range steps {
				if st := &steps[i]; n > 1 && st.Shown && st.ShowExisting < 0 && st.RefreshMask == 0 && st.Layer == 0 {
					t.Errorf("frame %d of the base layer is not kept", st.Display)
				}
			}
		})
	}
}

func TestKeysAnywhere(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		s := Structure{ErrorResilient: r.IntN(4) == 0}
		n := 1 + r.IntN(MaxMiniGOP)
		oneIn := 1 + r.IntN(40)
		keys := map[int64]bool{}
		for i := range int64(200) {
			keys[i] = r.IntN(oneIn) == 0
		}
		_, steps := run(t, &s, n, 200, func(i int64) bool { return keys[i] })
		for i := range steps {
			st := &steps[i]
			if want := keys[st.Display] || st.Display == 0; (st.Type == av1.KeyFrame) != want {
				t.Fatalf("frame %d has type %d", st.Display, st.Type)
			}
			if st.Type == av1.KeyFrame && (st.RefreshMask != 0xFF || !st.Shown || st.PrimaryRef != av1.PrimaryRefNone) {
				t.Fatalf("key frame %+v", st)
			}
		}
	}
}

// Mini-GOPs of random lengths after each other, as scene cuts and the end make them.
func TestMixedLengths(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 300 {
		var s Structure
		d := newDecoder(t)
		steps := s.Key(nil, 0)
		for first := int64(1); first < 400; {
			n := 1 + r.IntN(MaxMiniGOP)
			steps = s.MiniGOP(steps, first, n)
			first += int64(n)
		}
		for i := range steps {
			d.step(&steps[i])
		}
	}
}

// Few slots bound the different frames kept, in low delay and without reordering.
func TestSlots(t *testing.T) {
	for slots := 2; slots <= av1.NumRefFrames; slots++ {
		for _, lowDelay := range []bool{false, true} {
			s := Structure{LowDelay: lowDelay, Slots: slots}
			d, _ := run(t, &s, 1, 300, func(i int64) bool { return i%97 == 0 })
			if d.kept > slots {
				t.Errorf("low delay %v: %d frames kept in %d slots", lowDelay, d.kept, slots)
			}
		}
	}
}

// Two slots beyond the logarithm of the longest mini-GOP are enough for the hierarchy.
func TestFewestSlots(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for longest := 2; longest <= MaxMiniGOP; longest *= 2 {
		slots := bits.Len(uint(longest)) + 1
		for range 50 {
			s := Structure{Slots: slots}
			d := newDecoder(t)
			steps := s.Key(nil, 0)
			for first := int64(1); first < 200; {
				n := 1 + r.IntN(longest)
				steps = s.MiniGOP(steps, first, n)
				first += int64(n)
			}
			for i := range steps {
				d.step(&steps[i])
			}
			if d.kept > slots {
				t.Fatalf("mini-GOPs up to %d: %d frames kept, %d slots", longest, d.kept, slots)
			}
		}
	}
}

func TestLowDelay(t *testing.T) {
	_, steps := run(t, &Structure{LowDelay: true}, 1, 200, func(i int64) bool { return i%50 == 0 })
	for i := range steps {
		st := &steps[i]
		if !st.Shown || st.ShowExisting >= 0 {
			t.Fatalf("frame %d is not shown at once", st.Display)
		}
		since := st.Display % 50
		if want := []int{0, 2, 1, 2}[since%4]; st.Layer != want {
			t.Errorf("frame %d has layer %d, want %d", st.Display, st.Layer, want)
		}
		if droppable := st.RefreshMask == 0; droppable != (st.Layer == 2) {
			t.Errorf("frame %d, layer %d: refresh mask %#x", st.Display, st.Layer, st.RefreshMask)
		}
	}
}

// The frame after a switch frame is told from it, though all slots hold the switch frame.
func TestSwitchFrames(t *testing.T) {
	for every := int64(1); every < 12; every++ {
		s := Structure{LowDelay: true, SwitchEvery: every}
		d, steps := run(t, &s, 1, 100, func(i int64) bool { return i == 40 })
		for i := range steps {
			st := &steps[i]
			since := st.Display
			if since >= 40 {
				since -= 40
			}
			want := since > 0 && since%every == 0
			if got := st.Type == av1.SwitchFrame; got != want {
				t.Fatalf("every %d: frame %d has type %d", every, st.Display, st.Type)
			}
			if want && (!st.ErrorResilient || st.RefreshMask != 0xFF || st.PrimaryRef != av1.PrimaryRefNone || !st.Shown) {
				t.Fatalf("switch frame %+v", st)
			}
		}
		if every > 4 && d.kept < 2 {
			t.Errorf("every %d: frames after a switch frame are never kept beside it", every)
		}
	}
	// A frame kept right after a switch frame is a reference of the next one.
	s := Structure{LowDelay: true, SwitchEvery: 5}
	steps := s.Key(nil, 0)
	for i := int64(1); i < 8; i++ {
		steps = s.MiniGOP(steps, i, 1)
	}
	kept, next := steps[6], steps[7]
	if kept.RefreshMask == 0 {
		t.Fatal("frame 6 is not kept")
	}
	if slot := next.RefSlot[0]; kept.RefreshMask>>slot&1 == 0 {
		t.Errorf("LAST of frame 7 is slot %d, frame 6 is in %#x", slot, kept.RefreshMask)
	}
}

// References are named by distance: LAST is the nearest frame before.
func TestNearestReferenceIsLast(t *testing.T) {
	d := newDecoder(t)
	var s Structure
	steps := s.Key(nil, 0)
	for first := int64(1); first < 100; first += 16 {
		steps = s.MiniGOP(steps, first, 16)
	}
	for i := range steps {
		st := &steps[i]
		if st.ShowExisting < 0 && st.Type != av1.KeyFrame {
			nearest := int64(-1)
			for _, f := range d.slots {
				if f < st.Display {
					nearest = max(nearest, f)
				}
			}
			if got := d.slots[st.RefSlot[0]]; got != nearest {
				t.Errorf("frame %d: LAST is frame %d, the nearest before is %d", st.Display, got, nearest)
			}
		}
		d.step(st)
	}
}

// Which frames a frame of L1T2 and of L1T3 refers to: the base layer, and what lower
// layers had since its last frame. The highest layer is never kept.
func TestTemporalLayers(t *testing.T) {
	type frame struct {
		display    int64
		temporalID uint8
		refers     []int64 // every frame it may be predicted from, nearest first
	}
	for _, c := range []struct {
		layers int
		frames []frame
	}{
		{2, []frame{
			{1, 1, []int64{0}}, {2, 0, []int64{0}},
			{3, 1, []int64{2, 0}}, {4, 0, []int64{2, 0}},
			{5, 1, []int64{4, 2, 0}}, {6, 0, []int64{4, 2, 0}},
			{7, 1, []int64{6, 4, 2, 0}}, {8, 0, []int64{6, 4, 2, 0}},
		}},
		{3, []frame{
			{1, 2, []int64{0}}, {2, 1, []int64{0}}, {3, 2, []int64{2, 0}}, {4, 0, []int64{0}},
			{5, 2, []int64{4, 0}}, {6, 1, []int64{4, 0}}, {7, 2, []int64{6, 4, 0}}, {8, 0, []int64{4, 0}},
			{9, 2, []int64{8, 4, 0}}, {10, 1, []int64{8, 4, 0}}, {11, 2, []int64{10, 8, 4, 0}}, {12, 0, []int64{8, 4, 0}},
		}},
	} {
		s := Structure{LowDelay: true, TemporalLayers: c.layers}
		d := newDecoder(t)
		d.step(&s.Key(nil, 0)[0])
		for _, want := range c.frames {
			st := s.MiniGOP(nil, want.display, 1)[0]
			var refers []int64
			for _, slot := range st.RefSlot {
				if f := d.slots[slot]; !slices.Contains(refers, f) {
					refers = append(refers, f)
				}
			}
			slices.Sort(refers)
			slices.Reverse(refers)
			if st.TemporalID != want.temporalID || !slices.Equal(refers, want.refers) {
				t.Errorf("L1T%d, frame %d: temporal id %d, refers to %d; want %d, %d", c.layers, want.display, st.TemporalID, refers, want.temporalID, want.refers)
			}
			if top := int(st.TemporalID) == c.layers-1; (st.RefreshMask == 0) != top {
				t.Errorf("L1T%d, frame %d: refresh mask %#x", c.layers, want.display, st.RefreshMask)
			}
			d.step(&st)
		}
	}
}

// Without the frames above any temporal id, each frame left finds in its slots what it would
// find with them, whatever key frames, switch frames, frames left out and few slots do. The
// pattern begins again at every key frame, and frames left out have no place in it.
func TestTemporalLayersDecodable(t *testing.T) {
	pattern := [][]uint8{2: {0, 1, 0, 1}, 3: {0, 2, 1, 2}}
	r := rand.New(rand.NewPCG(9, 10))
	for range 300 {
		layers := 2 + r.IntN(2)
		group := 1 << (layers - 1)
		s := Structure{LowDelay: true, TemporalLayers: layers, Slots: 2 + r.IntN(7), ErrorResilient: r.IntN(4) == 0}
		if r.IntN(3) == 0 {
			s.SwitchEvery = int64(group * (1 + r.IntN(3)))
		}
		oneInKey, oneInDrop, drops := 2+r.IntN(40), 2+r.IntN(20), 1
		if r.IntN(20) == 0 { // all that may be
			oneInKey, drops = 1e6, oneInDrop
		}
		all := newDecoder(t)
		var upTo [3]*decoder // of the frames up to a temporal id
		for id := range layers {
			upTo[id] = newDecoder(t)
		}
		position := 0
		for display := range int64(400) {
			var st Step
			if display == 0 || r.IntN(oneInKey) == 0 {
				st, position = s.Key(nil, display)[0], 0
			} else {
				before := s
				st = s.MiniGOP(nil, display, 1)[0]
				if !st.Needed && r.IntN(oneInDrop) < drops {
					s = before
					all.shown++
					continue
				}
			}
			if want := pattern[layers][position%4]; st.TemporalID != want {
				t.Fatalf("L1T%d, frame %d: temporal id %d, want %d", layers, display, st.TemporalID, want)
			}
			if switches := s.SwitchEvery > 0 && position > 0 && position%int(s.SwitchEvery) == 0; (st.Type == av1.SwitchFrame) != switches {
				t.Fatalf("L1T%d, frame %d: type %d", layers, display, st.Type)
			}
			position++
			for id := int(st.TemporalID); id < layers; id++ {
				for _, slot := range st.RefSlot {
					if st.Type != av1.KeyFrame && upTo[id].slots[slot] != all.slots[slot] {
						t.Fatalf("L1T%d up to %d: frame %d finds frame %d in slot %d, not %d", layers, id, display, upTo[id].slots[slot], slot, all.slots[slot])
					}
				}
				upTo[id].shown = display
				upTo[id].step(&st)
			}
			all.step(&st)
		}
	}
}

func TestNoAllocations(t *testing.T) {
	var s Structure
	var steps []Step
	next := int64(0)
	step := func() {
		steps = s.Key(steps[:0], next)
		steps = s.MiniGOP(steps, next+1, 16)
		next += 17
	}
	step()
	if n := testing.AllocsPerRun(20, step); n > 0 {
		t.Errorf("%v allocations", n)
	}
}
