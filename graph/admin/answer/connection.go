package answer

import (
	"context"

	"github.com/souk-commerce/souk/internal/kernel/page"
)

// Connection is one page of a list.
type Connection[T any, E ~struct {
	Cursor string
	Node   T
}] struct {
	slice page.Slice[T]
	count func(context.Context) (int64, error)
}

// Connect makes a connection of a page. count tells how long the whole list is;
// it is called only if that is asked for.
func Connect[E ~struct {
	Cursor string
	Node   T
}, T any](s page.Slice[T], count func(context.Context) (int64, error)) Connection[T, E] {
	return Connection[T, E]{slice: s, count: count}
}

// Nodes gives the entries.
func (c Connection[T, E]) Nodes() []T { return c.slice.Items }

// Edges gives the entries with their cursors.
func (c Connection[T, E]) Edges() []E {
	edges := make([]E, len(c.slice.Items))
	for i, item := range c.slice.Items {
		edges[i] = E{Cursor: c.slice.Cursors[i], Node: item}
	}
	return edges
}

// PageInfo tells where the page stands.
func (c Connection[T, E]) PageInfo() page.Info { return c.slice.Info }

// TotalCount tells how long the whole list is.
func (c Connection[T, E]) TotalCount(ctx context.Context) (int64, error) { return c.count(ctx) }
