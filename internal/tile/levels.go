package tile

import (
	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/bitstream"
)

// A LevelMap holds what contexts need to know of the levels coded so far, in rows of
// levelStride: min(level, 15) in the low byte and min(level, 3) in the high one, so that one
// sum serves both contexts. Vertical transforms are stored transposed, which gives them the
// neighbours of horizontal ones. It is zero between transform blocks.
//
// It is larger than (32+4) rows so that any masked index is in bounds with its neighbours.
type LevelMap [mapMask + 1 + 2*levelStride + 4]uint16

const (
	levelStride = 32 + 4
	mapMask     = 2047
)

// Neighbours sums the coded neighbours of a coefficient (Sig_Ref_Diff_Offset): near those
// that coeff_br looks at as well (Mag_Ref_Offset_With_Tx_Class), all those of coeff_base.
func (m *LevelMap) Neighbours(e ScanEntry, class1D bool) (near, all uint16) {
	i := uint(e.at) & mapMask
	near = m[i+1] + m[i+levelStride]
	if class1D {
		near += m[i+2]
		return near, near + m[i+3] + m[i+4]
	}
	near += m[i+levelStride+1]
	return near, near + m[i+2] + m[i+2*levelStride]
}

// Set stores a level, 0..15.
func (m *LevelMap) Set(e ScanEntry, level uint) {
	m[e.at&mapMask] = uint16(level | min(level, 3)<<8)
}

// Clear makes the map zero again where the entries may have been set.
func (m *LevelMap) Clear(entries []ScanEntry) {
	for _, e := range entries {
		m[e.at&mapMask] = 0
	}
}

// ScanEntry is all that is derived from a scan position.
type ScanEntry struct {
	Pos  uint16 // row-major position
	at   uint16 // index into LevelMap
	base uint8  // the position's part of the context of coeff_base
	br   uint8  // and of coeff_br
}

// Shape is what the coefficient syntax needs to know of a transform size and class.
type Shape struct {
	Scan     []ScanEntry // in scan order
	SizeCtx  uint8       // txSzCtx
	BrCtx    uint8       // min(txSzCtx, TX_32X32)
	EobMulti uint8       // eobMultisize
	Class1D  bool        // not TX_CLASS_2D
}

// ShapeOf returns the shape of a transform.
func ShapeOf(tx av1.TxSize, typ av1.TxType) *Shape { return &shapes[av1.TxClassOf[typ]][tx] }

// shapes[class][tx]; one-dimensional classes end at 16x16.
var shapes = buildShapes()

func buildShapes() (t [3][av1.TxSizesAll]Shape) {
	for class, typ := range [3]av1.TxType{av1.DCTDCT, av1.HDCT, av1.VDCT} {
		for tx := range av1.TxSizesAll {
			if class > 0 && av1.TxSizeSqrUp[tx] > av1.Tx16x16 {
				continue
			}
			sizeCtx := uint8(av1.TxSizeSqr[tx]+av1.TxSizeSqrUp[tx]+1) >> 1
			adj := av1.AdjustedTxSize[tx]
			scan := av1.GetScan(tx, typ)
			entries := make([]ScanEntry, len(scan))
			for c, pos := range scan {
				row, col := int(pos)>>av1.TxWidthLog2[adj], int(pos)&(int(av1.TxWidth[adj])-1)
				entries[c] = newScanEntry(tx, av1.TxClass(class), row, col)
				entries[c].Pos = pos
			}
			t[class][tx] = Shape{
				Scan: entries, Class1D: class > 0, SizeCtx: sizeCtx, BrCtx: min(sizeCtx, 3),
				EobMulti: av1.TxWidthLog2[adj] + av1.TxHeightLog2[adj] - 4,
			}
		}
	}
	return t
}

func newScanEntry(tx av1.TxSize, class av1.TxClass, row, col int) ScanEntry {
	e := ScanEntry{at: uint16(row*levelStride + col), br: 14}
	near := false
	switch class {
	case av1.TxClass2D:
		e.base = av1.CoeffBaseCtxOffset[tx][min(row, 4)][min(col, 4)]
		near = row < 2 && col < 2
	case av1.TxClassHoriz:
		e.base = av1.CoeffBasePosCtxOffset[min(col, 2)]
		near = col == 0
	case av1.TxClassVert:
		e.at = uint16(col*levelStride + row)
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

// BaseCtx and BrCtx are the contexts of coeff_base, but for the DC of two-dimensional
// transforms, which has context 0, and of coeff_br.
func (e ScanEntry) BaseCtx(all uint16) uint { return uint(e.base) + uint(baseMag[all>>8&15]) }
func (e ScanEntry) BrCtx(near uint16) uint  { return uint(e.br) + uint(brMag[near&63]) }

// dcCtx is the context of coeff_base of the DC coefficient.
func (sh *Shape) dcCtx(all uint16) uint {
	if sh.Class1D {
		return sh.Scan[0].BaseCtx(all)
	}
	return 0
}

// EobBaseCtx is the context of coeff_base_eob at scan position c.
func (sh *Shape) EobBaseCtx(c int) int {
	n := len(sh.Scan)
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

// clampLevel is the magnitude of a level as far as coeff_br tells it, 0..15.
func clampLevel(v int32) uint { return uint(min(magnitude(v), golombBase+1)) }

// magnitude is |v|, without a branch: signs can't be predicted.
func magnitude(v int32) uint32 { return uint32((v ^ v>>31) - v>>31) }

// tokenize lists the symbols of coeff_base and coeff_br, last coefficient first, the first
// token standing for coeff_base_eob, and the levels that are not zero in the same order.
func (s *Syntax) tokenize(sh *Shape, levels []int32) ([]bitstream.Token, []int32) {
	scan, last := sh.Scan[:len(levels)], len(levels)-1
	level := clampLevel(levels[last])
	n := s.putLevel(0, 0, scan[last].BrCtx(0), level)
	s.nonzero[0] = levels[last]
	if last == 0 {
		return s.tokens[:n], s.nonzero[:1]
	}
	s.levels.Set(scan[last], level)
	k := 1
	for i := last - 1; i > 0; i-- {
		e, v := scan[i], levels[i]
		near, all := s.levels.Neighbours(e, sh.Class1D)
		level := clampLevel(v)
		n = s.putLevel(n, e.BaseCtx(all), e.BrCtx(near), level)
		s.levels.Set(e, level)
		s.nonzero[k&1023] = v
		k += btoi(v != 0)
	}
	near, all := s.levels.Neighbours(scan[0], sh.Class1D)
	s.levels.Clear(scan[1:])
	n = s.putLevel(n, sh.dcCtx(all), scan[0].BrCtx(near), clampLevel(levels[0]))
	s.nonzero[k&1023] = levels[0]
	return s.tokens[:n], s.nonzero[:k+btoi(levels[0] != 0)]
}

// putLevel puts the symbols of a level, 0..15, after the first n tokens and returns their
// new number.
func (s *Syntax) putLevel(n int, base, br, level uint) int {
	s.tokens[n] = bitstream.BaseToken(base, min(level, numBaseLevels+1))
	n++
	if level <= numBaseLevels {
		return n
	}
	rest := level - numBaseLevels - 1
	for range coeffBaseRange / brSymbols {
		s.tokens[n] = bitstream.BrToken(br, min(rest, brSymbols))
		n++
		if rest < brSymbols {
			break
		}
		rest -= brSymbols
	}
	return n
}
