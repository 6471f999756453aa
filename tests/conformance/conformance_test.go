package conformance

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/grav1e/grav1e/encoder"
	"github.com/grav1e/grav1e/internal/obu"
)

var (
	flagN    = flag.Int("conformance.n", 60, "number of random cases")
	flagSeed = flag.Uint64("conformance.seed", 1, "first seed")
	flagKeep = flag.String("conformance.keep", "", "folder for what failing cases leave")
)

func needDecoders(t *testing.T) {
	t.Helper()
	if missing := Missing(); len(missing) > 0 {
		t.Skipf("not installed: %v", missing)
	}
}

// TestRandom is the gate: random configurations and content, two decoders.
func TestRandom(t *testing.T) {
	needDecoders(t)
	n := *flagN
	if testing.Short() {
		n = min(n, 10)
	}
	failed := 0
	r := Runner{Keep: *flagKeep}
	r.Done = func(c *Case, err error) bool {
		if err == nil {
			return true
		}
		t.Errorf("%v\n  %v\n  again: go run ./tests/conformance/cmd/conform -seed %d -n 1", c, err, c.Seed)
		failed++
		return failed < 5
	}
	r.Seeds(t.Context(), *flagSeed, n)
}

// TestRanges has cases in which residuals of full amplitude, coarsely quantised, used to
// take intermediate values of the inverse transform out of their ranges (section 7.13.2).
func TestRanges(t *testing.T) {
	needDecoders(t)
	r := Runner{Keep: *flagKeep}
	for _, c := range []struct {
		seed   uint64
		change func(*Case)
	}{
		{1004424, func(*Case) {}},
		{960035, func(c *Case) { c.SetTemporalLayers(3) }},
		{5000083, func(c *Case) { c.Config.BitDepth, c.Content = 10, "checks" }},
	} {
		k := NewCase(c.seed)
		c.change(k)
		if err := r.One(t.Context(), k); err != nil {
			t.Errorf("%v: %v", k, err)
		}
	}
}

// TestBeyondEdges: what blocks code below a picture of a few rows fits into the plan, too.
func TestBeyondEdges(t *testing.T) {
	needDecoders(t)
	c := NewCase(6000032) // 184x5
	c.Config.BitDepth, c.Config.RandomModes, c.Content = 10, c.Seed, "waves"
	r := Runner{Keep: *flagKeep}
	if err := r.One(t.Context(), c); err != nil {
		t.Errorf("%v: %v", c, err)
	}
}

// TestFullAmplitude has no random decisions, but residuals as large as they can be.
func TestFullAmplitude(t *testing.T) {
	needDecoders(t)
	r := Runner{Keep: *flagKeep}
	for seed, kind := range []string{"noise", "checks", "checks", "waves", "waves", "waves"} {
		for i, q := range []int{4, 120, 255} {
			for _, depth := range []int{10, 12} {
				c := &Case{Frames: 4, Content: kind, ContentSeed: uint64(seed), Config: encoder.DefaultConfig(128, 64)}
				g := &c.Config
				g.SpeedPreset, g.BitDepth, g.Quantizer, g.Reconstruct, g.LowLatency = 4+(seed+i)%7, depth, q, true, i%2 == 1
				if err := r.One(t.Context(), c); err != nil {
					t.Errorf("%v: %v", c, err)
				}
			}
		}
	}
}

// TestSizes goes through the smallest sizes and those around the superblock.
func TestSizes(t *testing.T) {
	needDecoders(t)
	r := Runner{Keep: *flagKeep}
	for _, size := range [][2]int{{1, 1}, {1, 9}, {9, 1}, {2, 2}, {3, 5}, {4, 4}, {7, 8}, {16, 17}, {63, 65}, {64, 64}, {65, 63}, {130, 66}} {
		for chroma := range 4 {
			for _, depth := range []int{8, 10, 12} {
				c := &Case{Seed: 0, Frames: 4, Content: "rectangles", ContentSeed: uint64(size[0]), Config: encoder.DefaultConfig(size[0], size[1])}
				g := &c.Config
				g.SpeedPreset, g.BitDepth, g.Reconstruct, g.Threads = 10, depth, true, 1
				c.SetChroma(chroma)
				if err := r.One(t.Context(), c); err != nil {
					t.Errorf("%v: %v", c, err)
				}
			}
		}
	}
}

// TestPresets encodes the same pictures with every preset.
func TestPresets(t *testing.T) {
	needDecoders(t)
	r := Runner{Keep: *flagKeep}
	for speed := range 11 {
		for _, low := range []bool{false, true} {
			c := &Case{Frames: 9, Content: "street", ContentSeed: 7, Config: encoder.DefaultConfig(152, 104)}
			g := &c.Config
			g.SpeedPreset, g.LowLatency, g.Reconstruct = speed, low, true
			if err := r.One(t.Context(), c); err != nil {
				t.Errorf("%v: %v", c, err)
			}
		}
	}
}

// TestThreads: the stream doesn't depend on the number of workers.
func TestThreads(t *testing.T) {
	for _, c := range []struct {
		content string
		change  func(*encoder.Config)
	}{
		{"street", func(g *encoder.Config) {}},
		{"rectangles", func(g *encoder.Config) { g.LowLatency = true }},
		{"cuts", func(g *encoder.Config) { g.TileCols, g.TileRows = 2, 2 }},
		{"zoom", func(g *encoder.Config) { g.BitDepth, g.SpeedPreset = 10, 8 }},
		{"grain", func(g *encoder.Config) { g.RandomModes = 77 }},
	} {
		var want []byte
		for _, threads := range []int{1, 2, 3, 8} {
			k := &Case{Frames: 12, Content: c.content, ContentSeed: 3, Config: encoder.DefaultConfig(200, 136), Eager: threads % 3}
			k.Config.SpeedPreset, k.Config.Threads, k.Config.Reconstruct = 9, threads, true
			c.change(&k.Config)
			e, err := k.Encode(t.Context())
			if err != nil {
				t.Fatalf("%v: %v", k, err)
			}
			if got := e.Stream(); want == nil {
				want = got
			} else if !bytes.Equal(got, want) {
				t.Errorf("%v: stream differs from the one of a single thread (%d and %d bytes)", k, len(got), len(want))
			}
		}
	}
}

// TestAnnexB: both formats carry the same OBUs.
func TestAnnexB(t *testing.T) {
	c := &Case{Frames: 10, Content: "street", ContentSeed: 5, Config: encoder.DefaultConfig(96, 80)}
	c.Config.SpeedPreset, c.Config.Reconstruct = 10, true
	plain, err := c.Encode(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c.Config.AnnexB = true
	annexB, err := c.Encode(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for i := range plain.Packets {
		a, errA := obu.Split(plain.Packets[i].Data)
		b, rest, errB := obu.SplitAnnexB(annexB.Packets[i].Data)
		same := slices.EqualFunc(a, b, func(x, y obu.Unit) bool { return x.Type == y.Type && bytes.Equal(x.Data, y.Data) })
		if errA != nil || errB != nil || len(rest) > 0 || !same {
			t.Errorf("packet %d differs (%v, %v)", i, errA, errB)
		}
	}
}

// TestCases: cases follow from their seeds, survive JSON, and are valid.
func TestCases(t *testing.T) {
	seen := map[string]int{}
	for seed := range uint64(2000) {
		c := NewCase(seed)
		if !bytes.Equal(c.JSON(), NewCase(seed).JSON()) {
			t.Fatalf("seed %d gives two cases", seed)
		}
		back, err := ParseCase(c.JSON())
		if err != nil || !bytes.Equal(back.JSON(), c.JSON()) {
			t.Fatalf("seed %d doesn't survive JSON: %v", seed, err)
		}
		if err := c.Config.Validate(); err != nil {
			t.Errorf("%v: %v", c, err)
		}
		seen[fmt.Sprint("depth", c.Config.BitDepth)]++
		seen[fmt.Sprint("chroma", c.Config.Chroma)]++
		seen[fmt.Sprint("speed", c.Config.SpeedPreset)]++
		seen["content "+c.Content]++
		for name, on := range map[string]bool{"low latency": c.Config.LowLatency, "error resilient": c.Config.ErrorResilient,
			"switch frames": c.Config.SwitchFrameInterval > 0, "still": c.Config.StillPicture, "annex b": c.Config.AnnexB,
			"lossless": c.Config.Quantizer == 0, "interleaved": c.Interleaved, "random": c.Config.RandomModes > 0,
			"L1T2": c.Config.TemporalLayers == 2, "L1T3": c.Config.TemporalLayers == 3,
			"tiles": c.Config.Tiles > 1 || c.Config.TileCols > 1, "long": c.Frames > 16, "wide": c.Config.Width > 128} {
			if on {
				seen[name]++
			}
		}
	}
	if want := 3 + 4 + 11 + len(Contents) + 13; len(seen) != want {
		t.Errorf("%d features drawn, want %d: %v", len(seen), want, seen)
	}
	for name, n := range seen {
		if n < 20 {
			t.Errorf("%s drawn %d times only", name, n)
		}
	}
}

// TestContents: every kind of picture has samples in range, the same every time.
func TestContents(t *testing.T) {
	for _, kind := range append([]string{"waves"}, Contents...) {
		s := newScene(kind, 9, 40, 30)
		different := false
		for i := range 2000 {
			p := point{plane: i % 3, frame: i / 100, x: float64(i % 40), y: float64(i % 30)}
			v := s(p)
			if v < 0 || v > 1 || v != v || s(p) != v {
				t.Fatalf("%s: %v at %+v", kind, v, p)
			}
			different = different || v != s(point{x: 1, y: 1})
		}
		if !different {
			t.Errorf("%s: one flat picture", kind)
		}
	}
}

// TestDifference: the difference named first is the first in coding order.
func TestDifference(t *testing.T) {
	c := &Case{Frames: 1, Content: "noise", Config: encoder.DefaultConfig(150, 140)}
	h := c.header()
	a := c.pictures()[0]
	for _, d := range []struct {
		name               string
		samples            []int // offsets changed
		plane, x, y        int
		superblock, block  [2]int
		count, superblocks int
	}{
		{"one luma sample", []int{70*150 + 100}, 0, 100, 70, [2]int{64, 64}, [2]int{96, 64}, 1, 1},
		{"left superblock below, right one above", []int{64 * 150, 63*150 + 149}, 0, 149, 63, [2]int{128, 0}, [2]int{144, 56}, 2, 2},
		{"Z order inside a superblock", []int{8*150 + 0, 0*150 + 16}, 0, 0, 8, [2]int{0, 0}, [2]int{0, 8}, 2, 1},
		{"chroma before later luma", []int{30 * 150, 150*140 + 3*75 + 5}, 1, 5, 3, [2]int{0, 0}, [2]int{8, 0}, 2, 1},
	} {
		b := bytes.Clone(a)
		for _, i := range d.samples {
			b[i] ^= 1
		}
		got := firstDifference(&h, a, b)
		if got == nil || got.Plane != d.plane || got.X != d.x || got.Y != d.y || got.Superblock != d.superblock || got.Block != d.block ||
			got.Samples != d.count || got.SuperblocksBad != d.superblocks {
			t.Errorf("%s: %v", d.name, got)
		}
	}
	if d := firstDifference(&h, a, a); d != nil {
		t.Errorf("equal pictures: %v", d)
	}
}

// TestRunnerFinds: a stream that decodes to something else is reported.
func TestRunnerFinds(t *testing.T) {
	needDecoders(t)
	c := &Case{Frames: 3, Content: "rectangles", Config: encoder.DefaultConfig(40, 40)}
	c.Config.SpeedPreset, c.Config.Reconstruct = 10, true
	e, err := c.Encode(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	e.Recon[1][41] ^= 1
	dir := t.TempDir()
	stream := filepath.Join(dir, "stream.obu")
	if err := os.WriteFile(stream, e.Stream(), 0o644); err != nil {
		t.Fatal(err)
	}
	for i := range Decoders {
		err := c.compare(context.Background(), e, &Decoders[i], stream)
		if m, ok := err.(*MismatchError); !ok || m.Decoder != Decoders[i].Name {
			t.Errorf("%s: %v, want a mismatch", Decoders[i].Name, err)
		}
	}
}
