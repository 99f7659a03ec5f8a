package warehouse

import (
	"slices"

	"github.com/souk-commerce/souk/internal/platform/doctor"
)

// Checks gives the invariants of this room. That a transfer gains and loses
// nothing on its way is one of inventory's.
func Checks() []doctor.Check { return slices.Concat(transferChecks(), countChecks()) }

func transferChecks() []doctor.Check {
	return []doctor.Check{
		{
			ID:   "warehouse.transfer_lines_agree_with_ledger",
			Says: "the movements of a transfer are what its lines say was kept back, sent, received and lost",
			SQL: `
				SELECT COALESCE(l.transfer_id, m.transfer_id) AS transfer, COALESCE(l.variant_id, m.variant_id) AS variant,
					l.taken, m.taken AS ledger_taken, l.shipped, m.shipped AS ledger_shipped,
					l.received, m.received AS ledger_received, l.lost, m.lost AS ledger_lost
				FROM (
					SELECT l.transfer_id, l.variant_id, CASE t.state WHEN 'reserved' THEN l.quantity ELSE 0 END AS taken, l.shipped, l.received, l.lost
					FROM stock_transfer_line l JOIN stock_transfer t ON t.id = l.transfer_id
				) l
				FULL JOIN (
					SELECT m.reference_id AS transfer_id, m.variant_id,
						COALESCE(sum(m.taken_delta) FILTER (WHERE m.location_id = t.from_location_id), 0) AS taken,
						COALESCE(-sum(m.on_hand_delta) FILTER (WHERE m.location_id = t.from_location_id), 0) AS shipped,
						COALESCE(sum(m.on_hand_delta) FILTER (WHERE m.location_id = t.to_location_id), 0) AS received,
						COALESCE(-sum(m.incoming_delta) FILTER (WHERE m.location_id = t.to_location_id AND m.kind = 'write_off'), 0) AS lost
					FROM stock_movement m LEFT JOIN stock_transfer t ON t.id = m.reference_id
					WHERE m.reference_kind = 'transfer' GROUP BY m.reference_id, m.variant_id
				) m ON m.transfer_id = l.transfer_id AND m.variant_id = l.variant_id
				WHERE l.transfer_id IS NULL
					OR (l.taken, l.shipped, l.received, l.lost) IS DISTINCT FROM
						(COALESCE(m.taken, 0), COALESCE(m.shipped, 0), COALESCE(m.received, 0), COALESCE(m.lost, 0))`,
		},
		{
			ID:   "warehouse.transfer_state_agrees_with_lines",
			Says: "a transfer is on the way as long as pieces of it are, and has the times of its state",
			SQL: `
				SELECT t.id AS transfer, t.state, l.lines, l.shipped, l.on_the_way, t.shipped_at, t.ended_at
				FROM stock_transfer t
				JOIN LATERAL (
					SELECT count(*) AS lines, COALESCE(sum(shipped), 0) AS shipped, COALESCE(sum(shipped - received - lost), 0) AS on_the_way
					FROM stock_transfer_line WHERE transfer_id = t.id
				) l ON true
				WHERE l.lines = 0
					OR (l.shipped > 0) <> (t.state IN ('in_transit', 'received'))
					OR (l.on_the_way > 0) <> (t.state = 'in_transit')
					OR (t.shipped_at IS NOT NULL) <> (t.state IN ('in_transit', 'received'))
					OR (t.ended_at IS NOT NULL) <> (t.state IN ('received', 'cancelled'))`,
		},
	}
}

func countChecks() []doctor.Check {
	return []doctor.Check{
		{
			ID:   "warehouse.counts_moved_their_differences",
			Says: "an applied count moved the differences of its lines, save those of variants that were gone; others moved nothing",
			SQL: `
				SELECT COALESCE(l.count_id, m.count_id) AS count, COALESCE(l.variant_id, m.variant_id) AS variant, l.difference, m.moved
				FROM (
					SELECT l.count_id, l.variant_id, l.counted - l.expected AS difference
					FROM stock_count_line l JOIN stock_count c ON c.id = l.count_id
					WHERE c.state = 'applied' AND l.counted <> l.expected
				) l
				FULL JOIN (
					SELECT reference_id AS count_id, variant_id, sum(on_hand_delta) AS moved
					FROM stock_movement WHERE reference_kind = 'count' GROUP BY reference_id, variant_id
				) m ON m.count_id = l.count_id AND m.variant_id = l.variant_id
				WHERE l.difference IS DISTINCT FROM m.moved
					AND (m.moved IS NOT NULL OR EXISTS (SELECT FROM variant v WHERE v.id = l.variant_id))`,
		},
		{
			ID:   "warehouse.one_open_count_of_a_variant",
			Says: "a variant is in one open count of a location",
			SQL: `
				SELECT c.location_id AS location, l.variant_id AS variant, count(*) AS counts
				FROM stock_count c JOIN stock_count_line l ON l.count_id = c.id WHERE c.state = 'open'
				GROUP BY c.location_id, l.variant_id HAVING count(*) > 1`,
		},
	}
}
