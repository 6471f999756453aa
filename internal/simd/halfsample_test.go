package simd

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// halfSource is a block of samples of 8 bits with its surroundings: noise, or extremes.
func halfSource(r *rand.Rand, stride, h int) []uint16 {
	src, extreme := make([]uint16, stride*(h+7)), r.IntN(2) == 0
	for i := range src {
		src[i] = uint16(r.IntN(256))
		if extreme {
			src[i] = 255 * uint16(r.IntN(2))
		}
	}
	return src
}

// The planes are what prediction with EIGHTTAP gives, at every level.
func TestHalfSamplePlanes(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	half := &[8]int16{0, 2, -14, 76, 76, -14, 2, 0}
	filters := [4][2]*[8]int16{1: {half, nil}, 2: {nil, half}, 3: {half, half}}
	tmp, mcTmp := new([HalfTmpLen]int16), new([MCTmpLen]int16)
	for _, w := range []int{16, 32, 48, 64} {
		for _, h := range []int{1, 2, 7, 64} {
			for range 10 {
				srcStride, dstStride := w+7+r.IntN(20), w+r.IntN(20)
				src := halfSource(r, srcStride, h)
				var got, scalar [4][]uint8
				for i := range got {
					got[i] = randomBytes(r, dstStride*h+40)
					scalar[i] = slices.Clone(got[i])
				}
				HalfSample.Planes(&got, dstStride, src, srcStride, w, h, tmp)
				halfPlanes(&scalar, dstStride, src, srcStride, w, h, tmp)
				for i, f := range filters {
					want := make([]uint16, w*h)
					put8Tap(want, w, src, srcStride, w, h, f[0], f[1], 8, mcTmp)
					for j, v := range want {
						if at := j/w*dstStride + j%w; uint16(scalar[i][at]) != v {
							t.Fatalf("plane %d, %dx%d, sample %d: %d, want %d", i, w, h, j, scalar[i][at], v)
						}
					}
					if !slices.Equal(got[i], scalar[i]) {
						t.Fatalf("plane %d, %dx%d: differs from the scalar form", i, w, h)
					}
				}
			}
		}
	}
}

// halfSampleBenches are those of the table HalfSample.
func halfSampleBenches() []kernelBench {
	r := rand.New(rand.NewPCG(3, 4))
	src, tmp := halfSource(r, 256, HalfBand), new([HalfTmpLen]int16)
	var dst [4][]uint8
	for i := range dst {
		dst[i] = make([]uint8, HalfBand*HalfBand)
	}
	return []kernelBench{{fmt.Sprint("HalfSample/Planes/", square(HalfBand)), func() {
		HalfSample.Planes(&dst, HalfBand, src, 256, HalfBand, HalfBand, tmp)
	}}}
}
