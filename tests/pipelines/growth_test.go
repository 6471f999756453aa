package pipelines

import (
	"fmt"
	"os"
	"os/exec"
	"testing"
)

// TestGrowth: what the process holds at the end is what it held at the beginning. With
// GRAV1E_LONG set it encodes 100,000 frames, which takes minutes.
func TestGrowth(t *testing.T) {
	need(t)
	frames, cycles := "4000", "60"
	if os.Getenv("GRAV1E_LONG") != "" {
		frames, cycles = "100000", "200"
	}
	program := compileC(t, "growth.c")
	for kind, n := range map[string]string{"frames": frames, "cycles": cycles} {
		t.Run(kind, func(t *testing.T) {
			cmd := exec.CommandContext(t.Context(), program, kind, n)
			cmd.Env = environment("real")
			out, err := cmd.CombinedOutput()
			var first, last int
			if _, scan := fmt.Sscan(string(out), &first, &last); err != nil || scan != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			t.Logf("%s %s: %d KiB, then %d KiB", n, kind, first, last)
			const allowed = 2 << 10 // KiB: a chunk of the Go heap, an arena of malloc
			if last > first+allowed {
				t.Errorf("%d KiB became %d KiB", first, last)
			}
		})
	}
}
