package motion

import (
	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/simd"
)

// Window is a number of positions, centred; W is rounded up to a multiple of 8.
type Window struct{ W, H int }

// scaled is the window for a reference n frames away.
func (w Window) scaled(n int, limit Window) Window {
	return Window{min(w.W*n, max(limit.W, w.W)), min(w.H*n, max(limit.H, w.H))}
}

// Settings are the areas and shortcuts of Search. Windows are in samples of their level.
// Base windows hold for a reference one frame away and grow with the distance up to their Max.
type Settings struct {
	Quarter, QuarterMax Window // exhaustive search at 1/4 size; W 0: none, no hierarchy
	Regions             bool   // keep the best of each quadrant of that area, not just one
	Half                Window // refinement of each candidate at 1/2 size
	Full, FullMax       Window // area searched at full size for all square blocks
	Centres             int    // candidates around which Full is searched, at least 1
	Blocks8x8           bool   // find vectors of 8x8 blocks; otherwise they take those of their 16x16 block
	RowStep             int    // 2: look at every second row only; sums are doubled
	ZeroExit            uint32 // sum of a 64x64 block at vector zero up to which nothing else is tried
	GoodExit            uint32 // sum of a 64x64 block at the best centre up to which Full is searched at half its size
}

// SBResult is what the search found for a 64x64 superblock and one reference: for each
// square block, in the order of simd.GridBest, a full-sample vector and the sum of
// absolute differences of 8-bit source samples. Vectors are in the usual units (1/8 sample).
type SBResult struct {
	Sad [simd.GridBlocks]uint32
	Mv  [simd.GridBlocks]av1.MV
}

// BlockIndex is the index in an SBResult of the square of 1 << sizeLog2 samples (8 to 64)
// that holds luma sample x, y.
func BlockIndex(sizeLog2, x, y int) int {
	n := 6 - sizeLog2
	first := [4]int{simd.Grid64, simd.Grid32, simd.Grid16, simd.Grid8}[n]
	return first + y&63>>sizeLog2<<n + x&63>>sizeLog2
}

// Results holds the search of one picture in one reference: superblocks in raster order.
type Results struct {
	SB         []SBResult
	Cols, Rows int // 64x64 superblocks
}

// ResultsSize is the number of SBResult a w x h picture needs.
func ResultsSize(w, h int) int { return ((w + 63) >> 6) * ((h + 63) >> 6) }

// NewResults lays results of a w x h picture over sb, which must hold ResultsSize of them.
func NewResults(sb []SBResult, w, h int) Results {
	return Results{SB: sb[:ResultsSize(w, h)], Cols: (w + 63) >> 6, Rows: (h + 63) >> 6}
}

// At is the result of the superblock that holds luma sample x, y.
func (r *Results) At(x, y int) *SBResult { return &r.SB[y>>6*r.Cols+x>>6] }

// Job is one picture to search in one reference.
type Job struct {
	Cur, Ref *Pyramid
	Distance int      // frames between the two, not 0; its sign only matters with Prior
	Out      *Results // written row by row
	// Prior, if not nil, is a finished search of the same picture in another
	// reference PriorDistance away; its vectors, scaled, are candidates.
	Prior         *Results
	PriorDistance int
}

// outside is how far a superblock may lie from the picture, in samples: 16 less
// than nothing of it is inside. All its square blocks then stay within the
// frame.Pad samples around reference pictures, sub-sample filters included.
const outside = 16

// Position codes of simd.ME.Grid: row and column plus posBias, so that neither is negative.
const posBias = 1 << 15

// maxCentres is the most candidates the hierarchy keeps: zero, left, prior, four regions.
const maxCentres = 7

// Searcher runs searches. It is used by one goroutine at a time.
type Searcher struct {
	Settings
	best    simd.GridBest
	centres [maxCentres]centre
	n       int
}

// centre is a candidate position at full size, and its sum at half size.
type centre struct {
	x, y int
	sad  uint32
}

// Row searches all superblocks of row sbRow. It reads results of this row only (and of
// Prior), so rows may be searched in any order and in parallel.
func (s *Searcher) Row(job *Job, sbRow int) {
	for sbCol := range job.Out.Cols {
		s.superblock(job, sbCol, sbRow)
	}
}

func (s *Searcher) superblock(job *Job, sbCol, sbRow int) {
	x0, y0 := sbCol<<6, sbRow<<6
	for i := range s.best.Sad {
		s.best.Sad[i] = 1<<32 - 1
	}
	s.grid(job, x0, y0, bounds{0, 1, 0, 1})
	step := max(s.RowStep, 1)
	out := &job.Out.SB[sbRow*job.Out.Cols+sbCol]
	if s.best.Sad[simd.Grid64]*uint32(step) > s.ZeroExit {
		s.candidates(job, sbCol, sbRow)
		near := s.Full.scaled(distance(job), s.FullMax)
		for i := range min(max(s.Centres, 1), s.n) {
			c := &s.centres[i]
			w := near
			// A half-size block has a quarter of the samples.
			if c.sad <= s.GoodExit/4 {
				w = Window{(w.W + 1) / 2, (w.H + 1) / 2}
			}
			s.grid(job, x0, y0, window(c.x, c.y, w, limits(job, x0, y0, 0)))
		}
	}
	s.store(out, uint32(step))
}

// grid searches b for all square blocks.
func (s *Searcher) grid(job *Job, x0, y0 int, b bounds) {
	blocks := simd.Grid8
	if s.Blocks8x8 {
		blocks = simd.GridBlocks
	}
	cur, ref := &job.Cur.Level[0], &job.Ref.Level[0]
	pos := uint32(b.y0+posBias)<<16 | uint32(b.x0+posBias)
	simd.ME.Grid(&s.best, cur.At(x0, y0), cur.Stride, ref.At(x0+b.x0, y0+b.y0), ref.Stride,
		max(s.RowStep, 1), b.x1-b.x0, b.y1-b.y0, blocks, pos)
}

// store converts the positions found to motion vectors.
func (s *Searcher) store(out *SBResult, step uint32) {
	blocks := simd.Grid8
	if s.Blocks8x8 {
		blocks = simd.GridBlocks
	}
	for i := range blocks {
		p := s.best.Pos[i]
		out.Mv[i] = av1.MV{Row: int16(int32(p>>16)-posBias) * 8, Col: int16(int32(p&0xffff)-posBias) * 8}
		out.Sad[i] = s.best.Sad[i] * step
	}
	if !s.Blocks8x8 {
		for i := range 64 {
			parent := simd.Grid16 + i>>4*4 + i&7>>1
			out.Mv[simd.Grid8+i], out.Sad[simd.Grid8+i] = out.Mv[parent], out.Sad[parent]>>2
		}
	}
}

// candidates fills centres with the places worth a closer look, best first.
func (s *Searcher) candidates(job *Job, sbCol, sbRow int) {
	x0, y0 := sbCol<<6, sbRow<<6
	s.n = 0
	s.try(job, x0, y0, bounds{0, 1, 0, 1})
	i := sbRow*job.Out.Cols + sbCol
	if sbCol > 0 {
		mv := job.Out.SB[i-1].Mv[simd.Grid64]
		s.tryAt(job, x0, y0, int(mv.Col)>>3, int(mv.Row)>>3)
	}
	if job.Prior != nil {
		mv := job.Prior.SB[i].Mv[simd.Grid64]
		s.tryAt(job, x0, y0, int(mv.Col)*job.Distance/job.PriorDistance>>3, int(mv.Row)*job.Distance/job.PriorDistance>>3)
	}
	if s.Quarter.W > 0 {
		area := window(0, 0, s.Quarter.scaled(distance(job), s.QuarterMax), limits(job, x0, y0, 2))
		if s.Regions {
			midX, midY := area.x0+(area.x1-area.x0+15)/16*8, (area.y0+area.y1)/2
			for _, r := range [4]bounds{
				{area.x0, midX, area.y0, midY}, {midX, area.x1, area.y0, midY},
				{area.x0, midX, midY, area.y1}, {midX, area.x1, midY, area.y1},
			} {
				s.region(job, x0, y0, r)
			}
		} else {
			s.region(job, x0, y0, area)
		}
	}
}

// region searches part of the area at a quarter of the size and refines the result.
func (s *Searcher) region(job *Job, x0, y0 int, r bounds) {
	if r.x1 <= r.x0 || r.y1 <= r.y0 {
		return
	}
	x, y, _ := s.search(job, x0, y0, 2, r)
	s.tryAt(job, x0, y0, 4*x, 4*y)
}

// tryAt refines a full-size position at half the size and keeps it.
func (s *Searcher) tryAt(job *Job, x0, y0, x, y int) {
	s.try(job, x0, y0, window(x>>1, y>>1, s.Half, limits(job, x0, y0, 1)))
}

// try searches b at half the size and inserts the result in centres, sorted; among equals the earlier stays first.
func (s *Searcher) try(job *Job, x0, y0 int, b bounds) {
	x, y, sad := s.search(job, x0, y0, 1, b)
	c := centre{2 * x, 2 * y, sad}
	for i := range s.n {
		if s.centres[i].x == c.x && s.centres[i].y == c.y {
			return
		}
	}
	i := s.n
	s.n++
	for ; i > 0 && s.centres[i-1].sad > c.sad; i-- {
		s.centres[i] = s.centres[i-1]
	}
	s.centres[i] = c
}

// search finds the best position of the superblock at x0, y0 (full size) on a level.
func (s *Searcher) search(job *Job, x0, y0, level int, b bounds) (x, y int, sad uint32) {
	cur, ref := &job.Cur.Level[level], &job.Ref.Level[level]
	size, step := 64>>level, max(s.RowStep, 1)
	px, py := x0>>level, y0>>level
	sad, x, y = simd.ME.Window(cur.At(px, py), cur.Stride, ref.At(px+b.x0, py+b.y0), ref.Stride, size, size, step, b.x1-b.x0, b.y1-b.y0)
	return b.x0 + x, b.y0 + y, sad * uint32(step)
}

// bounds is a range of displacements: x0 <= x < x1, y0 <= y < y1.
type bounds struct{ x0, x1, y0, y1 int }

// limits is the range of displacements of the superblock at x0, y0 that keep it
// near the picture, at a level.
func limits(job *Job, x0, y0, level int) bounds {
	l := &job.Ref.Level[level]
	size, out := 64>>level, outside>>level
	reach := (1<<14 - 8) >> (3 + level) // |mv| < 1 << 14
	return bounds{
		max(-(x0>>level)-size-out, -reach), min(l.Width+out-x0>>level, reach) + 1,
		max(-(y0>>level)-size-out, -reach), min(l.Height+out-y0>>level, reach) + 1,
	}
}

// window lays w around a displacement, moved and, if need be, cut to fit in.
func window(x, y int, w Window, in bounds) (b bounds) {
	b.x0, b.x1 = centred(x, (w.W+7)&^7, in.x0, in.x1)
	b.y0, b.y1 = centred(y, w.H, in.y0, in.y1)
	return b
}

func centred(v, n, lo, hi int) (int, int) {
	n = max(min(n, hi-lo), 1)
	v = min(max(v-n/2, lo), hi-n)
	return v, v + n
}

func distance(job *Job) int { return max(job.Distance, -job.Distance) }
