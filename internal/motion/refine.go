package motion

import (
	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/frame"
	"github.com/grav1e/grav1e/internal/predict"
	"github.com/grav1e/grav1e/internal/simd"
)

// Metric is how sub-sample refinement measures distortion.
type Metric uint8

// Metrics. Their costs are in different units, so each needs its own Lambda.
const (
	SAD      Metric = iota // sum of absolute differences
	SATD                   // sum of absolute transformed differences, in the units of SAD
	Variance               // squared error without that of the mean
)

// RefineSettings are the efforts of a Refiner.
type RefineSettings struct {
	FullSteps  int              // most moves by one sample of FullSample
	Finest     int              // last step of SubSample in 1/8 samples: 4, 2 or 1; 8: none. The frame's precision limits it too
	Rounds     int              // most moves per step of SubSample, at least 1
	StopEarly  bool             // end when a step found nothing better
	GoodEnough uint64           // distortion per 64 samples up to which no finer step is tried
	Metric     Metric           // of SubSample; FullSample uses SAD
	Filter     av1.InterpFilter // EightTap, EightTapSmooth, EightTapSharp, or Bilinear, which is cheaper
}

// Target is a block to be predicted from a reconstructed reference.
type Target struct {
	Src, Ref   *frame.Plane // luma, of the same size
	X, Y, W, H int          // in luma samples; W and H are those of a block size
	Pred       av1.MV       // the prediction the vector's difference will be coded from
}

// Found is a motion vector and what it costs.
type Found struct {
	Mv   av1.MV
	Dist uint64 // distortion in the metric used
	Cost uint64 // Dist + Lambda * rate
}

// Refiner looks for the motion vector of single blocks. The vectors it returns are
// valid (section 6.10.25), keep the block and the taps of its filters within the padding of the
// reference, differ from the prediction by an amount that can be coded and have the frame's
// precision, provided that the prediction has it. A Refiner is used by one goroutine;
// it is large: one belongs into each worker's context.
type Refiner struct {
	RefineSettings
	Costs                *MvCosts
	SadLambda            uint64 // SAD a bit is worth, 8 fraction bits
	Lambda               uint64 // the same in units of Metric
	BitDepth             int
	AllowHighPrecisionMv bool
	ForceIntegerMv       bool

	lo, hi av1.MV // range of vectors of the current block
	seen   [maxSeen]av1.MV
	nSeen  int
	pred   [128 * 128]uint16
	tmp    [simd.MCTmpLen]int16
}

// maxSeen bounds the positions remembered to spare predicting them twice.
const maxSeen = 32

// Refine is FullSample followed by SubSample.
func (r *Refiner) Refine(t *Target, starts []av1.MV) Found {
	return r.SubSample(t, r.FullSample(t, starts).Mv)
}

// FullSample rounds the starting vectors to full samples, takes the best one and
// descends from there to the best of four neighbours, up to FullSteps times. Without
// starts it begins at the prediction.
func (r *Refiner) FullSample(t *Target, starts []av1.MV) Found {
	r.setRange(t, 8)
	best := r.fullSampleAt(t, toFullSample(t.Pred), len(starts) == 0)
	for i, mv := range starts {
		mv = toFullSample(mv)
		if f := r.fullSampleAt(t, mv, i == 0 || r.clamp(mv) != best.Mv); f.Cost < best.Cost {
			best = f
		}
	}
	return r.descend(t, best)
}

// fullSampleAt measures mv, clamped; if use is false the result loses against any other.
func (r *Refiner) fullSampleAt(t *Target, mv av1.MV, use bool) Found {
	if !use {
		return Found{Cost: 1<<64 - 1}
	}
	mv = r.clamp(mv)
	ref := t.Ref.At(t.X+int(mv.Col)>>3, t.Y+int(mv.Row)>>3)
	sad := simd.Dist.SAD(t.Src.At(t.X, t.Y), t.Src.Stride, ref, t.Ref.Stride, t.W, t.H)
	return Found{mv, uint64(sad), uint64(sad) + rate(r.SadLambda, r.Costs.Cost(mv, t.Pred))}
}

// rate converts 1/512 bits to distortion.
func rate(lambda uint64, cost uint32) uint64 { return (lambda*uint64(cost) + 1<<16) >> 17 }

// around lists the neighbours of a position: above, left, right, below.
var around = [4]av1.MV{{Row: -1}, {Col: -1}, {Col: 1}, {Row: 1}}

// descend moves best by one sample at a time as long as that helps.
func (r *Refiner) descend(t *Target, best Found) Found {
	from := -1 // the neighbour it came from has been measured
	for range r.FullSteps {
		centre, next := best.Mv, from
		for i, d := range around {
			mv := av1.MV{Row: centre.Row + 8*d.Row, Col: centre.Col + 8*d.Col}
			if i == from || !r.inRange(mv) {
				continue
			}
			if f := r.fullSampleAt(t, mv, true); f.Cost < best.Cost {
				best, next = f, 3-i
			}
		}
		if best.Mv == centre {
			break
		}
		from = next
	}
	return best
}

// SubSample refines a vector by steps of a half, a quarter and an eighth sample, as far
// as settings and the frame's precision allow. At each step it looks at the four neighbours
// and at the diagonal one between the better two.
func (r *Refiner) SubSample(t *Target, start av1.MV) Found {
	finest := r.precision()
	r.setRange(t, int16(finest))
	finest = max(finest, r.Finest)
	r.nSeen = 0
	best := r.measure(t, r.clamp(start))
	for step := 4; step >= finest; step >>= 1 {
		if best.Dist*64 <= r.GoodEnough*uint64(t.W*t.H) {
			break
		}
		before := best.Mv
		for range max(r.Rounds, 1) {
			if !r.improve(t, &best, int16(step)) {
				break
			}
		}
		if r.StopEarly && best.Mv == before {
			break
		}
	}
	return best
}

// precision is the step between vectors the frame can code, in 1/8 samples.
func (r *Refiner) precision() int {
	switch {
	case r.AllowHighPrecisionMv:
		return 1
	case r.ForceIntegerMv:
		return 8
	}
	return 2
}

// improve looks around best once and tells whether it found something better.
func (r *Refiner) improve(t *Target, best *Found, step int16) bool {
	centre := best.Mv
	var costs [4]uint64
	for i, d := range around {
		costs[i] = r.try(t, best, av1.MV{Row: centre.Row + step*d.Row, Col: centre.Col + step*d.Col})
	}
	diagonal := av1.MV{Row: centre.Row - step, Col: centre.Col - step}
	if costs[3] < costs[0] {
		diagonal.Row = centre.Row + step
	}
	if costs[2] < costs[1] {
		diagonal.Col = centre.Col + step
	}
	r.try(t, best, diagonal)
	return best.Mv != centre
}

// try measures mv unless that has been done, and returns its cost, the largest number if it wasn't measured.
func (r *Refiner) try(t *Target, best *Found, mv av1.MV) uint64 {
	if !r.inRange(mv) {
		return 1<<64 - 1
	}
	for _, s := range r.seen[:r.nSeen] {
		if s == mv {
			return 1<<64 - 1
		}
	}
	f := r.measure(t, mv)
	if f.Cost < best.Cost {
		*best = f
	}
	return f.Cost
}

// measure predicts the block with mv.
func (r *Refiner) measure(t *Target, mv av1.MV) Found {
	if r.nSeen < maxSeen {
		r.seen[r.nSeen] = mv
		r.nSeen++
	}
	x, y := t.X+int(mv.Col)>>3, t.Y+int(mv.Row)>>3
	pred, stride := t.Ref.At(x, y), t.Ref.Stride
	if (mv.Row|mv.Col)&7 != 0 {
		fx, fy := r.taps(int(mv.Col)&7, t.W), r.taps(int(mv.Row)&7, t.H)
		src := t.Ref.At(x-simd.MCMargin, y-simd.MCMargin)
		simd.MC.Put8Tap(r.pred[:], t.W, src, t.Ref.Stride, t.W, t.H, fx, fy, r.BitDepth, &r.tmp)
		pred, stride = r.pred[:], t.W
	}
	dist := r.distortion(t.Src.At(t.X, t.Y), t.Src.Stride, pred, stride, t.W, t.H)
	return Found{mv, dist, dist + rate(r.Lambda, r.Costs.Cost(mv, t.Pred))}
}

func (r *Refiner) distortion(a []uint16, aStride int, b []uint16, bStride, w, h int) uint64 {
	switch r.Metric {
	case SATD:
		return uint64(simd.Dist.SATD(a, aStride, b, bStride, w, h))
	case Variance:
		return simd.ME.Variance(a, aStride, b, bStride, w, h)
	}
	return uint64(simd.Dist.SAD(a, aStride, b, bStride, w, h))
}

// taps is the filter for a position in 1/8 samples along a side of n samples (section 7.11.3.4).
func (r *Refiner) taps(position, n int) *[8]int16 {
	if position == 0 {
		return nil
	}
	f := r.Filter
	if n <= 4 {
		f = [4]av1.InterpFilter{4, 5, 4, 3}[f&3]
	}
	return &av1.SubpelFilters[f][2*position]
}

// setRange computes the vectors allowed for t, in steps of 1/8 samples.
func (r *Refiner) setRange(t *Target, step int16) {
	lo, hi := predict.MVRange(t.X, t.Y, t.W, t.H, t.Ref.Width, t.Ref.Height)
	r.lo.Row, r.hi.Row = narrowRange(lo.Row, hi.Row, t.Pred.Row, step)
	r.lo.Col, r.hi.Col = narrowRange(lo.Col, hi.Col, t.Pred.Col, step)
}

// narrowRange cuts lo..hi to what can be coded as a difference from pred, and to multiples of step.
func narrowRange(lo, hi, pred, step int16) (int16, int16) {
	l := max(int(lo), int(pred)-MaxDiff)
	h := min(int(hi), int(pred)+MaxDiff)
	s := int(step)
	return int16((l + s - 1) &^ (s - 1)), int16(h &^ (s - 1))
}

func (r *Refiner) clamp(mv av1.MV) av1.MV { return predict.ClampMV(mv, r.lo, r.hi) }

func (r *Refiner) inRange(mv av1.MV) bool { return r.clamp(mv) == mv }

func toFullSample(mv av1.MV) av1.MV { return av1.MV{Row: (mv.Row + 4) &^ 7, Col: (mv.Col + 4) &^ 7} }
