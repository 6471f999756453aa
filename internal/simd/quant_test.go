package simd

import (
	"math/rand/v2"
	"slices"
	"testing"
)

func TestQuantise(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	order := make([]uint16, 1024)
	for i, v := range r.Perm(1024) {
		order[i] = uint16(v + 1)
	}
	var levels, dq, wantLevels, wantDq, coefs [1024]int32
	for n := 16; n <= 1024; n *= 2 {
		for range 200 {
			depth := 8 + 2*r.IntN(3)
			shift := uint32(r.IntN(3))
			p := QuantParams{DqShift: shift, DqMax: 1<<(7+depth) - 1, CoefMax: (1<<(7+depth) - 1) << shift}
			for i := range 2 {
				p.Step[i] = 4 + r.Int32N(1<<r.IntN(15))
				p.Recip[i] = uint32((uint64(1)<<32 + uint64(p.Step[i]) - 1) / uint64(p.Step[i]))
				p.Round[i] = p.Step[i] * r.Int32N(65) >> 7
			}
			spread := int32(1) << (1 + r.IntN(depth+11))
			for i := range coefs {
				coefs[i] = r.Int32N(2*spread) - spread
				if r.IntN(3) == 0 {
					coefs[i] = 0
				}
			}
			eob, dist, energy := Quant.Quantise(levels[:], dq[:], coefs[:], order, n, &p)
			wantEob, wantDist, wantEnergy := quantise(wantLevels[:], wantDq[:], coefs[:], order, n, &p)
			if eob != wantEob || dist != wantDist || energy != wantEnergy {
				t.Fatalf("n %d: %d %d %d, want %d %d %d", n, eob, dist, energy, wantEob, wantDist, wantEnergy)
			}
			if !slices.Equal(levels[:n], wantLevels[:n]) || !slices.Equal(dq[:n], wantDq[:n]) {
				t.Fatalf("n %d: levels or dequantised coefficients differ", n)
			}
		}
	}
}
