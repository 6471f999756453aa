package encoder

import (
	"fmt"
	"testing"
)

// BenchmarkInput is what a picture of 720p costs before it is coded: on the caller's goroutine, and on
// the workers.
func BenchmarkInput(b *testing.B) {
	for _, l := range []struct {
		name     string
		bitDepth int
		layoutOf
	}{{"I420", 8, layoutOf{}}, {"NV12", 8, layoutOf{interleaved: true}}, {"I420_10LE", 10, layoutOf{}}, {"P010", 10, layoutOf{interleaved: true, shift: 6}}} {
		c := base(func(c *Config) { c.Width, c.Height, c.BitDepth = 1280, 720, l.bitDepth })
		e := open(b, c)
		f := frameOf(&c, l.layoutOf)
		in := &e.inputs[0]
		perSample := func(b *testing.B) {
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*c.Width*c.Height), "ns/sample")
		}
		b.Run(fmt.Sprint(l.name, "/take"), func(b *testing.B) {
			defer perSample(b)
			for b.Loop() {
				ingest(&in.picture, f, c.BitDepth)
			}
		})
		b.Run(fmt.Sprint(l.name, "/scene cut"), func(b *testing.B) {
			defer perSample(b)
			for b.Loop() {
				in.display++
				e.keys.sceneCut(in)
			}
		})
		b.Run(fmt.Sprint(l.name, "/unpack"), func(b *testing.B) {
			defer perSample(b)
			e.coder.under = &e.coder.references[0]
			e.coder.frame.Src = &e.coder.references[0].picture
			c := &e.coder
			c.unpacking = in
			open := c.openLoops[0]
			open.in, open.pyramid = in, &c.pyramids[0]
			for b.Loop() {
				open.downscale.Open(c.sbRows)
				c.stages.unpack.Open(c.sbRows)
				if err := e.pool.Finish(open.downscale, c.stages.unpack); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
