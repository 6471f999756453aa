package simd

func init() {
	if CPU >= AVX2 {
		Quant.Quantise = func(levels, dq, coefs []int32, order []uint16, n int, p *QuantParams) (eob int, dist, energy uint64) {
			_, _, _, _ = levels[n-1], dq[n-1], coefs[n-1], order[n-1]
			return quantiseAVX2(&levels[0], &dq[0], &coefs[0], &order[0], n, p)
		}
	}
	if CPU >= AVX512 {
		Quant.Quantise = func(levels, dq, coefs []int32, order []uint16, n int, p *QuantParams) (eob int, dist, energy uint64) {
			_, _, _, _ = levels[n-1], dq[n-1], coefs[n-1], order[n-1]
			return quantiseAVX512(&levels[0], &dq[0], &coefs[0], &order[0], n, p)
		}
	}
}

// n is a multiple of 16.
//
//go:noescape
func quantiseAVX2(levels, dq, coefs *int32, order *uint16, n int, p *QuantParams) (eob int, dist, energy uint64)

//go:noescape
func quantiseAVX512(levels, dq, coefs *int32, order *uint16, n int, p *QuantParams) (eob int, dist, energy uint64)
