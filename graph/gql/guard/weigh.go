package guard

import (
	"encoding/json"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/souk-commerce/souk/internal/kernel/fault"
)

// Lists that do not say how long they are count as usualList. A list inside a
// list counts as usualList at most: clients ask for 250 variants of each of 250
// products because they want all of them, not because there are 62,500. What is
// really loaded is counted while answering, against Limits.Rows.
const usualList = 10

// Weight is what an operation costs on paper.
type Weight struct {
	// Cost is the number of objects and lists that the operation is expected to
	// resolve; leaves are free.
	Cost int
}

// Weigh estimates a validated operation and refuses what is over the limits.
// visit, if given, is called once for each written field that is not skipped,
// whatever fragments it is reached through.
func Weigh(doc *ast.QueryDocument, op *ast.OperationDefinition, vars map[string]any, limits Limits, visit func(*ast.Field)) (Weight, error) {
	if visit == nil {
		visit = func(*ast.Field) {}
	}
	w := weigher{doc: doc, vars: vars, visit: visit, page: limits.Page, memo: make(map[place]int), visited: make(map[*ast.Field]struct{})}
	cost := w.selection(op.SelectionSet, outside)
	var faults fault.List
	refuse(&faults, "page_too_large", "elements in one page", w.largest, limits.Page)
	if cost > limits.Cost {
		faults.Add(fault.Newf(fault.Exhausted, "cost_exceeded", "The operation would cost %d: at most %d is allowed.", cost, limits.Cost))
	}
	return Weight{Cost: cost}, faults.Err()
}

// standing is where a selection stands; the same fragment weighs differently
// inside a list and outside.
type standing struct {
	inList       bool
	inConnection bool // its nodes and edges were already counted by first or last
}

var outside = standing{}

type place struct {
	fragment string
	standing standing
}

type weigher struct {
	doc     *ast.QueryDocument
	vars    map[string]any
	visit   func(*ast.Field)
	page    int
	largest int
	memo    map[place]int
	visited map[*ast.Field]struct{}
}

func (w *weigher) selection(set ast.SelectionSet, at standing) int {
	sum := 0
	for _, sel := range set {
		switch sel := sel.(type) {
		case *ast.Field:
			if w.included(sel.Directives) {
				sum = add(sum, w.field(sel, at))
			}
		case *ast.InlineFragment:
			if w.included(sel.Directives) {
				sum = add(sum, w.selection(sel.SelectionSet, at))
			}
		case *ast.FragmentSpread:
			if w.included(sel.Directives) {
				sum = add(sum, w.fragment(sel.Name, at))
			}
		}
	}
	return sum
}

func (w *weigher) fragment(name string, at standing) int {
	key := place{name, at}
	if cost, ok := w.memo[key]; ok {
		return cost
	}
	f := w.doc.Fragments.ForName(name)
	if f == nil {
		return 0
	}
	cost := w.selection(f.SelectionSet, at)
	w.memo[key] = cost
	return cost
}

func (w *weigher) field(f *ast.Field, at standing) int {
	if _, again := w.visited[f]; !again {
		w.visited[f] = struct{}{}
		w.visit(f)
	}
	if f.Definition == nil || len(f.SelectionSet) == 0 {
		return 0
	}
	size, sized := w.size(f)
	isList := f.Definition.Type.Elem != nil
	switch {
	case sized:
	case at.inConnection || !isList:
		return add(1, w.selection(f.SelectionSet, standing{inList: at.inList}))
	default:
		size = usualList
	}
	if at.inList {
		size = min(size, usualList)
	}
	children := w.selection(f.SelectionSet, standing{inList: true, inConnection: sized && !isList})
	return add(1, times(size, max(children, 1)))
}

// size reads how many elements a field asks for: from its paging argument, or
// from the list of ids that it is given.
func (w *weigher) size(f *ast.Field) (int, bool) {
	for _, def := range f.Definition.Arguments {
		switch def.Name {
		case "first", "last", "limit":
			if n, ok := whole(w.argument(f, def)); ok {
				w.largest = max(w.largest, n)
				return max(n, 0), true
			}
		case "ids", "identifiers":
			if list, ok := w.argument(f, def).([]any); ok {
				w.largest = max(w.largest, len(list))
				return len(list), true
			}
		}
	}
	if f.Definition.Type.Elem == nil && (f.Definition.Arguments.ForName("first") != nil) {
		return usualList, true
	}
	return 0, false
}

// argument gives the value that execution will see, the schema's default
// included; nil where it cannot be known.
func (w *weigher) argument(f *ast.Field, def *ast.ArgumentDefinition) any {
	value := def.DefaultValue
	if given := f.Arguments.ForName(def.Name); given != nil {
		value = given.Value
	}
	if value == nil {
		return nil
	}
	v, err := value.Value(w.vars)
	if err != nil {
		return nil
	}
	return v
}

func (w *weigher) included(directives ast.DirectiveList) bool {
	return !w.condition(directives.ForName("skip"), false) && w.condition(directives.ForName("include"), true)
}

func (w *weigher) condition(d *ast.Directive, otherwise bool) bool {
	if d == nil {
		return otherwise
	}
	arg := d.Arguments.ForName("if")
	if arg == nil || arg.Value == nil {
		return otherwise
	}
	v, err := arg.Value.Value(w.vars)
	if err != nil {
		return otherwise
	}
	if b, ok := v.(bool); ok {
		return b
	}
	return otherwise
}

func whole(v any) (int, bool) {
	switch v := v.(type) {
	case int64:
		return int(v), true
	case int:
		return v, true
	case json.Number:
		n, err := v.Int64()
		return int(n), err == nil
	}
	return 0, false
}
