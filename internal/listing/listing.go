// Package listing answers the hot reads of the catalog: product page, product
// lists with facets, collections, categories and search. It owns no table and
// writes nothing; it is the one room whose SQL reads other rooms' tables, so
// that a whole answer costs one round trip to the database.
//
// What it gives are plain structs with everything loaded that was asked for: a
// Need says what that is. Methods with arguments choose from what is loaded.
package listing

import (
	"time"

	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/kernel/money"
	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/media"
	"github.com/souk-commerce/souk/internal/metafield"
)

type (
	// ProductID is the catalog's, like the others the identity that the room
	// which owns the thing gives it.
	ProductID = catalog.ProductID
	// OptionID is an option's identity.
	OptionID = catalog.OptionID
	// OptionValueID is an option value's identity.
	OptionValueID = catalog.OptionValueID
	// VariantID is a variant's identity.
	VariantID = catalog.VariantID
	// CollectionID is a collection's identity.
	CollectionID = catalog.CollectionID
	// CategoryID is a category's identity.
	CategoryID = catalog.CategoryID
	// MediaID is the identity of a picture or a video.
	MediaID = media.ID
	// MetafieldID is a metafield's identity.
	MetafieldID = metafield.ID
)

// MaxPage is the largest page of a list.
const MaxPage = 250

// Context is the buyer's situation that a read is answered for.
type Context struct {
	Market           int64
	PriceList        int64
	Currency         money.Currency // of the price list
	PricesIncludeTax bool
	Country          locale.Country
	Language         locale.Language
	// Translations are the languages to look for texts in, best first; none when
	// the buyer reads the language the catalog is written in.
	Translations []locale.Language
	// StoreURL is the absolute address of the storefront, or empty.
	StoreURL string
	Now      time.Time
	// Spend charges rows to the request's budget; nil spends nothing.
	Spend func(rows int) error
}

func (c Context) money(minor int64) money.Money { return money.New(minor, c.Currency) }

// Ref names one thing by its id or its handle; the id goes first.
type Ref struct {
	ID     int64
	Handle string
}

// Field is a part of a product that is loaded only when it is needed.
type Field uint32

// The parts.
const (
	FieldDescription Field = 1 << iota
	FieldTags
	FieldOptions
	FieldSwatches      // pictures of option values
	FieldAvailable     // whether a variant can be bought, without loading variants
	FieldInventory     // pieces over all variants
	FieldVariantCount  // number of variants
	FieldVariantImages // pictures of variants
	FieldCategories
	FieldCategoryTree   // relatives of the categories
	FieldCategoryCounts // products in and below the categories
	FieldCollections
	FieldFeaturedImage
)

// All asks for every row of a part, up to what a product may have.
const All = -1

// Need says what of a product is loaded besides the columns that every card
// shows. The zero Need loads only those.
type Need struct {
	Fields            Field
	Variants          int // that many in the merchant's order, or All
	Images            int // pictures only
	Media             int // the whole gallery
	Metafields        []MetafieldKey
	VariantMetafields []MetafieldKey
	// CollectionMetafields are those of the collections it belongs to.
	CollectionMetafields []MetafieldKey
}

// Has reports whether the part is needed.
func (n Need) Has(f Field) bool { return n.Fields&f != 0 }

// Merge gives what serves both needs.
func (n Need) Merge(o Need) Need {
	n.Fields |= o.Fields
	n.Variants = more(n.Variants, o.Variants)
	n.Images = more(n.Images, o.Images)
	n.Media = more(n.Media, o.Media)
	n.Metafields = append(n.Metafields, o.Metafields...)
	n.VariantMetafields = append(n.VariantMetafields, o.VariantMetafields...)
	n.CollectionMetafields = append(n.CollectionMetafields, o.CollectionMetafields...)
	return n
}

func more(a, b int) int {
	if a == All || b == All {
		return All
	}
	return max(a, b)
}

// List asks for a list of products.
type List struct {
	Query   string
	Filters []Filter
	Sort    Sort
	Page    page.Args
	Total   bool // count the whole list
	Facets  bool // count the choices that narrow it
	Tree    bool // load the categories among the facets with their relatives
	Need    Need
}

// Sort is what a list is ordered by.
type Sort string

// The orders. Each is ascending, and ends with the id.
const (
	ByID          Sort = "id"
	ByDefault     Sort = "default" // a collection's own order
	ByManual      Sort = "manual"  // by hand
	ByRelevance   Sort = "relevance"
	ByBestSelling Sort = "best_selling"
	ByCreated     Sort = "created"
	ByUpdated     Sort = "updated"
	ByPrice       Sort = "price"
	ByTitle       Sort = "title"
	ByType        Sort = "type"
	ByVendor      Sort = "vendor"
)

// ErrTooMany refuses a list of ids that is longer than a page.
var ErrTooMany = fault.Newf(fault.Invalid, "limit_exceeded", "At most %d at once.", MaxPage)

// SEO is title and summary for search engines; nil where the merchant wrote
// none.
type SEO struct {
	Title       *string
	Description *string
}

func newSEO(title, description string) SEO {
	return SEO{Title: filled(title), Description: filled(description)}
}

func filled(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
