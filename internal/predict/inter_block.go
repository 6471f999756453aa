package predict

import (
	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/frame"
)

// PredictBlock writes the inter prediction of block b at cell row, col into its place in the planes
// first..last of cur: compute_prediction (section 5.11.33) without inter-intra. refs[f] is the picture
// of reference frame f (LastFrame..AltrefFrame); pictures have cur's size.
// Chroma planes are skipped if the block has no chroma. The whole block is written, beyond the picture's border too.
//
// The grid must hold the blocks left and above, which the chroma of a block less
// than 8 wide or high may share; the cells of b itself are not read.
func (s *Scratch) PredictBlock(cur *frame.Picture, refs *[8]*frame.Picture, grid *frame.ModeGrid, row, col int, b *frame.ModeInfo, first, last int) {
	if first == 0 {
		w, h := int(av1.BlockWidth[b.BlockSize]), int(av1.BlockHeight[b.BlockSize])
		s.predictPart(cur, refs, 0, 4*col, 4*row, w, h, b)
	}
	if last == 0 || cur.NumPlanes == 1 || !av1.HasChroma(b.BlockSize, row, col, cur.SubX, cur.SubY) {
		return
	}
	for plane := max(1, first); plane <= last; plane++ {
		s.predictChroma(cur, refs, grid, plane, row, col, b)
	}
}

// predictChroma predicts the chroma block that ends with b. If it covers several luma blocks, all inter,
// each of them predicts its part; if one of them is intra, b predicts all of it.
func (s *Scratch) predictChroma(cur *frame.Picture, refs *[8]*frame.Picture, grid *frame.ModeGrid, plane, row, col int, b *frame.ModeInfo) {
	subX, subY := cur.SubX, cur.SubY
	partW, partH := int(av1.BlockWidth[b.BlockSize])>>subX, int(av1.BlockHeight[b.BlockSize])>>subY
	w, h := max(4, partW), max(4, partH)
	x, y := col>>subX<<2, row>>subY<<2
	candCol, candRow := col>>subX<<subX, row>>subY<<subY
	if partW == w && partH == h || someUseIntra(grid, candRow, candCol, row, col) {
		s.predictPart(cur, refs, plane, x, y, w, h, b)
		return
	}
	for r := 0; r*partH < h; r++ {
		for c := 0; c*partW < w; c++ {
			m := b
			if candRow+r < row || candCol+c < col {
				m = grid.At(candRow+r, candCol+c)
			}
			s.predictPart(cur, refs, plane, x+c*partW, y+r*partH, partW, partH, m)
		}
	}
}

// someUseIntra tells whether a block that shares a chroma block with the inter block
// at row, col is intra. The cells in question are those from candRow, candCol on: one above, one to the
// left, or both. Blocks sharing chroma are as long as the one at row, col, so one cell of each is enough.
func someUseIntra(grid *frame.ModeGrid, candRow, candCol, row, col int) bool {
	for r := candRow; r <= row; r++ {
		for c := candCol; c <= col; c++ {
			if (r < row || c < col) && grid.At(r, c).RefFrame[0] == av1.IntraFrame {
				return true
			}
		}
	}
	return false
}

// predictPart predicts w x h samples at x, y of a plane by the motion of m.
func (s *Scratch) predictPart(cur *frame.Picture, refs *[8]*frame.Picture, plane, x, y, w, h int, m *frame.ModeInfo) {
	subX, subY := cur.SubX, cur.SubY
	if plane == 0 {
		subX, subY = 0, 0
	}
	p := &cur.Planes[plane]
	ref0 := &refs[m.RefFrame[0]].Planes[plane]
	if m.IsCompound() {
		ref := [2]*frame.Plane{ref0, &refs[m.RefFrame[1]].Planes[plane]}
		s.PredictCompound(p.At(x, y), p.Stride, ref, x, y, w, h, m.Mv, subX, subY, m.InterpFilter, cur.BitDepth)
		return
	}
	s.PredictInter(p.At(x, y), p.Stride, ref0, x, y, w, h, m.Mv[0], subX, subY, m.InterpFilter, cur.BitDepth)
}
