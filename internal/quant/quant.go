// Package quant quantises transform coefficients and dequantises levels as
// section 7.12.3 does.
package quant

import (
	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/simd"
	"github.com/grav1e/grav1e/internal/tile"
)

// DistShift is the position of the binary point of Result's distortions: they
// are squared errors of coefficients, transform.CoefScale squared times those of samples.
const DistShift = 6

// Kind chooses the dead zone.
type Kind uint8

// Kinds of dead zones: for intra and inter blocks whose levels are final, and the
// small one that leaves the choice to Optimize.
const (
	Intra Kind = iota
	Inter
	Nearest
	kinds
)

// deadZone is the fraction of a step, in 1/128, that a magnitude just below the
// next level may lack to be rounded up: [kind][DC, AC].
var deadZone = [kinds][2]int32{Intra: {56, 50}, Inter: {52, 42}, Nearest: {64, 60}}

// Quantizer holds what quantising at one base_q_idx needs, for all planes (their
// deltas are zero). It is read only after New and may be shared.
type Quantizer struct {
	BitDepth int
	QIdx     int
	DC, AC   int32 // quantiser steps (section 7.12.2)

	params [kinds][3]simd.QuantParams // [kind][log2(dqDenom)]
}

// New prepares the quantiser of qidx (0..255; 0 is lossless) at bitDepth 8, 10 or 12.
func New(bitDepth, qidx int) Quantizer {
	q := Quantizer{BitDepth: bitDepth, QIdx: qidx, DC: av1.DcQ(bitDepth, qidx), AC: av1.AcQ(bitDepth, qidx)}
	for kind := range q.params {
		for shift := range q.params[kind] {
			p := &q.params[kind][shift]
			p.DqShift = uint32(shift)
			p.DqMax = int32(1)<<(7+bitDepth) - 1
			p.CoefMax = p.DqMax << shift
			for i, step := range [2]int32{q.DC, q.AC} {
				p.Step[i] = step
				p.Recip[i] = uint32((uint64(1)<<32 + uint64(step) - 1) / uint64(step))
				if qidx > 0 {
					p.Round[i] = step * deadZone[kind][i] >> 7
				}
			}
		}
	}
	return q
}

// Scratch is the working memory of one caller.
type Scratch struct {
	levels  [1024]int32
	around  tile.LevelMap
	changed [1024]uint16 // scan positions
}

// Result is the outcome of quantising a block. Distortions have DistShift fractional bits.
type Result struct {
	Eob    int    // levels up to the last non-zero one in scan order
	Dist   uint64 // squared error of the dequantised coefficients
	Energy uint64 // squared error without any coefficient
}

// dqShift is log2(dqDenom) of section 7.12.3.
var dqShift = [av1.TxSizesAll]uint8{
	av1.Tx32x32: 1, av1.Tx16x32: 1, av1.Tx32x16: 1, av1.Tx16x64: 1, av1.Tx64x16: 1,
	av1.Tx64x64: 2, av1.Tx32x64: 2, av1.Tx64x32: 2,
}

// orders[class][tx][pos] is one more than the scan position of coefficient pos.
var orders = makeOrders()

func makeOrders() (t [3][av1.TxSizesAll][]uint16) {
	for class, typ := range classTypes {
		for tx := range av1.TxSizesAll {
			scan := av1.GetScan(tx, typ)
			t[class][tx] = make([]uint16, len(scan))
			for i, pos := range scan {
				t[class][tx][pos] = uint16(i + 1)
			}
		}
	}
	return t
}

// classTypes has a transform type of each class.
var classTypes = [3]av1.TxType{av1.TxClass2D: av1.DCTDCT, av1.TxClassHoriz: av1.HDCT, av1.TxClassVert: av1.VDCT}

// Quantize quantises the coefficients transform.Forward made for a block. The
// levels up to the end of block are written in scan order, and dq, which may be
// coefs, receives the dequantised coefficients for transform.Inverse, row-major.
// All slices have at least as many elements as the block has coefficients.
func (q *Quantizer) Quantize(levels, dq, coefs []int32, tx av1.TxSize, typ av1.TxType, kind Kind, s *Scratch) Result {
	scan := av1.GetScan(tx, typ)
	order := orders[av1.TxClassOf[typ]][tx]
	var r Result
	r.Eob, r.Dist, r.Energy = simd.Quant.Quantise(s.levels[:], dq, coefs, order, len(scan), &q.params[kind][dqShift[tx]])
	levels = levels[:r.Eob]
	for i, pos := range scan[:r.Eob] {
		levels[i] = s.levels[pos&1023]
	}
	return r
}

// Dequantize writes the dequantised coefficients of levels (in scan order) to dq,
// row-major, which has to be zero (section 7.12.3 step 1).
func (q *Quantizer) Dequantize(dq, levels []int32, tx av1.TxSize, typ av1.TxType) {
	scan := av1.GetScan(tx, typ)[:len(levels)]
	p := &q.params[Intra][dqShift[tx]]
	for i, level := range levels {
		if level != 0 {
			dq[scan[i]] = dequantise(level, p.Step[min(i, 1)], p)
		}
	}
}

// dequantise is steps c to f of section 7.12.3.
func dequantise(level, step int32, p *simd.QuantParams) int32 {
	if level < 0 {
		return -min(magnitude(-level, step, p.DqShift), p.DqMax+1)
	}
	return min(magnitude(level, step, p.DqShift), p.DqMax)
}

// magnitude is what the level abs stands for before clipping.
func magnitude(abs, step int32, shift uint32) int32 {
	return int32(int64(abs)*int64(step)&0xFFFFFF) >> shift
}
