package answer

import (
	"net/url"
	"strconv"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/merchandising"
	"github.com/souk-commerce/souk/internal/search/understanding"
)

// List is one page of a search or of a list of products, without its entries.
type List struct {
	Banners     []Banner
	Degraded    bool
	ListChanged bool
	PageInfo    page.Info
	QueryID     string
	Redirect    *string
	Rescue      *Rescue
	TotalCount  int

	of *merchandising.Answer
}

// NewList takes over what an answer says besides its entries.
func NewList(of *merchandising.Answer) List {
	l := List{Banners: make([]Banner, len(of.Banners)), Degraded: of.Degraded, ListChanged: of.Changed, PageInfo: of.Info,
		QueryID: of.QueryID, Redirect: of.Redirect, TotalCount: of.Total, of: of}
	for i, b := range of.Banners {
		l.Banners[i] = Banner{Title: b.Title, Body: filled(b.Body), ImageURL: filled(b.ImageURL), Link: filled(b.Link), Position: b.Position}
	}
	if of.Rescue != nil {
		l.Rescue = &Rescue{*of.Rescue}
	}
	return l
}

// CorrectedQuery gives the query where words were spelled or written anew.
func (l *List) CorrectedQuery() *string {
	if l.Rescue == nil || l.Rescue.of.Stage != understanding.Corrected && l.Rescue.of.Stage != understanding.Joined {
		return nil
	}
	return &l.Rescue.of.UsedQuery
}

// Facets gives the facets in a typed form.
func (l *List) Facets() *Facets {
	if l.of.Facets == nil {
		return &Facets{listing.NoFacets()}
	}
	return &Facets{l.of.Facets}
}

// Filters gives the facets of the whole list.
func (l *List) Filters() []listing.Facet {
	if l.of.Facets == nil {
		return []listing.Facet{}
	}
	return l.of.Facets.Filters()
}

// mostValues is how many values of a facet may be asked for at once.
const mostValues = 100

// FacetValues finds values of one facet.
func (l *List) FacetValues(first *int, id string, search *string) ([]listing.FacetValue, error) {
	n, words := 20, ""
	if first != nil {
		n = *first
	}
	if search != nil {
		words = *search
	}
	if n < 1 || n > mostValues {
		return nil, fault.Newf(fault.Invalid, "invalid_pagination", "first must be between 1 and %d.", mostValues).At("first")
	}
	return l.of.FacetValues(id, words, n), nil
}

// Products is one page of a list of products.
type Products struct {
	List
	Nodes []*listing.Product
	Edges []ProductEdge
}

// ProductEdge is a product with its cursor.
type ProductEdge struct {
	Cursor string
	Node   *listing.Product
}

// NewProducts makes a page of products of an answer that holds nothing else.
func NewProducts(of *merchandising.Answer) *Products {
	p := &Products{List: NewList(of), Nodes: make([]*listing.Product, len(of.Nodes)), Edges: make([]ProductEdge, len(of.Nodes))}
	for i, hit := range of.Nodes {
		p.Nodes[i] = hit.Product
		p.Edges[i] = ProductEdge{Cursor: of.CursorOf(hit), Node: hit.Product}
	}
	return p
}

// Found is one page of a search.
type Found struct {
	List
	Nodes []Hit
	Edges []FoundEdge
}

// FoundEdge is a hit with its cursor.
type FoundEdge struct {
	Cursor string
	Node   Hit
}

// Rescue tells how a query was read when not as it was typed.
type Rescue struct{ of merchandising.Rescue }

// Stage tells how far the query was read differently.
func (r *Rescue) Stage() understanding.Stage { return r.of.Stage }

// UsedQuery is the query that the hits answer.
func (r *Rescue) UsedQuery() string { return r.of.UsedQuery }

// Dropped are the words that were left out.
func (r *Rescue) Dropped() []string {
	if r.of.Dropped == nil {
		return []string{}
	}
	return r.of.Dropped
}

// MostSuggested is how many products can be asked for beside others.
const MostSuggested = 24

// Suggestions gives popular products where nothing was found.
func (r *Rescue) Suggestions(first *int) ([]*listing.Product, error) {
	n, err := Suggested(first)
	return r.of.Suggestions[:min(len(r.of.Suggestions), n)], err
}

// Suggested reads how many products are asked for beside others.
func Suggested(first *int) (int, error) {
	n := 8
	if first != nil {
		n = *first
	}
	if n < 0 || n > MostSuggested {
		return 0, fault.Newf(fault.Invalid, "invalid_pagination", "first must be between 0 and %d.", MostSuggested).At("first")
	}
	return n, nil
}

// Banner is shown with a list.
type Banner struct {
	Title    string
	Body     *string
	ImageURL *string
	Link     *string
	Position int
}

// Facets is the facets in a typed form.
type Facets struct{ *listing.Facets }

// Price gives the span of prices; nil without hits.
func (f *Facets) Price() *PriceFacet {
	if f.Facets.Price == nil {
		return nil
	}
	return &PriceFacet{Range: *f.Facets.Price, of: f.Facets}
}

// PriceFacet is the span of prices with its steps.
type PriceFacet struct {
	listing.Range
	of *listing.Facets
}

// Ranges gives the steps.
func (p *PriceFacet) Ranges() []listing.PriceBucket { return p.of.PriceRanges() }

// Query is a query to search for, which was suggested.
type Query struct {
	listing.Term
	typed    string
	position int
}

// Queries gives terms as queries that complete what was typed.
func Queries(terms []listing.Term, typed string) []*Query {
	out := make([]*Query, len(terms))
	for i, t := range terms {
		out[i] = &Query{Term: t, typed: typed, position: i + 1}
	}
	return out
}

// TrackingParameters tells where the query was suggested.
func (q *Query) TrackingParameters() *string {
	text := url.Values{"souk_typed": {q.typed}, "souk_position": {strconv.Itoa(q.position)}}.Encode()
	return &text
}
