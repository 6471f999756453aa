package sched

import (
	"runtime"
	"sync/atomic"
	"time"
)

// Wavefront orders the columns of neighbouring rows of a stage: a row waits until the
// row above is ahead by the lag it needs.
type Wavefront struct {
	progress []rowProgress
	pool     *Pool
}

// rowProgress has a cache line to itself: one worker writes it, another spins on it.
type rowProgress struct {
	columns atomic.Int64
	_       [56]byte
}

// NewWavefront serves a stage of up to maxRows rows on p.
func NewWavefront(p *Pool, maxRows int) *Wavefront {
	return &Wavefront{progress: make([]rowProgress, maxRows), pool: p}
}

// Reset prepares for rows rows, before their stage is opened.
func (w *Wavefront) Reset(rows int) {
	for i := range rows {
		w.progress[i].columns.Store(0)
	}
}

// startLag is the number of columns of the row above after which it is worth starting a row.
const startLag = 2

// Started tells that row is so far, or complete, that the row below may start, which is
// what the stage's ready function looks at. columns is the number a row has. Rows below 0 count as finished.
func (w *Wavefront) Started(row, columns int) bool {
	return row < 0 || w.progress[row].columns.Load() >= int64(min(startLag, columns))
}

// A waiting row looks again at once, then does rows of other stages, then sleeps: the
// row above may be held up by something else on the machine.
const (
	spinsBeforeHelp = 16
	spinsBeforeNap  = 256
	wavefrontNap    = 20 * time.Microsecond
)

// Wait returns when row has finished at least columns columns, or false when a worker
// failed. Meanwhile the worker does rows of all stages but stage, its own. Rows below 0
// count as finished.
func (w *Wavefront) Wait(stage *Stage, worker, row, columns int) bool {
	if row < 0 {
		return true
	}
	for spins := 0; w.progress[row].columns.Load() < int64(columns); spins++ {
		switch {
		case w.pool.Failed():
			return false
		case spins < spinsBeforeHelp:
		case w.pool.runOne(worker, stage):
			spins = 0
		case spins > spinsBeforeNap:
			time.Sleep(wavefrontNap)
		default:
			runtime.Gosched()
		}
	}
	return true
}

// Done records that row has finished its first columns columns, of count.
func (w *Wavefront) Done(row, columns, count int) {
	w.progress[row].columns.Store(int64(columns))
	if columns == min(startLag, count) {
		w.pool.progress(false)
	}
}
