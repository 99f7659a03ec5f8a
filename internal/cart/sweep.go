package cart

import (
	"context"
	"fmt"
	"time"

	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// Sweep empties carts that ended before a time, at most limit of them: lines,
// addresses and whatever tells of a person go. The row stays, for the checkouts
// that were made of it; in epoch 0 nothing opens it.
func (s *Service) Sweep(ctx context.Context, before time.Time, limit int) (int64, error) {
	var n int64
	err := s.rooms.DB.Conn(ctx).QueryRow(ctx, `
		WITH old AS (
			SELECT id FROM cart WHERE state <> 'active' AND epoch > 0 AND updated_at < $1 ORDER BY updated_at LIMIT $2 FOR UPDATE SKIP LOCKED
		), lines AS (
			DELETE FROM cart_line WHERE cart_id IN (SELECT id FROM old)
		), addresses AS (
			DELETE FROM cart_address WHERE cart_id IN (SELECT id FROM old)
		), emptied AS (
			UPDATE cart SET epoch = 0, email = '', phone = '', note = '', attributes = '[]', codes = '[]', preferences = '{}',
				metafields = '[]', choices = '{}'
			WHERE id IN (SELECT id FROM old) RETURNING id
		)
		SELECT count(*) FROM emptied`, before, limit).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("empty old carts: %w", postgres.Fault(err))
	}
	return n, nil
}
