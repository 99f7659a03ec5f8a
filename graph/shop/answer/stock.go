package answer

import (
	"time"

	"github.com/souk-commerce/souk/internal/bundle"
	"github.com/souk-commerce/souk/internal/listing"
)

// StockUpdate is how the stock of a variant stands in a market.
type StockUpdate struct {
	VariantID   listing.VariantID
	Available   bool
	State       listing.StockState
	InStock     *int
	NotInStock  bool
	BackorderAt *time.Time
	PreorderAt  *time.Time
}

// NewStockUpdate shows the stock of a variant; nil is one that is not sold there.
func NewStockUpdate(id listing.VariantID, v *listing.Variant) StockUpdate {
	if v == nil {
		return StockUpdate{VariantID: id, State: listing.StockOut}
	}
	return StockUpdate{VariantID: id, Available: v.Available, State: v.Stock(), InStock: v.InStock, NotInStock: v.NotInStock(),
		BackorderAt: v.BackorderAt(), PreorderAt: v.PreorderAt()}
}

// Same reports whether two updates show the same.
func (u StockUpdate) Same(o StockUpdate) bool {
	return u.VariantID == o.VariantID && u.Available == o.Available && u.State == o.State && u.NotInStock == o.NotInStock &&
		equal(u.InStock, o.InStock, func(a, b int) bool { return a == b }) &&
		equal(u.BackorderAt, o.BackorderAt, time.Time.Equal) && equal(u.PreorderAt, o.PreorderAt, time.Time.Equal)
}

func equal[T any](a, b *T, same func(T, T) bool) bool {
	if a == nil || b == nil {
		return a == b
	}
	return same(*a, *b)
}

// Bundle is what is in a variant that is sold as several others together.
type Bundle struct {
	Kind  bundle.Kind
	Slots []BundleSlot
}

// BundleSlot is a place in a bundle.
type BundleSlot struct {
	Title       string
	Least, Most int
	Choices     []BundleChoice
}

// BundleChoice is a variant that can fill a slot.
type BundleChoice struct {
	VariantID listing.VariantID
	Variant   *listing.Variant // nil when it is not sold by itself, or nobody asks for it
	Quantity  int
}

// NewBundle shows a recipe. goods are its variants as far as they are asked for
// and sold.
func NewBundle(of bundle.Recipe, goods map[listing.VariantID]*listing.Variant) *Bundle {
	b := &Bundle{Kind: of.Kind, Slots: make([]BundleSlot, len(of.Slots))}
	for i, s := range of.Slots {
		b.Slots[i] = BundleSlot{Title: s.Title, Least: s.Least, Most: s.Most, Choices: make([]BundleChoice, len(s.Choices))}
		for j, c := range s.Choices {
			b.Slots[i].Choices[j] = BundleChoice{VariantID: c.Variant, Variant: goods[c.Variant], Quantity: c.Quantity}
		}
	}
	return b
}
