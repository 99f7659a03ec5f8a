// Package answer holds what only the shop schema speaks of: its interfaces and
// unions, whose members are types of rooms that know nothing of GraphQL, and
// carts, checkouts and orders as the schema shows them. What these show is
// loaded; their methods work it out when it is asked.
package answer

import "github.com/souk-commerce/souk/internal/listing"

type (
	// Node is anything that has a global id.
	Node any
	// Hit is what a search can find.
	Hit any
	// Resource is an entry of a sitemap.
	Resource any
	// Problem is an error that can be shown next to a form field.
	Problem any
	// Merchandise is what a line of a cart is about.
	Merchandise any
	// BaseCartLine is a line of a cart, whatever its sort.
	BaseCartLine any
	// DeliveryAddress is a place to send goods to.
	DeliveryAddress any
	// Allocation is what a discount takes off a cart.
	Allocation any
	// Application is a discount on an order.
	Application any
	// PricingValue is what a discount is worth.
	PricingValue any
)

// Word is a value of an enum, as the schema spells it.
type Word string

// Sitemap is what is asked of one kind of content; its fields read it.
type Sitemap struct{ Kind listing.SitemapKind }
