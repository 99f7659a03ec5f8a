package hosted

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/souk-commerce/souk/internal/checkout"
	"github.com/souk-commerce/souk/internal/checkout/lifecycle"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/payment"
	paying "github.com/souk-commerce/souk/internal/payment/lifecycle"
)

const home = "/checkout/" + token

func TestStart_leadsToTheCheckoutUnderAKeyOfTheCartsVersion(t *testing.T) {
	t.Parallel()
	w := newWorld()
	for _, query := range []string{"", "&logged_in=true", "&_fd=0"} {
		a := w.get(t, "/cart/c/42?key="+cartKey+query)
		if a.Code != http.StatusSeeOther || a.to() != home {
			t.Fatalf("%d to %q", a.Code, a.to())
		}
	}
	for _, in := range w.started {
		if in.Key != "hosted/42/5" || in.Client != "somebody" || in.Cart.Key != cartKey {
			t.Errorf("started with %+v", in)
		}
	}
}

func TestStart_startsAnewBehindAnEndedCheckout(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.ended["hosted/42/5"] = checkout.Checkout{ID: 5, State: lifecycle.Cancelled}
	w.ended["hosted/42/5/after/5"] = checkout.Checkout{ID: 6, State: lifecycle.Ready, ExpiresAt: noon}
	w.get(t, "/cart/c/42?key="+cartKey)
	if n := len(w.started); n != 3 || w.started[2].Key != "hosted/42/5/after/6" {
		t.Errorf("started %+v", w.started)
	}
}

func TestStart_refusals(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		path   string
		refuse error
		status int
	}{
		"another key":   {"/cart/c/42?key=guess", nil, 404},
		"no key":        {"/cart/c/42", nil, 404},
		"no number":     {"/cart/c/abc?key=" + cartKey, nil, 404},
		"an empty cart": {"/cart/c/42?key=" + cartKey, fault.New(fault.Invalid, "cart_empty", "There is nothing in the cart."), 422},
		"a failure":     {"/cart/c/42?key=" + cartKey, errors.New("disk on fire"), 500},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			w.refuse["Start"] = test.refuse
			a := w.get(t, test.path)
			if a.Code != test.status {
				t.Errorf("status %d, want %d", a.Code, test.status)
			}
			a.has(t, `href="https://shop.example"`)
			a.hasNot(t, "disk on fire", cartKey)
		})
	}
}

func TestStart_startsNothingForThoseWhoLookAhead(t *testing.T) {
	t.Parallel()
	w := newWorld()
	r := httptest.NewRequest(http.MethodGet, "/cart/c/42?key="+cartKey, nil)
	r.Header.Set("Sec-Purpose", "prefetch;prerender")
	w.send(t, r)
	w.send(t, httptest.NewRequest(http.MethodHead, "/cart/c/42?key="+cartKey, nil))
	if len(w.started) > 0 {
		t.Errorf("started %+v", w.started)
	}
}

func TestShow_followsTheState(t *testing.T) {
	t.Parallel()
	waiting := func(url string) func(*world) {
		return func(w *world) {
			w.upTo(lifecycle.Payment)
			w.c.State = lifecycle.AwaitingAction
			w.c.Payments = []payment.Payment{{ID: 1, Method: "sandbox", State: paying.RequiresAction, Action: &payment.Action{URL: url}}}
		}
	}
	tests := map[string]struct {
		prepare func(*world)
		query   string
		to      string
		has     []string
		hasNot  []string
	}{
		"nothing is filled in":               {func(*world) {}, "", "", []string{"How can we reach you?", `aria-current="step"`, "Step 1 of 6: Contact"}, nil},
		"a step that cannot be reached":      {func(*world) {}, "?step=review", "", []string{"How can we reach you?"}, nil},
		"no such step":                       {func(*world) {}, "?step=nonsense", "", []string{"How can we reach you?"}, nil},
		"the next step":                      {func(w *world) { w.upTo(lifecycle.Delivery) }, "", "", []string{"How should it get there?", "2 to 4 days", "4,90"}, nil},
		"a step before":                      {func(w *world) { w.upTo(lifecycle.Delivery) }, "?step=shipping", "", []string{"Where should it go?", "Lindenstraße 7"}, nil},
		"no review without a method":         {func(w *world) { w.upTo(lifecycle.Payment) }, "?step=review", "", []string{"How would you like to pay?"}, nil},
		"review":                             {func(w *world) { w.upTo(lifecycle.Payment) }, "?step=review&method=sandbox", "", []string{"Check and order", "Pay now", "<strong>228,40", "hash-228.4"}, nil},
		"review, paid later":                 {func(w *world) { w.upTo(lifecycle.Payment) }, "?step=review&method=manual", "", []string{"Place order", "IBAN DE02"}, []string{"Pay now"}},
		"an unknown method":                  {func(w *world) { w.upTo(lifecycle.Payment) }, "?step=review&method=gold", "", []string{"How would you like to pay?"}, nil},
		"the provider is asked":              {func(w *world) { w.c.State = lifecycle.Submitting }, "", "", []string{"One moment, please", `content="3; url=` + home + `"`}, nil},
		"sent twice":                         {func(*world) {}, "?wait=1", "", []string{"One moment, please"}, nil},
		"the buyer must act":                 {waiting("https://pay.example/go?a=1&b=2"), "", "", []string{`href="https://pay.example/go?a=1&amp;b=2"`, home + "/return", "Pay in another way"}, []string{`http-equiv="refresh"`}},
		"the buyer must act, no script":      {waiting("javascript:alert(1)"), "", "", []string{"Check again"}, []string{"javascript:", "Continue to the provider"}},
		"the buyer pays in another way":      {waiting("https://pay.example/go"), "?step=payment", "", []string{"How would you like to pay?"}, []string{">Change<"}},
		"the last payment was declined":      {declined, "?step=review&method=sandbox", "", []string{"The payment was declined", "The card was declined.", `name="card"`}, nil},
		"it was declined, the reason unsaid": {func(w *world) { declined(w); w.c.Language = "de" }, "", "", []string{"Die Zahlung wurde abgelehnt", "Die Karte wurde abgelehnt."}, []string{"The card"}},
		"expired":                            {func(w *world) { w.c.State = lifecycle.Expired }, "", "", []string{"This checkout has expired", `href="/cart/c/42?key=` + cartKey + `"`}, nil},
		"expired, the cart is over": {func(w *world) {
			w.c.State = lifecycle.Expired
			w.refuse["cart.ByID"] = fault.New(fault.NotFound, "cart_not_found", "There is no such cart.")
		}, "", "", []string{"This checkout has expired", "no longer there", "Back to the shop"}, []string{"Start again"}},
		"expired, not written down":     {func(w *world) { w.c.ExpiresAt = noon }, "", "", []string{"This checkout has expired"}, nil},
		"cancelled":                     {func(w *world) { w.c.State = lifecycle.Cancelled }, "", "", []string{"This checkout was cancelled", "Start again"}, nil},
		"completed":                     {(*world).place, "", "/orders/" + orderToken, nil, nil},
		"in German":                     {func(w *world) { w.c.Language = "de" }, "", "", []string{`lang="de"`, "Wie erreichen wir Sie?"}, []string{"Continue"}},
		"in a language we do not speak": {func(w *world) { w.c.Language = "fi" }, "", "", []string{`lang="en"`, "How can we reach you?"}, nil},
		"nothing to send":               {digital, "", "", []string{"Step 2 of 4: Billing"}, []string{"Delivery"}},
		"nothing is due":                {free, "", "", []string{"Place order", "Step 5 of 5: Review"}, []string{`name="card"`, "Test card"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			test.prepare(w)
			a := w.get(t, home+test.query)
			if a.to() != test.to {
				t.Errorf("leads to %q, want %q", a.to(), test.to)
			}
			a.has(t, test.has...)
			a.hasNot(t, test.hasNot...)
		})
	}
}

func declined(w *world) {
	w.upTo(lifecycle.Payment)
	w.c.Payments = []payment.Payment{{ID: 1, Method: "sandbox", State: paying.Failed, DeclineReason: "The card was declined."}}
}

func digital(w *world) {
	for i := range w.c.Lines {
		w.c.Lines[i].Goods.RequiresShipping = false
	}
	w.c.Email, w.c.Priced.Shipments = "ada@example.com", nil
	w.judge()
}

func free(w *world) {
	for i := range w.c.Lines {
		w.c.Lines[i].Goods.Prices = []listing.Tier{{From: 1}}
	}
	w.upTo(lifecycle.Payment)
	w.c.Priced.Quote.Due = 0
}

func TestSteps_areAppliedAndLeadOn(t *testing.T) {
	t.Parallel()
	w := newWorld()
	walk := []struct {
		step   string
		fields []string
		to     string
	}{
		{"contact", []string{"email", "ada@example.com", "phone", "+49 30 1", "marketing", "yes"}, "?step=shipping"},
		{"shipping", []string{"country", "DE", "format", "DE", "lastName", " Byron ", "address1", "Lindenstraße 7", "zip", "10969", "city", "Berlin", "zoneCode", "smuggled"}, "?step=delivery"},
		{"delivery", []string{"shipment.shipping", "express"}, "?step=billing"},
		{"billing", []string{"same", "no", "country", "AT", "format", "AT", "lastName", "Byron", "address1", "Graben 1", "zip", "1010", "city", "Wien"}, "?step=payment"},
		{"payment", []string{"method", "sandbox"}, "?step=review&method=sandbox"},
	}
	for _, s := range walk {
		a := w.post(t, home+"/"+s.step, s.fields...)
		if a.Code != http.StatusSeeOther || a.to() != home+s.to {
			t.Fatalf("%s: %d to %q\n%s", s.step, a.Code, a.to(), a.body)
		}
	}
	c := w.c
	if c.Email != "ada@example.com" || c.Phone != "+49 30 1" || !c.AcceptsMarketing {
		t.Errorf("contact %q %q %v", c.Email, c.Phone, c.AcceptsMarketing)
	}
	if got := *c.ShippingAddress; got.LastName != "Byron" || got.ZoneCode != "" || got.Country != "DE" {
		t.Errorf("shipping address %+v", got)
	}
	if c.BillingSame || c.BillingAddress.City != "Wien" || c.Priced.Shipments[0].Selected.Handle != "express" {
		t.Errorf("billing %+v, delivery %+v", c.BillingAddress, c.Priced.Shipments[0].Selected)
	}
	w.post(t, home+"/billing", "same", "yes", "country", "AT", "format", "AT")
	if !w.c.BillingSame {
		t.Error("the billing address is still another one")
	}
	w.post(t, home+"/contact", "email", "ada@example.com")
	if w.c.AcceptsMarketing {
		t.Error("consent cannot be taken back")
	}
}

func TestSteps_refusedStayAsTheyWereFilledIn(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		step   string
		fields []string
		has    []string
	}{
		"contact": {"contact", []string{"email", "ada at example", "phone", "12345", "marketing", "yes"}, []string{
			`value="ada at example"`, `value="12345"`, `value="yes" checked`, `aria-describedby="email-hint email-error"`, `aria-invalid="true"`, `href="#email"`, `autofocus`}},
		"address": {"shipping", []string{"country", "DE", "format", "DE", "lastName", "Byron", "zip", "1", "city", "Berlin"}, []string{
			`value="Byron"`, `value="1"`, `href="#zip"`, `href="#address1"`, `id="zip-error"`, `id="address1-error"`, "This does not look like a postal code"}},
		"an address of no country": {"shipping", []string{"country", "QQ", "format", "QQ"}, []string{"Please choose"}},
		"billing": {"billing", []string{"same", "no", "country", "US", "format", "US", "city", "Cupertino"}, []string{
			`value="Cupertino"`, `value="no" id="other" checked`, `href="#zoneCode"`, `<option value="CA">California`}},
		"delivery":             {"delivery", []string{"shipment.shipping", "teleport"}, []string{`href="#shipment-shipping-standard"`, "no longer on offer", `aria-describedby="shipment-shipping-error"`}},
		"no delivery":          {"delivery", nil, []string{"Please choose how it should be delivered."}},
		"no method of payment": {"payment", nil, []string{`href="#method-0"`, "Please choose a way to pay."}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld().upTo(lifecycle.Delivery)
			version := w.c.Version
			a := w.post(t, home+"/"+test.step, test.fields...)
			if name != "an address of no country" && a.Code != http.StatusUnprocessableEntity {
				t.Errorf("status %d", a.Code)
			}
			a.has(t, test.has...)
			if w.c.Version != version && name != "no delivery" {
				t.Error("it was applied all the same")
			}
		})
	}
}

// Whoever reads what is wrong meets it in the order in which he then finds it.
func TestErrors_areListedAsTheFieldsStand(t *testing.T) {
	t.Parallel()
	w := newWorld().upTo(lifecycle.ShippingAddress)
	missing := fault.New(fault.Invalid, "address_field_required", "It is missing.")
	w.refuse["SetShippingAddress"] = fault.List{missing.At("address", "city"), missing.At("address", "zip"),
		missing.At("address", "address1"), missing.At("address", "lastName")}.Err()
	body := w.post(t, home+"/shipping", "country", "DE", "format", "DE", "lastName", "B", "address1", "L 7", "zip", "10969", "city", "Berlin").Body.String()
	last := 0
	for _, id := range []string{"lastName", "address1", "zip", "city"} {
		at := strings.Index(body, `href="#`+id+`"`)
		if at <= last {
			t.Errorf("%s stands at %d, after %d", id, at, last)
		}
		last = at
	}
}

func TestCountry_changesTheFieldsAndAppliesNothing(t *testing.T) {
	t.Parallel()
	for name, fields := range map[string][]string{
		"by its button":            {"update", "country", "country", "JP", "format", "DE", "city", "Kyoto"},
		"by going on without it":   {"country", "JP", "format", "DE", "city", "Kyoto"},
		"of a bill, by its button": {"same", "yes", "update", "country", "country", "JP", "format", "DE", "city", "Kyoto"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld().upTo(lifecycle.ShippingAddress)
			step := "/shipping"
			if strings.HasPrefix(name, "of a bill") {
				step = "/billing"
			}
			a := w.post(t, home+step, fields...)
			a.has(t, `value="Kyoto"`, "Prefecture", "Tokyo · 東京都", `name="format" value="JP"`, "address-level1")
			if a.Code != http.StatusOK || w.c.ShippingAddress != nil || w.c.BillingAddress != nil {
				t.Errorf("status %d, address %+v", a.Code, w.c.ShippingAddress)
			}
			zip, city := strings.Index(a.body, `id="zip"`), strings.Index(a.body, `id="city"`)
			if zip < 0 || zip > city {
				t.Error("the postal code does not come first, as it does in Japan")
			}
		})
	}
}

func TestCountry_itsButtonNeverApplies(t *testing.T) {
	t.Parallel()
	w := newWorld().upTo(lifecycle.ShippingAddress)
	w.post(t, home+"/shipping", "update", "country", "country", "DE", "format", "DE", "lastName", "Byron", "address1", "Lindenstraße 7", "zip", "10969", "city", "Berlin")
	if w.c.ShippingAddress != nil {
		t.Errorf("applied %+v", w.c.ShippingAddress)
	}
}

func TestSteps_leadBackWhenNothingCanBeChangedAnyMore(t *testing.T) {
	t.Parallel()
	for _, reason := range []string{"in_progress", "invalid_transition", "checkout_expired"} {
		w := newWorld()
		w.refuse["SetContact"] = fault.New(fault.Conflict, reason, "No.")
		if a := w.post(t, home+"/contact", "email", "ada@example.com"); a.Code != http.StatusSeeOther || a.to() != home {
			t.Errorf("%s: %d to %q", reason, a.Code, a.to())
		}
	}
}

func TestComplete_leadsToWhereTheSubmissionStands(t *testing.T) {
	t.Parallel()
	for card, to := range map[string]string{
		"ok":        "/orders/" + orderToken,
		"decline":   home + "?step=review&method=sandbox",
		"challenge": "http://example.com/sandbox/challenge/1",
		"away":      home,
		"hang":      home,
	} {
		t.Run(card, func(t *testing.T) {
			t.Parallel()
			w := newWorld().upTo(lifecycle.Payment)
			a := w.post(t, home+"/complete", "version", "3", "quote", "hash-228.4", "key", "k1", "method", "sandbox", "card", card)
			if a.Code != http.StatusSeeOther || a.to() != to {
				t.Errorf("%d to %q, want %q", a.Code, a.to(), to)
			}
			in := w.submissions[0]
			if *in.Ref.Expected != 3 || in.Ref.Token != token || in.QuoteHash != "hash-228.4" || in.Key != "k1" || in.Method != "sandbox" ||
				in.Token != card || in.ReturnURL != "http://example.com"+home+"/return" {
				t.Errorf("submitted %+v", in)
			}
		})
	}
}

func TestComplete_leadsToAProviderThatThePolicyNames(t *testing.T) {
	t.Parallel()
	w := newWorld().upTo(lifecycle.Payment)
	w.origins = []string{"https://pay.example"}
	a := w.post(t, home+"/complete", "version", "3", "method", "sandbox", "card", "away")
	if a.to() != "https://pay.example/go" || !strings.Contains(a.Header().Get("Content-Security-Policy"), "form-action 'self' https://pay.example;") {
		t.Errorf("to %q under %q", a.to(), a.Header().Get("Content-Security-Policy"))
	}
}

var hidden = regexp.MustCompile(`<input type="hidden" name="(\w+)" value="([^"]*)">`)

// lastForm gives what the hidden fields of a page hold.
func lastForm(a answer) map[string]string {
	fields := map[string]string{}
	for _, m := range hidden.FindAllStringSubmatch(a.body, -1) {
		fields[m[1]] = strings.NewReplacer("&#34;", `"`, "&amp;", "&").Replace(m[2])
	}
	return fields
}

func TestReview_carriesWhatIsAgreedToAndAKeyOfItsOwn(t *testing.T) {
	t.Parallel()
	w := newWorld().upTo(lifecycle.Payment)
	one, two := lastForm(w.get(t, home+"?step=review&method=sandbox")), lastForm(w.get(t, home+"?step=review&method=sandbox"))
	if one["quote"] != "hash-228.4" || one["version"] != "3" || one["method"] != "sandbox" {
		t.Errorf("the form holds %v", one)
	}
	if len(one["key"]) < 20 || one["key"] == two["key"] {
		t.Errorf("keys %q and %q", one["key"], two["key"])
	}
}

func TestComplete_refusals(t *testing.T) {
	t.Parallel()
	of := func(kind fault.Kind, reason string) error { return fault.New(kind, reason, "No.") }
	short := func(w *world) {
		w.c.Lines[1].Quantity = 5
		w.judge()
		w.c.Problems = []checkout.Problem{{Code: checkout.OutOfStock, Step: lifecycle.Review, Line: 2, Message: "x"}}
	}
	tests := map[string]struct {
		refusal error
		meanly  func(*world) // what happened meanwhile
		status  int
		to      string
		has     []string
	}{
		"the quote changed": {of(fault.Conflict, "quote_changed"), func(w *world) { w.c.Lines[1].Goods.Prices[0].Amount = 5000; w.judge() }, 409, "", []string{
			"Your order has changed since you saw it", "Oak tray: was 45,50", "is now 50,00", "Total: was 228,40", "is now 232,90", `value="hash-232.9"`, "<strong>232,90", "Pay now"}},
		"another tab was faster": {of(fault.Conflict, "stale_version"), func(w *world) { w.c.Version = 8 }, 409, "", []string{"Your order has changed", `name="version" value="8"`}},
		"stock ran out": {of(fault.Conflict, "out_of_stock"), short, 409, "", []string{
			"Oak tray: you asked for 5, only 3 are left.", home + "/lines", "Back to the shop to choose", "Not enough left", "put right what is marked"}},
		"sent twice":                {of(fault.Conflict, "in_progress"), nil, 303, home + "?wait=1", nil},
		"the provider is away":      {of(fault.Unavailable, "payment_outcome_unknown"), nil, 303, home + "?wait=1", nil},
		"it has ended":              {of(fault.Conflict, "invalid_transition"), nil, 303, home, nil},
		"it is paid meanwhile":      {of(fault.Conflict, "stale_version"), (*world).place, 303, home, nil},
		"the key was used":          {of(fault.Conflict, "idempotency_key_reused"), nil, 409, "", []string{"This form was sent before"}},
		"no such method":            {of(fault.Invalid, "payment_method_unknown"), nil, 422, "", []string{"Please choose a way to pay."}},
		"something is missing":      {of(fault.Invalid, "required"), func(w *world) { w.c.Email = ""; w.judge() }, 422, "", []string{"How can we reach you?", "Something is still missing"}},
		"a failure of ours":         {errors.New("disk on fire"), nil, 500, "", []string{"That did not work"}},
		"the token is of another":   {of(fault.NotFound, "checkout_not_found"), nil, 404, "", []string{"This page does not exist"}},
		"the form lacks its fields": {nil, nil, 422, "", []string{"could not be read"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld().upTo(lifecycle.Payment)
			form := lastForm(w.get(t, home+"?step=review&method=sandbox"))
			if test.meanly != nil {
				test.meanly(w)
			}
			w.refuse["Complete"] = test.refusal
			fields := []string{"card", "ok"}
			for k, v := range form {
				if test.refusal != nil {
					fields = append(fields, k, v)
				}
			}
			a := w.post(t, home+"/complete", fields...)
			if a.Code != test.status || a.to() != test.to {
				t.Errorf("%d to %q, want %d to %q", a.Code, a.to(), test.status, test.to)
			}
			a.has(t, test.has...)
			a.hasNot(t, "disk on fire")
			if again := lastForm(a); again["key"] != "" && again["key"] == form["key"] {
				t.Error("the next try has the key of the last")
			}
		})
	}
}

func TestReturned_asksTheProviderAboutTheLastPayment(t *testing.T) {
	t.Parallel()
	w := newWorld().upTo(lifecycle.Payment)
	w.c.State = lifecycle.AwaitingAction
	w.c.Payments = []payment.Payment{{ID: 1, State: paying.Failed}, {ID: 2, Method: "sandbox", State: paying.RequiresAction}}
	w.refuse["Confirm"] = fault.New(fault.Unavailable, "payment_outcome_unknown", "No answer.")
	if a := w.get(t, home+"/return?status=success"); a.to() != home {
		t.Errorf("without an answer it leads to %q", a.to())
	}
	delete(w.refuse, "Confirm")
	if a := w.get(t, home+"/return?payment=1"); a.to() != "/orders/"+orderToken {
		t.Errorf("leads to %q", a.to())
	}
	if len(w.confirmed) != 2 || w.confirmed[1] != 2 {
		t.Errorf("asked about %v", w.confirmed)
	}
}

func TestLines_areReducedInTheCartAndTakenOverAnew(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fields []string
		want   int
	}{
		"fewer": {[]string{"line", "2", "quantity", "3"}, 3},
		"gone":  {[]string{"line", "2", "quantity", "3", "remove", "yes"}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			a := w.post(t, home+"/lines", test.fields...)
			if a.to() != home || len(w.changes) != 1 || w.changes[0].ID != 12 || *w.changes[0].Quantity != test.want || len(w.started) != 1 {
				t.Errorf("to %q with %+v", a.to(), w.changes)
			}
		})
	}
	w := newWorld()
	for _, fields := range [][]string{{"line", "99", "quantity", "1"}, {"line", "2", "quantity", "-1"}, {"line", "2", "quantity", "lots"}} {
		w.post(t, home+"/lines", fields...)
	}
	w.c.State = lifecycle.Submitting
	w.post(t, home+"/lines", "line", "2", "quantity", "1")
	if len(w.changes) > 0 {
		t.Errorf("changed %+v", w.changes)
	}
}

func TestCancel_endsTheCheckout(t *testing.T) {
	t.Parallel()
	w := newWorld()
	if a := w.post(t, home+"/cancel"); a.to() != home || w.c.State != lifecycle.Cancelled {
		t.Errorf("to %q, %s", a.to(), w.c.State)
	}
}

func TestReload_ofAFormsAddressShowsItsStep(t *testing.T) {
	t.Parallel()
	w := newWorld()
	for path, to := range map[string]string{"/shipping": "?step=shipping", "/complete": "", "/nonsense": ""} {
		if a := w.get(t, home+path); a.to() != home+to {
			t.Errorf("%s leads to %q", path, a.to())
		}
	}
	if q, err := url.Parse(w.get(t, home+"/review").to()); err != nil || q.Query().Get("step") != "review" {
		t.Errorf("leads to %v", q)
	}
}
