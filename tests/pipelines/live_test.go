package pipelines

import (
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
	} {
		t.Run(test, func(t *testing.T) {
			t.Parallel()
			live(t, strings.Fields(test)...)
		})
	}
}

// modes are settings that differ in how many frames the encoder holds.
var modes = map[string]string{
	"default": "", "low latency": "low-latency=true", "no lookahead": "rdo-lookahead-frames=0", "mini-GOP of 4": "rdo-lookahead-frames=4",
	"one thread": "threads=1", "three threads": "threads=3", "low latency, three threads": "low-latency=true threads=3",
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
		for limit, key := range map[string]string{"0": "none", "50000000": "key", "3600000000000": "none"} {
			t.Run(name+" "+limit, func(t *testing.T) {
				t.Parallel()
				live(t, append([]string{"stall", key, "keyframe-after-stall=" + limit}, strings.Fields(properties)...)...)
			})
		}
	}
}

// TestSRT kills receivers of an SRT stream, starts new ones, and lets the network fail.
// The default settings have a lookahead.
func TestSRT(t *testing.T) {
	for _, tc := range []struct{ mode, wait, kills, encoder string }{
		{"listener", "true", "3", "low-latency=true"}, {"listener", "false", "2", "low-latency=true"},
		{"caller", "true", "3", "rdo-lookahead-frames=-1"}, {"caller", "false", "2", "low-latency=true"},
	} {
		t.Run(tc.mode+" wait "+tc.wait, func(t *testing.T) {
			t.Parallel()
			outage := "1"
			if long {
				tc.kills, outage = "40", "30"
			}
			t.Log(srt(t, "srt", tc.mode, tc.wait, tc.kills, outage, tc.encoder))
		})
	}
	t.Run("no reconnect", func(t *testing.T) {
		t.Parallel()
		srt(t, "no_reconnect")
	})
}
