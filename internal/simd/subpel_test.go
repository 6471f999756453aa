package simd

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

func TestSubpelAgainstScalar(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	const stride = 96
	var planes [5][stride * 66]uint8
	for i := range planes {
		for j := range planes[i] {
			planes[i][j] = uint8(r.IntN(256) * (1 - r.IntN(8)/7))
			if i > 2 {
				planes[i][j] = uint8(255 * r.IntN(2))
			}
		}
	}
	for _, w := range []int{8, 16, 32, 64} {
		for _, h := range []int{2, 4, 8, 16, 32, 64} {
			for i := range 20 {
				if h%4 == 0 {
					testSAD2x8(t, r, &planes, stride, w, h, i%2 == 0)
				}
				var at [5][]uint8
				for i := range at {
					at[i] = planes[i][r.IntN(stride-w):]
				}
				if got, want := Subpel.SAD2(at[0], stride, at[1], at[2], stride, w, h), sadAvg2(at[0], stride, at[1], at[2], stride, w, h); got != want {
					t.Fatalf("SAD2 %dx%d: %d, want %d", w, h, got, want)
				}
				if got, want := Subpel.SAD4(at[0], stride, at[1], at[2], at[3], at[4], stride, w, h), sadAvg4(at[0], stride, at[1], at[2], at[3], at[4], stride, w, h); got != want {
					t.Fatalf("SAD4 %dx%d: %d, want %d", w, h, got, want)
				}
			}
		}
	}
}

// testSAD2x8 compares eight pairs, or single references, at random places of the planes.
func testSAD2x8(t *testing.T, r *rand.Rand, planes *[5][96 * 66]uint8, stride, w, h int, single bool) {
	var refs [8][2]*uint8
	var got, want [8]uint32
	for i := range refs {
		for j := range refs[i] {
			refs[i][j] = &planes[1+r.IntN(4)][r.IntN(stride-w)]
		}
		if single {
			refs[i][1] = refs[i][0]
		}
	}
	Subpel.SAD2x8(&got, planes[0][:], stride, &refs, stride, w, h)
	sadAvg2x8(&want, planes[0][:], stride, &refs, stride, w, h)
	if got != want {
		t.Fatalf("SAD2x8 %dx%d: %d, want %d", w, h, got, want)
	}
}

func BenchmarkSubpel(b *testing.B) {
	var p [5][128 * 64]uint8
	for _, n := range []int{8, 16, 32, 64} {
		b.Run(fmt.Sprintf("SAD2/%d", n), func(b *testing.B) {
			for b.Loop() {
				Subpel.SAD2(p[0][:], 128, p[1][:], p[2][:], 128, n, n)
			}
		})
		b.Run(fmt.Sprintf("SAD4/%d", n), func(b *testing.B) {
			for b.Loop() {
				Subpel.SAD4(p[0][:], 128, p[1][:], p[2][:], p[3][:], p[4][:], 128, n, n)
			}
		})
	}
}
