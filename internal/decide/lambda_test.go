package decide

import (
	"math"
	"testing"

	"github.com/grav1e/grav1e/internal/av1"
)

// TestMaskingScale: the factor grows with activity, is what it says, and is bounded.
func TestMaskingScale(t *testing.T) {
	previous := int64(0)
	for activity := range 16 * 24 {
		got := maskingScale(activity)
		if got < previous {
			t.Errorf("activity %d: %d after %d", activity, got, previous)
		}
		previous = got
		sixteenths := min(max((activity-neutralActivity)*maskingSlope>>8, -maskingLimit), maskingLimit)
		if want := 256 * math.Exp2(float64(sixteenths)/16); math.Abs(float64(got)-want) > 1 {
			t.Errorf("activity %d: %d, want %.1f", activity, got, want)
		}
	}
	if got := maskingScale(neutralActivity); got != 256 {
		t.Errorf("neutral activity scales by %d/256", got)
	}
	for i, v := range exp2 {
		if want := 256 * math.Exp2(float64(i)/16); math.Abs(float64(v)-want) > 1 {
			t.Errorf("exp2[%d] is %d, want %.1f", i, v, want)
		}
	}
}

func TestActivity(t *testing.T) {
	of := func(show content, bitDepth int) int {
		s := newScene(t, setup{w: 136, h: 72, bitDepth: bitDepth, src: show})
		return s.started(t, 0, 0).activity(0, 0)
	}
	if got := of(flat(77), 8); got != 0 {
		t.Errorf("activity of a flat picture is %d", got)
	}
	previous := 0
	for _, amplitude := range []int{1, 4, 16, 64, 127} {
		got := of(noise(amplitude), 8)
		if got <= previous {
			t.Errorf("noise of %d: activity %d after %d", amplitude, got, previous)
		}
		previous = got
		for _, bitDepth := range []int{10, 12} {
			if deep := of(noise(amplitude), bitDepth); deep != got {
				t.Errorf("noise of %d: activity %d at 8 bits, %d at %d", amplitude, got, deep, bitDepth)
			}
		}
	}
	// Superblocks that lie mostly outside count only what is inside.
	s := newScene(t, setup{w: 136, h: 72, src: withObject(flat(50), noise(100), 128, 64, 8)})
	w := s.started(t, 0, 0)
	if inner, corner := w.activity(0, 0), w.activity(16, 32); inner != 0 || corner < neutralActivity {
		t.Errorf("activity %d without noise, %d in a corner of noise", inner, corner)
	}
}

// TestThrift: λ grows with the square of the step it stands for, what weighs differences with the step.
func TestThrift(t *testing.T) {
	s := newScene(t, setup{src: noise(90)})
	plain := s.started(t, 0, 0).weights
	for thrift := range 17 {
		s.Thrift = thrift
		w := s.started(t, 0, 0).weights
		for i, c := range [][2]int64{{w.lambda, plain.lambda}, {w.satdLambda, plain.satdLambda}, {w.sadLambda, plain.sadLambda}} {
			want := float64(c[1]) * math.Exp2(float64(thrift)/8*[]float64{2, 1, 1}[i])
			if math.Abs(float64(c[0])/want-1) > 0.005 {
				t.Errorf("thrift %d: weight %d is %d, want %.1f", thrift, i, c[0], want)
			}
		}
	}
}

// TestWeights: only the psychovisual tune lets the content change what a bit is worth.
func TestWeights(t *testing.T) {
	for _, c := range []struct {
		name   string
		show   content
		psycho bool
		sign   int
	}{{"flat", flat(60), false, 0}, {"noise", noise(90), false, 0}, {"flat", flat(60), true, -1}, {"noise", noise(90), true, 1}} {
		s := newScene(t, setup{src: c.show, psycho: c.psycho})
		w := s.started(t, 0, 0)
		for i, pair := range [][2]int64{{w.lambda, s.base.lambda}, {w.satdLambda, s.base.satdLambda}, {w.sadLambda, s.base.sadLambda}} {
			if got := compare(pair[0], pair[1]); got != c.sign {
				t.Errorf("%s, psychovisual %v: weight %d is %d, the frame's %d", c.name, c.psycho, i, pair[0], pair[1])
			}
		}
	}
}

func compare(a, b int64) int { return btoi(a > b) - btoi(a < b) }

// TestPrepare: λ grows with the quantiser and with the square of the sample range.
func TestPrepare(t *testing.T) {
	s := newScene(t, setup{})
	prepare := func(bitDepth, qidx int) Frame {
		s.Cur.BitDepth, s.hdr.BaseQIdx = bitDepth, uint8(qidx)
		s.Prepare()
		return s.Frame
	}
	for _, bitDepth := range []int{8, 10, 12} {
		previous := prepare(bitDepth, 0)
		for qidx := 1; qidx < 256; qidx++ {
			f := prepare(bitDepth, qidx)
			if f.base.lambda <= previous.base.lambda || f.base.satdLambda < previous.base.satdLambda || f.base.sadLambda < previous.base.sadLambda || f.base.zeroEnergy < previous.base.zeroEnergy {
				t.Fatalf("%d bits: the weights fall at quantiser %d", bitDepth, qidx)
			}
			previous = f
		}
	}
	// At fine quantisers 8 bits leave no room for the ratio.
	near := func(got int64, want, tolerance float64) bool { return math.Abs(float64(got)-want) <= tolerance*want }
	for qidx := 80; qidx < 256; qidx += 5 {
		f8 := prepare(8, qidx)
		for _, deeper := range []int{2, 4} {
			f := prepare(8+deeper, qidx)
			scale := float64(int(1) << deeper)
			if !near(f.base.lambda, float64(f8.base.lambda)*scale*scale, 0.08) {
				t.Errorf("quantiser %d: λ %d at 8 bits, %d at %d", qidx, f8.base.lambda, f.base.lambda, 8+deeper)
			}
			// The weights of differences follow the quantiser's steps, which the specification rounds at each depth.
			steps := float64(av1.AcQ(8+deeper, qidx)) / float64(av1.AcQ(8, qidx))
			if !near(f.base.satdLambda, float64(f8.base.satdLambda)*steps, 0.01) || !near(f.base.sadLambda, float64(f8.base.sadLambda)*steps/scale, 0.01) {
				t.Errorf("quantiser %d: weights of differences %d, %d at 8 bits, %d, %d at %d", qidx, f8.base.satdLambda, f8.base.sadLambda, f.base.satdLambda, f.base.sadLambda, 8+deeper)
			}
		}
		if got, want := f8.LambdaPerBit(), float64(f8.base.lambda)*512/16384; got != want {
			t.Errorf("λ per bit is %v, want %v", got, want)
		}
	}
}

func TestCosts(t *testing.T) {
	w := weights{lambda: 7, satdLambda: 5, sadLambda: 3}
	if got := w.rd(2, 10); got != 2<<distShift+70 {
		t.Errorf("cost %d", got)
	}
	if got := w.satdCost(2, 10); got != 2<<satdShift+50 {
		t.Errorf("estimated cost %d", got)
	}
}

// TestSuperblockQuality: a superblock has the quantiser and the weights of its index, which
// counts with delta_q_present only.
func TestSuperblockQuality(t *testing.T) {
	s := newScene(t, setup{w: 136, h: 136, qidx: 100})
	s.QIdx = []uint8{100, 40, 44, 100, 160, 100, 100, 100, 200}
	for _, present := range []bool{false, true} {
		s.hdr.DeltaQPresent, s.hdr.DeltaQRes = present, DeltaQRes
		for i, want := range s.QIdx {
			if !present {
				want = 100
			}
			w := s.started(t, i/3*16, i%3*16)
			if w.sb.QIdx != want || w.quality.quant.QIdx != int(want) {
				t.Errorf("superblock %d: records %d and quantises with %d, want %d", i, w.sb.QIdx, w.quality.quant.QIdx, want)
			}
			if alone := newQuality(8, int(want)); w.weights != alone.weights || w.quality.zeroEnergy != alone.zeroEnergy {
				t.Errorf("superblock %d: weights %v, those of %d are %v", i, w.weights, want, alone.weights)
			}
		}
	}
}
