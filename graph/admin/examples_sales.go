package admin

const listOrders = `# The latest first. Filters combine: state, tag, email, number, text, from, until.
query Orders($first: Int, $after: String, $filter: OrderFilter! = {}) {
  orders(first: $first, after: $after, filter: $filter) {
    totalCount
    pageInfo {
      hasNextPage
      endCursor
    }
    nodes {
      id
      number
      placedAt
      state
      status
      email
      tags
      total {
        amount
        currency
      }
      payments {
        method
        state
      }
    }
  }
}
`

const showOrder = `query Order($number: Int!) {
  orderByNumber(number: $number) {
    id
    version
    state
    status
    email
    shippingAddress {
      formatted
    }
    lines {
      quantity
      title
      variantTitle
      sku
      unitPrice {
        amount
      }
      unitCost {
        amount
        currency
      }
      total {
        amount
      }
    }
    deliveries {
      title
      price {
        amount
      }
    }
    taxes {
      name
      rate
      amount {
        amount
      }
    }
    total {
      amount
      currency
    }
    payments {
      method
      state
      amount {
        amount
      }
      reference
      declineReason
      refundOwed
    }
    reservations {
      quantity
      state
      location {
        name
      }
    }
    mails {
      kind
      state
      sentAt
    }
    notes {
      body
      authorName
    }
    timeline {
      at
      message
      detail
      actor
    }
  }
}
`

const cancelOrder = `# The id and the version are those of the tab before.
mutation CancelOrder($id: ID!, $version: Int!) {
  orderCancel(id: $id, version: $version, reason: CUSTOMER, note: "By phone.") {
    order {
      state
      version
      payments {
        refundOwed
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

const newTaxRate = `# The rate is percent, exact to four decimals.
mutation NewTaxRate($input: TaxRateInput!) {
  taxRateCreate(input: $input) {
    taxRate {
      id
      rate
      version
    }
    userErrors {
      field
      code
      message
    }
  }
}
`

const newTaxRateVariables = `{
  "input": {"country": "US", "subdivision": "NY", "name": "Sales tax", "rate": "8.875"}
}`

const newZone = `# An area without a country is every country that no other zone names.
mutation NewZone($input: DeliveryZoneInput!) {
  deliveryZoneCreate(input: $input) {
    deliveryZone {
      id
      version
      methods {
        handle
        rates {
          currency
          fromGrams
          belowGrams
          amount {
            amount
          }
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

const newZoneVariables = `{
  "input": {
    "name": "Alps",
    "areas": [{"country": "AT"}, {"country": "CH"}],
    "methods": [
      {"handle": "standard", "title": "Standard", "minDays": 2, "maxDays": 4, "rates": [
        {"currency": "EUR", "belowGrams": 2000, "amount": "6.90", "freeFrom": "80"},
        {"currency": "EUR", "fromGrams": 2000, "amount": "12.90"}
      ]},
      {"handle": "express", "title": "Express", "minDays": 1, "maxDays": 1, "rates": [
        {"currency": "EUR", "amount": "19.90"}
      ]}
    ]
  }
}`
