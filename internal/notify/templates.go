package notify

import (
	"embed"
	"fmt"
	html "html/template"
	"io/fs"
	"strings"
	text "text/template"
	"unicode/utf8"

	"github.com/bojanz/currency"

	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/kernel/postal"
	"github.com/souk-commerce/souk/internal/market"
	"github.com/souk-commerce/souk/internal/order"
	"github.com/souk-commerce/souk/internal/order/lifecycle"
)

//go:embed templates
var files embed.FS

// defaultLanguage stands in for all that nobody has written templates in.
const defaultLanguage locale.Language = "en"

// templates are the letters of each kind of mail.
type templates map[string]letters

// letters are one kind of mail in each language.
type letters map[locale.Language]letter

// letter is one mail in one language: its subject and text, and the text for
// those who see HTML.
type letter struct {
	text *text.Template
	html *html.Template
}

func readTemplates() (templates, error) {
	all := templates{}
	for _, kind := range []string{OrderConfirmation, RestockAvailable} {
		var err error
		if all[kind], err = readLetters(kind); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func readLetters(kind string) (letters, error) {
	dir, err := fs.Sub(files, "templates")
	if err != nil {
		return nil, err
	}
	names, err := fs.Glob(dir, kind+".*.txt")
	if err != nil {
		return nil, err
	}
	all := letters{}
	for _, name := range names {
		base := strings.TrimSuffix(name, ".txt")
		plain, err := text.ParseFS(dir, name)
		if err != nil {
			return nil, err
		}
		rich, err := html.ParseFS(dir, base+".html")
		if err != nil {
			return nil, err
		}
		all[locale.Language(strings.TrimPrefix(base, kind+"."))] = letter{text: plain, html: rich}
	}
	return all, nil
}

// nearest gives the language in which to write to somebody.
func (t letters) nearest(l locale.Language) locale.Language {
	for _, candidate := range append([]locale.Language{l}, locale.Fallbacks(l)...) {
		if _, ok := t[candidate]; ok {
			return candidate
		}
	}
	return defaultLanguage
}

// write writes a mail of a kind in a language.
func (t templates) write(kind string, language locale.Language, data any) (Mail, error) {
	var subject, plain, rich strings.Builder
	l := t[kind][language]
	if err := l.text.ExecuteTemplate(&subject, "subject", data); err != nil {
		return Mail{}, err
	}
	if err := l.text.ExecuteTemplate(&plain, "text", data); err != nil {
		return Mail{}, err
	}
	if err := l.html.ExecuteTemplate(&rich, "html", data); err != nil {
		return Mail{}, err
	}
	return Mail{Kind: kind, Language: language, Subject: oneLine(subject.String()),
		Text: strings.TrimSpace(plain.String()) + "\n", HTML: strings.TrimSpace(rich.String()) + "\n"}, nil
}

// confirmation is what the templates of an order's confirmation are given. All
// of it is text on one line.
type confirmation struct {
	Shop, Name, Number, Link            string
	Pending                             bool
	Lines                               []confirmedLine
	Deliveries                          []string
	Subtotal, Discount, Delivery, Tax   string
	Credit, Total                       string
	HasDiscount, HasCredit, TaxIncluded bool
	Address                             []string
}

type confirmedLine struct {
	Title, Variant, Total string
	Quantity              int
	Attributes            []order.Attribute
}

// confirmation writes the mail that confirms an order.
func (t templates) confirmation(o order.Order, shop market.Shop, link string) (Mail, error) {
	language := t[OrderConfirmation].nearest(o.Language)
	m, err := t.write(OrderConfirmation, language, confirmed(o, shop, link, language))
	m.SubjectKind, m.SubjectID, m.Recipient = AboutOrder, int64(o.ID), o.Email
	return m, err
}

func confirmed(o order.Order, shop market.Shop, link string, language locale.Language) confirmation {
	m := amounts(o, language)
	c := confirmation{
		Shop: oneLine(shop.Name), Number: fmt.Sprintf("#%d", o.Number), Link: link, Pending: o.State == lifecycle.Pending,
		Subtotal: m(o.Subtotal), Discount: m(-o.Discount), Delivery: m(o.Delivery), Tax: m(o.Tax), Credit: m(-o.Credit), Total: m(o.Total - o.Credit),
		HasDiscount: o.Discount > 0, HasCredit: o.Credit > 0, TaxIncluded: o.TaxIncluded,
	}
	for _, l := range o.Lines {
		line := confirmedLine{Title: oneLine(l.Title), Variant: oneLine(l.VariantTitle), Quantity: l.Quantity, Total: m(l.Subtotal)}
		for _, a := range l.Attributes {
			if !strings.HasPrefix(a.Key, "_") { // by custom, what begins so is for programs
				line.Attributes = append(line.Attributes, order.Attribute{Key: oneLine(a.Key), Value: oneLine(a.Value)})
			}
		}
		c.Lines = append(c.Lines, line)
	}
	for _, d := range o.Deliveries {
		c.Deliveries = append(c.Deliveries, oneLine(d.Title))
	}
	if a := o.ShippingAddress; a != nil {
		flat := flatten(*a)
		c.Name, c.Address = greeted(flat.FirstName), postal.Lines(flat)
	}
	return c
}

// amounts writes money as readers of the language in the order's country do.
func amounts(o order.Order, language locale.Language) func(minor int64) string {
	place := string(language)
	if o.Country != "" && o.Country != "ZZ" {
		place += "-" + string(o.Country)
	}
	f := currency.NewFormatter(currency.NewLocale(place))
	return func(minor int64) string {
		a, err := currency.NewAmountFromInt64(minor, string(o.Currency))
		if err != nil {
			return fmt.Sprintf("%d %s", minor, o.Currency) // a currency that was withdrawn since
		}
		return f.Format(a)
	}
}

// flatten puts each part of an address on one line.
func flatten(a postal.Address) postal.Address {
	for _, part := range []*string{&a.FirstName, &a.LastName, &a.Company, &a.Address1, &a.Address2,
		&a.DependentLocality, &a.City, &a.SortingCode, &a.ZoneCode, &a.Zip} {
		*part = oneLine(*part)
	}
	return a
}

// longestName is what a greeting has room for.
const longestName = 40 // characters

// greeted leaves a name out that looks like a message: whoever can place an
// order could else have the shop write theirs to anybody.
func greeted(name string) string {
	if utf8.RuneCountInString(name) > longestName || strings.ContainsAny(name, "/:<>@") {
		return ""
	}
	return name
}

// oneLine keeps what somebody typed from looking like more than it is.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
