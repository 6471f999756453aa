package lookahead

import (
	"github.com/grav1e/grav1e/internal/frame"
	"github.com/grav1e/grav1e/internal/simd"
)

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
	sums   [1024]uint32 // over 4 columns of the squares of one row of samples
}

// Analyse stores a thumbnail of the luma plane p and tells whether a new scene
// starts with it, compared with previous (nil: no picture before).
func (a *Analysis) Analyse(p *frame.PackedPlane, bitDepth int, previous *Analysis) bool {
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
func (a *Analysis) build(p *frame.PackedPlane, shift uint) {
	n := uint(0)
	for max(p.Width, p.Height)>>n > thumbMax {
		n++
	}
	a.w, a.h, a.filled = max(p.Width>>n, 1), max(p.Height>>n, 1), true
	w, h := min(1<<n, p.Width), min(1<<n, p.Height)
	for y := range a.h {
		row := a.thumb[y*thumbMax:][:a.w]
		if w%4 != 0 {
			for x := range row {
				row[x] = uint8(squareSum(p, x<<n, y<<n, w, h) / uint32(w*h) >> shift)
			}
			continue
		}
		for x := 0; x < len(row); {
			some := row[x:min(x+len(a.sums)*4/w, len(row))]
			a.sumColumns(p, x<<n, y<<n, len(some)*w, h)
			if w == 1<<n && h == 1<<n {
				meansOfSquares(some, a.sums[:], w/4, 2*n+shift)
			} else {
				for i := range some {
					some[i] = uint8(sum(a.sums[i*w/4:][:w/4]) / uint32(w*h) >> shift)
				}
			}
			x += len(some)
		}
	}
}

// meansOfSquares adds up n sums for each sample and shifts them down to a mean.
func meansOfSquares(dst []uint8, sums []uint32, n int, shift uint) {
	for i := range dst {
		s := uint32(0)
		for _, v := range sums[i*n : i*n+n] {
			s += v
		}
		dst[i] = uint8(s >> shift)
	}
}

// sumColumns fills sums from w x h samples at x, y.
func (a *Analysis) sumColumns(p *frame.PackedPlane, x, y, w, h int) {
	if o := y*p.Stride + x; p.Bytes != nil {
		simd.Ingest.Sum8(a.sums[:w/4], p.Bytes[o:], p.Stride, h)
	} else {
		simd.Ingest.Sum16(a.sums[:w/4], p.Words[o:], p.Stride, h)
	}
}

func sum[T uint8 | uint16 | uint32](v []T) (s uint32) {
	for _, x := range v {
		s += uint32(x)
	}
	return s
}

// squareSum sums w x h samples at x, y.
func squareSum(p *frame.PackedPlane, x, y, w, h int) (s uint32) {
	for j := range h {
		if o := (y+j)*p.Stride + x; p.Bytes != nil {
			s += sum(p.Bytes[o:][:w])
		} else {
			s += sum(p.Words[o:][:w])
		}
	}
	return s
}

// selfCost is the cost of predicting a block from itself: the deviation from its mean.
func (a *Analysis) selfCost(x, y, w, h int) int {
	if w == thumbBlock && h == thumbBlock {
		return int(simd.Ingest.Deviation8x8(a.thumb[y*thumbMax+x:], thumbMax))
	}
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
	best := a.leastDifference(prev, x, y, x, x, y, y, w, h)
	if best <= enough {
		return best
	}
	left, right := max(x-thumbReach, 0), min(x+thumbReach, a.w-w)
	top, bottom := max(y-thumbReach, 0), min(y+thumbReach, a.h-h)
	return a.leastDifference(prev, x, y, left, right, top, bottom, w, h)
}

// leastDifference is the smallest difference of the block at x, y to one of prev that starts
// between left and right, top and bottom.
func (a *Analysis) leastDifference(prev *Analysis, x, y, left, right, top, bottom, w, h int) int {
	cur, ref := a.thumb[y*thumbMax+x:], prev.thumb[top*thumbMax+left:]
	if w == thumbBlock && h == thumbBlock {
		return int(simd.Ingest.Search8x8(cur, ref, thumbMax, right-left+1, bottom-top+1))
	}
	best := 1 << 30
	for j := range bottom - top + 1 {
		for i := range right - left + 1 {
			best = min(best, difference(cur, ref[j*thumbMax+i:], w, h))
		}
	}
	return best
}

func difference(cur, ref []uint8, w, h int) (cost int) {
	for j := range h {
		r := ref[j*thumbMax:][:w]
		for i, v := range cur[j*thumbMax:][:w] {
			cost += absInt(int(v) - int(r[i]))
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
