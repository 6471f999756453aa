package decide

import (
	"slices"
	"testing"

	"github.com/grav1e/grav1e/internal/av1"
)

var squares = []av1.BlockSize{av1.Block8x8, av1.Block16x16, av1.Block32x32, av1.Block64x64}

// TestBlocksOf: the blocks of a partition cover the square exactly once.
func TestBlocksOf(t *testing.T) {
	for _, bs := range squares {
		side := int(av1.Num4x4BlocksWide[bs])
		for p := range av1.PartitionTypes {
			p := av1.Partition(p)
			sub := av1.PartitionSubsize[p][bs]
			if sub == av1.BlockInvalid || bs == av1.Block8x8 && p > av1.PartitionSplit {
				continue
			}
			covered := make([]int, side*side)
			list := blocksOf(p, bs, sub)
			for i := range list.n {
				w4, h4 := int(av1.Num4x4BlocksWide[list.size[i]]), int(av1.Num4x4BlocksHigh[list.size[i]])
				for y := list.row[i]; y < list.row[i]+h4; y++ {
					for x := list.col[i]; x < list.col[i]+w4; x++ {
						if x >= side || y >= side {
							t.Fatalf("size %d, partition %d: block %d leaves the square", bs, p, i)
						}
						covered[y*side+x]++
					}
				}
			}
			for i, n := range covered {
				if n != 1 {
					t.Errorf("size %d, partition %d: cell %d,%d is covered %d times", bs, p, i/side, i%side, n)
				}
			}
		}
	}
}

// TestPartitionsToTry: whatever is tried may be signalled, at every node of frames that
// end anywhere in a superblock, in every chroma format.
func TestPartitionsToTry(t *testing.T) {
	formats := []struct {
		name       string
		subX, subY int
		mono       bool
	}{{"4:2:0", 1, 1, false}, {"4:2:2", 1, 0, false}, {"4:4:4", 0, 0, false}, {"4:0:0", 1, 1, true}}
	for _, format := range formats {
		for _, size := range [][2]int{{64, 64}, {136, 72}, {1, 1}, {24, 100}, {97, 33}} {
			s := newScene(t, setup{w: size[0], h: size[1], not420: true, subX: format.subX, subY: format.subY, mono: format.mono})
			w := s.started(t, 0, 0)
			for search := PartitionSquare; search <= PartitionAll; search++ {
				for _, least := range [][2]int{{4, 4}, {8, 3}, {16, 2}, {64, 0}} {
					s.speed.Partition, s.speed.MinBlock, s.speed.MaxDepth = search, least[0], least[1]
					eachNode(s, func(row, col, depth int, bs av1.BlockSize) {
						tries := slices.Clone(w.partitionsToTry(row, col, bs, depth))
						if len(tries) == 0 {
							t.Fatalf("%s %v: nothing to try for size %d at %d,%d", format.name, size, bs, row, col)
						}
						for i, p := range tries {
							if !w.syn.PartitionAllowed(row, col, bs, p) {
								t.Errorf("%s %v, search %d, least %v: partition %d of size %d at %d,%d is not allowed", format.name, size, search, least, p, bs, row, col)
							}
							if slices.Contains(tries[:i], p) {
								t.Errorf("partition %d of size %d listed twice", p, bs)
							}
						}
						whole := row+1<<(4-depth) <= s.Grid.Rows && col+1<<(4-depth) <= s.Grid.Cols
						if whole && tries[0] != av1.PartitionNone {
							t.Errorf("size %d at %d,%d inside the frame starts with partition %d", bs, row, col, tries[0])
						}
						if whole && depth >= least[1] && slices.Contains(tries, av1.PartitionSplit) {
							t.Errorf("size %d is split at depth %d of %d", bs, depth, least[1])
						}
					})
				}
			}
		}
	}
}

// eachNode visits every square of 8x8 and more that starts inside the frame.
func eachNode(s *scene, visit func(row, col, depth int, bs av1.BlockSize)) {
	for depth, bs := range []av1.BlockSize{av1.Block64x64, av1.Block32x32, av1.Block16x16, av1.Block8x8} {
		side := 16 >> depth
		for row := 0; row < s.Grid.Rows; row += side {
			for col := 0; col < s.Grid.Cols; col += side {
				visit(row, col, depth, bs)
			}
		}
	}
}

func TestDropSplit(t *testing.T) {
	const none, horz, vert, split = av1.PartitionNone, av1.PartitionHorz, av1.PartitionVert, av1.PartitionSplit
	for _, c := range []struct{ list, want []av1.Partition }{
		{[]av1.Partition{none, split}, []av1.Partition{none}},
		{[]av1.Partition{none, split, horz, vert}, []av1.Partition{none, horz, vert}},
		{[]av1.Partition{none, horz}, []av1.Partition{none, horz}},
		{nil, nil},
	} {
		if got := dropSplit(slices.Clone(c.list)); !slices.Equal(got, c.want) {
			t.Errorf("%v without splits: %v, want %v", c.list, got, c.want)
		}
	}
}

// depthsOf returns the levels predicted for the superblock at 0, 0.
func depthsOf(t *testing.T, c setup) predictedDepth {
	s := newScene(t, c)
	w := s.started(t, 0, 0)
	w.predictPartition(0, 0)
	return w.depth
}

func TestPredictPartitionStatic(t *testing.T) {
	for _, c := range []struct {
		name string
		show content
	}{{"flat", flat(90)}, {"texture", texture}, {"noise", noise(60)}} {
		if got := depthsOf(t, setup{preset: 8, refs: 1, src: c.show, ref: c.show}); got != (predictedDepth{}) {
			t.Errorf("static %s: levels %v", c.name, got)
		}
	}
}

// TestPredictPartitionObject: a small moving object splits where it is, and only there.
func TestPredictPartitionObject(t *testing.T) {
	ground, front := content(texture), noise(100)
	got := depthsOf(t, setup{preset: 8, refs: 1, qidx: 60,
		src: withObject(ground, front, 16, 16, 16), ref: withObject(ground, front, 16, 11, 16)})
	for y := range 8 {
		for x := range 8 {
			level := got[y*8+x]
			if x>>1 == 1 && y>>1 == 1 && level.most < 2 {
				t.Errorf("levels %v at the object, %d,%d", level, y, x)
			}
			if x >= 4 && (level.least != 1 || level.most != 1) {
				t.Errorf("levels %v far from the object, %d,%d", level, y, x)
			}
		}
	}
}

// TestWithinPredictionInside: levels of cells outside the frame, left over from another
// superblock, have no say.
func TestWithinPredictionInside(t *testing.T) {
	for _, preset := range []int{4, 8, 10} {
		// Squares at the borders lie more than half inside.
		s := newScene(t, setup{w: 112, h: 120, preset: preset, refs: 1, src: moved(texture, 3, 1)})
		w := s.started(t, 0, 0)
		for i := range s.sbs {
			row, col := i/s.sbCols*16, i%s.sbCols*16
			var seen [2][]av1.Partition
			for k, old := range []uint8{0, 3} {
				for j := range w.depth {
					w.depth[j] = depthRange{old, old}
				}
				w.predictPartition(row, col)
				eachNode(s, func(r, c, depth int, bs av1.BlockSize) {
					if r&^15 == row && c&^15 == col {
						seen[k] = append(seen[k], w.withinPrediction(w.partitionsToTry(r, c, bs, depth), r, c, depth)...)
					}
				})
			}
			if !slices.Equal(seen[0], seen[1]) {
				t.Errorf("preset %d, superblock %d: what is tried depends on what was decided before", preset, i)
			}
		}
	}
}
