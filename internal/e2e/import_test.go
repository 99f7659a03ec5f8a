package e2e_test

import (
	"compress/gzip"
	"encoding/csv"
	"errors"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// catalogue gives a file of the test data, which is not part of the project.
func catalogue(t *testing.T, name string) string {
	t.Helper()
	dir := os.Getenv("SOUK_TEST_DATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "data")
	}
	file := filepath.Join(dir, name)
	if _, err := os.Stat(file); err != nil {
		t.Skipf("the catalogue %s is not here; SOUK_TEST_DATA names its directory", name)
	}
	return file
}

// merchandise is what a catalogue file says of one product that is on sale.
type merchandise struct {
	kind     string
	variants int
	prices   []string
	values   map[string]map[string]bool // by option
}

// onSale reads a catalogue in the plainest way.
func onSale(t *testing.T, file string) map[string]*merchandise {
	t.Helper()
	records := readCSV(t, file)
	column := map[string]int{}
	for i, name := range records[0] {
		column[name] = i
	}
	all, names := map[string]*merchandise{}, map[string][3]string{}
	for _, r := range records[1:] {
		cell := func(name string) string { return r[column[name]] }
		handle := cell("Handle")
		if cell("Title") != "" {
			names[handle] = [3]string{cell("Option1 Name"), cell("Option2 Name"), cell("Option3 Name")}
			if cell("Status") == "active" && strings.EqualFold(cell("Published"), "true") {
				all[handle] = &merchandise{kind: cell("Type"), values: map[string]map[string]bool{}}
			}
		}
		m := all[handle]
		if m == nil || cell("Variant Price") == "" {
			continue
		}
		m.variants++
		m.prices = append(m.prices, cell("Variant Price"))
		for i, value := range []string{cell("Option1 Value"), cell("Option2 Value"), cell("Option3 Value")} {
			if name := names[handle][i]; name != "" && name != "Title" {
				if m.values[name] == nil {
					m.values[name] = map[string]bool{}
				}
				m.values[name][value] = true
			}
		}
	}
	return all
}

func readCSV(t *testing.T, file string) [][]string {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var in io.Reader = f
	if strings.HasSuffix(file, ".gz") {
		if in, err = gzip.NewReader(f); err != nil {
			t.Fatal(err)
		}
	}
	records, err := csv.NewReader(in).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return records
}

// TestStory_ownCatalogue follows a merchant from the file to the storefront.
func TestStory_ownCatalogue(t *testing.T) {
	t.Parallel()
	notShort(t)
	file := catalogue(t, "luma.csv")
	want := onSale(t, file)
	dir := t.TempDir()

	if out := must(t, dir, "import", file); !strings.Contains(out, "197 products: 197 created, 0 updated, 0 unchanged, 0 rejected") {
		t.Fatal(out)
	}
	if out := must(t, dir, "import", file); !strings.Contains(out, "197 products: 0 created, 0 updated, 197 unchanged, 0 rejected") {
		t.Fatalf("importing again changes something: %s", out)
	}
	s := openShop(t, dir)
	t.Run("every product is there, with its options, prices and variants", func(t *testing.T) { offersAll(t, s, want) })
	t.Run("facets count what the file says", func(t *testing.T) { facetsCount(t, s, want) })
	t.Run("what is found, sorted and narrowed is right", func(t *testing.T) { findsAndNarrows(t, s, want) })
	t.Run("export, import, export gives the same bytes", func(t *testing.T) {
		first := must(t, dir, "export", "products")
		other := t.TempDir()
		must(t, other, "import", write(t, "first.csv", first))
		if second := must(t, other, "export", "products"); second != first {
			t.Errorf("%d and %d bytes differ", len(first), len(second))
		}
	})
}

const productPages = `query($after: String) { products(first: 100, after: $after) { totalCount pageInfo { hasNextPage endCursor }
	nodes { handle productType options { name optionValues { name } } variantsCount { count }
		priceRange { minVariantPrice { amount currencyCode } maxVariantPrice { amount } } } } }`

func offersAll(t *testing.T, s *shop, want map[string]*merchandise) {
	t.Helper()
	seen := map[string]bool{}
	var after any
	for range 10 {
		page := s.query(t, productPages, map[string]any{"after": after}).at("products")
		if page.at("totalCount").number() != len(want) {
			t.Fatalf("%s products in all, want %d", page.at("totalCount").json(), len(want))
		}
		for _, p := range page.at("nodes").list() {
			handle := p.at("handle").text()
			if want[handle] == nil || seen[handle] {
				t.Errorf("%s is not in the file, not on sale, or there twice", handle)
				continue
			}
			seen[handle] = true
			agrees(t, handle, p, want[handle])
		}
		if after = page.at("pageInfo", "endCursor").v; !page.at("pageInfo", "hasNextPage").v.(bool) {
			break
		}
	}
	if len(seen) != len(want) {
		t.Errorf("%d products on the pages, want %d", len(seen), len(want))
	}
}

func agrees(t *testing.T, handle string, p node, m *merchandise) {
	t.Helper()
	low, high := slices.MinFunc(m.prices, byAmount), slices.MaxFunc(m.prices, byAmount)
	if got := p.at("priceRange", "minVariantPrice"); got.at("amount").text() != short(low) || got.at("currencyCode").text() != "USD" {
		t.Errorf("%s begins at %s, want %s USD", handle, got.json(), low)
	}
	if got := p.at("priceRange", "maxVariantPrice", "amount").text(); got != short(high) {
		t.Errorf("%s ends at %s, want %s", handle, got, high)
	}
	if got := p.at("variantsCount", "count").number(); got != m.variants || p.at("productType").text() != m.kind {
		t.Errorf("%s: %d variants and type %s, want %d and %s", handle, got, p.at("productType").text(), m.variants, m.kind)
	}
	for name, values := range m.values {
		option := slices.IndexFunc(p.at("options").list(), func(o node) bool { return o.at("name").text() == name })
		if option < 0 {
			t.Errorf("%s has no option %s", handle, name)
			continue
		}
		got := p.at("options", option, "optionValues").texts("name")
		if slices.Sort(got); !slices.Equal(got, slices.Sorted(maps.Keys(values))) {
			t.Errorf("%s: %s is one of %v, want %v", handle, name, got, values)
		}
	}
}

// short is how an amount is written: one decimal at least, no zeros behind it.
func short(amount string) string {
	if !strings.Contains(amount, ".") {
		return amount + ".0"
	}
	amount = strings.TrimRight(amount, "0")
	if strings.HasSuffix(amount, ".") {
		amount += "0"
	}
	return amount
}

// byAmount compares decimals with the same number of places.
func byAmount(a, b string) int {
	if d := len(a) - len(b); d != 0 {
		return d
	}
	return strings.Compare(a, b)
}

func facetsCount(t *testing.T, s *shop, want map[string]*merchandise) {
	t.Helper()
	counts := map[string]map[string]int{"Product type": {}, "Size": {}, "Color": {}}
	for _, m := range want {
		counts["Product type"][m.kind]++
		for _, name := range []string{"Size", "Color"} {
			for value := range m.values[name] {
				counts[name][value]++
			}
		}
	}
	delete(counts["Product type"], "")
	got := s.query(t, `{ search(query: "", types: [PRODUCT], first: 1) { productFilters { label values { label count input } } } }`, nil)
	for _, f := range got.at("search", "productFilters").list() {
		expected := counts[f.at("label").text()]
		for _, v := range f.at("values").list() {
			if n, known := expected[v.at("label").text()]; known && n != v.at("count").number() {
				t.Errorf("%s %s: %d products, want %d", f.at("label").text(), v.at("label").text(), v.at("count").number(), n)
			}
		}
		if expected != nil && len(f.at("values").list()) != len(expected) {
			t.Errorf("%s has %d values, want %d", f.at("label").text(), len(f.at("values").list()), len(expected))
		}
		delete(counts, f.at("label").text())
	}
	if len(counts) > 0 {
		t.Errorf("no facets for %v", slices.Collect(maps.Keys(counts)))
	}
}

func findsAndNarrows(t *testing.T, s *shop, want map[string]*merchandise) {
	t.Helper()
	got := s.query(t, `{ search(query: "hoodie", types: [PRODUCT], first: 50) { nodes { ... on Product { handle title } } } }`, nil)
	hits := got.at("search", "nodes").list()
	for _, hit := range hits {
		if want[hit.at("handle").text()] == nil {
			t.Errorf("%s is found and not on sale", hit.at("handle").text())
		}
	}
	if len(hits) == 0 || !strings.Contains(strings.ToLower(hits[0].at("title").text()), "hoodie") {
		t.Errorf("hoodie finds %s", got.json())
	}
	got = s.query(t, `{ products(first: 250, sortKey: PRICE, reverse: true, query: "price:>50") { nodes { handle priceRange { minVariantPrice { amount } maxVariantPrice { amount } } } } }`, nil)
	var dear int
	for _, m := range want {
		if slices.ContainsFunc(m.prices, func(p string) bool { return byAmount(p, "50.00") > 0 }) {
			dear++
		}
	}
	if n := len(got.at("products", "nodes").list()); n != dear {
		t.Errorf("%d products over 50, want %d", n, dear)
	}
}

// TestImport_survivesKill kills imports at random moments. Whatever was in the
// shop then is whole, and importing again gives what an undisturbed import does.
func TestImport_survivesKill(t *testing.T) {
	t.Parallel()
	notShort(t)
	file, kills := catalogue(t, "phones.csv.gz"), 2
	if prove() {
		kills = 20
	}
	calm := t.TempDir()
	must(t, calm, "migrate", "up")
	began := time.Now()
	must(t, calm, "import", file)
	whole := time.Since(began)
	want := must(t, calm, "export", "products")
	products := byHandle(want)

	for range 3 * kills {
		if kills == 0 {
			break
		}
		dir := t.TempDir()
		must(t, dir, "migrate", "up")
		after := time.Duration(rand.Int64N(int64(whole)))
		killed := importFor(t, dir, file, after)
		if killed {
			kills--
		} else {
			whole = after // the machine has become faster
		}
		partial := byHandle(whatIsThere(t, dir))
		t.Logf("killed=%t after %s of %s: %d of %d products", killed, after, whole, len(partial), len(products))
		for handle, lines := range partial {
			if products[handle] != lines {
				t.Errorf("half of %s is left:\n%s\nwant\n%s", handle, clip(lines), clip(products[handle]))
			}
		}
		must(t, dir, "import", file)
		if got := must(t, dir, "export", "products"); got != want {
			t.Errorf("after a kill at %s and another import the shop differs: %d bytes, want %d", after, len(got), len(want))
		}
		must(t, dir, "doctor")
	}
	if kills > 0 {
		t.Errorf("%d imports were over before they were killed", kills)
	}
}

// whatIsThere exports a shop that may not even be founded.
func whatIsThere(t *testing.T, dir string) string {
	t.Helper()
	out, problems, err := souk(t, environment(dir), "export", "products")
	if err != nil && !strings.Contains(problems, "has not been set up") {
		t.Fatalf("export: %v\n%s", err, problems)
	}
	return out
}

// importFor runs an import and kills it, unless it ends before.
func importFor(t *testing.T, dir, file string, after time.Duration) (killed bool) {
	t.Helper()
	cmd := exec.Command(program, "import", file)
	cmd.Env = environment(dir)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case err := <-ended:
		if err != nil {
			t.Fatal(err)
		}
		return false
	case <-time.After(after):
		if err := cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
			t.Fatal(err)
		}
		<-ended
		return true
	}
}

// byHandle splits an export into products: the cells that say something, since
// other products decide which columns there are.
func byHandle(export string) map[string]string {
	all := map[string]string{}
	records, err := csv.NewReader(strings.NewReader(export)).ReadAll()
	if err != nil || len(records) == 0 {
		return all
	}
	for _, r := range records[1:] {
		for i, cell := range r {
			if cell != "" {
				all[r[0]] += records[0][i] + ": " + cell + "\n"
			}
		}
	}
	return all
}
