package mvpred

import "github.com/grav1e/grav1e/internal/av1"

const refCatLevel = 640 // REF_CAT_LEVEL

// Stack is the result of the find MV stack process (section 7.10.2) for one
// reference frame or pair of them.
type Stack struct {
	NumMvFound    uint8
	NewMvCount    uint8 // candidates that used NEWMV, in all the scans
	NewMvContext  uint8
	RefMvContext  uint8
	ZeroMvContext uint8
	// Mvs is RefStackMv. Entries below NumMvFound, and the first two always, are
	// valid; [1] is meaningful for compound prediction only.
	Mvs       [av1.MaxRefMVStackSize][2]av1.MV
	Weights   [av1.MaxRefMVStackSize]uint16
	DrlCtx    [av1.MaxRefMVStackSize]uint8 // DrlCtxStack
	GlobalMvs [2]av1.MV                    // zero: global motion is the identity
}

// builder holds the stack while it grows: both vectors of an entry in one word.
type builder struct {
	keys     [av1.MaxRefMVStackSize]uint64
	weights  [av1.MaxRefMVStackSize]uint16
	n        int
	newCount uint8
}

// add raises the weight of an entry, or appends it.
func (b *builder) add(key uint64, weight uint16) {
	for i := range b.n {
		if b.keys[i] == key {
			b.weights[i] += weight
			return
		}
	}
	if b.n < len(b.keys) {
		b.keys[b.n], b.weights[b.n] = key, weight
		b.n++
	}
}

// Find builds the stack of the block last scanned for the references ref; ref[1]
// is NoneFrame for single prediction. Every field of out is set.
func (p *Predictor) Find(ref [2]int8, out *Stack) {
	b := &p.build
	b.n, b.newCount = 0, 0
	want, compound := packRefs(ref), ref[1] > av1.IntraFrame

	above := p.match(groupRow1, want, compound)
	left := p.match(groupCol1, want, compound)
	above |= p.match(groupTopRight, want, compound)
	closeMatches := above + left
	nearest, numNew := b.n, min(b.newCount, 1)
	for i := range nearest {
		b.weights[i] += refCatLevel
	}
	out.ZeroMvContext = 0
	if p.UseRefFrameMvs {
		out.ZeroMvContext = p.addTemporal(ref, compound)
	}
	above |= p.match(groupTopLeft, want, compound)
	above |= p.match(groupRow3, want, compound)
	left |= p.match(groupCol3, want, compound)
	above |= p.match(groupRow5, want, compound)
	left |= p.match(groupCol5, want, compound)

	b.sort(0, nearest)
	b.sort(nearest, b.n)
	if b.n < 2 {
		if compound {
			p.extraCompound(ref)
		} else {
			p.extraSingle(ref[0])
		}
	}
	out.NewMvCount = b.newCount
	out.NewMvContext, out.RefMvContext = contexts(closeMatches, above+left, numNew)
	p.finish(compound, out)
}

// match adds the candidates of a group that use the wanted references (sections
// 7.10.2.7 to 7.10.2.9) and returns 1 if there was one (FoundMatch).
func (p *Predictor) match(group int, want uint16, compound bool) (found uint8) {
	b := &p.build
	cands := p.cands[p.ends[group]:p.ends[group+1]]
	if compound {
		for i := range cands {
			if c := &cands[i]; c.refs == want {
				b.add(uint64(c.mv[0])|uint64(c.mv[1])<<32, uint16(c.weight))
				b.newCount += c.newMv
				found = 1
			}
		}
		return found
	}
	for i := range cands {
		c := &cands[i]
		if uint8(c.refs) == uint8(want) {
			b.add(uint64(c.mv[0]), uint16(c.weight))
			b.newCount += c.newMv
			found = 1
		}
		if c.refs>>8 == want&0xff {
			b.add(uint64(c.mv[1]), uint16(c.weight))
			b.newCount += c.newMv
			found = 1
		}
	}
	return found
}

// addTemporal adds the samples of the motion field (section 7.10.2.6) and returns ZeroMvContext.
func (p *Predictor) addTemporal(ref [2]int8, compound bool) uint8 {
	zeroContext := uint8(1)
	for i := range p.nTemporal {
		c := p.temporal[i]
		mv := p.Lower(project(c.Mv, p.Field.scale[ref[0]&7][c.Dist&31]))
		key := uint64(pack(mv))
		far := isFar(mv)
		if compound {
			mv = p.Lower(project(c.Mv, p.Field.scale[ref[1]&7][c.Dist&31]))
			key |= uint64(pack(mv)) << 32
			far = far || isFar(mv)
		}
		if i == 0 && p.center && !far {
			zeroContext = 0
		}
		p.build.add(key, 2)
	}
	return zeroContext
}

// isFar tells whether mv is at least two samples away from the global motion, which is zero.
func isFar(mv av1.MV) bool {
	return mv.Row >= 16 || mv.Row <= -16 || mv.Col >= 16 || mv.Col <= -16
}

// sort orders entries by falling weight, stably (section 7.10.2.11).
func (b *builder) sort(start, end int) {
	for i := start + 1; i < end; i++ {
		key, weight := b.keys[i], b.weights[i]
		j := i
		for ; j > start && b.weights[j-1] < weight; j-- {
			b.keys[j], b.weights[j] = b.keys[j-1], b.weights[j-1]
		}
		b.keys[j], b.weights[j] = key, weight
	}
}

// flip is candMv seen from ref: negated if the two references lie on different sides of the frame.
func (p *Predictor) flip(mv av1.MV, candRef, ref int8) av1.MV {
	if p.RefFrameSignBias[candRef&7] != p.RefFrameSignBias[ref&7] {
		return av1.MV{Row: -mv.Row, Col: -mv.Col}
	}
	return mv
}

// extraSingle is the extra search process (section 7.10.2.12) for single prediction.
func (p *Predictor) extraSingle(ref int8) {
	if !p.extraLoaded {
		p.loadExtra()
	}
	b := &p.build
	for i := 0; i < p.nExtra && b.n < 2; i++ {
		c := &p.extra[i]
		for list, candRef := range c.refs {
			if candRef <= av1.IntraFrame {
				continue
			}
			key := uint64(pack(p.flip(c.mv[list], candRef, ref)))
			if b.n == 0 || b.keys[0] != key && (b.n == 1 || b.keys[1] != key) {
				b.keys[b.n], b.weights[b.n] = key, 2
				b.n++
			}
		}
	}
	for i := b.n; i < 2; i++ {
		b.keys[i], b.weights[i] = 0, 0
	}
}

// mvList is a list of at most two vectors; the rest are zero, the global motion.
type mvList struct {
	mv [2]av1.MV
	n  int
}

func (l *mvList) add(mv av1.MV) {
	if l.n < 2 {
		l.mv[l.n] = mv
		l.n++
	}
}

// extraCompound is the extra search process (section 7.10.2.12) for compound prediction.
func (p *Predictor) extraCompound(ref [2]int8) {
	if !p.extraLoaded {
		p.loadExtra()
	}
	var same, diff [2]mvList // RefIdMvs, RefDiffMvs
	for i := range p.nExtra {
		c := &p.extra[i]
		for candList, candRef := range c.refs {
			if candRef <= av1.IntraFrame {
				continue
			}
			mv := c.mv[candList]
			for list, r := range ref {
				if candRef == r && same[list].n < 2 {
					same[list].add(mv)
				} else {
					diff[list].add(p.flip(mv, candRef, r))
				}
			}
		}
	}
	for list := range same {
		for i := range diff[list].n {
			same[list].add(diff[list].mv[i])
		}
	}
	b := &p.build
	first, second := pairKey(&same, 0), pairKey(&same, 1)
	switch {
	case b.n == 0:
		b.keys[0], b.keys[1] = first, second
		b.weights[0], b.weights[1] = 2, 2
	case first == b.keys[0]:
		b.keys[1], b.weights[1] = second, 2
	default:
		b.keys[1], b.weights[1] = first, 2
	}
	b.n = 2
}

func pairKey(l *[2]mvList, i int) uint64 {
	return uint64(pack(l[0].mv[i])) | uint64(pack(l[1].mv[i]))<<32
}

// contexts returns NewMvContext and RefMvContext (section 7.10.2.14); numNew is 0 or 1.
func contexts(closeMatches, totalMatches, numNew uint8) (newMv, refMv uint8) {
	switch closeMatches {
	case 0:
		return min(totalMatches, 1), totalMatches
	case 1:
		return 3 - numNew, 2 + totalMatches
	}
	return 5 - numNew, 5
}

// finish clamps the vectors into out and sets DrlCtx (section 7.10.2.14).
func (p *Predictor) finish(compound bool, out *Stack) {
	b := &p.build
	out.NumMvFound = uint8(b.n)
	out.GlobalMvs = [2]av1.MV{}
	borderRow := av1.MvBorder + p.bh4*av1.MiSize*8
	borderCol := av1.MvBorder + p.bw4*av1.MiSize*8
	c := clamp{
		minRow: -p.row*32 - borderRow, maxRow: (p.MiRows-p.bh4-p.row)*32 + borderRow,
		minCol: -p.col*32 - borderCol, maxCol: (p.MiCols-p.bw4-p.col)*32 + borderCol,
	}
	for i := range b.n {
		key := b.keys[i]
		out.Mvs[i][0] = c.apply(unpack(uint32(key)))
		out.Mvs[i][1] = av1.MV{}
		if compound {
			out.Mvs[i][1] = c.apply(unpack(uint32(key >> 32)))
		}
		out.Weights[i] = b.weights[i]
		out.DrlCtx[i] = 0
		if i+1 < b.n {
			if b.weights[i] < refCatLevel {
				out.DrlCtx[i] = 2
			} else if b.weights[i+1] < refCatLevel {
				out.DrlCtx[i] = 1
			}
		}
	}
	for i := b.n; i < 2; i++ {
		out.Mvs[i] = [2]av1.MV{}
	}
}

// clamp is the range of clamp_mv_row and clamp_mv_col (sections 5.11.53 and 5.11.54), in 1/8 samples.
type clamp struct{ minRow, maxRow, minCol, maxCol int }

func (c *clamp) apply(mv av1.MV) av1.MV {
	return av1.MV{
		Row: int16(min(max(int(mv.Row), c.minRow), c.maxRow)),
		Col: int16(min(max(int(mv.Col), c.minCol), c.maxCol)),
	}
}
