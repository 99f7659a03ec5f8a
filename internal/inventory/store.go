package inventory

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/souk-commerce/souk/ent/stocklevel"
	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/platform/actor"
	"github.com/souk-commerce/souk/internal/platform/keyset"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// pageSize and maxPage bound the lists of this room.
const (
	pageSize = 50
	maxPage  = 250
)

// openLevels makes the levels that are not there yet, then locks all of them in
// the order of their ids, which is the order in which everybody locks stock.
func (s *Service) openLevels(ctx context.Context, moves []move) (map[place]Level, error) {
	sorted := slices.Clone(moves)
	slices.SortFunc(sorted, func(a, b move) int {
		return cmp.Or(cmp.Compare(a.variant, b.variant), cmp.Compare(a.location, b.location))
	})
	variants, locations := make([]int64, len(sorted)), make([]int64, len(sorted))
	for i, m := range sorted {
		variants[i], locations[i] = int64(m.variant), int64(m.location)
	}
	_, err := s.db.Conn(ctx).Exec(ctx, `
		INSERT INTO stock_level (variant_id, location_id, updated_at)
		SELECT k.variant_id, k.location_id, $3 FROM unnest($1::bigint[], $2::bigint[]) AS k(variant_id, location_id)
		ON CONFLICT (variant_id, location_id) DO NOTHING`, variants, locations, s.db.Now(ctx))
	if err != nil {
		return nil, fmt.Errorf("open stock levels: %w", postgres.Conflict(err, byConstraint))
	}
	levels, err := s.lockLevels(ctx, `
		JOIN unnest($1::bigint[], $2::bigint[]) AS k(variant_id, location_id)
			ON k.variant_id = l.variant_id AND k.location_id = l.location_id`, variants, locations)
	if err != nil {
		return nil, err
	}
	out := make(map[place]Level, len(levels))
	for _, l := range levels {
		out[place{l.Variant, l.Location}] = l
	}
	return out, nil
}

func (s *Service) lockLevelsOf(ctx context.Context, variants []catalog.VariantID) ([]Level, error) {
	return s.lockLevels(ctx, `WHERE l.variant_id = ANY($1)`, raw(variants))
}

func (s *Service) lockLevels(ctx context.Context, which string, args ...any) ([]Level, error) {
	rows, err := s.db.Conn(ctx).Query(ctx, `
		SELECT l.id, l.variant_id, l.location_id, l.on_hand, l.taken, l.incoming, l.safety, l.version, l.updated_at
		FROM stock_level l `+which+` ORDER BY l.id FOR UPDATE OF l`, args...)
	if err != nil {
		return nil, fmt.Errorf("lock stock levels: %w", postgres.Fault(err))
	}
	defer rows.Close()
	var levels []Level
	for rows.Next() {
		l, err := scanLevel(rows)
		if err != nil {
			return nil, fmt.Errorf("lock stock levels: %w", err)
		}
		levels = append(levels, l)
	}
	return levels, postgres.Fault(rows.Err())
}

// post writes movements into the ledger and the same differences onto the
// levels, which are locked.
func (s *Service) post(ctx context.Context, why Cause, changes []change) error {
	if len(changes) == 0 {
		return nil
	}
	if why.ReferenceKind == "" && strings.TrimSpace(why.Reason) == "" {
		return ErrReasonRequired
	}
	var ids, variants, locations, onHand, taken, incoming, safety []int64
	var kinds []string
	for _, c := range changes {
		kinds = append(kinds, string(c.kind))
		ids, variants, locations = append(ids, int64(c.before.ID)), append(variants, int64(c.before.Variant)), append(locations, int64(c.before.Location))
		onHand, taken = append(onHand, c.delta.OnHand), append(taken, c.delta.Taken)
		incoming, safety = append(incoming, c.delta.Incoming), append(safety, c.delta.Safety)
	}
	who := actor.From(ctx)
	_, err := s.db.Conn(ctx).Exec(ctx, `
		INSERT INTO stock_movement (variant_id, location_id, kind, on_hand_delta, taken_delta, incoming_delta, safety_delta,
			reason, reference_kind, reference_id, actor_kind, actor_id, at)
		SELECT m.variant_id, m.location_id, m.kind, m.on_hand, m.taken, m.incoming, m.safety, $8, $9, $10, $11, $12, $13
		FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::text[])
			WITH ORDINALITY AS m(variant_id, location_id, on_hand, taken, incoming, safety, kind, place)
		ORDER BY m.place`,
		variants, locations, onHand, taken, incoming, safety, kinds,
		why.Reason, why.ReferenceKind, why.ReferenceID, string(who.Kind), who.ID, s.db.Now(ctx))
	if err != nil {
		return fmt.Errorf("write stock movements: %w", postgres.Fault(err))
	}
	_, err = s.db.Conn(ctx).Exec(ctx, `
		UPDATE stock_level l SET on_hand = l.on_hand + m.on_hand, taken = l.taken + m.taken,
			incoming = l.incoming + m.incoming, safety = l.safety + m.safety, version = l.version + m.times, updated_at = $6
		FROM (
			SELECT id, sum(on_hand)::bigint AS on_hand, sum(taken)::bigint AS taken, sum(incoming)::bigint AS incoming,
				sum(safety)::bigint AS safety, count(*) AS times
			FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[])
				AS m(id, on_hand, taken, incoming, safety) GROUP BY id
		) m WHERE l.id = m.id`, ids, onHand, taken, incoming, safety, s.db.Now(ctx))
	if err != nil {
		return fmt.Errorf("write stock levels: %w", postgres.Fault(err))
	}
	return nil
}

// total is what of a variant can be promised, over all active locations.
type total struct{ before, now int64 }

func (s *Service) totals(ctx context.Context, changes []change) (map[catalog.VariantID]total, error) {
	if len(changes) == 0 {
		return nil, nil
	}
	variants, deltas := make([]int64, len(changes)), map[place]int64{}
	for i, c := range changes {
		variants[i] = int64(c.before.Variant)
		deltas[place{c.before.Variant, c.before.Location}] += c.delta.OnHand - c.delta.Taken - c.delta.Safety
	}
	rows, err := s.db.Conn(ctx).Query(ctx, `
		SELECT l.variant_id, l.location_id, `+availableSQL+`
		FROM stock_level l JOIN location p ON p.id = l.location_id AND p.active WHERE l.variant_id = ANY($1)`, variants)
	if err != nil {
		return nil, fmt.Errorf("sum stock: %w", postgres.Fault(err))
	}
	defer rows.Close()
	out := map[catalog.VariantID]total{}
	for rows.Next() {
		var at place
		var now int64
		if err := rows.Scan(&at.variant, &at.location, &now); err != nil {
			return nil, fmt.Errorf("sum stock: %w", err)
		}
		t := out[at.variant]
		out[at.variant] = total{before: t.before + now - deltas[at], now: t.now + now}
	}
	return out, postgres.Fault(rows.Err())
}

// StockAt folds the ledger up to and including an instant: what the counts of a
// variant were then, at one location or with 0 at all together.
func (s *Service) StockAt(ctx context.Context, variant catalog.VariantID, location LocationID, instant time.Time) (Stock, error) {
	var st Stock
	err := s.db.Conn(ctx).QueryRow(ctx, `
		SELECT COALESCE(sum(on_hand_delta), 0)::bigint, COALESCE(sum(taken_delta), 0)::bigint,
			COALESCE(sum(incoming_delta), 0)::bigint, COALESCE(sum(safety_delta), 0)::bigint
		FROM stock_movement WHERE variant_id = $1 AND ($2 = 0 OR location_id = $2) AND at <= $3`,
		int64(variant), int64(location), instant).Scan(&st.OnHand, &st.Taken, &st.Incoming, &st.Safety)
	if err != nil {
		return Stock{}, fmt.Errorf("fold the ledger: %w", postgres.Fault(err))
	}
	return st, nil
}

// LevelsByIDs gives those levels that exist.
func (s *Service) LevelsByIDs(ctx context.Context, ids []LevelID) (map[LevelID]Level, error) {
	rows, err := s.db.Ent(ctx).StockLevel.Query().
		Where(postgres.Any(stocklevel.FieldID, ids)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read stock levels: %w", postgres.Fault(err))
	}
	out := make(map[LevelID]Level, len(rows))
	for _, r := range rows {
		out[LevelID(r.ID)] = levelOf(r)
	}
	return out, nil
}

// LevelsOf gives all levels of variants, by location.
func (s *Service) LevelsOf(ctx context.Context, variants []catalog.VariantID) (map[catalog.VariantID][]Level, error) {
	rows, err := s.db.Ent(ctx).StockLevel.Query().
		Where(postgres.Any(stocklevel.FieldVariantID, variants)).
		Order(stocklevel.ByVariantID(), stocklevel.ByLocationID()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read stock levels: %w", postgres.Fault(err))
	}
	out := make(map[catalog.VariantID][]Level, len(variants))
	for _, r := range rows {
		l := levelOf(r)
		out[l.Variant] = append(out[l.Variant], l)
	}
	return out, nil
}

// ListLevels gives one page of levels.
func (s *Service) ListLevels(ctx context.Context, f LevelFilter, by LevelSort, args page.Args) (page.Slice[Level], error) {
	w, err := args.Window(pageSize, maxPage)
	if err != nil {
		return page.Slice[Level]{}, err
	}
	ids, err := f.query().Page(ctx, s.db.Conn(ctx), w, by.order())
	if err != nil {
		return page.Slice[Level]{}, err
	}
	found, err := s.LevelsByIDs(ctx, keyset.IDs[LevelID](ids))
	return keyset.Fill(ids, found), err
}

func (by LevelSort) order() keyset.Order {
	switch by {
	case LevelsByAvailable:
		return keyset.Order{Expr: "(" + availableSQL + ")", Type: "bigint", ID: "l.id"}
	case LevelsByUpdate:
		return keyset.Order{Expr: "l.updated_at", Type: "timestamptz", ID: "l.id"}
	}
	return keyset.Order{Expr: "l.variant_id", Type: "bigint", ID: "l.id"}
}

// availableSQL is Level.Available of a row.
const availableSQL = "l.on_hand - l.taken - l.safety"

// CountLevels tells how long the list is.
func (s *Service) CountLevels(ctx context.Context, f LevelFilter) (int64, error) {
	return f.query().Count(ctx, s.db.Conn(ctx))
}

func (f LevelFilter) query() *keyset.Query {
	q := keyset.From("stock_level l")
	if len(f.Variants) > 0 {
		q.Where("l.variant_id = ANY(?::bigint[])", raw(f.Variants))
	}
	if f.Location != 0 {
		q.Where("l.location_id = ?", int64(f.Location))
	}
	if f.AtMost != nil {
		q.Where(availableSQL+" <= ?", *f.AtMost)
	}
	return q
}

// ListMovements gives one page of the ledger, the newest first.
func (s *Service) ListMovements(ctx context.Context, f MovementFilter, args page.Args) (page.Slice[Movement], error) {
	args.Reverse = !args.Reverse
	w, err := args.Window(pageSize, maxPage)
	if err != nil {
		return page.Slice[Movement]{}, err
	}
	ids, err := f.query().Page(ctx, s.db.Conn(ctx), w, keyset.Order{Expr: "m.id", Type: "bigint", ID: "m.id"})
	if err != nil {
		return page.Slice[Movement]{}, err
	}
	found, err := s.movements(ctx, keyset.IDs[MovementID](ids))
	return keyset.Fill(ids, found), err
}

// CountMovements tells how long the list is.
func (s *Service) CountMovements(ctx context.Context, f MovementFilter) (int64, error) {
	return f.query().Count(ctx, s.db.Conn(ctx))
}

func (f MovementFilter) query() *keyset.Query {
	q := keyset.From("stock_movement m")
	if f.Variant != 0 {
		q.Where("m.variant_id = ?", int64(f.Variant))
	}
	if f.Location != 0 {
		q.Where("m.location_id = ?", int64(f.Location))
	}
	if f.Kind != "" {
		q.Where("m.kind = ?", string(f.Kind))
	}
	if f.ReferenceKind != "" {
		q.Where("m.reference_kind = ?", f.ReferenceKind)
	}
	if f.ReferenceID != 0 {
		q.Where("m.reference_id = ?", f.ReferenceID)
	}
	if !f.Since.IsZero() {
		q.Where("m.at >= ?", f.Since)
	}
	if !f.Until.IsZero() {
		q.Where("m.at < ?", f.Until)
	}
	return q
}

func (s *Service) movements(ctx context.Context, ids []MovementID) (map[MovementID]Movement, error) {
	rows, err := s.db.Conn(ctx).Query(ctx, `
		SELECT id, variant_id, location_id, kind, on_hand_delta, taken_delta, incoming_delta, safety_delta,
			reason, reference_kind, reference_id, actor_kind, actor_id, at
		FROM stock_movement WHERE id = ANY($1)`, raw(ids))
	if err != nil {
		return nil, fmt.Errorf("read the ledger: %w", postgres.Fault(err))
	}
	defer rows.Close()
	out := make(map[MovementID]Movement, len(ids))
	for rows.Next() {
		m, err := scanMovement(rows)
		if err != nil {
			return nil, fmt.Errorf("read the ledger: %w", err)
		}
		out[m.ID] = m
	}
	return out, postgres.Fault(rows.Err())
}

// raw turns typed ids into what the driver takes.
func raw[ID ~int64](ids []ID) []int64 {
	out := make([]int64, len(ids))
	for i, id := range ids {
		out[i] = int64(id)
	}
	return out
}
