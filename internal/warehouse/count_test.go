package warehouse_test

import (
	"fmt"
	"testing"

	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/warehouse"
	"github.com/souk-commerce/souk/internal/warehouse/lifecycle"
)

func (d *depot) count(t *testing.T, variants ...catalog.VariantID) warehouse.Count {
	t.Helper()
	return must[warehouse.Count](t)(d.OpenCount(d.ctx, warehouse.NewCount{Location: d.main, Variants: variants}))
}

func (d *depot) record(t *testing.T, c warehouse.Count, variant int, counted int64) warehouse.Count {
	t.Helper()
	return must[warehouse.Count](t)(d.Record(d.ctx, c.ID, d.key(), []warehouse.Tally{{Variant: d.variants[variant], Counted: counted}}))
}

func (d *depot) lines(t *testing.T, c warehouse.Count, f warehouse.CountLineFilter) []warehouse.CountLine {
	t.Helper()
	return must[map[warehouse.CountID]page.Slice[warehouse.CountLine]](t)(d.CountLinePages(d.ctx, []warehouse.CountID{c.ID}, f, page.Args{}))[c.ID].Items
}

// Goods that leave and come between the counting and the applying are in the
// books already; only what was found missing or too much is moved.
func TestCount_movesDifferencesNotWhatHappenedMeanwhile(t *testing.T) {
	t.Parallel()
	d := open(t, inventory.CrossChecks()...)
	c := d.count(t)
	if got := d.lines(t, c, warehouse.CountLineFilter{}); len(got) != 3 || got[0].Expected != 10 || got[0].Difference() != nil {
		t.Fatalf("begins with %+v", got)
	}
	d.adjust(t, d.variants[0], -3) // before it is counted: 7 by the books
	c = d.record(t, c, 0, 6)       // one is missing
	d.adjust(t, d.variants[0], 5)  // after it is counted
	c = d.record(t, c, 1, 9)
	c = d.record(t, c, 1, 10) // counted again: nothing is missing
	c = must[warehouse.Count](t)(d.ApplyCount(d.ctx, c.ID, c.Version))
	if got := d.at(t, d.variants[0], d.main); got.OnHand != 11 {
		t.Errorf("%+v, want 12 less the missing one", got)
	}
	if n := d.number(t, `SELECT count(*) FROM stock_movement WHERE kind = 'count' AND reference_kind = 'count' AND reference_id = $1`, int64(c.ID)); n != 1 {
		t.Errorf("%d movements, want that of the one difference", n)
	}
	if c.State != lifecycle.Applied || c.EndedAt == nil {
		t.Errorf("%+v", c)
	}
	_, err := d.ApplyCount(d.ctx, c.ID, c.Version)
	refused(t, "again", err, "invalid_transition")
	_, err = d.Record(d.ctx, c.ID, "late", []warehouse.Tally{{Variant: d.variants[0], Counted: 1}})
	refused(t, "recorded late", err, "invalid_transition")
}

func TestApply_refusesByLineWhatWouldGoBelowNothing(t *testing.T) {
	t.Parallel()
	d := open(t, inventory.CrossChecks()...)
	c := d.count(t)
	c = d.record(t, c, 1, 12)
	c = d.record(t, c, 2, 1) // nine are missing
	d.adjust(t, d.variants[2], -4)
	_, err := d.ApplyCount(d.ctx, c.ID, c.Version)
	refused(t, "below nothing", err, "insufficient_stock", "lines", "2")
	if got := d.at(t, d.variants[1], d.main); got.OnHand != 10 {
		t.Errorf("half of a refused count was moved: %+v", got)
	}
	c = d.record(t, c, 2, 1)
	must[warehouse.Count](t)(d.ApplyCount(d.ctx, c.ID, c.Version))
	if a, b := d.at(t, d.variants[1], d.main).OnHand, d.at(t, d.variants[2], d.main).OnHand; a != 12 || b != 1 {
		t.Errorf("%d and %d on hand", a, b)
	}
}

// A lost answer is asked for again later, when the books say something else: the
// first counting stands.
func TestRecord_sameKeyOnce(t *testing.T) {
	t.Parallel()
	d := open(t, inventory.CrossChecks()...)
	c := d.count(t, d.variants[0])
	tally := []warehouse.Tally{{Variant: d.variants[0], Counted: 10}}
	c = must[warehouse.Count](t)(d.Record(d.ctx, c.ID, "same", tally))
	d.adjust(t, d.variants[0], -2)
	c = must[warehouse.Count](t)(d.Record(d.ctx, c.ID, "same", tally))
	must[warehouse.Count](t)(d.ApplyCount(d.ctx, c.ID, c.Version))
	if got := d.at(t, d.variants[0], d.main); got.OnHand != 8 {
		t.Errorf("%+v", got)
	}
	_, err := d.Record(d.ctx, c.ID, "", tally)
	refused(t, "without a key", err, "idempotency_key_required")
}

func TestCount_ofAVariantIsOpenOnce(t *testing.T) {
	t.Parallel()
	d := open(t, inventory.CrossChecks()...)
	c := d.count(t, d.variants[1])
	_, err := d.OpenCount(d.ctx, warehouse.NewCount{Location: d.main, Variants: []catalog.VariantID{d.variants[0], d.variants[1]}})
	refused(t, "listed by two", err, "being_counted", "variants", "1")
	_, err = d.OpenCount(d.ctx, warehouse.NewCount{Location: d.main})
	refused(t, "the whole location", err, "being_counted")
	must[warehouse.Count](t)(d.OpenCount(d.ctx, warehouse.NewCount{Location: d.other, Variants: d.variants}))
	apart := d.count(t, d.variants[0])
	_, err = d.Record(d.ctx, apart.ID, d.key(), []warehouse.Tally{{d.variants[2], 1}, {d.variants[1], 1}})
	refused(t, "found on the shelf", err, "being_counted", "lines", "1", "variant")
	must[warehouse.Count](t)(d.CancelCount(d.ctx, c.ID, c.Version))
	apart = d.record(t, apart, 1, 13)
	must[warehouse.Count](t)(d.ApplyCount(d.ctx, apart.ID, apart.Version))
	if got := d.at(t, d.variants[1], d.main); got.OnHand != 13 {
		t.Errorf("what was found is not in the books: %+v", got)
	}
}

func TestRace_countsOfTheSameVariant(t *testing.T) {
	t.Parallel()
	d := open(t, inventory.CrossChecks()...)
	for range rounds / 4 {
		begin := func(variants ...catalog.VariantID) func() error {
			return func() error {
				_, err := d.OpenCount(d.ctx, warehouse.NewCount{Location: d.main, Variants: variants})
				return err
			}
		}
		one(t, race(begin(d.variants[0], d.variants[1]), begin(d.variants[1], d.variants[0]), begin()), "being_counted")
		for _, c := range must[page.Slice[warehouse.Count]](t)(d.ListCounts(d.ctx,
			warehouse.CountFilter{States: []lifecycle.CountState{lifecycle.Open}}, "", page.Args{})).Items {
			must[warehouse.Count](t)(d.CancelCount(d.ctx, c.ID, c.Version))
		}
	}
}

func TestRace_applyTwice(t *testing.T) {
	t.Parallel()
	d := open(t, inventory.CrossChecks()...)
	for i := range rounds {
		c := d.record(t, d.count(t, d.variants[0]), 0, int64(11+i))
		apply := func() error { _, err := d.ApplyCount(d.ctx, c.ID, c.Version); return err }
		one(t, race(apply, apply), "stale_version")
		if got := d.at(t, d.variants[0], d.main); got.OnHand != int64(11+i) {
			t.Fatalf("round %d: %+v", i, got)
		}
	}
}

func TestCount_listsLinesAndProgress(t *testing.T) {
	t.Parallel()
	d := open(t, inventory.CrossChecks()...)
	c := d.count(t)
	c = d.record(t, c, 0, 10)
	c = d.record(t, c, 2, 12)
	yes, no := true, false
	for name, test := range map[string]struct {
		filter warehouse.CountLineFilter
		want   []catalog.VariantID
	}{
		"all":       {want: d.variants},
		"counted":   {filter: warehouse.CountLineFilter{Counted: &yes}, want: []catalog.VariantID{d.variants[0], d.variants[2]}},
		"uncounted": {filter: warehouse.CountLineFilter{Counted: &no}, want: d.variants[1:2]},
		"differing": {filter: warehouse.CountLineFilter{Differing: &yes}, want: d.variants[2:]},
		"agreeing":  {filter: warehouse.CountLineFilter{Counted: &yes, Differing: &no}, want: d.variants[:1]},
	} {
		var got []catalog.VariantID
		for _, l := range d.lines(t, c, test.filter) {
			got = append(got, l.Variant)
		}
		if fmt.Sprint(got) != fmt.Sprint(test.want) {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
	}
	two, one := 2, 1
	last := must[map[warehouse.CountID]page.Slice[warehouse.CountLine]](t)(
		d.CountLinePages(d.ctx, []warehouse.CountID{c.ID, 999}, warehouse.CountLineFilter{}, page.Args{Last: &two}))
	before := must[map[warehouse.CountID]page.Slice[warehouse.CountLine]](t)(
		d.CountLinePages(d.ctx, []warehouse.CountID{c.ID}, warehouse.CountLineFilter{}, page.Args{Last: &one, Before: last[c.ID].Info.StartCursor}))
	if l := last[c.ID].Items; len(l) != 2 || l[0].Variant != d.variants[1] || *l[1].Difference() != 2 || len(last[999].Items) != 0 ||
		len(before[c.ID].Items) != 1 || before[c.ID].Items[0].Variant != d.variants[0] {
		t.Errorf("from the end %+v, before that %+v", last, before)
	}
	progress := must[map[warehouse.CountID]warehouse.Progress](t)(d.ProgressOf(d.ctx, []warehouse.CountID{c.ID}))[c.ID]
	if progress != (warehouse.Progress{Lines: 3, Counted: 2, Differing: 1}) {
		t.Errorf("%+v", progress)
	}
	n := must[int64](t)(d.CountCounts(d.ctx, warehouse.CountFilter{Location: d.main, Variant: d.variants[1]}))
	if m := must[int64](t)(d.CountCounts(d.ctx, warehouse.CountFilter{Location: d.other})); n != 1 || m != 0 {
		t.Errorf("%d and %d counts", n, m)
	}
}
