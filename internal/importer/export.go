package importer

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/souk-commerce/souk/internal/kernel/money"
)

// Columns are those that a file needs beyond the format's fixed ones.
// They are gathered before the first line is written.
type Columns struct {
	Options    int // 3 at least
	UnitPrice  bool
	Collection bool
	Markets    []MarketColumn
	Metafields []MetafieldColumn
}

// MetafieldColumn is a column with a metafield.
type MetafieldColumn struct {
	MetafieldKey
	Label string
}

// Add takes in what a product needs.
func (c *Columns) Add(d *Draft) {
	c.Options = max(c.Options, len(d.Options))
	c.Collection = c.Collection || d.Collection != ""
	c.addMetafields(false, d.Metafields)
	for i := range d.Variants {
		v := &d.Variants[i]
		c.UnitPrice = c.UnitPrice || v.UnitPrice != nil
		c.addMetafields(true, v.Metafields)
		for _, p := range v.Prices {
			c.addMarket(MarketColumn{p.Market, p.Price.Currency})
		}
	}
	for _, m := range d.Markets {
		c.addMarket(MarketColumn{Name: m.Market})
	}
}

func (c *Columns) addMarket(m MarketColumn) {
	i := slices.IndexFunc(c.Markets, func(o MarketColumn) bool { return o.Name == m.Name })
	switch {
	case i < 0:
		c.Markets = append(c.Markets, m)
	case c.Markets[i].Currency == "":
		c.Markets[i] = m
	}
}

func (c *Columns) addMetafields(variant bool, list []Metafield) {
	for _, m := range list {
		key := MetafieldKey{variant, m.Namespace, m.Key}
		if !slices.ContainsFunc(c.Metafields, func(o MetafieldColumn) bool { return o.MetafieldKey == key }) {
			c.Metafields = append(c.Metafields, MetafieldColumn{key, m.Label})
		}
	}
}

// sort makes the order of columns depend on nothing but what they are.
func (c *Columns) sort() {
	slices.SortFunc(c.Markets, func(a, b MarketColumn) int { return cmp.Compare(a.Name, b.Name) })
	slices.SortFunc(c.Metafields, func(a, b MetafieldColumn) int {
		if a.Variant != b.Variant {
			return cmp.Compare(strconv.FormatBool(a.Variant), strconv.FormatBool(b.Variant))
		}
		return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Key, b.Key))
	})
}

// Writer writes products in the format that Open reads.
type Writer struct {
	out     *csv.Writer
	names   []string
	at      map[string]int
	fields  [fieldCount]int // −1: not written
	fieldOf map[MetafieldKey]int
	line    []string
}

// NewWriter writes the header.
func NewWriter(w io.Writer, columns Columns) (*Writer, error) {
	columns.sort()
	e := &Writer{out: csv.NewWriter(w), names: headerOf(columns), at: map[string]int{}, fieldOf: map[MetafieldKey]int{}}
	for i, name := range e.names {
		e.at[name] = i
	}
	for f, name := range fieldNames() {
		e.fields[f] = none
		if i, ok := e.at[name]; ok {
			e.fields[f] = i
		}
	}
	for _, m := range columns.Metafields {
		e.fieldOf[m.MetafieldKey] = e.at[m.name()]
	}
	e.line = make([]string, len(e.names))
	cells := make([]string, len(e.names))
	for i, name := range e.names {
		cells[i] = escape(name)
	}
	if err := e.out.Write(cells); err != nil {
		return nil, fmt.Errorf("write the header: %w", err)
	}
	return e, nil
}

// headerOf gives the names of the columns in their order.
func headerOf(c Columns) []string {
	var names []string
	for f, name := range fieldNames() {
		switch Field(f) {
		case FieldUnitTotal, FieldUnitTotalUnit, FieldUnitBase, FieldUnitBaseUnit:
			if !c.UnitPrice {
				continue
			}
		case FieldCollection:
			if !c.Collection {
				continue
			}
		case FieldSKU:
			names = append(names, optionNames(max(3, c.Options))...)
		case FieldVariantImage:
			for _, m := range c.Metafields {
				names = append(names, m.name())
			}
		case FieldStatus:
			for _, m := range c.Markets {
				names = append(names, "Included / "+m.Name)
				if m.Currency != "" {
					names = append(names, "Price / "+m.Name, "Compare At Price / "+m.Name)
				}
			}
		}
		names = append(names, name)
	}
	return names
}

func optionNames(n int) []string {
	var names []string
	for i := range n {
		option := "Option" + itoa(i+1)
		names = append(names, option+" Name", option+" Value", option+" Linked To")
	}
	return names
}

// name gives the column's name, which the header's reader knows again.
func (m MetafieldColumn) name() string {
	if m.Namespace == GoogleNamespace && !m.Variant && underscored(m.Label) == m.Key {
		return googlePrefix + m.Label
	}
	owner := "product"
	if m.Variant {
		owner = "variant"
	}
	return strings.TrimSpace(m.Label + " (" + owner + ".metafields." + m.Namespace + "." + m.Key + ")")
}

// Write writes the rows of a product: variant and image of the same rank share
// one; more images than variants give rows with an image only.
func (e *Writer) Write(d *Draft) error {
	for i := range max(len(d.Variants), len(d.Images), 1) {
		clear(e.line)
		e.field(FieldHandle, d.Handle)
		if i == 0 {
			e.product(d)
		}
		if i < len(d.Variants) {
			e.variant(d, &d.Variants[i], i == 0)
		}
		if i < len(d.Images) {
			e.field(FieldImage, d.Images[i].URL)
			e.field(FieldImagePosition, itoa(i+1))
			e.field(FieldImageAlt, d.Images[i].Alt)
		}
		if err := e.out.Write(e.line); err != nil {
			return fmt.Errorf("write product %s: %w", d.Handle, err)
		}
	}
	return nil
}

// Flush writes what is still held back.
func (e *Writer) Flush() error {
	e.out.Flush()
	return e.out.Error()
}

func (e *Writer) set(name, value string) {
	if i, ok := e.at[name]; ok {
		e.line[i] = escape(value)
	}
}

func (e *Writer) field(f Field, value string) {
	if i := e.fields[f]; i >= 0 {
		e.line[i] = escape(value)
	}
}

func (e *Writer) product(d *Draft) {
	e.field(FieldTitle, d.Title)
	e.field(FieldBody, d.DescriptionHTML)
	e.field(FieldVendor, d.Vendor)
	e.field(FieldCategory, strings.Join(d.Category, " > "))
	e.field(FieldType, d.Type)
	e.field(FieldTags, strings.Join(d.Tags, ", "))
	if d.Published != nil {
		e.field(FieldPublished, boolText(*d.Published))
	}
	e.field(FieldGiftCard, boolText(d.GiftCard))
	e.field(FieldSEOTitle, d.SEOTitle)
	e.field(FieldSEODescription, d.SEODescription)
	e.field(FieldStatus, d.Status)
	e.field(FieldCollection, d.Collection)
	e.metafields(false, d.Metafields)
	for _, m := range d.Markets {
		e.set("Included / "+m.Market, boolText(m.Included))
	}
}

func (e *Writer) variant(d *Draft, v *Variant, first bool) {
	e.optionCells(d, v, first)
	e.field(FieldSKU, v.SKU)
	e.field(FieldBarcode, v.Barcode)
	if v.Grams != 0 {
		e.field(FieldGrams, strconv.FormatInt(v.Grams, 10))
	}
	e.field(FieldWeightUnit, v.WeightUnit)
	e.field(FieldTracker, v.Tracker)
	if v.Quantity != nil {
		e.field(FieldQuantity, strconv.FormatInt(*v.Quantity, 10))
	}
	e.field(FieldPolicy, map[bool]string{false: "deny", true: "continue"}[v.Backorder])
	e.field(FieldService, v.FulfillmentService)
	e.field(FieldPrice, fixed(v.Price))
	e.field(FieldCompareAt, fixed(v.CompareAt))
	e.field(FieldCost, fixed(v.Cost))
	e.field(FieldShipping, boolText(v.RequiresShipping))
	e.field(FieldTaxable, boolText(v.Taxable))
	e.field(FieldTaxCode, v.TaxCode)
	e.field(FieldVariantImage, v.ImageURL)
	if u := v.UnitPrice; u != nil {
		e.field(FieldUnitTotal, milliText(u.Milli))
		e.field(FieldUnitTotalUnit, u.Unit)
		e.field(FieldUnitBase, itoa(u.Reference))
		e.field(FieldUnitBaseUnit, u.ReferenceUnit)
	}
	for _, p := range v.Prices {
		e.set("Price / "+p.Market, fixed(&p.Price))
		e.set("Compare At Price / "+p.Market, fixed(p.CompareAt))
	}
	e.metafields(true, v.Metafields)
}

// optionCells names the options in the first variant's row only.
func (e *Writer) optionCells(d *Draft, v *Variant, first bool) {
	for i, value := range v.Values {
		option := "Option" + itoa(i+1)
		if first {
			e.set(option+" Name", d.Options[i].Name)
			e.set(option+" Linked To", d.Options[i].LinkedTo)
		}
		e.set(option+" Value", value)
	}
}

func (e *Writer) metafields(variant bool, list []Metafield) {
	for _, m := range list {
		if i, ok := e.fieldOf[MetafieldKey{variant, m.Namespace, m.Key}]; ok {
			e.line[i] = escape(cellText(m.Type, m.Value))
		}
	}
}

func fixed(m *money.Money) string {
	if m == nil {
		return ""
	}
	return m.Fixed()
}
