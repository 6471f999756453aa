package transform

import (
	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/simd"
)

// CoefScale is the factor between the coefficients Forward writes and those of
// an orthonormal transform, for all sizes: a squared error of the coefficients is
// CoefScale squared times the squared error of the samples. The quantiser steps
// of section 7.12.2 apply to this scale (dqDenom of section 7.12.3 corrects the
// large transforms' own).
const CoefScale = 8

// forwardShifts[depth][tx] are the shifts of Forward: left on input, right
// between the passes, on output. They keep every intermediate value within the
// 19 bits that a rotation's 32-bit sums allow, with as many fractional bits as possible.
var forwardShifts = makeForwardShifts()

type shifts struct{ in, mid, outLeft, outRight uint32 }

func makeForwardShifts() (t [3][av1.TxSizesAll]shifts) {
	for d := range t {
		for tx := range av1.TxSizesAll {
			bits := 8 + 2*d
			log2W, log2H := int(av1.TxWidthLog2[tx]), int(av1.TxHeightLog2[tx])
			// The passes grow values by sqrt(W/2) * sqrt(H/2), rectangles' coefficients are
			// scaled by 1/sqrt(2) afterwards; the product has to be CoefScale.
			gain := 4 - (log2W+log2H)/2
			in := min(4, 19-bits-log2H)
			mid := max(0, bits+in+log2W+log2H-19)
			out := in - mid - gain
			t[d][tx] = shifts{uint32(in), uint32(mid), uint32(max(0, -out)), uint32(max(0, out))}
		}
	}
	return t
}

// Forward transforms the residual block src (w x h samples within ±(1<<bitDepth),
// rows stride apart) into coefs: the coded part (at most 32x32), row-major, in the
// scale CoefScale describes. Type av1.WHT is the lossless 4x4 transform, whose
// coefficients are multiples of 4.
func Forward(coefs []int32, src []int16, stride int, tx av1.TxSize, typ av1.TxType, bitDepth int, s *Scratch) {
	if typ == av1.WHT {
		simd.Txfm.ForwardWHT(coefs, src, stride)
		return
	}
	log2W, log2H := int(av1.TxWidthLog2[tx]), int(av1.TxHeightLog2[tx])
	w, h := 1<<log2W, 1<<log2H
	tw, th := min(w, 32), min(h, 32)
	vert, horz := typeShapes[typ][0], typeShapes[typ][1]
	sh := &forwardShifts[(bitDepth-8)>>1][tx]

	off, step := 0, stride
	if vert.flip {
		off, step = (h-1)*stride, -stride
	}
	simd.Txfm.Widen(s.cols[:], h*panel, src, off, step, w, h, sh.in)
	forward1D(vert.kernel, log2H, s.cols[:], h, w)

	s.turn = simd.TurnParams{Right: sh.mid, Limit: noLimit}
	for q := 0; q*panel < w; q++ {
		s.turnColumns(w, h, th, q, horz.flip)
	}
	rows := s.rows[margin:]
	forward1D(horz.kernel, log2W, rows, w, th)

	s.turn = simd.TurnParams{Rect: isRect(log2W, log2H), Left: sh.outLeft, Right: sh.outRight, Limit: noLimit}
	if w == 4 || h == 4 {
		s.storeNarrow(coefs, w, tw, th)
		return
	}
	for p := 0; p*panel < th; p++ {
		simd.Txfm.Turn(coefs, p*panel*tw, tw, panel, rows, p*w*panel, panel, panel*panel, tw/panel, &s.turn)
	}
}

func forward1D(k kernel1D, log2N int, t []int32, n, cols int) {
	switch k {
	case kernelDCT:
		simd.Txfm.ForwardDCT[log2N-2](t, cols, 0)
	case kernelADST:
		simd.Txfm.ForwardADST[log2N-2](t, cols, 0)
	default:
		simd.Txfm.Identity[log2N-2](t, n, cols)
	}
}

// turnColumns lays the first th rows of column panel q into the row panels, mirrored
// if flip. Tiles of blocks four samples wide spill over into the panel that is
// written next, therefore mirrored panels are written backwards.
func (s *Scratch) turnColumns(w, h, th, q int, flip bool) {
	dst, src, tiles := margin, q*h*panel, (th+panel-1)/panel
	if flip {
		last := tiles - 1
		simd.Txfm.Turn(s.rows[:], dst+last*w*panel+(w-1-q*panel)*panel, -panel, -w*panel,
			s.cols[:], src+last*panel*panel, panel, -panel*panel, tiles, &s.turn)
		return
	}
	simd.Txfm.Turn(s.rows[:], dst+q*panel*panel, panel, w*panel,
		s.cols[:], src, panel, panel*panel, tiles, &s.turn)
}

// storeNarrow writes the coefficients of blocks with a side of four, turned in cols, where whole
// 8x8 tiles have room.
func (s *Scratch) storeNarrow(coefs []int32, w, tw, th int) {
	pitch := max(tw, panel)
	for p := 0; p*panel < th; p++ {
		simd.Txfm.Turn(s.cols[:], p*panel*pitch, pitch, panel,
			s.rows[:], margin+p*w*panel, panel, panel*panel, pitch/panel, &s.turn)
	}
	if tw == pitch {
		copy(coefs[:th*tw], s.cols[:])
		return
	}
	for i := range th {
		copy(coefs[i*4:][:4], s.cols[i*panel:][:4])
	}
}
