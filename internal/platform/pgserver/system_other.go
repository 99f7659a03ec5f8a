//go:build !unix

package pgserver

import (
	"errors"
	"log/slog"
	"os"
	"os/exec"
)

func supported() error {
	return errors.New("souk cannot start PostgreSQL on this system: install it and set DATABASE_URL")
}

type account struct{}

func owner() (account, error)                       { return account{}, supported() }
func (account) apply(*exec.Cmd)                     {}
func (account) own(string) error                    { return supported() }
func (account) openPath(string, *slog.Logger) error { return supported() }
func alive(int) bool                                { return false }
func runsOn(int, string) bool                       { return false }
func interrupt(int)                                 {}
func quit(int)                                      {}
func lockFile(string) (func(), error)               { return nil, supported() }
func shareFile(string) (*os.File, error)            { return nil, supported() }
func unused(string) bool                            { return false }
func unlock(*os.File)                               {}
