package merchandising

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/souk-commerce/souk/internal/kernel/page"
	"github.com/souk-commerce/souk/internal/listing"
	"github.com/souk-commerce/souk/internal/search"
	"github.com/souk-commerce/souk/internal/search/table"
	"github.com/souk-commerce/souk/internal/search/understanding"
)

// Completed is what somebody may mean who is still typing.
type Completed struct {
	listing.Suggestions
	Vendors []listing.Term
	// CorrectedQuery is what was typed, spelled anew; nil where it stands as it is.
	CorrectedQuery *string
	// Degraded tells that the engine did not answer; the catalog itself did.
	Degraded bool
}

// completing is what completions of one process share.
type completing struct {
	proposed sync.Map // proposedKey to *proposed
}

// completion is an ask on its way to what completes it.
type completion struct {
	*finding
	in       listing.Suggest
	view     *table.View
	names    *proposed
	typed    []string // what was typed, as words are compared
	prefixes []string // the same in one, and what it was taken for
}

// considered is how many of the engine's best products are looked at before all
// are.
const considered = 1000

// Complete finds what begins like the letters typed so far: queries that others
// searched for, vendors, categories, collections and products, as merchandisers
// want them.
func (s *Service) Complete(ctx context.Context, at listing.Context, in listing.Suggest) (*Completed, error) {
	typed, err := in.Typed()
	if err != nil {
		return nil, err
	}
	words := understanding.Normalize(at.Language, typed)
	if len(words) == 0 || in.Limit <= 0 {
		return &Completed{Suggestions: nothingSuggested()}, nil
	}
	t, err := s.Rooms.Search.Table()
	if err != nil {
		return s.completeByCatalog(ctx, at, in)
	}
	c := &completion{in: in, view: t.View(), typed: words, prefixes: []string{strings.Join(words, " ")},
		finding: &finding{at: at, live: s.live.Load(), order: ranked, words: strings.TrimSpace(typed), prefix: !strings.HasSuffix(typed, " "),
			reading: understanding.Reading{Stage: understanding.AsTyped}, window: page.Window{Limit: in.Limit},
			ask: Ask{Kinds: []listing.Kind{listing.KindProduct}, Unavailable: cmp.Or(in.Unavailable, listing.UnavailableLast), Sort: listing.ByRelevance}}}
	c.names = s.proposals(at, c.view)
	switch err := s.completeProducts(ctx, c); {
	case err != nil && (ctx.Err() != nil || !outage(err)):
		return nil, err
	case err != nil:
		return s.completeByCatalog(ctx, at, in)
	}
	return s.complete(ctx, c)
}

func nothingSuggested() listing.Suggestions {
	return listing.Suggestions{Products: []*listing.Product{}, Collections: []*listing.Collection{}, Categories: []*listing.Category{}, Terms: []listing.Term{}}
}

// completeByCatalog lets the catalog's own SQL answer.
func (s *Service) completeByCatalog(ctx context.Context, at listing.Context, in listing.Suggest) (*Completed, error) {
	found, err := s.Listing.Suggest(ctx, at, in)
	if err != nil {
		return nil, err
	}
	return &Completed{Suggestions: *found, Degraded: true}, nil
}

// completeProducts asks the engine what was typed, which also tells how it is
// spelled, and arranges the best of what it found.
func (s *Service) completeProducts(ctx context.Context, c *completion) error {
	if !c.in.Products && !c.in.Terms {
		return nil
	}
	found, err := s.look(ctx, search.Find{Language: c.at.Language, Words: c.words, Prefix: c.prefix, Lexicon: c.live.lexicon(c.at.Language, c.at.Now), Seen: c.sees})
	if err != nil {
		return err
	}
	c.reading, c.generation = found.Reading, found.Generation
	if stage := c.reading.Stage; stage == understanding.Corrected || stage == understanding.Joined {
		c.prefixes = append(c.prefixes, understanding.Phrase(c.at.Language, c.reading.Used))
	}
	if !c.in.Products {
		return nil
	}
	c.plan = c.live.plan(c.situation(), intents{s, c.finding, c.view})
	ids := found.IDs
	if ids == nil { // which would be all there are
		ids = []listing.ProductID{}
	}
	if err := s.rank(c.finding, c.view, ids[:min(len(ids), considered)]); err != nil || c.total >= c.in.Limit || len(ids) <= considered {
		return err
	}
	return s.rank(c.finding, c.view, ids)
}

// sees reports whether the buyer may see any of the products.
func (c *completion) sees(ids []listing.ProductID) bool {
	return slices.ContainsFunc(ids, func(id listing.ProductID) bool { _, ok := c.view.Facts(c.at, id); return ok })
}

// complete reads what was chosen.
func (s *Service) complete(ctx context.Context, c *completion) (*Completed, error) {
	ask := listing.Completion{Products: c.shown(), Need: c.in.Need, Collection: c.in.Collection, Kinds: c.kinds(), Words: c.words}
	var categories, collections []table.Name
	if c.in.Categories {
		categories = beginning(c.names.categories, c.prefixes, c.in.Limit)
		ask.Categories = len(categories) > 0
	}
	if c.in.Collections { // of those that are not published, too
		collections = beginning(c.names.collections, c.prefixes, listing.MaxPage)
	}
	for _, n := range collections {
		ask.Collections = append(ask.Collections, listing.CollectionID(n.ID))
	}
	read, err := s.Listing.Completions(ctx, c.at, ask)
	if err != nil {
		return nil, err
	}
	out := &Completed{Suggestions: nothingSuggested(), CorrectedQuery: c.corrected()}
	for _, id := range ask.Products {
		if p := read.Products[id]; p != nil {
			out.Products = append(out.Products, p)
		}
	}
	for _, n := range categories {
		if category := read.Categories[listing.CategoryID(n.ID)]; category != nil {
			out.Categories = append(out.Categories, category)
		}
	}
	for _, n := range collections {
		if collection := read.Collections[listing.CollectionID(n.ID)]; collection != nil && len(out.Collections) < c.in.Limit {
			out.Collections = append(out.Collections, collection)
		}
	}
	c.names.count(read.Categories)
	c.matter(out, read.Matter)
	if c.in.Terms {
		out.Vendors = c.vendors()
		out.Terms = s.terms(ctx, c, out)
	}
	return out, nil
}

// kinds are what else is looked for by words.
func (c *completion) kinds() []listing.Kind {
	var kinds []listing.Kind
	if c.in.Pages {
		kinds = append(kinds, listing.KindPage)
	}
	if c.in.Articles {
		kinds = append(kinds, listing.KindArticle)
	}
	return kinds
}

func (c *completion) matter(out *Completed, found []listing.Matter) {
	for _, m := range found {
		into := &out.Pages
		if m.Kind == listing.KindArticle {
			into = &out.Articles
		}
		if m.All && len(*into) < c.in.Limit {
			*into = append(*into, m.ID)
		}
	}
}

// count tells categories how many products they have.
func (p *proposed) count(categories map[listing.CategoryID]*listing.Category) {
	for _, n := range p.categories {
		if c := categories[listing.CategoryID(n.ID)]; c != nil {
			c.ProductCount = n.Count
		}
	}
}

// corrected is how what was typed was spelled to find something.
func (c *completion) corrected() *string {
	if len(c.prefixes) == 1 {
		return nil
	}
	return &c.reading.Used
}

func (c *completion) vendors() []listing.Term {
	terms := []listing.Term{}
	for _, n := range beginning(c.names.vendors, c.prefixes, c.in.Limit) {
		terms = append(terms, c.term(n.Title))
	}
	return terms
}

func (c *completion) term(text string) listing.Term {
	words := c.typed
	if len(c.prefixes) > 1 {
		words = slices.Concat(words, strings.Fields(c.prefixes[1]))
	}
	return listing.Term{Text: text, Styled: marked(c.at.Language, text, words)}
}

// terms gives what to search for: what merchandisers want suggested, what others
// searched for, names of vendors and categories, and, where there is room left,
// words of the products.
func (s *Service) terms(ctx context.Context, c *completion, found *Completed) []listing.Term {
	t := &terms{completion: c, seen: map[string]bool{}, list: []listing.Term{}}
	for _, query := range c.live.suggested(c.at.Language) {
		if t.begins(understanding.Phrase(c.at.Language, query)) {
			t.add(query)
		}
	}
	for _, prefix := range c.prefixes {
		if s.Suggestions != nil && prefix != "" {
			for _, suggested := range s.Suggestions.Suggest(c.at.Language, prefix, 2*c.in.Limit) { // some may be blocked
				t.add(suggested.Query)
			}
		}
	}
	names := slices.Concat(beginning(c.names.vendors, c.prefixes, c.in.Limit), beginning(c.names.categories, c.prefixes, c.in.Limit))
	slices.SortStableFunc(names, func(a, b table.Name) int { return cmp.Compare(b.Count, a.Count) })
	for _, n := range names {
		t.add(n.Title)
	}
	s.words(ctx, t)
	return t.list
}

// terms is a list of different queries.
type terms struct {
	*completion
	seen map[string]bool
	list []listing.Term
}

func (t *terms) full() bool { return len(t.list) >= t.in.Limit }

// begins reports whether a query begins like what was typed.
func (t *terms) begins(query string) bool {
	return slices.ContainsFunc(t.prefixes, func(prefix string) bool { return prefix != "" && strings.HasPrefix(query, prefix) })
}

// add adds a query, unless it is there or must not be suggested.
func (t *terms) add(text string) {
	phrase := understanding.Phrase(t.at.Language, text)
	if t.full() || phrase == "" || t.seen[phrase] || t.live.blocked(t.at.Language, phrase) {
		return
	}
	t.seen[phrase] = true
	t.list = append(t.list, t.term(text))
}

// words completes the last word by words of the products. The engine is asked
// whether there is a product that has it, and the words in front of it, and that
// the buyer may see: a vocabulary knows what is not published yet.
func (s *Service) words(ctx context.Context, t *terms) {
	vocabulary := s.Rooms.Search.Vocabulary(t.at.Language)
	if vocabulary == nil || !t.prefix {
		return
	}
	typed := strings.Fields(t.prefixes[len(t.prefixes)-1])
	if len(typed) == 0 {
		return
	}
	front, last := typed[:len(typed)-1], typed[len(typed)-1]
	for _, word := range vocabulary.Complete(last, t.in.Limit) {
		query := strings.Join(append(slices.Clone(front), word), " ")
		if t.full() || t.seen[understanding.Phrase(t.at.Language, query)] {
			continue
		}
		found, err := s.look(ctx, search.Find{Language: t.at.Language, Words: query, Lexicon: t.live.lexicon(t.at.Language, t.at.Now), NoRescue: true, Seen: t.sees})
		if err != nil {
			return
		}
		if len(found.IDs) > 0 {
			t.add(query)
		}
	}
}
