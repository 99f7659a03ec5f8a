package answer

import (
	"slices"
	"strconv"

	"github.com/souk-commerce/souk/internal/cart"
	"github.com/souk-commerce/souk/internal/kernel/money"
	"github.com/souk-commerce/souk/internal/listing"
)

// CartLine is a line of a cart as the schema shows it.
type CartLine struct {
	ID       cart.LineID
	Quantity int
	// Merchandise is nil as long as nobody asks for it.
	Merchandise Merchandise
	Attributes  []cart.Attribute
	// DiscountAllocations are the discounts on the line: none are granted.
	DiscountAllocations []Allocation
	// ParentRelationship is nil: lines hang on none.
	ParentRelationship *CartLineParent

	of       cart.Line
	currency money.Currency
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
func (l *CartLine) Attribute(key string) *cart.Attribute { return attribute(l.of.Attributes, key) }

// Cost gives what the line costs.
func (l *CartLine) Cost() *CartLineCost {
	in := func(minor int64) money.Money { return money.New(minor, l.currency) }
	c := &CartLineCost{AmountPerQuantity: in(l.of.Quote.UnitPrice), SubtotalAmount: in(l.of.Quote.Subtotal), TotalAmount: in(l.of.Quote.Total)}
	if l.of.CompareAt != nil {
		was := in(*l.of.CompareAt)
		c.CompareAtAmountPerQuantity = &was
	}
	return c
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
		shown := &CartLine{ID: l.ID, Quantity: l.Quantity, Attributes: attributes(l.Attributes), DiscountAllocations: []Allocation{}, of: l, currency: of.Currency}
		if v, ok := goods[l.Variant]; ok {
			shown.Merchandise = v
		}
		if Sold(l) && (goods == nil || shown.Merchandise != nil) {
			out = append(out, shown)
		}
	}
	return out
}

func lineName(l BaseCartLine) string { return strconv.FormatInt(int64(l.(*CartLine).ID), 10) }

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
