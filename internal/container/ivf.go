package container

import (
	"encoding/binary"
	"fmt"
	"io"
)

const ivfHeaderSize = 32

type ivfWriter struct {
	w      io.Writer
	frames uint32
	buf    []byte
}

func newIVF(w io.Writer, s Stream) (*ivfWriter, error) {
	if s.Width > 0xffff || s.Height > 0xffff {
		return nil, fmt.Errorf("container: %dx%d is too large for IVF, which stops at 65535", s.Width, s.Height)
	}
	num, den := s.timeBase()
	h := make([]byte, 0, ivfHeaderSize)
	h = append(h, "DKIF"...)
	h = binary.LittleEndian.AppendUint16(h, 0) // version
	h = binary.LittleEndian.AppendUint16(h, ivfHeaderSize)
	h = append(h, "AV01"...)
	h = binary.LittleEndian.AppendUint16(h, uint16(s.Width))
	h = binary.LittleEndian.AppendUint16(h, uint16(s.Height))
	h = binary.LittleEndian.AppendUint32(h, uint32(den))
	h = binary.LittleEndian.AppendUint32(h, uint32(num))
	h = append(h, make([]byte, 8)...) // number of frames, unused
	_, err := w.Write(h)
	return &ivfWriter{w: w}, err
}

func (v *ivfWriter) WritePacket(p Packet) error {
	v.buf = binary.LittleEndian.AppendUint32(v.buf[:0], uint32(len(p.Data)))
	v.buf = binary.LittleEndian.AppendUint64(v.buf, uint64(p.PTS))
	v.frames++
	if _, err := v.w.Write(v.buf); err != nil {
		return err
	}
	_, err := v.w.Write(p.Data)
	return err
}

// Close writes the number of frames into the header.
func (v *ivfWriter) Close() error {
	s, ok := v.w.(io.WriteSeeker)
	if !ok {
		return nil
	}
	return patch(s, 24, binary.LittleEndian.AppendUint32(nil, v.frames))
}

// patch overwrites data at an offset and returns to the end. A pipe that only looks
// like a file stays as it is.
func patch(w io.WriteSeeker, offset int64, data []byte) error {
	if _, err := w.Seek(offset, io.SeekStart); err != nil {
		return nil
	}
	if _, err := w.Write(data); err != nil {
		return err
	}
	_, err := w.Seek(0, io.SeekEnd)
	return err
}
