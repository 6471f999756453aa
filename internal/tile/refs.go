package tile

import (
	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/frame"
)

// refCounts counts the references of the blocks above and to the left (count_refs,
// section 8.3.2): a byte per reference frame.
type refCounts uint64

func (s *Syntax) countRefs() (n refCounts) {
	if m := s.neighbours.above; m != nil {
		n = refsOf(m)
	}
	if m := s.neighbours.left; m != nil {
		n += refsOf(m)
	}
	return n
}

func refsOf(m *frame.ModeInfo) refCounts {
	n := refCounts(1) << (m.RefFrame[0] & 7 * 8)
	if m.IsCompound() {
		n += 1 << (m.RefFrame[1] & 7 * 8)
	}
	return n
}

// of is the number of references to a frame.
func (n refCounts) of(ref int8) uint8 { return uint8(n >> (ref & 7 * 8)) }

// refCountCtx is ref_count_ctx.
func refCountCtx(a, b uint8) int { return 1 + btoi(a > b) - btoi(a < b) }

// The contexts of section 8.3.2 by what they compare.
func (n refCounts) last12VsLast3Gold() int {
	return refCountCtx(n.of(av1.LastFrame)+n.of(av1.Last2Frame), n.of(av1.Last3Frame)+n.of(av1.GoldenFrame))
}

func (n refCounts) lastVsLast2() int {
	return refCountCtx(n.of(av1.LastFrame), n.of(av1.Last2Frame))
}

func (n refCounts) last3VsGold() int {
	return refCountCtx(n.of(av1.Last3Frame), n.of(av1.GoldenFrame))
}

func (n refCounts) last2VsLast3Gold() int {
	return refCountCtx(n.of(av1.Last2Frame), n.of(av1.Last3Frame)+n.of(av1.GoldenFrame))
}

func (n refCounts) bwdAlt2VsAlt() int {
	return refCountCtx(n.of(av1.BwdrefFrame)+n.of(av1.Altref2Frame), n.of(av1.AltrefFrame))
}

func (n refCounts) bwdVsAlt2() int {
	return refCountCtx(n.of(av1.BwdrefFrame), n.of(av1.Altref2Frame))
}

func (n refCounts) fwdVsBwd() int {
	return refCountCtx(n.of(av1.LastFrame)+n.of(av1.Last2Frame)+n.of(av1.Last3Frame)+n.of(av1.GoldenFrame),
		n.of(av1.BwdrefFrame)+n.of(av1.Altref2Frame)+n.of(av1.AltrefFrame))
}

// refFrames is read_ref_frames (section 5.11.25).
func (s *Syntax) refFrames(b *Block) {
	n := s.countRefs()
	compound := b.IsCompound()
	if s.Hdr.ReferenceSelect && min(av1.BlockWidth[b.BlockSize], av1.BlockHeight[b.BlockSize]) >= 8 {
		s.Coder.Bool(&s.Coder.CDF.CompMode[s.compModeCtx()], compound)
	}
	if !compound {
		s.singleRef(b.RefFrame[0], n)
		return
	}
	unidirectional := (b.RefFrame[0] >= av1.BwdrefFrame) == (b.RefFrame[1] >= av1.BwdrefFrame)
	s.Coder.Bool(&s.Coder.CDF.CompRefType[s.compRefTypeCtx()], !unidirectional)
	if unidirectional {
		s.uniCompRef(b, n)
	} else {
		s.compRef(b, n)
	}
}

func (s *Syntax) singleRef(ref int8, n refCounts) {
	cdf, c := &s.Coder.CDF.SingleRef, s.Coder
	backward := ref >= av1.BwdrefFrame
	c.Bool(&cdf[n.fwdVsBwd()][0], backward)
	switch {
	case backward:
		c.Bool(&cdf[n.bwdAlt2VsAlt()][1], ref == av1.AltrefFrame)
		if ref != av1.AltrefFrame {
			c.Bool(&cdf[n.bwdVsAlt2()][5], ref == av1.Altref2Frame)
		}
	case ref >= av1.Last3Frame:
		c.Bool(&cdf[n.last12VsLast3Gold()][2], true)
		c.Bool(&cdf[n.last3VsGold()][4], ref == av1.GoldenFrame)
	default:
		c.Bool(&cdf[n.last12VsLast3Gold()][2], false)
		c.Bool(&cdf[n.lastVsLast2()][3], ref == av1.Last2Frame)
	}
}

func (s *Syntax) uniCompRef(b *Block, n refCounts) {
	cdf, c := &s.Coder.CDF.UniCompRef, s.Coder
	c.Bool(&cdf[n.fwdVsBwd()][0], b.RefFrame[0] == av1.BwdrefFrame)
	if b.RefFrame[0] == av1.BwdrefFrame {
		return
	}
	c.Bool(&cdf[n.last2VsLast3Gold()][1], b.RefFrame[1] != av1.Last2Frame)
	if b.RefFrame[1] != av1.Last2Frame {
		c.Bool(&cdf[n.last3VsGold()][2], b.RefFrame[1] == av1.GoldenFrame)
	}
}

func (s *Syntax) compRef(b *Block, n refCounts) {
	fwd, bwd, c := &s.Coder.CDF.CompRef, &s.Coder.CDF.CompBwdRef, s.Coder
	ref := b.RefFrame[0]
	c.Bool(&fwd[n.last12VsLast3Gold()][0], ref >= av1.Last3Frame)
	if ref >= av1.Last3Frame {
		c.Bool(&fwd[n.last3VsGold()][2], ref == av1.GoldenFrame)
	} else {
		c.Bool(&fwd[n.lastVsLast2()][1], ref == av1.Last2Frame)
	}
	ref = b.RefFrame[1]
	c.Bool(&bwd[n.bwdAlt2VsAlt()][0], ref == av1.AltrefFrame)
	if ref != av1.AltrefFrame {
		c.Bool(&bwd[n.bwdVsAlt2()][1], ref == av1.Altref2Frame)
	}
}

// compModeCtx is the context of comp_mode.
func (s *Syntax) compModeCtx() int {
	above, left := s.neighbours.above, s.neighbours.left
	switch {
	case above != nil && left != nil:
		switch {
		case !above.IsCompound() && !left.IsCompound():
			return btoi(isBackward(above) != isBackward(left))
		case !above.IsCompound():
			return 2 + btoi(isBackward(above) || !above.IsInter)
		case !left.IsCompound():
			return 2 + btoi(isBackward(left) || !left.IsInter)
		}
		return 4
	case above != nil:
		return compModeCtxOne(above)
	case left != nil:
		return compModeCtxOne(left)
	}
	return 1
}

func compModeCtxOne(m *frame.ModeInfo) int {
	if m.IsCompound() {
		return 3
	}
	return btoi(isBackward(m))
}

// isBackward is check_backward of the first reference.
func isBackward(m *frame.ModeInfo) bool { return m.RefFrame[0] >= av1.BwdrefFrame }

// sameDir is is_samedir_ref_pair.
func sameDir(a, b int8) bool { return (a >= av1.BwdrefFrame) == (b >= av1.BwdrefFrame) }

// compRefTypeCtx is the context of comp_ref_type.
func (s *Syntax) compRefTypeCtx() int {
	above, left := s.neighbours.above, s.neighbours.left
	aboveComp, leftComp := above != nil && above.IsCompound(), left != nil && left.IsCompound()
	aboveUni := aboveComp && sameDir(above.RefFrame[0], above.RefFrame[1])
	leftUni := leftComp && sameDir(left.RefFrame[0], left.RefFrame[1])
	if above != nil && left != nil && above.IsInter && left.IsInter {
		same := btoi(sameDir(above.RefFrame[0], left.RefFrame[0]))
		switch {
		case !aboveComp && !leftComp:
			return 1 + 2*same
		case !aboveComp && !leftUni, aboveComp && !leftComp && !aboveUni:
			return 1
		case !aboveComp || !leftComp:
			return 3 + same
		case !aboveUni && !leftUni:
			return 0
		case !aboveUni || !leftUni:
			return 2
		}
		return 3 + btoi((above.RefFrame[0] == av1.BwdrefFrame) == (left.RefFrame[0] == av1.BwdrefFrame))
	}
	both := above != nil && left != nil
	switch {
	case both && aboveComp:
		return 1 + 2*btoi(aboveUni)
	case both && leftComp:
		return 1 + 2*btoi(leftUni)
	case both:
		return 2
	case aboveComp:
		return 4 * btoi(aboveUni)
	case leftComp:
		return 4 * btoi(leftUni)
	}
	return 2
}
