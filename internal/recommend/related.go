package recommend

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/search"
)

var (
	errKind = fault.New(fault.Invalid, "related_kind_unknown", "There is no such kind of related products.").At("kind")
	errMany = fault.Newf(fault.Invalid, "too_many_related", "At most %d can be asked for at once.", MostAsked).At("first")
)

// Related names products beside one, best first. Those that can be bought stand
// before those that cannot just now.
func (s *Service) Related(ctx context.Context, at listing.Context, product ProductID, kind Kind, limit int) ([]Recommendation, error) {
	all, err := s.RelatedOf(ctx, at, []ProductID{product}, kind, limit)
	return all[product], err
}

// RelatedOf is Related of several products in one round trip.
func (s *Service) RelatedOf(ctx context.Context, at listing.Context, products []ProductID, kind Kind, limit int) (map[ProductID][]Recommendation, error) {
	if limit < 0 || limit > MostAsked {
		return nil, errMany
	}
	sh, err := s.shelf(at)
	if err != nil {
		return nil, err
	}
	var find func(ProductID) []Recommendation
	switch kind {
	case Similar, Upsell:
		seen, err := s.together(ctx, viewed, products)
		if err != nil {
			return nil, err
		}
		find = func(p ProductID) []Recommendation {
			switch {
			case kind == Upsell:
				return sh.dearer(p, slices.Concat(seen[p], sh.near(p)))
			case len(sh.best(seen[p], []ProductID{p}, limit)) < limit:
				return slices.Concat(seen[p], sh.near(p))
			}
			return seen[p]
		}
	case BoughtTogether, CrossSell:
		with, err := s.together(ctx, bought, products)
		if err != nil {
			return nil, err
		}
		find = func(p ProductID) []Recommendation {
			if kind == CrossSell {
				return sh.elsewhere(p, with[p])
			}
			return with[p]
		}
	case Trending:
		now, err := s.wanted(ctx, MostAsked*4)
		if err != nil {
			return nil, err
		}
		find = func(p ProductID) []Recommendation { return slices.Concat(sh.wantedNear(p), now) }
	default:
		return nil, errKind
	}
	out := make(map[ProductID][]Recommendation, len(products))
	for _, p := range products {
		out[p] = sh.best(find(p), []ProductID{p}, limit)
	}
	return out, nil
}

// Trending names the products that are wanted now more than before.
func (s *Service) Trending(ctx context.Context, at listing.Context, limit int) ([]Recommendation, error) {
	if limit < 0 || limit > MostAsked {
		return nil, errMany
	}
	sh, err := s.shelf(at)
	if err != nil {
		return nil, err
	}
	now, err := s.wanted(ctx, MostAsked*4)
	return sh.best(now, nil, limit), err
}

// ForCart names products to go with those in a cart: what orders with them hold
// too, then what is like them from what visits looked at, then what is wanted now.
func (s *Service) ForCart(ctx context.Context, at listing.Context, products []ProductID, limit int) ([]Recommendation, error) {
	if limit < 0 || limit > MostAsked {
		return nil, errMany
	}
	sh, err := s.shelf(at)
	if err != nil {
		return nil, err
	}
	with, err := s.together(ctx, bought, products)
	if err != nil {
		return nil, err
	}
	seen, err := s.together(ctx, viewed, products)
	if err != nil {
		return nil, err
	}
	now, err := s.wanted(ctx, MostAsked*4)
	if err != nil {
		return nil, err
	}
	return sh.best(slices.Concat(joined(with, products), joined(seen, products), now), products, limit), nil
}

// joined adds up what goes with several products.
func joined(of map[ProductID][]Recommendation, products []ProductID) []Recommendation {
	sums := map[ProductID]*Recommendation{}
	var all []*Recommendation
	for _, p := range products {
		for _, r := range of[p] {
			if sum := sums[r.Product]; sum != nil {
				sum.ScorePPM += r.ScorePPM
				sum.Reasons[0].Count += r.Reasons[0].Count
				continue
			}
			one := Recommendation{Product: r.Product, ScorePPM: r.ScorePPM, Reasons: slices.Clone(r.Reasons)}
			sums[r.Product], all = &one, append(all, &one)
		}
	}
	slices.SortFunc(all, func(a, b *Recommendation) int {
		return cmp.Or(cmp.Compare(b.ScorePPM, a.ScorePPM), cmp.Compare(a.Product, b.Product))
	})
	out := make([]Recommendation, len(all))
	for i, r := range all {
		out[i] = *r
		out[i].ScorePPM = min(r.ScorePPM, 1_000_000)
	}
	return out
}

// together reads what goes with products, the best first.
func (s *Service) together(ctx context.Context, kind affinityKind, products []ProductID) (map[ProductID][]Recommendation, error) {
	because := InSameOrders
	if kind == viewed {
		because = InSameVisits
	}
	rows, err := s.db.Conn(ctx).Query(ctx, `
		SELECT product_id, other_id, together, score_ppm FROM product_affinity
		WHERE product_id = ANY($1) AND kind = $2 ORDER BY product_id, score_ppm DESC, other_id`, products, string(kind))
	if err != nil {
		return nil, fmt.Errorf("read what goes together: %w", postgres.Fault(err))
	}
	out := make(map[ProductID][]Recommendation, len(products))
	var of ProductID
	var r Recommendation
	var count int64
	_, err = pgx.ForEachRow(rows, []any{&of, &r.Product, &count, &r.ScorePPM}, func() error {
		r.Reasons = []Reason{{Because: because, Count: count}}
		out[of] = append(out[of], r)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read what goes together: %w", postgres.Fault(err))
	}
	return out, nil
}

// shelf is the goods as the buyer sees them; without a table, which a process
// has only after some seconds, nobody knows of any that they are not to be seen.
func (s *Service) shelf(at listing.Context) (*shelf, error) {
	t, err := s.search.Table()
	if errors.Is(err, search.ErrUnavailable) || fault.KindOf(err) == fault.Unavailable {
		return &shelf{at: at}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look at the goods: %w", err)
	}
	return &shelf{at: at, view: t.View(), among: map[listing.CategoryID][]ProductID{}}, nil
}
