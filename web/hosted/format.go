package hosted

import (
	"slices"
	"strconv"
	"time"

	"github.com/bojanz/currency"
	"golang.org/x/text/collate"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/kernel/money"
)

// format writes amounts, dates and countries as people of a language and country
// read them.
type format struct {
	language locale.Language
	amounts  *currency.Formatter
}

func newFormat(l locale.Language, c locale.Country) format {
	tag := string(l)
	if c.Valid() && c != locale.Unknown {
		tag += "-" + string(c)
	}
	return format{language: l, amounts: currency.NewFormatter(currency.NewLocale(tag))}
}

// money gives an amount with its currency.
func (f format) money(m money.Money) string {
	amount, err := currency.NewAmountFromInt64(m.Minor, string(m.Currency))
	if err != nil {
		return m.String()
	}
	return f.amounts.Format(amount)
}

// day gives a date. Times are those of UTC: the server does not know where its
// reader is.
func (f format) day(at time.Time) string {
	if f.language == "de" {
		return strconv.Itoa(at.UTC().Day()) + ". " + germanMonths[at.UTC().Month()-1] + at.UTC().Format(" 2006")
	}
	return at.UTC().Format("2 January 2006")
}

// moment gives a date and a time.
func (f format) moment(at time.Time) string {
	return f.day(at) + at.UTC().Format(", 15:04 UTC")
}

var germanMonths = [...]string{
	"Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember",
}

// country gives the name of a country.
func (f format) country(c locale.Country) string {
	region, err := language.ParseRegion(string(c))
	if f.language != "de" || err != nil {
		return c.Name()
	}
	return display.German.Regions().Name(region)
}

// countries gives choices of countries, sorted by name. What stands for none, or
// for one that is no more, is left out.
func (f format) countries(all []locale.Country, selected locale.Country) []choice {
	choices := make([]choice, 0, len(all))
	for _, c := range all {
		if c != locale.Unknown && c != "AN" {
			choices = append(choices, choice{Value: string(c), Label: f.country(c), Selected: c == selected})
		}
	}
	order := collate.New(language.Make(string(f.language)))
	slices.SortFunc(choices, func(a, b choice) int { return order.CompareString(a.Label, b.Label) })
	return choices
}
