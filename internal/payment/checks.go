package payment

import (
	"fmt"
	"strings"

	"github.com/souk-commerce/souk/internal/payment/lifecycle"
	"github.com/souk-commerce/souk/internal/platform/doctor"
)

// Checks gives the invariants of this room. Ages count up to the newest time
// that a payment bears, so that the shop's own clock decides.
func Checks() []doctor.Check {
	return []doctor.Check{
		{
			ID:   "payment.amounts_fit",
			Says: "no payment took more than was asked for, or gave back more than it took; what is captured was taken as a whole",
			SQL: `SELECT id, state, amount, captured, refunded FROM payment
				WHERE captured > amount OR refunded > captured OR (state = 'captured' AND captured <> amount)
					OR (captured > 0 AND state NOT IN ('partially_captured','captured','voided'))
					OR (state = 'voided' AND refunded <> captured)`,
		},
		{
			ID:   "payment.steps_are_legal",
			Says: "the steps of a payment begin at created, follow each other, and stand in the table",
			SQL: `WITH edge (event, before, after) AS (VALUES ` + edges() + `),
				step AS (
					SELECT id, payment_id, event, before, after,
						lag(after, 1, 'created') OVER (PARTITION BY payment_id ORDER BY id) AS expected
					FROM payment_transition)
				SELECT s.payment_id, s.id, s.event, s.before, s.after, s.expected FROM step s
				WHERE s.before <> s.expected
					OR NOT EXISTS (SELECT FROM edge e WHERE (e.event, e.before, e.after) = (s.event, s.before, s.after))`,
		},
		{
			ID:   "payment.state_is_last_step",
			Says: "a payment stands where its last step led",
			SQL: `SELECT p.id, p.state, t.after FROM payment p
				LEFT JOIN LATERAL (SELECT after FROM payment_transition WHERE payment_id = p.id ORDER BY id DESC LIMIT 1) t ON true
				WHERE p.state <> COALESCE(t.after, 'created')`,
		},
		{
			ID:   "payment.verdict_comes",
			Says: "no payment waits for its verdict for more than a day",
			SQL: `SELECT id, state, created_at FROM payment
				WHERE settled_at IS NULL AND created_at < (SELECT max(updated_at) FROM payment) - interval '24 hours'`,
		},
		{
			ID:   "payment.token_is_gone",
			Says: "no token of a buyer is kept after the verdict",
			SQL:  `SELECT id, state FROM payment WHERE settled_at IS NOT NULL AND token <> ''`,
		},
	}
}

// edges writes the table of the machine as rows of SQL.
func edges() string {
	var rows []string
	for _, t := range lifecycle.Transitions() {
		rows = append(rows, fmt.Sprintf("('%s','%s','%s')", t.Event, t.From, t.To))
	}
	return strings.Join(rows, ",")
}
