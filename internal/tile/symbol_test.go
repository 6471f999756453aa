package tile

import (
	"math/bits"
	"testing"
)

// symbolDecoder is the symbol decoder of section 8.2 as it is written there.
type symbolDecoder struct {
	data                []byte
	pos                 int
	value, rng, maxBits int
	adapt               bool
}

func (d *symbolDecoder) init(data []byte, adapt bool) {
	*d = symbolDecoder{data: data, rng: 1 << 15, maxBits: 8*len(data) - 15, adapt: adapt}
	n := min(len(data)*8, 15)
	d.value = (1<<15 - 1) ^ d.f(n)<<(15-n)
}

func (d *symbolDecoder) f(n int) (x int) {
	for range n {
		x = 2*x + int(d.data[d.pos>>3]>>(7-d.pos&7)&1)
		d.pos++
	}
	return x
}

func (d *symbolDecoder) symbol(cdf []uint16) int {
	n := len(cdf) - 1
	cur, prev, symbol := d.rng, 0, -1
	for {
		symbol++
		prev = cur
		f := 1<<15 - int(cdf[symbol])
		cur = ((d.rng >> 8) * (f >> 6)) >> 1
		cur += 4 * (n - symbol - 1)
		if d.value >= cur {
			break
		}
	}
	d.rng = prev - cur
	d.value -= cur
	shift := 16 - bits.Len(uint(d.rng))
	d.rng <<= shift
	numBits := min(shift, max(0, d.maxBits))
	newData := d.f(numBits) << (shift - numBits)
	d.value = newData ^ ((d.value+1)<<shift - 1)
	d.maxBits -= shift
	if d.adapt {
		rate := 3 + min(bits.Len(uint(n))-1, 2)
		if cdf[n] > 15 {
			rate++
		}
		if cdf[n] > 31 {
			rate++
		}
		for i := range n - 1 {
			if i >= symbol {
				cdf[i] += (1<<15 - cdf[i]) >> rate
			} else {
				cdf[i] -= cdf[i] >> rate
			}
		}
		if cdf[n] < 32 {
			cdf[n]++
		}
	}
	return symbol
}

func (d *symbolDecoder) literal(n int) (x int) {
	for range n {
		cdf := [3]uint16{1 << 14, 1 << 15, 0}
		x = 2*x + d.symbol(cdf[:])
	}
	return x
}

func (d *symbolDecoder) ns(n int) int {
	w := bits.Len(uint(n))
	m := 1<<w - n
	v := d.literal(w - 1)
	if v < m {
		return v
	}
	return v<<1 - m + d.literal(1)
}

func (d *symbolDecoder) signedSubexp(low, high, k, r int) int {
	mx := high - low
	r -= low
	v := d.subexp(mx, k)
	if r<<1 <= mx {
		return inverseRecenter(r, v) + low
	}
	return mx - 1 - inverseRecenter(mx-1-r, v) + low
}

func (d *symbolDecoder) subexp(numSyms, k int) int {
	for i, mk := 0, 0; ; i++ {
		b2 := k
		if i > 0 {
			b2 = k + i - 1
		}
		if numSyms <= mk+3<<b2 {
			return d.ns(numSyms-mk) + mk
		}
		if d.literal(1) == 0 {
			return d.literal(b2) + mk
		}
		mk += 1 << b2
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

// exit checks the end of the data (section 8.2.4).
func (d *symbolDecoder) exit(t *testing.T) {
	if d.maxBits < -14 {
		t.Fatal("SymbolMaxBits below -14")
	}
	trailing := d.pos - min(15, d.maxBits+15)
	end := d.pos + max(0, d.maxBits)
	d.pos = trailing
	if d.f(1) != 1 {
		t.Fatal("no trailing one bit")
	}
	for d.pos < end {
		if d.f(1) != 0 {
			t.Fatal("padding is not zero")
		}
	}
}
