package admin_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/souk-commerce/souk/graph/admin"
	"github.com/souk-commerce/souk/internal/staff"
)

// Every mutation that names a version, on something that is there: a version
// that is not the current one is refused, and nothing is written.
func TestStale_isRefusedByEveryMutation(t *testing.T) {
	t.Parallel()
	h := open(t)
	c := h.as(staff.Owner)
	ids := c.oneOfEach()
	before := h.written()
	tried := 0
	for _, f := range admin.Schema().Mutation.Fields {
		if f.Arguments.ForName("version") == nil {
			continue
		}
		tried++
		a := c.try(staleCall(f, ids))
		if len(a.Errors) > 0 {
			t.Errorf("%s: %v", f.Name, a.Errors)
			continue
		}
		if got := a.text(f.Name + ".userErrors.0.code"); got != "STALE_VERSION" {
			t.Errorf("%s: %v", f.Name, a.Data)
		}
	}
	if after := h.written(); after != before || tried < 40 {
		t.Errorf("%d mutations wrote: %s, %s", tried, before, after)
	}
}

// written sums up what writes leave behind.
func (h *house) written() (sums string) {
	h.t.Helper()
	h.must(h.db.Pool().QueryRow(context.Background(), `SELECT concat_ws(' ', (SELECT count(*) FROM audit_entry), (SELECT count(*) FROM outbox),
		(SELECT sum(version) FROM product), (SELECT sum(version) FROM variant), (SELECT sum(version) FROM collection), (SELECT sum(version) FROM category))`).Scan(&sums))
	return sums
}

// oneOfEach makes one of everything that has a version, and gives the ids by
// how mutations of it begin.
func (c client) oneOfEach() map[string]string {
	c.t.Helper()
	p := c.change(createShirt)
	ids := map[string]string{"product": p.text("productCreate.product.id"), "productVariantUpdate": p.text("productCreate.product.variants.nodes.0.id")}
	for name, input := range map[string]string{
		"category": `{title: "x"}`, "collection": `{title: "x"}`, "attribute": `{code: "x", name: "x", type: TEXT}`,
		"page": `{handle: "x", title: "x"}`, "blog": `{handle: "x", title: "x"}`, "menu": `{handle: "x", title: "x", items: []}`,
		"market": `{handle: "x", name: "x", currency: "EUR", languages: ["en"]}`, "location": `{handle: "x", name: "x"}`,
		"staffMember": `{email: "x@shop.example", name: "x", role: VIEWER, password: "correct horse battery"}`,
	} {
		a := c.change(fmt.Sprintf(`mutation { %sCreate(input: %s) { %s { id } userErrors { code field } } }`, name, input, name))
		ids[name] = a.text(name + "Create." + name + ".id")
	}
	ids["article"] = c.change(`mutation($b: ID!) { articleCreate(input: {blog: $b, handle: "x", title: "x"}) { article { id } userErrors { code } } }`, "b", ids["blog"]).text("articleCreate.article.id")
	ids["priceList"] = c.change(`mutation($m: ID!) { priceListCreate(input: {name: "x", marketId: $m}) { priceList { id } userErrors { code } } }`, "m", ids["market"]).text("priceListCreate.priceList.id")
	ids["taxRate"] = c.change(createRate, "i", vat("19")).text("taxRateCreate.taxRate.id")
	ids["deliveryZone"] = c.change(createZone, "i", zone("x", map[string]any{"country": "DE"})).text("deliveryZoneCreate.deliveryZone.id")
	c.receive(ids["productVariantUpdate"])
	ids["order"] = orderID(c.buy(purchase{ids["productVariantUpdate"], 1, "Ada", invoiceTill}))
	ids["bundle"] = p.text("productCreate.product.variants.nodes.1.id")
	here, there := c.main(), c.place("acme", "SUPPLIER")
	ids["stockTransfer"] = c.change(`mutation($f: ID!, $t: ID!, $v: ID!) { stockTransferCreate(input: {from: $f, to: $t, lines: [{variant: $v, quantity: 1}]}) { transfer { id } userErrors { code } } }`, "f", here, "t", there, "v", ids["bundle"]).text("stockTransferCreate.transfer.id")
	ids["stockCount"] = c.change(`mutation($l: ID!) { stockCountOpen(input: {location: $l}) { count { id } userErrors { code } } }`, "l", here).text("stockCountOpen.count.id")
	ids["purchaseOrder"] = c.change(`mutation($s: ID!, $l: ID!, $v: ID!) { purchaseOrderCreate(input: {supplier: $s, location: $l, lines: [{variant: $v, quantity: 1}]}) { purchaseOrder { id } userErrors { code } } }`, "s", there, "l", here, "v", ids["bundle"]).text("purchaseOrderCreate.purchaseOrder.id")
	ids["stockFeed"] = c.change(`mutation($l: ID!) { stockFeedCreate(input: {handle: "x", name: "x", kind: WEBHOOK, location: $l}) { feed { id } userErrors { code } } }`, "l", here).text("stockFeedCreate.feed.id")
	ids["merchandisingItem"] = c.say("x", map[string]any{"stopWords": map[string]any{"language": "en", "words": []string{"x"}}})
	return ids
}

// staleCall writes a mutation with valid arguments and a version that never was.
func staleCall(f *ast.FieldDefinition, ids map[string]string) string {
	subject := ""
	for begin := range ids {
		if strings.HasPrefix(f.Name, begin) && len(begin) > len(subject) {
			subject = begin
		}
	}
	var args []string
	for _, a := range f.Arguments {
		switch {
		case a.Name == "id" || a.Name == "productId" || a.Name == "variantId":
			args = append(args, fmt.Sprintf("%s: %q", a.Name, ids[subject]))
		case a.Name == "version":
			args = append(args, "version: 999")
		case a.Name == "idempotencyKey":
			args = append(args, `idempotencyKey: "x"`)
		case a.Type.NonNull && a.DefaultValue == nil:
			value := strings.NewReplacer("languages: []", `languages: ["en"]`, "content: {}", `content: {stopWords: {language: "en", words: ["x"]}}`, "values: []", `values: [{name: "x"}]`,
				`blog: "gid://souk/Nothing/999999"`, fmt.Sprintf("blog: %q", ids["blog"]), `country: "XX"`, `country: "DE"`,
				"slots: []", fmt.Sprintf("slots: [{choices: [{variant: %q}]}]", ids["productVariantUpdate"]), `line: "gid://souk/Nothing/999999"`, `line: "gid://souk/OrderLineItem/1"`,
				`from: "gid://souk/Nothing/999999"`, `from: "gid://souk/Location/1"`, `to: "gid://souk/Nothing/999999"`, `to: "gid://souk/Location/2"`).Replace(literal(a.Type))
			args = append(args, a.Name+": "+value)
		}
	}
	return "mutation { " + f.Name + "(" + strings.Join(args, ", ") + ") { userErrors { code field } } }"
}
