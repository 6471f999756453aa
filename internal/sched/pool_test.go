package sched

import (
	"errors"
	"runtime"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// open starts a pool that ends with the test.
func open(t testing.TB, p *Pool) *Pool {
	p.Start()
	t.Cleanup(p.Close)
	return p
}

func TestEveryRowOnce(t *testing.T) {
	for _, workers := range []int{1, 2, 3, 8} {
		p := NewPool(workers)
		var counts [200]atomic.Int32
		busy := make([]atomic.Int32, workers)
		s := p.Add(len(counts), Always, func(worker, row int) {
			if busy[worker].Add(1) != 1 {
				t.Errorf("worker %d has two rows", worker)
			}
			counts[row].Add(1)
			busy[worker].Add(-1)
		})
		open(t, p)
		if p.Workers() != workers {
			t.Errorf("%d workers, want %d", p.Workers(), workers)
		}
		for _, rows := range []int{0, 1, 2, 7, 200} {
			for row := range counts {
				counts[row].Store(0)
			}
			s.Open(rows)
			if err := p.Finish(s); err != nil {
				t.Fatal(err)
			}
			if s.Done() != rows || !s.Complete() || !s.Passed(rows+5) {
				t.Errorf("%d rows done, want %d", s.Done(), rows)
			}
			for row := range counts {
				if n := counts[row].Load(); n != 1 && row < rows || n != 0 && row >= rows {
					t.Errorf("%d workers, %d rows: row %d ran %d times", workers, rows, row, n)
				}
			}
		}
	}
}

// Stages follow each other row by row: each row of the second needs two of the first,
// the third takes its own rows in turn. What was written is there, thousands of times.
func TestStagesFollow(t *testing.T) {
	const rows = 9
	for _, workers := range []int{1, 3} {
		p := NewPool(workers)
		var first, second [rows]int
		sum := 0
		var a, b, c *Stage
		c = p.Add(rows, func(row int) bool { return c.Done() == row && b.Passed(row) }, func(_, row int) { sum += second[row] })
		b = p.Add(rows, func(row int) bool { return a.Passed(row + 1) }, func(_, row int) {
			second[row] = first[row] + first[min(row+1, rows-1)]
		})
		a = p.Add(rows, Always, func(_, row int) { first[row]++ })
		open(t, p)
		want := 0
		for n := range 3000 {
			a.Open(rows)
			b.Open(rows)
			c.Open(rows)
			if err := p.Finish(c); err != nil {
				t.Fatal(err)
			}
			if want += 2 * rows * (n + 1); sum != want {
				t.Fatalf("%d workers, round %d: %d, want %d", workers, n, sum, want)
			}
		}
	}
}

// Finish waits for the stages it is given only; others go on beside what comes next.
func TestWorkAhead(t *testing.T) {
	p := NewPool(2)
	release := make(chan struct{})
	var slow, quick *Stage
	quick = p.Add(4, Always, func(int, int) {})
	slow = p.Add(1, func(int) bool { return quick.Complete() }, func(worker, _ int) {
		<-release
	})
	open(t, p)
	quick.Open(4)
	if err := p.Finish(quick); err != nil {
		t.Fatal(err)
	}
	slow.Open(1)
	for ready := slow.ready(); ready; ready = slow.ready() {
		runtime.Gosched() // until the other worker has it
	}
	for range 3 {
		quick.Open(4)
		if err := p.Finish(quick); err != nil {
			t.Fatal(err)
		}
	}
	if slow.Complete() {
		t.Error("the slow row is complete")
	}
	close(release)
	if err := p.Finish(slow); err != nil {
		t.Fatal(err)
	}
}

// A superblock starts after the one above and to the right; who waits for it works elsewhere.
func TestWavefrontOrder(t *testing.T) {
	const rows, columns = 12, 30
	p := NewPool(4)
	w := NewWavefront(p, rows)
	var done [rows][columns]atomic.Bool
	var inRow [4]atomic.Int32
	var s, other *Stage
	s = p.Add(rows, func(row int) bool { return w.Started(row-1, columns) }, func(worker, row int) {
		if inRow[worker].Add(1) != 1 {
			t.Errorf("worker %d has two rows of a stage", worker)
		}
		for col := range columns {
			if !w.Wait(s, worker, row-1, min(col+2, columns)) {
				t.Error("Wait gave up")
			}
			if row > 0 && !done[row-1][min(col+1, columns-1)].Load() {
				t.Errorf("row %d is at column %d, the row above is behind", row, col)
			}
			done[row][col].Store(true)
			w.Done(row, col+1, columns)
		}
		inRow[worker].Add(-1)
	})
	other = p.Add(100, Always, func(int, int) {})
	open(t, p)
	for range 20 {
		w.Reset(rows)
		for row := range done {
			for col := range done[row] {
				done[row][col].Store(false)
			}
		}
		s.Open(rows)
		other.Open(100)
		if err := p.Finish(s, other); err != nil {
			t.Fatal(err)
		}
	}
}

// A panic ends all work, also rows that wait for the one that panicked, and stays.
func TestPanic(t *testing.T) {
	for _, workers := range []int{1, 3} {
		p := NewPool(workers)
		w := NewWavefront(p, 8)
		var s *Stage
		s = p.Add(8, func(row int) bool { return w.Started(row-1, 1) }, func(worker, row int) {
			if !w.Wait(s, worker, row-1, 1) {
				return
			}
			if row == 2 {
				panic("boom")
			}
			w.Done(row, 1, 1)
		})
		after := p.Add(4, Always, func(int, int) { t.Error("a row ran after a panic") })
		open(t, p)
		s.Open(8)
		err := p.Finish(s)
		var e *PanicError
		if !errors.As(err, &e) || e.Value != "boom" || !strings.Contains(string(e.Stack), "TestPanic") {
			t.Fatalf("%d workers: %v", workers, err)
		}
		if !p.Failed() {
			t.Error("Failed says no")
		}
		after.Open(4)
		if again := p.Finish(after); !errors.Is(again, err) {
			t.Errorf("%d workers: the next stage returns %v", workers, again)
		}
	}
}

// Stop ends a Finish that would wait for ever.
func TestStop(t *testing.T) {
	for _, workers := range []int{1, 3} {
		p := NewPool(workers)
		never := p.Add(1, func(int) bool { return false }, func(int, int) { t.Error("a row ran that wasn't ready") })
		open(t, p)
		never.Open(1)
		go func() {
			time.Sleep(time.Millisecond)
			p.Stop()
		}()
		if err := p.Finish(never); !errors.Is(err, ErrStopped) {
			t.Errorf("%d workers: %v", workers, err)
		}
	}
}

func TestNoGoroutineLeft(t *testing.T) {
	before := runtime.NumGoroutine()
	for range 20 {
		p := NewPool(4)
		s := p.Add(9, Always, func(int, int) {})
		p.Start()
		s.Open(9)
		if err := p.Finish(s); err != nil {
			t.Fatal(err)
		}
		p.Close()
	}
	if n := runtime.NumGoroutine(); n > before {
		t.Errorf("%d goroutines, %d before", n, before)
	}
}

// Idle workers sleep: an open pool takes no processor time, nor does a Finish that waits.
func TestIdleWorkersSleep(t *testing.T) {
	p := NewPool(4)
	s := p.Add(100, Always, func(_, row int) {
		if row == 50 {
			time.Sleep(200 * time.Millisecond)
		}
	})
	open(t, p)
	before := cpuTime(t)
	s.Open(100)
	if err := p.Finish(s); err != nil {
		t.Fatal(err)
	}
	time.Sleep(200 * time.Millisecond)
	if used := cpuTime(t) - before; used > 50*time.Millisecond {
		t.Errorf("%v of processor time while idle", used)
	}
}

func cpuTime(t *testing.T) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Skip(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func TestNoAllocations(t *testing.T) {
	p := NewPool(2)
	w := NewWavefront(p, 4)
	s := p.Add(4, Always, func(_, row int) { w.Done(row, 1, 1) })
	open(t, p)
	if n := testing.AllocsPerRun(100, func() {
		w.Reset(4)
		s.Open(4)
		if err := p.Finish(s); err != nil {
			t.Fatal(err)
		}
	}); n > 0 {
		t.Errorf("%v allocations per stage", n)
	}
}

func BenchmarkStage(b *testing.B) {
	p := NewPool(2)
	s := p.Add(4, Always, func(int, int) {})
	open(b, p)
	b.ReportAllocs()
	for b.Loop() {
		s.Open(4)
		if err := p.Finish(s); err != nil {
			b.Fatal(err)
		}
	}
}
