package inventory

import (
	"slices"

	"github.com/souk-commerce/souk/internal/platform/doctor"
)

// Checks gives the invariants of this room.
func Checks() []doctor.Check { return slices.Concat(levelChecks(), promiseChecks()) }

func levelChecks() []doctor.Check {
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

func promiseChecks() []doctor.Check {
	return []doctor.Check{
		{
			ID:   "inventory.taken_is_sum_of_reservations",
			Says: "what is taken of a level is what is held, committed or consumed of it",
			SQL: `
				SELECT COALESCE(l.variant_id, r.variant_id) AS variant, COALESCE(l.location_id, r.location_id) AS location, l.taken, r.quantity AS reserved
				FROM stock_level l
				FULL JOIN (
					SELECT variant_id, location_id, sum(quantity)::bigint AS quantity
					FROM reservation WHERE state IN ('held','committed','consumed') GROUP BY variant_id, location_id
				) r ON r.variant_id = l.variant_id AND r.location_id = l.location_id
				WHERE COALESCE(l.taken, 0) <> COALESCE(r.quantity, 0)`,
		},
		{
			ID:   "inventory.no_promise_beyond_stock",
			Says: "no reservation took more than there was, save pieces ordered ahead",
			SQL: `
				SELECT id AS movement, variant_id AS variant, location_id AS location, reference_id AS checkout, available
				FROM (
					SELECT id, variant_id, location_id, reference_id, kind, reason,
						sum(on_hand_delta - taken_delta - safety_delta) OVER (PARTITION BY variant_id, location_id ORDER BY id) AS available
					FROM stock_movement
				) m WHERE kind = 'reserve' AND reason <> '` + ahead + `' AND available < 0`,
		},
		{
			ID:   "inventory.promises_name_their_checkout",
			Says: "every movement of promised pieces names the checkout of a reservation there",
			SQL: `
				SELECT m.id AS movement, m.kind, m.reference_kind, m.reference_id
				FROM stock_movement m
				LEFT JOIN (SELECT DISTINCT checkout_id, variant_id, location_id FROM reservation) r
					ON m.reference_kind = '` + ofCheckout + `' AND r.checkout_id = m.reference_id
					AND r.variant_id = m.variant_id AND r.location_id = m.location_id
				WHERE m.kind IN ('reserve','release','expire','allocate','deallocate') AND r.checkout_id IS NULL`,
		},
	}
}

// LiveChecks gives the invariants that go by the server's own clock. They are
// for a shop that runs: in a test the clock stands still.
func LiveChecks() []doctor.Check {
	return []doctor.Check{{
		ID:   "inventory.no_hold_outlives_its_time",
		Says: "no hold is left ten minutes after its end",
		SQL: `
			SELECT id AS reservation, checkout_id AS checkout, variant_id AS variant, expires_at
			FROM reservation WHERE state = 'held' AND expires_at < now() - interval '10 minutes' ORDER BY expires_at`,
	}}
}
