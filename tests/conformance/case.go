// Package conformance checks the encoder against two decoders, dav1d and aomdec: for
// random configurations and random content, what they decode must equal the
// encoder's own reconstruction, sample by sample.
//
// Everything a case does follows from one seed, so a seed reproduces a failure.
package conformance

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/grav1e/grav1e/encoder"
)

// Case is one encoding: configuration, pictures, and the way they are sent.
type Case struct {
	Seed        uint64
	Config      encoder.Config
	Frames      int
	Content     string  // a name of Contents
	ContentSeed uint64  // with Content and the frame's number: the samples
	ForceKeys   []int64 `json:",omitempty"` // frames sent with ForceKey
	Interleaved bool    // send U and V alternating, at 10 bit left-aligned
	RowPadding  int     // samples behind each row that don't belong to the picture
	Eager       int     // packets are asked for after every Eager frames; 0: only when the encoder is full
	Metadata    bool    // frames carry ITU-T T.35 messages
	Regions     bool    // some frames carry regions of interest
	Speeds      bool    // the preset changes on the way
}

// String is the case in one line.
func (c *Case) String() string {
	g := &c.Config
	s := fmt.Sprintf("seed %d: %dx%d %s %d bit, %d frames of %s, speed %d, quantizer %d", c.Seed, g.Width, g.Height,
		chromaName(g.Chroma), g.BitDepth, c.Frames, c.Content, g.SpeedPreset, g.Quantizer)
	add := func(on bool, format string, args ...any) {
		if on {
			s += ", " + fmt.Sprintf(format, args...)
		}
	}
	add(g.LowLatency, "low latency")
	add(g.ErrorResilient, "error resilient")
	add(g.StillPicture, "still picture")
	add(g.AnnexB, "Annex B")
	add(g.Tiles > 1, "%d tiles", g.Tiles)
	add(g.TileCols > 1 || g.TileRows > 1, "%dx%d tiles", max(g.TileCols, 1), max(g.TileRows, 1))
	add(g.Threads > 1, "%d threads", g.Threads)
	add(g.TemporalLayers > 0, "%d temporal layers", g.TemporalLayers)
	add(g.SwitchFrameInterval > 0, "switch frames every %d", g.SwitchFrameInterval)
	add(g.RandomModes != 0, "random modes %d", g.RandomModes)
	add(g.ForceTools != "", "tools %s", g.ForceTools)
	add(c.Regions, "regions")
	add(c.Speeds, "changing speed")
	add(len(c.ForceKeys) > 0, "key frames %d", c.ForceKeys)
	return s
}

// JSON is the whole case, to be read back by ParseCase.
func (c *Case) JSON() []byte {
	b, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		panic(err) // plain data always marshals
	}
	return append(b, '\n')
}

// ParseCase reads what JSON wrote.
func ParseCase(data []byte) (*Case, error) {
	c := new(Case)
	return c, json.Unmarshal(data, c)
}

func chromaName(c encoder.ChromaFormat) string {
	return [...]string{encoder.Chroma420: "4:2:0", encoder.Chroma422: "4:2:2", encoder.Chroma444: "4:4:4", encoder.Chroma400: "4:0:0"}[c]
}

// sampleBudget bounds the luma samples of a case, by preset: slow presets get less.
func sampleBudget(speed int) int { return 60_000 << (speed / 3) }

// largePicture is the number of luma samples from which a case has at least 3 frames
// all the same, at a fast preset, so that large pictures have references too.
const largePicture = 100_000

// NewCase draws a case from a seed.
func NewCase(seed uint64) *Case {
	r := rand.New(rand.NewPCG(seed, 0x67726176316573))
	chance := func(percent int) bool { return r.IntN(100) < percent }
	c := &Case{Seed: seed, ContentSeed: r.Uint64N(1 << 32)}
	w, h := size(r), size(r)
	if chance(4) {
		w, h = 200+r.IntN(500), 200+r.IntN(400)
	}
	g := encoder.DefaultConfig(w, h)
	g.BitDepth = []int{8, 8, 8, 10, 10, 12}[r.IntN(6)]
	g.Chroma = []encoder.ChromaFormat{encoder.Chroma420, encoder.Chroma420, encoder.Chroma420, encoder.Chroma422, encoder.Chroma444, encoder.Chroma400}[r.IntN(6)]
	g.SpeedPreset = r.IntN(11)
	g.Quantizer = r.IntN(256)
	if chance(10) {
		g.Quantizer = 0
	}
	g.Tune = encoder.Tune(r.IntN(2))
	g.Reconstruct = true
	g.Threads = 1 + r.IntN(3)
	if chance(40) {
		g.RandomModes = 1 + r.Uint64N(1<<20)
	}
	if chance(30) {
		g.ForceTools = randomTools(r)
	}
	c.drawFrames(r, &g)
	drawTiles(r, &g)
	drawDescription(r, &g)
	c.Content = Contents[r.IntN(len(Contents))]
	if chance(15) && g.Chroma != encoder.Chroma400 && g.BitDepth <= 10 {
		c.Interleaved = true
	}
	if chance(30) {
		c.RowPadding = r.IntN(40)
	}
	c.Eager = r.IntN(4)
	c.Metadata = chance(10)
	g.AnnexB = chance(15)
	c.Regions = chance(30) && g.Quantizer > 0
	c.Speeds = chance(50)
	c.Config = g
	if g.LowLatency && !g.StillPicture && chance(60) {
		c.SetTemporalLayers(1 + r.IntN(3))
	}
	return c
}

// size draws a width or height: often tiny or just beside a multiple of a block size.
func size(r *rand.Rand) int {
	switch r.IntN(5) {
	case 0:
		return 1 + r.IntN(16)
	case 1:
		return max(1, []int{8, 16, 32, 64, 128, 192}[r.IntN(6)]+r.IntN(5)-2)
	case 2, 3:
		return 1 + r.IntN(96)
	}
	return 1 + r.IntN(280)
}

// drawFrames draws how many frames there are and how they may be arranged.
func (c *Case) drawFrames(r *rand.Rand, g *encoder.Config) {
	chance := func(percent int) bool { return r.IntN(100) < percent }
	most := max(1, sampleBudget(g.SpeedPreset)/(g.Width*g.Height))
	if g.Width*g.Height >= largePicture {
		g.SpeedPreset = max(g.SpeedPreset, 6)
		most = 3
	}
	c.Frames = 1 + r.IntN(min(most, 40))
	g.LowLatency = chance(25)
	g.ErrorResilient = chance(10)
	g.NoSceneDetection = chance(30)
	if chance(40) {
		g.MaxKeyFrameInterval = 1 + r.Int64N(12)
	}
	g.MinKeyFrameInterval = min(r.Int64N(13), g.MaxKeyFrameInterval)
	if chance(30) {
		g.LookaheadFrames = r.IntN(40)
	}
	if g.LowLatency && chance(40) {
		g.SwitchFrameInterval = 1 + r.Int64N(6)
	}
	if chance(5) {
		g.StillPicture, g.SwitchFrameInterval, c.Frames = true, 0, 1
	}
	if chance(20) {
		for range 1 + r.IntN(3) {
			c.ForceKeys = append(c.ForceKeys, r.Int64N(int64(c.Frames)))
		}
	}
}

func drawTiles(r *rand.Rand, g *encoder.Config) {
	switch r.IntN(4) {
	case 0:
		g.TileCols, g.TileRows = 1<<r.IntN(3), 1<<r.IntN(3)
	case 1:
		g.Tiles = r.IntN(9)
	}
}

// drawDescription draws what is only described, not coded: colour and metadata.
func drawDescription(r *rand.Rand, g *encoder.Config) {
	if r.IntN(4) == 0 {
		g.Color = encoder.ColorDescription{Primaries: 9, Transfer: 16, Matrix: 9, FullRange: r.IntN(2) == 0}
		g.MasteringDisplay = &encoder.MasteringDisplay{PrimaryX: [3]uint16{46400, 11141, 8585}, PrimaryY: [3]uint16{19136, 52232, 3015},
			WhitePointX: 20493, WhitePointY: 21561, LuminanceMax: 1000 << 8, LuminanceMin: 82}
		g.ContentLight = &encoder.ContentLight{MaxCLL: 1000, MaxFALL: 400}
	}
	if g.Chroma == encoder.Chroma420 {
		g.ChromaPosition = encoder.ChromaPosition(r.IntN(3))
	}
	if g.Chroma == encoder.Chroma444 && r.IntN(4) == 0 { // sRGB, which leaves out color_range
		g.Color = encoder.ColorDescription{Primaries: 1, Transfer: 13, Matrix: 0, FullRange: true}
	}
	if r.IntN(4) == 0 {
		g.FrameRate = encoder.Rational{Num: 60000, Den: 1001}
	}
}

func randomTools(r *rand.Rand) string {
	var list []string
	for _, name := range encoder.ToolNames() {
		if r.IntN(4) == 0 {
			list = append(list, name)
		}
	}
	return strings.Join(list, ",")
}

// SetTemporalLayers makes n temporal layers, 1..3, and the rest fit them.
func (c *Case) SetTemporalLayers(n int) {
	g := &c.Config
	g.TemporalLayers, g.LowLatency, g.StillPicture = n, true, false
	g.SwitchFrameInterval *= int64(1) << (n - 1)
}

// SetChroma changes the sampling, and what wouldn't be valid with it.
func (c *Case) SetChroma(chroma int) {
	g := &c.Config
	g.Chroma = encoder.ChromaFormat(chroma)
	if g.Chroma != encoder.Chroma444 && g.Color.Matrix == 0 {
		g.Color = encoder.DefaultConfig(1, 1).Color
	}
	if g.Chroma == encoder.Chroma400 {
		c.Interleaved = false
	}
}
