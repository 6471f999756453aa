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
	"unsafe"

	"github.com/grav1e/grav1e/encoder"
)

// session is one encoder from its first frame to its last: caps, a flush or an
// error end it. Its goroutine receives packets and finishes frames.
type session struct {
	e      *element
	codec  encoder.Interface
	align  string
	ctx    context.Context
	cancel context.CancelFunc
	done   chan struct{} // closed when the goroutine has ended

	mu      sync.Mutex
	changed sync.Cond
	frames  []sentFrame // given to the encoder and not finished yet, in order
	work    bool        // packets may be there that weren't asked for
	asked   int         // times the encoder was asked for a packet and has answered
	flow    C.GstFlowReturn
}

// sentFrame is a frame in the encoder, an owned reference, with the key unit
// requests it answers.
type sentFrame struct {
	frame    *C.GstVideoCodecFrame
	requests []keyUnit
}

func newSession(e *element, codec encoder.Interface, align string) *session {
	s := &session{e: e, codec: codec, align: align, done: make(chan struct{}), flow: C.GST_FLOW_OK}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.changed.L = &s.mu
	go s.run()
	return s
}

// send gives a frame to the encoder, waiting for room with the stream lock
// released. sent tells whether the session owns frame now. The flow is the last
// that the session's goroutine has seen.
func (s *session) send(frame *C.GstVideoCodecFrame, requests []keyUnit, f *encoder.Frame) (sent bool, flow C.GstFlowReturn) {
	s.mu.Lock()
	s.frames = append(s.frames, sentFrame{frame, requests})
	s.mu.Unlock()
	defer func() {
		if !sent { // also when SendFrame panics
			s.mu.Lock()
			s.frames = s.frames[:len(s.frames)-1]
			s.mu.Unlock()
		}
	}()
	for {
		before := s.askedSoFar()
		err := s.codec.SendFrame(s.ctx, f)
		switch {
		case err == nil:
			return true, s.poke()
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

// poke tells the goroutine to ask for packets.
func (s *session) poke() C.GstFlowReturn {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.work = true
	s.changed.Broadcast()
	return s.flow
}

func (s *session) askedSoFar() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked
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
	s.poke()
	<-s.done
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
	s.e.logPacket(p)
	s.e.stats.delivered(p)
	ends := cuts(p, s.align)
	s.e.answering = f.requests
	return C.grav1enc_finish(s.e.self, f.frame, (*C.guint8)(unsafe.SliceData(p.Data)),
		(*C.intptr_t)(unsafe.Pointer(unsafe.SliceData(ends))), C.gint(len(ends)), gboolean(p.KeyFrame), gboolean(p.Droppable))
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
