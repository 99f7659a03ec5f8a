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

	"github.com/souk-commerce/souk/internal/audit"
	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/content"
	"github.com/souk-commerce/souk/internal/importer"
	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/kernel/clock"
	"github.com/souk-commerce/souk/internal/kernel/money"
	"github.com/souk-commerce/souk/internal/market"
	"github.com/souk-commerce/souk/internal/media"
	"github.com/souk-commerce/souk/internal/metafield"
	"github.com/souk-commerce/souk/internal/notify"
	"github.com/souk-commerce/souk/internal/order"
	"github.com/souk-commerce/souk/internal/payment"
	"github.com/souk-commerce/souk/internal/platform/idempotency"
	"github.com/souk-commerce/souk/internal/pricing"
	"github.com/souk-commerce/souk/internal/shipping"
	"github.com/souk-commerce/souk/internal/staff"
	"github.com/souk-commerce/souk/internal/tax"
	"github.com/souk-commerce/souk/internal/translation"
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
	Stock        *inventory.Service
	Imports      *importer.Service
	Taxes        *tax.Service
	Delivery     *shipping.Service
	Payments     *payment.Service
	Orders       *order.Service
	Mails        *notify.Service

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
