package main

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"

	"github.com/souk-commerce/souk/internal/kernel/postal/table"
)

// lenient is the record that stands in for what a country does not say.
const lenient = "ZZ"

// build makes the table, sorted by code.
func build(records map[string]record) ([]table.Country, error) {
	fallback, ok := records[lenient]
	if !ok {
		return nil, fmt.Errorf("the source has no record %s", lenient)
	}
	var countries []table.Country
	for _, code := range slices.Sorted(maps.Keys(records)) {
		country, err := countryOf(code, corrected(code, records[code]), fallback)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", code, err)
		}
		countries = append(countries, country)
	}
	return countries, nil
}

func countryOf(code string, rec, fallback record) (table.Country, error) {
	c := table.Country{
		Code:    code,
		Format:  withZip(orElse(rec.Format, fallback.Format), rec.Zip),
		Require: orElse(rec.Require, fallback.Require),
		Upper:   orElse(rec.Upper, fallback.Upper),
		Labels:  labels(rec),
		Prefix:  rec.PostPrefix,
	}
	if rec.LatinFormat != "" {
		c.Latin = withZip(rec.LatinFormat, rec.Zip)
	}
	c.Examples = examples(rec.ZipExamples)
	var err error
	if c.Zip, err = accepting(rec.Zip, c.Examples, true); err != nil {
		return c, err
	}
	if strings.Contains(c.Format, "%S") { // else nobody is asked for a zone
		c.Zones, err = zones(rec)
	}
	return c, err
}

// withZip adds the postal code to a format that forgets it although the country
// has a pattern for it.
func withZip(format, zip string) string {
	if zip == "" || strings.Contains(format, "%Z") {
		return format
	}
	return format + "%n%Z"
}

func zones(rec record) ([]table.Zone, error) {
	if rec.SubKeys == "" {
		return nil, nil
	}
	keys := strings.Split(rec.SubKeys, "~")
	all := make([]table.Zone, 0, len(keys))
	taken := map[string]bool{}
	for i, key := range keys {
		z, err := zone(rec, key, i)
		if err != nil {
			return nil, fmt.Errorf("zone %s: %w", key, err)
		}
		if taken[z.Code] {
			return nil, fmt.Errorf("two zones have the code %s", z.Code)
		}
		taken[z.Code] = true
		all = append(all, z)
	}
	return all, nil
}

// zone makes the i-th zone. Its code is the ISO 3166-2 one without the country,
// else the source's key, else its Latin name.
func zone(rec record, key string, i int) (table.Zone, error) {
	z := table.Zone{
		Name:     titled(orElse(at(rec.SubNames, i), key)),
		Latin:    titled(at(rec.SubLatin, i)),
		Printed:  key,
		Require:  at(rec.SubRequires, i),
		Examples: examples(at(rec.SubZipExamples, i)),
	}
	z.Code = at(rec.SubISO, i)
	if z.Code == "" && isASCII(key) {
		z.Code = key
	}
	z.Code = orElse(z.Code, strings.ToUpper(z.Latin))
	if strings.EqualFold(z.Printed, z.Name) {
		z.Printed = ""
	}
	if z.Latin == z.Name {
		z.Latin = ""
	}
	alone := at(rec.SubAloneZips, i)
	z.Alone = alone != ""
	var err error
	z.Zip, err = accepting(orElse(alone, at(rec.SubZips, i)), z.Examples, z.Alone)
	return z, err
}

// accepting gives the pattern such that it matches all examples. Where the
// source contradicts itself the example is right, since it exists, and joins
// the pattern as it stands.
func accepting(pattern string, examples []string, whole bool) (string, error) {
	if pattern == "" {
		return "", nil
	}
	end := ""
	if whole {
		end = "$"
	}
	re, err := regexp.Compile("^(?:" + pattern + ")" + end)
	if err != nil {
		return "", err
	}
	for _, ex := range examples {
		if !re.MatchString(ex) {
			pattern += "|" + regexp.QuoteMeta(ex)
		}
	}
	return pattern, nil
}

// examples splits a list of codes and ranges of codes ("35000,36999:38100").
func examples(list string) []string {
	var codes []string
	for _, code := range strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ':' }) {
		if !slices.Contains(codes, code) {
			codes = append(codes, code)
		}
	}
	return codes
}

func labels(rec record) map[string]string {
	kinds := map[string]string{"Z": rec.ZipKind, "S": rec.StateKind, "D": rec.DistrictKind}
	maps.DeleteFunc(kinds, func(_, kind string) bool { return kind == "" })
	return kinds
}

// titled writes names that the source shouts ("SANT JULIA DE LORIA") as names.
func titled(name string) string {
	if len(name) < 4 || strings.ToUpper(name) != name || strings.ToLower(name) == name {
		return name
	}
	return cases.Title(language.Und).String(name)
}

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII })
}
