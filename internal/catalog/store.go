package catalog

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// chunk bounds the rows of one INSERT, since a statement carries at most 65,535
// parameters.
const chunk = 500

// locking is how one kind of thing is locked for a change.
type locking struct {
	sql     string
	missing *fault.Error
}

var (
	lockProduct    = locking{`SELECT version FROM product WHERE id = $1 FOR UPDATE`, ErrProductNotFound}
	lockVariant    = locking{`SELECT version FROM variant WHERE id = $1 FOR UPDATE`, ErrVariantNotFound}
	lockCategory   = locking{`SELECT version FROM category WHERE id = $1 FOR UPDATE`, ErrCategoryNotFound}
	lockCollection = locking{`SELECT version FROM collection WHERE id = $1 FOR UPDATE`, ErrCollectionNotFound}
	lockAttribute  = locking{`SELECT version FROM attribute_definition WHERE id = $1 FOR UPDATE`, ErrAttributeNotFound}
)

// lock takes the row of id and compares its version, so that of two writers who
// have seen the same version one is refused.
func (s *Service) lock(ctx context.Context, l locking, id, version int64) error {
	var current int64
	err := s.db.Conn(ctx).QueryRow(ctx, l.sql, id).Scan(&current)
	if errors.Is(err, pgx.ErrNoRows) {
		return l.missing
	}
	if err != nil {
		return fmt.Errorf("lock: %w", postgres.Fault(err))
	}
	if current != version {
		return ErrStale
	}
	return nil
}

// exec runs one statement and says what it was for if it fails.
func (s *Service) exec(ctx context.Context, what, sql string, args ...any) error {
	_, err := s.execCount(ctx, what, sql, args...)
	return err
}

func (s *Service) execCount(ctx context.Context, what, sql string, args ...any) (int64, error) {
	done, err := s.db.Conn(ctx).Exec(ctx, sql, args...)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", what, postgres.Conflict(err, byConstraint))
	}
	return done.RowsAffected(), nil
}

// raw turns typed ids into what the driver takes.
func raw[ID ~int64](ids []ID) []int64 {
	out := make([]int64, len(ids))
	for i, id := range ids {
		out[i] = int64(id)
	}
	return out
}

// typed is the way back.
func typed[ID ~int64](ids []int64) []ID {
	out := make([]ID, len(ids))
	for i, id := range ids {
		out[i] = ID(id)
	}
	return out
}

// pointer turns an optional id into what ent takes.
func pointer[ID ~int64](id *ID) *int64 {
	if id == nil {
		return nil
	}
	n := int64(*id)
	return &n
}

// typedPointer is the way back.
func typedPointer[ID ~int64](n *int64) *ID {
	if n == nil {
		return nil
	}
	id := ID(*n)
	return &id
}

// collectMap reads rows of two columns.
func collectMap[K comparable, V any](rows pgx.Rows) (map[K]V, error) {
	defer rows.Close()
	out := map[K]V{}
	for rows.Next() {
		var k K
		var v V
		if err := rows.Scan(&k, &v); err != nil {
			return nil, err
		}
		out[k] = v
	}
	return out, postgres.Fault(rows.Err())
}

// collectLists reads rows of two columns into lists by the first, in their
// order.
func collectLists[K comparable, V any](rows pgx.Rows) (map[K][]V, error) {
	defer rows.Close()
	out := map[K][]V{}
	for rows.Next() {
		var k K
		var v V
		if err := rows.Scan(&k, &v); err != nil {
			return nil, err
		}
		out[k] = append(out[k], v)
	}
	return out, postgres.Fault(rows.Err())
}

// assign sets a column, or empties it when there is no value. ent takes one of
// the two.
func assign[T, U any](v *T, set func(T) U, clear func() U) {
	if v == nil {
		clear()
		return
	}
	set(*v)
}
