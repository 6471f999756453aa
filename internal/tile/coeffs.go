package tile

import (
	"math/bits"

	"github.com/grav1e/grav1e/internal/av1"
)

// Limits of the coefficient syntax (section 3).
const (
	numBaseLevels  = 2                              // NUM_BASE_LEVELS
	coeffBaseRange = 12                             // COEFF_BASE_RANGE
	brSymbols      = 3                              // BR_CDF_SIZE - 1
	golombBase     = numBaseLevels + coeffBaseRange // levels above are followed by a Golomb code
)

// MaxLevel is the largest magnitude of a quantised level (section 5.11.39).
const MaxLevel = 1<<20 - 1

// eobClass splits an end of block position into eobPt - 1 and the value of the
// eobPt - 2 bits that follow.
func eobClass(eob int) (pt, extra int) {
	if eob <= 2 {
		return eob - 1, 0
	}
	pt = bits.Len(uint(eob - 1))
	return pt, eob - 1 - 1<<(pt-1)
}

// Coeffs codes coeffs() (section 5.11.39) of one transform block of b: levels are the
// quantised levels in scan order up to the last non-zero one, empty for all_zero; typ is its
// transform type. The contexts above and to the left are updated.
func (s *Syntax) Coeffs(b *Block, u *TxUnit, typ av1.TxType, levels []int32) {
	sh := ShapeOf(u.Tx, typ)
	s.Coder.Bool(&s.Coder.CDF.TxbSkip[sh.SizeCtx][s.AllZeroCtx(b, u)], len(levels) == 0)
	if len(levels) == 0 {
		s.SetCoefContext(u, 0)
		return
	}
	if u.Plane == 0 {
		s.txType(b, u.Tx, typ)
	}
	ptype := min(int(u.Plane), 1)
	s.eob(sh, ptype, len(levels))
	nonzero := s.codeLevels(sh, ptype, levels)
	s.SetCoefContext(u, s.codeSigns(u, ptype, levels[0], nonzero))
}

// txType is transform_type (section 5.11.47).
func (s *Syntax) txType(b *Block, tx av1.TxSize, typ av1.TxType) {
	set := s.LumaTxSet(b, tx)
	if set == av1.TxSetDCTOnly {
		return
	}
	s.Coder.Symbol(s.txTypeCdf(b, tx, set), int(av1.TxTypeSymbol[btoi(b.IsInter)][set][typ]))
}

func (s *Syntax) txTypeCdf(b *Block, tx av1.TxSize, set av1.TxSet) []uint16 {
	cdf, sqr := s.Coder.CDF, av1.TxSizeSqr[tx]
	if b.IsInter {
		switch set {
		case av1.TxSetInter1:
			return cdf.InterTxTypeSet1[sqr][:]
		case av1.TxSetInter2:
			return cdf.InterTxTypeSet2[:]
		}
		return cdf.InterTxTypeSet3[sqr][:]
	}
	dir := b.YMode
	if b.FilterIntra > 0 {
		dir = av1.FilterIntraModeToIntraDir[b.FilterIntra-1]
	}
	if set == av1.TxSetIntra1 {
		return cdf.IntraTxTypeSet1[sqr][dir][:]
	}
	return cdf.IntraTxTypeSet2[sqr][dir][:]
}

// eob codes eob_pt_*, eob_extra and eob_extra_bit.
func (s *Syntax) eob(sh *Shape, ptype, eob int) {
	c := s.Coder
	pt, extra := eobClass(eob)
	c.Symbol(s.eobPtCdf(sh, ptype), pt)
	if pt < 2 {
		return
	}
	n := pt - 1
	c.Bool(&c.CDF.EobExtra[sh.SizeCtx][ptype][pt-2], extra>>(n-1) != 0)
	if n > 1 {
		c.Literal(uint32(extra)&(1<<(n-1)-1), n-1)
	}
}

func (s *Syntax) eobPtCdf(sh *Shape, ptype int) []uint16 {
	cdf, ctx := s.Coder.CDF, btoi(sh.Class1D)
	switch sh.EobMulti {
	case 0:
		return cdf.EobPt16[ptype][ctx][:]
	case 1:
		return cdf.EobPt32[ptype][ctx][:]
	case 2:
		return cdf.EobPt64[ptype][ctx][:]
	case 3:
		return cdf.EobPt128[ptype][ctx][:]
	case 4:
		return cdf.EobPt256[ptype][ctx][:]
	case 5:
		return cdf.EobPt512[ptype][:]
	}
	return cdf.EobPt1024[ptype][:]
}

// codeLevels codes coeff_base_eob, coeff_base and coeff_br, last coefficient first, and
// returns the levels that are not zero in that order.
func (s *Syntax) codeLevels(sh *Shape, ptype int, levels []int32) []int32 {
	cdf, c, last := s.Coder.CDF, s.Coder, len(levels)-1
	tokens, nonzero := s.tokenize(sh, levels)
	first := int(min(magnitude(levels[last]), numBaseLevels+1)) - 1
	c.Symbol(cdf.CoeffBaseEob[sh.SizeCtx][ptype][sh.EobBaseCtx(last)][:], first)
	c.Levels(&cdf.CoeffBase[sh.SizeCtx][ptype], &cdf.CoeffBr[sh.BrCtx][ptype], tokens[1:])
	return nonzero
}

// codeSigns codes dc_sign, sign_bit and the Golomb part of large levels, first coefficient
// first, and returns the block's context byte. dc is the level of the DC coefficient,
// nonzero what codeLevels returned.
func (s *Syntax) codeSigns(u *TxUnit, ptype int, dc int32, nonzero []int32) uint8 {
	sum := uint32(0)
	for _, v := range nonzero {
		sum += magnitude(v)
	}
	category := uint8(0)
	if dc != 0 {
		c := s.Coder
		c.Bool(&c.CDF.DcSign[ptype][s.dcSignCtx(u)], dc < 0)
		c.Golomb(dc, golombBase)
		category = 2 - uint8(uint32(dc)>>31)
		nonzero = nonzero[:len(nonzero)-1]
	}
	s.Coder.Signs(nonzero, golombBase)
	return coefContext(sum, category)
}

// coefContext packs culLevel and dcCategory.
func coefContext(sum uint32, dc uint8) uint8 { return uint8(min(sum, levelMask)) | dc<<dcShift }

// CoefContext is the byte a transform block with these levels leaves in the contexts.
func CoefContext(levels []int32) uint8 {
	if len(levels) == 0 {
		return 0
	}
	sum, dc := uint32(0), uint8(0)
	for _, v := range levels {
		sum += magnitude(v)
	}
	if levels[0] != 0 {
		dc = 2 - uint8(uint32(levels[0])>>31)
	}
	return coefContext(sum, dc)
}

// contexts returns the context bytes along the upper and left side of u.
func (s *Syntax) contexts(u *TxUnit) (above, left []uint8) {
	x4, y4 := int(u.X4), int(u.Y4)&s.leftMask[u.Plane]
	w4, h4 := int(av1.TxWidth[u.Tx])>>2, int(av1.TxHeight[u.Tx])>>2
	return s.Above[u.Plane][x4 : x4+w4], s.Left[u.Plane][y4 : y4+h4]
}

// AllZeroCtx is the context of all_zero.
func (s *Syntax) AllZeroCtx(b *Block, u *TxUnit) int {
	above, left := s.contexts(u)
	if u.Plane > 0 {
		return s.allZeroCtxChroma(b, u, above, left)
	}
	if av1.BlockWidth[b.BlockSize] == av1.TxWidth[u.Tx] && av1.BlockHeight[b.BlockSize] == av1.TxHeight[u.Tx] {
		return 0
	}
	top, lft := uint8(0), uint8(0)
	for _, v := range above {
		top = max(top, v&levelMask)
	}
	for _, v := range left {
		lft = max(lft, v&levelMask)
	}
	hi, lo := max(top, lft), min(top, lft)
	switch {
	case hi == 0:
		return 1
	case lo == 0:
		return 2 + btoi(hi > 3)
	case hi <= 3:
		return 4
	case lo <= 3:
		return 5
	}
	return 6
}

func (s *Syntax) allZeroCtxChroma(b *Block, u *TxUnit, above, left []uint8) int {
	a, l := uint8(0), uint8(0)
	for _, v := range above {
		a |= v
	}
	for _, v := range left {
		l |= v
	}
	ctx := 7 + btoi(a != 0) + btoi(l != 0)
	size := av1.SubsampledSize[b.BlockSize][s.subX][s.subY]
	if av1.BlockWidthLog2[size]+av1.BlockHeightLog2[size] > av1.TxWidthLog2[u.Tx]+av1.TxHeightLog2[u.Tx] {
		ctx += 3
	}
	return ctx
}

// dcSignCtx is the context of dc_sign.
func (s *Syntax) dcSignCtx(u *TxUnit) int {
	above, left := s.contexts(u)
	sum := 0
	for _, v := range above {
		sum += int(dcSigns[v>>dcShift])
	}
	for _, v := range left {
		sum += int(dcSigns[v>>dcShift])
	}
	switch {
	case sum < 0:
		return 1
	case sum > 0:
		return 2
	}
	return 0
}

// dcSigns maps a DC category to the sign it stands for.
var dcSigns = [4]int8{0, -1, 1, 0}
