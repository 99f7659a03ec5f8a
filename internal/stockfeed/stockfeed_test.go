package stockfeed_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/souk-commerce/souk/internal/audit"
	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/kernel/clock"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/platform/actor"
	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/platform/secret"
	"github.com/souk-commerce/souk/internal/stockfeed"
	"github.com/souk-commerce/souk/internal/testkit"
)

// store is a shop with the variants A, B and C at one location.
type store struct {
	*stockfeed.Service
	stock    *inventory.Service
	db       *postgres.DB
	ctx      context.Context
	clock    *clock.Manual
	main     inventory.Location
	variants map[string]catalog.Variant
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func key(t *testing.T) secret.Key {
	t.Helper()
	return must[secret.Key](t)(secret.NewKey(strings.Repeat("k", 40)))
}

func open(t *testing.T) *store {
	t.Helper()
	db := testkit.DB(t, testkit.WithInvariants(append(inventory.Checks(), stockfeed.Checks()...)...))
	events, log := event.NewOutbox(db), audit.New(db)
	products := catalog.NewService(db, events, log)
	stock := inventory.NewService(db, events, log, products)
	s := &store{
		Service: stockfeed.NewService(db, events, log, stockfeed.Rooms{Catalog: products, Stock: stock, Key: key(t), Loopback: true}),
		stock:   stock, db: db, clock: testkit.Clock(t, db), variants: map[string]catalog.Variant{},
		ctx: actor.With(context.Background(), actor.Actor{Kind: actor.Staff, ID: 7}),
	}
	s.main = must[inventory.Location](t)(stock.CreateLocation(s.ctx, inventory.NewLocation{Handle: "main", Name: "Main", Default: true}))
	for _, sku := range []string{"A", "B", "C"} {
		barcode := "4006381333931"
		p := must[catalog.Product](t)(products.CreateProduct(s.ctx, catalog.NewProduct{Title: sku,
			Variants: []catalog.NewVariant{{SKU: sku, Barcode: barcode}}}))
		pages := must[map[catalog.ProductID]page.Slice[catalog.Variant]](t)(products.VariantPages(s.ctx, []catalog.ProductID{p.ID}, page.Args{}))
		s.variants[sku] = pages[p.ID].Items[0]
	}
	return s
}

func (s *store) feed(t *testing.T, in stockfeed.Input) (stockfeed.Feed, string) {
	t.Helper()
	in.Name, in.Location = "Supplier", s.main.ID
	if in.Handle == "" {
		in.Handle = "supplier"
	}
	f, shown, err := s.Create(s.ctx, in)
	if err != nil {
		t.Fatal(err)
	}
	return f, shown
}

func (s *store) deliver(t *testing.T, f stockfeed.Feed, d stockfeed.Delivery, body string) stockfeed.Receipt {
	t.Helper()
	d.Body = []byte(body)
	return must[stockfeed.Receipt](t)(s.Deliver(s.ctx, f.ID, d))
}

func (s *store) onHand(t *testing.T, sku string) int64 {
	t.Helper()
	id := s.variants[sku].ID
	for _, l := range must[map[catalog.VariantID][]inventory.Level](t)(s.stock.LevelsOf(s.ctx, []catalog.VariantID{id}))[id] {
		return l.OnHand
	}
	return 0
}

func (s *store) sell(t *testing.T, sku string, pieces int64) {
	t.Helper()
	_, err := s.stock.Adjust(s.ctx, inventory.Cause{Key: fmt.Sprint("sell-", s.clock.Now().UnixNano()), Reason: "sold"},
		[]inventory.Adjustment{{Variant: s.variants[sku].ID, Location: s.main.ID, Delta: -pieces}})
	if err != nil {
		t.Fatal(err)
	}
}

func (s *store) runs(t *testing.T, f stockfeed.Feed) string {
	t.Helper()
	var out []string
	for _, r := range must[page.Slice[stockfeed.Run]](t)(s.Runs(s.ctx, stockfeed.RunFilter{Feed: f.ID}, page.Args{})).Items {
		out = append([]string{strings.TrimRight(string(r.State)+":"+r.Reason, ":")}, out...)
	}
	return strings.Join(out, " ")
}

func TestDeliver_takesWhatItCanAndReportsTheRest(t *testing.T) {
	t.Parallel()
	s := open(t)
	f, _ := s.feed(t, stockfeed.Input{Kind: stockfeed.CSV})
	csv := "#sequence=1\nSKU;On hand\nA;5\nB;0\nX;1\nC;-1\nC;1.5\nC;2147483648\n=C;1\nB;\nC;9e15"
	got := s.deliver(t, f, stockfeed.Delivery{}, csv).Run
	if got.State != stockfeed.Applied || got.Lines != 9 || got.Changed != 1 || got.Unchanged != 1 || got.Unknown != 1 || got.Refused != 6 {
		t.Errorf("%+v", got)
	}
	if len(got.Problems) != 7 || got.Problems[0] != (stockfeed.Problem{Line: 5, Item: "X", Reason: "unknown_item", Message: "The shop has no such item."}) {
		t.Errorf("%+v", got.Problems)
	}
	if s.onHand(t, "A") != 5 {
		t.Errorf("%d of A", s.onHand(t, "A"))
	}

	d, _ := s.feed(t, stockfeed.Input{Kind: stockfeed.CSV, Mode: stockfeed.Deltas, Handle: "deltas"})
	json := `{"sequence": 1, "lines": [{"sku":"A","delta":-2},{"sku":"A","delta":-2},{"sku":"A","delta":-2},{"sku":"A","delta":"1"},
		{"sku":"A","delta":1.5},{"sku":"A","delta":0},{"sku":"A","delta":9e15},{"sku":"A"},{"sku":7,"delta":1},null,[],"x",{"sku":"A","delta":99999999999999999999},
		{"sku":"\u0000","delta":1},{"sku":"` + strings.Repeat("x", 300) + `","delta":""}]}`
	got = s.deliver(t, d, stockfeed.Delivery{}, json).Run
	if got.Changed != 2 || got.Refused != 13 || got.Problems[0].Reason != "insufficient_stock" || s.onHand(t, "A") != 1 {
		t.Errorf("%+v, %d of A", got, s.onHand(t, "A"))
	}
	b, _ := s.feed(t, stockfeed.Input{Kind: stockfeed.CSV, Item: stockfeed.Barcode, Handle: "barcodes"})
	if got = s.deliver(t, b, stockfeed.Delivery{}, "barcode,quantity\n4006381333931,5").Run; got.Refused != 1 || got.Problems[0].Reason != "ambiguous_item" {
		t.Errorf("%+v", got)
	}
}

func TestDeliver_refusesWhatIsNoDelivery(t *testing.T) {
	t.Parallel()
	s := open(t)
	f, _ := s.feed(t, stockfeed.Input{Kind: stockfeed.CSV})
	soon := s.clock.Now().Add(time.Hour)
	for reason, d := range map[string]stockfeed.Delivery{
		"no_columns":       {Body: []byte("\n")},
		"no_lines":         {Body: []byte("sku,on_hand\n")},
		"missing_column":   {Body: []byte("name,on_hand\nA,1")},
		"invalid_json":     {Body: []byte(`{"lines":[{"sku":"A","on_hand":9}]} {}`)},
		"invalid_sequence": {Body: []byte(`{"sequence":1.5,"lines":[{"sku":"A","on_hand":9}]}`)},
		"invalid_as_of":    {Body: []byte(`{"as_of":"yesterday","lines":[{"sku":"A","on_hand":9}]}`)},
		"invalid_as_of ":   {Body: []byte(`{"as_of":"0001-01-01T00:00:00Z","lines":[{"sku":"A","on_hand":9}]}`)},
		"as_of_in_future":  {Body: []byte(`{"lines":[{"sku":"A","on_hand":9}]}`), AsOf: &soon},
		"invalid_message":  {Body: []byte(`{"lines":[{"sku":"A","on_hand":9}]}`), Message: "a b"},
		"file_too_large":   {Body: []byte(strings.Repeat(" ", stockfeed.MaxBytes+1))},
		"too_many_lines":   {Body: []byte("sku,on_hand\n" + strings.Repeat("A,1\n", stockfeed.MaxLines+1))},
	} {
		r, err := s.Deliver(s.ctx, f.ID, d)
		if err != nil || r.Run.State != stockfeed.Refused || r.Run.Reason != strings.TrimSpace(reason) || len(r.Run.Problems) != 1 {
			t.Errorf("%s: %+v %v", reason, r.Run, err)
		}
	}
	if s.onHand(t, "A") != 0 {
		t.Error("something was moved")
	}
	if _, err := s.Deliver(s.ctx, f.ID+1, stockfeed.Delivery{}); !errors.Is(err, stockfeed.ErrNotFound) {
		t.Errorf("a feed that is not there: %v", err)
	}
}

func TestDeliver_refusesWhatIsStaleOrRepeated(t *testing.T) {
	t.Parallel()
	s := open(t)
	f, _ := s.feed(t, stockfeed.Input{Kind: stockfeed.CSV})
	first := s.deliver(t, f, stockfeed.Delivery{Message: "m-1", Sequence: 5}, "sku,on_hand\nA,5")
	s.clock.Advance(time.Minute)
	s.deliver(t, f, stockfeed.Delivery{Message: "m-2", Sequence: 6}, "sku,on_hand\nA,6")
	again := s.deliver(t, f, stockfeed.Delivery{Message: "m-1", Sequence: 7}, "sku,on_hand\nA,5")
	if !again.Repeated || again.Run.ID != first.Run.ID || again.Run.Changed != 1 {
		t.Errorf("the same message: %+v", again)
	}
	if got := s.deliver(t, f, stockfeed.Delivery{Message: "m-3", Sequence: 6}, "sku,on_hand\nA,1"); got.Run.Reason != "stale" || got.Repeated {
		t.Errorf("the sequence of the last one: %+v", got)
	}
	old := s.clock.Now().Add(-time.Hour)
	if got := s.deliver(t, f, stockfeed.Delivery{AsOf: &old}, "sku,on_hand\nA,1"); got.Run.Reason != "stale" {
		t.Errorf("an instant before the last one: %+v", got)
	}
	now := s.clock.Now()
	if got := s.deliver(t, f, stockfeed.Delivery{AsOf: &now}, "sku,on_hand\nA,7"); got.Run.State != stockfeed.Applied {
		t.Errorf("%+v", got)
	}
	if got := s.deliver(t, f, stockfeed.Delivery{Message: "other", AsOf: &now}, "sku,on_hand\nA,7"); !got.Repeated {
		t.Errorf("the same content of the same instant: %+v", got)
	}
	if got := s.deliver(t, f, stockfeed.Delivery{AsOf: &now}, "sku,on_hand\nB,7"); got.Run.State != stockfeed.Applied {
		t.Errorf("another part of the same instant: %+v", got)
	}
	want := "applied applied refused:repeated refused:stale refused:stale applied refused:repeated applied"
	if got := s.runs(t, f); got != want || s.onHand(t, "A") != 7 {
		t.Errorf("%s with %d of A, want %s with 7", got, s.onHand(t, "A"), want)
	}

	f = must[stockfeed.Feed](t)(s.ByID(s.ctx, f.ID))
	inactive := false
	f = must[stockfeed.Feed](t)(s.Update(s.ctx, f.ID, f.Version, stockfeed.Change{Restart: true, Active: &inactive}))
	if got := s.deliver(t, f, stockfeed.Delivery{Sequence: 1}, "sku,on_hand\nA,1"); got.Run.Reason != "feed_inactive" {
		t.Errorf("%+v", got)
	}
	active := true
	f = must[stockfeed.Feed](t)(s.Update(s.ctx, f.ID, f.Version, stockfeed.Change{Active: &active}))
	if got := s.deliver(t, f, stockfeed.Delivery{Sequence: 1}, "sku,on_hand\nA,1"); got.Run.State != stockfeed.Applied {
		t.Errorf("numbered anew: %+v", got)
	}
}

func TestDeliver_tellsContentThatNothingNamesByItsFeed(t *testing.T) {
	t.Parallel()
	s := open(t)
	levels, _ := s.feed(t, stockfeed.Input{Kind: stockfeed.CSV})
	var got []bool
	for _, n := range []string{"1", "1", "2", "1"} {
		got = append(got, s.deliver(t, levels, stockfeed.Delivery{}, "sku,on_hand\nA,"+n).Repeated)
		s.clock.Advance(time.Minute)
	}
	if fmt.Sprint(got) != "[false true false false]" || s.onHand(t, "A") != 1 {
		t.Errorf("levels: repeated %v, %d of A: levels may return to what they were", got, s.onHand(t, "A"))
	}
	deltas, _ := s.feed(t, stockfeed.Input{Kind: stockfeed.CSV, Mode: stockfeed.Deltas, Handle: "deltas"})
	got = nil
	for _, d := range []struct {
		message, n string
		later      time.Duration
	}{{"", "1", 0}, {"", "2", 0}, {"", "1", 0}, {"a", "4", 0}, {"b", "4", 0}, {"", "1", 25 * time.Hour}} {
		s.clock.Advance(d.later)
		got = append(got, s.deliver(t, deltas, stockfeed.Delivery{Message: d.message}, "sku,delta\nB,"+d.n).Repeated)
	}
	if fmt.Sprint(got) != "[false false true false false false]" || s.onHand(t, "B") != 1+2+4+4+1 {
		t.Errorf("differences: repeated %v, %d of B", got, s.onHand(t, "B"))
	}
}

func TestDeliver_sentAtOnceIsTakenOnce(t *testing.T) {
	t.Parallel()
	s := open(t)
	f, _ := s.feed(t, stockfeed.Input{Kind: stockfeed.CSV, Mode: stockfeed.Deltas})
	var group sync.WaitGroup
	receipts := make([]stockfeed.Receipt, 8)
	for i := range receipts {
		group.Go(func() {
			receipts[i], _ = s.Deliver(s.ctx, f.ID, stockfeed.Delivery{Message: "once", Body: []byte("sku,delta\nA,3")})
		})
	}
	group.Wait()
	taken := 0
	for _, r := range receipts {
		if !r.Repeated {
			taken++
		}
		if r.Run.ID != receipts[0].Run.ID {
			t.Errorf("run %d and run %d", r.Run.ID, receipts[0].Run.ID)
		}
	}
	if taken != 1 || s.onHand(t, "A") != 3 {
		t.Errorf("taken %d times, %d of A", taken, s.onHand(t, "A"))
	}
}

func TestDeliver_aLevelDoesNotUndoASaleSince(t *testing.T) {
	t.Parallel()
	s := open(t)
	f, _ := s.feed(t, stockfeed.Input{Kind: stockfeed.CSV})
	s.deliver(t, f, stockfeed.Delivery{}, "sku,on_hand\nA,10\nB,10")
	s.clock.Advance(time.Hour)
	counted := s.clock.Now()
	s.clock.Advance(time.Minute)
	s.sell(t, "A", 2)
	s.clock.Advance(time.Minute)
	got := s.deliver(t, f, stockfeed.Delivery{AsOf: &counted}, "sku,on_hand\nA,10\nB,9").Run
	if got.Changed != 1 || got.Unchanged != 1 || s.onHand(t, "A") != 8 || s.onHand(t, "B") != 9 {
		t.Errorf("%+v: %d of A, %d of B", got, s.onHand(t, "A"), s.onHand(t, "B"))
	}
	soonAfter := counted.Add(time.Second)
	s.deliver(t, f, stockfeed.Delivery{AsOf: &soonAfter}, "sku,on_hand\nB,9")
	if s.onHand(t, "B") != 9 {
		t.Errorf("%d of B: the feed's own correction was made twice", s.onHand(t, "B"))
	}
}

func TestDeliver_recordsWhatFailedAndTakesItLater(t *testing.T) {
	t.Parallel()
	s := open(t)
	f, _ := s.feed(t, stockfeed.Input{Kind: stockfeed.CSV, Mode: stockfeed.Deltas})
	exec := func(sql string) {
		if _, err := s.db.Conn(s.ctx).Exec(s.ctx, sql); err != nil {
			t.Fatal(err)
		}
	}
	exec(`CREATE FUNCTION crash() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN IF NEW.state = ''applied'' THEN RAISE EXCEPTION ''the server ends''; END IF; RETURN NEW; END'`)
	exec(`CREATE TRIGGER crash BEFORE INSERT ON stock_feed_run FOR EACH ROW EXECUTE FUNCTION crash()`)
	d := stockfeed.Delivery{Message: "m", Body: []byte("sku,delta\nA,3")}
	if _, err := s.Deliver(s.ctx, f.ID, d); err == nil {
		t.Fatal("taken")
	}
	if s.onHand(t, "A") != 0 {
		t.Errorf("%d of A without a report", s.onHand(t, "A"))
	}
	exec(`DROP TRIGGER crash ON stock_feed_run`)
	if r := must[stockfeed.Receipt](t)(s.Deliver(s.ctx, f.ID, d)); r.Repeated || s.onHand(t, "A") != 3 {
		t.Errorf("%+v", r)
	}
	if got := s.runs(t, f); got != "failed:internal applied" {
		t.Errorf("%s", got)
	}
}

// signed is an envelope as a sender makes it, by the specification alone.
func signed(t *testing.T, shown, id string, at time.Time, body string) stockfeed.Envelope {
	t.Helper()
	raw := must[[]byte](t)(base64.StdEncoding.DecodeString(strings.TrimPrefix(shown, "whsec_")))
	stamp := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, raw)
	mac.Write([]byte(id + "." + stamp + "." + body))
	return stockfeed.Envelope{ID: id, Timestamp: stamp, Signature: "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))}
}

func (s *store) receive(e stockfeed.Envelope, body string) (stockfeed.Receipt, error) {
	return s.Receive(s.ctx, "supplier", e, func() ([]byte, error) { return []byte(body), nil })
}

func TestReceive_believesTheSignatureOnly(t *testing.T) {
	t.Parallel()
	s := open(t)
	f, shown := s.feed(t, stockfeed.Input{Kind: stockfeed.Webhook, Mode: stockfeed.Deltas})
	_, foreign := s.feed(t, stockfeed.Input{Kind: stockfeed.Webhook, Handle: "other"})
	s.feed(t, stockfeed.Input{Kind: stockfeed.CSV, Handle: "uploaded"})
	now, body := s.clock.Now(), "sku,delta\nA,3"
	good := signed(t, shown, "m-1", now, body)
	change := func(fn func(e *stockfeed.Envelope)) stockfeed.Envelope { e := good; fn(&e); return e }
	for name, e := range map[string]stockfeed.Envelope{
		"none":         change(func(e *stockfeed.Envelope) { e.Signature = "" }),
		"cut off":      change(func(e *stockfeed.Envelope) { e.Signature = e.Signature[:20] }),
		"version":      change(func(e *stockfeed.Envelope) { e.Signature = strings.Replace(e.Signature, "v1,", "v2,", 1) }),
		"no version":   change(func(e *stockfeed.Envelope) { e.Signature = strings.TrimPrefix(e.Signature, "v1,") }),
		"other id":     change(func(e *stockfeed.Envelope) { e.ID = "m-2" }),
		"other time":   change(func(e *stockfeed.Envelope) { e.Timestamp = strconv.FormatInt(now.Unix()+1, 10) }),
		"other secret": signed(t, foreign, "m-1", now, body),
		"other body":   signed(t, shown, "m-1", now, body+"0"),
		"too old":      signed(t, shown, "m-1", now.Add(-stockfeed.Tolerance-time.Second), body),
		"too early":    signed(t, shown, "m-1", now.Add(stockfeed.Tolerance+time.Second), body),
		"odd time":     change(func(e *stockfeed.Envelope) { e.Timestamp = "-9223372036854775808" }),
		"no id":        signed(t, shown, "", now, body),
	} {
		if _, err := s.receive(e, body); !errors.Is(err, stockfeed.ErrSignature) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, handle := range []string{"uploaded", "nobody"} {
		if _, err := s.Receive(s.ctx, handle, good, func() ([]byte, error) { t.Error("read"); return nil, nil }); !errors.Is(err, stockfeed.ErrSignature) {
			t.Errorf("%s: %v", handle, err)
		}
	}
	if got := s.runs(t, f); got != "" || s.onHand(t, "A") != 0 {
		t.Fatalf("%s, %d of A", got, s.onHand(t, "A"))
	}
	several := change(func(e *stockfeed.Envelope) { e.Signature = "v1a,xyz v1,AAAA " + e.Signature })
	first := must[stockfeed.Receipt](t)(s.receive(several, body))
	s.clock.Advance(time.Minute)
	again := must[stockfeed.Receipt](t)(s.receive(good, body))
	if first.Repeated || !again.Repeated || again.Run.ID != first.Run.ID || s.onHand(t, "A") != 3 {
		t.Errorf("replayed: %+v, %d of A", again, s.onHand(t, "A"))
	}
}

func TestRotateSecret_theOldOneHoldsForAWhile(t *testing.T) {
	t.Parallel()
	s := open(t)
	f, old := s.feed(t, stockfeed.Input{Kind: stockfeed.Webhook})
	rotated, shown, err := s.RotateSecret(s.ctx, f.ID, f.Version)
	if err != nil || shown == old || rotated.Version != f.Version+1 {
		t.Fatalf("%+v %v", rotated, err)
	}
	try := func(secret, id string) error {
		_, err := s.receive(signed(t, secret, id, s.clock.Now(), "sku,on_hand\nA,3"), "sku,on_hand\nA,3")
		return err
	}
	if err := errors.Join(try(old, "1"), try(shown, "2")); err != nil {
		t.Error(err)
	}
	s.clock.Advance(stockfeed.Overlap)
	if try(old, "3") == nil || try(shown, "4") != nil {
		t.Error("after the overlap only the new one holds")
	}
	if _, _, err := s.RotateSecret(s.ctx, f.ID, f.Version); !errors.Is(err, stockfeed.ErrStale) {
		t.Errorf("an old version: %v", err)
	}
	raw := must[[]byte](t)(base64.StdEncoding.DecodeString(strings.TrimPrefix(shown, "whsec_")))
	var kept int
	if err := s.db.Conn(s.ctx).QueryRow(s.ctx, `
		SELECT (SELECT count(*) FROM stock_feed WHERE position($1::bytea in secret) > 0)
			+ (SELECT count(*) FROM audit_entry WHERE after::text || before::text LIKE '%secret"%')`, raw).Scan(&kept); err != nil || kept != 0 {
		t.Errorf("%d rows hold the secret (%v)", kept, err)
	}
}

func TestPullDue_fetchesWhatIsDue(t *testing.T) {
	t.Parallel()
	s := open(t)
	var answer atomic.Value
	answer.Store("sku,on_hand\nA,5")
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if answer.Load() == "" {
			w.WriteHeader(http.StatusBadGateway)
		}
		_, _ = io.WriteString(w, answer.Load().(string))
	}))
	t.Cleanup(server.Close)
	f, shown := s.feed(t, stockfeed.Input{Kind: stockfeed.Pull, URL: server.URL + "/stock.csv", EveryMinutes: 15})
	if shown != "" {
		t.Errorf("a secret of a feed that nobody signs")
	}
	pull := func(want int) {
		t.Helper()
		if n, _ := s.PullDue(s.ctx, 10); n != want {
			t.Errorf("%d fetched, want %d", n, want)
		}
	}
	pull(1)
	pull(0) // not before its interval is over
	s.clock.Advance(15 * time.Minute)
	pull(1) // the same again
	answer.Store("")
	s.clock.Advance(15 * time.Minute)
	pull(1)
	answer.Store("sku,on_hand\nA,6")
	s.clock.Advance(15 * time.Minute)
	pull(1)
	if got := s.runs(t, f); got != "applied failed:http_status_502 applied" || s.onHand(t, "A") != 6 {
		t.Errorf("%s, %d of A", got, s.onHand(t, "A"))
	}
	answer.Store(strings.Repeat("x", stockfeed.MaxBytes+1))
	if _, err := s.Pull(s.ctx, f.ID); !fault.Is(err, "file_too_large") {
		t.Errorf("beyond the bound: %v", err)
	}
}

func TestCreate_saysAllThatIsWrong(t *testing.T) {
	t.Parallel()
	s := open(t)
	_, _, err := s.Create(s.ctx, stockfeed.Input{Handle: "No Handle", Kind: "mail", Mode: "x", Item: "y", URL: "https://x.example", EveryMinutes: 1})
	var paths []string
	for _, f := range fault.All(err) {
		paths = append(paths, strings.Join(f.Path, "."))
	}
	if got := strings.Join(paths, " "); got != "handle name kind mode item url" {
		t.Errorf("%s", got)
	}
	for _, url := range []string{"", "ftp://x.example/", "https://u:p@x.example/", "https://10.0.0.1/", "https://[::ffff:10.0.0.1]/", "https://169.254.169.254/", "/x"} {
		in := stockfeed.Input{Handle: "h", Name: "N", Kind: stockfeed.Pull, Location: s.main.ID, URL: url, EveryMinutes: 5}
		if _, _, err := s.Create(s.ctx, in); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%q: %v", url, err)
		}
	}
	f, _ := s.feed(t, stockfeed.Input{Kind: stockfeed.CSV})
	if _, _, err := s.Create(s.ctx, stockfeed.Input{Handle: f.Handle, Name: "N", Kind: stockfeed.CSV, Location: s.main.ID}); !errors.Is(err, stockfeed.ErrHandleTaken) {
		t.Errorf("%v", err)
	}
	if _, _, err := s.Create(s.ctx, stockfeed.Input{Handle: "h", Name: "N", Kind: stockfeed.CSV, Location: 999}); !fault.Is(err, "location_not_found") {
		t.Errorf("%v", err)
	}
	if _, err := s.Update(s.ctx, f.ID, f.Version+1, stockfeed.Change{}); !errors.Is(err, stockfeed.ErrStale) {
		t.Errorf("%v", err)
	}
}
