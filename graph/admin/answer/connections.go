package answer

import (
	"github.com/souk-commerce/souk/internal/audit"
	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/content"
	"github.com/souk-commerce/souk/internal/importer"
	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/market"
	"github.com/souk-commerce/souk/internal/notify"
	"github.com/souk-commerce/souk/internal/order"
	"github.com/souk-commerce/souk/internal/pricing"
	"github.com/souk-commerce/souk/internal/shipping"
	"github.com/souk-commerce/souk/internal/staff"
	"github.com/souk-commerce/souk/internal/tax"
)

// ProductEdge is one entry of a list.
type ProductEdge struct {
	Cursor string
	Node   catalog.Product
}

// ProductConnection is one page.
type ProductConnection struct {
	Connection[catalog.Product, ProductEdge]
}

// ProductVariantEdge is one entry of a list.
type ProductVariantEdge struct {
	Cursor string
	Node   catalog.Variant
}

// ProductVariantConnection is one page.
type ProductVariantConnection struct {
	Connection[catalog.Variant, ProductVariantEdge]
}

// CategoryEdge is one entry of a list.
type CategoryEdge struct {
	Cursor string
	Node   catalog.Category
}

// CategoryConnection is one page.
type CategoryConnection struct {
	Connection[catalog.Category, CategoryEdge]
}

// CollectionEdge is one entry of a list.
type CollectionEdge struct {
	Cursor string
	Node   catalog.Collection
}

// CollectionConnection is one page.
type CollectionConnection struct {
	Connection[catalog.Collection, CollectionEdge]
}

// AttributeDefinitionEdge is one entry of a list.
type AttributeDefinitionEdge struct {
	Cursor string
	Node   catalog.AttributeDefinition
}

// AttributeDefinitionConnection is one page.
type AttributeDefinitionConnection struct {
	Connection[catalog.AttributeDefinition, AttributeDefinitionEdge]
}

// StaffMemberEdge is one entry of a list.
type StaffMemberEdge struct {
	Cursor string
	Node   staff.Member
}

// StaffMemberConnection is one page.
type StaffMemberConnection struct {
	Connection[staff.Member, StaffMemberEdge]
}

// AuditEntryEdge is one entry of a list.
type AuditEntryEdge struct {
	Cursor string
	Node   audit.Row
}

// AuditEntryConnection is one page.
type AuditEntryConnection struct {
	Connection[audit.Row, AuditEntryEdge]
}

// PageEdge is one entry of a list.
type PageEdge struct {
	Cursor string
	Node   content.Page
}

// PageConnection is one page.
type PageConnection struct {
	Connection[content.Page, PageEdge]
}

// BlogEdge is one entry of a list.
type BlogEdge struct {
	Cursor string
	Node   content.Blog
}

// BlogConnection is one page.
type BlogConnection struct {
	Connection[content.Blog, BlogEdge]
}

// ArticleEdge is one entry of a list.
type ArticleEdge struct {
	Cursor string
	Node   content.Article
}

// ArticleConnection is one page.
type ArticleConnection struct {
	Connection[content.Article, ArticleEdge]
}

// UrlRedirectEdge is one entry of a list.
type UrlRedirectEdge struct {
	Cursor string
	Node   content.Redirect
}

// UrlRedirectConnection is one page.
type UrlRedirectConnection struct {
	Connection[content.Redirect, UrlRedirectEdge]
}

// MenuEdge is one entry of a list.
type MenuEdge struct {
	Cursor string
	Node   content.Menu
}

// MenuConnection is one page.
type MenuConnection struct {
	Connection[content.Menu, MenuEdge]
}

// MarketEdge is one entry of a list.
type MarketEdge struct {
	Cursor string
	Node   market.Market
}

// MarketConnection is one page.
type MarketConnection struct {
	Connection[market.Market, MarketEdge]
}

// PriceEdge is one entry of a list.
type PriceEdge struct {
	Cursor string
	Node   pricing.Price
}

// PriceConnection is one page.
type PriceConnection struct {
	Connection[pricing.Price, PriceEdge]
}

// StockLevelEdge is one entry of a list.
type StockLevelEdge struct {
	Cursor string
	Node   inventory.Level
}

// StockLevelConnection is one page.
type StockLevelConnection struct {
	Connection[inventory.Level, StockLevelEdge]
}

// StockMovementEdge is one entry of a list.
type StockMovementEdge struct {
	Cursor string
	Node   inventory.Movement
}

// StockMovementConnection is one page.
type StockMovementConnection struct {
	Connection[inventory.Movement, StockMovementEdge]
}

// ImportRunEdge is one entry of a list.
type ImportRunEdge struct {
	Cursor string
	Node   importer.Run
}

// ImportRunConnection is one page.
type ImportRunConnection struct {
	Connection[importer.Run, ImportRunEdge]
}

// TaxRateEdge is one entry of a list.
type TaxRateEdge struct {
	Cursor string
	Node   tax.Rate
}

// TaxRateConnection is one page.
type TaxRateConnection struct {
	Connection[tax.Rate, TaxRateEdge]
}

// DeliveryZoneEdge is one entry of a list.
type DeliveryZoneEdge struct {
	Cursor string
	Node   shipping.Zone
}

// DeliveryZoneConnection is one page.
type DeliveryZoneConnection struct {
	Connection[shipping.Zone, DeliveryZoneEdge]
}

// StockReservationEdge is one entry of a list.
type StockReservationEdge struct {
	Cursor string
	Node   inventory.Reservation
}

// StockReservationConnection is one page.
type StockReservationConnection struct {
	Connection[inventory.Reservation, StockReservationEdge]
}

// OrderEdge is one entry of a list.
type OrderEdge struct {
	Cursor string
	Node   order.Order
}

// OrderConnection is one page.
type OrderConnection struct {
	Connection[order.Order, OrderEdge]
}

// MailEdge is one entry of a list.
type MailEdge struct {
	Cursor string
	Node   notify.Mail
}

// MailConnection is one page.
type MailConnection struct {
	Connection[notify.Mail, MailEdge]
}
