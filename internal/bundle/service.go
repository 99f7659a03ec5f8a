package bundle

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/souk-commerce/souk/internal/audit"
	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/pricing"
)

// Service holds the use cases of bundles. Writers take variants first, then the
// price lists, then the table of bundles, so that of two of them the second sees
// what the first one did.
type Service struct {
	db     *postgres.DB
	events *event.Outbox
	audit  *audit.Log
	rooms  Rooms
}

// Rooms are the earlier rooms that this one asks.
type Rooms struct {
	Catalog *catalog.Service
	Pricing *pricing.Service
}

// NewService wires the room.
func NewService(db *postgres.DB, events *event.Outbox, log *audit.Log, rooms Rooms) *Service {
	return &Service{db: db, events: events, audit: log, rooms: rooms}
}

// Set makes a variant a bundle, or the bundle another one if version is its
// current one; 0 says that it is none yet.
func (s *Service) Set(ctx context.Context, variant catalog.VariantID, version int64, r Recipe) (Bundle, error) {
	if err := r.Validate(); err != nil {
		return Bundle{}, err
	}
	var after Bundle
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		product, err := s.enter(ctx, variant, r)
		if err != nil {
			return err
		}
		before, err := s.current(ctx, variant, version)
		if err != nil {
			return err
		}
		if err := s.write(ctx, variant, r); err != nil {
			return err
		}
		if after, err = s.one(ctx, variant); err != nil {
			return err
		}
		return s.note(ctx, "bundle.set", product, before, &after)
	})
	return after, err
}

// Remove makes the variant one of its own again, if version is the bundle's
// current one. What cost the sum of its parts has no price then.
func (s *Service) Remove(ctx context.Context, variant catalog.VariantID, version int64) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		product, err := s.enter(ctx, variant, Recipe{})
		if err != nil {
			return err
		}
		before, err := s.current(ctx, variant, version)
		if err != nil {
			return err
		}
		if before == nil {
			return ErrNotFound
		}
		if err := s.drop(ctx, variant); err != nil {
			return err
		}
		return s.note(ctx, "bundle.remove", product, before, nil)
	})
}

// enter takes what a change of the bundle needs, in the order of all writers,
// and refuses recipes with parts that are not there or bundles themselves.
func (s *Service) enter(ctx context.Context, variant catalog.VariantID, r Recipe) (catalog.ProductID, error) {
	parts := r.variants()
	refs, err := s.rooms.Catalog.HoldVariants(ctx, append(slices.Clone(parts), variant))
	if err != nil {
		return 0, err
	}
	products := make(map[catalog.VariantID]catalog.ProductID, len(refs))
	for _, ref := range refs {
		products[ref.Variant] = ref.Product
	}
	if products[variant] == 0 {
		return 0, ErrNoVariant
	}
	if err := s.rooms.Pricing.Hold(ctx); err != nil {
		return 0, err
	}
	if err := s.lock(ctx); err != nil {
		return 0, err
	}
	bundles, err := s.ByVariants(ctx, parts)
	if err != nil {
		return 0, err
	}
	faults := r.each(func(c Choice) *fault.Error {
		_, nested := bundles[c.Variant]
		switch {
		case c.Variant == variant:
			return errItself
		case products[c.Variant] == 0:
			return errUnknown
		case nested:
			return errNested
		}
		return nil
	})
	if err := faults.Err(); err != nil {
		return 0, err
	}
	used, err := s.used(ctx, []catalog.VariantID{variant})
	if err != nil || used {
		return 0, either(err, ErrIsPart)
	}
	return products[variant], nil
}

// variants gives all choices of the recipe.
func (r Recipe) variants() []catalog.VariantID {
	var all []catalog.VariantID
	for _, s := range r.Slots {
		for _, c := range s.Choices {
			all = append(all, c.Variant)
		}
	}
	return all
}

// each gives what a judgment says of choices, with the place of each.
func (r Recipe) each(judge func(Choice) *fault.Error) (faults fault.List) {
	for i, s := range r.Slots {
		for j, c := range s.Choices {
			if f := judge(c); f != nil {
				faults.Add(f.At("slots", strconv.Itoa(i), "choices", strconv.Itoa(j), "variant"))
			}
		}
	}
	return faults
}

// either gives the error, else the refusal.
func either(err error, refusal *fault.Error) error {
	if err != nil {
		return err
	}
	return refusal
}

// current gives the bundle that a variant is, nil when it is none; it must be as
// the caller has seen it.
func (s *Service) current(ctx context.Context, variant catalog.VariantID, version int64) (*Bundle, error) {
	found, err := s.ByVariants(ctx, []catalog.VariantID{variant})
	if err != nil {
		return nil, err
	}
	b, exists := found[variant]
	if b.Version != version {
		return nil, ErrStale
	}
	if !exists {
		return nil, nil
	}
	return &b, nil
}

func (s *Service) one(ctx context.Context, variant catalog.VariantID) (Bundle, error) {
	found, err := s.ByVariants(ctx, []catalog.VariantID{variant})
	return found[variant], err
}

// note writes the books of a change, and lets the prices follow it.
func (s *Service) note(ctx context.Context, action string, product catalog.ProductID, before, after *Bundle) error {
	entry := audit.Entry{Action: action, SubjectKind: "bundle"}
	fact := Changed{Product: product}
	if before != nil {
		entry.SubjectID, entry.Before = int64(before.ID), before
		fact.Variant, fact.Version = before.Variant, before.Version+1
	}
	if after != nil {
		entry.SubjectID, entry.After = int64(after.ID), after
		fact.Variant, fact.Version = after.Variant, after.Version
	}
	if before.summed() || after.summed() {
		if err := s.rooms.Pricing.Resum(ctx, []catalog.VariantID{fact.Variant}); err != nil {
			return fmt.Errorf("price the bundle: %w", err)
		}
	}
	if err := s.audit.Record(ctx, entry); err != nil {
		return err
	}
	return s.events.Record(ctx, fact)
}

func (b *Bundle) summed() bool { return b != nil && b.Pricing == Sum }

// VariantsDeleting refuses to delete what bundles consist of, and takes bundles
// away that go themselves, before their prices are. The catalogue calls it.
func (s *Service) VariantsDeleting(ctx context.Context, refs []catalog.VariantRef) error {
	variants := make([]catalog.VariantID, len(refs))
	for i, r := range refs {
		variants[i] = r.Variant
	}
	return s.db.InTx(ctx, func(ctx context.Context) error {
		used, err := s.used(ctx, variants)
		if err != nil || used {
			return either(err, ErrInUse)
		}
		gone, err := s.ByVariants(ctx, variants)
		if err != nil || len(gone) == 0 {
			return err
		}
		if err := s.rooms.Pricing.Hold(ctx); err != nil {
			return err
		}
		for _, r := range refs {
			b, is := gone[r.Variant]
			if !is {
				continue
			}
			entry := audit.Entry{Action: "bundle.remove", SubjectKind: "bundle", SubjectID: int64(b.ID), Before: b}
			if err := s.audit.Record(ctx, entry); err != nil {
				return err
			}
		}
		return s.drop(ctx, variants...)
	})
}

// SumsOf gives the bundles that cost the sum of their parts, of those that the
// variants are or are a part of. Pricing calls it.
func (s *Service) SumsOf(ctx context.Context, variants []catalog.VariantID) ([]pricing.Sum, []catalog.VariantRef, error) {
	bundles, err := s.summed(ctx, variants)
	if err != nil || len(bundles) == 0 {
		return nil, nil, err
	}
	sums, ids := make([]pricing.Sum, len(bundles)), make([]catalog.VariantID, len(bundles))
	for i, b := range bundles {
		sums[i], ids[i] = b.sum(), b.Variant
	}
	own, err := s.rooms.Catalog.RefsOfVariants(ctx, ids)
	if err != nil {
		return nil, nil, err
	}
	products := make([]catalog.ProductID, len(own))
	for i, r := range own {
		products[i] = r.Product
	}
	slices.Sort(products)
	refs, err := s.rooms.Catalog.RefsOfProducts(ctx, slices.Compact(products))
	return sums, refs, err
}

// sum leaves out what need not be chosen.
func (b Bundle) sum() pricing.Sum {
	sum := pricing.Sum{Variant: b.Variant, DiscountPPM: b.DiscountPPM}
	for i, s := range b.Slots {
		for _, c := range s.Choices {
			if s.Least > 0 {
				sum.Parts = append(sum.Parts, pricing.Part{Slot: i, Times: s.Least, Variant: c.Variant, Quantity: c.Quantity})
			}
		}
	}
	return sum
}
