package obu

import "fmt"

// SequenceHeader is what containers and decoders' set-up need of a sequence header
// OBU (section 5.5); fields have the specification's names.
type SequenceHeader struct {
	SeqProfile                             uint8
	StillPicture, ReducedStillPicture      bool
	SeqLevelIdx, SeqTier                   uint8 // of operating point 0
	MaxFrameWidth, MaxFrameHeight          int
	BitDepth                               int
	MonoChrome                             bool
	ColorPrimaries, TransferCharacteristic uint8
	MatrixCoefficients                     uint8
	ColorRange                             bool // full
	SubsamplingX, SubsamplingY             uint8
	ChromaSamplePosition                   uint8
	FilmGrainParamsPresent                 bool
	OrderHintBits                          int
	SeqForceScreenContentTools             uint8 // 2: chosen per frame
	SeqForceIntegerMV                      uint8 // 2: chosen per frame

	frameIDBits  int // 0: no frame numbers
	decoderModel bool
}

// bitReader reads fixed-length fields, f(n); past the end it reads zeros and remembers.
type bitReader struct {
	data     []byte
	pos      int
	overread bool
}

func (r *bitReader) f(n int) uint32 {
	v := uint32(0)
	for range n {
		v <<= 1
		if i := r.pos >> 3; i < len(r.data) {
			v |= uint32(r.data[i]>>(7-r.pos&7)) & 1
		} else {
			r.overread = true
		}
		r.pos++
	}
	return v
}

func (r *bitReader) flag() bool { return r.f(1) == 1 }

// uvlc skips a variable-length number (section 4.10.3).
func (r *bitReader) uvlc() {
	zeros := 0
	for !r.flag() && !r.overread {
		zeros++
	}
	if zeros < 32 {
		r.f(zeros)
	}
}

// ParseSequenceHeader reads the payload of a sequence header OBU.
func ParseSequenceHeader(payload []byte) (*SequenceHeader, error) {
	r := &bitReader{data: payload}
	s := &SequenceHeader{SeqProfile: uint8(r.f(3))}
	if s.SeqProfile > 2 {
		return nil, fmt.Errorf("%w: seq_profile %d", ErrMalformed, s.SeqProfile)
	}
	s.StillPicture, s.ReducedStillPicture = r.flag(), r.flag()
	if s.ReducedStillPicture {
		s.SeqLevelIdx = uint8(r.f(5))
	} else {
		s.operatingPoints(r)
	}
	wBits, hBits := int(r.f(4))+1, int(r.f(4))+1
	s.MaxFrameWidth, s.MaxFrameHeight = int(r.f(wBits))+1, int(r.f(hBits))+1
	if !s.ReducedStillPicture && r.flag() { // frame_id_numbers_present_flag
		s.frameIDBits = int(r.f(4)) + int(r.f(3)) + 3
	}
	r.f(3) // use_128x128_superblock, enable_filter_intra, enable_intra_edge_filter
	s.SeqForceScreenContentTools, s.SeqForceIntegerMV = 2, 2
	if !s.ReducedStillPicture {
		s.interTools(r)
	}
	r.f(3) // enable_superres, enable_cdef, enable_restoration
	s.colorConfig(r)
	s.FilmGrainParamsPresent = r.flag()
	if err := r.err(); err != nil {
		return nil, err
	}
	return s, nil
}

func (s *SequenceHeader) operatingPoints(r *bitReader) {
	delayBits := 0
	if r.flag() { // timing_info_present_flag
		r.f(32)
		r.f(32)
		if r.flag() { // equal_picture_interval
			r.uvlc()
		}
		if s.decoderModel = r.flag(); s.decoderModel {
			delayBits = int(r.f(5)) + 1
			r.f(32)
			r.f(5 + 5)
		}
	}
	displayDelay := r.flag()
	for i := range int(r.f(5)) + 1 {
		r.f(12) // operating_point_idc
		level, tier := uint8(r.f(5)), uint8(0)
		if level > 7 {
			tier = uint8(r.f(1))
		}
		if i == 0 {
			s.SeqLevelIdx, s.SeqTier = level, tier
		}
		if s.decoderModel && r.flag() {
			r.f(delayBits)
			r.f(delayBits)
			r.f(1)
		}
		if displayDelay && r.flag() {
			r.f(4)
		}
	}
}

// interTools reads the fields that only matter for more than one picture.
func (s *SequenceHeader) interTools(r *bitReader) {
	r.f(4) // enable_interintra_compound, enable_masked_compound, enable_warped_motion, enable_dual_filter
	orderHint := r.flag()
	if orderHint {
		r.f(2) // enable_jnt_comp, enable_ref_frame_mvs
	}
	if !r.flag() { // seq_choose_screen_content_tools
		s.SeqForceScreenContentTools = uint8(r.f(1))
	}
	if s.SeqForceScreenContentTools > 0 && !r.flag() { // seq_choose_integer_mv
		s.SeqForceIntegerMV = uint8(r.f(1))
	}
	if orderHint {
		s.OrderHintBits = int(r.f(3)) + 1
	}
}

// colorConfig reads color_config (section 5.5.2).
func (s *SequenceHeader) colorConfig(r *bitReader) {
	s.BitDepth = 8
	if r.flag() {
		s.BitDepth = 10
		if s.SeqProfile == 2 && r.flag() {
			s.BitDepth = 12
		}
	}
	s.MonoChrome = s.SeqProfile != 1 && r.flag()
	s.ColorPrimaries, s.TransferCharacteristic, s.MatrixCoefficients = 2, 2, 2
	if r.flag() {
		s.ColorPrimaries, s.TransferCharacteristic, s.MatrixCoefficients = uint8(r.f(8)), uint8(r.f(8)), uint8(r.f(8))
	}
	switch {
	case s.MonoChrome:
		s.ColorRange = r.flag()
		s.SubsamplingX, s.SubsamplingY = 1, 1
		return
	case s.ColorPrimaries == 1 && s.TransferCharacteristic == 13 && s.MatrixCoefficients == 0: // sRGB
		s.ColorRange = true
	default:
		s.ColorRange = r.flag()
		switch {
		case s.SeqProfile == 0:
			s.SubsamplingX, s.SubsamplingY = 1, 1
		case s.SeqProfile == 2 && s.BitDepth == 12:
			if s.SubsamplingX = uint8(r.f(1)); s.SubsamplingX == 1 {
				s.SubsamplingY = uint8(r.f(1))
			}
		case s.SeqProfile == 2:
			s.SubsamplingX = 1
		}
		if s.SubsamplingX == 1 && s.SubsamplingY == 1 {
			s.ChromaSamplePosition = uint8(r.f(2))
		}
	}
	r.f(1) // separate_uv_delta_q
}

// ConfigRecord returns the AV1CodecConfigurationRecord ("av1C") of the AV1 bindings to
// ISO BMFF and Matroska: four bytes, followed by the sequence header OBU as configOBUs.
// seqOBU is the whole OBU with header and size field.
func ConfigRecord(seqOBU []byte) ([]byte, error) {
	u, _, err := Next(seqOBU)
	if err != nil {
		return nil, err
	}
	if u.Type != SequenceHeaderType || !u.HasSize {
		return nil, fmt.Errorf("%w: not a sequence header OBU with a size field", ErrMalformed)
	}
	s, err := ParseSequenceHeader(u.Data)
	if err != nil {
		return nil, err
	}
	bit := func(b bool, shift int) byte {
		if b {
			return 1 << shift
		}
		return 0
	}
	rec := []byte{
		0x81, // marker, version 1
		s.SeqProfile<<5 | s.SeqLevelIdx,
		s.SeqTier<<7 | bit(s.BitDepth > 8, 6) | bit(s.BitDepth == 12, 5) | bit(s.MonoChrome, 4) |
			s.SubsamplingX<<3 | s.SubsamplingY<<2 | s.ChromaSamplePosition,
		0, // no initial_presentation_delay
	}
	return append(rec, seqOBU[:u.Bytes()]...), nil
}
