//go:build unix

package main

import (
	"runtime"
	"syscall"
	"time"
)

// resourceUsage returns the process's CPU time in seconds and its peak resident memory in bytes.
func resourceUsage() (user, system float64, peakRSS int64) {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0, 0, 0
	}
	unit := int64(1 << 10)
	if runtime.GOOS == "darwin" || runtime.GOOS == "ios" {
		unit = 1
	}
	return time.Duration(u.Utime.Nano()).Seconds(), time.Duration(u.Stime.Nano()).Seconds(), int64(u.Maxrss) * unit
}
