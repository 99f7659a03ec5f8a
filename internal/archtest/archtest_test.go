package archtest

import (
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/souk-commerce/souk/migrations"
)

// house loads the tree this test stands in.
func house(t *testing.T) []source {
	t.Helper()
	sources, err := load(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	if len(sources) < 50 {
		t.Fatalf("only %d files were found", len(sources))
	}
	return sources
}

func TestHouse_importsGoDownward(t *testing.T) {
	t.Parallel()
	for _, src := range house(t) {
		for _, f := range checkImports(src) {
			t.Error(f)
		}
	}
}

func TestHouse_tablesAreTouchedByTheirOwners(t *testing.T) {
	t.Parallel()
	sources := house(t)
	known := readEntities(sources)
	for _, src := range sources {
		for _, f := range checkTables(src, known) {
			t.Error(f)
		}
	}
}

func TestTables_everyEntityHasOneOwner(t *testing.T) {
	t.Parallel()
	known := readEntities(house(t))
	if len(known) < 20 {
		t.Fatalf("only %d entities were found in ent/schema", len(known))
	}
	for entity, table := range known {
		if ownerOf(table) == "" {
			t.Errorf("the table %s of ent.%s has no owner in tables.go", table, entity)
		}
	}
	seen := map[string]string{}
	for owner, tables := range tableOwners {
		if owner != platform && !slices.Contains(roomOrder, owner) && !isAdapter(owner) {
			t.Errorf("%s owns tables and is neither a room nor an adapter", owner)
		}
		for _, table := range tables {
			if other, twice := seen[table]; twice {
				t.Errorf("%s is owned by %s and by %s", table, owner, other)
			}
			seen[table] = owner
		}
	}
}

// isAdapter reports whether an owner's name is the path of an adapter.
func isAdapter(owner string) bool {
	at := placeOf("internal/" + owner)
	return strings.HasPrefix(owner, "adapter/") && at.level > nowhere && at.unit == "internal/"+owner
}

// createdTable matches a table that a migration makes; partitions belong to
// their parent.
var createdTable = regexp.MustCompile(`(?im)^\s*CREATE (?:UNLOGGED )?TABLE (?:IF NOT EXISTS )?(?:public\.)?"?([a-z_]+)"?\s*\(`)

func TestTables_everyMigratedTableHasAnOwner(t *testing.T) {
	t.Parallel()
	count := 0
	err := fs.WalkDir(migrations.FS, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := migrations.FS.ReadFile(name)
		for _, made := range createdTable.FindAllStringSubmatch(string(content), -1) {
			count++
			if ownerOf(made[1]) == "" {
				t.Errorf("%s makes %s, which has no owner in tables.go", name, made[1])
			}
		}
		return err
	})
	if err != nil || count < 20 {
		t.Fatalf("only %d tables were found: %v", count, err)
	}
}

// written parses a made-up file of the house.
func written(t *testing.T, name, text string) source {
	t.Helper()
	src, err := parse(name, name, text)
	if err != nil {
		t.Fatal(err)
	}
	return src
}

func TestCheckImports_reportsWhatBreaksTheTable(t *testing.T) {
	t.Parallel()
	tests := []struct{ file, imports, want string }{
		{"internal/market/service.go", "internal/catalog", "later in roomOrder"},
		{"internal/catalog/service.go", "internal/market", ""},
		{"internal/catalog/catalogtest/fake.go", "internal/catalog", ""},
		{"internal/nursery/service.go", "internal/market", "missing in roomOrder"},
		{"internal/kernel/money/money.go", "internal/platform/postgres", "platform is above kernel"},
		{"internal/kernel/money/money.go", "internal/kernel/fault", ""},
		{"internal/platform/postgres/ent.go", "ent", ""},
		{"internal/platform/event/outbox.go", "internal/audit", "rooms is above platform"},
		{"ent/schema/product.go", "internal/catalog/lifecycle", ""},
		{"ent/schema/product.go", "internal/catalog", "rooms is above ent"},
		{"internal/catalog/lifecycle/state.go", "internal/order/lifecycle", "do not know each other"},
		{"internal/catalog/store.go", "ent/product", ""},
		{"graph/shop/product.resolvers.go", "ent", "does not leave"},
		{"graph/shop/product.resolvers.go", "graph/admin", "do not know each other"},
		{"graph/shop/product.resolvers.go", "graph/loader", ""},
		{"graph/shop/generated/exec.go", "graph/shop", ""},
		{"internal/search/engine.go", "internal/adapter/search/bleve", "edge is above rooms"},
		{"internal/app/app.go", "internal/adapter/search/bleve", ""},
		{"internal/app/app.go", "internal/testkit", "only tests may"},
		{"cmd/souk/main.go", "internal/app", ""},
		{"internal/app/app.go", "cmd/souk", "cmd is above app"},
		{"elsewhere/x.go", "internal/app", "stands on no floor"},
		{"internal/tools/entgen/main.go", "internal/app", ""},
	}
	for _, test := range tests {
		src := written(t, test.file, "package x\nimport _ \""+module+"/"+test.imports+"\"\n")
		expect(t, test.file+" importing "+test.imports, checkImports(src), test.want)
	}
}

func TestCheckTables_reportsForeignTables(t *testing.T) {
	t.Parallel()
	known := entities{"Product": "product", "ProductOption": "product_option", "Price": "price"}
	tests := []struct{ file, body, want string }{
		{"internal/pricing/store.go", "var _ = db.Ent(ctx).Product.Query()", "pricing uses the table product of catalog"},
		{"internal/pricing/store.go", "var _ = db.Ent(ctx).Price.Create()", ""},
		{"internal/pricing/store.go", "import \"" + module + "/ent\"\nvar _ ent.ProductQuery", "table product of catalog"},
		{"internal/pricing/store.go", "import \"" + module + "/ent\"\nvar _ []*ent.ProductOption", "table product_option of catalog"},
		{"internal/pricing/store.go", "import \"" + module + "/ent/product\"", "table product of catalog"},
		{"internal/catalog/store.go", "import \"" + module + "/ent/product\"", ""},
		{"internal/pricing/store.go", "const q = `select id from price p join variant v on true`", "table variant of catalog"},
		{"internal/pricing/store.go", "var q = `SELECT id FROM price` + more() + ` JOIN variant v`", "table variant of catalog"},
		{"internal/pricing/store.go", "const q = `SELECT 1 FROM price p, public.\"variant\" v`", "table variant of catalog"},
		{"internal/pricing/store.go", "var _ = pgx.Identifier{\"stock_level\"}", "table stock_level of inventory"},
		{"internal/pricing/store.go", "var _ = keyset.From(\"price p JOIN variant v ON true\")", "table variant of catalog"},
		{"internal/pricing/store.go", "var _ = keyset.From(\"product \" + alias)", "table product of catalog"},
		{"internal/pricing/store.go", "var _ = fmt.Errorf(\"update product from variant: %w\", err)", ""},
		{"internal/pricing/store.go", "const q = `INSERT INTO outbox (id) VALUES (1)`", "table outbox of platform"},
		{"internal/platform/event/outbox.go", "const q = `INSERT INTO outbox (id) VALUES (1)`", ""},
		{"internal/listing/store.go", "const q = `SELECT 1 FROM product JOIN price ON true`", ""},
		{"internal/listing/store.go", "const q = `DELETE FROM product`", "listing uses the table product"},
		{"internal/listing/store.go", "const q = `UPDATE price SET amount = 0`", "listing uses the table price"},
		{"graph/shop/resolver.go", "const q = `SELECT 1 FROM product`", "table product of catalog"},
		{"internal/catalog/store.go", "const q = `WITH page (id) AS MATERIALIZED (SELECT 1) SELECT 1 FROM page, product -- from price\n`", ""},
		{"internal/catalog/store.go", "const q = `SELECT 1 FROM product WHERE a IS DISTINCT FROM price`", ""},
		{"internal/catalog/store.go", "const q = `SELECT 1 FROM product, page`", "table page of content"},
		{"internal/catalog/store.go", "const q = `SELECT 1 FROM variant FOR UPDATE`", ""},
		{"internal/adapter/payment/sandbox/ledger.go", "const q = `UPDATE sandbox_charge SET state = $1`", ""},
		{"internal/adapter/payment/sandbox/ledger.go", "const q = `SELECT 1 FROM payment`", "table payment of payment"},
		{"internal/adapter/payment/sandbox/checks.go", "const q = `SELECT 1 FROM payment`", ""},
		{"internal/adapter/payment/sandbox/checks.go", "const q = `DELETE FROM payment`", "table payment of payment"},
		{"internal/adapter/payment/manual/manual.go", "const q = `SELECT 1 FROM sandbox_charge`", "table sandbox_charge of adapter/payment/sandbox"},
		{"internal/payment/store.go", "const q = `SELECT 1 FROM sandbox_charge`", "table sandbox_charge of adapter/payment/sandbox"},
	}
	for _, test := range tests {
		src := written(t, test.file, "package x\n"+test.body+"\n")
		expect(t, test.file+" with "+test.body, checkTables(src, known), test.want)
	}
}

// expect wants one finding that contains the text, or none where it is empty.
func expect(t *testing.T, what string, got []finding, want string) {
	t.Helper()
	if want == "" {
		if len(got) > 0 {
			t.Errorf("%s: reported %v", what, got)
		}
		return
	}
	if len(got) == 0 || !strings.Contains(got[0].rule, want) {
		t.Errorf("%s: reported %v, want %q", what, got, want)
	}
}
