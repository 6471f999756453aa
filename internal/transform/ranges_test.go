package transform

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/grav1e/grav1e/internal/av1"
)

// weights returns what each value inside the 1-D transform k of length 1<<n, its
// outputs included, takes of each input that may be other than zero: [value][input].
func weights(k kernel1D, n int) (rows [][]float64) {
	const one, r = 1 << 30, 50
	for i := range min(1<<n, 32) {
		at := 0
		take := func(v int64, bits int) {
			if at == len(rows) {
				rows = append(rows, nil)
			}
			rows[at] = append(rows[at], math.Ldexp(float64(v)/one, r-bits))
			at++
		}
		d := reference{note: take}
		d.T[i] = one
		switch k {
		case kernelDCT:
			d.inverseDCT(n, r)
		case kernelADST:
			d.inverseADST(n, r)
		default:
			d.inverseIdentity(n)
		}
		for _, v := range d.T[:1<<n] {
			take(v, r)
		}
	}
	return rows
}

// forKernels runs f for every 1-D transform and length 1<<n.
func forKernels(f func(k kernel1D, n int, name string)) {
	for k, lengths := range map[kernel1D][]int{kernelDCT: {2, 3, 4, 5, 6}, kernelADST: {2, 3, 4}, kernelIdentity: {2, 3, 4, 5}} {
		for _, n := range lengths {
			f(k, n, [...]string{"DCT", "ADST", "identity"}[k])
		}
	}
}

// TestWeights holds what safes relies on against all values of all 1-D transforms.
func TestWeights(t *testing.T) {
	const constants = 1.0002 // they have 12 bits
	forKernels(func(k kernel1D, n int, name string) {
		worstNorm, worst := 0.0, 0.0
		for _, row := range weights(k, n) {
			energy := 0.0
			for _, v := range row {
				energy += v * v
				worst = max(worst, math.Abs(v))
			}
			worstNorm = max(worstNorm, math.Sqrt(energy))
		}
		t.Logf("%s %d: norm %.4f, largest weight %.4f", name, 1<<n, worstNorm, worst)
		if worstNorm > constants*k.norm(1<<n) || worst > constants*k.weight(1<<n) {
			t.Errorf("%s %d: more than %.4f and %.4f", name, 1<<n, k.norm(1<<n), k.weight(1<<n))
		}
	})
}

// TestRounding adds up what rounding can do, as the comment of safes says.
func TestRounding(t *testing.T) {
	for tx := range av1.TxSizesAll {
		log2W, log2H := int(av1.TxWidthLog2[tx]), int(av1.TxHeightLog2[tx])
		w, h := math.Exp2(float64(log2W)), math.Exp2(float64(log2H))
		inside := func(n int) float64 { // of one pass
			size := math.Exp2(float64(n))
			return float64(n-1) * math.Sqrt(size) / 2 * math.Sqrt(size/2)
		}
		inputs := 0.0 // norm of the error of the inputs
		if isRect(log2W, log2H) {
			inputs = math.Sqrt(min(w, 32)*min(h, 32)) / 2
		}
		normW, normH := kernelDCT.norm(int(w)), kernelDCT.norm(int(h))
		if log2W == 2 {
			normW = kernelADST.norm(4)
		}
		if log2H == 2 {
			normH = kernelADST.norm(4)
		}
		shift := math.Exp2(float64(av1.TransformRowShift[tx]))
		row := inputs*normW + inside(log2W)
		column := normH*(inputs*normW/shift+math.Sqrt(min(h, 32))*(inside(log2W)/shift+.5)) + inside(log2H)
		t.Logf("%.0fx%.0f: %.0f in rows, %.0f in columns", w, h, row, column)
		if limit := math.Ldexp(1-1.002*15/16, 15); max(row, column) > limit {
			t.Errorf("%.0fx%.0f: %.0f and %.0f, above %.0f", w, h, row, column, limit)
		}
	}
}

// extremes are coefficients that drive some value as far as possible: a value's
// weights in a column times an output's in a row, or a value's in a row; or only their signs.
type extremes struct {
	r          *rand.Rand
	rows, cols map[[2]int][][]float64
}

func newExtremes(r *rand.Rand) *extremes {
	e := &extremes{r: r, rows: map[[2]int][][]float64{}}
	forKernels(func(k kernel1D, n int, _ string) { e.rows[[2]int{int(k), n}] = weights(k, n) })
	return e
}

// pattern fills p, tw wide and th high, with values of -1..1.
func (e *extremes) pattern(p []float64, tw, th int, tx av1.TxSize, typ av1.TxType) {
	pick := func(s shape, n int) []float64 {
		rows := e.rows[[2]int{int(s.kernel), n}]
		return rows[e.r.IntN(len(rows))]
	}
	v := pick(typeShapes[typ][0], int(av1.TxHeightLog2[tx]))
	h := pick(typeShapes[typ][1], int(av1.TxWidthLog2[tx]))
	kind, few := e.r.IntN(4), 1+e.r.IntN(tw*th)
	for i := range th {
		for j := range tw {
			x := v[i] * h[j]
			switch {
			case kind == 1:
				x = math.Copysign(1, x)
			case kind == 2 && e.r.IntN(few) > 0:
				x = 0
			case kind == 3 && i != few%th:
				x = 0
			}
			p[i*tw+j] = x
		}
	}
}

// refer runs the specification on coefs.
func refer(coefs []int32, tw int, tx av1.TxSize, typ av1.TxType, bitDepth int) *reference {
	var dequant, residual [64][64]int64
	for i, c := range coefs {
		dequant[i/tw][i%tw] = int64(c)
	}
	d := new(reference)
	d.inverse2D(&residual, &dequant, tx, typ, bitDepth)
	return d
}

// TestFits: the verdict is the specification's, whichever way it is found, on blocks
// around the limits; and what has a safe energy or sum fits.
func TestFits(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	e, s := newExtremes(r), new(Scratch)
	var pattern [1024]float64
	var buffer [1024]int32
	blocks, broken, energies, sums := 0, 0, 0, 0
	forAll(func(tx av1.TxSize, typ av1.TxType, bitDepth int) {
		if typ == av1.WHT {
			return
		}
		tw, th := min(int(av1.TxWidth[tx]), 32), min(int(av1.TxHeight[tx]), 32)
		scan, coefs := av1.GetScan(tx, typ), buffer[:tw*th]
		bound := safes[(bitDepth-8)>>1][tx][typ]
		for range 60 {
			e.pattern(pattern[:], tw, th, tx, typ)
			norm, total := 0.0, 0.0
			for _, x := range pattern[:tw*th] {
				norm, total = norm+x*x, total+math.Abs(x)
			}
			if norm == 0 {
				continue
			}
			gain := math.Sqrt(float64(bound.energy) / norm)
			if r.IntN(2) == 0 {
				gain = float64(bound.sum) / total
			}
			gain *= []float64{.999, .9999, 1.05, 1.1, 1.5, 3}[r.IntN(6)]
			eob, energy, sum := 0, uint64(0), uint64(0)
			for i, pos := range scan {
				limit := math.Ldexp(1, bitDepth+7)
				c := int32(min(max(math.Round(pattern[pos]*gain), -limit), limit-1))
				coefs[pos] = c
				if c != 0 {
					eob = i + 1
				}
				energy, sum = energy+uint64(int64(c)*int64(c)), sum+uint64(max(c, -c))
			}
			blocks++
			spec := !refer(coefs, tw, tx, typ, bitDepth).broken
			b := boxes[tx][av1.TxClassOf[typ]][boxIndex(eob)]
			if got := s.follow(coefs, b, tx, typ, bitDepth); got != spec {
				t.Fatalf("%s: follow says %v, the specification %v", name(tx, typ, bitDepth), got, spec)
			}
			if got := Fits(coefs, eob, tx, typ, bitDepth, s); got != spec {
				t.Fatalf("%s: Fits says %v, the specification %v", name(tx, typ, bitDepth), got, spec)
			}
			if energy <= SafeEnergy(tx, typ, bitDepth) {
				energies++
				if !spec {
					t.Fatalf("%s: energy %d is safe but doesn't fit", name(tx, typ, bitDepth), energy)
				}
			}
			if sum <= bound.sum {
				sums++
			}
			if !spec {
				broken++
			}
		}
	})
	t.Logf("%d blocks: %d don't fit, %d have a safe energy, %d a safe sum", blocks, broken, energies, sums)
	if min(broken, energies, sums) < blocks/20 {
		t.Error("too few of a kind")
	}
}

func BenchmarkFits(b *testing.B) {
	benchmark(b, func(coefs []int32, _ []uint16, eob int, tx av1.TxSize, typ av1.TxType, s *Scratch) {
		coefs[0] = 32000
		coefs[eob-1] = 30000
		coefs[eob/2] = -30000
		Fits(coefs, eob, tx, typ, 8, s)
	}, []int{10, 1024})
}
