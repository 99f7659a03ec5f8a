package listing

import (
	"context"
	"fmt"
	"strings"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/page"
)

// Completion asks for what somebody has chosen to complete what was typed.
type Completion struct {
	Products    []ProductID // at most MaxPage, like Collections
	Need        Need
	Collections []CollectionID
	Collection  CollectionNeed
	Categories  bool   // all of them, without counts
	Kinds       []Kind // pages and articles that have the words
	Words       string
}

// Completions is what there is of it.
type Completions struct {
	Products    map[ProductID]*Product
	Collections map[CollectionID]*Collection
	Categories  map[CategoryID]*Category
	Matter      []Matter
}

// Completions reads products, collections, categories, pages and articles in one
// round trip. What is not to be seen in the buyer's market is missing.
func (s *Service) Completions(ctx context.Context, at Context, in Completion) (*Completions, error) {
	t, sh := newTrip(at), newShelf(at, s.base)
	if limit := len(in.Products); limit > 0 {
		chosen := func(st *statement) (source, error) {
			return source{owners: ownerless, where: []string{st.bind("p.id = ANY(?)", in.Products)}}, nil
		}
		if _, err := t.list(sh, chosen, List{Sort: ByID, Page: page.Args{First: &limit}, Need: in.Need}); err != nil {
			return nil, err
		}
	}
	if len(in.Collections) > 0 {
		if _, _, err := t.collections(sh, idCondition(in.Collections), collectionOrder(ByID), page.Window{Limit: MaxPage}); err != nil {
			return nil, err
		}
		t.collectionDetails(sh, in.Collection)
	}
	if in.Categories {
		t.tree(sh, false)
	}
	picked := &Picked{}
	if len(in.Kinds) > 0 {
		t.pickMatter(Pick{Kinds: in.Kinds, Prefix: true}, in.Words, true, picked)
	}
	if err := t.run(ctx, s.db); err != nil {
		return nil, fmt.Errorf("read completions: %w", err)
	}
	sh.finish()
	return &Completions{Products: sh.products, Collections: sh.collections, Categories: sh.categories, Matter: picked.Matter}, nil
}

// Typed gives what was typed as it may be looked for.
func (in Suggest) Typed() (string, error) {
	typed := strings.TrimLeft(storable(in.Prefix), " ")
	if len(strings.TrimSpace(typed)) > maxTyped {
		return "", fault.Newf(fault.Invalid, "query_too_long", "At most %d bytes can be completed.", maxTyped).At("query")
	}
	return typed, nil
}
