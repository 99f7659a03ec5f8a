package listing

import (
	"context"
	"fmt"

	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/platform/postgres"
)

// Service holds the reads. Each of them is one round trip to the database with
// a number of statements that depends on what is needed, never on how many rows
// there are.
type Service struct {
	db   *postgres.DB
	base string
}

// NewService wires the room. Files of ours are served below the public address,
// such as "https://shop.example".
func NewService(db *postgres.DB, publicURL string) *Service {
	return &Service{db: db, base: publicURL}
}

// Product reads one product on sale in the buyer's market, nil when there is
// none. A handle that it had before still finds it.
func (s *Service) Product(ctx context.Context, at Context, ref Ref, need Need) (*Product, error) {
	one := func(st *statement) (source, error) {
		// in the place of c, p is what the reference selects
		return source{owners: ownerless, where: []string{productRef(st, ref)}}, nil
	}
	found, err := s.some(ctx, at, one, 1, need)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return found[0], nil
}

func productRef(s *statement, ref Ref) string {
	if ref.ID != 0 {
		return s.bind("p.id = ?", ref.ID)
	}
	return s.bind(`p.id = COALESCE((SELECT id FROM product WHERE handle = ?),
 (SELECT target_id FROM slug WHERE kind = 'product' AND handle = ?))`, ref.Handle, ref.Handle)
}

// some reads products that a source selects, by id, at most so many.
func (s *Service) some(ctx context.Context, at Context, from build, limit int, need Need) ([]*Product, error) {
	t, sh := newTrip(at), newShelf(at, s.base)
	q, err := t.list(sh, from, List{Sort: ByID, Page: page.Args{First: &limit}, Need: need})
	if err != nil {
		return nil, err
	}
	if err := t.run(ctx, s.db); err != nil {
		return nil, fmt.Errorf("read products: %w", err)
	}
	sh.finish()
	return q.products(0).Nodes, nil
}

// ProductsByIDs reads products on sale in the buyer's market; those that are
// not are missing.
func (s *Service) ProductsByIDs(ctx context.Context, at Context, ids []ProductID, need Need) (map[ProductID]*Product, error) {
	if len(ids) > MaxPage {
		return nil, ErrTooMany
	}
	found, err := s.some(ctx, at, func(st *statement) (source, error) {
		return source{owners: ownerless, where: []string{st.bind("p.id = ANY(?)", ids)}}, nil
	}, MaxPage, need)
	if err != nil {
		return nil, err
	}
	out := make(map[ProductID]*Product, len(found))
	for _, p := range found {
		out[p.ID] = p
	}
	return out, nil
}

// VariantsByIDs reads variants on sale in the buyer's market, each with its
// product; those that are not are missing.
func (s *Service) VariantsByIDs(ctx context.Context, at Context, ids []VariantID, need Need) (map[VariantID]*Variant, error) {
	if len(ids) > MaxPage {
		return nil, ErrTooMany
	}
	need.Variants = All
	found, err := s.some(ctx, at, func(st *statement) (source, error) {
		return source{owners: ownerless, where: []string{st.bind("p.id IN (SELECT product_id FROM variant WHERE id = ANY(?))", ids)}}, nil
	}, MaxPage, need)
	if err != nil {
		return nil, err
	}
	wanted := make(map[VariantID]bool, len(ids))
	for _, id := range ids {
		wanted[id] = true
	}
	out := make(map[VariantID]*Variant, len(ids))
	for _, p := range found {
		for _, v := range p.variants {
			if wanted[v.ID] {
				out[v.ID] = v
			}
		}
	}
	return out, nil
}

// Products reads a page of the products on sale in the buyer's market.
func (s *Service) Products(ctx context.Context, at Context, list List) (*Products, error) {
	lists, err := s.lists(ctx, at, list, whole)
	if err != nil {
		return nil, err
	}
	return lists.products(0), nil
}

// Featured reads the products that are put forward in the buyer's market for a
// category, or on the shop's front when there is none.
func (s *Service) Featured(ctx context.Context, at Context, category CategoryID, first int, need Need) ([]*Product, error) {
	lists, err := s.lists(ctx, at, List{Sort: ByManual, Page: page.Args{First: &first}, Need: need}, ofWindow(at, category))
	if err != nil {
		return nil, err
	}
	return lists.products(0).Nodes, nil
}

// CollectionProducts reads the same page of the lists of several collections.
func (s *Service) CollectionProducts(ctx context.Context, at Context, ids []CollectionID, list List) (map[CollectionID]*Products, error) {
	q, err := s.lists(ctx, at, list, ofCollections(at, idCondition(ids)))
	if err != nil {
		return nil, err
	}
	out := make(map[CollectionID]*Products, len(ids))
	for _, id := range ids {
		out[id] = q.products(int64(id))
	}
	return out, nil
}

// CategoryProducts reads the same page of the lists of several categories, each
// with the categories below it.
func (s *Service) CategoryProducts(ctx context.Context, at Context, ids []CategoryID, list List) (map[CategoryID]*Products, error) {
	q, err := s.lists(ctx, at, list, ofCategories(idCondition(ids)))
	if err != nil {
		return nil, err
	}
	out := make(map[CategoryID]*Products, len(ids))
	for _, id := range ids {
		out[id] = q.products(int64(id))
	}
	return out, nil
}

func (s *Service) lists(ctx context.Context, at Context, list List, owner func(*statement) source) (*queue, error) {
	t, sh := newTrip(at), newShelf(at, s.base)
	c, err := newProductList(at, list, owner)
	if err != nil {
		return nil, err
	}
	q, err := c.read(t, sh)
	if err != nil {
		return nil, err
	}
	if err := t.run(ctx, s.db); err != nil {
		return nil, fmt.Errorf("read a list of products: %w", err)
	}
	sh.finish()
	q.finish()
	return q, nil
}
