package importer

import (
	"github.com/souk-commerce/souk/internal/catalog"
)

// variant lays one variant of the file over the shop's.
func (m *merger) variant(i int) {
	d, j := &m.draft.Variants[i], none
	if m.item.before != nil {
		j = m.item.match[i]
	}
	if j == none {
		last := 0
		if n := len(m.variants); n > 0 {
			last = m.variants[n-1].Position
		}
		j = len(m.variants)
		m.variants = append(m.variants, catalog.Variant{
			Position: last + 1, RequiresShipping: true, Taxable: true, FulfillmentService: "manual",
			Weight: catalog.Weight{Unit: catalog.Grams}, Quantity: catalog.QuantityRule{Minimum: 1, Step: 1},
		})
	}
	v := &m.variants[j]
	m.choice(v, m.item.arranged(d))
	m.identity(v, d)
	m.handling(v, d)
	m.offer(v, d)
}

func (m *merger) choice(v *catalog.Variant, values []string) {
	chosen := make([]catalog.SelectedOption, len(values))
	copy(chosen, v.Options)
	for i, value := range values {
		chosen[i].Value = value
	}
	v.Options = chosen
}

func (m *merger) identity(v *catalog.Variant, d *Variant) {
	given := m.draft.Given
	if given.Has(FieldSKU) {
		v.SKU = optional(d.SKU)
	}
	if given.Has(FieldBarcode) {
		v.Barcode = optional(d.Barcode)
	}
	if given.Has(FieldVariantImage) {
		v.MediaID = nil
		if id, hung := m.item.gallery[d.ImageURL]; hung && d.ImageURL != "" {
			v.MediaID = &id
		}
	}
	m.set(FieldTaxCode, &v.TaxCode, d.TaxCode)
}

func (m *merger) handling(v *catalog.Variant, d *Variant) {
	given := m.draft.Given
	if given.Has(FieldGrams) {
		v.Weight.Grams = d.Grams
	}
	if given.Has(FieldWeightUnit) {
		v.Weight.Unit = catalog.WeightUnit(d.WeightUnit)
	}
	if given.Has(FieldShipping) {
		v.RequiresShipping = d.RequiresShipping
	}
	if given.Has(FieldTaxable) {
		v.Taxable = d.Taxable
	}
	// An export names a tracker where the shop counts without naming one.
	unnamed := v.Tracked && v.InventoryTracker == "" && d.Tracker == DefaultTracker
	if given.Has(FieldTracker) && (!unnamed || v.ID == 0) {
		v.InventoryTracker, v.Tracked = d.Tracker, d.Tracker != ""
	}
	if v.ID == 0 && !given.Has(FieldTracker) {
		v.Tracked = d.Quantity != nil
	}
	if given.Has(FieldPolicy) {
		v.Backorder = d.Backorder
	}
	m.set(FieldService, &v.FulfillmentService, d.FulfillmentService)
}

func (m *merger) offer(v *catalog.Variant, d *Variant) {
	if m.draft.Given.Has(FieldCost) {
		v.UnitCost = nil
		if d.Cost != nil {
			v.UnitCost = &d.Cost.Minor
		}
	}
	if m.draft.Given.Has(FieldUnitTotal) {
		v.UnitPrice = nil
		if u := d.UnitPrice; u != nil {
			v.UnitPrice = &catalog.UnitMeasure{QuantityMilli: u.Milli, QuantityUnit: u.Unit, Reference: u.Reference, ReferenceUnit: u.ReferenceUnit}
		}
	}
}

// optional is nil for nothing.
func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
