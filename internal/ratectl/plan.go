package ratectl

import "fmt"

// plan spreads the bits of a run over its frames as a pass before found them: all
// get the same base quantiser, but for what deviations have to be made up for.
type plan struct {
	pass   *Pass
	next   int   // frame to be coded
	left   curve // what the frames from next on take, by base quantiser
	spent  int64 // what frames took
	expect int64 // and what was expected of them
}

// start sums up what the frames take.
func (p *plan) start(c *Controller) {
	p.pass = c.s.Pass
	others, keys := p.sum(c, FirstLayer, NumClasses-1), p.sum(c, Key, Key)
	all := func(base lg) int64 { return others.at(base) + keys.at(base) }
	base := solve(c.lo-2*octave, c.hi+2*octave, p.total(c), all)
	if better := base - solve(base-mostBetterKey, base, all(base)/littleKeys, keys.at); better > 0 {
		c.offsets[Key] -= better
		keys = p.sum(c, Key, Key)
	}
	for i := range p.left {
		p.left[i] = others[i] + keys[i]
	}
}

// What a better key frame gains lasts until the next. Where key frames take little of the
// bits, less than a littleKeys-th, they get better until they take as much, by mostBetterKey
// at most. Where they take a sixth or more, next to nothing is to be gained by it.
const (
	littleKeys    = 16
	mostBetterKey = octave
)

// sum is what the frames of classes first..last take, by base quantiser.
func (p *plan) sum(c *Controller, first, last Class) (all curve) {
	for i := range p.pass.Frames {
		if f := &p.pass.Frames[i]; f.Class >= first && f.Class <= last {
			all.count(c, f, 1)
		}
	}
	return all
}

// total is the bits of the run.
func (p *plan) total(c *Controller) int64 { return c.frameBits() * int64(len(p.pass.Frames)) }

// count adds n times a frame to a sum. Its points are base quantisers where points of
// curves are quantisers.
func (all *curve) count(c *Controller, f *PassFrame, n int64) {
	var own curve
	if f.RefQIdx == 0 {
		own.fill(&f.Spectrum, 0)
	} else {
		own.fillRelative(&f.Spectrum, stepOf(f.RefQIdx)-steps[f.QIdx])
	}
	own.scale(f.deviation())
	for i := range all {
		step := curveZero + lg(i)*curveStep + c.offsets[f.Class]
		all[i] += n * own.at(min(max(step, c.lo), c.hi))
	}
}

// deviation is how far the frame's size was from its curve.
func (f *PassFrame) deviation() lg {
	var own curve
	own.fill(&f.Spectrum, stepOf(f.RefQIdx))
	return log2(f.Bits) - log2(own.at(steps[f.QIdx]))
}

// frame makes the curve of the next frame, which must be as in the pass.
func (p *plan) frame(c *Controller, f *Frame, out *curve) error {
	if p.next >= len(p.pass.Frames) {
		return &PassError{"frame count", fmt.Sprint(len(p.pass.Frames)), "as many as are encoded, which are more"}
	}
	was := &p.pass.Frames[p.next]
	if was.Class != f.Class {
		return &PassError{fmt.Sprintf("frame %d (in coding order)", p.next), was.Class.String(), f.Class.String() + ", as the frame that is encoded"}
	}
	p.next++
	p.left.count(c, was, -1)
	out.fill(&was.Spectrum, stepOf(f.RefQIdx))
	out.scale(was.deviation())
	return nil
}

// finish verifies that all frames were coded.
func (p *plan) finish() error {
	if p.pass == nil || p.next == len(p.pass.Frames) {
		return nil
	}
	return &PassError{"frame count", fmt.Sprint(len(p.pass.Frames)), fmt.Sprintf("%d, as were encoded", p.next)}
}

// trust is the part of the run that has to be coded before deviations from the pass
// count in full.
const trust = 16

// base is the base quantiser with which the rest of the run takes what is left of the
// bits; first is the frame that is about to be coded.
func (p *plan) base(c *Controller, first *curve, cl Class) lg {
	total := p.total(c)
	shown := int64(p.next - 1) // a mini-GOP begins when all frames before were shown
	remain := total - shown*c.frameBits() - c.debt
	ratio := log2(p.spent+total/trust) - log2(p.expect+total/trust)
	return solve(c.lo-2*octave, c.hi+2*octave, max(remain, 0), func(base lg) int64 {
		own := first.at(min(max(base+c.offsets[cl], c.lo), c.hi))
		return scaleExp2(p.left.at(base)+own, ratio)
	})
}

// take compares a frame's size with what was expected.
func (p *plan) take(expected, bits int64) {
	if p.pass != nil {
		p.spent += bits
		p.expect += expected
	}
}

// String names a class.
func (cl Class) String() string {
	if cl == Key {
		return "a key frame"
	}
	return fmt.Sprintf("an inter frame of layer %d", cl-FirstLayer)
}

// stepOf is the logarithm of a quantiser index's step; 0 for none.
func stepOf(qIdx uint8) lg {
	if qIdx == 0 {
		return 0
	}
	return steps[qIdx]
}
