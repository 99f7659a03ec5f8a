package admin

import (
	"context"

	"github.com/souk-commerce/souk/graph/admin/answer"
	"github.com/souk-commerce/souk/graph/gql"
	"github.com/souk-commerce/souk/internal/kernel/page"
)

// pages gathers the paging arguments of a list.
func pages(first *int, after *string, last *int, before *string, reverse bool) page.Args {
	return page.Args{First: first, Last: last, After: after, Before: before, Reverse: reverse}
}

// list makes a connection of a page that was read, within the request's budget
// of rows. count tells how long the whole list is, if that is asked for.
func list[E ~struct {
	Cursor string
	Node   T
}, T any](ctx context.Context, s page.Slice[T], err error, count func(context.Context) (int64, error)) (answer.Connection[T, E], error) {
	if err == nil {
		err = gql.Rows(ctx).Spend(len(s.Items))
	}
	return answer.Connect[E](s, count), err
}
