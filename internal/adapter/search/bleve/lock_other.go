//go:build !unix

package bleve

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// lock makes a file that is there as long as somebody holds it. A crash leaves
// it behind: then it is to be taken away by hand.
func lock(path string) (unlock func() error, err error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("lock: %w", ErrInUse)
	}
	if err != nil {
		return nil, err
	}
	return func() error { return errors.Join(file.Close(), os.Remove(path)) }, nil
}
