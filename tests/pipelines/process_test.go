package pipelines

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestSIGPIPE: a pipeline whose reader goes away dies of SIGPIPE, as without the plugin.
func TestSIGPIPE(t *testing.T) {
	need(t, "bash")
	out, err := run(t, "fake", nil, "bash", "-c",
		"gst-launch-1.0 -q videotestsrc num-buffers=100000 ! video/x-raw,format=I420,width=64,height=64 ! grav1enc ! fdsink fd=1 | head -c 100 >/dev/null; echo ${PIPESTATUS[0]}")
	if err != nil || strings.TrimSpace(out) != "141" {
		t.Errorf("status %q, %v, want 141", out, err)
	}
}

// TestInterrupt: gst-launch-1.0 -e ends a file properly on SIGINT.
func TestInterrupt(t *testing.T) {
	need(t, "bash", "ffprobe")
	file := filepath.Join(t.TempDir(), "a.mp4")
	must(t, "real", "bash", "-c", "gst-launch-1.0 -q -e videotestsrc is-live=true ! video/x-raw,format=I420,width=64,height=64 ! "+
		"grav1enc speed-preset=10 ! mp4mux ! filesink location="+file+" & pid=$!; until [ -s "+file+" ]; do sleep 0.1; done; sleep 1; kill -INT $pid; wait $pid")
	if probe(t, file)["codec_name"] != "av1" {
		t.Error("the file holds no AV1")
	}
}

// TestGoHost runs the element in a Go program: as a plugin beside the program's own
// runtime, whose garbage collector must stay quick, and registered statically.
func TestGoHost(t *testing.T) {
	need(t)
	program := filepath.Join(t.TempDir(), "gohost")
	must(t, "real", "go", "build", "-trimpath", "-o", program, "./testdata/gohost")
	for mode, env := range map[string][]string{
		"plugin": nil,
		"static": {"GST_PLUGIN_PATH=", "GST_REGISTRY=" + filepath.Join(t.TempDir(), "registry.bin")},
	} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			out, err := run(t, "real", env, program, mode)
			if err != nil || !strings.HasSuffix(out, "ok\n") {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

const player = `<!doctype html><video muted autoplay src="a.%s"></video><script>
const v = document.querySelector("video"), tell = s => fetch("/result?" + encodeURIComponent(s));
v.onerror = () => tell("error " + v.error.message);
v.onended = () => tell("played " + v.videoWidth + "x" + v.videoHeight + " " + v.getVideoPlaybackQuality().totalVideoFrames);
</script>`

// TestChromium plays files in a browser.
func TestChromium(t *testing.T) {
	need(t, "chromium")
	for ext, mux := range map[string]string{"webm": "webmmux", "mp4": "mp4mux"} {
		t.Run(ext, func(t *testing.T) {
			dir := t.TempDir()
			launch(t, "videotestsrc num-buffers=30 ! video/x-raw,format=I420,width=160,height=120,framerate=30/1 ! grav1enc speed-preset=10 ! %s ! filesink location=%s/a.%s", mux, dir, ext)
			if got := play(t, dir, ext); !strings.HasPrefix(got, "played 160x120 ") {
				t.Errorf("Chromium says %q", got)
			}
		})
	}
}

// play opens dir/a.ext in headless Chromium and returns what the page reports.
func play(t *testing.T, dir, ext string) string {
	t.Helper()
	result := make(chan string, 10)
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintf(w, player, ext) })
	mux.HandleFunc("/result", func(w http.ResponseWriter, r *http.Request) { result <- r.URL.RawQuery })
	mux.HandleFunc("/a."+ext, func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, filepath.Join(dir, "a."+ext)) })
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: mux}
	go server.Serve(listener)
	defer server.Close()

	// Its processes may outlive the browser for a moment, and write into the profile.
	profile, err := os.MkdirTemp(work, "profile")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	browser := exec.CommandContext(ctx, "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-proxy-server",
		"--autoplay-policy=no-user-gesture-required", "--user-data-dir="+profile, "http://"+listener.Addr().String()+"/")
	browser.WaitDelay = 5 * time.Second
	if err := browser.Start(); err != nil {
		t.Fatal(err)
	}
	defer browser.Wait()
	defer cancel()
	select {
	case r := <-result:
		return strings.ReplaceAll(r, "%20", " ")
	case <-ctx.Done():
		return "nothing for a minute"
	}
}
