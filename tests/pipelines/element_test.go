package pipelines

import (
	"strings"
	"testing"
)

// TestElement drives the element between two pads, around the fake encoder.
func TestElement(t *testing.T) {
	for _, test := range []string{
		"order", "caps_change", "hdr_change", "color_change", "caps_fields",
		"flush", "flush_while_blocked", "seek",
		"eos 0", "eos 1", "eos 1000", "after_eos",
		"force_key_unit", "force_key_unit_interval",
		"flow eos 7", "flow eos 0", "flow flushing 7", "flow not-linked 7", "flow not-negotiated 7", "flow error 7", "flow error 0",
		"flow_at_eos error", "flow_at_eos not-negotiated", "flow_at_eos eos", "flow_at_eos flushing", "relink",
		"latency", "variable_rate 0/1", "variable_rate 30/1",
		"alignment tu", "alignment frame", "alignment obu", "annexb",
		"allocation", "pool", "metas", "two", "refused_change",
	} {
		t.Run(test, func(t *testing.T) {
			t.Parallel()
			host(t, "fake", nil, strings.Fields(test)...)
		})
	}
}

// TestRealElement repeats what depends on the encoder's own timing.
func TestRealElement(t *testing.T) {
	for _, test := range []string{"order", "caps_change", "hdr_change", "color_change", "flush", "force_key_unit", "force_key_unit_interval", "eos 0", "eos 1", "eos 1000", "flow error -1", "flow eos -1", "relink", "two", "refused_change"} {
		t.Run(test, func(t *testing.T) {
			t.Parallel()
			host(t, "real", []string{"GRAV1E_TEST_FAST=1"}, strings.Fields(test)...)
		})
	}
}

const smallVideo = "video/x-raw,format=I420,width=64,height=48,framerate=25/1"

func TestRefusals(t *testing.T) {
	for name, args := range map[string][]string{
		"interlaced":  {"interlaced|deinterlace", smallVideo + ",interlace-mode=interleaved"},
		"quantizer":   {"property quantizer = 300|0..255", smallVideo, "quantizer=300"},
		"bitrate":     {"property bitrate = 5000|low-latency", smallVideo, "bitrate=5000"},
		"reservoir":   {"property reservoir-frame-delay = 3|12..131072", smallVideo, "reservoir-frame-delay=3"},
		"memory":      {"2 bytes needed", smallVideo, "quantizer=206"},
		"colorimetry": {"mastering-display-info", smallVideo + ",mastering-display-info=(string)1:2"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			host(t, "fake", nil, append([]string{"refusal"}, args...)...)
		})
	}
}

// TestRealRefusals shows that the encoder's own refusals name the property.
func TestRealRefusals(t *testing.T) {
	for _, args := range [][]string{
		{"property quantizer = 256|0..255", "quantizer=256"},
		{"property bitrate = 1000000", "bitrate=1000000 rate-control=cq"},
		{"property max-bitrate = 1000|bitrate (1000000)", "bitrate=1000000 max-bitrate=1000"},
		{"property drop-frames = true|low-latency", "bitrate=1000000 drop-frames=true"},
		{"property buffer-size = 5|20..60000", "bitrate=1000000 buffer-size=5"},
		{"property tile-cols = 3|power of two", "tile-cols=3"},
		{"property switch-frame-interval = 5|low-latency", "switch-frame-interval=5"},
		{"property temporal-layers = 3|low-latency", "temporal-layers=3"},
		{"property switch-frame-interval = 3|multiple of 2 with temporal-layers = 2", "low-latency=true temporal-layers=2 switch-frame-interval=3"},
		{"property reservoir-frame-delay = 20|bitrate", "reservoir-frame-delay=20"},
		{"property threads = 4294967295", "threads=4294967295"},
	} {
		t.Run(args[1], func(t *testing.T) {
			t.Parallel()
			host(t, "real", nil, append([]string{"refusal", args[0], smallVideo}, strings.Fields(args[1])...)...)
		})
	}
}

func TestFaults(t *testing.T) {
	for name, args := range map[string]string{
		"panic in SendFrame":     "201 internal send SendFrame goroutine",
		"panic in ReceivePacket": "202 internal receive ReceivePacket goroutine",
		"nil dereference":        "203 internal nil goroutine",
		"error":                  "204 taste",
		"panic in a worker":      "205 worker stack",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			host(t, "fake", nil, append([]string{"fault"}, strings.Fields(args)...)...)
		})
	}
}

// TestConfig shows what the encoder is told.
func TestConfig(t *testing.T) {
	for name, tc := range map[string]struct {
		caps       string
		properties string
		want       []string
	}{
		"defaults": {smallVideo, "", []string{
			"Width:64 Height:48 BitDepth:8 Chroma:0 FrameRate:{Num:25 Den:1}", "SpeedPreset:6 RateControl:0 Quantizer:100 MinQuantizer:0 MaxQuantizer:0 Bitrate:0 MaxBitrate:0", "Tune:1 LowLatency:false Threads:0",
			"MinKeyFrameInterval:12 MaxKeyFrameInterval:240 SwitchFrameInterval:0 TemporalLayers:1", "ReservoirFrameDelay:0", "ErrorResilient:false"}},
		"properties": {smallVideo, "speed-preset=3 quantizer=77 min-quantizer=9 tune=psnr low-latency=true threads=2 tile-cols=4 tile-rows=2 tiles=8 " +
			"min-key-frame-interval=5 max-key-frame-interval=50 switch-frame-interval=8 temporal-layers=3 error-resilient=true", []string{
			"SpeedPreset:3 RateControl:0 Quantizer:77 MinQuantizer:9 MaxQuantizer:0 Bitrate:0", "Tune:0 LowLatency:true Threads:2 TileCols:4 TileRows:2 Tiles:8 MinKeyFrameInterval:5 MaxKeyFrameInterval:50 SwitchFrameInterval:8 TemporalLayers:3",
			"ErrorResilient:true"}},
		"all key frames": {smallVideo, "max-key-frame-interval=1", []string{"MinKeyFrameInterval:1 MaxKeyFrameInterval:1 "}},
		"endless":        {smallVideo, "max-key-frame-interval=18446744073709551615", []string{"MaxKeyFrameInterval:9223372036854775807 "}},
		"lookahead":      {smallVideo, "rdo-lookahead-frames=25", []string{"LookaheadFrames:25 "}},
		"hdr10": {"video/x-raw,format=P010_10LE,width=64,height=48,framerate=0/1,colorimetry=bt2100-pq,chroma-site=cosited,content-light-level=(string)1000:400," +
			"mastering-display-info=(string)35400:14600:8500:39850:6550:2300:15635:16450:10000000:1", "", []string{
			"BitDepth:10 Chroma:0 FrameRate:{Num:0 Den:1}", "Color:{Primaries:9 Transfer:16 Matrix:9 FullRange:false} ChromaPosition:2",
			"mastering {PrimaryX:[46399 11141 8585] PrimaryY:[19137 52232 3015] WhitePointX:20493 WhitePointY:21561 LuminanceMax:256000 LuminanceMin:2}",
			"light {MaxCLL:1000 MaxFALL:400}"}},
		"full range": {smallVideo + ",colorimetry=1:4:7:1,chroma-site=mpeg2", "", []string{"Color:{Primaries:1 Transfer:13 Matrix:6 FullRange:true} ChromaPosition:1"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out := host(t, "fake", []string{"GRAV1E_TEST_CONFIG=1"}, append([]string{"config", tc.caps}, strings.Fields(tc.properties)...)...)
			for _, want := range tc.want {
				if !strings.Contains(out, want) {
					t.Errorf("%q is not in\n%s", want, out)
				}
			}
		})
	}
}

// TestStateCycles runs 500 state cycles under the leaks tracer, and some with the
// real encoder.
func TestStateCycles(t *testing.T) {
	need(t)
	program := compileC(t, "cycles.c")
	for _, tc := range []struct {
		name, plugin string
		args         []string
		leaks        bool
	}{
		{"fake", "fake", []string{"500"}, false},
		{"real", "real", []string{"50"}, false},
		{"control", "fake", []string{"1", "leak"}, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			out, err := run(t, tc.plugin, []string{"GST_TRACERS=leaks", "GST_DEBUG=GST_TRACER:7"}, program, tc.args...)
			if err != nil || !strings.HasSuffix(out, "ok\n") {
				t.Fatalf("%v\n%s", err, out)
			}
			if leaks := strings.Contains(out, "object-alive, type-name=(string)Gst"); leaks != tc.leaks {
				t.Errorf("leaks: %t, want %t\n%s", leaks, tc.leaks, out)
			}
		})
	}
}

// rav1enc's properties: what gst-inspect-1.0 has to print for each.
func TestInspect(t *testing.T) {
	need(t)
	for name, rank := range map[string]string{"grav1enc": "Rank primary (256)", "rav1enc": "Rank primary + 1 (257)"} {
		out := must(t, "real", "gst-inspect-1.0", name)
		lines := strings.Join(strings.Fields(out), " ")
		for _, want := range []string{
			rank, "Klass Codec/Encoder/Video",
			"speed-preset : Speed preset", "Unsigned Integer. Range: 0 - 10 Default: 6",
			"Unsigned Integer64. Range: 0 - 18446744073709551615 Default: 12", "Unsigned Integer64. Range: 0 - 18446744073709551615 Default: 240",
			"Integer. Range: 0 - 2147483647 Default: 0", "Unsigned Integer. Range: 0 - 4294967295 Default: 100", "Unsigned Integer. Range: 0 - 255 Default: 0",
			"Integer. Range: -1 - 2147483647 Default: -1", `Default: 1, "psychovisual"`, "Integer. Range: -2147483648 - 2147483647 Default: -2147483648",
			"low-latency :", "min-key-frame-interval:", "max-key-frame-interval:", "switch-frame-interval:", "temporal-layers :", "bitrate :", "quantizer :", "min-quantizer :",
			"tile-cols :", "tile-rows :", "tiles :", "rdo-lookahead-frames:", "tune :", "reservoir-frame-delay:", "error-resilient :", "threads :",
			"stream-format: annexb", "alignment: { (string)tu, (string)frame, (string)obu }", "GRAY10_LE32", "P010_10LE",
		} {
			if !strings.Contains(lines, want) {
				t.Errorf("%s: %q is not in\n%s", name, want, out)
			}
		}
	}
}
