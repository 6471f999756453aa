package encoder

import (
	"fmt"
	"slices"
	"testing"

	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/bitstream"
)

func TestKeyDecision(t *testing.T) {
	type sent struct {
		display     int64
		forced, cut bool
		key         bool
	}
	for _, c := range []struct {
		name     string
		min, max int64
		frames   []sent
	}{
		{"the first frame", 10, 0, []sent{{0, false, false, true}, {1, false, false, false}}},
		{"no limit", 0, 0, []sent{{0, false, false, true}, {100000, false, false, false}}},
		{"longest distance", 2, 5, []sent{{0, false, false, true}, {4, false, false, false}, {5, false, false, true}, {9, false, false, false}, {10, false, false, true}}},
		{"cuts", 3, 0, []sent{{0, false, false, true}, {2, false, true, false}, {3, false, true, true}, {4, false, true, false}, {6, false, true, true}}},
		{"forced in spite of the shortest distance", 10, 0, []sent{{0, false, false, true}, {1, true, false, true}, {2, true, false, true}}},
		{"the distance counts from a forced one", 1, 4, []sent{{0, false, false, true}, {3, true, false, true}, {4, false, false, false}, {7, false, false, true}}},
	} {
		k := newKeyDecision(&Config{MinKeyFrameInterval: c.min, MaxKeyFrameInterval: c.max})
		for _, f := range c.frames {
			if got := k.decide(&input{display: f.display}, f.forced, f.cut); got != f.key {
				t.Errorf("%s: frame %d: key %v, want %v", c.name, f.display, got, f.key)
			}
		}
	}
}

func TestTiles(t *testing.T) {
	for _, c := range []struct {
		w, h, cols, rows, tiles int
		wantCols, wantRows      int
	}{
		{64, 64, 4, 4, 0, 1, 1},
		{256, 128, 4, 2, 0, 4, 2},
		{640, 360, 2, 2, 0, 2, 2},
		{640, 360, 0, 0, 8, 4, 2},
		{640, 360, 16, 16, 8, 4, 2},
		{640, 360, 0, 0, 7, 2, 2},
		{360, 640, 0, 0, 8, 2, 4},
		{8192, 64, 1, 1, 0, 2, 1}, // a tile is 4096 samples wide at most
		{1, 1, 0, 0, 4096, 1, 1},
	} {
		name := fmt.Sprintf("%+v", c)
		e := open(t, base(func(cfg *Config) {
			cfg.Width, cfg.Height, cfg.TileCols, cfg.TileRows, cfg.Tiles = c.w, c.h, c.cols, c.rows, c.tiles
		}))
		tiles := e.coder.tiles
		if len(tiles) != c.wantCols*c.wantRows {
			t.Errorf("%s: %d tiles, want %dx%d", name, len(tiles), c.wantCols, c.wantRows)
		}
		covered := make([]int, e.coder.grid.Rows*e.coder.grid.Cols)
		for i := range tiles {
			for row := tiles[i].MiRowStart; row < tiles[i].MiRowEnd; row++ {
				for col := tiles[i].MiColStart; col < tiles[i].MiColEnd; col++ {
					covered[row*e.coder.grid.Cols+col]++
				}
			}
		}
		for i, n := range covered {
			if n != 1 {
				t.Fatalf("%s: cell %d lies in %d tiles", name, i, n)
			}
		}
		if last := tiles[len(tiles)-1].row; last != c.wantRows-1 {
			t.Errorf("%s: %d rows of tiles, want %d", name, last+1, c.wantRows)
		}
	}
}

// The format's tile limits hold up to the largest picture.
func TestTilesOfLargestPictures(t *testing.T) {
	for _, size := range [][2]int{{65536, 65536}, {65536, 1}, {1, 65536}, {65535, 4097}} {
		for _, tiles := range []int{0, 1, 2, 4096} {
			cfg := base(func(c *Config) { c.Width, c.Height, c.Tiles, c.MaxMemory = size[0], size[1], tiles, 1 })
			if _, err := PlanMemory(cfg); err == nil {
				t.Errorf("%v: one byte is enough", size)
			}
		}
	}
}

// Random decisions draw intra-only frames, shown and hidden.
func TestRandomIntraOnly(t *testing.T) {
	for name, change := range map[string]func(*Config){"reordered": func(*Config) {}, "low latency": lowLatency} {
		c := base(change, func(c *Config) { c.RandomModes, c.Width, c.Height, c.MaxKeyFrameInterval = 7, 16, 16, 0 })
		shown, all := 0, 0
		for _, packet := range encode(t, c, 100) {
			for len(packet) > 0 {
				o, rest, err := bitstream.NextOBU(packet)
				if err != nil {
					t.Fatal(err)
				}
				packet = rest
				if o.Type != av1.OBUFrame {
					continue
				}
				// show_existing_frame, frame_type, show_frame (section 5.9.2).
				if frameType := av1.FrameType(o.Payload[0] >> 5 & 3); frameType == av1.IntraOnlyFrame {
					all++
					shown += int(o.Payload[0] >> 4 & 1)
				}
			}
		}
		if all < 4 || shown == 0 || name == "reordered" && shown == all {
			t.Errorf("%s: %d intra-only frames, %d shown", name, all, shown)
		}
	}
}

// Operating points leave out a temporal layer each; their levels are those of the frame rates left.
func TestOperatingPoints(t *testing.T) {
	for _, c := range []struct {
		layers int
		idcs   []uint16
		levels []uint8 // of 1280x720 at 60 frames a second: 4.0, and 3.1 from 30 on
	}{
		{0, []uint16{0}, []uint8{8}},
		{1, []uint16{0}, []uint8{8}},
		{2, []uint16{0x103, 0x101}, []uint8{8, 5}},
		{3, []uint16{0x107, 0x103, 0x101}, []uint8{8, 5, 5}},
	} {
		cfg := base(lowLatency, func(g *Config) {
			g.Width, g.Height, g.FrameRate, g.TemporalLayers = 1280, 720, Rational{60, 1}, c.layers
		})
		s := sequenceHeader(&cfg, 1, 1)
		var idcs []uint16
		var levels []uint8
		for _, op := range s.OperatingPoints[:s.OperatingPointsCnt] {
			idcs, levels = append(idcs, op.IDC), append(levels, op.SeqLevelIdx)
		}
		if !slices.Equal(idcs, c.idcs) || !slices.Equal(levels, c.levels) {
			t.Errorf("%d layers: operating points %#x, levels %d; want %#x, %d", c.layers, idcs, levels, c.idcs, c.levels)
		}
	}
}
