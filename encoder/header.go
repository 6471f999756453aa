package encoder

import (
	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/bitstream"
	"github.com/grav1e/grav1e/internal/decide"
	"github.com/grav1e/grav1e/internal/lookahead"
)

// orderHintBits is the most the syntax has; references are never farther than it can tell.
const orderHintBits = 8

// sequenceHeader derives the sequence header from the configuration.
func sequenceHeader(cfg *Config, tiles, tileCols int) bitstream.SequenceHeader {
	subX, subY, planes := cfg.subsampling()
	still := cfg.StillPicture
	s := bitstream.SequenceHeader{
		SeqProfile:                bitstream.ProfileFor(cfg.BitDepth, planes == 1, subX, subY),
		StillPicture:              still,
		ReducedStillPictureHeader: still,
		OperatingPointsCnt:        1,
		MaxFrameWidth:             cfg.Width, MaxFrameHeight: cfg.Height,
		EnableFilterIntra: true, EnableIntraEdgeFilter: true,
		EnableCdef: true, EnableRestoration: true,
		ColorConfig: bitstream.ColorConfig{
			BitDepth: cfg.BitDepth, MonoChrome: planes == 1,
			ColorPrimaries: cfg.Color.Primaries, TransferCharacteristics: cfg.Color.Transfer, MatrixCoefficients: cfg.Color.Matrix,
			ColorRange: cfg.Color.FullRange, SubsamplingX: subX, SubsamplingY: subY, ChromaSamplePosition: uint8(cfg.ChromaPosition),
		},
	}
	if still {
		// What the reduced header implies.
		s.SeqForceScreenContentTools, s.SeqForceIntegerMv = av1.SelectScreenContent, av1.SelectIntegerMV
	} else {
		s.OrderHintBits, s.EnableRefFrameMvs, s.EnableDualFilter = orderHintBits, true, true
	}
	s.OperatingPoints[0].SeqLevelIdx, s.OperatingPoints[0].SeqTier = bitstream.LevelFor(bitstream.LevelParams{
		Width: cfg.Width, Height: cfg.Height, FPSNum: cfg.FrameRate.Num, FPSDen: cfg.FrameRate.Den,
		Tiles: tiles, TileCols: tileCols, SeqProfile: s.SeqProfile, StillPicture: still,
	})
	return s
}

// setHeader fills the frame header but for what the filters decide later, and
// what r keeps of it.
func (c *coder) setHeader(st *lookahead.Step, r *reference) error {
	e := c.e
	h := &c.hdr
	*h = bitstream.FrameHeader{
		FrameType: st.Type, ShowFrame: st.Shown, ShowableFrame: !st.Shown,
		ErrorResilientMode: st.ErrorResilient, DisableCdfUpdate: e.tools.has("no-cdf-update"),
		DisableFrameEndUpdateCdf: e.tools.has("no-frame-end-update") || e.tools.has("no-cdf-update"),
		OrderHint:                uint8(st.Display), PrimaryRefFrame: st.PrimaryRef, RefreshFrameFlags: st.RefreshMask,
		RefFrameIdx:  st.RefSlot,
		TileColsLog2: c.tileColsLog2, TileRowsLog2: c.tileRowsLog2,
		BaseQIdx: uint8(e.qIdx(st)), TxMode: av1.TxModeSelect, CdefDamping: 3,
	}
	if e.seq.OrderHintBits == 0 {
		h.OrderHint = 0
	}
	if h.BaseQIdx == 0 {
		h.TxMode = av1.Only4x4
	}
	for i, s := range c.slots {
		if s != nil {
			h.RefOrderHint[i] = uint8(s.orderHint)
		}
	}
	if st.Type == av1.InterFrame || st.Type == av1.SwitchFrame {
		h.AllowHighPrecisionMv = e.speed.EighthPel && h.BaseQIdx < 128
		if e.speed.Filters != decide.FilterRegular || e.cfg.RandomModes != 0 {
			h.InterpolationFilter = uint8(av1.Switchable)
		}
		h.UseRefFrameMvs = !st.ErrorResilient && !e.tools.has("no-temporal-mvs")
		h.ReferenceSelect = e.speed.Compound && c.distinctReferences(st) > 1
		h.SkipModePresent = h.ReferenceSelect
	}
	if err := h.Derive(&e.seq); err != nil {
		return err
	}
	r.frameType, r.orderHint = h.FrameType, int(h.OrderHint)
	for i, hint := range h.OrderHints {
		r.orderHints[i] = int(hint)
	}
	return nil
}

// distinctReferences is the number of different frames the step names.
func (c *coder) distinctReferences(st *lookahead.Step) (n int) {
	for ref := av1.LastFrame; ref <= av1.AltrefFrame; ref++ {
		if !c.repeated(st, ref) {
			n++
		}
	}
	return n
}

// layerSteps is the quantiser step of a frame by temporal layer, relative to the
// configured one, in 1/64: what much is predicted from is coded better. Key frames
// take keyStep.
var (
	layerSteps    = [...]int32{40, 52, 62, 78, 92, 92}
	lowDelaySteps = [...]int32{42, 66, 84}
	keyStep       = int32(26)
)

// qIdx is base_q_idx of a step: the index whose AC step comes closest to the
// configured one's, scaled for the layer.
func (e *Encoder) qIdx(st *lookahead.Step) int {
	base := e.cfg.Quantizer
	if base == 0 {
		return max(0, e.cfg.MinQuantizer)
	}
	scale := layerSteps[min(st.Layer, len(layerSteps)-1)]
	if e.cfg.LowLatency {
		scale = lowDelaySteps[st.Layer]
	}
	if st.Type == av1.KeyFrame {
		scale = keyStep
		if e.cfg.StillPicture {
			scale = 64
		}
	}
	want := av1.AcQ(e.cfg.BitDepth, base) * scale / 64
	idx := 1
	for idx < 255 && av1.AcQ(e.cfg.BitDepth, idx) < want {
		idx++
	}
	return max(idx, e.cfg.MinQuantizer)
}
