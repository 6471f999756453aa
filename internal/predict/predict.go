// Package predict forms the predictions of section 7.11: intra blocks from the
// reconstructed samples around them, chroma from luma, and inter blocks from
// reference pictures. Results are bit-exact to the specification.
//
// A worker owns one Scratch; its methods allocate nothing.
package predict

import (
	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/simd"
)

// Scratch holds what one worker needs while it predicts a block. The zero value is
// ready. It must not be shared between goroutines.
type Scratch struct {
	above, left       simd.Edge // AboveRow and LeftCol of block as prepared
	dirAbove, dirLeft simd.Edge // the same after corner filter, edge filter and upsampling
	block             IntraBlock
	w, h              int

	ac [32 * 32]int16 // luma for CfL, less its average

	prep [2][128 * 128]int16 // the two halves of a compound prediction
	tmp  [simd.MCTmpLen]int16
}

// IntraBlock describes one transform block to predict (the inputs of section 7.11.2).
type IntraBlock struct {
	X, Y        int // position in samples of the plane
	Tx          av1.TxSize
	Mode        av1.PredictionMode // DCPred..PaethPred
	AngleDelta  int8               // -3..3, directional modes
	FilterIntra uint8              // luma with DCPred: 0, or filter_intra_mode + 1

	// Which neighbouring samples have been decoded: see BlockDecoded for the last two.
	HaveLeft, HaveAbove, HaveAboveRt, HaveBelowLft bool
	// The last column and row of the plane, counted to whole 4x4 luma cells:
	// ((MiCols * MI_SIZE) >> subsampling_x) - 1 and likewise for rows.
	MaxX, MaxY int

	EnableEdgeFilter bool // enable_intra_edge_filter
	FilterType       int  // result of FilterType, directional modes with the edge filter only
	BitDepth         int  // 8, 10 or 12
}
