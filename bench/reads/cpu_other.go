//go:build !linux

package main

import "time"

// cpu is known on Linux only; elsewhere the CPU columns are empty.
func cpu(int) time.Duration { return 0 }

func databaseCPU(string) time.Duration { return 0 }
