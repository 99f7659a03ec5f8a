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
			WHERE v.product_id = p.id AND (NOT v.tracked OR v.backorder OR s.on_hand - s.taken - s.safety > 0))
	FROM page JOIN product p USING (id)
	JOIN price_list l ON l.base
	LEFT JOIN price_range r ON r.product_id = p.id AND r.price_list_id = l.id
	LEFT JOIN LATERAL (SELECT media_id FROM product_media WHERE product_id = p.id ORDER BY position LIMIT 1) pm ON true
	LEFT JOIN media_asset m ON m.id = pm.media_id
	ORDER BY page.rank`

const floorListSQL = `WITH page AS (
		SELECT id, row_number() OVER (ORDER BY title, id) AS rank FROM (
			SELECT id, title FROM product WHERE status = 'active' ORDER BY title, id LIMIT $1) x)` + floorCardSQL

// floorSearchSQL puts what can be bought first, as the shop's search does: the
// stock of every hit is looked at.
const floorSearchSQL = `WITH hit AS (
		SELECT id, ts_rank(raw_search, q) AS score,
			EXISTS (SELECT FROM variant v LEFT JOIN stock_level s ON s.variant_id = v.id
				WHERE v.product_id = product.id AND (NOT v.tracked OR v.backorder OR s.on_hand - s.taken - s.safety > 0)) AS buyable
		FROM product, plainto_tsquery('simple', $2) q
		WHERE raw_search @@ q AND status = 'active'),
	page AS (
		SELECT id, row_number() OVER (ORDER BY buyable DESC, score DESC, id) AS rank FROM (
			SELECT id, score, buyable FROM hit ORDER BY buyable DESC, score DESC, id LIMIT $1) x)` + floorCardSQL

func readCards(rows pgx.Rows) ([]floorCard, error) {
	var out []floorCard
	for rows.Next() {
		var c floorCard
		var id int64
		var img floorImage
		var least, most *int64
		var currency string
		if err := rows.Scan(&id, &c.Handle, &c.Title, &c.Vendor, &img.URL, &img.AltText, &img.Width, &img.Height,
			&least, &most, &currency, &c.AvailableForSale); err != nil {
			return nil, err
		}
		c.ID = "gid://souk/Product/" + strconv.FormatInt(id, 10)
		if img.URL != nil {
			c.FeaturedImage = &img
		}
		c.PriceRange = map[string]floorMoney{"minVariantPrice": amount(least, currency), "maxVariantPrice": amount(most, currency)}
		out = append(out, c)
	}
	return out, rows.Err()
}

func amount(minor *int64, currency string) floorMoney {
	if minor == nil {
		return floorMoney{"0.0", currency}
	}
	return floorMoney{strconv.FormatInt(*minor/100, 10) + "." + strconv.FormatInt(*minor%100+100, 10)[1:], currency}
}

func (f floor) list(r *http.Request) (any, error) {
	rows, err := f.pool.Query(r.Context(), floorListSQL, limit(r))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	return readCards(rows)
}

func limit(r *http.Request) int {
	n, err := strconv.Atoi(r.URL.Query().Get("n"))
	if err != nil || n < 1 || n > 250 {
		return pageSize
	}
	return n
}

func (f floor) search(r *http.Request) (any, error) {
	word := r.URL.Query().Get("q")
	batch := &pgx.Batch{}
	batch.Queue(floorSearchSQL, limit(r), word)
	batch.Queue(`SELECT count(*) FROM product, plainto_tsquery('simple', $1) q WHERE raw_search @@ q AND status = 'active'`, word)
	results := f.pool.SendBatch(r.Context(), batch)
	defer results.Close()
	rows, err := results.Query()
	if err != nil {
		return nil, err
	}
	cards, err := readCards(rows)
	if err != nil {
		return nil, err
	}
	var total int
	err = results.QueryRow().Scan(&total)
	return map[string]any{"totalCount": total, "nodes": cards}, err
}
