//go:build !unix

package disk

import "io/fs"

// errNotDirectory is what a key gets that goes on below a file.
var errNotDirectory = fs.ErrNotExist
