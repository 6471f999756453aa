package tile

import "github.com/grav1e/grav1e/internal/av1"

// interFrameModeInfo is inter_frame_mode_info (section 5.11.18).
func (s *Syntax) interFrameModeInfo(b *Block) {
	s.skipMode(b)
	if !b.SkipMode {
		s.skip(b)
	}
	s.readCdef(b)
	s.readDeltaQIndex(b)
	if !b.SkipMode {
		s.isInter(b)
	}
	if b.IsInter {
		s.interBlockModeInfo(b)
	} else {
		s.intraBlockModeInfo(b)
	}
}

// skipMode is read_skip_mode (section 5.11.10).
func (s *Syntax) skipMode(b *Block) {
	if !s.Hdr.SkipModePresent || av1.BlockWidth[b.BlockSize] < 8 || av1.BlockHeight[b.BlockSize] < 8 {
		return
	}
	ctx := 0
	if n := s.neighbours.above; n != nil {
		ctx += btoi(n.SkipMode)
	}
	if n := s.neighbours.left; n != nil {
		ctx += btoi(n.SkipMode)
	}
	s.Coder.Bool(&s.Coder.CDF.SkipMode[ctx], b.SkipMode)
}

// isInter is read_is_inter (section 5.11.20).
func (s *Syntax) isInter(b *Block) {
	above, left := s.neighbours.above, s.neighbours.left
	ctx := 0
	switch {
	case above != nil && left != nil:
		switch {
		case !above.IsInter && !left.IsInter:
			ctx = 3
		case !above.IsInter || !left.IsInter:
			ctx = 1
		}
	case above != nil:
		ctx = 2 * btoi(!above.IsInter)
	case left != nil:
		ctx = 2 * btoi(!left.IsInter)
	}
	s.Coder.Bool(&s.Coder.CDF.IsInter[ctx], b.IsInter)
}

// interBlockModeInfo is inter_block_mode_info (section 5.11.23).
func (s *Syntax) interBlockModeInfo(b *Block) {
	if !b.SkipMode {
		s.refFrames(b)
		s.interMode(b)
	}
	s.drlModes(b)
	s.assignMV(b)
	s.interpFilters(b)
}

// interMode codes compound_mode, or new_mv, zero_mv and ref_mv.
func (s *Syntax) interMode(b *Block) {
	cdf := s.Coder.CDF
	if b.IsCompound() {
		ctx := av1.CompoundModeCtxMap[b.RefMvContext>>1][min(b.NewMvContext, 4)]
		s.Coder.Symbol(cdf.CompoundMode[ctx][:], int(b.YMode-av1.NearestNearestMV))
		return
	}
	s.Coder.Bool(&cdf.NewMv[b.NewMvContext], b.YMode != av1.NewMV)
	if b.YMode == av1.NewMV {
		return
	}
	s.Coder.Bool(&cdf.ZeroMv[b.ZeroMvContext], b.YMode != av1.GlobalMV)
	if b.YMode != av1.GlobalMV {
		s.Coder.Bool(&cdf.RefMv[b.RefMvContext], b.YMode == av1.NearMV)
	}
}

// drlModes codes drl_mode until it reaches RefMvIdx.
func (s *Syntax) drlModes(b *Block) {
	first := 0
	switch b.YMode {
	case av1.NewMV, av1.NewNewMV:
	case av1.NearMV, av1.NearNearMV, av1.NearNewMV, av1.NewNearMV:
		first = 1
	default:
		return
	}
	for idx := first; idx < first+2 && int(b.NumMvFound) > idx+1; idx++ {
		more := int(b.RefMvIdx) > idx
		s.Coder.Bool(&s.Coder.CDF.DrlMode[b.DrlCtxStack[idx]], more)
		if !more {
			break
		}
	}
}

// NeedsInterpFilter is needs_interp_filter with identity global motion.
func (s *Syntax) NeedsInterpFilter(b *Block) bool {
	if b.SkipMode {
		return false
	}
	large := min(av1.BlockWidth[b.BlockSize], av1.BlockHeight[b.BlockSize]) >= 8
	return !(large && (b.YMode == av1.GlobalMV || b.YMode == av1.GlobalGlobalMV))
}

// interpFilter codes interp_filter[dir].
func (s *Syntax) interpFilter(b *Block, dir int) {
	ctx := (dir*2 + btoi(b.IsCompound())) * 4
	const none = 3
	left, above := none, none
	if n := s.neighbours.left; n != nil && (n.RefFrame[0] == b.RefFrame[0] || n.RefFrame[1] == b.RefFrame[0]) {
		left = int(n.InterpFilter[dir])
	}
	if n := s.neighbours.above; n != nil && (n.RefFrame[0] == b.RefFrame[0] || n.RefFrame[1] == b.RefFrame[0]) {
		above = int(n.InterpFilter[dir])
	}
	switch {
	case left == above, above == none:
		ctx += left
	case left == none:
		ctx += above
	default:
		ctx += none
	}
	s.Coder.Symbol(s.Coder.CDF.InterpFilter[ctx][:], int(b.InterpFilter[dir]))
}

// isNewMV tells whether reference list of the block is coded as NEWMV (get_mode, section 5.11.30).
func isNewMV(mode av1.PredictionMode, list int) bool {
	switch mode {
	case av1.NewMV, av1.NewNewMV:
		return true
	case av1.NewNearestMV, av1.NewNearMV:
		return list == 0
	case av1.NearestNewMV, av1.NearNewMV:
		return list == 1
	}
	return false
}

// assignMV codes the motion vector differences of assign_mv (section 5.11.26).
func (s *Syntax) assignMV(b *Block) {
	for list := range 1 + btoi(b.IsCompound()) {
		if isNewMV(b.YMode, list) {
			s.MV(b.Mv[list], b.PredMv[list])
		}
	}
}
