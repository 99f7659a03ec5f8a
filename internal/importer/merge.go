package importer

import (
	"context"
	"slices"
	"time"

	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/catalog/lifecycle"
	"github.com/souk-commerce/souk/internal/media"
)

// merge says for every product what it is to be.
func (b *batch) merge(ctx context.Context) error {
	categories, err := b.categories(ctx)
	if err != nil {
		return err
	}
	for _, it := range b.live {
		m := merger{batch: b, item: it, draft: it.product.Draft, now: b.service.db.Now(ctx), categories: categories}
		it.change = m.change()
	}
	return nil
}

// save has the catalog write what differs.
func (b *batch) save(ctx context.Context) error {
	changes := make([]*catalog.BulkChange, len(b.live))
	for i, it := range b.live {
		changes[i] = it.change
	}
	if err := b.service.catalog.Save(ctx, changes); err != nil {
		return err
	}
	for _, it := range b.live {
		if it.before != nil && b.hung(&it.before.Product) {
			it.change.Touch(catalog.AspectMedia)
		}
	}
	return nil
}

func (b *batch) categories(ctx context.Context) (map[string]catalog.CategoryID, error) {
	var paths [][]string
	seen := map[string]bool{}
	for _, it := range b.live {
		path := it.product.Draft.Category
		if key := catalog.CategoryPath(path); len(path) > 0 && !seen[key] {
			seen[key] = true
			paths = append(paths, path)
		}
	}
	return b.service.catalog.Categories(ctx, paths)
}

// merger lays what the file says over what the shop has. Columns that the file
// does not have change nothing; nothing is ever deleted because a file does
// not mention it.
type merger struct {
	*batch
	item       *item
	draft      *Draft
	now        time.Time
	categories map[string]catalog.CategoryID
	product    catalog.Product
	variants   []catalog.Variant
}

func (m *merger) change() *catalog.BulkChange {
	if before := m.item.before; before != nil {
		m.product = before.Product
		m.variants = slices.Clone(before.Variants)
		m.product.Options = slices.Clone(m.product.Options)
	} else {
		m.product = catalog.Product{Handle: m.draft.Handle, TaxClass: "standard", Status: lifecycle.Active, Restock: catalog.RestockAlways}
		for i, o := range m.draft.Options {
			m.product.Options = append(m.product.Options, catalog.Option{Name: o.Name, Position: i + 1})
		}
	}
	if m.draft.Titled {
		m.texts()
		m.visibility()
		m.shelves()
	}
	m.pictures()
	m.options()
	for i := range m.draft.Variants {
		m.variant(i)
	}
	m.fulfillment()
	return &catalog.BulkChange{Before: m.item.before, After: catalog.Whole{Product: m.product, Variants: m.variants}}
}

func (m *merger) texts() {
	d, p := m.draft, &m.product
	m.set(FieldTitle, &p.Title, d.Title)
	m.set(FieldBody, &p.DescriptionHTML, d.DescriptionHTML)
	m.set(FieldVendor, &p.Vendor, d.Vendor)
	m.set(FieldType, &p.Type, d.Type)
	m.set(FieldSEOTitle, &p.SEO.Title, d.SEOTitle)
	m.set(FieldSEODescription, &p.SEO.Description, d.SEODescription)
	if d.Given.Has(FieldTags) {
		p.Tags = d.Tags
	}
}

func (m *merger) set(f Field, place *string, value string) {
	if m.draft.Given.Has(f) {
		*place = value
	}
}

// visibility sets state and publication where the file says something of them.
// Every state can be reached from every other.
func (m *merger) visibility() {
	d, p := m.draft, &m.product
	if d.Status != "" {
		p.Status = lifecycle.Status(d.Status)
	}
	switch archived := p.Status == lifecycle.Archived; {
	case archived && p.ArchivedAt == nil:
		p.ArchivedAt = &m.now
	case !archived:
		p.ArchivedAt = nil
	}
	published := p.PublishedAt != nil || m.item.before == nil
	if d.Published != nil {
		published = *d.Published
	}
	switch {
	case published && p.PublishedAt == nil:
		p.PublishedAt = &m.now
	case !published:
		p.PublishedAt = nil
	}
}

// shelves sets category and markets. A file that names no category leaves
// those of the shop.
func (m *merger) shelves() {
	d, p := m.draft, &m.product
	if len(d.Category) > 0 {
		main := m.categories[catalog.CategoryPath(d.Category)]
		if len(p.Categories) == 0 || p.Categories[0] != main {
			rest := p.Categories[min(1, len(p.Categories)):]
			others := slices.DeleteFunc(slices.Clone(rest), func(id catalog.CategoryID) bool { return id == main })
			p.Categories = append([]catalog.CategoryID{main}, others...)
		}
	}
	for _, in := range d.Markets {
		id := m.shop.markets[in.Market]
		at := slices.Index(p.ExcludedMarkets, id)
		switch {
		case in.Included && at >= 0:
			p.ExcludedMarkets = slices.Delete(slices.Clone(p.ExcludedMarkets), at, at+1)
		case !in.Included && at < 0:
			p.ExcludedMarkets = append(slices.Clone(p.ExcludedMarkets), id)
			slices.Sort(p.ExcludedMarkets)
		}
	}
}

// pictures puts the file's pictures first, in its order; the others stay
// behind them.
func (m *merger) pictures() {
	var order []media.ID
	for _, image := range m.draft.Images {
		order = append(order, m.item.gallery[image.URL])
	}
	for _, id := range m.product.Media {
		if !slices.Contains(order, id) {
			order = append(order, id)
		}
	}
	m.product.Media = order
}

// options adds the values that are new.
func (m *merger) options() {
	for i := range m.product.Options {
		o := &m.product.Options[i]
		from := i
		if m.item.order != nil {
			from = m.item.order[i]
		}
		if from >= len(m.draft.Options) {
			continue
		}
		if m.item.before == nil || m.linked() {
			o.LinkedTo = m.draft.Options[from].LinkedTo
		}
		o.Values = slices.Clone(o.Values)
		known := map[string]bool{}
		for _, v := range o.Values {
			known[v.Name] = true
		}
		for j := range m.draft.Variants {
			name := m.draft.Variants[j].Values[from]
			if !known[name] {
				known[name] = true
				o.Values = append(o.Values, catalog.OptionValue{Name: name, Position: len(o.Values) + 1})
			}
		}
	}
}

// linked reports whether the file has a column for what option values stand
// for.
func (m *merger) linked() bool {
	return slices.ContainsFunc(m.file.header.options[:], func(c optionColumns) bool { return c.linked >= 0 }) && len(m.draft.Variants) > 0
}

// fulfillment says how a new product reaches its buyer, and an old one if it
// became, or is no longer, a gift card.
func (m *merger) fulfillment() {
	d, p := m.draft, &m.product
	gift := p.Fulfillment == catalog.GiftCard
	if m.item.before != nil && (!d.Titled || !d.Given.Has(FieldGiftCard) || gift == d.GiftCard) {
		return
	}
	ships := slices.ContainsFunc(m.variants, func(v catalog.Variant) bool { return v.RequiresShipping })
	switch {
	case d.GiftCard:
		p.Fulfillment, p.Restock = catalog.GiftCard, catalog.RestockNever
	case !ships:
		p.Fulfillment, p.Restock = catalog.Digital, catalog.RestockNever
	default:
		p.Fulfillment, p.Restock = catalog.Warehoused, catalog.RestockAlways
	}
}
