package filter

import (
	"fmt"
	"math/rand"
	"testing"

	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/frame"
)

// specRestoration is section 7.17 block by block.
type specRestoration struct {
	lrFrame, cdefFrame, currFrame *frame.Picture
	p                             *Restoration

	stripeStartY, stripeEndY, planeEndX, planeEndY int
}

func (s *specRestoration) frame() {
	luma := &s.cdefFrame.Planes[0]
	for plane := range s.cdefFrame.NumPlanes {
		p := &s.cdefFrame.Planes[plane]
		for y := range p.Height {
			for x := range p.Width {
				set(&s.lrFrame.Planes[plane], x, y, at(p, x, y))
			}
		}
	}
	for y := 0; y < luma.Height; y += 4 {
		for x := 0; x < luma.Width; x += 4 {
			for plane := range s.cdefFrame.NumPlanes {
				if s.p[plane].Type != av1.RestoreNone {
					s.block(plane, y>>2, x>>2)
				}
			}
		}
	}
}

func (s *specRestoration) block(plane, row, col int) {
	luma := &s.cdefFrame.Planes[0]
	stripeNum := (row*4 + 8) / 64
	subX, subY := 0, 0
	if plane > 0 {
		subX, subY = s.cdefFrame.SubX, s.cdefFrame.SubY
	}
	s.stripeStartY = (-8 + stripeNum*64) >> subY
	s.stripeEndY = s.stripeStartY + 64>>subY - 1
	unitSize := s.p[plane].UnitSize
	unitRows := UnitCount(unitSize, round2(luma.Height, subY))
	unitCols := UnitCount(unitSize, round2(luma.Width, subX))
	unitRow := min(unitRows-1, (row*4+8)>>subY/unitSize)
	unitCol := min(unitCols-1, col*4>>subX/unitSize)
	s.planeEndX, s.planeEndY = round2(luma.Width, subX)-1, round2(luma.Height, subY)-1
	x, y := col*4>>subX, row*4>>subY
	w, h := min(4>>subX, s.planeEndX-x+1), min(4>>subY, s.planeEndY-y+1)
	switch u := &s.p[plane].Units[unitRow*unitCols+unitCol]; u.Type {
	case av1.RestoreWiener:
		s.wiener(plane, u, x, y, w, h)
	case av1.RestoreSgrproj:
		s.selfGuided(plane, u, x, y, w, h)
	}
}

func (s *specRestoration) source(plane, x, y int) int {
	x = max(0, min(s.planeEndX, x))
	y = max(0, min(s.planeEndY, y))
	if y < s.stripeStartY {
		return at(&s.currFrame.Planes[plane], x, max(s.stripeStartY-2, y))
	} else if y > s.stripeEndY {
		return at(&s.currFrame.Planes[plane], x, min(s.stripeEndY+2, y))
	}
	return at(&s.cdefFrame.Planes[plane], x, y)
}

func (s *specRestoration) wiener(plane int, u *RestorationUnit, x, y, w, h int) {
	bd := s.cdefFrame.BitDepth
	round0, round1 := 3, 11
	if bd == 12 {
		round0, round1 = 5, 9
	}
	taps := func(coeff [3]int8) (filter [7]int) {
		filter[3] = 128
		for i := range 3 {
			c := int(coeff[i])
			filter[i], filter[6-i] = c, c
			filter[3] -= 2 * c
		}
		return
	}
	vfilter, hfilter := taps(u.Wiener[0]), taps(u.Wiener[1])
	offset := 1 << (bd + 7 - round0 - 1)
	limit := 1<<(bd+1+7-round0) - 1
	var intermediate [10][4]int
	for r := range h + 6 {
		for c := range w {
			sum := 0
			for t := range 7 {
				sum += hfilter[t] * s.source(plane, x+c+t-3, y+r-3)
			}
			intermediate[r][c] = clip3(-offset, limit-offset, round2(sum, round0))
		}
	}
	for r := range h {
		for c := range w {
			sum := 0
			for t := range 7 {
				sum += vfilter[t] * intermediate[r+t][c]
			}
			set(&s.lrFrame.Planes[plane], x+c, y+r, clip3(0, 1<<bd-1, round2(sum, round1)))
		}
	}
}

func (s *specRestoration) selfGuided(plane int, u *RestorationUnit, x, y, w, h int) {
	params := av1.SgrParams[u.SgrSet]
	flt0 := s.box(plane, x, y, w, h, params, 0)
	flt1 := s.box(plane, x, y, w, h, params, 1)
	w0, w1 := int(u.SgrXqd[0]), int(u.SgrXqd[1])
	w2 := 1<<7 - w0 - w1
	for i := range h {
		for j := range w {
			upscaled := at(&s.cdefFrame.Planes[plane], x+j, y+i) << 4
			v := w1 * upscaled
			if params[0] != 0 {
				v += w0 * flt0[i][j]
			} else {
				v += w0 * upscaled
			}
			if params[2] != 0 {
				v += w2 * flt1[i][j]
			} else {
				v += w2 * upscaled
			}
			set(&s.lrFrame.Planes[plane], x+j, y+i, clip3(0, 1<<s.cdefFrame.BitDepth-1, round2(v, 11)))
		}
	}
}

func (s *specRestoration) box(plane, x, y, w, h int, params [4]uint8, pass int) (f [4][4]int) {
	bd := s.cdefFrame.BitDepth
	r, eps := int(params[2*pass]), int(params[2*pass+1])
	if r == 0 {
		return
	}
	var arrA, arrB [6][6]int
	n := (2*r + 1) * (2*r + 1)
	n2e := n * n * eps
	scale := (1<<20 + n2e/2) / n2e
	for i := -1; i < h+1; i++ {
		for j := -1; j < w+1; j++ {
			a, b := 0, 0
			for dy := -r; dy <= r; dy++ {
				for dx := -r; dx <= r; dx++ {
					c := s.source(plane, x+j+dx, y+i+dy)
					a += c * c
					b += c
				}
			}
			a = round2(a, 2*(bd-8))
			d := round2(b, bd-8)
			z := round2(max(0, a*n-d*d)*scale, 20)
			a2 := 256
			if z == 0 {
				a2 = 1
			} else if z < 255 {
				a2 = (z<<8 + z/2) / (z + 1)
			}
			oneOverN := (1<<12 + n/2) / n
			arrA[i+1][j+1] = a2
			arrB[i+1][j+1] = round2((1<<8-a2)*b*oneOverN, 12)
		}
	}
	for i := range h {
		shift := 5
		if pass == 0 && i&1 == 1 {
			shift = 4
		}
		for j := range w {
			a, b := 0, 0
			for dy := -1; dy <= 1; dy++ {
				for dx := -1; dx <= 1; dx++ {
					weight := 0
					switch {
					case pass == 0 && (i+dy)&1 == 1 && dx == 0:
						weight = 6
					case pass == 0 && (i+dy)&1 == 1:
						weight = 5
					case pass == 1 && (dx == 0 || dy == 0):
						weight = 4
					case pass == 1:
						weight = 3
					}
					a += weight * arrA[i+dy+1][j+dx+1]
					b += weight * arrB[i+dy+1][j+dx+1]
				}
			}
			v := a*at(&s.cdefFrame.Planes[plane], x+j, y+i) + b
			f[i][j] = round2(v, 8+shift-4)
		}
	}
	return
}

func randomRestoration(rng *rand.Rand, pic *frame.Picture) *Restoration {
	r := new(Restoration)
	size := 64 << rng.Intn(3)
	for plane := range pic.NumPlanes {
		p := &r[plane]
		p.Type = av1.RestorationType(rng.Intn(4))
		if plane == 1 && pic.SubX == 1 && pic.SubY == 1 && rng.Intn(2) == 0 {
			size >>= 1
		}
		w, h := pic.Planes[plane].Width, pic.Planes[plane].Height
		p.SetUnitSize(size, w, h, make([]RestorationUnit, UnitCount(size, w)*UnitCount(size, h)))
		for i := range p.Units {
			p.Units[i] = randomUnit(rng, plane, p.Type)
		}
	}
	return r
}

func randomUnit(rng *rand.Rand, plane int, frameType av1.RestorationType) (u RestorationUnit) {
	if u.Type = frameType; frameType == av1.RestoreSwitchable {
		u.Type = av1.RestorationType(rng.Intn(3))
	} else if rng.Intn(4) == 0 {
		u.Type = av1.RestoreNone
	}
	for pass := range 2 {
		for i := range 3 {
			lo, hi := int(av1.WienerTapsMin[i]), int(av1.WienerTapsMax[i])
			u.Wiener[pass][i] = int8(lo + rng.Intn(hi-lo+1))
		}
		if plane > 0 {
			u.Wiener[pass][0] = 0
		}
		lo, hi := int(av1.SgrprojXqdMin[pass]), int(av1.SgrprojXqdMax[pass])
		u.SgrXqd[pass] = int8(lo + rng.Intn(hi-lo+1))
	}
	u.SgrSet = uint8(rng.Intn(16))
	return
}

func TestRestorationMatchesSpecification(t *testing.T) {
	for _, f := range formats {
		for _, bitDepth := range []int{8, 10, 12} {
			t.Run(fmt.Sprintf("%s/%d", f.name, bitDepth), func(t *testing.T) {
				rng := rand.New(rand.NewSource(int64(bitDepth)))
				for i := range 3 {
					for _, size := range sizes {
						testRestoration(t, rng, size[0], size[1], bitDepth, f, i == 0)
					}
				}
			})
		}
	}
}

func testRestoration(t *testing.T, rng *rand.Rand, w, h, bitDepth int, f format, inPlace bool) {
	t.Helper()
	cdef, deblocked := newPicture(w, h, bitDepth, f), newPicture(w, h, bitDepth, f)
	fillPicture(rng, cdef)
	fillPicture(rng, deblocked)
	r := randomRestoration(rng, cdef)
	want, got := newPicture(w, h, bitDepth, f), newPicture(w, h, bitDepth, f)
	(&specRestoration{lrFrame: want, cdefFrame: cdef, currFrame: deblocked, p: r}).frame()
	if inPlace {
		got = cdef
	}
	s := new(RestorationScratch)
	for _, stripe := range rng.Perm(StripeCount(h)) {
		r.Rows(got, cdef, deblocked, stripe, stripe+1, s)
	}
	if plane, x, y, ok := firstDifference(got, want, true); !ok {
		t.Fatalf("%dx%d %+v: plane %d (%d,%d): got %d, want %d", w, h, r[plane], plane, x, y, at(&got.Planes[plane], x, y), at(&want.Planes[plane], x, y))
	}
}

func BenchmarkRestoration(b *testing.B) {
	f := formats[1]
	for _, typ := range []av1.RestorationType{av1.RestoreWiener, av1.RestoreSgrproj} {
		b.Run([]string{"", "wiener", "sgrproj"}[typ], func(b *testing.B) {
			rng := rand.New(rand.NewSource(1))
			cdef, deblocked := newPicture(1280, 720, 8, f), newPicture(1280, 720, 8, f)
			fillPicture(rng, cdef)
			fillPicture(rng, deblocked)
			r := randomRestoration(rng, cdef)
			for plane := range r {
				r[plane].Type = typ
				for i := range r[plane].Units {
					r[plane].Units[i].Type = typ
				}
			}
			dst, s := newPicture(1280, 720, 8, f), new(RestorationScratch)
			b.ReportAllocs()
			for b.Loop() {
				r.Rows(dst, cdef, deblocked, 0, StripeCount(720), s)
			}
		})
	}
}
