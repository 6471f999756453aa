package element

/*
#include "grav1enc.h"
*/
import "C"

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
	"unsafe"

	"github.com/grav1e/grav1e/encoder"
)

// session is one encoder from its first frame to its last: caps, a flush or an
// error end it. Its goroutine receives packets and finishes frames.
type session struct {
	e      *element
	codec  encoder.Interface
	align  string
	limit  int           // frames it may hold
	lasts  time.Duration // a frame, at the frame rate
	ctx    context.Context
	cancel context.CancelFunc
	done   chan struct{} // closed when the goroutine has ended

	mu      sync.Mutex
	changed sync.Cond
	frames  []sentFrame // given to the encoder and not finished yet, in order
	held    int         // those, and the one that is being finished
	stalled bool        // downstream blocked for longer than keyframe-after-stall
	work    bool        // packets may be there that weren't asked for
	asked   int         // times the encoder was asked for a packet and has answered
	flow    C.GstFlowReturn
}

// ahead is how many frames are taken beyond those that the encoder needs to hand one
// out: one while another is coded and a third is pushed.
const ahead = 2

// sentFrame is a frame in the encoder, an owned reference, with the key unit
// requests it answers; or one that never got there.
type sentFrame struct {
	frame    *C.GstVideoCodecFrame
	requests []keyUnit
	skipped  bool
}

func newSession(e *element, codec encoder.Interface, align string) *session {
	s := &session{e: e, codec: codec, align: align, limit: codec.Latency() + 1 + ahead, lasts: time.Duration(e.framesLast(1)), done: make(chan struct{}), flow: C.GST_FLOW_OK}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.changed.L = &s.mu
	go s.run()
	return s
}

// waitForTurn waits until the session may hold one more frame, with the stream lock
// released. The flow is the last that the session's goroutine has seen.
func (s *session) waitForTurn() C.GstFlowReturn {
	s.mu.Lock()
	full, flow := s.held >= s.limit, s.flow
	s.mu.Unlock()
	if !full || flow != C.GST_FLOW_OK {
		return flow
	}
	s.e.unlocked(func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		for s.held >= s.limit && s.flow == C.GST_FLOW_OK {
			s.changed.Wait()
		}
	})
	return s.lastFlow()
}

// send gives a frame to the encoder, waiting with the stream lock released while
// that has no memory for it. sent tells whether the session owns frame now. The flow
// is the last that the session's goroutine has seen.
func (s *session) send(frame *C.GstVideoCodecFrame, requests []keyUnit, f *encoder.Frame) (sent bool, flow C.GstFlowReturn) {
	s.mu.Lock()
	s.frames = append(s.frames, sentFrame{frame: frame, requests: requests})
	s.held++
	s.mu.Unlock()
	defer func() {
		if !sent { // also when SendFrame panics
			s.mu.Lock()
			s.frames = s.frames[:len(s.frames)-1]
			s.held--
			s.mu.Unlock()
		}
	}()
	for {
		before, stalled := s.look()
		f.ForceKey = f.ForceKey || stalled
		err := s.codec.SendFrame(s.ctx, f)
		switch {
		case err == nil:
			return true, s.poke(stalled)
		case errors.Is(err, encoder.ErrEnoughData):
			s.e.unlocked(func() { s.waitForRoom(before) })
		case s.ctx.Err() == nil:
			s.interrupt(s.e.postError(err))
		}
		if flow := s.lastFlow(); flow != C.GST_FLOW_OK {
			return false, flow
		}
	}
}

// skip takes a frame that is not to be encoded. It is dropped in its turn, because the
// events before it belong between the frames around it.
func (s *session) skip(frame *C.GstVideoCodecFrame) C.GstFlowReturn {
	s.mu.Lock()
	s.frames = append(s.frames, sentFrame{frame: frame, skipped: true})
	s.mu.Unlock()
	return s.poke(false)
}

// poke tells the goroutine to ask for packets; answered says that a key frame was
// sent because of a stall.
func (s *session) poke(answered bool) C.GstFlowReturn {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.work = true
	s.stalled = s.stalled && !answered
	s.changed.Broadcast()
	return s.flow
}

// look returns how often the encoder was asked for packets, and whether a stall calls
// for a key frame.
func (s *session) look() (asked int, stalled bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked, s.stalled
}

// waitForRoom waits until the encoder was asked for packets more often than
// before, which is what frees its memory, or the session is over.
func (s *session) waitForRoom(before int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.work = true
	s.changed.Broadcast()
	for s.asked == before && s.flow == C.GST_FLOW_OK {
		s.changed.Wait()
	}
}

func (s *session) lastFlow() C.GstFlowReturn {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.flow
}

// interrupt ends the session: no frame is taken, finished or waited for any more.
// The first reason stays.
func (s *session) interrupt(flow C.GstFlowReturn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.flow == C.GST_FLOW_OK {
		s.flow = flow
	}
	s.cancel()
	s.changed.Broadcast()
}

// drain waits until every frame is finished, or the session was interrupted, and
// gives the encoder's memory back. The stream lock must not be held.
func (s *session) drain() {
	s.e.logf(C.GST_LEVEL_DEBUG, "draining")
	s.codec.Flush()
	s.poke(false)
	<-s.done
	s.e.storePass(s.codec)
	s.close()
}

// abandon ends the session at once. The stream lock must not be held: the
// goroutine may be finishing a frame.
func (s *session) abandon() {
	s.e.logf(C.GST_LEVEL_DEBUG, "abandoning what is in the encoder")
	s.interrupt(C.GST_FLOW_FLUSHING)
	<-s.done
	s.close()
}

func (s *session) close() {
	s.cancel()
	if err := s.codec.Close(); err != nil {
		s.e.postError(err)
	}
}

// unrefFrames forgets the frames left; the base class drops its own list next.
func (s *session) unrefFrames() {
	for _, f := range s.frames {
		C.gst_video_codec_frame_unref(f.frame)
	}
	s.frames = nil
}

// dropFrames takes the frames left out of the base class's list too.
func (s *session) dropFrames() {
	for _, f := range s.frames {
		C.grav1enc_drop(s.e.self, f.frame)
	}
	s.frames = nil
}

// run is the session's goroutine.
func (s *session) run() {
	defer close(s.done)
	defer s.e.guard("output", func() { s.interrupt(C.GST_FLOW_ERROR) })
	for s.waitForWork() {
		for {
			s.dropSkipped()
			p, err := s.codec.ReceivePacket(s.ctx)
			s.answered()
			if errors.Is(err, encoder.ErrNeedMoreData) {
				break
			}
			if errors.Is(err, encoder.ErrEndOfStream) || s.ctx.Err() != nil {
				return
			}
			if err != nil {
				s.interrupt(s.e.postError(err))
				return
			}
			if flow := s.finish(p); flow != C.GST_FLOW_OK {
				s.e.logf(C.GST_LEVEL_INFO, "downstream says %s", flowName(flow))
				s.interrupt(flow)
				return
			}
		}
	}
}

// waitForWork waits until packets may be there; false: the session is over.
func (s *session) waitForWork() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for !s.work && s.ctx.Err() == nil {
		s.changed.Wait()
	}
	s.work = false
	return s.ctx.Err() == nil
}

func (s *session) answered() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked++
	s.changed.Broadcast()
}

// dropSkipped drops the frames whose turn it is and that were not encoded.
func (s *session) dropSkipped() {
	for {
		s.mu.Lock()
		if len(s.frames) == 0 || !s.frames[0].skipped {
			s.mu.Unlock()
			return
		}
		f := s.frames[0]
		s.frames = s.frames[:copy(s.frames, s.frames[1:])]
		s.mu.Unlock()
		C.grav1enc_drop(s.e.self, f.frame)
	}
}

// finish hands the oldest frame out with packet p. No lock is held meanwhile.
func (s *session) finish(p *encoder.Packet) C.GstFlowReturn {
	s.mu.Lock()
	f := s.frames[0]
	s.frames = s.frames[:copy(s.frames, s.frames[1:])]
	s.mu.Unlock()
	if p.PTS != int64(f.frame.pts) {
		C.grav1enc_drop(s.e.self, f.frame)
		return s.e.post(encodeFailed, "the encoder lost a frame", fmt.Sprintf("packet of %d, frame of %d", p.PTS, int64(f.frame.pts)))
	}
	if p.Dropped {
		s.e.logf(C.GST_LEVEL_INFO, "frame %d is left out by the rate control", p.FrameIndex)
		s.e.stats.skipped()
		s.e.keyUnits.putBack(f.requests)
		C.grav1enc_drop(s.e.self, f.frame)
		s.finished(false)
		return C.GST_FLOW_OK
	}
	s.e.logPacket(p)
	s.e.stats.delivered(p)
	s.clockFrame(f.frame, p)
	ends := cuts(p, s.align)
	s.e.answering = f.requests
	limit, playing, began := s.e.stallLimit(f.frame), s.e.playing.Load(), time.Now()
	flow := C.grav1enc_finish(s.e.self, f.frame, (*C.guint8)(unsafe.SliceData(p.Data)),
		(*C.intptr_t)(unsafe.Pointer(unsafe.SliceData(ends))), C.gint(len(ends)), gboolean(p.KeyFrame), gboolean(p.Droppable || p.TemporalID > 0))
	// A push that lasts because the pipeline is paused is no stall.
	took := time.Since(began)
	stalled := limit > 0 && took > limit && playing%2 == 1 && playing == s.e.playing.Load()
	if stalled {
		s.e.logf(C.GST_LEVEL_INFO, "downstream blocked for %v: the next frame is a key frame", took)
	}
	s.finished(stalled)
	return flow
}

// finished makes room for a frame.
func (s *session) finished(stalled bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held--
	s.stalled = s.stalled || stalled
	s.changed.Broadcast()
}

// cuts returns where p's buffers end for an alignment. Every element is positive
// and the last is len(p.Data).
func cuts(p *encoder.Packet, align string) []int {
	switch align {
	case "obu":
		return p.Obus
	case "frame":
		return p.Frames
	}
	return []int{len(p.Data)}
}

func gboolean(b bool) C.gboolean {
	if b {
		return 1
	}
	return 0
}
