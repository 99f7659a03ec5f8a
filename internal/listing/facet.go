package listing

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"github.com/souk-commerce/souk/internal/kernel/gid"
	"github.com/souk-commerce/souk/internal/kernel/money"
)

// Facets are the choices that narrow a list, each with the number of products
// that it leaves while the choices on other facets are kept. A choice does not
// lower the numbers of its siblings.
type Facets struct {
	Price      *Range // of the hits, whatever price was chosen; nil without hits
	Vendors    []VendorCount
	Categories []*CategoryCount // the tops of the tree

	available  []count
	types      []count
	tags       []count
	options    []count
	attributes []count
	categories []count
	hits       int
	currency   money.Currency
}

// count is one choice as the database counts it.
type count struct {
	name    string // of the option or the attribute, small letters or code
	heading string // the same as people write it
	title   string // the heading in the buyer's language; empty where there is none
	value   string // as it is sent back
	label   string
	shown   string // the label in the buyer's language; empty where there is none
	color   string
	parent  int64
	id      int64
	n       int
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
	add := func(id, label string, counts []count, input func(count) Filter) {
		if len(counts) == 0 {
			return
		}
		out = append(out, facet(id, label, counts, input))
	}
	add("filter.v.availability", "Availability", f.available, func(c count) Filter {
		yes := c.value == "1"
		return Filter{Available: &yes}
	})
	if f.Price != nil {
		out = append(out, f.priceFacet())
	}
	add("filter.p.category", "Category", f.categories, func(c count) Filter { return Filter{Category: &CategoryFilter{ID: gid.Format("Category", c.id)}} })
	add("filter.p.product_type", "Product type", f.types, func(c count) Filter { return Filter{ProductType: &c.label} })
	add("filter.p.vendor", "Brand", f.vendorCounts(), func(c count) Filter { return Filter{ProductVendor: &c.label} })
	for _, group := range byName(f.options) {
		add("filter.v.option."+slug(group[0].name), cmp.Or(group[0].title, group[0].heading), group, func(c count) Filter {
			return Filter{VariantOption: &OptionFilter{Name: c.heading, Value: c.label}}
		})
	}
	for _, group := range byName(f.attributes) {
		add("filter.p.attribute."+group[0].name, cmp.Or(group[0].title, group[0].heading), group, func(c count) Filter {
			return Filter{Attributes: []AttributeFilter{{Code: c.name, Values: []string{c.value}}}}
		})
	}
	add("filter.p.tag", "Tag", f.tags, func(c count) Filter { return Filter{Tag: &c.label} })
	return out
}

func (f *Facets) vendorCounts() []count {
	counts := make([]count, len(f.Vendors))
	for i, v := range f.Vendors {
		counts[i] = count{value: v.Name, label: v.Name, n: v.Count}
	}
	return counts
}

func facet(id, label string, counts []count, input func(count) Filter) Facet {
	shown := AsText
	counts = slices.Clone(counts)
	slices.SortStableFunc(counts, func(a, b count) int { return cmp.Or(cmp.Compare(b.n, a.n), cmp.Compare(a.label, b.label)) })
	values := make([]FacetValue, 0, min(len(counts), maxValues))
	for _, c := range counts[:min(len(counts), maxValues)] {
		if c.color != "" {
			shown = AsSwatch
		}
		values = append(values, FacetValue{
			ID: id + "." + slug(c.value), Label: cmp.Or(c.shown, c.label), Count: c.n, Input: marshal(input(c)), Color: filled(c.color),
		})
	}
	return Facet{ID: id, Label: label, Type: FacetList, Presentation: &shown, Values: values}
}

func (f *Facets) priceFacet() Facet {
	span := json.RawMessage(`{"price":{"min":` + f.Price.Min.Decimal() + `,"max":` + f.Price.Max.Decimal() + `}}`)
	return Facet{ID: "filter.v.price", Label: "Price", Type: FacetRange, Values: []FacetValue{{
		ID: "filter.v.price", Label: "Price", Count: f.hits, Input: string(span),
	}}}
}

func marshal(f Filter) string {
	raw, err := json.Marshal(f)
	if err != nil {
		panic("listing: a filter does not marshal: " + err.Error())
	}
	return string(raw)
}

// byName splits counts into one group for each name, in the order of headings.
func byName(counts []count) [][]count {
	groups := map[string][]count{}
	for _, c := range counts {
		groups[c.name] = append(groups[c.name], c)
	}
	out := make([][]count, 0, len(groups))
	for _, g := range groups {
		heading := slices.MinFunc(g, func(a, b count) int { return cmp.Compare(a.heading, b.heading) }).heading
		title := slices.MaxFunc(g, func(a, b count) int { return cmp.Compare(a.title, b.title) }).title
		for i := range g {
			g[i].heading, g[i].title = heading, title
		}
		out = append(out, g)
	}
	slices.SortFunc(out, func(a, b []count) int { return cmp.Compare(a[0].heading, b[0].heading) })
	return out
}

// slug makes a part of an id of any text.
func slug(text string) string {
	return strings.ToLower(strings.Join(strings.Fields(text), "-"))
}

// tree makes the category tree of the counts. Categories that the shelf holds
// are taken from there, with their relatives and in the buyer's language.
func (f *Facets) tree(sh *shelf) {
	nodes := map[int64]*CategoryCount{}
	for i := range f.categories {
		c := &f.categories[i]
		category := sh.categories[CategoryID(c.id)]
		if category == nil {
			category = &Category{ID: CategoryID(c.id), Handle: c.name, Title: c.label, Children: []*Category{}}
			if above := nodes[c.parent]; above != nil { // they come from the top down
				category.Parent = above.Category
			}
		}
		c.value, c.label = c.name, category.Title
		nodes[c.id] = &CategoryCount{Count: c.n, Children: []*CategoryCount{}, Category: category}
	}
	f.Categories = []*CategoryCount{}
	for _, c := range f.categories {
		if above := nodes[c.parent]; above != nil {
			above.Children = append(above.Children, nodes[c.id])
		} else {
			f.Categories = append(f.Categories, nodes[c.id])
		}
	}
}

// NoFacets are those of a list without products.
func NoFacets() *Facets {
	return &Facets{Vendors: []VendorCount{}, Categories: []*CategoryCount{}}
}
