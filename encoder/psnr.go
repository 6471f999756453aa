package encoder

import (
	"math"

	"github.com/grav1e/grav1e/internal/frame"
)

// MaxPSNR stands for identical pictures, in dB.
const MaxPSNR = 100

// reconstructs tells that every shown frame is needed as a decoder outputs it.
func (c *Config) reconstructs() bool { return c.Reconstruct || c.MeasurePSNR }

// psnr compares the visible parts of two pictures, in dB per plane.
func psnr(a, b *frame.Picture) (dB [3]float64) {
	peak := float64(int(1)<<a.BitDepth - 1)
	for i := range a.NumPlanes {
		p, q := &a.Planes[i], &b.Planes[i]
		sum := uint64(0)
		for y := range p.Height {
			sum += squaredError(p.Row(0, y)[:p.Width], q.Row(0, y)[:p.Width])
		}
		dB[i] = min(10*math.Log10(peak*peak*float64(p.Width)*float64(p.Height)/float64(sum)), MaxPSNR)
	}
	return dB
}

func squaredError(a, b []uint16) (sum uint64) {
	b = b[:len(a)]
	for i, v := range a {
		d := int64(v) - int64(b[i])
		sum += uint64(d * d)
	}
	return sum
}
