package pipelines

import (
	"fmt"
	"os"
	"os/exec"
	"testing"
)

// TestGrowth: once its heaps have their size the process holds what it held. With
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
			// By default Go's heap fills 4 MiB once, over 20,000 frames, before its first collection.
			cmd.Env = environment("real", "GOGC=10")
			out, err := cmd.CombinedOutput()
			var first, warm, last int
			if _, scan := fmt.Sscan(string(out), &first, &warm, &last); err != nil || scan != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			t.Logf("%s %s: %d KiB at first, %d KiB after a fifth, %d KiB at last", n, kind, first, warm, last)
			const noise, start = 1 << 10, 4 << 10 // KiB: of both heaps; Go's at its smallest
			if last > warm+noise || last > first+start {
				t.Error("the process grows")
			}
		})
	}
}
