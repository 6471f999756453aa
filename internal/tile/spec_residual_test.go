package tile

import "github.com/grav1e/grav1e/internal/av1"

func (p *parser) getAboveTxWidth(row, col int) int {
	if row == p.miRow {
		if !p.availU {
			return 64
		}
		if m := p.at(row-1, col); m.skip && m.isInter {
			return int(av1.BlockWidth[m.miSize])
		}
	}
	return int(av1.TxWidth[p.at(row-1, col).interTxSize])
}

func (p *parser) getLeftTxHeight(row, col int) int {
	if col == p.miCol {
		if !p.availL {
			return 64
		}
		if m := p.at(row, col-1); m.skip && m.isInter {
			return int(av1.BlockHeight[m.miSize])
		}
	}
	return int(av1.TxHeight[p.at(row, col-1).interTxSize])
}

func (p *parser) readBlockTxSize() {
	bw4, bh4 := int(av1.BlockWidth[p.miSize])/4, int(av1.BlockHeight[p.miSize])/4
	if p.hdr.TxMode == av1.TxModeSelect && p.miSize > av1.Block4x4 && p.isInter && !p.skip && !p.lossless {
		maxTx := av1.MaxTxSizeRect[p.miSize]
		for row := p.miRow; row < p.miRow+bh4; row += int(av1.TxHeight[maxTx]) / 4 {
			for col := p.miCol; col < p.miCol+bw4; col += int(av1.TxWidth[maxTx]) / 4 {
				p.readVarTxSize(row, col, maxTx, 0)
			}
		}
		return
	}
	p.readTxSize(!p.skip || !p.isInter)
	p.equal("TxSize", p.txSize, p.b.TxSize)
	p.fillTxSize(p.miRow, p.miCol, bw4, bh4, p.txSize)
}

func (p *parser) fillTxSize(row, col, w, h int, tx av1.TxSize) {
	for y := row; y < min(row+h, p.miRows); y++ {
		for x := col; x < min(col+w, p.miCols); x++ {
			p.at(y, x).interTxSize = tx
		}
	}
}

func (p *parser) readTxSize(allowSelect bool) {
	if p.lossless {
		p.txSize = av1.Tx4x4
		return
	}
	maxRect := av1.MaxTxSizeRect[p.miSize]
	p.txSize = maxRect
	if p.miSize == av1.Block4x4 || !allowSelect || p.hdr.TxMode != av1.TxModeSelect {
		return
	}
	aboveW, leftH := 0, 0
	if p.availU && p.above.isInter {
		aboveW = int(av1.BlockWidth[p.above.miSize])
	} else if p.availU {
		aboveW = p.getAboveTxWidth(p.miRow, p.miCol)
	}
	if p.availL && p.left.isInter {
		leftH = int(av1.BlockHeight[p.left.miSize])
	} else if p.availL {
		leftH = p.getLeftTxHeight(p.miRow, p.miCol)
	}
	ctx := btoi(aboveW >= int(av1.TxWidth[maxRect])) + btoi(leftH >= int(av1.TxHeight[maxRect]))
	depth := 0
	switch av1.MaxTxDepth[p.miSize] {
	case 4:
		depth = p.symbol(p.cdf.Tx64x64[ctx][:])
	case 3:
		depth = p.symbol(p.cdf.Tx32x32[ctx][:])
	case 2:
		depth = p.symbol(p.cdf.Tx16x16[ctx][:])
	default:
		depth = p.symbol(p.cdf.Tx8x8[ctx][:])
	}
	for range depth {
		p.txSize = av1.SplitTxSize[p.txSize]
	}
}

func (p *parser) readVarTxSize(row, col int, tx av1.TxSize, depth int) {
	if row >= p.miRows || col >= p.miCols {
		return
	}
	split := false
	if tx != av1.Tx4x4 && depth < 2 {
		above := p.getAboveTxWidth(row, col) < int(av1.TxWidth[tx])
		left := p.getLeftTxHeight(row, col) < int(av1.TxHeight[tx])
		size := min(64, max(av1.BlockWidth[p.miSize], av1.BlockHeight[p.miSize]))
		maxTx := findTxSize(int(size), int(size))
		ctx := btoi(av1.TxSizeSqrUp[tx] != maxTx)*3 + (4-int(maxTx))*6 + btoi(above) + btoi(left)
		split = p.bool(&p.cdf.TxfmSplit[ctx])
	}
	w4, h4 := int(av1.TxWidth[tx])/4, int(av1.TxHeight[tx])/4
	if !split {
		p.fillTxSize(row, col, w4, h4, tx)
		p.txSize = tx
		return
	}
	sub := av1.SplitTxSize[tx]
	for i := 0; i < h4; i += int(av1.TxHeight[sub]) / 4 {
		for j := 0; j < w4; j += int(av1.TxWidth[sub]) / 4 {
			p.readVarTxSize(row+i, col+j, sub, depth+1)
		}
	}
}

func findTxSize(w, h int) av1.TxSize {
	for tx := range av1.TxSizesAll {
		if int(av1.TxWidth[tx]) == w && int(av1.TxHeight[tx]) == h {
			return tx
		}
	}
	panic("no such transform")
}

func (p *parser) residualSize(size av1.BlockSize, plane int) av1.BlockSize {
	subX, subY := p.sub(plane)
	return av1.SubsampledSize[size][subX][subY]
}

func (p *parser) getTxSize(plane int, tx av1.TxSize) av1.TxSize {
	if plane == 0 {
		return tx
	}
	uv := av1.MaxTxSizeRect[p.residualSize(p.miSize, plane)]
	if av1.TxWidth[uv] == 64 || av1.TxHeight[uv] == 64 {
		if av1.TxWidth[uv] == 16 {
			return av1.Tx16x32
		}
		if av1.TxHeight[uv] == 16 {
			return av1.Tx32x16
		}
		return av1.Tx32x32
	}
	return uv
}

func (p *parser) residual() {
	widthChunks := max(1, int(av1.BlockWidth[p.miSize])>>6)
	heightChunks := max(1, int(av1.BlockHeight[p.miSize])>>6)
	chunkSize := p.miSize
	if widthChunks > 1 || heightChunks > 1 {
		chunkSize = av1.Block64x64
	}
	planes := 1
	if p.hasChroma {
		planes = 3
	}
	for chunkY := range heightChunks {
		for chunkX := range widthChunks {
			for plane := range planes {
				tx := av1.Tx4x4
				if !p.lossless {
					tx = p.getTxSize(plane, p.txSize)
				}
				planeSz := p.residualSize(chunkSize, plane)
				w4, h4 := int(av1.BlockWidth[planeSz])/4, int(av1.BlockHeight[planeSz])/4
				subX, subY := p.sub(plane)
				if p.isInter && !p.lossless && plane == 0 {
					p.transformTree((p.miCol+chunkX<<4)*4, (p.miRow+chunkY<<4)*4, w4*4, h4*4)
					continue
				}
				for y := 0; y < h4; y += int(av1.TxHeight[tx]) >> 2 {
					for x := 0; x < w4; x += int(av1.TxWidth[tx]) >> 2 {
						p.transformBlock(plane, p.miCol>>subX*4, p.miRow>>subY*4, tx, x+chunkX<<4>>subX, y+chunkY<<4>>subY)
					}
				}
			}
		}
	}
}

func (p *parser) transformTree(startX, startY, w, h int) {
	if startX >= p.miCols*4 || startY >= p.miRows*4 {
		return
	}
	tx := p.at(startY>>2, startX>>2).interTxSize
	switch {
	case w <= int(av1.TxWidth[tx]) && h <= int(av1.TxHeight[tx]):
		p.transformBlock(0, startX, startY, findTxSize(w, h), 0, 0)
	case w > h:
		p.transformTree(startX, startY, w/2, h)
		p.transformTree(startX+w/2, startY, w/2, h)
	case w < h:
		p.transformTree(startX, startY, w, h/2)
		p.transformTree(startX, startY+h/2, w, h/2)
	default:
		p.transformTree(startX, startY, w/2, h/2)
		p.transformTree(startX+w/2, startY, w/2, h/2)
		p.transformTree(startX, startY+h/2, w/2, h/2)
		p.transformTree(startX+w/2, startY+h/2, w/2, h/2)
	}
}

func (p *parser) transformBlock(plane, baseX, baseY int, tx av1.TxSize, x, y int) {
	startX, startY := baseX+4*x, baseY+4*y
	subX, subY := p.sub(plane)
	if startX >= p.miCols*4>>subX || startY >= p.miRows*4>>subY {
		return
	}
	if !p.skip {
		p.coeffs(plane, startX, startY, tx)
	}
}

func (p *parser) getTxSet(tx av1.TxSize) int {
	sqr, up := av1.TxSizeSqr[tx], av1.TxSizeSqrUp[tx]
	if up > av1.Tx32x32 {
		return 0
	}
	if p.isInter {
		if up == av1.Tx32x32 {
			return 3
		}
		return 1 + btoi(sqr == av1.Tx16x16)
	}
	if up == av1.Tx32x32 {
		return 0
	}
	return 1 + btoi(sqr == av1.Tx16x16)
}

func (p *parser) fillTxType(x4, y4 int, tx av1.TxSize, typ av1.TxType) {
	for y := y4; y < min(y4+int(av1.TxHeight[tx])/4, p.miRows); y++ {
		for x := x4; x < min(x4+int(av1.TxWidth[tx])/4, p.miCols); x++ {
			p.at(y, x).txType = typ
		}
	}
}

func (p *parser) transformType(x4, y4 int, tx av1.TxSize) {
	set := p.getTxSet(tx)
	typ := av1.DCTDCT
	if set > 0 && p.hdr.BaseQIdx > 0 {
		sqr := av1.TxSizeSqr[tx]
		if p.isInter {
			switch set {
			case 1:
				typ = av1.TxTypeInterInvSet1[p.symbol(p.cdf.InterTxTypeSet1[sqr][:])]
			case 2:
				typ = av1.TxTypeInterInvSet2[p.symbol(p.cdf.InterTxTypeSet2[:])]
			default:
				typ = av1.TxTypeInterInvSet3[p.symbol(p.cdf.InterTxTypeSet3[sqr][:])]
			}
		} else {
			dir := p.yMode
			if p.filterIntra > 0 {
				dir = []av1.PredictionMode{av1.DCPred, av1.VPred, av1.HPred, av1.D157Pred, av1.DCPred}[p.filterIntra-1]
			}
			if set == 1 {
				typ = av1.TxTypeIntraInvSet1[p.symbol(p.cdf.IntraTxTypeSet1[sqr][dir][:])]
			} else {
				typ = av1.TxTypeIntraInvSet2[p.symbol(p.cdf.IntraTxTypeSet2[sqr][dir][:])]
			}
		}
	}
	p.fillTxType(x4, y4, tx, typ)
}

func (p *parser) computeTxType(plane int, tx av1.TxSize, blockX, blockY int) av1.TxType {
	if p.lossless || av1.TxSizeSqrUp[tx] > av1.Tx32x32 {
		return av1.DCTDCT
	}
	if plane == 0 {
		return p.at(blockY, blockX).txType
	}
	set := p.getTxSet(tx)
	if p.isInter {
		subX, subY := p.sub(plane)
		typ := p.at(max(p.miRow, blockY<<subY), max(p.miCol, blockX<<subX)).txType
		if av1.TxTypeInSetInter[set][typ] == 0 {
			return av1.DCTDCT
		}
		return typ
	}
	typ := av1.ModeToTxfm[p.uvMode]
	if av1.TxTypeInSetIntra[set][typ] == 0 {
		return av1.DCTDCT
	}
	return typ
}

func txClass(typ av1.TxType) int {
	switch typ {
	case av1.VDCT, av1.VADST, av1.VFlipADST:
		return 2
	case av1.HDCT, av1.HADST, av1.HFlipADST:
		return 1
	}
	return 0
}

func (p *parser) coeffs(plane, startX, startY int, tx av1.TxSize) {
	want := &p.want.txBlocks[0]
	p.want.txBlocks = p.want.txBlocks[1:]
	levels := p.want.coefs[want.Off:][:want.Eob]

	x4, y4 := startX>>2, startY>>2
	w4, h4 := int(av1.TxWidth[tx])>>2, int(av1.TxHeight[tx])>>2
	sizeCtx := int(av1.TxSizeSqr[tx]+av1.TxSizeSqrUp[tx]+1) >> 1
	ptype := btoi(plane > 0)
	eob, culLevel, dcCategory := 0, 0, 0
	var quant [1024]int
	if p.bool(&p.cdf.TxbSkip[sizeCtx][p.allZeroContext(plane, tx, x4, y4, w4, h4)]) {
		if plane == 0 {
			p.fillTxType(x4, y4, tx, av1.DCTDCT)
		}
		p.equal("eob", 0, int(want.Eob))
	} else {
		if plane == 0 {
			p.transformType(x4, y4, tx)
		}
		typ := p.computeTxType(plane, tx, x4, y4)
		if plane == 0 && !p.lossless {
			p.equal("TxType", typ, want.TxType)
		}
		scan := av1.GetScan(tx, typ)
		eob = p.readEob(tx, sizeCtx, ptype, btoi(txClass(typ) != 0))
		p.equal("eob", eob, int(want.Eob))
		for c := eob - 1; c >= 0; c-- {
			pos := int(scan[c])
			level := 0
			if c == eob-1 {
				level = 1 + p.symbol(p.cdf.CoeffBaseEob[sizeCtx][ptype][p.baseCtx(tx, typ, pos, c, true, &quant)-42+4][:])
			} else {
				level = p.symbol(p.cdf.CoeffBase[sizeCtx][ptype][p.baseCtx(tx, typ, pos, c, false, &quant)][:])
			}
			if level > 2 {
				for range 4 {
					br := p.symbol(p.cdf.CoeffBr[min(sizeCtx, 3)][ptype][p.brCtx(tx, typ, pos, &quant)][:])
					level += br
					if br < 3 {
						break
					}
				}
			}
			quant[pos] = level
		}
		for c := range eob {
			pos := int(scan[c])
			sign := 0
			if quant[pos] != 0 {
				if c == 0 {
					sign = p.symbol(p.cdf.DcSign[ptype][p.dcSignContext(plane, x4, y4, w4, h4)][:])
				} else {
					sign = p.literal(1)
				}
			}
			if quant[pos] > 14 {
				length := 1
				for p.literal(1) == 0 {
					length++
					p.equal("Golomb length too large", length > 20, false)
				}
				x := 1
				for range length - 1 {
					x = x<<1 | p.literal(1)
				}
				quant[pos] = x + 14
			}
			if pos == 0 && quant[pos] > 0 {
				dcCategory = 2 - sign
			}
			culLevel += quant[pos] & 0xFFFFF
			if sign != 0 {
				quant[pos] = -quant[pos]
			}
			p.equal("level", quant[pos], int(levels[c]))
		}
		culLevel = min(63, culLevel)
	}
	for i := range w4 {
		p.aboveLevel[plane][x4+i], p.aboveDc[plane][x4+i] = culLevel, dcCategory
	}
	for i := range h4 {
		p.leftLevel[plane][y4+i], p.leftDc[plane][y4+i] = culLevel, dcCategory
	}
}

func (p *parser) readEob(tx av1.TxSize, sizeCtx, ptype, ctx int) int {
	var pt int
	switch min(int(av1.TxWidthLog2[tx]), 5) + min(int(av1.TxHeightLog2[tx]), 5) - 4 {
	case 0:
		pt = p.symbol(p.cdf.EobPt16[ptype][ctx][:]) + 1
	case 1:
		pt = p.symbol(p.cdf.EobPt32[ptype][ctx][:]) + 1
	case 2:
		pt = p.symbol(p.cdf.EobPt64[ptype][ctx][:]) + 1
	case 3:
		pt = p.symbol(p.cdf.EobPt128[ptype][ctx][:]) + 1
	case 4:
		pt = p.symbol(p.cdf.EobPt256[ptype][ctx][:]) + 1
	case 5:
		pt = p.symbol(p.cdf.EobPt512[ptype][:]) + 1
	default:
		pt = p.symbol(p.cdf.EobPt1024[ptype][:]) + 1
	}
	if pt < 2 {
		return pt
	}
	eob := 1<<(pt-2) + 1
	if pt >= 3 {
		if p.bool(&p.cdf.EobExtra[sizeCtx][ptype][pt-3]) {
			eob += 1 << (pt - 3)
		}
		for i := 1; i < pt-2; i++ {
			eob += p.literal(1) << (pt - 2 - 1 - i)
		}
	}
	return eob
}

func (p *parser) maxX4Y4(plane int) (int, int) {
	subX, subY := p.sub(plane)
	return p.miCols >> subX, p.miRows >> subY
}

func (p *parser) allZeroContext(plane int, tx av1.TxSize, x4, y4, w4, h4 int) int {
	maxX4, maxY4 := p.maxX4Y4(plane)
	w, h := int(av1.TxWidth[tx]), int(av1.TxHeight[tx])
	bsize := p.residualSize(p.miSize, plane)
	bw, bh := int(av1.BlockWidth[bsize]), int(av1.BlockHeight[bsize])
	if plane == 0 {
		top, left := 0, 0
		for k := range w4 {
			if x4+k < maxX4 {
				top = max(top, p.aboveLevel[plane][x4+k])
			}
		}
		for k := range h4 {
			if y4+k < maxY4 {
				left = max(left, p.leftLevel[plane][y4+k])
			}
		}
		switch {
		case bw == w && bh == h:
			return 0
		case top == 0 && left == 0:
			return 1
		case top == 0 || left == 0:
			return 2 + btoi(max(top, left) > 3)
		case max(top, left) <= 3:
			return 4
		case min(top, left) <= 3:
			return 5
		}
		return 6
	}
	above, left := 0, 0
	for i := range w4 {
		if x4+i < maxX4 {
			above |= p.aboveLevel[plane][x4+i] | p.aboveDc[plane][x4+i]
		}
	}
	for i := range h4 {
		if y4+i < maxY4 {
			left |= p.leftLevel[plane][y4+i] | p.leftDc[plane][y4+i]
		}
	}
	return 7 + btoi(above != 0) + btoi(left != 0) + 3*btoi(bw*bh > w*h)
}

func (p *parser) dcSignContext(plane, x4, y4, w4, h4 int) int {
	maxX4, maxY4 := p.maxX4Y4(plane)
	dcSign := 0
	for k := range w4 {
		if x4+k < maxX4 {
			dcSign += []int{0, -1, 1}[p.aboveDc[plane][x4+k]]
		}
	}
	for k := range h4 {
		if y4+k < maxY4 {
			dcSign += []int{0, -1, 1}[p.leftDc[plane][y4+k]]
		}
	}
	if dcSign < 0 {
		return 1
	}
	return 2 * btoi(dcSign > 0)
}

func (p *parser) baseCtx(tx av1.TxSize, typ av1.TxType, pos, c int, isEob bool, quant *[1024]int) int {
	adj := av1.AdjustedTxSize[tx]
	bwl := av1.TxWidthLog2[adj]
	width, height := 1<<bwl, int(av1.TxHeight[adj])
	if isEob {
		switch {
		case c == 0:
			return 38
		case c <= height<<bwl/8:
			return 39
		case c <= height<<bwl/4:
			return 40
		}
		return 41
	}
	class := txClass(typ)
	row := pos >> bwl
	col := pos - row<<bwl
	mag := 0
	for _, o := range av1.SigRefDiffOffset[class] {
		refRow, refCol := row+int(o[0]), col+int(o[1])
		if refRow < height && refCol < width {
			mag += min(quant[refRow<<bwl+refCol], 3)
		}
	}
	ctx := min((mag+1)>>1, 4)
	if class == 0 {
		if row == 0 && col == 0 {
			return 0
		}
		return ctx + int(av1.CoeffBaseCtxOffset[tx][min(row, 4)][min(col, 4)])
	}
	idx := col
	if class == 2 {
		idx = row
	}
	return ctx + int(av1.CoeffBasePosCtxOffset[min(idx, 2)])
}

func (p *parser) brCtx(tx av1.TxSize, typ av1.TxType, pos int, quant *[1024]int) int {
	adj := av1.AdjustedTxSize[tx]
	bwl := av1.TxWidthLog2[adj]
	w, h := int(av1.TxWidth[adj]), int(av1.TxHeight[adj])
	row := pos >> bwl
	col := pos - row<<bwl
	class := txClass(typ)
	mag := 0
	for _, o := range av1.MagRefOffsetWithTxClass[class] {
		refRow, refCol := row+int(o[0]), col+int(o[1])
		if refRow < h && refCol < w {
			mag += min(quant[refRow*w+refCol], 15)
		}
	}
	mag = min((mag+1)>>1, 6)
	near := false
	switch class {
	case 0:
		near = row < 2 && col < 2
	case 1:
		near = col == 0
	case 2:
		near = row == 0
	}
	switch {
	case pos == 0:
		return mag
	case near:
		return mag + 7
	}
	return mag + 14
}
