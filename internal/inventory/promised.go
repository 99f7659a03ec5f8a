package inventory

import (
	"context"
	"fmt"

	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// Promised says who has the taken pieces of a level.
type Promised struct {
	Reserved  int64 // held for checkouts, or committed while a payment is made
	Allocated int64 // of orders
	Kept      int64 // to be sent to another location
}

// Promised tells the taken pieces of levels apart by folding the reservations,
// all in one statement, so that the parts sum to what was taken then. Levels
// that do not exist are missing.
func (s *Service) Promised(ctx context.Context, levels []LevelID) (map[LevelID]Promised, error) {
	rows, err := s.db.Conn(ctx).Query(ctx, `
		SELECT l.id, COALESCE(h.pieces, 0), COALESCE(o.pieces, 0), l.taken - COALESCE(h.pieces, 0) - COALESCE(o.pieces, 0)
		FROM stock_level l
		CROSS JOIN LATERAL (SELECT sum(r.quantity)::bigint AS pieces FROM reservation r
			WHERE r.variant_id = l.variant_id AND r.location_id = l.location_id AND r.ended_at IS NULL) h
		CROSS JOIN LATERAL (SELECT sum(r.quantity)::bigint AS pieces FROM reservation r
			WHERE r.variant_id = l.variant_id AND r.location_id = l.location_id AND r.state = 'consumed') o
		WHERE l.id = ANY($1)`, raw(levels))
	if err != nil {
		return nil, fmt.Errorf("fold reservations: %w", postgres.Fault(err))
	}
	defer rows.Close()
	out := make(map[LevelID]Promised, len(levels))
	for rows.Next() {
		var id LevelID
		var p Promised
		if err := rows.Scan(&id, &p.Reserved, &p.Allocated, &p.Kept); err != nil {
			return nil, fmt.Errorf("fold reservations: %w", err)
		}
		out[id] = p
	}
	return out, postgres.Fault(rows.Err())
}
