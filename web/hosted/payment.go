package hosted

import (
	"encoding/json"
	"net/http"

	"github.com/souk-commerce/souk/internal/checkout"
	"github.com/souk-commerce/souk/internal/checkout/lifecycle"
	"github.com/souk-commerce/souk/internal/payment"
)

// sandbox is the method that moves no money. Its token says what happens.
const sandbox = "sandbox"

var sandboxTokens = []string{"ok", "decline", "challenge", "hang"}

// methodChoice is a way to pay.
type methodChoice struct {
	Handle  string
	Title   string
	Text    string
	Checked bool
}

// methods lists the ways to pay.
func methods(p page, c checkout.Checkout, selected string) []methodChoice {
	if !offers(c, selected) && len(c.Payments) > 0 {
		selected = c.Payments[len(c.Payments)-1].Method
	}
	all := make([]methodChoice, len(c.Methods))
	for i, m := range c.Methods {
		all[i] = methodChoice{
			Handle: m.Handle, Title: p.methodTitle(m), Text: p.words.or("method."+m.Handle+".text", p.words.or("method.kind."+string(m.Kind), "")),
			Checked: m.Handle == selected || !offers(c, selected) && i == 0,
		}
	}
	return all
}

func (p page) methodTitle(m payment.Method) string { return p.words.or("method."+m.Handle, m.Title) }

// methodOf finds a way to pay that the checkout offers.
func methodOf(c checkout.Checkout, handle string) (payment.Method, bool) {
	for _, m := range c.Methods {
		if m.Handle == handle {
			return m, true
		}
	}
	return payment.Method{}, false
}

// instructions are what a buyer must know to pay beside the shop.
func instructions(m payment.Method) string {
	var public struct {
		Instructions string `json:"instructions"`
	}
	if json.Unmarshal(m.PublicConfig, &public) != nil {
		return ""
	}
	return public.Instructions
}

// postPayment takes which way to pay is chosen. Nothing is written down: the
// choice goes along in the address until the purchase is submitted.
func (s *site) postPayment(w http.ResponseWriter, r *http.Request) error {
	sent, err := form(r)
	if err != nil {
		return err
	}
	c, err := s.Checkouts.ByToken(r.Context(), r.PathValue("token"))
	if err != nil {
		return err
	}
	if method := sent.Get("method"); offers(c, method) {
		return see(w, r, address(base(c), lifecycle.Review, method))
	}
	p := s.stepPage(c, lifecycle.Payment, "")
	p.Methods = methods(p.page, c, "")
	p.Errors = []formError{{Text: p.T("fault.payment_method_unknown"), Field: "method-0"}}
	p.Title = p.T("title.error", "title", p.Heading)
	return s.render(w, http.StatusUnprocessableEntity, "step.html", p)
}
