package cart

import (
	"github.com/souk-commerce/souk/internal/bundle"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/quote"
)

// expand gives the components of goods for what was picked, or why there are
// none. Only what is sold here can be picked.
func (d *draft) expand(g listing.Goods, picks []bundle.Component) ([]bundle.Component, fault.List) {
	if g.Bundle == nil {
		if len(picks) > 0 {
			return nil, fault.List{errNoBundle.At("components")}
		}
		return nil, nil
	}
	components, err := g.Bundle.Expand(picks)
	if err != nil {
		return nil, fault.All(err)
	}
	var faults fault.List
	for i, p := range picks {
		if !d.sellsInside(g, p.Variant) {
			faults.Add(errGoods.At(at("components", i, "merchandiseId")...))
		}
	}
	for _, c := range components {
		if len(faults) == 0 && !d.sellsInside(g, c.Variant) {
			faults.Add(errGoods.At("merchandiseId"))
		}
	}
	return components, faults
}

// sellsInside reports whether a variant can be sold here inside of a bundle: it
// needs a price only where the bundle has none of its own.
func (d *draft) sellsInside(g listing.Goods, v listing.VariantID) bool {
	part := d.goods[v]
	return part.Sellable && (g.Bundle.Pricing == bundle.Own || len(part.Prices) > 0)
}

// choose says what is in a line that changes. What the buyer has chosen stays as
// long as the change names nothing else; what they did not choose becomes what
// it is now. A line that cannot be made any more can still become less.
func (d *draft) choose(l *line, c LineChange, other bool) fault.List {
	g, named := d.goods[l.variant], c.Components != nil || other
	grows := c.Quantity != nil && *c.Quantity > l.quantity
	picked := g.Bundle != nil && g.Bundle.Kind == bundle.Pick
	switch {
	case named:
	case d.intact(l), g.Variant == 0, picked && !grows:
		return nil
	case picked:
		return fault.List{quote.ErrBundle.At("components")}
	}
	var picks []bundle.Component
	if c.Components != nil {
		picks = *c.Components
	}
	components, faults := d.expand(g, picks)
	if len(faults) > 0 && !named && !grows {
		return nil
	}
	if len(faults) == 0 {
		l.describe(l.attributes, components)
	}
	return faults
}

// intact reports whether the line is made as its recipe says now.
func (d *draft) intact(l *line) bool {
	recipe := d.goods[l.variant].Bundle
	if recipe == nil {
		return len(l.components) == 0
	}
	return recipe.Takes(l.components)
}

// pieces is how many pieces of anything the line has at most.
func (l *line) pieces() int {
	most := l.quantity
	for _, c := range l.components {
		if l.quantity > MaxQuantity {
			break // and the product might not be a number any more
		}
		most = max(most, l.quantity*c.Quantity)
	}
	return most
}

// tooLarge reports whether the cart holds more than a cart may.
func (d *draft) tooLarge() bool {
	parts := 0
	for _, l := range d.lines {
		parts += l.parts()
	}
	return len(d.lines) > MaxLines || parts > MaxParts
}
