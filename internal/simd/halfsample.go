package simd

// HalfBand is the side of the largest block HalfSample works on.
const HalfBand = 64

// HalfTmpLen is the scratch memory HalfSample needs: a block filtered across, with the rows
// around it that filtering down looks at.
const HalfTmpLen = HalfBand * (HalfBand + 5)

// HalfSampleTable holds the kernel that interpolates reference pictures for motion search.
type HalfSampleTable struct {
	// Planes writes a w x h block of 8-bit samples (in 16 bits) to dst four times: as it is, half a sample
	// to the right, half a sample down, and both, by the EIGHTTAP filter as section 7.11.3.4
	// rounds it. w is a multiple of 16, w and h are at most HalfBand; src starts MCMargin samples
	// left of and above the block.
	Planes func(dst *[4][]uint8, dstStride int, src []uint16, srcStride, w, h int, tmp *[HalfTmpLen]int16)
}

// HalfSample is the table in use.
var HalfSample = HalfSampleTable{Planes: halfPlanes}

// sixTap is half the sum of EIGHTTAP's taps in the middle of two samples, 2 -14 76 76 -14 2.
func sixTap(a, b, c, d, e, f int32) int32 { return a + f - 7*(b+e) + 38*(c+d) }

// across[j] is the row j-2 after the first filter and its rounding by 3 bits, one of which
// halving the taps has taken.
func halfPlanes(dst *[4][]uint8, dstStride int, src []uint16, srcStride, w, h int, across *[HalfTmpLen]int16) {
	for j := range h + 5 {
		row := src[(j+MCMargin-2)*srcStride+MCMargin-2:][:w+5]
		for x := range w {
			s := sixTap(int32(row[x]), int32(row[x+1]), int32(row[x+2]), int32(row[x+3]), int32(row[x+4]), int32(row[x+5]))
			across[j*HalfBand+x] = int16((s + 2) >> 2)
		}
	}
	for y := range h {
		for x := range w {
			at := func(j int) int32 { return int32(src[(y+j+MCMargin-2)*srcStride+x+MCMargin]) }
			mid := func(j int) int32 { return int32(across[(y+j)*HalfBand+x]) }
			o := y*dstStride + x
			dst[0][o] = uint8(at(2))
			dst[1][o] = uint8(clip((mid(2)+8)>>4, 255))
			dst[2][o] = uint8(clip((sixTap(at(0), at(1), at(2), at(3), at(4), at(5))+32)>>6, 255))
			dst[3][o] = uint8(clip((sixTap(mid(0), mid(1), mid(2), mid(3), mid(4), mid(5))+512)>>10, 255))
		}
	}
}
