package gql

import (
	"context"
	"sync/atomic"

	"github.com/souk-commerce/souk/internal/kernel/fault"
)

// ErrRowsExhausted refuses to load more rows for one request. Lists that look
// enormous on paper are mostly short, so what is really loaded is counted.
var ErrRowsExhausted = fault.New(fault.Exhausted, "row_budget_exceeded", "The answer would be too large: ask for smaller pages or fewer nested lists.")

// RowBudget counts the rows that are loaded for one request. It is safe for
// many goroutines; a nil budget has no end.
type RowBudget struct {
	ended func() error // the request's: loading ends with it
	limit int64
	spent atomic.Int64
}

type rowsKey struct{}

// Rows gives the budget of the request, nil outside of one.
func Rows(ctx context.Context) *RowBudget {
	b, _ := ctx.Value(rowsKey{}).(*RowBudget)
	return b
}

func withRows(ctx context.Context, limit int) context.Context {
	return context.WithValue(ctx, rowsKey{}, &RowBudget{ended: ctx.Err, limit: int64(limit)})
}

// Spend takes n rows from the budget; over its end it gives ErrRowsExhausted,
// and the context's error once the request's time is up. Loaders and resolvers
// of lists call it with the number of rows they got.
func (b *RowBudget) Spend(n int) error {
	if b == nil {
		return nil
	}
	if b.spent.Add(int64(n)) > b.limit {
		return ErrRowsExhausted
	}
	return b.ended()
}

// Spent gives the rows taken so far.
func (b *RowBudget) Spent() int64 {
	if b == nil {
		return 0
	}
	return b.spent.Load()
}

func (b *RowBudget) renew() {
	if b != nil {
		b.spent.Store(0)
	}
}
