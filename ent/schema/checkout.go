package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Checkout is a purchase on its way, made from a cart.
type Checkout struct{ ent.Schema }

// Annotations of the table.
func (Checkout) Annotations() []schema.Annotation {
	return table("checkout", checks{
		"checkout_state":    "state IN ('open','ready','submitting','awaiting_action','completed','expired','cancelled')",
		"checkout_country":  "country ~ '^[A-Z]{2}$'",
		"checkout_currency": "currency ~ '^[A-Z]{3}$'",
		"checkout_order":    "(state = 'completed') = (order_id IS NOT NULL)",
		"checkout_ended":    "(state IN ('completed','expired','cancelled')) = (ended_at IS NOT NULL)",
	})
}

// Mixin of the table.
func (Checkout) Mixin() []ent.Mixin { return []ent.Mixin{identity{}, timestamps{}, versioned{}} }

// Fields of the table.
func (Checkout) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("cart_id").Immutable(),
		field.Int64("cart_version").Comment("of the cart when its lines were taken over"),
		field.String("state").Default("open"),
		field.Int64("customer_id").Optional().Nillable(),
		field.Int64("market_id"),
		field.String("country"),
		field.String("language"),
		field.String("currency"),
		field.String("email").Default(""),
		field.String("phone").Default(""),
		field.Bool("accepts_marketing").Default(false),
		field.Text("note").Default(""),
		field.JSON("attributes", json.RawMessage{}),
		field.JSON("codes", json.RawMessage{}),
		field.JSON("shipping_address", json.RawMessage{}).Optional(),
		field.JSON("billing_address", json.RawMessage{}).Optional(),
		field.Bool("billing_same").Default(false),
		field.JSON("choices", json.RawMessage{}).Comment("delivery method by shipment"),
		field.JSON("quote", json.RawMessage{}).Optional().Comment("the quote that was submitted, frozen"),
		field.String("quote_hash").Default(""),
		field.String("client").Default("").Comment("a hash of who asked, for the cap on what one client may hold"),
		field.Time("active_until").Optional().Nillable().Comment("activity does not prolong its holds beyond this"),
		field.Int64("order_id").Optional().Nillable(),
		field.Time("expires_at"),
		field.Time("ended_at").Optional().Nillable(),
	}
}

// Edges of the table.
func (Checkout) Edges() []ent.Edge {
	return []ent.Edge{
		refersToFrozen("cart", Cart.Type, "cart_id"),
		refersTo("market", Market.Type, "market_id"),
	}
}

// Indexes of the table.
func (Checkout) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("cart_id").Unique().StorageKey("checkout_one_open").
			Annotations(entsql.IndexWhere("((state)::text <> 'expired'::text) AND ((state)::text <> 'cancelled'::text)")),
		index.Fields("order_id").Unique(),
		index.Fields("expires_at").StorageKey("checkout_due").
			Annotations(entsql.IndexWhere("ended_at IS NULL")),
		index.Fields("market_id"),
	}
}

// CheckoutLine is a line of the cart as the checkout took it over.
type CheckoutLine struct{ ent.Schema }

// Annotations of the table.
func (CheckoutLine) Annotations() []schema.Annotation {
	return table("checkout_line", checks{"checkout_line_quantity": "quantity > 0"})
}

// Mixin of the table.
func (CheckoutLine) Mixin() []ent.Mixin { return []ent.Mixin{identity{}} }

// Fields of the table.
func (CheckoutLine) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("checkout_id"),
		field.Int64("cart_line_id"),
		field.Int64("variant_id"),
		field.Int("quantity"),
		field.JSON("attributes", json.RawMessage{}),
		field.JSON("components", json.RawMessage{}).Optional().Comment("of a bundle: a list of {variant, quantity} for one of it"),
		field.Text("title"),
		field.Int("position"),
	}
}

// Edges of the table.
func (CheckoutLine) Edges() []ent.Edge {
	return []ent.Edge{belongsTo("checkout", Checkout.Type, "checkout_id")}
}

// Indexes of the table.
func (CheckoutLine) Indexes() []ent.Index {
	return []ent.Index{index.Fields("checkout_id", "cart_line_id").Unique()}
}

// CheckoutTransition is one step that a checkout's machine took.
type CheckoutTransition struct{ ent.Schema }

// Annotations of the table.
func (CheckoutTransition) Annotations() []schema.Annotation {
	return table("checkout_transition", nil)
}

// Mixin of the table.
func (CheckoutTransition) Mixin() []ent.Mixin { return []ent.Mixin{identity{}} }

// Fields of the table.
func (CheckoutTransition) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("checkout_id").Immutable(),
		field.String("event").Immutable(),
		field.String("before").Immutable(),
		field.String("after").Immutable(),
		field.String("actor_kind").Immutable(),
		field.Int64("actor_id").Default(0).Immutable(),
		field.String("reason").Default("").Immutable(),
		field.Time("at").Immutable(),
	}
}

// Edges of the table.
func (CheckoutTransition) Edges() []ent.Edge {
	return []ent.Edge{belongsToFrozen("checkout", Checkout.Type, "checkout_id")}
}

// Indexes of the table.
func (CheckoutTransition) Indexes() []ent.Index {
	return []ent.Index{index.Fields("checkout_id")}
}

// Payment is one attempt to pay a checkout by one method.
type Payment struct{ ent.Schema }

// Annotations of the table.
func (Payment) Annotations() []schema.Annotation {
	return table("payment", checks{
		"payment_state": "state IN ('created','requires_action','processing','authorized','partially_captured','captured'," +
			"'failed','cancelled','voided','expired')",
		"payment_currency": "currency ~ '^[A-Z]{3}$'",
		"payment_amounts":  "amount >= 0 AND captured >= 0 AND refunded >= 0 AND captured <= amount AND refunded <= captured",
		"payment_settled":  "(state IN ('created','requires_action','processing')) = (settled_at IS NULL)",
		"payment_refund":   "refund_state IN ('','owed','done')",
	})
}

// Mixin of the table.
func (Payment) Mixin() []ent.Mixin { return []ent.Mixin{identity{}, timestamps{}, versioned{}} }

// Fields of the table.
func (Payment) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("checkout_id").Immutable(),
		field.Int64("order_id").Optional().Nillable(),
		field.String("provider").Immutable(),
		field.String("method").Immutable(),
		field.String("state").Default("created"),
		field.Int64("amount").Immutable(),
		field.String("currency").Immutable(),
		field.Int64("captured").Default(0),
		field.Int64("refunded").Default(0),
		field.String("refund_state").Default("").Comment("owed: it must go back to the buyer and has not yet"),
		field.String("provider_key").Immutable().Unique().Comment("the idempotency key that the provider knows it by"),
		field.String("reference").Optional().Nillable().Comment("the provider's own name of it"),
		field.String("token").Default("").Comment("what the provider gave the browser to pay with; emptied by the verdict"),
		field.String("return_url").Default("").Immutable(),
		field.JSON("next_action", json.RawMessage{}).Optional(),
		field.String("decline_reason").Default(""),
		field.Time("settled_at").Optional().Nillable(),
	}
}

// Edges of the table.
func (Payment) Edges() []ent.Edge {
	return []ent.Edge{refersToFrozen("checkout", Checkout.Type, "checkout_id")}
}

// Indexes of the table.
func (Payment) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("provider", "reference").Unique(),
		index.Fields("checkout_id").Unique().StorageKey("payment_one_live").
			Annotations(entsql.IndexWhere("settled_at IS NULL")),
		index.Fields("order_id"),
		index.Fields("checkout_id", "id"),
		index.Fields("updated_at").StorageKey("payment_unsettled").
			Annotations(entsql.IndexWhere("settled_at IS NULL")),
	}
}

// PaymentTransition is one step that a payment's machine took.
type PaymentTransition struct{ ent.Schema }

// Annotations of the table.
func (PaymentTransition) Annotations() []schema.Annotation {
	return table("payment_transition", nil)
}

// Mixin of the table.
func (PaymentTransition) Mixin() []ent.Mixin { return []ent.Mixin{identity{}} }

// Fields of the table.
func (PaymentTransition) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("payment_id").Immutable(),
		field.String("event").Immutable(),
		field.String("before").Immutable(),
		field.String("after").Immutable(),
		field.String("actor_kind").Immutable(),
		field.Int64("actor_id").Default(0).Immutable(),
		field.String("reason").Default("").Immutable(),
		field.Time("at").Immutable(),
	}
}

// Edges of the table.
func (PaymentTransition) Edges() []ent.Edge {
	return []ent.Edge{belongsToFrozen("payment", Payment.Type, "payment_id")}
}

// Indexes of the table.
func (PaymentTransition) Indexes() []ent.Index {
	return []ent.Index{index.Fields("payment_id")}
}
