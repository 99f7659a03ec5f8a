package locale

import (
	"slices"
	"testing"
)

func TestCountries_areSortedNamedAndValid(t *testing.T) {
	t.Parallel()
	if !slices.IsSorted(Countries()) {
		t.Fatal("the codes must be sorted: Valid searches them")
	}
	seen := map[string]Country{}
	for _, c := range Countries() {
		name := c.Name()
		if !c.Valid() || name == "" || name == string(c) {
			t.Errorf("%s: valid %v, name %q", c, c.Valid(), name)
		}
		if other, twice := seen[name]; twice {
			t.Errorf("%s and %s share the name %q", c, other, name)
		}
		seen[name] = c
	}
	if len(seen) != 245 {
		t.Errorf("%d countries, the shop API names 245", len(seen))
	}
}

func TestCountry_refusesOthers(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"", "de", "DEU", "QQ", "D", "276"} {
		if Country(code).Valid() {
			t.Errorf("%q passes as a country", code)
		}
	}
	if c, ok := ParseCountry("de"); !ok || c != "DE" {
		t.Errorf("ParseCountry(de) = %q, %v", c, ok)
	}
}

func TestLanguages_areSortedNamedAndValid(t *testing.T) {
	t.Parallel()
	if !slices.IsSorted(Languages()) {
		t.Fatal("the codes must be sorted: Valid searches them")
	}
	for _, l := range Languages() {
		for _, name := range []string{l.Name(), l.Endonym()} {
			if !l.Valid() || name == "" || name == string(l) {
				t.Errorf("%s: valid %v, name %q", l, l.Valid(), name)
			}
		}
		if back, ok := ParseLanguage(l.Enum()); !ok || back != l {
			t.Errorf("%s is spelled %s, which reads as %q", l, l.Enum(), back)
		}
	}
	if got := len(Languages()); got != 144 {
		t.Errorf("%d languages, the shop API names 144", got)
	}
}

func TestLanguage_spellings(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"PT_BR", "pt-br", "pt-BR", "Pt_bR"} {
		l, ok := ParseLanguage(text)
		if !ok || l != "pt-br" || l.Enum() != "PT_BR" || l.Tag() != "pt-BR" {
			t.Errorf("%q reads as %q (%v), %s, %s", text, l, ok, l.Enum(), l.Tag())
		}
	}
	for _, text := range []string{"", "xx", "de-de", "en;--", "pt-br-x"} {
		if l, ok := ParseLanguage(text); ok {
			t.Errorf("%q passes as the language %q", text, l)
		}
	}
}

func TestFallbacks_goFromRegionToLanguage(t *testing.T) {
	t.Parallel()
	for l, want := range map[Language][]Language{
		"pt-br": {"pt"}, "zh-tw": {"zh"}, "nn": {"no"}, "de": nil, "": nil,
	} {
		if got := Fallbacks(l); !slices.Equal(got, want) {
			t.Errorf("Fallbacks(%q) = %v, want %v", l, got, want)
		}
	}
}

func TestUnitSystem_knowsWhereItIsImperial(t *testing.T) {
	t.Parallel()
	for c, want := range map[Country]UnitSystem{"US": Imperial, "DE": Metric, "GB": Metric, Unknown: Metric} {
		if got := c.UnitSystem(); got != want {
			t.Errorf("%s measures %s, want %s", c, got, want)
		}
	}
}
