package idempotency_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/platform/idempotency"
	"github.com/souk-commerce/souk/internal/testkit"
)

type input struct{ Variant, Quantity int64 }
type placed struct{ Order int64 }

// shop counts how often it was asked to place an order.
type shop struct{ orders int64 }

func (s *shop) place(context.Context) (placed, error) {
	s.orders++
	return placed{s.orders}, nil
}

func request(in input) idempotency.Request {
	return idempotency.Request{Scope: "customer:1", Operation: "orderPlace", Key: "k-1", Input: in}
}

func TestDo_sameKeyAndInputGivesTheSameResult(t *testing.T) {
	t.Parallel()
	k := idempotency.New(testkit.DB(t))
	var s shop
	for _, want := range []bool{false, true, true} {
		got, again, err := idempotency.Do(t.Context(), k, request(input{1, 2}), s.place)
		if err != nil || got.Order != 1 || again != want {
			t.Errorf("order %d, again %v (%v)", got.Order, again, err)
		}
	}
}

func TestDo_otherInputIsRefusedOtherScopeIsNot(t *testing.T) {
	t.Parallel()
	k := idempotency.New(testkit.DB(t))
	var s shop
	for _, c := range []struct {
		rule   string
		change func(*idempotency.Request)
		want   error
		orders int64
	}{
		{"first", func(*idempotency.Request) {}, nil, 1},
		{"other input", func(r *idempotency.Request) { r.Input = input{1, 3} }, idempotency.ErrReused, 1},
		{"other operation", func(r *idempotency.Request) { r.Operation = "orderCancel" }, nil, 2},
		{"somebody else's", func(r *idempotency.Request) { r.Scope = "customer:2" }, nil, 3},
		{"no key", func(r *idempotency.Request) { r.Key = "" }, nil, 4},
		{"no key again", func(r *idempotency.Request) { r.Key = "" }, nil, 5},
	} {
		r := request(input{1, 2})
		c.change(&r)
		if _, _, err := idempotency.Do(t.Context(), k, r, s.place); !errors.Is(err, c.want) || s.orders != c.orders {
			t.Errorf("%s: %d orders (%v)", c.rule, s.orders, err)
		}
	}
}

func TestDo_refusalLeavesTheKeyFree(t *testing.T) {
	t.Parallel()
	k := idempotency.New(testkit.DB(t))
	soldOut := fault.New(fault.Conflict, "sold_out", "sold out")
	_, _, err := idempotency.Do(t.Context(), k, request(input{1, 2}), func(context.Context) (placed, error) { return placed{}, soldOut })
	if !errors.Is(err, soldOut) {
		t.Fatal(err)
	}
	var s shop
	if got, again, err := idempotency.Do(t.Context(), k, request(input{1, 3}), s.place); err != nil || again || got.Order != 1 {
		t.Errorf("order %d, again %v (%v)", got.Order, again, err)
	}
}

func TestDo_inFlightIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	k := idempotency.New(testkit.DB(t))
	var s shop
	_, _, err := idempotency.Do(t.Context(), k, request(input{1, 2}), func(ctx context.Context) (placed, error) {
		_, _, err := idempotency.Do(t.Context(), k, request(input{1, 2}), s.place)
		if !errors.Is(err, idempotency.ErrInProgress) {
			t.Errorf("the second at once: %v", err)
		}
		return s.place(ctx)
	})
	if err != nil || s.orders != 1 {
		t.Errorf("%d orders (%v)", s.orders, err)
	}
}

func TestDo_keyExpiresAfterADay(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t)
	k := idempotency.New(db)
	var s shop
	for range 2 {
		if _, _, err := idempotency.Do(t.Context(), k, request(input{1, 2}), s.place); err != nil {
			t.Fatal(err)
		}
		testkit.Clock(t, db).Advance(idempotency.Life - time.Second)
	}
	if s.orders != 1 {
		t.Fatalf("%d orders within the day", s.orders)
	}
	testkit.Clock(t, db).Advance(time.Second)
	if _, again, err := idempotency.Do(t.Context(), k, request(input{5, 5}), s.place); err != nil || again || s.orders != 2 {
		t.Errorf("after a day: again %v, %d orders (%v)", again, s.orders, err)
	}
}

func TestMiddleware_refusesWhatIsNoKey(t *testing.T) {
	t.Parallel()
	got := ""
	h := idempotency.Middleware(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = idempotency.Key(r.Context()) }))
	for key, want := range map[string]int{"k-1": 200, "a b": 400, strings.Repeat("k", 256): 400, "é": 400} {
		r, w := httptest.NewRequest(http.MethodPost, "/", nil), httptest.NewRecorder()
		r.Header.Set(idempotency.Header, key)
		h.ServeHTTP(w, r)
		if w.Code != want || (want == 200 && got != key) {
			t.Errorf("%q: %d, key %q", key, w.Code, got)
		}
	}
}
