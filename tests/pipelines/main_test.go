// Package pipelines tests the plugin from outside: with gst-launch-1.0, with
// applications written in Python and Go, and with the programs that read what it
// wrote. Without GStreamer every test is skipped.
package pipelines

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

var (
	missing string // why nothing can run
	root    string // of the module
	work    string // holds both plugins and the registries
	python  string // an interpreter that has GStreamer's bindings, or ""
)

func TestMain(m *testing.M) {
	code := 1
	if err := setUp(); err != nil {
		fmt.Fprintln(os.Stderr, err)
	} else {
		code = m.Run()
	}
	if work != "" {
		os.RemoveAll(work)
	}
	os.Exit(code)
}

// setUp builds the plugin twice: as it is, and around testdata/fake.go.
func setUp() (err error) {
	if root, err = filepath.Abs("../.."); err != nil {
		return err
	}
	for _, tool := range []string{"gcc", "pkg-config", "gst-launch-1.0", "gst-inspect-1.0"} {
		if _, err := exec.LookPath(tool); err != nil {
			missing = tool + " is not installed"
			return nil
		}
	}
	if out, err := exec.Command("pkg-config", "--exists", "--print-errors", "gstreamer-video-1.0 >= 1.20").CombinedOutput(); err != nil {
		missing = "GStreamer's headers are not installed: " + string(out)
		return nil
	}
	if work, err = os.MkdirTemp("", "grav1e"); err != nil {
		return err
	}
	overlay, err := json.Marshal(map[string]map[string]string{"Replace": {
		filepath.Join(root, "element/new.go"): filepath.Join(root, "tests/pipelines/testdata/fake.go"),
	}})
	if err != nil {
		return err
	}
	overlayFile := filepath.Join(work, "overlay.json")
	if err := os.WriteFile(overlayFile, overlay, 0o600); err != nil {
		return err
	}
	for dir, args := range map[string][]string{"real": nil, "fake": {"-overlay", overlayFile}} {
		args = append([]string{"build", "-trimpath", "-buildmode=c-shared", "-tags=rav1enc_alias", "-o", filepath.Join(work, dir, "libgstgrav1e.so")}, args...)
		build := exec.Command("go", append(args, "./plugin")...)
		build.Dir = root
		if out, err := build.CombinedOutput(); err != nil {
			return fmt.Errorf("building the %s plugin: %v\n%s", dir, err, out)
		}
		// Fills the registry before tests read it in parallel.
		inspect := exec.Command("gst-inspect-1.0", "grav1enc")
		inspect.Env = environment(dir)
		if out, err := inspect.CombinedOutput(); err != nil {
			return fmt.Errorf("the %s plugin does not load: %v\n%s", dir, err, out)
		}
	}
	for _, p := range []string{"python3", "/usr/bin/python3"} {
		if exec.Command(p, "-c", "import gi; gi.require_version('GstVideo', '1.0'); from gi.repository import Gst, GstVideo").Run() == nil {
			python = p
			break
		}
	}
	return nil
}

// noticeSources reads what the plugin is built from, so that go test's cache knows
// that the results depend on it. A test has to call it: nothing before them counts.
var noticeSources = sync.OnceValue(func() error {
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			if d != nil && path != root && strings.HasPrefix(d.Name(), ".") {
				return filepath.SkipDir
			}
			return err
		}
		switch filepath.Ext(path) {
		case ".go", ".s", ".c", ".h", ".mod", ".py":
			_, err = os.ReadFile(path)
		}
		return err
	})
})

// environment lets a process find the real or the fake plugin.
func environment(dir string, more ...string) []string {
	env := append(os.Environ(),
		"GST_PLUGIN_PATH="+filepath.Join(work, dir), "GST_REGISTRY="+filepath.Join(work, dir, "registry.bin"),
		"G_DEBUG=fatal-criticals", "GST_DEBUG_NO_COLOR=1")
	return append(env, more...)
}

// long asks for what takes minutes: blockages of ten, outages of half a minute.
var long = os.Getenv("GRAV1E_LONG") != ""

// run runs a command in t's own folder with the real or the fake plugin, for at
// most two minutes, and returns what it printed.
func run(t *testing.T, dir string, env []string, name string, args ...string) (output string, err error) {
	t.Helper()
	patience := 2 * time.Minute
	if long {
		patience = time.Hour
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = environment(dir, env...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err = cmd.Run()
	if ctx.Err() != nil {
		err = fmt.Errorf("%s did not end: %w", name, err)
	}
	return out.String(), err
}

// must is run for commands that have to succeed.
func must(t *testing.T, dir string, name string, args ...string) string {
	t.Helper()
	out, err := run(t, dir, nil, name, args...)
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return out
}

// launch runs gst-launch-1.0 with the real plugin on a pipeline description.
func launch(t *testing.T, format string, args ...any) string {
	t.Helper()
	return must(t, "real", "gst-launch-1.0", append([]string{"-q"}, strings.Fields(fmt.Sprintf(format, args...))...)...)
}

// watch is launch that returns what elements tell (gst-launch-1.0 -v).
func watch(t *testing.T, format string, args ...any) string {
	t.Helper()
	return must(t, "real", "gst-launch-1.0", append([]string{"-v"}, strings.Fields(fmt.Sprintf(format, args...))...)...)
}

// need skips t unless GStreamer and all tools and elements are there.
func need(t *testing.T, tools ...string) {
	t.Helper()
	if missing != "" {
		t.Skip(missing)
	}
	if err := noticeSources(); err != nil {
		t.Fatal(err)
	}
	for _, tool := range tools {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed", tool)
		}
	}
}

// needElement skips t unless GStreamer has the elements.
func needElement(t *testing.T, elements ...string) {
	t.Helper()
	for _, e := range elements {
		if _, err := run(t, "real", nil, "gst-inspect-1.0", e); err != nil {
			t.Skipf("GStreamer has no %s", e)
		}
	}
}

// atLeast reports whether GStreamer is of a version or newer.
func atLeast(version string) bool {
	return exec.Command("pkg-config", "--atleast-version="+version, "gstreamer-1.0").Run() == nil
}

// compileC builds a host program of testdata and returns its path.
func compileC(t *testing.T, source string) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), strings.TrimSuffix(source, ".c"))
	flags := must(t, "real", "pkg-config", "--cflags", "--libs", "gstreamer-1.0")
	must(t, "real", "gcc", append([]string{"-O1", "-Wall", "-Werror", "-o", program, filepath.Join("testdata", source)}, strings.Fields(flags)...)...)
	return program
}

// host runs a test of testdata/host.py.
func host(t *testing.T, dir string, env []string, args ...string) string {
	t.Helper()
	return script(t, dir, "host.py", env, args...)
}

// live runs a test of testdata/live.py with the real plugin.
func live(t *testing.T, args ...string) string {
	t.Helper()
	return script(t, "real", "live.py", []string{"GRAV1E_TEST_FAST=1"}, args...)
}

// srt runs a test of testdata/srt.py with the real plugin.
func srt(t *testing.T, args ...string) string {
	t.Helper()
	needElement(t, "srtsink", "matroskamux", "av1dec")
	return script(t, "real", "srt.py", lenientSRT(), args...)
}

// lenientSRT is the environment for srtsink, which from 1.26 on is critical of every header
// that comes before the caps with all of them, whichever encoder and muxer it is from.
func lenientSRT() []string {
	if atLeast("1.26") {
		return []string{"G_DEBUG="}
	}
	return nil
}

// script runs a Python program of testdata, which prints "ok" at its end.
func script(t *testing.T, dir, program string, env []string, args ...string) string {
	t.Helper()
	need(t)
	if python == "" {
		t.Skip("no Python with GStreamer's bindings (python3-gi, python3-gst-1.0)")
	}
	env = append(env, "PYTHONDONTWRITEBYTECODE=1")
	out, err := run(t, dir, env, python, append([]string{filepath.Join("testdata", program)}, args...)...)
	if err != nil || !strings.HasSuffix(out, "ok\n") {
		t.Fatalf("%s %s: %v\n%s", program, strings.Join(args, " "), err, out)
	}
	return out
}
