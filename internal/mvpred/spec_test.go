package mvpred

import (
	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/frame"
)

// spec is a literal transcription of sections 7.9 and 7.10.2: names, loops and
// arrays are the specification's.
type spec struct {
	MiRows, MiCols                             int
	MiRowStart, MiRowEnd, MiColStart, MiColEnd int
	allowHighPrecisionMv, forceIntegerMv       bool
	useRefFrameMvs                             bool
	OrderHintBits, OrderHint                   int
	OrderHints                                 [8]int
	RefFrameSignBias                           [8]bool
	refFrameIdx                                [7]int
	RefMiRows, RefMiCols                       [8]int
	RefIntra                                   [8]bool
	SavedOrderHints                            [8][8]int
	SavedRefFrames                             [8][][]int8
	SavedMvs                                   [8][][][2]int
	MotionFieldMvs                             [8][][][2]int
	written                                    [][]bool
	cells                                      [][]frame.ModeInfo
	MiRow, MiCol                               int
	MiSize                                     av1.BlockSize
	RefFrame                                   [2]int8
	NumMvFound, NewMvCount                     int
	FoundMatch, CloseMatches, TotalMatches     int
	RefStackMv                                 [16][2][2]int
	WeightStack                                [16]int
	GlobalMvs                                  [2][2]int
	ZeroMvContext, NewMvContext, RefMvContext  int
	DrlCtxStack                                [16]int
	RefIdCount, RefDiffCount                   [2]int
	RefIdMvs, RefDiffMvs                       [2][2][2]int
	PosX8, PosY8                               int
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

func abs(a int) int { return max(a, -a) }

func (s *spec) getRelativeDist(a, b int) int {
	if s.OrderHintBits == 0 {
		return 0
	}
	diff := a - b
	m := 1 << (s.OrderHintBits - 1)
	return (diff & (m - 1)) - (diff & m)
}

func field(h, w int) [][][2]int {
	f := make([][][2]int, h)
	for y := range f {
		f[y] = make([][2]int, w)
		for x := range f[y] {
			f[y][x] = [2]int{-1 << 15, -1 << 15}
		}
	}
	return f
}

func (s *spec) motionFieldEstimation() {
	for ref := 1; ref <= 7; ref++ {
		s.MotionFieldMvs[ref] = field(s.MiRows>>1, s.MiCols>>1)
	}
	lastIdx := s.refFrameIdx[0]
	curGoldOrderHint := s.OrderHints[av1.GoldenFrame]
	lastAltOrderHint := s.SavedOrderHints[lastIdx][av1.AltrefFrame]
	if lastAltOrderHint != curGoldOrderHint {
		s.project(av1.LastFrame, -1)
	}
	refStamp := av1.MfmvStackSize - 2
	if s.getRelativeDist(s.OrderHints[av1.BwdrefFrame], s.OrderHint) > 0 {
		if s.project(av1.BwdrefFrame, 1) {
			refStamp--
		}
	}
	if s.getRelativeDist(s.OrderHints[av1.Altref2Frame], s.OrderHint) > 0 {
		if s.project(av1.Altref2Frame, 1) {
			refStamp--
		}
	}
	if s.getRelativeDist(s.OrderHints[av1.AltrefFrame], s.OrderHint) > 0 && refStamp >= 0 {
		if s.project(av1.AltrefFrame, 1) {
			refStamp--
		}
	}
	if refStamp >= 0 {
		s.project(av1.Last2Frame, -1)
	}
}

func (s *spec) project(src int8, dstSign int) bool {
	srcIdx := s.refFrameIdx[src-av1.LastFrame]
	w8, h8 := s.MiCols>>1, s.MiRows>>1
	if s.RefMiRows[srcIdx] != s.MiRows || s.RefMiCols[srcIdx] != s.MiCols || s.RefIntra[srcIdx] {
		return false
	}
	for y8 := 0; y8 < h8; y8++ {
		for x8 := 0; x8 < w8; x8++ {
			row := 2*y8 + 1
			col := 2*x8 + 1
			srcRef := s.SavedRefFrames[srcIdx][row][col]
			if srcRef > av1.IntraFrame {
				refToCur := s.getRelativeDist(s.OrderHints[src], s.OrderHint)
				refOffset := s.getRelativeDist(s.OrderHints[src], s.SavedOrderHints[srcIdx][srcRef])
				posValid := abs(refToCur) <= 31 && abs(refOffset) <= 31 && refOffset > 0
				if posValid {
					mv := s.SavedMvs[srcIdx][row][col]
					projMv := getMvProjection(mv, refToCur*dstSign, refOffset)
					posValid = s.getBlockPosition(x8, y8, dstSign, projMv)
					if posValid {
						for dst := 1; dst <= 7; dst++ {
							refToDst := s.getRelativeDist(s.OrderHint, s.OrderHints[dst])
							s.MotionFieldMvs[dst][s.PosY8][s.PosX8] = getMvProjection(mv, refToDst, refOffset)
						}
					}
				}
			}
		}
	}
	return true
}

var divMult = [32]int{
	0, 16384, 8192, 5461, 4096, 3276, 2730, 2340, 2048, 1820, 1638,
	1489, 1365, 1260, 1170, 1092, 1024, 963, 910, 862, 819, 780,
	744, 712, 682, 655, 630, 606, 585, 564, 546, 528,
}

func getMvProjection(mv [2]int, numerator, denominator int) (projMv [2]int) {
	clippedDenominator := min(31, denominator)
	clippedNumerator := max(-31, min(31, numerator))
	for i := range 2 {
		v := mv[i] * clippedNumerator * divMult[clippedDenominator]
		scaled := (abs(v) + 8192) >> 14
		if v < 0 {
			scaled = -scaled
		}
		projMv[i] = max(-(1<<14)+1, min((1<<14)-1, scaled))
	}
	return projMv
}

func (s *spec) getBlockPosition(x8, y8, dstSign int, projMv [2]int) bool {
	posValid := true
	proj := func(v8, delta, max8, maxOff8 int) int {
		base8 := (v8 >> 3) << 3
		var offset8 int
		if delta >= 0 {
			offset8 = delta >> (3 + 1 + 2)
		} else {
			offset8 = -((-delta) >> (3 + 1 + 2))
		}
		v8 += dstSign * offset8
		if v8 < 0 || v8 >= max8 || v8 < base8-maxOff8 || v8 >= base8+8+maxOff8 {
			posValid = false
		}
		return v8
	}
	s.PosY8 = proj(y8, projMv[0], s.MiRows>>1, 0)
	s.PosX8 = proj(x8, projMv[1], s.MiCols>>1, 8)
	return posValid
}

func (s *spec) isInside(r, c int) bool {
	return c >= s.MiColStart && c < s.MiColEnd && r >= s.MiRowStart && r < s.MiRowEnd
}

func (s *spec) findMvStack(isCompound bool) {
	bw4 := int(av1.Num4x4BlocksWide[s.MiSize])
	bh4 := int(av1.Num4x4BlocksHigh[s.MiSize])
	s.NumMvFound, s.NewMvCount = 0, 0
	s.GlobalMvs = [2][2]int{}
	s.FoundMatch = 0
	s.scanRow(-1, isCompound)
	foundAboveMatch := s.FoundMatch
	s.FoundMatch = 0
	s.scanCol(-1, isCompound)
	foundLeftMatch := s.FoundMatch
	s.FoundMatch = 0
	if max(bw4, bh4) <= 16 {
		s.scanPoint(-1, bw4, isCompound)
	}
	if s.FoundMatch == 1 {
		foundAboveMatch = 1
	}
	s.CloseMatches = foundAboveMatch + foundLeftMatch
	numNearest := s.NumMvFound
	numNew := s.NewMvCount
	if numNearest > 0 {
		for idx := 0; idx < numNearest; idx++ {
			s.WeightStack[idx] += 640
		}
	}
	s.ZeroMvContext = 0
	if s.useRefFrameMvs {
		s.temporalScan(isCompound)
	}
	s.scanPoint(-1, -1, isCompound)
	if s.FoundMatch == 1 {
		foundAboveMatch = 1
	}
	s.FoundMatch = 0
	s.scanRow(-3, isCompound)
	if s.FoundMatch == 1 {
		foundAboveMatch = 1
	}
	s.FoundMatch = 0
	s.scanCol(-3, isCompound)
	if s.FoundMatch == 1 {
		foundLeftMatch = 1
	}
	s.FoundMatch = 0
	if bh4 > 1 {
		s.scanRow(-5, isCompound)
	}
	if s.FoundMatch == 1 {
		foundAboveMatch = 1
	}
	s.FoundMatch = 0
	if bw4 > 1 {
		s.scanCol(-5, isCompound)
	}
	if s.FoundMatch == 1 {
		foundLeftMatch = 1
	}
	s.TotalMatches = foundAboveMatch + foundLeftMatch
	s.sorting(0, numNearest, isCompound)
	s.sorting(numNearest, s.NumMvFound, isCompound)
	if s.NumMvFound < 2 {
		s.extraSearch(isCompound)
	}
	s.contextAndClamping(isCompound, numNew)
}

func (s *spec) scanRow(deltaRow int, isCompound bool) {
	bw4 := int(av1.Num4x4BlocksWide[s.MiSize])
	end4 := min(min(bw4, s.MiCols-s.MiCol), 16)
	deltaCol := 0
	useStep16 := bw4 >= 16
	if abs(deltaRow) > 1 {
		deltaRow += s.MiRow & 1
		deltaCol = 1 - (s.MiCol & 1)
	}
	i := 0
	for i < end4 {
		mvRow := s.MiRow + deltaRow
		mvCol := s.MiCol + deltaCol + i
		if !s.isInside(mvRow, mvCol) {
			break
		}
		n := min(bw4, int(av1.Num4x4BlocksWide[s.cells[mvRow][mvCol].BlockSize]))
		if abs(deltaRow) > 1 {
			n = max(2, n)
		}
		if useStep16 {
			n = max(4, n)
		}
		weight := n * 2
		s.addRefMvCandidate(mvRow, mvCol, isCompound, weight)
		i += n
	}
}

func (s *spec) scanCol(deltaCol int, isCompound bool) {
	bh4 := int(av1.Num4x4BlocksHigh[s.MiSize])
	end4 := min(min(bh4, s.MiRows-s.MiRow), 16)
	deltaRow := 0
	useStep16 := bh4 >= 16
	if abs(deltaCol) > 1 {
		deltaRow = 1 - (s.MiRow & 1)
		deltaCol += s.MiCol & 1
	}
	i := 0
	for i < end4 {
		mvRow := s.MiRow + deltaRow + i
		mvCol := s.MiCol + deltaCol
		if !s.isInside(mvRow, mvCol) {
			break
		}
		n := min(bh4, int(av1.Num4x4BlocksHigh[s.cells[mvRow][mvCol].BlockSize]))
		if abs(deltaCol) > 1 {
			n = max(2, n)
		}
		if useStep16 {
			n = max(4, n)
		}
		weight := n * 2
		s.addRefMvCandidate(mvRow, mvCol, isCompound, weight)
		i += n
	}
}

func (s *spec) scanPoint(deltaRow, deltaCol int, isCompound bool) {
	mvRow := s.MiRow + deltaRow
	mvCol := s.MiCol + deltaCol
	if s.isInside(mvRow, mvCol) && s.written[mvRow][mvCol] {
		s.addRefMvCandidate(mvRow, mvCol, isCompound, 4)
	}
}

func (s *spec) temporalScan(isCompound bool) {
	bw4 := int(av1.Num4x4BlocksWide[s.MiSize])
	bh4 := int(av1.Num4x4BlocksHigh[s.MiSize])
	stepW4, stepH4 := 2, 2
	if bw4 >= 16 {
		stepW4 = 4
	}
	if bh4 >= 16 {
		stepH4 = 4
	}
	for deltaRow := 0; deltaRow < min(bh4, 16); deltaRow += stepH4 {
		for deltaCol := 0; deltaCol < min(bw4, 16); deltaCol += stepW4 {
			s.addTplRefMv(deltaRow, deltaCol, isCompound)
		}
	}
	allowExtension := bh4 >= 2 && bh4 < 16 && bw4 >= 2 && bw4 < 16
	if allowExtension {
		for _, pos := range [3][2]int{{bh4, -2}, {bh4, bw4}, {bh4 - 2, bw4}} {
			row := (s.MiRow & 15) + pos[0]
			col := (s.MiCol & 15) + pos[1]
			if row >= 0 && row < 16 && col >= 0 && col < 16 {
				s.addTplRefMv(pos[0], pos[1], isCompound)
			}
		}
	}
}

func (s *spec) addTplRefMv(deltaRow, deltaCol int, isCompound bool) {
	mvRow := (s.MiRow + deltaRow) | 1
	mvCol := (s.MiCol + deltaCol) | 1
	if !s.isInside(mvRow, mvCol) {
		return
	}
	x8 := mvCol >> 1
	y8 := mvRow >> 1
	if deltaRow == 0 && deltaCol == 0 {
		s.ZeroMvContext = 1
	}
	if !isCompound {
		candMv := s.MotionFieldMvs[s.RefFrame[0]][y8][x8]
		if candMv[0] == -1<<15 {
			return
		}
		s.lowerMvPrecision(&candMv)
		if deltaRow == 0 && deltaCol == 0 {
			if abs(candMv[0]-s.GlobalMvs[0][0]) >= 16 || abs(candMv[1]-s.GlobalMvs[0][1]) >= 16 {
				s.ZeroMvContext = 1
			} else {
				s.ZeroMvContext = 0
			}
		}
		idx := 0
		for ; idx < s.NumMvFound; idx++ {
			if candMv == s.RefStackMv[idx][0] {
				break
			}
		}
		if idx < s.NumMvFound {
			s.WeightStack[idx] += 2
		} else if s.NumMvFound < 8 {
			s.RefStackMv[s.NumMvFound][0] = candMv
			s.WeightStack[s.NumMvFound] = 2
			s.NumMvFound += 1
		}
	} else {
		candMv0 := s.MotionFieldMvs[s.RefFrame[0]][y8][x8]
		if candMv0[0] == -1<<15 {
			return
		}
		candMv1 := s.MotionFieldMvs[s.RefFrame[1]][y8][x8]
		if candMv1[0] == -1<<15 {
			return
		}
		s.lowerMvPrecision(&candMv0)
		s.lowerMvPrecision(&candMv1)
		if deltaRow == 0 && deltaCol == 0 {
			if abs(candMv0[0]-s.GlobalMvs[0][0]) >= 16 || abs(candMv0[1]-s.GlobalMvs[0][1]) >= 16 ||
				abs(candMv1[0]-s.GlobalMvs[1][0]) >= 16 || abs(candMv1[1]-s.GlobalMvs[1][1]) >= 16 {
				s.ZeroMvContext = 1
			} else {
				s.ZeroMvContext = 0
			}
		}
		idx := 0
		for ; idx < s.NumMvFound; idx++ {
			if candMv0 == s.RefStackMv[idx][0] && candMv1 == s.RefStackMv[idx][1] {
				break
			}
		}
		if idx < s.NumMvFound {
			s.WeightStack[idx] += 2
		} else if s.NumMvFound < 8 {
			s.RefStackMv[s.NumMvFound][0] = candMv0
			s.RefStackMv[s.NumMvFound][1] = candMv1
			s.WeightStack[s.NumMvFound] = 2
			s.NumMvFound += 1
		}
	}
}

func (s *spec) addRefMvCandidate(mvRow, mvCol int, isCompound bool, weight int) {
	m := &s.cells[mvRow][mvCol]
	if !m.IsInter {
		return
	}
	if !isCompound {
		for candList := 0; candList < 2; candList++ {
			if m.RefFrame[candList] == s.RefFrame[0] {
				s.searchStack(mvRow, mvCol, weight, candList)
			}
		}
	} else if m.RefFrame[0] == s.RefFrame[0] && m.RefFrame[1] == s.RefFrame[1] {
		s.compoundSearchStack(mvRow, mvCol, weight)
	}
}

func hasNewmv(mode av1.PredictionMode) bool {
	return mode == av1.NewMV || mode == av1.NewNewMV || mode == av1.NearNewMV || mode == av1.NewNearMV ||
		mode == av1.NearestNewMV || mode == av1.NewNearestMV
}

func toArray(mv av1.MV) [2]int { return [2]int{int(mv.Row), int(mv.Col)} }

func (s *spec) searchStack(mvRow, mvCol, weight, candList int) {
	m := &s.cells[mvRow][mvCol]
	candMv := toArray(m.Mv[candList])
	s.lowerMvPrecision(&candMv)
	if hasNewmv(m.YMode) {
		s.NewMvCount++
	}
	s.FoundMatch = 1
	for idx := 0; idx < s.NumMvFound; idx++ {
		if candMv == s.RefStackMv[idx][0] {
			s.WeightStack[idx] += weight
			return
		}
	}
	if s.NumMvFound < 8 {
		s.RefStackMv[s.NumMvFound][0] = candMv
		s.WeightStack[s.NumMvFound] = weight
		s.NumMvFound++
	}
}

func (s *spec) compoundSearchStack(mvRow, mvCol, weight int) {
	m := &s.cells[mvRow][mvCol]
	candMvs := [2][2]int{toArray(m.Mv[0]), toArray(m.Mv[1])}
	s.lowerMvPrecision(&candMvs[0])
	s.lowerMvPrecision(&candMvs[1])
	s.FoundMatch = 1
	idx := 0
	for ; idx < s.NumMvFound; idx++ {
		if candMvs == s.RefStackMv[idx] {
			break
		}
	}
	if idx < s.NumMvFound {
		s.WeightStack[idx] += weight
	} else if s.NumMvFound < 8 {
		s.RefStackMv[s.NumMvFound] = candMvs
		s.WeightStack[s.NumMvFound] = weight
		s.NumMvFound++
	}
	if hasNewmv(m.YMode) {
		s.NewMvCount++
	}
}

func (s *spec) lowerMvPrecision(candMv *[2]int) {
	if s.allowHighPrecisionMv {
		return
	}
	for i := range 2 {
		if s.forceIntegerMv {
			a := abs(candMv[i])
			aInt := (a + 3) >> 3
			if candMv[i] > 0 {
				candMv[i] = aInt << 3
			} else {
				candMv[i] = -(aInt << 3)
			}
		} else if candMv[i]&1 != 0 {
			if candMv[i] > 0 {
				candMv[i]--
			} else {
				candMv[i]++
			}
		}
	}
}

func (s *spec) sorting(start, end int, isCompound bool) {
	for end > start {
		newEnd := start
		for idx := start + 1; idx < end; idx++ {
			if s.WeightStack[idx-1] < s.WeightStack[idx] {
				s.WeightStack[idx-1], s.WeightStack[idx] = s.WeightStack[idx], s.WeightStack[idx-1]
				for list := 0; list < 1+b2i(isCompound); list++ {
					s.RefStackMv[idx-1][list], s.RefStackMv[idx][list] = s.RefStackMv[idx][list], s.RefStackMv[idx-1][list]
				}
				newEnd = idx
			}
		}
		end = newEnd
	}
}

func (s *spec) extraSearch(isCompound bool) {
	for list := 0; list < 2; list++ {
		s.RefIdCount[list] = 0
		s.RefDiffCount[list] = 0
	}
	w4 := min(16, int(av1.Num4x4BlocksWide[s.MiSize]))
	h4 := min(16, int(av1.Num4x4BlocksHigh[s.MiSize]))
	w4 = min(w4, s.MiCols-s.MiCol)
	h4 = min(h4, s.MiRows-s.MiRow)
	num4x4 := min(w4, h4)
	for pass := 0; pass < 2; pass++ {
		idx := 0
		for idx < num4x4 && s.NumMvFound < 2 {
			var mvRow, mvCol int
			if pass == 0 {
				mvRow = s.MiRow - 1
				mvCol = s.MiCol + idx
			} else {
				mvRow = s.MiRow + idx
				mvCol = s.MiCol - 1
			}
			if !s.isInside(mvRow, mvCol) {
				break
			}
			s.addExtraMvCandidate(mvRow, mvCol, isCompound)
			if pass == 0 {
				idx += int(av1.Num4x4BlocksWide[s.cells[mvRow][mvCol].BlockSize])
			} else {
				idx += int(av1.Num4x4BlocksHigh[s.cells[mvRow][mvCol].BlockSize])
			}
		}
	}
	if isCompound {
		var combinedMvs [2][2][2]int
		for list := 0; list < 2; list++ {
			compCount := 0
			for idx := 0; idx < s.RefIdCount[list]; idx++ {
				combinedMvs[compCount][list] = s.RefIdMvs[list][idx]
				compCount++
			}
			for idx := 0; idx < s.RefDiffCount[list] && compCount < 2; idx++ {
				combinedMvs[compCount][list] = s.RefDiffMvs[list][idx]
				compCount++
			}
			for compCount < 2 {
				combinedMvs[compCount][list] = s.GlobalMvs[list]
				compCount++
			}
		}
		if s.NumMvFound == 1 {
			if combinedMvs[0][0] == s.RefStackMv[0][0] && combinedMvs[0][1] == s.RefStackMv[0][1] {
				s.RefStackMv[s.NumMvFound][0] = combinedMvs[1][0]
				s.RefStackMv[s.NumMvFound][1] = combinedMvs[1][1]
			} else {
				s.RefStackMv[s.NumMvFound][0] = combinedMvs[0][0]
				s.RefStackMv[s.NumMvFound][1] = combinedMvs[0][1]
			}
			s.WeightStack[s.NumMvFound] = 2
			s.NumMvFound++
		} else {
			for idx := 0; idx < 2; idx++ {
				s.RefStackMv[s.NumMvFound][0] = combinedMvs[idx][0]
				s.RefStackMv[s.NumMvFound][1] = combinedMvs[idx][1]
				s.WeightStack[s.NumMvFound] = 2
				s.NumMvFound++
			}
		}
	} else {
		for idx := s.NumMvFound; idx < 2; idx++ {
			s.RefStackMv[idx][0] = s.GlobalMvs[0]
		}
	}
}

func (s *spec) addExtraMvCandidate(mvRow, mvCol int, isCompound bool) {
	m := &s.cells[mvRow][mvCol]
	if isCompound {
		for candList := 0; candList < 2; candList++ {
			candRef := m.RefFrame[candList]
			if candRef > av1.IntraFrame {
				for list := 0; list < 2; list++ {
					candMv := toArray(m.Mv[candList])
					if candRef == s.RefFrame[list] && s.RefIdCount[list] < 2 {
						s.RefIdMvs[list][s.RefIdCount[list]] = candMv
						s.RefIdCount[list]++
					} else if s.RefDiffCount[list] < 2 {
						if s.RefFrameSignBias[candRef] != s.RefFrameSignBias[s.RefFrame[list]] {
							candMv[0] *= -1
							candMv[1] *= -1
						}
						s.RefDiffMvs[list][s.RefDiffCount[list]] = candMv
						s.RefDiffCount[list]++
					}
				}
			}
		}
	} else {
		for candList := 0; candList < 2; candList++ {
			candRef := m.RefFrame[candList]
			if candRef > av1.IntraFrame {
				candMv := toArray(m.Mv[candList])
				if s.RefFrameSignBias[candRef] != s.RefFrameSignBias[s.RefFrame[0]] {
					candMv[0] *= -1
					candMv[1] *= -1
				}
				idx := 0
				for ; idx < s.NumMvFound; idx++ {
					if candMv == s.RefStackMv[idx][0] {
						break
					}
				}
				if idx == s.NumMvFound {
					s.RefStackMv[idx][0] = candMv
					s.WeightStack[idx] = 2
					s.NumMvFound++
				}
			}
		}
	}
}

func clip3(lo, hi, v int) int {
	if v < lo {
		return lo
	}
	if v > hi {
		return hi
	}
	return v
}

func (s *spec) contextAndClamping(isCompound bool, numNew int) {
	bw := int(av1.BlockWidth[s.MiSize])
	bh := int(av1.BlockHeight[s.MiSize])
	numLists := 1 + b2i(isCompound)
	for idx := 0; idx < s.NumMvFound; idx++ {
		z := 0
		if idx+1 < s.NumMvFound {
			w0 := s.WeightStack[idx]
			w1 := s.WeightStack[idx+1]
			if w0 >= 640 {
				if w1 < 640 {
					z = 1
				}
			} else {
				z = 2
			}
		}
		s.DrlCtxStack[idx] = z
	}
	bh4, bw4 := bh/4, bw/4
	for list := 0; list < numLists; list++ {
		for idx := 0; idx < s.NumMvFound; idx++ {
			refMv := s.RefStackMv[idx][list]
			refMv[0] = clip3(-(s.MiRow*4*8)-(128+bh*8), (s.MiRows-bh4-s.MiRow)*4*8+128+bh*8, refMv[0])
			refMv[1] = clip3(-(s.MiCol*4*8)-(128+bw*8), (s.MiCols-bw4-s.MiCol)*4*8+128+bw*8, refMv[1])
			s.RefStackMv[idx][list] = refMv
		}
	}
	if s.CloseMatches == 0 {
		s.NewMvContext = min(s.TotalMatches, 1)
		s.RefMvContext = s.TotalMatches
	} else if s.CloseMatches == 1 {
		s.NewMvContext = 3 - min(numNew, 1)
		s.RefMvContext = 2 + s.TotalMatches
	} else {
		s.NewMvContext = 5 - min(numNew, 1)
		s.RefMvContext = 5
	}
}
