package tile

import (
	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/frame"
)

// maxVarTxDepth is MAX_VARTX_DEPTH.
const maxVarTxDepth = 2

// TxSize codes read_block_tx_size (section 5.11.15).
func (s *Syntax) TxSize(b *Block) {
	if s.Hdr.TxMode != av1.TxModeSelect || b.BlockSize == av1.Block4x4 || s.lossless || b.Skip && b.IsInter {
		return
	}
	s.neighbours = s.findNeighbours(b.Row, b.Col)
	if b.IsInter {
		s.varTxSizes(b)
	} else {
		s.txDepth(b)
	}
}

// txDepth codes tx_depth (read_tx_size, section 5.11.14).
func (s *Syntax) txDepth(b *Block) {
	root := av1.MaxTxSizeRect[b.BlockSize]
	depth := 0
	for tx := root; tx != b.TxSize; tx = av1.SplitTxSize[tx] {
		depth++
	}
	ctx := btoi(aboveSize(s.neighbours.above) >= av1.TxWidth[root]) + btoi(leftSize(s.neighbours.left) >= av1.TxHeight[root])
	cdf := s.Coder.CDF
	switch av1.MaxTxDepth[b.BlockSize] {
	case 4:
		s.Coder.Symbol(cdf.Tx64x64[ctx][:], depth)
	case 3:
		s.Coder.Symbol(cdf.Tx32x32[ctx][:], depth)
	case 2:
		s.Coder.Symbol(cdf.Tx16x16[ctx][:], depth)
	default:
		s.Coder.Symbol(cdf.Tx8x8[ctx][:], depth)
	}
}

// aboveSize and leftSize are aboveW and leftH of the context of tx_depth.
func aboveSize(m *frame.ModeInfo) uint8 {
	switch {
	case m == nil:
		return 0
	case m.IsInter:
		return av1.BlockWidth[m.BlockSize]
	}
	return av1.TxWidth[m.TxSize]
}

func leftSize(m *frame.ModeInfo) uint8 {
	switch {
	case m == nil:
		return 0
	case m.IsInter:
		return av1.BlockHeight[m.BlockSize]
	}
	return av1.TxHeight[m.TxSize]
}

// varTxSizes codes the transform trees of an inter block.
func (s *Syntax) varTxSizes(b *Block) {
	s.loadTxEdges(b)
	w4, h4 := int(av1.Num4x4BlocksWide[b.BlockSize]), int(av1.Num4x4BlocksHigh[b.BlockSize])
	root := av1.MaxTxSizeRect[b.BlockSize]
	stepX, stepY := int(av1.TxWidth[root])>>2, int(av1.TxHeight[root])>>2
	split := b.TxSplit
	for y := 0; y < h4; y += stepY {
		for x := 0; x < w4; x += stepX {
			s.varTxSize(b, y, x, root, split, 0)
			split >>= 5
		}
	}
}

// loadTxEdges sets txAbove and txLeft to get_above_tx_width and get_left_tx_height
// (section 8.3.2) along the block's border. The leaves coded later overwrite them.
func (s *Syntax) loadTxEdges(b *Block) {
	w4 := min(int(av1.Num4x4BlocksWide[b.BlockSize]), s.Grid.Cols-b.Col)
	h4 := min(int(av1.Num4x4BlocksHigh[b.BlockSize]), s.Grid.Rows-b.Row)
	for x := range w4 {
		w := uint8(64)
		if s.availU(b.Row) {
			m := s.Grid.At(b.Row-1, b.Col+x)
			if m.Skip && m.IsInter {
				w = av1.BlockWidth[m.BlockSize]
			} else {
				w = av1.TxWidth[m.TxSize]
			}
		}
		s.txAbove[x] = w
	}
	for y := range h4 {
		h := uint8(64)
		if s.availL(b.Col) {
			m := s.Grid.At(b.Row+y, b.Col-1)
			if m.Skip && m.IsInter {
				h = av1.BlockHeight[m.BlockSize]
			} else {
				h = av1.TxHeight[m.TxSize]
			}
		}
		s.txLeft[y] = h
	}
}

// varTxSize is read_var_tx_size (section 5.11.17); row and col are relative to the
// block, bit 0 of split says whether tx is split and the next ones whether its parts are.
func (s *Syntax) varTxSize(b *Block, row, col int, tx av1.TxSize, split uint32, depth int) {
	if b.Row+row >= s.Grid.Rows || b.Col+col >= s.Grid.Cols {
		return
	}
	if tx != av1.Tx4x4 && depth < maxVarTxDepth {
		s.Coder.Bool(&s.Coder.CDF.TxfmSplit[s.txfmSplitCtx(b, row, col, tx)], split&1 != 0)
	}
	w4, h4 := int(av1.TxWidth[tx])>>2, int(av1.TxHeight[tx])>>2
	if split&1 == 0 {
		above, left := s.txAbove[col:col+w4], s.txLeft[row:row+h4]
		for i := range above {
			above[i] = av1.TxWidth[tx]
		}
		for i := range left {
			left[i] = av1.TxHeight[tx]
		}
		return
	}
	sub := av1.SplitTxSize[tx]
	stepX, stepY := int(av1.TxWidth[sub])>>2, int(av1.TxHeight[sub])>>2
	for y := 0; y < h4; y += stepY {
		for x := 0; x < w4; x += stepX {
			split >>= 1
			s.varTxSize(b, row+y, col+x, sub, split&1, depth+1)
		}
	}
}

// txfmSplitCtx is the context of txfm_split.
func (s *Syntax) txfmSplitCtx(b *Block, row, col int, tx av1.TxSize) int {
	above := btoi(s.txAbove[col] < av1.TxWidth[tx])
	left := btoi(s.txLeft[row] < av1.TxHeight[tx])
	maxTx := av1.TxSizeSqrUp[av1.MaxTxSizeRect[b.BlockSize]]
	return btoi(av1.TxSizeSqrUp[tx] != maxTx)*3 + int(av1.Tx64x64-maxTx)*6 + above + left
}
