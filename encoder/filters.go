package encoder

import (
	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/bitstream"
	"github.com/grav1e/grav1e/internal/decide"
	"github.com/grav1e/grav1e/internal/filter"
	"github.com/grav1e/grav1e/internal/frame"
	"github.com/grav1e/grav1e/internal/tile"
)

// filters holds the in-loop filters' parameters of the frame under way, and their memory.
type filters struct {
	recon *frame.Picture // what the decision pass wrote; the output is the reference picture

	deblock        filter.DeblockParams
	deblocker      filter.Deblocker
	deblockScratch [3]filter.DeblockScratch // by plane
	deblockSearch  filter.DeblockSearch

	cdefOn     bool
	cdef       filter.Cdef
	cdefSearch filter.CdefSearch
	cdefMem    []uint64

	restoreOn   bool
	restoration filter.Restoration
	restore     filter.RestorationSearch
	units       [3][]filter.RestorationUnit
	trials      [3][]filter.UnitTrial
	tasks       []unitPlace
	lr          [3]tile.LRPlane // the same units, for the writer
	lrUnits     [3][]tile.LRUnit
}

// unitPlace is a restoration unit to search.
type unitPlace struct{ plane, row, col int }

// filterScratch is a worker's memory for filters.
type filterScratch struct {
	cdef    filter.CdefScratch
	restore filter.RestorationScratch
}

// smallestUnit is the smallest restoration unit used, in samples.
const smallestUnit = 64

// layout takes the memory of the filters the preset uses.
func (f *filters) layout(p *frame.Planner, e *Encoder, grid *frame.ModeGrid, planes int) {
	const purpose = "filter parameters"
	n := filter.DeblockScratchSize(grid.Cols)
	for i := range planes {
		if mem := frame.Take[uint8](p, purpose, n); mem != nil {
			f.deblockScratch[i] = filter.NewDeblockScratch(mem, grid.Cols)
		}
	}
	if e.speed.Cdef != decide.SearchOff {
		index, _ := filter.CdefIndexSize(grid)
		f.cdef.Index = frame.Take[int8](p, purpose, index)
		f.cdefMem = frame.Take[uint64](p, purpose, filter.CdefSearchSize(grid, len(cdefStrengths(e.speed.Cdef))))
	}
	if e.speed.Restoration != decide.SearchOff {
		count := filter.UnitCount(smallestUnit, e.cfg.Width) * filter.UnitCount(smallestUnit, e.cfg.Height)
		for i := range planes {
			f.units[i] = frame.Take[filter.RestorationUnit](p, purpose, count)
			f.trials[i] = frame.Take[filter.UnitTrial](p, purpose, count)
			f.lrUnits[i] = frame.Take[tile.LRUnit](p, purpose, count)
		}
	}
}

func cdefStrengths(effort decide.SearchEffort) []filter.CdefStrength {
	if effort == decide.SearchFull {
		return filter.CdefStrengthsAll
	}
	return filter.CdefStrengthsFast
}

// start returns the picture the frame is reconstructed in: the reference picture
// itself unless a later filter needs its input besides its output.
func (f *filters) start(c *coder, r *reference) *frame.Picture {
	s := &c.e.speed
	f.cdefOn = s.Cdef != decide.SearchOff && !c.hdr.CodedLossless
	f.restoreOn = s.Restoration != decide.SearchOff && !c.hdr.CodedLossless
	f.recon = &r.picture
	if f.cdefOn || f.restoreOn {
		f.recon = &c.scratch
	}
	return f.recon
}

// needsSource tells that the source picture needs memory of its own: there is no
// picture besides the reference, or filters look at the source while they write the reference.
func (e *Encoder) needsSource() bool {
	s := &e.speed
	return !e.needsScratch() || s.Deblock >= decide.SearchFast || s.Restoration != decide.SearchOff
}

// needsScratch tells that filters need their input besides their output.
func (e *Encoder) needsScratch() bool {
	return e.speed.Cdef != decide.SearchOff || e.speed.Restoration != decide.SearchOff
}

// source returns the picture the source is unpacked into: where it needs no memory of
// its own, of the reference picture and the other one that which start didn't take. CDEF
// writes the reference picture when nothing needs the source any more.
func (f *filters) source(c *coder, r *reference) *frame.Picture {
	switch {
	case c.e.needsSource():
		return &c.source
	case f.recon == &r.picture:
		return &c.scratch
	}
	return &r.picture
}

// unseen tells that nobody looks at the frame's filtered picture: no later frame refers
// to it, the caller doesn't want it, and the filters' parameters don't depend on it.
func (c *coder) unseen() bool {
	s := &c.e.speed
	return c.frame.IsLeaf() && !c.e.cfg.Reconstruct && s.Deblock <= decide.SearchFormula && s.Cdef <= decide.SearchFormula && s.Restoration == decide.SearchOff
}

// filter runs the in-loop filters (section 7.4) and completes r's picture.
func (c *coder) filter(r *reference) error {
	f := &c.filters
	if err := c.runDeblock(r); err != nil {
		return err
	}
	if err := c.runCdef(r); err != nil {
		return err
	}
	if err := c.runRestoration(r); err != nil {
		return err
	}
	f.lr = f.writerUnits()
	if c.frame.Unseen {
		return nil
	}
	return c.e.pool.Run(&c.stages.extend, r.picture.NumPlanes)
}

// filterLambda is λ in squared error per bit.
func (c *coder) filterLambda() float64 { return c.frame.LambdaPerBit() }

// runDeblock chooses the levels and deblocks in place, planes in parallel.
func (c *coder) runDeblock(r *reference) error {
	f, h := &c.filters, &c.hdr
	f.deblock = filter.DeblockParams{}
	if c.e.speed.Deblock == decide.SearchOff || h.CodedLossless {
		return nil
	}
	f.deblock.SetFromQ(int(h.BaseQIdx), c.e.cfg.BitDepth, h.FrameIsIntra)
	if c.e.speed.Deblock >= decide.SearchFast && f.recon != &r.picture {
		s := &f.deblockSearch
		s.Trial, s.Scratch, s.RowStep = &r.picture, f.deblockScratch[0], 1
		if c.e.speed.Deblock == decide.SearchFast {
			s.RowStep = 4
		}
		s.Run(&f.deblock, c.frame.Src, f.recon, &c.grid)
	}
	h.LoopFilterLevel = f.deblock.Level
	if f.deblock.Level[0]|f.deblock.Level[1] == 0 {
		h.LoopFilterLevel = [4]uint8{}
		return nil
	}
	if c.frame.Unseen {
		return nil
	}
	f.deblocker.Init(&f.deblock, c.e.cfg.BitDepth)
	return c.e.pool.Run(&c.stages.deblock, r.picture.NumPlanes)
}

type deblockStage struct{ c *coder }

func (s *deblockStage) Row(_, plane int) {
	f := &s.c.filters
	if plane == 0 || f.deblock.Level[1+plane] != 0 {
		f.deblocker.Plane(f.recon, &s.c.grid, plane, 0, s.c.grid.Rows, &f.deblockScratch[plane])
	}
}

// runCdef chooses the strengths and filters from recon into r's picture.
func (c *coder) runCdef(r *reference) error {
	f, h := &c.filters, &c.hdr
	if f.recon == &r.picture {
		return nil
	}
	f.cdef.Params = filter.CdefParams{Damping: filter.CdefDamping(int(h.BaseQIdx))}
	if f.cdefOn {
		if err := c.chooseCdef(); err != nil {
			return err
		}
		f.setCdefHeader(h, c.superblocks)
	}
	if c.frame.Unseen {
		return nil
	}
	return c.e.pool.Run(&c.stages.cdef, c.sbRows)
}

func (c *coder) chooseCdef() error {
	f := &c.filters
	effort := c.e.speed.Cdef
	if effort == decide.SearchFormula {
		f.cdef.Params.SetFromQ(int(c.hdr.BaseQIdx), c.e.cfg.BitDepth, c.hdr.FrameIsIntra)
		clear(f.cdef.Index)
		return nil
	}
	f.cdefSearch.Init(&c.grid, cdefStrengths(effort), f.cdef.Params.Damping, f.cdefMem)
	f.cdefSearch.Sparse = effort == decide.SearchFast
	if err := c.e.pool.Run(&c.stages.cdefSearch, c.sbRows); err != nil {
		return err
	}
	maxBits := 3
	if effort == decide.SearchFast {
		maxBits = 2
	}
	f.cdefSearch.Pick(&f.cdef, &c.grid, f.recon.NumPlanes, maxBits, c.filterLambda())
	return nil
}

func (f *filters) setCdefHeader(h *bitstream.FrameHeader, sbs []tile.Superblock) {
	p := &f.cdef.Params
	h.CdefDamping, h.CdefBits = p.Damping, p.Bits
	h.CdefYPriStrength, h.CdefYSecStrength = p.YPri, p.YSec
	h.CdefUVPriStrength, h.CdefUVSecStrength = p.UVPri, p.UVSec
	for i := range sbs {
		sbs[i].CdefIdx[0] = f.cdef.Index[i]
	}
}

type cdefSearchStage struct{ c *coder }

func (s *cdefSearchStage) Row(w, row int) {
	f := &s.c.filters
	f.cdefSearch.Rows(f.recon, s.c.frame.Src, &s.c.grid, row, row+1, &s.c.workers[w].filter.cdef)
}

type cdefStage struct{ c *coder }

// Row filters one row of 64x64 blocks, or copies it when CDEF changes nothing.
func (s *cdefStage) Row(w, row int) {
	c := s.c
	f := &c.filters
	row0, row1 := row*16, min(row*16+16, c.grid.Rows)
	dst := &c.under.picture
	if f.cdefOn && !f.cdef.Params.IsOff() {
		f.cdef.Rows(dst, f.recon, &c.grid, row0, row1, &c.workers[w].filter.cdef)
		return
	}
	for i := range dst.NumPlanes {
		p, q := &dst.Planes[i], &f.recon.Planes[i]
		subY := 0
		if i > 0 {
			subY = dst.SubY
		}
		for y := row0 * 4 >> subY; y < min(row1*4>>subY, p.Height); y++ {
			copy(p.Row(0, y)[:p.AllocW], q.Row(0, y))
		}
	}
}

// restorationOptions is how thorough the search of loop restoration is.
func restorationOptions(effort decide.SearchEffort) filter.RestorationOptions {
	if effort == decide.SearchFull {
		return filter.RestorationOptions{WienerRounds: 3, WienerRefine: 2, SgrSets: []uint8{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}}
	}
	return filter.RestorationOptions{WienerRounds: 2, SgrSets: []uint8{2, 6, 10, 14}}
}

// runRestoration searches and applies loop restoration on r's picture.
func (c *coder) runRestoration(r *reference) error {
	f := &c.filters
	f.restoration = filter.Restoration{}
	if !f.restoreOn {
		return nil
	}
	f.restore = filter.RestorationSearch{Source: c.frame.Src, Cdef: &r.picture, Deblocked: f.recon, Options: c.restoreOptions}
	f.tasks = f.tasks[:0]
	size := filter.RestorationUnitSize(c.e.cfg.Width, c.e.cfg.Height)
	for i := range r.picture.NumPlanes {
		p := &r.picture.Planes[i]
		unitSize := size
		if i > 0 && r.picture.SubX+r.picture.SubY == 2 {
			unitSize = size / 2
		}
		f.restoration[i].SetUnitSize(unitSize, p.Width, p.Height, f.units[i])
		c.hdr.LoopRestorationSize[i] = unitSize
		for row := range f.restoration[i].Rows {
			for col := range f.restoration[i].Cols {
				f.tasks = append(f.tasks, unitPlace{i, row, col})
			}
		}
	}
	if err := c.e.pool.Run(&c.stages.unitSearch, len(f.tasks)); err != nil {
		return err
	}
	rates := c.restorationRates()
	for i := range r.picture.NumPlanes {
		p := &f.restoration[i]
		p.Decide(i, f.trials[i][:len(p.Units)], &rates, c.filterLambda())
		c.hdr.FrameRestorationType[i] = p.Type
	}
	if !f.restoration.Used() {
		return nil
	}
	return c.e.pool.Run(&c.stages.restore, filter.StripeCount(c.e.cfg.Height))
}

func (c *coder) restorationRates() (r filter.RestorationRates) {
	for i := range r.RestorationType {
		r.RestorationType[i] = bitstream.SymbolCost(c.cdf.RestorationType[:], i)
	}
	for i := range r.UseWiener {
		r.UseWiener[i] = bitstream.SymbolCost(c.cdf.UseWiener[:], i)
		r.UseSgrproj[i] = bitstream.SymbolCost(c.cdf.UseSgrproj[:], i)
	}
	return r
}

type unitSearchStage struct{ c *coder }

func (s *unitSearchStage) Row(w, i int) {
	f := &s.c.filters
	t := &f.tasks[i]
	p := &f.restoration[t.plane]
	f.restore.Unit(p, t.plane, t.row, t.col, &f.trials[t.plane][t.row*p.Cols+t.col], &s.c.workers[w].filter.restore)
}

type restoreStage struct{ c *coder }

func (s *restoreStage) Row(w, stripe int) {
	f := &s.c.filters
	dst := &s.c.under.picture
	f.restoration.Rows(dst, dst, f.recon, stripe, stripe+1, &s.c.workers[w].filter.restore)
}

// writerUnits is the restoration as the tile writer wants it.
func (f *filters) writerUnits() (lr [3]tile.LRPlane) {
	for i := range lr {
		p := &f.restoration[i]
		if p.Type == av1.RestoreNone {
			continue
		}
		lr[i] = tile.LRPlane{Units: f.lrUnits[i][:len(p.Units)], Rows: p.Rows, Cols: p.Cols}
		for j := range p.Units {
			lr[i].Units[j] = tile.LRUnit(p.Units[j])
		}
	}
	return lr
}
