package obu

import (
	"fmt"

	"github.com/grav1e/grav1e/internal/bitstream"
)

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
	s, err := bitstream.ParseSequenceHeader(u.Data)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	record := s.ConfigRecord()
	return append(record[:], seqOBU[:u.Bytes()]...), nil
}
