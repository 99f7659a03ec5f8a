package listing

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/platform/event"
)

// TestDocuments_sayWhatListsSay holds documents against the lists that read the
// same rows: who sees a product, at what price, and whether it can be bought.
func TestDocuments_sayWhatListsSay(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ids, err := f.DocumentIDs(t.Context(), 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	docs, err := f.Documents(t.Context(), ids)
	if err != nil || len(docs) != len(ids) || len(docs) == 0 {
		t.Fatalf("%d documents of %d products, %v", len(docs), len(ids), err)
	}
	for _, at := range []Context{f.us, f.de} {
		listed, err := f.Products(t.Context(), at, List{Sort: ByID, Page: page.Args{First: first(100)},
			Need: Need{Fields: FieldAvailable | FieldTags | FieldOptions | FieldCategories, Variants: All}})
		if err != nil {
			t.Fatal(err)
		}
		seen := map[ProductID]*Product{}
		for _, p := range listed.Nodes {
			seen[p.ID] = p
		}
		for _, d := range docs {
			p := seen[d.ID]
			if shown := d.shown(at); shown != (p != nil) {
				t.Errorf("market %d: product %d is shown %v, listed %v", at.Market, d.ID, shown, p != nil)
			}
			if p != nil {
				compareDocument(t, at, d, p)
			}
		}
	}
}

func (d *Document) shown(at Context) bool {
	priced := slices.ContainsFunc(d.Prices, func(p DocumentPrices) bool { return p.List == at.PriceList })
	return priced && d.PublishedAt != nil && !d.PublishedAt.After(at.Now) && !slices.Contains(d.Excluded, at.Market)
}

func compareDocument(t *testing.T, at Context, d *Document, p *Product) {
	t.Helper()
	if got := d.In(at.Translations, DocumentText{"product", int64(d.ID), "title"}, d.Title); got != p.Title {
		t.Errorf("product %d is called %q, listed as %q", d.ID, got, p.Title)
	}
	slices.Sort(d.Tags)
	if !slices.Equal(d.Tags, slices.Sorted(slices.Values(p.Tags))) {
		t.Errorf("product %d has tags %v, listed %v", d.ID, d.Tags, p.Tags)
	}
	variants := map[VariantID]DocumentVariant{}
	for _, v := range d.Variants {
		variants[v.ID] = v
	}
	for _, v := range p.variants {
		of := variants[v.ID]
		if sold := slices.Contains(of.Sold, at.Market); sold != v.Available {
			t.Errorf("market %d: variant %d is sold %v, listed %v", at.Market, v.ID, sold, v.Available)
		}
		if of.Amounts[at.PriceList] != v.Price.Minor {
			t.Errorf("market %d: variant %d costs %d, listed %v", at.Market, v.ID, of.Amounts[at.PriceList], v.Price)
		}
	}
}

// TestDocuments_areWhole fails when a part is no longer read.
func TestDocuments_areWhole(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ids, err := f.DocumentIDs(t.Context(), 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	docs, err := f.Documents(t.Context(), ids)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for _, d := range docs {
		found["tags"] = found["tags"] || len(d.Tags) > 0
		found["options"] = found["options"] || len(d.Options) > 0 && len(d.Options[0].Values) > 0
		found["values"] = found["values"] || len(d.Variants) > 0 && len(d.Variants[0].Values) > 0
		found["categories"] = found["categories"] || slices.ContainsFunc(d.Categories, func(c DocumentCategory) bool { return !c.Direct && c.Parent == 0 })
		found["collections"] = found["collections"] || len(d.Collections) > 0
		found["attributes"] = found["attributes"] || len(d.Attributes) > 0
		found["metafields"] = found["metafields"] || len(d.Metafields) > 0
		found["texts"] = found["texts"] || len(d.Texts[locale.Language("de")]) > 0
	}
	for _, part := range []string{"tags", "options", "values", "categories", "collections", "attributes", "metafields", "texts"} {
		if !found[part] {
			t.Errorf("no document has %s", part)
		}
	}
}

func TestTouched_findsTheProductsBehindAFact(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	var category, product, option int64
	row := f.db.Pool().QueryRow(t.Context(), `SELECT split_part(c.path, '/', 2)::bigint, g.product_id, (SELECT min(id) FROM product_option)
 FROM product_category g JOIN category c ON c.id = g.category_id ORDER BY c.depth DESC LIMIT 1`)
	if err := row.Scan(&category, &product, &option); err != nil {
		t.Fatal(err)
	}
	fact := func(topic string, payload map[string]any) event.Envelope {
		raw, err := json.Marshal(payload)
		if err != nil {
			t.Fatal(err)
		}
		return event.Envelope{Topic: topic, Payload: raw, RecordedAt: time.Time{}}
	}
	for name, c := range map[string]struct {
		fact event.Envelope
		all  bool
		want int64 // one of them; 0: none
	}{
		"a product":                {fact: fact("product.updated", map[string]any{"product": product}), want: product},
		"a category above":         {fact: fact("category.changed", map[string]any{"category": category}), want: product},
		"members":                  {fact: fact("collection.membership_changed", map[string]any{"products": []int64{product}}), want: product},
		"a translation":            {fact: fact("translation.changed", map[string]any{"kind": "category", "id": category}), want: product},
		"a text of something else": {fact: fact("translation.changed", map[string]any{"kind": "menu_item", "id": 1})},
		"all prices":               {fact: fact("price.changed", map[string]any{"list": 1}), all: true},
		"a market":                 {fact: fact("market.changed", map[string]any{"market": 1}), all: true},
	} {
		ids, all, err := f.Touched(t.Context(), []event.Envelope{c.fact})
		if err != nil || all != c.all || c.want != 0 && !slices.Contains(ids, ProductID(c.want)) || c.want == 0 && len(ids) > 0 {
			t.Errorf("%s: %v, all %v, %v", name, ids, all, err)
		}
	}
}
