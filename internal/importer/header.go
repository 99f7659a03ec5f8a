package importer

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Field is a column of the format that stands at most once in a file.
type Field int

// The fields, in the order in which files are written.
const (
	FieldHandle Field = iota
	FieldTitle
	FieldBody
	FieldVendor
	FieldCategory
	FieldType
	FieldTags
	FieldPublished
	FieldSKU
	FieldGrams
	FieldTracker
	FieldQuantity
	FieldPolicy
	FieldService
	FieldPrice
	FieldCompareAt
	FieldShipping
	FieldTaxable
	FieldUnitTotal
	FieldUnitTotalUnit
	FieldUnitBase
	FieldUnitBaseUnit
	FieldBarcode
	FieldImage
	FieldImagePosition
	FieldImageAlt
	FieldGiftCard
	FieldSEOTitle
	FieldSEODescription
	FieldVariantImage
	FieldWeightUnit
	FieldTaxCode
	FieldCost
	FieldStatus
	FieldCollection
	fieldCount
)

// fieldNames are the fields' names in a header.
func fieldNames() [fieldCount]string {
	return [fieldCount]string{
		"Handle", "Title", "Body (HTML)", "Vendor", "Product Category", "Type", "Tags", "Published",
		"Variant SKU", "Variant Grams", "Variant Inventory Tracker", "Variant Inventory Qty", "Variant Inventory Policy",
		"Variant Fulfillment Service", "Variant Price", "Variant Compare At Price", "Variant Requires Shipping", "Variant Taxable",
		"Unit Price Total Measure", "Unit Price Total Measure Unit", "Unit Price Base Measure", "Unit Price Base Measure Unit",
		"Variant Barcode", "Image Src", "Image Position", "Image Alt Text", "Gift Card", "SEO Title", "SEO Description",
		"Variant Image", "Variant Weight Unit", "Variant Tax Code", "Cost per item", "Status", "Collection",
	}
}

// Fields is a set of fields.
type Fields uint64

// Has reports whether the set holds f.
func (s Fields) Has(f Field) bool { return s&(1<<f) != 0 }

// With gives the set with f.
func (s Fields) With(f Field) Fields { return s | 1<<f }

// MaxOptions is the number of options a product may have: three of the format,
// the rest in columns of our own (Option4 Name …).
const MaxOptions = 6

// GoogleNamespace is where the columns «Google Shopping / …» are kept.
const GoogleNamespace = "mm-google-shopping"

const googlePrefix = "Google Shopping / "

// header says where the columns of a file stand.
type header struct {
	names      []string // as the file has them
	at         [fieldCount]int
	options    [MaxOptions]optionColumns
	metafields []metafieldColumn
	markets    []marketColumns
	given      Fields
	issues     []Issue
}

type optionColumns struct{ name, value, linked int }

type metafieldColumn struct {
	MetafieldKey
	label string
	at    int
}

type marketColumns struct {
	MarketColumn
	price, compareAt, included int
}

// readHeader recognizes the columns. Unknown and unnamed ones are reported
// once and ignored.
func readHeader(rec *record, s Settings) (*header, error) {
	h := &header{}
	if err := h.refuseOddFile(rec, s.Limits); err != nil {
		return nil, err
	}
	h.clear(s)
	for i := range rec.width() {
		h.names = append(h.names, trimInvisible(unescape(string(rec.cell(i)))))
	}
	r := recognizer{h: h, fields: map[string]*int{}}
	r.register()
	for i, name := range h.names {
		r.recognize(i, name)
	}
	for f := range fieldCount {
		if h.at[f] >= 0 {
			h.given = h.given.With(f)
		}
	}
	if !h.given.Has(FieldHandle) {
		return nil, refuse("no_handle_column", "The file has no column «Handle»; its first line must name the columns.")
	}
	return h, nil
}

// refuseOddFile refuses what is no comma-separated UTF-8 text at all.
func (h *header) refuseOddFile(rec *record, limits Limits) error {
	if rec.width() > limits.Columns {
		return refuse("too_many_columns", "The file has more than %d columns.", limits.Columns)
	}
	if rec.damage != intact {
		return refuse("damaged_header", "The first line of the file, which names the columns, is damaged.")
	}
	text := string(rec.text)
	if strings.HasPrefix(text, "\xff\xfe") || strings.HasPrefix(text, "\xfe\xff") {
		return refuse("not_utf8", "The file is UTF-16; save it as CSV UTF-8.")
	}
	if rec.width() == 1 && strings.ContainsAny(text, ";\t") {
		return refuse("wrong_separator", "The columns of the file must be separated by commas.")
	}
	return nil
}

func (h *header) clear(s Settings) {
	for f := range h.at {
		h.at[f] = -1
	}
	for i := range h.options {
		h.options[i] = optionColumns{-1, -1, -1}
	}
	for _, m := range s.Markets {
		h.markets = append(h.markets, marketColumns{m, -1, -1, -1})
	}
}

// recognizer maps column names to places in the header.
type recognizer struct {
	h      *header
	fields map[string]*int // by lower-case name
}

func (r *recognizer) register() {
	for f, name := range fieldNames() {
		r.fields[strings.ToLower(name)] = &r.h.at[f]
	}
	for i := range r.h.options {
		o, n := &r.h.options[i], "option"+strconv.Itoa(i+1)
		r.fields[n+" name"], r.fields[n+" value"], r.fields[n+" linked to"] = &o.name, &o.value, &o.linked
	}
	for i := range r.h.markets {
		m := &r.h.markets[i]
		name := strings.ToLower(m.Name)
		r.fields["included / "+name] = &m.included
		if m.Currency != "" {
			r.fields["price / "+name], r.fields["compare at price / "+name] = &m.price, &m.compareAt
		}
	}
}

func (r *recognizer) recognize(i int, name string) {
	if name == "" {
		r.ignore(name, "unnamed_column", fmt.Sprintf("column %d has no name and is ignored", i+1))
		return
	}
	place, ok := r.fields[strings.ToLower(name)]
	if !ok {
		place = r.metafield(name)
	}
	switch {
	case place == nil:
		r.ignore(name, "unknown_column", "this column is not known and is ignored")
	case *place >= 0:
		r.ignore(name, "repeated_column", "this column stands twice; the second is ignored")
	default:
		*place = i
	}
}

func (r *recognizer) ignore(name, code, reason string) {
	r.h.issues = append(r.h.issues, Issue{Line: 1, Column: name, Code: code, Reason: reason, Severity: Warning})
}

func metafieldPattern() *regexp.Regexp {
	return regexp.MustCompile(`^(.*?) ?\((product|variant)\.metafields\.([A-Za-z0-9_-]{1,64})\.([A-Za-z0-9_-]{1,64})\)$`)
}

// metafield gives the place of a metafield's column, nil if it is none.
func (r *recognizer) metafield(name string) *int {
	c := metafieldColumn{at: -1}
	if m := metafieldPattern().FindStringSubmatch(name); m != nil {
		c.label, c.MetafieldKey = m[1], MetafieldKey{m[2] == "variant", m[3], m[4]}
	} else if len(name) > len(googlePrefix) && strings.EqualFold(name[:len(googlePrefix)], googlePrefix) {
		c.label = name[len(googlePrefix):]
		c.MetafieldKey = MetafieldKey{false, GoogleNamespace, underscored(c.label)}
	} else {
		return nil
	}
	for i := range r.h.metafields {
		if r.h.metafields[i].MetafieldKey == c.MetafieldKey {
			return &r.h.metafields[i].at
		}
	}
	r.h.metafields = append(r.h.metafields, c)
	return &r.h.metafields[len(r.h.metafields)-1].at
}

// underscored makes a key of a label: «Custom Label 0» → custom_label_0.
func underscored(label string) string {
	return strings.ReplaceAll(normalizeHandle(label), "-", "_")
}
