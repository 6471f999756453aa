package conformance

import (
	"fmt"
	"math"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
)

// Contents names the kinds of pictures that are drawn; "waves" is for tests that ask for it.
var Contents = []string{"noise", "gradient", "flat", "grain", "rectangles", "zoom", "checks", "text", "cuts", "street"}

// point is a place in a picture, in luma samples, with the plane and the frame.
type point struct {
	plane, frame int
	x, y         float64
}

// scene gives the sample at a point, 0..1.
type scene func(p point) float64

// hash mixes numbers into 64 random-looking bits.
func hash(seed uint64, values ...int) uint64 {
	h := seed*0x9E3779B97F4A7C15 + 1
	for _, v := range values {
		h ^= uint64(v)
		h *= 0xBF58476D1CE4E5B9
		h ^= h >> 29
	}
	h *= 0x94D049BB133111EB
	return h ^ h>>32
}

// uniform is hash as a number of 0..1.
func uniform(seed uint64, values ...int) float64 {
	return float64(hash(seed, values...)>>11) / (1 << 53)
}

// newScene returns the scene of a kind for pictures of w x h luma samples.
func newScene(kind string, seed uint64, w, h int) scene {
	switch kind {
	case "noise":
		return func(p point) float64 { return uniform(seed, p.plane, p.frame, int(p.x), int(p.y)) }
	case "gradient":
		a, b, c := uniform(seed, 1)-.5, uniform(seed, 2)-.5, uniform(seed, 3)*.05
		return func(p point) float64 {
			return fold(.5 + (a*p.x/float64(w) + b*p.y/float64(h)) + c*float64(p.frame) + .2*float64(p.plane))
		}
	case "flat":
		return func(p point) float64 { return uniform(seed, p.plane, p.frame/5) }
	case "grain":
		return func(p point) float64 {
			return .4 + .2*math.Sin(p.x/17+p.y/23) + .03*(uniform(seed, p.plane, p.frame, int(p.x), int(p.y))-.5)
		}
	case "rectangles":
		return rectangles(seed, w, h)
	case "zoom":
		return func(p point) float64 {
			t := float64(p.frame) * (.01 + .03*uniform(seed, 1))
			x, y := p.x-float64(w)/2, p.y-float64(h)/2
			x, y = (x*math.Cos(t)-y*math.Sin(t))*(1+t), (x*math.Sin(t)+y*math.Cos(t))*(1+t)
			return texture(seed+uint64(p.plane), x, y)
		}
	case "checks": // extreme samples at every frequency
		size := 1 << (hash(seed, 1) % 5)
		return func(p point) float64 { return float64((int(p.x)/size + int(p.y)/size + p.frame) & 1) }
	case "waves": // blocks with the signs of a transform's basis functions: extreme coefficients
		n := 8 << (hash(seed, 1) % 4)
		wave := func(x, k int) float64 { return math.Cos(math.Pi * float64((2*(x%n)+1)*k) / float64(2*n)) }
		return func(p point) float64 {
			x, y := int(p.x), int(p.y)
			k := int(hash(seed, 2, p.frame, x/n, y/n) % uint64(n*n))
			if wave(x, k%n)*wave(y, k/n) < 0 {
				return 0
			}
			return 1
		}
	case "text":
		return func(p point) float64 {
			x, y := int(p.x), int(p.y)+p.frame*int(hash(seed, 1)%4)
			ink := hash(seed, x/8, y/12)>>(uint(x%8/2)+4*uint(y%12/2))&1 == 1 && x%8 < 6 && y%12 < 10
			if ink {
				return .1
			}
			return .9
		}
	case "cuts":
		scenes := make([]scene, len(Contents))
		length := 2 + int(hash(seed, 1)%9)
		for i, k := range Contents {
			if k != "cuts" {
				scenes[i] = newScene(k, seed+uint64(i), w, h)
			}
		}
		return func(p point) float64 {
			i := int(hash(seed, 2, p.frame/length) % uint64(len(scenes)))
			if scenes[i] == nil {
				i = 0
			}
			return scenes[i](p)
		}
	case "street":
		return street(seed, w, h)
	}
	panic(fmt.Sprintf("no content %q", kind))
}

// fold reflects v into 0..1.
func fold(v float64) float64 { return math.Abs(math.Remainder(v, 2)) }

// texture is a smooth pattern that can be looked up at any sub-sample position.
func texture(seed uint64, x, y float64) float64 {
	a, b := .05+.4*uniform(seed, 11), .05+.4*uniform(seed, 12)
	return .5 + .25*math.Sin(a*x+b*y) + .25*math.Sin(a*y-b*x*.7+2*uniform(seed, 13))
}

// rectangles move over a moving background, by fractions of a sample per frame.
func rectangles(seed uint64, w, h int) scene {
	type rectangle struct{ x, y, w, h, vx, vy float64 }
	speed := func(i, k int) float64 { return 6 * (uniform(seed, i, k) - .5) }
	rects := make([]rectangle, 5)
	for i := range rects {
		rects[i] = rectangle{uniform(seed, i, 1) * float64(w), uniform(seed, i, 2) * float64(h),
			4 + uniform(seed, i, 3)*float64(w)/2, 4 + uniform(seed, i, 4)*float64(h)/2, speed(i, 5), speed(i, 6)}
	}
	bx, by := speed(9, 1)/2, speed(9, 2)/2
	return func(p point) float64 {
		t := float64(p.frame)
		for i, r := range rects {
			x, y := math.Mod(p.x-r.x-r.vx*t+8*float64(w), float64(w)), math.Mod(p.y-r.y-r.vy*t+8*float64(h), float64(h))
			if x >= 0 && x < r.w && y >= 0 && y < r.h {
				return texture(seed+uint64(10*i+p.plane), x, y)
			}
		}
		return .7 * texture(seed+uint64(100+p.plane), p.x-bx*t, p.y-by*t)
	}
}

// The excerpt of real video, decoded once by ffmpeg: 4:2:0, 8 bit.
const (
	streetW, streetH, streetFrames = 768, 576, 40
	streetBytes                    = streetW * streetH * 3 / 2
)

var streetClip = sync.OnceValue(func() []byte {
	_, here, _, _ := runtime.Caller(0)
	path := filepath.Join(filepath.Dir(here), "..", "testdata", "street.avi")
	out, err := exec.Command("ffmpeg", "-v", "error", "-i", path, "-frames:v", fmt.Sprint(streetFrames),
		"-pix_fmt", "yuv420p", "-f", "rawvideo", "-").Output()
	if err != nil || len(out) != streetFrames*streetBytes {
		return nil
	}
	return out
})

// street is a window of the real clip; without ffmpeg, rectangles stand in.
func street(seed uint64, w, h int) scene {
	clip := streetClip()
	if clip == nil {
		return rectangles(seed, w, h)
	}
	x0, y0 := int(hash(seed, 1)%streetW), int(hash(seed, 2)%streetH)
	return func(p point) float64 {
		x, y := (x0+int(p.x))%streetW, (y0+int(p.y))%streetH
		i := p.frame % streetFrames * streetBytes
		if p.plane == 0 {
			return float64(clip[i+y*streetW+x]) / 255
		}
		i += streetW*streetH + (p.plane-1)*streetW*streetH/4
		return float64(clip[i+y/2*streetW/2+x/2]) / 255
	}
}
