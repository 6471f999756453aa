package bitstream

import "github.com/grav1e/grav1e/internal/av1"

// AppendFrameHeaderOBU appends a frame header OBU (section 5.9.1), the whole of a
// frame that shows an existing one, otherwise to be followed by a tile group OBU.
func AppendFrameHeaderOBU(dst []byte, ext Extension, s *SequenceHeader, h *FrameHeader) ([]byte, error) {
	var x bitIO
	c := *h
	c.syntax(&x, s, nil)
	x.trailingBits()
	if x.err != nil {
		return dst, x.err
	}
	payload := x.written()
	return append(appendLayerOBUHeader(dst, av1.OBUFrameHeader, ext, len(payload)), payload...), nil
}

// AppendFrameOBU appends a whole frame as one OBU (sections 5.10, 5.11.1): the header
// and one tile group of all tiles, in raster order, each the result of
// Coder.Finish. TileSizeBytes is raised to what the tiles need.
func AppendFrameOBU(dst []byte, ext Extension, s *SequenceHeader, h *FrameHeader, tiles [][]byte) ([]byte, error) {
	var x bitIO
	c := *h
	c.TileSizeBytes = max(c.TileSizeBytes, TileSizeBytesFor(tiles))
	c.syntax(&x, s, nil)
	x.byteAlignment()
	x.require(!c.ShowExistingFrame && len(tiles) == c.NumTiles())
	if x.err != nil {
		return dst, x.err
	}
	header := x.written()
	dst = appendLayerOBUHeader(dst, av1.OBUFrame, ext, len(header)+tileGroupSize(tiles, c.TileSizeBytes))
	dst = append(dst, header...)
	return appendTileGroup(dst, tiles, c.TileSizeBytes), nil
}

// AppendTileGroupOBU appends all tiles of a frame as one tile group OBU (section 5.11.1),
// after a frame header OBU with that extension and tileSizeBytes, at least
// TileSizeBytesFor(tiles).
func AppendTileGroupOBU(dst []byte, ext Extension, tiles [][]byte, tileSizeBytes int) []byte {
	dst = appendLayerOBUHeader(dst, av1.OBUTileGroup, ext, tileGroupSize(tiles, tileSizeBytes))
	return appendTileGroup(dst, tiles, tileSizeBytes)
}

// TileSizeBytesFor returns the least TileSizeBytes for the tiles; the last one has no size.
func TileSizeBytesFor(tiles [][]byte) int {
	largest := 1
	for _, t := range tiles[:max(len(tiles)-1, 0)] {
		largest = max(largest, len(t))
	}
	n := 1
	for n < 4 && (largest-1)>>(8*n) != 0 {
		n++
	}
	return n
}

// tileGroupSize is the length of tile_group_obu in bytes.
func tileGroupSize(tiles [][]byte, sizeBytes int) int {
	size := 0
	if len(tiles) > 1 {
		size = 1 + (len(tiles)-1)*sizeBytes
	}
	for _, t := range tiles {
		size += len(t)
	}
	return size
}

// appendTileGroup is tile_group_obu (section 5.11.1) with tile_start_and_end_present_flag = 0.
func appendTileGroup(dst []byte, tiles [][]byte, sizeBytes int) []byte {
	if len(tiles) > 1 {
		dst = append(dst, 0) // tile_start_and_end_present_flag and byte_alignment
	}
	for i, t := range tiles {
		if i < len(tiles)-1 {
			for b := range sizeBytes {
				dst = append(dst, byte((len(t)-1)>>(8*b)))
			}
		}
		dst = append(dst, t...)
	}
	return dst
}
