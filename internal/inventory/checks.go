package inventory

import (
	"slices"

	"github.com/souk-commerce/souk/internal/platform/doctor"
)

// Checks gives the invariants of this room's own books.
func Checks() []doctor.Check { return slices.Concat(levelChecks(), promiseChecks(), ownerChecks()) }

// CrossChecks gives the invariants of stock against the books that say why it
// moved: checkouts, orders, transfers, purchase orders, counts, feeds.
func CrossChecks() []doctor.Check { return slices.Concat(causeChecks(), orderChecks(), bundleChecks()) }

// Every statement below reads the whole ledger at most once, and all of them
// together are to take less than five seconds after 100,000 orders (bench/ledger).

// drift is the levels that are not the sum of their movements. The repair of
// levels asks for it, too.
const drift = `
	SELECT COALESCE(l.variant_id, m.variant_id) AS variant, COALESCE(l.location_id, m.location_id) AS location,
		l.on_hand, m.on_hand AS ledger_on_hand, l.taken, m.taken AS ledger_taken,
		l.incoming, m.incoming AS ledger_incoming, l.safety, m.safety AS ledger_safety
	FROM stock_level l
	FULL JOIN (
		SELECT variant_id, location_id, sum(on_hand_delta)::bigint AS on_hand, sum(taken_delta)::bigint AS taken,
			sum(incoming_delta)::bigint AS incoming, sum(safety_delta)::bigint AS safety
		FROM stock_movement GROUP BY variant_id, location_id
	) m ON m.variant_id = l.variant_id AND m.location_id = l.location_id
	WHERE (COALESCE(l.on_hand, 0), COALESCE(l.taken, 0), COALESCE(l.incoming, 0), COALESCE(l.safety, 0)) IS DISTINCT FROM
		(COALESCE(m.on_hand, 0), COALESCE(m.taken, 0), COALESCE(m.incoming, 0), COALESCE(m.safety, 0))`

func levelChecks() []doctor.Check {
	return []doctor.Check{
		{
			ID:   "inventory.level_is_fold_of_ledger",
			Says: "every level is the sum of its movements, and movements without a level sum to nothing",
			SQL:  drift,
		},
		{
			ID:   "inventory.no_count_is_negative",
			Says: "no count of a level is negative, nor was any after a movement",
			SQL: `
				SELECT 0 AS movement, variant_id AS variant, location_id AS location, on_hand, taken, incoming, safety
				FROM stock_level WHERE least(on_hand, taken, incoming, safety) < 0
				UNION ALL
				SELECT id, variant_id, location_id, on_hand, NULL, incoming, safety
				FROM (
					SELECT id, variant_id, location_id, sum(on_hand_delta) OVER w AS on_hand, sum(incoming_delta) OVER w AS incoming,
						sum(safety_delta) OVER w AS safety
					FROM stock_movement WHERE on_hand_delta <> 0 OR incoming_delta <> 0 OR safety_delta <> 0
					WINDOW w AS (PARTITION BY variant_id, location_id ORDER BY id ROWS UNBOUNDED PRECEDING)
				) m WHERE least(on_hand, incoming, safety) < 0`,
		},
		{
			ID:   "inventory.default_location_is_active",
			Says: "the default location takes stock in",
			SQL:  `SELECT id, handle FROM location WHERE is_default AND NOT active`,
		},
		{
			ID:   "inventory.movement_has_a_cause",
			Says: "every movement names what brought it about, or gives a reason",
			SQL: `
				SELECT id AS movement, kind, reference_kind, reference_id FROM stock_movement
				WHERE reference_kind = '' AND btrim(reason) = ''
					OR reference_kind NOT IN ('', '` + ofCheckout + `', 'order', 'transfer', 'purchase_order', 'count', 'feed', 'import_run')`,
		},
	}
}

func promiseChecks() []doctor.Check {
	return []doctor.Check{
		{
			ID:   "inventory.taken_is_sum_of_reservations",
			Says: "what is taken of a level is what is held, committed or consumed of it, and what transfers have set aside",
			SQL: `
				SELECT COALESCE(l.variant_id, r.variant_id) AS variant, COALESCE(l.location_id, r.location_id) AS location,
					l.taken, r.quantity AS promised
				FROM stock_level l
				FULL JOIN (
					SELECT variant_id, location_id, sum(quantity)::bigint AS quantity FROM (
						SELECT variant_id, location_id, quantity FROM reservation WHERE state IN ('held','committed','consumed')
						UNION ALL
						SELECT k.variant_id, t.from_location_id, k.quantity
						FROM stock_transfer t JOIN stock_transfer_line k ON k.transfer_id = t.id WHERE t.state = 'reserved'
					) p GROUP BY variant_id, location_id
				) r ON r.variant_id = l.variant_id AND r.location_id = l.location_id
				WHERE COALESCE(l.taken, 0) <> COALESCE(r.quantity, 0)`,
		},
		{
			ID:   "inventory.no_promise_beyond_stock",
			Says: "nothing was promised beyond what there was, save pieces ordered ahead, nor given back beyond what was promised",
			SQL: `
				SELECT id AS movement, kind, variant_id AS variant, location_id AS location, reference_kind, reference_id, available, taken
				FROM (
					SELECT id, variant_id, location_id, kind, reason, taken_delta, reference_kind, reference_id,
						sum(on_hand_delta - taken_delta - safety_delta) OVER w AS available, sum(taken_delta) OVER w AS taken
					FROM stock_movement WHERE on_hand_delta <> 0 OR taken_delta <> 0 OR safety_delta <> 0
					WINDOW w AS (PARTITION BY variant_id, location_id ORDER BY id ROWS UNBOUNDED PRECEDING)
				) m WHERE taken_delta > 0 AND reason <> '` + ahead + `' AND available < 0 OR taken < 0`,
		},
	}
}

// ownerChecks hold promises against those that they were made to.
func ownerChecks() []doctor.Check {
	return []doctor.Check{
		{
			ID:   "inventory.promises_are_fold_of_ledger",
			Says: "what a checkout has of a level is the sum of the movements that name it there, and there is one at least",
			SQL: `
				SELECT checkout, variant_id AS variant, location_id AS location, sum(ledger) AS ledger, sum(reserved) AS reserved
				FROM (
					SELECT reference_id AS checkout, variant_id, location_id, taken_delta AS ledger, 0::bigint AS reserved
					FROM stock_movement WHERE reference_kind = '` + ofCheckout + `'
					UNION ALL
					SELECT checkout_id, variant_id, location_id, NULL, CASE WHEN state IN ('held','committed','consumed') THEN quantity ELSE 0 END
					FROM reservation
				) p GROUP BY checkout, variant_id, location_id HAVING sum(ledger) IS DISTINCT FROM sum(reserved)`,
		},
		{
			ID:   "inventory.promises_name_their_checkout",
			Says: "every movement of promised pieces names whom they are promised to",
			SQL: `
				SELECT id AS movement, kind, reference_kind, reference_id FROM stock_movement
				WHERE kind IN ('reserve','release','expire','allocate','deallocate') AND reference_kind NOT IN ('` + ofCheckout + `', 'order', 'transfer')`,
		},
		{
			ID:   "inventory.one_reservation_of_a_line",
			Says: "no line has two reservations in force of the same variant at the same location",
			SQL: `
				SELECT checkout_id AS checkout, line_id AS line, variant_id AS variant, location_id AS location, count(*)
				FROM reservation WHERE ended_at IS NULL GROUP BY checkout_id, line_id, variant_id, location_id HAVING count(*) > 1`,
		},
	}
}

// causeChecks hold movements against the papers that they name. Runs of imports
// are swept one day: one that is older than all that are left is not asked for.
func causeChecks() []doctor.Check {
	return []doctor.Check{
		{
			ID:   "inventory.cause_exists",
			Says: "what a movement names as its cause is there",
			SQL: uncaused(ofCheckout, "checkout") + ` UNION ALL` + uncaused("order", "sales_order") + ` UNION ALL` +
				uncaused("transfer", "stock_transfer") + ` UNION ALL` + uncaused("purchase_order", "purchase_order") + ` UNION ALL` +
				uncaused("count", "stock_count") + ` UNION ALL` +
				uncaused("feed", "stock_feed") + ` UNION ALL` +
				uncaused("import_run", "import_run") + ` AND m.reference_id > (SELECT min(id) FROM import_run)`,
		},
		{
			ID:   "inventory.transfers_sum_to_nothing",
			Says: "what a transfer takes from one location is on its way to, or at, the other",
			SQL: `
				SELECT reference_kind, reference_id AS transfer, variant_id AS variant, sum(on_hand_delta + incoming_delta) AS gained
				FROM stock_movement WHERE kind = 'transfer' GROUP BY reference_kind, reference_id, variant_id
				HAVING sum(on_hand_delta + incoming_delta) <> 0 OR reference_kind <> 'transfer'`,
		},
		{
			ID:   "inventory.incoming_is_sum_of_papers",
			Says: "what is incoming is the open rest of purchase orders and what transfers have on their way",
			SQL: `
				SELECT COALESCE(l.variant_id, p.variant_id) AS variant, COALESCE(l.location_id, p.location_id) AS location, l.incoming, p.pieces AS papers
				FROM stock_level l
				FULL JOIN (
					SELECT variant_id, location_id, sum(pieces) AS pieces FROM (
						SELECT k.variant_id, o.location_id, k.quantity - k.received - k.cancelled AS pieces
						FROM purchase_order o JOIN purchase_order_line k ON k.purchase_order_id = o.id WHERE o.state = 'ordered'
						UNION ALL
						SELECT k.variant_id, t.to_location_id, k.shipped - k.received - k.lost
						FROM stock_transfer t JOIN stock_transfer_line k ON k.transfer_id = t.id WHERE t.state = 'in_transit'
					) open WHERE EXISTS (SELECT FROM variant v WHERE v.id = open.variant_id)
					GROUP BY variant_id, location_id
				) p ON p.variant_id = l.variant_id AND p.location_id = l.location_id
				WHERE COALESCE(l.incoming, 0) <> COALESCE(p.pieces, 0)`,
		},
	}
}

// uncaused is the movements whose cause is not in its table.
func uncaused(kind, table string) string {
	return `
		SELECT m.id AS movement, m.kind, m.reference_kind, m.reference_id FROM stock_movement m
		WHERE m.reference_kind = '` + kind + `' AND NOT EXISTS (SELECT FROM ` + table + ` c WHERE c.id = m.reference_id)`
}

// bought is the pieces of stock that the lines of orders are made of: a bundle
// line is its components.
const bought = `(
	SELECT o.id AS order_id, o.checkout_id, o.state, l.variant_id, 1 AS pieces, l.quantity, l.cancelled, l.fulfilled, l.returned
	FROM sales_order o JOIN order_line l ON l.order_id = o.id
	WHERE NOT EXISTS (SELECT FROM order_line_component c WHERE c.line_id = l.id)
	UNION ALL
	SELECT o.id, o.checkout_id, o.state, c.variant_id, c.quantity, l.quantity, l.cancelled, l.fulfilled, l.returned
	FROM order_line_component c JOIN order_line l ON l.id = c.line_id JOIN sales_order o ON o.id = l.order_id
) b`

func orderChecks() []doctor.Check {
	return []doctor.Check{
		{
			// What was not counted has no reservation. A variant that is counted
			// and is as it was before its checkout began was counted then.
			ID:   "inventory.allocated_is_unsent_of_orders",
			Says: "what orders have of the stock is what they bought of it and was neither sent nor cancelled",
			SQL: `
				SELECT w.checkout_id AS checkout, w.variant_id AS variant, w.unsent, w.allocated
				FROM (
					SELECT checkout_id, variant_id, sum(unsent) AS unsent, sum(allocated) AS allocated, bool_or(counted) AS counted FROM (
						SELECT checkout_id, variant_id, false AS counted, 0::bigint AS allocated,
							CASE WHEN state IN ('cancelled','expired') THEN 0 ELSE pieces * (quantity - cancelled - fulfilled) END AS unsent
						FROM ` + bought + ` WHERE checkout_id IS NOT NULL
						UNION ALL
						SELECT checkout_id, variant_id, true, quantity, 0 FROM reservation WHERE state = 'consumed'
					) p GROUP BY checkout_id, variant_id HAVING sum(unsent) <> sum(allocated)
				) w
				WHERE w.counted OR EXISTS (
					SELECT FROM variant v JOIN checkout c ON c.id = w.checkout_id
					WHERE v.id = w.variant_id AND v.tracked AND v.updated_at < c.created_at)`,
		},
		{
			ID:   "inventory.sent_is_outgoing",
			Says: "counted pieces that were sent have left the stock once, and no more came back than were returned",
			SQL: `
				SELECT COALESCE(w.order_id, m.order_id) AS "order", COALESCE(w.variant_id, m.variant_id) AS variant,
					w.sent, m.shipped, w.returned, m.restocked
				FROM (
					SELECT order_id, variant_id, sum(pieces * fulfilled) AS sent, sum(pieces * returned) AS returned
					FROM ` + bought + ` WHERE fulfilled > 0
						AND EXISTS (SELECT FROM reservation r WHERE r.checkout_id = b.checkout_id AND r.variant_id = b.variant_id)
					GROUP BY order_id, variant_id
				) w
				FULL JOIN (
					SELECT reference_id AS order_id, variant_id, -sum(CASE WHEN kind = 'ship' THEN on_hand_delta ELSE 0 END) AS shipped,
						sum(CASE WHEN kind = 'return' THEN on_hand_delta ELSE 0 END) AS restocked
					FROM stock_movement WHERE reference_kind = 'order' AND kind IN ('ship','return') GROUP BY reference_id, variant_id
				) m ON m.order_id = w.order_id AND m.variant_id = w.variant_id
				WHERE COALESCE(w.sent, 0) <> COALESCE(m.shipped, 0) OR COALESCE(m.restocked, 0) > COALESCE(w.returned, 0)`,
		},
	}
}

func bundleChecks() []doctor.Check {
	return []doctor.Check{
		{
			// Once a part of an order is sent or cancelled its lines share what
			// is left: then the check of allocated pieces tells.
			ID:   "inventory.bundle_has_its_recipe",
			Says: "what is paid for of a bundle line is its number of bundles times the recipe",
			SQL: `
				WITH line AS (
					SELECT l.checkout_id, l.id, l.quantity, l.components FROM checkout_line l
					WHERE jsonb_typeof(l.components) = 'array' AND l.components <> '[]' AND NOT EXISTS (
						SELECT FROM sales_order o JOIN order_line k ON k.order_id = o.id
						WHERE o.checkout_id = l.checkout_id AND (k.cancelled > 0 OR k.fulfilled > 0))
				), recipe AS (
					SELECT l.checkout_id, l.id, (c->>'variant')::bigint AS variant_id, l.quantity * sum((c->>'quantity')::bigint) AS pieces
					FROM line l CROSS JOIN LATERAL jsonb_array_elements(l.components) c GROUP BY l.checkout_id, l.id, l.quantity, 3
				), held AS (
					SELECT r.checkout_id, r.line_id, r.variant_id, sum(r.quantity) AS pieces
					FROM line l JOIN reservation r ON r.checkout_id = l.checkout_id AND r.line_id = l.id
					WHERE r.state IN ('committed','consumed') GROUP BY r.checkout_id, r.line_id, r.variant_id
				)
				SELECT h.checkout_id AS checkout, h.line_id AS line, h.variant_id AS variant, p.pieces AS recipe, h.pieces AS reserved
				FROM held h LEFT JOIN recipe p ON p.checkout_id = h.checkout_id AND p.id = h.line_id AND p.variant_id = h.variant_id
				WHERE h.pieces IS DISTINCT FROM p.pieces`,
		},
	}
}

// orphaned narrows reservations r to those in force whose checkout has ended
// long enough ago for its end to have given them back, or is not there. One that
// an order is made of is no orphan, whatever its checkout says.
const orphaned = `r.ended_at IS NULL
	AND NOT EXISTS (SELECT FROM checkout c WHERE c.id = r.checkout_id AND (c.ended_at IS NULL OR c.state = 'completed' OR c.ended_at > $1))
	AND NOT EXISTS (SELECT FROM sales_order o WHERE o.checkout_id = r.checkout_id)`

// LiveChecks gives the invariants that go by the server's own clock. They are
// for a shop that runs: in a test the clock stands still. A minute is twice the
// time between two turns of the slowest that gives stock back.
func LiveChecks() []doctor.Check {
	return []doctor.Check{
		{
			ID:   "inventory.no_hold_outlives_its_time",
			Says: "no hold is left a minute after its end",
			SQL: `
				SELECT id AS reservation, checkout_id AS checkout, variant_id AS variant, expires_at
				FROM reservation WHERE state = 'held' AND expires_at < now() - interval '1 minute' ORDER BY expires_at`,
		},
		{
			ID:   "inventory.no_hold_outlives_its_checkout",
			Says: "no reservation is in force a minute after its checkout has ended",
			SQL: `
				SELECT r.id AS reservation, r.checkout_id AS checkout, r.variant_id AS variant, r.state, c.state AS checkout_state, c.ended_at
				FROM reservation r LEFT JOIN checkout c ON c.id = r.checkout_id
				WHERE r.ended_at IS NULL AND r.created_at < now() - interval '1 minute'
					AND (c.id IS NULL OR c.ended_at < now() - interval '1 minute')`,
		},
	}
}
