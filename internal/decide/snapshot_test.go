package decide

import (
	"testing"

	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/frame"
)

// state is everything a snapshot may touch.
func (s *scene) state(w *Worker) (o outcome, rest any) {
	return s.outcome(), [2]any{w.syn.Left, w.decoded}
}

// TestSnapshot: coding a block in one way, saving it, coding it in another way and
// restoring leaves everything as the first way left it.
func TestSnapshot(t *testing.T) {
	formats := []setup{
		{},
		{not420: true, subX: 1},
		{not420: true},
		{not420: true, subX: 1, subY: 1, mono: true},
		{refs: 1},
		{refs: 2, not420: true, subX: 1},
	}
	blocks := []struct {
		row, col int
		bs       av1.BlockSize
		part     av1.Partition
	}{
		{0, 0, av1.Block64x64, av1.PartitionNone},
		{8, 8, av1.Block32x32, av1.PartitionNone},
		{0, 32, av1.Block16x16, av1.PartitionNone}, // over the right border
		{16, 4, av1.Block16x16, av1.PartitionNone}, // over the lower border
		{2, 4, av1.Block16x8, av1.PartitionHorz},
		{0, 9, av1.Block4x16, av1.PartitionVert4},
		{6, 6, av1.Block4x4, av1.PartitionSplit},
		{7, 7, av1.Block4x4, av1.PartitionSplit}, // with chroma
	}
	for _, c := range formats {
		c.w, c.h, c.random = 136, 72, 1
		s := newScene(t, c)
		w := s.worker(t)
		var kept snapshot
		layOut(t, func(p *frame.Planner) { kept = takeSnapshot(p, 64, s.format.NumPlanes, s.format.SubX, s.format.SubY) })
		different := 0
		for _, b := range blocks {
			if s.format.NumPlanes > 1 && av1.SubsampledSize[b.bs][s.format.SubX][s.format.SubY] == av1.BlockInvalid {
				continue
			}
			s.RandomModes++
			s.decide(w) // content all around
			s.start(w, b.row, b.col)
			w.sb.Partitions = append(w.sb.Partitions, av1.PartitionSplit, b.part)
			w.block(b.row^8, b.col&^15, av1.Block8x8, av1.PartitionNone) // an earlier record
			mark, decoded := markOf(w.sb), w.decoded
			start := &w.levels[0].start
			w.syn.SaveContext(start, b.row, b.col, b.bs)

			w.block(b.row, b.col, b.bs, b.part)
			w.save(&kept, mark, b.row, b.col, b.bs)
			want, wantRest := s.state(w)

			mark.rewind(w.sb)
			w.syn.RestoreContext(start, b.row, b.col, b.bs)
			w.decoded = decoded
			w.block(b.row, b.col, b.bs, b.part)
			w.sb.Partitions = append(w.sb.Partitions, av1.PartitionHorz)
			if other, _ := s.state(w); want.difference(&other) != "" {
				different++
			}

			w.restore(&kept, mark, b.row, b.col, b.bs)
			got, gotRest := s.state(w)
			if what := want.difference(&got); what != "" {
				t.Errorf("%+v, %+v: another %s after restoring", s.format, b, what)
			}
			if gotRest != wantRest {
				t.Errorf("%+v, %+v: another context to the left, or other cells decoded", s.format, b)
			}
		}
		if different < 4 {
			t.Errorf("%+v: only %d blocks came out differently", s.format, different)
		}
	}
}

func TestTapeMark(t *testing.T) {
	s := newScene(t, setup{random: 3})
	w := s.worker(t)
	s.decide(w)
	sb := &s.sbs[0]
	full := s.outcome()
	mark := markOf(sb)
	sb.Partitions, sb.Blocks = append(sb.Partitions, 0), sb.Blocks[:mark.blocks]
	sb.Coefs = append(sb.Coefs[:mark.coefs], 1)
	mark.rewind(sb)
	if now := s.outcome(); full.difference(&now) != "" {
		t.Errorf("rewinding to the end changes the %s", full.difference(&now))
	}
	(tapeMark{}).rewind(sb)
	if markOf(sb) != (tapeMark{}) {
		t.Error("rewinding to the start leaves something")
	}
}
