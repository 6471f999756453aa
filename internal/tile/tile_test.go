package tile

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/bitstream"
	"github.com/grav1e/grav1e/internal/mvpred"
)

// setup is one kind of frame.
type setup struct {
	w, h       int
	format     string // chroma format
	use128     bool
	intra      bool
	lossless   bool
	tiles      int // tile columns and rows wanted
	busy       int
	integerMv  bool
	txMode     av1.TxMode
	noAdapt    bool
	restore    av1.RestorationType
	noDual     bool
	fixedInter av1.InterpFilter
	unitShift  int // log2 of the restoration units' size / 64
	uvShift    int // lr_uv_shift
	deltaQ     int // delta_q_res + 1; 0: not present
}

func (c setup) name() string { return fmt.Sprintf("%+v", c) }

func (c *setup) headers() (*bitstream.SequenceHeader, *bitstream.FrameHeader) {
	seq := &bitstream.SequenceHeader{Use128x128Superblock: c.use128, EnableFilterIntra: true, EnableDualFilter: !c.noDual, EnableCdef: true}
	seq.MonoChrome = c.format == "400"
	if c.format != "444" {
		seq.SubsamplingX = 1
	}
	if c.format == "420" || c.format == "400" {
		seq.SubsamplingY = 1
	}
	hdr := &bitstream.FrameHeader{
		FrameIsIntra: c.intra, CodedLossless: c.lossless, BaseQIdx: 100, TxMode: c.txMode, CdefBits: 3,
		ReferenceSelect: true, SkipModePresent: true, ForceIntegerMv: c.integerMv, AllowHighPrecisionMv: !c.integerMv && c.w&1 != 0,
	}
	hdr.SkipModeFrame[0], hdr.SkipModeFrame[1] = av1.LastFrame, av1.AltrefFrame
	hdr.InterpolationFilter = uint8(av1.Switchable)
	if c.fixedInter != 0 {
		hdr.InterpolationFilter = uint8(c.fixedInter)
	}
	if c.deltaQ > 0 {
		hdr.DeltaQPresent, hdr.DeltaQRes = true, uint8(c.deltaQ-1)
	}
	if c.lossless {
		hdr.BaseQIdx, hdr.TxMode = 0, av1.Only4x4
	}
	hdr.LoopRestorationSize = c.restorationSizes()
	if !c.lossless {
		hdr.FrameRestorationType = [3]av1.RestorationType{c.restore, c.restore, c.restore}
	}
	return seq, hdr
}

func (c *setup) restorationSizes() [3]int {
	size := 64 << c.unitShift
	return [3]int{size, size >> c.uvShift, size >> c.uvShift}
}

// bounds splits a frame into n x n tiles of whole superblocks.
func (c *setup) bounds(rows, cols, sb4 int) (all []Bounds) {
	n := max(c.tiles, 1)
	step := func(size int) int { return ((size+sb4-1)/sb4 + n - 1) / n * sb4 }
	for r := 0; r < rows; r += step(rows) {
		for col := 0; col < cols; col += step(cols) {
			all = append(all, Bounds{r, min(r+step(rows), rows), col, min(col+step(cols), cols)})
		}
	}
	return all
}

var setups = []setup{
	{w: 200, h: 137, format: "420", intra: true, busy: 70, txMode: av1.TxModeSelect, restore: av1.RestoreSwitchable},
	{w: 199, h: 137, format: "420", busy: 70, uvShift: 1, txMode: av1.TxModeSelect, restore: av1.RestoreWiener},
	{w: 1, h: 1, format: "420", intra: true, busy: 90, txMode: av1.TxModeSelect},
	{w: 9, h: 300, format: "444", busy: 90, txMode: av1.TxModeSelect, restore: av1.RestoreSgrproj},
	{w: 300, h: 150, format: "444", intra: true, busy: 90, use128: true, txMode: av1.TxModeSelect, restore: av1.RestoreSwitchable},
	{w: 301, h: 150, format: "422", busy: 90, use128: true, txMode: av1.TxModeSelect, restore: av1.RestoreSwitchable},
	{w: 300, h: 151, format: "400", busy: 50, use128: true, txMode: av1.TxModeSelect, restore: av1.RestoreSwitchable},
	{w: 300, h: 151, format: "422", busy: 50, intra: true, txMode: av1.TxModeLargest, restore: av1.RestoreSwitchable},
	{w: 300, h: 280, format: "420", busy: 50, tiles: 2, integerMv: true, txMode: av1.TxModeLargest, restore: av1.RestoreSwitchable},
	{w: 700, h: 400, format: "420", unitShift: 2, uvShift: 1, busy: 20, txMode: av1.TxModeSelect, restore: av1.RestoreSwitchable},
	{w: 500, h: 400, format: "420", busy: 30, tiles: 2, use128: true, txMode: av1.TxModeSelect, restore: av1.RestoreSwitchable},
	{w: 130, h: 70, format: "420", busy: 80, lossless: true},
	{w: 130, h: 140, format: "444", busy: 80, lossless: true, use128: true, intra: true},
	{w: 130, h: 140, format: "422", busy: 80, lossless: true, noAdapt: true},
	{w: 300, h: 200, format: "420", busy: 40, deltaQ: 1, intra: true, txMode: av1.TxModeSelect},
	{w: 400, h: 300, format: "420", busy: 15, deltaQ: 3, tiles: 2, txMode: av1.TxModeSelect},
	{w: 500, h: 300, format: "420", busy: 30, deltaQ: 4, use128: true, txMode: av1.TxModeSelect},
	{w: 331, h: 140, format: "420", busy: 10, noDual: true, txMode: av1.TxModeSelect},
	{w: 331, h: 140, format: "420", busy: 60, fixedInter: av1.EightTapSharp, txMode: av1.TxModeSelect},
}

// frameUnderTest is a frame of random decisions.
type frameUnderTest struct {
	setup
	seq    *bitstream.SequenceHeader
	hdr    *bitstream.FrameHeader
	s      Syntax
	above  AboveContext
	sbs    []Superblock
	stride int
	sb4    int
	lr     [3]LRPlane
	tiles  []Bounds
	cdf    bitstream.CDFContext
	coder  bitstream.Coder
}

func newFrame(c setup, seed uint64) *frameUnderTest {
	seq, hdr := c.headers()
	return newFrameOf(c, seq, hdr, seed, false)
}

// newFrameOf draws a frame with the given headers. With tame, real decoders can follow.
func newFrameOf(c setup, seq *bitstream.SequenceHeader, hdr *bitstream.FrameHeader, seed uint64, tame bool) *frameUnderTest {
	f := &frameUnderTest{setup: c, sb4: 16, seq: seq, hdr: hdr}
	if c.use128 {
		f.sb4 = 32
	}
	grid := newGrid(c.w, c.h)
	f.above = NewAboveContext(make([]uint8, 3*AboveContextSize(grid.Cols)), grid.Cols, f.seq.NumPlanes())
	f.stride = (grid.Cols + f.sb4 - 1) / f.sb4
	f.sbs = make([]Superblock, f.stride*((grid.Rows+f.sb4-1)/f.sb4))
	f.tiles = c.bounds(grid.Rows, grid.Cols, f.sb4)
	f.cdf.SetDefaults()
	f.cdf.LoadCoefDefaults(int(f.hdr.BaseQIdx))
	g := &generator{Rand: rand.New(rand.NewPCG(seed, 1)), s: &f.s, busy: c.busy, tame: tame}
	if tame {
		g.pred = &mvpred.Predictor{}
	}
	f.drawRestoration(g)
	for _, t := range f.tiles {
		f.s.Start(&f.coder, f.seq, f.hdr, grid, t, &f.above)
		if tame {
			g.pred.SetParams(f.params(t))
		}
		for r := t.MiRowStart; r < t.MiRowEnd; r += f.sb4 {
			for col := t.MiColStart; col < t.MiColEnd; col += f.sb4 {
				g.superblock(&f.sbs[r/f.sb4*f.stride+col/f.sb4], r, col)
			}
		}
	}
	return f
}

func (f *frameUnderTest) drawRestoration(g *generator) {
	for p := range f.seq.NumPlanes() {
		w, h := f.w, f.h
		if p > 0 {
			w, h = (w+f.seq.SubsamplingX)>>f.seq.SubsamplingX, (h+f.seq.SubsamplingY)>>f.seq.SubsamplingY
		}
		size := f.hdr.LoopRestorationSize[p]
		if size == 0 {
			continue
		}
		lr := LRPlane{Rows: LRUnits(size, h), Cols: LRUnits(size, w)}
		for range lr.Rows * lr.Cols {
			u := LRUnit{Type: av1.RestorationType(g.IntN(3))}
			if typ := f.hdr.FrameRestorationType[p]; typ != av1.RestoreSwitchable && u.Type != av1.RestoreNone {
				u.Type = typ
			}
			switch u.Type {
			case av1.RestoreWiener:
				for pass := range 2 {
					for j := min(p, 1); j < 3; j++ {
						u.Wiener[pass][j] = av1.WienerTapsMin[j] + int8(g.IntN(int(av1.WienerTapsMax[j]-av1.WienerTapsMin[j])+1))
					}
				}
			case av1.RestoreSgrproj:
				u.SgrSet = uint8(g.IntN(16))
				for i := range 2 {
					u.SgrXqd[i] = int8(int(av1.SgrprojXqdMin[i]) + g.IntN(128))
					if av1.SgrParams[u.SgrSet][2*i] == 0 {
						u.SgrXqd[i] = SgrXqdImplied(i, u.SgrXqd[0])
					}
				}
			}
			lr.Units = append(lr.Units, u)
		}
		f.lr[p] = lr
	}
}

// write codes tile i and returns its data and the adapted CDFs.
func (f *frameUnderTest) write(t testing.TB, i int, buf []byte) ([]byte, *bitstream.CDFContext) {
	cdf := f.cdf
	f.coder.StartWriting(buf, &cdf, f.noAdapt)
	f.s.Start(&f.coder, f.seq, f.hdr, f.s.Grid, f.tiles[i], &f.above)
	f.s.WriteTile(f.sbs, f.stride, &f.lr)
	data, err := f.coder.Finish()
	if err != nil {
		t.Fatal(err)
	}
	return data, &cdf
}

// TestRoundTrip reads with the specification's own procedure what WriteTile wrote.
func TestRoundTrip(t *testing.T) {
	buf := make([]byte, 4<<20)
	for _, c := range setups {
		t.Run(c.name(), func(t *testing.T) {
			for seed := range uint64(4) {
				f := newFrame(c, seed)
				var seen [3][]bool
				for p := range seen {
					seen[p] = make([]bool, len(f.lr[p].Units))
				}
				cells := make([]cell, f.s.Grid.Rows*f.s.Grid.Cols)
				for i := range f.tiles {
					data, after := f.write(t, i, buf)
					cdf := f.cdf
					p := parser{t: t, cdf: &cdf, seq: f.seq, hdr: f.hdr, miRows: f.s.Grid.Rows, miCols: f.s.Grid.Cols,
						cells: cells, bounds: f.tiles[i], lr: &f.lr, lrSeen: &seen}
					p.init(data, !c.noAdapt)
					p.decodeTile(f.sbs, f.stride)
					p.exit(t)
					if cdf != *after {
						t.Fatal("CDFs differ after the tile")
					}
				}
				f.checkSeen(t, &seen)
				f.checkGrid(t, cells)
			}
		})
	}
}

func (f *frameUnderTest) checkSeen(t *testing.T, seen *[3][]bool) {
	for p := range seen {
		for i, ok := range seen[p] {
			if !ok && f.hdr.FrameRestorationType[p] != av1.RestoreNone {
				t.Fatalf("restoration unit %d of plane %d was not coded", i, p)
			}
		}
	}
}

// checkGrid compares the transform sizes that Commit left with the parser's.
func (f *frameUnderTest) checkGrid(t *testing.T, cells []cell) {
	for r := range f.s.Grid.Rows {
		for c := range f.s.Grid.Cols {
			if got, want := f.s.Grid.At(r, c).TxSize, cells[r*f.s.Grid.Cols+c].interTxSize; got != want {
				t.Fatalf("TxSize of cell %d,%d is %d, InterTxSizes %d", r, c, got, want)
			}
		}
	}
}
