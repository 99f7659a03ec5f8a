package gql

import (
	"slices"

	"github.com/99designs/gqlgen/graphql"

	"github.com/souk-commerce/souk/internal/audit"
	"github.com/souk-commerce/souk/internal/catalog"
	"github.com/souk-commerce/souk/internal/content"
	"github.com/souk-commerce/souk/internal/inventory"
	"github.com/souk-commerce/souk/internal/kernel/gid"
	"github.com/souk-commerce/souk/internal/market"
	"github.com/souk-commerce/souk/internal/media"
	"github.com/souk-commerce/souk/internal/metafield"
	"github.com/souk-commerce/souk/internal/pricing"
	"github.com/souk-commerce/souk/internal/staff"
)

// The ids of the rooms, one pair for each type, for both schemas.

func read[ID ~int64](v any, typ string) (ID, error) {
	n, err := UnmarshalGID(v, typ)
	return ID(n), err
}

// MarshalProductID writes the public id of a product.
func MarshalProductID(id catalog.ProductID) graphql.Marshaler {
	return MarshalGID("Product", int64(id))
}

// UnmarshalProductID reads the public id of a product.
func UnmarshalProductID(v any) (catalog.ProductID, error) {
	return read[catalog.ProductID](v, "Product")
}

// MarshalVariantID writes the public id of a variant.
func MarshalVariantID(id catalog.VariantID) graphql.Marshaler {
	return MarshalGID("ProductVariant", int64(id))
}

// UnmarshalVariantID reads the public id of a variant.
func UnmarshalVariantID(v any) (catalog.VariantID, error) {
	return read[catalog.VariantID](v, "ProductVariant")
}

// MarshalOptionID writes the public id of an option.
func MarshalOptionID(id catalog.OptionID) graphql.Marshaler {
	return MarshalGID("ProductOption", int64(id))
}

// UnmarshalOptionID reads the public id of an option.
func UnmarshalOptionID(v any) (catalog.OptionID, error) {
	return read[catalog.OptionID](v, "ProductOption")
}

// MarshalOptionValueID writes the public id of an option value.
func MarshalOptionValueID(id catalog.OptionValueID) graphql.Marshaler {
	return MarshalGID("ProductOptionValue", int64(id))
}

// UnmarshalOptionValueID reads the public id of an option value.
func UnmarshalOptionValueID(v any) (catalog.OptionValueID, error) {
	return read[catalog.OptionValueID](v, "ProductOptionValue")
}

// MarshalCategoryID writes the public id of a category.
func MarshalCategoryID(id catalog.CategoryID) graphql.Marshaler {
	return MarshalGID("Category", int64(id))
}

// UnmarshalCategoryID reads the public id of a category.
func UnmarshalCategoryID(v any) (catalog.CategoryID, error) {
	return read[catalog.CategoryID](v, "Category")
}

// MarshalCollectionID writes the public id of a collection.
func MarshalCollectionID(id catalog.CollectionID) graphql.Marshaler {
	return MarshalGID("Collection", int64(id))
}

// UnmarshalCollectionID reads the public id of a collection.
func UnmarshalCollectionID(v any) (catalog.CollectionID, error) {
	return read[catalog.CollectionID](v, "Collection")
}

// MarshalAttributeID writes the public id of an attribute.
func MarshalAttributeID(id catalog.AttributeID) graphql.Marshaler {
	return MarshalGID("AttributeDefinition", int64(id))
}

// UnmarshalAttributeID reads the public id of an attribute.
func UnmarshalAttributeID(v any) (catalog.AttributeID, error) {
	return read[catalog.AttributeID](v, "AttributeDefinition")
}

// MarshalMenuID writes the public id of a menu.
func MarshalMenuID(id content.MenuID) graphql.Marshaler { return MarshalGID("Menu", int64(id)) }

// UnmarshalMenuID reads the public id of a menu.
func UnmarshalMenuID(v any) (content.MenuID, error) { return read[content.MenuID](v, "Menu") }

// MarshalMenuItemID writes the public id of a menu item.
func MarshalMenuItemID(id content.MenuItemID) graphql.Marshaler {
	return MarshalGID("MenuItem", int64(id))
}

// UnmarshalMenuItemID reads the public id of a menu item.
func UnmarshalMenuItemID(v any) (content.MenuItemID, error) {
	return read[content.MenuItemID](v, "MenuItem")
}

// MarshalPageID writes the public id of a page.
func MarshalPageID(id content.PageID) graphql.Marshaler { return MarshalGID("Page", int64(id)) }

// UnmarshalPageID reads the public id of a page.
func UnmarshalPageID(v any) (content.PageID, error) { return read[content.PageID](v, "Page") }

// MarshalBlogID writes the public id of a blog.
func MarshalBlogID(id content.BlogID) graphql.Marshaler { return MarshalGID("Blog", int64(id)) }

// UnmarshalBlogID reads the public id of a blog.
func UnmarshalBlogID(v any) (content.BlogID, error) { return read[content.BlogID](v, "Blog") }

// MarshalArticleID writes the public id of an article.
func MarshalArticleID(id content.ArticleID) graphql.Marshaler {
	return MarshalGID("Article", int64(id))
}

// UnmarshalArticleID reads the public id of an article.
func UnmarshalArticleID(v any) (content.ArticleID, error) {
	return read[content.ArticleID](v, "Article")
}

// MarshalPolicyID writes the public id of a policy.
func MarshalPolicyID(id content.PolicyID) graphql.Marshaler {
	return MarshalGID("ShopPolicy", int64(id))
}

// UnmarshalPolicyID reads the public id of a policy.
func UnmarshalPolicyID(v any) (content.PolicyID, error) {
	return read[content.PolicyID](v, "ShopPolicy")
}

// MarshalRedirectID writes the public id of a redirect.
func MarshalRedirectID(id content.RedirectID) graphql.Marshaler {
	return MarshalGID("UrlRedirect", int64(id))
}

// UnmarshalRedirectID reads the public id of a redirect.
func UnmarshalRedirectID(v any) (content.RedirectID, error) {
	return read[content.RedirectID](v, "UrlRedirect")
}

// MarshalMarketID writes the public id of a market.
func MarshalMarketID(id market.ID) graphql.Marshaler { return MarshalGID("Market", int64(id)) }

// UnmarshalMarketID reads the public id of a market.
func UnmarshalMarketID(v any) (market.ID, error) { return read[market.ID](v, "Market") }

// MarshalMetafieldID writes the public id of a metafield.
func MarshalMetafieldID(id metafield.ID) graphql.Marshaler { return MarshalGID("Metafield", int64(id)) }

// UnmarshalMetafieldID reads the public id of a metafield.
func UnmarshalMetafieldID(v any) (metafield.ID, error) { return read[metafield.ID](v, "Metafield") }

// MarshalStaffID writes the public id of a member of staff.
func MarshalStaffID(id staff.ID) graphql.Marshaler { return MarshalGID("StaffMember", int64(id)) }

// UnmarshalStaffID reads the public id of a member of staff.
func UnmarshalStaffID(v any) (staff.ID, error) { return read[staff.ID](v, "StaffMember") }

// MarshalAuditID writes the public id of an audit entry.
func MarshalAuditID(id audit.ID) graphql.Marshaler { return MarshalGID("AuditEntry", int64(id)) }

// UnmarshalAuditID reads the public id of an audit entry.
func UnmarshalAuditID(v any) (audit.ID, error) { return read[audit.ID](v, "AuditEntry") }

// MarshalPriceListID writes the public id of a price list.
func MarshalPriceListID(id pricing.ListID) graphql.Marshaler {
	return MarshalGID("PriceList", int64(id))
}

// UnmarshalPriceListID reads the public id of a price list.
func UnmarshalPriceListID(v any) (pricing.ListID, error) { return read[pricing.ListID](v, "PriceList") }

// MarshalLocationID writes the public id of a location.
func MarshalLocationID(id inventory.LocationID) graphql.Marshaler {
	return MarshalGID("Location", int64(id))
}

// UnmarshalLocationID reads the public id of a location.
func UnmarshalLocationID(v any) (inventory.LocationID, error) {
	return read[inventory.LocationID](v, "Location")
}

// MarshalStockLevelID writes the public id of a stock level.
func MarshalStockLevelID(id inventory.LevelID) graphql.Marshaler {
	return MarshalGID("StockLevel", int64(id))
}

// UnmarshalStockLevelID reads the public id of a stock level.
func UnmarshalStockLevelID(v any) (inventory.LevelID, error) {
	return read[inventory.LevelID](v, "StockLevel")
}

// MarshalStockMovementID writes the public id of an entry of the ledger.
func MarshalStockMovementID(id inventory.MovementID) graphql.Marshaler {
	return MarshalGID("StockMovement", int64(id))
}

// UnmarshalStockMovementID reads the public id of an entry of the ledger.
func UnmarshalStockMovementID(v any) (inventory.MovementID, error) {
	return read[inventory.MovementID](v, "StockMovement")
}

// mediaTypes are the types under which the schemas show assets.
var mediaTypes = []string{"MediaImage", "Video", "ExternalVideo", "Model3d"}

// MarshalMediaID writes the public id of a picture.
func MarshalMediaID(id media.ID) graphql.Marshaler { return MarshalGID(mediaTypes[0], int64(id)) }

// UnmarshalMediaID reads the public id of an asset of any kind.
func UnmarshalMediaID(v any) (media.ID, error) {
	id, err := UnmarshalAnyGID(v)
	if err != nil || !slices.Contains(mediaTypes, id.Type) {
		return 0, gid.ErrMalformed
	}
	return media.ID(id.Number), nil
}
