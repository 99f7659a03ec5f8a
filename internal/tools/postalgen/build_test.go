package main

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/souk-commerce/souk/internal/kernel/postal/table"
)

func TestBuild_givesTheCommittedTable(t *testing.T) {
	t.Parallel()
	folder := os.Getenv("SOUK_TEST_DATA")
	if folder == "" {
		folder = filepath.Join("..", "..", "..", "..", "shared", "data")
	}
	countries, err := load(filepath.Join(folder, "countryinfo.txt"))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("the source of the address facts is not here (SOUK_TEST_DATA names its folder): %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	want, err := table.Encode(countries)
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join("..", "..", "kernel", "postal", "countries.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("the committed table is stale: run go generate ./internal/kernel/postal")
	}
}

func TestBuild_trustsExamplesMoreThanPatterns(t *testing.T) {
	t.Parallel()
	source := `data/ZZ={"key":"ZZ","fmt":"%A%n%C","require":"AC"}
data/XA={"key":"XA","fmt":"%A%n%S","zip":"\\d{4}","zipex":"1234,OLD 1","sub_keys":"NORTH PART~B","sub_isoids":"N~","sub_zips":"1~2","sub_zipexs":"~3000"}`
	records, err := read(strings.NewReader(source))
	if err != nil {
		t.Fatal(err)
	}
	countries, err := build(records)
	if err != nil {
		t.Fatal(err)
	}
	got, err := table.Encode(countries[:1])
	if err != nil {
		t.Fatal(err)
	}
	want := `{"code":"XA","format":"%A%n%S%n%Z","require":"AC","zip":"\\d{4}|OLD 1","examples":["1234","OLD 1"],` +
		`"zones":[{"code":"N","name":"North Part","zip":"1"},{"code":"B","name":"B","zip":"2|3000","examples":["3000"]}]}` + "\n"
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
