package order

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/internal/order/lifecycle"
	"github.com/souk-commerce/souk/internal/platform/actor"
	"github.com/souk-commerce/souk/internal/platform/postgres"
	"github.com/souk-commerce/souk/internal/quote"
)

// The rows of a new order's parts, named as their columns.
type (
	newLine struct {
		Position         int         `json:"position"`
		Variant          int64       `json:"variant_id"`
		Product          int64       `json:"product_id"`
		Title            string      `json:"title"`
		VariantTitle     string      `json:"variant_title"`
		SKU              string      `json:"sku"`
		Vendor           string      `json:"vendor"`
		Quantity         int         `json:"quantity"`
		UnitPrice        int64       `json:"unit_price"`
		CompareAt        *int64      `json:"compare_at"`
		Subtotal         int64       `json:"subtotal"`
		Discount         int64       `json:"discount"`
		Tax              int64       `json:"tax"`
		Total            int64       `json:"total"`
		UnitCost         *int64      `json:"unit_cost"`
		TaxCode          string      `json:"tax_code"`
		Taxable          bool        `json:"taxable"`
		RequiresShipping bool        `json:"requires_shipping"`
		Grams            int64       `json:"weight_grams"`
		Attributes       []Attribute `json:"attributes"`
		ImageURL         string      `json:"image_url"`
		CheckoutLine     *int64      `json:"checkout_line_id"`
	}
	newDelivery struct {
		Shipment string `json:"shipment"`
		Method   string `json:"method"`
		Title    string `json:"title"`
		Price    int64  `json:"price"`
		Discount int64  `json:"discount"`
		Tax      int64  `json:"tax"`
		MinDays  *int   `json:"min_days"`
		MaxDays  *int   `json:"max_days"`
	}
	newComponent struct {
		Line             int    `json:"line"` // the position of its line
		Position         int    `json:"position"`
		Variant          int64  `json:"variant_id"`
		Product          int64  `json:"product_id"`
		Title            string `json:"title"`
		VariantTitle     string `json:"variant_title"`
		SKU              string `json:"sku"`
		Quantity         int    `json:"quantity"`
		RequiresShipping bool   `json:"requires_shipping"`
		Grams            int64  `json:"weight_grams"`
	}
	newTax struct {
		Line     *int    `json:"line"`     // the position of the line it is on
		Delivery *string `json:"delivery"` // else the shipment
		Title    string  `json:"title"`
		PPM      int64   `json:"rate_ppm"`
		Amount   int64   `json:"amount"`
	}
)

func (o *Order) newLines() (lines []newLine, taxes []newTax) {
	for i, l := range o.Lines {
		lines = append(lines, newLine{
			Position: i, Variant: int64(l.Variant), Product: int64(l.Product), Title: l.Title, VariantTitle: l.VariantTitle,
			SKU: l.SKU, Vendor: l.Vendor, Quantity: l.Quantity, UnitPrice: l.UnitPrice, CompareAt: l.CompareAt,
			Subtotal: l.Subtotal, Discount: l.Discount, Tax: l.Tax, Total: l.Total, UnitCost: l.UnitCost,
			TaxCode: l.TaxCode, Taxable: l.Taxable, RequiresShipping: l.RequiresShipping, Grams: l.Grams,
			Attributes: append([]Attribute{}, l.Attributes...), ImageURL: l.ImageURL, CheckoutLine: none(l.CheckoutLine),
		})
		taxes = append(taxes, newTaxes(l.Taxes, newTax{Line: &i})...)
	}
	return lines, taxes
}

func (o *Order) newDeliveries() (deliveries []newDelivery, taxes []newTax) {
	for _, d := range o.Deliveries {
		deliveries = append(deliveries, newDelivery{Shipment: d.Shipment, Method: d.Method, Title: d.Title,
			Price: d.Price, Discount: d.Discount, Tax: d.Tax, MinDays: d.MinDays, MaxDays: d.MaxDays})
		taxes = append(taxes, newTaxes(d.Taxes, newTax{Delivery: &d.Shipment})...)
	}
	return deliveries, taxes
}

func (o *Order) newComponents() []newComponent {
	var all []newComponent
	for i, l := range o.Lines {
		for j, c := range l.Components {
			all = append(all, newComponent{
				Line: i, Position: j, Variant: int64(c.Variant), Product: int64(c.Product), Title: c.Title, VariantTitle: c.VariantTitle,
				SKU: c.SKU, Quantity: c.Quantity, RequiresShipping: c.RequiresShipping, Grams: c.Grams,
			})
		}
	}
	return all
}

func newTaxes(taxes []quote.Tax, of newTax) []newTax {
	all := make([]newTax, len(taxes))
	for i, t := range taxes {
		all[i] = of
		all[i].Title, all[i].PPM, all[i].Amount = t.Name, t.PPM, t.Amount
	}
	return all
}

// insertPartsSQL gives the ids of lines by position and of deliveries by
// shipment.
const insertPartsSQL = `
	WITH line AS (
		INSERT INTO order_line (order_id, position, variant_id, product_id, title, variant_title, sku, vendor, quantity,
			unit_price, compare_at, subtotal, discount, tax, total, unit_cost, tax_code, taxable, requires_shipping,
			weight_grams, attributes, image_url, checkout_line_id)
		SELECT $1, position, variant_id, product_id, title, variant_title, sku, vendor, quantity,
			unit_price, compare_at, subtotal, discount, tax, total, unit_cost, tax_code, taxable, requires_shipping,
			weight_grams, attributes, image_url, checkout_line_id
		FROM jsonb_to_recordset($2::jsonb) AS l(position bigint, variant_id bigint, product_id bigint, title text,
			variant_title text, sku text, vendor text, quantity bigint, unit_price bigint, compare_at bigint,
			subtotal bigint, discount bigint, tax bigint, total bigint, unit_cost bigint, tax_code text, taxable boolean,
			requires_shipping boolean, weight_grams bigint, attributes jsonb, image_url text, checkout_line_id bigint)
		RETURNING id, position
	), component AS (
		INSERT INTO order_line_component (line_id, position, variant_id, product_id, title, variant_title, sku, quantity,
			requires_shipping, weight_grams)
		SELECT line.id, c.position, c.variant_id, c.product_id, c.title, c.variant_title, c.sku, c.quantity,
			c.requires_shipping, c.weight_grams
		FROM jsonb_to_recordset($5::jsonb) AS c(line bigint, position bigint, variant_id bigint, product_id bigint, title text,
			variant_title text, sku text, quantity bigint, requires_shipping boolean, weight_grams bigint)
		JOIN line ON line.position = c.line
	), delivery AS (
		INSERT INTO order_delivery (order_id, shipment, method, title, price, discount, tax, min_days, max_days)
		SELECT $1, shipment, method, title, price, discount, tax, min_days, max_days
		FROM jsonb_to_recordset($3::jsonb) AS d(shipment text, method text, title text, price bigint, discount bigint,
			tax bigint, min_days bigint, max_days bigint)
		RETURNING id, shipment
	), taxed AS (
		INSERT INTO order_tax (order_id, line_id, delivery_id, title, rate_ppm, amount)
		SELECT $1, line.id, delivery.id, t.title, t.rate_ppm, t.amount
		FROM jsonb_to_recordset($4::jsonb) AS t(line bigint, delivery text, title text, rate_ppm bigint, amount bigint)
		LEFT JOIN line ON line.position = t.line
		LEFT JOIN delivery ON delivery.shipment = t.delivery
	)
	SELECT id, position, '' AS shipment FROM line
	UNION ALL SELECT id, -1, shipment FROM delivery`

// insertParts writes lines, their components, deliveries and taxes in one
// statement, however many there are, and learns their ids.
func (s *Service) insertParts(ctx context.Context, o *Order) error {
	lines, taxes := o.newLines()
	deliveries, more := o.newDeliveries()
	documents := make([][]byte, 4)
	for i, rows := range []any{lines, deliveries, append(taxes, more...), o.newComponents()} {
		var err error
		if documents[i], err = json.Marshal(rows); err != nil {
			return fmt.Errorf("write parts of an order: %w", err)
		}
		if string(documents[i]) == "null" { // none of them: a place without taxes, an order without deliveries
			documents[i] = []byte("[]")
		}
	}
	rows, err := s.db.Conn(ctx).Query(ctx, insertPartsSQL, int64(o.ID), documents[0], documents[1], documents[2], documents[3])
	if err != nil {
		return fmt.Errorf("write parts of an order: %w", postgres.Fault(err))
	}
	var id, position int64
	var shipment string
	_, err = pgx.ForEachRow(rows, []any{&id, &position, &shipment}, func() error {
		o.identify(id, int(position), shipment)
		return nil
	})
	if err != nil {
		return fmt.Errorf("write parts of an order: %w", postgres.Fault(err))
	}
	return nil
}

func (o *Order) identify(id int64, position int, shipment string) {
	if position >= 0 {
		o.Lines[position].ID = LineID(id)
		return
	}
	for i := range o.Deliveries {
		if o.Deliveries[i].Shipment == shipment {
			o.Deliveries[i].ID = DeliveryID(id)
		}
	}
}

// step is a row of an order's history.
type step struct {
	event         lifecycle.Event
	before, after lifecycle.State
	reason        string
}

// insertSteps adds to the history, whose numbers go on without a gap: the
// order's row is locked, or not yet seen by others.
func (s *Service) insertSteps(ctx context.Context, id ID, steps []step) error {
	var events, before, after, reasons []string
	for _, st := range steps {
		events = append(events, string(st.event))
		before = append(before, string(st.before))
		after = append(after, string(st.after))
		reasons = append(reasons, st.reason)
	}
	who := actor.From(ctx)
	_, err := s.db.Conn(ctx).Exec(ctx, `
		INSERT INTO order_transition (order_id, sequence, event, before, after, reason, actor_kind, actor_id, actor_name, at)
		SELECT $1, t.place + COALESCE((SELECT max(sequence) FROM order_transition WHERE order_id = $1), 0),
			t.event, t.before, t.after, t.reason, $6, $7, $8, $9
		FROM unnest($2::text[], $3::text[], $4::text[], $5::text[])
			WITH ORDINALITY AS t(event, before, after, reason, place)
		ORDER BY t.place`,
		int64(id), events, before, after, reasons, string(who.Kind), who.ID, who.Name, s.db.Now(ctx))
	if err != nil {
		return fmt.Errorf("write history of an order: %w", postgres.Fault(err))
	}
	return nil
}
