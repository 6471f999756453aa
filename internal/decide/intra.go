package decide

import (
	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/predict"
	"github.com/grav1e/grav1e/internal/simd"
	"github.com/grav1e/grav1e/internal/tile"
)

// intraCandidate is a way to predict luma, with its estimated cost.
type intraCandidate struct {
	mode        av1.PredictionMode
	delta       int8
	filterIntra uint8
	cost        int64
}

// maxIntraCandidates is all modes, all angles, and the filter-intra modes.
const maxIntraCandidates = 13 + 8*6 + 5

// intraOrder lists luma modes, those that matter most first.
var intraOrder = [av1.IntraModes]av1.PredictionMode{av1.DCPred, av1.SmoothPred, av1.VPred, av1.HPred, av1.PaethPred,
	av1.SmoothVPred, av1.SmoothHPred, av1.D45Pred, av1.D135Pred, av1.D67Pred, av1.D113Pred, av1.D157Pred, av1.D203Pred}

// intraWorthTrying tells whether an inter frame's block should be tried as intra:
// not when inter prediction left nothing to code.
func (w *Worker) intraWorthTrying(best *bestBlock) bool {
	return best.cost == maxCost || !best.block.Skip
}

// intraGate is the estimated cost above which intra is not tried in an inter frame:
// in proportion to that of the best inter candidate.
func (w *Worker) intraGate() int64 {
	if w.f.Speed.IntraGate == 0 || len(w.inter.list) == 0 {
		return maxCost
	}
	return w.inter.list[0].cost * int64(w.f.Speed.IntraGate) / 100
}

// tryIntra offers the best intra ways to code b, if one is estimated to cost less than gate.
func (w *Worker) tryIntra(b *tile.Block, gate int64, best *bestBlock) {
	asIntra(b)
	list := w.rankIntra(b)
	if list[0].cost >= gate {
		return
	}
	lumaBest := int64(maxCost)
	var lumaBlock tile.Block
	var lumaCoded coded
	for i := range min(len(list), w.f.Speed.IntraRD) {
		c := &list[i]
		b.YMode, b.AngleDeltaY, b.FilterIntra = c.mode, c.delta, c.filterIntra
		b.UVMode, b.AngleDeltaUV, b.CflAlphaU, b.CflAlphaV = av1.DCPred, 0, 0, 0
		for depth := range w.intraDepths(b) {
			b.TxSize = w.txAtDepth(b.BlockSize, depth)
			w.rewind(b, best)
			res := w.codeIntraLuma(b)
			cost := w.rd(res.dist, res.rate+w.rateModeInfo(b))
			if cost < lumaBest {
				lumaBest, lumaBlock, lumaCoded = cost, *b, res
				w.save(&w.luma, best.mark, b.Row, b.Col, b.BlockSize)
			}
		}
	}
	*b = lumaBlock
	w.restore(&w.luma, best.mark, b.Row, b.Col, b.BlockSize)
	total := lumaCoded
	if b.HasChroma {
		total.add(w.codeIntraChroma(b))
	}
	w.offer(b, w.rd(total.dist, total.rate+w.rateModeInfo(b)), best)
}

// asIntra makes b an intra block with residual.
func asIntra(b *tile.Block) {
	b.IsInter, b.RefFrame = false, [2]int8{av1.IntraFrame, av1.NoneFrame}
	b.Mv = [2]av1.MV{}
	b.InterpFilter = [2]uint8{}
	b.Skip, b.SkipMode, b.TxSplit = false, false, 0
}

// intraDepths is how many transform sizes are tried.
func (w *Worker) intraDepths(b *tile.Block) int {
	if w.f.Hdr.CodedLossless || w.f.Hdr.TxMode != av1.TxModeSelect || b.BlockSize == av1.Block4x4 {
		return 1
	}
	return 1 + min(w.f.Speed.TxDepthIntra, int(av1.MaxTxDepth[b.BlockSize]), 2)
}

// txAtDepth is the transform size of a block after depth splits.
func (w *Worker) txAtDepth(bs av1.BlockSize, depth int) av1.TxSize {
	if w.f.Hdr.CodedLossless {
		return av1.Tx4x4
	}
	tx := av1.MaxTxSizeRect[bs]
	for range depth {
		tx = av1.SplitTxSize[tx]
	}
	return tx
}

// rankIntra estimates the luma modes by the SATD of the whole block's prediction
// and the cost of the mode, and returns them best first.
func (w *Worker) rankIntra(b *tile.Block) []intraCandidate {
	f := w.f
	list := w.intra[:0]
	tx := av1.MaxTxSizeRect[b.BlockSize]
	ib := w.intraBlock(b, 0, b.Col*4, b.Row*4, tx)
	w.pred.PrepareEdges(&f.Cur.Planes[0], &ib)
	b.UVMode, b.AngleDeltaUV, b.CflAlphaU, b.CflAlphaV, b.FilterIntra = av1.DCPred, 0, 0, 0, 0
	modes := f.Speed.IntraModes
	if !f.Hdr.FrameIsIntra {
		modes = f.Speed.IntraModesInter
	}
	for _, mode := range intraOrder[:modes] {
		list = append(list, w.estimateIntra(b, mode, 0, 0, tx))
	}
	sortIntra(list)
	if b.BlockSize >= av1.Block8x8 && f.Speed.IntraAngles > 0 {
		list = w.estimateAngles(b, list, tx)
	}
	if f.Speed.FilterIntra && w.syn.FilterIntraAllowed(b.BlockSize, av1.DCPred) {
		for m := range av1.FilterIntraModes {
			list = append(list, w.estimateIntra(b, av1.DCPred, 0, m+1, tx))
		}
	}
	sortIntra(list)
	return list
}

// estimateAngles adds the angles around the two best directional modes.
func (w *Worker) estimateAngles(b *tile.Block, list []intraCandidate, tx av1.TxSize) []intraCandidate {
	n, found := len(list), 0
	for i := 0; i < n && found < 2; i++ {
		mode := list[i].mode
		if mode < av1.VPred || mode > av1.D67Pred {
			continue
		}
		found++
		for d := int8(1); d <= int8(w.f.Speed.IntraAngles); d++ {
			list = append(list, w.estimateIntra(b, mode, d, 0, tx), w.estimateIntra(b, mode, -d, 0, tx))
		}
	}
	return list
}

func (w *Worker) estimateIntra(b *tile.Block, mode av1.PredictionMode, delta int8, filterIntra uint8, tx av1.TxSize) intraCandidate {
	tw, th := int(av1.TxWidth[tx]), int(av1.TxHeight[tx])
	if filterIntra > 0 {
		w.pred.PredictFilterIntraInto(w.candidate, tw, filterIntra-1)
	} else {
		w.pred.PredictInto(w.candidate, tw, mode, delta)
	}
	b.YMode, b.AngleDeltaY, b.FilterIntra = mode, delta, filterIntra
	w.count.StartCounting(w.f.CDF)
	w.syn.ModeInfo(b)
	src := &w.f.Src.Planes[0]
	satd := simd.Dist.SATD(src.At(b.Col*4, b.Row*4), src.Stride, w.candidate, tw, tw, th)
	return intraCandidate{mode, delta, filterIntra, w.satdCost(int64(satd), w.count.Cost())}
}

func sortIntra(list []intraCandidate) {
	for i := 1; i < len(list); i++ {
		for j := i; j > 0 && list[j].cost < list[j-1].cost; j-- {
			list[j], list[j-1] = list[j-1], list[j]
		}
	}
}

// intraBlock describes the transform block of size tx at sample x, y of a plane for prediction.
func (w *Worker) intraBlock(b *tile.Block, plane, x, y int, tx av1.TxSize) predict.IntraBlock {
	f := w.f
	subX, subY := 0, 0
	row, col := b.Row, b.Col
	if plane > 0 {
		subX, subY = f.Cur.SubX, f.Cur.SubY
	}
	t := &w.syn.Tile
	// AvailU and AvailL, of the chroma block where that starts before the luma block (section 5.11.5).
	availU, availL := row > t.MiRowStart, col > t.MiColStart
	if plane > 0 {
		if subY == 1 && row&1 == 1 && av1.BlockHeight[b.BlockSize] == 4 {
			availU = row-1 > t.MiRowStart
		}
		if subX == 1 && col&1 == 1 && av1.BlockWidth[b.BlockSize] == 4 {
			availL = col-1 > t.MiColStart
		}
	}
	ib := predict.IntraBlock{
		X: x, Y: y, Tx: tx,
		MaxX: f.Grid.Cols*4>>subX - 1, MaxY: f.Grid.Rows*4>>subY - 1,
		EnableEdgeFilter: f.Seq.EnableIntraEdgeFilter, BitDepth: f.Cur.BitDepth,
	}
	baseX, baseY := col>>subX*4, row>>subY*4
	ib.HaveLeft = availL || x > baseX
	ib.HaveAbove = availU || y > baseY
	w.decoded.Fill(plane, &ib)
	if f.Seq.EnableIntraEdgeFilter {
		ib.FilterType = predict.FilterType(f.Grid, plane, row, col, availU, availL, subX, subY)
	}
	return ib
}

// codeIntraLuma predicts and codes all luma transform blocks of b in place.
func (w *Worker) codeIntraLuma(b *tile.Block) (total coded) {
	w.units = w.syn.Layout(w.units, b)
	for i := range w.units {
		u := &w.units[i]
		if u.Plane > 0 {
			continue
		}
		ib := w.intraBlock(b, 0, int(u.X4)*4, int(u.Y4)*4, u.Tx)
		w.predictUnit(b, u, &ib)
		c, _ := w.codeLuma(b, u, w.f.Speed.TxTypes)
		total.add(c)
		w.decoded.Mark(0, ib.X, ib.Y, u.Tx)
	}
	return total
}

// uvOrder lists chroma modes, those that matter most first, after CfL and the luma mode.
var uvOrder = [...]av1.PredictionMode{av1.DCPred, av1.SmoothPred, av1.VPred, av1.HPred, av1.PaethPred, av1.SmoothVPred,
	av1.SmoothHPred, av1.D45Pred, av1.D135Pred, av1.D67Pred, av1.D113Pred, av1.D157Pred, av1.D203Pred}

// codeIntraChroma chooses b's chroma mode and codes chroma after the luma that lies in place.
func (w *Worker) codeIntraChroma(b *tile.Block) coded {
	f := w.f
	if f.Speed.UVModes == 0 && !f.Hdr.CodedLossless {
		w.estimateChroma(b)
		return w.codeChromaUnits(b)
	}
	mark := markOf(w.sb)
	start := w.contextSlot(b)
	best, bestCoded := int64(maxCost), coded{}
	bestBlock := *b
	try := func(mode av1.PredictionMode, delta, alphaU, alphaV int8) {
		b.UVMode, b.AngleDeltaUV, b.CflAlphaU, b.CflAlphaV = mode, delta, alphaU, alphaV
		mark.rewind(w.sb)
		w.syn.RestoreContext(start, b.Row, b.Col, b.BlockSize)
		c := w.codeChromaUnits(b)
		if cost := w.rd(c.dist, c.rate+w.rateModeInfo(b)); cost < best {
			best, bestCoded, bestBlock = cost, c, *b
			w.save(&w.chroma, mark, b.Row, b.Col, b.BlockSize)
		}
	}
	try(b.YMode, b.AngleDeltaY, 0, 0)
	n := f.Speed.UVModes - 1
	for _, mode := range uvOrder {
		if n <= 0 {
			break
		}
		if mode != b.YMode {
			try(mode, 0, 0, 0)
			n--
		}
	}
	if f.Speed.Cfl && w.syn.CflAllowed(b.BlockSize) {
		if u, v := w.cflAlphas(b); u != 0 || v != 0 {
			try(av1.UVCflPred, 0, u, v)
		}
	}
	*b = bestBlock
	w.restore(&w.chroma, mark, b.Row, b.Col, b.BlockSize)
	return bestCoded
}

// contextSlot saves the contexts as they are before b's chroma.
func (w *Worker) contextSlot(b *tile.Block) *tile.SavedContext {
	w.syn.SaveContext(&w.chromaStart, b.Row, b.Col, b.BlockSize)
	return &w.chromaStart
}

// codeChromaUnits predicts and codes the chroma transform blocks of an intra block.
func (w *Worker) codeChromaUnits(b *tile.Block) (total coded) {
	decoded := w.decoded
	w.units = w.syn.Layout(w.units, b)
	for i := range w.units {
		u := &w.units[i]
		if u.Plane == 0 {
			continue
		}
		plane := int(u.Plane)
		ib := w.intraBlock(b, plane, int(u.X4)*4, int(u.Y4)*4, u.Tx)
		w.predictUnit(b, u, &ib)
		total.add(w.codeChroma(b, u, w.syn.ChromaTxType(b, u, av1.DCTDCT)))
		w.decoded.Mark(plane, ib.X, ib.Y, u.Tx)
	}
	w.decoded = decoded
	return total
}

// predictUnit predicts transform block u of an intra block in place.
func (w *Worker) predictUnit(b *tile.Block, u *tile.TxUnit, ib *predict.IntraBlock) {
	cur := &w.f.Cur.Planes[u.Plane]
	switch {
	case u.Plane == 0:
		ib.Mode, ib.AngleDelta, ib.FilterIntra = b.YMode, b.AngleDeltaY, b.FilterIntra
		w.pred.PredictIntra(cur, ib)
	case b.UVMode == av1.UVCflPred:
		w.prepareCfl(b, ib)
		w.pred.PredictCfl(cur, ib, [3]int8{0, b.CflAlphaU, b.CflAlphaV}[u.Plane])
	default:
		ib.Mode, ib.AngleDelta = b.UVMode, b.AngleDeltaUV
		w.pred.PredictIntra(cur, ib)
	}
}

func (w *Worker) prepareCfl(b *tile.Block, ib *predict.IntraBlock) {
	f := w.f
	maxW, maxH := predict.MaxLuma(b.Row, b.Col, b.BlockSize, b.TxSize, f.Grid.Rows, f.Grid.Cols)
	w.pred.PrepareCfl(&f.Cur.Planes[0], ib.X, ib.Y, ib.Tx, maxW, maxH, f.Cur.SubX, f.Cur.SubY)
}

// estimateChroma chooses b's chroma mode by the SATD of the predictions: that of luma, DC, or CfL.
func (w *Worker) estimateChroma(b *tile.Block) {
	f := w.f
	modes := [3]av1.PredictionMode{b.YMode, av1.DCPred, av1.UVCflPred}
	var alphas [2]int8
	var satd [3]int64
	cfl := f.Speed.Cfl && w.syn.CflAllowed(b.BlockSize)
	for plane := 1; plane < 3; plane++ {
		ib := w.chromaBlock(b, plane)
		tw, th := int(av1.TxWidth[ib.Tx]), int(av1.TxHeight[ib.Tx])
		cur, src := &f.Cur.Planes[plane], f.Src.Planes[plane].At(ib.X, ib.Y)
		difference := func() int64 {
			return int64(simd.Dist.SATD(src, f.Src.Planes[plane].Stride, w.candidate, tw, tw, th))
		}
		if cfl {
			alphas[plane-1] = w.cflAlpha(b, &ib, plane)
			w.pred.PredictCflInto(w.candidate, tw, alphas[plane-1])
			satd[2] += difference()
		} else {
			w.pred.PrepareEdges(cur, &ib)
		}
		w.pred.PredictInto(w.candidate, tw, av1.DCPred, 0)
		satd[1] += difference()
		if b.YMode != av1.DCPred {
			w.pred.PredictInto(w.candidate, tw, b.YMode, b.AngleDeltaY)
			satd[0] += difference()
		}
	}
	best, least := *b, int64(maxCost)
	for i, mode := range modes {
		if mode == av1.UVCflPred && alphas == [2]int8{} || i == 0 && mode == av1.DCPred {
			continue
		}
		b.UVMode, b.AngleDeltaUV, b.CflAlphaU, b.CflAlphaV = mode, 0, 0, 0
		switch i {
		case 0:
			b.AngleDeltaUV = b.AngleDeltaY
		case 2:
			b.CflAlphaU, b.CflAlphaV = alphas[0], alphas[1]
		}
		w.count.StartCounting(f.CDF)
		w.syn.UVMode(b)
		if cost := w.satdCost(satd[i], w.count.Cost()); cost < least {
			best, least = *b, cost
		}
	}
	*b = best
}

// chromaBlock describes the only transform block of b in a chroma plane.
func (w *Worker) chromaBlock(b *tile.Block, plane int) predict.IntraBlock {
	f := w.f
	tx := av1.GetTxSizeUV(b.BlockSize, f.Cur.SubX, f.Cur.SubY)
	if f.Hdr.CodedLossless {
		tx = av1.Tx4x4
	}
	return w.intraBlock(b, plane, b.Col>>f.Cur.SubX*4, b.Row>>f.Cur.SubY*4, tx)
}

// cflAlphas fits the CfL scales of both planes.
func (w *Worker) cflAlphas(b *tile.Block) (alphaU, alphaV int8) {
	var alphas [2]int8
	for plane := 1; plane < 3; plane++ {
		ib := w.chromaBlock(b, plane)
		alphas[plane-1] = w.cflAlpha(b, &ib, plane)
	}
	return alphas[0], alphas[1]
}

// cflAlpha fits the CfL scale of a plane: the least-squares slope of chroma over luma, both
// without their averages, in units of 1/8. Edges and luma are prepared afterwards.
func (w *Worker) cflAlpha(b *tile.Block, ib *predict.IntraBlock, plane int) int8 {
	tw, th := int(av1.TxWidth[ib.Tx]), int(av1.TxHeight[ib.Tx])
	w.prepareCfl(b, ib)
	w.pred.PrepareEdges(&w.f.Cur.Planes[plane], ib)
	w.pred.PredictCflInto(w.candidate, tw, 0)
	return w.cflSlope(w.candidate[:tw*th], plane, ib.X, ib.Y, tw, th)
}

func (w *Worker) cflSlope(base []uint16, plane, x, y, tw, th int) int8 {
	src := &w.f.Src.Planes[plane]
	ac := w.pred.CflAC()
	var num, den int64
	for j := range th {
		line := src.At(x, y+j)[:tw]
		for i, v := range line {
			a := int64(ac[j*tw+i])
			num += a * (int64(v) - int64(base[j*tw+i]))
			den += a * a
		}
	}
	if den == 0 {
		return 0
	}
	// The prediction adds alpha * ac / 64, ac being luma in 1/8.
	alpha := (num*64*2/den + 1) >> 1
	return int8(max(-16, min(16, alpha)))
}
