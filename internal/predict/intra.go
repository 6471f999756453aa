package predict

import (
	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/frame"
	"github.com/grav1e/grav1e/internal/simd"
)

// smWeights holds the smooth weights by log2 of the side (section 7.11.2.6).
var smWeights = [7][]uint8{
	2: av1.SmWeightsTx4x4[:],
	3: av1.SmWeightsTx8x8[:],
	4: av1.SmWeightsTx16x16[:],
	5: av1.SmWeightsTx32x32[:],
	6: av1.SmWeightsTx64x64[:],
}

// PredictIntra is the intra prediction process (section 7.11.2): it predicts b from
// its neighbours in dst and writes the prediction to its place in dst.
func (s *Scratch) PredictIntra(dst *frame.Plane, b *IntraBlock) {
	angle := 0
	if isDirectional(b.Mode) {
		angle = pAngle(b.Mode, b.AngleDelta)
	}
	s.prepare(dst, b, angle > 0 && angle < 90, angle > 180)
	if b.FilterIntra != 0 {
		s.PredictFilterIntraInto(dst.At(b.X, b.Y), dst.Stride, b.FilterIntra-1)
		return
	}
	s.PredictInto(dst.At(b.X, b.Y), dst.Stride, b.Mode, b.AngleDelta)
}

// PredictInto writes the prediction of the block given to PrepareEdges, in another
// mode (DCPred..PaethPred) and angle delta, to dst.
func (s *Scratch) PredictInto(dst []uint16, stride int, mode av1.PredictionMode, angleDelta int8) {
	k := &simd.IPred
	w, h := s.w, s.h
	wx, wy := smWeights[av1.TxWidthLog2[s.block.Tx]], smWeights[av1.TxHeightLog2[s.block.Tx]]
	switch mode {
	case av1.DCPred:
		k.Fill(dst, stride, w, h, s.dc())
	case av1.PaethPred:
		k.Paeth(dst, stride, w, h, &s.above, &s.left)
	case av1.SmoothPred:
		k.Smooth(dst, stride, w, h, &s.above, &s.left, wx, wy)
	case av1.SmoothVPred:
		k.SmoothV(dst, stride, w, h, &s.above, &s.left, wy)
	case av1.SmoothHPred:
		k.SmoothH(dst, stride, w, h, &s.above, &s.left, wx)
	default:
		s.directional(dst, stride, pAngle(mode, angleDelta))
	}
}

// PredictFilterIntraInto is PredictInto for a filter_intra_mode (section 7.11.2.3).
func (s *Scratch) PredictFilterIntraInto(dst []uint16, stride int, filterMode uint8) {
	simd.IPred.Recursive(dst, stride, s.w, s.h, &s.above, &s.left, &av1.IntraFilterTaps[filterMode], s.block.BitDepth)
}

// dc is the value of the DC intra prediction process (section 7.11.2.5).
func (s *Scratch) dc() uint16 {
	b := &s.block
	sum, n := uint32(0), uint32(0)
	if b.HaveLeft {
		n += uint32(s.h)
		for _, v := range s.left[simd.EdgeBase:][:s.h] {
			sum += uint32(v)
		}
	}
	if b.HaveAbove {
		n += uint32(s.w)
		for _, v := range s.above[simd.EdgeBase:][:s.w] {
			sum += uint32(v)
		}
	}
	if n == 0 {
		return 1 << (b.BitDepth - 1)
	}
	return uint16((sum + n>>1) / n)
}

// directional is the directional intra prediction process (section 7.11.2.4).
func (s *Scratch) directional(dst []uint16, stride, pAngle int) {
	k := &simd.IPred
	switch {
	case pAngle == 90:
		k.V(dst, stride, s.w, s.h, &s.above)
		return
	case pAngle == 180:
		k.H(dst, stride, s.w, s.h, &s.left)
		return
	}
	upAbove, upLeft := s.filterEdges(pAngle)
	switch {
	case pAngle < 90:
		dx := int(av1.DrIntraDerivative[pAngle])
		k.Z1(dst, stride, s.w, s.h, &s.dirAbove, dx, upAbove)
	case pAngle < 180:
		dx, dy := int(av1.DrIntraDerivative[180-pAngle]), int(av1.DrIntraDerivative[pAngle-90])
		k.Z2(dst, stride, s.w, s.h, &s.dirAbove, &s.dirLeft, dx, dy, upAbove, upLeft)
	default:
		dy := int(av1.DrIntraDerivative[270-pAngle])
		k.Z3(dst, stride, s.w, s.h, &s.dirLeft, dy, upLeft)
	}
}

// isDirectional is is_directional_mode (section 5.11.44).
func isDirectional(mode av1.PredictionMode) bool {
	return mode >= av1.VPred && mode <= av1.D67Pred
}

// pAngle is the angle in degrees, 36..212.
func pAngle(mode av1.PredictionMode, delta int8) int {
	const angleStep = 3
	return int(av1.ModeToAngle[mode]) + int(delta)*angleStep
}
