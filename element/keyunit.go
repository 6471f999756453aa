package element

/*
#include "grav1enc.h"
*/
import "C"

import "sync"

// keyUnit is a request for a key frame (GstForceKeyUnit, from either side).
type keyUnit struct {
	runningTime C.GstClockTime // GST_CLOCK_TIME_NONE: as soon as possible
	allHeaders  C.gboolean
	count       C.guint
}

const noTime = ^C.GstClockTime(0) // GST_CLOCK_TIME_NONE

// keyUnits are the requests no frame has answered yet. The base class has such a
// queue too, but lets any key frame that comes out answer; with a lookahead that
// may be one older than the request. Here a request is bound to the frame that
// goes in next, and answered when that frame comes out.
type keyUnits struct {
	mu      sync.Mutex
	pending []keyUnit
	last    C.GstClockTime // running time of the frame forced last
	forced  bool           // last is valid
}

// request queues event if it is a key unit request. Any thread.
func (q *keyUnits) request(event *C.GstEvent) bool {
	if C.gst_video_event_is_force_key_unit(event) == 0 {
		return false
	}
	k := keyUnit{runningTime: noTime}
	if event._type == C.GST_EVENT_CUSTOM_UPSTREAM {
		C.gst_video_event_parse_upstream_force_key_unit(event, &k.runningTime, &k.allHeaders, &k.count)
	} else {
		C.gst_video_event_parse_downstream_force_key_unit(event, nil, nil, &k.runningTime, &k.allHeaders, &k.count)
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.pending = append(q.pending, k)
	return true
}

// take returns the requests that frame has to answer, none while
// min-force-key-unit-interval since the last forced frame isn't over.
func (q *keyUnits) take(e *element, frame *C.GstVideoCodecFrame) []keyUnit {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.pending) == 0 {
		return nil
	}
	now := C.gst_segment_to_running_time(&e.base().input_segment, C.GST_FORMAT_TIME, frame.pts)
	interval := C.gst_video_encoder_get_min_force_key_unit_interval(e.base())
	if q.forced && interval != 0 && interval != noTime && now < q.last+interval {
		return nil
	}
	var due, later []keyUnit
	for _, k := range q.pending {
		if k.runningTime == noTime || k.runningTime <= now {
			due = append(due, k)
		} else {
			later = append(later, k)
		}
	}
	q.pending = later
	if len(due) > 0 {
		e.logf(C.GST_LEVEL_DEBUG, "%d key unit requests for the frame at %d", len(due), uint64(frame.pts))
		q.last, q.forced = now, true
	}
	return due
}

// putBack returns requests whose frame was refused; the next frame answers them.
func (q *keyUnits) putBack(requests []keyUnit) {
	if len(requests) == 0 {
		return
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.pending, q.forced = append(requests, q.pending...), false
}

func (q *keyUnits) clear() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.pending, q.forced = nil, false
}

// answer tells downstream that frame is the requested key frame. The sequence
// header is part of every key frame's temporal unit, whatever allHeaders says.
func (k *keyUnit) answer(e *element, frame *C.GstVideoCodecFrame) {
	segment := &e.base().output_segment
	running := C.gst_segment_to_running_time(segment, C.GST_FORMAT_TIME, frame.pts)
	stream := C.gst_segment_to_stream_time(segment, C.GST_FORMAT_TIME, frame.pts)
	C.gst_pad_push_event(e.base().srcpad, C.gst_video_event_new_downstream_force_key_unit(frame.pts, stream, running, k.allHeaders, k.count))
}
