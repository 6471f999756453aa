package transform

import "github.com/grav1e/grav1e/internal/av1"

// reference is a literal transcription of section 7.13, in 64-bit arithmetic.
type reference struct {
	T [64]int64
	// broken is set when a value leaves the range that bitstream conformance demands.
	broken bool
	// note, if set, is told every value that must fit or is clipped to r bits.
	note func(v int64, r int)
}

func clip3(lo, hi, x int64) int64 { return min(max(x, lo), hi) }

func (d *reference) check(v int64, r int) {
	if d.note != nil {
		d.note(v, r)
	}
	if v < -(1<<(r-1)) || v > 1<<(r-1)-1 {
		d.broken = true
	}
}

func specBrev(numBits, x int) int {
	t := 0
	for i := 0; i < numBits; i++ {
		bit := (x >> i) & 1
		t += bit << (numBits - 1 - i)
	}
	return t
}

func specCos128(angle int) int64 {
	angle2 := angle & 255
	switch {
	case angle2 <= 64:
		return int64(av1.Cos128Lookup[angle2])
	case angle2 <= 128:
		return int64(av1.Cos128Lookup[128-angle2]) * -1
	case angle2 <= 192:
		return int64(av1.Cos128Lookup[angle2-128]) * -1
	}
	return int64(av1.Cos128Lookup[256-angle2])
}

func specSin128(angle int) int64 { return specCos128(angle - 64) }

func (d *reference) B(a, b, angle, flip, r int) {
	T := &d.T
	x := T[a]*specCos128(angle) - T[b]*specSin128(angle)
	y := T[a]*specSin128(angle) + T[b]*specCos128(angle)
	T[a] = round2(x, 12)
	T[b] = round2(y, 12)
	d.check(T[a], r)
	d.check(T[b], r)
	if flip == 1 {
		T[a], T[b] = T[b], T[a]
	}
}

func (d *reference) H(a, b, flip, r int) {
	if flip == 1 {
		d.H(b, a, 0, r)
		return
	}
	x, y := d.T[a], d.T[b]
	if d.note != nil {
		d.note(x+y, r)
		d.note(x-y, r)
	}
	d.T[a] = clip3(-(1 << (r - 1)), 1<<(r-1)-1, x+y)
	d.T[b] = clip3(-(1 << (r - 1)), 1<<(r-1)-1, x-y)
}

func (d *reference) inverseDCT(n, r int) {
	copyT := d.T
	for i := 0; i < 1<<n; i++ {
		d.T[i] = copyT[specBrev(n, i)]
	}
	if n == 6 {
		for i := 0; i < 16; i++ {
			d.B(32+i, 63-i, 63-4*specBrev(4, i), 0, r)
		}
	}
	if n >= 5 {
		for i := 0; i < 8; i++ {
			d.B(16+i, 31-i, 6+(specBrev(3, 7-i)<<3), 0, r)
		}
	}
	if n == 6 {
		for i := 0; i < 16; i++ {
			d.H(32+i*2, 33+i*2, i&1, r)
		}
	}
	if n >= 4 {
		for i := 0; i < 4; i++ {
			d.B(8+i, 15-i, 12+(specBrev(2, 3-i)<<4), 0, r)
		}
	}
	if n >= 5 {
		for i := 0; i < 8; i++ {
			d.H(16+2*i, 17+2*i, i&1, r)
		}
	}
	if n == 6 {
		for i := 0; i < 4; i++ {
			for j := 0; j < 2; j++ {
				d.B(62-i*4-j, 33+i*4+j, 60-16*specBrev(2, i)+64*j, 1, r)
			}
		}
	}
	if n >= 3 {
		for i := 0; i < 2; i++ {
			d.B(4+i, 7-i, 56-32*i, 0, r)
		}
	}
	if n >= 4 {
		for i := 0; i < 4; i++ {
			d.H(8+2*i, 9+2*i, i&1, r)
		}
	}
	if n >= 5 {
		for i := 0; i < 2; i++ {
			for j := 0; j < 2; j++ {
				d.B(30-4*i-j, 17+4*i+j, 24+(j<<6)+((1-i)<<5), 1, r)
			}
		}
	}
	if n == 6 {
		for i := 0; i < 8; i++ {
			for j := 0; j < 2; j++ {
				d.H(32+i*4+j, 35+i*4-j, i&1, r)
			}
		}
	}
	for i := 0; i < 2; i++ {
		d.B(2*i, 2*i+1, 32+16*i, 1-i, r)
	}
	if n >= 3 {
		for i := 0; i < 2; i++ {
			d.H(4+2*i, 5+2*i, i, r)
		}
	}
	if n >= 4 {
		for i := 0; i < 2; i++ {
			d.B(14-i, 9+i, 48+64*i, 1, r)
		}
	}
	if n >= 5 {
		for i := 0; i < 4; i++ {
			for j := 0; j < 2; j++ {
				d.H(16+4*i+j, 19+4*i-j, i&1, r)
			}
		}
	}
	if n == 6 {
		for i := 0; i < 2; i++ {
			for j := 0; j < 4; j++ {
				d.B(61-i*8-j, 34+i*8+j, 56-i*32+(j>>1)*64, 1, r)
			}
		}
	}
	for i := 0; i < 2; i++ {
		d.H(i, 3-i, 0, r)
	}
	if n >= 3 {
		d.B(6, 5, 32, 1, r)
	}
	if n >= 4 {
		for i := 0; i < 2; i++ {
			for j := 0; j < 2; j++ {
				d.H(8+4*i+j, 11+4*i-j, i, r)
			}
		}
	}
	if n >= 5 {
		for i := 0; i < 4; i++ {
			d.B(29-i, 18+i, 48+(i>>1)*64, 1, r)
		}
	}
	if n == 6 {
		for i := 0; i < 4; i++ {
			for j := 0; j < 4; j++ {
				d.H(32+8*i+j, 39+8*i-j, i&1, r)
			}
		}
	}
	if n >= 3 {
		for i := 0; i < 4; i++ {
			d.H(i, 7-i, 0, r)
		}
	}
	if n >= 4 {
		for i := 0; i < 2; i++ {
			d.B(13-i, 10+i, 32, 1, r)
		}
	}
	if n >= 5 {
		for i := 0; i < 2; i++ {
			for j := 0; j < 4; j++ {
				d.H(16+i*8+j, 23+i*8-j, i, r)
			}
		}
	}
	if n == 6 {
		for i := 0; i < 8; i++ {
			angle := 112
			if i < 4 {
				angle = 48
			}
			d.B(59-i, 36+i, angle, 1, r)
		}
	}
	if n >= 4 {
		for i := 0; i < 8; i++ {
			d.H(i, 15-i, 0, r)
		}
	}
	if n >= 5 {
		for i := 0; i < 4; i++ {
			d.B(27-i, 20+i, 32, 1, r)
		}
	}
	if n == 6 {
		for i := 0; i < 8; i++ {
			d.H(32+i, 47-i, 0, r)
			d.H(48+i, 63-i, 1, r)
		}
	}
	if n >= 5 {
		for i := 0; i < 16; i++ {
			d.H(i, 31-i, 0, r)
		}
	}
	if n == 6 {
		for i := 0; i < 8; i++ {
			d.B(55-i, 40+i, 32, 1, r)
		}
	}
	if n == 6 {
		for i := 0; i < 32; i++ {
			d.H(i, 63-i, 0, r)
		}
	}
}

func (d *reference) adstIn(n int) {
	n0 := 1 << n
	copyT := d.T
	for i := 0; i < n0; i++ {
		idx := n0 - i - 1
		if i&1 == 1 {
			idx = i - 1
		}
		d.T[i] = copyT[idx]
	}
}

func (d *reference) adstOut(n int) {
	copyT := d.T
	for i := 0; i < 1<<n; i++ {
		a := (i >> 3) & 1
		b := ((i >> 2) & 1) ^ ((i >> 3) & 1)
		c := ((i >> 1) & 1) ^ ((i >> 2) & 1)
		e := (i & 1) ^ ((i >> 1) & 1)
		idx := ((e << 3) | (c << 2) | (b << 1) | a) >> (4 - n)
		d.T[i] = copyT[idx]
		if i&1 == 1 {
			d.T[i] = -copyT[idx]
		}
	}
}

func (d *reference) inverseADST4(r int) {
	T := &d.T
	var s [7]int64
	var x [4]int64
	s[0] = 1321 * T[0]
	s[1] = 2482 * T[0]
	s[2] = 3344 * T[1]
	s[3] = 3803 * T[2]
	s[4] = 1321 * T[2]
	s[5] = 2482 * T[3]
	s[6] = 3803 * T[3]
	a7 := T[0] - T[2]
	b7 := a7 + T[3]
	d.check(a7, r+1)
	d.check(b7, r)
	check := func() {
		for _, v := range s {
			d.check(v, r+12)
		}
	}
	check()
	s[0] = s[0] + s[3]
	s[1] = s[1] - s[4]
	s[3] = s[2]
	s[2] = 3344 * b7
	check()
	s[0] = s[0] + s[5]
	s[1] = s[1] - s[6]
	check()
	x[0] = s[0] + s[3]
	x[1] = s[1] + s[3]
	x[2] = s[2]
	x[3] = s[0] + s[1]
	d.check(x[3], r+12)
	x[3] = x[3] - s[3]
	for i := 0; i < 4; i++ {
		d.check(x[i], r+12)
		T[i] = round2(x[i], 12)
	}
}

func (d *reference) inverseADST(n, r int) {
	switch n {
	case 2:
		d.inverseADST4(r)
	case 3:
		d.adstIn(3)
		for i := 0; i < 4; i++ {
			d.B(2*i, 2*i+1, 60-16*i, 1, r)
		}
		for i := 0; i < 4; i++ {
			d.H(i, 4+i, 0, r)
		}
		for i := 0; i < 2; i++ {
			d.B(4+3*i, 5+i, 48-32*i, 1, r)
		}
		for i := 0; i < 2; i++ {
			for j := 0; j < 2; j++ {
				d.H(4*j+i, 2+4*j+i, 0, r)
			}
		}
		for i := 0; i < 2; i++ {
			d.B(2+4*i, 3+4*i, 32, 1, r)
		}
		d.adstOut(3)
	default:
		d.adstIn(4)
		for i := 0; i < 8; i++ {
			d.B(2*i, 2*i+1, 62-8*i, 1, r)
		}
		for i := 0; i < 8; i++ {
			d.H(i, 8+i, 0, r)
		}
		for i := 0; i < 2; i++ {
			d.B(8+2*i, 9+2*i, 56-32*i, 1, r)
			d.B(13+2*i, 12+2*i, 8+32*i, 1, r)
		}
		for i := 0; i < 4; i++ {
			for j := 0; j < 2; j++ {
				d.H(8*j+i, 4+8*j+i, 0, r)
			}
		}
		for i := 0; i < 2; i++ {
			for j := 0; j < 2; j++ {
				d.B(4+8*j+3*i, 5+8*j+i, 48-32*i, 1, r)
			}
		}
		for i := 0; i < 2; i++ {
			for j := 0; j < 4; j++ {
				d.H(4*j+i, 2+4*j+i, 0, r)
			}
		}
		for i := 0; i < 4; i++ {
			d.B(2+4*i, 3+4*i, 32, 1, r)
		}
		d.adstOut(4)
	}
}

func (d *reference) inverseIdentity(n int) {
	for i := 0; i < 1<<n; i++ {
		switch n {
		case 2:
			d.T[i] = round2(d.T[i]*5793, 12)
		case 3:
			d.T[i] = d.T[i] * 2
		case 4:
			d.T[i] = round2(d.T[i]*11586, 12)
		case 5:
			d.T[i] = d.T[i] * 4
		}
	}
}

func (d *reference) inverseWHT(shift int) {
	T := &d.T
	a := T[0] >> shift
	c := T[1] >> shift
	e0 := T[2] >> shift
	b := T[3] >> shift
	a += c
	e0 -= b
	e := (a - e0) >> 1
	b = e - b
	c = e - c
	a -= b
	e0 += c
	T[0], T[1], T[2], T[3] = a, b, c, e0
}

func contains(list []av1.TxType, t av1.TxType) bool {
	for _, v := range list {
		if v == t {
			return true
		}
	}
	return false
}

var (
	rowDCT  = []av1.TxType{av1.DCTDCT, av1.ADSTDCT, av1.FlipADSTDCT, av1.HDCT}
	rowADST = []av1.TxType{av1.DCTADST, av1.ADSTADST, av1.DCTFlipADST, av1.FlipADSTFlipADST,
		av1.ADSTFlipADST, av1.FlipADSTADST, av1.HADST, av1.HFlipADST}
	colDCT  = []av1.TxType{av1.DCTDCT, av1.DCTADST, av1.DCTFlipADST, av1.VDCT}
	colADST = []av1.TxType{av1.ADSTDCT, av1.ADSTADST, av1.FlipADSTDCT, av1.FlipADSTFlipADST,
		av1.ADSTFlipADST, av1.FlipADSTADST, av1.VADST, av1.VFlipADST}
	flipsUD = []av1.TxType{av1.FlipADSTDCT, av1.FlipADSTADST, av1.VFlipADST, av1.FlipADSTFlipADST}
	flipsLR = []av1.TxType{av1.DCTFlipADST, av1.ADSTFlipADST, av1.HFlipADST, av1.FlipADSTFlipADST}
)

var specRowShift = [av1.TxSizesAll]int{0, 1, 2, 2, 2, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2}

// inverse2D is section 7.13.3; dequant has rows of 64.
func (d *reference) inverse2D(residual, dequant *[64][64]int64, tx av1.TxSize, typ av1.TxType, bitDepth int) {
	log2W, log2H := int(av1.TxWidthLog2[tx]), int(av1.TxHeightLog2[tx])
	w, h := 1<<log2W, 1<<log2H
	lossless := typ == av1.WHT
	rowShift, colShift := specRowShift[tx], 4
	if lossless {
		rowShift, colShift = 0, 0
	}
	rowClampRange := bitDepth + 8
	colClampRange := max(bitDepth+6, 16)
	T := &d.T
	for i := 0; i < h; i++ {
		for j := 0; j < w; j++ {
			T[j] = 0
			if i < 32 && j < 32 {
				T[j] = dequant[i][j]
			}
		}
		if log2W-log2H == 1 || log2H-log2W == 1 {
			for j := 0; j < w; j++ {
				T[j] = round2(T[j]*2896, 12)
			}
		}
		switch {
		case lossless:
			d.inverseWHT(2)
		case contains(rowDCT, typ):
			d.inverseDCT(log2W, rowClampRange)
		case contains(rowADST, typ):
			d.inverseADST(log2W, rowClampRange)
		default:
			d.inverseIdentity(log2W)
		}
		for j := 0; j < w; j++ {
			residual[i][j] = clip3(-(1 << (colClampRange - 1)), 1<<(colClampRange-1)-1, round2(T[j], rowShift))
		}
	}
	for j := 0; j < w; j++ {
		for i := 0; i < h; i++ {
			T[i] = residual[i][j]
		}
		switch {
		case lossless:
			d.inverseWHT(0)
		case contains(colDCT, typ):
			d.inverseDCT(log2H, colClampRange)
		case contains(colADST, typ):
			d.inverseADST(log2H, colClampRange)
		default:
			d.inverseIdentity(log2H)
		}
		for i := 0; i < h; i++ {
			residual[i][j] = round2(T[i], colShift)
		}
	}
}

// reconstruct is step 3 of section 7.12.3.
func reconstruct(dst []uint16, stride int, residual *[64][64]int64, tx av1.TxSize, typ av1.TxType, bitDepth int) {
	w, h := int(av1.TxWidth[tx]), int(av1.TxHeight[tx])
	for i := 0; i < h; i++ {
		for j := 0; j < w; j++ {
			xx, yy := j, i
			if contains(flipsLR, typ) {
				xx = w - j - 1
			}
			if contains(flipsUD, typ) {
				yy = h - i - 1
			}
			d := &dst[yy*stride+xx]
			*d = uint16(clip3(0, 1<<bitDepth-1, int64(*d)+residual[i][j]))
		}
	}
}
