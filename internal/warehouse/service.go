package warehouse

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
)

// Rooms is what this one stands on.
type Rooms struct {
	Catalog *catalog.Service
	Stock   *inventory.Service
}

// Service holds the use cases of transfers and stock counts.
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

// VariantsDeleting refuses the deletion of variants of which a transfer keeps
// pieces back or has some on the way. The catalogue calls it, with the variants
// locked: papers that would move them wait, and then do not find them. It takes
// no lock of its own, since papers are locked before variants. Lines of drafts
// and of counts stay; the former cannot be reserved, the latter move nothing.
func (s *Service) VariantsDeleting(ctx context.Context, refs []catalog.VariantRef) error {
	variants := make([]catalog.VariantID, len(refs))
	for i, r := range refs {
		variants[i] = r.Variant
	}
	busy, err := s.inOpenTransfer(ctx, variants)
	if err != nil {
		return err
	}
	if busy {
		return ErrInTransfer
	}
	return nil
}

// hold keeps variants from being deleted while the paper that lists them is
// written, and refuses those that are not there.
func (s *Service) hold(ctx context.Context, variants []catalog.VariantID, path func(i int) []string) error {
	there, err := s.existing(ctx, variants)
	if err != nil {
		return err
	}
	var faults fault.List
	for i, v := range variants {
		if !there[v] {
			faults.Add(inventory.ErrVariantNotFound.At(path(i)...))
		}
	}
	return faults.Err()
}

// existing tells which variants are there, and keeps them from being deleted.
func (s *Service) existing(ctx context.Context, variants []catalog.VariantID) (map[catalog.VariantID]bool, error) {
	refs, err := s.rooms.Catalog.HoldVariants(ctx, variants)
	if err != nil {
		return nil, err
	}
	there := make(map[catalog.VariantID]bool, len(refs))
	for _, r := range refs {
		there[r.Variant] = true
	}
	return there, nil
}

func inLines(i int) []string    { return []string{"lines", strconv.Itoa(i), "variant"} }
func inVariants(i int) []string { return []string{"variants", strconv.Itoa(i)} }

// active refuses a location that is not there or takes nothing in.
func (s *Service) active(ctx context.Context, id inventory.LocationID, field string) error {
	l, err := s.rooms.Stock.LocationByID(ctx, id)
	switch {
	case errors.Is(err, inventory.ErrLocationNotFound):
		return inventory.ErrLocationNotFound.At(field)
	case err == nil && !l.Active:
		return inventory.ErrInactive.At(field)
	}
	return err
}

// request is what makes a paper's change safe to repeat.
func request(ctx context.Context, operation, key string, input ...any) (idempotency.Request, error) {
	if key == "" {
		return idempotency.Request{}, inventory.ErrKeyRequired
	}
	who := actor.From(ctx)
	scope := string(who.Kind) + ":" + strconv.FormatInt(who.ID, 10)
	return idempotency.Request{Scope: scope, Operation: operation, Key: key, Input: input}, nil
}

// renumber lets the faults of postings name the lines that they were made for.
func renumber(err error, origin []int) error {
	var list fault.List
	if !errors.As(err, &list) {
		return err
	}
	var faults fault.List
	for _, f := range list {
		if len(f.Path) > 1 && f.Path[0] == "lines" {
			if i, err := strconv.Atoi(f.Path[1]); err == nil && i < len(origin) {
				path := slices.Clone(f.Path)
				path[1] = strconv.Itoa(origin[i])
				f = f.At(path...)
			}
		}
		faults.Add(f)
	}
	return faults
}
