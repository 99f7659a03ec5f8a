package table

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/listing"
)

func one[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }

func some[T any](r *rand.Rand, of ...T) []T {
	var out []T
	for _, v := range of {
		if r.IntN(2) == 0 {
			out = append(out, v)
		}
	}
	return out
}

func ptr[T any](v T) *T { return &v }

var (
	us = listing.Context{Market: 1, PriceList: 1, Currency: "USD", Language: "en", Now: started}
	de = listing.Context{Market: 2, PriceList: 2, Currency: "EUR", Language: "de", Translations: []locale.Language{"de"}, Now: started}
)

var tree = []listing.DocumentCategory{
	{ID: 1, Handle: "wear", Title: "Wear", Position: 2},
	{ID: 2, Parent: 1, Handle: "hats", Title: "Hats", Depth: 1, Position: 1},
	{ID: 3, Parent: 1, Handle: "socks", Title: "Socks", Depth: 1, Position: 2},
	{ID: 4, Handle: "home", Title: "Home", Position: 1},
	{ID: 5, Parent: 4, Handle: "lamps", Title: "Lamps", Depth: 1},
}

// below lists what a product in some categories is in, those above included.
func below(direct ...listing.CategoryID) []listing.DocumentCategory {
	in := map[listing.CategoryID]bool{}
	for _, id := range direct {
		in[id] = true
		in[tree[id-1].Parent] = true
	}
	var out []listing.DocumentCategory
	for _, c := range tree {
		if in[c.ID] {
			out = append(out, c)
		}
	}
	return out
}

// randomDocument makes a product of a shop in which everything that may differ
// does.
func randomDocument(r *rand.Rand, id listing.ProductID) *listing.Document {
	d := &listing.Document{ID: id, Handle: fmt.Sprint("p", id), Title: one(r, "Cap", "cap", "Lamp of brass, large", "Lamp of brass, small", "Österreich") + one(r, "", " 2"),
		Vendor: one(r, "", "Acme", "ACME", "Beacon", "acme"), Type: one(r, "", "Hat", "hat", "Lamp"),
		Tags: some(r, "new", "New", "sale", "b-ware"), CreatedAt: started.Add(-time.Duration(r.IntN(20)) * time.Hour), UpdatedAt: started.Add(-time.Duration(r.IntN(20)) * time.Minute),
		Categories: below(some[listing.CategoryID](r, 2, 3, 5)...), Popularity: int64(r.IntN(5)), Texts: map[locale.Language]map[listing.DocumentText]string{"de": {}},
		PublishedAt: one(r, ptr(started), ptr(started.Add(-time.Hour)), ptr(started.Add(-2*time.Hour)), ptr(started.Add(-3*time.Hour)), ptr(started.Add(time.Hour)), nil)}
	if r.IntN(5) == 0 {
		d.Excluded = []int64{one[int64](r, 1, 2)}
	}
	if r.IntN(3) == 0 {
		d.Rating = ptr(int64(500 + r.IntN(4500)))
	}
	for _, c := range some(r, listing.DocumentCollection{ID: 1, Handle: "sea", Title: "Sea", Sort: "manual"}, listing.DocumentCollection{ID: 2, Handle: "best", Title: "Best", Sort: "best_selling"},
		listing.DocumentCollection{ID: 3, Handle: "down", Title: "Down", Sort: "title_desc"}, listing.DocumentCollection{ID: 4, Handle: "dear", Title: "Dear", Sort: "price_desc"}) {
		c.Position = int64(r.IntN(6))
		d.Collections = append(d.Collections, c)
	}
	randomAttributes(r, d)
	randomVariants(r, d)
	return d
}

func randomAttributes(r *rand.Rand, d *listing.Document) {
	attribute := func(id int64, code, typ string, a listing.DocumentAttribute) {
		if r.IntN(3) > 0 {
			a.Definition, a.Code, a.Name, a.Type, a.Facet = id, code, "The "+code, typ, code != "secret"
			d.Attributes = append(d.Attributes, a)
		}
	}
	attribute(1, "material", "choice", listing.DocumentAttribute{Text: one(r, ptr("Steel"), ptr("steel"), ptr("Brass"))})
	attribute(1, "material", "choice", listing.DocumentAttribute{Text: ptr("Wool")})
	attribute(2, "height", "measurement", listing.DocumentAttribute{NumberMilli: one(r, ptr(int64(12500)), ptr(int64(-500)), ptr(int64(14000))), Unit: "cm"})
	attribute(3, "dimmable", "boolean", listing.DocumentAttribute{Bool: ptr(r.IntN(2) == 0)})
	attribute(4, "since", "date", listing.DocumentAttribute{Date: one(r, ptr(started), ptr(started.AddDate(0, 0, 1)))})
	attribute(5, "secret", "text", listing.DocumentAttribute{Text: one(r, ptr("hush"), ptr("psst"))})
	if len(d.Attributes) > 0 {
		d.Texts["de"][listing.DocumentText{Kind: "attribute_definition", Owner: 1, Field: "name"}] = "Stoff"
	}
	for _, value := range some(r, "Hand wash", "hand wash") {
		d.Metafields = append(d.Metafields, listing.DocumentMetafield{Namespace: "custom", Key: "care", Value: value})
		break
	}
}

func randomVariants(r *rand.Rand, d *listing.Document) {
	base := listing.OptionValueID(d.ID * 100)
	color := listing.DocumentOption{ID: listing.OptionID(d.ID * 10), Name: one(r, "Color", "color")}
	for i, name := range []string{one(r, "Red", "red"), "Blue", "Green"} {
		color.Values = append(color.Values, listing.DocumentValue{ID: base + listing.OptionValueID(i), Name: name, Color: one(r, "", "#ff0000")})
	}
	size := listing.DocumentOption{ID: listing.OptionID(d.ID*10 + 1), Name: "Size", Values: []listing.DocumentValue{{ID: base + 10, Name: "S"}, {ID: base + 11, Name: "M"}}}
	d.Options = some(r, color, size)
	if r.IntN(2) == 0 {
		d.Texts["de"][listing.DocumentText{Kind: "product_option_value", Owner: int64(base), Field: "name"}] = one(r, "Rot", "rot")
	}
	prices := map[int64]*listing.DocumentPrices{}
	for i := range 1 + r.IntN(4) {
		v := listing.DocumentVariant{ID: listing.VariantID(d.ID*10) + listing.VariantID(i), Sold: some[int64](r, 1, 2), Amounts: map[int64]int64{}}
		for _, o := range d.Options {
			v.Values = append(v.Values, one(r, o.Values...).ID)
		}
		for _, list := range some[int64](r, 1, 2, 1) {
			amount := int64(100 * (1 + r.IntN(9)))
			v.Amounts[list] = amount
		}
		for list, amount := range v.Amounts {
			if prices[list] == nil {
				prices[list] = &listing.DocumentPrices{List: list, Min: amount, Max: amount}
			}
			prices[list].Min, prices[list].Max = min(prices[list].Min, amount), max(prices[list].Max, amount)
		}
		if r.IntN(3) == 0 {
			d.Metafields = append(d.Metafields, listing.DocumentMetafield{Variant: v.ID, Namespace: "facts", Key: "origin", Value: one(r, "Bremen", "Kiel")})
		}
		if r.IntN(2) == 0 {
			v.Margin = ptr(int64(r.IntN(1000)))
		}
		d.Variants = append(d.Variants, v)
	}
	for _, list := range []int64{2, 1} {
		if prices[list] != nil {
			d.Prices = append(d.Prices, *prices[list])
		}
	}
}

// randomFilter chooses one value of one facet.
func randomFilter(r *rand.Rand) listing.Filter {
	number := func(n int) *float64 { return ptr(float64(n)) }
	switch r.IntN(13) {
	case 0:
		return listing.Filter{Available: ptr(r.IntN(2) == 0)}
	case 1:
		low := r.IntN(9)
		return listing.Filter{Price: &listing.PriceFilter{Min: number(low), Max: number(low + r.IntN(4))}}
	case 2:
		return listing.Filter{ProductVendor: ptr(one(r, "ACME", "beacon", "Nobody"))}
	case 3:
		return listing.Filter{ProductType: ptr(one(r, "hat", "LAMP"))}
	case 4:
		return listing.Filter{Tag: ptr(one(r, "NEW", "sale", "b-ware"))}
	case 5:
		return listing.Filter{Category: &listing.CategoryFilter{ID: one(r, "wear", "hats", "gid://souk/Category/4", "lamps", "Lamps")}}
	case 6:
		return listing.Filter{Attributes: []listing.AttributeFilter{{Code: "material", Values: some(r, "STEEL", "brass", "wool")}}}
	case 7:
		return listing.Filter{Attributes: []listing.AttributeFilter{{Code: "height", Values: []string{one(r, "12.5", "14", "-0.5")}}}}
	case 8:
		low := r.IntN(14)
		return listing.Filter{Attributes: []listing.AttributeFilter{{Code: "height", Min: number(low), Max: number(low + r.IntN(5))}}}
	case 9:
		return listing.Filter{Attributes: []listing.AttributeFilter{{Code: one(r, "dimmable", "secret", "since"), Values: []string{one(r, "true", "false", "hush", "2026-03-01")}}}}
	case 10:
		if r.IntN(2) == 0 {
			return listing.Filter{MinRating: number(1 + r.IntN(4))}
		}
		return listing.Filter{ProductMetafield: &listing.MetafieldFilter{Namespace: "custom", Key: "care", Value: one(r, "Hand wash", "hand wash", "never")}}
	case 11:
		return listing.Filter{VariantMetafield: &listing.MetafieldFilter{Namespace: "facts", Key: "origin", Value: one(r, "Bremen", "Kiel")}}
	}
	return listing.Filter{VariantOption: &listing.OptionFilter{Name: one(r, "COLOR", "size"), Value: one(r, "red", "Blue", "m", "S")}}
}

func randomFilters(r *rand.Rand, atMost int) []listing.Filter {
	filters := make([]listing.Filter, r.IntN(atMost+1))
	for i := range filters {
		filters[i] = randomFilter(r)
	}
	return filters
}

func mustJSON(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(raw)
}
