package catalog

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/platform/keyset"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// literal takes the meaning from the characters that LIKE knows.
func literal(text string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(text)
}

// VariantBySKU gives the variant with exactly this SKU.
func (s *Service) VariantBySKU(ctx context.Context, sku string) (Variant, error) {
	var id int64
	err := s.db.Conn(ctx).QueryRow(ctx, `SELECT COALESCE(max(id), 0) FROM variant WHERE sku = $1`, sku).Scan(&id)
	if err != nil {
		return Variant{}, fmt.Errorf("find SKU: %w", postgres.Fault(err))
	}
	return s.VariantByID(ctx, VariantID(id))
}

// ListVariants gives one page of variants.
func (s *Service) ListVariants(ctx context.Context, f VariantFilter, sort VariantSort, args page.Args) (page.Slice[Variant], error) {
	w, err := args.Window(pageSize, maxPage)
	if err != nil {
		return page.Slice[Variant]{}, err
	}
	order, err := f.order(sort)
	if err != nil {
		return page.Slice[Variant]{}, err
	}
	ids, err := f.query().Page(ctx, s.db.Conn(ctx), w, order)
	if err != nil {
		return page.Slice[Variant]{}, err
	}
	found, err := s.VariantsByIDs(ctx, keyset.IDs[VariantID](ids))
	return keyset.Fill(ids, found), err
}

// CountVariants tells how long the list is.
func (s *Service) CountVariants(ctx context.Context, f VariantFilter) (int64, error) {
	return f.query().Count(ctx, s.db.Conn(ctx))
}

func (f VariantFilter) order(sort VariantSort) (keyset.Order, error) {
	switch sort {
	case VariantsByPosition, "":
		if f.Product != 0 {
			return keyset.Order{Expr: "v.position", Type: "bigint", ID: "v.id"}, nil
		}
		fallthrough
	case VariantsByID:
		return keyset.Order{Expr: "v.id", Type: "bigint", ID: "v.id"}, nil
	case VariantsBySKU:
		return keyset.Order{Expr: "COALESCE(v.sku, '')", Type: "text", ID: "v.id"}, nil
	case VariantsByTitle:
		return keyset.Order{Expr: "v.title", Type: "text", ID: "v.id"}, nil
	case VariantsByUpdate:
		return keyset.Order{Expr: "v.updated_at", Type: "timestamptz", ID: "v.id"}, nil
	}
	return keyset.Order{}, invalid(string(sort), "sort")
}

func (f VariantFilter) query() *keyset.Query {
	q := keyset.From("variant v")
	if f.Product != 0 {
		q.Where("v.product_id = ?", int64(f.Product))
	}
	if f.SKU != "" {
		q.Where("lower(v.sku) LIKE lower(?) || '%'", literal(f.SKU))
	}
	if f.Barcode != "" {
		q.Where("v.barcode = ?", f.Barcode)
	}
	if f.Text != "" {
		q.Where(`(v.title ILIKE '%' || ? || '%' OR lower(v.sku) LIKE lower(?) || '%' OR v.barcode = ?)`,
			literal(f.Text), literal(f.Text), f.Text)
	}
	return q
}

// VariantPages gives the same page of the variants of several products, in
// three statements. A cursor belongs to one product, so it is given for one.
func (s *Service) VariantPages(ctx context.Context, products []ProductID, args page.Args) (map[ProductID]page.Slice[Variant], error) {
	w, err := args.Window(pageSize, maxPage)
	if err != nil {
		return nil, err
	}
	places, err := s.variantPlaces(ctx, products, w)
	if err != nil {
		return nil, err
	}
	var ids []VariantID
	for _, list := range places {
		for _, p := range list {
			ids = append(ids, p.id)
		}
	}
	found, err := s.VariantsByIDs(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make(map[ProductID]page.Slice[Variant], len(products))
	for _, id := range products {
		cut := page.Cut(places[id], w, variantPlace.cursor)
		slice := page.Slice[Variant]{Info: cut.Info, Cursors: cut.Cursors, Items: make([]Variant, 0, len(cut.Items))}
		for _, p := range cut.Items {
			slice.Items = append(slice.Items, found[p.id])
		}
		out[id] = slice
	}
	return out, nil
}

// variantPlace is where a variant stands among its siblings.
type variantPlace struct {
	id       VariantID
	position int64
}

func (p variantPlace) cursor() string { return page.Encode(p.position, int64(p.id)) }

func (s *Service) variantPlaces(ctx context.Context, products []ProductID, w page.Window) (map[ProductID][]variantPlace, error) {
	direction, compare := "ASC", ">"
	if w.Descending() {
		direction, compare = "DESC", "<"
	}
	var position, id *int64
	if w.Cursor != "" {
		if err := page.Decode(w.Cursor, &position, &id); err != nil {
			return nil, err
		}
	}
	rows, err := s.db.Conn(ctx).Query(ctx, `
		SELECT p.id, v.id, v.position FROM unnest($1::bigint[]) AS p(id)
		CROSS JOIN LATERAL (
			SELECT id, position FROM variant
			WHERE product_id = p.id AND ($2::bigint IS NULL OR (position, id) `+compare+` ($2, $3))
			ORDER BY position `+direction+`, id `+direction+` LIMIT $4
		) v`, raw(products), position, id, w.Limit+1)
	if err != nil {
		return nil, fmt.Errorf("read variants: %w", postgres.Fault(err))
	}
	defer rows.Close()
	out := map[ProductID][]variantPlace{}
	for rows.Next() {
		var product ProductID
		var p variantPlace
		if err := rows.Scan(&product, &p.id, &p.position); err != nil {
			return nil, fmt.Errorf("read variants: %w", err)
		}
		out[product] = append(out[product], p)
	}
	return out, postgres.Fault(rows.Err())
}

// RefsOfVariants says which products variants belong to; those that do not
// exist are left out. The order is by id.
func (s *Service) RefsOfVariants(ctx context.Context, ids []VariantID) ([]VariantRef, error) {
	return s.refs(ctx, `SELECT id, product_id FROM variant WHERE id = ANY($1) ORDER BY id`, raw(ids))
}

// HoldVariants is RefsOfVariants that keeps the variants from being deleted
// until the transaction ends. Whoever writes rows about variants holds them
// before taking locks of its own: deletion takes the variants first, too.
func (s *Service) HoldVariants(ctx context.Context, ids []VariantID) ([]VariantRef, error) {
	return s.refs(ctx, `SELECT id, product_id FROM variant WHERE id = ANY($1) ORDER BY id FOR KEY SHARE`, raw(ids))
}

// RefsOfProducts gives all variants of products, ordered by id.
func (s *Service) RefsOfProducts(ctx context.Context, ids []ProductID) ([]VariantRef, error) {
	return s.refs(ctx, `SELECT id, product_id FROM variant WHERE product_id = ANY($1) ORDER BY id`, raw(ids))
}

// RefsAfter gives up to limit products' variants, product by product: those of
// the products that follow one in the order of ids. An empty answer is the end.
func (s *Service) RefsAfter(ctx context.Context, after ProductID, limit int) ([]VariantRef, error) {
	return s.refs(ctx, `
		SELECT v.id, v.product_id FROM (SELECT id FROM product WHERE id > $1 ORDER BY id LIMIT $2) p
		JOIN variant v ON v.product_id = p.id ORDER BY v.product_id, v.id`, int64(after), limit)
}

func (s *Service) refs(ctx context.Context, sql string, args ...any) ([]VariantRef, error) {
	rows, err := s.db.Conn(ctx).Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("read variants: %w", postgres.Fault(err))
	}
	refs, err := pgx.CollectRows(rows, pgx.RowToStructByPos[VariantRef])
	return refs, postgres.Fault(err)
}
