// Command postalgen turns the address metadata of google/libaddressinput into
// the table of package postal:
//
//	postalgen countryinfo.txt countries.jsonl
//
// The source is not kept in this repository. Where it is absent the command
// says so and leaves the table as it stands, so that `go generate` works
// everywhere.
package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/souk-commerce/souk/internal/kernel/postal/table"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: postalgen SOURCE TABLE")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "postalgen:", err)
		os.Exit(1)
	}
}

func run(source, target string) error {
	countries, err := load(source)
	if errors.Is(err, fs.ErrNotExist) {
		fmt.Fprintf(os.Stderr, "postalgen: %s is absent, the table stays as it is\n", source)
		return nil
	}
	if err != nil {
		return err
	}
	data, err := table.Encode(countries)
	if err != nil {
		return err
	}
	return os.WriteFile(target, data, 0o644)
}

func load(source string) ([]table.Country, error) {
	f, err := os.Open(source)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	records, err := read(f)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", source, err)
	}
	return build(records)
}
