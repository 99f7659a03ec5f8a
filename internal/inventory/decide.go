package inventory

import (
	"context"
	"slices"
	"time"

	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/market"
	"github.com/souk-commerce/souk/internal/platform/actor"
	"github.com/souk-commerce/souk/internal/platform/combine"
)

// Combining says how holds that are asked for at the same time are decided.
type Combining struct {
	On    bool `env:"SOUK_STOCK_COMBINING" default:"true" doc:"decide reservations that arrive together in one transaction; off, each has its own"`
	Queue int  `env:"SOUK_STOCK_QUEUE" default:"5000" min:"1" doc:"how many reservations of one process may wait to be decided; more are refused at once"`
	Batch int  `env:"SOUK_STOCK_BATCH" default:"256" min:"1" doc:"how many reservations are decided in one transaction, at most"`
}

// decisionTime is how long deciding a batch may take: longer than anybody keeps
// levels locked, shorter than buyers wait.
const decisionTime = 4 * time.Second

// batchPatience is how long a batch waits for a lock. Whoever keeps one level for
// longer holds up those who want that one, alone, and not all others with them.
const batchPatience = "500ms"

// shared tells what befalls each hold of a batch alone, too: not that somebody
// keeps a lock that one of them needs.
func shared(err error) bool {
	return fault.KindOf(err) == fault.Unavailable && !fault.Is(err, "lock_timeout")
}

// Combine sets how holds are decided; without it each has a transaction of its
// own. It is called while the shop is being wired, before the first request.
func (s *Service) Combine(c Combining) {
	if s.combined = nil; c.On {
		s.combined = combine.New(combine.Config{Queue: c.Queue, Batch: c.Batch, Limit: decisionTime, Shared: shared}, s.decide)
	}
}

// ask is a hold on its way to an answer.
type ask struct {
	Hold
	who actor.Actor
}

// answer is nothing, shortages, or a refusal.
type answer = combine.Answer[[]Shortage]

// decide answers holds in their order, in one transaction of its own. Each is
// judged alone: what the earlier ones got is taken, what they were refused is
// not. Their checkouts differ. Unless it is alone, a batch does not wait long for
// locks.
func (s *Service) decide(ctx context.Context, asks []ask, alone bool) ([]answer, error) {
	var wanted []catalog.VariantID
	for _, a := range asks {
		for _, w := range a.Wants {
			wanted = append(wanted, w.Variant)
		}
	}
	supplies, err := s.supplies(ctx, wanted)
	if err != nil {
		return nil, err
	}
	if len(asks) > 1 { // nobody of them brought all of it about
		ctx = actor.WithSystem(ctx, "reservations")
	}
	var answers []answer
	err = s.db.InTx(ctx, func(ctx context.Context) error {
		in, err := s.enterAll(ctx, asks, alone)
		if err != nil {
			return err
		}
		d := decision{caps: s.caps, supplies: supplies, in: in, now: s.db.Now(ctx)}
		d.compare(asks)
		if err := s.lockFor(ctx, &d); err != nil {
			return err
		}
		answers = d.answer()
		return s.save(ctx, d.book)
	})
	return answers, err
}

// decision is a batch of holds being decided: what was found, and what becomes
// of it.
type decision struct {
	caps     HoldCaps
	supplies map[catalog.VariantID]supply
	in       entered
	now      time.Time
	steps    []step
	lapsed   []Reservation // own holds whose time is over
	book     *book
}

// step is one hold compared with what its checkout has already.
type step struct {
	ask
	kept      []Reservation
	others    []Reservation // to be given back
	open      []Want
	committed bool
}

// idle reports whether nothing has to be taken or given back.
func (t *step) idle() bool { return len(t.others)+len(t.open) == 0 }

// compare tells for each hold what is held rightly already, what else is held,
// and which wants are open.
func (d *decision) compare(asks []ask) {
	d.steps = make([]step, len(asks))
	for i, a := range asks {
		t := step{ask: a}
		var live []Reservation
		for _, r := range d.in.own[a.Checkout] {
			if r.expired(d.now) {
				d.lapsed = append(d.lapsed, r)
				continue
			}
			live = append(live, r)
			t.committed = t.committed || r.State == Committed
		}
		if !t.committed {
			t.kept, t.others, t.open = a.compare(live, d.supplies)
		}
		d.steps[i] = t
	}
}

// compare of one hold.
func (h Hold) compare(own []Reservation, supplies map[catalog.VariantID]supply) (kept, others []Reservation, open []Want) {
	have, right := quantities(own), map[key]bool{}
	for _, w := range h.Wants {
		k := key{w.Line, w.Variant}
		s, known := supplies[w.Variant]
		switch {
		case known && !s.tracked:
		case have[k] == w.Quantity:
			right[k] = true
		default:
			open = append(open, w)
		}
	}
	for _, r := range own {
		if right[key{r.Line, r.Variant}] {
			kept = append(kept, r)
		} else {
			others = append(others, r)
		}
	}
	return kept, others, open
}

// lockFor locks the levels of what is wanted and of what is given back for it.
func (s *Service) lockFor(ctx context.Context, d *decision) error {
	var variants, onDemand []catalog.VariantID
	note := func(rows []Reservation) {
		for _, r := range rows {
			variants = append(variants, r.Variant)
		}
	}
	note(d.lapsed)
	for _, t := range d.steps {
		note(t.others)
		for _, w := range t.open {
			variants = append(variants, w.Variant)
			if d.supplies[w.Variant].ahead {
				onDemand = append(onDemand, w.Variant)
			}
		}
	}
	if len(variants) == 0 {
		d.book = newBook(nil)
		return nil
	}
	checkouts := make([]CheckoutID, len(d.steps))
	for i, t := range d.steps {
		checkouts[i] = t.Checkout
	}
	book, err := s.lockBook(ctx, unique(variants), unique(onDemand), checkouts)
	if err != nil {
		return err
	}
	for id, s := range d.supplies {
		book.products[id] = s.product
	}
	for _, r := range d.lapsed {
		book.giveBack(r, Expired, ExpiredHold)
	}
	d.book = book
	return nil
}

func unique(ids []catalog.VariantID) []catalog.VariantID {
	slices.Sort(ids)
	return slices.Compact(ids)
}

// answer judges the steps in their order.
func (d *decision) answer() []answer {
	answers := make([]answer, len(d.steps))
	for i, t := range d.steps {
		answers[i].Value, answers[i].Err = d.judge(t)
	}
	return answers
}

// judge answers one step, and leaves the book as it was unless it is granted.
func (d *decision) judge(t step) ([]Shortage, error) {
	if t.committed {
		return nil, ErrCommitted
	}
	others := d.in.elsewhere(t)
	if !t.idle() || t.newCustomer() {
		caps := d.caps
		if t.Caps != nil {
			caps = *t.Caps
		}
		if err := caps.allow(t.Hold, d.supplies, others); err != nil {
			return nil, err
		}
	}
	before := d.book.mark()
	for _, r := range t.others {
		d.book.giveBack(r, Released, ReleasedHold)
	}
	if short := d.book.serve(t.ask, t.open, d.supplies); len(short) > 0 {
		d.book.undo(before)
		return short, nil
	}
	d.book.keep(t.ask, t.kept)
	d.in.granted(t, others, d.supplies)
	return nil, nil
}

// newCustomer reports whether a hold names a customer for what was held before
// anybody knew.
func (t *step) newCustomer() bool {
	return t.Customer != "" && slices.ContainsFunc(t.kept, func(r Reservation) bool { return r.customer != t.Customer })
}

// entered is what was found when the checkouts of a batch were locked: their
// own reservations, and how many pieces each client and customer holds in all.
type entered struct {
	own       map[CheckoutID][]Reservation
	clients   map[string]int64
	customers map[string]int64
}

// elsewhere is what the client and the customer of a step have beside it.
func (e entered) elsewhere(t step) elsewhere {
	others := elsewhere{client: e.clients[t.Client], customer: e.customers[t.Customer]}
	for _, r := range slices.Concat(t.kept, t.others) {
		if r.client == t.Client {
			others.client -= r.Quantity
		}
		if r.customer == t.Customer {
			others.customer -= r.Quantity
		}
	}
	return others
}

// granted counts what a step got for those who come after it in its batch.
func (e entered) granted(t step, others elsewhere, supplies map[catalog.VariantID]supply) {
	var sum int64
	for _, w := range t.Wants {
		if s, known := supplies[w.Variant]; !known || s.tracked {
			sum += w.Quantity
		}
	}
	e.clients[t.Client], e.customers[t.Customer] = others.client+sum, others.customer+sum
}

// serves reports whether a location serves a market; one that names none serves
// them all.
func serves(location []market.ID, m market.ID) bool {
	return m == 0 || len(location) == 0 || slices.Contains(location, m)
}
