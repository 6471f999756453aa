package conformance

import (
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/grav1e/grav1e/internal/simd"
)

// levelSeeds are the cases TestLevels encodes, few and mixed.
const levelSeeds = 12

// TestLevels: the stream doesn't depend on the processor. Kernels are chosen once at
// start, so every level is a child of this test.
func TestLevels(t *testing.T) {
	if os.Getenv("GRAV1E_TEST_LEVELS") != "" {
		fmt.Println("streams", strings.Join(streamHashes(t), " "))
		return
	}
	want := ""
	for level, name := range []string{"scalar", "avx2", "avx512"} {
		t.Run(name, func(t *testing.T) {
			if simd.Level(level) > simd.CPU {
				t.Skip("the processor has no such instructions")
			}
			got := childHashes(t, name)
			if want == "" {
				want = got
			}
			if got != want || len(strings.Fields(got)) != levelSeeds+1 {
				t.Errorf("%q, want %q", got, want)
			}
		})
	}
}

// childHashes has a child encode the cases at a level and returns the line it prints.
func childHashes(t *testing.T, level string) string {
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestLevels$")
	cmd.Env = append(os.Environ(), "GRAV1E_TEST_LEVELS=1", "GRAV1E_CPU="+level)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for line := range strings.Lines(string(out)) {
		if strings.HasPrefix(line, "streams ") {
			return line
		}
	}
	t.Fatalf("no streams in %q", out)
	return ""
}

// streamHashes encodes the cases and returns a short hash of each stream.
func streamHashes(t *testing.T) []string {
	var hashes []string
	for seed := uint64(300); len(hashes) < levelSeeds; seed++ {
		c := NewCase(seed)
		c.Frames = min(c.Frames, 6)
		e, err := c.Encode(t.Context())
		if err != nil {
			t.Fatalf("%v: %v", c, err)
		}
		hashes = append(hashes, fmt.Sprintf("%d:%x", seed, sha256.Sum256(e.Stream()))[:20])
	}
	return hashes
}
