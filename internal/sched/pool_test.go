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

// stage is a Stage made of a function.
type stage func(worker, row int)

func (s stage) Row(worker, row int) { s(worker, row) }

func TestEveryRowOnce(t *testing.T) {
	for _, workers := range []int{1, 2, 3, 8} {
		p := NewPool(workers)
		if p.Workers() != workers {
			t.Errorf("%d workers, want %d", p.Workers(), workers)
		}
		for _, rows := range []int{0, 1, 2, 7, 200} {
			counts := make([]atomic.Int32, rows)
			busy := make([]atomic.Int32, workers)
			err := p.Run(stage(func(worker, row int) {
				if busy[worker].Add(1) != 1 {
					t.Errorf("worker %d has two rows", worker)
				}
				counts[row].Add(1)
				busy[worker].Add(-1)
			}), rows)
			if err != nil {
				t.Fatal(err)
			}
			for row := range counts {
				if n := counts[row].Load(); n != 1 {
					t.Errorf("%d workers, %d rows: row %d ran %d times", workers, rows, row, n)
				}
			}
		}
		p.Close()
	}
}

// A pool serves thousands of stages, and what a stage wrote is there when Run returns.
func TestReuse(t *testing.T) {
	p := NewPool(3)
	defer p.Close()
	var values [5]int
	for n := range 5000 {
		if err := p.Run(stage(func(_, row int) { values[row] += n }), len(values)); err != nil {
			t.Fatal(err)
		}
	}
	for row, v := range values {
		if v != 5000*4999/2 {
			t.Errorf("row %d: %d", row, v)
		}
	}
}

// A superblock starts after the one above and to the right.
func TestWavefrontOrder(t *testing.T) {
	const rows, columns = 12, 30
	p := NewPool(4)
	defer p.Close()
	w := NewWavefront(p, rows)
	for range 20 {
		w.Reset(rows)
		var done [rows][columns]atomic.Bool
		err := p.Run(stage(func(_, row int) {
			for col := range columns {
				if !w.Wait(row-1, min(col+2, columns)) {
					t.Error("Wait gave up")
				}
				if row > 0 && !done[row-1][min(col+1, columns-1)].Load() {
					t.Errorf("row %d is at column %d, the row above is behind", row, col)
				}
				done[row][col].Store(true)
				w.Done(row, col+1)
			}
		}), rows)
		if err != nil {
			t.Fatal(err)
		}
	}
}

// A panic ends the stage, also rows that wait for the one that panicked, and stays.
func TestPanic(t *testing.T) {
	for _, workers := range []int{1, 3} {
		p := NewPool(workers)
		w := NewWavefront(p, 8)
		err := p.Run(stage(func(_, row int) {
			if !w.Wait(row-1, 1) {
				return
			}
			if row == 2 {
				panic("boom")
			}
			w.Done(row, 1)
		}), 8)
		var e *PanicError
		if !errors.As(err, &e) || e.Value != "boom" || !strings.Contains(string(e.Stack), "TestPanic") {
			t.Fatalf("%d workers: %v", workers, err)
		}
		if !p.Failed() {
			t.Error("Failed says no")
		}
		if again := p.Run(stage(func(int, int) { t.Error("a row ran after a panic") }), 4); !errors.Is(again, err) {
			t.Errorf("%d workers: the next stage returns %v", workers, again)
		}
		p.Close()
	}
}

func TestNoGoroutineLeft(t *testing.T) {
	before := runtime.NumGoroutine()
	for range 20 {
		p := NewPool(4)
		if err := p.Run(stage(func(int, int) {}), 9); err != nil {
			t.Fatal(err)
		}
		p.Close()
	}
	if n := runtime.NumGoroutine(); n > before {
		t.Errorf("%d goroutines, %d before", n, before)
	}
}

// Idle workers sleep: an open pool takes no processor time.
func TestIdleWorkersSleep(t *testing.T) {
	p := NewPool(4)
	defer p.Close()
	if err := p.Run(stage(func(int, int) {}), 100); err != nil {
		t.Fatal(err)
	}
	before := cpuTime(t)
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
	defer p.Close()
	w := NewWavefront(p, 4)
	var s Stage = stage(func(_, row int) { w.Done(row, 1) })
	if n := testing.AllocsPerRun(100, func() {
		w.Reset(4)
		if err := p.Run(s, 4); err != nil {
			t.Fatal(err)
		}
	}); n > 0 {
		t.Errorf("%v allocations per stage", n)
	}
}

func BenchmarkRun(b *testing.B) {
	p := NewPool(2)
	defer p.Close()
	var s Stage = stage(func(int, int) {})
	b.ReportAllocs()
	for b.Loop() {
		if err := p.Run(s, 4); err != nil {
			b.Fatal(err)
		}
	}
}
