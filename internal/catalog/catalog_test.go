package catalog_test

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/souk-commerce/souk/internal/audit"
	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/catalog/lifecycle"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/platform/actor"
	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/testkit"
)

// room is the catalogue over a database of its own.
type room struct {
	*catalog.Service
	db  *postgres.DB
	ctx context.Context
}

func open(t *testing.T) room {
	t.Helper()
	db := testkit.DB(t, testkit.WithInvariants(catalog.Checks()...))
	ctx := actor.With(context.Background(), actor.Actor{Kind: actor.Staff, ID: 7, Name: "Ida"})
	return room{catalog.NewService(db, event.NewOutbox(db), audit.New(db)), db, ctx}
}

func (r room) count(t *testing.T, sql string, args ...any) int {
	t.Helper()
	var n int
	if err := r.db.Conn(r.ctx).QueryRow(r.ctx, sql, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// refused wants a fault of that reason at that path.
func refused(t *testing.T, err error, reason string, path ...string) {
	t.Helper()
	for _, f := range fault.All(err) {
		if f.Reason == reason && (path == nil || slices.Equal(f.Path, path)) {
			return
		}
	}
	t.Errorf("got %v (%+v), want %s at %v", err, fault.All(err), reason, path)
}

func shirt(handle string) catalog.NewProduct {
	return catalog.NewProduct{
		Handle: handle, Title: "Shirt", Vendor: "Nadel", Type: "Shirts", Tags: []string{"new", "cotton", "New"},
		Options: []catalog.NewOption{
			{Name: "Color", Values: []catalog.NewOptionValue{{Name: "Red"}, {Name: "Blue"}}},
			{Name: "Size", Values: []catalog.NewOptionValue{{Name: "S"}, {Name: "M"}}},
		},
		Variants: []catalog.NewVariant{
			{Values: []string{"Red", "S"}, SKU: handle + "-rs"},
			{Values: []string{"Red", "M"}, SKU: handle + "-rm"},
			{Values: []string{"Blue", "S"}},
		},
	}
}

func (r room) variants(t *testing.T, id catalog.ProductID) []catalog.Variant {
	t.Helper()
	pages := must[map[catalog.ProductID]page.Slice[catalog.Variant]](t)(r.VariantPages(r.ctx, []catalog.ProductID{id}, page.Args{}))
	return pages[id].Items
}

func titles(vs []catalog.Variant) []string {
	out := make([]string, len(vs))
	for i, v := range vs {
		out[i] = v.Title
	}
	return out
}

func TestCreateProduct_whole(t *testing.T) {
	t.Parallel()
	r := open(t)
	in := shirt("")
	in.DescriptionHTML = `<p>Soft</p><script>alert(1)</script>`
	p := must[catalog.Product](t)(r.CreateProduct(r.ctx, in))
	if p.Handle != "shirt" || p.DescriptionHTML != "<p>Soft</p>" || !slices.Equal(p.Tags, []string{"new", "cotton"}) {
		t.Errorf("got %+v", p)
	}
	if p.Status != lifecycle.Draft || p.PublishedAt != nil || p.Version != 1 {
		t.Errorf("a new product is a draft: %+v", p)
	}
	if got := titles(r.variants(t, p.ID)); !slices.Equal(got, []string{"Red / S", "Red / M", "Blue / S"}) {
		t.Errorf("variants are %v", got)
	}
	if second := must[catalog.Product](t)(r.CreateProduct(r.ctx, catalog.NewProduct{Title: "Shirt"})); second.Handle != "shirt-2" {
		t.Errorf("the second handle is %s", second.Handle)
	}
	if n := r.count(t, `SELECT count(*) FROM audit_entry WHERE action = 'product.create' AND actor_id = 7`); n != 2 {
		t.Errorf("%d audit rows", n)
	}
	if n := r.count(t, `SELECT count(*) FROM outbox WHERE topic = 'product.created' AND version = 1`); n != 2 {
		t.Errorf("%d facts", n)
	}
}

func TestCreateProduct_withoutChoice(t *testing.T) {
	t.Parallel()
	r := open(t)
	p := must[catalog.Product](t)(r.CreateProduct(r.ctx, catalog.NewProduct{Title: "Mug", Status: lifecycle.Active}))
	if len(p.Options) != 1 || p.Options[0].Name != "Title" || p.Options[0].Values[0].Name != "Default Title" {
		t.Errorf("options are %+v", p.Options)
	}
	if got := titles(r.variants(t, p.ID)); !slices.Equal(got, []string{"Default Title"}) {
		t.Errorf("variants are %v", got)
	}
	if p.PublishedAt == nil || !p.PublishedAt.Equal(testkit.Started()) {
		t.Errorf("published at %v", p.PublishedAt)
	}
}

func TestCreateProduct_refusesWithPaths(t *testing.T) {
	t.Parallel()
	r := open(t)
	must[catalog.Product](t)(r.CreateProduct(r.ctx, shirt("shirt")))

	_, err := r.CreateProduct(r.ctx, shirt("shirt"))
	refused(t, err, "handle_taken", "handle")

	in := shirt("other")
	in.Variants[1].SKU = "shirt-rm"
	_, err = r.CreateProduct(r.ctx, in)
	refused(t, err, "sku_taken", "variants", "1", "sku")

	in = shirt("Bad Handle")
	in.Title = " "
	in.Variants = append(in.Variants, catalog.NewVariant{Values: []string{"Red", "S"}}, catalog.NewVariant{Values: []string{"Red", "XL"}})
	_, err = r.CreateProduct(r.ctx, in)
	refused(t, err, "invalid_handle", "handle")
	refused(t, err, "required", "title")
	refused(t, err, "duplicate_variant", "variants", "3", "values")
	refused(t, err, "unknown_value", "variants", "4", "values", "1")
	if n := r.count(t, `SELECT count(*) FROM product`); n != 1 {
		t.Errorf("%d products", n)
	}
}

func TestUpdateProduct_staleVersionWritesNothing(t *testing.T) {
	t.Parallel()
	r := open(t)
	p := must[catalog.Product](t)(r.CreateProduct(r.ctx, shirt("shirt")))
	title := "Blouse"
	p = must[catalog.Product](t)(r.UpdateProduct(r.ctx, p.ID, 1, catalog.ProductChange{Title: &title}))
	if p.Version != 2 || p.Title != "Blouse" || p.Vendor != "Nadel" {
		t.Errorf("got %+v", p)
	}
	other := "Skirt"
	_, err := r.UpdateProduct(r.ctx, p.ID, 1, catalog.ProductChange{Title: &other, Tags: []string{}})
	refused(t, err, "stale_version", "version")
	if diff := cmp.Diff(p, must[catalog.Product](t)(r.ProductByID(r.ctx, p.ID))); diff != "" {
		t.Error(diff)
	}
	if n := r.count(t, `SELECT count(*) FROM audit_entry WHERE action = 'product.update'`); n != 1 {
		t.Errorf("%d audit rows", n)
	}
	_, err = r.UpdateProduct(r.ctx, 99, 1, catalog.ProductChange{Title: &other})
	if !errors.Is(err, catalog.ErrProductNotFound) {
		t.Errorf("got %v", err)
	}
}

func TestUpdateProduct_renamedHandleKeepsLeadingThere(t *testing.T) {
	t.Parallel()
	r := open(t)
	p := must[catalog.Product](t)(r.CreateProduct(r.ctx, shirt("old")))
	fresh := "fresh"
	p = must[catalog.Product](t)(r.UpdateProduct(r.ctx, p.ID, 1, catalog.ProductChange{Handle: &fresh}))
	found := must[catalog.Product](t)(r.ProductByHandle(r.ctx, "old"))
	if found.ID != p.ID || found.Handle != "fresh" {
		t.Errorf("old leads to %+v", found)
	}
	_, err := r.CreateProduct(r.ctx, catalog.NewProduct{Title: "Thief", Handle: "old"})
	refused(t, err, "handle_taken", "handle")
	back := "old"
	p = must[catalog.Product](t)(r.UpdateProduct(r.ctx, p.ID, 2, catalog.ProductChange{Handle: &back}))
	if p.Handle != "old" {
		t.Errorf("its own former handle is %s", p.Handle)
	}
}

func TestProduct_lifecycle(t *testing.T) {
	t.Parallel()
	r := open(t)
	p := must[catalog.Product](t)(r.CreateProduct(r.ctx, shirt("shirt")))
	later := testkit.Started().Add(24 * time.Hour)
	p = must[catalog.Product](t)(r.PublishProduct(r.ctx, p.ID, p.Version, &later))
	if p.Status != lifecycle.Active || !p.PublishedAt.Equal(later) {
		t.Errorf("scheduled: %+v", p)
	}
	_, err := r.RestoreProduct(r.ctx, p.ID, p.Version)
	refused(t, err, "wrong_status", "status")
	p = must[catalog.Product](t)(r.ArchiveProduct(r.ctx, p.ID, p.Version))
	if p.Status != lifecycle.Archived || p.ArchivedAt == nil {
		t.Errorf("archived: %+v", p)
	}
	_, err = r.PublishProduct(r.ctx, p.ID, p.Version, nil)
	refused(t, err, "wrong_status", "status")
	p = must[catalog.Product](t)(r.RestoreProduct(r.ctx, p.ID, p.Version))
	if p.Status != lifecycle.Draft || p.ArchivedAt != nil {
		t.Errorf("restored: %+v", p)
	}
	if n := r.count(t, `SELECT count(*) FROM outbox WHERE topic = 'product.archived'`); n != 1 {
		t.Errorf("%d facts", n)
	}
}

func TestOptions_variantsFollow(t *testing.T) {
	t.Parallel()
	r := open(t)
	p := must[catalog.Product](t)(r.CreateProduct(r.ctx, catalog.NewProduct{Title: "Lamp"}))
	p = must[catalog.Product](t)(r.AddOption(r.ctx, p.ID, p.Version, catalog.NewOption{
		Name: "Color", Values: []catalog.NewOptionValue{{Name: "Red"}, {Name: "Blue"}}}))
	if len(p.Options) != 1 || p.Options[0].Name != "Color" {
		t.Fatalf("the default option should have given way: %+v", p.Options)
	}
	must[[]catalog.Variant](t)(r.CreateVariants(r.ctx, p.ID, p.Version, []catalog.NewVariant{{Values: []string{"Blue"}}}))
	p = must[catalog.Product](t)(r.ProductByID(r.ctx, p.ID))
	p = must[catalog.Product](t)(r.AddOption(r.ctx, p.ID, p.Version, catalog.NewOption{
		Name: "Size", Values: []catalog.NewOptionValue{{Name: "Big"}, {Name: "Small"}}}))
	if got := titles(r.variants(t, p.ID)); !slices.Equal(got, []string{"Red / Big", "Blue / Big"}) {
		t.Errorf("after a new option: %v", got)
	}
	p = must[catalog.Product](t)(r.ReorderOptions(r.ctx, p.ID, p.Version, []catalog.OptionID{p.Options[1].ID, p.Options[0].ID}))
	name, color := "Crimson", "#DC143C"
	p = must[catalog.Product](t)(r.UpdateOptionValue(r.ctx, p.ID, p.Version, p.Options[1].Values[0].ID,
		catalog.OptionValueChange{Name: &name, Swatch: &catalog.Swatch{Color: &color}}))
	if got := titles(r.variants(t, p.ID)); !slices.Equal(got, []string{"Big / Crimson", "Big / Blue"}) {
		t.Errorf("after reordering and renaming: %v", got)
	}
	if got := p.Options[1].Values[0].Swatch.Color; got == nil || *got != "#dc143c" {
		t.Errorf("the swatch is %v", got)
	}
	_, err := r.RemoveOption(r.ctx, p.ID, p.Version, p.Options[1].ID)
	refused(t, err, "duplicate_variant")
	_, err = r.RemoveOptionValue(r.ctx, p.ID, p.Version, p.Options[0].Values[0].ID)
	refused(t, err, "value_in_use")
	p = must[catalog.Product](t)(r.RemoveOptionValue(r.ctx, p.ID, p.Version, p.Options[0].Values[1].ID))
	p = must[catalog.Product](t)(r.RemoveOption(r.ctx, p.ID, p.Version, p.Options[0].ID))
	vs := r.variants(t, p.ID)
	if got := titles(vs); !slices.Equal(got, []string{"Crimson", "Blue"}) {
		t.Errorf("after taking an option away: %v", got)
	}
	p = must[catalog.Product](t)(r.DeleteVariants(r.ctx, p.ID, p.Version, []catalog.VariantID{vs[0].ID}))
	p = must[catalog.Product](t)(r.RemoveOption(r.ctx, p.ID, p.Version, p.Options[0].ID))
	if got := titles(r.variants(t, p.ID)); !slices.Equal(got, []string{"Default Title"}) || p.Options[0].Name != "Title" {
		t.Errorf("without its last option: %v %+v", got, p.Options)
	}
}

func TestVariants(t *testing.T) {
	t.Parallel()
	r := open(t)
	p := must[catalog.Product](t)(r.CreateProduct(r.ctx, shirt("shirt")))
	_, err := r.CreateVariants(r.ctx, p.ID, p.Version, []catalog.NewVariant{{Values: []string{"Blue", "S"}}})
	refused(t, err, "duplicate_variant")
	vs := r.variants(t, p.ID)
	sku, none := "shirt-rm", ""
	_, err = r.UpdateVariant(r.ctx, vs[0].ID, 1, catalog.VariantChange{SKU: &sku})
	refused(t, err, "sku_taken", "sku")
	v := must[catalog.Variant](t)(r.UpdateVariant(r.ctx, vs[0].ID, 1, catalog.VariantChange{
		SKU: &none, Values: []string{"Blue", "M"}, Weight: &catalog.Weight{Grams: 1200, Unit: catalog.Kilograms}}))
	if v.Title != "Blue / M" || v.SKU != nil || v.Weight.Grams != 1200 || v.Version != 2 {
		t.Errorf("got %+v", v)
	}
	_, err = r.UpdateVariant(r.ctx, vs[0].ID, 1, catalog.VariantChange{SKU: &none})
	refused(t, err, "stale_version", "version")
	p = must[catalog.Product](t)(r.ProductByID(r.ctx, p.ID))
	p = must[catalog.Product](t)(r.ReorderVariants(r.ctx, p.ID, p.Version, []catalog.VariantID{vs[2].ID}))
	if got := titles(r.variants(t, p.ID)); !slices.Equal(got, []string{"Blue / S", "Blue / M", "Red / M"}) {
		t.Errorf("order is %v", got)
	}
	_, err = r.DeleteVariants(r.ctx, p.ID, p.Version, []catalog.VariantID{vs[0].ID, vs[1].ID, vs[2].ID})
	refused(t, err, "last_variant")
	p = must[catalog.Product](t)(r.DeleteVariants(r.ctx, p.ID, p.Version, []catalog.VariantID{vs[0].ID}))
	if got := titles(r.variants(t, p.ID)); !slices.Equal(got, []string{"Blue / S", "Red / M"}) {
		t.Errorf("left are %v", got)
	}
}

func TestProduct_limits(t *testing.T) {
	t.Parallel()
	r := open(t)
	in := catalog.NewProduct{Title: "Many"}
	one := catalog.NewOption{Name: "Number"}
	for i := range catalog.MaxVariants + 1 {
		one.Values = append(one.Values, catalog.NewOptionValue{Name: strconv.Itoa(i)})
		in.Variants = append(in.Variants, catalog.NewVariant{Values: []string{strconv.Itoa(i)}})
	}
	in.Options = []catalog.NewOption{one}
	_, err := r.CreateProduct(r.ctx, in)
	refused(t, err, "too_many", "variants")
	in.Options[0].Values, in.Variants = one.Values[:catalog.MaxVariants], in.Variants[:catalog.MaxVariants]
	p := must[catalog.Product](t)(r.CreateProduct(r.ctx, in))
	if n := must[int64](t)(r.CountVariants(r.ctx, catalog.VariantFilter{Product: p.ID})); n != catalog.MaxVariants {
		t.Errorf("%d variants", n)
	}
	in = catalog.NewProduct{Title: "Wide", Variants: []catalog.NewVariant{{Values: strings.Split("v v v v v v v", " ")}}}
	for i := range catalog.MaxOptions + 1 {
		in.Options = append(in.Options, catalog.NewOption{Name: strconv.Itoa(i), Values: []catalog.NewOptionValue{{Name: "v"}}})
	}
	_, err = r.CreateProduct(r.ctx, in)
	refused(t, err, "too_many", "options")
}

func TestListProducts_filtersAndPagesWithoutMoreStatements(t *testing.T) {
	t.Parallel()
	r := open(t)
	for i := range 12 {
		in := shirt("shirt-" + strconv.Itoa(i))
		in.Title = "Shirt " + string(rune('a'+i))
		if i%2 == 0 {
			in.Vendor, in.Status = "Faden", lifecycle.Active
		}
		must[catalog.Product](t)(r.CreateProduct(r.ctx, in))
	}
	list := func(n int, after *string) (page.Slice[catalog.Product], int) {
		ctx, counter := postgres.CountStatements(r.ctx)
		got := must[page.Slice[catalog.Product]](t)(r.ListProducts(ctx,
			catalog.ProductFilter{Vendor: "faden"}, catalog.ProductsByTitle, page.Args{First: &n, After: after}))
		return got, counter.Statements()
	}
	first, few := list(2, nil)
	rest, many := list(10, first.Info.EndCursor)
	if few != many {
		t.Errorf("%d statements for two, %d for ten", few, many)
	}
	var all []string
	for _, p := range append(first.Items, rest.Items...) {
		all = append(all, p.Title)
	}
	if want := []string{"Shirt a", "Shirt c", "Shirt e", "Shirt g", "Shirt i", "Shirt k"}; !slices.Equal(all, want) {
		t.Errorf("got %v", all)
	}
	for name, f := range map[string]catalog.ProductFilter{
		"status": {Statuses: []lifecycle.Status{lifecycle.Active}},
		"tag":    {Tag: "COTTON", Vendor: "Faden"},
		"type":   {Type: "shirts", Vendor: "Faden"},
	} {
		if n := must[int64](t)(r.CountProducts(r.ctx, f)); n != 6 {
			t.Errorf("%s: %d products", name, n)
		}
	}
	for text, want := range map[string]int64{"shirt-3": 1, "SHIRT-3-r": 1, "shirts": 12, "hirt K": 1, "100%": 0} {
		if n := must[int64](t)(r.CountProducts(r.ctx, catalog.ProductFilter{Text: text})); n != want {
			t.Errorf("%q: %d products, want %d", text, n, want)
		}
	}
	bad := page.Encode("x", 1)
	_, err := r.ListProducts(r.ctx, catalog.ProductFilter{}, catalog.ProductsByUpdate, page.Args{After: &bad})
	refused(t, err, "invalid_cursor")
}

func TestListProducts_walksBothWays(t *testing.T) {
	t.Parallel()
	r := open(t)
	var want []string
	for i := range 7 {
		title := string(rune('a' + i/2)) // some titles twice: the id settles ties
		want = append(want, title+strconv.Itoa(int(r.products(t, title)[0])))
	}
	two := 2
	walk := func(sort catalog.ProductSort, reverse, backward bool) (seen []string) {
		args := page.Args{First: &two, Reverse: reverse}
		if backward {
			args = page.Args{Last: &two, Reverse: reverse}
		}
		for {
			got := must[page.Slice[catalog.Product]](t)(r.ListProducts(r.ctx, catalog.ProductFilter{}, sort, args))
			var names []string
			for _, p := range got.Items {
				names = append(names, p.Title+strconv.Itoa(int(p.ID)))
			}
			if backward {
				seen, args.Before = append(names, seen...), got.Info.StartCursor
			} else {
				seen, args.After = append(seen, names...), got.Info.EndCursor
			}
			if more := got.Info.HasNextPage && !backward || got.Info.HasPreviousPage && backward; !more {
				return seen
			}
		}
	}
	reversed := slices.Clone(want)
	slices.Reverse(reversed)
	for _, sort := range []catalog.ProductSort{catalog.ProductsByTitle, catalog.ProductsByPublication, catalog.ProductsByCreation} {
		for _, backward := range []bool{false, true} {
			if got := walk(sort, false, backward); !slices.Equal(got, want) {
				t.Errorf("%s, backward %v: %v", sort, backward, got)
			}
			if got := walk(sort, true, backward); !slices.Equal(got, reversed) {
				t.Errorf("%s reversed, backward %v: %v", sort, backward, got)
			}
		}
	}
}

func TestVariantPages_oneCostForAnyNumberOfProducts(t *testing.T) {
	t.Parallel()
	r := open(t)
	var ids []catalog.ProductID
	for i := range 5 {
		ids = append(ids, must[catalog.Product](t)(r.CreateProduct(r.ctx, shirt("shirt-"+strconv.Itoa(i)))).ID)
	}
	two := 2
	for _, n := range []int{1, 5} {
		ctx, counter := postgres.CountStatements(r.ctx)
		pages := must[map[catalog.ProductID]page.Slice[catalog.Variant]](t)(r.VariantPages(ctx, ids[:n], page.Args{First: &two}))
		if counter.Statements() != 3 || len(pages) != n {
			t.Errorf("%d statements for %d products", counter.Statements(), n)
		}
		if p := pages[ids[n-1]]; len(p.Items) != 2 || !p.Info.HasNextPage || p.Items[1].Options[0].Value != "Red" {
			t.Errorf("got %+v", p)
		}
	}
	first := must[map[catalog.ProductID]page.Slice[catalog.Variant]](t)(r.VariantPages(r.ctx, ids[:1], page.Args{First: &two}))[ids[0]]
	rest := must[map[catalog.ProductID]page.Slice[catalog.Variant]](t)(r.VariantPages(r.ctx, ids[:1], page.Args{After: first.Info.EndCursor}))[ids[0]]
	if got := titles(rest.Items); !slices.Equal(got, []string{"Blue / S"}) {
		t.Errorf("the rest is %v", got)
	}
}
