package bitstream

import (
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/grav1e/grav1e/internal/av1"
)

func randomSequence(r *rand.Rand) SequenceHeader {
	flag := func() bool { return r.IntN(2) == 0 }
	s := SequenceHeader{
		StillPicture:  r.IntN(8) == 0,
		MaxFrameWidth: 1 + r.IntN(1<<(1+r.IntN(16))), MaxFrameHeight: 1 + r.IntN(1<<(1+r.IntN(16))),
		Use128x128Superblock: flag(), EnableFilterIntra: flag(), EnableIntraEdgeFilter: flag(),
		SeqForceScreenContentTools: av1.SelectScreenContent, SeqForceIntegerMv: av1.SelectIntegerMV,
		EnableCdef: flag(), EnableRestoration: flag(),
		OperatingPointsCnt: 1,
	}
	s.OperatingPoints[0].SeqLevelIdx = uint8(r.IntN(32))
	s.ReducedStillPictureHeader = s.StillPicture && flag()
	if !s.ReducedStillPictureHeader {
		if s.OperatingPoints[0].SeqLevelIdx > 7 {
			s.OperatingPoints[0].SeqTier = uint8(r.IntN(2))
		}
		s.OrderHintBits = r.IntN(9)
		s.EnableRefFrameMvs = s.EnableOrderHint() && flag()
		s.EnableDualFilter = flag()
		s.EnableWarpedMotion = flag()
		if flag() {
			s.SeqForceScreenContentTools = 0
		}
		if flag() {
			s.TimingInfoPresent = true
			s.TimingInfo = TimingInfo{NumUnitsInDisplayTick: 1 + r.Uint32()>>1, TimeScale: 1 + r.Uint32()>>1}
			if flag() {
				s.TimingInfo.EqualPictureInterval = true
				s.TimingInfo.NumTicksPerPicture = 1 + r.Uint32()>>r.IntN(32)>>1
			}
		}
	}
	s.ColorConfig = randomColor(r)
	s.SeqProfile = ProfileFor(s.BitDepth, s.MonoChrome, s.SubsamplingX, s.SubsamplingY)
	return s
}

func randomColor(r *rand.Rand) ColorConfig {
	c := ColorConfig{
		BitDepth: 8 + 2*r.IntN(3), MonoChrome: r.IntN(4) == 0,
		ColorPrimaries: uint8(1 + r.IntN(9)), TransferCharacteristics: uint8(1 + r.IntN(18)), MatrixCoefficients: uint8(1 + r.IntN(14)),
		ColorRange: r.IntN(2) == 0,
	}
	if r.IntN(2) == 0 {
		c.ColorPrimaries, c.TransferCharacteristics, c.MatrixCoefficients = 2, 2, 2
	}
	switch r.IntN(3) {
	case 0:
		c.SubsamplingX, c.SubsamplingY = 1, 1
	case 1:
		c.SubsamplingX = 1
	case 2:
		if r.IntN(4) == 0 && !c.MonoChrome {
			c.ColorPrimaries, c.TransferCharacteristics, c.MatrixCoefficients, c.ColorRange = av1.CPBT709, av1.TCSRGB, av1.MCIdentity, true
		}
	}
	if c.MonoChrome {
		c.SubsamplingX, c.SubsamplingY = 1, 1
	} else {
		c.SeparateUVDeltaQ = r.IntN(2) == 0
		if c.SubsamplingX == 1 && c.SubsamplingY == 1 {
			c.ChromaSamplePosition = uint8(r.IntN(3))
		}
	}
	return c
}

func TestSequenceHeaderRoundTrip(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for range 20000 {
		s := randomSequence(r)
		data, err := AppendSequenceHeaderOBU(nil, &s)
		if err != nil {
			t.Fatalf("%+v: %v", s, err)
		}
		o, rest, err := NextOBU(data)
		if err != nil || o.Type != av1.OBUSequenceHeader || len(rest) != 0 {
			t.Fatal(o, rest, err)
		}
		got, err := ParseSequenceHeader(o.Payload)
		if err != nil {
			t.Fatal(err)
		}
		s.FrameWidthBits, s.FrameHeightBits = s.sizeBits()
		if got != s {
			t.Fatalf("got  %+v\nwant %+v", got, s)
		}
	}
}

func TestSequenceHeaderDecoderModel(t *testing.T) {
	s := SequenceHeader{MaxFrameWidth: 64, MaxFrameHeight: 64, ColorConfig: ColorConfig{BitDepth: 8, SubsamplingX: 1, SubsamplingY: 1}}
	s.TimingInfoPresent, s.TimingInfo = true, TimingInfo{NumUnitsInDisplayTick: 1, TimeScale: 60}
	s.DecoderModelInfoPresent, s.DecoderModelInfo = true, DecoderModelInfo{20, 3, 7, 32}
	s.InitialDisplayDelayPresent = true
	s.OperatingPointsCnt = 2
	s.OperatingPoints[0] = OperatingPoint{IDC: 0x103, SeqLevelIdx: 8, SeqTier: 1, DecoderModelPresent: true, DecoderBufferDelay: 1 << 19, EncoderBufferDelay: 5, LowDelayMode: true, InitialDisplayDelay: 16}
	s.OperatingPoints[1] = OperatingPoint{IDC: 0x101, SeqLevelIdx: 7}
	s.FrameIDNumbersPresent, s.DeltaFrameIDLength, s.AdditionalFrameIDLength = true, 17, 8
	s.SeqForceScreenContentTools, s.SeqForceIntegerMv = 1, 1
	s.ColorPrimaries, s.TransferCharacteristics, s.MatrixCoefficients = 2, 2, 2
	s.FrameWidthBits, s.FrameHeightBits = 16, 7
	data, err := AppendSequenceHeaderOBU(nil, &s)
	if err != nil {
		t.Fatal(err)
	}
	o, _, _ := NextOBU(data)
	if got, err := ParseSequenceHeader(o.Payload); err != nil || got != s {
		t.Fatalf("%v\ngot  %+v\nwant %+v", err, got, s)
	}
}

func TestSequenceHeaderErrors(t *testing.T) {
	good := SequenceHeader{MaxFrameWidth: 64, MaxFrameHeight: 64, ColorConfig: ColorConfig{BitDepth: 8, SubsamplingX: 1, SubsamplingY: 1}}
	for name, change := range map[string]func(*SequenceHeader){
		"profile":           func(s *SequenceHeader) { s.SeqProfile = 1 },
		"bit depth":         func(s *SequenceHeader) { s.BitDepth = 12 },
		"odd bit depth":     func(s *SequenceHeader) { s.BitDepth = 9 },
		"width":             func(s *SequenceHeader) { s.MaxFrameWidth = 0 },
		"height":            func(s *SequenceHeader) { s.MaxFrameHeight = 65537 },
		"tier":              func(s *SequenceHeader) { s.OperatingPoints[0].SeqTier = 1 },
		"identity in 4:2:0": func(s *SequenceHeader) { s.MatrixCoefficients = 0 },
		"mvs without hints": func(s *SequenceHeader) { s.EnableRefFrameMvs = true },
		"reduced, moving":   func(s *SequenceHeader) { s.ReducedStillPictureHeader = true },
	} {
		s := good
		change(&s)
		if _, err := AppendSequenceHeaderOBU(nil, &s); !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// randomHeader makes a header of any type for a decoder in the state slots.
func randomHeader(r *rand.Rand, s *SequenceHeader, slots *Slots) FrameHeader {
	flag := func() bool { return r.IntN(2) == 0 }
	h := FrameHeader{
		FrameType: av1.FrameType(r.IntN(4)), ShowFrame: flag(), ShowableFrame: flag(), ErrorResilientMode: flag(),
		DisableCdfUpdate: flag(), OrderHint: uint8(r.IntN(1 << s.OrderHintBits)), PrimaryRefFrame: uint8(r.IntN(8)),
		RefreshFrameFlags: uint8(r.IntN(255)), RefOrderHint: slots.OrderHints(),
		AllowHighPrecisionMv: flag(), InterpolationFilter: uint8(r.IntN(5)), IsMotionModeSwitchable: flag(),
		UseRefFrameMvs: flag(), DisableFrameEndUpdateCdf: flag(),
		TileColsLog2: r.IntN(7), TileRowsLog2: r.IntN(7),
		BaseQIdx: uint8(r.IntN(256)), LoopFilterSharpness: uint8(r.IntN(8)), LoopFilterDeltaEnabled: flag(),
		CdefDamping: uint8(3 + r.IntN(4)), CdefBits: uint8(r.IntN(4)),
		TxMode: av1.TxModeLargest + av1.TxMode(r.IntN(2)), ReferenceSelect: flag(), SkipModePresent: flag(), ReducedTxSet: flag(),
	}
	if !slots[0].Valid {
		h.FrameType, h.ShowFrame = av1.KeyFrame, true
	}
	if h.FrameType >= av1.IntraOnlyFrame || flag() {
		h.FrameSizeOverrideFlag = true
		h.FrameWidth, h.FrameHeight = 1+r.IntN(s.MaxFrameWidth), 1+r.IntN(s.MaxFrameHeight)
	}
	if flag() {
		h.RenderWidth, h.RenderHeight = 1+r.IntN(65536), 1+r.IntN(65536)
	}
	for i := range h.RefFrameIdx {
		h.RefFrameIdx[i] = uint8(r.IntN(8))
	}
	if h.DeltaQPresent = flag(); h.DeltaQPresent {
		h.DeltaQRes = uint8(r.IntN(4))
	}
	if r.IntN(8) == 0 {
		h.BaseQIdx = 0
	} else if flag() {
		h.DeltaQYDc, h.DeltaQUDc, h.DeltaQUAc = int8(r.IntN(128)-64), int8(r.IntN(128)-64), int8(r.IntN(128)-64)
		if s.SeparateUVDeltaQ {
			h.DeltaQVDc, h.DeltaQVAc = int8(r.IntN(128)-64), int8(r.IntN(128)-64)
		}
	}
	randomFilters(r, s, &h)
	return h
}

func randomFilters(r *rand.Rand, s *SequenceHeader, h *FrameHeader) {
	for i := range h.LoopFilterLevel {
		h.LoopFilterLevel[i] = uint8(r.IntN(64) * r.IntN(2))
	}
	for i := range 1 << h.CdefBits {
		h.CdefYPriStrength[i], h.CdefYSecStrength[i] = uint8(r.IntN(16)), [4]uint8{0, 1, 2, 4}[r.IntN(4)]
		if !s.MonoChrome {
			h.CdefUVPriStrength[i], h.CdefUVSecStrength[i] = uint8(r.IntN(16)), [4]uint8{0, 1, 2, 4}[r.IntN(4)]
		}
	}
	if !s.EnableCdef {
		h.CdefBits, h.CdefYPriStrength, h.CdefYSecStrength, h.CdefUVPriStrength, h.CdefUVSecStrength = 0, [8]uint8{}, [8]uint8{}, [8]uint8{}, [8]uint8{}
	}
	used := false
	for i := range s.NumPlanes() {
		h.FrameRestorationType[i] = av1.RestorationType(r.IntN(4) * r.IntN(2))
		used = used || h.FrameRestorationType[i] != 0
	}
	if used && s.EnableRestoration {
		size := 64 << r.IntN(3)
		if s.Use128x128Superblock {
			size = max(size, 128)
		}
		h.LoopRestorationSize = [3]int{size, size, size}
		if s.SubsamplingX == 1 && s.SubsamplingY == 1 && r.IntN(2) == 0 && (h.FrameRestorationType[1] != 0 || h.FrameRestorationType[2] != 0) {
			h.LoopRestorationSize[1], h.LoopRestorationSize[2] = size/2, size/2
		}
	}
}

// canonical makes what is not in the stream of a lossless frame equal to what a parser has.
func canonical(h *FrameHeader) {
	if h.CodedLossless {
		h.LoopFilterSharpness, h.LoopFilterDeltaEnabled, h.LoopFilterDeltaUpdate = 0, false, false
		h.CdefYPriStrength, h.CdefYSecStrength = [8]uint8{}, [8]uint8{}
		h.CdefUVPriStrength, h.CdefUVSecStrength = [8]uint8{}, [8]uint8{}
		h.LoopRestorationSize = [3]int{}
	}
	if h.FrameIsIntra {
		h.RefFrameIdx, h.AllowHighPrecisionMv, h.InterpolationFilter = [7]uint8{}, false, 0
		h.IsMotionModeSwitchable, h.UseRefFrameMvs = false, false
	}
	if h.NumTiles() == 1 && h.TileColsLog2+h.TileRowsLog2 == 0 {
		h.TileSizeBytes = 0
	}
	if !h.LoopFilterDeltaEnabled {
		h.LoopFilterDeltaUpdate = false
	}
}

func TestFrameHeaderRoundTrip(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	frames := 0
	for range 3000 {
		s := randomSequence(r)
		var slots Slots
		for range 12 {
			h := randomHeader(r, &s, &slots)
			if h.PrimaryRefFrame != av1.PrimaryRefNone {
				slot := &slots[h.RefFrameIdx[h.PrimaryRefFrame]]
				h.LoopFilterRefDeltas, h.LoopFilterModeDeltas = slot.LoopFilterRefDeltas, slot.LoopFilterModeDeltas
			}
			if r.IntN(2) == 0 {
				h.LoopFilterDeltaEnabled, h.LoopFilterDeltaUpdate = true, true
				h.LoopFilterRefDeltas[r.IntN(8)] = int8(r.IntN(128) - 64)
				h.LoopFilterModeDeltas[r.IntN(2)] = int8(r.IntN(128) - 64)
			}
			if s.ReducedStillPictureHeader {
				h.FrameSizeOverrideFlag, h.FrameWidth, h.FrameHeight = false, 0, 0
			}
			if err := h.Derive(&s); err != nil {
				t.Fatalf("%+v\n%+v: %v", s, h, err)
			}
			data, err := AppendFrameHeaderOBU(nil, Extension{}, &s, &h)
			if err != nil {
				t.Fatal(err)
			}
			o, _, err := NextOBU(data)
			if err != nil {
				t.Fatal(err)
			}
			got, size, err := ParseFrameHeader(o.Payload, &s, &slots)
			if err != nil || size > len(o.Payload) {
				t.Fatalf("%+v\n%+v: %v", s, h, err)
			}
			canonical(&h)
			canonical(&got)
			if got != h {
				t.Fatalf("sequence %+v\ngot  %+v\nwant %+v", s, got, h)
			}
			slots.Update(&h)
			frames++
			if s.ReducedStillPictureHeader {
				break
			}
		}
	}
	t.Logf("%d frames", frames)
}

func TestRelativeDist(t *testing.T) {
	for _, tc := range []struct {
		a, b uint8
		bits int
		want int
	}{{3, 1, 7, 2}, {1, 3, 7, -2}, {0, 127, 7, 1}, {127, 0, 7, -1}, {64, 0, 7, -64}, {5, 200, 0, 0}, {255, 0, 8, -1}} {
		if got := RelativeDist(tc.a, tc.b, tc.bits); got != tc.want {
			t.Errorf("RelativeDist(%d, %d, %d) = %d, want %d", tc.a, tc.b, tc.bits, got, tc.want)
		}
	}
}

func TestSkipMode(t *testing.T) {
	s := SequenceHeader{MaxFrameWidth: 64, MaxFrameHeight: 64, OrderHintBits: 7, ColorConfig: ColorConfig{BitDepth: 8, SubsamplingX: 1, SubsamplingY: 1}}
	for _, tc := range []struct {
		name    string
		hints   [8]uint8
		allowed bool
		frames  [2]int8
	}{
		{"both sides", [8]uint8{4, 2, 8, 16, 4, 4, 4, 4}, true, [2]int8{1, 3}},
		{"past only", [8]uint8{4, 2, 3, 1, 0, 0, 0, 0}, true, [2]int8{1, 3}},
		{"one past", [8]uint8{4, 4, 4, 4, 4, 4, 4, 4}, false, [2]int8{}},
		{"future only", [8]uint8{9, 9, 9, 9, 9, 9, 9, 8}, false, [2]int8{}},
	} {
		h := FrameHeader{FrameType: av1.InterFrame, ShowFrame: true, OrderHint: 6, PrimaryRefFrame: 7, RefOrderHint: tc.hints,
			RefFrameIdx: [7]uint8{0, 1, 2, 3, 4, 5, 6}, ReferenceSelect: true, SkipModePresent: true, BaseQIdx: 50}
		if err := h.Derive(&s); err != nil {
			t.Fatal(err)
		}
		if h.SkipModeAllowed != tc.allowed || h.SkipModePresent != tc.allowed || h.SkipModeFrame != tc.frames {
			t.Errorf("%s: allowed %v, frames %v", tc.name, h.SkipModeAllowed, h.SkipModeFrame)
		}
	}
}

func TestTiles(t *testing.T) {
	for _, tc := range []struct{ w, h, colsLog2, rowsLog2, cols, rows int }{
		{64, 64, 3, 3, 1, 1}, {1920, 1080, 0, 0, 1, 1}, {1920, 1080, 2, 1, 4, 2},
		{4097, 64, 0, 0, 2, 1}, {8192, 4320, 0, 0, 2, 2}, {320, 200, 2, 0, 3, 1}, {65536, 65536, 0, 0, 16, 32},
	} {
		s := SequenceHeader{MaxFrameWidth: tc.w, MaxFrameHeight: tc.h, ColorConfig: ColorConfig{BitDepth: 8, SubsamplingX: 1, SubsamplingY: 1}}
		h := FrameHeader{ShowFrame: true, TileColsLog2: tc.colsLog2, TileRowsLog2: tc.rowsLog2}
		if err := h.Derive(&s); err != nil {
			t.Fatal(err)
		}
		if h.TileCols != tc.cols || h.TileRows != tc.rows || h.MiColStarts[h.TileCols] != h.MiCols || h.MiRowStarts[h.TileRows] != h.MiRows {
			t.Errorf("%dx%d: %d x %d tiles", tc.w, tc.h, h.TileCols, h.TileRows)
		}
	}
}

func TestLevelFor(t *testing.T) {
	for _, tc := range []struct {
		p    LevelParams
		idx  uint8
		tier uint8
	}{
		{LevelParams{Width: 426, Height: 240, FPSNum: 30, FPSDen: 1}, 0, 0},
		{LevelParams{Width: 640, Height: 360, FPSNum: 30, FPSDen: 1}, 1, 0},
		{LevelParams{Width: 854, Height: 480, FPSNum: 30, FPSDen: 1}, 4, 0},
		{LevelParams{Width: 1280, Height: 720, FPSNum: 30000, FPSDen: 1001}, 5, 0},
		{LevelParams{Width: 1280, Height: 720, FPSNum: 60, FPSDen: 1}, 8, 0},
		{LevelParams{Width: 1920, Height: 1080, FPSNum: 30, FPSDen: 1}, 8, 0},
		{LevelParams{Width: 1920, Height: 1080, FPSNum: 60, FPSDen: 1}, 9, 0},
		{LevelParams{Width: 1920, Height: 1080, FPSNum: 30, FPSDen: 1, Bitrate: 25e6}, 8, 1},
		{LevelParams{Width: 1920, Height: 1080, FPSNum: 30, FPSDen: 1, Bitrate: 25e6, SeqProfile: 2}, 8, 0},
		{LevelParams{Width: 3840, Height: 2160, FPSNum: 120, FPSDen: 1}, 14, 0},
		{LevelParams{Width: 7680, Height: 4320, FPSNum: 30, FPSDen: 1}, 16, 0},
		{LevelParams{Width: 7680, Height: 4320, FPSNum: 1000, FPSDen: 1}, LevelMax, 0},
		{LevelParams{Width: 15, Height: 240, FPSNum: 30, FPSDen: 1}, LevelMax, 0},
		{LevelParams{Width: 65536, Height: 64, StillPicture: true}, LevelMax, 0},
		{LevelParams{Width: 320, Height: 240, Tiles: 16, TileCols: 4, FPSNum: 30, FPSDen: 1}, 4, 0},
	} {
		if idx, tier := LevelFor(tc.p); idx != tc.idx || tier != tc.tier {
			t.Errorf("%+v: level %d tier %d, want %d %d", tc.p, idx, tier, tc.idx, tc.tier)
		}
	}
}

func FuzzParse(f *testing.F) {
	s := SequenceHeader{MaxFrameWidth: 200, MaxFrameHeight: 100, OrderHintBits: 7, EnableCdef: true, EnableRestoration: true,
		ColorConfig: ColorConfig{BitDepth: 10, SubsamplingX: 1, SubsamplingY: 1}}
	h := FrameHeader{ShowFrame: true, BaseQIdx: 90, TileColsLog2: 1}
	seed := AppendTemporalDelimiter(nil)
	seed, _ = AppendSequenceHeaderOBU(seed, &s)
	seed = AppendMetadataHDRCLL(seed, 1000, 400)
	seed, _ = AppendFrameOBU(seed, Extension{}, &s, &h, [][]byte{{1, 2, 3}, {4}})
	h.FrameType = av1.InterFrame
	seed, _ = AppendFrameHeaderOBU(seed, Extension{}, &s, &h)
	f.Add(seed)
	f.Fuzz(func(t *testing.T, data []byte) {
		if out, err := AppendAnnexB(nil, data); err == nil && len(out) == 0 {
			t.Error("no temporal unit size")
		}
		var seq SequenceHeader
		var slots Slots
		seen := false
		for len(data) > 0 {
			o, rest, err := NextOBU(data)
			if err != nil {
				return
			}
			data = rest
			switch o.Type {
			case av1.OBUSequenceHeader:
				seq, err = ParseSequenceHeader(o.Payload)
				seen = err == nil
			case av1.OBUFrame, av1.OBUFrameHeader:
				if !seen {
					continue
				}
				h, size, err := ParseFrameHeader(o.Payload, &seq, &slots)
				if size > len(o.Payload) {
					t.Fatalf("header of %d bytes in %d", size, len(o.Payload))
				}
				if err == nil {
					slots.Update(&h)
				}
			}
		}
	})
}

func TestNoAllocations(t *testing.T) {
	s := SequenceHeader{MaxFrameWidth: 200, MaxFrameHeight: 100, OrderHintBits: 7, EnableCdef: true,
		ColorConfig: ColorConfig{BitDepth: 8, SubsamplingX: 1, SubsamplingY: 1}}
	h := FrameHeader{FrameType: av1.InterFrame, ShowFrame: true, BaseQIdx: 90, PrimaryRefFrame: av1.PrimaryRefNone}
	tiles := [][]byte{{1, 2, 3}}
	buf := make([]byte, 0, 1024)
	if n := testing.AllocsPerRun(100, func() {
		if h.Derive(&s) != nil {
			t.Fatal("Derive")
		}
		out, err := AppendFrameOBU(AppendTemporalDelimiter(buf), Extension{}, &s, &h, tiles)
		if err != nil || len(out) == 0 {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations per frame", n)
	}
}
