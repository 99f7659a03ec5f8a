package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strconv"
)

// What there is to buy: one article that everybody wants, a thousand others, and
// one that is sold out.
const (
	others    = 1_000
	onHand    = 100_000_000 // never runs out
	skuPrefix = "STOCK-"
	hotSKU    = skuPrefix + "HOT"
	soldSKU   = skuPrefix + "SOLD-OUT"
)

// goodsCSV is a product file of these articles.
func goodsCSV() []byte {
	var file bytes.Buffer
	out := csv.NewWriter(&file)
	write := func(fields ...string) { _ = out.Write(fields) } // into memory: it cannot fail
	write("Handle", "Title", "Published", "Status", "Option1 Name", "Option1 Value", "Variant SKU", "Variant Grams", "Variant Inventory Tracker",
		"Variant Inventory Qty", "Variant Inventory Policy", "Variant Price", "Variant Requires Shipping", "Variant Taxable")
	article := func(sku string, pieces int) {
		write("bench-"+sku, "Article "+sku, "TRUE", "active", "Title", "Default Title", sku, "300", "shopify", strconv.Itoa(pieces), "deny", "19.90", "TRUE", "TRUE")
	}
	article(hotSKU, onHand)
	article(soldSKU, 0)
	for i := range others {
		article(fmt.Sprintf("%s%04d", skuPrefix, i), onHand)
	}
	out.Flush()
	return file.Bytes()
}
