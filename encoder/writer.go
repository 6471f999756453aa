package encoder

import (
	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/bitstream"
	"github.com/grav1e/grav1e/internal/tile"
)

// tileWriter is the range-coder pass of one tile, with the CDFs it adapts.
type tileWriter struct {
	coder   bitstream.Coder
	cdf     bitstream.CDFContext
	syntax  tile.Syntax
	above   *tile.AboveContext // shared by all writers: tiles use disjoint columns, rows of tiles follow each other
	buffer  []byte
	payload []byte
	err     error
}

// write codes the tile; the outcome is payload, cdf and err.
func (t *tileWriter) write(c *coder, bounds tile.Bounds) {
	t.cdf = c.cdf
	t.coder.StartWriting(t.buffer, &t.cdf, c.hdr.DisableCdfUpdate)
	t.syntax.Start(&t.coder, c.frame.Seq, &c.hdr, &c.grid, bounds, t.above)
	t.syntax.WriteTile(c.superblocks, c.sbCols, &c.filters.lr)
	t.payload, t.err = t.coder.Finish()
}

// write runs the writers of all tiles, and keeps the CDFs the frame ends with (section 7.4).
func (c *coder) write(r *reference) error {
	if err := c.e.pool.Run(&c.stages.write, len(c.tiles)); err != nil {
		return err
	}
	c.payloads = c.payloads[:0]
	largest := 0
	for i := range c.tiles {
		t := &c.writers[i]
		if t.err != nil {
			return t.err
		}
		c.payloads = append(c.payloads, t.payload)
		if len(t.payload) > len(c.payloads[largest]) {
			largest = i
		}
	}
	c.hdr.ContextUpdateTileID = uint16(largest)
	if c.hdr.DisableFrameEndUpdateCdf {
		r.cdf = c.cdf
	} else {
		r.cdf = c.writers[largest].cdf
		r.cdf.ClearCounters()
	}
	return nil
}

// tilePlace is a tile of the frame.
type tilePlace struct {
	tile.Bounds
	row int // row of tiles
}

// tileBounds lists the tiles of the header in raster order.
func tileBounds(h *bitstream.FrameHeader) (tiles []tilePlace) {
	for row := range h.TileRows {
		for col := range h.TileCols {
			tiles = append(tiles, tilePlace{tile.Bounds{
				MiRowStart: h.MiRowStarts[row], MiRowEnd: h.MiRowStarts[row+1],
				MiColStart: h.MiColStarts[col], MiColEnd: h.MiColStarts[col+1],
			}, row})
		}
	}
	return tiles
}

// savedSigns tells which references lie before the frame, as the saved motion field wants it.
func (c *coder) savedSigns() *[av1.TotalRefsPerFrame]bool {
	for ref := av1.LastFrame; ref <= av1.AltrefFrame; ref++ {
		c.past[ref] = bitstream.RelativeDist(c.hdr.OrderHints[ref], c.hdr.OrderHint, c.frame.Seq.OrderHintBits) < 0
	}
	return &c.past
}
