package decide

import (
	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/bitstream"
	"github.com/grav1e/grav1e/internal/frame"
	"github.com/grav1e/grav1e/internal/motion"
	"github.com/grav1e/grav1e/internal/mvpred"
	"github.com/grav1e/grav1e/internal/quant"
	"github.com/grav1e/grav1e/internal/tile"
)

// Frame is what is constant while a frame is decided, shared by all workers.
type Frame struct {
	Seq         *bitstream.SequenceHeader
	Hdr         *bitstream.FrameHeader
	Speed       *Speed
	Layer       int            // temporal layer
	Psycho      bool           // decide for the eye, not for PSNR
	Src, Cur    *frame.Picture // source and reconstruction
	Refs        [av1.TotalRefsPerFrame]*frame.Picture
	Src8        *motion.Level                             // source luma at 8 bits, for the light path; nil: none
	Half        [av1.TotalRefsPerFrame]*motion.HalfSample // references likewise
	Grid        *frame.ModeGrid
	CDF         *bitstream.CDFContext // rates are those at the start of the frame
	Rates       *tile.RateTables
	Search      []RefSearch // reference frames to look at, best first
	Pairs       [][2]int8   // compound pairs to look at
	Field       *mvpred.MotionField
	MvCosts     *motion.MvCosts
	Unseen      bool   // the reconstruction serves intra prediction alone
	RandomModes uint64 // not 0: decisions drawn from this seed

	quant      quant.Quantizer
	lambda     int64  // cost of 1/512 bit, in squared error << distShift
	zeroEnergy uint64 // energy of coefficients below which none survives quantisation
	sadLambda  int64  // the same for SADs of 8-bit samples
	satdLambda int64  // cost of 1/512 bit, in SATD << satdShift
	refGate    uint64 // Speed.RefGate where it holds, else 0
}

// IsLeaf tells that no other frame refers to this one.
func (f *Frame) IsLeaf() bool { return f.Hdr.RefreshFrameFlags == 0 }

// RefSearch is a reference frame to search, with its open-loop motion.
type RefSearch struct {
	Ref     int8
	Results *motion.Results
}

// MaxPairs is the most compound pairs a frame may list.
const MaxPairs = 8

// Fixed-point positions of the two cost scales.
const (
	distShift = 14
	satdShift = 16
)

// Prepare derives λ. D + λR is least where the slope of the rate-distortion curve
// of a uniform quantiser of step Δ is: λ = c Δ² per bit (Sullivan and Wiegand,
// Rate-Distortion Optimization for Video Compression, 1998); Δ is the AC step over
// transform.CoefScale.
func (f *Frame) Prepare() {
	f.quant = quant.New(f.Cur.BitDepth, int(f.Hdr.BaseQIdx))
	step := int64(av1.AcQ(f.Cur.BitDepth, int(f.Hdr.BaseQIdx)))
	const lambdaPerMille = 145
	f.lambda = max(step*step*lambdaPerMille<<distShift/(64*512*1000), 1)
	least := uint64(min(f.quant.DC, f.quant.AC))
	f.zeroEnergy = least * least * 2 / 5
	f.satdLambda = max(step<<satdShift*30/(8*512*100), 1)
	f.sadLambda = max(f.satdLambda>>(f.Cur.BitDepth-8), 1)
	f.refGate = uint64(f.Speed.RefGate)
	for i := range f.Search {
		if f.Hdr.SignBias(f.Search[i].Ref) {
			f.refGate = 0
		}
	}
}

func (f *Frame) mvParams(t tile.Bounds) *mvpred.Params {
	p := &mvpred.Params{
		MiRows: f.Grid.Rows, MiCols: f.Grid.Cols,
		MiRowStart: t.MiRowStart, MiRowEnd: t.MiRowEnd, MiColStart: t.MiColStart, MiColEnd: t.MiColEnd,
		AllowHighPrecisionMv: f.Hdr.AllowHighPrecisionMv, ForceIntegerMv: f.Hdr.ForceIntegerMv,
		UseRefFrameMvs: f.Hdr.UseRefFrameMvs, Field: f.Field,
	}
	for ref := av1.LastFrame; ref <= av1.AltrefFrame; ref++ {
		p.RefFrameSignBias[ref] = f.Hdr.SignBias(ref)
	}
	return p
}

// LambdaPerBit is λ in squared error per bit.
func (f *Frame) LambdaPerBit() float64 { return float64(f.lambda) * 512 / (1 << distShift) }
