package hosted

import (
	"math"
	"net/http"
	"strconv"

	"github.com/souk-commerce/souk/internal/cart"
	"github.com/souk-commerce/souk/internal/checkout"
	"github.com/souk-commerce/souk/internal/kernel/fault"
)

// trouble is something that must be put right before anything can be bought,
// mostly a line that there is not enough of.
type trouble struct {
	Text   string
	Line   int64 // 0: there is nothing to change
	Title  string
	Most   int // how many there could be instead; 0: the line can only go
	Step   int // quantities are multiples of it
	Action string
}

// troubles lists what is in the way of a purchase apart from its forms.
func troubles(p page, c checkout.Checkout) []trouble {
	if !c.State.Editable() {
		return nil
	}
	var all []trouble
	for _, problem := range c.Problems {
		l, about := lineOf(c, problem.Line)
		switch {
		case about:
			all = append(all, p.lineTrouble(c, l, problem.Code))
		case problem.Code == checkout.OutOfStock, problem.Code == checkout.NotFound:
			all = append(all, trouble{Text: p.T("trouble." + string(problem.Code))})
		}
	}
	return all
}

func lineOf(c checkout.Checkout, id checkout.LineID) (*checkout.Line, bool) {
	for i := range c.Lines {
		if id != 0 && c.Lines[i].ID == id {
			return &c.Lines[i], true
		}
	}
	return nil, false
}

func (p page) lineTrouble(c checkout.Checkout, l *checkout.Line, code checkout.ProblemCode) trouble {
	t := trouble{Line: int64(l.ID), Title: called(l), Most: possible(l, code), Step: max(l.Goods.Rule.Increment, 1), Action: base(c) + "/lines"}
	key := lineKey(l, code)
	if code == checkout.OutOfStock && t.Most > 0 {
		key += ".some"
	}
	t.Text = p.words.or(key, p.T("fault.other"))
	t.Text = words{"": t.Text}.text("", "title", t.Title, "n", t.Most, "quantity", l.Quantity)
	return t
}

// lineKey names what is said of a problem with a line.
func lineKey(l *checkout.Line, code checkout.ProblemCode) string {
	if code == checkout.Invalid && l.Outdated() {
		return "line.bundle_changed"
	}
	return "line." + string(code)
}

// called names a line so that no other variant of the product is meant.
func called(l *checkout.Line) string {
	title := first(l.Goods.Title, l.Title)
	if l.Goods.VariantTitle != "" {
		title += " (" + l.Goods.VariantTitle + ")"
	}
	return title
}

// possible proposes how many pieces of a line could be bought. The stock that
// this buyer holds already is not part of the offer, so the proposal may be less
// than what there is.
func possible(l *checkout.Line, code checkout.ProblemCode) int {
	rule := l.Goods.Rule
	most := int64(l.Quantity)
	switch code {
	case checkout.NotFound:
		return 0
	case checkout.OutOfStock:
		most = min(l.Goods.Offer(), most-1)
	}
	if rule.Maximum != nil {
		most = min(most, int64(*rule.Maximum))
	}
	most = max(most, int64(min(rule.Minimum, math.MaxInt32)))
	if step := int64(rule.Increment); step > 1 {
		most -= most % step
	}
	if code == checkout.OutOfStock && most > l.Goods.Offer() {
		return 0
	}
	return int(max(most, 0))
}

// postLines changes how many pieces of a line are bought, in the cart, and takes
// the cart over anew.
func (s *site) postLines(w http.ResponseWriter, r *http.Request) error {
	sent, err := form(r)
	if err != nil {
		return err
	}
	c, err := s.Checkouts.ByToken(r.Context(), r.PathValue("token"))
	if err != nil {
		return err
	}
	id, _ := strconv.ParseInt(sent.Get("line"), 10, 64)
	l, ok := lineOf(c, checkout.LineID(id))
	if !ok || !c.State.Editable() {
		return see(w, r, base(c))
	}
	quantity, err := strconv.Atoi(sent.Get("quantity"))
	if sent.Has("remove") {
		quantity, err = 0, nil
	}
	if err != nil || quantity < 0 || quantity > cart.MaxQuantity {
		return s.linesRefused(w, c, fault.New(fault.Invalid, "invalid_quantity", "This is not a quantity."))
	}
	of, err := s.Carts.ByID(r.Context(), c.Cart)
	if err != nil {
		return err
	}
	from := cart.Ref{ID: of.ID, Key: of.Key}
	if _, err = s.Carts.UpdateLines(r.Context(), from, []cart.LineChange{{ID: l.CartLine, Quantity: &quantity}}); err != nil {
		return s.linesRefused(w, c, err)
	}
	if c, err = s.begin(r.Context(), from); err != nil {
		return err
	}
	return see(w, r, base(c))
}

func (s *site) linesRefused(w http.ResponseWriter, c checkout.Checkout, refusal error) error {
	step := newWalk(c, "").next()
	p := s.stepPage(c, step, "")
	p.fill(s, c, "")
	return s.refused(w, p, refusal)
}
