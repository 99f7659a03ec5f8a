// Package answer holds what only the shop schema speaks of: its interfaces and
// unions, whose members are types of rooms that know nothing of GraphQL.
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
)

// Sitemap is what is asked of one kind of content; its fields read it.
type Sitemap struct{ Kind listing.SitemapKind }
