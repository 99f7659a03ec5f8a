package importer

import (
	"strings"
)

// options reads the names of the axes from the first variant's row.
func (s *assembly) options() {
	first := s.firstVariant()
	if first == nil {
		return
	}
	s.first = first
	for i, c := range s.file.header.options {
		name := s.trimmed(first, c.name)
		s.axes[i] = none
		if name == "" {
			continue
		}
		s.axes[i] = len(s.draft.Options)
		for _, o := range s.draft.Options {
			if strings.EqualFold(o.Name, name) {
				first.say(Error, c.name, "option_repeated", "two options have the same name")
			}
		}
		s.draft.Options = append(s.draft.Options, Option{Name: name, LinkedTo: s.short(first, c.linked)})
	}
	if len(s.draft.Options) == 0 && !s.hasOptionValue(first) {
		s.draft.Options = []Option{{Name: DefaultOption}}
	}
}

func (s *assembly) firstVariant() *row {
	for _, r := range s.rows {
		if r.usable() && r.judge.Role == RoleVariant {
			return r
		}
	}
	return nil
}

func (s *assembly) hasOptionValue(r *row) bool {
	for _, c := range s.file.header.options {
		if strings.TrimSpace(r.at(c.value)) != "" {
			return true
		}
	}
	return false
}

// variant reads a variant's row.
func (s *assembly) variant(r *row) {
	if len(s.draft.Variants) >= maxVariants {
		r.say(Error, none, "too_many_variants", "a product may have "+itoa(maxVariants)+" variants")
		return
	}
	v := Variant{Record: r.judge.Record, Values: s.values(r)}
	v.SKU = s.sku(r)
	v.Barcode = s.barcode(r)
	s.prices(r, &v)
	s.marketPrices(r, &v)
	s.stock(r, &v)
	s.delivery(r, &v)
	s.unitPrice(r, &v)
	v.TaxCode = s.name(r, FieldTaxCode)
	v.ImageURL = s.variantImage(r)
	v.Metafields = s.metafields(r, true)
	s.draft.Variants = append(s.draft.Variants, v)
}

// values reads the option values and refuses a combination that is taken.
func (s *assembly) values(r *row) []string {
	var values []string
	for i, c := range s.file.header.options {
		name, value := trimInvisible(r.at(c.name)), s.trimmed(r, c.value)
		axis := s.axes[i]
		switch {
		case axis == none:
			s.unnamed(r, c, name, value)
		case name != "" && !strings.EqualFold(name, s.draft.Options[axis].Name):
			r.say(Error, c.name, "other_option", "the product has "+s.optionNames()+", not "+clip(name))
		case value == "" && s.onlyDefault():
			values = append(values, DefaultValue)
		case value == "":
			r.say(Error, c.value, "option_value_missing", "the variant has no value for the option "+s.draft.Options[axis].Name)
		default:
			values = append(values, value)
			if i >= 3 {
				r.say(Warning, c.value, "fourth_option", "the format knows three options; this one is kept as well")
			}
		}
	}
	if len(values) == 0 && s.onlyDefault() {
		values = []string{DefaultValue}
	}
	s.claimCombination(r, values)
	return values
}

// unnamed judges a column pair that no option stands behind.
func (s *assembly) unnamed(r *row, c optionColumns, name, value string) {
	switch {
	case name != "" && r != s.first:
		r.say(Error, c.name, "other_option", "the product has "+s.optionNames()+", not "+clip(name))
	case value != "" && !(s.onlyDefault() && value == DefaultValue):
		r.say(Error, c.value, "option_name_missing", "an option value is given, but the option has no name")
	}
}

func (s *assembly) onlyDefault() bool {
	return len(s.draft.Options) == 1 && s.draft.Options[0].Name == DefaultOption
}

func (s *assembly) optionNames() string {
	if len(s.draft.Options) == 0 {
		return "no options"
	}
	var names []string
	for _, o := range s.draft.Options {
		names = append(names, o.Name)
	}
	if n := len(names); n > 1 {
		return "the options " + strings.Join(names[:n-1], ", ") + " and " + names[n-1]
	}
	return "the option " + names[0]
}

func (s *assembly) claimCombination(r *row, values []string) {
	key := strings.Join(values, "\x00")
	if first, taken := s.combos[key]; taken {
		r.say(Error, none, "variant_repeated", "two variants of a product have the same option values; see record "+itoa(first))
		return
	}
	s.combos[key] = r.judge.Record
}

func (s *assembly) sku(r *row) string {
	sku := s.trimmed(r, s.file.header.at[FieldSKU])
	if sku == "" {
		return ""
	}
	owner := s.file.ownerOf(sku)
	if owner == r.index {
		return sku
	}
	if s.file.rows[owner].group == s.file.rows[r.index].group {
		r.about(Error, FieldSKU, "sku_repeated", "the SKU %s is used twice in the product; see record %d", clip(sku), owner+1)
	} else {
		r.about(Error, FieldSKU, "sku_taken", "the SKU %s belongs to another product in the same file; see record %d", clip(sku), owner+1)
	}
	return sku
}

func (s *assembly) barcode(r *row) string {
	s.name(r, FieldBarcode) // its length
	code, note := barcode(r.text(FieldBarcode))
	if note != nil {
		r.about(Warning, FieldBarcode, note.code, "%s", note.reason)
	}
	return code
}
