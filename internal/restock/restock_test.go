package restock_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/kernel/clock"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/platform/doctor"
	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/platform/secret"
	"github.com/souk-commerce/souk/internal/restock"
	"github.com/souk-commerce/souk/internal/testkit"
	"github.com/souk-commerce/souk/internal/testkit/salesfloor"
)

// stand is a shop in which the lamp is sold out.
type stand struct {
	*restock.Service
	shop *salesfloor.Shop
	now  *clock.Manual
	lamp listing.VariantID
}

func open(t *testing.T) *stand {
	t.Helper()
	now := clock.NewManual(testkit.Started())
	s := &stand{shop: salesfloor.Open(t, salesfloor.Options{Clock: now, Conns: 16}), now: now}
	s.shop.Sell(t, "Lamp", nil, 0, salesfloor.Piece{NewVariant: catalog.NewVariant{SKU: "lamp"}, Price: 1_000})
	s.lamp = s.shop.Variants["lamp"]
	s.Service = restock.NewService(restock.Rooms{DB: s.shop.DB, Events: s.shop.Outbox, Goods: s.shop.Listing, Buyers: s.shop.Buyers,
		Attempts: s.shop.Redis, Key: s.shop.Key})
	t.Cleanup(func() {
		found, err := doctor.Run(context.Background(), s.shop.DB.Conn(context.Background()), restock.Checks())
		if err != nil || len(found) > 0 {
			t.Errorf("%v, %v", found, err)
		}
	})
	return s
}

func (s *stand) ask(t *testing.T, country locale.Country, email string) error {
	t.Helper()
	return s.Subscribe(t.Context(), s.shop.Wish(t, country), restock.Wish{Variant: s.lamp, Email: email, Client: email})
}

func (s *stand) receive(t *testing.T, at inventory.LocationID, n int64) {
	t.Helper()
	_, err := s.shop.Stock.Receive(salesfloor.Context(), inventory.Cause{Key: secret.Token(), Reason: "test"},
		[]inventory.Receipt{{Variant: s.lamp, Location: at, Quantity: n}})
	if err != nil {
		t.Fatal(err)
	}
}

// facts are those of a topic that were recorded since the last time.
func (s *stand) facts(t *testing.T, topic string) []event.Envelope {
	t.Helper()
	rows, err := s.shop.DB.Pool().Query(t.Context(), `SELECT topic, aggregate_kind, aggregate_id, payload FROM outbox WHERE topic = $1 ORDER BY id`, topic)
	if err != nil {
		t.Fatal(err)
	}
	var all []event.Envelope
	for rows.Next() {
		var e event.Envelope
		if err := rows.Scan(&e.Topic, &e.AggregateKind, &e.AggregateID, &e.Payload); err != nil {
			t.Fatal(err)
		}
		all = append(all, e)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// states says where all requests stand: "ada@example.com waiting".
func (s *stand) states(t *testing.T) string {
	t.Helper()
	found, err := s.Page(t.Context(), restock.Filter{}, page.Args{})
	if err != nil {
		t.Fatal(err)
	}
	all := make([]string, len(found.Items))
	for i, r := range found.Items {
		all[i] = fmt.Sprint(r.Email, " ", r.State)
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}

func (s *stand) expect(t *testing.T, want string) {
	t.Helper()
	if got := s.states(t); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func (s *stand) watch(t *testing.T) {
	t.Helper()
	err := s.shop.DB.InTx(t.Context(), func(ctx context.Context) error { return s.Watch(ctx, s.facts(t, "stock.changed")) })
	if err != nil {
		t.Fatal(err)
	}
}

func TestSubscribe_onlyForWhatIsSoldOutHere(t *testing.T) {
	t.Parallel()
	s := open(t)
	us := s.shop.Wish(t, "US")
	for name, c := range map[string]struct {
		variant listing.VariantID
		email   string
		reason  string
	}{
		"there is some": {s.shop.Variants["mug"], "ada@example.com", "in_stock"}, "not counted": {s.shop.Variants["ebook"], "ada@example.com", "in_stock"},
		"no variant": {0, "ada@example.com", "variant_not_found"}, "unknown": {999_999, "ada@example.com", "variant_not_found"},
		"negative": {-1, "ada@example.com", "variant_not_found"}, "no address": {s.lamp, "", "invalid_email"},
		"two addresses":       {s.lamp, "a@example.com, b@example.com", "invalid_email"},
		"a header of his own": {s.lamp, "a@example.com\r\nBcc: b@example.com", "invalid_email"}, "a zero byte": {s.lamp, "a\x00@example.com", "invalid_email"},
	} {
		if err := s.Subscribe(t.Context(), us, restock.Wish{Variant: c.variant, Email: c.email, Client: name}); !fault.Is(err, c.reason) {
			t.Errorf("%s: %v, want %s", name, err, c.reason)
		}
	}
	s.expect(t, "")
}

func TestSubscribe_twiceIsOnceAndAnswersAlike(t *testing.T) {
	t.Parallel()
	s := open(t)
	for _, email := range []string{"ada@example.com", " Ada@Example.com ", "eve@example.com"} {
		ctx, counter := postgres.CountStatements(t.Context())
		err := s.Subscribe(ctx, s.shop.Wish(t, "DE"), restock.Wish{Variant: s.lamp, Email: email, Client: "c"})
		if err != nil || counter.Statements() != 2 {
			t.Errorf("%q: %v with %d statements", email, err, counter.Statements())
		}
	}
	s.expect(t, "Ada@Example.com waiting, eve@example.com waiting")
}

// A wish too many is answered like any other, and kept from the mailbox.
func TestSubscribe_fillsNoMailbox(t *testing.T) {
	t.Parallel()
	s := open(t)
	for part := range 2 {
		var options []catalog.NewOptionValue
		var pieces []salesfloor.Piece
		for i := range 26 {
			name := fmt.Sprint(part*26 + i)
			options = append(options, catalog.NewOptionValue{Name: name})
			pieces = append(pieces, salesfloor.Piece{NewVariant: catalog.NewVariant{Values: []string{name}, SKU: "sold-out-" + name}, Price: 100})
		}
		s.shop.Sell(t, fmt.Sprint("Sold out ", part), []catalog.NewOption{{Name: "Number", Values: options}}, 0, pieces...)
	}
	for i := range 52 {
		wish := restock.Wish{Variant: s.shop.Variants[fmt.Sprint("sold-out-", i)], Email: "ada@example.com", Client: fmt.Sprint(i)}
		if err := s.Subscribe(t.Context(), s.shop.Wish(t, "US"), wish); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := s.Count(t.Context(), restock.Filter{Email: "ADA@"}); err != nil || n != 50 {
		t.Errorf("%d requests, %v", n, err)
	}
}

func TestSubscribe_limitsAClientsTries(t *testing.T) {
	t.Parallel()
	s := open(t)
	wish := restock.Wish{Variant: s.lamp, Email: "no address", Client: "one"}
	for range 30 {
		if err := s.Subscribe(t.Context(), s.shop.Wish(t, "US"), wish); !fault.Is(err, "invalid_email") {
			t.Fatal(err)
		}
	}
	if err := s.Subscribe(t.Context(), s.shop.Wish(t, "US"), wish); !fault.Is(err, "rate_limited") {
		t.Errorf("%v", err)
	}
	if err := s.Unsubscribe(t.Context(), "1-x", "one"); !fault.Is(err, "rate_limited") {
		t.Errorf("guessing links: %v", err)
	}
	s.now.Advance(time.Hour)
	if err := s.Subscribe(t.Context(), s.shop.Wish(t, "US"), wish); !fault.Is(err, "invalid_email") {
		t.Errorf("%v", err)
	}
}

func TestWatch_tellsEachOnceHoweverManyLook(t *testing.T) {
	t.Parallel()
	s := open(t)
	for i := range 20 {
		if err := s.ask(t, "US", fmt.Sprintf("buyer%d@example.com", i)); err != nil {
			t.Fatal(err)
		}
	}
	s.receive(t, s.shop.Location, 1)
	facts := s.facts(t, "stock.changed")
	// All of them come to the moment of truth before anyone may pass.
	gate, err := s.shop.DB.Pool().Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := gate.Exec(t.Context(), `LOCK TABLE restock_request IN SHARE MODE`); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 5 {
		all.Go(func() {
			if err := s.Watch(t.Context(), facts); err != nil {
				t.Error(err)
			}
		})
		all.Go(func() {
			if _, err := s.Recheck(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	for waiting := 0; waiting < 10; {
		err := gate.QueryRow(t.Context(), `SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'restock_request'::regclass`).Scan(&waiting)
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := gate.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	all.Wait()
	told := map[int64]int{}
	for _, e := range s.facts(t, "restock.available") {
		var f restock.Available
		if err := e.Decode(&f); err != nil || f.Variant != s.lamp || int64(f.Request) != e.AggregateID {
			t.Errorf("%s: %v", e.Payload, err)
		}
		told[e.AggregateID]++
	}
	for id, n := range told {
		if n != 1 {
			t.Errorf("request %d is told of %d times", id, n)
		}
	}
	if n, err := s.Count(t.Context(), restock.Filter{State: restock.Notified}); err != nil || n != 20 || len(told) != 20 {
		t.Errorf("%d notified, %d told of, %v", n, len(told), err)
	}
	s.watch(t)
	if err := s.ask(t, "US", "late@example.com"); !fault.Is(err, "in_stock") {
		t.Errorf("%v", err)
	}
}

// What is in stock somewhere is not what the buyer's market sells.
func TestWatch_looksAsTheBuyersMarketDoes(t *testing.T) {
	t.Parallel()
	s := open(t)
	if err := s.ask(t, "US", "us@example.com"); err != nil {
		t.Fatal(err)
	}
	if err := s.ask(t, "DE", "de@example.com"); err != nil {
		t.Fatal(err)
	}
	berlin, err := s.shop.Stock.CreateLocation(salesfloor.Context(), inventory.NewLocation{Handle: "berlin", Name: "Berlin"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.shop.DB.Pool().Exec(t.Context(), `INSERT INTO location_market (location_id, market_id) SELECT $1, id FROM market WHERE handle = 'de'`, int64(berlin.ID))
	if err != nil {
		t.Fatal(err)
	}
	s.receive(t, berlin.ID, 5)
	s.watch(t)
	s.expect(t, "de@example.com notified, us@example.com waiting")
	s.receive(t, s.shop.Location, 1) // it was available before, somewhere
	s.watch(t)
	s.expect(t, "de@example.com notified, us@example.com notified")
}

func TestWatch_costsOneStatementWhereNobodyWaits(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.receive(t, s.shop.Location, 5)
	ctx, counter := postgres.CountStatements(t.Context())
	if err := s.Watch(ctx, s.facts(t, "stock.changed")); err != nil || counter.Statements() != 1 {
		t.Errorf("%d statements, %v", counter.Statements(), err)
	}
}

// A release is no fact about stock.
func TestRecheck_findsWhatNoStockFactTells(t *testing.T) {
	t.Parallel()
	s := open(t)
	for i := range 3 {
		if err := s.ask(t, "US", fmt.Sprintf("buyer%d@example.com", i)); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := s.Recheck(t.Context()); n != 0 || err != nil {
		t.Fatalf("%d, %v", n, err)
	}
	v, err := s.shop.Catalog.VariantByID(t.Context(), s.lamp)
	if err != nil {
		t.Fatal(err)
	}
	yes := true
	if _, err := s.shop.Catalog.UpdateVariant(salesfloor.Context(), s.lamp, v.Version, catalog.VariantChange{Preorder: &yes}); err != nil {
		t.Fatal(err)
	}
	if n, err := s.Recheck(t.Context()); n != 3 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	if n := len(s.facts(t, "restock.available")); n != 3 {
		t.Errorf("%d facts", n)
	}
}

func TestUnsubscribe_endsWhatTheAddressWaitsFor(t *testing.T) {
	t.Parallel()
	s := open(t)
	for _, email := range []string{"ada@example.com", "eve@example.com"} {
		if err := s.ask(t, "US", email); err != nil {
			t.Fatal(err)
		}
	}
	mine, err := s.Page(t.Context(), restock.Filter{Email: "ada"}, page.Args{})
	if err != nil {
		t.Fatal(err)
	}
	token := s.Token(mine.Items[0].ID)
	for _, wrong := range []string{"", "-", token + "x", "0" + token, strings.Replace(token, "-", "-A", 1), "1", "9223372036854775808-x", s.Token(999_999), token[:len(token)-1]} {
		if err := s.Unsubscribe(t.Context(), wrong, "c"); !fault.Is(err, "request_not_found") {
			t.Errorf("%q: %v", wrong, err)
		}
	}
	for range 2 {
		if err := s.Unsubscribe(t.Context(), token, "c"); err != nil {
			t.Error(err)
		}
	}
	s.expect(t, "ada@example.com cancelled, eve@example.com waiting")
	s.receive(t, s.shop.Location, 1)
	s.watch(t)
	s.expect(t, "ada@example.com cancelled, eve@example.com notified")
}

func TestSweep_forgetsPeople(t *testing.T) {
	t.Parallel()
	s := open(t)
	if err := s.ask(t, "US", "told@example.com"); err != nil {
		t.Fatal(err)
	}
	s.receive(t, s.shop.Location, 1)
	s.watch(t)
	sweep := func(want int64) {
		t.Helper()
		if n, err := s.Sweep(t.Context(), s.now.Now().Add(-30*24*time.Hour), 10); err != nil || n != want {
			t.Errorf("%d forgotten, %v, want %d", n, err, want)
		}
	}
	sweep(0)
	s.now.Advance(31 * 24 * time.Hour)
	if _, err := s.shop.DB.Pool().Exec(t.Context(), `
		INSERT INTO restock_request (created_at, updated_at, variant_id, market_id, email, email_key, country, language)
		SELECT $1, $1, $2, id, 'eve@example.com', 'eve@example.com', 'US', 'en' FROM market LIMIT 1`, s.now.Now(), int64(s.lamp)); err != nil {
		t.Fatal(err)
	}
	sweep(1)
	s.expect(t, "eve@example.com waiting")
	s.now.Advance(366 * 24 * time.Hour)
	sweep(1)
	s.expect(t, "")
}

func TestAvailable_saysNothingOfAPerson(t *testing.T) {
	t.Parallel()
	text, err := json.Marshal(restock.Available{Request: 1, Variant: 2})
	if err != nil || string(text) != `{"request":1,"variant":2}` {
		t.Errorf("%s, %v", text, err)
	}
}
