package search

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

const letterColumns = `id, instance, engine, language, product_id, error, payload_hash, attempts, first_at, last_at`

func (s store) letters(ctx context.Context, where string, args ...any) ([]DeadLetter, error) {
	rows, err := s.db.Conn(ctx).Query(ctx, `SELECT `+letterColumns+` FROM search_dead_letter WHERE `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("read dead letters: %w", postgres.Fault(err))
	}
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (DeadLetter, error) {
		var l DeadLetter
		err := row.Scan(&l.ID, &l.Instance, &l.Engine, &l.Language, &l.Product, &l.Error, &l.PayloadHash, &l.Attempts, &l.FirstAt, &l.LastAt)
		return l, err
	})
	if err != nil {
		return nil, fmt.Errorf("read dead letters: %w", postgres.Fault(err))
	}
	return found, nil
}

// refused gives the versions that an instance's engine would not take.
func (s store) refused(ctx context.Context, instance string) (map[locale.Language]versions, error) {
	found, err := s.letters(ctx, `instance = $1 AND engine = $2`, instance, s.engine)
	if err != nil {
		return nil, err
	}
	out := map[locale.Language]versions{}
	for _, l := range found {
		if out[l.Language] == nil {
			out[l.Language] = versions{}
		}
		out[l.Language][l.Product] = versionOf(l.PayloadHash)
	}
	return out, nil
}

// bury writes a letter, or counts one more attempt.
func (s store) bury(ctx context.Context, l DeadLetter) error {
	_, err := s.db.Conn(ctx).Exec(ctx, `
		INSERT INTO search_dead_letter AS l (instance, engine, language, product_id, error, payload_hash, first_at, last_at)
		VALUES ($1, $2, $3, $4, left($5, 500), $6, $7, $7)
		ON CONFLICT (instance, engine, language, product_id) DO UPDATE
		SET error = excluded.error, payload_hash = excluded.payload_hash, attempts = l.attempts + 1, last_at = excluded.last_at`,
		l.Instance, s.engine, string(l.Language), l.Product, l.Error, l.PayloadHash, s.db.Now(ctx))
	if err != nil {
		return fmt.Errorf("write dead letter: %w", postgres.Fault(err))
	}
	return nil
}

// taken takes the letters of products away that the engine took, or that are no
// more.
func (s store) taken(ctx context.Context, instance string, of map[locale.Language][]ProductID) error {
	var languages []string
	var ids []ProductID
	for l, products := range of {
		ids = append(ids, products...)
		languages = append(languages, slices.Repeat([]string{string(l)}, len(products))...)
	}
	if len(ids) == 0 {
		return nil
	}
	_, err := s.db.Conn(ctx).Exec(ctx, `
		DELETE FROM search_dead_letter WHERE instance = $1 AND engine = $2
			AND (language, product_id) IN (SELECT * FROM unnest($3::text[], $4::bigint[]))`, instance, s.engine, languages, ids)
	if err != nil {
		return fmt.Errorf("clear dead letters: %w", postgres.Fault(err))
	}
	return nil
}

// unspoken takes the letters away of languages that are no longer spoken.
func (s store) unspoken(ctx context.Context, instance string, languages []locale.Language) error {
	_, err := s.db.Conn(ctx).Exec(ctx, `DELETE FROM search_dead_letter WHERE instance = $1 AND engine = $2 AND language <> ALL($3)`,
		instance, s.engine, languages)
	if err != nil {
		return fmt.Errorf("clear dead letters: %w", postgres.Fault(err))
	}
	return nil
}

// countLetters counts those of all instances.
func (s store) countLetters(ctx context.Context) (n int64, err error) {
	if err := s.db.Conn(ctx).QueryRow(ctx, `SELECT count(*) FROM search_dead_letter WHERE engine = $1`, s.engine).Scan(&n); err != nil {
		return 0, fmt.Errorf("count dead letters: %w", postgres.Fault(err))
	}
	return n, nil
}
