package catalog

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/ent"
	"github.com/souk-commerce/souk/ent/product"
	"github.com/souk-commerce/souk/internal/catalog/lifecycle"
	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/media"
	"github.com/souk-commerce/souk/internal/platform/keyset"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// pageSize and maxPage bound the lists of this room.
const (
	pageSize = 50
	maxPage  = 250
)

// ProductByID gives one product, whatever its state.
func (s *Service) ProductByID(ctx context.Context, id ProductID) (Product, error) {
	found, err := s.ProductsByIDs(ctx, []ProductID{id})
	if err != nil {
		return Product{}, err
	}
	if p, ok := found[id]; ok {
		return p, nil
	}
	return Product{}, ErrProductNotFound
}

// ProductByHandle gives the product that a handle leads to, also by a former
// handle: compare with the product's own to know whether to redirect.
func (s *Service) ProductByHandle(ctx context.Context, handle string) (Product, error) {
	id, ok, err := s.resolve(ctx, productSlug, handle)
	if err != nil || !ok {
		return Product{}, orNotFound(err, ErrProductNotFound)
	}
	return s.ProductByID(ctx, ProductID(id))
}

func orNotFound(err, missing error) error {
	if err != nil {
		return err
	}
	return missing
}

// ProductsByIDs gives those products that exist, in a fixed number of
// statements.
func (s *Service) ProductsByIDs(ctx context.Context, ids []ProductID) (map[ProductID]Product, error) {
	rows, err := s.db.Ent(ctx).Product.Query().Where(postgres.Any(product.FieldID, ids)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read products: %w", postgres.Fault(err))
	}
	parts, err := s.productParts(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("read products: %w", err)
	}
	out := make(map[ProductID]Product, len(rows))
	for _, r := range rows {
		out[ProductID(r.ID)] = productOf(r, parts)
	}
	return out, nil
}

// ListProducts gives one page of products.
func (s *Service) ListProducts(ctx context.Context, f ProductFilter, sort ProductSort, args page.Args) (page.Slice[Product], error) {
	w, err := args.Window(pageSize, maxPage)
	if err != nil {
		return page.Slice[Product]{}, err
	}
	order, err := f.order(sort)
	if err != nil {
		return page.Slice[Product]{}, err
	}
	ids, err := f.query(sort).Page(ctx, s.db.Conn(ctx), w, order)
	if err != nil {
		return page.Slice[Product]{}, err
	}
	found, err := s.ProductsByIDs(ctx, keyset.IDs[ProductID](ids))
	return keyset.Fill(ids, found), err
}

// CountProducts tells how long the list is.
func (s *Service) CountProducts(ctx context.Context, f ProductFilter) (int64, error) {
	return f.query("").Count(ctx, s.db.Conn(ctx))
}

func (f ProductFilter) order(sort ProductSort) (keyset.Order, error) {
	switch sort {
	case ProductsByCreation, "":
		return keyset.Order{Expr: "p.created_at", Type: "timestamptz", ID: "p.id"}, nil
	case ProductsByUpdate:
		return keyset.Order{Expr: "p.updated_at", Type: "timestamptz", ID: "p.id"}, nil
	case ProductsByPublication:
		return keyset.Order{Expr: "COALESCE(p.published_at, 'infinity')", Type: "timestamptz", ID: "p.id"}, nil
	case ProductsByTitle:
		return keyset.Order{Expr: "p.title", Type: "text", ID: "p.id"}, nil
	case ProductsByVendor:
		return keyset.Order{Expr: "p.vendor", Type: "text", ID: "p.id"}, nil
	case ProductsByType:
		return keyset.Order{Expr: "p.product_type", Type: "text", ID: "p.id"}, nil
	case ProductsByPosition:
		if f.Collection == 0 {
			return keyset.Order{}, required("collection")
		}
		return keyset.Order{Expr: "m.position", Type: "bigint", ID: "p.id"}, nil
	}
	return keyset.Order{}, invalid(string(sort), "sort")
}

func (f ProductFilter) query(sort ProductSort) *keyset.Query {
	from := "product p"
	if sort == ProductsByPosition {
		from = "product p JOIN collection_product m ON m.product_id = p.id"
	}
	q := keyset.From(from)
	if sort == ProductsByPosition {
		q.Where("m.collection_id = ?", int64(f.Collection))
	} else if f.Collection != 0 {
		q.Where("EXISTS (SELECT FROM collection_product m WHERE m.product_id = p.id AND m.collection_id = ?)", int64(f.Collection))
	}
	if len(f.Statuses) > 0 {
		q.Where("p.status = ANY(?::text[])", texts(f.Statuses))
	}
	if f.Vendor != "" {
		q.Where("lower(p.vendor) = lower(?)", f.Vendor)
	}
	if f.Type != "" {
		q.Where("lower(p.product_type) = lower(?)", f.Type)
	}
	if f.Tag != "" {
		q.Where("EXISTS (SELECT FROM product_tag t WHERE t.product_id = p.id AND lower(t.tag) = lower(?))", f.Tag)
	}
	if f.Category != 0 {
		q.Where(`EXISTS (SELECT FROM product_category pc JOIN category c ON c.id = pc.category_id
			WHERE pc.product_id = p.id AND c.path LIKE (SELECT path FROM category WHERE id = ?) || '%')`, int64(f.Category))
	}
	if f.Text != "" {
		q.Where(`(p.raw_search @@ websearch_to_tsquery('english', ?) OR p.handle = lower(?)
			OR p.title ILIKE '%' || ? || '%'
			OR EXISTS (SELECT FROM variant v WHERE v.product_id = p.id AND lower(v.sku) LIKE lower(?) || '%'))`,
			f.Text, f.Text, literal(f.Text), literal(f.Text))
	}
	if !f.UpdatedSince.IsZero() {
		q.Where("p.updated_at >= ?", f.UpdatedSince)
	}
	return q
}

func texts[T ~string](in []T) []string {
	out := make([]string, len(in))
	for i, v := range in {
		out[i] = string(v)
	}
	return out
}

// productParts reads what hangs on products, in one round trip.
func (s *Service) productParts(ctx context.Context, ids []ProductID) (*parts, error) {
	p := newParts()
	b := &pgx.Batch{}
	n := raw(ids)
	b.Queue(`SELECT id, product_id, name, position, linked_to FROM product_option
		WHERE product_id = ANY($1) ORDER BY product_id, position, id`, n).Query(p.readOptions)
	b.Queue(`SELECT v.id, v.option_id, v.name, v.position, v.swatch_color, v.swatch_media_id
		FROM product_option_value v JOIN product_option o ON o.id = v.option_id
		WHERE o.product_id = ANY($1) ORDER BY v.option_id, v.position, v.id`, n).Query(p.readValues)
	b.Queue(`SELECT product_id, tag FROM product_tag WHERE product_id = ANY($1)
		ORDER BY product_id, position, id`, n).Query(into(&p.tags))
	b.Queue(`SELECT product_id, media_id FROM product_media WHERE product_id = ANY($1)
		ORDER BY product_id, position, id`, n).Query(into(&p.media))
	b.Queue(`SELECT product_id, category_id FROM product_category WHERE product_id = ANY($1)
		ORDER BY product_id, main DESC, id`, n).Query(into(&p.categories))
	b.Queue(`SELECT product_id, market_id FROM product_exclusion WHERE product_id = ANY($1)
		ORDER BY product_id, market_id`, n).Query(into(&p.markets))
	b.Queue(`SELECT a.product_id, d.id, d.code, d.name, d.type, d.unit,
			a.text_value, a.number_milli, a.bool_value, a.date_value, a.reference_id
		FROM product_attribute a JOIN attribute_definition d ON d.id = a.definition_id
		WHERE a.product_id = ANY($1) ORDER BY a.product_id, d.position, d.id, a.id`, n).Query(p.readAttributes)
	return p, postgres.Fault(s.db.Conn(ctx).SendBatch(ctx, b).Close())
}

// into reads rows of two columns into lists by the first.
func into[K comparable, V any](target *map[K][]V) func(pgx.Rows) error {
	return func(rows pgx.Rows) (err error) {
		*target, err = collectLists[K, V](rows)
		return err
	}
}

func (s *Service) insertProduct(ctx context.Context, in NewProduct) (ProductID, error) {
	now := s.db.Now(ctx)
	if in.Status == lifecycle.Active && in.PublishedAt == nil {
		in.PublishedAt = &now
	}
	row, err := s.db.Ent(ctx).Product.Create().
		SetHandle(in.Handle).SetTitle(in.Title).SetDescriptionHTML(in.DescriptionHTML).
		SetVendor(in.Vendor).SetProductType(in.Type).SetStatus(string(in.Status)).
		SetNillablePublishedAt(in.PublishedAt).SetTaxClass(in.TaxClass).
		SetFulfillment(string(in.Fulfillment)).SetRestock(string(in.Restock)).
		SetSeoTitle(in.SEO.Title).SetSeoDescription(in.SEO.Description).
		SetCreatedAt(now).SetUpdatedAt(now).Save(ctx)
	if err != nil {
		return 0, fmt.Errorf("create product: %w", postgres.Conflict(err, byConstraint))
	}
	return ProductID(row.ID), nil
}

func (s *Service) updateProduct(ctx context.Context, id ProductID, c ProductChange) error {
	update := s.db.Ent(ctx).Product.Update().Where(product.ID(int64(id))).
		SetNillableHandle(c.Handle).SetNillableTitle(c.Title).SetNillableDescriptionHTML(c.DescriptionHTML).
		SetNillableVendor(c.Vendor).SetNillableProductType(c.Type).SetNillableTaxClass(c.TaxClass).
		SetNillableFulfillment((*string)(c.Fulfillment)).SetNillableRestock((*string)(c.Restock))
	if c.SEO != nil {
		update.SetSeoTitle(c.SEO.Title).SetSeoDescription(c.SEO.Description)
	}
	if err := update.Exec(ctx); err != nil && !ent.IsNotFound(err) {
		return fmt.Errorf("update product: %w", postgres.Conflict(err, byConstraint))
	}
	return nil
}

// lockOnly takes the product's row whatever its version.
func (s *Service) lockOnly(ctx context.Context, id ProductID) error {
	return s.exec(ctx, "lock product", `SELECT FROM product WHERE id = $1 FOR UPDATE`, int64(id))
}

// touchProduct counts the version up.
func (s *Service) touchProduct(ctx context.Context, id ProductID) error {
	return s.exec(ctx, "count version up", `UPDATE product SET version = version + 1, updated_at = $2 WHERE id = $1`,
		int64(id), s.db.Now(ctx))
}

func (s *Service) productVersion(ctx context.Context, id ProductID) (version int64, err error) {
	err = s.db.Conn(ctx).QueryRow(ctx, `SELECT version FROM product WHERE id = $1`, int64(id)).Scan(&version)
	if err != nil {
		return 0, fmt.Errorf("read version: %w", postgres.Fault(err))
	}
	return version, nil
}

// setStatus is the only writer of a product's state.
func (s *Service) setStatus(ctx context.Context, id ProductID, status lifecycle.Status) error {
	var archived *time.Time
	if status == lifecycle.Archived {
		now := s.db.Now(ctx)
		archived = &now
	}
	return s.exec(ctx, "set status", `UPDATE product SET status = $2, archived_at = $3 WHERE id = $1`,
		int64(id), string(status), archived)
}

// writeLists replaces the lists that the change names.
func (s *Service) writeLists(ctx context.Context, id ProductID, c ProductChange) error {
	if c.Tags != nil {
		if err := s.replaceTags(ctx, id, c.Tags); err != nil {
			return err
		}
	}
	if c.Media != nil {
		if err := s.replaceMedia(ctx, id, c.Media); err != nil {
			return err
		}
	}
	if c.Categories != nil {
		if err := s.replaceCategories(ctx, id, c.Categories); err != nil {
			return err
		}
	}
	if c.ExcludedMarkets != nil {
		if err := s.replaceExclusions(ctx, id, raw(c.ExcludedMarkets)); err != nil {
			return err
		}
	}
	return s.writeAttributes(ctx, id, *c.Type, c.Attributes)
}

func (s *Service) replaceTags(ctx context.Context, id ProductID, tags []string) error {
	if err := s.exec(ctx, "replace tags", `DELETE FROM product_tag WHERE product_id = $1`, int64(id)); err != nil {
		return err
	}
	return s.exec(ctx, "replace tags", `
		INSERT INTO product_tag (product_id, tag, position)
		SELECT $1, t.tag, t.position FROM unnest($2::text[]) WITH ORDINALITY AS t(tag, position)`, int64(id), tags)
}

// replaceMedia sets the gallery. A picture that leaves it leaves the variants.
func (s *Service) replaceMedia(ctx context.Context, id ProductID, gallery []media.ID) error {
	err := s.exec(ctx, "take pictures off variants", `
		UPDATE variant SET media_id = NULL, version = version + 1, updated_at = $3
		WHERE product_id = $1 AND NOT media_id = ANY($2)
			AND media_id IN (SELECT media_id FROM product_media WHERE product_id = $1)`,
		int64(id), raw(gallery), s.db.Now(ctx))
	if err != nil {
		return err
	}
	if err := s.exec(ctx, "replace media", `DELETE FROM product_media WHERE product_id = $1`, int64(id)); err != nil {
		return err
	}
	return s.exec(ctx, "replace media", `
		INSERT INTO product_media (product_id, media_id, position)
		SELECT $1, m.id, m.position FROM unnest($2::bigint[]) WITH ORDINALITY AS m(id, position)`, int64(id), raw(gallery))
}

func (s *Service) replaceCategories(ctx context.Context, id ProductID, categories []CategoryID) error {
	err := s.exec(ctx, "replace categories", `DELETE FROM product_category WHERE product_id = $1`, int64(id))
	if err != nil {
		return err
	}
	return s.exec(ctx, "replace categories", `
		INSERT INTO product_category (product_id, category_id, main)
		SELECT $1, c.id, c.position = 1 FROM unnest($2::bigint[]) WITH ORDINALITY AS c(id, position)`, int64(id), raw(categories))
}

func (s *Service) replaceExclusions(ctx context.Context, id ProductID, markets []int64) error {
	err := s.exec(ctx, "replace exclusions", `DELETE FROM product_exclusion WHERE product_id = $1`, int64(id))
	if err != nil {
		return err
	}
	return s.exec(ctx, "replace exclusions", `
		INSERT INTO product_exclusion (product_id, market_id) SELECT $1, unnest($2::bigint[])`, int64(id), markets)
}

func (s *Service) featured(ctx context.Context, w Window) ([]ProductID, error) {
	rows, err := s.db.Conn(ctx).Query(ctx, `
		SELECT product_id FROM featured_product
		WHERE market_id IS NOT DISTINCT FROM $1 AND category_id IS NOT DISTINCT FROM $2 ORDER BY position, id`,
		pointer(w.Market), pointer(w.Category))
	if err != nil {
		return nil, fmt.Errorf("read featured products: %w", postgres.Fault(err))
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	return typed[ProductID](ids), postgres.Fault(err)
}

func (s *Service) replaceFeatured(ctx context.Context, w Window, products []ProductID) error {
	// One at a time for each window, else two writers add up.
	err := s.exec(ctx, "lock window", `SELECT pg_advisory_xact_lock(hashtext('featured_product'), hashtext(concat($1::bigint, '/', $2::bigint)))`,
		pointer(w.Market), pointer(w.Category))
	if err != nil {
		return err
	}
	err = s.exec(ctx, "replace featured products", `
		DELETE FROM featured_product WHERE market_id IS NOT DISTINCT FROM $1 AND category_id IS NOT DISTINCT FROM $2`,
		pointer(w.Market), pointer(w.Category))
	if err != nil {
		return err
	}
	return s.exec(ctx, "replace featured products", `
		INSERT INTO featured_product (market_id, category_id, product_id, position)
		SELECT $1, $2, p.id, p.position FROM unnest($3::bigint[]) WITH ORDINALITY AS p(id, position)`,
		pointer(w.Market), pointer(w.Category), raw(products))
}
