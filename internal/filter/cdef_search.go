package filter

import (
	"math"

	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/frame"
	"github.com/grav1e/grav1e/internal/simd"
)

// CdefSet is a set of strengths of luma or of chroma, as in CdefParams: every primary one
// (at most 16, ascending from 0) with every secondary one (at most 4, from 0). Its entries are
// numbered primary strength by primary strength; entry 0 is no filtering.
type CdefSet struct{ Pri, Sec []uint8 }

// Sets of strengths to search, from thorough to fast.
var (
	CdefSetAll    = CdefSet{[]uint8{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}, []uint8{0, 1, 2, 4}}
	CdefSetMedium = CdefSet{[]uint8{0, 1, 2, 4, 6, 9, 12, 15}, []uint8{0, 1, 2}}
	CdefSetFast   = CdefSet{[]uint8{0, 2, 5, 10}, []uint8{0, 2}}
)

// Len is the number of entries.
func (s CdefSet) Len() int { return len(s.Pri) * len(s.Sec) }

// At returns the strengths of entry i.
func (s CdefSet) At(i int) (pri, sec uint8) { return s.Pri[i/len(s.Sec)], s.Sec[i%len(s.Sec)] }

// CdefDamping is the usual CdefDamping for a quantiser index: the stronger the quantiser,
// the larger the differences that still count as ringing.
func CdefDamping(qidx int) uint8 { return uint8(3 + qidx>>6) }

// SetFromQ chooses one pair of strengths per plane type from the quantiser, without
// looking at the frame. Ringing grows with the step q of AC coefficients (in the scale of 8
// bits): more than linearly in intra frames, and up to a plateau in inter frames, which predict from
// filtered references; chroma needs less than luma.
func (p *CdefParams) SetFromQ(qidx, bitDepth int, intra bool) {
	q := acStep(qidx, bitDepth)
	*p = CdefParams{Damping: CdefDamping(qidx)}
	y, ySec := q*(q+2400)/300, 1000*q/260
	uv, uvSec := min(1000*q/110, 3000), q*q/300
	if !intra {
		plateau := min(q, 1450)
		y, ySec = plateau*(2900-plateau)/430, min(1000*q/680, 1000)
		uv, uvSec = 1000*q/340, min(1000*q/1800, 1000)
	}
	p.YPri[0], p.YSec[0] = uint8(min((y+500)/1000, 15)), cdefSecondary(ySec)
	p.UVPri[0], p.UVSec[0] = uint8(min((uv+500)/1000, 15)), cdefSecondary(uvSec)
}

// cdefSecondary rounds thousandths of cdef_y_sec_strength, whose value 3 means 4.
func cdefSecondary(milli int) uint8 {
	return [4]uint8{0, 1, 2, 4}[min((milli+500)/1000, 3)]
}

// CdefSearch finds strengths and indexes by trial, in two steps: Rows measures every strength on
// every 64x64 block, Pick chooses.
type CdefSearch struct {
	Set     CdefSet
	Damping uint8
	// Sparse looks at every second 8x8 block only, in the pattern of a chessboard.
	Sparse bool

	sse   []uint64 // per 64x64 block: luma by strength, then chroma by strength
	floor []uint64 // per 64x64 block: least error with the pairs chosen so far
	coded []uint64 // per 64x64 block: number of 8x8 blocks that aren't skipped
	total [cdefMaxStrengths * cdefMaxStrengths]uint64
}

const cdefMaxStrengths = 64

// CdefSearchSize is the number of values Init needs for a grid and a number of strengths (at most 64).
func CdefSearchSize(grid *frame.ModeGrid, strengths int) int {
	n, _ := CdefIndexSize(grid)
	return n * (2*strengths + 2)
}

// Init sets what is searched, and lays the search over mem, CdefSearchSize values.
func (s *CdefSearch) Init(grid *frame.ModeGrid, set CdefSet, damping uint8, mem []uint64) {
	n, _ := CdefIndexSize(grid)
	s.Set, s.Damping = set, damping
	s.floor, s.coded, s.sse = mem[:n:n], mem[n:2*n:2*n], mem[2*n:n*(2*set.Len()+2)]
}

// Rows measures the rows [row0, row1) of 64x64 blocks (units of 64 luma rows): src is the deblocked
// picture, source the original. Two rows below the range are read of src. Ranges may run concurrently.
func (s *CdefSearch) Rows(src, source *frame.Picture, grid *frame.ModeGrid, row0, row1 int, scratch *CdefScratch) {
	s.prepare(&scratch.trials, src.BitDepth)
	_, stride := CdefIndexSize(grid)
	for i := row0 * stride; i < row1*stride; i++ {
		sse := s.sse[2*i*s.Set.Len():][:2*s.Set.Len()]
		clear(sse)
		s.coded[i] = 0
		top, left := i/stride*16, i%stride*16
		for row := top; row < min(top+16, grid.Rows); row += 2 {
			for col := left; col < min(left+16, grid.Cols); col += 2 {
				if isSkipped(grid, row, col) {
					continue
				}
				s.coded[i]++
				if !s.Sparse || (row^col)&2 == 0 {
					s.measure(sse, src, source, grid, row, col, scratch)
				}
			}
		}
	}
}

// prepare sets what the trials of all blocks have in common: [0] is luma, [1] chroma.
func (s *CdefSearch) prepare(trials *[2]simd.CdefTrial, bitDepth int) {
	shift := bitDepth - 8
	for i := range trials {
		t := &trials[i]
		t.CoeffShift, t.Damping, t.NSec = shift, int(s.Damping)+shift-i, len(s.Set.Sec)
		for j, pri := range s.Set.Pri {
			t.Pri[j] = simd.NewCdefStrength(int(pri)<<shift, t.Damping, shift)
		}
		for j, sec := range s.Set.Sec {
			t.Sec[j] = simd.NewCdefStrength(int(sec)<<shift, t.Damping, shift)
		}
	}
}

// measure adds the errors of one 8x8 block under every strength.
func (s *CdefSearch) measure(sse []uint64, src, source *frame.Picture, grid *frame.ModeGrid, row, col int, scratch *CdefScratch) {
	luma, t := &src.Planes[0], &scratch.trials[0]
	dir, variance := simd.Cdef.Direction(luma.At(col*4, row*4), luma.Stride, t.CoeffShift)
	for i := 1; i < len(s.Set.Pri); i++ {
		t.Pri[i] = simd.NewCdefStrength(adjustPrimary(int(s.Set.Pri[i])<<t.CoeffShift, variance), t.Damping, t.CoeffShift)
	}
	s.try(sse[:s.Set.Len()], src, source, grid, 0, row, col, dir, t, scratch)
	dir = chromaDirection(1, dir, src)
	for plane := 1; plane < src.NumPlanes; plane++ {
		s.try(sse[s.Set.Len():], src, source, grid, plane, row, col, dir, &scratch.trials[1], scratch)
	}
}

// try adds the errors of one plane of a block. Without primary strength the direction is 0: that one is tried by itself.
func (s *CdefSearch) try(sums []uint64, src, source *frame.Picture, grid *frame.ModeGrid, plane, row, col, dir int, t *simd.CdefTrial, scratch *CdefScratch) {
	b := loadCdefBlock(src, grid, plane, row, col, scratch)
	p := &source.Planes[plane]
	t.W, t.H = blockSize(b.size)
	t.W, t.H = min(t.W, p.Width-b.x), min(t.H, p.Height-b.y)
	kernel, want := simd.Cdef.Try[b.size], p.At(b.x, b.y)
	t.First, t.NPri, t.Dir = 0, 1, 0
	kernel(sums, b.src, b.off, b.stride, want, p.Stride, t)
	t.First, t.NPri, t.Dir = 1, len(s.Set.Pri)-1, dir
	if t.NPri > 0 {
		kernel(sums[t.NSec:], b.src, b.off, b.stride, want, p.Stride, t)
	}
}

// blockSize returns the size of the blocks of a kernel.
func blockSize(size int) (w, h int) {
	switch size {
	case simd.Cdef4x4:
		return 4, 4
	case simd.Cdef4x8:
		return 4, 8
	}
	return 8, 8
}

// cdefPair is a choice: positions of the luma and the chroma strength in the set.
type cdefPair struct{ y, uv int }

// Pick sets the parameters and indexes of c that minimise squared error + lambda * bits, lambda in
// squared error per bit, with at most 1 << maxBits pairs. Pairs are added one after the other, each the one that
// helps most; at 2, 4 and 8 each is replaced once by the best given the others. A
// 64x64 block without coded 8x8 block gets the index -1; blocks of 128 samples get one index, as read_cdef demands.
func (s *CdefSearch) Pick(c *Cdef, grid *frame.ModeGrid, numPlanes, maxBits int, lambda float64) {
	blocks := s.merge(grid)
	var pairs, bestPairs [8]cdefPair
	bestBits, bestCost := 0, math.Inf(1)
	for bits, n := 0, 0; bits <= maxBits; bits++ {
		for ; n < 1<<bits; n++ {
			s.limit(pairs[:n], -1)
			pairs[n] = s.addition(numPlanes)
		}
		for i := range pairs[:n] {
			if n > 1 {
				s.limit(pairs[:n], i)
				pairs[i] = s.addition(numPlanes)
			}
		}
		rate := bits*blocks + n*6*min(numPlanes, 2)
		if cost := rdCost(s.limit(pairs[:n], -1), rate<<rateShift, lambda); cost < bestCost {
			bestCost, bestBits, bestPairs = cost, bits, pairs
		}
	}
	c.Params = CdefParams{Damping: s.Damping, Bits: uint8(bestBits)}
	for i, pair := range bestPairs[:1<<bestBits] {
		c.Params.YPri[i], c.Params.YSec[i] = s.Set.At(pair.y)
		c.Params.UVPri[i], c.Params.UVSec[i] = s.Set.At(pair.uv)
	}
	s.assign(c, grid, bestPairs[:1<<bestBits])
}

// merge adds the errors of the 64x64 blocks that share an index to the first of them, and
// returns the number of indexes that are coded.
func (s *CdefSearch) merge(grid *frame.ModeGrid) (blocks int) {
	n := 2 * s.Set.Len()
	for i := range s.coded {
		lead := cdefLeader(grid, i)
		if s.coded[i] == 0 || lead == i {
			continue
		}
		s.coded[lead] += s.coded[i]
		s.coded[i] = 0
		to, from := s.sse[lead*n:][:n], s.sse[i*n:][:n]
		for j, v := range from {
			to[j] += v
		}
	}
	for _, coded := range s.coded {
		if coded != 0 {
			blocks++
		}
	}
	return blocks
}

// cdefLeader returns the 64x64 block whose index block i shares: the first of the coding block that covers it.
func cdefLeader(grid *frame.ModeGrid, i int) int {
	_, stride := CdefIndexSize(grid)
	row, col := i/stride, i%stride
	size := grid.At(row*16, col*16).BlockSize
	if av1.BlockHeight[size] == 128 {
		row &^= 1
	}
	if av1.BlockWidth[size] == 128 {
		col &^= 1
	}
	return row*stride + col
}

// limit sets floor to the least error of each block with the pairs, leaving one out (-1: none), and
// returns the sum.
func (s *CdefSearch) limit(pairs []cdefPair, without int) (total uint64) {
	n := s.Set.Len()
	for i := range s.floor {
		s.floor[i] = math.MaxUint64
		if s.coded[i] == 0 {
			s.floor[i] = 0
			continue
		}
		luma, chroma := s.sse[2*i*n:][:n], s.sse[(2*i+1)*n:][:n]
		for j, p := range pairs {
			if j != without {
				s.floor[i] = min(s.floor[i], luma[p.y]+chroma[p.uv])
			}
		}
		total += s.floor[i]
	}
	return total
}

// addition finds the pair that lowers the sum of floor most.
func (s *CdefSearch) addition(numPlanes int) (best cdefPair) {
	n := s.Set.Len()
	nUV := n
	if numPlanes == 1 {
		nUV = 1
	}
	total := s.total[:n*nUV]
	clear(total)
	for i, floor := range s.floor {
		if s.coded[i] == 0 {
			continue
		}
		chroma := s.sse[(2*i+1)*n:][:nUV]
		for y, e := range s.sse[2*i*n:][:n] {
			sums := total[y*nUV:][:nUV]
			for uv, f := range chroma {
				sums[uv] += min(floor, e+f)
			}
		}
	}
	least := uint64(math.MaxUint64)
	for i, t := range total {
		if t < least {
			least, best = t, cdefPair{i / nUV, i % nUV}
		}
	}
	return best
}

// assign sets the indexes.
func (s *CdefSearch) assign(c *Cdef, grid *frame.ModeGrid, pairs []cdefPair) {
	n := s.Set.Len()
	for i := range s.coded {
		c.Index[i] = -1
		if s.coded[i] == 0 {
			if lead := cdefLeader(grid, i); lead != i {
				c.Index[i] = c.Index[lead]
			}
			continue
		}
		luma, chroma := s.sse[2*i*n:][:n], s.sse[(2*i+1)*n:][:n]
		least := uint64(math.MaxUint64)
		for j, p := range pairs {
			if e := luma[p.y] + chroma[p.uv]; e < least {
				least, c.Index[i] = e, int8(j)
			}
		}
	}
}

// Rates are in units of 1 / (1 << rateShift) bit.
const rateShift = 9

// rdCost is squared error + lambda * rate. The conversions keep compilers from fusing the
// multiplication with the addition, which would make results depend on the machine.
func rdCost(sse uint64, rate int, lambda float64) float64 {
	return float64(sse) + float64(lambda*float64(rate)/(1<<rateShift))
}
