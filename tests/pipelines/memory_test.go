package pipelines

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestMemoryPlan: what is planned can be read, and max-memory is kept or refused with the need.
func TestMemoryPlan(t *testing.T) {
	for _, test := range []string{"memory_plan", "max_memory", "refused_in_play"} {
		t.Run(test, func(t *testing.T) {
			t.Parallel()
			script(t, "real", "readings.py", nil, test)
		})
	}
}

// limited runs a command with at most mib MiB of address space.
func limited(t *testing.T, env []string, mib int, name string, args ...string) (output string, err error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, "sh", append([]string{"-c", fmt.Sprintf(`ulimit -v %d; exec "$0" "$@"`, mib<<10), name}, args...)...)
	cmd.Env, cmd.WaitDelay = env, time.Second
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err = cmd.Run()
	return out.String(), err
}

// shrink runs do in less and less address space, almost down to where bare, which is
// the same without an encoder, no longer works: there the Go runtime, GLib or
// GStreamer can't start their threads, and end the process themselves. do returns
// all that was said if it failed. Some limits have to be enough, some not.
func shrink(t *testing.T, bare, do func(mib int) error, refusal string) {
	const top, step, slack = 2500, 50, 150
	floor := top
	for floor > step && bare(floor) == nil {
		floor -= step
	}
	worked, refused := 0, 0
	for mib := top; mib > floor+slack; mib -= step {
		switch err := do(mib); {
		case err == nil:
			worked++
		case strings.Contains(err.Error(), refusal):
			refused++
		case strings.Contains(err.Error(), "GLib-ERROR **"), strings.Contains(err.Error(), "GStreamer-WARNING **"):
			t.Logf("%d MiB: the host gave up: %v", mib, err)
		default:
			t.Errorf("%d MiB: %v", mib, err)
		}
	}
	t.Logf("of the limits above %d MiB %d were enough, %d were refused", floor+slack, worked, refused)
	if worked == 0 || refused == 0 {
		t.Errorf("%d limits were enough, %d were refused", worked, refused)
	}
}

// TestAddressSpace: when the system refuses memory, that is an error that names the
// number of bytes, from the program and from the element.
func TestAddressSpace(t *testing.T) {
	t.Run("program", func(t *testing.T) {
		dir := t.TempDir()
		program := filepath.Join(dir, "grav1e")
		if out, err := exec.Command("go", "build", "-o", program, "github.com/grav1e/grav1e/cmd/grav1e").CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		clip := bytes.NewBufferString("YUV4MPEG2 W1280 H720 F25:1 C420\n")
		for range 3 {
			clip.WriteString("FRAME\n")
			clip.Write(make([]byte, 1280*720*3/2))
		}
		if err := os.WriteFile(dir+"/a.y4m", clip.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		shrink(t, func(mib int) error {
			_, err := limited(t, nil, mib, program, "--help")
			return err
		}, func(mib int) error {
			out, err := limited(t, nil, mib, program, "-q", "--threads", "2", "--speed", "10", dir+"/a.y4m", "-o", dir+"/a.ivf")
			return outcome(out, err)
		}, "grav1e: the system refused")
	})
	t.Run("element", func(t *testing.T) {
		need(t)
		pipeline := func(plugin string, mib int) error {
			out, err := limited(t, environment(plugin), mib, "gst-launch-1.0", strings.Fields(
				"-q videotestsrc num-buffers=3 ! video/x-raw,width=1280,height=720,format=I420 ! grav1enc speed-preset=10 threads=2 ! fakesink")...)
			return outcome(out, err)
		}
		shrink(t, func(mib int) error { return pipeline("fake", mib) }, func(mib int) error { return pipeline("real", mib) },
			"GstGrav1Enc:grav1enc0: the system refused")
	})
}

// outcome is nil, or all that a failed command said.
func outcome(out string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w: %s", err, out)
}
