package shop

import "github.com/souk-commerce/souk/graph/gql/playground"

// Examples are the operations that a new visitor of the playground finds, as a
// frontend developer would write them for the sample shop.
func Examples() []playground.Example {
	return []playground.Example{
		{Name: "Products", Variables: `{"first": 6}`, Query: exampleProducts},
		{Name: "Product", Variables: `{"first": 1}`, Query: exampleProduct},
		{Name: "Collection", Variables: `{"handle": "frontpage"}`, Query: exampleCollection},
		{Name: "Search", Variables: `{"query": "linen"}`, Query: exampleSearch},
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

	exampleSearch = `# Search, and what to offer while somebody is still typing.
query Search($query: String!) {
  search(query: $query, first: 10, types: [PRODUCT], prefix: LAST) {
    totalCount
    nodes {
      ... on Product {
        handle
        title
      }
    }
  }
  predictiveSearch(query: $query, limit: 4) {
    products {
      title
    }
    collections {
      title
    }
    queries {
      text
    }
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
