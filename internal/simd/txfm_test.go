package simd

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestTransform1D compares the networks in use with the scalar ones.
func TestTransform1D(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	scalar := scalarTxfm()
	for _, limit := range []int32{1<<15 - 1, 1<<17 - 1} {
		for n := range 5 {
			for k := range 4 {
				compareTransform(t, r, fmt.Sprintf("InverseDCT[%d][%d]", n, k), Txfm.InverseDCT[n][k], scalar.InverseDCT[n][k], 4<<n, 4<<min(k, n), 4<<n, limit)
			}
			compareTransform(t, r, fmt.Sprintf("ForwardDCT[%d]", n), Txfm.ForwardDCT[n], scalar.ForwardDCT[n], 4<<n, 4<<n, 4<<min(n, 3), limit>>n)
		}
		for n := range 3 {
			for k := range 3 {
				compareTransform(t, r, fmt.Sprintf("InverseADST[%d][%d]", n, k), Txfm.InverseADST[n][k], scalar.InverseADST[n][k], 4<<n, 4<<min(k, n), 4<<n, limit)
			}
			compareTransform(t, r, fmt.Sprintf("ForwardADST[%d]", n), Txfm.ForwardADST[n], scalar.ForwardADST[n], 4<<n, 4<<n, 4<<n, limit>>n)
		}
	}
}

// compareTransform runs both on vectors of n elements, the first used of which aren't
// zero, and compares the first made ones. Elements behind used must not be read.
func compareTransform(t *testing.T, r *rand.Rand, name string, f, g Transform1D, n, used, made int, limit int32) {
	t.Helper()
	for range 50 {
		cols := 4 << r.IntN(5)
		panels := (cols + panelCols - 1) / panelCols
		got := make([]int32, panels*panelCols*n)
		for i := range got {
			got[i] = r.Int32()
			if i/panelCols%n < used {
				got[i] = []int32{r.Int32N(2*limit) - limit, limit, -limit - 1, 0}[r.IntN(4)]
			}
		}
		want := slices.Clone(got)
		f(got, cols, limit)
		g(want, cols, limit)
		for c := range cols {
			for k := range made {
				i := c/panelCols*n*panelCols + k*panelCols + c%panelCols
				if got[i] != want[i] {
					t.Fatalf("%s: element %d of column %d is %d, want %d", name, k, c, got[i], want[i])
				}
			}
		}
	}
}

func TestTurn(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	scalar := scalarTxfm()
	src := make([]int32, 4096)
	for i := range src {
		src[i] = r.Int32N(1<<19) - 1<<18
	}
	got, want := make([]int32, 4096), make([]int32, 4096)
	for _, rect := range []bool{false, true} {
		for _, p := range []TurnParams{{Limit: 1<<31 - 1}, {Right: 3, Limit: 1<<15 - 1}, {Left: 2, Limit: 1<<31 - 1}, {Right: 1, Limit: 1<<17 - 1}} {
			p.Rect = rect
			for _, stride := range []int{8, -8, 32} {
				Txfm.Turn(got, 1024, stride, 64, src, 1024, stride, 256, 4, &p)
				scalar.Turn(want, 1024, stride, 64, src, 1024, stride, 256, 4, &p)
				if !slices.Equal(got, want) {
					t.Fatalf("%+v, stride %d", p, stride)
				}
			}
		}
	}
}

func TestAdd(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	scalar := scalarTxfm()
	var residual [4096]int32
	for _, bitDepth := range []int{8, 10, 12} {
		maxV := int32(1)<<bitDepth - 1
		for i := range residual {
			residual[i] = r.Int32N(1<<20) - 1<<19
			if i&1 == 0 {
				residual[i] >>= 8
			}
		}
		for w := 4; w <= 64; w *= 2 {
			for _, h := range []int{4, 8, 64} {
				got := distPlane[uint16](r, 80*(h-1)+w, bitDepth, 0)
				want := slices.Clone(got)
				Txfm.Add(got, 80, residual[:], (h-1)*panelCols, -panelCols, h*panelCols, w, h, maxV)
				scalar.Add(want, 80, residual[:], (h-1)*panelCols, -panelCols, h*panelCols, w, h, maxV)
				if !slices.Equal(got, want) {
					t.Fatalf("Add %dx%d, %d bit", w, h, bitDepth)
				}
				dc := r.Int32N(2*maxV) - maxV
				Txfm.AddDC(got, 80, w, h, dc, maxV)
				scalar.AddDC(want, 80, w, h, dc, maxV)
				if !slices.Equal(got, want) {
					t.Fatalf("AddDC %dx%d, %d bit", w, h, bitDepth)
				}
			}
		}
	}
}
