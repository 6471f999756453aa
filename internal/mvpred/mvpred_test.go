package mvpred

import (
	"math/rand/v2"
	"testing"

	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/frame"
)

// scene is a random frame: the specification's state and ours, side by side.
type scene struct {
	t      *testing.T
	r      *rand.Rand
	s      spec
	grid   frame.ModeGrid
	field  MotionField
	p      Predictor
	mvs    []av1.MV // vectors to draw from, few so that they repeat
	refs   []int8
	blocks int
	found  [9]int // how often each stack size was seen
}

func newScene(t *testing.T, seed uint64) *scene {
	c := &scene{t: t, r: rand.New(rand.NewPCG(seed, 1))}
	r, s := c.r, &c.s
	s.MiRows, s.MiCols = 2*(1+r.IntN(40)), 2*(1+r.IntN(40))
	s.allowHighPrecisionMv = r.IntN(3) == 0
	s.forceIntegerMv = !s.allowHighPrecisionMv && r.IntN(3) == 0
	s.useRefFrameMvs = r.IntN(3) > 0
	s.OrderHintBits = 3 + r.IntN(6)
	span := 1 << s.OrderHintBits
	s.OrderHint = r.IntN(span)
	near := func() int { return (s.OrderHint + r.IntN(14) - 7 + span) % span }
	for ref := 1; ref < 8; ref++ {
		s.refFrameIdx[ref-1] = r.IntN(8)
	}
	var slotHint [8]int
	for i := range slotHint {
		slotHint[i] = near()
		for j := 1; j < 8; j++ {
			s.SavedOrderHints[i][j] = near()
		}
	}
	for ref := 1; ref < 8; ref++ {
		s.OrderHints[ref] = slotHint[s.refFrameIdx[ref-1]]
		s.RefFrameSignBias[ref] = s.getRelativeDist(s.OrderHints[ref], s.OrderHint) > 0
	}
	scale := []int{8, 64, 600}[r.IntN(3)]
	for range 2 + r.IntN(12) {
		c.mvs = append(c.mvs, av1.MV{Row: int16(r.IntN(2*scale) - scale), Col: int16(r.IntN(2*scale) - scale)})
	}
	for range 1 + r.IntN(4) {
		c.refs = append(c.refs, int8(1+r.IntN(7)))
	}
	stride := (s.MiCols + 31) &^ 31
	c.grid = frame.ModeGrid{Cells: make([]frame.ModeInfo, stride*((s.MiRows+31)&^31)), Rows: s.MiRows, Cols: s.MiCols, Stride: stride}
	for y := range s.MiRows {
		s.written = append(s.written, make([]bool, s.MiCols))
		s.cells = append(s.cells, make([]frame.ModeInfo, s.MiCols))
		for x := range s.MiCols {
			*c.grid.At(y, x) = c.randomInfo(av1.BlockSize(r.IntN(22))) // leftovers
		}
	}
	c.p.Params = Params{
		MiRows: s.MiRows, MiCols: s.MiCols, Use128x128Superblock: r.IntN(2) == 0,
		AllowHighPrecisionMv: s.allowHighPrecisionMv, ForceIntegerMv: s.forceIntegerMv,
		UseRefFrameMvs: s.useRefFrameMvs, Field: &c.field, RefFrameSignBias: s.RefFrameSignBias,
	}
	return c
}

// estimate fills the reference slots with random saved vectors and estimates both fields.
func (c *scene) estimate() {
	r, s := c.r, &c.s
	var slots [8]frame.SavedMVs
	for i := range slots {
		s.RefMiRows[i], s.RefMiCols[i], s.RefIntra[i] = s.MiRows, s.MiCols, r.IntN(8) == 0
		if r.IntN(8) == 0 {
			s.RefMiRows[i] += 2
		}
		rows, cols := s.RefMiRows[i], s.RefMiCols[i]
		sv := &slots[i]
		*sv = frame.SavedMVs{Mv: make([]av1.MV, rows*cols/4), RefFrame: make([]int8, rows*cols/4), Rows: rows / 2, Stride: cols / 2}
		for y := range rows {
			s.SavedRefFrames[i] = append(s.SavedRefFrames[i], make([]int8, cols))
			s.SavedMvs[i] = append(s.SavedMvs[i], make([][2]int, cols))
			for x := range cols {
				ref, mv := int8(r.IntN(9)-1), c.mvs[r.IntN(len(c.mvs))]
				if r.IntN(4) == 0 {
					mv = av1.MV{Row: int16(r.IntN(8191) - 4095), Col: int16(r.IntN(8191) - 4095)}
				}
				s.SavedRefFrames[i][y][x] = ref
				s.SavedMvs[i][y][x] = toArray(mv)
				if y&x&1 == 1 {
					sv.Mv[(y>>1)*sv.Stride+x>>1], sv.RefFrame[(y>>1)*sv.Stride+x>>1] = mv, ref
				}
			}
		}
	}
	s.motionFieldEstimation()
	fp := FieldParams{MiRows: s.MiRows, MiCols: s.MiCols, OrderHint: s.OrderHint, OrderHintBits: s.OrderHintBits}
	for ref := 1; ref < 8; ref++ {
		i := s.refFrameIdx[ref-1]
		fp.Refs[ref] = Ref{MVs: &slots[i], MiRows: s.RefMiRows[i], MiCols: s.RefMiCols[i], Intra: s.RefIntra[i],
			OrderHint: s.OrderHints[ref], OrderHints: s.SavedOrderHints[i]}
	}
	cells := make([]FieldMV, FieldCells(s.MiRows, s.MiCols))
	for i := range cells {
		cells[i].Dist = 3
	}
	c.field.Setup(&fp, cells)
	for y := (c.field.Rows - 1) &^ 7; y >= 0; y -= 8 { // bands in any order
		c.field.EstimateRows(y, min(y+8, c.field.Rows))
	}
}

func (c *scene) randomInfo(bs av1.BlockSize) frame.ModeInfo {
	r := c.r
	m := frame.ModeInfo{BlockSize: bs, RefFrame: [2]int8{av1.IntraFrame, av1.NoneFrame}}
	if r.IntN(5) == 0 {
		return m
	}
	m.IsInter = true
	m.RefFrame[0] = c.refs[r.IntN(len(c.refs))]
	m.YMode = av1.NearestMV + av1.PredictionMode(r.IntN(4))
	if r.IntN(2) == 0 {
		m.RefFrame[1] = c.refs[r.IntN(len(c.refs))]
		m.YMode = av1.NearestNearestMV + av1.PredictionMode(r.IntN(8))
	}
	m.Mv = [2]av1.MV{c.mvs[r.IntN(len(c.mvs))], c.mvs[r.IntN(len(c.mvs))]}
	return m
}

// tile codes all superblocks of a tile in order.
func (c *scene) tile(r0, r1, c0, c1 int) {
	s := &c.s
	s.MiRowStart, s.MiRowEnd, s.MiColStart, s.MiColEnd = r0, r1, c0, c1
	c.p.MiRowStart, c.p.MiRowEnd, c.p.MiColStart, c.p.MiColEnd = r0, r1, c0, c1
	bs, step := av1.Block64x64, 16
	if c.p.Use128x128Superblock {
		bs, step = av1.Block128x128, 32
	}
	for y := r0; y < r1; y += step {
		for x := c0; x < c1; x += step {
			c.partition(y, x, bs)
		}
	}
}

// partition splits as section 5.11.4 does, at random.
func (c *scene) partition(row, col int, bs av1.BlockSize) {
	s := &c.s
	if row >= s.MiRows || col >= s.MiCols {
		return
	}
	n := int(av1.Num4x4BlocksWide[bs])
	h, q := n>>1, n>>2
	hasRows, hasCols := row+h < s.MiRows, col+h < s.MiCols
	part := av1.PartitionNone
	switch {
	case bs == av1.Block4x4:
	case !hasRows && !hasCols:
		part = av1.PartitionSplit
	case !hasRows:
		part = []av1.Partition{av1.PartitionHorz, av1.PartitionSplit}[c.r.IntN(2)]
	case !hasCols:
		part = []av1.Partition{av1.PartitionVert, av1.PartitionSplit}[c.r.IntN(2)]
	case bs == av1.Block8x8:
		part = av1.Partition(c.r.IntN(4))
	case bs == av1.Block128x128:
		part = av1.Partition(c.r.IntN(8))
	default:
		part = av1.Partition(c.r.IntN(10))
	}
	if bs > av1.Block4x4 && hasRows && hasCols && c.r.IntN(2) == 0 {
		part = av1.PartitionSplit // more small blocks
	}
	sub := av1.PartitionSubsize[part][bs]
	split := av1.PartitionSubsize[av1.PartitionSplit][bs]
	code := func(y, x int, b av1.BlockSize) { c.block(y, x, b, part) }
	switch part {
	case av1.PartitionNone:
		code(row, col, sub)
	case av1.PartitionHorz:
		code(row, col, sub)
		if hasRows {
			code(row+h, col, sub)
		}
	case av1.PartitionVert:
		code(row, col, sub)
		if hasCols {
			code(row, col+h, sub)
		}
	case av1.PartitionSplit:
		for i := range 4 {
			y, x := row+h*(i>>1), col+h*(i&1)
			if bs == av1.Block8x8 {
				code(y, x, sub)
			} else {
				c.partition(y, x, sub)
			}
		}
	case av1.PartitionHorzA:
		code(row, col, split)
		code(row, col+h, split)
		code(row+h, col, sub)
	case av1.PartitionHorzB:
		code(row, col, sub)
		code(row+h, col, split)
		code(row+h, col+h, split)
	case av1.PartitionVertA:
		code(row, col, split)
		code(row+h, col, split)
		code(row, col+h, sub)
	case av1.PartitionVertB:
		code(row, col, sub)
		code(row, col+h, split)
		code(row+h, col+h, split)
	case av1.PartitionHorz4:
		for i := range 4 {
			if row+q*i < s.MiRows {
				code(row+q*i, col, sub)
			}
		}
	case av1.PartitionVert4:
		for i := range 4 {
			if col+q*i < s.MiCols {
				code(row, col+q*i, sub)
			}
		}
	}
}

// block compares the stacks of a few references, then codes random contents.
func (c *scene) block(row, col int, bs av1.BlockSize, part av1.Partition) {
	s := &c.s
	s.MiRow, s.MiCol, s.MiSize = row, col, bs
	c.p.Scan(&c.grid, row, col, bs, part)
	for range 4 {
		ref := [2]int8{c.refs[c.r.IntN(len(c.refs))], av1.NoneFrame}
		if c.r.IntN(2) == 0 {
			ref[1] = c.refs[c.r.IntN(len(c.refs))]
		}
		c.compare(ref)
	}
	m := c.randomInfo(bs)
	c.grid.Splat(row, col, int(av1.Num4x4BlocksWide[bs]), int(av1.Num4x4BlocksHigh[bs]), &m)
	for y := row; y < min(row+int(av1.Num4x4BlocksHigh[bs]), s.MiRows); y++ {
		for x := col; x < min(col+int(av1.Num4x4BlocksWide[bs]), s.MiCols); x++ {
			s.written[y][x], s.cells[y][x] = true, m
		}
	}
	c.blocks++
}

func (c *scene) compare(ref [2]int8) {
	s := &c.s
	compound := ref[1] > av1.IntraFrame
	s.RefFrame = ref
	s.findMvStack(compound)
	var got Stack
	c.p.Find(ref, &got)
	c.found[s.NumMvFound]++
	fail := func(what string, got, want any) {
		c.t.Helper()
		c.t.Fatalf("row %d col %d size %d refs %v: %s = %v, want %v", s.MiRow, s.MiCol, s.MiSize, ref, what, got, want)
	}
	for _, f := range []struct {
		name      string
		got, want int
	}{
		{"NumMvFound", int(got.NumMvFound), s.NumMvFound},
		{"NewMvCount", int(got.NewMvCount), s.NewMvCount},
		{"NewMvContext", int(got.NewMvContext), s.NewMvContext},
		{"RefMvContext", int(got.RefMvContext), s.RefMvContext},
		{"ZeroMvContext", int(got.ZeroMvContext), s.ZeroMvContext},
	} {
		if f.got != f.want {
			fail(f.name, f.got, f.want)
		}
	}
	for i := range max(s.NumMvFound, 2) {
		for list := range 1 + b2i(compound) {
			if toArray(got.Mvs[i][list]) != s.RefStackMv[i][list] {
				fail("RefStackMv", got.Mvs[:s.NumMvFound], s.RefStackMv[:s.NumMvFound])
			}
		}
	}
	for i := range s.NumMvFound {
		if int(got.Weights[i]) != s.WeightStack[i] || int(got.DrlCtx[i]) != s.DrlCtxStack[i] {
			fail("weight, context", [2]any{got.Weights, got.DrlCtx}, [2]any{s.WeightStack, s.DrlCtxStack})
		}
	}
}

func TestFindAgainstSpecification(t *testing.T) {
	scenes := uint64(600)
	if testing.Short() {
		scenes = 100
	}
	var blocks int
	var found [9]int
	for seed := range scenes {
		c := newScene(t, seed)
		c.estimate()
		s := &c.s
		rows, cols := []int{0, s.MiRows}, []int{0, s.MiCols}
		if c.r.IntN(2) == 0 {
			rows, cols = []int{0, min(32, s.MiRows), s.MiRows}, []int{0, min(32, s.MiCols), s.MiCols}
		}
		for i := range len(rows) - 1 {
			for j := range len(cols) - 1 {
				c.tile(rows[i], rows[i+1], cols[j], cols[j+1])
			}
		}
		blocks += c.blocks
		for i := range found {
			found[i] += c.found[i]
		}
	}
	t.Logf("%d blocks, stacks by size: %v", blocks, found)
	for n, count := range found {
		if count == 0 {
			t.Errorf("no stack of %d entries was tested", n)
		}
	}
}

func TestMotionFieldAgainstSpecification(t *testing.T) {
	vectors := 0
	for seed := range uint64(300) {
		c := newScene(t, seed+10000)
		c.estimate()
		for ref := int8(1); ref < 8; ref++ {
			for y, line := range c.s.MotionFieldMvs[ref] {
				for x, want := range line {
					mv, ok := c.field.At(ref, y, x)
					if ok != (want[0] != -1<<15) || ok && toArray(mv) != want {
						t.Fatalf("seed %d ref %d (%d, %d): %v %v, want %v", seed, ref, x, y, mv, ok, want)
					}
					vectors += b2i(ok)
				}
			}
		}
	}
	if vectors < 10000 {
		t.Errorf("only %d vectors projected", vectors)
	}
}

func TestSaveRows(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	const rows, cols, stride = 38, 50, 64
	grid := frame.ModeGrid{Cells: make([]frame.ModeInfo, stride*64), Rows: rows, Cols: cols, Stride: stride}
	for i := range grid.Cells {
		m := &grid.Cells[i]
		for list := range 2 {
			m.RefFrame[list] = int8(r.IntN(9) - 1)
			m.Mv[list] = av1.MV{Row: int16(r.IntN(9000) - 4500), Col: int16(r.IntN(9000) - 4500)}
		}
	}
	past := [8]bool{1: true, 2: true, 4: true, 5: true}
	dst := frame.SavedMVs{Mv: make([]av1.MV, rows*cols/4), RefFrame: make([]int8, rows*cols/4), Rows: rows / 2, Stride: cols / 2}
	SaveRows(&dst, &grid, &past, 0, 7)
	SaveRows(&dst, &grid, &past, 7, rows/2)
	for y := range rows / 2 {
		for x := range cols / 2 {
			ref, mv := av1.NoneFrame, av1.MV{}
			m := grid.At(2*y+1, 2*x+1)
			for list := range 2 {
				if f := m.RefFrame[list]; f > av1.IntraFrame && past[f] && abs(int(m.Mv[list].Row)) <= 4095 && abs(int(m.Mv[list].Col)) <= 4095 {
					ref, mv = f, m.Mv[list]
				}
			}
			if i := y*dst.Stride + x; dst.RefFrame[i] != ref || dst.Mv[i] != mv {
				t.Fatalf("(%d, %d): %d %v, want %d %v", x, y, dst.RefFrame[i], dst.Mv[i], ref, mv)
			}
		}
	}
}

func TestPredMv(t *testing.T) {
	s := Stack{NumMvFound: 4}
	for i := range s.Mvs {
		s.Mvs[i] = [2]av1.MV{{Row: int16(10 * (i + 1)), Col: 1}, {Row: int16(-10 * (i + 1)), Col: 2}}
	}
	at := func(i, j int) [2]av1.MV {
		var mv [2]av1.MV
		if i >= 0 {
			mv[0] = s.Mvs[i][0]
		}
		if j >= 0 {
			mv[1] = s.Mvs[j][1]
		}
		return mv
	}
	for _, c := range []struct {
		mode        av1.PredictionMode
		found       uint8
		idx         int
		want        [2]av1.MV
		first, last int
	}{
		{av1.NearestMV, 4, 0, at(0, -1), 0, 0},
		{av1.NearMV, 4, 3, at(3, -1), 1, 3},
		{av1.NearMV, 0, 1, at(1, -1), 1, 1},
		{av1.NearMV, 3, 1, at(1, -1), 1, 2},
		{av1.GlobalMV, 4, 0, at(-1, -1), 0, 0},
		{av1.NewMV, 4, 2, at(2, -1), 0, 2},
		{av1.NewMV, 2, 1, at(1, -1), 0, 1},
		{av1.NewMV, 0, 0, at(0, -1), 0, 0},
		{av1.NearestNearestMV, 4, 0, at(0, 0), 0, 0},
		{av1.NearNearMV, 4, 2, at(2, 2), 1, 3},
		{av1.NearestNewMV, 4, 0, at(0, 0), 0, 0},
		{av1.NewNearestMV, 4, 0, at(0, 0), 0, 0},
		{av1.NearNewMV, 4, 3, at(3, 3), 1, 3},
		{av1.NewNearMV, 2, 1, at(1, 1), 1, 1},
		{av1.GlobalGlobalMV, 4, 0, at(-1, -1), 0, 0},
		{av1.NewNewMV, 3, 2, at(2, 2), 0, 2},
	} {
		s.NumMvFound = c.found
		if got := s.PredMv(c.mode, c.idx); got != c.want {
			t.Errorf("mode %d index %d: %v, want %v", c.mode, c.idx, got, c.want)
		}
		if first, last := s.RefMvIdxRange(c.mode); first != c.first || last != c.last {
			t.Errorf("mode %d with %d found: range %d..%d, want %d..%d", c.mode, c.found, first, last, c.first, c.last)
		}
	}
}

// benchmarkScene is a fully coded frame with a motion field.
func benchmarkScene(b *testing.B) *scene {
	c := newScene(&testing.T{}, 77)
	c.s.useRefFrameMvs, c.p.UseRefFrameMvs = true, true
	c.estimate()
	c.tile(0, c.s.MiRows, 0, c.s.MiCols)
	b.ReportAllocs()
	return c
}

func BenchmarkScan16x16(b *testing.B) {
	c := benchmarkScene(b)
	for b.Loop() {
		c.p.Scan(&c.grid, 8, 8, av1.Block16x16, av1.PartitionNone)
	}
}

func BenchmarkFind(b *testing.B) {
	c := benchmarkScene(b)
	c.p.Scan(&c.grid, 8, 8, av1.Block16x16, av1.PartitionNone)
	var s Stack
	for _, v := range []struct {
		name string
		ref  [2]int8
	}{{"single", [2]int8{c.refs[0], av1.NoneFrame}}, {"compound", [2]int8{c.refs[0], c.refs[len(c.refs)-1]}}} {
		b.Run(v.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				c.p.Find(v.ref, &s)
			}
		})
	}
}

func BenchmarkEstimateRows(b *testing.B) {
	c := benchmarkScene(b)
	b.SetBytes(int64(c.field.Rows * c.field.Cols * 64))
	for b.Loop() {
		c.field.EstimateRows(0, c.field.Rows)
	}
}
