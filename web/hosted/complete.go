package hosted

import (
	"crypto/rand"
	"net/http"
	"net/url"
	"strconv"

	"github.com/souk-commerce/souk/internal/checkout"
	"github.com/souk-commerce/souk/internal/checkout/lifecycle"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/payment"
)

// postComplete submits the purchase.
func (s *site) postComplete(w http.ResponseWriter, r *http.Request) error {
	sent, err := form(r)
	if err != nil {
		return err
	}
	version, err := strconv.ParseInt(sent.Get("version"), 10, 64)
	if err != nil {
		return errForm.Wrap(err)
	}
	ref := refOf(r)
	ref.Expected = &version
	out, err := s.Checkouts.Complete(r.Context(), checkout.Submission{
		Ref: ref, QuoteHash: sent.Get("quote"), Method: sent.Get("method"), Token: tokenOf(sent),
		ReturnURL: s.PublicURL + "/checkout/" + ref.Token + "/return", Key: sent.Get("key"),
	})
	if err != nil {
		return s.notCompleted(w, r, sent, err)
	}
	return s.follow(w, r, out, sent.Get("method"))
}

// tokenOf gives what the method is paid with.
func tokenOf(sent url.Values) string {
	if sent.Get("method") == sandbox {
		return sent.Get("card")
	}
	return ""
}

// follow leads to where a submission stands.
func (s *site) follow(w http.ResponseWriter, r *http.Request, out checkout.Outcome, method string) error {
	c := out.Checkout
	switch {
	case out.Order != nil:
		return see(w, r, "/orders/"+s.Orders.Token(*out.Order))
	case c.State == lifecycle.AwaitingAction:
		if url := actionURL(c); s.mayLeadTo(url, r) {
			return see(w, r, url)
		}
		return see(w, r, base(c))
	case c.State.Editable() && offers(c, method):
		return see(w, r, address(base(c), lifecycle.Review, method))
	}
	return see(w, r, base(c))
}

// notCompleted answers a submission that was refused: most have the buyer look
// at the purchase again, as it is now.
func (s *site) notCompleted(w http.ResponseWriter, r *http.Request, sent url.Values, refusal error) error {
	if fault.Is(refusal, "in_progress") || fault.KindOf(refusal) == fault.Unavailable {
		return see(w, r, "/checkout/"+r.PathValue("token")+"?wait=1")
	}
	if done, err := s.moved(w, r, refusal); done {
		return err
	}
	if !known(refusal) {
		return refusal
	}
	c, err := s.Checkouts.ByToken(r.Context(), r.PathValue("token"))
	if err != nil {
		return err
	}
	if !c.State.Editable() && c.State != lifecycle.AwaitingAction {
		return see(w, r, base(c))
	}
	step := newWalk(c, sent.Get("method")).next()
	p := s.stepPage(c, step, sent.Get("method"))
	p.fill(s, c, sent.Get("method"))
	switch {
	case fault.Is(refusal, "quote_changed"), fault.Is(refusal, "stale_version"):
		p.Alerts = []alert{{Heading: p.T("changed.heading"), Text: p.T("changed.text"), Items: changes(p.page, c, sent.Get("seen"))}}
	case len(p.Troubles) > 0: // they say more than the refusal does
		p.Alerts, p.Stopped = nil, true
	default:
		p.Alerts = nil
		p.blame(refusal)
	}
	p.Title = p.T("title.error", "title", p.Heading)
	return s.render(w, statusOf(refusal), "step.html", p)
}

// returned is where a provider sends the buyer back to: whatever the address
// says, the provider is asked.
func (s *site) returned(w http.ResponseWriter, r *http.Request) error {
	c, err := s.Checkouts.ByToken(r.Context(), r.PathValue("token"))
	if err != nil {
		return err
	}
	if r.Method != http.MethodGet || len(c.Payments) == 0 || c.State == lifecycle.Completed {
		return see(w, r, base(c))
	}
	last := c.Payments[len(c.Payments)-1]
	out, err := s.Checkouts.Confirm(r.Context(), refOf(r), last.ID)
	switch {
	case known(err), fault.KindOf(err) == fault.Unavailable:
		return see(w, r, base(c))
	case err != nil:
		return err
	case out.Order != nil, out.Checkout.State.Editable():
		return s.follow(w, r, out, last.Method)
	}
	return see(w, r, base(c))
}

// waitingFor gives the payment that the buyer must do something for.
func waitingFor(c checkout.Checkout) (payment.Payment, bool) {
	for i := len(c.Payments) - 1; i >= 0; i-- {
		if p := c.Payments[i]; p.State.Open() && p.Action != nil {
			return p, true
		}
	}
	return payment.Payment{}, false
}

func actionURL(c checkout.Checkout) string {
	if p, ok := waitingFor(c); ok {
		return p.Action.URL
	}
	return ""
}

// newKey makes the idempotency key of a form.
func newKey() string { return rand.Text() }
