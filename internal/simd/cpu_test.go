package simd

import (
	"os"
	"os/exec"
	"testing"
)

// TestLevels runs the tests of the kernels at the levels below the one in use as well. Tables are
// filled once at start, so every level is a child of this test.
func TestLevels(t *testing.T) {
	if os.Getenv("GRAV1E_TEST_LEVELS") != "" {
		t.Skip("this is a child of it")
	}
	if os.Getenv("GRAV1E_CPU") != "" {
		t.Skip("GRAV1E_CPU chooses one level")
	}
	for level, name := range map[Level]string{AVX2: "avx2", AVX512: "avx512"} {
		t.Run(name, func(t *testing.T) {
			if level > CPU {
				t.Skip("the processor has no such instructions")
			}
			if level == CPU {
				t.Skip("the other tests run at this level")
			}
			cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.short")
			cmd.Env = append(os.Environ(), "GRAV1E_TEST_LEVELS=1", "GRAV1E_CPU="+name)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
		})
	}
}

func TestDetect(t *testing.T) {
	best := detect("")
	for limit, want := range map[string]Level{"scalar": Scalar, "avx2": min(AVX2, best), "avx512": best} {
		if got := detect(limit); got != want {
			t.Errorf("limit %q: level %d, want %d", limit, got, want)
		}
	}
}
