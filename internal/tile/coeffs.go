package tile

import (
	"math/bits"

	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/bitstream"
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

// A levelBuffer holds what contexts need to know of the levels coded so far, in rows of
// levelStride: min(level, 15) in the low byte and min(level, 3) in the high one, so that one
// sum serves both contexts. Vertical transforms are stored transposed, which gives them the
// neighbours of horizontal ones. It is zero between transform blocks.
type levelBuffer [(32 + 4) * levelStride]uint16

const levelStride = 32 + 4

// levelWindow is the part of a levelBuffer that starts at a coefficient and ends with the
// farthest neighbour, two rows below.
type levelWindow [2*levelStride + 1]uint16

// neighbours sums the coded neighbours of the window's first coefficient
// (Sig_Ref_Diff_Offset): near those that coeff_br looks at as well
// (Mag_Ref_Offset_With_Tx_Class), all those of coeff_base.
func (w *levelWindow) neighbours(class1D bool) (near, all uint16) {
	near = w[1] + w[levelStride]
	if class1D {
		near += w[2]
		return near, near + w[3] + w[4]
	}
	near += w[levelStride+1]
	return near, near + w[2] + w[2*levelStride]
}

// packLevel is what the buffer holds for a level, 0..15.
func packLevel(level uint) uint16 { return uint16(level | min(level, 3)<<8) }

// scanEntry is all that is derived from a scan position: the index into levelBuffer, and
// the position's part of the contexts of coeff_base and coeff_br.
type scanEntry struct {
	pos  uint16
	base uint8
	br   uint8
}

// shape is what the coefficient syntax needs to know of a transform size and class.
type shape struct {
	scan     []scanEntry // in scan order
	sizeCtx  uint8       // txSzCtx
	brCtx    uint8       // min(txSzCtx, TX_32X32)
	eobMulti uint8       // eobMultisize
	class1D  bool        // not TX_CLASS_2D
}

// shapes[class][tx]; one-dimensional classes end at 16x16.
var shapes = buildShapes()

func buildShapes() (t [3][av1.TxSizesAll]shape) {
	for class, typ := range [3]av1.TxType{av1.DCTDCT, av1.HDCT, av1.VDCT} {
		for tx := range av1.TxSizesAll {
			if class > 0 && av1.TxSizeSqrUp[tx] > av1.Tx16x16 {
				continue
			}
			sizeCtx := uint8(av1.TxSizeSqr[tx]+av1.TxSizeSqrUp[tx]+1) >> 1
			adj := av1.AdjustedTxSize[tx]
			scan := av1.GetScan(tx, typ)
			entries := make([]scanEntry, len(scan))
			for c, pos := range scan {
				row, col := int(pos)>>av1.TxWidthLog2[adj], int(pos)&(int(av1.TxWidth[adj])-1)
				entries[c] = newScanEntry(tx, av1.TxClass(class), row, col)
			}
			t[class][tx] = shape{
				scan: entries, class1D: class > 0, sizeCtx: sizeCtx, brCtx: min(sizeCtx, 3),
				eobMulti: av1.TxWidthLog2[adj] + av1.TxHeightLog2[adj] - 4,
			}
		}
	}
	return t
}

func newScanEntry(tx av1.TxSize, class av1.TxClass, row, col int) scanEntry {
	e := scanEntry{pos: uint16(row*levelStride + col), br: 14}
	near := false
	switch class {
	case av1.TxClass2D:
		e.base = av1.CoeffBaseCtxOffset[tx][min(row, 4)][min(col, 4)]
		near = row < 2 && col < 2
	case av1.TxClassHoriz:
		e.base = av1.CoeffBasePosCtxOffset[min(col, 2)]
		near = col == 0
	case av1.TxClassVert:
		e.pos = uint16(col*levelStride + row)
		e.base = av1.CoeffBasePosCtxOffset[min(row, 2)]
		near = row == 0
	}
	switch {
	case row == 0 && col == 0:
		e.br = 0
	case near:
		e.br = 7
	}
	return e
}

// baseMag is min((mag + 1) >> 1, 4) of the high byte of all neighbours, brMag
// min((mag + 1) >> 1, 6) of the low byte of the near ones.
var baseMag, brMag = magTables()

func magTables() (base [16]uint8, br [64]uint8) {
	for i := range base {
		base[i] = uint8(min((i+1)>>1, 4))
	}
	for i := range br {
		br[i] = uint8(min((i+1)>>1, 6))
	}
	return base, br
}

// baseCtx and brCtx are the contexts of coeff_base, but for the DC of two-dimensional
// transforms, which has context 0, and of coeff_br.
func (e scanEntry) baseCtx(all uint16) uint { return uint(e.base) + uint(baseMag[all>>8&15]) }
func (e scanEntry) brCtx(near uint16) uint  { return uint(e.br) + uint(brMag[near&63]) }

// eobClass splits an end of block position into eobPt - 1 and the value of the
// eobPt - 2 bits that follow.
func eobClass(eob int) (pt, extra int) {
	if eob <= 2 {
		return eob - 1, 0
	}
	pt = bits.Len(uint(eob - 1))
	return pt, eob - 1 - 1<<(pt-1)
}

// eobBaseCtx is the context of coeff_base_eob at scan position c of n.
func eobBaseCtx(c, n int) int {
	switch {
	case c == 0:
		return 0
	case c <= n>>3:
		return 1
	case c <= n>>2:
		return 2
	}
	return 3
}

// Coeffs codes coeffs() (section 5.11.39) of one transform block of b: levels are the
// quantised levels in scan order up to the last non-zero one, empty for all_zero; typ is its
// transform type. The contexts above and to the left are updated.
func (s *Syntax) Coeffs(b *Block, u *TxUnit, typ av1.TxType, levels []int32) {
	sh := &shapes[av1.TxClassOf[typ]][u.Tx]
	s.Coder.Bool(&s.Coder.CDF.TxbSkip[sh.sizeCtx][s.AllZeroCtx(b, u)], len(levels) == 0)
	if len(levels) == 0 {
		s.SetCoefContext(u, 0)
		return
	}
	if u.Plane == 0 {
		s.txType(b, u.Tx, typ)
	}
	ptype := min(int(u.Plane), 1)
	s.eob(sh, ptype, len(levels))
	s.codeLevels(sh, ptype, levels)
	s.SetCoefContext(u, s.codeSigns(u, ptype, levels))
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
func (s *Syntax) eob(sh *shape, ptype, eob int) {
	c := s.Coder
	pt, extra := eobClass(eob)
	c.Symbol(s.eobPtCdf(sh, ptype), pt)
	if pt < 2 {
		return
	}
	n := pt - 1
	c.Bool(&c.CDF.EobExtra[sh.sizeCtx][ptype][pt-2], extra>>(n-1) != 0)
	if n > 1 {
		c.Literal(uint32(extra)&(1<<(n-1)-1), n-1)
	}
}

func (s *Syntax) eobPtCdf(sh *shape, ptype int) []uint16 {
	cdf, ctx := s.Coder.CDF, btoi(sh.class1D)
	switch sh.eobMulti {
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

// codeLevels codes coeff_base_eob, coeff_base and coeff_br, last coefficient first.
func (s *Syntax) codeLevels(sh *shape, ptype int, levels []int32) {
	cdf, c := s.Coder.CDF, s.Coder
	last := len(levels) - 1
	tokens := s.tokenize(sh, levels)
	first := int(min(clampLevel(levels[last]), 3)) - 1
	c.Symbol(cdf.CoeffBaseEob[sh.sizeCtx][ptype][eobBaseCtx(last, len(sh.scan))][:], first)
	c.Levels(&cdf.CoeffBase[sh.sizeCtx][ptype], &cdf.CoeffBr[sh.brCtx][ptype], tokens[1:])
}

// tokenize lists the symbols of coeff_base and coeff_br, last coefficient first. The first
// token stands for coeff_base_eob.
func (s *Syntax) tokenize(sh *shape, levels []int32) []bitstream.Token {
	scan := sh.scan[:len(levels)]
	tokens, n, dc := &s.tokens, 0, 0
	buf := &s.levels
	for i := len(levels) - 1; i >= 0; i-- {
		e := scan[i]
		w := (*levelWindow)(buf[e.pos:])
		near, all := w.neighbours(sh.class1D)
		level := clampLevel(levels[i])
		dc = n
		tokens[n] = bitstream.BaseToken(e.baseCtx(all), min(level, 3))
		n++
		if level > numBaseLevels {
			n += rangeTokens((*[4]bitstream.Token)(tokens[n:]), e.brCtx(near), level-numBaseLevels-1)
		}
		w[0] = packLevel(level)
	}
	if !sh.class1D {
		tokens[dc] = bitstream.BaseToken(0, uint(tokens[dc]&3))
	}
	for _, e := range scan {
		buf[e.pos] = 0
	}
	return tokens[:n]
}

// rangeTokens lists the coeff_br symbols of a level that is rest above NUM_BASE_LEVELS + 1.
func rangeTokens(dst *[coeffBaseRange / brSymbols]bitstream.Token, ctx, rest uint) int {
	for i := range dst {
		dst[i] = bitstream.BrToken(ctx, min(rest, brSymbols))
		if rest < brSymbols {
			return i + 1
		}
		rest -= brSymbols
	}
	return len(dst)
}

// clampLevel is the magnitude of a level as far as coeff_br tells it, 0..15.
func clampLevel(v int32) uint { return uint(min(max(v, -v), golombBase+1)) }

// codeSigns codes dc_sign, sign_bit and the Golomb part of large levels, first
// coefficient first, and returns the block's context byte.
func (s *Syntax) codeSigns(u *TxUnit, ptype int, levels []int32) uint8 {
	n, sum := 0, uint32(0)
	for _, v := range levels {
		s.nonzero[n&1023] = v
		n += btoi(v != 0)
		sum += uint32(max(v, -v))
	}
	rest := s.nonzero[:n]
	dc := uint8(0)
	if v := levels[0]; v != 0 {
		c := s.Coder
		c.Bool(&c.CDF.DcSign[ptype][s.dcSignCtx(u)], v < 0)
		if level := uint32(max(v, -v)); level > golombBase {
			c.Golomb(level - golombBase)
		}
		dc = 2 - uint8(uint32(v)>>31)
		rest = rest[1:]
	}
	s.Coder.Signs(rest, golombBase)
	return coefContext(sum, dc)
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
		sum += uint32(max(v, -v))
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
