package checkout

import (
	"fmt"
	"strings"

	"github.com/souk-commerce/souk/internal/checkout/lifecycle"
	"github.com/souk-commerce/souk/internal/platform/doctor"
)

// Checks gives the invariants of this room.
func Checks() []doctor.Check { return append(ownChecks(), sharedChecks()...) }

// ownChecks look at checkouts alone, and at their carts and orders.
func ownChecks() []doctor.Check {
	return []doctor.Check{
		{
			ID:   "checkout.history_is_legal",
			Says: "each checkout began, went along the edges of its machine and stands where its history ends",
			SQL: `
				WITH chain AS (
					SELECT checkout_id, event, before, after, id, lag(after) OVER w AS expected, lead(id) OVER w AS next
					FROM checkout_transition WINDOW w AS (PARTITION BY checkout_id ORDER BY id)
				)
				SELECT t.checkout_id, t.event, t.before, t.after, c.state FROM chain t JOIN checkout c ON c.id = t.checkout_id
				WHERE t.expected IS NULL AND (t.event <> 'start' OR t.before <> '')
					OR t.expected IS NOT NULL AND (t.before <> t.expected OR (t.before, t.event, t.after) NOT IN (` + edges() + `))
					OR t.next IS NULL AND t.after <> c.state
				UNION ALL
				SELECT c.id, 'none', '', '', c.state FROM checkout c
				WHERE NOT EXISTS (SELECT FROM checkout_transition t WHERE t.checkout_id = c.id)`,
		},
		{
			ID:   "checkout.order_is_its_own",
			Says: "a completed checkout and its order name each other, and its cart is completed",
			SQL: `
				SELECT c.id, c.order_id, o.id AS named_by, k.state AS cart_state FROM checkout c
				JOIN cart k ON k.id = c.cart_id
				FULL JOIN sales_order o ON o.checkout_id = c.id
				WHERE c.order_id IS DISTINCT FROM o.id AND (c.id IS NOT NULL OR o.checkout_id IS NOT NULL)
					OR c.state = 'completed' AND k.state <> 'completed'`,
		},
	}
}

// sharedChecks compare checkouts with what they hold and what was paid.
func sharedChecks() []doctor.Check {
	return []doctor.Check{
		{
			ID:   "checkout.holds_belong_to_it",
			Says: "stock is held for checkouts that can still be bought, and consumed by those that were",
			SQL: `
				SELECT r.id, r.checkout_id, r.state, c.state AS checkout_state FROM reservation r
				LEFT JOIN checkout c ON c.id = r.checkout_id
				WHERE r.state = 'committed' AND (c.id IS NULL OR c.state NOT IN ('submitting', 'awaiting_action'))
					OR r.state = 'held' AND (c.id IS NULL OR c.state IN ('completed', 'cancelled'))
					OR r.state = 'consumed' AND (c.id IS NULL OR c.state <> 'completed')`,
		},
		{
			ID:   "checkout.order_has_its_stock",
			Says: "an order's counted pieces, of bundles those of their parts, are exactly those that its checkout consumed",
			SQL: `
				WITH wanted AS (
					SELECT order_id, variant_id, sum(quantity) AS quantity FROM (
						SELECT l.order_id, l.variant_id, l.quantity FROM order_line l
						WHERE NOT EXISTS (SELECT FROM order_line_component p WHERE p.line_id = l.id)
						UNION ALL SELECT l.order_id, p.variant_id, p.quantity * l.quantity
						FROM order_line_component p JOIN order_line l ON l.id = p.line_id
					) part GROUP BY order_id, variant_id
				)
				SELECT o.id, w.variant_id, w.quantity, COALESCE(r.had, 0) AS had FROM sales_order o
				JOIN wanted w ON w.order_id = o.id
				LEFT JOIN (SELECT checkout_id, variant_id, sum(quantity) AS had FROM reservation WHERE state = 'consumed'
					GROUP BY checkout_id, variant_id) r ON r.checkout_id = o.checkout_id AND r.variant_id = w.variant_id
				WHERE o.state NOT IN ('cancelled', 'expired') AND r.had IS NOT NULL AND r.had <> w.quantity`,
		},
		{
			ID:   "checkout.good_money_has_an_order",
			Says: "money that is ours has an order, or is on its way back",
			SQL: `
				SELECT p.id, p.checkout_id, p.state, c.state AS checkout_state FROM payment p JOIN checkout c ON c.id = p.checkout_id
				WHERE p.state IN ('authorized', 'partially_captured', 'captured') AND p.order_id IS NULL AND p.refund_state = ''`,
		},
	}
}

// edges gives the machine's table as rows of SQL.
func edges() string {
	var rows []string
	for _, t := range lifecycle.Transitions() {
		rows = append(rows, fmt.Sprintf("('%s','%s','%s')", t.From, t.Event, t.To))
	}
	return strings.Join(rows, ", ")
}
