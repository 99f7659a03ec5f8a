package catalog

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/money"
)

// Match says how the conditions of a rule combine.
type Match string

// The ways.
const (
	All Match = "all" // every condition holds
	Any Match = "any" // at least one does
)

// Field is what a condition looks at.
type Field string

// The fields.
const (
	FieldTitle        Field = "title"
	FieldVendor       Field = "vendor"
	FieldType         Field = "product_type"
	FieldTag          Field = "tag"
	FieldVariantTitle Field = "variant_title" // of any variant
	FieldPrice        Field = "price"         // of any variant, in the base price list
	FieldCompareAt    Field = "compare_at"    // of any variant, in the base price list
	FieldStock        Field = "stock"         // on hand less taken and safety, all variants at active locations
	FieldCategory     Field = "category"      // with its subtree; the value is the id
	FieldMetafield    Field = "metafield"     // public or not, of the product itself
)

// Relation is how the field compares with the value. Text compares without
// regard to case.
type Relation string

// The relations.
const (
	Equals      Relation = "equals"
	NotEquals   Relation = "not_equals"
	Contains    Relation = "contains"
	NotContains Relation = "not_contains"
	StartsWith  Relation = "starts_with"
	EndsWith    Relation = "ends_with"
	GreaterThan Relation = "greater_than"
	LessThan    Relation = "less_than"
	IsSet       Relation = "is_set"
	IsNotSet    Relation = "is_not_set"
)

// Rule chooses the members of a collection. A negative relation on a field of
// which a product has several (tags, variants) holds when none is so.
type Rule struct {
	Match      Match       `json:"match"`
	Conditions []Condition `json:"conditions"`
}

// Condition is one part of a rule.
type Condition struct {
	Field     Field    `json:"field"`
	Relation  Relation `json:"relation"`
	Value     string   `json:"value"`               // prices as plain decimals of the shop's currency
	Namespace string   `json:"namespace,omitempty"` // of a metafield
	Key       string   `json:"key,omitempty"`       // of a metafield
}

// MaxConditions bounds a rule.
const MaxConditions = 60

// Matcher decides which of the products a rule matches. It sees what the
// transaction of ctx sees, asks a fixed number of statements, and answers for
// archived and draft products as for others: visibility is not its business.
// The listing room implements it.
type Matcher interface {
	Matching(ctx context.Context, rule Rule, ids []ProductID) ([]ProductID, error)
}

// relations lists what may be asked of a field.
func (f Field) relations() []Relation {
	switch f {
	case FieldTitle, FieldVendor, FieldType, FieldVariantTitle:
		return []Relation{Equals, NotEquals, Contains, NotContains, StartsWith, EndsWith}
	case FieldTag:
		return []Relation{Equals, NotEquals}
	case FieldPrice, FieldStock:
		return []Relation{Equals, NotEquals, GreaterThan, LessThan}
	case FieldCompareAt:
		return []Relation{Equals, NotEquals, GreaterThan, LessThan, IsSet, IsNotSet}
	case FieldCategory:
		return []Relation{Equals, NotEquals}
	case FieldMetafield:
		return []Relation{Equals, NotEquals, GreaterThan, LessThan, IsSet, IsNotSet}
	}
	return nil
}

// Aspect is the aspect of a product that the field belongs to.
func (f Field) Aspect() Aspect {
	switch f {
	case FieldTag:
		return AspectTags
	case FieldPrice, FieldCompareAt:
		return AspectPrice
	case FieldStock:
		return AspectStock
	case FieldCategory:
		return AspectCategory
	case FieldMetafield:
		return AspectMetafield
	case FieldVariantTitle:
		return AspectVariants
	}
	return AspectContent
}

// Concerns reports whether a change of these aspects can change what the rule
// matches.
func (r Rule) Concerns(aspects []Aspect) bool {
	return slices.ContainsFunc(r.Conditions, func(c Condition) bool { return slices.Contains(aspects, c.Field.Aspect()) })
}

// Validate reports every fault of the rule at once, under "rule".
func (r Rule) Validate() error {
	var faults fault.List
	if r.Match != All && r.Match != Any {
		faults.Add(fault.New(fault.Invalid, "invalid_match", "Conditions combine by all or any.").At("rule", "match"))
	}
	if n := len(r.Conditions); n == 0 || n > MaxConditions {
		faults.Add(fault.Newf(fault.Invalid, "invalid_conditions", "A rule has between 1 and %d conditions.", MaxConditions).At("rule", "conditions"))
	}
	for i, c := range r.Conditions {
		if f := c.validate(); f != nil {
			faults.Add(f.At(append([]string{"rule", "conditions", strconv.Itoa(i)}, f.Path...)...))
		}
	}
	return faults.Err()
}

var (
	decimal = regexp.MustCompile(`^\d{1,12}(\.\d{1,4})?$`)
	whole   = regexp.MustCompile(`^-?\d{1,15}$`)
	number  = regexp.MustCompile(`^[1-9]\d{0,18}$`)
)

func (c Condition) validate() *fault.Error {
	relations := c.Field.relations()
	if relations == nil {
		return fault.Newf(fault.Invalid, "invalid_field", "A rule cannot look at %q.", string(c.Field)).At("field")
	}
	if !slices.Contains(relations, c.Relation) {
		return fault.Newf(fault.Invalid, "invalid_relation", "%q does not go with %q.", string(c.Relation), string(c.Field)).At("relation")
	}
	if c.Field == FieldMetafield && (c.Namespace == "" || c.Key == "") {
		return fault.New(fault.Invalid, "required", "A metafield is named by its namespace and key.").At("key")
	}
	if c.Relation == IsSet || c.Relation == IsNotSet {
		return nil
	}
	return c.validateValue()
}

func (c Condition) validateValue() *fault.Error {
	ok := strings.TrimSpace(c.Value) != "" && len(c.Value) <= 255
	switch c.Field {
	case FieldPrice, FieldCompareAt:
		ok = decimal.MatchString(c.Value)
	case FieldStock:
		ok = whole.MatchString(c.Value)
	case FieldCategory:
		ok = number.MatchString(c.Value)
	}
	if !ok {
		return fault.Newf(fault.Invalid, "invalid_value", "%q cannot be compared with %q.", c.Value, string(c.Field)).At("value")
	}
	return nil
}

// Amount reads the value of a price condition. More decimals than the currency
// has are an error.
func (c Condition) Amount(currency money.Currency) (money.Money, error) {
	m, err := money.Parse(c.Value, currency)
	if err != nil {
		return m, fmt.Errorf("condition on %s: %w", c.Field, err)
	}
	return m, nil
}

// Category reads the value of a category condition.
func (c Condition) Category() (CategoryID, error) {
	n, err := strconv.ParseInt(c.Value, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("condition on %s: %w", c.Field, err)
	}
	return CategoryID(n), nil
}
