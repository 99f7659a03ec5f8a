// Package guard judges a GraphQL document before anything expensive happens to
// it. Parsing, validating and executing all cost more than reading, so the
// passes here are linear in the text: a fragment is measured once, however
// often it is spread.
//
// Inspect needs no schema and runs before validation, whose own rules are
// quadratic. Weigh needs the definitions that validation fills in.
package guard

// Limits bound one request. Every figure is the largest that is allowed.
type Limits struct {
	Body          int64 // bytes of a request's body, or of its query string
	Tokens        int   // lexical tokens of a document
	Depth         int   // fields on the longest way from the root to a leaf
	Aliases       int   // renamed fields, fragments expanded
	RootMutations int   // fields of one mutation
	Fields        int   // fields, fragments expanded
	Repeats       int   // fields written again in the same selection: validation compares every pair
	Directives    int   // directives written in the document
	Page          int   // first or last of a connection
	Cost          int   // see Weight.Cost
	Rows          int   // rows loaded while answering
}

// Shop gives the limits of the public schema. Known storefront clients need up
// to 511 tokens, depth 12, 6 aliases, 233 fields and pages of 250.
func Shop() Limits {
	return Limits{
		Body: 100 << 10, Tokens: 1_000, Depth: 12, Aliases: 30, RootMutations: 4,
		Fields: 2_000, Repeats: 50, Directives: 20, Page: 250, Cost: 1_000_000, Rows: 20_000,
	}
}

// Staff gives the limits of the back office: known people, larger documents.
func Staff() Limits {
	l := Shop()
	l.Tokens, l.Depth, l.Fields, l.Cost, l.Rows = 2_000, 16, 4_000, 4_000_000, 100_000
	return l
}

// Introspection has bounds of its own: the query that tools send is deeper than
// any business needs, and is the same for every schema.
const (
	introspectionDepth  = 24
	introspectionFields = 1_000
)

// ceiling ends all counting: above it figures no longer grow, so sums and
// products of hostile documents cannot wrap around.
const ceiling = 1 << 40

func add(a, b int) int { return min(a+b, ceiling) }

func times(a, b int) int {
	if a != 0 && b > ceiling/a {
		return ceiling
	}
	return a * b
}
