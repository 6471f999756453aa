package decide

import (
	"testing"

	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/tile"
)

// TestCandidateRates: the parts a candidate's rate is put together from add up to what
// its mode info costs when it is coded whole.
func TestCandidateRates(t *testing.T) {
	for _, preset := range []int{1, 4, 8, 10} {
		s := newScene(t, setup{w: 128, h: 64, preset: preset, refs: 2, src: moved(texture, 3, 2)})
		w := s.worker(t)
		s.decide(w) // neighbours to take contexts from
		s.start(w, 0, 16)
		for _, bs := range []av1.BlockSize{av1.Block64x64, av1.Block16x16, av1.Block8x8} {
			b := tile.Block{Col: 16, HasChroma: true}
			b.BlockSize = bs
			w.mvs.Scan(s.Grid, b.Row, b.Col, bs, av1.PartitionNone)
			w.listInter(&b)
			for i := range w.inter.list {
				c := &w.inter.list[i]
				w.setInter(&b, c)
				w.count.StartCounting(s.CDF)
				w.syn.ModeInfo(&b)
				if whole := w.count.Cost(); whole != c.rate {
					t.Errorf("preset %d, size %d, mode %d of %v: parts cost %d, the whole %d", preset, bs, c.mode, c.refs, c.rate, whole)
				}
			}
			if len(w.inter.list) < 3 {
				t.Errorf("preset %d, size %d: only %d candidates", preset, bs, len(w.inter.list))
			}
		}
	}
}
