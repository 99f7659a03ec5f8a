// Package track keeps what visitors do in the shop: views, searches, hits that
// they saw and clicked, additions to the cart, checkout steps, purchases. It is written off the
// request's path, in batches, and only ever added to. Reports read it; nothing
// else may depend on it, since events are dropped rather than held up for.
package track

import (
	"encoding/json"
	"time"
)

// Kind is what a visitor did. The set is closed.
type Kind string

// The kinds.
const (
	ViewProduct    Kind = "view_product"
	ViewCategory   Kind = "view_category"
	ViewCollection Kind = "view_collection"
	ViewPage       Kind = "view_page"
	Search         Kind = "search"
	Impression     Kind = "impression" // hits or products of a list came into sight
	Click          Kind = "click"
	AddToCart      Kind = "add_to_cart"
	RemoveFromCart Kind = "remove_from_cart"
	CheckoutStep   Kind = "checkout_step"
	Purchase       Kind = "purchase"
)

// reserved reports whether only the server knows that such a thing happened,
// and known whether there is such a kind.
func (k Kind) reserved() (reserved, known bool) {
	switch k {
	case ViewProduct, ViewCategory, ViewCollection, ViewPage, Search, Impression, Click, AddToCart, RemoveFromCart:
		return false, true
	case CheckoutStep, Purchase:
		return true, true
	}
	return false, false
}

// Event is one thing that a visitor did.
type Event struct {
	Kind       Kind
	OccurredAt time.Time       // zero means now; brought into the last 24 hours
	Payload    json.RawMessage // a JSON object of ids, positions and search words; no personal data
}

// The limits of one call.
const (
	MostEvents  = 50
	MostPayload = 4 << 10
	oldest      = 24 * time.Hour
)
