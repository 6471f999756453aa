// Package obu takes AV1 streams apart as far as containers and tests need it: open
// bitstream units, codec configuration, and the first bits of frame headers.
package obu

import (
	"errors"
	"fmt"
)

// Type is obu_type (section 6.2.2).
type Type uint8

// OBU types.
const (
	SequenceHeaderType       Type = 1
	TemporalDelimiterType    Type = 2
	FrameHeaderType          Type = 3
	TileGroupType            Type = 4
	MetadataType             Type = 5
	FrameType                Type = 6
	RedundantFrameHeaderType Type = 7
	TileListType             Type = 8
	PaddingType              Type = 15
)

// Errors of this package; compare with errors.Is.
var (
	ErrTruncated = errors.New("obu: data ends early")
	ErrMalformed = errors.New("obu: malformed")
)

// Unit is one open bitstream unit (section 5.3).
type Unit struct {
	Type         Type
	HasSize      bool // obu_has_size_field
	TemporalID   uint8
	SpatialID    uint8
	Header, Data []byte // header with extension and size field; payload
}

// Bytes returns the number of bytes of the whole unit.
func (u *Unit) Bytes() int { return len(u.Header) + len(u.Data) }

// Next splits the first unit off data, a sequence of units with size fields (section
// 5.2, low-overhead format). A unit without size field takes all of data.
func Next(data []byte) (u Unit, rest []byte, err error) {
	if len(data) == 0 {
		return u, nil, ErrTruncated
	}
	h := data[0]
	if h&0x81 != 0 {
		return u, nil, fmt.Errorf("%w: reserved header bits %#02x", ErrMalformed, h)
	}
	u.Type, u.HasSize = Type(h>>3&15), h&2 != 0
	n := 1
	if h&4 != 0 {
		if len(data) < 2 {
			return u, nil, ErrTruncated
		}
		u.TemporalID, u.SpatialID = data[1]>>5, data[1]>>3&3
		n = 2
	}
	size := uint64(len(data) - n)
	if u.HasSize {
		var k int
		if size, k, err = LEB128(data[n:]); err != nil {
			return u, nil, err
		}
		n += k
	}
	if size > uint64(len(data)-n) {
		return u, nil, ErrTruncated
	}
	end := n + int(size)
	u.Header, u.Data = data[:n:n], data[n:end:end]
	return u, data[end:], nil
}

// Split returns all units of data, in the low-overhead format.
func Split(data []byte) ([]Unit, error) {
	var units []Unit
	for len(data) > 0 {
		u, rest, err := Next(data)
		if err != nil {
			return units, err
		}
		units, data = append(units, u), rest
	}
	return units, nil
}

// SplitAnnexB returns all units of one temporal unit in the length-delimited format
// (Annex B), and what follows the temporal unit.
func SplitAnnexB(data []byte) (units []Unit, rest []byte, err error) {
	temporal, rest, err := delimited(data)
	if err != nil {
		return nil, nil, err
	}
	for len(temporal) > 0 {
		var frame []byte
		if frame, temporal, err = delimited(temporal); err != nil {
			return units, nil, err
		}
		for len(frame) > 0 {
			var one []byte
			if one, frame, err = delimited(frame); err != nil {
				return units, nil, err
			}
			u, tail, err := Next(one)
			if err != nil {
				return units, nil, err
			}
			if len(tail) > 0 {
				return units, nil, fmt.Errorf("%w: obu_length and obu_size disagree", ErrMalformed)
			}
			units = append(units, u)
		}
	}
	return units, rest, nil
}

// delimited splits a leb128 length and as many bytes off data.
func delimited(data []byte) (part, rest []byte, err error) {
	size, n, err := LEB128(data)
	if err != nil {
		return nil, nil, err
	}
	if size > uint64(len(data)-n) {
		return nil, nil, ErrTruncated
	}
	end := n + int(size)
	return data[n:end], data[end:], nil
}

// LEB128 reads a little-endian base-128 number (section 4.10.5) and the count of its bytes.
func LEB128(data []byte) (v uint64, n int, err error) {
	for n < 8 {
		if n == len(data) {
			return 0, 0, ErrTruncated
		}
		b := data[n]
		v |= uint64(b&0x7f) << (7 * n)
		n++
		if b&0x80 == 0 {
			if v > 1<<32-1 {
				break
			}
			return v, n, nil
		}
	}
	return 0, 0, fmt.Errorf("%w: leb128 above 32 bits", ErrMalformed)
}
