package importer_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/souk-commerce/souk/internal/audit"
	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/importer"
	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/market"
	"github.com/souk-commerce/souk/internal/platform/actor"
	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/pricing"
	"github.com/souk-commerce/souk/internal/testkit"
)

// shop is a shop of its own with a service to fill it.
type shop struct {
	*importer.Service
	db *postgres.DB
	t  testing.TB
}

func newShop(t testing.TB) shop {
	t.Helper()
	db := testkit.DB(t, testkit.WithInvariants(slices.Concat(books(), catalog.Checks(), pricing.Checks(), inventory.Checks())...))
	events, log := event.NewOutbox(db), audit.New(db)
	ctx := actor.WithSystem(context.Background(), "test")
	found := market.Founding{Currency: "USD", Shop: market.ShopInput{Name: "Souk", Country: "US", Language: "en"}}
	if _, err := market.NewService(db, events, log).Found(ctx, found); err != nil {
		t.Fatal(err)
	}
	now := db.Now(ctx)
	for _, sql := range []string{
		`INSERT INTO market (handle, name, currency, is_default, created_at, updated_at) VALUES ('us', 'United States', 'USD', true, $1, $1), ('europe', 'Europe', 'EUR', false, $1, $1), ('japan', 'Japan', 'JPY', false, $1, $1)`,
		`INSERT INTO price_list (name, currency, base, created_at, updated_at) VALUES ('Base', 'USD', true, $1, $1)`,
		`INSERT INTO price_list (name, currency, market_id, factor_ppm, round_to, round_ending, created_at, updated_at) SELECT 'Europe', 'EUR', id, 900000, 100, 95, $1, $1 FROM market WHERE handle = 'europe'`,
		`INSERT INTO price_list (name, currency, market_id, created_at, updated_at) SELECT 'Japan', 'JPY', id, $1, $1 FROM market WHERE handle = 'japan'`,
		`INSERT INTO location (handle, name, is_default, created_at, updated_at) VALUES ('main', 'Main', true, $1, $1)`,
	} {
		if _, err := db.Conn(ctx).Exec(ctx, sql, now); err != nil {
			t.Fatal(err)
		}
	}
	return shop{importer.NewService(db, events, log, importer.Rooms{MediaBase: "http://127.0.0.1:8080"}), db, t}
}

func (s shop) take(text string) *importer.Report {
	s.t.Helper()
	run, report, err := s.Import(context.Background(), importer.Input{Name: "test.csv", Source: strings.NewReader(text), Size: int64(len(text))})
	if err != nil || run.State != importer.RunCompleted {
		s.t.Fatalf("import: %v (%+v)", err, run)
	}
	return report
}

func (s shop) export() string {
	s.t.Helper()
	var out bytes.Buffer
	if err := s.Export(context.Background(), &out, nil); err != nil {
		s.t.Fatalf("export: %v", err)
	}
	return out.String()
}

// one asks for a single value.
func one[T any](s shop, sql string, args ...any) T {
	s.t.Helper()
	var v T
	if err := s.db.Conn(context.Background()).QueryRow(context.Background(), sql, args...).Scan(&v); err != nil {
		s.t.Fatalf("%s: %v", sql, err)
	}
	return v
}

// everything fingerprints all tables but the record of runs.
func (s shop) everything() string {
	s.t.Helper()
	return one[string](s, `
		SELECT string_agg(relname || ' ' || (xpath('/row/h/text()', query_to_xml(
			format('SELECT md5(COALESCE(string_agg(t::text || t.xmin::text, '','' ORDER BY t::text), '''')) AS h FROM %I t', relname), false, true, '')))[1]::text,
			chr(10) ORDER BY relname)
		FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname NOT IN ('import_run', 'goose_db_version')`)
}

func (s shop) data(name string) string {
	s.t.Helper()
	dir := os.Getenv("SOUK_TEST_DATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "data")
	}
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		s.t.Skipf("the catalogs for tests are not at %s; set SOUK_TEST_DATA to where they are", dir)
	}
	if strings.HasSuffix(name, ".gz") {
		z, err := gzip.NewReader(bytes.NewReader(data))
		if err != nil {
			s.t.Fatal(err)
		}
		if data, err = io.ReadAll(z); err != nil {
			s.t.Fatal(err)
		}
	}
	return string(data)
}

func TestImport_messyFileAsExpected(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	r := s.take(s.data("messy.csv"))
	got := []int{r.Records, r.Accepted, r.Warned, r.Rejected, r.Products.Created, r.Products.Rejected, r.Variants, r.Images}
	if diff := cmp.Diff([]int{68, 16, 23, 29, 31, 21, 35, 31}, got); diff != "" {
		t.Errorf("records, accept, warning, reject, created, rejected, variants, images (-want +got):\n%s", diff)
	}
	stored := []int{one[int](s, `SELECT count(*) FROM product`), one[int](s, `SELECT count(*) FROM variant`), one[int](s, `SELECT count(*) FROM product_media`)}
	if diff := cmp.Diff([]int{31, 35, 31}, stored); diff != "" {
		t.Errorf("products, variants, images in the shop (-want +got):\n%s", diff)
	}
	before := s.everything()
	again := s.take(s.data("messy.csv"))
	if again.Products.Unchanged != 31 || again.Products.Updated != 0 {
		t.Errorf("the second time: %+v", again.Products)
	}
	if diff := cmp.Diff(before, s.everything()); diff != "" {
		t.Errorf("a second import changed (-before +after):\n%s", diff)
	}
	if saved, err := s.Report(context.Background(), one[int64](s, `SELECT max(id) FROM import_run`)); err != nil || saved.Rejected != 29 || len(saved.Issues) == 0 {
		t.Errorf("the report that was kept: %+v %v", saved, err)
	}
}

func TestImport_catalogComesBackFromExport(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"luma.csv", "messy.csv"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, other := newShop(t), newShop(t)
			s.take(s.data(name))
			first, before := s.export(), s.everything()
			if r := s.take(first); r.Rejected != 0 || r.Products.Updated != 0 {
				t.Errorf("its own export changes the shop: %+v", r.Products)
			}
			if diff := cmp.Diff(before, s.everything()); diff != "" {
				t.Errorf("its own export changed (-before +after):\n%s", diff)
			}
			other.take(first)
			if second := other.export(); first != second {
				t.Errorf("export, import into another shop, export differ (-first +second):\n%s", cmp.Diff(strings.Split(first, "\n"), strings.Split(second, "\n")))
			}
		})
	}
}

func TestImport_twoAtOnce(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	text := s.data("luma.csv")
	var both sync.WaitGroup
	for range 2 {
		both.Go(func() {
			if _, r, err := s.Import(context.Background(), importer.Input{Name: "luma.csv", Source: strings.NewReader(text), Size: int64(len(text))}); err != nil || r.Rejected != 0 {
				t.Errorf("%v: %+v", err, r.Products)
			}
		})
	}
	both.Wait()
	if n, v := one[int](s, `SELECT count(*) FROM product`), one[int](s, `SELECT count(*) FROM variant`); n != 197 || v != 1897 {
		t.Errorf("%d products, %d variants", n, v)
	}
	if n := one[int](s, `SELECT count(*) FROM outbox WHERE topic = 'product.created'`); n != 197 {
		t.Errorf("%d products were created", n)
	}
}

const shirts = "Handle,Title,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Variant SKU,Variant Price,Variant Compare At Price,Variant Inventory Tracker,Variant Inventory Qty,Price / Japan,Included / Japan,Collection,Product Category,Image Src,Fabric (product.metafields.custom.fabric)\n"

func TestImport_changesWhatTheFileSays(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.take(shirts +
		"shirt,Shirt,Size,S,Color,Red,A,10.00,12.00,shopify,5,1500,TRUE,Sale,Men > Tops,https://a.example.com/1.jpg,Wool; Silk\n" +
		"shirt,,,M,,Red,B,11.00,,shopify,6,,,,,https://a.example.com/2.jpg,\n")
	variant := one[int64](s, `SELECT id FROM variant WHERE sku = 'A'`)
	// Colors first; A and B swap their SKUs; one variant and one picture are new.
	r := s.take("Handle,Title,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Variant SKU,Variant Price,Variant Inventory Qty,Image Src,Fabric (product.metafields.custom.fabric)\n" +
		"shirt,Best shirt,Color,Red,Size,S,B,9.00,5,https://a.example.com/3.jpg,\n" +
		"shirt,,,Red,,M,A,11.00,0,https://a.example.com/1.jpg,\n" +
		"shirt,,,Blue,,M,C,11.00,3,,\n")
	if r.Products.Updated != 1 || r.Warned+r.Rejected != 0 {
		t.Fatalf("%+v %+v", r.Products, r.Issues)
	}
	for sql, want := range map[string]string{
		`SELECT title || ' ' || version FROM product`:                                                                                                                     "Best shirt 2",
		`SELECT string_agg(sku || ' ' || title || ' ' || position, ', ' ORDER BY position) FROM variant`:                                                                  "B S / Red 1, A M / Red 2, C M / Blue 3",
		`SELECT string_agg(a.origin_url, ' ' ORDER BY m.position) FROM product_media m JOIN media_asset a ON a.id = m.media_id`:                                           "https://a.example.com/3.jpg https://a.example.com/1.jpg https://a.example.com/2.jpg",
		`SELECT string_agg(on_hand::text, ' ' ORDER BY variant_id) FROM stock_level`:                                                                                      "5 0 3",
		`SELECT string_agg(on_hand_delta::text, ' ' ORDER BY id) FROM stock_movement`:                                                                                     "5 6 3 -6",
		`SELECT count(*)::text FROM metafield`:                                                                                                                            "0",
		`SELECT string_agg(p.amount || COALESCE('/' || p.compare_at, ''), ' ' ORDER BY p.variant_id) FROM price p JOIN price_list l ON l.id = p.price_list_id AND l.base`: "900/1200 1100 1100",
		`SELECT string_agg(p.amount::text, ' ' ORDER BY p.variant_id) FROM price p JOIN price_list l ON l.id = p.price_list_id AND l.name = 'Europe'`:                     "795 995 995",
		`SELECT string_agg(p.amount::text, ' ' ORDER BY p.variant_id) FROM price p JOIN price_list l ON l.id = p.price_list_id AND l.name = 'Japan'`:                      "1500",
		`SELECT string_agg(min_amount || '-' || max_amount, ' ' ORDER BY price_list_id) FROM price_range`:                                                                 "900-1100 795-995 1500-1500",
		`SELECT string_agg(handle || ' ' || depth, ', ' ORDER BY id) FROM category`:                                                                                       "men 0, men-tops 1",
		`SELECT c.handle FROM collection_product m JOIN collection c ON c.id = m.collection_id`:                                                                           "sale",
		`SELECT string_agg(payload->>'now_available', ' ') FROM outbox WHERE topic = 'stock.changed'`:                                                                     "false",
		`SELECT string_agg(topic, ' ' ORDER BY id) FROM outbox WHERE aggregate_kind = 'product'`:                                                                          "product.created product.updated",
	} {
		if got := one[string](s, sql); got != want {
			t.Errorf("%s:\n got %s\nwant %s", sql, got, want)
		}
	}
	if one[int64](s, `SELECT id FROM variant WHERE title = 'S / Red'`) != variant {
		t.Error("the variant is another one")
	}
}

func TestImport_rejectsAgainstTheShop(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	head := "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price,Image Src\n"
	s.take(head + "a,A,Size,S,SKU-A,1.00,\nb,B,Size,S,SKU-B,1.00,\n")
	before := s.everything()
	r := s.take(head + "b,B,Size,S,SKU-A,2.00,\n" + // another product's SKU
		"a,A,Farbe,Rot,SKU-D,3.00,\n" + // other options
		"c,,Size,S,SKU-C,1.00,\n" + // new without a title
		"d,,,,,,https://a.example.com/1.jpg\n") // a picture of nobody
	want := map[int]string{1: "sku_taken", 2: "options_differ", 3: "title_missing", 4: "no_product"}
	got := map[int]string{}
	for _, i := range r.Issues {
		got[i.Record] = i.Code
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(before, s.everything()); diff != "" {
		t.Errorf("something of a failed product was kept (-before +after):\n%s", diff)
	}
	if r := s.take("Handle,Image Src\na,https://a.example.com/1.jpg\n"); r.Products.Updated != 1 {
		t.Errorf("a picture for a product that exists: %+v", r)
	}
	for _, sql := range []string{
		`UPDATE slug SET current = false WHERE handle = 'a'`, `UPDATE product SET handle = 'anew' WHERE handle = 'a'`,
		`INSERT INTO slug (kind, handle, target_id, current, created_at) SELECT 'product', 'anew', id, true, now() FROM product WHERE handle = 'anew'`,
	} {
		if _, err := s.db.Conn(context.Background()).Exec(context.Background(), sql); err != nil {
			t.Fatal(err)
		}
	}
	if r := s.take("Handle,Title\na,Renamed\nanew,Renamed\n"); r.Products.Updated != 1 || r.Products.Rejected != 1 || r.Issues[0].Code != "same_product" {
		t.Errorf("a former handle leads to its product, once: %+v", r)
	}
	if r := s.take("Handle,Title,Vendor\nb,B,Acme\n"); r.Products.Updated != 1 || one[string](s, `SELECT vendor FROM product WHERE handle = 'b'`) != "Acme" {
		t.Errorf("product fields alone: %+v", r)
	}
}

func TestImport_oneProductThatTheShopRefusesDoesNotStopTheFile(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	if _, err := s.db.Conn(context.Background()).Exec(context.Background(), `ALTER TABLE product ADD CONSTRAINT no_poison CHECK (title <> 'Poison')`); err != nil {
		t.Fatal(err)
	}
	var file strings.Builder
	file.WriteString("Handle,Title,Variant Price\n")
	for i := range 40 {
		title := "Good"
		if i == 17 {
			title = "Poison"
		}
		fmt.Fprintf(&file, "p-%d,%s,1.00\n", i, title)
	}
	r := s.take(file.String())
	if r.Products.Created != 39 || r.Products.Rejected != 1 || len(r.Issues) != 1 || r.Issues[0].Record != 18 {
		t.Errorf("%+v %+v", r.Products, r.Issues)
	}
}

func TestImport_recordsItself(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	ctx := actor.With(context.Background(), actor.Actor{Kind: actor.Staff, ID: 7, Name: "Ann"})
	steps := 0
	text := "Handle,Title,Variant Price\na,A,1.00\n"
	run, _, err := s.Import(ctx, importer.Input{Name: "a.csv", Source: strings.NewReader(text), Size: int64(len(text)), Progress: func(p importer.Progress) {
		steps++
		if p.Done != 1 || p.Products != 1 || p.Counts.Created != 1 {
			t.Errorf("progress %+v", p)
		}
	}})
	if err != nil || steps != 1 || run.Actor != "staff Ann" {
		t.Fatalf("%v %d %+v", err, steps, run)
	}
	if got := one[string](s, `SELECT actor_name || ' ' || action || ' ' || subject_id FROM audit_entry WHERE action = 'product.import'`); got != fmt.Sprintf("Ann product.import %d", run.ID) {
		t.Errorf("audit: %s", got)
	}
	bad := "Title\nA\n"
	run, _, err = s.Import(ctx, importer.Input{Name: "bad.csv", Source: strings.NewReader(bad), Size: int64(len(bad))})
	if !fault.Is(err, "no_handle_column") || run.State != importer.RunFailed {
		t.Errorf("%v %+v", err, run)
	}
}

func TestImport_settlesRunsWhoseProcessIsGone(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	ctx := context.Background()
	if _, err := s.db.Conn(ctx).Exec(ctx, `INSERT INTO import_run (id, file_name, state, started_at) VALUES (1000, 'dead.csv', 'running', $1)`, s.db.Now(ctx)); err != nil {
		t.Fatal(err)
	}
	state := func(id int64) string {
		r, err := s.ByID(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		return r.State
	}
	text := "Handle,Title,Variant Price\na,A,1.00\n"
	run, _, err := s.Import(ctx, importer.Input{Name: "a.csv", Source: strings.NewReader(text), Size: int64(len(text)), Started: func(id int64) {
		if err := s.Settle(ctx); err != nil {
			t.Error(err)
		}
		if dead, alive := state(1000), state(id); dead != importer.RunFailed || alive != importer.RunRunning {
			t.Errorf("the dead one is %s, the one at work %s", dead, alive)
		}
	}})
	if err != nil || state(run.ID) != importer.RunCompleted {
		t.Errorf("%+v, %v", run, err)
	}
	if r, _ := s.ByID(ctx, 1000); r.Failure == "" || r.FinishedAt == nil {
		t.Errorf("settled without a word: %+v", r)
	}
}

func TestList_filteredSortedPaged(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	ctx := context.Background()
	if _, err := s.db.Conn(ctx).Exec(ctx, `INSERT INTO import_run (id, file_name, state, started_at, finished_at) VALUES
		(1, 'b.csv', 'completed', '2026-01-01Z', '2026-01-01Z'), (2, 'a.csv', 'failed', '2026-01-03Z', '2026-01-03Z'), (3, 'C.csv', 'completed', '2026-01-02Z', '2026-01-02Z')`); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		filter importer.Filter
		by     importer.Sort
		args   page.Args
		want   string
	}{
		"newest first": {want: "[2 3 1]"},
		"turned round": {args: page.Args{Reverse: true}, want: "[1 3 2]"},
		"by name":      {by: importer.ByFileName, filter: importer.Filter{State: importer.RunCompleted}, want: "[3 1]"},
		"by text":      {filter: importer.Filter{Text: "c.CSV"}, want: "[3]"},
		"since":        {filter: importer.Filter{Since: time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)}, want: "[2 3]"},
		"until":        {filter: importer.Filter{Until: time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)}, want: "[1]"},
	} {
		var got []int64
		for one := 1; ; {
			c.args.First = &one
			p, err := s.List(ctx, c.filter, c.by, c.args)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range p.Items {
				got = append(got, r.ID)
			}
			if c.args.After = p.Info.EndCursor; !p.Info.HasNextPage {
				break
			}
		}
		n, err := s.Count(ctx, c.filter)
		if fmt.Sprint(got) != c.want || n != int64(len(got)) || err != nil {
			t.Errorf("%s: %v of %d, %v", name, got, n, err)
		}
	}
}
