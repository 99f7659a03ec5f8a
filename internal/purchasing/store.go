package purchasing

import (
	"context"
	"fmt"
	"strings"

	"github.com/souk-commerce/souk/ent"
	"github.com/souk-commerce/souk/ent/purchaseorder"
	"github.com/souk-commerce/souk/ent/purchaseorderline"
	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/kernel/money"
	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/platform/keyset"
	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/purchasing/lifecycle"
)

// pageSize and maxPage bound the list of this room.
const (
	pageSize = 50
	maxPage  = 250
)

// ByID gives one order.
func (s *Service) ByID(ctx context.Context, id ID) (Order, error) {
	found, err := s.ByIDs(ctx, []ID{id})
	if err != nil {
		return Order{}, err
	}
	if o, ok := found[id]; ok {
		return o, nil
	}
	return Order{}, ErrNotFound
}

// ByIDs gives those orders that exist.
func (s *Service) ByIDs(ctx context.Context, ids []ID) (map[ID]Order, error) {
	rows, err := s.db.Ent(ctx).PurchaseOrder.Query().Where(postgres.Any(purchaseorder.FieldID, ids)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read purchase orders: %w", postgres.Fault(err))
	}
	out := make(map[ID]Order, len(rows))
	for _, r := range rows {
		out[ID(r.ID)] = orderOf(r)
	}
	return out, nil
}

// Lines gives the lines of orders, in the order they were written.
func (s *Service) Lines(ctx context.Context, ids []ID) (map[ID][]Line, error) {
	rows, err := s.db.Ent(ctx).PurchaseOrderLine.Query().
		Where(postgres.Any(purchaseorderline.FieldPurchaseOrderID, ids)).
		WithPurchaseOrder(func(q *ent.PurchaseOrderQuery) { q.Select(purchaseorder.FieldCurrency) }).
		Order(purchaseorderline.ByID()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read purchase order lines: %w", postgres.Fault(err))
	}
	out := make(map[ID][]Line, len(ids))
	for _, r := range rows {
		l := lineOf(r, money.Currency(r.Edges.PurchaseOrder.Currency))
		out[l.Order] = append(out[l.Order], l)
	}
	return out, nil
}

// Page gives one page of orders.
func (s *Service) Page(ctx context.Context, f Filter, by Sort, args page.Args) (page.Slice[Order], error) {
	w, err := args.Window(pageSize, maxPage)
	if err != nil {
		return page.Slice[Order]{}, err
	}
	ids, err := f.query().Page(ctx, s.db.Conn(ctx), w, by.order())
	if err != nil {
		return page.Slice[Order]{}, err
	}
	found, err := s.ByIDs(ctx, keyset.IDs[ID](ids))
	return keyset.Fill(ids, found), err
}

func (by Sort) order() keyset.Order {
	switch by {
	case ByExpected:
		return keyset.Order{Expr: "COALESCE(o.expected_at, 'infinity')", Type: "timestamptz", ID: "o.id"}
	case ByUpdate:
		return keyset.Order{Expr: "o.updated_at", Type: "timestamptz", ID: "o.id"}
	}
	return keyset.Order{Expr: "o.id", Type: "bigint", ID: "o.id"}
}

// Count tells how long the list is.
func (s *Service) Count(ctx context.Context, f Filter) (int64, error) {
	return f.query().Count(ctx, s.db.Conn(ctx))
}

func (f Filter) query() *keyset.Query {
	q := keyset.From("purchase_order o")
	if len(f.States) > 0 {
		states := make([]string, len(f.States))
		for i, s := range f.States {
			states[i] = string(s)
		}
		q.Where("o.state = ANY(?::text[])", states)
	}
	if f.Supplier != 0 {
		q.Where("o.supplier_id = ?", int64(f.Supplier))
	}
	if f.Location != 0 {
		q.Where("o.location_id = ?", int64(f.Location))
	}
	if f.Variant != 0 {
		q.Where("o.id IN (SELECT purchase_order_id FROM purchase_order_line WHERE variant_id = ?)", int64(f.Variant))
	}
	if f.Reference != "" {
		q.Where("strpos(lower(o.reference), ?) > 0", strings.ToLower(f.Reference))
	}
	if !f.DueBefore.IsZero() {
		q.Where("o.expected_at < ?", f.DueBefore)
	}
	return q
}

// lock takes an order with its lines, and compares its version.
func (s *Service) lock(ctx context.Context, id ID, version int64) (sheet, error) {
	row, err := s.db.Ent(ctx).PurchaseOrder.Query().Where(purchaseorder.ID(int64(id))).ForUpdate().Only(ctx)
	if ent.IsNotFound(err) {
		return sheet{}, ErrNotFound
	}
	if err != nil {
		return sheet{}, fmt.Errorf("lock purchase order: %w", postgres.Fault(err))
	}
	if row.Version != version {
		return sheet{}, ErrStale
	}
	lines, err := s.Lines(ctx, []ID{id})
	return sheet{Order: orderOf(row), Lines: lines[id]}, err
}

func (s *Service) insert(ctx context.Context, in NewOrder) (sheet, error) {
	now := s.db.Now(ctx)
	row, err := s.db.Ent(ctx).PurchaseOrder.Create().
		SetSupplierID(int64(in.Supplier)).SetLocationID(int64(in.Location)).SetReference(in.Reference).SetNote(in.Note).
		SetCurrency(string(in.Currency)).SetNillableExpectedAt(in.ExpectedAt).SetCreatedAt(now).SetUpdatedAt(now).Save(ctx)
	if err != nil {
		return sheet{}, fmt.Errorf("create purchase order: %w", postgres.Fault(err))
	}
	p := sheet{Order: orderOf(row)}
	return p, s.insertLines(ctx, &p, in.Lines)
}

// rewriteLines puts other lines in place of a draft's.
func (s *Service) rewriteLines(ctx context.Context, p *sheet, lines []NewLine) error {
	_, err := s.db.Ent(ctx).PurchaseOrderLine.Delete().Where(purchaseorderline.PurchaseOrderID(int64(p.ID))).Exec(ctx)
	if err != nil {
		return fmt.Errorf("remove purchase order lines: %w", postgres.Fault(err))
	}
	return s.insertLines(ctx, p, lines)
}

func (s *Service) insertLines(ctx context.Context, p *sheet, lines []NewLine) error {
	client := s.db.Ent(ctx).PurchaseOrderLine
	creates := make([]*ent.PurchaseOrderLineCreate, len(lines))
	for i, l := range lines {
		creates[i] = client.Create().SetPurchaseOrderID(int64(p.ID)).SetVariantID(int64(l.Variant)).SetQuantity(l.Quantity)
		if l.UnitCost != nil {
			creates[i].SetUnitCost(l.UnitCost.Minor)
		}
	}
	rows, err := client.CreateBulk(creates...).Save(ctx)
	if err != nil {
		return fmt.Errorf("write purchase order lines: %w", postgres.Fault(err))
	}
	p.Lines = make([]Line, len(rows))
	for i, r := range rows {
		p.Lines[i] = lineOf(r, p.Currency)
	}
	return nil
}

// save writes what a step made of an order, and stamps it.
func (s *Service) save(ctx context.Context, before sheet, p *sheet) error {
	now := s.db.Now(ctx)
	if before.State == lifecycle.Draft && p.State == lifecycle.Ordered {
		p.OrderedAt = &now
	}
	if p.State.Over() {
		p.EndedAt = &now
	}
	update := s.db.Ent(ctx).PurchaseOrder.UpdateOneID(int64(p.ID)).
		SetState(string(p.State)).SetReference(p.Reference).SetNote(p.Note).
		SetNillableOrderedAt(p.OrderedAt).SetNillableEndedAt(p.EndedAt).SetUpdatedAt(now).AddVersion(1)
	if p.ExpectedAt == nil {
		update.ClearExpectedAt()
	} else {
		update.SetExpectedAt(*p.ExpectedAt)
	}
	row, err := update.Save(ctx)
	if err != nil {
		return fmt.Errorf("save purchase order: %w", postgres.Fault(err))
	}
	p.Order = orderOf(row)
	return s.saveLines(ctx, p.Lines)
}

// saveLines writes how far the lines of an order are.
func (s *Service) saveLines(ctx context.Context, lines []Line) error {
	var ids, quantity, received, cancelled []int64
	for _, l := range lines {
		ids, quantity = append(ids, int64(l.ID)), append(quantity, l.Quantity)
		received, cancelled = append(received, l.Received), append(cancelled, l.Cancelled)
	}
	_, err := s.db.Conn(ctx).Exec(ctx, `
		UPDATE purchase_order_line l SET quantity = n.quantity, received = n.received, cancelled = n.cancelled
		FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[]) AS n(id, quantity, received, cancelled)
		WHERE l.id = n.id AND (l.quantity, l.received, l.cancelled) <> (n.quantity, n.received, n.cancelled)`,
		ids, quantity, received, cancelled)
	if err != nil {
		return fmt.Errorf("save purchase order lines: %w", postgres.Fault(err))
	}
	return nil
}

// onOrder tells whether pieces of any of the variants are still to come.
func (s *Service) onOrder(ctx context.Context, variants []catalog.VariantID) (open bool, err error) {
	ids := make([]int64, len(variants))
	for i, v := range variants {
		ids[i] = int64(v)
	}
	err = s.db.Conn(ctx).QueryRow(ctx, `
		SELECT EXISTS (
			SELECT FROM purchase_order_line l JOIN purchase_order o ON o.id = l.purchase_order_id
			WHERE l.variant_id = ANY($1::bigint[]) AND o.state = 'ordered' AND l.received + l.cancelled < l.quantity
		)`, ids).Scan(&open)
	if err != nil {
		return false, fmt.Errorf("look for open purchase orders: %w", postgres.Fault(err))
	}
	return open, nil
}
