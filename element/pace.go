package element

import (
	"sync"
	"time"

	"github.com/grav1e/grav1e/encoder"
)

// pace watches how long frames take and, with realtime, keeps coding as fast as they come:
// it chooses the speed preset, and tells when even the fastest one is too slow.
//
// Frames are judged by windows. A window that took longer than its frames last, or nearly
// so, makes the preset faster; several in a row with half the time to spare make it slower
// again. Each time that turns out to have been too slow after all, it takes twice as many.
type pace struct {
	mu               sync.Mutex
	adapts           bool
	slowest, fastest int // presets to choose from
	preset           int // the choice; the slowest unless adapts
	window           int // frames judged together: with reordering, whole mini-GOPs

	frames       int           // of the window so far:
	took, lasted time.Duration // coded in this time, shown for that one
	load         float64       // took / lasted of the last window, 0: none yet
	calm         int           // windows in a row with time to spare
	patience     int           // of those that make the preset slower
	lost         bool          // it was too much for the fastest preset
	tried        int           // windows since the preset was made slower; 0: it held, or never was
}

// Loads that make the preset faster, the fastest at once, and slower.
const (
	busy     = 0.9
	swamped  = 2
	idle     = 0.5
	shortest = 8  // frames of a window
	least    = 8  // of patience
	most     = 64 // of patience
)

// restart begins anew, with frames of which latency wait for others.
func (p *pace) restart(adapts bool, slowest, latency int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.adapts, p.slowest, p.fastest, p.preset = adapts, slowest, encoder.FastestPreset, slowest
	p.window, p.patience = max(shortest, latency+1), least
	p.frames, p.took, p.lasted, p.load, p.calm, p.tried, p.lost = 0, 0, 0, 0, 0, 0, false
}

// allow changes the slowest preset that may be chosen.
func (p *pace) allow(slowest int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.slowest = slowest
	if !p.adapts {
		p.preset = slowest
	}
	p.choose(max(p.preset, slowest))
}

// confine leaves no choice but a preset.
func (p *pace) confine(preset int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.slowest, p.fastest = preset, preset
	p.choose(preset)
}

// coded tells how long a frame took, with which preset, and how long it is shown. Frames of
// a preset before don't count.
func (p *pace) coded(preset int, took, lasts time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if preset != p.preset || lasts <= 0 {
		return
	}
	p.frames, p.took, p.lasted = p.frames+1, p.took+took, p.lasted+lasts
	whole := p.lasted * time.Duration(p.window) / time.Duration(p.frames) // a window lasts
	if p.frames < p.window && p.took <= whole {
		return
	}
	p.load = float64(p.took) / float64(p.lasted)
	p.frames, p.took, p.lasted = 0, 0, 0
	if p.adapts {
		p.judge()
	}
}

// judge chooses by the load of a window.
func (p *pace) judge() {
	if p.tried > 0 {
		p.tried++
	}
	p.lost = p.preset == p.fastest && p.load > 1
	switch {
	case p.load >= swamped:
		p.faster(p.fastest)
	case p.load > busy:
		p.faster(p.preset + 1)
	case p.load >= idle:
		p.calm = 0
	default:
		p.calm++
	}
	if p.tried > p.patience {
		p.tried, p.patience = 0, least
	}
	if p.calm >= p.patience && p.preset > p.slowest {
		p.choose(p.preset - 1)
		p.tried = 1
	}
}

func (p *pace) faster(preset int) {
	p.calm = 0
	if p.tried > 0 {
		p.tried, p.patience = 0, min(2*p.patience, most)
	}
	p.choose(preset)
}

func (p *pace) choose(preset int) {
	if preset = min(preset, p.fastest); preset != p.preset {
		p.preset, p.frames, p.took, p.lasted, p.calm, p.lost = preset, 0, 0, 0, 0, false
	}
}

// state is the preset chosen, the load of the last window, and whether that was too much
// for the fastest preset.
func (p *pace) state() (preset int, load float64, lost bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.preset, p.load, p.lost
}
