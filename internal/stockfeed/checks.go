package stockfeed

import "github.com/souk-commerce/souk/internal/platform/doctor"

// Checks gives the invariants of this room.
func Checks() []doctor.Check {
	return []doctor.Check{
		{
			ID:   "stock_feed.runs_are_in_the_ledger",
			Says: "each line that a run has changed is a movement of its feed at the run's instant",
			SQL: `
				SELECT r.feed_id AS feed, r.at, r.changed, COALESCE(m.moved, 0) AS moved
				FROM (SELECT feed_id, at, sum(changed) AS changed FROM stock_feed_run GROUP BY feed_id, at) r
				LEFT JOIN (
					SELECT reference_id, at, count(*) AS moved FROM stock_movement
					WHERE reference_kind = '` + OfFeed + `' GROUP BY reference_id, at
				) m ON m.reference_id = r.feed_id AND m.at = r.at
				WHERE r.changed <> COALESCE(m.moved, 0)`,
		},
		{
			ID:   "stock_feed.movements_name_their_feed",
			Says: "each movement of a feed names one that there is",
			SQL: `
				SELECT m.id AS movement, m.reference_id FROM stock_movement m
				WHERE m.reference_kind = '` + OfFeed + `' AND NOT EXISTS (SELECT FROM stock_feed f WHERE f.id = m.reference_id)`,
		},
		{
			ID:   "stock_feed.runs_add_up",
			Says: "each line of a run that was applied is changed, unchanged, unknown or refused, and no other run has changed anything",
			SQL: `
				SELECT id AS run, state, lines, changed, unchanged, unknown, refused FROM stock_feed_run
				WHERE state = 'applied' AND lines <> changed + unchanged + unknown + refused
					OR state <> 'applied' AND changed + unchanged <> 0`,
		},
		{
			ID:   "stock_feed.webhooks_have_secrets",
			Says: "webhooks, and nobody else, have a secret",
			SQL:  `SELECT id, kind FROM stock_feed WHERE (kind = 'webhook') <> (secret IS NOT NULL)`,
		},
	}
}
