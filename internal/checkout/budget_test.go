package checkout_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/souk-commerce/souk/internal/checkout"
	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/testkit/salesfloor"
)

// What each use case costs the database, however many lines there are. The
// heaviest one is the submission, with the order and the answer in it.
func TestStatements_areBounded(t *testing.T) {
	t.Parallel()
	s := salesfloor.Open(t, salesfloor.Options{})
	for _, lines := range []map[string]int{{"mug": 1}, {"mug": 1, "shirt-s": 2, "shirt-m": 3, "crate": 4, "ebook": 1}} {
		from := s.Cart(t, "US", lines)
		var c checkout.Checkout
		spent := func(what string, most int, do func(context.Context) error) {
			t.Helper()
			ctx, counter := postgres.CountStatements(context.Background())
			if err := do(ctx); err != nil {
				t.Fatal(err)
			}
			// the sandbox's ledger stands for a provider elsewhere
			ours := slices.DeleteFunc(counter.SQL(), func(sql string) bool { return strings.Contains(sql, "sandbox_charge") })
			if n := len(ours); n > most {
				t.Errorf("%s of %d lines: %d statements, %d allowed", what, len(lines), n, most)
				for i, sql := range ours {
					t.Logf("%2d %.110s", i+1, sql)
				}
			}
		}
		spent("start", 25, func(ctx context.Context) (err error) {
			c, err = s.Checkouts.Start(ctx, checkout.Start{Cart: salesfloor.RefOf(from), Key: "k", Email: "ada@example.com"})
			return err
		})
		spent("address", 15, func(ctx context.Context) (err error) {
			c, err = s.Checkouts.SetShippingAddress(ctx, refOf(c), salesfloor.Address("US"))
			return err
		})
		spent("delivery", 15, func(ctx context.Context) (err error) {
			c, err = s.Checkouts.SelectDelivery(ctx, refOf(c), map[string]string{"shipping": "standard"})
			return err
		})
		spent("completion", 25, func(ctx context.Context) error {
			_, err := s.Checkouts.Complete(ctx, salesfloor.Submission(c, "ok", "k"))
			return err
		})
	}
}
