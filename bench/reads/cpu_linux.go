package main

import (
	"bytes"
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
	raw, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(raw), ") ") // behind the name, from field 3 of proc(5)
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0
	}
	user, _ := strconv.ParseInt(fields[11], 10, 64)
	system, _ := strconv.ParseInt(fields[12], 10, 64)
	return time.Duration(user+system) * tick
}

// databaseCPU gives the CPU time of the backends on this machine that serve a
// database and live; those of a pool live as long as it does. A backend says in
// its title whom it serves: "postgres: user database host(port) state".
func databaseCPU(database string) time.Duration {
	var sum time.Duration
	names, _ := filepath.Glob("/proc/[0-9]*")
	for _, name := range names {
		pid, err := strconv.Atoi(filepath.Base(name))
		if err != nil {
			continue
		}
		title, err := os.ReadFile(filepath.Join(name, "cmdline"))
		if err == nil && bytes.HasPrefix(title, []byte("postgres: ")) && bytes.Contains(title, []byte(" "+database+" ")) {
			sum += cpu(pid)
		}
	}
	return sum
}
