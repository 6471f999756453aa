package simd

import (
	"fmt"
	"math/rand"
	"slices"
	"testing"
)

// TestDeblockKernels compares the kernels in use with their scalar form.
func TestDeblockKernels(t *testing.T) {
	vert := [DeblockLengths]DeblockKernel{deblockVert4, deblockVert6, deblockVert8, deblockVert14}
	horz := [DeblockLengths]DeblockKernel{deblockHorz4, deblockHorz6, deblockHorz8, deblockHorz14}
	for length := range DeblockLengths {
		for _, bitDepth := range []int{8, 10, 12} {
			t.Run(fmt.Sprintf("%d/%d", length, bitDepth), func(t *testing.T) {
				rng := rand.New(rand.NewSource(1))
				for range 500 {
					lim := randomLimits(rng, bitDepth)
					testDeblockKernel(t, rng, Deblock.Vert[length], vert[length], &lim, bitDepth)
					testDeblockKernel(t, rng, Deblock.Horz[length], horz[length], &lim, bitDepth)
				}
			})
		}
	}
}

func randomLimits(rng *rand.Rand, bitDepth int) DeblockLimits {
	scale := bitDepth - 8
	level := 1 + rng.Intn(63)
	return DeblockLimits{
		Blimit: uint16((3*level + 4) << scale), Limit: uint16(level << scale), Thresh: uint16(level >> 4 << scale),
		Flat: 1 << scale, Max: 1<<bitDepth - 1,
	}
}

func testDeblockKernel(t *testing.T, rng *rand.Rand, kernel, scalar DeblockKernel, lim *DeblockLimits, bitDepth int) {
	t.Helper()
	stride := 48 + rng.Intn(20)
	got := make([]uint16, stride*48)
	base, spread := rng.Intn(1<<bitDepth), 1+rng.Intn(8<<(bitDepth-8))
	if rng.Intn(8) == 0 {
		spread = 1 << bitDepth
	}
	for i := range got {
		got[i] = uint16(max(0, min(base+rng.Intn(spread), 1<<bitDepth-1)))
	}
	want := slices.Clone(got)
	off, n := 7*stride+7+rng.Intn(4), 4+4*rng.Intn(8)
	kernel(got, off, stride, n, lim)
	scalar(want, off, stride, n, lim)
	if !slices.Equal(got, want) {
		t.Fatalf("n %d, limits %+v: differs from the scalar form", n, *lim)
	}
}

func BenchmarkDeblockKernels(b *testing.B) {
	pix := make([]uint16, 128*128)
	for i := range pix {
		pix[i] = 100
	}
	lim := DeblockLimits{Blimit: 70, Limit: 20, Thresh: 1, Flat: 1, Max: 255}
	for length, name := range [DeblockLengths]string{"4", "6", "8", "14"} {
		b.Run("vert"+name, func(b *testing.B) {
			for b.Loop() {
				Deblock.Vert[length](pix, 32*128+32, 128, 16, &lim)
			}
		})
		b.Run("horz"+name, func(b *testing.B) {
			for b.Loop() {
				Deblock.Horz[length](pix, 32*128+32, 128, 16, &lim)
			}
		})
	}
}
