package simd

// DistTable holds the distortion kernels. Widths are 4, 8, 16, 32, 64 or 128,
// heights multiples of 4 up to 128; samples have at most 12 bits. Residual, SAD, SSE
// and Moments take any size up to 128, but other widths are slower.
type DistTable struct {
	// Residual writes src - pred.
	Residual func(dst []int16, dstStride int, src []uint16, srcStride int, pred []uint16, predStride, w, h int)
	// SAD is the sum of absolute differences.
	SAD func(a []uint16, aStride int, b []uint16, bStride, w, h int) uint32
	// SSE is the sum of squared differences.
	SSE func(a []uint16, aStride int, b []uint16, bStride, w, h int) uint64
	// SATD is the sum of the magnitudes of the orthonormal Hadamard transform of the
	// differences, in 8x8 blocks, or 4x4 ones if a side is no multiple of 8.
	SATD func(a []uint16, aStride int, b []uint16, bStride, w, h int) uint32
	// Moments returns the sum and the sum of squares of the samples.
	Moments func(a []uint16, aStride, w, h int) (sum uint32, squares uint64)
}

// Dist is the table in use.
var Dist = DistTable{
	Residual: residual, SAD: sad, SSE: sse, SATD: satd, Moments: moments,
}

// Variance is the variance of a w x h block times w*h.
func Variance(a []uint16, stride, w, h int) uint64 {
	sum, squares := Dist.Moments(a, stride, w, h)
	return squares - uint64(sum)*uint64(sum)/uint64(w*h)
}

func residual(dst []int16, dstStride int, src []uint16, srcStride int, pred []uint16, predStride, w, h int) {
	for y := range h {
		d, s, p := dst[y*dstStride:][:w], src[y*srcStride:][:w], pred[y*predStride:][:w]
		for i := range d {
			d[i] = int16(s[i] - p[i])
		}
	}
}

func sad(a []uint16, aStride int, b []uint16, bStride, w, h int) uint32 {
	sum := int32(0)
	for y := range h {
		p, q := a[y*aStride:][:w], b[y*bStride:][:w]
		for i, v := range p {
			d := int32(v) - int32(q[i])
			sum += max(d, -d)
		}
	}
	return uint32(sum)
}

func sse(a []uint16, aStride int, b []uint16, bStride, w, h int) uint64 {
	total := uint64(0)
	for y := range h {
		p, q := a[y*aStride:][:w], b[y*bStride:][:w]
		row := uint32(0)
		for i, v := range p {
			d := int32(v) - int32(q[i])
			row += uint32(d * d)
		}
		total += uint64(row)
	}
	return total
}

func moments(a []uint16, stride, w, h int) (sum uint32, squares uint64) {
	for y := range h {
		row := uint32(0)
		for _, v := range a[y*stride:][:w] {
			sum += uint32(v)
			row += uint32(v) * uint32(v)
		}
		squares += uint64(row)
	}
	return sum, squares
}

func satd(a []uint16, aStride int, b []uint16, bStride, w, h int) uint32 {
	sum := uint32(0)
	if (w|h)&7 != 0 {
		for y := 0; y < h; y += 4 {
			for x := 0; x < w; x += 4 {
				sum += satd4(a[y*aStride+x:], aStride, b[y*bStride+x:], bStride)
			}
		}
		return (sum + 2) >> 2
	}
	for y := 0; y < h; y += 8 {
		for x := 0; x < w; x += 8 {
			sum += satd8(a[y*aStride+x:], aStride, b[y*bStride+x:], bStride)
		}
	}
	return (sum + 4) >> 3
}

// hadamard4 and hadamard8 transform in natural order; satd needs no other.
func hadamard4(a, b, c, d int32) (int32, int32, int32, int32) {
	a, b, c, d = a+b, a-b, c+d, c-d
	return a + c, b + d, a - c, b - d
}

func magnitude(v int32) uint32 { return uint32(max(v, -v)) }

func satd4(a []uint16, aStride int, b []uint16, bStride int) uint32 {
	var m [16]int32
	for y := range 4 {
		p, q := a[y*aStride:][:4], b[y*bStride:][:4]
		m[y], m[4+y], m[8+y], m[12+y] = hadamard4(int32(p[0])-int32(q[0]), int32(p[1])-int32(q[1]), int32(p[2])-int32(q[2]), int32(p[3])-int32(q[3]))
	}
	sum := uint32(0)
	for i := 0; i < 16; i += 4 {
		r0, r1, r2, r3 := hadamard4(m[i], m[i+1], m[i+2], m[i+3])
		sum += magnitude(r0) + magnitude(r1) + magnitude(r2) + magnitude(r3)
	}
	return sum
}

func satd8(a []uint16, aStride int, b []uint16, bStride int) uint32 {
	var m [64]int32
	for y := range 8 {
		p, q := a[y*aStride:][:8], b[y*bStride:][:8]
		var d [8]int32
		for i, v := range p {
			d[i] = int32(v) - int32(q[i])
		}
		s0, s1, s2, s3 := hadamard4(d[0], d[1], d[2], d[3])
		t0, t1, t2, t3 := hadamard4(d[4], d[5], d[6], d[7])
		m[y], m[8+y], m[16+y], m[24+y] = s0+t0, s1+t1, s2+t2, s3+t3
		m[32+y], m[40+y], m[48+y], m[56+y] = s0-t0, s1-t1, s2-t2, s3-t3
	}
	sum := uint32(0)
	for i := 0; i < 64; i += 8 {
		s0, s1, s2, s3 := hadamard4(m[i], m[i+1], m[i+2], m[i+3])
		t0, t1, t2, t3 := hadamard4(m[i+4], m[i+5], m[i+6], m[i+7])
		sum += magnitude(s0+t0) + magnitude(s1+t1) + magnitude(s2+t2) + magnitude(s3+t3) +
			magnitude(s0-t0) + magnitude(s1-t1) + magnitude(s2-t2) + magnitude(s3-t3)
	}
	return sum
}
