package decide

import (
	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/motion"
	"github.com/grav1e/grav1e/internal/simd"
	"github.com/grav1e/grav1e/internal/tile"
)

// Partitions are predicted before anything is coded. In inter frames, from the open-loop
// motion search: a square is worth splitting when its parts, each with its own motion,
// differ less from their references than the whole does, by more than the extra motion
// costs. In intra frames likewise, from the differences intra prediction leaves when it
// starts from source samples.

// predictedDepth[i] of a worker are the split levels (0: 64x64, 3: 8x8) worth trying for
// each 8x8 of the superblock, in raster order.
type predictedDepth [64]depthRange

type depthRange struct{ least, most uint8 }

// depthBits is what one more block of a size costs, in 1/512 bit: partition, mode
// and motion, by level.
var depthBits = [4]uint32{17 * 512, 16 * 512, 14 * 512, 13 * 512}

// intraDepthBits is the same for intra blocks.
var intraDepthBits = [4]uint32{8 * 512, 8 * 512, 8 * 512, 8 * 512}

// predictsPartition tells that partitions follow the prediction.
func (f *Frame) predictsPartition() bool {
	return f.RandomModes == 0 && f.partitionRange() >= 0
}

// partitionRange is how many levels around the prediction are tried; below 0: all there are.
func (f *Frame) partitionRange() int {
	if f.Hdr.FrameIsIntra {
		return f.Speed.PartitionRangeIntra
	}
	return f.Speed.PartitionRange
}

// predictPartition fills w.depth for the superblock at row, col.
func (w *Worker) predictPartition(row, col int) {
	w.predictNode(row, col, 0)
}

// predictNode fills the depths of a square and returns its cost.
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
		whole = w.wholeCost(row, col, level)
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

// wholeCost estimates what a square costs in one block.
func (w *Worker) wholeCost(row, col, level int) int64 {
	if w.f.Hdr.FrameIsIntra {
		return w.satdCost(w.leastIntraSATD(row, col, level), intraDepthBits[level])
	}
	return int64(w.leastSAD(row, col, 6-level))<<satdShift + w.sadLambda*int64(depthBits[level])
}

// leastIntraSATD is the smallest difference of a square to a few intra predictions from
// the source samples around it.
func (w *Worker) leastIntraSATD(row, col, level int) int64 {
	f := w.f
	bs := [4]av1.BlockSize{av1.Block64x64, av1.Block32x32, av1.Block16x16, av1.Block8x8}[level]
	b := tile.Block{Row: row, Col: col}
	b.BlockSize = bs
	tx := av1.MaxTxSizeRect[bs]
	side := int(av1.TxWidth[tx])
	src := &f.Src.Planes[0]
	ib := w.intraBlock(&b, 0, col*4, row*4, tx)
	w.pred.PrepareEdges(src, &ib)
	least := int64(maxCost)
	for _, mode := range intraOrder[:f.Speed.PartitionModesIntra] {
		w.pred.PredictInto(w.candidate, side, mode, 0)
		least = min(least, int64(simd.Dist.SATD(src.At(col*4, row*4), src.Stride, w.candidate, side, side, side)))
	}
	return least
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
	r := w.f.partitionRange()
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
