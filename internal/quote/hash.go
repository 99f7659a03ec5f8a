package quote

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"

	"github.com/souk-commerce/souk/internal/bundle"
)

// Hash names what the buyer agrees to: two quotes have the same one exactly when
// they say the same. In which order lines, deliveries and components stand, and whether an
// empty list is there or missing, makes no difference; every field of a quote
// does. It is a SHA-256 in hexadecimal.
//
// A release that adds a field to quotes changes all hashes. Whoever is asked to
// agree at that moment is asked once more; nothing else depends on them.
func (q Quote) Hash() string {
	encoded, err := json.Marshal(q.canonical())
	if err != nil {
		panic("quote: a quote does not marshal: " + err.Error()) // it has only numbers and texts
	}
	sum := sha256.Sum256(encoded)
	return hex.EncodeToString(sum[:])
}

// canonical gives a copy in the one form that is hashed.
func (q Quote) canonical() Quote {
	q.Lines, q.Deliveries = filled(q.Lines), filled(q.Deliveries)
	q.Taxes, q.Credits = filled(q.Taxes), filled(q.Credits)
	slices.SortFunc(q.Lines, func(a, b Line) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortFunc(q.Deliveries, func(a, b Delivery) int { return cmp.Compare(a.Shipment, b.Shipment) })
	for i := range q.Lines {
		l := &q.Lines[i]
		l.Taxes, l.Adjustments, l.Components = filled(l.Taxes), filled(l.Adjustments), filled(l.Components)
		slices.SortFunc(l.Components, func(a, b bundle.Component) int { return cmp.Compare(a.Variant, b.Variant) })
	}
	for i := range q.Deliveries {
		d := &q.Deliveries[i]
		d.Taxes, d.Adjustments = filled(d.Taxes), filled(d.Adjustments)
	}
	return q
}

// filled gives a copy of a list that is never missing.
func filled[T any](list []T) []T { return append([]T{}, list...) }
