package simd

import (
	"fmt"
	"math/rand"
	"slices"
	"testing"
)

// deblockLengths are the filter lengths of luma and chroma, besides 4.
var deblockLengths = [2][]int{{Deblock4, Deblock8, Deblock14}, {Deblock4, Deblock6}}

// TestDeblockKernels compares the kernels in use with their scalar form.
func TestDeblockKernels(t *testing.T) {
	for kind, lengths := range deblockLengths {
		for _, bitDepth := range []int{8, 10, 12} {
			t.Run(fmt.Sprintf("%d/%d", kind, bitDepth), func(t *testing.T) {
				rng := rand.New(rand.NewSource(1))
				for range 3000 {
					testDeblockKernel(t, rng, Deblock.Vert[kind], deblockVert, lengths, bitDepth)
					testDeblockKernel(t, rng, Deblock.Horz[kind], deblockHorz, lengths, bitDepth)
				}
			})
		}
	}
}

// randomEdges returns 4 to 16 edge bytes, often equal, sometimes none.
func randomEdges(rng *rand.Rand, lengths []int) []uint8 {
	edges := make([]uint8, 4+4*rng.Intn(4))
	for i := range edges {
		switch {
		case i > 0 && rng.Intn(3) > 0:
			edges[i] = edges[i-1]
		case rng.Intn(3) > 0:
			edges[i] = uint8(lengths[rng.Intn(len(lengths))]<<6 | 1 + rng.Intn(63))
		}
	}
	return edges
}

func testDeblockKernel(t *testing.T, rng *rand.Rand, kernel, scalar DeblockKernel, lengths []int, bitDepth int) {
	t.Helper()
	stride := 84 + rng.Intn(20)
	got := make([]uint16, stride*84)
	base, spread, step := rng.Intn(1<<bitDepth), 1+rng.Intn(8<<(bitDepth-8)), rng.Intn(6)<<(bitDepth-8)
	if rng.Intn(8) == 0 {
		spread = 1 << bitDepth
	}
	off := 8*stride + 8 + rng.Intn(4)
	for i := range got {
		v := base + rng.Intn(spread)
		if i/stride >= 8 && i%stride >= off%stride {
			v += step
		}
		got[i] = uint16(max(0, min(v, 1<<bitDepth-1)))
	}
	want := slices.Clone(got)
	sharpness, edges := NewDeblockSharpness(uint8(rng.Intn(8)), bitDepth), randomEdges(rng, lengths)
	kernel(got, off, stride, edges, &sharpness)
	scalar(want, off, stride, edges, &sharpness)
	if !slices.Equal(got, want) {
		t.Fatalf("edges %v, %+v: differs from the scalar form", edges, sharpness)
	}
}

func BenchmarkDeblockKernels(b *testing.B) {
	pix := make([]uint16, 128*128)
	for i := range pix {
		pix[i] = 100
	}
	s := NewDeblockSharpness(0, 8)
	for kind, lengths := range deblockLengths {
		for _, length := range lengths {
			e := uint8(length<<6 | 20)
			edges := []uint8{e, e, e, e}
			name := fmt.Sprintf("%s%d", [2]string{"luma", "chroma"}[kind], [4]int{4, 6, 8, 14}[length])
			b.Run("vert/"+name, func(b *testing.B) {
				for b.Loop() {
					Deblock.Vert[kind](pix, 32*128+32, 128, edges, &s)
				}
			})
			b.Run("horz/"+name, func(b *testing.B) {
				for b.Loop() {
					Deblock.Horz[kind](pix, 32*128+32, 128, edges, &s)
				}
			})
		}
	}
}
