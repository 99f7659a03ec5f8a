package payment_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/money"
	"github.com/souk-commerce/souk/internal/payment"
	"github.com/souk-commerce/souk/internal/payment/lifecycle"
	"github.com/souk-commerce/souk/internal/payment/paymenttest"
	"github.com/souk-commerce/souk/internal/platform/doctor"
	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/testkit"
)

var price = money.New(1250, "EUR")

// shop is a room with two providers in memory: card money, and money that
// comes later.
type shop struct {
	*payment.Service
	db    *postgres.DB
	card  *paymenttest.Fake
	later *paymenttest.Fake
}

func open(t *testing.T) shop {
	t.Helper()
	db := testkit.DB(t, testkit.WithInvariants(payment.Checks()...), testkit.WithMaxConns(20))
	s := shop{db: db,
		card:  paymenttest.NewFake(payment.Method{Handle: "card", Title: "Card", Kind: payment.Card}),
		later: paymenttest.NewFake(payment.Method{Handle: "later", Title: "Later", Kind: payment.Manual, PayLater: true})}
	s.Service = payment.NewService(db, event.NewOutbox(db), s.card, s.later).With(payment.Config{Timeout: 100 * time.Millisecond})
	return s
}

// checkout makes what a payment hangs on.
func (s shop) checkout(t *testing.T) int64 {
	t.Helper()
	ctx, now := t.Context(), s.db.Now(t.Context())
	var id int64
	err := s.db.Conn(ctx).QueryRow(ctx, `
		WITH m AS (
			INSERT INTO market (created_at, updated_at, handle, name, currency, prices_include_tax)
			SELECT $1, $1, 'm' || (random() * 1e9)::bigint, 'M', 'EUR', true RETURNING id),
		c AS (
			INSERT INTO cart (created_at, updated_at, country, language, currency, attributes, codes, preferences, metafields, choices, expires_at, market_id)
			SELECT $1, $1, 'DE', 'en', 'EUR', '[]', '[]', '{}', '[]', '{}', $1, id FROM m RETURNING id, market_id)
		INSERT INTO checkout (created_at, updated_at, cart_version, country, language, currency, attributes, codes, choices, expires_at, cart_id, market_id)
		SELECT $1, $1, 1, 'DE', 'en', 'EUR', '[]', '[]', '{}', $1, id, market_id FROM c RETURNING id`, now).Scan(&id)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func (s shop) attempt(t *testing.T, method, token string) payment.Payment {
	t.Helper()
	p, err := s.Open(t.Context(), payment.New{Checkout: s.checkout(t), Method: method, Amount: price, Token: token})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (s shop) ask(t *testing.T, id payment.ID) payment.Verdict {
	t.Helper()
	v, err := s.Ask(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func (s shop) record(t *testing.T, id payment.ID, v payment.Verdict) payment.Payment {
	t.Helper()
	p, err := s.Record(t.Context(), id, v)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// settle asks and records.
func (s shop) settle(t *testing.T, id payment.ID) payment.Payment {
	t.Helper()
	return s.record(t, id, s.ask(t, id))
}

// verdict is one on the price.
func verdict(state lifecycle.State) payment.Verdict {
	v := payment.Verdict{State: state, Amount: price}
	if state == lifecycle.RequiresAction {
		v.Action = &payment.Action{Kind: payment.ActRedirect, URL: "https://provider.example/"}
	}
	return v
}

func (s shop) count(t *testing.T, sql string, args ...any) int {
	t.Helper()
	var n int
	if err := s.db.Conn(t.Context()).QueryRow(t.Context(), sql, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func (s shop) facts(t *testing.T, id payment.ID, topic string) int {
	t.Helper()
	return s.count(t, `SELECT count(*) FROM outbox WHERE aggregate_kind = 'payment' AND aggregate_id = $1 AND topic = $2`, int64(id), topic)
}

func (s shop) token(t *testing.T, id payment.ID) string {
	t.Helper()
	var token string
	if err := s.db.Conn(t.Context()).QueryRow(t.Context(), `SELECT token FROM payment WHERE id = $1`, int64(id)).Scan(&token); err != nil {
		t.Fatal(err)
	}
	return token
}

func TestRecord_writesStepHistoryAndFact(t *testing.T) {
	t.Parallel()
	s := open(t)
	opened := s.attempt(t, "card", paymenttest.Challenges)
	waiting := s.settle(t, opened.ID)
	if waiting.State != lifecycle.RequiresAction || waiting.Action == nil || s.token(t, opened.ID) == "" {
		t.Fatalf("%+v", waiting)
	}
	s.card.Decide(opened.Key, payment.Verdict{State: lifecycle.Captured, Amount: price, Reference: "r"})
	paid := s.settle(t, opened.ID)
	if paid.State != lifecycle.Captured || paid.Captured != price.Minor || paid.Action != nil || paid.Reference != "r" || paid.Version != 3 {
		t.Errorf("%+v", paid)
	}
	if got := s.token(t, opened.ID); got != "" {
		t.Errorf("the token %q outlived the verdict", got)
	}
	if steps, facts := s.count(t, `SELECT count(*) FROM payment_transition`), s.facts(t, opened.ID, payment.TopicChanged); steps != 2 || facts != 2 {
		t.Errorf("%d steps, %d facts", steps, facts)
	}
	if read, err := s.ByID(t.Context(), opened.ID); err != nil || read.State != paid.State || read.Version != paid.Version {
		t.Errorf("%+v, %v", read, err)
	}
}

func TestRecord_sameVerdictAgainChangesNothing(t *testing.T) {
	t.Parallel()
	for _, state := range []lifecycle.State{lifecycle.Processing, lifecycle.RequiresAction, lifecycle.Authorized, lifecycle.Captured, lifecycle.Failed, lifecycle.Cancelled} {
		s := open(t)
		p := s.attempt(t, "card", paymenttest.Takes)
		once := s.record(t, p.ID, verdict(state))
		twice := s.record(t, p.ID, verdict(state))
		if once.State != state || twice.Version != once.Version || s.facts(t, p.ID, payment.TopicChanged) != 1 {
			t.Errorf("%s: %+v, then %+v", state, once, twice)
		}
	}
}

// TestRecord_endsAlikeInAnyOrder gives every order of four notices of one
// payment, among them the one that counts.
func TestRecord_endsAlikeInAnyOrder(t *testing.T) {
	t.Parallel()
	s := open(t)
	for _, order := range permutations([]lifecycle.State{lifecycle.Processing, lifecycle.RequiresAction, lifecycle.Authorized, lifecycle.Captured}) {
		p := s.attempt(t, "card", "")
		for _, state := range order {
			p = s.record(t, p.ID, verdict(state))
		}
		if p.State != lifecycle.Captured || p.Captured != price.Minor {
			t.Errorf("%v ended as %+v", order, p)
		}
	}
}

func permutations(all []lifecycle.State) [][]lifecycle.State {
	if len(all) < 2 {
		return [][]lifecycle.State{all}
	}
	var out [][]lifecycle.State
	for i := range all {
		rest := slices.Delete(slices.Clone(all), i, i+1)
		for _, tail := range permutations(rest) {
			out = append(out, append([]lifecycle.State{all[i]}, tail...))
		}
	}
	return out
}

func TestRecord_anotherAmountIsNeverGood(t *testing.T) {
	t.Parallel()
	wrong := map[string]money.Money{"less": money.New(1, "EUR"), "more": money.New(1251, "EUR"), "other currency": money.New(1250, "JPY"), "none": {}}
	for what, amount := range wrong {
		for _, state := range []lifecycle.State{lifecycle.Captured, lifecycle.Authorized} {
			s := open(t)
			p := s.attempt(t, "card", "")
			lie := payment.Verdict{State: state, Amount: amount}
			for range 2 {
				p = s.record(t, p.ID, lie)
			}
			if p.State != lifecycle.Failed || p.Captured != 0 || !p.RefundOwed || p.DeclineReason == "" {
				t.Errorf("%s: %+v", what, p)
			}
			if n := s.facts(t, p.ID, payment.TopicRefundOwed); n != 1 {
				t.Errorf("%s: %d facts of a refund owed", what, n)
			}
		}
	}
}

func TestRecord_anotherAmountLaterDoesNotUndoWhatIsGood(t *testing.T) {
	t.Parallel()
	s := open(t)
	p := s.record(t, s.attempt(t, "card", "").ID, verdict(lifecycle.Captured))
	if again := s.record(t, p.ID, payment.Verdict{State: lifecycle.Captured, Amount: money.New(1, "EUR")}); again.Version != p.Version {
		t.Errorf("%+v", again)
	}
}

func TestRecord_lateSuccessOfWhatWasGivenUpCounts(t *testing.T) {
	t.Parallel()
	for _, end := range []lifecycle.State{lifecycle.Expired, lifecycle.Cancelled} {
		s := open(t)
		p := s.attempt(t, "card", "")
		s.record(t, p.ID, verdict(lifecycle.RequiresAction))
		s.record(t, p.ID, verdict(end))
		if p = s.record(t, p.ID, verdict(lifecycle.Captured)); p.State != lifecycle.Captured || p.RefundOwed {
			t.Errorf("after %s: %+v", end, p)
		}
	}
}

func TestRecord_moneyAfterARefusalIsOwedBack(t *testing.T) {
	t.Parallel()
	s := open(t)
	p := s.record(t, s.attempt(t, "card", "").ID, verdict(lifecycle.Failed))
	s.card.Decide(p.Key, verdict(lifecycle.Captured))
	p = s.settle(t, p.ID)
	if p.State != lifecycle.Failed || !p.RefundOwed {
		t.Fatalf("%+v", p)
	}
	if err := s.PayBack(t.Context(), p.ID); err != nil {
		t.Fatal(err)
	}
	if back := s.card.Refunds(p.Key); len(back) != 1 || back[0].Amount != price {
		t.Errorf("gave back %v", back)
	}
}

func TestRecord_refusesWhatIsNoVerdict(t *testing.T) {
	t.Parallel()
	s := open(t)
	p := s.attempt(t, "card", "")
	for _, v := range []payment.Verdict{{}, {State: "paid"}, {State: lifecycle.Created}, {State: lifecycle.RequiresAction}} {
		if _, err := s.Record(t.Context(), p.ID, v); !fault.Is(err, "invalid_verdict") {
			t.Errorf("%+v: %v", v, err)
		}
	}
}

func TestRecord_keepsProvidersWordsFitToShow(t *testing.T) {
	t.Parallel()
	s := open(t)
	v := verdict(lifecycle.Failed)
	v.Reason = "no\x00 \xff" + string(slices.Repeat([]byte("a"), 9000))
	if p := s.record(t, s.attempt(t, "card", "").ID, v); len(p.DeclineReason) != 300 || p.DeclineReason[:4] != "no  " {
		t.Errorf("%q", p.DeclineReason)
	}
}

func TestRecord_oneReferenceIsOnePayment(t *testing.T) {
	t.Parallel()
	s := open(t)
	v := verdict(lifecycle.Captured)
	v.Reference = "same"
	s.record(t, s.attempt(t, "card", "").ID, v)
	if _, err := s.Record(t.Context(), s.attempt(t, "card", "").ID, v); !fault.Is(err, "payment_reference_taken") {
		t.Errorf("err = %v", err)
	}
}

func TestRecord_manyAtOnceTakeOneStep(t *testing.T) {
	t.Parallel()
	s := open(t)
	p := s.attempt(t, "card", "")
	errs := make(chan error)
	for range 12 {
		go func() {
			_, err := s.Record(context.WithoutCancel(t.Context()), p.ID, verdict(lifecycle.Captured))
			errs <- err
		}()
	}
	for range 12 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	if n := s.facts(t, p.ID, payment.TopicChanged); n != 1 {
		t.Errorf("%d steps", n)
	}
}

func TestRecord_isUndoneWithItsTransaction(t *testing.T) {
	t.Parallel()
	s := open(t)
	p := s.attempt(t, "card", "")
	stop := errors.New("stop")
	err := s.db.InTx(t.Context(), func(ctx context.Context) error {
		if _, err := s.Record(ctx, p.ID, verdict(lifecycle.Captured)); err != nil {
			return err
		}
		return stop
	})
	if read, _ := s.ByID(t.Context(), p.ID); !errors.Is(err, stop) || read.State != lifecycle.Created || s.facts(t, p.ID, payment.TopicChanged) != 0 {
		t.Errorf("%+v, %v", read, err)
	}
}

func TestOpen_oneAttemptAtATime(t *testing.T) {
	t.Parallel()
	s := open(t)
	first := s.attempt(t, "card", "")
	n := payment.New{Checkout: first.Checkout, Method: "card", Amount: price}
	if _, err := s.Open(t.Context(), n); !errors.Is(err, payment.ErrUnderWay) {
		t.Fatalf("err = %v", err)
	}
	s.record(t, first.ID, verdict(lifecycle.Failed))
	second, err := s.Open(t.Context(), n)
	if err != nil || second.Key == first.Key || len(second.Key) < 40 {
		t.Errorf("%+v, %v", second, err)
	}
	of, err := s.OfCheckouts(t.Context(), []int64{first.Checkout, 404})
	if err != nil || len(of) != 1 || len(of[first.Checkout]) != 2 || of[first.Checkout][1].ID != second.ID {
		t.Errorf("%v, %v", of, err)
	}
}

func TestOpen_refusesWhatCannotBePaid(t *testing.T) {
	t.Parallel()
	s := open(t)
	checkout := s.checkout(t)
	for want, n := range map[string]payment.New{
		"payment_method_unknown": {Checkout: checkout, Method: "shells", Amount: price},
		"checkout_not_found":     {Checkout: 404, Method: "card", Amount: price},
		"invalid_payment":        {Checkout: checkout, Method: "card", Amount: money.New(0, "EUR")},
	} {
		if _, err := s.Open(t.Context(), n); !fault.Is(err, want) {
			t.Errorf("%+v: %v, want %s", n, err, want)
		}
	}
	long := payment.New{Amount: money.New(-1, "nix"), Token: string(make([]byte, 5000)), ReturnURL: string(make([]byte, 5000))}
	if got := fault.All(long.Validate()); len(got) != 5 {
		t.Errorf("%d faults at once: %v", len(got), got)
	}
}

func TestAttach_neverMoves(t *testing.T) {
	t.Parallel()
	s := open(t)
	p := s.attempt(t, "card", "")
	for range 2 {
		if err := s.Attach(t.Context(), p.ID, 7); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Attach(t.Context(), p.ID, 8); !errors.Is(err, payment.ErrAttached) {
		t.Errorf("err = %v", err)
	}
	if err := s.Attach(t.Context(), 404, 8); !errors.Is(err, payment.ErrNotFound) {
		t.Errorf("err = %v", err)
	}
	of, err := s.OfOrders(t.Context(), []int64{7, 8})
	if err != nil || len(of) != 1 || len(of[7]) != 1 || of[7][0].Order != 7 {
		t.Errorf("%v, %v", of, err)
	}
}

func TestHistoryOfOrders_tellsTheStepsInTheirOrder(t *testing.T) {
	t.Parallel()
	s := open(t)
	p := s.attempt(t, "card", paymenttest.Challenges)
	s.settle(t, p.ID)
	testkit.Clock(t, s.db).Advance(time.Minute)
	s.record(t, p.ID, verdict(lifecycle.Captured))
	if err := s.Attach(t.Context(), p.ID, 7); err != nil {
		t.Fatal(err)
	}
	of, err := s.HistoryOfOrders(t.Context(), []int64{7, 8})
	if err != nil || len(of) != 1 || len(of[7]) != 2 {
		t.Fatalf("%v, %v", of, err)
	}
	if first, last := of[7][0], of[7][1]; first.Event != lifecycle.Challenge || last.After != lifecycle.Captured || !last.At.After(first.At) || last.Method != "card" {
		t.Errorf("%+v", of[7])
	}
}

func TestHeard_recordsAHintAndNothingElse(t *testing.T) {
	t.Parallel()
	s := open(t)
	p := s.attempt(t, "card", "")
	if err := s.Heard(t.Context(), p.Key); err != nil {
		t.Fatal(err)
	}
	if read, _ := s.ByKey(t.Context(), p.Key); read.Version != p.Version || s.facts(t, p.ID, payment.TopicHeard) != 1 {
		t.Errorf("%+v", read)
	}
	if err := s.Heard(t.Context(), "made up"); !errors.Is(err, payment.ErrNotFound) {
		t.Errorf("err = %v", err)
	}
}

func TestChecks_findWhatIsOff(t *testing.T) {
	t.Parallel()
	for id, spoil := range map[string]string{
		"payment.amounts_fit":        `UPDATE payment SET captured = 0`,
		"payment.steps_are_legal":    `INSERT INTO payment_transition (payment_id, event, before, after, actor_kind, at) SELECT id, 'capture', 'failed', 'captured', 'system', updated_at FROM payment`,
		"payment.state_is_last_step": `UPDATE payment SET state = 'voided', refunded = captured`,
		"payment.token_is_gone":      `UPDATE payment SET token = 'left'`,
		"payment.verdict_comes": `INSERT INTO payment (created_at, updated_at, provider, method, amount, currency, provider_key, checkout_id)
			SELECT created_at - interval '25 hours', updated_at, provider, method, amount, currency, 'k', checkout_id FROM payment`,
	} {
		db := testkit.DB(t)
		s := shop{db: db, card: paymenttest.NewFake(payment.Method{Handle: "card"})}
		s.Service = payment.NewService(db, event.NewOutbox(db), s.card)
		s.settle(t, s.attempt(t, "card", paymenttest.Takes).ID)
		if found, err := doctor.Run(t.Context(), db.Pool(), payment.Checks()); err != nil || len(found) != 0 {
			t.Fatalf("%v, %v", found, err)
		}
		if _, err := db.Conn(t.Context()).Exec(t.Context(), spoil); err != nil {
			t.Fatalf("%s: %v", id, err)
		}
		found, err := doctor.Run(t.Context(), db.Pool(), payment.Checks())
		if err != nil || !slices.ContainsFunc(found, func(f doctor.Finding) bool { return f.Check.ID == id }) {
			t.Errorf("%s: found %v, %v", id, found, err)
		}
	}
}
