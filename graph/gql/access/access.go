// Package access reads who may select a field from the schema itself: every
// type declares one rule for its fields, any field may override it, and each
// root field declares its own. The directive is not executed field by field; an
// operation is judged once, before anything of it runs.
package access

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/platform/actor"
)

// Directive is the name of the directive that schemas declare:
//
//	directive @access(rule: AccessRule!, permission: String) on OBJECT | INTERFACE | FIELD_DEFINITION
//	enum AccessRule { PUBLIC CUSTOMER STAFF }
//
// gqlgen is told skip_runtime for it.
const Directive = "access"

// Kind is the sort of rule. The order is that of strictness.
type Kind string

// The kinds.
const (
	Public   Kind = "PUBLIC"   // anybody; a secret in the arguments is the resolver's to check
	Customer Kind = "CUSTOMER" // a signed-in customer
	Staff    Kind = "STAFF"    // staff, with the permission if one is named
)

// Rule says who may select a field.
type Rule struct {
	Kind       Kind
	Permission actor.Permission // only of Staff; empty means any member
}

// The refusals.
var (
	ErrUnauthenticated = fault.New(fault.Unauthenticated, "unauthenticated", "You must be signed in for this.")
	ErrForbidden       = fault.New(fault.Forbidden, "forbidden", "You are not allowed to do this.")
)

// Allows gives nil if who may select what the rule stands on.
func (r Rule) Allows(who actor.Actor) error {
	switch {
	case r.Kind == Public || who.Kind == actor.System:
		return nil
	case !who.Known():
		return ErrUnauthenticated
	case r.Kind == Customer && who.Kind == actor.Customer:
		return nil
	case r.Kind == Staff && who.Kind == actor.Staff && (r.Permission == "" || who.Can(r.Permission)):
		return nil
	}
	return ErrForbidden
}

// covers reports whether everyone whom r lets in, o lets in too.
func (r Rule) covers(o Rule) bool {
	if o.Kind == Public {
		return true
	}
	return r.Kind == o.Kind && (o.Permission == "" || r.Permission == o.Permission)
}

// Policy holds the rule of every field of a schema.
type Policy struct {
	rules map[*ast.FieldDefinition]Rule
}

// New reads the policy of a schema. A schema with a hole has none: the error
// lists every field without a rule.
func New(schema *ast.Schema) (*Policy, error) {
	r := reader{schema: schema, policy: &Policy{rules: map[*ast.FieldDefinition]Rule{}}}
	for _, name := range sortedTypes(schema) {
		r.read(schema.Types[name])
	}
	for _, name := range sortedTypes(schema) {
		r.compare(schema.Types[name])
	}
	if len(r.holes) > 0 {
		return nil, fmt.Errorf("access rules of the schema: %s", strings.Join(r.holes, "; "))
	}
	return r.policy, nil
}

// Check lists every hole of a schema's rules; nil means there is none.
func Check(schema *ast.Schema) error {
	_, err := New(schema)
	return err
}

// Of gives the rule of a selected field of a validated document. Fields of the
// schema's own description are public: whether they are answered at all is
// decided elsewhere.
func (p *Policy) Of(f *ast.Field) Rule {
	if f.Definition == nil || strings.HasPrefix(f.Name, "__") || f.ObjectDefinition == nil || strings.HasPrefix(f.ObjectDefinition.Name, "__") {
		return Rule{Kind: Public}
	}
	if rule, ok := p.rules[f.Definition]; ok {
		return rule
	}
	return Rule{Kind: Staff, Permission: "unknown"}
}

func sortedTypes(schema *ast.Schema) []string {
	names := make([]string, 0, len(schema.Types))
	for name := range schema.Types {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

type reader struct {
	schema *ast.Schema
	policy *Policy
	holes  []string
}

func (r *reader) hole(format string, args ...any) {
	r.holes = append(r.holes, fmt.Sprintf(format, args...))
}

func (r *reader) read(def *ast.Definition) {
	if def.BuiltIn || strings.HasPrefix(def.Name, "__") || (def.Kind != ast.Object && def.Kind != ast.Interface) {
		return
	}
	inherited, declared := r.rule(def.Name, def.Directives)
	if r.isRoot(def) {
		if declared {
			r.hole("%s is a root: its fields declare their rules one by one", def.Name)
		}
		declared = false
	}
	for _, f := range def.Fields {
		if strings.HasPrefix(f.Name, "__") {
			continue
		}
		rule, own := r.rule(def.Name+"."+f.Name, f.Directives)
		switch {
		case own:
			r.policy.rules[f] = rule
		case declared:
			r.policy.rules[f] = inherited
		default:
			r.hole("%s.%s has no rule", def.Name, f.Name)
		}
	}
}

func (r *reader) isRoot(def *ast.Definition) bool {
	return def == r.schema.Query || def == r.schema.Mutation || def == r.schema.Subscription
}

func (r *reader) rule(where string, directives ast.DirectiveList) (Rule, bool) {
	d := directives.ForName(Directive)
	if d == nil {
		return Rule{}, false
	}
	var rule Rule
	if arg := d.Arguments.ForName("rule"); arg != nil {
		rule.Kind = Kind(arg.Value.Raw)
	}
	if arg := d.Arguments.ForName("permission"); arg != nil && arg.Value.Kind != ast.NullValue {
		rule.Permission = actor.Permission(arg.Value.Raw)
	}
	if !slices.Contains([]Kind{Public, Customer, Staff}, rule.Kind) {
		r.hole("%s has the unknown rule %q", where, rule.Kind)
	}
	if rule.Permission != "" && rule.Kind != Staff {
		r.hole("%s names a permission, which only staff have", where)
	}
	return rule, true
}

// compare refuses an interface that opens what a member closes: through it the
// stricter rule would be walked around. The field id is let through, since
// whoever selects Node.id has just sent that id.
func (r *reader) compare(def *ast.Definition) {
	if def.Kind != ast.Interface {
		return
	}
	for _, member := range r.schema.GetPossibleTypes(def) {
		for _, f := range def.Fields {
			own := member.Fields.ForName(f.Name)
			if own == nil || f.Name == "id" {
				continue
			}
			if !r.policy.rules[f].covers(r.policy.rules[own]) {
				r.hole("%s.%s opens what %s.%s closes", def.Name, f.Name, member.Name, f.Name)
			}
		}
	}
}
