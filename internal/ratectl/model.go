package ratectl

import "github.com/grav1e/grav1e/internal/av1"

// Spectrum says how hard a frame is, before its quantiser is chosen: the number of
// 16x16 luma blocks by the logarithm of what prediction leaves of them per sample,
// in steps of a quarter of an octave.
type Spectrum [spectrumBins]uint32

const (
	spectrumBins = 52
	binStep      = octave / 4
	binZero      = -5 * octave // bin 0: 1/32 of a sample value, and all below
)

// Block is the number of samples of a block of a Spectrum.
const Block = 256

// Add counts a block whose residual, of 8-bit samples, sums up to sad over Block samples.
func (s *Spectrum) Add(sad uint32) {
	s[min(max((log2(int64(sad))-8*octave-binZero)/binStep, 0), spectrumBins-1)]++
}

// Merge adds the blocks of other.
func (s *Spectrum) Merge(other *Spectrum) {
	for i, n := range other {
		s[i] += n
	}
}

// Blocks is the number of blocks counted.
func (s *Spectrum) Blocks() (n int64) {
	for _, v := range s {
		n += int64(v)
	}
	return n
}

// Class is a kind of frames whose sizes behave alike: key frames, and inter frames
// by temporal layer.
type Class uint8

// Classes; the class of temporal layer n is FirstLayer + n.
const (
	Key        Class = 0
	FirstLayer Class = 1
	NumClasses       = 7
)

// curve is the size of a frame, in bits, by the logarithm of its quantiser step in
// steps of a quarter of an octave.
type curve [curvePoints]int64

const (
	curvePoints = 43
	curveStep   = octave / 4
	curveZero   = 2 * octave // smallest step: AcQ(8, 0) is 4
)

// residue is the share of a reference's quantiser step that is left to code where
// nothing moves, as a logarithm: 0.05.
const residue lg = -1106

// headerBits is what a frame without any residual takes.
const headerBits = 160

// rateTable is log2(log2(1 + 2^v)) · 256 for v = -12, -11.5, … 20 octaves: bits per
// sample of a residual whose energy is 2^v of what the quantiser leaves alone.
var rateTable = [...]int16{
	-2937, -2809, -2681, -2553, -2425, -2297, -2169, -2041, -1913, -1786, -1658, -1531, -1404, -1277, -1150, -1025,
	-900, -776, -655, -535, -419, -306, -198, -96, 0, 89, 170, 244, 311, 372, 426, 475,
	520, 561, 598, 632, 663, 692, 719, 745, 768, 791, 812, 832, 850, 868, 886, 902,
	918, 933, 947, 961, 975, 988, 1000, 1012, 1024, 1035, 1046, 1057, 1068, 1078, 1087, 1097,
	1106,
}

const (
	rateZero = -12 * octave
	rateStep = octave / 2
)

// sampleRate is the logarithm of the bits per sample of a residual of size m (per
// sample of 8 bits, times 8 as steps are) under quantiser step: log2(1 + 4 m²/step²),
// which is how the rate of real transform blocks was found to behave.
func sampleRate(m, step lg) lg {
	v := 2*(m-step) + 2*octave - rateZero
	if v < 0 {
		return lg(rateTable[0]) + v
	}
	i := int(v / rateStep)
	if i >= len(rateTable)-1 {
		return lg(rateTable[len(rateTable)-1])
	}
	a, b := lg(rateTable[i]), lg(rateTable[i+1])
	return a + (b-a)*(v%rateStep)/rateStep
}

// sum is log2(2^a + 2^b), to an eighth of an octave.
func sum(a, b lg) lg {
	if a < b {
		a, b = b, a
	}
	if d := a - b; d < 4*octave {
		return a + (4*octave-d)*(4*octave-d)/(16*octave)
	}
	return a
}

// fill computes the curve of a frame that is predicted from frames of step ref
// (0: from none).
func (c *curve) fill(s *Spectrum, ref lg) {
	c.clear()
	for b, n := range s {
		if n > 0 {
			m := withResidue(residual(b), ref)
			for i := range c {
				c[i] += scaleExp2(int64(n)*Block<<8, sampleRate(m, pointStep(i)))
			}
		}
	}
	c.finish()
}

// fillRelative computes the curve of a frame whose references' step is a fixed
// distance from its own, wherever that is.
func (c *curve) fillRelative(s *Spectrum, distance lg) {
	c.clear()
	for b, n := range s {
		if n > 0 {
			for i := range c {
				step := pointStep(i)
				c[i] += scaleExp2(int64(n)*Block<<8, sampleRate(withResidue(residual(b), step+distance), step))
			}
		}
	}
	c.finish()
}

// clear and finish begin and end the sum of 1/256 bits.
func (c *curve) clear() {
	for i := range c {
		c[i] = headerBits << 8
	}
}

func (c *curve) finish() {
	for i := range c {
		c[i] >>= 8
	}
}

// residual is the residual per sample of the middle of a bin, in the units of steps.
func residual(bin int) lg { return binZero + lg(bin)*binStep + binStep/2 + 3*octave }

// withResidue adds what is left to code of references of step ref: energies add up.
func withResidue(m, ref lg) lg {
	if ref <= 0 {
		return m
	}
	return sum(2*m, 2*(ref+residue)) / 2
}

// pointStep is the quantiser step of a point of a curve.
func pointStep(i int) lg { return curveZero + lg(i)*curveStep }

// at is the size at a quantiser step.
func (c *curve) at(step lg) int64 {
	v := min(max(step-curveZero, 0), (curvePoints-1)*curveStep)
	i := int(v / curveStep)
	if i == curvePoints-1 {
		return c[i]
	}
	return c[i] + (c[i+1]-c[i])*int64(v%curveStep)/int64(curveStep)
}

// approach moves the curve towards other by 1/n.
func (c *curve) approach(other *curve, n int64) {
	for i := range c {
		c[i] += (other[i] - c[i]) / n
	}
}

// scale multiplies sizes by 2^by.
func (c *curve) scale(by lg) {
	for i := range c {
		c[i] = max(scaleExp2(c[i], by), headerBits)
	}
}

// mixture is what recent frames were like.
type mixture struct {
	average [NumClasses]curve
	seen    [NumClasses]int64 // frames in average
	memory  int64             // frames of all classes looked back on
}

// model predicts sizes: curves, and for each class how far sizes were from them.
type model struct {
	lasting    mixture
	recent     mixture           // forgets when content changes
	frames     int64             // seen
	share      [NumClasses]int64 // of all frames, in 1/shareUnit
	assumed    int64             // frames that what share was at first counts for
	correction [NumClasses]lg
	predicted  [NumClasses]int64 // recent sizes as curves said, and as they were
	written    [NumClasses]int64
	learned    [NumClasses]int64 // frames in predicted and written
}

// What the curves are off at first, by class.
var (
	reorderedStart = [NumClasses]lg{-256, -118, -125, -156, -195, -248, -248}
	lowDelayStart  = [NumClasses]lg{-256, -156, -128, -187, -187, -187, -187}
)

// predict is the size of a frame of a class with a curve.
func (m *model) predict(cl Class, c *curve, step lg) int64 {
	return scaleExp2(c.at(step), m.correction[cl])
}

// see takes in a frame's curve; step is the quantiser's it would have as things are. It
// tells whether content has changed.
func (m *model) see(cl Class, c *curve, step lg) (other bool) {
	if m.frames > 0 { // that a run begins with a key frame says nothing about the next
		n := min(m.frames+m.assumed, m.lasting.memory*shareMemory)
		for i := range m.share {
			m.share[i] -= m.share[i] / n
		}
		m.share[cl] += shareUnit / n
	}
	m.frames++
	if other = m.recent.differs(cl, c, step); other {
		clear(m.recent.seen[FirstLayer:])
	}
	m.lasting.see(cl, c, m.share[cl])
	m.recent.see(cl, c, m.share[cl])
	return other
}

// differs tells that a frame is so far from the average of its class, at a quantiser
// step, that content must have changed: what was seen of inter frames is of no use then.
func (x *mixture) differs(cl Class, c *curve, step lg) bool {
	if cl == Key || x.seen[cl] == 0 {
		return false
	}
	change := log2(c.at(step)) - log2(x.average[cl].at(step))
	return max(change, -change) > otherContent
}

func (x *mixture) see(cl Class, c *curve, share int64) {
	if x.seen[cl] == 0 {
		x.average[cl] = *c
	}
	x.seen[cl]++
	x.average[cl].approach(c, min(x.seen[cl], max(x.memory*share/shareUnit, 2)))
}

// Shares of the classes look back on shareMemory times the frames that averages do.
const (
	shareUnit   = 1 << 24 // fine enough that what is rare isn't lost in rounding
	shareMemory = 4
)

// otherContent is how much a frame differs from the average where content has changed.
const otherContent = octave

// Corrections look back on learnFrames frames of their class, and believe no size
// that is further than learnMost from the expected.
const (
	learnFrames = 8
	learnMost   = 2 * octave
)

// learn takes in a frame's size: predicted is what its curve said, without correction.
// The correction is the ratio of sums, so that predictions are right on average.
func (m *model) learn(cl Class, predicted, bits int64) {
	expected := scaleExp2(predicted, m.correction[cl])
	bits = min(max(bits, scaleExp2(expected, -learnMost)), scaleExp2(expected, learnMost))
	if m.learned[cl] == 0 {
		// What was believed before has some weight at first.
		m.predicted[cl], m.written[cl] = predicted/4, expected/4
	}
	m.learned[cl]++
	m.predicted[cl] += predicted - m.predicted[cl]/learnFrames
	m.written[cl] += bits - m.written[cl]/learnFrames
	before := m.correction[cl]
	m.correction[cl] = log2(m.written[cl]) - log2(m.predicted[cl])
	if cl == Key {
		return
	}
	// A class nothing is known of yet will err in the same way.
	for i := FirstLayer; i < NumClasses; i++ {
		if m.learned[i] == 0 {
			m.correction[i] += (m.correction[cl] - before) / 2
		}
	}
}

// guess is the average curve of a class; of inter frames, that of the class nearest to
// it that was seen, if any was.
func (x *mixture) guess(cl Class) (c *curve, ok bool) {
	if cl == Key {
		return &x.average[Key], x.seen[Key] > 0
	}
	for d := range Class(NumClasses) {
		if cl >= FirstLayer+d && x.seen[cl-d] > 0 {
			return &x.average[cl-d], true
		}
		if cl+d < NumClasses && x.seen[cl+d] > 0 {
			return &x.average[cl+d], true
		}
	}
	return &x.average[Key], false
}

// unseenInter is what an inter frame takes beside a key frame of the same quantiser,
// as long as none was seen.
const unseenInter = -3 * octave

// perFrame is the mean size of a frame like those of a mixture, of the classes from first
// on, when quantiser steps are offsets from base, within lo..hi, and key frames don't take
// more than some bits.
func (m *model) perFrame(x *mixture, first Class, base, lo, hi lg, offsets *[NumClasses]lg, key int64) (bits int64) {
	frames := int64(0)
	for cl := first; cl < NumClasses; cl++ {
		frames += m.share[cl]
		if m.share[cl] == 0 {
			continue
		}
		c, ok := x.guess(cl)
		b := m.predict(cl, c, min(max(base+offsets[cl], lo), hi))
		if !ok {
			b = scaleExp2(b, unseenInter)
		}
		if cl == Key {
			b = min(b, key)
		}
		bits += b * m.share[cl]
	}
	return bits / max(frames, 1)
}

// Coarsest is the largest index a frame is given. Beyond 255 they stand for 255 and the λ
// of a quantiser whose step is larger still, by an eighth of an octave for each: so the sizes
// of frames go on falling.
const Coarsest = 255 + 12

// steps are the logarithms of the quantiser steps of all indices, for 8 bits.
var steps = func() (s [Coarsest + 1]lg) {
	for i := range s {
		s[i] = log2(int64(av1.AcQ(8, min(i, 255)))) + lg(max(i-255, 0))*octave/8
	}
	return s
}()

// index is the quantiser index whose step comes next to step.
func index(step lg) int {
	i := 1
	for i < Coarsest && steps[i] < step {
		i++
	}
	if i > 1 && step-steps[i-1] < steps[i]-step {
		i--
	}
	return i
}

// solve is the largest-quality step at which size, which falls with the step, does
// not exceed bits.
func solve(lo, hi lg, bits int64, size func(lg) int64) lg {
	for lo < hi {
		mid := lo + (hi-lo)>>1
		if size(mid) > bits {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}
