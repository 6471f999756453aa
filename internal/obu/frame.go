package obu

import (
	"fmt"

	"github.com/grav1e/grav1e/internal/bitstream"
)

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
func ParseFrameStart(payload []byte, seq *bitstream.SequenceHeader) (FrameStart, error) {
	f := FrameStart{FrameType: KeyFrame, ShowFrame: true, ErrorResilient: true, PrimaryRefFrame: 7, RefreshFrameFlags: 0xff}
	if seq.DecoderModelInfoPresent {
		return f, fmt.Errorf("%w: decoder model information is not supported", ErrMalformed)
	}
	r := &bitReader{data: payload}
	if !seq.ReducedStillPictureHeader {
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
	if screenContent == 1 && seq.SeqForceIntegerMv == 2 {
		r.f(1)
	}
	if seq.FrameIDNumbersPresent {
		r.f(seq.AdditionalFrameIDLength + seq.DeltaFrameIDLength)
	}
	if f.FrameType != SwitchFrame && !seq.ReducedStillPictureHeader {
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

func (r *bitReader) err() error {
	if r.overread {
		return ErrTruncated
	}
	return nil
}
