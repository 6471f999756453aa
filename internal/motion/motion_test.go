package motion

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/bitstream"
	"github.com/grav1e/grav1e/internal/frame"
	"github.com/grav1e/grav1e/internal/mvpred"
	"github.com/grav1e/grav1e/internal/predict"
	"github.com/grav1e/grav1e/internal/simd"
	"github.com/grav1e/grav1e/internal/tile"
)

// packed is the same plane as words without border.
func packed(p *frame.Plane) *frame.PackedPlane {
	return &frame.PackedPlane{Words: p.At(0, 0), Stride: p.Stride, Width: p.Width, Height: p.Height}
}

func newPlane(w, h int) frame.Plane {
	n, _ := frame.PlaneSize(w, h)
	return frame.NewPlane(make([]uint16, n), w, h)
}

// texture is smooth and aperiodic over any search range. Its detail of 10 samples'
// period tells small blocks apart, but vanishes at a quarter of the size.
func texture(x, y float64) float64 {
	v := 0.0
	for _, w := range [][4]float64{
		{0.11, 0.05, 1, 15}, {-0.043, 0.13, 2, 15}, {0.027, -0.019, 3, 20}, {0.171, 0.067, 4, 10},
		{0.009, 0.031, 5, 20}, {-0.083, 0.077, 6, 12}, {0.61, 0.13, 7, 7}, {-0.17, 0.65, 8, 7},
	} {
		v += w[3] * math.Sin(w[0]*x+w[1]*y+w[2])
	}
	return v
}

// picture draws the texture displaced by dx, dy.
func picture(w, h, bitDepth int, dx, dy float64) frame.Plane {
	p := newPlane(w, h)
	for y := range h {
		row := p.Row(0, y)[:w]
		for x := range row {
			v := (128 + texture(float64(x)+dx, float64(y)+dy)) * float64(int(1)<<(bitDepth-8))
			row[x] = uint16(min(max(math.Round(v), 0), float64(int(1)<<bitDepth-1)))
		}
	}
	p.Extend(0, h)
	return p
}

func pyramidOf(p *frame.Plane, bitDepth int) *Pyramid {
	pyr := NewPyramid(make([]uint8, PyramidSize(p.Width, p.Height)), p.Width, p.Height)
	pyr.Build(packed(p), bitDepth)
	return &pyr
}

func TestPyramid(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, c := range []struct{ w, h, bitDepth int }{{1, 1, 8}, {2, 3, 8}, {64, 64, 8}, {65, 67, 10}, {130, 94, 12}, {33, 201, 8}} {
		p := newPlane(c.w, c.h)
		for y := range c.h {
			row := p.Row(0, y)[:c.w]
			for x := range row {
				row[x] = uint16(r.IntN(1 << c.bitDepth))
			}
		}
		whole := pyramidOf(&p, c.bitDepth)
		bands := NewPyramid(make([]uint8, PyramidSize(c.w, c.h)), c.w, c.h)
		for y := (c.h - 1) &^ 15; y >= 0; y -= 16 {
			bands.BuildRows(packed(&p), c.bitDepth, y, min(y+16, c.h))
		}
		// The definition: each level samples the one above, clamped to its size.
		at := func(x, y int) int { return int(p.At(clip(x, c.w), clip(y, c.h))[0]) >> (c.bitDepth - 8) }
		for i := range Levels {
			l := &whole.Level[i]
			if l.Width != (c.w+1<<i-1)>>i || l.Height != (c.h+1<<i-1)>>i {
				t.Fatalf("%v level %d is %d x %d", c, i, l.Width, l.Height)
			}
			pad := levelPad[i]
			for y := -pad; y < (l.Height+63>>i)&^(63>>i)+pad; y++ {
				for x := -pad; x < (l.Width+63>>i)&^(63>>i)+pad; x++ {
					if got, want := int(l.At(x, y)[0]), at(clip(x, l.Width), clip(y, l.Height)); got != want {
						t.Fatalf("%v level %d (%d, %d): %d, want %d", c, i, x, y, got, want)
					}
				}
			}
			if !slices.Equal(l.Data, bands.Level[i].Data) {
				t.Fatalf("%v level %d differs when built in bands", c, i)
			}
			finer, w, h := at, l.Width, l.Height
			at = func(x, y int) int {
				x1, y1 := min(2*x+1, w-1), min(2*y+1, h-1)
				return (finer(2*x, 2*y) + finer(x1, 2*y) + finer(2*x, y1) + finer(x1, y1) + 2) >> 2
			}
		}
	}
}

func clip(v, n int) int { return min(max(v, 0), n-1) }

var searchTests = []struct {
	name string
	Settings
}{
	{"thorough", Settings{Quarter: Window{48, 33}, Half: Window{8, 7}, Full: Window{16, 9}, Centres: 2, Blocks8x8: true, Regions: true}},
	{"every other row", Settings{Quarter: Window{48, 33}, Half: Window{8, 5}, Full: Window{8, 7}, Centres: 1, RowStep: 2, Regions: true}},
	{"one region", Settings{Quarter: Window{16, 9}, QuarterMax: Window{64, 40}, Half: Window{8, 7}, Full: Window{16, 9}, Blocks8x8: true}},
}

func TestSearchFindsTranslation(t *testing.T) {
	const w, h = 328, 264
	ref := picture(w, h, 8, 0, 0)
	for _, c := range searchTests {
		for _, v := range [][2]int{{0, 0}, {3, -2}, {-17, 9}, {40, 30}, {-61, -44}, {70, -50}} {
			cur := picture(w, h, 8, float64(v[0]), float64(v[1]))
			out := NewResults(make([]SBResult, ResultsSize(w, h)), w, h)
			job := Job{Cur: pyramidOf(&cur, 8), Ref: pyramidOf(&ref, 8), Distance: 4, Out: &out}
			s := Searcher{Settings: c.Settings}
			for row := range out.Rows {
				s.Row(&job, row)
			}
			want := av1.MV{Row: int16(8 * v[1]), Col: int16(8 * v[0])}
			for log2 := 3; log2 <= 6; log2++ {
				size := 1 << log2
				for y := 0; y+size <= h; y += size {
					for x := 0; x+size <= w; x += size {
						// Only what was visible in the reference can be found, in superblocks that mostly were.
						sx, sy := x&^63, y&^63
						if sx+v[0] < 0 || sx+64+v[0] > w || sy+v[1] < 0 || sy+64+v[1] > h || sx+64 > w || sy+64 > h {
							continue
						}
						i := BlockIndex(log2, x, y)
						if r := out.At(x, y); r.Mv[i] != want || r.Sad[i] != 0 {
							t.Fatalf("%s, moved by %v: %dx%d at (%d, %d) found %v, sum %d", c.name, v, size, size, x, y, r.Mv[i], r.Sad[i])
						}
					}
				}
			}
		}
	}
}

func TestSearchIsDeterministicAndInReach(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	for _, size := range [][2]int{{8, 8}, {72, 40}, {200, 136}, {321, 193}} {
		w, h := size[0], size[1]
		pics := [3]*Pyramid{}
		for i := range pics {
			p := newPlane(w, h)
			for y := range h {
				for x := range w {
					p.Row(0, y)[x] = uint16(r.IntN(256))
				}
			}
			pics[i] = pyramidOf(&p, 8)
		}
		for _, c := range searchTests {
			prior := NewResults(make([]SBResult, ResultsSize(w, h)), w, h)
			s := Searcher{Settings: c.Settings}
			for row := range prior.Rows {
				s.Row(&Job{Cur: pics[0], Ref: pics[2], Distance: -2, Out: &prior}, row)
			}
			var first []SBResult
			for pass := range 2 {
				out := NewResults(make([]SBResult, ResultsSize(w, h)), w, h)
				s := Searcher{Settings: c.Settings}
				for i := range out.Rows {
					row := i
					if pass == 1 {
						row = out.Rows - 1 - i
					}
					s.Row(&Job{Cur: pics[0], Ref: pics[1], Distance: 8, Out: &out, Prior: &prior, PriorDistance: -2}, row)
				}
				if pass == 0 {
					first = out.SB
				} else if !slices.Equal(first, out.SB) {
					t.Fatalf("%s, %v: results depend on the order of rows", c.name, size)
				}
			}
			for i := range first {
				x0, y0 := i%prior.Cols*64, i/prior.Cols*64
				for log2 := 3; log2 <= 6; log2++ {
					n := 1 << log2
					for y := y0; y < y0+64; y += n {
						for x := x0; x < x0+64; x += n {
							mv := first[i].Mv[BlockIndex(log2, x, y)]
							if x < w && y < h {
								lo, hi := predict.MVRange(x, y, n, n, w, h)
								if predict.ClampMV(mv, lo, hi) != mv || !mvpred.Valid(mv) {
									t.Fatalf("%s, %v: vector %v of the %dx%d block at (%d, %d) is out of reach", c.name, size, mv, n, n, x, y)
								}
							}
						}
					}
				}
			}
		}
	}
}

func TestSearchStopsAtZero(t *testing.T) {
	const w, h = 128, 64
	a, b := picture(w, h, 8, 0, 0), picture(w, h, 8, 5, 0)
	out := NewResults(make([]SBResult, ResultsSize(w, h)), w, h)
	s := Searcher{Settings: searchTests[0].Settings}
	s.ZeroExit = 1 << 30
	s.Row(&Job{Cur: pyramidOf(&a, 8), Ref: pyramidOf(&b, 8), Distance: 1, Out: &out}, 0)
	for i, mv := range out.SB[0].Mv {
		if mv != (av1.MV{}) {
			t.Fatalf("block %d: %v, want zero", i, mv)
		}
	}
	if out.SB[0].Sad[0] == 0 {
		t.Error("the sum at zero is missing")
	}
}

func TestMvCosts(t *testing.T) {
	var cdf bitstream.CDFContext
	cdf.SetDefaults()
	r := rand.New(rand.NewPCG(9, 9))
	for _, c := range []struct {
		hp, integer bool
		step        int
	}{{true, false, 1}, {false, false, 2}, {false, true, 8}} {
		costs := NewMvCosts(&cdf, c.hp, c.integer)
		hdr := bitstream.FrameHeader{AllowHighPrecisionMv: c.hp, ForceIntegerMv: c.integer}
		for i := range 20000 {
			limit := 1 << (1 + i%14)
			diff := func() int16 { return int16((r.IntN(2*limit+1) - limit) / c.step * c.step) }
			mv := av1.MV{Row: diff(), Col: diff()}
			if i == 0 {
				mv = av1.MV{Row: MaxDiff, Col: -MaxDiff}
			}
			var coder bitstream.Coder
			coder.StartCounting(&cdf)
			(&tile.Syntax{Coder: &coder, Hdr: &hdr}).MV(mv, av1.MV{})
			if got, want := costs.Cost(mv, av1.MV{}), coder.Cost(); got != want {
				t.Fatalf("%+v %v: %d, want %d", c, mv, got, want)
			}
		}
	}
}

func newRefiner(hp, integer bool) *Refiner {
	var cdf bitstream.CDFContext
	cdf.SetDefaults()
	return &Refiner{
		RefineSettings: RefineSettings{FullSteps: 16, Finest: 1, Rounds: 3},
		Costs:          NewMvCosts(&cdf, hp, integer), BitDepth: 8, AllowHighPrecisionMv: hp, ForceIntegerMv: integer,
	}
}

// moved is the prediction of a whole picture from ref by mv, what refinement has to find.
func moved(ref *frame.Plane, mv av1.MV, bitDepth int) frame.Plane {
	p := newPlane(ref.Width, ref.Height)
	s := new(predict.Scratch)
	for y := 0; y < ref.Height; y += 8 {
		for x := 0; x < ref.Width; x += 8 {
			s.PredictInter(p.At(x, y), p.Stride, ref, x, y, 8, 8, mv, 0, 0, [2]uint8{}, bitDepth)
		}
	}
	p.Extend(0, p.Height)
	return p
}

func TestRefineFindsTranslation(t *testing.T) {
	const w, h = 192, 128
	for _, c := range []struct {
		metric   Metric
		bitDepth int
		hp       bool
	}{{SAD, 8, true}, {SATD, 10, true}, {Variance, 8, true}, {SAD, 12, false}, {Variance, 10, false}} {
		ref := picture(w, h, c.bitDepth, 0, 0)
		r := newRefiner(c.hp, false)
		r.Metric, r.BitDepth = c.metric, c.bitDepth
		for _, mv := range []av1.MV{{Row: 0, Col: 0}, {Row: 4, Col: -4}, {Row: -22, Col: 34}, {Row: 13, Col: -7}, {Row: -3, Col: 1}, {Row: 41, Col: 58}} {
			if !c.hp {
				mv.Row, mv.Col = mv.Row&^1, mv.Col&^1
			}
			cur := moved(&ref, mv, c.bitDepth)
			for _, size := range [][2]int{{8, 8}, {16, 16}, {32, 8}, {64, 64}} {
				target := Target{Src: &cur, Ref: &ref, X: 64, Y: 32, W: size[0], H: size[1], Pred: av1.MV{Row: 2, Col: -2}}
				starts := []av1.MV{{Row: mv.Row + 20, Col: mv.Col - 12}, {Row: -300, Col: 200}}
				got := r.Refine(&target, starts)
				if got.Mv != mv || got.Dist != 0 {
					t.Errorf("%+v %v: found %v, distortion %d, want %v", c, size, got.Mv, got.Dist, mv)
				}
			}
		}
	}
}

// TestRefineStaysInBounds checks what a Refiner promises of its vectors, at the borders and with odd predictions.
func TestRefineStaysInBounds(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 3))
	for _, size := range [][2]int{{16, 16}, {200, 136}, {2600, 24}} {
		w, h := size[0], size[1]
		pics := [2]frame.Plane{picture(w, h, 8, 0, 0), picture(w, h, 8, 100, 70)}
		for i := range 300 {
			hp, integer := i%3 == 0, i%3 == 1
			ref := newRefiner(hp, integer)
			ref.SadLambda, ref.Lambda = uint64(r.IntN(2000)), uint64(r.IntN(2000))
			step := int16(ref.precision())
			random := func(n int) av1.MV {
				return av1.MV{Row: int16(r.IntN(2*n) - n), Col: int16(r.IntN(2*n) - n)}
			}
			bs := av1.BlockSize(r.IntN(int(av1.Block64x128)))
			bw, bh := int(av1.BlockWidth[bs]), int(av1.BlockHeight[bs])
			target := Target{Src: &pics[0], Ref: &pics[1], X: r.IntN(w) &^ (bw - 1), Y: r.IntN(h) &^ (bh - 1), W: bw, H: bh}
			lo, hi := predict.MVRange(target.X, target.Y, bw, bh, w, h)
			target.Pred = predict.ClampMV(random(16384), lo, hi)
			target.Pred.Row, target.Pred.Col = target.Pred.Row/step*step, target.Pred.Col/step*step
			got := ref.Refine(&target, []av1.MV{random(16000), random(1000)})
			mv := got.Mv
			if predict.ClampMV(mv, lo, hi) != mv || !mvpred.Valid(mv) || mv.Row%step != 0 || mv.Col%step != 0 ||
				abs(int(mv.Row)-int(target.Pred.Row)) > MaxDiff || abs(int(mv.Col)-int(target.Pred.Col)) > MaxDiff {
				t.Fatalf("%v block %d at (%d, %d), prediction %v: vector %v", size, bs, target.X, target.Y, target.Pred, mv)
			}
		}
	}
}

func TestRefinePrefersCheapVectors(t *testing.T) {
	flat := picture(128, 128, 8, 0, 0)
	for y := range flat.Height {
		row := flat.Row(0, y)[:flat.Width]
		for x := range row {
			row[x] = 77
		}
	}
	flat.Extend(0, flat.Height)
	r := newRefiner(true, false)
	r.SadLambda, r.Lambda = 1024, 1024
	pred := av1.MV{Row: 16, Col: -24}
	got := r.Refine(&Target{Src: &flat, Ref: &flat, X: 32, Y: 32, W: 16, H: 16, Pred: pred}, []av1.MV{{Row: 64, Col: 64}, {}, pred})
	if got.Mv != pred {
		t.Errorf("found %v in flat content, want the prediction %v", got.Mv, pred)
	}
}

func abs(v int) int { return max(v, -v) }

func TestNoAllocation(t *testing.T) {
	const w, h = 128, 128
	a, b := picture(w, h, 8, 0, 0), picture(w, h, 8, 5, 3)
	pa, pb := pyramidOf(&a, 8), pyramidOf(&b, 8)
	out := NewResults(make([]SBResult, ResultsSize(w, h)), w, h)
	s := &Searcher{Settings: searchTests[0].Settings}
	r := newRefiner(true, false)
	job := Job{Cur: pa, Ref: pb, Distance: 1, Out: &out}
	target := Target{Src: &a, Ref: &b, X: 32, Y: 32, W: 16, H: 16}
	starts := []av1.MV{{Row: 8, Col: 8}}
	if n := testing.AllocsPerRun(2, func() {
		pa.Build(packed(&a), 8)
		s.Row(&job, 0)
		r.Refine(&target, starts)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkPyramid(b *testing.B) {
	p := picture(640, 360, 8, 0, 0)
	pyr := pyramidOf(&p, 8)
	b.SetBytes(640 * 360)
	for b.Loop() {
		pyr.Build(packed(&p), 8)
	}
}

func BenchmarkSearch(b *testing.B) {
	const w, h = 640, 128
	cur, ref := picture(w, h, 8, 9, 4), picture(w, h, 8, 0, 0)
	out := NewResults(make([]SBResult, ResultsSize(w, h)), w, h)
	job := Job{Cur: pyramidOf(&cur, 8), Ref: pyramidOf(&ref, 8), Distance: 1, Out: &out}
	for _, c := range searchTests {
		b.Run(c.name, func(b *testing.B) {
			s := Searcher{Settings: c.Settings}
			b.SetBytes(w * 64)
			b.ReportAllocs()
			for b.Loop() {
				s.Row(&job, 0)
			}
		})
	}
}

func BenchmarkSubSample(b *testing.B) {
	ref := picture(192, 128, 8, 0, 0)
	cur := moved(&ref, av1.MV{Row: 13, Col: -7}, 8)
	for _, f := range []av1.InterpFilter{av1.EightTap, av1.Bilinear} {
		b.Run([]string{av1.EightTap: "8-tap", av1.Bilinear: "bilinear"}[f], func(b *testing.B) {
			r := newRefiner(false, false)
			r.Filter, r.Metric, r.Rounds = f, Variance, 1
			target := Target{Src: &cur, Ref: &ref, X: 64, Y: 32, W: 16, H: 16}
			b.ReportAllocs()
			for b.Loop() {
				r.SubSample(&target, av1.MV{Row: 16, Col: -8})
			}
		})
	}
}

func BenchmarkMvCost(b *testing.B) {
	r := newRefiner(true, false)
	sum, i := uint32(0), 0
	for b.Loop() {
		i++
		sum += r.Costs.Cost(av1.MV{Row: int16(i & 255), Col: int16(i >> 8 & 255)}, av1.MV{})
	}
	_ = sum
}

// The tables a search relies on agree with each other.
func TestBlockIndex(t *testing.T) {
	seen := [simd.GridBlocks]bool{}
	for log2 := 6; log2 >= 3; log2-- {
		for y := 0; y < 64; y += 1 << log2 {
			for x := 0; x < 64; x += 1 << log2 {
				seen[BlockIndex(log2, 128+x, 64+y)] = true
			}
		}
	}
	if slices.Contains(seen[:], false) {
		t.Error("some blocks have no index")
	}
}
