package tile

import (
	"math/bits"

	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/bitstream"
)

// RateTables holds the cost of coefficient symbols, in 1/512 bit, for the CDFs of one
// CDFContext: built once per frame, read by all workers. CoeffRate adds up exactly what
// Coeffs costs a counting Coder.
type RateTables struct {
	AllZero [5][13][2]uint16        // [txSzCtx][ctx][all_zero]
	Eob     [7][2][2][11]uint16     // [eobMultisize][ptype][1-D class][eobPt-1]
	Extra   [5][2][9][2]uint16      // [txSzCtx][ptype][eobPt-3][eob_extra]
	BaseEob [5][2][4][16]uint16     // [txSzCtx][ptype][ctx][min(level, 15)], with the sign bit
	Base    [5][2][42][16]uint16    // the same for coeff_base
	Br      [4][2][21][16]uint16    // coeff_br of min(level, 15), 0 below 3
	DCSign  [2][3][2]uint16         // [ptype][ctx][dc_sign] less the sign bit counted in Base, modulo 1<<16
	Types   [2][4][4][13][16]uint16 // [inter][set][TxSizeSqr][intra direction][transform type]
}

const bitCost = 512

// Build fills the tables from cdf.
func (t *RateTables) Build(cdf *bitstream.CDFContext) {
	for tx := range 5 {
		for ctx := range cdf.TxbSkip[tx] {
			symbolCosts(t.AllZero[tx][ctx][:], cdf.TxbSkip[tx][ctx][:])
		}
		for ptype := range 2 {
			for i := range cdf.EobExtra[tx][ptype] {
				symbolCosts(t.Extra[tx][ptype][i][:], cdf.EobExtra[tx][ptype][i][:])
			}
			t.buildLevels(cdf, tx, ptype)
		}
	}
	for ptype := range 2 {
		for ctx := range cdf.DcSign[ptype] {
			d := &t.DCSign[ptype][ctx]
			symbolCosts(d[:], cdf.DcSign[ptype][ctx][:])
			d[0] -= bitCost
			d[1] -= bitCost
		}
		for class := range 2 {
			symbolCosts(t.Eob[0][ptype][class][:5], cdf.EobPt16[ptype][class][:])
			symbolCosts(t.Eob[1][ptype][class][:6], cdf.EobPt32[ptype][class][:])
			symbolCosts(t.Eob[2][ptype][class][:7], cdf.EobPt64[ptype][class][:])
			symbolCosts(t.Eob[3][ptype][class][:8], cdf.EobPt128[ptype][class][:])
			symbolCosts(t.Eob[4][ptype][class][:9], cdf.EobPt256[ptype][class][:])
			symbolCosts(t.Eob[5][ptype][class][:10], cdf.EobPt512[ptype][:])
			symbolCosts(t.Eob[6][ptype][class][:11], cdf.EobPt1024[ptype][:])
		}
	}
	t.buildTypes(cdf)
}

func symbolCosts(dst []uint16, cdf []uint16) {
	for i := range dst {
		dst[i] = uint16(bitstream.SymbolCost(cdf, i))
	}
}

func (t *RateTables) buildLevels(cdf *bitstream.CDFContext, tx, ptype int) {
	var cost [4]uint16
	for ctx := range cdf.CoeffBaseEob[tx][ptype] {
		symbolCosts(cost[:3], cdf.CoeffBaseEob[tx][ptype][ctx][:])
		for level := range 16 {
			t.BaseEob[tx][ptype][ctx][level] = cost[max(min(level, 3)-1, 0)] + bitCost
		}
	}
	for ctx := range cdf.CoeffBase[tx][ptype] {
		symbolCosts(cost[:], cdf.CoeffBase[tx][ptype][ctx][:])
		for level := range 16 {
			t.Base[tx][ptype][ctx][level] = cost[min(level, 3)] + bitCost*uint16(min(level, 1))
		}
	}
	if tx > 3 {
		return
	}
	for ctx := range cdf.CoeffBr[tx][ptype] {
		symbolCosts(cost[:], cdf.CoeffBr[tx][ptype][ctx][:])
		d := &t.Br[tx][ptype][ctx]
		for level := numBaseLevels + 1; level < len(d); level++ {
			rest := level - numBaseLevels - 1
			full := min(rest/brSymbols, coeffBaseRange/brSymbols)
			d[level] = uint16(full) * cost[3]
			if full < coeffBaseRange/brSymbols {
				d[level] += cost[rest%brSymbols]
			}
		}
	}
}

func (t *RateTables) buildTypes(cdf *bitstream.CDFContext) {
	for sqr := range 4 {
		for dir := range 13 {
			if sqr < 2 {
				t.setTypes(0, av1.TxSetIntra1, sqr, dir, cdf.IntraTxTypeSet1[sqr][dir][:])
				t.setTypes(1, av1.TxSetInter1, sqr, dir, cdf.InterTxTypeSet1[sqr][:])
			}
			if sqr < 3 {
				t.setTypes(0, av1.TxSetIntra2, sqr, dir, cdf.IntraTxTypeSet2[sqr][dir][:])
				t.setTypes(1, av1.TxSetInter2, sqr, dir, cdf.InterTxTypeSet2[:])
			}
			t.setTypes(1, av1.TxSetInter3, sqr, dir, cdf.InterTxTypeSet3[sqr][:])
		}
	}
}

func (t *RateTables) setTypes(inter int, set av1.TxSet, sqr, dir int, cdf []uint16) {
	for i, typ := range av1.TxTypesOfSet(set, inter == 1) {
		t.Types[inter][set][sqr][dir][typ] = uint16(bitstream.SymbolCost(cdf, i))
	}
}

// AllZeroRate is what all_zero = 1 costs for unit u, all a block without coefficients signals.
func (s *Syntax) AllZeroRate(t *RateTables, b *Block, u *TxUnit) uint32 {
	return uint32(t.AllZero[shapes[av1.TxClass2D][u.Tx].SizeCtx][s.AllZeroCtx(b, u)][1])
}

// TxTypeRate is what transform type typ of luma unit u costs; typ has to be in LumaTxSet.
func (s *Syntax) TxTypeRate(t *RateTables, b *Block, tx av1.TxSize, typ av1.TxType) uint32 {
	set := s.LumaTxSet(b, tx)
	if set == av1.TxSetDCTOnly {
		return 0
	}
	dir := av1.DCPred
	switch {
	case b.IsInter:
	case b.FilterIntra > 0:
		dir = av1.FilterIntraModeToIntraDir[b.FilterIntra-1]
	default:
		dir = b.YMode
	}
	return uint32(t.Types[btoi(b.IsInter)][set][av1.TxSizeSqr[tx]][dir][typ])
}

// CoeffRate returns what Coeffs would cost, in 1/512 bit, without touching any context.
func (s *Syntax) CoeffRate(t *RateTables, b *Block, u *TxUnit, typ av1.TxType, levels []int32) uint32 {
	sh := ShapeOf(u.Tx, typ)
	zero := &t.AllZero[sh.SizeCtx][s.AllZeroCtx(b, u)]
	if len(levels) == 0 {
		return uint32(zero[1])
	}
	rate := uint32(zero[0])
	if u.Plane == 0 {
		rate += s.TxTypeRate(t, b, u.Tx, typ)
	}
	ptype := min(int(u.Plane), 1)
	if dc := levels[0]; dc != 0 {
		rate += uint32(int32(int16(t.DCSign[ptype][s.dcSignCtx(u)][uint32(dc)>>31])))
	}
	return rate + s.LevelsRate(t, u.Tx, ptype, typ, levels)
}

// LevelsRate is the part of CoeffRate that depends on the block alone: the end of block, the
// levels and one bit per sign. levels is not empty; ptype is 0 for luma, 1 for chroma.
func (s *Syntax) LevelsRate(t *RateTables, tx av1.TxSize, ptype int, typ av1.TxType, levels []int32) uint32 {
	sh := ShapeOf(tx, typ)
	base, br := &t.Base[sh.SizeCtx][ptype], &t.Br[sh.BrCtx][ptype]
	scan, last := sh.Scan[:len(levels)], len(levels)-1
	level := clampLevel(levels[last])
	rate := t.eobRate(sh, ptype, len(levels)) + levelRate(&t.BaseEob[sh.SizeCtx][ptype][sh.EobBaseCtx(last)], &br[scan[last].BrCtx(0)], level, levels[last])
	if last == 0 {
		return rate
	}
	s.levels.Set(scan[last], level)
	for i := last - 1; i > 0; i-- {
		e, v := scan[i], levels[i]
		near, all := s.levels.Neighbours(e, sh.Class1D)
		level := clampLevel(v)
		rate += levelRate(&base[e.BaseCtx(all)], &br[e.BrCtx(near)], level, v)
		s.levels.Set(e, level)
	}
	near, all := s.levels.Neighbours(scan[0], sh.Class1D)
	s.levels.Clear(scan[1:])
	return rate + levelRate(&base[sh.dcCtx(all)], &br[scan[0].BrCtx(near)], clampLevel(levels[0]), levels[0])
}

// levelRate is the rate of level v, clamped to 0..15, in its contexts.
func levelRate(base, br *[16]uint16, clamped uint, v int32) uint32 {
	rate := uint32(base[clamped&15]) + uint32(br[clamped&15])
	if clamped > golombBase {
		rate += golombRate(v)
	}
	return rate
}

// golombRate is the cost of the golomb bits of a level above 14.
func golombRate(v int32) uint32 {
	return bitCost * uint32(2*bits.Len32(magnitude(v)-golombBase)-1)
}

func (t *RateTables) eobRate(sh *Shape, ptype, eob int) uint32 {
	pt, extra := eobClass(eob)
	rate := uint32(t.Eob[sh.EobMulti][ptype][btoi(sh.Class1D)][pt])
	if pt < 2 {
		return rate
	}
	n := pt - 1
	return rate + uint32(t.Extra[sh.SizeCtx][ptype][pt-2][extra>>(n-1)]) + bitCost*uint32(n-1)
}
