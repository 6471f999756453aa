package decide

import (
	"math/bits"

	"github.com/grav1e/grav1e/internal/simd"
)

// weights are what a bit is worth: that follows from the quantiser, and in a superblock
// from what it shows as well.
type weights struct {
	lambda     int64 // cost of 1/512 bit, in squared error << distShift
	satdLambda int64 // cost of 1/512 bit, in SATD << satdShift
	sadLambda  int64 // the same for SADs of 8-bit samples
}

// rd is the cost of a squared error and a rate in 1/512 bit.
func (w *weights) rd(dist int64, rate uint32) int64 { return dist<<distShift + w.lambda*int64(rate) }

// satdCost is the cost of a SATD and a rate in 1/512 bit.
func (w *weights) satdCost(satd int64, rate uint32) int64 {
	return satd<<satdShift + w.satdLambda*int64(rate)
}

// Activity masking: errors show less where the picture is busy. A superblock's λ
// grows with the logarithm of the variance of its 8x8 blocks, by maskingSlope/256 of
// an octave per octave of variance, from neutralActivity on, in 1/16 octaves.
const (
	neutralActivity = 16 * 9
	maskingSlope    = 72
	maskingLimit    = 12 // most octaves/16 up or down
)

// setQuality chooses the quantiser of the superblock at row, col, and derives its weights.
func (w *Worker) setQuality(row, col int) {
	f := w.f
	w.quality = f.base
	if f.Hdr.DeltaQPresent {
		w.quality = &f.qualities[f.QIdx[row/16*f.sbCols()+col/16]]
	}
	w.sb.QIdx = uint8(w.quality.quant.QIdx)
	q := w.quality
	scale := int64(256)
	if f.Psycho {
		scale = maskingScale(w.activity(row, col))
	}
	w.lambda = max(f.thrifty(q.lambda*scale>>8, 2), 1)
	w.satdLambda = max(f.thrifty(q.satdLambda*scale>>8, 1), 1)
	w.sadLambda = max(f.thrifty(q.sadLambda*scale>>8, 1), 1)
	// The refiner counts per bit, with 8 fraction bits.
	w.refiner.Lambda = uint64(w.satdLambda) << (9 + 8 - satdShift)
	w.refiner.SadLambda = w.refiner.Lambda
}

// exp2 is 2^(i/16) * 256.
var exp2 = [16]int64{256, 267, 279, 292, 304, 318, 332, 347, 362, 378, 395, 412, 431, 450, 470, 490}

// thrifty is a λ that follows a power of the quantiser step, with Thrift.
func (f *Frame) thrifty(lambda int64, power int) int64 {
	o := f.Thrift * power * 2 // in 1/16 octaves
	return lambda * exp2[o&15] << (o >> 4) >> 8
}

// maskingScale is λ's factor, times 256, for an activity in 1/16 octaves.
func maskingScale(activity int) int64 {
	o := min(max((activity-neutralActivity)*maskingSlope>>8, -maskingLimit), maskingLimit)
	return exp2[o&15] << 1 >> (1 - o>>4)
}

// activity is the mean logarithm, base 2 and in 1/16, of the variance (times 64) of
// the 8x8 blocks of the superblock at row, col, at 8 bits.
func (w *Worker) activity(row, col int) int {
	src := &w.f.Src.Planes[0]
	sum, n := 0, 0
	for y := row * 4; y < min(row*4+64, src.Height); y += 8 {
		for x := col * 4; x < min(col*4+64, src.Width); x += 8 {
			v := simd.Variance(src.At(x, y), src.Stride, 8, 8)>>(2*(w.f.Cur.BitDepth-8)) + 1
			whole := bits.Len64(v) - 1
			sum += whole*16 + int(v<<4>>whole&15)
			n++
		}
	}
	return sum / n
}
