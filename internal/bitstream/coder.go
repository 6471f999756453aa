package bitstream

import (
	"encoding/binary"
	"errors"
	"math"
	"math/bits"
)

// ErrShortBuffer is returned by Coder.Finish when the tile did not fit the buffer.
var ErrShortBuffer = errors.New("bitstream: tile data exceeds the buffer")

// Coder writes symbols with the range coder that the symbol decoder of section 8.2
// undoes, adapting CDFs as that decoder does, or only adds up what symbols would
// cost. The zero value is unusable until StartWriting or StartCounting.
//
// The decoder keeps SymbolValue, the distance from the top of the current interval
// down to the coded number. The encoder keeps the bottom of that interval, low, and
// its size, rng (SymbolRange, at most 16 bits). low holds 16 open bits, above them
// count bits that only a carry of one can change, and above those the carry itself.
// At the start there are 15 open bits, so count starts at -1.
type Coder struct {
	CDF *CDFContext // the tile's CDFs, adapted while writing

	low      uint64
	rng      uint32
	count    int
	pos      int // bytes of buf in use
	buf      []byte
	cost     uint32
	counting bool
	adapt    bool
	overflow bool
}

const (
	probShift   = 6 // EC_PROB_SHIFT
	minProb     = 4 // EC_MIN_PROB
	openBits    = 16
	flushedBits = 32 // settled bits are written this many at a time
)

// StartWriting begins a tile (section 8.2.2) whose data goes to buf, which is
// never grown. cdf is used in place: give every tile its own copy.
func (c *Coder) StartWriting(buf []byte, cdf *CDFContext, disableCDFUpdate bool) {
	*c = Coder{CDF: cdf, rng: 1 << 15, count: -1, buf: buf[:cap(buf)], adapt: !disableCDFUpdate}
}

// StartCounting begins a count of cost. Nothing is written and cdf does not change.
func (c *Coder) StartCounting(cdf *CDFContext) {
	*c = Coder{CDF: cdf, counting: true}
}

// Cost returns what was coded since StartCounting, in 1/512 bit.
func (c *Coder) Cost() uint32 { return c.cost }

// Symbol codes s, 0..N-1, with a CDF of N symbols (len(cdf) = N+1), section 8.2.6.
func (c *Coder) Symbol(cdf []uint16, s int) {
	if c.counting {
		c.cost += SymbolCost(cdf, s)
		return
	}
	n := len(cdf) - 1
	before := s - 1 // symbols are hard to predict: no branches
	top := bound(c.rng, cdf[before&^(before>>63)], n-s)
	if s == 0 {
		top = c.rng
	}
	low, rng, count := narrow(c.low, c.rng, c.count, top, bound(c.rng, cdf[s], n-s-1))
	c.low, c.rng, c.count = low, rng, count
	if count >= flushedBits {
		c.flush()
	}
	if c.adapt {
		adaptCDF(cdf, s)
	}
}

// Bool codes a symbol of two values.
func (c *Coder) Bool(cdf *[3]uint16, b bool) {
	s := 0
	if b {
		s = 1
	}
	if c.counting {
		c.cost += boolCost(cdf, s)
		return
	}
	top, bottom := c.rng, bound(c.rng, cdf[0], 1)
	if b { // two conditional moves
		top = bottom
	}
	if b {
		bottom = 0
	}
	low, rng, count := narrow(c.low, c.rng, c.count, top, bottom)
	c.low, c.rng, c.count = low, rng, count
	if count >= flushedBits {
		c.flush()
	}
	if c.adapt {
		count := cdf[2]
		cdf[0] = adapted(cdf[0], s, 4+count>>4)
		cdf[2] = count + 1 - count>>5
	}
}

// bound is the end of a symbol's part of an interval of size rng, counted from the top,
// where cdf is the cumulative probability and rest the number of symbols that follow.
func bound(rng uint32, cdf uint16, rest int) uint32 {
	return rng>>8*((1<<15-uint32(cdf))>>probShift)>>(7-probShift) + minProb*uint32(rest)
}

// narrow makes what lies between top and bottom, both counted from the interval's top, the
// interval.
func narrow(low uint64, rng uint32, count int, top, bottom uint32) (uint64, uint32, int) {
	size := top - bottom
	d := openBits - bits.Len32(size)
	return (low + uint64(rng-top)) << (d & 63), size << (d & 31), count + d
}

// Literal codes the low n bits of v, highest first (L(n), section 8.2.5), n ≤ 32.
func (c *Coder) Literal(v uint32, n int) {
	if c.counting {
		c.cost += uint32(n) << costBits
		return
	}
	low, rng, count := c.low, c.rng, c.count
	for i := n - 1; i >= 0; i-- {
		low, rng, count = halve(low, rng, count, v>>(i&31)&1)
		if count >= flushedBits {
			c.low, c.count = low, count
			c.flush()
			low, count = c.low, c.count
		}
	}
	c.low, c.rng, c.count = low, rng, count
}

// halve codes a bit of even probability. What is left of the interval is 16380..32891.
func halve(low uint64, rng uint32, count int, bit uint32) (uint64, uint32, int) {
	upper := rng>>8<<7 + minProb
	lower := rng - upper
	low += uint64(lower & -bit)
	rng = lower ^ (lower^upper)&-bit
	d := 2 - rng>>14
	return low << (d & 63), rng << (d & 31), count + int(d)
}

// NS codes v in 0..n-1 with equal probabilities (NS(n), section 4.10.10).
func (c *Coder) NS(v, n uint32) {
	w := bits.Len32(n)
	m := uint32(1)<<w - n
	if v < m {
		c.Literal(v, w-1)
	} else {
		v += m
		c.Literal(v, w)
	}
}

// SignedSubexpWithRef codes v in low..high-1 around the reference r in the same
// range (decode_signed_subexp_with_ref_bool, section 5.11.58).
func (c *Coder) SignedSubexpWithRef(v, low, high, k, r int) {
	mx, x, ref := high-low, v-low, r-low
	if ref<<1 <= mx {
		c.subexp(recenter(ref, x), mx, k)
	} else {
		c.subexp(recenter(mx-1-ref, mx-1-x), mx, k)
	}
}

// recenter is the inverse of inverse_recenter (section 5.9.29).
func recenter(r, x int) int {
	switch {
	case x > 2*r:
		return x
	case x >= r:
		return (x - r) << 1
	}
	return (r-x)<<1 - 1
}

// subexp codes v in 0..numSyms-1 as decode_subexp_bool reads it (section 5.11.58).
func (c *Coder) subexp(v, numSyms, k int) {
	for i, mk := 0, 0; ; i++ {
		b2 := k
		if i > 0 {
			b2 = k + i - 1
		}
		a := 1 << b2
		if numSyms <= mk+3*a {
			c.NS(uint32(v-mk), uint32(numSyms-mk))
			return
		}
		if v < mk+a {
			c.Literal(0, 1)
			c.Literal(uint32(v-mk), b2)
			return
		}
		c.Literal(1, 1)
		mk += a
	}
}

// Finish ends the tile (section 8.2.4): a one bit, then zeros to the end of the
// byte. It returns the tile's data, at least one byte, part of the buffer given to
// StartWriting, or ErrShortBuffer.
func (c *Coder) Finish() ([]byte, error) {
	// The last number of the interval's bottom half or the first of the next that
	// ends in 1 followed by 14 zeros: the trailing bits. The decoder takes the
	// missing bits as zeros.
	const trailing = 1 << 14
	end := (c.low+trailing-1)&^(1<<15-1) | trailing
	// Still to be written: count bits, the first open one and the trailing one.
	size := (c.count + 2 + 7) >> 3
	v := end << (63 - openBits - c.count)
	if v>>63 != 0 {
		c.carry()
	}
	v <<= 1
	if c.overflow || c.pos+size > len(c.buf) {
		return nil, ErrShortBuffer
	}
	for range size {
		c.buf[c.pos] = byte(v >> 56)
		v <<= 8
		c.pos++
	}
	return c.buf[:c.pos], nil
}

// flush writes 32 settled bits.
func (c *Coder) flush() {
	c.count -= flushedBits
	shift := openBits + c.count
	v := c.low >> shift
	c.low &= 1<<shift - 1
	if v>>flushedBits != 0 {
		c.carry()
	}
	if c.pos+4 > len(c.buf) {
		c.overflow = true
		return
	}
	binary.BigEndian.PutUint32(c.buf[c.pos:], uint32(v))
	c.pos += 4
}

// carry adds one to the bytes written so far.
func (c *Coder) carry() {
	for i := c.pos - 1; i >= 0; i-- {
		c.buf[i]++
		if c.buf[i] != 0 {
			return
		}
	}
}

// adaptCDF is the update at the end of section 8.2.6 for N symbols.
func adaptCDF(cdf []uint16, s int) {
	n := len(cdf) - 1
	count := cdf[n]
	rate := 3 + count>>4 + uint16(min(bits.Len(uint(n))-1, 2))
	i := 0
	for ; i+4 <= n; i += 4 {
		adapt4((*[4]uint16)(cdf[i:]), max(s-i, 0), rate)
	}
	for ; i < n-1; i++ {
		cdf[i] = adapted(cdf[i], s-i, rate)
	}
	cdf[n] = count + 1 - count>>5
}

// adapt4 is adapted for four neighbours: those before index after move towards 0, the
// others towards 1.
func adapt4(cdf *[4]uint16, after int, rate uint16) {
	p := uint64(cdf[0]) | uint64(cdf[1])<<16 | uint64(cdf[2])<<32 | uint64(cdf[3])<<48
	p = adapted4(p, ^uint64(0)<<uint(16*after), rate)
	cdf[0], cdf[1], cdf[2], cdf[3] = uint16(p), uint16(p>>16), uint16(p>>32), uint16(p>>48)
}

// adapted4 is adapted in the four 16-bit lanes of p; those set in up move towards 1. A
// probability takes 0..1<<15, so nothing leaves its lane.
func adapted4(p, up uint64, rate uint16) uint64 {
	const each = 1<<48 | 1<<32 | 1<<16 | 1
	distance := p&^up | (each<<15&up - p&up)
	step := distance >> (rate & 63) & lanes[rate&7]
	return p + step&up - step&^up
}

// lanes[n] holds the 16-n low bits of each lane of 16.
var lanes = func() (t [8]uint64) {
	for n := range t {
		t[n] = (1<<48 | 1<<32 | 1<<16 | 1) * (0xFFFF >> n)
	}
	return t
}()

// adapted moves a cumulative probability towards 0 if the symbol coded lies after
// it (after > 0), else towards 1. Without branches: symbols are hard to predict.
func adapted(p uint16, after int, rate uint16) uint16 {
	isAfter := int32(-after) >> 31
	// The shift rounds down, the specification towards p: hence not 0 but 2^rate - 1.
	target := isAfter&(1<<(rate&15)-1) | ^isAfter&(1<<15)
	return uint16(int32(p) + (target-int32(p))>>(rate&15))
}

// costBits is the precision of cost: units of 1/512 bit.
const costBits = 9

// negLog2[m] is -log2 of the middle of (256+m)/512 .. (257+m)/512, in 1/512 bit.
var negLog2 = func() (t [256]uint16) {
	for m := range t {
		t[m] = uint16(math.Round(-math.Log2((256.5+float64(m))/512) * (1 << costBits)))
	}
	return t
}()

// ProbCost returns the cost in 1/512 bit of an event of probability p/32768, 0 ≤ p ≤ 32768.
// The coder grants every symbol minProb/rng on top, so nothing is impossible.
func ProbCost(p uint32) uint32 {
	p = min(p+3, 1<<15-1)
	shift := bits.LeadingZeros32(p) // at least 17
	return uint32(shift-17)<<costBits + uint32(negLog2[uint8(p<<shift>>(31-8))])
}

// SymbolCost returns what coding s with cdf costs, in 1/512 bit, from the precision the coder uses.
func SymbolCost(cdf []uint16, s int) uint32 {
	before := s - 1
	below := (1<<15 - uint32(cdf[before&^(before>>63)])) >> probShift
	if s == 0 {
		below = 1 << 15 >> probShift
	}
	return uint32(partCost[(below-(1<<15-uint32(cdf[s]))>>probShift)&1023])
}

// boolCost is SymbolCost for two values, without a branch.
func boolCost(cdf *[3]uint16, s int) uint32 {
	const all = 1 << 15 >> probShift
	part, first := (1<<15-uint32(cdf[0]))>>probShift, uint32(s)-1
	return uint32(partCost[((part^first)-first+all&first)&1023]) // all - part for the first symbol
}

// partCost[p] is ProbCost(p << probShift), for p up to 512.
var partCost = func() (t [1024]uint16) {
	for p := range t[:1<<15>>probShift+1] {
		t[p] = uint16(ProbCost(uint32(p) << probShift))
	}
	return t
}()
