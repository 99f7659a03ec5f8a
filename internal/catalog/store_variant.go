package catalog

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/ent"
	"github.com/souk-commerce/souk/ent/variant"
	"github.com/souk-commerce/souk/ent/variantoptionvalue"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// insertVariants makes variants of a product whose options are given, positions
// counted from first.
func (s *Service) insertVariants(ctx context.Context, p Product, in []NewVariant, first int) ([]VariantID, error) {
	chosen, err := chooseAll(p.Options, in)
	if err != nil {
		return nil, err
	}
	skus := make([]string, len(in))
	for i, v := range in {
		skus[i] = v.SKU
	}
	err = s.refuseTakenSKUs(ctx, skus, 0, func(i int) []string { return []string{"variants", strconv.Itoa(i), "sku"} })
	if err != nil {
		return nil, err
	}
	var ids []VariantID
	for part := range slices.Chunk(in, chunk) {
		at := len(ids)
		rows, err := s.db.Ent(ctx).Variant.MapCreateBulk(part, func(c *ent.VariantCreate, i int) {
			fillVariant(c, part[i], chosen[at+i])
			c.SetProductID(int64(p.ID)).SetPosition(first + at + i).
				SetCreatedAt(s.db.Now(ctx)).SetUpdatedAt(s.db.Now(ctx))
		}).Save(ctx)
		if err != nil {
			return nil, fmt.Errorf("create variants: %w", postgres.Conflict(err, byConstraint))
		}
		for _, r := range rows {
			ids = append(ids, VariantID(r.ID))
		}
	}
	return ids, s.insertChoices(ctx, ids, chosen)
}

func chooseAll(options []Option, in []NewVariant) ([][]SelectedOption, error) {
	var faults fault.List
	chosen := make([][]SelectedOption, len(in))
	for i, v := range in {
		var err error
		if chosen[i], err = choose(options, v.Values); err != nil {
			faults = append(faults, below(err, "variants", strconv.Itoa(i))...)
		}
	}
	return chosen, faults.Err()
}

// insertChoices writes which value each variant has on each axis.
func (s *Service) insertChoices(ctx context.Context, ids []VariantID, chosen [][]SelectedOption) error {
	var variants, options, values []int64
	for i, id := range ids {
		for _, c := range chosen[i] {
			variants, options, values = append(variants, int64(id)), append(options, int64(c.OptionID)), append(values, int64(c.ValueID))
		}
	}
	return s.exec(ctx, "write option values", `
		INSERT INTO variant_option_value (variant_id, option_id, value_id)
		SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[])`, variants, options, values)
}

// rechoose moves a variant to another combination.
func (s *Service) rechoose(ctx context.Context, id VariantID, chosen []SelectedOption) error {
	key, title := combination(chosen)
	err := s.db.Ent(ctx).Variant.Update().Where(variant.ID(int64(id))).SetOptionKey(key).SetTitle(title).Exec(ctx)
	if err != nil {
		return fmt.Errorf("change combination: %w", postgres.Conflict(err, byConstraint))
	}
	_, err = s.db.Ent(ctx).VariantOptionValue.Delete().Where(variantoptionvalue.VariantID(int64(id))).Exec(ctx)
	if err != nil {
		return fmt.Errorf("change combination: %w", postgres.Fault(err))
	}
	return s.insertChoices(ctx, []VariantID{id}, [][]SelectedOption{chosen})
}

// refuseTakenSKUs names each SKU that another variant than except has, and each
// that stands twice in the list. A racing writer is stopped by the index.
func (s *Service) refuseTakenSKUs(ctx context.Context, skus []string, except VariantID, path func(int) []string) error {
	rows, err := s.db.Conn(ctx).Query(ctx,
		`SELECT sku, true FROM variant WHERE sku = ANY($1) AND id <> $2`, skus, int64(except))
	if err != nil {
		return fmt.Errorf("look for SKUs: %w", postgres.Fault(err))
	}
	taken, err := collectMap[string, bool](rows)
	if err != nil {
		return fmt.Errorf("look for SKUs: %w", err)
	}
	var faults fault.List
	for i, sku := range skus {
		if sku == "" {
			continue
		}
		if taken[sku] {
			faults.Add(ErrSKUTaken.At(path(i)...))
		}
		taken[sku] = true
	}
	return faults.Err()
}

func fillVariant(c *ent.VariantCreate, v NewVariant, chosen []SelectedOption) {
	key, title := combination(chosen)
	rule := QuantityRule{Minimum: 1, Step: 1}
	if v.Quantity != nil {
		rule = *v.Quantity
	}
	c.SetOptionKey(key).SetTitle(title).
		SetNillableSku(noneIfZero(v.SKU)).SetNillableBarcode(noneIfZero(v.Barcode)).
		SetNillableMediaID(pointer(v.MediaID)).
		SetNillableRequiresShipping(v.RequiresShipping).SetNillableTaxable(v.Taxable).SetTaxCode(v.TaxCode).
		SetWeightGrams(v.Weight.Grams).SetWeightUnit(string(v.Weight.Unit)).
		SetNillableLengthMm(noneIfZero(v.Size.Length)).SetNillableWidthMm(noneIfZero(v.Size.Width)).
		SetNillableHeightMm(noneIfZero(v.Size.Height)).
		SetNillableOriginCountry(noneIfZero(string(v.OriginCountry))).SetHsCode(v.HSCode).
		SetMinQuantity(rule.Minimum).SetNillableMaxQuantity(rule.Maximum).SetQuantityStep(rule.Step).
		SetNillableTracked(v.Tracked).SetInventoryTracker(v.InventoryTracker).
		SetBackorder(v.Backorder).SetNillableBackorderLimit(v.BackorderLimit).SetNillableBackorderAt(v.BackorderAt).
		SetPreorder(v.Preorder).SetNillablePreorderLimit(v.PreorderLimit).SetNillablePreorderAt(v.PreorderAt).
		SetFulfillmentService(v.FulfillmentService).SetNillableUnitCost(v.UnitCost)
	if u := v.UnitPrice; u != nil && *u != (UnitMeasure{}) {
		c.SetUnitQuantityMilli(u.QuantityMilli).SetUnitQuantityUnit(u.QuantityUnit).
			SetUnitReference(u.Reference).SetUnitReferenceUnit(u.ReferenceUnit)
	}
}

func noneIfZero[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

func (s *Service) updateVariant(ctx context.Context, before Variant, c VariantChange) error {
	u := s.db.Ent(ctx).Variant.Update().Where(variant.ID(int64(before.ID))).
		SetNillableRequiresShipping(c.RequiresShipping).SetNillableTaxable(c.Taxable).SetNillableTaxCode(c.TaxCode).
		SetNillableHsCode(c.HSCode).SetNillableTracked(c.Tracked).SetNillableInventoryTracker(c.InventoryTracker).
		SetNillableBackorder(c.Backorder).SetNillablePreorder(c.Preorder).SetNillableFulfillmentService(c.FulfillmentService).
		AddVersion(1).SetUpdatedAt(s.db.Now(ctx))
	if c.SKU != nil {
		assign(noneIfZero(*c.SKU), u.SetSku, u.ClearSku)
	}
	if c.Barcode != nil {
		assign(noneIfZero(*c.Barcode), u.SetBarcode, u.ClearBarcode)
	}
	if c.MediaID != nil {
		assign(noneIfZero(int64(*c.MediaID)), u.SetMediaID, u.ClearMediaID)
	}
	if c.OriginCountry != nil {
		assign(noneIfZero(string(*c.OriginCountry)), u.SetOriginCountry, u.ClearOriginCountry)
	}
	if c.UnitCost != nil {
		assign(noneIfNegative(*c.UnitCost), u.SetUnitCost, u.ClearUnitCost)
	}
	ahead(u, c)
	measures(u, c)
	if err := u.Exec(ctx); err != nil {
		return fmt.Errorf("update variant: %w", postgres.Conflict(err, byConstraint))
	}
	return nil
}

// ahead changes how the variant sells beyond its stock.
func ahead(u *ent.VariantUpdate, c VariantChange) {
	if c.BackorderLimit != nil {
		assign(noneIfNegative(*c.BackorderLimit), u.SetBackorderLimit, u.ClearBackorderLimit)
	}
	if c.BackorderAt != nil {
		assign(noneIfZero(*c.BackorderAt), u.SetBackorderAt, u.ClearBackorderAt)
	}
	if c.PreorderLimit != nil {
		assign(noneIfNegative(*c.PreorderLimit), u.SetPreorderLimit, u.ClearPreorderLimit)
	}
	if c.PreorderAt != nil {
		assign(noneIfZero(*c.PreorderAt), u.SetPreorderAt, u.ClearPreorderAt)
	}
}

func measures(u *ent.VariantUpdate, c VariantChange) {
	if c.Weight != nil {
		u.SetWeightGrams(c.Weight.Grams).SetWeightUnit(string(c.Weight.Unit))
	}
	if c.Size != nil {
		assign(noneIfZero(c.Size.Length), u.SetLengthMm, u.ClearLengthMm)
		assign(noneIfZero(c.Size.Width), u.SetWidthMm, u.ClearWidthMm)
		assign(noneIfZero(c.Size.Height), u.SetHeightMm, u.ClearHeightMm)
	}
	if c.Quantity != nil {
		u.SetMinQuantity(c.Quantity.Minimum).SetQuantityStep(c.Quantity.Step)
		assign(c.Quantity.Maximum, u.SetMaxQuantity, u.ClearMaxQuantity)
	}
	switch p := c.UnitPrice; {
	case p == nil:
	case *p == (UnitMeasure{}):
		u.ClearUnitQuantityMilli().ClearUnitQuantityUnit().ClearUnitReference().ClearUnitReferenceUnit()
	default:
		u.SetUnitQuantityMilli(p.QuantityMilli).SetUnitQuantityUnit(p.QuantityUnit).
			SetUnitReference(p.Reference).SetUnitReferenceUnit(p.ReferenceUnit)
	}
}

func noneIfNegative(n int64) *int64 {
	if n < 0 {
		return nil
	}
	return &n
}

func (s *Service) countVariants(ctx context.Context, id ProductID) (int, error) {
	n, err := s.db.Ent(ctx).Variant.Query().Where(variant.ProductID(int64(id))).Count(ctx)
	if err != nil {
		return 0, fmt.Errorf("count variants: %w", postgres.Fault(err))
	}
	return n, nil
}

func (s *Service) renumberVariants(ctx context.Context, id ProductID) error {
	return s.exec(ctx, "renumber variants", `
		UPDATE variant v SET position = n.position
		FROM (
			SELECT id, row_number() OVER (ORDER BY position, id) AS position FROM variant WHERE product_id = $1
		) n
		WHERE v.id = n.id AND v.position <> n.position`, int64(id))
}

// variantIDs gives the ids of a product's variants in their order.
func (s *Service) variantIDs(ctx context.Context, id ProductID) ([]VariantID, error) {
	rows, err := s.db.Conn(ctx).Query(ctx, `SELECT id FROM variant WHERE product_id = $1 ORDER BY position, id`, int64(id))
	if err != nil {
		return nil, fmt.Errorf("read variants: %w", postgres.Fault(err))
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	return typed[VariantID](ids), postgres.Fault(err)
}

// variantsOf gives all variants of a product in their order.
func (s *Service) variantsOf(ctx context.Context, id ProductID) ([]Variant, error) {
	ids, err := s.variantIDs(ctx, id)
	if err != nil {
		return nil, err
	}
	return s.variantsIn(ctx, ids)
}

// variantsIn gives variants in the order of ids.
func (s *Service) variantsIn(ctx context.Context, ids []VariantID) ([]Variant, error) {
	found, err := s.VariantsByIDs(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make([]Variant, 0, len(ids))
	for _, id := range ids {
		if v, ok := found[id]; ok {
			out = append(out, v)
		}
	}
	return out, nil
}

// VariantByID gives one variant.
func (s *Service) VariantByID(ctx context.Context, id VariantID) (Variant, error) {
	found, err := s.VariantsByIDs(ctx, []VariantID{id})
	if err != nil {
		return Variant{}, err
	}
	if v, ok := found[id]; ok {
		return v, nil
	}
	return Variant{}, ErrVariantNotFound
}

// VariantsByIDs gives those variants that exist, in two statements.
func (s *Service) VariantsByIDs(ctx context.Context, ids []VariantID) (map[VariantID]Variant, error) {
	rows, err := s.db.Ent(ctx).Variant.Query().Where(postgres.Any(variant.FieldID, ids)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read variants: %w", postgres.Fault(err))
	}
	selected, err := s.selected(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("read variants: %w", err)
	}
	out := make(map[VariantID]Variant, len(rows))
	for _, r := range rows {
		out[VariantID(r.ID)] = variantOf(r, selected[VariantID(r.ID)])
	}
	return out, nil
}

func (s *Service) selected(ctx context.Context, ids []VariantID) (map[VariantID][]SelectedOption, error) {
	rows, err := s.db.Conn(ctx).Query(ctx, `
		SELECT x.variant_id, o.id, v.id, o.name, v.name
		FROM variant_option_value x
		JOIN product_option o ON o.id = x.option_id
		JOIN product_option_value v ON v.id = x.value_id
		WHERE x.variant_id = ANY($1) ORDER BY x.variant_id, o.position`, raw(ids))
	if err != nil {
		return nil, postgres.Fault(err)
	}
	defer rows.Close()
	out := make(map[VariantID][]SelectedOption, len(ids))
	for rows.Next() {
		var id VariantID
		var o SelectedOption
		if err := rows.Scan(&id, &o.OptionID, &o.ValueID, &o.Name, &o.Value); err != nil {
			return nil, err
		}
		out[id] = append(out[id], o)
	}
	return out, postgres.Fault(rows.Err())
}
