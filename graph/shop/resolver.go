// Package shop answers the storefront API. Resolvers find out what of a thing
// is selected, ask a room once, and hand its structs on; everything under the
// fields of the catalog is loaded by then.
package shop

import (
	"context"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"github.com/souk-commerce/souk/graph/gql/live"
	"github.com/souk-commerce/souk/graph/shop/generated"
	"github.com/souk-commerce/souk/internal/bundle"
	"github.com/souk-commerce/souk/internal/cart"
	"github.com/souk-commerce/souk/internal/checkout"
	"github.com/souk-commerce/souk/internal/content"
	"github.com/souk-commerce/souk/internal/kernel/clock"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/market"
	"github.com/souk-commerce/souk/internal/media"
	"github.com/souk-commerce/souk/internal/merchandising"
	"github.com/souk-commerce/souk/internal/metafield"
	"github.com/souk-commerce/souk/internal/order"
	"github.com/souk-commerce/souk/internal/payment"
	"github.com/souk-commerce/souk/internal/platform/idempotency"
	"github.com/souk-commerce/souk/internal/platform/secret"
	"github.com/souk-commerce/souk/internal/recommend"
	"github.com/souk-commerce/souk/internal/restock"
	"github.com/souk-commerce/souk/internal/track"
	"github.com/souk-commerce/souk/internal/translation"
)

// Rooms are what the resolvers ask.
type Rooms struct {
	Listing      *listing.Service
	Buyers       *listing.Buyers
	Content      *content.Service
	Markets      *market.Directory
	Media        *media.Service
	Metafields   *metafield.Service
	Translations *translation.Service
	Track        *track.Recorder
	Carts        *cart.Service
	Checkouts    *checkout.Service
	Orders       *order.Service
	Payments     *payment.Service
	Bundles      *bundle.Service  // nil: nothing is sold as a bundle
	Restock      *restock.Service // nil: nobody is told of stock that comes
	Search       *merchandising.Service
	Related      *recommend.Service
	Live         *live.Hub
	Keys         *idempotency.Keys
	Secret       secret.Key
	Clock        clock.Clock
	// Wait is how long the read of a bundle waits for others; 0: loader.Wait.
	Wait time.Duration
	// Site is the public address of the shop, without a slash at its end.
	Site string
}

// Resolver is the root of all resolvers.
type Resolver struct {
	Rooms
	stock *stockHub
}

// NewSchema makes the executable schema. Its operations need the extension
// Buyer, which says for whom they are answered, and come through Visitors.
func NewSchema(rooms Rooms) graphql.ExecutableSchema {
	root := &Resolver{Rooms: rooms}
	if root.stock = newStockHub(root.lookAtStock); rooms.Live != nil {
		rooms.Live.Listen(root.stock.hear)
	}
	return generated.NewExecutableSchema(generated.Config{Resolvers: root})
}

// Buyer is the extension that finds out, once for each operation, for whom it
// is answered.
func (r Rooms) Buyer() graphql.HandlerExtension { return buyerExtension{r} }

// at gives for whom the operation is answered.
func (r *Resolver) at(ctx context.Context) (listing.Context, error) {
	b, ok := ctx.Value(buyerKey{}).(buyer)
	if !ok {
		return listing.Context{}, listing.ErrNoPrices
	}
	return b.at, b.err
}
