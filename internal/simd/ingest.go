package simd

import "encoding/binary"

// IngestTable holds the kernels that pictures pass through before they are coded.
type IngestTable struct {
	// Widen writes the bytes of src as 16-bit samples: len(dst) of them.
	Widen func(dst []uint16, src []uint8)
	// Split writes the even bytes of src to u and the odd ones to v: len(u) of each.
	Split func(u, v, src []uint8)
	// Clip reads little-endian samples, shifts them right and limits them: len(dst) of them.
	Clip func(dst []uint16, src []uint8, shift uint, limit uint16)
	// SplitClip does the same and writes the even samples to u, the odd ones to v: len(u) of each.
	SplitClip func(u, v []uint16, src []uint8, shift uint, limit uint16)
	// Border8 repeats the first and the last of the width samples in the middle of each row over
	// the left samples before and the right samples behind them. row starts at the left border.
	Border8 func(row []uint8, stride, left, width, right, rows int)
	// Border16 is Border8 for 16-bit samples.
	Border16 func(row []uint16, stride, left, width, right, rows int)
	// Sum8 writes sums over 4 columns and the given rows: dst[i] is that of the columns 4i to 4i+3.
	Sum8 func(dst []uint32, src []uint8, stride, rows int)
	// Sum16 is Sum8 for 16-bit samples of at most 12 bits.
	Sum16 func(dst []uint32, src []uint16, stride, rows int)
	// Deviation8x8 is the sum of the absolute differences of an 8x8 block to its mean, rounded down.
	Deviation8x8 func(src []uint8, stride int) uint32
	// Search8x8 is the smallest sum of absolute differences of an 8x8 block to those at
	// cols x rows positions; ref starts at the first one. Both planes share the stride.
	Search8x8 func(src, ref []uint8, stride, cols, rows int) uint32
}

// Ingest is the table in use.
var Ingest = ingestScalar

var ingestScalar = IngestTable{
	Widen: widenRow, Split: splitRow, Clip: clipRow, SplitClip: splitClipRow, Border8: border[uint8], Border16: border[uint16],
	Sum8: columnSums[uint8], Sum16: columnSums[uint16], Deviation8x8: deviation8x8, Search8x8: search8x8,
}

func widenRow(dst []uint16, src []uint8) {
	src = src[:len(dst)]
	for i, v := range src {
		dst[i] = uint16(v)
	}
}

func splitRow(u, v, src []uint8) {
	v, src = v[:len(u)], src[:2*len(u)]
	for i := range u {
		u[i], v[i] = src[2*i], src[2*i+1]
	}
}

func clipRow(dst []uint16, src []uint8, shift uint, limit uint16) {
	src = src[:2*len(dst)]
	for i := range dst {
		dst[i] = min(binary.LittleEndian.Uint16(src[2*i:])>>shift, limit)
	}
}

func splitClipRow(u, v []uint16, src []uint8, shift uint, limit uint16) {
	v, src = v[:len(u)], src[:4*len(u)]
	for i := range u {
		u[i] = min(binary.LittleEndian.Uint16(src[4*i:])>>shift, limit)
		v[i] = min(binary.LittleEndian.Uint16(src[4*i+2:])>>shift, limit)
	}
}

func border[T uint8 | uint16](row []T, stride, left, width, right, rows int) {
	for y := range rows {
		line := row[y*stride:][:left+width+right]
		for x := range left {
			line[x] = line[left]
		}
		for x := left + width; x < len(line); x++ {
			line[x] = line[left+width-1]
		}
	}
}

func columnSums[T uint8 | uint16](dst []uint32, src []T, stride, rows int) {
	clear(dst)
	for y := range rows {
		line := src[y*stride:][:4*len(dst)]
		for i := range dst {
			dst[i] += uint32(line[4*i]) + uint32(line[4*i+1]) + uint32(line[4*i+2]) + uint32(line[4*i+3])
		}
	}
}

func deviation8x8(src []uint8, stride int) uint32 {
	var block [64]uint8
	sum := 0
	for j := range 8 {
		for i, v := range src[j*stride:][:8] {
			block[8*j+i] = v
			sum += int(v)
		}
	}
	var mean [64]uint8
	for i := range mean {
		mean[i] = uint8(sum / 64)
	}
	return sadRow(block[:], mean[:])
}

func search8x8(src, ref []uint8, stride, cols, rows int) uint32 {
	best := uint32(1<<32 - 1)
	for y := range rows {
		for x := range cols {
			sum := uint32(0)
			for j := range 8 {
				sum += sadRow(src[j*stride:][:8], ref[(y+j)*stride+x:][:8])
			}
			best = min(best, sum)
		}
	}
	return best
}
