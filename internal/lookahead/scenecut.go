package lookahead

import "github.com/grav1e/grav1e/internal/frame"

// The thumbnail scene cuts are found on: small enough that a cut costs next to
// nothing to find, large enough to follow motion.
const (
	thumbMax   = 160 // longest side, samples
	thumbBlock = 8   // block of the comparison
	thumbReach = 3   // motion followed, thumbnail samples
)

// A cut is where prediction from the picture before saves less than this share
// (of 256) of the cost of prediction from the picture itself, and the difference
// is visible at all (per thumbnail sample).
const (
	cutShare = 172
	cutFloor = 4
)

// Analysis is what is kept of a picture to compare the next one with.
type Analysis struct {
	thumb  [thumbMax * thumbMax]uint8
	w, h   int
	filled bool
}

// Analyse stores a thumbnail of the luma plane p and tells whether a new scene
// starts with it, compared with previous (nil: no picture before).
func (a *Analysis) Analyse(p *frame.Plane, bitDepth int, previous *Analysis) bool {
	a.build(p, uint(bitDepth-8))
	if previous == nil || !previous.filled || previous.w != a.w || previous.h != a.h {
		return false
	}
	var intra, inter int
	for y := 0; y < a.h; y += thumbBlock {
		for x := 0; x < a.w; x += thumbBlock {
			w, h := min(thumbBlock, a.w-x), min(thumbBlock, a.h-y)
			self := a.selfCost(x, y, w, h)
			intra += self
			inter += min(self, a.motionCost(previous, x, y, w, h, self/4))
		}
	}
	return inter > cutFloor*a.w*a.h && inter*256 > intra*cutShare
}

// build averages squares of 2^n samples, or what the picture has of them, into
// thumbnail samples.
func (a *Analysis) build(p *frame.Plane, shift uint) {
	n := uint(0)
	for max(p.Width, p.Height)>>n > thumbMax {
		n++
	}
	a.w, a.h, a.filled = max(p.Width>>n, 1), max(p.Height>>n, 1), true
	a.w, a.h = min(a.w, thumbMax), min(a.h, thumbMax)
	w, h := min(1<<n, p.Width), min(1<<n, p.Height)
	for y := range a.h {
		for x := range a.w {
			sum := 0
			for j := range h {
				for _, v := range p.Row(x<<n, y<<n+j)[:w] {
					sum += int(v)
				}
			}
			a.thumb[y*thumbMax+x] = uint8(sum / (w * h) >> shift)
		}
	}
}

// selfCost is the cost of predicting a block from itself: the deviation from its mean.
func (a *Analysis) selfCost(x, y, w, h int) int {
	sum := 0
	for j := range h {
		for _, v := range a.thumb[(y+j)*thumbMax+x:][:w] {
			sum += int(v)
		}
	}
	mean, cost := sum/(w*h), 0
	for j := range h {
		for _, v := range a.thumb[(y+j)*thumbMax+x:][:w] {
			cost += absInt(int(v) - mean)
		}
	}
	return cost
}

// motionCost is the smallest difference to prev within thumbReach, or that without
// motion if it is at most enough.
func (a *Analysis) motionCost(prev *Analysis, x, y, w, h, enough int) int {
	best := a.differenceAt(prev, x, y, 0, 0, w, h, 1<<30)
	if best <= enough {
		return best
	}
	for dy := max(-thumbReach, -y); dy <= min(thumbReach, a.h-h-y); dy++ {
		for dx := max(-thumbReach, -x); dx <= min(thumbReach, a.w-w-x); dx++ {
			best = min(best, a.differenceAt(prev, x, y, dx, dy, w, h, best))
		}
	}
	return best
}

// differenceAt is the difference of a block to prev moved by dx, dy; it gives up above limit.
func (a *Analysis) differenceAt(prev *Analysis, x, y, dx, dy, w, h, limit int) (cost int) {
	for j := 0; j < h && cost < limit; j++ {
		cur := a.thumb[(y+j)*thumbMax+x:][:w]
		ref := prev.thumb[(y+dy+j)*thumbMax+x+dx:][:w]
		for i, v := range cur {
			cost += absInt(int(v) - int(ref[i]))
		}
	}
	return cost
}

func absInt(v int) int {
	if v < 0 {
		return -v
	}
	return v
}
