package tile

import (
	"math/rand/v2"

	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/frame"
	"github.com/grav1e/grav1e/internal/mvpred"
)

// generator draws legal superblocks at random and keeps the grid up to date.
type generator struct {
	*rand.Rand
	s     *Syntax
	units []TxUnit
	busy  int               // 0..100: how often residual is drawn
	tame  bool              // small levels and vectors, so that any decoder can follow
	pred  *mvpred.Predictor // nil: results of motion vector prediction are random
	stack mvpred.Stack
}

func (g *generator) chance(percent int) bool { return g.IntN(100) < percent }

func (g *generator) superblock(sb *Superblock, row, col int) {
	size, _ := g.s.SuperblockSize()
	sb.Reset()
	for i := range sb.CdefIdx {
		sb.CdefIdx[i] = int8(g.IntN(1 << g.s.Hdr.CdefBits))
	}
	sb.QIdx = g.qIdx()
	g.partition(sb, row, col, size)
}

// qIdx draws a quantiser index that can be coded.
func (g *generator) qIdx() uint8 {
	h := g.s.Hdr
	if !h.DeltaQPresent {
		return 0
	}
	step := 1 << h.DeltaQRes
	first := (int(h.BaseQIdx)-1)%step + 1
	if g.chance(50) { // close by
		return uint8(min(max(int(h.BaseQIdx)+(g.IntN(9)-4)*step, first), first+(255-first)/step*step))
	}
	return uint8(first + g.IntN((255-first)/step+1)*step)
}

func (g *generator) partition(sb *Superblock, row, col int, size av1.BlockSize) {
	if row >= g.s.Grid.Rows || col >= g.s.Grid.Cols {
		return
	}
	if size < av1.Block8x8 {
		g.block(sb, row, col, size, av1.PartitionNone)
		return
	}
	p := av1.Partition(g.IntN(int(av1.PartitionTypes)))
	for size > av1.Block32x32 && p < av1.PartitionSplit && g.chance(70) || !g.s.PartitionAllowed(row, col, size, p) {
		p = av1.Partition(g.IntN(int(av1.PartitionTypes)))
	}
	sb.Partitions = append(sb.Partitions, p)
	half := int(av1.Num4x4BlocksWide[size]) >> 1
	quarter := half >> 1
	sub, split := av1.PartitionSubsize[p][size], av1.PartitionSubsize[av1.PartitionSplit][size]
	at := func(y, x int, bs av1.BlockSize) { g.block(sb, row+y, col+x, bs, p) }
	switch p {
	case av1.PartitionNone:
		at(0, 0, sub)
	case av1.PartitionHorz:
		at(0, 0, sub)
		at(half, 0, sub)
	case av1.PartitionVert:
		at(0, 0, sub)
		at(0, half, sub)
	case av1.PartitionSplit:
		for i := range 4 {
			g.partition(sb, row+i>>1*half, col+i&1*half, sub)
		}
	case av1.PartitionHorzA:
		at(0, 0, split)
		at(0, half, split)
		at(half, 0, sub)
	case av1.PartitionHorzB:
		at(0, 0, sub)
		at(half, 0, split)
		at(half, half, split)
	case av1.PartitionVertA:
		at(0, 0, split)
		at(half, 0, split)
		at(0, half, sub)
	case av1.PartitionVertB:
		at(0, 0, sub)
		at(0, half, split)
		at(half, half, split)
	case av1.PartitionHorz4:
		for i := range 4 {
			at(i*quarter, 0, sub)
		}
	case av1.PartitionVert4:
		for i := range 4 {
			at(0, i*quarter, sub)
		}
	}
}

func (g *generator) block(sb *Superblock, row, col int, size av1.BlockSize, p av1.Partition) {
	s := g.s
	if row >= s.Grid.Rows || col >= s.Grid.Cols {
		return
	}
	b := Block{Row: row, Col: col}
	b.BlockSize = size
	b.HasChroma = s.numPlanes > 1 && av1.HasChroma(size, row, col, s.subX, s.subY)
	b.RefFrame = [2]int8{av1.IntraFrame, av1.NoneFrame}
	b.Skip = !g.chance(g.busy)
	if s.Hdr.FrameIsIntra || g.chance(30) {
		g.intra(&b)
	} else {
		g.inter(&b, p)
	}
	g.txSize(&b)
	s.Commit(&b)
	sb.Blocks = append(sb.Blocks, b)
	if !b.Skip {
		g.residual(sb, &b)
	}
}

func (g *generator) intra(b *Block) {
	b.YMode = av1.PredictionMode(g.IntN(int(av1.IntraModes)))
	if g.chance(30) {
		b.YMode = av1.DCPred
	}
	b.AngleDeltaY = g.angle(b.BlockSize, b.YMode)
	if b.HasChroma {
		n := int(av1.IntraModes)
		if g.s.CflAllowed(b.BlockSize) {
			n++
			if g.chance(30) {
				b.UVMode = av1.UVCflPred
			}
		}
		if b.UVMode == av1.DCPred {
			b.UVMode = av1.PredictionMode(g.IntN(n))
		}
		b.AngleDeltaUV = g.angle(b.BlockSize, b.UVMode)
		for b.UVMode == av1.UVCflPred && b.CflAlphaU == 0 && b.CflAlphaV == 0 {
			b.CflAlphaU, b.CflAlphaV = int8(g.IntN(33)-16), int8(g.IntN(33)-16)
			if g.chance(20) {
				b.CflAlphaU = 0
			} else if g.chance(20) {
				b.CflAlphaV = 0
			}
		}
	}
	if g.s.FilterIntraAllowed(b.BlockSize, b.YMode) {
		b.FilterIntra = uint8(g.IntN(6))
	}
}

func (g *generator) angle(size av1.BlockSize, mode av1.PredictionMode) int8 {
	if size < av1.Block8x8 || mode < av1.VPred || mode > av1.D67Pred {
		return 0
	}
	return int8(g.IntN(7) - 3)
}

// compoundRefs are all pairs that can be coded.
var compoundRefs = [][2]int8{
	{1, 5}, {1, 6}, {1, 7}, {2, 5}, {2, 6}, {2, 7}, {3, 5}, {3, 6}, {3, 7}, {4, 5}, {4, 6}, {4, 7},
	{5, 7}, {1, 2}, {1, 3}, {1, 4},
}

func (g *generator) inter(b *Block, p av1.Partition) {
	s := g.s
	large := min(av1.BlockWidth[b.BlockSize], av1.BlockHeight[b.BlockSize]) >= 8
	b.IsInter = true
	b.SkipMode = large && s.Hdr.SkipModePresent && g.chance(20)
	switch {
	case b.SkipMode:
		b.Skip = true
		b.RefFrame = [2]int8{int8(s.Hdr.SkipModeFrame[0]), int8(s.Hdr.SkipModeFrame[1])}
		b.YMode = av1.NearestNearestMV
	case large && s.Hdr.ReferenceSelect && g.chance(50):
		b.RefFrame = compoundRefs[g.IntN(len(compoundRefs))]
		b.YMode = av1.NearestNearestMV + av1.PredictionMode(g.IntN(8))
	default:
		b.RefFrame[0] = int8(1 + g.IntN(7))
		b.YMode = av1.NearestMV + av1.PredictionMode(g.IntN(4))
	}
	g.predictMVs(b, p)
	for list := range 1 + btoi(b.IsCompound()) {
		b.Mv[list] = b.PredMv[list]
		if isNewMV(b.YMode, list) {
			b.Mv[list].Row += g.mvDiff(b.Mv[list].Row)
			b.Mv[list].Col += g.mvDiff(b.Mv[list].Col)
		}
	}
	filter := uint8(s.Hdr.InterpolationFilter)
	b.InterpFilter = [2]uint8{filter, filter}
	if filter == uint8(av1.Switchable) {
		b.InterpFilter = [2]uint8{}
		if !b.SkipMode && (!large || b.YMode != av1.GlobalMV && b.YMode != av1.GlobalGlobalMV) {
			b.InterpFilter = [2]uint8{uint8(g.IntN(3)), uint8(g.IntN(3))}
			if !s.Seq.EnableDualFilter {
				b.InterpFilter[1] = b.InterpFilter[0]
			}
		}
	}
}

// predictMVs draws RefMvIdx and sets what motion vector prediction says of the block.
func (g *generator) predictMVs(b *Block, p av1.Partition) {
	if g.pred != nil {
		g.pred.Scan(g.s.Grid, b.Row, b.Col, b.BlockSize, p)
		g.pred.Find(b.RefFrame, &g.stack)
	} else {
		g.stack = mvpred.Stack{
			NumMvFound: uint8(g.IntN(6)), NewMvContext: uint8(g.IntN(6)), RefMvContext: uint8(g.IntN(6)), ZeroMvContext: uint8(g.IntN(2)),
			DrlCtx: [8]uint8{uint8(g.IntN(3)), uint8(g.IntN(3)), uint8(g.IntN(3))},
		}
		for i := range g.stack.Mvs {
			for list := range 2 {
				g.stack.Mvs[i][list] = av1.MV{Row: int16(g.IntN(4001)-2000) &^ 7, Col: int16(g.IntN(4001)-2000) &^ 7}
			}
		}
	}
	b.NumMvFound, b.NewMvContext, b.RefMvContext, b.ZeroMvContext = g.stack.NumMvFound, g.stack.NewMvContext, g.stack.RefMvContext, g.stack.ZeroMvContext
	copy(b.DrlCtxStack[:], g.stack.DrlCtx[:])
	first, last := g.stack.RefMvIdxRange(b.YMode)
	b.RefMvIdx = uint8(first + g.IntN(last-first+1))
	b.PredMv = g.stack.PredMv(b.YMode, int(b.RefMvIdx))
}

func (g *generator) mvDiff(from int16) int16 {
	d := g.IntN(1<<(1+g.IntN(13))) * (1 - 2*g.IntN(2))
	if g.tame {
		d = min(max(d%512, -1000-int(from)), 1000-int(from))
	}
	switch {
	case g.s.Hdr.ForceIntegerMv:
		d = d / 8 * 8
	case !g.s.Hdr.AllowHighPrecisionMv:
		d = d / 2 * 2
	}
	return int16(d)
}

func (g *generator) txSize(b *Block) {
	b.TxSize = av1.MaxTxSizeRect[b.BlockSize]
	if g.s.lossless {
		b.TxSize = av1.Tx4x4
		return
	}
	if g.s.Hdr.TxMode != av1.TxModeSelect || b.BlockSize == av1.Block4x4 || b.IsInter && b.Skip {
		return
	}
	if !b.IsInter {
		for range g.IntN(1 + min(2, int(av1.MaxTxDepth[b.BlockSize]))) {
			b.TxSize = av1.SplitTxSize[b.TxSize]
		}
		return
	}
	units := max(1, int(av1.BlockWidth[b.BlockSize])>>6) * max(1, int(av1.BlockHeight[b.BlockSize])>>6)
	sub := av1.SplitTxSize[b.TxSize]
	parts := int(av1.TxWidth[b.TxSize]) * int(av1.TxHeight[b.TxSize]) / (int(av1.TxWidth[sub]) * int(av1.TxHeight[sub]))
	for u := range units {
		if g.chance(50) {
			continue
		}
		b.TxSplit |= TxSplitRoot(u)
		for c := range parts {
			if sub != av1.Tx4x4 && g.chance(50) {
				b.TxSplit |= TxSplitChild(u, c)
			}
		}
	}
}

func (g *generator) residual(sb *Superblock, b *Block) {
	s := g.s
	g.units = s.Layout(g.units, b)
	for i := range g.units {
		u := &g.units[i]
		t := TxBlock{Off: uint32(len(sb.Coefs)), TxType: av1.DCTDCT}
		if s.lossless {
			t.TxType = av1.WHT
		} else if u.Plane == 0 {
			types := av1.TxTypesOfSet(s.LumaTxSet(b, u.Tx), b.IsInter)
			t.TxType = types[g.IntN(len(types))]
		}
		adj := av1.AdjustedTxSize[u.Tx]
		n := int(av1.TxWidth[adj]) * int(av1.TxHeight[adj])
		switch g.IntN(5) {
		case 0:
		case 1:
			t.Eob = uint16(1 + g.IntN(n))
		case 2:
			t.Eob = 1
		default:
			t.Eob = uint16(1 + g.IntN(min(n, 12)))
		}
		sb.Coefs = g.levels(sb.Coefs, int(t.Eob))
		sb.TxBlocks = append(sb.TxBlocks, t)
	}
}

func (g *generator) levels(dst []int32, eob int) []int32 {
	bits := 1 + g.IntN(5)
	switch {
	case g.tame:
		bits = 2
	case g.chance(5):
		bits = 20
	}
	for i := range eob {
		v := int32(g.IntN(1 << g.IntN(bits+1)))
		if i == eob-1 {
			v = max(v, 1)
		}
		if g.chance(50) {
			v = -v
		}
		dst = append(dst, v)
	}
	return dst
}

// newGrid makes a grid for a w x h frame.
func newGrid(w, h int) *frame.ModeGrid {
	g := &frame.ModeGrid{Rows: 2 * ((h + 7) >> 3), Cols: 2 * ((w + 7) >> 3)}
	g.Stride = (g.Cols + 31) &^ 31
	g.Cells = make([]frame.ModeInfo, g.Stride*((g.Rows+31)&^31))
	return g
}
