package transform

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/grav1e/grav1e/internal/av1"
)

// legalTypes are the transform types a size can have in any transform set, WHT included.
func legalTypes(tx av1.TxSize) []av1.TxType {
	var types []av1.TxType
	up := av1.TxSizeSqrUp[tx]
	for typ := range av1.TxTypes {
		switch {
		case typ == av1.DCTDCT,
			up <= av1.Tx16x16,
			up == av1.Tx32x32 && typ == av1.IDTX:
			types = append(types, typ)
		}
	}
	if tx == av1.Tx4x4 {
		types = append(types, av1.WHT)
	}
	return types
}

// forAll runs f for every transform size, legal type and bit depth.
func forAll(f func(tx av1.TxSize, typ av1.TxType, bitDepth int)) {
	for tx := range av1.TxSizesAll {
		for _, typ := range legalTypes(tx) {
			for _, bitDepth := range []int{8, 10, 12} {
				f(tx, typ, bitDepth)
			}
		}
	}
}

func name(tx av1.TxSize, typ av1.TxType, bitDepth int) string {
	return fmt.Sprintf("%dx%d type %d, %d bit", av1.TxWidth[tx], av1.TxHeight[tx], typ, bitDepth)
}

// coefficient patterns for the inverse transform
var fills = []func(r *rand.Rand, limit int32, i int) int32{
	func(r *rand.Rand, limit int32, _ int) int32 { return r.Int32N(1024) - 512 },
	func(r *rand.Rand, limit int32, _ int) int32 { return r.Int32N(2*limit) - limit },
	func(r *rand.Rand, limit int32, _ int) int32 { return []int32{-limit, limit - 1}[r.IntN(2)] },
	func(_ *rand.Rand, limit int32, _ int) int32 { return limit - 1 },
	func(_ *rand.Rand, limit int32, _ int) int32 { return -limit },
	func(r *rand.Rand, limit int32, i int) int32 { return (r.Int32N(2*limit) - limit) / int32(1+i*i) },
	func(r *rand.Rand, limit int32, _ int) int32 {
		if r.IntN(8) > 0 {
			return 0
		}
		return (r.Int32N(2*limit) - limit) >> 4
	},
}

func TestInverseMatchesSpecification(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var s Scratch
	const stride = 72
	var dst, want [64 * stride]uint16
	var coefs [1024]int32
	compared, skipped := 0, 0
	forAll(func(tx av1.TxSize, typ av1.TxType, bitDepth int) {
		w, h := int(av1.TxWidth[tx]), int(av1.TxHeight[tx])
		tw, th := min(w, 32), min(h, 32)
		scan := av1.GetScan(tx, typ)
		eobs := []int{1, 2, 3, 4, 5, 9, 10, 11, 15, 16, 17}
		if testing.Short() {
			eobs = append(eobs, len(scan)/2, len(scan))
		} else {
			eobs = eobs[:0]
			for e := 1; e <= len(scan); e += 1 + e/48 {
				eobs = append(eobs, e)
			}
			eobs = append(eobs, len(scan))
		}
		for n, eob := range eobs {
			eob = min(eob, len(scan))
			fill := fills[n%len(fills)]
			var dequant, residual [64][64]int64
			clear(coefs[:])
			for i, pos := range scan[:eob] {
				v := fill(r, 1<<(bitDepth+7), i)
				coefs[pos] = v
				dequant[int(pos)/tw][int(pos)%tw] = int64(v)
			}
			for i := range dst {
				dst[i] = uint16(r.IntN(1 << bitDepth))
			}
			want = dst
			var ref reference
			ref.inverse2D(&residual, &dequant, tx, typ, bitDepth)
			reconstruct(want[:], stride, &residual, tx, typ, bitDepth)
			if typ != av1.WHT && Fits(coefs[:tw*th], eob, tx, typ, bitDepth, &s) == ref.broken {
				t.Fatalf("%s, eob %d, fill %d: Fits is %v", name(tx, typ, bitDepth), eob, n%len(fills), ref.broken)
			}
			Inverse(dst[:], stride, coefs[:tw*th], eob, tx, typ, bitDepth, &s)
			for i, v := range coefs {
				if v != 0 {
					t.Fatalf("%s, eob %d: coefficient %d not zeroed", name(tx, typ, bitDepth), eob, i)
				}
			}
			// 12-bit streams that break the conformance requirements may overflow.
			if ref.broken && bitDepth == 12 {
				skipped++
				continue
			}
			compared++
			if dst != want {
				for i := range dst {
					if dst[i] != want[i] {
						t.Errorf("%s, eob %d, fill %d: sample (%d, %d) is %d, want %d", name(tx, typ, bitDepth), eob, n%len(fills), i%stride, i/stride, dst[i], want[i])
						break
					}
				}
			}
		}
	})
	t.Logf("%d blocks compared, %d not conformant", compared, skipped)
}

// residual patterns for the forward transform
var residuals = []struct {
	name string
	at   func(r *rand.Rand, peak, x, y int) int
}{
	{"random", func(r *rand.Rand, peak, _, _ int) int { return r.IntN(2*peak+1) - peak }},
	{"small", func(r *rand.Rand, _, _, _ int) int { return r.IntN(21) - 10 }},
	{"flat", func(_ *rand.Rand, peak, _, _ int) int { return peak }},
	{"negative", func(_ *rand.Rand, peak, _, _ int) int { return -peak }},
	{"checks", func(_ *rand.Rand, peak, x, y int) int { return peak * (1 - (x+y)%2*2) }},
	{"extremes", func(r *rand.Rand, peak, _, _ int) int { return peak * (1 - r.IntN(2)*2) }},
	{"ramp", func(_ *rand.Rand, peak, x, y int) int { return peak * (x + 2*y - 96) / 192 }},
	{"edge", func(_ *rand.Rand, peak, x, y int) int { return peak * (min(max(x+y-8, -1), 1)) }},
}

func TestForwardInverts(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	var s Scratch
	const stride = 64
	var src, smooth [64 * stride]int16
	var dst [64 * stride]uint16
	var coefs [1024]int32
	worst := 0
	forAll(func(tx av1.TxSize, typ av1.TxType, bitDepth int) {
		w, h := int(av1.TxWidth[tx]), int(av1.TxHeight[tx])
		tw, th := min(w, 32), min(h, 32)
		peak := 1<<bitDepth - 1
		for _, p := range residuals {
			for y := range h {
				for x := range w {
					src[y*stride+x] = int16(p.at(r, peak, x, y))
				}
			}
			input := &src
			if w == 64 || h == 64 {
				if p.name == "checks" || p.name == "edge" {
					continue
				}
				// Only what the 32 lowest frequencies can carry comes back.
				lowPass(&smooth, &src, stride, w, h)
				input = &smooth
			}
			Forward(coefs[:tw*th], input[:], stride, tx, typ, bitDepth, &s)
			shift := dqShift(tx)
			for i := range coefs {
				coefs[i] = int32(math.RoundToEven(float64(coefs[i]) / float64(int(1)<<shift)))
			}
			// Around the middle of 14 bits nothing is clipped.
			for i := range dst {
				dst[i] = 1 << 13
			}
			inverseUnclipped(dst[:], stride, coefs[:tw*th], tx, typ, bitDepth, &s)
			// The constants of the inverse have 12 bits, and so does a 12-bit residual.
			tolerance := max(2, peak>>9)
			for y := range h {
				for x := range w {
					got, want := int(dst[y*stride+x])-1<<13, int(input[y*stride+x])
					e := max(got-want, want-got)
					worst = max(worst, e)
					if e > tolerance || typ == av1.WHT && e != 0 {
						t.Fatalf("%s, %s: sample (%d, %d) comes back as %d, want %d", name(tx, typ, bitDepth), p.name, x, y, got, want)
					}
				}
			}
		}
	})
	t.Logf("worst error %d", worst)
}

// inverseUnclipped is Inverse with room for residuals of both signs around 1<<13.
func inverseUnclipped(dst []uint16, stride int, coefs []int32, tx av1.TxSize, typ av1.TxType, bitDepth int, s *Scratch) {
	var ref reference
	var dequant, residual [64][64]int64
	tw := min(int(av1.TxWidth[tx]), 32)
	for i, v := range coefs {
		dequant[i/tw][i%tw] = int64(v)
	}
	ref.inverse2D(&residual, &dequant, tx, typ, bitDepth)
	reconstruct(dst, stride, &residual, tx, typ, 14)
}

func dqShift(tx av1.TxSize) uint {
	switch tx {
	case av1.Tx32x32, av1.Tx16x32, av1.Tx32x16, av1.Tx16x64, av1.Tx64x16:
		return 1
	case av1.Tx64x64, av1.Tx32x64, av1.Tx64x32:
		return 2
	}
	return 0
}

// lowPass projects src onto the cosines that a transform of w x h keeps, the 32 lowest
// in each direction, at a quarter of the size so that overshoots stay in range.
func lowPass(dst, src *[64 * 64]int16, stride, w, h int) {
	var tmp, out [64][64]float64
	for y := range h {
		for x := range w {
			tmp[y][x] = float64(src[y*stride+x]) / 4
		}
	}
	kernel := func(n, i, j int) float64 { // projection onto frequencies below 32 of n
		sum := 1 / float64(n)
		for k := 1; k < min(n, 32); k++ {
			sum += 2 / float64(n) * math.Cos(math.Pi*float64((2*i+1)*k)/float64(2*n)) * math.Cos(math.Pi*float64((2*j+1)*k)/float64(2*n))
		}
		return sum
	}
	var kw, kh [64][64]float64
	for i := range 64 {
		for j := range 64 {
			kw[i][j], kh[i][j] = kernel(w, i, j), kernel(h, i, j)
		}
	}
	for y := range h {
		for x := range w {
			for i := range w {
				out[y][x] += kw[x][i] * tmp[y][i]
			}
		}
	}
	for y := range h {
		for x := range w {
			v := 0.0
			for i := range h {
				v += kh[y][i] * out[i][x]
			}
			dst[y*stride+x] = int16(math.Round(v))
		}
	}
}

func TestNoAllocations(t *testing.T) {
	s, coefs, dst, src := new(Scratch), make([]int32, 1024), make([]uint16, 64*64), make([]int16, 64*64)
	for tx := range av1.TxSizesAll {
		n := testing.AllocsPerRun(10, func() {
			Forward(coefs, src, 64, tx, av1.DCTDCT, 8, s)
			coefs[0], coefs[1] = 32000, 32000
			Fits(coefs, 9, tx, av1.DCTDCT, 8, s)
			Inverse(dst, 64, coefs, 9, tx, av1.DCTDCT, 8, s)
		})
		if n > 0 {
			t.Errorf("tx %d: %v allocations", tx, n)
		}
	}
}

func BenchmarkInverse(b *testing.B) {
	benchmark(b, func(coefs []int32, dst []uint16, eob int, tx av1.TxSize, typ av1.TxType, s *Scratch) {
		coefs[0] = 1000
		coefs[1] = -300
		Inverse(dst, 64, coefs, eob, tx, typ, 8, s)
	}, []int{1, 10, 1024})
}

func BenchmarkForward(b *testing.B) {
	var src [64 * 64]int16
	for i := range src {
		src[i] = int16(i*7%255 - 127)
	}
	benchmark(b, func(coefs []int32, _ []uint16, _ int, tx av1.TxSize, typ av1.TxType, s *Scratch) {
		Forward(coefs, src[:], 64, tx, typ, 8, s)
	}, []int{1024})
}

func benchmark(b *testing.B, f func(coefs []int32, dst []uint16, eob int, tx av1.TxSize, typ av1.TxType, s *Scratch), eobs []int) {
	names := map[av1.TxType]string{av1.DCTDCT: "DCT", av1.ADSTADST: "ADST", av1.IDTX: "identity"}
	for _, tx := range []av1.TxSize{av1.Tx4x4, av1.Tx8x8, av1.Tx16x16, av1.Tx32x32, av1.Tx64x64, av1.Tx8x16, av1.Tx16x4} {
		for _, typ := range []av1.TxType{av1.DCTDCT, av1.ADSTADST, av1.IDTX} {
			if !contains(legalTypes(tx), typ) {
				continue
			}
			for _, eob := range eobs {
				n := min(int(av1.TxWidth[tx]), 32) * min(int(av1.TxHeight[tx]), 32)
				eob = min(eob, n)
				b.Run(fmt.Sprintf("%dx%d/%s/eob%d", av1.TxWidth[tx], av1.TxHeight[tx], names[typ], eob), func(b *testing.B) {
					s, coefs, dst := new(Scratch), make([]int32, n), make([]uint16, 64*64)
					b.ReportAllocs()
					for b.Loop() {
						f(coefs, dst, eob, tx, typ, s)
					}
				})
			}
		}
	}
}
