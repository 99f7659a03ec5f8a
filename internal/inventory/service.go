package inventory

import (
	"context"
	"slices"
	"strconv"
	"sync/atomic"

	"github.com/souk-commerce/souk/internal/audit"
	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/market"
	"github.com/souk-commerce/souk/internal/platform/combine"
	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/platform/idempotency"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// Service holds the use cases of stock.
type Service struct {
	db      *postgres.DB
	events  *event.Outbox
	audit   *audit.Log
	keys    *idempotency.Keys
	catalog *catalog.Service
	caps    HoldCaps
	// combined decides holds together; nil: each in a transaction of its own
	combined *combine.Combiner[ask, []Shortage]
	// policies are those of all markets in memory; nil: the database is asked
	policies atomic.Pointer[map[market.ID]Policy]
}

// NewService wires the room.
func NewService(db *postgres.DB, events *event.Outbox, log *audit.Log, products *catalog.Service) *Service {
	return &Service{db: db, events: events, audit: log, keys: idempotency.New(db), catalog: products}
}

// Adjust changes what is on hand by differences, all or none of them.
func (s *Service) Adjust(ctx context.Context, why Cause, lines []Adjustment) ([]Level, error) {
	moves := make([]move, len(lines))
	for i, l := range lines {
		moves[i] = move{
			place: place{l.Variant, l.Location},
			valid: l.Delta != 0 && l.Delta >= -MaxQuantity && l.Delta <= MaxQuantity,
			delta: func(Level) (int64, *fault.Error) { return l.Delta, nil },
		}
	}
	return s.once(ctx, "stock.adjust", Adjusted, why, lines, moves)
}

// Receive takes pieces in, all or none of them.
func (s *Service) Receive(ctx context.Context, why Cause, lines []Receipt) ([]Level, error) {
	moves := make([]move, len(lines))
	for i, l := range lines {
		moves[i] = move{
			place: place{l.Variant, l.Location},
			valid: l.Quantity > 0 && l.Quantity <= MaxQuantity,
			delta: func(Level) (int64, *fault.Error) { return l.Quantity, nil },
		}
	}
	return s.once(ctx, "stock.receive", Received, why, lines, moves)
}

// Set brings what is on hand to what was counted, all or none of the counts. A
// count that agrees with the books moves nothing.
func (s *Service) Set(ctx context.Context, why Cause, lines []Count) ([]Level, error) {
	moves := make([]move, len(lines))
	for i, l := range lines {
		moves[i] = move{
			place: place{l.Variant, l.Location},
			valid: l.OnHand >= 0 && l.OnHand <= MaxQuantity,
			delta: l.delta,
		}
	}
	return s.once(ctx, "stock.set", Counted, why, lines, moves)
}

func (c Count) delta(now Level) (int64, *fault.Error) {
	switch {
	case c.Expected != nil && *c.Expected != now.OnHand:
		return 0, ErrCountChanged.At("expected")
	case c.Version != nil && *c.Version != now.Version:
		return 0, ErrStale
	}
	return c.OnHand - now.OnHand, nil
}

// once applies moves under the cause's key and gives the levels as they are
// now, also when the key was used before.
func (s *Service) once(ctx context.Context, action string, kind Kind, why Cause, input any, moves []move) ([]Level, error) {
	return s.keyed(ctx, action, why, input, moves, func(ctx context.Context) ([]LevelID, error) {
		return s.apply(ctx, action, kind, why, moves)
	})
}

// keyed does a valid change of levels once under the cause's key, and gives the
// levels as they are now.
func (s *Service) keyed(ctx context.Context, action string, why Cause, input any, moves []move, do func(context.Context) ([]LevelID, error)) ([]Level, error) {
	if why.Key == "" {
		return nil, ErrKeyRequired
	}
	if err := validate(moves); err != nil {
		return nil, err
	}
	request := idempotency.Request{Scope: scope(ctx), Operation: action, Key: why.Key, Input: []any{why, input}}
	ids, _, err := idempotency.Do(ctx, s.keys, request, do)
	if err != nil {
		return nil, err
	}
	found, err := s.LevelsByIDs(ctx, ids)
	if err != nil {
		return nil, err
	}
	levels := make([]Level, 0, len(ids))
	for _, id := range ids {
		levels = append(levels, found[id])
	}
	return levels, nil
}

// place is where a level is.
type place struct {
	variant  catalog.VariantID
	location LocationID
}

// move is a change to one level, decided when the level is locked.
type move struct {
	place
	valid bool
	delta func(now Level) (int64, *fault.Error)
}

func validate(moves []move) error {
	if len(moves) == 0 || len(moves) > MaxLines {
		return fault.Newf(fault.Invalid, "invalid_lines", "A change names between 1 and %d levels.", MaxLines).At("lines")
	}
	var faults fault.List
	seen := map[place]bool{}
	for i, m := range moves {
		if !m.valid {
			faults.Add(errQuantity.At("lines", strconv.Itoa(i)))
		}
		if seen[m.place] {
			faults.Add(errTwice.At("lines", strconv.Itoa(i)))
		}
		seen[m.place] = true
	}
	return faults.Err()
}

// apply is the only writer of levels for people's changes: lock the levels in
// the order of their ids, decide each line, write the ledger and the levels,
// note. All lines or none.
func (s *Service) apply(ctx context.Context, action string, kind Kind, why Cause, moves []move) ([]LevelID, error) {
	products, err := s.known(ctx, moves)
	if err != nil {
		return nil, err
	}
	before, err := s.openLevels(ctx, moves)
	if err != nil {
		return nil, err
	}
	changes, err := decide(kind, moves, before)
	if err != nil {
		return nil, err
	}
	if err := s.post(ctx, why, changes); err != nil {
		return nil, err
	}
	ids := make([]LevelID, len(moves))
	for i, m := range moves {
		ids[i] = before[m.place].ID
	}
	if len(changes) == 0 {
		return ids, nil
	}
	return ids, s.noteStock(ctx, action, why, changes, products)
}

// change is a decided move.
type change struct {
	kind   Kind
	before Level
	delta  Stock
}

// after is the level as the change leaves it.
func (c change) after() Level {
	l := c.before
	l.OnHand += c.delta.OnHand
	l.Taken += c.delta.Taken
	l.Incoming += c.delta.Incoming
	l.Safety += c.delta.Safety
	l.Version++
	return l
}

// decide judges every line against its locked level and reports all refusals at
// once. Lines that change nothing are left out.
func decide(kind Kind, moves []move, levels map[place]Level) ([]change, error) {
	var faults fault.List
	var changes []change
	for i, m := range moves {
		now := levels[m.place]
		delta, refusal := m.delta(now)
		if refusal == nil && now.OnHand+delta < 0 {
			refusal = ErrInsufficient
		}
		if refusal != nil {
			faults.Add(refusal.At(append([]string{"lines", strconv.Itoa(i)}, refusal.Path...)...))
			continue
		}
		if delta != 0 {
			changes = append(changes, change{kind: kind, before: now, delta: Stock{OnHand: delta}})
		}
	}
	return changes, faults.Err()
}

// known is existing that refuses locations which take nothing in.
func (s *Service) known(ctx context.Context, moves []move) (map[catalog.VariantID]catalog.ProductID, error) {
	return s.refs(ctx, moves, true)
}

// existing refuses variants and locations that are not there, and gives the
// products of the variants.
func (s *Service) existing(ctx context.Context, moves []move) (map[catalog.VariantID]catalog.ProductID, error) {
	return s.refs(ctx, moves, false)
}

func (s *Service) refs(ctx context.Context, moves []move, active bool) (map[catalog.VariantID]catalog.ProductID, error) {
	variants, locations := make([]catalog.VariantID, len(moves)), make([]LocationID, len(moves))
	for i, m := range moves {
		variants[i], locations[i] = m.variant, m.location
	}
	refs, err := s.catalog.HoldVariants(ctx, variants)
	if err != nil {
		return nil, err
	}
	products := make(map[catalog.VariantID]catalog.ProductID, len(refs))
	for _, r := range refs {
		products[r.Variant] = r.Product
	}
	places, err := s.openPlaces(ctx, locations)
	if err != nil {
		return nil, err
	}
	var faults fault.List
	for i, m := range moves {
		at := []string{"lines", strconv.Itoa(i)}
		if products[m.variant] == 0 {
			faults.Add(ErrVariantNotFound.At(append(at, "variant")...))
		}
		if open, ok := places[m.location]; !ok {
			faults.Add(ErrLocationNotFound.At(append(at, "location")...))
		} else if active && !open {
			faults.Add(ErrInactive.At(append(at, "location")...))
		}
	}
	return products, faults.Err()
}

// noteStock writes the audit row and the facts of a change.
func (s *Service) noteStock(ctx context.Context, action string, why Cause, changes []change, products map[catalog.VariantID]catalog.ProductID) error {
	before, after := make([]Level, len(changes)), make([]Level, len(changes))
	for i, c := range changes {
		before[i], after[i] = c.before, c.after()
	}
	entry := audit.Entry{Action: action, SubjectKind: "stock_level", Before: before, After: after, Reason: why.Reason}
	if len(changes) == 1 {
		entry.SubjectID = int64(changes[0].before.ID)
	}
	if err := s.audit.Record(ctx, entry); err != nil {
		return err
	}
	return s.noteChanges(ctx, changes, products)
}

// noteChanges records the facts of levels that people or papers changed, one
// for each level.
func (s *Service) noteChanges(ctx context.Context, changes []change, products map[catalog.VariantID]catalog.ProductID) error {
	totals, err := s.totals(ctx, changes)
	if err != nil {
		return err
	}
	last := make(map[LevelID]int, len(changes))
	for i, c := range changes {
		last[c.before.ID] = i
	}
	var facts []event.Fact
	for i, c := range changes {
		if last[c.before.ID] != i {
			continue
		}
		l, t := c.after(), totals[c.before.Variant]
		facts = append(facts, StockChanged{
			Level: l.ID, Version: l.Version, Variant: l.Variant, Product: products[l.Variant], Location: l.Location,
			WasAvailable: t.before > 0, NowAvailable: t.now > 0, Scarce: min(c.before.Available(), l.Available()) < scarce,
		})
	}
	return s.events.Record(ctx, facts...)
}

// VariantsDeleting writes off what is left of variants before they go, so that
// the ledger sums to nothing for them. Pieces that are promised to buyers are a
// refusal; holds whose time has come are given back first. The catalogue calls
// it.
func (s *Service) VariantsDeleting(ctx context.Context, refs []catalog.VariantRef) error {
	variants, products := make([]catalog.VariantID, len(refs)), map[catalog.VariantID]catalog.ProductID{}
	for i, r := range refs {
		variants[i], products[r.Variant] = r.Variant, r.Product
	}
	return s.db.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.expire(ctx, variants); err != nil {
			return err
		}
		levels, err := s.lockLevelsOf(ctx, variants)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(levels, func(l Level) bool { return l.Taken > 0 }) {
			return ErrReserved
		}
		var changes []change
		for _, l := range levels {
			if l.Stock != (Stock{}) {
				changes = append(changes, change{kind: WrittenOff, before: l, delta: Stock{OnHand: -l.OnHand, Incoming: -l.Incoming, Safety: -l.Safety}})
			}
		}
		if len(changes) == 0 {
			return nil
		}
		why := Cause{Reason: "variant deleted"}
		if err := s.post(ctx, why, changes); err != nil {
			return err
		}
		return s.noteStock(ctx, "stock.write_off", why, changes, products)
	})
}
