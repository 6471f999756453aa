package encoder

import (
	"context"
	"errors"
	"runtime/debug"
	"slices"
	"sync"

	"github.com/grav1e/grav1e/internal/bitstream"
	"github.com/grav1e/grav1e/internal/frame"
	"github.com/grav1e/grav1e/internal/sched"
)

// Encoder is one encoding session. SendFrame, ReceivePacket, Flush and Close may
// be called from different goroutines; frames are coded by a goroutine of the
// encoder's own and its pool of workers.
type Encoder struct {
	cfg     Config
	tools   tools
	speeds  speeds
	miniGOP int // frames
	memory  *frame.Planner
	mapped  int64
	overlap bool // see openLoop
	pool    *sched.Pool
	seq     bitstream.SequenceHeader
	header  []byte // seq as an OBU
	coder   coder  // owned by the coding goroutine

	sending sync.Mutex // held by SendFrame, which copies into mapped memory: Flush and Close wait for it
	mu      sync.Mutex // taken after sending
	changed sync.Cond  // any change of the fields below

	inputs    []input
	free      []*input // unused
	waiting   []*input // sent, not yet part of a group, in display order
	groups    []group  // ready to be coded, in order
	keys      keyDecision
	sent      int64 // frames taken by SendFrame
	committed int64 // frames that are part of a group
	delivered int64 // packets returned by ReceivePacket

	packets  packetQueue
	flushed  bool
	closed   bool
	err      error
	stats    Stats
	recent   recentSizes
	rate     Rate
	preset   int // see SetSpeed
	finished sync.WaitGroup
}

// input is one picture waiting to be coded.
type input struct {
	picture  frame.Packed
	display  int64
	key      bool
	pts      int64
	opaque   any
	metadata metadata
	regions  []Region
	rate     Rate
	preset   int
}

// metadata is a copy of a frame's T.35 messages; copying reuses its memory.
type metadata []T35

func (m *metadata) copyFrom(messages []T35) {
	list := (*m)[:0]
	for _, msg := range messages {
		if len(list) < cap(list) {
			list = list[:len(list)+1]
		} else {
			list = append(list, T35{})
		}
		last := &list[len(list)-1]
		last.CountryCode, last.CountryCodeExtension = msg.CountryCode, msg.CountryCodeExtension
		last.Payload = append(last.Payload[:0], msg.Payload...)
	}
	*m = list
}

// group is a run of consecutive frames whose structure is decided: one key frame,
// or a mini-GOP.
type group struct {
	first int64
	n     int
	key   bool
}

// New validates cfg, maps all memory the session needs and starts the workers.
// Errors: *ConfigError, *MemoryError, *PassError.
func New(cfg Config) (*Encoder, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	e := newEncoder(cfg)
	if err := e.mapMemory(); err != nil {
		return nil, err
	}
	var err error
	if e.header, err = bitstream.AppendSequenceHeaderOBU(nil, &e.seq); err != nil {
		return nil, errors.Join(err, e.memory.Unmap())
	}
	e.keys = newKeyDecision(&e.cfg)
	if e.coder.rate, err = e.newRateControl(); err != nil {
		return nil, errors.Join(err, e.memory.Unmap())
	}
	e.pool = sched.NewPool(e.cfg.Threads)
	e.coder.init(e)
	e.pool.Start()
	e.finished.Add(1)
	go e.run()
	return e, nil
}

// newEncoder resolves what a valid configuration leaves open.
func newEncoder(cfg Config) *Encoder {
	e := &Encoder{cfg: cfg, rate: cfg.rate(), preset: cfg.SpeedPreset}
	e.cfg.Threads = cfg.threads()
	e.tools, _ = parseTools(cfg.ForceTools)
	e.speeds = speedsFor(&cfg, e.tools)
	e.miniGOP = e.speeds.of(cfg.SpeedPreset).MiniGOP
	// Without reordering the next frame isn't there yet.
	e.overlap = e.cfg.Threads > 1 && e.miniGOP > 1
	e.changed.L = &e.mu
	num, den := cfg.frameRate()
	e.recent.ring = make([]int, min(max((num+den-1)/den, 1), maxRecent))
	return e
}

// Latency is how many more frames have to be sent, at most, before ReceivePacket
// returns the packet of a frame: the first frame of a mini-GOP waits for the last.
func (e *Encoder) Latency() int { return e.miniGOP - 1 }

// Stats returns a snapshot of the counters.
func (e *Encoder) Stats() Stats {
	e.mu.Lock()
	defer e.mu.Unlock()
	s := e.stats
	s.FramesIn, s.MappedBytes = e.sent, e.mapped
	e.fillRates(&s)
	return s
}

// SendFrame copies f in. It returns ErrEnoughData when nothing more fits until
// packets are received, ErrEndOfStream after Flush, *FrameError when f doesn't fit
// the configuration, and the encoder's failure if it has failed.
func (e *Encoder) SendFrame(ctx context.Context, f *Frame) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := e.checkFrame(f); err != nil {
		return err
	}
	e.sending.Lock()
	defer e.sending.Unlock()
	in, err := e.takeInput()
	if err != nil {
		return err
	}
	in.pts, in.opaque = f.PTS, f.Opaque
	in.metadata.copyFrom(f.Metadata)
	in.regions = append(in.regions[:0], f.Regions...)
	ingest(&in.picture, f, e.cfg.BitDepth)
	cut := false
	if !e.cfg.NoSceneDetection && !e.cfg.StillPicture {
		cut = e.keys.sceneCut(in)
	}

	e.mu.Lock()
	defer e.mu.Unlock()
	in.key = e.keys.decide(in, f.ForceKey, cut)
	in.rate, in.preset = e.rate, e.preset
	e.waiting = append(e.waiting, in)
	e.commit()
	return nil
}

// takeInput returns an unused picture for the next frame.
func (e *Encoder) takeInput() (*input, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case e.closed:
		return nil, ErrClosed
	case e.err != nil:
		return nil, e.err
	case e.flushed, e.cfg.StillPicture && e.sent > 0:
		return nil, ErrEndOfStream
	case len(e.free) == 0:
		return nil, ErrEnoughData
	}
	in := e.free[len(e.free)-1]
	e.free = e.free[:len(e.free)-1]
	in.display = e.sent
	e.sent++
	return in, nil
}

// commit turns waiting frames into groups as far as their structure is certain.
func (e *Encoder) commit() {
	for len(e.waiting) > 0 {
		n := 1
		if !e.waiting[0].key {
			for n < len(e.waiting) && n < e.miniGOP && !e.waiting[n].key {
				n++
			}
			endsAtKey := n < len(e.waiting) && e.waiting[n].key
			if n < e.miniGOP && !endsAtKey && !e.flushed {
				return
			}
		}
		e.groups = append(e.groups, group{e.waiting[0].display, n, e.waiting[0].key})
		e.coder.enqueue(e.waiting[:n])
		e.waiting = append(e.waiting[:0], e.waiting[n:]...)
		e.committed += int64(n)
		e.changed.Broadcast()
	}
}

// Flush says no more frames come; what was sent is coded to the end.
func (e *Encoder) Flush() {
	e.sending.Lock() // a frame that is being copied in counts as sent
	defer e.sending.Unlock()
	e.mu.Lock()
	defer e.mu.Unlock()
	e.flushed = true
	e.commit()
	e.changed.Broadcast()
}

// ReceivePacket returns the next temporal unit, waiting for the workers when one
// is on its way. Which calls wait and which return ErrNeedMoreData depends on the
// frames sent alone, never on timing. ErrEndOfStream follows the last packet.
func (e *Encoder) ReceivePacket(ctx context.Context) (*Packet, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.packets.release() {
		e.changed.Broadcast()
	}
	if e.mustWait(ctx) && ctx.Done() != nil {
		defer context.AfterFunc(ctx, e.wake)()
	}
	for e.mustWait(ctx) {
		e.changed.Wait()
	}
	switch {
	case e.closed:
		return nil, ErrClosed
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case e.packets.ready > 0:
		e.delivered++
		return e.packets.take(), nil
	case e.err != nil:
		return nil, e.err
	case e.flushed:
		return nil, e.endOfStream()
	}
	return nil, ErrNeedMoreData
}

// mustWait tells that a packet is on its way; mu is held.
func (e *Encoder) mustWait(ctx context.Context) bool {
	return !e.closed && ctx.Err() == nil && e.packets.ready == 0 && e.err == nil && e.delivered < e.committed
}

// wake makes every waiting goroutine look again.
func (e *Encoder) wake() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.changed.Broadcast()
}

// Close stops the workers and returns the memory; packets become invalid.
func (e *Encoder) Close() error {
	e.mu.Lock()
	if e.closed {
		e.mu.Unlock()
		return nil
	}
	e.closed = true
	e.changed.Broadcast()
	e.mu.Unlock()
	e.pool.Stop()
	e.sending.Lock()
	defer e.sending.Unlock()
	e.finished.Wait()
	e.pool.Close()
	return e.memory.Unmap()
}

// run is the coding goroutine.
func (e *Encoder) run() {
	defer e.finished.Done()
	defer func() {
		if r := recover(); r != nil {
			e.fail(&InternalError{Where: "coding goroutine", Panic: r, Stack: debug.Stack()})
		}
	}()
	for {
		g, ok := e.nextGroup()
		if !ok {
			return
		}
		if err := e.coder.codeGroup(g); err != nil {
			if !errors.Is(err, ErrClosed) && !errors.Is(err, sched.ErrStopped) {
				e.fail(err)
			}
			return
		}
	}
}

func (e *Encoder) nextGroup() (group, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for len(e.groups) == 0 && !e.closed {
		e.changed.Wait()
	}
	if e.closed {
		return group{}, false
	}
	g := e.groups[0]
	e.groups = append(e.groups[:0], e.groups[1:]...)
	return g, true
}

func (e *Encoder) fail(err error) {
	var p *sched.PanicError
	if errors.As(err, &p) {
		err = &InternalError{Where: "worker", Panic: p.Value, Stack: p.Stack}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.err == nil {
		e.err = err
	}
	e.changed.Broadcast()
}

// SequenceHeader returns the sequence header as an OBU with header and size, as it
// stands before every key frame.
func (e *Encoder) SequenceHeader() []byte { return slices.Clone(e.header) }
