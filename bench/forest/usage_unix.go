//go:build unix

package main

import (
	"runtime"
	"syscall"
)

func usage() (u syscall.Rusage) {
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u) // fails for no process of one's own
	return u
}

// processorSeconds returns the time that all processors have spent so far.
func processorSeconds() float64 {
	u := usage()
	return float64(u.Utime.Sec+u.Stime.Sec) + float64(u.Utime.Usec+u.Stime.Usec)/1e6
}

// peakMemory returns the most memory that was in use so far, in bytes.
func peakMemory() float64 {
	unit := 1024.
	if runtime.GOOS == "darwin" {
		unit = 1
	}
	return float64(usage().Maxrss) * unit
}
