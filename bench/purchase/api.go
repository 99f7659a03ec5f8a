package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// cartFields are what a storefront shows of a cart.
const cartFields = ` id checkoutUrl totalQuantity
	cost { subtotalAmount { amount currencyCode } totalAmount { amount currencyCode } totalTaxAmount { amount currencyCode } }
	lines(first: 100) { nodes { id quantity cost { totalAmount { amount currencyCode } }
		merchandise { ... on ProductVariant { id title selectedOptions { name value }
			product { id handle title featuredImage { url altText width height } } } } } } `

// checkoutFields are what a storefront needs for the next step.
const checkoutFields = ` id state version quoteHash nextStep problems { code field step }
	shipments { id methods { handle title price { amount currencyCode } } selectedMethod { handle } }
	totals { subtotal { amount } shipping { amount } tax { amount } total { amount currencyCode } } `

const refused = ` userErrors { code field message } `

// operations are what a buyer asks the shop for, by the name of the field.
var operations = map[string]string{
	"cartCreate":   `mutation($input: CartInput!) { cartCreate(input: $input) { cart {` + cartFields + `}` + refused + `} }`,
	"cartLinesAdd": `mutation($cart: ID!, $lines: [CartLineInput!]!) { cartLinesAdd(cartId: $cart, lines: $lines) { cart {` + cartFields + `}` + refused + `} }`,
	"cart":         `query($cart: ID!) { cart(id: $cart) {` + cartFields + `} }`,
	"checkoutStart": `mutation($cart: ID!) { checkoutStart(input: { cartId: $cart, idempotencyKey: "start" }) {
		checkout {` + checkoutFields + `}` + refused + `} }`,
	"checkoutSetContact": `mutation($ref: CheckoutRef!, $email: String!) { checkoutSetContact(ref: $ref, email: $email) {
		checkout {` + checkoutFields + `}` + refused + `} }`,
	"checkoutSetShippingAddress": `mutation($ref: CheckoutRef!, $address: CheckoutAddressInput!) { checkoutSetShippingAddress(ref: $ref, address: $address) {
		checkout {` + checkoutFields + `}` + refused + `} }`,
	"checkoutSelectShipping": `mutation($ref: CheckoutRef!, $choices: [CheckoutShippingChoice!]!) { checkoutSelectShipping(ref: $ref, choices: $choices) {
		checkout {` + checkoutFields + `}` + refused + `} }`,
	"checkoutComplete": `mutation($ref: CheckoutRef!, $quote: String!) { checkoutComplete(ref: $ref, quoteHash: $quote, idempotencyKey: "pay",
		payment: { methodHandle: "sandbox", token: "ok" }) {
		checkout { id state } order { id orderNumber totalPrice { amount currencyCode } } orderAccessToken` + refused + `} }`,
}

// sequence is the order in which a buyer asks, for tables.
var sequence = []string{"cartCreate", "cartLinesAdd", "cart", "checkoutStart", "checkoutSetContact", "checkoutSetShippingAddress",
	"checkoutSelectShipping", "checkoutComplete"}

// payload is an answer of any of them.
type payload struct {
	ID            string // where the field is the cart itself
	TotalQuantity int
	Cart          struct {
		ID            string
		TotalQuantity int
	}
	Checkout struct {
		ID        string
		State     string
		QuoteHash string
		Shipments []struct {
			ID      string
			Methods []struct{ Handle string }
		}
		Problems []struct{ Code string }
	}
	Order      struct{ OrderNumber int64 }
	UserErrors []struct{ Code, Message string }
}

// cost is what an operation asked of the database, as the server says in dev.
type cost struct{ RoundTrips, Statements int }

type answer struct {
	Data       map[string]*payload
	Errors     json.RawMessage
	Extensions struct{ Database cost }
}

// api asks a shop over one connection, and keeps how long each answer took.
type api struct {
	address string
	client  *http.Client
	times   map[string][]time.Duration
	costs   map[string]cost // the greatest
}

func newAPI(address string) *api {
	return &api{address: "http://" + address + "/shop/graphql", times: map[string][]time.Duration{}, costs: map[string]cost{},
		client: &http.Client{Transport: &http.Transport{MaxConnsPerHost: 1, IdleConnTimeout: 5 * time.Second}, Timeout: 20 * time.Second}}
}

// ask gives the answer of an operation; anything but success is an error.
func (a *api) ask(ctx context.Context, name string, variables map[string]any) (payload, error) {
	body, err := json.Marshal(map[string]any{"query": operations[name], "variables": variables})
	if err != nil {
		return payload{}, err
	}
	begun := time.Now()
	got, err := a.post(ctx, body)
	if err != nil {
		return payload{}, fmt.Errorf("%s: %w", name, err)
	}
	a.times[name] = append(a.times[name], time.Since(begun))
	if c, most := got.Extensions.Database, a.costs[name]; c.Statements >= most.Statements {
		a.costs[name] = c
	}
	p := got.Data[name]
	if p == nil || len(p.UserErrors) > 0 || len(got.Errors) > 0 {
		return payload{}, fmt.Errorf("%s answered %+v, errors %.500s", name, p, got.Errors)
	}
	return *p, nil
}

func (a *api) post(ctx context.Context, body []byte) (answer, error) {
	var got answer
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, a.address, bytes.NewReader(body))
	if err != nil {
		return got, err
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := a.client.Do(req)
	if err != nil {
		return got, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return got, fmt.Errorf("answered %s", res.Status)
	}
	var text bytes.Buffer
	if _, err := text.ReadFrom(res.Body); err != nil {
		return got, err
	}
	return got, json.Unmarshal(text.Bytes(), &got)
}
