package catalog

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/ent"
	"github.com/souk-commerce/souk/ent/collection"
	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/media"
	"github.com/souk-commerce/souk/internal/platform/keyset"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// CollectionByID gives one collection, archived or not.
func (s *Service) CollectionByID(ctx context.Context, id CollectionID) (Collection, error) {
	found, err := s.CollectionsByIDs(ctx, []CollectionID{id})
	if err != nil {
		return Collection{}, err
	}
	if c, ok := found[id]; ok {
		return c, nil
	}
	return Collection{}, ErrCollectionNotFound
}

// CollectionByHandle gives the collection that a handle leads to, also by a
// former handle.
func (s *Service) CollectionByHandle(ctx context.Context, handle string) (Collection, error) {
	id, ok, err := s.resolve(ctx, collectionSlug, handle)
	if err != nil || !ok {
		return Collection{}, orNotFound(err, ErrCollectionNotFound)
	}
	return s.CollectionByID(ctx, CollectionID(id))
}

// CollectionsByIDs gives those collections that exist.
func (s *Service) CollectionsByIDs(ctx context.Context, ids []CollectionID) (map[CollectionID]Collection, error) {
	rows, err := s.db.Ent(ctx).Collection.Query().Where(postgres.Any(collection.FieldID, ids)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read collections: %w", postgres.Fault(err))
	}
	out := make(map[CollectionID]Collection, len(rows))
	for _, r := range rows {
		if out[CollectionID(r.ID)], err = collectionOf(r); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// CollectionsOf gives for each product the ids of the living collections it is
// a member of.
func (s *Service) CollectionsOf(ctx context.Context, products []ProductID) (map[ProductID][]CollectionID, error) {
	rows, err := s.db.Conn(ctx).Query(ctx, `
		SELECT m.product_id, m.collection_id FROM collection_product m
		JOIN collection c ON c.id = m.collection_id AND c.archived_at IS NULL
		WHERE m.product_id = ANY($1) ORDER BY m.product_id, c.title, c.id`, raw(products))
	if err != nil {
		return nil, fmt.Errorf("read collections of products: %w", postgres.Fault(err))
	}
	return collectLists[ProductID, CollectionID](rows)
}

// CollectionSizes counts the members of collections, whatever their state.
func (s *Service) CollectionSizes(ctx context.Context, ids []CollectionID) (map[CollectionID]int64, error) {
	rows, err := s.db.Conn(ctx).Query(ctx, `
		SELECT collection_id, count(*) FROM collection_product WHERE collection_id = ANY($1) GROUP BY 1`, raw(ids))
	if err != nil {
		return nil, fmt.Errorf("count members: %w", postgres.Fault(err))
	}
	return collectMap[CollectionID, int64](rows)
}

// ListCollections gives one page of collections.
func (s *Service) ListCollections(ctx context.Context, f CollectionFilter, sort CollectionSort, args page.Args) (page.Slice[Collection], error) {
	w, err := args.Window(pageSize, maxPage)
	if err != nil {
		return page.Slice[Collection]{}, err
	}
	order, err := sort.order()
	if err != nil {
		return page.Slice[Collection]{}, err
	}
	ids, err := f.query().Page(ctx, s.db.Conn(ctx), w, order)
	if err != nil {
		return page.Slice[Collection]{}, err
	}
	found, err := s.CollectionsByIDs(ctx, keyset.IDs[CollectionID](ids))
	return keyset.Fill(ids, found), err
}

// CountCollections tells how long the list is.
func (s *Service) CountCollections(ctx context.Context, f CollectionFilter) (int64, error) {
	return f.query().Count(ctx, s.db.Conn(ctx))
}

func (o CollectionSort) order() (keyset.Order, error) {
	switch o {
	case CollectionsByTitle, "":
		return keyset.Order{Expr: "c.title", Type: "text", ID: "c.id"}, nil
	case CollectionsByUpdate:
		return keyset.Order{Expr: "c.updated_at", Type: "timestamptz", ID: "c.id"}, nil
	case CollectionsByCreation:
		return keyset.Order{Expr: "c.created_at", Type: "timestamptz", ID: "c.id"}, nil
	}
	return keyset.Order{}, invalid(string(o), "sort")
}

func (f CollectionFilter) query() *keyset.Query {
	q := keyset.From("collection c")
	if !f.Archived {
		q.Where("c.archived_at IS NULL")
	}
	if f.Kind != "" {
		q.Where("c.kind = ?", string(f.Kind))
	}
	if f.Product != 0 {
		q.Where("EXISTS (SELECT FROM collection_product m WHERE m.collection_id = c.id AND m.product_id = ?)", int64(f.Product))
	}
	if f.Text != "" {
		q.Where("(c.title ILIKE '%' || ? || '%' OR c.handle LIKE '%' || lower(?) || '%')", literal(f.Text), literal(f.Text))
	}
	if !f.UpdatedSince.IsZero() {
		q.Where("c.updated_at >= ?", f.UpdatedSince)
	}
	return q
}

func (s *Service) insertCollection(ctx context.Context, in NewCollection) (CollectionID, error) {
	now := s.db.Now(ctx)
	if in.PublishedAt == nil {
		in.PublishedAt = &now
	}
	create := s.db.Ent(ctx).Collection.Create().
		SetHandle(in.Handle).SetTitle(in.Title).SetDescriptionHTML(in.DescriptionHTML).SetKind(string(Manual)).
		SetSortOrder(string(in.Order)).SetNillableMediaID(pointer(in.MediaID)).
		SetSeoTitle(in.SEO.Title).SetSeoDescription(in.SEO.Description).
		SetPublishedAt(*in.PublishedAt).SetCreatedAt(now).SetUpdatedAt(now)
	if in.Rule != nil {
		rule, err := ruleColumn(*in.Rule)
		if err != nil {
			return 0, err
		}
		create.SetKind(string(ByRule)).SetRule(rule)
	}
	row, err := create.Save(ctx)
	if err != nil {
		return 0, fmt.Errorf("create collection: %w", postgres.Conflict(err, byConstraint))
	}
	return CollectionID(row.ID), nil
}

func (s *Service) updateCollection(ctx context.Context, id CollectionID, c CollectionChange) error {
	u := s.db.Ent(ctx).Collection.Update().Where(collection.ID(int64(id))).
		SetNillableHandle(c.Handle).SetNillableTitle(c.Title).SetNillableDescriptionHTML(c.DescriptionHTML).
		SetNillableSortOrder((*string)(c.Order))
	if c.SEO != nil {
		u.SetSeoTitle(c.SEO.Title).SetSeoDescription(c.SEO.Description)
	}
	if c.MediaID != nil {
		assign(noneIfZero(int64(*c.MediaID)), u.SetMediaID, u.ClearMediaID)
	}
	if c.PublishedAt != nil {
		assign(noneIfZero(*c.PublishedAt), u.SetPublishedAt, u.ClearPublishedAt)
	}
	if c.Rule != nil {
		rule, err := ruleColumn(*c.Rule)
		if err != nil {
			return err
		}
		u.SetRule(rule)
	}
	if err := u.Exec(ctx); err != nil {
		return fmt.Errorf("update collection: %w", postgres.Conflict(err, byConstraint))
	}
	return nil
}

// members gives the products of a collection in their order.
func (s *Service) members(ctx context.Context, id CollectionID) ([]ProductID, error) {
	rows, err := s.db.Conn(ctx).Query(ctx, `
		SELECT product_id FROM collection_product WHERE collection_id = $1 ORDER BY position, product_id`, int64(id))
	if err != nil {
		return nil, fmt.Errorf("read members: %w", postgres.Fault(err))
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	return typed[ProductID](ids), postgres.Fault(err)
}

// appendMembers adds products after the last member and gives those that are
// new.
func (s *Service) appendMembers(ctx context.Context, id CollectionID, products []ProductID) ([]ProductID, error) {
	return s.changedMembers(ctx, "add members", `
		INSERT INTO collection_product (collection_id, product_id, position)
		SELECT $1, p.id, p.place + (SELECT COALESCE(max(position), 0) FROM collection_product WHERE collection_id = $1)
		FROM unnest($2::bigint[]) WITH ORDINALITY AS p(id, place)
		ON CONFLICT (collection_id, product_id) DO NOTHING
		RETURNING product_id`, int64(id), raw(products))
}

func (s *Service) deleteMembers(ctx context.Context, id CollectionID, products []ProductID) ([]ProductID, error) {
	return s.changedMembers(ctx, "remove members", `
		DELETE FROM collection_product WHERE collection_id = $1 AND product_id = ANY($2) RETURNING product_id`,
		int64(id), raw(products))
}

func (s *Service) changedMembers(ctx context.Context, what, sql string, args ...any) ([]ProductID, error) {
	rows, err := s.db.Conn(ctx).Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, postgres.Conflict(err, byConstraint))
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, postgres.Conflict(err, byConstraint))
	}
	return typed[ProductID](ids), nil
}

// orderMembers numbers the members anew; rows that keep their number are not
// touched.
func (s *Service) orderMembers(ctx context.Context, id CollectionID, order []ProductID) error {
	return s.exec(ctx, "order members", `
		UPDATE collection_product m SET position = n.position
		FROM unnest($2::bigint[]) WITH ORDINALITY AS n(id, position)
		WHERE m.collection_id = $1 AND m.product_id = n.id AND m.position <> n.position`, int64(id), raw(order))
}

// ruleColumn writes a rule as the column holds it.
func ruleColumn(r Rule) (map[string]any, error) {
	text, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("write rule: %w", err)
	}
	var column map[string]any
	return column, json.Unmarshal(text, &column)
}

func ruleOf(column map[string]any) (*Rule, error) {
	if column == nil {
		return nil, nil
	}
	text, err := json.Marshal(column)
	if err != nil {
		return nil, fmt.Errorf("read rule: %w", err)
	}
	r := new(Rule)
	if err := json.Unmarshal(text, r); err != nil {
		return nil, fmt.Errorf("read rule: %w", err)
	}
	return r, nil
}

func collectionOf(r *ent.Collection) (Collection, error) {
	rule, err := ruleOf(r.Rule)
	if err != nil {
		return Collection{}, fmt.Errorf("collection %d: %w", r.ID, err)
	}
	return Collection{
		ID:              CollectionID(r.ID),
		Handle:          r.Handle,
		Title:           r.Title,
		DescriptionHTML: r.DescriptionHTML,
		Kind:            CollectionKind(r.Kind),
		Rule:            rule,
		Order:           CollectionOrder(r.SortOrder),
		MediaID:         typedPointer[media.ID](r.MediaID),
		SEO:             SEO{Title: r.SeoTitle, Description: r.SeoDescription},
		PublishedAt:     r.PublishedAt,
		ArchivedAt:      r.ArchivedAt,
		Version:         r.Version,
		CreatedAt:       r.CreatedAt,
		UpdatedAt:       r.UpdatedAt,
	}, nil
}
