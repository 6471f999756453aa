package motion

import (
	"math/bits"

	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/bitstream"
)

// MaxDiff is the largest motion vector difference per component that can be coded (section 5.11.32), in 1/8 samples.
const MaxDiff = 1 << 14

// MvCosts tells what coding a motion vector difference costs, in 1/512 bit. It is
// built once per frame and read by all workers.
type MvCosts struct {
	joint [4]uint32
	comp  [2]componentCosts
}

// componentCosts splits the cost of a non-zero component of magnitude m+1 (0 <= m < MaxDiff)
// in that of its integer part m >> 3 (with sign and class) and that of its fraction.
type componentCosts struct {
	sign     [2]uint32
	integer  [MaxDiff >> 3]uint16
	fraction [24]uint16 // m for m < 16, else 16 + m & 7
}

// NewMvCosts returns the costs under cdf; see Build.
func NewMvCosts(cdf *bitstream.CDFContext, allowHighPrecisionMv, forceIntegerMv bool) *MvCosts {
	c := new(MvCosts)
	c.Build(cdf, allowHighPrecisionMv, forceIntegerMv)
	return c
}

// Build fills the tables from the distributions of section 5.11.32's symbols.
func (c *MvCosts) Build(cdf *bitstream.CDFContext, allowHighPrecisionMv, forceIntegerMv bool) {
	for joint := range c.joint {
		c.joint[joint] = bitstream.SymbolCost(cdf.MvJoint[:], joint)
	}
	for i := range c.comp {
		t := &c.comp[i]
		for sign := range t.sign {
			t.sign[sign] = bitstream.SymbolCost(cdf.MvSign[i][:], sign)
		}
		t.buildInteger(cdf, i)
		for m := range t.fraction {
			cost, fr, hp := uint32(0), m>>1&3, m&1
			if !forceIntegerMv {
				if m < 16 {
					cost += bitstream.SymbolCost(cdf.MvClass0Fr[i][m>>3][:], fr)
				} else {
					cost += bitstream.SymbolCost(cdf.MvFr[i][:], fr)
				}
			}
			if allowHighPrecisionMv {
				if m < 16 {
					cost += bitstream.SymbolCost(cdf.MvClass0Hp[i][:], hp)
				} else {
					cost += bitstream.SymbolCost(cdf.MvHp[i][:], hp)
				}
			}
			t.fraction[m] = uint16(cost)
		}
	}
}

// buildInteger fills the costs of mv_class and of the bits of the integer part.
func (t *componentCosts) buildInteger(cdf *bitstream.CDFContext, comp int) {
	var class [11]uint32
	for k := range class {
		class[k] = bitstream.SymbolCost(cdf.MvClass[comp][:], k)
	}
	for d := range 2 {
		t.integer[d] = uint16(class[0] + bitstream.SymbolCost(cdf.MvClass0Bit[comp][:], d))
	}
	var bit [10][2]uint32
	for i := range bit {
		for v := range 2 {
			bit[i][v] = bitstream.SymbolCost(cdf.MvBit[comp][i][:], v)
		}
	}
	for d := 2; d < len(t.integer); d++ {
		k := bits.Len(uint(d)) - 1
		cost := class[k]
		for i := range k {
			cost += bit[i][d>>i&1]
		}
		t.integer[d] = uint16(cost)
	}
}

// Cost is the cost of coding mv as a difference from pred (read_mv, section 5.11.31), in
// 1/512 bit. The difference must not exceed MaxDiff and must have the frame's precision.
func (c *MvCosts) Cost(mv, pred av1.MV) uint32 {
	row, col := int(mv.Row)-int(pred.Row), int(mv.Col)-int(pred.Col)
	joint, cost := 0, uint32(0)
	if row != 0 {
		joint = int(av1.MVJointHzvnz)
		cost = c.comp[0].cost(row)
	}
	if col != 0 {
		joint |= int(av1.MVJointHnzvz)
		cost += c.comp[1].cost(col)
	}
	return cost + c.joint[joint&3]
}

func (t *componentCosts) cost(diff int) uint32 {
	sign := uint(diff) >> 63
	m := max(diff, -diff) - 1
	f := m
	if m >= 16 {
		f = 16 + m&7
	}
	return t.sign[sign] + uint32(t.integer[m>>3&(len(t.integer)-1)]) + uint32(t.fraction[f])
}
