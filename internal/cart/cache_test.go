package cart_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/souk-commerce/souk/internal/cart"
	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/platform/redis"
	"github.com/souk-commerce/souk/internal/testkit"
)

// cost reads a cart and counts statements and questions to the cache.
func (s *shop) cost(r cart.Ref) (c cart.Cart, statements, gets int) {
	s.t.Helper()
	ctx, counter := postgres.CountStatements(s.ctx)
	s.cache.gets = 0
	c = must[cart.Cart](s.t)(s.ByRef(ctx, r))
	return c, counter.Statements(), s.cache.gets
}

func TestByRef_warmCostsOneGetAndIsTheSame(t *testing.T) {
	t.Parallel()
	s := open(t)
	c := s.create(line(cap4, 2), cart.NewLine{Variant: chart, Quantity: 1, Attributes: []cart.Attribute{{Key: "a", Value: "b"}}}, line(none, 1))
	c = must[cart.Change](t)(s.AddAddresses(s.ctx, ref(c), []cart.NewAddress{{Postal: berlin(), Selected: true}})).Cart
	warm, statements, gets := s.cost(ref(c))
	if statements != 0 || gets != 1 {
		t.Errorf("%d statements, %d gets", statements, gets)
	}
	_ = s.cache.Delete(s.ctx, fmt.Sprintf("cart:%d", c.ID))
	cold, statements, _ := s.cost(ref(c))
	if statements != 2 {
		t.Errorf("cold: %d statements", statements)
	}
	for name, other := range map[string]cart.Cart{"warm": warm, "cold": cold} {
		if diff := cmp.Diff(c, other, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	if _, statements, _ = s.cost(ref(c)); statements != 0 {
		t.Errorf("after a cold read: %d statements", statements)
	}
}

func TestByRef_followsPricesThisProcessHasHeardOf(t *testing.T) {
	t.Parallel()
	s := open(t)
	c := s.create(line(plain, 1))
	s.sql(`UPDATE price SET amount = 1100 WHERE variant_id = 2001`)
	s.prices.Advance(event.Position{XID: 9, ID: 1})
	if got, statements, _ := s.cost(ref(c)); got.Priced.Quote.Total != 1100 || statements == 0 {
		t.Errorf("total %d, %d statements", got.Priced.Quote.Total, statements)
	}
	s.prices.Advance(event.Position{XID: 8, ID: 7}) // never back
	if _, statements, _ := s.cost(ref(c)); statements != 0 {
		t.Errorf("%d statements", statements)
	}
	// A process that is behind does not put its old prices over the new ones.
	rooms := s.rooms
	rooms.Prices = cart.NewPrices()
	behind := cart.NewService(rooms, cart.Config{})
	if got := must[cart.Cart](t)(behind.ByRef(s.ctx, ref(c))); got.Priced.Quote.Total != 1100 {
		t.Errorf("the one behind sees %d", got.Priced.Quote.Total)
	}
	if _, statements, _ := s.cost(ref(c)); statements != 0 {
		t.Errorf("%d statements after the one behind", statements)
	}
}

// What a transaction sees before it commits is nobody else's business.
func TestByRef_rolledBackChangeIsNotKept(t *testing.T) {
	t.Parallel()
	s := open(t)
	c := s.create(line(plain, 1))
	undo := errors.New("undo")
	err := s.db.InTx(s.ctx, func(ctx context.Context) error {
		must[cart.Change](t)(s.AddLines(ctx, ref(c), []cart.NewLine{line(plain, 8)}))
		if got := must[cart.Cart](t)(s.ByRef(ctx, ref(c))); got.Quantity != 9 {
			t.Errorf("inside: %d pieces", got.Quantity)
		}
		if got := must[cart.Cart](t)(s.ByID(ctx, c.ID)); got.Quantity != 9 || got.Key != c.Key {
			t.Errorf("by number: %+v", got)
		}
		return undo
	})
	if got := s.read(c); !errors.Is(err, undo) || got.Quantity != 1 {
		t.Errorf("%d pieces (%v)", got.Quantity, err)
	}
}

// late is a store that a slow reader writes to: what it puts waits until told.
type late struct {
	redis.Store
	held []func()
	slow bool
}

func (l *late) SetNewer(ctx context.Context, key, version string, value []byte, ttl time.Duration) error {
	if !l.slow {
		return l.Store.SetNewer(ctx, key, version, value, ttl)
	}
	l.held = append(l.held, func() { _ = l.Store.SetNewer(ctx, key, version, value, ttl) })
	return nil
}

func TestByRef_slowReaderNeverBringsAnOldCartBack(t *testing.T) {
	t.Parallel()
	s := open(t)
	c, ended, other := s.create(line(plain, 1)), s.create(line(plain, 1)), s.create()
	store := &late{Store: s.cache.Store, slow: true}
	rooms := s.rooms
	rooms.Cache = store
	reader := cart.NewService(rooms, cart.Config{})
	for _, old := range []cart.Cart{c, ended} {
		_ = s.cache.Delete(s.ctx, fmt.Sprintf("cart:%d", old.ID))
		must[cart.Cart](t)(reader.ByRef(s.ctx, ref(old)))
	}
	must[cart.Change](t)(s.AddLines(s.ctx, ref(c), []cart.NewLine{line(plain, 4)}))
	must[cart.Change](t)(s.Merge(s.ctx, ref(ended), ref(other)))
	for _, put := range store.held {
		put()
	}
	if got := s.read(c); got.Quantity != 5 {
		t.Errorf("%d pieces", got.Quantity)
	}
	if _, err := s.ByRef(s.ctx, ref(ended)); !errors.Is(err, cart.ErrNotFound) {
		t.Errorf("a merged cart is back: %v", err)
	}
}

// A process that dies between commit and cache leaves an old value for a minute
// at most.
func TestByRef_crashAfterCommitHealsInAMinute(t *testing.T) {
	t.Parallel()
	s := open(t)
	c := s.create(line(plain, 1))
	s.sql(`UPDATE cart SET note = 'x', version = version + 1 WHERE id = $1`, c.ID)
	if s.read(c).Note != "" {
		t.Fatal("the cache is not read")
	}
	testkit.Clock(t, s.db).Advance(time.Minute)
	if s.read(c).Note != "x" {
		t.Error("the old value outlives a minute")
	}
}

// down is a store that nobody reaches.
type down struct{ redis.Store }

var errDown = errors.New("down")

func (down) Get(context.Context, string) ([]byte, error) { return nil, errDown }
func (down) Delete(context.Context, ...string) error     { return errDown }
func (down) SetNewer(context.Context, string, string, []byte, time.Duration) error {
	return errDown
}

func TestService_worksWithoutItsCache(t *testing.T) {
	t.Parallel()
	db := testkit.DB(t, testkit.WithInvariants(cart.Checks()...))
	s := openOn(t, db, down{})
	c := s.create(line(plain, 1))
	must[cart.Change](t)(s.AddLines(s.ctx, ref(c), []cart.NewLine{line(plain, 1)}))
	if got := s.read(c); got.Quantity != 2 {
		t.Errorf("%d pieces", got.Quantity)
	}
}

func TestByRef_rubbishInTheCacheIsPassedOver(t *testing.T) {
	t.Parallel()
	s := open(t)
	c, other := s.create(line(plain, 1)), s.create(line(plain, 2))
	foreign, _ := s.cache.Get(s.ctx, fmt.Sprintf("cart:%d", other.ID))
	for name, value := range map[string][]byte{"text": []byte("rubbish"), "nothing": {}, "another cart": foreign, "cut": foreign[:len(foreign)/2]} {
		_ = s.cache.Set(s.ctx, fmt.Sprintf("cart:%d", c.ID), value, time.Minute)
		if got := s.read(c); got.Quantity != 1 || got.ID != c.ID {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
