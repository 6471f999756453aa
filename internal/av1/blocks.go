package av1

// Geometry of blocks and partitions (section 9.3). Sizes called "4x4" count units of four luma samples.

// MiWidthLog2 is the base 2 logarithm of a block's width in units of 4 samples (section 9.3).
var MiWidthLog2 = [BlockSizes]uint8{0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 0, 2, 1, 3, 2, 4}

// MiHeightLog2 is the base 2 logarithm of a block's height in units of 4 samples (section 9.3).
var MiHeightLog2 = [BlockSizes]uint8{0, 1, 0, 1, 2, 1, 2, 3, 2, 3, 4, 3, 4, 5, 4, 5, 2, 0, 3, 1, 4, 2}

// Num4x4BlocksWide is a block's width in units of 4 samples (section 9.3).
var Num4x4BlocksWide = [BlockSizes]uint8{1, 1, 2, 2, 2, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 1, 4, 2, 8, 4, 16}

// Num4x4BlocksHigh is a block's height in units of 4 samples (section 9.3).
var Num4x4BlocksHigh = [BlockSizes]uint8{1, 2, 1, 2, 4, 2, 4, 8, 4, 8, 16, 8, 16, 32, 16, 32, 4, 1, 8, 2, 16, 4}

// SizeGroup maps a block size to the context of y_mode (section 9.3).
var SizeGroup = [BlockSizes]uint8{0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 0, 0, 1, 1, 2, 2}

// PartitionSubsize[p][b] is the block size partition p makes of the square block b, the largest one when they differ (section 9.3).
var PartitionSubsize = [10][BlockSizes]BlockSize{
	{
		Block4x4, BlockInvalid, BlockInvalid, Block8x8, BlockInvalid, BlockInvalid,
		Block16x16, BlockInvalid, BlockInvalid, Block32x32, BlockInvalid, BlockInvalid,
		Block64x64, BlockInvalid, BlockInvalid, Block128x128, BlockInvalid, BlockInvalid,
		BlockInvalid, BlockInvalid, BlockInvalid, BlockInvalid,
	},
	{
		BlockInvalid, BlockInvalid, BlockInvalid, Block8x4, BlockInvalid, BlockInvalid,
		Block16x8, BlockInvalid, BlockInvalid, Block32x16, BlockInvalid, BlockInvalid,
		Block64x32, BlockInvalid, BlockInvalid, Block128x64, BlockInvalid, BlockInvalid,
		BlockInvalid, BlockInvalid, BlockInvalid, BlockInvalid,
	},
	{
		BlockInvalid, BlockInvalid, BlockInvalid, Block4x8, BlockInvalid, BlockInvalid,
		Block8x16, BlockInvalid, BlockInvalid, Block16x32, BlockInvalid, BlockInvalid,
		Block32x64, BlockInvalid, BlockInvalid, Block64x128, BlockInvalid, BlockInvalid,
		BlockInvalid, BlockInvalid, BlockInvalid, BlockInvalid,
	},
	{
		BlockInvalid, BlockInvalid, BlockInvalid, Block4x4, BlockInvalid, BlockInvalid,
		Block8x8, BlockInvalid, BlockInvalid, Block16x16, BlockInvalid, BlockInvalid,
		Block32x32, BlockInvalid, BlockInvalid, Block64x64, BlockInvalid, BlockInvalid,
		BlockInvalid, BlockInvalid, BlockInvalid, BlockInvalid,
	},
	{
		BlockInvalid, BlockInvalid, BlockInvalid, Block8x4, BlockInvalid, BlockInvalid,
		Block16x8, BlockInvalid, BlockInvalid, Block32x16, BlockInvalid, BlockInvalid,
		Block64x32, BlockInvalid, BlockInvalid, Block128x64, BlockInvalid, BlockInvalid,
		BlockInvalid, BlockInvalid, BlockInvalid, BlockInvalid,
	},
	{
		BlockInvalid, BlockInvalid, BlockInvalid, Block8x4, BlockInvalid, BlockInvalid,
		Block16x8, BlockInvalid, BlockInvalid, Block32x16, BlockInvalid, BlockInvalid,
		Block64x32, BlockInvalid, BlockInvalid, Block128x64, BlockInvalid, BlockInvalid,
		BlockInvalid, BlockInvalid, BlockInvalid, BlockInvalid,
	},
	{
		BlockInvalid, BlockInvalid, BlockInvalid, Block4x8, BlockInvalid, BlockInvalid,
		Block8x16, BlockInvalid, BlockInvalid, Block16x32, BlockInvalid, BlockInvalid,
		Block32x64, BlockInvalid, BlockInvalid, Block64x128, BlockInvalid, BlockInvalid,
		BlockInvalid, BlockInvalid, BlockInvalid, BlockInvalid,
	},
	{
		BlockInvalid, BlockInvalid, BlockInvalid, Block4x8, BlockInvalid, BlockInvalid,
		Block8x16, BlockInvalid, BlockInvalid, Block16x32, BlockInvalid, BlockInvalid,
		Block32x64, BlockInvalid, BlockInvalid, Block64x128, BlockInvalid, BlockInvalid,
		BlockInvalid, BlockInvalid, BlockInvalid, BlockInvalid,
	},
	{
		BlockInvalid, BlockInvalid, BlockInvalid, BlockInvalid, BlockInvalid, BlockInvalid,
		Block16x4, BlockInvalid, BlockInvalid, Block32x8, BlockInvalid, BlockInvalid,
		Block64x16, BlockInvalid, BlockInvalid, BlockInvalid, BlockInvalid, BlockInvalid,
		BlockInvalid, BlockInvalid, BlockInvalid, BlockInvalid,
	},
	{
		BlockInvalid, BlockInvalid, BlockInvalid, BlockInvalid, BlockInvalid, BlockInvalid,
		Block4x16, BlockInvalid, BlockInvalid, Block8x32, BlockInvalid, BlockInvalid,
		Block16x64, BlockInvalid, BlockInvalid, BlockInvalid, BlockInvalid, BlockInvalid,
		BlockInvalid, BlockInvalid, BlockInvalid, BlockInvalid,
	},
}

// SubsampledSize[b][subX][subY] is the size of block b in a subsampled plane, at least 4x4 (section 5.11.38, get_plane_residual_size).
var SubsampledSize = [BlockSizes][2][2]BlockSize{
	{{Block4x4, Block4x4}, {Block4x4, Block4x4}},
	{{Block4x8, Block4x4}, {BlockInvalid, Block4x4}},
	{{Block8x4, BlockInvalid}, {Block4x4, Block4x4}},
	{{Block8x8, Block8x4}, {Block4x8, Block4x4}},
	{{Block8x16, Block8x8}, {BlockInvalid, Block4x8}},
	{{Block16x8, BlockInvalid}, {Block8x8, Block8x4}},
	{{Block16x16, Block16x8}, {Block8x16, Block8x8}},
	{{Block16x32, Block16x16}, {BlockInvalid, Block8x16}},
	{{Block32x16, BlockInvalid}, {Block16x16, Block16x8}},
	{{Block32x32, Block32x16}, {Block16x32, Block16x16}},
	{{Block32x64, Block32x32}, {BlockInvalid, Block16x32}},
	{{Block64x32, BlockInvalid}, {Block32x32, Block32x16}},
	{{Block64x64, Block64x32}, {Block32x64, Block32x32}},
	{{Block64x128, Block64x64}, {BlockInvalid, Block32x64}},
	{{Block128x64, BlockInvalid}, {Block64x64, Block64x32}},
	{{Block128x128, Block128x64}, {Block64x128, Block64x64}},
	{{Block4x16, Block4x8}, {BlockInvalid, Block4x8}},
	{{Block16x4, BlockInvalid}, {Block8x4, Block8x4}},
	{{Block8x32, Block8x16}, {BlockInvalid, Block4x16}},
	{{Block32x8, BlockInvalid}, {Block16x8, Block16x4}},
	{{Block16x64, Block16x32}, {BlockInvalid, Block8x32}},
	{{Block64x16, BlockInvalid}, {Block32x16, Block32x8}},
}

// MaxTxSizeRect is the largest transform that fits a block, square or not (section 9.3).
var MaxTxSizeRect = [BlockSizes]TxSize{
	Tx4x4, Tx4x8, Tx8x4, Tx8x8, Tx8x16, Tx16x8,
	Tx16x16, Tx16x32, Tx32x16, Tx32x32, Tx32x64, Tx64x32,
	Tx64x64, Tx64x64, Tx64x64, Tx64x64, Tx4x16, Tx16x4,
	Tx8x32, Tx32x8, Tx16x64, Tx64x16,
}

// MaxTxDepth is how often the largest transform of a block has to be split to reach 4x4 (section 5.11.15).
var MaxTxDepth = [BlockSizes]uint8{0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 4, 4, 4, 2, 2, 3, 3, 4, 4}

// BlockWidth is a block's width in samples (section 9.3).
var BlockWidth = [22]uint8{4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64, 128, 128, 4, 16, 8, 32, 16, 64}

// BlockHeight is a block's height in samples (section 9.3).
var BlockHeight = [22]uint8{4, 8, 4, 8, 16, 8, 16, 32, 16, 32, 64, 32, 64, 128, 64, 128, 16, 4, 32, 8, 64, 16}

// BlockWidthLog2 is the base 2 logarithm of BlockWidth.
var BlockWidthLog2 = [22]uint8{2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5, 6, 6, 6, 7, 7, 2, 4, 3, 5, 4, 6}

// BlockHeightLog2 is the base 2 logarithm of BlockHeight.
var BlockHeightLog2 = [22]uint8{2, 3, 2, 3, 4, 3, 4, 5, 4, 5, 6, 5, 6, 7, 6, 7, 4, 2, 5, 3, 6, 4}

// HasChroma tells whether the block of size b at row, col (units of 4 luma samples)
// carries the chroma of its area (section 5.11.5, HasChroma), for a picture that has chroma.
func HasChroma(b BlockSize, row, col, subX, subY int) bool {
	return (subY == 0 || row&1 == 1 || Num4x4BlocksHigh[b]&1 == 0) &&
		(subX == 0 || col&1 == 1 || Num4x4BlocksWide[b]&1 == 0)
}
