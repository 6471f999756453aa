package simd

func init() {
	if CPU >= AVX2 {
		Deblock.Vert = [2]DeblockKernel{deblockLumaVertAVX2, deblockChromaVertAVX2}
		Deblock.Horz = [2]DeblockKernel{deblockLumaHorzAVX2, deblockChromaHorzAVX2}
	}
}

// The assembly filters the edges of n edge bytes, a multiple of 4, from pix, the first sample behind the edge;
// strides are in bytes. It reads and writes back 16 samples along the edge and 4, or with length 14 across
// vertical edges 8, on both sides.

//go:noescape
func deblockLumaVert(pix *uint16, stride int, edges *uint8, n int, s *DeblockSharpness)

//go:noescape
func deblockLumaHorz(pix *uint16, stride int, edges *uint8, n int, s *DeblockSharpness)

//go:noescape
func deblockChromaVert(pix *uint16, stride int, edges *uint8, n int, s *DeblockSharpness)

//go:noescape
func deblockChromaHorz(pix *uint16, stride int, edges *uint8, n int, s *DeblockSharpness)

func deblockLumaVertAVX2(pix []uint16, off, stride int, edges []uint8, s *DeblockSharpness) {
	_, _ = pix[off-8], pix[off+(4*len(edges)-1)*stride+7]
	deblockLumaVert(&pix[off], 2*stride, &edges[0], len(edges), s)
}

func deblockChromaVertAVX2(pix []uint16, off, stride int, edges []uint8, s *DeblockSharpness) {
	_, _ = pix[off-4], pix[off+(4*len(edges)-1)*stride+3]
	deblockChromaVert(&pix[off], 2*stride, &edges[0], len(edges), s)
}

func deblockLumaHorzAVX2(pix []uint16, off, stride int, edges []uint8, s *DeblockSharpness) {
	_, _ = pix[off-7*stride], pix[off+6*stride+4*len(edges)-1]
	deblockLumaHorz(&pix[off], 2*stride, &edges[0], len(edges), s)
}

func deblockChromaHorzAVX2(pix []uint16, off, stride int, edges []uint8, s *DeblockSharpness) {
	_, _ = pix[off-4*stride], pix[off+3*stride+4*len(edges)-1]
	deblockChromaHorz(&pix[off], 2*stride, &edges[0], len(edges), s)
}
