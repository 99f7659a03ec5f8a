package hosted

import (
	"encoding/json"

	"github.com/souk-commerce/souk/internal/checkout"
	"github.com/souk-commerce/souk/internal/checkout/lifecycle"
)

// purchase is the last form: what the buyer agrees to, and how it is paid.
type purchase struct {
	QuoteHash string
	Version   int64
	Key       string // the same form sent twice buys once
	Seen      string // what everything cost on this page, to tell what changed
	Method    string
	Title     string // of the method
	Change    string // where another method is chosen
	Text      string // instructions
	Sandbox   *field
	Explained []explained
	Button    string
	Blocked   bool // something else must be put right first
}

// explained tells what a sandbox token does.
type explained struct{ Token, Text string }

// review puts the last form on the page.
func (p *stepPage) review(c checkout.Checkout, method, key string) {
	p.Action = p.Base + "/complete"
	p.Summary.Open = true
	f := &purchase{QuoteHash: c.QuoteHash, Version: c.Version, Key: key, Seen: costs(c).String(), Blocked: len(p.Troubles) > 0}
	p.Purchase = f
	f.Button = p.T("review.order")
	m, ok := methodOf(c, method)
	if !ok { // nothing is due
		return
	}
	f.Method, f.Title, f.Text, f.Change = m.Handle, p.methodTitle(m), instructions(m), address(p.Base, lifecycle.Payment, "")
	if f.Text == "" {
		f.Text = p.words.or("method."+m.Handle+".text", "")
	}
	if !m.PayLater {
		f.Button = p.T("review.pay")
	}
	if m.Handle == sandbox {
		f.sandbox(p.page)
	}
}

// sandbox asks what the payment is to do.
func (f *purchase) sandbox(p page) {
	f.Sandbox = &field{ID: "card", Label: p.T("sandbox.card"), Hint: p.T("sandbox.hint"), Autocomplete: "off"}
	for _, token := range sandboxTokens {
		f.Sandbox.Choices = append(f.Sandbox.Choices, choice{Value: token, Label: p.T("sandbox." + token), Selected: token == sandboxTokens[0]})
		f.Explained = append(f.Explained, explained{token, p.T("sandbox." + token + ".text")})
	}
}

// cost is what everything cost when it was shown, in minor units.
type cost struct {
	Due      int64           `json:"due"`
	Delivery int64           `json:"delivery"`
	Tax      int64           `json:"tax"`
	Discount int64           `json:"discount"`
	Lines    map[int64]int64 `json:"lines"`
}

func costs(c checkout.Checkout) cost {
	q := c.Priced.Quote
	now := cost{Due: q.Due, Delivery: q.Delivery, Tax: q.Tax, Discount: q.Discount, Lines: map[int64]int64{}}
	for _, l := range c.Lines {
		now.Lines[int64(l.ID)] = l.Quote.Total
	}
	return now
}

// String packs the costs into a form.
func (c cost) String() string {
	text, err := json.Marshal(c)
	if err != nil {
		return ""
	}
	return string(text)
}

// changes tells what costs otherwise than the page said that was sent. The
// buyer's word of it decides nothing.
func changes(p page, c checkout.Checkout, seen string) []string {
	var before cost
	if json.Unmarshal([]byte(seen), &before) != nil {
		return nil
	}
	now := costs(c)
	var all []string
	tell := func(what string, was, is int64) {
		if was != is {
			all = append(all, p.T("changed.item", "what", what, "was", p.money(was, c.Currency), "now", p.money(is, c.Currency)))
		}
	}
	for _, l := range c.Lines {
		if was, ok := before.Lines[int64(l.ID)]; ok {
			tell(called(&l), was, l.Quote.Total)
		}
	}
	tell(p.T("sum.discount"), before.Discount, now.Discount)
	tell(p.T("sum.delivery"), before.Delivery, now.Delivery)
	tell(p.T("sum.tax"), before.Tax, now.Tax)
	tell(p.T("sum.total"), before.Due, now.Due)
	return all
}
