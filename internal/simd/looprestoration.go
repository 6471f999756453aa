package simd

// SgrStride is the row stride of the coefficient arrays of the self-guided filter; tiles are at
// most SgrStride - 8 samples wide.
const SgrStride = 72

// LoopRestoration holds the kernels of loop restoration (section 7.17). They work on a tile of w x h
// samples that has been copied with three samples of surroundings on all sides.
var LoopRestoration = struct {
	// WienerH filters rows (section 7.17.4): dst[x] from src[x..x+6], for h rows. The
	// result is clipped to 16 bits as the specification says.
	WienerH func(dst []int16, dstStride int, src []uint16, stride, w, h int, filter *[8]int16, bitDepth int)
	// WienerV filters columns: row y of dst from rows y..y+6 of src.
	WienerV func(dst []uint16, dstStride int, src []int16, stride, w, h int, filter *[8]int16, bitDepth int)
	// SgrCoef computes A and B of the box filter process (section 7.17.3) for rows -1, -1 + step, …, up to h
	// and columns -1..w of the tile, rows SgrStride apart and row -1, column -1 first.
	// src starts three rows and columns before the tile. r is the radius, 1 or 2, s the scale.
	SgrCoef func(a, b []int32, src []uint16, stride, w, h, step, r int, s uint32, bitDepth int)
	// SgrFilter5 is the second half of the box filter process for pass 0: flt (rows w
	// apart) from odd rows of a and b and the tile at src.
	SgrFilter5 func(flt []int32, a, b []int32, src []uint16, stride, w, h int)
	// SgrFilter3 is the same for pass 1.
	SgrFilter3 func(flt []int32, a, b []int32, src []uint16, stride, w, h int)
	// SgrBlend is the self-guided filter's last step (section 7.17.2): src plus the differences to
	// flt0 and flt1, weighted with w0 and w2 of 128. A weight of 0 turns its array off.
	SgrBlend func(dst []uint16, dstStride int, src []uint16, stride int, flt0, flt1 []int32, w0, w2, w, h, bitDepth int)
	// WienerMidV filters columns like WienerV, but scales and clips the result like WienerH: what
	// the search for the horizontal filter starts from.
	WienerMidV func(dst []int16, dstStride int, src []uint16, stride, w, h int, filter *[8]int16, bitDepth int)
	// WienerStats adds to sums the normal equations of one direction of the Wiener filter. A sample at
	// src has taps at src[0], src[step], …, src[6*step]; with f[k] = tap k + tap 6-k - 2 * tap 3 and
	// e = want << shift - tap 3, sums are f0f0, f0f1, f0f2, f1f1, f1f2, f2f2, f0e, f1e, f2e.
	WienerStats func(sums *[9]int64, src []int16, step, stride int, want []uint16, wantStride, w, h, shift int)
	// SgrStats adds to sums the normal equations of the self-guided weights: with u = src << 4,
	// f0 = flt0 - u, f1 = flt1 - u and e = want << 4 - u, sums are f0f0, f0f1, f1f1, f0e, f1e.
	SgrStats func(sums *[5]int64, flt0, flt1 []int32, src []uint16, stride int, want []uint16, wantStride, w, h int)
}{
	WienerH: wienerH, WienerV: wienerV, SgrCoef: sgrCoef, SgrFilter5: sgrFilter5, SgrFilter3: sgrFilter3, SgrBlend: sgrBlend,
	WienerMidV: wienerMidV, WienerStats: wienerStats, SgrStats: sgrStats,
}

// wienerRound returns InterRound0 and InterRound1 (section 7.11.3.2, isCompound 0).
func wienerRound(bitDepth int) (round0, round1 int) {
	if bitDepth == 12 {
		return 5, 9
	}
	return 3, 11
}

func wienerH(dst []int16, dstStride int, src []uint16, stride, w, h int, filter *[8]int16, bitDepth int) {
	round, _ := wienerRound(bitDepth)
	lo := -int32(1) << (bitDepth + 7 - round - 1)
	hi := int32(1)<<(bitDepth+8-round) - 1 + lo
	half := int32(1) << (round - 1)
	f0, f1, f2, f3 := int32(filter[0]), int32(filter[1]), int32(filter[2]), int32(filter[3])
	for y := range h {
		in, out := src[y*stride:][:w+6], dst[y*dstStride:][:w]
		for x := range out {
			t := in[x : x+7 : x+7]
			s := f0*(int32(t[0])+int32(t[6])) + f1*(int32(t[1])+int32(t[5])) + f2*(int32(t[2])+int32(t[4])) + f3*int32(t[3])
			out[x] = int16(max(lo, min((s+half)>>round, hi)))
		}
	}
}

func wienerV(dst []uint16, dstStride int, src []int16, stride, w, h int, filter *[8]int16, bitDepth int) {
	_, round := wienerRound(bitDepth)
	half, top := int32(1)<<(round-1), int32(1)<<bitDepth-1
	f0, f1, f2, f3 := int32(filter[0]), int32(filter[1]), int32(filter[2]), int32(filter[3])
	for y := range h {
		out := dst[y*dstStride:][:w]
		r0, r1, r2, r3 := src[y*stride:][:w], src[(y+1)*stride:][:w], src[(y+2)*stride:][:w], src[(y+3)*stride:][:w]
		r4, r5, r6 := src[(y+4)*stride:][:w], src[(y+5)*stride:][:w], src[(y+6)*stride:][:w]
		for x := range out {
			s := f0*(int32(r0[x])+int32(r6[x])) + f1*(int32(r1[x])+int32(r5[x])) + f2*(int32(r2[x])+int32(r4[x])) + f3*int32(r3[x])
			out[x] = uint16(max(0, min((s+half)>>round, top)))
		}
	}
}

func sgrCoef(a, b []int32, src []uint16, stride, w, h, step, r int, s uint32, bitDepth int) {
	var sums, squares [SgrStride]uint32 // of columns, from column -1-r on
	side := 2*r + 1
	n := uint32(side * side)
	oneOverN := (1<<12 + n/2) / n
	shift := uint(bitDepth - 8)
	half, halfSq := uint32(1)<<shift>>1, uint32(1)<<(2*shift)>>1
	for i := -1; i <= h; i += step {
		cols := w + 2 + 2*r
		sum, square := sums[:cols], squares[:cols]
		clear(sum)
		clear(square)
		for dy := -r; dy <= r; dy++ {
			row := src[(i+3+dy)*stride+2-r:][:cols]
			for x, v := range row {
				sum[x] += uint32(v)
				square[x] += uint32(v) * uint32(v)
			}
		}
		rowA, rowB := a[(i+1)*SgrStride:][:w+2], b[(i+1)*SgrStride:][:w+2]
		for x := range rowA {
			var t, q uint32
			for dx := range side {
				t += sum[x+dx]
				q += square[x+dx]
			}
			a2 := sgrA(t, q, n, s, shift, half, halfSq)
			rowA[x] = int32(a2)
			rowB[x] = int32(((256-a2)*t*oneOverN + 1<<11) >> 12)
		}
	}
}

// sgrA is a2 of section 7.17.3, from a box's sum t and sum of squares q. All
// intermediate values fit 32 bits at every bit depth.
func sgrA(t, q, n, s uint32, shift uint, half, halfSq uint32) uint32 {
	d := (t + half) >> shift
	q = (q + halfSq) >> (2 * shift)
	var p uint32
	if q*n > d*d {
		p = q*n - d*d
	}
	z := uint32((uint64(p)*uint64(s) + 1<<19) >> 20)
	switch {
	case z >= 255:
		return 256
	case z == 0:
		return 1
	}
	return (z<<8 + z/2) / (z + 1)
}

func sgrFilter5(flt []int32, a, b []int32, src []uint16, stride, w, h int) {
	for y := range h {
		out, in := flt[y*w:][:w], src[y*stride:][:w]
		if y&1 == 0 {
			up, down := y*SgrStride, (y+2)*SgrStride
			a0, a1 := a[up:up+w+2], a[down:down+w+2]
			b0, b1 := b[up:up+w+2], b[down:down+w+2]
			for x := range out {
				wa := 6*(a0[x+1]+a1[x+1]) + 5*(a0[x]+a0[x+2]+a1[x]+a1[x+2])
				wb := 6*(b0[x+1]+b1[x+1]) + 5*(b0[x]+b0[x+2]+b1[x]+b1[x+2])
				out[x] = (wa*int32(in[x]) + wb + 1<<8) >> 9
			}
			continue
		}
		at := (y + 1) * SgrStride
		a0, b0 := a[at:at+w+2], b[at:at+w+2]
		for x := range out {
			wa := 6*a0[x+1] + 5*(a0[x]+a0[x+2])
			wb := 6*b0[x+1] + 5*(b0[x]+b0[x+2])
			out[x] = (wa*int32(in[x]) + wb + 1<<7) >> 8
		}
	}
}

func sgrFilter3(flt []int32, a, b []int32, src []uint16, stride, w, h int) {
	for y := range h {
		out, in := flt[y*w:][:w], src[y*stride:][:w]
		at := y * SgrStride
		a0, a1, a2 := a[at:at+w+2], a[at+SgrStride:at+SgrStride+w+2], a[at+2*SgrStride:at+2*SgrStride+w+2]
		b0, b1, b2 := b[at:at+w+2], b[at+SgrStride:at+SgrStride+w+2], b[at+2*SgrStride:at+2*SgrStride+w+2]
		for x := range out {
			wa := 4*(a0[x+1]+a1[x]+a1[x+1]+a1[x+2]+a2[x+1]) + 3*(a0[x]+a0[x+2]+a2[x]+a2[x+2])
			wb := 4*(b0[x+1]+b1[x]+b1[x+1]+b1[x+2]+b2[x+1]) + 3*(b0[x]+b0[x+2]+b2[x]+b2[x+2])
			out[x] = (wa*int32(in[x]) + wb + 1<<8) >> 9
		}
	}
}

func sgrBlend(dst []uint16, dstStride int, src []uint16, stride int, flt0, flt1 []int32, w0, w2, w, h, bitDepth int) {
	top := int32(1)<<bitDepth - 1
	k0, k2 := int32(w0), int32(w2)
	for y := range h {
		out, in := dst[y*dstStride:][:w], src[y*stride:][:w]
		f0, f1 := flt0[y*w:][:w], flt1[y*w:][:w]
		for x := range out {
			u := int32(in[x]) << 4
			v := u << 7
			if k0 != 0 {
				v += k0 * (f0[x] - u)
			}
			if k2 != 0 {
				v += k2 * (f1[x] - u)
			}
			out[x] = uint16(max(0, min((v+1<<10)>>11, top)))
		}
	}
}

func wienerMidV(dst []int16, dstStride int, src []uint16, stride, w, h int, filter *[8]int16, bitDepth int) {
	round, _ := wienerRound(bitDepth)
	lo := -int32(1) << (bitDepth + 7 - round - 1)
	hi := int32(1)<<(bitDepth+8-round) - 1 + lo
	half := int32(1) << (round - 1)
	f0, f1, f2, f3 := int32(filter[0]), int32(filter[1]), int32(filter[2]), int32(filter[3])
	for y := range h {
		out := dst[y*dstStride:][:w]
		r0, r1, r2, r3 := src[y*stride:][:w], src[(y+1)*stride:][:w], src[(y+2)*stride:][:w], src[(y+3)*stride:][:w]
		r4, r5, r6 := src[(y+4)*stride:][:w], src[(y+5)*stride:][:w], src[(y+6)*stride:][:w]
		for x := range out {
			s := f0*(int32(r0[x])+int32(r6[x])) + f1*(int32(r1[x])+int32(r5[x])) + f2*(int32(r2[x])+int32(r4[x])) + f3*int32(r3[x])
			out[x] = int16(max(lo, min((s+half)>>round, hi)))
		}
	}
}

func wienerStats(sums *[9]int64, src []int16, step, stride int, want []uint16, wantStride, w, h, shift int) {
	for y := range h {
		row, ref := src[y*stride:], want[y*wantStride:][:w]
		t0, t1, t2, t3 := row[:w], row[step:][:w], row[2*step:][:w], row[3*step:][:w]
		t4, t5, t6 := row[4*step:][:w], row[5*step:][:w], row[6*step:][:w]
		for x, v := range ref {
			c := int64(t3[x])
			f0 := int64(t0[x]) + int64(t6[x]) - 2*c
			f1 := int64(t1[x]) + int64(t5[x]) - 2*c
			f2 := int64(t2[x]) + int64(t4[x]) - 2*c
			e := int64(v)<<shift - c
			sums[0] += f0 * f0
			sums[1] += f0 * f1
			sums[2] += f0 * f2
			sums[3] += f1 * f1
			sums[4] += f1 * f2
			sums[5] += f2 * f2
			sums[6] += f0 * e
			sums[7] += f1 * e
			sums[8] += f2 * e
		}
	}
}

func sgrStats(sums *[5]int64, flt0, flt1 []int32, src []uint16, stride int, want []uint16, wantStride, w, h int) {
	for y := range h {
		in, ref := src[y*stride:][:w], want[y*wantStride:][:w]
		r0, r1 := flt0[y*w:][:w], flt1[y*w:][:w]
		for x, v := range ref {
			u := int64(in[x]) << 4
			f0, f1, e := int64(r0[x])-u, int64(r1[x])-u, int64(v)<<4-u
			sums[0] += f0 * f0
			sums[1] += f0 * f1
			sums[2] += f1 * f1
			sums[3] += f0 * e
			sums[4] += f1 * e
		}
	}
}
