package simd

// QuantParams are the constants of quantising one transform block. Index 0 is
// for the DC coefficient, 1 for all others. Coefficients here are those of the
// inverse transform times dqDenom.
type QuantParams struct {
	Step    [2]int32  // quantiser step
	Recip   [2]uint32 // 2^32 / Step, rounded up
	Round   [2]int32  // added to the magnitude before the division
	CoefMax int32     // larger magnitudes are quantised as this one
	DqShift uint32    // log2(dqDenom)
	DqMax   int32     // largest dequantised value; the smallest is -DqMax-1
}

// QuantTable holds the quantiser's kernels.
type QuantTable struct {
	// Quantise quantises n coefficients and dequantises them again, as the decoder
	// will (section 7.12.3): levels and dq are in the order of coefs, dq may be
	// coefs. order[i] is the scan position of coefficient i, plus one. It returns
	// the largest order of a non-zero level, the sum of squared errors, and the sum of squares.
	Quantise func(levels, dq, coefs []int32, order []uint16, n int, p *QuantParams) (eob int, dist, energy uint64)
}

// Quant is the table in use.
var Quant = QuantTable{Quantise: quantise}

func quantise(levels, dq, coefs []int32, order []uint16, n int, p *QuantParams) (eob int, dist, energy uint64) {
	levels, dq, coefs, order = levels[:n], dq[:n], coefs[:n], order[:n]
	k := 0
	for i, c := range coefs {
		sign := c >> 31
		abs := (c ^ sign) - sign
		energy += uint64(int64(abs) * int64(abs))
		level := int32(uint64(uint32(min(abs, p.CoefMax)+p.Round[k])) * uint64(p.Recip[k]) >> 32)
		v := min(level*p.Step[k]>>p.DqShift, p.DqMax-sign)
		err := int64(abs - v<<p.DqShift)
		dist += uint64(err * err)
		levels[i] = (level ^ sign) - sign
		dq[i] = (v ^ sign) - sign
		if level != 0 {
			eob = max(eob, int(order[i]))
		}
		k = 1
	}
	return eob, dist, energy
}
