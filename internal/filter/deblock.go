// Package filter holds the in-loop filters, deblocking (section 7.14), CDEF (7.15)
// and loop restoration (7.17), and the search for their parameters.
//
// All of them work on ranges of rows, so that a range can be a task. Scratch memory
// is the caller's: one scratch per worker, none of it carries state between calls.
package filter

import (
	"encoding/binary"

	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/frame"
	"github.com/grav1e/grav1e/internal/simd"
)

// DeblockParams are the frame's deblocking parameters (section 5.9.11,
// loop_filter_params): Level is loop_filter_level (luma vertical edges, luma
// horizontal edges, U, V), 0..63 each.
type DeblockParams struct {
	Level        [4]uint8
	Sharpness    uint8 // loop_filter_sharpness, 0..7
	DeltaEnabled bool  // loop_filter_delta_enabled
	RefDeltas    [av1.TotalRefsPerFrame]int8
	ModeDeltas   [2]int8
}

// DefaultRefDeltas are the values of loop_filter_ref_deltas after setup_past_independence (section 7.20).
var DefaultRefDeltas = [av1.TotalRefsPerFrame]int8{1, 0, 0, 0, -1, 0, -1, -1}

// DeblockLag is the number of luma rows above the end of a deblocked range that may
// still change when the next range is done: after rows [0, y) luma rows below
// y - DeblockLag are final, and chroma rows below (y >> SubY) - DeblockLagUV.
const (
	DeblockLag   = 6
	DeblockLagUV = 2
)

// deblockRows is the height in units of 4 luma rows of the bands deblocking works in.
// No filter of an edge inside such a band reaches below the band, because a filter
// stays inside the transform blocks of its two sides.
const deblockRows = 16

// DeblockScratch is the working memory of Deblocker.Rows: for each 4x4 cell of a band
// the filter of its left and of its top edge, edge byte 0 for none, else
// filter length << 6 | level.
type DeblockScratch struct {
	vert []uint8 // by column, deblockRows bytes each
	horz []uint8 // by row, deblockStride bytes each
}

// DeblockScratchSize is the number of bytes NewDeblockScratch needs for a frame of miCols columns.
func DeblockScratchSize(miCols int) int { return deblockRows * (miCols + deblockStride(miCols)) }

// deblockStride rounds up to the number of edges the kernels work on at once.
func deblockStride(cols int) int { return (cols + 3) &^ 3 }

// NewDeblockScratch lays a scratch over mem, at least DeblockScratchSize(miCols) bytes.
func NewDeblockScratch(mem []uint8, miCols int) DeblockScratch {
	n := deblockRows * miCols
	return DeblockScratch{vert: mem[:n:n], horz: mem[n:DeblockScratchSize(miCols)]}
}

// Deblocker applies the deblocking filter of one frame. Init prepares it; after that it
// is read only and may serve any number of workers.
type Deblocker struct {
	params    DeblockParams
	level     [4][av1.TotalRefsPerFrame][2]uint8 // lvlSeg by filter index, RefFrame[0] and modeType
	sharpness simd.DeblockSharpness
}

// Init sets the parameters of a frame. segmentation_enabled and delta_lf_present are 0.
func (d *Deblocker) Init(p *DeblockParams, bitDepth int) {
	d.params = *p
	for i := range d.level {
		for ref := range d.level[i] {
			for typ := range d.level[i][ref] {
				d.level[i][ref][typ] = filterLevel(p, int(p.Level[i]), ref, typ)
			}
		}
	}
	d.sharpness = simd.NewDeblockSharpness(p.Sharpness, bitDepth)
}

// filterLevel is the adaptive filter strength selection process (section 7.14.5).
func filterLevel(p *DeblockParams, level, ref, modeType int) uint8 {
	if p.DeltaEnabled {
		shift := level >> 5
		level += int(p.RefDeltas[ref]) << shift
		if ref != int(av1.IntraFrame) {
			level += int(p.ModeDeltas[modeType]) << shift
		}
	}
	return uint8(max(0, min(level, av1.MaxLoopFilter)))
}

// Enabled tells whether the deblocking process runs at all: decode_frame_wrapup
// (section 7.4) skips it when both luma levels are 0.
func (d *Deblocker) Enabled() bool { return d.params.Level[0] != 0 || d.params.Level[1] != 0 }

// Rows deblocks all planes of pic, in place, for the cells of rows [row0, row1) of grid
// (units of 4 luma rows; row0 a multiple of 16, row1 too or grid.Rows).
//
// The specification filters all vertical edges of the frame first. Done range after
// range from the top down the result is the same: the horizontal edges of a range
// touch its own rows and at most DeblockLag rows above it, whose vertical edges are done,
// and the vertical edges of a range touch no other rows. Ranges may not run
// concurrently with their neighbours.
func (d *Deblocker) Rows(pic *frame.Picture, grid *frame.ModeGrid, row0, row1 int, s *DeblockScratch) {
	if !d.Enabled() {
		return
	}
	for plane := range pic.NumPlanes {
		if plane == 0 || d.params.Level[1+plane] != 0 {
			d.Plane(pic, grid, plane, row0, row1, s)
		}
	}
}

// Plane is Rows for one plane, whatever the levels of the others.
func (d *Deblocker) Plane(pic *frame.Picture, grid *frame.ModeGrid, plane, row0, row1 int, s *DeblockScratch) {
	for row := row0; row < row1; row += deblockRows {
		b := deblockBand{d: d, pic: pic, grid: grid, plane: plane, row: row, s: s}
		b.mark(min(row+deblockRows, row1, (pic.Planes[0].Height+3)>>2))
		b.filterVert()
		b.filterHorz()
	}
}

// deblockBand is the work on one plane of at most deblockRows rows of cells.
type deblockBand struct {
	d          *Deblocker
	pic        *frame.Picture
	grid       *frame.ModeGrid
	plane, row int
	rows, cols int // size in cells of the plane
	s          *DeblockScratch
}

// cellShape is the geometry of the transform block and of the prediction block a cell
// belongs to, in 4x4 cells of its plane.
type cellShape struct {
	txW, txH   uint8 // base 2 logarithm of the transform size
	blkW, blkH uint8 // size of the block minus 1, a mask
}

// txShape[tx] has the transform's half of a cellShape.
var txShape = func() (t [av1.TxSizesAll]cellShape) {
	for tx := range t {
		t[tx] = cellShape{txW: av1.TxWidthLog2[tx] - 2, txH: av1.TxHeightLog2[tx] - 2}
	}
	return
}()

// blockShape[subX][subY][size] is the cellShape of chroma; its luma entries, [0][0], serve
// 4:4:4 chroma and, for the block's half, luma.
var blockShape = func() (t [2][2][av1.BlockSizes]cellShape) {
	for _, sub := range [][2]int{{0, 0}, {1, 0}, {1, 1}} {
		for b := range av1.BlockSizes {
			size := av1.SubsampledSize[b][sub[0]][sub[1]]
			if size == av1.BlockInvalid {
				continue
			}
			shape := txShape[av1.GetTxSizeUV(b, sub[0], sub[1])]
			shape.blkW, shape.blkH = av1.Num4x4BlocksWide[size]-1, av1.Num4x4BlocksHigh[size]-1
			t[sub[0]][sub[1]][b] = shape
		}
	}
	return
}()

// Filter kernel by base 2 logarithm of the smaller transform side in cells (section 7.14.3).
var (
	lumaLength   = [5]uint8{simd.Deblock4, simd.Deblock8, simd.Deblock14, simd.Deblock14, simd.Deblock14}
	chromaLength = [5]uint8{simd.Deblock4, simd.Deblock6, simd.Deblock6, simd.Deblock6, simd.Deblock6}
)

// modeType[mode] is modeType (section 7.14.4): 1 for inter modes other than GLOBALMV and GLOBAL_GLOBALMV.
var modeType = func() (t [av1.NewNewMV + 1]uint8) {
	for mode := av1.NearestMV; mode <= av1.NewNewMV; mode++ {
		if mode != av1.GlobalMV && mode != av1.GlobalGlobalMV {
			t[mode] = 1
		}
	}
	return
}()

// mark fills the edge bytes of the band (sections 7.14.2 to 7.14.5); rowEnd is the end of
// the visible part, in units of 4 luma rows.
func (b *deblockBand) mark(rowEnd int) {
	subX, subY, index := 0, 0, [2]int{0, 1}
	length := &lumaLength
	if b.plane > 0 {
		subX, subY, index = b.pic.SubX, b.pic.SubY, [2]int{b.plane + 1, b.plane + 1}
		length = &chromaLength
	}
	b.cols = ((b.pic.Planes[0].Width+3)>>2 + subX) >> subX
	b.rows = max(0, (rowEnd-b.row+subY)>>subY)
	levels := [2]*[av1.TotalRefsPerFrame][2]uint8{&b.d.level[index[0]], &b.d.level[index[1]]}
	shapes := &blockShape[subX][subY]
	grid := b.grid
	clear(b.s.vert[:b.cols*deblockRows])
	stride := deblockStride(b.cols)
	clear(b.s.horz[:stride*b.rows])
	for y := range b.rows {
		yy := b.row>>subY + y
		line := grid.Cells[(b.row+y<<subY|subY)*grid.Stride:][:grid.Cols]
		above := line
		if yy > 0 {
			above = grid.Cells[(b.row+y<<subY|subY-1<<subY)*grid.Stride:][:grid.Cols]
		}
		horz := b.s.horz[y*stride:][:b.cols]
		var left cellShape
		// From transform block to transform block: inside of one there is no edge, and all its
		// cells are of one coding block.
		for x := 0; x < len(horz); {
			cell := &line[x<<subX|subX]
			shape := b.shape(shapes, cell)
			inner := cell.Skip && cell.RefFrame[0] > av1.IntraFrame // only block edges are filtered
			if x > 0 && (!inner || x&int(shape.blkW) == 0) {
				prev := &line[(x-1)<<subX|subX]
				b.s.vert[x*deblockRows+y] = edgeByte(levels[0], cell, prev, length[min(shape.txW, left.txW)])
			}
			left = shape
			end := min(x+1<<shape.txW, len(horz))
			if yy == 0 || yy&(1<<shape.txH-1) != 0 || inner && yy&int(shape.blkH) != 0 {
				x = end
				continue
			}
			for ; x < end; x++ {
				prev := &above[x<<subX|subX]
				horz[x] = edgeByte(levels[1], cell, prev, length[min(shape.txH, b.shape(shapes, prev).txH)])
			}
		}
	}
}

// shape returns the transform and block size of a cell in the band's plane.
func (b *deblockBand) shape(shapes *[av1.BlockSizes]cellShape, cell *frame.ModeInfo) cellShape {
	shape := shapes[cell.BlockSize]
	if b.plane == 0 {
		shape.txW, shape.txH = txShape[cell.TxSize].txW, txShape[cell.TxSize].txH
	}
	return shape
}

// edgeByte is the edge byte between cell and prev: the level of cell, or of prev if that is 0.
func edgeByte(levels *[av1.TotalRefsPerFrame][2]uint8, cell, prev *frame.ModeInfo, length uint8) uint8 {
	lvl := levels[cell.RefFrame[0]&7][modeType[cell.YMode]]
	if lvl == 0 {
		lvl = levels[prev.RefFrame[0]&7][modeType[prev.YMode]]
	}
	if lvl == 0 {
		return 0
	}
	return length<<6 | lvl
}

// filterVert filters across the vertical edges of the band, column by column.
func (b *deblockBand) filterVert() {
	plane := &b.pic.Planes[b.plane]
	origin := plane.Origin + b.top()*plane.Stride
	kernel := simd.Deblock.Vert[min(b.plane, 1)]
	for x := 1; x < b.cols; x++ {
		edges := b.s.vert[x*deblockRows:][:deblockRows]
		if isZero(edges) { // most columns are inside of transform blocks
			continue
		}
		kernel(plane.Data, origin+4*x, plane.Stride, edges[:deblockStride(b.rows)], &b.d.sharpness)
	}
}

// isZero tells whether the deblockRows bytes of edges are all 0.
func isZero(edges []uint8) bool {
	return binary.NativeEndian.Uint64(edges)|binary.NativeEndian.Uint64(edges[8:]) == 0
}

// filterHorz filters across the horizontal edges of the band, row by row.
func (b *deblockBand) filterHorz() {
	plane := &b.pic.Planes[b.plane]
	origin := plane.Origin + b.top()*plane.Stride
	kernel := simd.Deblock.Horz[min(b.plane, 1)]
	stride := deblockStride(b.cols)
	for y := range b.rows {
		kernel(plane.Data, origin+4*y*plane.Stride, plane.Stride, b.s.horz[y*stride:][:stride], &b.d.sharpness)
	}
}

// top is the band's first row in samples of its plane.
func (b *deblockBand) top() int {
	if b.plane > 0 {
		return b.row * 4 >> b.pic.SubY
	}
	return b.row * 4
}
