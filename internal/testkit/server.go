package testkit

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"

	"github.com/souk-commerce/souk/internal/platform/pgserver"
)

// reaper ends the server of its first argument when nobody has touched the
// file of its second for 15 minutes, so that no server is left for ever.
const reaper = `while kill -0 "$1" 2>/dev/null; do
  sleep 60
  [ -n "$(find "$2" -mmin -15 2>/dev/null)" ] || kill -INT "$1"
done`

// SharedServer gives the server that all test binaries of one user share,
// starting it where it does not run. Release it; never stop it.
func SharedServer(ctx context.Context) (*pgserver.Server, error) {
	dir := SharedServerDir()
	s, err := pgserver.Start(ctx, pgserver.Config{DataDir: dir, BinDir: os.Getenv("SOUK_PG_BIN"), Fast: true})
	if err != nil {
		return nil, err
	}
	used := filepath.Join(dir, "used")
	if err := touch(used); err != nil {
		return nil, err
	}
	if s.Adopted() {
		return s, nil
	}
	return s, watch(s.PID(), used)
}

// SharedServerDir is where that server lives.
func SharedServerDir() string {
	return filepath.Join(os.TempDir(), "souk-test-"+strconv.Itoa(os.Getuid()))
}

func touch(name string) error {
	return os.WriteFile(name, nil, 0o600)
}

// watch starts the reaper on its own: the test binary ends before it.
func watch(pid int, used string) error {
	cmd := exec.Command("sh", "-c", reaper, "souk-test-reaper", strconv.Itoa(pid), used)
	detach(cmd)
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("watch over the test server: %w", err)
	}
	return cmd.Process.Release()
}
