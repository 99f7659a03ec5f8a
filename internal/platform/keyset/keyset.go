// Package keyset reads one page of a long list: the ids of its rows, by a sort
// value and the id, so that a page costs the same wherever it lies and rows
// added meanwhile neither repeat nor hide others.
package keyset

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// Order is what a list is sorted by. Expr never is NULL.
type Order struct {
	Expr string // SQL: "p.title"
	Type string // its SQL type, for reading the cursor: "text"
	ID   string // SQL of the id, which settles ties: "p.id"
}

// Query is a list under construction. All SQL in it is written by the program;
// values travel as parameters only.
type Query struct {
	from  string
	where []string
	args  []any
}

// From begins a list: "product p".
func From(from string) *Query { return &Query{from: from} }

// Where narrows the list. Each ? in the condition stands for one of the values.
func (q *Query) Where(condition string, values ...any) {
	q.where = append(q.where, q.bind(condition, values))
}

func (q *Query) bind(condition string, values []any) string {
	var b strings.Builder
	for _, v := range values {
		before, after, _ := strings.Cut(condition, "?")
		q.args = append(q.args, v)
		b.WriteString(before + "$" + strconv.Itoa(len(q.args)))
		condition = after
	}
	return b.String() + condition
}

// Row is one id with its place in the order.
type Row struct {
	ID  int64
	key string
}

// Page reads the ids of the window.
func (q *Query) Page(ctx context.Context, conn postgres.Conn, w page.Window, o Order) (page.Slice[Row], error) {
	sql, args, err := q.sql(w, o)
	if err != nil {
		return page.Slice[Row]{}, err
	}
	rows, err := conn.Query(ctx, sql, args...)
	if err != nil {
		return page.Slice[Row]{}, fmt.Errorf("list %s: %w", q.from, refusal(err, w))
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r Row, err error) {
		err = row.Scan(&r.ID, &r.key)
		return r, err
	})
	if err != nil {
		return page.Slice[Row]{}, fmt.Errorf("list %s: %w", q.from, refusal(err, w))
	}
	return page.Cut(out, w, Row.cursor), nil
}

// refusal knows the one data error that a caller can bring about: a cursor
// whose sort value does not read as the order's type.
func refusal(err error, w page.Window) error {
	var pg *pgconn.PgError
	if w.Cursor != "" && errors.As(err, &pg) && strings.HasPrefix(pg.Code, "22") {
		return page.ErrCursor.Wrap(err)
	}
	return postgres.Fault(err)
}

func (r Row) cursor() string { return page.Encode(r.key, r.ID) }

func (q *Query) sql(w page.Window, o Order) (string, []any, error) {
	where, args := q.where, q.args
	direction, compare := "ASC", ">"
	if w.Descending() {
		direction, compare = "DESC", "<"
	}
	if w.Cursor != "" {
		var r Row
		if err := page.Decode(w.Cursor, &r.key, &r.ID); err != nil {
			return "", nil, err
		}
		where = append(where[:len(where):len(where)], fmt.Sprintf("(%s, %s) %s ($%d::text::%s, $%d)",
			o.Expr, o.ID, compare, len(args)+1, o.Type, len(args)+2))
		args = append(args[:len(args):len(args)], r.key, r.ID)
	}
	return fmt.Sprintf("SELECT %s, (%s)::text FROM %s%s ORDER BY %s %s, %s %s LIMIT %d",
		o.ID, o.Expr, q.from, conditions(where), o.Expr, direction, o.ID, direction, w.Limit+1), args, nil
}

func conditions(where []string) string {
	if len(where) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(where, " AND ")
}

// Count tells how long the list is.
func (q *Query) Count(ctx context.Context, conn postgres.Conn) (int64, error) {
	var n int64
	err := conn.QueryRow(ctx, "SELECT count(*) FROM "+q.from+conditions(q.where), q.args...).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count %s: %w", q.from, postgres.Fault(err))
	}
	return n, nil
}

// Fill turns a page of ids into a page of things. An id that has gone since is
// left out.
func Fill[ID ~int64, T any](s page.Slice[Row], things map[ID]T) page.Slice[T] {
	out := page.Slice[T]{Info: s.Info, Items: make([]T, 0, len(s.Items)), Cursors: make([]string, 0, len(s.Items))}
	for i, r := range s.Items {
		if t, ok := things[ID(r.ID)]; ok {
			out.Items = append(out.Items, t)
			out.Cursors = append(out.Cursors, s.Cursors[i])
		}
	}
	return out
}

// IDs gives the ids of a page.
func IDs[ID ~int64](s page.Slice[Row]) []ID {
	ids := make([]ID, len(s.Items))
	for i, r := range s.Items {
		ids[i] = ID(r.ID)
	}
	return ids
}
