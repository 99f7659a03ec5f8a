package order_test

import (
	"errors"
	"reflect"
	"sync"
	"testing"

	"github.com/souk-commerce/souk/internal/order"
	"github.com/souk-commerce/souk/internal/order/lifecycle"
	"github.com/souk-commerce/souk/internal/payment"
	paymentstate "github.com/souk-commerce/souk/internal/payment/lifecycle"
)

func TestMarkPaid_confirmsWhatWasToBePaidLater(t *testing.T) {
	t.Parallel()
	s := open(t)
	o := s.later(t)
	if o.State != lifecycle.Pending || o.Status != lifecycle.StatusPending {
		t.Fatalf("%s, %s", o.State, o.Status)
	}
	paid := must[order.Order](t)(s.MarkPaid(s.ctx, o.ID, o.Version))
	if paid.State != lifecycle.Confirmed || paid.Status != lifecycle.StatusPaid || paid.Captured != paid.Total || paid.Version != o.Version+1 {
		t.Errorf("%+v", paid)
	}
	if _, err := s.MarkPaid(s.ctx, o.ID, paid.Version); !errors.Is(err, order.ErrNothingOwed) {
		t.Errorf("a second time: %v", err)
	}
	if n := s.count(t, `SELECT count(*) FROM audit_entry WHERE action = 'order.mark_paid' AND actor_id = 7`); n != 1 {
		t.Errorf("%d audit rows", n)
	}
}

func TestMarkPaid_onHoldGoesOnAsConfirmed(t *testing.T) {
	t.Parallel()
	s := open(t)
	o := s.later(t)
	o = must[order.Order](t)(s.Hold(s.ctx, o.ID, o.Version, "looks odd"))
	o = must[order.Order](t)(s.Resume(s.ctx, o.ID, o.Version))
	if o.State != lifecycle.Pending {
		t.Fatalf("resumed to %s without money", o.State)
	}
	o = must[order.Order](t)(s.Hold(s.ctx, o.ID, o.Version, ""))
	o = must[order.Order](t)(s.MarkPaid(s.ctx, o.ID, o.Version))
	if o.State != lifecycle.OnHold {
		t.Fatalf("money ended the hold: %s", o.State)
	}
	o = must[order.Order](t)(s.Resume(s.ctx, o.ID, o.Version))
	if got := s.history(t, o.ID); got != "1:place:>pending 2:hold:pending>on_hold 3:resume:on_hold>pending 4:hold:pending>on_hold 5:resume:on_hold>confirmed" {
		t.Errorf("history %s", got)
	}
}

func TestMarkPaid_refusedForCards(t *testing.T) {
	t.Parallel()
	s := open(t)
	o := s.paid(t)
	if _, err := s.MarkPaid(s.ctx, o.ID, o.Version); !errors.Is(err, order.ErrNothingOwed) {
		t.Errorf("%v", err)
	}
}

func TestCancel_givesPiecesAndMoneyBack(t *testing.T) {
	t.Parallel()
	s := open(t)
	o := s.paid(t)
	if s.taken(t) != 2 {
		t.Fatalf("%d taken", s.taken(t))
	}
	gone := must[order.Order](t)(s.Cancel(s.ctx, o.ID, o.Version, lifecycle.ByCustomer, "called us"))
	if gone.State != lifecycle.Cancelled || gone.Status != lifecycle.StatusCancelled || gone.CancelReason != lifecycle.ByCustomer || gone.CancelledAt == nil || gone.Lines[0].Cancelled != 2 {
		t.Errorf("%+v", gone)
	}
	if s.taken(t) != 0 {
		t.Errorf("%d still taken", s.taken(t))
	}
	owed := must[[]payment.ID](t)(s.payments.Owed(s.ctx, 10))
	if len(owed) != 1 {
		t.Errorf("owes %v", owed)
	}
	if _, err := s.Cancel(s.ctx, o.ID, gone.Version, lifecycle.ByCustomer, ""); err == nil {
		t.Error("cancelled twice")
	}
	if n := s.count(t, `SELECT count(*) FROM audit_entry WHERE action = 'order.cancel' AND reason = 'called us' AND after->>'state' = 'cancelled'`); n != 1 {
		t.Errorf("%d audit rows", n)
	}
}

func TestCancel_owesNothingThatNeverCame(t *testing.T) {
	t.Parallel()
	s := open(t)
	o := s.later(t)
	must[order.Order](t)(s.Cancel(s.ctx, o.ID, o.Version, lifecycle.ByStaff, ""))
	if owed := must[[]payment.ID](t)(s.payments.Owed(s.ctx, 10)); len(owed) != 0 {
		t.Errorf("owes %v", owed)
	}
	of := must[map[int64][]payment.Payment](t)(s.payments.OfOrders(s.ctx, []int64{int64(o.ID)}))
	if p := of[int64(o.ID)][0]; p.State != paymentstate.Voided {
		t.Errorf("payment still %s", p.State)
	}
}

func TestCancel_refusals(t *testing.T) {
	t.Parallel()
	s := open(t)
	o := s.paid(t)
	if _, err := s.Cancel(s.ctx, o.ID, o.Version, "because", ""); !errors.Is(err, order.ErrReason) {
		t.Errorf("reason: %v", err)
	}
	if _, err := s.Cancel(s.ctx, o.ID, o.Version-1, lifecycle.ByStaff, ""); !errors.Is(err, order.ErrStale) {
		t.Errorf("version: %v", err)
	}
	if _, err := s.Cancel(s.ctx, o.ID+1, 1, lifecycle.ByStaff, ""); !errors.Is(err, order.ErrNotFound) {
		t.Errorf("id: %v", err)
	}
	if _, err := s.db.Conn(s.ctx).Exec(s.ctx, `UPDATE order_line SET fulfilled = 1 WHERE order_id = $1`, int64(o.ID)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Cancel(s.ctx, o.ID, o.Version, lifecycle.ByStaff, ""); err == nil {
		t.Error("cancelled after a part was sent")
	}
	if s.taken(t) != 2 {
		t.Errorf("%d taken after refusals", s.taken(t))
	}
}

// Of changes that saw the same version one goes through, whatever they are.
func TestChanges_ofOneVersionOneWins(t *testing.T) {
	t.Parallel()
	s := open(t)
	for range 20 {
		o := s.paid(t)
		var won sync.Map
		var all sync.WaitGroup
		for name, do := range map[string]func() (order.Order, error){
			"cancel":  func() (order.Order, error) { return s.Cancel(s.ctx, o.ID, o.Version, lifecycle.ByStaff, "") },
			"cancel2": func() (order.Order, error) { return s.Cancel(s.ctx, o.ID, o.Version, lifecycle.ByFraud, "") },
			"hold":    func() (order.Order, error) { return s.Hold(s.ctx, o.ID, o.Version, "") },
			"tags":    func() (order.Order, error) { return s.SetTags(s.ctx, o.ID, o.Version, []string{"vip"}) },
		} {
			all.Go(func() {
				if _, err := do(); err == nil {
					won.Store(name, true)
				} else if !errors.Is(err, order.ErrStale) {
					t.Errorf("%s: %v", name, err)
				}
			})
		}
		all.Wait()
		n := 0
		won.Range(func(_, _ any) bool { n++; return true })
		if n != 1 {
			t.Fatalf("%d changes of one version", n)
		}
	}
}

func TestNotesAndTags_areKeptWithTheirAuthor(t *testing.T) {
	t.Parallel()
	s := open(t)
	o := s.paid(t)
	note := must[order.Note](t)(s.AddNote(s.ctx, o.ID, " called back "))
	if note.Body != "called back" || note.AuthorID != 7 || note.AuthorName != "Ada" {
		t.Errorf("%+v", note)
	}
	if _, err := s.AddNote(s.ctx, o.ID+1, "x"); !errors.Is(err, order.ErrNotFound) {
		t.Errorf("note to nothing: %v", err)
	}
	if _, err := s.AddNote(s.ctx, o.ID, " \n"); !errors.Is(err, order.ErrNote) {
		t.Errorf("empty note: %v", err)
	}
	o = must[order.Order](t)(s.SetTags(s.ctx, o.ID, o.Version, []string{"vip", " b2b", "vip"}))
	if !reflect.DeepEqual(o.Tags, []string{"b2b", "vip"}) {
		t.Errorf("tags %q", o.Tags)
	}
	if _, err := s.SetTags(s.ctx, o.ID, o.Version, []string{""}); !errors.Is(err, order.ErrTags) {
		t.Errorf("empty tag: %v", err)
	}
	if o = must[order.Order](t)(s.SetTags(s.ctx, o.ID, o.Version, nil)); len(o.Tags) != 0 {
		t.Errorf("tags %q", o.Tags)
	}
}
