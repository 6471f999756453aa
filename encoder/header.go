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
	if cfg.scalable() {
		s.SetTemporalLayers(cfg.TemporalLayers)
	}
	// The levels are those of the pattern; a key frame that comes early shortens one interval.
	for i := range s.OperatingPointsCnt {
		op := &s.OperatingPoints[i]
		op.SeqLevelIdx, op.SeqTier = bitstream.LevelFor(bitstream.LevelParams{
			Width: cfg.Width, Height: cfg.Height, FPSNum: cfg.FrameRate.Num, FPSDen: cfg.FrameRate.Den << i,
			Tiles: tiles, TileCols: tileCols, SeqProfile: s.SeqProfile, StillPicture: still,
		})
	}
	return s
}

// setHeader fills the frame header but for the quantiser and what the filters decide
// later, and what r keeps of it.
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
		BaseQIdx: 1, TxMode: av1.TxModeSelect, CdefDamping: 3,
	}
	if c.rate.Lossless() {
		h.BaseQIdx = 0 // otherwise set later: see setQuantizer
	}
	if e.seq.OrderHintBits == 0 {
		h.OrderHint = 0
	}
	for i, s := range c.slots {
		if s != nil {
			h.RefOrderHint[i] = uint8(s.orderHint)
		}
	}
	if st.Type == av1.InterFrame || st.Type == av1.SwitchFrame {
		if c.speed.Filters != decide.FilterRegular || e.cfg.RandomModes != 0 {
			h.InterpolationFilter = uint8(av1.Switchable)
		}
		h.UseRefFrameMvs = !st.ErrorResilient && !e.tools.has("no-temporal-mvs")
		h.ReferenceSelect = c.speed.Compound && c.distinctReferences(st) > 1
		h.SkipModePresent = h.ReferenceSelect
	}
	if err := h.Derive(&e.seq); err != nil {
		return err
	}
	r.frameType, r.orderHint = h.FrameType, int(h.OrderHint)
	r.extension = bitstream.Extension{Present: e.cfg.scalable(), TemporalID: st.TemporalID}
	for i, hint := range h.OrderHints {
		r.orderHints[i] = int(hint)
	}
	return nil
}

// setQuantizer completes what setHeader has set with base_q_idx and what depends on it.
func (c *coder) setQuantizer(r *reference, qIdx int) error {
	h := &c.hdr
	h.BaseQIdx = uint8(qIdx)
	if qIdx == 0 {
		h.TxMode = av1.Only4x4
	}
	h.AllowHighPrecisionMv = !h.FrameIsIntra && c.speed.EighthPel && qIdx < 128
	r.shown.qIdx = qIdx
	return h.Derive(&c.e.seq)
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
