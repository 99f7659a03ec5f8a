package cart_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/souk-commerce/souk/internal/cart"
	"github.com/souk-commerce/souk/internal/platform/secret"
	"github.com/souk-commerce/souk/internal/testkit"
)

func TestSecret_onlyItsOwnOpens(t *testing.T) {
	t.Parallel()
	s := open(t)
	a, b := s.create(line(plain, 1)), s.create(line(plain, 1))
	for name, r := range map[string]cart.Ref{
		"none": {ID: a.ID}, "another cart's": {ID: a.ID, Key: b.Key}, "no such cart": {ID: 999, Key: a.Key}, "cut": {ID: a.ID, Key: a.Key[1:]},
	} {
		if _, err := s.ByRef(s.ctx, r); !errors.Is(err, cart.ErrNotFound) {
			t.Errorf("%s reads: %v", name, err)
		}
		if _, err := s.AddLines(s.ctx, r, []cart.NewLine{line(plain, 1)}); !errors.Is(err, cart.ErrNotFound) {
			t.Errorf("%s writes: %v", name, err)
		}
	}
}

func TestSecret_replacedServerKeyStillOpens(t *testing.T) {
	t.Parallel()
	s := open(t)
	c := s.create(line(plain, 1))
	rooms := s.rooms
	rooms.Key = must[secret.Key](t)(secret.NewKey("a new key of the server, long enough", "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk"))
	after := cart.NewService(rooms, cart.Config{})
	got := must[cart.Cart](t)(after.ByRef(s.ctx, ref(c)))
	if got.Key == c.Key {
		t.Error("it gives the old secret again")
	}
	must[cart.Cart](t)(after.ByRef(s.ctx, ref(got)))
}

func TestRenew_oldSecretIsUseless(t *testing.T) {
	t.Parallel()
	s := open(t)
	old := s.create(line(plain, 1))
	s.read(old)
	renewed := must[cart.Cart](t)(s.Renew(s.ctx, ref(old)))
	if _, err := s.ByRef(s.ctx, ref(old)); !errors.Is(err, cart.ErrNotFound) {
		t.Errorf("the old secret reads: %v", err)
	}
	if got := s.read(renewed); got.Quantity != 1 || got.Key != renewed.Key {
		t.Errorf("%+v", got)
	}
}

func TestMerge_addsUpAndLeavesNothing(t *testing.T) {
	t.Parallel()
	s := open(t)
	gift := []cart.Attribute{{Key: "gift", Value: "yes"}}
	email := "guest@shop.example"
	from := must[cart.Change](t)(s.Create(s.ctx, s.at("US"), cart.New{
		Lines: []cart.NewLine{line(plain, 2), {Variant: plain, Quantity: 1, Attributes: gift}, line(cap4, 6), line(pairs, 6)},
		Note:  "from", Codes: []string{"a", "B"}, Attributes: []cart.Attribute{{Key: "k", Value: "from"}, {Key: "l", Value: "from"}},
		Buyer: cart.BuyerChange{Email: &email}, Addresses: []cart.NewAddress{{Postal: berlin(), Selected: true}},
	})).Cart
	into := must[cart.Change](t)(s.Create(s.ctx, s.at("US"), cart.New{Customer: 7,
		Lines: []cart.NewLine{line(plain, 3), line(cap4, 5), line(pairs, 6)}, Codes: []string{"b"}, Attributes: []cart.Attribute{{Key: "k", Value: "into"}}})).Cart
	s.read(from)
	merged := must[cart.Change](t)(s.Merge(s.ctx, ref(from), ref(into)))
	s.warned("merge", merged, cart.NotEnoughStock, cart.NotEnoughStock)
	got := s.read(into)
	if !slices.Equal(quantities(got), []int{5, 8, 6, 1}) || got.Customer != 7 || got.Note != "from" || got.Email != "" ||
		!slices.Equal(got.Codes, []string{"b", "a"}) || !slices.Equal(got.Attributes, []cart.Attribute{{Key: "k", Value: "into"}, {Key: "l", Value: "from"}}) {
		t.Errorf("%v %+v", quantities(got), got)
	}
	if _, err := s.ByRef(s.ctx, ref(from)); !errors.Is(err, cart.ErrNotFound) {
		t.Errorf("the guest's secret still reads: %v", err)
	}
	if _, err := s.SetNote(s.ctx, ref(from), "x"); !errors.Is(err, cart.ErrNotFound) {
		t.Errorf("the guest's secret still writes: %v", err)
	}
	if _, err := s.Merge(s.ctx, ref(into), ref(into)); !errors.Is(err, cart.ErrSame) {
		t.Errorf("into itself: %v", err)
	}
}

func TestMerge_bothWaysAtOnceLosesNothing(t *testing.T) {
	t.Parallel()
	s := open(t)
	for range 10 {
		a, b := s.create(line(plain, 2)), s.create(line(plain, 3))
		var errs [2]error
		var wg sync.WaitGroup
		wg.Go(func() { _, errs[0] = s.Merge(s.ctx, ref(a), ref(b)) })
		wg.Go(func() { _, errs[1] = s.Merge(s.ctx, ref(b), ref(a)) })
		wg.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Fatalf("one of them wins: %v", errs)
		}
		kept := b
		if errs[1] == nil {
			kept = a
		}
		if got := s.read(kept); got.Quantity != 5 {
			t.Fatalf("%d pieces are left", got.Quantity)
		}
	}
}

func TestComplete_onceAndThenItIsGone(t *testing.T) {
	t.Parallel()
	s := open(t)
	c := s.create(line(plain, 1))
	s.read(c)
	complete := func(id cart.ID) error {
		return s.db.InTx(s.ctx, func(ctx context.Context) error { return s.Complete(ctx, id) })
	}
	if err := s.Complete(s.ctx, c.ID); err == nil {
		t.Error("completed outside of a transaction")
	}
	if err := complete(c.ID); err != nil {
		t.Fatal(err)
	}
	if err := complete(c.ID); !errors.Is(err, cart.ErrCompleted) {
		t.Errorf("twice: %v", err)
	}
	if _, err := s.ByRef(s.ctx, ref(c)); !errors.Is(err, cart.ErrNotFound) {
		t.Errorf("read after completion: %v", err)
	}
	if _, err := s.AddLines(s.ctx, ref(c), []cart.NewLine{line(plain, 1)}); !errors.Is(err, cart.ErrNotFound) {
		t.Errorf("changed after completion: %v", err)
	}
	err := s.db.InTx(s.ctx, func(ctx context.Context) error {
		if _, err := s.Lock(ctx, ref(c)); !errors.Is(err, cart.ErrNotFound) {
			t.Errorf("locked after completion: %v", err)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	var facts int
	_ = s.db.Pool().QueryRow(s.ctx, `SELECT count(*) FROM outbox WHERE topic = 'cart.completed'`).Scan(&facts)
	if facts != 1 {
		t.Errorf("%d facts", facts)
	}
}

func TestExpireDue_endsWhatWasNotUsed(t *testing.T) {
	t.Parallel()
	s := open(t)
	old, used := s.create(line(plain, 1)), s.create(line(plain, 1))
	testkit.Clock(t, s.db).Advance(month - time.Second)
	must[cart.Change](t)(s.SetNote(s.ctx, ref(used), "x"))
	s.read(old)
	testkit.Clock(t, s.db).Advance(time.Second)
	if _, err := s.ByRef(s.ctx, ref(old)); !errors.Is(err, cart.ErrNotFound) {
		t.Errorf("read before the sweep: %v", err)
	}
	if _, err := s.ByID(s.ctx, old.ID); !errors.Is(err, cart.ErrNotFound) {
		t.Errorf("read by number: %v", err)
	}
	first, second := must[int](t)(s.ExpireDue(s.ctx, 10)), must[int](t)(s.ExpireDue(s.ctx, 10))
	if first != 1 || second != 0 || s.read(used).Quantity != 1 {
		t.Errorf("expired %d, then %d", first, second)
	}
	err := s.db.InTx(s.ctx, func(ctx context.Context) error {
		if err := errors.Join(s.Hold(ctx, old.ID), s.Hold(ctx, old.ID)); err != nil {
			t.Error(err)
		}
		locked, err := s.LockByID(ctx, old.ID)
		if err != nil || locked.State != cart.Expired || len(locked.Lines) != 1 {
			t.Errorf("%+v %v", locked, err)
		}
		return s.Complete(ctx, old.ID) // a payment that came in late
	})
	if err != nil {
		t.Error(err)
	}
}
