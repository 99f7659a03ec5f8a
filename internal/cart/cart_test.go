package cart_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/souk-commerce/souk/internal/cart"
	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

func localeOf(country string) locale.Country { return locale.Country(country) }

func TestCreate_keepsAndPricesWhatItIsGiven(t *testing.T) {
	t.Parallel()
	s := open(t)
	email := " Ada@Shop.Example "
	made := must[cart.Change](t)(s.Create(s.ctx, s.at("DE"), cart.New{
		Lines: []cart.NewLine{line(cap4, 2), line(plain, 1), line(cap4, 1)}, Note: "<b>Ring</b> 🔔", Codes: []string{"SAVE10"},
		Attributes: []cart.Attribute{{Key: "gift", Value: "no"}, {Key: "gift", Value: "yes"}}, Buyer: cart.BuyerChange{Email: &email},
		Addresses:  []cart.NewAddress{{Postal: berlin(), Selected: true, Strategy: cart.Strict}},
		Metafields: []cart.Metafield{{Namespace: "app", Key: "score", Type: "number_integer", Value: "5"}},
	}))
	s.warned("create", made, cart.DiscountNotFound)
	c := s.read(made.Cart)
	if !slices.Equal(quantities(c), []int{3, 1}) || c.Quantity != 4 || c.Lines[0].Title != "Sailor Cap - S / Navy" {
		t.Errorf("lines %+v", c.Lines)
	}
	q := c.Priced.Quote
	if q.Currency != "EUR" || q.Subtotal != 3*2299+1000 || q.Total != q.Subtotal || q.Tax == 0 || c.Estimated {
		t.Errorf("quote %+v, estimated %v", q, c.Estimated)
	}
	if c.Note != "<b>Ring</b> 🔔" || c.Email != "ada@shop.example" || !slices.Equal(c.Codes, []string{"SAVE10"}) ||
		!slices.Equal(c.Attributes, []cart.Attribute{{Key: "gift", Value: "yes"}}) || len(c.Metafields) != 1 {
		t.Errorf("cart %+v", c)
	}
	if len(c.Addresses) != 1 || !c.Addresses[0].Selected || c.Addresses[0].Postal != berlin() {
		t.Errorf("addresses %+v", c.Addresses)
	}
}

// A mutation may cost six statements, of which one belongs to the API.
func TestMutations_costTheSameAtOneAndAtManyLines(t *testing.T) {
	t.Parallel()
	s := open(t)
	for _, n := range []int{1, 100} {
		lines := make([]cart.NewLine, n)
		for i := range lines {
			lines[i] = line(plain+listing.VariantID(i), 1)
		}
		c, other, two := s.create(lines...), s.create(lines...), 2
		a := must[cart.Change](t)(s.AddAddresses(s.ctx, ref(c), []cart.NewAddress{{Postal: berlin(), Selected: true}})).Cart.Addresses[0]
		var changes []cart.LineChange
		var ids []cart.LineID
		for _, l := range c.Lines {
			changes, ids = append(changes, cart.LineChange{ID: l.ID, Quantity: &two}), append(ids, l.ID)
		}
		yes, de, email := true, locale.Country("DE"), "a@b.example"
		for _, op := range []struct {
			name string
			most int
			do   func(r cart.Ref, ctx *shop) (cart.Change, error)
		}{
			{"create", 5, func(_ cart.Ref, s *shop) (cart.Change, error) {
				return s.Create(s.ctx, s.at("US"), cart.New{Lines: lines, Addresses: []cart.NewAddress{{Postal: berlin(), Selected: true}}})
			}},
			{"add", 4, func(r cart.Ref, s *shop) (cart.Change, error) { return s.AddLines(s.ctx, r, lines) }},
			{"update", 4, func(r cart.Ref, s *shop) (cart.Change, error) { return s.UpdateLines(s.ctx, r, changes) }},
			{"note", 4, func(r cart.Ref, s *shop) (cart.Change, error) { return s.SetNote(s.ctx, r, "x") }},
			{"codes", 4, func(r cart.Ref, s *shop) (cart.Change, error) { return s.SetCodes(s.ctx, r, []string{"x"}) }},
			{"buyer", 4, func(r cart.Ref, s *shop) (cart.Change, error) {
				return s.SetBuyer(s.ctx, r, cart.BuyerChange{Email: &email, Country: &de})
			}},
			{"delivery", 4, func(r cart.Ref, s *shop) (cart.Change, error) {
				return s.ChooseDelivery(s.ctx, r, []cart.Choice{{Shipment: "shipping", Method: "post"}})
			}},
			{"address", 5, func(r cart.Ref, s *shop) (cart.Change, error) {
				return s.UpdateAddresses(s.ctx, r, []cart.AddressChange{{ID: a.ID, Selected: &yes}})
			}},
			{"merge", 5, func(r cart.Ref, s *shop) (cart.Change, error) { return s.Merge(s.ctx, ref(other), r) }},
			{"remove", 4, func(r cart.Ref, s *shop) (cart.Change, error) { return s.RemoveLines(s.ctx, r, ids) }},
		} {
			counted := *s
			ctx, counter := postgres.CountStatements(s.ctx)
			counted.ctx = ctx
			if _, err := op.do(ref(c), &counted); err != nil {
				t.Fatalf("%s of %d: %v", op.name, n, err)
			}
			if counter.Statements() > op.most {
				t.Errorf("%s of %d: %d statements\n%s", op.name, n, counter.Statements(), strings.Join(counter.SQL(), "\n"))
			}
		}
		if err := s.cache.Delete(s.ctx, fmt.Sprintf("cart:%d", c.ID)); err != nil {
			t.Fatal(err)
		}
		ctx, counter := postgres.CountStatements(s.ctx)
		if _, err := s.ByRef(ctx, ref(c)); err != nil || counter.Statements() > 2 {
			t.Errorf("read of %d: %d statements (%v)", n, counter.Statements(), err)
		}
	}
}

func TestAddLines_concurrentAddsAllCount(t *testing.T) {
	t.Parallel()
	s := open(t)
	c := s.create()
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() {
			if _, err := s.AddLines(s.ctx, ref(c), []cart.NewLine{line(plain, 2), line(plain+1+listing.VariantID(i), 1)}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	c = s.read(c)
	if len(c.Lines) != 51 || c.Lines[0].Quantity != 100 || c.Quantity != 150 {
		t.Errorf("%d lines, %d pieces, %d of the first", len(c.Lines), c.Quantity, c.Lines[0].Quantity)
	}
	if err := s.cache.Delete(s.ctx, fmt.Sprintf("cart:%d", c.ID)); err != nil {
		t.Fatal(err)
	}
	if again := s.read(c); again.Version != c.Version || again.Quantity != c.Quantity {
		t.Errorf("the table says version %d with %d pieces, the cache %d with %d", again.Version, again.Quantity, c.Version, c.Quantity)
	}
}

func TestAddLines_mergesEqualAttributesInAnyOrder(t *testing.T) {
	t.Parallel()
	s := open(t)
	a, b := cart.Attribute{Key: "a", Value: "1"}, cart.Attribute{Key: "b", Value: "2"}
	c := s.create(cart.NewLine{Variant: plain, Quantity: 1, Attributes: []cart.Attribute{a, b}})
	c = must[cart.Change](t)(s.AddLines(s.ctx, ref(c), []cart.NewLine{
		{Variant: plain, Quantity: 2, Attributes: []cart.Attribute{b, a}}, {Variant: plain, Quantity: 4, Attributes: []cart.Attribute{a}},
	})).Cart
	if !slices.Equal(quantities(c), []int{3, 4}) {
		t.Errorf("lines of %v pieces", quantities(c))
	}
}

func TestAddLines_refusals(t *testing.T) {
	t.Parallel()
	s := open(t)
	c := s.create(line(plain, 1))
	many := make([]cart.NewLine, cart.MaxLines)
	for i := range many {
		many[i] = line(plain+1+listing.VariantID(i), 1)
	}
	attributes := make([]cart.Attribute, cart.MaxAttributes+1)
	for name, test := range map[string]struct {
		lines []cart.NewLine
		want  string
	}{
		"nothing":             {[]cart.NewLine{line(plain, 0)}, "invalid_quantity lines.0.quantity"},
		"less than nothing":   {[]cart.NewLine{line(plain, 1), line(plain, -1)}, "invalid_quantity lines.1.quantity"},
		"more than an int32":  {[]cart.NewLine{line(plain, math.MaxInt32+1)}, "maximum_exceeded lines.0.quantity"},
		"more than an int64":  {[]cart.NewLine{line(plain, math.MaxInt)}, "maximum_exceeded lines.0.quantity"},
		"too many in all":     {[]cart.NewLine{line(plain, cart.MaxQuantity)}, "maximum_exceeded lines.0.quantity"},
		"nothing known":       {[]cart.NewLine{line(plain, 1), line(999_999, 1)}, "merchandise_not_found lines.1.merchandiseId"},
		"not published":       {[]cart.NewLine{line(draft, 1)}, "merchandise_not_found lines.0.merchandiseId"},
		"below the minimum":   {[]cart.NewLine{line(pairs, 2)}, "minimum_not_met lines.0.quantity"},
		"off the step":        {[]cart.NewLine{line(pairs, 5)}, "invalid_increment lines.0.quantity"},
		"above the maximum":   {[]cart.NewLine{line(pairs, 8), {Variant: pairs, Quantity: 4, Attributes: []cart.Attribute{{Key: "a"}}}}, "maximum_exceeded lines.1.quantity"},
		"too many lines":      {many, "cart_too_large lines"},
		"too many attributes": {[]cart.NewLine{{Variant: plain, Quantity: 1, Attributes: attributes}}, "too_many_attributes lines.0.attributes"},
		"a key without text":  {[]cart.NewLine{{Variant: plain, Quantity: 1, Attributes: []cart.Attribute{{Value: "v"}}}}, "invalid_attribute_key lines.0.attributes.0.key"},
		"a NUL":               {[]cart.NewLine{{Variant: plain, Quantity: 1, Attributes: []cart.Attribute{{Key: "k", Value: "a\x00"}}}}, "invalid_text lines.0.attributes.0.value"},
		"broken UTF-8":        {[]cart.NewLine{{Variant: plain, Quantity: 1, Attributes: []cart.Attribute{{Key: "k", Value: "\xff"}}}}, "invalid_text lines.0.attributes.0.value"},
	} {
		_, err := s.AddLines(s.ctx, ref(c), test.lines)
		s.wants(name, err, test.want)
	}
	if now := s.read(c); now.Version != c.Version || now.Quantity != 1 {
		t.Errorf("a refusal changed the cart: %+v", now)
	}
}

func TestAddLines_clampsToStock(t *testing.T) {
	t.Parallel()
	s := open(t)
	c := s.create()
	step := func(what string, want []int, warned []cart.WarningCode, lines ...cart.NewLine) {
		t.Helper()
		changed, err := s.AddLines(s.ctx, ref(c), lines)
		if err != nil {
			t.Fatal(what, err)
		}
		s.warned(what, changed, warned...)
		if got := quantities(changed.Cart); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	short := []cart.WarningCode{cart.NotEnoughStock}
	step("more than there is", []int{8}, short, line(cap4, 20))
	step("all is in the cart", []int{8}, short, line(cap4, 1))
	step("nothing is there; the rest goes in", []int{8, 3}, []cart.WarningCode{cart.OutOfStock}, line(none, 1), line(plain, 3))
	step("up to the backorder limit", []int{8, 3, 7}, short, line(mug, 9))
	step("whole steps only", []int{8, 3, 7, 6}, short, line(pairs, 8))
	gift := cart.NewLine{Variant: cap4, Quantity: 1, Attributes: []cart.Attribute{{Key: "gift", Value: "yes"}}}
	step("another line of the same variant", []int{8, 3, 7, 6}, short, gift)
}

func TestUpdateLines(t *testing.T) {
	t.Parallel()
	s := open(t)
	red, blue := []cart.Attribute{{Key: "c", Value: "red"}}, []cart.Attribute{{Key: "c", Value: "blue"}}
	c := s.create(cart.NewLine{Variant: plain, Quantity: 1, Attributes: red}, cart.NewLine{Variant: plain, Quantity: 2, Attributes: blue}, line(cap4, 3))
	n := func(i int) *int { return &i }
	v := func(id listing.VariantID) *listing.VariantID { return &id }
	first, second, third := c.Lines[0].ID, c.Lines[1].ID, c.Lines[2].ID

	swapped := must[cart.Change](t)(s.UpdateLines(s.ctx, ref(c), []cart.LineChange{{ID: first, Attributes: &blue}, {ID: second, Attributes: &red}})).Cart
	if swapped.Lines[0].ID != first || !slices.Equal(swapped.Lines[0].Attributes, red) || !slices.Equal(quantities(swapped), []int{2, 1, 3}) {
		t.Errorf("swapped: %+v", swapped.Lines)
	}
	over := must[cart.Change](t)(s.UpdateLines(s.ctx, ref(c), []cart.LineChange{{ID: third, Quantity: n(20)}}))
	s.warned("above the stock", over, cart.NotEnoughStock)
	if got := quantities(over.Cart); got[2] != 8 {
		t.Errorf("above the stock: %v", got)
	}
	gone := must[cart.Change](t)(s.UpdateLines(s.ctx, ref(c), []cart.LineChange{{ID: third, Variant: v(none)}}))
	s.warned("to what is out of stock", gone, cart.OutOfStock)
	if l := gone.Cart.Lines[2]; l.Variant != cap4 || l.Quantity != 8 {
		t.Errorf("the line became %+v", l)
	}
	united := must[cart.Change](t)(s.UpdateLines(s.ctx, ref(c), []cart.LineChange{
		{ID: first, Attributes: &[]cart.Attribute{}}, {ID: second, Attributes: &[]cart.Attribute{}}, {ID: third, Quantity: n(0)}})).Cart
	if got := quantities(united); !slices.Equal(got, []int{3}) {
		t.Errorf("equal lines: %v", got)
	}
	for want, change := range map[string]cart.LineChange{
		"invalid_merchandise_line lines.0.id":         {ID: third, Quantity: n(1)},
		"invalid_quantity lines.0.quantity":           {ID: united.Lines[0].ID, Quantity: n(-1)},
		"maximum_exceeded lines.0.quantity":           {ID: united.Lines[0].ID, Quantity: n(math.MaxInt32 + 1)},
		"merchandise_not_found lines.0.merchandiseId": {ID: united.Lines[0].ID, Variant: v(draft)},
		"minimum_not_met lines.0.quantity":            {ID: united.Lines[0].ID, Variant: v(pairs)},
	} {
		_, err := s.UpdateLines(s.ctx, ref(c), []cart.LineChange{change})
		s.wants("update", err, want)
	}
	if got := quantities(s.read(c)); !slices.Equal(got, []int{3}) {
		t.Errorf("after refusals: %v", got)
	}
}

func TestRemoveLines_rulesHoldForWhatStays(t *testing.T) {
	t.Parallel()
	s := open(t)
	c := s.create(line(pairs, 2), cart.NewLine{Variant: pairs, Quantity: 2, Attributes: []cart.Attribute{{Key: "a"}}})
	_, err := s.RemoveLines(s.ctx, ref(c), []cart.LineID{c.Lines[0].ID})
	s.wants("half of the minimum", err, "minimum_not_met lineIds.0")
	_, err = s.RemoveLines(s.ctx, ref(c), []cart.LineID{c.Lines[0].ID, 77})
	s.wants("not of this cart", err, "invalid_merchandise_line lineIds.1")
	c = must[cart.Change](t)(s.RemoveLines(s.ctx, ref(c), []cart.LineID{c.Lines[0].ID, c.Lines[1].ID, c.Lines[0].ID})).Cart
	if len(s.read(c).Lines) != 0 {
		t.Errorf("%+v", c.Lines)
	}
}

func TestLines_otherCartsLinesAreOutOfReach(t *testing.T) {
	t.Parallel()
	s := open(t)
	mine, theirs := s.create(line(plain, 1)), s.create(line(plain, 1))
	zero := 0
	_, err := s.UpdateLines(s.ctx, ref(mine), []cart.LineChange{{ID: theirs.Lines[0].ID, Quantity: &zero}})
	s.wants("update", err, "invalid_merchandise_line lines.0.id")
	_, err = s.RemoveLines(s.ctx, ref(mine), []cart.LineID{theirs.Lines[0].ID})
	s.wants("remove", err, "invalid_merchandise_line lineIds.0")
	if s.read(theirs).Quantity != 1 {
		t.Error("it was changed")
	}
}

func TestWarnings_goneVariantsStayAndDoNotCount(t *testing.T) {
	t.Parallel()
	s := open(t)
	c := s.create(line(plain, 1), line(plain+1, 2), line(cap4, 8))
	s.sql(`UPDATE product SET status = 'draft' WHERE id = 2001`)
	s.sql(`UPDATE stock_level SET on_hand = 0, taken = 0, safety = 0 WHERE variant_id = 1`)
	if err := s.cache.Delete(s.ctx, fmt.Sprintf("cart:%d", c.ID)); err != nil {
		t.Fatal(err)
	}
	now := s.read(c)
	if got := codes(now.Warnings); !slices.Equal(got, []cart.WarningCode{cart.Unavailable, cart.OutOfStock}) {
		t.Errorf("warned %v", got)
	}
	if now.Lines[0].Title != "Thing 2001" || now.Priced.Quote.Subtotal != 2000+8*2500 {
		t.Errorf("%+v", now)
	}
	less, more := 1, 3
	_, err := s.UpdateLines(s.ctx, ref(c), []cart.LineChange{{ID: c.Lines[0].ID, Quantity: &more}})
	s.wants("more of what is gone", err, "merchandise_not_found lines.0.quantity")
	changed := must[cart.Change](t)(s.UpdateLines(s.ctx, ref(c), []cart.LineChange{{ID: c.Lines[2].ID, Quantity: &less}}))
	s.warned("less of what is out of stock", changed, cart.Unavailable, cart.OutOfStock)
	if got := quantities(changed.Cart); !slices.Equal(got, []int{1, 2, 1}) {
		t.Errorf("%v", got)
	}
}

func TestWarnings_changedPriceIsSaidOnce(t *testing.T) {
	t.Parallel()
	s := open(t)
	c := s.create(line(cap4, 2), line(plain, 1))
	s.sql(`UPDATE price SET amount = 2600 WHERE variant_id = 1 AND price_list_id = 1 AND min_quantity = 1`)
	if err := s.cache.Delete(s.ctx, fmt.Sprintf("cart:%d", c.ID)); err != nil {
		t.Fatal(err)
	}
	if now := s.read(c); !slices.Equal(codes(now.Warnings), []cart.WarningCode{cart.PriceChanged}) || now.Warnings[0].Line != c.Lines[0].ID || now.Priced.Quote.Subtotal != 6200 {
		t.Errorf("read: %+v", now)
	}
	s.warned("the next change", must[cart.Change](t)(s.SetNote(s.ctx, ref(c), "x")), cart.PriceChanged)
	s.warned("the one after", must[cart.Change](t)(s.SetNote(s.ctx, ref(c), "y")))
	if now := s.read(c); len(now.Warnings) != 0 {
		t.Errorf("read: %v", now.Warnings)
	}
}
