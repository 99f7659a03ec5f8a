package catalog

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/souk-commerce/souk/internal/catalog/lifecycle"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/html"
)

// normalize cleans what may be cleaned without asking.
func (in *NewProduct) normalize() {
	in.Title, in.Vendor, in.Type = strings.TrimSpace(in.Title), strings.TrimSpace(in.Vendor), strings.TrimSpace(in.Type)
	in.DescriptionHTML, _ = html.Sanitize(in.DescriptionHTML)
	in.Tags = cleanTags(in.Tags)
	in.Media, in.Categories, in.ExcludedMarkets = unique(in.Media), unique(in.Categories), unique(in.ExcludedMarkets)
	in.Status = orElse(in.Status, lifecycle.Draft)
	in.TaxClass = orElse(in.TaxClass, "standard")
	in.Fulfillment = orElse(in.Fulfillment, Warehoused)
	in.Restock = orElse(in.Restock, RestockAlways)
	if len(in.Options) == 0 {
		in.Options = []NewOption{{Name: DefaultOption, Values: []NewOptionValue{{Name: DefaultValue}}}}
		if len(in.Variants) == 0 {
			in.Variants = []NewVariant{{}}
		}
		if len(in.Variants) == 1 && len(in.Variants[0].Values) == 0 {
			in.Variants[0].Values = []string{DefaultValue}
		}
	}
	for i := range in.Options {
		in.Options[i].normalize()
	}
	for i := range in.Variants {
		in.Variants[i].normalize()
	}
}

func orElse[T ~string](v, fallback T) T {
	if v == "" {
		return fallback
	}
	return v
}

// cleanTags trims tags and drops empty ones and those that differ from an
// earlier one in case only.
func cleanTags(tags []string) []string {
	if tags == nil {
		return nil
	}
	seen := map[string]bool{}
	out := []string{}
	for _, t := range tags {
		t = strings.TrimSpace(t)
		if low := strings.ToLower(t); t != "" && !seen[low] {
			seen[low] = true
			out = append(out, t)
		}
	}
	return out
}

// Validate reports every fault of the input at once.
func (in NewProduct) Validate() error {
	var faults fault.List
	if in.Handle != "" {
		faults.Add(checkHandle(in.Handle, "handle"))
	}
	faults.Add(checkText(in.Title, 1, MaxTitle, "title"))
	faults.Add(checkText(in.DescriptionHTML, 0, MaxDescription, "descriptionHtml"))
	faults.Add(checkText(in.Vendor, 0, MaxTitle, "vendor"))
	faults.Add(checkText(in.Type, 0, MaxTitle, "type"))
	if in.Status != lifecycle.Draft && in.Status != lifecycle.Active {
		faults.Add(invalid(string(in.Status), "status"))
	}
	faults.Add(checkFulfillment(in.Fulfillment))
	faults.Add(checkRestock(in.Restock))
	faults = append(faults, checkLists(in.Tags, len(in.Media))...)
	faults = append(faults, checkOptions(in.Options)...)
	faults = append(faults, checkNewVariants(in)...)
	return faults.Err()
}

func checkText(text string, least, most int, path ...string) *fault.Error {
	switch n := len([]rune(text)); {
	case n < least:
		return required(path...)
	case n > most:
		return tooLong(most, path...)
	}
	return nil
}

func checkFulfillment(f Fulfillment) *fault.Error {
	if !slices.Contains([]Fulfillment{Warehoused, Dropshipped, Digital, GiftCard}, f) {
		return invalid(string(f), "fulfillment")
	}
	return nil
}

func checkRestock(r Restock) *fault.Error {
	if !slices.Contains([]Restock{RestockAlways, RestockNever, InspectFirst}, r) {
		return invalid(string(r), "restock")
	}
	return nil
}

func checkLists(tags []string, media int) fault.List {
	var faults fault.List
	if len(tags) > MaxTags {
		faults.Add(tooMany(MaxTags, "tags"))
	}
	for i, t := range tags {
		faults.Add(checkText(t, 1, MaxTitle, "tags", strconv.Itoa(i)))
	}
	if media > MaxMedia {
		faults.Add(tooMany(MaxMedia, "media"))
	}
	return faults
}

func (c *ProductChange) normalize() {
	for _, text := range []*string{c.Title, c.Vendor, c.Type} {
		if text != nil {
			*text = strings.TrimSpace(*text)
		}
	}
	if c.DescriptionHTML != nil {
		clean, _ := html.Sanitize(*c.DescriptionHTML)
		c.DescriptionHTML = &clean
	}
	c.Tags = cleanTags(c.Tags)
	c.Media, c.Categories, c.ExcludedMarkets = unique(c.Media), unique(c.Categories), unique(c.ExcludedMarkets)
}

// Validate reports every fault of the change at once.
func (c ProductChange) Validate() error {
	var faults fault.List
	if c.Handle != nil {
		faults.Add(checkHandle(*c.Handle, "handle"))
	}
	if c.Title != nil {
		faults.Add(checkText(*c.Title, 1, MaxTitle, "title"))
	}
	if c.DescriptionHTML != nil {
		faults.Add(checkText(*c.DescriptionHTML, 0, MaxDescription, "descriptionHtml"))
	}
	if c.Vendor != nil {
		faults.Add(checkText(*c.Vendor, 0, MaxTitle, "vendor"))
	}
	if c.Type != nil {
		faults.Add(checkText(*c.Type, 0, MaxTitle, "type"))
	}
	if c.Fulfillment != nil {
		faults.Add(checkFulfillment(*c.Fulfillment))
	}
	if c.Restock != nil {
		faults.Add(checkRestock(*c.Restock))
	}
	faults = append(faults, checkLists(c.Tags, len(c.Media))...)
	return faults.Err()
}

func (o *NewOption) normalize() {
	o.Name = strings.TrimSpace(o.Name)
	for i := range o.Values {
		o.Values[i].normalize()
	}
}

func (v *NewOptionValue) normalize() {
	v.Name = strings.TrimSpace(v.Name)
	v.Swatch = v.Swatch.normal()
}

// normal writes the color in small letters, and an empty color or a zero
// picture as none.
func (w Swatch) normal() Swatch {
	if w.Color != nil {
		low := strings.ToLower(strings.TrimSpace(*w.Color))
		w.Color = &low
		if low == "" {
			w.Color = nil
		}
	}
	if w.MediaID != nil && *w.MediaID == 0 {
		w.MediaID = nil
	}
	return w
}

var color = regexp.MustCompile(`^#[0-9a-f]{6}$`)

func (w Swatch) validate(path ...string) *fault.Error {
	if w.Color != nil && !color.MatchString(*w.Color) {
		return fault.New(fault.Invalid, "invalid_color", "A color is # and six hexadecimal digits.").At(append(path, "color")...)
	}
	return nil
}

func checkOptions(options []NewOption) fault.List {
	var faults fault.List
	if len(options) > MaxOptions {
		faults.Add(tooMany(MaxOptions, "options"))
	}
	names := map[string]bool{}
	for i, o := range options {
		at := []string{"options", strconv.Itoa(i)}
		if names[o.Name] {
			faults.Add(duplicateOption.At(append(at, "name")...))
		}
		names[o.Name] = true
		faults = append(faults, below(o.validate().Err(), at...)...)
	}
	return faults
}

// validate reports the faults of one option, paths relative to it.
func (o NewOption) validate() fault.List {
	var faults fault.List
	faults.Add(checkText(o.Name, 1, MaxTitle, "name"))
	if len(o.Values) == 0 {
		faults.Add(required("values"))
	}
	faults = append(faults, checkValues(o.Values)...)
	return faults
}

func checkValues(values []NewOptionValue) fault.List {
	var faults fault.List
	if len(values) > MaxVariants {
		faults.Add(tooMany(MaxVariants, "values"))
	}
	seen := map[string]bool{}
	for i, v := range values {
		at := strconv.Itoa(i)
		faults.Add(checkText(v.Name, 1, MaxTitle, "values", at, "name"))
		faults.Add(v.Swatch.validate("values", at, "swatch"))
		if seen[v.Name] {
			faults.Add(duplicateValue.At("values", at, "name"))
		}
		seen[v.Name] = true
	}
	return faults
}
