package simd

// Blocks of a 64x64 superblock that GridBest tells apart: its squares of 64, 32, 16
// and 8 samples, largest first, each size in raster order.
const (
	GridBlocks = 1 + 4 + 16 + 64
	Grid64     = 0
	Grid32     = 1
	Grid16     = 5
	Grid8      = 21
)

// GridBest is the best position found so far for each square of a superblock.
type GridBest struct {
	Sad [GridBlocks]uint32 // sum of absolute differences over the rows looked at
	Pos [GridBlocks]uint32
}

// METable holds the kernels of motion search.
type METable struct {
	// Narrow writes the samples of src, shifted right, as bytes: len(dst) of them. Results above 255 don't occur.
	Narrow func(dst []uint8, src []uint16, shift uint)
	// Halve writes the rounded means of 2x2 samples: w samples from 2w in the rows a and b.
	Halve func(dst []uint8, a, b []uint8, w int)
	// Window searches cols x rows positions exhaustively and returns the smallest sum of
	// absolute differences and where it is; of equals the first in raster order.
	// The block is w x h (16x16, 32x32 or 64x64); every step-th row of it is looked at, step is 1 or 2.
	// ref starts at the first position; cols is best a multiple of 8.
	Window func(src []uint8, srcStride int, ref []uint8, refStride, w, h, step, cols, rows int) (sad uint32, x, y int)
	// Grid does the same for the first blocks (Grid8 or GridBlocks) squares of a 64x64 block at once. Position
	// (x, y) replaces an entry of best, as Pos = pos + y<<16 + x, if its sum is smaller.
	Grid func(best *GridBest, src []uint8, srcStride int, ref []uint8, refStride, step, cols, rows, blocks int, pos uint32)
	// Variance is the variance of the differences of two w x h blocks times w*h: their
	// squared error without that of the mean.
	Variance func(a []uint16, aStride int, b []uint16, bStride, w, h int) uint64
}

// ME is the table in use.
var ME = METable{
	Narrow: narrow, Halve: halve, Window: searchWindow, Grid: searchGrid,
	Variance: diffVariance,
}

func narrow(dst []uint8, src []uint16, shift uint) {
	src = src[:len(dst)]
	for i := range dst {
		dst[i] = uint8(src[i] >> shift)
	}
}

func halve(dst []uint8, a, b []uint8, w int) {
	dst, a, b = dst[:w], a[:2*w], b[:2*w]
	for i := range dst {
		dst[i] = uint8((uint(a[2*i]) + uint(a[2*i+1]) + uint(b[2*i]) + uint(b[2*i+1]) + 2) >> 2)
	}
}

func searchWindow(src []uint8, srcStride int, ref []uint8, refStride, w, h, step, cols, rows int) (sad uint32, x, y int) {
	sad = 1<<32 - 1
	for py := range rows {
		for px := range cols {
			s := uint32(0)
			for r := 0; r < h && s < sad; r += step {
				s += sadRow(src[r*srcStride:][:w], ref[(py+r)*refStride+px:][:w])
			}
			if s < sad {
				sad, x, y = s, px, py
			}
		}
	}
	return sad, x, y
}

func sadRow(a, b []uint8) (sad uint32) {
	b = b[:len(a)]
	for i, v := range a {
		d := int32(v) - int32(b[i])
		sad += uint32(max(d, -d))
	}
	return sad
}

func searchGrid(best *GridBest, src []uint8, srcStride int, ref []uint8, refStride, step, cols, rows, blocks int, pos uint32) {
	for y := range rows {
		for x := range cols {
			var sads [GridBlocks]uint32
			at := ref[y*refStride+x:]
			for by := range 8 {
				for bx := range 8 {
					s := uint32(0)
					for r := 8 * by; r < 8*by+8; r += step {
						s += sadRow(src[r*srcStride+8*bx:][:8], at[r*refStride+8*bx:][:8])
					}
					sads[Grid8+8*by+bx] = s
					sads[Grid16+by>>1*4+bx>>1] += s
					sads[Grid32+by>>2*2+bx>>2] += s
					sads[Grid64] += s
				}
			}
			for i, s := range sads[:blocks] {
				if s < best.Sad[i] {
					best.Sad[i], best.Pos[i] = s, pos+uint32(y)<<16+uint32(x)
				}
			}
		}
	}
}

func diffVariance(a []uint16, aStride int, b []uint16, bStride, w, h int) uint64 {
	sum, squares := int64(0), uint64(0)
	for y := range h {
		p, q := a[y*aStride:][:w], b[y*bStride:][:w]
		rowSum, rowSquares := int32(0), uint32(0)
		for x, v := range p {
			d := int32(v) - int32(q[x])
			rowSum += d
			rowSquares += uint32(d * d) // 128 * 4095 * 4095 fits
		}
		sum += int64(rowSum)
		squares += uint64(rowSquares)
	}
	return squares - uint64(sum*sum)/uint64(w*h)
}
