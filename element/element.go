// Package element is the GStreamer element grav1enc: a GstVideoEncoder whose
// class lives in grav1enc.c and whose behaviour lives here.
//
// Threads. The base class calls SetFormat, HandleFrame, Finish and Flush on the
// streaming thread with the stream lock held once; only FLUSH_START, upstream
// events, queries and Stop come from elsewhere. Encoding happens in the
// encoder's workers; each session has one goroutine that takes packets and
// pushes them downstream. That goroutine takes the stream lock while it finishes
// a frame, so the streaming thread releases it whenever it waits.
package element

/*
#cgo pkg-config: gstreamer-1.0 gstreamer-video-1.0
#include <stdlib.h>
#include "grav1enc.h"
*/
import "C"

import (
	"runtime/cgo"
	"sync"
	"sync/atomic"
	"unsafe"

	"github.com/grav1e/grav1e/caps"
	"github.com/grav1e/grav1e/encoder"
)

// Register adds the element under its own name and under every alias. plugin is
// a *GstPlugin, or nil to register statically inside a Go program.
func Register(plugin unsafe.Pointer, aliases ...string) bool {
	for _, name := range append([]string{"grav1enc"}, aliases...) {
		s := C.CString(name)
		ok := C.grav1enc_register((*C.GstPlugin)(plugin), s)
		C.free(unsafe.Pointer(s))
		if ok == 0 {
			return false
		}
	}
	return true
}

// element is the Go half of a GstGrav1Enc.
type element struct {
	self     *C.GstGrav1Enc
	settings settings
	keyUnits keyUnits
	stats    stats
	reports  reporter
	pace     pace

	// Owned by the streaming thread.
	format   format
	formats  int // set since the start
	timing   timing
	preset   int             // the session's encoder was told last
	leftOut  int             // frames since the last one that went into it
	flow     C.GstFlowReturn // what downstream said last; sticky until a flush, new caps or a new link
	unpacked []byte          // one frame of a packed format, two bytes per sample
	frame    encoder.Frame
	messages []encoder.T35 // of the frame
	regions  []encoder.Region

	playing   atomic.Uint32 // changes of state to and from PLAYING: odd in PLAYING
	relinked  atomic.Bool   // the source pad got a RECONFIGURE since the session began
	answering []keyUnit     // requests the frame being finished answers; owned by the session's goroutine

	mu       sync.Mutex
	session  *session       // nil: the next frame starts one
	flushing bool           // between FLUSH_START and FLUSH_STOP, or while stopping
	planned  encoder.Config // of the format in force, or of the last one
}

// format is what set_format agreed on.
type format struct {
	input  *C.GstVideoCodecState // owned reference; nil before the first caps
	caps   *C.GstCaps            // the input caps in force, owned reference
	raw    caps.Raw
	config encoder.Config
	layout caps.Format
	stream string // stream-format of the output: obu-stream or annexb
	align  string // alignment of the output: tu, frame or obu

	realtime bool
	passFile string // for the statistics of a first pass, or ""
}

func (f *format) release() {
	if f.input != nil {
		C.gst_video_codec_state_unref(f.input)
		C.gst_caps_unref(f.caps)
	}
	*f = format{}
}

func from(enc *C.GstVideoEncoder) *element {
	return cgo.Handle((*C.GstGrav1Enc)(unsafe.Pointer(enc)).handle).Value().(*element)
}

func (e *element) base() *C.GstVideoEncoder { return &e.self.parent }

func (e *element) lock()   { C.g_rec_mutex_lock(&e.self.parent.stream_lock) }
func (e *element) unlock() { C.g_rec_mutex_unlock(&e.self.parent.stream_lock) }

// unlocked runs f with the stream lock released; it is held again afterwards, also when f panics.
func (e *element) unlocked(f func()) {
	e.unlock()
	defer e.lock()
	f()
}

//export grav1encInit
func grav1encInit(enc *C.GstVideoEncoder) C.uintptr_t {
	e := &element{self: (*C.GstGrav1Enc)(unsafe.Pointer(enc)), settings: settings{values: defaults()}, reports: reporter{changed: make(chan struct{}, 1)}}
	return C.uintptr_t(cgo.NewHandle(e))
}

//export grav1encFinalize
func grav1encFinalize(enc *C.GstVideoEncoder) {
	self := (*C.GstGrav1Enc)(unsafe.Pointer(enc))
	cgo.Handle(self.handle).Delete()
	self.handle = 0
}

//export grav1encStart
func grav1encStart(enc *C.GstVideoEncoder) (ok C.gboolean) {
	e := from(enc)
	defer e.guard("start", func() { ok = 0 })
	e.flow = C.GST_FLOW_OK
	e.formats = 0
	e.timing.restart()
	e.setFlushing(false)
	e.stats.reset()
	e.startReports()
	return 1
}

//export grav1encStop
func grav1encStop(enc *C.GstVideoEncoder) (ok C.gboolean) {
	e := from(enc)
	defer e.guard("stop", func() { ok = 0 })
	e.stopReports()
	if s := e.takeSession(); s != nil {
		s.abandon()
		s.unrefFrames()
	}
	e.format.release()
	e.keyUnits.clear()
	e.unpacked = nil
	return 1
}

// grav1encUnblock wakes a streaming thread that waits in HandleFrame or Finish.
//
//export grav1encUnblock
func grav1encUnblock(enc *C.GstVideoEncoder) {
	e := from(enc)
	defer e.guard("change_state", func() {})
	e.setFlushing(true)
}

// grav1encPlaying is called when the element gets into PLAYING and when it leaves it.
//
//export grav1encPlaying
func grav1encPlaying(enc *C.GstVideoEncoder) { from(enc).playing.Add(1) }

// setFlushing tells whether frames are refused; what waits is woken.
func (e *element) setFlushing(on bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.flushing = on
	if on && e.session != nil {
		e.session.interrupt(C.GST_FLOW_FLUSHING)
	}
}

// interrupt ends the session, if there is one, for a reason.
func (e *element) interrupt(flow C.GstFlowReturn) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.session != nil {
		e.session.interrupt(flow)
	}
}

// takeSession leaves the element without a session.
func (e *element) takeSession() *session {
	e.mu.Lock()
	defer e.mu.Unlock()
	s := e.session
	e.session = nil
	return s
}

// begin starts a session around codec.
func (e *element) begin(codec encoder.Interface) *session {
	e.relinked.Store(false)
	e.startPace(codec)
	s := newSession(e, codec, e.format.align)
	e.mu.Lock()
	defer e.mu.Unlock()
	e.session = s
	if e.flushing {
		s.interrupt(C.GST_FLOW_FLUSHING)
	}
	return s
}

//export grav1encHandleFrame
func grav1encHandleFrame(enc *C.GstVideoEncoder, frame *C.GstVideoCodecFrame) (flow C.GstFlowReturn) {
	e := from(enc)
	defer e.guard("handle_frame", func() {
		e.interrupt(C.GST_FLOW_ERROR)
		flow = C.GST_FLOW_ERROR
	})
	return e.handleFrame(frame)
}

func (e *element) handleFrame(frame *C.GstVideoCodecFrame) C.GstFlowReturn {
	sent := false
	defer func() {
		if !sent {
			C.grav1enc_drop(e.self, frame)
		}
	}()
	s, flow := e.ready()
	if flow != C.GST_FLOW_OK {
		return flow
	}
	if flow = s.waitForTurn(); flow != C.GST_FLOW_OK {
		return flow
	}
	e.stamp(frame)
	if late := e.tooLate(frame); late > 0 {
		e.logf(C.GST_LEVEL_INFO, "the frame at %d is %v late and left out", int64(frame.pts), late)
		e.leftOut++
		e.stats.skipped()
		C.grav1enc_release_input(frame)
		sent = true
		return s.skip(frame)
	}
	e.watchLatency(s.codec.Latency())
	e.update(s.codec)
	e.keepPace(s.codec)
	e.leftOut = 0
	requests := e.keyUnits.take(e, frame)
	if !e.mapFrame(frame) {
		return e.post(streamFormat, "the input buffer does not hold a frame of the negotiated format", "")
	}
	e.frame.PTS = int64(frame.pts)
	e.frame.ForceKey = len(requests) > 0 || frame.flags&C.GST_VIDEO_CODEC_FRAME_FLAG_FORCE_KEYFRAME != 0
	// The stream lock is held from here on, so nobody finishes the frame before it is unmapped.
	func() {
		defer e.unmapFrame()
		sent, flow = s.send(frame, requests, &e.frame)
	}()
	if sent {
		e.stats.taken()
		C.grav1enc_release_input(frame)
	} else {
		e.keyUnits.putBack(requests)
	}
	return flow
}

// ready returns a session that takes frames, or the flow that upstream has to learn of.
func (e *element) ready() (*session, C.GstFlowReturn) {
	e.mu.Lock()
	s, flushing := e.session, e.flushing
	e.mu.Unlock()
	if flushing {
		return nil, C.GST_FLOW_FLUSHING
	}
	if s != nil {
		if e.flow = s.lastFlow(); e.flow == C.GST_FLOW_OK {
			return s, C.GST_FLOW_OK
		}
		e.takeSession()
		e.unlocked(s.abandon)
		s.dropFrames()
		return nil, e.flow
	}
	if e.flow == C.GST_FLOW_NOT_LINKED && e.relinked.Load() {
		e.flow = C.GST_FLOW_OK
	}
	if e.flow != C.GST_FLOW_OK {
		return nil, e.flow
	}
	codec, err := newEncoder(e.format.config) // after a flush or EOS
	if err != nil {
		e.flow = e.postError(err)
		return nil, e.flow
	}
	return e.begin(codec), C.GST_FLOW_OK
}

//export grav1encFinish
func grav1encFinish(enc *C.GstVideoEncoder) (flow C.GstFlowReturn) {
	e := from(enc)
	defer e.guard("finish", func() { flow = C.GST_FLOW_ERROR })
	drained := e.drain()
	if e.statsInterval() > 0 {
		e.postStats()
	}
	// The base class sends EOS whatever is returned here: the bus has to learn of an
	// error that no frame is left to return.
	if drained && (e.flow <= C.GST_FLOW_NOT_NEGOTIATED || e.flow == C.GST_FLOW_NOT_LINKED) {
		e.post(streamFailed, "Internal data stream error.", "the last frames could not be delivered: "+flowName(e.flow))
	}
	return e.flow
}

// drain delivers everything sent so far and ends the session. It returns false
// when there is none.
func (e *element) drain() bool {
	e.mu.Lock()
	s := e.session // stays reachable for FLUSH_START while the drain waits
	e.mu.Unlock()
	if s == nil {
		return false
	}
	e.unlocked(s.drain)
	e.takeSession()
	e.flow = s.lastFlow()
	s.dropFrames()
	e.logStats()
	return true
}

//export grav1encFlush
func grav1encFlush(enc *C.GstVideoEncoder) (ok C.gboolean) {
	e := from(enc)
	defer e.guard("flush", func() { ok = 0 })
	if s := e.takeSession(); s != nil {
		e.unlocked(s.abandon)
		s.unrefFrames()
	}
	e.keyUnits.clear()
	e.timing.restart()
	e.flow = C.GST_FLOW_OK
	e.setFlushing(false)
	return 1
}

// grav1encPrePush is called while the session's goroutine finishes a frame, after pending events went out.
//
//export grav1encPrePush
func grav1encPrePush(enc *C.GstVideoEncoder, frame *C.GstVideoCodecFrame) (flow C.GstFlowReturn) {
	e := from(enc)
	defer e.guard("pre_push", func() { flow = C.GST_FLOW_ERROR })
	for _, k := range e.answering {
		k.answer(e, frame)
	}
	e.answering = nil
	return C.GST_FLOW_OK
}

//export grav1encSinkEvent
func grav1encSinkEvent(enc *C.GstVideoEncoder, event *C.GstEvent) (handled C.int) {
	e := from(enc)
	defer e.guard("sink_event", func() { handled = C.GRAV1ENC_REFUSED })
	switch event._type {
	case C.GST_EVENT_FLUSH_START:
		e.setFlushing(true)
	case C.GST_EVENT_STREAM_START:
		e.flow = C.GST_FLOW_OK
		e.timing.restart()
	case C.GST_EVENT_CAPS:
		if !e.updateHDR(event) {
			return C.GRAV1ENC_REFUSED
		}
	case C.GST_EVENT_CUSTOM_DOWNSTREAM:
		if e.keyUnits.request(event) {
			return C.GRAV1ENC_HANDLED
		}
	}
	return C.GRAV1ENC_CHAIN_UP
}

//export grav1encSrcEvent
func grav1encSrcEvent(enc *C.GstVideoEncoder, event *C.GstEvent) (handled C.int) {
	e := from(enc)
	defer e.guard("src_event", func() { handled = C.GRAV1ENC_REFUSED })
	switch event._type {
	case C.GST_EVENT_RECONFIGURE:
		e.relinked.Store(true)
	case C.GST_EVENT_CUSTOM_UPSTREAM:
		if e.keyUnits.request(event) {
			return C.GRAV1ENC_HANDLED
		}
	}
	return C.GRAV1ENC_CHAIN_UP
}
