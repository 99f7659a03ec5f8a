package access_test

import (
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/souk-commerce/souk/graph/gql/access"
)

const directive = `
directive @access(rule: AccessRule!, permission: String) on OBJECT | INTERFACE | FIELD_DEFINITION
enum AccessRule { PUBLIC CUSTOMER STAFF }
`

func TestCheck_listsEveryHole(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ schema, hole string }{
		"complete":              {`type Query { a: A @access(rule: PUBLIC) } type A @access(rule: CUSTOMER) { b: Int }`, ""},
		"type without a rule":   {`type Query { a: A @access(rule: PUBLIC) } type A { b: Int c: Int @access(rule: PUBLIC) }`, "A.b has no rule"},
		"root field without":    {`type Query { a: Int @access(rule: PUBLIC) b: Int }`, "Query.b has no rule"},
		"root type with a rule": {`type Query @access(rule: PUBLIC) { a: Int }`, "Query is a root"},
		"mutation without":      {`type Query { a: Int @access(rule: PUBLIC) } type Mutation { m: Int }`, "Mutation.m has no rule"},
		"permission of nobody":  {`type Query { a: Int @access(rule: CUSTOMER, permission: "x") }`, "names a permission"},
		"interface opens":       {`type Query { a: I @access(rule: PUBLIC) } interface I @access(rule: PUBLIC) { x: Int } type A implements I @access(rule: STAFF) { x: Int }`, "I.x opens what A.x closes"},
		"interface id":          {`type Query { a: I @access(rule: PUBLIC) } interface I @access(rule: PUBLIC) { id: ID! } type A implements I @access(rule: STAFF) { id: ID! }`, ""},
		"interface as strict":   {`type Query { a: I @access(rule: PUBLIC) } interface I @access(rule: STAFF, permission: "p") { x: Int } type A implements I @access(rule: STAFF) { x: Int }`, ""},
	} {
		schema, err := gqlparser.LoadSchema(&ast.Source{Input: directive + c.schema})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		hole := access.Check(schema)
		if (c.hole == "") != (hole == nil) || (hole != nil && !strings.Contains(hole.Error(), c.hole)) {
			t.Errorf("%s: %v", name, hole)
		}
	}
}
