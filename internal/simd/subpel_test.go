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
		}
	}
	for _, w := range []int{8, 16, 32, 64} {
		for _, h := range []int{2, 8, 16, 32, 64} {
			for range 20 {
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
