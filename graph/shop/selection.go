package shop

import (
	"context"
	"encoding/json"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/merchandising"
)

// selection is a part of an operation: the fields asked of one thing. From it
// the resolvers learn what to load before they ask a room.
type selection struct {
	op  *graphql.OperationContext
	set ast.SelectionSet
}

// selected gives what is asked of the result of the field being resolved.
func selected(ctx context.Context) selection {
	return selection{op: graphql.GetOperationContext(ctx), set: graphql.GetFieldContext(ctx).Field.Selections}
}

// field is one field of a selection.
type field struct {
	graphql.CollectedField
	op *graphql.OperationContext
}

// fields gives the fields asked of a thing of a type, those in fragments on the
// type and on its interfaces included.
func (s selection) fields(types ...string) []field {
	collected := graphql.CollectFields(s.op, s.set, append(types, "Node", "Media", "SearchResultItem", "BaseCartLine", "Merchandise"))
	out := make([]field, len(collected))
	for i, c := range collected {
		out[i] = field{CollectedField: c, op: s.op}
	}
	return out
}

func (f field) selection() selection { return selection{op: f.op, set: f.Selections} }

func (f field) args() map[string]any { return f.ArgumentMap(f.op.Variables) }

// nodes gives what is asked of the entries of a connection, by nodes and by
// edges.
func (s selection) nodes(connection, edge string) []selection {
	var out []selection
	for _, f := range s.fields(connection) {
		switch f.Name {
		case "nodes":
			out = append(out, f.selection())
		case "edges":
			for _, e := range f.selection().fields(edge) {
				if e.Name == "node" {
					out = append(out, e.selection())
				}
			}
		}
	}
	return out
}

// inside gives what is asked of a field, once for each name that it is asked
// under. Fragments on the type that the field stands in are looked into, too.
func (s selection) inside(name string) []selection {
	var out []selection
	for _, sel := range s.set {
		switch sel := sel.(type) {
		case *ast.Field:
			if sel.Name == name {
				out = append(out, selection{op: s.op, set: sel.SelectionSet})
			}
		case *ast.InlineFragment:
			out = append(out, selection{op: s.op, set: sel.SelectionSet}.inside(name)...)
		case *ast.FragmentSpread:
			out = append(out, selection{op: s.op, set: s.op.Doc.Fragments.ForName(sel.Name).SelectionSet}.inside(name)...)
		}
	}
	return out
}

// has reports whether a field is asked.
func (s selection) has(typ string, names ...string) bool {
	for _, f := range s.fields(typ) {
		for _, name := range names {
			if f.Name == name {
				return true
			}
		}
	}
	return false
}

// whole reads a number of an argument, however it was written.
func whole(v any) *int {
	n := 0
	switch v := v.(type) {
	case int:
		n = v
	case int64:
		n = int(v)
	case json.Number:
		i, err := v.Int64()
		if err != nil {
			return nil
		}
		n = int(i)
	case float64:
		n = int(v)
	default:
		return nil
	}
	return &n
}

func words(v any) *string {
	if s, ok := v.(string); ok {
		return &s
	}
	return nil
}

// paging reads the arguments of a page.
func paging(args map[string]any) page.Args {
	reverse, _ := args["reverse"].(bool)
	return page.Args{First: whole(args["first"]), Last: whole(args["last"]), After: words(args["after"]), Before: words(args["before"]), Reverse: reverse}
}

// limit gives how many entries of a list in a product are needed. One that is
// not read from its beginning, in its own order, is needed whole.
func limit(args map[string]any) int {
	p := paging(args)
	sort, _ := args["sortKey"].(string)
	natural := sort == "" || sort == "POSITION" || sort == "RELEVANCE"
	if p.First == nil || p.Last != nil || p.After != nil || p.Before != nil || p.Reverse || !natural || *p.First < 0 || *p.First > listing.MaxPage {
		return listing.All
	}
	return max(*p.First, 1) // one more tells whether there is a next page
}

// productSorts are the orders of product lists, of the catalog's and of
// those of collections.
var productSorts = map[string]listing.Sort{
	"BEST_SELLING": listing.ByBestSelling, "COLLECTION_DEFAULT": listing.ByDefault, "CREATED": listing.ByCreated, "CREATED_AT": listing.ByCreated,
	"ID": listing.ByID, "MANUAL": listing.ByManual, "PRICE": listing.ByPrice, "PRODUCT_TYPE": listing.ByType, "RELEVANCE": listing.ByRelevance,
	"TITLE": listing.ByTitle, "UPDATED_AT": listing.ByUpdated, "VENDOR": listing.ByVendor,
}

// listOf reads a list of products from the field that asks for it. Validation
// has seen its arguments.
func listOf(ctx context.Context, f field) (merchandising.Ask, error) {
	ask, err := askOf(ctx, f, "ProductConnection", "ProductEdge")
	ask.List, ask.Sort = true, listing.ByDefault
	if query := words(f.args()["query"]); query != nil {
		ask.Query = *query
	}
	if sort, ok := f.args()["sortKey"].(string); ok {
		ask.Sort = productSorts[sort]
	}
	return ask, err
}

// filtersOf reads filters, which validation has seen, by way of JSON.
func filtersOf(v any) ([]listing.Filter, error) {
	if v == nil {
		return nil, nil
	}
	if one, ok := v.(map[string]any); ok { // a single value counts as a list of one
		v = []any{one}
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	var filters []listing.Filter
	return filters, json.Unmarshal(raw, &filters)
}
