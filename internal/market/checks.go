package market

import "github.com/souk-commerce/souk/internal/platform/doctor"

// Checks gives the invariants of this room.
func Checks() []doctor.Check {
	return []doctor.Check{
		{
			ID:   "market.one_default",
			Says: "of the markets exactly one serves whoever no other claims, and it is active",
			SQL:  `SELECT count(*) AS markets FROM market HAVING count(*) > 0 AND count(*) FILTER (WHERE is_default AND active) <> 1`,
		},
		{
			ID:   "market.has_language",
			Says: "every market is served in at least one language",
			SQL:  `SELECT m.id, m.handle FROM market m WHERE NOT EXISTS (SELECT FROM market_language l WHERE l.market_id = m.id)`,
		},
	}
}
