package encoder

import (
	"sync/atomic"

	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/decide"
	"github.com/grav1e/grav1e/internal/filter"
	"github.com/grav1e/grav1e/internal/lookahead"
	"github.com/grav1e/grav1e/internal/mvpred"
	"github.com/grav1e/grav1e/internal/sched"
)

// stages are what the pool runs for a frame, row by row: superblock rows, unless it says
// otherwise. A stage that a frame doesn't need has no rows.
type stages struct {
	unpack            *sched.Stage
	field             *sched.Stage
	difficulty        *sched.Stage
	decide            *sched.Stage // rows of c.tileRows
	saveMVs           *sched.Stage
	chooseDeblock     *sched.Stage // one row, like all choices
	deblock           *sched.Stage
	searchCdef        *sched.Stage
	chooseCdef        *sched.Stage
	cdef              *sched.Stage
	searchRestoration *sched.Stage // rows of filters.tasks
	chooseRestoration *sched.Stage
	restore           *sched.Stage // stripes
	extend            *sched.Stage
	half              *sched.Stage
	write             []*sched.Stage // by tile, rows of the tile

	reference []*sched.Stage              // those that complete the reference picture
	search    atomic.Pointer[sched.Stage] // that of the openLoop of the frame under way
}

// addStages gives the stages to the pool, by priority: choices, for others wait for them;
// the bits, for the receiver does, and they are written one row after the other; then
// decisions, most of the work; what else completes a frame; at last what begins one.
func (c *coder) addStages() {
	p, s, rows := c.e.pool, &c.stages, c.sbRows
	s.chooseDeblock = p.Add(1, c.decidedAll, c.chooseDeblock)
	s.chooseCdef = p.Add(1, c.cdefSearched, c.chooseCdef)
	s.chooseRestoration = p.Add(1, c.restorationSearched, c.chooseRestoration)
	s.unpack = p.Add(rows, sched.Always, c.unpackRow)
	s.field = p.Add(rows, sched.Always, c.fieldRow)
	s.difficulty = p.Add(rows, c.difficultyReady, c.difficultyRow)
	for _, w := range c.writers {
		w.stage = p.Add(w.rows(), w.ready, w.row)
		s.write = append(s.write, w.stage)
	}
	s.decide = p.Add(len(c.tileRows), c.decideReady, c.decideRow)
	s.half = p.Add(rows, c.halfReady, c.halfRow)
	s.extend = p.Add(rows, c.filtered, c.extendRow)
	s.restore = p.Add(filter.StripeCount(c.e.cfg.Height), c.restorationChosen, c.restoreStripe)
	s.searchRestoration = p.Add(cap(c.filters.tasks), c.cdefDone, c.searchUnit)
	s.cdef = p.Add(rows, c.cdefReady, c.cdefRow)
	s.searchCdef = p.Add(rows, c.deblocked, c.searchCdefRow)
	s.deblock = p.Add(rows, c.deblockReady, c.deblockRow)
	s.saveMVs = p.Add(rows, c.decided, c.saveMVsRow)
	for _, o := range c.openLoops {
		o.downscale = p.Add(rows, o.ready, o.downscaleRow)
	}
	for _, o := range c.openLoops {
		o.search = p.Add(rows, o.searchReady, o.searchRow)
	}
	s.search.Store(c.openLoops[0].search)
	s.reference = []*sched.Stage{s.saveMVs, s.deblock, s.cdef, s.restore, s.extend, s.half}
}

// openSource opens the stage that unpacks the frame, whose open-loop search goes first.
func (c *coder) openSource(in *input, open *openLoop) {
	c.stages.search.Store(open.search)
	c.unpacking = in
	c.stages.unpack.Open(c.sbRows)
}

// openStages opens the other stages of the frame, each after those it waits for.
func (c *coder) openStages() {
	s, rows := &c.stages, c.sbRows
	kept := !c.frame.IsLeaf()
	s.field.Open(c.fieldRows)
	c.wave.Reset(len(c.tileRows))
	s.decide.Open(len(c.tileRows))
	c.setSavedSigns()
	s.saveMVs.Open(rows * oneIf(kept && !c.hdr.FrameIsIntra))
	c.openFilters()
	s.extend.Open(rows * oneIf(kept))
	s.half.Open(rows * oneIf(c.under.half != nil))
	for _, w := range c.writers {
		w.stage.Open(w.rows())
	}
}

// setFrame fills what the decision pass needs of the frame, but for what depends on its quantiser.
func (c *coder) setFrame(st *lookahead.Step, r *reference, open *openLoop) {
	f := &c.frame
	seq, speed, cur := f.Seq, c.speed, c.filters.start(c, r)
	*f = decide.Frame{
		Seq: seq, Speed: speed, Hdr: &c.hdr, Src: c.filters.source(c, r), Cur: cur,
		Grid: &c.grid, QIdx: c.qIdx, CDF: &c.cdf, Rates: &c.rates, MvCosts: &c.mvCosts, Field: &c.field,
		Layer: st.Layer, Psycho: c.e.cfg.Tune == TunePsychovisual, RandomModes: c.e.cfg.RandomModes, Search: f.Search[:0], Pairs: f.Pairs[:0],
	}
	f.Unseen = c.unseen()
	if !c.hdr.FrameIsIntra {
		c.setReferences(open)
		if c.usesHalfSamples() {
			f.Src8 = &r.pyramid.Level[0]
		}
	}
	c.setField()
}

// setReferences lists the reference pictures, and which of them are searched.
func (c *coder) setReferences(open *openLoop) {
	f := &c.frame
	for ref := av1.LastFrame; ref <= av1.AltrefFrame; ref++ {
		r := c.slots[c.hdr.RefFrameIdx[ref-1]]
		f.Refs[ref], f.Half[ref] = &r.picture, r.half
	}
	for i, ref := range open.refs {
		f.Search = append(f.Search, decide.RefSearch{Ref: ref, Results: &open.results[i]})
	}
	if c.hdr.ReferenceSelect {
		c.setPairs()
	}
}

// setPairs lists the compound pairs among the searched references: each past one
// with each future one and, without future ones, LAST with the other past ones
// (the pairs section 5.11.25 can code).
func (c *coder) setPairs() {
	f := &c.frame
	for i, a := range f.Search {
		for _, b := range f.Search[i+1:] {
			forward, backward := a.Ref < av1.BwdrefFrame, b.Ref >= av1.BwdrefFrame
			oneWay := a.Ref == av1.LastFrame && b.Ref <= av1.GoldenFrame || a.Ref == av1.BwdrefFrame && b.Ref == av1.AltrefFrame
			if (forward && backward || oneWay) && len(f.Pairs) < decide.MaxPairs {
				f.Pairs = append(f.Pairs, [2]int8{a.Ref, b.Ref})
			}
		}
	}
}

// unpackRow makes the input the source picture.
func (c *coder) unpackRow(_, row int) { c.frame.Src.UnpackRows(&c.unpacking.picture, row) }

// setField prepares the estimation of the motion field (section 7.9), if the frame has one.
func (c *coder) setField() {
	c.fieldRows = 0
	if c.hdr.FrameIsIntra || !c.hdr.UseRefFrameMvs {
		return
	}
	p := mvpred.FieldParams{MiRows: c.grid.Rows, MiCols: c.grid.Cols, OrderHint: int(c.hdr.OrderHint), OrderHintBits: c.frame.Seq.OrderHintBits}
	for ref := av1.LastFrame; ref <= av1.AltrefFrame; ref++ {
		src := c.slots[c.hdr.RefFrameIdx[ref-1]]
		p.Refs[ref] = mvpred.Ref{MVs: &src.mvs, MiRows: c.grid.Rows, MiCols: c.grid.Cols, OrderHint: src.orderHint, OrderHints: src.orderHints,
			Intra: src.frameType == av1.KeyFrame || src.frameType == av1.IntraOnlyFrame}
	}
	c.field.Setup(&p, c.fieldCells)
	c.fieldRows = c.sbRows
}

func (c *coder) fieldRow(_, row int) {
	c.field.EstimateRows(row*8, min(row*8+8, c.field.Rows))
}

// tileRow is a superblock row of a tile. They are listed as they lie in the picture.
type tileRow struct {
	tile  *tilePlace
	row   int // superblock row of the frame
	above int // the one above in the tile, -1: none
}

// columns are the superblock columns of the tile.
func (r *tileRow) columns() (first, end int) {
	return r.tile.MiColStart / 16, (r.tile.MiColEnd + 15) / 16
}

// decideReady lets rows follow each other as a wavefront. They begin after the open-loop
// search: a worker that turned from one to the other for each row would be slower at both,
// as the caches hold one of them.
func (c *coder) decideReady(i int) bool {
	r, s := &c.tileRows[i], &c.stages
	first, end := r.columns()
	return s.unpack.Complete() && s.search.Load().Complete() && s.field.Complete() && c.wave.Started(r.above, end-first)
}

// decideRow decides a row: a superblock follows the one above and to the right.
func (c *coder) decideRow(w, i int) {
	r := &c.tileRows[i]
	worker := c.workers[w]
	worker.Start(&c.frame, r.tile.Bounds, &c.above[r.tile.row])
	if r.above < 0 {
		c.above[r.tile.row].Clear(r.tile.Bounds, c.frame.Cur.SubX)
	}
	first, end := r.columns()
	at := c.records.start(r.row*c.sbCols + first)
	for col := first; col < end; col++ {
		if !c.wave.Wait(c.stages.decide, w, r.above, min(col+2, end)-first) {
			return
		}
		sb := &c.superblocks[r.row*c.sbCols+col]
		c.records.place(sb, &at)
		worker.Superblock(sb, r.row*16, col*16)
		at.pass(sb)
		c.wave.Done(i, col+1-first, end-first)
	}
}

// decided tells that a superblock row of the picture is decided, and all above.
func (c *coder) decided(row int) bool { return c.stages.decide.Passed((row+1)*c.tileCols - 1) }

func (c *coder) decidedAll(int) bool { return c.stages.decide.Complete() }

// saveMVsRow keeps the motion for later motion fields (section 7.19).
func (c *coder) saveMVsRow(_, row int) {
	mvs := &c.under.mvs
	mvpred.SaveRows(mvs, &c.grid, &c.past, row*8, min(row*8+8, mvs.Rows))
}

// extendRow extends the borders of the finished picture.
func (c *coder) extendRow(_, row int) {
	pic := &c.under.picture
	for i := range pic.NumPlanes {
		p, height := &pic.Planes[i], 64
		if i > 0 {
			height >>= pic.SubY
		}
		p.Extend(row*height, min((row+1)*height, p.Height))
	}
}

// halfReady: interpolation looks at rows above and below, and the planes may be those of
// a picture the frame is predicted from.
func (c *coder) halfReady(row int) bool { return c.decidedAll(row) && c.stages.extend.Passed(row+1) }

// halfRow interpolates the finished picture at half samples.
func (c *coder) halfRow(w, row int) {
	r := c.under
	p := &r.picture.Planes[0]
	r.half.BuildRows(p, r.picture.BitDepth, row*64, min(row*64+64, p.Height), &c.workers[w].half)
}
