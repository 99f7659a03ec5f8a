// Package admin answers the back office: a GraphQL API for staff, and beside it
// the uploads and downloads that GraphQL does not carry.
//
// A resolver does four things: who, may they (the schema's @access rules, judged
// before anything runs), one call of a room, the payload. Which refusals are data
// and which are errors is decided in refusal.go alone.
package admin

import (
	"context"
	"log/slog"
	"time"

	"github.com/souk-commerce/souk/graph/gql/live"
	"github.com/souk-commerce/souk/internal/audit"
	"github.com/souk-commerce/souk/internal/bundle"
	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/content"
	"github.com/souk-commerce/souk/internal/importer"
	"github.com/souk-commerce/souk/internal/insight"
	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/kernel/clock"
	"github.com/souk-commerce/souk/internal/kernel/money"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/market"
	"github.com/souk-commerce/souk/internal/media"
	"github.com/souk-commerce/souk/internal/merchandising"
	"github.com/souk-commerce/souk/internal/metafield"
	"github.com/souk-commerce/souk/internal/notify"
	"github.com/souk-commerce/souk/internal/order"
	"github.com/souk-commerce/souk/internal/payment"
	"github.com/souk-commerce/souk/internal/platform/idempotency"
	"github.com/souk-commerce/souk/internal/pricing"
	"github.com/souk-commerce/souk/internal/purchasing"
	"github.com/souk-commerce/souk/internal/recommend"
	"github.com/souk-commerce/souk/internal/replenish"
	"github.com/souk-commerce/souk/internal/restock"
	"github.com/souk-commerce/souk/internal/search"
	"github.com/souk-commerce/souk/internal/shipping"
	"github.com/souk-commerce/souk/internal/staff"
	"github.com/souk-commerce/souk/internal/stockfeed"
	"github.com/souk-commerce/souk/internal/tax"
	"github.com/souk-commerce/souk/internal/translation"
	"github.com/souk-commerce/souk/internal/warehouse"
)

// Deps is what the back office stands on.
type Deps struct {
	Audit        *audit.Log
	Staff        *staff.Service
	Markets      *market.Service
	Directory    *market.Directory // knows the shop's currency
	Translations *translation.Service
	Metafields   *metafield.Service
	Media        *media.Service
	Content      *content.Service
	Catalog      *catalog.Service
	Rules        catalog.Matcher // tells what a rule would match: the listing room
	Prices       *pricing.Service
	Bundles      *bundle.Service
	Stock        *inventory.Service
	Warehouse    *warehouse.Service
	Purchases    *purchasing.Service
	Feeds        *stockfeed.Service
	Restock      *restock.Service
	Thresholds   *replenish.Service
	Imports      *importer.Service
	Taxes        *tax.Service
	Delivery     *shipping.Service
	Payments     *payment.Service
	Orders       *order.Service
	Mails        *notify.Service

	Search        *search.Service
	Merchandising *merchandising.Service
	Insight       *insight.Service
	Recommend     *recommend.Service
	Buyers        *listing.Buyers // makes the situations in which previews are made

	// Live tells subscriptions when to look again. Nil: they hear nothing new.
	Live *live.Hub
	// KeepAlive is how often subscriptions are asked for a sign of life, and their
	// access tokens looked at. Zero: gql.Streaming's own.
	KeepAlive time.Duration
	// Keys remembers what was done under the header Idempotency-Key. Nil: nothing.
	Keys *idempotency.Keys
	// PublicURL is how the process is reached from outside, without a slash at its
	// end; pictures of the shop's own are served below it.
	PublicURL string
	// ImportLimits bound an uploaded file. Zero: the importer's own.
	ImportLimits importer.Limits
	// SpoolDir keeps uploaded files while they are taken in. Empty: the system's.
	SpoolDir string
	// Background runs an import after its upload was answered, under a context
	// that ends with the process. Nil: a goroutine of nobody's.
	Background func(name string, run func(context.Context))
	// Development allows introspection to everybody, helps with misspelt fields
	// and shows what an operation costs.
	Development bool
	// Wait is how long loaders gather keys. Zero: loader.Wait.
	Wait   time.Duration
	Clock  clock.Clock
	Logger *slog.Logger // slog's default if nil
}

// Resolver answers the fields of the schema.
type Resolver struct {
	rooms Deps
}

// currency is that of base prices and unit costs.
func (r *Resolver) currency() money.Currency { return r.rooms.Directory.Shop().Currency }

// idOf reads an id that is an argument. One of another type, or text that is no
// id, becomes the id of nothing: the room then says that there is no such thing.
func idOf[ID ~int64](read func(any) (ID, error), text string) ID {
	id, err := read(text)
	if err != nil {
		return 0
	}
	return id
}

// optionalID reads an id that may be left out.
func optionalID[ID ~int64](read func(any) (ID, error), text *string) *ID {
	if text == nil {
		return nil
	}
	id := idOf(read, *text)
	return &id
}

// idsOf reads a list of ids.
func idsOf[ID ~int64](read func(any) (ID, error), texts []string) []ID {
	out := make([]ID, len(texts))
	for i, t := range texts {
		out[i] = idOf(read, t)
	}
	return out
}

// orZero says in a change of a room that a reference is taken away: rooms know
// nil as «stays» and the zero id as «none».
func orZero[ID ~int64](read func(any) (ID, error), text *string) (*ID, error) {
	var none ID
	if text == nil {
		return &none, nil
	}
	id, err := read(*text)
	return &id, err
}

// orAny reads an id that may be left out: rooms know the zero id as «any». One
// that names nothing is not taken for that.
func orAny[ID ~int64](read func(any) (ID, error), text *string) ID {
	if text == nil {
		return 0
	}
	if id, err := read(*text); err == nil && id > 0 {
		return id
	}
	return -1
}

// orNegative says in a change of a room that a limit is taken away.
func orNegative(limit *int) *int64 {
	n := int64(-1)
	if limit != nil {
		n = int64(*limit)
	}
	return &n
}

// unlessZero gives a value, nil where it says nothing.
func unlessZero[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

// moment is the one that an argument names, else now.
func (r *Resolver) moment(at *time.Time) time.Time {
	if at == nil {
		return r.rooms.Clock.Now()
	}
	return *at
}

// orEmpty says the same for other values.
func orEmpty[T any](v *T) *T {
	if v == nil {
		return new(T)
	}
	return v
}

// mediaURL is where an asset is served.
func (r *Resolver) mediaURL(a media.Asset) *string {
	if a.StorageKey == nil {
		return a.OriginURL
	}
	url := r.rooms.PublicURL + media.Path + *a.StorageKey
	return &url
}

// minor reads an amount in the shop's currency.
func (r *Resolver) minor(text string) (*int64, error) {
	m, err := money.Parse(text, r.currency())
	return &m.Minor, err
}
