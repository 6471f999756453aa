package decide

import (
	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/bitstream"
	"github.com/grav1e/grav1e/internal/frame"
	"github.com/grav1e/grav1e/internal/motion"
	"github.com/grav1e/grav1e/internal/mvpred"
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
	QIdx        []uint8     // with delta_q_present: quantiser index by superblock, in raster order, see tile.Superblock
	Search      []RefSearch // reference frames to look at, best first
	Pairs       [][2]int8   // compound pairs to look at
	Field       *mvpred.MotionField
	MvCosts     *motion.MvCosts
	Thrift      int    // λ is that of a quantiser step which is larger by this, in 1/8 octaves
	Unseen      bool   // the reconstruction serves intra prediction alone
	RandomModes uint64 // not 0: decisions drawn from this seed

	qualities *qualities
	base      *quality // of base_q_idx
	refGate   uint64   // Speed.RefGate where it holds, else 0
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

// Prepare derives what the workers need from the rest.
func (f *Frame) Prepare() {
	f.qualities = qualitiesOf(f.Cur.BitDepth)
	f.base = &f.qualities[f.Hdr.BaseQIdx]
	f.refGate = uint64(f.Speed.RefGate)
	for i := range f.Search {
		if f.Hdr.SignBias(f.Search[i].Ref) {
			f.refGate = 0
		}
	}
}

// sbCols is the number of superblocks in a row.
func (f *Frame) sbCols() int { return (f.Grid.Cols + 15) / 16 }

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

// LambdaPerBit is λ of base_q_idx, with Thrift, in squared error per bit.
func (f *Frame) LambdaPerBit() float64 {
	return float64(f.thrifty(f.base.lambda, 2)) * 512 / (1 << distShift)
}
