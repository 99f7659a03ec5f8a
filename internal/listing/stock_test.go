package listing

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/souk-commerce/souk/internal/testkit"
)

func (f *fixture) exec(t *testing.T, sql string, args ...any) {
	t.Helper()
	if _, err := f.db.Pool().Exec(context.Background(), sql, args...); err != nil {
		t.Fatal(err)
	}
}

// TestStock_states holds every way that says how stock stands against one
// table: the badge, its dates, lists, filters, and what a purchase is offered.
func TestStock_states(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	later, before := testkit.Started().Add(48*time.Hour), testkit.Started().Add(-time.Hour)
	const tracked, ahead = "tracked = true", ", backorder = true"
	cases := []struct {
		name      string
		set       string
		args      []any
		left      int64
		threshold int // -1: none
		state     StockState
		backorder *time.Time
		preorder  *time.Time
		offer     int64 // -1: without end
	}{
		{"plenty", tracked, nil, 6, -1, StockIn, nil, nil, 6},
		{"few", tracked, nil, 5, -1, StockLow, nil, nil, 5},
		{"none", tracked, nil, 0, -1, StockOut, nil, nil, 0},
		{"promised beyond stock", tracked, nil, -2, -1, StockOut, nil, nil, 0},
		{"few by the merchant's threshold", tracked, nil, 20, 20, StockLow, nil, nil, 20},
		{"enough by the merchant's threshold", tracked, nil, 3, 2, StockIn, nil, nil, 3},
		{"not counted", "tracked = false", nil, 0, -1, StockIn, nil, nil, -1},
		{"backorder", tracked + ahead, nil, 0, -1, StockBackorder, nil, nil, -1},
		{"backorder with a date", tracked + ahead + ", backorder_at = $1", []any{later}, 0, -1, StockBackorder, &later, nil, -1},
		{"backorder with a date that has passed", tracked + ahead + ", backorder_at = $1", []any{before}, 0, -1, StockBackorder, nil, nil, -1},
		{"backorder with stock", tracked + ahead + ", backorder_at = $1", []any{later}, 9, -1, StockIn, nil, nil, -1},
		{"backorder up to a limit", tracked + ahead + ", backorder_limit = 3", nil, -1, -1, StockBackorder, nil, nil, 2},
		{"backorder at its limit", tracked + ahead + ", backorder_limit = 3", nil, -3, -1, StockOut, nil, nil, 0},
		{"preorder without a date", tracked + ", preorder = true", nil, 0, -1, StockPreorder, nil, nil, -1},
		{"preorder before its release", tracked + ", preorder = true, preorder_at = $1", []any{later}, 0, -1, StockPreorder, nil, &later, -1},
		{"preorder that has arrived", tracked + ", preorder = true, preorder_at = $1", []any{later}, 9, -1, StockPreorder, nil, &later, -1},
		{"preorder up to a limit", tracked + ", preorder = true, preorder_at = $1, preorder_limit = 4", []any{later}, -1, -1, StockPreorder, nil, &later, 3},
		{"preorder at its limit", tracked + ", preorder = true, preorder_limit = 4", nil, -4, -1, StockOut, nil, nil, 0},
		{"preorder goes before backorder", tracked + ahead + ", preorder = true, preorder_limit = 0", nil, 0, -1, StockOut, nil, nil, 0},
		{"released, sold out", tracked + ", preorder = true, preorder_at = $1", []any{before}, 0, -1, StockOut, nil, nil, 0},
		{"released this moment", tracked + ", preorder = true, preorder_at = $1", []any{testkit.Started()}, 0, -1, StockOut, nil, nil, 0},
		{"released, then on backorder", tracked + ahead + ", backorder_at = $2, preorder = true, preorder_at = $1", []any{before, later}, 0, -1, StockBackorder, &later, nil, -1},
	}
	for _, c := range cases {
		f.exec(t, `UPDATE variant SET backorder = false, backorder_limit = NULL, backorder_at = NULL,
			preorder = false, preorder_limit = NULL, preorder_at = NULL WHERE id = 8`)
		f.exec(t, "UPDATE variant SET "+c.set+" WHERE id = 8", c.args...)
		f.exec(t, `DELETE FROM stock_level WHERE variant_id = 8`)
		f.exec(t, `DELETE FROM stock_threshold WHERE variant_id = 8`)
		f.exec(t, `INSERT INTO stock_level (variant_id, location_id, on_hand, taken, updated_at) VALUES (8, 1, greatest($1, 0), greatest(-$1, 0), '2026-01-02Z')`, c.left)
		if c.threshold >= 0 {
			f.exec(t, `INSERT INTO stock_threshold (created_at, updated_at, variant_id, location_id, low_at) VALUES ('2026-01-02Z', '2026-01-02Z', 8, 1, $1)`, c.threshold)
		}
		if diff := cmp.Diff(f.told(t, f.us, 8), told{c.state, c.state != StockOut, c.offer, at(c.backorder), at(c.preorder), c.state != StockOut}); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

// told is what the reads say of a variant that is its product's only one.
type told struct {
	State     StockState
	Available bool
	Offer     int64
	Backorder string
	Preorder  string
	Listed    bool // found by the filter for what can be bought
}

func at(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

func (f *fixture) told(t *testing.T, in Context, id VariantID) told {
	t.Helper()
	found, err := f.VariantsByIDs(t.Context(), in, []VariantID{id}, Need{Fields: FieldAvailable})
	if err != nil || found[id] == nil {
		t.Fatal(found, err)
	}
	v := found[id]
	goods, err := f.Goods(t.Context(), in, []VariantID{id})
	if err != nil {
		t.Fatal(err)
	}
	offer := goods[id].Offer()
	if offer > 1<<40 {
		offer = -1
	}
	yes := true
	filters := map[string]List{"filter": {Filters: []Filter{{Available: &yes}}}, "query": {Query: "available_for_sale:true"}}
	listed := map[string]bool{}
	for name, list := range filters {
		list.Page.First, list.Facets = first(MaxPage), true
		page, err := f.Products(t.Context(), in, list)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range page.Nodes {
			listed[name] = listed[name] || p.ID == v.Product.ID
		}
	}
	hits, err := f.Search(t.Context(), in, Search{Query: fmt.Sprintf("%q", v.Product.Title), Kinds: []Kind{KindProduct}, Unavailable: UnavailableHide})
	if err != nil {
		t.Fatal(err)
	}
	listed["search"] = len(hits.Nodes) > 0
	listed["product"] = v.Product.Available
	for name, is := range listed {
		if is != v.Available {
			t.Errorf("variant %d: %s says %v, the variant %v", id, name, is, v.Available)
		}
	}
	return told{v.Stock(), v.Available, offer, at(v.BackorderAt()), at(v.PreorderAt()), listed["filter"]}
}

// Stock counts in the markets that its location serves, and nowhere else.
func TestStock_countsWhereItsLocationServes(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.exec(t, `DELETE FROM stock_level WHERE variant_id = 5`)
	f.exec(t, `UPDATE variant SET backorder = false, backorder_limit = NULL WHERE id = 5`)
	f.exec(t, `INSERT INTO stock_level (variant_id, location_id, on_hand, updated_at) VALUES (5, 1, 7, '2026-01-02Z'), (5, 2, 10, '2026-01-02Z'), (5, 3, 50, '2026-01-02Z')`)
	f.exec(t, `INSERT INTO location_market (location_id, market_id) VALUES (2, 2), (3, 1)`)
	left := func(in Context) int64 { return f.told(t, in, 5).Offer }
	if us, de := left(f.us), left(f.de); us != 7 || de != 17 {
		t.Errorf("a place for Europe only, and a closed one for the US: %d there, %d in Europe, want 7 and 17", us, de)
	}
	f.exec(t, `INSERT INTO location_market (location_id, market_id) VALUES (1, 2)`)
	if us, de := f.told(t, f.us, 5), f.told(t, f.de, 5); us.State != StockOut || de.State != StockIn {
		t.Errorf("no place serves the US: %+v, Europe: %+v", us, de)
	}
	counts := map[string]int{}
	for name, in := range map[string]Context{"us": f.us, "de": f.de} {
		page, err := f.Products(t.Context(), in, List{Query: "id:2", Facets: true})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range page.Facets.available {
			counts[name+" "+c.Label] += c.N
		}
	}
	if diff := cmp.Diff(map[string]int{"us Out of stock": 1, "de In stock": 1}, counts); diff != "" {
		t.Error("facets: " + diff)
	}
	p, err := f.Product(t.Context(), f.us, Ref{ID: 2}, everything)
	if err != nil {
		t.Fatal(err)
	}
	if *p.Inventory != 0 || *p.variants[0].InStock != 0 || *p.EncodedAvailability() != "v1_" || *p.EncodedExistence() != "v1_0," {
		t.Errorf("%d of the product, %d of the variant, available %s", *p.Inventory, *p.variants[0].InStock, *p.EncodedAvailability())
	}
}
