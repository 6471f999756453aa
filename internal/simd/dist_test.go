package simd

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// distSizes are the widths and heights of blocks and transforms.
var distSizes = func() (s [][2]int) {
	for w := 4; w <= 128; w *= 2 {
		for h := max(4, w/4); h <= min(128, w*4); h *= 2 {
			s = append(s, [2]int{w, h})
		}
	}
	return s
}()

// raggedSizes are what the border of a picture leaves of blocks.
var raggedSizes = [][2]int{{1, 1}, {2, 3}, {6, 8}, {12, 5}, {20, 64}, {48, 7}, {56, 16}, {127, 128}}

// distPlane makes samples of bitDepth bits: noise (0), extremes (1), all least (2) or greatest (3).
func distPlane[T uint8 | uint16](r *rand.Rand, n, bitDepth, kind int) []T {
	p := make([]T, n)
	for i := range p {
		switch kind {
		case 0:
			p[i] = T(r.IntN(1 << bitDepth))
		case 1:
			p[i] = T(r.IntN(2) * (1<<bitDepth - 1))
		case 3:
			p[i] = T(1<<bitDepth - 1)
		}
	}
	return p
}

func TestDist16(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	const as, bs, ds = 150, 137, 131
	for _, size := range slices.Concat(distSizes, raggedSizes) {
		w, h := size[0], size[1]
		for _, bitDepth := range []int{8, 10, 12} {
			for kind := range 16 {
				// Exactly as long as the block, so that reading beyond its end is found out.
				a := distPlane[uint16](r, as*(h-1)+w, bitDepth, kind&3)
				b := distPlane[uint16](r, bs*(h-1)+w, bitDepth, kind>>2)
				name := fmt.Sprintf("%dx%d, %d bit, kind %d", w, h, bitDepth, kind)
				if got, want := Dist.SAD(a, as, b, bs, w, h), sad(a, as, b, bs, w, h); got != want {
					t.Fatalf("SAD %s: %d, want %d", name, got, want)
				}
				if got, want := Dist.SSE(a, as, b, bs, w, h), sse(a, as, b, bs, w, h); got != want {
					t.Fatalf("SSE %s: %d, want %d", name, got, want)
				}
				if (w|h)&3 == 0 && w&(w-1) == 0 {
					if got, want := Dist.SATD(a, as, b, bs, w, h), satd(a, as, b, bs, w, h); got != want {
						t.Fatalf("SATD %s: %d, want %d", name, got, want)
					}
				}
				sum, squares := Dist.Moments(a, as, w, h)
				if wantSum, wantSquares := moments(a, as, w, h); sum != wantSum || squares != wantSquares {
					t.Fatalf("Moments %s: %d %d, want %d %d", name, sum, squares, wantSum, wantSquares)
				}
				got, want := make([]int16, ds*h), make([]int16, ds*h)
				Dist.Residual(got, ds, a, as, b, bs, w, h)
				residual(want, ds, a, as, b, bs, w, h)
				for i := range want {
					if got[i] != want[i] {
						t.Fatalf("Residual %s: %d at %d, want %d", name, got[i], i, want[i])
					}
				}
			}
		}
	}
}

// TestSATD compares with sums over the Hadamard matrix itself.
func TestSATD(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	zero := make([]uint16, 64)
	sign := func(i, j int) int {
		n := 0
		for k := i & j; k > 0; k &= k - 1 {
			n++
		}
		return 1 - n&1*2
	}
	for _, n := range []int{4, 8} {
		a := distPlane[uint16](r, n*n, 12, 0)
		total := 0
		for u := range n {
			for v := range n {
				c := 0
				for y := range n {
					for x := range n {
						c += sign(u, y) * sign(v, x) * int(a[y*n+x])
					}
				}
				total += max(c, -c)
			}
		}
		if got := Dist.SATD(a, n, zero, n, n, n); got != uint32((total+n/2)/n) {
			t.Errorf("SATD of %d x %d is %d, want %d", n, n, got, (total+n/2)/n)
		}
	}
}

func BenchmarkDist(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	p, q := distPlane[uint16](r, 128*128, 10, 0), distPlane[uint16](r, 128*128, 10, 0)
	d := make([]int16, 128*128)
	for _, n := range []int{4, 8, 16, 32, 64} {
		for _, k := range []struct {
			name string
			run  func()
		}{
			{"SAD", func() { Dist.SAD(p, 128, q, 128, n, n) }},
			{"SSE", func() { Dist.SSE(p, 128, q, 128, n, n) }},
			{"SATD", func() { Dist.SATD(p, 128, q, 128, n, n) }},
			{"Moments", func() { Dist.Moments(p, 128, n, n) }},
			{"Residual", func() { Dist.Residual(d, n, p, 128, q, 128, n, n) }},
		} {
			b.Run(fmt.Sprintf("%s/%d", k.name, n), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					k.run()
				}
			})
		}
	}
}
