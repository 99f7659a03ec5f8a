package listing

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
)

// shelf holds the products that a trip reads, each once, while its statements
// fill them in.
type shelf struct {
	at       Context
	base     string
	products map[ProductID]*Product
	values   map[OptionValueID]*OptionValue
	variants map[VariantID]*Variant
	texts    texts
	// categories and collections are shared by the products that stand in them.
	categories  map[CategoryID]*Category
	collections map[CollectionID]*Collection
}

func newShelf(at Context, base string) *shelf {
	return &shelf{
		at: at, base: base,
		products: map[ProductID]*Product{}, values: map[OptionValueID]*OptionValue{}, variants: map[VariantID]*Variant{},
		texts: texts{}, categories: map[CategoryID]*Category{}, collections: map[CollectionID]*Collection{},
	}
}

// columns are the product's own columns, in the order of scan. What is costly
// stands in the statement only when it is needed. available holds for products
// that can be bought now.
func (s *statement) columns(at Context, need Need, available string) string {
	text := `p.id, p.handle, p.title, p.vendor, p.product_type,
 p.fulfillment = 'gift_card', p.created_at, p.updated_at, p.published_at, p.seo_title, p.seo_description,
 g.min_amount, g.max_amount, g.min_compare_at, g.max_compare_at`
	if need.Has(FieldDescription) {
		text += ", p.description_html"
	}
	if need.Has(FieldTags) {
		text += ", ARRAY(SELECT tag FROM product_tag WHERE product_id = p.id ORDER BY tag)::text[]"
	}
	if need.Has(FieldAvailable) {
		text += ", " + available
	}
	if need.Has(FieldInventory) {
		text += ", (SELECT sum(" + s.inventory(at) + ") FROM variant v WHERE v.product_id = p.id)"
	}
	if need.Has(FieldVariantCount) {
		text += ", (SELECT count(*) FROM " + s.variants(at) + " WHERE v.product_id = p.id)"
	}
	if need.coverOnly() {
		text += ", " + mediaColumns
	}
	return text
}

// productRow is where the columns of one product are read into, one row after
// the other: a statement has one.
type productRow struct {
	Product
	seoTitle, seoDescription string
	low, high                int64
	compareLow, compareHigh  *int64
	cover                    mediaRow
	into                     []any
}

// newProductRow makes the place for columns, with others in front of them.
func newProductRow(need Need, front ...any) *productRow {
	r := &productRow{}
	r.into = append(front, &r.ID, &r.Handle, &r.Title, &r.Vendor, &r.Type,
		&r.GiftCard, &r.CreatedAt, &r.UpdatedAt, &r.PublishedAt, &r.seoTitle, &r.seoDescription,
		&r.low, &r.high, &r.compareLow, &r.compareHigh)
	if need.Has(FieldDescription) {
		r.into = append(r.into, &r.DescriptionHTML)
	}
	if need.Has(FieldTags) {
		r.into = append(r.into, &r.Tags)
	}
	if need.Has(FieldAvailable) {
		r.into = append(r.into, &r.Available)
	}
	if need.Has(FieldInventory) {
		r.into = append(r.into, &r.Inventory)
	}
	if need.Has(FieldVariantCount) {
		r.into = append(r.into, &r.VariantCount)
	}
	if need.coverOnly() {
		r.into = append(r.into, r.cover.into()...)
	}
	return r
}

// scan reads a row. A product that stands on the shelf already is kept.
func (sh *shelf) scan(row pgx.Row, r *productRow) (*Product, error) {
	if err := row.Scan(r.into...); err != nil {
		return nil, err
	}
	if known := sh.products[r.ID]; known != nil {
		return known, nil
	}
	read := r.Product
	p := &read
	if p.Tags == nil {
		p.Tags = []string{}
	}
	if picture := r.cover.media(sh.base); picture != nil {
		p.gallery = []*Media{picture}
	}
	p.SEO = newSEO(r.seoTitle, r.seoDescription)
	p.Price = Range{Min: sh.at.money(r.low), Max: sh.at.money(r.high)}
	p.CompareAt = Range{Min: sh.at.money(either(r.compareLow, 0)), Max: sh.at.money(either(r.compareHigh, 0))}
	if sh.at.StoreURL != "" {
		url := sh.at.StoreURL + "/products/" + p.Handle
		p.URL = &url
	}
	p.Options, p.Categories = []*Option{}, []*Category{}
	sh.products[p.ID] = p
	return p, nil
}

// finish puts together what the statements brought.
func (sh *shelf) finish() {
	for _, p := range sh.products {
		sh.translate(p)
		for _, v := range p.variants {
			sh.place(v)
		}
		choose(p)
	}
	for _, c := range sh.collections {
		sh.translateCollection(c)
	}
	for _, c := range sh.categories {
		sh.translateCategory(c)
	}
}

// place links a variant to its option values, whose ids its key lists.
func (sh *shelf) place(v *Variant) {
	if len(v.values) > 0 || v.key == "" {
		return
	}
	for id := range strings.SplitSeq(v.key, "-") {
		n, _ := strconv.ParseInt(id, 10, 64)
		if value := sh.values[OptionValueID(n)]; value != nil {
			v.values = append(v.values, value)
		}
	}
	if v.translated() {
		names := make([]string, len(v.values))
		for i, value := range v.values {
			names[i] = value.Name
		}
		v.Title = strings.Join(names, " / ")
	}
}

// translated reports whether a value of the variant has another name in the
// buyer's language, so that the title is made anew.
func (v *Variant) translated() bool {
	return slices.ContainsFunc(v.values, func(o *OptionValue) bool { return o.Name != o.origin })
}

// choose finds for each option value the first variant that can be bought.
func choose(p *Product) {
	for _, v := range p.variants {
		for _, value := range v.values {
			if value.First == nil || !value.First.Available && v.Available {
				value.First = v
			}
		}
	}
}

// translate puts the buyer's language in place of the merchant's.
func (sh *shelf) translate(p *Product) {
	if len(sh.texts) == 0 {
		return
	}
	owner := textOwner{"product", int64(p.ID)}
	p.Title = sh.texts.get(owner, "title", p.Title)
	p.DescriptionHTML = sh.texts.get(owner, "description_html", p.DescriptionHTML)
	p.Type = sh.texts.get(owner, "product_type", p.Type)
	p.SEO.Title = sh.texts.optional(owner, "seo_title", p.SEO.Title)
	p.SEO.Description = sh.texts.optional(owner, "seo_description", p.SEO.Description)
	for _, o := range p.Options {
		o.Name = sh.texts.get(textOwner{"product_option", int64(o.ID)}, "name", o.Name)
		for _, v := range o.Values {
			v.Name = sh.texts.get(textOwner{"product_option_value", int64(v.ID)}, "name", v.Name)
		}
	}
	sh.translateMetafields(p.metafields)
	for _, v := range p.variants {
		sh.translateMetafields(v.metafields)
	}
}

func (sh *shelf) translateCategory(c *Category) {
	owner := textOwner{"category", int64(c.ID)}
	c.Title = sh.texts.get(owner, "title", c.Title)
	c.DescriptionText = sh.texts.get(owner, "description", c.DescriptionText)
}

func (sh *shelf) translateCollection(c *Collection) {
	owner := textOwner{"collection", int64(c.ID)}
	c.Title = sh.texts.get(owner, "title", c.Title)
	c.DescriptionHTML = sh.texts.get(owner, "description_html", c.DescriptionHTML)
	c.SEO.Title = sh.texts.optional(owner, "seo_title", c.SEO.Title)
	c.SEO.Description = sh.texts.optional(owner, "seo_description", c.SEO.Description)
	sh.translateMetafields(c.metafields)
}

func (sh *shelf) translateMetafields(all []*Metafield) {
	for _, m := range all {
		m.Value = sh.texts.get(textOwner{"metafield", int64(m.ID)}, "value", m.Value)
	}
}

// texts are translated texts, the best language of each.
type texts map[textOwner]map[string]translated

type textOwner struct {
	kind string
	id   int64
}

type translated struct {
	value string
	rank  int // place of its language in the buyer's wishes
}

func (t texts) put(owner textOwner, field string, value translated) {
	of := t[owner]
	if of == nil {
		of = map[string]translated{}
		t[owner] = of
	}
	if have, ok := of[field]; !ok || cmp.Less(value.rank, have.rank) {
		of[field] = value
	}
}

func (t texts) get(owner textOwner, field, original string) string {
	if have, ok := t[owner][field]; ok && have.value != "" {
		return have.value
	}
	return original
}

func (t texts) optional(owner textOwner, field string, original *string) *string {
	if have, ok := t[owner][field]; ok && have.value != "" {
		return &have.value
	}
	return original
}
