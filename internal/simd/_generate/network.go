package main

// Kind tells what an op computes.
type kind int

const (
	rotation kind = iota // B of section 7.13.2.1
	hadamard             // H of section 7.13.2.1
)

// op is one butterfly on the array T. A rotation computes
//
//	T[outX] = Round2(T[inA]*cos128(angle) - T[inB]*sin128(angle), 12)
//	T[outY] = Round2(T[inA]*sin128(angle) + T[inB]*cos128(angle), 12)
//
// and a Hadamard rotation T[outX] = T[inA] + T[inB], T[outY] = T[inA] - T[inB].
type op struct {
	kind       kind
	inA, inB   int
	outX, outY int
	angle      int
}

// tap is one end of a network: element index of the vector, possibly negated.
type tap struct {
	index int
	neg   bool
}

// network is a 1-D transform: T[i] = in[i] of the input vector, the ops in
// order, then out[i] of the output vector = T[i]. An index of -1 means absent
// (zero input, output that nobody needs).
type network struct {
	name    string
	n       int
	in, out []tap
	ops     []op
	clamp   bool // Hadamard rotations clip (inverse transforms)
}

func (t *network) b(a, b, angle int, flip bool) {
	o := op{rotation, a, b, a, b, angle & 255}
	if flip {
		o.outX, o.outY = b, a
	}
	t.ops = append(t.ops, o)
}

func (t *network) h(a, b int, flip bool) {
	if flip {
		a, b = b, a
	}
	t.ops = append(t.ops, op{hadamard, a, b, a, b, 0})
}

func brev(bits, x int) int {
	t := 0
	for i := range bits {
		t |= x >> i & 1 << (bits - 1 - i)
	}
	return t
}

// inverseDCT lays out section 7.13.2.3 for length 2^n; the comments are its step numbers.
func inverseDCT(n int) *network {
	t := &network{name: "inverseDCT", n: 1 << n, clamp: true}
	for i := range t.n { // 1
		t.in = append(t.in, tap{index: brev(n, i)})
		t.out = append(t.out, tap{index: i})
	}
	each := func(from, count int, f func(i int)) {
		if n >= from {
			for i := range count {
				f(i)
			}
		}
	}
	each2 := func(from, ci, cj int, f func(i, j int)) {
		each(from, ci, func(i int) {
			for j := range cj {
				f(i, j)
			}
		})
	}
	odd := func(i int) bool { return i&1 == 1 }
	each(6, 16, func(i int) { t.b(32+i, 63-i, 63-4*brev(4, i), false) })                         // 2
	each(5, 8, func(i int) { t.b(16+i, 31-i, 6+brev(3, 7-i)<<3, false) })                        // 3
	each(6, 16, func(i int) { t.h(32+i*2, 33+i*2, odd(i)) })                                     // 4
	each(4, 4, func(i int) { t.b(8+i, 15-i, 12+brev(2, 3-i)<<4, false) })                        // 5
	each(5, 8, func(i int) { t.h(16+2*i, 17+2*i, odd(i)) })                                      // 6
	each2(6, 4, 2, func(i, j int) { t.b(62-i*4-j, 33+i*4+j, 60-16*brev(2, i)+64*j, true) })      // 7
	each(3, 2, func(i int) { t.b(4+i, 7-i, 56-32*i, false) })                                    // 8
	each(4, 4, func(i int) { t.h(8+2*i, 9+2*i, odd(i)) })                                        // 9
	each2(5, 2, 2, func(i, j int) { t.b(30-4*i-j, 17+4*i+j, 24+j<<6+(1-i)<<5, true) })           // 10
	each2(6, 8, 2, func(i, j int) { t.h(32+i*4+j, 35+i*4-j, odd(i)) })                           // 11
	each(2, 2, func(i int) { t.b(2*i, 2*i+1, 32+16*i, i == 0) })                                 // 12
	each(3, 2, func(i int) { t.h(4+2*i, 5+2*i, odd(i)) })                                        // 13
	each(4, 2, func(i int) { t.b(14-i, 9+i, 48+64*i, true) })                                    // 14
	each2(5, 4, 2, func(i, j int) { t.h(16+4*i+j, 19+4*i-j, odd(i)) })                           // 15
	each2(6, 2, 4, func(i, j int) { t.b(61-i*8-j, 34+i*8+j, 56-i*32+(j>>1)*64, true) })          // 16
	each(2, 2, func(i int) { t.h(i, 3-i, false) })                                               // 17
	each(3, 1, func(int) { t.b(6, 5, 32, true) })                                                // 18
	each2(4, 2, 2, func(i, j int) { t.h(8+4*i+j, 11+4*i-j, odd(i)) })                            // 19
	each(5, 4, func(i int) { t.b(29-i, 18+i, 48+(i>>1)*64, true) })                              // 20
	each2(6, 4, 4, func(i, j int) { t.h(32+8*i+j, 39+8*i-j, odd(i)) })                           // 21
	each(3, 4, func(i int) { t.h(i, 7-i, false) })                                               // 22
	each(4, 2, func(i int) { t.b(13-i, 10+i, 32, true) })                                        // 23
	each2(5, 2, 4, func(i, j int) { t.h(16+i*8+j, 23+i*8-j, odd(i)) })                           // 24
	each(6, 8, func(i int) { t.b(59-i, 36+i, map[bool]int{true: 48, false: 112}[i < 4], true) }) // 25
	each(4, 8, func(i int) { t.h(i, 15-i, false) })                                              // 26
	each(5, 4, func(i int) { t.b(27-i, 20+i, 32, true) })                                        // 27
	each(6, 8, func(i int) { t.h(32+i, 47-i, false); t.h(48+i, 63-i, true) })                    // 28
	each(5, 16, func(i int) { t.h(i, 31-i, false) })                                             // 29
	each(6, 8, func(i int) { t.b(55-i, 40+i, 32, true) })                                        // 30
	each(6, 32, func(i int) { t.h(i, 63-i, false) })                                             // 31
	return t
}

// inverseADST lays out sections 7.13.2.7 (n = 3) and 7.13.2.8 (n = 4).
func inverseADST(n int) *network {
	t := &network{name: "inverseADST", n: 1 << n, clamp: true}
	t.out = make([]tap, t.n)
	for i := range t.n {
		in := t.n - i - 1 // section 7.13.2.4
		if i&1 == 1 {
			in = i - 1
		}
		t.in = append(t.in, tap{index: in})
		a, b := i>>3&1, (i>>2^i>>3)&1 // section 7.13.2.5
		c, d := (i>>1^i>>2)&1, (i^i>>1)&1
		t.out[(d<<3|c<<2|b<<1|a)>>(4-n)] = tap{i, i&1 == 1}
	}
	if n == 3 {
		for i := range 4 {
			t.b(2*i, 2*i+1, 60-16*i, true)
		}
		for i := range 4 {
			t.h(i, 4+i, false)
		}
	} else {
		for i := range 8 {
			t.b(2*i, 2*i+1, 62-8*i, true)
		}
		for i := range 8 {
			t.h(i, 8+i, false)
		}
		for i := range 2 {
			t.b(8+2*i, 9+2*i, 56-32*i, true)
			t.b(13+2*i, 12+2*i, 8+32*i, true)
		}
		for i := range 4 {
			for j := range 2 {
				t.h(8*j+i, 4+8*j+i, false)
			}
		}
	}
	for i := range 2 {
		for j := range t.n / 8 {
			t.b(4+8*j+3*i, 5+8*j+i, 48-32*i, true)
		}
	}
	for i := range 2 {
		for j := range t.n / 4 {
			t.h(4*j+i, 2+4*j+i, false)
		}
	}
	for i := range t.n / 4 {
		t.b(2+4*i, 3+4*i, 32, true)
	}
	return t
}

// transpose turns an inverse transform into the forward one: the transposed
// matrix is the reversed network with every rotation turned backwards.
func (t *network) transpose(name string) *network {
	f := &network{name: name, n: t.n, in: t.out, out: t.in}
	for i := len(t.ops) - 1; i >= 0; i-- {
		o := t.ops[i]
		f.ops = append(f.ops, op{o.kind, o.outX, o.outY, o.inA, o.inB, -o.angle & 255})
	}
	return f
}

// firstInputs is the network for vectors whose elements from k on are zero.
func (t *network) firstInputs(k int) *network {
	f := *t
	f.in = append([]tap(nil), t.in...)
	for i := range f.in {
		if f.in[i].index >= k {
			f.in[i].index = -1
		}
	}
	return &f
}

// firstOutputs is the network when the output elements from k on are not wanted.
func (t *network) firstOutputs(k int) *network {
	f := *t
	f.out = append([]tap(nil), t.out...)
	for i := range f.out {
		if f.out[i].index >= k {
			f.out[i].index = -1
		}
	}
	return &f
}

var cosLookup = [65]int{
	4096, 4095, 4091, 4085, 4076, 4065, 4052, 4036,
	4017, 3996, 3973, 3948, 3920, 3889, 3857, 3822,
	3784, 3745, 3703, 3659, 3612, 3564, 3513, 3461,
	3406, 3349, 3290, 3229, 3166, 3102, 3035, 2967,
	2896, 2824, 2751, 2675, 2598, 2520, 2440, 2359,
	2276, 2191, 2106, 2019, 1931, 1842, 1751, 1660,
	1567, 1474, 1380, 1285, 1189, 1092, 995, 897,
	799, 700, 601, 501, 401, 301, 201, 101, 0,
}

func cos128(angle int) int {
	switch a := angle & 255; {
	case a <= 64:
		return cosLookup[a]
	case a <= 128:
		return -cosLookup[128-a]
	case a <= 192:
		return -cosLookup[a-128]
	default:
		return cosLookup[256-a]
	}
}

func sin128(angle int) int { return cos128(angle - 64) }
