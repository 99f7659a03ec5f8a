package importer_test

import "github.com/souk-commerce/souk/internal/platform/doctor"

// books is what must hold of the shop after every import, besides what the
// rooms say of themselves.
func books() []doctor.Check {
	return []doctor.Check{
		{ID: "priced", Says: "every variant has a base price", SQL: `
			SELECT v.id FROM variant v WHERE NOT EXISTS (
				SELECT FROM price x JOIN price_list l ON l.id = x.price_list_id AND l.base WHERE x.variant_id = v.id)`},
		{ID: "pictures", Says: "no picture was linked in vain", SQL: `
			SELECT a.id FROM media_asset a WHERE NOT EXISTS (SELECT FROM product_media m WHERE m.media_id = a.id)`},
	}
}
