package purchasing

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"github.com/souk-commerce/souk/internal/audit"
	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/platform/actor"
	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/platform/idempotency"
	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/purchasing/lifecycle"
)

// Rooms is what this one stands on.
type Rooms struct {
	Catalog *catalog.Service
	Stock   *inventory.Service
}

// Service holds the use cases of purchase orders.
type Service struct {
	db     *postgres.DB
	events *event.Outbox
	audit  *audit.Log
	keys   *idempotency.Keys
	rooms  Rooms
}

// NewService wires the room.
func NewService(db *postgres.DB, events *event.Outbox, log *audit.Log, rooms Rooms) *Service {
	return &Service{db: db, events: events, audit: log, keys: idempotency.New(db), rooms: rooms}
}

// Create drafts an order. Nothing is to come yet.
func (s *Service) Create(ctx context.Context, in NewOrder) (Order, error) {
	if err := in.Validate(); err != nil {
		return Order{}, err
	}
	var p sheet
	err := s.db.InTx(ctx, func(ctx context.Context) (err error) {
		if err := s.places(ctx, in.Supplier, in.Location); err != nil {
			return err
		}
		if err := s.hold(ctx, in.Lines); err != nil {
			return err
		}
		if p, err = s.insert(ctx, in); err != nil {
			return err
		}
		return s.note(ctx, "purchase_order.create", nil, p)
	})
	return p.Order, err
}

// Update changes an order that is not over; its lines only while it is a draft.
func (s *Service) Update(ctx context.Context, id ID, version int64, c Change) (Order, error) {
	if err := c.Validate(); err != nil {
		return Order{}, err
	}
	return s.apply(ctx, step{id, version, lifecycle.Update, func(ctx context.Context, p *sheet) error {
		c.amend(&p.Order)
		if c.Lines == nil {
			return nil
		}
		if p.State != lifecycle.Draft {
			return ErrNotDraft
		}
		if err := checkLines(c.Lines, p.Currency).Err(); err != nil {
			return err
		}
		if err := s.hold(ctx, c.Lines); err != nil {
			return err
		}
		return s.rewriteLines(ctx, p, c.Lines)
	}})
}

func (c Change) amend(o *Order) {
	if c.Reference != nil {
		o.Reference = *c.Reference
	}
	if c.Note != nil {
		o.Note = *c.Note
	}
	if c.ExpectedAt != nil {
		o.ExpectedAt = c.ExpectedAt
		if c.ExpectedAt.IsZero() {
			o.ExpectedAt = nil
		}
	}
}

// Order orders what a draft lists: from now on it counts as incoming.
func (s *Service) Order(ctx context.Context, id ID, version int64) (Order, error) {
	return s.apply(ctx, step{id, version, lifecycle.Order, func(ctx context.Context, p *sheet) error {
		if err := s.places(ctx, p.Supplier, p.Location); err != nil {
			return err
		}
		p.order()
		return nil
	}})
}

// Receive takes a delivery into stock. The same delivery under the same key is
// taken in once.
func (s *Service) Receive(ctx context.Context, id ID, version int64, d Delivery) (Order, error) {
	if d.Key == "" {
		return Order{}, inventory.ErrKeyRequired
	}
	if err := d.Validate(); err != nil {
		return Order{}, err
	}
	who := actor.From(ctx)
	asked := idempotency.Request{
		Scope:     string(who.Kind) + ":" + strconv.FormatInt(who.ID, 10),
		Operation: "purchase_order.receive",
		Key:       d.Key,
		Input:     []any{id, d},
	}
	_, _, err := idempotency.Do(ctx, s.keys, asked, func(ctx context.Context) (ID, error) {
		_, err := s.apply(ctx, step{id, version, lifecycle.Receive, func(ctx context.Context, p *sheet) error {
			if _, err := s.active(ctx, p.Location, "location"); err != nil {
				return err
			}
			return p.receive(d.Lines, d.Over)
		}})
		return id, err
	})
	if err != nil {
		return Order{}, err
	}
	return s.ByID(ctx, id)
}

// Cancel calls a draft off, or gives up what is still to come of an order: of
// some variants, or of all where none is named. When nothing more is to come the
// order is over: received if anything came, else cancelled.
func (s *Service) Cancel(ctx context.Context, id ID, version int64, variants []catalog.VariantID) (Order, error) {
	if err := listed(variants, "variants").Err(); err != nil {
		return Order{}, err
	}
	return s.apply(ctx, step{id, version, lifecycle.Cancel, func(_ context.Context, p *sheet) error {
		switch {
		case p.State != lifecycle.Draft:
			return p.giveUp(variants)
		case len(variants) > 0:
			return ErrWholeDraft
		}
		return nil
	}})
}

// VariantsDeleting refuses the deletion of variants of which pieces are still to
// come. The catalogue calls it, with the variants locked: an order that would
// move them waits, and then does not find them. It takes no lock of its own,
// since orders are locked before variants. Lines of drafts stay; these drafts
// cannot be ordered.
func (s *Service) VariantsDeleting(ctx context.Context, refs []catalog.VariantRef) error {
	variants := make([]catalog.VariantID, len(refs))
	for i, r := range refs {
		variants[i] = r.Variant
	}
	open, err := s.onOrder(ctx, variants)
	if err != nil {
		return err
	}
	if open {
		return ErrOnOrder
	}
	return nil
}

// step is a change of one order. do changes the sheet, whose state is still the
// one before.
type step struct {
	id      ID
	version int64
	event   lifecycle.Event
	do      func(ctx context.Context, p *sheet) error
}

// apply is the only writer of orders that exist: lock the paper, ask whether the
// event may happen, let it happen, write the paper and its books, and move the
// stock. Levels are locked last, so that buyers wait the least.
func (s *Service) apply(ctx context.Context, c step) (Order, error) {
	var after Order
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		before, err := s.lock(ctx, c.id, c.version)
		if err != nil {
			return err
		}
		if _, err := lifecycle.Transitions().Next(before.State, c.event, before.facts()); err != nil {
			return err
		}
		p := before.clone()
		if err := c.do(ctx, &p); err != nil {
			return err
		}
		if p.State, err = lifecycle.Transitions().Next(before.State, c.event, p.facts()); err != nil {
			return err
		}
		if err := s.save(ctx, before, &p); err != nil {
			return err
		}
		if err := s.note(ctx, "purchase_order."+string(c.event), before, p); err != nil {
			return err
		}
		after = p.Order
		return s.rooms.Stock.Post(ctx, inventory.Cause{ReferenceKind: OfOrder, ReferenceID: int64(c.id)}, p.moves)
	})
	if err != nil {
		return Order{}, err
	}
	return after, nil
}

func (s *Service) note(ctx context.Context, action string, before any, after sheet) error {
	err := s.audit.Record(ctx, audit.Entry{Action: action, SubjectKind: "purchase_order", SubjectID: int64(after.ID), Before: before, After: after})
	if err != nil {
		return err
	}
	return s.events.Record(ctx, OrderChanged{Order: after.ID, Version: after.Version})
}

// places refuses an order from what is no supplier, or to where nothing goes.
func (s *Service) places(ctx context.Context, supplier, location inventory.LocationID) error {
	from, err := s.active(ctx, supplier, "supplier")
	if err != nil {
		return err
	}
	if from.Kind != inventory.Supplier {
		return ErrNotSupplier
	}
	_, err = s.active(ctx, location, "location")
	return err
}

// active refuses a location that is not there or takes no part any more.
func (s *Service) active(ctx context.Context, id inventory.LocationID, field string) (inventory.Location, error) {
	l, err := s.rooms.Stock.LocationByID(ctx, id)
	switch {
	case errors.Is(err, inventory.ErrLocationNotFound):
		return l, inventory.ErrLocationNotFound.At(field)
	case err == nil && !l.Active:
		return l, inventory.ErrInactive.At(field)
	}
	return l, err
}

// hold keeps variants from being deleted while the order that lists them is
// written, and says which are not there.
func (s *Service) hold(ctx context.Context, lines []NewLine) error {
	variants := make([]catalog.VariantID, len(lines))
	for i, l := range lines {
		variants[i] = l.Variant
	}
	refs, err := s.rooms.Catalog.HoldVariants(ctx, variants)
	if err != nil {
		return err
	}
	var faults fault.List
	for i, v := range variants {
		if !slices.ContainsFunc(refs, func(r catalog.VariantRef) bool { return r.Variant == v }) {
			faults.Add(inventory.ErrVariantNotFound.At("lines", strconv.Itoa(i), "variant"))
		}
	}
	return faults.Err()
}
