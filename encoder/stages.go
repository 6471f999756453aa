package encoder

import (
	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/decide"
	"github.com/grav1e/grav1e/internal/lookahead"
	"github.com/grav1e/grav1e/internal/motion"
	"github.com/grav1e/grav1e/internal/mvpred"
)

// stages are the parallel stages of a frame; each is handed to the pool as rows.
type stages struct {
	source     sourceStage
	extend     extendStage
	motion     motionStage
	half       halfStage
	field      fieldStage
	decide     decideStage
	deblock    deblockStage
	cdefSearch cdefSearchStage
	cdef       cdefStage
	unitSearch unitSearchStage
	restore    restoreStage
	write      writeStage
}

func (s *stages) init(c *coder) {
	s.source.c, s.extend.c = c, c
	s.cdefSearch.c, s.unitSearch.c, s.half.c = c, c, c
	s.motion.c, s.field.c, s.decide.c, s.deblock.c, s.cdef.c, s.restore.c, s.write.c = c, c, c, c, c, c, c
}

// setFrame fills what the decision pass needs of the frame.
func (c *coder) setFrame(st *lookahead.Step, r *reference) {
	f := &c.frame
	seq, speed, cur := f.Seq, f.Speed, c.filters.start(c, r)
	*f = decide.Frame{
		Seq: seq, Speed: speed, Hdr: &c.hdr, Src: c.filters.source(c, r), Cur: cur,
		Grid: &c.grid, CDF: &c.cdf, Rates: &c.rates, MvCosts: &c.mvCosts, Field: &c.field,
		Layer: st.Layer, Psycho: c.e.cfg.Tune == TunePsychovisual, RandomModes: c.e.cfg.RandomModes, Search: f.Search[:0], Pairs: f.Pairs[:0],
	}
	f.Unseen = c.unseen()
	if !c.hdr.FrameIsIntra {
		c.setReferences()
		if speed.UsesHalfSamples() {
			f.Src8 = &r.pyramid.Level[0]
		}
	}
	f.Prepare()
}

// setReferences lists the reference pictures and which of them are searched: every
// distinct frame once, nearest first, as many as the preset allows.
func (c *coder) setReferences() {
	f := &c.frame
	past, future := 0, 0
	for ref := av1.LastFrame; ref <= av1.AltrefFrame; ref++ {
		r := c.slots[c.hdr.RefFrameIdx[ref-1]]
		f.Refs[ref] = &r.picture
		f.Half[ref] = r.half
		if c.repeated(ref) {
			continue
		}
		if c.hdr.SignBias(ref) {
			if future++; future > f.Speed.FutureRefs {
				continue
			}
		} else if past++; past > f.Speed.PastRefs {
			continue
		}
		f.Search = append(f.Search, decide.RefSearch{Ref: ref, Results: &c.results[len(f.Search)]})
	}
	if c.hdr.ReferenceSelect {
		c.setPairs()
	}
}

// repeated tells that a lower reference name stands for the same frame.
func (c *coder) repeated(ref int8) bool {
	for other := av1.LastFrame; other < ref; other++ {
		if c.slots[c.hdr.RefFrameIdx[other-1]] == c.slots[c.hdr.RefFrameIdx[ref-1]] {
			return true
		}
	}
	return false
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

// sourceStage unpacks an input and builds its pyramid.
type sourceStage struct {
	c  *coder
	in *input
}

func (s *sourceStage) Row(_, row int) {
	c := s.c
	c.frame.Src.UnpackRows(&s.in.picture, row)
	if !c.e.cfg.StillPicture {
		luma := &s.in.picture.Planes[0]
		c.under.pyramid.BuildRows(luma, c.e.cfg.BitDepth, row*64, min(row*64+64, luma.Height))
	}
}

// unpack makes in the source picture; its memory may be used again from then on.
func (c *coder) unpack(in *input) error {
	c.stages.source.in = in
	if err := c.e.pool.Run(&c.stages.source, c.sbRows); err != nil {
		return err
	}
	c.recycle(in)
	return nil
}

// extendStage extends the borders of the finished picture, plane by plane.
type extendStage struct{ c *coder }

func (s *extendStage) Row(_, plane int) {
	p := &s.c.under.picture.Planes[plane]
	p.Extend(0, p.Height)
}

// motionStage searches the source picture in the sources of its references.
type motionStage struct {
	c    *coder
	jobs []motion.Job
}

func (s *motionStage) Row(w, row int) {
	search := &s.c.workers[w].search
	for i := range s.jobs {
		search.Row(&s.jobs[i], row)
	}
}

// halfStage interpolates the finished picture at half samples.
type halfStage struct{ c *coder }

func (s *halfStage) Row(w, row int) {
	r := s.c.under
	p := &r.picture.Planes[0]
	r.half.BuildRows(p, r.picture.BitDepth, row*64, min(row*64+64, p.Height), &s.c.workers[w].half)
}

// fieldStage estimates the motion field (section 7.9).
type fieldStage struct{ c *coder }

func (s *fieldStage) Row(w, row int) {
	s.c.field.EstimateRows(row*8, min(row*8+8, s.c.field.Rows))
}

// searchMotion is the open-loop search, and the motion field that prediction of
// vectors needs.
func (c *coder) searchMotion(r *reference) error {
	if c.hdr.FrameIsIntra {
		return nil
	}
	s := &c.stages.motion
	s.jobs = s.jobs[:0]
	for _, rs := range c.frame.Search {
		ref := c.slots[c.hdr.RefFrameIdx[rs.Ref-1]]
		s.jobs = append(s.jobs, motion.Job{Cur: &r.pyramid, Ref: &ref.pyramid, Distance: int(r.shown.display - ref.shown.display), Out: rs.Results})
	}
	if c.frame.RandomModes == 0 {
		if err := c.e.pool.Run(s, c.sbRows); err != nil {
			return err
		}
	}
	if !c.hdr.UseRefFrameMvs {
		return nil
	}
	p := mvpred.FieldParams{MiRows: c.grid.Rows, MiCols: c.grid.Cols, OrderHint: int(c.hdr.OrderHint), OrderHintBits: c.frame.Seq.OrderHintBits}
	for ref := av1.LastFrame; ref <= av1.AltrefFrame; ref++ {
		src := c.slots[c.hdr.RefFrameIdx[ref-1]]
		p.Refs[ref] = mvpred.Ref{MVs: &src.mvs, MiRows: c.grid.Rows, MiCols: c.grid.Cols, OrderHint: src.orderHint, OrderHints: src.orderHints,
			Intra: src.frameType == av1.KeyFrame || src.frameType == av1.IntraOnlyFrame}
	}
	c.field.Setup(&p, c.fieldCells)
	return c.e.pool.Run(&c.stages.field, (c.field.Rows+7)/8)
}

// decideStage decides superblock rows as a wavefront: a superblock follows the one
// above and to the right. Rows of a stage are superblock rows of tiles, tile after tile.
type decideStage struct {
	c    *coder
	rows []tileRow
}

type tileRow struct {
	tile  *tilePlace
	row   int // superblock row of the frame
	first bool
}

func (s *decideStage) Row(w, i int) {
	c, r := s.c, &s.rows[i]
	worker := c.workers[w]
	worker.Start(&c.frame, r.tile.Bounds, &c.above[r.tile.row])
	above := i - 1
	if r.first {
		above = -1
		c.above[r.tile.row].Clear(r.tile.Bounds, c.frame.Cur.SubX)
	}
	first, end := r.tile.MiColStart/16, (r.tile.MiColEnd+15)/16
	at := c.records.start(r.row*c.sbCols + first)
	for col := first; col < end; col++ {
		if !c.wave.Wait(above, min(col+2, end)-first) {
			return
		}
		sb := &c.superblocks[r.row*c.sbCols+col]
		c.records.place(sb, &at)
		worker.Superblock(sb, r.row*16, col*16)
		at.pass(sb)
		c.wave.Done(i, col+1-first)
	}
}

func (c *coder) decide(r *reference) error {
	s := &c.stages.decide
	c.wave.Reset(len(s.rows))
	if err := c.e.pool.Run(s, len(s.rows)); err != nil {
		return err
	}
	if !c.hdr.FrameIsIntra {
		mvpred.SaveRows(&r.mvs, &c.grid, c.savedSigns(), 0, r.mvs.Rows)
	}
	return nil
}

// writeStage writes tiles.
type writeStage struct{ c *coder }

func (s *writeStage) Row(_, i int) { s.c.writers[i].write(s.c, s.c.tiles[i].Bounds) }
