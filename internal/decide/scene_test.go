package decide

import (
	"slices"
	"testing"

	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/bitstream"
	"github.com/grav1e/grav1e/internal/frame"
	"github.com/grav1e/grav1e/internal/motion"
	"github.com/grav1e/grav1e/internal/tile"
)

// content is what a picture shows: a sample of 0..255 per plane and place.
type content func(plane, x, y int) int

// flat is the same everywhere.
func flat(v int) content { return func(_, _, _ int) int { return v } }

// noise is different at every place, amplitude around 128.
func noise(amplitude int) content {
	return func(plane, x, y int) int {
		h := uint32(x*0x9E3779B1) ^ uint32(y*0x85EBCA77) ^ uint32(plane*0xC2B2AE3D)
		h ^= h >> 15
		h *= 0x2C1B3C6D
		h ^= h >> 13
		h *= 0x297A2D39
		h ^= h >> 16
		return 128 - amplitude + int(h)%(2*amplitude+1)
	}
}

// texture is smooth and has detail at several scales.
func texture(_, x, y int) int {
	wave := func(v, period int) int {
		v %= 2 * period
		return 32*min(v, 2*period-v)/period - 16
	}
	return 128 + wave(x+2*y, 19) + wave(3*x+y, 47) + wave(x*y/16, 31)
}

// moved is c shifted to the right and down.
func moved(c content, dx, dy int) content {
	return func(plane, x, y int) int { return c(plane, max(x-dx, 0), max(y-dy, 0)) }
}

// withObject is c with a square of front over it at x0, y0 (luma samples, 4:2:0).
func withObject(c, front content, x0, y0, size int) content {
	return func(plane, x, y int) int {
		s := min(plane, 1)
		if x<<s >= x0 && x<<s < x0+size && y<<s >= y0 && y<<s < y0+size {
			return front(plane, x-x0>>s, y-y0>>s)
		}
		return c(plane, x, y)
	}
}

// setup describes a scene. Zero values: 64x64, 8 bit, 4:2:0, preset 0, a key frame; content left out is texture.
type setup struct {
	w, h, bitDepth, qidx, preset int
	subX, subY                   int // read if not mono and not420 is set
	not420, mono                 bool
	refs                         int // reference frames: 0 (a key frame), 1 or 2
	layer                        int
	psycho                       bool
	random                       uint64
	src, ref                     content
}

// scene is a frame to decide, made by hand, and the memory of its outcome.
type scene struct {
	Frame
	speed  Speed
	format frame.Format
	hdr    bitstream.FrameHeader
	bounds tile.Bounds
	above  tile.AboveContext
	sbs    []tile.Superblock
	sbCols int
}

// layOut reserves memory twice, as an encoder does, and gives it back after the test.
func layOut(t testing.TB, layout func(*frame.Planner)) {
	t.Helper()
	var plan frame.Planner
	layout(&plan)
	p, err := plan.Map(frame.Spare{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Unmap(); err != nil {
			t.Error(err)
		}
	})
	layout(p)
}

func newScene(t testing.TB, c setup) *scene {
	t.Helper()
	if c.w == 0 {
		c.w, c.h = 64, 64
	}
	if c.bitDepth == 0 {
		c.bitDepth = 8
	}
	if c.qidx == 0 {
		c.qidx = 100
	}
	if !c.not420 {
		c.subX, c.subY = 1, 1
	}
	if c.src == nil {
		c.src = texture
	}
	if c.ref == nil {
		c.ref = texture
	}
	s := &scene{speed: SpeedOf(c.preset), format: frame.Format{Width: c.w, Height: c.h, BitDepth: c.bitDepth, NumPlanes: 3, SubX: c.subX, SubY: c.subY}}
	if c.mono {
		s.format.NumPlanes = 1
	}
	s.Speed, s.Layer, s.Psycho, s.RandomModes = &s.speed, c.layer, c.psycho, c.random
	s.setHeaders(t, &c)
	s.takeMemory(t)
	paint(s.Src, c.src)
	if c.refs > 0 {
		s.setReferences(t, &c)
	}
	s.Prepare()
	return s
}

// setHeaders fills the sequence and frame header and the distributions. Slot 0 is the
// frame before this one, slot 1, if there are two references, the frame after it.
func (s *scene) setHeaders(t testing.TB, c *setup) {
	t.Helper()
	s.Seq = &bitstream.SequenceHeader{
		OperatingPointsCnt: 1, MaxFrameWidth: c.w, MaxFrameHeight: c.h,
		EnableFilterIntra: true, EnableIntraEdgeFilter: true, OrderHintBits: 7, EnableDualFilter: true,
		ColorConfig: bitstream.ColorConfig{BitDepth: c.bitDepth, MonoChrome: c.mono, SubsamplingX: c.subX, SubsamplingY: c.subY},
	}
	s.hdr = bitstream.FrameHeader{
		FrameType: av1.KeyFrame, ShowFrame: true, ErrorResilientMode: true, PrimaryRefFrame: 7, RefreshFrameFlags: 0xFF,
		BaseQIdx: uint8(c.qidx), TxMode: av1.TxModeSelect, CdefDamping: 3,
	}
	if c.refs > 0 {
		s.hdr.FrameType, s.hdr.RefreshFrameFlags, s.hdr.OrderHint = av1.InterFrame, 0, 2
		s.hdr.RefOrderHint = [8]uint8{1, 3, 1, 1, 1, 1, 1, 1}
		s.hdr.AllowHighPrecisionMv = s.speed.EighthPel
		if s.speed.Filters != FilterRegular || c.random != 0 {
			s.hdr.InterpolationFilter = uint8(av1.Switchable)
		}
	}
	if c.refs > 1 {
		s.hdr.RefFrameIdx = [7]uint8{0, 0, 0, 0, 1, 1, 1}
		s.hdr.ReferenceSelect, s.hdr.SkipModePresent = true, true
	}
	if err := s.hdr.Derive(s.Seq); err != nil {
		t.Fatal(err)
	}
	s.Hdr = &s.hdr
	s.CDF = new(bitstream.CDFContext)
	s.CDF.SetDefaults()
	s.CDF.LoadCoefDefaults(c.qidx)
	s.Rates = new(tile.RateTables)
	s.Rates.Build(s.CDF)
	s.MvCosts = motion.NewMvCosts(s.CDF, s.hdr.AllowHighPrecisionMv, false)
}

func (s *scene) takeMemory(t testing.TB) {
	f := &s.format
	s.Src, s.Cur, s.Grid = new(frame.Picture), new(frame.Picture), new(frame.ModeGrid)
	s.sbCols = (f.Width + 63) / 64
	s.sbs = make([]tile.Superblock, s.sbCols*((f.Height+63)/64))
	layOut(t, func(p *frame.Planner) {
		*s.Src, *s.Cur = frame.TakeSource(p, "source", f), frame.TakeWork(p, "work", f)
		*s.Grid = frame.TakeGrid(p, "grid", f.Width, f.Height)
		np, nb, nt, nc := tile.SuperblockCaps(false, f.NumPlanes, f.SubX, f.SubY)
		for i := range s.sbs {
			s.sbs[i] = tile.Superblock{Partitions: frame.Take[av1.Partition](p, "record", np), Blocks: frame.Take[tile.Block](p, "record", nb),
				TxBlocks: frame.Take[tile.TxBlock](p, "record", nt), Coefs: frame.Take[int32](p, "record", nc)}
		}
	})
	s.bounds = tile.Bounds{MiRowEnd: s.Grid.Rows, MiColEnd: s.Grid.Cols}
	s.above = tile.NewAboveContext(make([]uint8, f.NumPlanes*tile.AboveContextSize(s.Grid.Cols)), s.Grid.Cols, f.NumPlanes)
}

// setReferences makes the references and searches the source in them.
func (s *scene) setReferences(t testing.TB, c *setup) {
	f := &s.format
	src := motion.NewPyramid(make([]uint8, motion.PyramidSize(f.Width, f.Height)), f.Width, f.Height)
	src.Build(packed(&s.Src.Planes[0]), f.BitDepth)
	if s.speed.UsesHalfSamples() {
		s.Src8 = &src.Level[0]
	}
	for i := range c.refs {
		pic := new(frame.Picture)
		layOut(t, func(p *frame.Planner) { *pic = frame.TakeReference(p, "reference", f) })
		paint(pic, moved(c.ref, i, i))
		for p := range pic.NumPlanes {
			pic.Planes[p].Extend(0, pic.Planes[p].Height)
		}
		half := motion.NewHalfSample(make([]uint8, motion.HalfSampleSize(f.Width, f.Height)), f.Width, f.Height)
		half.BuildRows(&pic.Planes[0], f.BitDepth, 0, f.Height, new(motion.HalfScratch))
		for ref := av1.LastFrame; ref <= av1.AltrefFrame; ref++ {
			if int(s.hdr.RefFrameIdx[ref-1]) == i {
				s.Refs[ref], s.Half[ref] = pic, &half
			}
		}
		results := motion.NewResults(make([]motion.SBResult, motion.ResultsSize(f.Width, f.Height)), f.Width, f.Height)
		pyramid := motion.NewPyramid(make([]uint8, motion.PyramidSize(f.Width, f.Height)), f.Width, f.Height)
		pyramid.Build(packed(&pic.Planes[0]), f.BitDepth)
		search := motion.Searcher{Settings: s.speed.Search}
		for row := range results.Rows {
			search.Row(&motion.Job{Cur: &src, Ref: &pyramid, Distance: 1 - 2*i, Out: &results}, row)
		}
		s.Search = append(s.Search, RefSearch{Ref: [2]int8{av1.LastFrame, av1.BwdrefFrame}[i], Results: &results})
	}
	if c.refs > 1 {
		s.Pairs = [][2]int8{{av1.LastFrame, av1.BwdrefFrame}}
	}
}

// packed is the same plane as words without border.
func packed(p *frame.Plane) *frame.PackedPlane {
	return &frame.PackedPlane{Words: p.At(0, 0), Stride: p.Stride, Width: p.Width, Height: p.Height}
}

// paint fills a picture, borders on the right and below included.
func paint(pic *frame.Picture, c content) {
	for i := range pic.NumPlanes {
		p := &pic.Planes[i]
		for y := range p.AllocH + p.Border.Bottom {
			row := p.Row(0, y)
			for x := range row {
				row[x] = uint16(c(i, min(x, p.Width-1), min(y, p.Height-1)) << (pic.BitDepth - 8))
			}
		}
	}
}

// worker returns a new worker for scenes of s's format.
func (s *scene) worker(t testing.TB) (w *Worker) {
	layOut(t, func(p *frame.Planner) { w = NewWorker(p, s.format.NumPlanes, s.format.SubX, s.format.SubY) })
	return w
}

// started returns a new worker that is ready for a superblock at row, col.
func (s *scene) started(t testing.TB, row, col int) *Worker {
	w := s.worker(t)
	s.start(w, row, col)
	return w
}

func (s *scene) start(w *Worker, row, col int) {
	w.Start(&s.Frame, s.bounds, &s.above)
	w.sb = &s.sbs[row/16*s.sbCols+col/16]
	w.sb.Reset()
	w.setQuality(row, col)
	w.decoded.Clear(row, col, s.bounds.MiRowEnd, s.bounds.MiColEnd, 16, s.format.NumPlanes, s.format.SubX, s.format.SubY)
}

// decide decides the whole frame.
func (s *scene) decide(w *Worker) {
	s.above.Clear(s.bounds, s.format.SubX)
	for i := range s.sbs {
		row, col := i/s.sbCols*16, i%s.sbCols*16
		if col == 0 {
			w.Start(&s.Frame, s.bounds, &s.above)
		}
		w.Superblock(&s.sbs[i], row, col)
	}
}

// outcome is a copy of everything deciding writes.
type outcome struct {
	sbs    []tile.Superblock
	planes [3][]uint16
	cells  []frame.ModeInfo
	above  tile.AboveContext
}

func (s *scene) outcome() (o outcome) {
	for i := range s.sbs {
		sb := s.sbs[i]
		sb.Partitions, sb.Blocks = slices.Clone(sb.Partitions), slices.Clone(sb.Blocks)
		sb.TxBlocks, sb.Coefs = slices.Clone(sb.TxBlocks), slices.Clone(sb.Coefs)
		o.sbs = append(o.sbs, sb)
	}
	for p := range s.format.NumPlanes {
		o.planes[p] = slices.Clone(s.Cur.Planes[p].Data)
		o.above[p] = slices.Clone(s.above[p])
	}
	o.cells = slices.Clone(s.Grid.Cells)
	return o
}

// difference names what of two outcomes differs first; "" if nothing does.
func (o *outcome) difference(p *outcome) string {
	for i := range o.sbs {
		a, b := &o.sbs[i], &p.sbs[i]
		switch {
		case !slices.Equal(a.Partitions, b.Partitions):
			return "partitions"
		case !slices.Equal(a.Blocks, b.Blocks):
			return "blocks"
		case !slices.Equal(a.TxBlocks, b.TxBlocks):
			return "transform blocks"
		case !slices.Equal(a.Coefs, b.Coefs):
			return "coefficients"
		}
	}
	for i := range o.planes {
		if !slices.Equal(o.planes[i], p.planes[i]) {
			return "picture"
		}
		if !slices.Equal(o.above[i], p.above[i]) {
			return "context above"
		}
	}
	if !slices.Equal(o.cells, p.cells) {
		return "grid"
	}
	return ""
}
