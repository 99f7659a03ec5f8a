package table

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/souk-commerce/souk/internal/listing"
)

// What follows reads documents one by one and knows nothing of the table: it
// says again, as plainly as can be, what filters and facets mean.

// condition is one value chosen on a facet.
type condition struct {
	facet     string
	ofVariant bool
	has       func(d *listing.Document, v *listing.DocumentVariant) bool
}

// conditions reads a filter.
func conditions(at listing.Context, f listing.Filter) []condition {
	var out []condition
	product := func(facet string, has func(d *listing.Document) bool) {
		out = append(out, condition{facet, false, func(d *listing.Document, _ *listing.DocumentVariant) bool { return has(d) }})
	}
	variant := func(facet string, has func(d *listing.Document, v *listing.DocumentVariant) bool) {
		out = append(out, condition{facet, true, has})
	}
	if f.ProductVendor != nil {
		product("vendor", func(d *listing.Document) bool { return strings.EqualFold(d.Vendor, *f.ProductVendor) })
	}
	if f.ProductType != nil {
		product("type", func(d *listing.Document) bool { return strings.EqualFold(d.Type, *f.ProductType) })
	}
	if f.Tag != nil {
		product("tag", func(d *listing.Document) bool {
			return slices.ContainsFunc(d.Tags, func(tag string) bool { return strings.EqualFold(tag, *f.Tag) })
		})
	}
	category := f.CategoryID
	if f.Category != nil {
		category = &f.Category.ID
	}
	if category != nil {
		product("category", func(d *listing.Document) bool {
			return slices.ContainsFunc(d.Categories, func(c listing.DocumentCategory) bool {
				return c.Handle == *category || fmt.Sprintf("gid://souk/Category/%d", c.ID) == *category
			})
		})
	}
	for _, a := range f.Attributes {
		product("attribute "+a.Code, func(*listing.Document) bool { return false }) // nothing is chosen yet
		for _, value := range a.Values {
			product("attribute "+a.Code, func(d *listing.Document) bool {
				return slices.ContainsFunc(d.Attributes, func(x listing.DocumentAttribute) bool { return x.Code == a.Code && strings.EqualFold(textOf(x), value) })
			})
		}
		if a.Min != nil && a.Max != nil {
			product("attribute "+a.Code, func(d *listing.Document) bool {
				return slices.ContainsFunc(d.Attributes, func(x listing.DocumentAttribute) bool {
					return x.Code == a.Code && x.NumberMilli != nil && float64(*x.NumberMilli) >= *a.Min*1000 && float64(*x.NumberMilli) <= *a.Max*1000
				})
			})
		}
	}
	if m := f.ProductMetafield; m != nil {
		product("metafield "+m.Namespace+"."+m.Key, func(d *listing.Document) bool { return hasMetafield(d, 0, *m) })
	}
	if f.MinRating != nil {
		product("rating", func(d *listing.Document) bool { return d.Rating != nil && float64(*d.Rating) >= *f.MinRating*1000 })
	}
	if m := f.VariantMetafield; m != nil {
		variant("variant metafield "+m.Namespace+"."+m.Key, func(d *listing.Document, v *listing.DocumentVariant) bool { return hasMetafield(d, v.ID, *m) })
	}
	if f.Available != nil {
		variant("available", func(_ *listing.Document, v *listing.DocumentVariant) bool {
			return slices.Contains(v.Sold, at.Market) == *f.Available
		})
	}
	if f.Price != nil {
		variant("price", func(_ *listing.Document, v *listing.DocumentVariant) bool {
			amount := float64(v.Amounts[at.PriceList]) / 100
			return amount >= *f.Price.Min && amount <= *f.Price.Max
		})
	}
	if o := f.VariantOption; o != nil {
		variant("option "+strings.ToLower(o.Name), func(d *listing.Document, v *listing.DocumentVariant) bool {
			for _, option := range d.Options {
				for _, value := range option.Values {
					if slices.Contains(v.Values, value.ID) && strings.EqualFold(option.Name, o.Name) && strings.EqualFold(value.Name, o.Value) {
						return true
					}
				}
			}
			return false
		})
	}
	return out
}

func textOf(a listing.DocumentAttribute) string {
	switch {
	case a.Text != nil:
		return *a.Text
	case a.NumberMilli != nil:
		return strconv.FormatFloat(float64(*a.NumberMilli)/1000, 'f', -1, 64)
	case a.Bool != nil:
		return fmt.Sprint(*a.Bool)
	}
	return a.Date.Format("2006-01-02")
}

func hasMetafield(d *listing.Document, variant listing.VariantID, m listing.MetafieldFilter) bool {
	return slices.ContainsFunc(d.Metafields, func(x listing.DocumentMetafield) bool {
		return x.Variant == variant && x.Namespace == m.Namespace && x.Key == m.Key && x.Value == m.Value
	})
}

func isVisible(at listing.Context, d *listing.Document) bool {
	priced := slices.ContainsFunc(d.Prices, func(p listing.DocumentPrices) bool { return p.List == at.PriceList })
	return priced && d.PublishedAt != nil && !d.PublishedAt.After(at.Now) && !slices.Contains(d.Excluded, at.Market)
}

// fitting gives the variants of a product by which it fits all conditions; all
// that have a price where nothing is asked of variants. It fits if there are
// any, or if ok.
func fitting(at listing.Context, d *listing.Document, all []condition) (variants []listing.DocumentVariant, ok bool) {
	byFacet := map[string][]condition{}
	asked := false
	for _, c := range all {
		byFacet[c.facet] = append(byFacet[c.facet], c)
		asked = asked || c.ofVariant
	}
	for _, any := range byFacet {
		if !any[0].ofVariant && !slices.ContainsFunc(any, func(c condition) bool { return c.has(d, nil) }) {
			return nil, false
		}
	}
	for _, v := range d.Variants {
		if _, priced := v.Amounts[at.PriceList]; !priced {
			continue
		}
		fits := true
		for _, any := range byFacet {
			if any[0].ofVariant && !slices.ContainsFunc(any, func(c condition) bool { return c.has(d, &v) }) {
				fits = false
			}
		}
		if fits {
			variants = append(variants, v)
		}
	}
	return variants, len(variants) > 0 || !asked
}

func without(all []condition, facet string) []condition {
	return slices.DeleteFunc(slices.Clone(all), func(c condition) bool { return c.facet == facet })
}

func allConditions(at listing.Context, filters []listing.Filter) []condition {
	var all []condition
	for _, f := range filters {
		all = append(all, conditions(at, f)...)
	}
	return all
}

// naiveSelect gives the ids of the products that fit, by id.
func naiveSelect(docs []*listing.Document, at listing.Context, filters []listing.Filter) []listing.ProductID {
	ids := []listing.ProductID{}
	for _, d := range docs {
		if _, ok := fitting(at, d, allConditions(at, filters)); ok && isVisible(at, d) {
			ids = append(ids, d.ID)
		}
	}
	slices.Sort(ids)
	return ids
}

// naiveCount is the count of one value of a facet.
type naiveCount struct {
	n        int
	heading  string
	label    string
	spelling map[[2]string]int // heading, label
}

// naiveFacets counts every value of every facet: over the products that fit
// what was chosen on other facets.
func naiveFacets(docs []*listing.Document, at listing.Context, filters []listing.Filter) map[string]*naiveCount {
	all := allConditions(at, filters)
	counts := map[string]*naiveCount{}
	for _, d := range docs {
		if !isVisible(at, d) {
			continue
		}
		seen := map[string][2]string{}
		add := func(facet, value, heading, label string) {
			key := facet + "=" + strings.ToLower(value)
			if before, twice := seen[key]; twice {
				heading, label = min(before[0], heading), min(before[1], label)
			}
			seen[key] = [2]string{heading, label}
		}
		of := func(facet string, tell func([]listing.DocumentVariant)) {
			if variants, ok := fitting(at, d, without(all, facet)); ok {
				tell(variants)
			}
		}
		of("vendor", func([]listing.DocumentVariant) {
			if d.Vendor != "" {
				add("vendor", d.Vendor, "", d.Vendor)
			}
		})
		of("type", func([]listing.DocumentVariant) {
			if d.Type != "" {
				add("type", d.Type, "", d.Type)
			}
		})
		of("tag", func([]listing.DocumentVariant) {
			for _, tag := range d.Tags {
				add("tag", tag, "", tag)
			}
		})
		of("category", func([]listing.DocumentVariant) {
			for _, c := range d.Categories {
				add("category", c.Handle, "", c.Title)
			}
		})
		for _, a := range d.Attributes {
			if !a.Facet {
				continue
			}
			label := textOf(a)
			if a.Type == "measurement" {
				label += " " + a.Unit
			}
			of("attribute "+a.Code, func([]listing.DocumentVariant) { add("attribute "+a.Code, textOf(a), a.Name, label) })
		}
		for _, m := range d.Metafields {
			facet := "metafield " + m.Namespace + "." + m.Key
			if m.Variant == 0 {
				of(facet, func([]listing.DocumentVariant) { add(facet, m.Value, "", m.Value) })
				continue
			}
			of("variant "+facet, func(variants []listing.DocumentVariant) {
				if slices.ContainsFunc(variants, func(v listing.DocumentVariant) bool { return v.ID == m.Variant }) {
					add("variant "+facet, m.Value, "", m.Value)
				}
			})
		}
		of("rating", func([]listing.DocumentVariant) {
			for stars := int64(1); stars < 5 && d.Rating != nil; stars++ {
				if *d.Rating >= stars*1000 {
					add("rating", fmt.Sprint(stars), "", "")
				}
			}
		})
		of("available", func(variants []listing.DocumentVariant) {
			for _, v := range variants {
				add("available", map[bool]string{true: "1", false: "0"}[slices.Contains(v.Sold, at.Market)], "", "")
			}
		})
		of("price", func([]listing.DocumentVariant) { add("price", "hits", "", "") })
		for _, o := range d.Options {
			facet := "option " + strings.ToLower(o.Name)
			of(facet, func(variants []listing.DocumentVariant) {
				for _, value := range o.Values {
					if slices.ContainsFunc(variants, func(v listing.DocumentVariant) bool { return slices.Contains(v.Values, value.ID) }) {
						add(facet, value.Name, o.Name, value.Name)
					}
				}
			})
		}
		for key, words := range seen {
			if counts[key] == nil {
				counts[key] = &naiveCount{spelling: map[[2]string]int{}}
			}
			counts[key].n++
			counts[key].spelling[words]++
		}
	}
	for _, c := range counts {
		most := 0
		for _, n := range c.spelling {
			most = max(most, n)
		}
		c.heading, c.label = "\xff", "\xff"
		for words, n := range c.spelling {
			if n == most {
				c.heading, c.label = min(c.heading, words[0]), min(c.label, words[1])
			}
		}
		c.spelling = nil
	}
	return counts
}

// naiveOrder compares documents as a list is sorted.
func naiveOrder(at listing.Context, by listing.Sort, collection listing.CollectionID) func(a, b *listing.Document) int {
	price := func(d *listing.Document) int64 {
		for _, p := range d.Prices {
			if p.List == at.PriceList {
				return p.Min
			}
		}
		panic("not visible")
	}
	member := func(d *listing.Document) listing.DocumentCollection {
		for _, c := range d.Collections {
			if c.ID == collection {
				return c
			}
		}
		return listing.DocumentCollection{}
	}
	then := func(c int, a, b *listing.Document) int { return cmp.Or(c, cmp.Compare(a.ID, b.ID)) }
	return func(a, b *listing.Document) int {
		own := string(by)
		if by == listing.ByDefault && collection != 0 {
			own = member(a).Sort
		}
		switch own {
		case "created", "created_asc":
			return then(a.CreatedAt.Compare(b.CreatedAt), a, b)
		case "created_desc":
			return then(b.CreatedAt.Compare(a.CreatedAt), a, b)
		case "updated":
			return then(a.UpdatedAt.Compare(b.UpdatedAt), a, b)
		case "price", "price_asc":
			return then(cmp.Compare(price(a), price(b)), a, b)
		case "price_desc":
			return then(cmp.Compare(price(b), price(a)), a, b)
		case "title", "title_asc":
			return then(strings.Compare(a.Title, b.Title), a, b)
		case "title_desc":
			return then(strings.Compare(b.Title, a.Title), a, b)
		case "vendor":
			return then(strings.Compare(a.Vendor, b.Vendor), a, b)
		case "type":
			return then(strings.Compare(a.Type, b.Type), a, b)
		case "best_selling":
			return then(cmp.Compare(b.Popularity, a.Popularity), a, b)
		case "manual":
			return then(cmp.Compare(member(a).Position, member(b).Position), a, b)
		}
		return cmp.Compare(a.ID, b.ID)
	}
}

var started = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
