package listing

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/media"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

var everything = Need{
	Fields: FieldDescription | FieldTags | FieldOptions | FieldSwatches | FieldAvailable | FieldInventory | FieldVariantCount |
		FieldVariantImages | FieldCategories | FieldCategoryTree | FieldCategoryCounts | FieldCollections | FieldFeaturedImage,
	Variants: All, Images: All, Media: All,
	Metafields:        []MetafieldKey{{"custom", "care"}, {"custom", "none"}, {"custom", "cost_note"}},
	VariantMetafields: []MetafieldKey{{"facts", "origin"}},
}

func TestProduct_gives(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	p, err := f.Product(t.Context(), f.us, Ref{Handle: "cap"}, everything)
	if err != nil || p == nil {
		t.Fatal(p, err)
	}
	got := map[string]any{
		"title": p.Title, "text": p.Description(nil), "cut": p.Description(first(8)), "price": p.Price.Min.String() + "–" + p.Price.Max.String(),
		"was": p.CompareAt.Max.String(), "available": p.Available, "inventory": *p.Inventory, "count": p.VariantCount, "tags": strings.Join(p.Tags, ","),
		"url": *p.URL, "seo": *p.SEO.Title, "care": p.MetafieldNamed("care", nil).Value, "image": *p.FeaturedImage().Alt,
	}
	want := map[string]any{
		"title": "Sailor Cap", "text": "A warm cap & a good friend.", "cut": "A war...", "price": "25.0 USD–29.0 USD", "was": "30.0 USD",
		"available": true, "inventory": 8, "count": 4, "tags": "Best Seller,new", "url": "https://shop.example/products/cap",
		"seo": "Sailor cap, navy", "care": "Hand wash", "image": "A navy cap",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if m := p.Metafields([]MetafieldKey{{"custom", "none"}, {"custom", "care"}, {"custom", "cost_note"}}); m[0] != nil || m[1] == nil || m[2] != nil {
		t.Errorf("metafields keep order with nil for absent and for staff-only ones: %v", m)
	}
	kinds := []media.Kind{}
	for _, m := range p.gallery {
		kinds = append(kinds, m.Kind)
	}
	if diff := cmp.Diff([]media.Kind{media.Image, media.Video, media.Image, media.ExternalVideo}, kinds); diff != "" {
		t.Error(diff)
	}
	if c := p.Categories[0]; c.Handle != "hats" || len(c.Breadcrumb()) != 2 || c.Parent.ProductCount != 2 {
		t.Errorf("main category %+v with parent %+v", c, c.Parent)
	}
}

func TestVariant_supply(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	p, err := f.Product(t.Context(), f.us, Ref{ID: 1}, everything)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, v := range p.variants {
		got = append(got, strings.Join([]string{v.Title, v.Price.Decimal(), string(v.Stock())}, "|"))
	}
	want := []string{"S / Navy|25.0|in_stock", "S / Striped|27.0|out_of_stock", "M / Navy|25.0|backorder", "L / Navy|29.0|in_stock"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if v := p.variants[0]; *v.InStock != 8 || v.CompareAt.Decimal() != "30.0" || v.MetafieldNamed("origin", filled("facts")).Value != "Bremen" {
		t.Errorf("first variant: %+v", v)
	}
	if v := p.variants[1]; v.Available || v.Picture().URL(nil) != "https://img.example/cap-2.jpg" {
		t.Errorf("sold-out variant: %+v", v)
	}
	if e, a := *p.EncodedExistence(), *p.EncodedAvailability(); e != "v1_0:0-1,1:0,2:0," || a != "v1_0:0,1:0,2:0," {
		t.Errorf("existence %s, availability %s", e, a)
	}
	mug, err := f.Product(t.Context(), f.us, Ref{Handle: "mug"}, everything)
	if err != nil {
		t.Fatal(err)
	}
	if u := mug.variants[0].UnitPrice; u == nil || u.Decimal() != "20.33" {
		t.Errorf("15.25 for 750 ml is %v a liter, want 20.33", u)
	}
}

func TestProduct_hiddenFromTheBuyer(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for name, c := range map[string]struct {
		at     Context
		handle string
	}{
		"draft": {f.us, "draft"}, "not yet published": {f.us, "later"}, "archived": {f.us, "gone"},
		"kept out of the market": {f.de, "local"}, "no price in the market": {f.de, "rope"}, "unknown": {f.us, "nothing"},
	} {
		if p, err := f.Product(t.Context(), c.at, Ref{Handle: c.handle}, Need{}); err != nil || p != nil {
			t.Errorf("%s: %v, %v", name, p, err)
		}
	}
	if p, err := f.Product(t.Context(), f.us, Ref{Handle: "sailors-cap"}, Need{}); err != nil || p == nil || p.Handle != "cap" {
		t.Errorf("a former handle finds %v, %v", p, err)
	}
	if p, err := f.Product(t.Context(), f.us, Ref{Handle: "local"}, Need{}); err != nil || p == nil {
		t.Errorf("in its market: %v, %v", p, err)
	}
}

func TestProduct_speaksTheBuyersLanguage(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	p, err := f.Product(t.Context(), f.de, Ref{Handle: "cap"}, everything)
	if err != nil {
		t.Fatal(err)
	}
	got := []string{p.Title, p.Options[0].Name, p.Options[1].Name, p.variants[1].Title, p.Categories[0].Title, p.Categories[0].Parent.Title,
		p.MetafieldNamed("care", nil).Value, p.collections[0].Title, p.Price.Min.String()}
	want := []string{"Matrosenmütze", "Größe", "Color", "S / Gestreift", "Hüte", "Wear", "Handwäsche", "Das Meer", "22.99 EUR"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, striped := range [][]SelectedOption{{{"Größe", "S"}, {"Color", "Gestreift"}}, {{"Size", "S"}, {"Color", "Striped"}}} {
		if v, err := p.VariantByOptions(Choice{Options: striped}); err != nil || v == nil || v.ID != 2 {
			t.Errorf("%v chooses %v, %v", striped, v, err)
		}
	}
}

func TestProduct_choosesVariants(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	p, err := f.Product(t.Context(), f.us, Ref{Handle: "cap"}, everything)
	if err != nil {
		t.Fatal(err)
	}
	id := func(v *Variant, err error) VariantID {
		if err != nil {
			t.Fatal(err)
		}
		if v == nil {
			return 0
		}
		return v.ID
	}
	medium := []SelectedOption{{"Size", "M"}, {"Color", "Navy"}}
	for name, c := range map[string]struct{ got, want VariantID }{
		"exact":                     {id(p.VariantByOptions(Choice{Options: medium})), 3},
		"half":                      {id(p.VariantByOptions(Choice{Options: medium[:1]})), 0},
		"unknown option":            {id(p.VariantByOptions(Choice{Options: append(slices.Clone(medium), SelectedOption{"utm", "x"})})), 0},
		"unknown option passed":     {id(p.VariantByOptions(Choice{Options: append(slices.Clone(medium), SelectedOption{"utm", "x"}), IgnoreUnknown: true})), 3},
		"other case":                {id(p.VariantByOptions(Choice{Options: []SelectedOption{{"size", "m"}, {"COLOR", "navy"}}})), 0},
		"other case passed":         {id(p.VariantByOptions(Choice{Options: []SelectedOption{{"size", "m"}, {"COLOR", "navy"}}, CaseInsensitive: true})), 3},
		"fallback to the first":     {id(p.SelectedOrFirst(Choice{Options: []SelectedOption{{"Size", "XXL"}}, IgnoreUnknown: true})), 1},
		"sold out when it is asked": {id(p.SelectedOrFirst(Choice{Options: []SelectedOption{{"Size", "S"}, {"Color", "Striped"}}})), 2},
	} {
		if c.got != c.want {
			t.Errorf("%s: variant %d, want %d", name, c.got, c.want)
		}
	}
	near, err := p.Adjacent(Choice{Options: []SelectedOption{{"Size", "S"}, {"Color", "Navy"}}})
	var ids []VariantID
	for _, v := range near {
		ids = append(ids, v.ID)
	}
	if diff := cmp.Diff([]VariantID{2, 3, 4}, ids); err != nil || diff != "" {
		t.Error(err, diff)
	}
	if first := p.Options[1].Values[1].First; first == nil || first.ID != 2 {
		t.Errorf("the only striped variant is sold out, yet stands for its value: %v", first)
	}
}

func TestReads_areOneRoundTrip(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	facets := List{Page: page.Args{First: first(3)}, Total: true, Facets: true, Need: everything}
	for name, c := range map[string]struct {
		read       func(ctx context.Context, size int) error
		statements int
	}{
		"product": {func(ctx context.Context, size int) error {
			_, err := f.Product(ctx, f.us, Ref{Handle: []string{"mug", "cap"}[size%2]}, everything)
			return err
		}, 9},
		"list": {func(ctx context.Context, size int) error {
			_, err := f.Products(ctx, f.us, List{Page: page.Args{First: &size}, Need: Need{Fields: FieldFeaturedImage}})
			return err
		}, 1},
		"list with facets": {func(ctx context.Context, size int) error {
			l := facets
			l.Page.First = &size
			_, err := f.Products(ctx, f.us, l)
			return err
		}, 11},
		"collection": {func(ctx context.Context, _ int) error {
			_, err := f.Collection(ctx, f.us, Ref{Handle: "lamps"}, CollectionNeed{})
			return err
		}, 1},
		"what somebody else chose": {func(ctx context.Context, size int) error {
			ids := make([]ProductID, size)
			for i := range ids {
				ids[i] = ProductID(101 + i)
			}
			_, err := f.Pick(ctx, f.us, Pick{IDs: ids, Need: Need{Variants: 1}, Kinds: []Kind{KindPage, KindArticle}, Words: []string{"cap"}, Tree: true})
			return err
		}, 6},
		"lists of collections": {func(ctx context.Context, size int) error {
			_, err := f.CollectionProducts(ctx, f.us, []CollectionID{1, 2, 4}[:1+size%3], List{Page: page.Args{First: &size}})
			return err
		}, 1},
		"category": {func(ctx context.Context, _ int) error {
			_, err := f.Category(ctx, f.us, Ref{Handle: "home"}, CategoryNeed{Counts: true})
			return err
		}, 3},
	} {
		for _, size := range []int{2, 37} {
			ctx, counter := postgres.CountStatements(t.Context())
			if err := c.read(ctx, size); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if counter.RoundTrips() != 1 || counter.Statements() != c.statements {
				t.Errorf("%s of %d: %d round trips, %d statements, want 1 and %d", name, size, counter.RoundTrips(), counter.Statements(), c.statements)
			}
		}
	}
}
