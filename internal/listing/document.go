package listing

import (
	"time"

	"github.com/souk-commerce/souk/internal/kernel/locale"
)

// Document is everything about one product that a search looks at, whoever may
// see it: which buyers do is in it, too. Only active products have one. It is always read whole. Names and
// texts are in the shop's language; Texts holds translations.
type Document struct {
	ID          ProductID
	Handle      string
	Title       string
	Vendor      string
	Type        string
	Description string // plain text
	Tags        []string
	PublishedAt *time.Time // nil: never
	CreatedAt   time.Time
	UpdatedAt   time.Time
	Excluded    []int64 // markets that it is kept out of
	Categories  []DocumentCategory
	Collections []DocumentCollection
	Options     []DocumentOption
	Variants    []DocumentVariant // in the merchant's order
	Attributes  []DocumentAttribute
	Metafields  []DocumentMetafield // public ones, of the product and of its variants
	Prices      []DocumentPrices    // one for each price list that has it
	// Popularity and Trend are in millionths of the most wanted product's.
	Popularity int64
	Trend      int64
	// Rating is the average of reviews in thousandths of a star; nil without reviews.
	Rating  *int64
	Reviews int64
	Texts   map[locale.Language]map[DocumentText]string
}

// DocumentText names a text of a document that may be translated.
type DocumentText struct {
	Kind  string // "product", "product_option", "product_option_value", "category", "collection", "attribute_definition"
	Owner int64
	Field string // "title", "name", "description_html" as plain text …
}

// DocumentCategory is a category that the product is in, itself or below it.
type DocumentCategory struct {
	ID       CategoryID
	Parent   CategoryID // 0 at the top
	Handle   string
	Title    string
	Depth    int
	Position int
	Direct   bool // the product itself is in it, not only in one below
	Main     bool
}

// DocumentCollection is a collection that the product belongs to.
type DocumentCollection struct {
	ID       CollectionID
	Handle   string
	Title    string
	Position int64
	Sort     string // the collection's own order: "manual", "best_selling", "title_asc", "title_desc", "price_asc", "price_desc", "created_asc", "created_desc"
}

// DocumentOption is an option with its values. The one that stands for having
// none, "Title", is left out.
type DocumentOption struct {
	ID     OptionID
	Name   string
	Values []DocumentValue
}

// DocumentValue is a value of an option.
type DocumentValue struct {
	ID    OptionValueID
	Name  string
	Color string // "#rrggbb" or empty
}

// DocumentVariant is one thing that can be bought.
type DocumentVariant struct {
	ID      VariantID
	Title   string
	SKU     string
	Barcode string
	Values  []OptionValueID
	// Sold lists the markets in which it can be bought now, by stock and policy.
	Sold []int64
	// Amounts are its prices for one piece by price list, in minor units.
	Amounts map[int64]int64
	// Margin is (price − cost) ÷ price in the base list, in millionths; nil where
	// the cost is not known.
	Margin *int64
}

// DocumentPrices is what a product costs in one price list, in minor units.
type DocumentPrices struct {
	List     int64
	Min, Max int64
	OnSale   bool
}

// DocumentAttribute is a typed attribute with one value. Exactly one of Text,
// NumberMilli, Bool and Date is set.
type DocumentAttribute struct {
	Definition  int64
	Code        string
	Name        string
	Type        string // "text", "number", "boolean", "date", "choice", "measurement"
	Unit        string
	Facet       bool
	Text        *string
	NumberMilli *int64
	Bool        *bool
	Date        *time.Time
}

// DocumentMetafield is a metafield of the product or, with Variant, of a variant.
type DocumentMetafield struct {
	Variant   VariantID // 0: the product's
	Namespace string
	Key       string
	Type      string
	Value     string
}

// In gives a text in a language, or else as it stands in the shop's.
func (d *Document) In(languages []locale.Language, text DocumentText, otherwise string) string {
	for _, l := range languages {
		if t := d.Texts[l][text]; t != "" {
			return t
		}
	}
	return otherwise
}
