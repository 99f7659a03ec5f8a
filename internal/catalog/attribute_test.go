package catalog_test

import (
	"regexp"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/media"
)

func reasonOf(err error) string {
	f, _ := fault.As(err)
	return f.Reason
}

func (r room) attribute(t *testing.T, in catalog.NewAttribute) catalog.AttributeDefinition {
	t.Helper()
	in.Name = in.Code
	return must[catalog.AttributeDefinition](t)(r.CreateAttribute(r.ctx, in))
}

func TestAttributes_keepTheirTextForm(t *testing.T) {
	t.Parallel()
	r := open(t)
	other := r.products(t, "Other")[0]
	fit := r.attribute(t, catalog.NewAttribute{Code: "fit", Type: catalog.ChoiceAttribute, Choices: []string{"slim", "loose"}, Position: 1})
	length := r.attribute(t, catalog.NewAttribute{Code: "length", Type: catalog.MeasurementAttribute, Unit: "cm", Position: 2})
	made := r.attribute(t, catalog.NewAttribute{Code: "made", Type: catalog.DateAttribute, Position: 3})
	vegan := r.attribute(t, catalog.NewAttribute{Code: "vegan", Type: catalog.BooleanAttribute, Position: 4})
	pair := r.attribute(t, catalog.NewAttribute{Code: "pair", Type: catalog.ReferenceAttribute, Position: 5})
	in := shirt("shirt")
	in.Attributes = []catalog.AttributeInput{
		{Definition: fit.ID, Values: []string{"slim", "loose"}}, {Definition: length.ID, Values: []string{"-72.50"}},
		{Definition: made.ID, Values: []string{"2026-01-31"}}, {Definition: vegan.ID, Values: []string{"false"}},
		{Definition: pair.ID, Values: []string{"gid://souk/Product/1"}},
	}
	p := must[catalog.Product](t)(r.CreateProduct(r.ctx, in))
	want := [][]string{{"slim", "loose"}, {"-72.5"}, {"2026-01-31"}, {"false"}, {"1"}}
	for i, a := range p.Attributes {
		if !slices.Equal(a.Values, want[i]) {
			t.Errorf("%s is %v", a.Code, a.Values)
		}
	}
	if len(p.Attributes) != len(want) || other != 1 {
		t.Fatalf("attributes are %+v", p.Attributes)
	}
	_, err := r.UpdateProduct(r.ctx, p.ID, 1, catalog.ProductChange{Attributes: []catalog.AttributeInput{
		{Definition: fit.ID, Values: []string{"tight"}}, {Definition: length.ID, Values: []string{"1", "2"}}, {Definition: 99}}})
	refused(t, err, "invalid_value", "attributes", "0", "values", "0")
	refused(t, err, "too_many", "attributes", "1", "values")
	refused(t, err, "attribute_not_found", "attributes", "2", "definition")
	_, err = r.UpdateAttribute(r.ctx, fit.ID, 1, catalog.AttributeChange{Choices: []string{"slim"}})
	refused(t, err, "choice_in_use", "choices")
	p = must[catalog.Product](t)(r.UpdateProduct(r.ctx, p.ID, 1, catalog.ProductChange{
		Attributes: []catalog.AttributeInput{{Definition: fit.ID}, {Definition: vegan.ID, Values: []string{"true"}}}}))
	if len(p.Attributes) != 4 || p.Attributes[2].Values[0] != "true" {
		t.Errorf("after the change: %+v", p.Attributes)
	}
	fit = must[catalog.AttributeDefinition](t)(r.UpdateAttribute(r.ctx, fit.ID, 1, catalog.AttributeChange{Choices: []string{"slim"}}))
	if err := r.DeleteAttribute(r.ctx, fit.ID, fit.Version); err != nil {
		t.Error(err)
	}
}

func TestProductMedia_attachOrderDetach(t *testing.T) {
	t.Parallel()
	r := open(t)
	ids := r.pictures(t, 3)
	in := shirt("shirt")
	in.Media = ids[:1]
	in.Variants[0].MediaID = &ids[0]
	p := must[catalog.Product](t)(r.CreateProduct(r.ctx, in))
	p = must[catalog.Product](t)(r.AttachMedia(r.ctx, p.ID, p.Version, []media.ID{ids[0], ids[1], ids[2]}))
	p = must[catalog.Product](t)(r.OrderMedia(r.ctx, p.ID, p.Version, []media.ID{ids[2]}))
	if !slices.Equal(p.Media, []media.ID{ids[2], ids[0], ids[1]}) {
		t.Errorf("the gallery is %v", p.Media)
	}
	p = must[catalog.Product](t)(r.DetachMedia(r.ctx, p.ID, p.Version, []media.ID{ids[0]}))
	if !slices.Equal(p.Media, []media.ID{ids[2], ids[1]}) || r.variants(t, p.ID)[0].MediaID != nil {
		t.Errorf("the gallery is %v, the variant shows %v", p.Media, r.variants(t, p.ID)[0].MediaID)
	}
	_, err := r.AttachMedia(r.ctx, p.ID, p.Version, []media.ID{99})
	refused(t, err, "media_not_found", "media")
}

func (r room) pictures(t *testing.T, n int) []media.ID {
	t.Helper()
	var ids []media.ID
	for range n {
		var id media.ID
		err := r.db.Conn(r.ctx).QueryRow(r.ctx, `
			INSERT INTO media_asset (origin_url, created_at, updated_at) VALUES ('https://example.com/a.jpg', $1, $1) RETURNING id`,
			r.db.Now(r.ctx)).Scan(&id)
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	return ids
}

func TestFeatured_eachWindowItsOwn(t *testing.T) {
	t.Parallel()
	r := open(t)
	ids := r.products(t, "A", "B", "C")
	c := r.category(t, "Home", nil)
	home := catalog.Window{Category: &c.ID}
	for _, set := range []struct {
		window   catalog.Window
		products []catalog.ProductID
	}{{catalog.Window{}, ids}, {home, ids[:1]}, {catalog.Window{}, []catalog.ProductID{ids[2], ids[0]}}} {
		if err := r.SetFeatured(r.ctx, set.window, set.products); err != nil {
			t.Fatal(err)
		}
	}
	if got := must[[]catalog.ProductID](t)(r.Featured(r.ctx, catalog.Window{})); !slices.Equal(got, []catalog.ProductID{ids[2], ids[0]}) {
		t.Errorf("the shop's window shows %v", got)
	}
	if got := must[[]catalog.ProductID](t)(r.Featured(r.ctx, home)); !slices.Equal(got, ids[:1]) {
		t.Errorf("the category's window shows %v", got)
	}
}

func TestMakeHandle_isAlwaysAHandle(t *testing.T) {
	t.Parallel()
	for title, want := range map[string]string{
		"Straße & Café Nº 5": "strasse-cafe-no-5", "  Men's  Shirt! ": "mens-shirt", "日本": "product", "ÆØÅ": "aeoa",
	} {
		if got := catalog.MakeHandle(title, "product"); got != want {
			t.Errorf("%q gives %q, want %q", title, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		h := catalog.MakeHandle(rapid.String().Draw(t, "title"), "x")
		if !regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`).MatchString(h) || len(h) > catalog.MaxHandle {
			t.Fatalf("%q", h)
		}
	})
}
