package listing

import (
	"time"

	"github.com/souk-commerce/souk/internal/kernel/page"
)

// Collection is a set of products, picked by hand or by a rule.
type Collection struct {
	ID              CollectionID
	Handle          string
	Title           string
	DescriptionHTML string
	SEO             SEO
	Image           *Image
	UpdatedAt       time.Time
	URL             *string // of its page on the storefront

	metafields []*Metafield
}

// Description gives the description as plain text, cut to so many characters.
func (c *Collection) Description(truncateAt *int) string {
	return plain(c.DescriptionHTML, truncateAt)
}

// Metafields gives metafields in the order asked for, nil where there is none.
func (c *Collection) Metafields(identifiers []MetafieldKey) []*Metafield {
	return pick(c.metafields, identifiers)
}

// CollectionNeed says what of a collection is loaded.
type CollectionNeed struct {
	Image      bool
	Metafields []MetafieldKey
}

// CollectionList asks for a list of collections.
type CollectionList struct {
	Query string
	Sort  Sort // ByID, ByTitle, ByUpdated or ByRelevance
	Page  page.Args
	Total bool
	Need  CollectionNeed
}

// Products is one page of a list of products with its facets.
type Products struct {
	Connection[*Product]
	Facets *Facets // nil when not asked for
}
