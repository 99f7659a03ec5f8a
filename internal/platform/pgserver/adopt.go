package pgserver

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// errNotRunning is the answer that leads to a start.
var errNotRunning = errors.New("no server runs on this data directory")

// startLimit bounds starting, crash recovery included.
const startLimit = 60 * time.Second

// adopt takes over a server that already runs on the cluster. What is left of
// one that does not is cleared away.
func (s *Server) adopt(ctx context.Context) error {
	pid, port, err := readPidFile(filepath.Join(s.cluster(), "postmaster.pid"))
	if errors.Is(err, fs.ErrNotExist) {
		return errNotRunning
	}
	if err != nil {
		return fmt.Errorf("the database files in %s cannot be read: run souk as the user that made them, or choose another SOUK_DATA_DIR (%w)", s.cluster(), err)
	}
	if !runsOn(pid, s.cluster()) {
		s.log.Info("cleared a stale lock of the database server", "pid", pid)
		return errors.Join(errNotRunning, os.Remove(filepath.Join(s.cluster(), "postmaster.pid")))
	}
	s.pid, s.port = pid, port
	if err := s.secret(); err != nil {
		return err
	}
	if err := s.ready(ctx); err != nil {
		if ctx.Err() != nil {
			return fmt.Errorf("wait for the database server: %w", ctx.Err())
		}
		s.log.Warn("the database server found running does not answer, starting it again", "pid", pid, "error", err)
		if err := s.shutDown(ctx); err != nil {
			return err
		}
		return errNotRunning
	}
	return nil
}

// readPidFile gives the process and its port. A file without them is one that
// its writer did not finish: nobody runs.
func readPidFile(file string) (pid, port int, err error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return 0, 0, err
	}
	lines := strings.Split(string(text), "\n")
	pid, _ = strconv.Atoi(strings.TrimSpace(lines[0]))
	if len(lines) > 3 {
		port, _ = strconv.Atoi(strings.TrimSpace(lines[3]))
	}
	return pid, port, nil
}

// ready waits until the server of this cluster answers with our password.
func (s *Server) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	tick := time.NewTicker(15 * time.Millisecond)
	defer tick.Stop()
	for {
		err := s.probe(ctx)
		if err == nil || definite(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-s.exited:
			return errExited
		case <-tick.C:
		}
		if s.gone() {
			return errExited
		}
	}
}

var errExited = errors.New("the server ended")

func (s *Server) probe(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	c, err := pgx.Connect(ctx, s.URL("postgres"))
	if err != nil {
		return err
	}
	defer func() { _ = c.Close(ctx) }()
	var dir string
	if err := c.QueryRow(ctx, `SHOW data_directory`).Scan(&dir); err != nil {
		return err
	}
	if dir != s.cluster() {
		return foreignError{port: s.port, dir: dir}
	}
	return nil
}

type foreignError struct {
	port int
	dir  string
}

func (e foreignError) Error() string {
	return fmt.Sprintf("port %d belongs to the database server of %s", e.port, e.dir)
}

// definite tells refusals that waiting does not heal from those of a server
// that is still starting or recovering.
func definite(err error) bool {
	var foreign foreignError
	return errors.As(err, &foreign) || isCode(err, "28P01") || isCode(err, "28000")
}

func isCode(err error, code string) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == code
}
