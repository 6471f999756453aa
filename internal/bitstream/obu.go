package bitstream

import (
	"fmt"

	"github.com/grav1e/grav1e/internal/av1"
)

// OBU is one open bitstream unit (section 5.3).
type OBU struct {
	Type    av1.OBUType
	HasSize bool // obu_has_size_field
	Extension
	Header, Payload []byte // header with extension and size field; the rest
}

// Extension is obu_extension_header (section 5.3.3). Every OBU of a frame has it when the
// sequence has layers; temporal delimiters, sequence headers and static metadata never do
// (section 6.2.2). The zero value is none.
type Extension struct {
	Present               bool // obu_extension_flag
	TemporalID, SpatialID uint8
}

// appendOBUHeader is obu_header with obu_has_size_field and without extension (section 5.3.2).
func appendOBUHeader(dst []byte, typ av1.OBUType, size int) []byte {
	return appendLayerOBUHeader(dst, typ, Extension{}, size)
}

// appendLayerOBUHeader is obu_header with obu_has_size_field (section 5.3.2).
func appendLayerOBUHeader(dst []byte, typ av1.OBUType, ext Extension, size int) []byte {
	if ext.Present {
		dst = append(dst, byte(typ)<<3|1<<2|1<<1, ext.TemporalID<<5|ext.SpatialID<<3)
	} else {
		dst = append(dst, byte(typ)<<3|1<<1)
	}
	return AppendLeb128(dst, uint32(size))
}

func appendOBU(dst []byte, typ av1.OBUType, payload []byte) []byte {
	return append(appendOBUHeader(dst, typ, len(payload)), payload...)
}

// AppendTemporalDelimiter appends the OBU every temporal unit starts with (section 5.6).
func AppendTemporalDelimiter(dst []byte) []byte {
	return appendOBUHeader(dst, av1.OBUTemporalDelimiter, 0)
}

// NextOBU splits the first OBU off data, a sequence of units with size fields (section
// 5.2, low-overhead format), and returns it with the bytes after it. A unit without size
// field takes all of data. The error is ErrTruncated or ErrInvalid.
func NextOBU(data []byte) (o OBU, rest []byte, err error) {
	if len(data) == 0 {
		return o, nil, ErrTruncated
	}
	head := data[0]
	if head&0x81 != 0 {
		return o, nil, fmt.Errorf("%w: reserved header bits %#02x", ErrInvalid, head)
	}
	o.Type, o.HasSize = av1.OBUType(head>>3&15), head&2 != 0
	n := 1
	if head&4 != 0 {
		if len(data) < 2 {
			return o, nil, ErrTruncated
		}
		o.Extension = Extension{true, data[1] >> 5, data[1] >> 3 & 3}
		n = 2
	}
	size := len(data) - n
	if o.HasSize {
		v, sizeBytes, err := ReadLeb128(data[n:])
		if err != nil {
			return o, nil, err
		}
		n += sizeBytes
		if int64(v) > int64(len(data)-n) {
			return o, nil, ErrTruncated
		}
		size = int(v)
	}
	end := n + size
	o.Header, o.Payload = data[:n:n], data[n:end:end]
	return o, data[end:], nil
}

// AppendAnnexB appends a temporal unit of the low-overhead format in the
// length-delimited format of annex B: temporal_unit_size, then frame units, whose
// OBUs have obu_length in front and no size field.
func AppendAnnexB(dst, unit []byte) ([]byte, error) {
	total := 0
	for rest := unit; len(rest) > 0; {
		size, n, err := frameUnitSize(rest)
		if err != nil {
			return dst, err
		}
		total += leb128Size(size) + size
		rest = rest[n:]
	}
	dst = AppendLeb128(dst, uint32(total))
	for len(unit) > 0 {
		size, n, _ := frameUnitSize(unit)
		dst = AppendLeb128(dst, uint32(size))
		for frame := unit[:n]; len(frame) > 0; {
			head := frame[:1+frame[0]>>2&1]
			o, rest, _ := NextOBU(frame)
			dst = AppendLeb128(dst, uint32(len(head)+len(o.Payload)))
			at := len(dst)
			dst = append(append(dst, head...), o.Payload...)
			dst[at] &^= 1 << 1
			frame = rest
		}
		unit = unit[n:]
	}
	return dst, nil
}

// frameUnitSize finds the first frame unit of data: it ends where, after a frame
// header, something other than the frame's tile groups begins. size is its size in
// annex B, n the number of bytes it takes of data.
func frameUnitSize(data []byte) (size, n int, err error) {
	inFrame := false
	for rest := data; len(rest) > 0; {
		o, next, err := NextOBU(rest)
		if err != nil {
			return 0, 0, err
		}
		if inFrame && o.Type != av1.OBUTileGroup && o.Type != av1.OBURedundantFrameHeader {
			break
		}
		inFrame = inFrame || o.Type == av1.OBUFrame || o.Type == av1.OBUFrameHeader
		length := int(1+rest[0]>>2&1) + len(o.Payload)
		size += leb128Size(length) + length
		n = len(data) - len(next)
		rest = next
	}
	return size, n, nil
}
