package motion

import (
	"math/rand/v2"
	"testing"

	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/predict"
)

// TestHalfSampleIsClose compares the approximation with the real prediction on a smooth picture.
func TestHalfSampleIsClose(t *testing.T) {
	const w, h = 150, 100
	p := newPlane(w, h)
	r := rand.New(rand.NewPCG(3, 4))
	for y := range h {
		for x := range w {
			p.Row(0, y)[x] = uint16(min(255, x+y/2+r.IntN(3)))
		}
	}
	p.Extend(0, h)
	s := NewHalfSample(make([]uint8, HalfSampleSize(w, h)), w, h)
	var scratch HalfScratch
	s.BuildRows(&p, 8, 0, 64, &scratch)
	s.BuildRows(&p, 8, 64, h, &scratch)
	var pred predict.Scratch
	var out [16 * 16]uint16
	for range 2000 {
		mv := av1.MV{Row: int16(r.IntN(40)-20) * 2, Col: int16(r.IntN(40)-20) * 2}
		x, y := r.IntN(w/16)*16, r.IntN(h/16)*16
		pred.PredictInter(out[:], 16, &p, x, y, 16, 16, mv, 0, 0, [2]uint8{}, 8)
		a, b, stride := s.At(x, y, 16, 16, mv)
		diff := 0
		for j := range 16 {
			for i := range 16 {
				d := (int(a[j*stride+i])+int(b[j*stride+i])+1)>>1 - int(out[j*16+i])
				diff += max(d, -d)
			}
		}
		if diff > 16*16 {
			t.Fatalf("block %d,%d moved by %v: mean difference %.2f", x, y, mv, float64(diff)/256)
		}
	}
}
