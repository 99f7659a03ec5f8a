package bleve

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/souk-commerce/souk/internal/search"
)

const crashRoot = "SOUK_TEST_BLEVE_CRASH"

const crashBatch = 200

// turn is a batch in which all products have the same words.
func turn(n int) []search.Entry {
	batch := make([]search.Entry, crashBatch)
	for i := range batch {
		batch[i] = search.Entry{ID: search.ProductID(i + 1), Version: fmt.Sprint(n), Title: fmt.Sprintf("thing turn%d", n),
			Description: strings.Repeat(fmt.Sprintf("word%d ", i), 50)}
	}
	return batch
}

// TestPut_isWholeAfterACrash kills a process while it writes.
func TestPut_isWholeAfterACrash(t *testing.T) {
	if root := os.Getenv(crashRoot); root != "" {
		writeForEver(t, root)
	}
	t.Parallel()
	root := t.TempDir()
	written := 0
	for range 6 {
		last := writeAndCrash(t, root)
		e := claimed(t, root)
		index, err := e.Open(t.Context(), "g1", "en")
		if err != nil {
			t.Fatalf("open after a crash: %v", err)
		}
		versions, err := index.Versions(t.Context(), 0, 2*crashBatch)
		if err != nil || len(versions) != crashBatch {
			t.Fatalf("%d versions of %d: %v", len(versions), crashBatch, err)
		}
		for _, v := range versions {
			if v.Version != versions[0].Version {
				t.Fatalf("half a batch: %v beside %v", v, versions[0])
			}
		}
		if v := versions[0].Version; v != fmt.Sprint(last) && v != fmt.Sprint(last+1) {
			t.Fatalf("turn %d was written and turn %s is there", last, v)
		}
		found, err := index.Candidates(t.Context(), search.Query{Groups: []search.Group{{Any: []string{"turn" + versions[0].Version}}}})
		if err != nil || found.Total != crashBatch {
			t.Fatalf("found %d of %d: %v", found.Total, crashBatch, err)
		}
		written += last
		if err := e.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if written == 0 {
		t.Error("nothing was written before the crashes")
	}
}

// writeAndCrash gives the last turn that the process said was written.
func writeAndCrash(t *testing.T, root string) (last int) {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), program, "-test.run", "^TestPut_isWholeAfterACrash$") //nolint:gosec // this very program
	cmd.Env = append(os.Environ(), crashRoot+"="+root)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	if !lines.Scan() { // the first turn is there
		t.Fatalf("the writer ended: %v", cmd.Wait())
	}
	kill := time.AfterFunc(time.Duration(20+rand.IntN(150))*time.Millisecond, func() { _ = cmd.Process.Kill() })
	defer kill.Stop()
	for ok := true; ok; ok = lines.Scan() {
		if _, err := fmt.Sscanf(lines.Text(), "turn %d", &last); err != nil {
			t.Fatalf("the writer says %q", lines.Text())
		}
	}
	if err := cmd.Wait(); err == nil {
		t.Fatal("the writer was not killed")
	}
	return last
}

func writeForEver(t *testing.T, root string) {
	e := New(Config{Root: root})
	if instance, err := e.Claim(); err != nil || !strings.HasSuffix(instance, "-1") {
		t.Fatalf("claimed %q: a crash has to free the directory: %v", instance, err)
	}
	index, err := e.Create(t.Context(), "g1", "en")
	for n := 1; err == nil; n++ {
		if _, err = index.Put(t.Context(), turn(n)); err == nil {
			fmt.Println("turn", n)
		}
	}
	t.Fatalf("write: %v", err)
}

// TestOpen_refusesWhatIsBroken cuts each file of an index, and takes it away.
func TestOpen_refusesWhatIsBroken(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	e := claimed(t, root)
	index, err := e.Create(t.Context(), "whole", "en")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := index.Put(t.Context(), turn(1)); err != nil {
		t.Fatal(err)
	}
	if err := index.Close(); err != nil {
		t.Fatal(err)
	}
	whole, broken := filepath.Join(root, "1", "whole"), filepath.Join(root, "1", "broken")
	refused := 0
	for _, name := range files(t, whole) {
		for _, breakIt := range []func(path string) error{os.Remove, cutTo(0), cutTo(.3), cutTo(.5), cutTo(.75), cutTo(.97)} {
			if err := errors.Join(os.RemoveAll(broken), os.CopyFS(broken, os.DirFS(whole)), breakIt(filepath.Join(broken, name))); err != nil {
				t.Fatal(err)
			}
			index, err := e.Open(t.Context(), "broken", "en")
			if err == nil { // with a batch before, or without harm: then it works
				_, err = index.Put(t.Context(), turn(2))
				if err = errors.Join(err, index.Close()); err != nil {
					t.Errorf("%s broken: opened and then %v", name, err)
				}
				continue
			}
			if refused++; !errors.Is(err, search.ErrNoIndex) {
				t.Errorf("%s broken: got %v, want ErrNoIndex", name, err)
			}
		}
	}
	if refused < 6 {
		t.Errorf("only %d broken indexes were refused", refused)
	}
	if index, err = e.Open(t.Context(), "whole", "en"); err != nil {
		t.Fatalf("what is whole opens: %v", err)
	}
	_ = index.Close()
}

func cutTo(part float64) func(path string) error {
	return func(path string) error {
		info, err := os.Stat(path)
		if err != nil {
			return err
		}
		return os.Truncate(path, int64(float64(info.Size())*part))
	}
}

func files(t *testing.T, dir string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		names = append(names, name)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}
