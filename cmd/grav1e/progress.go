package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/grav1e/grav1e/encoder"
	"golang.org/x/term"
)

// progress is the line on standard error that says how far the run is; a nil progress
// shows nothing.
type progress struct {
	w        io.Writer
	columns  int   // of the terminal
	expected int64 // frames, -1: unknown
	start    time.Time
	shown    time.Time // when the line was last written
	length   int       // of the line
}

// progressEvery is the time between two lines.
const progressEvery = 100 * time.Millisecond

// newProgress returns nil unless there is a terminal, or the line is asked for.
func (s *session) newProgress(in io.Reader) *progress {
	columns := 0
	if f, ok := s.stderr.(*os.File); ok {
		columns, _, _ = term.GetSize(int(f.Fd()))
	}
	if s.o.Quiet || columns == 0 && !s.o.Progress {
		return nil
	}
	return &progress{w: s.stderr, columns: columns, expected: s.expectedFrames(in), start: time.Now()}
}

// expectedFrames estimates how many frames will come, -1 when there is no telling.
func (s *session) expectedFrames(in io.Reader) int64 {
	n := int64(-1)
	if f, ok := in.(*os.File); ok {
		if st, err := f.Stat(); err == nil && st.Mode().IsRegular() {
			n = st.Size()/int64(s.in.Header.FrameBytes()+len("FRAME\n")) - int64(s.o.Skip)
		}
	}
	if s.o.StillPicture {
		return 1
	}
	if limit := s.o.Limit; limit > 0 && (n < 0 || limit < n) {
		n = limit
	}
	return n
}

func (p *progress) update(t *statistics, c *encoder.Config) {
	if p == nil || time.Since(p.shown) < progressEvery {
		return
	}
	p.shown = time.Now()
	p.write(p.line(t.Frames, p.shown.Sub(p.start), t.kbitPerSec(c)))
}

// line says what was done so far, and the time that is left if the end is known.
func (p *progress) line(frames int64, elapsed time.Duration, kbit float64) string {
	rate := float64(frames) / max(elapsed.Seconds(), 1e-3)
	if p.expected <= 0 {
		return fmt.Sprintf("%d frames, %.1f/s, %.0f kbit/s", frames, rate, kbit)
	}
	left := time.Duration(float64(p.expected-frames) / max(rate, 1e-3) * float64(time.Second))
	return fmt.Sprintf("%3d %% %d/%d frames, %.1f/s, %.0f kbit/s, %v left",
		frames*100/p.expected, frames, p.expected, rate, kbit, max(left, 0).Round(time.Second))
}

// write puts line in the place of the one before, cut off before it would wrap.
func (p *progress) write(line string) {
	if p.columns > 0 {
		line = line[:min(len(line), p.columns-1)]
	}
	fmt.Fprintf(p.w, "\r%-*s", p.length, line)
	p.length = len(line)
}

// close clears the line.
func (p *progress) close() {
	if p != nil {
		fmt.Fprintf(p.w, "\r%s\r", strings.Repeat(" ", p.length))
	}
}
