package bitstream

import (
	"errors"
	"math"
	"math/bits"
	"math/rand/v2"
	"slices"
	"testing"
)

// randomCDF makes a CDF of n symbols; extreme ones give some symbols no probability at all.
func randomCDF(r *rand.Rand, n int, extreme bool) []uint16 {
	cdf := make([]uint16, n+1)
	for i := range n - 1 {
		switch {
		case extreme && r.IntN(2) == 0:
			cdf[i] = uint16(r.IntN(2)) << 15
		case extreme:
			cdf[i] = uint16(r.IntN(65)) + uint16(r.IntN(2))*(1<<15-64)
		default:
			cdf[i] = uint16(r.IntN(1<<15 + 1))
		}
	}
	cdf[n-1] = 1 << 15
	slices.Sort(cdf[:n])
	for i := range n {
		cdf[i] = max(cdf[i], 1) // the specification's coder has no room for a zero here
	}
	cdf[n] = uint16(r.IntN(33))
	return cdf
}

// pick draws a symbol by the CDF, or now and then one it makes improbable.
func pick(r *rand.Rand, cdf []uint16) int {
	n := len(cdf) - 1
	if r.IntN(16) == 0 {
		return r.IntN(n)
	}
	x := uint16(r.IntN(1 << 15))
	for s := range n {
		if x < cdf[s] {
			return s
		}
	}
	return n - 1
}

func TestCoderRoundTrip(t *testing.T) {
	for _, tc := range []struct {
		name             string
		extreme, noAdapt bool
		tiles, symbols   int
	}{
		{"adapting", false, false, 20, 60000},
		{"adapting extreme", true, false, 20, 60000},
		{"fixed", false, true, 10, 60000},
		{"fixed extreme", true, true, 10, 60000},
		{"short", false, false, 20000, 12},
		{"short extreme", true, false, 20000, 12},
		{"tiny", true, true, 20000, 3},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(1, 2))
			buf := make([]byte, 1<<19)
			for tile := range tc.tiles {
				roundTrip(t, r, tile, buf, tc.symbols, tc.extreme, tc.noAdapt)
			}
		})
	}
}

// coded is one thing coded: a symbol of CDF cdf, or with cdf < 0 a literal of -cdf bits.
type coded struct{ cdf, value int }

func roundTrip(t *testing.T, r *rand.Rand, tile int, buf []byte, symbols int, extreme, noAdapt bool) {
	t.Helper()
	var cdfs, other [24][]uint16
	for i := range cdfs {
		cdfs[i] = randomCDF(r, 2+i%15, extreme)
		other[i] = slices.Clone(cdfs[i])
	}
	var c Coder
	c.StartWriting(buf, nil, noAdapt)
	list := make([]coded, r.IntN(symbols+1))
	for i := range list {
		e := &list[i]
		if r.IntN(8) == 0 {
			n := 1 + r.IntN(20)
			*e = coded{-n, r.IntN(1 << n)}
			c.Literal(uint32(e.value), n)
			continue
		}
		e.cdf = r.IntN(len(cdfs))
		e.value = pick(r, cdfs[e.cdf])
		c.Symbol(cdfs[e.cdf], e.value)
	}
	data, err := c.Finish()
	if err != nil {
		t.Fatal(err)
	}
	d := newSpecDecoder(data, !noAdapt)
	for i, e := range list {
		var got int
		if e.cdf < 0 {
			got = d.literal(-e.cdf)
		} else {
			got = d.symbol(other[e.cdf])
		}
		if got != e.value {
			t.Fatalf("tile %d symbol %d of %d: got %d, want %d", tile, i, len(list), got, e.value)
		}
	}
	if s := d.exit(); s != "" {
		t.Fatalf("tile %d, %d symbols, %d bytes: %s", tile, len(list), len(data), s)
	}
	for i := range cdfs {
		if !slices.Equal(cdfs[i], other[i]) {
			t.Fatalf("tile %d: CDF %d is %v, the decoder has %v", tile, i, cdfs[i], other[i])
		}
	}
}

// TestCoderCarry codes the most improbable symbols, so that low stays near its upper end and carries run far.
func TestCoderCarry(t *testing.T) {
	for _, cdf := range [][]uint16{{32767, 32768, 0}, {32768, 32768, 0}, {1, 32768, 0}, {1, 32767, 32768, 0}} {
		n := len(cdf) - 1
		for s := range n {
			other := slices.Clone(cdf)
			var c Coder
			c.StartWriting(make([]byte, 4096), nil, true)
			for range 2000 {
				c.Symbol(cdf, s)
			}
			data, err := c.Finish()
			if err != nil {
				t.Fatal(err)
			}
			d := newSpecDecoder(data, false)
			for i := range 2000 {
				if got := d.symbol(other); got != s {
					t.Fatalf("%v: symbol %d is %d, want %d", cdf, i, got, s)
				}
			}
			if e := d.exit(); e != "" {
				t.Fatal(e)
			}
		}
	}
}

// TestLevels compares Levels and Signs with the same symbols coded one by one.
func TestLevels(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	var loop, single struct {
		c    Coder
		base [42][5]uint16
		br   [21][5]uint16
	}
	for i := range loop.base {
		copy(loop.base[i][:], randomCDF(r, 4, i&1 != 0))
	}
	for i := range loop.br {
		copy(loop.br[i][:], randomCDF(r, 4, i&1 != 0))
	}
	for _, noAdapt := range []bool{false, true} {
		single.base, single.br = loop.base, loop.br
		loop.c.StartWriting(make([]byte, 1<<20), nil, noAdapt)
		single.c.StartWriting(make([]byte, 1<<20), nil, noAdapt)
		for range 2000 {
			tokens, levels := make([]Token, r.IntN(60)), make([]int32, r.IntN(40))
			for i := range tokens {
				ctx, s := uint(r.IntN(42)), uint(r.IntN(4))
				if tokens[i] = BaseToken(ctx, s); r.IntN(3) == 0 {
					ctx /= 2
					tokens[i] = BrToken(ctx, s)
					single.c.Symbol(single.br[ctx][:], int(s))
				} else {
					single.c.Symbol(single.base[ctx][:], int(s))
				}
			}
			for i := range levels {
				level := uint32(1 + r.IntN(1<<r.IntN(20)))
				sign := uint32(r.IntN(2))
				levels[len(levels)-1-i] = int32(level) * (1 - 2*int32(sign))
				single.c.Literal(sign, 1)
				if level > 14 {
					n := bits.Len32(level - 14)
					single.c.Literal(0, n-1)
					single.c.Literal(level-14, n)
				}
			}
			loop.c.Levels(&loop.base, &loop.br, tokens)
			loop.c.Signs(levels, 14)
		}
		got, err := loop.c.Finish()
		want, err2 := single.c.Finish()
		if err != nil || err2 != nil || !slices.Equal(got, want) {
			t.Fatalf("noAdapt %v: other bytes, %v, %v", noAdapt, err, err2)
		}
		if loop.base != single.base || loop.br != single.br {
			t.Fatalf("noAdapt %v: other CDFs", noAdapt)
		}
	}
}

func TestUniformAndSubexp(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	type entry struct{ v, low, high, k, ref int } // k < 0: NS(high)
	var list []entry
	var c Coder
	c.StartWriting(make([]byte, 1<<20), nil, false)
	for range 100000 {
		if r.IntN(3) == 0 {
			n := 1 + r.IntN(300)
			e := entry{v: r.IntN(n), high: n, k: -1}
			c.NS(uint32(e.v), uint32(n))
			list = append(list, e)
			continue
		}
		e := entry{low: -r.IntN(100), k: r.IntN(5)}
		e.high = e.low + 1 + r.IntN(150)
		e.v, e.ref = e.low+r.IntN(e.high-e.low), e.low+r.IntN(e.high-e.low)
		c.SignedSubexpWithRef(e.v, e.low, e.high, e.k, e.ref)
		list = append(list, e)
	}
	data, err := c.Finish()
	if err != nil {
		t.Fatal(err)
	}
	d := newSpecDecoder(data, true)
	for i, e := range list {
		var got int
		if e.k < 0 {
			got = d.ns(e.high)
		} else {
			got = d.signedSubexpWithRef(e.low, e.high, e.k, e.ref)
		}
		if got != e.v {
			t.Fatalf("entry %d %+v: got %d", i, e, got)
		}
	}
}

func TestShortBuffer(t *testing.T) {
	cdf := []uint16{16384, 32768, 0}
	var need int
	for size := 64; size >= 0; size-- {
		var c Coder
		c.StartWriting(make([]byte, size), nil, true)
		for i := range 300 {
			c.Symbol(cdf, i&1)
		}
		data, err := c.Finish()
		switch {
		case size == 64:
			need = len(data)
		case size >= need && err != nil:
			t.Fatalf("%d bytes for %d: %v", size, need, err)
		case size < need && !errors.Is(err, ErrShortBuffer):
			t.Fatalf("%d bytes for %d: no error", size, need)
		}
	}
}

// TestCost compares counted cost with the size of what is written.
func TestCost(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 50 {
		cdf := randomCDF(r, 2+r.IntN(15), false)
		var w, n Coder
		w.StartWriting(make([]byte, 1<<20), nil, true)
		n.StartCounting(nil)
		before := slices.Clone(cdf)
		for range 50000 {
			s := pick(r, cdf)
			w.Symbol(cdf, s)
			n.Symbol(cdf, s)
		}
		w.Literal(5, 7)
		n.Literal(5, 7)
		data, err := w.Finish()
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(cdf, before) {
			t.Fatal("counting changed the CDF")
		}
		got, want := float64(n.Cost())/512, float64(len(data)*8)
		if math.Abs(got-want) > 0.05*want+16 {
			t.Errorf("%v: counted %.0f bits, wrote %.0f", cdf, got, want)
		}
	}
	if c := ProbCost(1 << 14); c < 500 || c > 515 {
		t.Errorf("an even chance costs %d/512 bit", c)
	}
	if c := ProbCost(1 << 15); c > 2 {
		t.Errorf("certainty costs %d/512 bit", c)
	}
}

func BenchmarkCoder(b *testing.B) {
	for _, bm := range []struct {
		name     string
		symbols  int
		counting bool
		noAdapt  bool
	}{
		{"write2", 2, false, false}, {"write4", 4, false, false}, {"write13", 13, false, false},
		{"write4fixed", 4, false, true}, {"count4", 4, true, false},
	} {
		b.Run(bm.name, func(b *testing.B) {
			r := rand.New(rand.NewPCG(7, 8))
			cdf := randomCDF(r, bm.symbols, false)
			var syms [4096]uint8
			for i := range syms {
				syms[i] = uint8(pick(r, cdf))
			}
			buf := make([]byte, 1<<16)
			var c Coder
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if i&4095 == 0 {
					if bm.counting {
						c.StartCounting(nil)
					} else {
						c.StartWriting(buf, nil, bm.noAdapt)
					}
				}
				c.Symbol(cdf, int(syms[i&4095]))
			}
		})
	}
	b.Run("literal8", func(b *testing.B) {
		buf := make([]byte, 1<<16)
		var c Coder
		for i := 0; b.Loop(); i++ {
			if i&4095 == 0 {
				c.StartWriting(buf, nil, false)
			}
			c.Literal(uint32(i)*2654435761>>24, 8)
		}
	})
}
