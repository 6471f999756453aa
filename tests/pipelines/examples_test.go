package pipelines

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestExamples compiles the examples as they say and re-encodes a file with each.
func TestExamples(t *testing.T) {
	need(t, "ffprobe")
	needElement(t, "av1dec", "mp4mux", "matroskamux")
	dir := t.TempDir()
	in := filepath.Join(dir, "in.mp4")
	launch(t, "videotestsrc num-buffers=20 ! video/x-raw,format=I420,width=96,height=64 ! grav1enc speed-preset=10 ! mp4mux ! filesink location=%s", in)

	goExample := func(name string) []string {
		return []string{"sh", "-c", "cd ../../examples/go && go vet ./... && go build -o " + dir + "/go-" + name + " ./" + name}
	}
	for name, example := range map[string]struct {
		needs string   // version of GStreamer
		build []string // makes the program; empty: none is needed
		run   []string
		env   []string
	}{
		"C":          {"1.20", []string{"sh", "-c", "cc -Wall -Werror ../../examples/c/encode.c -o " + dir + "/c $(pkg-config --cflags --libs gstreamer-1.0)"}, []string{dir + "/c"}, nil},
		"Python":     {"1.20", nil, []string{python, "../../examples/python/encode.py"}, nil},
		"Go, static": {"1.26", goExample("static"), []string{dir + "/go-static"}, []string{"GST_PLUGIN_PATH=", "GST_REGISTRY=" + dir + "/registry.bin"}},
		"Go, plugin": {"1.26", goExample("plugin"), []string{dir + "/go-plugin"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			if !atLeast(example.needs) {
				t.Skipf("GStreamer is older than %s; tests/debian13 runs this one", example.needs)
			}
			if example.run[0] == "" {
				t.Skip("no Python with GStreamer's bindings (python3-gi, python3-gst-1.0)")
			}
			if example.build != nil {
				must(t, "real", example.build[0], example.build[1:]...)
			}
			out := filepath.Join(t.TempDir(), "out.mkv")
			text, err := run(t, "real", example.env, example.run[0], append(example.run[1:], in, out)...)
			if err != nil {
				t.Fatalf("%v\n%s", err, text)
			}
			expect(t, probe(t, out), map[string]string{"codec_name": "av1", "width": "96", "height": "64", "nb_read_frames": "20"})
			text, err = run(t, "real", example.env, example.run[0], append(example.run[1:], in+".missing", out)...)
			if err == nil || !strings.Contains(text, "found") {
				t.Errorf("a missing file: %v, %q", err, text)
			}
		})
	}
}
