package main

import (
	"context"
	"fmt"
	"net/url"

	"github.com/jackc/pgx/v5"
)

// sample is what of the catalogue the run asks for.
type sample struct {
	handle string // of a product with many variants
	word   string // that many products have

	database string // its name
}

// pick finds a product with about as many variants as a shirt has, and a word
// that some hundred products share.
func pick(ctx context.Context, database string) (sample, error) {
	conn, err := pgx.Connect(ctx, database)
	if err != nil {
		return sample{}, err
	}
	defer conn.Close(ctx)
	s := sample{database: conn.Config().Database}
	err = conn.QueryRow(ctx, `
		SELECT p.handle FROM product p JOIN variant v ON v.product_id = p.id
		WHERE p.status = 'active' GROUP BY p.id ORDER BY abs(count(*) - 15), p.id LIMIT 1`).Scan(&s.handle)
	if err != nil {
		return s, fmt.Errorf("find a product, import a catalogue first: %w", err)
	}
	err = conn.QueryRow(ctx, `
		SELECT word FROM ts_stat('SELECT to_tsvector(''simple'', title) FROM product WHERE status = ''active''')
		WHERE length(word) > 3 AND word ~ '^[a-z]+$'
		ORDER BY abs(ndoc - 100), word LIMIT 1`).Scan(&s.word)
	return s, err
}

const (
	pageSize = 24 // the floor's statements have it in their text

	card = `id handle title vendor availableForSale
		featuredImage { url altText width height }
		priceRange { minVariantPrice { amount currencyCode } maxVariantPrice { amount currencyCode } }`

	listQuery = `query List($n: Int!) { products(first: $n, sortKey: TITLE) {
		pageInfo { hasNextPage endCursor } nodes { ` + card + ` } } }`

	pageQuery = `query Page($handle: String!) { product(handle: $handle) {
		` + card + ` descriptionHtml productType tags updatedAt seo { title description }
		options { id name optionValues { id name swatch { color } } }
		images(first: 20) { nodes { url altText width height } }
		variants(first: 100) { nodes { id title sku availableForSale price { amount currencyCode }
			compareAtPrice { amount currencyCode } selectedOptions { name value } } } } }`

	searchQuery = `query Search($q: String!, $n: Int!) { search(query: $q, first: $n, types: [PRODUCT]) {
		totalCount nodes { ... on Product { ` + card + ` } } } }`
)

func (s sample) requests() []request {
	return []request{
		{"list of 24", "/list", graphql(listQuery, map[string]any{"n": pageSize})},
		{"product page", "/page?handle=" + url.QueryEscape(s.handle), graphql(pageQuery, map[string]any{"handle": s.handle})},
		{"search", "/search?q=" + url.QueryEscape(s.word), graphql(searchQuery, map[string]any{"q": s.word, "n": pageSize})},
	}
}
