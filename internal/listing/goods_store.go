package listing

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/internal/bundle"
	"github.com/souk-commerce/souk/internal/catalog"
)

// Goods reads the facts on which a purchase depends, of any number of variants
// and of all choices of the bundles among them in one statement. Variants that
// are gone are missing; those that are not for sale in the buyer's market say so.
func (s *Service) Goods(ctx context.Context, at Context, ids []VariantID) (map[VariantID]Goods, error) {
	out := make(map[VariantID]Goods, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	t, row := newTrip(at), newGoodsRow()
	t.read(goodsOf(at, ids), func(r pgx.Row) error {
		if err := r.Scan(row.into...); err != nil {
			return err
		}
		g, err := row.goods(at, s.base)
		out[g.Variant] = g
		return err
	})
	if err := t.run(ctx, s.db); err != nil {
		return nil, fmt.Errorf("read goods: %w", err)
	}
	for id, g := range out {
		if g.Bundle != nil {
			g.compose(out)
			out[id] = g
		}
	}
	return out, nil
}

// goodsOf is the statement whose rows goodsRow holds.
func goodsOf(at Context, ids []VariantID) *statement {
	s := &statement{}
	title, variantTitle := "p.title", "v.title"
	if len(at.Translations) > 0 {
		languages := s.arg(at.Translations) + "::text[]"
		title = translatedOr(languages, "product", "p.id", "title", title)
		variantTitle = `COALESCE((SELECT string_agg(` + translatedOr(languages, "product_option_value", "c.id", "name", "c.name") + `, ' / ' ORDER BY k.place)
 FROM unnest(string_to_array(v.option_key, '-')::bigint[]) WITH ORDINALITY AS k(id, place) JOIN product_option_value c ON c.id = k.id), v.title)`
	}
	s.write(`SELECT v.id, p.id, p.handle, ` + title + `, ` + variantTitle + `, v.option_key = '' OR v.title = '` + catalog.DefaultValue + `', v.sku, p.vendor,
 i.storage_key, i.origin_url, a.froms, a.amounts, a.compare_ats, v.min_quantity, v.quantity_step, v.max_quantity, ` + s.visible(at) + `,
 ` + policyColumns + `, CASE WHEN v.tracked THEN ` + s.stock(at) + ` ELSE 0 END,
 v.requires_shipping, v.taxable, v.tax_code, v.weight_grams, v.unit_cost, ` + recipe + `
FROM variant v JOIN product p ON p.id = v.product_id`)
	s.write(`
LEFT JOIN LATERAL (SELECT array_agg(min_quantity ORDER BY min_quantity) AS froms, array_agg(amount ORDER BY min_quantity) AS amounts,
 array_agg(compare_at ORDER BY min_quantity) AS compare_ats FROM price WHERE variant_id = v.id AND price_list_id = ?) a ON true
LEFT JOIN media_asset i ON i.id = COALESCE((SELECT id FROM media_asset WHERE id = v.media_id AND kind = 'image'),
 (SELECT m.media_id FROM product_media m JOIN media_asset c ON c.id = m.media_id AND c.kind = 'image' WHERE m.product_id = p.id ORDER BY m.position, m.id LIMIT 1))
WHERE v.id = ANY`+s.withChoices(ids), at.PriceList)
	return s
}

// translatedOr is a text in the best of the languages that it has, else as it
// was written. All its arguments are SQL, or words of the program's own.
func translatedOr(languages, owner, id, field, original string) string {
	return `COALESCE(NULLIF((SELECT value FROM translation WHERE owner_kind = '` + owner + `' AND owner_id = ` + id + ` AND field = '` + field +
		`' AND language = ANY(` + languages + `) ORDER BY array_position(` + languages + `, language::text) LIMIT 1), ''), ` + original + `)`
}

// goodsRow is where one variant is read into, one row after the other.
type goodsRow struct {
	Goods
	only             bool // the product has no other
	sku, key, origin *string
	froms            []int
	amounts          []int64
	policy           catalog.StockPolicy
	compareAts       []*int64
	recipe           []byte
	into             []any
}

func newGoodsRow() *goodsRow {
	r := &goodsRow{}
	r.into = []any{&r.Variant, &r.Product, &r.Handle, &r.Title, &r.VariantTitle, &r.only, &r.sku, &r.Vendor,
		&r.key, &r.origin, &r.froms, &r.amounts, &r.compareAts, &r.Rule.Minimum, &r.Rule.Increment, &r.Rule.Maximum, &r.Sellable,
	}
	r.into = append(r.into, policyInto(&r.policy)...)
	r.into = append(r.into, &r.Stock, &r.RequiresShipping, &r.Taxable, &r.TaxCode, &r.Grams, &r.UnitCost, &r.recipe)
	return r
}

func (r *goodsRow) goods(at Context, base string) (Goods, error) {
	g := r.Goods
	if r.recipe != nil {
		g.Bundle = &bundle.Recipe{}
		if err := json.Unmarshal(r.recipe, g.Bundle); err != nil {
			return g, fmt.Errorf("decode the recipe of variant %d: %w", g.Variant, err)
		}
	}
	g.Currency, g.SKU = at.Currency, text(r.sku)
	g.Tracked, g.Preorder = r.policy.Tracked, r.policy.Preordered(at.Now)
	g.Ahead, g.AheadLimit, g.AheadAt = r.policy.Ahead(at.Now)
	if r.only {
		g.VariantTitle = ""
	}
	if r.key != nil || r.origin != nil {
		g.ImageURL = (&Image{key: text(r.key), origin: text(r.origin), base: base}).URL(nil)
	}
	// What has no price for one piece is not sold, as in every list.
	if len(r.froms) > 0 && r.froms[0] == 1 {
		g.Prices = make([]Tier, len(r.froms))
		for i, from := range r.froms {
			g.Prices[i] = Tier{From: from, Amount: r.amounts[i]}
			if was := r.compareAts[i]; was != nil && *was > r.amounts[i] {
				g.Prices[i].CompareAt = was
			}
		}
	}
	return g, nil
}
