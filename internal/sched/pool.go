// Package sched runs the rows of a stage on a fixed set of workers: one pool per
// encoder, no goroutine and no channel per task, idle workers asleep.
package sched

import (
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"
)

// Stage is a job made of rows. Row is called once per row, rows handed out in
// increasing order; worker (0..Workers-1) names the scratch memory to use.
// A stage whose rows depend on the row above uses a Wavefront inside Row.
type Stage interface {
	Row(worker, row int)
}

// PanicError is what a worker recovered.
type PanicError struct {
	Value any
	Stack []byte
}

func (e *PanicError) Error() string { return "panic in a worker" }

// Pool is a set of workers. The goroutine that calls Run is worker 0; the others
// sleep between stages.
type Pool struct {
	workers int

	mu      sync.Mutex
	wake    sync.Cond // workers wait for a stage
	done    sync.Cond // Run waits for workers
	stage   Stage
	rows    int
	serial  uint64 // counts stages
	active  int    // helpers inside the current stage
	closed  bool
	failure *PanicError

	next   atomic.Int64
	failed atomic.Bool
	wg     sync.WaitGroup
}

// NewPool starts n-1 goroutines; n ≥ 1.
func NewPool(n int) *Pool {
	p := &Pool{workers: n}
	p.wake.L, p.done.L = &p.mu, &p.mu
	for i := 1; i < n; i++ {
		p.wg.Add(1)
		go p.work(i)
	}
	return p
}

// Workers is the number of workers, the caller of Run included.
func (p *Pool) Workers() int { return p.workers }

// Failed tells that a worker panicked: rows still running should return early.
func (p *Pool) Failed() bool { return p.failed.Load() }

// Run calls s.Row for rows 0..rows-1 on all workers and returns when every row is
// done. A recovered panic ends the stage and is returned, now and from then on.
func (p *Pool) Run(s Stage, rows int) error {
	if p.failed.Load() {
		return p.failure
	}
	p.next.Store(0)
	if p.workers > 1 && rows > 1 {
		p.mu.Lock()
		p.stage, p.rows = s, rows
		p.serial++
		p.wake.Broadcast()
		p.mu.Unlock()
	}
	p.drain(0, s, rows)
	p.mu.Lock()
	p.stage = nil
	for p.active > 0 {
		p.done.Wait()
	}
	p.mu.Unlock()
	if p.failed.Load() {
		return p.failure
	}
	return nil
}

func (p *Pool) drain(worker int, s Stage, rows int) {
	defer p.recover()
	for !p.failed.Load() {
		row := int(p.next.Add(1)) - 1
		if row >= rows {
			return
		}
		s.Row(worker, row)
	}
}

func (p *Pool) recover() {
	if r := recover(); r != nil {
		p.mu.Lock()
		if p.failure == nil {
			p.failure = &PanicError{r, debug.Stack()}
		}
		p.mu.Unlock()
		p.failed.Store(true)
	}
}

func (p *Pool) work(worker int) {
	defer p.wg.Done()
	seen := uint64(0)
	p.mu.Lock()
	defer p.mu.Unlock()
	for {
		for !p.closed && (p.stage == nil || p.serial == seen) {
			p.wake.Wait()
		}
		if p.closed {
			return
		}
		s, rows := p.stage, p.rows
		seen = p.serial
		p.active++
		p.mu.Unlock()
		p.drain(worker, s, rows)
		p.mu.Lock()
		p.active--
		if p.active == 0 {
			p.done.Signal()
		}
	}
}

// Close ends the goroutines. No Run may be under way.
func (p *Pool) Close() {
	p.mu.Lock()
	p.closed = true
	p.wake.Broadcast()
	p.mu.Unlock()
	p.wg.Wait()
}

// Wavefront orders the columns of neighbouring rows: a row waits until the row
// above is ahead by the lag it needs.
type Wavefront struct {
	progress []rowProgress
	pool     *Pool
}

// rowProgress has a cache line to itself: one worker writes it, another spins on it.
type rowProgress struct {
	columns atomic.Int64
	_       [56]byte
}

// NewWavefront serves stages of up to maxRows rows on p.
func NewWavefront(p *Pool, maxRows int) *Wavefront {
	return &Wavefront{progress: make([]rowProgress, maxRows), pool: p}
}

// Reset prepares for a stage of rows rows.
func (w *Wavefront) Reset(rows int) {
	for i := range rows {
		w.progress[i].columns.Store(0)
	}
}

// A waiting row looks again at once, then lets others run, then sleeps: the row
// above may be held up by something else on the machine.
const (
	maxSpins     = 64
	maxYields    = 256
	wavefrontNap = 20 * time.Microsecond
)

// Wait returns when row has finished at least columns columns, or false when a
// worker failed. Rows below 0 count as finished.
func (w *Wavefront) Wait(row, columns int) bool {
	if row < 0 {
		return true
	}
	for spins := 0; w.progress[row].columns.Load() < int64(columns); spins++ {
		if w.pool.Failed() {
			return false
		}
		switch {
		case spins > maxYields:
			time.Sleep(wavefrontNap)
		case spins > maxSpins:
			runtime.Gosched()
		}
	}
	return true
}

// Done records that row has finished its first columns columns.
func (w *Wavefront) Done(row, columns int) { w.progress[row].columns.Store(int64(columns)) }
