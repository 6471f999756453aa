package simd

import (
	"math/rand"
	"slices"
	"testing"
)

const (
	lrStride = 72
	lrRows   = 70
)

// lrTile is random input of the loop restoration kernels and the size to use of it.
type lrTile struct {
	src, want      []uint16
	w, h, bitDepth int
	filter         [8]int16
	mid            []int16
	a, b           []int32
	flt0, flt1     []int32
}

func newLRTile(rng *rand.Rand, w, h, bitDepth int) *lrTile {
	t := &lrTile{src: filterNoise(rng, lrStride*lrRows, bitDepth), want: filterNoise(rng, lrStride*lrRows, bitDepth), w: w, h: h, bitDepth: bitDepth}
	lo, hi := [3]int{-5, -23, -17}, [3]int{10, 8, 46}
	t.filter[3] = 128
	for i := range 3 {
		c := int16(lo[i] + rng.Intn(hi[i]-lo[i]+1))
		t.filter[i], t.filter[6-i] = c, c
		t.filter[3] -= 2 * c
	}
	t.mid = make([]int16, lrStride*lrRows)
	wienerH(t.mid, 64, t.src, lrStride, w, h+6, &t.filter, bitDepth)
	t.a, t.b = make([]int32, SgrStride*66), make([]int32, SgrStride*66)
	t.flt0, t.flt1 = make([]int32, 64*64), make([]int32, 64*64)
	sgrCoef(t.a, t.b, t.src, lrStride, w, h, 1, 1, 3236, bitDepth)
	sgrFilter3(t.flt0, t.a, t.b, t.src[3*lrStride+3:], lrStride, w, h)
	sgrFilter5(t.flt1, t.a, t.b, t.src[3*lrStride+3:], lrStride, w, h)
	return t
}

// TestLoopRestorationKernels compares the kernels in use with their scalar form.
func TestLoopRestorationKernels(t *testing.T) {
	rng := rand.New(rand.NewSource(1))
	k := &LoopRestoration
	for i := range 150 {
		tile := newLRTile(rng, 1+rng.Intn(64), 1+rng.Intn(64), 8+i%3*2)
		inside := tile.src[3*lrStride+3:]
		w, h, bitDepth := tile.w, tile.h, tile.bitDepth
		got16, want16 := make([]int16, lrStride*lrRows), make([]int16, lrStride*lrRows)
		same16 := func(name string) {
			t.Helper()
			if !slices.Equal(got16, want16) {
				t.Fatalf("%s %dx%d: differs from the scalar form", name, w, h)
			}
		}
		k.WienerH(got16, 64, tile.src, lrStride, w, h+6, &tile.filter, bitDepth)
		wienerH(want16, 64, tile.src, lrStride, w, h+6, &tile.filter, bitDepth)
		same16("WienerH")
		k.WienerMidV(got16, 72, tile.src, lrStride, w, h, &tile.filter, bitDepth)
		wienerMidV(want16, 72, tile.src, lrStride, w, h, &tile.filter, bitDepth)
		same16("WienerMidV")

		got, want := make([]uint16, 64*64), make([]uint16, 64*64)
		same := func(name string) {
			t.Helper()
			if !slices.Equal(got, want) {
				t.Fatalf("%s %dx%d: differs from the scalar form", name, w, h)
			}
		}
		k.WienerV(got, 64, tile.mid, 64, w, h, &tile.filter, bitDepth)
		wienerV(want, 64, tile.mid, 64, w, h, &tile.filter, bitDepth)
		same("WienerV")
		w0, w2 := rng.Intn(128)-96, rng.Intn(257)-64
		k.SgrBlend(got, 64, inside, lrStride, tile.flt0, tile.flt1, w0, w2, w, h, bitDepth)
		sgrBlend(want, 64, inside, lrStride, tile.flt0, tile.flt1, w0, w2, w, h, bitDepth)
		same("SgrBlend")
		testSgrKernels(t, rng, tile)

		var gotSums, wantSums [9]int64
		k.WienerStats(&gotSums, tile.mid, 64, 64, tile.want, lrStride, w, h, 4)
		wienerStats(&wantSums, tile.mid, 64, 64, tile.want, lrStride, w, h, 4)
		k.WienerStats(&gotSums, tile.mid, 1, 64, tile.want, lrStride, min(w, 58), h, 4)
		wienerStats(&wantSums, tile.mid, 1, 64, tile.want, lrStride, min(w, 58), h, 4)
		if gotSums != wantSums {
			t.Fatalf("WienerStats %dx%d: got %v, want %v", w, h, gotSums, wantSums)
		}
		var got5, want5 [5]int64
		k.SgrStats(&got5, tile.flt0, tile.flt1, inside, lrStride, tile.want, lrStride, w, h)
		sgrStats(&want5, tile.flt0, tile.flt1, inside, lrStride, tile.want, lrStride, w, h)
		if got5 != want5 {
			t.Fatalf("SgrStats %dx%d: got %v, want %v", w, h, got5, want5)
		}
	}
}

func testSgrKernels(t *testing.T, rng *rand.Rand, tile *lrTile) {
	t.Helper()
	k, inside := &LoopRestoration, tile.src[3*lrStride+3:]
	w, h := tile.w, tile.h
	got, want := [2][]int32{make([]int32, SgrStride*66), make([]int32, SgrStride*66)}, [2][]int32{make([]int32, SgrStride*66), make([]int32, SgrStride*66)}
	same := func(name string) {
		t.Helper()
		if !slices.Equal(got[0], want[0]) || !slices.Equal(got[1], want[1]) {
			t.Fatalf("%s %dx%d: differs from the scalar form", name, w, h)
		}
	}
	for _, r := range []int{1, 2} {
		s := uint32(1 + rng.Intn(3236)) // up to the largest scale, of radius 1
		if r == 2 {
			s = uint32(1 + rng.Intn(140))
		}
		k.SgrCoef(got[0], got[1], tile.src, lrStride, w, h, r, r, s, tile.bitDepth)
		sgrCoef(want[0], want[1], tile.src, lrStride, w, h, r, r, s, tile.bitDepth)
		same("SgrCoef")
	}
	k.SgrFilter5(got[0], tile.a, tile.b, inside, lrStride, w, h)
	sgrFilter5(want[0], tile.a, tile.b, inside, lrStride, w, h)
	k.SgrFilter3(got[1], tile.a, tile.b, inside, lrStride, w, h)
	sgrFilter3(want[1], tile.a, tile.b, inside, lrStride, w, h)
	same("SgrFilter")
}

func BenchmarkLoopRestorationKernels(b *testing.B) {
	tile := newLRTile(rand.New(rand.NewSource(1)), 64, 64, 8)
	inside, out, k := tile.src[3*lrStride+3:], make([]uint16, 64*64), &LoopRestoration
	var sums [9]int64
	var sums5 [5]int64
	for _, bench := range []struct {
		name string
		call func()
	}{
		{"WienerH", func() { k.WienerH(tile.mid, 64, tile.src, lrStride, 64, 70, &tile.filter, 8) }},
		{"WienerV", func() { k.WienerV(out, 64, tile.mid, 64, 64, 64, &tile.filter, 8) }},
		{"WienerStats", func() { k.WienerStats(&sums, tile.mid, 64, 64, tile.want, lrStride, 64, 64, 4) }},
		{"SgrCoef5", func() { k.SgrCoef(tile.a, tile.b, tile.src, lrStride, 64, 64, 2, 2, 140, 8) }},
		{"SgrCoef3", func() { k.SgrCoef(tile.a, tile.b, tile.src, lrStride, 64, 64, 1, 1, 3236, 8) }},
		{"SgrFilter5", func() { k.SgrFilter5(tile.flt0, tile.a, tile.b, inside, lrStride, 64, 64) }},
		{"SgrFilter3", func() { k.SgrFilter3(tile.flt1, tile.a, tile.b, inside, lrStride, 64, 64) }},
		{"SgrBlend", func() { k.SgrBlend(out, 64, inside, lrStride, tile.flt0, tile.flt1, 20, 40, 64, 64, 8) }},
		{"SgrStats", func() { k.SgrStats(&sums5, tile.flt0, tile.flt1, inside, lrStride, tile.want, lrStride, 64, 64) }},
	} {
		b.Run(bench.name, func(b *testing.B) {
			for b.Loop() {
				bench.call()
			}
		})
	}
}
