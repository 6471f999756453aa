package bitstream

import (
	"math/bits"

	"github.com/grav1e/grav1e/internal/av1"
)

// SequenceHeader is sequence_header_obu (section 5.5). Fields carry the
// specification's names; sizes and lengths are the values themselves where the
// syntax codes them less one.
type SequenceHeader struct {
	SeqProfile                uint8 // see ProfileFor
	StillPicture              bool
	ReducedStillPictureHeader bool // needs StillPicture

	TimingInfoPresent bool
	TimingInfo        TimingInfo

	DecoderModelInfoPresent    bool
	DecoderModelInfo           DecoderModelInfo
	InitialDisplayDelayPresent bool

	OperatingPointsCnt int // 1..32; 0 is written as 1
	OperatingPoints    [32]OperatingPoint

	MaxFrameWidth, MaxFrameHeight   int // 1..65536
	FrameWidthBits, FrameHeightBits int // 1..16, lengths of sizes; 0: as many bits as the maximum needs

	FrameIDNumbersPresent   bool
	DeltaFrameIDLength      int // 2..17
	AdditionalFrameIDLength int // 1..8

	Use128x128Superblock       bool
	EnableFilterIntra          bool
	EnableIntraEdgeFilter      bool
	EnableInterintraCompound   bool
	EnableMaskedCompound       bool
	EnableWarpedMotion         bool
	EnableDualFilter           bool
	EnableJntComp              bool
	EnableRefFrameMvs          bool
	OrderHintBits              int   // 0 (enable_order_hint = 0) .. 8
	SeqForceScreenContentTools uint8 // 0, 1 or av1.SelectScreenContent
	SeqForceIntegerMv          uint8 // 0, 1 or av1.SelectIntegerMV
	EnableSuperres             bool
	EnableCdef                 bool
	EnableRestoration          bool

	ColorConfig

	FilmGrainParamsPresent bool
}

// ColorConfig is color_config (section 5.5.2).
type ColorConfig struct {
	BitDepth                   int // 8, 10 or 12
	MonoChrome                 bool
	ColorPrimaries             uint8 // 2 is unspecified, here and in the next two
	TransferCharacteristics    uint8
	MatrixCoefficients         uint8
	ColorRange                 bool // full swing
	SubsamplingX, SubsamplingY int  // 0 or 1; both 1 if MonoChrome
	ChromaSamplePosition       uint8
	SeparateUVDeltaQ           bool
}

// TimingInfo is timing_info (section 5.5.3).
type TimingInfo struct {
	NumUnitsInDisplayTick uint32
	TimeScale             uint32
	EqualPictureInterval  bool
	NumTicksPerPicture    uint32 // 1.., with EqualPictureInterval
}

// DecoderModelInfo is decoder_model_info (section 5.5.4); lengths are in bits, 1..32.
type DecoderModelInfo struct {
	BufferDelayLength           int
	NumUnitsInDecodingTick      uint32
	BufferRemovalTimeLength     int
	FramePresentationTimeLength int
}

// OperatingPoint is what the sequence header says of one operating point (section 5.5.1).
type OperatingPoint struct {
	IDC         uint16 // operating_point_idc
	SeqLevelIdx uint8  // see LevelFor
	SeqTier     uint8

	DecoderModelPresent bool
	DecoderBufferDelay  uint32
	EncoderBufferDelay  uint32
	LowDelayMode        bool

	InitialDisplayDelay int // 1..16; 0: not present
}

// NumPlanes is 1 for 4:0:0 and 3 otherwise.
func (c *ColorConfig) NumPlanes() int {
	if c.MonoChrome {
		return 1
	}
	return 3
}

// EnableOrderHint is enable_order_hint.
func (s *SequenceHeader) EnableOrderHint() bool { return s.OrderHintBits > 0 }

// SetTemporalLayers makes an operating point of every number of temporal layers, all n of
// them first, in the order a decoder prefers. OperatingPoints[i] then has 2^i-th of the
// frame rate.
func (s *SequenceHeader) SetTemporalLayers(n int) {
	s.OperatingPointsCnt = n
	for i := range n {
		s.OperatingPoints[i].IDC = 1<<8 | (1<<(n-i) - 1)
	}
}

// ProfileFor returns the lowest seq_profile that has the format (section 6.4.1).
func ProfileFor(bitDepth int, monoChrome bool, subX, subY int) uint8 {
	switch {
	case bitDepth == 12 || !monoChrome && subX == 1 && subY == 0:
		return 2
	case !monoChrome && subX == 0:
		return 1
	}
	return 0
}

// AppendSequenceHeaderOBU appends the sequence header as an OBU. The error says
// that fields contradict each other or their range.
func AppendSequenceHeaderOBU(dst []byte, s *SequenceHeader) ([]byte, error) {
	var x bitIO
	c := *s
	c.syntax(&x)
	x.trailingBits()
	if x.err != nil {
		return dst, x.err
	}
	return appendOBU(dst, av1.OBUSequenceHeader, x.written()), nil
}

// ParseSequenceHeader reads the payload of a sequence header OBU.
func ParseSequenceHeader(payload []byte) (SequenceHeader, error) {
	var s SequenceHeader
	x := bitIO{in: payload, reading: true}
	s.syntax(&x)
	return s, x.err
}

// ConfigRecord returns the four bytes av1C starts with (AV1 in ISOBMFF, section
// 2.3); the sequence header OBU follows them as configOBUs.
func (s *SequenceHeader) ConfigRecord() [4]byte {
	op := s.OperatingPoints[0]
	b2 := op.SeqTier<<7 | uint8(s.SubsamplingX)<<3 | uint8(s.SubsamplingY)<<2 | s.ChromaSamplePosition
	if s.BitDepth > 8 {
		b2 |= 1 << 6
	}
	if s.BitDepth > 10 {
		b2 |= 1 << 5
	}
	if s.MonoChrome {
		b2 |= 1 << 4
	}
	return [4]byte{0x81, s.SeqProfile<<5 | op.SeqLevelIdx, b2, 0}
}

// syntax is sequence_header_obu without trailing bits (section 5.5.1).
func (s *SequenceHeader) syntax(x *bitIO) {
	field(x, &s.SeqProfile, 3)
	x.require(s.SeqProfile <= 2)
	x.flag(&s.StillPicture)
	x.flag(&s.ReducedStillPictureHeader)
	x.require(s.StillPicture || !s.ReducedStillPictureHeader)
	if s.ReducedStillPictureHeader {
		s.OperatingPointsCnt = 1
		field(x, &s.OperatingPoints[0].SeqLevelIdx, 5)
	} else {
		s.operatingPointsSyntax(x)
	}
	s.sizeSyntax(x)
	s.toolsSyntax(x)
	s.ColorConfig.syntax(x, s.SeqProfile)
	x.flag(&s.FilmGrainParamsPresent)
}

func (s *SequenceHeader) operatingPointsSyntax(x *bitIO) {
	x.flag(&s.TimingInfoPresent)
	if s.TimingInfoPresent {
		s.TimingInfo.syntax(x)
		x.flag(&s.DecoderModelInfoPresent)
		if s.DecoderModelInfoPresent {
			d := &s.DecoderModelInfo
			fieldMinus1(x, &d.BufferDelayLength, 5)
			field(x, &d.NumUnitsInDecodingTick, 32)
			fieldMinus1(x, &d.BufferRemovalTimeLength, 5)
			fieldMinus1(x, &d.FramePresentationTimeLength, 5)
		}
	} else {
		x.require(!s.DecoderModelInfoPresent)
	}
	x.flag(&s.InitialDisplayDelayPresent)
	s.OperatingPointsCnt = max(s.OperatingPointsCnt, 1)
	fieldMinus1(x, &s.OperatingPointsCnt, 5)
	if x.err != nil {
		return
	}
	for i := range s.OperatingPointsCnt {
		s.OperatingPoints[i].syntax(x, s)
	}
}

func (op *OperatingPoint) syntax(x *bitIO, s *SequenceHeader) {
	field(x, &op.IDC, 12)
	field(x, &op.SeqLevelIdx, 5)
	if op.SeqLevelIdx > 7 {
		field(x, &op.SeqTier, 1)
	} else {
		x.require(op.SeqTier == 0)
	}
	if s.DecoderModelInfoPresent {
		x.flag(&op.DecoderModelPresent)
		if op.DecoderModelPresent {
			field(x, &op.DecoderBufferDelay, s.DecoderModelInfo.BufferDelayLength)
			field(x, &op.EncoderBufferDelay, s.DecoderModelInfo.BufferDelayLength)
			x.flag(&op.LowDelayMode)
		}
	}
	if s.InitialDisplayDelayPresent {
		present := op.InitialDisplayDelay > 0
		x.flag(&present)
		if present {
			fieldMinus1(x, &op.InitialDisplayDelay, 4)
		}
	}
}

func (t *TimingInfo) syntax(x *bitIO) {
	field(x, &t.NumUnitsInDisplayTick, 32)
	field(x, &t.TimeScale, 32)
	x.require(t.NumUnitsInDisplayTick > 0 && t.TimeScale > 0)
	x.flag(&t.EqualPictureInterval)
	if t.EqualPictureInterval {
		n := max(t.NumTicksPerPicture, 1) - 1
		x.uvlc(&n)
		x.require(n < 1<<32-1)
		t.NumTicksPerPicture = n + 1
	}
}

// sizeBits returns FrameWidthBits and FrameHeightBits, chosen by the maximum if they are 0.
func (s *SequenceHeader) sizeBits() (w, h int) {
	w, h = s.FrameWidthBits, s.FrameHeightBits
	if w == 0 {
		w = max(1, bits.Len(uint(s.MaxFrameWidth-1)))
	}
	if h == 0 {
		h = max(1, bits.Len(uint(s.MaxFrameHeight-1)))
	}
	return w, h
}

func (s *SequenceHeader) sizeSyntax(x *bitIO) {
	s.FrameWidthBits, s.FrameHeightBits = s.sizeBits()
	fieldMinus1(x, &s.FrameWidthBits, 4)
	fieldMinus1(x, &s.FrameHeightBits, 4)
	fieldMinus1(x, &s.MaxFrameWidth, s.FrameWidthBits)
	fieldMinus1(x, &s.MaxFrameHeight, s.FrameHeightBits)
	if !s.ReducedStillPictureHeader {
		x.flag(&s.FrameIDNumbersPresent)
	}
	if s.FrameIDNumbersPresent {
		n := s.DeltaFrameIDLength - 1
		fieldMinus1(x, &n, 4)
		s.DeltaFrameIDLength = n + 1
		fieldMinus1(x, &s.AdditionalFrameIDLength, 3)
	}
}

func (s *SequenceHeader) toolsSyntax(x *bitIO) {
	x.flag(&s.Use128x128Superblock)
	x.flag(&s.EnableFilterIntra)
	x.flag(&s.EnableIntraEdgeFilter)
	if s.ReducedStillPictureHeader {
		s.EnableInterintraCompound, s.EnableMaskedCompound, s.EnableWarpedMotion = false, false, false
		s.EnableDualFilter, s.EnableJntComp, s.EnableRefFrameMvs = false, false, false
		s.SeqForceScreenContentTools, s.SeqForceIntegerMv = av1.SelectScreenContent, av1.SelectIntegerMV
		s.OrderHintBits = 0
	} else {
		x.flag(&s.EnableInterintraCompound)
		x.flag(&s.EnableMaskedCompound)
		x.flag(&s.EnableWarpedMotion)
		x.flag(&s.EnableDualFilter)
		enableOrderHint := s.OrderHintBits > 0
		x.flag(&enableOrderHint)
		if enableOrderHint {
			x.flag(&s.EnableJntComp)
			x.flag(&s.EnableRefFrameMvs)
		} else {
			x.require(!s.EnableJntComp && !s.EnableRefFrameMvs)
		}
		s.screenContentSyntax(x)
		if enableOrderHint {
			fieldMinus1(x, &s.OrderHintBits, 3)
		}
	}
	x.flag(&s.EnableSuperres)
	x.flag(&s.EnableCdef)
	x.flag(&s.EnableRestoration)
}

func (s *SequenceHeader) screenContentSyntax(x *bitIO) {
	choose := s.SeqForceScreenContentTools == av1.SelectScreenContent
	x.flag(&choose)
	if choose {
		s.SeqForceScreenContentTools = av1.SelectScreenContent
	} else {
		field(x, &s.SeqForceScreenContentTools, 1)
	}
	if s.SeqForceScreenContentTools == 0 {
		s.SeqForceIntegerMv = av1.SelectIntegerMV
		return
	}
	choose = s.SeqForceIntegerMv == av1.SelectIntegerMV
	x.flag(&choose)
	if choose {
		s.SeqForceIntegerMv = av1.SelectIntegerMV
	} else {
		field(x, &s.SeqForceIntegerMv, 1)
	}
}

// syntax is color_config (section 5.5.2).
func (c *ColorConfig) syntax(x *bitIO, profile uint8) {
	c.bitDepthSyntax(x, profile)
	if profile == 1 {
		x.require(!c.MonoChrome)
	} else {
		x.flag(&c.MonoChrome)
	}
	const unspecified = av1.CPUnspecified
	description := c.ColorPrimaries != unspecified || c.TransferCharacteristics != unspecified || c.MatrixCoefficients != unspecified
	x.flag(&description)
	if description {
		field(x, &c.ColorPrimaries, 8)
		field(x, &c.TransferCharacteristics, 8)
		field(x, &c.MatrixCoefficients, 8)
	} else {
		c.ColorPrimaries, c.TransferCharacteristics, c.MatrixCoefficients = unspecified, unspecified, unspecified
	}
	if c.MonoChrome {
		x.flag(&c.ColorRange)
		c.SubsamplingX, c.SubsamplingY = 1, 1
		c.ChromaSamplePosition = av1.CSPUnknown
		c.SeparateUVDeltaQ = false
		return
	}
	if c.ColorPrimaries == av1.CPBT709 && c.TransferCharacteristics == av1.TCSRGB && c.MatrixCoefficients == av1.MCIdentity {
		c.ColorRange = true
		x.require(profile == 1 || profile == 2 && c.BitDepth == 12)
		x.require(c.SubsamplingX == 0 && c.SubsamplingY == 0)
	} else {
		x.flag(&c.ColorRange)
		c.subsamplingSyntax(x, profile)
		if c.SubsamplingX == 1 && c.SubsamplingY == 1 {
			field(x, &c.ChromaSamplePosition, 2)
		}
	}
	x.require(c.MatrixCoefficients != av1.MCIdentity || c.SubsamplingX == 0 && c.SubsamplingY == 0)
	x.flag(&c.SeparateUVDeltaQ)
}

func (c *ColorConfig) bitDepthSyntax(x *bitIO, profile uint8) {
	high, twelve := c.BitDepth > 8, c.BitDepth > 10
	x.flag(&high)
	if profile == 2 && high {
		x.flag(&twelve)
	} else {
		x.require(!twelve)
	}
	depth := 8
	if high {
		depth = 10
	}
	if twelve {
		depth = 12
	}
	x.require(x.reading || c.BitDepth == depth)
	c.BitDepth = depth
}

func (c *ColorConfig) subsamplingSyntax(x *bitIO, profile uint8) {
	subX, subY := 1, 1
	switch {
	case profile == 1:
		subX, subY = 0, 0
	case profile == 2 && c.BitDepth < 12:
		subY = 0
	case profile == 2:
		subX, subY = c.SubsamplingX, c.SubsamplingY
		field(x, &subX, 1)
		if subX == 1 {
			field(x, &subY, 1)
		} else {
			subY = 0
		}
	}
	x.require(x.reading || c.SubsamplingX == subX && c.SubsamplingY == subY)
	c.SubsamplingX, c.SubsamplingY = subX, subY
}
