package gql

import (
	"context"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"github.com/99designs/gqlgen/graphql/errcode"

	"github.com/souk-commerce/souk/graph/gql/guard"
	"github.com/souk-commerce/souk/internal/kernel/fault"
)

// document is a text that was parsed, found within the limits and valid. It is
// shared between requests and never written again.
type document struct {
	ast    *ast.QueryDocument
	shapes []guard.Shape // one for each operation
}

// shape gives the measures of the operation with that name.
func (d *document) shape(op *ast.OperationDefinition) guard.Shape {
	for i, o := range d.ast.Operations {
		if o == op {
			return d.shapes[i]
		}
	}
	return guard.Shape{}
}

// prepare finds the document of a text, or parses, guards and validates it.
// Texts that are refused are not kept: the token limit makes refusing cheap.
func (e *engine) prepare(text string) (*document, gqlerror.List) {
	if d, ok := e.documents.get(text); ok {
		return d, nil
	}
	doc, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: text}, e.limits.Tokens)
	if err != nil {
		return nil, gqlerror.List{e.parseError(err)}
	}
	if len(doc.Operations) == 0 {
		return nil, refusal(errNoOperation)
	}
	shapes, err := guard.Inspect(doc, e.limits)
	if err != nil {
		return nil, refusal(err)
	}
	if errs := validator.ValidateWithRules(e.es.Schema(), doc, e.rules()); len(errs) > 0 {
		return nil, e.validationErrors(errs)
	}
	stripDefer(doc)
	d := &document{ast: doc, shapes: shapes}
	e.documents.add(text, d, len(text))
	return d, nil
}

// The refusals of documents.
var (
	errNoOperation     = fault.New(fault.Invalid, "graphql_validation_failed", "The document has no operation.")
	errTooManyTokens   = fault.New(fault.Exhausted, "too_many_tokens", "The document has too many tokens.")
	errNoIntrospection = fault.New(fault.Forbidden, "introspection_disabled", "Introspection is switched off here.")
)

func (e *engine) parseError(err error) *gqlerror.Error {
	problem := gqlerror.WrapIfUnwrapped(err)
	if strings.HasPrefix(problem.Message, "exceeded token limit") {
		return refusal(errTooManyTokens)[0]
	}
	errcode.Set(problem, errcode.ParseFailed)
	return problem
}

func (e *engine) validationErrors(errs gqlerror.List) gqlerror.List {
	for _, err := range errs {
		errcode.Set(err, errcode.ValidationFailed)
		if !e.development {
			err.Message, _, _ = strings.Cut(err.Message, " Did you mean")
		}
	}
	return errs
}

// rules gives the rules of validation. Suggestions are a kindness to developers
// and a map of the schema to everyone else, besides being slow to find.
func (e *engine) rules() *rules.Rules {
	r := rules.NewDefaultRules()
	if e.development {
		return r
	}
	r.ReplaceRule(rules.FieldsOnCorrectTypeRule.Name, rules.FieldsOnCorrectTypeRuleWithoutSuggestions.RuleFunc)
	r.ReplaceRule(rules.KnownArgumentNamesRule.Name, rules.KnownArgumentNamesRuleWithoutSuggestions.RuleFunc)
	r.ReplaceRule(rules.KnownTypeNamesRule.Name, rules.KnownTypeNamesRuleWithoutSuggestions.RuleFunc)
	r.ReplaceRule(rules.ScalarLeafsRule.Name, rules.ScalarLeafsRuleWithoutSuggestions.RuleFunc)
	r.ReplaceRule(rules.ValuesOfCorrectTypeRule.Name, rules.ValuesOfCorrectTypeRuleWithoutSuggestions.RuleFunc)
	return r
}

// stripDefer removes @defer everywhere, so that marked fragments are answered in
// place: our answers are never multipart, and gqlgen would lose the deferred
// parts.
func stripDefer(doc *ast.QueryDocument) {
	for _, op := range doc.Operations {
		stripDeferIn(op.SelectionSet)
	}
	for _, f := range doc.Fragments {
		stripDeferIn(f.SelectionSet)
	}
}

func stripDeferIn(set ast.SelectionSet) {
	for _, sel := range set {
		switch sel := sel.(type) {
		case *ast.Field:
			stripDeferIn(sel.SelectionSet)
		case *ast.InlineFragment:
			sel.Directives = withoutDefer(sel.Directives)
			stripDeferIn(sel.SelectionSet)
		case *ast.FragmentSpread:
			sel.Directives = withoutDefer(sel.Directives)
		}
	}
}

func withoutDefer(list ast.DirectiveList) ast.DirectiveList {
	if list.ForName("defer") == nil {
		return list
	}
	var kept ast.DirectiveList
	for _, d := range list {
		if d.Name != "defer" {
			kept = append(kept, d)
		}
	}
	return kept
}

type documentKey struct{}

// handover is gqlgen's query cache: it knows exactly the document that was
// prepared for this request, so gqlgen neither parses nor validates again.
type handover struct{}

// Get gives the document of the request.
func (handover) Get(ctx context.Context, _ string) (*ast.QueryDocument, bool) {
	d, ok := ctx.Value(documentKey{}).(*document)
	if !ok {
		return nil, false
	}
	return d.ast, true
}

// Add keeps nothing: prepare did.
func (handover) Add(context.Context, string, *ast.QueryDocument) {}
