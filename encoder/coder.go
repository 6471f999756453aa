package encoder

import (
	"runtime"
	"time"

	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/bitstream"
	"github.com/grav1e/grav1e/internal/decide"
	"github.com/grav1e/grav1e/internal/filter"
	"github.com/grav1e/grav1e/internal/frame"
	"github.com/grav1e/grav1e/internal/lookahead"
	"github.com/grav1e/grav1e/internal/motion"
	"github.com/grav1e/grav1e/internal/mvpred"
	"github.com/grav1e/grav1e/internal/ratectl"
	"github.com/grav1e/grav1e/internal/sched"
	"github.com/grav1e/grav1e/internal/tile"
)

// coder codes frames in coding order. All of it belongs to the coding goroutine,
// but for queue, which Encoder.mu guards.
type coder struct {
	e         *Encoder
	preset    int
	speed     *decide.Speed // of the preset, for the group under way
	queue     []*input      // committed frames, in display order
	current   []*input      // those of the group under way
	structure lookahead.Structure
	before    lookahead.Structure // the group under way
	steps     []lookahead.Step

	references   []reference // the pool slots point into
	slots        [av1.NumRefFrames]*reference
	pyramids     []motion.Pyramid    // one per reference and, with overlap, one more
	halves       []motion.HalfSample // one per frame in the slots
	freePyramids []*motion.Pyramid
	freeHalves   []*motion.HalfSample
	hdr          bitstream.FrameHeader
	cdf          bitstream.CDFContext // at the start of the frame
	rates        tile.RateTables
	mvCosts      motion.MvCosts
	frame        decide.Frame
	field        mvpred.MotionField
	fieldCells   []mvpred.FieldMV
	fieldRows    int // superblock rows of the field, 0: the frame has none
	unpacking    *input
	openLoops    []*openLoop // of the frame under way and, with overlap, of the next one

	grid           frame.ModeGrid
	superblocks    []tile.Superblock
	qIdx           []uint8 // decide.Frame.QIdx
	records        records
	sbRows         int
	sbCols         int
	tiles          []tilePlace
	tileCols       int
	tileRows       []tileRow
	above          []tile.AboveContext // of the decision pass, by row of tiles
	scratch        frame.Picture       // reconstruction before CDEF
	source         frame.Picture       // the picture being coded, unless it has a place elsewhere, see filters.source
	under          *reference          // the frame under way
	restoreOptions filter.RestorationOptions
	workers        []*worker
	wave           *sched.Wavefront
	stages         stages
	filters        filters
	writers        []*tileWriter
	payloads       [][]byte

	tileColsLog2, tileRowsLog2 int
	past                       [av1.TotalRefsPerFrame]bool // see savedSigns

	rate       *ratectl.Controller
	spectrum   ratectl.Spectrum   // of the frame under way
	difficulty []ratectl.Spectrum // by superblock row

	unit unitBuilder
}

// reference is a coded picture and what later frames need of it.
type reference struct {
	picture    frame.Picture
	pyramid    *motion.Pyramid    // of the source picture, while it is under way or in a slot
	half       *motion.HalfSample // of the reconstruction, while slots point here, if motion is ranked on it
	mvs        frame.SavedMVs
	cdf        bitstream.CDFContext
	frameType  av1.FrameType
	extension  bitstream.Extension
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
	preset  int
	began   time.Time
	took    time.Duration // to code it
	psnr    [3]float64    // see Packet
	dropped bool
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
	c.rate.SetRate(c.current[g.n-1].rate.internal())
	if err := c.setSpeed(c.current[g.n-1].preset); err != nil {
		return err
	}
	c.before = c.structure
	if g.key {
		c.steps = c.structure.Key(c.steps[:0], g.first)
	} else {
		c.steps = c.structure.MiniGOP(c.steps[:0], g.first, g.n)
	}
	for i := range c.steps {
		c.drawFrameType(&c.steps[i])
	}
	for i := range c.steps {
		st := &c.steps[i]
		var err error
		if st.ShowExisting >= 0 {
			err = c.showExisting(st)
		} else {
			err = c.codeFrame(st, c.current[st.Display-g.first], c.nextCoded(i+1, g.first))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// coded is a frame to code, and its input.
type coded struct {
	step *lookahead.Step
	in   *input
}

// nextCoded is the first frame to code from step i of the group on; in is nil if there
// is none.
func (c *coder) nextCoded(i int, first int64) coded {
	for ; i < len(c.steps); i++ {
		if st := &c.steps[i]; st.ShowExisting < 0 {
			return coded{st, c.current[st.Display-first]}
		}
	}
	return coded{}
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
	before := len(c.unit.data)
	if err := c.unit.frameHeader(c, ref); err != nil {
		return err
	}
	c.rate.Shown(8 * int64(len(c.unit.data)-before))
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

// store puts r into the slots of refresh_frame_flags (section 7.20). What r replaces may
// still be predicted from until r is finished, see retire.
func (c *coder) store(r *reference, refreshFrameFlags uint8) {
	for i := range c.slots {
		if refreshFrameFlags>>i&1 == 0 {
			continue
		}
		if old := c.slots[i]; old != nil {
			old.users--
		}
		c.slots[i] = r
		r.users++
	}
	if r.users > 0 && c.usesHalfSamples() {
		r.half = c.takeHalf()
	}
}

// takeHalf returns half-sample planes that will be free when the decisions of the frame
// under way are made, for then nothing is predicted from the frame it replaces any more, or
// that are free: those touched least come last.
func (c *coder) takeHalf() (h *motion.HalfSample) {
	for i := range c.references {
		if r := &c.references[i]; r.users == 0 && r.half != nil {
			h, r.half = r.half, nil
			return h
		}
	}
	last := len(c.freeHalves) - 1 // there are as many as frames in slots
	h, c.freeHalves = c.freeHalves[last], c.freeHalves[:last]
	return h
}

// takePyramid returns an unused pyramid.
func (c *coder) takePyramid() *motion.Pyramid {
	last := len(c.freePyramids) - 1
	p := c.freePyramids[last]
	c.freePyramids = c.freePyramids[:last]
	return p
}

// retire takes back what belongs to pictures in no slot.
func (c *coder) retire() {
	for i := range c.references {
		r := &c.references[i]
		if r.users > 0 {
			continue
		}
		if r.pyramid != nil {
			c.freePyramids = append(c.freePyramids, r.pyramid)
			r.pyramid = nil
		}
		if r.half != nil {
			c.freeHalves = append(c.freeHalves, r.half)
			r.half = nil
		}
	}
}

// codeFrame codes one frame: motion, decisions, filters, bits, all of them stages that
// follow each other row by row. Of the next frame, if that is known, the open-loop motion
// search fills gaps.
//
// Where it begins, all frames before in coding order are written. The quantiser has no
// part in the open-loop search; if the rate control wants to know how hard the frame is,
// it is chosen after it.
func (c *coder) codeFrame(st *lookahead.Step, in *input, next coded) error {
	began := time.Now()
	r := c.takeReference()
	c.under = r
	open := c.openLoopOf(coded{st, in})
	r.pyramid = open.pyramid
	if err := c.setHeader(st, r); err != nil {
		return err
	}
	spare := r.shown.t35
	r.shown = shownFrame{display: in.display, pts: in.pts, opaque: in.opaque, t35: in.metadata, preset: c.preset, began: began}
	in.metadata = spare
	c.setFrame(st, r, open)
	c.openSource(in, open)
	d, err := c.choose(st, open)
	if err != nil {
		return err
	}
	if d.Drop || d.Check {
		return c.codeChecked(st, r, open, d)
	}
	if err := c.startFrame(st, r, d.QIdx); err != nil {
		return err
	}
	c.store(r, st.RefreshMask)
	c.openStages()
	if next.in != nil && c.e.overlap {
		c.openLoopOf(next)
	}
	if err := c.runStages(st, r, open); err != nil {
		return err
	}
	c.retire()
	return nil
}

// startFrame sets what depends on the quantiser, an index of the rate control.
func (c *coder) startFrame(st *lookahead.Step, r *reference, qIdx int) error {
	if err := c.setQuantizer(r, min(qIdx, 255)); err != nil {
		return err
	}
	c.frame.Thrift = max(qIdx-255, 0)
	c.setQuantisers(c.unpacking)
	c.loadCDFs(st)
	c.frame.Prepare()
	return nil
}

// codeChecked codes a frame whose size has to be known before anything depends on it:
// again with another quantiser if the rate control can't do with it, or not at all.
func (c *coder) codeChecked(st *lookahead.Step, r *reference, open *openLoop, d ratectl.Decision) error {
	p, s := c.e.pool, &c.stages
	for again := !d.Drop; again; {
		if err := c.startFrame(st, r, d.QIdx); err != nil {
			return err
		}
		c.openStages()
		if err := first(p.Finish(s.write...), p.Finish(s.reference...), c.finishTiles(r)); err != nil {
			return err
		}
		var v ratectl.Verdict
		v, d.QIdx = c.rate.Recode(c.codedBits())
		if again, d.Drop = v == ratectl.Again, v == ratectl.Leave; again {
			if err := c.setHeader(st, r); err != nil {
				return err
			}
			c.setFrame(st, r, open)
			c.openSource(c.unpacking, open) // filters may have written over it
		}
	}
	c.recycle(open.take())
	defer c.retire()
	if d.Drop {
		return c.leaveOut(r)
	}
	c.store(r, st.RefreshMask)
	s.half.Open(c.sbRows * oneIf(r.half != nil))
	return first(c.deliver(st, r), p.Finish(s.half))
}

// leaveOut delivers a packet without data instead of the frame.
func (c *coder) leaveOut(r *reference) error {
	c.structure = c.before
	r.shown.dropped = true
	c.unit.data = append(c.unit.data, 0) // the queue wants something to keep
	return c.unit.finish(c, r, false)
}

// runStages sees the stages of the frame through. The packet doesn't wait for the last of
// them, what the frame is as a reference.
func (c *coder) runStages(st *lookahead.Step, r *reference, open *openLoop) error {
	p, s := c.e.pool, &c.stages
	if err := p.Finish(s.unpack, open.downscale); err != nil {
		return err
	}
	c.recycle(open.take())
	if err := p.Finish(s.write...); err != nil {
		return err
	}
	if c.e.cfg.reconstructs() {
		if err := p.Finish(s.reference...); err != nil {
			return err
		}
	}
	if err := c.finishTiles(r); err != nil {
		return err
	}
	if err := c.deliver(st, r); err != nil {
		return err
	}
	return p.Finish(s.reference...)
}

// deliver adds the frame's bits to the temporal unit, and hands it over if the frame is shown.
func (c *coder) deliver(st *lookahead.Step, r *reference) error {
	if c.e.cfg.MeasurePSNR {
		r.shown.psnr = psnr(c.frame.Src, &r.picture)
	}
	before := len(c.unit.data)
	if err := c.unit.frame(c, r, st); err != nil {
		return err
	}
	r.shown.took = time.Since(r.shown.began)
	c.rate.Written(8 * int64(len(c.unit.data)-before))
	if st.Shown {
		if err := c.unit.finish(c, r, st.Type == av1.KeyFrame); err != nil {
			return err
		}
		runtime.Gosched() // the receiver may be waiting for a processor
	}
	return nil
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
