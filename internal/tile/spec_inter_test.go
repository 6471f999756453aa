package tile

import "github.com/grav1e/grav1e/internal/av1"

func (p *parser) interFrameModeInfo() {
	p.leftRef, p.aboveRef = [2]int8{av1.IntraFrame, av1.NoneFrame}, [2]int8{av1.IntraFrame, av1.NoneFrame}
	if p.availL {
		p.leftRef = p.left.refFrame
	}
	if p.availU {
		p.aboveRef = p.above.refFrame
	}
	p.leftIntra, p.aboveIntra = p.leftRef[0] <= 0, p.aboveRef[0] <= 0
	p.leftSingle, p.aboveSingle = p.leftRef[1] <= 0, p.aboveRef[1] <= 0
	if p.hdr.SkipModePresent && av1.BlockWidth[p.miSize] >= 8 && av1.BlockHeight[p.miSize] >= 8 {
		ctx := 0
		if p.availU {
			ctx += btoi(p.above.skipMode)
		}
		if p.availL {
			ctx += btoi(p.left.skipMode)
		}
		p.skipMode = p.bool(&p.cdf.SkipMode[ctx])
	}
	p.equal("skip_mode", p.skipMode, p.b.SkipMode)
	if p.skipMode {
		p.skip = true
	} else {
		p.readSkip()
	}
	p.readCdef()
	p.readDeltaQIndex()
	if p.skipMode {
		p.isInter = true
	} else {
		ctx := 0
		if p.availU && p.availL {
			if p.leftIntra && p.aboveIntra {
				ctx = 3
			} else {
				ctx = btoi(p.leftIntra || p.aboveIntra)
			}
		} else if p.availU {
			ctx = 2 * btoi(p.aboveIntra)
		} else if p.availL {
			ctx = 2 * btoi(p.leftIntra)
		}
		p.isInter = p.bool(&p.cdf.IsInter[ctx])
	}
	p.equal("is_inter", p.isInter, p.b.IsInter)
	if p.isInter {
		p.interBlockModeInfo()
		return
	}
	p.refFrame = [2]int8{av1.IntraFrame, av1.NoneFrame}
	p.yMode = av1.PredictionMode(p.symbol(p.cdf.YMode[[]int{0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 0, 0, 1, 1, 2, 2}[p.miSize]][:]))
	p.intraModes()
}

func (p *parser) interBlockModeInfo() {
	p.readRefFrames()
	p.equal("RefFrame", p.refFrame, p.b.RefFrame)
	compound := p.refFrame[1] > 0
	switch {
	case p.skipMode:
		p.yMode = av1.NearestNearestMV
	case compound:
		ctx := [3][5]int{{0, 1, 1, 1, 1}, {1, 2, 3, 4, 4}, {4, 4, 5, 6, 7}}[p.b.RefMvContext>>1][min(p.b.NewMvContext, 4)]
		p.yMode = av1.NearestNearestMV + av1.PredictionMode(p.symbol(p.cdf.CompoundMode[ctx][:]))
	case !p.bool(&p.cdf.NewMv[p.b.NewMvContext]):
		p.yMode = av1.NewMV
	case !p.bool(&p.cdf.ZeroMv[p.b.ZeroMvContext]):
		p.yMode = av1.GlobalMV
	case !p.bool(&p.cdf.RefMv[p.b.RefMvContext]):
		p.yMode = av1.NearestMV
	default:
		p.yMode = av1.NearMV
	}
	p.equal("YMode", p.yMode, p.b.YMode)
	p.readRefMvIdx()
	for i := range 1 + btoi(compound) {
		mv := p.b.PredMv[i]
		if p.getMode(i) == av1.NewMV {
			p.readMv(&mv)
		}
		p.equal("Mv", mv, p.b.Mv[i])
	}
	var filter [2]uint8
	if av1.InterpFilter(p.hdr.InterpolationFilter) == av1.Switchable {
		dirs := 1 + btoi(p.seq.EnableDualFilter)
		large := min(av1.BlockWidth[p.miSize], av1.BlockHeight[p.miSize]) >= 8
		needs := !p.skipMode && !(large && (p.yMode == av1.GlobalMV || p.yMode == av1.GlobalGlobalMV))
		for dir := range dirs {
			if needs {
				filter[dir] = p.readInterpFilter(dir)
			}
		}
		if dirs == 1 {
			filter[1] = filter[0]
		}
	} else {
		filter = [2]uint8{uint8(p.hdr.InterpolationFilter), uint8(p.hdr.InterpolationFilter)}
	}
	p.equal("interp_filter", filter, p.b.InterpFilter)
}

func (p *parser) readRefMvIdx() {
	refMvIdx := 0
	switch p.yMode {
	case av1.NewMV, av1.NewNewMV:
		for idx := range 2 {
			if int(p.b.NumMvFound) > idx+1 {
				if !p.bool(&p.cdf.DrlMode[p.b.DrlCtxStack[idx]]) {
					refMvIdx = idx
					break
				}
				refMvIdx = idx + 1
			}
		}
	case av1.NearMV, av1.NearNearMV, av1.NearNewMV, av1.NewNearMV:
		refMvIdx = 1
		for idx := 1; idx < 3; idx++ {
			if int(p.b.NumMvFound) > idx+1 {
				if !p.bool(&p.cdf.DrlMode[p.b.DrlCtxStack[idx]]) {
					refMvIdx = idx
					break
				}
				refMvIdx = idx + 1
			}
		}
	}
	p.equal("RefMvIdx", refMvIdx, int(p.b.RefMvIdx))
}

func (p *parser) getMode(list int) av1.PredictionMode {
	if list == 0 {
		switch p.yMode {
		case av1.NewNewMV, av1.NewNearestMV, av1.NewNearMV:
			return av1.NewMV
		case av1.NearestNearestMV, av1.NearestNewMV:
			return av1.NearestMV
		case av1.NearNearMV, av1.NearNewMV:
			return av1.NearMV
		case av1.GlobalGlobalMV:
			return av1.GlobalMV
		}
		return p.yMode
	}
	switch p.yMode {
	case av1.NewNewMV, av1.NearestNewMV, av1.NearNewMV:
		return av1.NewMV
	case av1.NearestNearestMV, av1.NewNearestMV:
		return av1.NearestMV
	case av1.NearNearMV, av1.NewNearMV:
		return av1.NearMV
	}
	return av1.GlobalMV
}

func (p *parser) readMv(mv *av1.MV) {
	joint := uint8(p.symbol(p.cdf.MvJoint[:]))
	if joint == av1.MVJointHzvnz || joint == av1.MVJointHnzvnz {
		mv.Row += int16(p.readMvComponent(0))
	}
	if joint == av1.MVJointHnzvz || joint == av1.MVJointHnzvnz {
		mv.Col += int16(p.readMvComponent(1))
	}
}

func (p *parser) readMvComponent(comp int) int {
	sign := p.bool(&p.cdf.MvSign[comp])
	class := p.symbol(p.cdf.MvClass[comp][:])
	fr, hp, mag := 3, 1, 0
	if class == 0 {
		bit := p.symbol(p.cdf.MvClass0Bit[comp][:])
		if !p.hdr.ForceIntegerMv {
			fr = p.symbol(p.cdf.MvClass0Fr[comp][bit][:])
		}
		if p.hdr.AllowHighPrecisionMv {
			hp = p.symbol(p.cdf.MvClass0Hp[comp][:])
		}
		mag = (bit<<3 | fr<<1 | hp) + 1
	} else {
		d := 0
		for i := range class {
			d |= p.symbol(p.cdf.MvBit[comp][i][:]) << i
		}
		mag = 2 << (class + 2)
		if !p.hdr.ForceIntegerMv {
			fr = p.symbol(p.cdf.MvFr[comp][:])
		}
		if p.hdr.AllowHighPrecisionMv {
			hp = p.symbol(p.cdf.MvHp[comp][:])
		}
		mag += (d<<3 | fr<<1 | hp) + 1
	}
	if sign {
		return -mag
	}
	return mag
}

func (p *parser) readInterpFilter(dir int) uint8 {
	ctx := ((dir&1)*2 + btoi(p.refFrame[1] > av1.IntraFrame)) * 4
	leftType, aboveType := 3, 3
	if p.availL && (p.left.refFrame[0] == p.refFrame[0] || p.left.refFrame[1] == p.refFrame[0]) {
		leftType = int(p.left.interpFilter[dir])
	}
	if p.availU && (p.above.refFrame[0] == p.refFrame[0] || p.above.refFrame[1] == p.refFrame[0]) {
		aboveType = int(p.above.interpFilter[dir])
	}
	switch {
	case leftType == aboveType:
		ctx += leftType
	case leftType == 3:
		ctx += aboveType
	case aboveType == 3:
		ctx += leftType
	default:
		ctx += 3
	}
	return uint8(p.symbol(p.cdf.InterpFilter[ctx][:]))
}

func (p *parser) count(refs ...int8) (c int) {
	for _, ref := range refs {
		if p.availU {
			c += btoi(p.aboveRef[0] == ref) + btoi(p.aboveRef[1] == ref)
		}
		if p.availL {
			c += btoi(p.leftRef[0] == ref) + btoi(p.leftRef[1] == ref)
		}
	}
	return c
}

func countCtx(a, b int) int {
	if a < b {
		return 0
	}
	return 1 + btoi(a > b)
}

func (p *parser) readRefFrames() {
	if p.skipMode {
		p.refFrame = [2]int8{int8(p.hdr.SkipModeFrame[0]), int8(p.hdr.SkipModeFrame[1])}
		return
	}
	fwd := countCtx(p.count(1, 2, 3, 4), p.count(5, 6, 7))
	last12 := countCtx(p.count(1, 2), p.count(3, 4))
	last := countCtx(p.count(1), p.count(2))
	last3 := countCtx(p.count(3), p.count(4))
	bwd2 := countCtx(p.count(5, 6), p.count(7))
	bwd := countCtx(p.count(5), p.count(6))
	if p.hdr.ReferenceSelect && min(av1.BlockWidth[p.miSize], av1.BlockHeight[p.miSize]) >= 8 && p.bool(&p.cdf.CompMode[p.compModeContext()]) {
		if !p.bool(&p.cdf.CompRefType[p.compRefTypeContext()]) {
			switch {
			case p.bool(&p.cdf.UniCompRef[fwd][0]):
				p.refFrame = [2]int8{5, 7}
			case !p.bool(&p.cdf.UniCompRef[countCtx(p.count(2), p.count(3, 4))][1]):
				p.refFrame = [2]int8{1, 2}
			case !p.bool(&p.cdf.UniCompRef[last3][2]):
				p.refFrame = [2]int8{1, 3}
			default:
				p.refFrame = [2]int8{1, 4}
			}
			return
		}
		if !p.bool(&p.cdf.CompRef[last12][0]) {
			p.refFrame[0] = 1 + int8(btoi(p.bool(&p.cdf.CompRef[last][1])))
		} else {
			p.refFrame[0] = 3 + int8(btoi(p.bool(&p.cdf.CompRef[last3][2])))
		}
		p.refFrame[1] = 7
		if !p.bool(&p.cdf.CompBwdRef[bwd2][0]) {
			p.refFrame[1] = 5 + int8(btoi(p.bool(&p.cdf.CompBwdRef[bwd][1])))
		}
		return
	}
	p.refFrame[1] = av1.NoneFrame
	if p.bool(&p.cdf.SingleRef[fwd][0]) {
		p.refFrame[0] = 7
		if !p.bool(&p.cdf.SingleRef[bwd2][1]) {
			p.refFrame[0] = 5 + int8(btoi(p.bool(&p.cdf.SingleRef[bwd][5])))
		}
	} else if p.bool(&p.cdf.SingleRef[last12][2]) {
		p.refFrame[0] = 3 + int8(btoi(p.bool(&p.cdf.SingleRef[last3][4])))
	} else {
		p.refFrame[0] = 1 + int8(btoi(p.bool(&p.cdf.SingleRef[last][3])))
	}
}

func (p *parser) compModeContext() int {
	backward := func(ref int8) bool { return ref >= 5 && ref <= 7 }
	if p.availU && p.availL {
		switch {
		case p.aboveSingle && p.leftSingle:
			return btoi(backward(p.aboveRef[0])) ^ btoi(backward(p.leftRef[0]))
		case p.aboveSingle:
			return 2 + btoi(backward(p.aboveRef[0]) || p.aboveIntra)
		case p.leftSingle:
			return 2 + btoi(backward(p.leftRef[0]) || p.leftIntra)
		}
		return 4
	}
	if p.availU {
		if p.aboveSingle {
			return btoi(backward(p.aboveRef[0]))
		}
		return 3
	}
	if p.availL {
		if p.leftSingle {
			return btoi(backward(p.leftRef[0]))
		}
		return 3
	}
	return 1
}

func (p *parser) compRefTypeContext() int {
	samedir := func(a, b int8) bool { return (a >= 5) == (b >= 5) }
	above0, above1, left0, left1 := p.aboveRef[0], p.aboveRef[1], p.leftRef[0], p.leftRef[1]
	aboveCompInter := p.availU && !p.aboveIntra && !p.aboveSingle
	leftCompInter := p.availL && !p.leftIntra && !p.leftSingle
	aboveUniComp := aboveCompInter && samedir(above0, above1)
	leftUniComp := leftCompInter && samedir(left0, left1)
	if p.availU && !p.aboveIntra && p.availL && !p.leftIntra {
		same := btoi(samedir(above0, left0))
		if !aboveCompInter && !leftCompInter {
			return 1 + 2*same
		} else if !aboveCompInter {
			if !leftUniComp {
				return 1
			}
			return 3 + same
		} else if !leftCompInter {
			if !aboveUniComp {
				return 1
			}
			return 3 + same
		}
		if !aboveUniComp && !leftUniComp {
			return 0
		} else if !aboveUniComp || !leftUniComp {
			return 2
		}
		return 3 + btoi((above0 == 5) == (left0 == 5))
	} else if p.availU && p.availL {
		if aboveCompInter {
			return 1 + 2*btoi(aboveUniComp)
		} else if leftCompInter {
			return 1 + 2*btoi(leftUniComp)
		}
		return 2
	} else if aboveCompInter {
		return 4 * btoi(aboveUniComp)
	} else if leftCompInter {
		return 4 * btoi(leftUniComp)
	}
	return 2
}
