package importer

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/souk-commerce/souk/internal/kernel/money"
)

func TestCatalogs_comeInWhole(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		file                       string
		rows, products, vars, imgs int
	}{
		{"luma.csv", 1903, 197, 1897, 731},
		{"icecat.csv.gz", 77624, 19406, 19406, 77624},
		{"phones.csv.gz", 3291, 3291, 3291, 3291},
	} {
		t.Run(c.file, func(t *testing.T) {
			t.Parallel()
			report, products := readAll(t, readData(t, c.file))
			got := []int{report.Records, report.Rejected, report.Products.Imported(), report.Variants, report.Images}
			if diff := cmp.Diff([]int{c.rows, 0, c.products, c.vars, c.imgs}, got); diff != "" {
				t.Errorf("records, rejected, products, variants, images (-want +got):\n%s", diff)
			}
			first := write(t, drafts(products))
			again, products := readAll(t, first)
			if again.Rejected+again.Warned > 0 {
				t.Errorf("an export does not come in clean: %d rejected, %d warnings", again.Rejected, again.Warned)
			}
			if second := write(t, drafts(products)); !bytes.Equal(first, second) {
				t.Errorf("export, import, export differ at byte %d", differAt(first, second))
			}
		})
	}
}

func TestMessy_exportIsStable(t *testing.T) {
	t.Parallel()
	_, products := readAll(t, readData(t, "messy.csv"))
	first := write(t, drafts(products))
	_, products = readAll(t, first)
	if second := write(t, drafts(products)); !bytes.Equal(first, second) {
		t.Errorf("export, import, export differ at byte %d", differAt(first, second))
	}
}

func differAt(a, b []byte) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i
		}
	}
	return min(len(a), len(b))
}

// Whatever a shop holds comes back from a file as it was.
func TestDraft_survivesTheFile(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var want []*Draft
		for i := range rapid.IntRange(1, 4).Draw(t, "products") {
			want = append(want, anyDraft(t, i))
		}
		var columns Columns
		for _, d := range want {
			columns.Add(d)
		}
		var out bytes.Buffer
		w, err := NewWriter(&out, columns)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range want {
			if err := w.Write(d); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		settings := testSettings()
		settings.Types = anyTypes()
		f, err := Open(context.Background(), bytes.NewReader(out.Bytes()), int64(out.Len()), settings)
		if err != nil {
			t.Fatal(err)
		}
		var got []*Draft
		for p, err := range f.Products(context.Background()) {
			if err != nil || !p.Accepted() {
				t.Fatalf("%v: %+v in\n%s", err, p, out.String())
			}
			got = append(got, p.Draft)
		}
		ignored := cmpopts.IgnoreFields(Draft{}, "Given", "Titled")
		if diff := cmp.Diff(want, got, ignored, cmpopts.IgnoreFields(Variant{}, "Record"), cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("(-want +got):\n%s\nin\n%s", diff, out.String())
		}
	})
}

// words are texts with everything that files get wrong.
func words() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		raw := rapid.StringOfN(rapid.RuneFrom([]rune(`ab "',;|=+-@'é漢1.`)), 1, 12, -1).Draw(t, "text")
		if raw = trimInvisible(raw); raw == "" || raw == DefaultValue {
			return "x"
		}
		return raw
	})
}

func anyTypes() map[MetafieldKey]string {
	return map[MetafieldKey]string{
		{false, "custom", "list"}: TypeList, {false, "custom", "flag"}: TypeBoolean, {true, "custom", "note"}: TypeText,
		{false, GoogleNamespace, "custom_label_0"}: TypeText,
	}
}

func anyDraft(t *rapid.T, i int) *Draft {
	text := words()
	noComma := rapid.Custom(func(t *rapid.T) string { return strings.ReplaceAll(text.Draw(t, "tag"), ",", ".") })
	d := &Draft{
		Handle: fmt.Sprintf("product-%d", i), Title: fmt.Sprintf("%s %d", text.Draw(t, "title"), i), Vendor: text.Draw(t, "vendor"),
		DescriptionHTML: rapid.SampledFrom([]string{"", "plain", "<p>a &amp; b<br>\r\nc</p> ", "<ul><li>no end", "=1+1", "'=1", "<p style=\"margin-top: 3px;\">x"}).Draw(t, "body"),
		Tags:            rapid.SliceOfNDistinct(noComma, 0, 3, rapid.ID).Draw(t, "tags"),
		Category:        rapid.SliceOfN(rapid.SampledFrom([]string{"Men", "=Tops", "Hoodies & Co"}), 0, 3).Draw(t, "category"),
		Status:          rapid.SampledFrom([]string{"", "active", "draft", "archived"}).Draw(t, "status"),
		Published:       rapid.Ptr(rapid.Bool(), true).Draw(t, "published"), GiftCard: rapid.Bool().Draw(t, "gift"), Collection: text.Draw(t, "collection"),
		SEOTitle: text.Draw(t, "seo"), SEODescription: text.Draw(t, "seo"),
	}
	for _, url := range rapid.SliceOfNDistinct(rapid.StringMatching(`https://[a-z]{3}\.example\.com/[a-z0-9]{4}\.jpg`), 0, 4, rapid.ID).Draw(t, "images") {
		d.Images = append(d.Images, Image{url, text.Draw(t, "alt")})
	}
	if rapid.Bool().Draw(t, "metafields") {
		items := rapid.SliceOfN(words(), 1, 3).Draw(t, "list")
		d.Metafields = []Metafield{
			{"custom", "flag", "Flag", TypeBoolean, rapid.SampledFrom([]string{"true", "false"}).Draw(t, "flag")},
			{"custom", "list", "A list", TypeList, listJSON(items)},
			{GoogleNamespace, "custom_label_0", "Custom Label 0", TypeText, text.Draw(t, "label")},
		}
	}
	d.Markets = rapid.SampledFrom([][]Inclusion{nil, {{"Europe", false}, {"Japan", true}}}).Draw(t, "markets")
	anyVariants(t, d)
	return d
}

func anyVariants(t *rapid.T, d *Draft) {
	names := rapid.SliceOfNDistinct(rapid.StringMatching(`[A-Z][a-z]{1,5}`), 1, MaxOptions, rapid.ID[string]).Draw(t, "options")
	for _, n := range names {
		d.Options = append(d.Options, Option{n, rapid.SampledFrom([]string{"", "product.metafields.shopify.color-pattern"}).Draw(t, "linked")})
	}
	for i := range rapid.IntRange(1, 5).Draw(t, "variants") {
		v := Variant{
			SKU: fmt.Sprintf("%s-%s-%d", d.Handle, rapid.StringMatching(`[A-Z ]{0,3}x`).Draw(t, "sku"), i), Barcode: rapid.SampledFrom([]string{"", "0025184252717", "A-1"}).Draw(t, "code"),
			Grams: rapid.Int64Range(0, 9000).Draw(t, "grams"), WeightUnit: rapid.SampledFrom([]string{"g", "kg", "lb", "oz"}).Draw(t, "unit"),
			Tracker: rapid.SampledFrom([]string{"", "shopify"}).Draw(t, "tracker"), Backorder: rapid.Bool().Draw(t, "policy"),
			FulfillmentService: "manual", RequiresShipping: rapid.Bool().Draw(t, "ships"), Taxable: rapid.Bool().Draw(t, "taxed"), TaxCode: "P00",
		}
		for j := range names {
			v.Values = append(v.Values, fmt.Sprintf("%s%d%d", rapid.SampledFrom([]string{"", "=", "S "}).Draw(t, "value"), i, j))
		}
		price := money.New(rapid.Int64Range(0, 1e9).Draw(t, "price"), "USD")
		before := money.New(price.Minor+rapid.Int64Range(0, 500).Draw(t, "more"), "USD")
		v.Price = &price
		if rapid.Bool().Draw(t, "offer") {
			v.CompareAt, v.Cost = &before, &before
			v.Prices = []MarketPrice{{"Japan", money.New(rapid.Int64Range(0, 1e6).Draw(t, "yen"), "JPY"), nil}}
			v.UnitPrice = &UnitMeasure{rapid.Int64Range(1, 9999).Draw(t, "milli"), "ml", 100, "ml"}
			v.Metafields = []Metafield{{"custom", "note", "Note", TypeText, words().Draw(t, "note")}}
		}
		if n := rapid.Int64Range(-1, 50).Draw(t, "stock"); n >= 0 {
			v.Quantity = &n
		}
		if len(d.Images) > 0 && rapid.Bool().Draw(t, "own image") {
			v.ImageURL = d.Images[0].URL
		}
		d.Variants = append(d.Variants, v)
	}
}
