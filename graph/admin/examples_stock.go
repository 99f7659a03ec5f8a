package admin

const listStock = `# What runs out: levels with no more than so many available, the fewest first.
query Stock($first: Int, $atMost: Int) {
  stockLevels(first: $first, sort: AVAILABLE, filter: {atMost: $atMost}) {
    totalCount
    nodes {
      variant {
        id
        sku
        title
      }
      location {
        id
        name
      }
      onHand
      reserved
      allocated
      transferring
      incoming
      safety
      available
      threshold {
        lowAt
        reorderAt
      }
    }
  }
}
`

const stockThen = `# The ledger knows every moment. Leave "at" out for now.
query StockThen($variant: ID!, $at: DateTime) {
  stock(variantId: $variant, at: $at) {
    onHand
    taken
    available
  }
  stockMovements(first: 20, filter: {variant: $variant}) {
    nodes {
      at
      kind
      delta {
        onHand
        taken
      }
      reason
      referenceKind
      referenceId
      location {
        name
      }
    }
  }
}
`

const adjustStock = `# Up to 250 lines at once. With PER_LINE a refused line does not keep the others.
mutation AdjustStock($lines: [StockAdjustLineInput!]!, $key: String) {
  stockAdjustMany(lines: $lines, mode: PER_LINE, reason: "Shelf check", idempotencyKey: $key) {
    outcomes {
      moved
      level {
        onHand
        available
      }
      refusal {
        code
        message
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

const adjustStockVariables = `{
  "lines": [
    {"variant": "gid://souk/ProductVariant/1", "location": "gid://souk/Location/1", "delta": -1},
    {"variant": "gid://souk/ProductVariant/2", "location": "gid://souk/Location/1", "onHand": 12}
  ],
  "key": "shelf-check-1"
}`

const newTransfer = `# Then stockTransferReserve, stockTransferShip and stockTransferReceive, each with the version seen last.
mutation NewTransfer($input: StockTransferCreateInput!) {
  stockTransferCreate(input: $input) {
    transfer {
      id
      state
      version
      lines {
        quantity
        variant {
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

const newTransferVariables = `{
  "input": {
    "from": "gid://souk/Location/1",
    "to": "gid://souk/Location/2",
    "note": "For the window",
    "lines": [{"variant": "gid://souk/ProductVariant/1", "quantity": 5}]
  }
}`

const newPurchase = `# Then purchaseOrderPlace, and purchaseOrderReceive for each part that comes.
mutation NewPurchaseOrder($input: PurchaseOrderCreateInput!) {
  purchaseOrderCreate(input: $input) {
    purchaseOrder {
      id
      state
      version
      lines {
        quantity
        rest
        unitCost {
          amount
          currency
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

const newPurchaseVariables = `{
  "input": {
    "supplier": "gid://souk/Location/2",
    "location": "gid://souk/Location/1",
    "reference": "A-1001",
    "expectedAt": "2027-01-15T00:00:00Z",
    "lines": [{"variant": "gid://souk/ProductVariant/1", "quantity": 50, "unitCost": "4.20"}]
  }
}`

const reorderReport = `# What has reached its reorder point. Set points with stockThresholdsSet.
query WhatToOrder {
  stockReorderReport(first: 50) {
    totalCount
    nodes {
      threshold {
        variant {
          sku
        }
        location {
          name
        }
        reorderAt
      }
      available
      incoming
      sold
      daysOfCover
      suggested
    }
  }
}
`

const newBundle = `# The version is 0 where the variant is no bundle yet.
mutation NewBundle($variant: ID!, $input: BundleInput!) {
  bundleSet(variantId: $variant, version: 0, input: $input) {
    bundle {
      version
      kind
      pricing
      discount
      slots {
        title
        choices {
          quantity
          variant {
            sku
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

const newBundleVariables = `{
  "variant": "gid://souk/ProductVariant/3",
  "input": {
    "pricing": "SUM",
    "discount": "10",
    "slots": [
      {"title": "Shirt", "choices": [{"variant": "gid://souk/ProductVariant/1", "quantity": 2}]},
      {"title": "Cap", "choices": [{"variant": "gid://souk/ProductVariant/2"}]}
    ]
  }
}`

const reallocate = `# Where the pieces of an order are, so that some of them can be sent from elsewhere.
mutation SendFromElsewhere($id: ID!, $version: Int!, $input: OrderReallocateInput!) {
  orderReallocate(id: $id, version: $version, input: $input) {
    order {
      version
      lines {
        title
        allocations {
          quantity
          location {
            name
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

const reallocateVariables = `{
  "id": "gid://souk/Order/1",
  "version": 2,
  "input": {"line": "gid://souk/OrderLineItem/1", "from": "gid://souk/Location/1", "to": "gid://souk/Location/2", "quantity": 1}
}`

const newFeed = `# The secret signs the webhooks, and is shown here only.
mutation NewFeed($input: StockFeedCreateInput!) {
  stockFeedCreate(input: $input) {
    feed {
      id
      webhookUrl
      version
    }
    secret
    userErrors {
      field
      code
      message
    }
  }
}
`

const newFeedVariables = `{
  "input": {"handle": "acme", "name": "Acme's warehouse", "kind": "WEBHOOK", "mode": "LEVELS", "location": "gid://souk/Location/1"}
}`

const watchStock = `# Answers as text/event-stream and over WebSocket, until the access token ends.
subscription WatchStock($variants: [ID!]!) {
  stockChanged(variantIds: $variants) {
    variant {
      sku
    }
    location {
      name
    }
    onHand
    reserved
    allocated
    available
  }
}
`
