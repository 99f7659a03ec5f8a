package recommend

import (
	"cmp"
	"slices"

	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/search/table"
)

// shelf is the goods as one buyer sees them, for one request.
type shelf struct {
	at    listing.Context
	view  *table.View // nil where nothing is known
	among map[listing.CategoryID][]ProductID
}

// best gives the first of the recommendations that the buyer sees, each product
// once, those that can be bought first. Several reasons for one come together.
func (sh *shelf) best(all []Recommendation, not []ProductID, limit int) []Recommendation {
	place := map[ProductID]int{}
	var out, soldOut []Recommendation
	available := map[ProductID]bool{}
	for _, r := range all {
		if i, twice := place[r.Product]; twice {
			list := out
			if !available[r.Product] {
				list = soldOut
			}
			list[i].Reasons = also(list[i].Reasons, r.Reasons)
			continue
		}
		can, sees := sh.sees(r.Product)
		if !sees || slices.Contains(not, r.Product) || len(out) == limit {
			continue
		}
		if available[r.Product] = can; can {
			place[r.Product], out = len(out), append(out, r)
		} else {
			place[r.Product], soldOut = len(soldOut), append(soldOut, r)
		}
	}
	out = append(out, soldOut...)
	return out[:min(limit, len(out))]
}

// also adds the reasons that are not among those known.
func also(known, more []Reason) []Reason {
	for _, r := range more {
		if !slices.ContainsFunc(known, func(k Reason) bool { return k.Because == r.Because }) {
			known = append(slices.Clip(known), r)
		}
	}
	return known
}

// sees reports whether the buyer sees a product and can buy it.
func (sh *shelf) sees(p ProductID) (can, sees bool) {
	if sh.view == nil {
		return true, true
	}
	facts, ok := sh.view.Facts(sh.at, p)
	return facts.Available, ok
}

// How near products are to each other, in millionths: what each likeness counts
// at most.
const (
	nearCategory = 250_000
	nearVendor   = 125_000
	nearType     = 125_000
	nearValues   = 300_000
	nearPrice    = 200_000
	// priceNear is the nearness of prices from which it is a reason.
	priceNear = 850_000
	// leastNear is what products have in common at least, be it only a category.
	leastNear = 250_000
	mostNear  = 2_000 // products that one is compared with
)

// near gives the products that are like one by what they are, the nearest first.
func (sh *shelf) near(p ProductID) []Recommendation {
	if sh.view == nil {
		return nil
	}
	mine, ok := sh.view.Traits(p)
	if !ok {
		return nil
	}
	var amount int64 // of one that the buyer does not see it is not known
	if facts, sees := sh.view.Facts(sh.at, p); sees {
		amount = facts.Amount
	}
	var all []alike
	for _, id := range sh.compared(mine) {
		theirs, ok := sh.view.Traits(id)
		facts, sees := sh.view.Facts(sh.at, id)
		if id == p || !ok || !sees {
			continue
		}
		if like := likeness(mine, theirs, amount, facts.Amount); like.score >= leastNear {
			like.product = id
			all = append(all, like)
		}
	}
	slices.SortFunc(all, func(a, b alike) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.product, b.product))
	})
	out := make([]Recommendation, min(len(all), MostAsked))
	for i := range out {
		out[i] = Recommendation{Product: all[i].product, ScorePPM: all[i].score, Reasons: all[i].reasons()}
	}
	return out
}

// compared gives the products that one is compared with: those of its category,
// or of its vendor where it is in none.
func (sh *shelf) compared(mine table.Traits) []ProductID {
	ask := table.Ask{At: sh.at, Category: mine.Category}
	if mine.Category == 0 {
		if mine.Vendor == "" {
			return nil
		}
		ask.Filters = []listing.Filter{{ProductVendor: &mine.Vendor}}
	} else if ids, known := sh.among[mine.Category]; known {
		return ids
	}
	found, err := sh.view.Select(ask)
	if err != nil { // it is our own ask: there is nothing wrong with it
		return nil
	}
	ids := found.IDs()
	ids = ids[:min(len(ids), mostNear)]
	if mine.Category != 0 {
		sh.among[mine.Category] = ids
	}
	return ids
}

// alike is how near two products are, and by what.
type alike struct {
	product                ProductID
	score                  int64
	category, vendor, near bool
	values                 int64 // that both have
}

func likeness(a, b table.Traits, amountA, amountB int64) alike {
	like := alike{category: a.Category != 0 && a.Category == b.Category, vendor: a.Vendor != "" && a.Vendor == b.Vendor, values: shared(a.Values, b.Values)}
	if like.category {
		like.score += nearCategory
	}
	if like.vendor {
		like.score += nearVendor
	}
	if a.Type != "" && a.Type == b.Type {
		like.score += nearType
	}
	if like.values > 0 {
		like.score += nearValues * like.values / (int64(len(a.Values)+len(b.Values)) - like.values)
	}
	if amountA > 0 && amountB > 0 {
		nearness := min(amountA, amountB) * 1_000_000 / max(amountA, amountB)
		like.near = nearness >= priceNear
		like.score += nearness * nearPrice / 1_000_000
	}
	return like
}

func (a alike) reasons() []Reason {
	var all []Reason
	if a.category {
		all = append(all, Reason{Because: SameCategory})
	}
	if a.vendor {
		all = append(all, Reason{Because: SameVendor})
	}
	if a.values > 0 {
		all = append(all, Reason{Because: SameAttributes, Count: a.values})
	}
	if a.near {
		all = append(all, Reason{Because: NearPrice})
	}
	return all
}

// shared counts what two ascending lists have in common.
func shared[T cmp.Ordered](a, b []T) (n int64) {
	for len(a) > 0 && len(b) > 0 {
		switch c := cmp.Compare(a[0], b[0]); {
		case c < 0:
			a = a[1:]
		case c > 0:
			b = b[1:]
		default:
			n, a, b = n+1, a[1:], b[1:]
		}
	}
	return n
}

// dearer keeps what costs more, up to three times as much, and says so.
func (sh *shelf) dearer(p ProductID, all []Recommendation) []Recommendation {
	if sh.view == nil {
		return nil
	}
	mine, ok := sh.view.Facts(sh.at, p)
	if !ok || mine.Amount <= 0 {
		return nil
	}
	var kept []Recommendation
	for _, r := range all {
		theirs, ok := sh.view.Facts(sh.at, r.Product)
		if ok && theirs.Amount > mine.Amount && theirs.Amount/3 <= mine.Amount {
			r.Reasons = append([]Reason{{Because: HigherPrice}}, r.Reasons...)
			kept = append(kept, r)
		}
	}
	return kept
}

// elsewhere keeps what is in another category than a product.
func (sh *shelf) elsewhere(p ProductID, all []Recommendation) []Recommendation {
	if sh.view == nil {
		return nil
	}
	mine, ok := sh.view.Traits(p)
	if !ok {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(all), func(r Recommendation) bool {
		theirs, ok := sh.view.Traits(r.Product)
		return !ok || theirs.Category == mine.Category
	})
}

// wantedNear gives what is wanted now in a product's category.
func (sh *shelf) wantedNear(p ProductID) []Recommendation {
	if sh.view == nil {
		return nil
	}
	mine, ok := sh.view.Traits(p)
	if !ok || mine.Category == 0 {
		return nil
	}
	var all []Recommendation
	for _, id := range sh.compared(mine) {
		if facts, ok := sh.view.Facts(sh.at, id); ok && facts.Trend > 0 {
			r := byWish(id, facts.Trend, facts.Popularity)
			r.Reasons = append(r.Reasons, Reason{Because: SameCategory})
			all = append(all, r)
		}
	}
	slices.SortFunc(all, func(a, b Recommendation) int {
		return cmp.Or(cmp.Compare(b.ScorePPM, a.ScorePPM), cmp.Compare(a.Product, b.Product))
	})
	return all[:min(len(all), MostAsked)]
}
