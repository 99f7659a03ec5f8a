package shop_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/souk-commerce/souk/graph/gql/guard"
)

// card is what a list of products shows of each.
const card = `{ nodes { id handle title availableForSale featuredImage { url(transform: {maxWidth: 400}) altText } priceRange { minVariantPrice { amount currencyCode } }
 compareAtPriceRange { maxVariantPrice { amount } } variants(first: 1) { nodes { id price { amount } selectedOptions { name value } } } } pageInfo { hasNextPage endCursor } }`

// hotReads are the operations that shoppers wait for most, with the round trips
// that each may take.
var hotReads = map[string]struct {
	query string
	trips int
}{
	"list":       {`{ products(first: %d, sortKey: PRICE) ` + card + ` }`, 1},
	"ranked":     {`{ products(first: %d, query: "lamp", sortKey: RELEVANCE) ` + card + ` }`, 1},
	"collection": {`{ collection(handle: "lamps") { title products(first: %d) ` + card + ` } }`, 2},
	"category":   {`{ category(handle: "home") { title breadcrumb { title } products(first: %d) ` + card + ` } }`, 2},
	"counted":    {`{ category(handle: "home") { products(first: %d, sortKey: PRICE) { totalCount filters { id } facets { categories { category { parent { title } } } } nodes { id } } } }`, 3},
	"search":     {`{ search(query: "lamp", first: %d, types: [PRODUCT]) { totalCount productFilters { id } nodes { ... on Product { handle } } } }`, 1},
	"conditions": {`{ search(query: "lamp vendor:anchor", first: %d, types: [PRODUCT]) { totalCount productFilters { id } nodes { ... on Product { handle } } } }`, 2},
	"everything": {`{ search(query: "lamp", first: %d) { totalCount facets { categories { category { children { title } } } } nodes { ... on Product { handle } } } }`, 1},
	"product": {`{ product(handle: "lamp-%d") { title descriptionHtml tags options { name optionValues { name firstSelectableVariant { id } swatch { color } } } encodedVariantExistence
			encodedVariantAvailability selectedOrFirstAvailableVariant { id image { url } price { amount } } adjacentVariants { id } images(first: 10) { nodes { url } }
			variants(first: 250) { nodes { id sku price { amount } } } collections(first: 3) { nodes { title } } seo { title } } }`, 1},
}

func TestHotReads_costAFixedNumberOfRoundTrips(t *testing.T) {
	t.Parallel()
	s := openSearch(t)
	for name, c := range hotReads {
		for _, size := range []int{3, 30} {
			answer, trips := s.ask(fmt.Sprintf(c.query, size))
			if strings.Contains(answer, `"errors"`) || trips != c.trips {
				t.Errorf("%s of %d: %d round trips, want %d, %s", name, size, trips, c.trips, answer)
			}
		}
	}
}

// Where the engine is away, it costs no more.
func TestHotReads_costNoMoreWithoutTheEngine(t *testing.T) {
	t.Parallel()
	s := open(t)
	for name, c := range hotReads {
		answer, trips := s.ask(fmt.Sprintf(c.query, 3))
		if strings.Contains(answer, `"errors"`) || trips > c.trips {
			t.Errorf("%s: %d round trips, at most %d, %s", name, trips, c.trips, answer)
		}
	}
}

func TestListsOfLists_costAFixedNumberOfRoundTrips(t *testing.T) {
	t.Parallel()
	s := openSearch(t)
	for name, c := range map[string]struct {
		query string
		trips int
	}{
		"collections": {`{ collections(first: %d) { nodes { title products(first: 4) ` + card + ` } } }`, 2},
		"categories":  {`{ categories(first: %d) { nodes { title products(first: 4) ` + card + ` } } }`, 2},
		"related":     {`{ products(first: %d, sortKey: PRICE) { nodes { title related(kind: SIMILAR, first: 3) { title } } } }`, 3},
	} {
		for _, size := range []int{2, 3} {
			answer, trips := s.ask(fmt.Sprintf(c.query, size))
			if strings.Contains(answer, `"errors"`) || trips != c.trips {
				t.Errorf("%s of %d: %d round trips, want %d, %s", name, size, trips, c.trips, answer)
			}
		}
	}
}

func TestRowBudget_endsAnswersThatAreTooLarge(t *testing.T) {
	t.Parallel()
	limits := guard.Shop()
	limits.Rows = 60
	s := openWithin(t, limits)
	if answer, _ := s.ask(`{ products(first: 250) { nodes { id } } }`); strings.Contains(answer, `"errors"`) {
		t.Errorf("45 rows of 60 are refused: %s", answer)
	}
	if answer, _ := s.ask(`{ products(first: 250) { nodes { id variants(first: 5) { nodes { id } } } } }`); !strings.Contains(answer, "ROW_BUDGET_EXCEEDED") {
		t.Errorf("more than 60 rows are not refused: %s", answer)
	}
}
