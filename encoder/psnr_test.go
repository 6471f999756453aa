package encoder

import (
	"context"
	"math"
	"testing"
)

// The PSNR of a packet is that of the input and the reconstruction, whatever the preset
// leaves out when nobody looks; measuring changes no bit.
func TestMeasurePSNR(t *testing.T) {
	for _, preset := range []int{4, 8, 10} {
		for _, low := range []bool{false, true} {
			c := base(func(c *Config) { c.SpeedPreset, c.LowLatency, c.Threads = preset, low, 2 })
			plain := encode(t, c, 12)
			c.MeasurePSNR, c.Reconstruct = true, true
			e := open(t, c)
			sources := map[int64]*Frame{}
			n := int64(0)
			check := func(p *Packet) {
				want := measured(sources[p.PTS], p.Recon)
				if math.Abs(p.PSNR[0]-want) > 1e-9 || p.PSNR[0] < 15 {
					t.Errorf("preset %d, low latency %v, frame %d: %v dB, want %v", preset, low, p.PTS, p.PSNR[0], want)
				}
				if string(p.Data) != string(plain[n]) {
					t.Errorf("preset %d, low latency %v, frame %d: another stream", preset, low, p.PTS)
				}
				if p.EncodeTime <= 0 {
					t.Errorf("frame %d took %v", p.PTS, p.EncodeTime)
				}
				n++
			}
			for i := range int64(12) {
				f := picture(&c, int(i))
				sources[i] = f
				for e.SendFrame(context.Background(), f) != nil {
					receive(t, e, check)
				}
				receive(t, e, check)
			}
			e.Flush()
			receive(t, e, check)
			s := e.Stats()
			if n != 12 || s.FramesOut != 12 || s.PSNRSum[0] < 12*15 || s.EncodeTime <= 0 {
				t.Errorf("%d packets, %+v", n, s)
			}
		}
	}
}

// receive hands over the packets that are ready.
func receive(t *testing.T, e *Encoder, f func(*Packet)) {
	t.Helper()
	for {
		p, err := e.ReceivePacket(context.Background())
		if err == ErrNeedMoreData || err == ErrEndOfStream {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		f(p)
	}
}

// measured is the luma PSNR of an 8-bit frame.
func measured(f *Frame, r *Recon) float64 {
	sum := 0.0
	for y := range r.Height[0] {
		for x := range r.Width[0] {
			d := float64(f.Planes[0][y*f.Stride[0]+x]) - float64(r.Planes[0][y*r.Stride[0]+x])
			sum += d * d
		}
	}
	return min(10*math.Log10(255*255*float64(r.Width[0]*r.Height[0])/sum), MaxPSNR)
}
