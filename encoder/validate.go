package encoder

import (
	"fmt"
	"math"
	"math/bits"
	"runtime"

	"github.com/grav1e/grav1e/internal/frame"
)

// Limits of the format and of what a plan may ask for.
const (
	maxDimension = 65536 // frame_width_bits_minus_1 has 4 bits (section 5.5.1)
	maxThreads   = 256
	maxTiles     = 64
	maxLayers    = 3
)

// Validate checks every field and every combination, and returns a *ConfigError
// for the first that can't be honoured.
func (c *Config) Validate() error {
	for _, check := range []func(*Config) error{
		(*Config).checkPicture, (*Config).checkEffort, (*Config).checkRate, (*Config).checkTiles, (*Config).checkStructure, (*Config).checkMetadata,
	} {
		if err := check(c); err != nil {
			return err
		}
	}
	return nil
}

func invalid(field string, value any, allowed string) error {
	return &ConfigError{Field: field, Value: fmt.Sprint(value), Allowed: allowed}
}

func inRange[T int | int64](field string, v, lo, hi T) error {
	if v < lo || v > hi {
		return invalid(field, v, fmt.Sprintf("%d..%d", lo, hi))
	}
	return nil
}

func fraction(field string, r Rational, allowed string) error {
	if r.Num < 0 || r.Den < 0 || r.Num > 0 && r.Den == 0 {
		return invalid(field, fmt.Sprintf("%d/%d", r.Num, r.Den), allowed)
	}
	return nil
}

func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *Config) checkPicture() error {
	if c.BitDepth != 8 && c.BitDepth != 10 && c.BitDepth != 12 {
		return invalid("BitDepth", c.BitDepth, "8, 10 or 12")
	}
	if c.Chroma > Chroma400 {
		return invalid("Chroma", c.Chroma, "Chroma420, Chroma422, Chroma444 or Chroma400")
	}
	if c.Color.Matrix == 0 && c.Chroma != Chroma444 && c.Chroma != Chroma400 {
		return invalid("Color.Matrix", "0 (identity, RGB)", "identity needs 4:4:4 sampling")
	}
	if c.ChromaPosition > ChromaColocated {
		return invalid("ChromaPosition", c.ChromaPosition, "ChromaUnknown, ChromaVertical or ChromaColocated")
	}
	return first(fraction("FrameRate", c.FrameRate, "a positive fraction, or 0/1 for variable"),
		fraction("PixelAspect", c.PixelAspect, "a positive fraction, or 0/0 for square"),
		inRange("Width", c.Width, 1, maxDimension), inRange("Height", c.Height, 1, maxDimension))
}

func (c *Config) checkEffort() error {
	if c.Tune > TunePsychovisual {
		return invalid("Tune", c.Tune, "TunePSNR or TunePsychovisual")
	}
	return inRange("SpeedPreset", c.SpeedPreset, 0, FastestPreset)
}

func (c *Config) checkTiles() error {
	for _, t := range []struct {
		field string
		v     int
	}{{"TileCols", c.TileCols}, {"TileRows", c.TileRows}} {
		if t.v < 0 || t.v > maxTiles || bits.OnesCount(uint(t.v)) > 1 {
			return invalid(t.field, t.v, "0 or a power of two up to 64")
		}
	}
	return first(inRange("Tiles", c.Tiles, 0, maxTiles*maxTiles), inRange("Threads", c.Threads, 0, maxThreads))
}

func (c *Config) checkStructure() error {
	if err := first(c.checkKeyFrames(),
		inRange("SwitchFrameInterval", c.SwitchFrameInterval, 0, math.MaxInt64),
		inRange("LookaheadFrames", c.LookaheadFrames, -1, math.MaxInt32),
		inRange("MaxMemory", c.MaxMemory, 0, math.MaxInt64)); err != nil {
		return err
	}
	if c.SwitchFrameInterval > 0 && !c.LowLatency {
		return invalid("SwitchFrameInterval", c.SwitchFrameInterval, "0, or any interval together with LowLatency: a switch frame can't be reordered")
	}
	return c.checkTemporalLayers()
}

func (c *Config) checkTemporalLayers() error {
	if err := inRange("TemporalLayers", c.TemporalLayers, 0, maxLayers); err != nil {
		return err
	}
	group := int64(1) << max(c.TemporalLayers-1, 0) // frames from one of the base layer to the next
	switch {
	case c.TemporalLayers <= 1:
		return nil
	case !c.LowLatency:
		return invalid("TemporalLayers", c.TemporalLayers, "at most 1, or LowLatency: there is no reordering between layers")
	case c.StillPicture:
		return invalid("TemporalLayers", c.TemporalLayers, "at most 1 with StillPicture")
	case c.SwitchFrameInterval%group != 0:
		return invalid("SwitchFrameInterval", c.SwitchFrameInterval, fmt.Sprintf("a multiple of %d with TemporalLayers = %d: switch frames belong to the base layer", group, c.TemporalLayers))
	}
	return nil
}

// scalable tells whether the stream has temporal layers.
func (c *Config) scalable() bool { return c.TemporalLayers > 1 }

func (c *Config) checkKeyFrames() error {
	if err := first(inRange("MinKeyFrameInterval", c.MinKeyFrameInterval, 0, math.MaxInt64),
		inRange("MaxKeyFrameInterval", c.MaxKeyFrameInterval, 0, math.MaxInt64)); err != nil {
		return err
	}
	if c.MaxKeyFrameInterval > 0 && c.MinKeyFrameInterval > c.MaxKeyFrameInterval {
		return invalid("MinKeyFrameInterval", c.MinKeyFrameInterval, fmt.Sprintf("at most MaxKeyFrameInterval (%d)", c.MaxKeyFrameInterval))
	}
	return nil
}

func (c *Config) checkMetadata() error {
	if m := c.MasteringDisplay; m != nil && m.LuminanceMax>>8 < m.LuminanceMin>>14 {
		return invalid("MasteringDisplay", fmt.Sprintf("maximum %d/256 below minimum %d/16384", m.LuminanceMax, m.LuminanceMin), "LuminanceMin ≤ LuminanceMax")
	}
	_, err := parseTools(c.ForceTools)
	return err
}

// threads resolves Threads = 0.
func (c *Config) threads() int {
	if c.Threads > 0 {
		return c.Threads
	}
	return min(runtime.GOMAXPROCS(0), maxThreads)
}

// format is the pictures' format.
func (c *Config) format() frame.Format {
	subX, subY, planes := c.subsampling()
	return frame.Format{Width: c.Width, Height: c.Height, BitDepth: c.BitDepth, NumPlanes: planes, SubX: subX, SubY: subY}
}

// subsampling returns subsampling_x, subsampling_y and the number of planes.
func (c *Config) subsampling() (subX, subY, planes int) {
	switch c.Chroma {
	case Chroma420:
		return 1, 1, 3
	case Chroma422:
		return 1, 0, 3
	case Chroma444:
		return 0, 0, 3
	}
	return 1, 1, 1
}
