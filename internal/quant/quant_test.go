package quant

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/bitstream"
	"github.com/grav1e/grav1e/internal/tile"
	"github.com/grav1e/grav1e/internal/transform"
)

// specDequant is a literal transcription of section 7.12.3, steps a to f.
func specDequant(level int64, dc bool, tx av1.TxSize, bitDepth, qidx int) int64 {
	dqDenom := int64(1)
	switch tx {
	case av1.Tx32x32, av1.Tx16x32, av1.Tx32x16, av1.Tx16x64, av1.Tx64x16:
		dqDenom = 2
	case av1.Tx64x64, av1.Tx32x64, av1.Tx64x32:
		dqDenom = 4
	}
	q := int64(av1.AcQLookup[(bitDepth-8)>>1][qidx])
	if dc {
		q = int64(av1.DcQLookup[(bitDepth-8)>>1][qidx])
	}
	dq, sign := level*q, int64(1)
	if dq < 0 {
		dq, sign = -dq, -1
	}
	dq2 := sign * (dq & 0xFFFFFF) / dqDenom
	return min(max(dq2, -(1<<(7+bitDepth))), 1<<(7+bitDepth)-1)
}

func TestDequantize(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	var dq, levels [1024]int32
	for tx := range av1.TxSizesAll {
		for _, bitDepth := range []int{8, 10, 12} {
			for _, qidx := range []int{0, 1, 40, 128, 255} {
				q := New(bitDepth, qidx)
				scan := av1.GetScan(tx, av1.DCTDCT)
				for i := range scan {
					levels[i] = r.Int32N(1<<(1+r.IntN(21))) - r.Int32N(1<<(1+r.IntN(20)))
					levels[i] = min(max(levels[i], -tile.MaxLevel), tile.MaxLevel)
				}
				clear(dq[:])
				q.Dequantize(dq[:], levels[:len(scan)], tx, av1.DCTDCT)
				for i, pos := range scan {
					if want := specDequant(int64(levels[i]), pos == 0, tx, bitDepth, qidx); int64(dq[pos]) != want {
						t.Fatalf("tx %d, %d bit, qidx %d: level %d gives %d, want %d", tx, bitDepth, qidx, levels[i], dq[pos], want)
					}
				}
			}
		}
	}
}

// laplacian fills coefs with values whose spread falls with the distance from DC.
func laplacian(r *rand.Rand, coefs []int32, width int, scale float64) {
	for i := range coefs {
		d := float64(i/width + i%width)
		coefs[i] = int32((r.ExpFloat64() - r.ExpFloat64()) * scale / (1 + d*d/4))
	}
}

func typesOf(tx av1.TxSize) []av1.TxType {
	if av1.TxSizeSqrUp[tx] <= av1.Tx16x16 {
		return []av1.TxType{av1.DCTDCT, av1.HDCT, av1.VADST, av1.IDTX}
	}
	return []av1.TxType{av1.DCTDCT}
}

// distortion is the definition of Result.Dist.
func distortion(coefs, dq []int32, tx av1.TxSize) (sum uint64) {
	for i, c := range coefs {
		e := int64(c) - int64(dq[i])<<dqShift[tx]
		sum += uint64(e * e)
	}
	return sum
}

func TestQuantizeAgreesWithDequantize(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	var s Scratch
	var levels, dq, want, coefs [1024]int32
	for tx := range av1.TxSizesAll {
		for _, typ := range typesOf(tx) {
			for _, bitDepth := range []int{8, 10, 12} {
				for _, qidx := range []int{0, 3, 60, 160, 255} {
					for _, scale := range []float64{3, 100, 3000, 1 << 19} {
						q := New(bitDepth, qidx)
						n := len(av1.GetScan(tx, typ))
						laplacian(r, coefs[:n], int(av1.TxWidth[av1.AdjustedTxSize[tx]]), scale)
						for i, v := range coefs {
							// What Forward can produce at all.
							coefs[i] = min(max(v, -1<<(bitDepth+9)), 1<<(bitDepth+9))
						}
						res := q.Quantize(levels[:], dq[:], coefs[:n], tx, typ, Kind(r.IntN(int(kinds))), &s)
						if res.Eob > 0 && levels[res.Eob-1] == 0 {
							t.Fatalf("the last level is zero")
						}
						clear(want[:])
						q.Dequantize(want[:], levels[:res.Eob], tx, typ)
						if !slices.Equal(dq[:n], want[:n]) {
							t.Fatalf("tx %d, type %d, %d bit, qidx %d: dequantised coefficients differ", tx, typ, bitDepth, qidx)
						}
						if d := distortion(coefs[:n], dq[:n], tx); d != res.Dist {
							t.Fatalf("tx %d: distortion %d, want %d", tx, res.Dist, d)
						}
						for _, l := range levels[:res.Eob] {
							if abs32(l) > tile.MaxLevel {
								t.Fatalf("level %d", l)
							}
						}
					}
				}
			}
		}
	}
}

func TestQuantizeInPlace(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	var s Scratch
	var levels, dq, coefs [1024]int32
	q := New(8, 90)
	laplacian(r, coefs[:], 32, 2000)
	a := q.Quantize(levels[:], dq[:], coefs[:], av1.Tx32x32, av1.DCTDCT, Inter, &s)
	b := q.Quantize(levels[:], coefs[:], coefs[:], av1.Tx32x32, av1.DCTDCT, Inter, &s)
	if a != b || dq != coefs {
		t.Error("quantising in place gives another result")
	}
}

func TestLossless(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	var s Scratch
	var ts transform.Scratch
	var levels, coefs [16]int32
	var src [16]int16
	var dst, want [16]uint16
	for _, bitDepth := range []int{8, 10, 12} {
		q := New(bitDepth, 0)
		for range 1000 {
			for i := range src {
				want[i], dst[i] = uint16(r.IntN(1<<bitDepth)), uint16(r.IntN(1<<bitDepth))
				if r.IntN(3) == 0 {
					want[i], dst[i] = 1<<bitDepth-1, 0
				}
				src[i] = int16(want[i]) - int16(dst[i])
			}
			transform.Forward(coefs[:], src[:], 4, av1.Tx4x4, av1.WHT, bitDepth, &ts)
			res := q.Quantize(levels[:], coefs[:], coefs[:], av1.Tx4x4, av1.WHT, Intra, &s)
			transform.Inverse(dst[:], 4, coefs[:], res.Eob, av1.Tx4x4, av1.WHT, bitDepth, &ts)
			if dst != want || res.Dist != 0 {
				t.Fatalf("%d bit: not lossless", bitDepth)
			}
		}
	}
}

// TestDistortionOfSamples compares Result.Dist with the error of the reconstruction.
func TestDistortionOfSamples(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	var s Scratch
	var ts transform.Scratch
	var levels, coefs [1024]int32
	var src [64 * 64]int16
	var dst [64 * 64]uint16
	for tx := range av1.TxSizesAll {
		w, h := int(av1.TxWidth[tx]), int(av1.TxHeight[tx])
		n := len(av1.GetScan(tx, av1.DCTDCT))
		var total, estimate float64
		for range 20 {
			dx, dy := r.IntN(5)-2, r.IntN(5)-2
			for i := range w * h {
				src[i] = int16((i%w*dx+i/w*dy)/2 + r.IntN(31) - 15)
				dst[i] = 512
			}
			q := New(10, 100)
			transform.Forward(coefs[:n], src[:], w, tx, av1.DCTDCT, 10, &ts)
			res := q.Quantize(levels[:], coefs[:], coefs[:n], tx, av1.DCTDCT, Inter, &s)
			estimate += float64(res.Dist) / (1 << DistShift)
			if n < w*h { // what 64-point transforms drop
				for i := range w * h {
					estimate += float64(src[i]) * float64(src[i])
				}
				estimate -= float64(res.Energy) / (1 << DistShift)
			}
			transform.Inverse(dst[:], w, coefs[:n], res.Eob, tx, av1.DCTDCT, 10, &ts)
			for i := range w * h {
				e := float64(int(dst[i]) - 512 - int(src[i]))
				total += e * e
			}
		}
		if ratio := estimate / total; ratio < 0.97 || ratio > 1.03 {
			t.Errorf("tx %d: estimated distortion is %.3f of the true one", tx, ratio)
		}
	}
}

func rateTables(qidx int) *tile.RateTables {
	cdf, t := new(bitstream.CDFContext), new(tile.RateTables)
	cdf.SetDefaults()
	cdf.LoadCoefDefaults(qidx)
	t.Build(cdf)
	return t
}

func TestOptimize(t *testing.T) {
	const qidx = 120
	r := rand.New(rand.NewPCG(6, 6))
	rates, q := rateTables(qidx), New(8, qidx)
	lambda := int64(q.AC) * int64(q.AC) * 115 << 14 / (64 * 512 * 1000)
	syn := new(tile.Syntax)
	var s Scratch
	var dqArray, levelArray, coefArray [1024]int32
	for _, method := range []struct {
		name string
		kind Kind
		gain float64
		run  func(b *Block, res Result) Result
	}{
		{"optimize", Nearest, 0.05, func(b *Block, res Result) Result { return q.Optimize(b, res, rates, lambda, &s) }},
		{"shave", Inter, 0.005, func(b *Block, res Result) Result { return q.Shave(b, res, lambda) }},
	} {
		var before, after float64
		for tx := range av1.TxSizesAll {
			for _, typ := range typesOf(tx) {
				n := len(av1.GetScan(tx, typ))
				dq, coefs := dqArray[:n], coefArray[:n]
				cost := func(res Result) float64 {
					rate := uint32(0)
					if res.Eob > 0 {
						rate = syn.LevelsRate(rates, tx, 0, typ, levelArray[:res.Eob])
					}
					return float64(int64(res.Dist)<<lambdaShift + lambda*int64(rate))
				}
				for range 30 {
					laplacian(r, coefs, int(av1.TxWidth[av1.AdjustedTxSize[tx]]), 1500*r.Float64())
					res := q.Quantize(levelArray[:], dq, coefs, tx, typ, method.kind, &s)
					before += cost(res)
					b := Block{Tx: tx, Type: typ, Levels: levelArray[:res.Eob], Coefs: coefs, Dq: dq}
					res = method.run(&b, res)
					after += cost(res)
					want := make([]int32, n)
					q.Dequantize(want, levelArray[:res.Eob], tx, typ)
					if !slices.Equal(want, dq) {
						t.Fatalf("%s, tx %d type %d: dequantised coefficients don't match the levels", method.name, tx, typ)
					}
					if d := distortion(coefs, dq, tx); d != res.Dist {
						t.Fatalf("%s, tx %d: distortion %d, want %d", method.name, tx, res.Dist, d)
					}
					if res.Eob > 0 && levelArray[res.Eob-1] == 0 {
						t.Fatalf("%s, tx %d: the last level is zero", method.name, tx)
					}
					if s.around != (tile.LevelMap{}) {
						t.Fatalf("%s leaves levels behind", method.name)
					}
				}
			}
		}
		t.Logf("%s: cost %.2f %%", method.name, 100*after/before)
		if after > before*(1-method.gain) {
			t.Errorf("%s gains only %.2f %%", method.name, 100-100*after/before)
		}
	}
}

func BenchmarkQuantize(b *testing.B) {
	benchmark(b, func(q *Quantizer, blk *Block, levels []int32, rates *tile.RateTables, s *Scratch) {
		q.Quantize(levels, blk.Dq, blk.Coefs, blk.Tx, blk.Type, Inter, s)
	})
}

// BenchmarkOptimize and BenchmarkShave contain the time of BenchmarkQuantize.
func BenchmarkOptimize(b *testing.B) {
	benchmark(b, func(q *Quantizer, blk *Block, levels []int32, rates *tile.RateTables, s *Scratch) {
		r := q.Quantize(levels, blk.Dq, blk.Coefs, blk.Tx, blk.Type, Nearest, s)
		blk.Levels = levels[:r.Eob]
		q.Optimize(blk, r, rates, 2000, s)
	})
}

func BenchmarkShave(b *testing.B) {
	benchmark(b, func(q *Quantizer, blk *Block, levels []int32, rates *tile.RateTables, s *Scratch) {
		r := q.Quantize(levels, blk.Dq, blk.Coefs, blk.Tx, blk.Type, Inter, s)
		blk.Levels = levels[:r.Eob]
		q.Shave(blk, r, 2000)
	})
}

// benchmark calls f with many blocks in turn, so that the branch predictor can't learn them.
func benchmark(b *testing.B, f func(q *Quantizer, blk *Block, levels []int32, rates *tile.RateTables, s *Scratch)) {
	const blocks = 256
	rates, q := rateTables(120), New(8, 120)
	for _, tx := range []av1.TxSize{av1.Tx4x4, av1.Tx8x8, av1.Tx16x16, av1.Tx32x32} {
		b.Run(map[av1.TxSize]string{av1.Tx4x4: "4x4", av1.Tx8x8: "8x8", av1.Tx16x16: "16x16", av1.Tx32x32: "32x32"}[tx], func(b *testing.B) {
			n := len(av1.GetScan(tx, av1.DCTDCT))
			s, levels, coefs := new(Scratch), make([]int32, n), make([]int32, blocks*n)
			blk := &Block{Tx: tx, Dq: make([]int32, n)}
			r := rand.New(rand.NewPCG(1, 1))
			for i := range blocks {
				laplacian(r, coefs[i*n:][:n], int(av1.TxWidth[tx]), 1200*r.Float64())
			}
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				blk.Coefs = coefs[i%blocks*n:][:n]
				f(&q, blk, levels, rates, s)
			}
		})
	}
}
