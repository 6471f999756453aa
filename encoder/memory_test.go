package encoder

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// What is planned is what is mapped and handed out, for all kinds of configurations.
func TestPlanIsMapped(t *testing.T) {
	for i, change := range []func(*Config){
		func(*Config) {},
		func(c *Config) { c.LowLatency = true },
		func(c *Config) { c.StillPicture = true },
		func(c *Config) { c.Width, c.Height = 1, 1 },
		func(c *Config) { c.Width, c.Height = 1000, 3 },
		func(c *Config) { c.Width, c.Height, c.Tiles, c.Threads = 641, 363, 8, 3 },
		func(c *Config) { c.Chroma, c.BitDepth = Chroma444, 12 },
		func(c *Config) { c.Chroma, c.Reconstruct = Chroma400, true },
		func(c *Config) { c.Chroma, c.Reconstruct = Chroma422, true },
		func(c *Config) { c.SpeedPreset = 0 },
		func(c *Config) { c.SpeedPreset, c.LookaheadFrames = 6, 5 },
		func(c *Config) { c.ForceTools = "no-cdef,no-restoration" },
		func(c *Config) { c.ForceTools, c.Quantizer = "full-cdef,full-restoration", 0 },
		func(c *Config) { c.RandomModes = 1 },
		func(c *Config) { c.MaxMemory = 3 << 20 },
	} {
		cfg := base(change)
		plan, err := PlanMemory(cfg)
		if err != nil {
			t.Errorf("case %d: %v", i, err)
			continue
		}
		sum := int64(0)
		for _, it := range plan.Items {
			sum += it.Bytes
		}
		e := open(t, cfg)
		if mapped := e.Stats().MappedBytes; sum != plan.Total || mapped != plan.Total || e.memory.Total != plan.Total {
			t.Errorf("case %d: planned %d, items %d, mapped %d, handed out %d", i, plan.Total, sum, mapped, e.memory.Total)
		}
		if plan.Threads != e.cfg.Threads || plan.Threads != e.pool.Workers() || plan.MiniGOP != e.miniGOP || plan.Lookahead != e.Latency() {
			t.Errorf("case %d: plan %+v, encoder has %d threads, mini-GOP %d, latency %d", i, plan, e.pool.Workers(), e.miniGOP, e.Latency())
		}
	}
}

// Limits on 720p that a host may count on.
func TestPlanAt720p(t *testing.T) {
	for _, c := range []struct {
		name   string
		limit  int64
		change func(*Config)
	}{
		{"default", 150e6, func(*Config) {}},
		{"low latency", 50e6, func(c *Config) { c.LowLatency = true }},
	} {
		cfg := DefaultConfig(1280, 720)
		cfg.Threads = 1
		c.change(&cfg)
		if plan, err := PlanMemory(cfg); err != nil || plan.Total-plan.Reserve > c.limit {
			t.Errorf("%s: %d bytes, %d of them in reserve, error %v", c.name, plan.Total, plan.Reserve, err)
		}
	}
}

// A limit takes the choice of presets before anything else, and that is what is in reserve.
func TestPlanGivesUpTheChoiceOfPresets(t *testing.T) {
	cfg := base(lowLatency, func(c *Config) { c.SpeedPreset, c.Threads = 6, 4 })
	free, err := PlanMemory(cfg)
	if err != nil || free.FirstPreset != 6 || free.LastPreset != 10 || free.Reserve <= 0 {
		t.Fatalf("without a limit: %+v, %v", free, err)
	}
	cfg.MaxMemory = free.Total - 1
	tight, err := PlanMemory(cfg)
	if err != nil || tight.FirstPreset != 6 || tight.LastPreset != 6 || tight.Reserve != 0 || tight.Total != free.Total-free.Reserve || tight.Threads != 4 {
		t.Errorf("a byte less than %+v: %+v, %v", free, tight, err)
	}
}

// A limit takes the overlap of frames first, then the mini-GOP, then threads, and fails with the need of what is left.
func TestPlanShrinks(t *testing.T) {
	cfg := base(func(c *Config) { c.Threads, c.Width, c.Height = 4, 320, 240 })
	type step struct {
		overlap          bool
		miniGOP, threads int
	}
	var got []step
	for {
		plan, err := PlanMemory(cfg)
		var m *MemoryError
		if errors.As(err, &m) {
			if m.Limit != cfg.MaxMemory || m.Needed != m.Limit+1 {
				t.Errorf("%+v with the limit one byte below the smallest plan", m)
			}
			if !strings.Contains(err.Error(), "MaxMemory") {
				t.Errorf("message %q", err)
			}
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if cfg.MaxMemory > 0 && plan.Total > cfg.MaxMemory {
			t.Fatalf("%d bytes planned, %d allowed", plan.Total, cfg.MaxMemory)
		}
		got = append(got, step{plan.Overlap, plan.MiniGOP, plan.Threads})
		cfg.MaxMemory = plan.Total - 1
	}
	want := []step{{true, 16, 4}, {false, 16, 4}, {false, 8, 4}, {false, 4, 4}, {false, 2, 4}, {false, 1, 4}, {false, 1, 2}, {false, 1, 1}}
	if len(got) != len(want) {
		t.Fatalf("%v, want %v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("step %d: %v, want %v", i, got[i], want[i])
		}
	}
}

// Threads and mini-GOP that a limit took away aren't used: the stream comes out whole.
func TestCodingWithShrunkPlan(t *testing.T) {
	full, err := PlanMemory(base(func(c *Config) { c.Threads = 4 }))
	if err != nil {
		t.Fatal(err)
	}
	for _, share := range []int64{90, 60, 40, 30} {
		c := base(func(c *Config) { c.Threads, c.MaxMemory = 4, full.Total*share/100 })
		if _, err := PlanMemory(c); err != nil {
			continue
		}
		if packets := encode(t, c, 20); len(packets) != 20 {
			t.Errorf("%d %% of the memory: %d packets", share, len(packets))
		}
	}
}

const limitedVar = "GRAV1E_TEST_ADDRESS_SPACE"

// A system that refuses the mapping is an error that says so.
func TestSystemRefusesMemory(t *testing.T) {
	if os.Getenv(limitedVar) != "" {
		withLittleAddressSpace(t)
		return
	}
	if testing.Short() {
		t.Skip("starts a process")
	}
	exe, err := os.Executable()
	if err != nil {
		t.Skip(err)
	}
	cmd := exec.Command(exe, "-test.run=^TestSystemRefusesMemory$", "-test.v")
	cmd.Env = append(os.Environ(), limitedVar+"=1")
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "PASS") {
		t.Errorf("%v\n%s", err, out)
	}
}

func withLittleAddressSpace(t *testing.T) {
	cfg := base(func(c *Config) { c.Width, c.Height = 16384, 16384 })
	plan, err := PlanMemory(cfg)
	if err != nil {
		t.Fatal(err)
	}
	// Far more than the process has taken so far, far less than the plan.
	limit := syscall.Rlimit{Cur: uint64(plan.Total), Max: uint64(plan.Total)}
	if err := syscall.Setrlimit(syscall.RLIMIT_AS, &limit); err != nil {
		t.Skip(err)
	}
	_, err = New(cfg)
	var m *MemoryError
	if !errors.As(err, &m) || m.Needed != plan.Total+newEncoder(cfg).spare().Address || m.Limit == 0 || !errors.Is(err, syscall.ENOMEM) {
		t.Errorf("%v, want *MemoryError for ENOMEM", err)
	}

	// Other presets are given up before that.
	cfg = base(lowLatency, func(c *Config) { c.Width, c.Height, c.SpeedPreset = 16384, 8192, 6 })
	if plan, err = PlanMemory(cfg); err != nil {
		t.Fatal(err)
	}
	limit.Cur = uint64(plan.Total + newEncoder(cfg).spare().Address) // and what the process has taken so far
	if err := syscall.Setrlimit(syscall.RLIMIT_AS, &limit); err != nil {
		t.Skip(err)
	}
	e := open(t, cfg)
	if err := e.SetSpeed(7); err == nil || e.Stats().MappedBytes != plan.Total-plan.Reserve {
		t.Errorf("%d bytes mapped of %d, %d of them in reserve; SetSpeed: %v", e.Stats().MappedBytes, plan.Total, plan.Reserve, err)
	}
}
