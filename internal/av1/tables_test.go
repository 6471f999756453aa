package av1

import (
	"math"
	"testing"
)

func TestBlockGeometry(t *testing.T) {
	for b := range BlockSizes {
		w, h := int(BlockWidth[b]), int(BlockHeight[b])
		if 1<<BlockWidthLog2[b] != w || 1<<BlockHeightLog2[b] != h ||
			4*int(Num4x4BlocksWide[b]) != w || 4*int(Num4x4BlocksHigh[b]) != h ||
			4<<MiWidthLog2[b] != w || 4<<MiHeightLog2[b] != h {
			t.Errorf("block %d: tables disagree on %dx%d", b, w, h)
		}
		tx := MaxTxSizeRect[b]
		if int(TxWidth[tx]) != min(w, 64) || int(TxHeight[tx]) != min(h, 64) {
			t.Errorf("block %dx%d has transform %dx%d", w, h, TxWidth[tx], TxHeight[tx])
		}
		for subX := range 2 {
			for subY := range 2 {
				s := SubsampledSize[b][subX][subY]
				if s == BlockInvalid {
					continue
				}
				if int(BlockWidth[s]) != max(w>>subX, 4) || int(BlockHeight[s]) != max(h>>subY, 4) {
					t.Errorf("block %dx%d, subsampling %d %d: %dx%d", w, h, subX, subY, BlockWidth[s], BlockHeight[s])
				}
				uv := GetTxSizeUV(b, subX, subY)
				if int(TxWidth[uv]) != min(int(BlockWidth[s]), 32) || int(TxHeight[uv]) != min(int(BlockHeight[s]), 32) {
					t.Errorf("block %dx%d: chroma transform %dx%d", w, h, TxWidth[uv], TxHeight[uv])
				}
			}
		}
	}
}

func TestHasChroma(t *testing.T) {
	for _, tc := range []struct {
		b                    BlockSize
		row, col, subX, subY int
		want                 bool
	}{
		{Block4x4, 0, 0, 1, 1, false}, {Block4x4, 1, 0, 1, 1, false}, {Block4x4, 1, 1, 1, 1, true},
		{Block4x4, 0, 1, 1, 0, true}, {Block4x4, 0, 0, 0, 0, true}, {Block8x4, 0, 0, 1, 1, false},
		{Block8x4, 1, 0, 1, 1, true}, {Block4x16, 0, 0, 1, 1, false}, {Block8x8, 0, 0, 1, 1, true},
	} {
		if got := HasChroma(tc.b, tc.row, tc.col, tc.subX, tc.subY); got != tc.want {
			t.Errorf("%+v: %v", tc, got)
		}
	}
}

func TestTxGeometry(t *testing.T) {
	for tx := range TxSizesAll {
		w, h := TxWidth[tx], TxHeight[tx]
		if 1<<TxWidthLog2[tx] != int(w) || 1<<TxHeightLog2[tx] != int(h) {
			t.Errorf("tx %d: logarithms", tx)
		}
		if sqr, up := TxSizeSqr[tx], TxSizeSqrUp[tx]; TxWidth[sqr] != min(w, h) || TxWidth[up] != max(w, h) {
			t.Errorf("tx %dx%d: squares", w, h)
		}
		if a := AdjustedTxSize[tx]; TxWidth[a] != min(w, 32) || TxHeight[a] != min(h, 32) {
			t.Errorf("tx %dx%d: adjusted to %dx%d", w, h, TxWidth[a], TxHeight[a])
		}
		split := SplitTxSize[tx]
		sw, sh := TxWidth[split], TxHeight[split]
		switch {
		case w == h:
			w, h = max(w/2, 4), max(h/2, 4)
		case w > h:
			w /= 2
		default:
			h /= 2
		}
		if sw != w || sh != h {
			t.Errorf("tx %d splits into %dx%d", tx, sw, sh)
		}
	}
}

func TestScansArePermutations(t *testing.T) {
	for tx := range TxSizesAll {
		for typ := range WHT + 1 {
			scan := GetScan(tx, typ)
			a := AdjustedTxSize[tx]
			if len(scan) != int(TxWidth[a])*int(TxHeight[a]) {
				t.Fatalf("tx %d type %d: %d positions", tx, typ, len(scan))
			}
			seen := make([]bool, len(scan))
			for _, p := range scan {
				if seen[p] {
					t.Fatalf("tx %d type %d: position %d twice", tx, typ, p)
				}
				seen[p] = true
			}
		}
	}
}

// TestScanTransposes checks the pairs that section 9.2 calls transposes of each other.
func TestScanTransposes(t *testing.T) {
	for _, tc := range []struct {
		w, h int
		a, b []uint16 // a is w x h
	}{
		{4, 8, DefaultScan4x8[:], DefaultScan8x4[:]},
		{16, 32, DefaultScan16x32[:], DefaultScan32x16[:]},
		{16, 4, DefaultScan16x4[:], DefaultScan4x16[:]},
		{16, 8, DefaultScan16x8[:], DefaultScan8x16[:]},
		{32, 8, DefaultScan32x8[:], DefaultScan8x32[:]},
		{4, 4, McolScan4x4[:], MrowScan4x4[:]},
		{4, 8, McolScan4x8[:], MrowScan8x4[:]},
		{8, 4, McolScan8x4[:], MrowScan4x8[:]},
		{8, 8, McolScan8x8[:], MrowScan8x8[:]},
		{16, 8, McolScan16x8[:], MrowScan8x16[:]},
		{8, 16, McolScan8x16[:], MrowScan16x8[:]},
		{16, 16, McolScan16x16[:], MrowScan16x16[:]},
		{16, 4, McolScan16x4[:], MrowScan4x16[:]},
		{4, 16, McolScan4x16[:], MrowScan16x4[:]},
	} {
		for i := range tc.a {
			p, q := int(tc.a[i]), int(tc.b[i])
			if p%tc.w != q/tc.h || p/tc.w != q%tc.h {
				t.Errorf("%dx%d: entry %d is %d and %d", tc.w, tc.h, i, p, q)
				break
			}
		}
	}
}

func TestTxSets(t *testing.T) {
	for tx := range TxSizesAll {
		for _, inter := range []bool{false, true} {
			for _, reduced := range []bool{false, true} {
				set := GetTxSet(tx, inter, reduced)
				types := TxTypesOfSet(set, inter)
				in := 0
				for typ := range TxTypes {
					if IsTxTypeInSet(set, inter, typ) {
						in++
					}
				}
				if in != len(types) {
					t.Errorf("set %d, inter %v: %d types, %d symbols", set, inter, in, len(types))
				}
				for i, typ := range types {
					dir := 0
					if inter {
						dir = 1
					}
					if !IsTxTypeInSet(set, inter, typ) || int(TxTypeSymbol[dir][set][typ]) != i {
						t.Errorf("set %d, inter %v: type %d is symbol %d", set, inter, typ, i)
					}
				}
			}
		}
	}
}

func TestFormulas(t *testing.T) {
	for i, v := range Cos128Lookup {
		if want := math.Round(4096 * math.Cos(float64(i)*math.Pi/128)); float64(v) != want {
			t.Errorf("Cos128Lookup[%d] = %d, want %v", i, v, want)
		}
	}
	for i := 1; i < len(DivMult); i++ {
		if int(DivMult[i]) != 16384/i {
			t.Errorf("DivMult[%d] = %d", i, DivMult[i])
		}
	}
	for i := 1; i < len(DivTable); i++ {
		if int(DivTable[i]) != 840/i {
			t.Errorf("DivTable[%d] = %d", i, DivTable[i])
		}
	}
	for f := range SubpelFilters {
		for pos := range SubpelFilters[f] {
			sum := 0
			for _, tap := range SubpelFilters[f][pos] {
				sum += int(tap)
			}
			if sum != 128 {
				t.Errorf("SubpelFilters[%d][%d] sums to %d", f, pos, sum)
			}
		}
	}
	for depth := 8; depth <= 12; depth += 2 {
		for q := 1; q < 256; q++ {
			if DcQ(depth, q) < DcQ(depth, q-1) || AcQ(depth, q) <= AcQ(depth, q-1) {
				t.Errorf("steps do not rise at depth %d, index %d", depth, q)
			}
		}
		if DcQ(depth, -5) != DcQ(depth, 0) || AcQ(depth, 300) != AcQ(depth, 255) {
			t.Error("steps are not clipped")
		}
	}
}
