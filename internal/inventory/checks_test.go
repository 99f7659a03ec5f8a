package inventory_test

import (
	"os"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/platform/doctor"
	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/testkit"
)

func allChecks() []doctor.Check {
	return slices.Concat(inventory.Checks(), inventory.CrossChecks(), inventory.LiveChecks())
}

// books gives a database with the sound books of some orders: checkouts 1 to 90,
// of which every third was given up, 21 and 41 and so on with a bundle.
func books(t *testing.T) *postgres.DB {
	t.Helper()
	db := testkit.DB(t, testkit.WithInvariants(allChecks()...))
	text := must[[]byte](t)(os.ReadFile("../../bench/ledger/books.sql"))
	conn := must[*pgx.Conn](t)(pgx.Connect(t.Context(), db.DirectURL()))
	defer func() { _ = conn.Close(t.Context()) }()
	for _, sql := range []string{"SET souk.variants = 40", "SET souk.orders = 60", string(text)} {
		if _, err := conn.PgConn().Exec(t.Context(), sql).ReadAll(); err != nil {
			t.Fatal(err)
		}
	}
	return db
}

// plants are the faults that each check is there to find. They are made where
// neither triggers nor foreign keys are in force.
var plants = map[string][]string{
	"inventory.level_is_fold_of_ledger": {
		`UPDATE stock_level SET on_hand = on_hand + 1 WHERE id = 3`,
		`UPDATE stock_level SET safety = safety + 1 WHERE id = 3`,
		`UPDATE stock_movement SET taken_delta = taken_delta + 1 WHERE id = 100`,
		`DELETE FROM stock_movement WHERE id = 100`,
		`DELETE FROM stock_level WHERE id = 3`,
	},
	"inventory.no_count_is_negative": {
		`ALTER TABLE stock_level DROP CONSTRAINT stock_level_counts; UPDATE stock_level SET taken = -1 WHERE id = 3`,
		// gone and back again: the sum is right, the way there is not
		`INSERT INTO stock_movement (variant_id, location_id, kind, on_hand_delta, reason, actor_kind, at)
			VALUES (2, 1, 'adjust', -2000000, 'out', 'staff', now()), (2, 1, 'adjust', 2000000, 'in', 'staff', now())`,
	},
	"inventory.default_location_is_active": {`UPDATE location SET active = false WHERE id = 1`},
	"inventory.movement_has_a_cause": {
		`INSERT INTO stock_movement (variant_id, location_id, kind, actor_kind, at) VALUES (1, 1, 'adjust', 'staff', now())`,
		`INSERT INTO stock_movement (variant_id, location_id, kind, reference_kind, reference_id, actor_kind, at) VALUES (1, 1, 'adjust', 'whim', 1, 'staff', now())`,
	},
	"inventory.taken_is_sum_of_reservations": {
		`UPDATE reservation SET state = 'released' WHERE checkout_id = 1`,
		`UPDATE stock_transfer SET state = 'reserved' WHERE id = 1`,
	},
	"inventory.no_promise_beyond_stock": {
		`INSERT INTO stock_movement (variant_id, location_id, kind, taken_delta, reference_kind, reference_id, actor_kind, at)
			VALUES (2, 1, 'reserve', 2000000, 'checkout', 1, 'anonymous', now())`,
		// given back twice, and taken again
		`INSERT INTO stock_movement (variant_id, location_id, kind, taken_delta, reference_kind, reference_id, actor_kind, at)
			VALUES (2, 1, 'release', -2000, 'checkout', 1, 'anonymous', now()), (2, 1, 'reserve', 2000, 'checkout', 1, 'anonymous', now())`,
	},
	"inventory.promises_are_fold_of_ledger": {
		`UPDATE stock_movement SET reference_id = 2 WHERE reference_kind = 'checkout' AND reference_id = 1`,
		`UPDATE reservation SET state = 'released' WHERE checkout_id = 1`,
	},
	"inventory.promises_name_their_checkout": {
		`UPDATE stock_movement SET reference_kind = 'count' WHERE reference_kind = 'checkout' AND reference_id = 1`,
	},
	"inventory.one_reservation_of_a_line": {
		`DROP INDEX reservation_one_active; INSERT INTO reservation (checkout_id, line_id, variant_id, location_id, quantity, expires_at, created_at, updated_at)
			SELECT 1, 1, 1, 1, 1, now(), now(), now() FROM generate_series(1, 2)`,
	},
	"inventory.cause_exists": {
		`DELETE FROM checkout WHERE id = 1`, `DELETE FROM stock_transfer WHERE id = 1`, `DELETE FROM purchase_order WHERE id = 1`,
		`INSERT INTO stock_movement (variant_id, location_id, kind, reference_kind, reference_id, actor_kind, at) VALUES (1, 1, 'count', 'count', 9, 'staff', now())`,
		`INSERT INTO stock_movement (variant_id, location_id, kind, reference_kind, reference_id, actor_kind, at) VALUES (1, 1, 'ship', 'order', 9999, 'staff', now())`,
	},
	"inventory.transfers_sum_to_nothing": {
		`DELETE FROM stock_movement WHERE kind = 'transfer' AND reference_id = 1 AND location_id = 2`,
	},
	"inventory.incoming_is_sum_of_papers": {
		`UPDATE purchase_order_line SET received = received + 1 WHERE id = 1`, `UPDATE stock_transfer_line SET received = 1 WHERE transfer_id = 1`,
	},
	"inventory.allocated_is_unsent_of_orders": {
		`UPDATE order_line SET cancelled = 1 WHERE id = 1`,                              // a bundle
		`UPDATE order_line SET fulfilled = 1 WHERE id = 2`,                              // gone without leaving the stock
		`UPDATE reservation SET quantity = quantity + 1 WHERE checkout_id = 2`,          // more than was bought
		`DELETE FROM reservation WHERE checkout_id = 2`,                                 // an order without its pieces
		`UPDATE sales_order SET state = 'cancelled', cancelled_at = now() WHERE id = 2`, // and keeps its pieces
	},
	"inventory.sent_is_outgoing": {
		`UPDATE order_line SET fulfilled = 1 WHERE id = 2`,
		`UPDATE order_line SET fulfilled = 1 WHERE id = 2; INSERT INTO stock_movement (variant_id, location_id, kind, on_hand_delta, reference_kind, reference_id, actor_kind, at)
			SELECT variant_id, 1, 'ship', -1, 'order', 2, 'staff', now() FROM order_line, generate_series(1, 2) WHERE id = 2`,
		`INSERT INTO stock_movement (variant_id, location_id, kind, on_hand_delta, reference_kind, reference_id, actor_kind, at) VALUES (3, 1, 'return', 1, 'order', 2, 'staff', now())`,
	},
	"inventory.bundle_has_its_recipe": {
		`UPDATE reservation SET quantity = quantity + 1 WHERE id = (SELECT max(id) FROM reservation WHERE checkout_id = 1)`,
		`UPDATE checkout_line SET components = jsonb_set(components, '{1,quantity}', '3') WHERE id = 1`,
		`UPDATE checkout_line SET components = components - 1 WHERE id = 1`,
	},
	"inventory.no_hold_outlives_its_time": {
		`UPDATE reservation SET state = 'held', ended_at = NULL WHERE checkout_id = 3`,
	},
	"inventory.no_hold_outlives_its_checkout": {
		`UPDATE reservation SET state = 'committed', ended_at = NULL WHERE checkout_id = 3`,
		`UPDATE reservation SET state = 'committed', ended_at = NULL WHERE checkout_id = 3; DELETE FROM checkout WHERE id = 3`,
	},
}

func TestChecks_eachFindsWhatItIsThereFor(t *testing.T) {
	t.Parallel()
	db := books(t)
	for _, check := range allChecks() {
		if len(plants[check.ID]) == 0 {
			t.Errorf("%s was never seen to find anything", check.ID)
		}
		if found := must[[]doctor.Finding](t)(doctor.Run(t.Context(), db.Pool(), []doctor.Check{check})); len(found) > 0 {
			t.Errorf("sound books: %s", found[0])
		}
		for _, fault := range plants[check.ID] {
			if !planted(t, db, check, fault) {
				t.Errorf("%s does not find\n%s", check.ID, fault)
			}
		}
	}
}

// planted makes a fault, asks the check, and takes the fault back.
func planted(t *testing.T, db *postgres.DB, check doctor.Check, fault string) bool {
	t.Helper()
	conn := must[*pgx.Conn](t)(pgx.Connect(t.Context(), db.DirectURL()))
	defer func() { _ = conn.Close(t.Context()) }() // and the transaction with it
	for _, sql := range []string{`BEGIN`, `SET LOCAL session_replication_role = replica`, fault} {
		if _, err := conn.PgConn().Exec(t.Context(), sql).ReadAll(); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	found, err := doctor.Run(t.Context(), conn, []doctor.Check{check})
	if err != nil {
		t.Fatal(err)
	}
	return len(found) == 1 && len(found[0].Rows) > 0
}
