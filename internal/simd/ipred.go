package simd

// EdgeBase is where index 0 of AboveRow and LeftCol lies in an edge array: the
// entries before it hold index -1 and, after upsampling, -2.
const EdgeBase = 16

// EdgeLen is the length of an edge array: the samples along two sides of 64, what kernels
// append to them for another 64, and room for vector loads.
const EdgeLen = EdgeBase + 128 + 64 + 16

// Edge is AboveRow or LeftCol (section 7.11.2): Edge[EdgeBase+i] is AboveRow[i]. Kernels
// may write behind the samples they are given.
type Edge [EdgeLen]uint16

// IPredTable holds the kernels of intra prediction (section 7.11.2). Each writes
// a block of w x h, sides of 4, 8, 16, 32 or 64, ratio at most 4.
type IPredTable struct {
	// Fill writes one value.
	Fill func(dst []uint16, stride, w, h int, v uint16)
	// V repeats the row above, H the left column.
	V func(dst []uint16, stride, w, h int, above *Edge)
	H func(dst []uint16, stride, w, h int, left *Edge)
	// Paeth is section 7.11.2.2.
	Paeth func(dst []uint16, stride, w, h int, above, left *Edge)
	// Smooth, SmoothV, SmoothH are section 7.11.2.6; wx and wy are the weights for w and h.
	Smooth  func(dst []uint16, stride, w, h int, above, left *Edge, wx, wy []uint8)
	SmoothV func(dst []uint16, stride, w, h int, above, left *Edge, wy []uint8)
	SmoothH func(dst []uint16, stride, w, h int, above, left *Edge, wx []uint8)
	// Recursive is section 7.11.2.3 with the taps of one filter_intra_mode.
	Recursive func(dst []uint16, stride, w, h int, above, left *Edge, taps *[8][7]int8, bitDepth int)
	// Z1, Z2 and Z3 are steps 7, 8 and 9 of section 7.11.2.4: angles below 90, between
	// 90 and 180, above 180 degrees. upAbove and upLeft are 1 for upsampled edges.
	Z1 func(dst []uint16, stride, w, h int, above *Edge, dx, upAbove int)
	Z2 func(dst []uint16, stride, w, h int, above, left *Edge, dx, dy, upAbove, upLeft int)
	Z3 func(dst []uint16, stride, w, h int, left *Edge, dy, upLeft int)
	// CflAC writes L[][] - lumaAvg (section 7.11.5) in rows of w. luma starts at the block;
	// visW x visH is the part of the block, in chroma samples, with reconstructed luma.
	CflAC func(ac []int16, luma []uint16, lumaStride, w, h, visW, visH, subX, subY int)
	// CflPred writes dc plus the scaled luma. Up to 16 samples behind ac[:w*h] may be read, never used.
	CflPred func(dst []uint16, stride int, ac []int16, w, h int, dc uint16, alpha, bitDepth int)
}

// IPred is the table in use.
var IPred = IPredTable{
	Fill: ipredFill, V: ipredV, H: ipredH, Paeth: ipredPaeth,
	Smooth: ipredSmooth, SmoothV: ipredSmoothV, SmoothH: ipredSmoothH,
	Recursive: ipredRecursive, Z1: ipredZ1, Z2: ipredZ2, Z3: ipredZ3,
	CflAC: cflAC, CflPred: cflPred,
}

func ipredFill(dst []uint16, stride, w, h int, v uint16) {
	for y := range h {
		d := dst[y*stride:][:w]
		for x := range d {
			d[x] = v
		}
	}
}

func ipredV(dst []uint16, stride, w, h int, above *Edge) {
	a := above[EdgeBase:][:w]
	for y := range h {
		copy(dst[y*stride:], a)
	}
}

func ipredH(dst []uint16, stride, w, h int, left *Edge) {
	l := left[EdgeBase:][:h]
	for y, v := range l {
		d := dst[y*stride:][:w]
		for x := range d {
			d[x] = v
		}
	}
}

func ipredPaeth(dst []uint16, stride, w, h int, above, left *Edge) {
	a, l := above[EdgeBase:][:w], left[EdgeBase:][:h]
	corner := int32(above[EdgeBase-1])
	for y := range l {
		d := dst[y*stride:][:len(a)]
		lv := int32(l[y])
		pTop := abs(lv - corner) // |base - above|
		for x := range d {
			av := int32(a[x])
			pLeft := abs(av - corner)
			pCorner := abs(av + lv - 2*corner)
			v := corner
			if pLeft <= pTop && pLeft <= pCorner {
				v = lv
			} else if pTop <= pCorner {
				v = av
			}
			d[x] = uint16(v)
		}
	}
}

func ipredSmooth(dst []uint16, stride, w, h int, above, left *Edge, wx, wy []uint8) {
	a, l := above[EdgeBase:][:w], left[EdgeBase:][:h]
	right, bottom := uint32(a[w-1]), uint32(l[h-1])
	wx, wy = wx[:w], wy[:h]
	for y := range l {
		d := dst[y*stride:][:len(a)]
		wv, lv := uint32(wy[y]), uint32(l[y])
		base := (256-wv)*bottom + 256*right + 256
		for x := range d {
			u := uint32(wx[x])
			d[x] = uint16((base + wv*uint32(a[x]) + u*lv - u*right) >> 9)
		}
	}
}

func ipredSmoothV(dst []uint16, stride, w, h int, above, left *Edge, wy []uint8) {
	a, l := above[EdgeBase:][:w], left[EdgeBase:][:h]
	bottom := uint32(l[h-1])
	for y := range h {
		d := dst[y*stride:][:len(a)]
		wv := uint32(wy[y])
		base := (256-wv)*bottom + 128
		for x := range d {
			d[x] = uint16((base + wv*uint32(a[x])) >> 8)
		}
	}
}

func ipredSmoothH(dst []uint16, stride, w, h int, above, left *Edge, wx []uint8) {
	l := left[EdgeBase:][:h]
	right := uint32(above[EdgeBase+w-1])
	wx = wx[:w]
	for y := range l {
		d := dst[y*stride:][:len(wx)]
		lv := uint32(l[y])
		for x := range d {
			u := uint32(wx[x])
			d[x] = uint16((u*lv + (256-u)*right + 128) >> 8)
		}
	}
}

func ipredRecursive(dst []uint16, stride, w, h int, above, left *Edge, taps *[8][7]int8, bitDepth int) {
	maxV := int32(1)<<bitDepth - 1
	var p [7]int32
	for y := 0; y < h; y += 2 {
		row0, row1 := dst[y*stride:][:w], dst[(y+1)*stride:][:w]
		up := above[EdgeBase:][:w]
		corner := above[EdgeBase-1]
		if y > 0 {
			up = dst[(y-1)*stride:][:w]
			corner = left[EdgeBase+y-1]
		}
		left0, left1 := left[EdgeBase+y], left[EdgeBase+y+1]
		for x := 0; x < w; x += 4 {
			u, d0, d1 := up[x:x+4], row0[x:x+4], row1[x:x+4]
			p = [7]int32{int32(corner), int32(u[0]), int32(u[1]), int32(u[2]), int32(u[3]), int32(left0), int32(left1)}
			for i := range 4 {
				d0[i] = recursiveSample(&taps[i], &p, maxV)
				d1[i] = recursiveSample(&taps[4+i], &p, maxV)
			}
			corner, left0, left1 = u[3], d0[3], d1[3]
		}
	}
}

// recursiveSample is Clip1(Round2Signed(sum, INTRA_FILTER_SCALE_BITS)); sums that round
// differently when negative are clipped to 0 anyway.
func recursiveSample(t *[7]int8, p *[7]int32, maxV int32) uint16 {
	sum := int32(8)
	for i := range t {
		sum += int32(t[i]) * p[i]
	}
	return uint16(clip(sum>>4, maxV))
}

func ipredZ1(dst []uint16, stride, w, h int, above *Edge, dx, upAbove int) {
	maxBase := (w + h - 1) << upAbove
	last := above[EdgeBase+maxBase]
	for y := range h {
		d := dst[y*stride:][:w]
		idx := (y + 1) * dx
		base := idx >> (6 - upAbove)
		shift := uint32(idx<<upAbove>>1) & 31
		n := min(w, max(0, (maxBase-base+upAbove)>>upAbove)) // samples before the end of the edge
		if upAbove == 0 {
			blend(d[:n], above[EdgeBase+min(base, maxBase):], shift)
		} else {
			blend2(d[:n], above[EdgeBase+min(base, maxBase):], shift)
		}
		for x := n; x < w; x++ {
			d[x] = last
		}
	}
}

func ipredZ2(dst []uint16, stride, w, h int, above, left *Edge, dx, dy, upAbove, upLeft int) {
	for y := range h {
		d := dst[y*stride:][:w]
		// The first nl samples of a row look left, the others up.
		nl := min(w, ((y+1)*dx-1)>>6)
		for x := range nl {
			idx := y<<6 - (x+1)*dy
			base := EdgeBase + idx>>(6-upLeft)
			shift := uint32(idx<<upLeft>>1) & 31
			d[x] = mix(left[base], left[base+1], shift)
		}
		if nl < w {
			idx := nl<<6 - (y+1)*dx
			base := EdgeBase + idx>>(6-upAbove)
			shift := uint32(idx<<upAbove>>1) & 31
			if upAbove == 0 {
				blend(d[nl:], above[base:], shift)
			} else {
				blend2(d[nl:], above[base:], shift)
			}
		}
	}
}

func ipredZ3(dst []uint16, stride, w, h int, left *Edge, dy, upLeft int) {
	for x := range w {
		idx := (x + 1) * dy
		base := EdgeBase + idx>>(6-upLeft)
		shift := uint32(idx<<upLeft>>1) & 31
		l := left[base:]
		o := x
		for y := range h {
			i := y << upLeft
			dst[o] = mix(l[i], l[i+1], shift)
			o += stride
		}
	}
}

// blend writes the interpolation between neighbours of e.
func blend(d, e []uint16, shift uint32) {
	e = e[:len(d)+1]
	for x := range d {
		d[x] = mix(e[x], e[x+1], shift)
	}
}

// blend2 is blend along an upsampled edge.
func blend2(d, e []uint16, shift uint32) {
	e = e[:2*len(d)]
	for x := range d {
		d[x] = mix(e[2*x], e[2*x+1], shift)
	}
}

func mix(a, b uint16, shift uint32) uint16 {
	return uint16((uint32(a)*(32-shift) + uint32(b)*shift + 16) >> 5)
}

func cflAC(ac []int16, luma []uint16, lumaStride, w, h, visW, visH, subX, subY int) {
	visW, visH = min(visW, w), min(visH, h)
	sum := int32(0)
	for y := range visH {
		row := ac[y*w:][:w]
		l := luma[y<<subY*lumaStride:]
		cflRow(row[:visW], l, lumaStride, subX, subY)
		for x := visW; x < w; x++ {
			row[x] = row[visW-1]
		}
		for _, v := range row {
			sum += int32(v)
		}
	}
	lastRow := ac[(visH-1)*w:][:w]
	for _, v := range lastRow {
		sum += int32(v) * int32(h-visH)
	}
	for y := visH; y < h; y++ {
		copy(ac[y*w:], lastRow)
	}
	n := int32(w * h)
	mean := int16((sum + n>>1) / n)
	ac = ac[:w*h]
	for i := range ac {
		ac[i] -= mean
	}
}

// cflRow writes one row of luma in 1/8 units at chroma resolution.
func cflRow(row []int16, luma []uint16, stride, subX, subY int) {
	switch {
	case subX == 0:
		luma = luma[:len(row)]
		for x := range row {
			row[x] = int16(luma[x] << 3)
		}
	case subY == 0:
		luma = luma[:2*len(row)]
		for x := range row {
			row[x] = int16((luma[2*x] + luma[2*x+1]) << 2)
		}
	default:
		below := luma[stride:][:2*len(row)]
		luma = luma[:2*len(row)]
		for x := range row {
			row[x] = int16((luma[2*x] + luma[2*x+1] + below[2*x] + below[2*x+1]) << 1)
		}
	}
}

func cflPred(dst []uint16, stride int, ac []int16, w, h int, dc uint16, alpha, bitDepth int) {
	maxV := int32(1)<<bitDepth - 1
	base, a := int32(dc), int32(alpha)
	for y := range h {
		d, l := dst[y*stride:][:w], ac[y*w:][:w]
		for x := range d {
			v := a * int32(l[x])
			scaled := (abs(v) + 32) >> 6
			if v < 0 {
				scaled = -scaled
			}
			d[x] = uint16(clip(base+scaled, maxV))
		}
	}
}

func abs(v int32) int32 {
	if v < 0 {
		return -v
	}
	return v
}
