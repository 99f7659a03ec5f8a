package listing

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/internal/kernel/page"
)

// Collection reads one published collection; nil when there is none. A handle
// that it had before still finds it.
func (s *Service) Collection(ctx context.Context, at Context, ref Ref, need CollectionNeed) (*Collection, error) {
	t, sh := newTrip(at), newShelf(at, s.base)
	condition := refCondition("collection", ref)
	rows, _, err := t.collections(sh, condition, collectionOrder(ByID), page.Window{Limit: 1})
	if err != nil {
		return nil, err
	}
	t.collectionDetails(sh, need)
	if err := t.run(ctx, s.db); err != nil {
		return nil, fmt.Errorf("read collection: %w", err)
	}
	sh.finish()
	if len(*rows) == 0 {
		return nil, nil
	}
	return (*rows)[0], nil
}

// Collections reads a page of the published collections.
func (s *Service) Collections(ctx context.Context, at Context, list CollectionList) (*Collections, error) {
	w, err := list.Page.Window(defaultPage, MaxPage)
	if err != nil {
		return nil, err
	}
	query, err := parseQuery(list.Query)
	if err != nil {
		return nil, err
	}
	condition := func(st *statement) string { return st.whereCollection(query) }
	t, sh := newTrip(at), newShelf(at, s.base)
	rows, cursors, err := t.collections(sh, condition, collectionOrder(list.Sort), w)
	if err != nil {
		return nil, err
	}
	t.collectionDetails(sh, list.Need)
	total := 0
	if list.Total {
		t.countCollections(condition, &total)
	}
	if err := t.run(ctx, s.db); err != nil {
		return nil, fmt.Errorf("read collections: %w", err)
	}
	sh.finish()
	c := newConnection(*rows, w, func(c *Collection) string { return cursors[c.ID].encode() })
	c.Total = total
	return &Collections{*c}, nil
}

func (t *trip) countCollections(condition func(*statement) string, into *int) {
	s := &statement{}
	s.write("SELECT count(*) FROM collection c WHERE " + condition(s) + " AND " + s.published(t.at))
	t.read(s, func(row pgx.Row) error { return row.Scan(into) })
}

// CollectionsByIDs reads published collections; those that are not are missing.
func (s *Service) CollectionsByIDs(ctx context.Context, at Context, ids []CollectionID, need CollectionNeed) (map[CollectionID]*Collection, error) {
	if len(ids) > MaxPage {
		return nil, ErrTooMany
	}
	t, sh := newTrip(at), newShelf(at, s.base)
	_, _, err := t.collections(sh, idCondition(ids), collectionOrder(ByID), page.Window{Limit: MaxPage})
	if err != nil {
		return nil, err
	}
	t.collectionDetails(sh, need)
	if err := t.run(ctx, s.db); err != nil {
		return nil, fmt.Errorf("read collections: %w", err)
	}
	sh.finish()
	return sh.collections, nil
}
