package importer

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/kernel/money"
	"github.com/souk-commerce/souk/internal/market"
	"github.com/souk-commerce/souk/internal/media"
	"github.com/souk-commerce/souk/internal/metafield"
	"github.com/souk-commerce/souk/internal/pricing"
)

// dumpPage is how many products are read at once.
const dumpPage = 250

// Export writes all products in the format that Import reads, in the order in
// which they were made: the shop as it is when the export begins, whatever is
// changed meanwhile. Metafields for staff are left out: a file has no way to say
// that they are.
func (s *Service) Export(ctx context.Context, w io.Writer, progress func(products int)) error {
	return s.db.Snapshot(ctx, func(ctx context.Context) error { return s.dump(ctx, w, progress) })
}

func (s *Service) dump(ctx context.Context, w io.Writer, progress func(products int)) error {
	facts, err := s.facts(ctx, Limits{})
	if err != nil {
		return err
	}
	d := &dump{service: s, shop: facts}
	columns, err := d.columns(ctx)
	if err != nil {
		return err
	}
	out, err := NewWriter(w, columns)
	if err != nil {
		return err
	}
	if d.titles, err = s.catalog.CategoryTitles(ctx); err != nil {
		return err
	}
	n := 0
	for last := catalog.ProductID(0); ; {
		page, err := s.catalog.After(ctx, last, dumpPage)
		if err != nil || len(page) == 0 {
			return flushed(out, err)
		}
		if err := d.page(ctx, out, page); err != nil {
			return err
		}
		last, n = page[len(page)-1].Product.ID, n+len(page)
		if progress != nil {
			progress(n)
		}
	}
}

func flushed(out *Writer, err error) error {
	if err != nil {
		return err
	}
	return out.Flush()
}

// dump is one export at work.
type dump struct {
	service  *Service
	shop     shop
	titles   map[catalog.CategoryID][]string
	columned []MarketColumn // markets that have columns
	excluded []market.ID    // of them, those that some product is kept out of
}

// columns finds out which columns the file needs.
func (d *dump) columns(ctx context.Context) (Columns, error) {
	usage, err := d.service.catalog.Usage(ctx)
	if err != nil {
		return Columns{}, err
	}
	used, err := d.service.prices.Used(ctx)
	if err != nil {
		return Columns{}, err
	}
	c := Columns{Options: usage.Options, UnitPrice: usage.UnitPrices, Collection: usage.Collections}
	for _, m := range d.shop.settings.Markets {
		list, priced := d.shop.lists[m.Name]
		if priced = priced && slices.Contains(used, list); !priced {
			m.Currency = ""
		}
		if priced || slices.Contains(usage.Excluded, d.shop.markets[m.Name]) {
			c.Markets = append(c.Markets, m)
		}
	}
	d.columned, d.excluded = c.Markets, usage.Excluded
	for _, kind := range []string{ownerProduct, ownerVariant} {
		fields, err := d.service.fields.Columns(ctx, kind)
		if err != nil {
			return c, err
		}
		for _, f := range fields {
			c.Metafields = append(c.Metafields, MetafieldColumn{MetafieldKey{kind == ownerVariant, f.Namespace, f.Key}, f.Description})
		}
	}
	return c, nil
}

// leaves is what other rooms have about the products of a page.
type leaves struct {
	assets        map[media.ID]media.Asset
	prices        map[pricing.BulkKey]pricing.BulkPrice
	stock         map[catalog.VariantID]int64
	collections   map[catalog.ProductID]string
	productFields map[int64][]metafield.Metafield
	variantFields map[int64][]metafield.Metafield
}

func (d *dump) page(ctx context.Context, out *Writer, page []*catalog.Whole) error {
	l, err := d.gather(ctx, page)
	if err != nil {
		return err
	}
	for _, w := range page {
		if err := out.Write(d.draft(w, l)); err != nil {
			return fmt.Errorf("export: %w", err)
		}
	}
	return nil
}

// gather reads it all, one statement a room.
func (d *dump) gather(ctx context.Context, page []*catalog.Whole) (l leaves, err error) {
	var products []catalog.ProductID
	var variants []catalog.VariantID
	var pictures []media.ID
	var productIDs, variantIDs []int64
	for _, w := range page {
		products, productIDs = append(products, w.Product.ID), append(productIDs, int64(w.Product.ID))
		pictures = append(pictures, w.Product.Media...)
		for _, v := range w.Variants {
			variants, variantIDs = append(variants, v.ID), append(variantIDs, int64(v.ID))
			if v.MediaID != nil {
				pictures = append(pictures, *v.MediaID)
			}
		}
	}
	if l.assets, err = d.service.pictures.ByIDs(ctx, pictures); err != nil {
		return l, err
	}
	if l.prices, err = d.service.prices.Fixed(ctx, variants); err != nil {
		return l, err
	}
	if l.stock, err = d.service.stock.OnHand(ctx, d.shop.location, variants); err != nil {
		return l, err
	}
	if l.collections, err = d.service.catalog.CollectionTitles(ctx, products); err != nil {
		return l, err
	}
	if l.productFields, err = d.service.fields.Of(ctx, ownerProduct, productIDs); err != nil {
		return l, err
	}
	l.variantFields, err = d.service.fields.Of(ctx, ownerVariant, variantIDs)
	return l, err
}

// draft says of a product what a file would.
func (d *dump) draft(w *catalog.Whole, l leaves) *Draft {
	p := &w.Product
	published := p.PublishedAt != nil
	out := &Draft{
		Handle: p.Handle, Title: p.Title, DescriptionHTML: p.DescriptionHTML, Vendor: p.Vendor, Type: p.Type, Tags: p.Tags,
		Status: string(p.Status), Published: &published, GiftCard: p.Fulfillment == catalog.GiftCard, SEOTitle: p.SEO.Title,
		SEODescription: p.SEO.Description, Collection: l.collections[p.ID], Metafields: fieldsOf(l.productFields[int64(p.ID)]),
	}
	if len(p.Categories) > 0 {
		out.Category = d.titles[p.Categories[0]]
	}
	for _, o := range p.Options {
		out.Options = append(out.Options, Option{o.Name, o.LinkedTo})
	}
	for _, id := range p.Media {
		a := l.assets[id]
		out.Images = append(out.Images, Image{d.service.address(a), a.Alt})
	}
	for _, m := range d.columned {
		if id := d.shop.markets[m.Name]; slices.Contains(d.excluded, id) {
			out.Markets = append(out.Markets, Inclusion{m.Name, !slices.Contains(p.ExcludedMarkets, id)})
		}
	}
	for i := range w.Variants {
		out.Variants = append(out.Variants, d.variant(&w.Variants[i], l))
	}
	return out
}

func (d *dump) variant(v *catalog.Variant, l leaves) Variant {
	out := Variant{
		Grams: v.Weight.Grams, WeightUnit: string(v.Weight.Unit), Tracker: v.InventoryTracker, Backorder: v.Backorder,
		FulfillmentService: v.FulfillmentService, RequiresShipping: v.RequiresShipping, Taxable: v.Taxable, TaxCode: v.TaxCode,
		Metafields: fieldsOf(l.variantFields[int64(v.ID)]),
	}
	for _, o := range v.Options {
		out.Values = append(out.Values, o.Value)
	}
	if v.SKU != nil {
		out.SKU = *v.SKU
	}
	if v.Barcode != nil {
		out.Barcode = *v.Barcode
	}
	if v.MediaID != nil {
		out.ImageURL = d.service.address(l.assets[*v.MediaID])
	}
	if u := v.UnitPrice; u != nil {
		out.UnitPrice = &UnitMeasure{u.QuantityMilli, u.QuantityUnit, u.Reference, u.ReferenceUnit}
	}
	if v.Tracked && out.Tracker == "" {
		out.Tracker = DefaultTracker
	}
	if n, counted := l.stock[v.ID]; counted && v.Tracked {
		out.Quantity = &n
	}
	d.offers(v, &out, l)
	return out
}

// offers gives a variant's prices.
func (d *dump) offers(v *catalog.Variant, out *Variant, l leaves) {
	base := d.shop.settings.Currency
	if v.UnitCost != nil {
		cost := money.New(*v.UnitCost, base)
		out.Cost = &cost
	}
	if p, priced := l.prices[pricing.BulkKey{List: d.shop.base, Variant: v.ID}]; priced {
		price := money.New(p.Amount, base)
		out.Price, out.CompareAt = &price, optionalMoney(p.CompareAt, base)
	}
	for _, m := range d.columned {
		if p, priced := l.prices[pricing.BulkKey{List: d.shop.lists[m.Name], Variant: v.ID}]; priced && m.Currency != "" {
			out.Prices = append(out.Prices, MarketPrice{m.Name, money.New(p.Amount, m.Currency), optionalMoney(p.CompareAt, m.Currency)})
		}
	}
}

func optionalMoney(minor *int64, c money.Currency) *money.Money {
	if minor == nil {
		return nil
	}
	m := money.New(*minor, c)
	return &m
}

func fieldsOf(list []metafield.Metafield) []Metafield {
	var out []Metafield
	for _, m := range list {
		if m.Visibility == metafield.Public {
			out = append(out, Metafield{m.Namespace, m.Key, m.Description, m.Type, m.Value})
		}
	}
	return out
}
