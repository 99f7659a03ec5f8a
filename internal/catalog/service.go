package catalog

import (
	"context"

	"github.com/souk-commerce/souk/internal/audit"
	"github.com/souk-commerce/souk/internal/catalog/lifecycle"
	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// Service holds the use cases of the catalogue. Every write is one transaction
// with its audit row and its facts; writes to something that exists name the
// version they have seen and are refused as stale_version when it is no longer
// the current one.
type Service struct {
	db         *postgres.DB
	events     *event.Outbox
	audit      *audit.Log
	dependents []Dependent
}

// Dependent is a later room that keeps something for each variant and clears it
// in the transaction that deletes variants, before they go. They are locked by
// then: nobody who holds variants (HoldVariants) is still writing about them.
type Dependent interface {
	VariantsDeleting(ctx context.Context, refs []VariantRef) error
}

// NewService wires the room.
func NewService(db *postgres.DB, events *event.Outbox, log *audit.Log) *Service {
	return &Service{db: db, events: events, audit: log}
}

// Attach adds rooms that must know when variants are deleted. It is called
// while the shop is being wired, before the first request.
func (s *Service) Attach(d ...Dependent) { s.dependents = append(s.dependents, d...) }

// note is how a change goes into the books.
type note struct {
	action string
	kind   string
	id     int64
	before any
	after  any
	reason string
	facts  []event.Fact
}

// record writes the audit row and the facts of a change.
func (s *Service) record(ctx context.Context, n note) error {
	entry := audit.Entry{
		Action: n.action, SubjectKind: n.kind, SubjectID: n.id,
		Before: n.before, After: n.after, Reason: n.reason,
	}
	if err := s.audit.Record(ctx, entry); err != nil {
		return err
	}
	return s.events.Record(ctx, n.facts...)
}

// edit is a change to one product under its lock.
type edit struct {
	action  string
	aspects []Aspect
	write   func(ctx context.Context, before Product) error
	fact    func(after Product) event.Fact // none: product.updated with the aspects
}

// change runs an edit: lock, compare the version, write, count the version up,
// note.
func (s *Service) change(ctx context.Context, id ProductID, version int64, e edit) (Product, error) {
	var after Product
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.lock(ctx, lockProduct, int64(id), version); err != nil {
			return err
		}
		before, err := s.ProductByID(ctx, id)
		if err != nil {
			return err
		}
		if err := e.write(ctx, before); err != nil {
			return err
		}
		if err := s.touchProduct(ctx, id); err != nil {
			return err
		}
		if after, err = s.ProductByID(ctx, id); err != nil {
			return err
		}
		return s.noteProduct(ctx, e, before, after)
	})
	return after, err
}

func (s *Service) noteProduct(ctx context.Context, e edit, before, after Product) error {
	var fact event.Fact = ProductUpdated{Product: after.ID, Version: after.Version, Aspects: e.aspects}
	if e.fact != nil {
		fact = e.fact(after)
	}
	return s.record(ctx, note{
		action: e.action, kind: "product", id: int64(after.ID),
		before: before, after: after, facts: []event.Fact{fact},
	})
}

// advance moves a product through its lifecycle.
func (s *Service) advance(ctx context.Context, id ProductID, version int64, event lifecycle.Event, e edit) (Product, error) {
	save := e.write
	e.write = func(ctx context.Context, before Product) error {
		next, ok := lifecycle.Next(before.Status, event)
		if !ok {
			return wrongStatus(before.Status, event)
		}
		if err := s.setStatus(ctx, id, next); err != nil {
			return err
		}
		if save == nil {
			return nil
		}
		return save(ctx, before)
	}
	return s.change(ctx, id, version, e)
}
