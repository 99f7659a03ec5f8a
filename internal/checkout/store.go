package checkout

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/internal/cart"
	"github.com/souk-commerce/souk/internal/checkout/lifecycle"
	"github.com/souk-commerce/souk/internal/platform/actor"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

const rowColumns = `id, cart_id, cart_version, state, version, customer_id, market_id, country, language, currency, email, phone,
	accepts_marketing, note, attributes, codes, shipping_address, billing_address, billing_same, choices, quote, quote_hash, client, active_until,
	order_id, expires_at, created_at, updated_at`

// read gives a checkout with its lines.
func (s *Service) read(ctx context.Context, id ID) (*row, error) { return s.load(ctx, id, "") }

// cartOf gives the cart that a checkout was made of.
func (s *Service) cartOf(ctx context.Context, id ID) (cart.ID, error) {
	var from cart.ID
	err := s.db.Conn(ctx).QueryRow(ctx, `SELECT cart_id FROM checkout WHERE id = $1`, int64(id)).Scan(&from)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, ErrNotFound
	}
	if err != nil {
		return 0, fmt.Errorf("read checkout: %w", postgres.Fault(err))
	}
	return from, nil
}

// stateOf gives where a checkout stands.
func (s *Service) stateOf(ctx context.Context, id ID) (state lifecycle.State, version int64, err error) {
	err = s.db.Conn(ctx).QueryRow(ctx, `SELECT state, version FROM checkout WHERE id = $1`, int64(id)).Scan(&state, &version)
	if err != nil {
		err = fmt.Errorf("read checkout: %w", postgres.Fault(err))
	}
	return state, version, err
}

// lockRow locks a checkout and gives it without its lines, which one that was
// submitted has in what was frozen.
func (s *Service) lockRow(ctx context.Context, id ID) (*row, error) {
	r, err := scanRow(s.db.Conn(ctx).QueryRow(ctx, `SELECT `+rowColumns+` FROM checkout WHERE id = $1 FOR UPDATE`, int64(id)))
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("lock checkout: %w", postgres.Fault(err))
	}
	return r, nil
}

// lock gives a checkout with its lines, for the transaction alone.
func (s *Service) lock(ctx context.Context, id ID) (*row, error) {
	return s.load(ctx, id, " FOR UPDATE")
}

// load asks for the row first and for the lines in a statement of their own:
// after a wait for the lock they must be those that its last holder left.
func (s *Service) load(ctx context.Context, id ID, lock string) (*row, error) {
	var b pgx.Batch
	b.Queue(`SELECT `+rowColumns+` FROM checkout WHERE id = $1`+lock, int64(id))
	b.Queue(`SELECT id, cart_line_id, variant_id, quantity, attributes, components, title FROM checkout_line
		WHERE checkout_id = $1 ORDER BY position`, int64(id))
	answers := s.db.Conn(ctx).SendBatch(ctx, &b)
	defer func() { _ = answers.Close() }()
	r, err := scanRow(answers.QueryRow())
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("read checkout: %w", postgres.Fault(err))
	}
	rows, err := answers.Query()
	if err != nil {
		return nil, fmt.Errorf("read checkout lines: %w", postgres.Fault(err))
	}
	if r.lines, err = pgx.CollectRows(rows, scanLine); err != nil {
		return nil, fmt.Errorf("read checkout lines: %w", postgres.Fault(err))
	}
	return r, nil
}

// liveOf gives the checkout of a cart that is neither expired nor cancelled, 0
// if there is none.
func (s *Service) liveOf(ctx context.Context, id cart.ID) (ID, error) {
	var found ID
	err := s.db.Conn(ctx).QueryRow(ctx, `SELECT COALESCE(max(id), 0) FROM checkout
		WHERE cart_id = $1 AND state <> 'expired' AND state <> 'cancelled'`, int64(id)).Scan(&found)
	if err != nil {
		return 0, fmt.Errorf("find checkout of cart: %w", postgres.Fault(err))
	}
	return found, nil
}

// insert writes a new checkout and the first row of its history.
func (s *Service) insert(ctx context.Context, r *row) error {
	who := actor.From(ctx)
	err := s.db.Conn(ctx).QueryRow(ctx, `
		WITH made AS (
			INSERT INTO checkout (cart_id, cart_version, state, version, customer_id, market_id, country, language, currency, email, phone,
				accepts_marketing, note, attributes, codes, shipping_address, billing_address, billing_same, choices, quote_hash, client,
				expires_at, created_at, updated_at, active_until)
			VALUES ($1, $2, $3::text, 1, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, '', $19, $20, $21::timestamptz, $21::timestamptz, $24)
			RETURNING id)
		INSERT INTO checkout_transition (checkout_id, event, before, after, actor_kind, actor_id, reason, at)
		SELECT id, 'start', '', $3::text, $22::text, $23::bigint, '', $21::timestamptz FROM made RETURNING checkout_id`,
		int64(r.cart), r.cartVersion, string(r.state), r.customer, int64(r.market), string(r.country), string(r.language), string(r.currency),
		r.email, r.phone, r.marketing, r.note, asJSON(r.attributes), asJSON(r.codes), orNull(r.shipping), orNull(r.billing), r.same,
		asJSON(r.choices), r.client, r.expiresAt, r.createdAt, string(who.Kind), who.ID, r.activeUntil).Scan(&r.id)
	if err != nil {
		return fmt.Errorf("write checkout: %w", postgres.Fault(err))
	}
	r.version = 1
	return nil
}

// takeLines makes the checkout's lines those of the cart; before are those that
// it has.
func (s *Service) takeLines(ctx context.Context, r *row, lines []cart.Line, before []Line) error {
	n := len(lines)
	ids, variants, quantities := make([]int64, n), make([]int64, n), make([]int32, n)
	attributes, titles, components := make([]string, n), make([]string, n), make([]*string, n)
	for i, l := range lines {
		ids[i], variants[i], quantities[i] = int64(l.ID), int64(l.Variant), int32(l.Quantity)
		attributes[i], titles[i] = string(asJSON(l.Attributes)), l.Title
		if parts := partsOf(l.Components); parts != nil {
			text := string(asJSON(parts))
			components[i] = &text
		}
	}
	var b pgx.Batch
	if len(before) > 0 {
		b.Queue(`DELETE FROM checkout_line WHERE checkout_id = $1 AND NOT cart_line_id = ANY($2)`, int64(r.id), ids)
	}
	b.Queue(`
		INSERT INTO checkout_line (checkout_id, cart_line_id, variant_id, quantity, attributes, components, title, position)
		SELECT $1, t.id, t.variant, t.quantity, t.attributes::jsonb, t.components::jsonb, t.title, t.n
		FROM unnest($2::bigint[], $3::bigint[], $4::int[], $5::text[], $6::text[], $7::text[])
			WITH ORDINALITY AS t (id, variant, quantity, attributes, title, components, n)
		ON CONFLICT (checkout_id, cart_line_id) DO UPDATE SET variant_id = excluded.variant_id, quantity = excluded.quantity,
			attributes = excluded.attributes, components = excluded.components, title = excluded.title, position = excluded.position
		RETURNING id, cart_line_id, variant_id, quantity, attributes, components, title`,
		int64(r.id), ids, variants, quantities, attributes, titles, components)
	answers := s.db.Conn(ctx).SendBatch(ctx, &b)
	defer func() { _ = answers.Close() }()
	if len(before) > 0 {
		if _, err := answers.Exec(); err != nil {
			return fmt.Errorf("drop checkout lines: %w", postgres.Fault(err))
		}
	}
	rows, err := answers.Query()
	if err != nil {
		return fmt.Errorf("write checkout lines: %w", postgres.Fault(err))
	}
	if r.lines, err = pgx.CollectRows(rows, scanLine); err != nil {
		return fmt.Errorf("write checkout lines: %w", postgres.Fault(err))
	}
	return nil
}

// save writes what can change of a checkout, and the step of its machine if it
// took one.
func (s *Service) save(ctx context.Context, r *row, step *step) error {
	who := actor.From(ctx)
	_, err := s.db.Conn(ctx).Exec(ctx, `
		WITH noted AS (
			INSERT INTO checkout_transition (checkout_id, event, before, after, actor_kind, actor_id, reason, at)
			SELECT $1::bigint, $2::text, $3::text, $4::text, $5::text, $6::bigint, $7::text, $8::timestamptz WHERE $2::text <> '')
		UPDATE checkout SET state = $4::text, version = $9, email = $10, phone = $11, accepts_marketing = $12, codes = $13, shipping_address = $14,
			billing_address = $15, billing_same = $16, choices = $17, quote = $18, quote_hash = $19, order_id = $20, expires_at = $21,
			ended_at = CASE WHEN $22::boolean THEN $8::timestamptz END, updated_at = $8::timestamptz, currency = $23, cart_version = $24, country = $25,
			language = $26, market_id = $27, note = $28, attributes = $29, active_until = $30
		WHERE id = $1::bigint`,
		int64(r.id), step.event, step.before, string(r.state), string(who.Kind), who.ID, step.reason, r.updatedAt,
		r.version, r.email, r.phone, r.marketing, asJSON(r.codes), orNull(r.shipping), orNull(r.billing), r.same, asJSON(r.choices),
		orNull(r.frozen), r.hash, nullable(int64(r.order)), r.expiresAt, r.state.Ended(), string(r.currency), r.cartVersion, string(r.country),
		string(r.language), int64(r.market), r.note, asJSON(r.attributes), r.activeUntil)
	if err != nil {
		return fmt.Errorf("write checkout: %w", postgres.Fault(err))
	}
	return nil
}

// due gives open checkouts whose time is up.
func (s *Service) due(ctx context.Context, limit int) ([]ID, error) {
	rows, err := s.db.Conn(ctx).Query(ctx, `SELECT id FROM checkout
		WHERE ended_at IS NULL AND expires_at <= $1 AND state <> $2 ORDER BY expires_at LIMIT $3`,
		s.db.Now(ctx), string(lifecycle.Submitting), limit)
	if err != nil {
		return nil, fmt.Errorf("find expired checkouts: %w", postgres.Fault(err))
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[ID])
	if err != nil {
		return nil, fmt.Errorf("find expired checkouts: %w", postgres.Fault(err))
	}
	return ids, nil
}

// asJSON gives a value of ours as JSON; none of them can fail.
func asJSON(v any) json.RawMessage {
	text, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("marshal %T: %v", v, err))
	}
	if string(text) == "null" {
		return json.RawMessage("[]")
	}
	return text
}

// orNull gives what is there as JSON, else nil.
func orNull[T any](v *T) any {
	if v == nil {
		return nil
	}
	return asJSON(v)
}

func nullable(n int64) *int64 {
	if n == 0 {
		return nil
	}
	return &n
}
