-- The books of a shop with as many variants as souk.variants says at two
-- locations, and as many orders as souk.orders says, with half as many checkouts
-- again that were given up: one variant is sold far more than the others, every
-- twentieth order is a bundle, and there are transfers and purchase orders. All
-- of it is right: the doctor finds nothing.

INSERT INTO market (id, created_at, updated_at, handle, name, currency, is_default) VALUES (1, now(), now(), 'us', 'United States', 'USD', true);
INSERT INTO location (id, created_at, updated_at, handle, name, kind, is_default, priority)
VALUES (1, now(), now(), 'main', 'Main', 'warehouse', true, 0), (2, now(), now(), 'other', 'Other', 'warehouse', false, 1),
    (3, now(), now(), 'maker', 'Maker', 'supplier', false, 2);
INSERT INTO product (id, created_at, updated_at, handle, title)
SELECT n, now() - interval '200 days', now() - interval '200 days', 'p-' || n, 'Product ' || n FROM generate_series(1, current_setting('souk.variants')::int + 1) n;
INSERT INTO variant (id, created_at, updated_at, product_id, position, title, option_key)
SELECT n, now() - interval '200 days', now() - interval '200 days', n, 0, 'Default', '' FROM generate_series(1, current_setting('souk.variants')::int + 1) n;

-- what happened: deal n is a checkout with one line, of the bundle (the last
-- variant: one piece of another and two of the next) or of one variant
CREATE TEMP TABLE deal AS
SELECT n AS id, n % 3 <> 0 AS bought, n % 20 = 1 AS bundle, CASE WHEN n % 10 = 0 THEN 1 ELSE 1 + (n::bigint * 7919) % (current_setting('souk.variants')::int - 1) END AS variant,
    current_setting('souk.variants')::int + 1 AS bundled,
    1 + n % 2 AS place, 1 + n % 2 AS quantity, now() - interval '180 days' + n * interval '180 days' / (current_setting('souk.orders')::int * 1.6) AS at
FROM generate_series(1, current_setting('souk.orders')::int * 3 / 2) n;
CREATE TEMP TABLE want AS
SELECT id AS deal, variant, place, quantity, bought, at FROM deal WHERE NOT bundle
UNION ALL SELECT id, variant, place, quantity, bought, at FROM deal WHERE bundle
UNION ALL SELECT id, variant + 1, place, quantity * 2, bought, at FROM deal WHERE bundle;

INSERT INTO cart (id, created_at, updated_at, market_id, choices, expires_at, attributes, codes, preferences, metafields, country, language, currency, state)
SELECT id, at, at, 1, '{}', at + interval '30 days', '[]', '[]', '{}', '[]', 'US', 'en', 'USD', CASE WHEN bought THEN 'completed' ELSE 'expired' END FROM deal;
INSERT INTO checkout (id, created_at, updated_at, market_id, cart_id, cart_version, expires_at, attributes, codes, choices, country, language, currency,
    state, order_id, ended_at)
SELECT id, at, at, 1, id, 1, at + interval '1 day', '[]', '[]', '{}', 'US', 'en', 'USD',
    CASE WHEN bought THEN 'completed' ELSE 'expired' END, CASE WHEN bought THEN id END, at + interval '20 minutes' FROM deal;
INSERT INTO checkout_line (id, checkout_id, cart_line_id, variant_id, quantity, attributes, title, position, components)
SELECT id, id, id, CASE WHEN bundle THEN bundled ELSE variant END, quantity, '[]', 'Goods', 0,
    CASE WHEN bundle THEN jsonb_build_array(jsonb_build_object('variant', variant, 'quantity', 1), jsonb_build_object('variant', variant + 1, 'quantity', 2)) END
FROM deal;
INSERT INTO sales_order (id, number, created_at, updated_at, placed_at, state, checkout_id, market_id, market, country, language, currency, email, attributes,
    subtotal, discount, delivery, tax, total, tax_included, quote_hash)
SELECT id, 1000 + id, at, at, at + interval '10 minutes', 'confirmed', id, 1, 'us', 'US', 'en', 'USD', 'buyer@shop.example', '[]',
    1000 * quantity, 0, 0, 0, 1000 * quantity, false, '' FROM deal WHERE bought;
INSERT INTO order_line (id, order_id, position, variant_id, product_id, title, variant_title, quantity, unit_price, subtotal, discount, tax, total,
    taxable, requires_shipping, weight_grams, attributes)
SELECT id, id, 0, CASE WHEN bundle THEN bundled ELSE variant END, CASE WHEN bundle THEN bundled ELSE variant END, 'Goods', '', quantity, 1000, 1000 * quantity, 0, 0,
    1000 * quantity, true, true, 100, '[]' FROM deal WHERE bought;
INSERT INTO order_line_component (line_id, position, variant_id, product_id, title, variant_title, quantity, requires_shipping, weight_grams)
SELECT id, p, variant + p, variant + p, 'Part', '', p + 1, true, 100 FROM deal, generate_series(0, 1) p WHERE bought AND bundle;
INSERT INTO reservation (checkout_id, line_id, variant_id, location_id, quantity, state, expires_at, ended_at, created_at, updated_at)
SELECT deal, deal, variant, place, quantity, CASE WHEN bought THEN 'consumed' ELSE 'expired' END, at + interval '15 minutes', at + interval '15 minutes', at, at
FROM want ORDER BY deal;

INSERT INTO stock_transfer (id, created_at, updated_at, from_location_id, to_location_id, state, shipped_at, ended_at)
SELECT n, now(), now(), 1, 2, CASE WHEN n % 2 = 0 THEN 'received' ELSE 'in_transit' END, now() - interval '9 days', CASE WHEN n % 2 = 0 THEN now() - interval '8 days' END
FROM generate_series(1, current_setting('souk.variants')::int / 10) n;
INSERT INTO stock_transfer_line (transfer_id, variant_id, quantity, shipped, received, lost)
SELECT n, n, 10, 10, CASE WHEN n % 2 = 0 THEN 9 ELSE 0 END, CASE WHEN n % 2 = 0 THEN 1 ELSE 0 END FROM generate_series(1, current_setting('souk.variants')::int / 10) n;
INSERT INTO purchase_order (id, created_at, updated_at, supplier_id, location_id, state, currency, ordered_at)
SELECT n, now(), now(), 3, 1, 'ordered', 'USD', now() - interval '7 days' FROM generate_series(1, current_setting('souk.variants')::int / 10) n;
INSERT INTO purchase_order_line (purchase_order_id, variant_id, quantity, received) SELECT n, n, 50, 20 FROM generate_series(1, current_setting('souk.variants')::int / 10) n;

-- the ledger, in the order of time
INSERT INTO stock_movement (variant_id, location_id, kind, on_hand_delta, taken_delta, incoming_delta, safety_delta, reason, reference_kind, reference_id, actor_kind, at)
SELECT variant, place, kind, on_hand, taken, incoming, safety, reason, reference, number, 'system', at FROM (
    SELECT n AS variant, p AS place, 'count' AS kind, 1000000 AS on_hand, 0 AS taken, 0 AS incoming, 2 AS safety, 'opening' AS reason,
        '' AS reference, 0 AS number, now() - interval '190 days' AS at, 0 AS step FROM generate_series(1, current_setting('souk.variants')::int) n, generate_series(1, 2) p
    UNION ALL SELECT variant, place, 'reserve', 0, quantity, 0, 0, '', 'checkout', deal, at, 1 FROM want
    UNION ALL SELECT variant, place, 'allocate', 0, 0, 0, 0, '', 'checkout', deal, at + interval '10 minutes', 2 FROM want WHERE bought
    UNION ALL SELECT variant, place, 'expire', 0, -quantity, 0, 0, '', 'checkout', deal, at + interval '15 minutes', 2 FROM want WHERE NOT bought
    UNION ALL SELECT n, 1, 'reserve', 0, 10, 0, 0, '', 'transfer', n, now() - interval '10 days', 0 FROM generate_series(1, current_setting('souk.variants')::int / 10) n
    UNION ALL SELECT n, 1, 'transfer', -10, -10, 0, 0, '', 'transfer', n, now() - interval '9 days', 0 FROM generate_series(1, current_setting('souk.variants')::int / 10) n
    UNION ALL SELECT n, 2, 'transfer', 0, 0, 10, 0, '', 'transfer', n, now() - interval '9 days', 1 FROM generate_series(1, current_setting('souk.variants')::int / 10) n
    UNION ALL SELECT n, 2, 'transfer', 9, 0, -9, 0, '', 'transfer', n, now() - interval '8 days', 1 FROM generate_series(2, current_setting('souk.variants')::int / 10, 2) n
    UNION ALL SELECT n, 2, 'write_off', 0, 0, -1, 0, '', 'transfer', n, now() - interval '8 days', 2 FROM generate_series(2, current_setting('souk.variants')::int / 10, 2) n
    UNION ALL SELECT n, 1, 'adjust', 0, 0, 50, 0, '', 'purchase_order', n, now() - interval '7 days', 0 FROM generate_series(1, current_setting('souk.variants')::int / 10) n
    UNION ALL SELECT n, 1, 'receive', 20, 0, -20, 0, '', 'purchase_order', n, now() - interval '6 days', 0 FROM generate_series(1, current_setting('souk.variants')::int / 10) n
) m ORDER BY at, step;

INSERT INTO stock_level (variant_id, location_id, on_hand, taken, incoming, safety, version, updated_at)
SELECT variant_id, location_id, sum(on_hand_delta), sum(taken_delta), sum(incoming_delta), sum(safety_delta), count(*), max(at)
FROM stock_movement GROUP BY variant_id, location_id;
DROP TABLE want, deal;
