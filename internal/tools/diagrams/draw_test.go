package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestPage_drawsStartsMovesAndGuards(t *testing.T) {
	t.Parallel()
	m := machine{name: "parcel", starts: []string{"packed"}, moves: []move{
		{from: "packed", event: "ship", to: "sent", guard: "paid"},
		{from: "sent", event: "lose", to: "lost"},
	}}
	page := m.page()
	for _, want := range []string{
		"  [*] --> packed\n  packed --> sent: ship [paid]\n  sent --> lost: lose\n",
		"| packed | ship [paid] | sent |\n| sent | lose | lost |\n",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks\n%s\nit is\n%s", want, page)
		}
	}
}

func TestMachines_areDrawnAsCommitted(t *testing.T) {
	t.Parallel()
	for _, m := range machines() {
		got, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", "diagrams", m.file()))
		if err != nil || string(got) != m.page() {
			t.Errorf("docs/diagrams/%s is stale: run make generate (%v)", m.file(), err)
		}
	}
}
