package simd

// Transforms work on panels: panelCols columns side by side, element k of column
// j of a panel at t[k*panelCols+j], so that one vector register holds the same
// element of eight columns. Panels of a pass follow each other without gaps.
const panelCols = 8

// Transform1D transforms cols columns of t in place, panel after panel; the
// unused columns of the last panel are left with undefined content. Hadamard
// rotations of inverse transforms clip to -limit-1..limit.
type Transform1D func(t []int32, cols int, limit int32)

// TurnParams says what Turn does to each element: scale by 1/sqrt(2) if Rect,
// shift left, shift right with rounding, clip to -Limit-1..Limit.
type TurnParams struct {
	Rect        bool
	Left, Right uint32
	Limit       int32
}

// TxfmTable holds the kernels that inverse and forward transforms share and the
// inverse ones (section 7.13).
type TxfmTable struct {
	// InverseDCT[n-2][k-2] is the inverse DCT of length 1<<n whose elements from
	// 1<<k on are zero; those are not read. k is at most 5.
	InverseDCT [5][4]Transform1D
	// InverseADST[n-2][k-2] is the inverse ADST of length 1<<n, likewise.
	InverseADST [3][3]Transform1D
	// Identity[n-2] scales the first k of 1<<n elements of each column by sqrt(2) to the power n-1.
	Identity [4]func(t []int32, k, cols int)
	// InverseWHT adds the inverse Walsh-Hadamard transform of the 4x4 coefficients to dst.
	InverseWHT func(dst []uint16, stride int, coefs []int32, maxV int32)
	// Turn transposes 8x8 tiles: for each tile n, row i and column j, element
	// src[srcOff+n*srcStep+i*srcStride+j], changed as p says, goes to
	// dst[dstOff+n*dstStep+j*dstStride+i]. Strides may be negative.
	Turn func(dst []int32, dstOff, dstStride, dstStep int, src []int32, srcOff, srcStride, srcStep, tiles int, p *TurnParams)
	// Add adds Round2(residual, 4) to the w x h block dst and clips to 0..maxV.
	// Row y of panel q of the residual starts at t[off+q*pitch+y*step].
	Add func(dst []uint16, stride int, t []int32, off, step, pitch, w, h int, maxV int32)
	// AddDC adds the value v to the w x h block dst and clips to 0..maxV.
	AddDC func(dst []uint16, stride, w, h int, v, maxV int32)

	// ForwardDCT[n-2] is the transposed inverse DCT of length 1<<n; of 64
	// elements only the first 32 are produced.
	ForwardDCT [5]Transform1D
	// ForwardADST[n-2] is the transposed inverse ADST of length 1<<n.
	ForwardADST [3]Transform1D
	// ForwardWHT writes the 4x4 coefficients whose inverse is exactly the residual.
	ForwardWHT func(coefs []int32, src []int16, stride int)
	// Widen loads a w x h residual into panels of pitch elements each, shifted
	// left; row y starts at src[off+y*stride]. stride may be negative.
	Widen func(t []int32, pitch int, src []int16, off, stride, w, h int, shift uint32)
}

// Txfm is the table in use.
var Txfm = scalarTxfm()

func scalarTxfm() TxfmTable {
	t := TxfmTable{
		Identity:    [4]func(t []int32, k, cols int){identity4, identity8, identity16, identity32},
		InverseWHT:  inverseWHT,
		Turn:        turn,
		Add:         addResidual,
		AddDC:       addDC,
		ForwardDCT:  [5]Transform1D{forwardDCT4, forwardDCT8, forwardDCT16, forwardDCT32, forwardDCT64},
		ForwardADST: [3]Transform1D{forwardADST4, forwardADST8, forwardADST16},
		ForwardWHT:  forwardWHT,
		Widen:       widen,
	}
	for n, f := range []Transform1D{inverseDCT4, inverseDCT8, inverseDCT16, inverseDCT32, inverseDCT64} {
		for k := range t.InverseDCT[n] {
			t.InverseDCT[n][k] = zeroTail(f, n, k)
		}
	}
	for n, f := range []Transform1D{inverseADST4, inverseADST8, inverseADST16} {
		for k := range t.InverseADST[n] {
			t.InverseADST[n][k] = zeroTail(f, n, k)
		}
	}
	return t
}

// zeroTail makes a transform of length 4<<n from f that takes only the first 4<<k elements.
func zeroTail(f Transform1D, n, k int) Transform1D {
	if k >= n {
		return f
	}
	size, used := panelCols*4<<n, panelCols*4<<k
	return func(t []int32, cols int, limit int32) {
		for c := 0; c*panelCols < cols; c++ {
			clear(t[c*size+used : (c+1)*size])
		}
		f(t, cols, limit)
	}
}

// Sine constants of the ADST of length 4 (section 7.13.2.6).
const (
	sinPi1 = 1321
	sinPi2 = 2482
	sinPi3 = 3344
	sinPi4 = 3803
)

// inverseADST4 is section 7.13.2.6, its sums written out per output.
func inverseADST4(t []int32, cols int, _ int32) {
	for j := range cols {
		v := t[j/panelCols*4*panelCols+j%panelCols:][:3*panelCols+1]
		t0, t1, t2, t3 := v[0], v[8], v[16], v[24]
		s0 := sinPi1*t0 + sinPi4*t2 + sinPi2*t3
		s1 := sinPi2*t0 - sinPi1*t2 - sinPi4*t3
		s3 := sinPi3 * t1
		v[0] = (s0 + s3 + 2048) >> 12
		v[8] = (s1 + s3 + 2048) >> 12
		v[16] = (sinPi3*(t0-t2+t3) + 2048) >> 12
		v[24] = (s0 + s1 - s3 + 2048) >> 12
	}
}

// The scale factors of the identity transforms (sections 7.13.2.11 to 7.13.2.14)
// are split into a whole and a fractional part, so that 32 bits suffice for any input.

func identity4(t []int32, k, cols int) {
	scaleRows(t, 4, k, cols, 1, 5793-4096)
}

func identity8(t []int32, k, cols int) {
	scaleRows(t, 8, k, cols, 2, 0)
}

func identity16(t []int32, k, cols int) {
	scaleRows(t, 16, k, cols, 2, 11586-8192)
}

func identity32(t []int32, k, cols int) {
	scaleRows(t, 32, k, cols, 4, 0)
}

// scaleRows multiplies by whole + frac/4096.
func scaleRows(t []int32, n, k, cols int, whole, frac int32) {
	for c := 0; c < cols; c += panelCols {
		p := t[c*n:][:k*panelCols]
		for i, v := range p {
			p[i] = v*whole + (v*frac+2048)>>12
		}
	}
}

// inverseWHT is section 7.13.3 for lossless blocks.
func inverseWHT(dst []uint16, stride int, coefs []int32, maxV int32) {
	c := (*[16]int32)(coefs)
	limit := max(32*(maxV+1), 1<<15) - 1
	for i := 0; i < 16; i += 4 {
		r0, r1, r2, r3 := wht(c[i]>>2, c[i+1]>>2, c[i+2]>>2, c[i+3]>>2)
		for j, r := range [4]int32{r0, r1, r2, r3} {
			c[i+j] = min(max(r, -limit-1), limit)
		}
	}
	for j := range 4 {
		r0, r1, r2, r3 := wht(c[j], c[4+j], c[8+j], c[12+j])
		for i, r := range [4]int32{r0, r1, r2, r3} {
			d := &dst[i*stride+j]
			*d = uint16(min(max(int32(*d)+r, 0), maxV))
		}
	}
}

// wht is section 7.13.2.10.
func wht(a, c, d, b int32) (int32, int32, int32, int32) {
	a += c
	d -= b
	e := (a - d) >> 1
	b = e - b
	c = e - c
	return a - b, b, c, d + c
}

func turn(dst []int32, dstOff, dstStride, dstStep int, src []int32, srcOff, srcStride, srcStep, tiles int, p *TurnParams) {
	lo, hi := -p.Limit-1, p.Limit
	round := int32(1) << p.Right >> 1
	for n := range tiles {
		for i := range 8 {
			row := src[srcOff+n*srcStep+i*srcStride:][:8]
			o := dstOff + n*dstStep + i
			for _, v := range row {
				if p.Rect {
					v = (v*2896 + 2048) >> 12
				}
				dst[o] = min(max((v<<p.Left+round)>>p.Right, lo), hi)
				o += dstStride
			}
		}
	}
}

func addResidual(dst []uint16, stride int, t []int32, off, step, pitch, w, h int, maxV int32) {
	for x := 0; x < w; x += panelCols {
		n := min(w-x, panelCols)
		for y := range h {
			d := dst[y*stride+x:][:n]
			r := t[off+x/panelCols*pitch+y*step:][:n]
			for i, v := range r {
				d[i] = uint16(min(max(int32(d[i])+(v+8)>>4, 0), maxV))
			}
		}
	}
}

func addDC(dst []uint16, stride, w, h int, v, maxV int32) {
	for y := range h {
		d := dst[y*stride:][:w]
		for i := range d {
			d[i] = uint16(min(max(int32(d[i])+v, 0), maxV))
		}
	}
}
