package catalog

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/souk-commerce/souk/ent"
	"github.com/souk-commerce/souk/ent/attributedefinition"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/platform/keyset"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// AttributeByID gives one definition.
func (s *Service) AttributeByID(ctx context.Context, id AttributeID) (AttributeDefinition, error) {
	found, err := s.AttributesByIDs(ctx, []AttributeID{id})
	if err != nil {
		return AttributeDefinition{}, err
	}
	if d, ok := found[id]; ok {
		return d, nil
	}
	return AttributeDefinition{}, ErrAttributeNotFound
}

// AttributesByIDs gives those definitions that exist.
func (s *Service) AttributesByIDs(ctx context.Context, ids []AttributeID) (map[AttributeID]AttributeDefinition, error) {
	rows, err := s.db.Ent(ctx).AttributeDefinition.Query().
		Where(postgres.Any(attributedefinition.FieldID, ids)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read attributes: %w", postgres.Fault(err))
	}
	out := make(map[AttributeID]AttributeDefinition, len(rows))
	for _, r := range rows {
		out[AttributeID(r.ID)] = definitionOf(r)
	}
	return out, nil
}

// ListAttributes gives one page of definitions, in their order.
func (s *Service) ListAttributes(ctx context.Context, f AttributeFilter, args page.Args) (page.Slice[AttributeDefinition], error) {
	w, err := args.Window(pageSize, maxPage)
	if err != nil {
		return page.Slice[AttributeDefinition]{}, err
	}
	ids, err := f.query().Page(ctx, s.db.Conn(ctx), w, keyset.Order{Expr: "d.position", Type: "bigint", ID: "d.id"})
	if err != nil {
		return page.Slice[AttributeDefinition]{}, err
	}
	found, err := s.AttributesByIDs(ctx, keyset.IDs[AttributeID](ids))
	return keyset.Fill(ids, found), err
}

// CountAttributes tells how long the list is.
func (s *Service) CountAttributes(ctx context.Context, f AttributeFilter) (int64, error) {
	return f.query().Count(ctx, s.db.Conn(ctx))
}

func (f AttributeFilter) query() *keyset.Query {
	q := keyset.From("attribute_definition d")
	if f.ProductType != "" {
		q.Where("d.product_type IN ('', ?)", f.ProductType)
	}
	if f.Facet {
		q.Where("d.facet")
	}
	return q
}

func (s *Service) insertAttribute(ctx context.Context, in NewAttribute) (AttributeID, error) {
	now := s.db.Now(ctx)
	row, err := s.db.Ent(ctx).AttributeDefinition.Create().
		SetCode(in.Code).SetName(in.Name).SetType(string(in.Type)).SetProductType(in.ProductType).
		SetUnit(in.Unit).SetChoices(in.Choices).SetFacet(in.Facet).SetPosition(in.Position).
		SetCreatedAt(now).SetUpdatedAt(now).Save(ctx)
	if err != nil {
		return 0, fmt.Errorf("create attribute: %w", postgres.Conflict(err, byConstraint))
	}
	return AttributeID(row.ID), nil
}

func (s *Service) updateAttribute(ctx context.Context, id AttributeID, c AttributeChange) error {
	u := s.db.Ent(ctx).AttributeDefinition.Update().Where(attributedefinition.ID(int64(id))).
		SetNillableName(c.Name).SetNillableProductType(c.ProductType).SetNillableUnit(c.Unit).
		SetNillableFacet(c.Facet).SetNillablePosition(c.Position).
		AddVersion(1).SetUpdatedAt(s.db.Now(ctx))
	if c.Choices != nil {
		u.SetChoices(c.Choices)
	}
	if err := u.Exec(ctx); err != nil {
		return fmt.Errorf("update attribute: %w", postgres.Conflict(err, byConstraint))
	}
	return nil
}

// refuseLostChoices refuses to take away choices that products have.
func (s *Service) refuseLostChoices(ctx context.Context, before AttributeDefinition, choices []string) error {
	if choices == nil {
		return nil
	}
	lost := slices.DeleteFunc(slices.Clone(before.Choices), func(c string) bool { return slices.Contains(choices, c) })
	var used bool
	err := s.db.Conn(ctx).QueryRow(ctx, `
		SELECT EXISTS (SELECT FROM product_attribute WHERE definition_id = $1 AND text_value = ANY($2))`,
		int64(before.ID), lost).Scan(&used)
	if err != nil {
		return fmt.Errorf("look for lost choices: %w", postgres.Fault(err))
	}
	if used {
		return ErrChoiceInUse
	}
	return nil
}

// writeAttributes replaces the product's values of the named attributes.
func (s *Service) writeAttributes(ctx context.Context, id ProductID, productType string, in []AttributeInput) error {
	if len(in) == 0 {
		return nil
	}
	ids := make([]AttributeID, len(in))
	for i, a := range in {
		ids[i] = a.Definition
	}
	definitions, err := s.AttributesByIDs(ctx, ids)
	if err != nil {
		return err
	}
	values, err := parseAttributes(definitions, productType, in)
	if err != nil {
		return err
	}
	if err := s.refuseStrangers(ctx, values); err != nil {
		return err
	}
	err = s.exec(ctx, "replace attributes",
		`DELETE FROM product_attribute WHERE product_id = $1 AND definition_id = ANY($2)`, int64(id), raw(ids))
	if err != nil {
		return err
	}
	err = s.db.Ent(ctx).ProductAttribute.MapCreateBulk(values, func(c *ent.ProductAttributeCreate, i int) {
		v := values[i]
		c.SetProductID(int64(id)).SetDefinitionID(int64(v.definition)).
			SetNillableTextValue(v.text).SetNillableNumberMilli(v.milli).SetNillableBoolValue(v.boolean).
			SetNillableDateValue(v.date).SetNillableReferenceID(v.reference)
	}).Exec(ctx)
	if err != nil {
		return fmt.Errorf("write attributes: %w", postgres.Conflict(err, byConstraint))
	}
	return nil
}

// definedValue is a value with the attribute it belongs to.
type definedValue struct {
	attributeValue
	definition AttributeID
}

func parseAttributes(definitions map[AttributeID]AttributeDefinition, productType string, in []AttributeInput) ([]definedValue, error) {
	var faults fault.List
	var values []definedValue
	for i, a := range in {
		at := []string{"attributes", strconv.Itoa(i)}
		d, ok := definitions[a.Definition]
		switch {
		case !ok:
			faults.Add(ErrAttributeNotFound.At(append(at, "definition")...))
			continue
		case d.ProductType != "" && d.ProductType != productType:
			faults.Add(fault.Newf(fault.Invalid, "wrong_product_type", "The attribute %s is for products of type %q.", d.Code, d.ProductType).At(at...))
		case len(a.Values) > 1 && !d.Type.many():
			faults.Add(fault.Newf(fault.Invalid, "too_many", "The attribute %s has one value.", d.Code).At(append(at, "values")...))
		case len(a.Values) > MaxChoices:
			faults.Add(tooMany(MaxChoices, append(at, "values")...))
		}
		for j, text := range unique(a.Values) {
			v, f := d.parse(text)
			if f != nil {
				faults.Add(f.At(append(at, "values", strconv.Itoa(j))...))
			}
			values = append(values, definedValue{v, d.ID})
		}
	}
	return values, faults.Err()
}

// refuseStrangers refuses references to products that are not there.
func (s *Service) refuseStrangers(ctx context.Context, values []definedValue) error {
	var wanted []int64
	for _, v := range values {
		if v.reference != nil {
			wanted = append(wanted, *v.reference)
		}
	}
	if len(wanted) == 0 {
		return nil
	}
	wanted = unique(wanted)
	var n int
	err := s.db.Conn(ctx).QueryRow(ctx, `SELECT count(*) FROM product WHERE id = ANY($1)`, wanted).Scan(&n)
	if err != nil {
		return fmt.Errorf("look for references: %w", postgres.Fault(err))
	}
	if n != len(wanted) {
		return ErrProductNotFound.At("attributes")
	}
	return nil
}

func definitionOf(r *ent.AttributeDefinition) AttributeDefinition {
	return AttributeDefinition{
		ID:          AttributeID(r.ID),
		Code:        r.Code,
		Name:        r.Name,
		Type:        AttributeType(r.Type),
		ProductType: r.ProductType,
		Unit:        r.Unit,
		Choices:     r.Choices,
		Facet:       r.Facet,
		Position:    r.Position,
		Version:     r.Version,
		CreatedAt:   r.CreatedAt,
		UpdatedAt:   r.UpdatedAt,
	}
}
