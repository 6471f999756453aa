package tile

import "github.com/grav1e/grav1e/internal/av1"

// Partition codes one partition symbol (section 5.11.4): partition where all of the
// block's quarters are inside the frame, split_or_horz or split_or_vert at a border,
// nothing where only PartitionSplit is possible. size is at least 8x8.
func (s *Syntax) Partition(row, col int, size av1.BlockSize, p av1.Partition) {
	half := int(av1.Num4x4BlocksWide[size]) >> 1
	hasRows, hasCols := row+half < s.Grid.Rows, col+half < s.Grid.Cols
	if !hasRows && !hasCols {
		return
	}
	cdf := s.partitionCdf(row, col, size)
	switch {
	case hasRows && hasCols:
		s.Coder.Symbol(cdf, int(p))
	case hasCols:
		s.derivedBool(splitOrHorz(cdf, size), p == av1.PartitionSplit)
	default:
		s.derivedBool(splitOrVert(cdf, size), p == av1.PartitionSplit)
	}
}

// PartitionAllowed tells whether p may be signalled for a block of the given size at
// row, col: at frame borders only what section 5.11.4 infers, for 8x8 no partitions
// into more than quarters, for 128x128 no four-way ones, and no subsize whose chroma
// has no size (section 6.10.4).
func (s *Syntax) PartitionAllowed(row, col int, size av1.BlockSize, p av1.Partition) bool {
	half := int(av1.Num4x4BlocksWide[size]) >> 1
	hasRows, hasCols := row+half < s.Grid.Rows, col+half < s.Grid.Cols
	switch {
	case !hasRows && !hasCols && p != av1.PartitionSplit,
		!hasRows && hasCols && p != av1.PartitionSplit && p != av1.PartitionHorz,
		hasRows && !hasCols && p != av1.PartitionSplit && p != av1.PartitionVert,
		size == av1.Block8x8 && p > av1.PartitionSplit,
		size == av1.Block128x128 && p >= av1.PartitionHorz4:
		return false
	}
	sub := av1.PartitionSubsize[p][size]
	return s.numPlanes == 1 || av1.SubsampledSize[sub][s.subX][s.subY] != av1.BlockInvalid
}

func (s *Syntax) partitionCdf(row, col int, size av1.BlockSize) []uint16 {
	bsl := av1.MiWidthLog2[size]
	n := s.findNeighbours(row, col)
	ctx := 0
	if n.above != nil && av1.MiWidthLog2[n.above.BlockSize] < bsl {
		ctx = 1
	}
	if n.left != nil && av1.MiHeightLog2[n.left.BlockSize] < bsl {
		ctx += 2
	}
	cdf := s.Coder.CDF
	switch bsl {
	case 1:
		return cdf.PartitionW8[ctx][:]
	case 2:
		return cdf.PartitionW16[ctx][:]
	case 3:
		return cdf.PartitionW32[ctx][:]
	case 4:
		return cdf.PartitionW64[ctx][:]
	}
	return cdf.PartitionW128[ctx][:]
}

// splitOrHorz and splitOrVert return the probability, in 1/32768, that a partition
// symbol of cdf means a split where the block reaches over the bottom or the right
// border (section 8.3.2).
func splitOrHorz(cdf []uint16, size av1.BlockSize) uint16 {
	psum := prob(cdf, av1.PartitionVert) + prob(cdf, av1.PartitionSplit) +
		prob(cdf, av1.PartitionHorzA) + prob(cdf, av1.PartitionVertA) + prob(cdf, av1.PartitionVertB)
	if size != av1.Block128x128 {
		psum += prob(cdf, av1.PartitionVert4)
	}
	return psum
}

func splitOrVert(cdf []uint16, size av1.BlockSize) uint16 {
	psum := prob(cdf, av1.PartitionHorz) + prob(cdf, av1.PartitionSplit) +
		prob(cdf, av1.PartitionHorzA) + prob(cdf, av1.PartitionHorzB) + prob(cdf, av1.PartitionVertA)
	if size != av1.Block128x128 {
		psum += prob(cdf, av1.PartitionHorz4)
	}
	return psum
}

func prob(cdf []uint16, p av1.Partition) uint16 { return cdf[p] - cdf[p-1] }

// derivedBool codes b with the probability psum/32768 of being true and adapts nothing.
func (s *Syntax) derivedBool(psum uint16, b bool) {
	s.derived = [3]uint16{1<<15 - psum, 1 << 15, 0}
	s.Coder.Symbol(s.derived[:], btoi(b))
}
