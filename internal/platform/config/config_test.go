package config_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/platform/config"
)

type database struct {
	URL string `env:"DATABASE_URL" secret:"url" doc:"where the data is"`
}

type server struct {
	Addr    string        `env:"SOUK_ADDR" default:"127.0.0.1:8080" doc:"where to listen"`
	Env     string        `env:"SOUK_ENV" default:"dev" oneof:"dev,production" doc:"what this is"`
	Workers int           `env:"SOUK_WORKERS" default:"4" min:"1" max:"64" doc:"how many"`
	Wait    time.Duration `env:"SOUK_WAIT" default:"5s" min:"1s" doc:"how long"`
	Hosts   []string      `env:"SOUK_HOSTS" doc:"who may"`
	Key     string        `env:"SOUK_KEY" secret:"true" required:"true" doc:"the key"`
	DB      database
}

func (s server) Validate() error {
	if s.Env == "production" && len(s.Key) < 8 {
		return fault.New(fault.Invalid, "short", "SOUK_KEY is too short for production").At("SOUK_KEY")
	}
	return nil
}

func TestLoad_environmentBeforeFileBeforeDefault(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "souk.env")
	text := "# ours\nSOUK_ADDR=0.0.0.0:1\nexport SOUK_KEY=\"from=file\"\n\nSOUK_HOSTS = a, b\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var got server
	err := config.Load(&got, []string{"SOUK_CONFIG=" + file, "SOUK_ADDR=0.0.0.0:2", "SOUK_WAIT=", "HOME=/"})
	if err != nil {
		t.Fatal(err)
	}
	if got.Addr != "0.0.0.0:2" || got.Key != "from=file" || got.Wait != 5*time.Second || !slices.Equal(got.Hosts, []string{"a", "b"}) {
		t.Errorf("got %+v", got)
	}
}

func TestLoad_namesEveryFaultAtOnce(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "souk.env")
	if err := os.WriteFile(file, []byte("SOUK_ADR=x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	err := config.Load(&server{}, []string{"SOUK_CONFIG=" + file, "SOUK_ENV=test", "SOUK_WORKERS=65", "SOUK_WAIT=hunter2"})
	var names []string
	for _, f := range fault.All(err) {
		names = append(names, strings.Join(f.Path, "."))
	}
	if want := []string{"SOUK_ADR", "SOUK_ENV", "SOUK_WORKERS", "SOUK_WAIT", "SOUK_KEY"}; !slices.Equal(names, want) {
		t.Errorf("faults at %v, want %v", names, want)
	}
	if strings.Contains(err.Error(), "hunter2") {
		t.Errorf("a value is in the message: %v", err)
	}
}

func TestLoad_asksValidate(t *testing.T) {
	t.Parallel()
	err := config.Load(&server{}, []string{"SOUK_ENV=production", "SOUK_KEY=abc", "SOUK_WORKERS=65"})
	if !fault.Is(err, "short") || !fault.Is(err, "variable_refused") {
		t.Errorf("err = %v", err)
	}
}

func TestLoad_saysOneThingOfAVariable(t *testing.T) {
	t.Parallel()
	err := config.Load(&server{}, []string{"SOUK_ENV=production"})
	if all := fault.All(err); len(all) != 1 || all[0].Reason != "variable_missing" {
		t.Errorf("err = %v", err)
	}
}

func TestPrint_masksSecrets(t *testing.T) {
	t.Parallel()
	var cfg server
	err := config.Load(&cfg, []string{"SOUK_KEY=hunter2", "DATABASE_URL=postgres://souk:hunter2@db:5432/souk?sslpassword=hunter2"})
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := config.Print(&out, &cfg); err != nil {
		t.Fatal(err)
	}
	if text := out.String(); strings.Contains(text, "hunter2") || !strings.Contains(text, "souk:xxxxx@db:5432") || !strings.Contains(text, "SOUK_WORKERS=4\n") {
		t.Errorf("printed\n%s", text)
	}
}

func TestMarkdown_listsEveryVariable(t *testing.T) {
	t.Parallel()
	var table, example strings.Builder
	if err := config.Markdown(&table, &server{}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(table.String(), "| `SOUK_ENV` | `dev` | what this is (one of dev, production) |") ||
		!strings.Contains(table.String(), "| `SOUK_KEY` | required | the key (secret) |") {
		t.Errorf("table\n%s", table.String())
	}
	if err := config.Example(&example, &server{}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(example.String(), "# SOUK_ADDR=127.0.0.1:8080\n") || !strings.Contains(example.String(), "\nSOUK_KEY=\n") {
		t.Errorf("example\n%s", example.String())
	}
}
