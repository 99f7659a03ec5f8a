package listing

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/souk-commerce/souk/internal/kernel/gid"
	"github.com/souk-commerce/souk/internal/kernel/money"
)

// Facets are the choices that narrow a list, each with the number of products
// that it leaves while the choices on other facets are kept. A choice does not
// lower the numbers of its siblings.
type Facets struct {
	Price      *Range // of the hits, whatever price was chosen; nil without hits
	Ratings    []RatingCount
	Vendors    []VendorCount
	Categories []*CategoryCount // the tops of the tree

	available  []*Count
	types      []*Count
	tags       []*Count
	options    []*Count
	attributes []*Count
	metafields []*Count
	categories []*Count
	prices     []PriceStep
	hits       int // whatever price was chosen
	currency   money.Currency
	guide      *FacetGuide // nil: everything is shown
}

// Count is one choice on a facet, as it was counted.
type Count struct {
	Kind    FacetKind
	Name    string // of the option, the attribute or the metafield, as in a [FacetChoice]
	Heading string // the same as people write it
	Title   string // the heading in the buyer's language; empty where there is none
	Value   string // as it is sent back
	Label   string
	Shown   string // the label in the buyer's language; empty where there is none
	Color   string
	ID      int64 // of the category, and of the one above it
	Parent  int64
	N       int
}

// RatingCount is how many hits have so good a rating or a better one.
type RatingCount struct {
	AtLeast int // stars
	Count   int
}

// PriceStep is a range of prices with the number of hits that have one in it,
// in minor units.
type PriceStep struct {
	Span
	Count int
}

// Counted is everything that was counted of a list.
type Counted struct {
	Counts []*Count // categories from the top of the tree down, in the merchant's order
	// Hits are those whatever price was chosen; Prices is what they cost.
	Hits    int
	Prices  Span
	Steps   []PriceStep
	Ratings []RatingCount
	Guide   *FacetGuide
	Tree    map[CategoryID]*Category // categories to name with their relatives
}

// NewFacets makes facets of what was counted.
func NewFacets(at Context, in Counted) *Facets {
	f := newFacets(at)
	f.prices, f.Ratings, f.guide = in.Steps, in.Ratings, in.Guide
	f.add(&Count{Kind: OfPrice, N: in.Hits}, Range{Min: at.money(in.Prices.From), Max: at.money(in.Prices.To)})
	for _, c := range in.Counts {
		f.add(c, Range{})
	}
	f.sortVendors()
	f.tree(in.Tree)
	return f
}

func newFacets(at Context) *Facets {
	return &Facets{currency: at.Currency, Vendors: []VendorCount{}, Categories: []*CategoryCount{}}
}

// VendorCount is a vendor with its number of hits.
type VendorCount struct {
	Name  string
	Count int
}

// CategoryCount is a category with the number of hits in it or below it.
type CategoryCount struct {
	Category *Category
	Count    int
	Children []*CategoryCount
}

// FacetType says what kind of control a facet is.
type FacetType string

// The kinds of controls.
const (
	FacetList   FacetType = "list"
	FacetRange  FacetType = "price_range"
	FacetSwitch FacetType = "boolean"
)

// Presentation says how the choices of a facet are best shown.
type Presentation string

// The presentations.
const (
	AsText   Presentation = "text"
	AsSwatch Presentation = "swatch"
	AsImage  Presentation = "image"
)

// Facet is one heading with its choices.
type Facet struct {
	ID           string
	Label        string
	Type         FacetType
	Presentation *Presentation
	Values       []FacetValue
}

// FacetValue is one choice.
type FacetValue struct {
	ID    string
	Label string
	Count int
	Input string  // JSON of the Filter that takes this choice
	Color *string // "#rrggbb"
}

// maxValues bounds the choices of one facet.
const maxValues = 100

// Filters gives the facets as headings with choices.
func (f *Facets) Filters() []Facet {
	out := []Facet{}
	for _, h := range f.headings() {
		if facet, shown := f.guide.show(h); shown {
			out = append(out, facet)
		}
	}
	f.guide.sort(out)
	return out
}

// heading is a facet with all its choices.
type heading struct {
	Facet
	kind   FacetKind
	name   string
	counts []*Count
	input  func(*Count) string // JSON
	single bool                // there is one price
}

// headings gives the facets that have a choice. Inputs are written by hand, as
// there are many: each is what encoding/json makes of its Filter.
func (f *Facets) headings() []heading {
	var out []heading
	add := func(id, label string, counts []*Count, input func(*Count) string) {
		if len(counts) > 0 {
			out = append(out, heading{Facet: Facet{ID: id, Label: label, Type: FacetList}, kind: counts[0].Kind, name: counts[0].Name, counts: counts, input: input})
		}
	}
	label := func(field string) func(*Count) string {
		return func(c *Count) string { return `{"` + field + `":` + quoted(c.Label) + `}` }
	}
	add("filter.v.availability", "Availability", f.available, func(c *Count) string {
		return `{"available":` + strconv.FormatBool(c.Value == "1") + `}`
	})
	if f.Price != nil {
		out = append(out, f.priceHeading())
	}
	add("filter.p.category", "Category", f.categories, func(c *Count) string { return `{"category":{"id":` + quoted(gid.Format("Category", c.ID)) + `}}` })
	add("filter.p.product_type", "Product type", f.types, label("productType"))
	add("filter.p.vendor", "Brand", f.vendorCounts(), label("productVendor"))
	for _, group := range byName(f.options) {
		add("filter.v.option."+slug(group[0].Name), cmp.Or(group[0].Title, group[0].Heading), group, func(c *Count) string {
			return `{"variantOption":{"name":` + quoted(c.Heading) + `,"value":` + quoted(c.Label) + `}}`
		})
	}
	for _, group := range byName(f.attributes) {
		add("filter.p.attribute."+group[0].Name, cmp.Or(group[0].Title, group[0].Heading), group, func(c *Count) string {
			return `{"attributes":[{"code":` + quoted(c.Name) + `,"values":[` + quoted(c.Value) + `]}]}`
		})
	}
	for _, group := range byName(f.metafields) {
		add(MetafieldFacet(group[0].Kind, group[0].Name), group[0].Heading, group, metafieldInput)
	}
	add("filter.p.rating", "Rating", f.ratingCounts(), func(c *Count) string { return `{"minRating":` + c.Value + `}` })
	add("filter.p.tag", "Tag", f.tags, label("tag"))
	return out
}

func (f *Facets) vendorCounts() []*Count {
	counts := make([]*Count, len(f.Vendors))
	for i, v := range f.Vendors {
		counts[i] = &Count{Kind: OfVendor, Value: v.Name, Label: v.Name, N: v.Count}
	}
	return counts
}

func (f *Facets) ratingCounts() []*Count {
	var counts []*Count
	for _, r := range f.Ratings {
		if r.Count > 0 {
			stars := strconv.Itoa(r.AtLeast)
			counts = append(counts, &Count{Kind: OfRating, ID: int64(r.AtLeast), Value: stars, Label: stars + "+", N: r.Count})
		}
	}
	return counts
}

// PriceFacet is the id of the facet of prices.
const PriceFacet = "filter.v.price"

// MetafieldFacet gives the id of the facet of a metafield, by its [MetafieldName].
func MetafieldFacet(kind FacetKind, name string) string {
	of := "filter.p.m."
	if kind == OfVariantMetafield {
		of = "filter.v.m."
	}
	return of + strings.Replace(name, "\x1f", ".", 1)
}

func metafieldInput(c *Count) string {
	namespace, key, _ := strings.Cut(c.Name, "\x1f")
	field := "productMetafield"
	if c.Kind == OfVariantMetafield {
		field = "variantMetafield"
	}
	return `{"` + field + `":{"namespace":` + quoted(namespace) + `,"key":` + quoted(key) + `,"value":` + quoted(c.Value) + `}}`
}

// value gives a choice of the facet.
func (h heading) value(c *Count) FacetValue {
	return FacetValue{ID: h.ID + "." + slug(c.Value), Label: cmp.Or(c.Shown, c.Label), Count: c.N, Input: h.input(c), Color: filled(c.Color)}
}

// priceHeading is the facet of prices: one range, or steps where there are some.
func (f *Facets) priceHeading() heading {
	h := heading{Facet: Facet{ID: PriceFacet, Label: "Price", Type: FacetRange}, kind: OfPrice, single: f.Price.Min == f.Price.Max}
	for _, step := range f.prices {
		value := f.priceValue(step.Span, step.Count)
		value.ID += "." + value.Label
		h.Values = append(h.Values, value)
	}
	if len(f.prices) == 0 {
		value := f.priceValue(Span{From: f.Price.Min.Minor, To: f.Price.Max.Minor}, f.hits)
		value.Label = "Price"
		h.Values = []FacetValue{value}
	} else {
		h.Type = FacetList
	}
	return h
}

// PriceBucket is a range of prices, both ends included, with its number of hits.
type PriceBucket struct {
	Min, Max money.Money
	Count    int
	Input    string // JSON of the Filter that takes this range
}

// PriceRanges gives the steps of prices; none where no setting asks for steps.
func (f *Facets) PriceRanges() []PriceBucket {
	buckets := []PriceBucket{}
	for _, step := range f.prices {
		buckets = append(buckets, PriceBucket{Min: money.New(step.From, f.currency), Max: money.New(step.To, f.currency), Count: step.Count,
			Input: f.priceValue(step.Span, step.Count).Input})
	}
	return buckets
}

func (f *Facets) priceValue(s Span, n int) FacetValue {
	low, high := money.New(s.From, f.currency).Decimal(), money.New(s.To, f.currency).Decimal()
	return FacetValue{ID: PriceFacet, Label: low + "–" + high, Count: n, Input: `{"price":{"min":` + low + `,"max":` + high + `}}`}
}

// quoted gives a text as JSON.
func quoted(text string) string {
	raw, err := json.Marshal(text)
	if err != nil {
		panic("listing: a text does not marshal: " + err.Error())
	}
	return string(raw)
}

// byName splits counts into one group for each name, in the order of headings.
func byName(counts []*Count) [][]*Count {
	groups := map[[2]string][]*Count{} // the metafield of products may be named like that of variants
	for _, c := range counts {
		at := [2]string{string(c.Kind), c.Name}
		groups[at] = append(groups[at], c)
	}
	out := make([][]*Count, 0, len(groups))
	for _, g := range groups {
		heading := slices.MinFunc(g, func(a, b *Count) int { return cmp.Compare(a.Heading, b.Heading) }).Heading
		title := slices.MaxFunc(g, func(a, b *Count) int { return cmp.Compare(a.Title, b.Title) }).Title
		for i := range g {
			g[i].Heading, g[i].Title = heading, title
		}
		out = append(out, g)
	}
	slices.SortFunc(out, func(a, b []*Count) int {
		return cmp.Or(cmp.Compare(a[0].Heading, b[0].Heading), cmp.Compare(a[0].Name, b[0].Name))
	})
	return out
}

// slug makes a part of an id of any text.
func slug(text string) string {
	return strings.ToLower(strings.Join(strings.Fields(text), "-"))
}

// tree makes the category tree of the counts. Categories that are known are
// taken as they are, with their relatives and in the buyer's language.
func (f *Facets) tree(known map[CategoryID]*Category) {
	nodes := map[int64]*CategoryCount{}
	for i := range f.categories {
		c := f.categories[i]
		category := known[CategoryID(c.ID)]
		if category == nil {
			category = &Category{ID: CategoryID(c.ID), Handle: c.Name, Title: cmp.Or(c.Shown, c.Label), Children: []*Category{}}
			if above := nodes[c.Parent]; above != nil { // they come from the top down
				category.Parent = above.Category
			}
		}
		c.Value, c.Label, c.Shown = c.Name, category.Title, ""
		nodes[c.ID] = &CategoryCount{Count: c.N, Children: []*CategoryCount{}, Category: category}
	}
	f.Categories = []*CategoryCount{}
	for _, c := range f.categories {
		if above := nodes[c.Parent]; above != nil {
			above.Children = append(above.Children, nodes[c.ID])
		} else {
			f.Categories = append(f.Categories, nodes[c.ID])
		}
	}
}

// NoFacets are those of a list without products.
func NoFacets() *Facets {
	return &Facets{Vendors: []VendorCount{}, Categories: []*CategoryCount{}}
}
