package element

/*
#include "grav1enc.h"
*/
import "C"

// timing watches the times of the frames that go in. It belongs to the streaming thread.
type timing struct {
	last, next C.GstClockTime   // running time of the frame before, and when it ends; noTime before the first
	recent     []C.GstClockTime // running times of the last frames, one more than wait for others in the encoder
	longest    C.GstClockTime   // a frame had to wait for as many, so far
}

// restart forgets the frames before: running time begins anew.
func (t *timing) restart() { t.last, t.next, t.recent = noTime, noTime, t.recent[:0] }

// stamp makes frame's time one that comes after that of the frame before. Times that are
// missing, stand still or go back are replaced by the end of the frame before: muxers
// refuse or misplace anything else.
func (e *element) stamp(frame *C.GstVideoCodecFrame) {
	t, segment := &e.timing, &e.base().input_segment
	if segment.format != C.GST_FORMAT_TIME || segment.rate < 0 {
		return
	}
	now := C.gst_segment_to_running_time(segment, C.GST_FORMAT_TIME, frame.pts)
	if now == noTime || t.last != noTime && now <= t.last {
		now = t.next
		if now == noTime {
			now = C.gst_segment_to_running_time(segment, C.GST_FORMAT_TIME, segment.start)
		}
		pts := C.gst_segment_position_from_running_time(segment, C.GST_FORMAT_TIME, now)
		if pts == noTime {
			return
		}
		e.logf(C.GST_LEVEL_DEBUG, "a frame at %d is moved to %d", int64(frame.pts), int64(pts))
		frame.pts = pts
	}
	t.last, t.next = now, now+max(e.duration(frame), 1)
}

// duration is that of frame, or of a frame at the frame rate. A variable frame rate
// counts as 25 frames a second.
func (e *element) duration(frame *C.GstVideoCodecFrame) C.GstClockTime {
	if frame != nil && frame.duration != noTime {
		return frame.duration
	}
	return e.framesLast(1)
}

// framesLast is how long some frames last at the frame rate.
func (e *element) framesLast(frames int) C.GstClockTime {
	n, d := e.format.input.info.fps_n, e.format.input.info.fps_d
	if n == 0 {
		n, d = 25, 1
	}
	return C.gst_util_uint64_scale(C.guint64(frames)*C.GST_SECOND, C.guint64(d), C.guint64(n))
}

// reportLatency tells how long frames stay inside.
func (e *element) reportLatency(frames int) {
	e.timing.longest = 0
	t := e.framesLast(frames)
	C.gst_video_encoder_set_latency(e.base(), t, t)
}

// watchLatency corrects the latency at a variable frame rate: it is the longest time for
// which a frame had to wait for others.
func (e *element) watchLatency(frames int) {
	t := &e.timing
	if e.format.input.info.fps_n != 0 || frames == 0 || t.last == noTime {
		return
	}
	if len(t.recent) > frames {
		t.recent = t.recent[:copy(t.recent, t.recent[1:])]
	}
	t.recent = append(t.recent, t.last)
	if len(t.recent) <= frames {
		return
	}
	if wait := t.last - t.recent[0]; wait > t.longest {
		t.longest = wait
		C.gst_video_encoder_set_latency(e.base(), wait, wait)
	}
}
