package pricing

import (
	"context"
	"fmt"
	"strconv"

	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// Sum is a variant that costs what its parts cost together, less a discount.
// Where the buyer chooses the parts, it is shown with the cheapest choice.
type Sum struct {
	Variant     catalog.VariantID
	DiscountPPM int64
	Parts       []Part // of all that must be filled
}

// Part is what a place in a sum can be filled with. All parts of one slot name
// the same number of times.
type Part struct {
	Slot     int
	Times    int // how often one of the slot's parts is taken
	Variant  catalog.VariantID
	Quantity int // pieces at a time
}

// Sums is the later room that knows which variants are sums.
type Sums interface {
	// SumsOf gives the sums that any of the variants is or is a part of, and all
	// variants of their products.
	SumsOf(ctx context.Context, variants []catalog.VariantID) ([]Sum, []catalog.VariantRef, error)
}

// Attach adds the room that knows sums. It is called while the shop is being
// wired, before the first request.
func (s *Service) Attach(sums Sums) { s.sums = sums }

// Attach adds the room that knows sums, and gives the operations themselves.
func (b *Bulk) Attach(sums Sums) *Bulk {
	b.sums = sums
	return b
}

// Hold takes every price list until the transaction ends, as whoever changes
// what sums consist of does before taking locks of its own.
func (s *Service) Hold(ctx context.Context) error {
	_, err := s.lockAll(ctx)
	return err
}

// Resum brings variants up to date that became a sum, are another one now, or
// none any more: then they have no price until somebody sets one.
func (s *Service) Resum(ctx context.Context, variants []catalog.VariantID) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		lists, err := s.lockAll(ctx)
		if err != nil || len(lists) == 0 {
			return err
		}
		own, err := s.catalog.RefsOfVariants(ctx, variants)
		if err != nil {
			return err
		}
		refs, err := s.catalog.RefsOfProducts(ctx, productsOf(own))
		if err != nil {
			return err
		}
		return s.follow(ctx, lists, refs)
	})
}

// refuseSums refuses to set the price of what costs the sum of its parts.
func (s *Service) refuseSums(ctx context.Context, changes []Change) error {
	sums, _, err := s.sumsOf(ctx, variantsOf(changes))
	if err != nil {
		return err
	}
	summed := map[catalog.VariantID]bool{}
	for _, sum := range sums {
		summed[sum.Variant] = true
	}
	var faults fault.List
	for i, c := range changes {
		if summed[c.Variant] {
			faults.Add(errSummed.At("prices", strconv.Itoa(i), "variant"))
		}
	}
	return faults.Err()
}

func (s *Service) sumsOf(ctx context.Context, variants []catalog.VariantID) ([]Sum, []catalog.VariantRef, error) {
	if s.sums == nil || len(variants) == 0 {
		return nil, nil, nil
	}
	return s.sums.SumsOf(ctx, variants)
}

// Discounted gives what is left of a whole after a discount in millionths. It is
// the one place where the prices of sums are rounded: whole × (1,000,000 −
// discount) ÷ 1,000,000, a half rounded up. The whole lies between 0 and
// MaxAmount, so that nothing overflows. discountedSQL says the same in SQL.
func Discounted(whole, discountPPM int64) int64 {
	return (whole*(1_000_000-discountPPM) + 500_000) / 1_000_000
}

// discountedSQL is Discounted in SQL. A test holds the two against each other.
const discountedSQL = `div(w.whole * (1000000 - w.discount_ppm) + 500000, 1000000)::bigint`

// sumSQL makes the prices of sums those of their parts, for one piece, in each
// list where every slot has a part with a price: $1 lists, $2 sums, $3
// discounts, $4… parts: sum, slot, times, variant, quantity; $9 now. What was
// set by hand for a sum goes. A sum too large to count is no price.
const sumSQL = `
	WITH part AS (
		SELECT * FROM unnest($4::bigint[], $5::int[], $6::int[], $7::bigint[], $8::int[]) AS p(sum, slot, times, variant, quantity)
	), slot AS (
		SELECT a.price_list_id AS list, p.sum, p.slot, min(a.amount * p.quantity::numeric) * max(p.times) AS amount
		FROM part p JOIN price a ON a.variant_id = p.variant AND a.min_quantity = 1 AND a.price_list_id = ANY($1)
		GROUP BY a.price_list_id, p.sum, p.slot
	), whole AS (
		SELECT s.list, s.sum, sum(s.amount) AS whole, n.discount_ppm FROM slot s
		JOIN unnest($2::bigint[], $3::bigint[]) AS n(sum, discount_ppm) ON n.sum = s.sum
		GROUP BY s.list, s.sum, n.discount_ppm
		HAVING count(*) = (SELECT count(DISTINCT p.slot) FROM part p WHERE p.sum = s.sum) AND sum(s.amount) <= 1000000000000
	), wanted AS (
		SELECT w.list, w.sum, ` + discountedSQL + ` AS amount, CASE WHEN w.discount_ppm > 0 THEN w.whole::bigint END AS compare_at FROM whole w
	), gone AS (
		DELETE FROM price p WHERE p.price_list_id = ANY($1) AND p.variant_id = ANY($2)
			AND (p.min_quantity > 1 OR NOT EXISTS (SELECT FROM wanted w WHERE w.list = p.price_list_id AND w.sum = p.variant_id))
	)
	INSERT INTO price AS p (price_list_id, variant_id, min_quantity, amount, compare_at, derived, updated_at)
	SELECT list, sum, 1, amount, compare_at, true, $9 FROM wanted ORDER BY list, sum
	ON CONFLICT (variant_id, price_list_id, min_quantity) DO UPDATE
	SET amount = excluded.amount, compare_at = excluded.compare_at, derived = true, updated_at = excluded.updated_at
	WHERE NOT p.derived OR (p.amount, p.compare_at) IS DISTINCT FROM (excluded.amount, excluded.compare_at)`

// addUp brings the prices of sums up to date in these lists.
func addUp(ctx context.Context, db *postgres.DB, lists []ListID, sums []Sum) error {
	if len(sums) == 0 {
		return nil
	}
	var of, variants, ids, discounts []int64
	var slots, times, quantities []int
	for _, sum := range sums {
		ids, discounts = append(ids, int64(sum.Variant)), append(discounts, sum.DiscountPPM)
		for _, p := range sum.Parts {
			of, variants = append(of, int64(sum.Variant)), append(variants, int64(p.Variant))
			slots, times, quantities = append(slots, p.Slot), append(times, p.Times), append(quantities, p.Quantity)
		}
	}
	_, err := db.Conn(ctx).Exec(ctx, sumSQL, raw(lists), ids, discounts, of, slots, times, variants, quantities, db.Now(ctx))
	if err != nil {
		return fmt.Errorf("add prices up: %w", postgres.Conflict(err, byConstraint))
	}
	return nil
}
