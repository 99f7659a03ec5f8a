package e2e_test

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// program is where the program under test lies; it is built once for all tests.
var program string

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(run(m))
}

func run(m *testing.M) int {
	if testing.Short() {
		return m.Run()
	}
	dir, err := os.MkdirTemp("", "souk-e2e")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(dir) }()
	program = filepath.Join(dir, "souk")
	if out, err := exec.Command("go", "build", "-o", program, "../../cmd/souk").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build souk: %v\n%s", err, out)
		return 1
	}
	code := m.Run()
	if err := open.close(); err != nil {
		fmt.Fprintln(os.Stderr, "stop the shop that tests share:", err)
		code = 1
	}
	return code
}

func notShort(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("runs the built program with a PostgreSQL of its own; go test without -short does it")
	}
}

// prove reports whether the long variants run in full.
func prove() bool { return os.Getenv("SOUK_PROVE") == "1" }

// shared is one running sample shop for the tests that change nothing which
// another of them looks at.
type shared struct {
	once sync.Once
	shop *shop
	dir  string
	err  error
}

var open shared

// sampleShop gives the running shop that tests share.
func sampleShop(t *testing.T) *shop {
	t.Helper()
	notShort(t)
	open.once.Do(func() {
		if open.dir, open.err = os.MkdirTemp("", "souk-e2e-shop"); open.err == nil {
			open.shop, open.err = start(open.dir)
		}
	})
	if open.err != nil {
		t.Fatal(open.err)
	}
	return open.shop
}

func (s *shared) close() error {
	if s.dir == "" {
		return nil
	}
	var err error
	if s.shop != nil {
		err = s.shop.stop()
	}
	_ = os.RemoveAll(s.dir)
	return err
}
