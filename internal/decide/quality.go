package decide

import (
	"sync"

	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/quant"
)

// DeltaQRes is delta_q_res of frames whose superblocks have quantisers of their own, but
// for random ones.
const DeltaQRes = 2

// quality is what follows from a quantiser index: the quantiser, what a bit is worth,
// and when there is nothing to quantise.
type quality struct {
	weights
	quant      quant.Quantizer
	zeroEnergy uint64 // energy of coefficients below which none survives quantisation
}

// newQuality derives λ. D + λR is least where the slope of the rate-distortion curve
// of a uniform quantiser of step Δ is: λ = c Δ² per bit (Sullivan and Wiegand,
// Rate-Distortion Optimization for Video Compression, 1998); Δ is the AC step over
// transform.CoefScale.
func newQuality(bitDepth, qidx int) (q quality) {
	q.quant = quant.New(bitDepth, qidx)
	step := int64(av1.AcQ(bitDepth, qidx))
	const lambdaPerMille = 145
	q.lambda = max(step*step*lambdaPerMille<<distShift/(64*512*1000), 1)
	q.satdLambda = max(step<<satdShift*30/(8*512*100), 1)
	q.sadLambda = max(q.satdLambda>>(bitDepth-8), 1)
	least := uint64(min(q.quant.DC, q.quant.AC))
	q.zeroEnergy = least * least * 2 / 5
	return q
}

// qualities are those of all quantiser indexes.
type qualities [256]quality

// qualitiesOf returns them for a bit depth, made when they are first asked for.
func qualitiesOf(bitDepth int) *qualities { return qualitiesByDepth[bitDepth/2-4]() }

var qualitiesByDepth = [3]func() *qualities{onceQualities(8), onceQualities(10), onceQualities(12)}

func onceQualities(bitDepth int) func() *qualities {
	return sync.OnceValue(func() *qualities {
		var q qualities
		for i := range q {
			q[i] = newQuality(bitDepth, i)
		}
		return &q
	})
}
