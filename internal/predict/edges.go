package predict

import (
	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/frame"
	"github.com/grav1e/grav1e/internal/simd"
)

// PrepareEdges derives AboveRow and LeftCol (section 7.11.2.1) from the reconstructed
// samples of p around b, for any number of PredictInto calls with b's geometry.
// Mode, AngleDelta and FilterIntra of b are not used.
func (s *Scratch) PrepareEdges(p *frame.Plane, b *IntraBlock) {
	s.prepare(p, b, true, true)
}

// prepare is PrepareEdges; it fills only the first w and h samples of the edges if the block's mode doesn't look
// above right or below left.
func (s *Scratch) prepare(p *frame.Plane, b *IntraBlock, long, tall bool) {
	s.block = *b
	s.w, s.h = int(av1.TxWidth[b.Tx]), int(av1.TxHeight[b.Tx])
	nAbove, nLeft := s.w, s.h
	if long {
		nAbove += s.h
	}
	if tall {
		nLeft += s.w
	}
	above := s.above[simd.EdgeBase:][:nAbove]
	left := s.left[simd.EdgeBase:][:nLeft]
	o := p.Origin + b.Y*p.Stride + b.X
	mid := uint16(1) << (b.BitDepth - 1)

	switch {
	case b.HaveAbove:
		n := s.w
		if b.HaveAboveRt {
			n += s.w
		}
		n = min(n, b.MaxX+1-b.X, nAbove)
		copy(above, p.Data[o-p.Stride:][:n])
		fill(above[n:], above[n-1])
	case b.HaveLeft:
		fill(above, p.Data[o-1])
	default:
		fill(above, mid-1)
	}

	switch {
	case b.HaveLeft:
		n := s.h
		if b.HaveBelowLft {
			n += s.h
		}
		n = min(n, b.MaxY+1-b.Y, nLeft)
		column := p.Data[o-1:]
		for i := range left[:n] {
			left[i] = column[i*p.Stride]
		}
		fill(left[n:], left[n-1])
	case b.HaveAbove:
		fill(left, p.Data[o-p.Stride])
	default:
		fill(left, mid+1)
	}

	corner := mid
	switch {
	case b.HaveAbove && b.HaveLeft:
		corner = p.Data[o-p.Stride-1]
	case b.HaveAbove:
		corner = p.Data[o-p.Stride]
	case b.HaveLeft:
		corner = p.Data[o-1]
	}
	s.above[simd.EdgeBase-1], s.left[simd.EdgeBase-1] = corner, corner
}

// filterEdges makes dirAbove and dirLeft from the prepared edges for the angle pAngle, other than
// 90 and 180, and tells which were upsampled (step 4 of section 7.11.2.4).
func (s *Scratch) filterEdges(pAngle int) (upAbove, upLeft int) {
	b := &s.block
	nAbove, nLeft := s.w, s.h // samples in use
	if pAngle < 90 {
		nAbove += s.h
	}
	if pAngle > 180 {
		nLeft += s.w
	}
	const first = simd.EdgeBase - 1
	copy(s.dirAbove[first:], s.above[first:][:nAbove+1])
	copy(s.dirLeft[first:], s.left[first:][:nLeft+1])
	if !b.EnableEdgeFilter {
		return 0, 0
	}
	if pAngle > 90 && pAngle < 180 && s.w+s.h >= 24 {
		corner := filterCorner(&s.left, &s.above)
		s.dirAbove[first], s.dirLeft[first] = corner, corner
	}
	sides := s.w + s.h
	dAbove, dLeft := abs(pAngle-90), abs(pAngle-180)
	if b.HaveAbove && pAngle < 180 {
		n := nAbove - s.w + min(s.w, b.MaxX-b.X+1) + 1
		filterEdge(s.dirAbove[first:][:n], edgeStrength(sides, b.FilterType, dAbove))
	}
	if b.HaveLeft && pAngle > 90 {
		n := nLeft - s.h + min(s.h, b.MaxY-b.Y+1) + 1
		filterEdge(s.dirLeft[first:][:n], edgeStrength(sides, b.FilterType, dLeft))
	}
	if pAngle < 180 && useUpsample(sides, b.FilterType, dAbove) {
		upsampleEdge(&s.dirAbove, nAbove, b.BitDepth)
		upAbove = 1
	}
	if pAngle > 90 && useUpsample(sides, b.FilterType, dLeft) {
		upsampleEdge(&s.dirLeft, nLeft, b.BitDepth)
		upLeft = 1
	}
	return upAbove, upLeft
}

// filterCorner is the filter corner process (section 7.11.2.7).
func filterCorner(left, above *simd.Edge) uint16 {
	const base = simd.EdgeBase
	return uint16((uint32(left[base])*5 + uint32(above[base-1])*6 + uint32(above[base])*5 + 8) >> 4)
}

// edgeStrength is the intra edge filter strength selection (section 7.11.2.9) for sides = w + h and an
// angle of d degrees from the edge's normal.
func edgeStrength(sides, filterType, d int) int {
	if filterType == 0 {
		switch {
		case sides <= 8:
			return count(d, 56)
		case sides <= 16:
			return count(d, 40)
		case sides <= 24:
			return count(d, 8) + count(d, 16) + count(d, 32)
		case sides <= 32:
			return 1 + count(d, 4) + count(d, 32)
		}
		return 3
	}
	switch {
	case sides <= 8:
		return count(d, 40) + count(d, 64)
	case sides <= 16:
		return count(d, 20) + count(d, 48)
	case sides <= 24:
		return 3 * count(d, 4)
	}
	return 3
}

func count(d, limit int) int {
	if d >= limit {
		return 1
	}
	return 0
}

// useUpsample is the intra edge upsample selection (section 7.11.2.10).
func useUpsample(sides, filterType, d int) bool {
	if d <= 0 || d >= 40 {
		return false
	}
	return sides <= 16>>filterType
}

// filterEdge is the intra edge filter process (section 7.11.2.12) in place; e starts at index -1, which stays.
func filterEdge(e []uint16, strength int) {
	if strength == 0 {
		return
	}
	k := &av1.IntraEdgeKernel[strength-1]
	k0, k1, k2 := uint32(k[0]), uint32(k[1]), uint32(k[2]) // the kernels are symmetric
	last := uint32(e[len(e)-1])
	at := func(i int) uint32 { // samples not yet overwritten
		if i < len(e) {
			return uint32(e[i])
		}
		return last
	}
	// a, b, c, d are the unfiltered samples i-2 to i+1.
	a, b, c, d := uint32(e[0]), uint32(e[0]), at(1), at(2)
	for i := 1; i < len(e); i++ {
		next := at(i + 2)
		e[i] = uint16((k0*(a+next) + k1*(b+d) + k2*c + 8) >> 4)
		a, b, c, d = b, c, d, next
	}
}

// upsampleEdge is the intra edge upsample process (section 7.11.2.11); numPx is at most 16.
func upsampleEdge(e *simd.Edge, numPx, bitDepth int) {
	var dup [16 + 3]int32
	src := e[simd.EdgeBase-1:][:numPx+1]
	dup[0] = int32(src[0])
	for i, v := range src {
		dup[i+1] = int32(v)
	}
	dup[numPx+2] = int32(src[numPx])
	maxV := int32(1)<<bitDepth - 1
	out := e[simd.EdgeBase-2:][:2*numPx+1]
	out[0] = uint16(dup[0])
	for i := range numPx {
		v := (9*(dup[i+1]+dup[i+2]) - dup[i] - dup[i+3] + 8) >> 4
		out[2*i+1] = uint16(max(0, min(v, maxV)))
		out[2*i+2] = uint16(dup[i+2])
	}
}

func fill(d []uint16, v uint16) {
	for i := range d {
		d[i] = v
	}
}

func abs(v int) int {
	if v < 0 {
		return -v
	}
	return v
}
