// Package sched runs the stages of frames on a fixed set of workers: one pool per
// encoder, no goroutine and no channel per task, idle workers asleep.
//
// A stage is a job cut into rows. Its rows are handed out in increasing order, each as
// soon as the progress of other stages allows it, so that stages follow each other row
// by row and nothing waits for a whole stage that doesn't have to.
package sched

import (
	"errors"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
)

// ErrStopped is what Finish returns after Stop.
var ErrStopped = errors.New("the pool is stopped")

// PanicError is what a worker recovered.
type PanicError struct {
	Value any
	Stack []byte
}

func (e *PanicError) Error() string { return "panic in a worker" }

// Pool is a set of workers. The goroutine that calls Finish is worker 0.
type Pool struct {
	workers int
	stages  []*Stage // by priority

	events   atomic.Uint32 // counts what may let a row start, or a stage be complete
	sleeping atomic.Int32
	failed   atomic.Bool

	mu      sync.Mutex
	wake    sync.Cond
	caller  bool // worker 0 is asleep
	closed  bool
	failure error
	wg      sync.WaitGroup
}

// NewPool returns a pool of n ≥ 1 workers; Start starts them.
func NewPool(n int) *Pool {
	p := &Pool{workers: n}
	p.wake.L = &p.mu
	return p
}

// Add returns a stage of up to maxRows rows. Of rows that may start, those of the stage
// added first come first. Everything is added before Start.
//
// ready tells whether a row may start. Any worker may ask, at any time and of the next
// row only. The answer depends on the progress of stages alone (plain memory may be
// written meanwhile), and a row that may start once may always.
//
// row does a row; worker (0..Workers-1) names the scratch memory to use. A panic is
// recovered and ends all work.
func (p *Pool) Add(maxRows int, ready func(row int) bool, row func(worker, row int)) *Stage {
	s := &Stage{pool: p, mayStart: ready, row: row, finished: make([]atomic.Bool, maxRows)}
	p.stages = append(p.stages, s)
	return s
}

// Always is the ready function of rows that wait for nothing.
func Always(int) bool { return true }

// Start starts the n-1 goroutines.
func (p *Pool) Start() {
	for i := 1; i < p.workers; i++ {
		p.wg.Add(1)
		go p.work(i)
	}
}

// Workers is the number of workers, the caller of Finish included.
func (p *Pool) Workers() int { return p.workers }

// Failed tells that a worker panicked, or that the pool is stopped: rows still running
// should return early.
func (p *Pool) Failed() bool { return p.failed.Load() }

// Finish works until every row of the stages is done; rows of other stages may still be
// under way then. It fails with the panic a worker recovered, or with ErrStopped.
func (p *Pool) Finish(stages ...*Stage) error {
	for _, s := range stages {
		for !s.Complete() && !p.failed.Load() {
			seen := p.events.Load()
			if !s.Complete() && !p.runOne(0, nil) {
				p.pause(0, seen)
			}
		}
	}
	if p.failed.Load() {
		p.mu.Lock()
		defer p.mu.Unlock()
		return p.failure
	}
	return nil
}

// runOne runs the first row that is ready, of any stage but one.
func (p *Pool) runOne(worker int, except *Stage) bool {
	for _, s := range p.stages {
		if s == except {
			continue
		}
		if row, ok := s.take(); ok {
			p.wakeForMore()
			s.run(worker, row)
			return true
		}
	}
	return false
}

// ready tells that a row could start.
func (p *Pool) ready() bool {
	for _, s := range p.stages {
		if s.ready() {
			return true
		}
	}
	return false
}

// wakeForMore wakes one worker if there is work for it. That one does the same before
// it works.
func (p *Pool) wakeForMore() {
	if p.sleeping.Load() > 0 && p.ready() {
		p.mu.Lock()
		p.wake.Signal()
		p.mu.Unlock()
	}
}

// progress is called after something others may wait for; complete: a whole stage.
func (p *Pool) progress(complete bool) {
	p.events.Add(1)
	if complete && p.sleeping.Load() > 0 {
		p.mu.Lock()
		if p.caller {
			p.wake.Broadcast()
		}
		p.mu.Unlock()
	}
	p.wakeForMore()
}

// An idle worker looks again at once, then lets others run, then sleeps.
const (
	maxSpins  = 64
	maxYields = 512
)

// pause returns when something happened since the worker saw the count of events; false:
// the pool is closed.
func (p *Pool) pause(worker int, seen uint32) bool {
	for spins := 0; spins < maxYields && !p.failed.Load(); spins++ {
		if p.events.Load() != seen {
			return true
		}
		if spins > maxSpins {
			runtime.Gosched()
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sleeping.Add(1)
	defer p.sleeping.Add(-1)
	for !p.closed && p.events.Load() == seen && (worker > 0 || p.failure == nil) {
		p.caller = p.caller || worker == 0
		p.wake.Wait()
	}
	if worker == 0 {
		p.caller = false
	}
	return !p.closed
}

func (p *Pool) recover() {
	if r := recover(); r != nil {
		p.fail(&PanicError{r, debug.Stack()})
	}
}

// fail ends all work.
func (p *Pool) fail(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.failure == nil {
		p.failure = err
	}
	p.failed.Store(true)
	p.events.Add(1)
	p.wake.Broadcast()
}

// Stop ends all work: no row starts any more, and Finish returns ErrStopped.
func (p *Pool) Stop() { p.fail(ErrStopped) }

func (p *Pool) work(worker int) {
	defer p.wg.Done()
	for {
		seen := p.events.Load()
		if !p.failed.Load() && p.runOne(worker, nil) {
			continue
		}
		if !p.pause(worker, seen) {
			return
		}
	}
}

// Close ends the goroutines, after the rows that are under way. Nobody may be in Finish.
func (p *Pool) Close() {
	p.fail(ErrStopped)
	p.mu.Lock()
	p.closed = true
	p.wake.Broadcast()
	p.mu.Unlock()
	p.wg.Wait()
}
