package encoder

import (
	"bytes"
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"
)

func open(t testing.TB, c Config) *Encoder {
	t.Helper()
	e, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

// picture is frame n of a moving texture.
func picture(c *Config, n int) *Frame {
	f := frameOf(c, layoutOf{})
	for p := range f.Planes {
		for i := range f.Planes[p] {
			if c.BitDepth == 8 {
				f.Planes[p][i] = byte(i%f.Stride[p]*5 + i/max(f.Stride[p], 1)*3 + 7*n + 40*p)
			}
		}
	}
	f.PTS = int64(n)
	return f
}

// soon is a context that ends a test that hangs.
func soon(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// drain receives until the error and returns copies of the packets' data.
func drain(t testing.TB, e *Encoder, until error) (packets [][]byte) {
	t.Helper()
	ctx := soon(t)
	for {
		p, err := e.ReceivePacket(ctx)
		if errors.Is(err, until) {
			return packets
		}
		if err != nil {
			t.Fatalf("ReceivePacket: %v, want %v", err, until)
		}
		packets = append(packets, bytes.Clone(p.Data))
	}
}

func encode(t testing.TB, c Config, frames int) [][]byte {
	t.Helper()
	e := open(t, c)
	var packets [][]byte
	for n := range frames {
		if err := e.SendFrame(soon(t), picture(&c, n)); err != nil {
			t.Fatal(err)
		}
		packets = append(packets, drain(t, e, ErrNeedMoreData)...)
	}
	e.Flush()
	return append(packets, drain(t, e, ErrEndOfStream)...)
}

func lowLatency(c *Config) { c.LowLatency = true }

// modes are configurations that differ in how frames are arranged.
var modes = map[string]func(*Config){
	"default":       func(*Config) {},
	"low latency":   lowLatency,
	"3 layers":      func(c *Config) { c.LowLatency, c.TemporalLayers = true, 3 },
	"lookahead 0":   func(c *Config) { c.LookaheadFrames = 0 },
	"lookahead 5":   func(c *Config) { c.LookaheadFrames = 5 },
	"10 bit":        func(c *Config) { c.BitDepth = 10 },
	"slow":          func(c *Config) { c.SpeedPreset, c.Width, c.Height = 0, 16, 16 },
	"keys":          func(c *Config) { c.MinKeyFrameInterval, c.MaxKeyFrameInterval = 1, 7 },
	"little memory": func(c *Config) { c.MaxMemory = 5 << 19 },
}

// A packet comes out once Latency more frames were sent, at the latest, and some
// packet needs that many.
func TestLatencyIsExact(t *testing.T) {
	for name, change := range modes {
		for _, threads := range []int{1, 3} {
			c := base(change)
			c.Threads = threads
			if _, err := PlanMemory(c); err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			e := open(t, c)
			received, latest := 0, 0
			for n := range 70 {
				if err := e.SendFrame(soon(t), picture(&c, n)); err != nil {
					t.Fatal(err)
				}
				received += len(drain(t, e, ErrNeedMoreData))
				latest = max(latest, n+1-received)
			}
			want := e.Latency()
			if c.MaxKeyFrameInterval == 7 {
				want = 6 // mini-GOPs end before key frames
			}
			if latest != want {
				t.Errorf("%s, %d threads: up to %d frames behind, Latency() = %d", name, threads, latest, e.Latency())
			}
		}
	}
}

// Frames sent without receiving end in ErrEnoughData; from there a packet always comes.
func TestEnoughDataNeverLocks(t *testing.T) {
	for name, change := range modes {
		for _, eager := range []int{1, 3, 1000} {
			c := base(change)
			e := open(t, c)
			ctx := soon(t)
			received := 0
			for n := 0; n < 60; {
				err := e.SendFrame(ctx, picture(&c, n))
				if err == nil {
					n++
					continue
				}
				if !errors.Is(err, ErrEnoughData) {
					t.Fatal(err)
				}
				for i := range eager {
					_, err := e.ReceivePacket(ctx)
					if errors.Is(err, ErrNeedMoreData) && i > 0 {
						break
					}
					if err != nil {
						t.Fatalf("%s: %v after ErrEnoughData", name, err)
					}
					received++
				}
			}
			e.Flush()
			if received += len(drain(t, e, ErrEndOfStream)); received != 60 {
				t.Errorf("%s: %d packets for 60 frames", name, received)
			}
		}
	}
}

// The stream doesn't depend on the number of threads; with -race this also looks for
// races between stages.
func TestThreadsAgree(t *testing.T) {
	for _, c := range []struct {
		frames int
		Config
	}{
		{10, base(func(c *Config) { c.Width, c.Height = 200, 150 })},
		{6, base(lowLatency, func(c *Config) { c.Width, c.Height, c.SpeedPreset, c.TileCols = 200, 150, 8, 2 })},
		{3, base(func(c *Config) { c.Width, c.Height, c.SpeedPreset = 100, 130, 6 })},
		{6, base(func(c *Config) { c.Width, c.Height, c.SpeedPreset = 200, 150, 8 })},
		{6, base(lowLatency, func(c *Config) { c.Width, c.Height, c.SpeedPreset = 200, 150, 9 })},
		{20, base(func(c *Config) { c.Width, c.Height, c.SpeedPreset, c.BitDepth = 150, 330, 10, 10 })},
		{4, base(func(c *Config) { c.Width, c.Height, c.SpeedPreset, c.TileCols, c.TileRows = 260, 330, 10, 2, 2 })},
		{3, base(func(c *Config) { c.Width, c.Height, c.SpeedPreset, c.TileRows = 70, 260, 3, 4 })},
		{5, base(func(c *Config) { c.Width, c.Height, c.RandomModes = 130, 130, 3 })},
	} {
		c.Threads = 1
		want := bytes.Join(encode(t, c.Config, c.frames), nil)
		for _, threads := range []int{2, 3, 8} {
			c.Threads = threads
			if got := bytes.Join(encode(t, c.Config, c.frames), nil); !bytes.Equal(got, want) {
				t.Errorf("speed %d: %d threads give another stream", c.SpeedPreset, threads)
			}
		}
	}
}

// Without memory for the overlap of frames the stream is the same.
func TestOverlapChangesNothing(t *testing.T) {
	c := base(func(c *Config) { c.Width, c.Height, c.SpeedPreset, c.Threads = 150, 200, 10, 2 })
	want := encode(t, c, 20)
	plan, err := PlanMemory(c)
	if err != nil || !plan.Overlap {
		t.Fatalf("plan %+v, error %v", plan, err)
	}
	c.MaxMemory = plan.Total - 1
	if plan, err = PlanMemory(c); err != nil || plan.Overlap || plan.Threads != 2 || plan.MiniGOP != 16 {
		t.Fatalf("plan %+v, error %v", plan, err)
	}
	if !slices.EqualFunc(want, encode(t, c, 20), bytes.Equal) {
		t.Error("another stream")
	}
}

// TestReconstructChangesNothing: what is left undone when nobody looks at a picture does
// not show in the stream.
func TestReconstructChangesNothing(t *testing.T) {
	for _, preset := range []int{6, 8, 9, 10} {
		for _, low := range []bool{false, true} {
			c := base(func(c *Config) { c.SpeedPreset, c.LowLatency, c.Width, c.Height = preset, low, 150, 90 })
			blind := encode(t, c, 20)
			c.Reconstruct = true
			if !slices.EqualFunc(blind, encode(t, c, 20), bytes.Equal) {
				t.Errorf("preset %d, low latency %v: with Reconstruct the stream is another", preset, low)
			}
		}
	}
}

func TestContexts(t *testing.T) {
	c := base()
	e := open(t, c)
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	if err := e.SendFrame(cancelled, picture(&c, 0)); !errors.Is(err, context.Canceled) || e.Stats().FramesIn != 0 {
		t.Errorf("SendFrame: %v, %d frames taken", err, e.Stats().FramesIn)
	}
	if _, err := e.ReceivePacket(cancelled); !errors.Is(err, context.Canceled) {
		t.Errorf("ReceivePacket: %v", err)
	}
	// A waiting call ends with its context: nobody codes, because the encoder's lock is held.
	if err := e.SendFrame(context.Background(), picture(&c, 0)); err != nil {
		t.Fatal(err)
	}
	drain(t, e, ErrNeedMoreData)
	e.mu.Lock()
	e.committed++ // a packet that will never come
	e.mu.Unlock()
	brief, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	if _, err := e.ReceivePacket(brief); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a waiting ReceivePacket: %v", err)
	}
}

// Frames are borrowed during SendFrame only, their metadata included.
func TestFramesAreBorrowed(t *testing.T) {
	c := base()
	e := open(t, c)
	payload := []byte{1, 2, 3}
	f := picture(&c, 0)
	f.Metadata = []T35{{CountryCode: 0xB5, Payload: payload}}
	e.mu.Lock() // the frame stays where SendFrame leaves it
	e.miniGOP = 1 << 20
	e.keys.last = -1
	e.mu.Unlock()
	if err := e.SendFrame(context.Background(), f); err != nil {
		t.Fatal(err)
	}
	clear(payload)
	clear(f.Planes[0])
	e.Flush()
	p, err := e.ReceivePacket(soon(t))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(p.Data, []byte{0xB5, 1, 2, 3}) {
		t.Error("the payload was not copied")
	}
}

func TestAfterFlushAndClose(t *testing.T) {
	c := base()
	e := open(t, c)
	f := picture(&c, 0)
	ctx := context.Background()
	if _, err := e.ReceivePacket(ctx); !errors.Is(err, ErrNeedMoreData) {
		t.Errorf("nothing sent: %v", err)
	}
	e.Flush()
	if err := e.SendFrame(ctx, f); !errors.Is(err, ErrEndOfStream) {
		t.Errorf("send after Flush: %v", err)
	}
	if _, err := e.ReceivePacket(ctx); !errors.Is(err, ErrEndOfStream) {
		t.Errorf("receive after Flush: %v", err)
	}
	for range 2 {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	}
	if err := e.SendFrame(ctx, f); !errors.Is(err, ErrClosed) {
		t.Errorf("send after Close: %v", err)
	}
	if _, err := e.ReceivePacket(ctx); !errors.Is(err, ErrClosed) {
		t.Errorf("receive after Close: %v", err)
	}
	e.Flush()
}

// Close waits for a SendFrame that copies into mapped memory, ends waiting calls, and
// leaves no goroutine.
func TestCloseWhileSending(t *testing.T) {
	before := runtime.NumGoroutine()
	for range 20 {
		c := base(func(c *Config) { c.Width, c.Height, c.Threads = 320, 240, 2 })
		e := open(t, c)
		f := picture(&c, 0)
		var wg sync.WaitGroup
		wg.Go(func() {
			for {
				if err := e.SendFrame(context.Background(), f); errors.Is(err, ErrClosed) {
					return
				} else if err != nil && !errors.Is(err, ErrEnoughData) {
					t.Error(err)
					return
				}
			}
		})
		wg.Go(func() {
			for {
				if _, err := e.ReceivePacket(context.Background()); errors.Is(err, ErrClosed) {
					return
				} else if err != nil && !errors.Is(err, ErrNeedMoreData) {
					t.Error(err)
					return
				}
			}
		})
		time.Sleep(5 * time.Millisecond)
		if err := e.Close(); err != nil {
			t.Error(err)
		}
		wg.Wait()
	}
	// A goroutine that has said it is done may still have to be scheduled to end.
	for ctx := soon(t); runtime.NumGoroutine() > before; time.Sleep(time.Millisecond) {
		if ctx.Err() != nil {
			t.Fatalf("%d goroutines, %d before", runtime.NumGoroutine(), before)
		}
	}
}

// Close ends the coding of a frame in the middle, and leaves no goroutine.
func TestCloseWhileCoding(t *testing.T) {
	before := runtime.NumGoroutine()
	for _, threads := range []int{1, 3} {
		c := base(func(c *Config) { c.Width, c.Height, c.SpeedPreset, c.Threads = 1024, 1024, 0, threads })
		e := open(t, c)
		if err := e.SendFrame(soon(t), picture(&c, 0)); err != nil {
			t.Fatal(err)
		}
		for e.coder.stages.decide.Done() == 0 {
			time.Sleep(time.Millisecond)
		}
		if err := e.Close(); err != nil {
			t.Error(err)
		}
		if e.coder.stages.decide.Complete() {
			t.Errorf("%d threads: the frame was coded to the end", threads)
		}
		if _, err := e.ReceivePacket(soon(t)); !errors.Is(err, ErrClosed) {
			t.Errorf("%d threads: %v", threads, err)
		}
	}
	if n := runtime.NumGoroutine(); n > before {
		t.Errorf("%d goroutines, %d before", n, before)
	}
}

// A panic, in a worker or in the coding goroutine, is an error of the session, not of the process.
func TestPanicBecomesError(t *testing.T) {
	for where, damage := range map[string]func(*coder){
		"worker":           func(c *coder) { c.superblocks = nil },
		"coding goroutine": func(c *coder) { c.references = nil },
	} {
		for _, threads := range []int{1, 3} {
			c := base(func(c *Config) { c.Threads, c.Width, c.Height = threads, 256, 256 })
			e := open(t, c)
			damage(&e.coder)
			if err := e.SendFrame(soon(t), picture(&c, 0)); err != nil {
				t.Fatal(err)
			}
			_, err := e.ReceivePacket(soon(t))
			var internal *InternalError
			if !errors.As(err, &internal) || internal.Where != where || internal.Panic == nil || len(internal.Stack) == 0 {
				t.Fatalf("%s: %v", where, err)
			}
			if again := e.SendFrame(soon(t), picture(&c, 1)); !errors.Is(again, err) {
				t.Errorf("%s: SendFrame afterwards says %v", where, again)
			}
			e.Flush()
			if _, again := e.ReceivePacket(soon(t)); !errors.Is(again, err) {
				t.Errorf("%s: ReceivePacket afterwards says %v", where, again)
			}
		}
	}
}
