package simd

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// widths are those around whole vectors, and none.
var ingestWidths = []int{0, 1, 2, 3, 5, 8, 15, 16, 17, 31, 32, 33, 47, 64, 65, 96, 127, 208, 720}

// guarded is a slice of n random values in the middle of others that must stay as they are.
func guarded[T uint8 | uint16 | uint32](r *rand.Rand, n int) (all, inside []T) {
	all = make([]T, n+80)
	for i := range all {
		all[i] = T(r.Uint32())
	}
	return all, all[40 : 40+n]
}

// sameOutcome runs f twice on equal memory, with the kernels in use and the scalar ones.
func sameOutcome[T uint8 | uint16 | uint32](t *testing.T, r *rand.Rand, n int, f func(k *IngestTable, out []T), what string, args ...any) {
	t.Helper()
	all, out := guarded[T](r, n)
	want := slices.Clone(all)
	f(&Ingest, out)
	f(&ingestScalar, want[40:40+n])
	if !slices.Equal(all, want) {
		t.Errorf(what+" differs from the scalar form", args...)
	}
}

func TestIngestRows(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, w := range ingestWidths {
		src := randomBytes(r, 4*w)
		sameOutcome(t, r, w, func(k *IngestTable, out []uint16) { k.Widen(out, src) }, "Widen of %d", w)
		sameOutcome(t, r, 2*w, func(k *IngestTable, out []uint8) { k.Split(out[:w], out[w:], src) }, "Split of %d", w)
		for _, c := range []struct {
			shift uint
			limit uint16
		}{{0, 1023}, {6, 1023}, {4, 4095}, {0, 4095}, {0, 65535}, {8, 255}} {
			sameOutcome(t, r, w, func(k *IngestTable, out []uint16) { k.Clip(out, src, c.shift, c.limit) }, "Clip of %d, %+v", w, c)
			sameOutcome(t, r, 2*w, func(k *IngestTable, out []uint16) { k.SplitClip(out[:w], out[w:], src, c.shift, c.limit) }, "SplitClip of %d, %+v", w, c)
		}
	}
}

func TestBorders(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, left := range ingestWidths[:16] {
		for _, right := range ingestWidths[:16] {
			for _, w := range []int{1, 7, 40} {
				rows, stride := 1+r.IntN(3), left+w+right+r.IntN(5)
				n := (rows-1)*stride + left + w + right
				sameOutcome(t, r, n, func(k *IngestTable, out []uint8) { k.Border8(out, stride, left, w, right, rows) }, "Border8 %d+%d+%d", left, w, right)
				sameOutcome(t, r, n, func(k *IngestTable, out []uint16) { k.Border16(out, stride, left, w, right, rows) }, "Border16 %d+%d+%d", left, w, right)
			}
		}
	}
	Ingest.Border8(nil, 0, 0, 1, 0, 0)
	Ingest.Border16(nil, 0, 0, 1, 0, 0)
}

func TestColumnSums(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, n := range ingestWidths {
		for _, rows := range []int{1, 4, 64} {
			stride := 4*n + r.IntN(9)
			src, wide := randomBytes(r, stride*rows), make([]uint16, stride*rows)
			for i := range wide {
				wide[i] = uint16(r.IntN(2) * 4095)
			}
			if r.IntN(2) == 0 {
				for i := range src {
					src[i] = 255
				}
			}
			sameOutcome(t, r, n, func(k *IngestTable, out []uint32) { k.Sum8(out, src, stride, rows) }, "Sum8 of %d, %d rows", n, rows)
			sameOutcome(t, r, n, func(k *IngestTable, out []uint32) { k.Sum16(out, wide, stride, rows) }, "Sum16 of %d, %d rows", n, rows)
		}
	}
}

func TestBlocks8x8(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for range 200 {
		cols, rows, stride := 1+r.IntN(7), 1+r.IntN(7), 16+r.IntN(150)
		src, ref := randomBytes(r, 7*stride+8), randomBytes(r, (rows+6)*stride+cols+7)
		if got, want := Ingest.Deviation8x8(src, stride), deviation8x8(src, stride); got != want {
			t.Fatalf("deviation %d, want %d", got, want)
		}
		if got, want := Ingest.Search8x8(src, ref, stride, cols, rows), search8x8(src, ref, stride, cols, rows); got != want {
			t.Fatalf("%d x %d positions: %d, want %d", cols, rows, got, want)
		}
	}
	black, white := make([]uint8, 64), make([]uint8, 64)
	for i := range white {
		white[i] = 255
	}
	if got := Ingest.Deviation8x8(white, 8); got != 0 {
		t.Errorf("deviation of white: %d", got)
	}
	if got := Ingest.Search8x8(black, white, 8, 1, 1); got != 64*255 {
		t.Errorf("black to white: %d", got)
	}
}

// ingestBenches are those of the table Ingest, on rows and bands of 720p.
func ingestBenches() []kernelBench {
	r := rand.New(rand.NewPCG(9, 10))
	const w, border = 1280, 96
	src, bytes, words := randomBytes(r, 4*w), make([]uint8, (w+2*border)*64), make([]uint16, (w+2*border)*64)
	sums := make([]uint32, w/4)
	return []kernelBench{
		{fmt.Sprintf("Ingest/Widen/%d", w), func() { Ingest.Widen(words[:w], src) }},
		{fmt.Sprintf("Ingest/Split/%d", w/2), func() { Ingest.Split(bytes[:w/2], bytes[w/2:], src) }},
		{fmt.Sprintf("Ingest/Clip/%d", w), func() { Ingest.Clip(words[:w], src, 6, 1023) }},
		{fmt.Sprintf("Ingest/SplitClip/%d", w/2), func() { Ingest.SplitClip(words[:w/2], words[w/2:], src, 6, 1023) }},
		{fmt.Sprintf("Ingest/Border8/%dx64", w), func() { Ingest.Border8(bytes, w+2*border, border, w, border, 64) }},
		{fmt.Sprintf("Ingest/Border16/%dx64", w), func() { Ingest.Border16(words, w+2*border, border, w, border, 64) }},
		{fmt.Sprintf("Ingest/Sum8/%dx8", w), func() { Ingest.Sum8(sums, bytes, w, 8) }},
		{fmt.Sprintf("Ingest/Sum16/%dx8", w), func() { Ingest.Sum16(sums, words, w, 8) }},
		{"Ingest/Deviation8x8", func() { Ingest.Deviation8x8(bytes, 160) }},
		{"Ingest/Search8x8/7x7", func() { Ingest.Search8x8(bytes, bytes[160:], 160, 7, 7) }},
	}
}
