package decide

import "testing"

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
