package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

const handlePattern = "handle ~ '^[a-z0-9]+(-[a-z0-9]+)*$'"

// Menu is a navigation tree.
type Menu struct{ ent.Schema }

// Annotations of the table.
func (Menu) Annotations() []schema.Annotation {
	return table("menu", checks{"menu_handle": handlePattern})
}

// Mixin of the table.
func (Menu) Mixin() []ent.Mixin { return []ent.Mixin{identity{}, timestamps{}, versioned{}} }

// Fields of the table.
func (Menu) Fields() []ent.Field {
	return []ent.Field{
		field.String("handle"),
		field.String("title").NotEmpty(),
	}
}

// Indexes of the table.
func (Menu) Indexes() []ent.Index { return []ent.Index{index.Fields("handle").Unique()} }

// MenuItem is one link of a menu.
type MenuItem struct{ ent.Schema }

// Annotations of the table.
func (MenuItem) Annotations() []schema.Annotation {
	return table("menu_item", checks{
		"menu_item_type": "type IN ('article','blog','catalog','collection','collections','customer_account_page'," +
			"'frontpage','http','page','product','search','shop_policy')",
		"menu_item_parent": "parent_id IS NULL OR parent_id <> id",
		"menu_item_target": "(type <> 'http' OR url <> '') AND " +
			"(type NOT IN ('article','blog','collection','page','product','shop_policy') OR resource_id IS NOT NULL)",
	})
}

// Mixin of the table.
func (MenuItem) Mixin() []ent.Mixin { return []ent.Mixin{identity{}} }

// Fields of the table.
func (MenuItem) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("menu_id"),
		field.Int64("parent_id").Optional().Nillable(),
		field.String("title").NotEmpty(),
		field.String("type"),
		field.Int64("resource_id").Optional().Nillable().Comment("what the type points at; checked when written"),
		field.String("url").Default("").Comment("of type http: absolute, or a path of the shop"),
		field.JSON("tags", []string{}).Optional(),
		field.Int("position").Default(0),
	}
}

// Edges of the table.
func (MenuItem) Edges() []ent.Edge {
	return []ent.Edge{
		belongsTo("menu", Menu.Type, "menu_id"),
		childOf("parent", MenuItem.Type, "parent_id"),
	}
}

// Indexes of the table.
func (MenuItem) Indexes() []ent.Index {
	return []ent.Index{index.Fields("menu_id", "position"), index.Fields("parent_id")}
}

// Page is free content under a handle.
type Page struct{ ent.Schema }

// Annotations of the table.
func (Page) Annotations() []schema.Annotation {
	return table("page", checks{"page_handle": handlePattern})
}

// Mixin of the table.
func (Page) Mixin() []ent.Mixin { return []ent.Mixin{identity{}, timestamps{}, versioned{}} }

// Fields of the table.
func (Page) Fields() []ent.Field {
	return []ent.Field{
		field.String("handle"),
		field.String("title").NotEmpty(),
		field.Text("body_html").Default(""),
		field.String("seo_title").Default(""),
		field.Text("seo_description").Default(""),
		field.Time("published_at").Optional().Nillable(),
		field.Time("archived_at").Optional().Nillable(),
	}
}

// Indexes of the table.
func (Page) Indexes() []ent.Index { return []ent.Index{index.Fields("handle").Unique()} }

// Blog is a series of articles.
type Blog struct{ ent.Schema }

// Annotations of the table.
func (Blog) Annotations() []schema.Annotation {
	return table("blog", checks{"blog_handle": handlePattern})
}

// Mixin of the table.
func (Blog) Mixin() []ent.Mixin { return []ent.Mixin{identity{}, timestamps{}, versioned{}} }

// Fields of the table.
func (Blog) Fields() []ent.Field {
	return []ent.Field{
		field.String("handle"),
		field.String("title").NotEmpty(),
		field.String("seo_title").Default(""),
		field.Text("seo_description").Default(""),
	}
}

// Indexes of the table.
func (Blog) Indexes() []ent.Index { return []ent.Index{index.Fields("handle").Unique()} }

// Article is one entry of a blog.
type Article struct{ ent.Schema }

// Annotations of the table.
func (Article) Annotations() []schema.Annotation {
	return table("article", checks{"article_handle": handlePattern})
}

// Mixin of the table.
func (Article) Mixin() []ent.Mixin { return []ent.Mixin{identity{}, timestamps{}, versioned{}} }

// Fields of the table.
func (Article) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("blog_id"),
		field.String("handle"),
		field.String("title").NotEmpty(),
		field.Text("body_html").Default(""),
		field.Text("excerpt").Default(""),
		field.String("author_name").Default(""),
		field.Int64("media_id").Optional().Nillable(),
		field.String("seo_title").Default(""),
		field.Text("seo_description").Default(""),
		field.Time("published_at").Optional().Nillable(),
		field.Time("archived_at").Optional().Nillable(),
	}
}

// Edges of the table.
func (Article) Edges() []ent.Edge {
	return []ent.Edge{
		belongsTo("blog", Blog.Type, "blog_id"),
		mayReferTo("media", MediaAsset.Type, "media_id"),
	}
}

// Indexes of the table.
func (Article) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("blog_id", "handle").Unique(),
		index.Fields("blog_id", "published_at"),
		index.Fields("media_id"),
	}
}

// ShopPolicy is one of the shop's legal texts.
type ShopPolicy struct{ ent.Schema }

// Annotations of the table.
func (ShopPolicy) Annotations() []schema.Annotation {
	return table("shop_policy", checks{
		"shop_policy_kind": "kind IN ('privacy','refund','shipping','terms','subscription')",
	})
}

// Mixin of the table.
func (ShopPolicy) Mixin() []ent.Mixin { return []ent.Mixin{identity{}, timestamps{}, versioned{}} }

// Fields of the table.
func (ShopPolicy) Fields() []ent.Field {
	return []ent.Field{
		field.String("kind"),
		field.String("title").NotEmpty(),
		field.Text("body_html").Default(""),
	}
}

// Indexes of the table.
func (ShopPolicy) Indexes() []ent.Index { return []ent.Index{index.Fields("kind").Unique()} }

// UrlRedirect leads an old path to where its content now is.
type UrlRedirect struct{ ent.Schema }

// Annotations of the table.
func (UrlRedirect) Annotations() []schema.Annotation {
	return table("url_redirect", checks{
		"url_redirect_path":   "path LIKE '/%' AND path NOT LIKE '//%'",
		"url_redirect_target": "target <> '' AND target <> path",
	})
}

// Mixin of the table.
func (UrlRedirect) Mixin() []ent.Mixin { return []ent.Mixin{identity{}, timestamps{}} }

// Fields of the table.
func (UrlRedirect) Fields() []ent.Field {
	return []ent.Field{
		field.String("path"),
		field.String("target"),
	}
}

// Indexes of the table.
func (UrlRedirect) Indexes() []ent.Index { return []ent.Index{index.Fields("path").Unique()} }
