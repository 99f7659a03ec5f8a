package importer

import (
	"context"
	"slices"
	"strings"

	"github.com/souk-commerce/souk/internal/catalog"
)

// judge holds the products against the shop. What remains is stored.
func (b *batch) judge(ctx context.Context) error {
	owners, err := b.skuOwners(ctx)
	if err != nil {
		return err
	}
	here := map[catalog.ProductID]string{}
	for _, it := range b.items {
		if !it.product.Accepted() {
			continue
		}
		if it.before == nil {
			it.requireComplete()
		} else {
			b.judgeTwice(it, here)
			it.matchVariants()
		}
		it.judgeSKUs(owners)
		if len(it.fails) == 0 {
			b.live = append(b.live, it)
		}
	}
	return nil
}

func (b *batch) skuOwners(ctx context.Context) (map[string]catalog.VariantRef, error) {
	var skus []string
	for _, it := range b.items {
		if !it.product.Accepted() {
			continue
		}
		for _, v := range it.product.Draft.Variants {
			if v.SKU != "" {
				skus = append(skus, v.SKU)
			}
		}
	}
	return b.service.catalog.SKUOwners(ctx, skus)
}

// requireComplete refuses a new product that lacks what it needs.
func (it *item) requireComplete() {
	for _, n := range it.product.incomplete {
		it.fails = append(it.fails, refusal{it.product.Rows[n.row].Record, n.issue})
	}
}

// judgeTwice refuses a second handle that leads to the same product, a former
// one of it.
func (b *batch) judgeTwice(it *item, here map[catalog.ProductID]string) {
	id := it.before.Product.ID
	for _, seen := range []map[catalog.ProductID]string{here, b.seen} {
		if handle, twice := seen[id]; twice && handle != it.product.Handle {
			it.fail(it.product.Rows[0].Record, "Handle", "same_product",
				"the handle once was that of the product "+handle+", which this file holds as well")
			return
		}
	}
	here[id] = it.product.Handle
}

// matchVariants finds the shop's variant for each of the file's: the one with
// the same option values, else the one with the same SKU.
func (it *item) matchVariants() {
	d := it.product.Draft
	it.match = make([]int, len(d.Variants))
	if len(d.Variants) == 0 || !it.matchOptions() {
		return
	}
	byValues, bySKU, taken := it.index()
	for i := range d.Variants {
		it.match[i] = none
		if j, known := byValues[comboKey(it.arranged(&d.Variants[i]))]; known {
			it.match[i], taken[j] = j, true
		}
	}
	fresh := 0
	for i := range d.Variants {
		v := &d.Variants[i]
		if j, known := bySKU[v.SKU]; it.match[i] == none && known && !taken[j] {
			it.match[i], taken[j] = j, true
		}
		if it.match[i] == none {
			fresh++
			if v.Price == nil {
				it.fail(v.Record, "", "price_missing", "a new variant needs a price, and the file has no column for it")
			}
		}
	}
	if len(it.before.Variants)+fresh > maxVariants {
		it.fail(d.Variants[0].Record, "", "too_many_variants", "with those in the shop the product would have more than "+itoa(maxVariants)+" variants")
	}
}

func (it *item) index() (byValues, bySKU map[string]int, taken map[int]bool) {
	byValues, bySKU, taken = map[string]int{}, map[string]int{}, map[int]bool{}
	for j := range it.before.Variants {
		v := &it.before.Variants[j]
		var values []string
		for _, o := range v.Options {
			values = append(values, o.Value)
		}
		byValues[comboKey(values)] = j
		if v.SKU != nil {
			bySKU[*v.SKU] = j
		}
	}
	return byValues, bySKU, taken
}

func comboKey(values []string) string { return strings.Join(values, "\x00") }

// matchOptions finds the file's option for each of the shop's, in whatever
// order the file has them.
func (it *item) matchOptions() bool {
	d, options := it.product.Draft, it.before.Product.Options
	it.order = nil
	var names []string
	for _, o := range options {
		names = append(names, o.Name)
		i := slices.IndexFunc(d.Options, func(f Option) bool { return fold(f.Name) == fold(o.Name) })
		if i >= 0 {
			it.order = append(it.order, i)
		}
	}
	if len(it.order) != len(options) || len(d.Options) != len(options) {
		it.fail(d.Variants[0].Record, "", "options_differ", "in the shop the product has the options "+strings.Join(names, ", ")+"; an import does not change them")
		return false
	}
	return true
}

// arranged gives a variant's values in the order of the shop's options.
func (it *item) arranged(v *Variant) []string {
	if it.order == nil {
		return v.Values
	}
	values := make([]string, len(it.order))
	for i, from := range it.order {
		values[i] = v.Values[from]
	}
	return values
}

// judgeSKUs refuses SKUs that another product has, or a variant of this one
// that keeps it.
func (it *item) judgeSKUs(owners map[string]catalog.VariantRef) {
	if it.before != nil && len(it.fails) > 0 {
		return
	}
	renamed := it.renamed()
	for i := range it.product.Draft.Variants {
		v := &it.product.Draft.Variants[i]
		owner, taken := owners[v.SKU]
		switch {
		case !taken || it.isVariant(i, owner.Variant) || renamed[owner.Variant]:
		case it.before != nil && owner.Product == it.before.Product.ID:
			it.fail(v.Record, "Variant SKU", "sku_taken", "another variant of the product in the shop has the SKU "+clip(v.SKU))
		default:
			it.fail(v.Record, "Variant SKU", "sku_taken", "the SKU "+clip(v.SKU)+" belongs to another product in the shop")
		}
	}
}

func (it *item) isVariant(i int, id catalog.VariantID) bool {
	return it.before != nil && it.match[i] != none && it.before.Variants[it.match[i]].ID == id
}

// renamed gives the shop's variants that get another SKU from this file.
func (it *item) renamed() map[catalog.VariantID]bool {
	out := map[catalog.VariantID]bool{}
	if it.before == nil || !it.product.Draft.Given.Has(FieldSKU) {
		return out
	}
	for i, j := range it.match {
		if j == none {
			continue
		}
		if v := it.before.Variants[j]; v.SKU != nil && *v.SKU != it.product.Draft.Variants[i].SKU {
			out[v.ID] = true
		}
	}
	return out
}
