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

func TestHotReads_areOneRoundTripWhateverThePageSize(t *testing.T) {
	t.Parallel()
	s := open(t)
	for name, query := range map[string]string{
		"list":       `{ products(first: %d, sortKey: PRICE) ` + card + ` }`,
		"collection": `{ collection(handle: "lamps") { title products(first: %d) ` + card + ` } }`,
		"category":   `{ category(handle: "home") { title breadcrumb { title } products(first: %d) ` + card + ` } }`,
		"search":     `{ search(query: "lamp", first: %d, types: [PRODUCT]) { totalCount productFilters { id } nodes { ... on Product { handle } } } }`,
		"product": `{ product(handle: "lamp-%d") { title descriptionHtml tags options { name optionValues { name firstSelectableVariant { id } swatch { color } } } encodedVariantExistence
			encodedVariantAvailability selectedOrFirstAvailableVariant { id image { url } price { amount } } adjacentVariants { id } images(first: 10) { nodes { url } }
			variants(first: 250) { nodes { id sku price { amount } } } collections(first: 3) { nodes { title } } seo { title } } }`,
	} {
		for _, size := range []int{3, 30} {
			answer, trips := s.ask(fmt.Sprintf(query, size))
			if strings.Contains(answer, `"errors"`) || trips != 1 {
				t.Errorf("%s of %d: %d round trips, %s", name, size, trips, answer)
			}
		}
	}
}

func TestListsOfLists_costAFixedNumberOfRoundTrips(t *testing.T) {
	t.Parallel()
	s := open(t)
	for name, query := range map[string]string{
		"collections": `{ collections(first: %d) { nodes { title products(first: 4) ` + card + ` } } }`,
		"categories":  `{ categories(first: %d) { nodes { title products(first: 4) ` + card + ` } } }`,
	} {
		for _, size := range []int{2, 3} {
			answer, trips := s.ask(fmt.Sprintf(query, size))
			if strings.Contains(answer, `"errors"`) || trips != 2 {
				t.Errorf("%s of %d: %d round trips, %s", name, size, trips, answer)
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
