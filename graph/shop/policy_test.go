package shop_test

import (
	"slices"
	"testing"

	"github.com/vektah/gqlparser/v2"

	"github.com/souk-commerce/souk/graph/shop"
)

func TestCacheable_neverIncludesWhatASecretOpens(t *testing.T) {
	t.Parallel()
	for _, f := range shop.NewSchema(shop.Rooms{}).Schema().Query.Fields {
		if slices.Contains([]string{"Cart", "Checkout", "Order", "Customer", "Node"}, f.Type.Name()) && shop.Cacheable(f.Name) {
			t.Errorf("%s may be kept by proxies", f.Name)
		}
	}
}

func TestExamples_areValid(t *testing.T) {
	t.Parallel()
	schema := shop.NewSchema(shop.Rooms{}).Schema()
	for _, e := range shop.Examples() {
		if _, errs := gqlparser.LoadQueryWithRules(schema, e.Query, nil); len(errs) > 0 {
			t.Errorf("%s: %v", e.Name, errs)
		}
	}
}
