package encoder

import (
	"fmt"

	"github.com/grav1e/grav1e/internal/av1"
	"github.com/grav1e/grav1e/internal/decide"
)

// speeds are the settings of consecutive presets: of those that SetSpeed may choose, the
// configured one among them.
type speeds struct {
	first int // preset
	list  []decide.Speed
}

// speedsFor resolves the presets and what the configuration changes about them.
func speedsFor(cfg *Config, t tools) speeds {
	first, last := decide.LivePresets(cfg.SpeedPreset)
	if cfg.StillPicture {
		first, last = cfg.SpeedPreset, cfg.SpeedPreset
	}
	s := speeds{first: first}
	for preset := first; preset <= last; preset++ {
		s.list = append(s.list, speedOf(preset, cfg))
		t.apply(&s.list[preset-first])
	}
	return s
}

func speedOf(preset int, cfg *Config) decide.Speed {
	s := decide.SpeedOf(preset)
	if cfg.LookaheadFrames >= 0 {
		for s.MiniGOP > max(cfg.LookaheadFrames, 1) {
			s.MiniGOP /= 2
		}
	}
	if cfg.LowLatency || cfg.StillPicture {
		s.MiniGOP = 1
		s.PastRefs, s.FutureRefs = s.LowDelayRefs, 0
	}
	return s
}

func (s *speeds) last() int { return s.first + len(s.list) - 1 }

// of returns the settings of a preset.
func (s *speeds) of(preset int) *decide.Speed { return &s.list[preset-s.first] }

// only leaves no choice.
func (s *speeds) only(preset int) { *s = speeds{preset, s.list[preset-s.first:][:1]} }

// setMiniGOP shortens the mini-GOP of all.
func (e *Encoder) setMiniGOP(frames int) {
	e.miniGOP = frames
	for i := range e.speeds.list {
		e.speeds.list[i].MiniGOP = frames
	}
}

// any tells whether it is so with one of the presets.
func (s *speeds) any(is func(*decide.Speed) bool) bool {
	for i := range s.list {
		if is(&s.list[i]) {
			return true
		}
	}
	return false
}

// most is the largest that one of the presets asks for.
func (s *speeds) most(n func(*decide.Speed) int) (most int) {
	for i := range s.list {
		most = max(most, n(&s.list[i]))
	}
	return most
}

// SetSpeed changes the preset from the next frame on whose mini-GOP isn't complete yet;
// low latency: from the next frame sent. No key frame is made for it. Presets 6 to 10 can
// take turns, unless MaxMemory left no room for it (MemoryPlan.FirstPreset); otherwise
// the preset can't change. The error is a *ConfigError, and leaves everything as it was.
func (e *Encoder) SetSpeed(preset int) error {
	if s := &e.speeds; preset < s.first || preset > s.last() {
		allowed := fmt.Sprintf("%d..%d after SpeedPreset %d", s.first, s.last(), e.cfg.SpeedPreset)
		if s.first == s.last() {
			allowed = fmt.Sprintf("%d: it can't change", s.first)
		}
		return invalid("SpeedPreset", preset, allowed)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.preset = preset
	return nil
}

// setSpeed turns to the settings of a preset, between two groups of frames.
func (c *coder) setSpeed(preset int) error {
	s := c.e.speeds.of(preset)
	c.preset = preset
	if s == c.speed {
		return nil
	}
	c.adopt(s)
	return c.addHalfSamples()
}

// adopt puts settings in force.
func (c *coder) adopt(s *decide.Speed) {
	c.speed, c.frame.Speed = s, s
	for _, w := range c.workers {
		w.search.Settings = s.Search
	}
	c.restoreOptions = restorationOptions(s.Restoration)
	c.structure.Slots = c.e.slots(s)
}

// addHalfSamples interpolates the references that were coded by a preset without need for it.
func (c *coder) addHalfSamples() error {
	if !c.usesHalfSamples() {
		return nil
	}
	half := c.stages.half
	for _, r := range c.slots {
		if r == nil || r.half != nil {
			continue
		}
		c.under, r.half = r, c.takeHalf()
		half.Open(c.sbRows)
		if err := c.e.pool.Finish(half); err != nil {
			return err
		}
	}
	return nil
}

// usesHalfSamples tells that motion is ranked on interpolated reference pictures.
func (c *coder) usesHalfSamples() bool { return c.speed.UsesHalfSamples() && !c.e.cfg.StillPicture }

// slots is how many different frames the eight reference slots hold at most. Without
// reordering nothing but the last few frames is worth keeping; of three temporal layers
// one more, as the base layer can't use that of the middle one. With reordering, and few
// references searched, what the levels of a mini-GOP await and one more.
func (e *Encoder) slots(s *decide.Speed) int {
	switch {
	case e.cfg.TemporalLayers == 3:
		return max(2, s.PastRefs) + 1
	case s.MiniGOP == 1:
		return max(2, s.PastRefs)
	case s.PastRefs+s.FutureRefs <= 3:
		return min(log2Ceil(s.MiniGOP)+2, av1.NumRefFrames)
	}
	return av1.NumRefFrames
}
