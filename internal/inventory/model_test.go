package inventory_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/kernel/clock"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/testkit"
)

// part is what a line of a checkout has of one variant. What its order has
// stands beside what it holds anew.
type part struct {
	checkout inventory.CheckoutID
	line     int64
	variant  catalog.VariantID
	sold     bool
}

// promise is as much of it as is promised.
type promise struct {
	quantity int64
	state    inventory.ReservationState
	until    time.Time // of a held one
}

// paper is the room's work as somebody would do it on paper: what is on hand at
// each place, and what is promised to whom. It knows no locks, no places of
// promises, and no ledger.
type paper struct {
	there    map[catalog.VariantID]map[inventory.LocationID]int64
	ahead    map[catalog.VariantID]int64 // how many are sold that are not there
	promises map[part]promise
	instants map[time.Time]map[catalog.VariantID]int64 // on hand, as of each instant
}

// owns are the parts of a checkout that are held or committed.
func (p *paper) owns(c inventory.CheckoutID) map[part]promise {
	own := map[part]promise{}
	for k, v := range p.promises {
		if k.checkout == c && !k.sold {
			own[k] = v
		}
	}
	return own
}

func (p promise) due(now time.Time) bool { return p.state == inventory.Held && !p.until.After(now) }

// promised sums what is promised of a variant.
func (p *paper) promised(v catalog.VariantID) (sum int64) {
	for k, x := range p.promises {
		if k.variant == v {
			sum += x.quantity
		}
	}
	return sum
}

// sweep forgets promises of variants whose time has come.
func (p *paper) sweep(now time.Time, except inventory.CheckoutID, variants ...catalog.VariantID) {
	maps.DeleteFunc(p.promises, func(k part, x promise) bool {
		return k.checkout != except && x.due(now) && slices.Contains(variants, k.variant)
	})
}

func (p *paper) offer(v catalog.VariantID) int64 {
	var sum int64
	for _, n := range p.there[v] {
		sum += n
	}
	return max(0, sum-p.promised(v)+p.ahead[v])
}

// reserve judges on a copy, which stays only if nothing is short.
func (p *paper) reserve(now time.Time, h inventory.Hold) ([]inventory.Shortage, error) {
	own := p.owns(h.Checkout)
	for _, x := range own {
		if x.state == inventory.Committed {
			return nil, inventory.ErrCommitted
		}
	}
	maps.DeleteFunc(own, func(k part, x promise) bool { // what ran out is taken anew
		if x.due(now) {
			delete(p.promises, k)
		}
		return x.due(now)
	})
	was := maps.Clone(p.promises)
	var open []inventory.Want
	var touched []catalog.VariantID
	for _, w := range h.Wants {
		k := part{h.Checkout, w.Line, w.Variant, false}
		if x, ok := own[k]; ok && x.quantity == w.Quantity {
			p.promises[k] = promise{x.quantity, inventory.Held, h.Until}
			delete(own, k)
			continue
		}
		open, touched = append(open, w), append(touched, w.Variant)
	}
	for k := range own { // what is left is not wanted any more
		touched = append(touched, k.variant)
		delete(p.promises, k)
	}
	p.sweep(now, h.Checkout, touched...)
	var short []inventory.Shortage
	for _, w := range open {
		n := w.Quantity
		if offer := p.offer(w.Variant); offer < n {
			short = append(short, inventory.Shortage{Line: w.Line, Variant: w.Variant, Wanted: n, Available: offer})
			n = offer
		}
		if n > 0 {
			p.promises[part{h.Checkout, w.Line, w.Variant, false}] = promise{n, inventory.Held, h.Until}
		}
	}
	if len(short) > 0 {
		p.promises = was
	}
	return short, nil
}

func (p *paper) commit(now time.Time, c inventory.CheckoutID, wants []inventory.Want) error {
	has := map[part]int64{}
	for k, x := range p.owns(c) {
		if !x.due(now) {
			has[k] = x.quantity
		}
	}
	wanted := map[part]int64{}
	for _, w := range wants {
		wanted[part{c, w.Line, w.Variant, false}] = w.Quantity
	}
	if !maps.Equal(has, wanted) {
		return inventory.ErrNotHeld
	}
	for k := range has {
		p.promises[k] = promise{has[k], inventory.Committed, time.Time{}}
	}
	return nil
}

// consume gives what is committed to the order, which may have some already.
func (p *paper) consume(c inventory.CheckoutID) {
	for k, x := range p.owns(c) {
		if x.state == inventory.Committed {
			delete(p.promises, k)
			k.sold = true
			p.promises[k] = promise{p.promises[k].quantity + x.quantity, inventory.Consumed, time.Time{}}
		}
	}
}

// giveBack ends promises in one of the states, and sweeps where it goes.
func (p *paper) giveBack(now time.Time, c inventory.CheckoutID, states ...inventory.ReservationState) {
	var touched []catalog.VariantID
	for k, x := range p.promises {
		if k.checkout == c && slices.Contains(states, x.state) {
			touched = append(touched, k.variant)
			delete(p.promises, k)
		}
	}
	p.sweep(now, c, touched...)
}

// desk is the shop and the paper side by side.
type desk struct {
	*store
	*paper
	clock     *clock.Manual
	checkouts []inventory.CheckoutID
	places    []inventory.LocationID
	keys      int
	last      inventory.Adjustment
}

var desks atomic.Int64

// newDesk takes two articles of its own, the second of which is sold two pieces
// ahead, and five checkouts.
func newDesk(t *testing.T, s *store) *desk {
	mine := s.with(s.shelf(t, 2, 6))
	yes, limit := true, int64(2)
	mine.change(t, 1, catalog.VariantChange{Backorder: &yes, BackorderLimit: &limit})
	d := &desk{store: mine, clock: testkit.Clock(t, s.db), places: []inventory.LocationID{s.main.ID, s.other.ID}}
	first := inventory.CheckoutID(desks.Add(1) * 100)
	for i := range inventory.CheckoutID(5) {
		d.checkouts = append(d.checkouts, first+i)
	}
	a, b := mine.variants[0].ID, mine.variants[1].ID
	d.paper = &paper{promises: map[part]promise{}, ahead: map[catalog.VariantID]int64{b: limit}, instants: map[time.Time]map[catalog.VariantID]int64{},
		there: map[catalog.VariantID]map[inventory.LocationID]int64{a: {s.main.ID: 6}, b: {s.main.ID: 6}}}
	return d
}

func (d *desk) now() time.Time { return d.db.Now(d.ctx) }

func (d *desk) checkout(t *rapid.T) inventory.CheckoutID {
	return rapid.SampledFrom(d.checkouts).Draw(t, "checkout")
}

func (d *desk) until(t *rapid.T) time.Time {
	return d.now().Add(time.Duration(rapid.IntRange(1, 20).Draw(t, "minutes")) * time.Minute)
}

// wish draws up to four parts; lines may be bundles.
func (d *desk) wish(t *rapid.T) []inventory.Want {
	drawn := rapid.MapOfN(rapid.Custom(func(t *rapid.T) [2]int64 {
		return [2]int64{rapid.Int64Range(1, 2).Draw(t, "line"), rapid.Int64Range(0, 1).Draw(t, "variant")}
	}), rapid.Int64Range(1, 5), 0, 4).Draw(t, "wants")
	var wants []inventory.Want
	for _, k := range slices.SortedFunc(maps.Keys(drawn), func(a, b [2]int64) int { return slices.Compare(a[:], b[:]) }) {
		wants = append(wants, d.want(k[0], int(k[1]), drawn[k]))
	}
	return wants
}

// holds are what a checkout has, as it would ask for them.
func (d *desk) holds(c inventory.CheckoutID) (wants []inventory.Want) {
	for k, x := range d.owns(c) {
		wants = append(wants, inventory.Want{Line: k.line, Variant: k.variant, Quantity: x.quantity})
	}
	return wants
}

func agree(t *rapid.T, got, want error) {
	t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Fatalf("the shop says %v, the paper %v", got, want)
	}
}

func ok(t *rapid.T, err error) {
	t.Helper()
	agree(t, err, nil)
}

// actions are all that can happen at the desk.
func (d *desk) actions() map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){
		"":         d.compare,
		"reserve":  d.reserves,
		"buy more": d.reserves,
		"commit":   d.commits,
		"check":    d.checks,
		"adjust":   d.adjusts,
		"receive":  d.receives,
		"wait": func(t *rapid.T) {
			d.clock.Advance(time.Duration(rapid.IntRange(1, 12).Draw(t, "minutes")) * time.Minute)
		},
		"release":    func(t *rapid.T) { d.gives(t, d.Release, inventory.Held, inventory.Committed) },
		"deallocate": func(t *rapid.T) { d.gives(t, d.Deallocate, inventory.Consumed) },
		"uncommit": func(t *rapid.T) {
			c, until := d.checkout(t), d.until(t)
			ok(t, d.Uncommit(d.ctx, c, until))
			for k, x := range d.promises {
				if k.checkout == c && x.state == inventory.Committed {
					d.promises[k] = promise{x.quantity, inventory.Held, until}
				}
			}
		},
		"consume": func(t *rapid.T) {
			c := d.checkout(t)
			ok(t, d.Consume(d.ctx, c))
			d.paper.consume(c)
		},
		"extend": func(t *rapid.T) {
			c, until := d.checkout(t), d.until(t)
			ok(t, d.Extend(d.ctx, c, until))
			for k, x := range d.promises {
				if k.checkout == c && x.state == inventory.Held && !x.due(d.now()) && x.until.Before(until) {
					d.promises[k] = promise{x.quantity, inventory.Held, until}
				}
			}
		},
		"expire": func(t *rapid.T) {
			_, err := d.ExpireDue(d.ctx, 1_000)
			ok(t, err)
			d.sweep(d.now(), 0, d.variants[0].ID, d.variants[1].ID)
		},
	}
}

func (d *desk) reserves(t *rapid.T) {
	h := inventory.Hold{Checkout: d.checkout(t), Wants: d.wish(t), Until: d.until(t)}
	short, err := d.Reserve(d.ctx, h)
	want, refused := d.paper.reserve(d.now(), h)
	agree(t, err, refused)
	if !slices.Equal(short, want) {
		t.Fatalf("%+v: the shop is short of %+v, the paper of %+v", h.Wants, short, want)
	}
}

func (d *desk) commits(t *rapid.T) {
	c := d.checkout(t)
	wants := d.holds(c)
	if rapid.IntRange(0, 3).Draw(t, "changed") == 0 {
		wants = d.wish(t)
	}
	agree(t, d.Commit(d.ctx, c, wants), d.paper.commit(d.now(), c, wants))
}

func (d *desk) checks(t *rapid.T) {
	c := d.checkout(t)
	wants := d.holds(c)
	want := true
	var until time.Time
	for _, x := range d.owns(c) {
		want = want && !x.due(d.now())
		if x.state == inventory.Held && (until.IsZero() || x.until.Before(until)) {
			until = x.until
		}
	}
	if !want {
		until = time.Time{}
	}
	got, all, err := d.CheckHeld(d.ctx, c, wants)
	ok(t, err)
	if all != want || !got.Equal(until) {
		t.Fatalf("held until %v, %v; want %v, %v", got, all, until, want)
	}
}

func (d *desk) place(t *rapid.T) (catalog.VariantID, inventory.LocationID) {
	return d.variants[rapid.IntRange(0, 1).Draw(t, "variant")].ID, rapid.SampledFrom(d.places).Draw(t, "place")
}

// adjusts by a key of its own, or by the last one again.
func (d *desk) adjusts(t *rapid.T) {
	if d.last.Delta != 0 && rapid.IntRange(0, 4).Draw(t, "again") == 0 {
		ok(t, d.adjust(d.last))
		return
	}
	v, l := d.place(t)
	delta := rapid.Int64Range(-4, 4).Filter(func(n int64) bool { return n != 0 }).Draw(t, "by")
	d.keys++
	d.last = inventory.Adjustment{Variant: v, Location: l, Delta: delta}
	err := d.adjust(d.last)
	if d.there[v][l]+delta < 0 {
		d.last = inventory.Adjustment{} // a refusal is not kept under its key
		if !fault.Is(err, "insufficient_stock") {
			t.Fatalf("%d of %d: %v", delta, d.there[v][l], err)
		}
		return
	}
	ok(t, err)
	d.there[v][l] += delta
}

func (d *desk) adjust(a inventory.Adjustment) error {
	_, err := d.Adjust(d.ctx, d.cause(), []inventory.Adjustment{a})
	return err
}

func (d *desk) cause() inventory.Cause { return because(fmt.Sprint(d.checkouts[0], "-", d.keys)) }

func (d *desk) receives(t *rapid.T) {
	v, l := d.place(t)
	n := rapid.Int64Range(1, 4).Draw(t, "pieces")
	d.keys++
	d.last = inventory.Adjustment{}
	_, err := d.Receive(d.ctx, d.cause(), []inventory.Receipt{{Variant: v, Location: l, Quantity: n}})
	ok(t, err)
	d.there[v][l] += n
}

func (d *desk) gives(t *rapid.T, do func(context.Context, inventory.CheckoutID) error, states ...inventory.ReservationState) {
	c := d.checkout(t)
	ok(t, do(d.ctx, c))
	d.giveBack(d.now(), c, states...)
}

// compare says that the shop has what the paper says, and that the ledger folds
// to it. A hold whose time has come may have ended a little before the paper's.
func (d *desk) compare(t *rapid.T) {
	found, err := d.ReservationsOf(d.ctx, d.checkouts)
	ok(t, err)
	has := map[part]promise{}
	for _, r := range slices.Concat(slices.Collect(maps.Values(found))...) {
		if r.State == inventory.ReleasedHold || r.State == inventory.ExpiredHold {
			continue
		}
		x := promise{r.Quantity, r.State, r.ExpiresAt}
		k := part{r.Checkout, r.Line, r.Variant, r.State == inventory.Consumed}
		if before, split := has[k]; split {
			if before.state != x.state || x.state == inventory.Held && !before.until.Equal(x.until) {
				t.Fatalf("one part of a line is torn: %+v and %+v", before, x)
			}
			x.quantity += before.quantity
		}
		has[k] = x
	}
	maps.DeleteFunc(d.promises, func(k part, x promise) bool { return x.due(d.now()) && has[k].quantity == 0 })
	alike := func(a, b promise) bool {
		return a.quantity == b.quantity && a.state == b.state && (a.state != inventory.Held || a.until.Equal(b.until))
	}
	if !maps.EqualFunc(has, d.promises, alike) {
		t.Fatalf("the shop has promised\n%+v\nthe paper\n%+v", has, d.promises)
	}
	d.compareLevels(t)
}

func (d *desk) compareLevels(t *rapid.T) {
	ids := []catalog.VariantID{d.variants[0].ID, d.variants[1].ID}
	levels, err := d.LevelsOf(d.ctx, ids)
	ok(t, err)
	sums := map[catalog.VariantID]int64{}
	for _, v := range ids {
		var taken int64
		for _, l := range levels[v] {
			taken += l.Taken
			sums[v] += l.OnHand
			if l.OnHand != d.there[v][l.Location] {
				t.Fatalf("%d of %d on hand at %d, and %d on paper", l.OnHand, v, l.Location, d.there[v][l.Location])
			}
		}
		if taken != d.promised(v) {
			t.Fatalf("%d of %d taken, and %d on paper", taken, v, d.promised(v))
		}
	}
	d.instants[d.now()] = sums
	var off int
	ok(t, d.db.Conn(d.ctx).QueryRow(d.ctx, `
		SELECT count(*) FROM stock_level l JOIN LATERAL (
			SELECT COALESCE(sum(m.on_hand_delta), 0) AS on_hand, COALESCE(sum(m.taken_delta), 0) AS taken
			FROM stock_movement m WHERE m.variant_id = l.variant_id AND m.location_id = l.location_id) f ON true
		WHERE l.variant_id = ANY($1) AND (l.on_hand, l.taken) IS DISTINCT FROM (f.on_hand, f.taken)`, []int64{int64(ids[0]), int64(ids[1])}).Scan(&off))
	if off > 0 {
		t.Fatalf("%d levels are not the fold of their ledger", off)
	}
}

// remember says that the ledger still tells what was on hand at each instant.
func (d *desk) remember(t *rapid.T) {
	for at, sums := range d.instants {
		for v, want := range sums {
			got, err := d.StockAt(d.ctx, v, 0, at)
			ok(t, err)
			if got.OnHand != want {
				t.Fatalf("at %v there were %d of %d on hand, the ledger says %d", at, want, v, got.OnHand)
			}
		}
	}
}

// Whatever is done in whatever order, the shop answers as the paper does, and
// its books say the same after each step.
func TestModel_theShopAgreesWithThePaper(t *testing.T) {
	t.Parallel()
	eachWay(t, func(t *testing.T, s *shop) {
		for range often(1, 20) {
			rapid.Check(t, func(rt *rapid.T) {
				d := newDesk(t, s.store)
				rt.Repeat(d.actions())
				d.remember(rt)
			})
		}
	})
}
