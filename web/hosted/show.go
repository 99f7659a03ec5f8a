package hosted

import (
	"net/http"

	"github.com/souk-commerce/souk/internal/checkout"
	"github.com/souk-commerce/souk/internal/checkout/lifecycle"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	paying "github.com/souk-commerce/souk/internal/payment/lifecycle"
)

// stepPage is a step of the checkout.
type stepPage struct {
	page
	Step     string // its slug
	Heading  string
	Lead     string // under the heading
	Base     string
	Action   string // where the form is sent
	Progress []progress
	Position string // "Step 2 of 6"
	Recaps   []recap
	Alerts   []alert
	Troubles []trouble
	Stopped  bool // the troubles are why a purchase was refused
	Summary  summary

	// What the step's form is made of; one of them.
	Fields   []field
	Consent  bool // of the contact
	Address  *addressForm
	Groups   []group // of deliveries
	Methods  []methodChoice
	Purchase *purchase
}

// alert is something the buyer should know, on top of the step.
type alert struct {
	Heading string
	Text    string
	Items   []string
}

// show is the page of a checkout: its state says which.
func (s *site) show(w http.ResponseWriter, r *http.Request) error {
	c, err := s.Checkouts.ByToken(r.Context(), r.PathValue("token"))
	if err != nil {
		return err
	}
	query := r.URL.Query()
	switch {
	case c.State == lifecycle.Completed:
		return s.toOrder(w, r, c)
	case s.ended(c):
		return s.showEnded(w, r, c)
	case c.State == lifecycle.Submitting, query.Has("wait") && c.State.Editable():
		return s.showWaiting(w, c)
	case c.State == lifecycle.AwaitingAction && !elseways(query.Get("step")):
		return s.showWaiting(w, c)
	}
	method := query.Get("method")
	p := s.stepPage(c, newWalk(c, method).reach(query.Get("step")), method)
	p.fill(s, c, method)
	return s.render(w, http.StatusOK, "step.html", p)
}

// elseways tells whether a buyer who must act with a provider would rather pay in
// another way.
func elseways(slug string) bool { return slug == "payment" || slug == "review" }

// ended tells whether the checkout is over without an order, be it that nobody
// has written it down yet.
func (s *site) ended(c checkout.Checkout) bool {
	return c.State == lifecycle.Expired || c.State == lifecycle.Cancelled ||
		c.State.Editable() && !c.ExpiresAt.IsZero() && !c.ExpiresAt.After(s.Clock.Now())
}

// backToStep answers those who ask for the address that a form is sent to.
func (s *site) backToStep(w http.ResponseWriter, r *http.Request) error {
	c, err := s.Checkouts.ByToken(r.Context(), r.PathValue("token"))
	if err != nil {
		return err
	}
	for _, slug := range slugs {
		if slug == r.PathValue("step") {
			return see(w, r, base(c)+"?step="+slug)
		}
	}
	return see(w, r, base(c))
}

// stepPage begins the page of a step, without its form.
func (s *site) stepPage(c checkout.Checkout, step lifecycle.Step, method string) *stepPage {
	p := s.newPage(c.Language, c.Country)
	walk := newWalk(c, method)
	slug := slugs[step]
	sp := &stepPage{
		page: p, Step: slug, Heading: p.T("heading." + slug), Lead: p.words.or("lead."+slug, ""), Base: base(c), Action: base(c) + "/" + slug,
		Progress: walk.progress(p, c, method, step), Recaps: walk.recaps(p, c, step),
		Alerts: alerts(p, c), Troubles: troubles(p, c), Summary: s.summaryOf(p, c),
	}
	for i, item := range sp.Progress {
		if item.Current {
			sp.Position = p.T("position", "n", i+1, "of", len(sp.Progress), "step", item.Label)
		}
	}
	sp.Title = sp.Heading
	return sp
}

// fill puts the form of the step on the page, with what the checkout knows.
func (p *stepPage) fill(s *site, c checkout.Checkout, method string) {
	switch p.Step {
	case "contact":
		p.Fields, p.Consent = contactFields(p.page, c.Email, c.Phone), c.AcceptsMarketing
	case "shipping":
		p.Address = s.addressForm(p.page, c, "shipping", orNew(c.ShippingAddress, c.Country))
	case "billing":
		p.Address = s.billingForm(p.page, c)
	case "delivery":
		p.Groups = groups(p.page, c)
	case "payment":
		p.Methods = methods(p.page, c, method)
	default:
		p.review(c, method, newKey())
	}
}

// refused shows a form again with what is wrong with it. What the buyer can do
// nothing about is not for him to see.
func (s *site) refused(w http.ResponseWriter, p *stepPage, err error, fields ...*field) error {
	if !known(err) {
		return err
	}
	p.blame(err, fields...)
	p.Title = p.T("title.error", "title", p.Heading)
	return s.render(w, statusOf(err), "step.html", p)
}

// moved answers a form that came when the checkout could no longer be changed:
// the page that it stands at now is the answer.
func (s *site) moved(w http.ResponseWriter, r *http.Request, err error) (bool, error) {
	for _, reason := range []string{"in_progress", "invalid_transition", "checkout_expired"} {
		if fault.Is(err, reason) {
			return true, see(w, r, "/checkout/"+r.PathValue("token"))
		}
	}
	return false, nil
}

// onward leads to the step that is next after the one that was taken.
func (s *site) onward(w http.ResponseWriter, r *http.Request, c checkout.Checkout, taken lifecycle.Step) error {
	walk := newWalk(c, "")
	for i, step := range walk.steps {
		if step == taken && i+1 < len(walk.steps) && walk.done[step] {
			return see(w, r, address(base(c), walk.steps[i+1], ""))
		}
	}
	return see(w, r, base(c))
}

// alerts tells what became of the last payment, if it did not go well.
func alerts(p page, c checkout.Checkout) []alert {
	if len(c.Payments) == 0 || !c.State.Editable() {
		return nil
	}
	last := c.Payments[len(c.Payments)-1]
	switch last.State {
	case paying.Failed:
		return []alert{{Heading: p.T("declined.heading"), Text: sentence(" ", p.why(last.DeclineReason), p.T("declined.text"))}}
	case paying.Cancelled, paying.Expired, paying.Voided:
		return []alert{{Heading: p.T("unfinished.heading"), Text: p.T("unfinished.text")}}
	}
	return nil
}

// why gives the provider's reason where it is one that the pages know in the
// buyer's language, or is written in it.
func (p page) why(reason string) string {
	if text := p.words.or("why."+reason, ""); text != "" || p.Lang != string(fallback) {
		return text
	}
	return reason
}
