package importer

import (
	"strings"

	"github.com/souk-commerce/souk/internal/kernel/money"
)

// prices reads price, compare-at price and cost.
func (s *assembly) prices(r *row, v *Variant) {
	h := s.file.header
	if strings.TrimSpace(r.text(FieldPrice)) == "" && h.given.Has(FieldPrice) {
		r.about(Error, FieldPrice, "price_missing", "the price is missing")
	}
	v.Price = s.amount(r, h.at[FieldPrice], s.file.settings.Currency)
	v.Cost = s.amount(r, h.at[FieldCost], s.file.settings.Currency)
	v.CompareAt = s.compareAt(r, h.at[FieldCompareAt], v.Price)
}

// amount reads a cell with a price; nil if there is none, or none that counts.
func (s *assembly) amount(r *row, column int, c money.Currency) *money.Money {
	text := r.at(column)
	if strings.TrimSpace(text) == "" {
		return nil
	}
	m, separated, bad := parseAmount(text, c)
	if bad != nil {
		r.say(Error, column, bad.code, bad.reason)
		return nil
	}
	if separated {
		r.say(Warning, column, "thousands_separator", "the comma is read as a thousands separator: "+m.Fixed())
	}
	return &m
}

// compareAt leaves out a former price that shows no discount.
func (s *assembly) compareAt(r *row, column int, price *money.Money) *money.Money {
	if price == nil {
		return s.amount(r, column, s.file.settings.Currency)
	}
	m := s.amount(r, column, price.Currency)
	if m != nil && m.Minor < price.Minor {
		r.say(Warning, column, "compare_at_below_price", "the compare-at price is below the price; it is left out")
		return nil
	}
	return m
}

func (s *assembly) marketPrices(r *row, v *Variant) {
	for _, m := range s.file.header.markets {
		price := s.amount(r, m.price, m.Currency)
		if price == nil {
			if strings.TrimSpace(r.at(m.compareAt)) != "" {
				r.say(Note, m.compareAt, "compare_at_alone", "a compare-at price without a price is left out")
			}
			continue
		}
		v.Prices = append(v.Prices, MarketPrice{m.Name, *price, s.compareAt(r, m.compareAt, price)})
	}
}

// stock reads who counts stock, how much there is and whether it sells on.
func (s *assembly) stock(r *row, v *Variant) {
	v.Tracker = s.name(r, FieldTracker)
	if text := strings.TrimSpace(r.text(FieldQuantity)); text != "" {
		n, bad := parseQuantity(text)
		if bad != nil {
			r.about(Error, FieldQuantity, bad.code, "%s", bad.reason)
		}
		if n < 0 {
			r.about(Warning, FieldQuantity, "oversold", "an oversold stock of %d is read as 0 on hand", n)
			n = 0
		}
		v.Quantity = &n
	}
	switch text := strings.ToLower(strings.TrimSpace(r.text(FieldPolicy))); text {
	case "", "deny":
	case "continue":
		v.Backorder = true
	default:
		r.about(Error, FieldPolicy, "unknown_policy", "%q is not an inventory policy; it must be deny or continue", clip(text))
	}
}

// delivery reads weight, service and flags.
func (s *assembly) delivery(r *row, v *Variant) {
	v.FulfillmentService = s.name(r, FieldService)
	if v.FulfillmentService == "" {
		v.FulfillmentService = "manual"
	}
	v.RequiresShipping = s.truth(r, FieldShipping, true)
	v.Taxable = s.truth(r, FieldTaxable, true)
	if text := r.text(FieldGrams); strings.TrimSpace(text) != "" {
		grams, rounded, bad := parseGrams(text)
		switch {
		case bad != nil:
			r.about(Error, FieldGrams, bad.code, "%s", bad.reason)
		case rounded:
			r.about(Warning, FieldGrams, "weight_rounded", "the weight is rounded to %d grams", grams)
		}
		v.Grams = grams
	}
	switch text := strings.ToLower(strings.TrimSpace(r.text(FieldWeightUnit))); text {
	case "":
		v.WeightUnit = "g"
	case "g", "kg", "lb", "oz":
		v.WeightUnit = text
	default:
		v.WeightUnit = "g"
		r.about(Warning, FieldWeightUnit, "unknown_weight_unit", "%q is not g, kg, lb or oz; the weight is shown in grams", clip(text))
	}
}

// unitPrice reads how much a piece holds. The four columns go together.
func (s *assembly) unitPrice(r *row, v *Variant) {
	total, unit := strings.TrimSpace(r.text(FieldUnitTotal)), s.name(r, FieldUnitTotalUnit)
	base, baseUnit := strings.TrimSpace(r.text(FieldUnitBase)), s.name(r, FieldUnitBaseUnit)
	if total == "" && base == "" {
		return
	}
	milli, exact, ok := parseMilli(total)
	reference, exactBase, okBase := parseMilli(base)
	whole := ok && okBase && exact && exactBase && milli > 0 && reference > 0 && reference%1000 == 0
	if !whole || unit == "" || baseUnit == "" || milli > 1000*maxQuantity || reference > 1000*maxQuantity {
		r.about(Warning, FieldUnitTotal, "invalid_unit_price", "the unit price needs two measures with their units, in thousandths at the finest; it is left out")
		return
	}
	v.UnitPrice = &UnitMeasure{Milli: milli, Unit: unit, Reference: int(reference / 1000), ReferenceUnit: baseUnit}
}
