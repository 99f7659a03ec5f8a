package inventory

import "github.com/souk-commerce/souk/internal/platform/doctor"

// Checks gives the invariants of this room.
func Checks() []doctor.Check {
	return []doctor.Check{
		{
			ID:   "inventory.level_is_fold_of_ledger",
			Says: "every level is the sum of its movements, and movements without a level sum to nothing",
			SQL: `
				SELECT COALESCE(l.variant_id, m.variant_id) AS variant, COALESCE(l.location_id, m.location_id) AS location,
					l.on_hand, m.on_hand AS ledger_on_hand, l.taken, m.taken AS ledger_taken,
					l.incoming, m.incoming AS ledger_incoming, l.safety, m.safety AS ledger_safety
				FROM stock_level l
				FULL JOIN (
					SELECT variant_id, location_id, sum(on_hand_delta)::bigint AS on_hand,
						sum(taken_delta)::bigint AS taken, sum(incoming_delta)::bigint AS incoming,
						sum(safety_delta)::bigint AS safety
					FROM stock_movement GROUP BY variant_id, location_id
				) m ON m.variant_id = l.variant_id AND m.location_id = l.location_id
				WHERE (COALESCE(l.on_hand, 0), COALESCE(l.taken, 0), COALESCE(l.incoming, 0), COALESCE(l.safety, 0)) IS DISTINCT FROM
					(COALESCE(m.on_hand, 0), COALESCE(m.taken, 0), COALESCE(m.incoming, 0), COALESCE(m.safety, 0))`,
		},
		{
			ID:   "inventory.no_count_is_negative",
			Says: "no count of a level is negative",
			SQL:  `SELECT id, on_hand, taken, incoming, safety FROM stock_level WHERE least(on_hand, taken, incoming, safety) < 0`,
		},
		{
			ID:   "inventory.default_location_is_active",
			Says: "the default location takes stock in",
			SQL:  `SELECT id, handle FROM location WHERE is_default AND NOT active`,
		},
	}
}
