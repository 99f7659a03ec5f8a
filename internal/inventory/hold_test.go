package inventory_test

import (
	"context"
	"testing"
	"time"

	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/platform/doctor"
	"github.com/souk-commerce/souk/internal/testkit"
)

func TestExpireDue_givesEverythingBack(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.stock(t, s.variants[0], s.main, 150)
	s.stock(t, s.variants[0], s.other, 150)
	for i := range inventory.CheckoutID(100) {
		s.hold(t, i+1, s.want(1, 0, 2), s.want(2, 0, 1))
	}
	if short, _ := s.reserve(101, s.want(1, 0, 1)); len(short) != 1 {
		t.Error("all are held")
	}
	must[int](t)(s.ExpireDue(s.ctx, 1000))
	if s.taken(t, 0) != 300 {
		t.Error("it gave back before the time")
	}
	testkit.Clock(t, s.db).Advance(quarter)
	if n := must[int](t)(s.ExpireDue(s.ctx, 1000)); n != 200 || s.taken(t, 0) != 0 {
		t.Errorf("%d given back, %d still taken", n, s.taken(t, 0))
	}
}

func TestCommit_onlyExactlyWhatIsHeld(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.stock(t, s.variants[0], s.main, 9)
	s.stock(t, s.variants[1], s.main, 9)
	s.hold(t, 1, s.want(1, 0, 2), s.want(2, 1, 1))
	for name, wants := range map[string][]inventory.Want{
		"less": {s.want(1, 0, 1), s.want(2, 1, 1)}, "more": {s.want(1, 0, 3), s.want(2, 1, 1)}, "a line more": {s.want(1, 0, 2), s.want(2, 1, 1), s.want(3, 1, 1)},
		"a line less": {s.want(1, 0, 2)}, "another variant": {s.want(1, 1, 2), s.want(2, 1, 1)},
	} {
		if err := s.Commit(s.ctx, 1, wants); !fault.Is(err, "not_held") {
			t.Errorf("%s: %v", name, err)
		}
		if _, all, err := s.CheckHeld(s.ctx, 1, wants); all || err != nil {
			t.Errorf("%s: held, %v", name, err)
		}
	}
	wants := []inventory.Want{s.want(2, 1, 1), s.want(1, 0, 2)}
	until, all, err := s.CheckHeld(s.ctx, 1, wants)
	if !all || !until.Equal(s.db.Now(s.ctx).Add(quarter)) || err != nil {
		t.Error(until, all, err)
	}
	for range 2 {
		if err := s.Commit(s.ctx, 1, wants); err != nil {
			t.Error(err)
		}
	}
	testkit.Clock(t, s.db).Advance(24 * time.Hour)
	if n := must[int](t)(s.ExpireDue(s.ctx, 100)); n != 0 {
		t.Errorf("%d committed ones expired", n)
	}
}

func TestCommit_tooLate(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.stock(t, s.variants[0], s.main, 1)
	s.hold(t, 1, s.want(1, 0, 1))
	testkit.Clock(t, s.db).Advance(quarter)
	wants := []inventory.Want{s.want(1, 0, 1)}
	if _, all, err := s.CheckHeld(s.ctx, 1, wants); all || err != nil {
		t.Error("an expired hold is held", err)
	}
	if err := s.Commit(s.ctx, 1, wants); !fault.Is(err, "not_held") {
		t.Error(err)
	}
}

// A tick that comes while a payment is being made does not wait for it and does
// not take its pieces.
func TestExpireDue_passesOverWhatIsBeingCommitted(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.stock(t, s.variants[0], s.main, 1)
	s.hold(t, 1, s.want(1, 0, 1))
	err := s.inTx(func(ctx context.Context) error {
		if err := s.Commit(ctx, 1, []inventory.Want{s.want(1, 0, 1)}); err != nil {
			return err
		}
		testkit.Clock(t, s.db).Advance(quarter)
		if n := must[int](t)(s.ExpireDue(s.ctx, 10)); n != 0 {
			t.Errorf("%d expired", n)
		}
		if short, err := s.reserve(2, s.want(1, 0, 1)); err != nil || len(short) != 1 {
			t.Error(short, err)
		}
		return nil
	})
	if err != nil || s.states(t, 1)[inventory.Committed] != 1 {
		t.Error(err, s.states(t, 1))
	}
}

func TestLifeOfAReservation(t *testing.T) {
	t.Parallel()
	s := open(t)
	clock := testkit.Clock(t, s.db)
	s.stock(t, s.variants[0], s.main, 5)
	wants := []inventory.Want{s.want(1, 0, 2)}
	state := func(want inventory.ReservationState, taken int) {
		t.Helper()
		all := must[page.Slice[inventory.Reservation]](t)(s.ListReservations(s.ctx, inventory.ReservationFilter{Checkout: 1, State: want}, page.Args{}))
		if len(all.Items) != 1 || s.taken(t, 0) != taken {
			t.Fatalf("want one %s and %d taken: %+v, %d", want, taken, all.Items, s.taken(t, 0))
		}
	}
	do := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	s.hold(t, 1, wants...)
	clock.Advance(10 * time.Minute)
	do(s.Extend(s.ctx, 1, s.db.Now(s.ctx).Add(quarter)))
	do(s.Extend(s.ctx, 1, s.db.Now(s.ctx).Add(time.Minute))) // never shortens
	clock.Advance(10 * time.Minute)
	must[int](t)(s.ExpireDue(s.ctx, 100))
	state(inventory.Held, 2)
	do(s.Commit(s.ctx, 1, wants))
	do(s.Uncommit(s.ctx, 1, s.db.Now(s.ctx).Add(quarter)))
	state(inventory.Held, 2)
	do(s.Commit(s.ctx, 1, wants))
	level := s.level(t)
	do(s.Consume(s.ctx, 1))
	do(s.Consume(s.ctx, 1))
	state(inventory.Consumed, 2)
	if s.level(t) != level || s.count(t, `SELECT count(*) FROM stock_movement WHERE kind = 'allocate' AND reference_id = 1`) != 1 {
		t.Error("an allocation is one movement and no write of a level")
	}
	do(s.Release(s.ctx, 1)) // an order has them
	state(inventory.Consumed, 2)
	do(s.Deallocate(s.ctx, 1))
	do(s.Deallocate(s.ctx, 1))
	state(inventory.ReleasedHold, 0)
	if n := s.count(t, `SELECT sum(taken_delta) FROM stock_movement WHERE kind = 'deallocate' AND reference_kind = 'checkout'`); n != -2 {
		t.Errorf("%d deallocated", n)
	}
	s.hold(t, 1, wants...) // late money finds the checkout again
}

func TestDeleteVariants_refusedWhilePiecesArePromised(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.stock(t, s.variants[0], s.main, 5)
	s.hold(t, 1, s.want(1, 0, 2))
	remove := func() error {
		p := must[catalog.Product](t)(s.catalog.ProductByID(s.ctx, s.product.ID))
		_, err := s.catalog.DeleteVariants(s.ctx, p.ID, p.Version, []catalog.VariantID{s.variants[0].ID})
		return err
	}
	if err := remove(); !fault.Is(err, "variant_reserved") {
		t.Error(err)
	}
	testkit.Clock(t, s.db).Advance(quarter)
	if err := remove(); err != nil {
		t.Error("an expired hold stands in the way:", err)
	}
}

// The checks see what they are for.
func TestChecks_findWhatIsOff(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	_, err := db.Pool().Exec(t.Context(), `
		INSERT INTO reservation (created_at, updated_at, checkout_id, line_id, variant_id, location_id, quantity, expires_at)
		VALUES ('2026-01-01Z', '2026-01-01Z', 1, 1, 5, 5, 2, '2026-01-01Z');
		INSERT INTO stock_movement (variant_id, location_id, kind, taken_delta, actor_kind, at)
		VALUES (5, 5, 'reserve', 2, 'system', '2026-01-01Z')`)
	if err != nil {
		t.Fatal(err)
	}
	found, err := doctor.Run(t.Context(), db.Pool(), append(inventory.Checks(), inventory.LiveChecks()...))
	if err != nil {
		t.Fatal(err)
	}
	off := map[string]bool{}
	for _, f := range found {
		off[f.Check.ID] = true
	}
	for _, id := range []string{"inventory.level_is_fold_of_ledger", "inventory.taken_is_sum_of_reservations", "inventory.no_promise_beyond_stock",
		"inventory.promises_name_their_checkout", "inventory.no_hold_outlives_its_time"} {
		if !off[id] {
			t.Errorf("%s found nothing", id)
		}
	}
}
