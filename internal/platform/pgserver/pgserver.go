// Package pgserver starts a private PostgreSQL for a shop that has none. It
// finds the server's programs on the machine, else fetches them, keeps the
// cluster in the data directory, listens on loopback only, and picks up what a
// killed predecessor left behind: a server still running is adopted, a stale
// lock file is cleared away.
package pgserver

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// User is the superuser of the private cluster.
const User = "souk"

// MinMajor is the oldest PostgreSQL that souk runs on.
const MinMajor = 15

// Config says where the server lives and how it runs.
type Config struct {
	DataDir string // holds the cluster, its password, port and log
	BinDir  string // where initdb and postgres are (SOUK_PG_BIN); empty looks around
	Archive string // base URL of a Maven repository with io.zonky.test.postgres (SOUK_PG_ARCHIVE); empty fetches nothing
	Logger  *slog.Logger
	// Fast trades durability for speed: for tests. Such a cluster begins anew
	// whenever its server was not running, since nothing vouches for its files.
	Fast bool
}

// Server is a running PostgreSQL.
type Server struct {
	cfg      Config
	password string
	port     int
	pid      int
	exited   <-chan struct{} // closed when our child ends; nil for an adopted server
	users    *os.File        // shared lock of everybody who uses the server
	log      *slog.Logger
}

// Start makes the server of cfg.DataDir run, whatever state it is in, and
// returns when it answers. Each error is a sentence that says what to do.
func Start(ctx context.Context, cfg Config) (*Server, error) {
	s, err := prepare(cfg)
	if err != nil {
		return nil, err
	}
	release, err := lockFile(s.path("postgres.lock"))
	if err != nil {
		return nil, fmt.Errorf("lock the data directory: %w", err)
	}
	defer release()
	if err := s.run(ctx); err != nil {
		return nil, err
	}
	if s.users, err = shareFile(s.path("postgres.users")); err != nil {
		return nil, fmt.Errorf("mark the server as used: %w", err)
	}
	return s, nil
}

func prepare(cfg Config) (*Server, error) {
	if err := supported(); err != nil {
		return nil, err
	}
	dir, err := filepath.Abs(cfg.DataDir)
	if err != nil {
		return nil, fmt.Errorf("find the data directory: %w", err)
	}
	if cfg.DataDir = dir; cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if err := os.MkdirAll(dir, 0o711); err != nil {
		return nil, fmt.Errorf("the data directory %s cannot be made (%w): set SOUK_DATA_DIR to one that can", dir, err)
	}
	if resolved, err := filepath.EvalSymlinks(dir); err == nil {
		cfg.DataDir = resolved
	}
	return &Server{cfg: cfg, log: cfg.Logger}, nil
}

// run adopts, repairs or starts; the caller holds the lock.
func (s *Server) run(ctx context.Context) error {
	who, err := owner()
	if err != nil {
		return err
	}
	if err := s.adopt(ctx); err == nil {
		s.log.Info("found the database server running", "pid", s.pid, "port", s.port)
		return nil
	} else if !errors.Is(err, errNotRunning) {
		return err
	}
	bin, err := s.binaries(ctx)
	if err != nil {
		return err
	}
	if err := who.openPath(s.cfg.DataDir, s.log); err != nil {
		return err
	}
	if strings.HasPrefix(bin, s.cfg.DataDir) { // fetched, perhaps under a umask that shuts others out
		if err := who.own(filepath.Dir(bin)); err != nil {
			return err
		}
	}
	if err := s.ensureCluster(ctx, bin, who); err != nil {
		return err
	}
	err = s.launch(ctx, bin, who)
	if err == nil {
		return nil
	}
	// A predecessor that was killed while it started one leaves a server that
	// writes its lock file only now: ours lost the race, so that one it is.
	if s.exited = nil; s.adopt(ctx) == nil {
		s.log.Info("found the database server running after all", "pid", s.pid, "port", s.port)
		return nil
	}
	return err
}

func (s *Server) path(name string) string { return filepath.Join(s.cfg.DataDir, name) }

func (s *Server) cluster() string { return s.path("postgres") }

// URL gives the connection string for a database of the server.
func (s *Server) URL(dbname string) string {
	u := url.URL{
		Scheme:   "postgres",
		User:     url.UserPassword(User, s.password),
		Host:     net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port)),
		Path:     "/" + dbname,
		RawQuery: "sslmode=disable",
	}
	return u.String()
}

// PID is the process of the server.
func (s *Server) PID() int { return s.pid }

// Adopted reports whether the server ran before Start was called.
func (s *Server) Adopted() bool { return s.exited == nil }

// EnsureDatabase creates the database where it is missing.
func (s *Server) EnsureDatabase(ctx context.Context, name string) error {
	c, err := pgx.Connect(ctx, s.URL("postgres"))
	if err != nil {
		return fmt.Errorf("create database: %w", err)
	}
	defer func() { _ = c.Close(ctx) }()
	var there bool
	if err := c.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)`, name).Scan(&there); err != nil || there {
		return err
	}
	if _, err := c.Exec(ctx, "CREATE DATABASE "+pgx.Identifier{name}.Sanitize()); err != nil && !isCode(err, "42P04") {
		return fmt.Errorf("create database: %w", err)
	}
	return nil
}

// Stop ends the server, unless another process uses it too: fast at first, and
// without waiting for anything when that takes longer than ctx allows or 15 s.
func (s *Server) Stop(ctx context.Context) error {
	release, err := lockFile(s.path("postgres.lock"))
	if err != nil {
		return fmt.Errorf("lock the data directory: %w", err)
	}
	defer release()
	unlock(s.users)
	if !unused(s.path("postgres.users")) {
		s.log.Info("left the database server to another process", "pid", s.pid)
		return nil
	}
	return s.shutDown(ctx)
}

// Release leaves the server running without us; for servers that many short
// processes share.
func (s *Server) Release() { unlock(s.users) }

// Halt stops the server of a data directory, whoever started it and uses it.
func Halt(ctx context.Context, dataDir string) error {
	s, err := prepare(Config{DataDir: dataDir})
	if err != nil {
		return err
	}
	release, err := lockFile(s.path("postgres.lock"))
	if err != nil {
		return fmt.Errorf("lock the data directory: %w", err)
	}
	defer release()
	s.pid, _, err = readPidFile(filepath.Join(s.cluster(), "postmaster.pid"))
	if err != nil || !runsOn(s.pid, s.cluster()) {
		return nil
	}
	return s.shutDown(ctx)
}

func (s *Server) shutDown(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	interrupt(s.pid)
	if s.await(ctx) {
		return nil
	}
	s.log.Warn("the database server does not stop, stopping it at once", "pid", s.pid)
	quit(s.pid)
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if s.await(last) {
		return nil
	}
	return fmt.Errorf("the database server (process %d) does not stop: end it by hand", s.pid)
}

// await reports whether the server ended before ctx did.
func (s *Server) await(ctx context.Context) bool {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		if s.gone() {
			return true
		}
		select {
		case <-ctx.Done():
			return s.gone()
		case <-s.exited: // blocks for ever where nil
			return true
		case <-tick.C:
		}
	}
}

func (s *Server) gone() bool { return !alive(s.pid) }

// secret reads the password, or makes one.
func (s *Server) secret() error {
	file := s.path("postgres.password")
	text, err := os.ReadFile(file)
	if err == nil && len(text) > 0 {
		s.password = strings.TrimSpace(string(text))
		return nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("the database password in %s cannot be read: run souk as the user that made it (%w)", file, err)
	}
	if s.clusterMajor() != 0 {
		return fmt.Errorf("the database password, kept in %s, is gone: put the file back, or move %s away to begin anew", file, s.cluster())
	}
	s.password = rand.Text()
	return os.WriteFile(file, []byte(s.password+"\n"), 0o600)
}
