package simd

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

var ipredScalar = IPredTable{
	Fill: ipredFill, V: ipredV, H: ipredH, Paeth: ipredPaeth,
	Smooth: ipredSmooth, SmoothV: ipredSmoothV, SmoothH: ipredSmoothH,
	Recursive: ipredRecursive, Z1: ipredZ1, Z2: ipredZ2, Z3: ipredZ3,
	CflAC: cflAC, CflPred: cflPred,
}

// ipredInput is what the kernels of a block read.
type ipredInput struct {
	above, left  Edge
	wx, wy       []uint8
	taps         [8][7]int8
	ac           []int16
	dx, dy, up   int
	alpha, depth int
}

// ipredCalls run one kernel each.
var ipredCalls = []struct {
	name string
	run  func(t *IPredTable, dst []uint16, stride, w, h int, in *ipredInput)
}{
	{"Fill", func(t *IPredTable, dst []uint16, stride, w, h int, in *ipredInput) {
		t.Fill(dst, stride, w, h, in.above[EdgeBase])
	}},
	{"V", func(t *IPredTable, dst []uint16, stride, w, h int, in *ipredInput) { t.V(dst, stride, w, h, &in.above) }},
	{"H", func(t *IPredTable, dst []uint16, stride, w, h int, in *ipredInput) { t.H(dst, stride, w, h, &in.left) }},
	{"Paeth", func(t *IPredTable, dst []uint16, stride, w, h int, in *ipredInput) {
		t.Paeth(dst, stride, w, h, &in.above, &in.left)
	}},
	{"Smooth", func(t *IPredTable, dst []uint16, stride, w, h int, in *ipredInput) {
		t.Smooth(dst, stride, w, h, &in.above, &in.left, in.wx, in.wy)
	}},
	{"SmoothV", func(t *IPredTable, dst []uint16, stride, w, h int, in *ipredInput) {
		t.SmoothV(dst, stride, w, h, &in.above, &in.left, in.wy)
	}},
	{"SmoothH", func(t *IPredTable, dst []uint16, stride, w, h int, in *ipredInput) {
		t.SmoothH(dst, stride, w, h, &in.above, &in.left, in.wx)
	}},
	{"Recursive", func(t *IPredTable, dst []uint16, stride, w, h int, in *ipredInput) {
		t.Recursive(dst, stride, w, h, &in.above, &in.left, &in.taps, in.depth)
	}},
	{"Z1", func(t *IPredTable, dst []uint16, stride, w, h int, in *ipredInput) {
		t.Z1(dst, stride, w, h, &in.above, in.dx, in.up)
	}},
	{"Z2", func(t *IPredTable, dst []uint16, stride, w, h int, in *ipredInput) {
		t.Z2(dst, stride, w, h, &in.above, &in.left, in.dx, in.dy, in.up, in.up)
	}},
	{"Z3", func(t *IPredTable, dst []uint16, stride, w, h int, in *ipredInput) {
		t.Z3(dst, stride, w, h, &in.left, min(in.dy, 64), in.up)
	}},
	{"CflPred", func(t *IPredTable, dst []uint16, stride, w, h int, in *ipredInput) {
		t.CflPred(dst, stride, in.ac, w, h, in.above[EdgeBase], in.alpha, in.depth)
	}},
}

// derivatives are the pairs dx, dy of the specification's angles between 90 and 180 degrees.
var derivatives = [][2]int{
	{1023, 3}, {547, 7}, {372, 11}, {273, 15}, {215, 19}, {178, 23}, {151, 27}, {132, 31}, {116, 35}, {102, 40}, {90, 45}, {80, 51}, {71, 57},
	{64, 64}, {57, 71}, {51, 80}, {45, 90}, {40, 102}, {35, 116}, {31, 132}, {27, 151}, {23, 178}, {19, 215}, {15, 273}, {11, 372}, {7, 547}, {3, 1023},
}

func randomIPred(r *rand.Rand, w, h, kind, depth int) *ipredInput {
	in := &ipredInput{depth: depth, alpha: r.IntN(33) - 16, ac: make([]int16, w*h+16)}
	maxV := 1<<depth - 1
	value := func() uint16 {
		if kind == 0 {
			return uint16(r.IntN(maxV + 1))
		}
		return uint16(r.IntN(2) * maxV)
	}
	for i := range in.above {
		in.above[i], in.left[i] = value(), value()
	}
	in.left[EdgeBase-1] = in.above[EdgeBase-1]
	for range 64 {
		in.wx, in.wy = append(in.wx, uint8(r.IntN(256))), append(in.wy, uint8(r.IntN(256)))
	}
	in.wx, in.wy = in.wx[:w], in.wy[:h]
	for i := range in.taps {
		for j := range in.taps[i] {
			in.taps[i][j] = int8(r.IntN(33) - 16)
		}
	}
	for i := range in.ac {
		in.ac[i] = (int16(value()) - int16(value())) * 8
	}
	d := derivatives[r.IntN(len(derivatives))]
	in.dx, in.dy = d[0], d[1]
	if w+h <= 16 {
		in.up = r.IntN(2)
	}
	return in
}

func TestIPred(t *testing.T) {
	r := rand.New(rand.NewPCG(31, 32))
	for _, call := range ipredCalls {
		for _, w := range []int{4, 8, 16, 32, 64} {
			for _, h := range []int{4, 8, 16, 32, 64} {
				if max(w, h) > 4*min(w, h) {
					continue
				}
				for n := range 60 {
					in := randomIPred(r, w, h, n%2, 8+n%3*2)
					stride := w + r.IntN(9)
					got, want := make([]uint16, stride*h+8), make([]uint16, stride*h+8)
					for i := range got {
						got[i] = uint16(r.IntN(1 << 12))
					}
					copy(want, got)
					call.run(&ipredScalar, want, stride, w, h, in)
					call.run(&IPred, got, stride, w, h, in)
					if !slices.Equal(got, want) {
						t.Fatalf("%s %dx%d in %d bit, dx %d dy %d upsampled %d differs from scalar", call.name, w, h, in.depth, in.dx, in.dy, in.up)
					}
				}
			}
		}
	}
}

func TestCflAC(t *testing.T) {
	r := rand.New(rand.NewPCG(35, 36))
	for _, sub := range [][2]int{{1, 1}, {1, 0}, {0, 0}} {
		for _, w := range []int{4, 8, 16, 32} {
			for _, h := range []int{4, 8, 16, 32} {
				for n := range 12 {
					luma, stride := mcSource(r, 72, 64, n%4, 8+n%3*2), 72
					visW, visH := w, h
					if n%4 == 1 {
						visW, visH = 2+2*r.IntN(w/2), 2+2*r.IntN(h/2)
					}
					got, want := make([]int16, w*h), make([]int16, w*h)
					ipredScalar.CflAC(want, luma, stride, w, h, visW, visH, sub[0], sub[1])
					IPred.CflAC(got, luma, stride, w, h, visW, visH, sub[0], sub[1])
					if !slices.Equal(got, want) {
						t.Fatalf("%dx%d, visible %dx%d, subsampling %v differs from scalar", w, h, visW, visH, sub)
					}
				}
			}
		}
	}
}

func BenchmarkCflAC(b *testing.B) {
	luma := mcSource(rand.New(rand.NewPCG(37, 38)), 72, 64, 0, 8)
	var ac [32 * 32]int16
	for _, w := range []int{4, 8, 16, 32} {
		b.Run(fmt.Sprintf("scalar/%dx%d", w, w), func(b *testing.B) {
			for b.Loop() {
				ipredScalar.CflAC(ac[:], luma, 72, w, w, w, w, 1, 1)
			}
		})
		b.Run(fmt.Sprintf("in use/%dx%d", w, w), func(b *testing.B) {
			for b.Loop() {
				IPred.CflAC(ac[:], luma, 72, w, w, w, w, 1, 1)
			}
		})
	}
}

func BenchmarkIPred(b *testing.B) {
	var dst [64 * 64]uint16
	for _, call := range ipredCalls {
		for _, level := range []struct {
			name string
			t    *IPredTable
		}{{"scalar", &ipredScalar}, {"in use", &IPred}} {
			for _, w := range []int{4, 8, 16, 32} {
				in := randomIPred(rand.New(rand.NewPCG(33, 34)), w, w, 0, 8)
				in.dx, in.dy, in.up = 64, 64, 0
				b.Run(fmt.Sprintf("%s/%s/%dx%d", call.name, level.name, w, w), func(b *testing.B) {
					for b.Loop() {
						call.run(level.t, dst[:], 64, w, w, in)
					}
				})
			}
		}
	}
}
