package listing

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/gid"
	"github.com/souk-commerce/souk/internal/kernel/money"
)

// Filter narrows a list. What is set in one filter must all hold. Several
// filters on the same facet widen it, filters on different facets narrow the
// list. The JSON names are those that clients send back.
type Filter struct {
	Attributes        []AttributeFilter `json:"attributes,omitempty"`
	Available         *bool             `json:"available,omitempty"`
	Category          *CategoryFilter   `json:"category,omitempty"`
	CategoryID        *string           `json:"categoryId,omitempty"`
	MinRating         *float64          `json:"minRating,omitempty"` // in stars
	Price             *PriceFilter      `json:"price,omitempty"`
	ProductMetafield  *MetafieldFilter  `json:"productMetafield,omitempty"`
	ProductType       *string           `json:"productType,omitempty"`
	ProductVendor     *string           `json:"productVendor,omitempty"`
	Tag               *string           `json:"tag,omitempty"`
	TaxonomyMetafield *MetafieldFilter  `json:"taxonomyMetafield,omitempty"`
	VariantMetafield  *MetafieldFilter  `json:"variantMetafield,omitempty"`
	VariantOption     *OptionFilter     `json:"variantOption,omitempty"`
}

// AttributeFilter is a condition on a typed attribute.
type AttributeFilter struct {
	Code   string   `json:"code"`
	Values []string `json:"values,omitempty"`
	Min    *float64 `json:"min,omitempty"`
	Max    *float64 `json:"max,omitempty"`
}

// CategoryFilter names a category by its global id or its handle.
type CategoryFilter struct {
	ID string `json:"id"`
}

// PriceFilter is a range of prices, both ends included. It comes as the
// schema's Float and is made exact before it is compared.
type PriceFilter struct {
	Min *float64 `json:"min,omitempty"`
	Max *float64 `json:"max,omitempty"`
}

// MetafieldFilter is a metafield with its value.
type MetafieldFilter struct {
	Namespace string `json:"namespace"`
	Key       string `json:"key"`
	Value     string `json:"value"`
}

// OptionFilter is an option with its value.
type OptionFilter struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// maxFilters bounds the filters of one list.
const maxFilters = 100

// FacetKind is what a filter can be about.
type FacetKind string

// The kinds.
const (
	OfAvailability     FacetKind = "available"
	OfPrice            FacetKind = "price"
	OfOption           FacetKind = "option"
	OfVariantMetafield FacetKind = "variant_metafield"
	OfAttribute        FacetKind = "attribute"
	OfCategory         FacetKind = "category"
	OfProductMetafield FacetKind = "product_metafield"
	OfRating           FacetKind = "rating"
	OfTag              FacetKind = "tag"
	OfType             FacetKind = "type"
	OfVendor           FacetKind = "vendor"
)

// OfVariant reports whether a facet is about variants: conditions on several
// such facets must hold for the same variant.
func (k FacetKind) OfVariant() bool {
	return k == OfAvailability || k == OfPrice || k == OfOption || k == OfVariantMetafield
}

// FacetChoice is all that was chosen on one facet; any of it is enough.
type FacetChoice struct {
	Kind   FacetKind
	Name   string // of the option in small letters, of the attribute its code, of the metafield see [MetafieldName]
	Texts  []string
	Ranges []Span
	Flags  []bool
}

// Span is a range of whole numbers, both ends included.
type Span struct{ From, To int64 }

// Has reports whether a number lies in the range.
func (r Span) Has(n int64) bool { return r.From <= n && n <= r.To }

// Is reports whether the choice is one on this facet.
func (c FacetChoice) Is(kind FacetKind, name string) bool { return c.Kind == kind && c.Name == name }

// Numbers gives the chosen texts that are numbers, in thousandths.
func (c FacetChoice) Numbers() []int64 {
	numbers := []int64{}
	for _, text := range c.Texts {
		if f, err := strconv.ParseFloat(text, 64); err == nil {
			numbers = append(numbers, milli(&f, math.MinInt64))
		}
	}
	return numbers
}

// Categories gives the chosen categories: some are named by their id, others by
// their handle.
func (c FacetChoice) Categories() (ids []int64, handles []string) {
	ids, handles = []int64{}, []string{}
	for _, name := range c.Texts {
		if id, err := gid.Parse(name); err == nil && id.Type == "Category" {
			ids = append(ids, id.Number)
		} else {
			handles = append(handles, name)
		}
	}
	return ids, handles
}

// MetafieldName makes one name of a metafield's namespace and key.
func MetafieldName(namespace, key string) string { return namespace + "\x1f" + key }

// FacetChoices sorts filters by facet.
func FacetChoices(filters []Filter, currency money.Currency) ([]FacetChoice, error) {
	if len(filters) > maxFilters {
		return nil, fault.Newf(fault.Invalid, "limit_exceeded", "At most %d filters at once.", maxFilters).At("filters")
	}
	var set chosen
	for _, f := range filters {
		if err := set.add(f, currency); err != nil {
			return nil, err
		}
	}
	if len(set) > maxFilters {
		return nil, fault.Newf(fault.Invalid, "limit_exceeded", "At most %d facets at once.", maxFilters).At("filters")
	}
	slices.SortFunc(set, func(a, b FacetChoice) int { return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name)) })
	return set, nil
}

type chosen []FacetChoice

// on gives the choice on a facet, made when it is the first.
func (set *chosen) on(kind FacetKind, name string) *FacetChoice {
	name = storable(name)
	for i := range *set {
		if (*set)[i].Is(kind, name) {
			return &(*set)[i]
		}
	}
	*set = append(*set, FacetChoice{Kind: kind, Name: name})
	return &(*set)[len(*set)-1]
}

func (set *chosen) text(kind FacetKind, name, value string) {
	c := set.on(kind, name)
	c.Texts = append(c.Texts, storable(value))
}

func (set *chosen) add(f Filter, currency money.Currency) error {
	if f.Available != nil {
		c := set.on(OfAvailability, "")
		c.Flags = append(c.Flags, *f.Available)
	}
	if f.VariantOption != nil {
		set.text(OfOption, strings.ToLower(f.VariantOption.Name), strings.ToLower(f.VariantOption.Value))
	}
	for kind, value := range map[FacetKind]*string{OfTag: f.Tag, OfType: f.ProductType, OfVendor: f.ProductVendor} {
		if value != nil {
			set.text(kind, "", strings.ToLower(*value))
		}
	}
	for kind, m := range map[FacetKind]*MetafieldFilter{OfProductMetafield: f.ProductMetafield, OfVariantMetafield: f.VariantMetafield} {
		if m != nil {
			set.text(kind, MetafieldName(m.Namespace, m.Key), m.Value)
		}
	}
	if f.TaxonomyMetafield != nil {
		set.text(OfAttribute, f.TaxonomyMetafield.Key, strings.ToLower(f.TaxonomyMetafield.Value))
	}
	if f.Category != nil {
		set.text(OfCategory, "", f.Category.ID)
	}
	if f.CategoryID != nil {
		set.text(OfCategory, "", *f.CategoryID)
	}
	return set.addRanges(f, currency)
}

func (set *chosen) addRanges(f Filter, currency money.Currency) error {
	if f.Price != nil {
		r, err := priceSpan(*f.Price, currency)
		if err != nil {
			return err
		}
		c := set.on(OfPrice, "")
		c.Ranges = append(c.Ranges, r)
	}
	if f.MinRating != nil {
		c := set.on(OfRating, "")
		c.Ranges = append(c.Ranges, Span{From: milli(f.MinRating, math.MinInt64), To: math.MaxInt64})
	}
	for _, a := range f.Attributes {
		c := set.on(OfAttribute, a.Code)
		for _, v := range a.Values {
			c.Texts = append(c.Texts, storable(strings.ToLower(v)))
		}
		if a.Min != nil || a.Max != nil {
			c.Ranges = append(c.Ranges, Span{From: milli(a.Min, math.MinInt64), To: milli(a.Max, math.MaxInt64)})
		}
	}
	return nil
}

// priceSpan makes a range of minor units: the least amount that is not below
// the lower end, the greatest that is not above the upper end.
func priceSpan(f PriceFilter, currency money.Currency) (Span, error) {
	r := Span{From: 0, To: math.MaxInt64}
	for _, end := range []struct {
		value *float64
		into  *int64
		up    bool
	}{{f.Min, &r.From, true}, {f.Max, &r.To, false}} {
		if end.value == nil {
			continue
		}
		if math.IsNaN(*end.value) || math.Abs(*end.value) > 1e15 {
			return r, fault.New(fault.Invalid, "invalid_amount", "A price must be a number of a usual size.").At("filters", "price")
		}
		*end.into = minor(*end.value, currency, end.up)
	}
	return r, nil
}

// minor makes minor units of a number, by its shortest decimal form, so that
// 0.29 is 29 cents whatever binary makes of it.
func minor(value float64, currency money.Currency, up bool) int64 {
	whole, frac, _ := strings.Cut(strconv.FormatFloat(math.Abs(value), 'f', -1, 64), ".")
	digits := currency.Digits()
	rest := ""
	if len(frac) > digits {
		frac, rest = frac[:digits], frac[digits:]
	}
	n, err := strconv.ParseInt(whole+frac+strings.Repeat("0", digits-len(frac)), 10, 64)
	if err != nil {
		n = math.MaxInt64 - 1
	}
	negative := value < 0
	if rest != "" && up != negative {
		n++
	}
	if negative {
		n = -n
	}
	return n
}

func milli(value *float64, otherwise int64) int64 {
	if value == nil || math.IsNaN(*value) || math.Abs(*value) > 1e15 {
		return otherwise
	}
	return int64(math.Round(*value * 1000))
}

// without gives the choices on other facets.
func without(all []FacetChoice, kind FacetKind, name string) []FacetChoice {
	return slices.DeleteFunc(slices.Clone(all), func(c FacetChoice) bool { return c.Is(kind, name) })
}

// narrow gives the conditions on p that choices mean.
func (s *statement) narrow(at Context, all []FacetChoice) []string {
	var conditions, ofVariant []string
	for _, c := range all {
		if c.Kind.OfVariant() {
			ofVariant = append(ofVariant, s.chosen(at, c))
		} else {
			conditions = append(conditions, s.chosen(at, c))
		}
	}
	if len(ofVariant) > 0 {
		conditions = append(conditions, "EXISTS (SELECT 1 FROM "+s.variants(at)+" WHERE v.product_id = p.id AND "+and(ofVariant)+")")
	}
	return conditions
}

// narrowVariants gives the conditions on v that choices mean.
func (s *statement) narrowVariants(at Context, all []FacetChoice) []string {
	var conditions []string
	for _, c := range all {
		if c.Kind.OfVariant() {
			conditions = append(conditions, s.chosen(at, c))
		}
	}
	return conditions
}

// chosen gives the condition on p or v that one choice means.
func (s *statement) chosen(at Context, c FacetChoice) string {
	switch c.Kind {
	case OfVendor:
		return s.bind("lower(p.vendor) = ANY(?::text[])", c.Texts)
	case OfType:
		return s.bind("lower(p.product_type) = ANY(?::text[])", c.Texts)
	case OfTag:
		return s.bind("p.id IN (SELECT product_id FROM product_tag WHERE lower(tag) = ANY(?::text[]))", c.Texts)
	case OfCategory:
		return s.below(c)
	case OfAttribute:
		return s.attribute(c)
	case OfOption:
		return s.bind(`v.id IN (SELECT x.variant_id FROM product_option_value ov JOIN product_option oo ON oo.id = ov.option_id
 JOIN variant_option_value x ON x.value_id = ov.id WHERE lower(oo.name) = ? AND lower(ov.name) = ANY(?::text[]))`, c.Name, c.Texts)
	case OfPrice:
		return s.within("a.amount", c.Ranges)
	case OfAvailability:
		return s.flags(at, c.Flags)
	case OfRating:
		return nothing // the database knows of no reviews
	case OfProductMetafield:
		return "p.id" + s.metafieldOwners("product", c)
	}
	return "v.id" + s.metafieldOwners("variant", c)
}

func (s *statement) flags(at Context, flags []bool) string {
	switch yes, no := slices.Contains(flags, true), slices.Contains(flags, false); {
	case yes && no:
		return "TRUE"
	case yes:
		return s.buyable(at, s.stock(at))
	}
	return "NOT " + s.buyable(at, s.stock(at))
}

func (s *statement) within(column string, ranges []Span) string {
	parts := make([]string, len(ranges))
	for i, r := range ranges {
		parts[i] = s.bind(column+" BETWEEN ? AND ?", r.From, r.To)
	}
	return or(parts)
}

// below holds for products of categories, named by id or handle, and those
// below them.
func (s *statement) below(c FacetChoice) string {
	ids, handles := c.Categories()
	return s.bind(`p.id IN (SELECT pc.product_id FROM category top JOIN category c ON c.path LIKE top.path || '%'
 JOIN product_category pc ON pc.category_id = c.id WHERE top.id = ANY(?) OR top.handle = ANY(?))`, ids, handles)
}

func (s *statement) attribute(c FacetChoice) string {
	values := s.bind(`lower(pa.text_value) = ANY(?::text[]) OR pa.number_milli = ANY(?) OR pa.bool_value::text = ANY(?::text[])
 OR to_char(pa.date_value AT TIME ZONE 'UTC', 'YYYY-MM-DD') = ANY(?::text[])`, c.Texts, c.Numbers(), c.Texts, c.Texts)
	if len(c.Ranges) > 0 {
		values += " OR " + s.within("pa.number_milli", c.Ranges)
	}
	return s.bind(`p.id IN (SELECT pa.product_id FROM product_attribute pa JOIN attribute_definition d ON d.id = pa.definition_id
 WHERE d.code = ? AND (`, c.Name) + values + "))"
}

// metafieldOwners selects by an index on the beginning of the value, then by
// the value.
func (s *statement) metafieldOwners(kind string, c FacetChoice) string {
	namespace, name, _ := strings.Cut(c.Name, "\x1f")
	return s.bind(` IN (SELECT owner_id FROM metafield WHERE owner_kind = '`+kind+`' AND namespace = ? AND key = ?
 AND left(value, 200) = ANY(SELECT left(t, 200) FROM unnest(?::text[]) t) AND value = ANY(?::text[]) AND visibility = 'public')`,
		namespace, name, c.Texts, c.Texts)
}
