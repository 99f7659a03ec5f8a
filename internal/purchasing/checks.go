package purchasing

import "github.com/souk-commerce/souk/internal/platform/doctor"

// Checks gives the invariants of this room. That the incoming pieces of a level
// are what is still to come of all papers is one of inventory's.
func Checks() []doctor.Check {
	return []doctor.Check{
		{
			ID:   "purchasing.lines_agree_with_ledger",
			Says: "the movements of a purchase order are what its lines say came and is still to come",
			SQL: `
				SELECT COALESCE(l.order_id, m.order_id) AS purchase_order, COALESCE(l.variant_id, m.variant_id) AS variant,
					l.received, m.received AS ledger_received, l.rest, m.rest AS ledger_rest
				FROM (
					SELECT l.purchase_order_id AS order_id, l.variant_id, l.received,
						CASE o.state WHEN 'ordered' THEN l.quantity - l.received - l.cancelled ELSE 0 END AS rest
					FROM purchase_order_line l JOIN purchase_order o ON o.id = l.purchase_order_id
				) l
				FULL JOIN (
					SELECT reference_id AS order_id, variant_id, sum(on_hand_delta) AS received, sum(incoming_delta) AS rest
					FROM stock_movement WHERE reference_kind = 'purchase_order' GROUP BY reference_id, variant_id
				) m ON m.order_id = l.order_id AND m.variant_id = l.variant_id
				WHERE l.order_id IS NULL OR (l.received, l.rest) IS DISTINCT FROM (COALESCE(m.received, 0), COALESCE(m.rest, 0))`,
		},
		{
			ID:   "purchasing.state_agrees_with_lines",
			Says: "a purchase order is open as long as something is to come, and has the times of its state",
			SQL: `
				SELECT o.id AS purchase_order, o.state, l.lines, l.received, l.cancelled, l.rest, o.ordered_at, o.ended_at
				FROM purchase_order o
				JOIN LATERAL (
					SELECT count(*) AS lines, COALESCE(sum(received), 0) AS received, COALESCE(sum(cancelled), 0) AS cancelled,
						COALESCE(sum(quantity - received - cancelled), 0) AS rest
					FROM purchase_order_line WHERE purchase_order_id = o.id
				) l ON true
				WHERE l.lines = 0
					OR o.state = 'draft' AND l.received + l.cancelled > 0
					OR o.state = 'ordered' AND l.rest = 0
					OR o.state = 'received' AND (l.rest > 0 OR l.received = 0)
					OR o.state = 'cancelled' AND (l.received > 0 OR (l.rest > 0) <> (o.ordered_at IS NULL))
					OR o.state IN ('ordered', 'received') AND o.ordered_at IS NULL
					OR o.state = 'draft' AND o.ordered_at IS NOT NULL
					OR (o.ended_at IS NOT NULL) <> (o.state IN ('received', 'cancelled'))`,
		},
	}
}
