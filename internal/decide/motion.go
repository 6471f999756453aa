package decide

import (
	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/motion"
	"github.com/grav1e/grav1e/internal/mvpred"
	"github.com/grav1e/grav1e/internal/predict"
	"github.com/grav1e/grav1e/internal/tile"
)

// mvRange is how far b's vectors may point.
func (w *Worker) mvRange(b *tile.Block) (lo, hi av1.MV) {
	p := &w.f.Cur.Planes[0]
	return predict.MVRange(b.Col*4, b.Row*4, int(av1.BlockWidth[b.BlockSize]), int(av1.BlockHeight[b.BlockSize]), p.Width, p.Height)
}

// drawNewMVs replaces the vectors of c that are coded as new ones by random ones
// near the prediction.
func (w *Worker) drawNewMVs(b *tile.Block, c *interCandidate) {
	for list := range 2 {
		if c.refs[list] > av1.IntraFrame && mvpred.ListMode(c.mode, list) == av1.NewMV {
			reach := 1 << (2 + w.random.n(8))
			mv := c.mvs[list]
			mv.Row += int16(w.random.n(2*reach) - reach)
			mv.Col += int16(w.random.n(2*reach) - reach)
			lo, hi := w.mvRange(b)
			c.mvs[list] = w.mvs.Lower(predict.ClampMV(mv, lo, hi))
		}
	}
}

// maxStarts is the open-loop vector, the two nearest predictions and that of the parent block.
const maxStarts = 4

// startRefiner prepares motion refinement for the frame.
func (w *Worker) startRefiner() {
	f := w.f
	finest := 2
	if f.Hdr.AllowHighPrecisionMv {
		finest = 1
	}
	w.refiner.RefineSettings = motion.RefineSettings{
		FullSteps: 2 + 2*f.Speed.SubpelRounds, Finest: finest, Rounds: f.Speed.SubpelRounds, Metric: motion.SATD, Filter: av1.EightTap,
	}
	w.refiner.Costs = f.MvCosts
	w.refiner.BitDepth = f.Cur.BitDepth
	w.refiner.AllowHighPrecisionMv, w.refiner.ForceIntegerMv = f.Hdr.AllowHighPrecisionMv, f.Hdr.ForceIntegerMv
}

// searchMotion finds b's vector in a reference, from the open-loop search and the predictions.
func (w *Worker) searchMotion(b *tile.Block, rs *RefSearch, st *mvpred.Stack) av1.MV {
	f := w.f
	if f.Speed.FastMotion {
		return w.searchLight(b, rs, st)
	}
	bw, bh := int(av1.BlockWidth[b.BlockSize]), int(av1.BlockHeight[b.BlockSize])
	x, y := b.Col*4, b.Row*4
	sb := rs.Results.At(x, y)
	sizeLog2 := searchedSizeLog2(b.BlockSize)
	var starts [maxStarts]av1.MV
	list := append(starts[:0], sb.Mv[motion.BlockIndex(sizeLog2, x, y)])
	if bw != bh {
		list = append(list, sb.Mv[motion.BlockIndex(sizeLog2, x+bw-1, y+bh-1)])
	}
	list = append(list, st.Mvs[0][0], st.Mvs[1][0])
	t := motion.Target{Src: &f.Src.Planes[0], Ref: &f.Refs[rs.Ref].Planes[0], X: x, Y: y, W: bw, H: bh, Pred: st.PredMv(av1.NewMV, 0)[0]}
	return w.refiner.Refine(&t, list).Mv
}
