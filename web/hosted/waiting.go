package hosted

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"

	"github.com/souk-commerce/souk/internal/cart"
	"github.com/souk-commerce/souk/internal/checkout"
	"github.com/souk-commerce/souk/internal/checkout/lifecycle"
	"github.com/souk-commerce/souk/internal/kernel/fault"
)

// askingEvery is how many seconds the page of a payment that the provider is asked
// about stands before the browser looks again. One on which the buyer has
// something to do stays as it is: it would be taken away while he reads.
const askingEvery = 3

// waiting is the page of a payment that is not decided.
type waiting struct {
	page
	Heading  string
	Text     string
	Continue string // the provider's page
	Shown    string // what the provider wants the buyer to know
	Check    string // asks the provider
	Other    string // pays in another way
	Cancel   string // where a form to give up is sent
	Summary  summary
}

func (s *site) showWaiting(w http.ResponseWriter, c checkout.Checkout) error {
	p := s.newPage(c.Language, c.Country)
	v := waiting{page: p, Heading: p.T("asking.heading"), Text: p.T("asking.text"), Check: base(c) + "/return", Summary: s.summaryOf(p, c)}
	if c.State != lifecycle.AwaitingAction {
		v.Refresh = &refresh{Seconds: askingEvery, URL: base(c)}
	} else {
		v.Heading, v.Text = p.T("acting.heading"), p.T("acting.text")
		v.Other, v.Cancel = base(c)+"?step=payment", base(c)+"/cancel"
		v.Continue, v.Shown = required(c)
	}
	v.Title = v.Heading
	return s.render(w, http.StatusOK, "waiting.html", v)
}

// required gives where the buyer must go, and what must be shown to him.
func required(c checkout.Checkout) (to, text string) {
	p, ok := waitingFor(c)
	if !ok {
		return "", ""
	}
	if u, err := url.Parse(p.Action.URL); err == nil && (u.Scheme == "https" || u.Scheme == "http") {
		to = p.Action.URL
	}
	var public struct {
		Instructions string `json:"instructions"`
	}
	_ = json.Unmarshal(p.Action.Data, &public) // what is not ours to read is not shown
	return to, public.Instructions
}

// showEnded is the page of a checkout that ended without an order.
func (s *site) showEnded(w http.ResponseWriter, r *http.Request, c checkout.Checkout) error {
	key := "expired"
	if c.State == lifecycle.Cancelled {
		key = "cancelled"
	}
	n := s.notice(s.newPage(c.Language, c.Country), key+".heading", key+".text")
	of, err := s.Carts.ByID(r.Context(), c.Cart)
	switch {
	case err == nil:
		n.Link, n.Label = cartURL(of), n.T("restart")
	case fault.KindOf(err) == fault.NotFound: // the cart is over, too
		n.Text = n.T(key + ".gone")
	default:
		return err
	}
	return s.render(w, http.StatusOK, "notice.html", n)
}

// cartURL gives the address that starts the checkout of a cart.
func cartURL(of cart.Cart) string {
	return "/cart/c/" + strconv.FormatInt(int64(of.ID), 10) + "?key=" + url.QueryEscape(of.Key)
}

// postCancel gives the checkout up.
func (s *site) postCancel(w http.ResponseWriter, r *http.Request) error {
	if _, err := form(r); err != nil {
		return err
	}
	_, err := s.Checkouts.Cancel(r.Context(), refOf(r))
	if err != nil && !known(err) {
		return err
	}
	return see(w, r, "/checkout/"+r.PathValue("token"))
}

// toOrder leads from a checkout to what became of it.
func (s *site) toOrder(w http.ResponseWriter, r *http.Request, c checkout.Checkout) error {
	o, err := s.Orders.ByID(r.Context(), c.Order)
	if err != nil {
		return err
	}
	return see(w, r, "/orders/"+s.Orders.Token(o))
}
