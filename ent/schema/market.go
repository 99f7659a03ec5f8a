package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// ShopSetting is the one row of facts about the shop as a whole.
type ShopSetting struct{ ent.Schema }

// Annotations of the table.
func (ShopSetting) Annotations() []schema.Annotation {
	return table("shop_setting", checks{
		"shop_setting_single":   "id = 1",
		"shop_setting_currency": "currency ~ '^[A-Z]{3}$'",
	})
}

// Mixin of the table.
func (ShopSetting) Mixin() []ent.Mixin { return []ent.Mixin{identity{}, timestamps{}, versioned{}} }

// Fields of the table.
func (ShopSetting) Fields() []ent.Field {
	return []ent.Field{
		field.String("name").NotEmpty(),
		field.Text("description").Default(""),
		field.String("email").Default(""),
		field.String("currency").Comment("the currency of base prices and unit costs"),
		field.String("language").Comment("the language the catalogue is written in"),
		field.String("country").Comment("where the shop stands"),
		field.String("primary_domain").Default("").Comment("absolute address of the storefront"),
		field.Int64("logo_media_id").Optional().Nillable(),
	}
}

// Market is a selling region: countries, languages, one currency, tax display.
type Market struct{ ent.Schema }

// Annotations of the table.
func (Market) Annotations() []schema.Annotation {
	return table("market", checks{
		"market_handle":   "handle ~ '^[a-z0-9]+(-[a-z0-9]+)*$'",
		"market_currency": "currency ~ '^[A-Z]{3}$'",
	})
}

// Mixin of the table.
func (Market) Mixin() []ent.Mixin { return []ent.Mixin{identity{}, timestamps{}, versioned{}} }

// Fields of the table.
func (Market) Fields() []ent.Field {
	return []ent.Field{
		field.String("handle"),
		field.String("name").NotEmpty(),
		field.String("currency"),
		field.Bool("prices_include_tax").Default(false),
		field.Bool("is_default").Default(false).Comment("serves whoever no market claims"),
		field.Bool("active").Default(true),
		field.Int("position").Default(0),
	}
}

// Indexes of the table.
func (Market) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("handle").Unique(),
		index.Fields("is_default").Unique().StorageKey("market_one_default").
			Annotations(entsql.IndexWhere("is_default")),
	}
}

// MarketCountry gives a country to the one market that serves it.
type MarketCountry struct{ ent.Schema }

// Annotations of the table.
func (MarketCountry) Annotations() []schema.Annotation {
	return table("market_country", checks{"market_country_code": "country ~ '^[A-Z]{2}$'"})
}

// Mixin of the table.
func (MarketCountry) Mixin() []ent.Mixin { return []ent.Mixin{identity{}} }

// Fields of the table.
func (MarketCountry) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("market_id"),
		field.String("country"),
	}
}

// Edges of the table.
func (MarketCountry) Edges() []ent.Edge {
	return []ent.Edge{belongsTo("market", Market.Type, "market_id")}
}

// Indexes of the table.
func (MarketCountry) Indexes() []ent.Index {
	return []ent.Index{index.Fields("country").Unique(), index.Fields("market_id")}
}

// MarketLanguage is a language a market is served in.
type MarketLanguage struct{ ent.Schema }

// Annotations of the table.
func (MarketLanguage) Annotations() []schema.Annotation {
	return table("market_language", checks{"market_language_tag": "language ~ '^[a-z]{2,3}(-[a-z]{2})?$'"})
}

// Mixin of the table.
func (MarketLanguage) Mixin() []ent.Mixin { return []ent.Mixin{identity{}} }

// Fields of the table.
func (MarketLanguage) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("market_id"),
		field.String("language"),
		field.Int("position").Default(0).Comment("the first is the market's default"),
	}
}

// Edges of the table.
func (MarketLanguage) Edges() []ent.Edge {
	return []ent.Edge{belongsTo("market", Market.Type, "market_id")}
}

// Indexes of the table.
func (MarketLanguage) Indexes() []ent.Index {
	return []ent.Index{index.Fields("market_id", "language").Unique()}
}

// MarketDomain is a host name under which a market is served.
type MarketDomain struct{ ent.Schema }

// Annotations of the table.
func (MarketDomain) Annotations() []schema.Annotation {
	return table("market_domain", checks{"market_domain_host": "host = lower(host) AND host !~ '[/[:space:]]'"})
}

// Mixin of the table.
func (MarketDomain) Mixin() []ent.Mixin { return []ent.Mixin{identity{}} }

// Fields of the table.
func (MarketDomain) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("market_id"),
		field.String("host"),
	}
}

// Edges of the table.
func (MarketDomain) Edges() []ent.Edge {
	return []ent.Edge{belongsTo("market", Market.Type, "market_id")}
}

// Indexes of the table.
func (MarketDomain) Indexes() []ent.Index {
	return []ent.Index{index.Fields("host").Unique(), index.Fields("market_id")}
}
