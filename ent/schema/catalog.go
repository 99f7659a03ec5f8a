package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Slug is a handle that leads, or once led, to something. A handle is never
// given to two things of a kind, so that an old link keeps its meaning.
type Slug struct{ ent.Schema }

// Annotations of the table.
func (Slug) Annotations() []schema.Annotation {
	return table("slug", checks{
		"slug_kind":   "kind IN ('product','collection','category')",
		"slug_handle": handlePattern,
	})
}

// Mixin of the table.
func (Slug) Mixin() []ent.Mixin { return []ent.Mixin{identity{}} }

// Fields of the table.
func (Slug) Fields() []ent.Field {
	return []ent.Field{
		field.String("kind"),
		field.String("handle"),
		field.Int64("target_id"),
		field.Bool("current"),
		field.Time("created_at").Immutable(),
	}
}

// Indexes of the table.
func (Slug) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("kind", "handle").Unique(),
		index.Fields("kind", "target_id").Unique().StorageKey("slug_one_current").
			Annotations(entsql.IndexWhere("current")),
	}
}

// AttributeDefinition is a typed attribute that products of a type may have.
type AttributeDefinition struct{ ent.Schema }

// Annotations of the table.
func (AttributeDefinition) Annotations() []schema.Annotation {
	return table("attribute_definition", checks{
		"attribute_definition_code": "code ~ '^[a-z][a-z0-9_]*$'",
		"attribute_definition_type": "type IN ('text','number','boolean','date','choice','measurement','reference')",
		"attribute_definition_unit": "type <> 'measurement' OR unit <> ''",
	})
}

// Mixin of the table.
func (AttributeDefinition) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{}, timestamps{}, versioned{}}
}

// Fields of the table.
func (AttributeDefinition) Fields() []ent.Field {
	return []ent.Field{
		field.String("code"),
		field.String("name").NotEmpty(),
		field.String("type"),
		field.String("product_type").Default("").Comment("empty: for every product type"),
		field.String("unit").Default(""),
		field.JSON("choices", []string{}).Optional(),
		field.Bool("facet").Default(false),
		field.Int("position").Default(0),
	}
}

// Indexes of the table.
func (AttributeDefinition) Indexes() []ent.Index {
	return []ent.Index{index.Fields("code").Unique()}
}

// ProductAttribute is the value of one attribute of a product.
type ProductAttribute struct{ ent.Schema }

// Annotations of the table.
func (ProductAttribute) Annotations() []schema.Annotation {
	return table("product_attribute", checks{
		"product_attribute_value": "num_nonnulls(text_value, number_milli, bool_value, date_value, reference_id) = 1",
	})
}

// Mixin of the table.
func (ProductAttribute) Mixin() []ent.Mixin { return []ent.Mixin{identity{}} }

// Fields of the table.
func (ProductAttribute) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("product_id"),
		field.Int64("definition_id"),
		field.Text("text_value").Optional().Nillable().Comment("text and choice"),
		field.Int64("number_milli").Optional().Nillable().Comment("number and measurement, in thousandths"),
		field.Bool("bool_value").Optional().Nillable(),
		field.Time("date_value").Optional().Nillable(),
		field.Int64("reference_id").Optional().Nillable().Comment("a product"),
	}
}

// Edges of the table.
func (ProductAttribute) Edges() []ent.Edge {
	return []ent.Edge{
		belongsTo("product", Product.Type, "product_id"),
		belongsTo("definition", AttributeDefinition.Type, "definition_id"),
	}
}

// Indexes of the table.
func (ProductAttribute) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("product_id", "definition_id", "text_value").Unique(),
		index.Fields("definition_id", "text_value"),
	}
}

// Category is a node of the category tree. Its path is the ids from the root
// to itself ("/1/5/"), so that a subtree is a prefix.
type Category struct{ ent.Schema }

// Annotations of the table.
func (Category) Annotations() []schema.Annotation {
	return table("category", checks{
		"category_handle": handlePattern,
		"category_parent": "parent_id IS NULL OR parent_id <> id",
		"category_path":   "path LIKE '%/' || id || '/'",
		"category_depth":  "depth BETWEEN 0 AND 20",
	})
}

// Mixin of the table.
func (Category) Mixin() []ent.Mixin { return []ent.Mixin{identity{}, timestamps{}, versioned{}} }

// Fields of the table.
func (Category) Fields() []ent.Field {
	return []ent.Field{
		field.String("handle"),
		field.String("title").NotEmpty(),
		field.Text("description").Default(""),
		field.Int64("parent_id").Optional().Nillable(),
		field.String("path"),
		field.Int("depth").Default(0),
		field.Int("position").Default(0),
		field.Int64("media_id").Optional().Nillable(),
		field.Time("archived_at").Optional().Nillable(),
	}
}

// Edges of the table.
func (Category) Edges() []ent.Edge {
	return []ent.Edge{
		guardedChildOf("parent", Category.Type, "parent_id"),
		mayReferTo("media", MediaAsset.Type, "media_id"),
	}
}

// Indexes of the table.
func (Category) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("handle").Unique(),
		index.Fields("parent_id", "position"),
		index.Fields("path").Annotations(entsql.OpClass("text_pattern_ops")),
		index.Fields("media_id"),
	}
}

// ProductCategory puts a product into a category.
type ProductCategory struct{ ent.Schema }

// Annotations of the table.
func (ProductCategory) Annotations() []schema.Annotation {
	return table("product_category", nil)
}

// Mixin of the table.
func (ProductCategory) Mixin() []ent.Mixin { return []ent.Mixin{identity{}} }

// Fields of the table.
func (ProductCategory) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("product_id"),
		field.Int64("category_id"),
		field.Bool("main").Default(false).Comment("the one that breadcrumbs use"),
	}
}

// Edges of the table.
func (ProductCategory) Edges() []ent.Edge {
	return []ent.Edge{
		belongsTo("product", Product.Type, "product_id"),
		belongsTo("category", Category.Type, "category_id"),
	}
}

// Indexes of the table.
func (ProductCategory) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("product_id", "category_id").Unique(),
		index.Fields("product_id").Unique().StorageKey("product_category_one_main").
			Annotations(entsql.IndexWhere("main")),
		index.Fields("category_id", "product_id"),
	}
}

// Collection is a set of products: chosen by hand, or by a rule.
type Collection struct{ ent.Schema }

// Annotations of the table.
func (Collection) Annotations() []schema.Annotation {
	return table("collection", checks{
		"collection_handle": handlePattern,
		"collection_kind":   "kind IN ('manual','rule')",
		"collection_rule":   "(kind = 'rule') = (rule IS NOT NULL)",
		"collection_sort": "sort_order IN ('manual','best_selling','title_asc','title_desc','price_asc','price_desc'," +
			"'created_desc','created_asc')",
	})
}

// Mixin of the table.
func (Collection) Mixin() []ent.Mixin { return []ent.Mixin{identity{}, timestamps{}, versioned{}} }

// Fields of the table.
func (Collection) Fields() []ent.Field {
	return []ent.Field{
		field.String("handle"),
		field.String("title").NotEmpty(),
		field.Text("description_html").Default(""),
		field.String("kind").Default("manual"),
		field.JSON("rule", map[string]any{}).Optional().Comment("{match: all|any, conditions: [{field, relation, value}]}"),
		field.String("sort_order").Default("manual"),
		field.Int64("media_id").Optional().Nillable(),
		field.String("seo_title").Default(""),
		field.Text("seo_description").Default(""),
		field.Time("published_at").Optional().Nillable(),
		field.Time("archived_at").Optional().Nillable(),
	}
}

// Edges of the table.
func (Collection) Edges() []ent.Edge {
	return []ent.Edge{mayReferTo("media", MediaAsset.Type, "media_id")}
}

// Indexes of the table.
func (Collection) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("handle").Unique(),
		index.Fields("media_id"),
	}
}

// CollectionProduct is the membership of a product in a collection.
type CollectionProduct struct{ ent.Schema }

// Annotations of the table.
func (CollectionProduct) Annotations() []schema.Annotation {
	return table("collection_product", nil)
}

// Mixin of the table.
func (CollectionProduct) Mixin() []ent.Mixin { return []ent.Mixin{identity{}} }

// Fields of the table.
func (CollectionProduct) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("collection_id"),
		field.Int64("product_id"),
		field.Int64("position"),
	}
}

// Edges of the table.
func (CollectionProduct) Edges() []ent.Edge {
	return []ent.Edge{
		belongsTo("collection", Collection.Type, "collection_id"),
		belongsTo("product", Product.Type, "product_id"),
	}
}

// Indexes of the table.
func (CollectionProduct) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("collection_id", "product_id").Unique(),
		index.Fields("collection_id", "position", "product_id"),
		index.Fields("product_id"),
	}
}

// FeaturedProduct puts a product into the window: of the whole shop, of one
// market, of one category, or of one category in one market.
type FeaturedProduct struct{ ent.Schema }

// Annotations of the table.
func (FeaturedProduct) Annotations() []schema.Annotation {
	return table("featured_product", nil)
}

// Mixin of the table.
func (FeaturedProduct) Mixin() []ent.Mixin { return []ent.Mixin{identity{}} }

// Fields of the table.
func (FeaturedProduct) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("product_id"),
		field.Int64("market_id").Optional().Nillable(),
		field.Int64("category_id").Optional().Nillable(),
		field.Int("position"),
	}
}

// Edges of the table.
func (FeaturedProduct) Edges() []ent.Edge {
	return []ent.Edge{
		belongsTo("product", Product.Type, "product_id"),
		mayBelongTo("market", Market.Type, "market_id"),
		mayBelongTo("category", Category.Type, "category_id"),
	}
}

// Indexes of the table.
func (FeaturedProduct) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("product_id"),
		index.Fields("market_id"),
		index.Fields("category_id", "position"),
	}
}
