package cart_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/souk-commerce/souk/internal/audit"
	"github.com/souk-commerce/souk/internal/bundle"
	"github.com/souk-commerce/souk/internal/cart"
	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/market"
	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/pricing"
)

// set and crate are variants of the shop that tests make bundles.
const (
	set   = plain + 100
	crate = plain + 101
)

// make makes a variant a bundle, or the bundle another one.
func (s *shop) make(v listing.VariantID, version int64, r bundle.Recipe) {
	s.t.Helper()
	must[bundle.Bundle](s.t)(s.bundles().Set(s.ctx, v, version, r))
	s.forget()
}

func (s *shop) bundles() *bundle.Service {
	events, log := event.NewOutbox(s.db), audit.New(s.db)
	products := catalog.NewService(s.db, events, log)
	prices := pricing.NewService(s.db, events, log, pricing.Rooms{Catalog: products, Markets: market.NewService(s.db, events, log)})
	bundles := bundle.NewService(s.db, events, log, bundle.Rooms{Catalog: products, Pricing: prices})
	prices.Attach(bundles)
	return bundles
}

// forget takes all carts out of the cache.
func (s *shop) forget() {
	s.t.Helper()
	for id := range cart.ID(50) {
		if err := s.cache.Delete(s.ctx, fmt.Sprintf("cart:%d", id)); err != nil {
			s.t.Fatal(err)
		}
	}
}

func part(v listing.VariantID, n int) bundle.Component {
	return bundle.Component{Variant: v, Quantity: n}
}

// fixed is the recipe of a bundle with these parts, at the sum of their prices
// less a tenth.
func fixed(parts ...bundle.Component) bundle.Recipe {
	r := bundle.Recipe{Kind: bundle.Fixed, Pricing: bundle.Sum, DiscountPPM: 100_000}
	for _, p := range parts {
		r.Slots = append(r.Slots, bundle.Slot{Least: 1, Most: 1, Choices: []bundle.Choice{bundle.Choice(p)}})
	}
	return r
}

// pick is the recipe of a crate of two or three caps, mugs or charts, mugs by
// two, and one of two things besides.
func pick() bundle.Recipe {
	return bundle.Recipe{Kind: bundle.Pick, Pricing: bundle.Sum, Slots: []bundle.Slot{
		{Title: "Crate", Least: 2, Most: 3, Choices: []bundle.Choice{{Variant: cap4, Quantity: 1}, {Variant: mug, Quantity: 2}, {Variant: chart, Quantity: 1}}},
		{Least: 0, Most: 1, Choices: []bundle.Choice{{Variant: plain, Quantity: 1}, {Variant: draft, Quantity: 1}}},
	}}
}

func picked(v listing.VariantID, n int, parts ...bundle.Component) cart.NewLine {
	return cart.NewLine{Variant: v, Quantity: n, Components: parts}
}

// inside writes what is in a line: "2×1 1×5".
func inside(l cart.Line) string {
	all := make([]string, len(l.Components))
	for i, c := range l.Components {
		all[i] = fmt.Sprintf("%d×%d", c.Quantity, c.Variant)
	}
	return strings.Join(all, " ")
}

func (s *shop) add(c cart.Cart, lines ...cart.NewLine) cart.Change {
	s.t.Helper()
	return must[cart.Change](s.t)(s.AddLines(s.ctx, ref(c), lines))
}

func TestBundles_aFixedOneBringsItsComponents(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.make(set, 0, fixed(part(cap4, 2), part(mug, 1)))
	c := s.create(line(set, 1))
	c = s.add(c, picked(set, 1, part(mug, 1), part(cap4, 2))).Cart
	s.forget()
	for name, c := range map[string]cart.Cart{"changed": c, "read": s.read(c)} {
		l := c.Lines[0]
		if len(c.Lines) != 1 || l.Quantity != 2 || inside(l) != "2×1 1×5" || l.Components[0].Goods.Title != "Sailor Cap" || len(c.Warnings) != 0 {
			t.Errorf("%s: %+v, %v", name, c.Lines, c.Warnings)
		}
		// 2 × 25.00 + 15.25 = 65.25, less a tenth 58.725: a half goes up.
		if l.Quote.UnitPrice != 5873 || l.Quote.Total != 2*5873 || *l.CompareAt != 6525 {
			t.Errorf("%s: costs %+v", name, l.Quote)
		}
		if grams := c.Priced.Shipments[0].Grams; grams != 2*(2*120+300) {
			t.Errorf("%s: weighs %d", name, grams)
		}
	}
	shown := must[map[listing.VariantID]*listing.Variant](t)(s.rooms.Goods.VariantsByIDs(s.ctx, s.at("US"), []listing.VariantID{set}, listing.Need{}))[set]
	if shown.Price.Minor != 5873 || shown.CompareAt == nil || shown.CompareAt.Minor != 6525 {
		t.Errorf("lists say it costs %v, was %v", shown.Price, shown.CompareAt)
	}
	_, err := s.AddLines(s.ctx, ref(c), []cart.NewLine{picked(set, 1, part(cap4, 3)), picked(plain, 1, part(cap4, 1)), line(set, 400_000), line(set, 200_000)})
	s.wants("what is not in it, and in what is no bundle", err, "invalid_components lines.0.components, invalid_components lines.1.components")
	_, err = s.AddLines(s.ctx, ref(c), []cart.NewLine{line(set, 500_001)})
	s.wants("a million caps and two", err, "maximum_exceeded lines.0.quantity")
}

// Stock of 1, in the cart a bundle with one and one by itself: V05.
func TestBundles_shareStockWithOtherLines(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.make(set, 0, fixed(part(cap4, 1), part(plain, 1)))
	s.make(crate, 0, fixed(part(cap4, 2)))
	left := func(n int) {
		s.sql(`UPDATE stock_level SET on_hand = CASE location_id WHEN 1 THEN $1 ELSE 0 END, taken = 0, safety = 0 WHERE variant_id = 1`, n)
		s.forget()
	}
	left(1)
	for name, lines := range map[string][]cart.NewLine{"bundle first": {line(set, 1), line(cap4, 1)}, "bundle last": {line(cap4, 1), line(set, 1)}} {
		c := s.create()
		s.warned(name, s.add(c, lines...), cart.OutOfStock)
		c = s.read(c)
		if len(c.Lines) != 1 || c.Lines[0].Variant != lines[0].Variant {
			t.Errorf("%s: %+v", name, c.Lines)
		}
		s.warned(name+", then the other", s.add(c, lines[1]), cart.OutOfStock)
		if n := s.read(c).Quantity; n != 1 {
			t.Errorf("%s: %d pieces", name, n)
		}
	}
	left(5)
	c := s.create(line(cap4, 1))
	s.warned("two bundles of two", s.add(c, line(crate, 3)), cart.NotEnoughStock)
	if c = s.read(c); !slices.Equal(quantities(c), []int{1, 2}) {
		t.Errorf("%v", quantities(c))
	}
	s.warned("nothing is left", s.add(c, line(set, 1)), cart.OutOfStock)
	left(4)
	if now := s.read(c); !slices.Equal(codes(now.Warnings), []cart.WarningCode{cart.NotEnoughStock, cart.NotEnoughStock}) {
		t.Errorf("each would be there without the other: %v", now.Warnings)
	}
	one := 1
	less := must[cart.Change](t)(s.UpdateLines(s.ctx, ref(c), []cart.LineChange{{ID: c.Lines[1].ID, Quantity: &one}}))
	s.warned("less of one is enough", less)
	left(1)
	if now := s.read(c); !slices.Equal(codes(now.Warnings), []cart.WarningCode{cart.NotEnoughStock, cart.OutOfStock}) {
		t.Errorf("not one crate is there: %v", now.Warnings)
	}
	// Changing one line into another that needs the same takes nothing more.
	left(2)
	c = s.create(line(crate, 1))
	v := cap4
	two := 2
	changed := must[cart.Change](t)(s.UpdateLines(s.ctx, ref(c), []cart.LineChange{{ID: c.Lines[0].ID, Variant: &v, Quantity: &two}}))
	s.warned("unpacked", changed)
	if l := changed.Cart.Lines[0]; l.Variant != cap4 || l.Quantity != 2 || len(l.Components) != 0 {
		t.Errorf("%+v", l)
	}
}

func TestBundles_picks(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.make(crate, 0, pick())
	c := s.create()
	for name, test := range map[string]struct {
		line cart.NewLine
		want string
	}{
		"nothing":       {line(crate, 1), "invalid_components lines.0.components"},
		"too little":    {picked(crate, 1, part(cap4, 1)), "invalid_components lines.0.components"},
		"too much":      {picked(crate, 1, part(cap4, 2), part(mug, 4)), "invalid_components lines.0.components"},
		"half a pair":   {picked(crate, 1, part(cap4, 1), part(mug, 1)), "invalid_quantity lines.0.components.1.quantity"},
		"no choice":     {picked(crate, 1, part(cap4, 2), part(pairs, 1)), "merchandise_not_found lines.0.components.1.merchandiseId"},
		"not sold here": {picked(crate, 1, part(cap4, 2), part(draft, 1)), "merchandise_not_found lines.0.components.1.merchandiseId"},
		"negative":      {picked(crate, 1, part(cap4, 3), part(chart, -1)), "invalid_quantity lines.0.components.1.quantity"},
	} {
		_, err := s.AddLines(s.ctx, ref(c), []cart.NewLine{test.line})
		s.wants(name, err, test.want)
	}
	c = s.add(c, picked(crate, 1, part(cap4, 1), part(chart, 1)), picked(crate, 1, part(chart, 1), part(cap4, 1)), picked(crate, 1, part(chart, 2), part(plain, 1))).Cart
	if !slices.Equal(quantities(c), []int{2, 1}) || inside(c.Lines[0]) != "1×1 1×3002" || inside(c.Lines[1]) != "2×3002 1×2001" {
		t.Fatalf("%+v", c.Lines)
	}
	if c.Lines[0].Quote.UnitPrice != 3500 || c.Lines[1].Quote.UnitPrice != 3000 || len(c.Priced.Shipments) != 1 {
		t.Errorf("%+v", c.Priced)
	}
	now := []bundle.Component{part(chart, 1), part(cap4, 1)}
	c = must[cart.Change](t)(s.UpdateLines(s.ctx, ref(c), []cart.LineChange{{ID: c.Lines[1].ID, Components: &now}})).Cart
	if !slices.Equal(quantities(c), []int{3}) {
		t.Errorf("equal ones are one: %v", quantities(c))
	}
	charts := []bundle.Component{part(chart, 2)}
	c = must[cart.Change](t)(s.UpdateLines(s.ctx, ref(c), []cart.LineChange{{ID: c.Lines[0].ID, Components: &charts}})).Cart
	if l := c.Lines[0]; inside(l) != "2×3002" || l.Quote.UnitPrice != 2000 || c.Priced.Shipments[0].ID != "digital" {
		t.Errorf("%+v, %+v", l, c.Priced.Shipments)
	}
	v := crate
	single := s.create(line(plain, 1))
	_, err := s.UpdateLines(s.ctx, ref(single), []cart.LineChange{{ID: single.Lines[0].ID, Variant: &v}})
	s.wants("into one to pick", err, "invalid_components lines.0.components")
}

// A bundle that is made of something else now is shown and not sold.
func TestBundles_whoseRecipeChanged(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.make(set, 0, fixed(part(cap4, 1)))
	s.make(crate, 0, pick())
	c := s.create(line(set, 2), picked(crate, 2, part(cap4, 2)), line(plain+1, 1))
	fixedLine, pickLine, plainLine := c.Lines[0].ID, c.Lines[1].ID, c.Lines[2].ID

	s.make(set, 1, fixed(part(mug, 1)))
	other := pick()
	other.Slots[0].Choices = other.Slots[0].Choices[1:]
	s.make(crate, 1, other)
	s.make(plain+1, 0, fixed(part(chart, 1)))
	now := s.read(c)
	if !slices.Equal(codes(now.Warnings), []cart.WarningCode{cart.BundleChanged, cart.BundleChanged, cart.BundleChanged}) {
		t.Errorf("warned %v", now.Warnings)
	}
	if len(now.Priced.Quote.Lines) != 0 || inside(now.Lines[0]) != "1×1" || now.Lines[0].Components[0].Goods.Title != "Sailor Cap" {
		t.Errorf("%+v", now)
	}
	n := func(i int) *int { return &i }
	_, err := s.UpdateLines(s.ctx, ref(c), []cart.LineChange{{ID: pickLine, Quantity: n(3)}})
	s.wants("more of what cannot be sold", err, "bundle_changed lines.0.components")
	mugs := []bundle.Component{part(mug, 4)}
	changed := must[cart.Change](t)(s.UpdateLines(s.ctx, ref(c), []cart.LineChange{
		{ID: fixedLine, Quantity: n(1)}, {ID: pickLine, Quantity: n(1), Components: &mugs}, {ID: plainLine, Quantity: n(1)}}))
	s.warned("updated", changed)
	l := changed.Cart.Lines
	if inside(l[0]) != "1×5" || inside(l[1]) != "4×5" || inside(l[2]) != "1×3002" || l[0].Quote.UnitPrice != 1373 {
		t.Errorf("%+v", l)
	}

	if err := s.bundles().Remove(s.ctx, crate, 2); err != nil {
		t.Fatal(err)
	}
	s.sql(`INSERT INTO price (price_list_id, variant_id, amount, updated_at) VALUES (1, $1, 777, '2026-01-02Z')`, crate)
	s.forget()
	if got := codes(s.read(c).Warnings); !slices.Equal(got, []cart.WarningCode{cart.BundleChanged}) {
		t.Errorf("no bundle any more: %v", got)
	}
	again := must[cart.Change](t)(s.UpdateLines(s.ctx, ref(c), []cart.LineChange{{ID: pickLine, Quantity: n(2)}})).Cart
	if l := again.Lines[1]; len(l.Components) != 0 || l.Quote.UnitPrice != 777 {
		t.Errorf("%+v", l)
	}
	gone := must[cart.Change](t)(s.RemoveLines(s.ctx, ref(c), []cart.LineID{pickLine})).Cart
	if len(gone.Lines) != 2 {
		t.Errorf("%+v", gone.Lines)
	}
}

func TestBundles_becomeLessWhateverTheirRecipe(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.make(set, 0, fixed(part(cap4, 1)))
	s.make(crate, 0, pick())
	c := s.create(line(set, 3), picked(crate, 3, part(chart, 2)))
	s.make(set, 1, fixed(part(draft, 1)))
	one := pick()
	one.Slots[0].Choices = one.Slots[0].Choices[:1]
	s.make(crate, 1, one)
	two, none := 2, 0
	less := must[cart.Change](t)(s.UpdateLines(s.ctx, ref(c), []cart.LineChange{{ID: c.Lines[0].ID, Quantity: &two}, {ID: c.Lines[1].ID, Quantity: &two}})).Cart
	if !slices.Equal(quantities(less), []int{2, 2}) {
		t.Errorf("%v", quantities(less))
	}
	empty := must[cart.Change](t)(s.UpdateLines(s.ctx, ref(c), []cart.LineChange{{ID: c.Lines[0].ID, Quantity: &none}, {ID: c.Lines[1].ID, Quantity: &none}})).Cart
	if len(empty.Lines) != 0 {
		t.Errorf("%+v", empty.Lines)
	}
}

// A component that is kept out of a market, or out of the shop, is sold there in
// no bundle.
func TestBundles_ofWhatIsNotSoldHere(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.make(set, 0, fixed(part(cap4, 1), part(70, 1)))
	c := s.create(line(set, 1))
	de := localeOf("DE")
	moved := must[cart.Change](t)(s.SetBuyer(s.ctx, ref(c), cart.BuyerChange{Country: &de}))
	s.warned("in Europe", moved, cart.Unavailable)
	if len(moved.Cart.Priced.Quote.Lines) != 0 {
		t.Errorf("%+v", moved.Cart.Priced.Quote)
	}
	_, err := s.Create(s.ctx, s.at("DE"), cart.New{Lines: []cart.NewLine{line(set, 1)}})
	s.wants("a new one", err, "merchandise_not_found lines.0.merchandiseId")
}

func TestBundles_merge(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.make(crate, 0, pick())
	mine := s.create(picked(crate, 2, part(cap4, 2)), line(cap4, 1))
	theirs := s.create(picked(crate, 2, part(cap4, 2)), picked(crate, 1, part(chart, 2)))
	merged := must[cart.Change](t)(s.Merge(s.ctx, ref(theirs), ref(mine)))
	s.warned("eight caps", merged, cart.NotEnoughStock)
	if c := merged.Cart; !slices.Equal(quantities(c), []int{3, 1, 1}) || inside(c.Lines[2]) != "2×3002" {
		t.Errorf("%v", c.Lines)
	}
}

func TestBundles_areBounded(t *testing.T) {
	t.Parallel()
	s := open(t)
	many := bundle.Recipe{Kind: bundle.Pick, Pricing: bundle.Own, Slots: []bundle.Slot{{Least: 1, Most: 100}}}
	var all []bundle.Component
	for i := range listing.VariantID(bundle.MaxChoices) {
		many.Slots[0].Choices = append(many.Slots[0].Choices, bundle.Choice{Variant: plain + 200 + i, Quantity: 1})
		all = append(all, part(plain+200+i, 1))
	}
	s.make(crate, 0, many)
	var lines []cart.NewLine
	for i := range cart.MaxParts / bundle.MaxChoices {
		lines = append(lines, picked(crate, 1, all...))
		lines[i].Attributes = []cart.Attribute{{Key: fmt.Sprint(i)}}
	}
	c := s.create(lines...)
	_, err := s.AddLines(s.ctx, ref(c), []cart.NewLine{line(plain, 1)})
	s.wants("one more", err, "cart_too_large lines")
}

// A mutation and a read cost as many statements with bundles as without.
func TestBundles_costNoStatements(t *testing.T) {
	t.Parallel()
	s := open(t)
	for _, n := range []int{1, 20} {
		var lines []cart.NewLine
		for i := range listing.VariantID(n) {
			s.make(plain+300+i, 0, fixed(part(plain+400+i, 1), part(chart, 2)))
			lines = append(lines, line(plain+300+i, 1))
		}
		c := s.create(lines...)
		ctx, counter := postgres.CountStatements(s.ctx)
		if _, err := s.AddLines(ctx, ref(c), lines); err != nil || counter.Statements() != 4 {
			t.Errorf("adding %d: %d statements, %v", n, counter.Statements(), err)
		}
		s.forget()
		ctx, counter = postgres.CountStatements(s.ctx)
		if _, err := s.ByRef(ctx, ref(c)); err != nil || counter.Statements() != 2 {
			t.Errorf("reading %d: %d statements, %v", n, counter.Statements(), err)
		}
		for i := range listing.VariantID(n) {
			if err := s.bundles().Remove(s.ctx, plain+300+i, 1); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// What the checkout of a cart holds is on offer to this cart, and to no other.
func TestHeld_isThereForItsCart(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.make(set, 0, fixed(part(cap4, 1)))
	c, other := s.create(line(cap4, 4), line(set, 2)), s.create(line(plain, 1))
	asked := 0
	s.rooms.Held = func(_ context.Context, id cart.ID) (map[listing.VariantID]int64, error) {
		asked++
		if id != c.ID {
			return nil, nil
		}
		return map[listing.VariantID]int64{cap4: 6}, nil
	}
	s.Service = cart.NewService(s.rooms, cart.Config{})
	s.sql(`UPDATE stock_level SET taken = taken + 6 WHERE variant_id = 1 AND location_id = 1`)
	s.sql(`UPDATE stock_level SET on_hand = taken + safety + 1 WHERE variant_id = 1 AND location_id = 1`)
	s.sql(`UPDATE stock_level SET on_hand = 0 WHERE variant_id = 1 AND location_id <> 1`)
	s.forget()
	if now := s.read(c); len(now.Warnings) != 0 || asked != 1 {
		t.Errorf("asked %d times, warned %v", asked, now.Warnings)
	}
	s.warned("seven in all", s.add(c, line(set, 3)), cart.NotEnoughStock)
	if got := quantities(s.read(c)); !slices.Equal(got, []int{4, 3}) {
		t.Errorf("%v", got)
	}
	asked = 0
	s.add(other, line(plain, 1))
	if asked != 0 {
		t.Errorf("asked %d times where nothing is short", asked)
	}
	s.warned("another cart", s.add(other, line(cap4, 3)), cart.NotEnoughStock)
	if got := quantities(s.read(other)); !slices.Equal(got, []int{2, 1}) {
		t.Errorf("%v", got)
	}
}
