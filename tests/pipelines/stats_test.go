package pipelines

import (
	"strings"
	"testing"
)

// TestStats: the statistics as a property and as messages.
func TestStats(t *testing.T) {
	for _, test := range []string{"stats", "stats_interval", "buffer_fullness"} {
		t.Run(test, func(t *testing.T) {
			t.Parallel()
			script(t, "real", "readings.py", nil, test)
		})
	}
}

// TestDebugOutput: GST_DEBUG tells what a session is, its key frames, and how it went.
func TestDebugOutput(t *testing.T) {
	need(t)
	out, err := run(t, "real", []string{"GST_DEBUG=grav1enc:5"}, "gst-launch-1.0", strings.Fields(
		"-q videotestsrc num-buffers=10 ! video/x-raw,width=64,height=64,format=I420 ! grav1enc speed-preset=10 max-key-frame-interval=5 ! fakesink")...)
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, want := range []string{"I420 64x64 to obu-stream tu, latency ", "key frame 0 at 0s", "key frame 5 at 166.666666ms", "10 frames in, 10 out, 0 dropped, 2 key frames, "} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
}
