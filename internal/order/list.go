package order

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/souk-commerce/souk/internal/kernel/contact"
	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/platform/keyset"
)

// query begins a list.
func (f Filter) query() *keyset.Query {
	q := keyset.From("sales_order o")
	if f.State != "" {
		q.Where("o.state = ?", string(f.State))
	}
	if f.Tag != "" {
		q.Where("EXISTS (SELECT FROM order_tag t WHERE t.order_id = o.id AND t.tag = ?)", f.Tag)
	}
	if f.Email != "" {
		q.Where("o.email = ?", contact.Email(f.Email))
	}
	if f.Number != 0 {
		q.Where("o.number = ?", f.Number)
	}
	if !f.From.IsZero() {
		q.Where("o.placed_at >= ?", f.From)
	}
	if !f.Until.IsZero() {
		q.Where("o.placed_at < ?", f.Until)
	}
	f.search(q)
	return q
}

// search looks for a text in the address of the mail and in the names; a number
// is also the order's.
func (f Filter) search(q *keyset.Query) {
	text := contact.Email(f.Text)
	if text == "" {
		return
	}
	number, err := strconv.ParseInt(strings.TrimPrefix(text, "#"), 10, 64)
	if err != nil {
		number = 0
	}
	q.Where(`(o.number = ? OR strpos(o.email, ?) > 0 OR strpos(lower(concat_ws(' ',
		o.shipping_address->>'first_name', o.shipping_address->>'last_name', o.shipping_address->>'company',
		o.billing_address->>'first_name', o.billing_address->>'last_name', o.billing_address->>'company')), ?) > 0)`,
		number, text, text)
}

func (by Sort) order() keyset.Order {
	switch by {
	case ByTotal:
		return keyset.Order{Expr: "o.total", Type: "bigint", ID: "o.id"}
	case ByNumber:
		return keyset.Order{Expr: "o.number", Type: "bigint", ID: "o.id"}
	}
	return keyset.Order{Expr: "o.placed_at", Type: "timestamptz", ID: "o.id"}
}

// Page gives one page of the orders.
func (s *Service) Page(ctx context.Context, f Filter, by Sort, args page.Args) (page.Slice[Order], error) {
	args.Reverse = !args.Reverse // the greatest comes first
	w, err := args.Window(50, 250)
	if err != nil {
		return page.Slice[Order]{}, err
	}
	ids, err := f.query().Page(ctx, s.db.Conn(ctx), w, by.order())
	if err != nil {
		return page.Slice[Order]{}, err
	}
	orders, err := s.ByIDs(ctx, keyset.IDs[ID](ids))
	if err != nil {
		return page.Slice[Order]{}, fmt.Errorf("list orders: %w", err)
	}
	return keyset.Fill(ids, orders), nil
}

// Count tells how many orders there are.
func (s *Service) Count(ctx context.Context, f Filter) (int64, error) {
	return f.query().Count(ctx, s.db.Conn(ctx))
}
