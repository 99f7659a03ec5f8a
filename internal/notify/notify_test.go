package notify_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/souk-commerce/souk/internal/audit"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/kernel/postal"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/market"
	"github.com/souk-commerce/souk/internal/notify"
	"github.com/souk-commerce/souk/internal/order"
	"github.com/souk-commerce/souk/internal/payment"
	"github.com/souk-commerce/souk/internal/platform/doctor"
	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/platform/job"
	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/platform/redis"
	"github.com/souk-commerce/souk/internal/platform/secret"
	"github.com/souk-commerce/souk/internal/quote"
	"github.com/souk-commerce/souk/internal/tax"
	"github.com/souk-commerce/souk/internal/testkit"
)

// post is a mail server that can be out of order.
type post struct {
	mu    sync.Mutex
	down  error
	taken []notify.Message
	wait  chan struct{} // not nil: each send waits for it
}

func (p *post) Send(ctx context.Context, m notify.Message) error {
	if p.wait != nil {
		select {
		case <-p.wait:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.down != nil {
		return p.down
	}
	p.taken = append(p.taken, m)
	return nil
}

type shop struct {
	*notify.Service
	db     *postgres.DB
	events *event.Outbox
	orders *order.Service
	post   *post
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

func open(t *testing.T) *shop {
	t.Helper()
	return over(t, testkit.DB(t, testkit.WithInvariants(notify.Checks()...), testkit.WithMaxConns(16)))
}

func over(t *testing.T, db *postgres.DB) *shop {
	t.Helper()
	events, log := event.NewOutbox(db), audit.New(db)
	markets := market.NewService(db, events, log)
	must[bool](t)(markets.Found(t.Context(), market.Founding{Currency: "EUR",
		Shop: market.ShopInput{Name: "Souk & Söhne", Email: "shop@example.com", Country: "DE", Language: "de"}}))
	key := must[secret.Key](t)(secret.NewKey("a key of thirty-two bytes at least"))
	s := &shop{db: db, events: events, post: &post{}}
	s.orders = order.NewService(order.Rooms{DB: db, Events: events, Audit: log, Payments: payment.NewService(db, events),
		Attempts: redis.NewMemory(db.Clock()), Key: key})
	s.Service = must[*notify.Service](t)(notify.NewService(notify.Rooms{DB: db, Orders: s.orders, Markets: markets, Mailer: s.post, PublicURL: "https://shop.example"}))
	return s
}

// place makes an order of one line.
func (s *shop) place(t *testing.T, language locale.Language, change ...func(p *order.Placement)) order.Order {
	t.Helper()
	levy := tax.Levy{Name: "VAT 19%", PPM: 190_000}
	p := order.Placement{
		Market: 1, MarketHandle: "de", Country: "DE", Language: language, Email: "ada@example.com", PayLater: true,
		ShippingAddress: &postal.Address{FirstName: "Ada", LastName: "Lovelace", Address1: "Hauptstr. 1", City: "Berlin", Zip: "10115", Country: "DE"},
		Items:           []order.Item{{Line: 1, Goods: listing.Goods{Variant: 1, Product: 1, Title: "Shirt", VariantTitle: "M"}}},
		Deliveries:      []order.Chosen{{Shipment: quote.Goods, Title: "Standard"}},
		Quote: must[quote.Quote](t)(quote.Of(quote.Input{Currency: "EUR", TaxIncluded: true,
			Lines:      []quote.LineInput{{ID: 1, Variant: 1, Quantity: 2, UnitPrice: 61_725, Taxes: []tax.Levy{levy}}},
			Deliveries: []quote.DeliveryInput{{Shipment: quote.Goods, Method: "standard", Price: 490, Taxes: []tax.Levy{levy}}}})),
	}
	for _, fn := range change {
		fn(&p)
	}
	return must[order.Order](t)(s.orders.Place(t.Context(), p))
}

// tell gives the fact of an order to whoever mails about it.
func (s *shop) tell(t *testing.T, o order.Order) error {
	t.Helper()
	payload := must[[]byte](t)(json.Marshal(order.Placed{Order: o.ID, Version: 1, Number: o.Number}))
	return s.Subscribers()[0].Handle(t.Context(), event.Envelope{Topic: "order.placed", Payload: payload})
}

func (s *shop) mails(t *testing.T, o order.Order) []notify.Mail {
	t.Helper()
	return must[map[int64][]notify.Mail](t)(s.OfSubjects(t.Context(), notify.AboutOrder, []int64{int64(o.ID)}))[int64(o.ID)]
}

func TestConfirmation_isWrittenInTheLanguageOfTheOrder(t *testing.T) {
	t.Parallel()
	s := open(t)
	for language, want := range map[locale.Language]struct {
		written locale.Language
		words   []string
	}{
		"de":    {"de", []string{"Wir haben Ihre Bestellung", "Guten Tag Ada,", "1.234,50\u00a0€", "Gesamtsumme: 1.239,40\u00a0€", "Enthaltene Steuer: 197,89\u00a0€"}},
		"de-at": {"de", []string{"Guten Tag Ada,"}},
		"en":    {"en", []string{"We have your order", "Hello Ada,", "Total: ", "It goes to:", "Hauptstr. 1"}},
		"fr":    {"en", []string{"Hello Ada,"}},
	} {
		o := s.place(t, language)
		if err := s.tell(t, o); err != nil {
			t.Fatal(err)
		}
		m := s.mails(t, o)[0]
		if m.Language != want.written || m.State != notify.Sent || m.Recipient != "ada@example.com" {
			t.Errorf("%s: %+v", language, m)
		}
		words := append(want.words, "https://shop.example/orders/"+s.orders.Token(o), fmt.Sprint("#", o.Number), "Standard")
		for _, w := range words {
			if !strings.Contains(m.Subject+m.Text, w) {
				t.Errorf("%s: no %q in\n%s\n%s", language, w, m.Subject, m.Text)
			}
		}
		if !strings.Contains(m.HTML, `href="https://shop.example/orders/`+s.orders.Token(o)+`"`) || !strings.Contains(m.HTML, "Souk &amp; Söhne") {
			t.Errorf("%s: %s", language, m.HTML)
		}
	}
}

func TestConfirmation_whatBuyersTypeStaysText(t *testing.T) {
	t.Parallel()
	s := open(t)
	o := s.place(t, "en", func(p *order.Placement) {
		p.ShippingAddress.FirstName = "Ada\r\n\r\nPay here: https://evil.example <script>alert(1)</script>"
		p.Items[0].Goods.Title = "<img src=https://evil.example/x> {{.Link}}"
	})
	if err := s.tell(t, o); err != nil {
		t.Fatal(err)
	}
	m := s.mails(t, o)[0]
	if strings.Contains(m.HTML, "<script") || strings.Contains(m.HTML, "<img") || !strings.Contains(m.HTML, "&lt;img") {
		t.Errorf("markup came through:\n%s", m.HTML)
	}
	if strings.Contains(m.Text, "\nPay here") || strings.Contains(m.Text, "Hello Ada Pay") || strings.ContainsAny(m.Subject, "\r\n") {
		t.Errorf("a line of somebody's own:\n%s", m.Text)
	}
}

func TestConfirmation_oneMailHoweverOftenTheFactIsTold(t *testing.T) {
	t.Parallel()
	s := open(t)
	o := s.place(t, "en")
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if err := s.tell(t, o); err != nil && fault.KindOf(err) != fault.Unavailable {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if err := s.tell(t, o); err != nil {
		t.Error(err)
	}
	if mails := s.mails(t, o); len(mails) != 1 || mails[0].State != notify.Sent || len(s.post.taken) != 1 {
		t.Errorf("%d mails, %d sent", len(mails), len(s.post.taken))
	}
}

func TestDelivery_isTriedAgainWithTheSameMessageID(t *testing.T) {
	t.Parallel()
	s := open(t)
	o := s.place(t, "en")
	s.post.down = errors.New("450 later\x00")
	if err := s.tell(t, o); !errors.Is(err, s.post.down) {
		t.Fatalf("%v", err)
	}
	m := s.mails(t, o)[0]
	if m.State != notify.Queued || m.Tries != 1 || !strings.Contains(m.LastError, "450 later") {
		t.Errorf("%+v", m)
	}
	s.post.down = nil
	if err := s.tell(t, o); err != nil {
		t.Fatal(err)
	}
	if got := s.mails(t, o)[0]; got.State != notify.Sent || got.Tries != 2 || got.LastError != "" || got.SentAt == nil {
		t.Errorf("%+v", got)
	}
	if len(s.post.taken) != 1 || s.post.taken[0].ID != m.MessageID || !strings.HasSuffix(m.MessageID, "@example.com>") {
		t.Errorf("%+v", s.post.taken)
	}
}

func TestDelivery_isParkedAtLastAndStaysVisible(t *testing.T) {
	t.Parallel()
	s := open(t)
	o := s.place(t, "en")
	s.post.down = errors.New("550 nobody here")
	n := 0
	for ; n < 30 && s.tell(t, o) != nil; n++ {
	}
	m := s.mails(t, o)[0]
	if m.State != notify.Failed || m.Tries != n+1 || !strings.Contains(m.LastError, "550") {
		t.Errorf("after %d tries: %+v", n, m)
	}
	failed := must[page.Slice[notify.Mail]](t)(s.Page(t.Context(), notify.Filter{State: notify.Failed}, page.Args{}))
	if len(failed.Items) != 1 || failed.Items[0].ID != m.ID {
		t.Errorf("%+v", failed.Items)
	}
}

// A process that died between sending and noting it leaves a try without an end.
func TestDelivery_anOpenTryIsWaitedForThenMadeAgain(t *testing.T) {
	t.Parallel()
	s := open(t)
	o := s.place(t, "en")
	s.post.down = errors.New("down")
	_ = s.tell(t, o)
	s.post.down = nil
	if _, err := s.db.Conn(t.Context()).Exec(t.Context(), `UPDATE mail_message SET last_error = ''`); err != nil {
		t.Fatal(err)
	}
	if err := s.tell(t, o); fault.KindOf(err) != fault.Unavailable || len(s.post.taken) != 0 {
		t.Fatalf("sent while a try may go on: %v", err)
	}
	testkit.Clock(t, s.db).Advance(3 * time.Minute)
	if err := s.tell(t, o); err != nil || len(s.post.taken) != 1 {
		t.Errorf("%v, %d sent", err, len(s.post.taken))
	}
}

func TestDelivery_withoutAServerStaysInTheMailbox(t *testing.T) {
	t.Parallel()
	s := open(t)
	markets := market.NewService(s.db, s.events, audit.New(s.db))
	s.Service = must[*notify.Service](t)(notify.NewService(notify.Rooms{DB: s.db, Orders: s.orders, Markets: markets, PublicURL: "https://shop.example"}))
	o := s.place(t, "en")
	if err := s.tell(t, o); err != nil {
		t.Fatal(err)
	}
	if m := s.mails(t, o)[0]; m.State != notify.Sent {
		t.Errorf("%+v", m)
	}
}

func TestConfirmation_noneWithoutAnAddress(t *testing.T) {
	t.Parallel()
	s := open(t)
	o := s.place(t, "en", func(p *order.Placement) { p.Email = "" })
	if err := s.tell(t, o); err != nil || len(s.mails(t, o)) != 0 {
		t.Errorf("%v, %v", err, s.mails(t, o))
	}
}

func TestNewService_refusesASenderThatIsNone(t *testing.T) {
	t.Parallel()
	for _, from := range []string{"Souk", "a@b, c@d", "shop@example.com\r\nBcc: eve@example.com"} {
		if _, err := notify.NewService(notify.Rooms{Config: notify.Config{From: from}}); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%q: %v", from, err)
		}
	}
}

// The whole road: fact, cursor, job, mail.
func TestSubscribers_mailFromTheFact(t *testing.T) {
	t.Parallel()
	s := open(t)
	jobs := must[*job.Jobs](t)(job.New(s.db, job.Config{}, nil))
	dispatcher := event.NewDispatcher(s.db, s.events, event.Config{})
	if err := dispatcher.Add(t.Context(), jobs.Effects(s.Subscribers()...)); err != nil {
		t.Fatal(err)
	}
	o := s.place(t, "en")
	s.post.wait = make(chan struct{})
	if err := dispatcher.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := jobs.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.post.wait <- struct{}{}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := jobs.Stop(ctx); err != nil {
		t.Fatal(err)
	}
	if mails := s.mails(t, o); len(mails) != 1 || mails[0].State != notify.Sent || len(s.post.taken) != 1 {
		t.Errorf("%+v", mails)
	}
}

func TestChecks_findWhatTheyAreFor(t *testing.T) {
	t.Parallel()
	for want, sql := range map[string]string{
		"notify.order_is_confirmed_once": `DELETE FROM mail_message WHERE id = (SELECT min(id) FROM mail_message)`,
		"notify.mail_is_about_something": `UPDATE mail_message SET key = 'order.confirmation/99' WHERE id = (SELECT min(id) FROM mail_message)`,
	} {
		s := over(t, testkit.DB(t))
		for range 2 {
			if err := s.tell(t, s.place(t, "en")); err != nil {
				t.Fatal(err)
			}
			testkit.Clock(t, s.db).Advance(2 * time.Hour)
		}
		if found := must[[]doctor.Finding](t)(doctor.Run(t.Context(), s.db.Conn(t.Context()), notify.Checks())); len(found) != 0 {
			t.Fatal(found)
		}
		if _, err := s.db.Conn(t.Context()).Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
		found := must[[]doctor.Finding](t)(doctor.Run(t.Context(), s.db.Conn(t.Context()), notify.Checks()))
		if len(found) != 1 || found[0].Check.ID != want {
			t.Errorf("%s: %v", want, found)
		}
	}
}
