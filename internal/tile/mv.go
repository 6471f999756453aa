package tile

import (
	"math/bits"

	"github.com/grav1e/grav1e/internal/av1"
)

// MV codes mv relative to pred (read_mv, section 5.11.31). The difference must be
// representable: even without allow_high_precision_mv, a multiple of 8 with
// force_integer_mv.
func (s *Syntax) MV(mv, pred av1.MV) {
	row, col := int(mv.Row)-int(pred.Row), int(mv.Col)-int(pred.Col)
	joint := btoi(row != 0)*int(av1.MVJointHzvnz) + btoi(col != 0)*int(av1.MVJointHnzvz)
	s.Coder.Symbol(s.Coder.CDF.MvJoint[:], joint)
	if row != 0 {
		s.mvComponent(0, row)
	}
	if col != 0 {
		s.mvComponent(1, col)
	}
}

// mvComponent is read_mv_component (section 5.11.32).
func (s *Syntax) mvComponent(comp, diff int) {
	cdf, c := s.Coder.CDF, s.Coder
	c.Bool(&cdf.MvSign[comp], diff < 0)
	v := uint(max(diff, -diff)) - 1
	fr, hp := int(v>>1&3), v&1 != 0
	if v < 16 {
		bit := int(v >> 3)
		c.Symbol(cdf.MvClass[comp][:], 0)
		c.Bool(&cdf.MvClass0Bit[comp], bit > 0)
		if !s.Hdr.ForceIntegerMv {
			c.Symbol(cdf.MvClass0Fr[comp][bit][:], fr)
		}
		if s.Hdr.AllowHighPrecisionMv {
			c.Bool(&cdf.MvClass0Hp[comp], hp)
		}
		return
	}
	class := bits.Len(v) - 4
	c.Symbol(cdf.MvClass[comp][:], class)
	for i := range class {
		c.Bool(&cdf.MvBit[comp][i], v>>(3+i)&1 != 0)
	}
	if !s.Hdr.ForceIntegerMv {
		c.Symbol(cdf.MvFr[comp][:], fr)
	}
	if s.Hdr.AllowHighPrecisionMv {
		c.Bool(&cdf.MvHp[comp], hp)
	}
}
