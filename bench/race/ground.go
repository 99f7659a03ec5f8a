package main

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

// databaseName is that of the database which is made anew for each run.
const databaseName = "souk_bench_race"

// ground is a shop of the test's own: a database, and servers on it.
type ground struct {
	souk     string
	dir      string
	database string
	private  *pgserver.Server // nil where a server was named
	servers  []*exec.Cmd
}

const staffPassword = "a password for the race only"

// goods make an import a shop; the article of the race is made later.
const goods = "Handle,Title,Variant SKU,Variant Price,Variant Inventory Tracker,Variant Inventory Qty,Variant Grams\nprogramme,Programme,PROGRAMME,1.00,shopify,10,50\n"

// prepare makes the shop, starts its servers, and says in the options where
// they are.
func prepare(ctx context.Context, o *options) (*ground, error) {
	dir, err := os.MkdirTemp("", "souk-race-*")
	if err != nil {
		return nil, err
	}
	g := &ground{souk: o.souk, dir: dir}
	if err := g.furnish(ctx, o.server); err != nil {
		return nil, errors.Join(err, g.close())
	}
	for range o.processes {
		address, err := g.serve(ctx)
		if err != nil {
			return nil, errors.Join(err, g.close())
		}
		o.urls = append(o.urls, "http://"+address)
	}
	o.database, o.password, o.doctor, o.environment = g.database, staffPassword, o.souk, g.environment()
	return g, nil
}

func (g *ground) furnish(ctx context.Context, server string) (err error) {
	if _, err := os.Stat(g.souk); errors.Is(err, os.ErrNotExist) {
		build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", g.souk, "./cmd/souk")
		if said, err := build.CombinedOutput(); err != nil {
			return fmt.Errorf("build %s: %w\n%s", g.souk, err, said)
		}
	}
	if server == "" {
		// Not the server of the tests: that one keeps nothing, and what is sold is
		// to be kept.
		g.private, err = pgserver.Start(ctx, pgserver.Config{DataDir: filepath.Join(g.dir, "server"), BinDir: os.Getenv("SOUK_PG_BIN")})
		if err != nil {
			return err
		}
		server = g.private.URL("postgres")
	}
	if g.database, err = makeDatabase(ctx, server); err != nil {
		return err
	}
	file := filepath.Join(g.dir, "goods.csv")
	if err := os.WriteFile(file, []byte(goods), 0o600); err != nil {
		return err
	}
	if err := g.do(ctx, "import", file); err != nil {
		return err
	}
	return g.do(ctx, "admin", "create", "--email", "owner@example.com", "--name", "Owner", "--role", "owner")
}

// makeDatabase makes the database anew and gives its address.
func makeDatabase(ctx context.Context, server string) (string, error) {
	u, err := url.Parse(server)
	if err != nil {
		return "", fmt.Errorf("read the address of the server: %w", err)
	}
	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		return "", err
	}
	defer conn.Close(ctx)
	for _, sql := range []string{"DROP DATABASE IF EXISTS " + databaseName + " WITH (FORCE)", "CREATE DATABASE " + databaseName} {
		if _, err := conn.Exec(ctx, sql); err != nil {
			return "", err
		}
	}
	u.Path = "/" + databaseName
	return u.String(), nil
}

// environment is that of a shop on this ground, which believes its buyers where
// they come from.
func (g *ground) environment(more ...string) []string {
	env := append(os.Environ(), "DATABASE_URL="+g.database, "SOUK_DATA_DIR="+filepath.Join(g.dir, "data"), "SOUK_ENV=dev",
		"SOUK_SECRET_KEY="+strings.Repeat("race ", 10), "SOUK_LOG_LEVEL=error", "SOUK_SANDBOX_PAYMENTS=true",
		"SOUK_ADMIN_PASSWORD="+staffPassword, "SOUK_TRUSTED_PROXIES=127.0.0.1/32")
	return append(env, more...)
}

// do runs a command of the shop to its end.
func (g *ground) do(ctx context.Context, args ...string) error {
	cmd := exec.CommandContext(ctx, g.souk, args...)
	cmd.Env = g.environment()
	if said, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("souk %s: %w\n%s", args[0], err, said)
	}
	return nil
}

// serve starts a server and gives its address when it is ready.
func (g *ground) serve(ctx context.Context) (address string, err error) {
	if address, err = freeAddress(); err != nil {
		return "", err
	}
	cmd := exec.Command(g.souk, "serve")
	cmd.Env = g.environment("SOUK_ADDR="+address, "SOUK_PUBLIC_URL=http://"+address)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		return "", err
	}
	g.servers = append(g.servers, cmd)
	return address, await(ctx, "http://"+address+"/readyz")
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
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
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

// close stops what was started and removes it.
func (g *ground) close() error {
	for _, s := range g.servers {
		_ = s.Process.Signal(syscall.SIGTERM)
	}
	for _, s := range g.servers {
		_ = s.Wait()
	}
	var err error
	if g.private != nil {
		err = g.private.Stop(context.Background())
	}
	return errors.Join(err, os.RemoveAll(g.dir))
}

// examine lets the shop examine itself.
func examine(ctx context.Context, o options) error {
	if o.doctor == "" {
		return nil
	}
	cmd := exec.CommandContext(ctx, o.doctor, "doctor")
	cmd.Env = append(o.environment, "DATABASE_URL="+o.database)
	said, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("souk doctor: %w\n%s", err, said)
	}
	fmt.Printf("souk doctor: %s", said)
	return nil
}
