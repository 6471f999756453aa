package frame

import "github.com/grav1e/grav1e/internal/av1"

// ModeInfo is what later blocks, filters and frames need to know of a block: one
// packed record, splatted over every 4x4 cell the block covers inside the frame
// (section 5.11.5, decode_block). TxSize is the cell's own: with variable transform
// sizes it differs inside one block.
type ModeInfo struct {
	Mv           [2]av1.MV // motion vectors for RefFrame[0], RefFrame[1]
	RefFrame     [2]int8   // av1.IntraFrame, Last..Altref; [1] is av1.NoneFrame for single prediction
	BlockSize    av1.BlockSize
	YMode        av1.PredictionMode
	UVMode       av1.PredictionMode // DCPred..PaethPred or UVCflPred
	AngleDeltaY  int8               // -3..3
	AngleDeltaUV int8               // -3..3
	CflAlphaU    int8               // signed alpha, -16..16 (0: sign zero)
	CflAlphaV    int8
	FilterIntra  uint8      // 0: not used, else filter_intra_mode + 1
	InterpFilter [2]uint8   // [0] vertical (y), [1] horizontal (x)
	Skip         bool       // no residual
	SkipMode     bool       // skip_mode
	IsInter      bool       // is_inter
	TxSize       av1.TxSize // luma transform size of this cell (InterTxSizes)
	RefMvIdx     uint8      // RefMvIdx
}

// IsCompound tells whether the block predicts from two reference frames.
func (m *ModeInfo) IsCompound() bool { return m.RefFrame[1] > av1.IntraFrame }

// ModeGrid is the frame's array of ModeInfo, one per 4x4 luma cell.
// Rows and Cols are MiRows and MiCols (even, section 5.9.9); Stride ≥ Cols, a
// multiple of 32 cells, so a superblock may be written without clipping columns.
// Rows are padded to a multiple of 32 as well.
type ModeGrid struct {
	Cells      []ModeInfo
	Rows, Cols int
	Stride     int
}

// At returns the cell at row, col (in units of 4 luma samples).
func (g *ModeGrid) At(row, col int) *ModeInfo { return &g.Cells[row*g.Stride+col] }

// Splat writes m over the w4 x h4 cells at row, col, clipped to the grid's Rows and Cols.
func (g *ModeGrid) Splat(row, col, w4, h4 int, m *ModeInfo) {
	w4, h4 = min(w4, g.Cols-col), min(h4, g.Rows-row)
	for y := range h4 {
		line := g.Cells[(row+y)*g.Stride+col:][:w4]
		for x := range line {
			line[x] = *m
		}
	}
}

// SavedMVs is what a finished frame leaves for the motion field of later frames
// (section 7.19): per 8x8 luma cell, row-major, Stride = (MiCols+1)/2 cells.
type SavedMVs struct {
	Mv       []av1.MV
	RefFrame []int8 // NoneFrame: nothing usable
	Rows     int
	Stride   int
}
