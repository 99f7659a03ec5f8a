//go:build unix

package disk

import "syscall"

// errNotDirectory is what a key gets that goes on below a file.
const errNotDirectory = syscall.ENOTDIR
