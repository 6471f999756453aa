package simd

import "unsafe"

// SubpelTable holds the kernels that measure a block of 8-bit samples against
// averages of others: a prediction at a quarter sample is close to the average of two
// planes interpolated at half samples, and compound prediction averages two of those.
// Widths are 8, 16, 32 or 64, heights even; all references share one stride.
type SubpelTable struct {
	// SAD2 is the sum of absolute differences to the rounded average of a and b.
	SAD2 func(src []uint8, srcStride int, a, b []uint8, refStride, w, h int) uint32
	// SAD2x8 is SAD2 for eight pairs of references at once; the height is a multiple of 4. The
	// pointers lead to the first samples of blocks that lie within their planes.
	SAD2x8 func(sads *[8]uint32, src []uint8, srcStride int, refs *[8][2]*uint8, refStride, w, h int)
	// SAD4 is that to the average of the averages of a0, a1 and of b0, b1.
	SAD4 func(src []uint8, srcStride int, a0, a1, b0, b1 []uint8, refStride, w, h int) uint32
}

// Subpel is the table in use.
var Subpel = SubpelTable{SAD2: sadAvg2, SAD2x8: sadAvg2x8, SAD4: sadAvg4}

func avg8(a, b uint8) int32 { return (int32(a) + int32(b) + 1) >> 1 }

func sadAvg2(src []uint8, srcStride int, a, b []uint8, refStride, w, h int) (sum uint32) {
	for y := range h {
		s, p, q := src[y*srcStride:][:w], a[y*refStride:][:w], b[y*refStride:][:w]
		for x, v := range s {
			d := int32(v) - avg8(p[x], q[x])
			sum += uint32(max(d, -d))
		}
	}
	return sum
}

func sadAvg2x8(sads *[8]uint32, src []uint8, srcStride int, refs *[8][2]*uint8, refStride, w, h int) {
	n := (h-1)*refStride + w
	for i, r := range refs {
		sads[i] = sadAvg2(src, srcStride, unsafe.Slice(r[0], n), unsafe.Slice(r[1], n), refStride, w, h)
	}
}

func sadAvg4(src []uint8, srcStride int, a0, a1, b0, b1 []uint8, refStride, w, h int) (sum uint32) {
	for y := range h {
		s, o := src[y*srcStride:][:w], y*refStride
		for x, v := range s {
			d := int32(v) - (avg8(a0[o+x], a1[o+x])+avg8(b0[o+x], b1[o+x])+1)>>1
			sum += uint32(max(d, -d))
		}
	}
	return sum
}
