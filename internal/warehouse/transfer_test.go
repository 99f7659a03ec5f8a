package warehouse_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/warehouse"
	"github.com/souk-commerce/souk/internal/warehouse/lifecycle"
)

func (d *depot) pieces(variant int, quantity int64) warehouse.Pieces {
	return warehouse.Pieces{Variant: d.variants[variant], Quantity: quantity}
}

func (d *depot) draft(t *testing.T, lines ...warehouse.Pieces) warehouse.Transfer {
	t.Helper()
	return must[warehouse.Transfer](t)(d.CreateTransfer(d.ctx, warehouse.NewTransfer{From: d.main, To: d.other, Lines: lines}))
}

func (d *depot) reserved(t *testing.T, lines ...warehouse.Pieces) warehouse.Transfer {
	t.Helper()
	x := d.draft(t, lines...)
	return must[warehouse.Transfer](t)(d.ReserveTransfer(d.ctx, x.ID, x.Version))
}

func (d *depot) shipped(t *testing.T, lines ...warehouse.Pieces) warehouse.Transfer {
	t.Helper()
	x := d.reserved(t, lines...)
	return must[warehouse.Transfer](t)(d.ShipTransfer(d.ctx, x.ID, x.Version, nil))
}

func TestTransfer_takesPiecesFromOnePlaceToTheOther(t *testing.T) {
	t.Parallel()
	d := open(t, inventory.CrossChecks()...)
	a, b := d.variants[0], d.variants[1]
	x := d.draft(t, d.pieces(0, 5), d.pieces(1, 3))
	d.expect(t, "draft", a, inventory.Stock{OnHand: 10}, inventory.Stock{})
	x = must[warehouse.Transfer](t)(d.ReserveTransfer(d.ctx, x.ID, x.Version))
	d.expect(t, "reserved", a, inventory.Stock{OnHand: 10, Taken: 5}, inventory.Stock{})
	x = must[warehouse.Transfer](t)(d.ShipTransfer(d.ctx, x.ID, x.Version, []warehouse.Pieces{d.pieces(0, 4), d.pieces(1, 0)}))
	d.expect(t, "shipped in part", a, inventory.Stock{OnHand: 6}, inventory.Stock{Incoming: 4})
	d.expect(t, "not shipped", b, inventory.Stock{OnHand: 10}, inventory.Stock{})
	if x.State != lifecycle.InTransit || x.ShippedAt == nil || x.EndedAt != nil {
		t.Errorf("on the way: %+v", x)
	}
	x = must[warehouse.Transfer](t)(d.ReceiveTransfer(d.ctx, x.ID, x.Version, "first", []warehouse.Arrival{{Variant: a, Received: 2}}))
	d.expect(t, "some came", a, inventory.Stock{OnHand: 6}, inventory.Stock{OnHand: 2, Incoming: 2})
	if x.State != lifecycle.InTransit {
		t.Errorf("with pieces on the way it is %s", x.State)
	}
	x = must[warehouse.Transfer](t)(d.ReceiveTransfer(d.ctx, x.ID, x.Version, "second", []warehouse.Arrival{{Variant: a, Received: 1, Lost: 1}}))
	d.expect(t, "all came or are lost", a, inventory.Stock{OnHand: 6}, inventory.Stock{OnHand: 3})
	if x.State != lifecycle.Received || x.EndedAt == nil || x.Version != 5 {
		t.Errorf("at its end: %+v", x)
	}
	line := must[map[warehouse.TransferID][]warehouse.TransferLine](t)(d.TransferLines(d.ctx, []warehouse.TransferID{x.ID}))[x.ID][0]
	if line.Quantity != 5 || line.Shipped != 4 || line.Received != 3 || line.Lost != 1 {
		t.Errorf("line %+v", line)
	}
	for _, books := range []string{`SELECT count(*) FROM audit_entry WHERE subject_kind = 'transfer' AND subject_id = $1`,
		`SELECT count(DISTINCT payload->>'version') FROM outbox WHERE topic = 'transfer.changed' AND aggregate_id = $1`} {
		if n := d.number(t, books, int64(x.ID)); n != 5 {
			t.Errorf("%d of 5 changes are in the books: %s", n, books)
		}
	}
}

func TestReserve_allLinesOrNoneAndNamesTheShortOne(t *testing.T) {
	t.Parallel()
	d := open(t, inventory.CrossChecks()...)
	x := d.draft(t, d.pieces(0, 10), d.pieces(1, 11))
	_, err := d.ReserveTransfer(d.ctx, x.ID, x.Version)
	refused(t, "too much", err, "insufficient_stock", "lines", "1")
	d.expect(t, "refused", d.variants[0], inventory.Stock{OnHand: 10}, inventory.Stock{})
	x = must[warehouse.Transfer](t)(d.UpdateTransfer(d.ctx, x.ID, x.Version, warehouse.TransferChange{Lines: []warehouse.Pieces{d.pieces(1, 10)}}))
	x = must[warehouse.Transfer](t)(d.ReserveTransfer(d.ctx, x.ID, x.Version))
	x = must[warehouse.Transfer](t)(d.CancelTransfer(d.ctx, x.ID, x.Version))
	d.expect(t, "given back", d.variants[1], inventory.Stock{OnHand: 10}, inventory.Stock{})
	if x.State != lifecycle.Cancelled || x.EndedAt == nil {
		t.Errorf("%+v", x)
	}
}

// What was counted away after it was kept back cannot leave; the line that the
// caller named is told.
func TestShip_refusesWhatIsNoLongerThere(t *testing.T) {
	t.Parallel()
	d := open(t, inventory.CrossChecks()...)
	x := d.reserved(t, d.pieces(0, 2), d.pieces(1, 5), d.pieces(2, 8))
	d.adjust(t, d.variants[2], -4)
	_, err := d.ShipTransfer(d.ctx, x.ID, x.Version, []warehouse.Pieces{d.pieces(2, 8), d.pieces(0, 1)})
	refused(t, "counted away", err, "insufficient_stock", "lines", "0")
	x = must[warehouse.Transfer](t)(d.ShipTransfer(d.ctx, x.ID, x.Version, []warehouse.Pieces{d.pieces(2, 6), d.pieces(0, 1)}))
	d.expect(t, "shipped", d.variants[2], inventory.Stock{}, inventory.Stock{Incoming: 6})
	must[warehouse.Transfer](t)(d.ReceiveTransfer(d.ctx, x.ID, x.Version, "k", nil))
	d.expect(t, "all came", d.variants[0], inventory.Stock{OnHand: 9}, inventory.Stock{OnHand: 1})
}

func TestTransfer_refusesWhatCannotBe(t *testing.T) {
	t.Parallel()
	d := open(t, inventory.CrossChecks()...)
	closed := must[inventory.Location](t)(d.stock.CreateLocation(d.ctx, inventory.NewLocation{Handle: "closed", Name: "Closed"}))
	shut := false
	must[inventory.Location](t)(d.stock.UpdateLocation(d.ctx, closed.ID, closed.Version, inventory.LocationChange{Active: &shut}))
	create := func(from, to inventory.LocationID, lines ...warehouse.Pieces) error {
		_, err := d.CreateTransfer(d.ctx, warehouse.NewTransfer{From: from, To: to, Lines: lines})
		return err
	}
	one := d.pieces(0, 1)
	refused(t, "same place", create(d.main, d.main, one), "same_location", "to")
	refused(t, "inactive", create(d.main, closed.ID, one), "location_inactive", "to")
	refused(t, "unknown", create(999, d.other, one), "location_not_found", "from")
	refused(t, "nothing", create(d.main, d.other), "invalid_lines")
	refused(t, "too many", create(d.main, d.other, make([]warehouse.Pieces, 251)...), "invalid_lines")
	refused(t, "no pieces", create(d.main, d.other, d.pieces(0, 0)), "invalid_quantity", "lines", "0", "quantity")
	refused(t, "beyond all", create(d.main, d.other, d.pieces(0, inventory.MaxQuantity+1)), "invalid_quantity")
	refused(t, "twice", create(d.main, d.other, one, d.pieces(0, 2)), "duplicate_line", "lines", "1")
	refused(t, "no such variant", create(d.main, d.other, one, warehouse.Pieces{Variant: 999, Quantity: 1}), "variant_not_found", "lines", "1", "variant")

	x := d.draft(t, one)
	steps := map[string]func(version int64) error{
		"edit": func(v int64) error {
			_, err := d.UpdateTransfer(d.ctx, x.ID, v, warehouse.TransferChange{})
			return err
		},
		"edit lines": func(v int64) error {
			_, err := d.UpdateTransfer(d.ctx, x.ID, v, warehouse.TransferChange{Lines: []warehouse.Pieces{one}})
			return err
		},
		"reserve": func(v int64) error { _, err := d.ReserveTransfer(d.ctx, x.ID, v); return err },
		"ship":    func(v int64) error { _, err := d.ShipTransfer(d.ctx, x.ID, v, nil); return err },
		"receive": func(v int64) error { _, err := d.ReceiveTransfer(d.ctx, x.ID, v, d.key(), nil); return err },
		"cancel":  func(v int64) error { _, err := d.CancelTransfer(d.ctx, x.ID, v); return err },
	}
	deny := func(state, reason string, names ...string) {
		t.Helper()
		for _, name := range names {
			refused(t, name+" when "+state, steps[name](x.Version), reason)
		}
	}
	for name, step := range steps {
		refused(t, name+" of an old version", step(x.Version+1), "stale_version", "version")
	}
	deny("draft", "invalid_transition", "ship", "receive")
	x = must[warehouse.Transfer](t)(d.ReserveTransfer(d.ctx, x.ID, x.Version))
	deny("reserved", "invalid_transition", "reserve", "receive")
	deny("reserved", "not_draft", "edit lines")
	_, err := d.ShipTransfer(d.ctx, x.ID, x.Version, []warehouse.Pieces{d.pieces(0, 2)})
	refused(t, "ship more", err, "more_than_reserved", "lines", "0", "quantity")
	_, err = d.ShipTransfer(d.ctx, x.ID, x.Version, []warehouse.Pieces{d.pieces(1, 1)})
	refused(t, "ship another", err, "not_listed", "lines", "0", "variant")
	_, err = d.ShipTransfer(d.ctx, x.ID, x.Version, []warehouse.Pieces{d.pieces(0, 0)})
	refused(t, "ship nothing", err, "nothing_sent")
	x = must[warehouse.Transfer](t)(d.ShipTransfer(d.ctx, x.ID, x.Version, nil))
	deny("in transit", "invalid_transition", "reserve", "ship", "cancel")
	for reason, arrivals := range map[string][]warehouse.Arrival{
		"more_than_sent":   {{Received: 1, Lost: 1}, {Received: 2}},
		"invalid_quantity": {{Received: 2, Lost: -1}, {Lost: inventory.MaxQuantity + 1}, {}},
	} {
		for _, a := range arrivals {
			a.Variant = d.variants[0]
			_, err := d.ReceiveTransfer(d.ctx, x.ID, x.Version, d.key(), []warehouse.Arrival{a})
			refused(t, fmt.Sprintf("%+v came", a), err, reason, "lines", "0")
		}
	}
	_, err = d.ReceiveTransfer(d.ctx, x.ID, x.Version, "", nil)
	refused(t, "without a key", err, "idempotency_key_required")
	x = must[warehouse.Transfer](t)(d.ReceiveTransfer(d.ctx, x.ID, x.Version, d.key(), nil))
	deny("received", "invalid_transition", "edit", "reserve", "ship", "receive", "cancel")
}

// What came is not taken in where nothing is taken in; what is lost may be told.
func TestReceive_refusedWhereTheLocationWasClosed(t *testing.T) {
	t.Parallel()
	d := open(t, inventory.CrossChecks()...)
	x := d.shipped(t, d.pieces(0, 3))
	other := must[inventory.Location](t)(d.stock.LocationByID(d.ctx, d.other))
	shut := false
	must[inventory.Location](t)(d.stock.UpdateLocation(d.ctx, d.other, other.Version, inventory.LocationChange{Active: &shut}))
	_, err := d.ReceiveTransfer(d.ctx, x.ID, x.Version, "a", nil)
	refused(t, "came", err, "location_inactive", "to")
	x = must[warehouse.Transfer](t)(d.ReceiveTransfer(d.ctx, x.ID, x.Version, "b", []warehouse.Arrival{{Variant: d.variants[0], Lost: 3}}))
	if x.State != lifecycle.Received {
		t.Errorf("%+v", x)
	}
}

func TestReceive_sameKeyOnce(t *testing.T) {
	t.Parallel()
	d := open(t, inventory.CrossChecks()...)
	x := d.shipped(t, d.pieces(0, 6))
	some := []warehouse.Arrival{{Variant: d.variants[0], Received: 2}}
	first := must[warehouse.Transfer](t)(d.ReceiveTransfer(d.ctx, x.ID, x.Version, "same", some))
	for _, version := range []int64{x.Version, first.Version} {
		if again := must[warehouse.Transfer](t)(d.ReceiveTransfer(d.ctx, x.ID, version, "same", some)); again.Version != first.Version {
			t.Errorf("%+v, then %+v", first, again)
		}
	}
	d.expect(t, "repeated", d.variants[0], inventory.Stock{OnHand: 4}, inventory.Stock{OnHand: 2, Incoming: 4})
	some[0].Received = 3
	_, err := d.ReceiveTransfer(d.ctx, x.ID, first.Version, "same", some)
	refused(t, "something else under the key", err, "idempotency_key_reused")
}

func TestUpdate_changesDatesAndNotesUntilTheEnd(t *testing.T) {
	t.Parallel()
	d := open(t, inventory.CrossChecks()...)
	x := d.shipped(t, d.pieces(0, 1))
	day, note := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC), "by sea"
	x = must[warehouse.Transfer](t)(d.UpdateTransfer(d.ctx, x.ID, x.Version, warehouse.TransferChange{ExpectedAt: &day, Note: &note}))
	if x.ExpectedAt == nil || !x.ExpectedAt.Equal(day) || x.Note != note || x.State != lifecycle.InTransit {
		t.Errorf("%+v", x)
	}
	x = must[warehouse.Transfer](t)(d.UpdateTransfer(d.ctx, x.ID, x.Version, warehouse.TransferChange{ExpectedAt: &time.Time{}}))
	if x.ExpectedAt != nil || x.Note != note {
		t.Errorf("%+v", x)
	}
}

func TestListTransfers_filtersAndPages(t *testing.T) {
	t.Parallel()
	d := open(t, inventory.CrossChecks()...)
	a := d.draft(t, d.pieces(0, 1))
	b := d.reserved(t, d.pieces(1, 1))
	c := d.reserved(t, d.pieces(0, 1), d.pieces(1, 1))
	day := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	must[warehouse.Transfer](t)(d.UpdateTransfer(d.ctx, c.ID, c.Version, warehouse.TransferChange{ExpectedAt: &day}))
	two := 2
	for name, test := range map[string]struct {
		filter warehouse.TransferFilter
		by     warehouse.TransferSort
		want   []warehouse.TransferID
	}{
		"all":         {want: []warehouse.TransferID{a.ID, b.ID, c.ID}},
		"by date":     {by: warehouse.TransfersByExpected, want: []warehouse.TransferID{c.ID, a.ID, b.ID}},
		"of a state":  {filter: warehouse.TransferFilter{States: []lifecycle.TransferState{lifecycle.Reserved}}, want: []warehouse.TransferID{b.ID, c.ID}},
		"of a piece":  {filter: warehouse.TransferFilter{Variant: d.variants[0]}, want: []warehouse.TransferID{a.ID, c.ID}},
		"from":        {filter: warehouse.TransferFilter{From: d.other}},
		"to":          {filter: warehouse.TransferFilter{To: d.other}, by: warehouse.TransfersByUpdate, want: []warehouse.TransferID{a.ID, b.ID, c.ID}},
		"of no piece": {filter: warehouse.TransferFilter{Variant: d.variants[2]}},
	} {
		var got []warehouse.TransferID
		for args := (page.Args{First: &two}); ; {
			s := must[page.Slice[warehouse.Transfer]](t)(d.ListTransfers(d.ctx, test.filter, test.by, args))
			for _, x := range s.Items {
				got = append(got, x.ID)
			}
			if args.After = s.Info.EndCursor; !s.Info.HasNextPage {
				break
			}
		}
		n := must[int64](t)(d.CountTransfers(d.ctx, test.filter))
		if fmt.Sprint(got) != fmt.Sprint(test.want) || n != int64(len(test.want)) {
			t.Errorf("%s: %v and %d, want %v", name, got, n, test.want)
		}
	}
}

const rounds = 40

// Two people take in the same rest at once: it is there once.
func TestRace_twoReceiveTheSameRest(t *testing.T) {
	t.Parallel()
	d := open(t, inventory.CrossChecks()...)
	for i := range rounds {
		x := d.shipped(t, d.pieces(0, 10))
		receive := func(key string) func() error {
			return func() error {
				_, err := d.ReceiveTransfer(d.ctx, x.ID, x.Version, fmt.Sprint(key, i), nil)
				return err
			}
		}
		one(t, race(receive("a"), receive("b")), "stale_version")
		d.expect(t, "after both", d.variants[0], inventory.Stock{}, inventory.Stock{OnHand: int64(i+1) * 10})
		d.adjust(t, d.variants[0], 10)
		if t.Failed() {
			return
		}
	}
}

func TestRace_shipAgainstCancel(t *testing.T) {
	t.Parallel()
	d := open(t, inventory.CrossChecks()...)
	for range rounds {
		x := d.reserved(t, d.pieces(0, 4))
		had := d.at(t, d.variants[0], d.main).OnHand
		one(t, race(
			func() error { _, err := d.ShipTransfer(d.ctx, x.ID, x.Version, nil); return err },
			func() error { _, err := d.CancelTransfer(d.ctx, x.ID, x.Version); return err }), "stale_version")
		x = must[warehouse.Transfer](t)(d.TransferByID(d.ctx, x.ID))
		want := had
		if x.State == lifecycle.InTransit {
			want -= 4
			d.adjust(t, d.variants[0], 4)
			want += 4
		}
		if got := d.at(t, d.variants[0], d.main); got != (inventory.Stock{OnHand: want}) {
			t.Fatalf("%s: %+v, want %d on hand", x.State, got, want)
		}
	}
}

// A transfer and buyers want the same pieces: there are never more promised than
// there are, and no piece is left while somebody was refused for want of it.
func TestRace_transferAgainstBuyers(t *testing.T) {
	t.Parallel()
	d := open(t)
	a, b := d.variants[0], d.variants[1]
	for i := range rounds {
		x, y := d.draft(t, d.pieces(0, 6), d.pieces(1, 1)), d.draft(t, d.pieces(1, 6), d.pieces(0, 1))
		buy := func(checkout inventory.CheckoutID, wants ...inventory.Want) func() error {
			return func() error {
				short, err := d.stock.Reserve(d.ctx, inventory.Hold{Checkout: checkout, Wants: wants, Until: d.db.Clock().Now().Add(time.Hour)})
				if err == nil && len(short) > 0 {
					return inventory.ErrInsufficient
				}
				return err
			}
		}
		first := inventory.CheckoutID(i*4 + 1)
		said := race(
			func() error { _, err := d.ReserveTransfer(d.ctx, x.ID, x.Version); return err },
			buy(first, inventory.Want{Line: 1, Variant: a, Quantity: 5}),
			buy(first+1, inventory.Want{Line: 1, Variant: b, Quantity: 4}, inventory.Want{Line: 2, Variant: a, Quantity: 2}),
			func() error { _, err := d.ReserveTransfer(d.ctx, y.ID, y.Version); return err },
			buy(first+2, inventory.Want{Line: 1, Variant: a, Quantity: 2}))
		for _, err := range said {
			if err != nil && !fault.Is(err, "insufficient_stock") {
				t.Fatal(err)
			}
		}
		for _, v := range []catalog.VariantID{a, b} {
			if got := d.at(t, v, d.main); got.Taken > got.OnHand {
				t.Fatalf("round %d: %+v", i, got)
			}
		}
		for c := range inventory.CheckoutID(3) {
			if err := d.stock.Release(d.ctx, first+c); err != nil {
				t.Fatal(err)
			}
		}
		for _, paper := range []warehouse.Transfer{x, y} {
			paper = must[warehouse.Transfer](t)(d.TransferByID(d.ctx, paper.ID))
			must[warehouse.Transfer](t)(d.CancelTransfer(d.ctx, paper.ID, paper.Version))
		}
		d.expect(t, "all given back", a, inventory.Stock{OnHand: 10}, inventory.Stock{})
	}
	if n := d.number(t, `SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()`); n != 0 {
		t.Errorf("%d deadlocks", n)
	}
}

// one wants exactly one success, and of all others the reason.
func one(t *testing.T, said []error, reason string) {
	t.Helper()
	done := 0
	for _, err := range said {
		if err == nil {
			done++
		} else if !fault.Is(err, reason) {
			t.Errorf("got %v, want %s", err, reason)
		}
	}
	if done != 1 {
		t.Errorf("%d succeeded: %v", done, said)
	}
}

// Whatever people do in whatever order, the books agree: the checks that every
// test of this package ends with are what this one is for.
func TestTransfers_anyWalkKeepsTheBooks(t *testing.T) {
	t.Parallel()
	d := open(t, inventory.CrossChecks()...)
	random := rand.New(rand.NewPCG(4, 19))
	some := func() int64 { return random.Int64N(8) }
	var papers []warehouse.TransferID
	for range 300 {
		if len(papers) == 0 || random.IntN(8) == 0 {
			papers = append(papers, d.draft(t, d.pieces(0, 1+some()), d.pieces(1, 1+some())).ID)
		}
		x := must[warehouse.Transfer](t)(d.TransferByID(d.ctx, papers[random.IntN(len(papers))]))
		var err error
		switch random.IntN(6) {
		case 0, 1:
			_, err = d.ReserveTransfer(d.ctx, x.ID, x.Version)
		case 2:
			_, err = d.ShipTransfer(d.ctx, x.ID, x.Version, []warehouse.Pieces{d.pieces(0, some()), d.pieces(1, some())})
		case 3, 4:
			_, err = d.ReceiveTransfer(d.ctx, x.ID, x.Version, d.key(), []warehouse.Arrival{{Variant: d.variants[random.IntN(2)], Received: some(), Lost: some() / 4}})
		case 5:
			_, err = d.CancelTransfer(d.ctx, x.ID, x.Version)
		}
		if err != nil && fault.KindOf(err) != fault.Conflict && fault.KindOf(err) != fault.Invalid {
			t.Fatal(err)
		}
		if got := d.at(t, d.variants[0], d.main); got.OnHand < 4 {
			d.adjust(t, d.variants[0], 5)
		}
	}
	if n := d.number(t, `SELECT count(DISTINCT state) FROM stock_transfer`); n < 4 {
		t.Errorf("the walk came to %d states", n)
	}
}
