package bitstream

import "github.com/grav1e/grav1e/internal/av1"

// FrameHeader is uncompressed_header (section 5.9.2) for the tools in scope, with
// the variables the syntax derives. Fields carry the specification's names.
//
// What is absent is coded as switched off: screen content tools, frame ids,
// super-resolution, short reference signalling, non-uniform tiles, quantiser
// matrices, segmentation, delta_lf, warped motion, global motion, film grain.
//
// Fill in the first group, then call Derive: it computes the second group and sets
// coded fields to what the syntax implies when it doesn't code them.
type FrameHeader struct {
	ShowExistingFrame     bool
	FrameToShowMapIdx     uint8
	FrameType             av1.FrameType
	ShowFrame             bool
	ShowableFrame         bool
	ErrorResilientMode    bool
	DisableCdfUpdate      bool
	FramePresentationTime uint32 // with a decoder model and unequal picture intervals
	FrameSizeOverrideFlag bool
	OrderHint             uint8
	PrimaryRefFrame       uint8    // 0..6, or av1.PrimaryRefNone
	RefreshFrameFlags     uint8    // bit i: slot i is replaced
	RefOrderHint          [8]uint8 // order hints of the slots before this frame

	FrameWidth, FrameHeight   int // upscaled width is the same; 0: the sequence's maximum
	RenderWidth, RenderHeight int // 0: the frame's size

	RefFrameIdx              [7]uint8 // slot of LAST_FRAME + i
	AllowHighPrecisionMv     bool
	InterpolationFilter      uint8 // av1.EightTap..av1.Switchable
	IsMotionModeSwitchable   bool
	UseRefFrameMvs           bool
	DisableFrameEndUpdateCdf bool

	TileColsLog2, TileRowsLog2 int    // wanted; Derive moves them into the range allowed
	ContextUpdateTileID        uint16 // tile whose CDFs are kept
	TileSizeBytes              int    // 1..4, with more than one tile; 0: as many as needed

	BaseQIdx             uint8
	DeltaQYDc            int8 // -64..63, as all that follow
	DeltaQUDc, DeltaQUAc int8
	DeltaQVDc, DeltaQVAc int8 // must be those of U unless SeparateUVDeltaQ

	DeltaQPresent bool  // superblocks code their quantiser index; cleared by Derive with BaseQIdx 0
	DeltaQRes     uint8 // 0..3: indexes differ by multiples of 1 << DeltaQRes

	LoopFilterLevel        [4]uint8 // 0..63: vertical edges, horizontal edges of Y; U; V
	LoopFilterSharpness    uint8    // 0..7
	LoopFilterDeltaEnabled bool
	LoopFilterDeltaUpdate  bool    // the deltas below are coded; otherwise they must be those in force
	LoopFilterRefDeltas    [8]int8 // -64..63
	LoopFilterModeDeltas   [2]int8

	CdefDamping       uint8    // 3..6
	CdefBits          uint8    // 0..3: 1 << CdefBits strengths
	CdefYPriStrength  [8]uint8 // 0..15
	CdefYSecStrength  [8]uint8 // 0, 1, 2 or 4
	CdefUVPriStrength [8]uint8
	CdefUVSecStrength [8]uint8

	FrameRestorationType [3]av1.RestorationType
	LoopRestorationSize  [3]int // 64, 128 or 256; [1] and [2] equal, [0] or half of it

	TxMode          av1.TxMode // Only4x4 exactly with CodedLossless
	ReferenceSelect bool
	SkipModePresent bool // cleared by Derive unless SkipModeAllowed
	ReducedTxSet    bool

	// Derived
	FrameIsIntra     bool
	ForceIntegerMv   bool
	MiCols, MiRows   int
	TileCols         int
	TileRows         int
	MiColStarts      [av1.MaxTileCols + 1]int // TileCols+1 of them
	MiRowStarts      [av1.MaxTileRows + 1]int
	OrderHints       [8]uint8 // by reference frame, LAST_FRAME..ALTREF_FRAME
	RefFrameSignBias [8]bool  // by reference frame
	CodedLossless    bool
	UsesLr           bool
	SkipModeAllowed  bool
	SkipModeFrame    [2]int8
}

// Slot is what the headers of later frames need of a reference slot (section 7.20).
type Slot struct {
	Valid                     bool
	FrameType                 av1.FrameType
	ShowableFrame             bool
	OrderHint                 uint8
	FrameWidth, FrameHeight   int
	RenderWidth, RenderHeight int
	LoopFilterRefDeltas       [8]int8
	LoopFilterModeDeltas      [2]int8
}

// Slots are the reference slots of a decoder. The zero value is its state at the start.
type Slots [av1.NumRefFrames]Slot

// Update is the reference frame update process (section 7.20) for what Slots keeps,
// after the frame of header h. A key frame that is shown again fills all slots (7.21).
func (s *Slots) Update(h *FrameHeader) {
	if h.ShowExistingFrame {
		slot := s[h.FrameToShowMapIdx]
		if slot.FrameType == av1.KeyFrame {
			slot.ShowableFrame = false
			for i := range s {
				s[i] = slot
			}
		}
		return
	}
	for i := range s {
		if h.RefreshFrameFlags>>i&1 != 0 {
			s[i] = Slot{
				Valid: true, FrameType: h.FrameType, ShowableFrame: h.ShowableFrame, OrderHint: h.OrderHint,
				FrameWidth: h.FrameWidth, FrameHeight: h.FrameHeight,
				RenderWidth: h.RenderWidth, RenderHeight: h.RenderHeight,
				LoopFilterRefDeltas: h.LoopFilterRefDeltas, LoopFilterModeDeltas: h.LoopFilterModeDeltas,
			}
		}
	}
}

// OrderHints returns RefOrderHint of all slots.
func (s *Slots) OrderHints() (hints [8]uint8) {
	for i := range s {
		hints[i] = s[i].OrderHint
	}
	return hints
}

// DefaultLoopFilterRefDeltas are loop_filter_ref_deltas after setup_past_independence
// (section 6.8.2); loop_filter_mode_deltas are zero then. A frame with a primary
// reference starts from what was in force for that reference (load_previous).
var DefaultLoopFilterRefDeltas = [8]int8{1, 0, 0, 0, -1, 0, -1, -1}

// RelativeDist is get_relative_dist (section 5.9.3): how much later a is than b, for
// order hints of the given number of bits; 0 without order hints.
func RelativeDist(a, b uint8, orderHintBits int) int {
	if orderHintBits == 0 {
		return 0
	}
	diff := int(a) - int(b)
	m := 1 << (orderHintBits - 1)
	return diff&(m-1) - diff&m
}

// SignBias tells whether the reference frame, LAST_FRAME..ALTREF_FRAME, is shown after this frame.
func (h *FrameHeader) SignBias(refFrame int8) bool { return h.RefFrameSignBias[refFrame] }

// NumTiles is TileCols * TileRows.
func (h *FrameHeader) NumTiles() int { return h.TileCols * h.TileRows }

// Derive computes the derived fields and sets those that are implied, as writing the
// header does. The error is ErrInvalid if a field has no code.
func (h *FrameHeader) Derive(s *SequenceHeader) error {
	var x bitIO
	h.syntax(&x, s, nil)
	return x.err
}

// qidx of all segments is BaseQIdx: segmentation is off.
func (h *FrameHeader) lossless() bool {
	return h.BaseQIdx == 0 && h.DeltaQYDc == 0 && h.DeltaQUAc == 0 && h.DeltaQUDc == 0 && h.DeltaQVAc == 0 && h.DeltaQVDc == 0
}

// deriveOrderHints sets OrderHints and RefFrameSignBias (section 5.9.2).
func (h *FrameHeader) deriveOrderHints(s *SequenceHeader) {
	for i, slot := range h.RefFrameIdx {
		hint := h.RefOrderHint[slot&7]
		h.OrderHints[i+1] = hint
		h.RefFrameSignBias[i+1] = RelativeDist(hint, h.OrderHint, s.OrderHintBits) > 0
	}
}

// deriveSkipMode sets SkipModeAllowed and SkipModeFrame (section 5.9.22): the nearest
// reference on each side, or the two nearest before this frame.
func (h *FrameHeader) deriveSkipMode(s *SequenceHeader) {
	h.SkipModeAllowed, h.SkipModeFrame = false, [2]int8{}
	if h.FrameIsIntra || !h.ReferenceSelect || !s.EnableOrderHint() {
		return
	}
	dist := func(a, b uint8) int { return RelativeDist(a, b, s.OrderHintBits) }
	forward, backward := -1, -1
	var forwardHint, backwardHint uint8
	for i, hint := range h.OrderHints[1:] {
		switch d := dist(hint, h.OrderHint); {
		case d < 0 && (forward < 0 || dist(hint, forwardHint) > 0):
			forward, forwardHint = i, hint
		case d > 0 && (backward < 0 || dist(hint, backwardHint) < 0):
			backward, backwardHint = i, hint
		}
	}
	if forward < 0 {
		return
	}
	second := backward
	if second < 0 {
		var secondHint uint8
		for i, hint := range h.OrderHints[1:] {
			if dist(hint, forwardHint) < 0 && (second < 0 || dist(hint, secondHint) > 0) {
				second, secondHint = i, hint
			}
		}
	}
	if second < 0 {
		return
	}
	h.SkipModeAllowed = true
	h.SkipModeFrame = [2]int8{int8(1 + min(forward, second)), int8(1 + max(forward, second))}
}
