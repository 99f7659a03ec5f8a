package postal

import (
	_ "embed"
	"regexp"
	"strings"
	"sync"

	"golang.org/x/text/unicode/norm"

	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/kernel/postal/table"
)

//go:embed countries.jsonl
var committed []byte

// entry is one country of the table, made ready for questions.
type entry struct {
	table.Country
	zip   pattern
	zones []zoneEntry
}

type zoneEntry struct {
	Zone
	printed string
	require string
	alone   bool // zip matches whole codes, in place of the country's pattern
	zip     pattern
}

// pattern is a regular expression that is compiled when it is first asked; nil
// matches everything.
type pattern func() *regexp.Regexp

func newPattern(expr string) pattern {
	if expr == "" {
		return nil
	}
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
}

func (p pattern) matches(code string) bool { return p == nil || p().MatchString(code) }

// entries reads the table on first use.
var entries = sync.OnceValue(func() map[locale.Country]*entry {
	countries, err := table.Decode(committed)
	if err != nil {
		panic("postal: the committed table is broken: " + err.Error())
	}
	all := make(map[locale.Country]*entry, len(countries))
	for _, c := range countries {
		all[locale.Country(c.Code)] = newEntry(c)
	}
	return all
})

func newEntry(c table.Country) *entry {
	e := &entry{Country: c, zip: whole(c.Zip), zones: make([]zoneEntry, len(c.Zones))}
	for i, z := range c.Zones {
		e.zones[i] = zoneEntry{
			Zone:    Zone{Code: z.Code, Name: z.Name, LatinName: or(z.Latin, z.Name)},
			printed: or(z.Printed, z.Name),
			require: or(z.Require, c.Require),
			alone:   z.Alone,
			zip:     beginning(z.Zip),
		}
		if z.Alone {
			e.zones[i].zip = whole(z.Zip)
		}
	}
	return e
}

func whole(expr string) pattern {
	if expr == "" {
		return nil
	}
	return newPattern(`^(?:` + expr + `)$`)
}

func beginning(expr string) pattern {
	if expr == "" {
		return nil
	}
	return newPattern(`^(?:` + expr + `)`)
}

// find gives the entry of a country, that of ZZ where there is none.
func find(country locale.Country) *entry {
	if e, ok := entries()[country]; ok {
		return e
	}
	return entries()[locale.Unknown]
}

// zone finds a zone by code or name, nil where there is none.
func (e *entry) zone(text string) *zoneEntry {
	text = norm.NFC.String(strings.TrimSpace(text))
	bare := text
	if country, code, ok := strings.Cut(text, "-"); ok && strings.EqualFold(country, e.Code) {
		bare = code
	}
	for i := range e.zones {
		if strings.EqualFold(e.zones[i].Code, bare) {
			return &e.zones[i]
		}
	}
	for i := range e.zones { // a name must not win over another zone's code
		z := &e.zones[i]
		if strings.EqualFold(z.Name, text) || strings.EqualFold(z.LatinName, text) || strings.EqualFold(z.printed, text) {
			return z
		}
	}
	return nil
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
