package cart

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// lockSQL takes carts in the order of their ids.
const lockSQL = `SELECT id FROM cart WHERE id = ANY($1) ORDER BY id FOR UPDATE`

// loadSQL reads carts with all that is in them as of one moment.
const loadSQL = `
	SELECT 0 AS sort, c.id AS cart, c.id, 0::bigint AS variant, 0::bigint AS quantity, to_jsonb(c) AS doc,
		'' AS title, NULL::bigint AS seen, false AS selected, false AS once, NULL::jsonb AS components
	FROM cart c WHERE c.id = ANY($1)
	UNION ALL
	SELECT 1, l.cart_id, l.id, l.variant_id, l.quantity, l.attributes, l.title, l.seen_price, false, false, l.components
	FROM cart_line l WHERE l.cart_id = ANY($1)
	UNION ALL
	SELECT 2, a.cart_id, a.id, 0, 0, a.address, '', NULL, a.selected, a.one_time_use, NULL
	FROM cart_address a WHERE a.cart_id = ANY($1)
	ORDER BY 1, 3`

// load reads carts; those that are not there are missing.
func (s *Service) load(ctx context.Context, ids ...ID) (map[ID]*basket, error) {
	rows, err := s.rooms.DB.Conn(ctx).Query(ctx, loadSQL, ids)
	if err != nil {
		return nil, fmt.Errorf("read carts: %w", postgres.Fault(err))
	}
	all, err := collect(rows)
	if err != nil {
		return nil, fmt.Errorf("read carts: %w", postgres.Fault(err))
	}
	return all, nil
}

// lock is load of carts that nobody else changes until the transaction ends.
// What is in them is read by a second statement, which sees what others wrote
// while this one waited.
func (s *Service) lock(ctx context.Context, ids ...ID) (all map[ID]*basket, err error) {
	var batch pgx.Batch
	batch.Queue(lockSQL, ids)
	batch.Queue(loadSQL, ids)
	answers := s.rooms.DB.Conn(ctx).SendBatch(ctx, &batch)
	defer func() {
		if closing := answers.Close(); err == nil && closing != nil {
			all, err = nil, fmt.Errorf("lock carts: %w", postgres.Fault(closing))
		}
	}()
	if _, err := answers.Exec(); err != nil {
		return nil, fmt.Errorf("lock carts: %w", postgres.Fault(err))
	}
	rows, err := answers.Query()
	if err != nil {
		return nil, fmt.Errorf("read locked carts: %w", postgres.Fault(err))
	}
	if all, err = collect(rows); err != nil {
		return nil, fmt.Errorf("read locked carts: %w", postgres.Fault(err))
	}
	return all, nil
}

// columns are those that a change of a cart writes.
const columns = `version, epoch, state, customer_id, market_id, country, language, currency, email, phone, note,
	attributes, codes, preferences, metafields, choices, expires_at, updated_at`

// insert writes a new cart and gives it its number.
func (s *Service) insert(ctx context.Context, r *row) error {
	err := s.rooms.DB.Conn(ctx).QueryRow(ctx, `
		INSERT INTO cart (created_at, `+columns+`)
		SELECT created_at, `+columns+` FROM jsonb_populate_record(NULL::cart, $1::jsonb)
		RETURNING id`, string(encode(r))).Scan(&r.ID)
	if err != nil {
		return fmt.Errorf("insert cart: %w", postgres.Conflict(err, byConstraint))
	}
	return nil
}

// saveSQL writes a cart and its lines: $1 cart, $2 document, $3 lines to take
// out, $4… lines to write, of which those with the number 0 are new; $11 now;
// $12 whether no address stays selected, which must come before another one is;
// $13 components of the lines.
const saveSQL = `
	WITH n AS (
		SELECT * FROM unnest($4::bigint[], $5::bigint[], $6::bigint[], $7::text[], $8::bytea[], $9::text[], $10::bigint[], $13::text[])
			WITH ORDINALITY AS n(id, variant, quantity, attributes, digest, title, seen, components, place)
	), kept AS (
		UPDATE cart SET (` + columns + `) = (SELECT ` + columns + ` FROM jsonb_populate_record(NULL::cart, $2::jsonb))
		WHERE id = $1
	), unselected AS (
		UPDATE cart_address SET selected = false, updated_at = $11 WHERE cart_id = $1 AND selected AND $12
	), gone AS (
		DELETE FROM cart_line WHERE cart_id = $1 AND id = ANY($3)
	), changed AS (
		UPDATE cart_line l SET variant_id = n.variant, quantity = n.quantity, attributes = n.attributes::jsonb,
			components = n.components::jsonb, digest = n.digest, title = n.title, seen_price = n.seen, updated_at = $11
		FROM n WHERE l.id = n.id AND l.cart_id = $1
	)
	INSERT INTO cart_line (cart_id, variant_id, quantity, attributes, components, digest, title, seen_price, created_at, updated_at)
	SELECT $1, n.variant, n.quantity, n.attributes::jsonb, n.components::jsonb, n.digest, n.title, n.seen, $11, $11
	FROM n WHERE n.id = 0 ORDER BY n.place
	RETURNING id`

// addressesSQL makes a cart's addresses those given: $1 cart, $2 numbers, 0 for
// new ones, $3 addresses, $4 selected, $5 for one time, $6 now.
const addressesSQL = `
	WITH n AS (
		SELECT * FROM unnest($2::bigint[], $3::text[], $4::boolean[], $5::boolean[])
			WITH ORDINALITY AS n(id, address, selected, once, place)
	), gone AS (
		DELETE FROM cart_address WHERE cart_id = $1 AND id <> ALL($2)
	), changed AS (
		UPDATE cart_address a SET address = n.address::jsonb, selected = n.selected, one_time_use = n.once, updated_at = $6
		FROM n WHERE a.id = n.id AND a.cart_id = $1
	)
	INSERT INTO cart_address (cart_id, address, selected, one_time_use, created_at, updated_at)
	SELECT $1, n.address::jsonb, n.selected, n.once, $6, $6 FROM n WHERE n.id = 0 ORDER BY n.place
	RETURNING id`

// save writes a draft in one round trip, and gives what is new its number.
func (s *Service) save(ctx context.Context, d *draft) (err error) {
	now := s.rooms.DB.Now(ctx)
	d.Version, d.UpdatedAt, d.ExpiresAt = d.Version+1, now, now.Add(s.cfg.Keep)
	w := d.write()
	var batch pgx.Batch
	batch.Queue(saveSQL, d.ID, string(encode(d.row)), w.gone, w.ids, w.variants, w.quantities, w.attributes, w.digests, w.titles, w.seen,
		now, d.readdressed, w.components)
	if d.readdressed {
		ids, texts, selected, once := addressColumns(d.addresses)
		batch.Queue(addressesSQL, d.ID, ids, texts, selected, once, now)
	}
	answers := s.rooms.DB.Conn(ctx).SendBatch(ctx, &batch)
	defer func() {
		if closing := answers.Close(); err == nil && closing != nil {
			err = fmt.Errorf("save cart: %w", postgres.Fault(closing))
		}
	}()
	lines, err := numbers[LineID](answers)
	if err != nil {
		return fmt.Errorf("save cart: %w", postgres.Fault(err))
	}
	for i, l := range w.added {
		l.id = lines[i]
	}
	slices.SortFunc(d.lines, func(a, b *line) int { return cmp.Compare(a.id, b.id) }) // as they will be read
	if !d.readdressed {
		return nil
	}
	addresses, err := numbers[AddressID](answers)
	if err != nil {
		return fmt.Errorf("save addresses: %w", postgres.Fault(err))
	}
	return d.number(addresses)
}

// numbers reads the ids of new rows, in the order in which they were given.
func numbers[T ~int64](answers pgx.BatchResults) ([]T, error) {
	rows, err := answers.Query()
	if err != nil {
		return nil, err
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[T])
	slices.Sort(ids)
	return ids, err
}

func (d *draft) number(ids []AddressID) error {
	for i := range d.addresses {
		if d.addresses[i].ID == 0 {
			d.addresses[i].ID, ids = ids[0], ids[1:]
		}
	}
	return nil
}

func addressColumns(all []Address) (ids []int64, texts []string, selected, once []bool) {
	ids = []int64{} // no addresses must not mean: nothing is known of them
	for _, a := range all {
		ids = append(ids, int64(a.ID))
		texts = append(texts, string(encode(a.Postal)))
		selected = append(selected, a.Selected)
		once = append(once, a.OneTimeUse)
	}
	return ids, texts, selected, once
}

// written is what a draft changes about lines, by column.
type written struct {
	gone       []LineID
	ids        []LineID
	variants   []int64
	quantities []int
	attributes []string
	digests    [][]byte
	titles     []string
	seen       []*int64
	components []*string
	added      []*line
}

// write compares the lines with those that were loaded.
func (d *draft) write() *written {
	d.keepRows()
	w, kept := &written{}, map[LineID]bool{}
	for _, l := range d.lines {
		kept[l.id] = true
		if was, there := d.loaded[l.id]; there && was.same(l) {
			continue
		}
		w.add(l)
	}
	for id := range d.loaded {
		if !kept[id] {
			w.gone = append(w.gone, id)
		}
	}
	return w
}

// same reports whether nothing has to be written.
func (l line) same(o *line) bool {
	return l.key() == o.key() && l.quantity == o.quantity && l.title == o.title && equal(l.seen, o.seen)
}

func equal(a, b *int64) bool { return a == b || a != nil && b != nil && *a == *b }

func (w *written) add(l *line) {
	w.ids = append(w.ids, l.id)
	w.variants = append(w.variants, int64(l.variant))
	w.quantities = append(w.quantities, l.quantity)
	w.attributes = append(w.attributes, string(encode(l.attributes)))
	w.digests = append(w.digests, l.digest[:])
	w.titles = append(w.titles, l.title)
	w.seen = append(w.seen, l.seen)
	w.components = append(w.components, nil)
	if len(l.components) > 0 {
		text := string(encode(l.components))
		w.components[len(w.components)-1] = &text
	}
	if l.id == 0 {
		w.added = append(w.added, l)
	}
}

// keepRows lets a line that has become what another one was take that one's
// row. So no statement gives a row the key of one that is still there, in
// whatever order it walks them.
func (d *draft) keepRows() {
	rows := map[key]LineID{}
	for id, l := range d.loaded {
		rows[l.key()] = id
	}
	taken := map[LineID]bool{}
	for _, l := range d.lines {
		if id, there := rows[l.key()]; there {
			taken[id] = true
		}
	}
	for _, l := range d.lines {
		if id, there := rows[l.key()]; there {
			l.id = id
		} else if taken[l.id] {
			l.id = 0
		}
	}
}

// retireSQL leaves nothing of a cart but that it was: $1 cart, $2 state, $3 now.
const retireSQL = `
	WITH lines AS (DELETE FROM cart_line WHERE cart_id = $1),
		addresses AS (DELETE FROM cart_address WHERE cart_id = $1)
	UPDATE cart SET state = $2, epoch = epoch + 1, version = version + 1, updated_at = $3, customer_id = NULL,
		email = '', phone = '', note = '', attributes = '[]', codes = '[]', preferences = '{}', metafields = '[]', choices = '{}'
	WHERE id = $1`

func (s *Service) retire(ctx context.Context, id ID) error {
	_, err := s.rooms.DB.Conn(ctx).Exec(ctx, retireSQL, id, Merged, s.rooms.DB.Now(ctx))
	if err != nil {
		return fmt.Errorf("retire cart: %w", postgres.Fault(err))
	}
	return nil
}

// ended is a cart that was brought to an end.
type ended struct {
	ID      ID
	Version int64
}

// expire ends carts that were not used for long.
func (s *Service) expire(ctx context.Context, now time.Time, limit int) ([]ended, error) {
	rows, err := s.rooms.DB.Conn(ctx).Query(ctx, `
		UPDATE cart SET state = 'expired', version = version + 1, updated_at = $1
		WHERE id IN (SELECT id FROM cart WHERE state = 'active' AND expires_at <= $1
			ORDER BY expires_at, id LIMIT $2 FOR UPDATE SKIP LOCKED)
		RETURNING id, version`, now, limit)
	if err != nil {
		return nil, fmt.Errorf("expire carts: %w", postgres.Fault(err))
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[ended])
	if err != nil {
		return nil, fmt.Errorf("expire carts: %w", postgres.Fault(err))
	}
	return all, nil
}

// complete ends a cart unless it is completed or merged, and gives the state
// that it had before.
func (s *Service) complete(ctx context.Context, id ID) (before State, version int64, err error) {
	err = s.rooms.DB.Conn(ctx).QueryRow(ctx, `
		WITH was AS (SELECT id, state, version FROM cart WHERE id = $1 FOR UPDATE), done AS (
			UPDATE cart c SET state = 'completed', version = c.version + 1, updated_at = $2
			FROM was WHERE c.id = was.id AND was.state IN ('active', 'expired')
		)
		SELECT state, version + 1 FROM was`, id, s.rooms.DB.Now(ctx)).Scan(&before, &version)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", 0, ErrNotFound
	}
	if err != nil {
		return "", 0, fmt.Errorf("complete cart: %w", postgres.Fault(err))
	}
	return before, version, nil
}

// Version gives the version of a cart in any state: whoever took its lines over
// sees by it whether they are still the cart's.
func (s *Service) Version(ctx context.Context, id ID) (int64, error) {
	var version int64
	err := s.rooms.DB.Conn(ctx).QueryRow(ctx, `SELECT COALESCE(max(version), 0) FROM cart WHERE id = $1`, int64(id)).Scan(&version)
	if err != nil {
		return 0, fmt.Errorf("read cart: %w", postgres.Fault(err))
	}
	return version, nil
}

// Hold locks a cart in any state until the caller's transaction ends, and reads
// nothing of it: whoever changes things that hang on a cart takes it first.
func (s *Service) Hold(ctx context.Context, id ID) error {
	if err := s.inside(ctx); err != nil {
		return err
	}
	tag, err := s.rooms.DB.Conn(ctx).Exec(ctx, `SELECT FROM cart WHERE id = $1 FOR UPDATE`, int64(id))
	if err != nil {
		return fmt.Errorf("lock cart: %w", postgres.Fault(err))
	}
	if tag.RowsAffected() == 0 {
		return ErrNotFound
	}
	return nil
}
