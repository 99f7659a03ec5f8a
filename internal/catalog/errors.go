package catalog

import "github.com/souk-commerce/souk/internal/kernel/fault"

// The refusals of this room.
var (
	ErrProductNotFound    = fault.New(fault.NotFound, "product_not_found", "There is no such product.")
	ErrVariantNotFound    = fault.New(fault.NotFound, "variant_not_found", "There is no such variant.")
	ErrOptionNotFound     = fault.New(fault.NotFound, "option_not_found", "The product has no such option.")
	ErrValueNotFound      = fault.New(fault.NotFound, "option_value_not_found", "The product has no such option value.")
	ErrCategoryNotFound   = fault.New(fault.NotFound, "category_not_found", "There is no such category.")
	ErrCollectionNotFound = fault.New(fault.NotFound, "collection_not_found", "There is no such collection.")
	ErrAttributeNotFound  = fault.New(fault.NotFound, "attribute_not_found", "There is no such attribute.")
	ErrMediaNotFound      = fault.New(fault.NotFound, "media_not_found", "There is no such picture.").At("media")
	ErrMarketNotFound     = fault.New(fault.NotFound, "market_not_found", "There is no such market.").At("excludedMarkets")

	ErrStale        = fault.New(fault.Conflict, "stale_version", "Somebody changed it meanwhile; read it again.").At("version")
	ErrHandleTaken  = fault.New(fault.Conflict, "handle_taken", "This handle leads, or once led, to something else.").At("handle")
	ErrSKUTaken     = fault.New(fault.Conflict, "sku_taken", "Another variant has this SKU.").At("sku")
	ErrSameVariants = fault.New(fault.Conflict, "duplicate_variant", "Two variants would be the same combination of option values.")
	ErrCodeTaken    = fault.New(fault.Conflict, "code_taken", "Another attribute has this code.").At("code")

	ErrLastVariant    = fault.New(fault.Conflict, "last_variant", "A product keeps at least one variant.")
	ErrLastValue      = fault.New(fault.Conflict, "last_value", "An option keeps at least one value; remove the option instead.")
	ErrValueInUse     = fault.New(fault.Conflict, "value_in_use", "Variants have this value; delete them first.")
	ErrChoiceInUse    = fault.New(fault.Conflict, "choice_in_use", "Products have a choice that would be taken away.").At("choices")
	ErrHasChildren    = fault.New(fault.Conflict, "category_has_children", "Move or archive the categories below it first.")
	ErrParentArchived = fault.New(fault.Conflict, "parent_archived", "The category above it is archived.").At("parentId")
	ErrCycle          = fault.New(fault.Conflict, "category_cycle", "A category cannot stand below itself.").At("parentId")
	ErrTooDeep        = fault.Newf(fault.Invalid, "category_too_deep", "The tree goes at most %d levels below its roots.", MaxDepth).At("parentId")
	ErrNotManual      = fault.New(fault.Conflict, "collection_not_manual", "A rule chooses the members of this collection.")
	ErrNotByRule      = fault.New(fault.Conflict, "collection_not_by_rule", "Staff choose the members of this collection.").At("rule")
	ErrNotMember      = fault.New(fault.Conflict, "not_a_member", "The product is not in this collection.")
)

// byConstraint says what a broken constraint means, for what slips past the
// checks before it.
var byConstraint = map[string]*fault.Error{
	"product_handle":                                    ErrHandleTaken,
	"category_handle":                                   ErrHandleTaken,
	"collection_handle":                                 ErrHandleTaken,
	"slug_kind_handle":                                  ErrHandleTaken,
	"variant_sku":                                       ErrSKUTaken,
	"variant_product_id_option_key":                     ErrSameVariants,
	"productoption_product_id_name":                     duplicateOption,
	"productoptionvalue_option_id_name":                 duplicateValue,
	"attributedefinition_code":                          ErrCodeTaken,
	"product_media_media_asset_media":                   ErrMediaNotFound,
	"variant_media_asset_media":                         ErrMediaNotFound.At("mediaId"),
	"category_media_asset_media":                        ErrMediaNotFound.At("mediaId"),
	"collection_media_asset_media":                      ErrMediaNotFound.At("mediaId"),
	"product_option_value_media_asset_swatch_media":     ErrMediaNotFound.At("swatch", "mediaId"),
	"product_category_category_category":                ErrCategoryNotFound.At("categories"),
	"product_exclusion_market_market":                   ErrMarketNotFound,
	"product_attribute_attribute_definition_definition": ErrAttributeNotFound.At("attributes"),
	"collection_product_product_product":                ErrProductNotFound.At("products"),
	"featured_product_product_product":                  ErrProductNotFound.At("products"),
	"featured_product_market_market":                    ErrMarketNotFound.At("market"),
	"featured_product_category_category":                ErrCategoryNotFound.At("category"),
	"category_category_children":                        ErrCategoryNotFound.At("parentId"),
}

var (
	duplicateOption = fault.New(fault.Conflict, "duplicate_option", "The product has an option of this name.").At("name")
	duplicateValue  = fault.New(fault.Conflict, "duplicate_value", "The option has a value of this name.").At("name")
)

// required refuses an empty field.
func required(path ...string) *fault.Error {
	return fault.New(fault.Invalid, "required", "It must not be empty.").At(path...)
}

// tooLong refuses text beyond a limit.
func tooLong(limit int, path ...string) *fault.Error {
	return fault.Newf(fault.Invalid, "too_long", "It has at most %d characters.", limit).At(path...)
}

// tooMany refuses a list beyond a limit.
func tooMany(limit int, path ...string) *fault.Error {
	return fault.Newf(fault.Invalid, "too_many", "There are at most %d.", limit).At(path...)
}

// invalid refuses a value of a closed set.
func invalid(value string, path ...string) *fault.Error {
	return fault.Newf(fault.Invalid, "invalid_value", "%q is not one of the allowed values.", value).At(path...)
}

// below puts the faults of a part under its path.
func below(err error, path ...string) []*fault.Error {
	all := fault.All(err)
	out := make([]*fault.Error, len(all))
	for i, f := range all {
		out[i] = f.At(append(append([]string{}, path...), f.Path...)...)
	}
	return out
}
