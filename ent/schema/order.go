package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Order is a purchase that was made. What was bought is copied into it and never
// looked up again. Its table is called sales_order, since SQL keeps "order" for
// itself.
type Order struct{ ent.Schema }

// Annotations of the table.
func (Order) Annotations() []schema.Annotation {
	return table("sales_order", checks{
		"sales_order_state":    "state IN ('draft','pending','confirmed','on_hold','completed','cancelled','expired')",
		"sales_order_currency": "currency ~ '^[A-Z]{3}$'",
		"sales_order_amounts":  "subtotal >= 0 AND discount >= 0 AND delivery >= 0 AND tax >= 0 AND total >= 0 AND credit >= 0 AND credit <= total",
		"sales_order_total":    "total = subtotal - discount + delivery + CASE WHEN tax_included THEN 0 ELSE tax END",
		"sales_order_cancel":   "(state = 'cancelled') = (cancelled_at IS NOT NULL)",
		"sales_order_reason":   "cancel_reason IN ('','customer','declined','fraud','inventory','other','staff')",
	})
}

// Mixin of the table.
func (Order) Mixin() []ent.Mixin { return []ent.Mixin{identity{}, timestamps{}, versioned{}} }

// Fields of the table.
func (Order) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("number").Immutable().Unique(),
		field.Int("epoch").Default(1).Comment("secrets of earlier epochs no longer open it"),
		field.String("state").Default("pending"),
		field.Int64("checkout_id").Optional().Nillable().Immutable().Unique(),
		field.Int64("customer_id").Optional().Nillable(),
		field.Int64("market_id").Immutable(),
		field.String("market").Immutable().Comment("handle of the market, frozen"),
		field.String("country").Immutable(),
		field.String("language").Immutable(),
		field.String("currency").Immutable(),
		field.String("email"),
		field.String("phone").Default(""),
		field.Bool("accepts_marketing").Default(false),
		field.Text("note").Default("").Comment("the buyer's"),
		field.JSON("attributes", json.RawMessage{}),
		field.JSON("shipping_address", json.RawMessage{}).Optional(),
		field.JSON("billing_address", json.RawMessage{}).Optional(),
		field.Int64("subtotal").Immutable().Comment("sum of the lines before discounts, minor units"),
		field.Int64("discount").Immutable(),
		field.Int64("delivery").Immutable(),
		field.Int64("tax").Immutable(),
		field.Int64("total").Immutable(),
		field.Int64("credit").Default(0).Immutable().Comment("paid by gift cards and credit"),
		field.Bool("tax_included").Immutable(),
		field.String("quote_hash").Immutable(),
		field.Bool("pay_later").Default(false).Immutable().Comment("money comes after the goods, or beside the shop"),
		field.String("cancel_reason").Default(""),
		field.Time("placed_at").Immutable(),
		field.Time("cancelled_at").Optional().Nillable(),
	}
}

// Indexes of the table.
func (Order) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("placed_at", "id"),
		index.Fields("customer_id"),
		index.Fields("state", "id"),
		index.Fields("email").StorageKey("sales_order_email"),
		index.Fields("updated_at"),
	}
}

// OrderLine is what was bought, frozen.
type OrderLine struct{ ent.Schema }

// Annotations of the table.
func (OrderLine) Annotations() []schema.Annotation {
	return table("order_line", checks{
		"order_line_quantity": "quantity > 0 AND cancelled >= 0 AND fulfilled >= 0 AND returned >= 0 " +
			"AND fulfilled <= quantity - cancelled AND returned <= fulfilled",
		"order_line_amounts": "unit_price >= 0 AND subtotal = unit_price * quantity AND discount >= 0 AND tax >= 0 " +
			"AND discount <= subtotal AND total = subtotal - discount",
	})
}

// Mixin of the table.
func (OrderLine) Mixin() []ent.Mixin { return []ent.Mixin{identity{}} }

// Fields of the table.
func (OrderLine) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("order_id").Immutable(),
		field.Int("position").Immutable(),
		field.Int64("variant_id").Immutable(),
		field.Int64("product_id").Immutable(),
		field.Int64("checkout_line_id").Optional().Nillable().Immutable().Comment("the line that its pieces were reserved for"),
		field.Text("title").Immutable(),
		field.Text("variant_title").Immutable(),
		field.String("sku").Default("").Immutable(),
		field.String("vendor").Default("").Immutable(),
		field.Int("quantity").Immutable(),
		field.Int("cancelled").Default(0),
		field.Int("fulfilled").Default(0),
		field.Int("returned").Default(0),
		field.Int64("unit_price").Immutable(),
		field.Int64("compare_at").Optional().Nillable().Immutable(),
		field.Int64("subtotal").Immutable(),
		field.Int64("discount").Immutable(),
		field.Int64("tax").Immutable(),
		field.Int64("total").Immutable().Comment("subtotal less discount; with the tax in it where prices carry tax"),
		field.Int64("unit_cost").Optional().Nillable().Immutable().Comment("minor units of the shop's currency at the time"),
		field.String("tax_code").Default("").Immutable(),
		field.Bool("taxable").Immutable(),
		field.Bool("requires_shipping").Immutable(),
		field.Int64("weight_grams").Immutable(),
		field.JSON("attributes", json.RawMessage{}).Immutable(),
		field.String("image_url").Default("").Immutable(),
	}
}

// Edges of the table.
func (OrderLine) Edges() []ent.Edge {
	return []ent.Edge{refersToFrozen("order", Order.Type, "order_id")}
}

// Indexes of the table.
func (OrderLine) Indexes() []ent.Index {
	return []ent.Index{index.Fields("order_id", "position").Unique(), index.Fields("variant_id")}
}

// OrderLineComponent is a part of a bundle that was bought, frozen.
type OrderLineComponent struct{ ent.Schema }

// Annotations of the table.
func (OrderLineComponent) Annotations() []schema.Annotation {
	return table("order_line_component", checks{"order_line_component_quantity": "quantity > 0"})
}

// Mixin of the table.
func (OrderLineComponent) Mixin() []ent.Mixin { return []ent.Mixin{identity{}} }

// Fields of the table.
func (OrderLineComponent) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("line_id").Immutable(),
		field.Int("position").Immutable(),
		field.Int64("variant_id").Immutable(),
		field.Int64("product_id").Immutable(),
		field.Text("title").Immutable(),
		field.Text("variant_title").Immutable(),
		field.String("sku").Default("").Immutable(),
		field.Int("quantity").Immutable().Comment("pieces in one bundle"),
		field.Bool("requires_shipping").Immutable(),
		field.Int64("weight_grams").Immutable(),
	}
}

// Edges of the table.
func (OrderLineComponent) Edges() []ent.Edge {
	return []ent.Edge{refersToFrozen("line", OrderLine.Type, "line_id")}
}

// Indexes of the table.
func (OrderLineComponent) Indexes() []ent.Index {
	return []ent.Index{index.Fields("line_id", "position").Unique(), index.Fields("variant_id")}
}

// OrderDelivery is how a part of an order is brought, and for how much, frozen.
type OrderDelivery struct{ ent.Schema }

// Annotations of the table.
func (OrderDelivery) Annotations() []schema.Annotation {
	return table("order_delivery", checks{
		"order_delivery_amounts": "price >= 0 AND discount >= 0 AND discount <= price AND tax >= 0",
	})
}

// Mixin of the table.
func (OrderDelivery) Mixin() []ent.Mixin { return []ent.Mixin{identity{}} }

// Fields of the table.
func (OrderDelivery) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("order_id").Immutable(),
		field.String("shipment").Immutable().Comment("which part: shipping, digital"),
		field.String("method").Immutable(),
		field.String("title").Immutable(),
		field.Int64("price").Immutable(),
		field.Int64("discount").Default(0).Immutable(),
		field.Int64("tax").Immutable(),
		field.Int("min_days").Optional().Nillable().Immutable(),
		field.Int("max_days").Optional().Nillable().Immutable(),
	}
}

// Edges of the table.
func (OrderDelivery) Edges() []ent.Edge {
	return []ent.Edge{refersToFrozen("order", Order.Type, "order_id")}
}

// Indexes of the table.
func (OrderDelivery) Indexes() []ent.Index {
	return []ent.Index{index.Fields("order_id", "shipment").Unique()}
}

// OrderTax is one tax on one line or one delivery of an order, frozen.
type OrderTax struct{ ent.Schema }

// Annotations of the table.
func (OrderTax) Annotations() []schema.Annotation {
	return table("order_tax", checks{
		"order_tax_of":     "(line_id IS NULL) <> (delivery_id IS NULL)",
		"order_tax_amount": "amount >= 0 AND rate_ppm >= 0",
	})
}

// Mixin of the table.
func (OrderTax) Mixin() []ent.Mixin { return []ent.Mixin{identity{}} }

// Fields of the table.
func (OrderTax) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("order_id").Immutable(),
		field.Int64("line_id").Optional().Nillable().Immutable(),
		field.Int64("delivery_id").Optional().Nillable().Immutable(),
		field.String("title").Immutable(),
		field.Int64("rate_ppm").Immutable(),
		field.Int64("amount").Immutable(),
	}
}

// Edges of the table.
func (OrderTax) Edges() []ent.Edge {
	return []ent.Edge{refersToFrozen("order", Order.Type, "order_id")}
}

// Indexes of the table.
func (OrderTax) Indexes() []ent.Index { return []ent.Index{index.Fields("order_id")} }

// OrderTransition is one step that an order's machine took. Versions count from
// one and leave no gap.
type OrderTransition struct{ ent.Schema }

// Annotations of the table.
func (OrderTransition) Annotations() []schema.Annotation {
	return table("order_transition", nil)
}

// Mixin of the table.
func (OrderTransition) Mixin() []ent.Mixin { return []ent.Mixin{identity{}} }

// Fields of the table.
func (OrderTransition) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("order_id").Immutable(),
		field.Int64("sequence").Immutable().Comment("counts the order's transitions from one"),
		field.String("event").Immutable(),
		field.String("before").Immutable(),
		field.String("after").Immutable(),
		field.String("actor_kind").Immutable(),
		field.Int64("actor_id").Default(0).Immutable(),
		field.String("actor_name").Default("").Immutable(),
		field.String("reason").Default("").Immutable(),
		field.Time("at").Immutable(),
	}
}

// Edges of the table.
func (OrderTransition) Edges() []ent.Edge {
	return []ent.Edge{refersToFrozen("order", Order.Type, "order_id")}
}

// Indexes of the table.
func (OrderTransition) Indexes() []ent.Index {
	return []ent.Index{index.Fields("order_id", "sequence").Unique()}
}

// OrderNote is what staff wrote to an order.
type OrderNote struct{ ent.Schema }

// Annotations of the table.
func (OrderNote) Annotations() []schema.Annotation {
	return table("order_note", checks{"order_note_body": "btrim(body) <> '' AND length(body) <= 5000"})
}

// Mixin of the table.
func (OrderNote) Mixin() []ent.Mixin { return []ent.Mixin{identity{}} }

// Fields of the table.
func (OrderNote) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("order_id").Immutable(),
		field.Text("body").Immutable(),
		field.Int64("author_id").Immutable(),
		field.String("author_name").Default("").Immutable(),
		field.Time("created_at").Immutable(),
	}
}

// Edges of the table.
func (OrderNote) Edges() []ent.Edge {
	return []ent.Edge{belongsToFrozen("order", Order.Type, "order_id")}
}

// Indexes of the table.
func (OrderNote) Indexes() []ent.Index { return []ent.Index{index.Fields("order_id")} }

// OrderTag is a word that staff sort orders by.
type OrderTag struct{ ent.Schema }

// Annotations of the table.
func (OrderTag) Annotations() []schema.Annotation {
	return table("order_tag", checks{"order_tag_tag": "btrim(tag) <> '' AND length(tag) <= 255"})
}

// Mixin of the table.
func (OrderTag) Mixin() []ent.Mixin { return []ent.Mixin{identity{}} }

// Fields of the table.
func (OrderTag) Fields() []ent.Field {
	return []ent.Field{field.Int64("order_id"), field.String("tag")}
}

// Edges of the table.
func (OrderTag) Edges() []ent.Edge {
	return []ent.Edge{belongsTo("order", Order.Type, "order_id")}
}

// Indexes of the table.
func (OrderTag) Indexes() []ent.Index {
	return []ent.Index{index.Fields("order_id", "tag").Unique(), index.Fields("tag")}
}

// MailMessage is a mail that the shop sends, once.
type MailMessage struct{ ent.Schema }

// Annotations of the table.
func (MailMessage) Annotations() []schema.Annotation {
	return table("mail_message", checks{
		"mail_message_state": "state IN ('queued','sent','failed')",
		"mail_message_sent":  "(state = 'sent') = (sent_at IS NOT NULL)",
	})
}

// Mixin of the table.
func (MailMessage) Mixin() []ent.Mixin { return []ent.Mixin{identity{}, timestamps{}} }

// Fields of the table.
func (MailMessage) Fields() []ent.Field {
	return []ent.Field{
		field.String("kind").Immutable().Comment("which template"),
		field.String("subject_kind").Immutable().Comment("what it is about"),
		field.Int64("subject_id").Immutable(),
		field.String("key").Immutable().Unique().Comment("the same fact makes one mail"),
		field.String("message_id").Immutable().Comment("RFC 5322 Message-ID, the same at every try"),
		field.String("recipient").Immutable(),
		field.String("language").Immutable(),
		field.String("subject").Immutable(),
		field.Text("text").Immutable(),
		field.Text("html").Immutable(),
		field.String("state").Default("queued"),
		field.Int("tries").Default(0),
		field.String("last_error").Default(""),
		field.Time("sent_at").Optional().Nillable(),
	}
}

// Indexes of the table.
func (MailMessage) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("subject_kind", "subject_id"),
		index.Fields("created_at"),
		index.Fields("state", "id").StorageKey("mail_message_unsent").
			Annotations(entsql.IndexWhere("(state)::text <> 'sent'::text")),
	}
}
