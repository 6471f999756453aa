package encoder

import "github.com/grav1e/grav1e/internal/lookahead"

// keyDecision tells key frames, in display order.
type keyDecision struct {
	min, max int64 // MinKeyFrameInterval, MaxKeyFrameInterval
	bitDepth int
	last     int64
	analyses [2]lookahead.Analysis // of the frame and of the one before, alternating
}

func newKeyDecision(cfg *Config) keyDecision {
	return keyDecision{min: cfg.MinKeyFrameInterval, max: cfg.MaxKeyFrameInterval, bitDepth: cfg.BitDepth}
}

// sceneCut tells whether in starts a new scene.
func (k *keyDecision) sceneCut(in *input) bool {
	var previous *lookahead.Analysis
	if in.display > 0 {
		previous = &k.analyses[(in.display-1)&1]
	}
	return k.analyses[in.display&1].Analyse(&in.picture.Planes[0], k.bitDepth, previous)
}

func (k *keyDecision) decide(in *input, forced, cut bool) bool {
	since := in.display - k.last
	key := in.display == 0 || forced || k.max > 0 && since >= k.max || cut && since >= k.min
	if key {
		k.last = in.display
	}
	return key
}

// SetKeyFrameIntervals changes Config's MinKeyFrameInterval and MaxKeyFrameInterval from
// the next frame sent on. Errors are *ConfigError, and leave everything as it was.
func (e *Encoder) SetKeyFrameIntervals(shortest, longest int64) error {
	c := Config{MinKeyFrameInterval: shortest, MaxKeyFrameInterval: longest}
	if err := c.checkKeyFrames(); err != nil {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.keys.min, e.keys.max = shortest, longest
	return nil
}
