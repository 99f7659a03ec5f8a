package replenish

import "github.com/souk-commerce/souk/internal/platform/doctor"

// Checks gives the invariants of this room.
func Checks() []doctor.Check {
	return []doctor.Check{
		{
			ID:   "replenish.mark_has_its_threshold",
			Says: "a level is marked as low, or as to be ordered, only where a threshold says when it is",
			SQL: `SELECT id AS threshold, variant_id AS variant, location_id AS location, low_since, reorder_since FROM stock_threshold
				WHERE low_at IS NULL AND (low_since IS NOT NULL OR reorder_at IS NULL) OR reorder_at IS NULL AND reorder_since IS NOT NULL`,
		},
	}
}

// LiveChecks gives the invariants that hold of a shop whose worker runs: marks
// follow the stock, and what no fact told of is swept.
func LiveChecks() []doctor.Check {
	return []doctor.Check{
		{
			ID:   "replenish.crossing_was_told",
			Says: "a level that has been under its threshold for half an hour is marked, and one above threshold and margin is not",
			SQL: `
				SELECT t.id AS threshold, t.variant_id AS variant, t.location_id AS location, t.low_at, t.reorder_at, t.margin, l.available, l.incoming,
					t.low_since, t.reorder_since
				FROM stock_threshold t JOIN (
					SELECT variant_id, location_id, on_hand - taken - safety AS available, incoming FROM stock_level
					WHERE updated_at < now() - interval '30 minutes'
				) l ON l.variant_id = t.variant_id AND l.location_id = t.location_id
				WHERE t.updated_at < now() - interval '30 minutes' AND (
					l.available <= t.low_at AND t.low_since IS NULL
					OR l.available + l.incoming <= t.reorder_at AND t.reorder_since IS NULL
					OR l.available > t.low_at + t.margin AND t.low_since IS NOT NULL
					OR l.available + l.incoming > t.reorder_at + t.margin AND t.reorder_since IS NOT NULL)`,
		},
	}
}
