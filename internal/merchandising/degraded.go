package merchandising

import (
	"context"

	"github.com/souk-commerce/souk/internal/kernel/fault"
	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/search/table"
	"github.com/souk-commerce/souk/internal/search/understanding"
)

// isRefusal tells what was wrong with the ask from what went wrong with us.
func isRefusal(err error) bool {
	switch fault.KindOf(err) {
	case fault.Invalid, fault.Exhausted:
		return true
	}
	return false
}

// sorted answers lists in orders that rules have no say in: the catalog gives
// the products as they are now, the table counts.
func (s *Service) sorted(ctx context.Context, found []*finding) ([]*Answer, error) {
	view := s.view()
	lists, err := s.catalog(ctx, found, found[0].ask.Page, view == nil)
	if err != nil {
		return nil, err
	}
	picked := &listing.Picked{}
	if view != nil && found[0].ask.Facets && found[0].ask.Tree {
		if picked, err = s.Listing.Pick(ctx, found[0].at, listing.Pick{Tree: true}); err != nil {
			return nil, err
		}
	}
	answers := make([]*Answer, len(found))
	for i, f := range found {
		a := f.frame()
		a.Hits = lists[i]
		if err := s.recount(ctx, f, a, view, picked); err != nil {
			return nil, err
		}
		answers[i] = a
	}
	return answers, nil
}

// view is the products in memory; nil until they have been read.
func (s *Service) view() *table.View {
	t, err := s.Rooms.Search.Table()
	if err != nil {
		return nil
	}
	return t.View()
}

// recount counts a list in memory.
func (s *Service) recount(ctx context.Context, f *finding, a *Answer, view *table.View, picked *listing.Picked) error {
	if view == nil || !f.ask.Facets && !f.ask.Total {
		return nil
	}
	among, err := s.among(ctx, f, view)
	if err != nil {
		return err
	}
	if f.chosen, err = f.choose(view, among); err != nil {
		return err
	}
	a.chosen, a.Total = f.chosen, f.chosen.Len()
	f.count(a, picked)
	return nil
}

// catalog lets the catalog's own SQL answer, which knows nothing of rules,
// spelling and index.
func (s *Service) catalog(ctx context.Context, found []*finding, args page.Args, count bool) ([]listing.Hits, error) {
	ask, at := found[0].ask, found[0].at
	out := make([]listing.Hits, len(found))
	if !ask.List {
		sort := ask.Sort
		if sort == "" {
			sort = listing.ByRelevance
		}
		hits, err := s.Listing.Search(ctx, at, listing.Search{Query: ask.Query, Kinds: ask.Kinds, Prefix: ask.Prefix, Unavailable: ask.Unavailable,
			Filters: ask.Filters, Sort: sort, Page: args, Total: ask.Total, Facets: ask.Facets, Tree: ask.Tree, Need: ask.Need})
		if err != nil {
			return nil, err
		}
		out[0] = *hits
		return out, nil
	}
	list := listing.List{Query: ask.Query, Filters: ask.Filters, Sort: ask.Sort, Page: args, Need: ask.Need,
		Total: ask.Total && count, Facets: ask.Facets && count, Tree: ask.Tree && count}
	pages, err := s.lists(ctx, at, found, list)
	if err != nil {
		return nil, err
	}
	for i := range pages {
		out[i] = hitsOf(pages[i])
	}
	return out, nil
}

func (s *Service) lists(ctx context.Context, at listing.Context, found []*finding, list listing.List) ([]*listing.Products, error) {
	pages := make([]*listing.Products, len(found))
	switch ask := found[0].ask; {
	case ask.Collection != 0:
		ids := make([]listing.CollectionID, len(found))
		for i, f := range found {
			ids[i] = f.ask.Collection
		}
		all, err := s.Listing.CollectionProducts(ctx, at, ids, list)
		for i, id := range ids {
			pages[i] = all[id]
		}
		return pages, err
	case ask.Category != 0:
		ids := make([]listing.CategoryID, len(found))
		for i, f := range found {
			ids[i] = f.ask.Category
		}
		all, err := s.Listing.CategoryProducts(ctx, at, ids, list)
		for i, id := range ids {
			pages[i] = all[id]
		}
		return pages, err
	}
	whole, err := s.Listing.Products(ctx, at, list)
	pages[0] = whole
	return pages, err
}

// hitsOf gives a list of products as hits.
func hitsOf(p *listing.Products) listing.Hits {
	nodes := make([]listing.Hit, len(p.Nodes))
	cursors := make(map[int64]string, len(p.Nodes))
	for i, n := range p.Nodes {
		nodes[i] = listing.Hit{Kind: listing.KindProduct, ID: int64(n.ID), Product: n}
		cursors[int64(n.ID)] = p.CursorOf(n)
	}
	c := listing.NewConnection(nodes, p.Info, p.Total, func(h listing.Hit) string { return cursors[h.ID] })
	return listing.Hits{Connection: *c, Facets: p.Facets}
}

// degraded answers without the engine: redirects and banners hold, everything
// else is the catalog's.
func (s *Service) degraded(ctx context.Context, found []*finding) ([]*Answer, error) {
	f, total := found[0], found[0].ask.Total
	args, leaps := f.detour()
	f.ask.Total = total || f.window.Descending() // positions are counted from the end
	lists, err := s.catalog(ctx, found, args, true)
	if err != nil {
		return nil, err
	}
	answers := make([]*Answer, len(found))
	for i, f := range found {
		changed := f.from != nil && f.from.generation != catalogs
		f.generation, f.reading = catalogs, understanding.Reading{Stage: understanding.AsTyped}
		f.plan = f.live.plan(f.situation(), nil)
		f.plan.Arm, f.plan.Applied = nil, nil
		a := f.frame()
		a.Degraded, a.Changed, a.Hits = true, changed, lists[i]
		a.Connection = *f.repage(lists[i].Connection, leaps)
		answers[i] = a
	}
	return answers, nil
}

// detour says which page to ask the catalog for. From a cursor that it gave
// itself it goes on. From one of an index it goes on at the same position, if
// that lies in what it can read at once: then the page has to be cut out of what
// it gives. Else the list begins anew.
func (f *finding) detour() (args page.Args, leaps bool) {
	args = f.ask.Page
	if f.from == nil {
		return args, false
	}
	if f.from.generation == catalogs {
		if args.After, args.Before = &f.from.inner, nil; f.window.Backward {
			args.After, args.Before = nil, &f.from.inner
		}
		return args, false
	}
	first := f.from.position
	if !f.window.Descending() {
		first += 1 + f.window.Limit
	}
	if first > listing.MaxPage {
		args.After, args.Before = nil, nil
		return args, false
	}
	return page.Args{First: &first}, true
}

// repage gives a page of the catalog cursors that tell positions, too, so that
// one can go on from them when the engine is back.
func (f *finding) repage(got listing.Connection[listing.Hit], leaps bool) *listing.Connection[listing.Hit] {
	if leaps {
		return f.leap(got)
	}
	at, step := -1, 1
	if f.window.Descending() {
		at, step = got.Total, -1
	}
	if f.from != nil && f.from.generation == catalogs {
		at = f.from.position
	}
	cursors := make(map[hitKey]string, len(got.Nodes))
	for i, hit := range got.Nodes {
		read := i + 1
		if f.window.Backward { // it was read from its end
			read = len(got.Nodes) - i
		}
		cursors[keyOf(hit)] = f.catalogs(at+step*read, got.CursorOf(hit))
	}
	info := got.Info
	if n := len(got.Nodes); n > 0 {
		first, last := cursors[keyOf(got.Nodes[0])], cursors[keyOf(got.Nodes[n-1])]
		info.StartCursor, info.EndCursor = &first, &last
	}
	return listing.NewConnection(got.Nodes, info, got.Total, func(h listing.Hit) string { return cursors[keyOf(h)] })
}

// leap cuts the page out of the beginning of the list.
func (f *finding) leap(got listing.Connection[listing.Hit]) *listing.Connection[listing.Hit] {
	known := len(got.Nodes)
	if got.Info.HasNextPage {
		known++
	}
	cut := page.Cut(walk(f.window, f.from, known), f.window, func(at int) string {
		if at >= len(got.Nodes) {
			return ""
		}
		return f.catalogs(at, got.CursorOf(got.Nodes[at]))
	})
	cursors := make(map[hitKey]string, len(cut.Items))
	nodes := make([]listing.Hit, len(cut.Items))
	for i, at := range cut.Items {
		nodes[i] = got.Nodes[at]
		cursors[keyOf(nodes[i])] = cut.Cursors[i]
	}
	return listing.NewConnection(nodes, cut.Info, got.Total, func(h listing.Hit) string { return cursors[keyOf(h)] })
}

func (f *finding) catalogs(position int, inner string) string {
	return place{generation: catalogs, order: f.order, position: max(position, 0), inner: inner}.encode()
}
