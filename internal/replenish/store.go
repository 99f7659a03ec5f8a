package replenish

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/platform/keyset"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// pageSize and maxPage bound the lists of this room.
const (
	pageSize = 50
	maxPage  = 250
)

const columns = `t.id, t.variant_id, t.location_id, t.low_at, t.reorder_at, t.reorder_quantity, t.margin, t.low_since, t.reorder_since, t.version, t.updated_at`

func scan(row pgx.CollectableRow) (t Threshold, err error) {
	err = row.Scan(&t.ID, &t.Variant, &t.Location, &t.LowAt, &t.ReorderAt, &t.ReorderQuantity, &t.Margin, &t.LowSince, &t.ReorderSince, &t.Version, &t.UpdatedAt)
	return t, err
}

func (s *Service) read(ctx context.Context, what, sql string, args ...any) ([]Threshold, error) {
	rows, err := s.db.Conn(ctx).Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, postgres.Fault(err))
	}
	found, err := pgx.CollectRows(rows, scan)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, postgres.Fault(err))
	}
	return found, nil
}

// byColumn gives levels as two lists.
func byColumn(levels []Level) (variants, locations []int64) {
	variants, locations = make([]int64, len(levels)), make([]int64, len(levels))
	for i, l := range levels {
		variants[i], locations[i] = int64(l.Variant), int64(l.Location)
	}
	return variants, locations
}

// ByLevels gives the thresholds of levels; those that have none are missing.
func (s *Service) ByLevels(ctx context.Context, levels []Level) (map[Level]Threshold, error) {
	variants, locations := byColumn(levels)
	found, err := s.read(ctx, "read thresholds", `SELECT `+columns+` FROM stock_threshold t
		JOIN unnest($1::bigint[], $2::bigint[]) AS k(variant_id, location_id) ON k.variant_id = t.variant_id AND k.location_id = t.location_id`, variants, locations)
	if err != nil {
		return nil, err
	}
	out := make(map[Level]Threshold, len(found))
	for _, t := range found {
		out[t.Level] = t
	}
	return out, nil
}

// ByIDs gives thresholds by id; those that are gone are missing.
func (s *Service) ByIDs(ctx context.Context, ids []ThresholdID) (map[ThresholdID]Threshold, error) {
	found, err := s.read(ctx, "read thresholds", `SELECT `+columns+` FROM stock_threshold t WHERE t.id = ANY($1)`, raw(ids))
	if err != nil {
		return nil, err
	}
	out := make(map[ThresholdID]Threshold, len(found))
	for _, t := range found {
		out[t.ID] = t
	}
	return out, nil
}

func raw[ID ~int64](ids []ID) []int64 {
	out := make([]int64, len(ids))
	for i, id := range ids {
		out[i] = int64(id)
	}
	return out
}

// Page gives one page of thresholds, by variant.
func (s *Service) Page(ctx context.Context, f Filter, args page.Args) (page.Slice[Threshold], error) {
	w, err := args.Window(pageSize, maxPage)
	if err != nil {
		return page.Slice[Threshold]{}, err
	}
	ids, err := f.query().Page(ctx, s.db.Conn(ctx), w, keyset.Order{Expr: "t.variant_id", Type: "bigint", ID: "t.id"})
	if err != nil {
		return page.Slice[Threshold]{}, err
	}
	found, err := s.ByIDs(ctx, keyset.IDs[ThresholdID](ids))
	return keyset.Fill(ids, found), err
}

// Count tells how long the list is.
func (s *Service) Count(ctx context.Context, f Filter) (int64, error) {
	return f.query().Count(ctx, s.db.Conn(ctx))
}

func (f Filter) query() *keyset.Query {
	q := keyset.From("stock_threshold t")
	if len(f.Variants) > 0 {
		q.Where("t.variant_id = ANY(?::bigint[])", raw(f.Variants))
	}
	if f.Location != 0 {
		q.Where("t.location_id = ?", int64(f.Location))
	}
	if f.Low {
		q.Where("t.low_since IS NOT NULL")
	}
	if f.Reorder {
		q.Where("t.reorder_since IS NOT NULL")
	}
	return q
}

// marked gives the thresholds of levels of which more is to be ordered.
func (s *Service) marked(ctx context.Context, f ReportFilter) ([]Threshold, error) {
	return s.read(ctx, "list what to order", `SELECT `+columns+` FROM stock_threshold t
		WHERE t.reorder_since IS NOT NULL AND t.reorder_at IS NOT NULL AND ($1::bigint = 0 OR t.location_id = $1)
			AND (cardinality($2::bigint[]) = 0 OR t.variant_id = ANY($2))`, int64(f.Location), raw(f.Variants))
}

// lockAt locks the thresholds of levels in the order of their ids.
func (s *Service) lockAt(ctx context.Context, levels []Level) ([]Threshold, error) {
	variants, locations := byColumn(levels)
	return s.read(ctx, "lock thresholds", `SELECT `+columns+` FROM stock_threshold t
		JOIN unnest($1::bigint[], $2::bigint[]) AS k(variant_id, location_id) ON k.variant_id = t.variant_id AND k.location_id = t.location_id
		ORDER BY t.id FOR UPDATE OF t`, variants, locations)
}

// lockAfter locks the thresholds that follow one.
func (s *Service) lockAfter(ctx context.Context, last ThresholdID, limit int) ([]Threshold, error) {
	return s.read(ctx, "lock thresholds", `SELECT `+columns+` FROM stock_threshold t WHERE t.id > $1 ORDER BY t.id LIMIT $2 FOR UPDATE OF t`, int64(last), limit)
}

// upsert writes whole thresholds. What is no longer watched is no longer marked.
func (s *Service) upsert(ctx context.Context, inputs []Input) ([]Threshold, error) {
	var variants, locations, margins []int64
	var low, reorder, lots []*int64
	for _, in := range inputs {
		variants, locations, margins = append(variants, int64(in.Variant)), append(locations, int64(in.Location)), append(margins, in.Margin)
		low, reorder, lots = append(low, in.LowAt), append(reorder, in.ReorderAt), append(lots, in.ReorderQuantity)
	}
	return s.read(ctx, "write thresholds", `
		INSERT INTO stock_threshold AS t (variant_id, location_id, low_at, reorder_at, reorder_quantity, margin, created_at, updated_at)
		SELECT k.*, $7, $7 FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[])
			AS k(variant_id, location_id, low_at, reorder_at, reorder_quantity, margin)
		ORDER BY k.variant_id, k.location_id
		ON CONFLICT (variant_id, location_id) DO UPDATE SET low_at = excluded.low_at, reorder_at = excluded.reorder_at,
			reorder_quantity = excluded.reorder_quantity, margin = excluded.margin, version = t.version + 1, updated_at = excluded.updated_at,
			low_since = CASE WHEN excluded.low_at IS NOT NULL THEN t.low_since END,
			reorder_since = CASE WHEN excluded.reorder_at IS NOT NULL THEN t.reorder_since END
		RETURNING `+columns, variants, locations, low, reorder, lots, margins, s.db.Now(ctx))
}

// mark writes the marks of locked thresholds. Their version stays: nobody
// changed what they say.
func (s *Service) mark(ctx context.Context, marked []Threshold) error {
	ids := make([]int64, len(marked))
	low, reorder := make([]*time.Time, len(marked)), make([]*time.Time, len(marked))
	for i, t := range marked {
		ids[i], low[i], reorder[i] = int64(t.ID), t.LowSince, t.ReorderSince
	}
	_, err := s.db.Conn(ctx).Exec(ctx, `
		UPDATE stock_threshold t SET low_since = k.low, reorder_since = k.reorder
		FROM unnest($1::bigint[], $2::timestamptz[], $3::timestamptz[]) AS k(id, low, reorder) WHERE t.id = k.id`, ids, low, reorder)
	if err != nil {
		return fmt.Errorf("mark thresholds: %w", postgres.Fault(err))
	}
	return nil
}

func (s *Service) delete(ctx context.Context, ids []ThresholdID) (thresholds, error) {
	return s.read(ctx, "remove thresholds", `DELETE FROM stock_threshold t WHERE t.id = ANY($1) RETURNING `+columns, raw(ids))
}
