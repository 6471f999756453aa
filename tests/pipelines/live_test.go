package pipelines

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// TestLive drives the element between two pads, as live pipelines do.
func TestLive(t *testing.T) {
	for _, test := range []string{
		"timestamps", "timestamps low-latency=true", "variable_latency", "qos", "qos low-latency=true",
		"key_units", "key_units low-latency=true", "key_units rdo-lookahead-frames=4 threads=3",
		"key_unit_while_blocked", "key_unit_while_blocked low-latency=true",
		"intervals_while_playing", "intervals_while_playing low-latency=true",
		"pause true", "pause false", "property_types", "rank",
		"temporal_layers 1 tu", "temporal_layers 2 tu", "temporal_layers 3 tu", "temporal_layers 3 frame", "temporal_layers 3 obu",
	} {
		t.Run(test, func(t *testing.T) {
			t.Parallel()
			live(t, strings.Fields(test)...)
		})
	}
}

// TestRealtime: an encoder that is too slow changes its preset, then leaves frames out. How
// long frames take is given.
func TestRealtime(t *testing.T) {
	for _, test := range []string{"realtime_faster", "realtime_drops"} {
		t.Run(test, func(t *testing.T) {
			t.Parallel()
			t.Log(script(t, "fake", "live.py", nil, test))
		})
	}
	live(t, "realtime_refused")
}

// modes are settings that differ in how many frames the encoder holds.
var modes = map[string]string{
	"default": "", "low latency": "low-latency=true", "no lookahead": "rdo-lookahead-frames=0", "mini-GOP of 4": "rdo-lookahead-frames=4",
	"one thread": "threads=1", "three threads": "threads=3", "low latency, three threads": "low-latency=true threads=3",
	"three temporal layers": "low-latency=true temporal-layers=3",
}

// TestRenegotiation decodes a stream whose format changed many times.
func TestRenegotiation(t *testing.T) {
	for _, properties := range []string{"", "low-latency=true", "threads=3"} {
		t.Run(properties, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "a.obu")
			live(t, append([]string{"renegotiate", file}, strings.Fields(properties)...)...)
			need(t, "dav1d")
			if out := must(t, "real", "dav1d", "--demuxer", "section5", "-i", file, "--muxer", "null", "-o", "-"); !strings.Contains(out, "Decoded 133/133 frames") {
				t.Error(out)
			}
		})
	}
}

// TestParserPassesThrough: av1parse has nothing to change about what comes out.
func TestParserPassesThrough(t *testing.T) {
	need(t)
	needElement(t, "av1parse")
	for _, align := range []string{"tu", "frame", "obu"} {
		for _, latency := range []string{"low-latency=true", "low-latency=false", "low-latency=true temporal-layers=3"} {
			t.Run(align+" "+latency, func(t *testing.T) {
				t.Parallel()
				dir := t.TempDir()
				launch(t, "videotestsrc num-buffers=40 ! video/x-raw,format=I420,width=96,height=64 ! grav1enc speed-preset=10 %s max-key-frame-interval=15 ! "+
					"video/x-av1,alignment=%s ! tee name=t t. ! queue ! filesink location=%s/a t. ! queue ! av1parse ! video/x-av1,alignment=%s ! filesink location=%s/b",
					latency, align, dir, align, dir)
				want, err := os.ReadFile(dir + "/a")
				if err != nil {
					t.Fatal(err)
				}
				compare(t, dir+"/b", want)
			})
		}
	}
}

// TestDroppable: what is left without droppable buffers is the base layer, and decodes.
func TestDroppable(t *testing.T) {
	need(t, "dav1d")
	for layers, want := range map[string]string{"2": "21/21", "3": "11/11"} {
		file := filepath.Join(t.TempDir(), "a.obu")
		launch(t, "videotestsrc num-buffers=40 ! video/x-raw,format=I420,width=96,height=64 ! grav1enc speed-preset=10 low-latency=true temporal-layers=%s max-key-frame-interval=15 ! "+
			"identity drop-buffer-flags=droppable ! filesink location=%s", layers, file)
		if out := must(t, "real", "dav1d", "--demuxer", "section5", "-i", file, "--muxer", "null", "-o", "-"); !strings.Contains(out, "Decoded "+want+" frames") {
			t.Errorf("%s layers: %s", layers, out)
		}
	}
}

// TestStoppedProcess stops the process of a live pipeline and lets it go on.
func TestStoppedProcess(t *testing.T) {
	need(t, "bash", "ffprobe")
	file := filepath.Join(t.TempDir(), "a.mkv")
	must(t, "real", "bash", "-c", "gst-launch-1.0 -q -e videotestsrc is-live=true ! video/x-raw,format=I420,width=64,height=64 ! grav1enc speed-preset=10 ! "+
		"matroskamux ! filesink location="+file+" & pid=$!; until [ -s "+file+" ]; do sleep 0.1; done; "+
		"for i in 1 2 3 4; do sleep 0.3; kill -STOP $pid; sleep 0.$i; kill -CONT $pid; done; sleep 0.3; kill -INT $pid; wait $pid")
	out := must(t, "real", "ffprobe", "-v", "error", "-count_frames", "-show_entries", "packet=pts:stream=nb_read_frames", "-of", "csv=p=0", file)
	last, packets, frames := -1, 0, ""
	for line := range strings.Lines(out) {
		line = strings.TrimSpace(strings.Trim(line, ",\n"))
		if pts, err := strconv.Atoi(line); err == nil && packets < strings.Count(out, "\n")-1 {
			if packets++; pts <= last {
				t.Errorf("packet %d: time %d after %d", packets, pts, last)
			}
			last = pts
		} else {
			frames = line
		}
	}
	if frames != strconv.Itoa(packets) || packets < 20 {
		t.Errorf("%d packets, %s frames decoded", packets, frames)
	}
}

// TestChangesWhilePlaying sets properties in the middle of real footage.
func TestChangesWhilePlaying(t *testing.T) {
	needElement(t, "avdec_msmpeg4")
	for _, test := range []string{
		"bitrate_while_playing 60000 150000", "bitrate_while_playing 150000 60000",
		"speed_while_playing", "speed_while_playing low-latency=true", "quantizer_while_playing", "quantizer_while_playing low-latency=true", "refused_while_playing", "drop_frames",
	} {
		t.Run(test, func(t *testing.T) {
			t.Parallel()
			t.Log(live(t, strings.Fields(test)...))
		})
	}
}

// TestTwoPasses plans the second pass with what the first one found.
func TestTwoPasses(t *testing.T) {
	needElement(t, "avdec_msmpeg4")
	dir := t.TempDir()
	pass := func(mode string) string {
		file := filepath.Join(dir, mode)
		launch(t, "filesrc location=%s ! avidemux ! avdec_msmpeg4 ! videoscale ! video/x-raw,width=192,height=144,pixel-aspect-ratio=1/1 ! "+
			"grav1enc speed-preset=10 bitrate=80000 multipass-mode=%s multipass-cache-file=%s/cache ! filesink location=%s", clip, mode, dir, file)
		return file
	}
	pass("first-pass")
	info, err := os.Stat(pass("last-pass"))
	if err != nil {
		t.Fatal(err)
	}
	rate := info.Size() * 8 * 10 / 120
	t.Logf("%d bit/s", rate)
	if rate < 80000*97/100 || rate > 80000*103/100 {
		t.Errorf("%d bit/s, want 80000", rate)
	}
	host(t, "real", nil, "refusal", "multipass-cache-file|can't be read", smallVideo, "bitrate=80000", "multipass-mode=last-pass", "multipass-cache-file="+dir+"/none")
}

// TestLatency compares what is reported with what comes out.
func TestLatency(t *testing.T) {
	for name, properties := range modes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			live(t, append([]string{"exact_latency"}, strings.Fields(properties)...)...)
		})
	}
	for _, test := range []string{"true 30/1 15", "false 30/1 15", "true 30000/1001 15", "true 25/1 0 low-latency=true", "true 50/1 7 rdo-lookahead-frames=10"} {
		t.Run(test, func(t *testing.T) {
			t.Parallel()
			live(t, append([]string{"live_latency"}, strings.Fields(test)...)...)
		})
	}
}

// TestBackpressure blocks downstream.
func TestBackpressure(t *testing.T) {
	seconds := "0.5"
	if long {
		seconds = "600"
	}
	for name, properties := range modes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			t.Log(live(t, append([]string{"backpressure", seconds}, strings.Fields(properties)...)...))
		})
	}
}

// TestStall: a key frame follows a blockage that was too long.
func TestStall(t *testing.T) {
	for name, properties := range modes {
		for limit, key := range map[string]string{"0": "none", "500000000": "key", "3600000000000": "none"} {
			t.Run(name+" "+limit, func(t *testing.T) {
				t.Parallel()
				live(t, append([]string{"stall", key, "keyframe-after-stall=" + limit}, strings.Fields(properties)...)...)
			})
		}
	}
}

// TestSRT kills receivers of an SRT stream, starts new ones, and lets the network fail at
// random times: for half a minute each or, with GRAV1E_LONG set, half an hour. The default settings have a lookahead.
func TestSRT(t *testing.T) {
	seconds, outage, size := "30", "1", "320x180"
	if long {
		seconds, outage, size = "1800", "30", "640x360"
	}
	for _, tc := range []struct{ mode, wait, encoder string }{
		{"listener", "true", "low-latency=true"}, {"listener", "false", "low-latency=true"},
		{"caller", "true", "rdo-lookahead-frames=-1"}, {"caller", "false", "low-latency=true"},
	} {
		t.Run(tc.mode+" wait "+tc.wait, func(t *testing.T) {
			t.Parallel()
			t.Log(srt(t, "srt", tc.mode, tc.wait, seconds, outage, size, tc.encoder))
		})
	}
	t.Run("no reconnect", func(t *testing.T) {
		t.Parallel()
		srt(t, "no_reconnect")
	})
}
