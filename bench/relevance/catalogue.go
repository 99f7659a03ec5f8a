package main

import (
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/souk-commerce/souk/internal/listing"
)

// catalogue is the products that are searched.
type catalogue struct {
	documents  []*listing.Document
	bySKU      map[string]*listing.Document
	categories []*category
	ofProduct  map[listing.ProductID]listing.CategoryID
}

type category struct {
	id       listing.CategoryID
	title    string
	products int
}

// metafield is a column «Label (product.metafields.custom.key)».
var metafield = regexp.MustCompile(`\(product\.metafields\.(\w+)\.(\w+)\)$`)

// readCatalogue reads a file of products as shops export it.
func readCatalogue(path string) (_ *catalogue, err error) {
	file, err := os.Open(path)
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
	c := &catalogue{bySKU: map[string]*listing.Document{}, ofProduct: map[listing.ProductID]listing.CategoryID{}}
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return c, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read product: %w", err)
		}
		if value := columns(header, row); value("Title") != "" {
			c.add(value, header, row)
		}
	}
}

func columns(header, row []string) func(name string) string {
	return func(name string) string {
		if i := slices.Index(header, name); i >= 0 {
			return row[i]
		}
		return ""
	}
}

// add makes a document of a product's first row; the others are pictures.
func (c *catalogue) add(value func(string) string, header, row []string) {
	d := &listing.Document{
		ID: listing.ProductID(len(c.documents) + 1), Handle: value("Handle"), Title: value("Title"), Vendor: value("Vendor"),
		Type: value("Type"), Description: value("Body (HTML)"),
		Variants: []listing.DocumentVariant{{ID: listing.VariantID(len(c.documents) + 1), SKU: value("Variant SKU"), Barcode: value("Variant Barcode")}},
	}
	if tags := value("Tags"); tags != "" {
		d.Tags = strings.Split(tags, ", ")
	}
	for i, name := range header {
		if m := metafield.FindStringSubmatch(name); m != nil && row[i] != "" {
			d.Metafields = append(d.Metafields, listing.DocumentMetafield{Namespace: m[1], Key: m[2], Type: "single_line_text_field", Value: row[i]})
		}
	}
	if title := value("Product Category"); title != "" {
		k := c.category(title)
		k.products++
		d.Categories = []listing.DocumentCategory{{ID: k.id, Title: k.title, Direct: true, Main: true}}
		c.ofProduct[d.ID] = k.id
	}
	c.documents = append(c.documents, d)
	c.bySKU[value("Variant SKU")] = d
}

func (c *catalogue) category(title string) *category {
	for _, k := range c.categories {
		if k.title == title {
			return k
		}
	}
	k := &category{id: listing.CategoryID(len(c.categories) + 1), title: title}
	c.categories = append(c.categories, k)
	return k
}

// model gives a product's model number.
func model(d *listing.Document) string {
	for _, m := range d.Metafields {
		if m.Key == "model" {
			return m.Value
		}
	}
	return ""
}

// readRatings reads which products people found fit for a query: 0 to 3.
func readRatings(path string, c *catalogue) (_ []judged, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open ratings: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("read ratings: %w", err)
	}
	var all []judged
	for _, row := range rows[1:] {
		d, grade := c.bySKU[row[1]], int(row[2][0]-'0')
		if d == nil || grade < 0 || grade > 3 {
			return nil, fmt.Errorf("read ratings: %q", row)
		}
		if len(all) == 0 || all[len(all)-1].query != row[0] {
			all = append(all, judged{query: row[0], ratings: map[listing.ProductID]int{}})
		}
		all[len(all)-1].ratings[d.ID] = grade
	}
	// A query for which nothing is fit cannot tell good from bad.
	return slices.DeleteFunc(all, func(j judged) bool { return j.best() == 0 }), nil
}
