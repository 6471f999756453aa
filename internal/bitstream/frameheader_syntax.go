package bitstream

import "github.com/grav1e/grav1e/internal/av1"

// ParseFrameHeader reads a frame header from the payload of a frame, frame header or
// redundant frame header OBU. slots is the state before the frame; it is not
// changed. size is the header's length in bytes, rounded up: where the tile group
// starts in a frame OBU. Streams with tools out of scope give ErrUnsupported.
func ParseFrameHeader(payload []byte, s *SequenceHeader, slots *Slots) (h FrameHeader, size int, err error) {
	x := bitIO{in: payload, reading: true}
	h.RefOrderHint = slots.OrderHints()
	h.syntax(&x, s, slots)
	return h, (x.pos + 7) / 8, x.err
}

// syntax is uncompressed_header (section 5.9.2). slots is used when reading.
func (h *FrameHeader) syntax(x *bitIO, s *SequenceHeader, slots *Slots) {
	if s.FrameIDNumbersPresent {
		x.fail(ErrUnsupported)
	}
	if h.typeSyntax(x, s, slots); h.ShowExistingFrame || x.err != nil {
		return
	}
	h.referenceSyntax(x, s)
	if h.FrameIsIntra {
		h.frameSize(x, s)
		h.renderSize(x)
		h.OrderHints, h.RefFrameSignBias = [8]uint8{}, [8]bool{}
	} else {
		h.interSyntax(x, s, slots)
	}
	if s.ReducedStillPictureHeader || h.DisableCdfUpdate {
		h.DisableFrameEndUpdateCdf = true
	} else {
		x.flag(&h.DisableFrameEndUpdateCdf)
	}
	h.tileInfo(x, s)
	h.quantizationParams(x, s)
	x.never() // segmentation_enabled
	h.deltaQParams(x)
	h.CodedLossless = h.lossless()
	h.loopFilterParams(x, s, slots)
	h.cdefParams(x, s)
	h.lrParams(x, s)
	h.readTxMode(x)
	if h.FrameIsIntra {
		h.ReferenceSelect = false
	} else {
		x.flag(&h.ReferenceSelect)
	}
	h.deriveSkipMode(s)
	if h.SkipModeAllowed {
		x.flag(&h.SkipModePresent)
	} else {
		h.SkipModePresent = false
	}
	if !h.FrameIsIntra && !h.ErrorResilientMode && s.EnableWarpedMotion {
		x.never() // allow_warped_motion
	}
	x.flag(&h.ReducedTxSet)
	if !h.FrameIsIntra {
		for range av1.RefsPerFrame {
			x.never() // is_global
		}
	}
	if s.FilmGrainParamsPresent && (h.ShowFrame || h.ShowableFrame) {
		x.never() // apply_grain
	}
}

// typeSyntax is the header up to error_resilient_mode.
func (h *FrameHeader) typeSyntax(x *bitIO, s *SequenceHeader, slots *Slots) {
	if s.ReducedStillPictureHeader {
		h.ShowExistingFrame, h.FrameType, h.ShowFrame, h.ShowableFrame = false, av1.KeyFrame, true, false
		h.FrameIsIntra = true
		h.ErrorResilientMode = true
		return
	}
	hasTime := s.DecoderModelInfoPresent && !s.TimingInfo.EqualPictureInterval
	x.flag(&h.ShowExistingFrame)
	if h.ShowExistingFrame {
		field(x, &h.FrameToShowMapIdx, 3)
		if hasTime {
			field(x, &h.FramePresentationTime, s.DecoderModelInfo.FramePresentationTimeLength)
		}
		h.RefreshFrameFlags = 0
		if x.reading {
			slot := &slots[h.FrameToShowMapIdx&7]
			x.require(slot.Valid)
			h.FrameType = slot.FrameType
		}
		if h.FrameType == av1.KeyFrame {
			h.RefreshFrameFlags = 0xFF
		}
		return
	}
	field(x, &h.FrameType, 2)
	h.FrameIsIntra = h.FrameType == av1.IntraOnlyFrame || h.FrameType == av1.KeyFrame
	x.flag(&h.ShowFrame)
	if h.ShowFrame {
		if hasTime {
			field(x, &h.FramePresentationTime, s.DecoderModelInfo.FramePresentationTimeLength)
		}
		h.ShowableFrame = h.FrameType != av1.KeyFrame
	} else {
		x.flag(&h.ShowableFrame)
	}
	if h.resets() {
		h.ErrorResilientMode = true
	} else {
		x.flag(&h.ErrorResilientMode)
	}
}

// resets tells whether the frame is a switch frame or a shown key frame, which replace all slots.
func (h *FrameHeader) resets() bool {
	return h.FrameType == av1.SwitchFrame || h.FrameType == av1.KeyFrame && h.ShowFrame
}

// referenceSyntax is the header from disable_cdf_update to ref_order_hint.
func (h *FrameHeader) referenceSyntax(x *bitIO, s *SequenceHeader) {
	x.flag(&h.DisableCdfUpdate)
	switch s.SeqForceScreenContentTools {
	case av1.SelectScreenContent:
		x.never() // allow_screen_content_tools
	case 1:
		x.fail(ErrUnsupported)
	}
	h.ForceIntegerMv = h.FrameIsIntra
	switch {
	case h.FrameType == av1.SwitchFrame:
		h.FrameSizeOverrideFlag = true
	case s.ReducedStillPictureHeader:
		h.FrameSizeOverrideFlag = false
	default:
		x.flag(&h.FrameSizeOverrideFlag)
	}
	field(x, &h.OrderHint, s.OrderHintBits)
	if h.FrameIsIntra || h.ErrorResilientMode {
		h.PrimaryRefFrame = av1.PrimaryRefNone
	} else {
		field(x, &h.PrimaryRefFrame, 3)
	}
	if s.DecoderModelInfoPresent {
		x.never() // buffer_removal_time_present_flag
	}
	if h.resets() {
		h.RefreshFrameFlags = 0xFF
	} else {
		field(x, &h.RefreshFrameFlags, 8)
	}
	x.require(h.FrameType != av1.IntraOnlyFrame || h.RefreshFrameFlags != 0xFF)
	if h.FrameType == av1.KeyFrame && h.ShowFrame {
		h.RefOrderHint = [8]uint8{}
	}
	if (!h.FrameIsIntra || h.RefreshFrameFlags != 0xFF) && h.ErrorResilientMode && s.EnableOrderHint() {
		for i := range h.RefOrderHint {
			field(x, &h.RefOrderHint[i], s.OrderHintBits)
		}
	}
}

// interSyntax is the part of the header that only inter frames have.
func (h *FrameHeader) interSyntax(x *bitIO, s *SequenceHeader, slots *Slots) {
	if s.EnableOrderHint() {
		x.never() // frame_refs_short_signaling
	}
	for i := range h.RefFrameIdx {
		field(x, &h.RefFrameIdx[i], 3)
	}
	if !h.FrameSizeOverrideFlag || h.ErrorResilientMode || !h.foundRef(x, s, slots) {
		h.frameSize(x, s)
		h.renderSize(x)
	}
	x.flag(&h.AllowHighPrecisionMv)
	isFilterSwitchable := h.InterpolationFilter == uint8(av1.Switchable)
	x.flag(&isFilterSwitchable)
	if isFilterSwitchable {
		h.InterpolationFilter = uint8(av1.Switchable)
	} else {
		field(x, &h.InterpolationFilter, 2)
	}
	x.flag(&h.IsMotionModeSwitchable)
	if h.ErrorResilientMode || !s.EnableRefFrameMvs {
		h.UseRefFrameMvs = false
	} else {
		x.flag(&h.UseRefFrameMvs)
	}
	h.deriveOrderHints(s)
}

// foundRef is the first part of frame_size_with_refs (section 5.9.7). Writing never refers
// to the size of a reference.
func (h *FrameHeader) foundRef(x *bitIO, s *SequenceHeader, slots *Slots) bool {
	for _, idx := range h.RefFrameIdx {
		found := false
		if x.flag(&found); found {
			slot := &slots[idx]
			h.FrameWidth, h.FrameHeight = slot.FrameWidth, slot.FrameHeight
			h.RenderWidth, h.RenderHeight = slot.RenderWidth, slot.RenderHeight
			x.require(slot.Valid)
			h.superresParams(x, s)
			return true
		}
	}
	return false
}

// frameSize is frame_size (section 5.9.5).
func (h *FrameHeader) frameSize(x *bitIO, s *SequenceHeader) {
	if h.FrameWidth == 0 {
		h.FrameWidth, h.FrameHeight = s.MaxFrameWidth, s.MaxFrameHeight
	}
	if h.FrameSizeOverrideFlag {
		w, ht := s.sizeBits()
		fieldMinus1(x, &h.FrameWidth, w)
		fieldMinus1(x, &h.FrameHeight, ht)
	} else {
		x.require(h.FrameWidth == s.MaxFrameWidth && h.FrameHeight == s.MaxFrameHeight)
	}
	x.require(h.FrameWidth <= s.MaxFrameWidth && h.FrameHeight <= s.MaxFrameHeight)
	h.superresParams(x, s)
}

// superresParams is superres_params and compute_image_size (sections 5.9.8, 5.9.9).
func (h *FrameHeader) superresParams(x *bitIO, s *SequenceHeader) {
	if s.EnableSuperres {
		x.never() // use_superres
	}
	h.MiCols, h.MiRows = 2*((h.FrameWidth+7)>>3), 2*((h.FrameHeight+7)>>3)
}

// renderSize is render_size (section 5.9.6).
func (h *FrameHeader) renderSize(x *bitIO) {
	if h.RenderWidth == 0 {
		h.RenderWidth, h.RenderHeight = h.FrameWidth, h.FrameHeight
	}
	different := h.RenderWidth != h.FrameWidth || h.RenderHeight != h.FrameHeight
	if x.flag(&different); different {
		fieldMinus1(x, &h.RenderWidth, 16)
		fieldMinus1(x, &h.RenderHeight, 16)
	}
}

// tileInfo is tile_info (section 5.9.15) with uniform_tile_spacing_flag.
func (h *FrameHeader) tileInfo(x *bitIO, s *SequenceHeader) {
	sbShift := 4
	if s.Use128x128Superblock {
		sbShift = 5
	}
	sbCols, sbRows := (h.MiCols+1<<sbShift-1)>>sbShift, (h.MiRows+1<<sbShift-1)>>sbShift
	sbSize := sbShift + 2
	minLog2Cols := tileLog2(av1.MaxTileWidth>>sbSize, sbCols)
	maxLog2Cols := tileLog2(1, min(sbCols, av1.MaxTileCols))
	maxLog2Rows := tileLog2(1, min(sbRows, av1.MaxTileRows))
	minLog2Tiles := max(minLog2Cols, tileLog2(av1.MaxTileArea>>(2*sbSize), sbRows*sbCols))

	uniform := true
	if x.flag(&uniform); !uniform {
		x.fail(ErrUnsupported)
		return
	}
	h.TileCols, h.TileColsLog2 = tileStarts(x, h.MiColStarts[:], h.TileColsLog2, minLog2Cols, maxLog2Cols, sbCols, sbShift)
	h.MiColStarts[h.TileCols] = h.MiCols
	minLog2Rows := max(minLog2Tiles-h.TileColsLog2, 0)
	h.TileRows, h.TileRowsLog2 = tileStarts(x, h.MiRowStarts[:], h.TileRowsLog2, minLog2Rows, maxLog2Rows, sbRows, sbShift)
	h.MiRowStarts[h.TileRows] = h.MiRows

	if h.TileColsLog2 > 0 || h.TileRowsLog2 > 0 {
		field(x, &h.ContextUpdateTileID, h.TileRowsLog2+h.TileColsLog2)
		x.require(int(h.ContextUpdateTileID) < h.NumTiles())
		h.TileSizeBytes = max(h.TileSizeBytes, 1)
		fieldMinus1(x, &h.TileSizeBytes, 2)
	} else {
		h.ContextUpdateTileID = 0
	}
}

// tileLog2 is tile_log2 (section 5.9.16).
func tileLog2(blkSize, target int) (k int) {
	for blkSize<<k < target {
		k++
	}
	return k
}

// tileStarts codes the logarithm log2, moved into minLog2..maxLog2, and fills in where the tiles start.
func tileStarts(x *bitIO, starts []int, log2, minLog2, maxLog2, sbs, sbShift int) (tiles, coded int) {
	coded = minLog2
	for coded < maxLog2 {
		increment := coded < log2
		if x.flag(&increment); !increment {
			break
		}
		coded++
	}
	size := (sbs + 1<<coded - 1) >> coded
	if x.err != nil || size == 0 {
		return 1, coded
	}
	for sb := 0; sb < sbs; sb += size {
		starts[tiles] = sb << sbShift
		tiles++
	}
	return tiles, coded
}

// quantizationParams is quantization_params (section 5.9.12).
func (h *FrameHeader) quantizationParams(x *bitIO, s *SequenceHeader) {
	field(x, &h.BaseQIdx, 8)
	deltaQ(x, &h.DeltaQYDc)
	if s.NumPlanes() > 1 {
		diff := false
		if s.SeparateUVDeltaQ {
			diff = h.DeltaQUDc != h.DeltaQVDc || h.DeltaQUAc != h.DeltaQVAc
			x.flag(&diff)
		}
		deltaQ(x, &h.DeltaQUDc)
		deltaQ(x, &h.DeltaQUAc)
		if diff {
			deltaQ(x, &h.DeltaQVDc)
			deltaQ(x, &h.DeltaQVAc)
		} else {
			h.DeltaQVDc, h.DeltaQVAc = h.DeltaQUDc, h.DeltaQUAc
		}
	} else {
		h.DeltaQUDc, h.DeltaQUAc, h.DeltaQVDc, h.DeltaQVAc = 0, 0, 0, 0
	}
	x.never() // using_qmatrix
}

// deltaQParams is delta_q_params and delta_lf_params (sections 5.9.17, 5.9.18).
func (h *FrameHeader) deltaQParams(x *bitIO) {
	if h.BaseQIdx == 0 {
		h.DeltaQPresent = false
	} else {
		x.flag(&h.DeltaQPresent)
	}
	if !h.DeltaQPresent {
		h.DeltaQRes = 0
		return
	}
	field(x, &h.DeltaQRes, 2)
	x.never() // delta_lf_present
}

// deltaQ is read_delta_q (section 5.9.13).
func deltaQ(x *bitIO, v *int8) {
	coded := *v != 0
	if x.flag(&coded); coded {
		x.signed(v, 1+6)
	} else {
		*v = 0
	}
}

// loopFilterParams is loop_filter_params (section 5.9.11).
func (h *FrameHeader) loopFilterParams(x *bitIO, s *SequenceHeader, slots *Slots) {
	if x.reading || h.PrimaryRefFrame == av1.PrimaryRefNone && !(h.LoopFilterDeltaEnabled && h.LoopFilterDeltaUpdate) {
		h.loadDeltas(slots)
	}
	if h.CodedLossless {
		h.LoopFilterLevel = [4]uint8{}
		h.LoopFilterRefDeltas, h.LoopFilterModeDeltas = DefaultLoopFilterRefDeltas, [2]int8{}
		return
	}
	field(x, &h.LoopFilterLevel[0], 6)
	field(x, &h.LoopFilterLevel[1], 6)
	if s.NumPlanes() > 1 && (h.LoopFilterLevel[0] > 0 || h.LoopFilterLevel[1] > 0) {
		field(x, &h.LoopFilterLevel[2], 6)
		field(x, &h.LoopFilterLevel[3], 6)
	} else {
		h.LoopFilterLevel[2], h.LoopFilterLevel[3] = 0, 0
	}
	field(x, &h.LoopFilterSharpness, 3)
	x.flag(&h.LoopFilterDeltaEnabled)
	if !h.LoopFilterDeltaEnabled {
		return
	}
	x.flag(&h.LoopFilterDeltaUpdate)
	if !h.LoopFilterDeltaUpdate {
		return
	}
	for i := range h.LoopFilterRefDeltas {
		updateDelta(x, &h.LoopFilterRefDeltas[i])
	}
	for i := range h.LoopFilterModeDeltas {
		updateDelta(x, &h.LoopFilterModeDeltas[i])
	}
}

// loadDeltas is what setup_past_independence or load_previous does to the deltas.
func (h *FrameHeader) loadDeltas(slots *Slots) {
	if h.PrimaryRefFrame == av1.PrimaryRefNone {
		h.LoopFilterRefDeltas, h.LoopFilterModeDeltas = DefaultLoopFilterRefDeltas, [2]int8{}
		return
	}
	slot := &slots[h.RefFrameIdx[h.PrimaryRefFrame]]
	h.LoopFilterRefDeltas, h.LoopFilterModeDeltas = slot.LoopFilterRefDeltas, slot.LoopFilterModeDeltas
}

// updateDelta codes a delta; writing always updates.
func updateDelta(x *bitIO, v *int8) {
	update := true
	if x.flag(&update); update {
		x.signed(v, 1+6)
	}
}

// cdefParams is cdef_params (section 5.9.19).
func (h *FrameHeader) cdefParams(x *bitIO, s *SequenceHeader) {
	if h.CodedLossless || !s.EnableCdef {
		h.CdefBits, h.CdefDamping = 0, 3
		h.CdefYPriStrength[0], h.CdefYSecStrength[0] = 0, 0
		h.CdefUVPriStrength[0], h.CdefUVSecStrength[0] = 0, 0
		return
	}
	damping := max(h.CdefDamping, 3) - 3
	field(x, &damping, 2)
	h.CdefDamping = damping + 3
	field(x, &h.CdefBits, 2)
	for i := range 1 << (h.CdefBits & 3) {
		field(x, &h.CdefYPriStrength[i], 4)
		secStrength(x, &h.CdefYSecStrength[i])
		if s.NumPlanes() > 1 {
			field(x, &h.CdefUVPriStrength[i], 4)
			secStrength(x, &h.CdefUVSecStrength[i])
		}
	}
}

// secStrength codes a secondary strength: 3 in the stream means 4.
func secStrength(x *bitIO, v *uint8) {
	x.require(*v != 3 && *v <= 4)
	c := min(*v, 3)
	field(x, &c, 2)
	*v = c + c/3
}

// lrParams is lr_params (section 5.9.20).
func (h *FrameHeader) lrParams(x *bitIO, s *SequenceHeader) {
	h.UsesLr = false
	if h.CodedLossless || !s.EnableRestoration {
		h.FrameRestorationType = [3]av1.RestorationType{}
		return
	}
	usesChromaLr := false
	for i := range h.FrameRestorationType[:s.NumPlanes()] {
		t := &h.FrameRestorationType[i]
		lrType := lrTypeOf[*t&3]
		field(x, &lrType, 2)
		*t = av1.RemapLrType[lrType]
		if *t != av1.RestoreNone {
			h.UsesLr = true
			usesChromaLr = usesChromaLr || i > 0
		}
	}
	if !h.UsesLr {
		return
	}
	size, shift := h.LoopRestorationSize[0], 0
	x.require(x.reading || size == 64 || size == 128 || size == 256)
	for 64<<shift < size && shift < 2 {
		shift++
	}
	h.lrUnitShift(x, s, &shift)
	uvShift := 0
	if s.SubsamplingX == 1 && s.SubsamplingY == 1 && usesChromaLr {
		if !x.reading && h.LoopRestorationSize[1] < size {
			uvShift = 1
		}
		field(x, &uvShift, 1)
	}
	luma := av1.RestorationTileMax >> (2 - shift)
	h.LoopRestorationSize = [3]int{luma, luma >> uvShift, luma >> uvShift}
}

// lrUnitShift codes lr_unit_shift and lr_unit_extra_shift as their sum, at least 1 with superblocks of 128.
func (h *FrameHeader) lrUnitShift(x *bitIO, s *SequenceHeader, shift *int) {
	if s.Use128x128Superblock {
		x.require(x.reading || *shift > 0)
		big := *shift > 1
		x.flag(&big)
		*shift = 1
		if big {
			*shift = 2
		}
		return
	}
	first, extra := *shift > 0, *shift > 1
	*shift = 0
	if x.flag(&first); first {
		*shift = 1
		if x.flag(&extra); extra {
			*shift = 2
		}
	}
}

// lrTypeOf is the inverse of av1.RemapLrType.
var lrTypeOf = [4]uint8{av1.RestoreNone: 0, av1.RestoreSwitchable: 1, av1.RestoreWiener: 2, av1.RestoreSgrproj: 3}

// readTxMode is read_tx_mode (section 5.9.21).
func (h *FrameHeader) readTxMode(x *bitIO) {
	if h.CodedLossless {
		h.TxMode = av1.Only4x4
		return
	}
	sel := h.TxMode == av1.TxModeSelect
	x.flag(&sel)
	h.TxMode = av1.TxModeLargest
	if sel {
		h.TxMode = av1.TxModeSelect
	}
}
