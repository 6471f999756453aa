package encoder

import (
	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/bitstream"
	"github.com/grav1e/grav1e/internal/sched"
	"github.com/grav1e/grav1e/internal/tile"
)

// tileWriter is the range-coder pass of one tile, with the CDFs it adapts. It follows the
// decisions row by row once nothing the tile codes is open any more.
type tileWriter struct {
	c       *coder
	place   *tilePlace
	stage   *sched.Stage
	coder   bitstream.Coder
	cdf     bitstream.CDFContext
	syntax  tile.Syntax
	above   *tile.AboveContext // shared by all writers: tiles use disjoint columns, rows of tiles follow each other
	buffer  []byte
	payload []byte
	err     error
}

// rows is the number of superblock rows of the tile.
func (t *tileWriter) rows() int { return (t.place.MiRowEnd - t.place.MiRowStart + 15) / 16 }

func (t *tileWriter) ready(row int) bool {
	c := t.c
	return t.stage.Done() == row && c.decided(t.place.MiRowStart/16+row) && c.stages.chooseCdef.Complete() && c.restorationChosen(0)
}

// row codes a row of superblocks; after the last one payload, cdf and err are the outcome.
func (t *tileWriter) row(_, row int) {
	c := t.c
	if row == 0 {
		t.cdf = c.cdf
		t.coder.StartWriting(t.buffer, &t.cdf, c.hdr.DisableCdfUpdate)
		t.syntax.Start(&t.coder, c.frame.Seq, &c.hdr, &c.grid, t.place.Bounds, t.above)
		t.syntax.StartTile()
	}
	t.syntax.Left.Clear()
	row += t.place.MiRowStart / 16
	for col := t.place.MiColStart / 16; col*16 < t.place.MiColEnd; col++ {
		i := row*c.sbCols + col
		sb := &c.superblocks[i]
		if c.filters.cdefOn {
			sb.CdefIdx[0] = c.filters.cdef.Index[i]
		}
		t.syntax.Superblock(row*16, col*16, sb, &c.filters.lr)
	}
	if (row+1)*16 >= t.place.MiRowEnd {
		t.payload, t.err = t.coder.Finish()
	}
}

// finishTiles collects what the writers made, and keeps the CDFs the frame ends with (section 7.4).
func (c *coder) finishTiles(r *reference) error {
	c.payloads = c.payloads[:0]
	largest := 0
	for i, t := range c.writers {
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

// setSavedSigns tells which references lie before the frame, as the saved motion field wants it.
func (c *coder) setSavedSigns() {
	for ref := av1.LastFrame; ref <= av1.AltrefFrame; ref++ {
		c.past[ref] = bitstream.RelativeDist(c.hdr.OrderHints[ref], c.hdr.OrderHint, c.frame.Seq.OrderHintBits) < 0
	}
}
