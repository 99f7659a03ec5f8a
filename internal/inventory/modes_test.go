package inventory_test

import (
	"context"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/souk-commerce/souk/internal/audit"
	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/testkit"
)

// often is how many times the long proofs do something: a little here, in full
// where everything is proved.
func often(little, full int) int {
	if os.Getenv("SOUK_PROVE") == "1" {
		return full
	}
	return little
}

// shop is a store with a second process on its database, where there is one:
// every other checkout goes there.
type shop struct {
	*store
	twin     *store
	together bool
}

// door gives the process that a checkout goes to.
func (s *shop) door(c inventory.CheckoutID) *store {
	if s.twin != nil && c%2 == 1 {
		return s.twin
	}
	return s.store
}

func together(s *shop) {
	s.together = true
	s.Combine(inventory.Combining{On: true, Queue: 5_000, Batch: 64})
}

// modes are the ways in which reservations are admitted.
var modes = map[string]func(*shop){
	"plain":    func(*shop) {},
	"combined": together,
	"combined by two processes": func(s *shop) {
		twin := *s.store
		twin.Service = inventory.NewService(s.db, event.NewOutbox(s.db), audit.New(s.db), s.catalog)
		s.twin = &twin
		together(s)
		together(&shop{store: s.twin})
	},
}

// eachWay runs a test on a shop of its own for each way of admission.
func eachWay(t *testing.T, test func(t *testing.T, s *shop), opts ...testkit.Option) {
	t.Helper()
	for name, set := range modes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &shop{store: open(t, opts...)}
			set(s)
			test(t, s)
		})
	}
}

// crowd does it for all at once.
func crowd[T any](all []T, do func(T)) {
	var wg sync.WaitGroup
	for _, each := range all {
		wg.Go(func() { do(each) })
	}
	wg.Wait()
}

// rush is crowd with no more at a time than there are connections, or where many
// share one, than may wait for it: a busy machine is not what is tested.
func rush[T any](s *shop, all []T, do func(T)) {
	most := int(s.db.Pool().Config().MaxConns)
	if s.together {
		most *= 4
	}
	gate := make(chan struct{}, most)
	crowd(all, func(each T) {
		gate <- struct{}{}
		defer func() { <-gate }()
		do(each)
	})
}

// shelf gives so many articles, each with pieces at the main place.
func (s *store) shelf(t *testing.T, articles int, pieces int64) []catalog.Variant {
	t.Helper()
	values, made := make([]catalog.NewOptionValue, articles), make([]catalog.NewVariant, articles)
	for i := range made {
		name := fmt.Sprint("No ", i)
		values[i], made[i] = catalog.NewOptionValue{Name: name}, catalog.NewVariant{Values: []string{name}}
	}
	product := must[catalog.Product](t)(s.catalog.CreateProduct(s.ctx, catalog.NewProduct{
		Title: "Shelf", Options: []catalog.NewOption{{Name: "Number", Values: values}}, Variants: made}))
	var all []catalog.Variant
	most := 250
	for args := (page.Args{First: &most}); ; {
		p := must[map[catalog.ProductID]page.Slice[catalog.Variant]](t)(
			s.catalog.VariantPages(s.ctx, []catalog.ProductID{product.ID}, args))[product.ID]
		all = append(all, p.Items...)
		if args.After = p.Info.EndCursor; !p.Info.HasNextPage {
			break
		}
	}
	in := make([]inventory.Receipt, len(all))
	for i, v := range all {
		in[i] = inventory.Receipt{Variant: v.ID, Location: s.main.ID, Quantity: pieces}
	}
	must[[]inventory.Level](t)(s.Receive(s.ctx, because(fmt.Sprint("shelf-", product.ID)), in))
	return all
}

// cart is what a buyer wanted and was told.
type cart struct {
	checkout inventory.CheckoutID
	wants    []inventory.Want
	short    []inventory.Shortage
	err      error
}

func (c *cart) held() bool { return c.err == nil && len(c.short) == 0 }

func (c *cart) ask(s *shop) {
	c.short, c.err = s.door(c.checkout).Reserve(s.ctx, inventory.Hold{Checkout: c.checkout, Wants: c.wants, Until: s.db.Now(s.ctx).Add(quarter)})
}

// exact says that every buyer has all that he was told to have, or nothing.
func (s *store) exact(t *testing.T, carts []*cart) {
	t.Helper()
	ids := make([]inventory.CheckoutID, len(carts))
	for i, c := range carts {
		ids[i] = c.checkout
	}
	found := must[map[inventory.CheckoutID][]inventory.Reservation](t)(s.ReservationsOf(s.ctx, ids))
	for _, c := range carts {
		have := map[[2]int64]int64{}
		for _, r := range found[c.checkout] {
			if r.State == inventory.Held {
				have[[2]int64{r.Line, int64(r.Variant)}] += r.Quantity
			}
		}
		if c.held() {
			for _, w := range c.wants {
				have[[2]int64{w.Line, int64(w.Variant)}] -= w.Quantity
			}
		}
		for part, n := range have {
			if n != 0 {
				t.Errorf("checkout %d was told %v, %v of %v; of line %d it is off by %d", c.checkout, c.short, c.err, c.wants, part[0], n)
			}
		}
	}
}

// quiet says that nobody waited in a circle. The counts of the database are
// certain once the sessions that made them have ended.
func (s *store) quiet(t *testing.T) {
	t.Helper()
	s.db.Pool().Reset()
	const others = `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'`
	for range 200 {
		if s.count(t, others) == 0 {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	s.noDeadlock(t)
}

// free gives what can still be promised of a variant.
func (s *store) free(t *testing.T, v catalog.VariantID) int64 {
	t.Helper()
	var sum int64
	for _, l := range must[map[catalog.VariantID][]inventory.Level](t)(s.LevelsOf(s.ctx, []catalog.VariantID{v}))[v] {
		sum += l.OnHand - l.Taken - l.Safety
	}
	return sum
}

// pay orders what a checkout holds.
func (s *store) pay(checkout inventory.CheckoutID, wants ...inventory.Want) error {
	return s.inTx(func(ctx context.Context) error {
		if err := s.Commit(ctx, checkout, wants); err != nil {
			return err
		}
		return s.Consume(ctx, checkout)
	})
}
