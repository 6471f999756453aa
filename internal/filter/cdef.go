package filter

import (
	"math/bits"

	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/frame"
	"github.com/grav1e/grav1e/internal/simd"
)

// CdefLag is the number of luma rows at the end of a deblocked range that CDEF cannot
// filter yet: after deblocking rows [0, y) it may run up to row y - CdefLag.
const CdefLag = 8

// CdefParams are the frame's CDEF parameters (section 5.9.19, cdef_params). Strengths are
// as the specification keeps them: primary 0..15, secondary 0, 1, 2 or 4; the
// first 1 << Bits of each are in use. Damping is CdefDamping, 3..6.
type CdefParams struct {
	Damping, Bits            uint8
	YPri, YSec, UVPri, UVSec [8]uint8
}

// IsOff tells that the parameters change nothing, whatever the indexes.
func (p *CdefParams) IsOff() bool {
	for i := range 1 << p.Bits {
		if p.YPri[i]|p.YSec[i]|p.UVPri[i]|p.UVSec[i] != 0 {
			return false
		}
	}
	return true
}

// CdefIndexSize returns the number of cdef_idx values of a frame, one per 64x64 luma
// samples, and the number in a row of them.
func CdefIndexSize(grid *frame.ModeGrid) (n, stride int) {
	stride = (grid.Cols + 15) >> 4
	return stride * ((grid.Rows + 15) >> 4), stride
}

// CdefScratch is the working memory of Cdef.Rows.
type CdefScratch struct {
	edge   [12 * cdefEdgeStride]uint16 // a block at the frame's edge with its surroundings
	trials [2]simd.CdefTrial           // of luma and of chroma, for the search
}

const cdefEdgeStride = 16

// Cdef applies CDEF (section 7.15). Index has one cdef_idx per 64x64 block, row-major
// as CdefIndexSize counts them; -1 leaves the block as it is. It is read only and may serve
// any number of workers.
type Cdef struct {
	Params CdefParams
	Index  []int8
}

// Rows filters the cells of rows [row0, row1) of grid (units of 4 luma rows, even) from src,
// the deblocked picture, to dst, a different picture of the same size. Two luma rows above
// and below the range are read from src. Ranges may run concurrently.
func (c *Cdef) Rows(dst, src *frame.Picture, grid *frame.ModeGrid, row0, row1 int, s *CdefScratch) {
	for plane := range src.NumPlanes {
		copyRows(dst, src, grid, plane, row0, row1)
	}
	_, stride := CdefIndexSize(grid)
	for row := row0; row < row1; row += 2 {
		line := c.Index[row>>4*stride:][:stride]
		for i, idx := range line {
			if idx < 0 {
				continue
			}
			f := c.Params.filters(int(idx), src.BitDepth)
			if f.isOff() {
				continue
			}
			for col := i << 4; col < min(i<<4+16, grid.Cols); col += 2 {
				if !isSkipped(grid, row, col) {
					f.block(dst, src, grid, row, col, s)
				}
			}
		}
	}
}

// copyRows copies the cells of rows [row0, row1) of one plane.
func copyRows(dst, src *frame.Picture, grid *frame.ModeGrid, plane, row0, row1 int) {
	subX, subY := src.SubX, src.SubY
	if plane == 0 {
		subX, subY = 0, 0
	}
	w := grid.Cols * 4 >> subX
	for y := row0 * 4 >> subY; y < row1*4>>subY; y++ {
		copy(dst.Planes[plane].Row(0, y)[:w], src.Planes[plane].Row(0, y)[:w])
	}
}

// isSkipped is the variable skip of section 7.15.1 for the 8x8 block at row, col.
func isSkipped(grid *frame.ModeGrid, row, col int) bool {
	i := row*grid.Stride + col
	upper, lower := grid.Cells[i:i+2], grid.Cells[i+grid.Stride:][:2]
	return upper[0].Skip && upper[1].Skip && lower[0].Skip && lower[1].Skip
}

// cdefFilters are one index's strengths, shifted to the bit depth.
type cdefFilters struct {
	yPri, ySec, uvPri, uvSec int
	damping, coeffShift      int
}

func (p *CdefParams) filters(idx, bitDepth int) cdefFilters {
	shift := bitDepth - 8
	return cdefFilters{
		yPri: int(p.YPri[idx]) << shift, ySec: int(p.YSec[idx]) << shift,
		uvPri: int(p.UVPri[idx]) << shift, uvSec: int(p.UVSec[idx]) << shift,
		damping: int(p.Damping) + shift, coeffShift: shift,
	}
}

func (f *cdefFilters) isOff() bool { return f.yPri|f.ySec|f.uvPri|f.uvSec == 0 }

// block is the CDEF block process (section 7.15.1) for a block that isn't skipped; dst has its samples already.
func (f *cdefFilters) block(dst, src *frame.Picture, grid *frame.ModeGrid, row, col int, s *CdefScratch) {
	dir, variance := 0, 0
	if f.yPri|f.uvPri != 0 {
		dir, variance = simd.Cdef.Direction(src.Planes[0].At(col*4, row*4), src.Planes[0].Stride, f.coeffShift)
	}
	if pri := adjustPrimary(f.yPri, variance); pri|f.ySec != 0 {
		b := loadCdefBlock(src, grid, 0, row, col, s)
		b.filter(&dst.Planes[0], pri, f.ySec, lumaDirection(f.yPri, dir), f.damping, f.coeffShift)
	}
	if src.NumPlanes == 1 || f.uvPri|f.uvSec == 0 {
		return
	}
	dir = chromaDirection(f.uvPri, dir, src)
	for plane := 1; plane < 3; plane++ {
		b := loadCdefBlock(src, grid, plane, row, col, s)
		b.filter(&dst.Planes[plane], f.uvPri, f.uvSec, dir, f.damping-1, f.coeffShift)
	}
}

// adjustPrimary is step 5 of section 7.15.1: the primary strength of a luma block follows its variance.
func adjustPrimary(pri, variance int) int {
	if variance == 0 {
		return 0
	}
	strength := 0
	if v := variance >> 6; v != 0 {
		strength = min(bits.Len(uint(v))-1, 12)
	}
	return (pri*(4+strength) + 8) >> 4
}

func lumaDirection(pri, dir int) int {
	if pri == 0 {
		return 0
	}
	return dir
}

func chromaDirection(pri, dir int, pic *frame.Picture) int {
	if pri == 0 {
		return 0
	}
	return int(av1.CdefUvDir[pic.SubX][pic.SubY][dir])
}

// cdefBlock is the input of one block's filter: src[off] its first sample.
type cdefBlock struct {
	src         []uint16
	off, stride int
	x, y        int // position in the plane
	size        int // index of simd.Cdef.Filter
}

// loadCdefBlock finds a block's samples: in the plane itself, or, for a block at the edge of
// the frame, in a copy whose outside is marked as not available.
func loadCdefBlock(src *frame.Picture, grid *frame.ModeGrid, plane, row, col int, s *CdefScratch) cdefBlock {
	subX, subY := 0, 0
	if plane > 0 {
		subX, subY = src.SubX, src.SubY
	}
	p := &src.Planes[plane]
	b := cdefBlock{src: p.Data, stride: p.Stride, x: col * 4 >> subX, y: row * 4 >> subY, size: subX + subY}
	b.off = p.Origin + b.y*p.Stride + b.x
	if row > 0 && col > 0 && row+2 < grid.Rows && col+2 < grid.Cols {
		return b
	}
	for i := range s.edge {
		s.edge[i] = simd.CdefLarge
	}
	w, h := grid.Cols*4>>subX, grid.Rows*4>>subY
	x0, x1 := max(b.x-2, 0), min(b.x+8>>subX+2, w)
	for y := max(b.y-2, 0); y < min(b.y+8>>subY+2, h); y++ {
		copy(s.edge[(y-b.y+2)*cdefEdgeStride+x0-b.x+2:], p.Row(x0, y)[:x1-x0])
	}
	b.src, b.off, b.stride = s.edge[:], 2*cdefEdgeStride+2, cdefEdgeStride
	return b
}

// filter writes the filtered block to the same place of dst.
func (b *cdefBlock) filter(dst *frame.Plane, pri, sec, dir, damping, coeffShift int) {
	simd.Cdef.Filter[b.size](dst.At(b.x, b.y), dst.Stride, b.src, b.off, b.stride, pri, sec, dir, damping, coeffShift)
}
