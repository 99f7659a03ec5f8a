package listing

import (
	"math"
	"strconv"

	"github.com/souk-commerce/souk/internal/bundle"
)

// isBundle holds for variants that are sold as several others together. Their
// own stock counts for nothing: there are as many as their components allow.
const isBundle = "EXISTS (SELECT 1 FROM bundle b WHERE b.variant_id = v.id)"

// endless is from where on a supply has no end. In SQL a choice without end
// counts more than that, however often its slot must be filled, and a hundred of
// them still fit a bigint.
const endless = 1_000_000_000_000

// bundles are how many of the bundle v the choices allow in the buyer's market:
// what is there, and with what is sold ahead. No choice stands in two slots, so
// that each slot is counted by itself: as often as it must be filled, over all
// of its choices.
func (s *statement) bundles(at Context) string {
	return bundlesOf(s.stock(at), s.preordered(at), s.visible(at))
}

// bundlesOf is bundles given what is left of v, whether it is preordered, and
// what of p may be sold.
func bundlesOf(left, preordered, visible string) string {
	ahead := `CASE WHEN ` + preordered + ` THEN v.preorder_limit WHEN v.backorder THEN v.backorder_limit ELSE 0 END`
	// What has no end has no limit to what is sold ahead, either.
	return `(SELECT ARRAY[min(div(k.there, t.least_pieces)), min(div(k.allowed, t.least_pieces))]::bigint[]
 FROM bundle b JOIN bundle_slot t ON t.bundle_id = b.id AND t.least_pieces > 0 CROSS JOIN LATERAL (
  SELECT COALESCE(sum(CASE WHEN v.tracked THEN div(greatest(x.left, 0), c.quantity) ELSE 1e16 END), 0) AS there,
   COALESCE(sum(CASE WHEN v.tracked AND x.ahead IS NOT NULL THEN div(greatest(x.left + x.ahead, 0), c.quantity) ELSE 1e16 END), 0) AS allowed
  FROM bundle_choice c JOIN variant v ON v.id = c.variant_id JOIN product p ON p.id = v.product_id
  CROSS JOIN LATERAL (SELECT ` + left + `::numeric AS left, ` + ahead + ` AS ahead OFFSET 0) x
  WHERE c.slot_id = t.id AND ` + visible + `) k WHERE b.variant_id = v.id)`
}

// bundled gives bundles, none for what is no bundle.
func (s *statement) bundled(at Context) string {
	return "CASE WHEN " + isBundle + " THEN " + s.bundles(at) + " END"
}

// inventory is how many pieces of v are there, none where they are not counted.
func (s *statement) inventory(at Context) string {
	return "CASE WHEN " + isBundle + " THEN " + there(s.bundles(at)) + " WHEN v.tracked THEN greatest(" + s.stock(at) + ", 0) END"
}

// there is what is there of bundles, none where that has no end.
func there(bundles string) string {
	return "NULLIF(least((" + bundles + ")[1], " + strconv.Itoa(endless) + "), " + strconv.Itoa(endless) + ")"
}

// everywhere is what is left of v in all active locations, whatever they serve.
const everywhere = `(SELECT sum(l.on_hand - l.taken - l.safety) FROM stock_level l
 JOIN location w ON w.id = l.location_id AND w.active WHERE l.variant_id = v.id)`

// compose is supply of a bundle, by what bundles gives.
func (v *Variant) compose(supply []int64) {
	there, allowed := supply[0], supply[1]
	v.Available, v.OnDemand, v.Preorder, v.lowAt = allowed > 0, allowed > there, false, lowStock
	v.InStock, v.expectedAt = nil, nil
	if there < endless {
		shown := int(there)
		v.InStock = &shown
	}
}

// recipe is the recipe of the bundle v, none for what is no bundle.
const recipe = `(SELECT json_build_object('kind', b.kind, 'pricing', b.pricing, 'discount_ppm', b.discount_ppm, 'slots', (
  SELECT json_agg(json_build_object('title', t.title, 'least', t.least_pieces, 'most', t.most_pieces, 'choices', (
   SELECT json_agg(json_build_object('variant', c.variant_id, 'quantity', c.quantity) ORDER BY c.position)
   FROM bundle_choice c WHERE c.slot_id = t.id)) ORDER BY t.position)
  FROM bundle_slot t WHERE t.bundle_id = b.id)) FROM bundle b WHERE b.variant_id = v.id)`

// withChoices are ids and those of the choices of the bundles among them.
func (s *statement) withChoices(ids []VariantID) string {
	return s.bind(`(?::bigint[] || ARRAY(SELECT c.variant_id FROM bundle b
 JOIN bundle_slot t ON t.bundle_id = b.id JOIN bundle_choice c ON c.slot_id = t.id WHERE b.variant_id = ANY(?)))`, ids, ids)
}

// compose makes the stock of a bundle what its choices allow, as bundles does,
// and the weight of a fixed one that of its components.
func (g *Goods) compose(all map[VariantID]Goods) {
	there, allowed := int64(math.MaxInt64), int64(math.MaxInt64)
	for _, s := range g.Bundle.Slots {
		if s.Least == 0 {
			continue
		}
		var inSlot, withAhead int64
		for _, c := range s.Choices {
			part := all[c.Variant]
			inSlot = plus(inSlot, part.there()/int64(c.Quantity))
			withAhead = plus(withAhead, part.Supply()/int64(c.Quantity))
		}
		there, allowed = min(there, inSlot/int64(s.Least)), min(allowed, withAhead/int64(s.Least))
	}
	g.Tracked, g.Preorder, g.AheadAt = there < endless, false, nil
	g.Stock, g.Ahead, g.AheadLimit = there, allowed > there, nil
	if beyond := allowed - there; g.Ahead && allowed < endless {
		g.AheadLimit = &beyond
	}
	if g.Bundle.Kind == bundle.Fixed {
		g.RequiresShipping, g.Grams = false, 0
		for _, s := range g.Bundle.Slots {
			part := all[s.Choices[0].Variant]
			g.RequiresShipping = g.RequiresShipping || part.RequiresShipping
			g.Grams = plus(g.Grams, times(part.Grams, int64(s.Choices[0].Quantity)))
		}
	}
}

// there is how many pieces are in stock; not counted is without end.
func (g Goods) there() int64 {
	switch {
	case !g.Sellable:
		return 0
	case !g.Tracked:
		return math.MaxInt64
	}
	return max(g.Stock, 0)
}

// plus and times stop at the largest number there is; none is negative.
func plus(a, b int64) int64 {
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}

func times(a, b int64) int64 {
	if b > 0 && a > math.MaxInt64/b {
		return math.MaxInt64
	}
	return a * b
}
