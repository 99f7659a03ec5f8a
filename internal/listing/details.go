package listing

import (
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/media"
)

// details adds the statements that fill in the products of the page that the
// statement in front of them found.
func (t *trip) details(sh *shelf, need Need) {
	if need.Has(FieldOptions) || need.Variants != 0 {
		t.options(sh, need)
	}
	if need.Variants != 0 {
		t.variants(sh, need)
	}
	if need.gallery() && !need.coverOnly() {
		t.gallery(sh, need)
	}
	if need.Has(FieldCategories) {
		t.productCategories(sh, need)
	}
	if need.Has(FieldCollections) {
		t.productCollections(sh)
	}
	if len(need.metafieldOwners()) > 0 {
		t.metafields(sh, need)
	}
	if len(t.at.Translations) > 0 {
		t.texts(sh, need)
	}
}

// gallery reports whether pictures of the product itself are needed.
func (n Need) gallery() bool {
	return n.Images != 0 || n.Media != 0 || n.Has(FieldFeaturedImage) || n.Has(FieldVariantImages)
}

// coverOnly reports whether the first picture is all that is needed of the
// gallery: it comes with the product's own columns.
func (n Need) coverOnly() bool { return n.gallery() && n.Images == 0 && n.Media == 0 }

// mediaColumns are what scanMedia reads; absent where a join found nothing.
const mediaColumns = "i.id, i.kind, i.storage_key, i.origin_url, i.content_type, i.width, i.height, i.alt, i.thumbhash, i.bytes, i.created_at"

// mediaRow is a picture that may be absent.
type mediaRow struct {
	id                                *MediaID
	kind, key, origin, typ, alt, hash *string
	width, height                     *int
	bytes                             *int64
	createdAt                         *time.Time
}

func (m *mediaRow) into() []any {
	return []any{&m.id, &m.kind, &m.key, &m.origin, &m.typ, &m.width, &m.height, &m.alt, &m.hash, &m.bytes, &m.createdAt}
}

// media gives the picture, nil when it is absent.
func (m *mediaRow) media(base string) *Media {
	if m.id == nil {
		return nil
	}
	return &Media{
		Kind: media.Kind(*m.kind), ContentType: *m.typ, Bytes: *m.bytes,
		Image: Image{ID: *m.id, Alt: filled(*m.alt), Width: m.width, Height: m.height, Thumbhash: filled(*m.hash),
			key: text(m.key), origin: text(m.origin), createdAt: *m.createdAt, base: base},
	}
}

// image gives the picture as an image, nil when it is absent or is none.
func (m *mediaRow) image(base string) *Image {
	found := m.media(base)
	if found == nil || found.Kind != media.Image {
		return nil
	}
	return &found.Image
}

func (t *trip) options(sh *shelf, need Need) {
	s := &statement{}
	picture, pictures := "", ""
	if need.Has(FieldSwatches) {
		picture, pictures = ", "+mediaColumns, "\nLEFT JOIN media_asset i ON i.id = c.swatch_media_id"
	}
	s.write(`SELECT o.id, o.product_id, o.name, c.id, c.name, c.swatch_color` + picture + `
FROM product_option o JOIN product_option_value c ON c.option_id = o.id` + pictures + `
WHERE o.product_id = ` + onPage + ` ORDER BY o.product_id, o.position, o.id, c.position, c.id`)
	r := &optionRow{}
	into := []any{&r.option.ID, &r.product, &r.option.Name, &r.value.ID, &r.value.Name, &r.color}
	if need.Has(FieldSwatches) {
		into = append(into, r.picture.into()...)
	}
	t.read(s, func(row pgx.Row) error {
		if err := row.Scan(into...); err != nil {
			return err
		}
		sh.addOption(r)
		return nil
	})
}

// optionRow is where one option value with its option is read into, one row
// after the other.
type optionRow struct {
	product ProductID
	option  Option
	value   OptionValue
	color   *string
	picture mediaRow
}

func (sh *shelf) addOption(r *optionRow) {
	p := sh.products[r.product]
	if p == nil || sh.values[r.value.ID] != nil {
		return
	}
	if n := len(p.Options); n == 0 || p.Options[n-1].ID != r.option.ID {
		option := r.option
		option.origin = option.Name
		p.Options = append(p.Options, &option)
	}
	o, value := p.Options[len(p.Options)-1], r.value
	value.option, value.origin = o, value.Name
	if shown := r.picture.media(sh.base); r.color != nil || shown != nil {
		value.Swatch = &Swatch{Color: r.color, Image: shown}
	}
	o.Values = append(o.Values, &value)
	sh.values[value.ID] = &value
}

func (t *trip) variants(sh *shelf, need Need) {
	s := &statement{}
	limit := ""
	if need.Variants != All {
		limit = "ORDER BY v.position, v.id LIMIT " + s.arg(need.Variants+1)
	}
	picture, pictures := "", ""
	if need.Has(FieldVariantImages) {
		picture, pictures = ", "+mediaColumns, "\nLEFT JOIN media_asset i ON i.id = v.media_id"
	}
	s.write(`SELECT v.id, v.product_id, v.title, v.option_key, v.sku, v.barcode, v.requires_shipping, v.taxable, v.weight_grams, v.weight_unit,
 v.min_quantity, v.quantity_step, v.max_quantity, v.unit_quantity_milli, v.unit_quantity_unit, v.unit_reference, v.unit_reference_unit,
 v.amount, v.compare_at, ` + policyColumns + `, CASE WHEN v.tracked THEN ` + s.stock(t.at) + ` ELSE 0 END,
 CASE WHEN v.tracked THEN ` + s.lowAt(t.at) + ` END, ` + s.bundled(t.at) + picture + `
FROM ` + pageRows + ` CROSS JOIN LATERAL (SELECT v.*, a.amount, a.compare_at FROM ` + s.variants(t.at) + ` WHERE v.product_id = g.id ` + limit + `) v` + pictures + `
ORDER BY v.product_id, v.position, v.id`)
	into := newVariantRow(need)
	t.read(s, func(row pgx.Row) error { return sh.scanVariant(row, into) })
}

// variantRow is where one variant is read into, one row after the other.
type variantRow struct {
	Variant
	product             ProductID
	amount, left        int64
	compareAt, low      *int64
	bundles             []int64 // nil: it is none
	policy              catalog.StockPolicy
	quantity            *int64
	unit, referenceUnit *string
	reference           *int
	picture             mediaRow
	into                []any
}

func newVariantRow(need Need) *variantRow {
	r := &variantRow{}
	r.into = []any{&r.ID, &r.product, &r.Title, &r.key, &r.SKU, &r.Barcode, &r.RequiresShipping, &r.Taxable,
		&r.WeightGrams, &r.WeightUnit, &r.Quantity.Minimum, &r.Quantity.Increment, &r.Quantity.Maximum,
		&r.quantity, &r.unit, &r.reference, &r.referenceUnit,
		&r.amount, &r.compareAt}
	r.into = append(append(r.into, policyInto(&r.policy)...), &r.left, &r.low, &r.bundles)
	if need.Has(FieldVariantImages) {
		r.into = append(r.into, r.picture.into()...)
	}
	return r
}

func (sh *shelf) scanVariant(row pgx.Row, r *variantRow) error {
	err := row.Scan(r.into...)
	p := sh.products[r.product]
	if err != nil || p == nil || sh.variants[r.ID] != nil {
		return err
	}
	read := r.Variant
	v := &read
	v.Product, v.image = p, r.picture.image(sh.base)
	v.Price = sh.at.money(r.amount)
	if r.compareAt != nil && *r.compareAt > r.amount {
		was := sh.at.money(*r.compareAt)
		v.CompareAt = &was
	}
	if r.quantity != nil {
		v.Measure = &Measure{QuantityMilli: *r.quantity, QuantityUnit: Unit(strings.ToLower(*r.unit)),
			Reference: *r.reference, ReferenceUnit: Unit(strings.ToLower(*r.referenceUnit))}
		v.UnitPrice = v.Measure.price(v.Price)
	}
	if v.supply(r.policy, r.left, r.low, sh.at.Now); r.bundles != nil {
		v.compose(r.bundles)
	}
	p.variants = append(p.variants, v)
	sh.variants[v.ID] = v
	return nil
}

// gallery reads pictures, or the whole gallery where it is needed, in the
// merchant's order.
func (t *trip) gallery(sh *shelf, need Need) {
	s := &statement{}
	pictures, limit := "AND i.kind = 'image'", max(need.Images+1, 1)
	if need.Media != 0 {
		pictures, limit = "", need.Media+1
	}
	if need.Media == All || need.Images == All || need.Media != 0 && need.Images != 0 {
		limit = MaxPage + 1
	}
	s.write(`SELECT g.id, ` + mediaColumns + ` FROM ` + pageRows + ` CROSS JOIN LATERAL (
 SELECT i.*, m.position, m.id AS place FROM product_media m JOIN media_asset i ON i.id = m.media_id ` + pictures + `
 WHERE m.product_id = g.id ORDER BY m.position, m.id LIMIT ` + s.arg(limit) + `) i ORDER BY g.id, i.position, i.place`)
	var product, last ProductID
	var picture mediaRow
	filled := false // by the statement of another list
	into := append([]any{&product}, picture.into()...)
	t.read(s, func(row pgx.Row) error {
		if err := row.Scan(into...); err != nil {
			return err
		}
		p := sh.products[product]
		if product != last {
			last, filled = product, p != nil && len(p.gallery) > 0
		}
		if p != nil && !filled {
			p.gallery = append(p.gallery, picture.media(sh.base))
		}
		return nil
	})
}

// metafieldOwners are the things around the page whose metafields are needed.
func (n Need) metafieldOwners() []metafieldOwners {
	all := []metafieldOwners{
		{"product", onPage, n.Metafields},
		{"variant", "ANY(ARRAY(SELECT id FROM variant WHERE product_id = " + onPage + "))", n.VariantMetafields},
		{"collection", "ANY(ARRAY(SELECT collection_id FROM collection_product WHERE product_id = " + onPage + "))", n.CollectionMetafields},
	}
	return slices.DeleteFunc(all, func(o metafieldOwners) bool { return len(o.keys) == 0 })
}

type metafieldOwners struct {
	kind string
	ids  string // SQL
	keys []MetafieldKey
}

func (t *trip) metafields(sh *shelf, need Need) {
	s := &statement{}
	var parts []string
	for _, of := range need.metafieldOwners() {
		parts = append(parts, s.metafields("'"+of.kind+"'", of.ids, of.keys))
	}
	s.write(strings.Join(parts, " UNION ALL "))
	t.read(s, sh.scanMetafield)
}

// scanMetafield hangs a metafield on its owner, once.
func (sh *shelf) scanMetafield(row pgx.Row) error {
	owner, m, err := scanMetafield(row)
	if err != nil {
		return err
	}
	var on *[]*Metafield
	switch p, v, c := sh.products[ProductID(owner.id)], sh.variants[VariantID(owner.id)], sh.collections[CollectionID(owner.id)]; {
	case owner.kind == "product" && p != nil:
		on = &p.metafields
	case owner.kind == "variant" && v != nil:
		on = &v.metafields
	case owner.kind == "collection" && c != nil:
		on = &c.metafields
	}
	if on != nil && find(*on, m.Name) == nil {
		*on = append(*on, m)
	}
	return nil
}

// metafields gives a query for the metafields of owners that storefronts may
// read.
func (s *statement) metafields(kind, owners string, keys []MetafieldKey) string {
	namespaces, names := make([]string, len(keys)), make([]string, len(keys))
	for i, k := range keys {
		namespaces[i], names[i] = k.Namespace, k.Key
	}
	return `SELECT owner_kind, owner_id, id, namespace, key, type, value, description, created_at, updated_at
FROM metafield WHERE owner_kind = ` + kind + ` AND owner_id = ` + owners + ` AND visibility = 'public'
 AND (namespace, key) IN (SELECT * FROM unnest(` + s.arg(namespaces) + `::text[], ` + s.arg(names) + `::text[]))`
}

func scanMetafield(row pgx.Row) (textOwner, *Metafield, error) {
	var owner textOwner
	var description string
	m := &Metafield{}
	err := row.Scan(&owner.kind, &owner.id, &m.ID, &m.Name.Namespace, &m.Name.Key, &m.Type, &m.Value, &description, &m.CreatedAt, &m.UpdatedAt)
	m.Description = filled(description)
	return owner, m, err
}
