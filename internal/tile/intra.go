package tile

import (
	"math/bits"

	"github.com/grav1e/grav1e/internal/av1"
)

// ModeInfo codes mode_info (section 5.11.6) without the transform sizes. When a
// superblock is being written it contains cdef_idx and delta_q.
func (s *Syntax) ModeInfo(b *Block) {
	s.neighbours = s.findNeighbours(b.Row, b.Col)
	if s.frameIsIntra {
		s.intraFrameModeInfo(b)
	} else {
		s.interFrameModeInfo(b)
	}
}

// intraFrameModeInfo is intra_frame_mode_info (section 5.11.7).
func (s *Syntax) intraFrameModeInfo(b *Block) {
	s.skip(b)
	s.readCdef(b)
	s.readDeltaQIndex(b)
	above, left := av1.DCPred, av1.DCPred
	if n := s.neighbours.above; n != nil {
		above = n.YMode
	}
	if n := s.neighbours.left; n != nil {
		left = n.YMode
	}
	cdf := &s.Coder.CDF.IntraFrameYMode[av1.IntraModeContext[above]][av1.IntraModeContext[left]]
	s.Coder.Symbol(cdf[:], int(b.YMode))
	s.intraModes(b)
}

// intraBlockModeInfo is intra_block_mode_info (section 5.11.22).
func (s *Syntax) intraBlockModeInfo(b *Block) {
	s.Coder.Symbol(s.Coder.CDF.YMode[av1.SizeGroup[b.BlockSize]][:], int(b.YMode))
	s.intraModes(b)
}

// intraModes codes what follows the luma mode of an intra block in both kinds of frames.
func (s *Syntax) intraModes(b *Block) {
	if b.BlockSize >= av1.Block8x8 && isDirectional(b.YMode) {
		s.angleDelta(b.YMode, b.AngleDeltaY)
	}
	if b.HasChroma {
		s.uvMode(b)
	}
	s.filterIntra(b)
}

// uvMode codes uv_mode, the CfL alphas and the chroma angle.
func (s *Syntax) uvMode(b *Block) {
	cdf := s.Coder.CDF
	if s.CflAllowed(b.BlockSize) {
		s.Coder.Symbol(cdf.UVModeCflAllowed[b.YMode][:], int(b.UVMode))
	} else {
		s.Coder.Symbol(cdf.UVModeCflNotAllowed[b.YMode][:], int(b.UVMode))
	}
	if b.UVMode == av1.UVCflPred {
		s.cflAlphas(b)
	}
	if b.BlockSize >= av1.Block8x8 && isDirectional(b.UVMode) {
		s.angleDelta(b.UVMode, b.AngleDeltaUV)
	}
}

// CflAllowed tells whether UVCflPred may be used with a block size (uv_mode, section 8.3.2).
func (s *Syntax) CflAllowed(size av1.BlockSize) bool {
	if s.lossless {
		return av1.SubsampledSize[size][s.subX][s.subY] == av1.Block4x4
	}
	return max(av1.BlockWidth[size], av1.BlockHeight[size]) <= 32
}

// angleDelta codes angle_delta_y or angle_delta_uv (sections 5.11.42, 5.11.43).
func (s *Syntax) angleDelta(mode av1.PredictionMode, delta int8) {
	s.Coder.Symbol(s.Coder.CDF.AngleDelta[mode-av1.VPred][:], int(delta)+3)
}

// cflAlphas is read_cfl_alphas (section 5.11.45).
func (s *Syntax) cflAlphas(b *Block) {
	cdf := s.Coder.CDF
	signU, signV := cflSign(b.CflAlphaU), cflSign(b.CflAlphaV)
	s.Coder.Symbol(cdf.CflSign[:], signU*3+signV-1)
	if signU != int(av1.CflSignZero) {
		s.Coder.Symbol(cdf.CflAlpha[(signU-1)*3+signV][:], cflMagnitude(b.CflAlphaU)-1)
	}
	if signV != int(av1.CflSignZero) {
		s.Coder.Symbol(cdf.CflAlpha[(signV-1)*3+signU][:], cflMagnitude(b.CflAlphaV)-1)
	}
}

func cflSign(alpha int8) int {
	switch {
	case alpha < 0:
		return int(av1.CflSignNeg)
	case alpha > 0:
		return int(av1.CflSignPos)
	}
	return int(av1.CflSignZero)
}

func cflMagnitude(alpha int8) int { return max(int(alpha), -int(alpha)) }

// FilterIntraAllowed tells whether use_filter_intra is coded (section 5.11.24).
func (s *Syntax) FilterIntraAllowed(size av1.BlockSize, mode av1.PredictionMode) bool {
	return s.Seq.EnableFilterIntra && mode == av1.DCPred && max(av1.BlockWidth[size], av1.BlockHeight[size]) <= 32
}

// filterIntra is filter_intra_mode_info (section 5.11.24).
func (s *Syntax) filterIntra(b *Block) {
	if !s.FilterIntraAllowed(b.BlockSize, b.YMode) {
		return
	}
	cdf := s.Coder.CDF
	s.Coder.Bool(&cdf.FilterIntra[b.BlockSize], b.FilterIntra > 0)
	if b.FilterIntra > 0 {
		s.Coder.Symbol(cdf.FilterIntraMode[:], int(b.FilterIntra)-1)
	}
}

// skip is read_skip (section 5.11.11).
func (s *Syntax) skip(b *Block) {
	ctx := 0
	if n := s.neighbours.above; n != nil {
		ctx += btoi(n.Skip)
	}
	if n := s.neighbours.left; n != nil {
		ctx += btoi(n.Skip)
	}
	s.Coder.Bool(&s.Coder.CDF.Skip[ctx], b.Skip)
}

// readCdef is read_cdef (section 5.11.56).
func (s *Syntax) readCdef(b *Block) {
	if s.cdef == nil || b.Skip || s.lossless || !s.Seq.EnableCdef {
		return
	}
	i := s.cdefCell(b.Row, b.Col)
	if s.cdefDone[i] {
		return
	}
	s.Coder.Literal(uint32(max(s.cdef[i], 0)), int(s.Hdr.CdefBits))
	for y := 0; y < int(av1.Num4x4BlocksHigh[b.BlockSize]); y += 16 {
		for x := 0; x < int(av1.Num4x4BlocksWide[b.BlockSize]); x += 16 {
			s.cdefDone[s.cdefCell(b.Row+y, b.Col+x)] = true
		}
	}
}

// cdefCell is the index in Superblock.CdefIdx of the 64x64 that contains row, col.
func (s *Syntax) cdefCell(row, col int) int {
	if !s.Seq.Use128x128Superblock {
		return 0
	}
	return row>>4&1*2 + col>>4&1
}

// readDeltaQIndex is read_delta_qindex (section 5.11.12). Not counted in decisions: it
// costs the same whatever the superblock's blocks are.
func (s *Syntax) readDeltaQIndex(b *Block) {
	if !s.readDeltas {
		return
	}
	s.readDeltas = false
	if size, _ := s.SuperblockSize(); b.BlockSize == size && b.Skip {
		return
	}
	reduced := (s.qIdx - s.currentQIdx) >> s.Hdr.DeltaQRes
	s.currentQIdx = s.qIdx
	abs := max(reduced, -reduced)
	s.Coder.Symbol(s.Coder.CDF.DeltaQ[:], min(abs, deltaQSmall))
	if abs >= deltaQSmall {
		n := bits.Len(uint(abs-1)) - 1 // delta_q_rem_bits, 1 added
		s.Coder.Literal(uint32(n-1), 3)
		s.Coder.Literal(uint32(abs-1-1<<n), n)
	}
	if abs > 0 {
		s.Coder.Literal(uint32(btoi(reduced < 0)), 1)
	}
}

// deltaQSmall is DELTA_Q_SMALL: the first delta_q_abs that is coded in two parts.
const deltaQSmall = 3
