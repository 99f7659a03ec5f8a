package sample

import (
	"slices"
	"strings"
	"testing"

	"github.com/souk-commerce/souk/internal/kernel/html"
	"github.com/souk-commerce/souk/internal/kernel/money"
)

func load(t *testing.T) *Shop {
	t.Helper()
	s, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestLoad_holdsWhatKnownStorefrontsAskFor(t *testing.T) {
	t.Parallel()
	s := load(t)
	visible := map[string]bool{}
	hidden := 0
	for _, p := range s.Products {
		visible[p.Handle] = p.Status == "active" && p.PublishedDaysAgo >= 0
		if slices.Contains(p.Tags, "nextjs-frontend-hidden") {
			hidden++
		}
	}
	if hidden != 1 {
		t.Errorf("%d products are hidden from the Next.js storefront", hidden)
	}
	for _, handle := range []string{"frontpage", "hidden-homepage-featured-items", "hidden-homepage-carousel", "sale", "new-arrivals"} {
		i := slices.IndexFunc(s.Collections, func(c Collection) bool { return c.Handle == handle })
		if i < 0 {
			t.Errorf("there is no collection %s", handle)
			continue
		}
		c := s.Collections[i]
		if c.Rule == nil && (len(c.Products) < 3 || slices.ContainsFunc(c.Products, func(p string) bool { return !visible[p] })) {
			t.Errorf("collection %s shows too little: %v", handle, c.Products)
		}
	}
	for _, handle := range []string{"next-js-frontend-header-menu", "next-js-frontend-footer-menu", "main-menu", "footer"} {
		if !slices.ContainsFunc(s.Menus, func(m Menu) bool { return m.Handle == handle && len(m.Items) > 0 }) {
			t.Errorf("there is no menu %s", handle)
		}
	}
}

func TestLoad_holdsEachCaseOfACatalogue(t *testing.T) {
	t.Parallel()
	s := load(t)
	if n := len(s.Products); n < 58 || n > 65 {
		t.Errorf("%d products", n)
	}
	for name, holds := range map[string]func(Product) bool{
		"more than twenty variants": func(p Product) bool { return len(p.Variants) > 20 },
		"three options":             func(p Product) bool { return len(p.Options) == 3 },
		"one variant without choice": func(p Product) bool {
			return len(p.Variants) == 1 && p.Options[0].Name == "Title" && p.Options[0].Values[0].Name == "Default Title"
		},
		"a swatch":             func(p Product) bool { return p.Options[0].Values[0].Swatch != "" },
		"a sale price":         func(p Product) bool { return some(p, func(v Variant) bool { return v.CompareAt != nil }) },
		"a fixed price abroad": func(p Product) bool { return some(p, func(v Variant) bool { return v.Fixed["eu"].Minor > 0 }) },
		"a sold-out variant":   func(p Product) bool { return some(p, soldOut) && !every(p, soldOut) },
		"nothing left":         func(p Product) bool { return p.Status == "active" && every(p, soldOut) },
		"backorder":            func(p Product) bool { return some(p, func(v Variant) bool { return v.Backorder }) },
		"a price per unit":     func(p Product) bool { return some(p, func(v Variant) bool { return v.Unit != nil }) },
		"a draft":              func(p Product) bool { return p.Status == "draft" },
		"an archived one":      func(p Product) bool { return p.Status == "archived" },
		"one of the future":    func(p Product) bool { return p.Status == "active" && p.PublishedDaysAgo < 0 },
		"a gift card":          func(p Product) bool { return p.Fulfillment == "gift_card" && !p.Variants[0].Shipped },
		"a metafield for staff": func(p Product) bool {
			return slices.ContainsFunc(p.Metafields, func(m Metafield) bool { return m.Staff })
		},
		"two categories": func(p Product) bool { return len(p.Categories) > 1 },
	} {
		if !slices.ContainsFunc(s.Products, holds) {
			t.Errorf("no product has %s", name)
		}
	}
	for _, a := range s.Attributes {
		if !slices.ContainsFunc(s.Products, func(p Product) bool { return p.Attributes[a.Code] != nil }) {
			t.Errorf("no product has the attribute %s", a.Code)
		}
	}
}

func some(p Product, holds func(Variant) bool) bool { return slices.ContainsFunc(p.Variants, holds) }

func every(p Product, holds func(Variant) bool) bool {
	return !some(p, func(v Variant) bool { return !holds(v) })
}

func soldOut(v Variant) bool {
	for _, n := range v.Stock {
		if n > 0 {
			return false
		}
	}
	return v.Tracked && !v.Backorder
}

func TestLoad_writesVariantsOut(t *testing.T) {
	t.Parallel()
	s := load(t)
	i := slices.IndexFunc(s.Products, func(p Product) bool { return p.Handle == "commuter-backpack" })
	p := s.Products[i]
	if len(p.Variants) != 6 || len(p.Pictures) != 4 {
		t.Fatalf("%d variants, %d pictures", len(p.Variants), len(p.Pictures))
	}
	v := p.Variants[5] // Charcoal, 24 L
	if v.SKU != "COM-BAC-CHAR-24L" || v.Price != money.New(16800, "USD") || v.Fixed["eu"] != money.New(17900, "EUR") ||
		v.WeightGrams != 1400 || v.Stock["warehouse-newark"] != 0 || v.Picture != 2 || !v.Shipped {
		t.Errorf("the last variant is %+v", v)
	}
}

func TestLoad_writesCleanHTML(t *testing.T) {
	t.Parallel()
	s := load(t)
	check := func(who, text string) {
		if _, changed := html.Sanitize(text); changed || !strings.HasPrefix(text, "<") {
			t.Errorf("%s: %s", who, text)
		}
	}
	for _, p := range s.Products {
		check(p.Handle, p.DescriptionHTML)
		check(p.Handle, p.De["description_html"])
	}
	for _, c := range s.Collections {
		check(c.Handle, c.Description)
		check(c.Handle, c.De["description_html"])
	}
	for _, p := range s.Pages {
		check(p.Handle, p.Body)
		check(p.Handle, p.De["body_html"])
	}
	for _, a := range s.Blogs[0].Articles {
		check(a.Handle, a.Body)
		check(a.Handle, a.De["body_html"])
	}
	for _, p := range s.Policies {
		check(p.Kind, p.Body)
		check(p.Kind, p.De["body_html"])
	}
}

func TestCheck_findsWhatLeadsNowhere(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*Shop){
		"a category":        func(s *Shop) { s.Products[0].Categories[0] = "attic" },
		"a member":          func(s *Shop) { s.Collections[0].Products[0] = "attic" },
		"a menu target":     func(s *Shop) { s.Menus[0].Items[1].Target = "attic" },
		"a picture":         func(s *Shop) { s.Products[0].Pictures[0].Spec.Motif = "attic" },
		"a handle twice":    func(s *Shop) { s.Products[0].Handle = s.Products[1].Handle },
		"a sale that isn't": func(s *Shop) { s.Products[0].Variants[0].CompareAt = &s.Products[0].Variants[0].Price },
		"a parent":          func(s *Shop) { s.Categories[1].Parent = "attic" },
		"a German text":     func(s *Shop) { delete(s.Products[0].De, "title") },
		"a choice":          func(s *Shop) { s.Products[0].Attributes["care"] = []string{"Pray"} },
	} {
		s := load(t)
		spoil(s)
		if s.check() == nil {
			t.Errorf("%s: nothing was found", name)
		}
	}
}

func TestRich_makesPlainHTML(t *testing.T) {
	t.Parallel()
	got := rich("One & \"two\"\nlines.\n\n## A <head>\n\n- a **strong** one\n- [here](/pages/faq)\n")
	want := `<p>One &amp; &#34;two&#34; lines.</p><h2>A &lt;head&gt;</h2><ul><li>a <strong>strong</strong> one</li><li><a href="/pages/faq">here</a></li></ul>`
	if got != want {
		t.Errorf("got %s", got)
	}
}
