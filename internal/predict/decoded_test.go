package predict

import (
	"math/rand/v2"
	"testing"

	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/frame"
)

// specDecoded is BlockDecoded as sections 5.11.3 and 5.11.35 write it.
type specDecoded map[[3]int]int

func (d specDecoded) clear(r, c, miRowEnd, miColEnd, sbSize4, subsamplingX, subsamplingY int) {
	for plane := 0; plane < 3; plane++ {
		subX, subY := subsamplingX, subsamplingY
		if plane == 0 {
			subX, subY = 0, 0
		}
		sbWidth4, sbHeight4 := (miColEnd-c)>>subX, (miRowEnd-r)>>subY
		for y := -1; y <= sbSize4>>subY; y++ {
			for x := -1; x <= sbSize4>>subX; x++ {
				v := 0
				if y < 0 && x < sbWidth4 {
					v = 1
				} else if x < 0 && y < sbHeight4 {
					v = 1
				}
				d[[3]int{plane, y, x}] = v
			}
		}
		d[[3]int{plane, sbSize4 >> subY, -1}] = 0
	}
}

// visit calls f for each transform block of size tx inside a block (section 5.11.34, same size in all planes where it fits).
func visit(row, col int, size av1.BlockSize, plane, subX, subY, miRows, miCols int, tx av1.TxSize, f func(x, y int)) {
	w, h := max(4, int(av1.BlockWidth[size])>>subX), max(4, int(av1.BlockHeight[size])>>subY)
	for y := 0; y < h; y += int(av1.TxHeight[tx]) {
		for x := 0; x < w; x += int(av1.TxWidth[tx]) {
			startX, startY := col>>subX*4+x, row>>subY*4+y
			if startX < miCols*4>>subX && startY < miRows*4>>subY {
				f(startX, startY)
			}
		}
	}
}

// TestBlockDecoded codes superblocks of random partitions and compares every answer
// with the specification's array.
func TestBlockDecoded(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	const miRows, miCols = 54, 42
	for _, format := range [][2]int{{1, 1}, {1, 0}, {0, 0}} {
		for _, sbSize4 := range []int{16, 32} {
			subX, subY := format[0], format[1]
			var d BlockDecoded
			spec := specDecoded{}
			var code func(row, col, n int)
			block := func(row, col int, size av1.BlockSize) {
				hasChroma := av1.HasChroma(size, row, col, subX, subY)
				saved := d
				d.MarkBlock(row, col, size, hasChroma)
				d.Unmark(row, col, size)
				if hasChroma && d != saved {
					t.Fatalf("Unmark doesn't undo MarkBlock at %d,%d size %d", row, col, size)
				}
				d = saved
				for plane := range 3 {
					if plane > 0 && !hasChroma {
						break
					}
					sx, sy := subX, subY
					if plane == 0 {
						sx, sy = 0, 0
					}
					tx := av1.MaxTxSizeRect[av1.SubsampledSize[size][sx][sy]]
					visit(row, col, size, plane, sx, sy, miRows, miCols, tx, func(x, y int) {
						r, c := y<<sy>>2, x<<sx>>2
						sbRow, sbCol := r&(sbSize4-1), c&(sbSize4-1)
						stepX, stepY := int(av1.TxWidth[tx])>>2, int(av1.TxHeight[tx])>>2
						aboveRt := spec[[3]int{plane, sbRow>>sy - 1, sbCol>>sx + stepX}] == 1
						belowLft := spec[[3]int{plane, sbRow>>sy + stepY, sbCol>>sx - 1}] == 1
						b := IntraBlock{X: x, Y: y, Tx: tx}
						d.Fill(plane, &b)
						if b.HaveAboveRt != aboveRt || b.HaveBelowLft != belowLft {
							t.Fatalf("plane %d at %d,%d tx %d: %v %v, want %v %v", plane, x, y, tx, b.HaveAboveRt, b.HaveBelowLft, aboveRt, belowLft)
						}
						d.Mark(plane, x, y, tx)
						for i := range stepY {
							for j := range stepX {
								spec[[3]int{plane, sbRow>>sy + i, sbCol>>sx + j}] = 1
							}
						}
					})
				}
			}
			code = func(row, col, n int) {
				if row >= miRows || col >= miCols {
					return
				}
				square := map[int]av1.BlockSize{1: av1.Block4x4, 2: av1.Block8x8, 4: av1.Block16x16, 8: av1.Block32x32, 16: av1.Block64x64, 32: av1.Block128x128}[n]
				half := n / 2
				inside := row+half < miRows && col+half < miCols
				kind := r.IntN(4)
				switch {
				case n == 1 || inside && kind == 0:
					block(row, col, square)
				case inside && kind == 1 || row+half >= miRows && col+half < miCols:
					block(row, col, av1.PartitionSubsize[av1.PartitionHorz][square])
					if row+half < miRows {
						block(row+half, col, av1.PartitionSubsize[av1.PartitionHorz][square])
					}
				case inside && kind == 2 && format != [2]int{1, 0}:
					block(row, col, av1.PartitionSubsize[av1.PartitionVert][square])
					block(row, col+half, av1.PartitionSubsize[av1.PartitionVert][square])
				default:
					for i := range 4 {
						code(row+i/2*half, col+i%2*half, half)
					}
				}
			}
			for range 8 {
				for row := 0; row < miRows; row += sbSize4 {
					for col := 0; col < miCols; col += sbSize4 {
						d.Clear(row, col, miRows, miCols, sbSize4, 3, subX, subY)
						spec.clear(row, col, miRows, miCols, sbSize4, subX, subY)
						code(row, col, sbSize4)
					}
				}
			}
		}
	}
}

// TestFilterType compares with the transcription of get_filter_type (section 7.11.2.8).
func TestFilterType(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	grid := frame.ModeGrid{Cells: make([]frame.ModeInfo, 32*32), Rows: 32, Cols: 32, Stride: 32}
	for range 20000 {
		for i := range grid.Cells {
			if r.IntN(4) == 0 {
				grid.Cells[i] = frame.ModeInfo{YMode: av1.PredictionMode(r.IntN(25)), UVMode: av1.PredictionMode(r.IntN(14)), RefFrame: [2]int8{int8(r.IntN(3)), -1}}
			}
			if i > 200 {
				break
			}
		}
		subX, subY := r.IntN(2), 0
		if subX == 1 {
			subY = r.IntN(2)
		}
		plane, row, col := r.IntN(3), 2+r.IntN(3), 2+r.IntN(20)
		availU, availL := r.IntN(2) == 0, r.IntN(2) == 0
		isSmooth := func(row, col int) bool {
			m := grid.At(row, col)
			mode := m.YMode
			if plane != 0 {
				if m.RefFrame[0] > av1.IntraFrame {
					return false
				}
				mode = m.UVMode
			}
			return mode == av1.SmoothPred || mode == av1.SmoothVPred || mode == av1.SmoothHPred
		}
		aboveSmooth, leftSmooth := false, false
		if availU {
			r, c := row-1, col
			if plane > 0 {
				if subX == 1 && col&1 == 0 {
					c++
				}
				if subY == 1 && row&1 == 1 {
					r--
				}
			}
			aboveSmooth = isSmooth(r, c)
		}
		if availL {
			r, c := row, col-1
			if plane > 0 {
				if subX == 1 && col&1 == 1 {
					c--
				}
				if subY == 1 && row&1 == 0 {
					r++
				}
			}
			leftSmooth = isSmooth(r, c)
		}
		want := b2i(aboveSmooth || leftSmooth)
		if got := FilterType(&grid, plane, row, col, availU, availL, subX, subY); got != want {
			t.Fatalf("plane %d at %d,%d: %d, want %d", plane, row, col, got, want)
		}
	}
}
