package guard

import (
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/souk-commerce/souk/internal/kernel/fault"
)

// Shape is what a document, or a part of it, measures with its fragments
// expanded.
type Shape struct {
	Depth        int
	Roots        int // fields of the outermost selection
	Fields       int
	Aliases      int
	Introspects  bool // asks for the schema itself
	schemaDepth  int
	schemaFields int
}

// Inspect measures every operation of a parsed document and refuses what is
// over the limits. Shapes come in the order of the operations.
func Inspect(doc *ast.QueryDocument, limits Limits) ([]Shape, error) {
	in := inspector{doc: doc, shapes: make(map[string]*fragmentShape, len(doc.Fragments))}
	var faults fault.List
	for _, f := range doc.Fragments {
		in.directives += len(f.Directives)
		in.fragment(f.Name)
	}
	shapes := make([]Shape, len(doc.Operations))
	for i, op := range doc.Operations {
		in.directives += len(op.Directives)
		for _, v := range op.VariableDefinitions {
			in.directives += len(v.Directives)
		}
		shapes[i] = in.selection(op.SelectionSet)
		limits.judge(&faults, op, shapes[i])
	}
	if in.cyclic {
		faults.Add(fault.New(fault.Invalid, "fragment_cycle", "A fragment must not contain itself."))
	}
	refuse(&faults, "too_many_directives", "directives", in.directives, limits.Directives)
	refuse(&faults, "too_many_repeated_fields", "repeated fields", in.repeats, limits.Repeats)
	return shapes, faults.Err()
}

func (l Limits) judge(faults *fault.List, op *ast.OperationDefinition, s Shape) {
	refuse(faults, "query_too_deep", "levels of fields", s.Depth, l.Depth)
	refuse(faults, "too_many_fields", "fields", s.Fields, l.Fields)
	refuse(faults, "too_many_aliases", "aliases", s.Aliases, l.Aliases)
	refuse(faults, "introspection_too_deep", "levels of introspection", s.schemaDepth, introspectionDepth)
	refuse(faults, "introspection_too_large", "fields of introspection", s.schemaFields, introspectionFields)
	if op.Operation == ast.Mutation {
		refuse(faults, "too_many_mutations", "mutations in one request", s.Roots, l.RootMutations)
	}
}

// refuse adds a fault when a figure is over its limit. The figure itself is not
// told: above the limit nobody counted on.
func refuse(faults *fault.List, reason, what string, is, limit int) {
	if is > limit && !hasReason(*faults, reason) {
		faults.Add(fault.Newf(fault.Exhausted, reason, "The document has too many %s: at most %d are allowed.", what, limit))
	}
}

func hasReason(faults fault.List, reason string) bool {
	for _, f := range faults {
		if f.Reason == reason {
			return true
		}
	}
	return false
}

type fragmentShape struct {
	Shape
	open bool // being measured: meeting it again is a cycle
}

type inspector struct {
	doc        *ast.QueryDocument
	shapes     map[string]*fragmentShape
	directives int
	repeats    int
	cyclic     bool
}

// fragment measures a fragment once. One that nobody defined measures nothing:
// validation refuses it.
func (in *inspector) fragment(name string) Shape {
	if known, ok := in.shapes[name]; ok {
		in.cyclic = in.cyclic || known.open
		return known.Shape
	}
	f := in.doc.Fragments.ForName(name)
	if f == nil {
		return Shape{}
	}
	entry := &fragmentShape{open: true}
	in.shapes[name] = entry
	entry.Shape = in.selection(f.SelectionSet)
	entry.open = false
	return entry.Shape
}

func (in *inspector) selection(set ast.SelectionSet) Shape {
	var sum Shape
	seen := make(map[string]struct{}, len(set))
	for _, sel := range set {
		switch sel := sel.(type) {
		case *ast.Field:
			if _, again := seen[sel.Alias]; again {
				in.repeats++
			}
			seen[sel.Alias] = struct{}{}
			in.directives += len(sel.Directives)
			sum.include(in.field(sel))
		case *ast.InlineFragment:
			in.directives += len(sel.Directives)
			sum.include(in.selection(sel.SelectionSet))
		case *ast.FragmentSpread:
			in.directives += len(sel.Directives)
			sum.include(in.fragment(sel.Name))
		}
	}
	return sum
}

func (in *inspector) field(f *ast.Field) Shape {
	s := in.selection(f.SelectionSet)
	if f.Name == "__schema" || f.Name == "__type" {
		return Shape{
			Depth: 1, Roots: 1, Fields: 1, Aliases: renamed(f), Introspects: true,
			schemaDepth: 1 + max(s.Depth, s.schemaDepth), schemaFields: 1 + s.Fields + s.schemaFields,
		}
	}
	s.Depth++
	s.Roots = 1
	s.Fields = add(s.Fields, 1)
	s.Aliases = add(s.Aliases, renamed(f))
	return s
}

func renamed(f *ast.Field) int {
	if f.Alias != f.Name {
		return 1
	}
	return 0
}

func (s *Shape) include(o Shape) {
	s.Depth = max(s.Depth, o.Depth)
	s.Roots = add(s.Roots, o.Roots)
	s.Fields = add(s.Fields, o.Fields)
	s.Aliases = add(s.Aliases, o.Aliases)
	s.Introspects = s.Introspects || o.Introspects
	s.schemaDepth = max(s.schemaDepth, o.schemaDepth)
	s.schemaFields = add(s.schemaFields, o.schemaFields)
}
