package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"strconv"
)

// What there is to buy: articles enough that buyers seldom meet, and one that
// all of them want. None of them ever runs out.
const (
	products    = 1_000
	perProduct  = 10
	manyOnHand  = 10_000
	hotOnHand   = 1_000_000
	skuPrefix   = "PURCHASE-"
	hotSKU      = skuPrefix + "HOT"
	priceInText = "19.90"
)

// goodsCSV is a product file of these articles.
func goodsCSV() []byte {
	var file bytes.Buffer
	out := csv.NewWriter(&file)
	write := func(fields ...string) { _ = out.Write(fields) } // into memory: it cannot fail
	write("Handle", "Title", "Published", "Status", "Option1 Name", "Option1 Value", "Variant SKU", "Variant Grams", "Variant Inventory Tracker",
		"Variant Inventory Qty", "Variant Inventory Policy", "Variant Price", "Variant Requires Shipping", "Variant Taxable")
	article := func(handle, title, option, value, sku string, onHand int) {
		write(handle, title, "TRUE", "active", option, value, sku, "300", "shopify", strconv.Itoa(onHand), "deny", priceInText, "TRUE", "TRUE")
	}
	for p := range products {
		handle, title, option := fmt.Sprintf("bench-purchase-%d", p), fmt.Sprintf("Article %d", p), "Size"
		for v := range perProduct {
			article(handle, title, option, strconv.Itoa(v), fmt.Sprintf("%s%d-%d", skuPrefix, p, v), manyOnHand)
			title, option = "", ""
		}
	}
	article("bench-purchase-hot", "The article", "Title", "Default Title", hotSKU, hotOnHand)
	out.Flush()
	return file.Bytes()
}

// shelf is what buyers pick two articles from.
type shelf struct {
	wanted int64   // by everybody; 0 is none
	others []int64 // ids of variants
}

func (s shelf) pick() []int64 {
	first := rand.IntN(len(s.others))
	if s.wanted != 0 {
		return []int64{s.wanted, s.others[first]}
	}
	second := (first + 1 + rand.IntN(len(s.others)-1)) % len(s.others)
	return []int64{s.others[first], s.others[second]}
}
