package tile

import (
	"github.com/grav1e/grav1e/internal/av1"
)

// readLr codes read_lr (section 5.11.57): the restoration units whose top left corner is
// in the superblock at row, col.
func (s *Syntax) readLr(row, col int, size av1.BlockSize, planes *[3]LRPlane) {
	n4 := int(av1.Num4x4BlocksWide[size])
	for p := range s.numPlanes {
		typ := s.Hdr.FrameRestorationType[p]
		if typ == av1.RestoreNone {
			continue
		}
		subX, subY := s.sub(p)
		unitSize := int(s.Hdr.LoopRestorationSize[p])
		mi := func(pos, sub int) int { return (pos*(av1.MiSize>>sub) + unitSize - 1) / unitSize }
		lr := &planes[p]
		rowEnd, colEnd := min(lr.Rows, mi(row+n4, subY)), min(lr.Cols, mi(col+n4, subX))
		for r := mi(row, subY); r < rowEnd; r++ {
			for c := mi(col, subX); c < colEnd; c++ {
				s.LRUnit(p, lr.At(r, c))
			}
		}
	}
}

// ResetLR sets the references of restoration coefficients to what they are at the
// start of a tile (section 5.11.2).
func (s *Syntax) ResetLR() {
	for p := range 3 {
		s.refWiener[p] = [2][3]int8{av1.WienerTapsMid, av1.WienerTapsMid}
		s.refSgrXqd[p] = av1.SgrprojXqdMid
	}
}

// LRUnit codes read_lr_unit (section 5.11.58) and makes u the reference of the next
// unit of the plane.
func (s *Syntax) LRUnit(plane int, u *LRUnit) {
	cdf := s.Coder.CDF
	switch s.Hdr.FrameRestorationType[plane] {
	case av1.RestoreWiener:
		s.Coder.Bool(&cdf.UseWiener, u.Type == av1.RestoreWiener)
	case av1.RestoreSgrproj:
		s.Coder.Bool(&cdf.UseSgrproj, u.Type == av1.RestoreSgrproj)
	default:
		s.Coder.Symbol(cdf.RestorationType[:], int(u.Type))
	}
	switch u.Type {
	case av1.RestoreWiener:
		s.wienerUnit(plane, u)
	case av1.RestoreSgrproj:
		s.sgrprojUnit(plane, u)
	}
}

func (s *Syntax) wienerUnit(plane int, u *LRUnit) {
	for pass := range 2 {
		ref := &s.refWiener[plane][pass]
		for j := min(plane, 1); j < 3; j++ {
			v := u.Wiener[pass][j]
			s.Coder.SignedSubexpWithRef(int(v), int(av1.WienerTapsMin[j]), int(av1.WienerTapsMax[j])+1, int(av1.WienerTapsK[j]), int(ref[j]))
			ref[j] = v
		}
	}
}

// sgrprojK is SGRPROJ_PRJ_SUBEXP_K, sgrprojBits SGRPROJ_PRJ_BITS.
const (
	sgrprojK    = 4
	sgrprojBits = 7
)

func (s *Syntax) sgrprojUnit(plane int, u *LRUnit) {
	s.Coder.Literal(uint32(u.SgrSet), 4)
	ref := &s.refSgrXqd[plane]
	for i := range 2 {
		lo, hi := int(av1.SgrprojXqdMin[i]), int(av1.SgrprojXqdMax[i])
		v := SgrXqdImplied(i, ref[0])
		if av1.SgrParams[u.SgrSet][2*i] != 0 {
			v = u.SgrXqd[i]
			s.Coder.SignedSubexpWithRef(int(v), lo, hi+1, sgrprojK, int(ref[i]))
		}
		ref[i] = v
	}
}

// SgrXqdImplied is the value LrSgrXqd[i] has when the set's radius i is 0 and nothing is
// coded; xqd0 is LrSgrXqd[0] of the same unit.
func SgrXqdImplied(i int, xqd0 int8) int8 {
	if i == 0 {
		return 0
	}
	return int8(min(max(1<<sgrprojBits-int(xqd0), int(av1.SgrprojXqdMin[1])), int(av1.SgrprojXqdMax[1])))
}
