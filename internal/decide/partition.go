package decide

import (
	"math"

	"github.com/grav1e/grav1e/internal/av1"
)

const maxCost = math.MaxInt64 / 4

// node finds the cheapest way to code the square of size bs at row, col, codes it
// and returns its cost, partition symbols included. limit is the cost from which
// on the result is of no use.
func (w *Worker) node(row, col int, bs av1.BlockSize, depth int, limit int64) int64 {
	g := w.f.Grid
	if row >= g.Rows || col >= g.Cols {
		return 0
	}
	tries := w.partitionsToTry(row, col, bs, depth)
	if w.f.RandomModes != 0 {
		tries = w.randomPartition(tries)
	} else if w.f.predictsPartition() {
		tries = w.withinPrediction(tries, row, col, depth)
	}
	if len(tries) == 1 {
		return w.tryPartition(row, col, bs, tries[0], depth, limit)
	}
	mark := markOf(w.sb)
	start, best := &w.levels[depth].start, &w.levels[depth].best
	w.syn.SaveContext(start, row, col, bs)
	decoded := w.decoded
	bestCost, chosen, last := limit, -1, -1
	for i, p := range tries {
		if i > 0 {
			mark.rewind(w.sb)
			w.syn.RestoreContext(start, row, col, bs)
			w.decoded = decoded
		}
		cost := w.tryPartition(row, col, bs, p, depth, bestCost)
		last = i
		if cost < bestCost || chosen < 0 {
			bestCost, chosen = cost, i
			if p == av1.PartitionNone && w.goodEnough(bs, cost) {
				break
			}
			if i+1 < len(tries) {
				w.save(best, mark, row, col, bs)
			}
		}
	}
	if chosen != last {
		w.restore(best, mark, row, col, bs)
	}
	return bestCost
}

// goodEnough tells that splitting a block that was just coded whole is not worth
// trying: no residual, and little cost for its size.
func (w *Worker) goodEnough(bs av1.BlockSize, cost int64) bool {
	b := &w.sb.Blocks[len(w.sb.Blocks)-1]
	if w.f.Speed.SplitEarlyOut == 0 || !b.Skip {
		return false
	}
	area := int64(av1.BlockWidth[bs]) * int64(av1.BlockHeight[bs])
	return cost*256 < area*int64(w.f.Speed.SplitEarlyOut)*w.lambda*512
}

// partitionsToTry lists the partitions of a node: what is legal at the frame's edge
// (section 5.11.4), in a chroma format, and within the preset's means.
func (w *Worker) partitionsToTry(row, col int, bs av1.BlockSize, depth int) []av1.Partition {
	f := w.f
	half := int(av1.Num4x4BlocksWide[bs]) / 2
	hasRows, hasCols := row+half < f.Grid.Rows, col+half < f.Grid.Cols
	list := w.levels[depth].tries[:0]
	canSplit := int(av1.BlockWidth[bs]) > f.Speed.MinBlock && depth < f.Speed.MaxDepth
	switch {
	case !hasRows && !hasCols:
		return append(list, av1.PartitionSplit)
	case !hasRows:
		list = append(list, av1.PartitionHorz)
		if canSplit || !f.allowed(av1.PartitionHorz, bs) {
			list = append(list, av1.PartitionSplit)
		}
		return f.legal(list, bs)
	case !hasCols:
		list = append(list, av1.PartitionVert)
		if canSplit || !f.allowed(av1.PartitionVert, bs) {
			list = append(list, av1.PartitionSplit)
		}
		return f.legal(list, bs)
	}
	list = append(list, av1.PartitionNone)
	if canSplit {
		list = append(list, av1.PartitionSplit)
	}
	if f.Speed.Partition >= PartitionRectangular && int(av1.BlockWidth[bs]) > f.Speed.MinBlock {
		list = append(list, av1.PartitionHorz, av1.PartitionVert)
	}
	if f.Speed.Partition >= PartitionAll && bs > av1.Block8x8 {
		list = append(list, av1.PartitionHorzA, av1.PartitionHorzB, av1.PartitionVertA, av1.PartitionVertB,
			av1.PartitionHorz4, av1.PartitionVert4)
	}
	return f.legal(list, bs)
}

// allowed tells whether a partition's blocks exist in the frame's chroma format:
// get_plane_residual_size must not be BLOCK_INVALID (section 6.10.4).
func (f *Frame) allowed(p av1.Partition, bs av1.BlockSize) bool {
	sub := av1.PartitionSubsize[p][bs]
	if sub == av1.BlockInvalid {
		return false
	}
	return f.Cur.NumPlanes == 1 || av1.SubsampledSize[sub][f.Cur.SubX][f.Cur.SubY] != av1.BlockInvalid
}

// legal keeps the partitions that are allowed.
func (f *Frame) legal(list []av1.Partition, bs av1.BlockSize) []av1.Partition {
	n := 0
	for _, p := range list {
		if f.allowed(p, bs) {
			list[n] = p
			n++
		}
	}
	return list[:n]
}

// tryPartition codes the node with partition p and returns the cost.
func (w *Worker) tryPartition(row, col int, bs av1.BlockSize, p av1.Partition, depth int, limit int64) int64 {
	w.sb.Partitions = append(w.sb.Partitions, p)
	w.count.StartCounting(w.f.CDF)
	w.syn.Partition(row, col, bs, p)
	cost := w.rd(0, w.count.Cost())
	sub := av1.PartitionSubsize[p][bs]
	if p == av1.PartitionSplit && bs > av1.Block8x8 {
		half := int(av1.Num4x4BlocksWide[bs]) / 2
		for i := range 4 {
			cost += w.node(row+i>>1*half, col+i&1*half, sub, depth+1, limit-cost)
			if cost >= limit {
				return maxCost
			}
		}
		return cost
	}
	parts := blocksOf(p, bs, sub)
	for i := range parts.n {
		r, c := row+parts.row[i], col+parts.col[i]
		if r >= w.f.Grid.Rows || c >= w.f.Grid.Cols {
			continue
		}
		cost += w.block(r, c, parts.size[i], p)
		if cost >= limit && i+1 < parts.n {
			return maxCost
		}
	}
	return cost
}

// partList is the blocks of a partition, in coding order, places relative in cells.
type partList struct {
	n        int
	row, col [4]int
	size     [4]av1.BlockSize
}

func (l *partList) add(row, col int, size av1.BlockSize) {
	l.row[l.n], l.col[l.n], l.size[l.n] = row, col, size
	l.n++
}

// blocksOf lists the blocks of partition p of a square bs (decode_partition, section 5.11.4).
func blocksOf(p av1.Partition, bs, sub av1.BlockSize) (l partList) {
	size4 := int(av1.Num4x4BlocksWide[bs])
	half, quarter := size4/2, size4/4
	split := av1.PartitionSubsize[av1.PartitionSplit][bs]
	switch p {
	case av1.PartitionNone:
		l.add(0, 0, sub)
	case av1.PartitionHorz:
		l.add(0, 0, sub)
		l.add(half, 0, sub)
	case av1.PartitionVert:
		l.add(0, 0, sub)
		l.add(0, half, sub)
	case av1.PartitionSplit:
		for i := range 4 {
			l.add(i>>1*half, i&1*half, sub)
		}
	case av1.PartitionHorzA:
		l.add(0, 0, split)
		l.add(0, half, split)
		l.add(half, 0, sub)
	case av1.PartitionHorzB:
		l.add(0, 0, sub)
		l.add(half, 0, split)
		l.add(half, half, split)
	case av1.PartitionVertA:
		l.add(0, 0, split)
		l.add(half, 0, split)
		l.add(0, half, sub)
	case av1.PartitionVertB:
		l.add(0, 0, sub)
		l.add(0, half, split)
		l.add(half, half, split)
	case av1.PartitionHorz4:
		for i := range 4 {
			l.add(i*quarter, 0, sub)
		}
	case av1.PartitionVert4:
		for i := range 4 {
			l.add(0, i*quarter, sub)
		}
	}
	return l
}
