-- Made by hand: what the ent schema cannot say. Names begin with raw_, so that
-- a diff leaves them alone.

-- +goose Up

-- The words of a product, as they are and as English stems, so that "mugs"
-- finds "mug" and a word of another language is still found as written.
ALTER TABLE product ADD COLUMN raw_search tsvector GENERATED ALWAYS AS (
    setweight(to_tsvector('simple'::regconfig, left(title, 2000)), 'A') ||
    setweight(to_tsvector('english'::regconfig, left(title, 2000)), 'A') ||
    setweight(to_tsvector('simple'::regconfig, left(vendor || ' ' || product_type, 2000)), 'B') ||
    setweight(to_tsvector('english'::regconfig, left(product_type, 2000)), 'B') ||
    setweight(to_tsvector('english'::regconfig, regexp_replace(left(description_html, 100000), '<[^>]*>', ' ', 'g')), 'D')
) STORED;
-- search
CREATE INDEX raw_product_search ON product USING gin (raw_search);
-- filters without regard to case: vendor, type, tag, SKU, option value
CREATE INDEX raw_product_vendor ON product (lower(vendor), id) WHERE status = 'active';
CREATE INDEX raw_product_type ON product (lower(product_type), id) WHERE status = 'active';
CREATE INDEX raw_product_tag_lower ON product_tag (lower(tag), product_id);
CREATE INDEX raw_variant_sku_lower ON variant (lower(sku) text_pattern_ops) WHERE sku IS NOT NULL;
CREATE INDEX raw_option_value_lower ON product_option_value (lower(name), option_id);
-- filter by a metafield's value
CREATE INDEX raw_metafield_value ON metafield (owner_kind, namespace, key, left(value, 200), owner_id);
-- one value of an attribute that is not text
CREATE UNIQUE INDEX raw_product_attribute_single ON product_attribute (product_id, definition_id)
    WHERE text_value IS NULL;
-- a product stands once in a window
CREATE UNIQUE INDEX raw_featured_product_place ON featured_product
    (product_id, COALESCE(market_id, 0), COALESCE(category_id, 0));
