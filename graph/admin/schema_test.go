package admin_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/souk-commerce/souk/graph/admin"
	"github.com/souk-commerce/souk/graph/gql/access"
	"github.com/souk-commerce/souk/internal/staff"
)

func TestSchema_describesEverything(t *testing.T) {
	t.Parallel()
	for name, def := range admin.Schema().Types {
		if def.BuiltIn || strings.HasPrefix(name, "__") {
			continue
		}
		missing(t, name, def.Description)
		for _, f := range def.Fields {
			if strings.HasPrefix(f.Name, "__") {
				continue
			}
			missing(t, name+"."+f.Name, f.Description)
			for _, a := range f.Arguments {
				missing(t, name+"."+f.Name+"("+a.Name+")", a.Description)
			}
		}
		for _, v := range def.EnumValues {
			missing(t, name+"."+v.Name, v.Description)
		}
	}
}

func missing(t *testing.T, what, description string) {
	t.Helper()
	if len(strings.TrimSpace(description)) < 5 {
		t.Errorf("%s is not described", what)
	}
}

func TestSchema_hasARuleOnEveryField(t *testing.T) {
	t.Parallel()
	if err := access.Check(admin.Schema()); err != nil {
		t.Error(err)
	}
}

// Reading takes being staff; writing takes a permission that some role has;
// only signing in and out is anybody's.
func TestSchema_guardsEveryWrite(t *testing.T) {
	t.Parallel()
	public := []string{"staffLogin", "staffRefresh", "staffLogout"}
	for _, f := range admin.Schema().Mutation.Fields {
		d := f.Directives.ForName(access.Directive)
		rule := d.Arguments.ForName("rule").Value.Raw
		permission := ""
		if p := d.Arguments.ForName("permission"); p != nil {
			permission = p.Value.Raw
		}
		switch {
		case slices.Contains(public, f.Name):
			if rule != "PUBLIC" {
				t.Errorf("%s is not public", f.Name)
			}
		case rule != "STAFF" || !owns(permission):
			t.Errorf("%s is open to %s %q", f.Name, rule, permission)
		}
	}
	for _, f := range slices.Concat(admin.Schema().Query.Fields, admin.Schema().Subscription.Fields) {
		if strings.HasPrefix(f.Name, "__") {
			continue
		}
		if f.Directives.ForName(access.Directive).Arguments.ForName("rule").Value.Raw != "STAFF" {
			t.Errorf("%s is not for staff", f.Name)
		}
	}
}

func owns(permission string) bool {
	for _, p := range staff.Owner.Permissions() {
		if string(p) == permission {
			return true
		}
	}
	return false
}

// Every change to something that has a version names the version.
func TestSchema_namesTheVersionInEveryChange(t *testing.T) {
	t.Parallel()
	unversioned := []string{"mediaUpdate", "redirectDelete", "orderNoteAdd", "stockCountRecord", "stockFeedUpload", "stockFeedPull", "searchDeadLetterRetry", "searchProposalAccept", "searchProposalDismiss"} // these things have none, or are only added to
	for _, f := range admin.Schema().Mutation.Fields {
		if f.Arguments.ForName("id") == nil || slices.Contains(unversioned, f.Name) {
			continue
		}
		v := f.Arguments.ForName("version")
		if v == nil || !v.Type.NonNull {
			t.Errorf("%s does not name the version", f.Name)
		}
	}
}

var reason = regexp.MustCompile(`fault\.(Invalid|NotFound|Conflict|Exhausted), "([a-z_]+)"`)

// The rooms' refusals are read from their sources, so that a new one without a
// documented code is noticed.
func TestCodes_documentEveryRefusalOfTheRooms(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, v := range admin.Schema().Types["UserErrorCode"].EnumValues {
		known[v.Name] = true
	}
	elsewhere := []string{ // never answered by a mutation
		"query_too_long", "file_not_found", "import_not_found", "no_default_location", "invalid_metafield",
		"not_held", "hold_committed", "hold_limit", "invalid_time", "payment_not_found", "payment_method_unknown", "payment_under_way", "payment_attached",
		"encoding_refused", "redirect_refused", "in_stock", "request_not_found", "invalid_components", "merchandise_not_found",
		"invalid_json", "unknown_field", "draft_named_twice", "report_unknown", "period_invalid", "related_kind_unknown", "too_many_related",
		"search_build_lost", "search_entry_refused", "search_index_missing",
		"payment_reference_taken", "invalid_payment", "checkout_not_found", "nothing_to_refund", "no_refund_owed", "refund_by_hand",
	}
	for _, room := range []string{"audit", "market", "translation", "metafield", "staff", "media", "content", "catalog", "pricing", "tax", "inventory", "shipping", "payment", "order",
		"bundle", "warehouse", "purchasing", "replenish", "stockfeed", "restock", "search", "merchandising", "insight", "recommend"} {
		files, err := filepath.Glob(filepath.Join("..", "..", "internal", room, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %v", room, err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range reason.FindAllStringSubmatch(string(text), -1) {
				if !known[strings.ToUpper(m[2])] && !slices.Contains(elsewhere, m[2]) {
					t.Errorf("%s: %s is not in UserErrorCode", file, m[2])
				}
			}
		}
	}
}

// Each root field as nobody, viewer, editor, admin and owner: what the schema
// declares is what happens.
func TestAccess_everyRoleAtEveryField(t *testing.T) {
	t.Parallel()
	h := open(t)
	policy, err := access.New(admin.Schema())
	h.must(err)
	for _, role := range []staff.Role{"", staff.Viewer, staff.Editor, staff.Admin, staff.Owner} {
		c := h.as(role)
		for _, root := range []*ast.Definition{admin.Schema().Query, admin.Schema().Mutation} {
			for _, f := range root.Fields {
				if strings.HasPrefix(f.Name, "__") {
					continue
				}
				rule := policy.Of(&ast.Field{Name: f.Name, Definition: f, ObjectDefinition: root})
				a := c.try(sample(root, f))
				want := refusalFor(rule, role)
				if got := a.code(); (want == "") == (got == "UNAUTHENTICATED" || got == "FORBIDDEN") || want != "" && got != want {
					t.Errorf("%s.%s as %q: %q, want %q", root.Name, f.Name, role, got, want)
				}
				if got := a.code(); got == "INTERNAL" || strings.HasPrefix(got, "GRAPHQL") {
					t.Errorf("%s.%s as %q: %s %v", root.Name, f.Name, role, got, a.Errors)
				}
			}
		}
	}
}

// refusalFor says by hand what a rule means for a role.
func refusalFor(rule access.Rule, role staff.Role) string {
	switch {
	case rule.Kind == access.Public:
		return ""
	case role == "":
		return "UNAUTHENTICATED"
	case rule.Permission == "" || slices.Contains(role.Permissions(), rule.Permission):
		return ""
	}
	return "FORBIDDEN"
}

// sample writes an operation that selects a root field with the least
// arguments. Its ids name nothing, so it changes nothing that is there.
func sample(root *ast.Definition, f *ast.FieldDefinition) string {
	var args []string
	for _, a := range f.Arguments {
		if a.Type.NonNull && a.DefaultValue == nil {
			args = append(args, a.Name+": "+literal(a.Type))
		}
	}
	list, selection := "", ""
	if len(args) > 0 {
		list = "(" + strings.Join(args, ", ") + ")"
	}
	if def := admin.Schema().Types[f.Type.Name()]; def.Kind == ast.Object {
		selection = " { __typename }"
	}
	return strings.ToLower(root.Name) + " { " + f.Name + list + selection + " }"
}

// samples are values of scalars.
var samples = map[string]string{
	"ID": `"gid://souk/Nothing/999999"`, "String": `"x"`, "Int": "999999", "Boolean": "true", "Color": `"#aabbcc"`,
	"DateTime": `"2026-01-01T00:00:00Z"`, "Decimal": `"1.0"`, "HTML": `"x"`, "URL": `"https://x.example"`,
	"CountryCode": `"XX"`, "LanguageCode": `"en"`, "CurrencyCode": `"EUR"`, "JSON": `{}`,
}

func literal(t *ast.Type) string {
	if t.Elem != nil {
		return "[]"
	}
	def := admin.Schema().Types[t.NamedType]
	switch def.Kind {
	case ast.Enum:
		return def.EnumValues[0].Name
	case ast.InputObject:
		var fields []string
		for _, f := range def.Fields {
			if f.Type.NonNull && f.DefaultValue == nil {
				fields = append(fields, f.Name+": "+literal(f.Type))
			}
		}
		return "{" + strings.Join(fields, ", ") + "}"
	}
	return samples[t.NamedType]
}
