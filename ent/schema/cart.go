package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Cart is what a shopper means to buy.
type Cart struct{ ent.Schema }

// Annotations of the table.
func (Cart) Annotations() []schema.Annotation {
	return table("cart", checks{
		"cart_state":    "state IN ('active','completed','merged','expired')",
		"cart_country":  "country ~ '^[A-Z]{2}$'",
		"cart_currency": "currency ~ '^[A-Z]{3}$'",
		"cart_note":     "length(note) <= 5000",
	})
}

// Mixin of the table.
func (Cart) Mixin() []ent.Mixin { return []ent.Mixin{identity{}, timestamps{}, versioned{}} }

// Fields of the table.
func (Cart) Fields() []ent.Field {
	return []ent.Field{
		field.Int("epoch").Default(1).Comment("secrets of earlier epochs no longer open it"),
		field.String("state").Default("active"),
		field.Int64("customer_id").Optional().Nillable(),
		field.Int64("market_id"),
		field.String("country"),
		field.String("language"),
		field.String("currency"),
		field.String("email").Default(""),
		field.String("phone").Default(""),
		field.Text("note").Default(""),
		field.JSON("attributes", json.RawMessage{}).Comment("a list of {key, value}"),
		field.JSON("codes", json.RawMessage{}).Comment("discount codes as they were entered, once each"),
		field.JSON("preferences", json.RawMessage{}).Comment("what the buyer prefers of delivery and wallets"),
		field.JSON("metafields", json.RawMessage{}),
		field.JSON("choices", json.RawMessage{}).Comment("delivery method by delivery group"),
		field.Time("expires_at"),
	}
}

// Edges of the table.
func (Cart) Edges() []ent.Edge {
	return []ent.Edge{refersTo("market", Market.Type, "market_id")}
}

// Indexes of the table.
func (Cart) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("expires_at").Annotations(entsql.IndexWhere("(state)::text = 'active'::text")).StorageKey("cart_due"),
		index.Fields("customer_id").Unique().StorageKey("cart_one_of_customer").
			Annotations(entsql.IndexWhere("((state)::text = 'active'::text) AND (customer_id IS NOT NULL)")),
		index.Fields("market_id"),
		index.Fields("updated_at"),
	}
}

// CartLine is a variant in a cart. It outlives the variant, to say that it is
// gone, and therefore holds no foreign key to it.
type CartLine struct{ ent.Schema }

// Annotations of the table.
func (CartLine) Annotations() []schema.Annotation {
	return table("cart_line", checks{
		"cart_line_quantity": "quantity > 0 AND quantity <= 1000000",
		"cart_line_digest":   "octet_length(digest) = 32",
		"cart_line_seen":     "seen_price IS NULL OR seen_price >= 0",
	})
}

// Mixin of the table.
func (CartLine) Mixin() []ent.Mixin { return []ent.Mixin{identity{}, timestamps{}} }

// Fields of the table.
func (CartLine) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("cart_id"),
		field.Int64("variant_id"),
		field.Int("quantity"),
		field.JSON("attributes", json.RawMessage{}).Comment("a list of {key, value}"),
		field.Bytes("digest").Comment("SHA-256 of attributes and components: equal lines merge"),
		field.JSON("components", json.RawMessage{}).Optional().Comment("of a bundle: a list of {variant, quantity} for one of it"),
		field.Text("title").Comment("what it was called when it was put in"),
		field.Int64("seen_price").Optional().Nillable().Comment("the unit price that the buyer saw last, minor units of the cart's currency"),
	}
}

// Edges of the table.
func (CartLine) Edges() []ent.Edge {
	return []ent.Edge{belongsTo("cart", Cart.Type, "cart_id")}
}

// Indexes of the table.
func (CartLine) Indexes() []ent.Index {
	return []ent.Index{index.Fields("cart_id", "variant_id", "digest").Unique()}
}

// CartAddress is an address that a buyer thinks of having the cart sent to.
type CartAddress struct{ ent.Schema }

// Annotations of the table.
func (CartAddress) Annotations() []schema.Annotation { return table("cart_address", nil) }

// Mixin of the table.
func (CartAddress) Mixin() []ent.Mixin { return []ent.Mixin{identity{}, timestamps{}} }

// Fields of the table.
func (CartAddress) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("cart_id"),
		field.JSON("address", json.RawMessage{}),
		field.Bool("selected").Default(false),
		field.Bool("one_time_use").Default(false),
	}
}

// Edges of the table.
func (CartAddress) Edges() []ent.Edge {
	return []ent.Edge{belongsTo("cart", Cart.Type, "cart_id")}
}

// Indexes of the table.
func (CartAddress) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("cart_id"),
		index.Fields("cart_id", "selected").Unique().StorageKey("cart_address_one_selected").
			Annotations(entsql.IndexWhere("selected")),
	}
}
