package shipping

import "github.com/souk-commerce/souk/internal/platform/doctor"

// Checks gives the invariants of this room.
func Checks() []doctor.Check {
	return []doctor.Check{
		{
			ID:   "delivery.rates_apart",
			Says: "in one currency a delivery method has one rate for each weight",
			SQL: `SELECT a.method_id, a.id, b.id AS other FROM delivery_rate a
				JOIN delivery_rate b ON b.method_id = a.method_id AND b.currency = a.currency
					AND (b.from_grams, b.id) > (a.from_grams, a.id) AND b.from_grams < COALESCE(a.below_grams, 9223372036854775807)`,
		},
		{
			ID:   "delivery.everywhere_is_whole",
			Says: "the area of everywhere has no subdivisions",
			SQL:  `SELECT id FROM delivery_area WHERE country = '*' AND subdivision <> ''`,
		},
	}
}
