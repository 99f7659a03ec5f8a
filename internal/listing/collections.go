package listing

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/souk-commerce/souk/internal/kernel/page"
)

// Collection reads one published collection with the lists of its products that
// are needed; nil when there is none. A handle that it had before still finds it.
func (s *Service) Collection(ctx context.Context, at Context, ref Ref, need CollectionNeed) (*Collection, error) {
	t, sh := newTrip(at), newShelf(at, s.base)
	condition := refCondition("collection", ref)
	rows, _, err := t.collections(sh, condition, collectionOrder(ByID), page.Window{Limit: 1})
	if err != nil {
		return nil, err
	}
	t.collectionDetails(sh, need)
	queues, err := t.ownLists(sh, need.Lists, ofCollections(at, condition))
	if err != nil {
		return nil, err
	}
	if err := t.run(ctx, s.db); err != nil {
		return nil, fmt.Errorf("read collection: %w", err)
	}
	sh.finish()
	if len(*rows) == 0 {
		return nil, nil
	}
	c := (*rows)[0]
	c.lists = listsOf(queues, int64(c.ID))
	return c, nil
}

// ownLists adds the lists that are read together with their owner. A product
// may stand in several of them and is read once, so each list loads what any of
// them needs.
func (t *trip) ownLists(sh *shelf, lists map[string]List, owner func(*statement) source) (map[string]*queue, error) {
	var need Need
	for _, list := range lists {
		need = need.Merge(list.Need)
	}
	queues := make(map[string]*queue, len(lists))
	for _, name := range sortedKeys(lists) {
		list := lists[name]
		list.Need = need
		c, err := newProductList(t.at, list, owner)
		if err != nil {
			return nil, err
		}
		if queues[name], err = c.read(t, sh); err != nil {
			return nil, err
		}
	}
	return queues, nil
}

func listsOf(queues map[string]*queue, owner int64) map[string]*Products {
	lists := make(map[string]*Products, len(queues))
	for name, q := range queues {
		q.finish()
		lists[name] = q.products(owner)
	}
	return lists
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
