package encoder

import (
	"bytes"
	"errors"
	"fmt"
	"testing"
)

// speedAt is the preset from frame n on in the tests below: both directions, between
// presets with and without half-sample planes, with two and three references.
func speedAt(n int) int { return []int{10, 6, 8, 7, 9, 6, 10}[n/5%7] }

// The preset changes at the frame it was set for, or at that frame's mini-GOP; the stream
// doesn't depend on the number of threads, and nothing more is mapped.
func TestSetSpeed(t *testing.T) {
	for name, change := range map[string]func(*Config){"low latency": lowLatency, "reordering": func(*Config) {}} {
		for _, start := range []int{6, 8, 10} {
			t.Run(fmt.Sprintf("%s from %d", name, start), func(t *testing.T) {
				c := small(change, func(c *Config) { c.SpeedPreset, c.NoSceneDetection, c.MaxKeyFrameInterval = start, true, 0 })
				frames := footage(&c, "mm")
				set := func(e *Encoder, n int) {
					if err := e.SetSpeed(speedAt(n)); err != nil {
						t.Error(err)
					}
				}
				want, e := run(t, c, frames, set)
				for i := range want {
					// A mini-GOP goes by its last frame. Frame 0 is alone.
					last := min((i+e.miniGOP-1)/e.miniGOP*e.miniGOP, len(frames)-1)
					if got := want[i].SpeedPreset; got != speedAt(last) {
						t.Errorf("frame %d has preset %d, want %d", i, got, speedAt(last))
					}
				}
				if plan, err := PlanMemory(c); err != nil || e.Stats().MappedBytes != plan.Total {
					t.Errorf("%d bytes mapped, %d planned (%v)", e.Stats().MappedBytes, plan.Total, err)
				}
				c.Threads = 3
				got, _ := run(t, c, frames, set)
				for i := range want {
					if !bytes.Equal(got[i].Data, want[i].Data) {
						t.Fatalf("3 threads give another packet %d", i)
					}
				}
			})
		}
	}
}

// A stream that never changes its preset is the one it was without the choice.
func TestSetSpeedToTheSame(t *testing.T) {
	c := small(lowLatency)
	frames := footage(&c, "m")
	want, _ := run(t, c, frames, nil)
	got, _ := run(t, c, frames, func(e *Encoder, n int) {
		for _, preset := range []int{6, 7, c.SpeedPreset} {
			if err := e.SetSpeed(preset); err != nil {
				t.Error(err)
			}
		}
	})
	for i := range want {
		if !bytes.Equal(got[i].Data, want[i].Data) {
			t.Fatalf("packet %d differs", i)
		}
	}
}

func TestSetSpeedRefused(t *testing.T) {
	for _, tc := range []struct {
		name   string
		change func(*Config)
		preset int
	}{
		{"slower than any of them", func(c *Config) {}, 5},
		{"no preset", func(c *Config) {}, 11},
		{"from a slow one", func(c *Config) { c.SpeedPreset = 5 }, 6},
		{"still picture", func(c *Config) { c.StillPicture = true }, 9},
		{"no memory for it", func(c *Config) { c.MaxMemory = planned(t, *c) - 1 }, 9},
	} {
		c := small(tc.change)
		e := open(t, c)
		var bad *ConfigError
		if err := e.SetSpeed(tc.preset); !errors.As(err, &bad) || bad.Field != "SpeedPreset" {
			t.Errorf("%s: %v", tc.name, err)
		}
		if err := e.SetSpeed(c.SpeedPreset); err != nil {
			t.Errorf("%s: the preset it has: %v", tc.name, err)
		}
	}
}

func planned(t *testing.T, c Config) int64 {
	plan, err := PlanMemory(c)
	if err != nil {
		t.Fatal(err)
	}
	return plan.Total
}
