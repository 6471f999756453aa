package filter

import (
	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/frame"
	"github.com/grav1e/grav1e/internal/simd"
)

// SetFromQ chooses the levels for a frame without looking at it: linear in the
// quantiser step of AC coefficients, which is what the height of a blocking edge is
// proportional to. Intra frames get about three times the slope of inter frames, whose
// prediction is deblocked already; in those a floor of 2 remains for edges of moved blocks.
func (p *DeblockParams) SetFromQ(qidx, bitDepth int, intra bool) {
	step := acStep(qidx, bitDepth)
	level := (6*step + 640 + 128) >> 8
	if intra {
		level = (17*step - 410 + 128) >> 8
	}
	lvl := uint8(max(0, min(level, av1.MaxLoopFilter)))
	p.Level = [4]uint8{lvl, lvl, lvl, lvl}
}

// acStep is the quantiser step of AC coefficients in the scale of 8 bits.
func acStep(qidx, bitDepth int) int {
	return int(av1.AcQ(bitDepth, qidx)) >> (bitDepth - 8)
}

// DeblockSearch finds levels by trial. Trial is a picture of the frame's size to work on.
// RowStep 1 looks at all of the frame, n at one band of 64 luma rows in n.
type DeblockSearch struct {
	Trial   *frame.Picture
	Scratch DeblockScratch
	RowStep int

	deblocker Deblocker
	errors    [av1.MaxLoopFilter + 1]int64 // of the levels tried, else -1
}

// deblockMargin is the number of rows at the end of a band that the trial leaves out,
// because the next band would still change them.
const deblockMargin = 8

// Run replaces the levels in p, which are its starting points, by those that minimise the
// squared error against source: first both luma directions together, then each of them, then U and V. recon is
// the picture before deblocking.
func (s *DeblockSearch) Run(p *DeblockParams, source, recon *frame.Picture, grid *frame.ModeGrid) {
	s.climb(p, source, recon, grid, 0, 0, 1)
	if p.Level[0] != 0 {
		s.climb(p, source, recon, grid, 0, 0, 0)
		s.climb(p, source, recon, grid, 0, 1, 1)
	}
	if p.Level[0]|p.Level[1] == 0 {
		p.Level = [4]uint8{} // the process doesn't run, and the levels of chroma aren't coded
		return
	}
	for plane := 1; plane < recon.NumPlanes; plane++ {
		s.climb(p, source, recon, grid, plane, plane+1, plane+1)
	}
}

// climb moves the levels of the filter indexes first..last of a plane downhill, with steps that halve.
func (s *DeblockSearch) climb(p *DeblockParams, source, recon *frame.Picture, grid *frame.ModeGrid, plane, first, last int) {
	for i := range s.errors {
		s.errors[i] = -1
	}
	try := func(level int) int64 {
		if level < 0 || level > av1.MaxLoopFilter {
			return 1<<63 - 1
		}
		if s.errors[level] < 0 {
			trial := *p
			for i := first; i <= last; i++ {
				trial.Level[i] = uint8(level)
			}
			s.errors[level] = s.error(&trial, source, recon, grid, plane)
		}
		return s.errors[level]
	}
	best := int(p.Level[first])
	for step := max(1, min(8, best/2)); step > 0; {
		switch {
		case try(best-step) <= try(best):
			best -= step
		case try(best+step) < try(best):
			best += step
		default:
			step >>= 1
		}
	}
	for i := first; i <= last; i++ {
		p.Level[i] = uint8(best)
	}
}

// error is the squared error of a plane deblocked with p.
func (s *DeblockSearch) error(p *DeblockParams, source, recon *frame.Picture, grid *frame.ModeGrid, plane int) int64 {
	s.deblocker.Init(p, recon.BitDepth)
	from, to, want := &recon.Planes[plane], &s.Trial.Planes[plane], &source.Planes[plane]
	subX, subY := 0, 0
	if plane > 0 {
		subX, subY = recon.SubX, recon.SubY
	}
	w := grid.Cols * 4 >> subX
	var total uint64
	for row := 0; row < grid.Rows; row += deblockRows * s.RowStep {
		end := min(row+deblockRows, grid.Rows)
		y0, y1 := row*4>>subY, end*4>>subY
		for y := max(0, y0-deblockMargin); y < y1; y++ {
			copy(to.Row(0, y)[:w], from.Row(0, y)[:w])
		}
		if plane > 0 || s.deblocker.Enabled() {
			s.deblocker.Plane(s.Trial, grid, plane, row, end, &s.Scratch)
		}
		if end < grid.Rows {
			y1 -= deblockMargin
		}
		total += planeSSE(to, want, 0, y0, from.Width, min(y1, from.Height)-y0)
	}
	return int64(total)
}

// planeSSE is the squared error of the w x h samples at (x, y) of two planes.
func planeSSE(a, b *frame.Plane, x, y, w, h int) uint64 {
	var total uint64
	for ; h > 0; y, h = y+64, h-64 {
		for i := 0; i < w; i += 64 {
			total += simd.Cdef.SSE(a.At(x+i, y), a.Stride, b.At(x+i, y), b.Stride, min(64, w-i), min(64, h))
		}
	}
	return total
}
