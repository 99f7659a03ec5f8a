package listing

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/money"
	"github.com/souk-commerce/souk/internal/kernel/page"
)

// model is the catalog as plain data, to count by brute force.
type model struct {
	id         int64
	vendor     string
	typ        string
	low, high  int64
	tags       []string
	categories []string // handles, those above included
	attributes map[string]string
	variants   []modelVariant
}

type modelVariant struct {
	amount  int64
	buyable bool
	options map[string]string
}

// readModel reads what is on sale in the United States, one simple query after
// the other.
func readModel(t *testing.T, f *fixture) []model {
	t.Helper()
	var out []model
	ctx := context.Background()
	rows := func(sql string, each func(scan func(...any) error) error, args ...any) {
		r, err := f.db.Pool().Query(ctx, sql, args...)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		for r.Next() {
			if err := each(r.Scan); err != nil {
				t.Fatal(err)
			}
		}
		if r.Err() != nil {
			t.Fatal(r.Err())
		}
	}
	rows(`SELECT p.id, lower(vendor), lower(product_type), min_amount, max_amount FROM product p JOIN price_range r ON r.product_id = p.id AND r.price_list_id = 1
		WHERE status = 'active' AND published_at <= '2026-03-01Z' ORDER BY p.id`, func(scan func(...any) error) error {
		m := model{attributes: map[string]string{}}
		err := scan(&m.id, &m.vendor, &m.typ, &m.low, &m.high)
		out = append(out, m)
		return err
	})
	for i := range out {
		m := &out[i]
		rows("SELECT lower(tag) FROM product_tag WHERE product_id = $1", func(scan func(...any) error) error {
			m.tags = append(m.tags, "")
			return scan(&m.tags[len(m.tags)-1])
		}, m.id)
		rows(`SELECT DISTINCT u.handle FROM product_category pc JOIN category c ON c.ID = pc.category_id
			JOIN category u ON c.path LIKE '%/' || u.id || '/%' WHERE pc.product_id = $1`, func(scan func(...any) error) error {
			m.categories = append(m.categories, "")
			return scan(&m.categories[len(m.categories)-1])
		}, m.id)
		rows(`SELECT d.code, lower(COALESCE(text_value, trim_scale(number_milli/1000.0)::text, bool_value::text)) FROM product_attribute a
			JOIN attribute_definition d ON d.id = a.definition_id WHERE d.facet AND product_id = $1`, func(scan func(...any) error) error {
			var code, value string
			err := scan(&code, &value)
			m.attributes[code] = value
			return err
		}, m.id)
		rows(`SELECT v.id, a.amount, NOT tracked OR (backorder AND backorder_limit IS NULL) OR COALESCE((SELECT sum(on_hand - taken - safety) FROM stock_level l
			WHERE l.variant_id = v.id AND location_id <> 3), 0) + CASE WHEN backorder THEN backorder_limit ELSE 0 END > 0,
			COALESCE((SELECT jsonb_object_agg(lower(o.name), lower(c.Name)) FROM variant_option_value x JOIN product_option o ON o.id = x.option_id
				JOIN product_option_value c ON c.ID = x.value_id WHERE x.variant_id = v.id), '{}')
			FROM variant v JOIN price a ON a.variant_id = v.id AND price_list_id = 1 AND a.min_quantity = 1 WHERE product_id = $1`, func(scan func(...any) error) error {
			var v modelVariant
			var id int64
			err := scan(&id, &v.amount, &v.buyable, &v.options)
			m.variants = append(m.variants, v)
			return err
		}, m.id)
	}
	return out
}

// fits applies choices, those on variants to one and the same variant.
func (m model) fits(all []FacetChoice) bool {
	for _, c := range all {
		if !c.Kind.OfVariant() && !m.has(c) {
			return false
		}
	}
	return slices.ContainsFunc(m.variants, func(v modelVariant) bool { return v.fits(all) })
}

func (m model) has(c FacetChoice) bool {
	return slices.ContainsFunc(c.Texts, func(text string) bool {
		switch c.Kind {
		case OfVendor:
			return m.vendor == text
		case OfType:
			return m.typ == text
		case OfTag:
			return slices.Contains(m.tags, text)
		case OfCategory:
			return slices.Contains(m.categories, text)
		}
		return m.attributes[c.Name] == text
	})
}

func (v modelVariant) fits(all []FacetChoice) bool {
	for _, c := range all {
		ok := true
		switch c.Kind {
		case OfPrice:
			ok = slices.ContainsFunc(c.Ranges, func(r Span) bool { return r.Has(v.amount) })
		case OfAvailability:
			ok = slices.Contains(c.Flags, v.buyable)
		case OfOption:
			ok = slices.Contains(c.Texts, v.options[c.Name])
		}
		if !ok {
			return false
		}
	}
	return true
}

// brute counts every choice of every facet.
func brute(all []model, chosen []FacetChoice) map[string]int {
	counts := map[string]int{}
	facets := map[string][]FacetChoice{} // facet key → choices of one value each
	add := func(kind FacetKind, name, value string) {
		c := FacetChoice{Kind: kind, Name: name, Texts: []string{value}}
		if kind == OfAvailability {
			c = FacetChoice{Kind: kind, Flags: []bool{value == "1"}}
		}
		facets[string(kind)+"/"+name+"/"+value] = []FacetChoice{c}
	}
	for _, m := range all {
		for _, v := range m.variants {
			for name, value := range v.options {
				if name != "title" {
					add(OfOption, name, value)
				}
			}
		}
		for code, value := range m.attributes {
			add(OfAttribute, code, value)
		}
		for _, tag := range m.tags {
			add(OfTag, "", tag)
		}
		for _, category := range m.categories {
			add(OfCategory, "", category)
		}
		add(OfVendor, "", m.vendor)
		add(OfType, "", m.typ)
	}
	add(OfAvailability, "", "1")
	add(OfAvailability, "", "0")
	for key, one := range facets {
		c := one[0]
		with := append(without(chosen, c.Kind, c.Name), c)
		for _, m := range all {
			if m.fits(with) {
				counts[key]++
			}
		}
	}
	for _, m := range all {
		if m.fits(without(chosen, OfPrice, "")) {
			counts["hits without price"]++
		}
	}
	return counts
}

// counted gives what the service counted in the form of brute.
func counted(f *Facets) map[string]int {
	counts := map[string]int{}
	put := func(kind FacetKind, name, value string, n int) { counts[string(kind)+"/"+name+"/"+value] = n }
	for _, c := range f.available {
		put(OfAvailability, "", c.Value, c.N)
	}
	for _, c := range f.types {
		put(OfType, "", c.Value, c.N)
	}
	for _, c := range f.tags {
		put(OfTag, "", c.Value, c.N)
	}
	for _, c := range f.options {
		put(OfOption, c.Name, c.Value, c.N)
	}
	for _, c := range f.attributes {
		put(OfAttribute, c.Name, c.Value, c.N)
	}
	for _, c := range f.categories {
		put(OfCategory, "", c.Name, c.N)
	}
	for _, v := range f.Vendors {
		put(OfVendor, "", strings.ToLower(v.Name), v.Count)
	}
	if f.hits > 0 {
		counts["hits without price"] = f.hits
	}
	return counts
}

func TestFacets_countLikeBruteForce(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	all := readModel(t, f)
	rapid.Check(t, func(rt *rapid.T) {
		filters := rapid.SliceOfN(drawFilter, 0, 6).Draw(rt, "filters")
		chosen, err := FacetChoices(filters, "USD")
		if err != nil {
			rt.Fatal(err)
		}
		p, err := f.Products(t.Context(), f.us, List{Filters: filters, Facets: true, Total: true, Page: page.Args{First: first(MaxPage)}})
		if err != nil {
			rt.Fatal(err)
		}
		want := 0
		for _, m := range all {
			if m.fits(chosen) {
				want++
			}
		}
		if p.Total != want || len(p.Nodes) != want {
			rt.Fatalf("%d hits, total %d, want %d", len(p.Nodes), p.Total, want)
		}
		if diff := cmp.Diff(brute(all, chosen), counted(p.Facets)); diff != "" {
			rt.Fatal(diff)
		}
	})
}

var drawFilter = rapid.Custom(func(t *rapid.T) Filter {
	one := func(values ...string) *string {
		v := rapid.SampledFrom(values).Draw(t, "value")
		return &v
	}
	switch rapid.IntRange(0, 8).Draw(t, "facet") {
	case 0:
		yes := rapid.Bool().Draw(t, "available")
		return Filter{Available: &yes}
	case 1:
		low := rapid.Float64Range(0, 80).Draw(t, "low")
		high := low + rapid.Float64Range(0, 60).Draw(t, "span")
		return Filter{Price: &PriceFilter{Min: &low, Max: &high}}
	case 2:
		return Filter{ProductVendor: one("Anchor", "anchor", "Beacon", "Nobody")}
	case 3:
		return Filter{ProductType: one("Lamps", "lights", "Hats")}
	case 4:
		return Filter{Tag: one("new", "bright", "dim")}
	case 5:
		return Filter{Category: &CategoryFilter{ID: *one("home", "lamps", "hats", "wear")}}
	case 6:
		return Filter{Attributes: []AttributeFilter{{Code: *one("material"), Values: []string{*one("steel", "Brass", "wool")}}}}
	case 7:
		return Filter{Attributes: []AttributeFilter{{Code: "height", Values: []string{*one("12.5", "14.5")}}}}
	}
	return Filter{VariantOption: &OptionFilter{Name: *one("color", "Size"), Value: *one("Brass", "navy", "Black", "M", "Striped")}}
})

func TestFacets_inputsCanBeSentBack(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	p, err := f.Products(t.Context(), f.us, List{Facets: true, Page: page.Args{First: first(1)}})
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	for _, facet := range p.Facets.Filters() {
		ids[facet.ID] = true
		for _, value := range facet.Values {
			var filter Filter
			if err := json.Unmarshal([]byte(value.Input), &filter); err != nil {
				t.Fatalf("%s: %v", value.Input, err)
			}
			narrowed, err := f.Products(t.Context(), f.us, List{Filters: []Filter{filter}, Total: true, Page: page.Args{First: first(1)}})
			if err != nil || narrowed.Total != value.Count {
				t.Errorf("%s promises %d, gives %d, %v", value.Input, value.Count, narrowed.Total, err)
			}
		}
	}
	want := []string{"filter.p.attribute.dimmable", "filter.p.attribute.height", "filter.p.attribute.material", "filter.p.category", "filter.p.product_type",
		"filter.p.tag", "filter.p.vendor", "filter.v.availability", "filter.v.option.color", "filter.v.option.length", "filter.v.option.size", "filter.v.price"}
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(ids))); diff != "" {
		t.Error(diff)
	}
	if tops := p.Facets.Categories; len(tops) != 2 || tops[1].Category.Handle != "home" || tops[1].Count != 42 || len(tops[1].Children) != 2 {
		t.Errorf("category tree %+v", tops)
	}
}

func TestPriceSpan_isExact(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		low, high float64
		currency  money.Currency
		want      Span
	}{
		{0.29, 19.99, "USD", Span{29, 1999}},
		{0.291, 19.999, "USD", Span{30, 1999}},
		{10, 10.5, "JPY", Span{10, 10}},
		{-5.5, 0, "USD", Span{-550, 0}},
	} {
		got, err := priceSpan(PriceFilter{Min: &c.low, Max: &c.high}, c.currency)
		if err != nil || got != c.want {
			t.Errorf("%v to %v %s: %v, %v, want %v", c.low, c.high, c.currency, got, err, c.want)
		}
	}
}

func TestFilters_takeWhateverIsSent(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	huge, odd := 1e300, "a'\x00\xff%_$1"
	m := &MetafieldFilter{Namespace: odd, Key: odd, Value: odd}
	for _, filter := range []Filter{
		{ProductVendor: &odd}, {ProductType: &odd}, {Tag: &odd}, {Category: &CategoryFilter{ID: odd}}, {CategoryID: &odd},
		{VariantOption: &OptionFilter{odd, odd}}, {ProductMetafield: m}, {VariantMetafield: m}, {TaxonomyMetafield: m},
		{Attributes: []AttributeFilter{{Code: odd, Values: []string{odd, "1e400", "NaN"}, Min: &huge, Max: &huge}}},
	} {
		if _, err := f.Products(t.Context(), f.us, List{Filters: []Filter{filter}, Facets: true, Page: page.Args{First: first(1)}}); err != nil {
			t.Errorf("%+v: %v", filter, err)
		}
	}
	if _, err := f.Products(t.Context(), f.us, List{Filters: []Filter{{Price: &PriceFilter{Min: &huge}}}}); fault.KindOf(err) != fault.Invalid {
		t.Errorf("a price of 1e300: %v", err)
	}
	if p, err := f.Product(t.Context(), f.us, Ref{Handle: odd}, Need{}); err != nil || p != nil {
		t.Errorf("an odd handle: %v, %v", p, err)
	}
}

func TestFacets_speakTheBuyersLanguage(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	p, err := f.Products(t.Context(), f.de, List{Query: "cap", Facets: true, Page: page.Args{First: first(1)}})
	if err != nil {
		t.Fatal(err)
	}
	labels := map[string]string{}
	for _, facet := range p.Facets.Filters() {
		labels[facet.ID] = facet.Label
		for _, v := range facet.Values {
			labels[v.ID] = v.Label + " " + v.Input
		}
	}
	for id, want := range map[string]string{
		"filter.v.option.size": "Größe", "filter.v.option.color": "Color", "filter.p.category.hats": `Hüte {"category":{"id":"gid://souk/Category/2"}}`,
		"filter.v.option.color.striped": `Gestreift {"variantOption":{"name":"Color","value":"Striped"}}`,
	} {
		if labels[id] != want {
			t.Errorf("%s is %q, want %q", id, labels[id], want)
		}
	}
}
