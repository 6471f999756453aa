package encoder

import (
	"errors"
	"math"
	"strings"
	"testing"
)

// base is a valid configuration of a small picture, changed.
func base(change ...func(*Config)) Config {
	c := DefaultConfig(64, 48)
	c.SpeedPreset, c.Threads = 10, 1
	for _, f := range change {
		f(&c)
	}
	return c
}

// Every refused value names its field, itself and what is allowed.
func TestValidateRefuses(t *testing.T) {
	for _, c := range []struct {
		field, value, allowed string
		change                func(*Config)
	}{
		{"Width", "0", "1..65536", func(c *Config) { c.Width = 0 }},
		{"Width", "65537", "1..65536", func(c *Config) { c.Width = 65537 }},
		{"Height", "-3", "1..65536", func(c *Config) { c.Height = -3 }},
		{"BitDepth", "9", "8, 10 or 12", func(c *Config) { c.BitDepth = 9 }},
		{"Chroma", "4", "Chroma420, Chroma422, Chroma444 or Chroma400", func(c *Config) { c.Chroma = 4 }},
		{"FrameRate", "25/0", "positive fraction", func(c *Config) { c.FrameRate = Rational{25, 0} }},
		{"FrameRate", "-1/1", "positive fraction", func(c *Config) { c.FrameRate = Rational{-1, 1} }},
		{"FrameRate", "1/-1", "positive fraction", func(c *Config) { c.FrameRate = Rational{1, -1} }},
		{"PixelAspect", "1/0", "positive fraction", func(c *Config) { c.PixelAspect = Rational{1, 0} }},
		{"PixelAspect", "-4/3", "positive fraction", func(c *Config) { c.PixelAspect = Rational{-4, 3} }},
		{"Color.Matrix", "identity", "4:4:4", func(c *Config) { c.Color.Matrix = 0 }},
		{"ChromaPosition", "3", "ChromaUnknown", func(c *Config) { c.ChromaPosition = 3 }},
		{"SpeedPreset", "-1", "0..10", func(c *Config) { c.SpeedPreset = -1 }},
		{"SpeedPreset", "11", "0..10", func(c *Config) { c.SpeedPreset = 11 }},
		{"Quantizer", "-1", "0..255", func(c *Config) { c.Quantizer = -1 }},
		{"Quantizer", "256", "0..255", func(c *Config) { c.Quantizer = 256 }},
		{"MinQuantizer", "256", "0..255", func(c *Config) { c.MinQuantizer = 256 }},
		{"RateControl", "4", "ConstantBitrate", func(c *Config) { c.RateControl = 4 }},
		{"Bitrate", "-1", "0..2147483647", func(c *Config) { c.Bitrate = -1 }},
		{"Bitrate", "2147483648", "0..2147483647", func(c *Config) { c.Bitrate = 1 << 31 }},
		{"Bitrate", "1000", "0 with ConstantQuantizer", func(c *Config) { c.RateControl, c.Bitrate = ConstantQuantizer, 1000 }},
		{"Bitrate", "0", "1..", func(c *Config) { c.RateControl = ConstantBitrate }},
		{"MaxBitrate", "900", "at least Bitrate (1000)", func(c *Config) { c.Bitrate, c.MaxBitrate = 1000, 900 }},
		{"MaxBitrate", "2000", "0 or Bitrate (1000)", func(c *Config) { c.LowLatency, c.Bitrate, c.MaxBitrate = true, 1000, 2000 }},
		{"MaxBitrate", "1000", "lossless", func(c *Config) { c.Quantizer, c.MaxBitrate = 0, 1000 }},
		{"BufferSize", "10", "20..60000", func(c *Config) { c.BufferSize = 10 }},
		{"MaxQuantizer", "256", "0..255", func(c *Config) { c.MaxQuantizer = 256 }},
		{"MaxQuantizer", "40", "at least MinQuantizer (50)", func(c *Config) { c.MinQuantizer, c.MaxQuantizer = 50, 40 }},
		{"MaxIntraBitrate", "-1", "0..", func(c *Config) { c.Bitrate, c.MaxIntraBitrate = 1000, -1 }},
		{"MaxIntraBitrate", "300", "share of Bitrate", func(c *Config) { c.MaxIntraBitrate = 300 }},
		{"ReservoirFrameDelay", "5", "12..131072", func(c *Config) { c.Bitrate, c.ReservoirFrameDelay = 1000, 5 }},
		{"DropFrames", "true", "LowLatency", func(c *Config) { c.Bitrate, c.DropFrames = 1000, true }},
		{"DropFrames", "true", "MaxBitrate", func(c *Config) { c.LowLatency, c.DropFrames = true, true }},
		{"PassData", "3 bytes", "VariableBitrate", func(c *Config) { c.PassData = []byte("abc") }},
		{"StillPicture", "true", "without Bitrate", func(c *Config) { c.StillPicture, c.Bitrate = true, 1000 }},
		{"ReservoirFrameDelay", "12", "Bitrate", func(c *Config) { c.ReservoirFrameDelay = 12 }},
		{"Tune", "2", "TunePSNR or TunePsychovisual", func(c *Config) { c.Tune = 2 }},
		{"Threads", "-1", "0..256", func(c *Config) { c.Threads = -1 }},
		{"Threads", "257", "0..256", func(c *Config) { c.Threads = 257 }},
		{"TileCols", "3", "power of two", func(c *Config) { c.TileCols = 3 }},
		{"TileCols", "-2", "power of two", func(c *Config) { c.TileCols = -2 }},
		{"TileRows", "128", "power of two", func(c *Config) { c.TileRows = 128 }},
		{"Tiles", "-1", "0..4096", func(c *Config) { c.Tiles = -1 }},
		{"MinKeyFrameInterval", "-1", "0..", func(c *Config) { c.MinKeyFrameInterval = -1 }},
		{"MinKeyFrameInterval", "241", "240", func(c *Config) { c.MinKeyFrameInterval = 241 }},
		{"MaxKeyFrameInterval", "-1", "0..", func(c *Config) { c.MaxKeyFrameInterval = -1 }},
		{"SwitchFrameInterval", "-1", "0..", func(c *Config) { c.SwitchFrameInterval = -1 }},
		{"SwitchFrameInterval", "8", "LowLatency", func(c *Config) { c.SwitchFrameInterval = 8 }},
		{"TemporalLayers", "-1", "0..3", func(c *Config) { c.TemporalLayers = -1 }},
		{"TemporalLayers", "4", "0..3", func(c *Config) { c.LowLatency, c.TemporalLayers = true, 4 }},
		{"TemporalLayers", "2", "LowLatency", func(c *Config) { c.TemporalLayers = 2 }},
		{"TemporalLayers", "3", "StillPicture", func(c *Config) { c.LowLatency, c.StillPicture, c.TemporalLayers = true, true, 3 }},
		{"SwitchFrameInterval", "6", "a multiple of 4 with TemporalLayers = 3", func(c *Config) { c.LowLatency, c.SwitchFrameInterval, c.TemporalLayers = true, 6, 3 }},
		{"SwitchFrameInterval", "3", "a multiple of 2 with TemporalLayers = 2", func(c *Config) { c.LowLatency, c.SwitchFrameInterval, c.TemporalLayers = true, 3, 2 }},
		{"LookaheadFrames", "-2", "-1..", func(c *Config) { c.LookaheadFrames = -2 }},
		{"MaxMemory", "-1", "0..", func(c *Config) { c.MaxMemory = -1 }},
		{"MasteringDisplay", "below", "LuminanceMin ≤ LuminanceMax", func(c *Config) {
			c.MasteringDisplay = &MasteringDisplay{LuminanceMax: 1 << 8, LuminanceMin: 2 << 14}
		}},
		{"ForceTools", "magic", "no-cdef", func(c *Config) { c.ForceTools = "no-deblock,magic" }},
	} {
		cfg := base(c.change)
		err := cfg.Validate()
		var e *ConfigError
		if !errors.As(err, &e) {
			t.Errorf("%s %s: %v, want *ConfigError", c.field, c.value, err)
			continue
		}
		if e.Field != c.field || !strings.Contains(e.Value, c.value) || !strings.Contains(e.Allowed, c.allowed) {
			t.Errorf("%+v, want %s, %s, %s", e, c.field, c.value, c.allowed)
		}
		for _, part := range []string{e.Field, e.Value, e.Allowed} {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%q lacks %q", err, part)
			}
		}
		if _, err := New(cfg); !errors.As(err, &e) {
			t.Errorf("%s: New says %v", c.field, err)
		}
		if _, err := PlanMemory(cfg); !errors.As(err, &e) {
			t.Errorf("%s: PlanMemory says %v", c.field, err)
		}
	}
}

// The ends of every range, and combinations that belong together, are accepted.
func TestValidateAccepts(t *testing.T) {
	for i, change := range []func(*Config){
		func(c *Config) { c.Width, c.Height = 1, 1 },
		func(c *Config) { c.Width, c.Height = 65536, 65536 },
		func(c *Config) { c.BitDepth = 12 },
		func(c *Config) { c.FrameRate, c.PixelAspect = Rational{0, 1}, Rational{} },
		func(c *Config) { c.FrameRate, c.PixelAspect = Rational{30000, 1001}, Rational{64, 45} },
		func(c *Config) { c.Chroma, c.Color.Matrix = Chroma444, 0 },
		func(c *Config) { c.Chroma, c.Color.Matrix = Chroma400, 0 },
		func(c *Config) { c.SpeedPreset, c.Quantizer, c.MinQuantizer = 0, 255, 255 },
		func(c *Config) { c.Quantizer = 0 },
		func(c *Config) { c.Threads, c.Tiles = 256, 4096 },
		func(c *Config) { c.TileCols, c.TileRows = 64, 1 },
		func(c *Config) { c.MinKeyFrameInterval, c.MaxKeyFrameInterval = math.MaxInt64, 0 },
		func(c *Config) { c.LowLatency, c.SwitchFrameInterval = true, math.MaxInt64 },
		func(c *Config) { c.TemporalLayers = 0 },
		func(c *Config) { c.TemporalLayers, c.StillPicture = 1, true },
		func(c *Config) { c.LowLatency, c.SwitchFrameInterval, c.TemporalLayers = true, 6, 2 },
		func(c *Config) { c.LowLatency, c.ErrorResilient, c.TemporalLayers = true, true, 3 },
		func(c *Config) { c.LookaheadFrames = math.MaxInt32 },
		func(c *Config) { c.MasteringDisplay, c.ContentLight = &MasteringDisplay{}, &ContentLight{} },
		func(c *Config) { c.ForceTools = " no-cdef , ,dual-filter" },
		func(c *Config) { c.ForceTools = strings.Join(ToolNames(), ",") },
		func(c *Config) { c.StillPicture, c.LowLatency = true, true },
	} {
		cfg := base(change)
		if err := cfg.Validate(); err != nil {
			t.Errorf("case %d: %v", i, err)
		}
	}
}

// A tool switch reaches the settings that are coded with.
func TestForceTools(t *testing.T) {
	for name, changed := range map[string]func(e *Encoder) bool{
		"no-cdef":           func(e *Encoder) bool { return e.coder.speed.Cdef == 0 },
		"all-partitions":    func(e *Encoder) bool { return e.coder.speed.MinBlock == 4 },
		"full-restoration":  func(e *Encoder) bool { return e.coder.speed.Restoration > 0 && e.coder.restoreOptions.WienerRefine > 0 },
		"no-temporal-mvs":   func(e *Encoder) bool { return e.tools.has("no-temporal-mvs") },
		"square-partitions": func(e *Encoder) bool { return e.coder.speed.Partition == 0 },
	} {
		e := open(t, base(func(c *Config) { c.ForceTools, c.SpeedPreset = name, 8 }))
		if !changed(e) {
			t.Errorf("%s has no effect", name)
		}
	}
}
