package decide

import (
	"testing"

	"github.com/grav1e/grav1e/internal/bitstream"
)

func TestRandomSource(t *testing.T) {
	seen := map[uint64][2]uint64{}
	for seed := range uint64(8) {
		for place := range uint64(64) {
			var a, b randomSource
			a.seed(seed, place)
			b.seed(seed, place)
			first := a.next()
			if first != b.next() || a == 0 {
				t.Fatalf("seed %d, place %d: not the same sequence twice", seed, place)
			}
			if other, ok := seen[first]; ok {
				t.Errorf("seed %d, place %d begins like %v", seed, place, other)
			}
			seen[first] = [2]uint64{seed, place}
		}
	}
}

func TestRandomSourceUniform(t *testing.T) {
	var r randomSource
	r.seed(1, 2)
	for _, n := range []int{1, 2, 3, 7, 10, 16, 33} {
		const each = 2000
		count := make([]int, n)
		for range each * n {
			count[r.n(n)]++
		}
		for v, got := range count {
			// Five standard deviations.
			if got < each-224 || got > each+224 {
				t.Errorf("%d of %d drawn %d times, %d expected", v, n, got, each)
			}
		}
	}
}

// TestRandomQIdx: what is drawn can be coded, and frames with and without it occur.
func TestRandomQIdx(t *testing.T) {
	qIdx := make([]uint8, 100)
	seen := map[uint8]int{}
	for base := 1; base < 256; base++ {
		for hint := range 16 {
			h := bitstream.FrameHeader{BaseQIdx: uint8(base), OrderHint: uint8(hint)}
			RandomQIdx(&h, qIdx, 7)
			if !h.DeltaQPresent {
				seen[255]++
				continue
			}
			seen[h.DeltaQRes]++
			for _, q := range qIdx {
				if q == 0 || (int(q)-base)%(1<<h.DeltaQRes) != 0 {
					t.Fatalf("base_q_idx %d, delta_q_res %d: %d", base, h.DeltaQRes, q)
				}
			}
		}
	}
	if len(seen) != 5 {
		t.Errorf("delta_q_res: %v", seen)
	}
}
