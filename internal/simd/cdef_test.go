package simd

import (
	"fmt"
	"math/rand"
	"slices"
	"testing"
)

// filterNoise returns samples of a bit depth: random ones, extreme ones or nearly flat ones.
func filterNoise(rng *rand.Rand, n, bitDepth int) []uint16 {
	out := make([]uint16, n)
	top, kind, base := 1<<bitDepth-1, rng.Intn(3), rng.Intn(1<<bitDepth)
	for i := range out {
		switch kind {
		case 0:
			out[i] = uint16(rng.Intn(top + 1))
		case 1:
			out[i] = uint16(rng.Intn(2) * top)
		default:
			out[i] = uint16(max(0, min(base+rng.Intn(16<<(bitDepth-8)), top)))
		}
	}
	return out
}

// TestCdefKernels compares the kernels in use with their scalar form.
func TestCdefKernels(t *testing.T) {
	const stride = 24
	dims := [CdefSizes][2]int{{8, 8}, {4, 8}, {4, 4}}
	for size, d := range dims {
		for _, bitDepth := range []int{8, 10, 12} {
			t.Run(fmt.Sprintf("%dx%d/%d", d[0], d[1], bitDepth), func(t *testing.T) {
				rng := rand.New(rand.NewSource(1))
				shift := bitDepth - 8
				for range 2000 {
					src := filterNoise(rng, stride*16, bitDepth)
					if rng.Intn(4) == 0 { // nothing above and to the left
						for i := range src {
							if i < 2*stride || i%stride < 4 {
								src[i] = CdefLarge
							}
						}
					}
					pri, sec := rng.Intn(15<<shift+1)*rng.Intn(2), []int{0, 1, 2, 4}[rng.Intn(4)]<<shift
					dir, damping := rng.Intn(8), 2+rng.Intn(5)+shift
					got, want := make([]uint16, 64), make([]uint16, 64)
					Cdef.Filter[size](got, 8, src, 2*stride+4, stride, pri, sec, dir, damping, shift)
					cdefFilter(want, 8, src, 2*stride+4, stride, d[0], d[1], pri, sec, dir, damping, shift)
					if !slices.Equal(got, want) {
						t.Fatalf("pri %d sec %d dir %d damping %d: differs from the scalar form", pri, sec, dir, damping)
					}
				}
			})
		}
	}
}

func TestCdefTryKernels(t *testing.T) {
	const stride = 24
	scalar := [CdefSizes]func([]uint64, []uint16, int, int, []uint16, int, *CdefTrial){cdefTry8x8, cdefTry4x8, cdefTry4x4}
	dims := [CdefSizes][2]int{{8, 8}, {4, 8}, {4, 4}}
	rng := rand.New(rand.NewSource(1))
	for i := range 3000 {
		bitDepth, size := 8+i%3*2, rng.Intn(CdefSizes)
		shift := bitDepth - 8
		src, want := filterNoise(rng, stride*16, bitDepth), filterNoise(rng, stride*8, bitDepth)
		if rng.Intn(4) == 0 { // nothing below and to the right
			for i := range src {
				if i >= (2+dims[size][1])*stride || i%stride >= 4+dims[size][0] {
					src[i] = CdefLarge
				}
			}
		}
		s := CdefTrial{NPri: 1 + rng.Intn(16), NSec: 1 + rng.Intn(4), Dir: rng.Intn(8), Damping: 2 + rng.Intn(5) + shift, CoeffShift: shift, W: dims[size][0], H: dims[size][1]}
		if rng.Intn(4) == 0 {
			s.W, s.H = 1+rng.Intn(s.W), 1+rng.Intn(s.H)
		}
		s.First = rng.Intn(2)
		for i := range s.Pri {
			s.Pri[i] = NewCdefStrength(rng.Intn(15<<shift+1)*rng.Intn(2), s.Damping, shift)
		}
		for i := range s.Sec {
			s.Sec[i] = NewCdefStrength([]int{0, 1, 2, 4}[rng.Intn(4)]<<shift, s.Damping, shift)
		}
		got, sums := make([]uint64, 64), make([]uint64, 64)
		Cdef.Try[size](got, src, 2*stride+4, stride, want, stride, &s)
		scalar[size](sums, src, 2*stride+4, stride, want, stride, &s)
		if !slices.Equal(got, sums) {
			t.Fatalf("%+v: got %d, want %d", s, got, sums)
		}
	}
}

func TestCdefDirectionKernel(t *testing.T) {
	rng := rand.New(rand.NewSource(1))
	for i := range 3000 {
		bitDepth := 8 + i%3*2
		src := filterNoise(rng, 24*8, bitDepth)
		dir, variance := Cdef.Direction(src, 24, bitDepth-8)
		if d, v := cdefDirection(src, 24, bitDepth-8); d != dir || v != variance {
			t.Fatalf("got %d, %d, want %d, %d", dir, variance, d, v)
		}
	}
}

func TestCdefSSEKernel(t *testing.T) {
	rng := rand.New(rand.NewSource(1))
	for i := range 500 {
		bitDepth := 8 + i%3*2
		a, b := filterNoise(rng, 80*64, bitDepth), filterNoise(rng, 72*64, bitDepth)
		w, h := 1+rng.Intn(64), 1+rng.Intn(64)
		if got, want := Cdef.SSE(a, 80, b, 72, w, h), cdefSSE(a, 80, b, 72, w, h); got != want {
			t.Fatalf("%dx%d: got %d, want %d", w, h, got, want)
		}
	}
}

func BenchmarkCdefKernels(b *testing.B) {
	src := filterNoise(rand.New(rand.NewSource(1)), 24*16, 8)
	dst := make([]uint16, 64)
	for name, s := range map[string][2]int{"both": {4, 2}, "pri": {4, 0}, "sec": {0, 2}} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				Cdef.Filter[Cdef8x8](dst, 8, src, 2*24+4, 24, s[0], s[1], 3, 5, 0)
			}
		})
	}
	b.Run("try", func(b *testing.B) {
		s := CdefTrial{NPri: 3, NSec: 2, Dir: 3, Damping: 5, W: 8, H: 8}
		for i, pri := range []int{2, 5, 10} {
			s.Pri[i] = NewCdefStrength(pri, 5, 0)
		}
		s.Sec[0], s.Sec[1] = NewCdefStrength(0, 5, 0), NewCdefStrength(2, 5, 0)
		sums := make([]uint64, 6)
		for b.Loop() {
			Cdef.Try[Cdef8x8](sums, src, 2*24+4, 24, src, 24, &s)
		}
	})
	b.Run("direction", func(b *testing.B) {
		for b.Loop() {
			Cdef.Direction(src, 24, 0)
		}
	})
	b.Run("sse8x8", func(b *testing.B) {
		for b.Loop() {
			Cdef.SSE(src, 24, dst, 8, 8, 8)
		}
	})
}
