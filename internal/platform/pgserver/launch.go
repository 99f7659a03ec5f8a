package pgserver

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// maxSocketPath is below what Linux (107) and macOS (103) allow.
const maxSocketPath = 100

// maxLog is where the server's log starts anew.
const maxLog = 8 << 20

// ensureCluster runs initdb once.
func (s *Server) ensureCluster(ctx context.Context, bin string, who account) error {
	if err := s.secret(); err != nil {
		return err
	}
	if s.clusterMajor() != 0 && !s.cfg.Fast {
		return who.own(s.cluster())
	}
	if err := os.RemoveAll(s.cluster()); err != nil { // perhaps an initdb that was cut short
		return fmt.Errorf("clear the unfinished database: %w", err)
	}
	if err := os.MkdirAll(s.cluster(), 0o700); err != nil {
		return fmt.Errorf("make the database directory: %w", err)
	}
	if err := who.own(s.cluster()); err != nil {
		return err
	}
	pwfile, err := s.passwordFor(who)
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(pwfile) }()
	out, err := s.initdb(ctx, bin, who, pwfile, "C.UTF-8")
	if err != nil { // a C library without that locale
		out, err = s.initdb(ctx, bin, who, pwfile, "C")
	}
	if err != nil {
		return fmt.Errorf("the database cannot be set up, initdb says: %s (set DATABASE_URL to use a server of yours)", lastLine(out, err))
	}
	return nil
}

// passwordFor writes the password where the account that runs initdb can read it.
func (s *Server) passwordFor(who account) (string, error) {
	file := s.path("postgres.init")
	if err := os.WriteFile(file, []byte(s.password), 0o600); err != nil {
		return "", fmt.Errorf("hand the password to initdb: %w", err)
	}
	return file, who.own(file)
}

func (s *Server) initdb(ctx context.Context, bin string, who account, pwfile, locale string) (string, error) {
	args := []string{"-D", s.cluster(), "-U", User, "--pwfile=" + pwfile, "--auth=scram-sha-256", "--encoding=UTF8", "--locale=" + locale}
	if s.cfg.Fast {
		args = append(args, "--no-sync")
	}
	cmd := exec.CommandContext(ctx, filepath.Join(bin, "initdb"), args...)
	s.setUp(cmd, who)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func (s *Server) setUp(cmd *exec.Cmd, who account) {
	cmd.Dir = s.cluster()
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "TZ=UTC", "HOME=" + s.cluster()}
	who.apply(cmd)
}

// launch starts the server. A port that was taken meanwhile is changed, and
// the memory of a predecessor that was killed takes a moment to be given up.
func (s *Server) launch(ctx context.Context, bin string, who account) error {
	deadline := time.NewTimer(startLimit)
	defer deadline.Stop()
	for {
		said, err := s.try(ctx, bin, who)
		if err == nil {
			s.log.Info("started the database server", "pid", s.pid, "port", s.port)
			return nil
		}
		passing := strings.Contains(said, "shared memory block") || strings.Contains(said, "could not bind")
		if !errors.Is(err, errExited) || !passing {
			return fmt.Errorf("the database server does not start: %s (its log is %s)", lastLine(said, err), s.path("postgres.log"))
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-deadline.C:
			return fmt.Errorf("the database server does not start: %s (its log is %s)", lastLine(said, err), s.path("postgres.log"))
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// try starts the process once and gives what it logged where that failed.
func (s *Server) try(ctx context.Context, bin string, who account) (string, error) {
	if err := s.choosePort(); err != nil {
		return "", err
	}
	sockets, err := s.socketDir(who)
	if err != nil {
		return "", err
	}
	log, err := s.openLog()
	if err != nil {
		return "", err
	}
	defer func() { _ = log.Close() }()
	from, _ := log.Seek(0, io.SeekEnd)
	cmd := exec.Command(filepath.Join(bin, "postgres"), s.args(sockets)...)
	s.setUp(cmd, who)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		return "", err
	}
	s.pid, s.exited = cmd.Process.Pid, reap(cmd)
	if err := s.ready(ctx); err != nil {
		if !errors.Is(err, errExited) {
			err = errors.Join(err, s.shutDown(context.WithoutCancel(ctx)))
		}
		text, _ := io.ReadAll(io.NewSectionReader(log, from, maxLog))
		return string(text), err
	}
	return "", nil
}

// reap waits for the child, so that it does not stay as a zombie.
func reap(cmd *exec.Cmd) <-chan struct{} {
	exited := make(chan struct{})
	go func() {
		defer close(exited)
		_ = cmd.Wait()
	}()
	return exited
}

func (s *Server) args(sockets string) []string {
	settings := []string{
		"listen_addresses=127.0.0.1",
		"unix_socket_directories=" + sockets,
		"unix_socket_permissions=0700",
		"timezone=UTC",
		"log_timezone=UTC",
		"max_connections=200",
	}
	if s.cfg.Fast {
		settings = append(settings, "fsync=off", "synchronous_commit=off", "full_page_writes=off",
			"max_connections=400", "autovacuum_naptime=1h", "max_wal_size=4GB", "checkpoint_timeout=1h")
	}
	args := []string{"-D", s.cluster(), "-p", strconv.Itoa(s.port)}
	for _, c := range settings {
		args = append(args, "-c", c)
	}
	return args
}

func (s *Server) openLog() (*os.File, error) {
	name := s.path("postgres.log")
	flags := os.O_CREATE | os.O_RDWR | os.O_APPEND
	if info, err := os.Stat(name); err == nil && info.Size() > maxLog {
		flags |= os.O_TRUNC
	}
	f, err := os.OpenFile(name, flags, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the server's log: %w", err)
	}
	return f, nil
}

// choosePort keeps the port of the last run while it is free.
func (s *Server) choosePort() error {
	file := s.path("postgres.port")
	text, _ := os.ReadFile(file)
	if port, err := strconv.Atoi(strings.TrimSpace(string(text))); err == nil && port > 0 {
		if s.port, err = listenOnce(port); err == nil {
			return nil
		}
	}
	port, err := listenOnce(0)
	if err != nil {
		return fmt.Errorf("find a free port on 127.0.0.1: %w", err)
	}
	s.port = port
	return os.WriteFile(file, []byte(strconv.Itoa(port)+"\n"), 0o600)
}

func listenOnce(port int) (int, error) {
	l, err := net.Listen("tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return 0, err
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// socketDir makes the directory of the unix socket: in the data directory, or
// where the path would be too long, in the one for temporary files.
func (s *Server) socketDir(who account) (string, error) {
	dir := s.path("postgres.run")
	if len(filepath.Join(dir, ".s.PGSQL.65535")) > maxSocketPath {
		sum := sha256.Sum256([]byte(s.cfg.DataDir))
		dir = filepath.Join("/tmp", "souk-"+hex.EncodeToString(sum[:6]))
	}
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return "", fmt.Errorf("make the directory of the database socket: %w", err)
	}
	if info, err := os.Lstat(dir); err != nil || !info.IsDir() {
		return "", fmt.Errorf("%s must be a directory for the database socket: remove it", dir)
	}
	return dir, errors.Join(clearSockets(dir), who.own(dir))
}

// clearSockets takes away what a killed server left in the directory. No server
// runs on the cluster when one is started, so nothing in it is in use; the
// server itself would believe a lock file whose number is by now another
// process's.
func clearSockets(dir string) error {
	left, err := filepath.Glob(filepath.Join(dir, ".s.PGSQL.*"))
	if err != nil {
		return err
	}
	for _, file := range left {
		if err := os.Remove(file); err != nil {
			return fmt.Errorf("clear a stale database socket: %w", err)
		}
	}
	return nil
}

// lastLine picks the sentence that matters out of a program's output.
func lastLine(out string, err error) string {
	var last string
	for line := range strings.Lines(out) {
		for _, mark := range []string{"FATAL:", "PANIC:", "error:"} {
			if _, after, found := strings.Cut(line, mark); found {
				last = strings.TrimSpace(after)
			}
		}
	}
	if last == "" {
		return err.Error()
	}
	return last
}
