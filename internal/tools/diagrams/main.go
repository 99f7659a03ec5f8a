// Command diagrams draws the state machines of the lifecycle packages as
// Mermaid diagrams, a page each. `make generate` runs it.
package main

import (
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
)

//go:generate go run . -out ../../../docs/diagrams

func main() {
	out := flag.String("out", "docs/diagrams", "directory of the pages")
	flag.Parse()
	if err := run(*out); err != nil {
		log.Fatalf("diagrams: %v", err)
	}
}

func run(out string) error {
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	for _, m := range machines() {
		if err := os.WriteFile(filepath.Join(out, m.file()), []byte(m.page()), 0o644); err != nil {
			return fmt.Errorf("write %s: %w", m.file(), err)
		}
	}
	return nil
}
