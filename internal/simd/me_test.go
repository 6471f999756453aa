package simd

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

func randomBytes(r *rand.Rand, n int) []uint8 {
	b := make([]uint8, n)
	for i := range b {
		b[i] = uint8(r.Uint32())
	}
	return b
}

// extremeBytes are random ones, or only 0 and 255, or all the same of them.
func extremeBytes(r *rand.Rand, n int) []uint8 {
	b, same := randomBytes(r, n), uint8(r.IntN(2))
	switch r.IntN(3) {
	case 0:
		for i := range b {
			b[i] = -(b[i] & 1)
		}
	case 1:
		for i := range b {
			b[i] = -same
		}
	}
	return b
}

// eachME runs f for the kernels in use and for the scalar ones.
func eachME(t *testing.T, f func(t *testing.T, me METable)) {
	t.Run("scalar", func(t *testing.T) {
		f(t, METable{Narrow: narrow, Halve: halve, Window: searchWindow, Grid: searchGrid, Variance: diffVariance})
	})
	t.Run("in use", func(t *testing.T) { f(t, ME) })
}

// plainSad is the sum of absolute differences over every step-th row.
func plainSad(a []uint8, aStride int, b []uint8, bStride, w, h, step int) (sad uint32) {
	for y := 0; y < h; y += step {
		for x := range w {
			d := int(a[y*aStride+x]) - int(b[y*bStride+x])
			sad += uint32(max(d, -d))
		}
	}
	return sad
}

func TestWindow(t *testing.T) { eachME(t, testWindow) }

func testWindow(t *testing.T, me METable) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, size := range []int{16, 32, 64} {
		for range 20 {
			step, cols, rows := 1+r.IntN(2), 1+r.IntN(20), 1+r.IntN(12)
			srcStride, refStride := size+r.IntN(9), size+32+r.IntN(9)
			src, ref := extremeBytes(r, srcStride*size), extremeBytes(r, refStride*(size+rows))
			want, wx, wy := uint32(1<<32-1), 0, 0
			for y := range rows {
				for x := range cols {
					if s := plainSad(src, srcStride, ref[y*refStride+x:], refStride, size, size, step); s < want {
						want, wx, wy = s, x, y
					}
				}
			}
			if sad, x, y := me.Window(src, srcStride, ref, refStride, size, size, step, cols, rows); sad != want || x != wx || y != wy {
				t.Fatalf("size %d: %d at (%d, %d), want %d at (%d, %d)", size, sad, x, y, want, wx, wy)
			}
		}
	}
	flat := make([]uint8, 200*200)
	if sad, x, y := me.Window(flat, 64, flat, 200, 64, 64, 1, 24, 9); sad != 0 || x != 0 || y != 0 {
		t.Errorf("flat content: %d at (%d, %d), want the first position", sad, x, y)
	}
}

func TestGrid(t *testing.T) { eachME(t, testGrid) }

func testGrid(t *testing.T, me METable) {
	r := rand.New(rand.NewPCG(2, 2))
	for range 20 {
		step, cols, rows := 1+r.IntN(2), 1+r.IntN(18), 1+r.IntN(4)
		blocks := []int{Grid8, GridBlocks}[r.IntN(2)]
		const refStride = 110
		src, ref := extremeBytes(r, 64*64), extremeBytes(r, refStride*(64+rows))
		var got, want GridBest
		for i := range got.Sad {
			got.Sad[i] = uint32(r.IntN(20000) * (GridBlocks - i))
		}
		want = got
		const pos = 5<<16 + 1000
		me.Grid(&got, src, 64, ref, refStride, step, cols, rows, blocks, pos)
		for y := range rows {
			for x := range cols {
				i := 0
				for size := 64; size >= 8 && i < blocks; size >>= 1 {
					for by := 0; by < 64; by += size {
						for bx := 0; bx < 64; bx += size {
							s := plainSad(src[by*64+bx:], 64, ref[(y+by)*refStride+x+bx:], refStride, size, size, step)
							if s < want.Sad[i] {
								want.Sad[i], want.Pos[i] = s, pos+uint32(y<<16+x)
							}
							i++
						}
					}
				}
			}
		}
		if got != want {
			t.Fatalf("step %d, %d x %d positions: grid differs", step, cols, rows)
		}
	}
}

func TestHalveAndNarrow(t *testing.T) { eachME(t, testHalveAndNarrow) }

func testHalveAndNarrow(t *testing.T, me METable) {
	r := rand.New(rand.NewPCG(3, 3))
	for w := 1; w < 70; w++ {
		a, b, d := randomBytes(r, 2*w), randomBytes(r, 2*w), make([]uint8, w)
		me.Halve(d, a, b, w)
		for x, v := range d {
			if want := (int(a[2*x]) + int(a[2*x+1]) + int(b[2*x]) + int(b[2*x+1]) + 2) / 4; int(v) != want {
				t.Fatalf("mean %d, want %d", v, want)
			}
		}
		for shift := uint(0); shift <= 4; shift += 2 {
			src := make([]uint16, w+3)
			for i := range src {
				src[i] = uint16(r.IntN(256 << shift))
			}
			me.Narrow(d, src, shift)
			for i, v := range d {
				if v != uint8(src[i]>>shift) {
					t.Fatalf("%d >> %d = %d", src[i], shift, v)
				}
			}
		}
	}
}

func TestVariance(t *testing.T) { eachME(t, testVariance) }

func testVariance(t *testing.T, me METable) {
	r := rand.New(rand.NewPCG(4, 4))
	for _, size := range [][2]int{{4, 4}, {4, 16}, {8, 8}, {16, 4}, {64, 32}, {128, 128}} {
		w, h := size[0], size[1]
		stride := w + 2 + r.IntN(8)
		a, b := make([]uint16, w*h), make([]uint16, stride*(h+3))
		for i := range a {
			a[i] = uint16(r.IntN(2)) * 4095
		}
		for i := range b {
			b[i] = uint16(r.IntN(4096))
		}
		sum, squares := 0, 0
		for i, v := range a {
			d := int(v) - int(b[i/w*stride+i%w])
			sum += d
			squares += d * d
		}
		if got, want := me.Variance(a, w, b, stride, w, h), uint64(squares-sum*sum/(w*h)); got != want {
			t.Fatalf("%v variance %d, want %d", size, got, want)
		}
	}
}

func BenchmarkGrid(b *testing.B) {
	src, ref := make([]uint8, 64*64), make([]uint8, 128*128)
	var best GridBest
	for b.Loop() {
		ME.Grid(&best, src, 64, ref, 128, 1, 8, 1, GridBlocks, 0)
	}
}

func BenchmarkWindow(b *testing.B) {
	src, ref := make([]uint8, 64*64), make([]uint8, 128*128)
	for i := range src {
		src[i] = 99
	}
	for _, size := range []int{16, 32} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			for b.Loop() {
				ME.Window(src, 64, ref, 128, size, size, 1, 8, 8)
			}
		})
	}
}
