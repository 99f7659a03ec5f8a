package importer

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/souk-commerce/souk/internal/kernel/money"
)

// testData gives the directory with the catalogs that are not part of the
// repository.
func testData(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("SOUK_TEST_DATA")
	if dir == "" {
		root, err := os.Getwd()
		if err != nil {
			t.Fatal(err)
		}
		for ; root != "/"; root = filepath.Dir(root) {
			if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
				break
			}
		}
		dir = filepath.Join(filepath.Dir(root), "shared", "data")
	}
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("the catalogs for tests are not at %s; set SOUK_TEST_DATA to where they are", dir)
	}
	return dir
}

func readData(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(testData(t), name))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(name, ".gz") {
		return data
	}
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if data, err = io.ReadAll(z); err != nil {
		t.Fatal(err)
	}
	return data
}

func testSettings() Settings {
	return Settings{Currency: "USD", Markets: []MarketColumn{{"Europe", money.Currency("EUR")}, {"Japan", money.Currency("JPY")}}}
}

// readAll reads a whole file as a new shop would take it.
func readAll(t testing.TB, data []byte) (*Report, []*Product) {
	t.Helper()
	ctx := context.Background()
	f, err := Open(ctx, bytes.NewReader(data), int64(len(data)), testSettings())
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	report, list := &Report{}, []*Product(nil)
	report.AddFile(f)
	for p, err := range f.Products(ctx) {
		if err != nil {
			t.Fatalf("read: %v", err)
		}
		p.RequireComplete()
		report.AddProduct(p, Created)
		list = append(list, p)
	}
	for row, err := range f.Loose() {
		if err != nil {
			t.Fatalf("read: %v", err)
		}
		report.AddRow(row)
	}
	report.Sort()
	return report, list
}

func drafts(list []*Product) []*Draft {
	var out []*Draft
	for _, p := range list {
		if p.Accepted() {
			out = append(out, p.Draft)
		}
	}
	return out
}

// write exports drafts.
func write(t testing.TB, list []*Draft) []byte {
	t.Helper()
	var columns Columns
	for _, d := range list {
		columns.Add(d)
	}
	var out bytes.Buffer
	w, err := NewWriter(&out, columns)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range list {
		if err := w.Write(d); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
