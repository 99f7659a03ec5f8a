package sample

import (
	"cmp"
	"errors"
	"fmt"
	"hash/fnv"
	"regexp"
	"slices"
	"strings"

	"github.com/souk-commerce/souk/internal/app/sample/picture"
	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/kernel/money"
)

// fixedMarket is the market of the "eur" prices.
const fixedMarket = "eu"

// productEntry is a product as it is written in data/products: short, with
// exceptions where variants differ.
type productEntry struct {
	Handle      string              `yaml:"handle"`
	Title       string              `yaml:"title"`
	Description string              `yaml:"description"`
	Vendor      string              `yaml:"vendor"`
	Type        string              `yaml:"type"`
	Category    string              `yaml:"category"`
	Also        []string            `yaml:"also"`
	Tags        []string            `yaml:"tags"`
	Status      string              `yaml:"status"`
	DaysAgo     int                 `yaml:"daysAgo"`
	Fulfillment string              `yaml:"fulfillment"`
	SKU         string              `yaml:"sku"`
	Origin      locale.Country      `yaml:"origin"`
	HS          string              `yaml:"hs"`
	Backorder   bool                `yaml:"backorder"`
	Options     []optionEntry       `yaml:"options"`
	Offer       offer               `yaml:",inline"`
	Variants    []exception         `yaml:"variants"`
	Picture     picture.Spec        `yaml:"picture"`
	Attributes  map[string][]string `yaml:"attributes"`
	Metafields  []Metafield         `yaml:"metafields"`
	SEO         SEO                 `yaml:"seo"`
	De          Texts               `yaml:"de"`
}

type optionEntry struct {
	Name   string   `yaml:"name"`
	Values []string `yaml:"values"`
}

// offer is what variants may differ in.
type offer struct {
	Price  *string    `yaml:"price"`
	Was    *string    `yaml:"was"` // empty: takes the one of the product away
	EUR    *string    `yaml:"eur"`
	Cost   *string    `yaml:"cost"`
	Weight *int64     `yaml:"weight"`
	Unit   *unitEntry `yaml:"unit"`
	Stock  []int64    `yaml:"stock"`
}

// unitEntry is the content of one piece, and what its price is shown per.
type unitEntry struct {
	Content int64  `yaml:"content"`
	Of      string `yaml:"of"`
	Per     int    `yaml:"per"`
	PerUnit string `yaml:"perUnit"` // empty: the same unit
}

// exception changes the offer of the variants that have all the values.
type exception struct {
	Of    []string `yaml:"of"`
	Offer offer    `yaml:",inline"`
}

// over gives the offer with what the other one sets.
func (o offer) over(e offer) offer {
	o.Price, o.Was, o.EUR = cmp.Or(e.Price, o.Price), cmp.Or(e.Was, o.Was), cmp.Or(e.EUR, o.EUR)
	o.Cost, o.Weight, o.Unit = cmp.Or(e.Cost, o.Cost), cmp.Or(e.Weight, o.Weight), cmp.Or(e.Unit, o.Unit)
	if e.Stock != nil {
		o.Stock = e.Stock
	}
	return o
}

// product writes every variant and picture out.
func (e productEntry) product(s *Shop, colors map[string]string) (Product, error) {
	e.De.enrich("description", "description_html")
	p := Product{
		Handle: e.Handle, Title: e.Title, DescriptionHTML: rich(e.Description), Vendor: e.Vendor, Type: e.Type,
		Categories: append([]string{e.Category}, e.Also...), Tags: e.Tags, Status: cmp.Or(e.Status, "active"),
		PublishedDaysAgo: e.DaysAgo, Fulfillment: cmp.Or(e.Fulfillment, "warehoused"), SEO: e.SEO,
		Attributes: e.Attributes, Metafields: e.Metafields, De: e.De,
	}
	for _, o := range e.Options {
		option := Option{Name: o.Name}
		for _, v := range o.Values {
			option.Values = append(option.Values, OptionValue{Name: v, Swatch: colors[v]})
		}
		p.Options = append(p.Options, option)
	}
	if len(p.Options) == 0 {
		p.Options = []Option{{Name: "Title", Values: []OptionValue{{Name: "Default Title"}}}}
	}
	shown := e.draw(&p)
	var faults []error
	for _, values := range combinations(p.Options) {
		v, err := e.variant(s, values)
		if err != nil {
			faults = append(faults, fmt.Errorf("variant %s: %w", strings.Join(values, " / "), err))
		}
		for _, value := range values {
			v.Picture = max(v.Picture, shown[value])
		}
		p.Variants = append(p.Variants, v)
	}
	for _, x := range e.Variants {
		if !slices.ContainsFunc(p.Variants, x.covers) {
			faults = append(faults, fmt.Errorf("no variant is %s", strings.Join(x.Of, " / ")))
		}
	}
	return p, errors.Join(faults...)
}

func (x exception) covers(v Variant) bool {
	return !slices.ContainsFunc(x.Of, func(value string) bool { return !slices.Contains(v.Values, value) })
}

// combinations gives every choice of one value for each option; the last option
// changes fastest.
func combinations(options []Option) [][]string {
	all := [][]string{{}}
	for _, o := range options {
		var next [][]string
		for _, begun := range all {
			for _, v := range o.Values {
				next = append(next, append(slices.Clone(begun), v.Name))
			}
		}
		all = next
	}
	return all
}

// variant makes one combination.
func (e productEntry) variant(s *Shop, values []string) (Variant, error) {
	v := Variant{Values: values, SKU: e.sku(values), Origin: e.Origin, HSCode: e.HS, Backorder: e.Backorder,
		Shipped: e.Fulfillment == "", Tracked: e.Fulfillment == "", Stock: map[string]int64{}}
	v.Barcode = barcode(v.SKU)
	o := e.Offer
	for _, x := range e.Variants {
		if x.covers(v) {
			o = o.over(x.Offer)
		}
	}
	price, err := amount(o.Price, s.Currency)
	if err != nil || price == nil {
		return v, errors.Join(err, errors.New("it has no price"))
	}
	v.Price = *price
	was, err1 := amount(o.Was, s.Currency)
	cost, err2 := amount(o.Cost, s.Currency)
	eur, err3 := amount(o.EUR, "EUR")
	v.CompareAt, v.Cost = was, cost
	if eur != nil {
		v.Fixed = map[string]money.Money{fixedMarket: *eur}
	}
	if o.Weight != nil {
		v.WeightGrams = *o.Weight
	}
	if u := o.Unit; u != nil {
		v.Unit = &Unit{QuantityMilli: u.Content * 1000, Quantity: u.Of, Reference: u.Per, ReferenceUnit: cmp.Or(u.PerUnit, u.Of)}
	}
	for i, n := range o.Stock {
		if i >= len(s.Locations) {
			return v, fmt.Errorf("it has stock at %d locations, the shop has %d", len(o.Stock), len(s.Locations))
		}
		v.Stock[s.Locations[i].Handle] = n
	}
	return v, errors.Join(err1, err2, err3)
}

func amount(text *string, c money.Currency) (*money.Money, error) {
	if text == nil || *text == "" {
		return nil, nil //nolint:nilnil // there is none, and that is fine
	}
	m, err := money.Parse(*text, c)
	return &m, err
}

var wordless = regexp.MustCompile(`[^A-Z0-9]+`)

// sku appends a few letters of each value; sizes stay as they are.
func (e productEntry) sku(values []string) string {
	parts := []string{e.SKU}
	if len(e.Options) == 0 {
		return e.SKU
	}
	for _, v := range values {
		code := wordless.ReplaceAllString(strings.ToUpper(v), "")
		if !strings.ContainsAny(code, "0123456789") {
			code = code[:min(len(code), 4)]
		}
		parts = append(parts, code)
	}
	return strings.Join(parts, "-")
}

// barcode makes an EAN-13 of the range that shops use within their own walls.
func barcode(sku string) string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(sku)) // a hash never fails
	digits := fmt.Sprintf("200%09d", uint64(h.Sum32())%1_000_000_000)
	sum := 0
	for i, d := range digits {
		sum += int(d-'0') * (1 + 2*(i%2))
	}
	return digits + string(rune('0'+(10-sum%10)%10))
}

// draw plans the pictures: one in each color, and one that shows the product in
// another way. It gives the picture of each color.
func (e productEntry) draw(p *Product) map[string]int {
	shown := map[string]int{}
	add := func(name, alt string, spec picture.Spec) {
		p.Pictures = append(p.Pictures, Picture{Name: e.Handle + name, Alt: e.Title + alt, Spec: spec})
	}
	spec := e.Picture
	colors := p.colors()
	if len(colors) < 2 || spec.Color != "" {
		add("", "", spec)
		spec.View = picture.Close
		add("-close", ", a closer look", spec)
		return shown
	}
	for i, c := range colors {
		spec.Color = c.Swatch
		shown[c.Name] = i
		add("-"+strings.ToLower(c.Name), " in "+c.Name, spec)
	}
	spec.View, spec.Color, spec.Second = picture.Pair, colors[0].Swatch, colors[1].Swatch
	add("-pair", " in "+colors[0].Name+" and "+colors[1].Name, spec)
	return shown
}

// colors gives the values of the first option that has swatches.
func (p Product) colors() []OptionValue {
	for _, o := range p.Options {
		if o.Values[0].Swatch != "" {
			return o.Values
		}
	}
	return nil
}
