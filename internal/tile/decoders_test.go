package tile

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/bitstream"
	"github.com/grav1e/grav1e/internal/mvpred"
)

// stream writes a sequence of frames of random decisions.
type stream struct {
	*rand.Rand
	t     *testing.T
	setup setup
	seq   bitstream.SequenceHeader
	slots bitstream.Slots
	cdfs  [av1.NumRefFrames]bitstream.CDFContext
	data  []byte
	buf   []byte
}

func newStream(t *testing.T, c setup, seed uint64) *stream {
	s := &stream{Rand: rand.New(rand.NewPCG(seed, 5)), t: t, setup: c, buf: make([]byte, 4<<20)}
	seq, _ := c.headers()
	s.seq = *seq
	s.seq.BitDepth, s.seq.ColorPrimaries, s.seq.TransferCharacteristics, s.seq.MatrixCoefficients = 8, 2, 2, 2
	s.seq.SeqProfile = bitstream.ProfileFor(8, s.seq.MonoChrome, s.seq.SubsamplingX, s.seq.SubsamplingY)
	s.seq.MaxFrameWidth, s.seq.MaxFrameHeight, s.seq.OrderHintBits = c.w, c.h, 7
	s.seq.EnableIntraEdgeFilter, s.seq.EnableRestoration = true, true
	s.seq.SeqForceScreenContentTools, s.seq.SeqForceIntegerMv = 0, av1.SelectIntegerMV
	s.seq.OperatingPoints[0].SeqLevelIdx, s.seq.OperatingPoints[0].SeqTier = bitstream.LevelFor(bitstream.LevelParams{Width: c.w, Height: c.h, FPSNum: 30, FPSDen: 1})
	return s
}

// header draws the header of frame n.
func (s *stream) header(n int) *bitstream.FrameHeader {
	h := &bitstream.FrameHeader{
		FrameType: av1.KeyFrame, ShowFrame: true, OrderHint: uint8(n), PrimaryRefFrame: av1.PrimaryRefNone, RefreshFrameFlags: 0xFF,
		TileColsLog2: s.setup.tiles / 2, TileRowsLog2: s.setup.tiles / 2, BaseQIdx: uint8(1 + s.IntN(60)), DisableCdfUpdate: s.setup.noAdapt,
		LoopFilterRefDeltas: bitstream.DefaultLoopFilterRefDeltas, TxMode: s.setup.txMode, CdefDamping: 3, CdefBits: uint8(s.IntN(4)),
		RefOrderHint: s.slots.OrderHints(), FrameRestorationType: [3]av1.RestorationType{s.setup.restore, s.setup.restore, s.setup.restore},
		LoopRestorationSize: s.setup.restorationSizes(),
	}
	if s.setup.deltaQ > 0 {
		h.DeltaQPresent, h.DeltaQRes = true, uint8(s.setup.deltaQ-1)
	}
	if s.setup.lossless {
		h.BaseQIdx, h.FrameRestorationType = 0, [3]av1.RestorationType{}
	} else if s.setup.use128 {
		h.LoopRestorationSize = [3]int{128, 128, 128}
	}
	if n > 0 {
		h.FrameType, h.RefreshFrameFlags = av1.InterFrame, uint8(s.IntN(256))
		for i := range h.RefFrameIdx {
			h.RefFrameIdx[i] = uint8(s.IntN(8))
		}
		h.PrimaryRefFrame = [2]uint8{uint8(s.IntN(7)), av1.PrimaryRefNone}[s.IntN(4)/3]
		h.InterpolationFilter = [2]uint8{uint8(av1.Switchable), uint8(s.IntN(4))}[s.IntN(4)/3]
		h.ReferenceSelect, h.SkipModePresent, h.AllowHighPrecisionMv = s.IntN(4) > 0, true, s.IntN(2) == 0
		h.DisableFrameEndUpdateCdf = s.IntN(4) == 0
	}
	if err := h.Derive(&s.seq); err != nil {
		s.t.Fatal(err)
	}
	h.ContextUpdateTileID = uint16(h.NumTiles() - 1)
	return h
}

// frame appends frame n as a temporal unit.
func (s *stream) frame(n int) {
	h := s.header(n)
	cdf := &bitstream.CDFContext{}
	if h.PrimaryRefFrame == av1.PrimaryRefNone {
		cdf.SetDefaults()
		cdf.LoadCoefDefaults(int(h.BaseQIdx))
	} else {
		*cdf = s.cdfs[h.RefFrameIdx[h.PrimaryRefFrame]]
	}
	f := newFrameOf(s.setup, &s.seq, h, s.Uint64(), true)
	f.cdf = *cdf
	var tiles [][]byte
	for i := range f.tiles {
		data, after := f.write(s.t, i, s.buf)
		tiles = append(tiles, append([]byte{}, data...))
		if i == int(h.ContextUpdateTileID) && !h.DisableFrameEndUpdateCdf {
			*cdf = *after
		}
	}
	cdf.ClearCounters()
	for i := range s.cdfs {
		if h.RefreshFrameFlags>>i&1 != 0 {
			s.cdfs[i] = *cdf
		}
	}
	s.data = bitstream.AppendTemporalDelimiter(s.data)
	var err error
	if n == 0 {
		if s.data, err = bitstream.AppendSequenceHeaderOBU(s.data, &s.seq); err != nil {
			s.t.Fatal(err)
		}
	}
	if s.data, err = bitstream.AppendFrameOBU(s.data, bitstream.Extension{}, &s.seq, h, tiles); err != nil {
		s.t.Fatal(err)
	}
	s.slots.Update(h)
}

// params are what motion vector prediction needs of a tile.
func (f *frameUnderTest) params(t Bounds) *mvpred.Params {
	return &mvpred.Params{
		MiRows: f.s.Grid.Rows, MiCols: f.s.Grid.Cols, MiRowStart: t.MiRowStart, MiRowEnd: t.MiRowEnd, MiColStart: t.MiColStart, MiColEnd: t.MiColEnd,
		Use128x128Superblock: f.use128, AllowHighPrecisionMv: f.hdr.AllowHighPrecisionMv, ForceIntegerMv: f.hdr.ForceIntegerMv,
		RefFrameSignBias: f.hdr.RefFrameSignBias,
	}
}

// TestDecoders has real decoders, where they are installed, read streams of random
// syntax. aomdec checks that each tile ends where its last symbol does, so that any
// difference in syntax, contexts or adaptation is found.
func TestDecoders(t *testing.T) {
	for i, c := range setups {
		t.Run(fmt.Sprintf("%s_%dx%d_%d", c.format, c.w, c.h, i), func(t *testing.T) {
			for seed := range uint64(2) {
				s := newStream(t, c, seed)
				for n := range 6 {
					s.frame(n)
				}
				s.decode()
			}
		})
	}
}

func (s *stream) decode() {
	file := filepath.Join(s.t.TempDir(), "random.obu")
	if err := os.WriteFile(file, s.data, 0o600); err != nil {
		s.t.Fatal(err)
	}
	for _, args := range [][]string{
		{"aomdec", "--rawvideo", "-o", os.DevNull, file},
		{"dav1d", "-q", "--demuxer", "section5", "-i", file, "--muxer", "null", "-o", os.DevNull},
	} {
		if _, err := exec.LookPath(args[0]); err != nil {
			s.t.Log(args[0] + " is not installed")
			continue
		}
		if msg, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
			s.t.Fatalf("%v: %v\n%s", args, err, msg)
		}
	}
}
