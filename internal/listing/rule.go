package listing

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/kernel/money"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

var _ catalog.Matcher = (*Service)(nil)

// Matching tells which of the products a collection's rule matches. It sees
// what the transaction of ctx sees and asks two statements; whether a product
// is on sale is not its business.
func (s *Service) Matching(ctx context.Context, rule catalog.Rule, ids []catalog.ProductID) ([]catalog.ProductID, error) {
	var currency money.Currency
	err := s.db.Conn(ctx).QueryRow(ctx, "SELECT currency FROM shop_setting WHERE id = 1").Scan(&currency)
	if err != nil {
		return nil, fmt.Errorf("read the shop's currency: %w", postgres.Fault(err))
	}
	st := &statement{}
	condition, err := st.rule(rule, currency)
	if err != nil {
		return nil, err
	}
	st.write("SELECT p.id FROM product p WHERE p.id = ANY(?) AND "+condition+" ORDER BY p.id", ids)
	rows, err := s.db.Conn(ctx).Query(ctx, st.text.String(), st.args...)
	if err != nil {
		return nil, fmt.Errorf("match a rule: %w", postgres.Fault(err))
	}
	matched, err := pgx.CollectRows(rows, pgx.RowTo[catalog.ProductID])
	if err != nil {
		return nil, fmt.Errorf("match a rule: %w", postgres.Fault(err))
	}
	return matched, nil
}

func (s *statement) rule(rule catalog.Rule, currency money.Currency) (string, error) {
	parts := make([]string, len(rule.Conditions))
	for i, c := range rule.Conditions {
		part, err := s.ruleCondition(c, currency)
		if err != nil {
			return "", err
		}
		parts[i] = "(" + part + ")"
	}
	if rule.Match == catalog.Any {
		return or(parts), nil
	}
	return "(" + and(parts) + ")", nil
}

// negative are the relations that hold when no value of the field is so, by
// the relation that they deny.
var negative = map[catalog.Relation]catalog.Relation{
	catalog.NotEquals: catalog.Equals, catalog.NotContains: catalog.Contains, catalog.IsNotSet: catalog.IsSet,
}

func (s *statement) ruleCondition(c catalog.Condition, currency money.Currency) (string, error) {
	if positive, ok := negative[c.Relation]; ok {
		c.Relation = positive
		condition, err := s.ruleCondition(c, currency)
		return "NOT COALESCE(" + condition + ", FALSE)", err
	}
	switch c.Field {
	case catalog.FieldTitle:
		return s.compareText("p.title", c), nil
	case catalog.FieldVendor:
		return s.compareText("p.vendor", c), nil
	case catalog.FieldType:
		return s.compareText("p.product_type", c), nil
	case catalog.FieldTag:
		return "EXISTS (SELECT 1 FROM product_tag t WHERE t.product_id = p.id AND " + s.compareText("t.tag", c) + ")", nil
	case catalog.FieldVariantTitle:
		return "EXISTS (SELECT 1 FROM variant v WHERE v.product_id = p.id AND " + s.compareText("v.title", c) + ")", nil
	case catalog.FieldPrice, catalog.FieldCompareAt:
		return s.comparePrice(c, currency)
	case catalog.FieldStock:
		left := "CASE WHEN " + isBundle + " THEN " + there(bundlesOf("COALESCE("+everywhere+", 0)", "FALSE", "TRUE")) + " ELSE " + everywhere + " END"
		return s.bind(`COALESCE((SELECT sum(`+left+`) FROM variant v WHERE v.product_id = p.id), 0) `+sign(c)+" ?::text::bigint", c.Value), nil
	case catalog.FieldCategory:
		id, err := c.Category()
		return s.bind(`EXISTS (SELECT 1 FROM category top JOIN category c ON c.path LIKE top.path || '%'
 JOIN product_category x ON x.category_id = c.id WHERE top.id = ? AND x.product_id = p.id)`, int64(id)), err
	}
	return s.compareMetafield(c), nil
}

func sign(c catalog.Condition) string {
	switch c.Relation {
	case catalog.GreaterThan:
		return ">"
	case catalog.LessThan:
		return "<"
	}
	return "="
}

// compareText compares without regard to case.
func (s *statement) compareText(column string, c catalog.Condition) string {
	value := strings.ToLower(c.Value)
	switch c.Relation {
	case catalog.Contains:
		value = "%" + escapeLike(value) + "%"
	case catalog.StartsWith:
		value = escapeLike(value) + "%"
	case catalog.EndsWith:
		value = "%" + escapeLike(value)
	default:
		return s.bind("lower("+column+") = ?", value)
	}
	return s.bind("lower("+column+") LIKE ?", value)
}

// comparePrice looks at any variant's price in the base list.
func (s *statement) comparePrice(c catalog.Condition, currency money.Currency) (string, error) {
	column, condition := "a.amount", ""
	if c.Field == catalog.FieldCompareAt {
		column = "a.compare_at"
	}
	if c.Relation == catalog.IsSet {
		condition = column + " IS NOT NULL"
	} else {
		amount, err := c.Amount(currency)
		if err != nil {
			return "", err
		}
		condition = s.bind(column+" "+sign(c)+" ?", amount.Minor)
	}
	return `EXISTS (SELECT 1 FROM variant v JOIN price a ON a.variant_id = v.id AND a.min_quantity = 1
 JOIN price_list b ON b.id = a.price_list_id AND b.base WHERE v.product_id = p.id AND ` + condition + ")", nil
}

var numeric = regexp.MustCompile(`^-?[0-9]{1,30}(\.[0-9]{1,30})?$`)

// compareMetafield compares numbers as numbers, all else as text.
func (s *statement) compareMetafield(c catalog.Condition) string {
	condition := "TRUE"
	switch {
	case c.Relation == catalog.IsSet:
	case c.Relation != catalog.Equals && numeric.MatchString(c.Value):
		condition = s.bind(`CASE WHEN m.value ~ '^-?[0-9]{1,30}(\.[0-9]{1,30})?$' THEN m.value::numeric `+sign(c)+" ?::text::numeric ELSE FALSE END", c.Value)
	default:
		condition = s.bind("lower(m.value) "+sign(c)+" lower(?)", c.Value)
	}
	return s.bind(`EXISTS (SELECT 1 FROM metafield m WHERE m.owner_kind = 'product' AND m.owner_id = p.id
 AND m.namespace = ? AND m.key = ? AND `+condition+")", c.Namespace, c.Key)
}
