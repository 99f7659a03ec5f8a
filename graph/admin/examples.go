package admin

import "github.com/souk-commerce/souk/graph/gql/playground"

// Examples are the operations that the playground opens with. Sign in with the
// first and put its access token into the headers of the others.
func Examples() []playground.Example {
	return []playground.Example{
		{Name: "Sign in", Query: signIn, Variables: `{"email": "owner@example.com", "password": ""}`},
		{Name: "Products", Query: listProducts, Variables: `{"first": 20, "filter": {"statuses": ["ACTIVE"]}}`, Headers: bearerHeader},
		{Name: "New product", Query: newProduct, Variables: newProductVariables, Headers: bearerHeader},
		{Name: "Prices and stock", Query: pricesAndStock, Variables: `{"sku": "LINEN-S"}`, Headers: bearerHeader},
		{Name: "Move a category", Query: moveCategory, Variables: `{"id": "gid://souk/Category/2", "version": 1, "parent": "gid://souk/Category/1"}`, Headers: bearerHeader},
		{Name: "Try a rule", Query: tryRule, Headers: bearerHeader},
		{Name: "Orders", Query: listOrders, Variables: `{"first": 20, "filter": {"state": "CONFIRMED"}}`, Headers: bearerHeader},
		{Name: "An order", Query: showOrder, Variables: `{"number": 1001}`, Headers: bearerHeader},
		{Name: "Cancel an order", Query: cancelOrder, Variables: `{"id": "gid://souk/Order/1", "version": 2}`, Headers: bearerHeader},
		{Name: "Send from elsewhere", Query: reallocate, Variables: reallocateVariables, Headers: bearerHeader},
		{Name: "Stock", Query: listStock, Variables: `{"first": 50, "atMost": 10}`, Headers: bearerHeader},
		{Name: "Stock then", Query: stockThen, Variables: `{"variant": "gid://souk/ProductVariant/1", "at": null}`, Headers: bearerHeader},
		{Name: "Adjust stock", Query: adjustStock, Variables: adjustStockVariables, Headers: bearerHeader},
		{Name: "New transfer", Query: newTransfer, Variables: newTransferVariables, Headers: bearerHeader},
		{Name: "New purchase order", Query: newPurchase, Variables: newPurchaseVariables, Headers: bearerHeader},
		{Name: "What to order", Query: reorderReport, Headers: bearerHeader},
		{Name: "New bundle", Query: newBundle, Variables: newBundleVariables, Headers: bearerHeader},
		{Name: "New stock feed", Query: newFeed, Variables: newFeedVariables, Headers: bearerHeader},
		{Name: "Watch stock", Query: watchStock, Variables: `{"variants": ["gid://souk/ProductVariant/1"]}`, Headers: bearerHeader},
		{Name: "Zero results", Query: zeroResults, Headers: bearerHeader},
		{Name: "Accept a proposal", Query: acceptProposal, Variables: `{"id": "gid://souk/SearchProposal/1"}`, Headers: bearerHeader},
		{Name: "New search rule", Query: newSearchRule, Variables: newSearchRuleVariables, Headers: bearerHeader},
		{Name: "Preview a search", Query: previewSearch, Variables: previewSearchVariables, Headers: bearerHeader},
		{Name: "Publish an item", Query: publishItem, Variables: `{"id": "gid://souk/MerchandisingItem/1", "version": 1}`, Headers: bearerHeader},
		{Name: "Way of a query", Query: queryFunnel, Variables: `{"query": "teapot", "language": "en"}`, Headers: bearerHeader},
		{Name: "Search index", Query: searchIndex, Headers: bearerHeader},
		{Name: "New tax rate", Query: newTaxRate, Variables: newTaxRateVariables, Headers: bearerHeader},
		{Name: "New delivery zone", Query: newZone, Variables: newZoneVariables, Headers: bearerHeader},
		{Name: "Imports", Query: listImports, Headers: bearerHeader},
		{Name: "Audit log", Query: listAudit, Headers: bearerHeader},
	}
}

const bearerHeader = `{"Authorization": "Bearer "}`

const signIn = `# The access token goes into the headers of the other tabs.
mutation SignIn($email: String!, $password: String!) {
  staffLogin(email: $email, password: $password) {
    session {
      accessToken
      accessTokenExpiresAt
      refreshToken
    }
    userErrors {
      code
      message
    }
  }
}
`

const listProducts = `query Products($first: Int, $after: String, $filter: ProductFilter! = {}) {
  products(first: $first, after: $after, sort: UPDATED_AT, reverse: true, filter: $filter) {
    totalCount
    pageInfo {
      hasNextPage
      endCursor
    }
    nodes {
      id
      title
      status
      vendor
      version
      variants(first: 5) {
        totalCount
        nodes {
          sku
          prices {
            amount {
              amount
              currency
            }
          }
          stock {
            available
            location {
              name
            }
          }
        }
      }
    }
  }
}
`

const newProduct = `# Prices and stock are given afterwards, by pricesSet and stockSet.
mutation NewProduct($input: ProductCreateInput!) {
  productCreate(input: $input) {
    product {
      id
      handle
      version
      variants {
        nodes {
          id
          title
          sku
        }
      }
    }
    userErrors {
      field
      code
      message
    }
  }
}
`

const newProductVariables = `{
  "input": {
    "title": "Linen shirt",
    "vendor": "Acme",
    "tags": ["summer"],
    "options": [
      {"name": "Size", "values": [{"name": "S"}, {"name": "M"}]}
    ],
    "variants": [
      {"values": ["S"], "sku": "LINEN-S", "unitCost": "9.50"},
      {"values": ["M"], "sku": "LINEN-M", "unitCost": "9.50"}
    ]
  }
}`

const pricesAndStock = `query PricesAndStock($sku: String!) {
  productVariantBySku(sku: $sku) {
    id
    title
    prices {
      priceList {
        id
        name
      }
      amount {
        amount
        currency
      }
    }
    stock {
      location {
        id
        name
      }
      onHand
      taken
      available
    }
  }
  priceLists {
    id
    name
    currency
  }
  locations {
    id
    name
  }
}
`

const moveCategory = `# A version that is no longer the current one is refused as STALE_VERSION.
mutation MoveCategory($id: ID!, $version: Int!, $parent: ID) {
  categoryMove(id: $id, version: $version, parentId: $parent) {
    category {
      title
      version
      breadcrumbs {
        title
      }
    }
    userErrors {
      field
      code
      message
    }
  }
}
`

const tryRule = `{
  collectionRulePreview(
    rule: {match: ALL, conditions: [{field: PRICE, relation: LESS_THAN, value: "50"}]}
  ) {
    count
    userErrors {
      field
      code
    }
  }
}
`

const listImports = `# Send a file: curl -H "Authorization: Bearer …" -H "Content-Type: text/csv" \
#   --data-binary @products.csv "http://127.0.0.1:8080/admin/imports?filename=products.csv"
{
  importRuns(first: 10) {
    nodes {
      id
      fileName
      state
      created
      updated
      unchanged
      rejected
      failure
    }
  }
}
`

const listAudit = `{
  auditLog(first: 20) {
    nodes {
      at
      actorName
      action
      subjectKind
      subjectId
      before
      after
    }
  }
}
`
