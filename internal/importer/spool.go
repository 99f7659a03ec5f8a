package importer

import (
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/souk-commerce/souk/internal/kernel/fault"
)

// Spool is a file on disk that can be read at any place, as assembling
// products needs it. Close deletes it.
type Spool struct {
	file *os.File
	size int64
}

// NewSpool writes what r holds, unpacked if it is gzip, to a temporary file in
// dir ("" for the system's). A file beyond the limit is refused.
func NewSpool(r io.Reader, dir string, limits Limits) (*Spool, error) {
	in, err := unpacked(r)
	if err != nil {
		return nil, err
	}
	file, err := os.CreateTemp(dir, "souk-import-*.csv")
	if err != nil {
		return nil, fmt.Errorf("spool the file: %w", err)
	}
	s := &Spool{file: file}
	s.size, err = io.Copy(file, io.LimitReader(in, limits.FileBytes+1))
	if err == nil && s.size > limits.FileBytes {
		err = refuse("file_too_large", "The file holds more than %d bytes.", limits.FileBytes)
	}
	if err != nil {
		return nil, errors.Join(readFault(err), s.Close())
	}
	return s, nil
}

// unpacked gives the content of a gzip file, and any other as it is.
func unpacked(r io.Reader) (io.Reader, error) {
	in := bufio.NewReader(r)
	if head, _ := in.Peek(2); string(head) != "\x1f\x8b" {
		return in, nil
	}
	z, err := gzip.NewReader(in)
	if err != nil {
		return nil, readFault(err)
	}
	return z, nil
}

// readFault tells a damaged archive from a failing disk.
func readFault(err error) error {
	if errors.Is(err, gzip.ErrHeader) || errors.Is(err, gzip.ErrChecksum) || errors.Is(err, io.ErrUnexpectedEOF) {
		return refuse("damaged_archive", "The gzip file is damaged or incomplete.")
	}
	if _, ok := fault.As(err); ok {
		return err
	}
	return fmt.Errorf("spool the file: %w", err)
}

// ReadAt reads from any place.
func (s *Spool) ReadAt(p []byte, off int64) (int, error) { return s.file.ReadAt(p, off) }

// Size gives the unpacked size.
func (s *Spool) Size() int64 { return s.size }

// Close deletes the file.
func (s *Spool) Close() error {
	return errors.Join(s.file.Close(), os.Remove(s.file.Name()))
}

// refuse is a refusal of the file as a whole.
func refuse(reason, format string, args ...any) *fault.Error {
	return fault.Newf(fault.Invalid, reason, format, args...)
}
