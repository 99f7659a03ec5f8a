package shop

import "github.com/souk-commerce/souk/graph/gql/playground"

// Examples are the operations that a new visitor of the playground finds, as a
// frontend developer would write them for the sample shop.
func Examples() []playground.Example {
	return []playground.Example{
		{Name: "Products", Variables: `{"first": 6}`, Query: exampleProducts},
		{Name: "Product", Variables: `{"first": 1}`, Query: exampleProduct},
		{Name: "Collection", Variables: `{"handle": "frontpage"}`, Query: exampleCollection},
		{Name: "Search", Variables: `{"query": "linnen"}`, Query: exampleSearch},
		{Name: "Suggest", Variables: `{"typed": "li"}`, Query: exampleSuggest},
		{Name: "Events", Variables: `{"queryId": "the queryId of a search", "shown": ["gid://souk/Product/1", "gid://souk/Product/2"], "clicked": "gid://souk/Product/1"}`, Query: exampleClick},
		{Name: "Related", Variables: `{"product": "gid://souk/Product/1"}`, Query: exampleRelated},
		{Name: "Menu", Variables: `{"handle": "main-menu"}`, Query: exampleMenu},
		{Name: "1 Cart", Variables: `{"variant": "gid://souk/ProductVariant/1"}`, Query: exampleCart},
		{Name: "2 Checkout", Variables: `{"cart": "the id of the cart"}`, Query: exampleCheckout},
		{Name: "3 Address and delivery", Variables: exampleAddressVariables, Query: exampleAddress},
		{Name: "4 Pay", Variables: `{"checkout": "the id of the checkout", "quote": "its quoteHash", "key": "a random key"}`, Query: examplePay},
		{Name: "5 Track", Variables: `{"number": "1001", "email": "ada@example.com"}`, Query: exampleTrack},
		{Name: "Stock", Variables: `{"variants": ["gid://souk/ProductVariant/1", "gid://souk/ProductVariant/2"]}`, Query: exampleStock},
		{Name: "Watch", Variables: `{"token": "the token of the checkout"}`, Query: exampleWatch},
	}
}

const (
	exampleProducts = `# A product list: the cards of a category or home page.
query Products($first: Int!) @inContext(country: US, language: EN) {
  products(first: $first, sortKey: BEST_SELLING) {
    nodes {
      id
      handle
      title
      vendor
      availableForSale
      featuredImage {
        url(transform: { maxWidth: 400 })
        altText
      }
      priceRange {
        minVariantPrice {
          amount
          currencyCode
        }
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
`

	exampleProduct = `# A product page, in German and in euros. Try another country and language.
query Product($first: Int!) @inContext(country: DE, language: DE) {
  products(first: $first, query: "tag:new") {
    nodes {
      title
      descriptionHtml
      options {
        name
        optionValues {
          name
          swatch {
            color
          }
        }
      }
      variants(first: 50) {
        nodes {
          title
          sku
          availableForSale
          stockState
          price {
            amount
            currencyCode
          }
          compareAtPrice {
            amount
          }
          unitPrice {
            amount
          }
        }
      }
      images(first: 5) {
        nodes {
          url(transform: { maxWidth: 800 })
          altText
        }
      }
    }
  }
}
`

	exampleCollection = `# A collection with its facets. Send a value's input back in filters.
query Collection($handle: String!, $filters: [ProductFilter!]) {
  collection(handle: $handle) {
    title
    description
    products(first: 12, filters: $filters, sortKey: PRICE) {
      filters {
        label
        type
        values {
          label
          count
          input
        }
      }
      nodes {
        title
        priceRange {
          minVariantPrice {
            amount
            currencyCode
          }
        }
      }
    }
  }
}
`

	exampleSearch = `# Search. Try a word with a mistake in it: rescue tells what was made of it. Send a
# value's input back in filters, and queryId with what follows.
query Search($query: String!, $filters: [ProductFilter!]) {
  search(query: $query, first: 10, types: [PRODUCT], prefix: LAST, productFilters: $filters) {
    queryId
    totalCount
    degraded
    redirect
    rescue {
      stage
      usedQuery
      dropped
      suggestions(first: 4) {
        title
      }
    }
    banners {
      title
      link
    }
    nodes {
      ... on Product {
        id
        handle
        title
      }
    }
    productFilters {
      id
      label
      values {
        label
        count
        input
      }
    }
    brands: facetValues(id: "filter.p.vendor", search: "a", first: 5) {
      label
      count
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
`

	exampleSuggest = `# What to offer while somebody is still typing.
query Suggest($typed: String!) {
  autocomplete(prefix: $typed, limit: 5) {
    correctedQuery
    terms {
      text
      highlighted
    }
    brands {
      text
    }
    categories {
      title
    }
    products {
      title
    }
  }
  predictiveSearch(query: $typed, limit: 4) {
    collections {
      title
    }
    queries {
      text
      trackingParameters
    }
  }
}
`

	exampleClick = `# What a visitor did with the hits of a search, so that reports and popularity learn
# from it. Ask for the visitor's consent first.
mutation Seen($queryId: String!, $shown: [ID!], $clicked: ID!) {
  eventsTrack(
    sessionId: "a random name of this visit"
    consent: { analytics: true }
    events: [
      { kind: IMPRESSION, queryId: $queryId, productIds: $shown, position: 1 }
      { kind: CLICK, queryId: $queryId, productId: $clicked, position: 1 }
    ]
  ) {
    accepted
    userErrors {
      code
      message
    }
  }
}
`

	exampleRelated = `# What goes with a product, and what is wanted now.
query Related($product: ID!) {
  product(id: $product) {
    title
    similar: related(kind: SIMILAR, first: 4) {
      title
    }
    together: related(kind: BOUGHT_TOGETHER, first: 4) {
      title
    }
  }
  trendingProducts(first: 4) {
    title
  }
}
`

	exampleMenu = `# Navigation, and what the shop is.
query Menu($handle: String!) {
  menu(handle: $handle) {
    items {
      title
      url
      items {
        title
        url
      }
    }
  }
  shop {
    name
    description
    brand {
      logo {
        image {
          url
        }
      }
    }
  }
  localization {
    availableCountries {
      isoCode
      name
      currency {
        isoCode
      }
      availableLanguages {
        isoCode
      }
    }
  }
}
`
)
