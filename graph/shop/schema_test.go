package shop_test

import (
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/souk-commerce/souk/graph/shop"
	"github.com/souk-commerce/souk/internal/kernel/locale"
	"github.com/souk-commerce/souk/internal/kernel/money"
)

func TestSchema_describesEverything(t *testing.T) {
	t.Parallel()
	schema := shop.NewSchema(shop.Rooms{}).Schema()
	need := func(name, description string) {
		if strings.TrimSpace(description) == "" {
			t.Errorf("%s has no description", name)
		}
	}
	for name, def := range schema.Types {
		if def.BuiltIn {
			continue
		}
		need(name, def.Description)
		for _, f := range def.Fields {
			if strings.HasPrefix(f.Name, "__") {
				continue
			}
			need(name+"."+f.Name, f.Description)
			arguments(need, name+"."+f.Name, f.Arguments)
		}
		for _, v := range def.EnumValues {
			need(name+"."+v.Name, v.Description)
		}
	}
	for name, d := range schema.Directives {
		if d.Position != nil && d.Position.Src.BuiltIn {
			continue
		}
		need("@"+name, d.Description)
		arguments(need, "@"+name, d.Arguments)
	}
}

func arguments(need func(name, description string), of string, all ast.ArgumentDefinitionList) {
	for _, a := range all {
		need(of+"("+a.Name+")", a.Description)
	}
}

func TestSchema_namesEveryCode(t *testing.T) {
	t.Parallel()
	schema := shop.NewSchema(shop.Rooms{}).Schema()
	for _, c := range locale.Countries() {
		if schema.Types["CountryCode"].EnumValues.ForName(string(c)) == nil {
			t.Errorf("country %s", c)
		}
	}
	for _, l := range locale.Languages() {
		if schema.Types["LanguageCode"].EnumValues.ForName(l.Enum()) == nil {
			t.Errorf("language %s", l)
		}
	}
	for _, v := range schema.Types["CurrencyCode"].EnumValues {
		if money.Currency(v.Name).Name() == v.Name {
			t.Errorf("currency %s has no name", v.Name)
		}
	}
}
