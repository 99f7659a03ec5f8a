-- A small shop for tests: two markets, a few products made by hand and forty by rule.
INSERT INTO shop_setting (id, created_at, updated_at, name, description, email, currency, language, country, primary_domain)
VALUES (1, '2026-01-01Z', '2026-01-01Z', 'Harbor Goods', 'Things for the sea.', 'hello@shop.example', 'USD', 'en', 'US', 'https://shop.example');
INSERT INTO market (id, created_at, updated_at, handle, name, currency, prices_include_tax, is_default, position) VALUES
 (1, '2026-01-01Z', '2026-01-01Z', 'us', 'United States', 'USD', false, true, 1),
 (2, '2026-01-01Z', '2026-01-01Z', 'eu', 'Europe', 'EUR', true, false, 2);
INSERT INTO market_country (market_id, country) VALUES (1, 'US'), (1, 'CA'), (2, 'DE'), (2, 'AT');
INSERT INTO market_language (market_id, language, position) VALUES (1, 'en', 0), (2, 'en', 0), (2, 'de', 1);
INSERT INTO price_list (id, created_at, updated_at, name, currency, base, market_id) VALUES
 (1, '2026-01-01Z', '2026-01-01Z', 'Base', 'USD', true, NULL), (2, '2026-01-01Z', '2026-01-01Z', 'Europe', 'EUR', false, 2);
INSERT INTO location (id, created_at, updated_at, handle, name, priority, is_default, active) VALUES
 (1, '2026-01-01Z', '2026-01-01Z', 'main', 'Main warehouse', 0, true, true),
 (2, '2026-01-01Z', '2026-01-01Z', 'store', 'Store', 1, false, true),
 (3, '2026-01-01Z', '2026-01-01Z', 'closed', 'Closed store', 2, false, false);

INSERT INTO media_asset (id, created_at, updated_at, kind, storage_key, origin_url, content_type, width, height, alt) VALUES
 (1, '2026-01-01Z', '2026-01-01Z', 'image', 'ab/cap.jpg', NULL, 'image/jpeg', 1200, 900, 'A navy cap'),
 (2, '2026-01-01Z', '2026-01-01Z', 'image', NULL, 'https://img.example/cap-2.jpg', '', NULL, NULL, ''),
 (3, '2026-01-01Z', '2026-01-01Z', 'video', 'cd/cap.mp4', NULL, 'video/mp4', 1920, 1080, 'The cap at sea'),
 (4, '2026-01-01Z', '2026-01-01Z', 'external_video', NULL, 'https://www.youtube.com/watch?v=abc123', '', NULL, NULL, ''),
 (5, '2026-01-01Z', '2026-01-01Z', 'image', 'ef/collection.png', NULL, 'image/png', 800, 400, 'Waves'),
 (6, '2026-01-01Z', '2026-01-01Z', 'image', 'gh/stripes.png', NULL, 'image/png', 64, 64, 'Stripes');

INSERT INTO product (id, created_at, updated_at, handle, title, description_html, vendor, product_type, status, published_at, archived_at, fulfillment, seo_title) VALUES
 (1, '2026-01-02Z', '2026-02-02Z', 'cap', 'Sailor Cap', '<p>A warm <b>cap</b> &amp; a good friend.</p>', 'Anchor', 'Hats', 'active', '2026-01-03Z', NULL, 'warehoused', 'Sailor cap, navy'),
 (2, '2026-01-03Z', '2026-02-01Z', 'mug', 'Enamel Mug', '<p>Holds coffee.</p>', 'Anchor', 'Mugs', 'active', '2026-01-03Z', NULL, 'warehoused', ''),
 (3, '2026-01-04Z', '2026-01-04Z', 'voucher', 'Gift Voucher', '', 'Harbor Goods', 'Vouchers', 'active', '2026-01-04Z', NULL, 'gift_card', ''),
 (4, '2026-01-05Z', '2026-01-05Z', 'draft', 'Draft Thing', '', 'Anchor', 'Hats', 'draft', NULL, NULL, 'warehoused', ''),
 (5, '2026-01-05Z', '2026-01-05Z', 'later', 'Later Thing', '', 'Anchor', 'Hats', 'active', '2027-01-01Z', NULL, 'warehoused', ''),
 (6, '2026-01-05Z', '2026-01-05Z', 'gone', 'Gone Thing', '', 'Anchor', 'Hats', 'archived', '2026-01-01Z', '2026-02-01Z', 'warehoused', ''),
 (7, '2026-01-05Z', '2026-01-05Z', 'local', 'Local Thing', '', 'Anchor', 'Hats', 'active', '2026-01-05Z', NULL, 'warehoused', ''),
 (8, '2026-01-06Z', '2026-01-06Z', 'rope', 'Hemp Rope', '<p>Strong.</p>', 'Knots & Co', 'Ropes', 'active', '2026-01-06Z', NULL, 'warehoused', '');
INSERT INTO product (id, created_at, updated_at, handle, title, description_html, vendor, product_type, status, published_at)
SELECT 100 + n, timestamptz '2026-01-10Z' + n * interval '1 hour', timestamptz '2026-01-20Z' - n * interval '1 hour', 'lamp-' || n, 'Ship Lamp ' || (n * 7 % 20), '<p>Lamp.</p>',
 (ARRAY['Anchor', 'Beacon', 'anchor'])[1 + n % 3], (ARRAY['Lamps', 'Lights'])[1 + n % 2], 'active', '2026-01-10Z' FROM generate_series(1, 40) n;
INSERT INTO product_exclusion (product_id, market_id) VALUES (7, 2);
INSERT INTO slug (kind, handle, target_id, current, created_at) VALUES
 ('product', 'cap', 1, true, '2026-01-02Z'), ('product', 'sailors-cap', 1, false, '2026-01-01Z'),
 ('collection', 'sea', 1, true, '2026-01-02Z'), ('collection', 'ocean', 1, false, '2026-01-01Z');

INSERT INTO product_option (id, product_id, name, position) VALUES (1, 1, 'Size', 1), (2, 1, 'Color', 2), (3, 2, 'Title', 1), (8, 8, 'Length', 1);
INSERT INTO product_option_value (id, option_id, name, position, swatch_color, swatch_media_id) VALUES
 (1, 1, 'S', 1, NULL, NULL), (2, 1, 'M', 2, NULL, NULL), (3, 1, 'L', 3, NULL, NULL),
 (4, 2, 'Navy', 1, '#1a2b4c', NULL), (5, 2, 'Striped', 2, NULL, 6), (6, 3, 'Default Title', 1, NULL, NULL), (9, 8, '10 m', 1, NULL, NULL);
INSERT INTO product_option (id, product_id, name, position)
SELECT 100 + n, 100 + n, CASE WHEN n % 2 = 0 THEN 'Color' ELSE 'color' END, 1 FROM generate_series(1, 40) n;
INSERT INTO product_option_value (id, option_id, name, position)
SELECT 1000 + n * 10 + k, 100 + n, (ARRAY['Brass', 'Black', 'navy'])[k], k FROM generate_series(1, 40) n, generate_series(1, 3) k;

INSERT INTO variant (id, created_at, updated_at, product_id, title, position, option_key, sku, barcode, media_id, weight_grams, weight_unit, tracked, backorder, backorder_limit, min_quantity, quantity_step, max_quantity) VALUES
 (1, '2026-01-02Z', '2026-01-02Z', 1, 'S / Navy', 1, '1-4', 'CAP-S-N', '4006381333931', NULL, 120, 'g', true, false, NULL, 1, 1, NULL),
 (2, '2026-01-02Z', '2026-01-02Z', 1, 'S / Striped', 2, '1-5', 'CAP-S-S', NULL, 2, 120, 'g', true, false, NULL, 1, 1, NULL),
 (3, '2026-01-02Z', '2026-01-02Z', 1, 'M / Navy', 3, '2-4', 'CAP-M-N', NULL, NULL, 1500, 'kg', true, true, NULL, 2, 2, 10),
 (4, '2026-01-02Z', '2026-01-02Z', 1, 'L / Navy', 4, '3-4', 'CAP-L-N', NULL, NULL, 0, 'g', false, false, NULL, 1, 1, NULL),
 (5, '2026-01-03Z', '2026-01-03Z', 2, 'Default Title', 1, '6', 'MUG', NULL, NULL, 300, 'g', true, true, 5, 1, 1, NULL),
 (8, '2026-01-03Z', '2026-01-03Z', 8, '10 m', 1, '9', 'ROPE', NULL, NULL, 300, 'g', true, false, NULL, 1, 1, NULL);
UPDATE variant SET unit_quantity_milli = 750000, unit_quantity_unit = 'ml', unit_reference = 1, unit_reference_unit = 'l' WHERE id = 5;
INSERT INTO variant (id, created_at, updated_at, product_id, title, position, option_key, tracked) VALUES
 (30, '2026-01-03Z', '2026-01-03Z', 3, 'Default Title', 1, '', false), (40, '2026-01-03Z', '2026-01-03Z', 4, 'Default Title', 1, '', false),
 (50, '2026-01-03Z', '2026-01-03Z', 5, 'Default Title', 1, '', false), (60, '2026-01-03Z', '2026-01-03Z', 6, 'Default Title', 1, '', false),
 (70, '2026-01-03Z', '2026-01-03Z', 7, 'Default Title', 1, '', false);
INSERT INTO variant (id, created_at, updated_at, product_id, title, position, option_key, sku, tracked)
SELECT 1000 + n * 10 + k, '2026-01-10Z', '2026-01-10Z', 100 + n, (ARRAY['Brass', 'Black', 'navy'])[k], k, (1000 + n * 10 + k)::text, 'LAMP-' || n || '-' || k, k <> 2
FROM generate_series(1, 40) n, generate_series(1, 3) k WHERE k <= 1 + n % 3;
INSERT INTO variant_option_value (variant_id, option_id, value_id) VALUES
 (1, 1, 1), (1, 2, 4), (2, 1, 1), (2, 2, 5), (3, 1, 2), (3, 2, 4), (4, 1, 3), (4, 2, 4), (5, 3, 6), (8, 8, 9);
INSERT INTO variant_option_value (variant_id, option_id, value_id) SELECT id, product_id, id FROM variant WHERE id > 1000;

INSERT INTO price (price_list_id, variant_id, amount, compare_at, updated_at) VALUES
 (1, 1, 2500, 3000, '2026-01-02Z'), (1, 2, 2700, NULL, '2026-01-02Z'), (1, 3, 2500, NULL, '2026-01-02Z'), (1, 4, 2900, NULL, '2026-01-02Z'),
 (1, 5, 1525, NULL, '2026-01-02Z'), (1, 30, 5000, NULL, '2026-01-02Z'), (1, 40, 100, NULL, '2026-01-02Z'), (1, 50, 100, NULL, '2026-01-02Z'),
 (1, 60, 100, NULL, '2026-01-02Z'), (1, 70, 100, NULL, '2026-01-02Z'), (1, 8, 990, NULL, '2026-01-02Z'),
 (2, 1, 2299, 2799, '2026-01-02Z'), (2, 2, 2499, NULL, '2026-01-02Z'), (2, 3, 2299, NULL, '2026-01-02Z'), (2, 4, 2699, NULL, '2026-01-02Z'),
 (2, 5, 1400, NULL, '2026-01-02Z'), (2, 70, 100, NULL, '2026-01-02Z');
INSERT INTO price (price_list_id, variant_id, amount, updated_at)
SELECT 1, id, 1000 + (id * 37 % 90) * 100, '2026-01-10Z' FROM variant WHERE id > 1000;
INSERT INTO price (price_list_id, variant_id, min_quantity, amount, updated_at) VALUES (1, 1, 10, 2000, '2026-01-02Z');
INSERT INTO price_range (price_list_id, product_id, min_amount, max_amount, min_compare_at, max_compare_at, on_sale)
SELECT a.price_list_id, v.product_id, min(a.amount), max(a.amount), min(a.compare_at), max(a.compare_at), count(a.compare_at) > 0
FROM price a JOIN variant v ON v.id = a.variant_id WHERE a.min_quantity = 1 GROUP BY 1, 2;

INSERT INTO stock_level (variant_id, location_id, on_hand, taken, safety, updated_at) VALUES
 (1, 1, 10, 3, 1, '2026-01-02Z'), (1, 2, 2, 0, 0, '2026-01-02Z'), (1, 3, 50, 0, 0, '2026-01-02Z'),
 (2, 1, 4, 4, 0, '2026-01-02Z'), (5, 1, 2, 0, 0, '2026-01-02Z'), (8, 3, 9, 0, 0, '2026-01-02Z');
INSERT INTO stock_level (variant_id, location_id, on_hand, updated_at)
SELECT id, 1, id % 4, '2026-01-10Z' FROM variant WHERE id > 1000 AND tracked;

INSERT INTO product_tag (product_id, tag, position) VALUES (1, 'new', 0), (1, 'Best Seller', 1), (2, 'new', 0);
INSERT INTO product_tag (product_id, tag) SELECT 100 + n, (ARRAY['bright', 'Dim'])[1 + n % 2] FROM generate_series(1, 40, 3) n;
INSERT INTO product_media (product_id, media_id, position) VALUES (1, 3, 2), (1, 1, 1), (1, 2, 3), (1, 4, 4);

INSERT INTO category (id, created_at, updated_at, handle, title, description, parent_id, path, depth, position) VALUES
 (1, '2026-01-01Z', '2026-01-01Z', 'wear', 'Wear', 'To put on.', NULL, '/1/', 0, 1),
 (2, '2026-01-01Z', '2026-01-01Z', 'hats', 'Hats', '', 1, '/1/2/', 1, 1),
 (3, '2026-01-01Z', '2026-01-01Z', 'home', 'Home', '', NULL, '/3/', 0, 2),
 (4, '2026-01-01Z', '2026-01-01Z', 'lamps', 'Lamps', '', 3, '/3/4/', 1, 1),
 (5, '2026-01-01Z', '2026-01-01Z', 'kitchen', 'Kitchen', '', 3, '/3/5/', 1, 2),
 (12, '2026-01-01Z', '2026-01-01Z', 'twelve', 'Twelve', '', NULL, '/12/', 0, 3);
INSERT INTO product_category (product_id, category_id, main) VALUES (1, 2, true), (1, 3, false), (2, 5, true), (4, 2, true), (7, 2, true);
INSERT INTO product_category (product_id, category_id, main) SELECT 100 + n, CASE WHEN n % 4 = 0 THEN 3 ELSE 4 END, true FROM generate_series(1, 40) n;

INSERT INTO collection (id, created_at, updated_at, handle, title, description_html, kind, rule, sort_order, media_id, published_at) VALUES
 (1, '2026-01-01Z', '2026-02-01Z', 'sea', 'The Sea', '<p>Salt &amp; wind.</p>', 'manual', NULL, 'manual', 5, '2026-01-01Z'),
 (2, '2026-01-01Z', '2026-02-02Z', 'lamps', 'Lamps', '', 'rule', '{"match":"all","conditions":[]}', 'price_desc', NULL, '2026-01-01Z'),
 (3, '2026-01-01Z', '2026-02-03Z', 'hidden', 'Hidden', '', 'manual', NULL, 'manual', NULL, NULL),
 (4, '2026-01-01Z', '2026-01-15Z', 'a-to-z', 'A to Z', '', 'manual', NULL, 'title_desc', NULL, '2026-01-01Z');
INSERT INTO collection_product (collection_id, product_id, position) VALUES (1, 2, 1), (1, 1, 2), (1, 4, 3), (3, 1, 1);
INSERT INTO collection_product (collection_id, product_id, position) SELECT 2, 100 + n, 41 - n FROM generate_series(1, 40) n;
INSERT INTO collection_product (collection_id, product_id, position) SELECT 4, 100 + n, n FROM generate_series(1, 40) n;
INSERT INTO featured_product (product_id, market_id, category_id, position) VALUES (2, NULL, NULL, 1), (1, 1, NULL, 2), (8, 2, NULL, 0), (104, NULL, 3, 1);

INSERT INTO attribute_definition (id, created_at, updated_at, code, name, type, unit, facet) VALUES
 (1, '2026-01-01Z', '2026-01-01Z', 'material', 'Material', 'choice', '', true),
 (2, '2026-01-01Z', '2026-01-01Z', 'height', 'Height', 'measurement', 'cm', true),
 (3, '2026-01-01Z', '2026-01-01Z', 'secret', 'Secret', 'text', '', false),
 (4, '2026-01-01Z', '2026-01-01Z', 'dimmable', 'Dimmable', 'boolean', '', true);
INSERT INTO product_attribute (product_id, definition_id, text_value) VALUES (1, 1, 'Wool'), (1, 3, 'hush');
INSERT INTO product_attribute (product_id, definition_id, text_value) SELECT 100 + n, 1, (ARRAY['Brass', 'Steel', 'steel'])[1 + n % 3] FROM generate_series(1, 40) n;
INSERT INTO product_attribute (product_id, definition_id, number_milli) SELECT 100 + n, 2, 12500 + 1000 * (n % 5) FROM generate_series(1, 40, 2) n;
INSERT INTO product_attribute (product_id, definition_id, bool_value) SELECT 100 + n, 4, n % 2 = 0 FROM generate_series(1, 40, 3) n;

INSERT INTO metafield (id, created_at, updated_at, owner_kind, owner_id, namespace, key, type, value, visibility) VALUES
 (1, '2026-01-01Z', '2026-01-01Z', 'product', 1, 'custom', 'care', 'single_line_text_field', 'Hand wash', 'public'),
 (2, '2026-01-01Z', '2026-01-01Z', 'product', 1, 'custom', 'cost_note', 'single_line_text_field', 'cheap', 'staff'),
 (3, '2026-01-01Z', '2026-01-01Z', 'variant', 1, 'facts', 'origin', 'single_line_text_field', 'Bremen', 'public'),
 (4, '2026-01-01Z', '2026-01-01Z', 'collection', 1, 'custom', 'banner', 'single_line_text_field', 'Ahoy', 'public');
INSERT INTO translation (owner_kind, owner_id, language, field, value, updated_at) VALUES
 ('product', 1, 'de', 'title', 'Matrosenmütze', '2026-01-01Z'), ('product_option', 1, 'de', 'name', 'Größe', '2026-01-01Z'),
 ('product_option_value', 5, 'de', 'name', 'Gestreift', '2026-01-01Z'), ('collection', 1, 'de', 'title', 'Das Meer', '2026-01-01Z'),
 ('category', 2, 'de', 'title', 'Hüte', '2026-01-01Z'), ('metafield', 1, 'de', 'value', 'Handwäsche', '2026-01-01Z');

INSERT INTO page (id, created_at, updated_at, handle, title, body_html, published_at) VALUES
 (1, '2026-01-01Z', '2026-01-02Z', 'about', 'About the cap makers', '<p>We make caps.</p>', '2026-01-01Z'),
 (2, '2026-01-01Z', '2026-01-02Z', 'hidden', 'Hidden cap page', '<p>Not yet.</p>', NULL);
INSERT INTO blog (id, created_at, updated_at, handle, title) VALUES (1, '2026-01-01Z', '2026-01-02Z', 'news', 'News');
INSERT INTO article (id, created_at, updated_at, blog_id, handle, title, body_html, author_name, published_at) VALUES
 (1, '2026-01-01Z', '2026-01-02Z', 1, 'first-cap', 'The first cap', '<p>Long ago.</p>', 'Ann', '2026-01-01Z');
INSERT INTO shop_policy (created_at, updated_at, kind, title, body_html) VALUES ('2026-01-01Z', '2026-01-01Z', 'privacy', 'Privacy', '<p>We keep little.</p>');
INSERT INTO url_redirect (created_at, updated_at, path, target) VALUES ('2026-01-01Z', '2026-01-01Z', '/old', '/products/cap');
INSERT INTO menu (id, created_at, updated_at, handle, title) VALUES (1, '2026-01-01Z', '2026-01-01Z', 'main-menu', 'Main');
INSERT INTO menu_item (menu_id, title, type, resource_id, url, position) VALUES (1, 'The Sea', 'collection', 1, '', 1), (1, 'Catalogue', 'catalog', NULL, '', 2);
