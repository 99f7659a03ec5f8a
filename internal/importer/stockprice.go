package importer

import (
	"context"
	"slices"
	"strings"

	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/kernel/money"
	"github.com/souk-commerce/souk/internal/metafield"
	"github.com/souk-commerce/souk/internal/pricing"
)

// stored gives the shop's variant of the file's i-th one, after Save.
func (it *item) stored(i int) *catalog.Variant {
	if it.before == nil {
		return &it.change.After.Variants[i]
	}
	if j := it.match[i]; j != none {
		return &it.change.After.Variants[j]
	}
	fresh := 0
	for _, j := range it.match[:i] {
		if j == none {
			fresh++
		}
	}
	return &it.change.After.Variants[len(it.before.Variants)+fresh]
}

// recall reads what other rooms have about the products that are not new.
func (b *batch) recall(ctx context.Context) (err error) {
	var variants []catalog.VariantID
	var products, owners []int64
	for _, it := range b.live {
		if it.before == nil {
			continue
		}
		products = append(products, int64(it.before.Product.ID))
		for _, v := range it.before.Variants {
			variants, owners = append(variants, v.ID), append(owners, int64(v.ID))
		}
	}
	if b.prices, err = b.service.prices.Fixed(ctx, variants); err != nil {
		return err
	}
	if b.annotates(false) {
		if b.productFields, err = b.service.fields.Of(ctx, ownerProduct, products); err != nil {
			return err
		}
	}
	if b.annotates(true) {
		b.variantFields, err = b.service.fields.Of(ctx, ownerVariant, owners)
	}
	return err
}

// annotates reports whether the file has metafields of products, or of variants.
func (b *batch) annotates(variant bool) bool {
	return slices.ContainsFunc(b.file.header.metafields, func(c metafieldColumn) bool { return c.Variant == variant })
}

// price writes the prices that differ.
func (b *batch) price(ctx context.Context) error {
	var prices []pricing.BulkPrice
	var refs []catalog.VariantRef
	for _, it := range b.live {
		differing := b.differing(it)
		if len(differing) == 0 {
			continue
		}
		it.change.Touch(catalog.AspectPrice)
		prices = append(prices, differing...)
		for _, v := range it.change.After.Variants {
			refs = append(refs, catalog.VariantRef{Variant: v.ID, Product: v.ProductID})
		}
	}
	return b.service.prices.Set(ctx, prices, refs)
}

// differing gives the prices of a product that the shop does not have so.
func (b *batch) differing(it *item) []pricing.BulkPrice {
	var out []pricing.BulkPrice
	add := func(list pricing.ListID, v *catalog.Variant, price, before *money.Money, keepBefore bool) {
		p := pricing.BulkPrice{BulkKey: pricing.BulkKey{List: list, Variant: v.ID}, Amount: price.Minor}
		old, exists := b.prices[p.BulkKey]
		if before != nil {
			p.CompareAt = &before.Minor
		} else if keepBefore && exists && old.CompareAt != nil && *old.CompareAt >= p.Amount {
			p.CompareAt = old.CompareAt
		}
		if !exists || old.Amount != p.Amount || !sameAmount(old.CompareAt, p.CompareAt) {
			out = append(out, p)
		}
	}
	d := it.product.Draft
	for i := range d.Variants {
		v := it.stored(i)
		if d.Variants[i].Price != nil {
			add(b.shop.base, v, d.Variants[i].Price, d.Variants[i].CompareAt, !d.Given.Has(FieldCompareAt))
		}
		for _, p := range d.Variants[i].Prices {
			if list, known := b.shop.lists[p.Market]; known {
				add(list, v, &p.Price, p.CompareAt, false)
			}
		}
	}
	return out
}

func sameAmount(a, b *int64) bool { return (a == nil) == (b == nil) && (a == nil || *a == *b) }

// count sets the stock of the variants that are counted, at the shop's default
// location.
func (b *batch) count(ctx context.Context) error {
	var counts []inventory.BulkCount
	owner := map[catalog.VariantID]*item{}
	for _, it := range b.live {
		for i, d := range it.product.Draft.Variants {
			if v := it.stored(i); d.Quantity != nil && v.Tracked {
				counts = append(counts, inventory.BulkCount{VariantRef: catalog.VariantRef{Variant: v.ID, Product: v.ProductID}, OnHand: *d.Quantity})
				owner[v.ID] = it
			}
		}
	}
	why := inventory.Cause{Reason: "import", ReferenceKind: "import_run", ReferenceID: b.record.ID}
	news, err := b.service.stock.Count(ctx, b.shop.location, counts, why)
	for _, id := range news {
		owner[id].change.Touch(catalog.AspectStock)
	}
	return err
}

// annotate writes the metafields that differ.
func (b *batch) annotate(ctx context.Context) error {
	var products, variants []metafield.BulkInput
	for _, it := range b.live {
		if id := int64(it.change.After.Product.ID); b.annotates(false) && it.product.Draft.Titled {
			products = append(products, b.differingFields(it, annotation{false, id, it.product.Draft.Metafields, b.productFields[id]})...)
		}
		for i, d := range it.product.Draft.Variants {
			if id := int64(it.stored(i).ID); b.annotates(true) {
				variants = append(variants, b.differingFields(it, annotation{true, id, d.Metafields, b.variantFields[id]})...)
			}
		}
	}
	if err := b.service.fields.Set(ctx, ownerProduct, products); err != nil {
		return err
	}
	return b.service.fields.Set(ctx, ownerVariant, variants)
}

// annotation is what the file and the shop say of one owner's metafields.
type annotation struct {
	variant bool
	owner   int64
	fields  []Metafield
	known   []metafield.Metafield
}

// differingFields compares by what a file says, so that a value keeps the type
// that the shop gave it. An empty cell takes a public value away.
func (b *batch) differingFields(it *item, a annotation) []metafield.BulkInput {
	var out []metafield.BulkInput
	for _, c := range b.file.header.metafields {
		if c.Variant != a.variant {
			continue
		}
		i := slices.IndexFunc(a.known, func(m metafield.Metafield) bool { return m.Namespace == c.Namespace && m.Key == c.Key })
		j := slices.IndexFunc(a.fields, func(m Metafield) bool { return m.Namespace == c.Namespace && m.Key == c.Key })
		in := metafield.BulkInput{Owner: a.owner, Input: metafield.Input{
			Namespace: c.Namespace, Key: c.Key, Description: c.label, Visibility: metafield.Public,
		}}
		switch {
		case j < 0 && (i < 0 || a.known[i].Visibility == metafield.Staff):
			continue
		case j >= 0:
			in.Type, in.Value = a.fields[j].Type, a.fields[j].Value
			if i >= 0 && strings.TrimSpace(cellText(a.known[i].Type, a.known[i].Value)) == cellText(in.Type, in.Value) {
				continue
			}
		}
		it.change.Touch(catalog.AspectMetafield)
		out = append(out, in)
	}
	return out
}
