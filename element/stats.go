package element

/*
#include "grav1enc.h"
*/
import "C"

import (
	"fmt"
	"sync"
	"time"

	"github.com/grav1e/grav1e/encoder"
)

// stats counts frames from READY to READY, over all sessions between.
type stats struct {
	mu sync.Mutex
	counts
	bits   window // by stream time
	frames window // by wall time
}

type counts struct {
	in, out, dropped, keys int64
	bytes, quantizers      int64
	encoding               time.Duration
	psnr                   [3]float64 // sums of dB
	planes                 int        // with a PSNR
}

func (s *stats) reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counts = counts{}
	s.bits, s.frames = s.bits[:0], s.frames[:0]
}

// taken counts a frame given to the encoder.
func (s *stats) taken() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.in++
}

// skipped counts a frame that is left out.
func (s *stats) skipped() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dropped++
}

// delivered counts a packet.
func (s *stats) delivered(p *encoder.Packet) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.out++
	s.bytes += int64(len(p.Data))
	s.quantizers += int64(p.QIdx)
	s.encoding += p.EncodeTime
	if p.KeyFrame {
		s.keys++
	}
	s.planes = 0
	for i, dB := range p.PSNR {
		s.psnr[i] += dB
		if dB > 0 {
			s.planes = i + 1
		}
	}
	s.bits.add(p.PTS, 8*int64(len(p.Data)))
	s.frames.add(time.Now().UnixNano(), 1)
}

// mean is sum over the frames delivered, 0 without any.
func (c *counts) mean(sum float64) float64 { return sum / float64(max(c.out, 1)) }

func (c *counts) String() string {
	text := fmt.Sprintf("%d frames in, %d out, %d dropped, %d key frames, %d bytes, mean quantizer %.1f, %v per frame",
		c.in, c.out, c.dropped, c.keys, c.bytes, c.mean(float64(c.quantizers)), time.Duration(c.mean(float64(c.encoding))).Round(time.Microsecond))
	if c.planes > 0 {
		text += fmt.Sprintf(", PSNR Y %.2f dB", c.mean(c.psnr[0]))
	}
	return text
}

// statistics is what the property and the messages tell.
func (e *element) statistics() *C.GstStructure {
	s := &e.stats
	s.mu.Lock()
	c, bitrate, fps := s.counts, s.bits.rate(), s.frames.rate()
	s.mu.Unlock()
	preset, load, _ := e.pace.state()
	out := newStructure("grav1enc-stats")
	out.set("frames-in", uint64(c.in))
	out.set("frames-out", uint64(c.out))
	out.set("dropped", uint64(c.dropped))
	out.set("key-frames", uint64(c.keys))
	out.set("bytes", uint64(c.bytes))
	out.set("average-quantizer", c.mean(float64(c.quantizers)))
	out.set("encode-time", uint64(c.mean(float64(c.encoding))))
	out.set("bitrate", uint64(bitrate))
	out.set("fps", fps)
	out.set("speed-preset", uint32(preset))
	out.set("load", load)
	if buffer := e.bufferStats(); buffer.BufferBits > 0 {
		out.set("buffer-fullness", uint64(buffer.BufferBits))
		out.set("buffer-time", uint64(buffer.BufferTime))
	}
	for i := range c.planes {
		out.set([]string{"psnr-y", "psnr-u", "psnr-v"}[i], c.mean(c.psnr[i]))
	}
	return out.c
}

// bufferStats are those of the session under way.
func (e *element) bufferStats() encoder.Stats {
	e.mu.Lock()
	s := e.session
	e.mu.Unlock()
	if s == nil {
		return encoder.Stats{}
	}
	return s.codec.Stats()
}

// window holds what happened in the last second of some clock.
type window []event

type event struct {
	at    int64 // ns
	count int64
}

// add notes an event later than those before; time that goes back starts anew.
func (w *window) add(at, count int64) {
	list := *w
	if n := len(list); n > 0 && at < list[n-1].at {
		list = list[:0]
	}
	first := 0
	for len(list)-first > 1 && at-list[first].at > int64(time.Second) {
		first++
	}
	*w = append(list[:copy(list, list[first:])], event{at, count})
}

// rate is the counts a second. What the last event brought belongs to the time after it.
func (w window) rate() float64 {
	if len(w) < 2 {
		return 0
	}
	last := w[len(w)-1]
	sum := int64(0)
	for _, v := range w[:len(w)-1] {
		sum += v.count
	}
	return float64(sum) * float64(time.Second) / float64(max(last.at-w[0].at, 1))
}

// reporter posts the statistics on the bus while the element is started.
type reporter struct {
	changed chan struct{} // the interval was set; holds one
	quit    chan struct{}
	done    chan struct{}
}

func (e *element) startReports() {
	r := &e.reports
	r.quit, r.done = make(chan struct{}), make(chan struct{})
	go func() {
		defer close(r.done)
		defer e.guard("stats", func() {})
		for {
			var due <-chan time.Time
			if interval := e.statsInterval(); interval > 0 {
				due = time.After(interval)
			}
			select {
			case <-due:
				e.postStats()
			case <-r.changed:
			case <-r.quit:
				return
			}
		}
	}()
}

func (e *element) stopReports() {
	if e.reports.quit != nil {
		close(e.reports.quit)
		<-e.reports.done
		e.reports.quit = nil
	}
}

// settingsChanged makes the reporter look at its interval again.
func (r *reporter) settingsChanged() {
	select {
	case r.changed <- struct{}{}:
	default:
	}
}

func (e *element) statsInterval() time.Duration {
	e.settings.mu.Lock()
	defer e.settings.mu.Unlock()
	return time.Duration(clamp(e.settings.statsInterval))
}

// postStats posts an element message.
func (e *element) postStats() {
	C.gst_element_post_message(&e.self.parent.element, C.gst_message_new_element(&e.self.parent.element.object, e.statistics()))
}

// logPacket tells of every key frame at the level DEBUG, of others at LOG.
func (e *element) logPacket(p *encoder.Packet) {
	level, kind := C.GstDebugLevel(C.GST_LEVEL_LOG), "frame"
	if p.KeyFrame {
		level, kind = C.GST_LEVEL_DEBUG, "key frame"
	}
	e.logf(level, "%s %d at %v: %d bytes, quantizer %d, coded in %v", kind, p.FrameIndex, time.Duration(p.PTS), len(p.Data), p.QIdx, p.EncodeTime.Round(time.Microsecond))
}

func (e *element) logStats() {
	e.stats.mu.Lock()
	text := e.stats.counts.String()
	e.stats.mu.Unlock()
	e.logf(C.GST_LEVEL_INFO, "%s", text)
}
