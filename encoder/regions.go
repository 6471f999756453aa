package encoder

import (
	"fmt"
	"math"

	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/decide"
)

// MaxRegions is how many regions a frame may have.
const MaxRegions = 256

// MaxOctaves limits Region.QOffset in both directions.
const MaxOctaves = 4

// checkRegions verifies f's regions.
func (e *Encoder) checkRegions(f *Frame) error {
	c := &e.cfg
	switch {
	case len(f.Regions) > MaxRegions:
		return &FrameError{"len(Regions)", fmt.Sprint(len(f.Regions)), fmt.Sprintf("0..%d", MaxRegions)}
	case len(f.Regions) > 0 && e.lossless():
		return &FrameError{"len(Regions)", fmt.Sprint(len(f.Regions)), "0 when coding is lossless (Quantizer 0)"}
	}
	for i := range f.Regions {
		r := &f.Regions[i]
		if r.X < 0 || r.Y < 0 || r.W < 1 || r.H < 1 || r.W > c.Width-r.X || r.H > c.Height-r.Y {
			return &FrameError{fmt.Sprintf("Regions[%d]", i), fmt.Sprintf("%dx%d at %d,%d", r.W, r.H, r.X, r.Y),
				fmt.Sprintf("a rectangle inside the %dx%d picture", c.Width, c.Height)}
		}
		if !(math.Abs(r.QOffset) <= MaxOctaves) {
			return &FrameError{fmt.Sprintf("Regions[%d].QOffset", i), fmt.Sprint(r.QOffset), fmt.Sprintf("%d..%d octaves", -MaxOctaves, MaxOctaves)}
		}
	}
	return nil
}

// lossless tells that frames sent now are coded without loss.
func (e *Encoder) lossless() bool {
	r := e.Rate()
	return e.cfg.rateControl() == ConstantQuantizer && r.Quantizer == 0 && r.MinQuantizer == 0
}

// setQuantisers chooses the quantiser index of every superblock, where they differ.
func (c *coder) setQuantisers(in *input) {
	h := &c.hdr
	if h.BaseQIdx == 0 {
		return
	}
	if seed := c.e.cfg.RandomModes; seed != 0 {
		decide.RandomQIdx(h, c.qIdx, seed)
		return
	}
	if len(in.regions) == 0 {
		return
	}
	h.DeltaQPresent, h.DeltaQRes = true, decide.DeltaQRes
	clear(c.qIdx)
	for i := range in.regions {
		c.applyRegion(&in.regions[i])
	}
	for i, q := range c.qIdx {
		if q == 0 {
			c.qIdx[i] = h.BaseQIdx
		}
	}
}

// applyRegion gives the superblocks of a region its quantiser index, unless they have a
// finer one already; 0 is none.
func (c *coder) applyRegion(r *Region) {
	q := c.offsetQIdx(r.QOffset)
	// What lies beyond the picture counts as covered.
	right, bottom := c.sbCols, c.sbRows
	if r.X+r.W < c.e.cfg.Width {
		right = (r.X + r.W) / 64
	}
	if r.Y+r.H < c.e.cfg.Height {
		bottom = (r.Y + r.H) / 64
	}
	left, top := (r.X+63)/64, (r.Y+63)/64
	if r.QOffset <= 0 {
		left, top, right, bottom = r.X/64, r.Y/64, (r.X+r.W+63)/64, (r.Y+r.H+63)/64
	}
	for row := top; row < bottom; row++ {
		for col := left; col < right; col++ {
			if sb := &c.qIdx[row*c.sbCols+col]; *sb == 0 || q < *sb {
				*sb = q
			}
		}
	}
}

// offsetQIdx is the quantiser index that can be coded beside base_q_idx whose AC step is
// nearest to that of base_q_idx, octaves away, and no less than MinQuantizer.
func (c *coder) offsetQIdx(octaves float64) uint8 {
	const grid = 1 << decide.DeltaQRes
	depth, base := c.e.cfg.BitDepth, int(c.hdr.BaseQIdx)
	want := float64(av1.AcQ(depth, base)) * math.Exp2(octaves)
	q := base - (base-min(c.rate.Least(), base))/grid*grid
	for q+grid <= 255 && float64(av1.AcQ(depth, q)+av1.AcQ(depth, q+grid)) < 2*want {
		q += grid
	}
	return uint8(q)
}
