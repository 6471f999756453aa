// Package bitstream writes and reads what an AV1 stream is made of: OBUs (section
// 5.3), sequence and frame headers (5.5, 5.9), metadata (5.8), the symbol coder
// (8.2) and the CDFs it adapts.
package bitstream

import (
	"errors"
	"math/bits"
)

// Errors of headers and OBUs; compare with errors.Is.
var (
	ErrTruncated   = errors.New("bitstream: data ends early")
	ErrInvalid     = errors.New("bitstream: value not allowed here")
	ErrUnsupported = errors.New("bitstream: coding tool outside this encoder's scope")
)

// maxHeaderBytes is more than any header takes, a sequence header with 32 operating points included.
const maxHeaderBytes = 512

// bitIO writes header fields or reads them: a syntax table is one function that
// works in both directions. The first error sticks.
type bitIO struct {
	pos     int // in bits
	reading bool
	err     error
	in      []byte
	out     [maxHeaderBytes]byte // an array, so that writing needs no heap
}

// written returns what was written, whole bytes.
func (x *bitIO) written() []byte { return x.out[:(x.pos+7)>>3] }

type integer interface {
	~int | ~int8 | ~int32 | ~uint8 | ~uint16 | ~uint32
}

func (x *bitIO) fail(err error) {
	if x.err == nil {
		x.err = err
	}
}

// require fails with ErrInvalid unless ok.
func (x *bitIO) require(ok bool) {
	if !ok {
		x.fail(ErrInvalid)
	}
}

// bits is f(n) (section 8.1), n ≤ 32: it writes the low n bits of v, or reads n bits, and returns them.
func (x *bitIO) bits(v uint32, n int) uint32 {
	if x.err != nil {
		return 0
	}
	if !x.reading {
		x.require(v>>n == 0)
		if x.pos+n > 8*len(x.out) {
			x.fail(ErrInvalid)
			return 0
		}
		for i := n - 1; i >= 0; i-- {
			x.out[x.pos>>3] |= byte(v>>i&1) << (7 - x.pos&7)
			x.pos++
		}
		return v
	}
	if x.pos+n > 8*len(x.in) {
		x.fail(ErrTruncated)
		return 0
	}
	v = 0
	for range n {
		v = v<<1 | uint32(x.in[x.pos>>3]>>(7-x.pos&7)&1)
		x.pos++
	}
	return v
}

// field is f(n) for a variable.
func field[T integer](x *bitIO, v *T, n int) { *v = T(x.bits(uint32(*v), n)) }

// fieldMinus1 is f(n) for a variable that is coded less one.
func fieldMinus1[T integer](x *bitIO, v *T, n int) { *v = T(x.bits(uint32(*v)-1, n)) + 1 }

// flag is f(1) for a flag.
func (x *bitIO) flag(v *bool) {
	var b uint32
	if *v {
		b = 1
	}
	*v = x.bits(b, 1) != 0
}

// never is f(1) for the flag of a tool that is out of scope: zero, or ErrUnsupported.
func (x *bitIO) never() {
	if x.bits(0, 1) != 0 {
		x.fail(ErrUnsupported)
	}
}

// signed is su(n) (section 4.10.6).
func (x *bitIO) signed(v *int8, n int) {
	x.require(x.reading || int(*v) >= -1<<(n-1) && int(*v) < 1<<(n-1))
	u := x.bits(uint32(*v)&(1<<n-1), n)
	*v = int8(u<<(8-n)) >> (8 - n)
}

// uvlc is uvlc() (section 4.10.3).
func (x *bitIO) uvlc(v *uint32) {
	if !x.reading {
		x.require(*v != 1<<32-1)
		n := bits.Len32(*v+1) - 1
		x.bits(0, n)
		x.bits(1, 1)
		x.bits(*v+1-1<<n, n)
		return
	}
	zeros := 0
	for x.err == nil && x.bits(0, 1) == 0 {
		zeros++
	}
	if zeros >= 32 {
		*v = 1<<32 - 1
		return
	}
	*v = x.bits(0, zeros) + 1<<zeros - 1
}

// byteAlignment is byte_alignment (section 5.3.5).
func (x *bitIO) byteAlignment() {
	for x.err == nil && x.pos&7 != 0 {
		x.bits(0, 1)
	}
}

// trailingBits is trailing_bits up to the next byte boundary (section 5.3.4).
func (x *bitIO) trailingBits() {
	x.bits(1, 1)
	x.byteAlignment()
}

// AppendLeb128 appends leb128() in the fewest bytes (section 4.10.5).
func AppendLeb128(dst []byte, v uint32) []byte {
	for v >= 0x80 {
		dst = append(dst, byte(v)|0x80)
		v >>= 7
	}
	return append(dst, byte(v))
}

// leb128Size is the number of bytes AppendLeb128 uses.
func leb128Size(v int) int { return max(1, (bits.Len32(uint32(v))+6)/7) }

// ReadLeb128 returns the value at the start of data and its length in bytes.
func ReadLeb128(data []byte) (v uint32, n int, err error) {
	var sum uint64
	for i, b := range data {
		if i == 8 {
			return 0, 0, ErrInvalid
		}
		sum |= uint64(b&0x7f) << (7 * i)
		if b&0x80 == 0 {
			if sum > 1<<32-1 {
				return 0, 0, ErrInvalid
			}
			return uint32(sum), i + 1, nil
		}
	}
	return 0, 0, ErrTruncated
}
