package admin_test

import (
	"sync"
	"testing"

	"github.com/souk-commerce/souk/internal/staff"
)

const createLamp = `mutation($t: String!) { productCreate(input: {title: $t, tags: ["new"]}) {
	product { id handle tags createdAt variants { nodes { id } } } userErrors { code field } } }`

func TestKey_makesAMutationOnce(t *testing.T) {
	t.Parallel()
	h := open(t)
	c := h.as(staff.Editor)
	first := c.under("k1", createLamp, "t", "Lamp")
	again := c.under("k1", createLamp, "t", "Lamp")
	for _, path := range []string{"productCreate.product.id", "productCreate.product.createdAt", "productCreate.product.tags.0", "productCreate.product.variants.nodes.0.id"} {
		again.is(path, first.at(path))
	}
	c.under("k1", createLamp, "t", "Chair").is("productCreate.userErrors.0.code", "IDEMPOTENCY_KEY_REUSED")
	other := h.as(staff.Admin).under("k1", createLamp, "t", "Lamp") // somebody else's key is another key
	if other.text("productCreate.product.id") == first.text("productCreate.product.id") {
		t.Error("a key is shared between people")
	}
	c.do(`{ products { totalCount } }`).is("products.totalCount", 2)
}

func TestKey_isFreeAfterARefusal(t *testing.T) {
	t.Parallel()
	c := open(t).as(staff.Editor)
	c.under("k1", createLamp, "t", " ").is("productCreate.userErrors.0.code", "REQUIRED")
	c.under("k1", createLamp, "t", "Lamp").is("productCreate.product.handle", "lamp")
	c.do(`{ products { totalCount } }`).is("products.totalCount", 1)
}

func TestKey_manyAtOnceMakeOne(t *testing.T) {
	t.Parallel()
	c := open(t).as(staff.Editor)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() { c.under("k1", createLamp, "t", "Lamp") })
	}
	wg.Wait()
	c.do(`{ products { totalCount } }`).is("products.totalCount", 1)
}

// The key of the header serves a change of stock, too, beside its argument.
func TestKey_ofTheHeaderServesStock(t *testing.T) {
	t.Parallel()
	c := open(t).as(staff.Editor)
	variant := c.change(createShirt).text("productCreate.product.variants.nodes.0.id")
	place := c.do(`{ locations { id } }`).text("locations.0.id")
	for range 2 {
		c.under("k1", `mutation($v: ID!, $l: ID!) { stockReceive(lines: [{variant: $v, location: $l, quantity: 3}], reason: "van") { levels { onHand location { name } } userErrors { code } } }`,
			"v", variant, "l", place).is("stockReceive.levels.0.onHand", 3)
	}
}

// Tokens are answered once and kept nowhere.
func TestKey_neverKeepsTokens(t *testing.T) {
	t.Parallel()
	h := open(t)
	c := h.as(staff.Owner)
	const login = `mutation($p: String!) { staffLogin(email: "owner@shop.example", password: $p) { session { refreshToken } } }`
	first, again := c.under("k1", login, "p", password), c.under("k1", login, "p", password)
	if first.text("staffLogin.session.refreshToken") == again.text("staffLogin.session.refreshToken") {
		t.Error("a token was answered twice")
	}
	var kept int
	h.must(h.db.Pool().QueryRow(t.Context(), `SELECT count(*) FROM idempotency_key`).Scan(&kept))
	if kept != 0 {
		t.Errorf("%d answers were kept", kept)
	}
}
