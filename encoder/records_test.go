package encoder

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
)

// Noise at the finest quantisers, and random decisions, stay within the records planned.
func TestRecordsHoldTheMost(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, quantizer := range []int{0, 1} {
		for _, change := range []func(*Config){
			func(c *Config) { c.SpeedPreset = 10 },
			func(c *Config) { c.SpeedPreset, c.LowLatency = 6, true },
			func(c *Config) { c.SpeedPreset, c.Tiles, c.Threads = 3, 4, 2 },
			func(c *Config) { c.SpeedPreset, c.Width, c.Height, c.BitDepth, c.Chroma = 1, 70, 66, 12, Chroma444 },
			func(c *Config) { c.ForceTools = "all-partitions" },
			func(c *Config) { c.RandomModes = 7 },
		} {
			c := base(func(c *Config) { c.Width, c.Height, c.Quantizer = 136, 72, quantizer }, change)
			t.Run(fmt.Sprintf("quantizer %d, speed %d, tools %q, random %d", quantizer, c.SpeedPreset, c.ForceTools, c.RandomModes), func(t *testing.T) {
				e := open(t, c)
				for range 3 {
					f := frameOf(&c, layoutOf{})
					for p := range f.Planes {
						for i := range f.Planes[p] {
							f.Planes[p][i] = byte(r.Uint32())
						}
					}
					if err := e.SendFrame(context.Background(), f); err != nil {
						t.Fatal(err)
					}
					drain(t, e, ErrNeedMoreData)
				}
				e.Flush()
				drain(t, e, ErrEndOfStream)
				m := &e.coder.records.most
				for i := range e.coder.superblocks {
					sb := &e.coder.superblocks[i]
					if got := (recordSize{cap(sb.Partitions), cap(sb.Blocks), cap(sb.TxBlocks), cap(sb.Coefs)}); got != *m {
						t.Fatalf("superblock %d has grown from %+v to %+v", i, *m, got)
					}
				}
			})
		}
	}
}
