package main

import (
	"net/http"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
)

type floorOption struct {
	ID     string             `json:"id"`
	Name   string             `json:"name"`
	Values []floorOptionValue `json:"optionValues"`
}

type floorOptionValue struct {
	ID     string  `json:"id"`
	Name   string  `json:"name"`
	Swatch *string `json:"swatch"`
}

type floorVariant struct {
	ID        string            `json:"id"`
	Title     string            `json:"title"`
	SKU       *string           `json:"sku"`
	Available bool              `json:"availableForSale"`
	Price     floorMoney        `json:"price"`
	CompareAt *floorMoney       `json:"compareAtPrice"`
	Options   map[string]string `json:"selectedOptions"`
}

type floorPage struct {
	floorCard
	DescriptionHTML string         `json:"descriptionHtml"`
	ProductType     string         `json:"productType"`
	UpdatedAt       time.Time      `json:"updatedAt"`
	SEOTitle        string         `json:"seoTitle"`
	SEODescription  string         `json:"seoDescription"`
	Tags            []string       `json:"tags"`
	Options         []*floorOption `json:"options"`
	Images          []floorImage   `json:"images"`
	Variants        []floorVariant `json:"variants"`
}

// pageSQL are the statements of one product page, each by the handle.
var pageSQL = []string{
	`WITH page AS (SELECT id, 1 AS rank, 1 AS total FROM product WHERE handle = $1)` + floorCardSQL,
	`SELECT description_html, product_type, updated_at, seo_title, seo_description FROM product WHERE handle = $1`,
	`SELECT tag FROM product_tag t JOIN product p ON p.id = t.product_id WHERE p.handle = $1 ORDER BY t.position`,
	`SELECT o.id, o.name, v.id, v.name, v.swatch_color FROM product p JOIN product_option o ON o.product_id = p.id
		JOIN product_option_value v ON v.option_id = o.id WHERE p.handle = $1 ORDER BY o.position, v.position`,
	`SELECT COALESCE(m.origin_url, m.storage_key), m.alt, m.width, m.height FROM product p
		JOIN product_media pm ON pm.product_id = p.id JOIN media_asset m ON m.id = pm.media_id
		WHERE p.handle = $1 ORDER BY pm.position LIMIT 20`,
	`SELECT v.id, v.title, v.sku, NOT v.tracked OR v.backorder OR COALESCE(s.available, 0) > 0,
			c.amount, c.compare_at, l.currency
		FROM product p JOIN variant v ON v.product_id = p.id JOIN price_list l ON l.base
		LEFT JOIN price c ON c.variant_id = v.id AND c.price_list_id = l.id AND c.min_quantity = 1
		LEFT JOIN LATERAL (SELECT sum(on_hand - taken - safety) AS available FROM stock_level WHERE variant_id = v.id) s
			ON true
		WHERE p.handle = $1 ORDER BY v.position LIMIT 100`,
	`SELECT x.variant_id, o.name, ov.name FROM product p JOIN product_option o ON o.product_id = p.id
		JOIN variant_option_value x ON x.option_id = o.id JOIN product_option_value ov ON ov.id = x.value_id
		WHERE p.handle = $1`,
}

func (f floor) page(r *http.Request) (any, error) {
	handle := r.URL.Query().Get("handle")
	batch := &pgx.Batch{}
	for _, sql := range pageSQL {
		batch.Queue(sql, handle)
	}
	results := f.pool.SendBatch(r.Context(), batch)
	defer results.Close()
	var page floorPage
	for _, read := range []func(pgx.Rows) error{page.card, page.texts, page.tags, page.options, page.images, page.variants, page.selected} {
		rows, err := results.Query()
		if err != nil {
			return nil, err
		}
		if err := read(rows); err != nil {
			return nil, err
		}
		rows.Close()
		if err := rows.Err(); err != nil {
			return nil, err
		}
	}
	return page, nil
}

func (p *floorPage) card(rows pgx.Rows) error {
	cards, _, err := readCards(rows)
	if err == nil && len(cards) == 1 {
		p.floorCard = cards[0]
	}
	return err
}

func (p *floorPage) texts(rows pgx.Rows) error {
	for rows.Next() {
		if err := rows.Scan(&p.DescriptionHTML, &p.ProductType, &p.UpdatedAt, &p.SEOTitle, &p.SEODescription); err != nil {
			return err
		}
	}
	return nil
}

func (p *floorPage) tags(rows pgx.Rows) error {
	for rows.Next() {
		var tag string
		if err := rows.Scan(&tag); err != nil {
			return err
		}
		p.Tags = append(p.Tags, tag)
	}
	return nil
}

func (p *floorPage) options(rows pgx.Rows) error {
	for rows.Next() {
		var option, value int64
		var name string
		var v floorOptionValue
		if err := rows.Scan(&option, &name, &value, &v.Name, &v.Swatch); err != nil {
			return err
		}
		id := "gid://souk/ProductOption/" + strconv.FormatInt(option, 10)
		if n := len(p.Options); n == 0 || p.Options[n-1].ID != id {
			p.Options = append(p.Options, &floorOption{ID: id, Name: name})
		}
		v.ID = "gid://souk/ProductOptionValue/" + strconv.FormatInt(value, 10)
		last := p.Options[len(p.Options)-1]
		last.Values = append(last.Values, v)
	}
	return nil
}

func (p *floorPage) images(rows pgx.Rows) error {
	for rows.Next() {
		var i floorImage
		if err := rows.Scan(&i.URL, &i.AltText, &i.Width, &i.Height); err != nil {
			return err
		}
		p.Images = append(p.Images, i)
	}
	return nil
}

func (p *floorPage) variants(rows pgx.Rows) error {
	for rows.Next() {
		var v floorVariant
		var id int64
		var price, compare *int64
		var currency string
		if err := rows.Scan(&id, &v.Title, &v.SKU, &v.Available, &price, &compare, &currency); err != nil {
			return err
		}
		v.ID = "gid://souk/ProductVariant/" + strconv.FormatInt(id, 10)
		v.Price = amount(price, currency)
		if compare != nil {
			c := amount(compare, currency)
			v.CompareAt = &c
		}
		v.Options = map[string]string{}
		p.Variants = append(p.Variants, v)
	}
	return nil
}

func (p *floorPage) selected(rows pgx.Rows) error {
	at := make(map[string]int, len(p.Variants))
	for i, v := range p.Variants {
		at[v.ID] = i
	}
	for rows.Next() {
		var id int64
		var name, value string
		if err := rows.Scan(&id, &name, &value); err != nil {
			return err
		}
		if i, ok := at["gid://souk/ProductVariant/"+strconv.FormatInt(id, 10)]; ok {
			p.Variants[i].Options[name] = value
		}
	}
	return nil
}
