package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"
)

// article is what all want, and how staff bring more of it.
type article struct {
	*api
	bearer   string
	variant  string
	location string
	run      string // names this run in keys
	deliver  int    // how often pieces were brought
}

const (
	refused = ` userErrors { code message } `
	signIn  = `mutation($email: String!, $password: String!) { staffLogin(email: $email, password: $password) {
		session { accessToken }` + refused + `} }`
	findSKU = `query($sku: String!) { productVariantBySku(sku: $sku) { id } }`
	places  = `{ locations { id default } }`
	lists   = `{ priceLists { id base } }`
	create  = `mutation($input: ProductCreateInput!) { productCreate(input: $input) { product { variants(first: 1) { nodes { id } } }` + refused + `} }`
	price   = `mutation($list: ID!, $variant: ID!) { pricesSet(priceListId: $list, prices: [{ variant: $variant, amount: "10.00" }]) {` + refused + `} }`
	adjust  = `mutation($line: StockAdjustmentInput!, $key: String!) { stockAdjust(lines: [$line], reason: "race", idempotencyKey: $key) {` + refused + `} }`
)

// stockroom signs in and finds the article, or makes one.
func stockroom(ctx context.Context, o options) (*article, error) {
	a := &article{api: newAPI(o.urls[:1], 2, o.patience), run: strings.ToLower(rand.Text()[:10])}
	var in struct {
		Session    struct{ AccessToken string }
		UserErrors []refusal
	}
	if err := a.staff(ctx, "staffLogin", signIn, map[string]any{"email": o.email, "password": o.password}, &in); err != nil {
		return nil, err
	}
	if a.bearer = in.Session.AccessToken; a.bearer == "" {
		return nil, fmt.Errorf("%s cannot sign in: %v", o.email, in.UserErrors)
	}
	var all []struct {
		ID      string
		Default bool
	}
	if err := a.staff(ctx, "locations", places, nil, &all); err != nil {
		return nil, err
	}
	for _, l := range all {
		if l.Default {
			a.location = l.ID
		}
	}
	if o.sku == "" {
		return a, a.make(ctx)
	}
	var found struct{ ID string }
	if err := a.staff(ctx, "productVariantBySku", findSKU, map[string]any{"sku": o.sku}, &found); err != nil {
		return nil, err
	}
	a.variant = found.ID
	return a, nil
}

func (a *article) staff(ctx context.Context, field, query string, variables map[string]any, into any) error {
	return a.ask(ctx, request{path: "/admin/graphql", bearer: a.bearer, field: field, query: query, variables: variables}, into)
}

// change is staff for mutations, whose refusals are errors.
func (a *article) change(ctx context.Context, field, query string, variables map[string]any) error {
	var got struct{ UserErrors []refusal }
	err := a.staff(ctx, field, query, variables, &got)
	if err == nil && len(got.UserErrors) > 0 {
		err = fmt.Errorf("%s: %v", field, got.UserErrors)
	}
	return err
}

// make puts a new article on sale, without any pieces.
func (a *article) make(ctx context.Context) error {
	var made struct {
		Product struct {
			Variants struct{ Nodes []struct{ ID string } }
		}
		UserErrors []refusal
	}
	err := a.staff(ctx, "productCreate", create, map[string]any{"input": map[string]any{"title": "The last of its kind " + a.run, "status": "ACTIVE",
		"publishedAt": "2026-01-01T00:00:00Z", "variants": []any{map[string]any{"sku": "RACE-" + a.run, "weight": map[string]any{"grams": 300}}}}}, &made)
	if err != nil {
		return err
	}
	if len(made.Product.Variants.Nodes) == 0 {
		return fmt.Errorf("productCreate: %v", made.UserErrors)
	}
	a.variant = made.Product.Variants.Nodes[0].ID
	var all []struct {
		ID   string
		Base bool
	}
	if err := a.staff(ctx, "priceLists", lists, nil, &all); err != nil {
		return err
	}
	for _, l := range all {
		if l.Base {
			return a.change(ctx, "pricesSet", price, map[string]any{"list": l.ID, "variant": a.variant})
		}
	}
	return errors.New("the shop has no base prices")
}

// stock sees to it that just so many units can be bought, and waits until the
// storefront says so.
func (a *article) stock(ctx context.Context, units int) error {
	is, err := a.available(ctx)
	if err != nil {
		return err
	}
	if delta := units - is; delta != 0 {
		a.deliver++
		err := a.change(ctx, "stockAdjust", adjust, map[string]any{"key": fmt.Sprint("race-", a.run, "-", a.deliver),
			"line": map[string]any{"variant": a.variant, "location": a.location, "delta": delta}})
		if err != nil {
			return err
		}
	}
	return a.comesTo(ctx, units)
}

// soon is how long the storefront may show what was.
const soon = time.Second

// comesTo waits until the storefront shows a number.
func (a *article) comesTo(ctx context.Context, want int) error {
	for end := time.Now().Add(soon); ; {
		is, err := a.available(ctx)
		if err != nil || is == want {
			return err
		}
		if time.Now().After(end) {
			return fmt.Errorf("%d are available, not %d", is, want)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

const look = `query($id: ID!) { node(id: $id) { ... on ProductVariant { quantityAvailable availableForSale } } }`

// available is what the storefront says.
func (a *article) available(ctx context.Context) (int, error) {
	var got struct {
		QuantityAvailable *int
		AvailableForSale  bool
	}
	err := a.ask(ctx, request{path: shopPath, field: "node", query: look, variables: map[string]any{"id": a.variant}}, &got)
	switch {
	case err != nil:
		return 0, err
	case got.QuantityAvailable == nil:
		return 0, errors.New("the storefront does not show the article")
	case got.AvailableForSale != (*got.QuantityAvailable > 0):
		return 0, fmt.Errorf("%d are available, and for sale is %v", *got.QuantityAvailable, got.AvailableForSale)
	}
	return *got.QuantityAvailable, nil
}
