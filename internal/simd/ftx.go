package simd

// forwardADST4 is the transposed inverseADST4.
func forwardADST4(t []int32, cols int, _ int32) {
	for j := range cols {
		v := t[j/panelCols*4*panelCols+j%panelCols:][:3*panelCols+1]
		x0, x1, x2, x3 := v[0], v[8], v[16], v[24]
		v[0] = (sinPi1*x0 + sinPi2*x1 + sinPi3*x2 + sinPi4*x3 + 2048) >> 12
		v[8] = (sinPi3*(x0+x1-x3) + 2048) >> 12
		v[16] = (sinPi4*x0 - sinPi1*x1 - sinPi3*x2 + sinPi2*x3 + 2048) >> 12
		v[24] = (sinPi2*x0 - sinPi4*x1 + sinPi3*x2 - sinPi1*x3 + 2048) >> 12
	}
}

// forwardWHT undoes the steps of inverseWHT in reverse order.
func forwardWHT(coefs []int32, src []int16, stride int) {
	c := (*[16]int32)(coefs)
	for j := range 4 {
		c[j], c[4+j], c[8+j], c[12+j] = unwht(int32(src[j]), int32(src[stride+j]), int32(src[2*stride+j]), int32(src[3*stride+j]))
	}
	for i := 0; i < 16; i += 4 {
		a, b, cc, d := unwht(c[i], c[i+1], c[i+2], c[i+3])
		c[i], c[i+1], c[i+2], c[i+3] = a<<2, b<<2, cc<<2, d<<2
	}
}

// unwht finds the inputs of wht from its outputs.
func unwht(a, b, c, d int32) (int32, int32, int32, int32) {
	d -= c
	a += b
	e := (a - d) >> 1
	c = e - c
	b = e - b
	d += b
	a -= c
	return a, c, d, b
}

func widen(t []int32, pitch int, src []int16, off, stride, w, h int, shift uint32) {
	for x := 0; x < w; x += panelCols {
		n := min(w-x, panelCols)
		for y := range h {
			s := src[off+y*stride+x:][:n]
			d := t[x/panelCols*pitch+y*panelCols:][:n]
			for i, v := range s {
				d[i] = int32(v) << shift
			}
		}
	}
}
