package hosted

import (
	"net/http"

	"github.com/souk-commerce/souk/internal/checkout"
	"github.com/souk-commerce/souk/internal/checkout/lifecycle"
)

func contactFields(p page, email, phone string) []field {
	return []field{
		{ID: "email", Label: p.T("field.email"), Type: "email", Autocomplete: "email", InputMode: "email", Value: email, Hint: p.T("hint.email")},
		{ID: "phone", Label: p.T("field.phone"), Type: "tel", Autocomplete: "tel", InputMode: "tel", Value: phone, Optional: p.T("optional")},
	}
}

// postContact takes how the buyer is reached.
func (s *site) postContact(w http.ResponseWriter, r *http.Request) error {
	sent, err := form(r)
	if err != nil {
		return err
	}
	consent := sent.Get("marketing") == "yes"
	in := checkout.Contact{Email: sent.Get("email"), Phone: sent.Get("phone"), AcceptsMarketing: &consent}
	c, err := s.Steps.SetContact(r.Context(), refOf(r), in)
	if err == nil {
		return s.onward(w, r, c, lifecycle.Contact)
	}
	p, _, err := s.again(w, r, lifecycle.Contact, err)
	if p == nil {
		return err
	}
	p.Fields, p.Consent = contactFields(p.page, in.Email, in.Phone), consent
	return s.refused(w, p, err, pointers(p.Fields)...)
}

// refOf names the checkout that a request is about.
func refOf(r *http.Request) checkout.Ref { return checkout.Ref{Token: r.PathValue("token")} }

// again begins the page of a step whose form was refused. Without a page the
// answer was given already, or the error is what is left.
func (s *site) again(w http.ResponseWriter, r *http.Request, step lifecycle.Step, refusal error) (*stepPage, checkout.Checkout, error) {
	if done, err := s.moved(w, r, refusal); done {
		return nil, checkout.Checkout{}, err
	}
	if !known(refusal) {
		return nil, checkout.Checkout{}, refusal
	}
	c, err := s.Checkouts.ByToken(r.Context(), r.PathValue("token"))
	if err != nil {
		return nil, c, err
	}
	return s.stepPage(c, step, ""), c, refusal
}
