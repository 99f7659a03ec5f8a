//go:build unix

package testkit

import (
	"os/exec"
	"syscall"
)

// detach keeps the end of the test run, and its Ctrl-C, away from cmd.
func detach(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }
