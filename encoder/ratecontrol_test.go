package encoder

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/grav1e/grav1e/internal/ratectl"
)

const testFPS = 30

// footage are frames of small pictures: a texture that moves, with a little noise.
// Every second of `scenes` is one of: m (motion), f (fast motion), s (still), b (black),
// n (noise).
func footage(c *Config, scenes string) []*Frame {
	r := rand.New(rand.NewPCG(1, 1))
	wave := func(x, y, k float64) float64 { return math.Sin(x/5+k) * math.Cos(y/7-k) }
	var frames []*Frame
	for i := range testFPS * len(scenes) {
		f := frameOf(c, layoutOf{})
		scene := scenes[i/testFPS]
		t := float64(i)
		if scene == 's' {
			t = float64(i / testFPS * testFPS)
		}
		k := float64(strings.IndexByte("mfsbn", scene))
		for p := range f.Planes {
			for j := range f.Planes[p] {
				x, y := float64(j%f.Stride[p]), float64(j/f.Stride[p])
				v := 128.0
				switch scene {
				case 'n':
					v += 60 * (r.Float64() - 0.5)
				case 'b':
					v = 16
				case 'f':
					v += 50*wave(x+3.7*t, y-2.2*t, k) + 40*wave(2*x-1.3*t, 3*y+t, k) + 6*(r.Float64()-0.5)
				case 'm':
					v += 50*wave(x+0.8*t, y-0.3*t, k) + 40*wave(2*x+0.8*t, 3*y-0.3*t, k) + 3*(r.Float64()-0.5)
				default:
					v += 50*wave(x+t, y, k) + 40*wave(2*x, 3*y+t, k)
				}
				f.Planes[p][j] = byte(min(max(v, 0), 255))
			}
		}
		f.PTS = int64(i)
		frames = append(frames, f)
	}
	return frames
}

func small(change ...func(*Config)) Config {
	c := base(change...)
	c.Width, c.Height, c.FrameRate, c.Tune = 160, 96, Rational{testFPS, 1}, TunePSNR
	return c
}

// run encodes frames; before is called ahead of each one.
func run(t testing.TB, c Config, frames []*Frame, before func(e *Encoder, n int)) (packets []Packet, e *Encoder) {
	t.Helper()
	e = open(t, c)
	receive := func(until error) {
		for {
			p, err := e.ReceivePacket(soon(t))
			if errors.Is(err, until) {
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			q := *p
			q.Data = bytes.Clone(p.Data)
			packets = append(packets, q)
		}
	}
	for n, f := range frames {
		if before != nil {
			before(e, n)
		}
		if err := e.SendFrame(soon(t), f); err != nil {
			t.Fatal(err)
		}
		receive(ErrNeedMoreData)
	}
	e.Flush()
	receive(ErrEndOfStream)
	return packets, e
}

func bitsOf(packets []Packet) (bits int64) {
	for i := range packets {
		bits += 8 * int64(len(packets[i].Data))
	}
	return bits
}

// Every two seconds take their bits, and the buffer never overflows, with temporal layers too.
func TestConstantBitrate(t *testing.T) {
	for _, scenes := range []string{"mmmmm", "mmfff", "fmfmf", "mmssm", "bbfff"} {
		testConstantBitrate(t, scenes, 150_000, 0)
		testConstantBitrate(t, scenes, 500_000, 0)
		testConstantBitrate(t, scenes, 150_000, 2)
		testConstantBitrate(t, scenes, 500_000, 3)
	}
}

func testConstantBitrate(t *testing.T, scenes string, rate int64, layers int) {
	c := small(lowLatency, func(c *Config) { c.Bitrate, c.TemporalLayers = rate, layers })
	name := fmt.Sprintf("%s at %d, %d layers", scenes, rate, layers)
	packets, e := run(t, c, footage(&c, scenes), nil)
	bucket := ratectl.Bucket{Rate: rate, Num: testFPS, Den: 1}
	fullest := int64(0)
	idle := strings.ContainsAny(scenes, "sb")
	for i := range packets {
		bucket.Add(8 * int64(len(packets[i].Data)))
		fullest = max(fullest, bucket.Full)
		bucket.Drain()
		if i+1 < 2*testFPS {
			continue
		}
		off := 100 * (float64(bitsOf(packets[i+1-2*testFPS:i+1]))/float64(2*rate) - 1)
		if off > 5 || off < -5 && !idle {
			t.Errorf("%s: the two seconds up to frame %d are %+.1f %% off", name, i, off)
			break
		}
	}
	if size := rate; fullest > size {
		t.Errorf("%s: %d bits in a buffer of %d", name, fullest, size)
	}
	if s := e.Stats(); s.Bitrate < rate*3/4 || s.Bitrate > rate*5/4 || s.BufferTime <= 0 || s.BufferTime > defaultBufferSize*1e6 || s.MeanQIdx <= 0 {
		t.Errorf("%s: statistics %+v", name, s)
	}
}

// A run takes its bits, the second pass more exactly than the first.
func TestVariableBitrate(t *testing.T) {
	for _, scenes := range []string{"mmmmmmmm", "mfmfmfmf", "bmmffmmf"} {
		c := small(func(c *Config) { c.Bitrate, c.RecordPass = 300_000, true })
		frames := footage(&c, scenes)
		want := float64(c.Bitrate) * float64(len(frames)) / testFPS
		packets, e := run(t, c, frames, nil)
		// Three per cent of 20 seconds, and what a scene may be ahead of the rate.
		if off := (float64(bitsOf(packets)) - want) / float64(c.Bitrate); math.Abs(off) > 0.8 {
			t.Errorf("%s: %+.2f seconds of the rate off", scenes, off)
		}
		c.PassData, c.RecordPass = e.PassData(), false
		packets, _ = run(t, c, frames, nil)
		if off := 100 * (float64(bitsOf(packets))/want - 1); math.Abs(off) > 2 {
			t.Errorf("%s, second pass: %+.1f %% off", scenes, off)
		}
	}
}

// Rates are met where the coarsest quantiser alone would take more, unless it is a bound.
func TestBeyondCoarsest(t *testing.T) {
	for _, test := range []struct {
		name, scenes string
		rate         int64
		change       func(*Config)
	}{
		{"cbr", "ffffffff", 22_000, lowLatency},
		{"cbr, slow", "ffffffff", 22_000, func(c *Config) { c.LowLatency, c.SpeedPreset = true, 6 }},
		{"vbr", "mmmmmmmm", 12_000, func(*Config) {}},
	} {
		c := small(test.change, func(c *Config) { c.Bitrate, c.MaxQuantizer = test.rate, 255 })
		frames := footage(&c, test.scenes)
		off := func() float64 { // seconds of the rate
			packets, _ := run(t, c, frames, nil)
			for i := range packets {
				if q := packets[i].QIdx; q < 1 || q > 255 {
					t.Errorf("%s: base_q_idx of packet %d is %d", test.name, i, q)
				}
			}
			return float64(bitsOf(packets))/float64(c.Bitrate) - float64(len(frames))/testFPS
		}
		bounded := off()
		c.MaxQuantizer = 0
		if free := off(); free > 0.5 || bounded < 1 {
			t.Errorf("%s: %+.2f seconds of the rate off, with 255 as a bound %+.2f", test.name, free, bounded)
		}
	}
}

// The stream doesn't depend on the number of threads.
func TestRateControlThreads(t *testing.T) {
	for name, change := range map[string]func(*Config){
		"vbr":         func(c *Config) { c.Bitrate = 200_000 },
		"vbr, max":    func(c *Config) { c.Bitrate, c.MaxBitrate, c.BufferSize = 200_000, 250_000, 300 },
		"cq, max":     func(c *Config) { c.Quantizer, c.MaxBitrate, c.BufferSize = 60, 250_000, 300 },
		"cbr":         func(c *Config) { c.Bitrate, c.LowLatency = 200_000, true },
		"cbr, drops":  func(c *Config) { c.Bitrate, c.LowLatency, c.DropFrames, c.BufferSize = 30_000, true, true, 200 },
		"cbr, layers": func(c *Config) { c.Bitrate, c.LowLatency, c.TemporalLayers = 200_000, true, 3 },
		"cbr, order":  func(c *Config) { c.Bitrate, c.RateControl = 200_000, ConstantBitrate },
		"cbr, slow":   func(c *Config) { c.Bitrate, c.LowLatency, c.SpeedPreset = 200_000, true, 6 },
		"cbr, little": func(c *Config) { c.Bitrate, c.LowLatency = 20_000, true },
	} {
		c := small(change)
		frames := footage(&c, "mnf")
		if c.SpeedPreset < 10 {
			frames = frames[20:50]
		}
		want, _ := run(t, c, frames, nil)
		for _, threads := range []int{2, 3} {
			c.Threads = threads
			got, _ := run(t, c, frames, nil)
			for i := range want {
				if len(got) != len(want) || !bytes.Equal(got[i].Data, want[i].Data) {
					t.Errorf("%s: %d threads give another packet %d", name, threads, i)
					break
				}
			}
		}
	}
}

// A new rate is met within a second, without a key frame.
func TestSetRate(t *testing.T) {
	for name, change := range map[string]func(*Config){"cbr": lowLatency, "vbr": func(*Config) {},
		"cbr, 3 layers": func(c *Config) { c.LowLatency, c.TemporalLayers = true, 3 }} {
		for _, to := range []int64{150_000, 900_000} {
			c := small(change, func(c *Config) { c.Bitrate = 400_000 })
			const at = 3 * testFPS
			packets, e := run(t, c, footage(&c, "mmmmmm"), func(e *Encoder, n int) {
				if n == at {
					r := e.Rate()
					r.Bitrate = to
					if err := e.SetRate(r); err != nil {
						t.Error(err)
					}
				}
			})
			from := at + testFPS + e.Latency()
			if off := 100 * (float64(bitsOf(packets[from:from+testFPS]))/float64(to) - 1); math.Abs(off) > 12 {
				t.Errorf("%s to %d: %+.1f %% off", name, to, off)
			}
			if e.Stats().KeyFrames != 1 {
				t.Errorf("%s to %d: %d key frames", name, to, e.Stats().KeyFrames)
			}
		}
	}
	c := small(func(c *Config) { c.Bitrate = 400_000 })
	e := open(t, c)
	var bad *ConfigError
	for _, r := range []Rate{{}, {Bitrate: -1}, {Bitrate: 500_000, MaxBitrate: 400_000}, {Bitrate: 1, MinQuantizer: 300}} {
		if err := e.SetRate(r); !errors.As(err, &bad) || e.Rate() != c.rate() {
			t.Errorf("%+v: %v, rate %+v", r, err, e.Rate())
		}
	}
}

// What doesn't fit is left out where that is allowed; packets say so, and what remains decodes
// by its references: a dropped frame is no reference.
func TestDropFrames(t *testing.T) {
	c := small(lowLatency, func(c *Config) {
		c.Bitrate, c.MaxQuantizer, c.DropFrames, c.BufferSize, c.NoSceneDetection = 60_000, 120, true, 200, true
	})
	frames := footage(&c, "nn")
	packets, e := run(t, c, frames, nil)
	dropped := int64(0)
	for i := range packets {
		p := &packets[i]
		if p.Dropped {
			dropped++
		}
		if p.FrameIndex != int64(i) || p.PTS != int64(i) || p.Dropped != (len(p.Data) == 0) {
			t.Errorf("packet %d: %+v", i, p)
		}
	}
	if s := e.Stats(); len(packets) != len(frames) || dropped == 0 || s.Dropped != dropped || s.FramesOut != int64(len(frames))-dropped {
		t.Errorf("%d packets for %d frames, %d dropped, statistics %+v", len(packets), len(frames), dropped, s)
	}
}

// Where nothing fits, what is left of the stream still has references to follow.
func TestDropEverything(t *testing.T) {
	for layers := range 4 {
		c := small(lowLatency, func(c *Config) {
			c.Bitrate, c.DropFrames, c.BufferSize, c.NoSceneDetection, c.MaxKeyFrameInterval, c.TemporalLayers = 1000, true, 20, true, 0, layers
		})
		packets, e := run(t, c, footage(&c, "nnnnnnnnn"), nil)
		if s := e.Stats(); s.KeyFrames != 1 || s.FramesOut < 3 || s.FramesOut > 15 || len(packets) != 9*testFPS {
			t.Errorf("%d layers: %d packets, statistics %+v", layers, len(packets), s)
		}
	}
}

// Pass data of other streams are refused, before or when they don't fit.
func TestPassDataRefused(t *testing.T) {
	c := small(lowLatency, func(c *Config) { c.RateControl, c.Bitrate, c.RecordPass = VariableBitrate, 300_000, true })
	frames := footage(&c, "m")
	_, e := run(t, c, frames, nil)
	data := e.PassData()
	var bad *PassError
	for name, change := range map[string]func(*Config){
		"other size": func(c *Config) { c.Width = 170 },
		"reordering": func(c *Config) { c.LowLatency = false },
		"damaged":    func(c *Config) { c.PassData = bytes.Clone(data[:len(data)-1]) },
	} {
		c := c
		c.PassData = data
		change(&c)
		if _, err := New(c); !errors.As(err, &bad) {
			t.Errorf("%s: %v", name, err)
		}
	}
	c.PassData = data
	for _, n := range []int{len(frames) - 1, len(frames) + 1} {
		e := open(t, c)
		var err error
		for i := 0; i < n && err == nil; i++ {
			if err = e.SendFrame(soon(t), frames[min(i, len(frames)-1)]); err == nil {
				for _, err = e.ReceivePacket(soon(t)); err == nil; _, err = e.ReceivePacket(soon(t)) {
				}
				if errors.Is(err, ErrNeedMoreData) {
					err = nil
				}
			}
		}
		for e.Flush(); err == nil; {
			_, err = e.ReceivePacket(soon(t))
		}
		if !errors.As(err, &bad) || bad.What != "frame count" {
			t.Errorf("%d frames with the statistics of %d: %v", n, len(frames), err)
		}
	}
}
