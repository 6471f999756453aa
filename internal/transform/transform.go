// Package transform implements the inverse transform process of section 7.13,
// bit-exactly, and the forward transforms that match it.
package transform

import (
	"math"

	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/simd"
)

// Scratch is the working memory of one caller of Inverse and Forward.
type Scratch struct {
	// rows holds panels of rows (8 rows side by side) behind a margin, which tiles of
	// flipped blocks only four samples wide reach into.
	rows [margin + 64*64]int32
	cols [64 * 64]int32 // panels of columns
	turn simd.TurnParams
}

const (
	panel  = 8 // rows or columns in a panel
	margin = 4 * panel
)

// kernel1D is the kind of a 1-D transform.
type kernel1D uint8

const (
	kernelDCT kernel1D = iota
	kernelADST
	kernelIdentity
)

// shape says how a transform type treats one direction.
type shape struct {
	kernel kernel1D
	flip   bool
}

// typeShapes has the vertical and the horizontal part of each transform type.
var typeShapes = [av1.TxTypes][2]shape{
	av1.DCTDCT:           {{kernelDCT, false}, {kernelDCT, false}},
	av1.ADSTDCT:          {{kernelADST, false}, {kernelDCT, false}},
	av1.DCTADST:          {{kernelDCT, false}, {kernelADST, false}},
	av1.ADSTADST:         {{kernelADST, false}, {kernelADST, false}},
	av1.FlipADSTDCT:      {{kernelADST, true}, {kernelDCT, false}},
	av1.DCTFlipADST:      {{kernelDCT, false}, {kernelADST, true}},
	av1.FlipADSTFlipADST: {{kernelADST, true}, {kernelADST, true}},
	av1.ADSTFlipADST:     {{kernelADST, false}, {kernelADST, true}},
	av1.FlipADSTADST:     {{kernelADST, true}, {kernelADST, false}},
	av1.IDTX:             {{kernelIdentity, false}, {kernelIdentity, false}},
	av1.VDCT:             {{kernelDCT, false}, {kernelIdentity, false}},
	av1.HDCT:             {{kernelIdentity, false}, {kernelDCT, false}},
	av1.VADST:            {{kernelADST, false}, {kernelIdentity, false}},
	av1.HADST:            {{kernelIdentity, false}, {kernelADST, false}},
	av1.VFlipADST:        {{kernelADST, true}, {kernelIdentity, false}},
	av1.HFlipADST:        {{kernelIdentity, false}, {kernelADST, true}},
}

// isRect tells whether the sides differ by a factor of two, so that the
// coefficients carry an extra factor of sqrt(2).
func isRect(log2W, log2H int) bool {
	return log2W-log2H == 1 || log2H-log2W == 1
}

// boxes[tx][class][boxIndex(eob)] is the part of the coefficients that the first
// eob positions of the scan lie in, as base 2 logarithms of its height and width, 2 to 5.
var boxes = makeBoxes()

type box struct{ rows, cols uint8 }

// boxIndex maps eob 1..1024 to 1..124, exactly up to 64, then rounding up to multiples of 16.
func boxIndex(eob int) int {
	if eob <= 64 {
		return eob
	}
	return 60 + (eob+15)>>4
}

func makeBoxes() (t [av1.TxSizesAll][3][125]box) {
	for tx := range av1.TxSizesAll {
		log2W := min(av1.TxWidthLog2[tx], 5)
		for class, typ := range [3]av1.TxType{av1.TxClass2D: av1.DCTDCT, av1.TxClassHoriz: av1.HDCT, av1.TxClassVert: av1.VDCT} {
			b := box{2, 2}
			for i, pos := range av1.GetScan(tx, typ) {
				for pos>>log2W >= 1<<b.rows {
					b.rows++
				}
				for pos&(1<<log2W-1) >= 1<<b.cols {
					b.cols++
				}
				t[tx][class][boxIndex(i+1)] = b
			}
		}
	}
	return t
}

// noLimit disables the clipping of a Turn.
const noLimit = math.MaxInt32

// Inverse adds the inverse transform of coefs to the block at dst and clips to
// bitDepth: steps 2 and 3 of section 7.12.3 with section 7.13.3. coefs holds the
// dequantised coefficients of the coded part (at most 32x32), row-major, nothing
// beyond position eob-1 of the scan; it is zeroed on return. Type av1.WHT is the
// lossless 4x4 transform. eob 0 does nothing.
func Inverse(dst []uint16, stride int, coefs []int32, eob int, tx av1.TxSize, typ av1.TxType, bitDepth int, s *Scratch) {
	if eob == 0 {
		return
	}
	maxV := int32(1)<<bitDepth - 1
	if typ == av1.WHT {
		simd.Txfm.InverseWHT(dst, stride, coefs, maxV)
		clear(coefs[:16])
		return
	}
	if eob == 1 && typ == av1.DCTDCT {
		addDC(dst, stride, coefs[0], tx, bitDepth)
		coefs[0] = 0
		return
	}
	b := boxes[tx][av1.TxClassOf[typ]][boxIndex(eob)]
	outW := s.rowPass(coefs, b, tx, typ, bitDepth)
	log2H, inH := int(av1.TxHeightLog2[tx]), 1<<b.rows
	clear(coefs[:(inH-1)*min(int(av1.TxWidth[tx]), 32)+1<<b.cols])
	h, outH, limit, vert := 1<<log2H, 1<<log2H, int32(1)<<(colBits(bitDepth)-1)-1, typeShapes[typ][0]
	switch vert.kernel {
	case kernelDCT:
		simd.Txfm.InverseDCT[log2H-2][b.rows-2](s.cols[:], outW, limit)
	case kernelADST:
		simd.Txfm.InverseADST[log2H-2][b.rows-2](s.cols[:], outW, limit)
	default:
		outH = inH
		simd.Txfm.Identity[log2H-2](s.cols[:], outH, outW)
	}
	off, rowStride := 0, panel
	if vert.flip {
		off, rowStride = (h-1)*panel, -panel
	}
	simd.Txfm.Add(dst, stride, s.cols[:], off, rowStride, h*panel, outW, outH, maxV)
}

// rowPass does the row transforms of section 7.13.3 for the coefficients in box b, into panels
// of columns in s.cols, of which only the first 1<<b.rows elements are set. It returns
// how many columns can be other than zero.
func (s *Scratch) rowPass(coefs []int32, b box, tx av1.TxSize, typ av1.TxType, bitDepth int) (outW int) {
	log2W, log2H := int(av1.TxWidthLog2[tx]), int(av1.TxHeightLog2[tx])
	w, h, inW, inH := 1<<log2W, 1<<log2H, 1<<b.cols, 1<<b.rows
	rows, limit, horz := s.rows[margin:], int32(1)<<(rowBits(bitDepth)-1)-1, typeShapes[typ][1]
	s.loadRows(coefs, w, h, inW, inH, isRect(log2W, log2H))
	outW = w
	switch horz.kernel {
	case kernelDCT:
		simd.Txfm.InverseDCT[log2W-2][b.cols-2](rows, inH, limit)
	case kernelADST:
		simd.Txfm.InverseADST[log2W-2][b.cols-2](rows, inH, limit)
	default:
		outW = min(w, max(inW, panel))
		simd.Txfm.Identity[log2W-2](rows, outW, inH)
	}
	s.turn = simd.TurnParams{Right: uint32(av1.TransformRowShift[tx]), Limit: int32(1)<<(colBits(bitDepth)-1) - 1}
	off, rowStride := margin, panel
	if horz.flip {
		off, rowStride = margin+(w-1)*panel, -panel
	}
	for q := 0; q*panel < outW; q++ {
		simd.Txfm.Turn(s.cols[:], q*h*panel, panel, panel*panel,
			s.rows[:], off+q*panel*rowStride, rowStride, w*panel, (inH+panel-1)/panel, &s.turn)
	}
	return outW
}

// loadRows lays the first inH x inW coefficients of a w x h transform into panels of
// 8 rows of w elements, of which min(w, 8) at least are set.
func (s *Scratch) loadRows(coefs []int32, w, h, inW, inH int, rect bool) {
	rows, tw := s.rows[margin:], min(w, 32)
	if w == 4 || h == 4 {
		s.loadNarrow(rows, coefs, w, min(w, max(inW, panel)), inH, tw, rect)
		return
	}
	s.turn = simd.TurnParams{Rect: rect, Limit: noLimit}
	for p := 0; p*panel < inH; p++ {
		simd.Txfm.Turn(rows, p*w*panel, panel, panel*panel,
			coefs, p*panel*tw, tw, panel, (inW+panel-1)/panel, &s.turn)
	}
}

// loadNarrow is loadRows for four columns, or for four rows, which move to cols first, where whole 8x8
// tiles can be read.
func (s *Scratch) loadNarrow(rows, coefs []int32, w, inW, inH, tw int, rect bool) {
	if w > 4 {
		copy(s.cols[:], coefs[:inH*tw])
		s.turn = simd.TurnParams{Rect: rect, Limit: noLimit}
		simd.Txfm.Turn(rows, 0, panel, panel*panel, s.cols[:], 0, tw, panel, inW/panel, &s.turn)
		return
	}
	for i := range inH {
		o := i/panel*w*panel + i%panel
		for _, v := range coefs[i*4:][:4] {
			if rect {
				v = scaleSqrtHalf(v)
			}
			rows[o] = v
			o += panel
		}
	}
}

// addDC is Inverse for a DCTDCT block whose only coefficient is dc.
func addDC(dst []uint16, stride int, dc int32, tx av1.TxSize, bitDepth int) {
	log2W, log2H := int(av1.TxWidthLog2[tx]), int(av1.TxHeightLog2[tx])
	if isRect(log2W, log2H) {
		dc = scaleSqrtHalf(dc)
	}
	dc = clampBits(scaleSqrtHalf(dc), bitDepth+8)
	shift := av1.TransformRowShift[tx]
	dc = (dc + int32(1)<<shift>>1) >> shift
	bits := max(bitDepth+6, 16)
	dc = clampBits(scaleSqrtHalf(clampBits(dc, bits)), bits)
	simd.Txfm.AddDC(dst, stride, 1<<log2W, 1<<log2H, (dc+8)>>4, int32(1)<<bitDepth-1)
}

func scaleSqrtHalf(v int32) int32 { return (v*2896 + 2048) >> 12 }

func clampBits(v int32, bits int) int32 {
	limit := int32(1)<<(bits-1) - 1
	return min(max(v, -limit-1), limit)
}
