package main

import (
	"bytes"
	"fmt"
	"go/format"
	"io"
	"log"
	"math"
)

// isa is an instruction set as networks need it. The last five registers hold, in this
// order, two scratch values, the lower and the upper clamp limit, and the rounding constant.
type isa struct {
	suffix    string
	reg       string // prefix of the registers' names
	size      int    // bytes of a register
	values    int    // registers for values, the first ones
	least     int    // shortest length it pays for
	move, xor string // load or store, exclusive or
}

var (
	avx2   = isa{suffix: "AVX2", reg: "Y", size: 32, values: 11, least: 4, move: "VMOVDQU", xor: "VPXOR"}
	avx512 = isa{suffix: "AVX512", reg: "Z", size: 64, values: 27, least: 8, move: "VMOVDQU64", xor: "VPXORQ"}
)

// assembly writes networks as functions for one instruction set: one panel of 8 columns
// at once, or two with registers of 64 bytes, one value per register, spilled to the stack
// frame when they run out.
type assembly struct {
	isa
	w     io.Writer
	names []string

	scratch, scratch2, lo, hi, round int
}

func newAssembly(w io.Writer, set isa) *assembly {
	n := set.values
	a := &assembly{isa: set, w: w, scratch: n, scratch2: n + 1, lo: n + 2, hi: n + 3, round: n + 4}
	a.p(header + "#include \"textflag.h\"\n")
	if a.twoPanels() {
		for i, c := range cosLookup {
			a.p("DATA cos128<>+%d(SB)/4, $%d", i*4, c)
		}
		a.p("GLOBL cos128<>(SB), RODATA|NOPTR, $%d\n", 65*4)
	} else {
		for i, c := range cosLookup {
			for k := range 4 {
				a.p("DATA cos128<>+%d(SB)/8, $0x%08x%08x", i*32+k*8, c, c)
			}
		}
		a.p("GLOBL cos128<>(SB), RODATA|NOPTR, $%d\n", 65*32)
	}
	a.p("DATA round12<>(SB)/4, $2048")
	a.p("GLOBL round12<>(SB), RODATA|NOPTR, $4")
	return a
}

func (a *assembly) p(f string, v ...any) { fmt.Fprintf(a.w, f+"\n", v...) }

func (a *assembly) twoPanels() bool { return a.size == 64 }

// r names register n.
func (a *assembly) r(n int) string { return fmt.Sprint(a.reg, n) }

// spill addresses a spilled value.
func (a *assembly) spill(n int) string { return fmt.Sprintf("%d(R9)", n*a.size) }

// read loads element index of the vectors into register r.
func (a *assembly) read(index, r int) {
	if !a.twoPanels() {
		a.p("\tVMOVDQU %d(DI), Y%d", index*32, r)
		return
	}
	a.p("\tVMOVDQU64 %d(DI), Y%d", index*32, r)
	a.p("\tVINSERTI64X4 $1, %d(DI)(R8*1), Z%d, Z%d", index*32, r, r)
}

// write stores register r to element index of the vectors.
func (a *assembly) write(r, index int) {
	if !a.twoPanels() {
		a.p("\tVMOVDQU Y%d, %d(DI)", r, index*32)
		return
	}
	a.p("\tVMOVDQU64 Y%d, %d(DI)", r, index*32)
	a.p("\tVEXTRACTI64X4 $1, Z%d, %d(DI)(R8*1)", r, index*32)
}

func (a *assembly) stubs() []byte {
	var b bytes.Buffer
	b.WriteString(header + "package simd\n\n")
	for _, n := range a.names {
		fmt.Fprintf(&b, "//go:noescape\nfunc %s(t []int32, cols int, limit int32)\n\n", n)
	}
	src, err := format.Source(b.Bytes())
	if err != nil {
		log.Fatal(err)
	}
	return src
}

// value is one definition of an element of T.
type value struct {
	uses  []int // positions of the steps that read it
	input int   // its element of the vector when it is an input, else -1
	clean bool  // known to be within the clamp limits
	reg   int   // -1: not in a register
	slot  int   // stack slot holding it, -1: none
}

// step is an op on values: x and y are its results, -1 if nobody reads them.
type step struct {
	op
	a, b, x, y int // value numbers; operand -1 is zero
}

// allocator turns the steps of one network into instructions. A value is evicted
// when its next use is farthest away.
type allocator struct {
	*assembly
	values []value
	steps  []step
	outs   map[int][]tap // value → elements of the output vector
	now    int
	owner  []int
	slots  []bool
	unread int // input elements that still have to be read
	clamp  bool
}

// ssa names the values of a network, dropping all arithmetic on zeros.
func (al *allocator) ssa(t *network) {
	cur := make([]int, t.n)
	add := func(input int, clean bool) int {
		al.values = append(al.values, value{input: input, clean: clean, reg: -1, slot: -1})
		return len(al.values) - 1
	}
	for i, in := range t.in {
		cur[i] = -1
		if in.index < 0 {
			continue
		}
		cur[i] = add(in.index, true)
		if in.neg {
			v := cur[i]
			cur[i] = add(-1, true)
			al.steps = append(al.steps, step{op{kind: hadamard}, -1, v, -1, cur[i]})
		}
	}
	useX, useY := t.uses()
	for i, o := range t.ops {
		a, b := cur[o.inA], cur[o.inB]
		if !useX[i] && !useY[i] {
			continue
		}
		x, y := -1, -1
		switch {
		case a < 0 && b < 0:
		case o.kind == hadamard && b < 0 && (al.values[a].clean || !t.clamp):
			x, y = a, a
		case o.kind == hadamard && a < 0 && (al.values[b].clean || !t.clamp):
			x, y = b, add(-1, true)
			al.steps = append(al.steps, step{o, a, b, -1, y})
		default:
			// A rotation of one value only shrinks it.
			clean := o.kind == hadamard || (a < 0 && al.values[b].clean) || (b < 0 && al.values[a].clean)
			if useX[i] {
				x = add(-1, clean)
			}
			if useY[i] {
				y = add(-1, clean)
			}
			al.steps = append(al.steps, step{o, a, b, x, y})
		}
		cur[o.outX], cur[o.outY] = x, y
	}
	for i, out := range t.out {
		if out.index >= 0 {
			al.outs[cur[i]] = append(al.outs[cur[i]], out)
		}
	}
	for i, s := range al.steps {
		for _, v := range []int{s.a, s.b} {
			if v >= 0 {
				al.values[v].uses = append(al.values[v].uses, i)
			}
		}
	}
}

// function writes a network as func name(t []int32, cols int, limit int32).
func (a *assembly) function(t *network, name string) {
	name += a.suffix
	var body bytes.Buffer
	w := a.w
	a.w = &body
	al := &allocator{assembly: a, outs: map[int][]tap{}, clamp: t.clamp, owner: make([]int, a.values)}
	al.ssa(t)
	for i := range al.owner {
		al.owner[i] = -1
	}
	al.run()
	a.w = w
	a.names = append(a.names, name)
	frame := 0
	if len(al.slots) > 0 {
		frame = (len(al.slots) + 1) * a.size
	}
	a.p("\n// func %s(t []int32, cols int, limit int32)", name)
	a.p("TEXT ·%s(SB), 0, $%d-36", name, frame)
	a.p("\tMOVQ t_base+0(FP), DI")
	a.p("\tMOVQ cols+24(FP), CX")
	if frame > 0 {
		a.p("\tLEAQ slots-%d(SP), R9", frame)
		a.p("\tADDQ $%d, R9", a.size-1)
		a.p("\tANDQ $~%d, R9", a.size-1)
	}
	if a.twoPanels() {
		a.p("\tMOVL $%d, R8", t.n*32)
	}
	a.p("\tVPBROADCASTD round12<>(SB), %s", a.r(a.round))
	if t.clamp {
		a.p("\tMOVL limit+32(FP), AX")
		a.p("\tVMOVD AX, X0")
		a.p("\tVPBROADCASTD X0, %s", a.r(a.hi))
		a.p("\tNOTL AX")
		a.p("\tVMOVD AX, X0")
		a.p("\tVPBROADCASTD X0, %s", a.r(a.lo))
	}
	a.p("\nloop:")
	if _, err := body.WriteTo(a.w); err != nil {
		log.Fatal(err)
	}
	a.p("\tADDQ $%d, DI", t.n*a.size)
	a.p("\tSUBQ $%d, CX", a.size/4)
	a.p("\tJG loop")
	a.p("\tVZEROUPPER")
	a.p("\tRET")
}

func (al *allocator) run() {
	for v := range al.values {
		if al.values[v].input >= 0 && len(al.values[v].uses) > 0 {
			al.unread |= 1 << al.values[v].input
		}
	}
	if al.outs[-1] != nil {
		log.Fatal("a constant zero output")
	}
	for v := range al.values { // inputs that are outputs as they stand
		if al.values[v].input >= 0 && al.outs[v] != nil {
			log.Fatal("an input passes through")
		}
	}
	for i, s := range al.steps {
		al.now = i
		if s.kind == rotation {
			al.rotate(s)
		} else {
			al.add(s)
		}
		for _, v := range []int{s.a, s.b, s.x, s.y} {
			if v >= 0 {
				al.release(v)
			}
		}
	}
}

// next is the position of the next step that reads v.
func (al *allocator) next(v int) int {
	for _, u := range al.values[v].uses {
		if u > al.now {
			return u
		}
	}
	return math.MaxInt
}

// release frees what v occupies if nothing reads it after this step.
func (al *allocator) release(v int) {
	val := &al.values[v]
	if al.next(v) != math.MaxInt {
		return
	}
	if val.reg >= 0 {
		al.owner[val.reg] = -1
		val.reg = -1
	}
	if val.slot >= 0 {
		al.slots[val.slot] = false
		val.slot = -1
	}
	if val.input >= 0 {
		al.unread &^= 1 << val.input
	}
}

// free finds a register, evicting a value that is not among keep.
func (al *allocator) free(keep ...int) int {
	best, far := -1, -1
	for r, v := range al.owner {
		if v < 0 {
			return r
		}
		held := false
		for _, k := range keep {
			held = held || k == v
		}
		if n := al.next(v); !held && n > far {
			best, far = r, n
		}
	}
	v := al.owner[best]
	val := &al.values[v]
	if val.input < 0 && val.slot < 0 {
		for val.slot = 0; val.slot < len(al.slots) && al.slots[val.slot]; val.slot++ {
		}
		if val.slot == len(al.slots) {
			al.slots = append(al.slots, false)
		}
		al.slots[val.slot] = true
		al.p("\t%s %s, %s", al.move, al.r(best), al.spill(val.slot))
	}
	val.reg = -1
	return best
}

func (al *allocator) define(v, r int) {
	al.owner[r] = v
	al.values[v].reg = r
}

// load brings v into a register.
func (al *allocator) load(v int, keep ...int) int {
	val := &al.values[v]
	if val.reg < 0 {
		r := al.free(keep...)
		if val.input >= 0 {
			al.read(val.input, r)
		} else {
			al.p("\t%s %s, %s", al.move, al.spill(val.slot), al.r(r))
		}
		al.define(v, r)
	}
	return val.reg
}

// target is the register a result is computed in: one of its own if it is read again.
func (al *allocator) target(v int, scratch int, keep ...int) int {
	if v < 0 || al.next(v) == math.MaxInt {
		return scratch
	}
	r := al.free(keep...)
	al.define(v, r)
	return r
}

// store writes a result in register r to its output elements.
func (al *allocator) store(v, r int) {
	for _, out := range al.outs[v] {
		if al.unread>>out.index&1 == 1 {
			log.Fatal("an output would overwrite an unread input")
		}
		if out.neg {
			al.zero(al.scratch)
			al.accumulate(true, r, al.scratch, al.scratch)
			r = al.scratch
		}
		al.write(r, out.index)
	}
}

// term multiplies register r by the constant c of a rotation into register to.
func (al *allocator) term(c, r, to int) {
	for i, v := range cosLookup {
		if v == max(c, -c) {
			if al.twoPanels() {
				al.p("\tVPMULLD.BCST cos128<>+%d(SB), %s, %s", i*4, al.r(r), al.r(to))
			} else {
				al.p("\tVPMULLD cos128<>+%d(SB), %s, %s", i*32, al.r(r), al.r(to))
			}
			return
		}
	}
}

// accumulate adds or subtracts register r to the sum in register to.
func (al *allocator) accumulate(neg bool, r, from, to int) {
	if neg {
		al.p("\tVPSUBD %s, %s, %s", al.r(r), al.r(from), al.r(to))
	} else {
		al.p("\tVPADDD %s, %s, %s", al.r(r), al.r(from), al.r(to))
	}
}

func (al *allocator) zero(r int) { al.p("\t%s %s, %s, %s", al.xor, al.r(r), al.r(r), al.r(r)) }

// rotate writes one butterfly rotation.
func (al *allocator) rotate(s step) {
	c, sn := cos128(s.angle), sin128(s.angle)
	ra, rb := -1, -1
	if s.a >= 0 {
		ra = al.load(s.a, s.a, s.b)
	}
	if s.b >= 0 {
		rb = al.load(s.b, s.a, s.b)
	}
	half := func(v, ca, cb, scratch int) {
		if v < 0 {
			return
		}
		r := al.target(v, scratch, s.a, s.b, s.x, s.y)
		from := al.round
		if ra >= 0 {
			al.term(ca, ra, al.scratch)
			al.accumulate(ca < 0, al.scratch, from, r)
			from = r
		}
		if rb >= 0 {
			al.term(cb, rb, al.scratch)
			al.accumulate(cb < 0, al.scratch, from, r)
		}
		al.p("\tVPSRAD $12, %s, %s", al.r(r), al.r(r))
		al.store(v, r)
	}
	half(s.x, c, -sn, al.scratch2)
	half(s.y, sn, c, al.scratch2)
}

// add writes one Hadamard rotation.
func (al *allocator) add(s step) {
	ra, rb := -1, -1
	if s.a >= 0 {
		ra = al.load(s.a, s.a, s.b)
	}
	if s.b >= 0 {
		rb = al.load(s.b, s.a, s.b)
	}
	half := func(v int, neg bool) {
		if v < 0 {
			return
		}
		r := al.target(v, al.scratch2, s.a, s.b, s.x, s.y)
		switch {
		case ra < 0:
			al.zero(al.scratch)
			al.accumulate(neg, rb, al.scratch, r)
		case rb < 0:
			al.p("\t%s %s, %s", al.move, al.r(ra), al.r(r))
		default:
			al.accumulate(neg, rb, ra, r)
		}
		if al.clamp {
			al.p("\tVPMAXSD %s, %s, %s", al.r(al.lo), al.r(r), al.r(r))
			al.p("\tVPMINSD %s, %s, %s", al.r(al.hi), al.r(r), al.r(r))
		}
		al.store(v, r)
	}
	half(s.x, false)
	half(s.y, true)
}
