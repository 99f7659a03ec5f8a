package hosted

import (
	"net/http"
	"strings"

	"github.com/souk-commerce/souk/internal/checkout"
	"github.com/souk-commerce/souk/internal/checkout/lifecycle"
	"github.com/souk-commerce/souk/internal/quote"
	"github.com/souk-commerce/souk/internal/shipping"
)

// group is a shipment with the ways in which it can be brought.
type group struct {
	ID      string // of the fieldset
	Name    string // of the inputs
	Legend  string
	Options []option
	Note    string // where there is nothing to choose
	Error   string
}

// option is one way among others.
type option struct {
	ID, Value string
	Title     string
	Text      string
	Amount    string
	Checked   bool
}

// groups lists the shipments of a checkout.
func groups(p page, c checkout.Checkout) []group {
	var all []group
	for _, shipment := range c.Priced.Shipments {
		g := group{ID: "shipment-" + shipment.ID, Name: "shipment." + shipment.ID, Legend: p.T("delivery.goods")}
		if shipment.ID == quote.Digital {
			g.Legend, g.Note = p.T("delivery.digital"), p.T("delivery.digital.text")
			all = append(all, g)
			continue
		}
		for i, o := range shipment.Options {
			g.Options = append(g.Options, option{
				ID: g.ID + "-" + o.Handle, Value: o.Handle, Title: o.Title, Amount: p.price(o.Price),
				Text:    sentence(" · ", strings.TrimRight(o.Description, ". "), p.days(o)),
				Checked: shipment.Selected == nil && i == 0 || shipment.Selected != nil && shipment.Selected.Handle == o.Handle,
			})
		}
		if len(g.Options) == 0 {
			g.Note = p.T("delivery.none")
		}
		all = append(all, g)
	}
	return all
}

// deliveryTitle names a way of delivery. That of digital goods is ours to name;
// the others are named by the shop.
func (p page) deliveryTitle(shipment, title string) string {
	if shipment == quote.Digital {
		return p.T("delivery.digital")
	}
	return title
}

// days tells how long a delivery takes.
func (p page) days(o shipping.Option) string {
	switch {
	case o.MinDays != nil && o.MaxDays != nil && *o.MinDays != *o.MaxDays:
		return p.T("days.range", "min", *o.MinDays, "max", *o.MaxDays)
	case o.MaxDays != nil:
		return p.words.count("days", *o.MaxDays)
	case o.MinDays != nil:
		return p.words.count("days", *o.MinDays)
	}
	return ""
}

// postDelivery takes how the goods are brought.
func (s *site) postDelivery(w http.ResponseWriter, r *http.Request) error {
	sent, err := form(r)
	if err != nil {
		return err
	}
	choices := map[string]string{}
	for name := range sent {
		if shipment, ok := strings.CutPrefix(name, "shipment."); ok {
			choices[shipment] = sent.Get(name)
		}
	}
	c, err := s.Steps.SelectDelivery(r.Context(), refOf(r), choices)
	if err == nil {
		return s.afterDelivery(w, r, c)
	}
	p, c, err := s.again(w, r, lifecycle.Delivery, err)
	if p == nil {
		return err
	}
	return s.refusedDelivery(w, p, c, p.T("fault.delivery_method_unknown"))
}

// afterDelivery goes on if every shipment has its delivery.
func (s *site) afterDelivery(w http.ResponseWriter, r *http.Request, c checkout.Checkout) error {
	if newWalk(c, "").done[lifecycle.Delivery] || !sends(c) {
		return s.onward(w, r, c, lifecycle.Delivery)
	}
	p := s.stepPage(c, lifecycle.Delivery, "")
	return s.refusedDelivery(w, p, c, p.T("delivery.required"))
}

func (s *site) refusedDelivery(w http.ResponseWriter, p *stepPage, c checkout.Checkout, text string) error {
	p.Groups = groups(p.page, c)
	for i := range p.Groups {
		if g := &p.Groups[i]; len(g.Options) > 0 {
			g.Error = text
			p.Errors = append(p.Errors, formError{Text: text, Field: g.Options[0].ID})
		}
	}
	if len(p.Errors) == 0 {
		p.Errors = []formError{{Text: p.T("delivery.none")}}
	}
	p.Title = p.T("title.error", "title", p.Heading)
	return s.render(w, http.StatusUnprocessableEntity, "step.html", p)
}
