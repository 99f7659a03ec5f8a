package shop

const (
	exampleCart = `# A purchase, step by step, in these tabs. First a cart: take the id of a variant
# from another tab, and keep the id of the cart: whoever has it may use it.
mutation Cart($variant: ID!) @inContext(country: US, language: EN) {
  cartCreate(input: { lines: [{ merchandiseId: $variant, quantity: 2 }] }) {
    cart {
      id
      checkoutUrl
      totalQuantity
      cost {
        totalAmount {
          amount
          currencyCode
        }
      }
      lines(first: 10) {
        nodes {
          id
          quantity
          merchandise {
            ... on ProductVariant {
              title
              product {
                title
              }
            }
          }
        }
      }
    }
    userErrors {
      code
      field
      message
    }
    warnings {
      code
      message
    }
  }
}
`

	exampleCheckout = `# Then a checkout of it: goods are held, and problems and nextStep tell what is
# missing. Keep its id and its token.
mutation Checkout($cart: ID!) {
  checkoutStart(input: { cartId: $cart, idempotencyKey: "playground", email: "ada@example.com" }) {
    checkout {
      id
      token
      state
      nextStep
      problems {
        step
        code
        message
      }
      shipments {
        id
        methods {
          handle
          title
          price {
            amount
          }
        }
      }
    }
    userErrors {
      code
      field
      message
    }
  }
}
`

	exampleAddressVariables = `{"checkout": "the id of the checkout", "shipment": "the id of the shipment"}`

	exampleAddress = `# Where it goes, and how. Afterwards the state is READY; keep the quoteHash.
mutation Address($checkout: ID!, $shipment: ID!) {
  checkoutSetShippingAddress(
    ref: { id: $checkout }
    address: {
      firstName: "Ada"
      lastName: "Lovelace"
      address1: "1 Market Street"
      city: "San Francisco"
      zoneCode: "CA"
      zip: "94105"
      countryCode: US
    }
  ) {
    userErrors {
      code
      field
      message
    }
  }
  checkoutSelectShipping(ref: { id: $checkout }, choices: [{ shipmentId: $shipment, methodHandle: "standard" }]) {
    checkout {
      state
      quoteHash
      totals {
        subtotal {
          amount
        }
        shipping {
          amount
        }
        tax {
          amount
        }
        total {
          amount
          currencyCode
        }
      }
      problems {
        step
        message
      }
    }
    userErrors {
      code
      field
      message
    }
  }
}
`

	examplePay = `# Buy it. The sandbox takes the tokens ok, decline, challenge and hang. Sent again
# with the same key it answers the same and charges nothing twice.
mutation Pay($checkout: ID!, $quote: String!, $key: String!) {
  checkoutComplete(
    ref: { id: $checkout }
    quoteHash: $quote
    idempotencyKey: $key
    payment: { methodHandle: "sandbox", token: "ok" }
  ) {
    checkout {
      state
      payments {
        state
        nextAction {
          kind
          url
        }
      }
    }
    order {
      name
      status
      statusUrl
    }
    orderAccessToken
    userErrors {
      code
      field
      message
    }
  }
}
`

	exampleTrack = `# What became of it, for a guest who has number and e-mail address.
query Track($number: String!, $email: String!) {
  trackOrder(number: $number, email: $email) {
    name
    status
    timeline {
      at
      message
    }
    lineItems(first: 10) {
      nodes {
        title
        quantity
      }
    }
  }
}
`

	exampleStock = `# Watch what is left of variants in a market while others buy.
subscription Stock($variants: [ID!]!) @inContext(country: US) {
  stockChanged(variantIds: $variants) {
    variantId
    availableForSale
    quantityAvailable
    stockState
    backorderDate
    preorderDate
  }
}
`

	exampleWatch = `# Watch a checkout while it is changed in other tabs.
subscription Watch($token: String!) {
  checkoutUpdated(token: $token) {
    state
    nextStep
    email
    totals {
      total {
        amount
      }
    }
    order {
      name
    }
  }
}
`
)
