package decide

import (
	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/bitstream"
	"github.com/grav1e/grav1e/internal/frame"
	"github.com/grav1e/grav1e/internal/motion"
	"github.com/grav1e/grav1e/internal/mvpred"
	"github.com/grav1e/grav1e/internal/predict"
	"github.com/grav1e/grav1e/internal/quant"
	"github.com/grav1e/grav1e/internal/tile"
	"github.com/grav1e/grav1e/internal/transform"
)

// maxNodeDepth is the number of square sizes with a partition, from 64x64 to 8x8.
const maxNodeDepth = 4

// blockSamples is the number of samples of the largest block, a superblock.
const blockSamples = 64 * 64

// Worker decides superblocks, one at a time. It owns all scratch memory.
type Worker struct {
	weights
	quality *quality // of the superblock; its weights don't know what it shows
	f       *Frame
	sb      *tile.Superblock

	syn     tile.Syntax
	count   bitstream.Coder
	decoded predict.BlockDecoded
	pred    predict.Scratch
	tx      transform.Scratch
	quant   quant.Scratch
	mvs     mvpred.Predictor
	refiner motion.Refiner
	random  randomSource

	lightSearch lightSearch
	light       bool // the frame takes the light path
	depth       predictedDepth
	levels      [maxNodeDepth]nodeLevel
	leaf        snapshot // best way to code the current block
	luma        snapshot // best luma of the intra candidate under way
	chroma      snapshot // best chroma of it

	units       []tile.TxUnit
	lumaTypes   []av1.TxType // by unit index, of the block under way
	chosenTypes []av1.TxType // the same for the best transform sizes
	residual    []int16
	raw         []int32     // transform coefficients
	coefs       [2][]int32  // dequantised coefficients: of the type tried, and of the best type
	quantised   [2][]int32  // levels in scan order, likewise
	predicted   [3][]uint16 // the block's prediction, to start from anew
	candidate   []uint16    // prediction of a candidate, luma
	chromaStart tile.SavedContext

	intra []intraCandidate
	inter interScratch
}

// nodeLevel is what a node of the partition search needs, by depth.
type nodeLevel struct {
	start tile.SavedContext
	best  snapshot
	tries [av1.PartitionTypes]av1.Partition
}

// NewWorker reserves a worker's memory. While p only plans, the result is of no use.
func NewWorker(p *frame.Planner, numPlanes, subX, subY int) *Worker {
	const purpose = "decisions: blocks"
	w := &Worker{}
	for d := range w.levels {
		w.levels[d].best = takeSnapshot(p, 64>>d, numPlanes, subX, subY)
	}
	w.leaf = takeSnapshot(p, 64, numPlanes, subX, subY)
	w.luma = takeSnapshot(p, 64, numPlanes, subX, subY)
	w.chroma = takeSnapshot(p, 64, numPlanes, subX, subY)
	w.units = frame.Take[tile.TxUnit](p, purpose, tile.MaxTxUnits)
	w.lumaTypes = frame.Take[av1.TxType](p, purpose, tile.MaxTxUnits)
	w.chosenTypes = frame.Take[av1.TxType](p, purpose, tile.MaxTxUnits)
	w.residual = frame.Take[int16](p, purpose, blockSamples)
	w.candidate = frame.Take[uint16](p, purpose, blockSamples)
	w.raw = frame.Take[int32](p, purpose, 32*32)
	for i := range w.coefs {
		w.coefs[i] = frame.Take[int32](p, purpose, 32*32)
		w.quantised[i] = frame.Take[int32](p, purpose, 32*32)
	}
	for i := range numPlanes {
		w.predicted[i] = frame.Take[uint16](p, purpose, blockSamples)
	}
	w.intra = frame.Take[intraCandidate](p, purpose, maxIntraCandidates)
	w.inter.list = frame.Take[interCandidate](p, purpose, maxInterCandidates)
	return w
}

// Start prepares the worker for a superblock row of a tile of f.
func (w *Worker) Start(f *Frame, t tile.Bounds, above *tile.AboveContext) {
	w.f = f
	w.light = f.Src8 != nil && f.Layer >= f.Speed.LightLayer && !f.Hdr.FrameIsIntra && !f.Hdr.CodedLossless
	w.syn.Start(&w.count, f.Seq, f.Hdr, f.Grid, t, above)
	w.syn.Left.Clear()
	if !f.Hdr.FrameIsIntra {
		w.mvs.SetParams(f.mvParams(t))
		w.startRefiner()
	}
}

// Superblock decides and codes the superblock at row, col into sb.
func (w *Worker) Superblock(sb *tile.Superblock, row, col int) {
	w.sb = sb
	sb.Reset()
	f := w.f
	w.setQuality(row, col)
	w.random.seed(f.RandomModes, uint64(f.Hdr.OrderHint)<<32|uint64(row)<<16|uint64(col))
	w.decoded.Clear(row, col, w.syn.Tile.MiRowEnd, w.syn.Tile.MiColEnd, 16, f.Cur.NumPlanes, f.Cur.SubX, f.Cur.SubY)
	if f.predictsPartition() {
		w.predictPartition(row, col)
	}
	w.node(row, col, av1.Block64x64, 0, maxCost)
}

// block decides and codes one block and returns its cost.
func (w *Worker) block(row, col int, bs av1.BlockSize, part av1.Partition) int64 {
	f := w.f
	b := tile.Block{Row: row, Col: col, HasChroma: f.Cur.NumPlanes > 1 && av1.HasChroma(bs, row, col, f.Cur.SubX, f.Cur.SubY)}
	b.BlockSize = bs
	b.RefFrame = [2]int8{av1.IntraFrame, av1.NoneFrame}
	b.TxSize = av1.MaxTxSizeRect[bs]
	if f.Hdr.CodedLossless {
		b.TxSize = av1.Tx4x4
	}
	best := bestBlock{cost: maxCost, mark: markOf(w.sb), decoded: w.decoded}
	w.syn.SaveContext(&best.start, row, col, bs)
	if !f.Hdr.FrameIsIntra {
		w.mvs.Scan(f.Grid, row, col, bs, part)
	}
	switch {
	case f.RandomModes != 0:
		w.randomBlock(&b, &best)
	case f.Hdr.FrameIsIntra:
		w.tryIntra(&b, maxCost, &best)
	case w.light:
		w.tryLight(&b, &best)
	default:
		w.tryInter(&b, &best)
		if w.intraWorthTrying(&best) {
			w.tryIntra(&b, w.intraGate(), &best)
		}
	}
	if !best.inPlace {
		w.restore(&w.leaf, best.mark, row, col, bs)
	}
	w.sb.Blocks = append(w.sb.Blocks, best.block)
	w.syn.Commit(&best.block)
	w.markDecoded(&best.block)
	return best.cost
}

// bestBlock is the best way found so far to code the current block.
type bestBlock struct {
	block   tile.Block
	cost    int64
	mark    tapeMark
	start   tile.SavedContext
	decoded predict.BlockDecoded
	inPlace bool // what lies in the picture, the record and the contexts is the best
}

// rewind undoes what the last candidate wrote to the record and the contexts, and
// keeps it aside first if it is the best.
func (w *Worker) rewind(b *tile.Block, best *bestBlock) {
	if best.inPlace {
		w.save(&w.leaf, best.mark, b.Row, b.Col, b.BlockSize)
		best.inPlace = false
	}
	best.mark.rewind(w.sb)
	w.syn.RestoreContext(&best.start, b.Row, b.Col, b.BlockSize)
	w.decoded = best.decoded
}

// offer compares the candidate that was just coded in place with the best.
func (w *Worker) offer(b *tile.Block, cost int64, best *bestBlock) {
	if cost < best.cost || best.cost == maxCost {
		best.block, best.cost, best.inPlace = *b, cost, true
	}
}

// markDecoded notes that b's transform blocks are decoded (section 5.11.35).
func (w *Worker) markDecoded(b *tile.Block) {
	w.units = w.syn.Layout(w.units, b)
	for i := range w.units {
		u := &w.units[i]
		w.decoded.Mark(int(u.Plane), int(u.X4)*4, int(u.Y4)*4, u.Tx)
	}
}

// rateModeInfo is the cost of b's mode info and transform sizes, 1/512 bit.
func (w *Worker) rateModeInfo(b *tile.Block) uint32 {
	w.count.StartCounting(w.f.CDF)
	w.syn.ModeInfo(b)
	w.syn.TxSize(b)
	return w.count.Cost()
}
