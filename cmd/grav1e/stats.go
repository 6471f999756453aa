package main

import (
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/grav1e/grav1e/encoder"
)

// frameStatistics is what --frame-stats says of a frame.
type frameStatistics struct {
	Frame     int64     `json:"frame"`
	Bytes     int       `json:"bytes"`
	Key       bool      `json:"key"`
	Droppable bool      `json:"droppable"`
	QIdx      int       `json:"qidx"`
	PSNR      []float64 `json:"psnr,omitempty"` // dB per plane
}

// statistics is what --stats says of a run.
type statistics struct {
	Frames       int64             `json:"frames"`
	KeyFrames    int64             `json:"key_frames"`
	Dropped      int64             `json:"dropped_frames"`
	Bytes        int64             `json:"bytes"`
	KbitPerSec   float64           `json:"kbit_per_second"` // of playing time; 0 without a frame rate
	Seconds      float64           `json:"seconds"`
	FramesPerSec float64           `json:"frames_per_second"`
	UserSeconds  float64           `json:"user_seconds"`
	SysSeconds   float64           `json:"system_seconds"`
	PeakRSS      int64             `json:"peak_rss_bytes"`
	Mapped       int64             `json:"mapped_bytes"`
	MeanQIdx     float64           `json:"mean_qidx"`
	PSNR         []float64         `json:"psnr,omitempty"` // mean of the frames' dB, per plane
	PerFrame     []frameStatistics `json:"per_frame,omitempty"`

	qidxSum int64
	psnrSum []float64
}

func (s *statistics) add(f frameStatistics, keep bool) {
	s.Frames++
	s.Bytes += int64(f.Bytes)
	s.qidxSum += int64(f.QIdx)
	if f.Key {
		s.KeyFrames++
	}
	for i, v := range f.PSNR {
		if i == len(s.psnrSum) {
			s.psnrSum = append(s.psnrSum, 0)
		}
		s.psnrSum[i] += v
	}
	if keep {
		s.PerFrame = append(s.PerFrame, f)
	}
}

// kbitPerSec is the rate of what was written so far.
func (s *statistics) kbitPerSec(c *encoder.Config) float64 {
	if s.Frames == 0 || c.FrameRate.Num == 0 {
		return 0
	}
	return float64(s.Bytes) * 8 / 1000 * float64(c.FrameRate.Num) / float64(c.FrameRate.Den) / float64(s.Frames)
}

func (s *statistics) finish(elapsed time.Duration, c *encoder.Config, e encoder.Stats) {
	s.KbitPerSec = s.kbitPerSec(c)
	s.Seconds = elapsed.Seconds()
	s.FramesPerSec = float64(s.Frames) / s.Seconds
	s.UserSeconds, s.SysSeconds, s.PeakRSS = resourceUsage()
	s.Mapped = e.MappedBytes
	if s.Frames == 0 {
		return
	}
	s.MeanQIdx = float64(s.qidxSum) / float64(s.Frames)
	for _, v := range s.psnrSum {
		s.PSNR = append(s.PSNR, v/float64(s.Frames))
	}
}

// report prints the summary and writes the JSON statistics.
func (s *session) report() error {
	if !s.o.Quiet {
		t := &s.stats
		fmt.Fprintf(s.stderr, "%d frames, %d key; %d bytes, %.1f kbit/s; %.2f s, %.2f fps, %.2f s of user CPU, %d MiB\n",
			t.Frames, t.KeyFrames, t.Bytes, t.KbitPerSec, t.Seconds, t.FramesPerSec, t.UserSeconds, t.PeakRSS>>20)
		if len(t.PSNR) > 0 {
			fmt.Fprintln(s.stderr, describePSNR(t.PSNR))
		}
	}
	name := s.o.Stats
	if s.o.JSON {
		name = "-"
	}
	if name == "" {
		return nil
	}
	w, err := s.create(name)
	if err != nil {
		return err
	}
	return writeJSON(w, &s.stats)
}

func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

func describePSNR(p []float64) string {
	if len(p) == 1 {
		return fmt.Sprintf("PSNR Y %.3f dB", p[0])
	}
	return fmt.Sprintf("PSNR Y %.3f, U %.3f, V %.3f dB", p[0], p[1], p[2])
}
