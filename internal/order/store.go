package order

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/ent/order"
	"github.com/souk-commerce/souk/ent/orderdelivery"
	"github.com/souk-commerce/souk/ent/orderline"
	"github.com/souk-commerce/souk/ent/orderlinecomponent"
	"github.com/souk-commerce/souk/ent/ordertag"
	"github.com/souk-commerce/souk/ent/ordertax"
	"github.com/souk-commerce/souk/internal/order/lifecycle"
	"github.com/souk-commerce/souk/internal/payment"
	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/quote"
)

// ByID gives one order.
func (s *Service) ByID(ctx context.Context, id ID) (Order, error) {
	found, err := s.ByIDs(ctx, []ID{id})
	if err != nil {
		return Order{}, err
	}
	o, ok := found[id]
	if !ok {
		return Order{}, ErrNotFound
	}
	return o, nil
}

// ByIDs gives orders with all their parts, in a fixed number of statements.
// Those that do not exist are missing.
func (s *Service) ByIDs(ctx context.Context, ids []ID) (map[ID]Order, error) {
	if len(ids) == 0 {
		return map[ID]Order{}, nil
	}
	found, err := s.heads(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("read orders: %w", postgres.Fault(err))
	}
	if err := s.fill(ctx, ids, found); err != nil {
		return nil, fmt.Errorf("read parts of orders: %w", postgres.Fault(err))
	}
	payments, err := s.payments.OfOrders(ctx, raw(ids))
	if err != nil {
		return nil, fmt.Errorf("read payments of orders: %w", err)
	}
	out := make(map[ID]Order, len(found))
	for id, o := range found {
		o.Taxes = sumTaxes(o.Lines, o.Deliveries)
		o.settle(payments[int64(id)])
		out[id] = *o
	}
	return out, nil
}

func (s *Service) heads(ctx context.Context, ids []ID) (map[ID]*Order, error) {
	rows, err := s.db.Ent(ctx).Order.Query().Where(postgres.Any(order.FieldID, raw(ids))).All(ctx)
	if err != nil {
		return nil, err
	}
	found := make(map[ID]*Order, len(rows))
	for _, r := range rows {
		o, err := orderOf(r)
		if err != nil {
			return nil, err
		}
		found[o.ID] = &o
	}
	return found, nil
}

// fill reads the parts of orders. Rows of an order that was not found are left
// out: it was placed between two statements.
func (s *Service) fill(ctx context.Context, ids []ID, found map[ID]*Order) error {
	taxes, err := s.taxes(ctx, ids)
	if err != nil {
		return err
	}
	if err := s.fillLines(ctx, ids, found, taxes); err != nil {
		return err
	}
	deliveries, err := s.db.Ent(ctx).OrderDelivery.Query().Where(postgres.Any(orderdelivery.FieldOrderID, raw(ids))).
		Order(orderdelivery.ByID()).All(ctx)
	if err != nil {
		return err
	}
	for _, r := range deliveries {
		if o := found[ID(r.OrderID)]; o != nil {
			d := deliveryOf(r)
			d.Taxes = taxes[part{delivery: d.ID}]
			o.Deliveries = append(o.Deliveries, d)
		}
	}
	tags, err := s.db.Ent(ctx).OrderTag.Query().Where(postgres.Any(ordertag.FieldOrderID, raw(ids))).
		Order(ordertag.ByTag()).All(ctx)
	for _, r := range tags {
		if o := found[ID(r.OrderID)]; o != nil {
			o.Tags = append(o.Tags, r.Tag)
		}
	}
	return err
}

func (s *Service) fillLines(ctx context.Context, ids []ID, found map[ID]*Order, taxes map[part][]quote.Tax) error {
	rows, err := s.db.Ent(ctx).OrderLine.Query().Where(postgres.Any(orderline.FieldOrderID, raw(ids))).
		Order(orderline.ByOrderID(), orderline.ByPosition()).All(ctx)
	if err != nil {
		return err
	}
	for _, r := range rows {
		o := found[ID(r.OrderID)]
		if o == nil {
			continue
		}
		l, err := lineOf(r)
		if err != nil {
			return err
		}
		l.Taxes = taxes[part{line: l.ID}]
		o.Lines = append(o.Lines, l)
	}
	return s.fillComponents(ctx, found)
}

// fillComponents adds to the lines of bundles what is in them.
func (s *Service) fillComponents(ctx context.Context, found map[ID]*Order) error {
	lines := map[int64]*Line{}
	for _, o := range found {
		for i := range o.Lines {
			lines[int64(o.Lines[i].ID)] = &o.Lines[i]
		}
	}
	if len(lines) == 0 {
		return nil
	}
	rows, err := s.db.Ent(ctx).OrderLineComponent.Query().
		Where(postgres.Any(orderlinecomponent.FieldLineID, slices.Collect(maps.Keys(lines)))).
		Order(orderlinecomponent.ByLineID(), orderlinecomponent.ByPosition()).All(ctx)
	for _, r := range rows {
		l := lines[r.LineID]
		l.Components = append(l.Components, componentOf(r))
	}
	return err
}

// part is what a tax is on.
type part struct {
	line     LineID
	delivery DeliveryID
}

func (s *Service) taxes(ctx context.Context, ids []ID) (map[part][]quote.Tax, error) {
	rows, err := s.db.Ent(ctx).OrderTax.Query().Where(postgres.Any(ordertax.FieldOrderID, raw(ids))).
		Order(ordertax.ByID()).All(ctx)
	if err != nil {
		return nil, err
	}
	all := make(map[part][]quote.Tax, len(rows))
	for _, r := range rows {
		of := part{line: LineID(value(r.LineID)), delivery: DeliveryID(value(r.DeliveryID))}
		all[of] = append(all[of], taxOf(r))
	}
	return all, nil
}

func (s *Service) paymentsOf(ctx context.Context, id ID) ([]payment.Payment, error) {
	found, err := s.payments.OfOrders(ctx, []int64{int64(id)})
	if err != nil {
		return nil, fmt.Errorf("read payments of an order: %w", err)
	}
	return found[int64(id)], nil
}

func (s *Service) byCheckout(ctx context.Context, checkout int64) (Order, error) {
	var id ID
	err := s.db.Conn(ctx).QueryRow(ctx, `SELECT id FROM sales_order WHERE checkout_id = $1`, checkout).Scan(&id)
	if err != nil {
		return Order{}, fmt.Errorf("find the order of a checkout: %w", postgres.Fault(err))
	}
	return s.ByID(ctx, id)
}

// lock gives the order as it is and stays until the transaction ends.
func (s *Service) lock(ctx context.Context, id ID, version int64) (Order, error) {
	var now int64
	err := s.db.Conn(ctx).QueryRow(ctx, `SELECT version FROM sales_order WHERE id = $1 FOR UPDATE`, int64(id)).Scan(&now)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return Order{}, ErrNotFound
	case err != nil:
		return Order{}, fmt.Errorf("lock order: %w", postgres.Fault(err))
	case now != version:
		return Order{}, ErrStale
	}
	return s.ByID(ctx, id)
}

// save writes the new state with its history.
func (s *Service) save(ctx context.Context, before Order, next lifecycle.State, c change) error {
	_, err := s.db.Conn(ctx).Exec(ctx, `
		UPDATE sales_order SET state = $2::text, version = version + 1, updated_at = $3,
			cancel_reason = CASE WHEN $2::text = 'cancelled' THEN $4 ELSE cancel_reason END,
			cancelled_at = CASE WHEN $2::text = 'cancelled' THEN $3 ELSE cancelled_at END
		WHERE id = $1`, int64(before.ID), string(next), s.db.Now(ctx), string(c.cancel))
	if err != nil {
		return fmt.Errorf("save order: %w", postgres.Fault(err))
	}
	if stays(c.event) {
		return nil
	}
	return s.insertSteps(ctx, before.ID, []step{{event: c.event, before: before.State, after: next, reason: c.reason}})
}

// cancelLines takes all that was not sent out of the lines.
func (s *Service) cancelLines(ctx context.Context, id ID) error {
	_, err := s.db.Conn(ctx).Exec(ctx, `UPDATE order_line SET cancelled = quantity - fulfilled WHERE order_id = $1`, int64(id))
	if err != nil {
		return fmt.Errorf("cancel lines: %w", postgres.Fault(err))
	}
	return nil
}

// insert writes the head of a new order and gives it its number. False means
// that the checkout has an order already.
func (s *Service) insert(ctx context.Context, o *Order, hash string) (bool, error) {
	attributes, err := json.Marshal(o.attributes())
	if err != nil {
		return false, err
	}
	shipping, err := addressJSON(o.ShippingAddress)
	if err != nil {
		return false, err
	}
	billing, err := addressJSON(o.BillingAddress)
	if err != nil {
		return false, err
	}
	err = s.db.Conn(ctx).QueryRow(ctx, `
		INSERT INTO sales_order (number, created_at, updated_at, placed_at, version, state, checkout_id, customer_id,
			market_id, market, country, language, currency, email, phone, accepts_marketing, note,
			attributes, shipping_address, billing_address,
			subtotal, discount, delivery, tax, total, credit, tax_included, quote_hash, pay_later)
		VALUES (nextval('raw_order_number'), $1, $1, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14,
			$15::jsonb, $16::jsonb, $17::jsonb, $18, $19, $20, $21, $22, $23, $24, $25, $26)
		ON CONFLICT (checkout_id) DO NOTHING
		RETURNING id, number`,
		o.PlacedAt, o.Version, string(o.State), none(o.Checkout), none(o.Customer),
		int64(o.Market), o.MarketHandle, string(o.Country), string(o.Language), string(o.Currency),
		o.Email, o.Phone, o.AcceptsMarketing, o.Note, attributes, shipping, billing,
		o.Subtotal, o.Discount, o.Delivery, o.Tax, o.Total, o.Credit, o.TaxIncluded, hash, o.PayLater,
	).Scan(&o.ID, &o.Number)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("place order: %w", postgres.Fault(err))
	}
	return true, nil
}

func (o *Order) attributes() []Attribute { return append([]Attribute{}, o.Attributes...) }
