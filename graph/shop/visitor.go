package shop

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/99designs/gqlgen/graphql"

	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/market"
	"github.com/souk-commerce/souk/internal/merchandising"
	"github.com/souk-commerce/souk/internal/track"
)

// request is what the operations of an HTTP request have in common.
type request struct {
	host    string
	session string // the visit, by the storefront
	visitor string // the browser, by the storefront
	bot     bool   // nobody is looking, by the user agent
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
			bot:     track.IsBot(r.UserAgent()),
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
	v := track.Visitor{SessionID: of.session, VisitorID: of.visitor, Market: m.Handle, Bot: of.bot}
	consent, _ := args["visitorConsent"].(map[string]any)
	v.Consent.Analytics, _ = consent["analytics"].(bool)
	v.Consent.Marketing, _ = consent["marketing"].(bool)
	return v
}

// viewed writes down that a product was looked at.
func (r *Resolver) viewed(ctx context.Context, p *listing.Product) {
	if p != nil && leads(ctx, "product", "productByHandle") {
		r.tell(ctx, track.ViewProduct, track.Payload{Product: int64(p.ID)})
	}
}

// visited writes down that a collection was looked at.
func (r *Resolver) visited(ctx context.Context, c *listing.Collection) {
	if c != nil && leads(ctx, "collection", "collectionByHandle") {
		r.tell(ctx, track.ViewCollection, track.Payload{Collection: int64(c.ID)})
	}
}

// entered writes down that a category was looked at.
func (r *Resolver) entered(ctx context.Context, c *listing.Category) {
	if c != nil && leads(ctx, "category") {
		r.tell(ctx, track.ViewCategory, track.Payload{Category: int64(c.ID)})
	}
}

// searched writes down that a search was made. To turn its pages is no other
// search, and without words it is none.
func (r *Resolver) searched(ctx context.Context, ask merchandising.Ask, a *merchandising.Answer) {
	if a.Query == "" || ask.Page.After != nil || ask.Page.Before != nil || !leads(ctx, "search") {
		return
	}
	p := track.Payload{QueryID: a.QueryID, Query: a.Query, Typed: strings.TrimSpace(strings.ReplaceAll(ask.Query, "\x00", "")),
		Stage: string(a.Stage), Language: string(r.languageOf(ctx)), Source: "search"}
	if a.Rescue != nil {
		p.UsedQuery = a.Rescue.UsedQuery
	}
	p.Hits = hitsOf(ask, a)
	if a.Arm != nil {
		p.Experiment, p.ExperimentVersion, p.Arm = int64(a.Arm.Experiment), a.Arm.Version, a.Arm.Name
	}
	r.tell(ctx, track.Search, p)
}

// hitsOf counts what a query found; nil where that is not known, or where
// filters had a say in it.
func hitsOf(ask merchandising.Ask, a *merchandising.Answer) *int {
	n := len(a.Nodes)
	switch {
	case len(ask.Filters) > 0:
		return nil
	case ask.Total || !a.Degraded:
		return &a.Total
	case a.Info.HasNextPage || a.Info.HasPreviousPage:
		return nil
	}
	return &n
}

func (r *Resolver) languageOf(ctx context.Context) locale.Language {
	at, _ := r.at(ctx)
	return at.Language
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
func (r *Resolver) tell(ctx context.Context, kind track.Kind, p track.Payload) {
	_ = r.Track.Record(ctx, []track.Event{p.Event(kind)})
}
