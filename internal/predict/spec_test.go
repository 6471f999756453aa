package predict

import (
	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/frame"
)

// This file transcribes the pseudo-code of section 7.11 as literally as Go allows: it
// is what the predictors are tested against.

// specArray is an array with negative indices.
type specArray struct{ v [600]int }

func (a *specArray) at(i int) *int { return &a.v[i+100] }

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

func specRound2(x, n int) int {
	if n == 0 {
		return x
	}
	return (x + 1<<(n-1)) >> n
}

func specRound2Signed(x, n int) int {
	if x < 0 {
		return -specRound2(-x, n)
	}
	return specRound2(x, n)
}

func specClip3(lo, hi, v int) int { return max(lo, min(v, hi)) }

func specClip1(v, bitDepth int) int { return specClip3(0, 1<<bitDepth-1, v) }

func sample(p *frame.Plane, x, y int) int { return int(p.Data[p.Origin+y*p.Stride+x]) }

// specIntra is the state of section 7.11.2.
type specIntra struct {
	aboveRow, leftCol specArray
	pred              [64][64]int
	b                 *IntraBlock
}

// specPredictIntra is section 7.11.2.1 up to pred.
func specPredictIntra(p *frame.Plane, b *IntraBlock) *specIntra {
	s := &specIntra{b: b}
	x, y := b.X, b.Y
	log2W, log2H := int(av1.TxWidthLog2[b.Tx]), int(av1.TxHeightLog2[b.Tx])
	w, h := 1<<log2W, 1<<log2H
	for i := 0; i <= w+h-1; i++ {
		if !b.HaveAbove && b.HaveLeft {
			*s.aboveRow.at(i) = sample(p, x-1, y)
		} else if !b.HaveAbove && !b.HaveLeft {
			*s.aboveRow.at(i) = 1<<(b.BitDepth-1) - 1
		} else {
			n := w
			if b.HaveAboveRt {
				n = 2 * w
			}
			aboveLimit := min(b.MaxX, x+n-1)
			*s.aboveRow.at(i) = sample(p, min(aboveLimit, x+i), y-1)
		}
		if !b.HaveLeft && b.HaveAbove {
			*s.leftCol.at(i) = sample(p, x, y-1)
		} else if !b.HaveLeft && !b.HaveAbove {
			*s.leftCol.at(i) = 1<<(b.BitDepth-1) + 1
		} else {
			n := h
			if b.HaveBelowLft {
				n = 2 * h
			}
			leftLimit := min(b.MaxY, y+n-1)
			*s.leftCol.at(i) = sample(p, x-1, min(leftLimit, y+i))
		}
	}
	switch {
	case b.HaveAbove && b.HaveLeft:
		*s.aboveRow.at(-1) = sample(p, x-1, y-1)
	case b.HaveAbove:
		*s.aboveRow.at(-1) = sample(p, x, y-1)
	case b.HaveLeft:
		*s.aboveRow.at(-1) = sample(p, x-1, y)
	default:
		*s.aboveRow.at(-1) = 1 << (b.BitDepth - 1)
	}
	*s.leftCol.at(-1) = *s.aboveRow.at(-1)

	switch {
	case b.FilterIntra != 0:
		s.recursive(w, h)
	case b.Mode >= av1.VPred && b.Mode <= av1.D67Pred:
		s.directional(w, h)
	case b.Mode == av1.SmoothPred || b.Mode == av1.SmoothVPred || b.Mode == av1.SmoothHPred:
		s.smooth(log2W, log2H, w, h)
	case b.Mode == av1.DCPred:
		s.dc(log2W, log2H, w, h)
	default:
		s.basic(w, h)
	}
	return s
}

func (s *specIntra) basic(w, h int) {
	for i := 0; i < h; i++ {
		for j := 0; j < w; j++ {
			base := *s.aboveRow.at(j) + *s.leftCol.at(i) - *s.aboveRow.at(-1)
			pLeft := abs(base - *s.leftCol.at(i))
			pTop := abs(base - *s.aboveRow.at(j))
			pTopLeft := abs(base - *s.aboveRow.at(-1))
			if pLeft <= pTop && pLeft <= pTopLeft {
				s.pred[i][j] = *s.leftCol.at(i)
			} else if pTop <= pTopLeft {
				s.pred[i][j] = *s.aboveRow.at(j)
			} else {
				s.pred[i][j] = *s.aboveRow.at(-1)
			}
		}
	}
}

func (s *specIntra) recursive(w, h int) {
	w4, h2 := w>>2, h>>1
	for i2 := 0; i2 < h2; i2++ {
		for j4 := 0; j4 < w4; j4++ {
			var p [7]int
			for i := range p {
				if i < 5 {
					if i2 == 0 {
						p[i] = *s.aboveRow.at((j4 << 2) + i - 1)
					} else if j4 == 0 && i == 0 {
						p[i] = *s.leftCol.at((i2 << 1) - 1)
					} else {
						p[i] = s.pred[(i2<<1)-1][(j4<<2)+i-1]
					}
				} else if j4 == 0 {
					p[i] = *s.leftCol.at((i2 << 1) + i - 5)
				} else {
					p[i] = s.pred[(i2<<1)+i-5][(j4<<2)-1]
				}
			}
			for i1 := 0; i1 < 2; i1++ {
				for j1 := 0; j1 < 4; j1++ {
					pr := 0
					for i := range p {
						pr += int(av1.IntraFilterTaps[s.b.FilterIntra-1][(i1<<2)+j1][i]) * p[i]
					}
					s.pred[(i2<<1)+i1][(j4<<2)+j1] = specClip1(specRound2Signed(pr, 4), s.b.BitDepth)
				}
			}
		}
	}
}

func (s *specIntra) directional(w, h int) {
	b := s.b
	pAngle := int(av1.ModeToAngle[b.Mode]) + int(b.AngleDelta)*3
	upsampleAbove, upsampleLeft := 0, 0
	if b.EnableEdgeFilter {
		if pAngle != 90 && pAngle != 180 {
			if pAngle > 90 && pAngle < 180 && w+h >= 24 {
				v := specRound2(*s.leftCol.at(0)*5+*s.aboveRow.at(-1)*6+*s.aboveRow.at(0)*5, 4)
				*s.leftCol.at(-1), *s.aboveRow.at(-1) = v, v
			}
			if b.HaveAbove {
				strength := specStrength(w, h, b.FilterType, pAngle-90)
				numPx := min(w, b.MaxX-b.X+1) + b2i(pAngle < 90)*h + 1
				specEdgeFilter(&s.aboveRow, numPx, strength)
			}
			if b.HaveLeft {
				strength := specStrength(w, h, b.FilterType, pAngle-180)
				numPx := min(h, b.MaxY-b.Y+1) + b2i(pAngle > 180)*w + 1
				specEdgeFilter(&s.leftCol, numPx, strength)
			}
		}
		upsampleAbove = specUseUpsample(w, h, b.FilterType, pAngle-90)
		if upsampleAbove == 1 {
			specUpsample(&s.aboveRow, w+b2i(pAngle < 90)*h, b.BitDepth)
		}
		upsampleLeft = specUseUpsample(w, h, b.FilterType, pAngle-180)
		if upsampleLeft == 1 {
			specUpsample(&s.leftCol, h+b2i(pAngle > 180)*w, b.BitDepth)
		}
	}
	dx, dy := 0, 0
	if pAngle < 90 {
		dx = int(av1.DrIntraDerivative[pAngle])
	} else if pAngle > 90 && pAngle < 180 {
		dx = int(av1.DrIntraDerivative[180-pAngle])
	}
	if pAngle > 90 && pAngle < 180 {
		dy = int(av1.DrIntraDerivative[pAngle-90])
	} else if pAngle > 180 {
		dy = int(av1.DrIntraDerivative[270-pAngle])
	}
	mix := func(a *specArray, base, shift int) int {
		return specRound2(*a.at(base)*(32-shift)+*a.at(base + 1)*shift, 5)
	}
	for i := 0; i < h; i++ {
		for j := 0; j < w; j++ {
			switch {
			case pAngle < 90:
				idx := (i + 1) * dx
				base := (idx >> (6 - upsampleAbove)) + (j << upsampleAbove)
				shift := ((idx << upsampleAbove) >> 1) & 0x1F
				maxBaseX := (w + h - 1) << upsampleAbove
				if base < maxBaseX {
					s.pred[i][j] = mix(&s.aboveRow, base, shift)
				} else {
					s.pred[i][j] = *s.aboveRow.at(maxBaseX)
				}
			case pAngle > 90 && pAngle < 180:
				idx := (j << 6) - (i+1)*dx
				base := idx >> (6 - upsampleAbove)
				if base >= -(1 << upsampleAbove) {
					shift := ((idx << upsampleAbove) >> 1) & 0x1F
					s.pred[i][j] = mix(&s.aboveRow, base, shift)
				} else {
					idx = (i << 6) - (j+1)*dy
					base = idx >> (6 - upsampleLeft)
					shift := ((idx << upsampleLeft) >> 1) & 0x1F
					s.pred[i][j] = mix(&s.leftCol, base, shift)
				}
			case pAngle > 180:
				idx := (j + 1) * dy
				base := (idx >> (6 - upsampleLeft)) + (i << upsampleLeft)
				shift := ((idx << upsampleLeft) >> 1) & 0x1F
				s.pred[i][j] = mix(&s.leftCol, base, shift)
			case pAngle == 90:
				s.pred[i][j] = *s.aboveRow.at(j)
			default:
				s.pred[i][j] = *s.leftCol.at(i)
			}
		}
	}
}

func (s *specIntra) dc(log2W, log2H, w, h int) {
	sum := 0
	if s.b.HaveLeft {
		for k := 0; k < h; k++ {
			sum += *s.leftCol.at(k)
		}
	}
	if s.b.HaveAbove {
		for k := 0; k < w; k++ {
			sum += *s.aboveRow.at(k)
		}
	}
	v := 1 << (s.b.BitDepth - 1)
	switch {
	case s.b.HaveLeft && s.b.HaveAbove:
		sum += (w + h) >> 1
		v = sum / (w + h)
	case s.b.HaveLeft:
		v = specClip1((sum+(h>>1))>>log2H, s.b.BitDepth)
	case s.b.HaveAbove:
		v = specClip1((sum+(w>>1))>>log2W, s.b.BitDepth)
	}
	for i := 0; i < h; i++ {
		for j := 0; j < w; j++ {
			s.pred[i][j] = v
		}
	}
}

func (s *specIntra) smooth(log2W, log2H, w, h int) {
	weights := map[int][]uint8{2: av1.SmWeightsTx4x4[:], 3: av1.SmWeightsTx8x8[:], 4: av1.SmWeightsTx16x16[:], 5: av1.SmWeightsTx32x32[:], 6: av1.SmWeightsTx64x64[:]}
	for i := 0; i < h; i++ {
		for j := 0; j < w; j++ {
			wx, wy := int(weights[log2W][j]), int(weights[log2H][i])
			vert := wy**s.aboveRow.at(j) + (256-wy)**s.leftCol.at(h - 1)
			horz := wx**s.leftCol.at(i) + (256-wx)**s.aboveRow.at(w - 1)
			switch s.b.Mode {
			case av1.SmoothPred:
				s.pred[i][j] = specRound2(vert+horz, 9)
			case av1.SmoothVPred:
				s.pred[i][j] = specRound2(vert, 8)
			default:
				s.pred[i][j] = specRound2(horz, 8)
			}
		}
	}
}

func specStrength(w, h, filterType, delta int) int {
	d := abs(delta)
	blkWh := w + h
	strength := 0
	if filterType == 0 {
		if blkWh <= 8 {
			if d >= 56 {
				strength = 1
			}
		} else if blkWh <= 12 {
			if d >= 40 {
				strength = 1
			}
		} else if blkWh <= 16 {
			if d >= 40 {
				strength = 1
			}
		} else if blkWh <= 24 {
			if d >= 8 {
				strength = 1
			}
			if d >= 16 {
				strength = 2
			}
			if d >= 32 {
				strength = 3
			}
		} else if blkWh <= 32 {
			strength = 1
			if d >= 4 {
				strength = 2
			}
			if d >= 32 {
				strength = 3
			}
		} else {
			strength = 3
		}
		return strength
	}
	if blkWh <= 8 {
		if d >= 40 {
			strength = 1
		}
		if d >= 64 {
			strength = 2
		}
	} else if blkWh <= 16 {
		if d >= 20 {
			strength = 1
		}
		if d >= 48 {
			strength = 2
		}
	} else if blkWh <= 24 {
		if d >= 4 {
			strength = 3
		}
	} else {
		strength = 3
	}
	return strength
}

func specUseUpsample(w, h, filterType, delta int) int {
	d := abs(delta)
	blkWh := w + h
	if d <= 0 || d >= 40 {
		return 0
	} else if filterType == 0 {
		return b2i(blkWh <= 16)
	}
	return b2i(blkWh <= 8)
}

func specUpsample(buf *specArray, numPx, bitDepth int) {
	var dup [200]int
	dup[0] = *buf.at(-1)
	for i := -1; i < numPx; i++ {
		dup[i+2] = *buf.at(i)
	}
	dup[numPx+2] = *buf.at(numPx - 1)
	*buf.at(-2) = dup[0]
	for i := 0; i < numPx; i++ {
		v := -dup[i] + (9 * dup[i+1]) + (9 * dup[i+2]) - dup[i+3]
		*buf.at(2*i - 1) = specClip1(specRound2(v, 4), bitDepth)
		*buf.at(2 * i) = dup[i+2]
	}
}

func specEdgeFilter(buf *specArray, sz, strength int) {
	kernel := [3][5]int{{0, 4, 8, 4, 0}, {0, 5, 6, 5, 0}, {2, 4, 4, 4, 2}}
	if strength == 0 {
		return
	}
	var edge [200]int
	for i := 0; i < sz; i++ {
		edge[i] = *buf.at(i - 1)
	}
	for i := 1; i < sz; i++ {
		s := 0
		for j := 0; j < 5; j++ {
			k := specClip3(0, sz-1, i-2+j)
			s += kernel[strength-1][j] * edge[k]
		}
		*buf.at(i - 1) = (s + 8) >> 4
	}
}

// specCfl is section 7.11.5 applied to the DC prediction dc.
func specCfl(luma *frame.Plane, dc [64][64]int, startX, startY int, tx av1.TxSize, alpha, maxLumaW, maxLumaH, subX, subY, bitDepth int) (pred [64][64]int) {
	w, h := int(av1.TxWidth[tx]), int(av1.TxHeight[tx])
	var l [64][64]int
	lumaAvg := 0
	for i := 0; i < h; i++ {
		lumaY := (startY + i) << subY
		lumaY = min(lumaY, maxLumaH-(1<<subY))
		for j := 0; j < w; j++ {
			lumaX := (startX + j) << subX
			lumaX = min(lumaX, maxLumaW-(1<<subX))
			t := 0
			for dy := 0; dy <= subY; dy++ {
				for dx := 0; dx <= subX; dx++ {
					t += sample(luma, lumaX+dx, lumaY+dy)
				}
			}
			v := t << (3 - subX - subY)
			l[i][j] = v
			lumaAvg += v
		}
	}
	lumaAvg = specRound2(lumaAvg, int(av1.TxWidthLog2[tx])+int(av1.TxHeightLog2[tx]))
	for i := 0; i < h; i++ {
		for j := 0; j < w; j++ {
			scaledLuma := specRound2Signed(alpha*(l[i][j]-lumaAvg), 6)
			pred[i][j] = specClip1(dc[i][j]+scaledLuma, bitDepth)
		}
	}
	return pred
}

// specMv is what section 7.11.3 reads of one candidate block.
type specMotion struct {
	mv     [2]av1.MV
	ref    [2]*frame.Plane // [1] is nil for single prediction
	filter [2]uint8
}

// specPredictInter is section 7.11.3 with its 7.11.3.2 to 7.11.3.4 for references of the same size.
func specPredictInter(out *[128][128]int, m *specMotion, x, y, w, h, subX, subY, bitDepth int) {
	isCompound := m.ref[1] != nil
	interRound0, interRound1 := 3, 11
	if isCompound {
		interRound1 = 7
	}
	if bitDepth == 12 {
		interRound0 += 2
	}
	if bitDepth == 12 && !isCompound {
		interRound1 -= 2
	}
	interPostRound := 2*7 - (interRound0 + interRound1)
	var preds [2][128][128]int
	for list := 0; list < 1+b2i(isCompound); list++ {
		startX, startY := specScale(m.mv[list], x, y, subX, subY)
		specBlockInter(&preds[list], m.ref[list], startX, startY, w, h, m.filter, interRound0, interRound1)
	}
	for i := 0; i < h; i++ {
		for j := 0; j < w; j++ {
			if isCompound {
				out[i][j] = specClip1(specRound2(preds[0][i][j]+preds[1][i][j], 1+interPostRound), bitDepth)
			} else {
				out[i][j] = specClip1(preds[0][i][j], bitDepth)
			}
		}
	}
}

func specScale(mv av1.MV, x, y, subX, subY int) (startX, startY int) {
	const xScale, yScale = 1 << 14, 1 << 14
	halfSample := 1 << 3
	origX := (x << 4) + ((2 * int(mv.Col)) >> subX) + halfSample
	origY := (y << 4) + ((2 * int(mv.Row)) >> subY) + halfSample
	baseX := origX*xScale - (halfSample << 14)
	baseY := origY*yScale - (halfSample << 14)
	off := (1 << (10 - 4)) / 2
	return specRound2Signed(baseX, 14+4-10) + off, specRound2Signed(baseY, 14+4-10) + off
}

func specBlockInter(pred *[128][128]int, ref *frame.Plane, x, y, w, h int, filter [2]uint8, round0, round1 int) {
	const xStep, yStep = 1 << 10, 1 << 10
	lastX, lastY := ref.Width-1, ref.Height-1
	intermediateHeight := (((h-1)*yStep + (1 << 10) - 1) >> 10) + 8
	pick := func(f uint8, n int) uint8 {
		if n <= 4 {
			if f == uint8(av1.EightTap) || f == uint8(av1.EightTapSharp) {
				return 4
			} else if f == uint8(av1.EightTapSmooth) {
				return 5
			}
		}
		return f
	}
	var intermediate [128 + 8][128]int
	f := pick(filter[1], w)
	for r := 0; r < intermediateHeight; r++ {
		for c := 0; c < w; c++ {
			s := 0
			p := x + xStep*c
			for t := 0; t < 8; t++ {
				s += int(av1.SubpelFilters[f][(p>>6)&15][t]) *
					sample(ref, specClip3(0, lastX, (p>>10)+t-3), specClip3(0, lastY, (y>>10)+r-3))
			}
			intermediate[r][c] = specRound2(s, round0)
		}
	}
	f = pick(filter[0], h)
	for r := 0; r < h; r++ {
		for c := 0; c < w; c++ {
			s := 0
			p := (y & 1023) + yStep*r
			for t := 0; t < 8; t++ {
				s += int(av1.SubpelFilters[f][(p>>6)&15][t]) * intermediate[(p>>10)+t][c]
			}
			pred[r][c] = specRound2(s, round1)
		}
	}
}
