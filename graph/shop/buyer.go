package shop

import (
	"context"

	"github.com/99designs/gqlgen/graphql"

	"github.com/souk-commerce/souk/graph/gql"
	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/market"
	"github.com/souk-commerce/souk/internal/track"
)

// buyer is for whom an operation is answered, or why that is not known.
type buyer struct {
	at  listing.Context
	err error
}

type buyerKey struct{}

type buyerExtension struct{ rooms Rooms }

var _ interface {
	graphql.HandlerExtension
	graphql.OperationInterceptor
} = buyerExtension{}

// ExtensionName names the extension.
func (buyerExtension) ExtensionName() string { return "Buyer" }

// Validate has nothing to check.
func (buyerExtension) Validate(graphql.ExecutableSchema) error { return nil }

// InterceptOperation reads @inContext. Country and language pick market, prices
// and texts, consent says what may be kept of the visitor; what else it says
// changes nothing in the catalog.
func (e buyerExtension) InterceptOperation(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
	args := contextArgs(graphql.GetOperationContext(ctx))
	of, _ := ctx.Value(requestKey{}).(request)
	wish := wishOf(args)
	wish.Host = of.host
	at, err := e.rooms.Buyers.Context(wish, e.rooms.Clock.Now())
	at.Spend = gql.Rows(ctx).Spend
	ctx = e.rooms.withBundles(ctx, graphql.GetOperationContext(ctx))
	ctx = track.WithVisitor(ctx, visitorOf(of, args, e.rooms.market(at)))
	return next(context.WithValue(ctx, buyerKey{}, buyer{at: at, err: err}))
}

// market gives the market of a context, an empty one if there is none.
func (r Rooms) market(at listing.Context) market.Market {
	for _, m := range r.Markets.Active() {
		if int64(m.ID) == at.Market {
			return m
		}
	}
	return market.Market{}
}

// contextArgs gives what an operation says of its context.
func contextArgs(op *graphql.OperationContext) map[string]any {
	directive := op.Operation.Directives.ForName("inContext")
	if directive == nil {
		return nil
	}
	return directive.ArgumentMap(op.Variables)
}

func wishOf(args map[string]any) market.Wish {
	country, _ := args["country"].(string)
	language, _ := args["language"].(string)
	wish := market.Wish{Country: locale.Country(country)}
	if l, ok := locale.ParseLanguage(language); ok {
		wish.Language = l
	}
	return wish
}
