package pipelines

import "testing"

// TestMemoryPlan: what is planned can be read, and max-memory is kept or refused with the need.
func TestMemoryPlan(t *testing.T) {
	for _, test := range []string{"memory_plan", "max_memory"} {
		t.Run(test, func(t *testing.T) {
			t.Parallel()
			script(t, "real", "readings.py", nil, test)
		})
	}
}
