//go:build !unix

package main

// resourceUsage is known on Unix only.
func resourceUsage() (user, system float64, peakRSS int64) { return 0, 0, 0 }
