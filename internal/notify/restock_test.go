package notify_test

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"testing"

	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/market"
	"github.com/souk-commerce/souk/internal/notify"
	"github.com/souk-commerce/souk/internal/platform/doctor"
	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/restock"
	"github.com/souk-commerce/souk/internal/testkit/salesfloor"
)

// lamps is a shop with a lamp that is sold out.
type lamps struct {
	*salesfloor.Shop
	mails   *notify.Service
	restock *restock.Service
	post    *post
	lamp    listing.VariantID
}

func openLamps(t *testing.T) *lamps {
	t.Helper()
	s := &lamps{Shop: salesfloor.Open(t, salesfloor.Options{Conns: 16}), post: &post{}}
	s.Sell(t, "Lamp <b>\r\nBcc: eve@example.com", nil, 0, salesfloor.Piece{NewVariant: catalog.NewVariant{SKU: "lamp"}, Price: 1_000})
	s.lamp = s.Variants["lamp"]
	s.restock = restock.NewService(restock.Rooms{DB: s.DB, Events: s.Outbox, Goods: s.Listing, Buyers: s.Buyers, Attempts: s.Redis, Key: s.Key})
	s.mails = must[*notify.Service](t)(notify.NewService(notify.Rooms{DB: s.DB, Orders: s.Orders, Markets: market.NewService(s.DB, s.Outbox, s.Audit),
		Restock: s.restock, Goods: s.Listing, Buyers: s.Buyers, Mailer: s.post, PublicURL: "https://api.example"}))
	return s
}

// wait makes a request, and tells of stock that came if it did.
func (s *lamps) wait(t *testing.T, country locale.Country, email string) restock.Request {
	t.Helper()
	if err := s.restock.Subscribe(t.Context(), s.Wish(t, country), restock.Wish{Variant: s.lamp, Email: email, Client: email}); err != nil {
		t.Fatal(err)
	}
	return must[restock.Request](t)(s.restock.ByID(t.Context(), s.newest(t)))
}

func (s *lamps) newest(t *testing.T) restock.ID {
	t.Helper()
	return s.page(t)[0].ID
}

func (s *lamps) page(t *testing.T) []restock.Request {
	t.Helper()
	return must[page.Slice[restock.Request]](t)(s.restock.Page(t.Context(), restock.Filter{}, page.Args{})).Items
}

func (s *lamps) arrive(t *testing.T) {
	t.Helper()
	must[[]inventory.Level](t)(s.Stock.Receive(salesfloor.Context(), inventory.Cause{Key: "came", Reason: "test"},
		[]inventory.Receipt{{Variant: s.lamp, Location: s.Location, Quantity: 1}}))
	must[int](t)(s.restock.Recheck(t.Context()))
}

func (s *lamps) tell(ctx context.Context, t *testing.T, id restock.ID) error {
	t.Helper()
	payload := must[[]byte](t)(json.Marshal(restock.Available{Request: id, Variant: s.lamp}))
	for _, sub := range s.mails.Subscribers() {
		if sub.Topics[0] == "restock.available" {
			return sub.Handle(ctx, event.Envelope{Topic: "restock.available", Payload: payload})
		}
	}
	t.Fatal("nobody mails of stock")
	return nil
}

func TestRestock_isWrittenOnceInTheBuyersLanguage(t *testing.T) {
	t.Parallel()
	s := openLamps(t)
	us, de := s.wait(t, "US", "us@example.com"), s.wait(t, "DE", "de@example.com")
	s.arrive(t)
	var all sync.WaitGroup
	for range 10 {
		for _, id := range []restock.ID{us.ID, de.ID} {
			all.Go(func() {
				if err := s.tell(t.Context(), t, id); err != nil && fault.KindOf(err) != fault.Unavailable {
					t.Error(err)
				}
			})
		}
	}
	all.Wait()
	if len(s.post.taken) != 2 {
		t.Fatalf("%d mails", len(s.post.taken))
	}
	want := map[string][]string{
		"us@example.com": {"is in stock again", "Hello,", "https://shop.example/products/lamp", "https://api.example/restock/" + s.restock.Token(us.ID)},
		"de@example.com": {"ist wieder da", "Guten Tag,", "https://shop.example/products/lamp", "https://api.example/restock/" + s.restock.Token(de.ID)},
	}
	for _, m := range s.post.taken {
		for _, w := range want[m.To] {
			if !strings.Contains(m.Subject+m.Text, w) {
				t.Errorf("%s: no %q in\n%s\n%s", m.To, w, m.Subject, m.Text)
			}
		}
		if strings.ContainsAny(m.Subject, "\r\n") || strings.Contains(m.Text, "\nBcc") || strings.Contains(m.HTML, "<b>") {
			t.Errorf("a title says more than a title:\n%s\n%s\n%s", m.Subject, m.Text, m.HTML)
		}
	}
	found := must[[]doctor.Finding](t)(doctor.Run(t.Context(), s.DB.Conn(t.Context()), notify.Checks()))
	for _, f := range found {
		t.Errorf("%+v", f)
	}
	if _, err := s.DB.Pool().Exec(t.Context(), `UPDATE restock_request SET state = 'cancelled'`); err != nil {
		t.Fatal(err)
	}
	found = must[[]doctor.Finding](t)(doctor.Run(t.Context(), s.DB.Conn(t.Context()), notify.Checks()))
	if len(found) != 1 || found[0].Check.ID != "notify.restock_mail_is_of_its_request" {
		t.Errorf("%+v", found)
	}
}

func TestRestock_noMailOfWhatIsForgottenOrNoLongerSold(t *testing.T) {
	t.Parallel()
	s := openLamps(t)
	r := s.wait(t, "US", "us@example.com")
	s.arrive(t)
	if err := s.tell(t.Context(), t, 999_999); err != nil {
		t.Errorf("a request that was forgotten: %v", err)
	}
	if _, err := s.DB.Pool().Exec(t.Context(), `UPDATE product SET status = 'draft' WHERE handle LIKE 'lamp%'`); err != nil {
		t.Fatal(err)
	}
	if err := s.tell(t.Context(), t, r.ID); err != nil {
		t.Errorf("what is no longer sold: %v", err)
	}
	if len(s.post.taken) != 0 {
		t.Errorf("%+v", s.post.taken)
	}
}
