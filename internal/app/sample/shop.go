// Package sample is the shop that a new Souk begins with: data and pictures of
// our own, written to be looked at, and to hold each case that a catalog
// knows. The data stands in data/*.yaml; Load reads and checks it. Whoever
// writes it into a database does that through the rooms.
package sample

import (
	"github.com/souk-commerce/souk/internal/app/sample/picture"
	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/kernel/money"
)

// Shop is the whole sample shop. References are handles; all of them lead
// somewhere. HTML is clean already.
type Shop struct {
	Name        string
	Description string
	Email       string
	Currency    money.Currency
	Language    locale.Language
	Country     locale.Country
	Logo        picture.Spec
	De          Texts // "name", "description"

	Markets     []Market
	Locations   []Location
	Trade       Trade
	Attributes  []Attribute
	Categories  []Category // parents before children
	Products    []Product
	Collections []Collection
	Featured    []Window
	Menus       []Menu
	Pages       []Page
	Blogs       []Blog
	Policies    []Policy
	Redirects   []Redirect

	// Words are the German names of options, option values and product types,
	// by their English ones. A word that is missing is the same in German.
	Words map[string]string
}

// Texts are the German texts of a thing, by the field names that room
// translation uses: "title", "description_html", "body_html" …
type Texts map[string]string

// Market is a selling region with its price list.
type Market struct {
	Handle           string            `yaml:"handle"`
	Name             string            `yaml:"name"`
	Currency         money.Currency    `yaml:"currency"`
	PricesIncludeTax bool              `yaml:"pricesIncludeTax"`
	Default          bool              `yaml:"default"`
	Countries        []locale.Country  `yaml:"countries"`
	Languages        []locale.Language `yaml:"languages"`
	// Derive makes prices from the base list; nil: the base list itself serves.
	Derive *Derivation `yaml:"derive"`
}

// Derivation is a factor and a rounding rule: 100 and 95 make x.95.
type Derivation struct {
	FactorPPM   int64 `yaml:"factorPPM"` // this list's minor units per million of the base's
	RoundTo     int   `yaml:"roundTo"`
	RoundEnding int   `yaml:"roundEnding"`
}

// Location is a place that holds stock.
type Location struct {
	Handle   string         `yaml:"handle"`
	Name     string         `yaml:"name"`
	Kind     string         `yaml:"kind"` // warehouse, store
	Country  locale.Country `yaml:"country"`
	Priority int            `yaml:"priority"`
	Default  bool           `yaml:"default"`
}

// Attribute defines a typed attribute.
type Attribute struct {
	Code        string   `yaml:"code"`
	Name        string   `yaml:"name"`
	Type        string   `yaml:"type"` // text, number, boolean, date, choice, measurement, reference
	ProductType string   `yaml:"productType"`
	Unit        string   `yaml:"unit"`
	Choices     []string `yaml:"choices"`
	Facet       bool     `yaml:"facet"`
	De          Texts    `yaml:"de"` // "name"
}

// Category is a node of the tree; siblings stand in file order.
type Category struct {
	Handle      string       `yaml:"handle"`
	Title       string       `yaml:"title"`
	Description string       `yaml:"description"` // plain text
	Parent      string       `yaml:"parent"`      // a handle; empty: a root
	Picture     picture.Spec `yaml:"picture"`     // always there
	De          Texts        `yaml:"de"`          // "title", "description"
}

// SEO is what search engines are told.
type SEO struct {
	Title       string `yaml:"title"`
	Description string `yaml:"description"`
}

// Picture is one picture with the text that stands for it.
type Picture struct {
	Name string `yaml:"name"` // for its file, without extension
	Alt  string `yaml:"alt"`
	Spec picture.Spec
}

// Product is something the shop sells, with every variant written out.
type Product struct {
	Handle          string
	Title           string
	DescriptionHTML string
	Vendor          string
	Type            string
	Categories      []string // handles, the main one first
	Tags            []string
	Status          string // active, draft, archived
	// PublishedDaysAgo counts from the seeding; negative: in the future.
	PublishedDaysAgo int
	Fulfillment      string // warehoused, gift_card
	SEO              SEO
	Options          []Option
	Variants         []Variant           // every combination, in option order
	Attributes       map[string][]string // by code; of a reference, product handles
	Metafields       []Metafield
	Pictures         []Picture
	De               Texts // "title", "description_html", "seo_title", "seo_description"
}

// Option is an axis on which variants differ.
type Option struct {
	Name   string
	Values []OptionValue
}

// OptionValue is one choice.
type OptionValue struct {
	Name   string
	Swatch string // "#rrggbb", or empty
}

// Variant is one buyable combination.
type Variant struct {
	Values      []string // option values, in option order
	SKU         string
	Barcode     string
	Price       money.Money            // in the shop's currency
	CompareAt   *money.Money           // above Price
	Cost        *money.Money           // what staff know it costs
	Fixed       map[string]money.Money // prices by market handle that are not derived
	WeightGrams int64
	Unit        *Unit
	Origin      locale.Country
	HSCode      string
	Shipped     bool             // needs shipping
	Tracked     bool             // stock is counted
	Backorder   bool             // sells on when stock is used up
	Stock       map[string]int64 // on hand, by location handle
	Picture     int              // index into the product's Pictures
}

// Unit lets a price be shown per unit.
type Unit struct {
	QuantityMilli int64  // content of one piece, in thousandths
	Quantity      string // its unit: g, ml
	Reference     int    // the price is shown per so many
	ReferenceUnit string // of these
}

// Metafield is one typed value.
type Metafield struct {
	Namespace string `yaml:"namespace"`
	Key       string `yaml:"key"`
	Type      string `yaml:"type"`
	Value     string `yaml:"value"`
	Staff     bool   `yaml:"staff"` // not for storefronts
}

// Collection is a set of products: with a rule, or chosen by hand.
type Collection struct {
	Handle      string        `yaml:"handle"`
	Title       string        `yaml:"title"`
	Description string        `yaml:"description"` // HTML once loaded
	Order       string        `yaml:"order"`       // empty: manual
	Rule        *Rule         `yaml:"rule"`
	Products    []string      `yaml:"products"` // handles, of a manual one
	Picture     *picture.Spec `yaml:"picture"`
	SEO         SEO           `yaml:"seo"`
	De          Texts         `yaml:"de"` // "title", "description_html"
}

// Rule chooses members, in the words of room catalog.
type Rule struct {
	Match      string      `yaml:"match"`
	Conditions []Condition `yaml:"conditions"`
}

// Condition is one part of a rule. Of the field category, the value is a
// category's handle.
type Condition struct {
	Field     string `yaml:"field"`
	Relation  string `yaml:"relation"`
	Value     string `yaml:"value"`
	Namespace string `yaml:"namespace"`
	Key       string `yaml:"key"`
}

// Window is where featured products stand.
type Window struct {
	Market   string   `yaml:"market"`   // a handle, or empty
	Category string   `yaml:"category"` // a handle, or empty
	Products []string `yaml:"products"`
}

// Menu is a navigation tree.
type Menu struct {
	Handle string     `yaml:"handle"`
	Title  string     `yaml:"title"`
	Items  []MenuItem `yaml:"items"`
}

// MenuItem is one link. Target is the handle of what a pointing type points
// at; of an article "blog/article", of a policy its kind.
type MenuItem struct {
	Title  string     `yaml:"title"`
	Type   string     `yaml:"type"` // in the words of room content
	Target string     `yaml:"target"`
	URL    string     `yaml:"url"`
	Tags   []string   `yaml:"tags"`
	Items  []MenuItem `yaml:"items"`
	De     Texts      `yaml:"de"` // "title"
}

// Page is free content.
type Page struct {
	Handle string `yaml:"handle"`
	Title  string `yaml:"title"`
	Body   string `yaml:"body"` // HTML once loaded
	SEO    SEO    `yaml:"seo"`
	De     Texts  `yaml:"de"` // "title", "body_html"
}

// Blog is a series of articles.
type Blog struct {
	Handle   string    `yaml:"handle"`
	Title    string    `yaml:"title"`
	SEO      SEO       `yaml:"seo"`
	Articles []Article `yaml:"articles"`
	De       Texts     `yaml:"de"` // "title"
}

// Article is one entry of a blog.
type Article struct {
	Handle           string       `yaml:"handle"`
	Title            string       `yaml:"title"`
	Author           string       `yaml:"author"`
	Excerpt          string       `yaml:"excerpt"` // plain text
	Body             string       `yaml:"body"`    // HTML once loaded
	PublishedDaysAgo int          `yaml:"daysAgo"`
	Picture          picture.Spec `yaml:"picture"`
	SEO              SEO          `yaml:"seo"`
	De               Texts        `yaml:"de"` // "title", "excerpt", "body_html"
}

// Policy is one of the shop's legal texts.
type Policy struct {
	Kind  string `yaml:"kind"` // privacy, refund, shipping, terms, subscription
	Title string `yaml:"title"`
	Body  string `yaml:"body"` // HTML once loaded
	De    Texts  `yaml:"de"`   // "title", "body_html"
}

// Redirect leads an old path to a new one.
type Redirect struct {
	Path   string `yaml:"path"`
	Target string `yaml:"target"`
}
