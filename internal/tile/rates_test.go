package tile

import (
	"math/rand/v2"
	"testing"

	"github.com/grav1e/grav1e/internal/av1"
)

// eachUnit calls f for every coded transform block of the frame, with the contexts as
// the writing pass has them, and codes the block afterwards with a counting Coder.
func (f *frameUnderTest) eachUnit(do func(b *Block, u *TxUnit, typ av1.TxType, levels []int32)) {
	s := &f.s
	for _, tile := range f.tiles {
		s.Start(&f.coder, f.seq, f.hdr, s.Grid, tile, &f.above)
		f.coder.StartCounting(&f.cdf)
		s.StartTile()
		for r := tile.MiRowStart; r < tile.MiRowEnd; r += f.sb4 {
			s.Left.Clear()
			for c := tile.MiColStart; c < tile.MiColEnd; c += f.sb4 {
				f.eachUnitOf(&f.sbs[r/f.sb4*f.stride+c/f.sb4], do)
			}
		}
	}
}

func (f *frameUnderTest) eachUnitOf(sb *Superblock, do func(b *Block, u *TxUnit, typ av1.TxType, levels []int32)) {
	s := &f.s
	tx := sb.TxBlocks
	for i := range sb.Blocks {
		b := &sb.Blocks[i]
		if b.Skip {
			s.ResetBlockContext(b)
			continue
		}
		units := s.Layout(nil, b)
		for i := range units {
			u, t := &units[i], &tx[i]
			typ := t.TxType
			if u.Plane > 0 {
				typ = s.ChromaTxType(b, u, tx[u.Luma].codedType())
			}
			levels := sb.Coefs[t.Off:][:t.Eob]
			do(b, u, typ, levels)
			s.Coeffs(b, u, typ, levels)
		}
		tx = tx[len(units):]
	}
}

// TestCoeffRate: the tables give what counting gives, and SaveContext undoes Coeffs.
func TestCoeffRate(t *testing.T) {
	var tables RateTables
	var saved SavedContext
	for _, c := range setups {
		f := newFrame(c, 7)
		s := &f.s
		randomizeCDFs(f)
		tables.Build(&f.cdf)
		f.eachUnit(func(b *Block, u *TxUnit, typ av1.TxType, levels []int32) {
			rate, zero := s.CoeffRate(&tables, b, u, typ, levels), s.AllZeroRate(&tables, b, u)
			above, left := append([]uint8{}, s.Above[u.Plane]...), s.Left
			s.SaveContext(&saved, b.Row, b.Col, b.BlockSize)
			before := s.Coder.Cost()
			s.Coeffs(b, u, typ, levels)
			if got := s.Coder.Cost() - before; got != rate {
				t.Fatalf("%s: plane %d transform %d type %d eob %d: counting says %d, tables %d", c.name(), u.Plane, u.Tx, typ, len(levels), got, rate)
			}
			if a, _ := s.contexts(u); a[0] != CoefContext(levels) {
				t.Fatalf("context %d, CoefContext %d", a[0], CoefContext(levels))
			}
			s.RestoreContext(&saved, b.Row, b.Col, b.BlockSize)
			if left != s.Left || string(above) != string(s.Above[u.Plane]) {
				t.Fatal("RestoreContext did not restore")
			}
			before = s.Coder.Cost()
			s.Coeffs(b, u, typ, nil)
			if got := s.Coder.Cost() - before; got != zero {
				t.Fatalf("all_zero: counting says %d, tables %d", got, zero)
			}
			s.RestoreContext(&saved, b.Row, b.Col, b.BlockSize)
		})
	}
}

// randomizeCDFs adapts the frame's CDFs by writing a tile, so that no two contexts are alike.
func randomizeCDFs(f *frameUnderTest) {
	g := newFrame(setup{w: 300, h: 300, format: "420", busy: 90, txMode: av1.TxModeSelect}, 3)
	g.cdf = f.cdf
	g.coder.StartWriting(make([]byte, 4<<20), &g.cdf, false)
	g.s.WriteTile(g.sbs, g.stride, &g.lr)
	f.cdf = g.cdf
}

// TestSuperblockCaps: nothing drawn at random needs more than SuperblockCaps says.
func TestSuperblockCaps(t *testing.T) {
	for _, c := range setups {
		f := newFrame(c, 11)
		np, nb, nt, nc := SuperblockCaps(c.use128, f.seq.NumPlanes(), f.seq.SubsamplingX, f.seq.SubsamplingY)
		for i := range f.sbs {
			sb := &f.sbs[i]
			if len(sb.Partitions) > np || len(sb.Blocks) > nb || len(sb.TxBlocks) > nt || len(sb.Coefs) > nc {
				t.Fatalf("%s: %d partitions, %d blocks, %d transforms, %d coefficients; caps %d, %d, %d, %d", c.name(),
					len(sb.Partitions), len(sb.Blocks), len(sb.TxBlocks), len(sb.Coefs), np, nb, nt, nc)
			}
		}
	}
}

// levelsFor draws eob levels of a typical distribution.
func levelsFor(r *rand.Rand, eob int) []int32 {
	levels := make([]int32, eob)
	for i := range levels {
		v := int32(r.ExpFloat64() * 6 / float64(1+i/4))
		if i == eob-1 {
			v = max(v, 1)
		}
		levels[i] = v * int32(1-2*r.IntN(2))
	}
	return levels
}

func BenchmarkCoeffs(b *testing.B) {
	f := newFrame(setup{w: 64, h: 64, format: "420", busy: 90, txMode: av1.TxModeSelect}, 1)
	s := &f.s
	var tables RateTables
	tables.Build(&f.cdf)
	r := rand.New(rand.NewPCG(1, 2))
	block := &Block{}
	block.BlockSize = av1.Block64x64
	buf := make([]byte, 1<<16)
	for _, k := range []struct {
		name string
		tx   av1.TxSize
		eob  int
	}{{"4x4/eob6", av1.Tx4x4, 6}, {"8x8/eob1", av1.Tx8x8, 1}, {"8x8/eob20", av1.Tx8x8, 20}, {"16x16/eob60", av1.Tx16x16, 60}, {"32x32/eob200", av1.Tx32x32, 200}} {
		u := &TxUnit{Tx: k.tx}
		levels := levelsFor(r, k.eob)
		b.Run(k.name+"/write", func(b *testing.B) {
			b.ReportAllocs()
			for i := range b.N {
				if i&15 == 0 {
					s.Coder.StartWriting(buf, &f.cdf, false)
				}
				s.Coeffs(block, u, av1.DCTDCT, levels)
			}
		})
		b.Run(k.name+"/count", func(b *testing.B) {
			b.ReportAllocs()
			s.Coder.StartCounting(&f.cdf)
			for range b.N {
				s.Coeffs(block, u, av1.DCTDCT, levels)
			}
		})
		b.Run(k.name+"/rate", func(b *testing.B) {
			b.ReportAllocs()
			for range b.N {
				s.CoeffRate(&tables, block, u, av1.DCTDCT, levels)
			}
		})
	}
}

func BenchmarkTile(b *testing.B) {
	f := newFrame(setup{w: 640, h: 360, format: "420", busy: 40, txMode: av1.TxModeSelect}, 1)
	buf := make([]byte, 4<<20)
	b.ReportAllocs()
	for range b.N {
		f.write(b, 0, buf)
	}
}

func BenchmarkBuildRates(b *testing.B) {
	f := newFrame(setup{w: 8, h: 8, format: "420"}, 1)
	var tables RateTables
	for range b.N {
		tables.Build(&f.cdf)
	}
}
