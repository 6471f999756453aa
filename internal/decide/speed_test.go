package decide

import (
	"testing"

	"github.com/grav1e/grav1e/internal/av1"
)

const presets = 11

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// TestSpeedTable: every setting is in its range, and a faster preset doesn't do more.
func TestSpeedTable(t *testing.T) {
	const less, more, free = -1, 1, 0 // the direction from slow to fast
	rows := []struct {
		name      string
		of        func(s *Speed) int
		low, high int
		direction int
	}{
		{"MiniGOP", func(s *Speed) int { return s.MiniGOP }, 1, 32, free},
		{"Partition", func(s *Speed) int { return int(s.Partition) }, 0, int(PartitionAll), less},
		{"LightLayer", func(s *Speed) int { return s.LightLayer }, 0, neverLight, less},
		{"PartitionRange", func(s *Speed) int { return s.PartitionRange }, -1, 3, free},
		{"PartitionRangeIntra", func(s *Speed) int { return s.PartitionRangeIntra }, -1, 3, free},
		{"PartitionModesIntra", func(s *Speed) int { return s.PartitionModesIntra }, 1, int(av1.IntraModes), free},
		{"PartitionMargin", func(s *Speed) int { return s.PartitionMargin }, 0, 100, free},
		{"MinBlock", func(s *Speed) int { return s.MinBlock }, 4, 64, more},
		{"MaxDepth", func(s *Speed) int { return s.MaxDepth }, 0, 4, less},
		{"SplitEarlyOut", func(s *Speed) int { return s.SplitEarlyOut }, 0, 256, more},
		{"IntraModes", func(s *Speed) int { return s.IntraModes }, 1, int(av1.IntraModes), less},
		{"IntraModesInter", func(s *Speed) int { return s.IntraModesInter }, 1, int(av1.IntraModes), less},
		{"IntraAngles", func(s *Speed) int { return s.IntraAngles }, 0, 3, less},
		{"IntraGate", func(s *Speed) int { return s.IntraGate }, 0, 1000, less},
		{"IntraRD", func(s *Speed) int { return s.IntraRD }, 1, maxIntraCandidates, less},
		{"FilterIntra", func(s *Speed) int { return btoi(s.FilterIntra) }, 0, 1, less},
		{"Cfl", func(s *Speed) int { return btoi(s.Cfl) }, 0, 1, less},
		{"UVModes", func(s *Speed) int { return s.UVModes }, 0, int(av1.IntraModes), less},
		{"LowDelayRefs", func(s *Speed) int { return s.LowDelayRefs }, 1, 7, less},
		{"RefGate", func(s *Speed) int { return s.RefGate }, 0, 1000, free},
		{"PastRefs", func(s *Speed) int { return s.PastRefs }, 1, 4, less},
		{"FutureRefs", func(s *Speed) int { return s.FutureRefs }, 0, 3, less},
		{"references", func(s *Speed) int { return s.PastRefs + s.FutureRefs }, 1, 7, less},
		{"Search.Centres", func(s *Speed) int { return s.Search.Centres }, 1, 7, less},
		{"Search.RowStep", func(s *Speed) int { return s.Search.RowStep }, 1, 2, more},
		{"Search.Full", func(s *Speed) int { return s.Search.Full.W * s.Search.Full.H }, 1, 64 * 64, less},
		{"Compound", func(s *Speed) int { return btoi(s.Compound) }, 0, 1, less},
		{"NearMVs", func(s *Speed) int { return s.NearMVs }, 0, 3, less},
		{"InterSATD", func(s *Speed) int { return s.InterSATD }, 0, maxInterCandidates, free},
		{"InterRD", func(s *Speed) int { return s.InterRD }, 1, maxInterCandidates, less},
		{"SubpelRounds", func(s *Speed) int { return s.SubpelRounds }, 1, 4, less},
		{"FastMotion", func(s *Speed) int { return btoi(s.FastMotion) }, 0, 1, more},
		{"EighthPel", func(s *Speed) int { return btoi(s.EighthPel) }, 0, 1, less},
		{"Filters", func(s *Speed) int { return int(s.Filters) }, 0, int(FilterDual), less},
		{"TxDepthIntra", func(s *Speed) int { return s.TxDepthIntra }, 0, 2, less},
		{"TxDepthInter", func(s *Speed) int { return s.TxDepthInter }, 0, 2, less},
		{"TxTypes", func(s *Speed) int { return int(s.TxTypes) }, 0, int(TxTypeEvery), less},
		{"RDOQ", func(s *Speed) int { return btoi(s.RDOQ) }, 0, 1, less},
		{"Deblock", func(s *Speed) int { return int(s.Deblock) }, 0, int(SearchFull), less},
		{"Cdef", func(s *Speed) int { return int(s.Cdef) }, 0, int(SearchFull), less},
		{"Restoration", func(s *Speed) int { return int(s.Restoration) }, 0, int(SearchFull), less},
	}
	for _, row := range rows {
		previous := 0
		for preset := range presets {
			s := SpeedOf(preset)
			v := row.of(&s)
			if v < row.low || v > row.high {
				t.Errorf("%s of preset %d is %d, not in %d..%d", row.name, preset, v, row.low, row.high)
			}
			if preset > 0 && (v-previous)*row.direction < 0 {
				t.Errorf("%s goes from %d to %d at preset %d", row.name, previous, v, preset)
			}
			previous = v
		}
	}
}

// TestSpeedFits: what a preset asks for has room in a worker.
func TestSpeedFits(t *testing.T) {
	for preset := range presets {
		s := SpeedOf(preset)
		if s.MiniGOP&(s.MiniGOP-1) != 0 {
			t.Errorf("preset %d: mini-GOPs of %d frames, not a power of two", preset, s.MiniGOP)
		}
		if s.MinBlock&(s.MinBlock-1) != 0 {
			t.Errorf("preset %d: blocks of %d samples", preset, s.MinBlock)
		}
		if n := s.PastRefs * s.FutureRefs; n > MaxPairs {
			t.Errorf("preset %d: %d pairs of a past and a future reference", preset, n)
		}
		if n := s.LowDelayRefs - 1; n > MaxPairs {
			t.Errorf("preset %d: %d pairs without reordering", preset, n)
		}
		refs := max(s.PastRefs+s.FutureRefs, s.LowDelayRefs)
		if refs+MaxPairs > maxStacks {
			t.Errorf("preset %d: %d references and %d pairs, %d stacks", preset, refs, MaxPairs, maxStacks)
		}
		if n := refs*(3+s.NearMVs) + MaxPairs*(4+s.NearMVs); n > maxInterCandidates {
			t.Errorf("preset %d: up to %d inter candidates, room for %d", preset, n, maxInterCandidates)
		}
		// Two directional modes get angles, on both sides.
		if n := s.IntraModes + 2*2*s.IntraAngles + int(av1.FilterIntraModes); n > maxIntraCandidates {
			t.Errorf("preset %d: up to %d intra candidates, room for %d", preset, n, maxIntraCandidates)
		}
		if s.IntraRD > s.IntraModes || s.IntraModesInter > s.IntraModes {
			t.Errorf("preset %d: %d intra modes, %d in inter frames, %d in full", preset, s.IntraModes, s.IntraModesInter, s.IntraRD)
		}
		if 64>>s.MaxDepth > s.MinBlock {
			t.Errorf("preset %d: %d splits don't reach blocks of %d samples", preset, s.MaxDepth, s.MinBlock)
		}
		if got, want := s.UsesHalfSamples(), s.FastMotion || s.LightLayer <= 8; got != want {
			t.Errorf("preset %d: interpolated planes %v, want %v", preset, got, want)
		}
	}
}
