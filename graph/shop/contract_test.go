package shop_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/souk-commerce/souk/graph/shop"
)

// shared reads a file that stands beside the repository, and skips the test where
// it does not.
func shared(t *testing.T, name string) []byte {
	t.Helper()
	data := os.Getenv("SOUK_TEST_DATA")
	if data == "" {
		data = filepath.Join("..", "..", "..", "shared", "data")
	}
	text, err := os.ReadFile(filepath.Join(data, "..", "schema", name))
	if err != nil {
		t.Skipf("%s is not there: the contract of storefront clients is not part of this repository", name)
	}
	return text
}

// later are the parts of the contract that wait for accounts.
func later(path string) bool {
	name, field, _ := strings.Cut(path, ".")
	switch {
	case name == "CustomerErrorCode", name == "UserError", name == "OrderConnection", name == "OrderEdge", name == "OrderSortKeys",
		strings.HasPrefix(name, "MailingAddressConnection"), name == "MailingAddressEdge":
		return true
	case name == "Customer":
		return !slices.Contains([]string{"", "id", "email", "firstName", "lastName", "displayName"}, field)
	case strings.HasPrefix(name, "Customer"):
		return true
	case name == "Mutation":
		return strings.HasPrefix(field, "customer")
	case name == "QueryRoot":
		return field == "customer"
	}
	return false
}

// TestContract_keepsNamesAndShapes holds our schema against the one that
// storefront clients rely on. More than it says is allowed, other than it says is
// not.
func TestContract_keepsNamesAndShapes(t *testing.T) {
	t.Parallel()
	text, _, _ := strings.Cut(string(shared(t, "shop.graphql")), "# PART 2")
	contract, err := gqlparser.LoadSchema(&ast.Source{Input: text})
	if err != nil {
		t.Fatal(err)
	}
	ours := shop.NewSchema(shop.Rooms{}).Schema()
	for name, def := range contract.Types {
		if def.BuiltIn || later(name) {
			continue
		}
		own := ours.Types[name]
		if own == nil || own.Kind != def.Kind {
			t.Errorf("%s %s is missing", def.Kind, name)
			continue
		}
		for _, f := range def.Fields {
			if strings.HasPrefix(f.Name, "__") || later(name+"."+f.Name) {
				continue
			}
			sameField(t, name, f, own.Fields.ForName(f.Name))
		}
		for _, v := range def.EnumValues {
			if own.EnumValues.ForName(v.Name) == nil {
				t.Errorf("%s.%s is missing", name, v.Name)
			}
		}
		for _, member := range contract.GetPossibleTypes(def) {
			if def.IsAbstractType() && member.Kind == ast.Object && !later(member.Name) && !slices.Contains(ours.GetPossibleTypes(own), ours.Types[member.Name]) {
				t.Errorf("%s is no %s", member.Name, name)
			}
		}
	}
}

func sameField(t *testing.T, of string, want, got *ast.FieldDefinition) {
	t.Helper()
	if got == nil {
		t.Errorf("%s.%s is missing", of, want.Name)
		return
	}
	if got.Type.String() != want.Type.String() {
		t.Errorf("%s.%s is %s, not %s", of, want.Name, got.Type, want.Type)
	}
	for _, a := range want.Arguments {
		own := got.Arguments.ForName(a.Name)
		if own == nil || own.Type.String() != a.Type.String() || (own.DefaultValue == nil) != (a.DefaultValue == nil) {
			t.Errorf("%s.%s(%s:) is missing or other than %s", of, want.Name, a.Name, a.Type)
		}
	}
	for _, a := range got.Arguments {
		if want.Arguments.ForName(a.Name) == nil && a.Type.NonNull && a.DefaultValue == nil {
			t.Errorf("%s.%s(%s:) is demanded beyond the contract", of, want.Name, a.Name)
		}
	}
}

// TestContract_coversWhatClientsAsk looks for every field and argument that the
// storefront clients of the core list ask for.
func TestContract_coversWhatClientsAsk(t *testing.T) {
	t.Parallel()
	type asked struct {
		Type string            `json:"t"`
		Args map[string]string `json:"a"`
		By   []string          `json:"by"`
	}
	var surface struct {
		Objects, Interfaces map[string]map[string]asked
	}
	if err := json.Unmarshal(shared(t, "storefront-surface.json"), &surface); err != nil {
		t.Fatal(err)
	}
	ours := shop.NewSchema(shop.Rooms{}).Schema()
	for _, group := range []map[string]map[string]asked{surface.Objects, surface.Interfaces} {
		for name, fields := range group {
			for field, want := range fields {
				core := slices.ContainsFunc(want.By, func(by string) bool { return by != "cc" })
				if !core || field == "__typename" || later(name+"."+field) {
					continue
				}
				if ours.Types[name] == nil || ours.Types[name].Fields.ForName(field) == nil {
					t.Errorf("%s.%s is asked by %v", name, field, want.By)
					continue
				}
				own := ours.Types[name].Fields.ForName(field)
				if own.Type.String() != want.Type {
					t.Errorf("%s.%s is %s, clients expect %s", name, field, own.Type, want.Type)
				}
				for arg := range want.Args {
					if own.Arguments.ForName(arg) == nil {
						t.Errorf("%s.%s(%s:) is asked by %v", name, field, arg, want.By)
					}
				}
			}
		}
	}
}
