package inventory

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// atOnce is how many levels one statement of a large trial is about, so that
// none takes long.
const atOnce = 2_000

// trial decides lines one by one against the levels, each as the lines before
// it have left it.
type trial struct {
	why      Cause
	asOf     time.Time // of which counts speak; zero: now
	lines    []AdjustLine
	outcomes []Outcome

	products map[catalog.VariantID]catalog.ProductID
	levels   map[place]Level
	since    map[place]int64 // what others have moved since asOf
	changes  []change
	reasons  []string // of the changes
}

func newTrial(why Cause, lines []AdjustLine, refusals []*fault.Error) *trial {
	t := &trial{why: why, lines: lines, outcomes: make([]Outcome, len(lines))}
	for i, r := range refusals {
		t.outcomes[i].Refusal = r
	}
	return t
}

// open gives the places of the lines that nothing is known against.
func (t *trial) open() []move {
	var moves []move
	for i, l := range t.lines {
		if t.outcomes[i].Refusal == nil {
			moves = append(moves, move{place: place{l.Variant, l.Location}})
		}
	}
	return moves
}

// refuse refuses lines about what is not there, or takes nothing in.
func (t *trial) refuse(places map[LocationID]bool) {
	for i, l := range t.lines {
		open, known := places[l.Location]
		switch o := &t.outcomes[i]; {
		case o.Refusal != nil:
		case t.products[l.Variant] == 0:
			o.Refusal = ErrVariantNotFound.At("variant")
		case !known:
			o.Refusal = ErrLocationNotFound.At("location")
		case !open:
			o.Refusal = ErrInactive.At("location")
		}
	}
}

// decide judges the lines that are left.
func (t *trial) decide() {
	for i, l := range t.lines {
		at, o := place{l.Variant, l.Location}, &t.outcomes[i]
		if o.Refusal != nil {
			continue
		}
		now := t.levels[at]
		kind, delta, refusal := l.against(now, t.since[at])
		if refusal == nil && now.OnHand+delta < 0 {
			refusal = ErrInsufficient
		}
		if o.Level = now; refusal != nil || delta == 0 {
			o.Refusal = refusal
			continue
		}
		c := change{kind: kind, before: now, delta: Stock{OnHand: delta}}
		t.levels[at] = c.after()
		o.Level, o.Moved = c.after(), delta
		t.changes, t.reasons = append(t.changes, c), append(t.reasons, cmp.Or(l.Reason, t.why.Reason))
	}
}

// against gives the movement that a line asks of a level.
func (l AdjustLine) against(now Level, since int64) (Kind, int64, *fault.Error) {
	switch {
	case l.Delta != nil:
		return Adjusted, *l.Delta, nil
	case l.Expected != nil && *l.Expected != now.OnHand:
		return Counted, 0, ErrCountChanged.At("expected")
	}
	return Counted, *l.OnHand + since - now.OnHand, nil
}

// different gives the lines that would move something or are refused, and where
// they stand.
func (t *trial) different() (lines []AdjustLine, at []int) {
	for i, o := range t.outcomes {
		if o.Moved != 0 || o.Refusal != nil {
			lines, at = append(lines, t.lines[i]), append(at, i)
		}
	}
	return lines, at
}

// err gives the refusals as one error, nil when there are none.
func (t *trial) err() error {
	refusals := make([]*fault.Error, len(t.outcomes))
	for i, o := range t.outcomes {
		refusals[i] = o.Refusal
	}
	return pathed(refusals)
}

// byReason gives the changes apart by their reasons, which are written with the
// movements; in the order in which the reasons first occur.
func (t *trial) byReason() (reasons []string, changes map[string][]change) {
	changes = map[string][]change{}
	for i, c := range t.changes {
		r := t.reasons[i]
		if _, known := changes[r]; !known {
			reasons = append(reasons, r)
		}
		changes[r] = append(changes[r], c)
	}
	return reasons, changes
}

// settle judges the lines with their levels locked.
func (s *Service) settle(ctx context.Context, t *trial) error {
	if err := s.admit(ctx, t, s.catalog.HoldVariants); err != nil {
		return err
	}
	moves := t.open()
	if len(moves) == 0 {
		return nil
	}
	var err error
	if t.levels, err = s.openLevels(ctx, moves); err != nil {
		return err
	}
	if !t.asOf.IsZero() { // once they are locked, since all that moved them is in the ledger then
		if err := s.readLevels(ctx, t, moves); err != nil {
			return err
		}
	}
	t.decide()
	return nil
}

// look judges the lines against levels that others may be changing.
func (s *Service) look(ctx context.Context, t *trial) error {
	if err := s.admit(ctx, t, s.catalog.RefsOfVariants); err != nil {
		return err
	}
	if err := s.readLevels(ctx, t, t.open()); err != nil {
		return err
	}
	t.decide()
	return nil
}

// admit finds out which variants and locations there are.
func (s *Service) admit(ctx context.Context, t *trial, read func(context.Context, []catalog.VariantID) ([]catalog.VariantRef, error)) error {
	moves := t.open()
	variants, locations := make([]catalog.VariantID, len(moves)), map[LocationID]bool{}
	for i, m := range moves {
		variants[i], locations[m.location] = m.variant, true
	}
	refs, err := read(ctx, variants)
	if err != nil {
		return err
	}
	t.products = make(map[catalog.VariantID]catalog.ProductID, len(refs))
	for _, r := range refs {
		t.products[r.Variant] = r.Product
	}
	places, err := s.openPlaces(ctx, slices.Collect(maps.Keys(locations)))
	if err != nil {
		return err
	}
	t.refuse(places)
	return nil
}

// readLevels reads the levels that there are, with what was moved on hand after
// the instant of the trial by everybody but the papers that its cause names. One
// statement sees both as they are at one moment.
func (s *Service) readLevels(ctx context.Context, t *trial, moves []move) error {
	t.levels, t.since = make(map[place]Level, len(moves)), map[place]int64{}
	var after *time.Time
	if !t.asOf.IsZero() {
		after = &t.asOf
	}
	for part := range slices.Chunk(moves, atOnce) {
		variants, locations := columns(part)
		rows, err := s.db.Conn(ctx).Query(ctx, `
			WITH k AS (SELECT DISTINCT variant_id, location_id FROM unnest($1::bigint[], $2::bigint[]) AS k(variant_id, location_id)),
			moved AS (
				SELECT m.variant_id, m.location_id, sum(m.on_hand_delta)::bigint AS since
				FROM stock_movement m JOIN k ON k.variant_id = m.variant_id AND k.location_id = m.location_id
				WHERE m.at > $3::timestamptz AND NOT (m.reference_kind = $4 AND $4 <> '' AND m.reference_id = $5)
				GROUP BY m.variant_id, m.location_id
			)
			SELECT l.id, l.variant_id, l.location_id, l.on_hand, l.taken, l.incoming, l.safety, l.version, l.updated_at, COALESCE(moved.since, 0)
			FROM stock_level l
			JOIN k ON k.variant_id = l.variant_id AND k.location_id = l.location_id
			LEFT JOIN moved ON moved.variant_id = l.variant_id AND moved.location_id = l.location_id`,
			variants, locations, after, t.why.ReferenceKind, t.why.ReferenceID)
		if err != nil {
			return fmt.Errorf("read stock levels: %w", postgres.Fault(err))
		}
		var l Level
		var since int64
		_, err = pgx.ForEachRow(rows, []any{&l.ID, &l.Variant, &l.Location, &l.OnHand, &l.Taken, &l.Incoming, &l.Safety,
			&l.Version, &l.UpdatedAt, &since}, func() error {
			t.levels[place{l.Variant, l.Location}], t.since[place{l.Variant, l.Location}] = l, since
			return nil
		})
		if err != nil {
			return fmt.Errorf("read stock levels: %w", postgres.Fault(err))
		}
	}
	return nil
}

// columns gives places as the database takes lists of them.
func columns(moves []move) (variants, locations []int64) {
	variants, locations = make([]int64, len(moves)), make([]int64, len(moves))
	for i, m := range moves {
		variants[i], locations[i] = int64(m.variant), int64(m.location)
	}
	return variants, locations
}

// record writes the movements that were decided; those of one reason together.
func (s *Service) record(ctx context.Context, t *trial) error {
	reasons, changes := t.byReason()
	for _, r := range reasons {
		why := t.why
		why.Reason = r
		for part := range slices.Chunk(changes[r], atOnce) {
			if err := s.post(ctx, why, part); err != nil {
				return err
			}
		}
	}
	return nil
}
