//go:build unix

package pgserver

import (
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

func start(t *testing.T, dir string) *Server {
	t.Helper()
	s, err := Start(context.Background(), Config{DataDir: dir})
	if err != nil {
		if strings.Contains(err.Error(), "fetching it did not work") {
			t.Skip("needs PostgreSQL's programs on the machine")
		}
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if alive(s.pid) {
			_ = s.shutDown(context.Background())
		}
	})
	return s
}

func query(t *testing.T, s *Server, sql string) string {
	t.Helper()
	c, err := pgx.Connect(context.Background(), s.URL("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close(context.Background()) }()
	var out string
	if err := c.QueryRow(context.Background(), sql).Scan(&out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestStart_keepsDataOverStopAndStart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := start(t, dir)
	if err := s.EnsureDatabase(t.Context(), "souk"); err != nil {
		t.Fatal(err)
	}
	if got := query(t, s, "SHOW listen_addresses"); got != "127.0.0.1" {
		t.Errorf("listens on %s", got)
	}
	if got := query(t, s, "SHOW server_encoding"); got != "UTF8" {
		t.Errorf("encoding %s", got)
	}
	if err := s.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !s.gone() {
		t.Fatal("still runs after Stop")
	}
	again := start(t, dir)
	if again.URL("x") != s.URL("x") {
		t.Error("the address changed between runs")
	}
	if got := query(t, again, "SELECT count(*)::text FROM pg_database WHERE datname = 'souk'"); got != "1" {
		t.Error("the database is gone after a restart")
	}
	info, err := os.Stat(filepath.Join(dir, "postgres.password"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("password file: %v %v", info.Mode(), err)
	}
}

func TestStart_refusesAWrongPassword(t *testing.T) {
	t.Parallel()
	s := start(t, t.TempDir())
	url := strings.Replace(s.URL("postgres"), s.password, "guess", 1)
	if _, err := pgx.Connect(t.Context(), url); !isCode(err, "28P01") {
		t.Fatalf("a guessed password was answered with %v", err)
	}
}

func TestStart_recoversFromAKilledServer(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := start(t, dir)
	if err := syscall.Kill(s.pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	again := start(t, dir) // without waiting: its children may live a moment longer
	if again.pid == s.pid {
		t.Fatal("adopted a dead server")
	}
	query(t, again, "SELECT 'alive'")
}

func TestStart_clearsTheLockOfAForeignProcess(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := start(t, dir)
	if err := s.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	foreign := exec.Command("sleep", "60")
	if who, err := owner(); err == nil {
		who.apply(foreign) // the server's own user: what PostgreSQL itself takes for a live server
	}
	if err := foreign.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = foreign.Process.Kill(); _ = foreign.Wait() })
	stale := strconv.Itoa(foreign.Process.Pid) + "\n" + s.cluster() + "\n0\n1\n\n127.0.0.1\n"
	if err := os.WriteFile(filepath.Join(s.cluster(), "postmaster.pid"), []byte(stale), 0o600); err != nil {
		t.Fatal(err)
	}
	socket := filepath.Join(dir, "postgres.run", ".s.PGSQL."+strconv.Itoa(s.port)+".lock")
	if err := os.WriteFile(socket, []byte(stale), 0o600); err != nil {
		t.Fatal(err)
	}
	again := start(t, dir)
	query(t, again, "SELECT 'alive'")
	if !alive(foreign.Process.Pid) {
		t.Fatal("the foreign process was ended")
	}
}

func TestStart_adoptsARunningServerAndTheLastOneOutStopsIt(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first, second := start(t, dir), start(t, dir)
	if first.pid != second.pid {
		t.Fatalf("two servers on one directory: %d and %d", first.pid, second.pid)
	}
	if err := first.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	query(t, second, "SELECT 'alive'")
	if err := second.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !second.gone() {
		t.Fatal("nobody stopped the server")
	}
}

func TestStart_movesAwayFromATakenPort(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := start(t, dir)
	if err := s.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port)))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	again := start(t, dir)
	if again.port == s.port {
		t.Fatal("claims a port that another program holds")
	}
	query(t, again, "SELECT 'alive'")
}

func TestStart_putsTheSocketElsewhereWhereThePathIsTooLong(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), strings.Repeat("long", 25))
	s := start(t, dir)
	sockets := query(t, s, "SHOW unix_socket_directories")
	t.Cleanup(func() { _ = os.RemoveAll(sockets) })
	if strings.HasPrefix(sockets, dir) || len(sockets) > maxSocketPath {
		t.Fatalf("socket in %s", sockets)
	}
}

func TestStart_saysWhatToDoWithoutPrograms(t *testing.T) {
	t.Parallel()
	_, err := Start(t.Context(), Config{DataDir: t.TempDir(), BinDir: t.TempDir()})
	if err == nil || !strings.Contains(err.Error(), "DATABASE_URL") || strings.Contains(err.Error(), "\n") {
		t.Fatalf("not one helpful sentence: %v", err)
	}
}

func TestStart_namesTheVersionThatTheClusterNeeds(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "postgres"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "postgres", "PG_VERSION"), []byte("9\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Start(t.Context(), Config{DataDir: dir})
	if err == nil || !strings.Contains(err.Error(), "PostgreSQL 9") {
		t.Fatalf("got %v", err)
	}
}

func TestStop_doesNotWaitForIdleClients(t *testing.T) {
	t.Parallel()
	s := start(t, t.TempDir())
	c, err := pgx.Connect(t.Context(), s.URL("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close(context.Background()) }()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := s.Stop(ctx); err != nil || !s.gone() {
		t.Fatalf("stop with an open connection: %v", err)
	}
}

// TestHelperProcess is no test: it is the souk that the next one kills.
func TestHelperProcess(t *testing.T) {
	dir := os.Getenv("SOUK_PGSERVER_HELPER")
	if dir == "" {
		t.Skip("runs only as the helper of another test")
	}
	if _, err := Start(context.Background(), Config{DataDir: dir}); err != nil {
		t.Fatal(err)
	}
	_ = os.WriteFile(filepath.Join(dir, "started"), nil, 0o600)
	select {}
}

func TestStart_adoptsWhatAKilledSoukLeftRunning(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	souk := exec.Command(os.Args[0], "-test.run=^TestHelperProcess$")
	souk.Env = append(os.Environ(), "SOUK_PGSERVER_HELPER="+dir)
	if err := souk.Start(); err != nil {
		t.Fatal(err)
	}
	for range 3000 {
		if _, err := os.Stat(filepath.Join(dir, "started")); err == nil {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	_ = souk.Process.Kill()
	_ = souk.Wait()
	s := start(t, dir)
	if !s.Adopted() {
		t.Fatal("started a second server beside the one left running")
	}
	query(t, s, "SELECT 'alive'")
	if err := s.Stop(t.Context()); err != nil || !s.gone() {
		t.Fatalf("the adopted server does not stop: %v", err)
	}
}

func TestOpenPath_letsTheServersUserThroughOurOwnDirectories(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("only root drops to another user")
	}
	closed := filepath.Join(t.TempDir(), "closed")
	if err := os.Mkdir(closed, 0o700); err != nil {
		t.Fatal(err)
	}
	s := start(t, filepath.Join(closed, "data"))
	query(t, s, "SELECT 'alive'")
	info, err := os.Stat(closed)
	if err != nil || info.Mode().Perm() != 0o701 {
		t.Fatalf("mode %v, want no more than the right to pass", info.Mode())
	}
}
