package hosted

import (
	"net/http"
	"time"

	"github.com/souk-commerce/souk/internal/order"
	"github.com/souk-commerce/souk/internal/order/lifecycle"
	"github.com/souk-commerce/souk/internal/payment"
)

// orderPage tells a buyer how an order stands.
type orderPage struct {
	page
	Heading  string
	Lead     string
	Status   string // the word for people
	Kind     string // the word for the style sheet
	Text     string // what the status means
	Facts    []recap
	Pay      *due
	Timeline []happening
	Summary  summary
}

// due is what is still to be paid, and how.
type due struct{ Heading, Text string }

// happening is an entry of the timeline.
type happening struct {
	At   string
	ISO  string
	Text string
}

// showOrder is the status page of an order.
func (s *site) showOrder(w http.ResponseWriter, r *http.Request) error {
	o, err := s.Orders.ByToken(r.Context(), r.PathValue("token"))
	if err != nil {
		return err
	}
	entries, err := s.Orders.Timeline(r.Context(), []order.ID{o.ID})
	if err != nil {
		return err
	}
	payments, err := s.Payments.OfOrders(r.Context(), []int64{int64(o.ID)})
	if err != nil {
		return err
	}
	p := s.newPage(o.Language, o.Country)
	v := orderPage{
		page: p, Heading: p.T("order.heading", "number", o.Number), Lead: p.T("order.lead", "date", p.format.day(o.PlacedAt)),
		Status: p.T("status." + string(o.Status)), Kind: string(o.Status), Text: p.meaning(o),
		Facts: s.facts(p, o, payments[int64(o.ID)]), Pay: s.due(p, o, payments[int64(o.ID)]), Timeline: p.timeline(o, entries[o.ID]), Summary: p.summaryOfOrder(o),
	}
	v.Title = v.Heading
	return s.render(w, http.StatusOK, "order.html", v)
}

// meaning tells what the status of an order means. One that is paid later waits
// for its buyer and not for a provider.
func (p page) meaning(o order.Order) string {
	key := "status." + string(o.Status) + ".text"
	if o.PayLater && o.Status == lifecycle.StatusPending {
		key = "status.pending.later.text"
	}
	return p.T(key, "email", o.Email)
}

// facts are who bought, where it goes and how it is paid.
func (s *site) facts(p page, o order.Order, payments []payment.Payment) []recap {
	all := []recap{{Label: p.T("recap.contact"), Lines: filled(o.Email, o.Phone)}}
	add := func(label string, lines []string) {
		if len(lines) > 0 {
			all = append(all, recap{Label: p.T(label), Lines: lines})
		}
	}
	add("recap.shipping", p.lines(o.ShippingAddress))
	var brought []string
	for _, d := range o.Deliveries {
		brought = append(brought, p.deliveryTitle(d.Shipment, d.Title))
	}
	add("recap.delivery", filled(brought...))
	add("recap.billing", p.lines(o.BillingAddress))
	if m, ok := s.methodUsed(payments); ok {
		add("recap.payment", []string{p.methodTitle(m)})
	}
	return all
}

// methodUsed gives the method of the payment that counts: the last one.
func (s *site) methodUsed(payments []payment.Payment) (payment.Method, bool) {
	if len(payments) == 0 {
		return payment.Method{}, false
	}
	return s.Payments.Method(payments[len(payments)-1].Method)
}

// due tells what is still to be paid beside the shop.
func (s *site) due(p page, o order.Order, payments []payment.Payment) *due {
	owed := o.Total - o.Credit - o.Captured + o.Refunded
	if !o.PayLater || owed <= 0 || o.State == lifecycle.Cancelled || o.State == lifecycle.Expired {
		return nil
	}
	d := &due{Heading: p.T("order.due", "amount", p.money(owed, o.Currency)), Text: p.T("order.due.text", "email", o.Email)}
	if m, ok := s.methodUsed(payments); ok && instructions(m) != "" {
		d.Text = instructions(m)
	}
	return d
}

// timeline tells what happened, the newest last, as far as a buyer may know.
func (p page) timeline(o order.Order, entries []order.Entry) []happening {
	var all []happening
	for _, e := range entries {
		if e.Public {
			all = append(all, happening{At: p.format.moment(e.At), ISO: e.At.UTC().Format(time.RFC3339), Text: p.entry(o, e)})
		}
	}
	return all
}

// entry gives an entry in words: those of the page's language, or else what was
// written down, which is English. That money is set aside is not so where it is
// paid later.
func (p page) entry(o order.Order, e order.Entry) string {
	if o.PayLater && e.Kind == "payment.authorized" {
		return p.T("entry.payment.later")
	}
	if p.Lang == string(fallback) {
		return p.words.or("entry."+e.Kind, e.Message)
	}
	return p.words.or("entry."+e.Kind, p.T("entry.other"))
}
