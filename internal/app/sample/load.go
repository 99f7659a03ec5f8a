package sample

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"

	"github.com/goccy/go-yaml"

	"github.com/souk-commerce/souk/internal/app/sample/picture"
	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/kernel/money"
)

//go:embed data
var data embed.FS

// Load reads the sample shop. A field that is not known, a reference that leads
// nowhere, a price that is no amount: each is an error, all of them at once.
func Load() (*Shop, error) {
	var l loader
	shop := l.shop()
	l.collections(shop)
	l.navigation(shop)
	l.content(shop)
	if err := errors.Join(l.faults...); err != nil {
		return nil, fmt.Errorf("load sample shop: %w", err)
	}
	if err := shop.check(); err != nil {
		return nil, fmt.Errorf("load sample shop: %w", err)
	}
	return shop, nil
}

// loader gathers what is wrong.
type loader struct {
	faults []error
}

func (l *loader) fault(format string, args ...any) {
	l.faults = append(l.faults, fmt.Errorf(format, args...))
}

// read decodes a file, strictly.
func (l *loader) read(name string, into any) {
	f, err := data.Open(path.Join("data", name))
	if err != nil {
		l.fault("%w", err)
		return
	}
	defer f.Close()
	if err := yaml.NewDecoder(f, yaml.Strict()).Decode(into); err != nil {
		l.fault("%s: %w", name, err)
	}
}

// shopFile is data/shop.yaml.
type shopFile struct {
	Name        string            `yaml:"name"`
	Description string            `yaml:"description"`
	Email       string            `yaml:"email"`
	Currency    money.Currency    `yaml:"currency"`
	Language    locale.Language   `yaml:"language"`
	Country     locale.Country    `yaml:"country"`
	Logo        picture.Spec      `yaml:"logo"`
	De          Texts             `yaml:"de"`
	Markets     []Market          `yaml:"markets"`
	Locations   []Location        `yaml:"locations"`
	Attributes  []Attribute       `yaml:"attributes"`
	Colors      map[string]string `yaml:"colors"`
	Words       map[string]string `yaml:"words"`
}

func (l *loader) shop() *Shop {
	var f shopFile
	l.read("shop.yaml", &f)
	s := &Shop{Name: f.Name, Description: f.Description, Email: f.Email, Currency: f.Currency, Language: f.Language,
		Country: f.Country, Logo: f.Logo, De: f.De, Markets: f.Markets, Locations: f.Locations,
		Attributes: f.Attributes, Words: f.Words}
	l.read("categories.yaml", &s.Categories)
	l.read("trade.yaml", &s.Trade)
	files, err := fs.ReadDir(data, "data/products")
	if err != nil {
		l.fault("%w", err)
	}
	for _, file := range files {
		var entries []productEntry
		l.read(path.Join("products", file.Name()), &entries)
		for _, e := range entries {
			p, err := e.product(s, f.Colors)
			if err != nil {
				l.fault("product %s: %w", e.Handle, err)
				continue
			}
			s.Products = append(s.Products, p)
		}
	}
	return s
}

func (l *loader) collections(s *Shop) {
	l.read("collections.yaml", &s.Collections)
	for i := range s.Collections {
		c := &s.Collections[i]
		c.Description = rich(c.Description)
		c.De.enrich("description", "description_html")
	}
}

func (l *loader) navigation(s *Shop) {
	var f struct {
		Featured  []Window   `yaml:"featured"`
		Menus     []Menu     `yaml:"menus"`
		Redirects []Redirect `yaml:"redirects"`
	}
	l.read("navigation.yaml", &f)
	s.Featured, s.Menus, s.Redirects = f.Featured, f.Menus, f.Redirects
}

func (l *loader) content(s *Shop) {
	var f struct {
		Pages    []Page   `yaml:"pages"`
		Blogs    []Blog   `yaml:"blogs"`
		Policies []Policy `yaml:"policies"`
	}
	l.read("content.yaml", &f)
	for i := range f.Pages {
		f.Pages[i].Body = rich(f.Pages[i].Body)
		f.Pages[i].De.enrich("body", "body_html")
	}
	for i := range f.Policies {
		f.Policies[i].Body = rich(f.Policies[i].Body)
		f.Policies[i].De.enrich("body", "body_html")
	}
	for _, b := range f.Blogs {
		for i := range b.Articles {
			b.Articles[i].Body = rich(b.Articles[i].Body)
			b.Articles[i].De.enrich("body", "body_html")
		}
	}
	s.Pages, s.Blogs, s.Policies = f.Pages, f.Blogs, f.Policies
}
