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
	deblockScratch filter.DeblockScratch
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
	if mem := frame.Take[uint8](p, purpose, n); mem != nil {
		f.deblockScratch = filter.NewDeblockScratch(mem, grid.Cols)
	}
	if e.speeds.any(usesCdef) {
		index, _ := filter.CdefIndexSize(grid)
		f.cdef.Index = frame.Take[int8](p, purpose, index)
		f.cdefMem = frame.Take[uint64](p, purpose, filter.CdefSearchSize(grid, e.speeds.most(cdefCandidates)))
	}
	if e.speeds.any(usesRestoration) {
		count := filter.UnitCount(smallestUnit, e.cfg.Width) * filter.UnitCount(smallestUnit, e.cfg.Height)
		for i := range planes {
			f.units[i] = frame.Take[filter.RestorationUnit](p, purpose, count)
			f.trials[i] = frame.Take[filter.UnitTrial](p, purpose, count)
			f.lrUnits[i] = frame.Take[tile.LRUnit](p, purpose, count)
		}
		f.tasks = sized(f.tasks, count*planes)
	}
}

func usesCdef(s *decide.Speed) bool        { return s.Cdef != decide.SearchOff }
func usesRestoration(s *decide.Speed) bool { return s.Restoration != decide.SearchOff }
func searchesDeblock(s *decide.Speed) bool { return s.Deblock >= decide.SearchFast }
func cdefCandidates(s *decide.Speed) int   { return cdefSet(s.Cdef).Len() }

func cdefSet(effort decide.SearchEffort) filter.CdefSet {
	if effort == decide.SearchFull {
		return filter.CdefSetAll
	}
	return filter.CdefSetFast
}

// start returns the picture the frame is reconstructed in: the reference picture
// itself unless a later filter needs its input besides its output.
func (f *filters) start(c *coder, r *reference) *frame.Picture {
	s := c.speed
	f.cdefOn = s.Cdef != decide.SearchOff && !c.hdr.CodedLossless
	f.restoreOn = s.Restoration != decide.SearchOff && !c.hdr.CodedLossless
	f.recon = &r.picture
	if f.cdefOn || f.restoreOn {
		f.recon = &c.scratch
	}
	return f.recon
}

// needsSource tells that the source picture needs memory of its own: there is no
// picture besides the reference, or the source is looked at when the reference is written.
func (e *Encoder) needsSource() bool {
	return e.cfg.MeasurePSNR || !e.needsScratch() || e.speeds.any(searchesDeblock) || e.speeds.any(usesRestoration)
}

// needsScratch tells that filters need their input besides their output.
func (e *Encoder) needsScratch() bool {
	return e.speeds.any(usesCdef) || e.speeds.any(usesRestoration)
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
	s := c.speed
	return c.frame.IsLeaf() && !c.e.cfg.reconstructs() && s.Deblock <= decide.SearchFormula && s.Cdef <= decide.SearchFormula && s.Restoration == decide.SearchOff
}

// openFilters opens the stages of the in-loop filters (section 7.4).
//
// A row of the picture is filtered when the rows around it are ready for it, while others
// are decided: intra prediction wants the samples before deblocking, of the last line of
// the row above, and CDEF writes where the source may have been, which a row decided doesn't need.
func (c *coder) openFilters() {
	f, s := &c.filters, &c.stages
	searchDeblock := c.startDeblock()
	searchCdef := c.startCdef()
	c.startRestoration()
	rows := c.sbRows * oneIf(!c.frame.Unseen)
	output := !c.frame.IsLeaf() || c.e.cfg.reconstructs()
	s.chooseDeblock.Open(oneIf(searchDeblock))
	s.deblock.Open(rows * oneIf(searchDeblock || f.deblocker.Enabled()))
	s.searchCdef.Open(rows * oneIf(searchCdef))
	s.chooseCdef.Open(oneIf(searchCdef))
	s.cdef.Open(rows * oneIf(f.recon != &c.under.picture && (output || f.restoreOn)))
	s.searchRestoration.Open(len(f.tasks))
	s.chooseRestoration.Open(oneIf(f.restoreOn))
	s.restore.Open(filter.StripeCount(c.e.cfg.Height) * oneIf(output && f.restoreOn))
}

// oneIf is 1 if yes.
func oneIf(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// filterLambda is λ in squared error per bit.
func (c *coder) filterLambda() float64 { return c.frame.LambdaPerBit() }

// startDeblock sets the levels; it tells whether they are to be searched for.
func (c *coder) startDeblock() (search bool) {
	f, h, effort := &c.filters, &c.hdr, c.speed.Deblock
	f.deblock = filter.DeblockParams{}
	on := effort != decide.SearchOff && !h.CodedLossless
	if on {
		f.deblock.SetFromQ(int(h.BaseQIdx), c.e.cfg.BitDepth, h.FrameIsIntra)
	}
	c.setDeblock()
	return on && effort >= decide.SearchFast && f.recon != &c.under.picture
}

// setDeblock puts the levels into the header and the filter.
func (c *coder) setDeblock() {
	f, h := &c.filters, &c.hdr
	f.deblocker.Init(&f.deblock, c.e.cfg.BitDepth)
	h.LoopFilterLevel = [4]uint8{}
	if f.deblocker.Enabled() {
		h.LoopFilterLevel = f.deblock.Level
	}
}

// chooseDeblock searches for the levels.
func (c *coder) chooseDeblock(_, _ int) {
	f := &c.filters
	s := &f.deblockSearch
	s.Trial, s.Scratch, s.RowStep = &c.under.picture, f.deblockScratch, 1
	if c.speed.Deblock == decide.SearchFast {
		s.RowStep = 4
	}
	s.Run(&f.deblock, c.frame.Src, f.recon, &c.grid)
	c.setDeblock()
}

// deblockReady: rows are deblocked from the top down, each when the one below is decided.
func (c *coder) deblockReady(row int) bool {
	s := &c.stages
	return s.deblock.Done() == row && c.decided(row+1) && s.chooseDeblock.Complete()
}

func (c *coder) deblockRow(_, row int) {
	f := &c.filters
	f.deblocker.Rows(f.recon, &c.grid, row*16, min(row*16+16, c.grid.Rows), &f.deblockScratch)
}

// deblocked tells that a row is final before CDEF, and enough of the next one.
func (c *coder) deblocked(row int) bool { return c.decided(row+1) && c.stages.deblock.Passed(row+1) }

// startCdef sets the strengths; it tells whether they are to be searched for.
func (c *coder) startCdef() (search bool) {
	f, h, effort := &c.filters, &c.hdr, c.speed.Cdef
	f.cdef.Params = filter.CdefParams{Damping: filter.CdefDamping(int(h.BaseQIdx))}
	if !f.cdefOn {
		return false
	}
	if effort == decide.SearchFormula {
		f.cdef.Params.SetFromQ(int(h.BaseQIdx), c.e.cfg.BitDepth, h.FrameIsIntra)
		clear(f.cdef.Index)
		f.setCdefHeader(h)
		return false
	}
	f.cdefSearch.Init(&c.grid, cdefSet(effort), f.cdef.Params.Damping, f.cdefMem)
	f.cdefSearch.Sparse = effort == decide.SearchFast
	return true
}

func (f *filters) setCdefHeader(h *bitstream.FrameHeader) {
	p := &f.cdef.Params
	h.CdefDamping, h.CdefBits = p.Damping, p.Bits
	h.CdefYPriStrength, h.CdefYSecStrength = p.YPri, p.YSec
	h.CdefUVPriStrength, h.CdefUVSecStrength = p.UVPri, p.UVSec
}

func (c *coder) searchCdefRow(w, row int) {
	f := &c.filters
	f.cdefSearch.Rows(f.recon, c.frame.Src, &c.grid, row, row+1, &c.workers[w].filter.cdef)
}

func (c *coder) cdefSearched(int) bool { return c.stages.searchCdef.Complete() }

// chooseCdef picks the strengths.
func (c *coder) chooseCdef(_, _ int) {
	f := &c.filters
	maxBits := 3
	if c.speed.Cdef == decide.SearchFast {
		maxBits = 2
	}
	f.cdefSearch.Pick(&f.cdef, &c.grid, f.recon.NumPlanes, maxBits, c.filterLambda())
	f.setCdefHeader(&c.hdr)
}

func (c *coder) cdefReady(row int) bool { return c.deblocked(row) && c.stages.chooseCdef.Complete() }

// cdefRow filters one row of 64x64 blocks from recon into the reference picture, or
// copies it when CDEF changes nothing.
func (c *coder) cdefRow(w, row int) {
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

func (c *coder) cdefDone(int) bool { return c.stages.cdef.Complete() }

// restorationOptions is how thorough the search of loop restoration is.
func restorationOptions(effort decide.SearchEffort) filter.RestorationOptions {
	if effort == decide.SearchFull {
		return filter.RestorationOptions{WienerRounds: 3, WienerRefine: 2, SgrSets: []uint8{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}}
	}
	return filter.RestorationOptions{WienerRounds: 2, SgrSets: []uint8{2, 6, 10, 14}}
}

// startRestoration lists the units to search.
func (c *coder) startRestoration() {
	f, r := &c.filters, c.under
	f.restoration, f.lr, f.tasks = filter.Restoration{}, [3]tile.LRPlane{}, f.tasks[:0]
	if !f.restoreOn {
		return
	}
	f.restore = filter.RestorationSearch{Source: c.frame.Src, Cdef: &r.picture, Deblocked: f.recon, Options: c.restoreOptions}
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
}

func (c *coder) searchUnit(w, i int) {
	f := &c.filters
	t := &f.tasks[i]
	p := &f.restoration[t.plane]
	f.restore.Unit(p, t.plane, t.row, t.col, &f.trials[t.plane][t.row*p.Cols+t.col], &c.workers[w].filter.restore)
}

func (c *coder) restorationSearched(int) bool {
	return c.cdefDone(0) && c.stages.searchRestoration.Complete()
}

// chooseRestoration decides which units are restored.
func (c *coder) chooseRestoration(_, _ int) {
	f := &c.filters
	rates := c.restorationRates()
	for i := range c.under.picture.NumPlanes {
		p := &f.restoration[i]
		p.Decide(i, f.trials[i][:len(p.Units)], &rates, c.filterLambda())
		c.hdr.FrameRestorationType[i] = p.Type
	}
	f.lr = f.writerUnits()
}

func (c *coder) restorationChosen(int) bool { return c.stages.chooseRestoration.Complete() }

func (c *coder) restoreStripe(w, stripe int) {
	f, dst := &c.filters, &c.under.picture
	if f.restoration.Used() {
		f.restoration.Rows(dst, dst, f.recon, stripe, stripe+1, &c.workers[w].filter.restore)
	}
}

// filtered tells that a row is final.
func (c *coder) filtered(row int) bool {
	return c.deblocked(row) && c.stages.cdef.Passed(row) && c.restorationChosen(0) && c.stages.restore.Complete()
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
