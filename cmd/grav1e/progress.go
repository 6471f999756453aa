package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/grav1e/grav1e/encoder"
	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// progress is the bar on standard error; a nil progress shows nothing.
type progress struct {
	bar *progressbar.ProgressBar
}

// newProgress returns nil unless there is a terminal, or the bar is asked for.
func (s *session) newProgress(in io.Reader) *progress {
	f, isFile := s.stderr.(*os.File)
	shown := s.o.Progress || isFile && term.IsTerminal(int(f.Fd()))
	if s.o.Quiet || !shown {
		return nil
	}
	return &progress{progressbar.NewOptions64(s.expectedFrames(in), progressbar.OptionSetWriter(s.stderr),
		progressbar.OptionShowCount(), progressbar.OptionShowIts(), progressbar.OptionSetItsString("frames"),
		progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionSetPredictTime(true),
		progressbar.OptionClearOnFinish(), progressbar.OptionSetWidth(20), progressbar.OptionUseANSICodes(false))}
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
	if p == nil {
		return
	}
	p.bar.Describe(fmt.Sprintf("%.0f kbit/s", t.kbitPerSec(c)))
	p.bar.Set64(t.Frames)
}

func (p *progress) close() {
	if p != nil {
		p.bar.Finish()
	}
}
