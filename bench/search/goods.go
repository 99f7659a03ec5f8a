package main

import (
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/listing"
)

// What all documents are sold in.
const (
	market    = 1
	priceList = 1
)

// goods makes so many documents: those of real products where the data is
// there, else invented ones, then the same again with words of each other. It
// gives the same ones for the same data.
func goods(data string, count int) ([]*listing.Document, string, error) {
	from := "products of Icecat, multiplied"
	real, err := readIcecat(filepath.Join(data, "icecat.csv.gz"))
	if errors.Is(err, fs.ErrNotExist) {
		real, from, err = invented(20_000), "invented products", nil
	}
	if err != nil {
		return nil, "", err
	}
	r := rand.New(rand.NewPCG(5, 2026))
	all := make([]*listing.Document, count)
	for i := range all {
		d := *real[i%len(real)]
		if i >= len(real) {
			vary(r, &d, real[r.IntN(len(real))], i)
		}
		finish(r, &d, listing.ProductID(i+1))
		all[i] = &d
	}
	return all, from, nil
}

// vary makes another product of one: some words of its title are another's, and
// its numbers are its own.
func vary(r *rand.Rand, d, other *listing.Document, n int) {
	words, others := strings.Fields(d.Title), strings.Fields(other.Title)
	for range 1 + r.IntN(2) {
		if len(words) > 1 && len(others) > 1 {
			words[1+r.IntN(len(words)-1)] = others[r.IntN(len(others))]
		}
	}
	d.Title = strings.Join(words, " ")
	d.Handle = fmt.Sprintf("%s-%d", d.Handle, n)
	d.Variants = []listing.DocumentVariant{{SKU: fmt.Sprintf("B%07d", n), Barcode: fmt.Sprintf("40%011d", n)}}
}

// finish gives a document ids, a price and stock.
func finish(r *rand.Rand, d *listing.Document, id listing.ProductID) {
	published := time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(r.IntN(1<<20)) * time.Second)
	amount := int64(100 + r.IntN(200_000))
	d.ID, d.PublishedAt, d.CreatedAt, d.UpdatedAt = id, &published, published, published
	d.Popularity = r.Int64N(1_000_000)
	d.Prices = []listing.DocumentPrices{{List: priceList, Min: amount, Max: amount}}
	v := d.Variants[0]
	v.ID, v.Amounts = listing.VariantID(id), map[int64]int64{priceList: amount}
	if r.IntN(10) > 0 {
		v.Sold = []int64{market}
	}
	d.Variants = []listing.DocumentVariant{v}
	d.Texts = map[locale.Language]map[listing.DocumentText]string{}
}

func readIcecat(path string) (_ []*listing.Document, err error) {
	file, err := os.Open(path) //nolint:gosec // the path is the caller's
	if err != nil {
		return nil, fmt.Errorf("open products: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	unpacked, err := gzip.NewReader(file)
	if err != nil {
		return nil, fmt.Errorf("unpack products: %w", err)
	}
	rows := csv.NewReader(unpacked)
	header, err := rows.Read()
	if err != nil {
		return nil, fmt.Errorf("read header of products: %w", err)
	}
	var all []*listing.Document
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read product: %w", err)
		}
		if d := product(header, row); d.Title != "" { // else one more picture of the product before
			all = append(all, d)
		}
	}
}

// facets are the columns that narrow lists.
var facets = []string{"Color", "Product type", "Country of origin", "Print technology", "Processor family"}

func product(header, row []string) *listing.Document {
	value := func(name string) string {
		if i := slices.Index(header, name); i >= 0 {
			return row[i]
		}
		return ""
	}
	d := &listing.Document{
		Handle: value("Handle"), Title: value("Title"), Vendor: value("Vendor"), Type: value("Type"), Description: value("Body (HTML)"),
		Variants: []listing.DocumentVariant{{SKU: value("Variant SKU"), Barcode: value("Variant Barcode")}},
	}
	if title := value("Product Category"); title != "" {
		d.Categories = []listing.DocumentCategory{category(title)}
	}
	for i, name := range facets {
		key := strings.ReplaceAll(strings.ToLower(name), " ", "_")
		if text := value(name + " (product.metafields.custom." + key + ")"); text != "" {
			d.Attributes = append(d.Attributes, listing.DocumentAttribute{Definition: int64(i + 1), Code: key, Name: name, Type: "choice", Facet: true, Text: &text})
		}
	}
	if model := value("Model (product.metafields.custom.model)"); model != "" {
		d.Metafields = []listing.DocumentMetafield{{Namespace: "custom", Key: "model", Type: "single_line_text_field", Value: model}}
	}
	return d
}

func category(title string) listing.DocumentCategory {
	hash := fnv.New32a()
	_, _ = hash.Write([]byte(title))
	id := int64(hash.Sum32())
	return listing.DocumentCategory{ID: listing.CategoryID(id), Handle: strconv.FormatInt(id, 10), Title: title, Direct: true, Main: true}
}

// invented makes products of made-up words, few of which are frequent.
func invented(count int) []*listing.Document {
	r := rand.New(rand.NewPCG(7, 2026))
	frequency := rand.NewZipf(r, 1.3, 4, 20_000)
	word := func() string {
		n, made := frequency.Uint64(), ""
		for n++; n > 0; n /= 60 {
			made += string("bdfgklmnprst"[n%12]) + string("aeiou"[n/12%5])
		}
		return made
	}
	text := func(words int) string {
		made := make([]string, words)
		for i := range made {
			made[i] = word()
		}
		return strings.Join(made, " ")
	}
	all := make([]*listing.Document, count)
	for i := range all {
		d := &listing.Document{
			Handle: fmt.Sprint("product-", i), Title: text(6), Vendor: fmt.Sprint("vendor", r.IntN(160)), Description: text(30),
			Categories: []listing.DocumentCategory{category(fmt.Sprint("category ", r.IntN(120)))},
			Variants:   []listing.DocumentVariant{{SKU: fmt.Sprintf("A%07d", i), Barcode: fmt.Sprintf("39%011d", i)}},
		}
		for f, name := range facets {
			value := fmt.Sprint(name, " ", r.IntN(20))
			d.Attributes = append(d.Attributes, listing.DocumentAttribute{Definition: int64(f + 1), Code: fmt.Sprint("f", f), Name: name, Type: "choice", Facet: true, Text: &value})
		}
		all[i] = d
	}
	return all
}
