package encoder

import (
	"errors"
	"math/bits"

	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/bitstream"
	"github.com/grav1e/grav1e/internal/decide"
	"github.com/grav1e/grav1e/internal/frame"
	"github.com/grav1e/grav1e/internal/lookahead"
	"github.com/grav1e/grav1e/internal/motion"
	"github.com/grav1e/grav1e/internal/mvpred"
	"github.com/grav1e/grav1e/internal/sched"
	"github.com/grav1e/grav1e/internal/tile"
)

// MemoryItem is what one purpose takes.
type MemoryItem struct {
	Purpose string
	Bytes   int64
}

// MemoryPlan is the memory New maps for a configuration, before anything is mapped.
type MemoryPlan struct {
	Items   []MemoryItem
	Total   int64
	Reserve int64 // of Total: only for presets other than Config.SpeedPreset. New does without it if a limit of the process leaves no room

	// After shrinking to Config.MaxMemory.
	Overlap   bool // several threads search the motion of a frame beside the coding of the one before
	Threads   int
	MiniGOP   int
	Lookahead int // frames

	FirstPreset, LastPreset int // that SetSpeed may choose
}

// PlanMemory returns the plan of cfg. With MaxMemory set it gives up, in this order, the
// choice of presets, the overlap of frames, the mini-GOP (and with it the frames in flight)
// and threads until the plan fits; a *MemoryError names the need of the smallest plan if even that doesn't.
func PlanMemory(cfg Config) (MemoryPlan, error) {
	if err := cfg.Validate(); err != nil {
		return MemoryPlan{}, err
	}
	return newEncoder(cfg).plan()
}

// plan finds the settings that fit Config.MaxMemory, and their layout.
func (e *Encoder) plan() (MemoryPlan, error) {
	for {
		var p frame.Planner
		e.layout(&p)
		limit := e.cfg.MaxMemory
		switch {
		case limit == 0 || p.Total <= limit:
			return e.describe(&p), nil
		case len(e.speeds.list) > 1:
			e.speeds.only(e.cfg.SpeedPreset)
		case e.overlap:
			e.overlap = false
		case e.miniGOP > 1:
			e.setMiniGOP(e.miniGOP / 2)
		case e.cfg.Threads > 1:
			e.cfg.Threads /= 2
		default:
			return MemoryPlan{}, &MemoryError{Needed: p.Total, Limit: limit}
		}
	}
}

func (e *Encoder) describe(p *frame.Planner) MemoryPlan {
	plan := MemoryPlan{Total: p.Total, Reserve: p.Total - e.withoutChoice(), Overlap: e.overlap, Threads: e.cfg.Threads, MiniGOP: e.miniGOP, Lookahead: e.Latency(),
		FirstPreset: e.speeds.first, LastPreset: e.speeds.last()}
	for _, it := range p.Items {
		plan.Items = append(plan.Items, MemoryItem{string(it.Purpose), it.Bytes})
	}
	return plan
}

// withoutChoice is the memory needed if the preset can't change, in bytes.
func (e *Encoder) withoutChoice() int64 {
	all := e.speeds
	e.speeds.only(e.cfg.SpeedPreset)
	var p frame.Planner
	e.layout(&p)
	e.speeds = all
	return p.Total
}

// inputPictures is a mini-GOP, and with reordering one more, so that the next mini-GOP
// is complete when the last frame of this one is under way.
func (e *Encoder) inputPictures() int {
	if e.miniGOP == 1 {
		return 1
	}
	return e.miniGOP + 1
}

// layout takes all frame-sized memory from p: called once to plan, once to map.
func (e *Encoder) layout(p *frame.Planner) {
	cfg, c := &e.cfg, &e.coder
	c.e = e
	f := cfg.format()
	e.inputs = sized(e.inputs, e.inputPictures())
	for i := range e.inputs {
		e.inputs[i].picture = frame.TakePacked(p, "input pictures", &f)
	}
	e.layoutReferences(p, &f)
	if e.needsScratch() {
		c.scratch = frame.TakeWork(p, "filter picture", &f)
	}
	if e.needsSource() {
		c.source = frame.TakeSource(p, "source picture", &f)
	}
	c.grid = frame.TakeGrid(p, "mode info", f.Width, f.Height)
	c.fieldCells = frame.Take[mvpred.FieldMV](p, "motion field", mvpred.FieldCells(c.grid.Rows, c.grid.Cols))
	c.filters.layout(p, e, &c.grid, f.NumPlanes)
	e.layoutSuperblocks(p, &f)
	c.workers = c.workers[:0]
	for range e.cfg.Threads {
		c.workers = append(c.workers, &worker{Worker: decide.NewWorker(p, f.NumPlanes, f.SubX, f.SubY)})
	}
	e.layoutTiles(p, &f)
	e.layoutPackets(p, &f)
	if cfg.Reconstruct {
		e.layoutRecon(p, &f)
	}
}

// sized returns n values, in s if there is room.
func sized[T any](s []T, n int) []T {
	if n <= cap(s) {
		return s[:n]
	}
	return make([]T, n)
}

// layoutReferences takes the reference pictures and what is kept with them.
func (e *Encoder) layoutReferences(p *frame.Planner, f *frame.Format) {
	c := &e.coder
	c.references = sized(c.references, e.poolSize())
	for i := range c.references {
		r := &c.references[i]
		r.picture = frame.TakeReference(p, "reference pictures", f)
		r.mvs = frame.TakeSavedMVs(p, "reference motion", f.Width, f.Height)
	}
	e.layoutOpenLoops(p, f)
	if e.cfg.StillPicture || !e.speeds.any((*decide.Speed).UsesHalfSamples) {
		return
	}
	c.halves = sized(c.halves, e.speeds.most(e.slots))
	c.freeHalves = c.freeHalves[:0]
	for i := range c.halves {
		if mem := frame.Take[uint8](p, "half-sample planes", motion.HalfSampleSize(f.Width, f.Height)); mem != nil {
			c.halves[i] = motion.NewHalfSample(mem, f.Width, f.Height)
			c.freeHalves = append(c.freeHalves, &c.halves[i])
		}
	}
}

// layoutOpenLoops takes what the motion search on source pictures needs: for the frame under
// way and, with overlap, for the next one.
func (e *Encoder) layoutOpenLoops(p *frame.Planner, f *frame.Format) {
	c := &e.coder
	n := 1 + oneIf(e.overlap)
	c.openLoops, c.freePyramids = c.openLoops[:0], c.freePyramids[:0]
	for range n {
		c.openLoops = append(c.openLoops, &openLoop{c: c})
	}
	if e.cfg.StillPicture {
		return
	}
	c.pyramids = sized(c.pyramids, len(c.references)+n-1)
	for i := range c.pyramids {
		if mem := frame.Take[uint8](p, "motion search pyramids", motion.PyramidSize(f.Width, f.Height)); mem != nil {
			c.pyramids[i] = motion.NewPyramid(mem, f.Width, f.Height)
			c.freePyramids = append(c.freePyramids, &c.pyramids[i])
		}
	}
	for _, o := range c.openLoops {
		o.results = make([]motion.Results, min(e.speeds.most(references), av1.RefsPerFrame))
		for i := range o.results {
			if mem := frame.Take[motion.SBResult](p, "motion search results", motion.ResultsSize(f.Width, f.Height)); mem != nil {
				o.results[i] = motion.NewResults(mem, f.Width, f.Height)
			}
		}
	}
}

// references is how many are searched at most.
func references(s *decide.Speed) int { return s.PastRefs + s.FutureRefs }

// poolSize is one picture per frame kept, and one for the frame under way.
func (e *Encoder) poolSize() int {
	if e.cfg.StillPicture {
		return 1
	}
	return e.speeds.most(e.slots) + 1
}

func (e *Encoder) layoutSuperblocks(p *frame.Planner, f *frame.Format) {
	c := &e.coder
	c.sbRows, c.sbCols = (f.Height+63)/64, (f.Width+63)/64
	c.difficulty = sized(c.difficulty, c.sbRows)
	c.superblocks = sized(c.superblocks, c.sbRows*c.sbCols)
	c.qIdx = frame.Take[uint8](p, "mode info", len(c.superblocks))
	c.records.layout(p, len(c.superblocks), e.mostRecord(f))
}

// layoutTiles chooses the tiles and takes their output buffers.
func (e *Encoder) layoutTiles(p *frame.Planner, f *frame.Format) {
	c := &e.coder
	c.chooseTiles()
	n := tile.AboveContextSize(c.grid.Cols) * f.NumPlanes
	rows := c.tiles[len(c.tiles)-1].row + 1
	mem := frame.Take[uint8](p, "contexts", 2*n*rows)
	c.writers = c.writers[:0]
	for i := range c.tiles {
		c.writers = append(c.writers, &tileWriter{c: c, place: &c.tiles[i]})
		c.writers[i].buffer = frame.Take[byte](p, "tile output", tileOutput(&c.tiles[i].Bounds, f))
	}
	if mem == nil {
		return
	}
	// Rows of tiles are under way at the same time; tiles of a row use disjoint columns.
	c.above = make([]tile.AboveContext, rows)
	writing := make([]tile.AboveContext, rows)
	for i := range rows {
		c.above[i] = tile.NewAboveContext(mem[2*i*n:], c.grid.Cols, f.NumPlanes)
		writing[i] = tile.NewAboveContext(mem[(2*i+1)*n:], c.grid.Cols, f.NumPlanes)
	}
	for i := range c.writers {
		c.writers[i].above = &writing[c.tiles[i].row]
	}
}

// layoutPackets takes the temporal unit under way and the finished ones. One unit of the
// largest size fits into the store; while it is there the next one waits.
func (e *Encoder) layoutPackets(p *frame.Planner, f *frame.Format) {
	e.packets.ring = sized(e.packets.ring, e.packetRing())
	for i := range e.packets.ring {
		p := &e.packets.ring[i]
		p.Obus, p.Frames = make([]int, 0, 16), make([]int, 0, 8)
	}
	n := e.unitSize(f)
	u := &e.coder.unit
	u.obus, u.frames = make([]int, 0, 16), make([]int, 0, 8)
	e.packets.store = frame.Take[byte](p, "packets", n)
	u.data = frame.Take[byte](p, "packets", n)[:0]
	if e.cfg.AnnexB {
		u.spare = frame.Take[byte](p, "packets", n)[:0]
	}
}

// unitSize is room for a temporal unit, in bytes: the frame it shows, and the one of
// each level above it that has to be there first.
func (e *Encoder) unitSize(f *frame.Format) int {
	n := headerRoom
	for i := range e.coder.tiles {
		n += tileOutput(&e.coder.tiles[i].Bounds, f)
	}
	return n * bits.Len(uint(e.miniGOP))
}

// tileOutput is room for a tile's payload, in bytes: twice its samples, of whole superblocks,
// as transform blocks reach that far beyond the edges.
func tileOutput(t *tile.Bounds, f *frame.Format) int {
	samples := (t.MiRowEnd - t.MiRowStart + 15) &^ 15 * ((t.MiColEnd - t.MiColStart + 15) &^ 15) * 16
	if f.NumPlanes > 1 {
		samples += 2 * samples >> (f.SubX + f.SubY)
	}
	return samples*f.BitDepth/4 + 4096
}

func (e *Encoder) layoutRecon(p *frame.Planner, f *frame.Format) {
	for i := range e.packets.ring {
		r := &e.packets.ring[i].recon
		r.NumPlanes, r.BitDepth = f.NumPlanes, f.BitDepth
		for j := range f.NumPlanes {
			w, h := f.Width, f.Height
			if j > 0 {
				w, h = (w+f.SubX)>>f.SubX, (h+f.SubY)>>f.SubY
			}
			r.Width[j], r.Height[j], r.Stride[j] = w, h, w
			r.Planes[j] = frame.Take[uint16](p, "reconstruction for the caller", w*h)
		}
	}
}

// copyFrom fills r with the visible part of pic.
func (r *Recon) copyFrom(pic *frame.Picture) {
	for i := range pic.NumPlanes {
		for y := range r.Height[i] {
			copy(r.Planes[i][y*r.Stride[i]:][:r.Width[i]], pic.Planes[i].Row(0, y))
		}
	}
}

// packetRing is how many packets may wait for the receiver.
func (e *Encoder) packetRing() int { return e.miniGOP + 2 }

// spare is what the process may take besides the plan, once frames are coded. It ends
// when there is none, so that has to be known before. Of address space that is an arena
// of the heap of Go's runtime, and the stacks of the threads it starts. Of memory it is
// what heaps and the frames before the encoder take: with a default GStreamer queue,
// which holds 10 MB, 1.5 MiB at 320x180, 21 at 1920x1080 and 43 at 3840x2160.
func (e *Encoder) spare() frame.Spare {
	const arena, stack, others = 64 << 20, 8 << 20, 4
	const heaps, pictures = 16 << 20, 4
	f := e.cfg.format()
	var picture frame.Planner
	frame.TakePacked(&picture, "input pictures", &f)
	return frame.Spare{
		Address: arena + stack*int64(e.cfg.Threads+others),
		Memory:  heaps + pictures*picture.Total,
	}
}

// mapMemory plans and maps everything.
func (e *Encoder) mapMemory() error {
	plan, err := e.plan()
	if err != nil {
		return err
	}
	p := frame.Planner{Total: plan.Total}
	e.memory, err = p.Map(e.spare())
	if limit := (*frame.LimitError)(nil); errors.As(err, &limit) {
		if plan.Reserve > 0 {
			e.speeds.only(e.cfg.SpeedPreset) // the stream stays what it is
			return e.mapMemory()
		}
		return &MemoryError{Needed: limit.Needed, Limit: limit.Left, Err: err}
	} else if err != nil {
		return &MemoryError{Needed: plan.Total, Err: err}
	}
	e.layout(e.memory)
	e.mapped = plan.Total
	for i := range e.inputs {
		e.free = append(e.free, &e.inputs[i])
	}
	return nil
}

// init prepares the coder after the memory is there.
func (c *coder) init(e *Encoder) {
	c.e = e
	c.structure = lookahead.Structure{LowDelay: e.cfg.LowLatency, ErrorResilient: e.cfg.ErrorResilient, TemporalLayers: e.cfg.TemporalLayers,
		SwitchEvery: e.cfg.SwitchFrameInterval}
	c.frame.Seq = &e.seq
	c.listTileRows()
	c.wave = sched.NewWavefront(e.pool, len(c.tileRows))
	c.addStages()
	c.adopt(e.speeds.of(e.cfg.SpeedPreset))
}

// listTileRows lists the superblock rows of all tiles as they lie in the picture.
func (c *coder) listTileRows() {
	c.tileCols = 0
	for c.tileCols < len(c.tiles) && c.tiles[c.tileCols].row == 0 {
		c.tileCols++
	}
	for first := 0; first < len(c.tiles); first += c.tileCols {
		start, end := c.tiles[first].MiRowStart, c.tiles[first].MiRowEnd
		for row := start / 16; row*16 < end; row++ {
			for i := range c.tileCols {
				above := len(c.tileRows) - c.tileCols
				if row*16 == start {
					above = -1
				}
				c.tileRows = append(c.tileRows, tileRow{tile: &c.tiles[first+i], row: row, above: above})
			}
		}
	}
}

// chooseTiles finds the tile grid of the configuration.
func (c *coder) chooseTiles() {
	cfg := &c.e.cfg
	cols, rows := max(cfg.TileCols, 1), max(cfg.TileRows, 1)
	if cfg.Tiles > 0 {
		cols, rows = spreadTiles(cfg.Tiles, cfg.Width, cfg.Height)
	}
	h := bitstream.FrameHeader{FrameType: av1.KeyFrame, ShowFrame: true, RefreshFrameFlags: 0xFF, PrimaryRefFrame: av1.PrimaryRefNone,
		BaseQIdx: 1, CdefDamping: 3, TxMode: av1.TxModeSelect, TileColsLog2: log2Ceil(cols), TileRowsLog2: log2Ceil(rows)}
	seq := sequenceHeader(cfg, 1, 1)
	if err := h.Derive(&seq); err != nil {
		panic(err) // the configuration was validated
	}
	c.tileColsLog2, c.tileRowsLog2 = log2Ceil(h.TileCols), log2Ceil(h.TileRows)
	c.tiles = tileBounds(&h)
	c.e.seq = sequenceHeader(cfg, len(c.tiles), h.TileCols)
}

// log2Ceil is the smallest n with 1<<n ≥ v.
func log2Ceil(v int) int { return bits.Len(uint(v - 1)) }

// spreadTiles splits n tiles into columns and rows so that tiles stay close to square;
// the product is the largest power of two up to n.
func spreadTiles(n, w, h int) (cols, rows int) {
	cols, rows = 1, 1
	for cols*rows*2 <= n {
		if w*rows >= h*cols {
			cols *= 2
		} else {
			rows *= 2
		}
	}
	return min(cols, maxTiles), min(rows, maxTiles)
}
