// Package debian13 tests on Debian 13 what the machine is too old for: the README's two
// commands there, and the examples that need its GStreamer. It does so in the private
// root that "make test" sets up with scripts/debian13.sh.
package debian13

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const root = "../.."

// offline runs a command without any network but its own loopback: servers of tests that
// run outside at the same time don't get in its way.
const offline = `unshare --net sh -c 'ip link set lo up && exec "$@"' sh `

// TestREADME runs the commands as someone who comes to a new Debian 13 would: they install
// what they need. Of make test they run what is quick and GStreamer's, with GRAV1E_LONG all.
func TestREADME(t *testing.T) {
	if exec.Command("pkg-config", "--atleast-version=1.26", "gstreamer-1.0").Run() == nil {
		t.Skip("the machine's GStreamer is new enough itself")
	}
	noticeSources(t)
	out := debian13(t, "make run")
	if !regexp.MustCompile(`(?m)^frames +120 \(120 in demo.mp4\)$`).MatchString(out) {
		t.Errorf("make run says\n%s", out)
	}

	tests := offline + "go test -v ./element ./plugin ./tests/pipelines -skip 'TestSRT|TestStoppedProcess|TestAddressSpace|TestGrowth|TestStall|TestRealtime|TestLive'"
	if os.Getenv("GRAV1E_LONG") != "" {
		tests = "scripts/chromium.sh && " + offline + "make test && " + tests
	}
	out = debian13(t, "scripts/install-deps.sh build run test && "+tests)
	for _, example := range []string{"C", "Python", "Go,_static", "Go,_plugin"} {
		if !strings.Contains(out, "--- PASS: TestExamples/"+example+" ") {
			t.Errorf("%s didn't run:\n%s", example, out)
		}
	}
}

// debian13 runs a shell's command line in the root and returns what it prints.
func debian13(t *testing.T, command string) string {
	t.Helper()
	if _, err := exec.LookPath("setpriv"); err != nil {
		t.Skip(err)
	}
	// It ends with the test, also when that is killed.
	out, err := exec.Command("setpriv", "--pdeathsig", "TERM", root+"/scripts/debian13.sh", "run", "sh", "-c", command).CombinedOutput()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == 77 {
		t.Skip(string(out))
	}
	if err != nil {
		t.Fatalf("%s: %v\n%s", command, err, out)
	}
	return string(out)
}

// noticeSources reads what is copied into the root, so that go test's cache knows that
// the results depend on it.
func noticeSources(t *testing.T) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != root && (strings.HasPrefix(d.Name(), ".") || strings.HasPrefix(d.Name(), "build") || d.Name() == "out"):
			return filepath.SkipDir
		case d.Type().IsRegular():
			_, err = os.ReadFile(path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
