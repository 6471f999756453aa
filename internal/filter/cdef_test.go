package filter

import (
	"fmt"
	"math/bits"
	"math/rand"
	"testing"

	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/frame"
)

// specCdef is section 7.15 sample by sample.
type specCdef struct {
	cdefFrame, currFrame *frame.Picture
	grid                 *frame.ModeGrid
	p                    CdefParams
	idx                  []int8
}

func (s *specCdef) frame() {
	_, stride := CdefIndexSize(s.grid)
	for r := 0; r < s.grid.Rows; r += 2 {
		for c := 0; c < s.grid.Cols; c += 2 {
			s.block(r, c, int(s.idx[r/16*stride+c/16]))
		}
	}
}

func (s *specCdef) block(r, c, idx int) {
	pic := s.currFrame
	for plane := range pic.NumPlanes {
		subX, subY := 0, 0
		if plane > 0 {
			subX, subY = pic.SubX, pic.SubY
		}
		for y := r * 4 >> subY; y < (r*4+8)>>subY; y++ {
			for x := c * 4 >> subX; x < (c*4+8)>>subX; x++ {
				set(&s.cdefFrame.Planes[plane], x, y, at(&pic.Planes[plane], x, y))
			}
		}
	}
	if idx == -1 {
		return
	}
	coeffShift := pic.BitDepth - 8
	if s.grid.At(r, c).Skip && s.grid.At(r+1, c).Skip && s.grid.At(r, c+1).Skip && s.grid.At(r+1, c+1).Skip {
		return
	}
	yDir, variance := s.direction(r, c)
	priStr, secStr, dir := int(s.p.YPri[idx])<<coeffShift, int(s.p.YSec[idx])<<coeffShift, yDir
	if priStr == 0 {
		dir = 0
	}
	varStr := 0
	if variance>>6 != 0 {
		varStr = min(bits.Len(uint(variance>>6))-1, 12)
	}
	if variance != 0 {
		priStr = (priStr*(4+varStr) + 8) >> 4
	} else {
		priStr = 0
	}
	damping := int(s.p.Damping) + coeffShift
	s.filter(0, r, c, priStr, secStr, damping, dir)
	if pic.NumPlanes == 1 {
		return
	}
	priStr, secStr, dir = int(s.p.UVPri[idx])<<coeffShift, int(s.p.UVSec[idx])<<coeffShift, 0
	if priStr != 0 {
		dir = int(av1.CdefUvDir[pic.SubX][pic.SubY][yDir])
	}
	s.filter(1, r, c, priStr, secStr, damping-1, dir)
	s.filter(2, r, c, priStr, secStr, damping-1, dir)
}

func (s *specCdef) direction(r, c int) (yDir, variance int) {
	var cost [8]int
	var partial [8][15]int
	bestCost := 0
	for i := range 8 {
		for j := range 8 {
			x := at(&s.currFrame.Planes[0], c*4+j, r*4+i)>>(s.currFrame.BitDepth-8) - 128
			partial[0][i+j] += x
			partial[1][i+j/2] += x
			partial[2][i] += x
			partial[3][3+i-j/2] += x
			partial[4][7+i-j] += x
			partial[5][3-i/2+j] += x
			partial[6][j] += x
			partial[7][i/2+j] += x
		}
	}
	for i := range 8 {
		cost[2] += partial[2][i] * partial[2][i]
		cost[6] += partial[6][i] * partial[6][i]
	}
	cost[2] *= int(av1.DivTable[8])
	cost[6] *= int(av1.DivTable[8])
	for i := range 7 {
		cost[0] += (partial[0][i]*partial[0][i] + partial[0][14-i]*partial[0][14-i]) * int(av1.DivTable[i+1])
		cost[4] += (partial[4][i]*partial[4][i] + partial[4][14-i]*partial[4][14-i]) * int(av1.DivTable[i+1])
	}
	cost[0] += partial[0][7] * partial[0][7] * int(av1.DivTable[8])
	cost[4] += partial[4][7] * partial[4][7] * int(av1.DivTable[8])
	for i := 1; i < 8; i += 2 {
		for j := range 5 {
			cost[i] += partial[i][3+j] * partial[i][3+j]
		}
		cost[i] *= int(av1.DivTable[8])
		for j := range 3 {
			cost[i] += (partial[i][j]*partial[i][j] + partial[i][10-j]*partial[i][10-j]) * int(av1.DivTable[2*j+2])
		}
	}
	for i := range 8 {
		if cost[i] > bestCost {
			bestCost, yDir = cost[i], i
		}
	}
	return yDir, (bestCost - cost[(yDir+4)&7]) >> 10
}

func (s *specCdef) filter(plane, r, c, priStr, secStr, damping, dir int) {
	pic := s.currFrame
	coeffShift := pic.BitDepth - 8
	subX, subY := 0, 0
	if plane > 0 {
		subX, subY = pic.SubX, pic.SubY
	}
	x0, y0 := c*4>>subX, r*4>>subY
	available := false
	get := func(i, j, dir, k, sign int) int {
		y := y0 + i + sign*int(av1.CdefDirections[dir][k][0])
		x := x0 + j + sign*int(av1.CdefDirections[dir][k][1])
		candidateR, candidateC := y<<subY>>2, x<<subX>>2
		available = candidateC >= 0 && candidateC < s.grid.Cols && candidateR >= 0 && candidateR < s.grid.Rows
		if !available {
			return 0
		}
		return at(&pic.Planes[plane], x, y)
	}
	constrain := func(diff, threshold, damping int) int {
		if threshold == 0 {
			return 0
		}
		adj := max(0, damping-(bits.Len(uint(threshold))-1))
		v := clip3(0, abs(diff), threshold-abs(diff)>>adj)
		if diff < 0 {
			return -v
		}
		return v
	}
	for i := range 8 >> subY {
		for j := range 8 >> subX {
			sum := 0
			x := at(&pic.Planes[plane], x0+j, y0+i)
			hi, lo := x, x
			for k := range 2 {
				for sign := -1; sign <= 1; sign += 2 {
					p := get(i, j, dir, k, sign)
					if available {
						sum += int(av1.CdefPriTaps[priStr>>coeffShift&1][k]) * constrain(p-x, priStr, damping)
						hi, lo = max(p, hi), min(p, lo)
					}
					for dirOff := -2; dirOff <= 2; dirOff += 4 {
						q := get(i, j, (dir+dirOff)&7, k, sign)
						if available {
							sum += int(av1.CdefSecTaps[priStr>>coeffShift&1][k]) * constrain(q-x, secStr, damping)
							hi, lo = max(q, hi), min(q, lo)
						}
					}
				}
			}
			neg := 0
			if sum < 0 {
				neg = 1
			}
			set(&s.cdefFrame.Planes[plane], x0+j, y0+i, clip3(lo, hi, x+(8+sum-neg)>>4))
		}
	}
}

func randomCdef(rng *rand.Rand, grid *frame.ModeGrid) Cdef {
	p := CdefParams{Damping: uint8(3 + rng.Intn(4)), Bits: uint8(rng.Intn(4))}
	sec := []uint8{0, 1, 2, 4}
	for i := range 1 << p.Bits {
		p.YPri[i], p.UVPri[i] = uint8(rng.Intn(16)*rng.Intn(2)), uint8(rng.Intn(16)*rng.Intn(2))
		p.YSec[i], p.UVSec[i] = sec[rng.Intn(4)], sec[rng.Intn(4)]
	}
	n, _ := CdefIndexSize(grid)
	c := Cdef{Params: p, Index: make([]int8, n)}
	for i := range c.Index {
		c.Index[i] = int8(max(-1, rng.Intn(1<<p.Bits+1)-1))
	}
	return c
}

func TestCdefMatchesSpecification(t *testing.T) {
	for _, f := range formats {
		for _, bitDepth := range []int{8, 10, 12} {
			t.Run(fmt.Sprintf("%s/%d", f.name, bitDepth), func(t *testing.T) {
				rng := rand.New(rand.NewSource(int64(bitDepth)))
				for range 4 {
					for _, size := range sizes {
						testCdef(t, rng, size[0], size[1], bitDepth, f)
					}
				}
			})
		}
	}
}

func testCdef(t *testing.T, rng *rand.Rand, w, h, bitDepth int, f format) {
	t.Helper()
	src := newPicture(w, h, bitDepth, f)
	fillPicture(rng, src)
	r := newRandomFrame(rng, w, h, f)
	c := randomCdef(rng, &r.grid)
	want, got := newPicture(w, h, bitDepth, f), newPicture(w, h, bitDepth, f)
	(&specCdef{want, src, &r.grid, c.Params, c.Index}).frame()
	var s CdefScratch
	for row := 0; row < r.grid.Rows; {
		next := min(row+2+2*rng.Intn(12), r.grid.Rows)
		c.Rows(got, src, &r.grid, row, next, &s)
		row = next
	}
	if plane, x, y, ok := firstDifference(got, want, false); !ok {
		t.Fatalf("%dx%d %+v: plane %d (%d,%d): got %d, want %d", w, h, c.Params, plane, x, y, at(&got.Planes[plane], x, y), at(&want.Planes[plane], x, y))
	}
}

func BenchmarkCdef(b *testing.B) {
	rng := rand.New(rand.NewSource(1))
	f := formats[1]
	src, dst := newPicture(1280, 720, 8, f), newPicture(1280, 720, 8, f)
	fillPicture(rng, src)
	r := newRandomFrame(rng, 1280, 720, f)
	c := randomCdef(rng, &r.grid)
	c.Params.YPri, c.Params.YSec = [8]uint8{4, 4, 4, 4, 4, 4, 4, 4}, [8]uint8{2, 2, 2, 2, 2, 2, 2, 2}
	var s CdefScratch
	b.ReportAllocs()
	for b.Loop() {
		c.Rows(dst, src, &r.grid, 0, r.grid.Rows, &s)
	}
}
