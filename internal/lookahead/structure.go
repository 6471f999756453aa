// Package lookahead decides what is coded when, before any block is: scene cuts,
// mini-GOPs, coding order, reference slots and temporal layers.
package lookahead

import "github.com/grav1e/grav1e/internal/av1"

// MaxMiniGOP is the longest mini-GOP, in frames.
const MaxMiniGOP = 32

// maxRefAge bounds how far back (in frames) a reference may lie: order hints have
// 8 bits, so get_relative_dist (section 5.9.3) is right up to 127.
const maxRefAge = 120

// neededAge is the age of the base from which on no frame may be left out: the next one
// of the base layer is among the four that follow.
const neededAge = maxRefAge - 8

// Step is one frame header to write: a frame to code, or a coded one to show.
type Step struct {
	Display        int64 // index of the frame in input order
	Type           av1.FrameType
	Layer          int   // temporal layer in the pyramid: 0 base, higher is referenced less
	TemporalID     uint8 // temporal_id: the frame refers to none with a higher one
	Shown          bool  // the step ends a temporal unit
	Needed         bool  // may not be left out
	ShowExisting   int8  // slot to show (show_existing_frame), or -1: the frame is coded
	RefreshMask    uint8 // refresh_frame_flags
	RefSlot        [av1.RefsPerFrame]uint8
	PrimaryRef     uint8 // primary_ref_frame: index into RefSlot, or av1.PrimaryRefNone
	ErrorResilient bool
}

// slot is what is known of one of the eight reference slots.
type slot struct {
	display    int64
	layer      int
	temporalID uint8
	used       bool
	coded      int64 // coding order, to tell copies of one frame
}

// Structure hands out coding order and reference slots.
type Structure struct {
	LowDelay       bool // no reordering: hierarchical P
	ErrorResilient bool
	TemporalLayers int   // 2 (L1T2) or 3 (L1T3): frames above any temporal id can be left out; 0 and 1: none (low delay only)
	SwitchEvery    int64 // frames between switch frames, 0: none (low delay only); a multiple of 2 or 4 with 2 or 3 temporal layers
	Slots          int   // different frames kept at most, 2..8; 0: 8

	slots   [av1.NumRefFrames]slot
	lastKey int64
	key     int64 // coding order of the last key frame
	base    int64 // display index of the last base-layer frame
	count   int64 // frames coded
	pending []int64
}

// Key appends the step of a shown key frame, which takes all slots.
func (s *Structure) Key(steps []Step, display int64) []Step {
	s.lastKey, s.key, s.base = display, s.count, display
	s.fill(0xFF, slot{display: display, used: true, coded: s.count})
	s.count++
	return append(steps, Step{Display: display, Type: av1.KeyFrame, Shown: true, Needed: true, ShowExisting: -1, RefreshMask: 0xFF,
		PrimaryRef: av1.PrimaryRefNone, ErrorResilient: s.ErrorResilient})
}

// MiniGOP appends the steps of the n frames first..first+n-1, none of them a key
// frame. The last one is the base; the others lie between it and the base before
// in a binary hierarchy. Low delay takes n = 1.
func (s *Structure) MiniGOP(steps []Step, first int64, n int) []Step {
	if s.LowDelay || n == 1 {
		for i := range n {
			steps = s.lowDelayStep(steps, first+int64(i))
		}
		return steps
	}
	lo, hi := first-1, first+int64(n)-1
	s.pending = append(s.pending[:0], lo)
	steps = s.code(steps, hi, place{}, false, true)
	s.base = hi
	s.pending = append(s.pending, hi)
	steps = s.between(steps, lo, hi, 1)
	return s.show(steps, hi)
}

// between codes the frames strictly between lo and hi, which are coded already.
func (s *Structure) between(steps []Step, lo, hi int64, layer int) []Step {
	if hi-lo < 2 {
		return steps
	}
	mid := (lo + hi) / 2
	if hi-lo == 2 {
		return s.code(steps, mid, place{layer: layer}, true, false)
	}
	steps = s.code(steps, mid, place{layer: layer}, false, true)
	s.pending = append(s.pending, mid)
	steps = s.between(steps, lo, mid, layer+1)
	steps = s.show(steps, mid)
	steps = s.between(steps, mid, hi, layer+1)
	s.pending = s.pending[:len(s.pending)-1]
	return steps
}

// place is where a frame stands: in the pyramid, and among temporal layers.
type place struct {
	layer      int
	temporalID uint8
}

// lowDelayPatterns are the places of frames by position after a key frame, for each
// number of temporal layers (section 6.7.6: L1T2, L1T3).
var lowDelayPatterns = [...][4]place{
	0: {{0, 0}, {2, 0}, {1, 0}, {2, 0}},
	1: {{0, 0}, {2, 0}, {1, 0}, {2, 0}},
	2: {{0, 0}, {2, 1}, {0, 0}, {2, 1}},
	3: {{0, 0}, {2, 2}, {1, 1}, {2, 2}},
}

// sinceKey is a frame's position after the key frame. With temporal layers, whose pattern
// the stream promises, frames that were left out have none.
func (s *Structure) sinceKey(display int64) int64 {
	if s.TemporalLayers > 1 {
		return s.count - s.key
	}
	return display - s.lastKey
}

func (s *Structure) lowDelayStep(steps []Step, display int64) []Step {
	since := s.sinceKey(display)
	at := lowDelayPatterns[s.TemporalLayers][since&3]
	s.pending = append(s.pending[:0], s.base)
	if s.SwitchEvery > 0 && since%s.SwitchEvery == 0 {
		steps = s.code(steps, display, place{}, true, true)
		st := &steps[len(steps)-1]
		st.Type, st.Needed, st.RefreshMask, st.PrimaryRef, st.ErrorResilient = av1.SwitchFrame, true, 0xFF, av1.PrimaryRefNone, true
		s.fill(0xFF, slot{display: display, used: true, coded: s.count - 1})
		s.base = display
		return steps
	}
	steps = s.code(steps, display, at, true, at.layer < 2)
	steps[len(steps)-1].Needed = display-s.base >= neededAge
	if at.layer == 0 {
		s.base = display
	}
	return steps
}

// show appends the step that shows a frame coded before.
func (s *Structure) show(steps []Step, display int64) []Step {
	return append(steps, Step{Display: display, Type: av1.InterFrame, Shown: true, ShowExisting: int8(s.find(display)), PrimaryRef: av1.PrimaryRefNone})
}

func (s *Structure) find(display int64) int {
	for i := range s.slots {
		if s.slots[i].used && s.slots[i].display == display {
			return i
		}
	}
	return -1
}

// code appends the step of an inter frame and, when it is kept as a reference, gives it a slot.
func (s *Structure) code(steps []Step, display int64, at place, shown, keep bool) []Step {
	st := Step{Display: display, Type: av1.InterFrame, Layer: at.layer, TemporalID: at.temporalID, Shown: shown, ShowExisting: -1, ErrorResilient: s.ErrorResilient}
	s.assignRefs(&st)
	if keep {
		st.RefreshMask = s.mask(s.victim(display))
		s.fill(st.RefreshMask, slot{display: display, layer: at.layer, temporalID: at.temporalID, used: true, coded: s.count})
	}
	s.count++
	return append(steps, st)
}

// fill puts a frame into the slots of refresh_frame_flags.
func (s *Structure) fill(refreshMask uint8, with slot) {
	for i := range s.slots {
		if refreshMask>>i&1 == 1 {
			s.slots[i] = with
		}
	}
}

// mask is refresh_frame_flags for slot i. The last slot in use stands for those
// beyond as well, so that nothing old lingers there.
func (s *Structure) mask(i int) uint8 {
	if i == s.inUse()-1 {
		return 0xFF << i
	}
	return 1 << i
}

func (s *Structure) inUse() int {
	if s.Slots == 0 {
		return av1.NumRefFrames
	}
	return s.Slots
}

// assignRefs names the references of section 7.20's slots: LAST, LAST2, LAST3 and
// GOLDEN look back, BWDREF, ALTREF2 and ALTREF ahead, nearest first. Names that
// are left over repeat the nearest frame.
func (s *Structure) assignRefs(st *Step) {
	var past, future [av1.NumRefFrames]uint8
	np, nf := 0, 0
	for i := range s.slots {
		if !s.slots[i].used || s.isCopy(i) || st.Display-s.slots[i].display > maxRefAge || !s.below(&s.slots[i], st) {
			continue
		}
		if s.slots[i].display < st.Display {
			past[np] = uint8(i)
			np++
		} else {
			future[nf] = uint8(i)
			nf++
		}
	}
	s.sortByDistance(past[:np], st.Display)
	s.sortByDistance(future[:nf], st.Display)
	for i := range 4 {
		st.RefSlot[i] = pick(past[:np], future[:nf], i)
	}
	for i := range 3 {
		st.RefSlot[4+i] = pick(future[:nf], past[:np], i)
	}
	if nf >= 2 {
		// ALTREF is the farthest frame ahead, the base of the mini-GOP.
		st.RefSlot[6] = future[nf-1]
	}
	st.PrimaryRef = s.primary(st)
}

// below tells that a frame may refer to a slot without breaking temporal layers: to the
// base layer, and to lower layers since the last frame of that, so that a receiver may
// begin to decode a higher layer after any frame of the base layer.
func (s *Structure) below(sl *slot, st *Step) bool {
	return sl.temporalID == 0 || sl.temporalID < st.TemporalID && sl.display > s.base
}

// pick returns entry i of a, going on in b, and falls back to the first of all.
func pick(a, b []uint8, i int) uint8 {
	if i < len(a) {
		return a[i]
	}
	if j := i - len(a); j < len(b) {
		return b[j]
	}
	if len(a) > 0 {
		return a[0]
	}
	return b[0]
}

// primary chooses the frame whose CDFs are inherited: the nearest of those whose
// layer is closest to the frame's own, since statistics go with the layer.
func (s *Structure) primary(st *Step) uint8 {
	if st.ErrorResilient {
		return av1.PrimaryRefNone
	}
	best, bestCost := 0, int64(1)<<62
	for i, r := range st.RefSlot {
		sl := &s.slots[r]
		cost := abs(int64(sl.layer-st.Layer))*256 + abs(sl.display-st.Display)
		if cost < bestCost {
			best, bestCost = i, cost
		}
	}
	return uint8(best)
}

func (s *Structure) sortByDistance(list []uint8, display int64) {
	for i := 1; i < len(list); i++ {
		for j := i; j > 0 && abs(s.slots[list[j]].display-display) < abs(s.slots[list[j-1]].display-display); j-- {
			list[j], list[j-1] = list[j-1], list[j]
		}
	}
}

// isCopy tells that a lower slot holds the same frame.
func (s *Structure) isCopy(i int) bool {
	for j := range i {
		if s.slots[j].used && s.slots[j].coded == s.slots[i].coded {
			return true
		}
	}
	return false
}

// victim chooses the slot a new reference takes: an empty one, a copy, or the one
// that helps least: not awaited by the hierarchy, of high layer, far away.
func (s *Structure) victim(display int64) int {
	best, bestCost := -1, int64(-1)
	for i := range s.inUse() {
		if !s.slots[i].used || s.isCopy(i) {
			return i
		}
		if s.awaited(s.slots[i].display) {
			continue
		}
		cost := abs(s.slots[i].display - display)
		if s.slots[i].layer > 0 {
			cost += 64
		}
		if cost > bestCost {
			best, bestCost = i, cost
		}
	}
	return best
}

func (s *Structure) awaited(display int64) bool {
	for _, d := range s.pending {
		if d == display {
			return true
		}
	}
	return false
}

func abs(v int64) int64 {
	if v < 0 {
		return -v
	}
	return v
}
