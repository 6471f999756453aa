package filter

import (
	"fmt"
	"math/rand"
	"testing"

	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/frame"
)

// specDeblock is section 7.14 sample by sample.
type specDeblock struct {
	pic *frame.Picture
	r   *randomFrame
	p   DeblockParams
}

func (s *specDeblock) frame() {
	if s.p.Level[0] == 0 && s.p.Level[1] == 0 {
		return
	}
	for plane := range s.pic.NumPlanes {
		if plane != 0 && s.p.Level[1+plane] == 0 {
			continue
		}
		for pass := range 2 {
			rowStep, colStep := 1, 1
			if plane > 0 {
				rowStep, colStep = 1<<s.pic.SubY, 1<<s.pic.SubX
			}
			for row := 0; row < s.r.grid.Rows; row += rowStep {
				for col := 0; col < s.r.grid.Cols; col += colStep {
					s.edge(plane, pass, row, col)
				}
			}
		}
	}
}

func (s *specDeblock) edge(plane, pass, row, col int) {
	subX, subY, dx, dy := 0, 0, 1-pass, pass
	if plane > 0 {
		subX, subY = s.pic.SubX, s.pic.SubY
	}
	x, y := col*4, row*4
	row |= subY
	col |= subX
	if x >= s.pic.Planes[0].Width || y >= s.pic.Planes[0].Height || pass == 0 && x == 0 || pass == 1 && y == 0 {
		return
	}
	xP, yP := x>>subX, y>>subY
	prevRow, prevCol := row-dy<<subY, col-dx<<subX
	cell := s.r.grid.At(row, col)
	stride := s.r.grid.Stride
	txSz := s.r.txSizes[plane][row>>subY*stride+col>>subX]
	planeSize := av1.SubsampledSize[cell.BlockSize][subX][subY]
	isIntra := cell.RefFrame[0] <= av1.IntraFrame
	prevTxSz := s.r.txSizes[plane][prevRow>>subY*stride+prevCol>>subX]
	isBlockEdge := pass == 0 && xP%int(av1.BlockWidth[planeSize]) == 0 || pass == 1 && yP%int(av1.BlockHeight[planeSize]) == 0
	isTxEdge := pass == 0 && xP%int(av1.TxWidth[txSz]) == 0 || pass == 1 && yP%int(av1.TxHeight[txSz]) == 0
	applyFilter := isTxEdge && (isBlockEdge || !cell.Skip || isIntra)
	baseSize := min(int(av1.TxWidth[prevTxSz]), int(av1.TxWidth[txSz]))
	if pass == 1 {
		baseSize = min(int(av1.TxHeight[prevTxSz]), int(av1.TxHeight[txSz]))
	}
	filterSize := min(16, baseSize)
	if plane > 0 {
		filterSize = min(8, baseSize)
	}
	lvl, limit, blimit, thresh := s.strength(row, col, plane, pass)
	if lvl == 0 {
		lvl, limit, blimit, thresh = s.strength(prevRow, prevCol, plane, pass)
	}
	for i := range 4 {
		if applyFilter && lvl > 0 {
			s.sample(xP+dy*i, yP+dx*i, plane, limit, blimit, thresh, dx, dy, filterSize)
		}
	}
}

func (s *specDeblock) strength(row, col, plane, pass int) (lvl, limit, blimit, thresh int) {
	cell := s.r.grid.At(row, col)
	ref, mode, modeType := int(cell.RefFrame[0]), cell.YMode, 0
	if mode >= av1.NearestMV && mode != av1.GlobalMV && mode != av1.GlobalGlobalMV {
		modeType = 1
	}
	i := pass
	if plane > 0 {
		i = plane + 1
	}
	lvl = clip3(0, 63, int(s.p.Level[i]))
	if s.p.DeltaEnabled {
		nShift := lvl >> 5
		if ref == 0 {
			lvl += int(s.p.RefDeltas[0]) << nShift
		} else {
			lvl += int(s.p.RefDeltas[ref])<<nShift + int(s.p.ModeDeltas[modeType])<<nShift
		}
		lvl = clip3(0, 63, lvl)
	}
	shift, sharp := 0, int(s.p.Sharpness)
	if sharp > 4 {
		shift = 2
	} else if sharp > 0 {
		shift = 1
	}
	limit = max(1, lvl>>shift)
	if sharp > 0 {
		limit = clip3(1, 9-sharp, lvl>>shift)
	}
	return lvl, limit, 2*(lvl+2) + limit, lvl >> 4
}

func (s *specDeblock) sample(x, y, plane, limit, blimit, thresh, dx, dy, filterSize int) {
	pl, bd := &s.pic.Planes[plane], s.pic.BitDepth
	px := func(i int) int { return at(pl, x+i*dx, y+i*dy) }
	q, p := func(i int) int { return px(i) }, func(i int) int { return px(-1 - i) }
	one := 1 << (bd - 8)
	hev := abs(p(1)-p(0)) > thresh*one || abs(q(1)-q(0)) > thresh*one
	filterLen := 16
	switch {
	case filterSize == 4:
		filterLen = 4
	case plane != 0:
		filterLen = 6
	case filterSize == 8:
		filterLen = 8
	}
	lim, blim := limit*one, blimit*one
	mask := abs(p(1)-p(0)) > lim || abs(q(1)-q(0)) > lim || abs(p(0)-q(0))*2+abs(p(1)-q(1))/2 > blim
	if filterLen >= 6 {
		mask = mask || abs(p(2)-p(1)) > lim || abs(q(2)-q(1)) > lim
	}
	if filterLen >= 8 {
		mask = mask || abs(p(3)-p(2)) > lim || abs(q(3)-q(2)) > lim
	}
	if mask {
		return
	}
	flat, flat2 := true, true
	if filterSize >= 8 {
		for i := 1; i < 3 || i == 3 && filterLen >= 8; i++ {
			flat = flat && abs(p(i)-p(0)) <= one && abs(q(i)-q(0)) <= one
		}
	}
	if filterSize >= 16 {
		for i := 4; i < 7; i++ {
			flat2 = flat2 && abs(p(i)-p(0)) <= one && abs(q(i)-q(0)) <= one
		}
	}
	switch {
	case filterSize == 4 || !flat:
		s.narrow(hev, x, y, plane, dx, dy)
	case filterSize == 8 || !flat2:
		s.wide(x, y, plane, dx, dy, 3)
	default:
		s.wide(x, y, plane, dx, dy, 4)
	}
}

func (s *specDeblock) narrow(hev bool, x, y, plane, dx, dy int) {
	pl, bd := &s.pic.Planes[plane], s.pic.BitDepth
	clamp := func(v int) int { return clip3(-(1 << (bd - 1)), 1<<(bd-1)-1, v) }
	mid := 0x80 << (bd - 8)
	qs0, qs1 := at(pl, x, y)-mid, at(pl, x+dx, y+dy)-mid
	ps0, ps1 := at(pl, x-dx, y-dy)-mid, at(pl, x-2*dx, y-2*dy)-mid
	filter := 0
	if hev {
		filter = clamp(ps1 - qs1)
	}
	filter = clamp(filter + 3*(qs0-ps0))
	filter1, filter2 := clamp(filter+4)>>3, clamp(filter+3)>>3
	set(pl, x, y, clamp(qs0-filter1)+mid)
	set(pl, x-dx, y-dy, clamp(ps0+filter2)+mid)
	if !hev {
		filter = round2(filter1, 1)
		set(pl, x+dx, y+dy, clamp(qs1-filter)+mid)
		set(pl, x-2*dx, y-2*dy, clamp(ps1+filter)+mid)
	}
}

func (s *specDeblock) wide(x, y, plane, dx, dy, log2Size int) {
	pl := &s.pic.Planes[plane]
	n, n2 := 2, 1
	if log2Size == 4 {
		n = 6
	} else if plane == 0 {
		n, n2 = 3, 0
	}
	var f [12]int
	for i := -n; i < n; i++ {
		t := 0
		for j := -n; j <= n; j++ {
			p := clip3(-(n + 1), n, i+j)
			tap := 1
			if abs(j) <= n2 {
				tap = 2
			}
			t += at(pl, x+p*dx, y+p*dy) * tap
		}
		f[i+n] = round2(t, log2Size)
	}
	for i := -n; i < n; i++ {
		set(pl, x+i*dx, y+i*dy, f[i+n])
	}
}

func randomDeblock(rng *rand.Rand) DeblockParams {
	p := DeblockParams{Sharpness: uint8(rng.Intn(8) * rng.Intn(2)), DeltaEnabled: rng.Intn(3) > 0, RefDeltas: DefaultRefDeltas}
	for i := range p.Level {
		if rng.Intn(5) > 0 {
			p.Level[i] = uint8(rng.Intn(64))
		}
	}
	if rng.Intn(2) == 0 {
		for i := range p.RefDeltas {
			p.RefDeltas[i] = int8(rng.Intn(127) - 63)
		}
		p.ModeDeltas = [2]int8{int8(rng.Intn(21) - 10), int8(rng.Intn(21) - 10)}
	}
	return p
}

func TestDeblockMatchesSpecification(t *testing.T) {
	for _, f := range formats {
		for _, bitDepth := range []int{8, 10, 12} {
			t.Run(fmt.Sprintf("%s/%d", f.name, bitDepth), func(t *testing.T) {
				rng := rand.New(rand.NewSource(int64(bitDepth)))
				for range 6 {
					for _, size := range sizes {
						testDeblock(t, rng, size[0], size[1], bitDepth, f)
					}
				}
			})
		}
	}
}

func testDeblock(t *testing.T, rng *rand.Rand, w, h, bitDepth int, f format) {
	t.Helper()
	want := newPicture(w, h, bitDepth, f)
	fillPicture(rng, want)
	got := clonePicture(want)
	r := newRandomFrame(rng, w, h, f)
	params := randomDeblock(rng)
	(&specDeblock{want, r, params}).frame()

	var d Deblocker
	d.Init(&params, bitDepth)
	s := NewDeblockScratch(make([]uint8, DeblockScratchSize(r.grid.Cols)), r.grid.Cols)
	before := clonePicture(got)
	for row := 0; row < r.grid.Rows; row += 16 {
		if row > 0 {
			checkLag(t, before, got, row*4, want)
		}
		d.Rows(got, &r.grid, row, min(row+16, r.grid.Rows), &s)
	}
	if plane, x, y, ok := firstDifference(got, want, false); !ok {
		t.Fatalf("%dx%d %+v: plane %d (%d,%d): got %d, want %d", w, h, params, plane, x, y, at(&got.Planes[plane], x, y), at(&want.Planes[plane], x, y))
	}
}

// checkLag verifies that after the rows above y are done, the rows DeblockLag allows are
// final and no row below y has changed.
func checkLag(t *testing.T, before, got *frame.Picture, y int, want *frame.Picture) {
	t.Helper()
	for i := range got.NumPlanes {
		yy, lag := y, DeblockLag
		if i > 0 {
			yy, lag = y>>got.SubY, DeblockLagUV
		}
		for x := range got.Planes[i].Width {
			if at(&got.Planes[i], x, yy-lag-1) != at(&want.Planes[i], x, yy-lag-1) {
				t.Fatalf("plane %d row %d not final after %d", i, yy-lag-1, yy)
			}
			if at(&got.Planes[i], x, yy) != at(&before.Planes[i], x, yy) {
				t.Fatalf("plane %d row %d touched early", i, yy)
			}
		}
	}
}

func BenchmarkDeblock(b *testing.B) {
	rng := rand.New(rand.NewSource(1))
	f := formats[1]
	pic := newPicture(1280, 720, 8, f)
	fillPicture(rng, pic)
	r := newRandomFrame(rng, 1280, 720, f)
	params := DeblockParams{Level: [4]uint8{20, 20, 16, 16}, RefDeltas: DefaultRefDeltas, DeltaEnabled: true}
	var d Deblocker
	d.Init(&params, 8)
	s := NewDeblockScratch(make([]uint8, DeblockScratchSize(r.grid.Cols)), r.grid.Cols)
	b.ReportAllocs()
	b.ResetTimer()
	for b.Loop() {
		d.Rows(pic, &r.grid, 0, r.grid.Rows, &s)
	}
}
