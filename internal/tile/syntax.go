package tile

import (
	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/bitstream"
	"github.com/grav1e/grav1e/internal/frame"
)

// Syntax is everything the context of a symbol depends on (section 8.3.2). Each
// worker that decides or writes owns one. Contexts of modes come from the cells of
// Grid above and to the left of a block, which must hold what the bitstream holds.
type Syntax struct {
	Coder *bitstream.Coder
	Seq   *bitstream.SequenceHeader
	Hdr   *bitstream.FrameHeader
	Grid  *frame.ModeGrid
	Tile  Bounds
	Above *AboveContext // shared by the rows of a tile
	Left  LeftContext

	subX, subY   int
	numPlanes    int
	lossless     bool
	frameIsIntra bool
	codeTxTypes  bool // base_q_idx > 0
	maxX4, maxY4 [3]int
	leftMask     [3]int
	cdef         *[4]int8 // CdefIdx of the superblock being written; nil: cdef_idx is not coded
	cdefDone     [4]bool  // cdef_idx is no longer -1
	qIdx         int      // of the superblock being written
	readDeltas   bool     // ReadDeltas: the superblock's first block is still to be written
	currentQIdx  int      // CurrentQIndex
	refWiener    [3][2][3]int8
	refSgrXqd    [3][2]int8
	neighbours   neighbours
	txAbove      [32]uint8 // width of the transform above, per column of the block
	txLeft       [32]uint8 // height of the transform to the left, per row of the block
	levels       LevelMap
	tokens       [5 * 1024]bitstream.Token
	nonzero      [1024]int32
	units        [MaxTxUnits]TxUnit // of the block being coded
	derived      [3]uint16          // CDF of split_or_horz or split_or_vert
}

// Start prepares for a tile of a frame; it neither clears contexts nor touches the coder.
func (s *Syntax) Start(c *bitstream.Coder, seq *bitstream.SequenceHeader, hdr *bitstream.FrameHeader, grid *frame.ModeGrid, tile Bounds, above *AboveContext) {
	s.Coder, s.Seq, s.Hdr, s.Grid, s.Tile, s.Above = c, seq, hdr, grid, tile, above
	s.numPlanes = seq.NumPlanes()
	s.subX, s.subY = seq.SubsamplingX, seq.SubsamplingY
	s.lossless = hdr.CodedLossless
	s.frameIsIntra = hdr.FrameIsIntra
	s.codeTxTypes = hdr.BaseQIdx > 0
	s.cdef, s.readDeltas = nil, false
	for p := range 3 {
		subX, subY := s.sub(p)
		s.maxX4[p], s.maxY4[p] = grid.Cols>>subX, grid.Rows>>subY
		s.leftMask[p] = 31 >> subY
	}
}

// sub returns the subsampling of a plane.
func (s *Syntax) sub(plane int) (subX, subY int) {
	if plane == 0 {
		return 0, 0
	}
	return s.subX, s.subY
}

// availU and availL are AvailU and AvailL (section 5.11.5) of a block at row, col.
func (s *Syntax) availU(row int) bool { return row > s.Tile.MiRowStart }
func (s *Syntax) availL(col int) bool { return col > s.Tile.MiColStart }

// neighbours are the cells above and to the left of the current block, or nil.
type neighbours struct {
	above, left *frame.ModeInfo
}

func (s *Syntax) findNeighbours(row, col int) (n neighbours) {
	if s.availU(row) {
		n.above = s.Grid.At(row-1, col)
	}
	if s.availL(col) {
		n.left = s.Grid.At(row, col-1)
	}
	return n
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// isDirectional is is_directional_mode (section 5.11.44).
func isDirectional(m av1.PredictionMode) bool { return m >= av1.VPred && m <= av1.D67Pred }
