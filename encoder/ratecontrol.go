package encoder

import (
	"fmt"
	"math"
	"time"

	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/lookahead"
	"github.com/grav1e/grav1e/internal/motion"
	"github.com/grav1e/grav1e/internal/ratectl"
	"github.com/grav1e/grav1e/internal/simd"
)

// PassError is pass data that is damaged, or not of the stream that is encoded.
type PassError = ratectl.PassError

// Rate is what SetRate changes; the fields are Config's.
type Rate struct {
	Bitrate, MaxBitrate                   int64
	Quantizer, MinQuantizer, MaxQuantizer int
}

// Limits of the rate control, and what its zero values stand for.
const (
	maxBitrate        = math.MaxInt32
	defaultBufferSize = 1000 // ms
	minBufferSize     = 20
	maxBufferSize     = 60000
	minReservoir      = 12 // frames
	maxReservoir      = 131072
	maxRecent         = 1000 // frames
	assumedFrameRate  = 30   // where the frame rate is unknown or variable
)

// rateControl resolves RateAuto.
func (c *Config) rateControl() RateControl {
	switch {
	case c.RateControl != RateAuto:
		return c.RateControl
	case c.Bitrate == 0:
		return ConstantQuantizer
	case c.LowLatency:
		return ConstantBitrate
	}
	return VariableBitrate
}

func (c *Config) checkRate() error {
	if c.RateControl > ConstantBitrate {
		return invalid("RateControl", c.RateControl, "RateAuto, ConstantQuantizer, VariableBitrate or ConstantBitrate")
	}
	if c.MaxQuantizer != 0 && c.MaxQuantizer < c.MinQuantizer {
		return invalid("MaxQuantizer", c.MaxQuantizer, fmt.Sprintf("0, or at least MinQuantizer (%d)", c.MinQuantizer))
	}
	if c.BufferSize != 0 {
		if err := inRange("BufferSize", c.BufferSize, minBufferSize, maxBufferSize); err != nil {
			return err
		}
	}
	return first(inRange("Quantizer", c.Quantizer, 0, 255), inRange("MinQuantizer", c.MinQuantizer, 0, 255),
		inRange("MaxQuantizer", c.MaxQuantizer, 0, 255), inRange("MaxIntraBitrate", c.MaxIntraBitrate, 0, math.MaxInt32),
		inRange("Bitrate", c.Bitrate, 0, maxBitrate), inRange("MaxBitrate", c.MaxBitrate, 0, maxBitrate),
		c.checkBitrate(), c.checkReservoir(), c.checkPasses())
}

// checkBitrate verifies that the rates fit the mode.
func (c *Config) checkBitrate() error {
	mode := c.rateControl()
	switch {
	case mode == ConstantQuantizer && c.Bitrate != 0:
		return invalid("Bitrate", c.Bitrate, "0 with ConstantQuantizer")
	case mode != ConstantQuantizer && c.Bitrate == 0:
		return invalid("Bitrate", c.Bitrate, fmt.Sprintf("1..%d with VariableBitrate and ConstantBitrate", maxBitrate))
	case mode == VariableBitrate && c.MaxBitrate != 0 && c.MaxBitrate < c.Bitrate:
		return invalid("MaxBitrate", c.MaxBitrate, fmt.Sprintf("0, or at least Bitrate (%d)", c.Bitrate))
	case mode == ConstantBitrate && c.MaxBitrate != 0 && c.MaxBitrate != c.Bitrate:
		return invalid("MaxBitrate", c.MaxBitrate, fmt.Sprintf("0 or Bitrate (%d) with ConstantBitrate", c.Bitrate))
	case c.StillPicture && (c.Bitrate != 0 || c.MaxBitrate != 0):
		return invalid("StillPicture", c.StillPicture, "without Bitrate and MaxBitrate")
	case mode == ConstantQuantizer && c.MaxBitrate != 0 && c.Quantizer == 0:
		return invalid("MaxBitrate", c.MaxBitrate, "0 with Quantizer 0: lossless coding takes what it takes")
	}
	return nil
}

func (c *Config) checkReservoir() error {
	mode := c.rateControl()
	switch {
	case c.ReservoirFrameDelay != 0 && mode != VariableBitrate:
		return invalid("ReservoirFrameDelay", c.ReservoirFrameDelay, "0, or VariableBitrate: it needs Bitrate > 0")
	case c.MaxIntraBitrate != 0 && mode == ConstantQuantizer:
		return invalid("MaxIntraBitrate", c.MaxIntraBitrate, "0, or VariableBitrate or ConstantBitrate: it is a share of Bitrate")
	case c.DropFrames && !c.LowLatency:
		return invalid("DropFrames", c.DropFrames, "false, or LowLatency: frames that others wait for can't be left out")
	case c.DropFrames && mode != ConstantBitrate && c.MaxBitrate == 0:
		return invalid("DropFrames", c.DropFrames, "false, or ConstantBitrate or MaxBitrate: without a channel there is no buffer to overflow")
	case c.ReservoirFrameDelay == 0:
		return nil
	}
	return inRange("ReservoirFrameDelay", c.ReservoirFrameDelay, minReservoir, maxReservoir)
}

func (c *Config) checkPasses() error {
	if len(c.PassData) == 0 {
		return nil
	}
	if mode := c.rateControl(); mode != VariableBitrate {
		return invalid("PassData", fmt.Sprintf("%d bytes", len(c.PassData)), "none, or VariableBitrate: it plans where the bits of Bitrate go")
	}
	if c.DropFrames {
		return invalid("DropFrames", c.DropFrames, "false with PassData")
	}
	return nil
}

// rate is what SetRate may change later.
func (c *Config) rate() Rate {
	return Rate{c.Bitrate, c.MaxBitrate, c.Quantizer, c.MinQuantizer, c.MaxQuantizer}
}

func (r *Rate) internal() ratectl.Rate {
	most := r.MaxQuantizer
	if most == 0 {
		most = ratectl.Coarsest
	}
	return ratectl.Rate{Bitrate: r.Bitrate, Max: r.MaxBitrate, Quantizer: r.Quantizer, MinQuantizer: r.MinQuantizer, MaxQuantizer: most}
}

// SetRate changes rates and quantisers from the next frame on whose mini-GOP isn't
// complete yet; low latency: from the next frame sent. No key frame is made for it.
// Errors are *ConfigError, and leave everything as it was; the mode can't change.
func (e *Encoder) SetRate(r Rate) error {
	c := e.cfg
	c.RateControl = e.cfg.rateControl()
	c.Bitrate, c.MaxBitrate, c.Quantizer, c.MinQuantizer, c.MaxQuantizer = r.Bitrate, r.MaxBitrate, r.Quantizer, r.MinQuantizer, r.MaxQuantizer
	if err := c.checkRate(); err != nil {
		return err
	}
	if len(c.PassData) > 0 && r.Bitrate != e.cfg.Bitrate {
		return invalid("Bitrate", r.Bitrate, fmt.Sprintf("%d: it can't change in a second pass", e.cfg.Bitrate))
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.rate = r
	return nil
}

// Rate is what was configured, or set last.
func (e *Encoder) Rate() Rate {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.rate
}

// frameRate is the frame rate the rate control counts with.
func (c *Config) frameRate() (num, den int64) {
	if c.FrameRate.Num == 0 {
		return assumedFrameRate, 1
	}
	return int64(c.FrameRate.Num), int64(c.FrameRate.Den)
}

// passShape is what two passes have to have in common.
func (e *Encoder) passShape() ratectl.Shape {
	c := &e.cfg
	return ratectl.Shape{Width: c.Width, Height: c.Height, BitDepth: c.BitDepth, MiniGOP: e.miniGOP, LowDelay: c.LowLatency}
}

// newRateControl returns the controller of a configuration whose memory is planned.
// The error is a *PassError.
func (e *Encoder) newRateControl() (*ratectl.Controller, error) {
	c := &e.cfg
	s := ratectl.Settings{
		Mode: ratectl.Mode(c.rateControl() - ConstantQuantizer), Rate: e.rate.internal(), Buffer: int64(c.BufferSize),
		Reservoir: int64(c.ReservoirFrameDelay), MaxIntra: int64(c.MaxIntraBitrate), Drop: c.DropFrames,
		LowDelay: c.LowLatency, Layers: c.TemporalLayers, Still: c.StillPicture, BitDepth: c.BitDepth, Record: c.RecordPass,
	}
	s.Num, s.Den = c.frameRate()
	if s.Buffer == 0 {
		s.Buffer = defaultBufferSize
	}
	if len(c.PassData) > 0 {
		p, err := ratectl.ParsePass(c.PassData, e.passShape())
		if err != nil {
			return nil, err
		}
		s.Pass = p
	}
	return ratectl.New(s), nil
}

// classOf is the class of frames a step belongs to.
func classOf(st *lookahead.Step) ratectl.Class {
	if st.Type == av1.KeyFrame {
		return ratectl.Key
	}
	return min(ratectl.FirstLayer+ratectl.Class(st.Layer), ratectl.NumClasses-1)
}

// choose asks for the frame's quantiser; if it depends on how hard the frame is, after
// the motion search.
func (c *coder) choose(st *lookahead.Step, open *openLoop) (d ratectl.Decision, err error) {
	f := ratectl.Frame{
		Class: classOf(st), Shown: st.Shown, First: st == &c.steps[0], Spectrum: &c.spectrum, Needed: st.Needed,
	}
	if c.rate.Measures() {
		s := &c.stages
		s.difficulty.Open(c.sbRows)
		if err := c.e.pool.Finish(s.unpack, open.downscale, open.search, s.difficulty); err != nil {
			return d, err
		}
		c.spectrum = ratectl.Spectrum{}
		for i := range c.difficulty {
			c.spectrum.Merge(&c.difficulty[i])
		}
		for _, rs := range c.frame.Search {
			q := uint8(c.slots[c.hdr.RefFrameIdx[rs.Ref-1]].shown.qIdx)
			if f.RefQIdx == 0 || q < f.RefQIdx {
				f.RefQIdx = q
			}
		}
	}
	d = c.rate.Choose(&f)
	return d, c.rate.Err()
}

// codedBits is the size of the frame's payloads with an allowance for its headers.
func (c *coder) codedBits() int64 {
	n := 32
	for _, p := range c.payloads {
		n += len(p)
	}
	return 8 * int64(n)
}

func (c *coder) difficultyReady(row int) bool {
	return c.stages.unpack.Passed(row) && c.stages.search.Load().Passed(row)
}

// difficultyRow finds, for each 16x16 block of the source, what is left of it by the
// better one of motion compensation and the mean of its samples.
func (c *coder) difficultyRow(_, row int) {
	f := &c.frame
	src := &f.Src.Planes[0]
	out := &c.difficulty[row]
	*out = ratectl.Spectrum{}
	for y := row * 64; y < min(row*64+64, src.Height); y += 16 {
		for x := 0; x < src.Width; x += 16 {
			best := uint32(0)
			for i := range 4 {
				v := simd.Variance(src.At(x+i&1*8, y+i>>1*8), src.Stride, 8, 8)
				// 8 · √v is the mean deviation of 64 samples, 64 times, but for the distribution.
				best += uint32(8 * math.Sqrt(float64(v)))
			}
			best >>= f.Src.BitDepth - 8
			for _, rs := range f.Search {
				best = min(best, rs.Results.At(x, y).Sad[motion.BlockIndex(4, x, y)])
			}
			out.Add(best)
		}
	}
}

// PassData returns the statistics of the pass, with Config.RecordPass and after
// ReceivePacket returned ErrEndOfStream; nil before. They go into Config.PassData of
// an Encoder for the same frames with the same Config but for rates and quantisers.
func (e *Encoder) PassData() []byte {
	e.mu.Lock()
	defer e.mu.Unlock()
	// Then nothing is left to code, and the coding goroutine rests.
	if e.closed || !e.flushed || e.delivered < e.sent {
		return nil
	}
	if p := e.coder.rate.Recorded(e.passShape()); p != nil {
		return p.Append(nil)
	}
	return nil
}

// endOfStream is what ReceivePacket returns after the last packet: ErrEndOfStream, or
// a *PassError when the pass before had more frames.
func (e *Encoder) endOfStream() error {
	if err := e.coder.rate.Finish(); err != nil {
		return err
	}
	return ErrEndOfStream
}

// recentSizes are the sizes of the packets of the last second, in bytes.
type recentSizes struct {
	ring []int
	next int
	n    int
	sum  int64
}

func (r *recentSizes) add(bytes int) {
	r.sum += int64(bytes - r.ring[r.next])
	r.ring[r.next] = bytes
	r.next = (r.next + 1) % len(r.ring)
	r.n = min(r.n+1, len(r.ring))
}

// fillRates sets what Stats says of the present; mu is held.
func (e *Encoder) fillRates(s *Stats) {
	num, den := e.cfg.frameRate()
	if e.recent.n > 0 {
		s.Bitrate = 8 * e.recent.sum * num / (den * int64(e.recent.n))
	}
	if s.FramesOut > 0 {
		s.MeanQIdx = float64(s.QIdxSum) / float64(s.FramesOut)
	}
	rate := e.rate.MaxBitrate
	if e.cfg.rateControl() == ConstantBitrate {
		rate = e.rate.Bitrate
	}
	if rate > 0 {
		s.BufferTime = time.Duration(float64(s.BufferBits) / float64(rate) * float64(time.Second))
	}
}
