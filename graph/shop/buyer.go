package shop

import (
	"context"

	"github.com/99designs/gqlgen/graphql"

	"github.com/souk-commerce/souk/graph/gql"
	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/market"
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
// and texts; what else it says changes nothing in the catalog.
func (e buyerExtension) InterceptOperation(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
	at, err := e.rooms.Buyers.Context(wishOf(graphql.GetOperationContext(ctx)), e.rooms.Clock.Now())
	at.Spend = gql.Rows(ctx).Spend
	return next(context.WithValue(ctx, buyerKey{}, buyer{at: at, err: err}))
}

func wishOf(op *graphql.OperationContext) market.Wish {
	directive := op.Operation.Directives.ForName("inContext")
	if directive == nil {
		return market.Wish{}
	}
	args := directive.ArgumentMap(op.Variables)
	country, _ := args["country"].(string)
	language, _ := args["language"].(string)
	wish := market.Wish{Country: locale.Country(country)}
	if l, ok := locale.ParseLanguage(language); ok {
		wish.Language = l
	}
	return wish
}
