package encoder

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
)

// Nothing is allocated in steady state, in any mode.
func TestSteadyStateAllocations(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	defer func(rate int) { runtime.MemProfileRate = rate }(runtime.MemProfileRate)
	runtime.MemProfileRate = 1
	for name, change := range modes {
		for _, threads := range []int{1, 2} {
			t.Run(fmt.Sprintf("%s-%d", name, threads), func(t *testing.T) {
				c := base(change)
				c.Threads = threads
				e := open(t, c)
				frames := make([]*Frame, 8)
				for i := range frames {
					frames[i] = picture(&c, i)
					frames[i].Regions = []Region{{X: i, W: 5, H: 5, QOffset: -1}, {W: c.Width, H: c.Height, QOffset: 1}}
				}
				n := 0
				run := func(count int) {
					for range count {
						if err := e.SendFrame(context.Background(), frames[n%len(frames)]); err != nil {
							t.Fatal(err)
						}
						n++
						for {
							if _, err := e.ReceivePacket(context.Background()); errors.Is(err, ErrNeedMoreData) {
								break
							} else if err != nil {
								t.Fatal(err)
							}
						}
					}
				}
				run(64)
				before := allocations()
				run(80)
				for stack, count := range allocations() {
					if count > before[stack] {
						t.Errorf("%d allocations in 80 frames:%s", count-before[stack], stack)
					}
				}
			})
		}
	}
}

// allocations counts what the module has allocated so far while all allocations are
// recorded, by stack. What the runtime allocates for itself, when a goroutine has to wait,
// doesn't count: it keeps a bounded number of such records.
func allocations() map[string]int64 {
	// A record is complete after two collections.
	runtime.GC()
	runtime.GC()
	n, _ := runtime.MemProfile(nil, true)
	records := make([]runtime.MemProfileRecord, n+100)
	n, ok := runtime.MemProfile(records, true)
	if !ok {
		panic("more places than expected")
	}
	counts := map[string]int64{}
	for i := range records[:n] {
		if stack, ours := describe(records[i].Stack()); ours {
			counts[stack] += records[i].AllocObjects
		}
	}
	return counts
}

// describe lists the functions of a stack, and tells whether one of the module's is behind
// an allocation that isn't a test's or the runtime's own.
func describe(stack []uintptr) (list string, ours bool) {
	frames := runtime.CallersFrames(stack)
	for {
		f, more := frames.Next()
		list += fmt.Sprintf(" %s:%d", f.Function[strings.LastIndex(f.Function, "/")+1:], f.Line)
		switch {
		case strings.HasSuffix(f.File, "_test.go") || f.Function == "runtime.acquireSudog":
			return list, ours && f.Function != "runtime.acquireSudog"
		case strings.Contains(f.Function, "grav1e/"):
			ours = true
		}
		if !more {
			return list, ours
		}
	}
}
