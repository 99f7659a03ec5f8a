-- What carts need besides the shop of the listing's tests: six hundred variants
-- that are never out of stock, 2001 to 2600; 3001, of which six are there, sold by twos from four on;
-- 3002, sent as a file.
INSERT INTO product (id, created_at, updated_at, handle, title, vendor, status, published_at)
SELECT n, '2026-01-02Z', '2026-01-02Z', 'thing-' || n, 'Thing ' || n, 'Anchor', 'active', '2026-01-03Z'
FROM generate_series(2001, 2600) n UNION ALL VALUES
 (3001, timestamptz '2026-01-02Z', timestamptz '2026-01-02Z', 'pairs', 'Pairs', 'Anchor', 'active', timestamptz '2026-01-03Z'),
 (3002, '2026-01-02Z', '2026-01-02Z', 'chart', 'Sea Chart', 'Anchor', 'active', '2026-01-03Z');
INSERT INTO variant (id, created_at, updated_at, product_id, title, position, option_key, tracked, weight_grams, requires_shipping, min_quantity, quantity_step, max_quantity)
SELECT id, '2026-01-02Z', '2026-01-02Z', id, 'Default Title', 1, '', id = 3001, 100, id <> 3002,
 CASE id WHEN 3001 THEN 4 ELSE 1 END, CASE id WHEN 3001 THEN 2 ELSE 1 END, CASE id WHEN 3001 THEN 10 END
FROM product WHERE id BETWEEN 2001 AND 3002;
INSERT INTO price (price_list_id, variant_id, amount, updated_at)
SELECT l, id, 1000, '2026-01-02Z' FROM variant, generate_series(1, 2) l WHERE id BETWEEN 2001 AND 3002;
INSERT INTO stock_level (variant_id, location_id, on_hand, updated_at) VALUES (3001, 1, 7, '2026-01-02Z');
