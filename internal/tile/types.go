// Package tile is the block-level syntax of section 5.11 with the CDF selection
// of section 8.3.2. The same methods write a tile and count the cost of a
// decision: bitstream.Coder decides which.
package tile

import (
	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/frame"
)

// Bounds is a tile's extent in units of 4x4 luma samples (section 5.9.15).
// Rows start at MiRowStart and end before MiRowEnd, columns likewise.
type Bounds struct {
	MiRowStart, MiRowEnd int
	MiColStart, MiColEnd int
}

// Block is one block of decode_block (section 5.11.5): what it signals and the
// results of motion vector prediction its syntax depends on.
//
// ModeInfo.TxSize is the block's TxSize (5.11.16), or, for inter blocks with
// residual in TxModeSelect, the root of the transform trees (MaxTxSizeRect), which
// TxSplit describes. Transform types are in TxBlock.
type Block struct {
	frame.ModeInfo
	Row, Col  int    // MiRow, MiCol
	TxSplit   uint32 // transform tree of inter blocks, see TxSplitRoot and TxSplitChild
	HasChroma bool   // av1.HasChroma

	NumMvFound    uint8     // NumMvFound
	NewMvContext  uint8     // NewMvContext
	RefMvContext  uint8     // RefMvContext
	ZeroMvContext uint8     // ZeroMvContext
	DrlCtxStack   [3]uint8  // DrlCtxStack[0..2]
	PredMv        [2]av1.MV // PredMv of the references coded as NEWMV
}

// TxSplitRoot is the bit of Block.TxSplit that splits transform tree number unit,
// the trees of a block numbered in raster order (one per 64x64 at most).
func TxSplitRoot(unit int) uint32 { return 1 << (5 * unit) }

// TxSplitChild is the bit of Block.TxSplit that splits part child (raster order) of
// the split transform tree number unit once more.
func TxSplitChild(unit, child int) uint32 { return 2 << (5*unit + child) }

// TxBlock is one transform block with residual syntax (section 5.11.35): Eob
// quantised levels, signed, in scan order, at Superblock.Coefs[Off:].
type TxBlock struct {
	Off    uint32
	Eob    uint16
	TxType av1.TxType // of luma blocks; DCTDCT or WHT where nothing else is allowed
}

// Superblock is what the decision pass hands to the writing pass. The slices are
// cut from caller-owned memory with fixed capacity, see SuperblockCaps.
type Superblock struct {
	// Partitions holds one symbol per decode_partition of 8x8 and above whose
	// origin is inside the frame, in coding order, inferred ones included.
	Partitions []av1.Partition
	Blocks     []Block   // in coding order
	TxBlocks   []TxBlock // of all blocks without Skip, in the order of Layout
	Coefs      []int32
	// QIdx is the quantiser index of the superblock, CurrentQIndex: read with
	// delta_q_present only, a multiple of 1 << delta_q_res from base_q_idx, 1..255.
	QIdx uint8
	// CdefIdx is cdef_idx per 64x64 in raster order of the superblock; a 64x64 superblock
	// uses [0]. Only the first block without Skip of a 64x64 carries it, and a block
	// wider or higher than 64 gives all it covers the index of its first 64x64. Negative is written as 0.
	CdefIdx [4]int8
}

// Reset empties the superblock and keeps its memory.
func (sb *Superblock) Reset() {
	sb.Partitions = sb.Partitions[:0]
	sb.Blocks = sb.Blocks[:0]
	sb.TxBlocks = sb.TxBlocks[:0]
	sb.Coefs = sb.Coefs[:0]
	sb.CdefIdx = [4]int8{-1, -1, -1, -1}
}

// SuperblockCaps returns the largest number of partition symbols, blocks,
// transform blocks and coefficients a superblock can need.
func SuperblockCaps(use128 bool, numPlanes, subX, subY int) (partitions, blocks, txBlocks, coefs int) {
	cells := 256
	if use128 {
		cells = 1024
	}
	chroma := 0
	if numPlanes > 1 {
		chroma = 2 * cells >> (subX + subY)
	}
	return cells/3 + 1, cells, cells + chroma, 16 * (cells + chroma)
}

// LRUnit is one loop restoration unit (section 5.11.58).
type LRUnit struct {
	Type   av1.RestorationType // RestoreNone, RestoreWiener or RestoreSgrproj
	Wiener [2][3]int8          // LrWiener[pass]: 0 vertical, 1 horizontal; [0] is 0 in chroma
	SgrSet uint8               // LrSgrSet
	SgrXqd [2]int8             // LrSgrXqd
}

// LRPlane holds the restoration units of one plane, row-major.
type LRPlane struct {
	Units      []LRUnit
	Rows, Cols int // unitRows, unitCols
}

// At returns unit row, col.
func (p *LRPlane) At(row, col int) *LRUnit { return &p.Units[row*p.Cols+col] }

// LRUnits returns count_units_in_frame (section 5.11.57) of a plane side of size samples.
func LRUnits(unitSize, size int) int { return max((size+unitSize>>1)/unitSize, 1) }
