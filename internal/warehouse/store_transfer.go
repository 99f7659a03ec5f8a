package warehouse

import (
	"context"
	"fmt"

	"github.com/souk-commerce/souk/ent"
	"github.com/souk-commerce/souk/ent/stocktransfer"
	"github.com/souk-commerce/souk/ent/stocktransferline"
	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/platform/keyset"
	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/warehouse/lifecycle"
)

// pageSize and maxPage bound the lists of this room.
const (
	pageSize = 50
	maxPage  = 250
)

// TransferByID gives one transfer.
func (s *Service) TransferByID(ctx context.Context, id TransferID) (Transfer, error) {
	found, err := s.TransfersByIDs(ctx, []TransferID{id})
	if err != nil {
		return Transfer{}, err
	}
	if t, ok := found[id]; ok {
		return t, nil
	}
	return Transfer{}, ErrTransferNotFound
}

// TransfersByIDs gives those transfers that exist.
func (s *Service) TransfersByIDs(ctx context.Context, ids []TransferID) (map[TransferID]Transfer, error) {
	rows, err := s.db.Ent(ctx).StockTransfer.Query().Where(postgres.Any(stocktransfer.FieldID, ids)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read transfers: %w", postgres.Fault(err))
	}
	out := make(map[TransferID]Transfer, len(rows))
	for _, r := range rows {
		out[TransferID(r.ID)] = transferOf(r)
	}
	return out, nil
}

// TransferLines gives the lines of transfers, in the order they were written.
func (s *Service) TransferLines(ctx context.Context, ids []TransferID) (map[TransferID][]TransferLine, error) {
	rows, err := s.db.Ent(ctx).StockTransferLine.Query().
		Where(postgres.Any(stocktransferline.FieldTransferID, ids)).Order(stocktransferline.ByID()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read transfer lines: %w", postgres.Fault(err))
	}
	out := make(map[TransferID][]TransferLine, len(ids))
	for _, r := range rows {
		l := transferLineOf(r)
		out[l.Transfer] = append(out[l.Transfer], l)
	}
	return out, nil
}

// ListTransfers gives one page of transfers.
func (s *Service) ListTransfers(ctx context.Context, f TransferFilter, by TransferSort, args page.Args) (page.Slice[Transfer], error) {
	w, err := args.Window(pageSize, maxPage)
	if err != nil {
		return page.Slice[Transfer]{}, err
	}
	ids, err := f.query().Page(ctx, s.db.Conn(ctx), w, by.order())
	if err != nil {
		return page.Slice[Transfer]{}, err
	}
	found, err := s.TransfersByIDs(ctx, keyset.IDs[TransferID](ids))
	return keyset.Fill(ids, found), err
}

func (by TransferSort) order() keyset.Order {
	switch by {
	case TransfersByExpected:
		return keyset.Order{Expr: "COALESCE(t.expected_at, 'infinity')", Type: "timestamptz", ID: "t.id"}
	case TransfersByUpdate:
		return keyset.Order{Expr: "t.updated_at", Type: "timestamptz", ID: "t.id"}
	}
	return keyset.Order{Expr: "t.id", Type: "bigint", ID: "t.id"}
}

// CountTransfers tells how long the list is.
func (s *Service) CountTransfers(ctx context.Context, f TransferFilter) (int64, error) {
	return f.query().Count(ctx, s.db.Conn(ctx))
}

func (f TransferFilter) query() *keyset.Query {
	q := keyset.From("stock_transfer t")
	if len(f.States) > 0 {
		q.Where("t.state = ANY(?::text[])", texts(f.States))
	}
	if f.From != 0 {
		q.Where("t.from_location_id = ?", int64(f.From))
	}
	if f.To != 0 {
		q.Where("t.to_location_id = ?", int64(f.To))
	}
	if f.Variant != 0 {
		q.Where("t.id IN (SELECT transfer_id FROM stock_transfer_line WHERE variant_id = ?)", int64(f.Variant))
	}
	return q
}

// lockTransfer takes a transfer with its lines, and compares its version.
func (s *Service) lockTransfer(ctx context.Context, id TransferID, version int64) (sheet, error) {
	row, err := s.db.Ent(ctx).StockTransfer.Query().Where(stocktransfer.ID(int64(id))).ForUpdate().Only(ctx)
	if ent.IsNotFound(err) {
		return sheet{}, ErrTransferNotFound
	}
	if err != nil {
		return sheet{}, fmt.Errorf("lock transfer: %w", postgres.Fault(err))
	}
	if row.Version != version {
		return sheet{}, ErrStale
	}
	lines, err := s.TransferLines(ctx, []TransferID{id})
	return sheet{Transfer: transferOf(row), Lines: lines[id]}, err
}

func (s *Service) insertTransfer(ctx context.Context, in NewTransfer) (sheet, error) {
	now := s.db.Now(ctx)
	row, err := s.db.Ent(ctx).StockTransfer.Create().
		SetFromLocationID(int64(in.From)).SetToLocationID(int64(in.To)).SetNote(in.Note).SetNillableExpectedAt(in.ExpectedAt).
		SetCreatedAt(now).SetUpdatedAt(now).Save(ctx)
	if err != nil {
		return sheet{}, fmt.Errorf("create transfer: %w", postgres.Fault(err))
	}
	p := sheet{Transfer: transferOf(row)}
	p.Lines, err = s.insertLines(ctx, p.ID, in.Lines)
	return p, err
}

// rewriteLines puts other lines in place of a draft's.
func (s *Service) rewriteLines(ctx context.Context, p *sheet, lines []Pieces) error {
	_, err := s.db.Ent(ctx).StockTransferLine.Delete().Where(stocktransferline.TransferID(int64(p.ID))).Exec(ctx)
	if err != nil {
		return fmt.Errorf("remove transfer lines: %w", postgres.Fault(err))
	}
	p.Lines, err = s.insertLines(ctx, p.ID, lines)
	return err
}

func (s *Service) insertLines(ctx context.Context, id TransferID, lines []Pieces) ([]TransferLine, error) {
	client := s.db.Ent(ctx).StockTransferLine
	creates := make([]*ent.StockTransferLineCreate, len(lines))
	for i, l := range lines {
		creates[i] = client.Create().SetTransferID(int64(id)).SetVariantID(int64(l.Variant)).SetQuantity(l.Quantity)
	}
	rows, err := client.CreateBulk(creates...).Save(ctx)
	if err != nil {
		return nil, fmt.Errorf("write transfer lines: %w", postgres.Fault(err))
	}
	out := make([]TransferLine, len(rows))
	for i, r := range rows {
		out[i] = transferLineOf(r)
	}
	return out, nil
}

// saveTransfer writes what a step made of a transfer, and stamps it.
func (s *Service) saveTransfer(ctx context.Context, before sheet, p *sheet) error {
	now := s.db.Now(ctx)
	if before.State != lifecycle.InTransit && p.State == lifecycle.InTransit {
		p.ShippedAt = &now
	}
	if p.State.Over() {
		p.EndedAt = &now
	}
	update := s.db.Ent(ctx).StockTransfer.UpdateOneID(int64(p.ID)).
		SetState(string(p.State)).SetNote(p.Note).SetNillableShippedAt(p.ShippedAt).SetNillableEndedAt(p.EndedAt).
		SetUpdatedAt(now).AddVersion(1)
	if p.ExpectedAt == nil {
		update.ClearExpectedAt()
	} else {
		update.SetExpectedAt(*p.ExpectedAt)
	}
	row, err := update.Save(ctx)
	if err != nil {
		return fmt.Errorf("save transfer: %w", postgres.Fault(err))
	}
	p.Transfer = transferOf(row)
	return s.saveLines(ctx, p.Lines)
}

// saveLines writes how far the lines of a transfer are.
func (s *Service) saveLines(ctx context.Context, lines []TransferLine) error {
	var ids, shipped, received, lost []int64
	for _, l := range lines {
		ids, shipped = append(ids, int64(l.ID)), append(shipped, l.Shipped)
		received, lost = append(received, l.Received), append(lost, l.Lost)
	}
	_, err := s.db.Conn(ctx).Exec(ctx, `
		UPDATE stock_transfer_line l SET shipped = n.shipped, received = n.received, lost = n.lost
		FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[]) AS n(id, shipped, received, lost)
		WHERE l.id = n.id AND (l.shipped, l.received, l.lost) <> (n.shipped, n.received, n.lost)`, ids, shipped, received, lost)
	if err != nil {
		return fmt.Errorf("save transfer lines: %w", postgres.Fault(err))
	}
	return nil
}

// inOpenTransfer tells whether a transfer keeps pieces of any of the variants
// back or has some on the way.
func (s *Service) inOpenTransfer(ctx context.Context, variants []catalog.VariantID) (busy bool, err error) {
	err = s.db.Conn(ctx).QueryRow(ctx, `
		SELECT EXISTS (
			SELECT FROM stock_transfer_line l JOIN stock_transfer t ON t.id = l.transfer_id
			WHERE l.variant_id = ANY($1::bigint[])
				AND (t.state = 'reserved' OR t.state = 'in_transit' AND l.received + l.lost < l.shipped)
		)`, raw(variants)).Scan(&busy)
	if err != nil {
		return false, fmt.Errorf("look for open transfers: %w", postgres.Fault(err))
	}
	return busy, nil
}

// raw turns typed ids into what the driver takes.
func raw[ID ~int64](ids []ID) []int64 {
	out := make([]int64, len(ids))
	for i, id := range ids {
		out[i] = int64(id)
	}
	return out
}

func texts[T ~string](words []T) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = string(w)
	}
	return out
}
