package tile

import "github.com/grav1e/grav1e/internal/av1"

// The mode info of an inter block in parts, for counting what many candidates cost: the
// first part is the same for all of a block, the second for all with the same references.
// With the motion vector differences (MV) they add up to what ModeInfo costs.

// InterHead codes what precedes the references, for a block that is not in skip mode, and
// finds the block's neighbours for the other parts.
func (s *Syntax) InterHead(b *Block) {
	s.neighbours = s.findNeighbours(b.Row, b.Col)
	s.skipMode(b)
	s.skip(b)
	s.isInter(b)
}

// InterRefs codes the reference frames.
func (s *Syntax) InterRefs(b *Block) { s.refFrames(b) }

// InterMotion codes the mode, the choice among predicted vectors, and the interpolation filters.
func (s *Syntax) InterMotion(b *Block) {
	s.interMode(b)
	s.drlModes(b)
	s.interpFilters(b)
}

// interpFilters codes interp_filter, where it is coded.
func (s *Syntax) interpFilters(b *Block) {
	if s.Hdr.InterpolationFilter != uint8(av1.Switchable) || !s.NeedsInterpFilter(b) {
		return
	}
	s.interpFilter(b, 0)
	if s.Seq.EnableDualFilter {
		s.interpFilter(b, 1)
	}
}

// UVMode codes the chroma mode of an intra block, with its scales or angle.
func (s *Syntax) UVMode(b *Block) { s.uvMode(b) }
