package merchandising

import (
	"context"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/merchandising/ranking"
	"github.com/souk-commerce/souk/internal/search"
	"github.com/souk-commerce/souk/internal/search/table"
	"github.com/souk-commerce/souk/internal/search/understanding"
)

// defaultPage is how many hits a page has when nothing is asked.
const defaultPage = 24

// patience is how long words may be looked for before the catalog's own list
// answers. Of those that the engine still thinks about when nobody waits any
// more there may be mostStuck: whoever comes then does not ask it.
const (
	patience  = 1500 * time.Millisecond
	mostStuck = 64
)

// Search answers a search or a list, as shoppers see it.
func (s *Service) Search(ctx context.Context, at listing.Context, ask Ask) (*Answer, error) {
	answers, err := s.Lists(ctx, at, []Ask{ask})
	if err != nil {
		return nil, err
	}
	return answers[0], nil
}

// Lists answers several asks that differ in their collection or category only.
// What they show is read together.
func (s *Service) Lists(ctx context.Context, at listing.Context, asks []Ask) ([]*Answer, error) {
	for i := range asks {
		asks[i].Drafts, asks[i].Explain = nil, false
	}
	return s.answers(ctx, at, asks)
}

func (s *Service) answers(ctx context.Context, at listing.Context, asks []Ask) ([]*Answer, error) {
	if len(asks) == 0 {
		return nil, nil
	}
	live, err := s.set(ctx, asks[0].Drafts)
	if err != nil {
		return nil, err
	}
	found := make([]*finding, len(asks))
	for i, ask := range asks {
		if found[i], err = s.begin(live, at, ask); err != nil {
			return nil, err
		}
	}
	if found[0].byCatalog() {
		return s.sorted(ctx, found)
	}
	for _, f := range found {
		switch err := s.find(ctx, f); {
		case err != nil && (ctx.Err() != nil || !outage(err)):
			return nil, err
		case err != nil:
			return s.degraded(ctx, found)
		}
	}
	return s.show(ctx, found)
}

// answering is what answers of one process share.
type answering struct {
	stuck      atomic.Int64 // what the engine thinks about though nobody waits
	categories sync.Map     // namesKey to named
}

// finding is an ask on its way to an answer.
type finding struct {
	ask    Ask
	at     listing.Context
	live   *liveSet
	window page.Window
	from   *place // where the page begins; nil at an end of the list
	order  string

	words      string // to find, as they were typed
	conditions bool   // the query asks for more than words
	prefix     bool   // the last word may be unfinished

	reading    understanding.Reading
	generation int64
	plan       plan
	chosen     *table.Selection
	total      int                    // products of the whole list
	hits       map[int]ranking.Placed // by position
	popular    []listing.ProductID    // to suggest where nothing was found
}

// begin reads an ask.
func (s *Service) begin(live *liveSet, at listing.Context, ask Ask) (*finding, error) {
	f := &finding{ask: ask, at: at, live: live, order: orderOf(ask.Sort), reading: understanding.Reading{Stage: understanding.AsTyped}}
	var err error
	if f.window, err = ask.Page.Window(defaultPage, listing.MaxPage); err != nil {
		return nil, err
	}
	if f.words, f.conditions, err = s.Listing.Split(ask.Query); err != nil {
		return nil, err
	}
	f.prefix = ask.Prefix && !strings.HasSuffix(ask.Query, " ") || strings.HasSuffix(f.words, "*")
	if f.byCatalog() {
		return f, nil // its cursors are the catalog's
	}
	f.from, err = placeOf(f.window, f.order)
	return f, err
}

// byCatalog reports that the list is one of the catalog's own: in an order that
// rules have no say in, and that does not depend on words. Its cursors name
// products and not positions, so that whoever reads it from end to end misses
// nothing.
func (f *finding) byCatalog() bool {
	return f.ask.List && f.words == "" && f.order != ranked && f.ask.Sort != listing.ByBestSelling
}

// products reports whether products are asked for.
func (f *finding) products() bool {
	return len(f.ask.Kinds) == 0 || slices.Contains(f.ask.Kinds, listing.KindProduct)
}

// outage tells what the catalog can stand in for from what it cannot: refusals
// of what was asked would be the same there.
func outage(err error) bool { return !isRefusal(err) }

// find chooses the products of the list and puts them in order.
func (s *Service) find(ctx context.Context, f *finding) error {
	if !f.products() {
		f.plan = f.live.plan(f.situation(), nil)
		return nil
	}
	t, err := s.Rooms.Search.Table()
	if err != nil {
		return err
	}
	view := t.View()
	among, err := s.among(ctx, f, view)
	if err != nil {
		return err
	}
	f.plan = f.live.plan(f.situation(), intents{s, f, view})
	if f.order == ranked {
		err = s.rank(f, view, among)
	} else {
		err = f.sort(view, among)
	}
	if err == nil && f.reading.Stage == understanding.Nothing && f.ask.Suggest > 0 {
		err = s.suggest(f, view)
	}
	return err
}

// among gives the products that the query names, best first; nil where it names
// none.
func (s *Service) among(ctx context.Context, f *finding, view *table.View) ([]listing.ProductID, error) {
	var fit []listing.ProductID
	var err error
	if f.conditions {
		if fit, err = s.Listing.IDsOf(ctx, f.at, f.ask.Query); err != nil || f.words == "" {
			return fit, err
		}
	}
	if f.words == "" {
		return nil, nil
	}
	seen := func(ids []listing.ProductID) bool {
		return slices.ContainsFunc(ids, func(id listing.ProductID) bool { _, ok := view.Facts(f.at, id); return ok })
	}
	found, err := s.look(ctx, search.Find{Language: f.at.Language, Words: f.words, Prefix: f.prefix, Lexicon: f.live.lexicon(f.at.Language, f.at.Now),
		NoRescue: f.ask.List && f.order != ranked, Seen: seen})
	if err != nil {
		return nil, err
	}
	f.reading, f.generation = found.Reading, found.Generation
	switch {
	case f.conditions:
		return within(found.IDs, fit), nil
	case found.IDs == nil:
		return []listing.ProductID{}, nil
	}
	return found.IDs, nil
}

// within gives those of a list that are in another, in its order.
func within(ids, others []listing.ProductID) []listing.ProductID {
	fit := make(map[listing.ProductID]bool, len(others))
	for _, id := range others {
		fit[id] = true
	}
	out := []listing.ProductID{}
	for _, id := range ids {
		if fit[id] {
			out = append(out, id)
		}
	}
	return out
}

// look asks the engine, but not for longer than it is worth waiting for.
func (s *Service) look(ctx context.Context, in search.Find) (search.Found, error) {
	if s.stuck.Load() >= mostStuck {
		return search.Found{}, search.ErrUnavailable
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	type result struct {
		found search.Found
		err   error
	}
	done := make(chan result, 1)
	go func() {
		found, err := s.Rooms.Search.Find(ctx, in)
		done <- result{found, err}
	}()
	select {
	case r := <-done:
		return r.found, r.err
	case <-ctx.Done():
		s.stuck.Add(1)
		go func() {
			<-done
			s.stuck.Add(-1)
		}()
		return search.Found{}, search.ErrUnavailable
	}
}

// situation is what triggers see of the ask.
func (f *finding) situation() situation {
	in := situation{
		Words: understanding.Normalize(f.at.Language, f.words), Category: f.ask.Category, Collection: f.ask.Collection,
		Market: f.at.Market, Language: f.at.Language, Segments: f.ask.Segments, Session: f.ask.Session, Now: f.at.Now,
	}
	if s := f.reading.Stage; s == understanding.Corrected || s == understanding.Joined {
		in.Used = understanding.Normalize(f.at.Language, f.reading.Used)
	}
	return in
}

// choose selects from among what the buyer sees of it and filters leave.
func (f *finding) choose(view *table.View, among []listing.ProductID) (*table.Selection, error) {
	ask := table.Ask{At: f.at, Among: among, Category: f.ask.Category, Collection: f.ask.Collection, Filters: f.ask.Filters, Unavailable: f.ask.Unavailable}
	if f.order == ranked {
		ask.Without, ask.Not = f.plan.Without, f.plan.Not
	}
	if f.inStockFirst() {
		ask.Unavailable = listing.UnavailableLast
	}
	return view.Select(ask)
}

// inStockFirst reports that what cannot be bought stands behind the rest: who
// asks has the last word, then the rules.
func (f *finding) inStockFirst() bool {
	if f.ask.Unavailable == "" {
		return f.order == ranked && f.plan.Profile.InStockFirst
	}
	return f.ask.Unavailable == listing.UnavailableLast
}

// rank arranges the list by the rules.
func (s *Service) rank(f *finding, view *table.View, among []listing.ProductID) error {
	organic, err := f.choose(view, among)
	if err != nil {
		return err
	}
	if f.words == "" {
		organic.Sort(f.own(), false)
	}
	guests, err := f.guests(view, among)
	if err != nil {
		return err
	}
	how, err := f.plan.ranking(f.at, view, organic)
	if err != nil {
		return err
	}
	how.InStockFirst = f.inStockFirst()
	arranged := ranking.Arrange(ranking.List{Candidates: organic.IDs(), Explain: f.ask.Explain, Guest: guests,
		Facts: func(i int) ranking.Facts { return rankingFacts(organic.Facts(i)) }}, how)
	f.plan.missed(arranged.Missed())
	f.total = arranged.Len()
	low, n := span(walk(f.window, f.from, f.total))
	f.hits = make(map[int]ranking.Placed, n)
	for i, p := range arranged.Page(low, n) {
		f.hits[low+i] = p
	}
	if f.chosen = organic; len(arranged.Guests()) > 0 {
		f.chosen, err = f.choose(view, slices.Concat(among, arranged.Guests()))
	}
	return err
}

// own is the order of a list that has no words to be relevant to.
func (f *finding) own() listing.Sort {
	if f.ask.Collection != 0 {
		return listing.ByDefault
	}
	return listing.ByBestSelling
}

// guests tells of pins that the query does not name whether they may stand in
// the list all the same: if they pass everything else that is asked. Conditions
// on fields they would have to pass, too.
func (f *finding) guests(view *table.View, among []listing.ProductID) (func(listing.ProductID) (available, ok bool), error) {
	pins := f.plan.pinned()
	if among == nil || f.conditions || len(pins) == 0 {
		return nil, nil
	}
	chosen, err := f.choose(view, pins)
	if err != nil {
		return nil, err
	}
	return func(id listing.ProductID) (available, ok bool) {
		i := slices.Index(chosen.IDs(), id)
		return i >= 0 && chosen.Facts(i).Available, i >= 0
	}, nil
}

// sort puts the list in an order that rules have no say in.
func (f *finding) sort(view *table.View, among []listing.ProductID) error {
	var err error
	if f.chosen, err = f.choose(view, among); err != nil {
		return err
	}
	f.chosen.Sort(f.ask.Sort, false)
	f.total = f.chosen.Len()
	ids := f.chosen.IDs()
	f.hits = map[int]ranking.Placed{}
	for _, at := range walk(f.window, f.from, f.total) {
		f.hits[at] = ranking.Placed{Product: ids[at], EngineRank: at + 1, FinalRank: at + 1}
	}
	return nil
}

// span gives the lowest of neighboring positions and their number.
func span(positions []int) (low, n int) {
	if len(positions) == 0 {
		return 0, 0
	}
	return slices.Min(positions), len(positions)
}

// suggest finds what is popular in the category that the query means, or at all.
func (s *Service) suggest(f *finding, view *table.View) error {
	chosen, err := view.Select(table.Ask{At: f.at, Unavailable: listing.UnavailableHide, Category: f.plan.Meant})
	if err != nil {
		return err
	}
	chosen.Sort(listing.ByBestSelling, false)
	ids := chosen.IDs()
	f.popular = slices.Clone(ids[:min(len(ids), f.ask.Suggest)])
	return nil
}
