package predict

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/frame"
)

var bitDepths = []int{8, 10, 12}

func newPlane(w, h int) *frame.Plane {
	n, _ := frame.PlaneSize(w, h)
	p := frame.NewPlane(make([]uint16, n), w, h)
	return &p
}

// content fills all samples of p, padding included: kind 0 noise, 1 extremes only, 2 smooth, 3 all maximal.
func content(p *frame.Plane, r *rand.Rand, kind, bitDepth int) {
	maxV := 1<<bitDepth - 1
	for i := range p.Data {
		switch kind {
		case 0:
			p.Data[i] = uint16(r.IntN(maxV + 1))
		case 1:
			p.Data[i] = uint16(r.IntN(2) * maxV)
		case 2:
			p.Data[i] = uint16((i%p.Stride + i/p.Stride*3 + r.IntN(4)) & maxV)
		default:
			p.Data[i] = uint16(maxV)
		}
	}
}

func copyPlane(p *frame.Plane) *frame.Plane {
	c := *p
	c.Data = append([]uint16(nil), p.Data...)
	return &c
}

// checkBlock compares what was written at x, y and checks that nothing else changed.
func checkBlock(t *testing.T, what string, got, before *frame.Plane, x, y, w, h int, want func(i, j int) int) {
	t.Helper()
	for i := range h {
		for j := range w {
			if g, e := sample(got, x+j, y+i), want(i, j); g != e {
				t.Fatalf("%s: sample %d,%d is %d, want %d", what, j, i, g, e)
			}
			got.Data[got.Origin+(y+i)*got.Stride+x+j] = before.Data[got.Origin+(y+i)*got.Stride+x+j]
		}
	}
	for i := range got.Data {
		if got.Data[i] != before.Data[i] {
			t.Fatalf("%s: wrote outside the block", what)
		}
	}
}

// availability lists the combinations of have flags, each with limits at some 4x4 cell.
func availability(b IntraBlock, r *rand.Rand, w, h int) []IntraBlock {
	var all []IntraBlock
	for flags := range 16 {
		b.HaveLeft, b.HaveAbove = flags&1 != 0, flags&2 != 0
		b.HaveAboveRt, b.HaveBelowLft = flags&4 != 0, flags&8 != 0
		b.MaxX, b.MaxY = b.X+4*r.IntN(w/2+1)+3, b.Y+4*r.IntN(h/2+1)+3
		all = append(all, b)
	}
	return all
}

// TestPredictIntra compares all modes and angles of all sizes with the specification's
// pseudo-code, in place and through PrepareEdges.
func TestPredictIntra(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	p := newPlane(192, 192)
	before := newPlane(192, 192)
	var s, inPlace Scratch
	var out [64 * 64]uint16
	for _, bitDepth := range bitDepths {
		for tx := range av1.TxSizesAll {
			w, h := int(av1.TxWidth[tx]), int(av1.TxHeight[tx])
			content(p, r, r.IntN(4), bitDepth)
			if tx == 0 {
				content(p, r, 1, bitDepth)
			}
			copy(before.Data, p.Data)
			base := IntraBlock{X: 64, Y: 64, Tx: tx, BitDepth: bitDepth}
			for n, b := range availability(base, r, w, h) {
				if n%4 == 2 {
					content(p, r, n/4, bitDepth)
					copy(before.Data, p.Data)
				}
				s.PrepareEdges(p, &b)
				for _, v := range intraModes(w, h) {
					if w*h >= 512 && r.IntN(3) != 0 {
						continue
					}
					b.Mode, b.AngleDelta, b.FilterIntra = v.mode, v.delta, v.filterIntra
					b.EnableEdgeFilter, b.FilterType = r.IntN(4) != 0, r.IntN(2)
					want := specPredictIntra(before, &b)
					name := fmt.Sprintf("%d bit %dx%d %+v", bitDepth, w, h, b)

					s.block.EnableEdgeFilter, s.block.FilterType = b.EnableEdgeFilter, b.FilterType
					if b.FilterIntra != 0 {
						s.PredictFilterIntraInto(out[:], w, b.FilterIntra-1)
					} else {
						s.PredictInto(out[:], w, b.Mode, b.AngleDelta)
					}
					for i := range h {
						for j := range w {
							if int(out[i*w+j]) != want.pred[i][j] {
								t.Fatalf("%s: candidate sample %d,%d is %d, want %d", name, j, i, out[i*w+j], want.pred[i][j])
							}
						}
					}
					if n%5 == 0 {
						inPlace.PredictIntra(p, &b)
						checkBlock(t, name, p, before, b.X, b.Y, w, h, func(i, j int) int { return want.pred[i][j] })
					}
				}
			}
		}
	}
}

type intraVariant struct {
	mode        av1.PredictionMode
	delta       int8
	filterIntra uint8
}

// intraModes lists every prediction a block of w x h may use.
func intraModes(w, h int) []intraVariant {
	var all []intraVariant
	for mode := range av1.IntraModes {
		all = append(all, intraVariant{mode: mode})
		if !isDirectional(mode) {
			continue
		}
		for _, delta := range []int8{-3, -2, -1, 1, 2, 3} {
			all = append(all, intraVariant{mode: mode, delta: delta})
		}
	}
	if w <= 32 && h <= 32 {
		for f := range av1.FilterIntraModes {
			all = append(all, intraVariant{mode: av1.DCPred, filterIntra: f + 1})
		}
	}
	return all
}

func TestPredictCfl(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	var s Scratch
	for _, format := range [][2]int{{1, 1}, {1, 0}, {0, 0}} {
		subX, subY := format[0], format[1]
		for _, bitDepth := range bitDepths {
			luma := newPlane(96, 128)
			chroma := newPlane(96>>subX, 128>>subY)
			for tx := range av1.TxSizesAll {
				w, h := int(av1.TxWidth[tx]), int(av1.TxHeight[tx])
				if w > 32 || h > 32 {
					continue
				}
				for n := range 8 {
					content(luma, r, n%4, bitDepth)
					content(chroma, r, n%3, bitDepth)
					before := copyPlane(chroma)
					b := IntraBlock{X: 16, Y: 32, Tx: tx, BitDepth: bitDepth, MaxX: 127, MaxY: 127, HaveLeft: n&1 != 0, HaveAbove: n&2 != 0}
					maxW := b.X<<subX + 4 + 4*r.IntN(w<<subX/4)
					maxH := b.Y<<subY + 4 + 4*r.IntN(h<<subY/4)
					if n < 4 {
						maxW, maxH = (b.X+w)<<subX, (b.Y+h)<<subY
					}
					alpha := r.IntN(33) - 16
					dc := specPredictIntra(before, &b)
					want := specCfl(luma, dc.pred, b.X, b.Y, tx, alpha, maxW, maxH, subX, subY, bitDepth)
					s.PrepareCfl(luma, b.X, b.Y, tx, maxW, maxH, subX, subY)
					s.PredictCfl(chroma, &b, int8(alpha))
					name := fmt.Sprintf("%d bit %dx%d sub %d%d alpha %d n %d", bitDepth, w, h, subX, subY, alpha, n)
					checkBlock(t, name, chroma, before, b.X, b.Y, w, h, func(i, j int) int { return want[i][j] })
				}
			}
		}
	}
}

// TestMaxLuma walks the luma transform blocks of section 5.11.34 and 5.11.35.
func TestMaxLuma(t *testing.T) {
	const miRows, miCols = 10, 14
	for size := range av1.BlockSizes {
		for _, tx := range []av1.TxSize{av1.MaxTxSizeRect[size], av1.SplitTxSize[av1.MaxTxSizeRect[size]], av1.Tx4x4} {
			row, col := 8&^(int(av1.Num4x4BlocksHigh[size])-1), 8&^(int(av1.Num4x4BlocksWide[size])-1)
			wantW, wantH := 0, 0
			for y := 0; y < int(av1.BlockHeight[size]); y += int(av1.TxHeight[tx]) {
				for x := 0; x < int(av1.BlockWidth[size]); x += int(av1.TxWidth[tx]) {
					if 4*col+x < 4*miCols && 4*row+y < 4*miRows {
						wantW, wantH = 4*col+x+int(av1.TxWidth[tx]), 4*row+y+int(av1.TxHeight[tx])
					}
				}
			}
			if w, h := MaxLuma(row, col, size, tx, miRows, miCols); w != wantW || h != wantH {
				t.Errorf("block %d tx %d: %dx%d, want %dx%d", size, tx, w, h, wantW, wantH)
			}
		}
	}
}

func BenchmarkPredictIntra(b *testing.B) {
	p := newPlane(128, 128)
	content(p, rand.New(rand.NewPCG(5, 6)), 2, 8)
	var s Scratch
	for _, c := range []struct {
		name string
		v    intraVariant
	}{
		{"DC", intraVariant{mode: av1.DCPred}}, {"V", intraVariant{mode: av1.VPred}}, {"H", intraVariant{mode: av1.HPred}},
		{"Paeth", intraVariant{mode: av1.PaethPred}}, {"Smooth", intraVariant{mode: av1.SmoothPred}},
		{"D45", intraVariant{mode: av1.D45Pred}}, {"D135", intraVariant{mode: av1.D135Pred}}, {"D203", intraVariant{mode: av1.D203Pred}},
		{"Filter", intraVariant{mode: av1.DCPred, filterIntra: 1}},
	} {
		for _, tx := range []av1.TxSize{av1.Tx4x4, av1.Tx8x8, av1.Tx16x16, av1.Tx32x32} {
			w := int(av1.TxWidth[tx])
			b.Run(fmt.Sprintf("%s/%dx%d", c.name, w, w), func(b *testing.B) {
				blk := IntraBlock{X: 32, Y: 32, Tx: tx, Mode: c.v.mode, FilterIntra: c.v.filterIntra, HaveLeft: true, HaveAbove: true,
					HaveAboveRt: true, HaveBelowLft: true, MaxX: 127, MaxY: 127, EnableEdgeFilter: true, BitDepth: 8}
				b.ReportAllocs()
				for b.Loop() {
					s.PredictIntra(p, &blk)
				}
			})
		}
	}
}
