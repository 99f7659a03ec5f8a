package bundle

import (
	"cmp"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/kernel/fault"
)

// Validate reports every fault of the recipe at once.
func (r Recipe) Validate() error {
	var faults fault.List
	if r.Kind != Fixed && r.Kind != Pick {
		faults.Add(errKind.At("kind"))
	}
	if r.Pricing != Own && r.Pricing != Sum {
		faults.Add(errPricing.At("pricing"))
	}
	if r.DiscountPPM < 0 || r.DiscountPPM > MaxDiscount || r.DiscountPPM > 0 && r.Pricing == Own {
		faults.Add(errDiscount.At("discountPpm"))
	}
	if len(r.Slots) > MaxSlots || r.choices() > MaxChoices {
		faults.Add(errTooMany.At("slots"))
		return faults.Err()
	}
	if !slices.ContainsFunc(r.Slots, func(s Slot) bool { return s.Least > 0 }) {
		faults.Add(errEmpty.At("slots"))
	}
	seen := map[catalog.VariantID]bool{}
	for i, s := range r.Slots {
		faults = append(faults, s.check(r.Kind, seen, "slots", strconv.Itoa(i))...)
	}
	return faults.Err()
}

func (r Recipe) choices() (n int) {
	for _, s := range r.Slots {
		n += len(s.Choices)
	}
	return n
}

// check looks at the slot at a path. Seen are the variants of the slots before.
func (s Slot) check(kind Kind, seen map[catalog.VariantID]bool, path ...string) (faults fault.List) {
	at := func(field ...string) []string { return append(slices.Clone(path), field...) }
	if !utf8.ValidString(s.Title) || slices.Contains([]byte(s.Title), 0) || utf8.RuneCountInString(s.Title) > MaxTitle {
		faults.Add(errTitle.At(at("title")...))
	}
	switch {
	case s.Least < 0 || s.Most < max(s.Least, 1) || s.Most > MaxPieces:
		faults.Add(errPieces.At(at("least")...))
	case kind == Fixed && (s.Least != 1 || s.Most != 1 || len(s.Choices) != 1):
		faults.Add(errFixed.At(at()...))
	}
	if len(s.Choices) == 0 {
		faults.Add(errNoChoice.At(at("choices")...))
	}
	for i, c := range s.Choices {
		place := at("choices", strconv.Itoa(i))
		if c.Quantity < 1 || c.Quantity > MaxPieces {
			faults.Add(errQuantity.At(append(place, "quantity")...))
		}
		if seen[c.Variant] {
			faults.Add(errTwice.At(append(place, "variant")...))
		}
		seen[c.Variant] = true
	}
	return faults
}

// Expand gives the components of one bundle in the order of the recipe, or why
// these picks make none, every fault at once under "components". A fixed bundle
// needs no picks; those that are given must be what is in it.
func (r Recipe) Expand(picks []Component) ([]Component, error) {
	if r.Kind == Fixed {
		return r.fixed(picks)
	}
	pieces, faults := r.sort(picks)
	out := []Component{}
	for _, s := range r.Slots {
		made := 0
		for _, c := range s.Choices {
			if n := pieces[c.Variant]; n > 0 {
				out = append(out, Component{Variant: c.Variant, Quantity: n})
				made += n / c.Quantity
			}
		}
		if len(faults) == 0 && (made < s.Least || made > s.Most) {
			faults.Add(errChoices(s, made).At("components"))
		}
	}
	return out, faults.Err()
}

// sort adds picks up by variant, and refuses those that are no choice.
func (r Recipe) sort(picks []Component) (map[catalog.VariantID]int, fault.List) {
	if len(picks) > MaxChoices {
		return nil, fault.List{errTooManyPicks.At("components")}
	}
	var faults fault.List
	pieces := map[catalog.VariantID]int{}
	for i, p := range picks {
		at := []string{"components", strconv.Itoa(i)}
		c, known := r.choice(p.Variant)
		switch {
		case !known:
			faults.Add(errNotAChoice.At(append(at, "merchandiseId")...))
		case p.Quantity < 1 || p.Quantity > MaxPieces*MaxPieces || p.Quantity%c.Quantity != 0:
			faults.Add(errPicked(c).At(append(at, "quantity")...))
		default:
			pieces[p.Variant] += p.Quantity
		}
	}
	return pieces, faults
}

func (r Recipe) choice(v catalog.VariantID) (Choice, bool) {
	for _, s := range r.Slots {
		for _, c := range s.Choices {
			if c.Variant == v {
				return c, true
			}
		}
	}
	return Choice{}, false
}

func (r Recipe) fixed(picks []Component) ([]Component, error) {
	out := make([]Component, 0, len(r.Slots))
	for _, s := range r.Slots {
		for _, c := range s.Choices {
			out = append(out, Component(c))
		}
	}
	if len(picks) > 0 && !same(picks, out) {
		return nil, errNothingToPick.At("components")
	}
	return out, nil
}

// Takes reports whether components are what the recipe makes of them, which they
// are no longer when the recipe has changed since.
func (r Recipe) Takes(components []Component) bool {
	made, err := r.Expand(components)
	return err == nil && len(components) > 0 && same(made, components)
}

// same compares components in whatever order.
func same(a, b []Component) bool {
	byVariant := func(a, b Component) int { return cmp.Compare(a.Variant, b.Variant) }
	return slices.Equal(slices.SortedFunc(slices.Values(a), byVariant), slices.SortedFunc(slices.Values(b), byVariant))
}
