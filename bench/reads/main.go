// Command reads measures the hot catalogue reads of a running shop - a list of
// 24, a product page, a search - against a floor of hand-written SQL that gives
// the same data, in the same run on the same database.
//
//	go run ./bench/reads -database postgres://… [-souk ./bin/souk] [-seconds 5] [-connections 1,16,64]
//
// Both servers run as processes of their own on loopback, so that CPU is
// counted per process: "server" is the process that answers, "total" adds the
// database's backends. Ratios are against the floor.
package main

import (
	"context"
	"flag"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "reads:", err)
		os.Exit(1)
	}
}

type options struct {
	database    string
	souk        string
	seconds     time.Duration
	connections []int
	floor       string
}

func parse(args []string) (options, error) {
	flags := flag.NewFlagSet("reads", flag.ContinueOnError)
	var o options
	seconds := flags.Int("seconds", 5, "how long each measurement runs")
	connections := flags.String("connections", "1,16,64", "numbers of connections, by comma")
	flags.StringVar(&o.database, "database", os.Getenv("DATABASE_URL"), "a database with a catalogue in it")
	flags.StringVar(&o.souk, "souk", "./bin/souk", "the binary to measure")
	flags.StringVar(&o.floor, "floor", "", "serve the floor on this address and do nothing else")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if o.database == "" {
		return o, fmt.Errorf("name a database with -database or DATABASE_URL")
	}
	o.seconds = time.Duration(min(max(*seconds, 1), 60)) * time.Second
	for _, text := range strings.Split(*connections, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil || n < 1 || n > 256 {
			return o, fmt.Errorf("%q is no number of connections between 1 and 256", text)
		}
		o.connections = append(o.connections, n)
	}
	return o, nil
}

func run(ctx context.Context, args []string) error {
	o, err := parse(args)
	if err != nil {
		return err
	}
	if o.floor != "" {
		return serveFloor(ctx, o.database, o.floor)
	}
	sample, err := pick(ctx, o.database)
	if err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	floor, err := launch(ctx, "/healthz", self, nil, "-database", o.database, "-floor")
	if err != nil {
		return fmt.Errorf("start the floor: %w", err)
	}
	defer floor.stop()
	shop, err := launchSouk(ctx, o)
	if err != nil {
		return fmt.Errorf("start souk: %w", err)
	}
	defer shop.stop()
	floor.database, shop.database = sample.database, sample.database
	return measureAll(ctx, o, sample, shop, floor)
}

// process is one server under measurement.
type process struct {
	cmd      *exec.Cmd
	address  string
	database string // that it reads
}

func launch(ctx context.Context, ready, binary string, env []string, args ...string) (*process, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	if len(env) == 0 {
		args = append(args, address)
	}
	cmd := exec.CommandContext(ctx, binary, args...)
	cmd.Env = append(os.Environ(), env...)
	for i, e := range cmd.Env {
		cmd.Env[i] = strings.ReplaceAll(e, "{address}", address)
	}
	cmd.Stderr = os.Stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &process{cmd: cmd, address: address}
	if err := p.await(ctx, ready); err != nil {
		p.stop()
		return nil, err
	}
	return p, nil
}

func launchSouk(ctx context.Context, o options) (*process, error) {
	env := []string{"SOUK_ADDR={address}", "DATABASE_URL=" + o.database, "SOUK_LOG_LEVEL=error",
		"SOUK_SECRET_KEY=" + strings.Repeat("bench", 10)}
	return launch(ctx, "/readyz", o.souk, env, "serve")
}

func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

func (p *process) await(ctx context.Context, path string) error {
	deadline, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	u := url.URL{Scheme: "http", Host: p.address, Path: path}
	for {
		if fetchOK(deadline, u.String()) {
			return nil
		}
		select {
		case <-deadline.Done():
			return fmt.Errorf("%s did not get ready", p.cmd.Path)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func (p *process) stop() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	_ = p.cmd.Wait()
}
