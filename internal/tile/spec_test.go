package tile

import (
	"testing"

	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/bitstream"
)

// cell is what the specification's frame-sized arrays hold of one 4x4 block.
type cell struct {
	yMode        av1.PredictionMode
	refFrame     [2]int8
	isInter      bool
	skip         bool
	skipMode     bool
	miSize       av1.BlockSize
	interTxSize  av1.TxSize
	txType       av1.TxType
	interpFilter [2]uint8
}

// parser follows the pseudo-code of section 5.11 and 8.3.2 word by word and compares
// every syntax element with what was to be written.
type parser struct {
	symbolDecoder
	t       *testing.T
	cdf     *bitstream.CDFContext
	seq     *bitstream.SequenceHeader
	hdr     *bitstream.FrameHeader
	miRows  int
	miCols  int
	cells   []cell
	bounds  Bounds
	sb      *Superblock
	want    cursor
	cdefIdx map[[2]int]int

	readDeltas    bool
	currentQIndex int

	lr     *[3]LRPlane
	lrSeen *[3][]bool

	aboveLevel, aboveDc, leftLevel, leftDc [3][]int

	refLrWiener [3][2][3]int
	refSgrXqd   [3][2]int

	// The current block.
	b              *Block
	miRow, miCol   int
	miSize         av1.BlockSize
	availU, availL bool
	hasChroma      bool
	txSize         av1.TxSize
	isInter, skip  bool
	skipMode       bool
	lossless       bool
	above, left    *cell
	leftRef        [2]int8
	aboveRef       [2]int8
	leftIntra      bool
	aboveIntra     bool
	leftSingle     bool
	aboveSingle    bool
	refFrame       [2]int8
	yMode          av1.PredictionMode
	uvMode         av1.PredictionMode
	filterIntra    int
}

func (p *parser) at(row, col int) *cell { return &p.cells[row*p.miCols+col] }

func (p *parser) equal(what string, got, want any) {
	if got != want {
		p.t.Helper()
		p.t.Fatalf("block %v at %d,%d: %s = %v, want %v", p.miSize, p.miRow, p.miCol, what, got, want)
	}
}

func (p *parser) isInside(r, c int) bool {
	return c >= p.bounds.MiColStart && c < p.bounds.MiColEnd && r >= p.bounds.MiRowStart && r < p.bounds.MiRowEnd
}

func (p *parser) bool(cdf *[3]uint16) bool { return p.symbol(cdf[:]) != 0 }

func (p *parser) sub(plane int) (int, int) {
	if plane == 0 {
		return 0, 0
	}
	return p.seq.SubsamplingX, p.seq.SubsamplingY
}

func (p *parser) decodeTile(sbs []Superblock, stride int) {
	for plane := range 3 {
		p.aboveLevel[plane] = make([]int, p.miCols+32)
		p.aboveDc[plane] = make([]int, p.miCols+32)
		p.leftLevel[plane] = make([]int, p.miRows+32)
		p.leftDc[plane] = make([]int, p.miRows+32)
		p.refSgrXqd[plane] = [2]int{-32, 31}
		p.refLrWiener[plane] = [2][3]int{{3, -7, 15}, {3, -7, 15}}
	}
	sbSize, sb4 := av1.Block64x64, 16
	if p.seq.Use128x128Superblock {
		sbSize, sb4 = av1.Block128x128, 32
	}
	p.cdefIdx = map[[2]int]int{}
	p.currentQIndex = int(p.hdr.BaseQIdx)
	for r := p.bounds.MiRowStart; r < p.bounds.MiRowEnd; r += sb4 {
		for plane := range 3 {
			clear(p.leftLevel[plane])
			clear(p.leftDc[plane])
		}
		for c := p.bounds.MiColStart; c < p.bounds.MiColEnd; c += sb4 {
			p.sb = &sbs[r/sb4*stride+c/sb4]
			p.want = cursor{partitions: p.sb.Partitions, blocks: p.sb.Blocks, txBlocks: p.sb.TxBlocks, coefs: p.sb.Coefs}
			for y := 0; y < sb4; y += 16 {
				for x := 0; x < sb4; x += 16 {
					p.cdefIdx[[2]int{r + y, c + x}] = -1
				}
			}
			p.readDeltas = p.hdr.DeltaQPresent
			p.readLr(r, c, sb4)
			p.decodePartition(r, c, sbSize)
			p.equal("partitions left", len(p.want.partitions), 0)
			p.equal("blocks left", len(p.want.blocks), 0)
			p.equal("transform blocks left", len(p.want.txBlocks), 0)
		}
	}
}

func (p *parser) readLr(r, c, w int) {
	for plane := range p.seq.NumPlanes() {
		if p.hdr.FrameRestorationType[plane] == av1.RestoreNone {
			continue
		}
		subX, subY := p.sub(plane)
		unitSize := int(p.hdr.LoopRestorationSize[plane])
		unitRowStart := (r*(4>>subY) + unitSize - 1) / unitSize
		unitRowEnd := min(p.lr[plane].Rows, ((r+w)*(4>>subY)+unitSize-1)/unitSize)
		unitColStart := (c*(4>>subX) + unitSize - 1) / unitSize
		unitColEnd := min(p.lr[plane].Cols, ((c+w)*(4>>subX)+unitSize-1)/unitSize)
		for row := unitRowStart; row < unitRowEnd; row++ {
			for col := unitColStart; col < unitColEnd; col++ {
				p.readLrUnit(plane, row, col)
			}
		}
	}
}

func (p *parser) readLrUnit(plane, row, col int) {
	want := p.lr[plane].At(row, col)
	seen := &p.lrSeen[plane][row*p.lr[plane].Cols+col]
	p.equal("restoration unit read twice", *seen, false)
	*seen = true
	typ := av1.RestoreNone
	switch p.hdr.FrameRestorationType[plane] {
	case av1.RestoreWiener:
		if p.bool(&p.cdf.UseWiener) {
			typ = av1.RestoreWiener
		}
	case av1.RestoreSgrproj:
		if p.bool(&p.cdf.UseSgrproj) {
			typ = av1.RestoreSgrproj
		}
	default:
		typ = av1.RestorationType(p.symbol(p.cdf.RestorationType[:]))
	}
	p.equal("restoration_type", typ, want.Type)
	if typ == av1.RestoreWiener {
		for pass := range 2 {
			first := 0
			if plane > 0 {
				first = 1
			}
			for j := first; j < 3; j++ {
				lo, hi, k := []int{-5, -23, -17}[j], []int{10, 8, 46}[j], []int{1, 2, 3}[j]
				v := p.signedSubexp(lo, hi+1, k, p.refLrWiener[plane][pass][j])
				p.equal("LrWiener", v, int(want.Wiener[pass][j]))
				p.refLrWiener[plane][pass][j] = v
			}
		}
	} else if typ == av1.RestoreSgrproj {
		p.equal("lr_sgr_set", p.literal(4), int(want.SgrSet))
		for i := range 2 {
			lo, hi := []int{-96, -32}[i], []int{31, 95}[i]
			v := 0
			if av1.SgrParams[want.SgrSet][i*2] != 0 {
				v = p.signedSubexp(lo, hi+1, 4, p.refSgrXqd[plane][i])
			} else if i == 1 {
				v = min(max(128-p.refSgrXqd[plane][0], lo), hi)
			}
			p.equal("LrSgrXqd", v, int(want.SgrXqd[i]))
			p.refSgrXqd[plane][i] = v
		}
	}
}

func (p *parser) decodePartition(r, c int, bSize av1.BlockSize) {
	if r >= p.miRows || c >= p.miCols {
		return
	}
	num4x4 := int(av1.BlockWidth[bSize]) / 4
	half, quarter := num4x4>>1, num4x4>>2
	hasRows, hasCols := r+half < p.miRows, c+half < p.miCols
	partition := av1.PartitionNone
	switch {
	case bSize < av1.Block8x8:
	case hasRows && hasCols:
		partition = av1.Partition(p.symbol(p.partitionCdf(r, c, bSize)))
	case hasCols:
		partition = av1.PartitionHorz
		if p.derived(p.partitionCdf(r, c, bSize), bSize, av1.PartitionVert4, av1.PartitionVert, av1.PartitionSplit, av1.PartitionHorzA, av1.PartitionVertA, av1.PartitionVertB) {
			partition = av1.PartitionSplit
		}
	case hasRows:
		partition = av1.PartitionVert
		if p.derived(p.partitionCdf(r, c, bSize), bSize, av1.PartitionHorz4, av1.PartitionHorz, av1.PartitionSplit, av1.PartitionHorzA, av1.PartitionHorzB, av1.PartitionVertA) {
			partition = av1.PartitionSplit
		}
	default:
		partition = av1.PartitionSplit
	}
	p.miRow, p.miCol, p.miSize = r, c, bSize
	if bSize >= av1.Block8x8 {
		p.equal("partition", partition, p.want.partitions[0])
		p.want.partitions = p.want.partitions[1:]
	}
	subSize := av1.PartitionSubsize[partition][bSize]
	splitSize := av1.PartitionSubsize[av1.PartitionSplit][bSize]
	if p.seq.NumPlanes() > 1 {
		subX, subY := p.sub(1)
		p.equal("chroma size is invalid", av1.SubsampledSize[subSize][subX][subY] == av1.BlockInvalid, false)
	}
	switch partition {
	case av1.PartitionNone:
		p.decodeBlock(r, c, subSize)
	case av1.PartitionHorz:
		p.decodeBlock(r, c, subSize)
		if hasRows {
			p.decodeBlock(r+half, c, subSize)
		}
	case av1.PartitionVert:
		p.decodeBlock(r, c, subSize)
		if hasCols {
			p.decodeBlock(r, c+half, subSize)
		}
	case av1.PartitionSplit:
		p.decodePartition(r, c, subSize)
		p.decodePartition(r, c+half, subSize)
		p.decodePartition(r+half, c, subSize)
		p.decodePartition(r+half, c+half, subSize)
	case av1.PartitionHorzA:
		p.decodeBlock(r, c, splitSize)
		p.decodeBlock(r, c+half, splitSize)
		p.decodeBlock(r+half, c, subSize)
	case av1.PartitionHorzB:
		p.decodeBlock(r, c, subSize)
		p.decodeBlock(r+half, c, splitSize)
		p.decodeBlock(r+half, c+half, splitSize)
	case av1.PartitionVertA:
		p.decodeBlock(r, c, splitSize)
		p.decodeBlock(r+half, c, splitSize)
		p.decodeBlock(r, c+half, subSize)
	case av1.PartitionVertB:
		p.decodeBlock(r, c, subSize)
		p.decodeBlock(r, c+half, splitSize)
		p.decodeBlock(r+half, c+half, splitSize)
	case av1.PartitionHorz4:
		for i := range 4 {
			if i < 3 || r+quarter*3 < p.miRows {
				p.decodeBlock(r+quarter*i, c, subSize)
			}
		}
	case av1.PartitionVert4:
		for i := range 4 {
			if i < 3 || c+quarter*3 < p.miCols {
				p.decodeBlock(r, c+quarter*i, subSize)
			}
		}
	}
}

func (p *parser) partitionCdf(r, c int, bSize av1.BlockSize) []uint16 {
	bsl := av1.MiWidthLog2[bSize]
	above := p.isInside(r-1, c) && av1.MiWidthLog2[p.at(r-1, c).miSize] < bsl
	left := p.isInside(r, c-1) && av1.MiHeightLog2[p.at(r, c-1).miSize] < bsl
	ctx := btoi(left)*2 + btoi(above)
	switch bSize {
	case av1.Block8x8:
		return p.cdf.PartitionW8[ctx][:]
	case av1.Block16x16:
		return p.cdf.PartitionW16[ctx][:]
	case av1.Block32x32:
		return p.cdf.PartitionW32[ctx][:]
	case av1.Block64x64:
		return p.cdf.PartitionW64[ctx][:]
	}
	return p.cdf.PartitionW128[ctx][:]
}

func (p *parser) derived(cdf []uint16, bSize av1.BlockSize, four av1.Partition, sum ...av1.Partition) bool {
	psum := uint16(0)
	for _, i := range sum {
		psum += cdf[i] - cdf[i-1]
	}
	if bSize != av1.Block128x128 {
		psum += cdf[four] - cdf[four-1]
	}
	return p.bool(&[3]uint16{1<<15 - psum, 1 << 15, 0})
}

func (p *parser) decodeBlock(r, c int, subSize av1.BlockSize) {
	p.b = &p.want.blocks[0]
	p.want.blocks = p.want.blocks[1:]
	p.miRow, p.miCol, p.miSize = r, c, subSize
	p.equal("row", r, p.b.Row)
	p.equal("column", c, p.b.Col)
	p.equal("size", subSize, p.b.BlockSize)
	bw4, bh4 := int(av1.BlockWidth[subSize])/4, int(av1.BlockHeight[subSize])/4
	subX, subY := p.sub(1)
	switch {
	case bh4 == 1 && subY != 0 && r&1 == 0, bw4 == 1 && subX != 0 && c&1 == 0:
		p.hasChroma = false
	default:
		p.hasChroma = p.seq.NumPlanes() > 1
	}
	p.equal("HasChroma", p.hasChroma, p.b.HasChroma)
	p.availU, p.availL = p.isInside(r-1, c), p.isInside(r, c-1)
	p.above, p.left = nil, nil
	if p.availU {
		p.above = p.at(r-1, c)
	}
	if p.availL {
		p.left = p.at(r, c-1)
	}
	p.lossless = p.hdr.CodedLossless
	p.skip, p.skipMode, p.isInter, p.filterIntra = false, false, false, 0
	if p.hdr.FrameIsIntra {
		p.intraFrameModeInfo()
	} else {
		p.interFrameModeInfo()
	}
	p.readBlockTxSize()
	if p.skip {
		planes := 1
		if p.hasChroma {
			planes = 3
		}
		for plane := range planes {
			sx, sy := p.sub(plane)
			for i := c >> sx; i < (c+bw4)>>sx; i++ {
				p.aboveLevel[plane][i], p.aboveDc[plane][i] = 0, 0
			}
			for i := r >> sy; i < (r+bh4)>>sy; i++ {
				p.leftLevel[plane][i], p.leftDc[plane][i] = 0, 0
			}
		}
	}
	p.residual()
	for y := r; y < min(r+bh4, p.miRows); y++ {
		for x := c; x < min(c+bw4, p.miCols); x++ {
			m := p.at(y, x)
			m.yMode, m.refFrame, m.isInter, m.skip, m.skipMode, m.miSize = p.yMode, p.refFrame, p.isInter, p.skip, p.skipMode, subSize
			m.interpFilter = p.b.InterpFilter
		}
	}
}

func (p *parser) intraFrameModeInfo() {
	p.readSkip()
	p.readCdef()
	p.readDeltaQIndex()
	p.refFrame = [2]int8{av1.IntraFrame, av1.NoneFrame}
	context := []int{0, 1, 2, 3, 4, 4, 4, 4, 3, 0, 1, 2, 0}
	above, left := av1.DCPred, av1.DCPred
	if p.availU {
		above = p.above.yMode
	}
	if p.availL {
		left = p.left.yMode
	}
	p.yMode = av1.PredictionMode(p.symbol(p.cdf.IntraFrameYMode[context[above]][context[left]][:]))
	p.intraModes()
}

func (p *parser) intraModes() {
	p.equal("YMode", p.yMode, p.b.YMode)
	p.equal("AngleDeltaY", p.angle(p.yMode), int(p.b.AngleDeltaY))
	if p.hasChroma {
		w, h := av1.BlockWidth[p.miSize], av1.BlockHeight[p.miSize]
		subX, subY := p.sub(1)
		cfl := max(w, h) <= 32
		if p.lossless {
			cfl = av1.SubsampledSize[p.miSize][subX][subY] == av1.Block4x4
		}
		if cfl {
			p.uvMode = av1.PredictionMode(p.symbol(p.cdf.UVModeCflAllowed[p.yMode][:]))
		} else {
			p.uvMode = av1.PredictionMode(p.symbol(p.cdf.UVModeCflNotAllowed[p.yMode][:]))
		}
		p.equal("UVMode", p.uvMode, p.b.UVMode)
		if p.uvMode == av1.UVCflPred {
			p.readCflAlphas()
		}
		p.equal("AngleDeltaUV", p.angle(p.uvMode), int(p.b.AngleDeltaUV))
	}
	if p.seq.EnableFilterIntra && p.yMode == av1.DCPred && max(av1.BlockWidth[p.miSize], av1.BlockHeight[p.miSize]) <= 32 {
		if p.bool(&p.cdf.FilterIntra[p.miSize]) {
			p.filterIntra = 1 + p.symbol(p.cdf.FilterIntraMode[:])
		}
	}
	p.equal("FilterIntra", p.filterIntra, int(p.b.FilterIntra))
}

func (p *parser) angle(mode av1.PredictionMode) int {
	if p.miSize >= av1.Block8x8 && mode >= av1.VPred && mode <= av1.D67Pred {
		return p.symbol(p.cdf.AngleDelta[mode-av1.VPred][:]) - 3
	}
	return 0
}

func (p *parser) readCflAlphas() {
	signs := p.symbol(p.cdf.CflSign[:])
	signU, signV := (signs+1)/3, (signs+1)%3
	alphaU, alphaV := 0, 0
	if signU != 0 {
		alphaU = 1 + p.symbol(p.cdf.CflAlpha[signs-2][:])
		if signU == 1 {
			alphaU = -alphaU
		}
	}
	if signV != 0 {
		alphaV = 1 + p.symbol(p.cdf.CflAlpha[[]int{0, 3, -1, 1, 4, -1, 2, 5}[signs]][:])
		if signV == 1 {
			alphaV = -alphaV
		}
	}
	p.equal("CflAlphaU", alphaU, int(p.b.CflAlphaU))
	p.equal("CflAlphaV", alphaV, int(p.b.CflAlphaV))
}

func (p *parser) readSkip() {
	ctx := 0
	if p.availU {
		ctx += btoi(p.above.skip)
	}
	if p.availL {
		ctx += btoi(p.left.skip)
	}
	p.skip = p.bool(&p.cdf.Skip[ctx])
	p.equal("skip", p.skip, p.b.Skip)
}

func (p *parser) readCdef() {
	if p.skip || p.hdr.CodedLossless || !p.seq.EnableCdef {
		return
	}
	r, c := p.miRow&^15, p.miCol&^15
	if p.cdefIdx[[2]int{r, c}] != -1 {
		return
	}
	v := p.literal(int(p.hdr.CdefBits))
	i := 0
	if p.seq.Use128x128Superblock {
		i = r>>4&1*2 + c>>4&1
	}
	p.equal("cdef_idx", v, int(p.sb.CdefIdx[i]))
	for y := r; y < r+int(av1.BlockHeight[p.miSize])/4; y += 16 {
		for x := c; x < c+int(av1.BlockWidth[p.miSize])/4; x += 16 {
			p.cdefIdx[[2]int{y, x}] = v
		}
	}
}

func (p *parser) readDeltaQIndex() {
	defer func() { p.readDeltas = false }()
	sbSize := av1.Block64x64
	if p.seq.Use128x128Superblock {
		sbSize = av1.Block128x128
	}
	if p.miSize == sbSize && p.skip || !p.readDeltas {
		return
	}
	abs := p.symbol(p.cdf.DeltaQ[:])
	if abs == 3 {
		remBits := p.literal(3) + 1
		abs = p.literal(remBits) + 1<<remBits + 1
	}
	if abs > 0 {
		if p.literal(1) != 0 {
			abs = -abs
		}
		p.currentQIndex = min(max(p.currentQIndex+abs<<p.hdr.DeltaQRes, 1), 255)
	}
	p.equal("CurrentQIndex", p.currentQIndex, int(p.sb.QIdx))
}
