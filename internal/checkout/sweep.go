package checkout

import (
	"context"
	"fmt"
	"time"

	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// Sweep takes what tells of a person out of checkouts that ended before a time,
// at most limit of them. An order has copies of its own; history and payments
// keep their checkout.
func (s *Service) Sweep(ctx context.Context, before time.Time, limit int) (int64, error) {
	tag, err := s.db.Conn(ctx).Exec(ctx, `
		WITH old AS (
			SELECT id FROM checkout WHERE ended_at < $1
				AND (email <> '' OR phone <> '' OR shipping_address IS NOT NULL OR billing_address IS NOT NULL OR quote IS NOT NULL)
			ORDER BY ended_at LIMIT $2 FOR UPDATE SKIP LOCKED
		), lines AS (
			UPDATE checkout_line SET attributes = '[]' WHERE checkout_id IN (SELECT id FROM old)
		)
		UPDATE checkout SET email = '', phone = '', note = '', attributes = '[]', codes = '[]', shipping_address = NULL, billing_address = NULL,
			client = '', quote = NULL
		WHERE id IN (SELECT id FROM old)`, before, limit)
	if err != nil {
		return 0, fmt.Errorf("empty old checkouts: %w", postgres.Fault(err))
	}
	return tag.RowsAffected(), nil
}
