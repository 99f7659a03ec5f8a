-- Made by hand: see 00002.

-- +goose Up

-- the pictures of a product, and its cover, in their order without a sort
CREATE INDEX raw_product_media_order ON product_media (product_id, position, id);
