package decide

import (
	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/motion"
)

// The partition of inter frames is predicted, before anything is coded, from the
// open-loop motion search: a square is worth splitting when its parts, each with its
// own motion, differ less from their references than the whole does, by more than
// the extra motion costs.

// predictedDepth[i] of a worker are the split levels (0: 64x64, 3: 8x8) worth trying for
// each 8x8 of the superblock, in raster order.
type predictedDepth [64]depthRange

type depthRange struct{ least, most uint8 }

// depthBits is what one more block of a size costs, in 1/512 bit: partition, mode
// and motion, by level.
var depthBits = [4]uint32{17 * 512, 16 * 512, 14 * 512, 13 * 512}

// predictPartition fills w.depth for the superblock at row, col.
func (w *Worker) predictPartition(row, col int) {
	w.predictNode(row, col, 0)
}

// predictNode fills the depths of a square and returns its cost: SAD << satdShift and rate.
func (w *Worker) predictNode(row, col, level int) int64 {
	f := w.f
	if row >= f.Grid.Rows || col >= f.Grid.Cols {
		return 0
	}
	sizeLog2 := 6 - level
	half := 1 << (sizeLog2 - 3)
	inside := row+2*half <= f.Grid.Rows && col+2*half <= f.Grid.Cols
	whole := int64(maxCost)
	if inside || level == 3 {
		whole = int64(w.leastSAD(row, col, sizeLog2))<<satdShift + w.sadLambda*int64(depthBits[level])
	}
	if level == 3 {
		d := &w.depth[row>>1&7*8+col>>1&7]
		d.least, d.most = 3, 3
		return whole
	}
	parts := int64(0)
	for i := range 4 {
		parts += w.predictNode(row+i>>1*half, col+i&1*half, level+1)
	}
	margin := int64(100 + f.Speed.PartitionMargin)
	if whole*100 <= parts*margin {
		w.setDepth(row, col, level, parts*100 > whole*margin)
	}
	return min(whole, parts)
}

// setDepth marks a square as worth coding whole, and, if only, not worth splitting.
func (w *Worker) setDepth(row, col, level int, only bool) {
	n := 8 >> level
	y0, x0 := row>>1&7, col>>1&7
	for y := y0; y < y0+n; y++ {
		for x := x0; x < x0+n; x++ {
			d := &w.depth[y*8+x]
			d.least = uint8(level)
			if only {
				d.most = uint8(level)
			}
		}
	}
}

// leastSAD is the smallest open-loop difference of a square over the references searched.
func (w *Worker) leastSAD(row, col, sizeLog2 int) uint32 {
	best := ^uint32(0)
	i := motion.BlockIndex(sizeLog2, col*4, row*4)
	for k := range w.f.Search {
		best = min(best, w.f.Search[k].Results.At(col*4, row*4).Sad[i])
	}
	return best
}

// withinPrediction keeps of the partitions of a node those that lead to the predicted
// depth, give or take the preset's range.
func (w *Worker) withinPrediction(list []av1.Partition, row, col, depth int) []av1.Partition {
	if len(list) < 2 || list[0] != av1.PartitionNone {
		return list
	}
	least, most := 3, 0
	n := 8 >> depth
	y0, x0 := row>>1&7, col>>1&7
	// Only what lies inside the frame has been predicted.
	g := w.f.Grid
	for y := y0; y < y0+min(n, (g.Rows-row+1)>>1); y++ {
		for x := x0; x < x0+min(n, (g.Cols-col+1)>>1); x++ {
			d := w.depth[y*8+x]
			least, most = min(least, int(d.least)), max(most, int(d.most))
		}
	}
	r := w.f.Speed.PartitionRange
	switch {
	case depth < least-r:
		return append(list[:0], av1.PartitionSplit)
	case depth >= most+r:
		return dropSplit(list)
	}
	return list
}

// dropSplit removes PartitionSplit.
func dropSplit(list []av1.Partition) []av1.Partition {
	n := 0
	for _, p := range list {
		if p != av1.PartitionSplit {
			list[n] = p
			n++
		}
	}
	return list[:n]
}
