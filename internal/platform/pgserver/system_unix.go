//go:build unix

package pgserver

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

func supported() error { return nil }

// account is whom the server runs as. PostgreSQL refuses to run as root, so
// root drops to another one; everybody else stays what they are.
type account struct {
	drop     bool
	uid, gid int
	name     string
}

func owner() (account, error) {
	if os.Geteuid() != 0 {
		return account{uid: os.Geteuid(), gid: os.Getegid()}, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		if uid != 0 {
			return account{drop: true, uid: uid, gid: gid, name: name}, nil
		}
	}
	return account{drop: true, uid: 65534, gid: 65534, name: "number 65534"}, nil
}

// apply makes cmd run as the account, in a session of its own: Ctrl-C in a
// terminal is for souk, which then stops the server in order.
func (a account) apply(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if a.drop {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(a.uid), Gid: uint32(a.gid)}
	}
}

// own hands path, with everything below, to the account.
func (a account) own(path string) error {
	if a.owns(path) {
		return nil
	}
	if !a.drop {
		return fmt.Errorf("%s belongs to another user: run souk as that user, or choose another SOUK_DATA_DIR", path)
	}
	return filepath.WalkDir(path, func(p string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(p, a.uid, a.gid)
	})
}

func (a account) owns(path string) bool {
	info, err := os.Stat(path)
	if err != nil {
		return false
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(st.Uid) == a.uid
}

// openPath makes sure that the account can walk down to dir. A directory of
// our own that is closed to others gets the right to pass through, not to list.
func (a account) openPath(dir string, log *slog.Logger) error {
	if !a.drop {
		return nil
	}
	for p := dir; ; p = filepath.Dir(p) {
		if err := a.openDir(p, log); err != nil {
			return err
		}
		if p == filepath.Dir(p) {
			return nil
		}
	}
}

func (a account) openDir(dir string, log *slog.Logger) error {
	info, err := os.Stat(dir)
	if err != nil {
		return fmt.Errorf("look at %s: %w", dir, err)
	}
	if info.Mode().Perm()&0o001 != 0 || a.owns(dir) && info.Mode().Perm()&0o100 != 0 {
		return nil
	}
	if err := os.Chmod(dir, info.Mode().Perm()|0o001); err != nil {
		return fmt.Errorf("PostgreSQL does not run as root, and user %s, as whom it would run, cannot enter %s: set SOUK_DATA_DIR to a directory outside of it (%w)", a.name, dir, err)
	}
	log.Warn("let other users pass through a directory, since the database server runs as one", "directory", dir, "user", a.name)
	return nil
}

// alive reports whether the process exists, under whatever user.
func alive(pid int) bool {
	if pid <= 0 {
		return false
	}
	err := syscall.Kill(pid, 0)
	return err == nil || errors.Is(err, syscall.EPERM)
}

// runsOn reports whether pid is a PostgreSQL server of the cluster: the number
// in a stale lock file may by now be any program's.
func runsOn(pid int, cluster string) bool {
	if !alive(pid) {
		return false
	}
	line, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "cmdline"))
	if err != nil {
		line, err = exec.Command("ps", "-o", "command=", "-p", strconv.Itoa(pid)).Output()
	}
	text := strings.ReplaceAll(string(line), "\x00", " ")
	return err == nil && strings.Contains(text, "postgres") && strings.Contains(text+" ", " "+cluster+" ")
}

func interrupt(pid int) { _ = syscall.Kill(pid, syscall.SIGINT) }

func quit(pid int) { _ = syscall.Kill(pid, syscall.SIGQUIT) }

// lockFile waits for the exclusive lock; it ends with the process at the latest.
func lockFile(name string) (release func(), err error) {
	f, err := flock(name, syscall.LOCK_EX)
	if err != nil {
		return nil, err
	}
	return func() { unlock(f) }, nil
}

// unlock gives the lock up by name: by closing alone it would live on in a
// child that is just being forked.
func unlock(f *os.File) {
	_ = syscall.Flock(int(f.Fd()), syscall.LOCK_UN)
	_ = f.Close()
}

func shareFile(name string) (*os.File, error) { return flock(name, syscall.LOCK_SH) }

// unused reports whether nobody shares the lock.
func unused(name string) bool {
	f, err := flock(name, syscall.LOCK_EX|syscall.LOCK_NB)
	if err != nil {
		return false
	}
	unlock(f)
	return true
}

func flock(name string, how int) (*os.File, error) {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	for {
		err = syscall.Flock(int(f.Fd()), how)
		if !errors.Is(err, syscall.EINTR) {
			break
		}
	}
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return f, nil
}
