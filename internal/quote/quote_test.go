package quote_test

import (
	"encoding/json"
	"math"
	"math/big"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/money"
	"github.com/souk-commerce/souk/internal/quote"
	"github.com/souk-commerce/souk/internal/tax"
)

var (
	amounts = rapid.OneOf(rapid.Int64Range(0, 10_000), rapid.Int64Range(0, quote.MaxAmount))
	ppms    = rapid.OneOf(rapid.SampledFrom([]int64{0, 50_000, 70_000, 190_000, 200_000}), rapid.Int64Range(0, 1_000_000))
)

func anyLevies(t *rapid.T) []tax.Levy {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) tax.Levy {
		return tax.Levy{Name: rapid.SampledFrom([]string{"VAT", "GST", "QST"}).Draw(t, "name"), PPM: ppms.Draw(t, "ppm")}
	}), 0, 3).Draw(t, "levies")
}

// anyInput is a purchase of any shape that can be counted.
func anyInput(t *rapid.T) quote.Input {
	in := quote.Input{
		Currency:    money.Currency(rapid.SampledFrom([]string{"EUR", "JPY", "KWD"}).Draw(t, "currency")),
		TaxIncluded: rapid.Bool().Draw(t, "included"),
	}
	for i := range rapid.IntRange(0, 6).Draw(t, "lines") {
		in.Lines = append(in.Lines, quote.LineInput{
			ID: int64(i + 1), Variant: int64(i * 7), Quantity: rapid.IntRange(1, 1000).Draw(t, "quantity"),
			UnitPrice: amounts.Draw(t, "price"), Taxes: anyLevies(t),
		})
	}
	for _, s := range []string{"shipping", "digital"}[:rapid.IntRange(0, 2).Draw(t, "deliveries")] {
		in.Deliveries = append(in.Deliveries, quote.DeliveryInput{Shipment: s, Method: "m", Price: amounts.Draw(t, "price"), Taxes: anyLevies(t)})
	}
	for range rapid.IntRange(0, 6).Draw(t, "adjustments") {
		n := rapid.IntRange(0, 7).Draw(t, "target")
		a := quote.Adjustment{Source: "promotion/1", Amount: amounts.Draw(t, "off")}
		switch {
		case n < len(in.Lines):
			a.Line = in.Lines[n].ID
		case n-len(in.Lines) < len(in.Deliveries):
			a.Shipment = in.Deliveries[n-len(in.Lines)].Shipment
		default:
			continue
		}
		in.Adjustments = append(in.Adjustments, a)
	}
	for range rapid.IntRange(0, 3).Draw(t, "credits") {
		in.Credits = append(in.Credits, quote.Credit{Source: "card", Available: amounts.Draw(t, "available")})
	}
	return in
}

func of(t rapid.TB, in quote.Input) quote.Quote {
	t.Helper()
	q, err := quote.Of(in)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

// charge is what lines and deliveries have in common.
type charge struct {
	whole, discount, total, tax int64
	taxes                       []quote.Tax
	adjustments                 []quote.Adjustment
}

func charges(q quote.Quote) (all []charge) {
	for _, l := range q.Lines {
		all = append(all, charge{l.Subtotal, l.Discount, l.Total, l.Tax, l.Taxes, l.Adjustments})
	}
	for _, d := range q.Deliveries {
		all = append(all, charge{d.Price, d.Discount, d.Total, d.Tax, d.Taxes, d.Adjustments})
	}
	return all
}

func TestOf_partsSumToTheWholeAndNothingIsNegative(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := anyInput(t)
		q := of(t, in)
		var subtotal, delivery, discount, taxed, byName, credit int64
		for _, l := range q.Lines {
			subtotal += l.UnitPrice * int64(l.Quantity)
		}
		for _, d := range q.Deliveries {
			delivery += d.Price
		}
		for _, c := range charges(q) {
			var off, sum int64
			for _, a := range c.adjustments {
				off += a.Amount
			}
			for _, x := range c.taxes {
				sum += x.Amount
			}
			if off != c.discount || c.total != c.whole-c.discount || sum != c.tax || c.discount > c.whole {
				t.Fatalf("parts: %+v", c)
			}
			discount += c.discount
			taxed += c.tax
		}
		for _, x := range q.Taxes {
			byName += x.Amount
		}
		for _, c := range q.Credits {
			credit += c.Amount
		}
		total := subtotal - discount + delivery
		if !in.TaxIncluded {
			total += taxed
		}
		got := []int64{q.Subtotal, q.Delivery, q.Discount, q.Tax, byName, q.Credit, q.Total, q.Due}
		if want := []int64{subtotal, delivery, discount, taxed, taxed, credit, total, total - credit}; !slices.Equal(got, want) {
			t.Fatalf("got %v, want %v", got, want)
		}
		refuseNegative(t, reflect.ValueOf(q))
	})
}

func refuseNegative(t *rapid.T, v reflect.Value) {
	switch v.Kind() {
	case reflect.Int, reflect.Int64:
		if v.Int() < 0 {
			t.Fatalf("%d in the quote", v.Int())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			refuseNegative(t, v.Field(i))
		}
	case reflect.Slice:
		for i := range v.Len() {
			refuseNegative(t, v.Index(i))
		}
	}
}

// exactly rounds amount × part ÷ whole, a half up, by arithmetic of any size.
func exactly(amount, part, whole int64) int64 {
	n := new(big.Int).Mul(big.NewInt(amount), big.NewInt(2*part))
	n.Add(n, big.NewInt(whole))
	return n.Div(n, big.NewInt(2*whole)).Int64()
}

func TestOf_taxIsRoundedAHalfUpOnceForEachCharge(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := anyInput(t)
		q := of(t, in)
		for _, c := range charges(q) {
			var beside, rates int64
			for _, x := range c.taxes {
				rates += x.PPM
				beside += exactly(c.total, x.PPM, 1_000_000)
			}
			want := beside
			if in.TaxIncluded {
				want = exactly(c.total, rates, 1_000_000+rates)
			}
			if c.tax != want {
				t.Fatalf("the tax of %d is %d, want %d", c.total, c.tax, want)
			}
			for _, x := range c.taxes {
				if in.TaxIncluded && rates > 0 && !near(x.Amount, c.tax, x.PPM, rates) {
					t.Fatalf("of %d tax at %d in all, %d fell to the rate %d", c.tax, rates, x.Amount, x.PPM)
				}
			}
		}
	})
}

// near tells whether a part differs by less than one from its exact share.
func near(part, whole, weight, weights int64) bool {
	exact := new(big.Rat).Mul(big.NewRat(whole, 1), big.NewRat(weight, weights))
	return new(big.Rat).Abs(exact.Sub(exact, big.NewRat(part, 1))).Cmp(big.NewRat(1, 1)) < 0
}

func TestOf_taxThatIsIncludedNeverChangesTheTotal(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := anyInput(t)
		in.TaxIncluded = true
		with := of(t, in)
		for i := range in.Lines {
			in.Lines[i].Taxes = nil
		}
		for i := range in.Deliveries {
			in.Deliveries[i].Taxes = nil
		}
		if without := of(t, in); with.Total != without.Total || with.Tax > with.Total {
			t.Fatalf("%d with tax, %d without", with.Total, without.Total)
		}
	})
}

func TestOf_orderOfLinesChangesNeitherSumsNorHash(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := anyInput(t)
		before := of(t, in)
		in.Lines = rapid.Permutation(in.Lines).Draw(t, "lines")
		in.Deliveries = rapid.Permutation(in.Deliveries).Draw(t, "deliveries")
		after := of(t, in)
		if before.Hash() != after.Hash() {
			t.Fatal("the hash is another")
		}
		before.Lines, after.Lines, before.Deliveries, after.Deliveries = nil, nil, nil, nil
		if !reflect.DeepEqual(before, after) {
			t.Fatalf("%+v\n%+v", before, after)
		}
	})
}

func TestOf_creditsAreUsedInOrderAndChangeNothingElse(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := anyInput(t)
		with := of(t, in)
		left := with.Total
		for i, c := range in.Credits {
			used := min(c.Available, left)
			if with.Credits[i].Amount != used {
				t.Fatalf("%d of %+v was used of a due of %d", with.Credits[i].Amount, c, left)
			}
			left -= used
		}
		in.Credits = nil
		without := of(t, in)
		with.Credits, with.Credit, with.Due = without.Credits, without.Credit, without.Due
		if !reflect.DeepEqual(with, without) {
			t.Fatalf("%+v\n%+v", with, without)
		}
	})
}

// pair is a purchase that can be counted.
func pair() quote.Input {
	return quote.Input{
		Currency: "EUR", TaxIncluded: true,
		Lines: []quote.LineInput{
			{ID: 1, Variant: 11, Quantity: 2, UnitPrice: 1999, Taxes: []tax.Levy{{Name: "VAT", PPM: 190_000}}},
			{ID: 2, Variant: 12, Quantity: 1, UnitPrice: 500},
		},
		Deliveries:  []quote.DeliveryInput{{Shipment: "shipping", Method: "standard", Price: 490, Taxes: []tax.Levy{{Name: "VAT", PPM: 190_000}}}},
		Adjustments: []quote.Adjustment{{Source: "promotion/1", Title: "Summer", Line: 1, Amount: 300}, {Source: "promotion/2", Title: "Free", Shipment: "shipping", Amount: 90}},
		Credits:     []quote.Credit{{Source: "card/1", Available: 1000}},
	}
}

func TestOf_refusesWhatCannotBeCounted(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		reason, path string
		change       func(*quote.Input)
	}{
		"no pieces":              {"invalid_quantity", "lines.1.quantity", func(in *quote.Input) { in.Lines[0].Quantity = 0 }},
		"negative pieces":        {"invalid_quantity", "lines.1.quantity", func(in *quote.Input) { in.Lines[0].Quantity = -1 }},
		"too many pieces":        {"invalid_quantity", "lines.1.quantity", func(in *quote.Input) { in.Lines[0].Quantity = quote.MaxQuantity + 1 }},
		"negative price":         {"amount_out_of_range", "lines.1.unitPrice", func(in *quote.Input) { in.Lines[0].UnitPrice = -1 }},
		"huge price":             {"amount_out_of_range", "lines.1.unitPrice", func(in *quote.Input) { in.Lines[0].UnitPrice = math.MaxInt64 }},
		"negative delivery":      {"amount_out_of_range", "deliveries.shipping.price", func(in *quote.Input) { in.Deliveries[0].Price = -1 }},
		"negative adjustment":    {"amount_out_of_range", "adjustments.0.amount", func(in *quote.Input) { in.Adjustments[0].Amount = -1 }},
		"negative credit":        {"amount_out_of_range", "credits.0.available", func(in *quote.Input) { in.Credits[0].Available = -1 }},
		"negative rate":          {"invalid_rate", "lines.1.taxes", func(in *quote.Input) { in.Lines[0].Taxes[0].PPM = -1 }},
		"rates that wrap around": {"invalid_rate", "lines.1.taxes", func(in *quote.Input) { in.Lines[0].Taxes = []tax.Levy{{PPM: quote.MaxRates}, {PPM: math.MaxInt64}} }},
		"rates too high in all":  {"invalid_rate", "lines.1.taxes", func(in *quote.Input) { in.Lines[0].Taxes = []tax.Levy{{PPM: quote.MaxRates}, {PPM: 1}} }},
		"a line twice":           {"invalid_id", "lines.1", func(in *quote.Input) { in.Lines[1].ID = 1 }},
		"a line without id":      {"invalid_id", "lines.0", func(in *quote.Input) { in.Lines[1].ID = 0 }},
		"a shipment twice":       {"invalid_id", "deliveries.shipping", func(in *quote.Input) { in.Deliveries = append(in.Deliveries, in.Deliveries[0]) }},
		"nothing adjusted":       {"unknown_target", "adjustments.0", func(in *quote.Input) { in.Adjustments[0].Line = 0 }},
		"unknown line adjusted":  {"unknown_target", "adjustments.0", func(in *quote.Input) { in.Adjustments[0].Line = 9 }},
		"two things adjusted":    {"unknown_target", "adjustments.0", func(in *quote.Input) { in.Adjustments[0].Shipment = "shipping" }},
		"no such currency":       {"invalid_currency", "currency", func(in *quote.Input) { in.Currency = "EURO" }},
		"more than fits in all": {"amount_out_of_range", "", func(in *quote.Input) {
			in.Lines[0].Quantity, in.Lines[0].UnitPrice = quote.MaxQuantity, quote.MaxAmount
			in.Lines = in.Lines[:1]
		}},
		"lines whose sum wraps around": {"amount_out_of_range", "", func(in *quote.Input) {
			*in = quote.Input{Currency: "EUR"}
			for i := range 19 {
				in.Lines = append(in.Lines, quote.LineInput{ID: int64(i + 1), Quantity: quote.MaxQuantity, UnitPrice: quote.MaxAmount})
			}
		}},
	} {
		in := pair()
		test.change(&in)
		_, err := quote.Of(in)
		found := slices.ContainsFunc(fault.All(err), func(e *fault.Error) bool {
			return e.Reason == test.reason && strings.Join(e.Path, ".") == test.path
		})
		if !found {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOf_countsUpToItsBounds(t *testing.T) {
	t.Parallel()
	in := quote.Input{Currency: "EUR", Lines: []quote.LineInput{{ID: 1, Quantity: quote.MaxQuantity, UnitPrice: quote.MaxAmount}}}
	for range quote.MaxRates / 1_000_000 {
		in.Lines[0].Taxes = append(in.Lines[0].Taxes, tax.Levy{Name: "VAT", PPM: 1_000_000})
	}
	if q := of(t, in); q.Total != 9*quote.MaxGross {
		t.Errorf("the total is %d", q.Total)
	}
	in.TaxIncluded = true
	if q := of(t, in); q.Total != quote.MaxGross || q.Tax != exactly(quote.MaxGross, 8, 9) {
		t.Errorf("the tax is %d", q.Tax)
	}
}

func TestHash_isTheSameInEveryRelease(t *testing.T) {
	t.Parallel()
	const want = "8ecae5d562bcb7c8b85b9fd585e78690227ac1a6c639469228a0521ab12ef1c5"
	if got := of(t, pair()).Hash(); got != want {
		t.Errorf("the hash is %s; with it every open checkout asks its buyer anew", got)
	}
}

func TestHash_survivesBeingStored(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		q := of(t, anyInput(t))
		stored, err := json.Marshal(q)
		if err != nil {
			t.Fatal(err)
		}
		var read quote.Quote
		if err := json.Unmarshal(stored, &read); err != nil || read.Hash() != q.Hash() {
			t.Fatalf("%v: %s", err, stored)
		}
	})
}

// TestHash_changesWithEveryField turns each value in a quote, one at a time.
func TestHash_changesWithEveryField(t *testing.T) {
	t.Parallel()
	q := of(t, pair())
	seen := map[string]string{q.Hash(): "nothing"}
	changed := 0
	eachValue(reflect.ValueOf(&q).Elem(), "quote", func(name string) {
		changed++
		if other, same := seen[q.Hash()]; same {
			t.Errorf("the hash is the same after a change of %s as of %s", name, other)
		}
		seen[q.Hash()] = name
	})
	if changed < 50 {
		t.Errorf("only %d values were tried", changed)
	}
}

// eachValue changes every value below v, calls try, and puts it back.
func eachValue(v reflect.Value, name string, try func(name string)) {
	before := reflect.New(v.Type()).Elem()
	before.Set(v)
	switch v.Kind() {
	case reflect.Int, reflect.Int64:
		v.SetInt(v.Int() + 1000)
	case reflect.String:
		v.SetString(v.String() + "?")
	case reflect.Bool:
		v.SetBool(!v.Bool())
	case reflect.Struct:
		for i := range v.NumField() {
			eachValue(v.Field(i), name+"."+v.Type().Field(i).Name, try)
		}
		return
	case reflect.Slice:
		for i := range v.Len() {
			eachValue(v.Index(i), name+"[]", try)
		}
		v.Set(reflect.Append(v, reflect.Zero(v.Type().Elem())))
	default:
		panic("a field of kind " + v.Kind().String())
	}
	try(name)
	v.Set(before)
}
