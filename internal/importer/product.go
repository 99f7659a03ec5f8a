// Package importer takes product files into the catalog and writes them out
// again, in the CSV format that merchants already have.
//
// A file is read twice: Open indexes it (which rows belong together, who owns a
// SKU, what a metafield column holds), File.Products then assembles one product
// after the other. Only the compact index stays in memory. Whatever is wrong
// with a row is said of that row and never stops the file; one rejected row
// rejects its whole product, so that a failed row never leaves half of one.
package importer

import (
	"github.com/souk-commerce/souk/internal/kernel/money"
)

// Draft is a product as the file says it, checked and normalized. What the
// file has no column for is left to the shop: see Given.
type Draft struct {
	Handle          string
	Title           string
	DescriptionHTML string
	Vendor          string
	Type            string
	Category        []string // titles from the root down
	Collection      string   // title of a manual collection, "" for none
	Tags            []string
	Status          string // draft, active, archived; "": the file does not say
	Published       *bool  // none: the file does not say
	GiftCard        bool
	SEOTitle        string
	SEODescription  string
	Options         []Option
	Variants        []Variant
	Images          []Image
	Metafields      []Metafield
	Markets         []Inclusion // one for each market column with a value

	Titled bool   // false: the file says nothing of the product itself, only of variants and images
	Given  Fields // columns that the file has
}

// Option is an axis on which variants differ.
type Option struct {
	Name     string
	LinkedTo string // a metafield that the values stand for
}

// The one option, and its one value, of a product without choice.
const (
	DefaultOption = "Title"
	DefaultValue  = "Default Title"
)

// DefaultTracker is what files say of stock that the shop itself counts.
const DefaultTracker = "shopify"

// Variant is one buyable combination of option values.
type Variant struct {
	Record             int      // where the file says it
	Values             []string // one for each option
	SKU                string
	Barcode            string
	Price              *money.Money // none: the file has no price column
	CompareAt          *money.Money
	Cost               *money.Money
	Prices             []MarketPrice
	Grams              int64
	WeightUnit         string // g, kg, lb, oz: the unit to show
	Tracker            string // who counts stock, "" for nobody
	Quantity           *int64 // none: the file does not say
	Backorder          bool
	FulfillmentService string
	RequiresShipping   bool
	Taxable            bool
	TaxCode            string
	ImageURL           string // one of the product's images
	UnitPrice          *UnitMeasure
	Metafields         []Metafield
}

// MarketPrice is the price of a variant in one market's own currency.
type MarketPrice struct {
	Market    string
	Price     money.Money
	CompareAt *money.Money
}

// Inclusion says whether a product is sold in a market.
type Inclusion struct {
	Market   string
	Included bool
}

// UnitMeasure says how much a piece holds and per how much the price is shown.
type UnitMeasure struct {
	Milli         int64 // content of one piece in thousandths of Unit
	Unit          string
	Reference     int
	ReferenceUnit string
}

// Image is a picture that stays where it is; nothing here opens its address.
type Image struct {
	URL string
	Alt string
}

// Metafield is a typed value. Value has the form the shop stores: true/false
// for a boolean, a JSON array of strings for a list, else the text itself.
type Metafield struct {
	Namespace string
	Key       string
	Label     string
	Type      string
	Value     string
}

// MetafieldKey names a metafield of products or of variants.
type MetafieldKey struct {
	Variant   bool
	Namespace string
	Key       string
}

// MarketColumn is a market that files may name in columns.
type MarketColumn struct {
	Name     string
	Currency money.Currency // of its prices; "": it has none of its own
}

// Settings are the facts of the shop that reading a file needs.
type Settings struct {
	Currency money.Currency
	Markets  []MarketColumn
	Types    map[MetafieldKey]string // types that the shop already gives metafields
	OwnMedia string                  // the beginning of addresses of the shop's own pictures; they are always taken
	Limits   Limits
}

// Verdict is what becomes of a row or a product.
type Verdict string

// The verdicts.
const (
	Accept            Verdict = "accept"
	AcceptWithWarning Verdict = "accept_with_warning"
	Reject            Verdict = "reject"
)

// Severity says what an issue does to its row.
type Severity string

// The severities. A note leaves the verdict as it is.
const (
	Note    Severity = "note"
	Warning Severity = "warning"
	Error   Severity = "error"
)

// Issue is one thing to say about a row, or (Record 0) about the file.
type Issue struct {
	Record   int      `json:"record,omitempty"`
	Line     int      `json:"line,omitempty"`
	Handle   string   `json:"handle,omitempty"`
	Column   string   `json:"column,omitempty"`
	Code     string   `json:"code"`
	Reason   string   `json:"reason"`
	Severity Severity `json:"severity"`
}

// Role is what a row does for its product.
type Role string

// The roles.
const (
	RoleVariant Role = "variant" // a variant, and maybe product fields and an image
	RoleProduct Role = "product" // product fields only
	RoleImage   Role = "image"   // an image only
	RoleRepeat  Role = "repeat"  // the same row once more: skipped
	RoleNone    Role = "none"    // belongs to no product
)

// Row is the judgement of one record.
type Row struct {
	Record   int     `json:"record"`
	Line     int     `json:"line"`
	Handle   string  `json:"handle,omitempty"`
	SKU      string  `json:"sku,omitempty"`
	Role     Role    `json:"role"`
	Verdict  Verdict `json:"verdict"`
	OwnFault bool    `json:"own_fault"` // false for a rejected row whose product failed elsewhere
	Issues   []Issue `json:"-"`
}

// Product is what a handle's rows come to.
type Product struct {
	Handle string
	Draft  *Draft // what the rows say; not to be stored unless Accepted
	Rows   []Row

	incomplete []need // what a new product would lack
}

// need is something that only a product which already exists may do without.
type need struct {
	row   int // index in Rows
	issue Issue
}

// Accepted reports whether no row of the product is rejected. A row that was
// only mistaken for one of this product's does not count.
func (p *Product) Accepted() bool { return p.Draft != nil }

// RequireComplete rejects a product that is new to the shop and lacks what a
// new product needs: a title, a variant, its price.
func (p *Product) RequireComplete() {
	for _, n := range p.incomplete {
		p.Fail(p.Rows[n.row].Record, n.issue)
	}
}

// Fail rejects the product because of one record, after the file was judged.
func (p *Product) Fail(record int, issue Issue) {
	issue.Severity = Error
	for i := range p.Rows {
		if r := &p.Rows[i]; r.Record == record {
			issue.Record, issue.Line, issue.Handle = r.Record, r.Line, r.Handle
			r.Issues = append(r.Issues, issue)
			r.Verdict, r.OwnFault = Reject, true
		}
	}
	p.settle()
}

// settle gives each row its verdict and, when one is rejected, takes the
// others and the draft with it.
func (p *Product) settle() {
	culprit := 0
	for i := range p.Rows {
		r := &p.Rows[i]
		if r.Role != RoleNone && r.Verdict == Reject && r.OwnFault && culprit == 0 {
			culprit = r.Record
		}
	}
	if culprit == 0 {
		return
	}
	p.Draft = nil
	for i := range p.Rows {
		if r := &p.Rows[i]; r.Verdict != Reject {
			r.Verdict = Reject
			r.Issues = append(r.Issues, Issue{
				Record: r.Record, Line: r.Line, Handle: r.Handle, Code: "product_rejected", Severity: Error,
				Reason: "record " + itoa(culprit) + " of the same product is rejected, and a failed row must not leave half a product",
			})
		}
	}
}
