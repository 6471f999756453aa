// Package obu takes AV1 streams apart as far as containers and tests need it: open
// bitstream units, codec configuration, and the first bits of frame headers.
package obu

import (
	"fmt"

	"github.com/grav1e/grav1e/internal/bitstream"
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
	ErrTruncated = bitstream.ErrTruncated
	ErrMalformed = bitstream.ErrInvalid
)

// Unit is one open bitstream unit (section 5.3).
type Unit struct {
	Type    Type
	HasSize bool // obu_has_size_field
	bitstream.Extension
	Header, Data []byte // header with extension and size field; payload
}

// Bytes returns the number of bytes of the whole unit.
func (u *Unit) Bytes() int { return len(u.Header) + len(u.Data) }

// Next splits the first unit off data, a sequence of units with size fields (section
// 5.2, low-overhead format). A unit without size field takes all of data.
func Next(data []byte) (u Unit, rest []byte, err error) {
	o, rest, err := bitstream.NextOBU(data)
	if err != nil {
		return u, nil, err
	}
	return Unit{Type(o.Type), o.HasSize, o.Extension, o.Header, o.Payload}, rest, nil
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
	size, n, err := bitstream.ReadLeb128(data)
	if err != nil {
		return nil, nil, err
	}
	if int64(size) > int64(len(data)-n) {
		return nil, nil, ErrTruncated
	}
	end := n + int(size)
	return data[n:end], data[end:], nil
}
