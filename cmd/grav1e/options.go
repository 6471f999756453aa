package main

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/alecthomas/kong"
	"github.com/grav1e/grav1e/encoder"
	"github.com/grav1e/grav1e/internal/container"
	"github.com/grav1e/grav1e/internal/y4m"
)

// groups are the headings of --help, in order.
var groups = []kong.Group{
	{Key: "input", Title: "Input and output:"},
	{Key: "quality", Title: "Speed and quality:"},
	{Key: "rate", Title: "Rate control:"},
	{Key: "structure", Title: "Stream structure:"},
	{Key: "tiles", Title: "Threads, tiles and memory:"},
	{Key: "color", Title: "Colour description:"},
	{Key: "report", Title: "Reports:"},
	{Key: "debug", Title: "Debugging aids:"},
}

// options is the command line. Defaults are encoder.DefaultConfig's.
type options struct {
	Input   string           `arg:"" help:"YUV4MPEG2 file, or - for standard input."`
	Version kong.VersionFlag `help:"Print the version."`

	Output      string    `group:"input" short:"o" required:"" placeholder:"FILE" help:"Output file (.ivf, .obu, .mkv, .webm), or - for standard output."`
	Format      string    `group:"input" enum:",ivf,obu,mkv,webm" default:"" placeholder:"ivf|obu|mkv|webm" help:"Output format, instead of the one the file name says."`
	Limit       int64     `group:"input" short:"l" placeholder:"N" help:"Encode at most N frames."`
	Skip        int       `group:"input" placeholder:"N" help:"Pass over the first N frames of the input."`
	FrameRate   *rational `group:"input" placeholder:"N/D" help:"Frame rate, instead of the input's."`
	PixelAspect *rational `group:"input" placeholder:"N/D" help:"Sample aspect ratio, instead of the input's."`
	AnnexB      bool      `group:"input" name:"annexb" help:"Write length-delimited temporal units (Annex B); .obu only."`

	Speed      int    `group:"quality" short:"s" default:"6" help:"0 (slowest, best) to 10 (fastest)."`
	Quantizer  int    `group:"quality" default:"100" help:"Quantiser index, 0 (lossless) to 255."`
	Tune       string `group:"quality" default:"psychovisual" placeholder:"psnr|psychovisual" help:"What decisions optimise for."`
	LowLatency bool   `group:"quality" help:"No reordering and no lookahead: every frame comes out at once."`
	Lookahead  int    `group:"quality" default:"-1" placeholder:"FRAMES" help:"Frames analysed ahead; -1: the preset's choice."`

	RateControl   string `group:"rate" default:"auto" enum:"auto,cq,vbr,cbr" placeholder:"auto|cq|vbr|cbr" help:"What is held constant; auto: cq without --bitrate, with it cbr if --low-latency, else vbr."`
	Bitrate       int64  `group:"rate" default:"0" placeholder:"BIT/S" help:"Target of vbr and cbr."`
	MaxBitrate    int64  `group:"rate" default:"0" placeholder:"BIT/S" help:"Rate of a channel whose buffer must not overflow (vbr, cq); 0: no limit."`
	BufferSize    int    `group:"rate" default:"0" placeholder:"MS" help:"Size of that buffer (cbr: of a channel of --bitrate); 0: 1000."`
	MinQuantizer  int    `group:"rate" default:"0" help:"Lower bound of the quantiser index."`
	MaxQuantizer  int    `group:"rate" default:"0" help:"Upper bound of the quantiser index in vbr and cbr; 0: none."`
	ReservoirSize int    `group:"rate" name:"reservoir-frame-delay" default:"0" placeholder:"FRAMES" help:"Frames within which vbr makes up for deviations; 0: four seconds."`
	MaxIntra      int    `group:"rate" name:"max-intra-bitrate" default:"0" placeholder:"PERCENT" help:"Largest key frame, in per cent of a frame's share of --bitrate; 0: what the buffer allows."`
	DropFrames    bool   `group:"rate" help:"Leave frames out that would overflow the buffer. Needs --low-latency."`
	Pass          int    `group:"rate" default:"0" placeholder:"1|2|3" help:"First pass (writes --pass-file), second (reads it), or both (3: reads and writes)."`
	PassFile      string `group:"rate" default:"grav1e.pass" placeholder:"FILE" help:"Statistics from pass to pass."`

	KeyInt              int64   `group:"structure" name:"keyint" short:"I" default:"240" placeholder:"FRAMES" help:"Longest distance of key frames; 0: no limit."`
	MinKeyInt           int64   `group:"structure" name:"min-keyint" short:"i" default:"12" placeholder:"FRAMES" help:"Shortest distance of key frames at scene cuts."`
	SwitchFrameInterval int64   `group:"structure" default:"0" placeholder:"FRAMES" help:"Distance of switch frames; 0: none. Needs --low-latency."`
	TemporalLayers      int     `group:"structure" default:"1" placeholder:"N" help:"Temporal layers, 1 to 3; 2 and 3 (L1T2, L1T3) need --low-latency."`
	KeyFrames           []int64 `group:"structure" placeholder:"N" help:"Frames (counted from 0) that have to become key frames."`
	NoSceneDetection    bool    `group:"structure" help:"No key frames at scene cuts."`
	ErrorResilient      bool    `group:"structure" help:"error_resilient_mode on every frame."`
	StillPicture        bool    `group:"structure" help:"Encode the first frame as a still picture."`

	Threads   int      `group:"tiles" short:"t" default:"0" help:"Worker threads; 0: one per logical CPU."`
	Tiles     int      `group:"tiles" default:"0" help:"Number of tiles; overrides --tile-cols and --tile-rows."`
	TileCols  int      `group:"tiles" default:"0" help:"Tile columns, a power of two."`
	TileRows  int      `group:"tiles" default:"0" help:"Tile rows, a power of two."`
	MaxMemory byteSize `group:"tiles" default:"0" placeholder:"BYTES" help:"Memory the encoder may take, with k, M or G; 0: no limit."`

	ColorPrimaries   string `group:"color" name:"color-primaries" default:"unspecified" placeholder:"NAME" help:"Colour primaries, a name such as bt709, bt2020, or a CICP number."`
	Transfer         string `group:"color" default:"unspecified" placeholder:"NAME" help:"Transfer characteristics: bt709, smpte2084 (pq), hlg, srgb, … or a CICP number."`
	Matrix           string `group:"color" default:"unspecified" placeholder:"NAME" help:"Matrix coefficients: bt709, bt2020-ncl, identity, … or a CICP number."`
	Range            string `group:"color" enum:",limited,full" default:"" placeholder:"limited|full" help:"Range of sample values, instead of the input's."`
	ChromaPosition   string `group:"color" enum:",unknown,vertical,colocated" default:"" placeholder:"unknown|vertical|colocated" help:"Position of 4:2:0 chroma samples, instead of the input's."`
	MasteringDisplay string `group:"color" placeholder:"G(x,y)B(x,y)R(x,y)WP(x,y)L(max,min)" help:"Mastering display: CIE xy coordinates and cd/m²."`
	ContentLight     string `group:"color" placeholder:"CLL,FALL" help:"Content light level in cd/m²."`

	Quiet      bool   `group:"report" short:"q" help:"No progress line and no summary."`
	Progress   bool   `group:"report" help:"Show the progress line even when standard error is no terminal."`
	PSNR       bool   `group:"report" name:"psnr" help:"Measure PSNR against the input."`
	Stats      string `group:"report" placeholder:"FILE" help:"Write statistics as JSON; - for standard output."`
	JSON       bool   `group:"report" name:"json" help:"Same as --stats -."`
	FrameStats bool   `group:"report" help:"Statistics of every frame, too."`
	Recon      string `group:"report" placeholder:"FILE.y4m" help:"Write what a decoder will output."`

	ForceTools  string `group:"debug" placeholder:"LIST" help:"Comma-separated tool switches: ${tools}."`
	RandomModes uint64 `group:"debug" placeholder:"SEED" help:"Draw legal decisions from this seed instead of by rate-distortion."`
	CPUProfile  string `group:"debug" name:"cpuprofile" placeholder:"FILE" help:"Write a CPU profile."`
	MemProfile  string `group:"debug" name:"memprofile" placeholder:"FILE" help:"Write a heap profile at the end."`
}

// flagOf names what sets a field of encoder.Config, for messages.
var flagOf = map[string]string{
	"Width": "input width", "Height": "input height", "BitDepth": "input bit depth", "Chroma": "input sampling",
	"FrameRate": "--frame-rate", "PixelAspect": "--pixel-aspect",
	"Color": "--color-primaries, --transfer, --matrix, --range", "Color.Matrix": "--matrix", "ChromaPosition": "--chroma-position",
	"MasteringDisplay": "--mastering-display", "ContentLight": "--content-light",
	"SpeedPreset": "--speed", "Quantizer": "--quantizer", "MinQuantizer": "--min-quantizer", "Bitrate": "--bitrate",
	"RateControl": "--rate-control", "MaxBitrate": "--max-bitrate", "BufferSize": "--buffer-size", "MaxQuantizer": "--max-quantizer",
	"MaxIntraBitrate": "--max-intra-bitrate", "DropFrames": "--drop-frames", "PassData": "--pass", "RecordPass": "--pass",
	"Tune": "--tune", "LowLatency": "--low-latency", "Threads": "--threads",
	"TileCols": "--tile-cols", "TileRows": "--tile-rows", "Tiles": "--tiles",
	"MinKeyFrameInterval": "--min-keyint", "MaxKeyFrameInterval": "--keyint", "SwitchFrameInterval": "--switch-frame-interval", "TemporalLayers": "--temporal-layers",
	"LookaheadFrames": "--lookahead", "ReservoirFrameDelay": "--reservoir-frame-delay", "NoSceneDetection": "--no-scene-detection",
	"ErrorResilient": "--error-resilient", "StillPicture": "--still-picture", "AnnexB": "--annexb", "MaxMemory": "--max-memory",
	"Reconstruct": "--recon", "MeasurePSNR": "--psnr", "ForceTools": "--force-tools", "RandomModes": "--random-modes",
}

// optionError is an option whose value can't be used.
type optionError struct{ option, value, allowed string }

func (e *optionError) Error() string {
	return fmt.Sprintf("%s %s: allowed: %s", e.option, e.value, e.allowed)
}

// config returns the encoder's configuration for an input.
func (o *options) config(h *y4m.Header) (encoder.Config, error) {
	c := encoder.Config{
		Width: h.Width, Height: h.Height, BitDepth: h.BitDepth, Chroma: chromaOf[h.Chroma],
		FrameRate: encoder.Rational(h.FrameRate), PixelAspect: encoder.Rational(h.PixelAspect),
		Color:          encoder.ColorDescription{FullRange: o.Range == "full" || o.Range == "" && h.FullRange},
		ChromaPosition: encoder.ChromaPosition(h.Siting),
		SpeedPreset:    o.Speed, Quantizer: o.Quantizer, MinQuantizer: o.MinQuantizer,
		RateControl: rateControlOf[o.RateControl], Bitrate: o.Bitrate, MaxBitrate: o.MaxBitrate, BufferSize: o.BufferSize, MaxQuantizer: o.MaxQuantizer,
		MaxIntraBitrate: o.MaxIntra, DropFrames: o.DropFrames, RecordPass: o.Pass&1 == 1,
		LowLatency: o.LowLatency, Threads: o.Threads, TileCols: o.TileCols, TileRows: o.TileRows, Tiles: o.Tiles,
		MinKeyFrameInterval: o.MinKeyInt, MaxKeyFrameInterval: o.KeyInt, SwitchFrameInterval: o.SwitchFrameInterval, TemporalLayers: o.TemporalLayers,
		LookaheadFrames: o.Lookahead, ReservoirFrameDelay: o.ReservoirSize, NoSceneDetection: o.NoSceneDetection,
		ErrorResilient: o.ErrorResilient, StillPicture: o.StillPicture, AnnexB: o.AnnexB, MaxMemory: int64(o.MaxMemory),
		Reconstruct: o.Recon != "", MeasurePSNR: o.PSNR, ForceTools: o.ForceTools, RandomModes: o.RandomModes,
	}
	if o.FrameRate != nil {
		c.FrameRate = encoder.Rational(*o.FrameRate)
	}
	if o.PixelAspect != nil {
		c.PixelAspect = encoder.Rational(*o.PixelAspect)
	}
	switch strings.ToLower(o.Tune) {
	case "psnr":
		c.Tune = encoder.TunePSNR
	case "psychovisual":
		c.Tune = encoder.TunePsychovisual
	default:
		return c, &optionError{"--tune", o.Tune, "psnr, psychovisual"}
	}
	if o.Pass < 0 || o.Pass > 3 {
		return c, &optionError{"--pass", strconv.Itoa(o.Pass), "1, 2, 3, or 0 for a single pass"}
	}
	if o.Pass&2 == 2 {
		var err error
		if c.PassData, err = os.ReadFile(o.PassFile); err != nil {
			return c, err
		}
	}
	if o.ChromaPosition != "" {
		c.ChromaPosition = encoder.ChromaPosition(slices.Index([]string{"unknown", "vertical", "colocated"}, o.ChromaPosition))
	}
	return c, o.describeColor(&c)
}

var rateControlOf = map[string]encoder.RateControl{
	"auto": encoder.RateAuto, "cq": encoder.ConstantQuantizer, "vbr": encoder.VariableBitrate, "cbr": encoder.ConstantBitrate,
}

var chromaOf = map[y4m.Chroma]encoder.ChromaFormat{
	y4m.Chroma420: encoder.Chroma420, y4m.Chroma422: encoder.Chroma422, y4m.Chroma444: encoder.Chroma444, y4m.Mono: encoder.Chroma400,
}

// format returns the container the output is written as.
func (o *options) format() (container.Format, error) {
	f := container.Format(o.Format)
	if f == "" && o.Output == "-" {
		f = container.IVF
	}
	if f == "" {
		var err error
		if f, err = container.FormatOf(o.Output); err != nil {
			return f, &optionError{"--output", o.Output, "a name that ends in .ivf, .obu, .mkv or .webm, or --format"}
		}
	}
	if o.Output == "-" && (o.Stats == "-" || o.JSON || o.Recon == "-") || o.Recon == "-" && (o.Stats == "-" || o.JSON) {
		return f, &optionError{"--output, --recon, --stats", "-", "one of them only on standard output"}
	}
	if o.AnnexB && f != container.OBU {
		return f, &optionError{"--annexb", string(f), "obu output only"}
	}
	return f, nil
}

// rational is a fraction on the command line: 25, 30000/1001 or 30000:1001.
type rational encoder.Rational

func (r *rational) UnmarshalText(text []byte) error {
	num, den, ok := strings.Cut(strings.Replace(string(text), ":", "/", 1), "/")
	if !ok {
		den = "1"
	}
	n, err1 := strconv.ParseUint(num, 10, 31)
	d, err2 := strconv.ParseUint(den, 10, 31)
	if err1 != nil || err2 != nil || d == 0 {
		return fmt.Errorf("%q is not a fraction such as 25 or 30000/1001", text)
	}
	*r = rational{Num: int(n), Den: int(d)}
	return nil
}

// byteSize is an amount of memory: a number, with k, M or G for powers of 1024.
type byteSize int64

func (b *byteSize) UnmarshalText(text []byte) error {
	s, shift := string(text), 0
	for i, unit := range []string{"k", "M", "G"} {
		if rest, ok := strings.CutSuffix(s, unit); ok {
			s, shift = rest, 10*(i+1)
		}
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 || n > 1<<62>>shift {
		return fmt.Errorf("%q is not an amount of bytes such as 2000000, 512M or 2G", text)
	}
	*b = byteSize(n << shift)
	return nil
}
