package catalog

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/locale"
)

func (v *NewVariant) normalize() {
	v.SKU, v.Barcode = strings.TrimSpace(v.SKU), strings.TrimSpace(v.Barcode)
	v.OriginCountry = locale.Country(strings.ToUpper(string(v.OriginCountry)))
	v.Weight.Unit = orElse(v.Weight.Unit, Grams)
	v.FulfillmentService = orElse(v.FulfillmentService, "manual")
}

// checkNewVariants holds the variants of a new product against its options and
// each other.
func checkNewVariants(in NewProduct) fault.List {
	var faults fault.List
	if n := len(in.Variants); n == 0 {
		faults.Add(required("variants"))
	} else if n > MaxVariants {
		faults.Add(tooMany(MaxVariants, "variants"))
	}
	combinations, skus := map[string]bool{}, map[string]bool{}
	for i, v := range in.Variants {
		at := []string{"variants", strconv.Itoa(i)}
		faults = append(faults, below(v.validate().Err(), at...)...)
		faults = append(faults, below(checkChoice(in.Options, v.Values), at...)...)
		key := strings.Join(v.Values, "\x00")
		if combinations[key] {
			faults.Add(ErrSameVariants.At(append(at, "values")...))
		}
		if v.SKU != "" && skus[v.SKU] {
			faults.Add(ErrSKUTaken.At(append(at, "sku")...))
		}
		combinations[key], skus[v.SKU] = true, true
	}
	return faults
}

// checkChoice refuses values that the options do not have.
func checkChoice(options []NewOption, values []string) error {
	known := make([]Option, len(options))
	for i, o := range options {
		known[i].Name = o.Name
		for _, v := range o.Values {
			known[i].Values = append(known[i].Values, OptionValue{Name: v.Name})
		}
	}
	_, err := choose(known, values)
	return err
}

// choose finds the option values by name, one for each option in order.
func choose(options []Option, values []string) ([]SelectedOption, error) {
	if len(values) != len(options) {
		return nil, fault.Newf(fault.Invalid, "wrong_value_count", "There are %d options, so %d values are needed.", len(options), len(options)).At("values")
	}
	var faults fault.List
	chosen := make([]SelectedOption, len(values))
	for i, name := range values {
		name = strings.TrimSpace(name)
		for _, v := range options[i].Values {
			if v.Name == name {
				chosen[i] = SelectedOption{OptionID: options[i].ID, ValueID: v.ID, Name: options[i].Name, Value: v.Name}
			}
		}
		if chosen[i].Value == "" {
			faults.Add(fault.Newf(fault.Invalid, "unknown_value", "The option %s has no value %q.", options[i].Name, name).At("values", strconv.Itoa(i)))
		}
	}
	return chosen, faults.Err()
}

// combination gives the key and the title of a variant.
func combination(chosen []SelectedOption) (key, title string) {
	ids, names := make([]string, len(chosen)), make([]string, len(chosen))
	for i, c := range chosen {
		ids[i], names[i] = strconv.FormatInt(int64(c.ValueID), 10), c.Value
	}
	return strings.Join(ids, "-"), strings.Join(names, " / ")
}

// validate reports the faults of one variant, paths relative to it.
func (v NewVariant) validate() fault.List {
	c := VariantChange{
		SKU: &v.SKU, Barcode: &v.Barcode, Weight: &v.Weight, Size: &v.Size, OriginCountry: &v.OriginCountry,
		UnitPrice: v.UnitPrice, Quantity: v.Quantity, HSCode: &v.HSCode, TaxCode: &v.TaxCode,
	}
	faults := fault.List(fault.All(c.Validate()))
	if v.BackorderLimit != nil && *v.BackorderLimit < 0 {
		faults.Add(negative("backorderLimit"))
	}
	if v.PreorderLimit != nil && *v.PreorderLimit < 0 {
		faults.Add(negative("preorderLimit"))
	}
	if v.UnitCost != nil && *v.UnitCost < 0 {
		faults.Add(negative("unitCost"))
	}
	return faults
}

func negative(path ...string) *fault.Error {
	return fault.New(fault.Invalid, "negative", "It must not be negative.").At(path...)
}

func (c *VariantChange) normalize() {
	for _, text := range []*string{c.SKU, c.Barcode} {
		if text != nil {
			*text = strings.TrimSpace(*text)
		}
	}
	if c.OriginCountry != nil {
		*c.OriginCountry = locale.Country(strings.ToUpper(string(*c.OriginCountry)))
	}
	if c.Weight != nil {
		c.Weight.Unit = orElse(c.Weight.Unit, Grams)
	}
}

var country = regexp.MustCompile(`^([A-Z]{2})?$`)

// Validate reports every fault of the change at once.
func (c VariantChange) Validate() error {
	var faults fault.List
	texts := []struct {
		value *string
		path  string
	}{{c.SKU, "sku"}, {c.Barcode, "barcode"}, {c.TaxCode, "taxCode"}, {c.HSCode, "hsCode"}}
	for _, t := range texts {
		if t.value != nil {
			faults.Add(checkText(*t.value, 0, MaxTitle, t.path))
		}
	}
	if c.OriginCountry != nil && !country.MatchString(string(*c.OriginCountry)) {
		faults.Add(invalid(string(*c.OriginCountry), "originCountry"))
	}
	faults.Add(c.Weight.validate())
	faults.Add(c.Size.validate())
	faults.Add(c.Quantity.validate())
	faults.Add(c.UnitPrice.validate())
	return faults.Err()
}

func (w *Weight) validate() *fault.Error {
	switch {
	case w == nil:
		return nil
	case w.Grams < 0:
		return negative("weight", "grams")
	case w.Unit != Grams && w.Unit != Kilograms && w.Unit != Ounces && w.Unit != Pounds:
		return invalid(string(w.Unit), "weight", "unit")
	}
	return nil
}

func (z *Size) validate() *fault.Error {
	if z != nil && (z.Length < 0 || z.Width < 0 || z.Height < 0) {
		return negative("size")
	}
	return nil
}

func (q *QuantityRule) validate() *fault.Error {
	if q == nil {
		return nil
	}
	if q.Minimum < 1 || q.Step < 1 || q.Minimum%q.Step != 0 || (q.Maximum != nil && *q.Maximum < q.Minimum) {
		return fault.New(fault.Invalid, "invalid_quantity_rule",
			"The minimum is a multiple of the step, and the maximum not below it.").At("quantity")
	}
	return nil
}

func (u *UnitMeasure) validate() *fault.Error {
	if u == nil || *u == (UnitMeasure{}) {
		return nil
	}
	if u.QuantityMilli <= 0 || u.Reference <= 0 || u.QuantityUnit == "" || u.ReferenceUnit == "" {
		return fault.New(fault.Invalid, "invalid_unit_price", "A unit measure has a content and a reference, both with a unit.").At("unitPrice")
	}
	return nil
}
