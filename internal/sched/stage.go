package sched

import "sync/atomic"

// Stage is a job cut into rows. Epochs tell one opening from the next, so that a worker
// that was held up in the middle of taking or finishing a row changes nothing.
type Stage struct {
	pool     *Pool
	mayStart func(row int) bool
	row      func(worker, row int)
	finished []atomic.Bool // by row

	next atomic.Uint64 // epoch << 32 | next row
	rows atomic.Uint32
	_    [64]byte      // written at other times, by other workers
	done atomic.Uint64 // epoch << 32 | number of rows, from the first on, that are finished
	_    [56]byte
}

// noRow is the next row of a stage that isn't open; more than any stage has.
const noRow = 1<<32 - 1

// Open hands out rows 0..rows-1. All rows of the time before are done. Stages are opened
// after those their ready functions look at.
func (s *Stage) Open(rows int) {
	epoch := s.next.Load()>>32 + 1
	s.next.Store(epoch<<32 | noRow)
	for i := range rows {
		s.finished[i].Store(false)
	}
	s.rows.Store(uint32(rows))
	s.done.Store(epoch << 32)
	s.next.Store(epoch << 32)
	if rows > 0 {
		s.pool.progress(false)
	}
}

// Done is the number of rows, counted from the first one without a gap, that are finished.
func (s *Stage) Done() int { return int(uint32(s.done.Load())) }

// Complete tells that all rows are finished.
func (s *Stage) Complete() bool { return s.Done() == int(s.rows.Load()) }

// Passed tells that the rows up to this one are finished, or all there are.
func (s *Stage) Passed(row int) bool { return s.Done() > row || s.Complete() }

// ready tells that the next row may start.
func (s *Stage) ready() bool {
	row := uint32(s.next.Load())
	return row < s.rows.Load() && s.mayStart(int(row))
}

// take takes the next row if it is ready.
func (s *Stage) take() (row int, ok bool) {
	for {
		next := s.next.Load()
		row := uint32(next)
		if row >= s.rows.Load() || !s.mayStart(int(row)) {
			return 0, false
		}
		if s.next.CompareAndSwap(next, next+1) {
			return int(row), true
		}
	}
}

// run does a row that was taken.
func (s *Stage) run(worker, row int) {
	defer s.pool.recover()
	s.row(worker, row)
	s.finished[row].Store(true)
	complete := false
	for {
		done := s.done.Load()
		n := uint32(done)
		if complete = n >= s.rows.Load(); complete || !s.finished[n].Load() {
			break
		}
		s.done.CompareAndSwap(done, done+1)
	}
	s.pool.progress(complete)
}
