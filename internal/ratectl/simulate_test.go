package ratectl

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// scene is content of constant character, of 640x360 samples.
type scene struct {
	seconds float64
	detail  float64 // mean deviation of a block's samples
	motion  float64 // what motion compensation leaves of a sample one frame away
	octaves float64 // how far real sizes are from the curves
	noise   float64 // standard deviation of a frame's size, octaves
}

var (
	talk    = scene{20, 12, 1.2, 0, 0.15}
	easy    = scene{20, 12, 0.6, -0.5, 0.1}
	hard    = scene{20, 20, 6, 0.4, 0.2}
	still   = scene{20, 12, 0, -1, 0.1}
	black   = scene{20, 0, 0, -1, 0}
	static  = scene{20, 40, 38, 0.3, 0.05} // noise: prediction doesn't help
	noisier = scene{20, 12, 2.5, 0, 0.6}
	slides  = scene{20, 30, 1.2, 0, 0.05} // key frames take most of the bits
)

// lasting is a scene of another length.
func (s scene) lasting(seconds float64) scene { s.seconds = seconds; return s }

func cuts(seconds float64, scenes ...scene) (list []scene) {
	for t := 0.0; t < 20; t += seconds {
		list = append(list, scenes[len(list)%len(scenes)].lasting(seconds))
	}
	return list
}

// clip is content, and how it is coded.
type clip struct {
	scenes []scene
	fps    int64
	key    int // frames from key frame to key frame inside a scene
	random *rand.Rand
}

// frame is one of a clip, in coding order.
type frame struct {
	Frame
	scene *scene
	size  func(qIdx int, ref uint8) int64 // in bits
}

// gaussian is an amount of blocks around a residual, an octave wide.
func gaussian(s *Spectrum, residual float64) {
	for i := range 23 * 40 {
		spread := math.Exp2(float64(i%9-4) / 4)
		s.Add(uint32(residual * spread * Block))
	}
}

// frames codes a clip as the encoder does, without reordering.
func (c *clip) frames(yield func(*frame) bool) {
	since, n, end := 0, 0, 0.0
	for i := range c.scenes {
		sc := &c.scenes[i]
		end += sc.seconds * float64(c.fps)
		for first := true; float64(n) < end; first, n = false, n+1 {
			f := frame{scene: sc}
			f.Shown, f.First, f.Spectrum = true, true, &Spectrum{}
			layer := []int{0, 2, 1, 2}[since&3]
			if first || since == c.key {
				since = 0
				f.Class, f.Needed = Key, true
				gaussian(f.Spectrum, sc.detail)
			} else {
				f.Class = FirstLayer + Class(layer)
				gaussian(f.Spectrum, sc.motion*[]float64{2, 1.4, 1}[layer])
			}
			since++
			deviation := sc.octaves
			if f.Class == Key {
				deviation = -1
			}
			deviation += sc.noise * c.random.NormFloat64()
			f.size = func(qIdx int, ref uint8) int64 {
				var own curve
				own.fill(f.Spectrum, stepOf(ref))
				return int64(float64(own.at(steps[qIdx]))*math.Exp2(deviation)) + 80
			}
			if !yield(&f) {
				return
			}
		}
	}
}

// outcome is what came of a run.
type outcome struct {
	sizes   []int64
	qIdx    []int
	classes []Class
	fullest int64 // bits in a bucket that starts empty, after frames with other than the coarsest quantiser
	brimful int64 // the same after all frames
	dropped int
	recoded int
}

// simulate runs a clip through a controller; changes are done before frames.
func simulate(t *testing.T, c *clip, s Settings, change map[int]Rate) (o outcome, ctl *Controller) {
	t.Helper()
	c.random = rand.New(rand.NewPCG(7, 7))
	s.Num, s.Den, s.LowDelay, s.BitDepth = c.fps, 1, true, 8
	if s.Rate.MaxQuantizer == 0 {
		s.Rate.MaxQuantizer = Coarsest
	}
	if s.Buffer == 0 {
		s.Buffer = 1000
	}
	ctl = New(s)
	bucket := ctl.bucket
	bucket.Full = 0
	var refs [2]uint8 // of the base and of layer 1 after it
	for f := range c.frames {
		if r, ok := change[len(o.sizes)]; ok {
			ctl.SetRate(r)
			bucket.Rate, bucket.Size = ctl.bucket.Rate, ctl.bucket.Size
		}
		if f.Class != Key {
			f.RefQIdx = min(refs[0], refs[1])
		}
		d := ctl.Choose(&f.Frame)
		if err := ctl.Err(); err != nil {
			t.Fatal(err)
		}
		bits := int64(0)
		for !d.Drop {
			bits = f.size(d.QIdx, f.RefQIdx)
			if !d.Check {
				break
			}
			v, qIdx := ctl.Recode(bits)
			d.Drop = v == Leave
			if v != Again {
				break
			}
			d.QIdx = qIdx
			o.recoded++
		}
		if d.Drop {
			bits = 0
			o.dropped++
		} else {
			ctl.Written(bits)
			q := uint8(min(d.QIdx, 255))
			switch f.Class {
			case Key, FirstLayer:
				refs = [2]uint8{q, q}
			case FirstLayer + 1:
				refs[1] = q
			}
		}
		o.sizes, o.qIdx, o.classes = append(o.sizes, bits), append(o.qIdx, d.QIdx), append(o.classes, f.Class)
		bucket.Add(bits)
		if d.QIdx < Coarsest {
			o.fullest = max(o.fullest, bucket.Full)
		}
		o.brimful = max(o.brimful, bucket.Full)
		bucket.Drain()
	}
	return o, ctl
}

func (o *outcome) total() (bits int64) {
	for _, n := range o.sizes {
		bits += n
	}
	return bits
}

// windows are the least and the most of all stretches of two seconds from a frame on,
// in per cent off a rate.
func (o *outcome) windows(from int, rate, fps int64) (least, most float64) {
	n, sum := int(2*fps), int64(0)
	least, most = math.Inf(1), math.Inf(-1)
	for i := from; i < len(o.sizes); i++ {
		sum += o.sizes[i]
		if i >= from+n {
			sum -= o.sizes[i-n]
		}
		if i >= from+n-1 {
			off := 100 * (float64(sum)/float64(2*rate) - 1)
			least, most = min(least, off), max(most, off)
		}
	}
	return least, most
}

// contents are what rate control has to cope with.
var contents = []struct {
	name   string
	scenes []scene
	over   float64 // how far above the rate two seconds may be, per cent; 0: 5
	under  float64 // and below. Where a scene gets much easier at once, quality rises step by step
}{
	{name: "stationary", scenes: []scene{talk}},
	{name: "easy", scenes: []scene{easy}},
	{name: "hard", scenes: []scene{hard}},
	{name: "noise", scenes: []scene{static}},
	{name: "scattered sizes", scenes: []scene{noisier}, over: 8, under: 10},
	{name: "cuts", scenes: cuts(2.3, talk, hard, easy), over: 6, under: 20},
	{name: "a cut each second", scenes: cuts(1, talk, hard, easy, noisier), over: 6, under: 15},
	{name: "harder from the middle on", scenes: []scene{easy.lasting(10), hard.lasting(10)}, under: 7},
	{name: "easier from the middle on", scenes: []scene{hard.lasting(10), easy.lasting(10)}, under: 8},
	{name: "still, then motion", scenes: []scene{still.lasting(8), talk.lasting(12)}, under: 100},
	{name: "black, then motion", scenes: []scene{black.lasting(8), hard.lasting(12)}, over: 6, under: 100},
	{name: "motion, black, motion", scenes: []scene{talk.lasting(7), black.lasting(6), hard.lasting(7)}, over: 6, under: 100},
	{name: "noise, still, noise", scenes: []scene{static.lasting(7), still.lasting(6), static.lasting(7)}, over: 8, under: 100},
}

// each runs f for all contents, rates and frame rates where the rate is possible at all:
// where the coarsest quantiser isn't needed all the time.
func each(t *testing.T, s Settings, f func(t *testing.T, o *outcome, ctl *Controller, rate, fps int64, over, under float64)) {
	for _, c := range contents {
		for _, r := range []struct{ rate, fps int64 }{{300_000, 30}, {1_000_000, 24}, {1_000_000, 60}, {4_000_000, 30}} {
			t.Run(fmt.Sprintf("%s/%d/%d", c.name, r.rate, r.fps), func(t *testing.T) {
				s.Rate.Bitrate = r.rate
				o, ctl := simulate(t, &clip{scenes: c.scenes, fps: r.fps, key: 240}, s, nil)
				if o.atCoarsest() {
					return
				}
				over, under := c.over, c.under
				if over == 0 {
					over = 5
				}
				if under == 0 {
					under = 5
				}
				f(t, &o, ctl, r.rate, r.fps, over, under)
			})
		}
	}
}

// atCoarsest tells that a run needed the coarsest quantiser again and again.
func (o *outcome) atCoarsest() bool {
	n := 0
	for _, q := range o.qIdx {
		if q == Coarsest {
			n++
		}
	}
	return n > len(o.qIdx)/50
}

// ConstantBitrate: any two seconds take their bits, and the bucket never overflows.
func TestConstantBitrate(t *testing.T) {
	each(t, Settings{Mode: ConstantBitrate}, func(t *testing.T, o *outcome, ctl *Controller, rate, fps int64, over, under float64) {
		if least, most := o.windows(0, rate, fps); most > over || least < -under {
			t.Errorf("windows of two seconds are %+.1f..%+.1f %% off", least, most)
		}
		if o.fullest > ctl.bucket.Size {
			t.Errorf("%d bits in a bucket of %d", o.fullest, ctl.bucket.Size)
		}
	})
}

// A small bucket doesn't overflow either.
func TestSmallBucket(t *testing.T) {
	each(t, Settings{Mode: ConstantBitrate, Buffer: 300}, func(t *testing.T, o *outcome, ctl *Controller, _, _ int64, _, _ float64) {
		if o.fullest > ctl.bucket.Size {
			t.Errorf("%d bits in a bucket of %d", o.fullest, ctl.bucket.Size)
		}
	})
}

// VariableBitrate: the run takes its bits, at a quantiser that moves little inside a scene.
func TestVariableBitrate(t *testing.T) {
	each(t, Settings{Mode: VariableBitrate}, func(t *testing.T, o *outcome, ctl *Controller, rate, fps int64, _, under float64) {
		want := rate * int64(len(o.sizes)) / fps
		off := 100 * (float64(o.total())/float64(want) - 1)
		if off > 3 || off < -3 && under < 100 {
			t.Errorf("the run is %+.1f %% off", off)
		}
		for i := int(2 * fps); i+1 < len(o.qIdx); i++ {
			if d := steps[o.qIdx[i+1]] - steps[o.qIdx[i]]; o.classes[i] == o.classes[i+1] && max(d, -d) > octave/8 {
				t.Errorf("frame %d: quantiser %d after %d", i+1, o.qIdx[i+1], o.qIdx[i])
			}
		}
	})
}

// A channel of limited rate never overflows, with any mode.
func TestMaxBitrate(t *testing.T) {
	for _, s := range []Settings{
		{Mode: VariableBitrate, Rate: Rate{Max: 1_500_000}},
		{Mode: ConstantQuantizer, Rate: Rate{Max: 1_500_000, Quantizer: 60}},
	} {
		for _, c := range contents {
			s.Rate.Bitrate = 1_000_000
			o, ctl := simulate(t, &clip{scenes: c.scenes, fps: 30, key: 240}, s, nil)
			if o.fullest > ctl.bucket.Size && !o.atCoarsest() {
				t.Errorf("mode %d, %s: %d bits in a bucket of %d", s.Mode, c.name, o.fullest, ctl.bucket.Size)
			}
		}
	}
}

// Where even the coarsest quantiser takes too much, frames are left out if allowed, and
// the bucket doesn't overflow but by key frames.
func TestDrop(t *testing.T) {
	c := clip{scenes: []scene{static}, fps: 30, key: 1 << 30}
	s := Settings{Mode: ConstantBitrate, Rate: Rate{Bitrate: 250_000}}
	if o, ctl := simulate(t, &c, s, nil); o.dropped != 0 || o.brimful <= ctl.bucket.Size {
		t.Errorf("%d frames dropped, %d bits in a bucket of %d", o.dropped, o.brimful, ctl.bucket.Size)
	}
	s.Drop = true
	o, ctl := simulate(t, &c, s, nil)
	if o.dropped < 100 || int64(o.dropped) != ctl.Dropped() || o.brimful > ctl.bucket.Size {
		t.Errorf("%d frames dropped, %d counted, %d bits in a bucket of %d", o.dropped, ctl.Dropped(), o.brimful, ctl.bucket.Size)
	}
}

// Key frames keep to their share of the rate.
func TestMaxIntra(t *testing.T) {
	for _, mode := range []Mode{VariableBitrate, ConstantBitrate} {
		c := clip{scenes: cuts(2, talk, hard), fps: 30, key: 40}
		o, _ := simulate(t, &c, Settings{Mode: mode, Rate: Rate{Bitrate: 1_000_000}, MaxIntra: 250}, nil)
		for i, n := range o.sizes {
			if most := int64(1_000_000 / 30 * 250 / 100 * 17 / 16); o.classes[i] == Key && n > most {
				t.Errorf("mode %d: key frame %d has %d bits, more than %d", mode, i, n, most)
			}
		}
	}
}

// Quantisers stay inside their bounds.
func TestBounds(t *testing.T) {
	for _, mode := range []Mode{VariableBitrate, ConstantBitrate} {
		for _, c := range contents {
			o, _ := simulate(t, &clip{scenes: c.scenes, fps: 30, key: 240}, Settings{Mode: mode, Rate: Rate{Bitrate: 1_000_000, MinQuantizer: 60, MaxQuantizer: 140}}, nil)
			for i, q := range o.qIdx {
				if q < 60 || q > 140 {
					t.Fatalf("mode %d, %s: frame %d has %d", mode, c.name, i, q)
				}
			}
		}
	}
}

// A new rate is met within a second, and no frame becomes a key frame for it.
func TestSetRate(t *testing.T) {
	const fps, at = 30, 300
	for _, mode := range []Mode{VariableBitrate, ConstantBitrate} {
		for _, to := range []int64{400_000, 800_000, 1_500_000, 4_000_000} {
			o, _ := simulate(t, &clip{scenes: []scene{talk}, fps: fps, key: 1 << 30}, Settings{Mode: mode, Rate: Rate{Bitrate: 1_000_000}},
				map[int]Rate{at: {Bitrate: to, MaxQuantizer: Coarsest}})
			second := int64(0)
			for _, n := range o.sizes[at+fps : at+2*fps] {
				second += n
			}
			if off := 100 * (float64(second)/float64(to) - 1); math.Abs(off) > 10 {
				t.Errorf("mode %d, to %d: the second second is %+.1f %% off", mode, to, off)
			}
		}
	}
}

// The second pass meets the rate more closely than the first, at quantisers that
// differ less, and refuses frames that the first pass didn't have.
func TestTwoPasses(t *testing.T) {
	for _, c := range contents {
		for _, rate := range []int64{300_000, 4_000_000} {
			run := clip{scenes: c.scenes, fps: 30, key: 240}
			one, ctl := simulate(t, &run, Settings{Mode: VariableBitrate, Rate: Rate{Bitrate: rate}, Record: true}, nil)
			data := ctl.Recorded(Shape{}).Append(nil)
			pass := &Pass{Frames: ctl.Recorded(Shape{}).Frames}
			two, ctl := simulate(t, &run, Settings{Mode: VariableBitrate, Rate: Rate{Bitrate: rate}, Pass: pass}, nil)
			if err := ctl.Finish(); err != nil {
				t.Error(err)
			}
			if len(data) > 100*len(one.sizes) {
				t.Errorf("%d bytes for %d frames", len(data), len(one.sizes))
			}
			if two.atCoarsest() || c.under == 100 {
				continue
			}
			want := rate * int64(len(two.sizes)) / 30
			if off := 100 * (float64(two.total())/float64(want) - 1); math.Abs(off) > 1 {
				t.Errorf("%s, %d: the second pass is %+.2f %% off", c.name, rate, off)
			}
			if a, b := one.spread(), two.spread(); b > a+4 {
				t.Errorf("%s, %d: base quantisers spread by %d after %d", c.name, rate, b, a)
			}
		}
	}
	run := clip{scenes: []scene{talk.lasting(1)}, fps: 30, key: 240}
	_, ctl := simulate(t, &run, Settings{Mode: VariableBitrate, Rate: Rate{Bitrate: 1 << 20}, Record: true}, nil)
	frames := ctl.Recorded(Shape{}).Frames
	_, ctl = simulate(t, &run, Settings{Mode: VariableBitrate, Rate: Rate{Bitrate: 1 << 20}, Pass: &Pass{Frames: append(frames, frames[1])}}, nil)
	if err := ctl.Finish(); err == nil {
		t.Error("fewer frames than in the first pass are no error")
	}
	ctl = New(Settings{Mode: VariableBitrate, Rate: Rate{Bitrate: 1 << 20, MaxQuantizer: Coarsest}, Num: 30, Den: 1, Pass: &Pass{Frames: frames[:1]}})
	ctl.Choose(&Frame{Class: FirstLayer, Spectrum: &Spectrum{}})
	if ctl.Err() == nil {
		t.Error("another kind of frame than in the first pass is no error")
	}
}

// VariableBitrate: where cuts are frequent the base doesn't follow each key frame, which would
// cost quality, and the rate is met all the same.
func TestFrequentCuts(t *testing.T) {
	for _, rate := range []int64{300_000, 1_000_000, 4_000_000} {
		o, _ := simulate(t, &clip{scenes: cuts(2.0/3, slides), fps: 30, key: 240}, Settings{Mode: VariableBitrate, Rate: Rate{Bitrate: rate}}, nil)
		if off := 100 * (float64(o.total())/float64(20*rate) - 1); math.Abs(off) > 3 {
			t.Errorf("%d: the run is %+.1f %% off", rate, off)
		}
		least, most := steps[Coarsest], lg(0)
		for i := 10 * 30; i < len(o.qIdx); i++ { // when it is known how frequent they are
			if o.classes[i] == FirstLayer {
				least, most = min(least, steps[o.qIdx[i]]), max(most, steps[o.qIdx[i]])
			}
		}
		if most-least > octave/6 {
			t.Errorf("%d: quantiser steps of the base spread over %d/256 of an octave", rate, most-least)
		}
	}
}

// The second pass makes key frames better where they take little of the bits, and only there.
func TestBetterKeyFrames(t *testing.T) {
	for _, c := range []struct {
		name   string
		clip   clip
		better bool
	}{
		{"one key frame", clip{scenes: []scene{hard}, fps: 30, key: 1 << 30}, true},
		{"a cut each second", clip{scenes: cuts(1, talk), fps: 30, key: 1 << 30}, false},
	} {
		s := Settings{Mode: VariableBitrate, Rate: Rate{Bitrate: 1_000_000}, Record: true}
		_, ctl := simulate(t, &c.clip, s, nil)
		s.Pass = ctl.Recorded(Shape{})
		o, ctl := simulate(t, &c.clip, s, nil)
		usual := log2(keyStep) - 6*octave
		if got := ctl.offsets[Key]; got > usual || (got < usual) != c.better || got < usual-mostBetterKey {
			t.Errorf("%s: key frames are %d/256 of an octave from the base, usually %d", c.name, got, usual)
		}
		if off := 100 * (float64(o.total())/20_000_000 - 1); math.Abs(off) > 1 {
			t.Errorf("%s: the second pass is %+.2f %% off", c.name, off)
		}
	}
}

// spread is how far apart the quantisers of the base layer are after the first second.
func (o *outcome) spread() int {
	least, most := Coarsest, 0
	for i := 30; i < len(o.qIdx); i++ {
		if o.classes[i] == FirstLayer {
			least, most = min(least, o.qIdx[i]), max(most, o.qIdx[i])
		}
	}
	return most - least
}

// A frame before whose size is known can't be followed by another.
func TestUnwritten(t *testing.T) {
	c := New(Settings{Mode: VariableBitrate, Rate: Rate{Bitrate: 1 << 20, MaxQuantizer: Coarsest}, Num: 30, Den: 1})
	for range 2 {
		if err := c.Err(); err != nil {
			t.Fatal(err)
		}
		c.Choose(&Frame{Class: Key, Spectrum: &Spectrum{}})
	}
	if err := c.Err(); !errors.Is(err, ErrUnwritten) {
		t.Errorf("%v", err)
	}
}

// The constant quantiser's index grows with the layer and with the configured one, never
// becomes lossless by itself and respects its lower bound.
func TestConstantQuantizer(t *testing.T) {
	for _, bitDepth := range []int{8, 10, 12} {
		for _, least := range []int{0, 60} {
			last := make([]int, NumClasses)
			for q := range 256 {
				c := New(Settings{Rate: Rate{Quantizer: q, MinQuantizer: least, MaxQuantizer: Coarsest}, Num: 30, Den: 1, BitDepth: bitDepth})
				before := 0
				for cl := range Class(NumClasses) {
					idx := c.Choose(&Frame{Class: cl}).QIdx
					if idx < before {
						t.Errorf("quantizer %d: class %d has %d after %d", q, cl, idx, before)
					}
					if idx < last[cl] || idx < least || idx > 255 || q > 0 && idx == 0 || q == 0 && idx != least {
						t.Errorf("quantizer %d, class %d: %d", q, cl, idx)
					}
					before, last[cl] = idx, idx
				}
				still := New(Settings{Rate: Rate{Quantizer: q, MaxQuantizer: Coarsest}, Num: 30, Den: 1, BitDepth: bitDepth, Still: true})
				if got := still.Choose(&Frame{Class: Key}).QIdx; got != q {
					t.Errorf("still picture: %d, want %d", got, q)
				}
			}
		}
	}
}
