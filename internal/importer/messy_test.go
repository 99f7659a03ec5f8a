package importer

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// expectation is messy-expected.json.
type expectation struct {
	File struct {
		Outside []string `json:"columns_outside_the_format"`
		Unnamed int      `json:"unnamed_columns"`
	} `json:"file"`
	Counts struct {
		Records, Accept, Reject int
		Warned                  int `json:"accept_with_warning"`
		Products                int `json:"products_imported"`
		Variants                int `json:"variants_imported"`
		Images                  int `json:"images_imported"`
	} `json:"counts"`
	Products []struct {
		Handle           string
		Imported         bool
		Variants, Images int
	} `json:"products"`
	Rows []expectedRow `json:"rows"`
}

type expectedRow struct {
	Record, Line int
	Handle, Role string
	Verdict      Verdict
	OwnFault     bool           `json:"own_fault"`
	Result       map[string]any `json:"result"`
	Never        string         `json:"never"`
}

func expected(t *testing.T) expectation {
	t.Helper()
	var want expectation
	if err := json.Unmarshal(readData(t, "messy-expected.json"), &want); err != nil {
		t.Fatal(err)
	}
	return want
}

func TestMessy_countsAndVerdicts(t *testing.T) {
	t.Parallel()
	want := expected(t)
	report, products := readAll(t, readData(t, "messy.csv"))
	got := []int{report.Records, report.Accepted, report.Warned, report.Rejected, report.Products.Imported(), report.Variants, report.Images}
	c := want.Counts
	if diff := cmp.Diff([]int{c.Records, c.Accept, c.Warned, c.Reject, c.Products, c.Variants, c.Images}, got); diff != "" {
		t.Errorf("records, accept, warning, reject, products, variants, images (-want +got):\n%s", diff)
	}
	rows := map[int]Row{}
	for _, r := range report.Rows {
		rows[r.Record] = r
	}
	for _, w := range want.Rows {
		g, listed := rows[w.Record]
		if !listed {
			g = Row{Line: w.Line, Verdict: Accept}
		}
		if g.Verdict != w.Verdict || g.OwnFault != w.OwnFault || g.Line != w.Line {
			t.Errorf("record %d: got %s own fault %v line %d, want %s %v %d; issues %v",
				w.Record, g.Verdict, g.OwnFault, g.Line, w.Verdict, w.OwnFault, w.Line, issuesOf(report, w.Record))
		}
		if g.Verdict != Accept && len(issuesOf(report, w.Record)) == 0 {
			t.Errorf("record %d: %s without a reason", w.Record, g.Verdict)
		}
	}
	byHandle := map[string]*Product{}
	for _, p := range products {
		byHandle[p.Handle] = p
	}
	for _, w := range want.Products {
		p := byHandle[w.Handle]
		if p == nil || p.Accepted() != w.Imported {
			t.Errorf("product %s: imported is not %v", w.Handle, w.Imported)
			continue
		}
		if w.Imported && (len(p.Draft.Variants) != w.Variants || len(p.Draft.Images) != w.Images) {
			t.Errorf("product %s: %d variants, %d images", w.Handle, len(p.Draft.Variants), len(p.Draft.Images))
		}
	}
}

func issuesOf(r *Report, record int) []string {
	var list []string
	for _, i := range r.Issues {
		if i.Record == record {
			list = append(list, fmt.Sprintf("%s (%s)", i.Code, i.Column))
		}
	}
	return list
}

func TestMessy_results(t *testing.T) {
	t.Parallel()
	_, products := readAll(t, readData(t, "messy.csv"))
	for _, w := range expected(t).Rows {
		for key, value := range w.Result {
			if w.Verdict == Reject {
				continue // «if_accepted»
			}
			got, ok := resultOf(products, w.Record, key)
			if diff := cmp.Diff(value, got); !ok || diff != "" {
				t.Errorf("record %d, %s (-want +got):\n%s", w.Record, key, diff)
			}
		}
	}
}

// resultOf gives what the expectation calls key, in the form JSON has it.
func resultOf(products []*Product, record int, key string) (any, bool) {
	for _, p := range products {
		i := slices.IndexFunc(p.Rows, func(r Row) bool { return r.Record == record })
		if i < 0 {
			continue
		}
		if key == "effect" {
			return map[bool]any{true: "skipped"}[p.Rows[i].Role == RoleRepeat], true
		}
		if !p.Accepted() {
			return nil, false
		}
		if v, ok := productResult(p.Draft, key); ok {
			return v, true
		}
		v := slices.IndexFunc(p.Draft.Variants, func(v Variant) bool { return v.Record == record })
		if v < 0 {
			return nil, false
		}
		return variantResult(p.Draft, &p.Draft.Variants[v], key), true
	}
	return "skipped", key == "effect" // a row of no product
}

func productResult(d *Draft, key string) (any, bool) {
	switch key {
	case "handle":
		return d.Handle, true
	case "title":
		return d.Title, true
	case "status":
		return d.Status, d.Published != nil && !*d.Published
	case "images":
		return float64(len(d.Images)), true
	case "variants_of_the_product":
		return float64(len(d.Variants)), true
	case "tags":
		return anys(d.Tags), true
	case "material":
		i := slices.IndexFunc(d.Metafields, func(m Metafield) bool { return m.Key == "material" })
		var list any
		_ = json.Unmarshal([]byte(d.Metafields[i].Value), &list)
		return list, true
	}
	return nil, false
}

func variantResult(d *Draft, v *Variant, key string) any {
	switch key {
	case "price":
		return v.Price.Fixed()
	case "compare_at":
		if v.CompareAt == nil {
			return nil
		}
		return v.CompareAt.Fixed()
	case "quantity":
		return float64(*v.Quantity)
	case "sku":
		return v.SKU
	case "requires_shipping":
		return v.RequiresShipping
	case "barcode":
		if v.Barcode == "" {
			return nil
		}
		return v.Barcode
	case "options":
		options := map[string]any{}
		for i, o := range d.Options {
			options[o.Name] = v.Values[i]
		}
		return options
	}
	return "no such result"
}

func anys(list []string) []any {
	var out []any
	for _, s := range list {
		out = append(out, s)
	}
	return out
}

// Each «never» of the file, as a statement about everything that comes in.
func TestMessy_never(t *testing.T) {
	t.Parallel()
	report, products := readAll(t, readData(t, "messy.csv"))
	byHandle := map[string]*Draft{}
	for _, d := range drafts(products) {
		byHandle[d.Handle] = d
	}
	for handle, d := range byHandle {
		if strings.ContainsAny(handle, "/. ") {
			t.Errorf("the handle %q is no address", handle)
		}
		if strings.EqualFold(d.Title, "title") {
			t.Errorf("%s: the header became a product", handle)
		}
		for _, bad := range []string{"<script", "onerror", "javascript:", "<iframe"} {
			if strings.Contains(d.DescriptionHTML, bad) {
				t.Errorf("%s: the description serves %s", handle, bad)
			}
		}
		for _, i := range d.Images {
			if !strings.HasPrefix(i.URL, "http") || strings.Contains(i.URL, "127.0.0.1") {
				t.Errorf("%s: image %s", handle, i.URL)
			}
		}
		for _, v := range d.Variants {
			if v.Price == nil || v.SKU != strings.TrimSpace(v.SKU) || strings.HasPrefix(v.Barcode, "8830") {
				t.Errorf("%s: variant %+v", handle, v)
			}
		}
	}
	if d := byHandle["compete-track-tote"]; d.Title != "Compete Track Tote" || len(d.Variants) != 1 || d.Variants[0].SKU != "24-WB02" {
		t.Errorf("another product's row changed the one whose handle it carries: %+v", d)
	}
	if d := byHandle["driven-backpack"]; d.Variants[0].Price.Fixed() != "36.00" {
		t.Errorf("another product's row changed the price of the one whose SKU it carries")
	}
	if d := byHandle["wayfarer-messenger-bag"]; len(d.Variants) != 1 {
		t.Errorf("a row without a handle joined the product before it")
	}
	for _, p := range products {
		if p.Accepted() && p.Handle == "manhattan-usb-c-8-port-hub-dock-converter-with-mst-usb-c-to-77853587" && len([]rune(p.Draft.Title)) != 259 {
			t.Errorf("the long title was cut")
		}
	}
	columns := map[string]int{}
	for _, i := range report.Issues {
		if i.Record == 0 {
			columns[i.Column]++
		}
	}
	if diff := cmp.Diff(map[string]int{"": 2, "Lieferzeit": 1}, columns); diff != "" {
		t.Errorf("columns that are ignored must be said once each (-want +got):\n%s", diff)
	}
}

func TestMessy_exportIsHarmless(t *testing.T) {
	t.Parallel()
	_, products := readAll(t, readData(t, "messy.csv"))
	records, err := csv.NewReader(strings.NewReader(string(write(t, drafts(products))))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records {
		for _, cell := range r {
			if cell != "" && strings.ContainsAny(cell[:1], "=+-@") {
				t.Errorf("a spreadsheet would run %q", cell)
			}
		}
	}
}
