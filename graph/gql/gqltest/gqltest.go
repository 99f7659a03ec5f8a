// Package gqltest is a small schema of products on which the handler, its guards
// and the access rules are tested. Nothing else imports it.
package gqltest

//go:generate go run github.com/99designs/gqlgen generate

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"github.com/souk-commerce/souk/graph/gql"
	"github.com/souk-commerce/souk/graph/gql/gqltest/generated"
	"github.com/souk-commerce/souk/internal/kernel/fault"
)

// Resolver answers the test schema and counts what it is asked.
type Resolver struct {
	Most   int          // products that a connection has; 0 means as many as asked for
	Loaded atomic.Int64 // products loaded
	Logins atomic.Int64 // passwords tried
	Clocks atomic.Int64 // subscriptions to the clock that run
}

// Schema makes the executable schema of a resolver.
func Schema(r *Resolver) graphql.ExecutableSchema {
	return generated.NewExecutableSchema(generated.Config{Resolvers: r})
}

// Mutation gives the resolver of mutations.
func (r *Resolver) Mutation() generated.MutationResolver { return mutation{r} }

// Product gives the resolver of products.
func (r *Resolver) Product() generated.ProductResolver { return product{r} }

// QueryRoot gives the resolver of queries.
func (r *Resolver) QueryRoot() generated.QueryRootResolver { return query{r} }

// Subscription gives the resolver of subscriptions.
func (r *Resolver) Subscription() generated.SubscriptionResolver { return subscription{r} }

// load makes n products, within the budget of the request.
func (r *Resolver) load(ctx context.Context, n int) ([]*generated.Product, error) {
	if err := gql.Rows(ctx).Spend(n); err != nil {
		return nil, err
	}
	r.Loaded.Add(int64(n))
	list := make([]*generated.Product, n)
	for i := range list {
		list[i] = &generated.Product{ID: "gid://souk/Product/1", Title: "Lamp"}
	}
	return list, nil
}

func (r *Resolver) connection(ctx context.Context, first *int) (*generated.ProductConnection, error) {
	n := 10
	if first != nil {
		n = *first
	}
	if r.Most > 0 {
		n = min(n, r.Most)
	}
	nodes, err := r.load(ctx, n)
	return &generated.ProductConnection{Nodes: nodes}, err
}

type product struct{ *Resolver }

// Related gives five products, each with five of its own.
func (p product) Related(ctx context.Context, _ *generated.Product) ([]*generated.Product, error) {
	return p.load(ctx, 5)
}

// Variants gives as many products as asked for.
func (p product) Variants(ctx context.Context, _ *generated.Product, first *int, _ *string) (*generated.ProductConnection, error) {
	return p.connection(ctx, first)
}

type mutation struct{ *Resolver }

// Login counts the attempt.
func (m mutation) Login(context.Context, string) (string, error) {
	m.Logins.Add(1)
	return "no", nil
}

// Archive gives one product.
func (m mutation) Archive(context.Context, string) (*generated.Product, error) {
	return &generated.Product{ID: "gid://souk/Product/1", Title: "Lamp"}, nil
}

type query struct{ *Resolver }

// Product gives one product, none for the handle "none".
func (q query) Product(ctx context.Context, handle *string) (*generated.Product, error) {
	if handle != nil && *handle == "none" {
		return nil, nil
	}
	if handle != nil && *handle == "viewer" {
		gql.NoStore(ctx)
	}
	list, err := q.load(ctx, 1)
	if err != nil {
		return nil, err
	}
	return list[0], nil
}

// Products gives as many products as asked for.
func (q query) Products(ctx context.Context, first, _ *int, _ *string) (*generated.ProductConnection, error) {
	return q.connection(ctx, first)
}

// Node gives the product with an id.
func (q query) Node(_ context.Context, id string) (generated.Node, error) {
	if _, err := gql.UnmarshalGID(id, "Product"); err != nil {
		return nil, err
	}
	return &generated.Product{ID: id, Title: "Lamp"}, nil
}

// Me gives the signed-in customer.
func (q query) Me(context.Context) (*generated.Customer, error) {
	return &generated.Customer{Email: "me@example.com"}, nil
}

// Report gives figures for staff.
func (q query) Report(context.Context) (*generated.Report, error) {
	return &generated.Report{Total: "1.0"}, nil
}

// Echo gives back what each scalar was read as.
func (q query) Echo(_ context.Context, color *string, at *time.Time, price, markup *string, value any, link *string, big *uint64, number *int) (*generated.Echo, error) {
	return &generated.Echo{Color: color, At: at, Price: price, Markup: markup, Any: value, Link: link, Big: big, Number: number}, nil
}

// Fail fails in the way that is asked for.
func (q query) Fail(ctx context.Context, how string) (*string, error) {
	switch how {
	case "fault":
		return nil, fault.New(fault.Conflict, "stale_version", "Somebody was faster.").At("input", "version")
	case "kind":
		return nil, fault.New(fault.Exhausted, "", "Enough for now.")
	case "list":
		return nil, fault.List{
			fault.New(fault.Invalid, "blank", "The title is blank.").At("title"),
			fault.New(fault.Invalid, "taken", "The handle is taken.").At("handle"),
		}
	case "panic":
		panic("pq: at /srv/secret.go:12")
	case "slow":
		<-ctx.Done()
		return nil, ctx.Err()
	}
	return nil, errors.New(`ERROR: relation "orders" does not exist (SQLSTATE 42P01)`)
}

type subscription struct{ *Resolver }

// Ticks gives one and two.
func (subscription) Ticks(context.Context) (<-chan int, error) {
	c := make(chan int, 2)
	c <- 1
	c <- 2
	close(c)
	return c, nil
}

// Clock gives nothing, until the client is gone.
func (s subscription) Clock(ctx context.Context) (<-chan int, error) {
	c := make(chan int)
	s.Clocks.Add(1)
	go func() {
		defer s.Clocks.Add(-1)
		<-ctx.Done()
	}()
	return c, nil
}
