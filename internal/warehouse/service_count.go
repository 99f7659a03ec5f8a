package warehouse

import (
	"context"

	"github.com/souk-commerce/souk/internal/audit"
	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/platform/idempotency"
	"github.com/souk-commerce/souk/internal/warehouse/lifecycle"
)

// OpenCount begins a count of chosen variants at a location, or of all that it
// has a level of. A variant is in one open count of a location at a time: else
// both would move the same difference.
func (s *Service) OpenCount(ctx context.Context, in NewCount) (Count, error) {
	if err := in.Validate(); err != nil {
		return Count{}, err
	}
	path := inVariants
	if len(in.Variants) == 0 {
		path = nil
	}
	var c Count
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.active(ctx, in.Location, "location"); err != nil {
			return err
		}
		variants, err := s.toCount(ctx, in)
		if err != nil {
			return err
		}
		if c, err = s.insertCount(ctx, in); err != nil {
			return err
		}
		if err := s.claim(ctx, c, variants, path); err != nil {
			return err
		}
		expected, err := s.onHand(ctx, c.Location, variants)
		if err != nil {
			return err
		}
		if err := s.insertCountLines(ctx, c.ID, variants, expected); err != nil {
			return err
		}
		return s.noteCount(ctx, "stock_count.open", countSheet{}, countSheet{Count: c})
	})
	return c, err
}

// toCount gives the variants that a new count lists. Those that are named are
// kept from being deleted.
func (s *Service) toCount(ctx context.Context, in NewCount) ([]catalog.VariantID, error) {
	if len(in.Variants) > 0 {
		return in.Variants, s.hold(ctx, in.Variants, inVariants)
	}
	levels := inventory.LevelFilter{Location: in.Location}
	n, err := s.rooms.Stock.CountLevels(ctx, levels)
	if err != nil {
		return nil, err
	}
	if n > MaxCountLines {
		return nil, ErrTooManyLines.At("variants")
	}
	var out []catalog.VariantID
	size := maxPage
	for args := (page.Args{First: &size}); ; {
		list, err := s.rooms.Stock.ListLevels(ctx, levels, inventory.LevelsByVariant, args)
		if err != nil {
			return nil, err
		}
		for _, l := range list.Items {
			out = append(out, l.Variant)
		}
		if args.After = list.Info.EndCursor; !list.Info.HasNextPage {
			return out, nil
		}
	}
}

// Record writes down what was counted of variants, over what was counted of them
// before, and what the books say at this moment: what is sold or received while
// others still count does not falsify the difference. That is also why the same
// tallies under the same key are written down once. Many people count at once,
// so no version is asked for; the last to count a variant is right.
func (s *Service) Record(ctx context.Context, id CountID, key string, tallies []Tally) (Count, error) {
	if err := checkTallies(tallies); err != nil {
		return Count{}, err
	}
	asked, err := request(ctx, "stock_count.record", key, id, tallies)
	if err != nil {
		return Count{}, err
	}
	_, _, err = idempotency.Do(ctx, s.keys, asked, func(ctx context.Context) (CountID, error) {
		_, err := s.stepCount(ctx, countStep{id: id, event: lifecycle.RecordCount, do: func(ctx context.Context, p *countSheet) error {
			return s.tally(ctx, p, tallies)
		}})
		return id, err
	})
	if err != nil {
		return Count{}, err
	}
	return s.CountByID(ctx, id)
}

func (s *Service) tally(ctx context.Context, p *countSheet, tallies []Tally) error {
	variants := make([]catalog.VariantID, len(tallies))
	for i, t := range tallies {
		variants[i] = t.Variant
	}
	if err := s.hold(ctx, variants, inLines); err != nil {
		return err
	}
	if err := s.claim(ctx, p.Count, variants, inLines); err != nil {
		return err
	}
	expected, err := s.onHand(ctx, p.Location, variants)
	if err != nil {
		return err
	}
	if p.Lines, err = s.writeTallies(ctx, p.ID, tallies, expected); err != nil {
		return err
	}
	progress, err := s.ProgressOf(ctx, []CountID{p.ID})
	if err == nil && progress[p.ID].Lines > MaxCountLines {
		return ErrTooManyLines.At("lines")
	}
	return err
}

// ApplyCount moves the differences: what was counted more or less than the books
// said is added to what is on hand now. Lines that nobody counted, and variants
// that are gone, move nothing. A line that would take away more than is on hand
// is refused, and with it the whole; its index in the fault is its place in the
// count.
func (s *Service) ApplyCount(ctx context.Context, id CountID, version int64) (Count, error) {
	return s.stepCount(ctx, countStep{id, &version, lifecycle.ApplyCount, func(ctx context.Context, p *countSheet) error {
		differences, err := s.differences(ctx, id)
		if err != nil {
			return err
		}
		variants := make([]catalog.VariantID, len(differences))
		for i, d := range differences {
			variants[i] = d.Variant
		}
		there, err := s.existing(ctx, variants)
		if err != nil {
			return err
		}
		for _, d := range differences {
			if !there[d.Variant] {
				continue
			}
			p.Lines, p.origin = append(p.Lines, d.CountLine), append(p.origin, d.Place)
			p.moves = append(p.moves, inventory.Posting{Variant: d.Variant, Location: p.Location, Kind: inventory.Counted,
				Delta: inventory.Stock{OnHand: *d.Difference()}})
		}
		return nil
	}})
}

// CancelCount ends a count that changes nothing.
func (s *Service) CancelCount(ctx context.Context, id CountID, version int64) (Count, error) {
	return s.stepCount(ctx, countStep{id, &version, lifecycle.CancelCount, func(context.Context, *countSheet) error { return nil }})
}

// countSheet is a count with those of its lines that a change is about, and the
// movements that it brings about.
type countSheet struct {
	Count
	Lines []CountLine

	moves  []inventory.Posting
	origin []int // the place in the count of the line that each movement is for
}

// countStep is a change of one count.
type countStep struct {
	id      CountID
	version *int64 // nil: whatever it is
	event   lifecycle.CountEvent
	do      func(ctx context.Context, p *countSheet) error
}

// stepCount is the only writer of counts that exist; it goes the way of
// stepTransfer.
func (s *Service) stepCount(ctx context.Context, c countStep) (Count, error) {
	var after Count
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		before, err := s.lockCount(ctx, c.id, c.version)
		if err != nil {
			return err
		}
		p := countSheet{Count: before}
		if p.State, err = lifecycle.CountTransitions().Next(before.State, c.event, struct{}{}); err != nil {
			return err
		}
		if err := c.do(ctx, &p); err != nil {
			return err
		}
		if err := s.saveCount(ctx, &p.Count); err != nil {
			return err
		}
		if err := s.noteCount(ctx, "stock_count."+string(c.event), countSheet{Count: before}, p); err != nil {
			return err
		}
		after = p.Count
		why := inventory.Cause{ReferenceKind: OfCount, ReferenceID: int64(c.id)}
		return renumber(s.rooms.Stock.Post(ctx, why, p.moves), p.origin)
	})
	if err != nil {
		return Count{}, err
	}
	return after, nil
}

func (s *Service) noteCount(ctx context.Context, action string, before, after countSheet) error {
	entry := audit.Entry{Action: action, SubjectKind: "stock_count", SubjectID: int64(after.ID), After: after}
	if before.ID != 0 {
		entry.Before = before
	}
	if err := s.audit.Record(ctx, entry); err != nil {
		return err
	}
	return s.events.Record(ctx, CountChanged{Count: after.ID, Version: after.Version})
}

// onHand reads what the books say.
func (s *Service) onHand(ctx context.Context, at inventory.LocationID, variants []catalog.VariantID) (map[catalog.VariantID]int64, error) {
	levels, err := s.rooms.Stock.LevelsOf(ctx, variants)
	if err != nil {
		return nil, err
	}
	out := make(map[catalog.VariantID]int64, len(levels))
	for v, places := range levels {
		for _, l := range places {
			if l.Location == at {
				out[v] = l.OnHand
			}
		}
	}
	return out, nil
}

// claim refuses variants that another open count of the location has. Without a
// path nobody has named them, and one fault stands for all.
func (s *Service) claim(ctx context.Context, c Count, variants []catalog.VariantID, path func(i int) []string) error {
	taken, err := s.countedElsewhere(ctx, c, variants)
	if err != nil || len(taken) == 0 {
		return err
	}
	if path == nil {
		return ErrBeingCounted
	}
	var faults fault.List
	for i, v := range variants {
		if taken[v] {
			faults.Add(ErrBeingCounted.At(path(i)...))
		}
	}
	return faults.Err()
}
