package quote

import (
	"github.com/souk-commerce/souk/internal/bundle"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/pricing"
)

// Component is a part of one bundle.
type Component struct {
	Variant  listing.VariantID
	Quantity int           // pieces in one bundle
	Goods    listing.Goods // zero when the variant is gone
}

// Components gives components their goods.
func Components(goods map[listing.VariantID]listing.Goods, of []bundle.Component) []Component {
	var out []Component
	for _, c := range of {
		out = append(out, Component{Variant: c.Variant, Quantity: c.Quantity, Goods: goods[c.Variant]})
	}
	return out
}

// intact reports whether the item is made as its recipe says now: of components
// that the recipe takes, or of itself when there is no recipe.
func (i Item) intact() bool {
	if i.Goods.Bundle == nil {
		return len(i.Components) == 0
	}
	return i.Goods.Bundle.Takes(i.parts())
}

// parts are the components without their goods.
func (i Item) parts() []bundle.Component {
	var parts []bundle.Component
	for _, c := range i.Components {
		parts = append(parts, bundle.Component{Variant: c.Variant, Quantity: c.Quantity})
	}
	return parts
}

// sellable reports whether the goods, and all that they are made of, are sold
// here.
func (i Item) sellable() bool {
	for _, c := range i.Components {
		if !c.Goods.Sellable {
			return false
		}
	}
	return i.Goods.Sellable
}

// Price gives the unit price of the item; false when it has none. A bundle with
// a price of its own costs that. Else it costs what its components cost one by
// one, less its discount, rounded once for one bundle; with the sum to compare.
func (i Item) Price() (listing.Tier, bool) {
	recipe := i.Goods.Bundle
	if recipe == nil || recipe.Pricing == bundle.Own {
		return i.Goods.PriceFor(i.Quantity)
	}
	var whole int64
	for _, c := range i.Components {
		each, priced := c.Goods.PriceFor(1)
		if !priced || c.Quantity < 1 || each.Amount < 0 || each.Amount > (MaxAmount-whole)/int64(c.Quantity) {
			return listing.Tier{}, false
		}
		whole += each.Amount * int64(c.Quantity)
	}
	tier := listing.Tier{From: 1, Amount: pricing.Discounted(whole, recipe.DiscountPPM)}
	if whole > tier.Amount {
		tier.CompareAt = &whole
	}
	return tier, len(i.Components) > 0
}

// Grams is what one piece weighs; a bundle weighs what is in it.
func (i Item) Grams() int64 {
	if len(i.Components) == 0 {
		return max(i.Goods.Grams, 0)
	}
	var grams int64
	for _, c := range i.Components {
		grams = addWeight(grams, c.Goods.Grams, c.Quantity)
	}
	return grams
}

// RequiresShipping tells whether anything of the item is sent.
func (i Item) RequiresShipping() bool {
	if len(i.Components) == 0 {
		return i.Goods.RequiresShipping
	}
	for _, c := range i.Components {
		if c.Goods.RequiresShipping {
			return true
		}
	}
	return false
}

// UnitCost is what one piece costs the merchant; a bundle costs what its
// components do, and nobody knows when one of them is not known.
func (i Item) UnitCost() *int64 {
	if len(i.Components) == 0 {
		return i.Goods.UnitCost
	}
	var sum int64
	for _, c := range i.Components {
		if c.Goods.UnitCost == nil {
			return nil
		}
		sum += *c.Goods.UnitCost * int64(c.Quantity)
	}
	return &sum
}
