package ratectl

import (
	"math"
	"math/rand/v2"
	"testing"
)

func near(got lg, want float64, tolerance float64) bool {
	return math.Abs(float64(got)-want) <= tolerance
}

func TestLog2(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for v := int64(1); v < 5000; v++ {
		if got := log2(v); !near(got, 256*math.Log2(float64(v))-0.5, 0.6) {
			t.Fatalf("log2(%d) = %d", v, got)
		}
	}
	for range 5000 {
		v := r.Int64N(1<<62) >> r.IntN(60)
		if got := log2(v); v > 0 && !near(got, 256*math.Log2(float64(v))-0.5, 0.6) {
			t.Fatalf("log2(%d) = %d", v, got)
		}
	}
	if log2(0) != 0 || log2(-5) != 0 {
		t.Error("log2 of nothing is not 0")
	}
}

func TestScaleExp2(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 20000 {
		x, v := r.Int64N(1<<61)>>r.IntN(61), lg(r.IntN(20000)-10000)
		want := math.Floor(float64(x) * math.Exp2(float64(v)/256))
		got := float64(scaleExp2(x, v))
		if want > float64(limit) {
			want = float64(limit)
		}
		if math.Abs(got-want) > 1+want*1e-7 {
			t.Fatalf("%d * 2^(%d/256) = %.0f, want %.0f", x, v, got, want)
		}
	}
	for v := lg(0); v < 40*octave; v++ {
		if got := log2(exp2(v)); got > v || exp2(v) > 1<<16 && got < v-1 {
			t.Fatalf("log2(exp2(%d)) = %d", v, got)
		}
	}
}

// The table of rates is what its comment says.
func TestRateTable(t *testing.T) {
	for i, got := range rateTable {
		v := float64(rateZero)/256 + float64(i)/2
		if want := 256 * math.Log2(math.Log2(1+math.Exp2(v))); math.Abs(float64(got)-want) > 0.5 {
			t.Errorf("entry %d: %d, want %.2f", i, got, want)
		}
	}
	for m := -10 * octave; m < 12*octave; m += 37 {
		for step := 2 * octave; step < 11*octave; step += 41 {
			want := 256 * math.Log2(math.Log2(1+4*math.Exp2(float64(2*(m-step))/256)))
			if got := sampleRate(m, step); !near(got, want, 5) && want < float64(rateTable[len(rateTable)-1]) {
				t.Fatalf("residual 2^(%d/256), step 2^(%d/256): %d, want %.1f", m, step, got, want)
			}
		}
	}
}

func TestSum(t *testing.T) {
	for a := lg(-3000); a < 3000; a += 97 {
		for b := lg(-3000); b < 3000; b += 89 {
			want := 256 * math.Log2(math.Exp2(float64(a)/256)+math.Exp2(float64(b)/256))
			if got := sum(a, b); !near(got, want, 32) {
				t.Fatalf("sum(%d, %d) = %d, want %.1f", a, b, got, want)
			}
		}
	}
}
