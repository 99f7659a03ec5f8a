package bundle_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/souk-commerce/souk/internal/bundle"
	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/kernel/fault"
)

// refused gives reason and path of every refusal.
func refused(err error) string {
	var all []string
	for _, f := range fault.All(err) {
		all = append(all, strings.TrimSpace(f.Reason+" "+strings.Join(f.Path, ".")))
	}
	return strings.Join(all, ", ")
}

func slot(least, most int, choices ...bundle.Choice) bundle.Slot {
	return bundle.Slot{Least: least, Most: most, Choices: choices}
}

func choice(v catalog.VariantID, n int) bundle.Choice { return bundle.Choice{Variant: v, Quantity: n} }

func component(v catalog.VariantID, n int) bundle.Component {
	return bundle.Component{Variant: v, Quantity: n}
}

func fixed(choices ...bundle.Choice) bundle.Recipe {
	r := bundle.Recipe{Kind: bundle.Fixed, Pricing: bundle.Own}
	for _, c := range choices {
		r.Slots = append(r.Slots, slot(1, 1, c))
	}
	return r
}

func TestRecipe_Validate(t *testing.T) {
	t.Parallel()
	pick := func(slots ...bundle.Slot) bundle.Recipe {
		return bundle.Recipe{Kind: bundle.Pick, Pricing: bundle.Sum, DiscountPPM: 100_000, Slots: slots}
	}
	many := slot(1, 1)
	for v := range catalog.VariantID(bundle.MaxChoices + 1) {
		many.Choices = append(many.Choices, choice(v+1, 1))
	}
	for name, test := range map[string]struct {
		recipe bundle.Recipe
		want   string
	}{
		"fixed":             {fixed(choice(1, 2), choice(2, 1000)), ""},
		"picked":            {pick(slot(3, 6, choice(1, 1), choice(2, 2)), slot(0, 1, choice(3, 1))), ""},
		"nothing":           {bundle.Recipe{}, "invalid_kind kind, invalid_pricing pricing, bundle_empty slots"},
		"nothing needed":    {pick(slot(0, 1, choice(1, 1))), "bundle_empty slots"},
		"too many choices":  {pick(many), "bundle_too_large slots"},
		"too many slots":    {pick(make([]bundle.Slot, bundle.MaxSlots+1)...), "bundle_too_large slots"},
		"all at once":       {pick(slot(2, 1, choice(1, 0)), slot(1, 1001, choice(1, 1001)), slot(-1, 0)), "invalid_quantity slots.0.least, invalid_quantity slots.0.choices.0.quantity, invalid_quantity slots.1.least, invalid_quantity slots.1.choices.0.quantity, variant_twice slots.1.choices.0.variant, invalid_quantity slots.2.least, invalid_slot slots.2.choices"},
		"fixed with choice": {bundle.Recipe{Kind: bundle.Fixed, Pricing: bundle.Own, Slots: []bundle.Slot{slot(1, 1, choice(1, 1), choice(2, 1)), slot(1, 2, choice(3, 1))}}, "invalid_slot slots.0, invalid_slot slots.1"},
		"own price with discount": {bundle.Recipe{Kind: bundle.Fixed, Pricing: bundle.Own, DiscountPPM: 1, Slots: []bundle.Slot{slot(1, 1, choice(1, 1))}},
			"invalid_discount discountPpm"},
		"more than everything off": {bundle.Recipe{Kind: bundle.Fixed, Pricing: bundle.Sum, DiscountPPM: 1_000_001, Slots: []bundle.Slot{slot(1, 1, choice(1, 1))}},
			"invalid_discount discountPpm"},
		"a title of NUL": {bundle.Recipe{Kind: bundle.Fixed, Pricing: bundle.Own, Slots: []bundle.Slot{{Title: "a\x00", Least: 1, Most: 1, Choices: []bundle.Choice{choice(1, 1)}}}},
			"invalid_title slots.0.title"},
	} {
		if got := refused(test.recipe.Validate()); got != test.want {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
		}
	}
}

func TestExpand(t *testing.T) {
	t.Parallel()
	six := bundle.Recipe{Kind: bundle.Pick, Pricing: bundle.Own, Slots: []bundle.Slot{
		{Title: "Bottles", Least: 2, Most: 3, Choices: []bundle.Choice{choice(1, 1), choice(2, 2)}},
		slot(0, 1, choice(3, 1)),
	}}
	const bottles = "invalid_components components"
	for name, test := range map[string]struct {
		recipe bundle.Recipe
		picks  []bundle.Component
		want   []bundle.Component
		fault  string
	}{
		"fixed needs no picks":    {fixed(choice(1, 2), choice(2, 1)), nil, []bundle.Component{component(1, 2), component(2, 1)}, ""},
		"what is in it, named":    {fixed(choice(1, 2), choice(2, 1)), []bundle.Component{component(2, 1), component(1, 2)}, []bundle.Component{component(1, 2), component(2, 1)}, ""},
		"something else":          {fixed(choice(1, 2), choice(2, 1)), []bundle.Component{component(1, 2)}, nil, bottles},
		"picks add up":            {six, []bundle.Component{component(1, 1), component(3, 1), component(1, 1)}, []bundle.Component{component(1, 2), component(3, 1)}, ""},
		"a choice of two pieces":  {six, []bundle.Component{component(2, 4), component(1, 1)}, []bundle.Component{component(1, 1), component(2, 4)}, ""},
		"half a choice":           {six, []bundle.Component{component(2, 3), component(1, 1)}, nil, "invalid_quantity components.0.quantity"},
		"none":                    {six, nil, nil, bottles},
		"too few":                 {six, []bundle.Component{component(2, 2)}, nil, bottles},
		"too many":                {six, []bundle.Component{component(2, 8)}, nil, bottles},
		"too many of another":     {six, []bundle.Component{component(2, 4), component(3, 2)}, nil, bottles},
		"no choice, and nothing":  {six, []bundle.Component{component(9, 1), component(1, 0)}, nil, "merchandise_not_found components.0.merchandiseId, invalid_quantity components.1.quantity"},
		"less than nothing":       {six, []bundle.Component{component(1, 3), component(1, -1)}, nil, "invalid_quantity components.1.quantity"},
		"more than can be":        {six, []bundle.Component{component(1, 1<<62), component(1, 1<<62)}, nil, "invalid_quantity components.0.quantity, invalid_quantity components.1.quantity"},
		"more picks than choices": {six, make([]bundle.Component, bundle.MaxChoices+1), nil, bottles},
	} {
		got, err := test.recipe.Expand(test.picks)
		if f := refused(err); f != test.fault || err == nil && !slices.Equal(got, test.want) {
			t.Errorf("%s: got %v, %q, want %v, %q", name, got, f, test.want, test.fault)
		}
	}
}

// Whatever is picked: what is expanded obeys each slot, in an order that does
// not depend on the picks, and is taken again as it is.
func TestExpand_obeysEverySlot(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r, next := bundle.Recipe{Kind: bundle.Pick}, catalog.VariantID(1)
		for range rapid.IntRange(1, 4).Draw(t, "slots") {
			s := slot(rapid.IntRange(0, 2).Draw(t, "least"), 3)
			for range rapid.IntRange(1, 3).Draw(t, "choices") {
				s.Choices = append(s.Choices, choice(next, rapid.IntRange(1, 3).Draw(t, "quantity")))
				next++
			}
			r.Slots = append(r.Slots, s)
		}
		picks := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) bundle.Component {
			return component(catalog.VariantID(rapid.IntRange(1, int(next)).Draw(t, "variant")), rapid.IntRange(-1, 6).Draw(t, "pieces"))
		}), 0, 6).Draw(t, "picks")
		sums := map[catalog.VariantID]int{}
		valid := true
		for _, p := range picks {
			sums[p.Variant] += p.Quantity
			valid = valid && p.Quantity > 0 && p.Variant < next
		}
		for _, s := range r.Slots {
			made := 0
			for _, c := range s.Choices {
				made += sums[c.Variant] / c.Quantity
				valid = valid && sums[c.Variant]%c.Quantity == 0
			}
			valid = valid && made >= s.Least && made <= s.Most
		}
		got, err := r.Expand(picks)
		if err == nil && !valid {
			t.Fatalf("%+v takes %v", r, picks)
		}
		if err != nil {
			return // a single pick may be no multiple where the sum is
		}
		slices.Reverse(picks)
		if again, err := r.Expand(picks); err != nil || !slices.Equal(got, again) {
			t.Fatalf("%v in another order: %v, %v", picks, again, err)
		}
		if len(got) > 0 && !r.Takes(got) {
			t.Fatalf("%+v does not take %v again", r, got)
		}
	})
}
