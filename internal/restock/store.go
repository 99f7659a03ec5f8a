package restock

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// keep writes a request, unless the address waits for too much already.
func (s *Service) keep(ctx context.Context, at listing.Context, w Wish) error {
	_, err := s.db.Conn(ctx).Exec(ctx, `
		INSERT INTO restock_request (created_at, updated_at, variant_id, market_id, email, email_key, country, language)
		SELECT $1::timestamptz, $1, $2::bigint, $3::bigint, $4::text, $5::text, $6::text, $7::text
		WHERE (SELECT count(*) FROM restock_request WHERE email_key = $5::text AND state = 'waiting' AND variant_id <> $2) < $8::bigint
		ON CONFLICT (variant_id, email_key) WHERE state = 'waiting'
		DO UPDATE SET market_id = EXCLUDED.market_id, email = EXCLUDED.email, country = EXCLUDED.country,
			language = EXCLUDED.language, updated_at = EXCLUDED.updated_at`,
		s.db.Now(ctx), int64(w.Variant), at.Market, w.Email, keyOf(w.Email), string(at.Country), string(at.Language), mostWaiting)
	if err != nil {
		return fmt.Errorf("keep a restock request: %w", postgres.Fault(err))
	}
	return nil
}

// cancel ends what the address of a request waits for.
func (s *Service) cancel(ctx context.Context, id ID) error {
	var known bool
	err := s.db.Conn(ctx).QueryRow(ctx, `
		WITH known AS (SELECT email_key FROM restock_request WHERE id = $1),
		ended AS (
			UPDATE restock_request SET state = 'cancelled', ended_at = $2, updated_at = $2
			WHERE state = 'waiting' AND email_key IN (SELECT email_key FROM known)
		)
		SELECT EXISTS (SELECT FROM known)`, int64(id), s.db.Now(ctx)).Scan(&known)
	if err != nil {
		return fmt.Errorf("end restock requests: %w", postgres.Fault(err))
	}
	if !known {
		return ErrToken
	}
	return nil
}

// waiting gives where somebody waits for one of the variants.
func (s *Service) waiting(ctx context.Context, variants []listing.VariantID) ([]place, error) {
	return s.places(ctx, `
		SELECT DISTINCT variant_id, market_id FROM restock_request
		WHERE state = 'waiting' AND variant_id = ANY($1) ORDER BY variant_id, market_id`, variants)
}

// waitingAfter gives the next places where somebody waits.
func (s *Service) waitingAfter(ctx context.Context, last place, most int) ([]place, error) {
	return s.places(ctx, `
		SELECT DISTINCT variant_id, market_id FROM restock_request
		WHERE state = 'waiting' AND (variant_id, market_id) > ($1, $2) ORDER BY variant_id, market_id LIMIT $3`,
		int64(last.Variant), int64(last.Market), most)
}

func (s *Service) places(ctx context.Context, sql string, args ...any) ([]place, error) {
	rows, err := s.db.Conn(ctx).Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("look for who waits: %w", postgres.Fault(err))
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[place])
	if err != nil {
		return nil, fmt.Errorf("look for who waits: %w", postgres.Fault(err))
	}
	return found, nil
}

// notified ends requests of places. Rows that somebody else is ending are his.
func (s *Service) notified(ctx context.Context, there []place, most int) ([]Available, error) {
	markets, variants := make([]int64, len(there)), make([]int64, len(there))
	for i, p := range there {
		markets[i], variants[i] = int64(p.Market), int64(p.Variant)
	}
	rows, err := s.db.Conn(ctx).Query(ctx, `
		UPDATE restock_request SET state = 'notified', ended_at = $3, updated_at = $3
		WHERE id IN (
			SELECT r.id FROM restock_request r
			JOIN unnest($1::bigint[], $2::bigint[]) AS p(market_id, variant_id) ON p.market_id = r.market_id AND p.variant_id = r.variant_id
			WHERE r.state = 'waiting' ORDER BY r.id LIMIT $4 FOR UPDATE OF r SKIP LOCKED
		)
		RETURNING id, variant_id`, markets, variants, s.db.Now(ctx), most)
	if err != nil {
		return nil, fmt.Errorf("end restock requests: %w", postgres.Fault(err))
	}
	ended, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Available])
	if err != nil {
		return nil, fmt.Errorf("end restock requests: %w", postgres.Fault(err))
	}
	return ended, nil
}

// Sweep deletes requests that ended before a time, and those that were waited
// for in vain for too long: they tell of a person. It is the rule of retention.
func (s *Service) Sweep(ctx context.Context, before time.Time, limit int) (int64, error) {
	tag, err := s.db.Conn(ctx).Exec(ctx, `
		DELETE FROM restock_request WHERE id IN (
			SELECT id FROM restock_request WHERE ended_at < $1 OR (state = 'waiting' AND created_at < $2)
			ORDER BY id LIMIT $3 FOR UPDATE SKIP LOCKED
		)`, before, s.db.Now(ctx).Add(-patience), limit)
	if err != nil {
		return 0, fmt.Errorf("delete old restock requests: %w", postgres.Fault(err))
	}
	return tag.RowsAffected(), nil
}
