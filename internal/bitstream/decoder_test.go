package bitstream

import "math/bits"

// specDecoder is the symbol decoder of section 8.2, bit by bit as it is written there.
type specDecoder struct {
	data    []byte
	pos     int // get_position()
	value   int
	rng     int
	maxBits int
	adapt   bool
}

func newSpecDecoder(data []byte, adapt bool) *specDecoder {
	d := &specDecoder{data: data, rng: 1 << 15, maxBits: 8*len(data) - 15, adapt: adapt}
	n := min(len(data)*8, 15)
	d.value = (1<<15 - 1) ^ d.f(n)<<(15-n)
	return d
}

func (d *specDecoder) f(n int) (x int) {
	for range n {
		x = 2*x + int(d.data[d.pos>>3]>>(7-d.pos&7)&1)
		d.pos++
	}
	return x
}

func (d *specDecoder) symbol(cdf []uint16) int {
	n := len(cdf) - 1
	cur, prev, s := d.rng, 0, -1
	for {
		s++
		prev = cur
		f := 1<<15 - int(cdf[s])
		cur = (d.rng>>8)*(f>>6)>>1 + 4*(n-s-1)
		if d.value >= cur {
			break
		}
	}
	d.rng = prev - cur
	d.value -= cur
	shift := 15 - (bits.Len(uint(d.rng)) - 1)
	d.rng <<= shift
	numBits := min(shift, max(0, d.maxBits))
	data := d.f(numBits) << (shift - numBits)
	d.value = data ^ ((d.value+1)<<shift - 1)
	d.maxBits -= shift
	if d.adapt {
		d.update(cdf, s)
	}
	return s
}

func (d *specDecoder) update(cdf []uint16, s int) {
	n := len(cdf) - 1
	rate := 3 + min(bits.Len(uint(n))-1, 2)
	if cdf[n] > 15 {
		rate++
	}
	if cdf[n] > 31 {
		rate++
	}
	tmp := 0
	for i := 0; i < n-1; i++ {
		if i == s {
			tmp = 1 << 15
		}
		if v := int(cdf[i]); tmp < v {
			cdf[i] -= uint16((v - tmp) >> rate)
		} else {
			cdf[i] += uint16((tmp - v) >> rate)
		}
	}
	if cdf[n] < 32 {
		cdf[n]++
	}
}

func (d *specDecoder) literal(n int) (x int) {
	for range n {
		cdf := [3]uint16{1 << 14, 1 << 15, 0}
		x = 2*x + d.symbol(cdf[:])
	}
	return x
}

func (d *specDecoder) ns(n int) int {
	w := bits.Len(uint(n))
	m := 1<<w - n
	v := d.literal(w - 1)
	if v < m {
		return v
	}
	return v<<1 - m + d.literal(1)
}

func (d *specDecoder) signedSubexpWithRef(low, high, k, r int) int {
	mx, ref := high-low, r-low
	v := d.subexp(mx, k)
	if ref<<1 <= mx {
		return inverseRecenter(ref, v) + low
	}
	return mx - 1 - inverseRecenter(mx-1-ref, v) + low
}

func (d *specDecoder) subexp(numSyms, k int) int {
	i, mk := 0, 0
	for {
		b2 := k
		if i > 0 {
			b2 = k + i - 1
		}
		a := 1 << b2
		if numSyms <= mk+3*a {
			return d.ns(numSyms-mk) + mk
		}
		if d.literal(1) == 0 {
			return d.literal(b2) + mk
		}
		i++
		mk += a
	}
}

func inverseRecenter(r, v int) int {
	switch {
	case v > 2*r:
		return v
	case v&1 != 0:
		return r - (v+1)>>1
	}
	return r + v>>1
}

// exit checks what section 8.2.4 demands of the end of the data.
func (d *specDecoder) exit() string {
	if d.maxBits < -14 {
		return "SymbolMaxBits below -14"
	}
	trailing := d.pos - min(15, d.maxBits+15)
	d.pos += max(0, d.maxBits)
	end := d.pos
	d.pos = trailing
	if d.f(1) != 1 {
		return "no trailing one bit"
	}
	for d.pos < end {
		if d.f(1) != 0 {
			return "padding is not zero"
		}
	}
	if end != 8*len(d.data) {
		return "data left over"
	}
	return ""
}
