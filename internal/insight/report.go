package insight

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// pageSize and maxPage bound the lists of this room.
const (
	pageSize    = 50
	maxPage     = 250
	defaultDays = 28 // of a report without a period, today among them
	funnelMost  = 50
)

// ranking is what a report ranks by and what belongs into it.
type ranking struct{ by, where string }

func (s *Service) ranking(r Report) (ranking, error) {
	all := map[Report]ranking{
		Top:        {"searches", "true"},
		ZeroResult: {"zero", "zero > 0"},
		// fewer than one in five is clicked, though most of them find something
		LowClick: {"tracked - clicked", "tracked >= " + strconv.FormatInt(s.cfg.LowClickLeast, 10) +
			" AND clicked * 5 < tracked AND zero * 2 < searches"},
		Rescued:      {"rescued", "rescued > 0"},
		BestClicked:  {"clicks", "clicks > 0"},
		BestOrdering: {"orders", "orders > 0"},
	}
	found, ok := all[r]
	if !ok {
		return ranking{}, ErrReport
	}
	return found, nil
}

// statement is SQL under construction.
type statement struct{ args []any }

// bind gives the place of a value.
func (st *statement) bind(v any) string {
	st.args = append(st.args, v)
	return "$" + strconv.Itoa(len(st.args))
}

// within narrows rows to a filter; those of some tables are not told apart by
// market.
func (st *statement) within(f Filter, byMarket bool) string {
	where := []string{"day >= " + st.bind(f.From), "day <= " + st.bind(f.To)}
	if byMarket && f.Market != "" {
		where = append(where, "market = "+st.bind(f.Market))
	}
	if f.Language != "" {
		where = append(where, "language = "+st.bind(string(f.Language)))
	}
	if f.Contains != "" {
		where = append(where, "strpos(query, "+st.bind(strings.ToLower(f.Contains))+") > 0")
	}
	return strings.Join(where, " AND ")
}

// period fills in what a filter leaves open.
func (s *Service) period(ctx context.Context, f Filter) (Filter, error) {
	if f.To.IsZero() {
		f.To = s.db.Now(ctx)
	}
	f.To = dayOf(f.To)
	if f.From.IsZero() {
		f.From = f.To.AddDate(0, 0, 1-defaultDays)
	}
	f.From = dayOf(f.From)
	if f.To.Before(f.From) {
		return f, ErrPeriod
	}
	return f, nil
}

// figures are the columns that are added up, in the order of [Figures.all].
const figures = `sum(searches)::bigint AS searches, sum(tracked)::bigint AS tracked, sum(sessions)::bigint AS visits, sum(zero)::bigint AS zero,
	sum(rescued)::bigint AS rescued, sum(refined)::bigint AS refined, sum(clicked)::bigint AS clicked, sum(clicks)::bigint AS clicks,
	sum(positions)::bigint AS positions, sum(carts)::bigint AS carts, sum(orders)::bigint AS orders`

const figureNames = `searches, tracked, visits, zero, rescued, refined, clicked, clicks, positions, carts, orders`

// latest are the columns of the last day.
const latest = `(array_agg(hits ORDER BY day DESC, searches DESC))[1] AS hits, (array_agg(used_query ORDER BY day DESC, searches DESC))[1] AS used_query,
	(array_agg(stage ORDER BY day DESC, searches DESC))[1] AS stage`

func (f *Figures) all() []any {
	return []any{&f.Searches, &f.Tracked, &f.Visits, &f.Zero, &f.Rescued, &f.Refined, &f.Clicked, &f.Clicks, &f.Positions, &f.Carts, &f.Orders}
}

func (q *Query) latest() []any { return []any{&q.Hits, &q.UsedQuery, &q.Stage} }

// row is a row of a list with what it is ranked by.
type row[T any] struct {
	it   T
	rank int64
	keys [3]string
}

func (r row[T]) cursor() string { return page.Encode(r.rank, r.keys[0], r.keys[1], r.keys[2]) }

// after is the condition of rows behind a cursor, in a list that goes from the
// highest rank down.
func (st *statement) after(w page.Window, by string, keys ...string) (string, error) {
	if w.Cursor == "" {
		return "true", nil
	}
	var r row[struct{}]
	if err := page.Decode(w.Cursor, &r.rank, &r.keys[0], &r.keys[1], &r.keys[2]); err != nil {
		return "", err
	}
	columns, values := []string{by}, []string{st.bind(r.rank)}
	for i, k := range keys {
		columns, values = append(columns, k), append(values, st.bind(r.keys[i]))
	}
	compare := "<"
	if w.Descending() {
		compare = ">"
	}
	return "(" + strings.Join(columns, ", ") + ") " + compare + " (" + strings.Join(values, ", ") + ")", nil
}

func ordered(w page.Window, by string, keys ...string) string {
	direction := " DESC"
	if w.Descending() {
		direction = " ASC"
	}
	parts := []string{by + direction}
	for _, k := range keys {
		parts = append(parts, k+direction)
	}
	return strings.Join(parts, ", ") + " LIMIT " + strconv.Itoa(w.Limit+1)
}

// slice makes a page of rows.
func slice[T any](rows []row[T], w page.Window) page.Slice[T] {
	cut := page.Cut(rows, w, row[T].cursor)
	out := page.Slice[T]{Info: cut.Info, Cursors: cut.Cursors, Items: make([]T, len(cut.Items))}
	for i, r := range cut.Items {
		out.Items[i] = r.it
	}
	return out
}

// Queries gives one page of a report.
func (s *Service) Queries(ctx context.Context, r Report, f Filter, args page.Args) (page.Slice[Query], error) {
	none := page.Slice[Query]{}
	w, err := args.Window(pageSize, maxPage)
	if err != nil {
		return none, err
	}
	sum, rank, st, err := s.summed(ctx, r, f)
	if err != nil {
		return none, err
	}
	after, err := st.after(w, rank.by, "language", "query")
	if err != nil {
		return none, err
	}
	rows, err := s.db.Conn(ctx).Query(ctx, `SELECT language, query, `+figureNames+`, hits, used_query, stage, `+rank.by+`
		FROM (`+sum+`) q WHERE `+rank.where+` AND `+after+` ORDER BY `+ordered(w, rank.by, "language", "query"), st.args...)
	if err != nil {
		return none, fmt.Errorf("report queries: %w", postgres.Fault(err))
	}
	found, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (out row[Query], err error) {
		q := &out.it
		err = r.Scan(slices.Concat([]any{&q.Language, &q.Query}, q.all(), q.latest(), []any{&out.rank})...)
		out.keys = [3]string{string(q.Language), q.Query}
		return out, err
	})
	if err != nil {
		return none, fmt.Errorf("report queries: %w", postgres.Fault(err))
	}
	return slice(found, w), nil
}

// CountQueries tells how long a report is.
func (s *Service) CountQueries(ctx context.Context, r Report, f Filter) (int64, error) {
	sum, rank, st, err := s.summed(ctx, r, f)
	if err != nil {
		return 0, err
	}
	var n int64
	err = s.db.Conn(ctx).QueryRow(ctx, `SELECT count(*) FROM (`+sum+`) q WHERE `+rank.where, st.args...).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count queries: %w", postgres.Fault(err))
	}
	return n, nil
}

// summed writes the statement that adds up a period by query.
func (s *Service) summed(ctx context.Context, r Report, f Filter) (sql string, rank ranking, st *statement, err error) {
	if rank, err = s.ranking(r); err != nil {
		return "", rank, nil, err
	}
	if f, err = s.period(ctx, f); err != nil {
		return "", rank, nil, err
	}
	st = &statement{}
	return `SELECT language, query, ` + figures + `, ` + latest + ` FROM query_day WHERE ` + st.within(f, true) + ` GROUP BY language, query`, rank, st, nil
}

// Totals adds up all searches of a period.
func (s *Service) Totals(ctx context.Context, f Filter) (Totals, error) {
	var t Totals
	f, err := s.period(ctx, f)
	if err != nil {
		return t, err
	}
	st := &statement{}
	rows, err := s.db.Conn(ctx).Query(ctx, `SELECT count(DISTINCT (language, query)), `+figures+` FROM query_day WHERE `+st.within(f, true)+`
		HAVING count(*) > 0`, st.args...)
	if err != nil {
		return t, fmt.Errorf("add up searches: %w", postgres.Fault(err))
	}
	_, err = pgx.ForEachRow(rows, append([]any{&t.Queries}, t.all()...), func() error { return nil })
	if err != nil {
		return Totals{}, fmt.Errorf("add up searches: %w", postgres.Fault(err))
	}
	return t, nil
}

// Funnel tells the way of one normalized query of the filter's language from
// search to order.
func (s *Service) Funnel(ctx context.Context, f Filter, query string) (Funnel, error) {
	var out Funnel
	f, err := s.period(ctx, f)
	if err != nil {
		return out, err
	}
	f.Contains = ""
	if out.Query, err = s.one(ctx, f, query); err != nil {
		return out, err
	}
	if out.Days, err = s.days(ctx, f, query); err != nil {
		return out, err
	}
	if out.Products, err = s.products(ctx, f, query); err != nil {
		return out, err
	}
	out.Next, err = s.next(ctx, f, query)
	return out, err
}

// one adds up a period of one query.
func (s *Service) one(ctx context.Context, f Filter, query string) (Query, error) {
	q, st := Query{Language: f.Language, Query: query}, &statement{}
	rows, err := s.db.Conn(ctx).Query(ctx, `SELECT `+figures+`, `+latest+` FROM query_day WHERE `+st.only(f, query)+` HAVING count(*) > 0`, st.args...)
	if err != nil {
		return q, fmt.Errorf("add up a query: %w", postgres.Fault(err))
	}
	if _, err = pgx.ForEachRow(rows, append(q.all(), q.latest()...), func() error { return nil }); err != nil {
		return q, fmt.Errorf("add up a query: %w", postgres.Fault(err))
	}
	return q, nil
}

// only narrows rows to one query.
func (st *statement) only(f Filter, query string) string {
	return st.within(f, true) + " AND language = " + st.bind(string(f.Language)) + " AND query = " + st.bind(query)
}

func (s *Service) days(ctx context.Context, f Filter, query string) ([]Day, error) {
	st := &statement{}
	rows, err := s.db.Conn(ctx).Query(ctx, `SELECT day, `+figures+` FROM query_day WHERE `+st.only(f, query)+` GROUP BY day ORDER BY day`, st.args...)
	if err != nil {
		return nil, fmt.Errorf("read the days of a query: %w", postgres.Fault(err))
	}
	return pgx.CollectRows(rows, func(r pgx.CollectableRow) (d Day, err error) {
		err = r.Scan(append([]any{&d.Day}, d.all()...)...)
		return d, err
	})
}

func (s *Service) products(ctx context.Context, f Filter, query string) ([]QueryProduct, error) {
	rows, err := s.db.Conn(ctx).Query(ctx, `
		SELECT product_id, sum(impressions)::bigint, sum(clicks)::bigint, sum(carts)::bigint, sum(orders)::bigint FROM query_product
		WHERE day BETWEEN $1 AND $2 AND language = $3 AND query = $4
		GROUP BY product_id ORDER BY sum(clicks) DESC, sum(impressions) DESC, product_id LIMIT $5`, f.From, f.To, string(f.Language), query, funnelMost)
	if err != nil {
		return nil, fmt.Errorf("read the products of a query: %w", postgres.Fault(err))
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[QueryProduct])
}

func (s *Service) next(ctx context.Context, f Filter, query string) ([]Refinement, error) {
	rows, err := s.db.Conn(ctx).Query(ctx, `
		SELECT language, query, next, sum(sessions)::bigint, sum(clicked)::bigint FROM query_follow
		WHERE day BETWEEN $1 AND $2 AND language = $3 AND query = $4
		GROUP BY language, query, next ORDER BY sum(sessions) DESC, next LIMIT $5`, f.From, f.To, string(f.Language), query, funnelMost)
	if err != nil {
		return nil, fmt.Errorf("read what was searched next: %w", postgres.Fault(err))
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Refinement])
}

// Refinements gives one page of queries with the ones that were searched for
// next, the most frequent first. They are not told apart by market.
func (s *Service) Refinements(ctx context.Context, f Filter, args page.Args) (page.Slice[Refinement], error) {
	none := page.Slice[Refinement]{}
	w, err := args.Window(pageSize, maxPage)
	if err != nil {
		return none, err
	}
	if f, err = s.period(ctx, f); err != nil {
		return none, err
	}
	st := &statement{}
	sum := `SELECT language, query, next, sum(sessions)::bigint AS sessions, sum(clicked)::bigint AS clicked
		FROM query_follow WHERE ` + st.within(f, false) + ` GROUP BY language, query, next`
	after, err := st.after(w, "sessions", "language", "query", "next")
	if err != nil {
		return none, err
	}
	rows, err := s.db.Conn(ctx).Query(ctx, `SELECT language, query, next, sessions, clicked FROM (`+sum+`) q
		WHERE `+after+` ORDER BY `+ordered(w, "sessions", "language", "query", "next"), st.args...)
	if err != nil {
		return none, fmt.Errorf("report refinements: %w", postgres.Fault(err))
	}
	found, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (out row[Refinement], err error) {
		err = r.Scan(&out.it.Language, &out.it.Query, &out.it.Next, &out.it.Sessions, &out.it.Clicked)
		out.rank, out.keys = out.it.Sessions, [3]string{string(out.it.Language), out.it.Query, out.it.Next}
		return out, err
	})
	if err != nil {
		return none, fmt.Errorf("report refinements: %w", postgres.Fault(err))
	}
	return slice(found, w), nil
}

// Intents gives one page of what was learned of queries, the most clicked first.
// The period does not matter.
func (s *Service) Intents(ctx context.Context, f Filter, args page.Args) (page.Slice[Intent], error) {
	none := page.Slice[Intent]{}
	w, err := args.Window(pageSize, maxPage)
	if err != nil {
		return none, err
	}
	st := &statement{}
	where := "($1 = '' OR language = $1) AND strpos(query, $2) > 0"
	st.args = []any{string(f.Language), strings.ToLower(f.Contains)}
	after, err := st.after(w, "clicks", "language", "query")
	if err != nil {
		return none, err
	}
	rows, err := s.db.Conn(ctx).Query(ctx, `SELECT language, query, category_id, clicks, share_ppm, computed_at FROM query_intent
		WHERE `+where+` AND `+after+` ORDER BY `+ordered(w, "clicks", "language", "query"), st.args...)
	if err != nil {
		return none, fmt.Errorf("list what queries mean: %w", postgres.Fault(err))
	}
	found, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (out row[Intent], err error) {
		in := &out.it
		err = r.Scan(&in.Language, &in.Query, &in.Category, &in.Clicks, &in.SharePPM, &in.ComputedAt)
		out.rank, out.keys = in.Clicks, [3]string{string(in.Language), in.Query}
		return out, err
	})
	if err != nil {
		return none, fmt.Errorf("list what queries mean: %w", postgres.Fault(err))
	}
	return slice(found, w), nil
}

// Sweep deletes what was counted of days before a time. It is the rule of
// retention.
func (s *Service) Sweep(ctx context.Context, before time.Time, limit int) (int64, error) {
	var total int64
	var all []error
	for _, table := range []string{"query_day", "query_product", "query_follow", "experiment_day"} {
		tag, err := s.db.Conn(ctx).Exec(ctx, `DELETE FROM `+table+` WHERE ctid = ANY(ARRAY(
			SELECT ctid FROM `+table+` WHERE day < $1::date LIMIT $2))`, dayOf(before), limit)
		if err != nil {
			all = append(all, fmt.Errorf("delete old rows of %s: %w", table, postgres.Fault(err)))
			continue
		}
		total += tag.RowsAffected()
	}
	return total, errors.Join(all...)
}
