package sandbox

import "github.com/souk-commerce/souk/internal/platform/doctor"

// Checks holds the sandbox's ledger against the shop's books. What was charged
// or given back a moment ago may not be in the books yet: the answer was lost,
// and the shop is about to ask. Ages count up to the newest time of either.
func Checks() []doctor.Check {
	return []doctor.Check{{
		ID:   "sandbox.ledgers_agree",
		Says: "every charge of the sandbox is a payment of the shop and the reverse, with the same amounts taken and given back",
		SQL: `WITH book AS (SELECT *, provider_key AS key FROM payment WHERE method = '` + Handle + `'),
			pair AS (
				SELECT c.key AS charge, p.id AS payment, c.token, c.state AS charge_state, p.state AS payment_state,
					c.amount AS charge_amount, p.amount AS payment_amount, c.currency AS charge_currency, p.currency AS payment_currency,
					CASE c.state WHEN 'charged' THEN c.amount ELSE 0 END AS taken, p.captured, c.refunded AS given_back, p.refunded,
					(p.state IN ('created','requires_action','processing') OR p.refund_state = 'owed') AND c.updated_at >
						greatest((SELECT max(updated_at) FROM sandbox_charge), (SELECT max(updated_at) FROM book)) - interval '10 minutes' AS settling
				FROM sandbox_charge c FULL JOIN book p ON p.key = c.key)
			SELECT charge, payment, charge_state, payment_state, charge_amount, payment_amount, charge_currency, payment_currency,
				taken, captured, given_back, refunded FROM pair
			WHERE payment IS NULL
				OR (charge IS NULL AND captured > 0)
				OR (token <> '' AND (charge_amount, charge_currency) <> (payment_amount, payment_currency))
				OR ((taken, given_back) <> (captured, refunded) AND NOT settling)`,
	}}
}
