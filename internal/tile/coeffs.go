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

// levelPad is how far beyond a transform's right and bottom side contexts look.
const levelPad = 4

// levelBuffer holds what contexts need to know of the levels coded so far, at
// row*(width+levelPad) + column: min(level, 15) in the low byte and min(level, 3) in the high
// one, so that one sum serves both contexts. It is zero between transform blocks.
type levelBuffer [(32 + levelPad) * (32 + levelPad)]uint16

// scanEntry is all that is derived from a scan position: the index into levelBuffer, and
// the position's part of the contexts of coeff_base and coeff_br.
type scanEntry struct {
	pos  uint16
	base uint8
	br   uint8
}

// scanEntries[class][tx] lists the entries in scan order.
var scanEntries = buildScanEntries()

func buildScanEntries() (t [3][av1.TxSizesAll][]scanEntry) {
	for class, typ := range [3]av1.TxType{av1.DCTDCT, av1.HDCT, av1.VDCT} {
		for tx := range av1.TxSizesAll {
			adj := av1.AdjustedTxSize[tx]
			if class > 0 && av1.TxSizeSqrUp[tx] > av1.Tx16x16 {
				continue
			}
			scan := av1.GetScan(tx, typ)
			entries := make([]scanEntry, len(scan))
			for c, pos := range scan {
				row, col := int(pos)>>av1.TxWidthLog2[adj], int(pos)&(int(av1.TxWidth[adj])-1)
				entries[c] = newScanEntry(tx, av1.TxClass(class), row, col)
			}
			t[class][tx] = entries
		}
	}
	return t
}

func newScanEntry(tx av1.TxSize, class av1.TxClass, row, col int) scanEntry {
	width := int(av1.TxWidth[av1.AdjustedTxSize[tx]])
	e := scanEntry{pos: uint16(row*(width+levelPad) + col), br: 14}
	near := false
	switch class {
	case av1.TxClass2D:
		e.base = av1.CoeffBaseCtxOffset[tx][min(row, 4)][min(col, 4)]
		near = row < 2 && col < 2
	case av1.TxClassHoriz:
		e.base = av1.CoeffBasePosCtxOffset[min(col, 2)]
		near = col == 0
	case av1.TxClassVert:
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

// magCtx is min((mag + 1) >> 1, 4), brCtx min((mag + 1) >> 1, 6).
var (
	magCtx [16]uint8
	brCtx  [48]uint8
)

func init() {
	for i := range magCtx {
		magCtx[i] = uint8(min((i+1)>>1, 4))
	}
	for i := range brCtx {
		brCtx[i] = uint8(min((i+1)>>1, 6))
	}
}

// offsets are the distances in levelBuffer to the neighbours of a coefficient; the
// first three serve coeff_br too (Sig_Ref_Diff_Offset, Mag_Ref_Offset_With_Tx_Class).
type offsets [5]int

func neighbourOffsets(class av1.TxClass, stride int) (o offsets) {
	for i, d := range av1.SigRefDiffOffset[class] {
		o[i] = int(d[0])*stride + int(d[1])
	}
	return o
}

// txSzCtx is the transform size context of coefficients (section 5.11.39).
func txSzCtx(tx av1.TxSize) int { return int(av1.TxSizeSqr[tx]+av1.TxSizeSqrUp[tx]+1) >> 1 }

// eobClass splits an end of block position into eobPt - 1 and the value of the
// eobPt - 2 bits that follow.
func eobClass(eob int) (pt, extra int) {
	if eob <= 2 {
		return eob - 1, 0
	}
	pt = bits.Len(uint(eob - 1))
	return pt, eob - 1 - 1<<(pt-1)
}

// eobBaseCtx is the context of coeff_base_eob.
func eobBaseCtx(tx av1.TxSize, c int) int {
	adj := av1.AdjustedTxSize[tx]
	n := int(av1.TxWidth[adj]) * int(av1.TxHeight[adj])
	switch {
	case c == 0:
		return 0
	case c <= n/8:
		return 1
	case c <= n/4:
		return 2
	}
	return 3
}

// Coeffs codes coeffs() (section 5.11.39) of one transform block of b: levels are the
// quantised levels in scan order up to the last non-zero one, empty for all_zero; typ is its
// transform type. The contexts above and to the left are updated.
func (s *Syntax) Coeffs(b *Block, u *TxUnit, typ av1.TxType, levels []int32) {
	c, cdf := s.Coder, s.Coder.CDF
	ctx := txSzCtx(u.Tx)
	c.Bool(cdf.TxbSkip[ctx][s.AllZeroCtx(b, u)][:], len(levels) == 0)
	if len(levels) == 0 {
		s.setCoefContext(u, 0)
		return
	}
	if u.Plane == 0 {
		s.txType(b, u.Tx, typ)
	}
	ptype := min(int(u.Plane), 1)
	class := av1.TxClassOf[typ]
	s.eob(u.Tx, ctx, ptype, class, len(levels))
	s.codeLevels(u.Tx, ctx, ptype, class, levels)
	s.setCoefContext(u, s.codeSigns(u, ptype, levels))
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
func (s *Syntax) eob(tx av1.TxSize, ctx, ptype int, class av1.TxClass, eob int) {
	c := s.Coder
	pt, extra := eobClass(eob)
	c.Symbol(s.eobPtCdf(tx, ptype, min(int(class), 1)), pt)
	if pt < 2 {
		return
	}
	n := pt - 1
	c.Bool(c.CDF.EobExtra[ctx][ptype][pt-2][:], extra>>(n-1) != 0)
	if n > 1 {
		c.Literal(uint32(extra)&(1<<(n-1)-1), n-1)
	}
}

func (s *Syntax) eobPtCdf(tx av1.TxSize, ptype, ctx int) []uint16 {
	cdf := s.Coder.CDF
	switch min(av1.TxWidthLog2[tx], 5) + min(av1.TxHeightLog2[tx], 5) - 4 {
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
func (s *Syntax) codeLevels(tx av1.TxSize, ctx, ptype int, class av1.TxClass, levels []int32) {
	c := s.Coder
	base, br := &c.CDF.CoeffBase[ctx][ptype], &c.CDF.CoeffBr[min(ctx, 3)][ptype]
	entries := scanEntries[class][tx][:len(levels)]
	o := neighbourOffsets(class, int(av1.TxWidth[av1.AdjustedTxSize[tx]])+levelPad)
	buf := &s.levels
	last := len(levels) - 1
	for i := last; i >= 0; i-- {
		e := entries[i]
		p := int(e.pos)
		level := min(max(levels[i], -levels[i]), golombBase+1)
		near := buf[p+o[0]] + buf[p+o[1]] + buf[p+o[2]]
		if i == last {
			c.Symbol(c.CDF.CoeffBaseEob[ctx][ptype][eobBaseCtx(tx, i)][:], int(min(level, 3))-1)
		} else {
			mag := near + buf[p+o[3]] + buf[p+o[4]]
			k := uint(e.base) + uint(magCtx[mag>>8])
			if i == 0 && class == av1.TxClass2D {
				k = 0
			}
			c.Symbol(base[k][:], int(min(level, 3)))
		}
		if level > numBaseLevels {
			cdf := br[uint(e.br)+uint(brCtx[near&255])][:]
			rest := int(level) - numBaseLevels - 1
			for range coeffBaseRange / brSymbols {
				c.Symbol(cdf, min(rest, brSymbols))
				if rest < brSymbols {
					break
				}
				rest -= brSymbols
			}
		}
		buf[p] = uint16(level) | uint16(min(level, 3))<<8
	}
	for _, e := range entries {
		buf[e.pos] = 0
	}
}

// codeSigns codes dc_sign, sign_bit and the Golomb part of large levels, first
// coefficient first, and returns the block's context byte.
func (s *Syntax) codeSigns(u *TxUnit, ptype int, levels []int32) uint8 {
	c := s.Coder
	sum := uint32(0)
	dc := uint8(0)
	for i, v := range levels {
		if v == 0 {
			continue
		}
		level := uint32(max(v, -v))
		if i == 0 {
			c.Bool(c.CDF.DcSign[ptype][s.dcSignCtx(u)][:], v < 0)
			dc = 2 - uint8(uint32(v)>>31)
		} else {
			c.Literal(uint32(v)>>31, 1) // sign_bit
		}
		if level > golombBase {
			x := level - golombBase
			n := bits.Len32(x)
			c.Literal(1, n) // golomb_length_bit: n-1 zeros and a one
			c.Literal(x&(1<<(n-1)-1), n-1)
		}
		sum += level
	}
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

// SetCoefContext stores CoefContext for unit u, as Coeffs does.
func (s *Syntax) SetCoefContext(u *TxUnit, context uint8) { s.setCoefContext(u, context) }

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
