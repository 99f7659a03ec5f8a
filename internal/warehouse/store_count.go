package warehouse

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/ent"
	"github.com/souk-commerce/souk/ent/stockcount"
	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/platform/keyset"
	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/warehouse/lifecycle"
)

// CountByID gives one count.
func (s *Service) CountByID(ctx context.Context, id CountID) (Count, error) {
	found, err := s.CountsByIDs(ctx, []CountID{id})
	if err != nil {
		return Count{}, err
	}
	if c, ok := found[id]; ok {
		return c, nil
	}
	return Count{}, ErrCountNotFound
}

// CountsByIDs gives those counts that exist.
func (s *Service) CountsByIDs(ctx context.Context, ids []CountID) (map[CountID]Count, error) {
	rows, err := s.db.Ent(ctx).StockCount.Query().Where(postgres.Any(stockcount.FieldID, ids)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read stock counts: %w", postgres.Fault(err))
	}
	out := make(map[CountID]Count, len(rows))
	for _, r := range rows {
		out[CountID(r.ID)] = countOf(r)
	}
	return out, nil
}

// ListCounts gives one page of counts.
func (s *Service) ListCounts(ctx context.Context, f CountFilter, by CountSort, args page.Args) (page.Slice[Count], error) {
	w, err := args.Window(pageSize, maxPage)
	if err != nil {
		return page.Slice[Count]{}, err
	}
	ids, err := f.query().Page(ctx, s.db.Conn(ctx), w, by.order())
	if err != nil {
		return page.Slice[Count]{}, err
	}
	found, err := s.CountsByIDs(ctx, keyset.IDs[CountID](ids))
	return keyset.Fill(ids, found), err
}

func (by CountSort) order() keyset.Order {
	if by == CountsByUpdate {
		return keyset.Order{Expr: "c.updated_at", Type: "timestamptz", ID: "c.id"}
	}
	return keyset.Order{Expr: "c.id", Type: "bigint", ID: "c.id"}
}

// CountCounts tells how long the list is.
func (s *Service) CountCounts(ctx context.Context, f CountFilter) (int64, error) {
	return f.query().Count(ctx, s.db.Conn(ctx))
}

func (f CountFilter) query() *keyset.Query {
	q := keyset.From("stock_count c")
	if len(f.States) > 0 {
		q.Where("c.state = ANY(?::text[])", texts(f.States))
	}
	if f.Location != 0 {
		q.Where("c.location_id = ?", int64(f.Location))
	}
	if f.Variant != 0 {
		q.Where("EXISTS (SELECT FROM stock_count_line l WHERE l.count_id = c.id AND l.variant_id = ?)", int64(f.Variant))
	}
	return q
}

// CountLinePages gives the same page of the lines of each count, in the order in
// which they were listed.
func (s *Service) CountLinePages(ctx context.Context, counts []CountID, f CountLineFilter, args page.Args) (map[CountID]page.Slice[CountLine], error) {
	w, err := args.Window(pageSize, maxPage)
	if err != nil {
		return nil, err
	}
	direction, compare := "ASC", ">"
	if w.Descending() {
		direction, compare = "DESC", "<"
	}
	var from *int64
	if w.Cursor != "" {
		if err := page.Decode(w.Cursor, &from); err != nil {
			return nil, err
		}
	}
	rows, err := s.db.Conn(ctx).Query(ctx, `
		SELECT l.id, l.count_id, l.variant_id, l.expected, l.counted, l.counted_at
		FROM unnest($1::bigint[]) AS c(id)
		CROSS JOIN LATERAL (
			SELECT * FROM stock_count_line
			WHERE count_id = c.id AND ($2::bigint IS NULL OR id `+compare+` $2)
				AND ($3::boolean IS NULL OR (counted IS NOT NULL) = $3)
				AND ($4::boolean IS NULL OR COALESCE(counted <> expected, false) = $4)
			ORDER BY id `+direction+` LIMIT $5
		) l ORDER BY l.id `+direction, raw(counts), from, f.Counted, f.Differing, w.Limit+1)
	if err != nil {
		return nil, fmt.Errorf("read count lines: %w", postgres.Fault(err))
	}
	lines, err := pgx.CollectRows(rows, pgx.RowToStructByPos[CountLine])
	if err != nil {
		return nil, fmt.Errorf("read count lines: %w", postgres.Fault(err))
	}
	byCount := make(map[CountID][]CountLine, len(counts))
	for _, l := range lines {
		byCount[l.Count] = append(byCount[l.Count], l)
	}
	out := make(map[CountID]page.Slice[CountLine], len(counts))
	for _, id := range counts {
		out[id] = page.Cut(byCount[id], w, func(l CountLine) string { return page.Encode(int64(l.ID)) })
	}
	return out, nil
}

// ProgressOf tells how far counts are.
func (s *Service) ProgressOf(ctx context.Context, ids []CountID) (map[CountID]Progress, error) {
	rows, err := s.db.Conn(ctx).Query(ctx, `
		SELECT count_id, count(*), count(counted), count(*) FILTER (WHERE counted <> expected)
		FROM stock_count_line WHERE count_id = ANY($1) GROUP BY count_id`, raw(ids))
	if err != nil {
		return nil, fmt.Errorf("read progress of stock counts: %w", postgres.Fault(err))
	}
	defer rows.Close()
	out := make(map[CountID]Progress, len(ids))
	for rows.Next() {
		var id CountID
		var p Progress
		if err := rows.Scan(&id, &p.Lines, &p.Counted, &p.Differing); err != nil {
			return nil, fmt.Errorf("read progress of stock counts: %w", err)
		}
		out[id] = p
	}
	return out, postgres.Fault(rows.Err())
}

// lockCount takes a count, and compares its version where one is given.
func (s *Service) lockCount(ctx context.Context, id CountID, version *int64) (Count, error) {
	row, err := s.db.Ent(ctx).StockCount.Query().Where(stockcount.ID(int64(id))).ForUpdate().Only(ctx)
	if ent.IsNotFound(err) {
		return Count{}, ErrCountNotFound
	}
	if err != nil {
		return Count{}, fmt.Errorf("lock stock count: %w", postgres.Fault(err))
	}
	if version != nil && row.Version != *version {
		return Count{}, ErrStale
	}
	return countOf(row), nil
}

func (s *Service) insertCount(ctx context.Context, in NewCount) (Count, error) {
	now := s.db.Now(ctx)
	row, err := s.db.Ent(ctx).StockCount.Create().SetLocationID(int64(in.Location)).SetNote(in.Note).
		SetCreatedAt(now).SetUpdatedAt(now).Save(ctx)
	if err != nil {
		return Count{}, fmt.Errorf("open stock count: %w", postgres.Fault(err))
	}
	return countOf(row), nil
}

func (s *Service) saveCount(ctx context.Context, c *Count) error {
	now := s.db.Now(ctx)
	update := s.db.Ent(ctx).StockCount.UpdateOneID(int64(c.ID)).SetState(string(c.State)).SetUpdatedAt(now).AddVersion(1)
	if c.State != lifecycle.Open {
		update.SetEndedAt(now)
	}
	row, err := update.Save(ctx)
	if err != nil {
		return fmt.Errorf("save stock count: %w", postgres.Fault(err))
	}
	*c = countOf(row)
	return nil
}

// countedElsewhere tells which of the variants stand in another open count of
// the same location. Counts of a location that list variants wait for each
// other here until the end of their transactions.
func (s *Service) countedElsewhere(ctx context.Context, c Count, variants []catalog.VariantID) (map[catalog.VariantID]bool, error) {
	conn := s.db.Conn(ctx)
	if _, err := conn.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('stock count at ' || $1::bigint, 0))`, int64(c.Location)); err != nil {
		return nil, fmt.Errorf("lock stock counts of the location: %w", postgres.Fault(err))
	}
	rows, err := conn.Query(ctx, `
		SELECT l.variant_id FROM stock_count c JOIN stock_count_line l ON l.count_id = c.id
		WHERE c.location_id = $1 AND c.state = 'open' AND c.id <> $2 AND l.variant_id = ANY($3::bigint[])`,
		int64(c.Location), int64(c.ID), raw(variants))
	if err != nil {
		return nil, fmt.Errorf("look for other stock counts: %w", postgres.Fault(err))
	}
	found, err := pgx.CollectRows(rows, pgx.RowTo[catalog.VariantID])
	if err != nil {
		return nil, fmt.Errorf("look for other stock counts: %w", postgres.Fault(err))
	}
	out := make(map[catalog.VariantID]bool, len(found))
	for _, v := range found {
		out[v] = true
	}
	return out, nil
}

func (s *Service) insertCountLines(ctx context.Context, id CountID, variants []catalog.VariantID, expected map[catalog.VariantID]int64) error {
	_, err := s.db.Conn(ctx).CopyFrom(ctx, pgx.Identifier{"stock_count_line"}, []string{"count_id", "variant_id", "expected"},
		pgx.CopyFromSlice(len(variants), func(i int) ([]any, error) {
			return []any{int64(id), int64(variants[i]), expected[variants[i]]}, nil
		}))
	if err != nil {
		return fmt.Errorf("list what to count: %w", postgres.Fault(err))
	}
	return nil
}

// writeTallies writes what was counted, and gives the lines.
func (s *Service) writeTallies(ctx context.Context, id CountID, tallies []Tally, expected map[catalog.VariantID]int64) ([]CountLine, error) {
	var variants, counted, books []int64
	for _, t := range tallies {
		variants, counted, books = append(variants, int64(t.Variant)), append(counted, t.Counted), append(books, expected[t.Variant])
	}
	rows, err := s.db.Conn(ctx).Query(ctx, `
		INSERT INTO stock_count_line AS l (count_id, variant_id, expected, counted, counted_at)
		SELECT $1, n.variant_id, n.expected, n.counted, $5
		FROM unnest($2::bigint[], $3::bigint[], $4::bigint[]) WITH ORDINALITY AS n(variant_id, expected, counted, place) ORDER BY n.place
		ON CONFLICT (count_id, variant_id) DO UPDATE
			SET expected = excluded.expected, counted = excluded.counted, counted_at = excluded.counted_at
		RETURNING l.id, l.count_id, l.variant_id, l.expected, l.counted, l.counted_at`,
		int64(id), variants, books, counted, s.db.Now(ctx))
	if err != nil {
		return nil, fmt.Errorf("write down what was counted: %w", postgres.Fault(err))
	}
	lines, err := pgx.CollectRows(rows, pgx.RowToStructByPos[CountLine])
	if err != nil {
		return nil, fmt.Errorf("write down what was counted: %w", postgres.Fault(err))
	}
	return lines, nil
}

// difference is a line that differs from the books, and its place in the count.
type difference struct {
	CountLine
	Place int
}

// differences gives the lines of a count that differ from the books.
func (s *Service) differences(ctx context.Context, id CountID) ([]difference, error) {
	rows, err := s.db.Conn(ctx).Query(ctx, `
		SELECT id, count_id, variant_id, expected, counted, counted_at, place FROM (
			SELECT l.*, row_number() OVER (ORDER BY id) - 1 AS place FROM stock_count_line l WHERE count_id = $1
		) n WHERE counted <> expected ORDER BY id`, int64(id))
	if err != nil {
		return nil, fmt.Errorf("read differences: %w", postgres.Fault(err))
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByPos[difference])
	if err != nil {
		return nil, fmt.Errorf("read differences: %w", postgres.Fault(err))
	}
	return out, nil
}
