package encoder

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/grav1e/grav1e/internal/av1"
)

// TestRegionQuantisers: which superblocks of a picture of 4x3, the last ones cut, take a
// region's offset. Letters stand for offsets: a -1, b -0.5, z 0, c 1; a dot for none.
func TestRegionQuantisers(t *testing.T) {
	const w, h = 250, 140
	for _, c := range []struct {
		name    string
		regions []Region
		want    string
	}{
		{"none", nil, "............"},
		{"one sample", []Region{{100, 70, 1, 1, -1}}, ".....a......"},
		{"across", []Region{{63, 63, 2, 2, -1}}, "aa..aa......"},
		{"last row and column", []Region{{249, 139, 1, 1, -1}}, "...........a"},
		{"coarser needs all of it", []Region{{1, 0, 249, 128, 1}}, ".ccc.ccc...."},
		{"coarser, to the picture's edge", []Region{{192, 64, 58, 76, 1}}, ".......c...c"},
		{"coarser, almost to the edge", []Region{{192, 64, 57, 76, 1}}, "............"},
		{"the finest wins", []Region{{0, 0, 250, 140, 1}, {0, 0, 128, 64, -0.5}, {64, 0, 64, 128, -1}}, "bacc" + "cacc" + "cccc"},
		{"zero keeps coarser ones away", []Region{{0, 0, 250, 140, 1}, {65, 65, 1, 1, 0}}, "cccc" + "czcc" + "cccc"},
	} {
		cfg := base(func(c *Config) { c.Width, c.Height = w, h })
		e := open(t, cfg)
		k := &e.coder
		for _, qIdx := range []int{3, 40, 120, 250} {
			k.hdr.BaseQIdx, k.hdr.DeltaQPresent = uint8(qIdx), false
			clear(k.qIdx)
			k.setQuantisers(&input{regions: c.regions})
			if k.hdr.DeltaQPresent != (c.regions != nil) {
				t.Errorf("%s: delta_q_present %v", c.name, k.hdr.DeltaQPresent)
			}
			if c.regions == nil {
				continue
			}
			want := make([]uint8, len(c.want))
			for i, letter := range c.want {
				want[i] = k.offsetQIdx(map[rune]float64{'a': -1, 'b': -0.5, 'z': 0, '.': 0, 'c': 1}[letter])
			}
			if !slices.Equal(k.qIdx, want) {
				t.Errorf("%s, base_q_idx %d: %v, want %v", c.name, qIdx, k.qIdx, want)
			}
		}
	}
}

// TestOffsetQIdx: indexes can be coded, rise with the offset, and have the step asked for
// as nearly as the grid allows.
func TestOffsetQIdx(t *testing.T) {
	for _, least := range []int{0, 60} {
		e := open(t, base(func(c *Config) { c.MinQuantizer = least }))
		k := &e.coder
		for q := max(least, 1); q < 256; q++ {
			k.hdr.BaseQIdx = uint8(q)
			if got := k.offsetQIdx(0); int(got) != q {
				t.Fatalf("base_q_idx %d becomes %d without offset", q, got)
			}
			previous := 0
			for octaves := -4.0; octaves <= 4; octaves += 0.25 {
				got := int(k.offsetQIdx(octaves))
				if got < previous || got < max(least, 1) || (got-q)&3 != 0 {
					t.Fatalf("base_q_idx %d, %v octaves: %d", q, octaves, got)
				}
				previous = got
				step := func(i int) float64 { return float64(av1.AcQ(8, min(max(i, 0), 255))) }
				want := step(q) * math.Exp2(octaves)
				if want >= step(max(least, 1)+3) && want <= step(251) && math.Abs(step(got)-want) > (step(got+4)-step(got-4))/2 {
					t.Errorf("base_q_idx %d, %v octaves: %d has step %v, want %v", q, octaves, got, step(got), want)
				}
			}
		}
	}
}

// TestRegionQuality: a finer region is better inside, and the rest stays as it was; a
// coarser one saves bits.
func TestRegionQuality(t *testing.T) {
	for _, preset := range []int{6, 8, 10} {
		for _, low := range []bool{false, true} {
			c := base(func(c *Config) {
				c.Width, c.Height, c.SpeedPreset, c.LowLatency, c.Reconstruct, c.Quantizer = 256, 192, preset, low, true, 100
			})
			region := Region{X: 64, Y: 64, W: 100, H: 60}
			plainIn, plainOut, plainBytes := regionQuality(t, c, region, false)
			region.QOffset = -1
			in, out, bytes := regionQuality(t, c, region, true)
			name := fmt.Sprintf("preset %d, low latency %v", preset, low)
			if in < plainIn+2 || math.Abs(out-plainOut) > 0.5 || bytes <= plainBytes {
				t.Errorf("%s: inside %.2f dB instead of %.2f, outside %.2f instead of %.2f, %d bytes instead of %d", name, in, plainIn, out, plainOut, bytes, plainBytes)
			}
			if in, _, bytes := regionQuality(t, c, Region{W: 256, H: 192, QOffset: 1}, true); in > plainIn-1 || bytes >= plainBytes {
				t.Errorf("%s: coarser everywhere: %.2f dB instead of %.2f, %d bytes instead of %d", name, in, plainIn, bytes, plainBytes)
			}
		}
	}
}

// regionQuality encodes a moving texture and returns the PSNR of luma inside the
// superblocks r touches and outside, in dB, and the size in bytes.
func regionQuality(t *testing.T, c Config, r Region, use bool) (in, out float64, size int) {
	t.Helper()
	e := open(t, c)
	var sources [][]byte
	var sse, count [2]float64
	receive := func(until error) {
		for {
			p, err := e.ReceivePacket(soon(t))
			if errors.Is(err, until) {
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			size += len(p.Data)
			for i, v := range sources[p.FrameIndex] {
				x, y := i%c.Width, i/c.Width
				side := oneIf(x/64 < r.X/64 || x/64 > (r.X+r.W-1)/64 || y/64 < r.Y/64 || y/64 > (r.Y+r.H-1)/64)
				d := float64(v) - float64(p.Recon.Planes[0][y*p.Recon.Stride[0]+x])
				sse[side] += d * d
				count[side]++
			}
		}
	}
	for n := range 6 {
		f := texture(&c, n)
		if use {
			f.Regions = []Region{r}
		}
		if err := e.SendFrame(soon(t), f); err != nil {
			t.Fatal(err)
		}
		sources = append(sources, f.Planes[0])
		receive(ErrNeedMoreData)
	}
	e.Flush()
	receive(ErrEndOfStream)
	psnr := func(side int) float64 { return 10 * math.Log10(255*255*count[side]/sse[side]) }
	return psnr(0), psnr(1), size
}

// texture is frame n of waves with detail on them, moving.
func texture(c *Config, n int) *Frame {
	f := frameOf(c, layoutOf{})
	for y := range c.Height {
		for x := range c.Width {
			v := 128 + 50*math.Sin(float64(x+2*n)/5)*math.Cos(float64(y-n)/7) + float64((x*x+3*y*x+y*y+n)%23)
			f.Planes[0][y*f.Stride[0]+x] = byte(v)
		}
	}
	return f
}

// TestRegionsNeedLoss: regions are refused while coding is lossless, and only then.
func TestRegionsNeedLoss(t *testing.T) {
	e := open(t, base(func(c *Config) { c.Quantizer = 0 }))
	f := picture(&e.cfg, 0)
	f.Regions = []Region{{W: 1, H: 1, QOffset: -1}}
	for _, quantizer := range []int{0, 100} {
		if err := e.SetRate(Rate{Quantizer: quantizer}); err != nil {
			t.Fatal(err)
		}
		var refused *FrameError
		if err := e.SendFrame(soon(t), f); errors.As(err, &refused) != (quantizer == 0) {
			t.Errorf("quantizer %d: %v", quantizer, err)
		}
	}
}
