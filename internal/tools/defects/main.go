// Command defects shows that the locks, indexes and guards of stock are needed:
// it plants one defect after the other, runs the tests that should notice, and
// demands that they fail.
//
//	go run ./internal/tools/defects [-only name,name] [-limit 10m] [-list]
//
// A defect replaces exact pieces of text in sources or migrations. Nothing in
// the tree is changed: the go command reads the changed copies in place of the
// files (its -overlay). The same tests must succeed without any defect, else
// their failing would prove nothing. A piece of text that is no longer there, or
// there more than once, is an error, and so is a defect that does not compile:
// whoever changes such code changes its defect too, in defects.go.
//
// It prints a table, and exits with status 1 when a defect survives. Tests run
// on the server of SOUK_TEST_DATABASE_URL, or on their own.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"
)

// defect is a way to break the code, and who should notice.
type defect struct {
	name  string
	says  string // what is missing then
	edits []edit
	suite suite
}

// edit replaces a piece of text that is in a file just once.
type edit struct{ file, old, new string }

// suite is some tests of a package.
type suite struct {
	in    string // the package's directory
	tests string // which of its tests, as of go test -run
}

// longest is how long all of it may take.
const longest = 2 * time.Hour

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "defects:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("defects", flag.ContinueOnError)
	only := flags.String("only", "", "names of defects, by comma; empty plants all")
	list := flags.Bool("list", false, "only say which there are")
	limit := flags.Duration("limit", 10*time.Minute, "how long the tests of one defect may take, compiling included")
	if err := flags.Parse(args); err != nil {
		return err
	}
	chosen, err := choose(*only)
	if err != nil {
		return err
	}
	if *list {
		for _, d := range chosen {
			fmt.Printf("%-24s %s\n", d.name, d.says)
		}
		return nil
	}
	dir, err := os.MkdirTemp("", "souk-defects-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	l := lab{dir: dir, limit: *limit}
	if err := l.check(chosen); err != nil {
		return err
	}
	if err := l.sound(ctx, chosen); err != nil {
		return err
	}
	return l.plantAll(ctx, chosen)
}

func choose(only string) ([]defect, error) {
	if only == "" {
		return defects(), nil
	}
	var chosen []defect
	for name := range strings.SplitSeq(only, ",") {
		i := slices.IndexFunc(defects(), func(d defect) bool { return d.name == strings.TrimSpace(name) })
		if i < 0 {
			return nil, fmt.Errorf("there is no defect %q: see -list", name)
		}
		chosen = append(chosen, defects()[i])
	}
	return chosen, nil
}

// lab is where defects are planted.
type lab struct {
	dir   string
	limit time.Duration
}

// check finds out whether all defects can be planted, before any test runs.
func (l lab) check(all []defect) error {
	var wrong []error
	for _, d := range all {
		if _, err := d.files(); err != nil {
			wrong = append(wrong, fmt.Errorf("%s: %w", d.name, err))
		}
	}
	return errors.Join(wrong...)
}

// files gives the files of a defect as they are with it.
func (d defect) files() (map[string][]byte, error) {
	out := map[string][]byte{}
	for _, e := range d.edits {
		text, changed := out[e.file]
		if !changed {
			var err error
			if text, err = os.ReadFile(e.file); err != nil {
				return nil, err
			}
		}
		if n := bytes.Count(text, []byte(e.old)); n != 1 {
			return nil, fmt.Errorf("in %s this is there %d times, not once: %q", e.file, n, e.old)
		}
		out[e.file] = bytes.Replace(text, []byte(e.old), []byte(e.new), 1)
	}
	return out, nil
}

// sound runs the tests without a defect.
func (l lab) sound(ctx context.Context, all []defect) error {
	tests := map[string][]string{}
	for _, d := range all {
		tests[d.suite.in] = append(tests[d.suite.in], d.suite.tests)
	}
	for in, names := range tests {
		slices.Sort(names)
		out, err := l.test(ctx, suite{in, strings.Join(slices.Compact(names), "|")})
		if err != nil {
			return fmt.Errorf("the tests of %s fail without any defect: %w\n%s", in, err, out)
		}
		if bytes.Contains(out, []byte("no tests to run")) {
			return fmt.Errorf("none of these tests is in %s: %s", in, names)
		}
	}
	return nil
}

func (l lab) plantAll(ctx context.Context, all []defect) error {
	fmt.Println("| defect | what is missing | noticed by | seconds |\n|---|---|---|---|")
	var survived []string
	for _, d := range all {
		began := time.Now()
		noticed, err := l.plant(ctx, d)
		if err != nil {
			return fmt.Errorf("%s: %w", d.name, err)
		}
		if noticed == "" {
			survived = append(survived, d.name)
			noticed = "**nobody**"
		}
		fmt.Printf("| %s | %s | %s | %.0f |\n", d.name, d.says, noticed, time.Since(began).Seconds())
	}
	if len(survived) > 0 {
		return fmt.Errorf("nobody noticed %s", strings.Join(survived, ", "))
	}
	fmt.Printf("\nAll %d defects were noticed.\n", len(all))
	return nil
}

var failed = regexp.MustCompile(`(?m)^--- FAIL: (\S+)`)

// plant runs the tests with a defect and says who noticed; nobody is "".
func (l lab) plant(ctx context.Context, d defect) (string, error) {
	files, err := d.files()
	if err != nil {
		return "", err
	}
	overlay, err := l.overlay(d.name, files)
	if err != nil {
		return "", err
	}
	out, err := l.test(ctx, d.suite, "-overlay", overlay)
	var ended *exec.ExitError
	switch {
	case err == nil:
		return "", nil
	case ctx.Err() != nil || !errors.As(err, &ended):
		return "", fmt.Errorf("run its tests: %w", err)
	case bytes.Contains(out, []byte("[build failed]")) || bytes.Contains(out, []byte("[setup failed]")):
		return "", fmt.Errorf("it does not compile:\n%s", out)
	case bytes.Contains(out, []byte("panic: test timed out")):
		return "tests that hang", nil
	}
	found := failed.FindAllSubmatch(out, -1)
	if len(found) == 0 {
		return "", fmt.Errorf("its tests ended without a failed one: %w\n%s", err, out)
	}
	return string(found[0][1]), nil
}

// overlay writes the changed copies, and what tells the go command of them.
func (l lab) overlay(name string, files map[string][]byte) (string, error) {
	replace := map[string]string{}
	for file, text := range files {
		from, err := filepath.Abs(file)
		if err != nil {
			return "", err
		}
		to := filepath.Join(l.dir, name+"-"+strings.ReplaceAll(file, "/", "-"))
		if err := os.WriteFile(to, text, 0o600); err != nil {
			return "", err
		}
		replace[from] = to
	}
	text, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	file := filepath.Join(l.dir, name+".json")
	return file, os.WriteFile(file, text, 0o600)
}

// test runs a suite, up to the first test that fails.
func (l lab) test(ctx context.Context, s suite, more ...string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, l.limit)
	defer cancel()
	args := append([]string{"test", "-count=1", "-failfast", "-vet=off", "-timeout", (l.limit / 2).String()}, more...)
	cmd := exec.CommandContext(ctx, "go", append(args, "-run", s.tests, "./"+s.in)...)
	cmd.Env = append(os.Environ(), "RAPID_NOFAILFILE=1")
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	return cmd.CombinedOutput()
}
