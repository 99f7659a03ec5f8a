package shop

import "github.com/souk-commerce/souk/internal/listing"

// plain are the fields of a product that need one part and nothing else.
var plainFields = map[string]listing.Field{
	"description": listing.FieldDescription, "descriptionHtml": listing.FieldDescription,
	"tags": listing.FieldTags, "availableForSale": listing.FieldAvailable, "totalInventory": listing.FieldInventory,
	"variantsCount": listing.FieldVariantCount, "featuredImage": listing.FieldFeaturedImage,
}

// productNeed tells what of a product is needed.
func productNeed(s selection) listing.Need {
	var need listing.Need
	for _, f := range s.fields("Product") {
		need.Fields |= plainFields[f.Name]
		switch f.Name {
		case "options":
			need = need.Merge(optionsNeed(f.selection()))
		case "categories":
			need.Fields |= categoriesNeed(f.selection())
		case "collections":
			need = need.Merge(collectionsNeed(f.selection()))
		case "images":
			need = need.Merge(listing.Need{Images: limit(f.args())})
		case "media":
			need = need.Merge(listing.Need{Media: limit(f.args())})
		case "metafield", "metafields":
			need.Metafields = append(need.Metafields, metafieldKeys(f)...)
		case "variants":
			need = need.Merge(listing.Need{Variants: limit(f.args())}).Merge(variantsNeed(f.selection()))
		case "selectedOrFirstAvailableVariant", "variantBySelectedOptions", "adjacentVariants":
			need = need.Merge(listing.Need{Variants: listing.All}).Merge(variantNeed(f.selection()))
		case "encodedVariantExistence", "encodedVariantAvailability":
			need = need.Merge(listing.Need{Variants: listing.All})
		}
	}
	return need
}

func optionsNeed(s selection) listing.Need {
	need := listing.Need{Fields: listing.FieldOptions}
	for _, f := range s.fields("ProductOption") {
		if f.Name == "optionValues" {
			need = need.Merge(optionValueNeed(f.selection()))
		}
	}
	return need
}

func optionValueNeed(s selection) listing.Need {
	need := listing.Need{Fields: listing.FieldOptions}
	for _, f := range s.fields("ProductOptionValue") {
		switch {
		case f.Name == "swatch" && f.selection().has("ProductOptionValueSwatch", "image"):
			need.Fields |= listing.FieldSwatches
		case f.Name == "firstSelectableVariant":
			need = need.Merge(listing.Need{Variants: listing.All}).Merge(variantNeed(f.selection()))
		}
	}
	return need
}

func variantsNeed(s selection) listing.Need {
	var need listing.Need
	for _, node := range s.nodes("ProductVariantConnection", "ProductVariantEdge") {
		need = need.Merge(variantNeed(node))
	}
	return need
}

// variantNeed tells what of variants is needed, their product included.
func variantNeed(s selection) listing.Need {
	var need listing.Need
	for _, f := range s.fields("ProductVariant") {
		switch f.Name {
		case "image":
			need.Fields |= listing.FieldVariantImages | listing.FieldFeaturedImage
		case "metafield", "metafields":
			need.VariantMetafields = append(need.VariantMetafields, metafieldKeys(f)...)
		case "product":
			need = need.Merge(productNeed(f.selection()))
		}
	}
	return need
}

// collectionsNeed tells what of a product's collections is needed.
func collectionsNeed(s selection) listing.Need {
	need := listing.Need{Fields: listing.FieldCollections}
	for _, node := range s.nodes("CollectionConnection", "CollectionEdge") {
		for _, f := range node.fields("Collection") {
			if f.Name == "metafield" || f.Name == "metafields" {
				need.CollectionMetafields = append(need.CollectionMetafields, metafieldKeys(f)...)
			}
		}
	}
	return need
}

// facetTree reports whether more of the categories among the facets is asked
// than the facets know themselves.
func facetTree(s selection) bool {
	for _, f := range s.fields("SearchFacets", "CategoryFacetNode") {
		switch f.Name {
		case "categories", "children":
			if facetTree(f.selection()) {
				return true
			}
		case "category":
			return f.selection().has("Category", "children", "productCount", "description", "image", "parent", "breadcrumb")
		}
	}
	return false
}

// categoriesNeed tells what of a product's categories is needed.
func categoriesNeed(s selection) listing.Field {
	need := listing.FieldCategories
	for _, f := range s.fields("Category") {
		switch f.Name {
		case "parent", "children", "breadcrumb":
			need |= listing.FieldCategoryTree | categoriesNeed(f.selection())
		case "productCount":
			need |= listing.FieldCategoryTree | listing.FieldCategoryCounts
		}
	}
	return need
}

// metafieldKeys reads which metafields a field asks for.
func metafieldKeys(f field) []listing.MetafieldKey {
	args := f.args()
	if f.Name == "metafield" {
		return []listing.MetafieldKey{metafieldKey(args)}
	}
	var keys []listing.MetafieldKey
	list, ok := args["identifiers"].([]any)
	if !ok {
		list = []any{args["identifiers"]}
	}
	for _, entry := range list {
		if args, ok := entry.(map[string]any); ok {
			keys = append(keys, metafieldKey(args))
		}
	}
	return keys
}

func metafieldKey(args map[string]any) listing.MetafieldKey {
	key := listing.MetafieldKey{Namespace: listing.DefaultNamespace}
	if namespace, ok := args["namespace"].(string); ok && namespace != "" {
		key.Namespace = namespace
	}
	key.Key, _ = args["key"].(string)
	return key
}

// collectionNeed tells what of a collection is needed besides its products.
func collectionNeed(s selection) listing.CollectionNeed {
	var need listing.CollectionNeed
	for _, f := range s.fields("Collection") {
		if f.Name == "metafield" || f.Name == "metafields" {
			need.Metafields = append(need.Metafields, metafieldKeys(f)...)
		}
	}
	return need
}

// categoryNeed tells what of a category is needed besides its products.
func categoryNeed(s selection) listing.CategoryNeed {
	return listing.CategoryNeed{Counts: categoriesNeed(s)&listing.FieldCategoryCounts != 0}
}
