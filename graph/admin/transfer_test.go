package admin_test

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/souk-commerce/souk/internal/importer"
	"github.com/souk-commerce/souk/internal/staff"
)

const file = `Handle,Title,Body (HTML),Vendor,Tags,Published,Option1 Name,Option1 Value,Variant SKU,Variant Price,Variant Inventory Qty,Status
lamp,Lamp,<p>Light</p>,Acme,new,TRUE,Size,S,L-S,12.50,3,active
lamp,,,,,,,M,L-M,13.00,4,
chair,Chair,,Acme,,TRUE,Title,Default Title,C-1,not a price,1,active
`

func body(t *testing.T, w *httptest.ResponseRecorder) map[string]any {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &v); err != nil {
		t.Fatalf("%v: %s", err, w.Body)
	}
	return v
}

func TestImport_isUploadedReportedAndExported(t *testing.T) {
	t.Parallel()
	h := open(t)
	d := h.deps
	done := make(chan struct{})
	d.Background = func(_ string, run func(context.Context)) {
		go func() { defer close(done); run(context.Background()) }()
	}
	c := h.serve(d).as(staff.Editor)
	w := c.send(http.MethodPost, "/admin/imports?filename=../shop.csv", "text/csv", strings.NewReader(file))
	if w.Code != http.StatusAccepted || w.Header().Get("Location") == "" {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	id := body(t, w)["id"].(string)
	<-done
	w = c.send(http.MethodGet, w.Header().Get("Location"), "", nil)
	run := body(t, w)
	report, _ := run["report"].(map[string]any)
	if run["state"] != "completed" || run["fileName"] != "shop.csv" || run["created"] != float64(1) || report["reject"] != float64(1) || run["id"] != id {
		t.Errorf("%v", run)
	}
	w = c.send(http.MethodGet, "/admin/imports/"+id[strings.LastIndex(id, "/")+1:]+"?format=text", "", nil)
	if table := w.Body.String(); !strings.Contains(table, "chair") || !strings.Contains(table, "1 created") || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/plain") {
		t.Errorf("%s", table)
	}
	a := c.do(`query($id: ID!) { importRun(id: $id) { state actor rejected } importReport(id: $id) importRuns(filter: {state: COMPLETED, text: ".csv"}, sort: FILE_NAME) { totalCount nodes { id } } products(filter: {vendor: "acme"}) { nodes { handle variants { nodes { stock { onHand } prices { amount { amount } } } } } } }`, "id", id)
	a.is("importRun.state", "COMPLETED")
	a.is("importRun.actor", "staff Ada")
	a.is("importRuns.nodes.0.id", id)
	a.is("importRuns.totalCount", 1)
	a.is("products.nodes.0.variants.nodes.1.stock.0.onHand", 4)
	a.is("products.nodes.0.variants.nodes.0.prices.0.amount.amount", "12.5")

	w = c.send(http.MethodGet, "/admin/exports/products.csv", "", nil)
	if w.Code != http.StatusOK || !strings.HasPrefix(w.Body.String(), "Handle,") || !strings.Contains(w.Body.String(), "L-M") {
		t.Errorf("%d %.200s", w.Code, w.Body)
	}
}

func TestTransfers_areRefusedToThoseWhoMayNot(t *testing.T) {
	t.Parallel()
	h := open(t)
	d := h.deps
	d.ImportLimits = importer.DefaultLimits()
	d.ImportLimits.FileBytes = 1000
	h.serve(d)
	for _, x := range []struct {
		role         staff.Role
		method, path string
		typ, body    string
		status       int
	}{
		{"", "POST", "/admin/imports", "text/csv", file, http.StatusUnauthorized},
		{staff.Viewer, "POST", "/admin/imports", "text/csv", file, http.StatusForbidden},
		{staff.Viewer, "POST", "/admin/media", "image/png", "x", http.StatusForbidden},
		{"", "GET", "/admin/exports/products.csv", "", "", http.StatusUnauthorized},
		{"", "GET", "/admin/imports/1", "", "", http.StatusUnauthorized},
		{staff.Viewer, "GET", "/admin/imports/77", "", "", http.StatusNotFound},
		{staff.Viewer, "GET", "/admin/imports/x", "", "", http.StatusNotFound},
		{staff.Editor, "POST", "/admin/imports", "multipart/form-data; boundary=x", file, http.StatusUnsupportedMediaType},
		{staff.Editor, "POST", "/admin/imports", "text/csv", strings.Repeat(file, 10), http.StatusRequestEntityTooLarge},
		{staff.Editor, "POST", "/admin/media", "image/png", "no picture at all", http.StatusUnsupportedMediaType},
	} {
		w := h.as(x.role).send(x.method, x.path, x.typ, strings.NewReader(x.body))
		if w.Code != x.status || !strings.Contains(w.Body.String(), `"code"`) {
			t.Errorf("%s %s as %q: %d %s", x.method, x.path, x.role, w.Code, w.Body)
		}
	}
}

func TestMedia_isUploadedAndHungOnAProduct(t *testing.T) {
	t.Parallel()
	c := open(t).as(staff.Editor)
	img := image.NewRGBA(image.Rect(0, 0, 40, 30))
	img.Set(3, 3, color.White)
	var raw bytes.Buffer
	c.must(png.Encode(&raw, img))
	w := c.send(http.MethodPost, "/admin/media?filename=lamp.png&alt=A+lamp", "image/png", &raw)
	if w.Code != http.StatusCreated {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	asset := body(t, w)
	if url, _ := asset["url"].(string); asset["width"] != float64(40) || !strings.HasPrefix(url, "https://shop.example/media/") {
		t.Errorf("%v", asset)
	}
	linked := c.change(`mutation { mediaLink(input: {url: "https://x.example/a.jpg"}) { media { id url } userErrors { code } } }`)
	linked.is("mediaLink.media.url", "https://x.example/a.jpg")
	product := c.change(`mutation($m: [ID!]) { productCreate(input: {title: "Lamp", media: $m}) { product { id media { alt url } } userErrors { code } } }`, "m", []any{asset["id"]})
	product.is("productCreate.product.media.0.alt", "A lamp")
	const attach = `mutation($p: ID!, $v: Int!, $m: [ID!]!) { productMediaAttach(id: $p, version: $v, media: $m) { product { version media { url } } userErrors { code } } }`
	id := product.text("productCreate.product.id")
	c.change(attach, "p", id, "v", 1, "m", []any{linked.text("mediaLink.media.id")}).is("productMediaAttach.product.media.1.url", "https://x.example/a.jpg")
	c.do(attach, "p", id, "v", 2, "m", []any{id}).is("productMediaAttach.userErrors.0.code", "MEDIA_NOT_FOUND")
}
