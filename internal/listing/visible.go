package listing

import "strings"

// These fragments and those of stock.go are the one place that says what a buyer
// may see and buy. In them p is a product, r its price range in the buyer's list, v a variant.

// from names a product and what it costs.
func (s *statement) from(at Context) string {
	return s.bind("product p JOIN price_range r ON r.product_id = p.id AND r.price_list_id = ?", at.PriceList)
}

// visible holds for products on sale in the buyer's market: active, published,
// not kept out of the market; from adds that they have a price.
func (s *statement) visible(at Context) string {
	return s.bind(`p.status = 'active' AND p.published_at <= ?
 AND NOT EXISTS (SELECT 1 FROM product_exclusion x WHERE x.product_id = p.id AND x.market_id = ?)`, at.Now, at.Market)
}

// variants names the variants of p with what they cost one by one.
func (s *statement) variants(at Context) string {
	return s.bind("variant v JOIN price a ON a.variant_id = v.id AND a.price_list_id = ? AND a.min_quantity = 1", at.PriceList)
}

// sold holds for products of which a variant can be bought now.
func (s *statement) sold(at Context) string {
	return "EXISTS (SELECT 1 FROM " + s.variants(at) + " WHERE v.product_id = p.id AND " + s.buyable(at, s.stock(at)) + ")"
}

// onPage are the ids that the page statement of the same trip found.
const onPage = "ANY(string_to_array(current_setting('souk.page', true), ',')::bigint[])"

// pageRows are the same ids as rows g(id).
const pageRows = "unnest(string_to_array(current_setting('souk.page', true), ',')::bigint[]) AS g(id)"

func and(conditions []string) string {
	if len(conditions) == 0 {
		return "TRUE"
	}
	return strings.Join(conditions, "\n AND ")
}

func or(conditions []string) string {
	if len(conditions) == 0 {
		return "FALSE"
	}
	return "(" + strings.Join(conditions, " OR ") + ")"
}
