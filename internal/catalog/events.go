package catalog

import "slices"

// Aspect is a part of a product that changes apart from others, so that
// readers of events know whether a change concerns them.
type Aspect string

// The aspects. Price, stock and metafields belong to other rooms, whose facts
// name products all the same.
const (
	AspectContent    Aspect = "content" // texts, handle, vendor, type
	AspectStatus     Aspect = "status"  // state and publication
	AspectTags       Aspect = "tags"
	AspectOptions    Aspect = "options"
	AspectVariants   Aspect = "variants"
	AspectMedia      Aspect = "media"
	AspectCategory   Aspect = "category"
	AspectMarkets    Aspect = "markets"
	AspectAttributes Aspect = "attributes"
	AspectPrice      Aspect = "price"
	AspectStock      Aspect = "stock"
	AspectMetafield  Aspect = "metafield"
)

// allAspects is what a new product changes.
func allAspects() []Aspect {
	return []Aspect{
		AspectContent, AspectStatus, AspectTags, AspectOptions, AspectVariants, AspectMedia, AspectCategory,
		AspectMarkets, AspectAttributes, AspectPrice, AspectStock, AspectMetafield,
	}
}

// ProductCreated says that there is a new product.
type ProductCreated struct {
	Product ProductID `json:"product"`
	Version int64     `json:"version"`
}

// Topic names the fact.
func (ProductCreated) Topic() string { return "product.created" }

// Aggregate says whose fact it is.
func (f ProductCreated) Aggregate() (string, int64) { return "product", int64(f.Product) }

// ProductUpdated says that a product or its variants are different now.
type ProductUpdated struct {
	Product ProductID `json:"product"`
	Version int64     `json:"version"`
	Aspects []Aspect  `json:"aspects"`
}

// Topic names the fact.
func (ProductUpdated) Topic() string { return "product.updated" }

// Aggregate says whose fact it is.
func (f ProductUpdated) Aggregate() (string, int64) { return "product", int64(f.Product) }

// ProductArchived says that a product is sold no more.
type ProductArchived struct {
	Product ProductID `json:"product"`
	Version int64     `json:"version"`
}

// Topic names the fact.
func (ProductArchived) Topic() string { return "product.archived" }

// Aggregate says whose fact it is.
func (f ProductArchived) Aggregate() (string, int64) { return "product", int64(f.Product) }

// CategoryChanged says that a category is new or different. With Subtree its
// descendants are, too: it moved.
type CategoryChanged struct {
	Category CategoryID `json:"category"`
	Version  int64      `json:"version"`
	Subtree  bool       `json:"subtree,omitempty"`
}

// Topic names the fact.
func (CategoryChanged) Topic() string { return "category.changed" }

// Aggregate says whose fact it is.
func (f CategoryChanged) Aggregate() (string, int64) { return "category", int64(f.Category) }

// CollectionChanged says that a collection is new or different. With Rule its
// rule is, so that the members must be found anew.
type CollectionChanged struct {
	Collection CollectionID `json:"collection"`
	Version    int64        `json:"version"`
	Rule       bool         `json:"rule,omitempty"`
}

// Topic names the fact.
func (CollectionChanged) Topic() string { return "collection.changed" }

// Aggregate says whose fact it is.
func (f CollectionChanged) Aggregate() (string, int64) { return "collection", int64(f.Collection) }

// MembershipChanged says which products joined, left or moved within a
// collection.
type MembershipChanged struct {
	Collection CollectionID `json:"collection"`
	Products   []ProductID  `json:"products"`
}

// Topic names the fact.
func (MembershipChanged) Topic() string { return "collection.membership_changed" }

// Aggregate says whose fact it is.
func (f MembershipChanged) Aggregate() (string, int64) { return "collection", int64(f.Collection) }

// AttributeChanged says that an attribute's definition is new, different or
// gone.
type AttributeChanged struct {
	Attribute AttributeID `json:"attribute"`
	Version   int64       `json:"version"`
}

// Topic names the fact.
func (AttributeChanged) Topic() string { return "attribute.changed" }

// Aggregate says whose fact it is.
func (f AttributeChanged) Aggregate() (string, int64) {
	return "attribute_definition", int64(f.Attribute)
}

// FeaturedChanged says that a window holds other products, or others first. A
// zero market or category means none.
type FeaturedChanged struct {
	Market   int64 `json:"market,omitempty"`
	Category int64 `json:"category,omitempty"`
}

// Topic names the fact.
func (FeaturedChanged) Topic() string { return "featured.changed" }

// Aggregate says whose fact it is.
func (f FeaturedChanged) Aggregate() (string, int64) { return "featured", f.Category }

// with adds aspects that are not there yet.
func with(aspects []Aspect, more ...Aspect) []Aspect {
	for _, a := range more {
		if !slices.Contains(aspects, a) {
			aspects = append(aspects, a)
		}
	}
	return aspects
}
