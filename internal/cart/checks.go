package cart

import (
	"fmt"

	"github.com/souk-commerce/souk/internal/platform/doctor"
)

// Checks gives the invariants of this room.
func Checks() []doctor.Check {
	return []doctor.Check{
		{
			ID:   "cart.equal_lines_are_one",
			Says: "a cart has one line for a variant with the same attributes and components",
			SQL: `SELECT cart_id, variant_id, attributes, components, count(*) FROM cart_line
				GROUP BY cart_id, variant_id, attributes, components HAVING count(*) > 1`,
		},
		{
			ID:   "cart.stays_in_bounds",
			Says: "no cart holds more lines, addresses or codes than a cart may",
			SQL: fmt.Sprintf(`SELECT c.id, l.n AS lines, a.n AS addresses, jsonb_array_length(c.codes) AS codes FROM cart c
				CROSS JOIN LATERAL (SELECT count(*) AS n FROM cart_line WHERE cart_id = c.id) l
				CROSS JOIN LATERAL (SELECT count(*) AS n FROM cart_address WHERE cart_id = c.id) a
				WHERE l.n > %d OR a.n > %d OR jsonb_array_length(c.codes) > %d`, MaxLines, MaxAddresses, MaxCodes),
		},
		{
			ID:   "cart.merged_holds_nothing",
			Says: "a merged cart holds no lines, no addresses and no word about a person, and is nobody's",
			SQL: `SELECT c.id, c.customer_id FROM cart c WHERE c.state = 'merged' AND (c.customer_id IS NOT NULL OR c.email <> '' OR c.phone <> ''
				OR EXISTS (SELECT 1 FROM cart_line WHERE cart_id = c.id) OR EXISTS (SELECT 1 FROM cart_address WHERE cart_id = c.id))`,
		},
		{
			ID:   "cart.has_one_owner",
			Says: "a cart is one customer's, who has one, or whose who knows its secret",
			SQL: `SELECT customer_id, array_agg(id) AS carts FROM cart WHERE state = 'active' AND customer_id IS NOT NULL
				GROUP BY customer_id HAVING count(*) > 1 OR customer_id <= 0`,
		},
	}
}
