package predict

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/frame"
)

// newPicture makes a padded picture of one kind of content.
func newPicture(r *rand.Rand, w, h, kind, bitDepth, subX, subY int) *frame.Picture {
	pic := &frame.Picture{NumPlanes: 3, SubX: subX, SubY: subY, BitDepth: bitDepth}
	for i := range pic.Planes {
		p := newPlane(w, h)
		if i > 0 {
			p = newPlane((w+subX)>>subX, (h+subY)>>subY)
		}
		content(p, r, kind, bitDepth)
		p.Extend(0, p.Height)
		pic.Planes[i] = *p
	}
	return pic
}

func randomMV(r *rand.Rand, lo, hi av1.MV) av1.MV {
	between := func(a, b int16) int16 {
		switch r.IntN(6) {
		case 0:
			return a
		case 1:
			return b
		case 2:
			return max(a, min(b, int16(r.IntN(3)-1)*8))
		}
		return a + int16(r.IntN(int(b)-int(a)+1))
	}
	return av1.MV{Row: between(lo.Row, hi.Row), Col: between(lo.Col, hi.Col)}
}

// TestPredictInter compares blocks of every size a plane may have, single and compound, inside and
// as far outside the picture as MVRange allows, with the specification's pseudo-code.
func TestPredictInter(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	var s Scratch
	var want [128][128]int
	var dst [128 * 130]uint16
	for _, bitDepth := range bitDepths {
		for _, format := range [][2]int{{0, 0}, {1, 1}, {1, 0}} {
			subX, subY := format[0], format[1]
			for kind := range 3 {
				const lumaW, lumaH = 150, 86
				refs := [2]*frame.Picture{newPicture(r, lumaW, lumaH, kind, bitDepth, subX, subY), newPicture(r, lumaW, lumaH, (kind+1)%3, bitDepth, subX, subY)}
				for size := range av1.BlockSizes {
					lw, lh := int(av1.BlockWidth[size]), int(av1.BlockHeight[size])
					w, h := lw>>subX, lh>>subY
					for n := range 12 {
						if w*h > 1024 && n > 4 {
							break
						}
						lx, ly := r.IntN((lumaW+lw-1)/lw)*lw, r.IntN((lumaH+lh-1)/lh)*lh
						x, y := lx>>subX, ly>>subY
						lo, hi := MVRange(lx, ly, lw, lh, lumaW, lumaH)
						plane := b2i(subX == 1)
						m := &specMotion{
							mv:     [2]av1.MV{randomMV(r, lo, hi), randomMV(r, lo, hi)},
							ref:    [2]*frame.Plane{&refs[0].Planes[plane], nil},
							filter: [2]uint8{uint8(r.IntN(4)), uint8(r.IntN(4))},
						}
						if n < 4 { // the four corners of reach
							m.mv[0] = av1.MV{Row: [2]int16{lo.Row, hi.Row}[n&1], Col: [2]int16{lo.Col, hi.Col}[n>>1]}
						}
						name := fmt.Sprintf("%d bit %dx%d at %d,%d sub %d%d mv %v filter %v", bitDepth, w, h, x, y, subX, subY, m.mv, m.filter)
						stride := w + 2
						compare := func() {
							t.Helper()
							specPredictInter(&want, m, x, y, w, h, subX, subY, bitDepth)
							for i := range h {
								for j := range w {
									if int(dst[i*stride+j]) != want[i][j] {
										t.Fatalf("%s: sample %d,%d is %d, want %d", name, j, i, dst[i*stride+j], want[i][j])
									}
								}
							}
						}
						s.PredictInter(dst[:], stride, m.ref[0], x, y, w, h, m.mv[0], subX, subY, m.filter, bitDepth)
						compare()
						m.ref[1] = &refs[1].Planes[plane]
						name += " compound"
						s.PredictCompound(dst[:], stride, m.ref, x, y, w, h, m.mv, subX, subY, m.filter, bitDepth)
						compare()
					}
				}
			}
		}
	}
}

// TestMVRange checks that MVRange admits all candidates that motion vector prediction yields
// (clamped by section 7.10.2.14) and keeps the taps inside the padding.
func TestMVRange(t *testing.T) {
	for _, dim := range [][2]int{{1, 1}, {150, 86}, {640, 360}, {1921, 1081}, {8192, 4320}} {
		width, height := dim[0], dim[1]
		miCols, miRows := (width+7)>>3<<1, (height+7)>>3<<1
		for size := range av1.BlockSizes {
			w, h := int(av1.BlockWidth[size]), int(av1.BlockHeight[size])
			if max(w, h) > 64 {
				continue // larger than a superblock
			}
			for y := 0; y < 4*miRows; y += max(h, height/9) &^ (h - 1) {
				for x := 0; x < 4*miCols; x += max(w, width/9) &^ (w - 1) {
					lo, hi := MVRange(x, y, w, h, width, height)
					const border = av1.MvBorder
					if low := -(x*8 + border + w*8); int(lo.Col) > max(low, -(1<<14-1)) {
						t.Fatalf("%d,%d %dx%d: columns from %d, prediction clamps at %d", x, y, w, h, lo.Col, low)
					}
					if high := (4*miCols-w-x)*8 + border + w*8; int(hi.Col) < min(high, 1<<14-1) {
						t.Fatalf("%d,%d %dx%d in %dx%d: columns up to %d, prediction clamps at %d", x, y, w, h, width, height, hi.Col, high)
					}
					if high := (4*miRows-h-y)*8 + border + h*8; int(hi.Row) < min(high, 1<<14-1) {
						t.Fatalf("%d,%d %dx%d: rows up to %d, prediction clamps at %d", x, y, w, h, hi.Row, high)
					}
					if first := x + int(lo.Col)>>3 - 3; first < -frame.Pad {
						t.Fatalf("first tap at column %d", first)
					}
					if last := y + int(hi.Row)>>3 + h - 1 + 4; last >= height+frame.Pad {
						t.Fatalf("last tap at row %d of %d", last, height)
					}
					if mv := ClampMV(av1.MV{Row: -32768, Col: 32767}, lo, hi); mv != (av1.MV{Row: lo.Row, Col: hi.Col}) {
						t.Fatalf("ClampMV gives %v", mv)
					}
				}
			}
		}
	}
}

// TestPredictBlock compares whole blocks, chroma of blocks less than 8 wide or high included, with
// the transcription of compute_prediction (section 5.11.33).
func TestPredictBlock(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 14))
	const width, height = 158, 94
	const rows, cols = 24, 40
	var s Scratch
	var want [128][128]int
	for _, format := range [][2]int{{1, 1}, {1, 0}, {0, 0}} {
		subX, subY := format[0], format[1]
		var refs [8]*frame.Picture
		for i := 1; i < 8; i++ {
			refs[i] = newPicture(r, width, height, 0, 10, subX, subY)
		}
		cur := newPicture(r, width, height, 0, 10, subX, subY)
		grid := &frame.ModeGrid{Cells: make([]frame.ModeInfo, 64*64), Rows: rows, Cols: cols, Stride: 64}
		motion := func(row, col int, size av1.BlockSize, ref1 int8) frame.ModeInfo {
			lo, hi := MVRange(4*col, 4*row, int(av1.BlockWidth[size]), int(av1.BlockHeight[size]), width, height)
			return frame.ModeInfo{BlockSize: size, RefFrame: [2]int8{1 + int8(r.IntN(7)), ref1}, IsInter: true,
				Mv: [2]av1.MV{randomMV(r, lo, hi), randomMV(r, lo, hi)}, InterpFilter: [2]uint8{uint8(r.IntN(4)), uint8(r.IntN(4))}}
		}
		for range 400 {
			size := av1.BlockSize(r.IntN(int(av1.BlockSizes)))
			bw4, bh4 := int(av1.Num4x4BlocksWide[size]), int(av1.Num4x4BlocksHigh[size])
			if format == [2]int{1, 0} && av1.SubsampledSize[size][1][0] == av1.BlockInvalid {
				continue
			}
			row, col := r.IntN((rows+bh4-1)/bh4)*bh4, r.IntN((cols+bw4-1)/bw4)*bw4
			ref1 := av1.NoneFrame
			if bw4 > 1 && bh4 > 1 && r.IntN(2) == 0 {
				ref1 = 1 + int8(r.IntN(7))
			}
			// Neighbours that may share the chroma block have the same size.
			for _, at := range [][2]int{{row, col}, {row, col - bw4}, {row - bh4, col}, {row - bh4, col - bw4}} {
				if at[0] < 0 || at[1] < 0 {
					continue
				}
				m := motion(at[0], at[1], size, av1.NoneFrame)
				if r.IntN(8) == 0 {
					m = frame.ModeInfo{BlockSize: size, RefFrame: [2]int8{av1.IntraFrame, av1.NoneFrame}}
				}
				grid.Splat(at[0], at[1], bw4, bh4, &m)
			}
			b := motion(row, col, size, ref1)
			stale := *grid.At(row, col)
			before := [3]*frame.Plane{copyPlane(&cur.Planes[0]), copyPlane(&cur.Planes[1]), copyPlane(&cur.Planes[2])}
			s.PredictBlock(cur, &refs, grid, row, col, &b, 0, 2)
			if *grid.At(row, col) != stale {
				t.Fatal("the grid changed")
			}
			grid.Splat(row, col, bw4, bh4, &b)

			hasChroma := av1.HasChroma(size, row, col, subX, subY)
			for plane := 0; plane < 1+b2i(hasChroma)*2; plane++ {
				sx, sy := subX, subY
				if plane == 0 {
					sx, sy = 0, 0
				}
				planeSz := av1.SubsampledSize[size][sx][sy]
				num4x4W, num4x4H := int(av1.Num4x4BlocksWide[planeSz]), int(av1.Num4x4BlocksHigh[planeSz])
				baseX, baseY := (col>>sx)*4, (row>>sy)*4
				candRow, candCol := (row>>sy)<<sy, (col>>sx)<<sx
				predW, predH := int(av1.BlockWidth[size])>>sx, int(av1.BlockHeight[size])>>sy
				someUseIntra := false
				for r := 0; r < num4x4H<<sy; r++ {
					for c := 0; c < num4x4W<<sx; c++ {
						if candRow+r < rows && candCol+c < cols && grid.At(candRow+r, candCol+c).RefFrame[0] == av1.IntraFrame {
							someUseIntra = true
						}
					}
				}
				if someUseIntra {
					predW, predH, candRow, candCol = num4x4W*4, num4x4H*4, row, col
				}
				p := &cur.Planes[plane]
				name := fmt.Sprintf("plane %d of block size %d at %d,%d sub %d%d", plane, size, row, col, subX, subY)
				full := before[plane]
				r := 0
				for y := 0; y < num4x4H*4; y += predH {
					c := 0
					for x := 0; x < num4x4W*4; x += predW {
						m := grid.At(candRow+r, candCol+c)
						spec := &specMotion{mv: m.Mv, filter: m.InterpFilter, ref: [2]*frame.Plane{&refs[m.RefFrame[0]].Planes[plane], nil}}
						if m.RefFrame[1] > av1.IntraFrame {
							spec.ref[1] = &refs[m.RefFrame[1]].Planes[plane]
						}
						specPredictInter(&want, spec, baseX+x, baseY+y, predW, predH, sx, sy, 10)
						for i := range predH {
							for j := range predW {
								full.Data[full.Origin+(baseY+y+i)*full.Stride+baseX+x+j] = uint16(want[i][j])
							}
						}
						c++
					}
					r++
				}
				for i := range p.Data {
					if p.Data[i] != full.Data[i] {
						o := i - p.Origin + frame.Pad
						t.Fatalf("%s: sample %d,%d is %d, want %d", name, o%p.Stride-frame.Pad, o/p.Stride, p.Data[i], full.Data[i])
					}
				}
			}
		}
	}
}

func TestInterAllocatesNothing(t *testing.T) {
	r := rand.New(rand.NewPCG(15, 16))
	pic := newPicture(r, 64, 64, 0, 8, 1, 1)
	cur := newPicture(r, 64, 64, 0, 8, 1, 1)
	refs := [8]*frame.Picture{1: pic, 2: pic}
	grid := &frame.ModeGrid{Cells: make([]frame.ModeInfo, 32*32), Rows: 16, Cols: 16, Stride: 32}
	b := &frame.ModeInfo{BlockSize: av1.Block16x16, RefFrame: [2]int8{1, 2}, Mv: [2]av1.MV{{Row: 3, Col: 5}, {Row: -9, Col: 0}}}
	s := new(Scratch)
	intra := IntraBlock{X: 16, Y: 16, Tx: av1.Tx8x8, Mode: av1.D67Pred, HaveAbove: true, HaveLeft: true, MaxX: 63, MaxY: 63, EnableEdgeFilter: true, BitDepth: 8}
	n := testing.AllocsPerRun(10, func() {
		s.PredictBlock(cur, &refs, grid, 0, 0, b, 0, 2)
		s.PredictIntra(&cur.Planes[0], &intra)
	})
	if n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkPredictInter(b *testing.B) {
	r := rand.New(rand.NewPCG(17, 18))
	pic := newPicture(r, 256, 256, 0, 8, 0, 0)
	var s Scratch
	var dst [128 * 128]uint16
	for _, mv := range []av1.MV{{}, {Col: 3}, {Row: 3}, {Row: 3, Col: 3}} {
		for _, w := range []int{4, 8, 16, 64} {
			b.Run(fmt.Sprintf("mv%d,%d/%dx%d", mv.Row, mv.Col, w, w), func(b *testing.B) {
				for b.Loop() {
					s.PredictInter(dst[:], 128, &pic.Planes[0], 64, 64, w, w, mv, 0, 0, [2]uint8{}, 8)
				}
			})
			b.Run(fmt.Sprintf("compound%d,%d/%dx%d", mv.Row, mv.Col, w, w), func(b *testing.B) {
				ref := [2]*frame.Plane{&pic.Planes[0], &pic.Planes[0]}
				for b.Loop() {
					s.PredictCompound(dst[:], 128, ref, 64, 64, w, w, [2]av1.MV{mv, mv}, 0, 0, [2]uint8{}, 8)
				}
			})
		}
	}
}
