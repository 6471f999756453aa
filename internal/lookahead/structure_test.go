package lookahead

import (
	"fmt"
	"math/bits"
	"math/rand/v2"
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
