package filter

import (
	"fmt"
	"math"
	"math/rand"
	"testing"

	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/frame"
)

// degraded returns a smooth picture with edges, and what a coarse codec leaves of it:
// blocks with their own offsets, noise, and a little blur.
func degraded(rng *rand.Rand, w, h, bitDepth int, f format) (source, recon *frame.Picture) {
	source, recon = newPicture(w, h, bitDepth, f), newPicture(w, h, bitDepth, f)
	scale := float64(int(1) << (bitDepth - 8))
	for i := range f.numPlanes {
		p, q := &source.Planes[i], &recon.Planes[i]
		for y := range p.AllocH {
			for x := range p.AllocW {
				v := 120 + 60*math.Sin(float64(x)/9+float64(i)) + 40*math.Cos(float64(y+x)/14)
				if (x/23+y/31)&1 == 0 {
					v += 25
				}
				set(p, x, y, int(v*scale))
			}
		}
		p.Extend(0, p.Height)
		for y := 0; y < q.AllocH; y += 8 {
			for x := 0; x < q.AllocW; x += 8 {
				offset := (rng.Float64() - 0.5) * 8
				for dy := range 8 {
					for dx := range 8 {
						blur := float64(2*at(p, x+dx, y+dy)+at(p, x+dx+1, y+dy)+at(p, x+dx-1, y+dy)) / 4
						v := int(blur + scale*(offset+(rng.Float64()-0.5)*6))
						set(q, x+dx, y+dy, clip3(0, 1<<bitDepth-1, v))
					}
				}
			}
		}
	}
	return
}

// codedFrame is a grid of 8x8 intra blocks with residual.
func codedFrame(rng *rand.Rand, w, h int, f format) *randomFrame {
	r := newRandomFrame(rng, w, h, f)
	m := frame.ModeInfo{BlockSize: av1.Block8x8, TxSize: av1.Tx8x8, RefFrame: [2]int8{0, -1}}
	r.grid.Splat(0, 0, r.grid.Cols, r.grid.Rows, &m)
	return r
}

func visibleSSE(a, b *frame.Picture, plane int) (total uint64) {
	p, q := &a.Planes[plane], &b.Planes[plane]
	return planeSSE(p, q, 0, 0, p.Width, p.Height)
}

func TestDeblockSearch(t *testing.T) {
	for _, f := range formats {
		rng := rand.New(rand.NewSource(3))
		source, recon := degraded(rng, 200, 140, 10, f)
		r := codedFrame(rng, 200, 140, f)
		mem := make([]uint8, DeblockScratchSize(r.grid.Cols))
		s := DeblockSearch{Trial: newPicture(200, 140, 10, f), Scratch: NewDeblockScratch(mem, r.grid.Cols), RowStep: 1}
		p := DeblockParams{Level: [4]uint8{16, 16, 16, 16}}
		s.Run(&p, source, recon, &r.grid)

		var d Deblocker
		d.Init(&p, 10)
		got := clonePicture(recon)
		d.Rows(got, &r.grid, 0, r.grid.Rows, &s.Scratch)
		for plane := range f.numPlanes {
			if before, after := visibleSSE(recon, source, plane), visibleSSE(got, source, plane); after >= before {
				t.Errorf("%s: levels %v, plane %d: squared error %d -> %d", f.name, p.Level, plane, before, after)
			}
		}
		if n := testing.AllocsPerRun(1, func() { s.Run(&p, source, recon, &r.grid) }); n > 0 {
			t.Errorf("%v allocations", n)
		}
	}
}

func TestLevelsFromQ(t *testing.T) {
	for _, bitDepth := range []int{8, 10, 12} {
		for _, intra := range []bool{false, true} {
			last := uint8(0)
			for qidx := range 256 {
				var d DeblockParams
				d.SetFromQ(qidx, bitDepth, intra)
				if d.Level[0] < last || d.Level[0] > 63 {
					t.Fatalf("level %d after %d at %d", d.Level[0], last, qidx)
				}
				last = d.Level[0]
				var c CdefParams
				c.SetFromQ(qidx, bitDepth, intra)
				if c.YPri[0] > 15 || c.UVPri[0] > 15 || max(c.YSec[0], c.UVSec[0]) > 4 || c.Damping < 3 || c.Damping > 6 {
					t.Fatalf("%+v at %d", c, qidx)
				}
			}
		}
	}
}

func TestCdefSearch(t *testing.T) {
	for _, f := range formats {
		for name, set := range map[string]CdefSet{"all": CdefSetAll, "medium": CdefSetMedium, "fast": CdefSetFast} {
			t.Run(f.name+"/"+name, func(t *testing.T) { testCdefSearch(t, f, set) })
		}
	}
}

func testCdefSearch(t *testing.T, f format, set CdefSet) {
	rng := rand.New(rand.NewSource(5))
	w, h := 333, 201
	source, src := degraded(rng, w, h, 8, f)
	r := newRandomFrame(rng, w, h, f)
	var search CdefSearch
	search.Init(&r.grid, set, 5, make([]uint64, CdefSearchSize(&r.grid, set.Len())))
	s := new(CdefScratch)
	fbRows := (r.grid.Rows + 15) / 16
	for _, row := range rng.Perm(fbRows) {
		search.Rows(src, source, &r.grid, row, row+1, s)
	}
	n, stride := CdefIndexSize(&r.grid)
	c := Cdef{Index: make([]int8, n)}
	search.Pick(&c, &r.grid, f.numPlanes, 3, 0)
	got := newPicture(w, h, 8, f)
	c.Rows(got, src, &r.grid, 0, r.grid.Rows, s)

	// With lambda 0 the search's sum is the squared error of the coded blocks, so the
	// gain it promises is the gain of the whole picture.
	var before, after, promised, unfiltered uint64
	for plane := range f.numPlanes {
		before += visibleSSE(src, source, plane)
		after += visibleSSE(got, source, plane)
	}
	for i := range search.coded {
		if search.coded[i] > 0 {
			m := 2 * set.Len()
			unfiltered += search.sse[i*m] + search.sse[i*m+set.Len()]
		}
	}
	for _, v := range search.floor {
		promised += v
	}
	if after >= before {
		t.Errorf("squared error %d -> %d", before, after)
	}
	if int(c.Params.Bits) == 3 && before-after != unfiltered-promised {
		t.Errorf("gain %d, promised %d", before-after, unfiltered-promised)
	}
	for row := 0; row < r.grid.Rows; row++ {
		for col := 0; col < r.grid.Cols; col++ {
			cell := r.grid.At(row, col)
			h, w := int(av1.Num4x4BlocksHigh[cell.BlockSize]), int(av1.Num4x4BlocksWide[cell.BlockSize])
			lead := c.Index[row&^(h-1)/16*stride+col&^(w-1)/16]
			if idx := c.Index[row/16*stride+col/16]; !cell.Skip && (idx < 0 || w*h >= 16*32 && idx != lead) {
				t.Fatalf("cell %d,%d of %dx%d: index %d, first has %d", row, col, w, h, idx, lead)
			}
		}
	}
	if n := testing.AllocsPerRun(1, func() { search.Pick(&c, &r.grid, f.numPlanes, 3, 10) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestRestorationSearch(t *testing.T) {
	sets := []uint8{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}
	for _, f := range formats {
		for _, bitDepth := range []int{8, 10, 12} {
			t.Run(fmt.Sprintf("%s/%d", f.name, bitDepth), func(t *testing.T) {
				rng := rand.New(rand.NewSource(7))
				source, cdef := degraded(rng, 201, 130, bitDepth, f)
				_, deblocked := degraded(rng, 201, 130, bitDepth, f)
				testRestorationSearch(t, source, cdef, deblocked, RestorationOptions{WienerRounds: 2, WienerRefine: 1, SgrSets: sets})
			})
		}
	}
}

func testRestorationSearch(t *testing.T, source, cdef, deblocked *frame.Picture, o RestorationOptions) {
	t.Helper()
	search := RestorationSearch{Source: source, Cdef: cdef, Deblocked: deblocked, Options: o}
	s := new(RestorationScratch)
	rates := RestorationRates{RestorationType: [3]uint32{900, 600, 800}, UseWiener: [2]uint32{500, 512}, UseSgrproj: [2]uint32{512, 512}}
	var r Restoration
	for plane := range source.NumPlanes {
		p := &r[plane]
		w, h := source.Planes[plane].Width, source.Planes[plane].Height
		p.SetUnitSize(64, w, h, make([]RestorationUnit, UnitCount(64, w)*UnitCount(64, h)))
		trials := make([]UnitTrial, len(p.Units))
		for i := range trials {
			search.Unit(p, plane, i/p.Cols, i%p.Cols, &trials[i], s)
		}
		for _, typ := range []av1.RestorationType{av1.RestoreWiener, av1.RestoreSgrproj} {
			checkTrials(t, &r, plane, typ, trials, &search, s)
		}
		p.Decide(plane, trials, &rates, 1)
		if p.Type == av1.RestoreNone {
			t.Errorf("plane %d: nothing chosen", plane)
		}
		if n := testing.AllocsPerRun(1, func() {
			search.Unit(p, plane, 0, 0, &trials[0], s)
			p.Decide(plane, trials, &rates, 1)
		}); n > 0 {
			t.Errorf("%v allocations", n)
		}
	}
}

// checkTrials restores the plane with the trials of one type and compares the errors.
func checkTrials(t *testing.T, r *Restoration, plane int, typ av1.RestorationType, trials []UnitTrial, search *RestorationSearch, s *RestorationScratch) {
	t.Helper()
	p := &r[plane]
	var none, promised uint64
	for i := range trials {
		none += trials[i].SSE[av1.RestoreNone]
		promised += trials[i].SSE[typ]
		p.Units[i] = trials[i].Wiener
		if typ == av1.RestoreSgrproj {
			p.Units[i] = trials[i].Sgr
		}
	}
	p.Type = typ
	got := clonePicture(search.Cdef)
	r.Rows(got, search.Cdef, search.Deblocked, 0, StripeCount(got.Planes[0].Height), s)
	if before := visibleSSE(search.Cdef, search.Source, plane); before != none {
		t.Errorf("plane %d: squared error %d, search says %d", plane, before, none)
	}
	if after := visibleSSE(got, search.Source, plane); after != promised || after >= none {
		t.Errorf("plane %d type %d: squared error %d, search says %d, before %d", plane, typ, after, promised, none)
	}
}

// TestSolveSgrIsMinimal compares the least squares weights with all legal weights.
func TestSolveSgrIsMinimal(t *testing.T) {
	rng := rand.New(rand.NewSource(2))
	for set := range uint8(16) {
		for range 20 {
			var sums [5]int64
			for range 50 {
				f0, f1 := int64(rng.Intn(400)-200), int64(rng.Intn(400)-200)
				e := (f0*int64(rng.Intn(64)) + f1*int64(rng.Intn(80))) / 128
				for i, v := range [5]int64{f0 * f0, f0 * f1, f1 * f1, f0 * e, f1 * e} {
					sums[i] += v
				}
			}
			xqd, cost := solveSgr(&sums, set)
			q := sgrQuadratic{float64(sums[0]), float64(sums[1]), float64(sums[2]), 128 * float64(sums[3]), 128 * float64(sums[4])}
			for w0 := -96; w0 <= 31; w0++ {
				for w1 := -32; w1 <= 95; w1++ {
					a, b := float64(w0), float64(128-w0-w1)
					if av1.SgrParams[set][0] == 0 {
						a = 0
						b = float64(128 - w1)
					}
					if av1.SgrParams[set][2] == 0 {
						b = 0
					}
					if c := q.at(a, b); c < cost-math.Abs(cost)*0.02 {
						t.Fatalf("set %d: %v costs %g, (%d, %d) %g", set, xqd, cost, w0, w1, c)
					}
				}
			}
		}
	}
}

// specBits is decode_signed_subexp_with_ref_bool (section 5.11.58) over random bits.
type specBits struct {
	rng  *rand.Rand
	read int
}

func (s *specBits) literal(n int) (v int) {
	for range n {
		v = v<<1 | s.rng.Intn(2)
	}
	s.read += n
	return
}

func (s *specBits) ns(n int) int {
	w := 0
	for x := n; x != 0; x >>= 1 {
		w++
	}
	m := 1<<w - n
	v := s.literal(w - 1)
	if v < m {
		return v
	}
	return v<<1 - m + s.literal(1)
}

func (s *specBits) subexp(numSyms, k int) int {
	i, mk := 0, 0
	for {
		b2 := k
		if i != 0 {
			b2 = k + i - 1
		}
		a := 1 << b2
		if numSyms <= mk+3*a {
			return s.ns(numSyms-mk) + mk
		}
		if s.literal(1) == 0 {
			return s.literal(b2) + mk
		}
		i++
		mk += a
	}
}

func (s *specBits) signed(low, high, k, r int) int {
	inverseRecenter := func(r, v int) int {
		if v > 2*r {
			return v
		} else if v&1 == 1 {
			return r - (v+1)>>1
		}
		return r + v>>1
	}
	mx := high - low
	r -= low
	v := s.subexp(mx, k)
	if r<<1 <= mx {
		return inverseRecenter(r, v) + low
	}
	return mx - 1 - inverseRecenter(mx-1-r, v) + low
}

func TestSignedSubexpBits(t *testing.T) {
	rng := rand.New(rand.NewSource(1))
	for range 20000 {
		lo, hi, k := av1.SgrprojXqdMin[rng.Intn(2)], av1.SgrprojXqdMax[0], 4
		if i := rng.Intn(4); i < 3 {
			lo, hi, k = av1.WienerTapsMin[i], av1.WienerTapsMax[i], int(av1.WienerTapsK[i])
		}
		ref := int(lo) + rng.Intn(int(hi)-int(lo)+1)
		s := specBits{rng: rng}
		v := s.signed(int(lo), int(hi)+1, k, ref)
		if got := signedSubexpBits(lo, hi, k, int8(ref), int8(v)); got != s.read {
			t.Fatalf("%d..%d k %d ref %d: %d takes %d bits, got %d", lo, hi, k, ref, v, s.read, got)
		}
	}
}

func BenchmarkCdefSearch(b *testing.B) {
	f := formats[1]
	for name, set := range map[string]CdefSet{"all": CdefSetAll, "fast": CdefSetFast} {
		b.Run(name, func(b *testing.B) {
			rng := rand.New(rand.NewSource(1))
			source, src := degraded(rng, 640, 360, 8, f)
			r := codedFrame(rng, 640, 360, f)
			var search CdefSearch
			search.Init(&r.grid, set, 5, make([]uint64, CdefSearchSize(&r.grid, set.Len())))
			n, _ := CdefIndexSize(&r.grid)
			c, s := Cdef{Index: make([]int8, n)}, new(CdefScratch)
			b.ReportAllocs()
			for b.Loop() {
				search.Rows(src, source, &r.grid, 0, (r.grid.Rows+15)/16, s)
				search.Pick(&c, &r.grid, 3, 3, 50)
			}
		})
	}
}

func BenchmarkRestorationSearch(b *testing.B) {
	f := formats[1]
	for name, o := range map[string]RestorationOptions{"wiener": {WienerRounds: 2}, "sgrproj": {SgrSets: []uint8{3}}} {
		b.Run(name, func(b *testing.B) {
			rng := rand.New(rand.NewSource(1))
			source, cdef := degraded(rng, 256, 256, 8, f)
			search := RestorationSearch{Source: source, Cdef: cdef, Deblocked: cdef, Options: o}
			var p PlaneRestoration
			p.SetUnitSize(256, 256, 256, make([]RestorationUnit, 1))
			var t UnitTrial
			s := new(RestorationScratch)
			b.ReportAllocs()
			for b.Loop() {
				search.Unit(&p, 0, 0, 0, &t, s)
			}
		})
	}
}
