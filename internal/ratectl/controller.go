// Package ratectl chooses the quantiser of frames: constant quality, variable and
// constant bit rate, one pass or two.
//
// A Controller is asked frame by frame in coding order. What it answers depends on
// the frames' difficulty and on the exact sizes of the frames before, never on timing.
package ratectl

import (
	"errors"

	"github.com/grav1e/grav1e/internal/av1"
)

// ErrUnwritten is a frame that begins before the size of the one before is known.
var ErrUnwritten = errors.New("grav1e: rate control: Choose before Written")

// Mode is what is held constant.
type Mode uint8

// Modes.
const (
	ConstantQuantizer Mode = iota
	VariableBitrate
	ConstantBitrate
)

// Settings of a Controller; the caller has validated them.
type Settings struct {
	Mode      Mode
	Rate      Rate
	Num, Den  int64 // frame rate
	Buffer    int64 // ms of the bucket
	Reservoir int64 // frames within which VariableBitrate makes up for deviations; 0: four seconds
	MaxIntra  int64 // size of key frames in per cent of a frame's share of the rate; 0: no limit
	Drop      bool  // frames that don't fit the bucket are left out
	LowDelay  bool
	Layers    int // temporal layers, up to 3 with LowDelay; 0 and 1: none
	Still     bool
	BitDepth  int
	Pass      *Pass // statistics of a pass before
	Record    bool  // collect statistics
}

// Rate is what may change between frames.
type Rate struct {
	Bitrate      int64 // bit/s
	Max          int64 // bit/s of the channel; 0: no limit. With ConstantBitrate it is Bitrate
	Quantizer    int   // base index of ConstantQuantizer
	MinQuantizer int
	MaxQuantizer int // up to Coarsest
}

// Frame is what is known of a frame before its quantiser is chosen.
type Frame struct {
	Class    Class
	Shown    bool
	Needed   bool // is never left out
	First    bool // of a key frame or mini-GOP: the base quantiser may move
	Spectrum *Spectrum
	RefQIdx  uint8 // finest quantiser index among its references; 0 without
}

// Decision is the quantiser of a frame.
type Decision struct {
	QIdx  int  // up to Coarsest
	Drop  bool // leave the frame out
	Check bool // ask Recode once the frame is written, before anything depends on it
}

// Controller chooses quantisers.
type Controller struct {
	s       Settings
	m       model
	offsets [NumClasses]lg
	least   int // quantiser indices
	most    int
	lo, hi  lg // their steps
	base    lg
	coded   int64 // frames
	since   int64 // frames since base last moved
	free    int64 // frames for which base may jump

	bucket  Bucket
	window  history
	debt    int64  // VariableBitrate: bits written beyond the rate
	spread  spread // of them, those of key frames that frames to come pay for
	frame   coding // the frame under way
	curve   curve  // and its curve
	plan    plan
	record  []PassFrame
	dropped int64
	err     error
}

// coding is a frame under way: what was decided, and why.
type coding struct {
	pending  bool // its size isn't known yet
	class    Class
	needed   bool
	shown    bool  // a frame's time passes after it
	bits     int64 // as expected
	raw      int64 // what the curve said
	qIdx     int
	need     int64 // bits it should take
	soft     int64 // bits it should not exceed
	hard     int64 // bits it must not exceed
	attempts int
	fine     int // index that took too much
}

// layerSteps is the quantiser step of a frame by temporal layer, relative to the
// base, in 1/64: what much is predicted from is coded better. Key frames take keyStep.
var (
	layerSteps    = [...]int64{40, 52, 62, 78, 92, 92}
	lowDelaySteps = [...][len(layerSteps)]int64{ // by number of temporal layers
		0: {42, 66, 84, 84, 84, 84},
		1: {42, 66, 84, 84, 84, 84},
		2: {54, 72, 90, 90, 90, 90},
		3: {46, 72, 84, 84, 84, 84},
	}
)

const keyStep int64 = 26

// scale is the step of a class relative to the base, in 1/64.
func (s *Settings) scale(cl Class) int64 {
	switch {
	case cl == Key && s.Still:
		return 64
	case cl == Key:
		return keyStep
	case s.LowDelay:
		return lowDelaySteps[s.Layers][cl-FirstLayer]
	}
	return layerSteps[cl-FirstLayer]
}

// Shares of the classes before frames have been seen, in 1/shareUnit.
var (
	reorderedShares = [NumClasses]int64{400 << 8, 3700 << 8, 4100 << 8, 8200 << 8, 16400 << 8, 32736 << 8}
	lowDelayShares  = [NumClasses]int64{400 << 8, 16128 << 8, 16384 << 8, 32624 << 8}
	twoLayerShares  = [NumClasses]int64{400 << 8, 32512 << 8, 0, 32624 << 8}
)

// How many frames they count for: a mini-GOP with reordering, where how frequent cuts are has
// to be learned before much was spent; about a second with low latency.
const (
	reorderedAssumed = 16
	lowDelayAssumed  = 35
)

// New returns a Controller.
func New(s Settings) *Controller {
	c := &Controller{s: s}
	for cl := range Class(NumClasses) {
		if int(cl-FirstLayer) < len(layerSteps) || cl == Key {
			c.offsets[cl] = log2(c.s.scale(cl)) - 6*octave
		}
	}
	c.m.share, c.m.assumed, c.m.correction = reorderedShares, reorderedAssumed, reorderedStart
	if s.LowDelay {
		c.m.share, c.m.assumed, c.m.correction = lowDelayShares, lowDelayAssumed, lowDelayStart
	}
	if s.Layers == 2 {
		c.m.share = twoLayerShares
	}
	if c.s.Reservoir == 0 {
		c.s.Reservoir = 4 * s.Num / s.Den
	}
	c.s.Reservoir = max(c.s.Reservoir, minReservoir)
	c.m.lasting.memory, c.m.recent.memory = c.s.Reservoir, quickMemory
	c.bucket.Num, c.bucket.Den = s.Num, s.Den
	c.setRate(s.Rate)
	c.bucket.Full = c.setPoint()
	c.window.start(int(min(max(windowSeconds*s.Num/s.Den, 2), maxWindow)), c.bucket.Full)
	c.jump()
	if s.Pass != nil {
		c.m.correction = [NumClasses]lg{}
		c.plan.start(c)
	}
	return c
}

// What is looked back on.
const (
	minReservoir  = 12 // frames
	quickMemory   = 24 // frames, for what was recent
	windowSeconds = 2  // over which ConstantBitrate is met
	maxWindow     = 1 << 12
)

// SetRate changes the rate from the next frame on.
func (c *Controller) SetRate(r Rate) {
	if r == c.s.Rate {
		return
	}
	if r.Bitrate != c.s.Rate.Bitrate {
		c.window.forget(c.bucket.Full)
		c.debt, c.spread = 0, spread{}
		c.jump()
	}
	c.setRate(r)
}

func (c *Controller) setRate(r Rate) {
	c.s.Rate = r
	c.least, c.most = max(r.MinQuantizer, 1), max(r.MaxQuantizer, r.MinQuantizer, 1) // index 0 is lossless
	c.lo, c.hi = steps[c.least], steps[c.most]
	c.bucket.Rate = r.Max
	if c.s.Mode == ConstantBitrate {
		c.bucket.Rate = r.Bitrate
	}
	c.bucket.Size = c.bucket.Rate / 1000 * c.s.Buffer
}

// bounded tells whether a bucket limits frames.
func (c *Controller) bounded() bool { return c.bucket.Rate > 0 }

// Choose returns the quantiser of the next frame in coding order.
func (c *Controller) Choose(f *Frame) Decision {
	if !c.Measures() {
		return Decision{QIdx: c.constant(f.Class)}
	}
	if c.frame.pending {
		c.err = ErrUnwritten
	}
	if c.plan.pass == nil {
		c.curve.fill(f.Spectrum, stepOf(f.RefQIdx))
	} else if err := c.plan.frame(c, f, &c.curve); err != nil {
		c.err = err
	}
	other := c.m.see(f.Class, &c.curve, c.base+c.offsets[f.Class])
	c.coded++
	c.since++
	c.free = max(c.free-1, 0)
	if other || f.Class == Key && c.s.Mode == ConstantBitrate {
		c.jump()
	}
	if f.First || c.coded == 1 {
		c.moveBase(f.Class)
	}
	step := min(max(c.base+c.offsets[f.Class], c.lo), c.hi)
	if c.s.Mode == ConstantBitrate && f.RefQIdx > 0 {
		step = max(step, steps[f.RefQIdx]-mostBetter)
	}
	c.frame = coding{pending: true, class: f.Class, needed: f.Needed, shown: f.Shown, soft: limit, hard: limit}
	e := &c.frame
	if c.bounded() || c.s.Mode != ConstantQuantizer && f.Class == Key {
		step = c.keepWithin(e, step)
	}
	e.qIdx = c.quantizer(f.Class, step)
	e.raw = c.curve.at(steps[e.qIdx])
	e.bits = scaleExp2(e.raw, c.m.correction[f.Class])
	if c.s.Drop && !f.Needed && scaleExp2(c.curve.at(c.hi), c.m.correction[f.Class]) > e.hard {
		c.leaveOut()
		return Decision{QIdx: e.qIdx, Drop: true}
	}
	if c.s.Record {
		c.record = append(c.record, PassFrame{Class: f.Class, QIdx: uint16(e.qIdx), RefQIdx: f.RefQIdx, Spectrum: *f.Spectrum})
	}
	return Decision{QIdx: e.qIdx, Check: c.doubtful(e)}
}

// mostBetter is how far below its references' a frame's quantiser step may be with
// ConstantBitrate: then all of the picture may be coded again, which costs far more
// than curves say.
const mostBetter = octave * 3 / 8

// doubt is how much larger than predicted a frame is assumed to become at most
// without a check.
const doubt = 3 * octave / 2

// doubtful tells that a frame's size has to be known before others build on it.
func (c *Controller) doubtful(e *coding) bool {
	switch {
	case e.soft == limit:
		return false
	case c.s.Mode == ConstantBitrate && c.s.LowDelay:
		return true // without frames that are coded ahead there is nothing to be gained by haste
	case c.free > 0 && scaleExp2(e.bits, 3*octave) > e.hard:
		return true // content has changed
	}
	return e.class == Key || scaleExp2(e.bits, doubt) > e.soft
}

// quantizer is the index for a step; ConstantQuantizer rounds as it always does.
func (c *Controller) quantizer(cl Class, step lg) int {
	if c.s.Mode == ConstantQuantizer && step == min(max(c.base+c.offsets[cl], c.lo), c.hi) {
		return c.constant(cl)
	}
	return min(max(index(step), c.least), c.most)
}

// constant is the index of ConstantQuantizer: the first whose AC step reaches that
// of the configured one, scaled for the class.
func (c *Controller) constant(cl Class) int {
	if c.s.Rate.Quantizer == 0 {
		return c.s.Rate.MinQuantizer
	}
	want := int64(av1.AcQ(c.s.BitDepth, c.s.Rate.Quantizer)) * c.s.scale(cl) / 64
	idx := 1
	for idx < 255 && int64(av1.AcQ(c.s.BitDepth, idx)) < want {
		idx++
	}
	return max(idx, c.s.Rate.MinQuantizer)
}

// take counts bits that were written, and a frame's time if that passes.
func (c *Controller) take(bits int64, shown bool) {
	if shown {
		c.window.pass(c.bucket.Full)
	}
	c.debt += bits
	if c.bounded() {
		c.bucket.Add(bits)
	}
	if shown {
		c.bucket.Drain()
		c.debt -= c.frameBits()
		c.spread.pass()
	}
	if c.plan.pass == nil {
		c.debt = max(c.debt, -c.s.Reservoir*c.frameBits()/credit)
	}
}

// credit is the part of the reservoir that is kept for later when frames need less
// than their share.
const credit = 4

// frameBits is a frame's share of the rate.
func (c *Controller) frameBits() int64 { return c.s.Rate.Bitrate * c.s.Den / c.s.Num }

// Written says how many bits the frame took, before Choose is called for the next.
func (c *Controller) Written(bits int64) {
	e := &c.frame
	if !e.pending {
		return
	}
	e.pending = false
	if c.s.Record {
		c.record[len(c.record)-1].Bits = bits
	}
	c.m.learn(e.class, e.raw, bits)
	c.plan.take(e.raw, bits)
	if e.class == Key {
		c.spread.add(bits, min(shareUnit/max(c.m.share[Key], 1), c.s.Reservoir/2))
	}
	c.take(bits, e.shown)
}

// Shown says that a frame coded before was shown by a header of some bits.
func (c *Controller) Shown(bits int64) { c.take(bits, true) }

// leaveOut counts the frame as left out.
func (c *Controller) leaveOut() {
	c.frame.pending = false
	c.dropped++
	c.take(0, c.frame.shown)
}

// moveBase sets the quantiser of the base, before a frame of a class.
func (c *Controller) moveBase(cl Class) {
	most := pace * lg(c.since)
	var want lg
	switch {
	case c.s.Mode == ConstantQuantizer:
		c.base = steps[c.s.Rate.Quantizer]
		return
	case c.plan.pass != nil:
		want = c.plan.base(c, &c.curve, cl)
	case c.s.Mode == ConstantBitrate:
		// Nothing is saved for key frames: there is little to keep it in.
		want = c.affordable(&c.m.recent, FirstLayer, c.quick(), c.bucket.Full-c.setPoint(), 2, 6)
		most = quickPace * lg(c.since)
	default:
		var urgency lg
		want, urgency = c.steady()
		most += (quickPace - pace) * lg(c.since) * urgency / octave
	}
	if c.free == 0 {
		want = min(max(want, c.base-most), c.base+3*most)
	}
	c.base, c.since = want, 0
}

// steady is the base of VariableBitrate: what is affordable if content goes on as in the
// whole time looked back on. When that would soon lead too far off the rate, because
// content has changed, recent frames count instead, by degrees: the urgency, up to octave.
func (c *Controller) steady() (base, urgency lg) {
	// A key frame is no deviation, unless saved for: the frames after it are smaller for it.
	debt := c.debt - min(c.spread.left, max(c.debt, 0))
	base = c.affordable(&c.m.lasting, Key, c.s.Reservoir, debt, 2, 8)
	second, share := c.s.Num/c.s.Den+1, c.frameBits()
	growth := c.m.perFrame(&c.m.recent, Key, base, c.lo, c.hi, &c.offsets, c.keyLimit()) - share
	off := -debt - growth*second - share*second*6/16
	if growth > 0 { // too much is made up for in time, too little perhaps not
		off = debt + growth*second/2 - share*second*7/16
	}
	urgency = lg(min(max(off*int64(octave)/(share*second), 0), int64(octave)))
	if urgency > 0 {
		soon := c.affordable(&c.m.recent, Key, second, debt, 2, 8)
		base += (soon - base) * urgency / octave
	}
	return base, urgency
}

// affordable is the base with which frames like those of a mixture take, on average,
// their share of the rate less what is to be made up for within a number of frames, but
// not less than least quarters of the share nor more than most.
func (c *Controller) affordable(x *mixture, first Class, frames, behind, least, most int64) lg {
	share := c.frameBits()
	budget := min(max(share-behind/frames, share*least/4), share*most/4)
	return solve(c.lo-2*octave, c.hi+2*octave, budget, func(base lg) int64 {
		return c.m.perFrame(x, first, base, c.lo, c.hi, &c.offsets, c.keyLimit())
	})
}

// How far the base falls in a frame's time at most; it may rise three times as fast.
const (
	pace      = octave / 64
	quickPace = octave / 8
)

// jump lets the base move freely while little is known of what is coded now: at the
// beginning and where content changes for a second, with ConstantBitrate for a few frames.
func (c *Controller) jump() {
	c.free = c.s.Num / c.s.Den
	if c.s.Mode == ConstantBitrate {
		c.free = sceneStart
	}
}

const sceneStart = 6 // frames

// quick is the number of frames within which ConstantBitrate makes up for deviations: of a
// fifth of a second. With reordering the base moves from mini-GOP to mini-GOP only: of a second.
func (c *Controller) quick() int64 {
	second := c.s.Num / c.s.Den
	if !c.s.LowDelay {
		return max(second, 6)
	}
	return max(second/5, 6)
}

// setPoint is how full the bucket is kept: enough that the channel is never idle
// while small frames pass.
func (c *Controller) setPoint() int64 {
	if c.s.Mode != ConstantBitrate {
		return 0
	}
	if !c.s.LowDelay {
		return min(c.bucket.Rate*30/100, c.bucket.Size/3) // a mini-GOP drains meanwhile
	}
	return min(c.bucket.Rate*12/100, c.bucket.Size/3)
}

// keyLimit is the most a key frame may take, but for what the bucket allows.
func (c *Controller) keyLimit() int64 {
	switch {
	case c.s.MaxIntra > 0:
		return c.frameBits() * c.s.MaxIntra / 100
	case c.s.Mode == VariableBitrate && c.plan.pass == nil:
		// The quantiser it follows may be that of far easier content: a quarter more than could have been saved.
		return c.frameBits() * c.s.Reservoir * 5 / (4 * credit)
	case c.s.Mode == ConstantBitrate && !c.s.LowDelay:
		return c.s.Rate.Bitrate * reorderedKeyShare / 100
	}
	return limit
}

// reorderedKeyShare is the same for ConstantBitrate with reordering, where frames of a
// mini-GOP follow at once.
const reorderedKeyShare = 35

// easierKey is how far the first frame of a scene may go below the base of that before.
const easierKey = 3 * octave / 2

// windowShare is how far, in per mille, the rate of a window may be off. Frames that should
// not be less may fall short of it.
const windowShare = 42

// keepWithin finds what the frame may take, and the step for it if that is larger.
func (c *Controller) keepWithin(e *coding, step lg) lg {
	if c.bounded() {
		e.hard = c.bucket.Size - c.bucket.Full
		e.soft = e.hard - e.hard/8
	}
	if e.class == Key {
		e.soft = min(e.soft, c.keyLimit())
	}
	if c.s.Mode == ConstantBitrate && c.s.LowDelay && (e.class != Key || c.s.MaxIntra == 0) {
		even := c.window.before(0) - c.bucket.Full + c.frameBits()
		slack := c.s.Rate.Bitrate * windowSeconds * windowShare / 1000
		room, least := min(even+slack, c.setPoint()+slack*2-c.bucket.Full+c.frameBits()), c.frameBits()/4
		if e.class == Key {
			least = c.frameBits()
		}
		e.soft = min(e.soft, max(room, least))
		e.need = min(c.leastInWindow(slack), e.soft)
	}
	size := func(step lg) int64 { return c.m.predict(e.class, &c.curve, step) }
	if c.s.Mode == ConstantBitrate && e.class == Key {
		// An easier scene gets what it may have at once; the base follows.
		step = max(solve(c.lo, step, e.soft-e.soft/8, size), step-easierKey)
	}
	if size(step) > e.soft {
		step = solve(step, c.hi, e.soft-e.soft/16, size)
	} else if size(step) < e.need {
		step = max(solve(c.lo, step, e.need, size), step-octave)
	}
	return step
}

// leastInWindow is what the next frame has to take so that no window that ends with it or
// soon after falls short by more than slack. Frames after it are taken to fill what a large
// frame two seconds ago leaves with up to four shares more each: what is begun with earlier
// is lost where the next key frame would have filled it.
func (c *Controller) leastInWindow(slack int64) (need int64) {
	share := c.frameBits()
	for ahead := range min(c.quick(), int64(len(c.window.full)-1)) {
		gap := c.window.before(int(ahead)) - slack - c.bucket.Full
		need = max(need, gap-4*ahead*share+share)
	}
	return need
}

// Verdict is what becomes of a checked frame.
type Verdict uint8

// Verdicts.
const (
	Keep  Verdict = iota
	Again         // code it with another quantiser
	Leave         // leave it out
)

// guesses is how often a frame that took too much is coded with another quantiser for it:
// of content that moves now and then curves say little.
const guesses = 2

// Recode decides whether a frame that has to be checked, and took bits, stays as it
// is. It is asked again after each attempt.
func (c *Controller) Recode(bits int64) (v Verdict, qIdx int) {
	e := &c.frame
	over := e.attempts < guesses && bits > e.soft+e.soft/16 || bits > e.hard
	switch {
	case over && e.qIdx < c.most:
		next := c.most
		if e.attempts < guesses {
			// The frame itself says how far its curve was off.
			want := scaleExp2(e.soft-e.soft/12, log2(e.raw)-log2(bits))
			next = min(max(index(solve(c.lo, c.hi, want, c.curve.at)), e.qIdx+1), c.most)
		}
		e.fine = e.qIdx
		c.again(next)
		return Again, e.qIdx
	case e.attempts > 0 && e.attempts < guesses && bits < e.need && e.qIdx > e.fine+1:
		// Sizes fall off somewhere between the two.
		c.again((e.fine + e.qIdx) / 2)
		return Again, e.qIdx
	case c.s.Drop && !e.needed && bits > e.hard:
		if c.s.Record {
			c.record = c.record[:len(c.record)-1]
		}
		c.leaveOut()
		return Leave, e.qIdx
	}
	return Keep, e.qIdx
}

// again gives the frame another quantiser.
func (c *Controller) again(qIdx int) {
	e := &c.frame
	e.qIdx = qIdx
	e.attempts++
	e.raw = c.curve.at(steps[e.qIdx])
	if c.s.Record {
		c.record[len(c.record)-1].QIdx = uint16(e.qIdx)
	}
}

// Fullness is how much of the bucket is taken, in bits; 0 without one.
func (c *Controller) Fullness() int64 { return c.bucket.Full }

// Dropped is the number of frames left out.
func (c *Controller) Dropped() int64 { return c.dropped }

// Measures tells whether Choose needs to know how hard frames are.
func (c *Controller) Measures() bool {
	return c.s.Mode != ConstantQuantizer || c.bounded() || c.s.Pass != nil || c.s.Record
}

// Lossless tells that Choose will return 0 for the next frame.
func (c *Controller) Lossless() bool {
	return c.s.Mode == ConstantQuantizer && c.s.Rate.Quantizer == 0 && c.s.Rate.MinQuantizer == 0
}

// Least is the smallest index a lossy frame may have now.
func (c *Controller) Least() int { return c.least }

// Err is what is wrong with the statistics of the pass before.
func (c *Controller) Err() error { return c.err }

// Recorded returns the statistics of the frames so far; nil unless they are collected.
func (c *Controller) Recorded(s Shape) *Pass {
	if !c.s.Record {
		return nil
	}
	return &Pass{Shape: s, Frames: c.record}
}

// Finish says, after the last frame, that fewer were coded than the pass before had.
func (c *Controller) Finish() error { return c.plan.finish() }
