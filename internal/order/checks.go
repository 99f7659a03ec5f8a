package order

import (
	"fmt"
	"slices"
	"strings"

	"github.com/souk-commerce/souk/internal/order/lifecycle"
	"github.com/souk-commerce/souk/internal/platform/doctor"
)

// Checks gives the invariants of this room. That a total is the sum of its
// addends, that a number and a checkout have one order, and that quantities fit
// into each other, is held by the tables themselves.
func Checks() []doctor.Check {
	return slices.Concat(amountChecks(), taxChecks(), paymentChecks(), historyChecks(), stateChecks())
}

func amountChecks() []doctor.Check {
	return []doctor.Check{
		{
			ID:   "order.total_is_sum_of_parts",
			Says: "the amounts of an order are the sums of its lines and deliveries",
			SQL: `
				SELECT o.id, o.number, o.subtotal, l.subtotal AS lines, o.discount, l.discount + COALESCE(d.discount, 0) AS discounts,
					o.delivery, COALESCE(d.price, 0) AS deliveries, o.tax, l.tax + COALESCE(d.tax, 0) AS taxes
				FROM sales_order o
				JOIN (
					SELECT order_id, sum(subtotal) AS subtotal, sum(discount) AS discount, sum(tax) AS tax FROM order_line GROUP BY order_id
				) l ON l.order_id = o.id
				LEFT JOIN (
					SELECT order_id, sum(price) AS price, sum(discount) AS discount, sum(tax) AS tax FROM order_delivery GROUP BY order_id
				) d ON d.order_id = o.id
				WHERE (o.subtotal, o.discount, o.delivery, o.tax) IS DISTINCT FROM
					(l.subtotal, l.discount + COALESCE(d.discount, 0), COALESCE(d.price, 0), l.tax + COALESCE(d.tax, 0))`,
		},
		{
			ID:   "order.has_lines",
			Says: "each order has at least one line",
			SQL: `SELECT o.id, o.number FROM sales_order o
				WHERE o.state <> 'draft' AND NOT EXISTS (SELECT FROM order_line l WHERE l.order_id = o.id)`,
		},
		{
			ID:   "order.line_is_frozen",
			Says: "each line tells by itself what was bought",
			SQL:  `SELECT id, order_id FROM order_line WHERE btrim(title) = '' OR variant_id <= 0 OR product_id <= 0`,
		},
		{
			ID:   "order.line_positions",
			Says: "the lines of an order are numbered from nought without gaps",
			SQL:  `SELECT order_id FROM order_line GROUP BY order_id HAVING min(position) <> 0 OR max(position) <> count(*) - 1`,
		},
	}
}

// taxChecks reckon each tax again: rates are taken of the amount after
// discounts; where prices carry tax, the sum of the rates out of it.
func taxChecks() []doctor.Check {
	const taxed = `
		SELECT l.order_id, 'line' AS kind, l.id, l.total AS base, l.tax FROM order_line l
		UNION ALL SELECT d.order_id, 'delivery', d.id, d.price - d.discount, d.tax FROM order_delivery d`
	const of = ` (t.kind = 'line' AND x.line_id = t.id OR t.kind = 'delivery' AND x.delivery_id = t.id)`
	return []doctor.Check{
		{
			ID:   "order.tax_is_sum_of_taxes",
			Says: "the tax of a line or a delivery is the sum of its single taxes",
			SQL: `SELECT t.order_id, t.kind, t.id, t.tax, COALESCE(sum(x.amount), 0) AS taxes
				FROM (` + taxed + `) t LEFT JOIN order_tax x ON x.order_id = t.order_id AND` + of + `
				GROUP BY t.order_id, t.kind, t.id, t.tax HAVING t.tax <> COALESCE(sum(x.amount), 0)`,
		},
		{
			ID:   "order.tax_is_rate_of_base",
			Says: "each tax is its rate of its base, rounded half up; where prices carry tax, all of a part together",
			SQL: `SELECT t.order_id, t.kind, t.id, t.base, t.tax, sum(x.rate_ppm) AS ppm
				FROM (` + taxed + `) t
				JOIN sales_order o ON o.id = t.order_id
				JOIN order_tax x ON x.order_id = t.order_id AND` + of + `
				GROUP BY t.order_id, t.kind, t.id, t.base, t.tax, o.tax_included
				HAVING t.tax <> CASE WHEN o.tax_included
					THEN round(t.base * sum(x.rate_ppm) / (1000000 + sum(x.rate_ppm)))
					ELSE sum(round(t.base::numeric * x.rate_ppm / 1000000)) END`,
		},
	}
}

func paymentChecks() []doctor.Check {
	return []doctor.Check{
		{
			ID:   "order.one_currency",
			Says: "whatever pays an order does so in the order's currency",
			SQL: `SELECT o.id, o.number, o.currency, p.id AS payment, p.currency AS paid_in
				FROM sales_order o JOIN payment p ON p.order_id = o.id WHERE p.currency <> o.currency`,
		},
		{
			ID:   "order.has_payment",
			Says: "an order with something due has a payment, or is paid later by agreement",
			SQL: `SELECT o.id, o.number FROM sales_order o
				WHERE o.state <> 'draft' AND o.total > o.credit AND NOT o.pay_later
					AND NOT EXISTS (SELECT FROM payment p WHERE p.order_id = o.id)`,
		},
		{
			ID:   "order.confirmed_is_covered",
			Says: "an order is confirmed only when payments that were good cover what is due",
			SQL: `SELECT o.id, o.number, o.total - o.credit AS due, COALESCE(sum(p.amount), 0) AS paid
				FROM sales_order o
				LEFT JOIN payment p ON p.order_id = o.id AND (p.state IN ('captured', 'voided')
					OR p.state IN ('authorized', 'partially_captured') AND NOT o.pay_later)
				WHERE o.state IN ('confirmed', 'completed')
				GROUP BY o.id HAVING o.total - o.credit > COALESCE(sum(p.amount), 0)`,
		},
	}
}

func historyChecks() []doctor.Check {
	return []doctor.Check{
		{
			// Facts are swept after a while: a step older than all that are left
			// is not asked for its own.
			ID:   "order.step_has_fact",
			Says: "each step in the history of an order was told as one fact",
			SQL: `SELECT t.order_id, t.event, t.at, t.steps, count(b.id) AS facts
				FROM (
					SELECT order_id, event, at, count(*) AS steps FROM order_transition
					WHERE at >= (SELECT min(recorded_at) FROM outbox) GROUP BY order_id, event, at
				) t
				LEFT JOIN outbox b ON b.aggregate_kind = 'order' AND b.aggregate_id = t.order_id AND b.recorded_at = t.at
					AND CASE t.event WHEN 'place' THEN b.topic = 'order.placed'
						ELSE b.topic = 'order.changed' AND b.payload->>'event' = t.event END
				GROUP BY t.order_id, t.event, t.at, t.steps HAVING count(b.id) <> t.steps`,
		},
		{
			ID:   "order.history_is_a_chain",
			Says: "the history of an order is numbered from one, each step begins where the last one ended, and the last one ended in its state",
			SQL: `
				SELECT o.id, o.number, o.state, h.sequence, h.before, h.after
				FROM sales_order o
				LEFT JOIN (
					SELECT order_id, sequence, before, after,
						lag(after, 1, '') OVER w AS came_to, row_number() OVER w AS place,
						lead(sequence) OVER w IS NULL AS last
					FROM order_transition WINDOW w AS (PARTITION BY order_id ORDER BY sequence)
				) h ON h.order_id = o.id
				WHERE h.order_id IS NULL OR h.sequence <> h.place OR h.before <> h.came_to OR (h.last AND h.after <> o.state)`,
		},
		{
			ID:   "order.history_is_legal",
			Says: "each step in the history of an order is in the table of its machine",
			SQL: `SELECT id, order_id, event, before, after FROM order_transition t
				WHERE NOT EXISTS (SELECT FROM (VALUES ` + edges() + `) e (event, before, after)
					WHERE e.event = t.event AND e.before = t.before AND e.after = t.after)`,
		},
	}
}

// edges are the steps of the machine as rows of SQL, with those by which an
// order begins.
func edges() string {
	rows := []string{fmt.Sprintf("('%s', '', '%s')", lifecycle.Place, lifecycle.Pending)}
	for _, t := range lifecycle.Transitions() {
		rows = append(rows, fmt.Sprintf("('%s', '%s', '%s')", t.Event, t.From, t.To))
	}
	return strings.Join(rows, ", ")
}

func stateChecks() []doctor.Check {
	return []doctor.Check{
		{
			ID:   "order.state_agrees_with_lines",
			Says: "an order is completed only when nothing is left to be sent, and cancelled only with all that was not sent",
			SQL: `SELECT o.id, o.number, o.state FROM sales_order o
				WHERE o.state IN ('completed', 'cancelled') AND EXISTS (
					SELECT FROM order_line l WHERE l.order_id = o.id AND l.fulfilled < l.quantity - l.cancelled)`,
		},
	}
}
