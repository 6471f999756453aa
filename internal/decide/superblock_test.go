package decide

import (
	"fmt"
	"slices"
	"testing"

	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/tile"
)

// somePresets are one of every kind: all that is searched, rectangles, squares, interpolated
// planes, and the light path (in layer 2).
var somePresets = []int{0, 3, 6, 8, 9, 10}

// someScenes are key and inter frames of a preset with content of every kind in it.
func someScenes(preset int) map[string]setup {
	src := withObject(moved(texture, 2, 1), noise(80), 24, 20, 24)
	ref := withObject(texture, noise(80), 20, 24, 24)
	base := setup{w: 88, h: 40, preset: preset, layer: 2, src: src, ref: ref}
	key, one, two, deep := base, base, base, base
	one.refs, two.refs = 1, 2
	deep.refs, deep.bitDepth, deep.psycho = 1, 10, true
	return map[string]setup{"key": key, "one reference": one, "two references": two, "10 bits": deep}
}

// TestSameForAnyWorker: what a worker did before makes no difference, nor what lay in
// the picture, the grid and the record.
func TestSameForAnyWorker(t *testing.T) {
	for _, preset := range somePresets {
		for name, c := range someScenes(preset) {
			s := newScene(t, c)
			fresh, used := s.worker(t), s.worker(t)
			s.decide(fresh)
			want := s.outcome()

			s.RandomModes = 5
			s.decide(used)
			s.RandomModes = 0
			s.decide(used)
			got := s.outcome()
			if what := differenceInside(s, &want, &got); what != "" {
				t.Errorf("preset %d, %s: other %s from a worker that was used before", preset, name, what)
			}
		}
	}
}

// differenceInside compares outcomes but for what is never looked at: samples outside
// the frame, and contexts of vectors the stack doesn't have.
func differenceInside(s *scene, a, b *outcome) string {
	for p := range s.format.NumPlanes {
		plane := &s.Cur.Planes[p]
		for y := range plane.Height {
			o := plane.Origin + y*plane.Stride
			if !slices.Equal(a.planes[p][o:o+plane.Width], b.planes[p][o:o+plane.Width]) {
				return fmt.Sprintf("plane %d, row %d", p, y)
			}
		}
		b.planes[p] = a.planes[p]
	}
	for _, o := range []*outcome{a, b} {
		for i := range o.sbs {
			for k := range o.sbs[i].Blocks {
				block := &o.sbs[i].Blocks[k]
				clear(block.DrlCtxStack[min(max(int(block.NumMvFound)-1, 0), 3):])
			}
		}
	}
	return a.difference(b)
}

// TestRecordComplete: the blocks of a record cover the frame once, are legal, and agree with the grid.
func TestRecordComplete(t *testing.T) {
	for _, preset := range somePresets {
		for name, c := range someScenes(preset) {
			s := newScene(t, c)
			w := s.worker(t)
			s.decide(w)
			covered := make([]int, s.Grid.Rows*s.Grid.Cols)
			for i := range s.sbs {
				sb := &s.sbs[i]
				units := 0
				for k := range sb.Blocks {
					b := &sb.Blocks[k]
					checkBlock(t, s, b)
					for row := b.Row; row < min(b.Row+int(av1.Num4x4BlocksHigh[b.BlockSize]), s.Grid.Rows); row++ {
						for col := b.Col; col < min(b.Col+int(av1.Num4x4BlocksWide[b.BlockSize]), s.Grid.Cols); col++ {
							covered[row*s.Grid.Cols+col]++
							if m := s.Grid.At(row, col); m.BlockSize != b.BlockSize || m.YMode != b.YMode || m.Mv != b.Mv {
								t.Fatalf("preset %d, %s: cell %d,%d is not that of its block", preset, name, row, col)
							}
						}
					}
					if !b.Skip {
						units += len(w.syn.Layout(nil, b))
					}
				}
				if units != len(sb.TxBlocks) {
					t.Errorf("preset %d, %s: %d transform blocks recorded, %d in the layout", preset, name, len(sb.TxBlocks), units)
				}
				checkLevels(t, sb)
			}
			for i, n := range covered {
				if n != 1 {
					t.Fatalf("preset %d, %s: cell %d,%d is covered %d times", preset, name, i/s.Grid.Cols, i%s.Grid.Cols, n)
				}
			}
		}
	}
}

// TestSkippedIsPredicted: what lies in the picture for an inter block without residual is
// its prediction, even if a residual was tried.
func TestSkippedIsPredicted(t *testing.T) {
	grain := noise(9)
	src := func(plane, x, y int) int { return texture(plane, x+1, y) + grain(plane, x, y) - 128 }
	for _, preset := range somePresets {
		for qidx := 100; qidx <= 220; qidx += 40 {
			s := newScene(t, setup{w: 72, h: 40, preset: preset, layer: 2, refs: 2, qidx: qidx, src: src})
			w := s.worker(t)
			s.decide(w)
			again := newScene(t, setup{w: 72, h: 40})
			for i := range s.sbs {
				for k := range s.sbs[i].Blocks {
					b := &s.sbs[i].Blocks[k]
					if !b.IsInter || !b.Skip {
						continue
					}
					w.pred.PredictBlock(again.Cur, &s.Refs, s.Grid, b.Row, b.Col, &b.ModeInfo, 0, 2)
					for p := range w.planesOf(b) {
						plane, x, y, bw, bh := w.area(p, b.Row, b.Col, b.BlockSize)
						for j := range bh {
							if !slices.Equal(plane.At(x, y+j)[:bw], again.Cur.Planes[p].At(x, y+j)[:bw]) {
								t.Fatalf("preset %d, quantiser %d: plane %d of the block at %d,%d is not its prediction", preset, qidx, p, b.Row, b.Col)
							}
						}
					}
				}
			}
		}
	}
}

func checkBlock(t *testing.T, s *scene, b *tile.Block) {
	t.Helper()
	switch {
	case s.hdr.FrameIsIntra && (b.IsInter || b.RefFrame[0] != av1.IntraFrame):
		t.Errorf("an inter block in a key frame: %+v", b)
	case b.IsInter != (b.RefFrame[0] > av1.IntraFrame):
		t.Errorf("is_inter %v with reference %d", b.IsInter, b.RefFrame[0])
	case b.SkipMode && (!b.Skip || !b.IsCompound()):
		t.Errorf("skip mode with residual or one reference: %+v", b)
	case b.HasChroma != av1.HasChroma(b.BlockSize, b.Row, b.Col, s.format.SubX, s.format.SubY):
		t.Errorf("HasChroma %v of size %d at %d,%d", b.HasChroma, b.BlockSize, b.Row, b.Col)
	case max(av1.BlockWidth[b.BlockSize], av1.BlockHeight[b.BlockSize]) < uint8(s.speed.MinBlock):
		t.Errorf("size %d is below the preset's", b.BlockSize)
	}
}

// checkLevels: coefficients follow each other without gaps, and the last of a block is not 0.
func checkLevels(t *testing.T, sb *tile.Superblock) {
	t.Helper()
	end := 0
	for i := range sb.TxBlocks {
		u := &sb.TxBlocks[i]
		if int(u.Off) != end {
			t.Errorf("transform block %d starts at coefficient %d, the one before ends at %d", i, u.Off, end)
		}
		end = int(u.Off) + int(u.Eob)
		if u.Eob > 0 && sb.Coefs[end-1] == 0 {
			t.Errorf("transform block %d ends with a zero", i)
		}
	}
	if end != len(sb.Coefs) {
		t.Errorf("%d coefficients, transform blocks end at %d", len(sb.Coefs), end)
	}
}

// TestIdenticalIsSkipped: a picture like its reference costs whole blocks without residual.
func TestIdenticalIsSkipped(t *testing.T) {
	for _, preset := range somePresets {
		for _, layer := range []int{0, 2} {
			for _, show := range []content{flat(100), texture, noise(50)} {
				s := newScene(t, setup{w: 136, h: 72, preset: preset, layer: layer, refs: 1, src: show, ref: show})
				w := s.worker(t)
				s.decide(w)
				for i := range s.sbs {
					for k := range s.sbs[i].Blocks {
						if b := &s.sbs[i].Blocks[k]; !b.IsInter || !b.Skip || b.Mv[0] != (av1.MV{}) {
							t.Fatalf("preset %d, layer %d: block of size %d at %d,%d is not skipped: %+v", preset, layer, b.BlockSize, b.Row, b.Col, b)
						}
					}
				}
				if n := len(s.sbs[0].Blocks); n != 1 {
					t.Errorf("preset %d, layer %d: the first superblock has %d blocks", preset, layer, n)
				}
				for y := range s.format.Height {
					if !slices.Equal(s.Cur.Planes[0].Row(0, y)[:136], s.Src.Planes[0].Row(0, y)[:136]) {
						t.Fatalf("preset %d, layer %d: row %d is not the reference's", preset, layer, y)
					}
				}
			}
		}
	}
}

// TestResidualWhereItPays: noise over the prediction is coded at a fine quantiser and left out at a coarse one.
func TestResidualWhereItPays(t *testing.T) {
	grain := noise(3)
	src := func(plane, x, y int) int { return texture(plane, x, y) + grain(plane, x, y) - 128 }
	for _, preset := range somePresets {
		for _, c := range []struct {
			qidx int
			skip bool
		}{{10, false}, {250, true}} {
			s := newScene(t, setup{preset: preset, layer: 2, refs: 1, qidx: c.qidx, src: src})
			s.decide(s.worker(t))
			for k := range s.sbs[0].Blocks {
				if b := &s.sbs[0].Blocks[k]; b.Skip != c.skip {
					t.Errorf("preset %d, quantiser %d: skip is %v for size %d at %d,%d", preset, c.qidx, b.Skip, b.BlockSize, b.Row, b.Col)
				}
			}
		}
	}
}

// TestLossless: the reconstruction at quantiser 0 is the source.
func TestLossless(t *testing.T) {
	for _, refs := range []int{0, 1} {
		s := newScene(t, setup{w: 72, h: 40, preset: 6, refs: refs, src: withObject(texture, noise(90), 8, 8, 30)})
		s.hdr.BaseQIdx, s.hdr.TxMode = 0, av1.Only4x4
		if err := s.hdr.Derive(s.Seq); err != nil {
			t.Fatal(err)
		}
		s.CDF.LoadCoefDefaults(0)
		s.Rates.Build(s.CDF)
		s.Prepare()
		s.decide(s.worker(t))
		for p := range 3 {
			src, cur := &s.Src.Planes[p], &s.Cur.Planes[p]
			for y := range src.Height {
				if !slices.Equal(cur.Row(0, y)[:src.Width], src.Row(0, y)[:src.Width]) {
					t.Fatalf("%d references, plane %d: row %d is not the source's", refs, p, y)
				}
			}
		}
	}
}

// TestNoAllocations: a worker lives from the memory it was given.
func TestNoAllocations(t *testing.T) {
	for _, preset := range somePresets {
		for name, c := range someScenes(preset) {
			s := newScene(t, c)
			w := s.worker(t)
			if light := c.refs > 0 && c.layer >= s.speed.LightLayer; light != (preset >= 9 && c.refs > 0) {
				t.Fatalf("preset %d, %s: light path %v", preset, name, light)
			}
			// What the runtime itself allocates now and then is less than one a run.
			if n := testing.AllocsPerRun(2, func() { s.decide(w) }); n != 0 {
				t.Errorf("preset %d, %s: %v allocations", preset, name, n)
			}
		}
	}
}
