//go:build unix

package main

import (
	"os"
	"runtime"
	"syscall"
)

// peak returns the greatest resident size of a process that has ended, in bytes.
func peak(p *os.ProcessState) int64 {
	size := int64(p.SysUsage().(*syscall.Rusage).Maxrss)
	if runtime.GOOS == "darwin" || runtime.GOOS == "ios" {
		return size // all others give kilobytes
	}
	return size << 10
}
