package inventory

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/inventory/sourcing"
	"github.com/souk-commerce/souk/internal/market"
	"github.com/souk-commerce/souk/internal/platform/actor"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// sourceColumns are those of a level with what its location says: its priority,
// and whether it serves the market, which is $2.
const sourceColumns = `l.id, l.variant_id, l.location_id, l.on_hand, l.taken, l.incoming, l.safety, l.version, l.updated_at, p.priority,
	p.active AND ($2 = 0 OR NOT EXISTS (SELECT FROM location_market m WHERE m.location_id = p.id)
		OR EXISTS (SELECT FROM location_market m WHERE m.location_id = p.id AND m.market_id = $2))`

// consumeSeeing gives the committed pieces to the order and shows, in the same
// statement, the levels that could send them instead. No level is locked. The
// checkout's name is locked before its rows, as everywhere.
func (s *Service) consumeSeeing(ctx context.Context, in Sourcing) (own []Reservation, seen sources, err error) {
	who := actor.From(ctx)
	rows, err := s.db.Conn(ctx).Query(ctx, `
		WITH entered AS MATERIALIZED (
			SELECT pg_advisory_xact_lock(hashtextextended('inventory.checkout', $1))
		), own AS (
			UPDATE reservation SET state = 'consumed', ended_at = $3, updated_at = $3
			WHERE state = 'committed' AND id IN (
				SELECT r.id FROM entered, reservation r WHERE r.checkout_id = $1 AND r.state = 'committed' ORDER BY r.id FOR UPDATE OF r)
			RETURNING id, line_id, variant_id, location_id, quantity
		), noted AS (
			INSERT INTO stock_movement (variant_id, location_id, kind, reference_kind, reference_id, actor_kind, actor_id, at)
			SELECT DISTINCT variant_id, location_id, '`+string(Allocated)+`', '`+ofCheckout+`', $1, $4::text, $5::bigint, $3 FROM own
		)
		SELECT true, '' AS strategy, line_id, id, variant_id, location_id, quantity, 0, 0, 0, 0, $3::timestamptz, 0, false FROM own
		UNION ALL
		SELECT false, COALESCE((SELECT strategy FROM stock_policy WHERE market_id = $2), '`+string(sourcing.Priority)+`'), 0, `+sourceColumns+`
		FROM stock_level l JOIN location p ON p.id = l.location_id WHERE l.variant_id IN (SELECT variant_id FROM own)`,
		int64(in.Checkout), int64(in.Market), s.db.Now(ctx), string(who.Kind), who.ID)
	if err != nil {
		return nil, sources{}, fmt.Errorf("consume reservations: %w", postgres.Fault(err))
	}
	var promised bool
	var line int64
	var l source
	_, err = pgx.ForEachRow(rows, append([]any{&promised, &seen.strategy, &line}, l.fields()...), func() error {
		if promised {
			own = append(own, Reservation{ID: ReservationID(l.ID), Checkout: in.Checkout, Line: line, Variant: l.Variant, Location: l.Location,
				Quantity: l.OnHand, State: Consumed})
		} else {
			seen.levels = append(seen.levels, l)
		}
		return nil
	})
	if err != nil {
		return nil, sources{}, fmt.Errorf("consume reservations: %w", postgres.Fault(err))
	}
	return own, seen, nil
}

func (l *source) fields() []any {
	return []any{&l.ID, &l.Variant, &l.Location, &l.OnHand, &l.Taken, &l.Incoming, &l.Safety, &l.Version, &l.UpdatedAt, &l.priority, &l.serves}
}

// locate adds the places that serve. Only where nearness counts, and there is a
// choice, more is read of them than came with the levels.
func (s *Service) locate(ctx context.Context, in *sources) error {
	in.places = map[LocationID]sourcing.Place{}
	for _, l := range in.levels {
		if l.serves {
			in.places[l.Location] = sourcing.Place{ID: int64(l.Location), Priority: l.priority}
		}
	}
	if in.strategy != sourcing.Nearest || len(in.places) < 2 {
		return nil
	}
	var ids []int64
	for id := range in.places {
		ids = append(ids, int64(id))
	}
	rows, err := s.db.Conn(ctx).Query(ctx, `
		SELECT p.id, p.latitude, p.longitude, COALESCE((
			SELECT jsonb_agg(jsonb_build_object('Country', z.country, 'Province', z.province, 'PostalPrefix', z.postal_prefix) ORDER BY z.position)
			FROM location_zone z WHERE z.location_id = p.id), '[]')
		FROM location p WHERE p.id = ANY($1)`, ids)
	if err != nil {
		return fmt.Errorf("read where locations are: %w", postgres.Fault(err))
	}
	var id LocationID
	var north, east *float64
	var zones []sourcing.Zone
	_, err = pgx.ForEachRow(rows, []any{&id, &north, &east, &zones}, func() error {
		p := in.places[id]
		p.Zones = slices.Clone(zones)
		p.Point = Location{Latitude: north, Longitude: east}.Point()
		in.places[id] = p
		return nil
	})
	if err != nil {
		return fmt.Errorf("read where locations are: %w", postgres.Fault(err))
	}
	return nil
}

// lockSources locks the levels of variants by id and gives them as they are.
func (s *Service) lockSources(ctx context.Context, m market.ID, variants []catalog.VariantID) (sources, error) {
	rows, err := s.db.Conn(ctx).Query(ctx, `SELECT `+sourceColumns+` FROM stock_level l JOIN location p ON p.id = l.location_id
		WHERE l.variant_id = ANY($1) ORDER BY l.id FOR UPDATE OF l`, raw(variants), int64(m))
	if err != nil {
		return sources{}, fmt.Errorf("lock stock levels: %w", postgres.Fault(err))
	}
	locked, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (l source, err error) {
		return l, row.Scan(l.fields()...)
	})
	if err != nil {
		return sources{}, fmt.Errorf("lock stock levels: %w", postgres.Fault(err))
	}
	return sources{levels: locked}, nil
}

// exchange ends the consumed rows of the shares that differ and writes those
// that are to be in their place, in one statement.
func (s *Service) exchange(ctx context.Context, own []Reservation, moved, want shares) error {
	var ended, from, lines, variants, locations, quantities []int64
	owner := map[key]int64{} // a row that ends, for what the new ones take from it
	for _, r := range own {
		if moved[share{key{r.Line, r.Variant}, r.Location}] != 0 {
			ended = append(ended, int64(r.ID))
			owner[key{r.Line, r.Variant}] = int64(r.ID)
		}
	}
	for _, at := range moved.sorted() {
		if want[at] > 0 {
			from, lines, variants = append(from, owner[at.key]), append(lines, at.line), append(variants, int64(at.variant))
			locations, quantities = append(locations, int64(at.location)), append(quantities, want[at])
		}
	}
	now := s.db.Now(ctx)
	tag, err := s.db.Conn(ctx).Exec(ctx, `
		WITH gone AS (
			UPDATE reservation SET state = 'released', updated_at = $2 WHERE id = ANY($1)
			RETURNING id, checkout_id, client, customer, expires_at
		)
		INSERT INTO reservation (checkout_id, line_id, variant_id, location_id, quantity, state, client, customer, expires_at, ended_at, created_at, updated_at)
		SELECT g.checkout_id, m.line, m.variant, m.location, m.quantity, 'consumed', g.client, g.customer, g.expires_at, $2, $2, $2
		FROM unnest($3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[]) AS m(id, line, variant, location, quantity)
		JOIN gone g ON g.id = m.id`,
		ended, now, from, lines, variants, locations, quantities)
	if err != nil {
		return fmt.Errorf("move reservations: %w", postgres.Fault(err))
	}
	if tag.RowsAffected() != int64(len(from)) {
		return fmt.Errorf("move reservations: %d of %d were written", tag.RowsAffected(), len(from))
	}
	return nil
}
