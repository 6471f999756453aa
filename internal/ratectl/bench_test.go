package ratectl

import "testing"

// A quantiser costs little beside a frame, and no memory.
func BenchmarkChoose(b *testing.B) {
	c := New(Settings{Mode: ConstantBitrate, Rate: Rate{Bitrate: 1_000_000, MaxQuantizer: Coarsest}, Num: 30, Den: 1, Buffer: 1000, LowDelay: true, BitDepth: 8})
	f := Frame{Class: Key, Shown: true, First: true, Spectrum: &Spectrum{}}
	gaussian(f.Spectrum, 2)
	b.ReportAllocs()
	for b.Loop() {
		c.Choose(&f)
		c.Written(30_000)
		f.Class, f.RefQIdx = FirstLayer, 100
	}
}
