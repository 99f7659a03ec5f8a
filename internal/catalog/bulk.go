package catalog

import (
	"context"
	"fmt"

	"github.com/souk-commerce/souk/internal/market"
	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// Bulk reads and writes hundreds of products at once, for files that come in
// and go out. Everything runs in the caller's transaction, which also writes
// the audit row; facts are recorded by Finish. The number of statements does
// not grow with the number of products, but for those that change.
type Bulk struct {
	db     *postgres.DB
	events *event.Outbox
}

// NewBulk wires the bulk operations.
func NewBulk(db *postgres.DB, events *event.Outbox) *Bulk { return &Bulk{db: db, events: events} }

// Whole is a product with its variants. Attributes are left out; no bulk
// operation touches them.
type Whole struct {
	Product  Product
	Variants []Variant
}

// BulkChange is what a product was and what it is to be. Without Before it is
// new. Ids that are zero in After are filled in by Save; options are only added
// with the product, values and variants at any time, and nothing is deleted.
type BulkChange struct {
	Before  *Whole
	After   Whole
	Aspects []Aspect // what differs, filled in by Save
}

// New reports whether the product is.
func (c *BulkChange) New() bool { return c.Before == nil }

// Touch adds what other rooms have changed.
func (c *BulkChange) Touch(a Aspect) { c.Aspects = with(c.Aspects, a) }

// Finish counts up the version of every changed product and records its fact.
func (b *Bulk) Finish(ctx context.Context, changes []*BulkChange) error {
	versions, err := b.countUp(ctx, changes)
	if err != nil {
		return err
	}
	var facts []event.Fact
	for _, c := range changes {
		id := c.After.Product.ID
		switch {
		case c.New():
			facts = append(facts, ProductCreated{Product: id, Version: 1})
		case len(c.Aspects) > 0:
			c.After.Product.Version = versions[id]
			facts = append(facts, ProductUpdated{Product: id, Version: versions[id], Aspects: c.Aspects})
			if c.After.Product.ArchivedAt != nil && c.Before.Product.ArchivedAt == nil {
				facts = append(facts, ProductArchived{Product: id, Version: versions[id]})
			}
		}
	}
	return b.events.Record(ctx, facts...)
}

func (b *Bulk) countUp(ctx context.Context, changes []*BulkChange) (map[ProductID]int64, error) {
	var ids []int64
	for _, c := range changes {
		if !c.New() && len(c.Aspects) > 0 {
			ids = append(ids, int64(c.After.Product.ID))
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	rows, err := b.db.Conn(ctx).Query(ctx,
		`UPDATE product SET version = version + 1, updated_at = $2 WHERE id = ANY($1) RETURNING id, version`, ids, b.db.Now(ctx))
	if err != nil {
		return nil, fmt.Errorf("count up products: %w", postgres.Fault(err))
	}
	return collectMap[ProductID, int64](rows)
}

// SKUOwners says which variants and products have the SKUs.
func (b *Bulk) SKUOwners(ctx context.Context, skus []string) (map[string]VariantRef, error) {
	rows, err := b.db.Conn(ctx).Query(ctx, `SELECT sku, id, product_id FROM variant WHERE sku = ANY($1)`, skus)
	if err != nil {
		return nil, fmt.Errorf("look for SKUs: %w", postgres.Fault(err))
	}
	defer rows.Close()
	owners := map[string]VariantRef{}
	for rows.Next() {
		var sku string
		var ref VariantRef
		if err := rows.Scan(&sku, &ref.Variant, &ref.Product); err != nil {
			return nil, fmt.Errorf("look for SKUs: %w", err)
		}
		owners[sku] = ref
	}
	return owners, postgres.Fault(rows.Err())
}

// Usage says which of the rarer parts some product has.
type Usage struct {
	Options     int // the most that a product has
	UnitPrices  bool
	Collections bool        // membership in manual ones
	Excluded    []market.ID // markets that some product is kept out of
}

// Usage looks over the whole catalog.
func (b *Bulk) Usage(ctx context.Context) (Usage, error) {
	var u Usage
	err := b.db.Conn(ctx).QueryRow(ctx, `
		SELECT COALESCE((SELECT max(position) FROM product_option), 0),
			EXISTS (SELECT FROM variant WHERE unit_quantity_milli IS NOT NULL),
			EXISTS (SELECT FROM collection_product m JOIN collection c ON c.id = m.collection_id AND c.kind = 'manual'),
			ARRAY(SELECT DISTINCT market_id FROM product_exclusion)`).
		Scan(&u.Options, &u.UnitPrices, &u.Collections, &u.Excluded)
	if err != nil {
		return u, fmt.Errorf("look over the catalog: %w", postgres.Fault(err))
	}
	return u, nil
}

// allocate takes n ids of a table.
func (b *Bulk) allocate(ctx context.Context, table string, n int) ([]int64, error) {
	if n == 0 {
		return nil, nil
	}
	rows, err := b.db.Conn(ctx).Query(ctx,
		`SELECT nextval(pg_get_serial_sequence($1, 'id')) FROM generate_series(1, $2::int)`, table, n)
	if err != nil {
		return nil, fmt.Errorf("take ids of %s: %w", table, postgres.Fault(err))
	}
	defer rows.Close()
	ids := make([]int64, 0, n)
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("take ids of %s: %w", table, err)
		}
		ids = append(ids, id)
	}
	return ids, postgres.Fault(rows.Err())
}
