package bundle

import (
	"fmt"

	"github.com/souk-commerce/souk/internal/platform/doctor"
)

// Checks gives the invariants of this room.
func Checks() []doctor.Check {
	return []doctor.Check{
		{
			ID:   "bundle.not_nested",
			Says: "no part of a bundle is a bundle",
			SQL: `SELECT s.bundle_id, c.variant_id FROM bundle_choice c JOIN bundle_slot s ON s.id = c.slot_id
				WHERE c.variant_id IN (SELECT variant_id FROM bundle)`,
		},
		{
			ID:   "bundle.slots_agree",
			Says: "each slot of a bundle has a choice, that of a fixed one just one, made once, and some slot must be filled",
			SQL: `SELECT b.id, b.kind, s.position, n.choices, s.least_pieces, s.most_pieces FROM bundle b
				LEFT JOIN bundle_slot s ON s.bundle_id = b.id
				LEFT JOIN LATERAL (SELECT count(*) AS choices FROM bundle_choice c WHERE c.slot_id = s.id) n ON true
				WHERE s.id IS NULL OR n.choices = 0 OR b.kind = 'fixed' AND (n.choices, s.least_pieces, s.most_pieces) <> (1, 1, 1)
					OR NOT EXISTS (SELECT FROM bundle_slot f WHERE f.bundle_id = b.id AND f.least_pieces > 0)`,
		},
		{
			ID:   "bundle.in_bounds",
			Says: "a variant stands in a bundle once, and no bundle holds more than a bundle may",
			SQL: fmt.Sprintf(`SELECT s.bundle_id, count(DISTINCT s.id) AS slots, count(*) AS choices, count(DISTINCT c.variant_id) AS variants
				FROM bundle_slot s JOIN bundle_choice c ON c.slot_id = s.id GROUP BY s.bundle_id
				HAVING count(DISTINCT s.id) > %d OR count(*) > %d OR count(*) <> count(DISTINCT c.variant_id) OR max(c.quantity) > %d`,
				MaxSlots, MaxChoices, MaxPieces),
		},
	}
}
