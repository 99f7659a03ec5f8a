package search

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/search/understanding"
)

const (
	// entryFormat is part of a generation's mapping: raise it when entries are
	// made of other fields or in another way, and each shop builds its index anew.
	entryFormat = "1"
	// longestText is how much of a description is looked at, in bytes. What a
	// text is about stands at its beginning.
	longestText = 4_000
	// mostCodes bounds what a product with thousands of variants brings.
	mostCodes = 2_000
)

// prepared is an entry with the texts that it brings to the vocabulary.
type prepared struct {
	Entry
	sum          [sha256.Size]byte
	strong, weak []string
}

// prepare makes of a document what an index in one language keeps of it. Prices
// and stock are not in it, so that their changes cost the engine nothing.
func prepare(d *listing.Document, language locale.Language) prepared {
	t := textsOf(d, language)
	p := prepared{Entry: Entry{
		ID:          d.ID,
		Title:       understanding.Indexed(language, t.title),
		Vendor:      understanding.Indexed(language, d.Vendor),
		Kind:        understanding.Indexed(language, t.kind...),
		Codes:       understanding.Codes(t.numbers, t.title),
		Properties:  each(language, t.properties),
		Tags:        each(language, d.Tags),
		Description: understanding.Indexed(language, t.description),
	}}
	p.Codes = p.Codes[:min(len(p.Codes), mostCodes)]
	raw, err := json.Marshal(p.Entry)
	if err != nil {
		panic("search: an entry does not marshal: " + err.Error())
	}
	p.sum = sha256.Sum256(raw)
	p.Version = versionOf(p.sum[:])
	p.strong = append(t.kind, t.title, d.Vendor)
	p.weak = slices.Concat(t.properties, d.Tags, t.numbers, []string{t.description})
	return p
}

// Describe gives the entry of a document in a language, with the texts that it
// brings to the vocabulary (understanding.Vocabulary.Put).
func Describe(d *listing.Document, language locale.Language) (entry Entry, strong, weak []string) {
	p := prepare(d, language)
	return p.Entry, p.strong, p.weak
}

// versionOf is the version of the entry with this hash.
func versionOf(sum []byte) string { return hex.EncodeToString(sum[:min(16, len(sum))]) }

// size is about how many bytes the entry takes on its way.
func (p *prepared) size() int {
	n := 256 + len(p.Title) + len(p.Vendor) + len(p.Kind) + len(p.Description)
	for _, list := range [][]string{p.Codes, p.Properties, p.Tags} {
		for _, s := range list {
			n += len(s) + 3
		}
	}
	return n
}

func each(language locale.Language, texts []string) []string {
	out := make([]string, 0, len(texts))
	for _, t := range texts {
		if words := understanding.Indexed(language, t); words != "" && !slices.Contains(out, words) {
			out = append(out, words)
		}
	}
	return out
}

// texts are a document's in one language, as they are read by people.
type texts struct {
	title, description        string
	kind, numbers, properties []string
}

func textsOf(d *listing.Document, language locale.Language) texts {
	order := append([]locale.Language{language}, locale.Fallbacks(language)...)
	in := func(kind string, owner int64, field, otherwise string) string {
		return d.In(order, listing.DocumentText{Kind: kind, Owner: owner, Field: field}, otherwise)
	}
	t := texts{
		title:       in("product", int64(d.ID), "title", d.Title),
		description: shortened(in("product", int64(d.ID), "description_html", d.Description)),
	}
	if kind := in("product", int64(d.ID), "product_type", d.Type); kind != "" {
		t.kind = append(t.kind, kind)
	}
	for _, c := range d.Categories {
		t.kind = append(t.kind, in("category", int64(c.ID), "title", c.Title))
	}
	for _, v := range d.Variants {
		t.numbers = append(t.numbers, v.SKU, v.Barcode)
	}
	for _, o := range d.Options {
		name := in("product_option", int64(o.ID), "name", o.Name)
		for _, v := range o.Values {
			t.properties = append(t.properties, name+" "+in("product_option_value", int64(v.ID), "name", v.Name))
		}
	}
	for _, a := range d.Attributes {
		t.attribute(a, in("attribute_definition", a.Definition, "name", a.Name))
	}
	for _, m := range d.Metafields {
		t.metafield(m)
	}
	t.numbers = slices.DeleteFunc(t.numbers, func(s string) bool { return s == "" })
	return t
}

// articleNumbers are the usual names of attributes and metafields that hold one.
var articleNumbers = map[string]bool{
	"mpn": true, "model": true, "model_number": true, "article_number": true, "part_number": true,
	"product_code": true, "sku": true, "ean": true, "gtin": true, "upc": true, "isbn": true, "asin": true,
}

func (t *texts) attribute(a listing.DocumentAttribute, name string) {
	switch {
	case a.Text != nil && articleNumbers[strings.ToLower(a.Code)]:
		t.numbers = append(t.numbers, *a.Text)
	case a.Text != nil:
		t.properties = append(t.properties, name+" "+shortened(*a.Text))
	case a.NumberMilli != nil:
		t.properties = append(t.properties, name+" "+decimal(*a.NumberMilli)+" "+a.Unit)
	case a.Bool != nil && *a.Bool:
		t.properties = append(t.properties, name)
	}
}

// metafield takes texts for people; other types are for programs.
func (t *texts) metafield(m listing.DocumentMetafield) {
	switch {
	case articleNumbers[strings.ToLower(m.Key)]:
		t.numbers = append(t.numbers, m.Value)
	case m.Type == "single_line_text_field" || m.Type == "multi_line_text_field":
		t.properties = append(t.properties, shortened(m.Value))
	case m.Type == "list.single_line_text_field":
		var list []string
		if json.Unmarshal([]byte(m.Value), &list) == nil {
			t.properties = append(t.properties, list...)
		}
	}
}

// decimal writes thousandths without zeros at their end.
func decimal(milli int64) string {
	whole, rest := milli/1000, milli%1000
	if rest == 0 {
		return strconv.FormatInt(whole, 10)
	}
	sign := ""
	if milli < 0 {
		sign, whole, rest = "-", -whole, -rest
	}
	return sign + strconv.FormatInt(whole, 10) + "." + strings.TrimRight(strconv.FormatInt(1000+rest, 10)[1:], "0")
}

// shortened cuts a text between two words.
func shortened(text string) string {
	if len(text) <= longestText {
		return text
	}
	if at := strings.LastIndexAny(text[:longestText], " \n\t"); at > 0 {
		return text[:at]
	}
	return strings.ToValidUTF8(text[:longestText], "")
}
