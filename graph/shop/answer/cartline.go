package answer

import (
	"slices"
	"strconv"

	"github.com/souk-commerce/souk/internal/cart"
	"github.com/souk-commerce/souk/internal/kernel/gid"
	"github.com/souk-commerce/souk/internal/kernel/money"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/quote"
)

// CartLine is a line of a cart as the schema shows it, or a part of a bundle in
// one.
type CartLine struct {
	ID       string
	Quantity int
	// Merchandise is nil as long as nobody asks for it.
	Merchandise Merchandise
	Attributes  []cart.Attribute
	Cost        CartLineCost
	// DiscountAllocations are the discounts on the line: none are granted.
	DiscountAllocations []Allocation
	// ParentRelationship is nil: lines hang on none.
	ParentRelationship *CartLineParent

	of cart.LineID
}

// ComponentizableCartLine is a line with a bundle in it.
type ComponentizableCartLine struct {
	CartLine
	LineComponents []CartLine
}

// CartLineEdge is one entry of a list.
type CartLineEdge struct {
	Cursor string
	Node   BaseCartLine
}

// CartLines is one page of lines.
type CartLines struct {
	Connection[BaseCartLine, CartLineEdge]
}

// CartLineCost is what a line costs.
type CartLineCost struct {
	AmountPerQuantity          money.Money
	CompareAtAmountPerQuantity *money.Money
	SubtotalAmount             money.Money
	TotalAmount                money.Money
}

// Attribute gives the word under a key.
func (l *CartLine) Attribute(key string) *cart.Attribute { return attribute(l.Attributes, key) }

// CartLineEstimatedCost is what a line costs, as older clients ask.
type CartLineEstimatedCost struct {
	Amount          money.Money
	CompareAtAmount *money.Money
	SubtotalAmount  money.Money
	TotalAmount     money.Money
}

// EstimatedCost gives what the line costs.
func (l *CartLine) EstimatedCost() CartLineEstimatedCost {
	return CartLineEstimatedCost{Amount: l.Cost.AmountPerQuantity, CompareAtAmount: l.Cost.CompareAtAmountPerQuantity,
		SubtotalAmount: l.Cost.SubtotalAmount, TotalAmount: l.Cost.TotalAmount}
}

// CartLineParent is what a line hangs on.
type CartLineParent struct{ Parent *CartLine }

// Sold reports whether a line is still about something that is sold: only such
// lines can be shown, since a line always has its merchandise.
func Sold(l cart.Line) bool { return l.Goods.Sellable && l.Quote.Quantity > 0 }

// cartLines gives the lines that can be shown. goods are the variants, nil when
// nobody asks for them.
func cartLines(of *cart.Cart, goods map[listing.VariantID]*listing.Variant) []BaseCartLine {
	out := make([]BaseCartLine, 0, len(of.Lines))
	for _, l := range of.Lines {
		shown := newCartLine(l, of.Currency)
		if v, ok := goods[l.Variant]; ok {
			shown.Merchandise = v
		}
		switch {
		case !Sold(l) || goods != nil && shown.Merchandise == nil:
		case len(l.Components) > 0:
			out = append(out, &ComponentizableCartLine{CartLine: shown, LineComponents: lineComponents(l, shown.Cost, goods)})
		default:
			out = append(out, &shown)
		}
	}
	return out
}

func newCartLine(l cart.Line, currency money.Currency) CartLine {
	in := func(minor int64) money.Money { return money.New(minor, currency) }
	shown := CartLine{ID: gid.Format("CartLine", int64(l.ID)), Quantity: l.Quantity, Attributes: attributes(l.Attributes),
		DiscountAllocations: []Allocation{}, of: l.ID,
		Cost: CartLineCost{AmountPerQuantity: in(l.Quote.UnitPrice), SubtotalAmount: in(l.Quote.Subtotal), TotalAmount: in(l.Quote.Total)}}
	if l.CompareAt != nil {
		was := in(*l.CompareAt)
		shown.Cost.CompareAtAmountPerQuantity = &was
	}
	return shown
}

// componentType is the type of the ids of parts of bundles in a cart. They are
// no lines: nothing can be asked of them but by the line that they are in.
const componentType = "CartLineComponent"

// lineComponents gives the parts of a bundle, as far as they can be shown, each
// with its share of the cost of the line.
func lineComponents(l cart.Line, cost CartLineCost, goods map[listing.VariantID]*listing.Variant) []CartLine {
	subtotals, totals := shares(l.Components, cost.SubtotalAmount), shares(l.Components, cost.TotalAmount)
	out := make([]CartLine, 0, len(l.Components))
	for i, c := range l.Components {
		part := CartLine{ID: gid.FormatKey(componentType, int64(l.ID), strconv.FormatInt(int64(c.Variant), 10)), Quantity: c.Quantity * l.Quantity,
			Attributes: []cart.Attribute{}, DiscountAllocations: []Allocation{}, of: l.ID}
		if v, ok := goods[c.Variant]; ok {
			part.Merchandise = v
		} else if goods != nil {
			continue
		}
		part.Cost = CartLineCost{SubtotalAmount: subtotals[i], TotalAmount: totals[i],
			AmountPerQuantity: money.New(subtotals[i].Minor/int64(part.Quantity), subtotals[i].Currency)}
		out = append(out, part)
	}
	return out
}

// shares divides an amount among components by what they cost alone, or, where
// one has no price, by their pieces. The shares sum to the amount.
func shares(of []quote.Component, amount money.Money) []money.Money {
	weights, pieces := make([]int64, len(of)), make([]int64, len(of))
	priced := true
	for i, c := range of {
		price, ok := c.Goods.PriceFor(1)
		priced = priced && ok && price.Amount > 0
		weights[i], pieces[i] = price.Amount*int64(c.Quantity), int64(c.Quantity)
	}
	if !priced {
		weights = pieces
	}
	parts, err := amount.Split(weights)
	if err != nil { // so dear that the weights have no sum
		parts, _ = amount.Split(pieces)
	}
	return parts
}

// LineComponent is a part of a bundle that is bought.
type LineComponent struct {
	Quantity int // in one bundle
	SKU      *string
	Title    string
	Variant  *listing.Variant
}

func lineOf(l BaseCartLine) *CartLine {
	if bundled, ok := l.(*ComponentizableCartLine); ok {
		return &bundled.CartLine
	}
	return l.(*CartLine)
}

func lineName(l BaseCartLine) string { return strconv.FormatInt(int64(lineOf(l).of), 10) }

func attributes(all []cart.Attribute) []cart.Attribute {
	if all == nil {
		return []cart.Attribute{}
	}
	return all
}

func attribute(all []cart.Attribute, key string) *cart.Attribute {
	if i := slices.IndexFunc(all, func(a cart.Attribute) bool { return a.Key == key }); i >= 0 {
		return &all[i]
	}
	return nil
}
