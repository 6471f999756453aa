package predict

import (
	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/frame"
	"github.com/grav1e/grav1e/internal/simd"
)

// MaxLuma returns MaxLumaW and MaxLumaH (section 5.11.35) after the luma of an intra block
// at cell row, col, coded with transforms of size tx, in a picture of miRows x miCols cells:
// where its last coded transform block ends.
func MaxLuma(row, col int, size av1.BlockSize, tx av1.TxSize, miRows, miCols int) (w, h int) {
	txW, txH := int(av1.TxWidth[tx]), int(av1.TxHeight[tx])
	w = min(int(av1.BlockWidth[size]), 4*(miCols-col))
	h = min(int(av1.BlockHeight[size]), 4*(miRows-row))
	return 4*col + (w+txW-1)&^(txW-1), 4*row + (h+txH-1)&^(txH-1)
}

// PrepareCfl gathers the reconstructed luma under the chroma transform block of size tx (at
// most 32x32) at chroma sample x, y, less its average: the first half of section 7.11.5.
// maxLumaW and maxLumaH come from MaxLuma. It serves any number of CfL predictions in both chroma planes.
func (s *Scratch) PrepareCfl(luma *frame.Plane, x, y int, tx av1.TxSize, maxLumaW, maxLumaH, subX, subY int) {
	w, h := int(av1.TxWidth[tx]), int(av1.TxHeight[tx])
	simd.IPred.CflAC(s.ac[:w*h], luma.At(x<<subX, y<<subY), luma.Stride, w, h,
		maxLumaW>>subX-x, maxLumaH>>subY-y, subX, subY)
}

// PredictCfl predicts the chroma block b in its place in dst from its neighbours (DC) and
// the luma of PrepareCfl. alpha is CflAlphaU or CflAlphaV, -16..16.
func (s *Scratch) PredictCfl(dst *frame.Plane, b *IntraBlock, alpha int8) {
	s.prepare(dst, b, false, false)
	s.PredictCflInto(dst.At(b.X, b.Y), dst.Stride, alpha)
}

// PredictCflInto is PredictCfl for the block given to PrepareEdges, into dst.
func (s *Scratch) PredictCflInto(dst []uint16, stride int, alpha int8) {
	simd.IPred.CflPred(dst, stride, s.ac[:s.w*s.h], s.w, s.h, s.dc(), int(alpha), s.block.BitDepth)
}

// CflAC is the luma PrepareCfl gathered, less its average, in 1/8, in rows of the block's width.
func (s *Scratch) CflAC() []int16 { return s.ac[:] }
