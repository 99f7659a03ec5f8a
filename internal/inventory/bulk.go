package inventory

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/platform/actor"
	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// Bulk counts the stock of thousands of variants at once, in the caller's
// transaction, which also writes the audit row. Levels change through movements
// only, here as everywhere.
type Bulk struct {
	db     *postgres.DB
	events *event.Outbox
}

// NewBulk wires the bulk operations.
func NewBulk(db *postgres.DB, events *event.Outbox) *Bulk { return &Bulk{db: db, events: events} }

// BulkCount says how many pieces of a variant are on hand.
type BulkCount struct {
	catalog.VariantRef
	OnHand int64
}

var errNoPlace = fault.New(fault.Conflict, "no_default_location", "The shop has no default location to put the stock in.")

// DefaultLocation gives the place for stock that names none.
func (b *Bulk) DefaultLocation(ctx context.Context) (LocationID, error) {
	var id LocationID
	err := b.db.Conn(ctx).QueryRow(ctx, `SELECT COALESCE(max(id), 0) FROM location WHERE is_default`).Scan(&id)
	if err != nil {
		return 0, fmt.Errorf("find default location: %w", postgres.Fault(err))
	}
	if id == 0 {
		return 0, errNoPlace
	}
	return id, nil
}

// OnHand gives what is on hand at a place; variants that have no level there
// are missing.
func (b *Bulk) OnHand(ctx context.Context, location LocationID, variants []catalog.VariantID) (map[catalog.VariantID]int64, error) {
	rows, err := b.db.Conn(ctx).Query(ctx,
		`SELECT variant_id, on_hand FROM stock_level WHERE variant_id = ANY($1) AND location_id = $2`, raw(variants), int64(location))
	if err != nil {
		return nil, fmt.Errorf("read stock: %w", postgres.Fault(err))
	}
	defer rows.Close()
	out := make(map[catalog.VariantID]int64, len(variants))
	for rows.Next() {
		var id catalog.VariantID
		var n int64
		if err := rows.Scan(&id, &n); err != nil {
			return nil, fmt.Errorf("read stock: %w", err)
		}
		out[id] = n
	}
	return out, postgres.Fault(rows.Err())
}

// Count sets what is on hand at a place and gives the variants of which that
// is news. Levels that are new make no fact of their own: nobody has waited
// for them, and the fact of their product names its stock.
func (b *Bulk) Count(ctx context.Context, location LocationID, counts []BulkCount, why Cause) ([]catalog.VariantID, error) {
	if len(counts) == 0 {
		return nil, nil
	}
	s := &Service{db: b.db, events: b.events}
	levels, err := b.locked(ctx, s, location, counts)
	if err != nil {
		return nil, err
	}
	var made []BulkCount
	var changes []change
	var news []catalog.VariantID
	products := map[catalog.VariantID]catalog.ProductID{}
	for _, c := range counts {
		before, known := levels[c.Variant]
		switch {
		case !known:
			made = append(made, c)
		case before.OnHand != c.OnHand:
			changes = append(changes, change{kind: Counted, before: before, delta: Stock{OnHand: c.OnHand - before.OnHand}})
			products[c.Variant] = c.Product
		default:
			continue
		}
		news = append(news, c.Variant)
	}
	if err := b.open(ctx, location, made, why); err != nil {
		return nil, err
	}
	if err := s.post(ctx, why, changes); err != nil {
		return nil, err
	}
	return news, s.noteChanges(ctx, changes, products)
}

// locked reads the levels that exist, in the order in which everybody locks
// stock.
func (b *Bulk) locked(ctx context.Context, s *Service, location LocationID, counts []BulkCount) (map[catalog.VariantID]Level, error) {
	variants := make([]int64, len(counts))
	for i, c := range counts {
		variants[i] = int64(c.Variant)
	}
	levels, err := s.lockLevels(ctx, `WHERE l.variant_id = ANY($1) AND l.location_id = $2`, variants, int64(location))
	if err != nil {
		return nil, err
	}
	out := make(map[catalog.VariantID]Level, len(levels))
	for _, l := range levels {
		out[l.Variant] = l
	}
	return out, nil
}

// open writes levels that are new, with their first movement.
func (b *Bulk) open(ctx context.Context, location LocationID, made []BulkCount, why Cause) error {
	conn, who, now := b.db.Conn(ctx), actor.From(ctx), b.db.Now(ctx)
	var levels, moves [][]any
	for _, c := range made {
		levels = append(levels, []any{int64(c.Variant), int64(location), c.OnHand, now})
		if c.OnHand != 0 {
			moves = append(moves, []any{int64(c.Variant), int64(location), string(Counted), c.OnHand, why.Reason, why.ReferenceKind, why.ReferenceID,
				string(who.Kind), who.ID, now})
		}
	}
	_, err := conn.CopyFrom(ctx, pgx.Identifier{"stock_movement"}, []string{"variant_id", "location_id", "kind", "on_hand_delta", "reason",
		"reference_kind", "reference_id", "actor_kind", "actor_id", "at"}, pgx.CopyFromRows(moves))
	if err != nil {
		return fmt.Errorf("write stock movements: %w", postgres.Conflict(err, byConstraint))
	}
	_, err = conn.CopyFrom(ctx, pgx.Identifier{"stock_level"}, []string{"variant_id", "location_id", "on_hand", "updated_at"}, pgx.CopyFromRows(levels))
	if err != nil {
		return fmt.Errorf("write stock levels: %w", postgres.Conflict(err, byConstraint))
	}
	return nil
}
