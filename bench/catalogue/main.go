// Command catalogue writes a product CSV of any size, always the same for the
// same numbers: made-up clothing in sizes and colors, with prices, sale prices,
// stock, tags, categories, metafields and pictures that nobody opens.
//
//	go run ./bench/catalogue -products 5000 -sizes 5 -colors 2 > catalogue.csv
package main

import (
	"bufio"
	"encoding/csv"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
)

func main() {
	products := flag.Int("products", 5000, "how many products")
	sizes := flag.Int("sizes", 5, "sizes of each, at most 8")
	colors := flag.Int("colors", 2, "colors of each, at most 8")
	seed := flag.Uint64("seed", 1, "another catalogue of the same size")
	flag.Parse()
	w := bufio.NewWriter(os.Stdout)
	g := generator{out: csv.NewWriter(w), random: rand.New(rand.NewPCG(*seed, 7)),
		sizes: min(max(*sizes, 1), len(sizeNames)), colors: min(max(*colors, 1), len(colorNames))}
	if err := g.write(*products); err != nil {
		fmt.Fprintln(os.Stderr, "catalogue:", err)
		os.Exit(1)
	}
	if err := w.Flush(); err != nil {
		os.Exit(1)
	}
}

var (
	sizeNames  = []string{"XS", "S", "M", "L", "XL", "XXL", "3XL", "4XL"}
	colorNames = []string{"Black", "White", "Red", "Blue", "Green", "Sand", "Plum", "Slate"}
	adjectives = strings.Fields("Quiet Bright Coastal Alpine Woven Brushed Classic Relaxed Tailored Rugged Soft Airy Crisp Faded Northern Urban")
	fabrics    = strings.Fields("Cotton Linen Wool Merino Fleece Denim Canvas Hemp Silk Corduroy Flannel Jersey")
	garments   = strings.Fields("Shirt Jacket Hoodie Trousers Shorts Dress Skirt Coat Sweater Vest Scarf Cap")
	vendors    = strings.Fields("Harbor Fieldnote Oakline Tern Marlow Pine&Co Saltworks Linden Corvid Mesa")
	header     = []string{"Handle", "Title", "Body (HTML)", "Vendor", "Product Category", "Type", "Tags", "Published",
		"Option1 Name", "Option1 Value", "Option2 Name", "Option2 Value", "Variant SKU", "Variant Grams",
		"Variant Inventory Tracker", "Variant Inventory Qty", "Variant Inventory Policy", "Variant Fulfillment Service",
		"Variant Price", "Variant Compare At Price", "Variant Requires Shipping", "Variant Taxable", "Image Src",
		"Image Position", "Image Alt Text", "Gift Card", "SEO Title", "SEO Description",
		"Fabric (product.metafields.custom.fabric)", "Season (product.metafields.custom.season)", "Variant Weight Unit",
		"Cost per item", "Status"}
)

type generator struct {
	out           *csv.Writer
	random        *rand.Rand
	sizes, colors int
}

func (g generator) write(products int) error {
	if err := g.out.Write(header); err != nil {
		return err
	}
	for n := range products {
		if err := g.product(n + 1); err != nil {
			return err
		}
	}
	g.out.Flush()
	return g.out.Error()
}

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

func (g generator) product(n int) error {
	fabric, garment := pick(g.random, fabrics), pick(g.random, garments)
	title := fmt.Sprintf("%s %s %s %d", pick(g.random, adjectives), fabric, garment, n)
	handle := strings.ReplaceAll(strings.ToLower(title), " ", "-")
	price := 900 + g.random.IntN(20000)
	row := map[string]string{
		"Handle": handle, "Title": title, "Vendor": pick(g.random, vendors), "Type": garment,
		"Body (HTML)":      fmt.Sprintf("<p>A %s made of %s, cut to last. Number %d of the series.</p>", strings.ToLower(garment), strings.ToLower(fabric), n),
		"Product Category": "Clothing > " + garment + " > " + fabric,
		"Tags":             strings.Join([]string{strings.ToLower(fabric), pick(g.random, adjectives), "series-" + strconv.Itoa(n%50)}, ", "),
		"Published":        "TRUE", "Gift Card": "FALSE", "Status": "active",
		"SEO Title": title, "SEO Description": "Buy " + title,
		"Fabric (product.metafields.custom.fabric)": fabric,
		"Season (product.metafields.custom.season)": pick(g.random, []string{"Spring", "Summer", "Autumn", "Winter"}),
		"Option1 Name": "Size", "Option2 Name": "Color",
	}
	position := 0
	for _, size := range sizeNames[:g.sizes] {
		for _, color := range colorNames[:g.colors] {
			position++
			g.variant(row, n, position, price)
			row["Option1 Value"], row["Option2 Value"] = size, color
			if err := g.row(row); err != nil {
				return err
			}
			row = map[string]string{"Handle": handle}
		}
	}
	return nil
}

func (g generator) variant(row map[string]string, n, position, price int) {
	row["Variant SKU"] = fmt.Sprintf("B%06d-%02d", n, position)
	row["Variant Grams"] = strconv.Itoa(100 + g.random.IntN(900))
	row["Variant Inventory Tracker"], row["Variant Inventory Policy"] = "shopify", "deny"
	row["Variant Inventory Qty"] = strconv.Itoa(max(0, g.random.IntN(60)-5))
	row["Variant Fulfillment Service"] = "manual"
	row["Variant Price"] = cents(price)
	if n%5 == 0 {
		row["Variant Compare At Price"] = cents(price + price/4)
	}
	row["Variant Requires Shipping"], row["Variant Taxable"], row["Variant Weight Unit"] = "TRUE", "TRUE", "g"
	row["Cost per item"] = cents(price / 2)
	if position <= 4 {
		row["Image Src"] = fmt.Sprintf("https://pictures.example.com/%06d-%d.jpg", n, position)
		row["Image Position"] = strconv.Itoa(position)
	}
}

func cents(n int) string { return fmt.Sprintf("%d.%02d", n/100, n%100) }

func (g generator) row(values map[string]string) error {
	record := make([]string, len(header))
	for i, name := range header {
		record[i] = values[name]
	}
	return g.out.Write(record)
}
