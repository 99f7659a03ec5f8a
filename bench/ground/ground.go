// Package ground is what a bench of the running shop stands on: a database of
// its own with the sample shop and the goods of the bench, and a way to start
// the shop on it.
package ground

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/internal/platform/pgserver"
)

// Options say what to stand on.
type Options struct {
	Souk   string // the binary to measure
	Server string // a PostgreSQL on which the database may be made anew; empty starts one that keeps what it commits
	Name   string // of the database
	Goods  []byte // a product file to import
}

// Ground is a database with goods in it, and how to start the shop on it.
type Ground struct {
	Database string // its address
	souk     string
	dir      string
	private  *pgserver.Server // nil where a server was named
}

// Prepare makes a ground; Close takes it away.
func Prepare(ctx context.Context, o Options) (*Ground, error) {
	dir, err := os.MkdirTemp("", "souk-bench-*")
	if err != nil {
		return nil, err
	}
	g := &Ground{souk: o.Souk, dir: dir}
	if err := g.furnish(ctx, o); err != nil {
		return nil, errors.Join(err, g.Close())
	}
	return g, nil
}

func (g *Ground) furnish(ctx context.Context, o Options) (err error) {
	server := o.Server
	if server == "" {
		// Not the server of the tests: that one keeps nothing, and commits are
		// what benches are about.
		g.private, err = pgserver.Start(ctx, pgserver.Config{DataDir: filepath.Join(g.dir, "server"), BinDir: os.Getenv("SOUK_PG_BIN")})
		if err != nil {
			return err
		}
		server = g.private.URL("postgres")
	}
	if g.Database, err = makeDatabase(ctx, server, o.Name); err != nil {
		return err
	}
	goods := filepath.Join(g.dir, "goods.csv")
	if err := os.WriteFile(goods, o.Goods, 0o600); err != nil {
		return err
	}
	if err := g.Do(ctx, "seed"); err != nil {
		return err
	}
	return g.Do(ctx, "import", goods)
}

// makeDatabase makes a database anew and gives its address.
func makeDatabase(ctx context.Context, server, name string) (string, error) {
	u, err := url.Parse(server)
	if err != nil {
		return "", fmt.Errorf("read the address of the server: %w", err)
	}
	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		return "", err
	}
	defer conn.Close(ctx)
	for _, sql := range []string{"DROP DATABASE IF EXISTS " + name + " WITH (FORCE)", "CREATE DATABASE " + name} {
		if _, err := conn.Exec(ctx, sql); err != nil {
			return "", err
		}
	}
	u.Path = "/" + name
	return u.String(), nil
}

// environment is that of a shop on this ground. All requests come from one
// address here, and what one address may hold is no part of the measurement.
func (g *Ground) environment(more ...string) []string {
	env := append(os.Environ(), "DATABASE_URL="+g.Database, "SOUK_DATA_DIR="+filepath.Join(g.dir, "data"), "SOUK_ENV=dev",
		"SOUK_SECRET_KEY="+strings.Repeat("bench", 10), "SOUK_LOG_LEVEL=error", "SOUK_HOLD_MAX_CLIENT=0", "SOUK_SANDBOX_PAYMENTS=true")
	return append(env, more...)
}

// Do runs a command of the shop to its end.
func (g *Ground) Do(ctx context.Context, args ...string) error {
	cmd := exec.CommandContext(ctx, g.souk, args...)
	cmd.Env = g.environment()
	if said, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("souk %s: %w\n%s", args[0], err, said)
	}
	return nil
}

// Serve starts the shop as production or dev runs it, and gives its address and
// how to stop it; more are settings such as SOUK_LOG_LEVEL=info.
func (g *Ground) Serve(ctx context.Context, env string, more ...string) (address string, stop func(), err error) {
	address, err = freeAddress()
	if err != nil {
		return "", nil, err
	}
	cmd := exec.CommandContext(ctx, g.souk, "serve")
	cmd.Env = append(g.environment("SOUK_ENV="+env, "SOUK_ADDR="+address, "SOUK_PUBLIC_URL=http://"+address), more...)
	cmd.Stderr = os.Stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	if err := cmd.Start(); err != nil {
		return "", nil, err
	}
	stop = func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
	}
	if err := await(ctx, "http://"+address+"/readyz"); err != nil {
		stop()
		return "", nil, err
	}
	return address, stop, nil
}

func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

func await(ctx context.Context, address string) error {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
		if err != nil {
			return err
		}
		if res, err := http.DefaultClient.Do(req); err == nil {
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return errors.New("the shop did not get ready")
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// Close stops what Prepare started and removes its files.
func (g *Ground) Close() error {
	var err error
	if g.private != nil {
		err = g.private.Stop(context.Background())
	}
	return errors.Join(err, os.RemoveAll(g.dir))
}
