package bitstream

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/grav1e/grav1e/internal/av1"
)

// greyTile codes a tile of w x h superblocks of 64x64, each one intra block, DC
// predicted, without residual: every sample becomes middle grey. Only contexts of
// blocks without neighbours of another kind occur.
func greyTile(t *testing.T, s *SequenceHeader, h *FrameHeader, w, rows int) []byte {
	t.Helper()
	var cdf CDFContext
	cdf.SetDefaults()
	cdf.LoadCoefDefaults(int(h.BaseQIdx))
	var c Coder
	c.StartWriting(make([]byte, 1<<12), &cdf, h.DisableCdfUpdate)
	for row := range rows {
		for col := range w {
			neighbours := min(row, 1) + min(col, 1)
			c.Symbol(cdf.PartitionW64[0][:], int(av1.PartitionNone))
			c.Bool(&cdf.Skip[neighbours], true)
			if h.FrameIsIntra {
				c.Symbol(cdf.IntraFrameYMode[0][0][:], int(av1.DCPred))
			} else {
				// Intra neighbours: context 2 with one, 3 with two (section 8.3.2, is_inter).
				c.Bool(&cdf.IsInter[[3]int{0, 2, 3}[neighbours]], false)
				c.Symbol(cdf.YMode[3][:], int(av1.DCPred))
			}
			if !s.MonoChrome {
				c.Symbol(cdf.UVModeCflNotAllowed[av1.DCPred][:], int(av1.DCPred))
			}
		}
	}
	data, err := c.Finish()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// greyStream is four frames: a key frame, a hidden frame, an inter frame with its header in
// an OBU of its own, and the hidden frame shown; with metadata in front.
func greyStream(t *testing.T, s *SequenceHeader, colsLog2, rowsLog2 int) (units [][]byte) {
	t.Helper()
	unit := AppendTemporalDelimiter(nil)
	unit, err := AppendSequenceHeaderOBU(unit, s)
	if err != nil {
		t.Fatal(err)
	}
	unit = AppendMetadataHDRCLL(unit, 1000, 400)
	unit = AppendMetadataHDRMDCV(unit, &MasteringDisplay{PrimaryX: [3]uint16{34000, 13250, 7500}, LuminanceMax: 1000 << 8, LuminanceMin: 1})
	unit = AppendMetadataT35(unit, Extension{}, 0xB5, 0, []byte{0, 0x3C, 0, 1, 4})
	base := FrameHeader{
		FrameType: av1.KeyFrame, ShowFrame: true, BaseQIdx: 100, TxMode: av1.TxModeLargest, PrimaryRefFrame: av1.PrimaryRefNone,
		TileColsLog2: colsLog2, TileRowsLog2: rowsLog2, LoopFilterLevel: [4]uint8{10, 12, 5, 6}, LoopFilterSharpness: 1,
		LoopFilterDeltaEnabled: true, CdefDamping: 4, CdefBits: 1, CdefYPriStrength: [8]uint8{3, 5}, CdefYSecStrength: [8]uint8{4, 1},
	}
	frame := func(dst []byte, h FrameHeader, split bool) []byte {
		if err := h.Derive(s); err != nil {
			t.Fatal(err)
		}
		var tiles [][]byte
		for i := range h.TileRows {
			for j := range h.TileCols {
				w, rows := h.MiColStarts[j+1]-h.MiColStarts[j], h.MiRowStarts[i+1]-h.MiRowStarts[i]
				tiles = append(tiles, greyTile(t, s, &h, (w+15)/16, (rows+15)/16))
			}
		}
		if split {
			h.TileSizeBytes = max(2, TileSizeBytesFor(tiles))
			if dst, err = AppendFrameHeaderOBU(dst, Extension{}, s, &h); err != nil {
				t.Fatal(err)
			}
			return AppendTileGroupOBU(dst, Extension{}, tiles, h.TileSizeBytes)
		}
		if dst, err = AppendFrameOBU(dst, Extension{}, s, &h, tiles); err != nil {
			t.Fatal(err)
		}
		return dst
	}
	units = append(units, frame(unit, base, false))
	if s.StillPicture {
		return units
	}

	inter := base
	inter.FrameType, inter.InterpolationFilter, inter.ReferenceSelect = av1.InterFrame, uint8(av1.Switchable), false
	hidden := inter
	hidden.ShowFrame, hidden.ShowableFrame, hidden.RefreshFrameFlags, hidden.OrderHint = false, true, 2, 2
	unit = frame(AppendTemporalDelimiter(nil), hidden, false)
	inter.OrderHint, inter.RefreshFrameFlags, inter.RefFrameIdx = 1, 4, [7]uint8{0, 0, 0, 0, 1, 1, 1}
	inter.RefOrderHint = [8]uint8{0, 2}
	inter.UseRefFrameMvs = s.EnableRefFrameMvs
	units = append(units, frame(unit, inter, true))

	unit, err = AppendFrameHeaderOBU(AppendTemporalDelimiter(nil), Extension{}, s, &FrameHeader{ShowExistingFrame: true, FrameToShowMapIdx: 1, FrameType: av1.InterFrame})
	if err != nil {
		t.Fatal(err)
	}
	units = append(units, unit)

	intra := base
	intra.FrameType, intra.RefreshFrameFlags, intra.OrderHint = av1.IntraOnlyFrame, 8, 3
	intra.RefOrderHint = [8]uint8{0, 2, 1}
	units = append(units, frame(AppendTemporalDelimiter(nil), intra, false))

	sw := inter
	sw.FrameType, sw.OrderHint, sw.RefFrameIdx = av1.SwitchFrame, 4, [7]uint8{0, 1, 2, 3, 0, 1, 2}
	sw.RefOrderHint = [8]uint8{0, 2, 1, 3}
	units = append(units, frame(AppendTemporalDelimiter(nil), sw, false))
	return units
}

// Layers are in the extension, byte by byte, of what belongs to a frame; it survives annex B.
func TestLayers(t *testing.T) {
	var s SequenceHeader
	s.SetTemporalLayers(3)
	if s.OperatingPointsCnt != 3 || s.OperatingPoints[0].IDC != 0x107 || s.OperatingPoints[1].IDC != 0x103 || s.OperatingPoints[2].IDC != 0x101 {
		t.Errorf("%d operating points %+v", s.OperatingPointsCnt, s.OperatingPoints[:3])
	}
	s.MaxFrameWidth, s.MaxFrameHeight, s.BitDepth, s.SubsamplingX, s.SubsamplingY = 64, 64, 8, 1, 1
	shown := FrameHeader{ShowExistingFrame: true, FrameToShowMapIdx: 5, FrameType: av1.InterFrame}
	top := Extension{Present: true, TemporalID: 2}
	frameHeader := func(ext Extension) []byte {
		out, err := AppendFrameHeaderOBU(nil, ext, &s, &shown)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	for _, c := range []struct {
		name      string
		got, want []byte
		ext       Extension
	}{
		{"temporal delimiter", AppendTemporalDelimiter(nil), []byte{2<<3 | 2, 0}, Extension{}},
		{"L1T2", AppendMetadataScalability(nil, ScalabilityL1T2), []byte{5<<3 | 2, 3, 3, 0, 0x80}, Extension{}},
		{"L1T3", AppendMetadataScalability(nil, ScalabilityL1T3), []byte{5<<3 | 2, 3, 3, 1, 0x80}, Extension{}},
		{"T.35", AppendMetadataT35(nil, top, 0xB5, 0, []byte{7}), []byte{5<<3 | 4 | 2, 2 << 5, 4, 4, 0xB5, 7, 0x80}, top},
		{"frame header, no layers", frameHeader(Extension{}), []byte{3<<3 | 2, 1, 0xD8}, Extension{}},
		{"frame header", frameHeader(top), []byte{3<<3 | 4 | 2, 2 << 5, 1, 0xD8}, top},
		{"frame header, both", frameHeader(Extension{true, 1, 3}), []byte{3<<3 | 4 | 2, 1<<5 | 3<<3, 1, 0xD8}, Extension{true, 1, 3}},
		{"tile group", AppendTileGroupOBU(nil, top, [][]byte{{9}}, 1), []byte{4<<3 | 4 | 2, 2 << 5, 1, 9}, top},
	} {
		o, rest, err := NextOBU(c.got)
		if err != nil || len(rest) > 0 || !bytes.Equal(c.got, c.want) || o.Extension != c.ext {
			t.Errorf("%s: % x, want % x; read as %+v, %v", c.name, c.got, c.want, o, err)
		}
	}
	annexB, err := AppendAnnexB(nil, append(AppendTemporalDelimiter(nil), frameHeader(top)...))
	if want := []byte{7, 6, 1, 2 << 3, 3, 3<<3 | 4, 2 << 5, 0xD8}; err != nil || !bytes.Equal(annexB, want) {
		t.Errorf("annex B: % x, want % x (%v)", annexB, want, err)
	}
}

// TestRealDecoders has dav1d and aomdec, where they are installed, decode streams
// of grey frames in both formats and checks every sample.
func TestRealDecoders(t *testing.T) {
	color := func(depth int, mono bool, subX, subY int) ColorConfig {
		return ColorConfig{BitDepth: depth, MonoChrome: mono, ColorPrimaries: 2, TransferCharacteristics: 2, MatrixCoefficients: 2, SubsamplingX: subX, SubsamplingY: subY}
	}
	for _, tc := range []struct {
		name               string
		w, h               int
		colsLog2, rowsLog2 int
		color              ColorConfig
		still              bool
	}{
		{"420", 64, 64, 0, 0, color(8, false, 1, 1), false},
		{"420 tiles", 256, 192, 1, 1, color(8, false, 1, 1), false},
		{"420 10 bit tiles", 320, 64, 3, 0, color(10, false, 1, 1), false},
		{"400", 128, 64, 0, 0, color(8, true, 1, 1), false},
		{"422 10 bit", 64, 128, 0, 1, color(10, false, 1, 0), false},
		{"444", 128, 128, 1, 0, color(8, false, 0, 0), false},
		{"444 12 bit", 64, 64, 0, 0, color(12, false, 0, 0), false},
		{"420 12 bit", 64, 64, 0, 0, color(12, false, 1, 1), false},
		{"still", 64, 64, 0, 0, color(8, false, 1, 1), true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := SequenceHeader{
				SeqProfile:    ProfileFor(tc.color.BitDepth, tc.color.MonoChrome, tc.color.SubsamplingX, tc.color.SubsamplingY),
				MaxFrameWidth: tc.w, MaxFrameHeight: tc.h, OrderHintBits: 7, EnableRefFrameMvs: true, EnableDualFilter: true,
				SeqForceScreenContentTools: av1.SelectScreenContent, SeqForceIntegerMv: av1.SelectIntegerMV,
				TimingInfoPresent: true, TimingInfo: TimingInfo{1001, 30000, true, 1},
				EnableCdef: true, EnableFilterIntra: true, EnableIntraEdgeFilter: true, ColorConfig: tc.color,
				StillPicture: tc.still, ReducedStillPictureHeader: tc.still,
			}
			s.OperatingPoints[0].SeqLevelIdx, s.OperatingPoints[0].SeqTier = LevelFor(LevelParams{Width: tc.w, Height: tc.h, FPSNum: 30, FPSDen: 1})
			if tc.still {
				s.OrderHintBits, s.EnableRefFrameMvs, s.EnableDualFilter, s.TimingInfoPresent = 0, false, false, false
			}
			units := greyStream(t, &s, tc.colsLog2, tc.rowsLog2)
			checkParse(t, units)
			var low, annexB []byte
			for _, u := range units {
				low = append(low, u...)
				var err error
				if annexB, err = AppendAnnexB(annexB, u); err != nil {
					t.Fatal(err)
				}
			}
			dir := t.TempDir()
			files := [2]string{filepath.Join(dir, "grey.obu"), filepath.Join(dir, "grey-b.obu")}
			for i, data := range [][]byte{low, annexB} {
				if err := os.WriteFile(files[i], data, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			out := filepath.Join(dir, "out.yuv")
			run(t, tc.color.BitDepth, &s, len(units), out, "dav1d", "-q", "--demuxer", "section5", "-i", files[0], "--muxer", "yuv", "-o", out)
			run(t, tc.color.BitDepth, &s, len(units), out, "dav1d", "-q", "--demuxer", "annexb", "-i", files[1], "--muxer", "yuv", "-o", out)
			run(t, tc.color.BitDepth, &s, len(units), out, "aomdec", "--rawvideo", "-o", out, files[0])
			run(t, tc.color.BitDepth, &s, len(units), out, "aomdec", "--rawvideo", "--annexb", "-o", out, files[1])
		})
	}
}

// checkParse reads the headers of the stream back.
func checkParse(t *testing.T, units [][]byte) {
	t.Helper()
	var s SequenceHeader
	var slots Slots
	for i, unit := range units {
		for len(unit) > 0 {
			o, rest, err := NextOBU(unit)
			if err != nil {
				t.Fatal(err)
			}
			unit = rest
			switch o.Type {
			case av1.OBUSequenceHeader:
				if s, err = ParseSequenceHeader(o.Payload); err != nil {
					t.Fatal(err)
				}
			case av1.OBUFrame, av1.OBUFrameHeader:
				h, _, err := ParseFrameHeader(o.Payload, &s, &slots)
				if err != nil {
					t.Fatalf("unit %d: %v", i, err)
				}
				slots.Update(&h)
			}
		}
	}
}

// run decodes with a command and checks that out holds grey frames.
func run(t *testing.T, depth int, s *SequenceHeader, frames int, out, name string, args ...string) {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		t.Log(name + " is not installed")
		return
	}
	if msg, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Errorf("%s %v: %v\n%s", name, args, err, msg)
		return
	}
	got, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	samples := s.MaxFrameWidth * s.MaxFrameHeight
	if !s.MonoChrome {
		samples += 2 * (s.MaxFrameWidth >> s.SubsamplingX) * (s.MaxFrameHeight >> s.SubsamplingY)
	}
	want := bytes.Repeat([]byte{128}, samples*frames)
	if depth > 8 {
		want = bytes.Repeat([]byte{0, 1 << (depth - 9)}, len(want))
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s: %d bytes, not %d bytes of grey", name, len(got), len(want))
	}
}
