package inventory

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/platform/actor"
	"github.com/souk-commerce/souk/internal/platform/event"
	"github.com/souk-commerce/souk/internal/platform/keyset"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// ofCheckout is the kind of reference that movements of promised pieces carry.
const ofCheckout = "checkout"

const reservationColumns = "r.id, r.checkout_id, r.line_id, r.variant_id, r.location_id, r.quantity, r.state, r.expires_at, r.created_at, r.client, r.customer"

func scanReservation(row pgx.CollectableRow) (r Reservation, err error) {
	err = row.Scan(&r.ID, &r.Checkout, &r.Line, &r.Variant, &r.Location, &r.Quantity, &r.State, &r.ExpiresAt, &r.CreatedAt, &r.client, &r.customer)
	return r, err
}

// gather collects what one statement of a batch finds.
func gather[T any](into *[]T, scan pgx.RowToFunc[T]) func(pgx.Rows) error {
	return func(rows pgx.Rows) (err error) {
		*into, err = pgx.CollectRows(rows, scan)
		return err
	}
}

func (s *Service) send(ctx context.Context, b *pgx.Batch, what string) error {
	if err := s.db.Conn(ctx).SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("%s: %w", what, postgres.Conflict(err, byConstraint))
	}
	return nil
}

// The locks of this room's own, besides rows: one for a checkout, under which
// its reservations come and go, then one for each client and each customer whose
// holds are capped, under which they are summed. They are taken before any row,
// checkouts first, each sort in the order of its numbers.
const (
	lockCheckout  = `SELECT pg_advisory_xact_lock(hashtextextended('inventory.checkout', $1))`
	lockCheckouts = `SELECT pg_advisory_xact_lock(number) FROM (
		SELECT DISTINCT hashtextextended('inventory.checkout', id) AS number FROM unnest($1::bigint[]) AS id ORDER BY number) AS sorted`
	lockBuyers = `SELECT pg_advisory_xact_lock(number) FROM (
		SELECT DISTINCT hashtextextended('inventory.' || name, 0) AS number FROM unnest($1::text[]) AS name ORDER BY number) AS sorted`
)

// enter locks a checkout's reservations that are in one of the states.
func (s *Service) enter(ctx context.Context, checkout CheckoutID, states ...ReservationState) ([]Reservation, error) {
	var b pgx.Batch
	var rows []Reservation
	b.Queue(lockCheckout, int64(checkout))
	queueOwn(&b, checkout, states, &rows)
	return rows, s.send(ctx, &b, "lock reservations")
}

func queueOwn(b *pgx.Batch, checkout CheckoutID, states []ReservationState, into *[]Reservation) {
	b.Queue(`SELECT `+reservationColumns+` FROM reservation r WHERE r.checkout_id = $1 AND r.state = ANY($2) ORDER BY r.id FOR UPDATE`,
		int64(checkout), states).Query(gather(into, scanReservation))
}

// enterAll is enter for holds, and sums what their clients and customers hold
// where that is capped.
func (s *Service) enterAll(ctx context.Context, asks []ask, alone bool) (entered, error) {
	var b pgx.Batch
	var own []Reservation
	in := entered{own: map[CheckoutID][]Reservation{}, clients: map[string]int64{}, customers: map[string]int64{}}
	checkouts := make([]int64, len(asks))
	var clients, customers, names []string
	for i, a := range asks {
		checkouts[i] = int64(a.Checkout)
		caps := s.caps
		if a.Caps != nil {
			caps = *a.Caps
		}
		if caps.Client > 0 && a.Client != "" {
			clients, names = append(clients, a.Client), append(names, "client/"+a.Client)
		}
		if caps.Customer > 0 && a.Customer != "" {
			customers, names = append(customers, a.Customer), append(names, "customer/"+a.Customer)
		}
	}
	if !alone {
		b.Queue(`SET LOCAL lock_timeout = '` + batchPatience + `'`)
	}
	b.Queue(lockCheckouts, checkouts)
	if len(names) > 0 {
		b.Queue(lockBuyers, names)
	}
	b.Queue(`SELECT `+reservationColumns+` FROM reservation r WHERE r.checkout_id = ANY($1) AND r.ended_at IS NULL ORDER BY r.id FOR UPDATE`,
		checkouts).Query(gather(&own, scanReservation))
	queueSum(&b, "client", clients, s.db.Now(ctx), in.clients)
	queueSum(&b, "customer", customers, s.db.Now(ctx), in.customers)
	err := s.send(ctx, &b, "lock reservations")
	for _, r := range own {
		in.own[r.Checkout] = append(in.own[r.Checkout], r)
	}
	return in, err
}

// queueSum sums the pieces that are held by those whom a column names.
func queueSum(b *pgx.Batch, column string, names []string, now time.Time, into map[string]int64) {
	if len(names) == 0 {
		return
	}
	b.Queue(`SELECT `+column+`, sum(quantity)::bigint FROM reservation
		WHERE `+column+` = ANY($1) AND `+column+` <> '' AND ended_at IS NULL AND (state = 'committed' OR expires_at > $2) GROUP BY `+column, names, now).
		Query(func(rows pgx.Rows) error {
			var name string
			var n int64
			_, err := pgx.ForEachRow(rows, []any{&name, &n}, func() error {
				into[name] = n
				return nil
			})
			return err
		})
}

// mostDue bounds how many holds one reservation gives back under its locks.
const mostDue = 1_000

// lockBook locks all levels of variants, in the order of their ids, and gives
// back the expired holds on them, except those of some checkouts. A hold whose
// row somebody has locked is passed over: it is being committed or extended.
//
// The statements travel together, and each sees what was committed before it
// began: what the third finds is true as long as the locks of the second last.
func (s *Service) lockBook(ctx context.Context, variants, onDemand []catalog.VariantID, except []CheckoutID) (*book, error) {
	var b pgx.Batch
	var locked []*spot
	var due []Reservation
	now := s.db.Now(ctx)
	if len(onDemand) > 0 {
		b.Queue(openOnDemand, raw(onDemand), now)
	}
	b.Queue(`SELECT l.id, l.variant_id, l.location_id, l.on_hand, l.taken, l.incoming, l.safety, l.version, l.updated_at, p.priority, p.active, m.markets
		FROM stock_level l JOIN location p ON p.id = l.location_id
		LEFT JOIN (SELECT location_id, array_agg(market_id) AS markets FROM location_market GROUP BY location_id) m ON m.location_id = l.location_id
		WHERE l.variant_id = ANY($1) ORDER BY l.id FOR UPDATE OF l`, raw(variants)).Query(gather(&locked, scanSpot))
	b.Queue(`SELECT `+reservationColumns+` FROM reservation r
		WHERE r.state = 'held' AND r.expires_at <= $1 AND r.variant_id = ANY($2) AND r.checkout_id <> ALL($3)
		ORDER BY r.expires_at LIMIT $4 FOR UPDATE SKIP LOCKED`, now, raw(variants), raw(except), mostDue).Query(gather(&due, scanReservation))
	if err := s.send(ctx, &b, "lock stock levels"); err != nil {
		return nil, err
	}
	book := newBook(locked)
	book.who = actor.From(ctx)
	for _, r := range due {
		book.giveBack(r, Expired, ExpiredHold)
	}
	return book, nil
}

// openOnDemand makes a level for variants that are sold ahead of stock and have
// none where buyers are served.
const openOnDemand = `
	INSERT INTO stock_level (variant_id, location_id, updated_at)
	SELECT v.id, p.id, $2 FROM unnest($1::bigint[]) AS v(id)
	CROSS JOIN (SELECT id FROM location WHERE active ORDER BY is_default DESC, priority, id LIMIT 1) p
	WHERE NOT EXISTS (SELECT FROM stock_level l JOIN location o ON o.id = l.location_id AND o.active WHERE l.variant_id = v.id)
	ORDER BY v.id
	ON CONFLICT (variant_id, location_id) DO NOTHING`

func scanSpot(row pgx.CollectableRow) (*spot, error) {
	p := &spot{}
	l := &p.Level
	err := row.Scan(&l.ID, &l.Variant, &l.Location, &l.OnHand, &l.Taken, &l.Incoming, &l.Safety, &l.Version, &l.UpdatedAt, &p.priority, &p.active, &p.markets)
	return p, err
}

// save writes what the book decided, and the facts of what has changed.
func (s *Service) save(ctx context.Context, b *book) error {
	var batch pgx.Batch
	now := s.db.Now(ctx)
	if len(b.ended) > 0 {
		queueEnded(&batch, b.ended, now)
	}
	if len(b.kept) > 0 {
		queueKept(&batch, b.kept, now)
	}
	if len(b.made) > 0 {
		queueMade(&batch, b.made, now)
	}
	if len(b.entries) > 0 {
		queueEntries(&batch, b, now)
	}
	if batch.Len() == 0 {
		return nil
	}
	if err := s.send(ctx, &batch, "write reservations"); err != nil {
		return err
	}
	return s.noteSpots(ctx, b)
}

func queueEnded(batch *pgx.Batch, ended []ending, now time.Time) {
	ids, states := make([]int64, len(ended)), make([]string, len(ended))
	for i, e := range ended {
		ids[i], states[i] = int64(e.id), string(e.to)
	}
	batch.Queue(`UPDATE reservation r SET state = e.state, ended_at = $3, updated_at = $3
		FROM unnest($1::bigint[], $2::text[]) AS e(id, state) WHERE r.id = e.id`, ids, states, now)
}

func queueKept(batch *pgx.Batch, kept []prolonging, now time.Time) {
	ids, customers, untils := make([]int64, len(kept)), make([]string, len(kept)), make([]time.Time, len(kept))
	for i, k := range kept {
		ids[i], customers[i], untils[i] = int64(k.id), k.customer, k.until
	}
	batch.Queue(`UPDATE reservation r SET expires_at = k.until, customer = COALESCE(NULLIF(k.customer, ''), r.customer), updated_at = $4
		FROM unnest($1::bigint[], $2::text[], $3::timestamptz[]) AS k(id, customer, until) WHERE r.id = k.id`, ids, customers, untils, now)
}

func queueMade(batch *pgx.Batch, made []Reservation, now time.Time) {
	n := len(made)
	checkouts, lines, variants := make([]int64, n), make([]int64, n), make([]int64, n)
	locations, numbers := make([]int64, n), make([]int64, n)
	clients, customers, untils := make([]string, n), make([]string, n), make([]time.Time, n)
	for i, r := range made {
		checkouts[i], lines[i], variants[i] = int64(r.Checkout), r.Line, int64(r.Variant)
		locations[i], numbers[i] = int64(r.Location), r.Quantity
		clients[i], customers[i], untils[i] = r.client, r.customer, r.ExpiresAt
	}
	batch.Queue(`
		INSERT INTO reservation (checkout_id, line_id, variant_id, location_id, quantity, client, customer, expires_at, created_at, updated_at)
		SELECT m.*, $9, $9 FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[], $7::text[],
			$8::timestamptz[]) AS m`, checkouts, lines, variants, locations, numbers, clients, customers, untils, now)
}

// queueEntries writes the ledger and the levels in one statement. A level whose
// count is the same after all is not written.
func queueEntries(batch *pgx.Batch, b *book, now time.Time) {
	n := len(b.entries)
	variants, locations, deltas, checkouts := make([]int64, n), make([]int64, n), make([]int64, n), make([]int64, n)
	kinds, reasons, actors, names := make([]string, n), make([]string, n), make([]string, n), make([]int64, n)
	for i, e := range b.entries {
		actors[i], names[i] = string(e.who.Kind), e.who.ID
		variants[i], locations[i], deltas[i] = int64(e.spot.Variant), int64(e.spot.Location), e.taken
		checkouts[i], kinds[i], reasons[i] = int64(e.checkout), string(e.kind), e.reason
	}
	var levels, taken []int64
	for _, p := range b.changed() {
		levels, taken = append(levels, int64(p.ID)), append(taken, p.taken)
	}
	batch.Queue(`
		WITH moved AS (
			INSERT INTO stock_movement (variant_id, location_id, kind, taken_delta, reason, reference_kind, reference_id, actor_kind, actor_id, at)
			SELECT m.variant_id, m.location_id, m.kind, m.taken, m.reason, '`+ofCheckout+`', m.checkout, m.actor_kind, m.actor_id, $11
			FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::bigint[])
				WITH ORDINALITY AS m(variant_id, location_id, taken, checkout, kind, reason, actor_kind, actor_id, place)
			ORDER BY m.place
		)
		UPDATE stock_level l SET taken = l.taken + d.taken, version = l.version + 1, updated_at = $11
		FROM unnest($9::bigint[], $10::bigint[]) AS d(id, taken) WHERE l.id = d.id`,
		variants, locations, deltas, checkouts, kinds, reasons, actors, names, levels, taken, now)
}

// noteSpots records the facts of the levels that are different now, one for
// each, whatever number of movements changed it.
func (s *Service) noteSpots(ctx context.Context, b *book) error {
	changed := b.changed()
	if len(changed) == 0 {
		return nil
	}
	if err := s.nameProducts(ctx, b, changed); err != nil {
		return err
	}
	facts := make([]event.Fact, len(changed))
	for i, p := range changed {
		facts[i] = StockChanged{
			Level: p.ID, Version: p.Version + 1, Variant: p.Variant, Product: b.products[p.Variant], Location: p.Location,
			WasAvailable: b.wasAvailable(p.Variant) > 0, NowAvailable: b.available(p.Variant, 0) > 0,
			Scarce: min(p.free(), p.free()+p.taken) < scarce,
		}
	}
	return s.events.Record(ctx, facts...)
}

// nameProducts adds to the book the products that it does not know yet.
func (s *Service) nameProducts(ctx context.Context, b *book, changed []*spot) error {
	var unknown []catalog.VariantID
	for _, p := range changed {
		if b.products[p.Variant] == 0 {
			unknown = append(unknown, p.Variant)
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	refs, err := s.catalog.RefsOfVariants(ctx, unknown)
	for _, r := range refs {
		b.products[r.Variant] = r.Product
	}
	return err
}

// uncommit makes the committed reservations of a checkout holds again.
func (s *Service) uncommit(ctx context.Context, checkout CheckoutID, until time.Time) error {
	_, err := s.db.Conn(ctx).Exec(ctx, `
		UPDATE reservation SET state = 'held', expires_at = $2, updated_at = $3
		WHERE state = 'committed' AND id IN (SELECT id FROM reservation WHERE checkout_id = $1 AND state = 'committed' ORDER BY id FOR UPDATE)`,
		int64(checkout), until, s.db.Now(ctx))
	if err != nil {
		return fmt.Errorf("uncommit reservations: %w", postgres.Fault(err))
	}
	return nil
}

// consume gives the committed pieces to the order. The counts stay, so that no
// level is touched; the ledger tells when it was.
func (s *Service) consume(ctx context.Context, checkout CheckoutID) error {
	who := actor.From(ctx)
	_, err := s.db.Conn(ctx).Exec(ctx, `
		WITH own AS (
			UPDATE reservation SET state = 'consumed', ended_at = $2, updated_at = $2
			WHERE state = 'committed' AND id IN (SELECT id FROM reservation WHERE checkout_id = $1 AND state = 'committed' ORDER BY id FOR UPDATE)
			RETURNING variant_id, location_id
		)
		INSERT INTO stock_movement (variant_id, location_id, kind, reference_kind, reference_id, actor_kind, actor_id, at)
		SELECT DISTINCT variant_id, location_id, '`+string(Allocated)+`', '`+ofCheckout+`', $1, $3::text, $4::bigint, $2 FROM own`,
		int64(checkout), s.db.Now(ctx), string(who.Kind), who.ID)
	if err != nil {
		return fmt.Errorf("consume reservations: %w", postgres.Fault(err))
	}
	return nil
}

// extend prolongs the holds of a checkout that have not expired.
func (s *Service) extend(ctx context.Context, checkout CheckoutID, until time.Time) error {
	_, err := s.db.Conn(ctx).Exec(ctx, `
		UPDATE reservation SET expires_at = $2, updated_at = $3
		WHERE state = 'held' AND expires_at > $3 AND expires_at < $2
			AND id IN (SELECT id FROM reservation WHERE checkout_id = $1 AND state = 'held' ORDER BY id FOR UPDATE)`,
		int64(checkout), until, s.db.Now(ctx))
	if err != nil {
		return fmt.Errorf("extend reservations: %w", postgres.Fault(err))
	}
	return nil
}

// commit turns the holds of a checkout that have not expired into committed
// ones, and gives all that is committed then.
func (s *Service) commit(ctx context.Context, checkout CheckoutID) ([]Reservation, error) {
	var b pgx.Batch
	var own []Reservation
	b.Queue(lockCheckout, int64(checkout))
	b.Queue(`UPDATE reservation r SET state = 'committed', updated_at = $2
		WHERE r.checkout_id = $1 AND (r.state = 'committed' OR r.state = 'held' AND r.expires_at > $2) RETURNING `+reservationColumns,
		int64(checkout), s.db.Now(ctx)).Query(gather(&own, scanReservation))
	return own, s.send(ctx, &b, "commit reservations")
}

// dueVariants gives the variants of the holds that have waited longest for
// their end.
func (s *Service) dueVariants(ctx context.Context, limit int) ([]catalog.VariantID, error) {
	rows, err := s.db.Conn(ctx).Query(ctx, `
		SELECT DISTINCT variant_id FROM (
			SELECT variant_id FROM reservation WHERE state = 'held' AND expires_at <= $1 ORDER BY expires_at LIMIT $2
		) due`, s.db.Now(ctx), limit)
	if err != nil {
		return nil, fmt.Errorf("find expired holds: %w", postgres.Fault(err))
	}
	found, err := pgx.CollectRows(rows, pgx.RowTo[catalog.VariantID])
	if err != nil {
		return nil, fmt.Errorf("find expired holds: %w", postgres.Fault(err))
	}
	return found, nil
}

// ReservationsOf gives all reservations of checkouts, also those that ended, in
// the order in which they were made.
func (s *Service) ReservationsOf(ctx context.Context, checkouts []CheckoutID) (map[CheckoutID][]Reservation, error) {
	rows, err := s.reservations(ctx, `WHERE r.checkout_id = ANY($1) ORDER BY r.id`, raw(checkouts))
	if err != nil {
		return nil, err
	}
	out := make(map[CheckoutID][]Reservation, len(checkouts))
	for _, r := range rows {
		out[r.Checkout] = append(out[r.Checkout], r)
	}
	return out, nil
}

func (s *Service) reservations(ctx context.Context, which string, args ...any) ([]Reservation, error) {
	rows, err := s.db.Conn(ctx).Query(ctx, `SELECT `+reservationColumns+` FROM reservation r `+which, args...)
	if err != nil {
		return nil, fmt.Errorf("read reservations: %w", postgres.Fault(err))
	}
	found, err := pgx.CollectRows(rows, scanReservation)
	if err != nil {
		return nil, fmt.Errorf("read reservations: %w", postgres.Fault(err))
	}
	return found, nil
}

// ListReservations gives one page of reservations, the newest first.
func (s *Service) ListReservations(ctx context.Context, f ReservationFilter, args page.Args) (page.Slice[Reservation], error) {
	args.Reverse = !args.Reverse
	w, err := args.Window(pageSize, maxPage)
	if err != nil {
		return page.Slice[Reservation]{}, err
	}
	ids, err := f.query().Page(ctx, s.db.Conn(ctx), w, keyset.Order{Expr: "r.id", Type: "bigint", ID: "r.id"})
	if err != nil {
		return page.Slice[Reservation]{}, err
	}
	rows, err := s.reservations(ctx, `WHERE r.id = ANY($1)`, raw(keyset.IDs[ReservationID](ids)))
	found := make(map[ReservationID]Reservation, len(rows))
	for _, r := range rows {
		found[r.ID] = r
	}
	return keyset.Fill(ids, found), err
}

// CountReservations tells how long the list is.
func (s *Service) CountReservations(ctx context.Context, f ReservationFilter) (int64, error) {
	return f.query().Count(ctx, s.db.Conn(ctx))
}

func (f ReservationFilter) query() *keyset.Query {
	q := keyset.From("reservation r")
	if f.Checkout != 0 {
		q.Where("r.checkout_id = ?", int64(f.Checkout))
	}
	if f.Variant != 0 {
		q.Where("r.variant_id = ?", int64(f.Variant))
	}
	if f.Location != 0 {
		q.Where("r.location_id = ?", int64(f.Location))
	}
	if f.State != "" {
		q.Where("r.state = ?", string(f.State))
	}
	if f.Active {
		q.Where("r.ended_at IS NULL")
	}
	return q
}
