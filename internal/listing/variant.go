package listing

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/money"
)

// Variant is one buyable combination of option values.
type Variant struct {
	ID               VariantID
	Product          *Product
	Title            string
	SKU              *string
	Barcode          *string
	Price            money.Money
	CompareAt        *money.Money
	UnitPrice        *money.Money
	Measure          *Measure
	RequiresShipping bool
	Taxable          bool
	WeightGrams      int64
	WeightUnit       WeightUnit // to show it in
	Quantity         QuantityRule
	Available        bool // can be bought now
	// InStock is how many pieces can be bought now; nil when they are not
	// counted.
	InStock  *int
	OnDemand bool // is sold ahead of stock: before its release, or when it is used up
	Preorder bool // is not released yet

	lowAt      int64          // from how few pieces on its stock is low
	expectedAt *time.Time     // when what is not there yet is
	key        string         // ids of its values, in the order of the product's options
	values     []*OptionValue // the same as values
	image      *Image
	metafields []*Metafield
}

// QuantityRule says how many pieces can be bought at once.
type QuantityRule struct {
	Minimum   int
	Increment int
	Maximum   *int
}

// Measure is the content behind a unit price.
type Measure struct {
	QuantityMilli int64
	QuantityUnit  Unit
	Reference     int
	ReferenceUnit Unit
}

// Quantity gives the content in its unit.
func (m *Measure) Quantity() float64 { return float64(m.QuantityMilli) / 1000 }

// Picture gives the variant's picture, else the product's first.
func (v *Variant) Picture() *Image {
	if v.image != nil {
		return v.image
	}
	return v.Product.FeaturedImage()
}

// Weight gives the weight in the unit it is shown in; nil when it is not known.
func (v *Variant) Weight() *float64 {
	if v.WeightGrams == 0 {
		return nil
	}
	grams := map[WeightUnit]float64{Kilograms: 1000, Ounces: 28.349523125, Pounds: 453.59237}
	unit, ok := grams[v.WeightUnit]
	if !ok {
		unit = 1
	}
	w := float64(v.WeightGrams) / unit
	return &w
}

// SelectedOption is the value that a variant has on one option.
type SelectedOption struct {
	Name  string
	Value string
}

// SelectedOptions gives the value of each option.
func (v *Variant) SelectedOptions() []SelectedOption {
	out := make([]SelectedOption, len(v.values))
	for i, value := range v.values {
		out[i] = SelectedOption{Name: value.option.Name, Value: value.Name}
	}
	return out
}

// Metafields gives metafields in the order asked for, nil where there is none.
func (v *Variant) Metafields(identifiers []MetafieldKey) []*Metafield {
	return pick(v.metafields, identifiers)
}

func compareVariants(sort VariantSort) func(a, b *Variant) int {
	return func(a, b *Variant) int {
		order := 0
		switch sort {
		case VariantBySKU:
			order = cmp.Compare(text(a.SKU), text(b.SKU))
		case VariantByTitle:
			order = cmp.Compare(a.Title, b.Title)
		}
		return cmp.Or(order, cmp.Compare(a.ID, b.ID))
	}
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// Choice is how option values are matched with a variant's.
type Choice struct {
	Options         []SelectedOption
	IgnoreUnknown   bool // pass over options that the product does not have
	CaseInsensitive bool
}

// maxChosen bounds the options of one choice; a product has at most six, an
// address may carry foreign parameters besides.
const maxChosen = 250

// same compares names or values by the choice's rule.
func (c Choice) same(a, b string) bool {
	return a == b || c.CaseInsensitive && strings.EqualFold(a, b)
}

// names reports whether an option is called so, in the buyer's language or in
// the merchant's: addresses outlive a change of language.
func (c Choice) names(o *Option, name string) bool {
	return c.same(o.Name, name) || c.same(o.origin, name)
}

// known gives the chosen options that the product has; false when one is
// unknown and may not be passed over.
func (c Choice) known(p *Product) ([]SelectedOption, bool) {
	known := make([]SelectedOption, 0, len(p.Options))
	for _, chosen := range c.Options {
		has := slices.ContainsFunc(p.Options, func(o *Option) bool { return c.names(o, chosen.Name) })
		switch {
		case has:
			known = append(known, chosen)
		case !c.IgnoreUnknown:
			return nil, false
		}
	}
	return known, true
}

// misses counts on how many of the chosen options the variant has another value.
func (c Choice) misses(v *Variant, chosen []SelectedOption) int {
	misses := 0
	for _, want := range chosen {
		hit := slices.ContainsFunc(v.values, func(have *OptionValue) bool {
			return c.names(have.option, want.Name) && (c.same(have.Name, want.Value) || c.same(have.origin, want.Value))
		})
		if !hit {
			misses++
		}
	}
	return misses
}

// VariantByOptions gives the variant that has all the chosen values, or nil.
func (p *Product) VariantByOptions(c Choice) (*Variant, error) {
	if len(c.Options) > maxChosen {
		return nil, fault.Newf(fault.Invalid, "limit_exceeded", "At most %d options can be chosen.", maxChosen).At("selectedOptions")
	}
	chosen, ok := c.known(p)
	if !ok || len(chosen) < len(p.Options) {
		return nil, nil
	}
	for _, v := range p.variants {
		if c.misses(v, chosen) == 0 {
			return v, nil
		}
	}
	return nil, nil
}

// SelectedOrFirst gives the variant of the chosen values; else the first that
// can be bought; else the first.
func (p *Product) SelectedOrFirst(c Choice) (*Variant, error) {
	v, err := p.VariantByOptions(c)
	if v != nil || err != nil {
		return v, err
	}
	return firstAvailable(p.variants), nil
}

func firstAvailable(variants []*Variant) *Variant {
	for _, v := range variants {
		if v.Available {
			return v
		}
	}
	if len(variants) > 0 {
		return variants[0]
	}
	return nil
}

// Adjacent gives the variants that differ from the chosen values in exactly one
// option, by id. Without a choice the first variant that can be bought counts
// as chosen.
func (p *Product) Adjacent(c Choice) ([]*Variant, error) {
	if len(c.Options) > maxChosen {
		return nil, fault.Newf(fault.Invalid, "limit_exceeded", "At most %d options can be chosen.", maxChosen).At("selectedOptions")
	}
	c.IgnoreUnknown = true
	chosen, _ := c.known(p)
	if len(chosen) == 0 {
		first := firstAvailable(p.variants)
		if first == nil {
			return []*Variant{}, nil
		}
		chosen = first.SelectedOptions()
	}
	near := []*Variant{}
	for _, v := range p.variants {
		if c.misses(v, chosen) == 1 {
			near = append(near, v)
		}
	}
	slices.SortFunc(near, func(a, b *Variant) int { return cmp.Compare(a.ID, b.ID) })
	return near, nil
}
