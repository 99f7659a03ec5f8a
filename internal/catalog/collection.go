package catalog

import (
	"time"

	"github.com/souk-commerce/souk/internal/media"
)

// CollectionID is a collection's identity.
type CollectionID int64

// CollectionKind says who chooses the members.
type CollectionKind string

// The kinds.
const (
	Manual CollectionKind = "manual" // staff
	ByRule CollectionKind = "rule"   // the collection's rule
)

// CollectionOrder is the order in which storefronts show the members.
type CollectionOrder string

// The orders.
const (
	OrderManual      CollectionOrder = "manual"
	OrderBestSelling CollectionOrder = "best_selling"
	OrderTitleAsc    CollectionOrder = "title_asc"
	OrderTitleDesc   CollectionOrder = "title_desc"
	OrderPriceAsc    CollectionOrder = "price_asc"
	OrderPriceDesc   CollectionOrder = "price_desc"
	OrderCreatedDesc CollectionOrder = "created_desc"
	OrderCreatedAsc  CollectionOrder = "created_asc"
)

// Valid reports whether o is one of the orders.
func (o CollectionOrder) Valid() bool {
	switch o {
	case OrderManual, OrderBestSelling, OrderTitleAsc, OrderTitleDesc,
		OrderPriceAsc, OrderPriceDesc, OrderCreatedDesc, OrderCreatedAsc:
		return true
	}
	return false
}

// Collection is a set of products: chosen by hand, or by a rule.
type Collection struct {
	ID              CollectionID
	Handle          string
	Title           string
	DescriptionHTML string
	Kind            CollectionKind
	Rule            *Rule // of a collection by rule
	Order           CollectionOrder
	MediaID         *media.ID
	SEO             SEO
	PublishedAt     *time.Time // visible from then on
	ArchivedAt      *time.Time
	Version         int64
	CreatedAt       time.Time
	UpdatedAt       time.Time
}

// NewCollection is a collection to make; with a rule it is one by rule, else a
// manual one that begins with the products.
type NewCollection struct {
	Handle          string // empty: made of the title
	Title           string
	DescriptionHTML string
	Rule            *Rule
	Order           CollectionOrder // empty: manual
	MediaID         *media.ID
	SEO             SEO
	PublishedAt     *time.Time // empty: when it is created
	Products        []ProductID
}

// CollectionChange changes what is not nil; a zero media id takes the picture
// away, a zero time hides the collection. A rule replaces the rule; a manual
// collection stays manual.
type CollectionChange struct {
	Handle          *string // the old one keeps leading here
	Title           *string
	DescriptionHTML *string
	Rule            *Rule
	Order           *CollectionOrder
	MediaID         *media.ID
	SEO             *SEO
	PublishedAt     *time.Time
}

// Placement moves a member of a manual collection to a place, counted from 0
// among the members as they stand at that moment.
type Placement struct {
	Product ProductID
	To      int
}

// CollectionFilter narrows a list; zero fields do not.
type CollectionFilter struct {
	Kind         CollectionKind
	Product      ProductID // only those it is a member of
	Text         string    // part of the title or the handle
	Archived     bool      // archived ones too
	UpdatedSince time.Time
}

// CollectionSort names an order of collections.
type CollectionSort string

// The orders. The zero value is by title.
const (
	CollectionsByTitle    CollectionSort = "title"
	CollectionsByUpdate   CollectionSort = "updated_at"
	CollectionsByCreation CollectionSort = "created_at"
)
