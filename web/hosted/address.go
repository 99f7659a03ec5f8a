package hosted

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/souk-commerce/souk/internal/checkout"
	"github.com/souk-commerce/souk/internal/checkout/lifecycle"
	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/kernel/postal"
)

// addressForm asks for an address as the country writes it.
type addressForm struct {
	Country field
	Format  string // the country whose fields these are
	Fields  []field
	// Of the billing address only.
	Billing bool
	Offers  bool // there is a shipping address that it can be the same as
	Same    bool
	Like    []string // the shipping address
}

func orNew(a *postal.Address, country locale.Country) postal.Address {
	if a != nil {
		return *a
	}
	return postal.Address{Country: country}
}

// addressForm makes the form for the country of the address.
func (s *site) addressForm(p page, c checkout.Checkout, purpose string, a postal.Address) *addressForm {
	f := &addressForm{Format: string(a.Country), Country: field{
		ID: "country", Label: p.T("field.country"), Autocomplete: purpose + " country",
		Choices: p.format.countries(s.countries(c, purpose, a.Country), a.Country),
	}}
	if !a.Country.Valid() || a.Country == locale.Unknown {
		f.Country.Empty = p.T("choose")
		return f
	}
	known := postal.FormatOf(a.Country)
	for _, asked := range known.Fields {
		f.Fields = append(f.Fields, p.addressField(known, asked, purpose, a))
	}
	return f
}

// countries gives those that the checkout's market sells to; a bill may go
// anywhere, and so may what a market without a list sells.
func (s *site) countries(c checkout.Checkout, purpose string, now locale.Country) []locale.Country {
	if purpose != "shipping" {
		return locale.Countries()
	}
	for _, m := range s.Shop.Active() {
		if m.ID == c.Market && len(m.Countries) > 0 {
			all := slices.Clone(m.Countries)
			if now.Valid() && !slices.Contains(all, now) {
				all = append(all, now)
			}
			return all
		}
	}
	return locale.Countries()
}

// How browsers fill fields in, by their names.
var autocomplete = map[string]string{
	postal.FirstName: "given-name", postal.LastName: "family-name", postal.Company: "organization",
	postal.Address1: "address-line1", postal.Address2: "address-line2", postal.DependentLocality: "address-level3",
	postal.City: "address-level2", postal.ZoneCode: "address-level1", postal.Zip: "postal-code", postal.Phone: "tel",
}

func (p page) addressField(known postal.Format, asked postal.Field, purpose string, a postal.Address) field {
	f := field{
		ID: asked.Name, Label: p.words.or("label."+asked.Label, asked.Label), Type: "text", Value: *part(&a, asked.Name),
		Half: asked.Name != postal.Address1 && asked.Name != postal.Address2 && asked.Name != postal.Company,
	}
	if known := autocomplete[asked.Name]; known != "" {
		f.Autocomplete = purpose + " " + known
	}
	if !asked.Required && asked.Name != postal.LastName {
		f.Optional = p.T("optional")
	}
	switch asked.Name {
	case postal.Phone:
		f.Type, f.InputMode, f.Hint, f.Half = "tel", "tel", p.T("hint.phone"), false
	case postal.Zip:
		if len(known.PostalCodeExamples) > 0 {
			f.Hint = p.T("hint.example", "example", known.PostalCodeExamples[0])
			f.InputMode = keyboard(known.PostalCodeExamples)
		}
	case postal.ZoneCode:
		f.Choices, f.Empty = zones(known, f.Value), p.T("choose")
	}
	return f
}

// keyboard asks for one of digits where postal codes have nothing else.
func keyboard(examples []string) string {
	if strings.Trim(strings.Join(examples, ""), "0123456789") == "" {
		return "numeric"
	}
	return ""
}

// zones gives the subdivisions to choose from, named in Latin letters, too.
func zones(known postal.Format, now string) []choice {
	selected, _ := postal.FindZone(known.Country, now)
	var all []choice
	for _, z := range known.Zones {
		label := z.Name
		if z.LatinName != z.Name {
			label = z.LatinName + " · " + z.Name
		}
		all = append(all, choice{Value: z.Code, Label: label, Selected: z.Code == selected.Code})
	}
	return all
}

// part gives the field of an address by its name.
func part(a *postal.Address, name string) *string {
	switch name {
	case postal.FirstName:
		return &a.FirstName
	case postal.LastName:
		return &a.LastName
	case postal.Company:
		return &a.Company
	case postal.Address1:
		return &a.Address1
	case postal.Address2:
		return &a.Address2
	case postal.DependentLocality:
		return &a.DependentLocality
	case postal.City:
		return &a.City
	case postal.SortingCode:
		return &a.SortingCode
	case postal.ZoneCode:
		return &a.ZoneCode
	case postal.Zip:
		return &a.Zip
	}
	return &a.Phone
}

// readAddress takes the fields that were asked for. It reports false when the
// form was about another country than the one that is chosen, so that the buyer
// has not seen its fields yet.
func readAddress(sent url.Values) (postal.Address, bool) {
	country, _ := locale.ParseCountry(sent.Get("country"))
	a := postal.Address{Country: country}
	for _, asked := range postal.FormatOf(country).Fields {
		*part(&a, asked.Name) = strings.TrimSpace(sent.Get(asked.Name))
	}
	seen := country.Valid() && sent.Get("format") == string(country) && !sent.Has("update")
	return a, seen
}

// postShipping takes where the goods go.
func (s *site) postShipping(w http.ResponseWriter, r *http.Request) error {
	sent, err := form(r)
	if err != nil {
		return err
	}
	a, seen := readAddress(sent)
	if !seen {
		return s.otherCountry(w, r, lifecycle.ShippingAddress, a)
	}
	c, err := s.Steps.SetShippingAddress(r.Context(), refOf(r), a)
	if err == nil {
		return s.onward(w, r, c, lifecycle.ShippingAddress)
	}
	return s.refusedAddress(w, r, lifecycle.ShippingAddress, a, err)
}

// postBilling takes who is billed.
func (s *site) postBilling(w http.ResponseWriter, r *http.Request) error {
	sent, err := form(r)
	if err != nil {
		return err
	}
	a, seen := readAddress(sent)
	same := sent.Get("same") == "yes" && !sent.Has("update")
	if !same && !seen {
		return s.otherCountry(w, r, lifecycle.BillingAddress, a)
	}
	to := &a
	if same {
		to = nil
	}
	c, err := s.Steps.SetBillingAddress(r.Context(), refOf(r), to, same)
	if err == nil {
		return s.onward(w, r, c, lifecycle.BillingAddress)
	}
	return s.refusedAddress(w, r, lifecycle.BillingAddress, a, err)
}

// otherCountry shows the form with the fields of the country that was chosen,
// and applies nothing.
func (s *site) otherCountry(w http.ResponseWriter, r *http.Request, step lifecycle.Step, a postal.Address) error {
	c, err := s.Checkouts.ByToken(r.Context(), r.PathValue("token"))
	if err != nil {
		return err
	}
	if !c.State.Editable() {
		return see(w, r, base(c))
	}
	p := s.stepPage(c, step, "")
	p.Address = s.addressAgain(p.page, c, step, a)
	return s.render(w, http.StatusOK, "step.html", p)
}

func (s *site) refusedAddress(w http.ResponseWriter, r *http.Request, step lifecycle.Step, a postal.Address, refusal error) error {
	p, c, err := s.again(w, r, step, refusal)
	if p == nil {
		return err
	}
	p.Address = s.addressAgain(p.page, c, step, a)
	return s.refused(w, p, refusal, append([]*field{&p.Address.Country}, pointers(p.Address.Fields)...)...)
}

// addressAgain makes the form with what was sent.
func (s *site) addressAgain(p page, c checkout.Checkout, step lifecycle.Step, a postal.Address) *addressForm {
	if step == lifecycle.ShippingAddress {
		return s.addressForm(p, c, "shipping", a)
	}
	f := s.billingForm(p, c)
	filled := s.addressForm(p, c, "billing", a)
	f.Country, f.Format, f.Fields, f.Same = filled.Country, filled.Format, filled.Fields, false
	return f
}

// billingForm asks who is billed. One billed like he is sent to fills nothing
// in.
func (s *site) billingForm(p page, c checkout.Checkout) *addressForm {
	a := postal.Address{Country: c.Country}
	if c.ShippingAddress != nil {
		a.Country = c.ShippingAddress.Country
	}
	if c.BillingAddress != nil && !c.BillingSame {
		a = *c.BillingAddress
	}
	f := s.addressForm(p, c, "billing", a)
	f.Billing, f.Offers, f.Like = true, c.ShippingAddress != nil && sends(c), p.lines(c.ShippingAddress)
	f.Same = f.Offers && c.BillingSame
	return f
}
