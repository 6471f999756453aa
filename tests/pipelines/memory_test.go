package pipelines

import (
	"bytes"
	"context"
	"errors"
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

// A confinement runs a command with at most mib MiB of something.
type confinement func(t *testing.T, env []string, mib int, name string, args ...string) (output string, err error)

// addressSpace confines a process's address space. libc takes up to 64 MiB of it for
// every thread that allocates, and 128 for a moment, as long as there is room, and then
// there is none for the host's next thread; so one arena has to do for all.
func addressSpace(t *testing.T, env []string, mib int, name string, args ...string) (output string, err error) {
	t.Helper()
	return shell(t, env, fmt.Sprintf("export MALLOC_ARENA_MAX=1 && ulimit -v %d", mib<<10), name, args...)
}

// shell runs a command after another one, in the same process, for at most 20 seconds.
func shell(t *testing.T, env []string, before, name string, args ...string) (output string, err error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, "sh", append([]string{"-c", before + ` && exec "$0" "$@"`, name}, args...)...)
	cmd.Env, cmd.WaitDelay = env, time.Second
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err = cmd.Run(); ctx.Err() != nil {
		err = errors.New("no end after 20 seconds")
	}
	return out.String(), err
}

// controlGroup is a control group for memory below this process's own.
type controlGroup struct{ dir, limit, usage, events string }

// newControlGroup makes one, or skips t where that isn't allowed.
func newControlGroup(t *testing.T) *controlGroup {
	t.Helper()
	own, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		t.Skip(err)
	}
	reason := "no control groups for memory"
	for line := range strings.Lines(string(own)) {
		f := strings.SplitN(strings.TrimSpace(line), ":", 3)
		g := controlGroup{dir: fmt.Sprintf("/sys/fs/cgroup/%s/grav1e-test-%d", f[2], os.Getpid()), limit: "memory.max", usage: "memory.current", events: "memory.events"}
		if f[1] == "memory" {
			g = controlGroup{"/sys/fs/cgroup/memory" + strings.TrimPrefix(g.dir, "/sys/fs/cgroup"), "memory.limit_in_bytes", "memory.usage_in_bytes", "memory.oom_control"}
		} else if f[1] != "" {
			continue
		}
		g.dir = filepath.Clean(g.dir)
		if err := os.Mkdir(g.dir, 0o755); err != nil {
			reason = err.Error()
			continue
		}
		if err := g.set(1 << 40); err != nil {
			reason = err.Error()
			os.Remove(g.dir)
			continue
		}
		t.Cleanup(func() {
			for range 100 { // processes may take a moment to leave
				if err = os.Remove(g.dir); err == nil {
					return
				}
				time.Sleep(20 * time.Millisecond)
			}
			t.Error(err)
		})
		return &g
	}
	t.Skip(reason)
	return nil
}

// set limits the memory of the group.
func (g *controlGroup) set(bytes int64) error {
	f, err := os.OpenFile(filepath.Join(g.dir, g.limit), os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = fmt.Fprint(f, bytes)
	return errors.Join(err, f.Close())
}

// kills is how many processes of the group were killed for its limit.
func (g *controlGroup) kills(t *testing.T) (n int) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(g.dir, g.events))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		fmt.Sscanf(line, "oom_kill %d", &n)
	}
	return n
}

// enter is the shell's command to join the group.
func (g *controlGroup) enter() string { return "echo $$ > '" + g.dir + "/cgroup.procs'" }

// confine confines the memory of a process. One that is killed is an error that says so.
func (g *controlGroup) confine(t *testing.T, env []string, mib int, name string, args ...string) (output string, err error) {
	t.Helper()
	if err := g.set(int64(mib) << 20); err != nil {
		t.Fatal(err)
	}
	before := g.kills(t)
	output, err = shell(t, env, g.enter(), name, args...)
	if n := g.kills(t) - before; n > 0 {
		err = errors.Join(err, fmt.Errorf("%d processes were killed for the group's limit", n))
	}
	return output, err
}

// shrink runs do with less and less, almost down to where bare, which is
// the same without an encoder, no longer works: there the Go runtime, GLib or
// GStreamer can't start their threads, and end the process themselves, or, in
// gst_task_join, wait forever for a thread that there isn't. do returns all that was
// said if it failed. Some limits have to be enough, some not.
func shrink(t *testing.T, mib steps, bare, do func(mib int) error, refusal string) {
	floor := mib.top
	for floor > mib.step && bare(floor) == nil {
		floor -= mib.step
	}
	worked, refused := 0, 0
	for limit := mib.top; limit > floor+mib.slack; limit -= mib.step {
		switch err := do(limit); {
		case err == nil:
			worked++
		case strings.Contains(err.Error(), "killed"):
			t.Errorf("%d MiB: %v", limit, err)
		case strings.Contains(err.Error(), refusal):
			refused++
		case strings.Contains(err.Error(), "GLib-ERROR **"), strings.Contains(err.Error(), ": failed to create thread: "):
			t.Logf("%d MiB: the host gave up: %v", limit, err)
		default:
			t.Errorf("%d MiB: %v", limit, err)
		}
	}
	t.Logf("of the limits above %d MiB %d were enough, %d were refused", floor+mib.slack, worked, refused)
	if worked == 0 || refused == 0 {
		t.Errorf("%d limits were enough, %d were refused", worked, refused)
	}
}

// steps are the limits that shrink tries, in MiB, from the top down to slack above what the host needs.
type steps struct{ top, step, slack int }

// TestAddressSpace: when the system refuses to map memory, that is an error that names
// the number of bytes, from the program and from the element.
func TestAddressSpace(t *testing.T) {
	confined(t, addressSpace, steps{top: 2500, step: 50, slack: 150})
}

// TestControlGroup: so it is when the memory of a control group doesn't suffice, where
// the system would rather kill the process later.
func TestControlGroup(t *testing.T) {
	g := newControlGroup(t)
	confined(t, g.confine, steps{top: 480, step: 24, slack: 24})
	for _, test := range []string{"refused_in_play", "two_in_group"} {
		t.Run(test, func(t *testing.T) {
			need(t)
			if python == "" {
				t.Skip("no Python with GStreamer's bindings (python3-gi, python3-gst-1.0)")
			}
			out, err := g.confine(t, environment("real", "PYTHONDONTWRITEBYTECODE=1"), 1<<20, python, "testdata/readings.py", test,
				filepath.Join(g.dir, g.limit), filepath.Join(g.dir, g.usage))
			if err != nil || !strings.HasSuffix(out, "ok\n") {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

// confined encodes with less and less memory.
func confined(t *testing.T, confine confinement, mib steps) {
	t.Run("program", func(t *testing.T) {
		dir := t.TempDir()
		program := filepath.Join(dir, "grav1e")
		build := exec.Command("go", "build", "-o", program, "github.com/grav1e/grav1e/cmd/grav1e")
		build.Env = append(os.Environ(), "CGO_ENABLED=0") // as it is installed: libc's threads take address space of their own
		if out, err := build.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		clip := bytes.NewBufferString("YUV4MPEG2 W1920 H1080 F25:1 C420\n")
		for range 3 {
			clip.WriteString("FRAME\n")
			clip.Write(make([]byte, 1920*1080*3/2))
		}
		if err := os.WriteFile(dir+"/a.y4m", clip.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		shrink(t, mib, func(mib int) error {
			_, err := confine(t, nil, mib, program, "--help")
			return err
		}, func(mib int) error {
			out, err := confine(t, nil, mib, program, "-q", "--threads", "2", "--speed", "10", dir+"/a.y4m", "-o", dir+"/a.ivf")
			return outcome(out, err)
		}, "grav1e: the system refused")
	})
	t.Run("element", func(t *testing.T) {
		need(t)
		pipeline := func(plugin string, mib int) error {
			out, err := confine(t, environment(plugin), mib, "gst-launch-1.0", strings.Fields(
				"-q videotestsrc num-buffers=3 ! video/x-raw,width=1920,height=1080,format=I420 ! grav1enc speed-preset=10 threads=2 ! fakesink")...)
			return outcome(out, err)
		}
		shrink(t, mib, func(mib int) error { return pipeline("fake", mib) }, func(mib int) error { return pipeline("real", mib) },
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
