package listing

import (
	"fmt"
	"math"
	"testing"

	"github.com/souk-commerce/souk/internal/bundle"
	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// bundles adds a product with bundles of caps (1: eight there; 2: none left; 3:
// none there, backorders without limit; 4: not counted), mugs (5: two there, five
// more ahead) and the local thing (70: not counted, not sold in Europe).
func bundles(t *testing.T) *fixture {
	t.Helper()
	f := newFixture(t)
	exec := func(sql string, args ...any) {
		t.Helper()
		if _, err := f.db.Pool().Exec(t.Context(), sql, args...); err != nil {
			t.Fatal(err)
		}
	}
	exec(`INSERT INTO product (id, created_at, updated_at, handle, title, vendor, product_type, status, published_at)
		VALUES (900, '2026-01-01Z', '2026-01-01Z', 'sets', 'Sets', 'Boxes', 'Sets', 'active', '2026-01-03Z')`)
	type slot struct {
		least   int
		choices [][2]int
	}
	fixed := func(choices ...[2]int) (all []slot) {
		for _, c := range choices {
			all = append(all, slot{1, [][2]int{c}})
		}
		return all
	}
	for i, slots := range [][]slot{
		fixed([2]int{1, 2}, [2]int{5, 1}),                 // 901: two mugs, and five ahead: 2, then 4 by the caps
		fixed([2]int{1, 1}, [2]int{2, 1}),                 // 902: no striped caps
		fixed([2]int{4, 3}),                               // 903: without end
		fixed([2]int{3, 1}, [2]int{1, 3}),                 // 904: 0 there, 2 allowed
		fixed([2]int{70, 1}),                              // 905: not in Europe
		{{3, [][2]int{{1, 1}, {5, 1}, {2, 1}}}},           // 906: (8 + 2) / 3, ahead (8 + 7) / 3
		{{1000, [][2]int{{4, 1}}}, {0, [][2]int{{2, 1}}}}, // 907: without end, what is sold out need not be chosen
		{{2, [][2]int{{1, 9}, {5, 4}}}},                   // 908: not one choice there, one ahead: two are needed
	} {
		id := 901 + i
		exec(`INSERT INTO variant (id, created_at, updated_at, product_id, title, position, option_key, tracked) VALUES
			($1, '2026-01-01Z', '2026-01-01Z', 900, $2, $3, $4, true)`, id, fmt.Sprint("set ", id), i+1, fmt.Sprint(id))
		exec(`INSERT INTO price (price_list_id, variant_id, amount, updated_at) VALUES (1, $1, 1000, '2026-01-01Z'), (2, $1, 900, '2026-01-01Z')`, id)
		kind := bundle.Fixed
		if id > 905 {
			kind = bundle.Pick
		}
		exec(`INSERT INTO bundle (id, variant_id, kind, created_at, updated_at) VALUES ($1, $1, $2, '2026-01-01Z', '2026-01-01Z')`, id, kind)
		for j, s := range slots {
			exec(`INSERT INTO bundle_slot (id, bundle_id, position, least_pieces, most_pieces) VALUES ($1, $2, $3, $4::int, greatest($4::int, 1))`, id*100+j, id, j+1, s.least)
			for k, c := range s.choices {
				exec(`INSERT INTO bundle_choice (slot_id, position, variant_id, quantity) VALUES ($1, $2, $3, $4)`, id*100+j, k+1, c[0], c[1])
			}
		}
	}
	exec(`INSERT INTO price_range (price_list_id, product_id, min_amount, max_amount) VALUES (1, 900, 1000, 1000), (2, 900, 900, 900)`)
	return f
}

func TestBundles_areAsManyAsTheirComponentsAllow(t *testing.T) {
	t.Parallel()
	f := bundles(t)
	const without = math.MaxInt64
	ids := []VariantID{901, 902, 903, 904, 905, 906, 907, 908}
	for name, test := range map[string]struct {
		at           Context
		stock, offer []int64 // -1: not counted
	}{
		"us": {f.us, []int64{2, 0, -1, 0, -1, 3, -1, 0}, []int64{4, 0, without, 2, without, 5, without, 0}},
		"de": {f.de, []int64{2, 0, -1, 0, 0, 3, -1, 0}, []int64{4, 0, without, 2, 0, 5, without, 0}},
	} {
		ctx, counter := postgres.CountStatements(t.Context())
		goods, err := f.Goods(ctx, test.at, ids)
		if err != nil || counter.Statements() != 1 {
			t.Fatalf("%d statements, %v", counter.Statements(), err)
		}
		shown, err := f.VariantsByIDs(t.Context(), test.at, ids, Need{})
		if err != nil {
			t.Fatal(err)
		}
		for i, id := range ids {
			g, v := goods[id], shown[id]
			if g.Offer() != test.offer[i] || g.Tracked != (test.stock[i] >= 0) || g.Tracked && g.Stock != test.stock[i] {
				t.Errorf("%s: %d: offers %d, stock %d (%v), want %d and %d", name, id, g.Offer(), g.Stock, g.Tracked, test.offer[i], test.stock[i])
			}
			if v.Available != (test.offer[i] > 0) || (v.InStock != nil) != (test.stock[i] >= 0) || v.InStock != nil && int64(*v.InStock) != test.stock[i] {
				t.Errorf("%s: lists say of %d: available %v, %v there", name, id, v.Available, v.InStock)
			}
		}
		if goods[1].Bundle != nil || goods[1].Handle != "cap" || goods[901].Bundle == nil {
			t.Errorf("%s: choices do not come along: %+v", name, goods[1])
		}
	}
}

func TestBundles_carryWhatTheirComponentsWeigh(t *testing.T) {
	t.Parallel()
	f := bundles(t)
	goods, err := f.Goods(t.Context(), f.us, []VariantID{901, 903})
	if err != nil {
		t.Fatal(err)
	}
	if g := goods[901]; g.Grams != 2*120+300 || !g.RequiresShipping {
		t.Errorf("%+v", g)
	}
	if _, err := f.db.Pool().Exec(t.Context(), `UPDATE variant SET requires_shipping = false WHERE id = 4`); err != nil {
		t.Fatal(err)
	}
	if goods, err = f.Goods(t.Context(), f.us, []VariantID{903}); err != nil || goods[903].RequiresShipping {
		t.Errorf("%+v, %v", goods[903], err)
	}
}

// Lists, their filters and facets judge bundles as the product page does, in as
// many statements as without any.
func TestBundles_inLists(t *testing.T) {
	t.Parallel()
	plain, f := newFixture(t), bundles(t)
	list := List{Sort: ByID, Facets: true, Total: true, Need: Need{Fields: FieldAvailable | FieldInventory, Variants: All}}
	list.Page.First = first(MaxPage)
	count := func(f *fixture, l List) (*Products, int) {
		t.Helper()
		ctx, counter := postgres.CountStatements(t.Context())
		found, err := f.Products(ctx, f.us, l)
		if err != nil {
			t.Fatal(err)
		}
		return found, counter.Statements()
	}
	_, before := count(plain, list)
	found, after := count(f, list)
	if before != after {
		t.Errorf("%d statements with bundles, %d without", after, before)
	}
	sets := found.Nodes[len(found.Nodes)-1]
	if sets.ID != 900 || !sets.Available || sets.Inventory == nil || *sets.Inventory != 2+3 {
		t.Errorf("%d: available %v, inventory %v", sets.ID, sets.Available, sets.Inventory)
	}
	yes := true
	for _, only := range []struct {
		ids  string
		want int
	}{{"902, 908", 0}, {"902, 907", 1}} {
		if _, err := f.db.Pool().Exec(t.Context(), `DELETE FROM price WHERE variant_id BETWEEN 901 AND 908 AND variant_id NOT IN (`+only.ids+`)`); err != nil {
			t.Fatal(err)
		}
		l := List{Sort: ByID, Query: "vendor:Boxes", Filters: []Filter{{Available: &yes}}}
		if got, _ := count(f, l); len(got.Nodes) != only.want {
			t.Errorf("of %s %d products can be bought", only.ids, len(got.Nodes))
		}
		if _, err := f.db.Pool().Exec(t.Context(), `INSERT INTO price (price_list_id, variant_id, amount, updated_at) VALUES (1, 907, 1, '2026-01-01Z')
			ON CONFLICT DO NOTHING`); err != nil {
			t.Fatal(err)
		}
	}
}

// A rule of a collection sees of bundles what their components allow anywhere.
func TestBundles_inRules(t *testing.T) {
	t.Parallel()
	f := bundles(t)
	// Two of 901 and three of 906, as in every market; what has no end counts for nothing.
	for value, want := range map[string]int{"4": 1, "5": 0} {
		rule := catalog.Rule{Match: catalog.All, Conditions: []catalog.Condition{
			{Field: catalog.FieldStock, Relation: catalog.GreaterThan, Value: value}, {Field: catalog.FieldVendor, Relation: catalog.Equals, Value: "Boxes"}}}
		found, err := f.Matching(t.Context(), rule, []catalog.ProductID{900})
		if err != nil || len(found) != want {
			t.Errorf("more than %s: %v, %v", value, found, err)
		}
	}
}
