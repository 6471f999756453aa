package obu

import "fmt"

// Frame types (section 6.8.2).
const (
	KeyFrame       = 0
	InterFrame     = 1
	IntraOnlyFrame = 2
	SwitchFrame    = 3
)

// FrameStart is the beginning of uncompressed_header (section 5.9.2), up to
// refresh_frame_flags; fields have the specification's names. Of a frame shown
// again only FrameToShowMapIdx is known.
type FrameStart struct {
	ShowExistingFrame bool
	FrameToShowMapIdx uint8
	FrameType         uint8
	ShowFrame         bool
	ShowableFrame     bool
	ErrorResilient    bool
	DisableCDFUpdate  bool
	OrderHint         int
	PrimaryRefFrame   uint8 // 7: none
	RefreshFrameFlags uint8
}

// ParseFrameStart reads the beginning of the payload of a frame or frame header OBU.
// Sequences with decoder model information are refused.
func ParseFrameStart(payload []byte, seq *SequenceHeader) (FrameStart, error) {
	f := FrameStart{FrameType: KeyFrame, ShowFrame: true, ErrorResilient: true, PrimaryRefFrame: 7, RefreshFrameFlags: 0xff}
	if seq.decoderModel {
		return f, fmt.Errorf("%w: decoder model information is not supported", ErrMalformed)
	}
	r := &bitReader{data: payload}
	if !seq.ReducedStillPicture {
		if r.flag() {
			f = FrameStart{ShowExistingFrame: true, ShowFrame: true, FrameToShowMapIdx: uint8(r.f(3))}
			return f, r.err()
		}
		f.FrameType, f.ShowFrame = uint8(r.f(2)), r.flag()
		f.ShowableFrame = f.FrameType != KeyFrame
		if !f.ShowFrame {
			f.ShowableFrame = r.flag()
		}
	}
	refreshAll := f.FrameType == SwitchFrame || f.FrameType == KeyFrame && f.ShowFrame
	if !refreshAll {
		f.ErrorResilient = r.flag()
	}
	f.DisableCDFUpdate = r.flag()
	screenContent := seq.SeqForceScreenContentTools
	if screenContent == 2 {
		screenContent = uint8(r.f(1))
	}
	if screenContent == 1 && seq.SeqForceIntegerMV == 2 {
		r.f(1)
	}
	r.f(seq.frameIDBits)
	if f.FrameType != SwitchFrame && !seq.ReducedStillPicture {
		r.f(1) // frame_size_override_flag
	}
	f.OrderHint = int(r.f(seq.OrderHintBits))
	if intra := f.FrameType == KeyFrame || f.FrameType == IntraOnlyFrame; !intra && !f.ErrorResilient {
		f.PrimaryRefFrame = uint8(r.f(3))
	}
	if !refreshAll {
		f.RefreshFrameFlags = uint8(r.f(8))
	}
	return f, r.err()
}

func (r *bitReader) err() error {
	if r.overread {
		return ErrTruncated
	}
	return nil
}
