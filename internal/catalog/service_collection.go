package catalog

import (
	"context"
	"slices"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/html"
	"github.com/souk-commerce/souk/internal/platform/event"
)

// MaxPlacements bounds the products named in one change of a collection.
const MaxPlacements = 2000

// CreateCollection makes a collection. The members of one by rule are found
// after the commit, by whoever hears of collection.changed.
func (s *Service) CreateCollection(ctx context.Context, in NewCollection) (Collection, error) {
	in.DescriptionHTML, _ = html.Sanitize(in.DescriptionHTML)
	in.Order, in.Products = orElse(in.Order, OrderManual), unique(in.Products)
	if err := in.Validate(); err != nil {
		return Collection{}, err
	}
	var after Collection
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		id, err := s.insertWholeCollection(ctx, in)
		if err != nil {
			return err
		}
		if after, err = s.CollectionByID(ctx, id); err != nil {
			return err
		}
		facts := []event.Fact{CollectionChanged{Collection: id, Version: after.Version, Rule: in.Rule != nil}}
		if len(in.Products) > 0 {
			facts = append(facts, MembershipChanged{Collection: id, Products: in.Products})
		}
		return s.record(ctx, note{
			action: "collection.create", kind: "collection", id: int64(id), after: after, facts: facts,
		})
	})
	return after, err
}

func (s *Service) insertWholeCollection(ctx context.Context, in NewCollection) (CollectionID, error) {
	var err error
	if in.Handle == "" {
		if in.Handle, err = s.freeHandle(ctx, collectionSlug, MakeHandle(in.Title, "collection")); err != nil {
			return 0, err
		}
	}
	id, err := s.insertCollection(ctx, in)
	if err != nil {
		return 0, err
	}
	if err := s.claimHandle(ctx, collectionSlug, int64(id), in.Handle); err != nil {
		return 0, err
	}
	_, err = s.appendMembers(ctx, id, in.Products)
	return id, err
}

// UpdateCollection changes the collection if version is the current one.
func (s *Service) UpdateCollection(ctx context.Context, id CollectionID, version int64, c CollectionChange) (Collection, error) {
	if c.DescriptionHTML != nil {
		clean, _ := html.Sanitize(*c.DescriptionHTML)
		c.DescriptionHTML = &clean
	}
	if err := c.Validate(); err != nil {
		return Collection{}, err
	}
	return s.changeCollection(ctx, id, version, "collection.update", c.Rule != nil, func(ctx context.Context, before Collection) ([]ProductID, error) {
		if c.Rule != nil && before.Kind != ByRule {
			return nil, ErrNotByRule
		}
		if c.Handle != nil && *c.Handle != before.Handle {
			if err := s.claimHandle(ctx, collectionSlug, int64(id), *c.Handle); err != nil {
				return nil, err
			}
		}
		return nil, s.updateCollection(ctx, id, c)
	})
}

// ArchiveCollection hides the collection; it keeps its members.
func (s *Service) ArchiveCollection(ctx context.Context, id CollectionID, version int64) (Collection, error) {
	return s.changeCollection(ctx, id, version, "collection.archive", false, func(ctx context.Context, _ Collection) ([]ProductID, error) {
		return nil, s.exec(ctx, "archive collection",
			`UPDATE collection SET archived_at = COALESCE(archived_at, $2) WHERE id = $1`, int64(id), s.db.Now(ctx))
	})
}

// RestoreCollection shows an archived collection again. The members of one by
// rule are found anew.
func (s *Service) RestoreCollection(ctx context.Context, id CollectionID, version int64) (Collection, error) {
	return s.changeCollection(ctx, id, version, "collection.restore", true, func(ctx context.Context, _ Collection) ([]ProductID, error) {
		return nil, s.exec(ctx, "restore collection", `UPDATE collection SET archived_at = NULL WHERE id = $1`, int64(id))
	})
}

// AddToCollection puts products at the end of a manual collection; members keep
// their place.
func (s *Service) AddToCollection(ctx context.Context, id CollectionID, version int64, products []ProductID) (Collection, error) {
	if len(products) > MaxPlacements {
		return Collection{}, tooMany(MaxPlacements, "products")
	}
	return s.changeMembers(ctx, id, version, "collection.add", func(ctx context.Context) ([]ProductID, error) {
		return s.appendMembers(ctx, id, unique(products))
	})
}

// RemoveFromCollection takes products out of a manual collection; those that
// are not in it are passed over.
func (s *Service) RemoveFromCollection(ctx context.Context, id CollectionID, version int64, products []ProductID) (Collection, error) {
	if len(products) > MaxPlacements {
		return Collection{}, tooMany(MaxPlacements, "products")
	}
	return s.changeMembers(ctx, id, version, "collection.remove", func(ctx context.Context) ([]ProductID, error) {
		return s.deleteMembers(ctx, id, products)
	})
}

// MoveInCollection moves members of a manual collection, one after the other in
// the order given.
func (s *Service) MoveInCollection(ctx context.Context, id CollectionID, version int64, moves []Placement) (Collection, error) {
	if len(moves) > MaxPlacements {
		return Collection{}, tooMany(MaxPlacements, "moves")
	}
	return s.changeMembers(ctx, id, version, "collection.move", func(ctx context.Context) ([]ProductID, error) {
		members, err := s.members(ctx, id)
		if err != nil {
			return nil, err
		}
		moved := make([]ProductID, len(moves))
		for i, m := range moves {
			from := slices.Index(members, m.Product)
			if from < 0 {
				return nil, ErrNotMember.At("moves")
			}
			members = slices.Delete(members, from, from+1)
			members = slices.Insert(members, max(0, min(m.To, len(members))), m.Product)
			moved[i] = m.Product
		}
		return unique(moved), s.orderMembers(ctx, id, members)
	})
}

func (s *Service) changeMembers(ctx context.Context, id CollectionID, version int64, action string, write func(context.Context) ([]ProductID, error)) (Collection, error) {
	return s.changeCollection(ctx, id, version, action, false, func(ctx context.Context, before Collection) ([]ProductID, error) {
		if before.Kind != Manual {
			return nil, ErrNotManual
		}
		return write(ctx)
	})
}

// changeCollection runs one change under the lock and the version; write names
// the products that joined, left or moved.
func (s *Service) changeCollection(ctx context.Context, id CollectionID, version int64, action string, rule bool, write func(context.Context, Collection) ([]ProductID, error)) (Collection, error) {
	var after Collection
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.lock(ctx, lockCollection, int64(id), version); err != nil {
			return err
		}
		before, err := s.CollectionByID(ctx, id)
		if err != nil {
			return err
		}
		products, err := write(ctx, before)
		if err != nil {
			return err
		}
		err = s.exec(ctx, "count version up", `UPDATE collection SET version = version + 1, updated_at = $2 WHERE id = $1`,
			int64(id), s.db.Now(ctx))
		if err != nil {
			return err
		}
		if after, err = s.CollectionByID(ctx, id); err != nil {
			return err
		}
		return s.noteCollection(ctx, action, before, after, rule, products)
	})
	return after, err
}

func (s *Service) noteCollection(ctx context.Context, action string, before, after Collection, rule bool, products []ProductID) error {
	n := note{action: action, kind: "collection", id: int64(after.ID), before: before, after: after}
	n.facts = []event.Fact{CollectionChanged{Collection: after.ID, Version: after.Version, Rule: rule && after.Kind == ByRule}}
	if len(products) > 0 {
		n.after = struct {
			Collection
			Products []ProductID
		}{after, products}
		n.facts = append(n.facts, MembershipChanged{Collection: after.ID, Products: products})
	}
	return s.record(ctx, n)
}

// Validate reports every fault of the input at once.
func (in NewCollection) Validate() error {
	var faults fault.List
	if in.Handle != "" {
		faults.Add(checkHandle(in.Handle, "handle"))
	}
	faults.Add(checkText(in.Title, 1, MaxTitle, "title"))
	faults.Add(checkText(in.DescriptionHTML, 0, MaxDescription, "descriptionHtml"))
	if !in.Order.Valid() {
		faults.Add(invalid(string(in.Order), "order"))
	}
	if in.Rule != nil {
		faults = append(faults, fault.All(in.Rule.Validate())...)
		if len(in.Products) > 0 {
			faults.Add(ErrNotManual.At("products"))
		}
	}
	if len(in.Products) > MaxPlacements {
		faults.Add(tooMany(MaxPlacements, "products"))
	}
	return faults.Err()
}

// Validate reports every fault of the change at once.
func (c CollectionChange) Validate() error {
	var faults fault.List
	if c.Handle != nil {
		faults.Add(checkHandle(*c.Handle, "handle"))
	}
	if c.Title != nil {
		faults.Add(checkText(*c.Title, 1, MaxTitle, "title"))
	}
	if c.DescriptionHTML != nil {
		faults.Add(checkText(*c.DescriptionHTML, 0, MaxDescription, "descriptionHtml"))
	}
	if c.Order != nil && !c.Order.Valid() {
		faults.Add(invalid(string(*c.Order), "order"))
	}
	if c.Rule != nil {
		faults = append(faults, fault.All(c.Rule.Validate())...)
	}
	return faults.Err()
}
