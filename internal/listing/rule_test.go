package listing

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/souk-commerce/souk/internal/catalog"
)

func TestMatching_evaluatesRules(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ids := []catalog.ProductID{1, 2, 3, 4, 8, 101, 999}
	is := func(field catalog.Field, relation catalog.Relation, value string) catalog.Condition {
		return catalog.Condition{Field: field, Relation: relation, Value: value}
	}
	care := func(relation catalog.Relation, value string) catalog.Condition {
		return catalog.Condition{Field: catalog.FieldMetafield, Relation: relation, Value: value, Namespace: "custom", Key: "care"}
	}
	for name, c := range map[string]struct {
		match      catalog.Match
		conditions []catalog.Condition
		want       []catalog.ProductID
	}{
		"vendor without regard to case": {catalog.All, []catalog.Condition{is(catalog.FieldVendor, catalog.Equals, "ANCHOR")}, []catalog.ProductID{1, 2, 4}},
		"title and not tag": {catalog.All, []catalog.Condition{is(catalog.FieldVendor, catalog.Equals, "anchor"),
			is(catalog.FieldTag, catalog.NotEquals, "new")}, []catalog.ProductID{4}},
		"any": {catalog.Any, []catalog.Condition{is(catalog.FieldTitle, catalog.EndsWith, "rope"), is(catalog.FieldTag, catalog.Equals, "Best seller")},
			[]catalog.ProductID{1, 8}},
		"marks of LIKE mean themselves": {catalog.All, []catalog.Condition{is(catalog.FieldTitle, catalog.Contains, "%")}, []catalog.ProductID{}},
		"price above":                   {catalog.All, []catalog.Condition{is(catalog.FieldPrice, catalog.GreaterThan, "28.99")}, []catalog.ProductID{1, 3, 101}},
		"reduced":                       {catalog.All, []catalog.Condition{is(catalog.FieldCompareAt, catalog.IsSet, "")}, []catalog.ProductID{1}},
		"stock, not of a closed place":  {catalog.All, []catalog.Condition{is(catalog.FieldStock, catalog.GreaterThan, "5")}, []catalog.ProductID{1}},
		"variant title":                 {catalog.All, []catalog.Condition{is(catalog.FieldVariantTitle, catalog.Contains, "striped")}, []catalog.ProductID{1}},
		"category with its subtree":     {catalog.All, []catalog.Condition{is(catalog.FieldCategory, catalog.Equals, "1")}, []catalog.ProductID{1, 4}},
		"outside a category":            {catalog.All, []catalog.Condition{is(catalog.FieldCategory, catalog.NotEquals, "1"), is(catalog.FieldVendor, catalog.Equals, "anchor")}, []catalog.ProductID{2}},
		"metafield":                     {catalog.All, []catalog.Condition{care(catalog.Equals, "hand WASH")}, []catalog.ProductID{1}},
		"metafield not set":             {catalog.All, []catalog.Condition{care(catalog.IsNotSet, ""), is(catalog.FieldType, catalog.StartsWith, "hat")}, []catalog.ProductID{4}},
	} {
		got, err := f.Matching(t.Context(), catalog.Rule{Match: c.match, Conditions: c.conditions}, ids)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := cmp.Diff(c.want, got); diff != "" && len(got)+len(c.want) > 0 {
			t.Errorf("%s: %s", name, diff)
		}
	}
}
