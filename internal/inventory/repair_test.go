package inventory_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/souk-commerce/souk/internal/audit"
	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/platform/doctor"
	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/testkit"
)

// repair does one repair, or all for "".
func repair(t *testing.T, s *inventory.Service, id string) []doctor.Mended {
	t.Helper()
	var wanted []doctor.Repair
	for _, r := range s.Repairs() {
		if id == "" || r.ID == id {
			wanted = append(wanted, r)
		}
	}
	return must[[]doctor.Mended](t)(doctor.Mend(t.Context(), wanted))
}

func exec(t *testing.T, db *postgres.DB, sql string, args ...any) {
	t.Helper()
	if _, err := db.Conn(t.Context()).Exec(t.Context(), sql, args...); err != nil {
		t.Fatal(err)
	}
}

func stockOf(db *postgres.DB) *inventory.Service {
	events, log := event.NewOutbox(db), audit.New(db)
	products := catalog.NewService(db, events, log)
	s := inventory.NewService(db, events, log, products)
	products.Attach(s)
	return s
}

func TestRepair_setsALevelToTheFoldOfItsLedger(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.stock(t, s.variants[0], s.main, 10)
	s.stock(t, s.variants[1], s.main, 5)
	s.hold(t, 1, s.want(1, 0, 3))
	exec(t, s.db, `UPDATE stock_level SET on_hand = 0, taken = 0, safety = 4 WHERE variant_id = $1`, int64(s.variants[0].ID))
	exec(t, s.db, `DELETE FROM stock_level WHERE variant_id = $1`, int64(s.variants[1].ID))
	if found := must[[]doctor.Finding](t)(doctor.Run(t.Context(), s.db.Pool(), inventory.Checks())); len(found) == 0 {
		t.Fatal("nothing is off")
	}
	did := repair(t, s.Service, "inventory.levels")
	if len(did) != 1 || len(did[0].Did) != 2 || !strings.Contains(did[0].String(), "on hand 0 → 10, taken 0 → 3") {
		t.Errorf("%v", did)
	}
	if s.onHand(t, s.variants[0], s.main) != 10 || s.onHand(t, s.variants[1], s.main) != 5 || s.taken(t, 0) != 3 {
		t.Error("the levels are not as the ledger has them")
	}
	if n := s.count(t, `SELECT count(*) FROM audit_entry WHERE action = 'stock.repair' AND actor_kind = 'system' AND actor_name = 'doctor'
		AND before->0->>'OnHand' = '0' AND after->0->>'OnHand' IN ('10', '5')`); n != 2 {
		t.Errorf("%d audit rows", n)
	}
	if n := s.count(t, `SELECT count(*) FROM outbox o JOIN stock_level l ON l.id = o.aggregate_id AND l.version = o.version
		WHERE o.topic = 'stock.changed' AND o.payload->>'was_available' = 'false' AND o.payload->>'now_available' = 'true' AND actor_kind = 'system'`); n != 2 {
		t.Errorf("%d facts of the repair", n)
	}
	if did := repair(t, s.Service, "inventory.levels"); len(did) != 0 {
		t.Errorf("repaired twice: %v", did)
	}
}

// A ledger of which a part is gone sums to what no level may be: the repair
// leaves that for people.
func TestRepair_guessesNothing(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	s := &store{Service: stockOf(db), db: db, ctx: t.Context()}
	exec(t, db, `INSERT INTO product (id, created_at, updated_at, handle, title) VALUES (1, now(), now(), 'p', 'P')`)
	exec(t, db, `INSERT INTO variant (id, created_at, updated_at, product_id, position, title, option_key) VALUES (1, now(), now(), 1, 0, 'V', '')`)
	exec(t, db, `INSERT INTO location (id, created_at, updated_at, handle, name) VALUES (1, now(), now(), 'l', 'L')`)
	exec(t, db, `INSERT INTO stock_level (variant_id, location_id, on_hand, updated_at) VALUES (1, 1, 7, now())`)
	exec(t, db, `INSERT INTO stock_movement (variant_id, location_id, kind, on_hand_delta, reason, actor_kind, at)
		VALUES (1, 1, 'adjust', -3, 'broken', 'staff', now()), (99, 1, 'adjust', 5, 'of a variant that is gone', 'staff', now())`)
	if did := repair(t, s.Service, ""); len(did) != 0 {
		t.Errorf("%v", did)
	}
	if n := s.count(t, `SELECT on_hand FROM stock_level`); n != 7 {
		t.Errorf("%d on hand", n)
	}
}

// Whoever buys while levels are repaired gets what the ledger says, and nothing
// of what they do is lost.
func TestRepair_isSafeWhilePeopleBuy(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.stock(t, s.variants[0], s.main, 500)
	s.stock(t, s.variants[0], s.other, 500)
	atOnce(240, func(i int) {
		checkout := inventory.CheckoutID(i + 1)
		switch {
		case i%12 == 0:
			exec(t, s.db, `UPDATE stock_level SET taken = taken + 7, incoming = incoming + 1 WHERE variant_id = $1 AND location_id = $2`,
				int64(s.variants[0].ID), int64(s.main.ID))
			repair(t, s.Service, "inventory.levels")
		default:
			if short, err := s.reserve(checkout, s.want(1, 0, 2)); err != nil || len(short) > 0 {
				t.Error(short, err)
			}
			if i%3 == 0 {
				if err := s.Release(s.ctx, checkout); err != nil {
					t.Error(err)
				}
			}
		}
	})
	// Each drift was repaired by whoever made it: no repair is needed here, and
	// none must have written what it read before somebody bought.
	if taken, want := s.taken(t, 0), 2*(240-20-60); taken != want {
		t.Errorf("%d taken, want %d", taken, want)
	}
	s.noDeadlock(t)
}

func TestRepair_releasesWhatEndedCheckoutsHold(t *testing.T) {
	t.Parallel()
	db := books(t)
	s := &store{Service: stockOf(db), db: db, ctx: t.Context()}
	now := db.Now(t.Context())
	// 3 was given up, 4 was bought, 91 goes on
	exec(t, db, `INSERT INTO cart (id, created_at, updated_at, market_id, choices, expires_at, attributes, codes, preferences, metafields, country, language, currency)
		VALUES (91, $1, $1, 1, '{}', $1, '[]', '[]', '{}', '[]', 'US', 'en', 'USD')`, now)
	exec(t, db, `INSERT INTO checkout (id, created_at, updated_at, market_id, cart_id, cart_version, expires_at, attributes, codes, choices, country, language, currency)
		VALUES (91, $1, $1, 1, 91, 1, $1, '[]', '[]', '{}', 'US', 'en', 'USD')`, now)
	exec(t, db, `UPDATE checkout SET ended_at = $1::timestamptz - interval '1 hour' WHERE ended_at IS NOT NULL`, now)
	for _, id := range []inventory.CheckoutID{3, 4, 91} {
		if _, err := s.Reserve(t.Context(), inventory.Hold{Checkout: id, Until: now.Add(time.Hour),
			Wants: []inventory.Want{{Line: 1000, Variant: 7, Quantity: 2}}}); err != nil {
			t.Fatal(err)
		}
	}
	if r := must[inventory.Reconciliation](t)(s.Reconcile(t.Context())); r.Orphaned != 1 || r.Sound() {
		t.Errorf("%+v", r)
	}
	did := repair(t, s.Service, "")
	if len(did) != 1 || len(did[0].Did) != 1 || !strings.HasPrefix(did[0].Did[0], "checkout 3:") {
		t.Errorf("%v", did)
	}
	if len(s.active(t, 3)) != 0 || len(s.active(t, 4)) != 1 || len(s.active(t, 91)) != 1 {
		t.Error("not what the ended checkout held, and only that, was released")
	}
	if n := s.count(t, `SELECT count(*) FROM audit_entry WHERE action = 'stock.release' AND subject_id = 3`); n != 1 {
		t.Errorf("%d audit rows", n)
	}
	if r := must[inventory.Reconciliation](t)(s.Reconcile(t.Context())); !r.Sound() {
		t.Errorf("%+v", r)
	}
	for _, id := range []inventory.CheckoutID{4, 91} {
		if err := s.Release(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
}

func TestReconcile_tellsWhatIsOff(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.stock(t, s.variants[0], s.main, 10)
	s.stock(t, s.variants[1], s.main, 10)
	clock := testkit.Clock(t, s.db)
	s.hold(t, 1, s.want(1, 0, 1))
	clock.Advance(quarter + time.Second)
	if r := must[inventory.Reconciliation](t)(s.Reconcile(s.ctx)); r.Lag != time.Second || r.Overdue != 0 {
		t.Errorf("one tick late: %+v", r)
	}
	clock.Advance(2 * time.Second)
	if r := must[inventory.Reconciliation](t)(s.Reconcile(s.ctx)); r.Lag != 3*time.Second || r.Overdue != 1 {
		t.Errorf("three ticks late: %+v", r)
	}
	must[int](t)(s.ExpireDue(s.ctx, 10))
	if r := must[inventory.Reconciliation](t)(s.Reconcile(s.ctx)); r.Lag != 0 || !r.Sound() || r.Checked == 0 {
		t.Errorf("given back: %+v", r)
	}
	// A level that was written by hand long after it changed is found within the hour.
	exec(t, s.db, `UPDATE stock_level SET on_hand = 9 WHERE variant_id = $1`, int64(s.variants[1].ID))
	clock.Advance(time.Hour)
	seen := int64(0)
	for range 60 {
		clock.Advance(time.Minute)
		seen += must[inventory.Reconciliation](t)(s.Reconcile(s.ctx)).Drifted
	}
	if seen != 1 {
		t.Errorf("seen %d times in an hour", seen)
	}
	exec(t, s.db, `UPDATE stock_level SET on_hand = 10 WHERE variant_id = $1`, int64(s.variants[1].ID))
}

// One process reconciles, and each shows what was found.
func TestReconciler_figuresFollowTheFact(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.stock(t, s.variants[0], s.main, 10)
	exec(t, s.db, `UPDATE stock_level SET on_hand = 8`)
	var said strings.Builder
	registry := prometheus.NewRegistry()
	elsewhere := inventory.NewReconciler(s.Service, registry, slog.New(slog.DiscardHandler))
	worker := inventory.NewReconciler(s.Service, prometheus.NewRegistry(), slog.New(slog.NewTextHandler(&said, nil)))
	if err := worker.Run(s.ctx); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(said.String(), "level=ERROR") || !strings.Contains(said.String(), "drifted=1") {
		t.Errorf("said %q", said.String())
	}
	var e event.Envelope
	if err := s.db.Conn(s.ctx).QueryRow(s.ctx, `SELECT topic, payload FROM outbox WHERE topic = 'stock.reconciled'`).Scan(&e.Topic, &e.Payload); err != nil {
		t.Fatal(err)
	}
	if err := elsewhere.Handle(context.Background(), []event.Envelope{e}); err != nil {
		t.Fatal(err)
	}
	all, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]float64{}
	for _, f := range all {
		got[f.GetName()] = f.GetMetric()[0].GetGauge().GetValue()
	}
	if got["souk_stock_levels_drifted"] != 1 || got["souk_stock_reconciled_timestamp_seconds"] == 0 {
		t.Error(fmt.Sprint(got))
	}
	repair(t, s.Service, "inventory.levels")
}
