package encoder

import (
	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/bitstream"
	"github.com/grav1e/grav1e/internal/decide"
	"github.com/grav1e/grav1e/internal/filter"
	"github.com/grav1e/grav1e/internal/frame"
	"github.com/grav1e/grav1e/internal/lookahead"
	"github.com/grav1e/grav1e/internal/motion"
	"github.com/grav1e/grav1e/internal/mvpred"
	"github.com/grav1e/grav1e/internal/sched"
	"github.com/grav1e/grav1e/internal/tile"
)

// coder codes frames in coding order. All of it belongs to the coding goroutine,
// but for queue, which Encoder.mu guards.
type coder struct {
	e         *Encoder
	queue     []*input // committed frames, in display order
	current   []*input // those of the group under way
	structure lookahead.Structure
	steps     []lookahead.Step

	references []reference // the pool slots point into
	slots      [av1.NumRefFrames]*reference
	halves     []motion.HalfSample // one per frame in the slots
	freeHalves []*motion.HalfSample
	hdr        bitstream.FrameHeader
	cdf        bitstream.CDFContext // at the start of the frame
	rates      tile.RateTables
	mvCosts    motion.MvCosts
	frame      decide.Frame
	field      mvpred.MotionField
	fieldCells []mvpred.FieldMV
	results    [av1.RefsPerFrame]motion.Results // open-loop motion, by place in frame.Search

	grid           frame.ModeGrid
	superblocks    []tile.Superblock
	records        records
	sbRows         int
	sbCols         int
	tiles          []tilePlace
	above          []tile.AboveContext // of the decision pass, by row of tiles
	scratch        frame.Picture       // reconstruction before CDEF
	source         frame.Picture       // the picture being coded, unless it has a place elsewhere, see filters.source
	under          *reference          // the frame under way
	restoreOptions filter.RestorationOptions
	workers        []*worker
	wave           *sched.Wavefront
	stages         stages
	filters        filters
	writers        []tileWriter
	payloads       [][]byte

	tileColsLog2, tileRowsLog2 int
	past                       [av1.TotalRefsPerFrame]bool // see savedSigns

	unit unitBuilder
}

// reference is a coded picture and what later frames need of it.
type reference struct {
	picture    frame.Picture
	pyramid    motion.Pyramid     // of the source picture
	half       *motion.HalfSample // of the reconstruction, while slots point here, if motion is ranked on it
	mvs        frame.SavedMVs
	cdf        bitstream.CDFContext
	frameType  av1.FrameType
	orderHint  int
	orderHints [av1.TotalRefsPerFrame]int // SavedOrderHints
	users      int                        // slots that point here
	shown      shownFrame
}

// shownFrame is what a packet says of the frame it shows.
type shownFrame struct {
	display int64
	pts     int64
	opaque  any
	t35     metadata
	qIdx    int
}

// worker is the scratch memory of one worker.
type worker struct {
	*decide.Worker
	search motion.Searcher
	half   motion.HalfScratch
	filter filterScratch
}

// enqueue hands committed frames over; Encoder.mu is held.
func (c *coder) enqueue(frames []*input) { c.queue = append(c.queue, frames...) }

// codeGroup codes a key frame or a mini-GOP.
func (c *coder) codeGroup(g group) error {
	e := c.e
	e.mu.Lock()
	c.current = append(c.current[:0], c.queue[:g.n]...)
	c.queue = append(c.queue[:0], c.queue[g.n:]...)
	e.mu.Unlock()
	if g.key {
		c.steps = c.structure.Key(c.steps[:0], g.first)
	} else {
		c.steps = c.structure.MiniGOP(c.steps[:0], g.first, g.n)
	}
	for i := range c.steps {
		st := &c.steps[i]
		if st.ShowExisting >= 0 {
			if err := c.showExisting(st); err != nil {
				return err
			}
			continue
		}
		c.drawFrameType(st)
		in := c.current[st.Display-g.first]
		if err := c.codeFrame(st, in); err != nil {
			return err
		}
	}
	return nil
}

// drawFrameType makes, with random decisions, one inter frame in eight intra-only.
func (c *coder) drawFrameType(st *lookahead.Step) {
	seed := c.e.cfg.RandomModes
	if seed != 0 && st.Type == av1.InterFrame && (seed^uint64(st.Display))*0x9E3779B97F4A7C15>>61 == 0 {
		st.Type, st.PrimaryRef = av1.IntraOnlyFrame, av1.PrimaryRefNone
	}
}

// recycle makes the memory of an input that was unpacked available to SendFrame.
func (c *coder) recycle(in *input) {
	in.opaque = nil
	c.e.mu.Lock()
	defer c.e.mu.Unlock()
	c.e.free = append(c.e.free, in)
}

// showExisting writes the header that shows a frame coded before.
func (c *coder) showExisting(st *lookahead.Step) error {
	ref := c.slots[st.ShowExisting]
	c.hdr = bitstream.FrameHeader{ShowExistingFrame: true, FrameToShowMapIdx: uint8(st.ShowExisting), ShowFrame: true}
	if err := c.unit.frameHeader(c, ref); err != nil {
		return err
	}
	return c.unit.finish(c, ref, false)
}

// takeReference returns an unused picture of the pool.
func (c *coder) takeReference() *reference {
	for i := range c.references {
		if r := &c.references[i]; r.users == 0 {
			return r
		}
	}
	panic("encoder: no free reference picture") // the pool has one more than there are slots
}

// store puts r into the slots of refresh_frame_flags (section 7.20).
func (c *coder) store(r *reference, refreshFrameFlags uint8) {
	for i := range c.slots {
		if refreshFrameFlags>>i&1 == 0 {
			continue
		}
		if old := c.slots[i]; old != nil {
			c.release(old)
		}
		c.slots[i] = r
		r.users++
	}
}

// release takes r out of one slot.
func (c *coder) release(r *reference) {
	if r.users--; r.users == 0 && r.half != nil {
		c.freeHalves = append(c.freeHalves, r.half)
		r.half = nil
	}
}

// interpolate makes the half-sample planes of r, which is in a slot.
func (c *coder) interpolate(r *reference) error {
	if r.users == 0 || !c.e.usesHalfSamples() {
		return nil
	}
	last := len(c.freeHalves) - 1
	r.half, c.freeHalves = c.freeHalves[last], c.freeHalves[:last]
	return c.e.pool.Run(&c.stages.half, c.sbRows)
}

// codeFrame codes one frame: motion, decisions, filters, bits.
func (c *coder) codeFrame(st *lookahead.Step, in *input) error {
	r := c.takeReference()
	c.under = r
	if err := c.setHeader(st, r); err != nil {
		return err
	}
	spare := r.shown.t35
	r.shown = shownFrame{display: in.display, pts: in.pts, opaque: in.opaque, t35: in.metadata, qIdx: int(c.hdr.BaseQIdx)}
	in.metadata = spare
	c.loadCDFs(st)
	c.setFrame(st, r)
	if err := c.unpack(in); err != nil {
		return err
	}
	if err := c.runStages(r); err != nil {
		return err
	}
	c.store(r, st.RefreshMask)
	if err := c.interpolate(r); err != nil {
		return err
	}
	if err := c.unit.frame(c, r, st); err != nil {
		return err
	}
	if st.Shown {
		return c.unit.finish(c, r, st.Type == av1.KeyFrame)
	}
	return nil
}

// runStages makes the frame's payloads and completes r.
func (c *coder) runStages(r *reference) error {
	if err := c.searchMotion(r); err != nil {
		return err
	}
	if err := c.decide(r); err != nil {
		return err
	}
	if err := c.filter(r); err != nil {
		return err
	}
	return c.write(r)
}

// loadCDFs sets the CDFs the frame starts with (init_non_coeff_cdfs, load_previous, section 5.9.2).
func (c *coder) loadCDFs(st *lookahead.Step) {
	if c.hdr.PrimaryRefFrame == av1.PrimaryRefNone {
		c.cdf.SetDefaults()
		c.cdf.LoadCoefDefaults(int(c.hdr.BaseQIdx))
	} else {
		c.cdf = c.slots[st.RefSlot[c.hdr.PrimaryRefFrame]].cdf
	}
	c.rates.Build(&c.cdf)
	if !c.hdr.FrameIsIntra {
		c.mvCosts.Build(&c.cdf, c.hdr.AllowHighPrecisionMv, c.hdr.ForceIntegerMv)
	}
}
