// This file takes the place of element/new.go in a plugin built for tests: an
// encoder with the timing of a real one and none of its work. Properties select faults.
package element

import (
	"context"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/grav1e/grav1e/encoder"
)

// The quantizer selects what goes wrong, at the fifth frame; or how long frames take.
const (
	faultSendPanic    = 201
	faultReceivePanic = 202
	faultNil          = 203
	faultError        = 204
	faultInternal     = 205
	faultMemory       = 206
	faultAt           = 5

	slow  = 210 // fast enough from preset 8 on
	stuck = 211 // with no preset
)

// costs are the times that frames take, by preset, in frames at 30 a second.
var costs = map[int]map[int]float64{
	slow:  {6: 1.5, 7: 1.2, 8: .6, 9: .5, 10: .4},
	stuck: {6: 1.5, 7: 1.5, 8: 1.5, 9: 1.5, 10: 1.5},
}

// fake holds lookahead frames back (rdo-lookahead-frames, 7 by default), has room
// for three more, and works for half a millisecond on each.
type fake struct {
	cfg     encoder.Config
	mu      sync.Mutex
	queue   []encoder.Packet
	out     int64
	preset  int
	sent    int64
	flushed bool
	closed  bool
}

func newEncoder(cfg encoder.Config) (encoder.Interface, error) {
	if cfg.Bitrate != 0 {
		return nil, &encoder.ConfigError{Field: "Bitrate", Value: fmt.Sprint(cfg.Bitrate), Allowed: "0 (with LowLatency or without)"}
	}
	if cfg.Quantizer == faultMemory {
		return nil, &encoder.MemoryError{Needed: 2, Limit: 1}
	}
	if cfg.Quantizer > 255 {
		return nil, &encoder.ConfigError{Field: "Quantizer", Value: fmt.Sprint(cfg.Quantizer), Allowed: "0..255"}
	}
	if cfg.LookaheadFrames < 0 {
		cfg.LookaheadFrames = 7
	}
	if cfg.LowLatency {
		cfg.LookaheadFrames = 0
	}
	if os.Getenv("GRAV1E_TEST_CONFIG") != "" {
		fmt.Printf("config %+v", cfg)
		if cfg.MasteringDisplay != nil {
			fmt.Printf(" mastering %+v", *cfg.MasteringDisplay)
		}
		if cfg.ContentLight != nil {
			fmt.Printf(" light %+v", *cfg.ContentLight)
		}
		fmt.Println()
	}
	return &fake{cfg: cfg, preset: cfg.SpeedPreset}, nil
}

func (f *fake) fault(kind int, frame int64) bool { return f.cfg.Quantizer == kind && frame == faultAt }

func (f *fake) SendFrame(ctx context.Context, in *encoder.Frame) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case f.closed:
		return encoder.ErrClosed
	case f.flushed:
		return encoder.ErrEndOfStream
	case f.fault(faultSendPanic, f.sent):
		panic("send fault")
	case f.fault(faultNil, f.sent):
		var p *fake
		p.sent = 1
	case f.fault(faultError, f.sent):
		return fmt.Errorf("the fifth frame is not to its taste")
	case len(f.queue) > f.cfg.LookaheadFrames+2:
		return encoder.ErrEnoughData
	}
	sum := byte(0)
	for i, p := range in.Planes {
		if p != nil {
			sum += p[0] + p[len(p)-1] + byte(i)
		}
	}
	key := in.ForceKey || f.sent == 0
	p := encoder.Packet{PTS: in.PTS, KeyFrame: key, FrameIndex: f.sent, Droppable: !key && f.sent%2 == 1,
		SpeedPreset: f.preset, EncodeTime: 500 * time.Microsecond}
	if cost := costs[f.cfg.Quantizer]; cost != nil {
		p.EncodeTime = time.Duration(cost[f.preset] * float64(time.Second) / 30)
	}
	p.Data = []byte{0x12, 0}
	p.Obus = []int{2}
	if key {
		p.Data = append(p.Data, f.SequenceHeader()...)
		p.Obus = append(p.Obus, len(p.Data))
	}
	if f.sent%4 == 2 { // a hidden frame goes with this one
		p.Data = append(p.Data, 0x32, 2, 0x20, sum)
		p.Obus = append(p.Obus, len(p.Data))
		p.Frames = append(p.Frames, len(p.Data))
	}
	p.Data = append(p.Data, 0x32, 2, 0x10, sum)
	p.Obus = append(p.Obus, len(p.Data))
	p.Frames = append(p.Frames, len(p.Data))
	f.queue = append(f.queue, p)
	f.sent++
	return nil
}

func (f *fake) ReceivePacket(ctx context.Context) (*encoder.Packet, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case f.closed:
		return nil, encoder.ErrClosed
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case f.fault(faultReceivePanic, f.out):
		panic("receive fault")
	case f.fault(faultInternal, f.out):
		return nil, &encoder.InternalError{Where: "a worker", Panic: "worker fault", Stack: []byte("the worker's stack")}
	case len(f.queue) == 0 && f.flushed:
		return nil, encoder.ErrEndOfStream
	case len(f.queue) <= f.cfg.LookaheadFrames && !f.flushed:
		return nil, encoder.ErrNeedMoreData
	}
	p := f.queue[0]
	f.queue = f.queue[1:]
	f.mu.Unlock()
	time.Sleep(p.EncodeTime)
	f.mu.Lock()
	f.out++
	return &p, nil
}

func (f *fake) Flush() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.flushed = true
}

func (f *fake) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
	return nil
}

// SequenceHeader is that of some 320x240 stream.
func (f *fake) SequenceHeader() []byte {
	return []byte{0x0A, 0x0B, 0, 0, 0, 0x04, 0x3C, 0xFF, 0xBC, 0xFB, 0xF9, 0, 0x40}
}

func (f *fake) SetRate(encoder.Rate) error { return nil }

func (f *fake) SetSpeed(preset int) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.preset = preset
	return nil
}

func (f *fake) PassData() []byte { return nil }

func (f *fake) SetKeyFrameIntervals(shortest, longest int64) error { return nil }

func (f *fake) Latency() int         { return f.cfg.LookaheadFrames }
func (f *fake) Stats() encoder.Stats { return encoder.Stats{FramesIn: f.sent, FramesOut: f.out} }
