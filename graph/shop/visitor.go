package shop

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/99designs/gqlgen/graphql"

	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/market"
	"github.com/souk-commerce/souk/internal/track"
)

// request is what the operations of an HTTP request have in common.
type request struct {
	host    string
	session string // the visit, by the storefront
	visitor string // the browser, by the storefront
	cookies cookies
}

type requestKey struct{}

// Visitors finds out, once for each request, under which host name it came, what
// its storefront calls the visit and the browser, and which cart its cookie
// names. Whether a visit may be kept each operation says for itself, by
// @inContext(visitorConsent:).
func Visitors(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		of := request{
			host:    r.Host,
			session: token(r.Header, "Souk-Session", "X-Shopify-VisitToken"),
			visitor: token(r.Header, "Souk-Visitor", "X-Shopify-UniqueToken"),
			cookies: cookiesOf(w, r),
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), requestKey{}, of)))
	})
}

// longestToken is more than any storefront needs to tell visitors apart.
const longestToken = 64

// token reads the first of the headers that holds a name as storefronts make
// them up; anything else is no name.
func token(h http.Header, names ...string) string {
	for _, name := range names {
		if v := h.Get(name); v != "" && len(v) <= longestToken && strings.IndexFunc(v, notOfToken) < 0 {
			return v
		}
	}
	return ""
}

func notOfToken(c rune) bool {
	return (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && !strings.ContainsRune("-._:", c)
}

// visitorOf gives who asks, by the request and what @inContext says, in a market.
func visitorOf(of request, args map[string]any, m market.Market) track.Visitor {
	v := track.Visitor{SessionID: of.session, VisitorID: of.visitor, Market: m.Handle}
	consent, _ := args["visitorConsent"].(map[string]any)
	v.Consent.Analytics, _ = consent["analytics"].(bool)
	v.Consent.Marketing, _ = consent["marketing"].(bool)
	return v
}

// viewed writes down that a product was looked at.
func (r *Resolver) viewed(ctx context.Context, p *listing.Product) {
	if p != nil && leads(ctx, "product", "productByHandle") {
		r.tell(ctx, track.ViewProduct, payload{Product: (*int64)(&p.ID)})
	}
}

// visited writes down that a collection was looked at.
func (r *Resolver) visited(ctx context.Context, c *listing.Collection) {
	if c != nil && leads(ctx, "collection", "collectionByHandle") {
		r.tell(ctx, track.ViewCollection, payload{Collection: (*int64)(&c.ID)})
	}
}

// longestWords is how much of a search is kept.
const longestWords = 200

// searched writes down that a search was made. To turn its pages is no other
// search, and without words it is none.
func (r *Resolver) searched(ctx context.Context, in listing.Search, found *listing.Hits) {
	words := strings.TrimSpace(strings.ReplaceAll(in.Query, "\x00", ""))
	if words == "" || in.Page.After != nil || in.Page.Before != nil || !leads(ctx, "search") {
		return
	}
	if runes := []rune(words); len(runes) > longestWords {
		words = string(runes[:longestWords])
	}
	p := payload{Query: &words}
	if n := len(found.Nodes); in.Total {
		p.Hits = &found.Total
	} else if !found.Info.HasNextPage && !found.Info.HasPreviousPage {
		p.Hits = &n
	}
	r.tell(ctx, track.Search, p)
}

// leads reports whether the field being resolved is the first of its operation
// with one of the names. A storefront that asks the same thing several times
// over in one operation does it once.
func leads(ctx context.Context, names ...string) bool {
	op := graphql.GetOperationContext(ctx)
	for _, f := range graphql.CollectFields(op, op.Operation.SelectionSet, []string{"QueryRoot"}) {
		if slices.Contains(names, f.Name) {
			return f.Alias == graphql.GetFieldContext(ctx).Field.Alias
		}
	}
	return false
}

// tell writes an event down. It never waits and is no reason to refuse an
// answer.
func (r *Resolver) tell(ctx context.Context, kind track.Kind, p payload) {
	raw, err := json.Marshal(p)
	if err != nil { // there is nothing in it that does not marshal
		panic(err)
	}
	_ = r.Track.Record(ctx, []track.Event{{Kind: kind, Payload: raw}})
}
