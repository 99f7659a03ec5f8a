package hosted

import (
	"slices"
	"strings"

	"github.com/souk-commerce/souk/internal/checkout"
	"github.com/souk-commerce/souk/internal/checkout/lifecycle"
	"github.com/souk-commerce/souk/internal/kernel/postal"
)

// slugs are what addresses call the steps.
var slugs = map[lifecycle.Step]string{
	lifecycle.Contact: "contact", lifecycle.ShippingAddress: "shipping", lifecycle.Delivery: "delivery",
	lifecycle.BillingAddress: "billing", lifecycle.Payment: "payment", lifecycle.Review: "review",
}

// order of the steps.
var sequence = []lifecycle.Step{
	lifecycle.Contact, lifecycle.ShippingAddress, lifecycle.Delivery, lifecycle.BillingAddress, lifecycle.Payment, lifecycle.Review,
}

// walk is the way of one checkout through the steps. A step counts as done when
// those before it are, too.
type walk struct {
	steps []lifecycle.Step // those that it has
	done  map[lifecycle.Step]bool
}

// newWalk works out the steps of a checkout. How it is paid is chosen on the
// pages and not written down before it is submitted, so method is what the
// address says.
func newWalk(c checkout.Checkout, method string) walk {
	w := walk{done: map[lifecycle.Step]bool{}}
	for _, step := range sequence {
		done := slices.Contains(c.Completed, step)
		switch step {
		case lifecycle.ShippingAddress, lifecycle.Delivery:
			if done && !sends(c) {
				continue
			}
		case lifecycle.Payment:
			if c.Priced.Quote.Due == 0 {
				continue
			}
			done = offers(c, method)
		case lifecycle.Review:
			done = false
		}
		w.done[step] = done && (len(w.steps) == 0 || w.done[w.steps[len(w.steps)-1]])
		w.steps = append(w.steps, step)
	}
	return w
}

// sends tells whether anything must be brought to the buyer.
func sends(c checkout.Checkout) bool {
	return slices.ContainsFunc(c.Lines, func(l checkout.Line) bool { return l.RequiresShipping() })
}

// offers tells whether the checkout can be paid by the method.
func offers(c checkout.Checkout, method string) bool {
	_, ok := methodOf(c, method)
	return ok
}

// next gives the first step that is not done.
func (w walk) next() lifecycle.Step {
	for _, step := range w.steps {
		if !w.done[step] {
			return step
		}
	}
	return lifecycle.Review
}

// reach gives the step with that slug if every step before it is done, else the
// next one.
func (w walk) reach(slug string) lifecycle.Step {
	for _, step := range w.steps {
		if slugs[step] == slug {
			return step
		}
		if !w.done[step] {
			break
		}
	}
	return w.next()
}

// progress is a step in the list on top of the page.
type progress struct {
	Label   string
	URL     string // "" when it cannot be reached yet
	Current bool
	Done    bool
}

func (w walk) progress(p page, c checkout.Checkout, method string, current lifecycle.Step) []progress {
	editable := c.State.Editable()
	var all []progress
	open := true
	for _, step := range w.steps {
		item := progress{Label: p.T("step." + slugs[step]), Current: step == current, Done: w.done[step]}
		if open && step != current && editable {
			item.URL = address(base(c), step, method)
		}
		open = open && w.done[step]
		all = append(all, item)
	}
	return all
}

// address gives the address of a step.
func address(base string, step lifecycle.Step, method string) string {
	to := base + "?step=" + slugs[step]
	if method != "" && step == lifecycle.Review {
		to += "&method=" + method
	}
	return to
}

// recap is what was filled in before, with a way to change it.
type recap struct {
	Label  string
	Lines  []string
	URL    string // "" when it cannot be changed
	Change string
}

// recaps lists what was filled in before a step.
func (w walk) recaps(p page, c checkout.Checkout, before lifecycle.Step) []recap {
	var all []recap
	for _, step := range w.steps {
		if step == before {
			break
		}
		lines := told(p, c, step)
		if len(lines) == 0 || !w.done[step] {
			continue
		}
		r := recap{Label: p.T("recap." + slugs[step]), Lines: lines}
		if c.State.Editable() {
			r.URL, r.Change = address(base(c), step, ""), p.T("change")
		}
		all = append(all, r)
	}
	return all
}

// told gives what a checkout knows of a step.
func told(p page, c checkout.Checkout, step lifecycle.Step) []string {
	switch step {
	case lifecycle.Contact:
		return filled(c.Email, c.Phone)
	case lifecycle.ShippingAddress:
		return p.lines(c.ShippingAddress)
	case lifecycle.Delivery:
		return chosen(p, c)
	case lifecycle.BillingAddress:
		if c.BillingSame && c.ShippingAddress != nil {
			return []string{p.T("billing.same")}
		}
		return p.lines(c.BillingAddress)
	}
	return nil
}

// chosen gives the deliveries that were chosen.
func chosen(p page, c checkout.Checkout) []string {
	var lines []string
	for _, s := range c.Priced.Shipments {
		if s.Selected != nil {
			lines = append(lines, p.deliveryTitle(s.ID, s.Selected.Title)+" · "+p.price(s.Selected.Price))
		}
	}
	return lines
}

// lines gives an address as it is printed, the country in the page's language.
func (p page) lines(a *postal.Address) []string {
	if a == nil {
		return nil
	}
	lines := postal.Lines(*a)
	if n := len(lines); n > 0 && a.Country.Valid() && lines[n-1] == a.Country.Name() {
		lines[n-1] = p.format.country(a.Country)
	}
	return append(lines, filled(a.Phone)...)
}

// base gives the address of a checkout's pages.
func base(c checkout.Checkout) string { return "/checkout/" + c.Token }

func filled(texts ...string) []string {
	return slices.DeleteFunc(texts, func(text string) bool { return strings.TrimSpace(text) == "" })
}
