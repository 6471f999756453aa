// Package api tests the encoder's public API from outside.
package api

import (
	"bytes"
	"context"
	"errors"
	"math"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/grav1e/grav1e/encoder"
)

var background = context.Background()

// config is a fast configuration for small pictures.
func config(change ...func(*encoder.Config)) encoder.Config {
	c := encoder.DefaultConfig(64, 48)
	c.SpeedPreset, c.Threads = 10, 2
	for _, f := range change {
		f(&c)
	}
	return c
}

func lowLatency(c *encoder.Config) { c.LowLatency = true }

func open(t testing.TB, c encoder.Config) *encoder.Encoder {
	t.Helper()
	e, err := encoder.New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return e
}

// picture returns frame n of moving stripes.
func picture(c *encoder.Config, n int64) *encoder.Frame {
	f := &encoder.Frame{PTS: n}
	bytesPerSample := 1
	if c.BitDepth > 8 {
		bytesPerSample = 2
	}
	for p := range 3 {
		w, h := c.Width, c.Height
		if p > 0 && (c.Chroma == encoder.Chroma420 || c.Chroma == encoder.Chroma422) {
			w = (w + 1) / 2
		}
		if p > 0 && c.Chroma == encoder.Chroma420 {
			h = (h + 1) / 2
		}
		if p > 0 && c.Chroma == encoder.Chroma400 {
			break
		}
		f.Stride[p] = w * bytesPerSample
		f.Planes[p] = make([]byte, f.Stride[p]*h)
		for i := 0; i < len(f.Planes[p]); i += bytesPerSample {
			x, y := i%f.Stride[p], i/f.Stride[p]
			f.Planes[p][i] = byte(3*x + 5*y + 4*int(n) + 60*p)
		}
	}
	return f
}

// drain receives packets until the error, and returns their data.
func drain(t testing.TB, e *encoder.Encoder, until error) (packets [][]byte) {
	t.Helper()
	for {
		p, err := e.ReceivePacket(background)
		if errors.Is(err, until) {
			return packets
		}
		if err != nil {
			t.Fatalf("ReceivePacket: %v, want %v", err, until)
		}
		packets = append(packets, bytes.Clone(p.Data))
	}
}

// encode runs a whole session.
func encode(t testing.TB, c encoder.Config, frames int64) [][]byte {
	t.Helper()
	e := open(t, c)
	var packets [][]byte
	for n := range frames {
		if err := e.SendFrame(background, picture(&c, n)); err != nil {
			t.Fatal(err)
		}
		packets = append(packets, drain(t, e, encoder.ErrNeedMoreData)...)
	}
	e.Flush()
	return append(packets, drain(t, e, encoder.ErrEndOfStream)...)
}

var _ encoder.Interface = (*encoder.Encoder)(nil)

func TestConfigErrors(t *testing.T) {
	for _, c := range []struct {
		field  string
		change func(*encoder.Config)
	}{
		{"Width", func(c *encoder.Config) { c.Width = 0 }},
		{"Width", func(c *encoder.Config) { c.Width = 65537 }},
		{"Height", func(c *encoder.Config) { c.Height = -1 }},
		{"BitDepth", func(c *encoder.Config) { c.BitDepth = 0 }},
		{"BitDepth", func(c *encoder.Config) { c.BitDepth = 9 }},
		{"Chroma", func(c *encoder.Config) { c.Chroma = 4 }},
		{"FrameRate", func(c *encoder.Config) { c.FrameRate = encoder.Rational{Num: 25} }},
		{"FrameRate", func(c *encoder.Config) { c.FrameRate = encoder.Rational{Num: -1, Den: 1} }},
		{"Color.Matrix", func(c *encoder.Config) { c.Color.Matrix = 0 }},
		{"ChromaPosition", func(c *encoder.Config) { c.ChromaPosition = 3 }},
		{"SpeedPreset", func(c *encoder.Config) { c.SpeedPreset = 11 }},
		{"SpeedPreset", func(c *encoder.Config) { c.SpeedPreset = -1 }},
		{"Quantizer", func(c *encoder.Config) { c.Quantizer = 256 }},
		{"MinQuantizer", func(c *encoder.Config) { c.MinQuantizer = -1 }},
		{"Bitrate", func(c *encoder.Config) { c.Bitrate = -1 }},
		{"Bitrate", func(c *encoder.Config) { c.RateControl = encoder.VariableBitrate }},
		{"ReservoirFrameDelay", func(c *encoder.Config) { c.ReservoirFrameDelay = 12 }},
		{"Tune", func(c *encoder.Config) { c.Tune = 2 }},
		{"Threads", func(c *encoder.Config) { c.Threads = -1 }},
		{"TileCols", func(c *encoder.Config) { c.TileCols = 3 }},
		{"TileRows", func(c *encoder.Config) { c.TileRows = 128 }},
		{"Tiles", func(c *encoder.Config) { c.Tiles = -2 }},
		{"MinKeyFrameInterval", func(c *encoder.Config) { c.MinKeyFrameInterval = 241 }},
		{"MaxKeyFrameInterval", func(c *encoder.Config) { c.MaxKeyFrameInterval = -1 }},
		{"SwitchFrameInterval", func(c *encoder.Config) { c.SwitchFrameInterval = 8 }},
		{"TemporalLayers", func(c *encoder.Config) { c.TemporalLayers = 2 }},
		{"LookaheadFrames", func(c *encoder.Config) { c.LookaheadFrames = -2 }},
		{"MaxMemory", func(c *encoder.Config) { c.MaxMemory = -1 }},
		{"MasteringDisplay", func(c *encoder.Config) { c.MasteringDisplay = &encoder.MasteringDisplay{LuminanceMin: 1 << 20} }},
		{"ForceTools", func(c *encoder.Config) { c.ForceTools = "no-cdef,magic" }},
	} {
		cfg := config(c.change)
		_, err := encoder.New(cfg)
		var e *encoder.ConfigError
		if !errors.As(err, &e) || e.Field != c.field || e.Value == "" || e.Allowed == "" {
			t.Errorf("%s: %v, want *ConfigError", c.field, err)
		}
		if v := cfg.Validate(); v == nil || v.Error() != err.Error() {
			t.Errorf("%s: Validate says %v, New says %v", c.field, v, err)
		}
	}
	if _, err := encoder.New(encoder.Config{}); err == nil {
		t.Error("the zero Config was accepted")
	}
}

func TestMemoryLimit(t *testing.T) {
	_, err := encoder.New(config(func(c *encoder.Config) { c.MaxMemory = 1000 }))
	var m *encoder.MemoryError
	if !errors.As(err, &m) || m.Limit != 1000 || m.Needed <= 1000 {
		t.Fatalf("%v, want *MemoryError", err)
	}
	c := config(func(c *encoder.Config) { c.MaxMemory = m.Needed })
	e := open(t, c)
	if got := e.Stats().MappedBytes; got <= 0 || got > m.Needed {
		t.Errorf("%d bytes mapped, %d allowed", got, m.Needed)
	}
	if n := len(encode(t, c, 5)); n != 5 {
		t.Errorf("%d packets with the smallest plan", n)
	}
	if _, err := encoder.New(config(func(c *encoder.Config) { c.MaxMemory = m.Needed - 1 })); !errors.As(err, &m) {
		t.Errorf("one byte less: %v, want *MemoryError", err)
	}
}

// A plan no machine can hold is an error, not a crash.
func TestHugePicture(t *testing.T) {
	_, err := encoder.New(config(func(c *encoder.Config) {
		c.Width, c.Height, c.Chroma, c.MaxMemory = 65536, 65536, encoder.Chroma444, 1<<30
	}))
	var m *encoder.MemoryError
	var c *encoder.ConfigError
	if !errors.As(err, &m) && !errors.As(err, &c) {
		t.Errorf("%v, want a typed error", err)
	}
}

func TestFrameErrors(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*encoder.Frame)
	}{
		{"no planes", func(f *encoder.Frame) { f.Planes = [3][]byte{} }},
		{"short luma", func(f *encoder.Frame) { f.Planes[0] = f.Planes[0][:len(f.Planes[0])-1] }},
		{"no V", func(f *encoder.Frame) { f.Planes[2] = nil }},
		{"small stride", func(f *encoder.Frame) { f.Stride[0]-- }},
		{"negative stride", func(f *encoder.Frame) { f.Stride[1] = -f.Stride[1] }},
		{"huge stride", func(f *encoder.Frame) { f.Stride[1] = math.MaxInt / 2 }},
		{"huge stride that overflows", func(f *encoder.Frame) { f.Stride[0] = math.MaxInt }},
		{"shift at 8 bit", func(f *encoder.Frame) { f.SampleShift = 6 }},
		{"region without size", func(f *encoder.Frame) { f.Regions = []encoder.Region{{W: 0, H: 5}} }},
		{"region beside the picture", func(f *encoder.Frame) { f.Regions = []encoder.Region{{X: 60, W: 5, H: 5}} }},
		{"negative region", func(f *encoder.Frame) { f.Regions = []encoder.Region{{X: -1, W: 5, H: 5}} }},
		{"huge region", func(f *encoder.Frame) { f.Regions = []encoder.Region{{X: 1, W: math.MaxInt, H: 5}} }},
		{"region too fine", func(f *encoder.Frame) { f.Regions = []encoder.Region{{W: 5, H: 5, QOffset: -4.1}} }},
		{"region of no number", func(f *encoder.Frame) { f.Regions = []encoder.Region{{W: 5, H: 5, QOffset: math.NaN()}} }},
		{"many regions", func(f *encoder.Frame) { f.Regions = make([]encoder.Region, 257) }},
		{"interleaved, half there", func(f *encoder.Frame) { f.Interleaved = true }},
	} {
		cfg := config(lowLatency)
		e := open(t, cfg)
		f := picture(&cfg, 0)
		c.change(f)
		var bad *encoder.FrameError
		if err := e.SendFrame(background, f); !errors.As(err, &bad) || bad.What == "" {
			t.Errorf("%s: %v, want *FrameError", c.name, err)
		}
		// The encoder is as good as new.
		if err := e.SendFrame(background, picture(&cfg, 0)); err != nil {
			t.Errorf("%s: good frame afterwards: %v", c.name, err)
		}
		if n := len(drain(t, e, encoder.ErrNeedMoreData)); n != 1 {
			t.Errorf("%s: %d packets", c.name, n)
		}
	}
}

func TestLifecycle(t *testing.T) {
	c := config()
	e := open(t, c)
	if _, err := e.ReceivePacket(background); !errors.Is(err, encoder.ErrNeedMoreData) {
		t.Errorf("receive before send: %v", err)
	}
	if err := e.SendFrame(background, picture(&c, 0)); err != nil {
		t.Fatal(err)
	}
	e.Flush()
	e.Flush()
	if err := e.SendFrame(background, picture(&c, 1)); !errors.Is(err, encoder.ErrEndOfStream) {
		t.Errorf("send after Flush: %v", err)
	}
	if n := len(drain(t, e, encoder.ErrEndOfStream)); n != 1 {
		t.Errorf("%d packets", n)
	}
	if _, err := e.ReceivePacket(background); !errors.Is(err, encoder.ErrEndOfStream) {
		t.Errorf("receive after the end: %v", err)
	}
	for range 2 {
		if err := e.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}
	if err := e.SendFrame(background, picture(&c, 1)); !errors.Is(err, encoder.ErrClosed) {
		t.Errorf("send after Close: %v", err)
	}
	if _, err := e.ReceivePacket(background); !errors.Is(err, encoder.ErrClosed) {
		t.Errorf("receive after Close: %v", err)
	}
	e.Flush()
}

func TestFlushWithoutFrames(t *testing.T) {
	e := open(t, config())
	e.Flush()
	if _, err := e.ReceivePacket(background); !errors.Is(err, encoder.ErrEndOfStream) {
		t.Errorf("%v, want ErrEndOfStream", err)
	}
}

// Without a receiver the encoder takes a bounded number of frames, and none is lost.
func TestEnoughData(t *testing.T) {
	for _, c := range []encoder.Config{config(), config(lowLatency)} {
		e := open(t, c)
		sent := int64(0)
		for ; sent < 1000; sent++ {
			if err := e.SendFrame(background, picture(&c, sent)); errors.Is(err, encoder.ErrEnoughData) {
				break
			} else if err != nil {
				t.Fatal(err)
			}
		}
		if sent == 1000 {
			t.Error("never ErrEnoughData")
		}
		if s := e.Stats(); s.FramesIn != sent {
			t.Errorf("FramesIn %d, sent %d", s.FramesIn, sent)
		}
		e.Flush()
		if n := int64(len(drain(t, e, encoder.ErrEndOfStream))); n != sent {
			t.Errorf("%d packets for %d frames", n, sent)
		}
	}
}

// Latency bounds how far packets lag behind.
func TestLatency(t *testing.T) {
	for _, c := range []encoder.Config{config(), config(lowLatency), config(func(c *encoder.Config) { c.LookaheadFrames = 5 })} {
		e := open(t, c)
		if c.LowLatency && e.Latency() != 0 {
			t.Errorf("low latency: Latency() = %d", e.Latency())
		}
		got := 0
		for n := range 40 {
			if err := e.SendFrame(background, picture(&c, int64(n))); err != nil {
				t.Fatal(err)
			}
			got += len(drain(t, e, encoder.ErrNeedMoreData))
			if late := n + 1 - got; late > e.Latency() {
				t.Fatalf("%d packets after %d frames, Latency() = %d", got, n+1, e.Latency())
			}
		}
	}
}

func TestCancel(t *testing.T) {
	c := config()
	e := open(t, c)
	cancelled, cancel := context.WithCancel(background)
	cancel()
	if err := e.SendFrame(cancelled, picture(&c, 0)); !errors.Is(err, context.Canceled) {
		t.Errorf("SendFrame: %v", err)
	}
	if s := e.Stats(); s.FramesIn != 0 {
		t.Errorf("%d frames were taken", s.FramesIn)
	}
	if err := e.SendFrame(background, picture(&c, 0)); err != nil {
		t.Fatal(err)
	}
	if _, err := e.ReceivePacket(cancelled); !errors.Is(err, context.Canceled) {
		t.Errorf("ReceivePacket: %v", err)
	}
	e.Flush()
	if n := len(drain(t, e, encoder.ErrEndOfStream)); n != 1 {
		t.Errorf("%d packets after a cancelled call", n)
	}
}

// Close ends waiting calls, and abandons what isn't finished.
func TestCloseWhileBusy(t *testing.T) {
	before := runtime.NumGoroutine()
	for range 10 {
		c := config(func(c *encoder.Config) { c.Width, c.Height = 320, 240 })
		e := open(t, c)
		for n := range int64(3) {
			if err := e.SendFrame(background, picture(&c, n)); err != nil {
				t.Fatal(err)
			}
		}
		e.Flush()
		done := make(chan error, 1)
		go func() {
			for {
				if _, err := e.ReceivePacket(background); err != nil {
					done <- err
					return
				}
			}
		}()
		if err := e.Close(); err != nil {
			t.Fatal(err)
		}
		select {
		case err := <-done:
			if !errors.Is(err, encoder.ErrClosed) && !errors.Is(err, encoder.ErrEndOfStream) {
				t.Errorf("ReceivePacket: %v", err)
			}
		case <-time.After(20 * time.Second):
			t.Fatal("ReceivePacket still waits after Close")
		}
	}
	for range 100 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("%d goroutines before, %d after", before, runtime.NumGoroutine())
}

// A sender and a receiver in goroutines of their own give the stream of a single loop.
func TestConcurrent(t *testing.T) {
	const frames = 40
	c := config()
	want := encode(t, c, frames)
	e := open(t, c)
	var got [][]byte
	var wg sync.WaitGroup
	wg.Go(func() {
		for n := int64(0); n < frames; {
			switch err := e.SendFrame(background, picture(&c, n)); {
			case err == nil:
				n++
			case errors.Is(err, encoder.ErrEnoughData):
				time.Sleep(time.Millisecond)
			default:
				t.Error(err)
				return
			}
		}
		e.Flush()
	})
	wg.Go(func() {
		for {
			p, err := e.ReceivePacket(background)
			switch {
			case err == nil:
				got = append(got, bytes.Clone(p.Data))
			case errors.Is(err, encoder.ErrNeedMoreData):
				time.Sleep(time.Millisecond)
			case errors.Is(err, encoder.ErrEndOfStream):
				return
			default:
				t.Error(err)
				return
			}
		}
	})
	wg.Wait()
	if !bytes.Equal(bytes.Join(got, nil), bytes.Join(want, nil)) {
		t.Errorf("%d packets that differ from the %d of a single loop", len(got), len(want))
	}
}

// Encoders don't share state.
func TestParallelEncoders(t *testing.T) {
	changes := []func(*encoder.Config){func(*encoder.Config) {}, lowLatency,
		func(c *encoder.Config) { c.Chroma = encoder.Chroma444 }, func(c *encoder.Config) { c.BitDepth = 10 }}
	want := make([][][]byte, len(changes))
	for i, change := range changes {
		want[i] = encode(t, config(change), 12)
	}
	var wg sync.WaitGroup
	for i := range 2 * len(changes) {
		i %= len(changes)
		wg.Go(func() {
			if got := encode(t, config(changes[i]), 12); !bytes.Equal(bytes.Join(got, nil), bytes.Join(want[i], nil)) {
				t.Errorf("encoder %d gives another stream beside others", i)
			}
		})
	}
	wg.Wait()
}

// Zero heap allocations per frame in steady state.
func TestAllocations(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	for _, c := range []struct {
		name   string
		change func(*encoder.Config)
	}{
		{"default", func(*encoder.Config) {}},
		{"two threads", func(c *encoder.Config) { c.Threads = 2 }},
		{"low latency", lowLatency},
		{"10 bit", func(c *encoder.Config) { c.BitDepth = 10 }},
		{"slow", func(c *encoder.Config) { c.SpeedPreset = 4 }},
		{"10 bit, tiles, reconstruction", func(c *encoder.Config) {
			c.BitDepth, c.Width, c.TileCols, c.Reconstruct = 10, 160, 2, true
		}},
		{"key frames", func(c *encoder.Config) { c.MaxKeyFrameInterval, c.MinKeyFrameInterval = 5, 1 }},
	} {
		cfg := config(c.change)
		e := open(t, cfg)
		frames := make([]*encoder.Frame, 8)
		for i := range frames {
			frames[i] = picture(&cfg, int64(i))
		}
		n := 0
		step := func() {
			if err := e.SendFrame(background, frames[n%len(frames)]); err != nil {
				t.Fatal(err)
			}
			n++
			for {
				if _, err := e.ReceivePacket(background); errors.Is(err, encoder.ErrNeedMoreData) {
					return
				} else if err != nil {
					t.Fatal(err)
				}
			}
		}
		for range 64 { // buffers reach their size
			step()
		}
		if got := testing.AllocsPerRun(64, step); got > 0 {
			t.Errorf("%s: %v allocations per frame", c.name, got)
		}
	}
}
