package tile

import "github.com/grav1e/grav1e/internal/av1"

// SuperblockSize is the frame's superblock: its block size and its side in 4x4 units.
func (s *Syntax) SuperblockSize() (av1.BlockSize, int) {
	if s.Seq.Use128x128Superblock {
		return av1.Block128x128, 32
	}
	return av1.Block64x64, 16
}

// WriteTile codes decode_tile (section 5.11.2) for the tile given to Start. sbs are the
// frame's superblocks in raster order, stride of them per row; lr the restoration
// units of the planes that have any. Grid holds the whole frame's mode info.
func (s *Syntax) WriteTile(sbs []Superblock, stride int, lr *[3]LRPlane) {
	_, n4 := s.SuperblockSize()
	s.StartTile()
	for row := s.Tile.MiRowStart; row < s.Tile.MiRowEnd; row += n4 {
		s.Left.Clear()
		for col := s.Tile.MiColStart; col < s.Tile.MiColEnd; col += n4 {
			s.Superblock(row, col, &sbs[row/n4*stride+col/n4], lr)
		}
	}
}

// StartTile is what decode_tile does before its first row: clear_above_context and the
// references of loop restoration and of the quantiser index.
func (s *Syntax) StartTile() {
	s.Above.Clear(s.Tile, s.subX)
	s.currentQIdx = int(s.Hdr.BaseQIdx)
	s.ResetLR()
}

// Superblock codes one superblock: clear_cdef, read_lr and decode_partition. The caller
// clears Left before the first one of a row.
func (s *Syntax) Superblock(row, col int, sb *Superblock, lr *[3]LRPlane) {
	size, _ := s.SuperblockSize()
	s.cdef, s.cdefDone = &sb.CdefIdx, [4]bool{}
	s.qIdx, s.readDeltas = int(sb.QIdx), s.Hdr.DeltaQPresent
	s.readLr(row, col, size, lr)
	w := cursor{partitions: sb.Partitions, blocks: sb.Blocks, txBlocks: sb.TxBlocks, coefs: sb.Coefs}
	s.partitionTree(&w, row, col, size)
	s.cdef = nil
}

// cursor is what of a superblock is still to be written.
type cursor struct {
	partitions []av1.Partition
	blocks     []Block
	txBlocks   []TxBlock
	coefs      []int32
}

// partitionTree is decode_partition (section 5.11.4).
func (s *Syntax) partitionTree(w *cursor, row, col int, size av1.BlockSize) {
	if row >= s.Grid.Rows || col >= s.Grid.Cols {
		return
	}
	if size < av1.Block8x8 {
		s.nextBlock(w)
		return
	}
	p := w.partitions[0]
	w.partitions = w.partitions[1:]
	s.Partition(row, col, size, p)
	half := int(av1.Num4x4BlocksWide[size]) >> 1
	if p == av1.PartitionSplit {
		sub := av1.PartitionSubsize[p][size]
		s.partitionTree(w, row, col, sub)
		s.partitionTree(w, row, col+half, sub)
		s.partitionTree(w, row+half, col, sub)
		s.partitionTree(w, row+half, col+half, sub)
		return
	}
	for range s.partitionBlocks(row, col, half, p) {
		s.nextBlock(w)
	}
}

// partitionBlocks is the number of blocks of a partition other than PartitionSplit that start inside the frame.
func (s *Syntax) partitionBlocks(row, col, half int, p av1.Partition) int {
	switch p {
	case av1.PartitionNone:
		return 1
	case av1.PartitionHorz:
		return 1 + btoi(row+half < s.Grid.Rows)
	case av1.PartitionVert:
		return 1 + btoi(col+half < s.Grid.Cols)
	case av1.PartitionHorz4:
		return 3 + btoi(row+half+half>>1 < s.Grid.Rows)
	case av1.PartitionVert4:
		return 3 + btoi(col+half+half>>1 < s.Grid.Cols)
	}
	return 3
}

func (s *Syntax) nextBlock(w *cursor) {
	b := &w.blocks[0]
	w.blocks = w.blocks[1:]
	w.txBlocks = w.txBlocks[s.Block(b, w.txBlocks, w.coefs):]
}

// Block codes decode_block (section 5.11.5) and returns the number of txBlocks it took.
func (s *Syntax) Block(b *Block, txBlocks []TxBlock, coefs []int32) int {
	s.ModeInfo(b)
	s.TxSize(b)
	if b.Skip {
		s.ResetBlockContext(b)
		return 0
	}
	return s.Residual(b, txBlocks, coefs)
}

// Residual codes residual() (section 5.11.34) of a block without Skip: one TxBlock per
// unit of Layout, whose number it returns.
func (s *Syntax) Residual(b *Block, txBlocks []TxBlock, coefs []int32) int {
	units := s.Layout(s.units[:0], b)
	txBlocks = txBlocks[:len(units)]
	for i := range units {
		u, t := &units[i], &txBlocks[i]
		typ := t.TxType
		if u.Plane > 0 {
			typ = s.ChromaTxType(b, u, txBlocks[u.Luma].codedType())
		}
		s.Coeffs(b, u, typ, coefs[t.Off:][:t.Eob])
	}
	return len(units)
}

// codedType is the transform type later blocks see (TxTypes): DCTDCT without coefficients.
func (t *TxBlock) codedType() av1.TxType {
	if t.Eob == 0 {
		return av1.DCTDCT
	}
	return t.TxType
}
