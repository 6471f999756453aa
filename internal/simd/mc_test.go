package simd

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

var mcScalar = MCTable{Put8Tap: put8Tap, Prep8Tap: prep8Tap, Avg: avg}

// mcTaps has the shapes of the specification's filters, among them the one with the greatest gain.
var mcTaps = []*[8]int16{
	nil,
	{0, 2, -14, 76, 76, -14, 2, 0},
	{0, 0, -4, 126, 8, -2, 0, 0},
	{-4, 12, -24, 80, 80, -24, 12, -4},
	{0, 0, 0, 64, 64, 0, 0, 0},
	{0, -2, 16, 54, 48, 12, 0, 0},
	{0, 2, -2, 8, 126, -6, 2, -2},
}

// mcSource makes rows of stride samples: noise, extremes, all maximal, or (3, 4) what gives the greatest and least sums.
func mcSource(r *rand.Rand, stride, rows, kind, bitDepth int) []uint16 {
	s := make([]uint16, stride*rows+16)
	maxV := 1<<bitDepth - 1
	taps := mcTaps[3]
	for i := range s {
		switch kind {
		case 0:
			s[i] = uint16(r.IntN(maxV + 1))
		case 1:
			s[i] = uint16(r.IntN(2) * maxV)
		case 2:
			s[i] = uint16(maxV)
		default:
			if (taps[i%stride%8]*taps[i/stride%8] > 0) == (kind == 3) {
				s[i] = uint16(maxV)
			}
		}
	}
	return s
}

// eachMC calls f for every shape of block with sources of random and extreme content.
func eachMC(f func(name string, src []uint16, stride, w, h int, fx, fy *[8]int16, bitDepth int)) {
	r := rand.New(rand.NewPCG(21, 22))
	for _, bitDepth := range []int{8, 10, 12} {
		for _, w := range []int{2, 4, 8, 16, 32, 64, 128} {
			for _, h := range []int{1, 2, 3, 4, 8, 16, 64, 128} {
				for kind := range 5 {
					for _, fx := range mcTaps {
						fy := mcTaps[r.IntN(len(mcTaps))]
						stride := (w+7+15)&^15 + 16 + 8*r.IntN(2)
						src := mcSource(r, stride, h+7, kind, bitDepth)
						f(fmt.Sprintf("%d bit %dx%d content %d taps %v %v", bitDepth, w, h, kind, fx, fy), src, stride, w, h, fx, fy, bitDepth)
					}
				}
			}
		}
	}
}

func TestPut8Tap(t *testing.T) {
	var tmp [MCTmpLen]int16
	eachMC(func(name string, src []uint16, stride, w, h int, fx, fy *[8]int16, bitDepth int) {
		dstStride := w + 3
		got, want := make([]uint16, dstStride*h), make([]uint16, dstStride*h)
		mcScalar.Put8Tap(want, dstStride, src, stride, w, h, fx, fy, bitDepth, &tmp)
		MC.Put8Tap(got, dstStride, src, stride, w, h, fx, fy, bitDepth, &tmp)
		if !slices.Equal(got, want) {
			t.Fatalf("%s differs", name)
		}
	})
}

func TestPrep8TapAndAvg(t *testing.T) {
	var tmp [MCTmpLen]int16
	var last []int16
	eachMC(func(name string, src []uint16, stride, w, h int, fx, fy *[8]int16, bitDepth int) {
		got, want := make([]int16, w*h), make([]int16, w*h)
		mcScalar.Prep8Tap(want, src, stride, w, h, fx, fy, bitDepth, &tmp)
		MC.Prep8Tap(got, src, stride, w, h, fx, fy, bitDepth, &tmp)
		if !slices.Equal(got, want) {
			t.Fatalf("%s differs", name)
		}
		if len(last) != w*h {
			last = got
		}
		dstStride := w + 5
		gotAvg, wantAvg := make([]uint16, dstStride*h), make([]uint16, dstStride*h)
		mcScalar.Avg(wantAvg, dstStride, want, last, w, h, bitDepth)
		MC.Avg(gotAvg, dstStride, want, last, w, h, bitDepth)
		if !slices.Equal(gotAvg, wantAvg) {
			t.Fatalf("average of %s differs", name)
		}
		last = got
	})
}

func BenchmarkMC(b *testing.B) {
	src := mcSource(rand.New(rand.NewPCG(23, 24)), 256, 160, 0, 8)
	var tmp [MCTmpLen]int16
	var dst [128 * 128]uint16
	var prep [2][128 * 128]int16
	for _, level := range []struct {
		name string
		t    MCTable
	}{{"scalar", mcScalar}, {"in use", MC}} {
		for _, w := range []int{4, 8, 16, 32, 64} {
			for _, taps := range []struct {
				name   string
				fx, fy *[8]int16
			}{{"copy", nil, nil}, {"h6", mcTaps[1], nil}, {"v6", nil, mcTaps[1]}, {"hv6", mcTaps[1], mcTaps[1]}, {"hv8", mcTaps[3], mcTaps[3]}} {
				b.Run(fmt.Sprintf("%s/put/%s/%dx%d", level.name, taps.name, w, w), func(b *testing.B) {
					for b.Loop() {
						level.t.Put8Tap(dst[:], 128, src, 256, w, w, taps.fx, taps.fy, 8, &tmp)
					}
				})
				b.Run(fmt.Sprintf("%s/prep/%s/%dx%d", level.name, taps.name, w, w), func(b *testing.B) {
					for b.Loop() {
						level.t.Prep8Tap(prep[0][:], src, 256, w, w, taps.fx, taps.fy, 8, &tmp)
					}
				})
			}
			b.Run(fmt.Sprintf("%s/avg/%dx%d", level.name, w, w), func(b *testing.B) {
				for b.Loop() {
					level.t.Avg(dst[:], 128, prep[0][:], prep[1][:], w, w, 8)
				}
			})
		}
	}
}
