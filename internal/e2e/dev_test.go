package e2e_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// TestDev_livesThroughWhatADeveloperDoesToIt is one long story over one data
// directory: each part begins with what the one before it left.
func TestDev_livesThroughWhatADeveloperDoesToIt(t *testing.T) {
	t.Parallel()
	notShort(t)
	dir := t.TempDir()
	s := openShop(t, dir)

	t.Run("the first start serves the README's first query", func(t *testing.T) { servesFirstQuery(t, s) })
	t.Run("what it printed signs in", func(t *testing.T) {
		if s.password == "" || !strings.Contains(s.out.String(), s.password) {
			t.Fatalf("the password is not printed:\n%s", s.out)
		}
		if s.owner(t) == "" {
			t.Error("the printed sign-in is refused")
		}
	})
	t.Run("a second process shares the database", func(t *testing.T) {
		second := openShop(t, dir)
		servesFirstQuery(t, second)
		if err := second.stop(); err != nil {
			t.Fatal(err)
		}
		servesFirstQuery(t, s)
	})
	t.Run("commands work beside it", func(t *testing.T) { commandsWork(t, dir) })
	t.Run("an import is on sale at once", func(t *testing.T) {
		must(t, dir, "import", write(t, "kept.csv", "Handle,Title,Variant SKU,Variant Price\nkept,Kept thing,KEPT-1,5.00\n"))
		sells(t, s, "kept")
	})

	whole := t // what is started again outlives its part
	t.Run("it comes back after kill -9", func(t *testing.T) {
		if err := s.kill(); err != nil {
			t.Fatal(err)
		}
		if databasePID(dir) == 0 {
			t.Fatal("the database went with it: this test no longer shows that a running one is taken over")
		}
		s = openShop(whole, dir)
		sells(t, s, "kept")
	})
	t.Run("it comes back after kill -9 of the database, too", func(t *testing.T) {
		pid := databasePID(dir)
		if err := s.kill(); err != nil {
			t.Fatal(err)
		}
		if pid <= 1 {
			t.Fatal("no database runs") // 0 would be the test's own process group
		}
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		s = openShop(whole, dir)
		sells(t, s, "kept")
		if out := must(t, dir, "doctor"); !strings.Contains(out, "hold") {
			t.Error(out)
		}
	})
	t.Run("it stops cleanly and takes the database along", func(t *testing.T) {
		if err := s.stop(); err != nil {
			t.Fatalf("%v\n%s", err, s.out)
		}
		if pid := databasePID(dir); pid != 0 {
			t.Errorf("the database runs on as %d", pid)
		}
	})
	t.Run("commands work without it, and leave no database", func(t *testing.T) {
		if out := must(t, dir, "export", "products"); !strings.Contains(out, "\nkept,Kept thing,") {
			t.Errorf("the export lacks a product: %s", clip(out))
		}
		if pid := databasePID(dir); pid != 0 {
			t.Errorf("the database runs on as %d", pid)
		}
	})
}

var firstQuery = regexp.MustCompile(`(?s)curl -s http://[^/ ]+(/\S+) -H '([^:]+): ([^']+)' -d '(.*?)'\n`)

// servesFirstQuery sends what the README says, word for word.
func servesFirstQuery(t *testing.T, s *shop) {
	t.Helper()
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	found := firstQuery.FindStringSubmatch(string(readme))
	if found == nil {
		t.Fatal("the README shows no first query")
	}
	got := data(t, s.do(t, "POST", found[1], found[4], found[2], found[3]))
	nodes := got.at("products", "nodes").list()
	if len(nodes) != 3 || got.at("products", "nodes", 0, "priceRange", "minVariantPrice", "currencyCode").text() != "EUR" {
		t.Errorf("%s", got.json())
	}
}

func commandsWork(t *testing.T, dir string) {
	t.Helper()
	for _, c := range []struct{ command, says string }{
		{"version", ""},
		{"config", "SOUK_DATA_DIR=" + dir},
		{"config docs", "| `SOUK_ADDR` |"},
		{"migrate status", "00001_initial.sql"},
		{"migrate plan", "Nothing to do"},
		{"migrate up", "Nothing to do"},
		{"doctor", "checks hold"},
		{"seed", "There is a shop already"},
		{"admin create --email clerk@example.com --name Clerk --role viewer", "Password: "},
		{"export products", "Handle,Title,"},
	} {
		if out := must(t, dir, strings.Fields(c.command)...); !strings.Contains(out, c.says) || out == "" {
			t.Errorf("souk %s says %s", c.command, clip(out))
		}
	}
	_, problems, err := souk(t, environment(dir), "admin", "create", "--email", "clerk@example.com", "--name", "Clerk")
	if err == nil || leak.MatchString(problems) || strings.Count(problems, "\n") != 1 {
		t.Errorf("a second member with the same address: %v %s", err, problems)
	}
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func sells(t *testing.T, s *shop, handle string) {
	t.Helper()
	got := s.query(t, `query($h: String!) { product(handle: $h) { availableForSale } }`, map[string]any{"h": handle})
	if got.at("product").v == nil {
		t.Errorf("%s is not in the shop", handle)
	}
}

func TestDev_saysWhatToDoWithoutPostgreSQL(t *testing.T) {
	t.Parallel()
	notShort(t)
	env := environment(t.TempDir(), "SOUK_PG_BIN=/nonexistent", "SOUK_ADDR=127.0.0.1:0")
	out, problems, err := souk(t, env, "dev")
	if err == nil || strings.Count(problems, "\n") != 1 || !strings.Contains(problems, "install PostgreSQL") {
		t.Errorf("%v\n%s%s", err, out, problems)
	}
}

func TestDev_namesEveryFaultOfItsConfigurationAtOnce(t *testing.T) {
	t.Parallel()
	notShort(t)
	wrong := []string{"SOUK_ADDR=nowhere", "SOUK_PUBLIC_URL=ftp://x", "DATABASE_MAX_CONNS=1", "SOUK_DRAIN_TIMEOUT=soon", "SOUK_TRUSTED_PROXIES=me"}
	_, problems, err := souk(t, environment(t.TempDir(), wrong...), "dev")
	if err == nil {
		t.Fatal("it started")
	}
	said := strings.Split(strings.TrimSpace(problems), "\n")
	for _, setting := range wrong {
		name, _, _ := strings.Cut(setting, "=")
		if !slices.ContainsFunc(said, func(line string) bool { return strings.Contains(line, name) }) {
			t.Errorf("nothing is said about %s:\n%s", name, problems)
		}
	}
	if len(said) != len(wrong) {
		t.Errorf("%d lines for %d faults:\n%s", len(said), len(wrong), problems)
	}
}
