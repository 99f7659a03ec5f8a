package cart

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/souk-commerce/souk/internal/bundle"
	"github.com/souk-commerce/souk/internal/listing"
)

// anyDraft has lines of three things and of bundles of them, some of which were
// there before, with fewer pieces or more, or as something else.
func anyDraft(t *rapid.T) *draft {
	d := &draft{basket: &basket{}, goods: map[listing.VariantID]listing.Goods{}, loaded: map[LineID]line{}}
	price := []listing.Tier{{From: 1, Amount: 100}}
	for v := range listing.VariantID(3) {
		d.goods[v+1] = listing.Goods{Variant: v + 1, Sellable: true, Tracked: true, Prices: price, Rule: listing.QuantityRule{Minimum: 1, Increment: 1},
			Stock: rapid.Int64Range(0, 12).Draw(t, "stock")}
	}
	seen, before := map[key]bool{}, map[key]bool{}
	for i := range rapid.IntRange(1, 6).Draw(t, "lines") {
		l := &line{variant: listing.VariantID(rapid.IntRange(1, 5).Draw(t, "variant")), quantity: rapid.IntRange(1, 6).Draw(t, "quantity")}
		var components []bundle.Component
		if l.variant > 3 { // a bundle to pick
			d.goods[l.variant] = listing.Goods{Variant: l.variant, Sellable: true, Prices: price, Rule: listing.QuantityRule{Minimum: 1, Increment: 1}}
			for v := range rapid.IntRange(1, 3).Draw(t, "components") {
				components = append(components, bundle.Component{Variant: listing.VariantID(v + 1), Quantity: rapid.IntRange(1, 3).Draw(t, "pieces")})
			}
		}
		if l.describe(nil, components); seen[l.key()] {
			continue
		}
		seen[l.key()] = true
		d.lines = append(d.lines, l)
		if rapid.Bool().Draw(t, "known") {
			l.id = LineID(i + 1)
			was := *l
			was.quantity = rapid.IntRange(1, 6).Draw(t, "before")
			if other := rapid.Bool().Draw(t, "it was another thing"); other {
				was.variant = listing.VariantID(rapid.IntRange(1, 3).Draw(t, "other"))
				was.describe(nil, nil)
			}
			if before[was.key()] {
				l.id = 0
				continue
			}
			before[was.key()] = true
			d.loaded[l.id] = was
		}
	}
	return d
}

// needs gives what lines need of each variant.
func (d *draft) needs(lines map[key]*line) map[listing.VariantID]int64 {
	sum := map[listing.VariantID]int64{}
	for _, l := range lines {
		for v, n := range d.item(l).Needs() {
			sum[v] += n * int64(l.quantity)
		}
	}
	return sum
}

// Whatever is put into a cart that shares stock among lines and bundles: it
// never needs more than there is, or than it needed before; nothing that was
// there becomes less; and nothing is cut that there is enough for, unless a line
// goes back to what it was.
func TestClamp_countsWhatLinesShare(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := anyDraft(t)
		before, wanted, loaded := map[listing.VariantID]int{}, map[key]line{}, map[key]*line{}
		for _, l := range d.loaded {
			before[l.variant] += l.quantity
			loaded[l.key()] = &l
		}
		for _, l := range d.lines {
			wanted[l.key()] = *l
		}
		used := d.needs(loaded)
		if err := d.clamp(before); err != nil {
			t.Fatal(err)
		}
		after := d.byKey()
		need := d.needs(after)
		for v, n := range need {
			if most := max(d.goods[v].Stock, used[v]); n > most {
				t.Fatalf("the cart needs %d of %d; %d are there, it needed %d before", n, v, d.goods[v].Stock, used[v])
			}
		}
		back := false // a line stayed what it was, which leaves what it did not get
		for k, l := range after {
			want := wanted[k]
			back = back || l.quantity > want.quantity
		}
		for k, want := range wanted {
			got := 0
			if after[k] != nil {
				got = after[k].quantity
			}
			was := 0
			if loaded[k] != nil {
				was = loaded[k].quantity
			}
			if got < min(want.quantity, was) || got > want.quantity+was { // another line may have gone back to it
				t.Fatalf("of %d wanted pieces of %d it has %d", want.quantity, k.variant, got)
			}
			short := back || got == want.quantity
			for v, n := range d.item(&want).Needs() {
				short = short || need[v]+n > max(d.goods[v].Stock, used[v])
			}
			if !short {
				t.Fatalf("%d of %d wanted pieces of %d are there, and there is enough for more", got, want.quantity, k.variant)
			}
		}
	})
}
