package main

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// tick is the unit of CPU times in /proc: USER_HZ, 100 a second on Linux.
const tick = 10 * time.Millisecond

// cpu gives the CPU time a process has used.
func cpu(pid int) time.Duration {
	d, _ := stat(pid)
	return d
}

// databaseCPU gives the CPU time of every postgres process of this machine that
// lives; backends of a pool live as long as it does.
func databaseCPU() time.Duration {
	var sum time.Duration
	names, _ := filepath.Glob("/proc/[0-9]*")
	for _, name := range names {
		pid, err := strconv.Atoi(filepath.Base(name))
		if err != nil {
			continue
		}
		if d, command := stat(pid); strings.HasPrefix(command, "postgres") {
			sum += d
		}
	}
	return sum
}

// stat reads utime and stime of proc(5).
func stat(pid int) (time.Duration, string) {
	raw, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return 0, ""
	}
	head, rest, ok := strings.Cut(string(raw), ") ")
	if !ok {
		return 0, ""
	}
	_, command, _ := strings.Cut(head, "(")
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0, ""
	}
	user, _ := strconv.ParseInt(fields[11], 10, 64)
	system, _ := strconv.ParseInt(fields[12], 10, 64)
	return time.Duration(user+system) * tick, command
}
