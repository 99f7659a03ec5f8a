package main

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// floor answers the same data from hand-written SQL: one batch a request,
// straight into structs and JSON. It knows nothing of markets, languages,
// publication rules or paging: it is what a read costs at least.
type floor struct{ pool *pgxpool.Pool }

func serveFloor(ctx context.Context, database, address string) error {
	config, err := pgxpool.ParseConfig(database)
	if err != nil {
		return err
	}
	config.MaxConns = 20
	// As the shop has it: planning anew at each request is no part of a floor.
	config.ConnConfig.RuntimeParams["plan_cache_mode"] = "force_generic_plan"
	config.ConnConfig.RuntimeParams["jit"] = "off"
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return err
	}
	defer pool.Close()
	f := floor{pool}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("GET /list", answer(f.list))
	mux.HandleFunc("GET /search", answer(f.search))
	mux.HandleFunc("GET /page", answer(f.page))
	server := &http.Server{Addr: address, Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	go func() {
		<-ctx.Done()
		_ = server.Close()
	}()
	if err := server.ListenAndServe(); err != http.ErrServerClosed {
		return err
	}
	return nil
}

func answer(read func(*http.Request) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		data, err := read(r)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{"data": data})
	}
}

type floorMoney struct {
	Amount       string `json:"amount"`
	CurrencyCode string `json:"currencyCode"`
}

type floorImage struct {
	URL     *string `json:"url"`
	AltText *string `json:"altText"`
	Width   *int    `json:"width"`
	Height  *int    `json:"height"`
}

type floorCard struct {
	ID               string                `json:"id"`
	Handle           string                `json:"handle"`
	Title            string                `json:"title"`
	Vendor           string                `json:"vendor"`
	AvailableForSale bool                  `json:"availableForSale"`
	FeaturedImage    *floorImage           `json:"featuredImage"`
	PriceRange       map[string]floorMoney `json:"priceRange"`
}

const floorCardSQL = `
	SELECT p.id, p.handle, p.title, p.vendor, COALESCE(m.origin_url, m.storage_key), m.alt, m.width, m.height,
		r.min_amount, r.max_amount, l.currency,
		EXISTS (SELECT FROM variant v LEFT JOIN stock_level s ON s.variant_id = v.id
			WHERE v.product_id = p.id AND (NOT v.tracked OR v.backorder OR s.on_hand - s.taken - s.safety > 0)),
		page.total
	FROM page JOIN product p USING (id)
	JOIN price_list l ON l.base
	LEFT JOIN price_range r ON r.product_id = p.id AND r.price_list_id = l.id
	LEFT JOIN LATERAL (SELECT media_id FROM product_media WHERE product_id = p.id ORDER BY position LIMIT 1) pm ON true
	LEFT JOIN media_asset m ON m.id = pm.media_id
	ORDER BY page.rank`

const floorListSQL = `WITH page AS (
		SELECT id, row_number() OVER (ORDER BY title, id) AS rank, 0 AS total FROM (
			SELECT id, title FROM product WHERE status = 'active' ORDER BY title, id LIMIT 24) x)` + floorCardSQL

// floorSearchSQL finds what the shop's search finds - words in texts, tags,
// option values, article numbers and bar codes - and puts what can be bought
// first: stock is looked at in the order of relevance until the page is full.
const floorSearchSQL = `WITH found AS (
		SELECT id, sum(bonus) AS bonus FROM (
			SELECT id, 0 AS bonus FROM product WHERE raw_search @@ (plainto_tsquery('simple', $1) || plainto_tsquery('english', $1))
			UNION ALL SELECT product_id, 1 FROM product_tag WHERE lower(tag) = $1
			UNION ALL SELECT o.product_id, 1 FROM product_option_value c JOIN product_option o ON o.id = c.option_id WHERE lower(c.name) = $1
			UNION ALL SELECT product_id, 4 FROM variant WHERE sku IS NOT NULL AND lower(sku) = $1
			UNION ALL SELECT product_id, 4 FROM variant WHERE barcode = $1) f GROUP BY id),
	hit AS MATERIALIZED (
		SELECT id, bonus + ts_rank('{0.05,0.2,0.4,1.0}', raw_search, plainto_tsquery('simple', $1) || plainto_tsquery('english', $1)) AS score
		FROM found JOIN product USING (id) WHERE status = 'active'),
	page AS (SELECT id, row_number() OVER () AS rank, (SELECT count(*) FROM hit) AS total FROM (
		(SELECT id FROM (SELECT * FROM hit ORDER BY score DESC, id OFFSET 0) h WHERE ` + floorBuyable + ` = 1 LIMIT 24)
		UNION ALL (SELECT id FROM (SELECT * FROM hit ORDER BY score DESC, id OFFSET 0) h WHERE ` + floorBuyable + ` = 0 LIMIT 24)
		LIMIT 24) x)` + floorCardSQL

const floorBuyable = `CASE WHEN EXISTS (SELECT FROM variant v LEFT JOIN stock_level s ON s.variant_id = v.id
		WHERE v.product_id = h.id AND (NOT v.tracked OR v.backorder OR s.on_hand - s.taken - s.safety > 0)) THEN 1 ELSE 0 END`

// readCards reads cards, and how many there are in all.
func readCards(rows pgx.Rows) (out []floorCard, total int, err error) {
	for rows.Next() {
		var c floorCard
		var id int64
		var img floorImage
		var least, most *int64
		var currency string
		if err := rows.Scan(&id, &c.Handle, &c.Title, &c.Vendor, &img.URL, &img.AltText, &img.Width, &img.Height,
			&least, &most, &currency, &c.AvailableForSale, &total); err != nil {
			return nil, 0, err
		}
		c.ID = "gid://souk/Product/" + strconv.FormatInt(id, 10)
		if img.URL != nil {
			c.FeaturedImage = &img
		}
		c.PriceRange = map[string]floorMoney{"minVariantPrice": amount(least, currency), "maxVariantPrice": amount(most, currency)}
		out = append(out, c)
	}
	return out, total, rows.Err()
}

func amount(minor *int64, currency string) floorMoney {
	if minor == nil {
		return floorMoney{"0.0", currency}
	}
	return floorMoney{strconv.FormatInt(*minor/100, 10) + "." + strconv.FormatInt(*minor%100+100, 10)[1:], currency}
}

func (f floor) list(r *http.Request) (any, error) {
	rows, err := f.pool.Query(r.Context(), floorListSQL)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	cards, _, err := readCards(rows)
	return cards, err
}

func (f floor) search(r *http.Request) (any, error) {
	rows, err := f.pool.Query(r.Context(), floorSearchSQL, r.URL.Query().Get("q"))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	cards, total, err := readCards(rows)
	return map[string]any{"totalCount": total, "nodes": cards}, err
}
