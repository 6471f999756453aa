package element

/*
#include "grav1enc.h"
*/
import "C"

import (
	"time"

	"github.com/grav1e/grav1e/encoder"
)

// setRealtime prepares f for realtime if that is asked for. It returns false, with an error
// on the bus, when it can't be honoured.
func (e *element) setRealtime(f *format) bool {
	e.settings.mu.Lock()
	f.realtime = e.settings.realtime
	e.settings.mu.Unlock()
	if !f.realtime {
		return true
	}
	plan, err := encoder.PlanMemory(f.config)
	if err != nil || plan.LastPreset == encoder.FastestPreset { // an error is told of by who makes the encoder
		return true
	}
	e.post(badSettings, "property realtime = true can not be honoured, allowed: with a speed-preset from 6 on, and max-memory that leaves room for all of these", "")
	return false
}

// startPace begins with the preset of a new encoder.
func (e *element) startPace(codec encoder.Interface) {
	e.preset = e.format.config.SpeedPreset
	e.pace.restart(e.format.realtime, e.preset, codec.Latency())
}

// keepPace tells codec the preset that frames need from now on.
func (e *element) keepPace(codec encoder.Interface) {
	preset, load, _ := e.pace.state()
	if preset == e.preset {
		return
	}
	if err := codec.SetSpeed(preset); err != nil { // a limit of the process took the memory for it
		e.warn(err)
		e.pace.confine(e.preset)
		return
	}
	e.logf(C.GST_LEVEL_INFO, "frames take %.2f of the time they last: speed preset %d instead of %d", load, preset, e.preset)
	e.preset = preset
}

// clockFrame tells the pace how long a frame took.
func (s *session) clockFrame(frame *C.GstVideoCodecFrame, p *encoder.Packet) {
	lasts := s.lasts
	if frame.duration != noTime {
		lasts = time.Duration(frame.duration)
	}
	s.e.pace.coded(p.SpeedPreset, p.EncodeTime, lasts)
}

// tooLate is by how much a frame that isn't worth coding any more is late, else 0: with
// qos, when it would be late at the sink; with realtime, when even the fastest preset can't
// keep up and frames wait.
func (e *element) tooLate(frame *C.GstVideoCodecFrame) time.Duration {
	if late := -C.gst_video_encoder_get_max_encode_time(e.base(), frame); late > 0 { // never without qos
		return time.Duration(late)
	}
	// One of as many frames as the load says has to be coded, or nothing would ever tell
	// that it has become less.
	if _, load, lost := e.pace.state(); !lost || float64(e.leftOut) >= load {
		return 0
	}
	const waiting, shortest = 3, 100 * time.Millisecond
	if late := e.behind(frame); late > max(time.Duration(waiting*e.duration(frame)), shortest) {
		return late
	}
	return 0
}

// behind is how much later than a live source upstream promises the frame is here, 0
// while the pipeline isn't playing.
func (e *element) behind(frame *C.GstVideoCodecFrame) time.Duration {
	segment := &e.base().input_segment
	clock := C.gst_element_get_clock(&e.base().element)
	if clock == nil {
		return 0
	}
	defer C.gst_object_unref(C.gpointer(clock))
	due := C.gst_segment_to_running_time(segment, C.GST_FORMAT_TIME, frame.pts)
	if due == noTime || e.playing.Load()%2 == 0 {
		return 0
	}
	now := C.gst_clock_get_time(clock) - C.gst_element_get_base_time(&e.base().element)
	return time.Duration(now) - time.Duration(due) - e.upstreamLatency()
}

// upstreamLatency is that of a live source and what lies between, else 0.
func (e *element) upstreamLatency() time.Duration {
	query := C.gst_query_new_latency()
	defer C.gst_mini_object_unref(&query.mini_object)
	if C.gst_pad_peer_query(e.base().sinkpad, query) == 0 {
		return 0
	}
	var live C.gboolean
	var shortest, longest C.GstClockTime
	C.gst_query_parse_latency(query, &live, &shortest, &longest)
	if live == 0 {
		return 0
	}
	return time.Duration(shortest)
}
