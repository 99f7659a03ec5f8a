package sample

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/souk-commerce/souk/internal/app/sample/picture"
)

// check holds the shop against its own promises and gives all that is wrong.
func (s *Shop) check() error {
	c := checker{names: map[string]bool{}}
	c.learn(s)
	c.shop(s)
	for _, cat := range s.Categories {
		c.category(cat)
	}
	for _, p := range s.Products {
		c.product(s, p)
	}
	for _, col := range s.Collections {
		c.collection(col)
	}
	for _, w := range s.Featured {
		c.window(w)
	}
	for _, m := range s.Menus {
		c.items(m.Handle, m.Items)
	}
	for _, b := range s.Blogs {
		for _, a := range b.Articles {
			c.picture("article "+a.Handle, a.Picture)
			c.german("article "+a.Handle, a.De, "title", "excerpt", "body_html")
		}
	}
	return errors.Join(c.faults...)
}

// checker knows the names of all things, such as "product harbor-mug".
type checker struct {
	names  map[string]bool
	faults []error
}

func (c *checker) fault(format string, args ...any) {
	c.faults = append(c.faults, fmt.Errorf(format, args...))
}

var handle = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

func (c *checker) name(kind, name string) {
	if kind != "sku" && kind != "barcode" && kind != "attribute" && !handle.MatchString(name) {
		c.fault("%s %q: this is no handle", kind, name)
	}
	c.once(kind, name)
}

func (c *checker) once(kind, name string) {
	key := kind + " " + name
	if c.names[key] {
		c.fault("%s is there twice", key)
	}
	c.names[key] = true
}

func (c *checker) needs(who, kind, name string) {
	if !c.names[kind+" "+name] {
		c.fault("%s: there is no %s %q", who, kind, name)
	}
}

func (c *checker) learn(s *Shop) {
	for _, m := range s.Markets {
		c.name("market", m.Handle)
	}
	for _, l := range s.Locations {
		c.name("location", l.Handle)
	}
	for _, a := range s.Attributes {
		c.name("attribute", a.Code)
	}
	for _, p := range s.Products {
		c.name("product", p.Handle)
	}
	for _, col := range s.Collections {
		c.name("collection", col.Handle)
	}
	for _, m := range s.Menus {
		c.name("menu", m.Handle)
	}
	for _, p := range s.Pages {
		c.name("page", p.Handle)
	}
	for _, p := range s.Policies {
		c.name("shop_policy", p.Kind)
	}
	for _, b := range s.Blogs {
		c.name("blog", b.Handle)
		for _, a := range b.Articles {
			c.once("article", b.Handle+"/"+a.Handle)
		}
	}
}

func (c *checker) shop(s *Shop) {
	if !s.Currency.Valid() || !s.Country.Valid() || !s.Language.Valid() {
		c.fault("shop: currency, country or language is not known")
	}
	c.german("shop", s.De, "name", "description")
	for _, m := range s.Markets {
		for _, country := range m.Countries {
			if !country.Valid() {
				c.fault("market %s: %q is no country", m.Handle, country)
			}
			c.once("country", string(country))
		}
		if !m.Currency.Valid() || m.Currency != s.Currency && m.Derive == nil {
			c.fault("market %s: prices in %q come from nowhere", m.Handle, m.Currency)
		}
	}
}

func (c *checker) category(cat Category) {
	who := "category " + cat.Handle
	if cat.Parent != "" {
		c.needs(who, "category", cat.Parent) // parents come first
	}
	c.name("category", cat.Handle)
	c.picture(who, cat.Picture)
	c.german(who, cat.De, "title", "description")
}

func (c *checker) product(s *Shop, p Product) {
	who := "product " + p.Handle
	for _, cat := range p.Categories {
		c.needs(who, "category", cat)
	}
	c.german(who, p.De, "title", "description_html")
	for code, values := range p.Attributes {
		i := slices.IndexFunc(s.Attributes, func(a Attribute) bool { return a.Code == code })
		if i < 0 {
			c.fault("%s: there is no attribute %q", who, code)
			continue
		}
		c.attribute(who, s.Attributes[i], p.Type, values)
	}
	for _, pic := range p.Pictures {
		c.name("picture", pic.Name)
		c.picture(who, pic.Spec)
	}
	for _, v := range p.Variants {
		c.name("sku", v.SKU)
		c.name("barcode", v.Barcode)
		if v.CompareAt != nil && v.CompareAt.Minor <= v.Price.Minor {
			c.fault("%s: %s was never dearer", who, v.SKU)
		}
		if v.Cost != nil && v.Cost.Minor >= v.Price.Minor {
			c.fault("%s: %s costs more than it brings", who, v.SKU)
		}
		if v.Tracked && len(v.Stock) != len(s.Locations) {
			c.fault("%s: %s has no stock at some location", who, v.SKU)
		}
	}
}

// attribute holds values against their type.
func (c *checker) attribute(who string, a Attribute, productType string, values []string) {
	if a.ProductType != "" && a.ProductType != productType {
		c.fault("%s: %s is an attribute of %q", who, a.Code, a.ProductType)
	}
	if len(values) != 1 && a.Type != "text" && a.Type != "choice" && a.Type != "reference" {
		c.fault("%s: %s takes one value", who, a.Code)
	}
	for _, v := range values {
		ok := v != ""
		var err error
		switch a.Type {
		case "choice":
			ok = slices.Contains(a.Choices, v)
		case "boolean":
			_, err = strconv.ParseBool(v)
		case "number", "measurement":
			_, err = strconv.ParseInt(v, 10, 64)
		case "date":
			_, err = time.Parse(time.DateOnly, v)
		case "reference":
			c.needs(who, "product", v)
		}
		if !ok || err != nil {
			c.fault("%s: %q is no value of %s", who, v, a.Code)
		}
	}
}

func (c *checker) collection(col Collection) {
	who := "collection " + col.Handle
	for _, p := range col.Products {
		c.needs(who, "product", p)
	}
	if (col.Rule == nil) == (len(col.Products) == 0) {
		c.fault("%s: it has a rule or products, one of both", who)
	}
	if col.Rule != nil {
		for _, cond := range col.Rule.Conditions {
			if cond.Field == "category" {
				c.needs(who, "category", cond.Value)
			}
		}
	}
	if col.Picture != nil {
		c.picture(who, *col.Picture)
	}
	c.german(who, col.De, "title", "description_html")
}

func (c *checker) window(w Window) {
	if w.Market != "" {
		c.needs("featured", "market", w.Market)
	}
	if w.Category != "" {
		c.needs("featured", "category", w.Category)
	}
	for _, p := range w.Products {
		c.needs("featured", "product", p)
	}
}

func (c *checker) items(menu string, items []MenuItem) {
	for _, i := range items {
		who := "menu " + menu + ", " + i.Title
		switch i.Type {
		case "article", "blog", "collection", "page", "product", "shop_policy":
			c.needs(who, i.Type, i.Target)
		case "http":
			if !strings.HasPrefix(i.URL, "/") {
				c.fault("%s: it leads nowhere", who)
			}
		case "catalog", "collections", "customer_account_page", "frontpage", "search":
		default:
			c.fault("%s: %q is no type", who, i.Type)
		}
		c.german(who, i.De, "title")
		c.items(menu, i.Items)
	}
}

func (c *checker) picture(who string, spec picture.Spec) {
	if err := spec.Validate(); err != nil {
		c.fault("%s: %w", who, err)
	}
}

func (c *checker) german(who string, t Texts, fields ...string) {
	for _, f := range fields {
		if t[f] == "" {
			c.fault("%s: its German %s is missing", who, f)
		}
	}
}
