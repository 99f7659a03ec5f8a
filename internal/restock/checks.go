package restock

import "github.com/souk-commerce/souk/internal/platform/doctor"

// Checks gives the invariants of this room.
func Checks() []doctor.Check {
	return []doctor.Check{
		{
			ID:   "restock.one_address_one_key",
			Says: "requests that were typed alike are found by the same key",
			SQL: `SELECT email, count(DISTINCT email_key) AS keys FROM restock_request
				GROUP BY email HAVING count(DISTINCT email_key) > 1`,
		},
	}
}
