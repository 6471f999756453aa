package caps

import (
	"fmt"
	"strings"

	"github.com/grav1e/grav1e/encoder"
	"github.com/grav1e/grav1e/internal/bitstream"
	"github.com/grav1e/grav1e/internal/obu"
)

// Stream is what video/x-av1 caps say of a stream, in the words of caps.
type Stream struct {
	Profile      string // main, high or professional
	Level        string // "2.0".."7.3"; empty: no level bounds the stream
	Tier         string // main or high
	ChromaFormat string // "4:0:0", "4:2:0", "4:2:2" or "4:4:4"
	BitDepth     int
	Color        encoder.ColorDescription
	CodecData    []byte // av1C: AV1CodecConfigurationRecord without configOBUs, 4 bytes
}

var profiles = [...]string{"main", "high", "professional"} // seq_profile (section 6.4.1)

const levelUnbounded = 31 // seq_level_idx "maximum parameters" (annex A.3)

// ParseSequenceHeader reads a sequence header OBU, header and size included.
// codec_data carries no configOBUs: muxers that want them add the OBU themselves.
func ParseSequenceHeader(seqOBU []byte) (*Stream, error) {
	unit, _, err := obu.Next(seqOBU)
	if err != nil {
		return nil, err
	}
	record, err := obu.ConfigRecord(seqOBU)
	if err != nil {
		return nil, err
	}
	h, err := bitstream.ParseSequenceHeader(unit.Data)
	if err != nil {
		return nil, err
	}
	s := &Stream{
		Profile: profiles[h.SeqProfile], Level: levelName(h.OperatingPoints[0].SeqLevelIdx), Tier: "main",
		ChromaFormat: chromaFormat(&h.ColorConfig), BitDepth: h.BitDepth, CodecData: record[:4],
		Color: encoder.ColorDescription{Primaries: h.ColorPrimaries, Transfer: h.TransferCharacteristics, Matrix: h.MatrixCoefficients, FullRange: h.ColorRange},
	}
	if h.OperatingPoints[0].SeqTier == 1 {
		s.Tier = "high"
	}
	return s, nil
}

// levelName spells seq_level_idx (annex A.3): four minor levels to each major one, from 2.0.
func levelName(idx uint8) string {
	if idx == levelUnbounded {
		return ""
	}
	return fmt.Sprintf("%d.%d", 2+idx>>2, idx&3)
}

func chromaFormat(h *bitstream.ColorConfig) string {
	switch {
	case h.MonoChrome:
		return "4:0:0"
	case h.SubsamplingX == 0:
		return "4:4:4"
	case h.SubsamplingY == 0:
		return "4:2:2"
	}
	return "4:2:0"
}

// Caps spells the caps of the stream in gst_caps_from_string's syntax. Size, frame
// rate and the like are left to the base class, which copies them from the input.
func (s *Stream) Caps(streamFormat, alignment string, raw *Raw) string {
	var b strings.Builder
	fmt.Fprintf(&b, "video/x-av1, parsed=(boolean)true, stream-format=(string)%s, alignment=(string)%s", streamFormat, alignment)
	text := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, ", %s=(string)%q", name, value)
		}
	}
	text("profile", s.Profile)
	text("level", s.Level)
	text("tier", s.Tier)
	text("chroma-format", s.ChromaFormat)
	fmt.Fprintf(&b, ", bit-depth-luma=(uint)%d, bit-depth-chroma=(uint)%d", s.BitDepth, s.BitDepth)
	text("colorimetry", raw.Colorimetry)
	text("mastering-display-info", raw.MasteringDisplay)
	text("content-light-level", raw.ContentLight)
	fmt.Fprintf(&b, ", codec_data=(buffer)%x", s.CodecData)
	return b.String()
}
